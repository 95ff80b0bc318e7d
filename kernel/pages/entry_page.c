/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One entry of the public record: what it changed in words and as it stands, its bytes, and its place in the tree, drawn. */
#include "kernel/pages/pages.h"

#include "kernel/journal/hash.h"
#include "kernel/pages/proof_tree.h"

#include <stdio.h>
#include <string.h>

static struct lx_words tr(const struct lx_reader *reader, const char *id)
{
	return lx_words_str(lx_tr(reader->request->lang, id));
}

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

/* A value as an entry holds it, in the form in which reduction gives values; null for what stands elsewhere (texts, files, seals). */
static enum lx_code told(const struct lx_reader *reader, const struct lx_field *field,
	const json_t *raw, json_t **value)
{
	LX_CLOSE(lx_buf_close) struct lx_buf moment = { 0 };
	const char *text = json_string_value(raw);

	*value = NULL;
	switch (field->kind) {
	case LX_TEXT:
	case LX_FILE:
	case LX_DATA:
	case LX_SEALED:
		return LX_OK;
	case LX_MOMENT:
		if (!json_is_integer(raw))
			return LX_OK;
		lx_moment_write(&moment, json_integer_value(raw));
		*value = json_stringn(moment.at, moment.len);
		return LX_OK;
	case LX_MONEY:
		*value = json_pack(
			"{s:O, s:s}", "minor", raw, "currency", reader->charter.currency);
		return LX_OK;
	case LX_LINK:
		if (text == NULL)
			return LX_OK;
		json_t *title;
		LX_TRY(lx_title(&reader->sight, lx_text(text), &title));
		*value = json_pack("{s:s, s:o}", "ref", text, "title", title);
		return LX_OK;
	default:
		*value = json_incref((json_t *)raw);
		return LX_OK;
	}
}

static enum lx_code field_cell(const struct lx_reader *reader, const struct lx_type *type,
	const struct lx_field *field, const json_t *raw, struct lx_cell *cell)
{
	json_t *value;

	LX_TRY(told(reader, field, raw, &value));
	*cell = lx_show_cell(reader, type->name, field, value);
	json_decref(value);
	return LX_OK;
}

/* A row: "Year: 2020; Population: 3,644,420". */
static enum lx_code row_cell(const struct lx_reader *reader, const struct lx_type *type,
	const struct lx_rows *rows, const json_t *values, struct lx_cell *cell)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	bool zh = reader->request->lang == LX_ZH;

	for (const struct lx_field *f = rows->fields; f->name != NULL; f++) {
		struct lx_cell one = { .kind = LX_CELL_TEXT };
		char mark[64];
		(void)snprintf(mark, sizeof mark, ".%s.", rows->name);
		LX_TRY(field_cell(reader, type, f, json_object_get(values, f->name), &one));
		if (one.words.text.len == 0)
			continue;
		lx_buf_str(&out, out.len == 0 ? "" : zh ? "；" : "; ");
		lx_buf_text(&out, lx_show_key(reader, type->name, mark, lx_text(f->name)).text);
		lx_buf_str(&out, zh ? "：" : ": ");
		lx_buf_text(&out, one.words.text);
	}
	cell->words = lx_words(lx_show_text(reader, "%s", out.at == NULL ? "" : out.at));
	return LX_OK;
}

/* What an effect sets, in words: a state, a field, a term, a row of a list. */
static enum lx_code effect_value(const struct lx_reader *reader, const struct lx_shape *shape,
	const json_t *effect, struct lx_effect_view *view)
{
	const struct lx_type *type = shape->type;
	const char *what = json_string_value(json_array_get(effect, 0));
	const char *name = json_string_value(json_array_get(effect, 1));
	const char *state = json_string_value(json_array_get(effect, 2));

	if (what == NULL || name == NULL)
		return LX_OK;
	if (strcmp(name, "state") == 0 && state != NULL) {
		view->what = tr(reader, "page.state");
		view->value.words = lx_show_key(
			reader, type->name, "@", lx_show_text(reader, "%s", state));
		return LX_OK;
	}
	int field = lx_field_find(type->fields, lx_text(name));
	if (strcmp(what, "set") == 0 && field >= 0)
		return field_cell(reader, type, &type->fields[field], json_array_get(effect, 2),
			&view->value);
	if (strcmp(what, "term") == 0 && field >= 0 && state != NULL) {
		LX_TRY(field_cell(reader, type, &type->fields[field], json_array_get(effect, 3),
			&view->value));
		view->value.under = lx_show_key(
			reader, "stage", ".", lx_show_text(reader, "%s", state));
		return LX_OK;
	}
	for (size_t r = 0; r < shape->rows_n; r++)
		if (strcmp(what, "row") == 0 && strcmp(type->rows[r].name, name) == 0)
			return row_cell(reader, type, &type->rows[r], json_array_get(effect, 3),
				&view->value);
	return LX_OK;
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
		if (shape != NULL)
			LX_TRY(effect_value(reader, shape, effect, &views[i]));
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

/* The hashes from the leaf up, and where they stand. */
static enum lx_code entry_path(
	const struct lx_reader *reader, int64_t number, struct lx_entry_page *page)
{
	struct lx_proof *proof = lx_alloc(reader->call, sizeof *proof);

	if (proof == NULL)
		return LX_BROKEN;
	LX_TRY(lx_proof_make(reader->tx, number - 1, reader->size, proof));
	struct lx_text *path = lx_array(reader->call, proof->n, sizeof *path);
	if (path == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < proof->n; i++) {
		char text[LX_HASH_TEXT];
		lx_hash_write(proof->hashes[i], text);
		path[i] = lx_show_text(reader, "%s", text);
	}
	page->path = path;
	page->path_n = proof->n;
	return lx_proof_draw(reader, proof, number - 1, reader->size, &page->drawing);
}

static enum lx_code entry_proof(
	const struct lx_reader *reader, int64_t number, struct lx_entry_page *page)
{
	struct lx_fact *facts = lx_array(reader->call, 2, sizeof *facts);
	unsigned char leaf[LX_HASH_BYTES];
	char hash[LX_HASH_TEXT];
	size_t n = 0;

	LX_TRY(lx_journal_bytes(reader->tx, number, &page->bytes));
	lx_hash_leaf(page->bytes, leaf);
	lx_hash_write(leaf, hash);
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
	page->proof = (struct lx_fact_group){
		.heading = tr(reader, "record.proof"), .facts = facts, .facts_n = n
	};
	page->command = lx_show_text(reader, "lianxi verify URL");
	return entry_path(reader, number, page);
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
