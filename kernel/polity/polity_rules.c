/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the tables of the polity cannot say. */
#include "kernel/journal/journal.h"
#include "kernel/journal/signature.h"
#include "kernel/polity/polity.h"
#include "kernel/types/case.h"
#include "kernel/types/effects.h"

#include <stdio.h>
#include <string.h>

lx_rule_fn charter_holds_together, charter_admits_founders, body_own_seat, member_no_circle,
	person_goes, person_free, mandate_offer_on, mandate_ends_former, mandate_key_fits;

#define TREE_MOST 32 /* levels of superiors */

static enum lx_code is_act(struct lx_case *c, struct lx_text name)
{
	struct lx_text rest = name, type;
	const struct lx_shape *shape = lx_text_split(&rest, '.', &type)
					       ? lx_shape_find(c->view.region, type)
					       : NULL;

	return shape != NULL && lx_act_find(shape->type, rest) != NULL
		       ? LX_OK
		       : lx_fail(c->call, LX_CONFLICT, "signing", "charter_signing_unknown", "%.*s",
				 (int)name.len, name.at);
}

/* Every act that is to be signed is one that there is: a slip of the pen would let it pass unsigned. */
static enum lx_code signing_known(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "signing");
	const struct lx_row *row;
	size_t at = 0;

	while ((row = lx_charter_row(c->view.charter, "signing", LX_TEXT_OF(""), &at)) != NULL)
		LX_TRY(is_act(c, row->values[0].text));
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const char *name = json_string_value(
			json_object_get(json_array_get(rows, i), "act"));
		if (name != NULL)
			LX_TRY(is_act(c, lx_text(name)));
	}
	return LX_OK;
}

/* Every rule that the charter names majorities for exists, and no rule is without one. */
enum lx_code charter_holds_together(struct lx_case *c)
{
	const struct lx_charter *charter = c->view.charter;
	const struct lx_row *row;
	size_t at = 0, found;

	while ((row = lx_charter_row(charter, "majority", LX_TEXT_OF(""), &at)) != NULL) {
		found = 0;
		if (lx_charter_row(charter, "rule", row->values[0].text, &found) == NULL)
			return lx_fail(c->call, LX_CONFLICT, "majority", "charter_rule_missing",
				"%.*s", (int)row->values[0].text.len, row->values[0].text.at);
	}
	at = 0;
	while ((row = lx_charter_row(charter, "rule", LX_TEXT_OF(""), &at)) != NULL) {
		found = 0;
		if (lx_charter_row(charter, "majority", row->values[0].text, &found) == NULL)
			return lx_fail(c->call, LX_CONFLICT, "rule", "charter_majority_missing",
				"%.*s", (int)row->values[0].text.len, row->values[0].text.at);
	}
	return signing_known(c);
}

/* A key that no signature could ever be verified with is refused when it is registered. */
enum lx_code mandate_key_fits(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "key");

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *word = json_string_value(json_object_get(row, "algorithm"));
		const char *text = json_string_value(json_object_get(row, "public"));
		enum lx_signing algorithm = word == NULL ? 0 : lx_signing_of(lx_text(word));
		struct lx_public_key key;
		char field[LX_FIELD_MAX];
		(void)snprintf(field, sizeof field, "key.%zu.%s", i,
			algorithm == 0 ? "algorithm" : "public");
		if (algorithm == 0)
			return lx_fail(c->call, LX_INVALID, field, "input.needed", NULL);
		if (text == NULL || !lx_public_read(algorithm, lx_text(text), &key))
			return lx_fail(c->call, LX_INVALID, field, "mandate_key_fits", NULL);
	}
	return LX_OK;
}

/* The founding members join with the adoption. */
enum lx_code charter_admits_founders(struct lx_case *c)
{
	const struct lx_shape *members = lx_shape_find(c->view.region, LX_TEXT_OF("member"));
	struct lx_record member;
	int64_t last;

	LX_TRY(lx_record_last(c->work->tx, members, &last));
	for (int64_t n = 1; n <= last; n++) {
		LX_TRY(lx_record_load(c->work->tx, members, n, &member));
		if (lx_text_is(member.state, "founding"))
			LX_TRY(lx_case_follow(c, "member", n, "join", NULL));
	}
	return LX_OK;
}

/* Filling a seat changes who holds it and nothing else, and only by mandates of the seat's own member. */
enum lx_code body_own_seat(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "seat");
	const struct lx_shape *mandates = lx_shape_find(c->view.region, LX_TEXT_OF("mandate"));

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *key;
		json_t *value;
		json_object_foreach((json_t *)row, key, value)
		{
			struct lx_ref ref;
			struct lx_record mandate;
			if (strcmp(key, "row") == 0)
				continue;
			if (strcmp(key, "holder") != 0 && strcmp(key, "deputy") != 0)
				return lx_case_refuse(c, "seat", "body_only_holders");
			if (json_is_null(value))
				continue;
			if (!lx_ref_read(lx_text(json_string_value(value)), &ref))
				return lx_case_refuse(c, "seat", "body_own_mandate");
			LX_TRY(lx_record_load(c->work->tx, mandates, ref.number, &mandate));
			if (!lx_text_equal(
				    lx_record_value(&mandate, "holder").text, c->holding.holder))
				return lx_case_refuse(c, "seat", "body_own_mandate");
		}
	}
	return LX_OK;
}

/* Superiors form a tree: nobody stands above itself. */
enum lx_code member_no_circle(struct lx_case *c)
{
	const struct lx_shape *members = lx_shape_find(c->view.region, LX_TEXT_OF("member"));
	struct lx_text above = lx_case_input(c, "superior");
	struct lx_record member;
	struct lx_ref ref;

	for (int level = 0; above.len > 0 && lx_ref_read(above, &ref); level++) {
		if (ref.number == c->record->number || level == TREE_MOST)
			return lx_case_refuse(c, "superior", "member_circle");
		LX_TRY(lx_record_load(c->work->tx, members, ref.number, &member));
		above = lx_record_value(&member, "superior").text;
	}
	return LX_OK;
}

/* Who acts for others first lets go of that: else an office would be held by nobody who can be asked. The secretariat may erase
 * whom it must. */
enum lx_code person_free(struct lx_case *c)
{
	struct lx_actor person;

	if (c->relation == NULL || strcmp(c->relation->name, "self") != 0)
		return LX_OK;
	LX_TRY(lx_actor_load(c->work->tx, c->view.region, c->record->number, &person));
	return person.mandates_n == 0 ? LX_OK : lx_case_refuse(c, NULL, "person_mandates");
}

/* The vault forgets the person: key, standings, sealed data. The journal says which seals went. */
enum lx_code person_goes(struct lx_case *c)
{
	int64_t *seals;
	size_t n;

	LX_TRY(lx_vault_erase(c->work->tx, c->record->number, &seals, &n));
	for (size_t i = 0; i < n; i++)
		LX_TRY(lx_effect_add(c, c->inner,
			json_pack("[s, o, s]", "gone",
				json_sprintf("seal/%lld", (long long)seals[i]), "erased")));
	return LX_OK;
}

static bool holds_for(const struct lx_actor *actor, struct lx_text holder)
{
	for (size_t i = 0; i < actor->mandates_n; i++)
		if (lx_text_equal(actor->mandates[i].holder, holder))
			return true;
	return false;
}

/* Who keeps the fund does not audit it: nobody acts for the treasury and for the audit. */
static enum lx_code kept_apart(struct lx_case *c)
{
	struct lx_text holder = lx_record_value(c->record, "holder").text;
	struct lx_text treasury = lx_record_value(&c->view.charter->record, "treasury").text;
	struct lx_text audit = lx_record_value(&c->view.charter->record, "audit").text;

	if (treasury.len == 0 || audit.len == 0)
		return LX_OK;
	bool both = (lx_text_equal(holder, treasury) && holds_for(c->view.actor, audit)) ||
		    (lx_text_equal(holder, audit) && holds_for(c->view.actor, treasury));
	return both ? lx_case_refuse(c, NULL, "mandate_apart") : LX_OK;
}

/* A mandate is accepted with a second factor, where the charter asks for one, and not against another. */
enum lx_code mandate_second_factor(struct lx_case *c)
{
	bool has = false;

	LX_TRY(kept_apart(c));
	if (!lx_text_is(lx_record_value(&c->view.charter->record, "second_factor").text, "yes"))
		return LX_OK;
	if (c->view.region->second_factor != NULL)
		LX_TRY(c->view.region->second_factor(c->work->tx, c->view.actor->person, &has));
	return has ? LX_OK : lx_case_refuse(c, NULL, "mandate_second_factor");
}

static json_t *text_of(struct lx_value value)
{
	return value.kind == LX_V_NULL ? NULL : json_stringn(value.text.at, value.text.len);
}

/* The same office is offered to the successor; it is held on until that one accepts. */
enum lx_code mandate_offer_on(struct lx_case *c)
{
	json_t *until = text_of(lx_record_value(c->record, "until"));
	int64_t who;

	LX_TRY(lx_vault_who(c->work->tx, "mandate", c->record->number, "successor", &who));
	json_t *input = json_pack("{s:o, s:o, s:I, s:o}", "holder",
		text_of(lx_record_value(c->record, "holder")), "office",
		text_of(lx_record_value(c->record, "office")), "person", (json_int_t)who, "after",
		json_sprintf("mandate/%lld", (long long)c->record->number));
	if (input == NULL)
		return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
	if (until != NULL)
		(void)json_object_set_new(input, "until", until);
	return lx_case_follow(c, "mandate", 0, "succeed", input);
}

/* Who accepts what was handed over takes it from the one before in the same moment: the office is never empty and never held twice. */
enum lx_code mandate_ends_former(struct lx_case *c)
{
	struct lx_record former;
	struct lx_ref ref;

	if (!lx_ref_read(lx_record_value(c->record, "after").text, &ref))
		return LX_OK;
	LX_TRY(lx_record_load(c->work->tx, c->record->shape, ref.number, &former));
	if (!lx_text_is(former.state, "valid") && !lx_text_is(former.state, "offered"))
		return LX_OK;
	return lx_case_follow(c, "mandate", ref.number, "replaced", NULL);
}
