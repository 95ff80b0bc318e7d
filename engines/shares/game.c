/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Tables of worths: checks, the test generator, voting games, missing coalitions, superadditivity. */
#include "engines/shares/shares.h"

#include "base/wide.h"

#include <string.h>

#define FILL_PLAYERS      16 /* 3^16 = 43 million partitions */
#define VIOLATION_PLAYERS 18 /* 3^18 / 2 = 194 million pairs */

enum lx_code lx_game_check(struct lx_call *call, const struct lx_game *game)
{
	if (game->n < 1 || game->n > LX_PLAYERS_MAX)
		return lx_fail(call, LX_INVALID, "n", "shares.players", "%d", LX_PLAYERS_MAX);
	if (game->scale <= 0)
		return lx_fail(call, LX_INVALID, "scale", "shares.scale", NULL);
	if (game->worth[0] != 0)
		return lx_fail(call, LX_INVALID, "table", "shares.empty_worth", NULL);
	for (size_t S = 0; S < (size_t)1 << game->n; S++)
		if (game->worth[S] == INT64_MIN)
			return lx_fail(call, LX_INVALID, "table", "shares.big", "%zu", S);
	return LX_OK;
}

/* splitmix64 (Vigna, public domain) */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

static int64_t *new_table(struct lx_call *call, unsigned n)
{
	if (n >= 1 && n <= LX_PLAYERS_MAX)
		return lx_array(call, (size_t)1 << n, sizeof(int64_t));
	(void)lx_fail(call, LX_INVALID, "n", "shares.players", "%d", LX_PLAYERS_MAX);
	return NULL;
}

enum lx_code lx_game_generate(struct lx_call *call, unsigned n, uint64_t seed, struct lx_game *out)
{
	int64_t *worth = new_table(call, n);

	if (worth == NULL)
		return call->fault.code;
	uint32_t all = (uint32_t)((UINT64_C(1) << n) - 1);
	for (uint32_t S = 1; S <= all && S != 0; S++) {
		uint64_t r = draw(&seed), size = (uint64_t)__builtin_popcount(S);
		if (S == all)
			worth[S] = 100 * ((int64_t)n - 2) + (int64_t)(r % 201);
		else if (size > 1)
			worth[S] = 1 + (int64_t)(r % (100 * size));
	}
	*out = (struct lx_game){ .n = n, .worth = worth, .scale = 1 };
	return LX_OK;
}

enum lx_code lx_game_voting(struct lx_call *call, unsigned n, const int64_t *weights, int64_t quota,
	struct lx_game *out)
{
	int64_t *worth = new_table(call, n), total = 0;

	if (worth == NULL)
		return call->fault.code;
	for (unsigned i = 0; i < n; i++)
		if (weights[i] < 0 || __builtin_add_overflow(total, weights[i], &total))
			return lx_fail(call, LX_INVALID, "weights", "shares.weight", "%u", i + 1);
	if (quota <= 0)
		return lx_fail(call, LX_INVALID, "quota", "shares.quota", NULL);
	for (size_t S = 1; S < (size_t)1 << n; S++) /* first the weight, then the verdict */
		worth[S] = worth[S & (S - 1)] + weights[__builtin_ctzll(S)];
	for (size_t S = 1; S < (size_t)1 << n; S++)
		worth[S] = worth[S] >= quota;
	*out = (struct lx_game){ .n = n, .worth = worth, .scale = 1 };
	return LX_OK;
}

/* The best split of S into two parts whose worths stand; false when there is none. */
static bool best_split(
	uint32_t S, bool cost, const int64_t *worth, const bool *stands, int64_t *best)
{
	bool some = false;

	for (uint32_t T = (S - 1) & S; T > (S ^ T); T = (T - 1) & S) {
		int64_t sum;
		if (!stands[T] || !stands[S ^ T] ||
			__builtin_add_overflow(worth[T], worth[S ^ T], &sum))
			continue;
		if (!some || (cost ? sum < *best : sum > *best))
			*best = sum;
		some = true;
	}
	return some;
}

enum lx_code lx_game_fill(struct lx_call *call, unsigned n, bool cost, int64_t *worth,
	const bool *known, size_t *filled)
{
	if (n > FILL_PLAYERS)
		return lx_fail(call, LX_INVALID, "n", "shares.players", "%d", FILL_PLAYERS);
	bool *stands = lx_array(call, (size_t)1 << n, sizeof *stands);
	if (stands == NULL)
		return LX_BROKEN;
	memcpy(stands, known, ((size_t)1 << n) * sizeof *stands);
	size_t count = 0;
	/* ascending masks: every part of S is smaller than S and decided already. What was filled for a
	 * part is itself a partition into known coalitions. */
	for (uint32_t S = 1; S < UINT32_C(1) << n; S++) {
		if (stands[S])
			continue;
		stands[S] = best_split(S, cost, worth, stands, &worth[S]);
		count += stands[S];
	}
	for (uint32_t S = 1; S < UINT32_C(1) << n; S++)
		if (!stands[S])
			return lx_fail(
				call, LX_INVALID, "coalitions", "shares.unreachable", "%u", S);
	*filled = count;
	return LX_OK;
}

static void note_violation(struct lx_violations *out, size_t most, uint32_t a, uint32_t b)
{
	out->count++;
	if (out->n == most)
		return;
	out->pairs[out->n][0] = a;
	out->pairs[out->n++][1] = b;
}

enum lx_code lx_superadditivity(
	struct lx_call *call, const struct lx_game *game, size_t most, struct lx_violations *out)
{
	struct lx_violations found = { .pairs = lx_array(call, most, sizeof *found.pairs) };
	const int64_t *v = game->worth;

	if (found.pairs == NULL)
		return LX_BROKEN;
	if (game->n > VIOLATION_PLAYERS)
		return lx_fail(call, LX_INVALID, "n", "shares.players", "%d", VIOLATION_PLAYERS);
	for (uint32_t S = 3; S < UINT32_C(1) << game->n; S++) {
		if ((S & 0xfff) == 0)
			LX_TRY(lx_step(call, S, UINT64_C(1) << game->n));
		for (uint32_t T = (S - 1) & S; T != 0; T = (T - 1) & S) {
			if (T > (S ^ T))
				continue;

			lx_int128 exact = (lx_int128)v[T] + v[S ^ T] - v[S];
			if (game->cost ? exact < 0 : exact > 0)
				note_violation(&found, most, T, S ^ T);
		}
	}
	*out = found;
	return LX_OK;
}
