/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Which change of one weight would let VIKOR put the next below first. Q of a unit rests on the best and
 * worst S and R of all, so these are worked out once for a grid of weights; a pair whose order turns between
 * two points of the grid is then narrowed down by halving.
 */
#include "engines/appraise/inner.h"

#include "base/parallel.h"

#include <math.h>

#define STEPS    100 /* from the weight as it is to 0, and to 1 */
#define HALVINGS 40
#define ROWS_MAX 3000 /* beyond, narrowing down takes minutes: no swaps are told */

/* The least of S and R over all units, and how far the worst lies from it. */
struct spans {
	double s, s_width, r, r_width;
};

struct field {
	size_t rows, columns;
	const double *weights, *regret;
	double v, *s;       /* S of each row as things stand */
	double *top[2];     /* each row's largest and second largest weighted regret */
	size_t *top_at;     /* the column of the largest */
	struct spans *grid; /* [column][end][step] */
	const double *q;
	const size_t *order;
	struct lx_weight_swap *swap;
};

/* S and R of a row when column c weighs w and the others shrink or grow in proportion. */
static inline void at_weight(
	const struct field *f, size_t row, size_t c, double w, double *s, double *r)
{
	double own = f->regret[row * f->columns + c], scale = (1 - w) / (1 - f->weights[c]);
	double others = f->top_at[row] == c ? f->top[1][row] : f->top[0][row];

	*s = w * own + scale * (f->s[row] - f->weights[c] * own);
	*r = fmax(w * own, scale * others);
}

static struct spans spans_at(const struct field *f, size_t c, double w)
{
	double low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };

	for (size_t row = 0; row < f->rows; row++) {
		double s, r;
		at_weight(f, row, c, w, &s, &r);
		low[0] = fmin(low[0], s);
		high[0] = fmax(high[0], s);
		low[1] = fmin(low[1], r);
		high[1] = fmax(high[1], r);
	}
	return (struct spans){ low[0], high[0] - low[0], low[1], high[1] - low[1] };
}

static double q_at(const struct field *f, const struct spans *spans, size_t row, size_t c, double w)
{
	double s, r, q = 0;

	at_weight(f, row, c, w, &s, &r);
	if (spans->s_width > 0)
		q += f->v * (s - spans->s) / spans->s_width;
	if (spans->r_width > 0)
		q += (1 - f->v) * (r - spans->r) / spans->r_width;
	return q;
}

/* How far the lower of the two is behind: Q, where less is better. */
static double gap(const struct field *f, const struct lx_weight_swap *swap,
	const struct spans *spans, size_t c, double w)
{
	return q_at(f, spans, swap->below, c, w) - q_at(f, spans, swap->above, c, w);
}

static double weight_at(const struct field *f, size_t c, size_t end, size_t step)
{
	double from = f->weights[c];

	return from + ((double)end - from) * (double)step / STEPS;
}

static enum lx_code fill_grid(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	const struct field *f = with;
	size_t c = i / 2, end = i % 2;

	(void)worker;
	(void)fault;
	for (size_t step = 1; step <= STEPS && f->weights[c] < 1; step++)
		f->grid[i * (STEPS + 1) + step] = spans_at(f, c, weight_at(f, c, end, step));
	return LX_OK;
}

/* Between the last weight with a gap and the first without. */
static double narrow(const struct field *f, const struct lx_weight_swap *swap, size_t c,
	double open, double closed)
{
	for (int k = 0; k < HALVINGS; k++) {
		double middle = (open + closed) / 2;
		struct spans spans = spans_at(f, c, middle);
		if (gap(f, swap, &spans, c, middle) > 0)
			open = middle;
		else
			closed = middle;
	}
	return closed;
}

/* The first step of column c towards `end` at which the gap is closed; 0: none, or none nearer. */
static size_t first_closed(
	const struct field *f, const struct lx_weight_swap *swap, size_t c, size_t end)
{
	const struct spans *grid = f->grid + (2 * c + end) * (STEPS + 1);
	double least = swap->column == NOWHERE ? INFINITY
					       : fabs(swap->weight_to - swap->weight_from);

	for (size_t step = 1; step <= STEPS; step++) {
		if (fabs(weight_at(f, c, end, step - 1) - f->weights[c]) >= least)
			return 0;
		if (!(gap(f, swap, &grid[step], c, weight_at(f, c, end, step)) > 0))
			return step;
	}
	return 0;
}

static enum lx_code find_swap(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	const struct field *f = with;
	struct lx_weight_swap swap = { f->order[i], f->order[i + 1], NOWHERE, 0, NAN, NAN };

	(void)worker;
	(void)fault;
	swap.margin = f->q[swap.below] - f->q[swap.above];
	for (size_t c = 0; c < f->columns; c++)
		for (size_t end = 0; end <= 1 && f->weights[c] < 1; end++) {
			size_t step = first_closed(f, &swap, c, end);
			if (step == 0)
				continue;
			double to = narrow(f, &swap, c, weight_at(f, c, end, step - 1),
				weight_at(f, c, end, step));
			if (swap.column != NOWHERE &&
				fabs(to - f->weights[c]) >= fabs(swap.weight_to - swap.weight_from))
				continue;
			swap.column = c;
			swap.weight_from = f->weights[c];
			swap.weight_to = to;
		}
	f->swap[i] = swap;
	return LX_OK;
}

static void set_rows(const struct field *f)
{
	for (size_t row = 0; row < f->rows; row++)
		for (size_t c = 0; c < f->columns; c++) {
			double regret = f->weights[c] * f->regret[row * f->columns + c];
			f->s[row] += regret;
			if (c == 0 || regret > f->top[0][row]) {
				f->top[1][row] = c == 0 ? 0 : f->top[0][row];
				f->top[0][row] = regret;
				f->top_at[row] = c;
			} else if (regret > f->top[1][row]) {
				f->top[1][row] = regret;
			}
		}
}

enum lx_code lx_vikor_swaps(struct lx_call *call, const struct lx_grid *table,
	struct lx_criteria criteria, double v, const struct lx_vikor *vikor,
	struct lx_weight_swap **out)
{
	size_t rows = table->rows, columns = table->columns;
	double *weights;

	*out = NULL;
	if (rows > ROWS_MAX)
		return LX_OK;
	LX_TRY(lx_share_weights(call, table, criteria.weights, &weights));
	double *regret = lx_doubles(call, rows * columns);
	struct field f = { .rows = rows,
		.columns = columns,
		.weights = weights,
		.regret = regret,
		.v = v,
		.s = lx_doubles(call, rows),
		.top = { lx_doubles(call, rows), lx_doubles(call, rows) },
		.top_at = lx_array(call, rows, sizeof(size_t)),
		.grid = lx_array(call, 2 * columns * (STEPS + 1), sizeof(struct spans)),
		.q = vikor->q,
		.order = lx_ranked_rows(call, rows, vikor->rank),
		.swap = lx_array(call, rows, sizeof(struct lx_weight_swap)) };
	if (call->fault.code != LX_OK)
		return LX_BROKEN;
	lx_unit_regrets(table, criteria.benefit, regret);
	set_rows(&f);
	LX_TRY(lx_parallel(call, 2 * columns, fill_grid, &f));
	LX_TRY(lx_parallel(call, rows - 1, find_swap, &f));
	*out = f.swap;
	return LX_OK;
}
