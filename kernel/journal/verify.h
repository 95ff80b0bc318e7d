/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Shared by the two files of verification: verify.c (entries, tree, inner parts) and bound.c. */
#ifndef LX_KERNEL_JOURNAL_VERIFY_H
#define LX_KERNEL_JOURNAL_VERIFY_H

#include "kernel/journal/tree.h"

/* What has been found so far. `edge` is made anew from the entries; `tiles` gathers the hashes of each
 * level's incomplete tile. Bit s of `erased`: seal s is bound and empty; of `gone`: an entry says so. */
struct lx_verify {
	struct lx_tx *tx;
	struct lx_edge edge;
	int64_t total, inner_parts, tiles_n, seals;
	unsigned char tiles[LX_TILE_LEVELS][LX_TILE_WIDTH][LX_HASH_BYTES];
	size_t tile_n[LX_TILE_LEVELS];
	unsigned char *erased, *gone;
};

/* Records a difference at "kind/number" and returns LX_CONFLICT. */
enum lx_code lx_verify_fail(
	struct lx_verify *v, const char *kind, int64_t number, const char *msgid);

/* Compares each content and seal that `with` binds with what the store has. */
LX_CHECK enum lx_code lx_verify_bound(struct lx_verify *v, struct lx_text with);

/* Compares what the effects ["gone",…] in the bytes of entry n, or of its inner part, say with the store. */
LX_CHECK enum lx_code lx_verify_gone(struct lx_verify *v, int64_t n, struct lx_text bytes);

/* At the end: every seal found empty was said to be gone. */
LX_CHECK enum lx_code lx_verify_erased(struct lx_verify *v);

#endif
