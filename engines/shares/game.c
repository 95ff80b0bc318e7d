/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Tables of worths: checks, the test generator, voting games. */
#include "engines/shares/shares.h"

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
