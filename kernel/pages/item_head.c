/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The lines around the title of a record. Over it: type and number, the day it was made, what it is about (filtered codes and
 * choices). Under it: the fields whose catalogue has a phrase for this place, "need.lead=": "{0} leads".
 */
#include "kernel/pages/pages.h"

#include <stdio.h>
#include <string.h>

#define ABOVE_MOST  5
#define PIECES_MOST 8

static struct lx_words day_made(const struct lx_reader *reader, const struct lx_record *record)
{
	struct lx_view view = lx_show_view(reader);
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	lx_view_ymd(&out, &view, record->made_at);
	return lx_words(lx_show_text(reader, "%s", out.at == NULL ? "" : out.at));
}

static bool about(const struct lx_field *field)
{
	return (field->kind == LX_CODE || field->kind == LX_CHOICE) && field->use != NULL &&
	       lx_word_in(LX_TEXT_OF("filter"), field->use);
}

static enum lx_code fill_above(const struct lx_reader *reader, const struct lx_record *record,
	const json_t *json, struct lx_item_page *page)
{
	const struct lx_type *type = record->shape->type;
	struct lx_words *above = lx_array(reader->call, ABOVE_MOST, sizeof *above);
	struct lx_words name = lx_show_key(reader, "", "", lx_text(type->name));
	size_t n = 0;

	if (above == NULL)
		return LX_BROKEN;
	above[n++] = lx_words(lx_show_text(
		reader, "%.*s %lld", (int)name.text.len, name.text.at, (long long)record->number));
	above[n++] = day_made(reader, record);
	for (const struct lx_field *f = type->fields; f->name != NULL && n < ABOVE_MOST; f++) {
		const json_t *value = json_object_get(json, f->name);
		if (!about(f) || value == NULL || json_is_null(value) ||
			lx_item_answered(type, json, f->name))
			continue;
		above[n++] = lx_show_cell(reader, type->name, f, value).words;
	}
	page->above = above;
	page->above_n = n;
	return LX_OK;
}

static bool phrase(const struct lx_type *type, const char *name, char id[LX_FIELD_MAX])
{
	(void)snprintf(id, LX_FIELD_MAX, "%s.%s=", type->name, name);
	return lx_has(id);
}

static void add_piece(const struct lx_reader *reader, const char *id, struct lx_text value,
	struct lx_address link, struct lx_item_page *page, struct lx_piece *pieces)
{
	if (value.len == 0 || page->pieces_n == PIECES_MOST)
		return;
	pieces[page->pieces_n++] = (struct lx_piece){
		.words = lx_show_say(reader, id,
			lx_show_text(reader, "%.*s", (int)value.len, value.at).at, NULL),
		.link = link
	};
}

/* The first field of every row, one after the other: "Shanghai, Jiaxing". */
static struct lx_text joined(
	const struct lx_reader *reader, const struct lx_rows *rows, const json_t *list)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *value = json_object_get(
			json_array_get(list, i), rows->fields[0].name);
		if (i > 0)
			lx_buf_str(&out, reader->request->lang == LX_ZH ? "、" : ", ");
		lx_buf_text(&out, lx_show_cell(reader, "", &rows->fields[0], value).words.text);
	}
	return lx_show_text(reader, "%s", out.at == NULL ? "" : out.at);
}

static bool nothing_there(const json_t *value)
{
	return value == NULL || json_is_null(value) ||
	       (json_is_integer(value) && json_integer_value(value) == 0);
}

static enum lx_code fill_pieces(const struct lx_reader *reader, const struct lx_record *record,
	const json_t *json, struct lx_item_page *page)
{
	const struct lx_type *type = record->shape->type;
	struct lx_piece *pieces = lx_array(reader->call, PIECES_MOST, sizeof *pieces);
	char id[LX_FIELD_MAX];

	if (pieces == NULL)
		return LX_BROKEN;
	page->pieces = pieces;
	for (const struct lx_field *f = type->fields; f->name != NULL; f++) {
		const json_t *value = json_object_get(json, f->name);
		if (!phrase(type, f->name, id) || nothing_there(value))
			continue;
		struct lx_cell cell = lx_show_cell(reader, type->name, f, value);
		add_piece(reader, id, cell.words.text, cell.link, page, pieces);
	}
	for (size_t i = 0; i < record->shape->rows_n; i++)
		if (phrase(type, type->rows[i].name, id))
			add_piece(reader, id,
				joined(reader, &type->rows[i],
					json_object_get(json, type->rows[i].name)),
				(struct lx_address){ { "", 0 } }, page, pieces);
	return LX_OK;
}

enum lx_code lx_item_head(const struct lx_reader *reader, const struct lx_record *record,
	const json_t *json, struct lx_item_page *page)
{
	LX_TRY(fill_above(reader, record, json, page));
	return fill_pieces(reader, record, json, page);
}
