/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The lists of a form: rows to be filled in, and rows that are there, to be chosen, changed or removed. */
#include "kernel/pages/form_drawing.h"

#include <stdio.h>
#include <string.h>

#define FILE_ROWS  4 /* of files, as many as most things take */
#define EMPTY_ROWS 3 /* of a repeated group; a button draws more */

static bool by_actor(const struct lx_field *field)
{
	return lx_word_in(LX_TEXT_OF("actor"), field->use);
}

/* The fields of one row under a prefix ("party.0", "party.at3"); what is filled from who acts is not asked for. */
static size_t draw_cells(const struct lx_drawing *d, const struct lx_rows *rows,
	const json_t *typed, const char *prefix, struct lx_field_view *fields)
{
	char name[160];
	size_t n = 0;

	for (const struct lx_field *f = rows->fields; f->name != NULL; f++) {
		if (by_actor(f))
			continue;
		(void)snprintf(name, sizeof name, "%s.%s", prefix, f->name);
		lx_draw_field(d, f, typed, name, false, &fields[n++]);
	}
	return n;
}

static size_t fields_of(const struct lx_rows *rows)
{
	size_t n = 0;

	while (rows->fields[n].name != NULL)
		n++;
	return n;
}

/* A typed row: the one of this number, or, for 0, the i-th that is new; NULL: there is none. */
static const json_t *typed_row(
	const struct lx_drawing *d, const struct lx_rows *rows, int64_t number, size_t i)
{
	const json_t *list = json_object_get(d->typed, rows->name);

	for (size_t k = 0; k < json_array_size(list); k++) {
		const json_t *row = json_array_get(list, k);
		int64_t own = json_integer_value(json_object_get(row, "row"));
		if (own == number && (number != 0 || i-- == 0))
			return row;
	}
	return NULL;
}

/* What a row is known by: the first two of its values. */
static struct lx_words row_words(
	const struct lx_drawing *d, const struct lx_rows *rows, const json_t *row)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	int shown = 0;

	for (const struct lx_field *f = rows->fields; f->name != NULL && shown < 2; f++) {
		struct lx_words words = lx_show_cell(
			d->reader, d->shape->type->name, f, json_object_get(row, f->name))
						.words;
		if (words.text.len == 0)
			continue;
		lx_buf_str(&out, shown++ > 0 ? " · " : "");
		lx_buf_text(&out, words.text);
	}
	return lx_words(lx_show_text(d->reader, "%s", lx_buf_view(&out).at));
}

/* Of a row that is there, prose stands in its field to be changed; everything else says what it is now and stays when left blank. */
static void show_present(const struct lx_drawing *d, const struct lx_rows *rows, const json_t *row,
	struct lx_field_view *fields)
{
	size_t n = 0;

	for (const struct lx_field *f = rows->fields; f->name != NULL; f++) {
		if (by_actor(f))
			continue;
		struct lx_field_view *view = &fields[n++];
		const json_t *value = json_object_get(row, f->name);
		struct lx_words now = lx_show_cell(d->reader, d->shape->type->name, f, value).words;
		if (view->value.len > 0 || now.text.len == 0)
			continue;
		if (view->kind == LX_FIELD_AREA)
			view->value = lx_typed_text(d, row, f->name);
		else
			view->hint = lx_show_say(d->reader, "page.now",
				lx_show_text(d->reader, "%.*s", (int)now.text.len, now.text.at).at,
				NULL);
	}
}

/* One row that is there: a box to choose it, its fields, and for lists that may lose rows a box to remove it. */
static void draw_present(const struct lx_drawing *d, const struct lx_rows *rows, const json_t *row,
	bool removes, struct lx_field_group *group)
{
	long long number = (long long)json_integer_value(json_object_get(row, "row"));
	const json_t *typed = typed_row(d, rows, number, 0);
	size_t room = fields_of(rows) + 2, n = 0;
	struct lx_field_view *fields = lx_array(d->reader->call, room, sizeof *fields);
	struct lx_option *option = lx_array(d->reader->call, 1, sizeof *option);
	struct lx_text prefix = lx_show_text(d->reader, "%s.at%lld", rows->name, number);

	if (fields == NULL || option == NULL)
		return;
	*option = (struct lx_option){ .value = lx_show_text(d->reader, "%lld", number),
		.label = lx_words_str(lx_tr(d->reader->request->lang, "page.this_row")),
		.chosen = typed != NULL };
	fields[n++] = (struct lx_field_view){ .kind = LX_FIELD_TICKS,
		.id = lx_show_text(d->reader, "f-%s.row", prefix.at),
		.name = lx_show_text(d->reader, "%s.row", prefix.at),
		.options = option,
		.options_n = 1 };
	size_t cells = draw_cells(d, rows, typed, prefix.at, fields + n);
	show_present(d, rows, row, fields + n);
	n += cells;
	if (removes)
		fields[n++] = (struct lx_field_view){ .kind = LX_FIELD_TICK,
			.id = lx_show_text(d->reader, "f-%s.drop", prefix.at),
			.name = lx_show_text(d->reader, "%s.drop", prefix.at),
			.label = lx_words_str(lx_tr(d->reader->request->lang, "page.remove_row")) };
	*group = (struct lx_field_group){ row_words(d, rows, row), fields, n, { "", 0 } };
}

/* How many empty rows a list is drawn with: more when they were asked for. */
static size_t new_rows(const struct lx_drawing *d, const struct lx_rows *rows, bool needed)
{
	const struct lx_text *add = lx_form_param(d->reader->request, "add", 0);
	size_t typed = 0;

	while (typed_row(d, rows, 0, typed) != NULL)
		typed++;
	if (add != NULL && lx_text_is(*add, rows->name))
		return typed + EMPTY_ROWS;
	if (typed > 0)
		return typed + 1;
	return needed ? 1 : rows->fields[0].kind == LX_FILE ? FILE_ROWS : EMPTY_ROWS;
}

static void draw_new(const struct lx_drawing *d, const struct lx_rows *rows, size_t i,
	struct lx_words legend, struct lx_field_group *group)
{
	struct lx_field_view *fields = lx_array(
		d->reader->call, fields_of(rows) + 1, sizeof *fields);
	struct lx_text prefix = lx_show_text(d->reader, "%s.%zu", rows->name, i);

	if (fields == NULL)
		return;
	size_t n = draw_cells(d, rows, typed_row(d, rows, 0, i), prefix.at, fields);
	*group = (struct lx_field_group){ legend, fields, n, { "", 0 } };
}

/* "+rows" draws empty rows, "=rows" those that are there, "*rows" both. */
void lx_draw_rows(struct lx_drawing *d, const struct lx_rows *rows, char sign, bool needed)
{
	const json_t *present = json_object_get(d->stands, rows->name);
	size_t old = sign == '+' ? 0 : json_array_size(present), n = 0,
	       fresh = sign == '=' ? 0 : new_rows(d, rows, needed || old > 0);
	struct lx_field_group *groups = lx_array(d->reader->call, old + fresh, sizeof *groups);
	struct lx_field_view *view = &d->fields[d->n++];

	*view = (struct lx_field_view){ .kind = LX_FIELD_ROWS,
		.id = lx_show_text(d->reader, "f-%s", rows->name),
		.name = lx_text(rows->name),
		.optional = !needed,
		.more = sign != '=' && rows->fields[0].kind != LX_FILE,
		.label = lx_show_key(d->reader, d->shape->type->name, ".", lx_text(rows->name)) };
	if (groups == NULL)
		return;
	for (size_t i = 0; i < old; i++)
		draw_present(d, rows, json_array_get(present, i), sign == '*', &groups[n++]);
	for (size_t i = 0; i < fresh; i++)
		draw_new(d, rows, i, view->label, &groups[n++]);
	view->groups = groups;
	view->groups_n = n;
}
