/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the reader wants to see and in which language: pure functions over header values. */
#ifndef LX_KERNEL_HTTP_NEGOTIATION_H
#define LX_KERNEL_HTTP_NEGOTIATION_H

#include "kernel/http/head.h"

/* The best of our media for an Accept value: HTML where nothing decides; 0 when none is acceptable. */
unsigned lx_accept_media(struct lx_text accept);

/* The best of our languages for an Accept-Language value, else `other`. */
enum lx_lang lx_accept_lang(struct lx_text accept, enum lx_lang other);

/* The value of a cookie in a Cookie field, without quotes; `.at` is NULL when there is none. */
struct lx_text lx_cookie_find(struct lx_text cookies, const char *name);

/* What a Content-Type names. */
enum lx_body_kind {
	LX_BODY_NONE,
	LX_BODY_FORM,
	LX_BODY_JSON,
	LX_BODY_PARTS, /* multipart/form-data */
	LX_BODY_OTHER
};
enum lx_body_kind lx_body_kind_of(struct lx_text content_type);

/* Whether a field of entity tags holds one that passes: `tag` in quotes. Weak ones count where `weak`. */
bool lx_tags_hold(struct lx_text field, struct lx_text tag, bool weak);

/* The sequences that begin the strong tags of an If-Match field: whether `sequence` is among them, or "*". */
bool lx_tags_hold_sequence(struct lx_text field, int64_t sequence);
size_t lx_tags_sequences(struct lx_text field, int64_t *sequences, size_t most);

/* Fills media, lang, large and theme of a request from its path (taking prefix and suffix off into
 * *inner), query and head. False: nothing acceptable (406 later, media is then HTML). */
bool lx_negotiate(struct lx_request *request, struct lx_text *inner, bool *api);

/* Sets the cookies for what the query chose (?lang= ?size= ?theme=). */
LX_CHECK enum lx_code lx_negotiation_cookies(struct lx_request *request, struct lx_reply *reply);

#endif
