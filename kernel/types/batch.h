/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Applying thousands of entries in a row (rebuild, replay): records, marks, counts and texts to be found, which entry
 * after entry would write again, are kept in memory and written once. What many entries cannot share (rows, consents,
 * timeline) is written as it comes.
 *
 *	LX_CLOSE(lx_batch_close) struct lx_batch batch = { .tx = tx, .region = region, .search = true };
 *	lx_batch_apply(&batch, n, open, inner);         any number of times
 *	lx_batch_write(&batch);                         before the commit, and when it is full
 */
#ifndef LX_KERNEL_TYPES_BATCH_H
#define LX_KERNEL_TYPES_BATCH_H

#include "base/json.h"
#include "kernel/types/record.h"

/* A record that is held, or only what is known of one: that an entry led to it. Held records know no consents. */
struct lx_held {
	struct lx_record record; /* .shape and .number always; the rest when `loaded` */
	int64_t mark; /* the last entry on the type (number 0) or on what leads to it; 0: none */
	int64_t top;  /* of the type (number 0): the highest number given */
	bool *terms;  /* which have changed */
	bool loaded, changed, searched;
	struct lx_held *next;
};

/* Records by type and state that came and went; also where the sum is 0: the row is there then. */
struct lx_held_count {
	const struct lx_shape *shape;
	struct lx_text state;
	int64_t n;
	struct lx_held_count *next;
};

/* Set tx (may change between two writings), region, and `search`: whether texts go into the index. The rest is
 * zero at first and the batch's own. */
struct lx_batch {
	struct lx_tx *tx;
	const struct lx_region *region;
	bool search;
	struct lx_arena arena;
	struct lx_call call;
	struct lx_held **slots, *first, *last;
	struct lx_held_count *counts;
	size_t room, n;
};

/* Applies entry n as lx_apply does, on the record as the batch has it. Faults go to the transaction's call. */
LX_CHECK enum lx_code lx_batch_apply(
	struct lx_batch *batch, int64_t n, const json_t *open, const json_t *inner);

/* Whether it is time to write: what is held has outgrown its memory. */
bool lx_batch_full(const struct lx_batch *batch);

/* Writes all that is held and forgets it. */
LX_CHECK enum lx_code lx_batch_write(struct lx_batch *batch);

/* Forgets what was not written. */
void lx_batch_close(struct lx_batch *batch);

/* --- between batch.c, apply.c and marks.c ---------------------------------------------------- */

/* lx_apply on what the batch holds (apply.c). */
LX_CHECK enum lx_code lx_apply_held(
	struct lx_batch *batch, int64_t n, const json_t *open, const json_t *inner);

/* What is held of a record, made if it is not yet (number 0: the type itself); NULL when memory ends. */
struct lx_held *lx_batch_hold(struct lx_batch *batch, const struct lx_shape *shape, int64_t number);

/* Notes that the record has changed, and in which state it counts now. */
LX_CHECK enum lx_code lx_batch_changed(struct lx_batch *batch, struct lx_record *record);

#endif
