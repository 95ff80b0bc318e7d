/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The first step of a form whose questions depend on a category: the categories, each leading to the form with its own questions only.
 * So it works without a script; a form shown again has its category in what was typed.
 */
#include "kernel/pages/pages.h"

#include "kernel/types/input.h"

#include <stdio.h>
#include <string.h>

/* The field of a type whose code a list of the charter's questions goes by, or NULL. */
static const struct lx_field *category_field(const struct lx_type *type)
{
	const struct lx_field *data = type->fields, *code = type->fields;

	while (data != NULL && data->name != NULL && data->kind != LX_DATA)
		data++;
	while (code != NULL && code->name != NULL &&
		(code->kind != LX_CODE || !lx_word_in(LX_TEXT_OF("filter"), code->use)))
		code++;
	return data == NULL || data->name == NULL || code->name == NULL ? NULL : code;
}

struct lx_text lx_chosen_category(const struct lx_type *type, const json_t *typed)
{
	const struct lx_field *field = category_field(type);
	const char *chosen = field == NULL ? NULL
					   : json_string_value(json_object_get(typed, field->name));

	return lx_text(chosen);
}

static bool asks_by_category(const struct lx_charter *charter, const char *list)
{
	const struct lx_row *row;
	size_t at = 0;

	while ((row = lx_charter_row(charter, "question", lx_text(list), &at)) != NULL)
		if (lx_charter_cell(charter, "question", row, "category").text.len > 0)
			return true;
	return false;
}

static bool takes_both(const struct lx_type *type, const struct lx_act *act, const char *category)
{
	struct lx_text rest = lx_text(act->takes);
	struct lx_taken taken;
	bool data = false, code = false;

	while (lx_takes_next(&rest, &taken)) {
		int field = taken.sign == 0 ? lx_field_find(type->fields, taken.name) : -1;
		data = data || (field >= 0 && type->fields[field].kind == LX_DATA);
		code = code || lx_text_is(taken.name, category);
	}
	return data && code;
}

static enum lx_code category_rows(
	const struct lx_reader *reader, const struct lx_field *field, struct lx_grid *table)
{
	const struct lx_charter *charter = &reader->charter;
	const struct lx_row *row;
	size_t at = 0, n = 0;

	while (lx_charter_row(charter, "word", lx_text(field->of), &at) != NULL)
		n++;
	struct lx_grid_row *rows = lx_array(reader->call, n, sizeof *rows);
	struct lx_cell *cells = lx_array(reader->call, n, sizeof *cells);
	if (rows == NULL || cells == NULL)
		return LX_BROKEN;
	at = n = 0;
	while ((row = lx_charter_row(charter, "word", lx_text(field->of), &at)) != NULL) {
		struct lx_text code = lx_charter_cell(charter, "word", row, "code").text;
		cells[n] = (struct lx_cell){ .kind = LX_CELL_TITLE,
			.words = lx_show_code(reader, field->of, code),
			.link = lx_address_make(reader->call, "%.*s?%s=%.*s",
				(int)reader->request->path.len, reader->request->path.at,
				field->name, (int)code.len, code.at) };
		rows[n] = (struct lx_grid_row){ .cells = &cells[n], .cells_n = 1 };
		n++;
	}
	table->rows = rows;
	table->rows_n = n;
	return LX_OK;
}

static enum lx_code show(struct lx_reader *reader, const struct lx_shape *shape,
	const struct lx_act *act, const struct lx_field *field, struct lx_reply *reply)
{
	struct lx_view view = lx_show_view(reader);
	struct lx_words label = lx_show_key(reader, shape->type->name, ".", lx_text(field->name));
	struct lx_column column = { LX_CELL_TITLE, label };
	struct lx_grid table = { .caption = label, .columns = &column, .columns_n = 1 };
	struct lx_section_page page = { .tables = &table, .tables_n = 1 };

	page.heading = lx_show_key(reader, shape->type->name, ".", lx_text(act->name));
	lx_frame_fill(reader, page.heading, shape->type->section, reader->size, &page.frame);
	LX_TRY(category_rows(reader, field, &table));
	lx_reader_close(reader);
	lx_reply_page(reply);
	lx_view_section(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_show_categories(struct lx_reader *reader, const struct lx_shape *shape,
	const struct lx_act *act, struct lx_reply *reply, bool *shown, json_t **typed)
{
	const struct lx_field *field = category_field(shape->type);
	const struct lx_text *said = field == NULL
					     ? NULL
					     : lx_query_param(reader->request, field->name, 0);

	*shown = false;
	if (field == NULL || !takes_both(shape->type, act, field->name))
		return LX_OK;
	if (said != NULL && lx_charter_word(&reader->charter, field->of, *said)) {
		*typed = json_pack("{s:s%}", field->name, said->at, said->len);
		return LX_OK;
	}
	if (!asks_by_category(&reader->charter, field->of))
		return LX_OK;
	*shown = true;
	return show(reader, shape, act, field, reply);
}
