/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the tables of agreements cannot say: who may draft, what is complete, what an amendment may touch. */
#include "modules/agreements/inner.h"

#include "kernel/types/effects.h"

#include <string.h>

lx_rule_fn agreement_drafter, agreement_revises, agreement_position, agreement_complete,
	agreement_new_version, agreement_has_condition, agreement_accedes, agreement_leaves,
	agreement_to_former, agreement_amends, agreement_amended;

/* So many that the entry by which the whole is published stays under its limit (65,535 bytes). */
#define PARTIES_MOST  100
#define ARTICLES_MOST 120
#define PROMISES_MOST 100

static bool is_party(const struct lx_record *record, struct lx_text member)
{
	const struct lx_row_list *parties = lx_record_list(record, "party");

	for (size_t i = 0; i < parties->n; i++)
		if (lx_text_equal(lx_row_value(record, "party", &parties->rows[i], "member").text,
			    member))
			return true;
	return false;
}

int64_t lx_agreement_article(const struct lx_case *c, struct lx_text number)
{
	const struct lx_row_list *articles = lx_record_list(c->record, "article");
	const json_t *rows = json_object_get(c->input, "article");
	int list = lx_rows_find(c->record->shape->type, LX_TEXT_OF("article"));
	int64_t next = c->record->given[list];

	for (size_t i = 0; i < articles->n; i++)
		if (lx_text_equal(
			    lx_row_value(c->record, "article", &articles->rows[i], "number").text,
			    number))
			return articles->rows[i].number;
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *own = json_string_value(json_object_get(row, "number"));
		if (json_object_get(row, "row") != NULL)
			continue;
		next++;
		if (own != NULL && lx_text_is(number, own))
			return next;
	}
	return 0;
}

/* A text that was shown and signed stands: it is not changed by correcting the act that wrote it. */
static enum lx_code still_a_draft(struct lx_case *c)
{
	return !c->record->made || lx_text_is(c->record->state, "draft")
		       ? LX_OK
		       : lx_case_refuse(c, NULL, "agreement_text_stands");
}

enum lx_code agreement_revises(struct lx_case *c)
{
	return still_a_draft(c);
}

/* Who drafts for a member drafts for a party; the secretariat drafts for all. */
enum lx_code agreement_drafter(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "party");

	LX_TRY(still_a_draft(c));
	if (c->act->from != NULL) /* a correction of the draft: its parties stay */
		return LX_OK;
	if (c->relation == NULL || strcmp(c->relation->name, "delegate") != 0)
		return LX_OK;
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const char *member = json_string_value(
			json_object_get(json_array_get(rows, i), "member"));
		if (member != NULL && lx_text_is(c->holding.holder, member))
			return LX_OK;
	}
	return lx_case_refuse(c, "party", "agreement_drafter");
}

/* A position is about an article that is there. */
enum lx_code agreement_position(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "position");

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *article = json_string_value(json_object_get(row, "article"));
		if (article == NULL || lx_agreement_article(c, lx_text(article)) == 0)
			return lx_case_refuse(c, "position", "agreement_no_article");
		if (json_object_get(row, "stance") == NULL)
			return lx_case_refuse(c, "position", "agreement_no_stance");
	}
	return LX_OK;
}

static bool has_text(const struct lx_case *c, const char *field)
{
	return lx_record_value(c->record, field).kind != LX_V_NULL;
}

/* Every promise says what, who of the parties, by when, and under which article. */
static enum lx_code promises_hold(struct lx_case *c)
{
	const struct lx_record *r = c->record;
	const struct lx_row_list *promises = lx_record_list(r, "promise");

	for (size_t i = 0; i < promises->n; i++) {
		const struct lx_row *row = &promises->rows[i];
		struct lx_text owner = lx_row_value(r, "promise", row, "owner").text;
		struct lx_text article = lx_row_value(r, "promise", row, "article").text;
		if (lx_row_value(r, "promise", row, "title").kind == LX_V_NULL ||
			lx_row_value(r, "promise", row, "due").kind == LX_V_NULL)
			return lx_case_refuse(c, NULL, "agreement_promise_bare");
		if (lx_agreement_article(c, article) == 0)
			return lx_case_refuse(c, NULL, "agreement_promise_article");
		if (!is_party(r, owner))
			return lx_case_refuse(c, NULL, "agreement_promise_owner");
	}
	return LX_OK;
}

static enum lx_code articles_hold(struct lx_case *c)
{
	const struct lx_row_list *articles = lx_record_list(c->record, "article");

	for (size_t i = 0; i < articles->n; i++)
		if (lx_row_value(c->record, "article", &articles->rows[i], "text").kind ==
			LX_V_NULL)
			return lx_case_refuse(c, NULL, "agreement_article_empty");
	return LX_OK;
}

/* What is shown to the public and signed is whole: two parties, articles, and when it enters into force. */
enum lx_code agreement_complete(struct lx_case *c)
{
	size_t parties = lx_record_list(c->record, "party")->n;
	size_t articles = lx_record_list(c->record, "article")->n;

	LX_TRY(still_a_draft(c));
	if (parties < 2)
		return lx_case_refuse(c, NULL, "agreement_parties_few");
	if (articles == 0)
		return lx_case_refuse(c, NULL, "agreement_no_articles");
	if (parties > PARTIES_MOST || articles > ARTICLES_MOST ||
		lx_record_list(c->record, "promise")->n > PROMISES_MOST)
		return lx_case_refuse(c, NULL, "agreement_large");
	if (lx_case_input(c, "force_on").len == 0 && !has_text(c, "force_on") &&
		!has_text(c, "condition"))
		return lx_case_refuse(c, "force_on", "agreement_when");
	LX_TRY(articles_hold(c));
	return promises_hold(c);
}

enum lx_code agreement_new_version(struct lx_case *c)
{
	return lx_case_set(
		c, "version", json_integer(lx_record_value(c->record, "version").number + 1));
}

/* A day enters by the clock; declaring is for a condition that is met. */
enum lx_code agreement_has_condition(struct lx_case *c)
{
	return has_text(c, "condition") ? LX_OK : lx_case_refuse(c, NULL, "agreement_no_condition");
}

/* Who accedes accedes for its own member, once. */
enum lx_code agreement_accedes(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "party");
	const char *member = json_string_value(json_object_get(json_array_get(rows, 0), "member"));

	if (json_array_size(rows) != 1 || member == NULL ||
		(c->relation != NULL && !lx_text_is(c->holding.holder, member)))
		return lx_case_refuse(c, "party", "agreement_accedes_itself");
	if (is_party(c->record, lx_text(member)))
		return lx_case_refuse(c, NULL, "agreement_party_already");
	return LX_OK;
}

/* Leaving changes nothing about the row but that it goes, and says from which day. */
enum lx_code agreement_leaves(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "party");

	for (size_t i = 0; i < json_array_size(rows); i++)
		if (json_object_size(json_array_get(rows, i)) != 1)
			return lx_case_refuse(c, "party", "agreement_leaves_only");
	if (lx_case_input(c, "on").len == 0)
		return lx_case_refuse(c, "on", "agreement_leaves_when");
	return LX_OK;
}

static json_t *day_or_null(struct lx_text day)
{
	return day.len == 0 ? json_null() : json_stringn(day.at, day.len);
}

/* The row moves from the parties to the former ones. */
enum lx_code agreement_to_former(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "party");
	const struct lx_row_list *parties = lx_record_list(c->record, "party");
	int64_t next = c->record->given[lx_rows_find(c->record->shape->type, LX_TEXT_OF("former"))];

	for (size_t i = 0; i < json_array_size(rows); i++) {
		int64_t number = json_integer_value(
			json_object_get(json_array_get(rows, i), "row"));
		for (size_t k = 0; k < parties->n; k++) {
			const struct lx_row *row = &parties->rows[k];
			if (row->number != number)
				continue;
			LX_TRY(lx_effect_add(c, c->open,
				json_pack("[s, s, I, n]", "row", "party", (json_int_t)number)));
			LX_TRY(lx_effect_add(c, c->open,
				json_pack("[s, s, I, {s:o, s:o, s:o}]", "row", "former",
					(json_int_t)++next, "member",
					day_or_null(lx_row_value(c->record, "party", row, "member")
							    .text),
					"since",
					day_or_null(lx_row_value(c->record, "party", row, "since")
							    .text),
					"until", day_or_null(lx_case_input(c, "on")))));
		}
	}
	return LX_OK;
}

/* What a row of an amendment may be: new, or in force and changed in its words alone. */
static enum lx_code addresses_stay(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "article");

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		if (json_object_get(row, "row") == NULL)
			continue;
		if (json_object_get(row, "drop") != NULL || json_object_get(row, "number") != NULL)
			return lx_case_refuse(c, "article", "agreement_address_stays");
	}
	return LX_OK;
}

static enum lx_code new_promises_hold(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "promise");

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *article = json_string_value(json_object_get(row, "article"));
		const char *owner = json_string_value(json_object_get(row, "owner"));
		if (json_object_get(row, "row") != NULL)
			return lx_case_refuse(c, "promise", "agreement_promise_fixed");
		if (!json_is_string(json_object_get(row, "title")) ||
			!json_is_string(json_object_get(row, "due")))
			return lx_case_refuse(c, "promise", "agreement_promise_bare");
		if (article == NULL || lx_agreement_article(c, lx_text(article)) == 0)
			return lx_case_refuse(c, "promise", "agreement_promise_article");
		if (owner == NULL || !is_party(c->record, lx_text(owner)))
			return lx_case_refuse(c, "promise", "agreement_promise_owner");
	}
	return LX_OK;
}

enum lx_code agreement_amends(struct lx_case *c)
{
	LX_TRY(addresses_stay(c));
	return new_promises_hold(c);
}

/* An amendment is a new version; what it promises anew is undertaken at once. */
enum lx_code agreement_amended(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "promise");

	for (size_t i = 0; i < json_array_size(rows); i++)
		LX_TRY(lx_agreement_undertake(c, json_array_get(rows, i)));
	return agreement_new_version(c);
}
