/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Guards and consequences of needs. */
#include "modules/needs/needs.h"

#include "kernel/journal/hash.h"
#include "modules/needs/needs_queries.h"
#include "modules/organisations/organisations.h"

#include <string.h>

lx_rule_fn need_once, need_names_another, need_count_return, need_to_superior, need_few_photos;

#define PHOTOS_MOST 4  /* of one need */
#define ALIKE_MOST  16 /* open needs of one person whose titles have the same mark */

static int64_t mark_of(struct lx_text title)
{
	unsigned char hash[LX_HASH_BYTES];
	struct lx_hashing hashing;

	lx_hash_begin(&hashing);
	lx_hash_add(&hashing, title.at, title.len);
	lx_hash_end(&hashing, hash);
	return (int64_t)hash[0] << 24 | hash[1] << 16 | hash[2] << 8 | hash[3];
}

static bool is_open(const struct lx_record *need)
{
	return !lx_text_is(need->state, "closed") && !lx_text_is(need->state, "withdrawn");
}

enum lx_code lx_need_derive(struct lx_tx *tx, const struct lx_record *need)
{
	struct lx_content title = { .gone = 1 };

	if (is_open(need)) {
		int64_t number = lx_record_value(need, "title").number;
		enum lx_code code = lx_content_read(tx, number, &title);
		if (code != LX_OK && code != LX_NOT_FOUND)
			return code;
	}
	if (title.gone != 0)
		return lx_run(tx, &lx_q_need_title_gone, &LX_I(need->number));
	return lx_run(tx, &lx_q_need_title_put,
		(struct lx_value[]){ LX_I(need->number), LX_I(mark_of(title.bytes)) });
}

static enum lx_code same_title(struct lx_case *c, int64_t number, struct lx_text title, bool *same)
{
	struct lx_record need;
	struct lx_content content;

	*same = false;
	LX_TRY(lx_record_load_head(c->work->tx, c->record->shape, number, &need));
	LX_TRY(lx_content_read(c->work->tx, lx_record_value(&need, "title").number, &content));
	*same = content.gone == 0 && lx_text_equal(content.bytes, title);
	return LX_OK;
}

static enum lx_code not_twice(struct lx_case *c)
{
	struct lx_text ref = lx_case_input(c, "title");
	struct lx_content title;
	struct lx_value *alike;
	int64_t number;
	size_t n;

	if (c->view.actor->person == 0 || !lx_text_starts(ref, "content/") ||
		!lx_text_int((struct lx_text){ ref.at + 8, ref.len - 8 }, &number))
		return LX_OK;
	LX_TRY(lx_content_read(c->work->tx, number, &title));
	LX_TRY(lx_all(c->work->tx, &lx_q_need_titled,
		(struct lx_value[]){
			LX_I(mark_of(title.bytes)), LX_I(c->view.actor->person), LX_I(ALIKE_MOST) },
		ALIKE_MOST, &alike, &n));
	for (size_t i = 0; i < n; i++) {
		bool same;
		if (alike[i].number == c->record->number)
			continue;
		LX_TRY(same_title(c, alike[i].number, title.bytes, &same));
		if (same)
			return lx_case_refuse(c, "title", "need_once");
	}
	return LX_OK;
}

/* A need is returned with the name of somebody else who can act: never into a dead end. */
enum lx_code need_names_another(struct lx_case *c)
{
	if (lx_text_equal(lx_case_input(c, "other"), lx_record_value(c->record, "lead").text))
		return lx_case_refuse(c, "other", "need_names_another");
	return LX_OK;
}

/* How often it was returned is public, and what helps the secretariat to see a need that nobody takes. */
enum lx_code need_count_return(struct lx_case *c)
{
	LX_TRY(lx_case_set(
		c, "returns", json_integer(lx_record_value(c->record, "returns").number + 1)));
	return lx_case_set(c, "lead", NULL);
}

/* Raised one level: the superior of the lead takes it over, where there is one. */
enum lx_code need_to_superior(struct lx_case *c)
{
	const struct lx_shape *members = lx_shape_find(c->view.region, LX_TEXT_OF("member"));
	struct lx_record lead;
	struct lx_ref ref;

	if (!lx_ref_read(lx_record_value(c->record, "lead").text, &ref))
		return LX_OK;
	LX_TRY(lx_record_load(c->work->tx, members, ref.number, &lead));
	struct lx_text superior = lx_record_value(&lead, "superior").text;
	if (superior.len == 0)
		return LX_OK;
	return lx_case_set(c, "lead", json_stringn(superior.at, superior.len));
}

static bool one_of(struct lx_text names, struct lx_text word)
{
	struct lx_text rest = names, each;

	while (lx_text_split(&rest, '|', &each))
		if (lx_text_equal(lx_text_trim(each), word))
			return true;
	return false;
}

/* A choice is answered with one of the question's words, in either language. */
static bool choice_fits(const struct lx_value *words, struct lx_text answer)
{
	LX_CLOSE(lx_json_free) json_t *names = json_loadb(words->text.at, words->text.len, 0, NULL);
	const char *zh = json_string_value(json_object_get(names, "zh"));
	const char *en = json_string_value(json_object_get(names, "en"));

	return (zh != NULL && one_of(lx_text(zh), answer)) ||
	       (en != NULL && one_of(lx_text(en), answer));
}

static enum lx_code check_answer(
	struct lx_case *c, const struct lx_row *question, const json_t *value)
{
	const struct lx_charter *charter = c->view.charter;
	struct lx_text kind = lx_charter_cell(charter, "question", question, "answer").text;
	struct lx_value words = lx_charter_cell(charter, "question", question, "words");
	struct lx_text text = lx_text(json_string_value(value));
	int64_t number;
	bool fits = json_is_string(value) && lx_utf8_count(text) <= 2000;

	if (fits && lx_text_is(kind, "number"))
		fits = lx_text_int(text, &number);
	if (fits && lx_text_is(kind, "date"))
		fits = lx_day_read(text, &number);
	if (fits && lx_text_is(kind, "choice"))
		fits = choice_fits(&words, text);
	if (fits)
		return LX_OK;
	struct lx_text code = lx_charter_cell(charter, "question", question, "code").text;
	return lx_fail(
		c->call, LX_INVALID, "answers", "need_answer_form", "%.*s", (int)code.len, code.at);
}

enum lx_code lx_need_answers_check(struct lx_case *c, const char *field, const json_t *value)
{
	const struct lx_charter *charter = c->view.charter;
	struct lx_text category = lx_case_input(c, "category");
	const struct lx_row *row;
	size_t at = 0, known = 0;
	char name[48];

	if (!json_is_object(value))
		return lx_fail(c->call, LX_INVALID, field, "input.object", NULL);
	while ((row = lx_charter_row(charter, "question", LX_TEXT_OF("need.category"), &at)) !=
		NULL) {
		struct lx_text of = lx_charter_cell(charter, "question", row, "category").text;
		struct lx_text code = lx_charter_cell(charter, "question", row, "code").text;
		if ((of.len > 0 && category.len > 0 && !lx_text_equal(of, category)) ||
			code.len >= sizeof name)
			continue;
		memcpy(name, code.at, code.len);
		name[code.len] = '\0';
		const json_t *answer = json_object_get(value, name);
		known += answer != NULL;
		if (answer != NULL)
			LX_TRY(check_answer(c, row, answer));
		else if (lx_text_is(
				 lx_charter_cell(charter, "question", row, "needed").text, "yes"))
			return lx_fail(
				c->call, LX_INVALID, field, "need_answer_missing", "%s", name);
	}
	if (known != json_object_size(value))
		return lx_fail(c->call, LX_INVALID, field, "need_answer_unknown", NULL);
	return LX_OK;
}

/* What one can look at in a minute: photographs and papers, those of before included. */
enum lx_code need_few_photos(struct lx_case *c)
{
	int list = lx_rows_find(c->record->shape->type, LX_TEXT_OF("photo"));
	size_t n = json_array_size(json_object_get(c->input, "photo"));

	if (n + c->record->lists[list].n <= PHOTOS_MOST)
		return LX_OK;
	return lx_case_refuse(c, "photo", "need_few_photos");
}

/* The charter's questions are asked of who leaves all the answers out, too. */
static enum lx_code needed_answers(struct lx_case *c)
{
	LX_CLOSE(lx_json_free) json_t *none = json_object();

	if (c->act->from != NULL || json_object_get(c->input, "answers") != NULL)
		return LX_OK;
	return lx_need_answers_check(c, "answers", none);
}

/* The same person does not submit the same need twice while the first is open, nor in a government's name without acting
 * for it, nor without what the charter asks. */
enum lx_code need_once(struct lx_case *c)
{
	if (lx_case_input(c, "bearer").len > 0 &&
		(c->relation == NULL || strcmp(c->relation->name, "steward") != 0))
		return lx_case_refuse(c, "bearer", "need_bearer");
	LX_TRY(lx_organisation_may_speak(c, "bearer", lx_case_input(c, "bearer")));
	LX_TRY(needed_answers(c));
	LX_TRY(need_few_photos(c));
	return not_twice(c);
}
