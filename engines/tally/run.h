/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One run of Equal Shares with a given share for every voter: doubles with error bounds, and
 * exact arithmetic where they cannot decide. Not for others.
 */
#ifndef LX_ENGINES_TALLY_RUN_H
#define LX_ENGINES_TALLY_RUN_H

#include "engines/tally/exact.h"
#include "engines/tally/pass.h"

/* What is known of a project's price of a unit of utility in this round: it lies in low .. high;
 * `exact`: worked out in rationals. */
struct lx_bid {
	uint16_t project;
	bool exact;
	double low, high;
};

/* A run. `low[p]`: a lower bound of the price of a unit of p's utility, from this or an earlier
 * round (prices never fall within a run). `heap`: projects that may still be bought, by `low`. */
struct lx_tally_run {
	struct lx_call *call;
	const struct lx_tally_view *view;
	const struct lx_tally_setting *setting;
	struct lx_purse *purse;
	double *low, worst, share;
	uint16_t *heap;
	size_t heap_n;
	lx_int128 share_num;
	int64_t share_den;
	struct lx_bid *bids;
	size_t bids_n;
	uint16_t *aside, *names;
	size_t aside_n, names_n;
	uint16_t *bought;
	size_t bought_n;
	struct lx_tally_exact exact;
	bool exact_open, exact_started;
	uint64_t fallbacks;
	const bool *barred; /* projects that take no part, or NULL */
};

/* Memory for runs on a view, from the call's arena; reused by every lx_tally_run_shares. */
LX_CHECK enum lx_code lx_tally_run_open(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_run *run);

/* Everyone gets num / den; buys until nobody can; what was bought and the ties go to the log, which
 * is emptied first. */
LX_CHECK enum lx_code lx_tally_run_shares(
	struct lx_tally_run *run, lx_int128 num, int64_t den, struct lx_tally_log *log);

/* For LX_CLOSE. */
void lx_tally_run_close(struct lx_tally_run *run);

#endif
