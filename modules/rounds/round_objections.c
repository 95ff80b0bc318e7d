/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Objections to a result, and what comes of them. The secretariat answers; an answer that upholds strikes nothing by itself: the council
 * does so by consent, and the urn is counted anew without what was struck.
 */
#include "kernel/types/effects.h"
#include "modules/rounds/round_words.h"

lx_rule_fn round_may_object, round_only_answers, round_may_strike, round_struck, round_may_confirm;

static bool is_winner(const struct lx_entrant *entrants, size_t n, const char *code)
{
	for (size_t i = 0; code != NULL && i < n; i++)
		if (lx_text_is(entrants[i].code, code))
			return lx_text_is(entrants[i].outcome, "won");
	return false;
}

/* A seat objects in its own member's name, to what won, with text and ground; answers are the secretariat's. */
enum lx_code round_may_object(struct lx_case *c)
{
	const json_t *sent = json_object_get(c->input, "objection");
	struct lx_entrant *entrants;
	size_t n;

	LX_TRY(lx_round_entrants(c->call, c->record, &entrants, &n));
	for (size_t i = 0; i < json_array_size(sent); i++) {
		const json_t *each = json_array_get(sent, i);
		const char *member = json_string_value(json_object_get(each, "member"));
		if (member == NULL || !lx_text_is(c->holding.holder, member))
			return lx_case_refuse(c, "objection", "round_own_member");
		if (!is_winner(entrants, n, json_string_value(json_object_get(each, "entrant"))))
			return lx_case_refuse(c, "objection", "round_not_won");
		if (!json_is_string(json_object_get(each, "text")) ||
			!json_is_string(json_object_get(each, "ground")))
			return lx_case_refuse(c, "objection", "round_reasons");
		if (json_object_get(each, "answer") != NULL ||
			json_object_get(each, "upheld") != NULL)
			return lx_case_refuse(c, "objection", "round_not_by_hand");
	}
	return LX_OK;
}

enum lx_code round_only_answers(struct lx_case *c)
{
	const json_t *sent = json_object_get(c->input, "objection");

	for (size_t i = 0; i < json_array_size(sent); i++) {
		const json_t *each = json_array_get(sent, i);
		const char *key;
		json_t *value;
		json_object_foreach((json_t *)each, key, value)
		{
			if (!lx_word_in(lx_text(key), "row answer upheld"))
				return lx_case_refuse(c, "objection", "round_not_by_hand");
		}
		if (!json_is_string(json_object_get(each, "answer")) ||
			!json_is_string(json_object_get(each, "upheld")))
			return lx_case_refuse(c, "objection", "round_answer_whole");
	}
	return LX_OK;
}

static const struct lx_row_list *objections_of(
	const struct lx_record *round, int *entrant, int *upheld)
{
	int list = lx_rows_find(round->shape->type, LX_TEXT_OF("objection"));
	const struct lx_field *fields = round->shape->type->rows[list].fields;

	*entrant = lx_field_find(fields, LX_TEXT_OF("entrant"));
	*upheld = lx_field_find(fields, LX_TEXT_OF("upheld"));
	return &round->lists[list];
}

int64_t lx_round_upheld(const struct lx_record *round, struct lx_text code)
{
	int entrant, upheld;
	const struct lx_row_list *all = objections_of(round, &entrant, &upheld);

	for (size_t i = 0; i < all->n; i++)
		if (lx_text_equal(all->rows[i].values[entrant].text, code) &&
			lx_text_is(all->rows[i].values[upheld].text, "yes"))
			return all->rows[i].number;
	return 0;
}

/* How many entrants are counted otherwise than the answers to objections say. */
static enum lx_code count_open(struct lx_case *c, size_t *open)
{
	struct lx_entrant *entrants;
	size_t n;

	*open = 0;
	LX_TRY(lx_round_entrants(c->call, c->record, &entrants, &n));
	for (size_t i = 0; i < n; i++)
		*open += (lx_round_upheld(c->record, entrants[i].code) != 0) != entrants[i].struck;
	return LX_OK;
}

static bool all_answered(const struct lx_record *round)
{
	int entrant, upheld;
	const struct lx_row_list *all = objections_of(round, &entrant, &upheld);

	for (size_t i = 0; i < all->n; i++)
		if (all->rows[i].values[upheld].text.len == 0)
			return false;
	return true;
}

/* What was rightly objected to is struck once every objection has its answer: one new count for all of them. */
enum lx_code round_may_strike(struct lx_case *c)
{
	size_t open;

	if (!all_answered(c->record))
		return lx_case_refuse(c, NULL, "round_unanswered");
	LX_TRY(count_open(c, &open));
	return open > 0 ? LX_OK : lx_case_refuse(c, NULL, "round_none_upheld");
}

/* Marks who takes no part in the count; an answer that was changed lets its project take part again. */
enum lx_code round_struck(struct lx_case *c)
{
	struct lx_entrant *entrants;
	size_t n;

	LX_TRY(lx_round_entrants(c->call, c->record, &entrants, &n));
	for (size_t i = 0; i < n; i++) {
		bool strike = lx_round_upheld(c->record, entrants[i].code) != 0;
		if (strike != entrants[i].struck)
			LX_TRY(lx_effect_add(c, c->open,
				json_pack("[s, s, I, {s:s}]", "row", "entrant",
					(json_int_t)entrants[i].row, "struck",
					strike ? "yes" : "no")));
	}
	return LX_OK;
}

/* Nothing is confirmed before objecting is over, every objection has its answer, and what was rightly objected to is struck. */
enum lx_code round_may_confirm(struct lx_case *c)
{
	const struct lx_term_now *until =
		&c->record->terms[lx_term_find(c->record->shape->type, LX_TEXT_OF("object_by"))];
	size_t open;

	if (until->stage == LX_STAGE_RUNS || until->stage == LX_STAGE_SOON)
		return lx_case_refuse(c, NULL, "round_still_objecting");
	if (!all_answered(c->record))
		return lx_case_refuse(c, NULL, "round_unanswered");
	LX_TRY(count_open(c, &open));
	return open == 0 ? LX_OK : lx_case_refuse(c, NULL, "round_upheld");
}
