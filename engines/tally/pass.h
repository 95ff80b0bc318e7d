/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One pass over a project's supporters at a price level y: where all get the same utility, y is what
 * each pays; else the price of a unit of utility. The hot loops of Equal Shares. Not for others.
 */
#ifndef LX_ENGINES_TALLY_PASS_H
#define LX_ENGINES_TALLY_PASS_H

#include "engines/tally/inner.h"

/* What a row has: each of its voters `money`, off by at most `doubt`. */
struct lx_purse {
	double money;
	float doubt;
	float people;
};

/* At level y: money of all, of those who cannot pay in full; utility (or number) of those who can;
 * the least level above y at which another cannot, and the largest at which one of those who cannot still could (infinite both for
 * mixed utilities: not looked for). */
struct lx_pass {
	double all, poor, rich, next, last;
};

/* One pass over p's supporters. */
struct lx_pass lx_tally_pass(
	const struct lx_tally_view *view, const struct lx_purse *purse, size_t p, double y);

/* What is certain when levels within y - d .. y + d are possible: `sum` as found at y, `doubt` of
 * all who may be poor, utility (or number) of those who surely can pay y + d. */
struct lx_sure_pass {
	double sum, doubt, rich;
};

/* One pass with certainties. */
struct lx_sure_pass lx_tally_sure_pass(const struct lx_tally_view *view,
	const struct lx_purse *purse, size_t p, double y, double d);

/* Lets p's supporters pay the level y, known within d; the largest doubt is kept in *worst. */
void lx_tally_pay(const struct lx_tally_view *view, struct lx_purse *purse, size_t p, double y,
	double d, double *worst);

#endif
