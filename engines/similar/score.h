/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The arithmetic of scores, the same bits on every machine: only + - * / and square root. */
#ifndef LX_ENGINES_SIMILAR_SCORE_H
#define LX_ENGINES_SIMILAR_SCORE_H

#include "base/text.h"
#include "engines/similar/similar.h"

#define LX_WEIGHT_ONE                                                                              \
	(1u << 20) /* weights are whole numbers of 2^-20, so that sums have no order */
#define LX_NORM_MOST (2.2 / 1.3) /* of a text without length */

/* The natural logarithm of a finite x > 0, within 4 units in the last place. */
double lx_similar_ln(double x);

/* ln(1 + (n - df + 0.5) / (df + 0.5)) in units of 1 / LX_WEIGHT_ONE; df <= n. */
uint32_t lx_similar_weight(uint64_t n, uint64_t df);

/* What BM25 (k1 = 1.2, b = 0.75) makes of one occurrence in a text of `length` different tokens. */
double lx_similar_norm(uint32_t length, double average);

/* Kilometres between two known places; good to a percent within a region. */
double lx_similar_km(struct lx_similar_place a, struct lx_similar_place b);

/* Names a token, or any bytes: 64 bits, the same on every machine. */
uint64_t lx_similar_key(struct lx_text token);

/* Names a normal form without its blanks. */
uint32_t lx_similar_twin_key(struct lx_text normal);

/* Whether two normal forms are the same, blanks apart. */
bool lx_similar_same(struct lx_text a, struct lx_text b);

#endif
