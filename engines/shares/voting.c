/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Power of votes by counting: how many coalitions of the others have size k and weight w. The count over
 * all players is built once; a player is taken out of it again by running its step backwards.
 */
#include "engines/shares/inner.h"

#include <string.h>

#define WORK_MOST INT64_C(2000000000)

struct counts {
	size_t n, width; /* weights 0..width-1 */
	lx_uint128 *at;  /* [size][weight]; below 2^120 */
};

static void put(const struct counts *counts, size_t weight)
{
	for (size_t k = counts->n; k > 0; k--)
		for (size_t w = counts->width; w-- > weight;)
			counts->at[k * counts->width + w] +=
				counts->at[(k - 1) * counts->width + w - weight];
}

static void take(const struct counts *counts, size_t weight)
{
	for (size_t k = 1; k <= counts->n; k++)
		for (size_t w = weight; w < counts->width; w++)
			counts->at[k * counts->width + w] -=
				counts->at[(k - 1) * counts->width + w - weight];
}

static void set_count(mpz_ptr out, lx_uint128 number)
{
	lx_set_wide(out, (lx_int128)number); /* below 2^120 */
}

/* Shapley-Shubik: sum over sizes of swings * k! (n-k-1)! / n!. */
static void weigh(const lx_uint128 *swings, size_t n, mpq_ptr shapley, mpq_ptr banzhaf)
{
	mpz_t factor, count, sum;

	mpz_inits(factor, count, sum, NULL);
	mpq_set_ui(shapley, 0, 1);
	for (size_t k = 0; k < n; k++) {
		set_count(count, swings[k]);
		mpz_add(sum, sum, count);
		mpz_fac_ui(factor, k);
		mpz_mul(count, count, factor);
		mpz_fac_ui(factor, n - k - 1);
		mpz_addmul(mpq_numref(shapley), count, factor);
	}
	mpz_fac_ui(mpq_denref(shapley), n);
	mpq_canonicalize(shapley);
	mpz_set(mpq_numref(banzhaf), sum);
	mpz_set_ui(mpq_denref(banzhaf), 1);
	mpz_mul_2exp(mpq_denref(banzhaf), mpq_denref(banzhaf), n - 1);
	mpq_canonicalize(banzhaf);
	mpz_clears(factor, count, sum, NULL);
}

static enum lx_code check(
	struct lx_call *call, size_t n, const int64_t *weights, int64_t quota, int64_t *total)
{
	*total = 0;
	if (n < 1 || n > LX_VOTERS_MOST)
		return lx_fail(call, LX_INVALID, "weights", "shares.players", "%d", LX_VOTERS_MOST);
	for (size_t i = 0; i < n; i++)
		if (weights[i] < 0 || __builtin_add_overflow(*total, weights[i], total) ||
			*total > WORK_MOST / (int64_t)(n * n))
			return lx_fail(call, LX_INVALID, "weights", "shares.weight", "%zu", i + 1);
	if (quota <= 0 || quota > *total)
		return lx_fail(call, LX_INVALID, "quota", "shares.quota", NULL);
	return LX_OK;
}

enum lx_code lx_voting(struct lx_call *call, size_t n, const int64_t *weights, int64_t quota,
	struct lx_ratios *shapley, struct lx_ratios *banzhaf)
{
	int64_t total;

	LX_TRY(check(call, n, weights, quota, &total));
	struct counts counts = { .n = n, .width = (size_t)quota };
	counts.at = lx_array(call, (n + 1) * counts.width, sizeof *counts.at);
	lx_uint128 *swings = lx_array(call, n, sizeof *swings);
	if (counts.at == NULL || swings == NULL)
		return LX_BROKEN;
	LX_TRY(lx_ratios_open(call, n, shapley));
	LX_TRY(lx_ratios_open(call, n, banzhaf));
	counts.at[0] = 1;
	for (size_t i = 0; i < n; i++)
		put(&counts, (size_t)weights[i]);
	for (size_t i = 0; i < n; i++) {
		/* the others lose with w < quota and win with the member's weight added */
		size_t weight = (size_t)weights[i];
		size_t least = weight < counts.width ? counts.width - weight : 0;
		LX_TRY(lx_step(call, i, n));
		take(&counts, weight);
		for (size_t k = 0; k < n; k++) {
			swings[k] = 0;
			for (size_t w = least; w < counts.width; w++)
				swings[k] += counts.at[k * counts.width + w];
		}
		weigh(swings, n, shapley->at[i], banzhaf->at[i]);
		put(&counts, weight);
	}
	return LX_OK;
}
