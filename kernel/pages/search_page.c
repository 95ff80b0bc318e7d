/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Search over everything public: how much of each kind, and the best of it; a number leads to the need of that number. */
#include "kernel/pages/pages.h"

#include "kernel/types/list.h"

#include <stdio.h>

#define SEARCH_MOST 50
#define COLUMNS     4

static struct lx_words tr(const struct lx_reader *reader, const char *id)
{
	return lx_words_str(lx_tr(reader->request->lang, id));
}

/* A record that was found: kind and number, title, state. False where it may not be read or its type is off. */
static enum lx_code found_row(const struct lx_reader *reader, const struct lx_search_hit *hit,
	struct lx_grid_row *row, bool *shown)
{
	const struct lx_shape *shape = lx_shape_find(reader->app->region, lx_text(hit->type));
	struct lx_cell *cells = lx_array(reader->call, COLUMNS, sizeof *cells);
	LX_CLOSE(lx_json_free) json_t *reduced = NULL;
	struct lx_record record;

	*shown = false;
	if (cells == NULL)
		return LX_BROKEN;
	if (shape == NULL || !lx_charter_on(&reader->charter, hit->type))
		return LX_OK;
	LX_TRY(lx_record_load_head(reader->tx, shape, hit->record, &record));
	enum lx_code code = lx_reduce(&reader->sight, &record, LX_LIST_PARTS, &reduced);
	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	const char *title = shape->type->title == NULL ? shape->type->fields[0].name
						       : shape->type->title;
	cells[0] = (struct lx_cell){ .words = lx_show_key(reader, "", "", lx_text(hit->type)) };
	cells[1] = (struct lx_cell){ .kind = LX_CELL_REF,
		.words = lx_words(lx_show_text(reader, "%lld", (long long)hit->record)) };
	cells[2] = lx_show_cell(reader, shape->type->name,
		&shape->type->fields[lx_field_find(shape->type->fields, lx_text(title))],
		json_object_get(reduced, title));
	cells[2].kind = LX_CELL_TITLE;
	cells[2].link = lx_show_address(
		reader, lx_show_text(reader, "%s/%lld", hit->type, (long long)hit->record));
	cells[3] = (struct lx_cell){ .state = lx_show_state(reader, reduced) };
	*row = (struct lx_grid_row){ .cells = cells, .cells_n = COLUMNS };
	*shown = true;
	return LX_OK;
}

static enum lx_code fill_found(
	const struct lx_reader *reader, struct lx_text words, struct lx_grid *table)
{
	static const struct {
		enum lx_cell_kind kind;
		const char *id;
	} heads[COLUMNS] = { { LX_CELL_TEXT, "page.what" }, { LX_CELL_REF, "page.number" },
		{ LX_CELL_TITLE, "page.found" }, { LX_CELL_TEXT, "page.state" } };
	struct lx_column *columns = lx_array(reader->call, COLUMNS, sizeof *columns);
	struct lx_search_hit *hits;
	int64_t total;
	size_t n = 0;
	bool shown;

	if (columns == NULL)
		return LX_BROKEN;
	if (words.len > 0)
		LX_TRY(lx_search_find(reader->tx, NULL, words, 0, SEARCH_MOST, &hits, &n, &total));
	struct lx_grid_row *rows = lx_array(reader->call, n, sizeof *rows);
	if (rows == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < COLUMNS; i++)
		columns[i] = (struct lx_column){ heads[i].kind, tr(reader, heads[i].id) };
	*table = (struct lx_grid){ .caption = tr(reader, "page.search_best"),
		.columns = columns,
		.columns_n = COLUMNS,
		.rows = rows,
		.empty = tr(reader, words.len == 0 ? "page.search_what" : "page.search_nothing") };
	for (size_t i = 0; i < n; i++) {
		LX_TRY(found_row(reader, &hits[i], &rows[table->rows_n], &shown));
		table->rows_n += shown;
	}
	return LX_OK;
}

/* How many were found of each kind, each number leading to that list with the same words. */
static enum lx_code fill_kinds(
	const struct lx_reader *reader, struct lx_text words, struct lx_search_page *page)
{
	const struct lx_region *region = reader->app->region;
	struct lx_search_kind *kinds = lx_array(reader->call, region->n, sizeof *kinds);
	struct lx_view view = lx_show_view(reader);
	LX_CLOSE(lx_buf_close) struct lx_buf part = { 0 };

	if (kinds == NULL)
		return LX_BROKEN;
	lx_view_part(&part, &view, words);
	for (size_t i = 0; words.len > 0 && i < region->n; i++) {
		const struct lx_type *type = region->shapes[i].type;
		struct lx_search_hit *hits;
		int64_t total = 0;
		size_t n;
		char id[64];
		if (type->section == NULL || !lx_charter_on(&reader->charter, type->name))
			continue;
		LX_TRY(lx_search_find(reader->tx, type->name, words, 0, 1, &hits, &n, &total));
		if (total == 0)
			continue;
		(void)snprintf(id, sizeof id, "%s+", type->name);
		kinds[page->kinds_n++] = (struct lx_search_kind){
			{ tr(reader, id), lx_address_make(reader->call, "/%s?q=%s", type->plural,
						  part.at == NULL ? "" : part.at) },
			total
		};
	}
	page->kinds = kinds;
	return LX_OK;
}

enum lx_code lx_page_search(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	const struct lx_text *given = lx_query_param(request, "q", 0);
	struct lx_text words = given == NULL ? (struct lx_text){ "", 0 } : lx_text_trim(*given);
	struct lx_search_page page = { .kinds_n = 0 };
	int64_t number;

	if (words.len > 400)
		return lx_fail(request->call, LX_INVALID, "q", "list.search_long", NULL);
	if (lx_text_int(words, &number) && number > 0 && number < INT64_MAX)
		return lx_reply_redirect(request, reply, "/needs/%lld", (long long)number);
	LX_TRY(lx_reader_open(request, &reader));
	struct lx_view view = lx_show_view(&reader);
	LX_TRY(fill_found(&reader, words, &page.found));
	LX_TRY(fill_kinds(&reader, words, &page));
	page.heading = tr(&reader, "page.search");
	lx_frame_fill(&reader, page.heading, "", reader.size, &page.frame);
	page.frame.search = words;
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_search(&reply->body, &view, &page);
	return LX_OK;
}
