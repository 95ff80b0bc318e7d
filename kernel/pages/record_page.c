/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The public record: the entries, newest first, all or those on one type of record. */
#include "kernel/pages/pages.h"

#include "kernel/journal/hash.h"
#include "kernel/types/types_queries.h"

#include <string.h>

#define PAGE_ENTRIES 50

/* What the address asks for, and what was found of it. */
struct asked {
	int64_t before;
	struct lx_text type;    /* of the records; empty: all */
	struct lx_value *cells; /* lx_q_log: six to an entry */
	size_t n;
};

static struct lx_words tr(const struct lx_reader *reader, const char *id)
{
	return lx_words_str(lx_tr(reader->request->lang, id));
}

static enum lx_code leaf_hash(const struct lx_reader *reader, int64_t n, char text[LX_HASH_TEXT])
{
	unsigned char hash[LX_HASH_BYTES];
	struct lx_text bytes;

	LX_TRY(lx_journal_bytes(reader->tx, n, &bytes));
	lx_hash_leaf(bytes, hash);
	lx_hash_write(hash, text);
	return LX_OK;
}

static enum lx_code entry_row(
	const struct lx_reader *reader, const struct lx_value *cells, struct lx_entry_row *row)
{
	LX_CLOSE(lx_json_free) json_t *entry = NULL;
	char hash[LX_HASH_TEXT];
	bool shown = cells[5].number != 0;

	LX_TRY(lx_reduce_entry(&reader->sight, cells[0].number, &entry));
	LX_TRY(leaf_hash(reader, cells[0].number, hash));
	*row = (struct lx_entry_row){ .entry = cells[0].number,
		.at = cells[4].number,
		.address = lx_address_make(
			reader->call, "/record/%lld", (long long)cells[0].number),
		.act = lx_show_act(reader, entry),
		.hash = lx_show_text(reader, "%.8s", hash) };
	if (!shown)
		return LX_OK;
	struct lx_words type = lx_show_key(reader, "", "", cells[1].text);
	struct lx_text ref = lx_show_text(reader, "%.*s/%lld", (int)cells[1].text.len,
		cells[1].text.at, (long long)cells[2].number);
	row->code = cells[3].text;
	row->who = lx_show_actor(reader, entry);
	row->record = (struct lx_link_view){ lx_words(lx_show_text(reader, "%.*s %lld",
						     (int)type.text.len, type.text.at,
						     (long long)cells[2].number)),
		lx_show_address(reader, ref) };
	return LX_OK;
}

static const char *type_param(const struct lx_reader *reader, const struct asked *asked)
{
	return asked->type.len == 0
		       ? ""
		       : lx_show_text(reader, "type=%.*s&", (int)asked->type.len, asked->type.at)
				 .at;
}

static int64_t last_number(const struct asked *asked)
{
	return asked->cells[6 * (asked->n - 1)].number;
}

static enum lx_code record_json(
	struct lx_reader *reader, const struct asked *asked, struct lx_reply *reply)
{
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:[], s:I}", "entries", "size", (json_int_t)reader->size);
	json_t *list = json_object_get(json, "entries");

	for (size_t i = 0; i < asked->n; i++) {
		json_t *entry = NULL;
		LX_TRY(lx_reduce_entry(&reader->sight, asked->cells[6 * i].number, &entry));
		(void)json_array_append_new(list, entry);
	}
	if (asked->n == PAGE_ENTRIES)
		LX_TRY(lx_reply_header(reader->request, reply, "Link",
			"</api/v1/record?%sbefore=%lld>; rel=\"next\"", type_param(reader, asked),
			(long long)last_number(asked)));
	return lx_reply_json(reader->request, reply, json);
}

static enum lx_code read_asked(const struct lx_reader *reader, struct asked *asked)
{
	const struct lx_text *before = lx_query_param(reader->request, "before", 0);
	const struct lx_text *type = lx_query_param(reader->request, "type", 0);

	*asked = (struct asked){ .before = INT64_MAX, .type = { "", 0 } };
	if (before != NULL && before->len > 0 &&
		(!lx_text_int(*before, &asked->before) || asked->before < 1))
		return lx_fail(reader->call, LX_INVALID, "before", "list.number", NULL);
	if (type == NULL || type->len == 0)
		return LX_OK;
	if (lx_shape_find(reader->app->region, *type) == NULL)
		return lx_fail(reader->call, LX_INVALID, "type", "list.type", NULL);
	asked->type = *type;
	return LX_OK;
}

/* Entries on one type: those that say in public what they are about. */
static enum lx_code find_of_type(const struct lx_reader *reader, struct asked *asked)
{
	struct lx_value *found;

	LX_TRY(lx_all(reader->tx, &lx_q_latest_of_type,
		(struct lx_value[]){ LX_T(asked->type), LX_I(asked->before), LX_I(PAGE_ENTRIES) },
		PAGE_ENTRIES, &found, &asked->n));
	asked->cells = lx_array(reader->call, 6 * asked->n, sizeof *asked->cells);
	if (asked->cells == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < asked->n; i++) {
		memcpy(asked->cells + 6 * i, found + 5 * i, 5 * sizeof *found);
		asked->cells[6 * i + 5] = LX_I(1);
	}
	return LX_OK;
}

static enum lx_code find_entries(const struct lx_reader *reader, struct asked *asked)
{
	if (asked->type.len > 0)
		return find_of_type(reader, asked);
	return lx_all(reader->tx, &lx_q_log,
		(struct lx_value[]){ LX_I(asked->before), LX_I(PAGE_ENTRIES) }, PAGE_ENTRIES,
		&asked->cells, &asked->n);
}

/* A number leads to its entry, the choice to the entries on one type of record. */
static void fill_filters(
	const struct lx_reader *reader, const struct asked *asked, struct lx_filters *filters)
{
	const struct lx_region *region = reader->app->region;
	struct lx_filter *filter = lx_alloc(reader->call, sizeof *filter);
	struct lx_filter_choice *choices = lx_array(reader->call, region->n + 1, sizeof *choices);
	size_t n = 0;

	if (filter == NULL || choices == NULL)
		return;
	choices[n++].label = tr(reader, "page.any");
	for (size_t i = 0; i < region->n; i++) {
		const struct lx_type *type = region->shapes[i].type;
		if (type->section == NULL || !lx_charter_on(&reader->charter, type->name))
			continue;
		choices[n++] = (struct lx_filter_choice){ .value = lx_text(type->name),
			.label = tr(reader, type->name),
			.chosen = lx_text_is(asked->type, type->name) };
	}
	*filter = (struct lx_filter){ LX_FILTER_SELECT, LX_TEXT_OF("type"),
		tr(reader, "view.on_what"), choices, n };
	*filters = (struct lx_filters){ .action = lx_address_make(reader->call, "/record"),
		.searchable = true,
		.filters = filter,
		.filters_n = 1,
		.chosen = asked->type.len > 0 };
	if (filters->chosen > 0)
		filters->clear = filters->action;
}

static void fill_pager(
	const struct lx_reader *reader, const struct asked *asked, struct lx_pager *pager)
{
	if (asked->n == 0)
		return;
	*pager = (struct lx_pager){ .first = last_number(asked),
		.last = asked->cells[0].number,
		.total = asked->type.len == 0 ? reader->size : 0 };
	if (asked->before != INT64_MAX)
		pager->previous = lx_address_make(
			reader->call, "/record?%s", type_param(reader, asked));
	if (asked->n == PAGE_ENTRIES && last_number(asked) > 1)
		pager->next = lx_address_make(reader->call, "/record?%sbefore=%lld",
			type_param(reader, asked), (long long)last_number(asked));
}

static void fill_checkpoint(
	const struct lx_reader *reader, const struct lx_edge *edge, struct lx_record_page *page)
{
	struct lx_fact *facts = lx_array(reader->call, 2, sizeof *facts);
	struct lx_cell *cells = lx_array(reader->call, 2, sizeof *cells);
	unsigned char root[LX_HASH_BYTES];
	char text[LX_HASH_TEXT];

	if (facts == NULL || cells == NULL)
		return;
	lx_edge_root(edge, root);
	lx_hash_write(root, text);
	cells[0] = (struct lx_cell){ .kind = LX_CELL_NUMBER,
		.words = lx_words(lx_show_text(reader, "%lld", (long long)edge->size)) };
	cells[1] = (struct lx_cell){ .kind = LX_CELL_REF,
		.words = lx_words(lx_show_text(reader, "%s", text)) };
	facts[0] = (struct lx_fact){ tr(reader, "page.entries"), &cells[0], 1 };
	facts[1] = (struct lx_fact){ tr(reader, "page.root"), &cells[1], 1 };
	page->checkpoint = (struct lx_fact_group){ tr(reader, "page.tree"), facts, 2 };
}

static enum lx_code record_html(
	struct lx_reader *reader, const struct asked *asked, struct lx_reply *reply)
{
	struct lx_record_page page = { .rows_n = asked->n };
	struct lx_entry_row *rows = lx_array(reader->call, asked->n, sizeof *rows);
	struct lx_view view = lx_show_view(reader);
	struct lx_edge edge;

	if (rows == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < asked->n; i++)
		LX_TRY(entry_row(reader, asked->cells + 6 * i, &rows[i]));
	page.rows = rows;
	page.heading = tr(reader, "page.section.record");
	page.lead = tr(reader, "page.record_lead");
	page.verify = tr(reader, "page.record_verify");
	page.command = LX_TEXT_OF("lianxi verify region/");
	lx_frame_fill(reader, page.heading, "record", reader->size, &page.frame);
	page.frame.exports.json = lx_address_make(
		reader->call, "/api/v1/record?%s", type_param(reader, asked));
	page.frame.exports.atom = lx_address_make(
		reader->call, "/record.atom?lang=%s", lx_lang_names[reader->request->lang]);
	fill_filters(reader, asked, &page.filter);
	fill_pager(reader, asked, &page.pager);
	LX_TRY(lx_edge_load(reader->tx, &edge));
	fill_checkpoint(reader, &edge, &page);
	lx_reader_close(reader);
	lx_reply_page(reply);
	lx_view_record(&reply->body, &view, &page);
	return LX_OK;
}

/* A number is an entry's; words are searched for everywhere. */
static enum lx_code lead_on(
	const struct lx_reader *reader, struct lx_text words, struct lx_reply *reply)
{
	struct lx_view view = lx_show_view(reader);
	LX_CLOSE(lx_buf_close) struct lx_buf part = { .limit = 2048 };
	int64_t number;

	if (lx_text_int(words, &number) && number > 0)
		return lx_reply_redirect(reader->request, reply, "/record/%lld", (long long)number);
	lx_view_part(&part, &view, words);
	if (lx_buf_failed(&part))
		return lx_fail(reader->call, LX_INVALID, "q", "list.search_long", NULL);
	return lx_reply_redirect(
		reader->request, reply, "/search?q=%s", part.at == NULL ? "" : part.at);
}

enum lx_code lx_page_record(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	const struct lx_text *words = lx_query_param(request, "q", 0);
	struct asked asked;

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(read_asked(&reader, &asked));
	if (words != NULL && words->len > 0)
		return lead_on(&reader, lx_text_trim(*words), reply);
	if (lx_reply_fresh(request, reply, reader.size))
		return LX_OK;
	if (request->media == LX_ATOM)
		return lx_feed_reply(&reader, NULL, 0, reply);
	LX_TRY(find_entries(&reader, &asked));
	return request->media == LX_JSON ? record_json(&reader, &asked, reply)
					 : record_html(&reader, &asked, reply);
}
