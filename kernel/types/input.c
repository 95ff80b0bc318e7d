/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Walking over what an act takes, row by row and field by field. The kinds are decoded in kinds.c. */
#include "kernel/types/input.h"

#include "kernel/types/kinds.h"

#include <stdio.h>
#include <string.h>

#define ROWS_MOST 5000 /* of one act; larger lists are imports */

bool lx_takes_next(struct lx_text *rest, struct lx_taken *taken)
{
	struct lx_text word;

	if (!lx_text_word(rest, &word))
		return false;
	*taken = (struct lx_taken){ .needed = true };
	if (word.len > 1 && strchr("+=-*", word.at[0]) != NULL) {
		taken->sign = word.at[0];
		word = (struct lx_text){ word.at + 1, word.len - 1 };
	}
	if (word.at[word.len - 1] == '?') {
		taken->needed = false;
		word.len--;
	}
	taken->name = word;
	return true;
}

bool lx_act_takes(const struct lx_act *act, const char *word, bool *needed)
{
	struct lx_text rest = lx_text(act->takes);
	struct lx_taken taken;

	while (lx_takes_next(&rest, &taken))
		if (lx_text_is(taken.name, word)) {
			*needed = taken.needed;
			return true;
		}
	return false;
}

void lx_field_bounds(const struct lx_field *field, int64_t *low, int64_t *high)
{
	const char *dots = field->of == NULL ? NULL : strstr(field->of, "..");

	*low = INT64_MIN;
	*high = INT64_MAX;
	if (dots == NULL) {
		if (field->kind == LX_WORD || field->kind == LX_NAMES)
			(void)lx_text_int(lx_text(field->of), high);
		return;
	}
	(void)lx_text_int((struct lx_text){ field->of, (size_t)(dots - field->of) }, low);
	(void)lx_text_int(lx_text(dots + 2), high);
}

static bool by_actor(const struct lx_field *field)
{
	return lx_word_in(LX_TEXT_OF("actor"), field->use);
}

static bool blank(const json_t *raw)
{
	return raw == NULL || json_is_null(raw) ||
	       (json_is_string(raw) && json_string_length(raw) == 0);
}

/* One field into `into`; `path` is what faults name ("helper.0.member"). */
static enum lx_code decode_field(struct lx_case *c, const struct lx_field *field, const char *path,
	const json_t *raw, bool needed, json_t *into)
{
	json_t *value = NULL;

	if (by_actor(field))
		return raw == NULL
			       ? LX_OK
			       : lx_fail(c->call, LX_INVALID, path, "input.unknown", "%s", path);
	if (blank(raw)) {
		if (needed)
			return lx_fail(c->call, LX_INVALID, path, "input.needed", NULL);
		/* an explicit null empties the field; a blank form field was left out */
		return json_is_null(raw)
			       ? (json_object_set_new(into, field->name, json_null()), LX_OK)
			       : LX_OK;
	}
	LX_TRY(lx_kind_decode(c, field, path, raw, &value));
	if (json_object_set_new(into, field->name, value) != 0)
		return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
	return LX_OK;
}

/* The row an object names must be there; `own` is the actor's own row of a list keyed by who acts. */
static enum lx_code decode_row_number(
	struct lx_case *c, size_t list, const json_t *raw, const char *path, json_t *into)
{
	const json_t *number = json_object_get(raw, "row");
	struct lx_value cells[LX_QUERY_COLUMNS];

	if (!json_is_integer(number))
		return lx_fail(c->call, LX_INVALID, path, "input.row_needed", NULL);
	struct lx_value binds[] = { LX_I(c->record->number), LX_I(json_integer_value(number)) };
	enum lx_code code = lx_one(c->work->tx, &c->record->shape->rows[list].one, binds, cells);
	if (code == LX_NOT_FOUND)
		return lx_fail(c->call, LX_INVALID, path, "input.row_none", NULL);
	LX_TRY(code);
	(void)json_object_set(into, "row", (json_t *)number);
	return LX_OK;
}

static enum lx_code unknown_keys(
	struct lx_case *c, const struct lx_field *fields, const char *prefix, const json_t *raw)
{
	const char *key;
	json_t *value;
	char path[2 * LX_FIELD_MAX]; /* cut at a whole character by lx_fail */

	json_object_foreach((json_t *)raw, key, value)
	{
		bool of_rows = strcmp(key, "row") == 0 || strcmp(key, "drop") == 0;
		if (of_rows || lx_field_find(fields, lx_text(key)) >= 0)
			continue;
		(void)snprintf(path, sizeof path, "%s.%s", prefix, key);
		return lx_fail(c->call, LX_INVALID, path, "input.unknown", "%s", key);
	}
	return LX_OK;
}

static enum lx_code decode_row(struct lx_case *c, size_t list, char sign, const json_t *raw,
	const char *path, json_t *into)
{
	const struct lx_rows *rows = &c->record->shape->type->rows[list];
	bool drops = json_is_true(json_object_get(raw, "drop")),
	     names = json_object_get(raw, "row") != NULL;
	char inner[2 * LX_FIELD_MAX];

	if (!json_is_object(raw))
		return lx_fail(c->call, LX_INVALID, path, "input.row_form", NULL);
	LX_TRY(unknown_keys(c, rows->fields, path, raw));
	if (names || sign == '=' || sign == '-')
		LX_TRY(decode_row_number(c, list, raw, path, into));
	if (sign == '+' && (names || drops))
		return lx_fail(c->call, LX_INVALID, path, "input.row_new", NULL);
	if (sign == '-' || drops) {
		(void)json_object_set_new(into, "drop", json_true());
		return LX_OK;
	}
	for (const struct lx_field *f = rows->fields; f->name != NULL; f++) {
		(void)snprintf(inner, sizeof inner, "%s.%s", path, f->name);
		bool needed = !names && lx_word_in(lx_text(f->name), rows->key);
		LX_TRY(decode_field(c, f, inner, json_object_get(raw, f->name), needed, into));
	}
	return LX_OK;
}

/* A list keyed by who acts ("backer"): the row is the actor's own and nothing is sent. */
static bool own_list(const struct lx_rows *rows)
{
	int key = rows->key == NULL ? -1 : lx_field_find(rows->fields, lx_text(rows->key));

	return key >= 0 && by_actor(&rows->fields[key]);
}

static enum lx_code decode_rows(
	struct lx_case *c, size_t list, char sign, const json_t *raw, bool needed)
{
	const struct lx_rows *rows = &c->record->shape->type->rows[list];
	size_t n = json_is_array(raw) ? json_array_size(raw) : 0;
	char path[LX_FIELD_MAX];

	if (own_list(rows) && sign != '=')
		return LX_OK; /* decided from the actor alone */
	if (raw != NULL && !json_is_null(raw) && !json_is_array(raw))
		return lx_fail(c->call, LX_INVALID, rows->name, "input.rows_form", NULL);
	if (n == 0 && needed)
		return lx_fail(c->call, LX_INVALID, rows->name, "input.needed", NULL);
	if (n > ROWS_MOST)
		return lx_fail(c->call, LX_INVALID, rows->name, "input.rows_many", "%d", ROWS_MOST);
	json_t *list_out = json_array();
	if (json_object_set_new(c->input, rows->name, list_out) != 0)
		return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
	for (size_t i = 0; i < n; i++) {
		json_t *row = json_object();
		(void)snprintf(path, sizeof path, "%s.%zu", rows->name, i);
		if (json_array_append_new(list_out, row) != 0)
			return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
		LX_TRY(decode_row(c, list, sign, json_array_get(raw, i), path, row));
	}
	return LX_OK;
}

static const struct lx_field reason_field = { "reason", LX_TEXT, "2..4000" };
static const struct lx_field day_field = { "on", LX_DATE };

static enum lx_code decode_one(struct lx_case *c, const struct lx_taken *taken, const json_t *raw)
{
	const struct lx_type *type = c->record->shape->type;
	char name[LX_FIELD_MAX];
	int i;

	(void)snprintf(name, sizeof name, "%.*s", (int)taken->name.len, taken->name.at);
	const json_t *value = json_object_get(raw, name);
	if (strcmp(name, "reason") == 0)
		return decode_field(c, &reason_field, name, value, taken->needed, c->input);
	if (taken->sign == 0 && (i = lx_field_find(type->fields, taken->name)) >= 0)
		return decode_field(c, &type->fields[i], name, value, taken->needed, c->input);
	i = lx_rows_find(type, taken->name);
	return i < 0 ? LX_OK : decode_rows(c, (size_t)i, taken->sign, value, taken->needed);
}

/* "*": whatever of the type's fields and lists was sent. */
static enum lx_code decode_all(struct lx_case *c, const json_t *raw)
{
	const struct lx_type *type = c->record->shape->type;

	for (const struct lx_field *f = type->fields; f != NULL && f->name != NULL; f++)
		if (f->kind != LX_COUNT && lx_term_find(type, lx_text(f->name)) < 0)
			LX_TRY(decode_field(
				c, f, f->name, json_object_get(raw, f->name), false, c->input));
	for (size_t i = 0; i < c->record->shape->rows_n; i++)
		if (json_object_get(raw, type->rows[i].name) != NULL)
			LX_TRY(decode_rows(
				c, i, '*', json_object_get(raw, type->rows[i].name), false));
	return LX_OK;
}

static enum lx_code refuse_unknown(struct lx_case *c, const json_t *raw)
{
	bool any = c->act->takes != NULL && lx_word_in(LX_TEXT_OF("*"), c->act->takes);
	const struct lx_type *type = c->record->shape->type;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)raw, key, value)
	{
		bool needed;
		bool dated = c->act->dated && strcmp(key, "on") == 0;
		bool of_type = lx_field_find(type->fields, lx_text(key)) >= 0 ||
			       lx_rows_find(type, lx_text(key)) >= 0;
		if (!dated && !lx_act_takes(c->act, key, &needed) && !(any && of_type))
			return lx_fail(c->call, LX_INVALID, key, "input.unknown", "%s", key);
	}
	return LX_OK;
}

enum lx_code lx_input_decode(struct lx_case *c, const json_t *raw)
{
	struct lx_text rest = lx_text(c->act->takes);
	struct lx_taken taken;

	if (raw != NULL && !json_is_object(raw))
		return lx_fail(c->call, LX_INVALID, NULL, "input.object", NULL);
	LX_TRY(refuse_unknown(c, raw));
	while (lx_takes_next(&rest, &taken)) {
		if (lx_text_is(taken.name, "*"))
			LX_TRY(decode_all(c, raw));
		else
			LX_TRY(decode_one(c, &taken, raw));
	}
	return decode_field(c, &day_field, "on", json_object_get(raw, "on"), false, c->input);
}
