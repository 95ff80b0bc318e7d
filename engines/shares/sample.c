/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Sampling the Shapley value where no table fits. A sample is an order of the players and its reverse,
 * averaged (antithetic); orders come from the seed and the sample's number alone. The bounds are
 * empirical Bernstein's with the known range (Maurer & Pontil 2009): valid for any distribution, unlike
 * a normal interval, which is far too narrow when large contributions are rare.
 */
#include "engines/shares/inner.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#define CHUNKS 64

struct sampling {
	const struct lx_sampled *game;
	size_t pairs;
	uint64_t seed;
	double *sums; /* a row of 2n a chunk: sums, sums of squares */
	uint32_t *orders;
	double *marginals; /* a row of 2n a thread */
	unsigned first, step;
};

static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

/* A whole number below n without bias (Lemire 2019). */
static uint32_t below(uint64_t *state, uint32_t n)
{
	uint64_t product = (draw(state) >> 32) * n;

	if ((uint32_t)product < n) {
		uint32_t least = -n % n;
		while ((uint32_t)product < least)
			product = (draw(state) >> 32) * n;
	}
	return (uint32_t)(product >> 32);
}

/* Adds the marginal of each player along the order, forwards or backwards. */
static void walk(const struct lx_sampled *game, const uint32_t *order, bool backwards, double *out)
{
	double reached = 0;

	for (size_t k = 0; k < game->n; k++) {
		uint32_t i = order[backwards ? game->n - 1 - k : k];
		double size = game->sizes[i];
		if (game->kind == LX_SAMPLED_DEAREST) {
			out[i] += size > reached ? size - reached : 0;
			reached = size > reached ? size : reached;
		} else {
			out[i] += reached < game->quota && reached + size >= game->quota;
			reached += size;
		}
	}
}

static void one_chunk(struct sampling *s, unsigned chunk, uint32_t *order, double *marginal)
{
	size_t n = s->game->n, from = s->pairs * chunk / CHUNKS,
	       to = s->pairs * (chunk + 1) / CHUNKS;
	double *sum = s->sums + (size_t)chunk * 2 * n, *square = sum + n;

	for (size_t sample = from; sample < to; sample++) {
		uint64_t state = s->seed ^ (sample + 1) * UINT64_C(0xD1342543DE82EF95);
		for (size_t i = 0; i < n; i++)
			order[i] = (uint32_t)i;
		for (size_t i = n; i > 1; i--) {
			uint32_t j = below(&state, (uint32_t)i), last = order[i - 1];
			order[i - 1] = order[j];
			order[j] = last;
		}
		memset(marginal, 0, n * sizeof *marginal);
		walk(s->game, order, false, marginal);
		walk(s->game, order, true, marginal);
		for (size_t i = 0; i < n; i++) {
			double mean = marginal[i] / 2;
			sum[i] += mean;
			square[i] += mean * mean;
		}
	}
}

static void *run_chunks(void *with)
{
	struct sampling *s = with;

	for (unsigned chunk = s->first; chunk < CHUNKS; chunk += s->step)
		one_chunk(s, chunk, s->orders + s->first * s->game->n,
			s->marginals + s->first * s->game->n);
	return NULL;
}

/* sqrt(2 V ln(4/delta) / m) + 7 range ln(4/delta) / (3 (m-1)): two-sided, V the sample variance */
static void finish(const struct sampling *s, double *mean, double *half)
{
	double m = (double)s->pairs, bits = log(4 / 0.05);

	for (size_t i = 0; i < s->game->n; i++) {
		double sum = 0, square = 0;
		for (unsigned chunk = 0; chunk < CHUNKS; chunk++) {
			sum += s->sums[(size_t)chunk * 2 * s->game->n + i];
			square += s->sums[((size_t)chunk * 2 + 1) * s->game->n + i];
		}
		double range = s->game->kind == LX_SAMPLED_DEAREST ? s->game->sizes[i] : 1;
		double variance = (square - sum * sum / m) / (m - 1);
		mean[i] = sum / m;
		half[i] = sqrt(2 * (variance > 0 ? variance : 0) * bits / m) +
			  7 * range * bits / (3 * (m - 1));
	}
}

static enum lx_code check(struct lx_call *call, const struct lx_sampled *game, size_t orders)
{
	if (game->n < 1 || game->n > LX_SAMPLED_MOST)
		return lx_fail(call, LX_INVALID, "n", "shares.players", "%d", LX_SAMPLED_MOST);
	for (size_t i = 0; i < game->n; i++)
		if (!(game->sizes[i] >= 0) || game->sizes[i] > 1e15)
			return lx_fail(call, LX_INVALID, "weights", "shares.weight", "%zu", i + 1);
	if (orders < 4 || orders > LX_SAMPLED_WORK / game->n)
		return lx_fail(call, LX_INVALID, "permutations", "shares.permutations", "%zu",
			(size_t)LX_SAMPLED_WORK / game->n);
	if (game->kind == LX_SAMPLED_QUOTA && !(game->quota > 0))
		return lx_fail(call, LX_INVALID, "quota", "shares.quota", NULL);
	return LX_OK;
}

enum lx_code lx_sample_shapley(struct lx_call *call, const struct lx_sampled *game, size_t orders,
	uint64_t seed, double *mean, double *half)
{
	struct sampling part[2] = {
		{ .game = game, .pairs = orders / 2, .seed = seed, .step = 2 }
	};
	pthread_t other;

	LX_TRY(check(call, game, orders));
	part[0].sums = lx_array(call, (size_t)CHUNKS * 2 * game->n, sizeof(double));
	part[0].orders = lx_array(call, 2 * game->n, sizeof(uint32_t));
	part[0].marginals = lx_array(call, 2 * game->n, sizeof(double));
	if (part[0].sums == NULL || part[0].orders == NULL || part[0].marginals == NULL)
		return LX_BROKEN;
	LX_TRY(lx_step(call, 0, 0));
	part[1] = part[0];
	part[1].first = 1;
	bool two = call->threads > 1 && pthread_create(&other, NULL, run_chunks, &part[1]) == 0;
	run_chunks(&part[0]);
	if (two)
		(void)pthread_join(other, NULL);
	else
		run_chunks(&part[1]);
	finish(&part[0], mean, half);
	return LX_OK;
}
