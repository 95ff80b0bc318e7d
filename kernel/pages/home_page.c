/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Home: what exists so far, at a glance. Also the section pages, the menu, health, styles and script. */
#include "kernel/pages/pages.h"

#include "base/json.h"
#include "kernel/types/list.h"
#include "kernel/view/svg.h"
#include "web/assets.h"

#include <stdio.h>
#include <string.h>

#define LATEST_MOST 10

static struct lx_words tr(const struct lx_reader *reader, const char *id)
{
	return lx_words_str(lx_tr(reader->request->lang, id));
}

static enum lx_code count_states(
	const struct lx_reader *reader, const struct lx_shape *shape, struct lx_list_found *found)
{
	struct lx_list_spec spec = { .shape = shape, .most = 1 };

	return lx_list_find(reader->tx, &spec, found);
}

/* One stacked bar for a type: how many, and in which states. */
static enum lx_code type_stack(
	const struct lx_reader *reader, const char *type, struct lx_stack_view *stack)
{
	static const char *const fills[] = { "bar", "rest", "work", "soon", "late", "done",
		"shut" };
	const struct lx_shape *shape = lx_shape_find(reader->app->region, lx_text(type));
	struct lx_view view = lx_show_view(reader);
	struct lx_list_found found;
	size_t n = 0, parts_n = 0;
	char id[64];

	LX_TRY(count_states(reader, shape, &found));
	while (shape->type->states[n].name != NULL)
		n++;
	struct lx_stack_label *labels = lx_array(reader->call, n, sizeof *labels);
	struct lx_svg_part *parts = lx_array(reader->call, n, sizeof *parts);
	if (labels == NULL || parts == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		const struct lx_state *state = &shape->type->states[i];
		struct lx_words word = lx_show_key(reader, type, "@", lx_text(state->name));
		if (found.by_state[i] == 0)
			continue;
		parts[parts_n] = (struct lx_svg_part){ found.by_state[i], fills[state->mark],
			word.text };
		labels[parts_n++] = (struct lx_stack_label){
			{ (enum lx_view_mark)state->mark, word.text }, found.by_state[i],
			lx_address_make(
				reader->call, "/%s?state=%s", shape->type->plural, state->name)
		};
	}
	(void)snprintf(id, sizeof id, "%s+", type);
	*stack = (struct lx_stack_view){
		.heading = { tr(reader, id),
			lx_address_make(reader->call, "/%s", shape->type->plural) },
		.total = found.total,
		.words = tr(reader, "page.of_which"),
		.labels = labels,
		.labels_n = parts_n
	};
	return lx_svg_stack(reader->call, &view, parts, parts_n, &stack->bar);
}

static enum lx_code fill_stacks(const struct lx_reader *reader, struct lx_home_page *page)
{
	static const char *const types[] = { "need", "commitment" };
	struct lx_stack_view *stacks = lx_array(reader->call, 2, sizeof *stacks);
	size_t n = 0;

	if (stacks == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < 2; i++) {
		struct lx_stack_view stack;
		if (lx_shape_find(reader->app->region, lx_text(types[i])) == NULL ||
			!lx_charter_on(&reader->charter, types[i]))
			continue;
		LX_TRY(type_stack(reader, types[i], &stack));
		if (stack.total > 0)
			stacks[n++] = stack;
	}
	page->stacks = stacks;
	page->stacks_n = n;
	return LX_OK;
}

struct lx_home_section *lx_home_section_add(
	const struct lx_reader *reader, struct lx_home_page *page)
{
	struct lx_home_section *sections = lx_array(
		reader->call, page->sections_n + 1, sizeof *sections);

	if (sections == NULL)
		return NULL;
	if (page->sections_n > 0)
		memcpy(sections, page->sections, page->sections_n * sizeof *sections);
	page->sections = sections;
	return &sections[page->sections_n++];
}

static enum lx_code home_json(struct lx_reader *reader, struct lx_reply *reply)
{
	struct lx_value names = lx_record_value(&reader->charter.record, "names");
	LX_CLOSE(lx_json_free) json_t *json = json_object();
	json_t *region = lx_json_own(names.text);

	(void)json_object_set_new(json, "region", region == NULL ? json_null() : region);
	(void)json_object_set_new(json, "entries", json_integer(reader->size));
	(void)json_object_set_new(json, "founding", json_boolean(reader->charter.founding));
	return lx_reply_json(reader->request, reply, json);
}

enum lx_code lx_page_home(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_home_page page = { .finds = true };
	struct lx_latest *latest;

	LX_TRY(lx_reader_open(request, &reader));
	if (lx_reply_fresh(request, reply, reader.size))
		return LX_OK;
	if (request->media == LX_JSON)
		return home_json(&reader, reply);
	struct lx_view view = lx_show_view(&reader);
	lx_frame_fill(&reader, lx_words_str(""), "home", reader.size, &page.frame);
	page.heading = tr(&reader, "page.home_heading");
	page.lead = tr(&reader, "page.home_lead");
	page.find_label = tr(&reader, "page.find");
	page.find_hint = tr(&reader, "page.find_hint");
	page.find_example = LX_TEXT_OF("17");
	if (reader.charter.founding)
		page.note = (struct lx_note){ .tone = LX_TONE_WARN,
			.words = tr(&reader, "page.founding"),
			.link = { tr(&reader, "charter"),
				lx_address_make(request->call, "/charter") } };
	LX_TRY(fill_stacks(&reader, &page));
	for (lx_home_fill_fn *const *fill = reader.app->home; *fill != NULL; fill++)
		LX_TRY((*fill)(&reader, &page));
	LX_TRY(lx_latest_acts(&reader, LATEST_MOST, &latest, &page.latest_n));
	page.latest = latest;
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_home(&reply->body, &view, &page);
	return LX_OK;
}

/* A column of a section's table beside title and state: what lists show. */
static bool in_section(const struct lx_type *type, const struct lx_field *field)
{
	const char *title = type->title == NULL ? type->fields[0].name : type->title;

	return strcmp(field->name, title) != 0 && lx_word_in(LX_TEXT_OF("list"), field->use);
}

static enum lx_code section_columns(
	const struct lx_reader *reader, const struct lx_shape *shape, struct lx_grid *table)
{
	const struct lx_type *type = shape->type;
	struct lx_column *columns = lx_array(reader->call, shape->fields_n + 2, sizeof *columns);
	size_t n = 0;

	if (columns == NULL)
		return LX_BROKEN;
	columns[n++] = (struct lx_column){ LX_CELL_TITLE, tr(reader, type->name) };
	columns[n++] = (struct lx_column){ LX_CELL_TEXT, tr(reader, "page.state") };
	for (const struct lx_field *f = type->fields; f->name != NULL; f++)
		if (in_section(type, f))
			columns[n++] = (struct lx_column){
				f->kind == LX_MOMENT || f->kind == LX_DATE ? LX_CELL_DATE
									   : LX_CELL_TEXT,
				lx_show_key(reader, type->name, ".", lx_text(f->name))
			};
	table->columns = columns;
	table->columns_n = n;
	return LX_OK;
}

static enum lx_code section_row(const struct lx_reader *reader, const struct lx_shape *shape,
	int64_t number, struct lx_grid *table, struct lx_grid_row *row)
{
	const struct lx_type *type = shape->type;
	const char *title = type->title == NULL ? type->fields[0].name : type->title;
	struct lx_cell *cells = lx_array(reader->call, table->columns_n, sizeof *cells);
	LX_CLOSE(lx_json_free) json_t *reduced = NULL;
	struct lx_record record;
	size_t n = 0;

	if (cells == NULL)
		return LX_BROKEN;
	LX_TRY(lx_record_load_head(reader->tx, shape, number, &record));
	LX_TRY(lx_reduce(&reader->sight, &record, LX_LIST_PARTS, &reduced));
	cells[n] = lx_show_cell(reader, type->name,
		&type->fields[lx_field_find(type->fields, lx_text(title))],
		json_object_get(reduced, title));
	cells[n].kind = LX_CELL_TITLE;
	cells[n++].link = lx_address_make(
		reader->call, "/%s/%lld", type->plural, (long long)record.number);
	cells[n++] = (struct lx_cell){ .state = lx_show_state(reader, reduced) };
	for (const struct lx_field *f = type->fields; f->name != NULL; f++)
		if (in_section(type, f))
			cells[n++] = lx_show_cell(
				reader, type->name, f, json_object_get(reduced, f->name));
	*row = (struct lx_grid_row){ .cells = cells, .cells_n = n };
	return LX_OK;
}

/* A short table of a type's records for a section page. */
static enum lx_code section_table(
	const struct lx_reader *reader, const struct lx_shape *shape, struct lx_grid *table)
{
	struct lx_list_spec spec = { .shape = shape,
		.most = 12,
		.sort = strcmp(shape->type->section, "council") == 0 ? LX_SORT_OLD : LX_SORT_NEW };
	struct lx_list_found found;
	char id[64];

	LX_TRY(lx_list_find(reader->tx, &spec, &found));
	struct lx_grid_row *rows = lx_array(reader->call, found.n, sizeof *rows);
	if (rows == NULL)
		return LX_BROKEN;
	(void)snprintf(id, sizeof id, "%s+", shape->type->name);
	*table = (struct lx_grid){
		.caption = tr(reader, id), .rows = rows, .empty = tr(reader, "page.empty")
	};
	LX_TRY(section_columns(reader, shape, table));
	if (found.total > (int64_t)found.n)
		table->more = (struct lx_link_view){ tr(reader, "page.all"),
			lx_address_make(reader->call, "/%s", shape->type->plural) };
	for (size_t i = 0; i < found.n; i++)
		LX_TRY(section_row(reader, shape, found.numbers[i], table, &rows[table->rows_n++]));
	return LX_OK;
}

static bool gathered(
	const struct lx_reader *reader, const struct lx_type *type, const char *section)
{
	return type->section != NULL && strcmp(type->section, section) == 0 &&
	       strcmp(type->name, "charter") != 0 && lx_charter_on(&reader->charter, type->name);
}

/* The last entry that touched any of the gathered lists, or the charter. */
static enum lx_code seen_section(const struct lx_reader *reader, const char *section, int64_t *seen)
{
	*seen = reader->charter.record.last_n;
	for (size_t i = 0; i < reader->app->region->n; i++) {
		const struct lx_shape *shape = &reader->app->region->shapes[i];
		int64_t around, n = 0;
		if (gathered(reader, shape->type, section))
			LX_TRY(lx_seen_list(reader, shape, &around, &n));
		if (n > *seen)
			*seen = n;
	}
	return LX_OK;
}

/* /council gathers the lists of its types. */
enum lx_code lx_page_section(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_section_page page = { .tables_n = 0 };
	const char *section = "council";
	int64_t seen;
	char id[64];

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(seen_section(&reader, section, &seen));
	if (lx_reply_fresh(request, reply, seen))
		return LX_OK;
	struct lx_view view = lx_show_view(&reader);
	struct lx_grid *tables = lx_array(request->call, reader.app->region->n, sizeof *tables);
	if (tables == NULL)
		return LX_BROKEN;
	(void)snprintf(id, sizeof id, "page.section.%s", section);
	page.heading = tr(&reader, id);
	lx_frame_fill(&reader, page.heading, section, seen, &page.frame);
	for (size_t i = 0; i < reader.app->region->n; i++) {
		const struct lx_shape *shape = &reader.app->region->shapes[i];
		if (gathered(&reader, shape->type, section))
			LX_TRY(section_table(&reader, shape, &tables[page.tables_n++]));
	}
	page.tables = tables;
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_section(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_page_menu(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_menu_page page;

	LX_TRY(lx_reader_open(request, &reader));
	struct lx_view view = lx_show_view(&reader);
	lx_frame_fill(&reader, tr(&reader, "page.menu"), "", reader.size, &page.frame);
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_menu(&reply->body, &view, &page);
	return LX_OK;
}

/* Alive, and how many entries there are: no personal data, nothing that could be cached. */
enum lx_code lx_page_health(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	struct lx_edge edge;

	lx_writer_edge(app->writer, &edge);
	reply->media = "application/json; charset=utf-8";
	lx_buf_printf(&reply->body, "{\"entries\":%lld,\"status\":\"ok\"}", (long long)edge.size);
	return lx_reply_header(request, reply, "Cache-Control", "no-store");
}

enum lx_code lx_page_asset(struct lx_request *request, struct lx_reply *reply)
{
	for (size_t i = 0; i < lx_assets_n; i++) {
		if (!lx_text_is(request->path, lx_assets[i].address))
			continue;
		reply->media = lx_assets[i].media;
		lx_buf_put(&reply->body, lx_assets[i].bytes, lx_assets[i].bytes_n);
		return lx_reply_header(
			request, reply, "Cache-Control", "public, max-age=31536000, immutable");
	}
	return lx_fail(request->call, LX_NOT_FOUND, NULL, "page.none", NULL);
}
