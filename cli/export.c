/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * lianxi export PLURAL --region DIR --format csv|json: all records of a type as a stranger may see them, oldest first, a page
 * after the other, each page from a snapshot of its own; lianxi export rounds/7 --format pb: the published ballots of a round.
 * Runs beside a server.
 */
#include "cli/export.h"

#include "kernel/types/list.h"
#include "kernel/types/reduce.h"
#include "modules/rounds/rounds.h"

#include <string.h>

#define PAGE 200 /* records of one snapshot: well within its 5 s */

typedef void write_fn(struct lx_export *export, const json_t *record, bool first);

static void write_json(struct lx_export *export, const json_t *record, bool first)
{
	struct lx_buf *out = &export->cli->out;

	lx_buf_str(out, first ? "\n" : ",\n");
	export->code = lx_json_told(out, record, &export->cli->call.fault);
}

static void write_csv(struct lx_export *export, const json_t *record, bool first)
{
	(void)first;
	lx_export_csv_row(export, record);
}

static enum lx_code write_page(struct lx_export *export, struct lx_sight *sight,
	const struct lx_list_found *found, write_fn *write)
{
	for (size_t i = 0; i < found->n; i++) {
		LX_CLOSE(lx_json_free) json_t *reduced = NULL;
		struct lx_record record;
		LX_TRY(lx_record_load(sight->tx, export->shape, found->numbers[i], &record));
		enum lx_code code = lx_reduce(sight, &record, LX_ALL_PARTS, &reduced);
		if (code == LX_NOT_FOUND)
			continue;
		LX_TRY(code);
		write(export, reduced, export->written++ == 0);
		LX_TRY(export->code);
	}
	return LX_OK;
}

/* One page from its own snapshot; *more tells whether another may follow. */
static enum lx_code page(struct lx_export *export, write_fn *write, int64_t *after, bool *more)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	LX_CLOSE(lx_titles_close) struct lx_titles titles = { 0 };
	const struct lx_actor nobody = { .kind = LX_BY_NOBODY };
	struct lx_list_spec spec = {
		.shape = export->shape, .sort = LX_SORT_OLD, .after = *after, .most = PAGE
	};
	struct lx_charter charter;
	struct lx_list_found found;

	LX_TRY(lx_store_read(export->opened->store, &export->cli->call, &tx));
	LX_TRY(lx_charter_load(tx, &export->opened->region, &charter));
	if (!lx_charter_on(&charter, export->shape->type->name))
		return lx_fail(&export->cli->call, LX_CONFLICT, NULL, "act.off", NULL);
	export->places = charter.places;
	struct lx_sight sight = { tx, &export->opened->region, &charter, &nobody, &titles };
	LX_TRY(lx_list_find(tx, &spec, &found));
	LX_TRY(write_page(export, &sight, &found, write));
	*more = found.n == PAGE;
	*after = found.n == 0 ? *after : found.numbers[found.n - 1];
	return lx_step(&export->cli->call, export->written, (uint64_t)found.total);
}

static enum lx_code export_all(struct lx_export *export, write_fn *write)
{
	struct lx_call *call = &export->cli->call;
	int64_t after = 0;
	bool more = true;

	while (more) {
		struct lx_arena_mark here = lx_arena_here(call->arena);
		LX_TRY(page(export, write, &after, &more));
		LX_TRY(lx_cli_flush(export->cli));
		lx_arena_back(call->arena, here);
	}
	return LX_OK;
}

static enum lx_code export_records(struct lx_export *export, bool json)
{
	struct lx_cli *cli = export->cli;

	if (json)
		lx_buf_printf(&cli->out, "{\"%s\":[", export->shape->type->plural);
	else
		lx_export_csv_head(export);
	cli->call.progress = lx_cli_progress(cli, "export.progress");
	enum lx_code code = export_all(export, json ? write_json : write_csv);
	lx_cli_progress_end(cli);
	if (json && code == LX_OK)
		lx_buf_str(&cli->out, "\n]}\n");
	return code;
}

/* "rounds/7": the file that its urn became, byte for byte. */
static enum lx_code export_ballots(struct lx_export *export)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_text rest = lx_text(export->cli->operands[0]), plural, urn;
	const struct lx_shape *shape = lx_shape_find(&export->opened->region, LX_TEXT_OF("round"));
	struct lx_call *call = &export->cli->call;
	struct lx_record round;
	int64_t number;

	if (!lx_text_split(&rest, '/', &plural) || !lx_text_is(plural, shape->type->plural) ||
		!lx_text_int(rest, &number) || number < 1)
		return lx_fail(
			call, LX_INVALID, NULL, "export.pb_of", "%s", export->cli->operands[0]);
	LX_TRY(lx_store_read_patient(export->opened->store, call, &tx));
	enum lx_code code = lx_record_load(tx, shape, number, &round);
	if (code == LX_OK && lx_record_class(&round) != LX_PUBLIC)
		code = LX_NOT_FOUND;
	if (code == LX_OK)
		code = lx_round_urn(tx, &round, &urn);
	if (code == LX_NOT_FOUND)
		return lx_fail(
			call, LX_NOT_FOUND, NULL, "export.pb_none", "%s", export->cli->operands[0]);
	LX_TRY(code);
	lx_buf_text(&export->cli->out, urn);
	return LX_OK;
}

static enum lx_code run(struct lx_cli *cli)
{
	LX_CLOSE(lx_region_close) struct lx_opened opened = { .lock = -1 };
	struct lx_export export = { .cli = cli, .opened = &opened };
	const char *folder = lx_option(cli, "region"), *format = lx_option(cli, "format");

	if (folder == NULL || format == NULL)
		return lx_fail(&cli->call, LX_INVALID, folder == NULL ? "region" : "format",
			"cli.needs_value", NULL);
	LX_TRY(lx_region_open(cli, folder, LX_REGION_READ, &opened));
	if (strcmp(format, "pb") == 0)
		return export_ballots(&export);
	export.shape = lx_shape_of_plural(&opened.region, lx_text(cli->operands[0]));
	if (export.shape == NULL || export.shape->type->section == NULL)
		return lx_fail(&cli->call, LX_INVALID, NULL, "import.type", "%s", cli->operands[0]);
	return export_records(&export, strcmp(format, "json") == 0);
}

static const struct lx_option options[] = {
	{ .name = "region", .kind = LX_OPTION_TEXT, .value = "DIR" },
	{ .name = "format", .kind = LX_OPTION_CHOICE, .of = "csv json pb" },
	{ 0 },
};

const struct lx_command lx_export_command = { "export", "PLURAL | rounds/N", 1, 1, options, run };
