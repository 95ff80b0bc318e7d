/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Which entry last touched what: of a type as a whole, and of what leads to a record (the records whose
 * fields with the use "thread" name it). Kept at apply, so that a page's tag is a look-up and not a reading.
 */
#ifndef LX_KERNEL_TYPES_MARKS_H
#define LX_KERNEL_TYPES_MARKS_H

#include "kernel/types/record.h"

struct lx_batch;

/* Marks what the record leads to as touched by entry n, as its fields stand; at once, or in the batch if there is one. */
LX_CHECK enum lx_code lx_marks_lead(
	struct lx_tx *tx, struct lx_batch *batch, const struct lx_record *record, int64_t n);

/* Marks the record's type as touched by entry n; likewise. */
LX_CHECK enum lx_code lx_marks_type(
	struct lx_tx *tx, struct lx_batch *batch, const struct lx_record *record, int64_t n);

/* Writes one mark; record 0 is the type. */
LX_CHECK enum lx_code lx_marks_put(
	struct lx_tx *tx, struct lx_text type, int64_t record, int64_t n);

/* The last entry on any record of the type; 0 where there is none. A type that has records and no mark (an older database) is
 * INT64_MAX: nobody knows. */
LX_CHECK enum lx_code lx_mark_of_type(struct lx_tx *tx, const struct lx_shape *shape, int64_t *n);

/* The last entry on any record that leads to this one, 0 where there is none. */
LX_CHECK enum lx_code lx_mark_of_record(
	struct lx_tx *tx, const struct lx_record *record, int64_t *n);

/* The last entry on the record of this number, 0 where there is none. */
LX_CHECK enum lx_code lx_record_touched(
	struct lx_tx *tx, const struct lx_shape *shape, int64_t number, int64_t *n);

#endif
