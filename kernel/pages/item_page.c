/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One record, as a page and as JSON: prose, facts, child rows, consents, terms, the way it went, the acts open to the reader. */
#include "kernel/pages/pages.h"
#include "kernel/pages/part.h"

#include "kernel/types/consent.h"
#include "kernel/view/svg.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define VOICES_OPEN 8 /* of a decided consent; more are folded */

struct showing {
	struct lx_reader *reader;
	const struct lx_shape *shape;
	struct lx_record record;
	json_t *json;
	struct lx_item_page page;
};

static struct lx_words tr(const struct showing *s, const char *id)
{
	return lx_words_str(lx_tr(s->reader->request->lang, id));
}

static bool is_title(const struct lx_type *type, const struct lx_field *field)
{
	return type->title != NULL && strcmp(type->title, field->name) == 0;
}

static enum lx_code add_prose(struct showing *s, const struct lx_field *field, const json_t *value,
	struct lx_prose *prose)
{
	*prose = (struct lx_prose){ .large = s->page.proses_n == 0 };
	if (s->page.proses_n > 0)
		prose->label = lx_show_key(
			s->reader, s->shape->type->name, ".", lx_text(field->name));
	s->page.proses_n++;
	return lx_show_prose(s->reader, value, prose);
}

static enum lx_code fill_proses(struct showing *s)
{
	struct lx_prose *proses = lx_array(s->reader->call, s->shape->fields_n, sizeof *proses);

	if (proses == NULL)
		return LX_BROKEN;
	s->page.proses = proses;
	for (const struct lx_field *f = s->shape->type->fields; f->name != NULL; f++) {
		const json_t *value = json_object_get(s->json, f->name);
		if (f->kind == LX_TEXT && !is_title(s->shape->type, f) && json_is_object(value) &&
			!lx_item_answered(s->shape->type, s->json, f->name))
			LX_TRY(add_prose(s, f, value, &proses[s->page.proses_n]));
	}
	return LX_OK;
}

static bool is_fact(const struct showing *s, const struct lx_field *field)
{
	if (is_title(s->shape->type, field) || field->kind == LX_TEXT ||
		lx_term_find(s->shape->type, lx_text(field->name)) >= 0 ||
		lx_item_answered(s->shape->type, s->json, field->name))
		return false;
	const json_t *value = json_object_get(s->json, field->name);
	return value != NULL && !json_is_null(value);
}

static enum lx_code fill_facts(struct showing *s)
{
	struct lx_fact *facts = lx_array(s->reader->call, s->shape->fields_n, sizeof *facts);
	size_t n = 0;

	if (facts == NULL)
		return LX_BROKEN;
	for (const struct lx_field *f = s->shape->type->fields; f->name != NULL; f++) {
		if (!is_fact(s, f))
			continue;
		struct lx_cell *cell = lx_alloc(s->reader->call, sizeof *cell);
		if (cell == NULL)
			return LX_BROKEN;
		*cell = lx_show_cell(
			s->reader, s->shape->type->name, f, json_object_get(s->json, f->name));
		if (f->seen_by != NULL && strcmp(f->seen_by, "anyone") != 0)
			cell->under = tr(s, "page.restricted");
		facts[n++] = (struct lx_fact){
			lx_show_key(s->reader, s->shape->type->name, ".", lx_text(f->name)), cell, 1
		};
	}
	s->page.facts = (struct lx_fact_group){ .facts = facts, .facts_n = n };
	return LX_OK;
}

static enum lx_code rows_columns(
	const struct showing *s, const struct lx_rows *rows, struct lx_grid *table)
{
	size_t n = 0;

	while (rows->fields[n].name != NULL)
		n++;
	struct lx_column *columns = lx_array(s->reader->call, n, sizeof *columns);
	if (columns == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		const struct lx_field *f = &rows->fields[i];
		bool figure = f->kind == LX_NUMBER || f->kind == LX_DECIMAL || f->kind == LX_MONEY;
		columns[i] = (struct lx_column){ figure ? LX_CELL_NUMBER : LX_CELL_TEXT,
			lx_show_key(s->reader, s->shape->type->name, ".", lx_text(f->name)) };
	}
	table->columns = columns;
	table->columns_n = n;
	return LX_OK;
}

/* A code that is named in the same row stays a code. */
static const char *type_for(
	const struct showing *s, const struct lx_rows *rows, const struct lx_field *field)
{
	bool named = lx_field_find(rows->fields, LX_TEXT_OF("names")) >= 0;

	return named && strcmp(field->name, "code") == 0 ? "" : s->shape->type->name;
}

static enum lx_code rows_table(const struct showing *s, const struct lx_rows *rows,
	const json_t *list, struct lx_grid *table)
{
	size_t n = json_array_size(list);
	struct lx_grid_row *lines = lx_array(s->reader->call, n, sizeof *lines);

	table->caption = lx_show_key(s->reader, s->shape->type->name, ".", lx_text(rows->name));
	LX_TRY(rows_columns(s, rows, table));
	if (lines == NULL)
		return LX_BROKEN;
	for (size_t r = 0; r < n; r++) {
		struct lx_cell *cells = lx_array(s->reader->call, table->columns_n, sizeof *cells);
		if (cells == NULL)
			return LX_BROKEN;
		for (size_t i = 0; i < table->columns_n; i++)
			cells[i] = lx_show_cell(s->reader, type_for(s, rows, &rows->fields[i]),
				&rows->fields[i],
				json_object_get(json_array_get(list, r), rows->fields[i].name));
		lines[r] = (struct lx_grid_row){ .cells = cells, .cells_n = table->columns_n };
	}
	table->rows = lines;
	table->rows_n = n;
	return LX_OK;
}

static enum lx_code fill_tables(struct showing *s)
{
	struct lx_grid *tables = lx_array(s->reader->call, s->shape->rows_n, sizeof *tables);
	size_t n = 0;

	if (tables == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < s->shape->rows_n; i++) {
		const json_t *list = json_object_get(s->json, s->shape->type->rows[i].name);
		if (json_array_size(list) > 0)
			LX_TRY(rows_table(s, &s->shape->type->rows[i], list, &tables[n++]));
	}
	s->page.tables = tables;
	s->page.tables_n = n;
	return LX_OK;
}

/* A day that was given is shown as it was given; a moment, as the last day of the term. */
static struct lx_words term_day(const struct showing *s, const json_t *term)
{
	static const struct lx_field moment = { "moment", LX_MOMENT };
	const struct lx_type *type = s->shape->type;
	const char *name = json_string_value(json_object_get(term, "term"));
	int field = lx_field_find(type->fields, lx_text(name));

	if (field >= 0 && type->fields[field].kind == LX_DATE)
		return lx_show_cell(
			s->reader, type->name, &type->fields[field], json_object_get(s->json, name))
			.words;
	return lx_show_cell(s->reader, "", &moment, json_object_get(term, "moment")).words;
}

static void fill_terms(struct showing *s)
{
	const json_t *list = json_object_get(s->json, "terms");
	size_t n = json_array_size(list);
	struct lx_term_view *terms = lx_array(s->reader->call, n, sizeof *terms);

	for (size_t i = 0; terms != NULL && i < n; i++) {
		const json_t *term = json_array_get(list, i);
		const char *stage = json_string_value(json_object_get(term, "stage"));
		bool was_late = json_integer_value(json_object_get(term, "late")) != 0;
		enum lx_view_mark mark = strcmp(stage, "late") == 0 || was_late ? LX_VIEW_LATE
					 : strcmp(stage, "soon") == 0           ? LX_VIEW_SOON
					 : strcmp(stage, "over") == 0           ? LX_VIEW_DONE
					 : strcmp(stage, "rests") == 0          ? LX_VIEW_WAIT
										: LX_VIEW_WORK;
		struct lx_words word = lx_show_key(s->reader, "stage", ".",
			lx_text(was_late && strcmp(stage, "over") == 0 ? "was_late" : stage));
		terms[i] = (struct lx_term_view){
			.label = lx_show_key(s->reader, s->shape->type->name, "~",
				lx_show_text(s->reader, "%s",
					json_string_value(json_object_get(term, "term")))),
			.value = term_day(s, term),
			.state = { mark, word.text }
		};
	}
	s->page.terms = terms;
	s->page.terms_n = terms == NULL ? 0 : n;
}

static void count_voice(struct lx_consent_view *view, const char *says, struct lx_voice_view *voice,
	const struct showing *s)
{
	static const struct {
		const char *says;
		enum lx_view_mark mark;
	} marks[] = { { "yes", LX_VIEW_DONE }, { "no", LX_VIEW_LATE },
		{ "abstain", LX_VIEW_SHUT } };

	voice->state = (struct lx_state_view){ LX_VIEW_WAIT, tr(s, "voice.silent").text };
	for (size_t i = 0; says != NULL && i < 3; i++)
		if (strcmp(says, marks[i].says) == 0)
			voice->state = (struct lx_state_view){ marks[i].mark,
				lx_show_key(s->reader, "voice", ".", lx_text(marks[i].says)).text };
	view->yes += says != NULL && strcmp(says, "yes") == 0;
	view->no += says != NULL && strcmp(says, "no") == 0;
	view->abstain += says != NULL && strcmp(says, "abstain") == 0;
	view->silent += says == NULL;
}

static enum lx_code consent_voices(
	struct showing *s, const json_t *consent, struct lx_consent_view *view)
{
	const json_t *list = json_object_get(consent, "voices");
	struct lx_voice_view *voices = lx_array(
		s->reader->call, json_array_size(list), sizeof *voices);

	if (voices == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *voice = json_array_get(list, i);
		voices[i].who = lx_show_link(s->reader, voice).label;
		voices[i].entry = json_integer_value(json_object_get(voice, "entry"));
		voices[i].reason = lx_show_words(s->reader, json_object_get(voice, "reason"));
		count_voice(view, json_string_value(json_object_get(voice, "says")), &voices[i], s);
	}
	view->voices = voices;
	view->voices_n = json_array_size(list);
	const struct lx_svg_part parts[] = { { view->yes, "done", tr(s, "voice.yes").text },
		{ view->no, "late", tr(s, "voice.no").text },
		{ view->abstain, "shut", tr(s, "voice.abstain").text },
		{ view->silent, "bar", tr(s, "voice.silent").text } };
	struct lx_view how = lx_show_view(s->reader);
	return lx_svg_stack(s->reader->call, &how, parts, 4, &view->bar);
}

/* What the reader may say now: one button an answer, to a page that asks to confirm. */
static enum lx_code consent_says(
	struct showing *s, const struct lx_pending *pending, struct lx_consent_view *view)
{
	static const char *const answers[] = { "yes", "no", "abstain" };
	struct lx_act_view *acts = lx_array(s->reader->call, 3, sizeof *acts);
	struct lx_text *voices;
	size_t n;

	if (acts == NULL)
		return LX_BROKEN;
	LX_TRY(lx_consent_voices(&s->reader->sight, &s->record, pending, &voices, &n));
	if (n == 0)
		return LX_OK;
	for (size_t i = 0; i < 3; i++)
		acts[i] = (struct lx_act_view){ .label = lx_show_key(s->reader, "voice.say", ".",
							lx_text(answers[i])),
			.address = lx_address_make(s->reader->call,
				"/%s/%lld/say?consent=%lld&says=%s", s->shape->type->plural,
				(long long)s->record.number, (long long)pending->number,
				answers[i]),
			.main = i == 0 };
	view->says = acts;
	view->says_n = 3;
	return LX_OK;
}

static enum lx_code fill_consents(struct showing *s)
{
	const json_t *list = json_object_get(s->json, "consents");
	size_t n = json_array_size(list);
	struct lx_consent_view *views = lx_array(s->reader->call, n, sizeof *views);

	if (views == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		/* the newest first */
		const json_t *consent = json_array_get(list, n - 1 - i);
		const char *stage = json_string_value(json_object_get(consent, "stage"));
		bool open = strcmp(stage, "open") == 0, granted = strcmp(stage, "granted") == 0;
		views[i].act = lx_show_key(s->reader, s->shape->type->name, ".",
			lx_show_text(s->reader, "%s",
				json_string_value(json_object_get(consent, "act"))));
		views[i].state = (struct lx_state_view){ open      ? LX_VIEW_WAIT
							 : granted ? LX_VIEW_DONE
								   : LX_VIEW_SHUT,
			lx_show_key(s->reader, "consent", ".", lx_text(stage)).text };
		views[i].until = lx_show_moment(json_object_get(consent, "until"));
		LX_TRY(consent_voices(s, consent, &views[i]));
		if (!open && views[i].voices_n > VOICES_OPEN)
			views[i].fold = lx_show_say(s->reader, "page.voices",
				lx_show_text(s->reader, "%zu", views[i].voices_n).at, NULL);
		if (open)
			LX_TRY(consent_says(s, &s->record.pending[n - 1 - i], &views[i]));
	}
	s->page.consents = views;
	s->page.consents_n = n;
	return LX_OK;
}

static enum lx_code fill_head(struct showing *s)
{
	struct lx_words title = s->shape->type->title == NULL
					? lx_words_str("")
					: lx_show_words(s->reader,
						  json_object_get(s->json, s->shape->type->title));

	LX_TRY(lx_item_head(s->reader, &s->record, s->json, &s->page));
	assert(s->page.above != NULL); /* the head of a page has its type and number */
	s->page.title = title.text.len > 0 ? title : s->page.above[0];
	s->page.state = lx_show_state(s->reader, s->json);
	lx_frame_fill(s->reader, s->page.title, s->shape->type->section, s->record.last_n,
		&s->page.frame);
	lx_frame_crumbs(s->reader, s->shape->type, s->page.above[0], &s->page.frame);
	s->page.frame.exports.json = lx_address_make(s->reader->call, "/api/v1/%s/%lld",
		s->shape->type->plural, (long long)s->record.number);
	s->page.frame.exports.atom = lx_address_make(s->reader->call, "/%s/%lld.atom?lang=%s",
		s->shape->type->plural, (long long)s->record.number,
		lx_lang_names[s->reader->request->lang]);
	if (s->record.hidden != 0)
		s->page.note = (struct lx_note){ .tone = LX_TONE_WARN,
			.words = tr(s, "page.hidden") };
	return LX_OK;
}

static enum lx_code fill(struct showing *s)
{
	struct lx_act_view *acts;

	LX_TRY(fill_head(s));
	LX_TRY(lx_item_thread(s->reader, &s->record, &s->page));
	LX_TRY(fill_proses(s));
	LX_TRY(lx_item_answer(s->reader, &s->record, s->json, &s->page));
	LX_TRY(fill_facts(s));
	LX_TRY(fill_tables(s));
	LX_TRY(fill_consents(s));
	fill_terms(s);
	LX_TRY(lx_item_life(s->reader, &s->record, &s->page));
	LX_TRY(lx_item_acts(s->reader, s->shape, &s->record, &acts, &s->page.acts_n));
	s->page.acts = acts;
	return LX_OK;
}

/* The institution's own part, or NULL. */
static const struct lx_item_part *part_of(const struct showing *s)
{
	const struct lx_item_part *part = s->reader->app->parts;

	while (part != NULL && part->type != NULL && strcmp(part->type, s->shape->type->name) != 0)
		part++;
	return part == NULL || part->type == NULL ? NULL : part;
}

static enum lx_code show(struct showing *s, struct lx_reply *reply)
{
	struct lx_request *request = s->reader->request;
	struct lx_view view = lx_show_view(s->reader);
	const struct lx_item_part *part = part_of(s);
	int64_t seen;

	if (part != NULL && part->reads == NULL)
		seen = s->reader->size;
	else
		LX_TRY(lx_seen_record(
			s->reader, &s->record, part == NULL ? "" : part->reads, &seen));
	if (lx_reply_fresh_record(request, reply, s->record.last_n, seen))
		return LX_OK;
	if (request->media == LX_ATOM)
		return lx_feed_reply(s->reader, s->shape, s->record.number, reply);
	enum lx_code code = lx_reduce(&s->reader->sight, &s->record, LX_ALL_PARTS, &s->json);
	if (code == LX_NOT_FOUND)
		return lx_fail(s->reader->call, LX_NOT_FOUND, NULL, "page.none", NULL);
	LX_TRY(code);
	if (part != NULL && part->more != NULL)
		LX_TRY(part->more(s->reader, &s->record, s->json));
	if (request->media == LX_JSON)
		return lx_reply_json(request, reply, s->json);
	LX_TRY(fill(s));
	if (part != NULL && part->fill != NULL)
		LX_TRY(part->fill(s->reader, &s->record, s->json, &s->page));
	lx_reader_close(s->reader);
	lx_reply_page(reply);
	lx_view_item(&reply->body, &view, &s->page);
	return LX_OK;
}

enum lx_code lx_page_item(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct showing s = { .reader = &reader };

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(lx_route_type(&reader, &s.shape));
	LX_TRY(lx_route_record(&reader, s.shape, &s.record));
	enum lx_code code = show(&s, reply);
	json_decref(s.json);
	return code;
}

enum lx_code lx_page_charter(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct showing s = { .reader = &reader };

	LX_TRY(lx_reader_open(request, &reader));
	if (!reader.charter.record.made)
		return lx_fail(request->call, LX_NOT_FOUND, NULL, "page.none", NULL);
	s.shape = reader.charter.record.shape;
	s.record = reader.charter.record;
	enum lx_code code = show(&s, reply);
	json_decref(s.json);
	return code;
}
