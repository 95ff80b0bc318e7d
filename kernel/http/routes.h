/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Finding the handler of a path: the most literal route wins. */
#ifndef LX_KERNEL_HTTP_ROUTES_H
#define LX_KERNEL_HTTP_ROUTES_H

#include "kernel/http/http.h"

/* What was found: `route` is NULL when the path is unknown or does not take the method; `known`: some
 * route has the path, and `allow` names the methods of all that have ("GET, HEAD, OPTIONS"). */
struct lx_found {
	const struct lx_route *route;
	bool known;
	char allow[80];
	struct lx_text captures[LX_CAPTURES_MAX];
	size_t captures_n;
};

/* Whether a path fits a pattern; captures[] gets what stands at its :names and =words, and
 * the rest of the path for a last segment "*". */
bool lx_pattern_fits(const char *pattern, struct lx_text path, struct lx_text *captures, size_t *n);

/* Looks a path up; HEAD is served by GET. */
void lx_route_find(const struct lx_route *routes, const char *method, struct lx_text path,
	struct lx_found *found);

#endif
