/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Values of reduced records in words: names, links, dates, money, states, who did what. */
#include "kernel/pages/pages.h"

#include "base/decimal.h"
#include "base/media.h"
#include "base/time.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct lx_view lx_show_view(const struct lx_reader *reader)
{
	return (struct lx_view){ .lang = reader->request->lang, .zone = reader->charter.offset };
}

struct lx_text lx_show_text(const struct lx_reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	char *text = n < 0 ? NULL : lx_alloc(reader->call, (size_t)n + 1);
	if (text == NULL)
		return (struct lx_text){ "", 0 };
	va_start(args, format);
	(void)vsnprintf(text, (size_t)n + 1, format, args);
	va_end(args);
	return (struct lx_text){ text, (size_t)n };
}

static struct lx_text kept(const struct lx_reader *reader, struct lx_buf *buf)
{
	const char *copy = lx_arena_copy(reader->call->arena, lx_buf_view(buf).at, buf->len);

	return copy == NULL ? (struct lx_text){ "", 0 } : (struct lx_text){ copy, buf->len };
}

struct lx_words lx_show_key(
	const struct lx_reader *reader, const char *type, const char *mark, struct lx_text name)
{
	char id[160];

	(void)snprintf(id, sizeof id, "%s%s%.*s", type, mark, (int)name.len, name.at);
	if (!lx_has(id))
		(void)snprintf(id, sizeof id, "any%s%.*s", mark, (int)name.len, name.at);
	return lx_has(id) ? lx_words_str(lx_tr(reader->request->lang, id)) : lx_words(name);
}

struct lx_words lx_show_say(
	const struct lx_reader *reader, const char *id, const char *first, const char *second)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	lx_say(&out, reader->request->lang, id, first == NULL ? "" : first,
		second == NULL ? "" : second);
	return lx_words(kept(reader, &out));
}

struct lx_words lx_show_count(const struct lx_reader *reader, const char *id, int64_t n)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	lx_say_count(&out, reader->request->lang, id, n);
	return lx_words(kept(reader, &out));
}

static struct lx_text string_of(const json_t *value)
{
	return (struct lx_text){ json_string_value(value), json_string_length(value) };
}

/* Texts of JSON live as long as the JSON: what is shown is copied. */
static struct lx_text copied(const struct lx_reader *reader, struct lx_text text)
{
	const char *copy = text.at == NULL ? NULL
					   : lx_arena_copy(reader->call->arena, text.at, text.len);

	return copy == NULL ? (struct lx_text){ "", 0 } : (struct lx_text){ copy, text.len };
}

struct lx_words lx_show_words(const struct lx_reader *reader, const json_t *value)
{
	struct lx_view view = lx_show_view(reader);
	const char *own = view.lang == LX_ZH ? "zh" : "en";
	const json_t *names = json_object_get(value, own);

	if (json_is_string(value))
		return lx_words(copied(reader, string_of(value)));
	if (names != NULL)
		return lx_words(copied(reader, string_of(names)));
	if (json_object_get(value, "text") != NULL)
		return lx_words_in(&view, copied(reader, string_of(json_object_get(value, "text"))),
			copied(reader, string_of(json_object_get(value, "lang"))));
	if (json_object_get(value, "gone") != NULL)
		return lx_show_say(reader, "page.gone",
			lx_show_text(reader, "%lld",
				(long long)json_integer_value(json_object_get(value, "gone")))
				.at,
			NULL);
	if (json_object_get(value, "erased") != NULL)
		return lx_words_str(lx_tr(view.lang, "page.erased"));
	return lx_words_str("");
}

struct lx_address lx_show_address(const struct lx_reader *reader, struct lx_text ref_text)
{
	struct lx_ref ref;
	const struct lx_shape *shape = lx_ref_read(ref_text, &ref)
					       ? lx_shape_find(reader->app->region, ref.type)
					       : NULL;

	if (shape == NULL || shape->type->section == NULL)
		return (struct lx_address){ { "", 0 } };
	if (strcmp(shape->type->name, "charter") == 0)
		return lx_address_make(reader->call, "/charter");
	if (ref.row > 0)
		return lx_address_make(reader->call, "/%s/%lld#%.*s.%lld", shape->type->plural,
			(long long)ref.number, (int)ref.rows.len, ref.rows.at, (long long)ref.row);
	return lx_address_make(
		reader->call, "/%s/%lld", shape->type->plural, (long long)ref.number);
}

/* "Need 17" where a record has no title that may be read. */
static struct lx_words numbered(const struct lx_reader *reader, struct lx_text ref_text)
{
	struct lx_ref ref;

	if (!lx_ref_read(ref_text, &ref))
		return lx_words(copied(reader, ref_text));
	struct lx_words type = lx_show_key(reader, "", "", ref.type);
	return lx_words(lx_show_text(
		reader, "%.*s %lld", (int)type.text.len, type.text.at, (long long)ref.number));
}

struct lx_link_view lx_show_link(const struct lx_reader *reader, const json_t *link)
{
	struct lx_text ref = string_of(json_object_get(link, "ref"));
	struct lx_words title = lx_show_words(reader, json_object_get(link, "title"));

	if (ref.at == NULL)
		return (struct lx_link_view){ .label = lx_words_str("") };
	return (struct lx_link_view){ .label = title.text.len > 0 ? title : numbered(reader, ref),
		.address = lx_show_address(reader, ref) };
}

int64_t lx_show_moment(const json_t *value)
{
	int64_t moment = 0;

	if (json_is_string(value))
		(void)lx_moment_read(string_of(value), &moment);
	return moment;
}

struct lx_words lx_show_code(const struct lx_reader *reader, const char *list, struct lx_text code)
{
	const struct lx_row *row;
	size_t at = 0;

	while ((row = lx_charter_row(&reader->charter, "word", lx_text(list), &at)) != NULL) {
		if (!lx_text_equal(
			    lx_charter_cell(&reader->charter, "word", row, "code").text, code))
			continue;
		struct lx_value names = lx_charter_cell(&reader->charter, "word", row, "names");
		LX_CLOSE(lx_json_free)
		json_t *json = lx_json_own(names.text);
		return lx_show_words(reader, json);
	}
	return lx_words(copied(reader, code));
}

static struct lx_words day_words(
	const struct lx_reader *reader, const struct lx_field *field, const json_t *value)
{
	struct lx_view view = lx_show_view(reader);
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	int64_t day;

	if (field->kind == LX_DATE && lx_day_read(string_of(value), &day))
		lx_view_date(&out, &view, day);
	else
		/* a deadline at midnight is the end of the day before */
		lx_view_ymd(&out, &view, lx_show_moment(value) - 1);
	return lx_words(kept(reader, &out));
}

static struct lx_words money_words(const struct lx_reader *reader, const json_t *value)
{
	struct lx_view view = lx_show_view(reader);
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_money money = { .places = reader->charter.places };

	(void)lx_text_int(string_of(json_object_get(value, "minor")), &money.minor);
	memcpy(money.currency, reader->charter.currency, sizeof money.currency);
	lx_view_money(&out, &view, money);
	return lx_words(kept(reader, &out));
}

static struct lx_words number_words(const struct lx_reader *reader, const json_t *value)
{
	struct lx_view view = lx_show_view(reader);
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	lx_view_number(&out, &view, json_integer_value(value));
	return lx_words(kept(reader, &out));
}

static const char *own_name(const struct lx_reader *reader, const json_t *names)
{
	const char *name = json_string_value(
		json_object_get(names, reader->request->lang == LX_ZH ? "zh" : "en"));

	return name == NULL ? "" : name;
}

static json_t *question_cell(
	const struct lx_charter *charter, const struct lx_row *row, const char *cell)
{
	struct lx_text text = lx_charter_cell(charter, "question", row, cell).text;

	return lx_json_own(text);
}

/* A choice in the reader's language, whichever it was made in. */
static struct lx_text chosen(
	const struct lx_reader *reader, const json_t *words, struct lx_text answer)
{
	static const char *const langs[] = { "zh", "en" };
	struct lx_text word, own_word;

	for (size_t i = 0; i < 2; i++) {
		const char *list = json_string_value(json_object_get(words, langs[i]));
		struct lx_text rest = lx_text(list == NULL ? "" : list),
			       own = lx_text(own_name(reader, words));
		while (lx_text_split(&rest, '|', &word) && lx_text_split(&own, '|', &own_word))
			if (lx_text_equal(lx_text_trim(word), answer))
				return copied(reader, lx_text_trim(own_word));
	}
	return answer;
}

/* Answers to the charter's questions: "Question: answer; …". */
static struct lx_words data_words(const struct lx_reader *reader, const json_t *value)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	const struct lx_charter *charter = &reader->charter;
	const struct lx_row *row;
	size_t at = 0;

	while ((row = lx_charter_row(charter, "question", LX_TEXT_OF(""), &at)) != NULL) {
		struct lx_text code = lx_charter_cell(charter, "question", row, "code").text;
		const json_t *answer = json_object_get(
			value, lx_show_text(reader, "%.*s", (int)code.len, code.at).at);
		LX_CLOSE(lx_json_free) json_t *names = question_cell(charter, row, "names");
		LX_CLOSE(lx_json_free) json_t *words = question_cell(charter, row, "words");
		if (!json_is_string(answer))
			continue;
		if (out.len > 0)
			lx_buf_str(&out, reader->request->lang == LX_ZH ? "；" : "; ");
		lx_buf_str(&out, own_name(reader, names));
		lx_buf_str(&out, reader->request->lang == LX_ZH ? "：" : ": ");
		lx_buf_text(&out, chosen(reader, words, string_of(answer)));
	}
	return lx_words(kept(reader, &out));
}

/* "JPG, 340 KB", an image with itself. */
static void file_cell(const struct lx_reader *reader, const json_t *value, struct lx_cell *cell)
{
	const char *type = json_string_value(json_object_get(value, "media"));
	const char *file = json_string_value(json_object_get(value, "file"));
	const struct lx_file_type *media = type == NULL ? NULL : lx_media_named(lx_text(type));
	LX_CLOSE(lx_buf_close) struct lx_buf ending = { 0 };

	if (media == NULL || file == NULL) {
		cell->words = lx_show_words(reader, value);
		return;
	}
	for (const char *c = media->ending; *c != '\0'; c++)
		lx_buf_char(&ending, (char)(*c - 'a' + 'A'));
	json_int_t size = json_integer_value(json_object_get(value, "size"));
	cell->words = lx_show_say(reader, "page.file", lx_buf_view(&ending).at,
		lx_show_text(reader, "%lld", (long long)((size + 1023) / 1024)).at);
	cell->link = lx_address_make(reader->call, "%s", file);
	if (media->shown)
		cell->image = cell->link;
}

/* A field of years: its figures are not grouped. */
static bool is_year(const struct lx_field *field)
{
	return field->kind == LX_NUMBER && field->of != NULL &&
	       strcmp(field->of, "1900..2200") == 0;
}

/* "need.sign" is "Need: Sign for": the charter's tables name types, lists and terms as the program does. */
static bool named_by_program(
	const struct lx_reader *reader, struct lx_text word, struct lx_words *names)
{
	struct lx_text rest = word, type;
	char id[LX_FIELD_MAX];

	if (snprintf(id, sizeof id, "%.*s", (int)word.len, word.at) >= LX_FIELD_MAX ||
		!lx_text_split(&rest, '.', &type) ||
		lx_shape_find(reader->app->region, type) == NULL)
		return false;
	struct lx_words own = lx_show_key(reader, "", "", copied(reader, type));
	bool says = lx_has(id);
	if (!says && rest.len > 0) {
		(void)snprintf(id, sizeof id, "%.*s~%.*s_by", (int)type.len, type.at, (int)rest.len,
			rest.at);
		says = lx_has(id);
	}
	if (rest.len > 0 && !says)
		return false;
	*names = rest.len == 0 ? own
			       : lx_words(lx_show_text(reader, "%.*s%s%s", (int)own.text.len,
					 own.text.at, reader->request->lang == LX_ZH ? "：" : ": ",
					 lx_tr(reader->request->lang, id)));
	return true;
}

/* A word of the charter by its code, in whichever list it stands first. */
static bool named_by_charter(
	const struct lx_reader *reader, struct lx_text code, struct lx_words *names)
{
	const struct lx_charter *charter = &reader->charter;
	const struct lx_row *row;
	size_t at = 0;

	while ((row = lx_charter_row(charter, "word", LX_TEXT_OF(""), &at)) != NULL) {
		if (!lx_text_equal(lx_charter_cell(charter, "word", row, "code").text, code))
			continue;
		struct lx_text text = lx_charter_cell(charter, "word", row, "names").text;
		LX_CLOSE(lx_json_free) json_t *json = lx_json_own(text);
		*names = lx_show_words(reader, json);
		return true;
	}
	return false;
}

/* A word in the charter's tables: called by its name where it has one, with the code under it. */
static void word_cell(
	const struct lx_reader *reader, const char *type, struct lx_text word, struct lx_cell *cell)
{
	struct lx_words names;

	cell->kind = LX_CELL_REF;
	cell->words = lx_words(copied(reader, word));
	if (type == NULL || strcmp(type, "charter") != 0 || word.len == 0)
		return;
	if (!named_by_program(reader, word, &names) && !named_by_charter(reader, word, &names))
		return;
	cell->kind = LX_CELL_TEXT;
	cell->under = cell->words;
	cell->words = names;
}

struct lx_cell lx_show_cell(const struct lx_reader *reader, const char *type,
	const struct lx_field *field, const json_t *value)
{
	struct lx_cell cell = { .kind = LX_CELL_TEXT };
	char mark[LX_FIELD_MAX];

	if (value == NULL || json_is_null(value))
		return cell;
	switch (field->kind) {
	case LX_NUMBER:
	case LX_COUNT:
		cell.kind = LX_CELL_NUMBER;
		cell.words = is_year(field) ? lx_words(lx_show_text(reader, "%lld",
						      (long long)json_integer_value(value)))
					    : number_words(reader, value);
		return cell;
	case LX_DECIMAL:
		cell.kind = LX_CELL_NUMBER;
		break;
	case LX_MONEY:
		cell.kind = LX_CELL_NUMBER;
		cell.words = money_words(reader, value);
		return cell;
	case LX_DATE:
	case LX_MOMENT:
		cell.kind = LX_CELL_DATE;
		cell.words = day_words(reader, field, value);
		return cell;
	case LX_CHOICE:
		(void)snprintf(mark, sizeof mark, ".%s.", field->name);
		cell.words = lx_show_key(reader, type, mark, copied(reader, string_of(value)));
		return cell;
	case LX_CODE:
		cell.words = lx_show_code(reader, field->of, string_of(value));
		return cell;
	case LX_LINK: {
		struct lx_link_view link = lx_show_link(reader, value);
		cell.words = link.label;
		cell.link = link.address;
		return cell;
	}
	case LX_FILE:
		file_cell(reader, value, &cell);
		return cell;
	case LX_PERSON:
		cell.words = lx_words_str(lx_tr(reader->request->lang, "page.resident"));
		return cell;
	case LX_DATA:
		cell.words = data_words(reader, value);
		return cell;
	case LX_WORD:
		word_cell(reader, type, string_of(value), &cell);
		return cell;
	case LX_HASH:
		cell.kind = LX_CELL_REF;
		break;
	default:
		break;
	}
	cell.words = lx_show_words(reader, value);
	return cell;
}

struct lx_state_view lx_show_state(const struct lx_reader *reader, const json_t *record)
{
	static const struct {
		const char *name;
		enum lx_view_mark mark;
	} marks[] = { { "wait", LX_VIEW_WAIT }, { "work", LX_VIEW_WORK }, { "soon", LX_VIEW_SOON },
		{ "late", LX_VIEW_LATE }, { "done", LX_VIEW_DONE }, { "shut", LX_VIEW_SHUT } };
	const char *mark = json_string_value(json_object_get(record, "mark"));
	struct lx_words word = lx_show_key(reader,
		json_string_value(json_object_get(record, "type")), "@",
		copied(reader, string_of(json_object_get(record, "state"))));
	struct lx_state_view view = { .word = word.text };

	for (size_t i = 0; mark != NULL && i < sizeof marks / sizeof marks[0]; i++)
		if (strcmp(marks[i].name, mark) == 0)
			view.mark = marks[i].mark;
	/* a term's stage is said beside the state, as it is none itself */
	if (view.mark == LX_VIEW_LATE || view.mark == LX_VIEW_SOON) {
		const char *says = lx_tr(reader->request->lang,
			view.mark == LX_VIEW_LATE ? "page.late" : "page.soon");
		view.word = lx_show_text(
			reader, "%.*s · %s", (int)word.text.len, word.text.at, says);
	}
	return view;
}

static struct lx_words holder_words(const struct lx_reader *reader, struct lx_text holder)
{
	json_t *title = NULL;

	if (lx_title(&reader->sight, holder, &title) != LX_OK)
		return lx_words_str("");
	struct lx_words words = lx_show_words(reader, title);
	json_decref(title);
	return words;
}

struct lx_words lx_show_actor(const struct lx_reader *reader, const json_t *entry)
{
	struct lx_text by = string_of(json_object_get(entry, "by"));
	struct lx_text holder = string_of(json_object_get(entry, "for"));
	const struct lx_shape *mandates = lx_shape_find(reader->app->region, LX_TEXT_OF("mandate"));
	struct lx_record mandate;
	struct lx_ref ref;

	if (holder.at != NULL)
		return holder_words(reader, holder);
	if (by.at == NULL)
		return lx_words_str("");
	if (lx_text_starts(by, "mandate/") && lx_ref_read(by, &ref) &&
		lx_record_load_head(reader->tx, mandates, ref.number, &mandate) == LX_OK)
		return holder_words(reader, lx_record_value(&mandate, "holder").text);
	if (lx_text_is(by, "clock") || lx_text_is(by, "init"))
		return lx_words_str(lx_tr(reader->request->lang,
			lx_text_is(by, "clock") ? "page.clock" : "page.init"));
	return lx_words_str(lx_tr(reader->request->lang, "page.resident"));
}

struct lx_words lx_show_act(const struct lx_reader *reader, const json_t *entry)
{
	const char *act = json_string_value(json_object_get(entry, "act"));
	const char *dot = act == NULL ? NULL : strchr(act, '.');
	struct lx_words who = lx_show_actor(reader, entry);
	char id[160];

	if (dot == NULL)
		return lx_words_str(lx_tr(reader->request->lang, "page.shut"));
	(void)snprintf(id, sizeof id, "%s!", act);
	if (!lx_has(id))
		(void)snprintf(id, sizeof id, "any%s!", dot);
	const char *name = lx_show_text(reader, "%.*s", (int)who.text.len, who.text.at).at;
	/* consent still pending: the act itself is only proposed */
	const json_t *first = json_array_get(json_object_get(entry, "do"), 0);
	const char *effect = json_string_value(json_array_get(first, 0));
	if (effect != NULL && strcmp(effect, "ask") == 0) {
		struct lx_words label = lx_show_key(reader, "", "", copied(reader, lx_text(act)));
		return lx_show_say(reader, "page.proposed", name,
			lx_show_text(reader, "%.*s", (int)label.text.len, label.text.at).at);
	}
	return lx_show_say(reader, id, name, NULL);
}
