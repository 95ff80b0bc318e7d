/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The Shapley value of a table of doubles, as in shapley.c but rounded: for reports. The table is cut
 * into the same 64 slices whatever the number of threads, and slices are added in order: same bits.
 */
#include "engines/shares/inner.h"

#include "base/vector.h"

#include <pthread.h>
#include <string.h>

#define LOW_MOST 10
#define SLICES   64
#define LANES    16 /* sums that do not wait for each other */

struct real_work {
	const double *worth;
	const double *weights; /* 2^low for each size of the players above `low` */
	unsigned n, low;
	uint64_t blocks;
	double (*sums)[LX_PLAYERS_MAX]; /* one row a slice */
	unsigned first, step;
};

static double sum_lanes(const double *lane)
{
	double sum = 0;

	for (size_t j = 0; j < LANES; j += 4)
		sum += (lane[j] + lane[j + 1]) + (lane[j + 2] + lane[j + 3]);
	return sum;
}

/* t[k] = weights[k] v[k] + its upper half, k < half (a multiple of LANES); returns the upper sum. */
static inline double fold_first(double *t, const double *v, const double *weights, size_t half)
{
	double lane[LANES] = { 0 };

	for (size_t k = 0; k < half; k += LANES)
		for (size_t j = 0; j < LANES; j++) {
			double upper = weights[half + k + j] * v[half + k + j];
			lane[j] += upper;
			t[k + j] = weights[k + j] * v[k + j] + upper;
		}
	return sum_lanes(lane);
}

static inline double fold_half(double *t, size_t half)
{
	double lane[LANES] = { 0 }, sum = 0;

	for (size_t k = 0; k < half && half < LANES; k++) {
		sum += t[half + k];
		t[k] += t[half + k];
	}
	for (size_t k = 0; half >= LANES && k < half; k += LANES)
		for (size_t j = 0; j < LANES; j++) {
			lane[j] += t[half + k + j];
			t[k + j] += t[half + k + j];
		}
	return half < LANES ? sum : sum_lanes(lane);
}

/* One block, folded in half for each player; returns the total. The clones add in the same order. */
LX_VECTOR static double fold_block(
	const double *v, const double *weights, unsigned low, double *sums)
{
	double t[1 << LOW_MOST];
	unsigned i = low;

	if (low > 5) {
		i = low - 1;
		sums[i] += fold_first(t, v, weights, (size_t)1 << i);
	} else {
		for (size_t k = 0; k < (size_t)1 << low; k++)
			t[k] = weights[k] * v[k];
	}
	while (i-- > 0)
		sums[i] += fold_half(t, (size_t)1 << i);
	return t[0];
}

static void one_slice(const struct real_work *work, uint64_t from, uint64_t to, double *sums)
{
	size_t m = (size_t)1 << work->low;

	for (uint64_t b = from; b < to; b++) {
		size_t size = (size_t)__builtin_popcountll(b);
		double total = fold_block(
			work->worth + b * m, work->weights + size * m, work->low, sums);
		for (uint64_t rest = b; rest != 0; rest &= rest - 1)
			sums[work->low + (unsigned)__builtin_ctzll(rest)] += total;
	}
}

static void *run_slices(void *with)
{
	const struct real_work *work = with;

	for (unsigned s = work->first; s < SLICES; s += work->step)
		one_slice(work, work->blocks * s / SLICES, work->blocks * (s + 1) / SLICES,
			work->sums[s]);
	return NULL;
}

/* 1 / ((n-1) C(n-2, k-1)), 0 for nobody and for all; laid out for the 2^low coalitions of a block, one
 * row for each number of players above, so that a block reads straight on. */
static enum lx_code real_weights(struct lx_call *call, unsigned n, unsigned low, double **out)
{
	double by_size[LX_PLAYERS_MAX + 1] = { 0 }, binomial = 1;
	size_t m = (size_t)1 << low;
	double *rows = lx_array(call, (n - low + 1) * m, sizeof *rows);

	if (rows == NULL)
		return LX_BROKEN;
	for (unsigned k = 1; k < n; k++) {
		by_size[k] = 1 / ((n - 1) * binomial);
		binomial = binomial * (n - 1 - k) / k;
	}
	for (unsigned above = 0; above <= n - low; above++)
		for (size_t k = 0; k < m; k++)
			rows[above * m + k] = by_size[above + (unsigned)__builtin_popcountll(k)];
	*out = rows;
	return LX_OK;
}

enum lx_code lx_shapley_real(struct lx_call *call, unsigned n, const double *worth, double *out)
{
	double(*sums)[LX_PLAYERS_MAX] = lx_array(call, SLICES, sizeof *sums);
	double total = 0, *weights;
	pthread_t other;

	if (n < 1 || n > LX_PLAYERS_MAX)
		return lx_fail(call, LX_INVALID, "n", "shares.players", "%d", LX_PLAYERS_MAX);
	if (sums == NULL)
		return LX_BROKEN;
	LX_TRY(lx_step(call, 0, 0));
	unsigned low = n < LOW_MOST ? n : LOW_MOST;
	LX_TRY(real_weights(call, n, low, &weights));
	struct real_work half[2] = { { .worth = worth, .weights = weights, .n = n, .low = low } };
	half[0].blocks = UINT64_C(1) << (n - low);
	half[0].sums = sums;
	half[1] = half[0];
	half[1].first = 1;
	half[0].step = half[1].step = 2;
	bool two = call->threads > 1 && n > 14 &&
		   pthread_create(&other, NULL, run_slices, &half[1]) == 0;
	run_slices(&half[0]);
	if (two)
		(void)pthread_join(other, NULL);
	else
		run_slices(&half[1]);
	for (unsigned i = 0; i < n; i++) {
		out[i] = 0;
		for (unsigned s = 0; s < SLICES; s++)
			out[i] += sums[s][i];
		total += out[i];
	}
	for (unsigned i = 0; i < n; i++)
		out[i] += (worth[((size_t)1 << n) - 1] - total) / n;
	return LX_OK;
}
