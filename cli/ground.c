/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * lianxi ground: common ground from the files of a discussion. Reads a folder as Polis exports it, or
 * single files; the faces of the answer are in ground_text.c, ground_json.c, ground_csv.c, svg_ground.c.
 */
#include "cli/ground.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct lx_option options[] = {
	{ "mode", LX_OPTION_CHOICE, "plain polis", "MODE", false },
	{ "format", LX_OPTION_CHOICE, "text json csv", "FORMAT", false },
	{ "k", LX_OPTION_INT, "2..5", "K", false },
	{ "kind", LX_OPTION_CHOICE, "citizen organisation government", "KIND", false },
	{ "svg", LX_OPTION_TEXT, NULL, "FILE", false },
	{ "write", LX_OPTION_TEXT, NULL, "FOLDER", false },
	{ "reruns", LX_OPTION_INT, "0..1000", "N", false },
	{ "key", LX_OPTION_INT, "0..", "NUMBER", false },
	{ "next", LX_OPTION_INT, "..", "PERSON", false },
	{ "round", LX_OPTION_INT, "0..", "N", false },
	{ "threads", LX_OPTION_INT, "1..64", "N", false },
	{ 0 },
};

bool lx_cli_ground_shows_groups(const struct ground_run *run)
{
	return run->ground.k > 1 && (run->ground.stable || run->forced);
}

struct lx_text lx_cli_ground_says(struct ground_run *run, size_t statement)
{
	int64_t id = run->opinions.statement[statement];

	for (size_t i = 0; i < run->discussion.comment_n; i++)
		if (run->discussion.comment[i].id == id && run->discussion.comment[i].body.len > 0)
			return run->discussion.comment[i].body;
	char number[24];
	int n = snprintf(number, sizeof number, "#%lld", (long long)id);
	const char *copy = lx_arena_copy(run->cli->call.arena, number, (size_t)n);
	return lx_text(copy);
}

/* A fault in a file names the file. */
static enum lx_code read_file(struct ground_run *run, const char *path)
{
	struct lx_text text;

	LX_TRY(lx_cli_read(run->cli, path, &text));
	enum lx_code code = lx_discussion_read(&run->cli->call, text, &run->discussion);
	char *field = run->cli->call.fault.field;
	size_t n = lx_utf8_cut(path, strlen(path), LX_FIELD_MAX - 1);
	if (code == LX_INVALID) {
		memcpy(field, path, n);
		field[n] = '\0';
	}
	return code;
}

/* The log before the people: where both exist, the log wins. */
static enum lx_code read_folder(struct ground_run *run, const char *folder)
{
	static const char *const names[] = { "votes.csv", "comments.csv",
		"participants-votes.csv" };
	char path[4096];
	bool any = false;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (snprintf(path, sizeof path, "%s/%s", folder, names[i]) >= (int)sizeof path)
			return lx_fail(
				&run->cli->call, LX_INVALID, folder, "cli.ground.long_path", NULL);
		if (access(path, F_OK) != 0)
			continue;
		any |= i != 1;
		LX_TRY(read_file(run, path));
	}
	if (!any)
		return lx_fail(&run->cli->call, LX_INVALID, folder, "cli.ground.empty", NULL);
	return LX_OK;
}

static enum lx_code read_all(struct ground_run *run)
{
	struct stat about;

	for (size_t i = 0; i < run->cli->operands_n; i++) {
		const char *path = run->cli->operands[i];
		if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
			LX_TRY(read_folder(run, path));
		else
			LX_TRY(read_file(run, path));
	}
	if (run->discussion.log == NULL)
		return lx_fail(&run->cli->call, LX_INVALID, run->cli->operands[0],
			"cli.ground.no_votes", NULL);
	return LX_OK;
}

/* Who is grouped: one kind of voter. Without votes of that kind there is nothing to group. */
static enum lx_code pick_kind(struct ground_run *run)
{
	const char *word = lx_option(run->cli, "kind");
	bool mixed = false;

	for (enum lx_voter kind = LX_CITIZEN; word != NULL && kind < LX_VOTERS; kind++)
		if (strcmp(word, lx_voter_names[kind]) == 0)
			run->kind = kind;
	for (size_t i = 0; i < run->everybody.people; i++)
		mixed |= run->everybody.kind[i] != run->kind;
	run->opinions = run->everybody;
	if (!mixed)
		return LX_OK;
	LX_TRY(lx_opinions_of_kind(&run->cli->call, &run->everybody, run->kind, &run->opinions));
	if (run->opinions.people == 0)
		return lx_fail(&run->cli->call, LX_INVALID, "kind", "cli.ground.no_kind", "%s",
			lx_voter_names[run->kind]);
	return LX_OK;
}

/* What the other kinds said of each statement. */
static enum lx_code count_others(struct ground_run *run)
{
	const struct lx_opinions *o = &run->everybody;

	for (size_t i = 0; i < o->people; i++) {
		struct lx_count **of = &run->others[o->kind[i]];
		if (o->kind[i] == run->kind)
			continue;
		if (*of == NULL)
			*of = lx_array(&run->cli->call, o->statements, sizeof **of);
		if (*of == NULL)
			return LX_BROKEN;
		for (size_t v = o->from[i]; v < o->from[i + 1]; v++) {
			struct lx_count *count = &(*of)[LX_CELL_STATEMENT(o->cell[v])];
			count->agree += LX_CELL_STANCE(o->cell[v]) == LX_AGREE;
			count->disagree += LX_CELL_STANCE(o->cell[v]) == LX_DISAGREE;
			count->votes++;
		}
	}
	return LX_OK;
}

static enum lx_code compute(struct ground_run *run)
{
	struct lx_cli *cli = run->cli;
	const char *mode = lx_option(cli, "mode");
	struct lx_ground_options how = {
		.mode = mode != NULL && strcmp(mode, "polis") == 0 ? LX_POLIS : LX_PLAIN,
		.groups = (unsigned)lx_option_int(cli, "k", 0),
		.reruns = (unsigned)lx_option_int(cli, "reruns", LX_RERUNS),
		.key = (uint64_t)lx_option_int(cli, "key", 1),
	};

	cli->call.threads = (unsigned)lx_option_int(cli, "threads", (int64_t)cli->call.threads);
	run->forced = how.groups > 0;
	cli->call.progress = lx_cli_progress(cli, "cli.ground.computing");
	LX_TRY(lx_discussion_opinions(&cli->call, &run->discussion, &run->everybody));
	LX_TRY(pick_kind(run));
	LX_TRY(count_others(run));
	LX_TRY(lx_ground(&cli->call, &run->opinions, &how, &run->ground));
	if (how.mode == LX_POLIS)
		LX_TRY(lx_opinions_by_arrival(&cli->call, &run->opinions, &run->opinions));
	if (run->forced && run->ground.k != how.groups)
		return lx_fail(&cli->call, LX_INVALID, "k", "cli.ground.too_few", NULL);
	if (lx_cli_ground_shows_groups(run)) {
		LX_TRY(lx_ground_common(&cli->call, &run->ground, &run->common, &run->common_n));
		LX_TRY(lx_ground_divides(
			&cli->call, &run->ground, GROUND_LISTED, &run->divides, &run->divides_n));
	}
	LX_TRY(lx_ground_shortlist(
		&cli->call, &run->opinions, &run->ground, GROUND_LISTED, &run->list, &run->list_n));
	lx_cli_progress_end(cli);
	return LX_OK;
}

/* --next: one number, and why it could come. */
static enum lx_code show_next(struct ground_run *run, int64_t person)
{
	const struct lx_opinions *o = &run->opinions;
	double *weight = lx_array(&run->cli->call, o->statements, sizeof *weight);
	size_t row = 0, statement;
	double total = 0;
	char text[4][48];

	if (weight == NULL)
		return LX_BROKEN;
	while (row < o->people && o->person[row] != person)
		row++;
	if (row == o->people)
		return lx_fail(&run->cli->call, LX_INVALID, "next", "cli.ground.no_person", "%lld",
			(long long)person);
	int64_t key = lx_option_int(run->cli, "key", 1),
		round = lx_option_int(run->cli, "round", 0);
	lx_ground_next(o, &run->ground, row, (uint64_t)key, (uint64_t)round, &statement, weight);
	if (statement == SIZE_MAX) {
		lx_buf_printf(
			&run->cli->out, "%s\n", lx_tr(run->cli->lang, "cli.ground.next_none"));
		return LX_OK;
	}
	for (size_t j = 0; j < o->statements; j++)
		total += weight[j];
	(void)snprintf(text[0], sizeof text[0], "%lld", (long long)o->statement[statement]);
	(void)snprintf(text[1], sizeof text[1], "%.2f", 100 * weight[statement] / total);
	(void)snprintf(text[2], sizeof text[2], "%lld", (long long)key);
	(void)snprintf(text[3], sizeof text[3], "%lld", (long long)round);
	lx_say(&run->cli->out, run->cli->lang, "cli.ground.next_is", text[0], text[1], text[2],
		text[3]);
	lx_buf_char(&run->cli->out, '\n');
	return LX_OK;
}

static enum lx_code write_map(struct ground_run *run, const char *path)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	LX_TRY(lx_cli_ground_svg(run, &out));
	if (lx_buf_failed(&out))
		return lx_fail(&run->cli->call, LX_BROKEN, NULL, "base.memory", NULL);
	return lx_cli_write(run->cli, path, lx_buf_view(&out));
}

/* Everybody's group, by row of `everybody`, whose rows are those of the result unless kinds are mixed. */
static enum lx_code groups_of_all(struct ground_run *run, uint8_t **group)
{
	const struct lx_opinions *all = &run->everybody, *some = &run->opinions;
	uint8_t *of = lx_array(&run->cli->call, all->people, sizeof *of);

	if (of == NULL)
		return LX_BROKEN;
	memset(of, LX_NO_GROUP, all->people);
	for (size_t i = 0; lx_cli_ground_shows_groups(run) && i < some->people; i++) {
		size_t low = 0, high = all->people;
		while (low < high) {
			size_t middle = low + (high - low) / 2;
			if (all->person[middle] < some->person[i])
				low = middle + 1;
			else
				high = middle;
		}
		of[low] = run->ground.group[i];
	}
	*group = of;
	return LX_OK;
}

static enum lx_code write_files(struct ground_run *run, const char *folder)
{
	static const char *const names[] = { "votes.csv", "comments.csv",
		"participants-votes.csv" };
	char path[4096];
	uint8_t *group;

	LX_TRY(groups_of_all(run, &group));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
		if (i == 0)
			lx_write_votes(&out, &run->discussion);
		else if (i == 1)
			LX_TRY(lx_write_comments(
				&run->cli->call, &out, &run->discussion, &run->everybody));
		else
			LX_TRY(lx_write_people(
				&run->cli->call, &out, &run->discussion, &run->everybody, group));
		if (lx_buf_failed(&out))
			return lx_fail(&run->cli->call, LX_BROKEN, NULL, "base.memory", NULL);
		if (snprintf(path, sizeof path, "%s/%s", folder, names[i]) >= (int)sizeof path)
			return lx_fail(
				&run->cli->call, LX_INVALID, folder, "cli.ground.long_path", NULL);
		LX_TRY(lx_cli_write(run->cli, path, lx_buf_view(&out)));
	}
	return LX_OK;
}

static enum lx_code show(struct ground_run *run)
{
	const char *format = lx_option(run->cli, "format");

	if (format == NULL || strcmp(format, "text") == 0)
		return lx_cli_ground_text(run);
	if (strcmp(format, "json") == 0)
		lx_cli_ground_json(run);
	else
		lx_cli_ground_csv(run);
	return LX_OK;
}

static enum lx_code run(struct lx_cli *cli)
{
	struct ground_run run = { .cli = cli };
	const char *svg = lx_option(cli, "svg"), *folder = lx_option(cli, "write");

	LX_TRY(read_all(&run));
	LX_TRY(compute(&run));
	if (svg != NULL)
		LX_TRY(write_map(&run, svg));
	if (folder != NULL)
		LX_TRY(write_files(&run, folder));
	if (lx_option(cli, "next") != NULL)
		return show_next(&run, lx_option_int(cli, "next", 0));
	return show(&run);
}

const struct lx_command lx_ground_command = {
	.name = "ground",
	.operands = "FOLDER|FILE…",
	.operands_least = 1,
	.operands_most = 16,
	.options = options,
	.run = run,
};
