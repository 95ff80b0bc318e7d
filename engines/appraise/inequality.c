/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Inequality between regions: Theil's T and L with their parts between and within groups (Theil 1967),
 * the weighted Gini, and sigma, the spread whose fall over the years is called sigma convergence.
 */
#include "engines/appraise/inner.h"

#include <math.h>
#include <stdlib.h>

struct unit {
	double x, p;
};

/* a ln(a / b), with 0 ln 0 = 0. */
static double information(double a, double b)
{
	return a > 0 ? a * log(a / b) : 0;
}

static enum lx_code check(
	struct lx_call *call, const struct lx_grid *t, const size_t *group, size_t groups)
{
	double sum = 0;

	LX_TRY(lx_check_table(call, t, 1, false, false));
	if (t->columns != 2)
		return lx_fail(call, LX_INVALID, NULL, "appraise.two_columns", NULL);
	if (groups == 0 || groups > t->rows || (group == NULL && groups != 1))
		return lx_fail(call, LX_INVALID, "groups", "appraise.groups", NULL);
	for (size_t r = 0; r < t->rows; r++) {
		if (!(t->at[2 * r + 1] > 0))
			return lx_cell_fault(call, t, r, 1, "appraise.not_positive");
		if (group != NULL && group[r] >= groups)
			return lx_cell_fault(call, t, r, NOWHERE, "appraise.groups");
		sum += t->at[2 * r];
	}
	if (!(sum > 0) || !isfinite(sum))
		return lx_cell_fault(call, t, NOWHERE, 0, "appraise.zero_column");
	return LX_OK;
}

/* Theil over the groups' sums gives the part between; what is left of each group is the part within. */
static enum lx_code theil(struct lx_call *call, const struct lx_grid *t, const size_t *group,
	size_t groups, struct lx_inequality *out)
{
	double *y = lx_doubles(call, groups), *p = lx_doubles(call, groups), all_y = 0, all_p = 0;
	double *l = lx_doubles(call, groups);

	out->group_t = lx_doubles(call, groups);
	out->group_y_share = lx_doubles(call, groups);
	if (call->fault.code != LX_OK)
		return LX_BROKEN;
	for (size_t r = 0; r < t->rows; r++) {
		size_t g = group == NULL ? 0 : group[r];
		y[g] += t->at[2 * r];
		p[g] += t->at[2 * r + 1];
		all_y += t->at[2 * r];
		all_p += t->at[2 * r + 1];
	}
	for (size_t r = 0; r < t->rows; r++) {
		size_t g = group == NULL ? 0 : group[r];
		double own_y = t->at[2 * r], own_p = t->at[2 * r + 1];
		out->theil_t += information(own_y / all_y, own_p / all_p);
		out->theil_l += information(own_p / all_p, own_y / all_y);
		if (y[g] > 0)
			out->group_t[g] += information(own_y / y[g], own_p / p[g]);
		l[g] += y[g] > 0 ? information(own_p / p[g], own_y / y[g]) : INFINITY;
	}
	for (size_t g = 0; g < groups; g++) {
		if (!(p[g] > 0))
			return lx_fail(
				call, LX_INVALID, "groups", "appraise.group_empty", "%zu", g + 1);
		out->theil_t_between += information(y[g] / all_y, p[g] / all_p);
		out->theil_t_within += y[g] / all_y * out->group_t[g];
		out->theil_l_between += information(p[g] / all_p, y[g] / all_y);
		out->theil_l_within += p[g] / all_p * l[g];
		out->group_y_share[g] = y[g] / all_y;
	}
	return LX_OK;
}

static int by_x(const void *left, const void *right)
{
	const struct unit *a = left, *b = right;

	return (a->x > b->x) - (a->x < b->x);
}

/* sum_ij p_i p_j |x_i - x_j| / (2 P^2 mu): in rising order each x_j is above what came before. */
static double gini(size_t n, const struct unit *rising)
{
	double before_p = 0, before_y = 0, sum = 0;

	for (size_t i = 0; i < n; i++) {
		sum += rising[i].p * (rising[i].x * before_p - before_y);
		before_p += rising[i].p;
		before_y += rising[i].p * rising[i].x;
	}
	return sum / (before_p * before_y);
}

/* Coefficient of variation and standard deviation of logarithms, unweighted, divisor n. */
static void sigma(size_t n, const struct unit *unit, struct lx_inequality *out)
{
	double mean = 0, squares = 0, mean_log = 0, squares_log = 0;

	for (size_t i = 0; i < n; i++) {
		mean += unit[i].x / (double)n;
		mean_log += log(unit[i].x) / (double)n;
	}
	for (size_t i = 0; i < n; i++) {
		squares += (unit[i].x - mean) * (unit[i].x - mean);
		squares_log += (log(unit[i].x) - mean_log) * (log(unit[i].x) - mean_log);
	}
	out->sigma_cv = sqrt(squares / (double)n) / mean;
	out->sigma_sd_log = unit[0].x > 0 ? sqrt(squares_log / (double)n) : INFINITY;
}

enum lx_code lx_inequality(struct lx_call *call, const struct lx_grid *table, const size_t *group,
	size_t groups, struct lx_inequality *out)
{
	struct lx_inequality found = { 0 };

	LX_TRY(check(call, table, group, groups));
	LX_TRY(theil(call, table, group, groups, &found));
	struct unit *unit = lx_array(call, table->rows, sizeof *unit);
	if (unit == NULL)
		return LX_BROKEN;
	for (size_t r = 0; r < table->rows; r++) {
		double y = table->at[2 * r], p = table->at[2 * r + 1];
		unit[r] = (struct unit){ y / p, p };
	}
	qsort(unit, table->rows, sizeof *unit, by_x);
	found.gini = gini(table->rows, unit);
	sigma(table->rows, unit, &found);
	*out = found;
	return LX_OK;
}
