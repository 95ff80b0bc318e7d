/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Excludable goods: members state what a project is worth to them; those whose share exceeds it leave
 * until nobody does. Shapley shares of every coalition come from the potential (Hart & Mas-Colell 1989):
 * P(S) = (c(S) + sum of P(S-i)) / |S|, share of i in S = P(S) - P(S-i).
 */
#include "engines/shares/inner.h"

#include <stdio.h>

struct shares {
	const struct lx_game *game;
	enum lx_excludable_shares rule;
	struct lx_ratios potential;
	mpq_t before, after;
};

static enum lx_code shares_open(struct lx_call *call, const struct lx_game *game,
	enum lx_excludable_shares rule, struct shares *out)
{
	LX_TRY(lx_ratios_open(call, (size_t)1 << game->n, &out->potential));
	out->game = game;
	out->rule = rule;
	mpq_inits(out->before, out->after, NULL);
	for (size_t S = 1; S < (size_t)1 << game->n; S++) {
		mpq_ptr p = out->potential.at[S];
		lx_worth_ratio(game, S, p);
		for (size_t rest = S; rest != 0; rest &= rest - 1)
			mpq_add(p, p, out->potential.at[S & ~(rest & -rest)]);
		mpq_set_ui(out->before, (unsigned)__builtin_popcountll(S), 1);
		mpq_div(p, p, out->before);
	}
	return LX_OK;
}

static void shares_close(struct shares *shares)
{
	if (shares->game != NULL)
		mpq_clears(shares->before, shares->after, NULL);
	lx_ratios_close(&shares->potential);
}

/* What i pays when the members of S use the good. */
static void share_of(struct shares *shares, size_t S, unsigned i, mpq_ptr out)
{
	if (shares->rule == LX_EXCLUDABLE_SHAPLEY) {
		mpq_sub(out, shares->potential.at[S], shares->potential.at[S ^ (size_t)1 << i]);
		return;
	}
	lx_worth_ratio(shares->game, S, out);
	mpz_mul_ui(mpq_denref(out), mpq_denref(out), (unsigned)__builtin_popcountll(S));
	mpq_canonicalize(out);
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
static enum lx_code check_monotonic(struct lx_call *call, struct shares *shares)
{
	unsigned n = shares->game->n;

	for (size_t S = 1; S < (size_t)1 << n; S++)
		for (unsigned j = 0; j < n; j++) {
			if (S >> j & 1)
				continue;
			for (size_t rest = S; rest != 0; rest &= rest - 1) {
				unsigned i = (unsigned)__builtin_ctzll(rest);
				share_of(shares, S, i, shares->before);
				share_of(shares, S | (size_t)1 << j, i, shares->after);
				if (mpq_cmp(shares->after, shares->before) > 0)
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
			share_of(shares, *users, i, shares->before);
			if (mpq_cmp(shares->before, statements->at[i]) <= 0)
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
