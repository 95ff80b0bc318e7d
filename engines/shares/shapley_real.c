/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The Shapley value of a table of doubles, as in shapley.c but rounded: for reports. The table is cut
 * into the same 64 slices whatever the number of threads, and slices are added in order: same bits.
 */
#include "engines/shares/inner.h"

#include <pthread.h>
#include <string.h>

#define LOW_MOST 10
#define SLICES   64

struct real_work {
	const double *worth, *weights;
	unsigned n, low;
	uint64_t blocks;
	double (*sums)[LX_PLAYERS_MAX]; /* one row a slice */
	unsigned first, step;
};

/* Folds t[0 .. 2^low) in half for each player; returns the total. */
static double fold(double *t, unsigned low, double *sums)
{
	for (unsigned i = low; i-- > 0;) {
		size_t half = (size_t)1 << i;
		double lane[4] = { 0 };
		if (half < 4) {
			for (size_t k = 0; k < half; k++)
				lane[0] += t[half + k];
		}
		for (size_t k = 0; half >= 4 && k < half; k += 4)
			for (size_t j = 0; j < 4; j++)
				lane[j] += t[half + k + j];
		sums[i] += (lane[0] + lane[1]) + (lane[2] + lane[3]);
		for (size_t k = 0; k < half; k++)
			t[k] += t[half + k];
	}
	return t[0];
}

static void one_slice(const struct real_work *work, uint64_t from, uint64_t to, double *sums)
{
	size_t m = (size_t)1 << work->low;
	double t[1 << LOW_MOST];
	uint8_t sizes[1 << LOW_MOST];

	for (unsigned k = 0; k < m; k++)
		sizes[k] = (uint8_t)__builtin_popcount(k);
	for (uint64_t b = from; b < to; b++) {
		const double *v = work->worth + b * m;
		const double *weights = work->weights + __builtin_popcountll(b);
		for (size_t k = 0; k < m; k++)
			t[k] = weights[sizes[k]] * v[k];
		double total = fold(t, work->low, sums);
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

/* 1 / ((n-1) C(n-2, k-1)), 0 for nobody and for all */
static void real_weights(unsigned n, double *weights)
{
	double binomial = 1;

	for (unsigned k = 1; k < n; k++) {
		weights[k] = 1 / ((n - 1) * binomial);
		binomial = binomial * (n - 1 - k) / k;
	}
}

enum lx_code lx_shapley_real(struct lx_call *call, unsigned n, const double *worth, double *out)
{
	double weights[LX_PLAYERS_MAX + 1] = { 0 }, total = 0;
	double(*sums)[LX_PLAYERS_MAX] = lx_array(call, SLICES, sizeof *sums);
	pthread_t other;

	if (n < 1 || n > LX_PLAYERS_MAX)
		return lx_fail(call, LX_INVALID, "n", "shares.players", "%d", LX_PLAYERS_MAX);
	if (sums == NULL)
		return LX_BROKEN;
	LX_TRY(lx_step(call, 0, 0));
	real_weights(n, weights);
	unsigned low = n < LOW_MOST ? n : LOW_MOST;
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
