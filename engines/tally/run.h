/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One run of Equal Shares with a given share for every voter: doubles with error bounds, and
 * exact arithmetic where they cannot decide. Not for others.
 */
#ifndef LX_ENGINES_TALLY_RUN_H
#define LX_ENGINES_TALLY_RUN_H

#include "engines/tally/blocks.h"
#include "engines/tally/exact.h"
#include "engines/tally/pass.h"

/* What is known of a project's price of a unit of utility in this round: it lies in low .. high;
 * `exact`: worked out in rationals; `flat`: all supporters can surely pay, so that the price is cost
 * over utility and stays so with more money. */
struct lx_bid {
	uint16_t project;
	bool exact, flat;
	double low, high;
};

/* What a run did: its purchases in order with what was known of their prices. lack[p] > 0: from round out[p] on,
 * p's supporters surely lacked so much of its cost. */
struct lx_tally_trace {
	struct lx_bid *bid;
	size_t n;
	double *lack;
	uint16_t *out;
};

/* A run. `low[p]`: a lower bound of the price of a unit of p's utility, from this or an earlier
 * round (prices never fall within a run). `heap`: projects that may still be bought, by `low`. */
struct lx_tally_run {
	struct lx_call *call;
	const struct lx_tally_view *view;
	const struct lx_tally_setting *setting;
	struct lx_purse *purse;
	struct lx_block_purses blocks; /* instead of `purse`, where the view has blocks */
	double *low, worst, share;
	uint16_t *heap, *place; /* place[p]: where p stands in the heap, if it does */
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
	struct lx_tally_limits limits;
	struct lx_tally_trace *trace; /* what is recorded, or NULL */
	/* a run with a smaller share nearby: what will probably be bought, or NULL. `follows`: so far the same was. While it
	 * is, no voter has more than rise_part * rise[r] above what it had there, in round r < rise_n. */
	const struct lx_tally_trace *hint;
	bool follows;
	const double *rise;
	double rise_part;
	size_t rise_n;
};

/* Memory for runs on a view, from the call's arena; reused by every lx_tally_run_shares. */
LX_CHECK enum lx_code lx_tally_run_open(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_run *run);

/* Everyone gets num / den; buys until nobody can; what was bought and the ties go to the log, which
 * is emptied first. */
LX_CHECK enum lx_code lx_tally_run_shares(
	struct lx_tally_run *run, lx_int128 num, int64_t den, struct lx_tally_log *log);

/* The steps of a run, for whoever leads it: everyone gets num / den. */
void lx_tally_run_start(struct lx_tally_run *run, lx_int128 num, int64_t den);

/* Into bids: all affordable projects whose price is at most `floor`, or may be the least. The rest
 * that was taken from the heap stands aside; what cannot be paid any more is gone. */
LX_CHECK enum lx_code lx_tally_run_gather(struct lx_tally_run *run, double floor);

/* Leaves in bids what may be the least, settles who wins: *winner, and names[0 .. names_n - 1]. */
LX_CHECK enum lx_code lx_tally_run_decide(struct lx_tally_run *run, struct lx_bid *winner);

/* Brings run->exact up to the purchases made; counts as a fallback. */
LX_CHECK enum lx_code lx_tally_run_follow(struct lx_tally_run *run);

/* Whether p comes before q in this round, exactly; both affordable. */
LX_CHECK enum lx_code lx_tally_run_before(
	struct lx_tally_run *run, uint16_t p, uint16_t q, bool *before);

/* The supporters of the bid's project pay; bids but it, and those aside, go back to the heap. */
void lx_tally_run_buy(struct lx_tally_run *run, const struct lx_bid *bid);

/* A bid as a level: what lx_tally_pay takes, with its error. */
double lx_tally_bid_level(
	const struct lx_tally_view *view, const struct lx_bid *bid, double *error);

/* Memory for a trace. */
LX_CHECK enum lx_code lx_tally_trace_open(
	struct lx_call *call, size_t n, struct lx_tally_trace *trace);

/* For LX_CLOSE. */
void lx_tally_run_close(struct lx_tally_run *run);

#endif
