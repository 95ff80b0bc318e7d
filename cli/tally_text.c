/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The result of a tally as a report that a citizen can read. */
#include "cli/tally.h"

#include "base/decimal.h"
#include "cli/columns.h"

static void amount(struct lx_buf *out, const struct lx_cli_tally *tally, int64_t minor)
{
	lx_money_write(
		out, (struct lx_money){ .minor = minor, .places = tally->pb.election.places });
	if (tally->pb.currency.len > 0) {
		lx_buf_char(out, ' ');
		lx_buf_text(out, tally->pb.currency);
	}
}

static void write_head(struct lx_cli *cli, const struct lx_cli_tally *tally)
{
	LX_CLOSE(lx_buf_close)
	struct lx_buf budget = { 0 }, spent = { 0 }, won = { 0 }, all = { 0 };

	amount(&budget, tally, tally->pb.election.budget);
	amount(&spent, tally, tally->result.total_cost);
	lx_buf_printf(&won, "%zu", tally->result.winners_n);
	lx_buf_printf(&all, "%zu", tally->pb.election.projects_n);
	lx_buf_printf(&cli->out, "%s\n", tally->path);
	lx_say(&cli->out, cli->lang, "cli.tally_head", won.at, all.at, spent.at, budget.at);
	lx_buf_char(&cli->out, '\n');
	lx_say_count(&cli->out, cli->lang, "cli.tally_voters", (int64_t)tally->result.voters);
	lx_buf_str(&cli->out, "\n\n");
}

enum lx_code lx_cli_tally_text(struct lx_cli *cli, const struct lx_cli_tally *tally)
{
	struct lx_columns table = { .call = &cli->call, .align = "rlrl" };

	write_head(cli, tally);
	lx_columns_cell(&table, lx_text(lx_tr(cli->lang, "cli.tally_place")));
	lx_columns_cell(&table, lx_text(lx_tr(cli->lang, "cli.tally_project")));
	lx_columns_cell(&table, lx_text(lx_tr(cli->lang, "cli.tally_cost")));
	lx_columns_cell(&table, lx_text(lx_tr(cli->lang, "cli.tally_name")));
	for (size_t i = 0; i < tally->result.winners_n; i++) {
		LX_CLOSE(lx_buf_close) struct lx_buf cost = { 0 };
		uint16_t p = tally->result.rounds[i].project;
		lx_columns_printf(&table, "%zu", i + 1);
		lx_columns_cell(&table, tally->pb.election.id[p]);
		amount(&cost, tally, tally->pb.election.cost[p]);
		lx_columns_cell(&table, lx_buf_view(&cost));
		lx_columns_cell(&table, lx_pb_cell(&tally->pb, p, "name"));
	}
	return lx_columns_write(&table, &cli->out);
}
