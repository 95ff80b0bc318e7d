/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* From CSV rows to texts. */
#include "base/csv.h"
#include "base/decimal.h"
#include "base/json.h"
#include "cli/similar.h"

#include <string.h>

#define FIELDS_MAX 64
#define ID_MAX     200
#define STEP       65536 /* bytes between two tells of the progress */

/* Which column is what; `none` where there is no such column. */
enum { COLUMN_ID, COLUMN_TEXT, COLUMN_CATEGORY, COLUMN_LATITUDE, COLUMN_LONGITUDE, COLUMNS };
static const char *const names[COLUMNS] = { "id", "text", "category", "latitude", "longitude" };

struct reader {
	struct lx_cli *cli;
	struct lx_csv csv;
	struct lx_csv_field head[FIELDS_MAX];
	size_t head_n;
	size_t columns[COLUMNS];
	struct lx_buf kept;
};

static uint64_t hash(struct lx_text text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < text.len; i++)
		h = (h ^ (unsigned char)text.at[i]) * UINT64_C(0x100000001b3);
	h = (h ^ h >> 32) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static bool is_plain_number(struct lx_text id, int64_t *number)
{
	bool leading_zero = id.len > 1 && id.at[0] == '0';

	return id.len > 0 && id.at[0] != '-' && !leading_zero && lx_text_int(id, number);
}

int64_t lx_similar_id(struct lx_text id)
{
	int64_t number;

	if (is_plain_number(id, &number))
		return number;
	return -1 - (int64_t)(hash(id) >> 1);
}

uint32_t lx_similar_category(struct lx_text word)
{
	return (uint32_t)hash(word) | 1;
}

bool lx_similar_degrees(struct lx_text text, int32_t most, int32_t *millionths)
{
	int64_t number;

	if (!lx_decimal_read(text, 6, &number) || number > most * INT64_C(1000000) ||
		number < most * INT64_C(-1000000))
		return false;
	*millionths = (int32_t)number;
	return true;
}

static enum lx_code fault_at(struct reader *r, int64_t column, const char *id, const char *detail)
{
	return lx_fault_at(&r->cli->call.fault, LX_INVALID, r->csv.line, column, id, "%s", detail);
}

static enum lx_code read_head(struct reader *r)
{
	LX_TRY(lx_csv_row(&r->cli->call, &r->csv, r->head, FIELDS_MAX, &r->head_n));
	for (size_t c = 0; c < COLUMNS; c++) {
		r->columns[c] = FIELDS_MAX;
		for (size_t i = 0; i < r->head_n; i++) {
			if (!lx_text_is(lx_text_trim(r->head[i].text), names[c]))
				continue;
			if (r->columns[c] != FIELDS_MAX)
				return fault_at(
					r, r->head[i].column, "cli.similar_column_twice", names[c]);
			r->columns[c] = i;
		}
	}
	for (size_t c = COLUMN_ID; c <= COLUMN_TEXT; c++)
		if (r->columns[c] == FIELDS_MAX)
			return fault_at(r, 1, "cli.similar_column", names[c]);
	return LX_OK;
}

/* What is kept of a row, as a JSON object; the id as well where the engine's number is not it. */
static enum lx_code keep(
	struct reader *r, const struct lx_csv_field *fields, bool id, struct lx_text *kept)
{
	struct lx_json json = { .out = &r->kept };
	bool some = false;

	lx_buf_clear(&r->kept);
	for (size_t i = 0; i < r->head_n; i++) {
		if (i == r->columns[COLUMN_TEXT] || (i == r->columns[COLUMN_ID] && !id))
			continue;
		if (!some)
			lx_json_open(&json, '{');
		some = true;
		char *name = lx_arena_copy(
			r->cli->call.arena, r->head[i].text.at, r->head[i].text.len);
		if (name == NULL)
			return lx_fail(&r->cli->call, LX_BROKEN, NULL, "base.memory", NULL);
		lx_json_key(&json, i == r->columns[COLUMN_ID] ? "id" : name);
		lx_json_text(&json, fields[i].text);
	}
	*kept = (struct lx_text){ "", 0 };
	if (!some)
		return LX_OK;
	lx_json_close(&json, '}');
	if (r->kept.len > LX_SIMILAR_KEPT_MAX)
		return fault_at(r, 1, "cli.similar_row_large", "");
	char *copy = lx_arena_copy(r->cli->call.arena, r->kept.at, r->kept.len);
	if (lx_buf_failed(&r->kept) || copy == NULL)
		return lx_fail(&r->cli->call, LX_BROKEN, NULL, "base.memory", NULL);
	*kept = (struct lx_text){ copy, r->kept.len };
	return LX_OK;
}

static enum lx_code read_degrees(struct reader *r, const struct lx_csv_field *fields,
	enum lx_code *given, int column, int32_t most, int32_t *out)
{
	size_t at = r->columns[column];

	*given = LX_NOT_FOUND;
	if (at == FIELDS_MAX || lx_text_trim(fields[at].text).len == 0)
		return LX_OK;
	*given = LX_OK;
	if (!lx_similar_degrees(lx_text_trim(fields[at].text), most, out))
		return fault_at(r, fields[at].column, "cli.similar_degrees", names[column]);
	return LX_OK;
}

static enum lx_code read_fields(
	struct reader *r, const struct lx_csv_field *fields, struct lx_similar_text *text)
{
	const struct lx_csv_field *id = &fields[r->columns[COLUMN_ID]];
	struct lx_text word = lx_text_trim(id->text);
	enum lx_code north, east;
	int64_t number;

	if (word.len == 0)
		return fault_at(r, id->column, "cli.similar_no_id", "");
	if (word.len > ID_MAX)
		return fault_at(r, id->column, "cli.similar_long_id", "");
	*text = (struct lx_similar_text){ .id = lx_similar_id(word),
		.text = fields[r->columns[COLUMN_TEXT]].text };
	if (r->columns[COLUMN_CATEGORY] != FIELDS_MAX) {
		struct lx_text category = lx_text_trim(fields[r->columns[COLUMN_CATEGORY]].text);
		text->category = category.len == 0 ? 0 : lx_similar_category(category);
	}
	LX_TRY(read_degrees(r, fields, &north, COLUMN_LATITUDE, 90, &text->place.north));
	LX_TRY(read_degrees(r, fields, &east, COLUMN_LONGITUDE, 180, &text->place.east));
	text->place.known = north == LX_OK && east == LX_OK;
	return keep(r, fields, !is_plain_number(word, &number), &text->kept);
}

static enum lx_code more_room(struct lx_cli *cli, struct lx_similar_rows *rows)
{
	size_t room = rows->room == 0 ? 1024 : 2 * rows->room;
	struct lx_similar_text *at = lx_array(&cli->call, room, sizeof *at);
	uint32_t *lines = lx_array(&cli->call, room, sizeof *lines);

	if (at == NULL || lines == NULL)
		return LX_BROKEN;
	if (rows->n > 0) {
		memcpy(at, rows->at, rows->n * sizeof *at);
		memcpy(lines, rows->lines, rows->n * sizeof *lines);
	}
	*rows = (struct lx_similar_rows){ at, lines, rows->n, room };
	return LX_OK;
}

static enum lx_code read_rows(struct reader *r, struct lx_similar_rows *rows)
{
	struct lx_csv_field fields[FIELDS_MAX];
	size_t told = 0, n;

	for (;;) {
		LX_TRY(lx_csv_row(&r->cli->call, &r->csv, fields, FIELDS_MAX, &n));
		if (n == 0)
			return LX_OK;
		if (n == 1 && fields[0].text.len == 0)
			continue; /* an empty line */
		if (n != r->head_n)
			return lx_fault_at(&r->cli->call.fault, LX_INVALID, r->csv.line,
				fields[n - 1].column, "cli.similar_fields", "%zu", r->head_n);
		if (rows->n == rows->room)
			LX_TRY(more_room(r->cli, rows));
		LX_TRY(read_fields(r, fields, &rows->at[rows->n]));
		rows->lines[rows->n++] = (uint32_t)r->csv.line;
		if (r->csv.at - told < STEP)
			continue;
		told = r->csv.at;
		LX_TRY(lx_step(&r->cli->call, told, r->csv.text.len));
	}
}

enum lx_code lx_similar_read_rows(
	struct lx_cli *cli, const char *path, struct lx_similar_rows *rows)
{
	struct reader r = { .cli = cli, .csv = { .separator = ',' } };

	*rows = (struct lx_similar_rows){ 0 };
	LX_TRY(lx_cli_read(cli, path, &r.csv.text));
	cli->call.progress = lx_cli_progress(cli, "cli.similar_reading");
	enum lx_code code = read_head(&r);
	if (code == LX_OK)
		code = read_rows(&r, rows);
	lx_cli_progress_end(cli);
	lx_buf_close(&r.kept);
	if (code != LX_OK && cli->call.fault.field[0] == '\0')
		lx_cli_in(cli, path);
	return code;
}
