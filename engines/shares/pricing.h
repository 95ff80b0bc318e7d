/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Pricing every coalition at once: which are violated most at given prices? The value of S is
 * alpha v(S) + beta - z(S), all whole numbers; in doubles, which is exact below 2^53. Beyond that
 * `slack` bounds the error and the caller decides near zero exactly.
 */
#ifndef LX_ENGINES_SHARES_PRICING_H
#define LX_ENGINES_SHARES_PRICING_H

#include "engines/shares/inner.h"
#include "engines/shares/simplex.h"

#define LX_PRICING_MOST 96

struct lx_pricing {
	unsigned n, low;
	double *worth;   /* minus infinity: settled, never asked again */
	double largest;  /* the largest |v| */
	double *highest; /* of each block of 2^low coalitions */
	double alpha, beta, z[LX_PLAYERS_MAX], slack;
	mpz_t exact_alpha, exact_beta, exact_z[LX_PLAYERS_MAX], exact;
};

/* v = worths, or minus worths where `negate`. */
LX_CHECK enum lx_code lx_pricing_open(
	struct lx_call *call, const struct lx_game *game, bool negate, struct lx_pricing *out);
void lx_pricing_close(struct lx_pricing *pricing);

/* Takes over exact_alpha, exact_beta and exact_z. */
void lx_pricing_set(struct lx_pricing *pricing);

/* Fills `highest`. Same bits for any number of threads. */
void lx_pricing_pass(const struct lx_call *call, struct lx_pricing *pricing);

/* The coalitions with the highest values above `least`, at most one a block, best first. */
size_t lx_pricing_best(const struct lx_pricing *pricing, double least, uint32_t *sets);

/* The value of one coalition; and exactly, with worth v, into pricing->exact. */
double lx_pricing_value(const struct lx_pricing *pricing, double v, uint32_t S);
void lx_pricing_exact(struct lx_pricing *pricing, int64_t v, uint32_t S);

/* Takes every coalition in the span of the FREE columns of the basis out of the table. */
void lx_drop_settled(struct lx_basis *basis, struct lx_pricing *pricing);

#endif
