/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The result of a tally as a report that a citizen can read: what is funded, in which order. */
#include "cli/tally.h"

#include "base/decimal.h"
#include "cli/columns.h"

#include <stdio.h>

void lx_cli_tally_money(struct lx_buf *out, const struct lx_tally_report *tally, int64_t minor)
{
	lx_money_write(
		out, (struct lx_money){ .minor = minor, .places = tally->pb.election.places });
	if (tally->pb.currency.len > 0) {
		lx_buf_char(out, ' ');
		lx_buf_text(out, tally->pb.currency);
	}
}

/* A sentence that names a word of the command line: `cli.tally.<option>_<word>`. */
static void say_word(struct lx_cli *cli, const char *option, const char *word)
{
	char id[128];

	(void)snprintf(id, sizeof id, "cli.tally_%s_%s", option, word);
	if (lx_has(id))
		lx_buf_str(&cli->out, lx_tr(cli->lang, id));
	else
		lx_buf_str(&cli->out, word);
	lx_buf_char(&cli->out, '\n');
}

static void write_head(struct lx_cli *cli, const struct lx_tally_report *tally)
{
	LX_CLOSE(lx_buf_close) struct lx_buf budget = { 0 }, spent = { 0 }, won = { 0 };
	LX_CLOSE(lx_buf_close) struct lx_buf all = { 0 };

	lx_cli_tally_money(&budget, tally, tally->pb.election.budget);
	lx_cli_tally_money(&spent, tally, tally->result.total_cost);
	lx_buf_printf(&won, "%zu", tally->result.winners_n);
	lx_buf_printf(&all, "%zu", tally->pb.election.projects_n);
	lx_buf_printf(&cli->out, "%s\n", tally->path);
	say_word(cli, "rule", tally->rule);
	lx_say(&cli->out, cli->lang, "cli.tally_head", lx_buf_view(&won).at, lx_buf_view(&all).at,
		lx_buf_view(&spent).at, lx_buf_view(&budget).at);
	lx_buf_char(&cli->out, '\n');
	lx_say_count(&cli->out, cli->lang, "cli.tally_voters", (int64_t)tally->result.voters);
	lx_buf_str(&cli->out, "\n\n");
}

/* What made a round: "1,234 effective votes" where the utility is the cost, else nothing. */
static void cell_price(struct lx_columns *table, const struct lx_tally_report *tally,
	const struct lx_tally_round *round)
{
	bool shares = tally->setting.rule == LX_RULE_MES && round->phase == 0;

	if (shares && tally->setting.utility == LX_UTILITY_COST && round->price > 0)
		lx_columns_printf(table, "%.2f", 1 / round->price);
	else
		lx_columns_cell(table, lx_text(""));
}

static void head_cells(struct lx_cli *cli, struct lx_columns *table)
{
	static const char *const heads[] = { "cli.tally_place", "cli.tally_project",
		"cli.tally_cost", "cli.tally_votes", "cli.tally_name" };

	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		lx_columns_cell(table, lx_text(lx_tr(cli->lang, heads[i])));
}

static enum lx_code write_winners(struct lx_cli *cli, const struct lx_tally_report *tally)
{
	struct lx_columns table = { .call = &cli->call, .align = "rlrrl" };

	head_cells(cli, &table);
	for (size_t i = 0; i < tally->result.winners_n; i++) {
		LX_CLOSE(lx_buf_close) struct lx_buf cost = { 0 };
		uint16_t p = tally->result.rounds[i].project;
		lx_columns_printf(&table, "%zu", i + 1);
		lx_columns_cell(&table, tally->pb.election.id[p]);
		lx_cli_tally_money(&cost, tally, tally->pb.election.cost[p]);
		lx_columns_cell(&table, lx_buf_view(&cost));
		cell_price(&table, tally, &tally->result.rounds[i]);
		lx_columns_cell(&table, lx_pb_cell(&tally->pb, p, "name"));
	}
	return lx_columns_write(&table, &cli->out);
}

static void write_ties(struct lx_cli *cli, const struct lx_tally_report *tally)
{
	for (size_t i = 0; i < tally->result.winners_n; i++) {
		LX_CLOSE(lx_buf_close) struct lx_buf names = { 0 }, first = { 0 };
		const struct lx_tally_round *round = &tally->result.rounds[i];
		if (round->tied_n < 2)
			continue;
		lx_buf_text(&first, tally->pb.election.id[round->project]);
		for (size_t k = 0; k < round->tied_n; k++) {
			uint16_t p = tally->result.tied[round->tied + k];
			lx_buf_str(&names, k == 0 ? "" : ", ");
			lx_buf_text(&names, tally->pb.election.id[p]);
		}
		lx_say(&cli->out, cli->lang, "cli.tally_tie", lx_buf_view(&names).at,
			lx_buf_view(&first).at);
		lx_buf_char(&cli->out, '\n');
	}
}

enum lx_code lx_cli_tally_text(struct lx_cli *cli, const struct lx_tally_report *tally)
{
	write_head(cli, tally);
	lx_cli_tally_text_apart(cli, tally);
	LX_TRY(write_winners(cli, tally));
	lx_buf_char(&cli->out, '\n');
	write_ties(cli, tally);
	LX_TRY(lx_cli_tally_text_losers(cli, tally));
	return lx_cli_tally_text_rest(cli, tally);
}
