/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Media, language, text size and theme: from the address first, then the reader's cookies, then what
 * the browser prefers. Nothing here fails: what cannot be understood is as if it were not there.
 */
#include "kernel/http/negotiation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
	enum lx_media media;
	const char *name;
	const char *suffix;
} media_table[] = { /* in our order of preference */
	{ LX_HTML, "text/html", NULL }, { LX_JSON, "application/json", ".json" },
	{ LX_JSON, "application/problem+json", NULL }, { LX_CSV, "text/csv", ".csv" },
	{ LX_ATOM, "application/atom+xml", ".atom" }, { LX_PLAIN, "text/plain", NULL },
	{ LX_HTML, "application/xhtml+xml", NULL }
};
#define MEDIA_N (sizeof media_table / sizeof media_table[0])

static bool same(struct lx_text text, const char *word)
{
	return strlen(word) == text.len && strncasecmp(text.at, word, text.len) == 0;
}

/* "q" in thousandths from the parameters behind the first ';', 1000 when there is none, 0 when malformed. */
static int quality(struct lx_text parameters)
{
	struct lx_text one;

	while (lx_text_split(&parameters, ';', &one)) {
		one = lx_text_trim(one);
		if (one.len < 3 || (one.at[0] | 32) != 'q' || one.at[1] != '=')
			continue;
		int q = 0, scale = 1000;
		for (size_t i = 2; i < one.len && i < 7; i++) {
			if (i == 3 && one.at[i] == '.')
				continue;
			if (one.at[i] < '0' || one.at[i] > '9')
				return 0;
			q += (one.at[i] - '0') * scale;
			scale /= 10;
		}
		return q > 1000 ? 1000 : q;
	}
	return 1000;
}

/* How exactly a range names a medium: 0 not at all, 1 any, 2 the main type, 3 itself. */
static int exactness(struct lx_text range, const char *name)
{
	size_t main = (size_t)(strchr(name, '/') - name) + 1;

	if (same(range, "*/*"))
		return 1;
	if (same(range, name))
		return 3;
	bool whole = range.len == main + 1 && range.at[main] == '*';
	return whole && strncasecmp(range.at, name, main) == 0 ? 2 : 0;
}

/* The quality a field gives to one medium: that of the most exact range. */
static int quality_of(struct lx_text accept, const char *name)
{
	struct lx_text item, range;
	int best = 0, q = 0;

	while (lx_text_split(&accept, ',', &item)) {
		if (!lx_text_split(&item, ';', &range))
			continue;
		int exact = exactness(lx_text_trim(range), name);
		if (exact > best) {
			best = exact;
			q = quality(item);
		}
	}
	return q;
}

unsigned lx_accept_media(struct lx_text accept)
{
	unsigned media = 0;
	int best = 0;

	if (lx_text_trim(accept).len == 0)
		return LX_HTML;
	for (size_t i = 0; i < MEDIA_N; i++) {
		int q = quality_of(accept, media_table[i].name);
		if (q > best) {
			best = q;
			media = media_table[i].media;
		}
	}
	return media;
}

enum lx_lang lx_accept_lang(struct lx_text accept, enum lx_lang other)
{
	struct lx_text item, tag;
	enum lx_lang lang = other;
	int best = 0;

	while (lx_text_split(&accept, ',', &item)) {
		if (!lx_text_split(&item, ';', &tag))
			continue;
		tag = lx_text_trim(tag);
		enum lx_lang named = lx_lang_of(tag, LX_LANGS);
		int q = quality(item);
		if (named != LX_LANGS && q > best) {
			best = q;
			lang = named;
		}
	}
	return lang;
}

struct lx_text lx_cookie_find(struct lx_text cookies, const char *name)
{
	struct lx_text pair;

	while (lx_text_split(&cookies, ';', &pair)) {
		pair = lx_text_trim(pair);
		const char *sign = pair.len == 0 ? NULL : memchr(pair.at, '=', pair.len);
		if (sign == NULL)
			continue;
		struct lx_text key = { pair.at, (size_t)(sign - pair.at) };
		struct lx_text value = { sign + 1, pair.len - key.len - 1 };
		if (!lx_text_is(key, name))
			continue;
		if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
			value = (struct lx_text){ value.at + 1, value.len - 2 };
		if (lx_utf8_valid(value.at, value.len, NULL))
			return value;
	}
	return (struct lx_text){ NULL, 0 };
}

enum lx_body_kind lx_body_kind_of(struct lx_text content_type)
{
	struct lx_text name = { NULL, 0 };

	if (!lx_text_split(&content_type, ';', &name))
		return LX_BODY_NONE;
	name = lx_text_trim(name);
	if (same(name, "application/x-www-form-urlencoded"))
		return LX_BODY_FORM;
	if (same(name, "application/json") || same(name, "application/merge-patch+json"))
		return LX_BODY_JSON;
	return same(name, "multipart/form-data") ? LX_BODY_PARTS : LX_BODY_OTHER;
}

/* The next entity tag of a list: its opaque text without quotes, and whether it is weak. */
static bool next_tag(struct lx_text *rest, struct lx_text *tag, bool *weak)
{
	const char *open = rest->len == 0 ? NULL : memchr(rest->at, '"', rest->len);

	if (open == NULL)
		return false;
	size_t before = (size_t)(open - rest->at);
	*weak = before >= 2 && open[-1] == '/' && open[-2] == 'W';
	struct lx_text after = { open + 1, rest->len - before - 1 };
	const char *end = after.len == 0 ? NULL : memchr(after.at, '"', after.len);
	if (end == NULL)
		return false;
	*tag = (struct lx_text){ after.at, (size_t)(end - after.at) };
	*rest = (struct lx_text){ end + 1, after.len - tag->len - 1 };
	return true;
}

bool lx_tags_hold(struct lx_text field, struct lx_text tag, bool weak)
{
	struct lx_text one;
	bool is_weak;

	if (lx_text_is(lx_text_trim(field), "*"))
		return true;
	while (next_tag(&field, &one, &is_weak))
		if (lx_text_equal(one, tag) && (weak || !is_weak))
			return true;
	return false;
}

/* The next sequence that begins a strong tag. */
static bool next_sequence(struct lx_text *field, int64_t *sequence)
{
	struct lx_text one, digits;
	bool is_weak;

	while (next_tag(field, &one, &is_weak))
		if (!is_weak && lx_text_split(&one, '-', &digits) && lx_text_int(digits, sequence))
			return true;
	return false;
}

bool lx_tags_hold_sequence(struct lx_text field, int64_t sequence)
{
	int64_t number;

	if (lx_text_is(lx_text_trim(field), "*"))
		return true;
	while (next_sequence(&field, &number))
		if (number == sequence)
			return true;
	return false;
}

size_t lx_tags_sequences(struct lx_text field, int64_t *sequences, size_t most)
{
	size_t n = 0;

	while (n < most && next_sequence(&field, &sequences[n]))
		n++;
	return n;
}

static bool by_suffix(struct lx_text path, struct lx_text *inner, enum lx_media *media)
{
	for (size_t i = 0; i < MEDIA_N; i++) {
		const char *suffix = media_table[i].suffix;
		size_t n = suffix == NULL ? 0 : strlen(suffix);
		if (n == 0 || path.len <= n + 1 || path.at[path.len - n - 1] == '/' ||
			memcmp(path.at + path.len - n, suffix, n) != 0)
			continue;
		*inner = (struct lx_text){ path.at, path.len - n };
		*media = media_table[i].media;
		return true;
	}
	return false;
}

static struct lx_text chosen(struct lx_request *request, const char *name)
{
	const struct lx_text *said = lx_query_param(request, name, 0);

	return said != NULL ? *said : lx_cookie_find(request->cookie, name);
}

static void negotiate_looks(struct lx_request *request)
{
	struct lx_text lang = chosen(request, "lang"), theme = chosen(request, "theme");
	enum lx_lang preferred = lx_accept_lang(
		lx_head_find(request->head, "accept-language"), LX_ZH);

	request->lang = lx_lang_of(lang, preferred);
	request->large = lx_text_is(chosen(request, "size"), "large");
	const char *wanted = lx_text_is(theme, "light")  ? "light"
			     : lx_text_is(theme, "dark") ? "dark"
							 : "";
	(void)snprintf(request->theme, sizeof request->theme, "%s", wanted);
}

bool lx_negotiate(struct lx_request *request, struct lx_text *inner, bool *api)
{
	struct lx_text path = request->path;
	unsigned media;

	negotiate_looks(request);
	*inner = path;
	*api = lx_text_starts(path, "/api/v1/");
	if (*api) {
		request->media = LX_JSON;
		*inner = (struct lx_text){ path.at + 7, path.len - 7 };
		return true;
	}
	if (by_suffix(path, inner, &request->media))
		return true;
	media = lx_accept_media(lx_head_find(request->head, "accept"));
	request->media = media == 0 ? LX_HTML : (enum lx_media)media;
	return media != 0;
}

enum lx_code lx_negotiation_cookies(struct lx_request *request, struct lx_reply *reply)
{
	static const struct {
		const char *name, *words;
	} choices[] = { { "lang", "zh zh-CN en" }, { "size", "normal large" },
		{ "theme", "auto light dark" } };

	for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
		const struct lx_text *said = lx_query_param(request, choices[i].name, 0);
		if (said == NULL || !lx_word_in(*said, choices[i].words))
			continue;
		LX_TRY(lx_reply_header(request, reply, "Set-Cookie",
			"%s=%.*s; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly%s",
			choices[i].name, (int)said->len, said->at,
			request->https ? "; Secure" : ""));
	}
	return LX_OK;
}
