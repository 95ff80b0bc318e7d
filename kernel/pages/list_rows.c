/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The rows of a list: reduced for programs, printed for pages. Printed rows are kept (row_cache.h) where every column is for
 * everyone; what is kept is always what a stranger sees, and who is signed in is given it only where nothing in it was withheld.
 */
#include "kernel/pages/listing.h"
#include "kernel/pages/row_cache.h"

#include <stdio.h>
#include <string.h>

enum lx_code lx_list_records(struct listing *l)
{
	for (size_t i = 0; i < l->found.n; i++) {
		struct lx_record record;
		json_t *reduced;
		LX_TRY(lx_record_load_head(l->reader->tx, l->shape, l->found.numbers[i], &record));
		enum lx_code code = lx_reduce(&l->reader->sight, &record, LX_LIST_PARTS, &reduced);
		if (code == LX_NOT_FOUND)
			continue;
		LX_TRY(code);
		(void)json_array_append_new(l->records, reduced);
	}
	return LX_OK;
}

static bool in_table(const struct lx_type *type, const struct lx_field *field)
{
	bool titles = type->title != NULL && strcmp(field->name, type->title) == 0;

	return !titles && lx_word_in(LX_TEXT_OF("list"), field->use);
}

static void fill_columns(const struct listing *l, struct lx_grid *table)
{
	const struct lx_type *type = l->shape->type;
	struct lx_column *columns = lx_array(
		l->reader->call, l->shape->fields_n + 3, sizeof *columns);
	size_t n = 0;

	if (columns == NULL)
		return;
	columns[n++] = (struct lx_column){ LX_CELL_REF,
		lx_words_str(lx_tr(l->reader->request->lang, "page.number")) };
	if (type->title != NULL)
		columns[n++] = (struct lx_column){ LX_CELL_TITLE,
			lx_show_key(l->reader, type->name, ".", lx_text(type->title)) };
	columns[n++] = (struct lx_column){ LX_CELL_TEXT,
		lx_words_str(lx_tr(l->reader->request->lang, "page.state")) };
	for (const struct lx_field *f = type->fields; f->name != NULL; f++)
		if (in_table(type, f))
			columns[n++] = (struct lx_column){
				f->kind == LX_COUNT || f->kind == LX_NUMBER || f->kind == LX_MONEY
					? LX_CELL_NUMBER
				: f->kind == LX_MOMENT || f->kind == LX_DATE ? LX_CELL_DATE
									     : LX_CELL_TEXT,
				lx_show_key(l->reader, type->name, ".", lx_text(f->name))
			};
	table->columns = columns;
	table->columns_n = n;
}

static void fill_row(
	const struct listing *l, const json_t *record, struct lx_grid_row *row, size_t columns)
{
	const struct lx_type *type = l->shape->type;
	struct lx_cell *cells = lx_array(l->reader->call, columns, sizeof *cells);
	long long number = json_integer_value(json_object_get(record, "number"));
	struct lx_address address = lx_address_make(
		l->reader->call, "/%s/%lld", type->plural, number);
	size_t n = 0;

	if (cells == NULL)
		return;
	cells[n++] = (struct lx_cell){ .kind = LX_CELL_REF,
		.words = lx_words(lx_show_text(l->reader, "%lld", number)),
		.link = type->title == NULL ? address : (struct lx_address){ { "", 0 } } };
	if (type->title != NULL)
		cells[n++] = (struct lx_cell){ .kind = LX_CELL_TITLE,
			.words = lx_show_words(l->reader, json_object_get(record, type->title)),
			.link = address };
	cells[n++] = (struct lx_cell){ .state = lx_show_state(l->reader, record) };
	for (const struct lx_field *f = type->fields; f->name != NULL; f++)
		if (in_table(type, f))
			cells[n++] = lx_show_cell(
				l->reader, type->name, f, json_object_get(record, f->name));
	*row = (struct lx_grid_row){ .cells = cells, .cells_n = n };
}

/* --- rows that look the same to everyone ------------------------------------------------------ */

struct printing {
	const struct listing *l;
	struct lx_view view;
	size_t columns;
	bool stranger; /* so are the reader's eyes */
	struct lx_buf out, row;
};

static void printing_end(struct printing *p)
{
	lx_buf_close(&p->out);
	lx_buf_close(&p->row);
}

/* Nothing in such a list depends on who reads it, but the titles of what it links to. */
static bool for_everyone(const struct lx_type *type)
{
	for (const struct lx_field *f = type->fields; f->name != NULL; f++)
		if ((in_table(type, f) ||
			    (type->title != NULL && strcmp(f->name, type->title) == 0)) &&
			(f->seen_by != NULL || f->kind == LX_SEALED))
			return false;
	return true;
}

/* Whether a stranger reads the title of everything that the row links to. */
static bool is_whole(const struct lx_type *type, const json_t *reduced)
{
	for (const struct lx_field *f = type->fields; f->name != NULL; f++) {
		const json_t *value = json_object_get(reduced, f->name);
		if (f->kind == LX_LINK && json_is_object(value) &&
			json_is_null(json_object_get(value, "title")))
			return false;
	}
	return true;
}

static void print_reduced(struct printing *p, const json_t *reduced)
{
	struct lx_grid_row row = { .cells_n = 0 };

	lx_buf_clear(&p->row);
	fill_row(p->l, reduced, &row, p->columns);
	lx_view_row(&p->row, &p->view, &row);
	lx_buf_text(&p->out, lx_buf_view(&p->row));
}

/* A record as the reader sees it, where a stranger sees less of what it links to. */
static enum lx_code print_own(struct printing *p, const struct lx_record *record)
{
	LX_CLOSE(lx_json_free) json_t *reduced = NULL;

	LX_TRY(lx_reduce(&p->l->reader->sight, record, LX_LIST_PARTS, &reduced));
	print_reduced(p, reduced);
	return LX_OK;
}

static enum lx_code print_new(struct printing *p, const struct lx_row_key *key)
{
	const struct lx_reader *reader = p->l->reader;
	LX_CLOSE(lx_json_free) json_t *reduced = NULL;
	struct lx_record record;

	LX_TRY(lx_record_load_head(reader->tx, key->shape, key->number, &record));
	LX_TRY(lx_reduce(&p->l->open, &record, LX_LIST_PARTS, &reduced));
	bool whole = is_whole(key->shape->type, reduced);
	if (!whole && !p->stranger)
		return print_own(p, &record);
	print_reduced(p, reduced);
	if (!lx_buf_failed(&p->row))
		lx_row_cache_give(reader->app->rows, key, whole, lx_buf_view(&p->row));
	return LX_OK;
}

static enum lx_code print_row(struct printing *p, size_t i)
{
	const struct listing *l = p->l;
	struct lx_row_key key = { l->shape, l->found.numbers[i], l->found.touched[i], l->around,
		l->reader->request->lang };

	if (lx_row_cache_take(l->reader->app->rows, &key, !p->stranger, &p->out))
		return LX_OK;
	enum lx_code code = print_new(p, &key);
	return code == LX_NOT_FOUND ? LX_OK : code;
}

static enum lx_code print_rows(const struct listing *l, struct lx_grid *table)
{
	const struct lx_reader *reader = l->reader;
	LX_CLOSE(printing_end)
	struct printing p = { .l = l,
		.view = lx_show_view(reader),
		.columns = table->columns_n,
		.stranger = reader->actor.kind == LX_BY_NOBODY };

	for (size_t i = 0; i < l->found.n; i++)
		LX_TRY(print_row(&p, i));
	return lx_html_of(reader->call, &p.out, &table->printed);
}

static enum lx_code fill_rows(struct listing *l, struct lx_grid *table)
{
	LX_TRY(lx_list_records(l));
	size_t n = json_array_size(l->records);
	struct lx_grid_row *rows = lx_array(l->reader->call, n, sizeof *rows);
	if (rows == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++)
		fill_row(l, json_array_get(l->records, i), &rows[i], table->columns_n);
	table->rows = rows;
	table->rows_n = n;
	return LX_OK;
}

enum lx_code lx_list_table(struct listing *l, struct lx_grid *table)
{
	char id[64];

	(void)snprintf(id, sizeof id, "%s+", l->shape->type->name);
	table->caption = lx_words_str(lx_tr(l->reader->request->lang, id));
	table->empty = lx_words_str(lx_tr(l->reader->request->lang, "page.empty"));
	fill_columns(l, table);
	return l->found.touched != NULL && for_everyone(l->shape->type) ? print_rows(l, table)
									: fill_rows(l, table);
}
