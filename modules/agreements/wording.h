/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Two wordings of an article compared: what stayed, what went, what came. */
#ifndef LX_MODULES_AGREEMENTS_WORDING_H
#define LX_MODULES_AGREEMENTS_WORDING_H

#include "base/call.h"
#include "base/text.h"

/* One of the three, the others empty; texts are borrowed from what was compared. */
struct lx_wording_piece {
	struct lx_text same, gone, come;
};

/* Compares by words of Latin letters and digits, and by single characters otherwise. Where what differs is longer than
 * LX_WORDING_MOST such pieces, the whole of it went and the whole of it came. */
#define LX_WORDING_MOST 1200
LX_CHECK enum lx_code lx_wording_compare(struct lx_call *call, struct lx_text old,
	struct lx_text now, struct lx_wording_piece **pieces, size_t *n);

#endif
