/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The result of a tally as JSON and as CSV: money as exact strings. */
#include "cli/tally.h"

#include "base/csv.h"
#include "base/decimal.h"
#include "base/json.h"

static struct lx_text id_of(const struct lx_cli_tally *tally, uint16_t project)
{
	return tally->pb.election.id[project];
}

static void money(
	struct lx_json *json, const struct lx_cli_tally *tally, const char *key, int64_t amount)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };

	lx_decimal_write(&text, amount, tally->pb.election.places);
	lx_json_key(json, key);
	lx_json_text(json, lx_buf_view(&text));
}

static void number(struct lx_json *json, const char *key, uint64_t n)
{
	lx_json_key(json, key);
	lx_json_int(json, (int64_t)n);
}

static void word(struct lx_json *json, const char *key, const char *value)
{
	lx_json_key(json, key);
	lx_json_str(json, value);
}

static void write_ties(struct lx_json *json, const struct lx_cli_tally *tally)
{
	lx_json_key(json, "ties");
	lx_json_open(json, '[');
	for (size_t i = 0; i < tally->result.winners_n; i++) {
		const struct lx_tally_round *round = &tally->result.rounds[i];
		if (round->tied_n < 2)
			continue;
		lx_json_open(json, '[');
		for (size_t k = 0; k < round->tied_n; k++)
			lx_json_text(json, id_of(tally, tally->result.tied[round->tied + k]));
		lx_json_close(json, ']');
	}
	lx_json_close(json, ']');
}

static void write_rounds(struct lx_json *json, const struct lx_cli_tally *tally)
{
	static const char *const phases[] = { "rule", "fill", "comparison" };

	lx_json_key(json, "rounds");
	lx_json_open(json, '[');
	for (size_t i = 0; i < tally->result.winners_n; i++) {
		const struct lx_tally_round *round = &tally->result.rounds[i];
		lx_json_open(json, '{');
		lx_json_key(json, "project");
		lx_json_text(json, id_of(tally, round->project));
		money(json, tally, "cost", tally->pb.election.cost[round->project]);
		word(json, "by", phases[round->phase]);
		if (round->price > 0) {
			lx_json_key(json, "price");
			lx_json_real(json, round->price);
		}
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void write_outcome(struct lx_json *json, const struct lx_cli_tally *tally)
{
	const struct lx_tally_result *result = &tally->result;

	money(json, tally, "budget", tally->pb.election.budget);
	money(json, tally, "total_cost", result->total_cost);
	number(json, "voters", result->voters);
	lx_json_key(json, "winners");
	lx_json_open(json, '[');
	for (size_t i = 0; i < result->winners_n; i++)
		lx_json_text(json, id_of(tally, result->rounds[i].project));
	lx_json_close(json, ']');
	write_ties(json, tally);
	number(json, "steps", result->steps);
	number(json, "iterations", result->iterations);
	number(json, "runs", result->runs);
	number(json, "exact_fallbacks", result->exact_fallbacks);
	if (result->compared) {
		number(json, "prefer_this", result->prefer_this);
		number(json, "prefer_greedy", result->prefer_greedy);
		lx_json_key(json, "replaced");
		lx_json_bool(json, result->replaced);
	}
}

enum lx_code lx_cli_tally_json(struct lx_cli *cli, const struct lx_cli_tally *tally)
{
	struct lx_json json = { .out = &cli->out };

	lx_json_open(&json, '{');
	word(&json, "file", tally->path);
	number(&json, "version", LX_TALLY_VERSION);
	word(&json, "rule", tally->rule);
	word(&json, "utility", tally->utility);
	word(&json, "completion", tally->completion);
	word(&json, "tie_breaking", tally->ties);
	write_outcome(&json, tally);
	write_rounds(&json, tally);
	number(&json, "notices", tally->pb.notices_n);
	lx_json_close(&json, '}');
	lx_buf_char(&cli->out, '\n');
	return LX_OK;
}

enum lx_code lx_cli_tally_csv(struct lx_cli *cli, const struct lx_cli_tally *tally, bool head)
{
	const struct lx_tally_election *e = &tally->pb.election;
	size_t *place = lx_array(&cli->call, e->projects_n, sizeof *place);

	if (place == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < tally->result.winners_n; i++)
		place[tally->result.rounds[i].project] = i + 1;
	if (head)
		lx_buf_str(&cli->out, "file,project_id,cost,won,place\n");
	for (size_t p = 0; p < e->projects_n; p++) {
		lx_csv_write(&cli->out, lx_text(tally->path), ',');
		lx_buf_char(&cli->out, ',');
		lx_csv_write(&cli->out, e->id[p], ',');
		lx_buf_char(&cli->out, ',');
		lx_decimal_write(&cli->out, e->cost[p], e->places);
		lx_buf_printf(&cli->out, ",%d,", place[p] > 0);
		if (place[p] > 0)
			lx_buf_printf(&cli->out, "%zu", place[p]);
		lx_buf_char(&cli->out, '\n');
	}
	return LX_OK;
}
