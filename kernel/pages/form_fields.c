/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The form of an act, drawn from what it takes: fields by kind, with what was typed and what is wrong. */
#include "kernel/pages/form_drawing.h"

#include "base/media.h"
#include "kernel/types/input.h"

#include <stdio.h>
#include <string.h>

#define FIELDS_MOST 64

struct lx_text lx_typed_text(const struct lx_drawing *d, const json_t *typed, const char *name)
{
	const json_t *value = json_object_get(typed, name);

	if (json_is_object(value) && json_object_get(value, "text") != NULL)
		value = json_object_get(value, "text");
	if (json_is_integer(value))
		return lx_show_text(d->reader, "%lld", (long long)json_integer_value(value));
	return json_is_string(value) ? lx_show_text(d->reader, "%s", json_string_value(value))
				     : (struct lx_text){ "", 0 };
}

static struct lx_option *options_room(
	const struct lx_drawing *d, size_t n, struct lx_field_view *view)
{
	struct lx_option *options = lx_array(d->reader->call, n, sizeof *options);

	view->options = options;
	view->options_n = options == NULL ? 0 : n;
	return options;
}

static void choice_options(
	const struct lx_drawing *d, const struct lx_field *field, struct lx_field_view *view)
{
	struct lx_text rest = lx_text(field->of), word;
	char mark[LX_FIELD_MAX];
	size_t n = 0;

	while (lx_text_word(&rest, &word))
		n++;
	struct lx_option *options = options_room(d, n, view);
	rest = lx_text(field->of);
	(void)snprintf(mark, sizeof mark, ".%s.", field->name);
	for (size_t i = 0; options != NULL && lx_text_word(&rest, &word); i++)
		options[i] = (struct lx_option){ word,
			lx_show_key(d->reader, d->shape->type->name, mark, word),
			{ { "", 0 }, { "", 0 } }, lx_text_equal(word, view->value) };
	view->kind = n <= 6 ? LX_FIELD_RADIO : LX_FIELD_SELECT;
}

static void code_options(
	const struct lx_drawing *d, const struct lx_field *field, struct lx_field_view *view)
{
	const struct lx_charter *charter = &d->reader->charter;
	const struct lx_row *row;
	size_t at = 0, n = 0;

	while (lx_charter_row(charter, "word", lx_text(field->of), &at) != NULL)
		n++;
	struct lx_option *options = options_room(d, n, view);
	at = 0;
	for (size_t i = 0; options != NULL &&
			   (row = lx_charter_row(charter, "word", lx_text(field->of), &at)) != NULL;
		i++) {
		struct lx_text code = lx_charter_cell(charter, "word", row, "code").text;
		options[i] = (struct lx_option){ .value = code,
			.label = lx_show_code(d->reader, field->of, code),
			.chosen = lx_text_equal(code, view->value) };
	}
	view->kind = n <= 4 ? LX_FIELD_RADIO : LX_FIELD_SELECT;
}

/* Types whose records are few enough to choose from; others are named by type and number. */
static bool is_few(const char *type)
{
	return strcmp(type, "member") == 0 || strcmp(type, "body") == 0 ||
	       strcmp(type, "organisation") == 0;
}

/* Records of one type as choices. */
static size_t type_options(const struct lx_drawing *d, const char *type,
	const struct lx_field_view *view, struct lx_option *options, size_t room)
{
	const struct lx_shape *shape = lx_shape_find(d->reader->app->region, lx_text(type));
	int64_t last = 0;
	size_t n = 0;

	if (shape == NULL || lx_record_last(d->reader->tx, shape, &last) != LX_OK)
		return 0;
	for (int64_t i = 1; i <= last && n < room; i++) {
		struct lx_text ref = lx_show_text(d->reader, "%s/%lld", type, (long long)i);
		json_t *title = NULL;
		if (lx_title(&d->reader->sight, ref, &title) != LX_OK)
			break;
		if (!json_is_null(title))
			options[n++] = (struct lx_option){ .value = ref,
				.label = lx_show_words(d->reader, title),
				.chosen = lx_text_equal(ref, view->value) };
		json_decref(title);
	}
	return n;
}

static void link_options(
	const struct lx_drawing *d, const struct lx_field *field, struct lx_field_view *view)
{
	struct lx_text rest = lx_text(field->of), word;
	struct lx_option *options = lx_array(d->reader->call, 1000, sizeof *options);
	char type[32];
	size_t n = 0;

	while (options != NULL && lx_text_word(&rest, &word)) {
		(void)snprintf(type, sizeof type, "%.*s", (int)word.len, word.at);
		if (is_few(type))
			n += type_options(d, type, view, options + n, 1000 - n);
	}
	view->options = options;
	view->options_n = n;
	/* other records are named by their number: "need/17" */
	view->kind = n > 0 ? LX_FIELD_SELECT : LX_FIELD_TEXT;
}

/* ".pdf,.png": what the browser offers to choose from. */
static struct lx_text accepted(const struct lx_drawing *d, const struct lx_field *field)
{
	LX_CLOSE(lx_buf_close) struct lx_buf endings = { 0 };
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_text rest, ending;

	lx_media_endings(field->of, &endings);
	rest = lx_buf_view(&endings);
	while (lx_text_split(&rest, ',', &ending)) {
		lx_buf_str(&out, out.len == 0 ? "." : ",.");
		lx_buf_text(&out, lx_text_trim(ending));
	}
	return lx_show_text(d->reader, "%s", lx_buf_view(&out).at);
}

static void kind_of(
	const struct lx_drawing *d, const struct lx_field *field, struct lx_field_view *view)
{
	int64_t low, high;

	lx_field_bounds(field, &low, &high);
	switch (field->kind) {
	case LX_NUMBER:
		view->kind = LX_FIELD_NUMBER;
		return;
	case LX_DECIMAL:
		view->kind = LX_FIELD_DECIMAL;
		return;
	case LX_MONEY:
		view->kind = LX_FIELD_MONEY;
		view->unit = lx_words_str(d->reader->charter.currency);
		return;
	case LX_DATE:
	case LX_MOMENT: /* a day is what people give: its end, or its beginning */
		view->kind = LX_FIELD_DATE;
		return;
	case LX_CHOICE:
		choice_options(d, field, view);
		return;
	case LX_CODE:
		code_options(d, field, view);
		return;
	case LX_LINK:
		link_options(d, field, view);
		return;
	case LX_NAMES:
		view->kind = LX_FIELD_NAMES;
		return;
	case LX_TEXT:
		view->kind = high > 300 ? LX_FIELD_AREA : LX_FIELD_TEXT;
		view->lines = high > 4000 ? 8 : 4;
		view->most = high;
		return;
	case LX_FILE:
		view->kind = LX_FIELD_FILE;
		view->accept = accepted(d, field);
		return;
	case LX_SEALED:
		view->kind = strcmp(field->of, "phone") == 0  ? LX_FIELD_PHONE
			     : strcmp(field->of, "mail") == 0 ? LX_FIELD_EMAIL
							      : LX_FIELD_TEXT;
		view->autocomplete = lx_text(strcmp(field->of, "phone") == 0  ? "tel"
					     : strcmp(field->of, "mail") == 0 ? "email"
					     : strcmp(field->of, "name") == 0 ? "name"
									      : "off");
		return;
	default:
		view->kind = LX_FIELD_TEXT;
	}
}

/* The rule of a kind in words, where there is no help text: "4–120 characters". */
static struct lx_words rule_words(const struct lx_drawing *d, const struct lx_field *field)
{
	int64_t low, high;

	lx_field_bounds(field, &low, &high);
	if (field->kind == LX_TEXT && low > 0 && high < INT64_MAX)
		return lx_show_say(d->reader, "page.length",
			lx_show_text(d->reader, "%lld", (long long)low).at,
			lx_show_text(d->reader, "%lld", (long long)high).at);
	if (field->kind == LX_FILE) {
		LX_CLOSE(lx_buf_close) struct lx_buf endings = { 0 };
		lx_media_endings(field->of, &endings);
		return lx_show_say(d->reader, "page.file_rule", lx_buf_view(&endings).at,
			lx_show_text(d->reader, "%zu", lx_media_most(field->of) >> 20).at);
	}
	if (field->kind == LX_LINK && strstr(field->of, "need") != NULL)
		return lx_words_str(lx_tr(d->reader->request->lang, "page.link_form"));
	return lx_words_str("");
}

static void fill_words(
	const struct lx_drawing *d, const struct lx_field *field, struct lx_field_view *view)
{
	char id[160];

	view->label = lx_show_key(d->reader, d->shape->type->name, ".", lx_text(field->name));
	(void)snprintf(id, sizeof id, "%s.%s?", d->shape->type->name, field->name);
	view->hint = lx_has(id) ? lx_words_str(lx_tr(d->reader->request->lang, id))
				: rule_words(d, field);
	if (field->seen_by != NULL && strcmp(field->seen_by, "anyone") != 0) {
		view->restricted = true;
		view->readers = lx_words_str(
			lx_tr(d->reader->request->lang, "page.sealed_readers"));
	}
}

void lx_draw_field(const struct lx_drawing *d, const struct lx_field *field, const json_t *typed,
	const char *name, bool needed, struct lx_field_view *view)
{
	*view = (struct lx_field_view){ .id = lx_show_text(d->reader, "f-%s", name),
		.name = lx_show_text(d->reader, "%s", name),
		.optional = !needed,
		.value = lx_typed_text(d, typed, field->name) };
	fill_words(d, field, view);
	kind_of(d, field, view);
	if (field->kind == LX_NAMES) {
		const json_t *names = json_object_get(typed, field->name);
		view->value = lx_typed_text(d, names, "zh");
		view->value_en = lx_typed_text(d, names, "en");
	}
	/* a default spares nothing where one of few must be chosen on purpose; where it is optional, blank comes first */
	if (view->kind == LX_FIELD_SELECT && view->value.len == 0) {
		struct lx_option *options = lx_array(
			d->reader->call, view->options_n + 1, sizeof *options);
		if (options != NULL) {
			options[0] = (struct lx_option){
				.label = lx_words_str(
					lx_tr(d->reader->request->lang, "page.choose")),
				.chosen = true
			};
			memcpy(options + 1, view->options, view->options_n * sizeof *options);
			view->options = options;
			view->options_n++;
		}
	}
}

/* The words of a question that is answered by a choice, in the reader's language. */
static void question_options(
	const struct lx_drawing *d, const struct lx_row *row, struct lx_field_view *view)
{
	struct lx_value words = lx_charter_cell(&d->reader->charter, "question", row, "words");
	LX_CLOSE(lx_json_free) json_t *names = lx_json_own(words.text);
	struct lx_text all = lx_show_words(d->reader, names).text, rest = all, word;
	size_t n = 0;

	while (lx_text_split(&rest, '|', &word))
		n++;
	if (all.len == 0)
		return;
	struct lx_option *options = options_room(d, n + 1, view);
	rest = all;
	/* blank comes first: what nobody chose is no answer */
	if (options != NULL)
		options[0].label = lx_words_str(lx_tr(d->reader->request->lang, "page.choose"));
	for (size_t i = 1; options != NULL && lx_text_split(&rest, '|', &word); i++)
		options[i] = (struct lx_option){ .value = lx_text_trim(word),
			.label = lx_words(lx_text_trim(word)),
			.chosen = lx_text_equal(lx_text_trim(word), view->value) };
	view->kind = LX_FIELD_SELECT;
}

/* The charter's extra questions, each a field "answers.<code>". */
static void draw_questions(struct lx_drawing *d, const struct lx_field *field)
{
	const struct lx_charter *charter = &d->reader->charter;
	const struct lx_row *row;
	size_t at = 0;
	struct lx_text chosen = lx_chosen_category(d->shape->type, d->typed);

	while ((row = lx_charter_row(charter, "question", LX_TEXT_OF("need.category"), &at)) !=
			NULL &&
		d->n < FIELDS_MOST) {
		struct lx_text code = lx_charter_cell(charter, "question", row, "code").text;
		struct lx_text kind = lx_charter_cell(charter, "question", row, "answer").text;
		struct lx_value names = lx_charter_cell(charter, "question", row, "names");
		LX_CLOSE(lx_json_free)
		json_t *label = lx_json_own(names.text);
		struct lx_text name = lx_show_text(
			d->reader, "%s.%.*s", field->name, (int)code.len, code.at);
		struct lx_text of = lx_charter_cell(charter, "question", row, "category").text;
		if (of.len > 0 && chosen.len > 0 && !lx_text_equal(of, chosen))
			continue;
		struct lx_words category = of.len == 0
						   ? lx_words_str("")
						   : lx_show_code(d->reader, "need.category", of);
		d->fields[d->n++] = (struct lx_field_view){
			.kind = lx_text_is(kind, "date") ? LX_FIELD_DATE : LX_FIELD_TEXT,
			.id = lx_show_text(d->reader, "f-%s", name.at),
			.name = name,
			.label = lx_show_words(d->reader, label),
			.hint = category.text.len == 0
					? category
					: lx_show_say(d->reader, "page.only_for",
						  lx_show_text(d->reader, "%.*s",
							  (int)category.text.len, category.text.at)
							  .at,
						  NULL),
			.optional = true,
			.value = lx_typed_text(d, json_object_get(d->typed, field->name),
				lx_show_text(d->reader, "%.*s", (int)code.len, code.at).at)
		};
		if (lx_text_is(kind, "choice"))
			question_options(d, row, &d->fields[d->n - 1]);
	}
}

static const struct lx_field reason_field = { "reason", LX_TEXT, "2..4000" };
static const struct lx_field day_field = { "on", LX_DATE };

static void draw_taken(struct lx_drawing *d, const struct lx_taken *taken)
{
	const struct lx_type *type = d->shape->type;
	char name[64];

	(void)snprintf(name, sizeof name, "%.*s", (int)taken->name.len, taken->name.at);
	int field = lx_field_find(type->fields, taken->name),
	    rows = lx_rows_find(type, taken->name);
	if (d->n >= FIELDS_MOST)
		return;
	if (strcmp(name, "reason") == 0)
		lx_draw_field(d, &reason_field, d->typed, name, taken->needed, &d->fields[d->n++]);
	else if (taken->sign == 0 && field >= 0 && type->fields[field].kind == LX_DATA)
		draw_questions(d, &type->fields[field]);
	else if (taken->sign == 0 && field >= 0)
		lx_draw_field(
			d, &type->fields[field], d->typed, name, taken->needed, &d->fields[d->n++]);
	else if (rows >= 0 && taken->sign != '-' && !type->rows[rows].many)
		lx_draw_rows(d, &type->rows[rows], taken->sign, taken->needed);
}

static void draw_all(struct lx_drawing *d)
{
	for (const struct lx_field *f = d->shape->type->fields;
		f->name != NULL && d->n < FIELDS_MOST; f++)
		if (f->kind != LX_COUNT && f->kind != LX_DATA &&
			!lx_word_in(LX_TEXT_OF("actor"), f->use))
			lx_draw_field(d, f, d->typed, f->name, false, &d->fields[d->n++]);
	for (size_t i = 0; i < d->shape->rows_n && d->n < FIELDS_MOST; i++)
		if (!d->shape->type->rows[i].many)
			lx_draw_rows(d, &d->shape->type->rows[i], '*', false);
}

/* The fault of the call, at its field and in the summary. */
static void draw_fault(struct lx_drawing *d, struct lx_form *form)
{
	const struct lx_fault *fault = &d->reader->call->fault;
	struct lx_error_line *line = lx_alloc(d->reader->call, sizeof *line);
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	if (fault->code == LX_OK || line == NULL)
		return;
	lx_say_fault(&out, d->reader->request->lang, fault);
	line->words = lx_words(lx_show_text(d->reader, "%s", lx_buf_view(&out).at));
	for (size_t i = 0; i < d->n; i++) {
		if (!lx_text_is(d->fields[i].name, fault->field) &&
			!(d->fields[i].kind == LX_FIELD_ROWS &&
				lx_text_starts(lx_text(fault->field), d->fields[i].name.at)))
			continue;
		d->fields[i].error = line->words;
		line->id = d->fields[i].id;
		line->words = lx_words(lx_show_text(d->reader, "%.*s%s%s",
			(int)d->fields[i].label.text.len, d->fields[i].label.text.at,
			d->reader->request->lang == LX_ZH ? "：" : ": ", out.at));
	}
	form->errors = line;
	form->errors_n = 1;
}

enum lx_code lx_form_fields(const struct lx_reader *reader, const struct lx_shape *shape,
	const struct lx_record *record, const struct lx_act *act, const json_t *typed,
	struct lx_form *form)
{
	struct lx_drawing d = { .reader = reader,
		.shape = shape,
		.record = record,
		.typed = typed,
		.fields = lx_array(reader->call, FIELDS_MOST + 1, sizeof *d.fields) };
	struct lx_text rest = lx_text(act->takes);
	LX_CLOSE(lx_json_free) json_t *stands = NULL;
	struct lx_taken taken;

	if (d.fields == NULL)
		return LX_BROKEN;
	if (record->made) {
		enum lx_code code = lx_reduce(&reader->sight, record, LX_ALL_PARTS, &stands);
		if (code != LX_OK && code != LX_NOT_FOUND)
			return code;
		d.stands = stands;
	}
	while (lx_takes_next(&rest, &taken)) {
		if (lx_text_is(taken.name, "*"))
			draw_all(&d);
		else
			draw_taken(&d, &taken);
	}
	if (act->dated && d.n < FIELDS_MOST)
		lx_draw_field(&d, &day_field, typed, "on", false, &d.fields[d.n++]);
	draw_fault(&d, form);
	form->files = lx_act_takes_files(shape->type, act);
	form->fields = d.fields;
	form->fields_n = d.n;
	form->csrf = lx_text(reader->request->visitor.csrf);
	return LX_OK;
}
