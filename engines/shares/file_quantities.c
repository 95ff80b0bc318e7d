/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Demands, prices of several goods, bargaining: problems as JSON. */
#include "engines/shares/file.h"

#include <stdio.h>
#include <string.h>

enum lx_code lx_read_text(struct lx_problem *p, const char *name, char *out, size_t size)
{
	json_t *value;
	size_t n = 0;

	LX_TRY(lx_field(p, name, &value));
	if (!json_is_string(value) || json_string_length(value) >= size)
		return lx_fail(p->call, LX_INVALID, name, "shares.text", "%zu", size - 1);
	for (const char *c = json_string_value(value); *c != '\0'; c++)
		if (*c != ' ')
			out[n++] = *c;
	out[n] = '\0';
	return LX_OK;
}

static enum lx_code read_formula(struct lx_problem *p, struct lx_formula **out)
{
	json_t *cost;

	LX_TRY(lx_field(p, "cost", &cost));
	if (!json_is_string(cost))
		return lx_fail(p->call, LX_INVALID, "cost", "shares.text", "%d", 500);
	return lx_formula_read(p->call, lx_text(json_string_value(cost)), "Q", out);
}

static enum lx_code demands(struct lx_problem *p)
{
	static const char *const names[] = { [LX_DEMAND_SERIAL] = "serial",
		[LX_DEMAND_AVERAGE] = "average_cost",
		[LX_DEMAND_AUMANN_SHAPLEY] = "aumann_shapley" };
	LX_CLOSE(lx_ratios_close) struct lx_ratios demand = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios shares = { 0 };
	struct lx_formula *cost;

	LX_TRY(lx_read_ratios(p, "demands", &demand));
	LX_TRY(read_formula(p, &cost));
	for (size_t rule = 0; rule < sizeof names / sizeof names[0]; rule++) {
		if (!lx_asked(p, names[rule]))
			continue;
		enum lx_code code = lx_demand(
			p->call, (enum lx_demand_rule)rule, cost, &demand, &shares);
		if (code != LX_OK)
			LX_TRY(lx_put_error(p, names[rule], code));
		else
			(void)json_object_set_new(p->out, names[rule], lx_json_ratios(&shares));
	}
	return LX_OK;
}

/* prices, charges = price * quantity, total: fractions, or decimals that inform */
static void put_charges(struct lx_problem *p, const struct lx_ratios *quantities,
	struct lx_ratios *prices, mpq_ptr total)
{
	(void)json_object_set_new(p->out, "prices", lx_json_ratios(prices));
	for (size_t i = 0; i < prices->n; i++)
		mpq_mul(prices->at[i], prices->at[i], quantities->at[i]);
	lx_ratios_sum(prices, total);
	(void)json_object_set_new(p->out, "charges", lx_json_ratios(prices));
	(void)json_object_set_new(p->out, "total", lx_json_ratio(total));
}

static void put_real_charges(
	struct lx_problem *p, const struct lx_ratios *quantities, const double *real)
{
	json_t *prices = json_array(), *charges = json_array();
	double total = 0;

	for (size_t i = 0; i < quantities->n; i++) {
		double charge = real[i] * lx_ratio_real(quantities->at[i]);
		total += charge;
		(void)json_array_append_new(prices, json_real(real[i]));
		(void)json_array_append_new(charges, json_real(charge));
	}
	(void)json_object_set_new(p->out, "prices", prices);
	(void)json_object_set_new(p->out, "charges", charges);
	(void)json_object_set_new(p->out, "total", json_real(total));
	(void)json_object_set_new(p->out, "informs_only", json_true());
}

static enum lx_code aumann_shapley(struct lx_problem *p)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios quantities = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios prices = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios total = { 0 };
	double real[LX_FORMULA_NAMES];
	struct lx_formula *cost;
	bool exact;

	LX_TRY(lx_read_ratios(p, "quantities", &quantities));
	LX_TRY(read_formula(p, &cost));
	LX_TRY(lx_ratios_open(p->call, 1, &total));
	LX_TRY(lx_aumann_shapley(p->call, cost, &quantities, &prices, real, &exact));
	if (exact)
		put_charges(p, &quantities, &prices, total.at[0]);
	else
		put_real_charges(p, &quantities, real);
	return LX_OK;
}

/* --- bargaining --- */

static const char *const bargain_names[] = { [LX_BARGAIN_NASH] = "nash",
	[LX_BARGAIN_KALAI_SMORODINSKY] = "kalai_smorodinsky",
	[LX_BARGAIN_EGALITARIAN] = "egalitarian" };

static enum lx_code bargain_polygon(struct lx_problem *p, const struct lx_ratios *disagreement)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios vertices = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios point = { 0 };
	json_t *list = json_object_get(p->in, "vertices");
	size_t n = json_array_size(list);

	if (n < 3 || n > LX_POLYGON_MOST)
		return lx_fail(p->call, LX_INVALID, "vertices", "shares.polygon", NULL);
	LX_TRY(lx_ratios_open(p->call, 2 * n, &vertices));
	for (size_t k = 0; k < 2 * n; k++) {
		json_t *pair = json_array_get(list, k / 2);
		if (json_array_size(pair) != 2)
			return lx_fail(p->call, LX_INVALID, "vertices", "shares.polygon", NULL);
		LX_TRY(lx_read_ratio(
			p->call, "vertices", json_array_get(pair, k % 2), vertices.at[k]));
	}
	for (size_t rule = 0; rule < 3; rule++)
		if (lx_asked(p, bargain_names[rule]))
			LX_TRY(lx_put_shares(p, bargain_names[rule],
				lx_bargain_polygon(p->call, (enum lx_bargain_rule)rule, &vertices,
					disagreement, &point),
				&point));
	return LX_OK;
}

/* "u2=1-u1^2,0<=u1<=1" into the formula and the range. */
static enum lx_code read_frontier(
	struct lx_problem *p, struct lx_formula **f, double *low, double *high)
{
	char text[500], *end;

	LX_TRY(lx_read_text(p, "frontier", text, sizeof text));
	struct lx_text rest = lx_text(text), formula, range;
	(void)lx_text_split(&rest, ',', &formula);
	range = rest;
	const char *first = range.len == 0 ? NULL : strstr(range.at, "<=u1<=");
	if (first == NULL)
		return lx_fail(p->call, LX_INVALID, "frontier", "shares.frontier", NULL);
	LX_CLOSE(lx_ratios_close) struct lx_ratios ends = { 0 };
	LX_TRY(lx_ratios_open(p->call, 2, &ends));
	struct lx_text from = { range.at, (size_t)(first - range.at) };
	if (!lx_ratio_read(from, ends.at[0]) || !lx_ratio_read(lx_text(first + 6), ends.at[1]))
		return lx_fail(p->call, LX_INVALID, "frontier", "shares.frontier", NULL);
	*low = lx_ratio_real(ends.at[0]);
	*high = lx_ratio_real(ends.at[1]);
	end = text + formula.len;
	*end = '\0';
	return lx_formula_read(p->call, formula, "u1", f);
}

static enum lx_code bargain_frontier(struct lx_problem *p, const struct lx_ratios *disagreement)
{
	double low = 0, high = 0, point[2];
	double zero[2] = { lx_ratio_real(disagreement->at[0]), lx_ratio_real(disagreement->at[1]) };
	struct lx_formula *f;

	LX_TRY(read_frontier(p, &f, &low, &high));
	for (size_t rule = 0; rule < 3; rule++) {
		if (!lx_asked(p, bargain_names[rule]))
			continue;
		LX_TRY(lx_bargain_frontier(
			p->call, (enum lx_bargain_rule)rule, f, low, high, zero, point));
		(void)json_object_set_new(
			p->out, bargain_names[rule], json_pack("[f, f]", point[0], point[1]));
	}
	return LX_OK;
}

static enum lx_code bargaining(struct lx_problem *p)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios disagreement = { 0 };

	LX_TRY(lx_read_ratios(p, "disagreement", &disagreement));
	if (disagreement.n != 2)
		return lx_fail(p->call, LX_INVALID, "disagreement", "shares.length", "2");
	if (json_object_get(p->in, "vertices") != NULL)
		return bargain_polygon(p, &disagreement);
	return bargain_frontier(p, &disagreement);
}

enum lx_code lx_share_quantities(struct lx_problem *p, const char *kind)
{
	if (strcmp(kind, "serial") == 0)
		return demands(p);
	if (strcmp(kind, "aumann_shapley") == 0)
		return aumann_shapley(p);
	if (strcmp(kind, "lindahl") == 0)
		return lx_share_lindahl(p);
	return bargaining(p);
}
