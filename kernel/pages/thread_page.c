/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * /thread/<type>/<n>: what a record arises from and what arose from it, as a drawing with its table, and as JSON; and the strip of
 * steps under the title of a record's page. From the links alone (kernel/types/thread.h).
 */
#include "kernel/pages/pages.h"

#include "kernel/types/marks.h"
#include "kernel/types/thread.h"
#include "kernel/view/thread.h"

#include <string.h>

static struct lx_words tr(const struct lx_reader *reader, const char *id)
{
	return lx_words_str(lx_tr(reader->request->lang, id));
}

static struct lx_text ref_of(const struct lx_reader *reader, const struct lx_record *record)
{
	return lx_show_text(
		reader, "%s/%lld", record->shape->type->name, (long long)record->number);
}

/* Type, number, state and title of a record of the thread; the caller's. */
static enum lx_code told(
	const struct lx_reader *reader, const struct lx_record *record, json_t **json)
{
	static const char *const marks[] = { "", "wait", "work", "soon", "late", "done", "shut" };
	json_t *title = NULL;

	LX_TRY(lx_title(&reader->sight, ref_of(reader, record), &title));
	*json = json_pack("{s:s, s:s, s:I, s:s%, s:s, s:o}", "ref", ref_of(reader, record).at,
		"type", record->shape->type->name, "number", (json_int_t)record->number, "state",
		record->state.at, record->state.len, "mark", marks[lx_record_mark(record)], "title",
		title);
	return *json == NULL ? lx_fail(reader->call, LX_BROKEN, NULL, "base.memory", NULL) : LX_OK;
}

static struct lx_words title_of(const struct lx_reader *reader, const json_t *record)
{
	struct lx_words title = lx_show_words(reader, json_object_get(record, "title"));

	return title.text.len > 0
		       ? title
		       : lx_show_key(reader, "", "",
				 lx_show_text(reader, "%s",
					 json_string_value(json_object_get(record, "type"))));
}

static struct lx_words kind_of(const struct lx_reader *reader, const struct lx_shape *shape)
{
	return lx_show_key(reader, "", "", lx_text(shape->type->name));
}

/* "Project 3" */
static struct lx_text called(const struct lx_reader *reader, const struct lx_record *record)
{
	struct lx_text kind = kind_of(reader, record->shape).text;

	return lx_show_text(reader, "%.*s %lld", (int)kind.len, kind.at, (long long)record->number);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static enum lx_code reply_json(
	const struct lx_reader *reader, const struct lx_thread *thread, struct lx_reply *reply)
{
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:s, s:[], s:[], s:b}", "of",
		ref_of(reader, &thread->records[0].record).at, "records", "links", "cut",
		thread->cut);

	for (size_t s = 0; s < thread->steps_n; s++)
		for (size_t i = 0; i < thread->records_n; i++) {
			json_t *record = NULL;
			if (thread->records[i].step != s)
				continue;
			LX_TRY(told(reader, &thread->records[i].record, &record));
			(void)json_array_append_new(json_object_get(json, "records"), record);
		}
	for (size_t i = 0; i < thread->links_n; i++) {
		const struct lx_thread_link *link = &thread->links[i];
		(void)json_array_append_new(json_object_get(json, "links"),
			json_pack("{s:s, s:s, s:s}", "later",
				ref_of(reader, &thread->records[link->later].record).at, "earlier",
				ref_of(reader, &thread->records[link->earlier].record).at, "field",
				link->field->name));
	}
	return lx_reply_json(reader->request, reply, json);
}

/* --- the page --------------------------------------------------------------------------------- */

struct drawing {
	const struct lx_reader *reader;
	const struct lx_thread *thread;
	json_t *told[LX_THREAD_RECORDS_MAX];
	size_t column[LX_THREAD_STEPS_MAX]; /* of a step; steps without records have none */
};

static void drawing_end(struct drawing *d)
{
	for (size_t i = 0; i < LX_THREAD_RECORDS_MAX; i++)
		json_decref(d->told[i]);
}

static bool has_records(const struct lx_thread *thread, size_t step)
{
	for (size_t i = 0; i < thread->records_n; i++)
		if (thread->records[i].step == step)
			return true;
	return false;
}

static enum lx_code fill_drawing(struct drawing *d, struct lx_thread_drawing *drawing)
{
	struct lx_call *call = d->reader->call;
	const struct lx_thread *thread = d->thread;
	struct lx_words *columns = lx_array(call, LX_THREAD_STEPS_MAX, sizeof *columns);
	struct lx_thread_box *boxes = lx_array(call, thread->records_n, sizeof *boxes);
	struct lx_thread_line *lines = lx_array(call, thread->links_n, sizeof *lines);

	if (columns == NULL || boxes == NULL || lines == NULL)
		return LX_BROKEN;
	for (size_t s = 0; s < thread->steps_n; s++) {
		d->column[s] = drawing->columns_n;
		if (has_records(thread, s))
			columns[drawing->columns_n++] = kind_of(d->reader, thread->steps[s]);
	}
	for (size_t i = 0; i < thread->records_n; i++) {
		const struct lx_record *record = &thread->records[i].record;
		LX_TRY(told(d->reader, record, &d->told[i]));
		boxes[i] = (struct lx_thread_box){ .column = d->column[thread->records[i].step],
			.title = title_of(d->reader, d->told[i]),
			.state = lx_show_state(d->reader, d->told[i]),
			.ref = called(d->reader, record),
			.current = i == 0 };
	}
	/* types that name each other: the line goes from left to right all the same */
	for (size_t i = 0; i < thread->links_n; i++) {
		size_t later = thread->links[i].later, earlier = thread->links[i].earlier;
		bool turned = boxes[later].column < boxes[earlier].column;
		lines[i] = (struct lx_thread_line){ turned ? earlier : later,
			turned ? later : earlier };
	}
	drawing->columns = columns;
	drawing->boxes = boxes;
	drawing->boxes_n = thread->records_n;
	drawing->lines = lines;
	drawing->lines_n = thread->links_n;
	return LX_OK;
}

/* "Need 4, Need 7": what a record names among those drawn. */
static struct lx_words arises_from(const struct drawing *d, size_t record)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 4096 };

	for (size_t i = 0; i < d->thread->links_n; i++) {
		if (d->thread->links[i].later != record)
			continue;
		if (lx_buf_view(&out).len > 0)
			lx_buf_str(&out, d->reader->request->lang == LX_ZH ? "、" : ", ");
		lx_buf_text(&out,
			called(d->reader, &d->thread->records[d->thread->links[i].earlier].record));
	}
	return lx_words(lx_show_text(d->reader, "%s", out.at == NULL ? "" : out.at));
}

static enum lx_code fill_row(const struct drawing *d, size_t i, struct lx_grid_row *row)
{
	struct lx_cell *cells = lx_array(d->reader->call, 4, sizeof *cells);
	const struct lx_record *record = &d->thread->records[i].record;

	if (cells == NULL)
		return LX_BROKEN;
	cells[0] = (struct lx_cell){ .kind = LX_CELL_REF,
		.words = lx_words(called(d->reader, record)) };
	cells[1] = (struct lx_cell){ .kind = LX_CELL_TITLE,
		.words = title_of(d->reader, d->told[i]),
		.link = lx_show_address(d->reader, ref_of(d->reader, record)) };
	cells[2] = (struct lx_cell){ .state = lx_show_state(d->reader, d->told[i]) };
	cells[3] = (struct lx_cell){ .words = arises_from(d, i) };
	*row = (struct lx_grid_row){ .cells = cells, .cells_n = 4, .current = i == 0 };
	return LX_OK;
}

static enum lx_code fill_table(const struct drawing *d, struct lx_grid *table)
{
	static const char *const heads[] = { "page.thread_step", "page.thread_record",
		"page.thread_state", "page.thread_from" };
	static const enum lx_cell_kind kinds[] = { LX_CELL_REF, LX_CELL_TEXT, LX_CELL_TEXT,
		LX_CELL_TEXT };
	struct lx_column *columns = lx_array(d->reader->call, 4, sizeof *columns);
	struct lx_grid_row *rows = lx_array(d->reader->call, d->thread->records_n, sizeof *rows);

	if (columns == NULL || rows == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < 4; i++)
		columns[i] = (struct lx_column){ kinds[i], tr(d->reader, heads[i]) };
	for (size_t s = 0; s < d->thread->steps_n; s++)
		for (size_t i = 0; i < d->thread->records_n; i++)
			if (d->thread->records[i].step == s)
				LX_TRY(fill_row(d, i, &rows[table->rows_n++]));
	table->caption = tr(d->reader, "page.thread_table");
	table->columns = columns;
	table->columns_n = 4;
	table->rows = rows;
	return LX_OK;
}

static enum lx_code fill_page(struct drawing *d, struct lx_thread_page *page)
{
	const struct lx_reader *reader = d->reader;
	const struct lx_record *record = &d->thread->records[0].record;
	struct lx_thread_drawing drawing = { .columns_n = 0 };

	LX_TRY(fill_drawing(d, &drawing));
	page->heading = lx_show_say(reader, "page.thread_of", called(reader, record).at, NULL);
	page->lead = title_of(reader, d->told[0]);
	page->drawing_label = tr(reader, "page.thread_drawing");
	drawing.label = page->drawing_label.text;
	if (d->thread->cut)
		page->cut = tr(reader, "page.thread_cut");
	LX_TRY(lx_thread_draw(reader->call, &drawing, &page->drawing));
	LX_TRY(fill_table(d, &page->table));
	lx_frame_fill(
		reader, page->heading, record->shape->type->section, reader->size, &page->frame);
	lx_frame_crumbs(reader, record->shape->type, page->heading, &page->frame);
	page->frame.exports.json = lx_address_make(reader->call, "/api/v1/thread/%s/%lld",
		record->shape->type->name, (long long)record->number);
	return LX_OK;
}

/* The type stands in the address by its name, as in references: /thread/need/17. */
static enum lx_code route_thread(const struct lx_reader *reader, struct lx_record *record)
{
	const struct lx_shape *shape = lx_shape_find(
		reader->app->region, reader->request->captures[0]);

	if (shape == NULL || shape->type->section == NULL ||
		!lx_charter_on(&reader->charter, shape->type->name) ||
		!lx_thread_has(reader->app->region, shape->type))
		return lx_fail(reader->call, LX_NOT_FOUND, NULL, "page.none", NULL);
	return lx_route_record(reader, shape, record);
}

enum lx_code lx_page_thread(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_thread_page page = { .cut = { .text = { "", 0 } } };
	struct lx_thread thread;
	struct lx_record record;

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(route_thread(&reader, &record));
	if (lx_reply_fresh(request, reply, reader.size))
		return LX_OK;
	LX_TRY(lx_thread_walk(&reader.sight, &record, &thread));
	if (request->media == LX_JSON)
		return reply_json(&reader, &thread, reply);
	LX_CLOSE(drawing_end) struct drawing d = { .reader = &reader, .thread = &thread };
	struct lx_view view = lx_show_view(&reader);
	LX_TRY(fill_page(&d, &page));
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_thread(&reply->body, &view, &page);
	return LX_OK;
}

/* --- the strip on a record's page ------------------------------------------------------------- */

/* Whether a record is part of any thread; only then is one walked. */
static enum lx_code is_threaded(
	const struct lx_reader *reader, const struct lx_record *record, bool *threaded)
{
	int64_t led = 0;

	*threaded = lx_thread_leads(record);
	if (!*threaded)
		LX_TRY(lx_mark_of_record(reader->tx, record, &led));
	*threaded = *threaded || led > 0;
	return LX_OK;
}

/* One step: the record of this page, else the first of the step and how many more. */
static enum lx_code fill_step(const struct lx_reader *reader, const struct lx_thread *thread,
	size_t step, struct lx_thread_step *out)
{
	LX_CLOSE(lx_json_free) json_t *json = NULL;
	size_t first = thread->records_n, n = 0;

	for (size_t i = thread->records_n; i-- > 0;)
		if (thread->records[i].step == step) {
			first = i;
			n++;
		}
	const struct lx_record *record = &thread->records[first].record;
	LX_TRY(told(reader, record, &json));
	out->kind = kind_of(reader, record->shape);
	out->ref = n == 1 ? lx_show_text(reader, "%lld", (long long)record->number)
			  : lx_show_text(reader, "%lld + %zu", (long long)record->number, n - 1);
	out->title.label = title_of(reader, json);
	out->title.current = first == 0;
	if (first > 0)
		out->title.address = lx_show_address(reader, ref_of(reader, record));
	out->state = lx_show_state(reader, json);
	return LX_OK;
}

enum lx_code lx_item_thread(
	const struct lx_reader *reader, const struct lx_record *record, struct lx_item_page *page)
{
	struct lx_thread thread;
	struct lx_thread_step *steps;
	bool threaded;

	if (!lx_thread_has(reader->app->region, record->shape->type))
		return LX_OK;
	LX_TRY(is_threaded(reader, record, &threaded));
	if (!threaded)
		return LX_OK;
	LX_TRY(lx_thread_walk(&reader->sight, record, &thread));
	page->thread_all = lx_address_make(reader->call, "/thread/%s/%lld",
		record->shape->type->name, (long long)record->number);
	steps = lx_array(reader->call, thread.steps_n, sizeof *steps);
	if (steps == NULL)
		return LX_BROKEN;
	for (size_t s = 0; s < thread.steps_n; s++)
		if (has_records(&thread, s))
			LX_TRY(fill_step(reader, &thread, s, &steps[page->thread_n++]));
	page->thread = steps;
	return LX_OK;
}
