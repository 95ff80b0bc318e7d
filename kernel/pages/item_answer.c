/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What an authority answered, in its box: who and when, the conclusion, what it promised, and joined to it the verdict of who
 * asked. Which fields these are the type declares (struct lx_answering).
 */
#include "kernel/pages/pages.h"

#include "kernel/types/list.h"
#include "kernel/types/types_queries.h"
#include "kernel/view/markdown.h"

#include <stdio.h>
#include <string.h>

#define LIFE_MOST    400
#define FOLLOWS_MOST 12
#define FACTS_MOST   8

enum lx_code lx_show_prose(
	const struct lx_reader *reader, const json_t *value, struct lx_prose *prose)
{
	struct lx_words words = lx_show_words(reader, value);

	if (json_object_get(value, "gone") != NULL) {
		prose->gone = words;
		return LX_OK;
	}
	prose->lang = words.lang;
	return lx_markdown(reader->call, words.text, 2, &prose->html);
}

static bool given(const struct lx_type *type, const json_t *json)
{
	return type->answering != NULL &&
	       json_is_object(json_object_get(json, type->answering->text));
}

bool lx_item_answered(const struct lx_type *type, const json_t *json, const char *field)
{
	const struct lx_answering *a = type->answering;

	return given(type, json) &&
	       (strcmp(field, a->text) == 0 || strcmp(field, a->outcome) == 0 ||
		       lx_word_in(lx_text(field), a->facts));
}

/* The newest entry of an act on the record; NULL when there is none to be seen. */
static enum lx_code newest_entry(const struct lx_reader *reader, const struct lx_record *record,
	const char *act, json_t **entry, int64_t *n, int64_t *at)
{
	struct lx_value *cells;
	char name[64];
	size_t count;

	*entry = NULL;
	(void)snprintf(name, sizeof name, "%s.%s", record->shape->type->name, act);
	LX_TRY(lx_all(reader->tx, &lx_q_timeline,
		(struct lx_value[]){ LX_S(record->shape->type->name), LX_I(record->number), LX_I(0),
			LX_I(LIFE_MOST) },
		LIFE_MOST, &cells, &count));
	for (size_t i = count; i-- > 0;) {
		if (!lx_text_is(cells[i * 6 + 1].text, name))
			continue;
		*n = cells[i * 6].number;
		*at = cells[i * 6 + 2].number;
		return lx_reduce_entry(&reader->sight, *n, entry);
	}
	return LX_OK;
}

static const struct lx_field *field_of(const struct lx_type *type, struct lx_text name)
{
	int i = lx_field_find(type->fields, name);

	return i < 0 ? NULL : &type->fields[i];
}

/* Label and value of each judged field that is there. */
static enum lx_code verdict_facts(const struct lx_reader *reader, const struct lx_type *type,
	const json_t *json, struct lx_verdict *verdict)
{
	struct lx_verdict_fact *facts = lx_array(reader->call, FACTS_MOST, sizeof *facts);
	struct lx_text rest = lx_text(type->answering->facts), word;

	if (facts == NULL)
		return LX_BROKEN;
	while (lx_text_word(&rest, &word) && verdict->facts_n < FACTS_MOST) {
		const struct lx_field *field = field_of(type, word);
		const json_t *value = field == NULL ? NULL : json_object_get(json, field->name);
		if (value == NULL || json_is_null(value))
			continue;
		facts[verdict->facts_n++] = (struct lx_verdict_fact){
			.label = lx_show_key(reader, type->name, ".", word),
			.words = lx_show_cell(reader, type->name, field, value).words
		};
	}
	verdict->facts = facts;
	return LX_OK;
}

static enum lx_code fill_verdict(const struct lx_reader *reader, const struct lx_record *record,
	const json_t *json, struct lx_answer *answer)
{
	const struct lx_type *type = record->shape->type;
	struct lx_verdict *verdict = lx_alloc(reader->call, sizeof *verdict);
	LX_CLOSE(lx_json_free) json_t *entry = NULL;
	const char *agrees = json_string_value(json_object_get(json, type->answering->agrees));
	int64_t n, at;

	if (verdict == NULL)
		return LX_BROKEN;
	LX_TRY(verdict_facts(reader, type, json, verdict));
	if (verdict->facts_n == 0)
		return LX_OK;
	verdict->agreed = agrees != NULL && strcmp(agrees, "yes") == 0;
	LX_TRY(newest_entry(reader, record, type->answering->verdict, &entry, &n, &at));
	if (entry != NULL)
		LX_TRY(lx_show_reason(reader, entry, &verdict->quote));
	answer->verdict = verdict;
	return LX_OK;
}

/* The records of one type whose field leads back to this one: what was promised upon it. */
static enum lx_code add_follows(const struct lx_reader *reader, const struct lx_shape *shape,
	int field, struct lx_text ref, struct lx_link_view *follows, size_t *follows_n)
{
	struct lx_list_spec spec = { .shape = shape,
		.most = FOLLOWS_MOST - *follows_n,
		.sort = LX_SORT_OLD,
		.filters_n = 1,
		.filters = { { .field = field, .list = -1, .value = ref } } };
	struct lx_list_found found;

	if (spec.most == 0)
		return LX_OK;
	LX_TRY(lx_list_find(reader->tx, &spec, &found));
	for (size_t i = 0; i < found.n; i++) {
		struct lx_text link = lx_show_text(
			reader, "%s/%lld", shape->type->name, (long long)found.numbers[i]);
		json_t *title = NULL;
		LX_TRY(lx_title(&reader->sight, link, &title));
		if (!json_is_null(title))
			follows[(*follows_n)++] =
				(struct lx_link_view){ .label = lx_show_words(reader, title),
					.address = lx_show_address(reader, link) };
		json_decref(title);
	}
	return LX_OK;
}

static bool leads_back(const struct lx_field *field, const char *type)
{
	return field->kind == LX_LINK && field->use != NULL &&
	       lx_word_in(LX_TEXT_OF("thread"), field->use) && lx_word_in(lx_text(type), field->of);
}

static enum lx_code fill_follows(
	const struct lx_reader *reader, const struct lx_record *record, struct lx_answer *answer)
{
	struct lx_link_view *follows = lx_array(reader->call, FOLLOWS_MOST, sizeof *follows);
	const char *type = record->shape->type->name;
	struct lx_text ref = lx_show_text(reader, "%s/%lld", type, (long long)record->number);

	if (follows == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < reader->app->region->n; i++) {
		const struct lx_shape *shape = &reader->app->region->shapes[i];
		if (shape->type->section == NULL ||
			!lx_charter_on(&reader->charter, shape->type->name))
			continue;
		for (size_t f = 0; f < shape->fields_n; f++)
			if (leads_back(&shape->type->fields[f], type))
				LX_TRY(add_follows(
					reader, shape, (int)f, ref, follows, &answer->follows_n));
	}
	answer->follows = follows;
	return LX_OK;
}

static struct lx_text zero_ended(const struct lx_reader *reader, struct lx_text text)
{
	return lx_show_text(reader, "%.*s", (int)text.len, text.at);
}

enum lx_code lx_item_answer(const struct lx_reader *reader, const struct lx_record *record,
	const json_t *json, struct lx_item_page *page)
{
	const struct lx_type *type = record->shape->type;
	LX_CLOSE(lx_json_free) json_t *entry = NULL;
	struct lx_answer *answer;

	if (!given(type, json))
		return LX_OK;
	answer = lx_alloc(reader->call, sizeof *answer);
	if (answer == NULL)
		return LX_BROKEN;
	LX_TRY(newest_entry(
		reader, record, type->answering->act, &entry, &answer->entry, &answer->at));
	const struct lx_field *outcome = field_of(type, lx_text(type->answering->outcome));
	struct lx_words concluded = lx_show_cell(
		reader, type->name, outcome, json_object_get(json, outcome->name))
					    .words;
	answer->by = lx_show_say(reader, "page.answer_of",
		zero_ended(reader, lx_show_actor(reader, entry).text).at,
		zero_ended(reader, concluded.text).at);
	LX_TRY(lx_show_prose(reader, json_object_get(json, type->answering->text), &answer->prose));
	LX_TRY(fill_follows(reader, record, answer));
	LX_TRY(fill_verdict(reader, record, json, answer));
	page->answers = answer;
	page->answers_n = 1;
	return LX_OK;
}
