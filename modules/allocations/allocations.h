/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Allocations: who pays what of a joint project, or gets what of its benefit. */
#ifndef LX_MODULES_ALLOCATIONS_H
#define LX_MODULES_ALLOCATIONS_H

#include "kernel/pages/part.h"

extern const struct lx_type lx_allocation_type;

/* LX_DATA "allocation.result": entered by computing alone. */
LX_CHECK enum lx_code lx_allocation_result_check(
	struct lx_case *c, const char *field, const json_t *value);

/* Works the shares out again from the stated figures, by the version that the result names, and compares: LX_CONFLICT when they
 * differ; *told whether there was a result. */
LX_CHECK enum lx_code lx_allocation_recount(struct lx_tx *tx, const struct lx_region *region,
	const struct lx_record *record, bool *told);

/* Methods side by side with their certificates, or, before, who has stated and signed. */
lx_part_fill_fn lx_allocation_fill;

/* "/=allocations/:n/shares": as CSV, or the report as JSON; "/=allocations/:n/game": the figures for `lianxi share`. */
lx_handler lx_page_shares, lx_page_game;

#endif
