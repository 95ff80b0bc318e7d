/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Sums of a pass in four lanes, always the same ones, so that the result is the same bits everywhere; no branch
 * depends on a purse, as every second guess would be wrong. Not for others.
 */
#ifndef LX_ENGINES_TALLY_LANES_H
#define LX_ENGINES_TALLY_LANES_H

#include "engines/tally/pass.h"

#include <math.h>

/* Two doubles side by side; a comparison gives all bits or none in each. */
typedef double lx_pair __attribute__((vector_size(16)));
typedef int64_t lx_pair_mask __attribute__((vector_size(16)));

/* Running sums of two rows at a time. */
struct lx_lanes {
	lx_pair all, poor, rich, next, last;
};

static const struct lx_lanes lx_lanes_none = { .next = { INFINITY, INFINITY } };

static inline lx_pair lx_pair_keep(lx_pair value, lx_pair_mask where)
{
	return (lx_pair)((lx_pair_mask)value & where);
}

/* Adds two rows with `money` for each of their `people`, at level y. */
static inline void lx_lanes_add(struct lx_lanes *lanes, lx_pair money, lx_pair people, lx_pair y)
{
	const lx_pair none = { INFINITY, INFINITY };
	lx_pair_mask can = money > y;
	lx_pair sum = money * people;
	lx_pair above = (lx_pair)(((lx_pair_mask)money & can) | ((lx_pair_mask)none & ~can));
	lx_pair_mask nearer = above < lanes->next;
	lx_pair below = lx_pair_keep(money, ~can);
	lx_pair_mask farther = below > lanes->last;

	lanes->all += sum;
	lanes->poor += lx_pair_keep(sum, ~can);
	lanes->rich += lx_pair_keep(people, can);
	lanes->next = (lx_pair)(((lx_pair_mask)above & nearer) |
				((lx_pair_mask)lanes->next & ~nearer));
	lanes->last = (lx_pair)(((lx_pair_mask)below & farther) |
				((lx_pair_mask)lanes->last & ~farther));
}

/* The sums of both. */
static inline struct lx_pass lx_lanes_sum(const struct lx_lanes *one, const struct lx_lanes *two)
{
	lx_pair all = one->all + two->all, poor = one->poor + two->poor,
		rich = one->rich + two->rich;

	return (struct lx_pass){ .all = all[0] + all[1],
		.poor = poor[0] + poor[1],
		.rich = rich[0] + rich[1],
		.next = fmin(fmin(one->next[0], one->next[1]), fmin(two->next[0], two->next[1])),
		.last = fmax(fmax(one->last[0], one->last[1]), fmax(two->last[0], two->last[1])) };
}

#endif
