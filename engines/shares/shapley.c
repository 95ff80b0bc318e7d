/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Shapley and Banzhaf values in one pass over the table.
 *
 * With w(k) = 1 / ((n-1) C(n-2, k-1)) the Shapley value is phi_i = v(N)/n + A_i - mean(A), where A_i
 * sums w(|S|) v(S) over S containing i, S other than N. w times L = lcm(1..n-1) is whole, L < 2^42 for
 * n <= 30, and the weights of all coalitions together are below 2^45, so that 128 bits hold every sum
 * of 63-bit worths. Blocks of 2^10 worths are folded in half for the players of the low bits; a block's
 * total goes to the players of the high bits.
 */
#include "engines/shares/shares.h"

#include "engines/shares/inner.h"

#include <pthread.h>
#include <string.h>

#define LOW_MOST 10

/* One thread's part of the work: blocks from..to, sums of its own. */
struct share {
	const int64_t *worth;
	const int64_t *weights; /* by size of the coalition */
	unsigned n, low;
	bool small; /* a block fits 64 bits */
	uint64_t from, to;
	lx_int128 sums[LX_PLAYERS_MAX];
};

#define FOLD(name, number)                                                                         \
	static number name(number *t, unsigned low, lx_int128 *sums)                               \
	{                                                                                          \
		for (unsigned i = low; i-- > 0;) {                                                 \
			size_t half = (size_t)1 << i;                                              \
			number upper = 0;                                                          \
			for (size_t k = 0; k < half; k++)                                          \
				upper += t[half + k];                                              \
			sums[i] += upper;                                                          \
			for (size_t k = 0; k < half; k++)                                          \
				t[k] += t[half + k];                                               \
		}                                                                                  \
		return t[0];                                                                       \
	}
FOLD(fold_wide, lx_int128)
FOLD(fold_small, int64_t)

static lx_int128 block(struct share *part, uint64_t b, const uint8_t *sizes)
{
	size_t m = (size_t)1 << part->low;
	const int64_t *v = part->worth + b * m;
	const int64_t *weights = part->weights + __builtin_popcountll(b);

	if (part->small) {
		int64_t t[1 << LOW_MOST];
		for (size_t k = 0; k < m; k++)
			t[k] = weights[sizes[k]] * v[k];
		return fold_small(t, part->low, part->sums);
	}
	lx_int128 t[1 << LOW_MOST];
	for (size_t k = 0; k < m; k++)
		t[k] = (lx_int128)weights[sizes[k]] * v[k];
	return fold_wide(t, part->low, part->sums);
}

static void *work(void *with)
{
	struct share *part = with;
	uint8_t sizes[1 << LOW_MOST];

	for (unsigned k = 0; k < 1 << LOW_MOST; k++)
		sizes[k] = (uint8_t)__builtin_popcount(k);
	for (uint64_t b = part->from; b < part->to; b++) {
		lx_int128 total = block(part, b, sizes);
		for (uint64_t rest = b; rest != 0; rest &= rest - 1)
			part->sums[part->low + (unsigned)__builtin_ctzll(rest)] += total;
	}
	return NULL;
}

/* A block's sums stay in 64 bits when the weighted worths of 2^low coalitions do. */
static bool is_small(const struct lx_game *game, const int64_t *weights)
{
	uint64_t most = 0, weight = 1;

	for (size_t S = 0; S < (size_t)1 << game->n; S++) {
		uint64_t v = (uint64_t)(game->worth[S] < 0 ? -game->worth[S] : game->worth[S]);
		most = v > most ? v : most;
	}
	for (unsigned k = 0; k <= game->n; k++)
		weight = (uint64_t)weights[k] > weight ? (uint64_t)weights[k] : weight;
	return most < ((uint64_t)INT64_MAX >> LOW_MOST) / weight;
}

/* sums[i] = sum of weights[|S|] v(S) over S containing i. Whole numbers: any order gives the same. */
static enum lx_code sum_by_player(
	struct lx_call *call, const struct lx_game *game, const int64_t *weights, lx_int128 *sums)
{
	unsigned low = game->n < LOW_MOST ? game->n : LOW_MOST;
	uint64_t blocks = UINT64_C(1) << (game->n - low);
	uint64_t slices = blocks < 64 ? 1 : blocks / 64; /* progress after each 64th part */
	unsigned threads = call->threads > 1 && blocks >= 64 ? 2 : 1;
	struct share part[2] = { { .worth = game->worth,
		.weights = weights,
		.n = game->n,
		.low = low,
		.small = is_small(game, weights) } };

	part[1] = part[0];
	for (uint64_t at = 0; at < blocks; at += slices) {
		uint64_t end = at + slices < blocks ? at + slices : blocks;
		pthread_t other;
		LX_TRY(lx_step(call, at, blocks));
		part[0].from = part[1].to = at + (end - at) / threads;
		part[1].from = at;
		part[0].to = end;
		bool two = threads == 2 && pthread_create(&other, NULL, work, &part[1]) == 0;
		work(&part[0]);
		if (two)
			(void)pthread_join(other, NULL);
		else
			work(&part[1]);
	}
	for (unsigned i = 0; i < game->n; i++)
		sums[i] = part[0].sums[i] + part[1].sums[i];
	return LX_OK;
}

static uint64_t common(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* L / ((n-1) C(n-2, k-1)) for k = 1..n-1 by recurrence, 0 for N; returns L. */
static int64_t shapley_weights(unsigned n, int64_t *weights)
{
	uint64_t L = 1, binomial = 1;

	for (unsigned k = 2; k < n; k++)
		L = L / common(L, k) * k;
	for (unsigned k = 1; k < n; k++) {
		weights[k] = (int64_t)(L / ((n - 1) * binomial));
		binomial = binomial * (n - 1 - k) / k;
	}
	return (int64_t)L;
}

enum lx_code lx_shapley(struct lx_call *call, const struct lx_game *game, struct lx_ratios *out)
{
	int64_t weights[LX_PLAYERS_MAX + 1] = { 0 };
	lx_int128 sums[LX_PLAYERS_MAX] = { 0 }, total = 0;
	unsigned n = game->n;

	LX_TRY(lx_game_check(call, game));
	int64_t L = shapley_weights(n, weights);
	LX_TRY(sum_by_player(call, game, weights, sums));
	LX_TRY(lx_ratios_open(call, n, out));
	for (unsigned i = 0; i < n; i++)
		total += sums[i];
	lx_int128 all = (lx_int128)game->worth[((size_t)1 << n) - 1] * L;
	for (unsigned i = 0; i < n; i++) {
		/* over the denominator n L scale */
		lx_set_wide(mpq_numref(out->at[i]), all + sums[i] * n - total);
		mpz_set_ui(mpq_denref(out->at[i]), (unsigned long)L);
		mpz_mul_ui(mpq_denref(out->at[i]), mpq_denref(out->at[i]), n);
		mpz_mul_si(mpq_denref(out->at[i]), mpq_denref(out->at[i]), game->scale);
		mpq_canonicalize(out->at[i]);
	}
	return LX_OK;
}

enum lx_code lx_banzhaf(struct lx_call *call, const struct lx_game *game, struct lx_ratios *out)
{
	int64_t weights[LX_PLAYERS_MAX + 1];
	lx_int128 sums[LX_PLAYERS_MAX] = { 0 }, total = 0;

	LX_TRY(lx_game_check(call, game));
	for (unsigned k = 0; k <= game->n; k++)
		weights[k] = 1;
	LX_TRY(sum_by_player(call, game, weights, sums));
	LX_TRY(lx_ratios_open(call, game->n, out));
	for (size_t S = 0; S < (size_t)1 << game->n; S++)
		total += game->worth[S];
	for (unsigned i = 0; i < game->n; i++) {
		lx_set_wide(mpq_numref(out->at[i]), 2 * sums[i] - total);
		mpz_set_si(mpq_denref(out->at[i]), game->scale);
		mpz_mul_2exp(mpq_denref(out->at[i]), mpq_denref(out->at[i]), game->n - 1);
		mpq_canonicalize(out->at[i]);
	}
	return LX_OK;
}
