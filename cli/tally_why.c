/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The report of a tally, behind the winners: why losers lost, what is certified, other rules. */
#include "cli/tally.h"

#include "cli/columns.h"

#include <stdio.h>

/* The winner to which the loser's supporters paid most. */
static size_t largest(const struct lx_tally_report *tally, const struct lx_tally_loser *loser)
{
	size_t most = 0;

	for (size_t i = 1; i < tally->result.winners_n; i++)
		if (loser->paid[i] > loser->paid[most])
			most = i;
	return most;
}

static void say_money(
	struct lx_cli *cli, const struct lx_tally_report *tally, const struct lx_tally_loser *loser)
{
	LX_CLOSE(lx_buf_close) struct lx_buf left = { 0 }, cost = { 0 }, most = { 0 }, to = { 0 };

	lx_cli_tally_money(&cost, tally, tally->pb.election.cost[loser->project]);
	lx_cli_tally_money(&left, tally, (int64_t)loser->left);
	lx_say(&cli->out, cli->lang, "cli.tally_left", lx_buf_view(&left).at,
		lx_buf_view(&cost).at);
	if (tally->result.winners_n == 0)
		return;
	size_t i = largest(tally, loser);
	if (loser->paid[i] <= 0)
		return;
	lx_cli_tally_money(&most, tally, (int64_t)loser->paid[i]);
	lx_buf_text(&to, tally->pb.election.id[tally->result.rounds[i].project]);
	lx_say(&cli->out, cli->lang, "cli.tally_paid", lx_buf_view(&most).at, lx_buf_view(&to).at);
}

static void say_search(
	struct lx_cli *cli, const struct lx_tally_report *tally, const struct lx_tally_loser *loser)
{
	LX_CLOSE(lx_buf_close) struct lx_buf cost = { 0 };

	if (loser->wins_at > 0) {
		lx_cli_tally_money(&cost, tally, loser->wins_at);
		lx_say(&cli->out, cli->lang, "cli.tally_wins_at", lx_buf_view(&cost).at);
	}
	if (loser->wins_with > 0)
		lx_say_count(
			&cli->out, cli->lang, "cli.tally_wins_with", (int64_t)loser->wins_with);
}

static void say_loser(
	struct lx_cli *cli, const struct lx_tally_report *tally, const struct lx_tally_loser *loser)
{
	LX_CLOSE(lx_buf_close) struct lx_buf support = { 0 };
	struct lx_text name = lx_pb_cell(&tally->pb, loser->project, "name");

	lx_buf_str(&cli->out, "  ");
	lx_buf_text(&cli->out, tally->pb.election.id[loser->project]);
	if (name.len > 0) {
		lx_buf_char(&cli->out, ' ');
		lx_buf_text(&cli->out, name);
	}
	lx_buf_str(&cli->out, "\n    ");
	lx_say_count(&cli->out, cli->lang, "cli.tally_supporters", (int64_t)loser->supporters);
	if (loser->support >= 0) {
		lx_buf_printf(&support, "%lld", (long long)loser->support);
		lx_say(&cli->out, cli->lang, "cli.tally_support", lx_buf_view(&support).at);
	}
	if (loser->paid != NULL && loser->had > 0)
		say_money(cli, tally, loser);
	say_search(cli, tally, loser);
	lx_buf_char(&cli->out, '\n');
}

enum lx_code lx_cli_tally_text_losers(struct lx_cli *cli, const struct lx_tally_report *tally)
{
	if (!tally->explained || tally->losers_n == 0)
		return LX_OK;
	lx_buf_printf(&cli->out, "\n%s\n", lx_tr(cli->lang, "cli.tally_losers"));
	for (size_t i = 0; i < tally->losers_n; i++)
		say_loser(cli, tally, &tally->losers[i]);
	return LX_OK;
}

static void say_certificates(struct lx_cli *cli, const struct lx_tally_report *tally)
{
	lx_buf_printf(&cli->out, "\n%s\n", lx_tr(cli->lang, "cli.tally_certificates"));
	for (size_t i = 0; i < LX_PROPERTIES; i++) {
		const struct lx_tally_certificate *it = &tally->certificates[i];
		char id[64];
		if (!it->checked)
			continue;
		(void)snprintf(id, sizeof id, "tally.property_%s", lx_tally_property_names[i]);
		const char *verdict = it->holds ? "cli.tally_holds" : "cli.tally_fails";
		lx_buf_printf(
			&cli->out, "  %s %s", lx_tr(cli->lang, verdict), lx_tr(cli->lang, id));
		if (!it->holds && it->witness != LX_TALLY_NOBODY) {
			lx_buf_str(&cli->out, " · ");
			lx_buf_text(&cli->out, tally->pb.election.id[it->witness]);
		}
		lx_buf_char(&cli->out, '\n');
	}
}

static enum lx_code write_rivals(struct lx_cli *cli, const struct lx_tally_report *tally)
{
	static const char *const heads[] = { "cli.tally_other", "cli.tally_projects",
		"cli.tally_cost", "cli.tally_prefer_it", "cli.tally_prefer_this" };
	struct lx_columns table = { .call = &cli->call, .align = "lrrrr" };

	lx_buf_char(&cli->out, '\n');
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		lx_columns_cell(&table, lx_text(lx_tr(cli->lang, heads[i])));
	for (size_t i = 0; i < tally->rivals_n; i++) {
		LX_CLOSE(lx_buf_close) struct lx_buf cost = { 0 };
		const struct lx_tally_rival *rival = &tally->rivals[i];
		lx_columns_printf(
			&table, "%s, %s, %s", rival->rule, rival->utility, rival->completion);
		lx_columns_printf(&table, "%zu", rival->result.winners_n);
		lx_cli_tally_money(&cost, tally, rival->result.total_cost);
		lx_columns_cell(&table, lx_buf_view(&cost));
		lx_columns_printf(&table, "%llu", (unsigned long long)rival->prefer_it);
		lx_columns_printf(&table, "%llu", (unsigned long long)rival->prefer_this);
	}
	return lx_columns_write(&table, &cli->out);
}

/* Money by group of voters against voters by group. */
static enum lx_code write_groups(struct lx_cli *cli, const struct lx_tally_report *tally)
{
	static const char *const heads[] = { "cli.tally_group_name", "cli.tally_group_voters",
		"cli.tally_group_share", "cli.tally_group_paid", "cli.tally_group_share" };
	struct lx_columns table = { .call = &cli->call, .align = "lrrrr" };
	const struct lx_tally_money *m = &tally->money;

	if (m->groups_n < 2 || tally->result.total_cost == 0 || tally->result.voters == 0)
		return LX_OK;
	lx_buf_char(&cli->out, '\n');
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		lx_columns_cell(&table, lx_text(lx_tr(cli->lang, heads[i])));
	for (size_t g = 0; g < m->groups_n; g++) {
		LX_CLOSE(lx_buf_close) struct lx_buf paid = { 0 };
		double sum = 0;
		for (size_t i = 0; i < tally->result.winners_n; i++)
			sum += m->paid[i * m->groups_n + g];
		lx_columns_cell(&table, tally->pb.voter_groups[g]);
		lx_columns_printf(&table, "%llu", (unsigned long long)m->voters[g]);
		lx_columns_printf(&table, "%.1f %%",
			100 * (double)m->voters[g] / (double)tally->result.voters);
		lx_cli_tally_money(&paid, tally, (int64_t)(sum + 0.5));
		lx_columns_cell(&table, lx_buf_view(&paid));
		lx_columns_printf(&table, "%.1f %%", 100 * sum / (double)tally->result.total_cost);
	}
	return lx_columns_write(&table, &cli->out);
}

static void say_outcomes(struct lx_cli *cli, const struct lx_tally_report *tally)
{
	if (tally->outcomes.n < 2)
		return;
	lx_buf_printf(&cli->out, "\n%s\n", lx_tr(cli->lang, "cli.tally_outcome"));
	for (size_t i = 0; i < tally->outcomes.n; i++) {
		lx_buf_str(&cli->out, "  ");
		for (size_t k = tally->outcomes.from[i]; k < tally->outcomes.from[i + 1]; k++) {
			lx_buf_text(&cli->out, tally->pb.election.id[tally->outcomes.winners[k]]);
			lx_buf_char(&cli->out, ' ');
		}
		lx_buf_char(&cli->out, '\n');
	}
}

static void say_served(struct lx_cli *cli, const struct lx_tally_report *tally)
{
	LX_CLOSE(lx_buf_close) struct lx_buf share = { 0 };
	uint64_t voters = tally->result.voters;

	if (voters == 0)
		return;
	lx_buf_printf(
		&share, "%.1f %%", 100 * (double)(voters - tally->served[0]) / (double)voters);
	lx_say(&cli->out, cli->lang, "cli.tally_served", lx_buf_view(&share).at);
	lx_buf_char(&cli->out, '\n');
}

static void say_notices(struct lx_cli *cli, const struct lx_tally_report *tally)
{
	size_t shown = tally->pb.notices_n < 5 ? tally->pb.notices_n : 5;

	if (shown == 0)
		return;
	lx_buf_char(&cli->out, '\n');
	lx_say_count(&cli->out, cli->lang, "cli.tally_notices", (int64_t)tally->pb.notices_n);
	lx_buf_char(&cli->out, '\n');
	for (size_t i = 0; i < shown; i++) {
		struct lx_fault fault = { 0 };
		(void)lx_fault_at(&fault, LX_INVALID, tally->pb.notices[i].line, 0,
			tally->pb.notices[i].msgid, "%.*s", (int)tally->pb.notices[i].about.len,
			tally->pb.notices[i].about.at);
		lx_buf_str(&cli->out, "  ");
		lx_say_fault(&cli->out, cli->lang, &fault);
		lx_buf_char(&cli->out, '\n');
	}
}

enum lx_code lx_cli_tally_text_rest(struct lx_cli *cli, const struct lx_tally_report *tally)
{
	say_served(cli, tally);
	LX_TRY(write_groups(cli, tally));
	say_outcomes(cli, tally);
	if (tally->certified)
		say_certificates(cli, tally);
	if (tally->rivals_n > 0)
		LX_TRY(write_rivals(cli, tally));
	say_notices(cli, tally);
	lx_buf_char(&cli->out, '\n');
	return LX_OK;
}
