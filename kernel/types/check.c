/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The checker of the tables: one function a rule, each over all types. */
#include "kernel/types/check.h"

#include "base/media.h"
#include "kernel/types/check_paths.h"
#include "kernel/types/input.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void lx_check_fault(struct lx_checking *k, const char *where, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	lx_buf_printf(
		k->faults, "%s%s%s: %s\n", k->type->name, where[0] == '\0' ? "" : ".", where, text);
	k->n++;
}

const struct lx_type *lx_check_type(const struct lx_checking *k, struct lx_text name)
{
	for (size_t i = 0; k->types[i] != NULL; i++)
		if (lx_text_is(name, k->types[i]->name))
			return k->types[i];
	return NULL;
}

/* Every word of a list must satisfy `fits`. */
static void each_word(struct lx_checking *k, const char *where, const char *list, const char *what,
	bool (*fits)(const struct lx_checking *k, struct lx_text word))
{
	struct lx_text rest = lx_text(list), word;

	while (lx_text_word(&rest, &word))
		if (!fits(k, word))
			lx_check_fault(k, where, "unknown %s '%.*s'", what, (int)word.len, word.at);
}

static bool is_state(const struct lx_checking *k, struct lx_text word)
{
	return lx_state_find(k->type, word) != NULL;
}

static bool is_act(const struct lx_checking *k, struct lx_text word)
{
	return lx_act_find(k->type, word) != NULL;
}

static bool is_relation(const struct lx_checking *k, struct lx_text word)
{
	return lx_relation_find(k->type, word) != NULL;
}

static bool is_term(const struct lx_checking *k, struct lx_text word)
{
	return lx_term_find(k->type, word) >= 0;
}

static bool is_field(const struct lx_checking *k, struct lx_text word)
{
	return lx_field_find(k->type->fields, word) >= 0;
}

static bool is_use(const struct lx_checking *k, struct lx_text word)
{
	(void)k;
	return lx_word_in(word, "list filter search thread unique actor");
}

static bool is_link_target(const struct lx_checking *k, struct lx_text word)
{
	struct lx_text type;

	(void)lx_text_split(&word, '.', &type);
	const struct lx_type *target = lx_check_type(k, type);
	return target != NULL && (word.len == 0 || lx_rows_find(target, word) >= 0);
}

static void check_count(struct lx_checking *k, const struct lx_field *field)
{
	struct lx_text rest = lx_text(field->of), list, name;

	(void)lx_text_split(&rest, '.', &list);
	int rows = lx_rows_find(k->type, list);
	if (rows < 0) {
		lx_check_fault(
			k, field->name, "counts unknown rows '%.*s'", (int)list.len, list.at);
		return;
	}
	if (rest.len > 0 && lx_text_split(&rest, '=', &name) &&
		lx_field_find(k->type->rows[rows].fields, name) < 0)
		lx_check_fault(
			k, field->name, "counts by unknown field '%.*s'", (int)name.len, name.at);
}

static void check_data(struct lx_checking *k, const struct lx_field *field)
{
	const struct lx_data_check *check = k->checks;

	while (check != NULL && check->name != NULL &&
		(field->of == NULL || strcmp(check->name, field->of) != 0))
		check++;
	if (check == NULL || check->name == NULL)
		lx_check_fault(
			k, field->name, "no checker '%s'", field->of == NULL ? "" : field->of);
}

static bool is_file_kind(const struct lx_checking *k, struct lx_text word)
{
	(void)k;
	return lx_media_is_word(word);
}

static void check_file(struct lx_checking *k, const struct lx_field *field)
{
	each_word(k, field->name, field->of, "kind of file", is_file_kind);
	if (field->of == NULL)
		lx_check_fault(k, field->name, "says nothing of what it holds");
	if (field->use != NULL)
		lx_check_fault(k, field->name, "a file is neither listed nor searched");
}

static void check_field(struct lx_checking *k, const struct lx_field *field)
{
	if (field->kind < LX_NUMBER || field->kind > LX_COUNT)
		lx_check_fault(k, field->name, "no kind");
	if (lx_word_in(lx_text(field->name), "state reason id hidden"))
		lx_check_fault(k, field->name, "the name is the kernel's");
	each_word(k, field->name, field->use, "use", is_use);
	each_word(k, field->name, field->seen_by, "relation", is_relation);
	if (field->kind == LX_LINK)
		each_word(k, field->name, field->of, "link target", is_link_target);
	if (field->kind == LX_COUNT)
		check_count(k, field);
	if (field->kind == LX_FILE)
		check_file(k, field);
	if (field->kind == LX_DATA)
		check_data(k, field);
	if ((field->kind == LX_CHOICE || field->kind == LX_CODE || field->kind == LX_LINK) &&
		field->of == NULL)
		lx_check_fault(k, field->name, "says nothing of what it holds");
	if (field->kind == LX_SEALED && field->seen_by == NULL)
		lx_check_fault(k, field->name, "sealed, but nobody is named who sees it");
	bool shown = field->use != NULL &&
		     (strstr(field->use, "list") != NULL || strstr(field->use, "filter") != NULL ||
			     strstr(field->use, "search") != NULL);
	if (field->seen_by != NULL && shown && strcmp(field->seen_by, "anyone") != 0 &&
		k->type->plural != NULL && field->kind != LX_LINK)
		lx_check_fault(k, field->name, "restricted, but listed, filtered or searched");
	if (lx_word_in(LX_TEXT_OF("thread"), field->use) && field->kind != LX_LINK)
		lx_check_fault(k, field->name, "a thread over no link");
}

static void check_fields(struct lx_checking *k)
{
	for (const struct lx_field *f = k->type->fields; f != NULL && f->name != NULL; f++)
		check_field(k, f);
	for (const struct lx_rows *r = k->type->rows; r != NULL && r->name != NULL; r++) {
		struct lx_text rest = lx_text(r->key), word;
		for (const struct lx_field *f = r->fields; f->name != NULL; f++)
			check_field(k, f);
		while (lx_text_word(&rest, &word))
			if (lx_field_find(r->fields, word) < 0)
				lx_check_fault(
					k, r->name, "unknown key '%.*s'", (int)word.len, word.at);
	}
	if (k->type->title != NULL && lx_field_find(k->type->fields, lx_text(k->type->title)) < 0)
		lx_check_fault(k, "", "titled by unknown field '%s'", k->type->title);
	each_word(k, "", k->type->readers, "relation", is_relation);
}

static bool reached(const struct lx_checking *k, const struct lx_state *state)
{
	for (const struct lx_act *a = k->type->acts; a->name != NULL; a++)
		if (a->to != NULL && strcmp(a->to, state->name) == 0)
			return true;
	return false;
}

static bool leads_out(const struct lx_checking *k, const struct lx_state *state)
{
	for (const struct lx_act *a = k->type->acts; a->name != NULL; a++) {
		bool from = a->from != NULL && lx_word_in(lx_text(state->name), a->from);
		if (from && (a->to == NULL || strcmp(a->to, state->name) != 0))
			return true;
	}
	return false;
}

static void check_states(struct lx_checking *k)
{
	for (const struct lx_state *s = k->type->states; s != NULL && s->name != NULL; s++) {
		struct lx_text rest = lx_text(s->awaits), word;
		each_word(k, s->name, s->awaits, "act", is_act);
		if (!reached(k, s))
			lx_check_fault(k, s->name, "no act leads here");
		if (s->mark != LX_DONE && s->mark != LX_SHUT && !leads_out(k, s))
			lx_check_fault(k, s->name, "open, but no act leads out");
		if (s->shown != LX_PUBLIC && k->type->readers == NULL)
			lx_check_fault(k, s->name, "withheld, but nobody is named who reads it");
		while (lx_text_word(&rest, &word)) {
			const struct lx_act *a = lx_act_find(k->type, word);
			if (a != NULL && a->from != NULL && strcmp(a->from, "*") != 0 &&
				!lx_word_in(lx_text(s->name), a->from))
				lx_check_fault(k, s->name,
					"awaits '%s', which is not possible here", a->name);
		}
	}
}

static void check_takes(struct lx_checking *k, const struct lx_act *act)
{
	struct lx_text rest = lx_text(act->takes);
	struct lx_taken taken;

	while (lx_takes_next(&rest, &taken)) {
		bool known = lx_text_is(taken.name, "*") || lx_text_is(taken.name, "reason") ||
			     (taken.sign == 0 ? is_field(k, taken.name)
					      : lx_rows_find(k->type, taken.name) >= 0);
		if (!known)
			lx_check_fault(k, act->name, "takes unknown word '%.*s'",
				(int)taken.name.len, taken.name.at);
	}
}

static void check_undo(struct lx_checking *k, const struct lx_act *act)
{
	const struct lx_act *undo;

	if (act->undo == NULL) {
		lx_check_fault(k, act->name, "says nothing of its reversal");
		return;
	}
	if (strcmp(act->undo, "-") == 0)
		return;
	undo = lx_act_find(k->type, lx_text(act->undo));
	if (undo == NULL) {
		lx_check_fault(k, act->name, "unknown reversal '%s'", act->undo);
		return;
	}
	/* a reversal that makes a new record (pledge, grant) is always possible */
	if (undo->from != NULL && strcmp(undo->from, "*") != 0 && act->to != NULL &&
		!lx_word_in(lx_text(act->to), undo->from))
		lx_check_fault(
			k, act->name, "its reversal '%s' is impossible afterwards", undo->name);
}

static void check_act(struct lx_checking *k, const struct lx_act *act)
{
	if (act->who == NULL)
		lx_check_fault(k, act->name, "nobody may do it");
	each_word(k, act->name, act->who, "relation", is_relation);
	if (act->from != NULL && strcmp(act->from, "*") != 0)
		each_word(k, act->name, act->from, "state", is_state);
	each_word(k, act->name, act->to, "state", is_state);
	each_word(k, act->name, act->starts, "term", is_term);
	each_word(k, act->name, act->within, "term", is_term);
	each_word(k, act->name, act->clears, "field", is_field);
	check_takes(k, act);
	check_undo(k, act);
	if (act->from == NULL && act->to == NULL)
		lx_check_fault(k, act->name, "makes a record in no state");
	if (act->consent != NULL && act->from == NULL)
		lx_check_fault(k, act->name, "asks consent on a record not yet made");
	if (act->consent != NULL && lx_consent_find(k->type, lx_text(act->consent)) == NULL)
		lx_check_fault(k, act->name, "unknown consent '%s'", act->consent);
	for (const struct lx_act *c = lx_common_acts; c->name != NULL; c++)
		if (strcmp(c->name, act->name) == 0)
			lx_check_fault(k, act->name, "the name is the kernel's");
}

static void check_relations(struct lx_checking *k)
{
	for (const struct lx_relation *r = k->type->relations; r != NULL && r->name != NULL; r++) {
		bool used = lx_word_in(lx_text(r->name), k->type->readers);
		for (const struct lx_act *a = k->type->acts; a->name != NULL; a++)
			used = used || lx_word_in(lx_text(r->name), a->who);
		for (const struct lx_field *f = k->type->fields; f != NULL && f->name != NULL; f++)
			used = used || lx_word_in(lx_text(r->name), f->seen_by);
		if (!used)
			lx_check_fault(k, r->name, "a relation that nothing uses");
		if (r->how != LX_LEVEL)
			lx_check_path(k, r->name, r->path);
		for (const struct lx_relation *c = lx_common_relations; c->name != NULL; c++)
			if (strcmp(c->name, r->name) == 0)
				lx_check_fault(k, r->name, "the name is the kernel's");
	}
}

static void check_consents(struct lx_checking *k)
{
	for (const struct lx_consent *c = k->type->consents; c != NULL && c->name != NULL; c++) {
		bool used = false;
		for (const struct lx_act *a = k->type->acts; a->name != NULL; a++)
			used = used || (a->consent != NULL && strcmp(a->consent, c->name) == 0);
		if (!used)
			lx_check_fault(k, c->name, "a consent that no act asks");
		struct lx_text rest = lx_text(c->asked), word;
		while (lx_text_word(&rest, &word)) {
			char path[160];
			(void)snprintf(path, sizeof path, "%.*s", (int)word.len, word.at);
			lx_check_path(k, c->name, path);
		}
		each_word(k, c->name, c->fails, "act", is_act);
	}
}

static void check_terms(struct lx_checking *k)
{
	for (const struct lx_term *t = k->type->terms; t != NULL && t->field != NULL; t++) {
		bool started = false, given = false;
		const struct lx_act *then = lx_act_find(k->type, lx_text(t->then));
		for (const struct lx_act *a = k->type->acts; a->name != NULL; a++) {
			bool needed;
			started = started || lx_word_in(lx_text(t->field), a->starts);
			given = given || lx_act_takes(a, t->field, &needed);
		}
		if (!is_field(k, lx_text(t->field)))
			lx_check_fault(k, t->field, "a term without its field");
		each_word(k, t->field, t->runs, "state", is_state);
		each_word(k, t->field, t->rests, "state", is_state);
		if (!started)
			lx_check_fault(k, t->field, "a term that nothing starts");
		if (t->length == NULL && !given)
			lx_check_fault(
				k, t->field, "a term without length, and no act gives its day");
		if (then == NULL)
			lx_check_fault(k, t->field, "unknown act '%s' when it has passed", t->then);
		struct lx_text rest = lx_text(t->runs), state;
		while (then != NULL && lx_text_word(&rest, &state))
			if (then->from == NULL ||
				(strcmp(then->from, "*") != 0 && !lx_word_in(state, then->from)))
				lx_check_fault(k, t->field,
					"runs in '%.*s', where '%s' is not possible",
					(int)state.len, state.at, then->name);
		if (t->days_of != NULL)
			lx_check_path(k, t->field, t->days_of);
	}
}

/* A clock's act must be entered by some term. */
static void check_clock(struct lx_checking *k)
{
	for (const struct lx_act *a = k->type->acts; a->name != NULL; a++) {
		bool entered = a->who == NULL || strcmp(a->who, "clock") != 0;
		for (const struct lx_term *t = k->type->terms; t != NULL && t->field != NULL; t++)
			entered = entered || strcmp(t->then, a->name) == 0;
		if (!entered)
			lx_check_fault(k, a->name, "the clock's, but no term enters it");
	}
}

static void check_messages(struct lx_checking *k);

size_t lx_types_check(const struct lx_type *const *types, const struct lx_data_check *checks,
	bool (*known)(const char *id), struct lx_buf *faults)
{
	struct lx_checking k = {
		.types = types, .checks = checks, .known = known, .faults = faults
	};

	for (size_t i = 0; types[i] != NULL; i++) {
		k.type = types[i];
		check_fields(&k);
		check_states(&k);
		for (const struct lx_act *a = k.type->acts; a->name != NULL; a++)
			check_act(&k, a);
		check_relations(&k);
		check_consents(&k);
		check_terms(&k);
		check_clock(&k);
		if (known != NULL)
			check_messages(&k);
	}
	return k.n;
}

static void need_key(struct lx_checking *k, const char *format, ...)
{
	char id[160];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(id, sizeof id, format, args);
	va_end(args);
	if (!k->known(id))
		lx_check_fault(k, "", "no sentence for '%s'", id);
}

static void field_keys(struct lx_checking *k, const struct lx_field *f)
{
	struct lx_text rest = lx_text(f->of), word;

	need_key(k, "%s.%s", k->type->name, f->name);
	while (f->kind == LX_CHOICE && lx_text_word(&rest, &word))
		need_key(k, "%s.%s.%.*s", k->type->name, f->name, (int)word.len, word.at);
}

/* Message keys are derived from names; the catalogues must hold each. */
static void check_messages(struct lx_checking *k)
{
	const char *type = k->type->name;

	need_key(k, "%s", type);
	need_key(k, "%s+", type);
	for (const struct lx_field *f = k->type->fields; f != NULL && f->name != NULL; f++)
		field_keys(k, f);
	for (const struct lx_rows *r = k->type->rows; r != NULL && r->name != NULL; r++) {
		need_key(k, "%s.%s", type, r->name);
		for (const struct lx_field *f = r->fields; f->name != NULL; f++)
			field_keys(k, f);
	}
	for (const struct lx_state *s = k->type->states; s != NULL && s->name != NULL; s++)
		need_key(k, "%s@%s", type, s->name);
	for (const struct lx_act *a = k->type->acts; a->name != NULL; a++) {
		need_key(k, "%s.%s", type, a->name);
		need_key(k, "%s.%s!", type, a->name);
		if (a->guard.fn != NULL && a->guard.name != NULL &&
			strncmp(a->guard.name, type, strlen(type)) == 0)
			continue; /* a guard names its own sentences where it refuses */
	}
	for (const struct lx_term *t = k->type->terms; t != NULL && t->field != NULL; t++)
		need_key(k, "%s~%s", type, t->field);
	for (const struct lx_relation *r = k->type->relations; r != NULL && r->name != NULL; r++)
		need_key(k, "%s:%s", type, r->name);
}
