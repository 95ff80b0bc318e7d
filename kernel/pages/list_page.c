/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The list of a type, as a page, as JSON and as CSV: filters, search, order, pages. */
#include "kernel/pages/listing.h"

#include "base/csv.h"

#include <stdio.h>
#include <string.h>

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
	LX_TRY(lx_list_filters(l, &page.filter));
	fill_sorts(l, &page);
	LX_TRY(lx_list_table(l, &page.table));
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
	LX_TRY(lx_seen_list(l->reader, l->shape, &l->around, &l->seen));
	/* a question that makes no sense has no fresh answer either */
	if (l->reader->request->media != LX_ATOM)
		LX_TRY(lx_list_ask(l));
	if (lx_reply_fresh(l->reader->request, reply, l->seen))
		return LX_OK;
	if (l->reader->request->media == LX_ATOM)
		return lx_feed_reply(l->reader, l->shape, 0, reply);
	LX_TRY(lx_list_search(l));
	if (l->reader->request->media == LX_HTML)
		return list_html(l, reply);
	LX_TRY(lx_list_records(l));
	return l->reader->request->media == LX_JSON ? list_json(l, reply) : list_csv(l, reply);
}

void lx_listing_end(struct listing *l)
{
	lx_titles_close(&l->titles);
}

enum lx_code lx_page_list(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	LX_CLOSE(lx_json_free) json_t *records = json_array();
	LX_CLOSE(lx_listing_end)
	struct listing l = { .reader = &reader, .records = records };

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(lx_actor_load(reader.tx, reader.app->region, 0, &l.nobody));
	l.open = reader.sight;
	l.open.actor = &l.nobody;
	l.open.titles = &l.titles;
	return list_in(&l, reply);
}
