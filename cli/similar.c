/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi similar: building an index of texts, adding to it, asking it, gathering its texts. */
#include "cli/similar.h"

#include "base/text.h"

#include <string.h>

#define INDEX_LIMIT (SIZE_MAX / 8) /* the command's own memory is bounded by what it reads */

static bool wants_json(const struct lx_cli *cli)
{
	const char *format = lx_option(cli, "format");

	return format != NULL && strcmp(format, "json") == 0;
}

/* The engine names the id that stands twice; the file's reader wants the line. */
static enum lx_code twice_at(
	struct lx_cli *cli, const struct lx_similar_rows *rows, const char *path)
{
	int64_t id;
	bool seen = false;

	if (!lx_text_int(lx_text(cli->call.fault.detail), &id))
		return LX_CONFLICT;
	for (size_t i = 0; i < rows->n; i++) {
		if (rows->at[i].id != id)
			continue;
		if (seen) {
			lx_fault_clear(&cli->call.fault);
			(void)lx_fault_at(&cli->call.fault, LX_INVALID, rows->lines[i], 1,
				"similar.twice", "%lld", (long long)id);
			lx_cli_in(cli, path);
			return LX_INVALID;
		}
		seen = true;
	}
	return LX_CONFLICT;
}

static enum lx_code say_done(struct lx_cli *cli, const char *id, size_t n)
{
	if (wants_json(cli))
		lx_buf_printf(&cli->out, "{\"texts\":%zu}\n", n);
	else
		lx_say_count(&cli->out, cli->lang, id, (int64_t)n);
	if (!wants_json(cli))
		lx_buf_char(&cli->out, '\n');
	return LX_OK;
}

static enum lx_code build(struct lx_cli *cli)
{
	struct lx_similar_rows rows;
	struct lx_text image;

	LX_TRY(lx_similar_read_rows(cli, cli->operands[2], &rows));
	cli->call.progress = lx_cli_progress(cli, "cli.similar_building");
	enum lx_code code = lx_similar_build(&cli->call, rows.at, rows.n, &image);
	lx_cli_progress_end(cli);
	if (code == LX_CONFLICT)
		return twice_at(cli, &rows, cli->operands[2]);
	LX_TRY(code);
	LX_TRY(lx_cli_write(cli, cli->operands[1], image));
	return say_done(cli, "cli.similar_built", rows.n);
}

static enum lx_code read_image(struct lx_cli *cli, struct lx_text *image)
{
	LX_TRY(lx_cli_bytes(cli, cli->operands[1], image));
	enum lx_code code = lx_similar_check(&cli->call, *image);
	if (code != LX_OK)
		lx_cli_in(cli, cli->operands[1]);
	return code;
}

static enum lx_code put_rows(
	struct lx_cli *cli, struct lx_similar *index, const struct lx_similar_rows *rows)
{
	cli->call.progress = lx_cli_progress(cli, "cli.similar_adding");
	for (size_t i = 0; i < rows->n; i++) {
		LX_TRY(lx_similar_put(&cli->call, index, &rows->at[i]));
		if (i % 1024 == 0)
			LX_TRY(lx_step(&cli->call, i, rows->n));
	}
	lx_cli_progress_end(cli);
	return LX_OK;
}

static enum lx_code add_to(struct lx_cli *cli, struct lx_similar *index)
{
	struct lx_similar_rows rows;
	struct lx_text image;

	LX_TRY(read_image(cli, &image));
	LX_TRY(lx_similar_read_rows(cli, cli->operands[2], &rows));
	LX_TRY(lx_similar_load(&cli->call, index, image));
	LX_TRY(put_rows(cli, index, &rows));
	LX_TRY(lx_similar_image(&cli->call, index, &image));
	LX_TRY(lx_cli_write(cli, cli->operands[1], image));
	return say_done(cli, "cli.similar_added", lx_similar_count(index));
}

/* "31.2,121.4" */
static enum lx_code read_place(struct lx_cli *cli, struct lx_similar_place *place)
{
	struct lx_text rest = lx_text(lx_option(cli, "place")), north, east;

	if (rest.len == 0)
		return LX_OK;
	if (!lx_text_split(&rest, ',', &north) || !lx_text_split(&rest, ',', &east) ||
		rest.len > 0 || !lx_similar_degrees(lx_text_trim(north), 90, &place->north) ||
		!lx_similar_degrees(lx_text_trim(east), 180, &place->east))
		return lx_fail(&cli->call, LX_INVALID, "place", "cli.similar_place", "%s", rest.at);
	place->known = true;
	return LX_OK;
}

static enum lx_code query_of(struct lx_cli *cli, struct lx_similar *index)
{
	struct lx_similar_query query = { .text = lx_text(cli->operands[2]) };
	const char *category = lx_option(cli, "category");
	struct lx_similar_hits hits;
	struct lx_text image;

	query.most = (size_t)lx_option_int(cli, "most", 5);
	if (category != NULL)
		query.category = lx_similar_category(lx_text_trim(lx_text(category)));
	LX_TRY(read_place(cli, &query.place));
	LX_TRY(read_image(cli, &image));
	LX_TRY(lx_similar_load(&cli->call, index, image));
	LX_TRY(lx_similar_query(&cli->call, index, &query, &hits));
	return lx_similar_say_hits(cli, &hits, wants_json(cli));
}

static enum lx_code with_index(
	struct lx_cli *cli, enum lx_code (*run)(struct lx_cli *cli, struct lx_similar *index))
{
	struct lx_similar *index;

	LX_TRY(lx_similar_open(&cli->call, INDEX_LIMIT, &index));
	enum lx_code code = run(cli, index);
	lx_similar_close(&index);
	return code;
}

static enum lx_code add(struct lx_cli *cli)
{
	return with_index(cli, add_to);
}

static enum lx_code query(struct lx_cli *cli)
{
	return with_index(cli, query_of);
}

static enum lx_code cluster(struct lx_cli *cli)
{
	struct lx_similar_topics topics;
	struct lx_similar_text *texts;
	struct lx_text image;
	size_t n;

	LX_TRY(read_image(cli, &image));
	LX_TRY(lx_similar_texts(&cli->call, image, &texts, &n));
	cli->call.progress = lx_cli_progress(cli, "cli.similar_clustering");
	LX_TRY(lx_similar_cluster(
		&cli->call, image, (double)lx_option_int(cli, "alike", 0) / 100, &topics));
	lx_cli_progress_end(cli);
	return lx_similar_say_topics(cli, &topics, texts, wants_json(cli));
}

static enum lx_code twins(struct lx_cli *cli)
{
	struct lx_similar_groups groups;
	struct lx_similar_text *texts;
	struct lx_text image;
	size_t n;

	LX_TRY(read_image(cli, &image));
	LX_TRY(lx_similar_texts(&cli->call, image, &texts, &n));
	cli->call.progress = lx_cli_progress(cli, "cli.similar_comparing");
	if (lx_option(cli, "near") != NULL)
		LX_TRY(lx_similar_near(&cli->call, image, &groups));
	else
		LX_TRY(lx_similar_twins(&cli->call, image, &groups));
	lx_cli_progress_end(cli);
	return lx_similar_say_groups(cli, &groups, texts, wants_json(cli));
}

static enum lx_code run(struct lx_cli *cli)
{
	static const struct {
		const char *name;
		size_t operands;
		enum lx_code (*run)(struct lx_cli *cli);
	} doings[] = { { "build", 3, build }, { "add", 3, add }, { "query", 3, query },
		{ "cluster", 2, cluster }, { "twins", 2, twins } };

	for (size_t i = 0; i < sizeof doings / sizeof doings[0]; i++) {
		if (strcmp(cli->operands[0], doings[i].name) != 0)
			continue;
		if (cli->operands_n < doings[i].operands)
			return lx_fail(&cli->call, LX_INVALID, NULL, "cli.operands_few", "%s",
				cli->operands_n < 2 ? "INDEX"
				: i < 2             ? "FILE.csv"
						    : "TEXT");
		if (cli->operands_n > doings[i].operands)
			return lx_fail(&cli->call, LX_INVALID, NULL, "cli.operands_many", "%s",
				cli->operands[doings[i].operands]);
		return doings[i].run(cli);
	}
	return lx_fail(
		&cli->call, LX_INVALID, NULL, "cli.choice", "%s", "build add query cluster twins");
}

static const struct lx_option options[] = {
	{ .name = "format", .kind = LX_OPTION_CHOICE, .of = "table json" },
	{ .name = "most", .kind = LX_OPTION_INT, .of = "1..50" },
	{ .name = "category", .kind = LX_OPTION_TEXT, .value = "WORD" },
	{ .name = "place", .kind = LX_OPTION_TEXT, .value = "LAT,LON" },
	{ .name = "near", .kind = LX_OPTION_FLAG },
	{ .name = "alike", .kind = LX_OPTION_INT, .of = "1..100" },
	{ 0 },
};

const struct lx_command lx_similar_command = {
	.name = "similar",
	.operands =
		"build INDEX FILE.csv | add INDEX FILE.csv | query INDEX TEXT | cluster INDEX | "
		"twins INDEX",
	.operands_least = 1,
	.operands_most = 3,
	.options = options,
	.run = run,
};
