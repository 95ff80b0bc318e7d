/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* JSON: the writer, the canonical form, the bounded reader. */
#include "base/json.h"

#include "base/json_plain.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAFE_INTEGER INT64_C(9007199254740991) /* 2^53 - 1: what every reader of JSON can hold */

static void newline(struct lx_json *json)
{
	if (json->indent == 0)
		return;
	lx_buf_char(json->out, '\n');
	for (unsigned i = 0; i < json->indent * json->depth; i++)
		lx_buf_char(json->out, ' ');
}

static void before(struct lx_json *json)
{
	if (json->keyed) {
		json->keyed = false;
		return;
	}
	if (json->some)
		lx_buf_char(json->out, ',');
	if (json->depth > 0)
		newline(json);
	json->some = true;
}

void lx_json_open(struct lx_json *json, char brace)
{
	before(json);
	lx_buf_char(json->out, brace);
	json->depth++;
	json->some = false;
}

void lx_json_close(struct lx_json *json, char brace)
{
	json->depth--;
	if (json->some)
		newline(json);
	lx_buf_char(json->out, brace);
	json->some = true;
}

/* RFC 8785, 3.2.2.2: only what must be escaped is, with the short forms where there are some. */
static void quoted(struct lx_buf *out, const char *at, size_t n)
{
	static const char shorts[] = "\b\t\n\f\r", names[] = "btnfr";
	size_t from = 0;

	lx_buf_char(out, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)at[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		lx_buf_put(out, at + from, i - from);
		from = i + 1;
		const char *found = c == 0 ? NULL : memchr(shorts, c, 5);
		if (c == '"' || c == '\\')
			lx_buf_printf(out, "\\%c", c);
		else if (found != NULL)
			lx_buf_printf(out, "\\%c", names[found - shorts]);
		else
			lx_buf_printf(out, "\\u%04x", c);
	}
	lx_buf_put(out, at + from, n - from);
	lx_buf_char(out, '"');
}

void lx_json_key(struct lx_json *json, const char *key)
{
	before(json);
	quoted(json->out, key, strlen(key));
	lx_buf_char(json->out, ':');
	if (json->indent != 0)
		lx_buf_char(json->out, ' ');
	json->keyed = true;
}

void lx_json_text(struct lx_json *json, struct lx_text text)
{
	before(json);
	quoted(json->out, text.at, text.len);
}

void lx_json_str(struct lx_json *json, const char *zero_terminated)
{
	lx_json_text(json, lx_text(zero_terminated));
}

void lx_json_int(struct lx_json *json, int64_t number)
{
	before(json);
	lx_buf_int(json->out, number);
}

void lx_json_bool(struct lx_json *json, bool yes)
{
	before(json);
	lx_buf_str(json->out, yes ? "true" : "false");
}

void lx_json_null(struct lx_json *json)
{
	before(json);
	lx_buf_str(json->out, "null");
}

void lx_json_real(struct lx_json *json, double number)
{
	char digits[32];

	if (!isfinite(number)) {
		lx_json_null(json);
		return;
	}
	for (int precision = 15; precision <= 17; precision++) {
		(void)snprintf(digits, sizeof digits, "%.*g", precision, number);
		if (strtod(digits, NULL) == number)
			break;
	}
	before(json);
	lx_buf_str(json->out, digits);
}

void lx_json_raw(struct lx_json *json, struct lx_text text)
{
	before(json);
	lx_buf_text(json->out, text);
}

/* UTF-16 code unit order (RFC 8785, 3.2.3): characters beyond U+FFFF sort by their surrogates, that
 * is before U+E000..U+FFFF. */
static uint32_t utf16_rank(uint32_t code)
{
	return code >= 0x10000 ? 0xd800 + ((code - 0x10000) >> 10) : code;
}

static int by_utf16(const void *left, const void *right)
{
	const char *a = *(const char *const *)left, *b = *(const char *const *)right;
	size_t i = 0, j = 0, n = strlen(a), m = strlen(b);

	while (i < n && j < m) {
		uint32_t x = lx_utf8_next(a, n, &i), y = lx_utf8_next(b, m, &j);
		if (x == y)
			continue;
		uint32_t p = utf16_rank(x), q = utf16_rank(y);
		if (p == q)
			return x < y ? -1 : 1;
		return p < q ? -1 : 1;
	}
	return (i < n) - (j < m);
}

/* Where to, and whether fractions may stand there. */
struct writing {
	struct lx_buf *out;
	struct lx_fault *fault;
	bool fractions;
};

static enum lx_code canonical(const struct writing *w, const json_t *value, unsigned depth);

static enum lx_code canonical_pairs(
	const struct writing *w, const json_t *value, const char **keys, unsigned depth)
{
	size_t n = 0;
	const char *key;
	json_t *item;

	json_object_foreach((json_t *)value, key, item) keys[n++] = key;
	qsort(keys, n, sizeof keys[0], by_utf16);
	lx_buf_char(w->out, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			lx_buf_char(w->out, ',');
		quoted(w->out, keys[i], strlen(keys[i]));
		lx_buf_char(w->out, ':');
		LX_TRY(canonical(w, json_object_get(value, keys[i]), depth + 1));
	}
	lx_buf_char(w->out, '}');
	return LX_OK;
}

static enum lx_code canonical_object(const struct writing *w, const json_t *value, unsigned depth)
{
	const char *few[16]; /* nearly every object; stacks of the server's threads are small */
	size_t n = json_object_size(value);

	if (n <= sizeof few / sizeof few[0])
		return canonical_pairs(w, value, few, depth);
	const char **keys = lx_memory_new(n * sizeof *keys);
	if (keys == NULL)
		return lx_fault_set(w->fault, LX_BROKEN, NULL, "base.memory", NULL);
	enum lx_code code = canonical_pairs(w, value, keys, depth);
	lx_memory_free(keys);
	return code;
}

static enum lx_code canonical_array(const struct writing *w, const json_t *value, unsigned depth)
{
	lx_buf_char(w->out, '[');
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (i > 0)
			lx_buf_char(w->out, ',');
		LX_TRY(canonical(w, json_array_get(value, i), depth + 1));
	}
	lx_buf_char(w->out, ']');
	return LX_OK;
}

static enum lx_code canonical(const struct writing *w, const json_t *value, unsigned depth)
{
	if (depth > LX_JSON_DEPTH)
		return lx_fault_set(w->fault, LX_INVALID, NULL, "base.json_deep", NULL);
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return canonical_object(w, value, depth);
	case JSON_ARRAY:
		return canonical_array(w, value, depth);
	case JSON_STRING:
		quoted(w->out, json_string_value(value), json_string_length(value));
		return LX_OK;
	case JSON_INTEGER:
		if (llabs(json_integer_value(value)) > SAFE_INTEGER)
			break;
		lx_buf_int(w->out, json_integer_value(value));
		return LX_OK;
	case JSON_REAL:
		if (!w->fractions)
			break;
		lx_json_real(&(struct lx_json){ .out = w->out }, json_real_value(value));
		return LX_OK;
	case JSON_TRUE:
	case JSON_FALSE:
		lx_buf_str(w->out, json_is_true(value) ? "true" : "false");
		return LX_OK;
	case JSON_NULL:
		lx_buf_str(w->out, "null");
		return LX_OK;
	}
	return lx_fault_set(w->fault, LX_INVALID, NULL, "base.json_number", NULL);
}

static enum lx_code write_whole(const struct writing *w, const json_t *value)
{
	LX_TRY(canonical(w, value, 0));
	if (lx_buf_failed(w->out))
		return lx_fault_set(w->fault, LX_BROKEN, NULL, "base.memory", NULL);
	return LX_OK;
}

enum lx_code lx_json_canonical(struct lx_buf *out, const json_t *value, struct lx_fault *fault)
{
	return write_whole(&(struct writing){ out, fault, false }, value);
}

enum lx_code lx_json_told(struct lx_buf *out, const json_t *value, struct lx_fault *fault)
{
	return write_whole(&(struct writing){ out, fault, true }, value);
}

/* Brackets outside strings, counted before jansson recurses into them. */
static bool too_deep(struct lx_text text)
{
	unsigned depth = 0;
	bool inside = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		if (inside && c == '\\')
			i++;
		else if (c == '"')
			inside = !inside;
		else if (!inside && (c == '{' || c == '[') && ++depth > LX_JSON_DEPTH)
			return true;
		else if (!inside && (c == '}' || c == ']') && depth > 0)
			depth--;
	}
	return false;
}

enum lx_code lx_json_read(struct lx_fault *fault, struct lx_text text, json_t **value)
{
	json_error_t error;

	json_t *read = lx_json_plain(text);
	if (read == NULL && too_deep(text))
		return lx_fault_set(fault, LX_INVALID, NULL, "base.json_deep", NULL);
	if (read == NULL)
		read = json_loadb(
			text.at, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (read == NULL)
		return lx_fault_at(
			fault, LX_INVALID, error.line, error.column, "base.json", "%s", error.text);
	*value = read;
	return LX_OK;
}

json_t *lx_json_own(struct lx_text text)
{
	json_t *read = lx_json_plain(text);

	return read != NULL ? read : json_loadb(text.at, text.len, JSON_DECODE_ANY, NULL);
}

void lx_json_free(json_t **value)
{
	json_decref(*value);
	*value = NULL;
}
