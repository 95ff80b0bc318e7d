/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The composite index, in the order of steps of the OECD/JRC handbook (2008): missing data, normalise,
 * weigh, aggregate; then the same many times over with other choices, to see how far the ranks hold,
 * and the change of one weight at which two neighbours would swap.
 */
#include "engines/appraise/inner.h"

#include "base/parallel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NORMALISATIONS 3 /* those the simulation draws from: min-max, z, rank */
#define DRAWS_A_PIECE  64

struct index {
	const struct lx_grid *table; /* missing numbers filled in */
	const double *weights;
	const bool *benefit;
	const struct lx_composite_choice *choice;
	double *normal[NORMALISATIONS]; /* the table normalised in each way */
	bool positive[NORMALISATIONS];  /* all of it above 0: a geometric mean is defined */
	size_t ways;     /* pairs of normalisation and aggregation that are defined */
	double *rank;    /* units × draws, filled by the simulation */
	double *scratch; /* by worker: columns + 2 rows */
};

static int rising(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* ---- Missing data ---- */

static double stand_in(const struct lx_grid *t, size_t c, bool median, double *known)
{
	size_t n = 0;
	double sum = 0;

	for (size_t r = 0; r < t->rows; r++) {
		double x = t->at[r * t->columns + c];
		if (isnan(x))
			continue;
		known[n++] = x;
		sum += x;
	}
	if (n == 0)
		return NAN;
	qsort(known, n, sizeof *known, rising);
	return median ? (known[(n - 1) / 2] + known[n / 2]) / 2 : sum / (double)n;
}

static enum lx_code fill(struct lx_call *call, const struct lx_grid *t, enum lx_missing missing,
	double *full, size_t *filled)
{
	double *known = lx_doubles(call, t->rows);

	if (known == NULL)
		return LX_BROKEN;
	memcpy(full, t->at, t->rows * t->columns * sizeof *full);
	for (size_t i = 0; i < t->rows * t->columns; i++) {
		size_t r = i / t->columns, c = i % t->columns;
		if (!isnan(full[i]))
			continue;
		full[i] = stand_in(t, c, missing == LX_MISSING_MEDIAN, known);
		if (missing == LX_MISSING_REFUSE || isnan(full[i]))
			return lx_cell_fault(call, t, r, c, "appraise.missing");
		++*filled;
	}
	return LX_OK;
}

/* ---- Normalisation: higher is better in all that follows ---- */

static enum lx_code minmax(struct lx_call *call, const struct index *x, size_t c, double *out)
{
	const struct lx_grid *t = x->table;
	const double *posts = x->choice->goalposts;
	double low = INFINITY, high = -INFINITY;

	for (size_t r = 0; r < t->rows; r++) {
		low = fmin(low, t->at[r * t->columns + c]);
		high = fmax(high, t->at[r * t->columns + c]);
	}
	if (posts != NULL && (!(posts[2 * c] <= low) || !(posts[2 * c + 1] >= high) ||
				     !(posts[2 * c] < posts[2 * c + 1])))
		return lx_cell_fault(call, t, NOWHERE, c, "appraise.goalposts");
	if (posts != NULL) {
		low = posts[2 * c];
		high = posts[2 * c + 1];
	}
	for (size_t r = 0; r < t->rows; r++) {
		double share = high > low ? (t->at[r * t->columns + c] - low) / (high - low) : 0.5;
		out[r * t->columns + c] = x->benefit[c] ? share : 1 - share;
	}
	return LX_OK;
}

static void zscore(const struct index *x, size_t c, double *out)
{
	const struct lx_grid *t = x->table;
	double mean = 0, squares = 0;

	for (size_t r = 0; r < t->rows; r++)
		mean += t->at[r * t->columns + c] / (double)t->rows;
	for (size_t r = 0; r < t->rows; r++) {
		double z = t->at[r * t->columns + c] - mean;
		squares += z * z;
	}
	double sd = sqrt(squares / (double)t->rows);
	for (size_t r = 0; r < t->rows; r++) {
		double z = t->at[r * t->columns + c] - mean;
		out[r * t->columns + c] = sd > 0 ? (x->benefit[c] ? z : -z) / sd : 0;
	}
}

/* The last has 1 / n, the first 1: never 0. */
static enum lx_code by_rank(struct lx_call *call, const struct index *x, size_t c, double *out)
{
	const struct lx_grid *t = x->table;
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	double *column = lx_doubles(call, t->rows);
	size_t *rank = lx_array(call, t->rows, sizeof *rank);

	if (column == NULL || rank == NULL)
		return LX_BROKEN;
	for (size_t r = 0; r < t->rows; r++)
		column[r] = t->at[r * t->columns + c];
	LX_TRY(lx_rank_values(call, t->rows, column, x->benefit[c], rank));
	for (size_t r = 0; r < t->rows; r++)
		out[r * t->columns + c] = (double)(t->rows + 1 - rank[r]) / (double)t->rows;
	lx_arena_back(call->arena, mark);
	return LX_OK;
}

static enum lx_code to_target(struct lx_call *call, const struct index *x, size_t c, double *out)
{
	const struct lx_grid *t = x->table;
	double target = x->choice->targets[c];

	if (!(target > 0) || !isfinite(target))
		return lx_cell_fault(call, t, NOWHERE, c, "appraise.target");
	for (size_t r = 0; r < t->rows; r++) {
		double is = t->at[r * t->columns + c];
		if (!x->benefit[c] && !(is > 0))
			return lx_cell_fault(call, t, r, c, "appraise.target_cost");
		out[r * t->columns + c] = x->benefit[c] ? is / target : target / is;
	}
	return LX_OK;
}

static enum lx_code normalise(
	struct lx_call *call, const struct index *x, enum lx_normalisation how, double *out)
{
	for (size_t c = 0; c < x->table->columns; c++) {
		if (how == LX_MINMAX)
			LX_TRY(minmax(call, x, c, out));
		else if (how == LX_ZSCORE)
			zscore(x, c, out);
		else if (how == LX_BY_RANK)
			LX_TRY(by_rank(call, x, c, out));
		else
			LX_TRY(to_target(call, x, c, out));
	}
	return LX_OK;
}

/* ---- Aggregation ---- */

static double aggregate(size_t n, const double *normal, const double *weights, bool geometric)
{
	double sum = 0;

	for (size_t c = 0; c < n; c++)
		sum += weights[c] * (geometric ? weights[c] > 0 ? log(normal[c]) : 0 : normal[c]);
	return geometric ? exp(sum) : sum;
}

static enum lx_code check_positive(
	struct lx_call *call, const struct lx_grid *t, const double *normal, const double *weights)
{
	for (size_t i = 0; i < t->rows * t->columns; i++)
		if (weights[i % t->columns] > 0 && !(normal[i] > 0))
			return lx_cell_fault(
				call, t, i / t->columns, i % t->columns, "appraise.geometric_zero");
	return LX_OK;
}

/* ---- Which change of a weight would swap two neighbours ---- */

/* With weight w on column c and the others in proportion, the gap of the two units is
 * w * gap_c + (1 - w) * rest: zero at rest / (rest - gap_c). */
static struct lx_weight_swap swap_of(const struct lx_grid *t, const double *normal,
	const double *weights, bool geometric, size_t above, size_t below)
{
	const double *a = normal + above * t->columns, *b = normal + below * t->columns;
	struct lx_weight_swap found = { above, below, NOWHERE, 0, NAN, NAN };
	double whole = 0;

	for (size_t c = 0; c < t->columns; c++)
		if (weights[c] > 0)
			whole += weights[c] * (geometric ? log(a[c] / b[c]) : a[c] - b[c]);
	for (size_t c = 0; c < t->columns; c++) {
		if (weights[c] >= 1 || (geometric && !(a[c] > 0 && b[c] > 0)))
			continue;
		double gap = geometric ? log(a[c] / b[c]) : a[c] - b[c];
		double rest = (whole - weights[c] * gap) / (1 - weights[c]);
		double to = rest / (rest - gap);
		if (!(to >= 0 && to <= 1) ||
			!(found.column == NOWHERE ||
				fabs(to - weights[c]) < fabs(found.weight_to - found.weight_from)))
			continue;
		found.column = c;
		found.weight_from = weights[c];
		found.weight_to = to;
	}
	return found;
}

static enum lx_code swaps(struct lx_call *call, const struct lx_grid *t, const double *normal,
	const double *weights, bool geometric, struct lx_composite *out)
{
	size_t *order = lx_ranked_rows(call, t->rows, out->rank);

	out->swaps = lx_array(call, t->rows, sizeof *out->swaps);
	if (order == NULL || out->swaps == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i + 1 < t->rows; i++) {
		out->swaps[i] = swap_of(t, normal, weights, geometric, order[i], order[i + 1]);
		out->swaps[i].margin = out->score[order[i]] - out->score[order[i + 1]];
	}
	return LX_OK;
}

/* ---- Simulation ---- */

/* Turns the n-th defined pair into a normalisation and an aggregation. */
static size_t way(const struct index *x, size_t n, bool *geometric)
{
	for (size_t k = 0; k < NORMALISATIONS; k++)
		for (int g = 0; g <= (x->positive[k] ? 1 : 0); g++)
			if (n-- == 0) {
				*geometric = g == 1;
				return k;
			}
	return 0;
}

static void draw_once(const struct index *x, size_t draw, double *scratch)
{
	const struct lx_grid *t = x->table;
	double *weights = scratch, *score = scratch + t->columns, *sorted = score + t->rows;
	uint64_t state = lx_stream(x->choice->seed, draw);
	bool geometric = false;

	size_t k = way(x, lx_draw_below(&state, (uint32_t)x->ways), &geometric);
	lx_draw_weights(&state, x->choice->spread, t->columns, x->weights, weights);
	for (size_t r = 0; r < t->rows; r++)
		score[r] = aggregate(t->columns, x->normal[k] + r * t->columns, weights, geometric);
	lx_ranks_of_draw(t->rows, score, sorted, x->rank + draw, x->choice->draws);
}

static enum lx_code draw_some(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	const struct index *x = with;
	size_t from = i * DRAWS_A_PIECE, draws = x->choice->draws;
	double *scratch = x->scratch + worker * (x->table->columns + 2 * x->table->rows);

	(void)fault;
	for (size_t draw = from; draw < from + DRAWS_A_PIECE && draw < draws; draw++)
		draw_once(x, draw, scratch);
	return LX_OK;
}

static enum lx_code simulate(struct lx_call *call, struct index *x, struct lx_composite *out)
{
	const struct lx_grid *t = x->table;
	size_t draws = x->choice->draws, pieces = (draws + DRAWS_A_PIECE - 1) / DRAWS_A_PIECE;

	LX_TRY(lx_rank_ranges_open(call, t->rows, draws, x->choice->spread, &out->range, &x->rank));
	x->scratch = lx_doubles(call, lx_workers(call, pieces) * (t->columns + 2 * t->rows));
	if (call->fault.code != LX_OK)
		return LX_BROKEN;
	for (size_t k = 0; k < NORMALISATIONS; k++) {
		x->normal[k] = lx_doubles(call, t->rows * t->columns);
		if (x->normal[k] == NULL)
			return LX_BROKEN;
		LX_TRY(normalise(call, x, (enum lx_normalisation)k, x->normal[k]));
		x->positive[k] = true;
		for (size_t i = 0; i < t->rows * t->columns; i++)
			x->positive[k] &= x->normal[k][i] > 0;
		x->ways += x->positive[k] ? 2 : 1;
	}
	LX_TRY(lx_parallel(call, pieces, draw_some, x));
	lx_rank_points(t->rows, draws, x->rank, &out->range);
	return LX_OK;
}

enum lx_code lx_composite(struct lx_call *call, const struct lx_grid *table,
	struct lx_criteria criteria, const struct lx_composite_choice *choice,
	struct lx_composite *out)
{
	struct lx_grid full = *table;
	struct lx_composite found = { 0 };
	double *weights;

	LX_TRY(lx_check_table(call, table, 1, true, true));
	if (choice->normalise == LX_TO_TARGET && choice->targets == NULL)
		return lx_fail(call, LX_INVALID, "targets", "appraise.field_missing", NULL);
	LX_TRY(lx_share_weights(call, table, criteria.weights, &weights));
	double *at = lx_doubles(call, table->rows * table->columns);
	double *normal = lx_doubles(call, table->rows * table->columns);
	found.score = lx_doubles(call, table->rows);
	found.rank = lx_array(call, table->rows, sizeof *found.rank);
	if (call->fault.code != LX_OK)
		return LX_BROKEN;
	LX_TRY(fill(call, table, choice->missing, at, &found.filled));
	full.at = at;
	struct index x = {
		.table = &full, .weights = weights, .benefit = criteria.benefit, .choice = choice
	};
	LX_TRY(normalise(call, &x, choice->normalise, normal));
	if (choice->geometric)
		LX_TRY(check_positive(call, &full, normal, weights));
	for (size_t r = 0; r < table->rows; r++)
		found.score[r] = aggregate(
			table->columns, normal + r * table->columns, weights, choice->geometric);
	LX_TRY(lx_rank_values(call, table->rows, found.score, true, found.rank));
	LX_TRY(swaps(call, &full, normal, weights, choice->geometric, &found));
	LX_TRY(simulate(call, &x, &found));
	*out = found;
	return LX_OK;
}
