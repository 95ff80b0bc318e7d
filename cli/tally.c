/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi tally: reads elections from Pabulib files, decides them, shows the result. */
#include "cli/tally.h"

#include "base/decimal.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_MAX ((size_t)100000)

static const struct lx_option options[] = {
	{ .name = "rule", .kind = LX_OPTION_CHOICE, .of = LX_TALLY_RULES " nash" },
	{ .name = "utility", .kind = LX_OPTION_CHOICE, .of = LX_TALLY_UTILITIES },
	{ .name = "completion", .kind = LX_OPTION_TEXT, .value = "none|add1|add1x|greedy|…" },
	{ .name = "irresolute", .kind = LX_OPTION_FLAG },
	{ .name = "increment", .kind = LX_OPTION_TEXT, .value = "AMOUNT" },
	{ .name = "whole-start", .kind = LX_OPTION_FLAG },
	{ .name = "unit-steps", .kind = LX_OPTION_FLAG },
	{ .name = "rank", .kind = LX_OPTION_CHOICE, .of = "density total" },
	{ .name = "threshold", .kind = LX_OPTION_INT, .of = "0..9007199254740992" },
	{ .name = "group", .kind = LX_OPTION_TEXT, .value = "COLUMN" },
	{ .name = "most", .kind = LX_OPTION_TEXT, .value = "GROUP=AMOUNT", .many = true },
	{ .name = "least", .kind = LX_OPTION_TEXT, .value = "GROUP=AMOUNT", .many = true },
	{ .name = "top-down", .kind = LX_OPTION_TEXT, .value = "AMOUNT" },
	{ .name = "fund", .kind = LX_OPTION_TEXT, .value = "ID=REASON", .many = true },
	{ .name = "refuse", .kind = LX_OPTION_TEXT, .value = "ID=REASON", .many = true },
	{ .name = "voters", .kind = LX_OPTION_TEXT, .value = "COLUMN" },
	{ .name = "projects", .kind = LX_OPTION_TEXT, .value = "FILE.csv" },
	{ .name = "budget", .kind = LX_OPTION_TEXT, .value = "AMOUNT" },
	{ .name = "ballots",
		.kind = LX_OPTION_CHOICE,
		.of = "approval choose-1 cumulative scoring ordinal" },
	{ .name = "ties", .kind = LX_OPTION_CHOICE, .of = LX_TALLY_TIES },
	{ .name = "seed", .kind = LX_OPTION_INT, .of = "0..9223372036854775807" },
	{ .name = "explain", .kind = LX_OPTION_FLAG },
	{ .name = "what-if", .kind = LX_OPTION_FLAG },
	{ .name = "compare", .kind = LX_OPTION_FLAG },
	{ .name = "format", .kind = LX_OPTION_CHOICE, .of = "text json csv" },
	{ .name = "threads", .kind = LX_OPTION_INT, .of = "1..64" },
	{ .name = "svg", .kind = LX_OPTION_TEXT, .value = "FILE.svg" },
	{ .name = "write", .kind = LX_OPTION_TEXT, .value = "FILE.pb" },
	{ 0 },
};

static const char *given(const struct lx_cli *cli, const char *name, const char *otherwise)
{
	const char *value = lx_option(cli, name);

	return value == NULL ? otherwise : value;
}

static enum lx_code read_setting(struct lx_cli *cli, struct lx_tally_report *tally)
{
	struct lx_tally_setting *setting = &tally->setting;

	tally->rule = given(cli, "rule", "mes");
	tally->utility = given(cli, "utility", "cost");
	tally->completion = given(cli, "completion", "none");
	tally->ties = given(cli, "ties", "id");
	tally->searched = lx_option(cli, "what-if") != NULL;
	tally->explained = tally->searched || lx_option(cli, "explain") != NULL;
	tally->irresolute = lx_option(cli, "irresolute") != NULL;
	bool divides = strcmp(tally->rule, "nash") == 0;
	if (divides)
		tally->rule = "mes"; /* only to read the other words; it is not used */
	LX_TRY(lx_tally_report_words(&cli->call, tally));
	if (divides)
		tally->rule = "nash";
	setting->seed = (uint64_t)lx_option_int(cli, "seed", 0);
	setting->by_total = strcmp(given(cli, "rank", "density"), "total") == 0;
	setting->whole_start = lx_option(cli, "whole-start") != NULL;
	setting->unit_steps = lx_option(cli, "unit-steps") != NULL;
	if (setting->ties == LX_TIES_LOT && lx_option(cli, "seed") == NULL)
		return lx_fail(&cli->call, LX_INVALID, "seed", "cli.tally_seed", NULL);
	return LX_OK;
}

/* What depends on the file: the increment in its money, the threshold it names. */
static enum lx_code fit_setting(struct lx_cli *cli, struct lx_tally_report *tally)
{
	struct lx_tally_setting *setting = &tally->setting;
	const char *increment = lx_option(cli, "increment");

	setting->increment = 0;
	if (increment != NULL && (!lx_decimal_read(lx_text(increment), tally->pb.election.places,
					  &setting->increment) ||
					 setting->increment <= 0))
		return lx_fail(&cli->call, LX_INVALID, "increment", "cli.tally_increment", "%s",
			increment);
	if (setting->rule == LX_RULE_EXCLUSIVE && lx_option(cli, "group") == NULL)
		return lx_fail(&cli->call, LX_INVALID, "group", "cli.tally_group", NULL);
	int64_t told = setting->rule == LX_RULE_THRESHOLD ? tally->pb.threshold : 0;
	setting->threshold = lx_option_int(cli, "threshold", told);
	return LX_OK;
}

/* Projects with the same text in a column form a group; without text each is a group of its own. */
static enum lx_code read_groups(struct lx_cli *cli, struct lx_pb *pb)
{
	const char *column = lx_option(cli, "group");
	struct lx_tally_election *e = &pb->election;
	size_t at = 0;

	if (column == NULL)
		return LX_OK;
	while (at < pb->project_columns_n && !lx_text_is(pb->project_columns[at], column))
		at++;
	if (at == pb->project_columns_n)
		return lx_fail(&cli->call, LX_INVALID, "group", "tally.pb_column", "%s", column);
	uint16_t *group = lx_array(&cli->call, e->projects_n, sizeof *group);
	if (group == NULL)
		return LX_BROKEN;
	for (size_t p = 0; p < e->projects_n; p++) {
		struct lx_text name = lx_pb_cell(pb, p, column);
		size_t same = 0;
		while (same < p &&
			(name.len == 0 || !lx_text_equal(name, lx_pb_cell(pb, same, column))))
			same++;
		group[p] = same < p ? group[same] : (uint16_t)p;
	}
	e->group = group;
	e->groups_n = e->projects_n;
	return LX_OK;
}

/* One GROUP=AMOUNT of an option, into the limits. */
static enum lx_code read_limit(struct lx_cli *cli, const struct lx_pb *pb, const char *option,
	const char *given_text, int64_t *limits)
{
	const struct lx_tally_election *e = &pb->election;
	const char *equals = strrchr(given_text, '='), *column = lx_option(cli, "group");
	int64_t amount;

	if (equals == NULL || !lx_decimal_read(lx_text(equals + 1), e->places, &amount) ||
		amount < 0 || amount > LX_TALLY_MONEY_MAX)
		return lx_fail(&cli->call, LX_INVALID, option, "cli.tally_limit", "%s", given_text);
	struct lx_text name = { given_text, (size_t)(equals - given_text) };
	for (size_t p = 0; p < e->projects_n; p++)
		if (name.len > 0 && lx_text_equal(lx_pb_cell(pb, p, column), name)) {
			limits[e->group[p]] = amount;
			return LX_OK;
		}
	return lx_fail(&cli->call, LX_INVALID, option, "cli.tally_limit", "%s", given_text);
}

static enum lx_code read_limits(struct lx_cli *cli, struct lx_pb *pb)
{
	struct lx_tally_election *e = &pb->election;
	static const char *const names[] = { "most", "least" };
	const int64_t **places[] = { &e->most, &e->least };

	for (size_t k = 0; k < 2; k++) {
		const char *each = lx_option(cli, names[k]);
		if (each == NULL)
			continue;
		if (e->group == NULL)
			return lx_fail(&cli->call, LX_INVALID, "group", "cli.tally_group", NULL);
		int64_t *limits = lx_array(&cli->call, e->groups_n, sizeof *limits);
		if (limits == NULL)
			return LX_BROKEN;
		for (size_t g = 0; g < e->groups_n; g++)
			limits[g] = k == 0 ? INT64_MAX : 0;
		for (size_t i = 0; (each = lx_option_each(cli, names[k], i)) != NULL; i++)
			LX_TRY(read_limit(cli, pb, names[k], each, limits));
		*places[k] = limits;
	}
	return LX_OK;
}

static enum lx_code show(struct lx_cli *cli, const struct lx_tally_report *tally, bool first)
{
	const char *format = given(cli, "format", "text");

	if (strcmp(format, "json") == 0) {
		LX_TRY(lx_tally_report_json(&cli->call, tally, &cli->out));
		lx_buf_char(&cli->out, '\n');
		return LX_OK;
	}
	if (strcmp(format, "csv") == 0)
		return lx_cli_tally_csv(cli, tally, first);
	return lx_cli_tally_text(cli, tally);
}

static enum lx_code write_back(struct lx_cli *cli, const struct lx_tally_report *tally)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	const char *path = lx_option(cli, "write");

	if (path == NULL)
		return LX_OK;
	LX_TRY(lx_pb_write(&cli->call, &tally->pb, &out));
	return lx_cli_write(cli, path, lx_buf_view(&out));
}

static bool ends_in(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n > m && strcmp(path + n - m, end) == 0;
}

/* A Pabulib file, or two tables. */
static enum lx_code read_election(struct lx_cli *cli, const char *path, struct lx_pb *pb)
{
	struct lx_pb_source source = { .voters = lx_option(cli, "voters") };
	const char *projects = lx_option(cli, "projects");

	LX_TRY(lx_cli_read(cli, path, &source.text));
	if (ends_in(path, ".csv") || projects != NULL) {
		if (projects == NULL || lx_option(cli, "budget") == NULL)
			return lx_fail(
				&cli->call, LX_INVALID, "projects", "cli.tally_tables", NULL);
		LX_TRY(lx_cli_read(cli, projects, &source.projects));
		source.budget = lx_text(lx_option(cli, "budget"));
		source.vote_type = lx_text(given(cli, "ballots", "approval"));
	}
	return lx_pb_read_from(&cli->call, &source, pb);
}

static enum lx_code decide(struct lx_cli *cli, struct lx_tally_report *tally)
{
	LX_TRY(fit_setting(cli, tally));
	LX_TRY(read_groups(cli, &tally->pb));
	LX_TRY(read_limits(cli, &tally->pb));
	LX_TRY(lx_cli_tally_apart(cli, tally));
	if (strcmp(tally->rule, "nash") == 0)
		return LX_OK;
	LX_TRY(lx_tally_report_decide(&cli->call, tally));
	if (lx_option(cli, "compare") != NULL)
		LX_TRY(lx_tally_report_compare(&cli->call, tally));
	return LX_OK;
}

static enum lx_code run_file(struct lx_cli *cli, const char *path, bool first)
{
	struct lx_tally_report tally = { .path = path };

	LX_TRY(read_setting(cli, &tally));
	enum lx_code code = read_election(cli, path, &tally.pb);
	if (code == LX_OK)
		code = decide(cli, &tally);
	if (code != LX_OK) {
		if (cli->call.fault.field[0] == '\0')
			(void)snprintf(
				cli->call.fault.field, sizeof cli->call.fault.field, "%s", path);
		return code;
	}
	LX_TRY(write_back(cli, &tally));
	if (strcmp(tally.rule, "nash") == 0)
		return lx_cli_tally_divide(cli, &tally, given(cli, "format", "text"));
	if (lx_option(cli, "svg") != NULL)
		LX_TRY(lx_cli_tally_svg(cli, &tally, lx_option(cli, "svg")));
	return show(cli, &tally, first);
}

static int by_name(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The .pb files of a folder, by name. */
static enum lx_code list_folder(
	struct lx_cli *cli, const char *folder, const char **paths, size_t *n)
{
	DIR *open = opendir(folder);
	char path[4096];

	if (open == NULL)
		return lx_fail(&cli->call, LX_INVALID, folder, "cli.open", NULL);
	enum lx_code code = LX_OK;
	size_t from = *n;
	for (struct dirent *entry; code == LX_OK && (entry = readdir(open)) != NULL;) {
		if (!ends_in(entry->d_name, ".pb"))
			continue;
		int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		char *copy = length < 0 || (size_t)length >= sizeof path || *n == FILES_MAX
				     ? NULL
				     : lx_arena_copy(cli->call.arena, path, (size_t)length);
		if (copy == NULL)
			code = lx_fail(&cli->call, LX_BROKEN, folder, "base.memory", NULL);
		else
			paths[(*n)++] = copy;
	}
	(void)closedir(open);
	qsort(paths + from, *n - from, sizeof paths[0], by_name);
	return code;
}

static enum lx_code list_files(struct lx_cli *cli, const char **paths, size_t *n)
{
	for (size_t i = 0; i < cli->operands_n; i++) {
		struct stat about;
		if (stat(cli->operands[i], &about) == 0 && S_ISDIR(about.st_mode))
			LX_TRY(list_folder(cli, cli->operands[i], paths, n));
		else if (*n < FILES_MAX)
			paths[(*n)++] = cli->operands[i];
	}
	return LX_OK;
}

static enum lx_code run(struct lx_cli *cli)
{
	const char **paths = lx_array(&cli->call, FILES_MAX, sizeof *paths);
	size_t n = 0;

	if (paths == NULL)
		return LX_BROKEN;
	LX_TRY(list_files(cli, paths, &n));
	if (n == 0)
		return lx_fail(&cli->call, LX_INVALID, cli->operands[0], "cli.tally_none", NULL);
	cli->call.threads = (unsigned)lx_option_int(cli, "threads", (int64_t)cli->call.threads);
	cli->call.progress = lx_cli_progress(cli, "cli.tally_progress");
	for (size_t i = 0; i < n; i++) {
		struct lx_arena_mark mark = lx_arena_here(cli->call.arena);
		if (n > 1)
			LX_TRY(lx_step(&cli->call, i, n));
		LX_TRY(run_file(cli, paths[i], i == 0));
		LX_TRY(lx_cli_flush(cli));
		lx_arena_back(cli->call.arena, mark);
	}
	lx_cli_progress_end(cli);
	return LX_OK;
}

const struct lx_command lx_tally_command = {
	.name = "tally",
	.operands = "FILE…",
	.operands_least = 1,
	.operands_most = SIZE_MAX,
	.options = options,
	.run = run,
};
