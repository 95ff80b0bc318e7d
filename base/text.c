/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Text: comparing, splitting, whole numbers, UTF-8. */
#include "base/text.h"

#include <string.h>

struct lx_text lx_text(const char *zero_terminated)
{
	if (zero_terminated == NULL)
		return (struct lx_text){ "", 0 };
	return (struct lx_text){ zero_terminated, strlen(zero_terminated) };
}

bool lx_text_equal(struct lx_text a, struct lx_text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool lx_text_is(struct lx_text a, const char *zero_terminated)
{
	return lx_text_equal(a, lx_text(zero_terminated));
}

bool lx_text_starts(struct lx_text text, const char *prefix)
{
	size_t n = strlen(prefix);

	return text.len >= n && (n == 0 || memcmp(text.at, prefix, n) == 0);
}

int lx_text_order(struct lx_text a, struct lx_text b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n == 0 ? 0 : memcmp(a.at, b.at, n);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct lx_text lx_text_trim(struct lx_text text)
{
	while (text.len > 0 && is_space(text.at[0])) {
		text.at++;
		text.len--;
	}
	while (text.len > 0 && is_space(text.at[text.len - 1]))
		text.len--;
	return text;
}

bool lx_text_word(struct lx_text *rest, struct lx_text *word)
{
	size_t i = 0, from;

	while (i < rest->len && is_space(rest->at[i]))
		i++;
	from = i;
	while (i < rest->len && !is_space(rest->at[i]))
		i++;
	if (i == from)
		return false;
	*word = (struct lx_text){ rest->at + from, i - from };
	*rest = (struct lx_text){ rest->at + i, rest->len - i };
	return true;
}

bool lx_text_split(struct lx_text *rest, char mark, struct lx_text *piece)
{
	if (rest->len == 0)
		return false;
	const char *end = memchr(rest->at, mark, rest->len);
	size_t n = end == NULL ? rest->len : (size_t)(end - rest->at);
	*piece = (struct lx_text){ rest->at, n };
	n += end != NULL;
	*rest = (struct lx_text){ rest->at + n, rest->len - n };
	return true;
}

bool lx_word_in(struct lx_text word, const char *list)
{
	struct lx_text rest = lx_text(list), each;

	while (lx_text_word(&rest, &each))
		if (lx_text_equal(each, word))
			return true;
	return false;
}

bool lx_text_int(struct lx_text text, int64_t *number)
{
	bool negative = text.len > 0 && text.at[0] == '-';
	int64_t sum = 0;

	if (text.len == (size_t)negative)
		return false;
	for (size_t i = negative; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		/* downwards, as the smallest number has no positive twin */
		if (__builtin_mul_overflow(sum, 10, &sum) ||
			__builtin_sub_overflow(sum, text.at[i] - '0', &sum))
			return false;
	}
	if (!negative && __builtin_sub_overflow(0, sum, &sum))
		return false;
	*number = sum;
	return true;
}

/* The length of the character at bytes[0], n > 0 bytes left; 0 if it is malformed (RFC 3629). */
static size_t sequence(const unsigned char *bytes, size_t n)
{
	unsigned char c = bytes[0], low = 0x80, high = 0xbf;
	size_t want;

	if (c < 0x80)
		return c != 0;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	want = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (c == 0xe0)
		low = 0xa0;
	if (c == 0xed)
		high = 0x9f;
	if (c == 0xf0)
		low = 0x90;
	if (c == 0xf4)
		high = 0x8f;
	if (n < want || bytes[1] < low || bytes[1] > high)
		return 0;
	for (size_t i = 2; i < want; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	return want;
}

/* How many bytes from the start are ASCII without NUL, in steps of eight; most text here is. */
static size_t plain_start(const char *bytes, size_t n)
{
	const uint64_t high = UINT64_C(0x8080808080808080), ones = UINT64_C(0x0101010101010101);
	size_t at = 0;
	uint64_t eight;

	for (; n - at >= sizeof eight; at += sizeof eight) {
		memcpy(&eight, bytes + at, sizeof eight);
		if (((eight | (eight - ones)) & high) != 0)
			break;
	}
	return at;
}

bool lx_utf8_valid(const char *bytes, size_t n, size_t *bad)
{
	size_t at = plain_start(bytes, n);

	while (at < n) {
		size_t step = sequence((const unsigned char *)bytes + at, n - at);
		if (step == 0) {
			if (bad != NULL)
				*bad = at;
			return false;
		}
		at += step == 1 ? 1 + plain_start(bytes + at + 1, n - at - 1) : step;
	}
	return true;
}

uint32_t lx_utf8_next(const char *bytes, size_t n, size_t *at)
{
	const unsigned char *p = (const unsigned char *)bytes + *at;
	size_t left = n - *at;

	if (p[0] < 0xc0 || left < 2) {
		*at += 1;
		return p[0];
	}
	if (p[0] < 0xe0 || left < 3) {
		*at += 2;
		return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
	}
	if (p[0] < 0xf0 || left < 4) {
		*at += 3;
		return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
	}
	*at += 4;
	return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
	       (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
}

size_t lx_utf8_put(uint32_t code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

size_t lx_utf8_count(struct lx_text text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += ((unsigned char)text.at[i] & 0xc0) != 0x80;
	return n;
}

size_t lx_utf8_cut(const char *bytes, size_t n, size_t most)
{
	if (n <= most)
		return n;
	while (most > 0 && ((unsigned char)bytes[most] & 0xc0) == 0x80)
		most--;
	return most;
}
