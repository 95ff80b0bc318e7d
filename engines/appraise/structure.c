/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How regions are made and tied together: Krugman's specialisation and location quotients, gravity
 * links, coupling coordination.
 */
#include "engines/appraise/inner.h"

#include <math.h>

/* Sums of the rows and of the columns. */
static enum lx_code sums(struct lx_call *call, const struct lx_grid *t, double *row, double *column)
{
	for (size_t i = 0; i < t->rows * t->columns; i++) {
		row[i / t->columns] += t->at[i];
		column[i % t->columns] += t->at[i];
	}
	for (size_t r = 0; r < t->rows; r++)
		if (!(row[r] > 0) || !isfinite(row[r]))
			return lx_cell_fault(call, t, r, NOWHERE, "appraise.empty_region");
	return LX_OK;
}

enum lx_code lx_krugman(struct lx_call *call, const struct lx_grid *table, struct lx_krugman *out)
{
	size_t n = table->rows, sectors = table->columns;

	LX_TRY(lx_check_table(call, table, 2, false, false));
	if (n > LX_CELLS_MAX / n)
		return lx_fail(call, LX_INVALID, NULL, "appraise.table_large", "%zu × %zu", n, n);
	double *row = lx_doubles(call, n), *column = lx_doubles(call, sectors), all = 0;
	struct lx_krugman found = { lx_doubles(call, n * n), lx_doubles(call, n),
		lx_doubles(call, n * sectors) };
	if (call->fault.code != LX_OK)
		return LX_BROKEN;
	LX_TRY(sums(call, table, row, column));
	for (size_t r = 0; r < n; r++)
		all += row[r];
	for (size_t i = 0; i < n; i++) {
		LX_TRY(lx_step(call, i, n));
		for (size_t k = 0; k < sectors; k++) {
			double here = table->at[i * sectors + k], share = here / row[i];
			double rest = (column[k] - here) / (all - row[i]);
			found.against_rest[i] += fabs(share - rest);
			found.quotient[i * sectors + k] = column[k] > 0 ? share / (column[k] / all)
									: NAN;
			for (size_t j = 0; j < n; j++)
				found.pairwise[i * n + j] += fabs(
					share - table->at[j * sectors + k] / row[j]);
		}
	}
	*out = found;
	return LX_OK;
}

static enum lx_code check_distances(
	struct lx_call *call, const struct lx_grid *t, const double *distance)
{
	const struct lx_grid square = { t->rows, t->rows, distance, t->row_names, t->row_names };

	LX_TRY(lx_check_table(call, &square, 1, false, false));
	for (size_t i = 0; i < t->rows; i++)
		for (size_t j = 0; j < i; j++) {
			if (!(distance[i * t->rows + j] > 0))
				return lx_cell_fault(call, &square, i, j, "appraise.distance_zero");
			if (distance[i * t->rows + j] != distance[j * t->rows + i])
				return lx_cell_fault(call, &square, i, j, "appraise.distance_ways");
		}
	return LX_OK;
}

enum lx_code lx_gravity(struct lx_call *call, const struct lx_grid *table, const double *distance,
	double exponent, double constant, struct lx_gravity *out)
{
	size_t n = table->rows;
	double all = 0;

	LX_TRY(lx_check_table(call, table, 2, false, false));
	if (table->columns != 2)
		return lx_fail(call, LX_INVALID, NULL, "appraise.two_columns", NULL);
	LX_TRY(check_distances(call, table, distance));
	if (!isfinite(exponent) || !(constant > 0) || !isfinite(constant))
		return lx_fail(call, LX_INVALID, "exponent", "appraise.not_finite", NULL);
	struct lx_gravity found = { lx_doubles(call, n * n), lx_doubles(call, n),
		lx_doubles(call, n) };
	if (call->fault.code != LX_OK)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			double mass_i = sqrt(table->at[2 * i]) * sqrt(table->at[2 * i + 1]);
			double mass_j = sqrt(table->at[2 * j]) * sqrt(table->at[2 * j + 1]);
			if (i == j)
				continue;
			double link = constant * mass_i * mass_j /
				      pow(distance[i * n + j], exponent);
			found.links[i * n + j] = link;
			found.total[i] += link;
			all += link;
		}
	for (size_t i = 0; i < n; i++)
		found.share[i] = all > 0 ? found.total[i] / all : NAN;
	*out = found;
	return LX_OK;
}

enum lx_code lx_coupling(struct lx_call *call, size_t n, const double *u, const double *weights,
	struct lx_coupling *out)
{
	const struct lx_grid row = { 1, n, u, NULL, NULL };
	double sum = 0, t = 0, logs = 0, *share;
	bool zero = false;

	LX_TRY(lx_check_table(call, &row, 1, false, false));
	LX_TRY(lx_share_weights(call, &row, weights, &share));
	for (size_t i = 0; i < n; i++) {
		if (u[i] > 1)
			return lx_cell_fault(call, &row, NOWHERE, i, "appraise.unit_interval");
		sum += u[i];
		t += share[i] * u[i];
		zero |= u[i] == 0;
		logs += zero ? 0 : log(u[i]);
	}
	double c = zero ? 0 : (double)n * exp(logs / (double)n) / sum;
	if (c > 1) /* rounding: the geometric mean is never above the arithmetic */
		c = 1;
	*out = (struct lx_coupling){ sum > 0 ? c : NAN, t, sqrt(c * t) };
	return LX_OK;
}
