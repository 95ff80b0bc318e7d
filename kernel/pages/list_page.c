/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The list of a type, as a page, as JSON and as CSV: filters, search, order, pages. */
#include "kernel/pages/listing.h"

#include "base/csv.h"

#include <stdio.h>
#include <string.h>

static enum lx_code load_rows(struct listing *l)
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

/* The address of this list with `name` set to `value` (NULL: without it), and without page unless it is set. */
static struct lx_address list_address(const struct listing *l, const char *name, const char *value)
{
	const struct lx_request *request = l->reader->request;
	struct lx_view view = lx_show_view(l->reader);
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 8192 };
	char mark = '?';

	lx_buf_printf(&out, "/%s", l->shape->type->plural);
	for (size_t i = 0; i < request->query_n; i++) {
		struct lx_text own = request->query[i].name;
		if (lx_text_is(own, name) || lx_text_is(own, "page") || lx_text_is(own, "before") ||
			lx_text_is(own, "lang") || lx_text_is(own, "size") ||
			lx_text_is(own, "theme") || request->query[i].value.len == 0)
			continue;
		lx_buf_char(&out, mark);
		mark = '&';
		lx_view_part(&out, &view, own);
		lx_buf_char(&out, '=');
		lx_view_part(&out, &view, request->query[i].value);
	}
	if (value != NULL)
		lx_buf_printf(&out, "%c%s=%s", mark, name, value);
	if (lx_buf_failed(&out))
		return lx_address_make(l->reader->call, "/%s", l->shape->type->plural);
	return lx_address_local(lx_show_text(l->reader, "%s", out.at));
}

static int64_t last_number(const struct listing *l)
{
	return l->found.n == 0 ? 0 : l->found.numbers[l->found.n - 1];
}

static bool has_more(const struct listing *l)
{
	if (l->spec.before > 0)
		return l->found.n == l->spec.most;
	return (int64_t)(l->spec.skip + l->found.n) < l->found.total;
}

/* --- JSON and CSV ---------------------------------------------------------------------------- */

static enum lx_code next_link(struct listing *l, struct lx_reply *reply)
{
	struct lx_request *request = l->reader->request;
	char number[32];

	if (!has_more(l))
		return LX_OK;
	bool by_key = l->spec.sort == LX_SORT_NEW && l->spec.search.len == 0;
	if (by_key)
		(void)snprintf(number, sizeof number, "%lld", (long long)last_number(l));
	else if (l->page < LX_LIST_NUMBERED)
		(void)snprintf(number, sizeof number, "%lld", (long long)l->page + 1);
	else
		return LX_OK;
	struct lx_address address = list_address(l, by_key ? "before" : "page", number);
	return lx_reply_header(request, reply, "Link", "</api/v1%.*s>; rel=\"next\"",
		(int)address.checked.len, address.checked.at);
}

static enum lx_code list_json(struct listing *l, struct lx_reply *reply)
{
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:O, s:I}", l->shape->type->plural, l->records, "total",
		(json_int_t)l->found.total);

	LX_TRY(next_link(l, reply));
	return lx_reply_json(l->reader->request, reply, json);
}

static void csv_field(struct lx_buf *out, struct lx_text text)
{
	lx_buf_char(out, ',');
	lx_csv_write(out, text, ',');
}

static enum lx_code list_csv(struct listing *l, struct lx_reply *reply)
{
	const struct lx_type *type = l->shape->type;
	struct lx_buf *out = &reply->body;

	reply->media = "text/csv; charset=utf-8; header=present";
	lx_buf_str(out, "number,state");
	for (const struct lx_field *f = type->fields; f->name != NULL; f++)
		if (lx_word_in(LX_TEXT_OF("list"), f->use))
			csv_field(out, lx_text(f->name));
	lx_buf_str(out, "\r\n");
	for (size_t i = 0; i < json_array_size(l->records); i++) {
		const json_t *record = json_array_get(l->records, i);
		lx_buf_printf(out, "%lld,%s",
			(long long)json_integer_value(json_object_get(record, "number")),
			json_string_value(json_object_get(record, "state")));
		for (const struct lx_field *f = type->fields; f->name != NULL; f++)
			if (lx_word_in(LX_TEXT_OF("list"), f->use))
				csv_field(out, lx_show_cell(l->reader, type->name, f,
						       json_object_get(record, f->name))
						       .words.text);
		lx_buf_str(out, "\r\n");
	}
	return LX_OK;
}

/* --- the page -------------------------------------------------------------------------------- */

static void state_filter(const struct listing *l, struct lx_filter *filter)
{
	const struct lx_state *states = l->shape->type->states;
	struct lx_filter_choice *choices = lx_array(
		l->reader->call, LX_LIST_STATES_MAX, sizeof *choices);
	size_t n = 0;

	if (choices == NULL)
		return;
	for (size_t i = 0; states[i].name != NULL && n < LX_LIST_STATES_MAX; i++) {
		if (states[i].shown != LX_PUBLIC)
			continue;
		struct lx_words word = lx_show_key(
			l->reader, l->shape->type->name, "@", lx_text(states[i].name));
		choices[n] = (struct lx_filter_choice){ .value = lx_text(states[i].name),
			.state = { (enum lx_view_mark)states[i].mark, word.text },
			.count = l->found.by_state[i] };
		for (size_t k = 0; k < l->spec.states_n; k++)
			choices[n].chosen = choices[n].chosen ||
					    lx_text_is(l->spec.states[k], states[i].name);
		n++;
	}
	*filter = (struct lx_filter){ LX_FILTER_TICKS, LX_TEXT_OF("state"),
		lx_words_str(lx_tr(l->reader->request->lang, "page.state")), choices, n };
}

static bool is_chosen(const struct listing *l, const char *field, struct lx_text value)
{
	const struct lx_text *given = lx_query_param(l->reader->request, field, 0);

	return given != NULL && lx_text_equal(*given, value);
}

/* The first choice stands for any. */
static struct lx_filter_choice *choice_room(const struct listing *l, size_t n)
{
	struct lx_filter_choice *choices = lx_array(l->reader->call, n + 1, sizeof *choices);

	if (choices != NULL)
		choices[0].label = lx_words_str(lx_tr(l->reader->request->lang, "page.any"));
	return choices;
}

static size_t words_choices(
	const struct listing *l, const struct lx_field *field, struct lx_filter_choice **out)
{
	struct lx_text rest = lx_text(field->of), word;
	size_t n = 0;
	char mark[LX_FIELD_MAX];

	while (lx_text_word(&rest, &word))
		n++;
	struct lx_filter_choice *choices = choice_room(l, n);
	if (choices == NULL)
		return 0;
	rest = lx_text(field->of);
	(void)snprintf(mark, sizeof mark, ".%s.", field->name);
	for (n = 1; lx_text_word(&rest, &word); n++)
		choices[n] = (struct lx_filter_choice){ .value = word,
			.label = lx_show_key(l->reader, l->shape->type->name, mark, word),
			.chosen = is_chosen(l, field->name, word) };
	*out = choices;
	return n;
}

static size_t code_choices(
	const struct listing *l, const struct lx_field *field, struct lx_filter_choice **out)
{
	const struct lx_row *row;
	size_t at = 0, n = 0;

	while (lx_charter_row(&l->reader->charter, "word", lx_text(field->of), &at) != NULL)
		n++;
	struct lx_filter_choice *choices = choice_room(l, n);
	if (choices == NULL)
		return 0;
	at = 0;
	for (n = 1; (row = lx_charter_row(&l->reader->charter, "word", lx_text(field->of), &at)) !=
		    NULL;
		n++) {
		struct lx_text code =
			lx_charter_cell(&l->reader->charter, "word", row, "code").text;
		choices[n] = (struct lx_filter_choice){ .value = code,
			.label = lx_show_code(l->reader, field->of, code),
			.chosen = is_chosen(l, field->name, code) };
	}
	*out = choices;
	return n;
}

/* Members and bodies are few enough to choose from; other links are filtered by the address only. */
static size_t link_choices(
	const struct listing *l, const struct lx_field *field, struct lx_filter_choice **out)
{
	const struct lx_shape *shape = lx_shape_find(l->reader->app->region, LX_TEXT_OF("member"));
	int64_t last = 0;
	size_t n = 1;

	if (!lx_word_in(LX_TEXT_OF("member"), field->of) ||
		lx_record_last(l->reader->tx, shape, &last) != LX_OK || last > 500)
		return 0;
	struct lx_filter_choice *choices = choice_room(l, (size_t)last);
	for (int64_t i = 1; choices != NULL && i <= last; i++) {
		json_t *title = NULL;
		struct lx_text ref = lx_show_text(l->reader, "member/%lld", (long long)i);
		if (lx_title(&l->reader->sight, ref, &title) != LX_OK)
			break;
		choices[n++] = (struct lx_filter_choice){ .value = ref,
			.label = lx_show_words(l->reader, title),
			.chosen = is_chosen(l, field->name, ref) };
		json_decref(title);
	}
	*out = choices;
	return n;
}

static void field_filter(const struct listing *l, const struct lx_field *field,
	struct lx_filters *filters, struct lx_filter *room)
{
	struct lx_filter_choice *choices = NULL;
	size_t n = 0;

	if (!lx_word_in(LX_TEXT_OF("filter"), field->use))
		return;
	if (field->kind == LX_CHOICE)
		n = words_choices(l, field, &choices);
	else if (field->kind == LX_CODE)
		n = code_choices(l, field, &choices);
	else if (field->kind == LX_LINK)
		n = link_choices(l, field, &choices);
	if (n < 3)
		return;
	for (size_t i = 0; i < n; i++)
		filters->chosen += choices[i].chosen;
	room[filters->filters_n++] = (struct lx_filter){ LX_FILTER_SELECT, lx_text(field->name),
		lx_show_key(l->reader, l->shape->type->name, ".", lx_text(field->name)), choices,
		n };
}

static void fill_filters(const struct listing *l, struct lx_filters *filters)
{
	const struct lx_type *type = l->shape->type;
	struct lx_filter *room = lx_array(l->reader->call, l->shape->fields_n + 1, sizeof *room);
	struct lx_hidden *hidden = lx_array(l->reader->call, 1, sizeof *hidden);

	if (room == NULL || hidden == NULL)
		return;
	filters->action = lx_address_make(l->reader->call, "/%s", type->plural);
	filters->search = l->spec.search;
	for (const struct lx_field *f = type->fields; f->name != NULL; f++)
		filters->searchable = filters->searchable ||
				      lx_word_in(LX_TEXT_OF("search"), f->use);
	state_filter(l, &room[filters->filters_n++]);
	for (const struct lx_field *f = type->fields; f->name != NULL; f++)
		field_filter(l, f, filters, room);
	filters->filters = room;
	filters->chosen += (int64_t)l->spec.states_n;
	if (strcmp(l->sort, "new") != 0) {
		hidden[0] = (struct lx_hidden){ LX_TEXT_OF("sort"), lx_text(l->sort) };
		filters->hidden = hidden;
		filters->hidden_n = 1;
	}
	if (filters->chosen > 0)
		filters->clear = filters->action;
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

static void fill_table(const struct listing *l, struct lx_grid *table)
{
	size_t n = json_array_size(l->records);
	struct lx_grid_row *rows = lx_array(l->reader->call, n, sizeof *rows);
	char id[64];

	(void)snprintf(id, sizeof id, "%s+", l->shape->type->name);
	table->caption = lx_words_str(lx_tr(l->reader->request->lang, id));
	fill_columns(l, table);
	for (size_t i = 0; rows != NULL && i < n; i++)
		fill_row(l, json_array_get(l->records, i), &rows[i], table->columns_n);
	table->rows = rows;
	table->rows_n = rows == NULL ? 0 : n;
	table->empty = lx_words_str(lx_tr(l->reader->request->lang, "page.empty"));
}

static void fill_pager(const struct listing *l, struct lx_pager *pager)
{
	int64_t pages = (l->found.total + (int64_t)l->spec.most - 1) / (int64_t)l->spec.most;
	struct lx_page_link *links = lx_array(l->reader->call, LX_LIST_NUMBERED, sizeof *links);
	char number[24];

	pager->total = l->found.total;
	if (l->found.n > 0) {
		pager->first = (int64_t)l->spec.skip + 1;
		pager->last = (int64_t)(l->spec.skip + l->found.n);
	}
	for (int64_t i = 1; links != NULL && i <= pages && i <= LX_LIST_NUMBERED && pages > 1;
		i++) {
		bool current = l->spec.before == 0 && i == l->page;
		(void)snprintf(number, sizeof number, "%lld", (long long)i);
		links[pager->pages_n++] = (struct lx_page_link){ i,
			current ? (struct lx_address){ { "", 0 } }
				: list_address(l, "page", number),
			current };
	}
	pager->pages = links;
	bool keyed = l->spec.before > 0 || l->page == LX_LIST_NUMBERED;
	if (keyed && has_more(l) && l->spec.sort == LX_SORT_NEW && l->spec.search.len == 0) {
		(void)snprintf(number, sizeof number, "%lld", (long long)last_number(l));
		pager->next = list_address(l, "before", number);
	}
}

static void fill_sorts(const struct listing *l, struct lx_list_page *page)
{
	struct lx_link_view *links = lx_array(
		l->reader->call, LX_LIST_ORDERS + l->shape->fields_n, sizeof *links);
	size_t n = 0;
	char id[64];

	if (links == NULL || strcmp(l->shape->type->section, "council") == 0)
		return;
	for (size_t i = 0; i < LX_LIST_ORDERS; i++) {
		(void)snprintf(id, sizeof id, "page.sort.%s", lx_list_orders[i].name);
		links[n++] =
			(struct lx_link_view){ lx_words_str(lx_tr(l->reader->request->lang, id)),
				list_address(l, "sort", lx_list_orders[i].name),
				strcmp(l->sort, lx_list_orders[i].name) == 0 };
	}
	for (const struct lx_field *f = l->shape->type->fields; f->name != NULL; f++)
		if (f->kind == LX_COUNT)
			links[n++] = (struct lx_link_view){
				lx_show_key(l->reader, l->shape->type->name, ".", lx_text(f->name)),
				list_address(l, "sort", f->name), strcmp(l->sort, f->name) == 0
			};
	page->sorts = links;
	page->sorts_n = n;
}

/* The lists that stand in the same section, where there are several: projects, rounds, allocations. */
static void fill_siblings(const struct listing *l, struct lx_list_page *page)
{
	const struct lx_region *region = l->reader->app->region;
	struct lx_link_view *links = lx_array(l->reader->call, region->n, sizeof *links);
	const char *section = l->shape->type->section;
	size_t n = 0;

	if (links == NULL || strcmp(section, "council") == 0 || strcmp(section, "duty") == 0)
		return; /* those have a page that gathers them */
	for (size_t i = 0; i < region->n; i++) {
		const struct lx_type *type = region->shapes[i].type;
		if (type->section == NULL || strcmp(type->section, section) != 0 ||
			!lx_charter_on(&l->reader->charter, type->name))
			continue;
		links[n++] =
			(struct lx_link_view){ lx_show_key(l->reader, type->name, "+", lx_text("")),
				lx_address_make(l->reader->call, "/%s", type->plural),
				type == l->shape->type };
	}
	page->siblings = links;
	page->siblings_n = n > 1 ? n : 0;
}

static enum lx_code list_html(struct listing *l, struct lx_reply *reply)
{
	struct lx_reader *reader = l->reader;
	struct lx_view view = lx_show_view(reader);
	struct lx_list_page page = { .total = l->found.total };
	struct lx_act_view *acts;
	char id[64];

	(void)snprintf(id, sizeof id, "%s+", l->shape->type->name);
	page.heading = lx_words_str(lx_tr(reader->request->lang, id));
	lx_frame_fill(reader, page.heading, l->shape->type->section, l->seen, &page.frame);
	page.frame.search = l->spec.search;
	page.frame.exports.json = lx_address_make(
		reader->call, "/api/v1/%s", l->shape->type->plural);
	page.frame.exports.csv = lx_address_make(reader->call, "/%s.csv", l->shape->type->plural);
	page.frame.exports.atom = lx_address_make(reader->call, "/%s.atom?lang=%s",
		l->shape->type->plural, lx_lang_names[reader->request->lang]);
	fill_siblings(l, &page);
	fill_filters(l, &page.filter);
	fill_sorts(l, &page);
	fill_table(l, &page.table);
	fill_pager(l, &page.pager);
	LX_TRY(lx_item_acts(reader, l->shape, NULL, &acts, &page.acts_n));
	page.acts = acts;
	lx_reader_close(reader);
	lx_reply_page(reply);
	lx_view_list(&reply->body, &view, &page);
	return LX_OK;
}

static enum lx_code list_in(struct listing *l, struct lx_reply *reply)
{
	LX_TRY(lx_route_type(l->reader, &l->shape));
	LX_TRY(lx_seen_list(l->reader, l->shape, &l->seen));
	/* a question that makes no sense has no fresh answer either */
	if (l->reader->request->media != LX_ATOM)
		LX_TRY(lx_list_ask(l));
	if (lx_reply_fresh(l->reader->request, reply, l->seen))
		return LX_OK;
	if (l->reader->request->media == LX_ATOM)
		return lx_feed_reply(l->reader, l->shape, 0, reply);
	LX_TRY(lx_list_find(l->reader->tx, &l->spec, &l->found));
	LX_TRY(load_rows(l));
	if (l->reader->request->media == LX_JSON)
		return list_json(l, reply);
	return l->reader->request->media == LX_CSV ? list_csv(l, reply) : list_html(l, reply);
}

enum lx_code lx_page_list(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	LX_CLOSE(lx_json_free) json_t *records = json_array();
	struct listing l = { .reader = &reader, .records = records };

	LX_TRY(lx_reader_open(request, &reader));
	return list_in(&l, reply);
}
