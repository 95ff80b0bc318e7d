/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of this engine share with each other and with nobody else. */
#ifndef LX_ENGINES_SHARES_INNER_H
#define LX_ENGINES_SHARES_INNER_H

#include "base/wide.h"
#include "engines/shares/shares.h"

/* A 128-bit number as a GMP integer, and back (false when it does not fit). */
void lx_set_wide(mpz_ptr out, lx_int128 number);
bool lx_get_wide(mpz_srcptr number, lx_int128 *out);

/* The worth of S as a fraction. */
void lx_worth_ratio(const struct lx_game *game, size_t S, mpq_ptr out);

/* The sum of fractions. */
void lx_ratios_sum(const struct lx_ratios *x, mpq_ptr out);

/* One to LX_CLAIMS_MOST numbers, none of them negative (`shares.negative` names the place). */
LX_CHECK enum lx_code lx_not_negative(
	struct lx_call *call, const char *field, const struct lx_ratios *x);

/* Sums over all subsets in ascending order of masks: after lx_walk_to(S) for S = 1, 2, 3 ...
 * partial[0] is x(S). Amortised two additions a step. */
static inline lx_int128 lx_walk_wide(lx_int128 *partial, const lx_int128 *x, size_t S)
{
	unsigned t = (unsigned)__builtin_ctzll(S);
	lx_int128 sum = partial[t + 1] + x[t];

	for (unsigned j = 0; j <= t; j++)
		partial[j] = sum;
	return sum;
}

#endif
