/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Excludable goods: members state what a project is worth to them; those whose share exceeds it leave
 * until nobody does. Shapley shares of every coalition come from the potential (Hart & Mas-Colell 1989):
 * P(S) = (c(S) + sum of P(S-i)) / |S|, share of i in S = P(S) - P(S-i). Times L = lcm(1..n) it is whole:
 * c(T) enters P(S) with 1 / (t C(s,t)), and t C(s,t) divides lcm(1..s). With n <= 24, L < 2^33 and
 * |P| < 4 |c|, so that 128 bits hold all of it.
 */
#include "engines/shares/inner.h"

#include <stdio.h>

struct shares {
	const struct lx_game *game;
	enum lx_excludable_shares rule;
	int64_t multiple;     /* L */
	lx_int128 *potential; /* times L; NULL for equal shares */
	mpq_t share;
};

static int64_t common_multiple(unsigned n)
{
	int64_t multiple = 1;

	for (unsigned k = 2; k <= n; k++) {
		int64_t a = multiple, b = k;
		while (b != 0) {
			int64_t rest = a % b;
			a = b;
			b = rest;
		}
		multiple = multiple / a * k;
	}
	return multiple;
}

static enum lx_code shares_open(struct lx_call *call, const struct lx_game *game,
	enum lx_excludable_shares rule, struct shares *out)
{
	size_t all = (size_t)1 << game->n;

	out->multiple = common_multiple(game->n);
	if (rule == LX_EXCLUDABLE_SHAPLEY) {
		out->potential = lx_array(call, all, sizeof *out->potential);
		if (out->potential == NULL)
			return LX_BROKEN;
	}
	for (size_t S = 1; S < all && out->potential != NULL; S++) {
		lx_int128 sum = (lx_int128)game->worth[S] * out->multiple;
		for (size_t rest = S; rest != 0; rest &= rest - 1)
			sum += out->potential[S & ~(rest & -rest)];
		out->potential[S] = sum / __builtin_popcountll(S);
	}
	out->rule = rule;
	mpq_init(out->share);
	out->game = game;
	return LX_OK;
}

static void shares_close(struct shares *shares)
{
	if (shares->game != NULL)
		mpq_clear(shares->share);
}

/* What i pays when the members of S use the good. */
static void share_of(const struct shares *shares, size_t S, unsigned i, mpq_ptr out)
{
	lx_int128 share = shares->game->worth[S];
	int64_t parts = __builtin_popcountll(S);

	if (shares->rule == LX_EXCLUDABLE_SHAPLEY) {
		share = shares->potential[S] - shares->potential[S ^ (size_t)1 << i];
		parts = shares->multiple;
	}
	lx_set_wide(mpq_numref(out), share);
	mpz_set_si(mpq_denref(out), parts);
	mpz_mul_si(mpq_denref(out), mpq_denref(out), shares->game->scale);
	mpq_canonicalize(out);
}

/* Whether the share of i in S rises when j joins. */
static bool rises(const struct shares *shares, size_t S, unsigned j, unsigned i)
{
	size_t with = S | (size_t)1 << j, off = (size_t)1 << i;
	int size = __builtin_popcountll(S);

	if (shares->rule == LX_EXCLUDABLE_SHAPLEY)
		return shares->potential[with] - shares->potential[with ^ off] >
		       shares->potential[S] - shares->potential[S ^ off];
	return (lx_int128)shares->game->worth[with] * size >
	       (lx_int128)shares->game->worth[S] * (size + 1);
}

static enum lx_code name_failure(struct lx_call *call, size_t S, unsigned joining, unsigned member)
{
	char list[160];
	size_t n = 0;

	for (size_t rest = S; rest != 0; rest &= rest - 1)
		n += (size_t)snprintf(list + n, sizeof list - n, "%s%d", n == 0 ? "" : "+",
			__builtin_ctzll(rest) + 1);
	return lx_fail(call, LX_INVALID, "shares", "shares.cross_monotonic", "%s <- %u: %u", list,
		joining + 1, member + 1);
}

/* Nobody's share may rise when another joins. */
static enum lx_code check_monotonic(struct lx_call *call, const struct shares *shares)
{
	size_t all = (size_t)1 << shares->game->n;

	for (size_t S = 1; S < all; S++) {
		if ((S & 0xffff) == 0)
			LX_TRY(lx_step(call, S, all));
		for (size_t out = all - 1 - S; out != 0; out &= out - 1)
			for (size_t rest = S; rest != 0; rest &= rest - 1) {
				unsigned i = (unsigned)__builtin_ctzll(rest);
				unsigned j = (unsigned)__builtin_ctzll(out);
				if (rises(shares, S, j, i))
					return name_failure(call, S, j, i);
			}
	}
	return LX_OK;
}

static void leave(struct shares *shares, const struct lx_ratios *statements, uint32_t *users)
{
	for (bool left = true; left;) {
		uint32_t stay = 0;
		for (uint32_t rest = *users; rest != 0; rest &= rest - 1) {
			unsigned i = (unsigned)__builtin_ctz(rest);
			share_of(shares, *users, i, shares->share);
			if (mpq_cmp(shares->share, statements->at[i]) <= 0)
				stay |= UINT32_C(1) << i;
		}
		left = stay != *users;
		*users = stay;
	}
}

static enum lx_code run(struct lx_call *call, const struct lx_game *costs, bool check,
	enum lx_excludable_shares rule, const struct lx_ratios *statements, uint32_t *users,
	struct lx_ratios *payments)
{
	LX_CLOSE(shares_close) struct shares shares = { 0 };

	LX_TRY(lx_game_check(call, costs));
	if (costs->n > LX_EXCLUDABLE_MOST)
		return lx_fail(call, LX_INVALID, "n", "shares.players", "%d", LX_EXCLUDABLE_MOST);
	if (!costs->cost)
		return lx_fail(call, LX_INVALID, "mode", "shares.needs_costs", NULL);
	if (statements->n != costs->n)
		return lx_fail(call, LX_INVALID, "statements", "shares.length", "%u", costs->n);
	LX_TRY(shares_open(call, costs, rule, &shares));
	if (check)
		LX_TRY(check_monotonic(call, &shares));
	LX_TRY(lx_ratios_open(call, costs->n, payments));
	*users = (UINT32_C(1) << costs->n) - 1;
	leave(&shares, statements, users);
	for (unsigned i = 0; i < costs->n; i++)
		if (*users >> i & 1)
			share_of(&shares, *users, i, payments->at[i]);
	return LX_OK;
}

enum lx_code lx_excludable(struct lx_call *call, const struct lx_game *costs,
	enum lx_excludable_shares shares, const struct lx_ratios *statements, uint32_t *users,
	struct lx_ratios *payments)
{
	return run(call, costs, true, shares, statements, users, payments);
}

enum lx_code lx_excludable_unchecked(struct lx_call *call, const struct lx_game *costs,
	enum lx_excludable_shares shares, const struct lx_ratios *statements, uint32_t *users,
	struct lx_ratios *payments)
{
	return run(call, costs, false, shares, statements, users, payments);
}
