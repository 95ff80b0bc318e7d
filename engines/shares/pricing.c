/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One pass over all coalitions in blocks; the inner loop is eight lanes wide. */
#include "engines/shares/pricing.h"

#include "base/vector.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#define LANES      8
#define LOW_MOST   10
#define TWO_FROM   15                 /* players from which a second thread pays */
#define EXACT_MOST 4503599627370496.0 /* 2^52 */

enum lx_code lx_pricing_open(
	struct lx_call *call, const struct lx_game *game, bool negate, struct lx_pricing *out)
{
	size_t all = (size_t)1 << game->n;
	unsigned low = game->n / 2 > LOW_MOST ? LOW_MOST : game->n / 2;
	double *worth = lx_array(call, all, sizeof *worth);
	double *highest = lx_array(call, all >> low, sizeof *highest);

	if (worth == NULL || highest == NULL)
		return LX_BROKEN;
	*out = (struct lx_pricing){ .n = game->n, .low = low, .worth = worth, .highest = highest };
	for (size_t S = 0; S < all; S++) {
		worth[S] = negate ? -(double)game->worth[S] : (double)game->worth[S];
		out->largest = fabs(worth[S]) > out->largest ? fabs(worth[S]) : out->largest;
	}
	worth[0] = worth[all - 1] = -INFINITY;
	mpz_inits(out->exact_alpha, out->exact_beta, out->exact, NULL);
	for (size_t i = 0; i < LX_PLAYERS_MAX; i++)
		mpz_init(out->exact_z[i]);
	return LX_OK;
}

void lx_pricing_close(struct lx_pricing *pricing)
{
	if (pricing->worth == NULL)
		return;
	mpz_clears(pricing->exact_alpha, pricing->exact_beta, pricing->exact, NULL);
	for (size_t i = 0; i < LX_PLAYERS_MAX; i++)
		mpz_clear(pricing->exact_z[i]);
	pricing->worth = NULL;
}

void lx_pricing_set(struct lx_pricing *pricing)
{
	pricing->alpha = mpz_get_d(pricing->exact_alpha);
	pricing->beta = mpz_get_d(pricing->exact_beta);
	double size = fabs(pricing->alpha) * pricing->largest + fabs(pricing->beta);
	for (unsigned i = 0; i < pricing->n; i++) {
		pricing->z[i] = mpz_get_d(pricing->exact_z[i]);
		size += fabs(pricing->z[i]);
	}
	/* n + 3 roundings of at most size * 2^-52 each, taken twice */
	pricing->slack = size < EXACT_MOST ? 0 : size * 0x1p-51 * (pricing->n + 4);
}

static double sum_of(const double *z, size_t S)
{
	double sum = 0;

	for (; S != 0; S &= S - 1)
		sum += z[__builtin_ctzll(S)];
	return sum;
}

double lx_pricing_value(const struct lx_pricing *pricing, double v, uint32_t S)
{
	return pricing->alpha * v + (pricing->beta - sum_of(pricing->z, S));
}

void lx_pricing_exact(struct lx_pricing *pricing, int64_t v, uint32_t S)
{
	mpz_mul_si(pricing->exact, pricing->exact_alpha, v);
	mpz_add(pricing->exact, pricing->exact, pricing->exact_beta);
	for (uint32_t rest = S; rest != 0; rest &= rest - 1)
		mpz_sub(pricing->exact, pricing->exact, pricing->exact_z[__builtin_ctz(rest)]);
}

/* The largest alpha v[k] - lows[k], k < m; m a multiple of LANES or smaller. */
LX_VECTOR static double block_high(const double *v, const double *lows, double alpha, size_t m)
{
	double lane[LANES], best = -INFINITY;

	for (size_t j = 0; j < LANES; j++)
		lane[j] = -INFINITY;
	for (size_t k = 0; k + LANES <= m; k += LANES)
		for (size_t j = 0; j < LANES; j++) {
			double value = alpha * v[k + j] - lows[k + j];
			lane[j] = value > lane[j] ? value : lane[j];
		}
	for (size_t k = m - m % LANES; k < m; k++) {
		double value = alpha * v[k] - lows[k];
		best = value > best ? value : best;
	}
	for (size_t j = 0; j < LANES; j++)
		best = lane[j] > best ? lane[j] : best;
	return best;
}

struct slice {
	struct lx_pricing *pricing;
	const double *lows;
	size_t from, to;
};

static void *price_slice(void *with)
{
	const struct slice *slice = with;
	struct lx_pricing *pricing = slice->pricing;
	size_t m = (size_t)1 << pricing->low;

	for (size_t b = slice->from; b < slice->to; b++)
		pricing->highest[b] = block_high(pricing->worth + b * m, slice->lows,
					      pricing->alpha, m) +
				      (pricing->beta - sum_of(pricing->z, b << pricing->low));
	return NULL;
}

void lx_pricing_pass(const struct lx_call *call, struct lx_pricing *pricing)
{
	size_t blocks = (size_t)1 << (pricing->n - pricing->low);
	double lows[1 << LOW_MOST];
	pthread_t other;

	for (size_t k = 0; k < (size_t)1 << pricing->low; k++)
		lows[k] = sum_of(pricing->z, k);
	struct slice half[2] = { { pricing, lows, 0, blocks / 2 },
		{ pricing, lows, blocks / 2, blocks } };
	bool two = call->threads > 1 && pricing->n >= TWO_FROM &&
		   pthread_create(&other, NULL, price_slice, &half[1]) == 0;
	price_slice(&half[0]);
	if (two)
		(void)pthread_join(other, NULL);
	else
		price_slice(&half[1]);
}

/* The highest coalition of a block. */
static uint32_t best_of_block(const struct lx_pricing *pricing, size_t b)
{
	size_t m = (size_t)1 << pricing->low, best = b * m;
	double high = -INFINITY;

	for (size_t S = b * m; S < (b + 1) * m; S++) {
		double value = pricing->worth[S] == -INFINITY
				       ? -INFINITY
				       : lx_pricing_value(pricing, pricing->worth[S], (uint32_t)S);
		if (value > high) {
			high = value;
			best = S;
		}
	}
	return (uint32_t)best;
}

size_t lx_pricing_best(const struct lx_pricing *pricing, double least, uint32_t *sets)
{
	size_t blocks = (size_t)1 << (pricing->n - pricing->low), n = 0;
	size_t list[LX_PRICING_MOST];

	for (size_t b = 0; b < blocks; b++) {
		double high = pricing->highest[b];
		if (!(high > least) ||
			(n == LX_PRICING_MOST && high <= pricing->highest[list[n - 1]]))
			continue;
		size_t at = n < LX_PRICING_MOST ? n++ : n - 1;
		for (; at > 0 && high > pricing->highest[list[at - 1]]; at--)
			list[at] = list[at - 1];
		list[at] = b;
	}
	for (size_t k = 0; k < n; k++)
		sets[k] = best_of_block(pricing, list[k]);
	return n;
}
