/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Effects that the tables say. What not everyone may see is kept apart from the start. */
#include "kernel/types/effects.h"

#include "kernel/journal/journal.h"
#include "kernel/types/apply.h"
#include "kernel/types/input.h"

#include <string.h>

enum lx_code lx_effect_add(struct lx_case *c, json_t *list, json_t *effect)
{
	if (effect == NULL || json_array_append_new(list, effect) != 0)
		return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
	return LX_OK;
}

enum lx_code lx_effect_set(struct lx_case *c, const struct lx_field *field, json_t *value)
{
	json_t *list = field->seen_by == NULL ? c->open : c->inner;

	return lx_effect_add(c, list, json_pack("[s, s, o]", "set", field->name, value));
}

/* Pseudonym of who acts on this record, remembered as a standing under the relation's name. */
static enum lx_code actor_value(
	struct lx_case *c, const struct lx_field *field, bool stands, json_t **value)
{
	const struct lx_actor *actor = c->view.actor;
	const struct lx_type *type = c->record->shape->type;
	char pseudonym[LX_PSEUDONYM_TEXT];

	*value = NULL;
	if (field->kind == LX_LINK) {
		if (c->holding.holder.len > 0)
			*value = json_stringn(c->holding.holder.at, c->holding.holder.len);
		return LX_OK;
	}
	/* what follows from a granted consent is done by several: no one person */
	if (field->kind != LX_PERSON)
		return LX_OK;
	LX_TRY(lx_actor_pseudonym(c->work->tx, actor, type->name, c->record->number, pseudonym));
	if (pseudonym[0] == '\0')
		return LX_OK;
	if (stands && actor->kind == LX_BY_PERSON)
		LX_TRY(lx_vault_stand(
			c->work->tx, actor->person, type->name, c->record->number, field->name));
	*value = json_string(pseudonym);
	return LX_OK;
}

static bool by_actor(const struct lx_field *field)
{
	return lx_word_in(LX_TEXT_OF("actor"), field->use);
}

/* Fields of the record itself that are filled from who acts, when the act makes the record. */
static enum lx_code actor_fields(struct lx_case *c)
{
	for (const struct lx_field *f = c->record->shape->type->fields;
		f != NULL && f->name != NULL; f++) {
		json_t *value;
		if (!by_actor(f) || c->act->from != NULL)
			continue;
		LX_TRY(actor_value(c, f, true, &value));
		if (value != NULL)
			LX_TRY(lx_effect_set(c, f, value));
	}
	return LX_OK;
}

/* One row's effect, its restricted cells apart. `cells` is borrowed. */
static enum lx_code row_effect(
	struct lx_case *c, const struct lx_rows *rows, int64_t number, const json_t *cells)
{
	json_t *seen = json_object(), *hidden = json_object();
	bool any_open = false;
	enum lx_code code = LX_OK;

	for (const struct lx_field *f = rows->fields; f->name != NULL; f++) {
		json_t *cell = json_object_get(cells, f->name);
		any_open = any_open || f->seen_by == NULL;
		if (cell != NULL)
			(void)json_object_set(f->seen_by == NULL ? seen : hidden, f->name, cell);
	}
	bool has_hidden = json_object_size(hidden) > 0;
	if (any_open)
		code = lx_effect_add(c, c->open,
			json_pack("[s, s, I, O]", "row", rows->name, (json_int_t)number, seen));
	if (code == LX_OK && (has_hidden || !any_open))
		code = lx_effect_add(c, c->inner,
			json_pack("[s, s, I, O]", "row", rows->name, (json_int_t)number, hidden));
	json_decref(seen);
	json_decref(hidden);
	return code;
}

static enum lx_code row_dropped(struct lx_case *c, const struct lx_rows *rows, int64_t number)
{
	return lx_effect_add(
		c, c->open, json_pack("[s, s, I, n]", "row", rows->name, (json_int_t)number));
}

/* A list keyed by who acts: "+backer" adds the actor's own row, "-backer" takes it back. */
static enum lx_code own_row(struct lx_case *c, size_t list, char sign)
{
	const struct lx_rows_shape *shape = &c->record->shape->rows[list];
	const struct lx_field *key =
		&shape->rows->fields[lx_field_find(shape->rows->fields, lx_text(shape->rows->key))];
	struct lx_value row;
	json_t *who;

	LX_TRY(actor_value(c, key, false, &who));
	if (who == NULL)
		return lx_fail(c->call, LX_FORBIDDEN, NULL, "act.person", NULL);
	LX_CLOSE(lx_json_free) json_t *cells = json_pack("{s:o}", key->name, who);
	enum lx_code code = lx_one(c->work->tx, &shape->find,
		(struct lx_value[]){ LX_I(c->record->number), LX_S(json_string_value(who)) }, &row);
	if (code != LX_OK && code != LX_NOT_FOUND)
		return code;
	if (sign == '-') {
		if (code == LX_NOT_FOUND)
			return lx_fail(c->call, LX_CONFLICT, NULL, "act.not_there", NULL);
		LX_TRY(lx_vault_unstand(c->work->tx, c->view.actor->person,
			c->record->shape->type->name, c->record->number, shape->rows->name));
		return row_dropped(c, shape->rows, row.number);
	}
	if (code == LX_OK)
		return lx_fail(c->call, LX_CONFLICT, NULL, "act.twice", NULL);
	LX_TRY(lx_vault_stand(c->work->tx, c->view.actor->person, c->record->shape->type->name,
		c->record->number, shape->rows->name));
	return row_effect(c, shape->rows, c->record->given[list] + 1, cells);
}

static bool is_own_list(const struct lx_rows *rows)
{
	int key = rows->key == NULL ? -1 : lx_field_find(rows->fields, lx_text(rows->key));

	return key >= 0 && by_actor(&rows->fields[key]);
}

static bool same_key(const struct lx_rows *rows, const json_t *a, const json_t *b)
{
	struct lx_text rest = lx_text(rows->key), word;

	while (lx_text_word(&rest, &word)) {
		const char *name = rows->fields[lx_field_find(rows->fields, word)].name;
		if (!json_equal(json_object_get(a, name), json_object_get(b, name)))
			return false;
	}
	return true;
}

/* No two rows may share the key: against the table, and among the rows of this act. */
static enum lx_code key_free(struct lx_case *c, size_t list, const json_t *rows, size_t upto)
{
	const struct lx_rows_shape *shape = &c->record->shape->rows[list];
	struct lx_value binds[LX_QUERY_COLUMNS] = { LX_I(c->record->number) }, row;
	const json_t *own = json_array_get(rows, upto);
	struct lx_text rest = lx_text(shape->rows->key), word;
	size_t n = 1;

	if (shape->rows->key == NULL)
		return LX_OK;
	while (lx_text_word(&rest, &word)) {
		const struct lx_field *field =
			&shape->rows->fields[lx_field_find(shape->rows->fields, word)];
		const json_t *cell = json_object_get(own, field->name);
		if (cell == NULL || json_is_null(cell))
			return LX_OK;
		LX_TRY(lx_value_of_json(c->call, field, cell, &binds[n++]));
	}
	bool twice = false;
	for (size_t i = 0; i < upto && !twice; i++)
		twice = same_key(shape->rows, own, json_array_get(rows, i));
	if (!twice) {
		enum lx_code code = lx_one(c->work->tx, &shape->find, binds, &row);
		if (code == LX_NOT_FOUND)
			return LX_OK;
		LX_TRY(code);
	}
	return lx_fail(c->call, LX_CONFLICT, shape->rows->name, "act.row_twice", NULL);
}

/* A new row's fields that are filled from who acts. */
static enum lx_code row_actor(struct lx_case *c, const struct lx_rows *rows, json_t *row)
{
	json_t *value;

	for (const struct lx_field *f = rows->fields; f->name != NULL; f++) {
		if (!by_actor(f))
			continue;
		LX_TRY(actor_value(c, f, false, &value));
		if (value != NULL && json_object_set_new(row, f->name, value) != 0)
			return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
	}
	return LX_OK;
}

static enum lx_code input_rows(struct lx_case *c, size_t list, json_t *rows)
{
	const struct lx_rows *declared = c->record->shape->rows[list].rows;
	int64_t next = c->record->given[list];

	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = json_array_get(rows, i);
		int64_t number = json_integer_value(json_object_get(row, "row"));
		if (json_is_true(json_object_get(row, "drop"))) {
			LX_TRY(row_dropped(c, declared, number));
			continue;
		}
		if (number == 0) {
			LX_TRY(row_actor(c, declared, row));
			LX_TRY(key_free(c, list, rows, i));
			number = ++next;
		}
		LX_TRY(row_effect(c, declared, number, row));
	}
	return LX_OK;
}

/* A term that this act starts, or that runs, sets its field itself; the day of one that a later act starts is kept until then. */
static bool set_by_term(const struct lx_case *c, const struct lx_field *field)
{
	int term = lx_term_find(c->record->shape->type, lx_text(field->name));
	enum lx_stage stage = term < 0 ? LX_STAGE_NONE : c->record->terms[term].stage;

	if (term < 0)
		return false;
	return lx_word_in(lx_text(field->name), c->act->starts) ||
	       (stage != LX_STAGE_NONE && stage != LX_STAGE_OVER);
}

static enum lx_code input_effects(struct lx_case *c)
{
	const struct lx_type *type = c->record->shape->type;
	struct lx_text rest = lx_text(c->act->takes);
	struct lx_taken taken;

	for (const struct lx_field *f = type->fields; f != NULL && f->name != NULL; f++) {
		json_t *value = json_object_get(c->input, f->name);
		if (value != NULL && !set_by_term(c, f))
			LX_TRY(lx_effect_set(c, f, json_incref(value)));
	}
	for (size_t i = 0; i < c->record->shape->rows_n; i++) {
		json_t *rows = json_object_get(c->input, type->rows[i].name);
		if (rows != NULL)
			LX_TRY(input_rows(c, i, rows));
	}
	while (lx_takes_next(&rest, &taken)) {
		int list = taken.sign == 0 ? -1 : lx_rows_find(type, taken.name);
		if (list >= 0 && taken.sign != '=' && is_own_list(&type->rows[list]))
			LX_TRY(own_row(c, (size_t)list, taken.sign));
	}
	return LX_OK;
}

static enum lx_code clear_effects(struct lx_case *c)
{
	const struct lx_type *type = c->record->shape->type;
	struct lx_text rest = lx_text(c->act->clears), word;

	while (lx_text_word(&rest, &word)) {
		int i = lx_field_find(type->fields, word);
		if (i >= 0 && c->record->values[i].kind != LX_V_NULL)
			LX_TRY(lx_effect_set(c, &type->fields[i], json_null()));
	}
	return LX_OK;
}

struct lx_text lx_state_after(const struct lx_case *c)
{
	return c->act->to == NULL ? c->record->state : lx_text(c->act->to);
}

enum lx_code lx_effects_of_tables(struct lx_case *c)
{
	LX_TRY(actor_fields(c));
	LX_TRY(input_effects(c));
	LX_TRY(clear_effects(c));
	if (c->act->to != NULL && !lx_text_is(c->record->state, c->act->to))
		LX_TRY(lx_effect_add(
			c, c->open, json_pack("[s, s, s]", "set", "state", c->act->to)));
	if (strcmp(c->act->name, "hide") == 0)
		return lx_effect_add(c, c->open, json_pack("[s, s, b]", "set", "hidden", 1));
	if (strcmp(c->act->name, "unhide") == 0)
		return lx_effect_add(c, c->open, json_pack("[s, s, n]", "set", "hidden"));
	return LX_OK;
}

/* What this act sets already must not be set back by the older value. */
static bool is_set(const struct lx_case *c, const char *field)
{
	for (size_t i = 0; i < json_array_size(c->open); i++) {
		const json_t *effect = json_array_get(c->open, i);
		const char *what = json_string_value(json_array_get(effect, 0));
		const char *name = json_string_value(json_array_get(effect, 1));
		if (what != NULL && name != NULL && strcmp(name, field) == 0 &&
			(strcmp(what, "set") == 0 || strcmp(what, "term") == 0))
			return true;
	}
	return false;
}

/* What was bound in inner parts so far is bound in the open with the entry that opens it: outsiders have no other word for it. */
static enum lx_code bind_openly(struct lx_case *c, const json_t *value)
{
	struct lx_text ref = lx_text(json_string_value(value));
	struct lx_content content;
	int64_t number;

	if (!lx_text_starts(ref, "content/") ||
		!lx_text_int((struct lx_text){ ref.at + 8, ref.len - 8 }, &number))
		return LX_OK;
	LX_TRY(lx_content_read(c->work->tx, number, &content));
	if (json_object_set_new(c->bound, ref.at, json_string(content.commitment)) != 0)
		return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
	return LX_OK;
}

static enum lx_code open_fields(struct lx_case *c)
{
	const struct lx_record *record = c->record;
	const struct lx_type *type = record->shape->type;

	for (size_t i = 0; i < record->shape->fields_n; i++) {
		const struct lx_field *f = &type->fields[i];
		if (f->seen_by != NULL || f->kind == LX_COUNT ||
			record->values[i].kind == LX_V_NULL || is_set(c, f->name))
			continue;
		json_t *value = lx_json_of_value(f, &record->values[i]);
		LX_TRY(bind_openly(c, value));
		LX_TRY(lx_effect_set(c, f, value));
	}
	return LX_OK;
}

/* The open cells of a row; of a list that is restricted altogether nothing is said. */
static enum lx_code open_row(
	struct lx_case *c, const struct lx_rows *rows, const struct lx_row *row)
{
	LX_CLOSE(lx_json_free) json_t *cells = json_object();
	bool any = false;

	for (size_t i = 0; rows->fields[i].name != NULL; i++) {
		if (rows->fields[i].seen_by != NULL)
			continue;
		any = true;
		json_t *value = lx_json_of_value(&rows->fields[i], &row->values[i]);
		enum lx_code code = bind_openly(c, value);
		(void)json_object_set_new(cells, rows->fields[i].name, value);
		LX_TRY(code);
	}
	return any ? row_effect(c, rows, row->number, cells) : LX_OK;
}

enum lx_code lx_effects_whole(struct lx_case *c)
{
	const struct lx_record *record = c->record;

	LX_TRY(open_fields(c));
	for (size_t l = 0; l < record->shape->rows_n; l++)
		for (size_t r = 0; r < record->lists[l].n; r++)
			LX_TRY(open_row(
				c, &record->shape->type->rows[l], &record->lists[l].rows[r]));
	if (!is_set(c, "state"))
		LX_TRY(lx_effect_add(c, c->open,
			json_pack("[s, s, s%]", "set", "state", record->state.at,
				record->state.len)));
	return LX_OK;
}
