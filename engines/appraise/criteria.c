/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Criteria: entropy weights, TOPSIS, VIKOR. The composite index has a file of its own. */
#include "engines/appraise/inner.h"

#include <math.h>

#define ALL_CONSTANT 1e-12 /* an entropy this near to 1 is that of a constant column */

/* ---- Entropy weights ---- */

static double column_sum(const struct lx_grid *t, size_t c)
{
	double sum = 0;

	for (size_t r = 0; r < t->rows; r++)
		sum += t->at[r * t->columns + c];
	return sum;
}

static double column_entropy(const struct lx_grid *t, size_t c, double sum)
{
	double e = 0;

	for (size_t r = 0; r < t->rows; r++) {
		double p = t->at[r * t->columns + c] / sum;
		if (p > 0)
			e -= p * log(p);
	}
	e /= log((double)t->rows);
	return fabs(1 - e) < ALL_CONSTANT ? 1 : e;
}

enum lx_code lx_entropy(struct lx_call *call, const struct lx_grid *table, struct lx_entropy *out)
{
	LX_TRY(lx_check_table(call, table, 2, false, false));
	struct lx_entropy found = { lx_doubles(call, table->columns),
		lx_doubles(call, table->columns) };
	double spread = 0;

	if (found.e == NULL || found.weights == NULL)
		return LX_BROKEN;
	for (size_t c = 0; c < table->columns; c++) {
		double sum = column_sum(table, c);
		if (!(sum > 0) || !isfinite(sum))
			return lx_cell_fault(call, table, NOWHERE, c, "appraise.zero_column");
		found.e[c] = column_entropy(table, c, sum);
		spread += 1 - found.e[c];
	}
	if (!(spread > 0))
		return lx_fail(call, LX_INVALID, "matrix", "appraise.all_constant", NULL);
	for (size_t c = 0; c < table->columns; c++)
		found.weights[c] = (1 - found.e[c]) / spread;
	*out = found;
	return LX_OK;
}

/* ---- TOPSIS ---- */

/* The weighted, vector-normalised table. */
static enum lx_code weighted(
	struct lx_call *call, const struct lx_grid *t, const double *weights, double *out)
{
	for (size_t c = 0; c < t->columns; c++) {
		double squares = 0;
		for (size_t r = 0; r < t->rows; r++)
			squares += t->at[r * t->columns + c] * t->at[r * t->columns + c];
		if (!(squares > 0) || !isfinite(squares))
			return lx_cell_fault(call, t, NOWHERE, c, "appraise.zero_column");
		for (size_t r = 0; r < t->rows; r++)
			out[r * t->columns + c] = weights[c] * t->at[r * t->columns + c] /
						  sqrt(squares);
	}
	return LX_OK;
}

static void extremes(const struct lx_grid *t, const double *at, size_t c, double *low, double *high)
{
	*low = *high = at[c];
	for (size_t r = 1; r < t->rows; r++) {
		*low = fmin(*low, at[r * t->columns + c]);
		*high = fmax(*high, at[r * t->columns + c]);
	}
}

/* Adds each row's squared distances to ideal and anti-ideal. */
static void add_distances(
	const struct lx_grid *t, const double *at, const bool *benefit, struct lx_topsis *out)
{
	for (size_t c = 0; c < t->columns; c++) {
		double low, high;
		extremes(t, at, c, &low, &high);
		double ideal = benefit[c] ? high : low, anti = benefit[c] ? low : high;
		for (size_t r = 0; r < t->rows; r++) {
			double x = at[r * t->columns + c];
			out->d_plus[r] += (x - ideal) * (x - ideal);
			out->d_minus[r] += (x - anti) * (x - anti);
		}
	}
}

enum lx_code lx_topsis(struct lx_call *call, const struct lx_grid *table,
	struct lx_criteria criteria, struct lx_topsis *out)
{
	double *weights;
	size_t n = table->rows;

	LX_TRY(lx_check_table(call, table, 1, true, false));
	LX_TRY(lx_share_weights(call, table, criteria.weights, &weights));
	double *at = lx_doubles(call, n * table->columns);
	struct lx_topsis found = { lx_doubles(call, n), lx_doubles(call, n), lx_doubles(call, n),
		lx_array(call, n, sizeof(size_t)), false };
	if (at == NULL || found.closeness == NULL || found.d_plus == NULL ||
		found.d_minus == NULL || found.rank == NULL)
		return LX_BROKEN;
	LX_TRY(weighted(call, table, weights, at));
	add_distances(table, at, criteria.benefit, &found);
	for (size_t r = 0; r < n; r++) {
		found.d_plus[r] = sqrt(found.d_plus[r]);
		found.d_minus[r] = sqrt(found.d_minus[r]);
		double both = found.d_plus[r] + found.d_minus[r];
		found.closeness[r] = both > 0 ? found.d_minus[r] / both : 0.5;
		found.alike |= !(both > 0);
	}
	LX_TRY(lx_rank_values(call, n, found.closeness, true, found.rank));
	*out = found;
	return LX_OK;
}

/* ---- VIKOR ---- */

void lx_unit_regrets(const struct lx_grid *table, const bool *benefit, double *out)
{
	for (size_t c = 0; c < table->columns; c++) {
		double low, high;
		extremes(table, table->at, c, &low, &high);
		for (size_t r = 0; r < table->rows; r++) {
			double x = table->at[r * table->columns + c];
			double behind = benefit[c] ? high - x : x - low;
			out[r * table->columns + c] = low == high ? 0 : behind / (high - low);
		}
	}
}

static void add_regrets(
	const struct lx_grid *t, const double *weights, const bool *benefit, struct lx_vikor *out)
{
	for (size_t c = 0; c < t->columns; c++) {
		double low, high;
		extremes(t, t->at, c, &low, &high);
		if (low == high)
			continue;
		for (size_t r = 0; r < t->rows; r++) {
			double x = t->at[r * t->columns + c];
			double behind = benefit[c] ? high - x : x - low;
			double regret = weights[c] * behind / (high - low);
			out->s[r] += regret;
			out->r[r] = fmax(out->r[r], regret);
		}
	}
}

/* Adds `share` times where each of n lies between the least and the most of them. */
static void add_place(size_t n, const double *all, double share, double *out)
{
	double low = all[0], high = all[0];

	for (size_t i = 1; i < n; i++) {
		low = fmin(low, all[i]);
		high = fmax(high, all[i]);
	}
	for (size_t i = 0; i < n && high > low; i++)
		out[i] += share * ((all[i] - low) / (high - low));
}

static size_t least(size_t n, const double *all, size_t but)
{
	size_t best = but == 0 ? 1 : 0;

	for (size_t i = best + 1; i < n; i++)
		if (i != but && all[i] < all[best])
			best = i;
	return best;
}

/* The two conditions under which the first may be called the compromise. */
static void accept(size_t n, struct lx_vikor *out)
{
	out->best = least(n, out->q, NOWHERE);
	out->stable = out->s[out->best] <= out->s[least(n, out->s, NOWHERE)] ||
		      out->r[out->best] <= out->r[least(n, out->r, NOWHERE)];
	if (n < 2) {
		out->advantage = true;
		return;
	}
	out->lead = out->q[least(n, out->q, out->best)] - out->q[out->best];
	out->advantage = out->lead >= 1 / (double)(n - 1);
}

enum lx_code lx_vikor(struct lx_call *call, const struct lx_grid *table,
	struct lx_criteria criteria, double v, struct lx_vikor *out)
{
	double *weights;
	size_t n = table->rows;

	LX_TRY(lx_check_table(call, table, 1, true, false));
	LX_TRY(lx_share_weights(call, table, criteria.weights, &weights));
	if (!(v >= 0 && v <= 1))
		return lx_fail(call, LX_INVALID, "v", "appraise.unit_interval", NULL);
	struct lx_vikor found = { .s = lx_doubles(call, n),
		.r = lx_doubles(call, n),
		.q = lx_doubles(call, n),
		.rank = lx_array(call, n, sizeof(size_t)) };
	if (found.s == NULL || found.r == NULL || found.q == NULL || found.rank == NULL)
		return LX_BROKEN;
	add_regrets(table, weights, criteria.benefit, &found);
	add_place(n, found.s, v, found.q);
	add_place(n, found.r, 1 - v, found.q);
	accept(n, &found);
	LX_TRY(lx_rank_values(call, n, found.q, false, found.rank));
	*out = found;
	return LX_OK;
}
