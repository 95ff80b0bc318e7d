/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The eight effects and the one function that applies them. */
#include "kernel/types/apply.h"

#include "kernel/types/batch.h"
#include "kernel/types/marks.h"
#include "kernel/types/proof.h"
#include "kernel/types/search_text.h"
#include "kernel/types/types_queries.h"
#include "kernel/types/upcast.h"

#include <string.h>

struct applying {
	struct lx_tx *tx;
	struct lx_call *call;
	const struct lx_region *region;
	struct lx_record *record;
	const json_t *entry; /* the part that holds act and actor */
	int64_t n, at;
	bool searched;          /* something that search shows has changed */
	struct lx_batch *batch; /* NULL: everything is written at once */
	struct lx_held *held;
};

static enum lx_code malformed(struct applying *a, const char *what)
{
	return lx_fail(
		a->call, LX_CONFLICT, NULL, "types.entry", "%lld (%s)", (long long)a->n, what);
}

static const char *string_at(const json_t *array, size_t i)
{
	const char *text = json_string_value(json_array_get(array, i));

	return text == NULL ? "" : text;
}

/* An optional text into the record's memory. */
static enum lx_code kept(struct applying *a, const char *text, struct lx_text *copy)
{
	char *bytes = lx_arena_copy(a->call->arena, text, strlen(text));

	if (bytes == NULL)
		return lx_fail(a->call, LX_BROKEN, NULL, "base.memory", NULL);
	*copy = lx_text(bytes);
	return LX_OK;
}

static enum lx_code keep_value(struct applying *a, const struct lx_field *field, const json_t *json,
	struct lx_value *value)
{
	enum lx_code code = lx_value_of_json(a->call, field, json, value);

	return code == LX_CONFLICT ? malformed(a, field->name) : code;
}

static enum lx_code apply_set(struct applying *a, const json_t *effect)
{
	const char *name = string_at(effect, 1);
	const json_t *value = json_array_get(effect, 2);
	struct lx_record *record = a->record;

	a->searched = true;
	if (strcmp(name, "state") == 0)
		return kept(a, string_at(effect, 2), &record->state);
	if (strcmp(name, "hidden") == 0) {
		record->hidden = json_is_null(value) ? 0 : a->n;
		return LX_OK;
	}
	int i = lx_field_find(record->shape->type->fields, lx_text(name));
	if (i < 0 || value == NULL)
		return malformed(a, name);
	return keep_value(a, &record->shape->type->fields[i], value, &record->values[i]);
}

/* Whether a row counts for a LX_COUNT field: "backer" all, "roll.voted=yes" those whose field has the word. */
static bool counts(
	const struct lx_field *count, const struct lx_rows *rows, const struct lx_value *values)
{
	struct lx_text rest = lx_text(count->of), list, field;

	(void)lx_text_split(&rest, '.', &list);
	if (!lx_text_is(list, rows->name) || values == NULL)
		return false;
	if (rest.len == 0)
		return true;
	(void)lx_text_split(&rest, '=', &field);
	int i = lx_field_find(rows->fields, field);
	return i >= 0 && lx_text_equal(values[i].text, rest);
}

static void recount(struct lx_record *record, const struct lx_rows *rows,
	const struct lx_value *before, const struct lx_value *after)
{
	const struct lx_field *fields = record->shape->type->fields;

	for (size_t i = 0; i < record->shape->fields_n; i++)
		if (fields[i].kind == LX_COUNT)
			record->values[i].number += counts(&fields[i], rows, after) -
						    counts(&fields[i], rows, before);
}

static enum lx_code add_row(struct applying *a, struct lx_row_list *rows, struct lx_row row)
{
	if (rows->n == lx_rows_room(rows->n)) {
		struct lx_row *more = lx_array(a->call, lx_rows_room(rows->n + 1), sizeof *more);
		if (more == NULL)
			return LX_BROKEN;
		if (rows->n > 0)
			memcpy(more, rows->rows, rows->n * sizeof *more);
		rows->rows = more;
	}
	rows->rows[rows->n++] = row;
	return LX_OK;
}

/* The list in memory follows the table, for lists that are loaded. */
static enum lx_code list_row(
	struct applying *a, size_t list, int64_t number, struct lx_value *values)
{
	struct lx_row_list *rows = &a->record->lists[list];
	size_t at = 0;

	if (a->record->shape->type->rows[list].many)
		return LX_OK;
	while (at < rows->n && rows->rows[at].number != number)
		at++;
	if (at < rows->n && values != NULL) {
		rows->rows[at].values = values;
		return LX_OK;
	}
	if (at < rows->n) {
		memmove(rows->rows + at, rows->rows + at + 1,
			(rows->n - at - 1) * sizeof *rows->rows);
		rows->n--;
		return LX_OK;
	}
	if (values == NULL)
		return LX_OK;
	return add_row(a, rows, (struct lx_row){ number, values });
}

/* Writes one row: `values` all its fields, or NULL to remove it; `before` what it was, or NULL. */
static enum lx_code write_row(struct applying *a, size_t list, int64_t number,
	struct lx_value *values, const struct lx_value *before)
{
	const struct lx_rows_shape *shape = &a->record->shape->rows[list];
	struct lx_value binds[LX_QUERY_COLUMNS] = { LX_I(a->record->number), LX_I(number) };

	if (values == NULL) {
		LX_TRY(lx_run(a->tx, &shape->cut, binds));
	} else {
		memcpy(binds + 2, values, shape->fields_n * sizeof *values);
		LX_TRY(lx_run(a->tx, &shape->put, binds));
	}
	if (number > a->record->given[list])
		a->record->given[list] = number;
	recount(a->record, shape->rows, before, values);
	return list_row(a, list, number, values);
}

/* The row as it is, into out[]; *found tells whether there is one. */
static enum lx_code row_before(
	struct applying *a, size_t list, int64_t number, struct lx_value *out, bool *found)
{
	struct lx_value binds[] = { LX_I(a->record->number), LX_I(number) },
			cells[LX_QUERY_COLUMNS];
	const struct lx_rows_shape *shape = &a->record->shape->rows[list];

	*found = false;
	if (number > a->record->given[list])
		return LX_OK;
	enum lx_code code = lx_one(a->tx, &shape->one, binds, cells);
	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	memcpy(out, cells + 1, shape->fields_n * sizeof *out);
	*found = true;
	return LX_OK;
}

static enum lx_code merge_cells(
	struct applying *a, size_t list, const json_t *cells, struct lx_value *values)
{
	const struct lx_field *fields = a->record->shape->type->rows[list].fields;
	const char *key;
	json_t *cell;

	json_object_foreach((json_t *)cells, key, cell)
	{
		int i = lx_field_find(fields, lx_text(key));
		if (i < 0)
			return malformed(a, key);
		LX_TRY(keep_value(a, &fields[i], cell, &values[i]));
	}
	return LX_OK;
}

static enum lx_code apply_row(struct applying *a, const json_t *effect)
{
	int list = lx_rows_find(a->record->shape->type, lx_text(string_at(effect, 1)));
	int64_t number = json_integer_value(json_array_get(effect, 2));
	const json_t *cells = json_array_get(effect, 3);
	struct lx_value before[LX_QUERY_COLUMNS];
	bool found;

	if (list < 0 || number < 1 || cells == NULL)
		return malformed(a, "row");
	LX_TRY(row_before(a, (size_t)list, number, before, &found));
	if (json_is_null(cells))
		return write_row(a, (size_t)list, number, NULL, found ? before : NULL);
	size_t width = a->record->shape->rows[list].fields_n;
	struct lx_value *values = lx_array(a->call, width, sizeof *values);
	if (values == NULL)
		return LX_BROKEN;
	if (found)
		memcpy(values, before, width * sizeof *values);
	LX_TRY(merge_cells(a, (size_t)list, cells, values));
	return write_row(a, (size_t)list, number, values, found ? before : NULL);
}

static enum lx_code apply_rows(struct applying *a, const json_t *effect)
{
	int list = lx_rows_find(a->record->shape->type, lx_text(string_at(effect, 1)));
	const json_t *names = json_array_get(effect, 2), *rows = json_array_get(effect, 4);
	int64_t number = json_integer_value(json_array_get(effect, 3));

	if (list < 0 || number < 1 || !json_is_array(names) || !json_is_array(rows))
		return malformed(a, "rows");
	const struct lx_rows_shape *shape = &a->record->shape->rows[list];
	for (size_t i = 0; i < json_array_size(rows); i++, number++) {
		struct lx_value *values = lx_array(a->call, shape->fields_n, sizeof *values);
		if (values == NULL)
			return LX_BROKEN;
		for (size_t k = 0; k < json_array_size(names); k++) {
			int field = lx_field_find(
				shape->rows->fields, lx_text(string_at(names, k)));
			const json_t *cell = json_array_get(json_array_get(rows, i), k);
			if (field < 0 || cell == NULL)
				return malformed(a, string_at(names, k));
			LX_TRY(keep_value(a, &shape->rows->fields[field], cell, &values[field]));
		}
		LX_TRY(write_row(a, (size_t)list, number, values, NULL));
	}
	return LX_OK;
}

static enum lx_code write_term(struct applying *a, int term)
{
	if (a->held == NULL)
		return lx_record_put_term(a->tx, a->record, (size_t)term);
	a->held->terms[term] = true;
	return LX_OK;
}

/* ["term", field, stage, ms|null, warn?]: sets the field too. */
static enum lx_code apply_term(struct applying *a, const json_t *effect)
{
	const struct lx_type *type = a->record->shape->type;
	int term = lx_term_find(type, lx_text(string_at(effect, 1)));
	int field = lx_field_find(type->fields, lx_text(string_at(effect, 1)));
	const json_t *moment = json_array_get(effect, 3);
	int stage = LX_STAGE_RUNS;

	while (stage <= LX_STAGE_OVER && strcmp(lx_stage_names[stage], string_at(effect, 2)) != 0)
		stage++;
	if (term < 0 || field < 0 || stage > LX_STAGE_OVER)
		return malformed(a, "term");
	struct lx_term_now *now = &a->record->terms[term];
	now->stage = (enum lx_stage)stage;
	now->moment = json_integer_value(moment);
	now->warn = json_integer_value(json_array_get(effect, 4));
	if (stage == LX_STAGE_RUNS)
		now->late_n = 0;
	if (stage == LX_STAGE_LATE)
		now->late_n = a->n;
	if (stage != LX_STAGE_RESTS && type->fields[field].kind == LX_MOMENT)
		a->record->values[field] = json_is_null(moment) ? LX_N : LX_I(now->moment);
	return write_term(a, term);
}

static const char *member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static struct lx_value text_or_null(const char *text)
{
	return text == NULL ? LX_N : LX_S(text);
}

static enum lx_code dumped(struct applying *a, const json_t *json, struct lx_value *value)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	LX_TRY(lx_json_canonical(&out, json, &a->call->fault));
	char *copy = lx_arena_copy(a->call->arena, out.at, out.len);
	if (copy == NULL)
		return lx_fail(a->call, LX_BROKEN, NULL, "base.memory", NULL);
	*value = LX_T(((struct lx_text){ copy, out.len }));
	return LX_OK;
}

/* ["ask", n, {act, input, rule, voices, until, on?, reason?}] */
static enum lx_code apply_ask(struct applying *a, const json_t *effect)
{
	const json_t *asked = json_array_get(effect, 2);
	const char *act = member(asked, "act"), *rule = member(asked, "rule"),
		   *by = member(a->entry, "by");
	struct lx_value input, voices;

	if (act == NULL || rule == NULL || by == NULL)
		return malformed(a, "ask");
	LX_TRY(dumped(a, json_object_get(asked, "input"), &input));
	LX_TRY(dumped(a, json_object_get(asked, "voices"), &voices));
	return lx_run(a->tx, &lx_q_consent_put,
		(struct lx_value[]){ LX_S(a->record->shape->type->name), LX_I(a->record->number),
			LX_I(json_integer_value(json_array_get(effect, 1))), LX_S(act), LX_S(rule),
			input, voices, text_or_null(member(asked, "on")),
			text_or_null(member(asked, "reason")), LX_S(by),
			text_or_null(member(a->entry, "for")), text_or_null(member(a->entry, "as")),
			LX_I(json_integer_value(json_object_get(asked, "until"))), LX_I(a->n) });
}

/* ["say", n, voice, "yes"|"no"|"abstain", content?, on?] */
static enum lx_code apply_say(struct applying *a, const json_t *effect)
{
	return lx_run(a->tx, &lx_q_voice_put,
		(struct lx_value[]){ LX_S(a->record->shape->type->name), LX_I(a->record->number),
			LX_I(json_integer_value(json_array_get(effect, 1))),
			LX_S(string_at(effect, 2)), LX_S(string_at(effect, 3)),
			text_or_null(json_string_value(json_array_get(effect, 4))),
			text_or_null(json_string_value(json_array_get(effect, 5))), LX_I(a->n) });
}

/* ["close", n, "granted"|"refused"|"overtaken"] */
static enum lx_code apply_close(struct applying *a, const json_t *effect)
{
	int64_t number = json_integer_value(json_array_get(effect, 1));

	for (size_t i = 0; i < a->record->pending_n; i++)
		if (a->record->pending[i].number == number) {
			LX_TRY(kept(a, string_at(effect, 2), &a->record->pending[i].stage));
			a->record->pending[i].closed_n = a->n;
		}
	return lx_run(a->tx, &lx_q_consent_close,
		(struct lx_value[]){ LX_S(a->record->shape->type->name), LX_I(a->record->number),
			LX_I(number), LX_S(string_at(effect, 2)), LX_I(a->n) });
}

/* ["gone", ref, ground]: the content's bytes went when the entry was made; search forgets them here. */
static enum lx_code apply_gone(struct applying *a, const json_t *effect)
{
	(void)effect;
	a->searched = true;
	return LX_OK;
}

static const struct {
	const char *name;
	enum lx_code (*apply)(struct applying *a, const json_t *effect);
} effects[] = {
	{ "set", apply_set },
	{ "row", apply_row },
	{ "rows", apply_rows },
	{ "term", apply_term },
	{ "ask", apply_ask },
	{ "say", apply_say },
	{ "close", apply_close },
	{ "gone", apply_gone },
};

static enum lx_code apply_effects(struct applying *a, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *effect = json_array_get(list, i);
		size_t k = 0;
		while (k < sizeof effects / sizeof effects[0] &&
			strcmp(effects[k].name, string_at(effect, 0)) != 0)
			k++;
		if (k == sizeof effects / sizeof effects[0])
			return malformed(a, string_at(effect, 0));
		LX_TRY(effects[k].apply(a, effect));
	}
	return LX_OK;
}

static enum lx_code find_shape(struct applying *a, const struct lx_shape **shape, int64_t *number)
{
	const char *of = member(a->entry, "of");
	struct lx_ref ref;

	if (of == NULL || !lx_ref_read(lx_text(of), &ref))
		return malformed(a, "of");
	*shape = lx_shape_find(a->region, ref.type);
	*number = ref.number;
	return *shape == NULL ? malformed(a, of) : LX_OK;
}

static enum lx_code load(
	struct applying *a, const struct lx_shape *shape, int64_t number, struct lx_record *loaded)
{
	enum lx_code code = lx_record_load_rows(a->tx, shape, number, loaded);

	if (code == LX_NOT_FOUND)
		code = lx_record_blank(a->call, shape, number, loaded);
	return code;
}

/* Nobody looks for a record whose number is higher than any that was given. */
static enum lx_code load_held(struct applying *a, const struct lx_shape *shape, int64_t number)
{
	struct lx_held *all = lx_batch_hold(a->batch, shape, 0);

	if (all == NULL)
		return lx_fail(a->call, LX_BROKEN, NULL, "base.memory", NULL);
	if (!all->loaded)
		LX_TRY(lx_record_last(a->tx, shape, &all->top));
	all->loaded = true;
	if (number <= all->top)
		return load(a, shape, number, a->record);
	all->top = number;
	return lx_record_blank(a->call, shape, number, a->record);
}

/* The record that the batch holds, loaded when it is first needed. */
static enum lx_code hold_record(struct applying *a)
{
	const struct lx_shape *shape;
	int64_t number;

	LX_TRY(find_shape(a, &shape, &number));
	a->held = lx_batch_hold(a->batch, shape, number);
	if (a->held == NULL)
		return lx_fail(a->call, LX_BROKEN, NULL, "base.memory", NULL);
	a->record = &a->held->record;
	if (a->held->loaded)
		return LX_OK;
	a->held->terms = lx_array(a->call, shape->terms_n, sizeof *a->held->terms);
	if (a->held->terms == NULL)
		return LX_BROKEN;
	LX_TRY(load_held(a, shape, number));
	a->held->loaded = true;
	return LX_OK;
}

static enum lx_code find_record(struct applying *a, struct lx_record *loaded)
{
	const struct lx_shape *shape;
	int64_t number;

	LX_TRY(find_shape(a, &shape, &number));
	a->record = loaded;
	return load(a, shape, number, loaded);
}

/* Contents that the entry binds in the open can be asked for by their commitment. */
static enum lx_code note_contents(struct applying *a, const json_t *with)
{
	const char *ref;
	json_t *commitment;

	json_object_foreach((json_t *)with, ref, commitment)
	{
		int64_t number;
		if (!lx_text_starts(lx_text(ref), "content/"))
			continue;
		if (!lx_text_int(lx_text(ref + 8), &number) || !json_is_string(commitment))
			return malformed(a, ref);
		LX_TRY(lx_run(a->tx, &lx_q_open_content_put,
			(struct lx_value[]){ LX_S(json_string_value(commitment)), LX_I(number),
				LX_S(a->record->shape->type->name), LX_I(a->record->number) }));
	}
	return LX_OK;
}

static enum lx_code save(struct applying *a)
{
	if (a->held == NULL)
		return lx_record_save(a->tx, a->record);
	a->held->searched |= a->searched;
	return lx_batch_changed(a->batch, a->record);
}

static enum lx_code finish(struct applying *a, bool shut)
{
	struct lx_record *record = a->record;
	const char *act = member(a->entry, "act"), *by = member(a->entry, "by");

	if (act == NULL || by == NULL || record->state.len == 0)
		return malformed(a, "act");
	if (!record->made) {
		record->made = true;
		record->made_n = a->n;
		record->made_at = a->at;
	}
	record->last_n = a->n;
	record->last_at = a->at;
	LX_TRY(save(a));
	LX_TRY(lx_marks_type(a->tx, a->batch, record, a->n));
	LX_TRY(lx_marks_lead(a->tx, a->batch, record, a->n));
	if (record->shape->type->derive != NULL)
		LX_TRY(record->shape->type->derive(a->tx, record));
	LX_TRY(lx_run(a->tx, &lx_q_timeline_put,
		(struct lx_value[]){ LX_I(a->n), LX_S(record->shape->type->name),
			LX_I(record->number), LX_S(act), LX_I(a->at), LX_S(by), LX_I(!shut),
			LX_I(json_integer_value(json_object_get(a->entry, "undoes"))) }));
	return a->searched && a->held == NULL ? lx_search_text_update(a->tx, record) : LX_OK;
}

/* The entry on the record given, or on the one that it names. */
static enum lx_code apply_entry(struct applying *a, const json_t *open, const json_t *inner)
{
	bool shut = json_object_get(open, "shut") != NULL;
	bool replayed = a->record == NULL;
	struct lx_record loaded;

	a->call = lx_tx_call(a->tx);
	a->entry = shut ? inner : open;
	a->at = json_integer_value(json_object_get(open, "at"));
	if (shut && inner == NULL)
		return malformed(a, "inner");
	if (a->record == NULL)
		LX_TRY(a->batch == NULL ? find_record(a, &loaded) : hold_record(a));
	LX_CLOSE(lx_json_free) json_t *list = NULL;
	LX_TRY(lx_proof_apply(a->tx, a->region, a->n, a->at, a->entry, a->record, replayed));
	LX_TRY(lx_upcast(a->call, a->record, a->entry, a->entry, &list));
	/* what it leads to before the act, too */
	LX_TRY(lx_marks_lead(a->tx, a->batch, a->record, a->n));
	LX_TRY(apply_effects(a, list));
	LX_CLOSE(lx_json_free) json_t *inside = NULL;
	if (!shut && inner != NULL) {
		LX_TRY(lx_upcast(a->call, a->record, a->entry, inner, &inside));
		LX_TRY(apply_effects(a, inside));
	}
	LX_TRY(note_contents(a, json_object_get(open, "with")));
	return finish(a, shut);
}

enum lx_code lx_apply(struct lx_tx *tx, const struct lx_region *region, int64_t n,
	const json_t *open, const json_t *inner, struct lx_record *record)
{
	struct applying a = { .tx = tx, .region = region, .n = n, .record = record };

	return apply_entry(&a, open, inner);
}

enum lx_code lx_apply_held(
	struct lx_batch *batch, int64_t n, const json_t *open, const json_t *inner)
{
	struct applying a = { .tx = batch->tx, .region = batch->region, .n = n, .batch = batch };

	return apply_entry(&a, open, inner);
}
