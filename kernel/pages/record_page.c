/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The public record: the entries, newest first, and one entry with its bytes and hash. */
#include "kernel/pages/pages.h"

#include "kernel/journal/hash.h"
#include "kernel/types/types_queries.h"

#include <stdio.h>
#include <string.h>

#define PAGE_ENTRIES 50

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

static enum lx_code record_json(
	struct lx_reader *reader, const struct lx_value *cells, size_t n, struct lx_reply *reply)
{
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:[], s:I}", "entries", "size", (json_int_t)reader->size);
	json_t *list = json_object_get(json, "entries");

	for (size_t i = 0; i < n; i++) {
		json_t *entry = NULL;
		LX_TRY(lx_reduce_entry(&reader->sight, cells[6 * i].number, &entry));
		(void)json_array_append_new(list, entry);
	}
	if (n == PAGE_ENTRIES)
		LX_TRY(lx_reply_header(reader->request, reply, "Link",
			"</api/v1/record?before=%lld>; rel=\"next\"",
			(long long)cells[6 * (n - 1)].number));
	return lx_reply_json(reader->request, reply, json);
}

static enum lx_code read_before(struct lx_request *request, int64_t *before)
{
	const struct lx_text *value = lx_query_param(request, "before", 0);

	*before = INT64_MAX;
	if (value == NULL || value->len == 0)
		return LX_OK;
	if (!lx_text_int(*value, before) || *before < 1)
		return lx_fail(request->call, LX_INVALID, "before", "list.number", NULL);
	return LX_OK;
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

enum lx_code lx_page_record(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_record_page page = { .rows_n = 0 };
	struct lx_value *cells;
	struct lx_edge edge;
	int64_t before;
	size_t n;

	LX_TRY(read_before(request, &before));
	LX_TRY(lx_reader_open(request, &reader));
	if (lx_reply_fresh(request, reply, reader.size))
		return LX_OK;
	if (request->media == LX_ATOM)
		return lx_feed_reply(&reader, NULL, 0, reply);
	LX_TRY(lx_all(reader.tx, &lx_q_log, (struct lx_value[]){ LX_I(before), LX_I(PAGE_ENTRIES) },
		PAGE_ENTRIES, &cells, &n));
	if (request->media == LX_JSON)
		return record_json(&reader, cells, n, reply);
	struct lx_view view = lx_show_view(&reader);
	struct lx_entry_row *rows = lx_array(request->call, n, sizeof *rows);
	if (rows == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++)
		LX_TRY(entry_row(&reader, cells + 6 * i, &rows[i]));
	page.rows = rows;
	page.rows_n = n;
	page.heading = tr(&reader, "page.section.record");
	page.lead = tr(&reader, "page.record_lead");
	page.verify = tr(&reader, "page.record_verify");
	page.command = LX_TEXT_OF("lianxi verify region/");
	lx_frame_fill(&reader, page.heading, "record", reader.size, &page.frame);
	page.frame.exports.json = lx_address_make(request->call, "/api/v1/record");
	page.frame.exports.atom = lx_address_make(
		request->call, "/record.atom?lang=%s", lx_lang_names[request->lang]);
	page.pager.total = reader.size;
	if (n == PAGE_ENTRIES)
		page.pager.next = lx_address_make(
			request->call, "/record?before=%lld", (long long)cells[6 * (n - 1)].number);
	LX_TRY(lx_edge_load(reader.tx, &edge));
	fill_checkpoint(&reader, &edge, &page);
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_record(&reply->body, &view, &page);
	return LX_OK;
}

/* --- one entry ------------------------------------------------------------------------------- */

/* What a consent asks: which act, how many voices, until when. The input stays among the bytes below. */
static void ask_words(const struct lx_reader *reader, const struct lx_shape *shape,
	const json_t *effect, struct lx_effect_view *view)
{
	static const struct lx_field moment = { "until", LX_MOMENT };
	const json_t *asked = json_array_get(effect, 2), *until = json_object_get(asked, "until");
	const char *act = json_string_value(json_object_get(asked, "act"));
	LX_CLOSE(lx_buf_close) struct lx_buf day = { 0 };
	LX_CLOSE(lx_json_free) json_t *at = NULL;
	struct lx_words last = lx_words_str("");

	if (json_integer_value(until) > 0) {
		lx_moment_write(&day, json_integer_value(until));
		at = json_stringn(day.at, day.len);
		last = lx_show_cell(reader, "", &moment, at).words;
	}
	struct lx_words label = act == NULL || shape == NULL
					? lx_words_str("")
					: lx_show_key(reader, shape->type->name, ".",
						  lx_show_text(reader, "%s", act));
	view->what = lx_show_say(reader, "page.effect_ask",
		lx_show_text(reader, "%.*s", (int)label.text.len, label.text.at).at, NULL);
	view->value.words = lx_show_say(reader,
		last.text.len == 0 ? "page.effect_voices" : "page.effect_voices_until",
		lx_show_text(reader, "%zu", json_array_size(json_object_get(asked, "voices"))).at,
		lx_show_text(reader, "%.*s", (int)last.text.len, last.text.at).at);
}

/* A voice: whose, and what it says. */
static void say_words(
	const struct lx_reader *reader, const json_t *effect, struct lx_effect_view *view)
{
	const char *voice = json_string_value(json_array_get(effect, 2));
	const char *says = json_string_value(json_array_get(effect, 3));
	json_t *title = NULL;

	if (voice == NULL || says == NULL ||
		lx_title(&reader->sight, lx_text(voice), &title) != LX_OK)
		return;
	LX_CLOSE(lx_json_free) json_t *link = json_pack("{s:s, s:o}", "ref", voice, "title", title);
	struct lx_link_view who = lx_show_link(reader, link);
	view->what = who.label;
	view->value.words = lx_show_key(reader, "voice", ".", lx_show_text(reader, "%s", says));
}

static void close_words(
	const struct lx_reader *reader, const json_t *effect, struct lx_effect_view *view)
{
	const char *stage = json_string_value(json_array_get(effect, 2));

	view->what = tr(reader, "page.effect_close");
	if (stage != NULL)
		view->value.words = lx_show_key(
			reader, "consent", ".", lx_show_text(reader, "%s", stage));
}

/* Effects that are no field's: of a consent. False: none of them. */
static bool consent_words(const struct lx_reader *reader, const struct lx_shape *shape,
	const json_t *effect, struct lx_effect_view *view)
{
	const char *what = json_string_value(json_array_get(effect, 0));

	if (what == NULL)
		return false;
	if (strcmp(what, "ask") == 0)
		ask_words(reader, shape, effect, view);
	else if (strcmp(what, "say") == 0)
		say_words(reader, effect, view);
	else if (strcmp(what, "close") == 0)
		close_words(reader, effect, view);
	else
		return false;
	return true;
}

static enum lx_code effect_views(const struct lx_reader *reader, const json_t *entry,
	const struct lx_shape *shape, struct lx_entry_page *page)
{
	const json_t *effects = json_object_get(entry, "do");
	size_t n = json_array_size(effects);
	struct lx_effect_view *views = lx_array(reader->call, n, sizeof *views);

	if (views == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		const json_t *effect = json_array_get(effects, i);
		const char *name = json_string_value(json_array_get(effect, 1));
		if (consent_words(reader, shape, effect, &views[i]))
			continue;
		LX_CLOSE(lx_buf_close) struct lx_buf code = { 0 };
		LX_TRY(lx_json_canonical(&code, effect, &reader->call->fault));
		views[i].code = lx_show_text(reader, "%s", code.at);
		views[i].what = shape == NULL || name == NULL
					? lx_words_str("")
					: lx_show_key(reader, shape->type->name, ".",
						  lx_show_text(reader, "%s", name));
	}
	page->effects = views;
	page->effects_n = n;
	return LX_OK;
}

static void add_fact(const struct lx_reader *reader, struct lx_fact *facts, size_t *n,
	const char *id, struct lx_cell cell)
{
	struct lx_cell *kept = lx_alloc(reader->call, sizeof *kept);

	if (kept == NULL || cell.words.text.len == 0)
		return;
	*kept = cell;
	facts[(*n)++] = (struct lx_fact){ tr(reader, id), kept, 1 };
}

static void entry_facts(
	const struct lx_reader *reader, const json_t *entry, struct lx_entry_page *page)
{
	static const struct {
		const char *key, *id;
	} numbers[] = { { "cause", "page.cause" }, { "undoes", "page.undoes" } };
	struct lx_fact *facts = lx_array(reader->call, 8, sizeof *facts);
	const char *on = json_string_value(json_object_get(entry, "on"));
	size_t n = 0;

	if (facts == NULL)
		return;
	add_fact(reader, facts, &n, "page.who",
		(struct lx_cell){ .words = lx_show_actor(reader, entry) });
	const char *act = json_string_value(json_object_get(entry, "act"));
	if (act != NULL)
		add_fact(reader, facts, &n, "page.act",
			(struct lx_cell){ .kind = LX_CELL_REF,
				.words = lx_words(lx_show_text(reader, "%s", act)) });
	if (on != NULL)
		add_fact(reader, facts, &n, "page.on",
			(struct lx_cell){ .kind = LX_CELL_DATE,
				.words = lx_words(lx_show_text(reader, "%s", on)) });
	for (size_t i = 0; i < 2; i++) {
		long long other = json_integer_value(json_object_get(entry, numbers[i].key));
		if (other != 0)
			add_fact(reader, facts, &n, numbers[i].id,
				(struct lx_cell){ .kind = LX_CELL_REF,
					.words = lx_words(lx_show_text(reader, "№ %lld", other)),
					.link = lx_address_make(
						reader->call, "/record/%lld", other) });
	}
	page->facts = (struct lx_fact_group){ .facts = facts, .facts_n = n };
}

static enum lx_code entry_proof(
	const struct lx_reader *reader, int64_t number, struct lx_entry_page *page)
{
	struct lx_fact *facts = lx_array(reader->call, 2, sizeof *facts);
	char hash[LX_HASH_TEXT];
	size_t n = 0;

	LX_TRY(lx_journal_bytes(reader->tx, number, &page->bytes));
	LX_TRY(leaf_hash(reader, number, hash));
	if (facts != NULL)
		add_fact(reader, facts, &n, "page.leaf",
			(struct lx_cell){ .kind = LX_CELL_REF,
				.words = lx_words(lx_show_text(reader, "%s", hash)) });
	if (facts != NULL)
		add_fact(reader, facts, &n, "record.get",
			(struct lx_cell){ .kind = LX_CELL_REF,
				.words = lx_words(
					lx_show_text(reader, "%lld.tlog-proof", (long long)number)),
				.link = lx_address_make(
					reader->call, "/log/proof/%lld", (long long)number) });
	page->proof = (struct lx_fact_group){ .facts = facts, .facts_n = n };
	return LX_OK;
}

static enum lx_code fill_entry(const struct lx_reader *reader, const json_t *entry, int64_t number,
	struct lx_entry_page *page)
{
	bool shut = json_object_get(entry, "shut") != NULL;
	const json_t *said = shut && json_object_get(entry, "inside") != NULL
				     ? json_object_get(entry, "inside")
				     : entry;
	const char *of = json_string_value(json_object_get(said, "of"));
	struct lx_ref ref;
	const struct lx_shape *shape = of != NULL && lx_ref_read(lx_text(of), &ref)
					       ? lx_shape_find(reader->app->region, ref.type)
					       : NULL;

	page->entry = number;
	page->at = json_integer_value(json_object_get(entry, "at"));
	page->heading = lx_show_act(reader, said);
	if (shape != NULL) {
		struct lx_words type = lx_show_key(reader, "", "", ref.type);
		page->record = (struct lx_link_view){ lx_words(lx_show_text(reader, "%.*s %lld",
							      (int)type.text.len, type.text.at,
							      (long long)ref.number)),
			lx_show_address(reader, lx_show_text(reader, "%s", of)) };
	}
	if (shut)
		page->note = (struct lx_note){ .words = tr(reader, "page.shut_why") };
	entry_facts(reader, said, page);
	LX_TRY(effect_views(reader, said, shape, page));
	LX_TRY(entry_proof(reader, number, page));
	if (number > 1)
		page->previous = (struct lx_link_view){
			lx_words(lx_show_text(reader, "№ %lld", (long long)number - 1)),
			lx_address_make(reader->call, "/record/%lld", (long long)number - 1)
		};
	if (number < reader->size)
		page->next = (struct lx_link_view){
			lx_words(lx_show_text(reader, "№ %lld", (long long)number + 1)),
			lx_address_make(reader->call, "/record/%lld", (long long)number + 1)
		};
	return LX_OK;
}

enum lx_code lx_page_entry(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	LX_CLOSE(lx_json_free) json_t *entry = NULL;
	struct lx_entry_page page = { .entry = 0 };
	int64_t number;

	LX_TRY(lx_reader_open(request, &reader));
	if (!lx_text_int(request->captures[0], &number) || number < 1 || number > reader.size)
		return lx_fail(request->call, LX_NOT_FOUND, NULL, "page.none", NULL);
	LX_TRY(lx_reduce_entry(&reader.sight, number, &entry));
	if (request->media == LX_JSON)
		return lx_reply_json(request, reply, entry);
	struct lx_view view = lx_show_view(&reader);
	LX_TRY(fill_entry(&reader, entry, number, &page));
	lx_frame_fill(&reader, lx_words(lx_show_text(&reader, "№ %lld", (long long)number)),
		"record", number, &page.frame);
	page.frame.exports.json = lx_address_make(
		request->call, "/api/v1/record/%lld", (long long)number);
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_entry(&reply->body, &view, &page);
	return LX_OK;
}
