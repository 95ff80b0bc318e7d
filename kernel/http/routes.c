/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The table of routes walked: patterns are compared segment by segment; of several that fit, the one
 * that is literal where the others capture, seen from the left, wins. Some hundred rows at most, so no index. A
 * last segment "*" captures all that is left, slashes and all; "=word" is literal and captured, so that a page of one type can
 * call the handlers of all.
 */
#include "kernel/http/routes.h"

#include <string.h>

bool lx_pattern_fits(const char *pattern, struct lx_text path, struct lx_text *captures, size_t *n)
{
	struct lx_text left = lx_text(pattern), right = path, want, have;
	size_t found = 0;

	while (left.len > 0 && right.len > 0) {
		if (lx_text_is(left, "*") && found < LX_CAPTURES_MAX) {
			captures[found++] = right;
			*n = found;
			return true;
		}
		if (!lx_text_split(&left, '/', &want) || !lx_text_split(&right, '/', &have))
			return false;
		bool named = want.len > 0 && (want.at[0] == '=' || want.at[0] == ':');
		if (named && (have.len == 0 || found == LX_CAPTURES_MAX))
			return false;
		if (named && want.at[0] == '=')
			want = (struct lx_text){ want.at + 1, want.len - 1 };
		if ((!named || want.at[0] != ':') && !lx_text_equal(want, have))
			return false;
		if (named)
			captures[found++] = have;
	}
	*n = found;
	return left.len == 0 && right.len == 0;
}

static bool captures_any(struct lx_text segment)
{
	return segment.len > 0 && (segment.at[0] == ':' || lx_text_is(segment, "*"));
}

/* Whether `a` is more literal than `b`, both fitting the same path: the first difference decides. */
static bool more_literal(const char *a, const char *b)
{
	struct lx_text left = lx_text(a), right = lx_text(b), x, y;

	while (lx_text_split(&left, '/', &x) && lx_text_split(&right, '/', &y)) {
		bool captures_x = captures_any(x), captures_y = captures_any(y);
		if (captures_x != captures_y)
			return captures_y;
	}
	return false;
}

static bool serves(const char *route_method, const char *method)
{
	return strcmp(route_method, method) == 0 ||
	       (strcmp(method, "HEAD") == 0 && strcmp(route_method, "GET") == 0);
}

static void allow_add(char *allow, size_t size, const char *method)
{
	size_t n = strlen(allow), comma = n > 0 ? 2 : 0, more = strlen(method);

	if (strstr(allow, method) != NULL || n + comma + more + 1 > size)
		return;
	memcpy(allow + n, ", ", comma);
	memcpy(allow + n + comma, method, more + 1);
}

void lx_route_find(const struct lx_route *routes, const char *method, struct lx_text path,
	struct lx_found *found)
{
	struct lx_text captures[LX_CAPTURES_MAX];
	size_t n;

	*found = (struct lx_found){ 0 };
	for (const struct lx_route *route = routes; route->pattern != NULL; route++) {
		if (!lx_pattern_fits(route->pattern, path, captures, &n))
			continue;
		allow_add(found->allow, sizeof found->allow, route->method);
		if (strcmp(route->method, "GET") == 0)
			allow_add(found->allow, sizeof found->allow, "HEAD");
		bool better = found->route == NULL ||
			      more_literal(route->pattern, found->route->pattern);
		if (!serves(route->method, method) || !better)
			continue;
		found->route = route;
		memcpy(found->captures, captures, sizeof captures);
		found->captures_n = n;
	}
	found->known = found->allow[0] != '\0';
	if (found->known)
		allow_add(found->allow, sizeof found->allow, "OPTIONS");
}
