/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Plain GETs from another region's server, bounded in size and time; the only file that knows libcurl is fetch.c. */
#ifndef LX_CLI_FETCH_H
#define LX_CLI_FETCH_H

#include "base/buf.h"
#include "base/call.h"

struct lx_fetch;

/* Loads the library now, for who will not be able to later. */
void lx_fetch_prepare(void);

/* `base`: "https://region.example" or with http:, a path before /log allowed, without query. LX_INVALID `fetch.address`. */
LX_CHECK enum lx_code lx_fetch_open(
	struct lx_call *call, const char *base, struct lx_fetch **fetch);
void lx_fetch_close(struct lx_fetch **fetch);

/* GET base + path; the body, at most `most` bytes, is the fetch's until the next call. *status is what the server answered; nothing is followed.
 * LX_BUSY `fetch.failed` with the address when there was no whole answer. Connections are kept between calls. */
LX_CHECK enum lx_code lx_fetch_get(struct lx_fetch *fetch, struct lx_call *call, const char *path,
	size_t most, long *status, struct lx_text *body);

/* POST of text; otherwise as lx_fetch_get. */
LX_CHECK enum lx_code lx_fetch_post(struct lx_fetch *fetch, struct lx_call *call, const char *path,
	struct lx_text sent, size_t most, long *status, struct lx_text *body);

/* At most so many seconds from now on, for connecting and for the whole. */
void lx_fetch_hurry(struct lx_fetch *fetch, long seconds);

#endif
