/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Deciding an act and entering it, with what follows from it. */
#include "kernel/types/decide.h"

#include "kernel/journal/journal.h"
#include "kernel/types/consent.h"
#include "kernel/types/effects.h"
#include "kernel/types/entry.h"
#include "kernel/types/input.h"
#include "kernel/types/performing.h"
#include "kernel/types/reduce.h"
#include "kernel/types/types_queries.h"

#include <stdio.h>
#include <string.h>

/* While the charter is not adopted only these can be entered. */
#define FOUNDING_TYPES "charter mandate person"

enum lx_code lx_case_begin(const struct lx_performing *p, struct lx_record *record,
	const struct lx_act *act, const char *lang, struct lx_case *c)
{
	*c = (struct lx_case){ .work = p->work,
		.call = lx_tx_call(p->work->tx),
		.record = record,
		.act = act,
		.lang = lang == NULL ? "zh-CN" : lang,
		.aside = p->aside,
		.ordered = p->ordered,
		.proof = p->proof,
		.view = { p->work->tx, p->region, p->charter, p->actor, NULL },
		.input = json_object(),
		.open = json_array(),
		.inner = json_array(),
		.bound = json_object(),
		.bound_in = json_object() };
	if (c->input != NULL && c->open != NULL && c->inner != NULL && c->bound != NULL &&
		c->bound_in != NULL)
		return LX_OK;
	return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
}

void lx_case_end(struct lx_case *c)
{
	json_t *owned[] = { c->input, c->open, c->inner, c->bound, c->bound_in };

	for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++)
		json_decref(owned[i]);
	for (struct lx_follow *f = c->follows; f != NULL; f = f->next)
		json_decref(f->input);
}

enum lx_code lx_case_refuse(struct lx_case *c, const char *field, const char *msgid)
{
	return lx_fail(c->call, field == NULL ? LX_CONFLICT : LX_INVALID, field, msgid, NULL);
}

struct lx_text lx_case_input(const struct lx_case *c, const char *field)
{
	const json_t *value = json_object_get(c->input, field);

	if (json_is_string(value))
		return lx_text(json_string_value(value));
	return LX_TEXT_OF("");
}

enum lx_code lx_case_set(struct lx_case *c, const char *field, json_t *value)
{
	int i = lx_field_find(c->record->shape->type->fields, lx_text(field));

	return lx_effect_set(
		c, &c->record->shape->type->fields[i], value == NULL ? json_null() : value);
}

enum lx_code lx_case_lay(
	struct lx_case *c, const char *field, struct lx_text bytes, const char *media)
{
	char commitment[LX_HASH_TEXT], ref[40];
	int64_t number;

	LX_TRY(lx_content_put(c->work->tx, c->work->edge, bytes, "", media, &number, commitment));
	(void)snprintf(ref, sizeof ref, "content/%lld", (long long)number);
	if (json_object_set_new(c->bound, ref, json_string(commitment)) != 0)
		return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
	return lx_case_set(c, field, json_string(ref));
}

enum lx_code lx_case_follow(
	struct lx_case *c, const char *type, int64_t record, const char *act, json_t *input)
{
	struct lx_follow *follow = lx_alloc(c->call, sizeof *follow), **last = &c->follows;

	if (follow == NULL) {
		json_decref(input);
		return LX_BROKEN;
	}
	*follow = (struct lx_follow){ NULL, type, record, act, input };
	while (*last != NULL)
		last = &(*last)->next;
	*last = follow;
	return LX_OK;
}

static enum lx_code wrong_state(struct lx_call *call, const struct lx_record *record)
{
	return lx_fail(call, LX_CONFLICT, NULL, "act.state", "%.*s", (int)record->state.len,
		record->state.at);
}

static enum lx_code test_state(
	struct lx_call *call, const struct lx_record *record, const struct lx_act *act)
{
	if (act->from == NULL)
		return record->made ? wrong_state(call, record) : LX_OK;
	if (!record->made)
		return lx_fail(call, LX_NOT_FOUND, NULL, "act.no_record", NULL);
	if (strcmp(act->from, "*") == 0 || lx_word_in(record->state, act->from))
		return LX_OK;
	return wrong_state(call, record);
}

static enum lx_code test_within(
	struct lx_call *call, const struct lx_record *record, const struct lx_act *act)
{
	int term = act->within == NULL ? -1
				       : lx_term_find(record->shape->type, lx_text(act->within));

	if (term < 0 || record->terms[term].stage == LX_STAGE_RUNS ||
		record->terms[term].stage == LX_STAGE_SOON)
		return LX_OK;
	return lx_fail(call, LX_CONFLICT, NULL, "act.too_late", NULL);
}

static enum lx_code refuse_relation(struct lx_call *call, const struct lx_act *act)
{
	return lx_fail(call, LX_FORBIDDEN, NULL, "act.relation", "%s", act->who);
}

/* A record that an act makes is judged as it would be: with the fields that the input gives it. */
static enum lx_code as_it_would_be(struct lx_case *c, struct lx_record *record)
{
	const struct lx_shape *shape = c->record->shape;

	*record = *c->record;
	record->values = lx_array(c->call, shape->fields_n, sizeof *record->values);
	if (record->values == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < shape->fields_n; i++) {
		const char *text = json_string_value(
			json_object_get(c->input, shape->type->fields[i].name));
		record->values[i] = shape->type->fields[i].kind == LX_LINK && text != NULL
					    ? LX_S(text)
					    : c->record->values[i];
	}
	return LX_OK;
}

/* "=rows": the relation must hold for every chosen row, on that row alone. */
static enum lx_code test_chosen_rows(struct lx_case *c, size_t list, bool *holds)
{
	const json_t *rows = json_object_get(c->input, c->record->shape->type->rows[list].name);
	struct lx_record alone = *c->record;

	*holds = json_array_size(rows) > 0;
	alone.lists = lx_array(c->call, c->record->shape->rows_n, sizeof *alone.lists);
	if (alone.lists == NULL)
		return LX_BROKEN;
	memcpy(alone.lists, c->record->lists, c->record->shape->rows_n * sizeof *alone.lists);
	for (size_t i = 0; i < json_array_size(rows) && *holds; i++) {
		int64_t number = json_integer_value(
			json_object_get(json_array_get(rows, i), "row"));
		alone.lists[list].n = 0;
		for (size_t k = 0; k < c->record->lists[list].n; k++)
			if (c->record->lists[list].rows[k].number == number)
				alone.lists[list] =
					(struct lx_row_list){ &c->record->lists[list].rows[k], 1 };
		LX_TRY(lx_relation_any(&c->view, &alone, c->act->who, &c->relation, &c->holding));
		*holds = c->relation != NULL;
	}
	return LX_OK;
}

/* The list of "=rows"; -1 where none may be, or need be, and is, chosen. */
static int chosen_list(const struct lx_case *c)
{
	struct lx_text rest = lx_text(c->act->takes);
	struct lx_taken taken;

	while (lx_takes_next(&rest, &taken))
		if (taken.sign == '=') {
			int list = lx_rows_find(c->record->shape->type, taken.name);
			const char *name = c->record->shape->type->rows[list].name;
			bool chosen = json_array_size(json_object_get(c->input, name)) > 0;
			return taken.needed || chosen ? list : -1;
		}
	return -1;
}

static enum lx_code test_relation(struct lx_case *c)
{
	struct lx_record would;
	const struct lx_record *record = c->record;
	int list = chosen_list(c);
	bool holds;

	if (c->act->from == NULL) {
		LX_TRY(as_it_would_be(c, &would));
		record = &would;
	}
	LX_TRY(lx_relation_any(&c->view, record, c->act->who, &c->relation, &c->holding));
	if (c->relation == NULL)
		return refuse_relation(c->call, c->act);
	if (list < 0 || c->view.actor->kind == LX_BY_INIT)
		return LX_OK;
	LX_TRY(test_chosen_rows(c, (size_t)list, &holds));
	return holds ? LX_OK : refuse_relation(c->call, c->act);
}

/* The newest entry of this record whose act this one takes back. */
static enum lx_code find_undone(struct lx_case *c, int64_t *undoes)
{
	const struct lx_type *type = c->record->shape->type;
	bool needed;

	*undoes = 0;
	if (!lx_act_takes(c->act, "reason", &needed) || !needed)
		return LX_OK;
	for (const struct lx_act *a = type->acts; a->name != NULL; a++) {
		struct lx_value last;
		char name[128];
		if (a->undo == NULL || strcmp(a->undo, c->act->name) != 0 ||
			strcmp(a->name, c->act->name) == 0)
			continue;
		(void)snprintf(name, sizeof name, "%s.%s", type->name, a->name);
		LX_TRY(lx_one(c->work->tx, &lx_q_undone,
			(struct lx_value[]){
				LX_S(type->name), LX_I(c->record->number), LX_S(name) },
			&last));
		if (last.kind == LX_V_INT && last.number > *undoes)
			*undoes = last.number;
	}
	return LX_OK;
}

static bool becomes_public(const struct lx_case *c)
{
	const struct lx_state *after = lx_state_find(c->record->shape->type, lx_state_after(c));

	if (!c->record->made || after == NULL || after->shown != LX_PUBLIC)
		return false;
	if (strcmp(c->act->name, "unhide") == 0)
		return c->record->hidden != 0;
	return c->record->hidden == 0 && lx_record_class(c->record) != LX_PUBLIC;
}

static enum lx_code make_effects(struct lx_case *c)
{
	LX_TRY(lx_effects_of_tables(c));
	if (c->act->also.fn != NULL)
		LX_TRY(c->act->also.fn(c));
	LX_TRY(lx_effects_of_terms(c));
	return becomes_public(c) ? lx_effects_whole(c) : LX_OK;
}

enum lx_code lx_enter_follows(const struct lx_performing *p, const struct lx_case *c, int64_t cause)
{
	for (const struct lx_follow *f = c->follows; f != NULL; f = f->next) {
		const struct lx_shape *shape = lx_shape_find(p->region, lx_text(f->type));
		const struct lx_act *act = shape == NULL
						   ? NULL
						   : lx_act_find(shape->type, lx_text(f->act));
		struct lx_actor actor = *p->actor;
		struct lx_record record;
		struct lx_text by;
		int64_t number = f->record, n;
		bool opened;

		if (act == NULL || p->depth >= LX_FOLLOWS_MAX)
			return lx_fail(
				c->call, LX_BROKEN, NULL, "types.follow", "%s.%s", f->type, f->act);
		if (number == 0) {
			LX_TRY(lx_record_last(p->work->tx, shape, &number));
			LX_TRY(lx_record_blank(c->call, shape, ++number, &record));
		} else {
			LX_TRY(lx_record_load(p->work->tx, shape, number, &record));
		}
		/* a mandate, the clock and init act under the same name on every record; a person does not */
		struct lx_case named = *c;
		named.record = &record;
		if (p->by.len > 0 && !lx_text_starts(p->by, "p:"))
			by = p->by; /* what follows from a granted consent: who proposed it */
		else
			LX_TRY(lx_entry_actor(&named, &by));
		actor.cause = true;
		struct lx_performing next = { .work = p->work,
			.region = p->region,
			.charter = p->charter,
			.actor = &actor,
			.by = by,
			.cause = cause,
			.depth = p->depth + 1,
			.import = p->import,
			.aside = { "", 0 } };
		LX_TRY(lx_enter(&next, &record, act, f->input, false, c->lang, &n, &opened));
	}
	return LX_OK;
}

static enum lx_code guard(struct lx_case *c)
{
	return c->act->guard.fn == NULL ? LX_OK : c->act->guard.fn(c);
}

static enum lx_code enter_case(const struct lx_performing *p, struct lx_case *c,
	const json_t *input, bool frozen, int64_t *n, bool *opened)
{
	struct lx_header header = { .act = c->act->name,
		.by = p->by,
		.cause = p->cause,
		.consent = p->consent,
		.import = p->import };

	LX_TRY(test_state(c->call, c->record, c->act));
	LX_TRY(test_within(c->call, c->record, c->act));
	if (frozen)
		(void)json_object_update(c->input, (json_t *)input);
	else
		LX_TRY(lx_input_decode(c, input));
	if (!frozen)
		LX_TRY(test_relation(c));
	LX_TRY(guard(c));
	if (c->relation != NULL && !p->actor->cause) {
		header.as = lx_text(c->relation->name);
		header.holder = c->holding.holder;
	}
	/* before the effects: who erases himself has no pseudonym afterwards */
	if (header.by.len == 0)
		LX_TRY(lx_entry_actor(c, &header.by));
	*opened = c->act->consent != NULL && !frozen;
	if (*opened) {
		int64_t number;
		LX_TRY(lx_consent_open(c, &number));
	} else {
		LX_TRY(make_effects(c));
		LX_TRY(lx_consents_overtaken(c));
		LX_TRY(find_undone(c, &header.undoes));
	}
	LX_TRY(lx_entry_write(c, &header, n));
	return lx_enter_follows(p, c, *n);
}

enum lx_code lx_enter(const struct lx_performing *p, struct lx_record *record,
	const struct lx_act *act, const json_t *input, bool frozen, const char *lang, int64_t *n,
	bool *opened)
{
	LX_CLOSE(lx_case_end) struct lx_case c = { 0 };

	LX_TRY(lx_case_begin(p, record, act, lang, &c));
	return enter_case(p, &c, input, frozen, n, opened);
}

/* Relation first, as far as it can be told without the input: a stranger learns nothing from later refusals. */
static enum lx_code test_early(const struct lx_sight *view, const struct lx_record *record,
	const struct lx_act *act, const struct lx_relation **relation)
{
	struct lx_holding holding;

	if (act->from == NULL && record->made == false) {
		*relation = NULL;
		return LX_OK; /* judged with the record as it would be */
	}
	LX_TRY(lx_relation_any(view, record, act->who, relation, &holding));
	return *relation == NULL ? refuse_relation(lx_tx_call(view->tx), act) : LX_OK;
}

enum lx_code lx_act_possible(const struct lx_sight *view, const struct lx_record *record,
	const struct lx_act *act, const struct lx_relation **relation)
{
	LX_TRY(test_early(view, record, act, relation));
	LX_TRY(test_state(lx_tx_call(view->tx), record, act));
	return test_within(lx_tx_call(view->tx), record, act);
}

static bool may_enter_now(const struct lx_performing *p, const char *type)
{
	if (p->charter->founding && p->actor->kind != LX_BY_INIT)
		return lx_word_in(lx_text(type), FOUNDING_TYPES);
	return p->charter->founding || lx_charter_on(p->charter, type);
}

/* The acts that every type has, with work of their own; *done false: an ordinary act. */
static enum lx_code enter_common(
	const struct lx_performing *p, struct lx_record *record, struct lx_order *order, bool *done)
{
	static const struct {
		const char *name;
		enum lx_code (*enter)(const struct lx_performing *, struct lx_record *,
			const json_t *, const char *, int64_t *);
	} rows[] = { { "say", lx_enter_say }, { "correct", lx_enter_correct },
		{ "gone", lx_enter_gone } };

	*done = false;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(order->act, rows[i].name) == 0) {
			*done = true;
			if (!record->made)
				return LX_NOT_FOUND;
			return rows[i].enter(p, record, order->input, order->lang, &order->entry);
		}
	return LX_OK;
}

static enum lx_code load_for(struct lx_performing *p, const struct lx_shape *shape,
	struct lx_order *order, struct lx_record *record)
{
	struct lx_call *call = lx_tx_call(p->work->tx);
	int64_t number = order->record;

	if (number != 0) {
		enum lx_code code = lx_record_load(p->work->tx, shape, number, record);
		return code == LX_NOT_FOUND
			       ? lx_fail(call, LX_NOT_FOUND, NULL, "act.no_record", NULL)
			       : code;
	}
	LX_TRY(lx_record_last(p->work->tx, shape, &number));
	return lx_record_blank(call, shape, number + 1, record);
}

/* What is hidden is not there for who may not read it, whatever the act. */
static enum lx_code test_hidden(const struct lx_performing *p, const struct lx_record *record)
{
	struct lx_sight view = { p->work->tx, p->region, p->charter, p->actor, NULL };
	bool may = true;

	if (record->made && record->hidden != 0 &&
		(p->actor->kind == LX_BY_PERSON || p->actor->kind == LX_BY_VISITOR))
		LX_TRY(lx_may_read(&view, record, &may));
	return may ? LX_OK
		   : lx_fail(lx_tx_call(p->work->tx), LX_NOT_FOUND, NULL, "act.no_record", NULL);
}

/* A person who registers is nobody yet: the new record is who acts. */
static enum lx_code begin_person(struct lx_performing *p, const struct lx_record *record)
{
	struct lx_actor *actor = &p->registering;

	if (strcmp(record->shape->type->name, "person") != 0 || record->made)
		return LX_OK;
	LX_TRY(lx_vault_person(p->work->tx, record->number));
	*actor = *p->actor;
	actor->person = record->number;
	if (actor->kind == LX_BY_NOBODY)
		actor->kind = LX_BY_PERSON;
	p->actor = actor;
	return LX_OK;
}

/* Who decided on what a record was does not change what it has become. */
static enum lx_code test_last(
	struct lx_call *call, const struct lx_order *order, const struct lx_record *record)
{
	for (size_t i = 0; i < order->if_last_n; i++)
		if (order->if_last[i] == record->last_n)
			return LX_OK;
	return order->if_last_n == 0 ? LX_OK
				     : lx_fail(call, LX_CONFLICT, NULL, "act.changed", "%lld",
					       (long long)record->last_n);
}

static enum lx_code perform(struct lx_performing *p, struct lx_order *order)
{
	struct lx_call *call = lx_tx_call(p->work->tx);
	const struct lx_shape *shape = lx_shape_find(p->region, lx_text(order->type));
	const struct lx_act *act = shape == NULL ? NULL
						 : lx_act_find(shape->type, lx_text(order->act));
	const struct lx_relation *relation;
	struct lx_record record;
	bool common;

	if (act == NULL)
		return lx_fail(
			call, LX_NOT_FOUND, NULL, "act.unknown", "%s.%s", order->type, order->act);
	if (!may_enter_now(p, order->type))
		return lx_fail(call, LX_CONFLICT, NULL,
			p->charter->founding ? "act.founding" : "act.off", NULL);
	LX_TRY(load_for(p, shape, order, &record));
	LX_TRY(test_hidden(p, &record));
	LX_TRY(test_last(call, order, &record));
	LX_TRY(begin_person(p, &record));
	LX_TRY(enter_common(p, &record, order, &common));
	if (!common) {
		struct lx_sight view = { p->work->tx, p->region, p->charter, p->actor, NULL };
		LX_TRY(test_early(&view, &record, act, &relation));
		LX_TRY(lx_enter(p, &record, act, order->input, false, order->lang, &order->entry,
			&order->pending));
	}
	order->made_record = record.number;
	return LX_OK;
}

enum lx_code lx_perform_signed(struct lx_work *work, const struct lx_region *region,
	const struct lx_actor *actor, struct lx_order *order, const json_t *proof)
{
	struct lx_charter charter;
	struct lx_performing p = { .work = work,
		.region = region,
		.charter = &charter,
		.actor = actor,
		.aside = order->aside,
		.ordered = true,
		.proof = proof,
		.import = order->import };

	if (region->kept != NULL)
		LX_TRY(lx_charter_kept_load(work->tx, region, region->kept, &p.charter));
	else
		LX_TRY(lx_charter_load(work->tx, region, &charter));
	return perform(&p, order);
}

enum lx_code lx_perform(struct lx_work *work, const struct lx_region *region,
	const struct lx_actor *actor, struct lx_order *order)
{
	return lx_perform_signed(work, region, actor, order, NULL);
}
