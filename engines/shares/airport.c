/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Airport fees. The nucleolus recursion takes, from the point (N_prev - 1, C_prev - r_prev), the least
 * slope to the points (N_i, C_i) of the classes to come, the last one a step to the left. The least slope
 * is a tangent to the lower hull of the points to come; a walk over the hull from the left finds it, and
 * every vertex passed is behind us for good: linear time in all.
 */
#include "engines/shares/inner.h"

static enum lx_code check(struct lx_call *call, size_t n, const int64_t *count, size_t most)
{
	int64_t total = 0;

	if (n < 1 || n > most)
		return lx_fail(call, LX_INVALID, "types", "shares.classes", "%zu", most);
	for (size_t i = 0; i < n; i++)
		if (count[i] < 1 || __builtin_add_overflow(total, count[i], &total) ||
			total > (int64_t)1 << 40)
			return lx_fail(call, LX_INVALID, "count", "shares.count", "%zu", i + 1);
	return LX_OK;
}

static enum lx_code check_exact(
	struct lx_call *call, size_t n, const struct lx_ratios *cost, const int64_t *count)
{
	LX_TRY(check(call, n, count, LX_AIRPORT_EXACT));
	for (size_t i = 0; i < n; i++)
		if (mpq_sgn(cost->at[i]) <= 0 ||
			(i > 0 && mpq_cmp(cost->at[i], cost->at[i - 1]) <= 0))
			return lx_fail(call, LX_INVALID, "cost", "shares.ascending", "%zu", i + 1);
	return LX_OK;
}

enum lx_code lx_airport_shapley(struct lx_call *call, size_t n, const struct lx_ratios *cost,
	const int64_t *count, struct lx_ratios *fees)
{
	int64_t users = 0;
	mpq_t step;

	LX_TRY(check_exact(call, n, cost, count));
	LX_TRY(lx_ratios_open(call, n, fees));
	for (size_t i = 0; i < n; i++)
		users += count[i];
	mpq_init(step);
	for (size_t i = 0; i < n; i++) {
		mpq_set(step, cost->at[i]);
		if (i > 0)
			mpq_sub(step, step, cost->at[i - 1]);
		mpz_mul_si(mpq_denref(step), mpq_denref(step), users);
		mpq_canonicalize(step);
		mpq_set(fees->at[i], step);
		if (i > 0)
			mpq_add(fees->at[i], fees->at[i], fees->at[i - 1]);
		users -= count[i];
	}
	mpq_clear(step);
	return LX_OK;
}

/* The next fee after the level r_prev - C_prev, and the last class it holds for. */
static size_t next_fee(size_t n, size_t from, const struct lx_ratios *cost, const int64_t *count,
	mpq_srcptr level, mpq_ptr fee, mpq_ptr now)
{
	int64_t users = 0;
	size_t best = n;

	for (size_t i = from; i < n; i++) {
		users += count[i];
		mpq_add(now, cost->at[i], level);
		mpz_mul_si(mpq_denref(now), mpq_denref(now), i + 1 < n ? users + 1 : users);
		mpq_canonicalize(now);
		if (best < n && mpq_cmp(now, fee) > 0)
			continue;
		mpq_set(fee, now);
		best = i;
	}
	return best;
}

enum lx_code lx_airport_nucleolus(struct lx_call *call, size_t n, const struct lx_ratios *cost,
	const int64_t *count, struct lx_ratios *fees)
{
	mpq_t level, fee, now;

	LX_TRY(check_exact(call, n, cost, count));
	LX_TRY(lx_ratios_open(call, n, fees));
	mpq_inits(level, fee, now, NULL); /* level = r_prev - C_prev */
	for (size_t from = 0; from < n;) {
		size_t last = next_fee(n, from, cost, count, level, fee, now);
		for (; from <= last; from++)
			mpq_set(fees->at[from], fee);
		mpq_sub(level, fee, cost->at[last]);
	}
	mpq_clears(level, fee, now, NULL);
	return LX_OK;
}

static void real_shapley(size_t n, const double *cost, const int64_t *count, double *fees)
{
	int64_t users = 0;
	double fee = 0, before = 0;

	for (size_t i = 0; i < n; i++)
		users += count[i];
	for (size_t i = 0; i < n; i++) {
		fee += (cost[i] - before) / (double)users;
		before = cost[i];
		users -= count[i];
		fees[i] = fee;
	}
}

/* next[i]: the vertex after i on the lower hull of the points i, i+1 ... n-1. */
static void lower_hull(size_t n, const double *at, const double *cost, size_t *next)
{
	next[n - 1] = n;
	for (size_t i = n - 1; i-- > 0;) {
		size_t k = i + 1;
		while (next[k] < n && (cost[next[k]] - cost[i]) * (at[k] - at[i]) <=
					      (cost[k] - cost[i]) * (at[next[k]] - at[i]))
			k = next[k];
		next[i] = k;
	}
}

enum lx_code lx_airport_real(struct lx_call *call, size_t n, const double *cost,
	const int64_t *count, double *shapley, double *nucleolus)
{
	LX_TRY(check(call, n, count, LX_STRUCTURED_MAX));
	for (size_t i = 0; i < n; i++)
		if (!(cost[i] > (i == 0 ? 0 : cost[i - 1])) || cost[i] > 1e300)
			return lx_fail(call, LX_INVALID, "cost", "shares.ascending", "%zu", i + 1);
	size_t *next = lx_array(call, n, sizeof *next);
	double *at = lx_array(call, n, sizeof *at), users = 0;
	if (next == NULL || at == NULL)
		return LX_BROKEN;
	real_shapley(n, cost, count, shapley);
	for (size_t i = 0; i < n; i++)
		at[i] = users += (double)count[i];
	at[n - 1] -= 1;
	lower_hull(n, at, cost, next);
	double from_at = -1, from_cost = 0;
	for (size_t i = 0; i < n;) {
		size_t best = i;
		double fee = (cost[i] - from_cost) / (at[i] - from_at);
		for (size_t k = next[i]; k < n; k = next[k]) {
			double now = (cost[k] - from_cost) / (at[k] - from_at);
			if (now > fee)
				break;
			fee = now;
			best = k;
		}
		for (; i <= best; i++)
			nucleolus[i] = fee;
		from_at = at[best] - 1;
		from_cost = cost[best] - fee;
	}
	return LX_OK;
}
