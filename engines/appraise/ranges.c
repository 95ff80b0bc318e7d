/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How far the ranks of TOPSIS and VIKOR hold when the weights are not quite those that were given: the same
 * many times over with weights drawn around them. What does not depend on the weights is worked out once.
 */
#include "engines/appraise/inner.h"

#include "base/parallel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DRAWS_A_PIECE 64
#define RANKS_MAX     50000000 /* units times draws: 400 MB */

static int rising(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

void lx_ranks_of_draw(size_t n, const double *score, double *sorted, double *rank, size_t stride)
{
	memcpy(sorted, score, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, rising);
	for (size_t r = 0; r < n; r++) {
		size_t low = 0, high = n; /* how many are not above this one */
		while (low < high) {
			size_t middle = (low + high) / 2;
			if (sorted[middle] <= score[r])
				low = middle + 1;
			else
				high = middle;
		}
		rank[r * stride] = (double)(n - low + 1);
	}
}

void lx_rank_points(size_t n, size_t draws, double *rank, struct lx_rank_ranges *out)
{
	for (size_t r = 0; r < n; r++) {
		double *ranks = rank + r * draws;
		qsort(ranks, draws, sizeof *ranks, rising);
		out->median[r] = ranks[(draws - 1) / 2];
		out->low[r] = ranks[(draws - 1) * 5 / 100];
		out->high[r] = ranks[((draws - 1) * 95 + 99) / 100];
	}
}

enum lx_code lx_rank_ranges_open(struct lx_call *call, size_t rows, size_t draws, double spread,
	struct lx_rank_ranges *out, double **rank)
{
	if (draws == 0 || draws > LX_DRAWS_MAX)
		return lx_fail(call, LX_INVALID, "draws", "appraise.draws", "%d", LX_DRAWS_MAX);
	if (rows > RANKS_MAX / draws)
		return lx_fail(call, LX_INVALID, "draws", "appraise.draws_large", NULL);
	if (!(spread >= 0 && spread <= 1))
		return lx_fail(call, LX_INVALID, "spread", "appraise.unit_interval", NULL);
	*rank = lx_doubles(call, rows * draws);
	out->median = lx_doubles(call, rows);
	out->low = lx_doubles(call, rows);
	out->high = lx_doubles(call, rows);
	return call->fault.code != LX_OK ? LX_BROKEN : LX_OK;
}

void lx_draw_weights(uint64_t *state, double spread, size_t n, const double *weights, double *out)
{
	double sum = 0;

	for (size_t c = 0; c < n; c++) {
		out[c] = weights[c] * (1 + spread * (2 * lx_draw_unit(state) - 1));
		sum += out[c];
	}
	for (size_t c = 0; c < n; c++)
		out[c] /= sum;
}

/* --- TOPSIS and VIKOR --- */

/* `first` and `second`: squared distances to the best and worst (TOPSIS); regrets, unused (VIKOR). */
struct trial {
	size_t rows, columns;
	const double *weights, *first, *second;
	const struct lx_rank_choice *choice;
	double *rank, *scratch;
};

static void score_topsis(const struct trial *t, const double *weights, double *score)
{
	for (size_t r = 0; r < t->rows; r++) {
		double far = 0, near = 0;
		for (size_t c = 0; c < t->columns; c++) {
			double square = weights[c] * weights[c];
			far += square * t->first[r * t->columns + c];
			near += square * t->second[r * t->columns + c];
		}
		far = sqrt(far);
		near = sqrt(near);
		score[r] = far + near > 0 ? near / (far + near) : 0.5;
	}
}

/* Less Q, so that more is better; `most` is scratch for the largest regrets. */
static void score_vikor(const struct trial *t, const double *weights, double *score, double *most)
{
	double low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };
	double v = t->choice->v;

	for (size_t r = 0; r < t->rows; r++) {
		score[r] = most[r] = 0;
		for (size_t c = 0; c < t->columns; c++) {
			double regret = weights[c] * t->first[r * t->columns + c];
			score[r] += regret;
			most[r] = fmax(most[r], regret);
		}
		low[0] = fmin(low[0], score[r]);
		high[0] = fmax(high[0], score[r]);
		low[1] = fmin(low[1], most[r]);
		high[1] = fmax(high[1], most[r]);
	}
	for (size_t r = 0; r < t->rows; r++) {
		double s = high[0] > low[0] ? (score[r] - low[0]) / (high[0] - low[0]) : 0;
		double m = high[1] > low[1] ? (most[r] - low[1]) / (high[1] - low[1]) : 0;
		score[r] = -(v * s + (1 - v) * m);
	}
}

static enum lx_code draw_some(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	const struct trial *t = with;
	size_t draws = t->choice->draws;
	double *weights = t->scratch + worker * (t->columns + 2 * t->rows);
	double *score = weights + t->columns, *other = score + t->rows;

	(void)fault;
	for (size_t d = i * DRAWS_A_PIECE; d < (i + 1) * DRAWS_A_PIECE && d < draws; d++) {
		uint64_t state = lx_stream(t->choice->seed, d);
		lx_draw_weights(&state, t->choice->spread, t->columns, t->weights, weights);
		if (t->choice->vikor)
			score_vikor(t, weights, score, other);
		else
			score_topsis(t, weights, score);
		lx_ranks_of_draw(t->rows, score, other, t->rank + d, draws);
	}
	return LX_OK;
}

enum lx_code lx_rank_ranges(struct lx_call *call, const struct lx_grid *table,
	struct lx_criteria criteria, const struct lx_rank_choice *choice,
	struct lx_rank_ranges *out)
{
	size_t cells = table->rows * table->columns;
	size_t pieces = (choice->draws + DRAWS_A_PIECE - 1) / DRAWS_A_PIECE;
	struct trial t = { .rows = table->rows, .columns = table->columns, .choice = choice };
	struct lx_rank_ranges found;
	double *weights;

	LX_TRY(lx_check_table(call, table, 1, true, false));
	LX_TRY(lx_share_weights(call, table, criteria.weights, &weights));
	LX_TRY(lx_rank_ranges_open(
		call, table->rows, choice->draws, choice->spread, &found, &t.rank));
	double *first = lx_doubles(call, cells), *second = lx_doubles(call, cells);
	t.scratch = lx_doubles(call, lx_workers(call, pieces) * (table->columns + 2 * table->rows));
	if (call->fault.code != LX_OK)
		return LX_BROKEN;
	if (choice->vikor)
		lx_unit_regrets(table, criteria.benefit, first);
	else
		lx_square_distances(table, criteria.benefit, first, second);
	t.weights = weights;
	t.first = first;
	t.second = second;
	LX_TRY(lx_parallel(call, pieces, draw_some, &t));
	lx_rank_points(table->rows, choice->draws, t.rank, &found);
	*out = found;
	return LX_OK;
}
