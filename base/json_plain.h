/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The short way of lx_json_read; nobody else asks. */
#ifndef LX_BASE_JSON_PLAIN_H
#define LX_BASE_JSON_PLAIN_H

#include "base/text.h"

#include <jansson.h>

/* The value of a text that is plain JSON (no escapes, no fractions, integers of at most 18 digits, no key twice, at most
 * LX_JSON_DEPTH deep), a new reference; NULL for any other text. */
json_t *lx_json_plain(struct lx_text text);

#endif
