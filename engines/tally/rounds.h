/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Rounds of a rule that sells to groups of voters with exact purses (bounded.c, even.c): a project's
 * score never falls, so each round looks at projects in the order of their last known bound. Not for others.
 */
#ifndef LX_ENGINES_TALLY_ROUNDS_H
#define LX_ENGINES_TALLY_ROUNDS_H

#include "engines/tally/exact.h"

struct lx_rounds;

/* How one rule differs. `look`: p's score within *low .. *high, false when p can never be bought any
 * more. `order`: scores of p and q compared exactly. `sell`: p's supporters pay, exactly. */
struct lx_rounds_rule {
	bool (*look)(struct lx_rounds *rounds, size_t p, double *low, double *high);
	int (*order)(struct lx_rounds *rounds, size_t p, size_t q);
	void (*sell)(struct lx_rounds *rounds, size_t p);
};

/* `money[g]` is that of a group as a double, off by a few units in the last place. `sorted` has room for
 * the parts of any project. `live`: projects that may be bought, `bids` those that may be next. */
struct lx_rounds {
	struct lx_call *call;
	const struct lx_tally_view *view;
	const struct lx_tally_setting *setting;
	const struct lx_rounds_rule *rule;
	struct lx_tally_exact exact;
	struct lx_tally_limits limits;
	double *money, *low, *high;
	struct lx_exact_part *sorted;
	uint16_t *live, *bids;
	size_t live_n, bids_n;
	int64_t spent;
	uint64_t fallbacks;
};

/* Memory from the call's arena; end with lx_rounds_close. */
LX_CHECK enum lx_code lx_rounds_open(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, const struct lx_rounds_rule *rule,
	struct lx_rounds *rounds);

/* Everyone has num / den; all supported projects are live. */
void lx_rounds_start(struct lx_rounds *rounds, const mpz_t num, const mpz_t den);

/* The next purchase is found and settled: bids[0] is to be bought, bids_n were equal; 0: the end. */
LX_CHECK enum lx_code lx_rounds_next(struct lx_rounds *rounds);

/* Sells bids[0]. */
void lx_rounds_buy(struct lx_rounds *rounds);

/* A group's money worked out anew as a double. */
void lx_rounds_refresh(struct lx_rounds *rounds, uint32_t group);

/* Collects p's supporters and sorts them, the richest per unit of use first, into `sorted`. */
void lx_rounds_sort(struct lx_rounds *rounds, size_t p);

/* For LX_CLOSE; a zeroed one is allowed. */
void lx_rounds_close(struct lx_rounds *rounds);

#endif
