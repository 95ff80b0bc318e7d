/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The acts a reader may take on a record, and why not where one is near but not possible. */
#include "kernel/pages/pages.h"

#include "kernel/types/input.h"

#include <string.h>

#define ACTS_MOST 48

struct offering {
	const struct lx_reader *reader;
	const struct lx_shape *shape;
	const struct lx_record *record; /* NULL: a list */
	struct lx_act_view *acts;
	size_t n;
	bool main_given;
};

/* A row that only says who acts (a backer) is filled in from who acts. */
static bool says_who_only(const struct lx_rows *rows)
{
	for (const struct lx_field *f = rows->fields; f->name != NULL; f++)
		if (!lx_word_in(LX_TEXT_OF("actor"), f->use))
			return false;
	return true;
}

/* Acts that take nothing are posted by a button; others have a form of their own. */
static bool takes_nothing(const struct lx_type *type, const struct lx_act *act)
{
	struct lx_text rest = lx_text(act->takes);
	struct lx_taken taken;

	if (act->consent != NULL || act->dated)
		return false;
	while (lx_takes_next(&rest, &taken)) {
		int list = taken.sign == 0 ? -1 : lx_rows_find(type, taken.name);
		if (list < 0 || !says_who_only(&type->rows[list]))
			return false;
	}
	return true;
}

static struct lx_address address_of(const struct offering *o, const struct lx_act *act)
{
	if (o->record == NULL || act->from == NULL)
		return lx_address_make(
			o->reader->call, "/%s/new/%s", o->shape->type->plural, act->name);
	return lx_address_make(o->reader->call, "%s/%s/%lld/%s",
		o->reader->actor.kind == LX_BY_VISITOR ? "/follow" : "", o->shape->type->plural,
		(long long)o->record->number, act->name);
}

static struct lx_words label_of(const struct offering *o, const struct lx_act *act)
{
	return lx_show_key(o->reader, o->shape->type->name, ".", lx_text(act->name));
}

static bool awaited(const struct offering *o, const struct lx_act *act)
{
	const struct lx_state *state = o->record == NULL
					       ? NULL
					       : lx_state_find(o->shape->type, o->record->state);

	return state != NULL && lx_word_in(lx_text(act->name), state->awaits);
}

static void offer(struct offering *o, const struct lx_act *act, const char *reason)
{
	struct lx_act_view *view = &o->acts[o->n];

	if (o->n == ACTS_MOST)
		return;
	*view = (struct lx_act_view){ .label = label_of(o, act) };
	o->n++;
	if (reason != NULL) {
		view->reason = lx_words_str(lx_tr(o->reader->request->lang, reason));
		return;
	}
	view->address = address_of(o, act);
	view->posts = takes_nothing(o->shape->type, act);
	view->csrf = lx_text(o->reader->request->visitor.csrf);
	if (view->posts)
		view->once = lx_show_once(o->reader);
	if (!o->main_given && awaited(o, act))
		o->main_given = view->main = true;
}

/* A relation that a visitor could come to hold: by signing in, by having the residence verified. */
static const char *nearly(const struct offering *o, const struct lx_act *act)
{
	if (o->reader->actor.kind == LX_BY_VISITOR)
		return NULL;
	if (!lx_word_in(LX_TEXT_OF("resident"), act->who) &&
		!lx_word_in(LX_TEXT_OF("person"), act->who))
		return NULL;
	return o->reader->request->visitor.account == 0 ? "page.sign_in_first"
							: "page.verify_first";
}

/* Backing twice, or taking back what was not given, is not offered. */
static enum lx_code own_row_there(const struct offering *o, const struct lx_act *act, bool *fits)
{
	struct lx_text rest = lx_text(act->takes);
	struct lx_taken taken;
	struct lx_standing *standings;
	size_t n;

	*fits = true;
	while (o->record != NULL && lx_takes_next(&rest, &taken)) {
		int list = taken.sign == 0 ? -1 : lx_rows_find(o->shape->type, taken.name);
		if (list < 0 || !o->shape->type->rows[list].many || o->reader->actor.person == 0)
			continue;
		LX_TRY(lx_vault_standings(o->reader->tx, o->reader->actor.person,
			o->shape->type->name, o->shape->type->rows[list].name, 1000, &standings,
			&n));
		bool there = false;
		for (size_t i = 0; i < n; i++)
			there = there || standings[i].record == o->record->number;
		*fits = there == (taken.sign == '-');
	}
	return LX_OK;
}

static enum lx_code consider(struct offering *o, const struct lx_act *act)
{
	struct lx_call *call = o->reader->call;
	const struct lx_relation *relation;
	struct lx_record blank;
	bool fits;

	if (o->record == NULL)
		LX_TRY(lx_record_blank(call, o->shape, INT64_MAX, &blank));
	if ((o->record == NULL) != (act->from == NULL))
		return LX_OK;
	struct lx_holding holding;
	LX_TRY(lx_relation_any(&o->reader->sight, o->record == NULL ? &blank : o->record, act->who,
		&relation, &holding));
	/* who may make a record can depend on what is filled in: officials are let to the form */
	if (relation == NULL && o->record == NULL && o->reader->actor.mandates_n > 0 &&
		strcmp(act->who, "cause") != 0 && strcmp(act->who, "clock") != 0) {
		offer(o, act, NULL);
		return LX_OK;
	}
	if (relation == NULL) {
		const char *reason = nearly(o, act);
		if (reason != NULL &&
			(o->record == NULL || awaited(o, act) || strncmp(act->takes, "+", 1) == 0))
			offer(o, act, reason);
		return LX_OK;
	}
	if (o->record != NULL) {
		enum lx_code code = lx_act_possible(&o->reader->sight, o->record, act, &relation);
		if (code == LX_BROKEN)
			return code;
		bool late = code != LX_OK && call->fault.msgid != NULL &&
			    strcmp(call->fault.msgid, "act.too_late") == 0;
		lx_fault_clear(&call->fault);
		if (code != LX_OK) {
			if (late)
				offer(o, act, "page.too_late");
			return LX_OK;
		}
	}
	LX_TRY(own_row_there(o, act, &fits));
	if (fits)
		offer(o, act, NULL);
	return LX_OK;
}

/* hide and unhide for the secretariat; correct and gone are reached from the timeline and the API. */
static enum lx_code common_acts(struct offering *o)
{
	for (const struct lx_act *act = lx_common_acts; act->name != NULL; act++) {
		bool hide = strcmp(act->name, "hide") == 0 && o->record->hidden == 0;
		bool unhide = strcmp(act->name, "unhide") == 0 && o->record->hidden != 0;
		if (hide || unhide)
			LX_TRY(consider(o, act));
	}
	return LX_OK;
}

enum lx_code lx_item_acts(const struct lx_reader *reader, const struct lx_shape *shape,
	const struct lx_record *record, struct lx_act_view **acts, size_t *n)
{
	struct offering o = { .reader = reader,
		.shape = shape,
		.record = record,
		.acts = lx_array(reader->call, ACTS_MOST, sizeof *o.acts) };

	if (o.acts == NULL)
		return LX_BROKEN;
	bool entered = lx_charter_on(&reader->charter, shape->type->name);
	bool founding = reader->charter.founding &&
			!lx_word_in(lx_text(shape->type->name), "charter mandate");
	if (entered && !founding) {
		for (const struct lx_act *act = shape->type->acts; act->name != NULL; act++)
			LX_TRY(consider(&o, act));
		if (record != NULL)
			LX_TRY(common_acts(&o));
	}
	if (record != NULL && reader->actor.kind == LX_BY_VISITOR && o.n < ACTS_MOST)
		o.acts[o.n++] = (struct lx_act_view){
			.label = lx_words_str(lx_tr(reader->request->lang, "visit.leave")),
			.address = lx_address_make(reader->call, "/follow/%s/%lld/end-visit",
				shape->type->plural, (long long)record->number),
			.posts = true
		};
	*acts = o.acts;
	*n = o.n;
	return LX_OK;
}
