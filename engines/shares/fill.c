/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Worths of coalitions that nobody priced, from the cheapest (or best) partition into priced ones. The
 * part that holds the lowest member of S is a priced coalition; what remains is smaller than S and done:
 * best(S) = min over priced T in S with that member of v(T) + best(S - T).
 */
#include "engines/shares/shares.h"

#include <stdlib.h>
#include <string.h>

#define NOTHING        INT64_MIN /* no partition: never a worth (lx_game_check) */
#define LOOKED_UP_MOST 24        /* players: 2^24 places by mask take 128 MB */

struct filler {
	bool cost;
	int64_t *best;
	const struct lx_priced *first[LX_PLAYERS_MAX]; /* those whose lowest member is i */
	size_t n[LX_PLAYERS_MAX];
	const struct lx_priced **by_mask; /* NULL: too many coalitions to look up by mask */
};

static int by_lowest(const void *a, const void *b)
{
	const struct lx_priced *left = a, *right = b;
	int low = __builtin_ctz(left->coalition) - __builtin_ctz(right->coalition);

	return low != 0 ? low
			: (left->coalition > right->coalition) -
				  (left->coalition < right->coalition);
}

static inline void weigh(
	const struct filler *f, size_t S, const struct lx_priced *part, int64_t *best)
{
	int64_t rest = f->best[S ^ part->coalition], sum;

	if (rest == NOTHING || __builtin_add_overflow(rest, part->worth, &sum) || sum == NOTHING)
		return;
	if (*best == NOTHING || (f->cost ? sum < *best : sum > *best))
		*best = sum;
}

/* Whichever is shorter: the list of priced coalitions, or the parts of S. */
static int64_t best_of(const struct filler *f, size_t S)
{
	unsigned low = (unsigned)__builtin_ctzll(S);
	size_t rest = S & (S - 1), one = S ^ rest;
	int64_t best = NOTHING;

	if (f->by_mask == NULL || f->n[low] <= (size_t)1 << __builtin_popcountll(rest)) {
		for (size_t k = 0; k < f->n[low]; k++)
			if ((f->first[low][k].coalition & ~S) == 0)
				weigh(f, S, &f->first[low][k], &best);
		return best;
	}
	for (size_t T = rest;; T = (T - 1) & rest) {
		if (f->by_mask[T | one] != NULL)
			weigh(f, S, f->by_mask[T | one], &best);
		if (T == 0)
			return best;
	}
}

/* The priced coalitions in the order of their lowest member; looked up by mask where that pays. */
static enum lx_code sort_priced(struct lx_call *call, unsigned n, const struct lx_priced *priced,
	size_t priced_n, struct filler *f)
{
	struct lx_priced *sorted = lx_array(call, priced_n, sizeof *sorted);

	if (sorted == NULL)
		return LX_BROKEN;
	memcpy(sorted, priced, priced_n * sizeof *sorted);
	qsort(sorted, priced_n, sizeof *sorted, by_lowest);
	for (size_t k = priced_n; k-- > 0;) {
		unsigned low = (unsigned)__builtin_ctz(sorted[k].coalition);
		f->first[low] = &sorted[k];
		f->n[low]++;
	}
	if (priced_n < (size_t)n * n || n > LOOKED_UP_MOST)
		return LX_OK;
	f->by_mask = lx_array(call, (size_t)1 << n, sizeof *f->by_mask);
	if (f->by_mask == NULL)
		return LX_BROKEN;
	for (size_t k = 0; k < priced_n; k++)
		f->by_mask[sorted[k].coalition] = &sorted[k];
	return LX_OK;
}

enum lx_code lx_game_fill(struct lx_call *call, unsigned n, bool cost,
	const struct lx_priced *priced, size_t priced_n, int64_t *worth)
{
	struct filler f = { .cost = cost, .best = worth };
	size_t all = (size_t)1 << n;

	if (n < 1 || n > LX_PLAYERS_MAX)
		return lx_fail(call, LX_INVALID, "n", "shares.players", "%d", LX_PLAYERS_MAX);
	LX_TRY(sort_priced(call, n, priced, priced_n, &f));
	worth[0] = 0;
	for (size_t S = 1; S < all; S++) {
		if ((S & 0xffff) == 0)
			LX_TRY(lx_step(call, S, all));
		worth[S] = best_of(&f, S);
		if (worth[S] == NOTHING)
			return lx_fail(
				call, LX_INVALID, "coalitions", "shares.unreachable", "%zu", S);
	}
	for (size_t k = 0; k < priced_n;
		k++) /* what was priced stands, even if a partition is cheaper */
		worth[priced[k].coalition] = priced[k].worth;
	return LX_OK;
}
