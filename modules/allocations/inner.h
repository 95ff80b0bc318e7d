/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of this folder share: an allocation as a game, and the shares worked out of it. */
#ifndef LX_MODULES_ALLOCATIONS_INNER_H
#define LX_MODULES_ALLOCATIONS_INNER_H

#include "engines/shares/shares.h"
#include "modules/allocations/allocations.h"

/* So many that all methods take milliseconds: they run in the writer (docs/decisions/shares-in-the-writer.md). */
#define LX_ALLOCATION_PLAYERS 12

/* The players of an allocation by their place, and what groups of them would pay or gain apart. */
struct lx_allocation {
	unsigned n;
	struct lx_text members[LX_ALLOCATION_PLAYERS]; /* "member/3" */
	int64_t numbers[LX_ALLOCATION_PLAYERS];
	bool weighted; /* every player has a weight */
	int64_t weights[LX_ALLOCATION_PLAYERS];
	bool cost, parts; /* parts: groups that nobody stated are put together from parts */
	int64_t *worth;   /* by mask, minor units */
	bool *known;
	size_t stated;
};

/* The players alone; then also what was stated. Memory of the call. */
LX_CHECK enum lx_code lx_allocation_players(
	struct lx_call *call, const struct lx_record *record, struct lx_allocation *out);
LX_CHECK enum lx_code lx_allocation_read(
	struct lx_call *call, const struct lx_record *record, struct lx_allocation *out);

/* Puts groups that nobody stated together from parts, where that was agreed, so that the table is whole. */
LX_CHECK enum lx_code lx_allocation_whole(
	struct lx_call *call, struct lx_allocation *a, size_t *filled);

/* "1+3" (numbers of members in any order) as a mask of players; 0 when it is none. And a mask in the one form that is kept. */
uint32_t lx_allocation_mask(const struct lx_allocation *a, struct lx_text coalition);
void lx_allocation_name(const struct lx_allocation *a, uint32_t mask, struct lx_buf *out);

/* All methods of the record, as the report that is kept: {version, of, players, total, alone, stated, filled, methods: [{method,
 * exact, amounts, gains, objecting, core, tightest: [{coalition, excess}]} or {method, error}]}. Amounts are minor units by
 * largest remainder, and the certificate is that of the amounts. The result is the caller's. */
LX_CHECK enum lx_code lx_allocation_solve(
	struct lx_call *call, const struct lx_record *record, json_t **report);

#endif
