/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A value's two forms: as entries hold it (JSON) and as the derived tables hold it (a column). */
#include "base/decimal.h"
#include "kernel/types/apply.h"

#include <stdio.h>
#include <string.h>

unsigned lx_field_places(const struct lx_field *field)
{
	int64_t places = 0;

	(void)lx_text_int(lx_text(field->of), &places);
	return (unsigned)places;
}

/* "content/12" → 12 */
static bool numbered(const char *text, const char *what, int64_t *number)
{
	size_t n = strlen(what);

	return strncmp(text, what, n) == 0 && text[n] == '/' &&
	       lx_text_int(lx_text(text + n + 1), number) && *number > 0;
}

static enum lx_code copied(struct lx_call *call, const char *text, size_t n, struct lx_value *value)
{
	char *copy = lx_arena_copy(call->arena, text, n);

	if (copy == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	*value = LX_T(((struct lx_text){ copy, n }));
	return LX_OK;
}

static enum lx_code names(struct lx_call *call, const json_t *json, struct lx_value *value)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	LX_TRY(lx_json_canonical(&out, json, &call->fault));
	return copied(call, out.at, out.len, value);
}

static enum lx_code of_string(struct lx_call *call, const struct lx_field *field, const char *text,
	struct lx_value *value)
{
	int64_t number;
	bool fits;

	switch (field->kind) {
	case LX_DECIMAL:
		fits = lx_decimal_read(lx_text(text), lx_field_places(field), &number);
		break;
	case LX_MONEY:
		fits = lx_text_int(lx_text(text), &number);
		break;
	case LX_TEXT:
	case LX_FILE:
	case LX_DATA:
		fits = numbered(text, "content", &number);
		break;
	case LX_SEALED:
		fits = numbered(text, "seal", &number);
		break;
	default:
		return copied(call, text, strlen(text), value);
	}
	if (!fits)
		return LX_CONFLICT;
	*value = LX_I(number);
	return LX_OK;
}

enum lx_code lx_value_of_json(struct lx_call *call, const struct lx_field *field,
	const json_t *json, struct lx_value *value)
{
	bool whole = field->kind == LX_NUMBER || field->kind == LX_MOMENT ||
		     field->kind == LX_COUNT;

	if (json_is_null(json)) {
		*value = LX_N;
		return LX_OK;
	}
	if (whole != (bool)json_is_integer(json) ||
		(field->kind == LX_NAMES) != (bool)json_is_object(json))
		return LX_CONFLICT;
	if (whole) {
		*value = LX_I(json_integer_value(json));
		return LX_OK;
	}
	if (field->kind == LX_NAMES)
		return names(call, json, value);
	return json_is_string(json) ? of_string(call, field, json_string_value(json), value)
				    : LX_CONFLICT;
}

json_t *lx_json_of_value(const struct lx_field *field, const struct lx_value *value)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	if (value->kind == LX_V_NULL)
		return json_null();
	switch (field->kind) {
	case LX_NUMBER:
	case LX_MOMENT:
	case LX_COUNT:
		return json_integer(value->number);
	case LX_DECIMAL:
		lx_decimal_write(&out, value->number, lx_field_places(field));
		return json_stringn(out.at, out.len);
	case LX_MONEY:
		lx_buf_int(&out, value->number);
		return json_stringn(out.at, out.len);
	case LX_TEXT:
	case LX_FILE:
	case LX_DATA:
		return json_sprintf("content/%lld", (long long)value->number);
	case LX_SEALED:
		return json_sprintf("seal/%lld", (long long)value->number);
	case LX_NAMES:
		return lx_json_own(value->text);
	default:
		return json_stringn(value->text.at, value->text.len);
	}
}
