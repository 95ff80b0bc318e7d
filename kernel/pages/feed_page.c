/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Feeds: the acts on one record, on all of a type, or of the whole region, newest first. A page goes on from the number of its last
 * entry, so that acts which arrive meanwhile neither repeat nor lose anything.
 */
#include "kernel/pages/pages.h"
#include "kernel/record/log.h"
#include "kernel/types/types_queries.h"
#include "kernel/view/feed.h"

#include <stdio.h>
#include <string.h>

#define PAGE_ENTRIES 50
#define COLUMNS      5 /* n, type, record, act, at */

/* What a feed is of. */
struct feeding {
	struct lx_reader *reader;
	const struct lx_shape *shape; /* NULL: everything */
	int64_t record;               /* 0: all of the type */
	int64_t before;
	char year[8], origin[LX_NOTE_NAME];
	struct lx_feed feed;
};

static enum lx_code read_before(struct feeding *f)
{
	const struct lx_text *before = lx_query_param(f->reader->request, "before", 0);

	f->before = INT64_MAX;
	if (before == NULL || (lx_text_int(*before, &f->before) && f->before > 0))
		return LX_OK;
	return lx_fail(f->reader->call, LX_INVALID, "before", "input.number", NULL);
}

static enum lx_code find_rows(struct feeding *f, struct lx_value **rows, size_t *n)
{
	struct lx_tx *tx = f->reader->tx;

	if (f->shape == NULL)
		return lx_all(tx, &lx_q_latest,
			(struct lx_value[]){ LX_I(f->before), LX_I(PAGE_ENTRIES) }, PAGE_ENTRIES,
			rows, n);
	if (f->record == 0)
		return lx_all(tx, &lx_q_latest_of_type,
			(struct lx_value[]){
				LX_S(f->shape->type->name), LX_I(f->before), LX_I(PAGE_ENTRIES) },
			PAGE_ENTRIES, rows, n);
	return lx_all(tx, &lx_q_latest_of_record,
		(struct lx_value[]){ LX_S(f->shape->type->name), LX_I(f->record), LX_I(f->before),
			LX_I(PAGE_ENTRIES) },
		PAGE_ENTRIES, rows, n);
}

/* Names that never change: the log's origin and the year of its first entry date them (RFC 4151). */
static enum lx_code name_log(struct feeding *f)
{
	const struct lx_note_key *key = lx_log_key(f->reader->app->log);
	struct lx_text bytes;
	struct lx_buf year = { 0 };
	int64_t at = 0;

	(void)snprintf(f->origin, sizeof f->origin, "%s", key == NULL ? "region" : key->name);
	for (char *c = f->origin; *c != '\0'; c++)
		if (*c == '/')
			*c = ':';
	if (f->reader->size > 0) {
		LX_CLOSE(lx_json_free) json_t *first = NULL;
		LX_TRY(lx_journal_bytes(f->reader->tx, 1, &bytes));
		LX_TRY(lx_json_read(&f->reader->call->fault, bytes, &first));
		at = json_integer_value(json_object_get(first, "at"));
	}
	lx_moment_write(&year, at);
	(void)snprintf(f->year, sizeof f->year, "%.4s", year.at == NULL ? "1970" : year.at);
	lx_buf_close(&year);
	return LX_OK;
}

static struct lx_text tag(const struct feeding *f, const char *what, int64_t number)
{
	const char *colon = strchr(f->origin, ':');
	int host = colon == NULL ? (int)strlen(f->origin) : (int)(colon - f->origin);

	return lx_show_text(f->reader, "tag:%.*s,%s:%s%s%s%lld", host, f->origin, f->year,
		colon == NULL ? "" : colon + 1, colon == NULL ? "" : ":", what, (long long)number);
}

/* Whether the row's record may be read; its page and its title then. */
static enum lx_code readable(
	const struct feeding *f, const struct lx_value *row, struct lx_text *ref, bool *may)
{
	const struct lx_shape *shape = lx_shape_find(f->reader->app->region, row[1].text);
	struct lx_record record;

	*may = false;
	if (shape == NULL)
		return LX_OK;
	LX_TRY(lx_record_load_head(f->reader->tx, shape, row[2].number, &record));
	*ref = lx_show_text(f->reader, "%s/%lld", shape->type->name, (long long)record.number);
	return lx_may_read(&f->reader->sight, &record, may);
}

static enum lx_code feed_entry(
	const struct feeding *f, const struct lx_value *row, struct lx_feed_entry *out, bool *shown)
{
	LX_CLOSE(lx_json_free) json_t *entry = NULL;
	const struct lx_reader *reader = f->reader;
	json_t *title = NULL;
	struct lx_text ref;

	LX_TRY(readable(f, row, &ref, shown));
	if (!*shown)
		return LX_OK;
	LX_TRY(lx_reduce_entry(&reader->sight, row[0].number, &entry));
	LX_TRY(lx_title(&reader->sight, ref, &title));
	struct lx_words name = lx_show_words(reader, title), act = lx_show_act(reader, entry);
	json_decref(title);
	struct lx_words type = lx_show_key(reader, "", "", row[1].text);
	struct lx_words head = lx_words(lx_show_text(reader, "%.*s %lld: %.*s", (int)type.text.len,
		type.text.at, (long long)row[2].number, (int)act.text.len, act.text.at));
	struct lx_address page = lx_show_address(reader, ref);
	*out = (struct lx_feed_entry){ .id = tag(f, "entry:", row[0].number),
		.at = row[4].number,
		.title = head,
		.author = lx_show_actor(reader, entry),
		.summary = name,
		.page = page.checked.len > 0 ? page
					     : lx_address_make(reader->call, "/record/%lld",
						       (long long)row[0].number),
		.act = lx_show_text(reader, "%.*s", (int)row[3].text.len, row[3].text.at) };
	return LX_OK;
}

static enum lx_code fill_entries(struct feeding *f, const struct lx_value *rows, size_t n)
{
	struct lx_feed_entry *entries = lx_array(f->reader->call, n, sizeof *entries);
	bool shown;

	if (entries == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		LX_TRY(feed_entry(f, rows + i * COLUMNS, &entries[f->feed.entries_n], &shown));
		f->feed.entries_n += shown;
	}
	f->feed.entries = entries;
	f->feed.updated = f->feed.entries_n > 0 ? entries[0].at : 0;
	return LX_OK;
}

/* "/needs/17", "/needs", "/record": where people read the same. */
static struct lx_text path_of(const struct feeding *f)
{
	if (f->shape == NULL)
		return LX_TEXT_OF("/record");
	if (strcmp(f->shape->type->name, "charter") == 0)
		return LX_TEXT_OF("/charter");
	return f->record == 0 ? lx_show_text(f->reader, "/%s", f->shape->type->plural)
			      : lx_show_text(f->reader, "/%s/%lld", f->shape->type->plural,
					(long long)f->record);
}

static void fill_addresses(struct feeding *f, const struct lx_value *rows, size_t n)
{
	struct lx_request *request = f->reader->request;
	struct lx_text path = path_of(f);
	const char *lang = lx_lang_names[request->lang];

	f->feed.base = lx_show_text(f->reader, "%s://%.*s", request->https ? "https" : "http",
		(int)request->host.len, request->host.at);
	f->feed.page = lx_address_make(f->reader->call, "%.*s", (int)path.len, path.at);
	f->feed.self = f->before == INT64_MAX
			       ? lx_address_make(f->reader->call, "%.*s.atom?lang=%s",
					 (int)path.len, path.at, lang)
			       : lx_address_make(f->reader->call, "%.*s.atom?lang=%s&before=%lld",
					 (int)path.len, path.at, lang, (long long)f->before);
	if (n == PAGE_ENTRIES)
		f->feed.next = lx_address_make(f->reader->call, "%.*s.atom?lang=%s&before=%lld",
			(int)path.len, path.at, lang, (long long)rows[(n - 1) * COLUMNS].number);
}

static void fill_title(struct feeding *f)
{
	const struct lx_reader *reader = f->reader;
	struct lx_value names = lx_record_value(&reader->charter.record, "names");
	LX_CLOSE(lx_json_free)
	json_t *json = json_loadb(
		names.kind == LX_V_NULL ? "" : names.text.at, names.text.len, 0, NULL);
	struct lx_words region = lx_show_words(reader, json), what;

	what = f->shape == NULL ? lx_show_key(reader, "page.section", ".", lx_text("record"))
	       : f->record == 0 ? lx_show_key(reader, f->shape->type->name, "+", lx_text(""))
				: lx_show_key(reader, "", "", lx_text(f->shape->type->name));
	f->feed.author = region;
	f->feed.title = lx_words(
		f->record == 0 ? lx_show_text(reader, "%.*s – %.*s", (int)region.text.len,
					 region.text.at, (int)what.text.len, what.text.at)
			       : lx_show_text(reader, "%.*s – %.*s %lld", (int)region.text.len,
					 region.text.at, (int)what.text.len, what.text.at,
					 (long long)f->record));
}

enum lx_code lx_feed_reply(struct lx_reader *reader, const struct lx_shape *shape, int64_t record,
	struct lx_reply *reply)
{
	struct feeding f = { .reader = reader, .shape = shape, .record = record };
	struct lx_view view = lx_show_view(reader);
	struct lx_value *rows;
	char name[80];
	size_t n;

	LX_TRY(read_before(&f));
	LX_TRY(find_rows(&f, &rows, &n));
	LX_TRY(name_log(&f));
	LX_TRY(fill_entries(&f, rows, n));
	fill_addresses(&f, rows, n);
	fill_title(&f);
	(void)snprintf(
		name, sizeof name, "feed:%s:", shape == NULL ? "record" : shape->type->plural);
	f.feed.id = tag(&f, name, record);
	lx_reader_close(reader);
	reply->media = "application/atom+xml; charset=utf-8";
	lx_view_feed(&reply->body, &view, &f.feed);
	return LX_OK;
}
