/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * lianxi share: divides costs and benefits given in a file, as a report for people or as JSON. No
 * database. The reading is engines/shares/file.h, the report is share_report.c.
 */
#include "cli/share_report.h"

#include "cli/cli.h"
#include "engines/shares/file.h"

#include <stdio.h>
#include <string.h>

#define PIECE      ((size_t)1 << 20)  /* of a generated table, written at once */
#define INPUT_MOST ((size_t)24 << 30) /* a table of 2^30 numbers of 20 digits */

static const struct lx_option options[] = {
	{ .name = "format", .kind = LX_OPTION_CHOICE, .of = "text json" },
	{ .name = "method", .kind = LX_OPTION_TEXT, .value = "M[,M…]" },
	{ .name = "from-costs", .kind = LX_OPTION_TEXT, .value = "FILE.csv" },
	{ .name = "missing", .kind = LX_OPTION_CHOICE, .of = "refuse cheapest-partition" },
	{ .name = "unit", .kind = LX_OPTION_TEXT, .value = "0.01" },
	{ .name = "generate", .kind = LX_OPTION_TEXT, .value = "t1:N:SEED" },
	{ 0 },
};

/* --- the generator --- */

static enum lx_code generate(struct lx_cli *cli, const char *what)
{
	struct lx_text rest = lx_text(what), word[3] = { 0 };
	int64_t n = 0, seed = 0;
	struct lx_game game;

	for (size_t k = 0; k < 3; k++)
		(void)lx_text_split(&rest, ':', &word[k]);
	if (!lx_text_is(word[0], "t1") || !lx_text_int(word[1], &n) ||
		!lx_text_int(word[2], &seed) || n < 2 || n > LX_PLAYERS_MAX || seed < 0 ||
		rest.len > 0)
		return lx_fail(
			&cli->call, LX_INVALID, "generate", "cli.share.bad_generate", "%s", what);
	LX_TRY(lx_game_generate(&cli->call, (unsigned)n, (uint64_t)seed, &game));
	lx_buf_printf(&cli->out,
		"{\"kind\": \"tu_game\", \"mode\": \"profit\", \"n\": %lld, \"generator\": \"T1\", "
		"\"seed\": %lld, \"table\": [",
		(long long)n, (long long)seed);
	for (size_t S = 0; S < (size_t)1 << n; S++) {
		lx_buf_str(&cli->out, S == 0 ? "" : ", ");
		lx_buf_int(&cli->out, game.worth[S]);
		if (cli->out.len > PIECE)
			LX_TRY(lx_cli_flush(cli));
	}
	lx_buf_str(&cli->out, "]}\n");
	return LX_OK;
}

/* --- in --- */

static enum lx_code read_problem(struct lx_cli *cli, json_t **problem, struct lx_share_table *table)
{
	const char *costs = lx_option(cli, "from-costs");
	struct lx_text text;

	if ((costs == NULL) == (cli->operands_n == 0))
		return lx_fail(&cli->call, LX_INVALID, NULL, "cli.share.one_input", NULL);
	LX_TRY(lx_cli_read(cli, costs != NULL ? costs : cli->operands[0], &text));
	if (text.len > INPUT_MOST)
		return lx_fail(&cli->call, LX_INVALID, NULL, "cli.share.long", NULL);
	if (costs != NULL)
		return lx_share_from_costs(&cli->call, text, problem);
	return lx_share_read(&cli->call, text, problem, table);
}

/* The options that are fields of the problem. */
static void take_options(struct lx_cli *cli, json_t *problem)
{
	const char *missing = lx_option(cli, "missing"), *unit = lx_option(cli, "unit");

	if (!json_is_object(problem))
		return; /* refused by the reader with its own sentence */
	if (missing != NULL && strcmp(missing, "cheapest-partition") == 0)
		(void)json_object_set_new(problem, "missing", json_string("cheapest_partition"));
	if (unit != NULL)
		(void)json_object_set_new(problem, "unit", json_string(unit));
}

/* --- out --- */

static void write_json(struct lx_json *out, const json_t *value)
{
	const char *key;
	json_t *one;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		lx_json_open(out, '{');
		json_object_foreach((json_t *)value, key, one)
		{
			lx_json_key(out, key);
			write_json(out, one);
		}
		lx_json_close(out, '}');
		return;
	case JSON_ARRAY:
		lx_json_open(out, '[');
		json_array_foreach(value, i, one) write_json(out, one);
		lx_json_close(out, ']');
		return;
	case JSON_STRING:
		lx_json_text(out,
			(struct lx_text){ json_string_value(value), json_string_length(value) });
		return;
	case JSON_INTEGER:
		lx_json_int(out, json_integer_value(value));
		return;
	case JSON_REAL:
		lx_json_real(out, json_real_value(value));
		return;
	case JSON_NULL:
		lx_json_null(out);
		return;
	default:
		lx_json_bool(out, json_is_true(value));
	}
}

/* What a person is told of a game whichever rules were asked for: groups that are dearer together than apart,
 * and by how much a bill must disappoint somebody. Of larger games only when asked: it takes its time. */
#define TOLD_ALWAYS  ",superadditivity_violations,least_core_excess"
#define TOLD_PLAYERS 16

static bool small_game(const json_t *problem, const struct lx_share_table *table)
{
	const char *kind = json_string_value(json_object_get(problem, "kind"));
	json_int_t n = json_integer_value(json_object_get(problem, "n"));
	size_t named = json_array_size(json_object_get(problem, "players"));

	return kind != NULL && strcmp(kind, "tu_game") == 0 && n <= TOLD_PLAYERS &&
	       named <= TOLD_PLAYERS && table->n <= (size_t)1 << TOLD_PLAYERS;
}

/* What is told always must not stand in the way of what was asked: where it fails, that alone is solved. */
static enum lx_code solve_for_people(
	struct lx_cli *cli, json_t *problem, const struct lx_share_table *table, json_t **result)
{
	LX_CLOSE(lx_buf_close) struct lx_buf methods = { 0 };
	const char *asked = lx_option(cli, "method");

	if (asked != NULL && small_game(problem, table)) {
		lx_buf_str(&methods, asked);
		lx_buf_str(&methods, TOLD_ALWAYS);
		if (!lx_buf_failed(&methods) &&
			lx_share_solve(&cli->call, problem, table, methods.at, result) == LX_OK)
			return LX_OK;
		cli->call.fault = (struct lx_fault){ .code = LX_OK };
	}
	return lx_share_solve(&cli->call, problem, table, asked, result);
}

static enum lx_code run(struct lx_cli *cli)
{
	LX_CLOSE(lx_json_free) json_t *problem = NULL;
	LX_CLOSE(lx_json_free) json_t *result = NULL;
	struct lx_share_table table = { 0 };
	const char *format = lx_option(cli, "format"), *what = lx_option(cli, "generate");
	bool told = format == NULL || strcmp(format, "json") != 0;

	if (what != NULL)
		return generate(cli, what);
	LX_TRY(read_problem(cli, &problem, &table));
	take_options(cli, problem);
	cli->call.progress = lx_cli_progress(cli, "cli.share.progress");
	LX_TRY(told ? solve_for_people(cli, problem, &table, &result)
		    : lx_share_solve(
			      &cli->call, problem, &table, lx_option(cli, "method"), &result));
	lx_cli_progress_end(cli);
	if (told)
		return lx_share_report(cli, problem, result);
	struct lx_json json = { .out = &cli->out };
	write_json(&json, result);
	lx_buf_char(&cli->out, '\n');
	return LX_OK;
}

const struct lx_command lx_share_command = {
	.name = "share",
	.operands = "[FILE.json]",
	.operands_least = 0,
	.operands_most = 1,
	.options = options,
	.run = run,
};
