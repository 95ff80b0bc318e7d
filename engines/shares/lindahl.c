/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Lindahl prices: everyone wants the same quantity g at his own price. Exactly for linear marginal benefits
 * and for constant shares of income; for any other formulas by halving in doubles, and exactly after all
 * when a fraction near the answer turns out to solve the formulas exactly.
 */
#include "engines/shares/inner.h"

#include <math.h>
#include <string.h>

#define DOUBLINGS  100
#define HALVINGS   200
#define SAMPLES    64     /* places at which the gap is seen to fall */
#define BELOW_MOST 100000 /* denominator of a quantity tried exactly */

enum lx_code lx_lindahl_linear(struct lx_call *call, const struct lx_ratios *a,
	const struct lx_ratios *b, mpq_srcptr marginal_cost, mpq_ptr g, struct lx_ratios *prices)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios t = { 0 };

	LX_TRY(lx_not_negative(call, "a", a));
	LX_TRY(lx_not_negative(call, "b", b));
	if (a->n != b->n)
		return lx_fail(call, LX_INVALID, "b", "shares.length", "%zu", a->n);
	LX_TRY(lx_ratios_open(call, 2, &t));
	LX_TRY(lx_ratios_open(call, a->n, prices));
	lx_ratios_sum(a, t.at[0]);
	lx_ratios_sum(b, t.at[1]);
	mpq_sub(t.at[0], t.at[0], marginal_cost);
	if (mpq_sgn(t.at[1]) == 0 || mpq_sgn(t.at[0]) < 0)
		return lx_fail(call, LX_INVALID, "a", "shares.lindahl_none", NULL);
	mpq_div(g, t.at[0], t.at[1]);
	for (size_t i = 0; i < a->n; i++) {
		mpq_mul(t.at[0], b->at[i], g);
		mpq_sub(prices->at[i], a->at[i], t.at[0]);
		if (mpq_sgn(prices->at[i]) < 0)
			return lx_fail(
				call, LX_INVALID, "a", "shares.lindahl_negative", "%zu", i + 1);
	}
	return LX_OK;
}

enum lx_code lx_lindahl_income(struct lx_call *call, const struct lx_ratios *alpha,
	const struct lx_ratios *income, mpq_srcptr unit_cost, mpq_ptr g, struct lx_ratios *prices)
{
	LX_TRY(lx_not_negative(call, "alpha", alpha));
	LX_TRY(lx_not_negative(call, "income", income));
	if (alpha->n != income->n)
		return lx_fail(call, LX_INVALID, "income", "shares.length", "%zu", alpha->n);
	LX_TRY(lx_ratios_open(call, alpha->n, prices));
	for (size_t i = 0; i < alpha->n; i++) {
		if (mpq_cmp_ui(alpha->at[i], 1, 1) > 0)
			return lx_fail(call, LX_INVALID, "alpha", "shares.fraction", "%zu", i + 1);
		mpq_mul(prices->at[i], alpha->at[i], income->at[i]);
	}
	lx_ratios_sum(prices, g);
	if (mpq_sgn(unit_cost) <= 0 || mpq_sgn(g) == 0)
		return lx_fail(call, LX_INVALID, "unit_cost", "shares.lindahl_none", NULL);
	mpq_div(g, g, unit_cost);
	for (size_t i = 0; i < alpha->n; i++)
		mpq_div(prices->at[i], prices->at[i], g);
	return LX_OK;
}

/* --- any formulas --- */

struct market {
	const struct lx_lindahl *problem;
	double at[LX_FORMULA_NAMES];
	double *prices, *incomes;
	bool finite;
};

static double value_at(
	struct market *market, const struct lx_formula *formula, double *slope, const double *along)
{
	double value = NAN, other;

	if (!lx_formula_real(formula, market->at, along, &value, slope == NULL ? &other : slope))
		market->finite = false;
	return value;
}

static void set_member(struct market *market, size_t i, size_t from)
{
	const struct lx_lindahl *p = market->problem;

	for (size_t k = 0; k < p->numbers_each; k++)
		market->at[from + k] = lx_ratio_real(p->numbers->at[i * p->numbers_each + k]);
}

/* What g is worth to i in money when he pays `price` a unit of it: u_g / u_x where he has the rest. */
static double rate(struct market *market, size_t i, double g, double price)
{
	static const double along_g[LX_FORMULA_NAMES] = { 1 };
	static const double along_x[LX_FORMULA_NAMES] = { 0, 1 };
	double by_g, by_x;

	market->at[0] = g;
	market->at[1] = market->incomes[i] - price * g;
	(void)value_at(market, market->problem->member[i], &by_g, along_g);
	(void)value_at(market, market->problem->member[i], &by_x, along_x);
	return by_g / by_x;
}

/* The price at which i would choose g himself: between 0 and all he has, by halving. */
static double own_price(struct market *market, size_t i, double g)
{
	double low = 0, high = market->incomes[i] / g;

	set_member(market, i, 2);
	for (int k = 0; k < HALVINGS; k++) {
		double middle = (low + high) / 2;
		if (middle <= low || middle >= high)
			break;
		if (rate(market, i, g, middle) > middle)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

/* The sum of prices at g less the marginal cost. */
static double gap(struct market *market, double g)
{
	const struct lx_lindahl *p = market->problem;
	double sum = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (p->income != NULL) {
			market->prices[i] = own_price(market, i, g);
		} else {
			market->at[0] = g;
			set_member(market, i, 1);
			market->prices[i] = value_at(market, p->member[i], NULL, NULL);
		}
		sum += market->prices[i];
	}
	market->at[0] = g;
	return sum - value_at(market, p->marginal_cost, NULL, NULL);
}

/* A quantity beyond which nobody wants more; and that the gap falls on the way there. */
static enum lx_code bracket(struct lx_call *call, struct market *market, double *high)
{
	double before = INFINITY;
	int k = 0;

	for (*high = 1; gap(market, *high) > 0 && k < DOUBLINGS; k++)
		*high *= 2;
	if (k == DOUBLINGS || !market->finite)
		return lx_fail(call, LX_INVALID, NULL,
			market->finite ? "shares.lindahl_none" : "shares.not_finite", NULL);
	for (k = 1; k <= SAMPLES; k++) {
		double now = gap(market, *high * k / SAMPLES);
		if (!market->finite)
			return lx_fail(call, LX_INVALID, NULL, "shares.not_finite", NULL);
		if (now > before + 1e-9 * fabs(before))
			return lx_fail(call, LX_INVALID, NULL, "shares.lindahl_falls", NULL);
		before = now;
	}
	return LX_OK;
}

static enum lx_code solve(struct lx_call *call, struct market *market, double *g)
{
	double low = 0, high;

	LX_TRY(bracket(call, market, &high));
	for (int k = 0; k < HALVINGS; k++) {
		double middle = (low + high) / 2;
		if (middle <= low || middle >= high)
			break;
		if (gap(market, middle) > 0)
			low = middle;
		else
			high = middle;
	}
	*g = high;
	if (low == 0 || fabs(gap(market, *g)) > 1e-6 * (1 + fabs(market->prices[0])))
		return lx_fail(call, LX_INVALID, NULL, "shares.lindahl_none", NULL);
	for (size_t i = 0; i < market->problem->n; i++)
		if (market->prices[i] < 0)
			return lx_fail(
				call, LX_INVALID, NULL, "shares.lindahl_negative", "%zu", i + 1);
	return LX_OK;
}

/* The nearest fraction with a small denominator (continued fractions); false when none is near. */
static bool near_fraction(double real, mpq_ptr out)
{
	double x = real;
	int64_t up[2] = { 1, 0 }, down[2] = { 0, 1 };

	if (!(real < 1e6))
		return false;
	while (down[0] <= BELOW_MOST) {
		int64_t whole = (int64_t)floor(x);
		int64_t next_up = whole * up[0] + up[1], next_down = whole * down[0] + down[1];
		up[1] = up[0];
		down[1] = down[0];
		up[0] = next_up;
		down[0] = next_down;
		if (fabs((double)up[0] / (double)down[0] - real) <= 1e-12 * fabs(real)) {
			mpq_set_si(out, up[0], (unsigned long)down[0]);
			mpq_canonicalize(out);
			return down[0] <= BELOW_MOST;
		}
		x = 1 / (x - floor(x));
		if (!(x < 1e6))
			return false;
	}
	return false;
}

/* Prices at g, exactly, into `prices`; whether they are rational and sum to the marginal cost. */
static bool holds_exactly(
	const struct lx_lindahl *p, mpq_srcptr g, struct lx_ratios *prices, struct lx_ratios *t)
{
	mpq_ptr sum = t->at[LX_FORMULA_NAMES], slope = t->at[LX_FORMULA_NAMES + 1],
		cost = t->at[LX_FORMULA_NAMES + 2];

	mpq_set(t->at[0], g);
	for (size_t i = 0; i < p->n; i++) {
		for (size_t k = 0; k < p->numbers_each; k++)
			mpq_set(t->at[1 + k], p->numbers->at[i * p->numbers_each + k]);
		if (!lx_formula_exact(
			    p->member[i], (const mpq_t *)t->at, NULL, prices->at[i], slope))
			return false;
	}
	lx_ratios_sum(prices, sum);
	return lx_formula_exact(p->marginal_cost, (const mpq_t *)t->at, NULL, cost, slope) &&
	       mpq_equal(sum, cost) != 0;
}

enum lx_code lx_lindahl(
	struct lx_call *call, const struct lx_lindahl *problem, struct lx_lindahl_found *out)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios t = { 0 };
	struct market market = { .problem = problem, .finite = true };
	size_t own = problem->income != NULL ? 2 : 1;

	if (problem->n < 1 || problem->n > LX_CLAIMS_MOST)
		return lx_fail(call, LX_INVALID, NULL, "shares.classes", "%d", LX_CLAIMS_MOST);
	for (size_t i = 0; i < problem->n; i++)
		if (lx_formula_variables(problem->member[i]) != own + problem->numbers_each)
			return lx_fail(call, LX_INVALID, NULL, "shares.variables", "%zu", own);
	out->prices = market.prices = lx_array(call, problem->n, sizeof(double));
	market.incomes = lx_array(call, problem->n, sizeof(double));
	if (out->prices == NULL || market.incomes == NULL)
		return LX_BROKEN;
	if (problem->income != NULL)
		LX_TRY(lx_not_negative(call, "income", problem->income));
	for (size_t i = 0; problem->income != NULL && i < problem->n; i++)
		market.incomes[i] = lx_ratio_real(problem->income->at[i]);
	LX_TRY(solve(call, &market, &out->g));
	LX_TRY(lx_ratios_open(call, problem->n, &out->exact_prices));
	LX_TRY(lx_ratios_open(call, 1, &out->exact_g));
	LX_TRY(lx_ratios_open(call, LX_FORMULA_NAMES + 3, &t));
	out->exact = problem->income == NULL && near_fraction(out->g, out->exact_g.at[0]) &&
		     holds_exactly(problem, out->exact_g.at[0], &out->exact_prices, &t);
	return LX_OK;
}

void lx_lindahl_close(struct lx_lindahl_found *found)
{
	lx_ratios_close(&found->exact_prices);
	lx_ratios_close(&found->exact_g);
}
