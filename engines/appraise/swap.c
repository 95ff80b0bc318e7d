/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Which change of one weight would let TOPSIS put the next below first: searched, since closeness is no
 * straight line in the weights. The composite index has a formula for it, in its own file.
 */
#include "engines/appraise/inner.h"

#include "base/parallel.h"

#include <math.h>

#define STEPS    100 /* from the weight as it is to 0, and to 1 */
#define HALVINGS 50

/* Squared distances of the normalised, unweighted table to the best and worst of each column. */
struct field {
	const struct lx_grid *table;
	const double *weights, *closeness;
	double *plus, *minus;
	const size_t *order; /* rows from the first to the last */
	struct lx_weight_swap *swap;
};

size_t *lx_ranked_rows(struct lx_call *call, size_t n, const size_t *rank)
{
	size_t *order = lx_array(call, n, sizeof *order);
	size_t *used = lx_array(call, n + 1, sizeof *used);

	if (order == NULL || used == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		order[rank[i] - 1 + used[rank[i]]++] = i;
	return order;
}

void lx_square_distances(
	const struct lx_grid *table, const bool *benefit, double *best, double *worst)
{
	size_t rows = table->rows, columns = table->columns;

	for (size_t c = 0; c < columns; c++) {
		double squares = 0, low = INFINITY, high = -INFINITY;
		for (size_t r = 0; r < rows; r++) {
			double x = table->at[r * columns + c];
			squares += x * x;
			low = fmin(low, x);
			high = fmax(high, x);
		}
		double ideal = benefit[c] ? high : low, anti = benefit[c] ? low : high;
		for (size_t r = 0; r < rows; r++) {
			double x = table->at[r * columns + c];
			best[r * columns + c] = (x - ideal) * (x - ideal) / squares;
			worst[r * columns + c] = (x - anti) * (x - anti) / squares;
		}
	}
}

/* Closeness of a row when column `c` weighs `weight` and the others shrink or grow in proportion. */
static double closeness(const struct field *f, size_t row, size_t c, double weight)
{
	size_t columns = f->table->columns;
	const double *plus = f->plus + row * columns, *minus = f->minus + row * columns;
	double others = (1 - weight) / (1 - f->weights[c]), far = 0, near = 0;

	for (size_t k = 0; k < columns; k++) {
		double w = k == c ? weight : f->weights[k] * others;
		far += w * w * plus[k];
		near += w * w * minus[k];
	}
	far = sqrt(far);
	near = sqrt(near);
	return far + near > 0 ? near / (far + near) : 0.5;
}

static double gap(const struct field *f, const struct lx_weight_swap *s, size_t c, double weight)
{
	return closeness(f, s->above, c, weight) - closeness(f, s->below, c, weight);
}

/* The weight nearest to the present one, towards `end`, at which the gap is closed; NaN: none. */
static double search(const struct field *f, const struct lx_weight_swap *s, size_t c, double end)
{
	double from = f->weights[c], open = from;

	for (int step = 1; step <= STEPS; step++) {
		double to = from + (end - from) * step / STEPS;
		if (gap(f, s, c, to) > 0) {
			open = to;
			continue;
		}
		for (int i = 0; i < HALVINGS; i++) {
			double middle = (open + to) / 2;
			if (gap(f, s, c, middle) > 0)
				open = middle;
			else
				to = middle;
		}
		return to;
	}
	return NAN;
}

static enum lx_code find_swap(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	const struct field *f = with;
	struct lx_weight_swap s = { f->order[i], f->order[i + 1], NOWHERE, 0, NAN, NAN };

	(void)worker;
	(void)fault;
	s.margin = f->closeness[s.above] - f->closeness[s.below];
	for (size_t c = 0; c < f->table->columns; c++) {
		if (f->weights[c] >= 1)
			continue;
		for (double end = 0; end <= 1; end++) {
			double to = search(f, &s, c, end);
			double moved = fabs(to - f->weights[c]);
			if (isnan(to) ||
				(s.column != NOWHERE && moved >= fabs(s.weight_to - s.weight_from)))
				continue;
			s.column = c;
			s.weight_from = f->weights[c];
			s.weight_to = to;
		}
	}
	f->swap[i] = s;
	return LX_OK;
}

enum lx_code lx_topsis_swaps(struct lx_call *call, const struct lx_grid *table,
	struct lx_criteria criteria, const struct lx_topsis *topsis, struct lx_weight_swap **out)
{
	size_t cells = table->rows * table->columns;
	struct field f = { .table = table, .closeness = topsis->closeness };
	double *weights;

	LX_TRY(lx_share_weights(call, table, criteria.weights, &weights));
	f.weights = weights;
	f.plus = lx_doubles(call, cells);
	f.minus = lx_doubles(call, cells);
	f.order = lx_ranked_rows(call, table->rows, topsis->rank);
	f.swap = lx_array(call, table->rows, sizeof *f.swap);
	if (call->fault.code != LX_OK)
		return LX_BROKEN;
	lx_square_distances(table, criteria.benefit, f.plus, f.minus);
	LX_TRY(lx_parallel(call, table->rows - 1, find_swap, &f));
	*out = f.swap;
	return LX_OK;
}
