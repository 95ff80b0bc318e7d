/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Recognising canonical JSON without building anything: a descent over the bytes. */
#include "kernel/journal/form.h"

#include "kernel/journal/journal.h"

#include "base/json.h"

#include <string.h>

#define SAFE_INTEGER INT64_C(9007199254740991)
#define SAFE_DIGITS  16

/* `at` moves over the bytes up to `end`. */
struct scan {
	const char *at, *end;
	unsigned depth;
};

/* Called for each pair of the outermost object. */
typedef bool pair_fn(void *with, struct lx_text key, struct lx_text value);

static bool take(struct scan *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool word(struct scan *s, const char *text, size_t n)
{
	if ((size_t)(s->end - s->at) < n || memcmp(s->at, text, n) != 0)
		return false;
	s->at += n;
	return true;
}

static bool number(struct scan *s)
{
	const char *from = s->at;
	int64_t value = 0;

	bool negative = take(s, '-');
	const char *digits = s->at;
	while (s->at < s->end && *s->at >= '0' && *s->at <= '9' && s->at - digits < SAFE_DIGITS)
		value = 10 * value + (*s->at++ - '0');
	if (s->at == digits || value > SAFE_INTEGER)
		return false;
	if (*digits == '0' && (s->at - digits > 1 || negative))
		return false;
	return s->at > from;
}

/* The only escapes of the canonical form: \" \\ \b \t \n \f \r, and \u00xx for other controls. */
static bool escape(struct scan *s)
{
	static const char hex[] = "0123456789abcdef";

	if (s->end - s->at < 2)
		return false;
	char c = s->at[1];
	if (c != '\0' && strchr("\"\\btnfr", c) != NULL) {
		s->at += 2;
		return true;
	}
	if (c != 'u' || s->end - s->at < 6 || memcmp(s->at + 2, "00", 2) != 0)
		return false;
	const char *low = s->at[5] == '\0' ? NULL : strchr(hex, s->at[5]);
	if ((s->at[4] != '0' && s->at[4] != '1') || low == NULL)
		return false;
	int code = (s->at[4] - '0') * 16 + (int)(low - hex);
	s->at += 6;
	return code != 0 && memchr("\b\t\n\f\r", code, 5) == NULL;
}

static bool string(struct scan *s)
{
	if (!take(s, '"'))
		return false;
	while (s->at < s->end && *s->at != '"') {
		if ((unsigned char)*s->at < 0x20)
			return false;
		if (*s->at != '\\')
			s->at++;
		else if (!escape(s))
			return false;
	}
	return take(s, '"');
}

/* A key: printable ASCII without quote and backslash, so that its bytes are its order. */
static bool key(struct scan *s, struct lx_text *text)
{
	if (!take(s, '"'))
		return false;
	text->at = s->at;
	while (s->at < s->end && *s->at >= 0x20 && *s->at < 0x7f && *s->at != '"' && *s->at != '\\')
		s->at++;
	text->len = (size_t)(s->at - text->at);
	return take(s, '"') && take(s, ':');
}

static bool value(struct scan *s);

static bool object(struct scan *s, pair_fn *each, void *with)
{
	struct lx_text last = { NULL, 0 }, name, bytes;

	if (take(s, '}'))
		return true;
	do {
		if (!key(s, &name) || (last.at != NULL && lx_text_order(last, name) >= 0))
			return false;
		bytes.at = s->at;
		if (!value(s))
			return false;
		bytes.len = (size_t)(s->at - bytes.at);
		if (each != NULL && !each(with, name, bytes))
			return false;
		last = name;
	} while (take(s, ','));
	return take(s, '}');
}

static bool array(struct scan *s)
{
	if (take(s, ']'))
		return true;
	do {
		if (!value(s))
			return false;
	} while (take(s, ','));
	return take(s, ']');
}

static bool nested(struct scan *s, bool is_object)
{
	if (++s->depth > LX_JSON_DEPTH)
		return false;
	s->at++;
	bool good = is_object ? object(s, NULL, NULL) : array(s);
	s->depth--;
	return good;
}

static bool value(struct scan *s)
{
	if (s->at == s->end)
		return false;
	switch (*s->at) {
	case '{':
		return nested(s, true);
	case '[':
		return nested(s, false);
	case '"':
		return string(s);
	case 't':
		return word(s, "true", 4);
	case 'f':
		return word(s, "false", 5);
	case 'n':
		return word(s, "null", 4);
	default:
		return number(s);
	}
}

/* The whole of the bytes as one object; `each` hears of its pairs. */
static bool whole(struct lx_text bytes, pair_fn *each, void *with)
{
	struct scan s = { .at = bytes.at, .end = bytes.at + bytes.len, .depth = 1 };

	return bytes.len > 0 && lx_utf8_valid(bytes.at, bytes.len, NULL) && take(&s, '{') &&
	       object(&s, each, with) && s.at == s.end;
}

bool lx_form_canonical(struct lx_text bytes)
{
	return whole(bytes, NULL, NULL);
}

static bool only_strings(void *with, struct lx_text name, struct lx_text bytes)
{
	(void)with;
	(void)name;
	return bytes.at[0] == '"';
}

static bool object_of_strings(struct lx_text bytes)
{
	return bytes.at[0] == '{' && whole(bytes, only_strings, NULL);
}

static struct lx_text unquoted(struct lx_text bytes)
{
	return (struct lx_text){ bytes.at + 1, bytes.len - 2 };
}

static bool head_pair(void *with, struct lx_text name, struct lx_text bytes)
{
	struct lx_entry_head *head = with;

	if (lx_text_is(name, "format"))
		return lx_text_int(bytes, &head->format);
	if (lx_text_is(name, "n"))
		return lx_text_int(bytes, &head->n);
	if (lx_text_is(name, "at"))
		return lx_text_int(bytes, &head->at);
	if (lx_text_is(name, "inner")) {
		head->inner = unquoted(bytes);
		return bytes.at[0] == '"';
	}
	if (lx_text_is(name, "with")) {
		head->with = bytes;
		return object_of_strings(bytes);
	}
	return true;
}

bool lx_form_entry(struct lx_text bytes, struct lx_entry_head *head)
{
	*head = (struct lx_entry_head){ .format = -1, .n = -1, .at = -1 };
	return whole(bytes, head_pair, head) && head->format >= 0 &&
	       head->format <= LX_ENTRY_FORMAT && head->n >= 1 && head->at >= 0;
}

static bool inner_pair(void *with, struct lx_text name, struct lx_text bytes)
{
	if (!lx_text_is(name, "with"))
		return true;
	*(struct lx_text *)with = bytes;
	return object_of_strings(bytes);
}

bool lx_form_inner(struct lx_text bytes, struct lx_text *with)
{
	*with = (struct lx_text){ NULL, 0 };
	return whole(bytes, inner_pair, with);
}

bool lx_form_bound(struct lx_text *with, struct lx_text *ref, struct lx_text *commitment)
{
	struct scan s = { .at = with->at, .end = with->at + with->len };

	if (with->len < 3) /* "{}", or the brace that is left at the end */
		return false;
	s.at++; /* the brace, then the commas */
	if (!key(&s, ref))
		return false;
	commitment->at = s.at;
	if (!string(&s))
		return false;
	commitment->len = (size_t)(s.at - commitment->at);
	*commitment = unquoted(*commitment);
	*with = (struct lx_text){ s.at, (size_t)(s.end - s.at) };
	return true;
}
