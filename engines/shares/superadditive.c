/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Pairs of disjoint coalitions that are worse off together than apart. Up to PAIRS_PLAYERS all pairs are
 * looked at (3^n / 2). Beyond, a game whose marginal worths never fall as others join (never rise, of
 * costs) has no such pair, which n^2 2^n looks prove; else the pairs with one small part are looked at, and
 * all pairs that make up everybody, and the result says so.
 */
#include "engines/shares/inner.h"

#include "base/parallel.h"

#include <string.h>

#define PAIRS_PLAYERS  20 /* 1.7 billion pairs: seconds */
#define CONVEX_PLAYERS 24
#define SLICES         256

struct search {
	const struct lx_game *game;
	size_t most;
	unsigned smaller; /* members of the smaller part; n: any */
	struct lx_violations *slice;
};

/* Worse together: v(T) + v(U) > v(S), turned round for costs. A sum that does not fit decides itself. */
static inline bool is_worse(const struct lx_game *game, size_t T, size_t U, size_t S)
{
	int64_t apart;

	if (__builtin_add_overflow(game->worth[T], game->worth[U], &apart))
		return (game->worth[T] < 0) == game->cost;
	return game->cost ? apart < game->worth[S] : apart > game->worth[S];
}

static void note(struct lx_violations *out, size_t most, size_t a, size_t b)
{
	out->count++;
	if (out->n == most)
		return;
	out->pairs[out->n][0] = (uint32_t)(a < b ? a : b);
	out->pairs[out->n++][1] = (uint32_t)(a < b ? b : a);
}

static void all_pairs(const struct search *search, size_t S, struct lx_violations *out)
{
	size_t top = (size_t)1 << (63 - __builtin_clzll(S));

	/* T without the highest member of S: the smaller mask of the two */
	for (size_t rest = S ^ top, T = rest; T != 0; T = (T - 1) & rest)
		if (is_worse(search->game, T, S ^ T, S))
			note(out, search->most, T, S ^ T);
}

/* T of at most `left` more members of `rest`, in falling order of the first member chosen. */
static void small_pairs(const struct search *search, size_t S, size_t T, size_t rest, unsigned left,
	struct lx_violations *out)
{
	for (; rest != 0; rest &= rest - 1) {
		size_t with = T | (rest & -rest), U = S ^ with;
		bool both = (unsigned)__builtin_popcountll(U) <= search->smaller;
		if (U != 0 && !(both && with > U) && is_worse(search->game, with, U, S))
			note(out, search->most, with, U);
		if (left > 1)
			small_pairs(search, S, with, rest & (rest - 1), left - 1, out);
	}
}

static enum lx_code one_slice(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	const struct search *search = with;
	size_t all = (size_t)1 << search->game->n;
	size_t from = all / SLICES * i + all % SLICES * i / SLICES;
	size_t to = all / SLICES * (i + 1) + all % SLICES * (i + 1) / SLICES;
	struct lx_violations found = search->slice[i];

	(void)worker;
	(void)fault;
	for (size_t S = from < 3 ? 3 : from; S < to; S++) {
		if (search->smaller >= search->game->n || S == all - 1)
			all_pairs(search, S, &found);
		else
			small_pairs(search, S, 0, S, search->smaller, &found);
	}
	search->slice[i] = found;
	return LX_OK;
}

/* Slices are by rising S: their lists follow each other. */
static enum lx_code look(struct lx_call *call, struct search *search, struct lx_violations *out)
{
	search->slice = lx_array(call, SLICES, sizeof *search->slice);
	if (search->slice == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < SLICES; i++) {
		search->slice[i].pairs = lx_array(call, search->most, sizeof *out->pairs);
		if (search->slice[i].pairs == NULL)
			return LX_BROKEN;
	}
	LX_TRY(lx_parallel(call, SLICES, one_slice, search));
	for (size_t i = 0; i < SLICES; i++) {
		const struct lx_violations *slice = &search->slice[i];
		size_t room = search->most - out->n, take = slice->n < room ? slice->n : room;
		memcpy(out->pairs + out->n, slice->pairs, take * sizeof *out->pairs);
		out->n += take;
		out->count += slice->count;
	}
	return LX_OK;
}

/* --- convex games --- */

struct convex {
	const struct lx_game *game;
	bool *fails; /* by slice */
};

/* v(S) + v(S - i - j) >= v(S - i) + v(S - j) for all S that hold i and j; the reverse of costs. */
static bool is_convex_at(const struct lx_game *game, size_t S)
{
	for (size_t a = S; a != 0; a &= a - 1)
		for (size_t b = a & (a - 1); b != 0; b &= b - 1) {
			size_t i = a & -a, j = b & -b;
			lx_int128 gain = (lx_int128)game->worth[S] + game->worth[S ^ i ^ j] -
					 game->worth[S ^ i] - game->worth[S ^ j];
			if (game->cost ? gain > 0 : gain < 0)
				return false;
		}
	return true;
}

static enum lx_code convex_slice(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	const struct convex *convex = with;
	size_t part = ((size_t)1 << convex->game->n) / SLICES;

	(void)worker;
	(void)fault;
	for (size_t S = part * i; S < part * (i + 1) && !convex->fails[i]; S++)
		convex->fails[i] = !is_convex_at(convex->game, S);
	return LX_OK;
}

static enum lx_code is_convex(struct lx_call *call, const struct lx_game *game, bool *is)
{
	struct convex convex = { game, lx_array(call, SLICES, sizeof(bool)) };

	*is = false;
	if (convex.fails == NULL)
		return LX_BROKEN;
	if (game->n > CONVEX_PLAYERS)
		return LX_OK;
	LX_TRY(lx_parallel(call, SLICES, convex_slice, &convex));
	*is = true;
	for (size_t i = 0; i < SLICES; i++)
		*is = *is && !convex.fails[i];
	return LX_OK;
}

enum lx_code lx_superadditivity(
	struct lx_call *call, const struct lx_game *game, size_t most, struct lx_violations *out)
{
	struct lx_violations found = { .complete = true,
		.smaller = game->n,
		.pairs = lx_array(call, most, sizeof *found.pairs) };
	struct search search = { .game = game, .most = most, .smaller = game->n };

	if (found.pairs == NULL)
		return LX_BROKEN;
	LX_TRY(lx_game_check(call, game));
	if (game->n > PAIRS_PLAYERS) {
		bool convex;
		LX_TRY(is_convex(call, game, &convex));
		if (convex) {
			*out = found;
			return LX_OK;
		}
		search.smaller = game->n <= CONVEX_PLAYERS ? 2 : 1;
		found.complete = false;
		found.smaller = search.smaller;
	}
	LX_TRY(look(call, &search, &found));
	*out = found;
	return LX_OK;
}
