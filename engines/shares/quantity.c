/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sharing by quantities: serial and average cost, Aumann-Shapley prices. */
#include "engines/shares/inner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum lx_code lx_not_negative(struct lx_call *call, const char *field, const struct lx_ratios *x)
{
	if (x->n < 1 || x->n > LX_CLAIMS_MOST)
		return lx_fail(call, LX_INVALID, field, "shares.classes", "%d", LX_CLAIMS_MOST);
	for (size_t i = 0; i < x->n; i++)
		if (mpq_sgn(x->at[i]) < 0)
			return lx_fail(call, LX_INVALID, field, "shares.negative", "%zu", i + 1);
	return LX_OK;
}

static enum lx_code cost_at(
	struct lx_call *call, const struct lx_formula *cost, mpq_srcptr quantity, mpq_ptr out)
{
	mpq_t at[1], slope;

	mpq_inits(at[0], slope, NULL);
	mpq_set(at[0], quantity);
	bool exact = lx_formula_exact(cost, (const mpq_t *)at, NULL, out, slope);
	mpq_clears(at[0], slope, NULL);
	return exact ? LX_OK : lx_fail(call, LX_INVALID, "cost", "shares.inexact", NULL);
}

struct demand {
	mpq_t *at;
	size_t place;
};

static int by_demand(const void *a, const void *b)
{
	const struct demand *left = a, *right = b;
	int order = mpq_cmp(*left->at, *right->at);

	return order != 0 ? order : left->place < right->place ? -1 : 1;
}

/* x_k = x_{k-1} + (C(Q_k) - C(Q_{k-1})) / (n-k+1), Q_k = q_1 + .. + q_{k-1} + (n-k+1) q_k; Q_0 = 0. */
static enum lx_code serial(struct lx_call *call, const struct lx_formula *cost,
	const struct lx_ratios *demands, struct lx_ratios *out)
{
	size_t n = demands->n;
	struct demand *order = lx_array(call, n, sizeof *order);
	LX_CLOSE(lx_ratios_close) struct lx_ratios t = { 0 };

	if (order == NULL)
		return LX_BROKEN;
	LX_TRY(lx_ratios_open(call, 6, &t));
	mpq_ptr below = t.at[0], quantity = t.at[1], before = t.at[2], now = t.at[3],
		paid = t.at[4];
	for (size_t i = 0; i < n; i++)
		order[i] = (struct demand){ &demands->at[i], i };
	qsort(order, n, sizeof *order, by_demand);
	LX_TRY(cost_at(call, cost, below, before));
	for (size_t k = 0; k < n; k++) {
		mpq_set_ui(t.at[5], n - k, 1);
		mpq_mul(quantity, *order[k].at, t.at[5]);
		mpq_add(quantity, quantity, below);
		LX_TRY(cost_at(call, cost, quantity, now));
		mpq_sub(before, now, before);
		mpq_div(before, before, t.at[5]);
		mpq_add(paid, paid, before);
		mpq_set(out->at[order[k].place], paid);
		mpq_set(before, now);
		mpq_add(below, below, *order[k].at);
	}
	return LX_OK;
}

enum lx_code lx_demand(struct lx_call *call, enum lx_demand_rule rule,
	const struct lx_formula *cost, const struct lx_ratios *demands, struct lx_ratios *out)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios t = { 0 };

	LX_TRY(lx_not_negative(call, "demands", demands));
	if (lx_formula_variables(cost) != 1)
		return lx_fail(call, LX_INVALID, "cost", "shares.variables", "1");
	LX_TRY(lx_ratios_open(call, demands->n, out));
	LX_TRY(lx_ratios_open(call, 3, &t));
	mpq_ptr total = t.at[0], fixed = t.at[2], zero = t.at[1];
	LX_TRY(cost_at(call, cost, zero, fixed));
	if (rule != LX_DEMAND_AVERAGE && mpq_sgn(fixed) != 0)
		return lx_fail(call, LX_INVALID, "cost", "shares.fixed_cost", NULL);
	if (rule == LX_DEMAND_SERIAL)
		return serial(call, cost, demands, out);
	/* one good: the average of marginal cost along the ray is the average cost */
	lx_ratios_sum(demands, total);
	if (mpq_sgn(total) == 0)
		return lx_fail(call, LX_INVALID, "demands", "shares.zero_weights", NULL);
	LX_TRY(cost_at(call, cost, total, fixed));
	mpq_div(total, fixed, total);
	for (size_t i = 0; i < demands->n; i++)
		mpq_mul(out->at[i], demands->at[i], total);
	return LX_OK;
}

/* --- Aumann-Shapley --- */

/* dC/dq_i at t q, exactly */
static bool marginal(const struct lx_formula *cost, const struct lx_ratios *quantities, size_t i,
	mpq_srcptr t, struct lx_ratios *scratch, mpq_ptr out)
{
	size_t n = quantities->n;
	mpq_t *at = scratch->at, *with = scratch->at + n;

	for (size_t j = 0; j < n; j++) {
		mpq_mul(at[j], quantities->at[j], t);
		mpq_set_ui(with[j], j == i, 1);
	}
	return lx_formula_exact(
		cost, (const mpq_t *)at, (const mpq_t *)with, scratch->at[2 * n], out);
}

/* Newton's divided differences over the points t_k = (k+1)/POINTS, in place; whether all of order
 * RAY_DEGREE and above vanish, so that the values are those of a polynomial. */
static bool differences(mpq_t *value)
{
	bool polynomial = true;
	mpq_t step;

	mpq_init(step);
	for (size_t order = 1; order < LX_RAY_POINTS; order++) {
		mpq_set_ui(step, order, LX_RAY_POINTS);
		mpq_canonicalize(step);
		for (size_t k = LX_RAY_POINTS; k-- > order;) {
			mpq_sub(value[k], value[k], value[k - 1]);
			mpq_div(value[k], value[k], step);
		}
	}
	for (size_t k = LX_RAY_DEGREE; k < LX_RAY_POINTS; k++)
		polynomial = polynomial && mpq_sgn(value[k]) == 0;
	mpq_clear(step);
	return polynomial;
}

/* The integral over 0..1 of the Newton form sum_k d_k prod_{j<k} (t - t_j). */
static enum lx_code integrate(struct lx_call *call, mpq_t *d, mpq_ptr out)
{
	LX_CLOSE(lx_ratios_close)
	struct lx_ratios power = { 0 }; /* coefficients of the polynomial */
	LX_CLOSE(lx_ratios_close) struct lx_ratios t = { 0 };

	LX_TRY(lx_ratios_open(call, LX_RAY_DEGREE + 1, &power));
	LX_TRY(lx_ratios_open(call, 2, &t));
	for (size_t k = LX_RAY_DEGREE; k-- > 0;) { /* p = p (t - t_k) + d_k */
		mpq_set_ui(t.at[0], k + 1, LX_RAY_POINTS);
		mpq_canonicalize(t.at[0]);
		for (size_t j = LX_RAY_DEGREE; j > 0; j--) {
			mpq_mul(t.at[1], power.at[j], t.at[0]);
			mpq_sub(power.at[j], power.at[j - 1], t.at[1]);
		}
		mpq_mul(t.at[1], power.at[0], t.at[0]);
		mpq_sub(power.at[0], d[k], t.at[1]);
	}
	mpq_set_ui(out, 0, 1);
	for (size_t j = 0; j <= LX_RAY_DEGREE; j++) {
		mpq_set_ui(t.at[0], j + 1, 1);
		mpq_div(t.at[0], power.at[j], t.at[0]);
		mpq_add(out, out, t.at[0]);
	}
	return LX_OK;
}

static enum lx_code exact_price(struct lx_call *call, const struct lx_formula *cost,
	const struct lx_ratios *quantities, size_t i, mpq_ptr price, bool *exact)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios values = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios scratch = { 0 };

	LX_TRY(lx_ratios_open(call, LX_RAY_POINTS, &values));
	LX_TRY(lx_ratios_open(call, 2 * quantities->n + 2, &scratch));
	for (size_t k = 0; k < LX_RAY_POINTS && *exact; k++) {
		mpq_ptr t = scratch.at[2 * quantities->n + 1];
		mpq_set_ui(t, k + 1, LX_RAY_POINTS);
		mpq_canonicalize(t);
		*exact = marginal(cost, quantities, i, t, &scratch, values.at[k]);
	}
	*exact = *exact && differences(values.at);
	return *exact ? integrate(call, values.at, price) : LX_OK;
}

/* Gauss-Legendre with 8 points on 64 equal pieces. */
static bool real_price(
	const struct lx_formula *cost, size_t n, const double *quantities, size_t i, double *out)
{
	static const double node[4] = { 0.1834346424956498, 0.5255324099163290, 0.7966664774136267,
		0.9602898564975363 };
	static const double weight[4] = { 0.3626837833783620, 0.3137066458778873,
		0.2223810344533745, 0.1012285362903763 };
	double at[LX_FORMULA_NAMES], with[LX_FORMULA_NAMES] = { 0 }, value, slope;

	with[i] = 1;
	*out = 0;
	for (size_t piece = 0; piece < 64; piece++)
		for (size_t k = 0; k < 8; k++) {
			double x = k < 4 ? node[k] : -node[k - 4];
			double t = ((double)piece + 0.5 + x / 2) / 64;
			for (size_t j = 0; j < n; j++)
				at[j] = t * quantities[j];
			if (!lx_formula_real(cost, at, with, &value, &slope))
				return false;
			*out += weight[k % 4] / 128 * slope;
		}
	return true;
}

/* C(0) = 0: by doubles, as 0 may be a point where the slope does not exist. */
static bool is_zero_at_zero(const struct lx_formula *cost)
{
	double zeros[LX_FORMULA_NAMES] = { 0 }, value = 1, slope;

	(void)lx_formula_real(cost, zeros, NULL, &value, &slope);
	return value == 0;
}

enum lx_code lx_aumann_shapley(struct lx_call *call, const struct lx_formula *cost,
	const struct lx_ratios *quantities, struct lx_ratios *prices, double *real, bool *exact)
{
	double at[LX_FORMULA_NAMES];

	LX_TRY(lx_not_negative(call, "quantities", quantities));
	if (lx_formula_variables(cost) != quantities->n)
		return lx_fail(call, LX_INVALID, "cost", "shares.variables", "%zu", quantities->n);
	if (!is_zero_at_zero(cost))
		return lx_fail(call, LX_INVALID, "cost", "shares.fixed_cost", NULL);
	LX_TRY(lx_ratios_open(call, quantities->n, prices));
	bool all = true;
	for (size_t i = 0; i < quantities->n; i++)
		at[i] = lx_ratio_real(quantities->at[i]);
	for (size_t i = 0; i < quantities->n; i++) {
		LX_TRY(exact_price(call, cost, quantities, i, prices->at[i], &all));
		if (!real_price(cost, quantities->n, at, i, &real[i]))
			return lx_fail(call, LX_INVALID, "cost", "shares.not_finite", NULL);
	}
	*exact = all;
	return LX_OK;
}
