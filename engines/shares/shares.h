/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Sharing costs and benefits: who pays what, and who could object.
 *
 * Everything here is exact: worths are whole numbers of 1/scale, shares are fractions (GMP), and what
 * is billed is whole units. Players are 0..n-1, a coalition is a bit mask, player i is bit i.
 *
 *	LX_CLOSE(lx_ratios_close) struct lx_ratios fees = { 0 };
 *	struct lx_game game = { .n = 3, .cost = true, .worth = table, .scale = 100 };
 *	LX_TRY(lx_shapley(call, &game, &fees));
 *	LX_TRY(lx_certificate(call, &game, &fees, &certificate));
 *
 * Every function takes an empty `struct lx_ratios` and opens it; the caller closes it whether or not
 * the function succeeded. Faults are LX_INVALID with a `shares.*` sentence unless said otherwise.
 */
#ifndef LX_ENGINES_SHARES_H
#define LX_ENGINES_SHARES_H

#include "base/buf.h"
#include "base/call.h"

#include <gmp.h>

#define LX_PLAYERS_MAX          30      /* a table of 2^30 worths is 8 GB */
#define LX_NUCLEOLUS_PLAYERS    24      /* beyond, one pass over all coalitions takes too long */
#define LX_STRUCTURED_MAX       1000000 /* members of the structured methods */
#define LX_SHARES_VERSION       1       /* changes whenever a result could change */
#define LX_CERTIFICATE_TIGHTEST 5

/* n fractions; `at` lives in the call's arena, the digits in GMP's memory. */
struct lx_ratios {
	mpq_t *at;
	size_t n;
};

/* n zeros; and the end of them (for LX_CLOSE; empty is allowed). */
LX_CHECK enum lx_code lx_ratios_open(struct lx_call *call, size_t n, struct lx_ratios *out);
void lx_ratios_close(struct lx_ratios *ratios);

/* Reads "-12", "12.5" or "7/3" into an initialised fraction; false when malformed or longer than
 * LX_RATIO_DIGITS characters. */
#define LX_RATIO_DIGITS 60
bool lx_ratio_read(struct lx_text text, mpq_ptr out);

/* Writes "429/4" or "12". */
void lx_ratio_write(struct lx_buf *out, mpq_srcptr ratio);

/* The fraction rounded to `places` decimals, half away from zero: "107.25". */
void lx_ratio_decimal(struct lx_buf *out, mpq_srcptr ratio, unsigned places);

/* The nearest double of the fraction rounded to 12 decimals: for reading, never for deciding. */
double lx_ratio_real(mpq_srcptr ratio);

/* A game: worth[S] whole numbers of 1/scale, 2^n of them, worth[0] = 0; borrowed. `cost`: lower is
 * better. */
struct lx_game {
	unsigned n;
	bool cost;
	const int64_t *worth;
	int64_t scale;
};

/* Fails unless n is 1..LX_PLAYERS_MAX, scale > 0, worth[0] = 0 and no worth is INT64_MIN. */
LX_CHECK enum lx_code lx_game_check(struct lx_call *call, const struct lx_game *game);

/* The generator T1: a profit game of n players (2..30) from a seed, whole numbers. */
LX_CHECK enum lx_code lx_game_generate(
	struct lx_call *call, unsigned n, uint64_t seed, struct lx_game *out);

/* The voting game v(S) = 1 where the weights of S reach the quota; weights are not negative. */
LX_CHECK enum lx_code lx_game_voting(struct lx_call *call, unsigned n, const int64_t *weights,
	int64_t quota, struct lx_game *out);

/* A coalition with its worth. */
struct lx_priced {
	uint32_t coalition;
	int64_t worth;
};

/* A whole table (2^n, the caller's) from some coalitions, each listed once: what is missing gets the
 * cheapest (cost) or best (profit) partition into listed ones. Fails when a member stands in none
 * (`shares.unreachable`). At most 3^n / 2 steps, and 2^n for each coalition listed. */
LX_CHECK enum lx_code lx_game_fill(struct lx_call *call, unsigned n, bool cost,
	const struct lx_priced *priced, size_t priced_n, int64_t *worth);

/* Pairs of disjoint coalitions that are worse off together than apart. The first `most` are listed,
 * by union; `count` counts all that were looked at. Up to 20 players, and for convex games up to 24,
 * that is every pair: `complete`. Beyond, the pairs whose smaller part has at most `smaller` members,
 * and those that make up everybody. */
struct lx_violations {
	uint64_t count;
	bool complete;
	unsigned smaller;
	size_t n;
	uint32_t (*pairs)[2];
};
LX_CHECK enum lx_code lx_superadditivity(
	struct lx_call *call, const struct lx_game *game, size_t most, struct lx_violations *out);

/* Shapley value, exact for every n: sums in 128-bit integers weighed by lcm(1..n-1) (no overflow is
 * possible up to n = 30). Shapley 1953. Weakness: coalitions may object (test the certificate). */
LX_CHECK enum lx_code lx_shapley(
	struct lx_call *call, const struct lx_game *game, struct lx_ratios *out);

/* Banzhaf value (raw): mean marginal worth over all coalitions of the others. Not efficient. */
LX_CHECK enum lx_code lx_banzhaf(
	struct lx_call *call, const struct lx_game *game, struct lx_ratios *out);

/* Shapley value of a table of doubles; for reports, never for bills. Same bits for any number of
 * threads. */
LX_CHECK enum lx_code lx_shapley_real(
	struct lx_call *call, unsigned n, const double *worth, double *out);

/* x scaled so that its sum is the worth of all together. Fails when the sum is 0. */
LX_CHECK enum lx_code lx_normalise(struct lx_call *call, const struct lx_game *game,
	const struct lx_ratios *x, struct lx_ratios *out);

/* Everybody the same. */
LX_CHECK enum lx_code lx_equal(
	struct lx_call *call, const struct lx_game *game, struct lx_ratios *out);

/* In proportion to weights (not negative, not all zero), or to what each alone would cost or earn
 * where `weights` is NULL. */
LX_CHECK enum lx_code lx_proportional(struct lx_call *call, const struct lx_game *game,
	const struct lx_ratios *weights, struct lx_ratios *out);

/* What each adds to all others: m_i = c(N) - c(N-i). */
LX_CHECK enum lx_code lx_separable(
	struct lx_call *call, const struct lx_game *game, struct lx_ratios *out);

/* Separable costs, remaining benefits (TVA): the rest is shared by min(c(i), benefit) - m_i.
 * `benefits` may be NULL. Fails (`shares.scrb`) when a remaining benefit is negative or all are 0.
 * Weakness: looks at members and at all, never at coalitions between. */
LX_CHECK enum lx_code lx_scrb(struct lx_call *call, const struct lx_game *game,
	const struct lx_ratios *benefits, struct lx_ratios *out);

/* Separable costs, the rest in equal parts. */
LX_CHECK enum lx_code lx_egalitarian(
	struct lx_call *call, const struct lx_game *game, struct lx_ratios *out);

/* Tau value (Tijs 1981): between the minimal right and the utopia payoff. Fails with
 * `shares.quasi_balanced` when it is not defined. */
LX_CHECK enum lx_code lx_tau(
	struct lx_call *call, const struct lx_game *game, struct lx_ratios *out);

/* What an excess is divided by. LX_PER_COST: by the coalition's own cost; cost games with all costs
 * positive only. */
enum lx_per { LX_PER_COALITION, LX_PER_HEAD, LX_PER_COST };

/* One level of a nucleolus: coalitions whose excess cannot go below `excess`, with multipliers that
 * prove it. A mask with `alone` set is the condition that the member gets no less than alone. */
struct lx_level {
	mpq_t excess;
	size_t n;
	uint32_t *coalitions;
	bool *alone;
	struct lx_ratios multipliers;
};

/* x with the levels in the order found; `excess` is the overcharge in a cost game. */
struct lx_nucleolus {
	struct lx_ratios x;
	size_t levels_n;
	struct lx_level *levels;
	uint64_t pivots, passes;
};

/* Prenucleolus (Schmeidler 1969), or nucleolus when `imputations`: nobody below what he has alone;
 * fails with `shares.imputation` when that leaves nothing. Lexicographic simplex in exact arithmetic
 * over a pool of coalitions; every coalition is priced until none is violated. n up to
 * LX_NUCLEOLUS_PLAYERS. The result has been proved by lx_nucleolus_check; otherwise LX_BROKEN,
 * `shares.certificate`. Weakness: not monotone in the total. */
LX_CHECK enum lx_code lx_nucleolus(struct lx_call *call, const struct lx_game *game,
	enum lx_per per, bool imputations, struct lx_nucleolus *out);
void lx_nucleolus_close(struct lx_nucleolus *nucleolus);

/* Proves a nucleolus without the solver (Kohlberg 1971, with multipliers): x is efficient; on each
 * level the coalitions have that excess at x and their multipliers, all positive, sum to a
 * combination of what was settled before; no coalition outside the span of what was settled before a
 * level exceeds it; the levels settle everything. `*proved` tells. */
LX_CHECK enum lx_code lx_nucleolus_check(struct lx_call *call, const struct lx_game *game,
	enum lx_per per, bool imputations, const struct lx_nucleolus *claim, bool *proved);

/* A coalition and by how much it would be better off alone (negative: worse). */
struct lx_objection {
	uint32_t coalition;
	mpq_t excess;
};

/* The win-win certificate of any shares. `gains`: against standing alone, a member each; `objecting`:
 * how many coalitions would be better off alone; `tightest`: the coalitions (not all together) with
 * the largest excess, worst first, ties by mask. `in_core`: the shares sum to the worth and nobody
 * objects. `open` is for lx_certificate_close, which takes an empty one too. */
struct lx_certificate {
	struct lx_ratios gains;
	uint64_t objecting;
	bool efficient, in_core, open;
	size_t tightest_n;
	struct lx_objection tightest[LX_CERTIFICATE_TIGHTEST];
};
LX_CHECK enum lx_code lx_certificate(struct lx_call *call, const struct lx_game *game,
	const struct lx_ratios *x, struct lx_certificate *out);
void lx_certificate_close(struct lx_certificate *certificate);

/* Whole units by largest remainder, ties by position: x in money, `unit` the smallest coin (> 0);
 * sum of units = the total rounded down to whole units, plus nothing. Fails when the total is not a
 * whole number of units (`shares.unit`) or does not fit. */
LX_CHECK enum lx_code lx_round_shares(
	struct lx_call *call, const struct lx_ratios *x, mpq_srcptr unit, int64_t *units);

#include "engines/shares/structured.h"

#endif
