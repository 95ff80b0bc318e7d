/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The simplex of envelope.h: revised, with a dense inverse of the basis (there are few rows and many
 * columns). Ties go to the largest pivot; after many steps without progress to the lowest number
 * (Bland), which cannot cycle. The inverse is made anew now and then and at each end.
 */
#include "engines/appraise/envelope.h"

#include <math.h>
#include <string.h>

#define FEASIBLE    1e-10 /* scaled levels nearer to 0 than this are 0 */
#define PIVOT_LEAST 1e-9
#define PIVOT_SAFE  1e-5
#define HAIR        1e-11 /* reduced costs this much below 0 are let pass */
#define PROOF       1e-9
#define FRESH_EVERY 40
#define PATIENCE    200 /* steps before Bland's rule */
#define STEPS_MAX   20000

static size_t variables(const struct lx_envelope *e)
{
	return e->units + 1 + e->rows;
}

bool lx_envelope_new(struct lx_call *call, struct lx_envelope *e, size_t units, size_t inputs,
	size_t outputs, const double *data)
{
	size_t rows = inputs + outputs + 1, all = units + 1 + rows;

	*e = (struct lx_envelope){ .units = units, .inputs = inputs, .rows = rows, .data = data };
	e->left_out = NOWHERE;
	e->matrix = lx_doubles(call, rows * units);
	e->theta = lx_doubles(call, rows);
	e->right = lx_doubles(call, rows);
	e->scale = lx_doubles(call, rows);
	e->unit_scale = lx_doubles(call, units);
	e->basis = lx_array(call, rows, sizeof *e->basis);
	e->in_basis = lx_array(call, all, sizeof *e->in_basis);
	e->inverse = lx_doubles(call, rows * rows);
	e->level = lx_doubles(call, rows);
	e->reduced = lx_doubles(call, all);
	e->pivot = lx_doubles(call, all);
	e->column = lx_doubles(call, rows);
	e->scratch = lx_doubles(call, rows * rows);
	return call->fault.code == LX_OK;
}

void lx_envelope_copy(struct lx_envelope *to, const struct lx_envelope *from)
{
	size_t rows = from->rows, all = variables(from);

	memcpy(to->matrix, from->matrix, rows * from->units * sizeof(double));
	memcpy(to->theta, from->theta, rows * sizeof(double));
	memcpy(to->right, from->right, rows * sizeof(double));
	memcpy(to->scale, from->scale, rows * sizeof(double));
	memcpy(to->unit_scale, from->unit_scale, from->units * sizeof(double));
	memcpy(to->basis, from->basis, rows * sizeof(size_t));
	memcpy(to->in_basis, from->in_basis, all * sizeof(bool));
	memcpy(to->inverse, from->inverse, rows * rows * sizeof(double));
	memcpy(to->level, from->level, rows * sizeof(double));
	memcpy(to->reduced, from->reduced, all * sizeof(double));
	to->variable_returns = from->variable_returns;
	to->left_out = from->left_out;
}

/* ---- Columns and rows of the programme ---- */

static double logical_sign(const struct lx_envelope *e, size_t row)
{
	return row < e->inputs || row + 1 == e->rows ? 1 : -1;
}

static void column_of(const struct lx_envelope *e, size_t variable, double *out)
{
	if (variable < e->units) {
		for (size_t r = 0; r < e->rows; r++)
			out[r] = e->matrix[r * e->units + variable];
		return;
	}
	if (variable == e->units) {
		memcpy(out, e->theta, e->rows * sizeof *out);
		return;
	}
	memset(out, 0, e->rows * sizeof *out);
	out[variable - e->units - 1] = logical_sign(e, variable - e->units - 1);
}

/* out_j = multipliers times column j, for all variables. */
static void price(
	const struct lx_envelope *e, const double *restrict multipliers, double *restrict out)
{
	size_t n = e->units;

	memset(out, 0, n * sizeof *out);
	out[n] = 0;
	for (size_t r = 0; r < e->rows; r++) {
		double y = multipliers[r];
		const double *restrict row = e->matrix + r * n;
		out[n] += y * e->theta[r];
		out[n + 1 + r] = y * logical_sign(e, r);
		if (y == 0)
			continue;
		for (size_t j = 0; j < n; j++)
			out[j] += y * row[j];
	}
}

/* Free: may take any value. Fixed: must be 0. All others: 0 or more. */
static bool is_free(const struct lx_envelope *e, size_t variable)
{
	return variable == e->units || (variable == e->units + e->rows && !e->variable_returns);
}

static bool is_fixed(const struct lx_envelope *e, size_t variable)
{
	return variable == e->left_out || (variable == e->units + e->rows && e->variable_returns);
}

/* ---- The basis ---- */

/* Inverts scratch into inverse by elimination with the largest pivots; false if singular. */
static bool invert(struct lx_envelope *e)
{
	size_t m = e->rows;
	double *a = e->scratch, *b = e->inverse;

	memset(b, 0, m * m * sizeof *b);
	for (size_t i = 0; i < m; i++)
		b[i * m + i] = 1;
	for (size_t c = 0; c < m; c++) {
		size_t best = c;
		for (size_t r = c + 1; r < m; r++)
			if (fabs(a[r * m + c]) > fabs(a[best * m + c]))
				best = r;
		if (fabs(a[best * m + c]) < 1e-13)
			return false;
		for (size_t k = 0; k < m && best != c; k++) {
			double x = a[c * m + k], y = b[c * m + k];
			a[c * m + k] = a[best * m + k];
			a[best * m + k] = x;
			b[c * m + k] = b[best * m + k];
			b[best * m + k] = y;
		}
		double by = 1 / a[c * m + c];
		for (size_t k = 0; k < m; k++) {
			a[c * m + k] *= by;
			b[c * m + k] *= by;
		}
		for (size_t r = 0; r < m; r++) {
			double times = a[r * m + c];
			if (r == c || times == 0)
				continue;
			for (size_t k = 0; k < m; k++) {
				a[r * m + k] -= times * a[c * m + k];
				b[r * m + k] -= times * b[c * m + k];
			}
		}
	}
	return true;
}

static size_t theta_row(const struct lx_envelope *e)
{
	size_t r = 0;

	while (e->basis[r] != e->units)
		r++;
	return r;
}

/* Inverse, levels and reduced costs from the data. */
static bool refresh(struct lx_envelope *e)
{
	size_t m = e->rows;

	for (size_t k = 0; k < m; k++) {
		column_of(e, e->basis[k], e->column);
		for (size_t r = 0; r < m; r++)
			e->scratch[r * m + k] = e->column[r];
	}
	if (!invert(e))
		return false;
	for (size_t r = 0; r < m; r++) {
		e->level[r] = 0;
		for (size_t k = 0; k < m; k++)
			e->level[r] += e->inverse[r * m + k] * e->right[k];
	}
	/* theta alone costs: the dual prices are theta's row of the inverse */
	price(e, e->inverse + theta_row(e) * m, e->reduced);
	for (size_t j = 0; j < variables(e); j++)
		e->reduced[j] = e->in_basis[j] ? 0 : -e->reduced[j];
	return true;
}

static void tableau_column(struct lx_envelope *e, size_t variable)
{
	size_t m = e->rows;

	column_of(e, variable, e->scratch);
	for (size_t r = 0; r < m; r++) {
		e->column[r] = 0;
		for (size_t k = 0; k < m; k++)
			e->column[r] += e->inverse[r * m + k] * e->scratch[k];
	}
}

/* `enter` takes the place of the basic variable of row `out`; e->column is its tableau column. */
static void change_basis(struct lx_envelope *e, size_t out, size_t enter)
{
	size_t m = e->rows;
	double *row = e->inverse + out * m, by = 1 / e->column[out];

	for (size_t k = 0; k < m; k++)
		row[k] *= by;
	e->level[out] *= by;
	for (size_t r = 0; r < m; r++) {
		double times = e->column[r];
		if (r == out || times == 0)
			continue;
		for (size_t k = 0; k < m; k++)
			e->inverse[r * m + k] -= times * row[k];
		e->level[r] -= times * e->level[out];
	}
	e->in_basis[e->basis[out]] = false;
	e->in_basis[enter] = true;
	e->basis[out] = enter;
}

/* ---- Dual simplex ---- */

static double shortfall(const struct lx_envelope *e, size_t row)
{
	size_t variable = e->basis[row];

	if (is_free(e, variable))
		return 0;
	return is_fixed(e, variable) ? fabs(e->level[row]) : -e->level[row];
}

/* The row that is most short, or with `bland` the short one of the lowest variable. */
static size_t leaving(const struct lx_envelope *e, bool bland)
{
	size_t best = NOWHERE;

	for (size_t r = 0; r < e->rows; r++) {
		if (shortfall(e, r) <= FEASIBLE)
			continue;
		if (best == NOWHERE || (bland ? e->basis[r] < e->basis[best]
					      : shortfall(e, r) > shortfall(e, best)))
			best = r;
	}
	return best;
}

static bool may_enter(const struct lx_envelope *e, size_t variable, double step)
{
	return step > PIVOT_LEAST && !e->in_basis[variable] && !is_fixed(e, variable);
}

/* The variable whose reduced cost is first to reach 0 when the leaving row moves towards 0: of those that
 * do so within a hair the one with the largest pivot (Harris 1973), or with `bland` the lowest. Nearly
 * all variables fall at the first comparison, without a division. */
static size_t entering(const struct lx_envelope *e, double sign, bool bland)
{
	double bound = INFINITY, hair = bland ? 0 : HAIR;
	size_t nearest = NOWHERE, best = NOWHERE, n = variables(e);

	for (size_t j = 0; j < n; j++) {
		double step = sign * e->pivot[j], cost = e->reduced[j] > 0 ? e->reduced[j] : 0;
		if (cost + hair < bound * step && may_enter(e, j, step)) {
			bound = (cost + hair) / step;
			nearest = j;
		}
	}
	if (nearest == NOWHERE)
		return NOWHERE;
	for (size_t j = 0; j < n; j++) {
		double step = sign * e->pivot[j], cost = e->reduced[j] > 0 ? e->reduced[j] : 0;
		if (cost <= bound * step && may_enter(e, j, step) &&
			(best == NOWHERE || (!bland && step > sign * e->pivot[best])))
			best = j;
	}
	return best == NOWHERE ? nearest : best; /* rounding may leave no other */
}

static void dual_step(struct lx_envelope *e, size_t out, size_t enter)
{
	size_t gone = e->basis[out];
	double times = e->reduced[enter] / e->pivot[enter];

	tableau_column(e, enter);
	change_basis(e, out, enter);
	for (size_t j = 0; j < variables(e); j++)
		e->reduced[j] -= times * e->pivot[j];
	e->reduced[gone] = -times;
	e->reduced[enter] = 0;
}

/* Whether the step may be taken: a small pivot is believed only from a fresh inverse. */
static bool trusted(const struct lx_envelope *e, size_t enter, bool fresh)
{
	return fresh || (enter != NOWHERE && fabs(e->pivot[enter]) > PIVOT_SAFE);
}

enum lx_envelope_end lx_envelope_go_on(struct lx_envelope *e)
{
	bool fresh = false;

	for (int step = 1; step < STEPS_MAX; step++) {
		bool bland = step > PATIENCE;
		size_t out = leaving(e, bland), enter = NOWHERE;
		if (out == NOWHERE && fresh)
			return ENVELOPE_OPTIMAL;
		if (out != NOWHERE && (fresh || step % FRESH_EVERY != 0)) {
			price(e, e->inverse + out * e->rows, e->pivot);
			enter = entering(e, e->level[out] < 0 ? -1 : 1, bland);
			if (enter == NOWHERE && fresh)
				return ENVELOPE_INFEASIBLE;
			if (trusted(e, enter, fresh)) {
				dual_step(e, out, enter);
				fresh = false;
				continue;
			}
		}
		if (!refresh(e))
			return ENVELOPE_STUCK;
		fresh = true;
	}
	return ENVELOPE_STUCK;
}

/* Each row by the unit's own amount; by the row's largest where the unit has none. */
static void scale_rows(struct lx_envelope *e, const double *x0y0)
{
	for (size_t r = 0; r + 1 < e->rows; r++) {
		const double *row = e->data + r * e->units;
		double by = x0y0[r];
		for (size_t j = 0; j < e->units && x0y0[r] == 0; j++)
			by = fmax(by, row[j]);
		e->scale[r] = by > 0 ? by : 1;
		for (size_t j = 0; j < e->units; j++)
			e->matrix[r * e->units + j] = row[j] / e->scale[r];
		bool input = r<e->inputs, some = x0y0[r]> 0;
		e->theta[r] = input && some ? -1 : 0;
		e->right[r] = !input && some ? 1 : 0;
	}
	e->theta[e->rows - 1] = 0;
	e->right[e->rows - 1] = e->scale[e->rows - 1] = 1;
}

/* Each unit by the power of 2 that brings its largest number between 1/2 and 1: powers of 2 lose no
 * bit. Units may be a million times larger than the one appraised. */
static void scale_units(struct lx_envelope *e)
{
	size_t n = e->units, last = e->rows - 1;

	for (size_t j = 0; j < n; j++) {
		double most = 0;
		int power;
		for (size_t r = 0; r < last; r++)
			most = fmax(most, e->matrix[r * n + j]);
		(void)frexp(most, &power);
		e->unit_scale[j] = most > 0 ? ldexp(1, -power) : 1;
		for (size_t r = 0; r < last; r++)
			e->matrix[r * n + j] *= e->unit_scale[j];
		e->matrix[last * n + j] = e->unit_scale[j];
	}
}

enum lx_envelope_end lx_envelope_start(struct lx_envelope *e, const double *x0y0)
{
	size_t first = NOWHERE;

	scale_rows(e, x0y0);
	scale_units(e);
	memset(e->in_basis, 0, variables(e) * sizeof *e->in_basis);
	for (size_t r = 0; r < e->rows; r++) {
		bool theta = first == NOWHERE && e->theta[r] < 0;
		if (theta)
			first = r;
		e->basis[r] = theta ? e->units : e->units + 1 + r;
		e->in_basis[e->basis[r]] = true;
	}
	e->variable_returns = false;
	if (first == NOWHERE || !refresh(e))
		return ENVELOPE_STUCK;
	return lx_envelope_go_on(e);
}

double lx_envelope_score(const struct lx_envelope *e)
{
	return e->level[theta_row(e)];
}

/* ---- Proof ---- */

static bool primal_holds(const struct lx_envelope *e)
{
	for (size_t r = 0; r < e->rows; r++) {
		double sum = 0, size = 1;
		for (size_t k = 0; k < e->rows; k++) {
			column_of(e, e->basis[k], e->scratch);
			sum += e->scratch[r] * e->level[k];
			size += fabs(e->scratch[r] * e->level[k]);
		}
		if (fabs(sum - e->right[r]) > PROOF * size || shortfall(e, r) > 2 * FEASIBLE)
			return false;
	}
	return true;
}

bool lx_envelope_proved(const struct lx_envelope *e)
{
	const double *dual = e->inverse + theta_row(e) * e->rows;
	double value = 0, score = lx_envelope_score(e);

	if (!primal_holds(e))
		return false;
	price(e, dual, e->pivot);
	for (size_t j = 0; j < variables(e); j++) {
		double cost = j == e->units ? 1 : 0, left = cost - e->pivot[j];
		if (is_fixed(e, j))
			continue;
		if (left < -PROOF || (is_free(e, j) && left > PROOF))
			return false;
	}
	for (size_t r = 0; r < e->rows; r++)
		value += dual[r] * e->right[r];
	return fabs(value - score) <= PROOF * (1 + fabs(score));
}

/* ---- Second stage: slacks ---- */

static bool is_slack(const struct lx_envelope *e, size_t variable)
{
	return variable > e->units && variable < e->units + e->rows;
}

/* What one more of each variable would add to the sum of slacks. */
static void gains(struct lx_envelope *e)
{
	size_t m = e->rows;

	memset(e->scratch, 0, m * sizeof(double));
	for (size_t r = 0; r < m; r++)
		for (size_t k = 0; k < m && is_slack(e, e->basis[r]); k++)
			e->scratch[k] += e->inverse[r * m + k];
	price(e, e->scratch, e->pivot);
	for (size_t j = 0; j < variables(e); j++)
		e->pivot[j] = (is_slack(e, j) ? 1 : 0) - e->pivot[j];
}

/* Only variables that leave theta as it is may enter. */
static size_t gaining(const struct lx_envelope *e, bool bland)
{
	size_t best = NOWHERE;

	for (size_t j = 0; j < variables(e); j++) {
		if (e->in_basis[j] || is_fixed(e, j) || e->reduced[j] > PIVOT_LEAST ||
			e->pivot[j] <= PIVOT_LEAST)
			continue;
		if (best == NOWHERE || (!bland && e->pivot[j] > e->pivot[best]))
			best = j;
	}
	return best;
}

/* The row that first reaches 0 as the entering variable grows. */
static size_t blocking(const struct lx_envelope *e)
{
	double least = INFINITY;
	size_t best = NOWHERE;

	for (size_t r = 0; r < e->rows; r++) {
		if (is_free(e, e->basis[r]))
			continue;
		bool fixed = is_fixed(e, e->basis[r]);
		double by = fixed ? fabs(e->column[r]) : e->column[r];
		if (by <= PIVOT_LEAST)
			continue;
		double ratio = fixed ? 0 : fmax(e->level[r], 0) / by;
		if (best != NOWHERE &&
			(ratio > least || (ratio == least && e->basis[r] > e->basis[best])))
			continue;
		least = ratio;
		best = r;
	}
	return best;
}

enum lx_envelope_end lx_envelope_slacks(struct lx_envelope *e)
{
	for (int step = 1; step < STEPS_MAX; step++) {
		gains(e);
		size_t enter = gaining(e, step > PATIENCE);
		if (enter == NOWHERE)
			return refresh(e) ? ENVELOPE_OPTIMAL : ENVELOPE_STUCK;
		tableau_column(e, enter);
		size_t out = blocking(e);
		if (out == NOWHERE)
			return ENVELOPE_STUCK;
		change_basis(e, out, enter);
		if (!refresh(e))
			return ENVELOPE_STUCK;
	}
	return ENVELOPE_STUCK;
}
