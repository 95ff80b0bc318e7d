/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi tally --rule nash: how money is divided among projects that may be funded in part. */
#include "cli/tally.h"

#include "base/csv.h"
#include "base/decimal.h"
#include "base/json.h"
#include "cli/columns.h"

#include <string.h>

static void amount(
	struct lx_json *json, const struct lx_tally_report *tally, const char *key, int64_t minor)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };

	lx_decimal_write(&text, minor, tally->pb.election.places);
	lx_json_key(json, key);
	lx_json_text(json, lx_buf_view(&text));
}

static double unit_of(const struct lx_tally_report *tally)
{
	double unit = 1;

	for (unsigned i = 0; i < tally->pb.election.places; i++)
		unit *= 10;
	return unit;
}

static void real(struct lx_json *json, const char *key, double number)
{
	lx_json_key(json, key);
	if (number < 1e300)
		lx_json_real(json, number);
	else
		lx_json_null(json); /* no bound: somebody gets nothing */
}

static void write_amounts(struct lx_json *json, const struct lx_tally_report *tally,
	const struct lx_tally_division *division)
{
	const struct lx_tally_election *e = &tally->pb.election;

	lx_json_key(json, "amounts");
	lx_json_open(json, '[');
	for (size_t p = 0; p < e->projects_n; p++) {
		if (division->amount[p] == 0)
			continue;
		lx_json_open(json, '{');
		lx_json_key(json, "project");
		lx_json_text(json, e->id[p]);
		amount(json, tally, "cost", e->cost[p]);
		amount(json, tally, "amount", division->amount[p]);
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void write_json(struct lx_cli *cli, const struct lx_tally_report *tally,
	const struct lx_tally_division *division)
{
	const struct lx_tally_election *e = &tally->pb.election;
	struct lx_json json = { .out = &cli->out };
	double unit = unit_of(tally);

	lx_json_open(&json, '{');
	lx_json_key(&json, "file");
	lx_json_str(&json, tally->path);
	lx_json_key(&json, "version");
	lx_json_int(&json, LX_TALLY_VERSION);
	lx_json_key(&json, "rule");
	lx_json_str(&json, "nash");
	lx_json_key(&json, "utility");
	lx_json_str(&json, tally->utility);
	amount(&json, tally, "budget", e->budget);
	amount(&json, tally, "total_cost", division->total);
	lx_json_key(&json, "voters_counted");
	lx_json_int(&json, (int64_t)division->voters);
	lx_json_key(&json, "winners");
	lx_json_open(&json, '[');
	for (size_t p = 0; p < e->projects_n; p++)
		if (division->amount[p] > 0)
			lx_json_text(&json, e->id[p]);
	lx_json_close(&json, ']');
	write_amounts(&json, tally, division);
	real(&json, "gap", division->gap);
	real(&json, "paid_least", division->paid_least / unit);
	real(&json, "paid_most", division->paid_most / unit);
	lx_json_key(&json, "iterations");
	lx_json_int(&json, (int64_t)division->rounds);
	lx_json_close(&json, '}');
	lx_buf_char(&cli->out, '\n');
}

static void write_csv(struct lx_cli *cli, const struct lx_tally_report *tally,
	const struct lx_tally_division *division)
{
	const struct lx_tally_election *e = &tally->pb.election;

	lx_buf_str(&cli->out, "file,project_id,cost,amount\n");
	for (size_t p = 0; p < e->projects_n; p++) {
		lx_csv_write(&cli->out, lx_text(tally->path), ',');
		lx_buf_char(&cli->out, ',');
		lx_csv_write(&cli->out, e->id[p], ',');
		lx_buf_char(&cli->out, ',');
		lx_decimal_write(&cli->out, e->cost[p], e->places);
		lx_buf_char(&cli->out, ',');
		lx_decimal_write(&cli->out, division->amount[p], e->places);
		lx_buf_char(&cli->out, '\n');
	}
}

static enum lx_code write_text(struct lx_cli *cli, const struct lx_tally_report *tally,
	const struct lx_tally_division *division)
{
	static const char *const heads[] = { "cli.tally_project", "cli.tally_cost",
		"cli.tally_amount_head", "cli.tally_name" };
	const struct lx_tally_election *e = &tally->pb.election;
	struct lx_columns table = { .call = &cli->call, .align = "lrrl" };
	LX_CLOSE(lx_buf_close) struct lx_buf gap = { 0 }, total = { 0 }, budget = { 0 };

	lx_cli_tally_money(&total, tally, division->total);
	lx_cli_tally_money(&budget, tally, e->budget);
	lx_buf_printf(&gap, "%.2g", division->gap);
	lx_buf_printf(&cli->out, "%s\n%s\n", tally->path, lx_tr(cli->lang, "cli.tally_rule_nash"));
	lx_say(&cli->out, cli->lang, "cli.tally_divided", lx_buf_view(&total).at,
		lx_buf_view(&budget).at, lx_buf_view(&gap).at);
	lx_buf_str(&cli->out, "\n\n");
	lx_cli_tally_text_apart(cli, tally);
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		lx_columns_cell(&table, lx_text(lx_tr(cli->lang, heads[i])));
	for (size_t p = 0; p < e->projects_n; p++) {
		LX_CLOSE(lx_buf_close) struct lx_buf cost = { 0 }, given = { 0 };
		if (division->amount[p] == 0)
			continue;
		lx_columns_cell(&table, e->id[p]);
		lx_cli_tally_money(&cost, tally, e->cost[p]);
		lx_columns_cell(&table, lx_buf_view(&cost));
		lx_cli_tally_money(&given, tally, division->amount[p]);
		lx_columns_cell(&table, lx_buf_view(&given));
		lx_columns_cell(&table, lx_pb_cell(&tally->pb, p, "name"));
	}
	LX_TRY(lx_columns_write(&table, &cli->out));
	lx_buf_char(&cli->out, '\n');
	return LX_OK;
}

enum lx_code lx_cli_tally_divide(
	struct lx_cli *cli, const struct lx_tally_report *tally, const char *format)
{
	struct lx_tally_division division;

	LX_TRY(lx_tally_divide(&cli->call, &tally->pb.election, tally->setting.utility, &division));
	if (strcmp(format, "json") == 0)
		write_json(cli, tally, &division);
	else if (strcmp(format, "csv") == 0)
		write_csv(cli, tally, &division);
	else
		return write_text(cli, tally, &division);
	return LX_OK;
}
