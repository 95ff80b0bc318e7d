/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Decoding of what stands percent-encoded in targets and forms: paths, and name=value pairs of
 * application/x-www-form-urlencoded. Bounded, in one pass, UTF-8 checked; every refusal names the place.
 */
#include "kernel/http/head.h"

#include <string.h>

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 32) >= 'a' && (c | 32) <= 'f')
		return (c | 32) - 'a' + 10;
	return -1;
}

/* Decodes raw into out (room for raw.len bytes); false for a malformed escape. */
static bool unescape(struct lx_text raw, bool plus, char *out, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.at[i];
		if (c == '%') {
			if (raw.len - i < 3 || hex(raw.at[i + 1]) < 0 || hex(raw.at[i + 2]) < 0)
				return false;
			c = (char)(hex(raw.at[i + 1]) * 16 + hex(raw.at[i + 2]));
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		out[(*n)++] = c;
	}
	return true;
}

bool lx_target_split(struct lx_text target, struct lx_text *path, struct lx_text *query)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < 2; i++) {
		if (!lx_text_starts(target, schemes[i]))
			continue;
		size_t at = strlen(schemes[i]);
		while (at < target.len && target.at[at] != '/' && target.at[at] != '?')
			at++;
		target = (struct lx_text){ target.at + at, target.len - at };
	}
	const char *mark = target.len == 0 ? NULL : memchr(target.at, '?', target.len);
	size_t n = mark == NULL ? target.len : (size_t)(mark - target.at);
	*path = (struct lx_text){ target.at, n };
	*query = mark == NULL ? (struct lx_text){ "", 0 }
			      : (struct lx_text){ mark + 1, target.len - n - 1 };
	if (n == 0)
		*path = LX_TEXT_OF("/");
	return path->at[0] == '/' || lx_text_is(*path, "*");
}

/* Encoded slashes would be read as part of a segment here and as a separator by a proxy. */
static bool has_slash_escape(struct lx_text raw)
{
	for (size_t i = 0; i + 2 < raw.len; i++) {
		int code = raw.at[i] == '%' ? hex(raw.at[i + 1]) * 16 + hex(raw.at[i + 2]) : 0;
		if (code == '/' || code == '\\')
			return true;
	}
	return memchr(raw.at, '\\', raw.len) != NULL;
}

static bool has_odd_segment(struct lx_text path)
{
	struct lx_text rest = { path.at + 1, path.len - 1 }, piece;

	while (lx_text_split(&rest, '/', &piece))
		if (piece.len == 0 || lx_text_is(piece, ".") || lx_text_is(piece, ".."))
			return true;
	return path.len > 1 && path.at[path.len - 1] == '/';
}

unsigned lx_path_read(struct lx_call *call, struct lx_text raw, struct lx_text *path)
{
	char *out = lx_alloc(call, raw.len + 1);
	size_t n;

	if (out == NULL)
		return 503;
	bool good = unescape(raw, false, out, &n) && lx_utf8_valid(out, n, NULL);
	for (size_t i = 0; good && i < n; i++)
		good = (unsigned char)out[i] >= 0x20 && out[i] != 0x7f;
	if (!good || n == 0) {
		(void)lx_fail(call, LX_INVALID, NULL, "http.path", NULL);
		return 400;
	}
	*path = (struct lx_text){ out, n };
	if (lx_text_is(*path, "*"))
		return 0;
	if (out[0] != '/' || has_slash_escape(raw) || has_odd_segment(*path)) {
		(void)lx_fail(call, LX_NOT_FOUND, NULL, "http.not_found", NULL);
		return 404;
	}
	return 0;
}

/* One side of a pair; the zero byte takes the place of the separator that stood there. */
static enum lx_code read_side(struct lx_call *call, struct lx_text raw, const char *name,
	char **out, struct lx_text *text)
{
	size_t n;

	if (!unescape(raw, true, *out, &n))
		return lx_fail(call, LX_INVALID, name, "http.pair_escape", "%s", name);
	if (!lx_utf8_valid(*out, n, NULL))
		return lx_fail(call, LX_INVALID, name, "http.pair_bytes", "%s", name);
	*text = (struct lx_text){ *out, n };
	(*out)[n] = '\0';
	*out += n + 1;
	return LX_OK;
}

enum lx_code lx_pairs_read(
	struct lx_call *call, struct lx_text raw, struct lx_param *params, size_t most, size_t *n)
{
	struct lx_text piece;
	size_t found = 0;
	/* each pair needs its bytes and two zero bytes, of which it brings one separator */
	char *out = lx_alloc(call, raw.len + most + 2);

	if (out == NULL)
		return call->fault.code;
	while (lx_text_split(&raw, '&', &piece)) {
		if (piece.len == 0)
			continue;
		if (found == most)
			return lx_fail(call, LX_INVALID, NULL, "http.pairs_many", "%zu", most);
		const char *sign = memchr(piece.at, '=', piece.len);
		size_t at = sign == NULL ? piece.len : (size_t)(sign - piece.at);
		struct lx_text value = { sign == NULL ? "" : sign + 1,
			sign == NULL ? 0 : piece.len - at - 1 };
		struct lx_param *param = &params[found];
		LX_TRY(read_side(call, (struct lx_text){ piece.at, at }, "", &out, &param->name));
		LX_TRY(read_side(call, value, param->name.at, &out, &param->value));
		found++;
	}
	*n = found;
	return LX_OK;
}
