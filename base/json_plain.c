/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Plain JSON, read without looking at any character twice: entries, inner parts and most requests have no escapes and no
 * fractions, and reading them is a third of a rebuild by jansson's own reader. Whatever is not plain, or not right,
 * is left to that reader, which also words the fault; so both say the same of every text.
 */
#include "base/json_plain.h"

#include "base/json.h"

#include <string.h>

#define DIGITS_MOST 18 /* of an integer that surely fits */

struct plain {
	const char *at, *end;
	unsigned depth;
};

static json_t *value(struct plain *p);

static void blanks(struct plain *p)
{
	while (p->at < p->end &&
		(*p->at == ' ' || *p->at == '\n' || *p->at == '\t' || *p->at == '\r'))
		p->at++;
}

/* The mark after blanks; false: it is not there, and nothing is taken. */
static bool take(struct plain *p, char mark)
{
	blanks(p);
	if (p->at == p->end || *p->at != mark)
		return false;
	p->at++;
	return true;
}

/* What stands between the quotes; the opening one is taken already. */
static bool string(struct plain *p, struct lx_text *text)
{
	const char *from = p->at;

	while (p->at < p->end && *p->at != '"') {
		if ((unsigned char)*p->at < 0x20 || *p->at == '\\')
			return false;
		p->at++;
	}
	*text = (struct lx_text){ from, (size_t)(p->at - from) };
	if (p->at == p->end)
		return false;
	p->at++;
	return true;
}

static json_t *number(struct plain *p)
{
	const char *from = p->at;
	bool below = *from == '-';
	json_int_t sum = 0;

	for (p->at += below; p->at < p->end && *p->at >= '0' && *p->at <= '9'; p->at++)
		if (p->at - from < DIGITS_MOST + below)
			sum = 10 * sum + (*p->at - '0');
	size_t digits = (size_t)(p->at - from) - below;
	bool more = p->at < p->end && (*p->at == '.' || *p->at == 'e' || *p->at == 'E');
	if (digits == 0 || digits > DIGITS_MOST || more)
		return NULL;
	if (from[below] == '0' && (digits > 1 || below))
		return NULL;
	return json_integer(below ? -sum : sum);
}

static json_t *word(struct plain *p, const char *is, json_t *means)
{
	size_t n = strlen(is);

	if ((size_t)(p->end - p->at) < n || memcmp(p->at, is, n) != 0)
		return NULL;
	p->at += n;
	return means;
}

/* One member; a key that was there already is not plain. */
static bool pair(struct plain *p, json_t *object)
{
	size_t before = json_object_size(object);
	struct lx_text key;

	if (!take(p, '"') || !string(p, &key) || !take(p, ':'))
		return false;
	json_t *of = value(p);
	return of != NULL && json_object_setn_new_nocheck(object, key.at, key.len, of) == 0 &&
	       json_object_size(object) > before;
}

static json_t *object(struct plain *p)
{
	LX_CLOSE(lx_json_free) json_t *made = json_object();

	if (made == NULL || take(p, '}'))
		return json_incref(made);
	do
		if (!pair(p, made))
			return NULL;
	while (take(p, ','));
	return take(p, '}') ? json_incref(made) : NULL;
}

static json_t *array(struct plain *p)
{
	LX_CLOSE(lx_json_free) json_t *made = json_array();

	if (made == NULL || take(p, ']'))
		return json_incref(made);
	do {
		json_t *item = value(p);
		if (item == NULL || json_array_append_new(made, item) != 0)
			return NULL;
	} while (take(p, ','));
	return take(p, ']') ? json_incref(made) : NULL;
}

static json_t *nested(struct plain *p, json_t *(*read)(struct plain *p))
{
	if (p->depth == LX_JSON_DEPTH)
		return NULL;
	p->at++;
	p->depth++;
	json_t *made = read(p);
	p->depth--;
	return made;
}

static json_t *value(struct plain *p)
{
	struct lx_text text;

	blanks(p);
	if (p->at == p->end)
		return NULL;
	switch (*p->at) {
	case '{':
		return nested(p, object);
	case '[':
		return nested(p, array);
	case '"':
		p->at++;
		return string(p, &text) ? json_stringn_nocheck(text.at, text.len) : NULL;
	case 't':
		return word(p, "true", json_true());
	case 'f':
		return word(p, "false", json_false());
	case 'n':
		return word(p, "null", json_null());
	default:
		return *p->at == '-' || (*p->at >= '0' && *p->at <= '9') ? number(p) : NULL;
	}
}

json_t *lx_json_plain(struct lx_text text)
{
	struct plain p = { text.at, text.at + text.len, 0 };

	if (text.len == 0 || !lx_utf8_valid(text.at, text.len, NULL))
		return NULL;
	json_t *read = value(&p);
	blanks(&p);
	if (p.at != p.end)
		lx_json_free(&read);
	return read;
}
