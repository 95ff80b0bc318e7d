/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The win-win certificate: every coalition's excess at given shares, exactly; and rounding to the
 * smallest coin. Excesses are whole numbers over the common denominator of shares and table, in 128
 * bits where they fit and in GMP integers otherwise.
 */
#include "engines/shares/inner.h"

#include <string.h>

/* Shares and worths over one denominator. */
struct scaled {
	const struct lx_game *game;
	mpz_t below, per_worth, x[LX_PLAYERS_MAX], partial[LX_PLAYERS_MAX + 1], excess;
	bool wide;
	lx_int128 wide_per_worth, wide_x[LX_PLAYERS_MAX];
	lx_int128 top[LX_CERTIFICATE_TIGHTEST];
};

static void scaled_close(struct scaled *s)
{
	mpz_clears(s->below, s->per_worth, s->excess, NULL);
	for (size_t i = 0; i < LX_PLAYERS_MAX; i++)
		mpz_clear(s->x[i]);
	for (size_t i = 0; i <= LX_PLAYERS_MAX; i++)
		mpz_clear(s->partial[i]);
}

static void scaled_open(struct scaled *s)
{
	mpz_inits(s->below, s->per_worth, s->excess, NULL);
	for (size_t i = 0; i < LX_PLAYERS_MAX; i++)
		mpz_init(s->x[i]);
	for (size_t i = 0; i <= LX_PLAYERS_MAX; i++)
		mpz_init(s->partial[i]);
}

/* The signs are chosen so that excess = per_worth * worth - x(S) for costs too. */
static void scale(struct scaled *s, const struct lx_ratios *x)
{
	mpz_set_si(s->below, s->game->scale);
	for (size_t i = 0; i < x->n; i++)
		mpz_lcm(s->below, s->below, mpq_denref(x->at[i]));
	mpz_divexact_ui(s->per_worth, s->below, (unsigned long)s->game->scale);
	for (size_t i = 0; i < x->n; i++) {
		mpz_divexact(s->x[i], s->below, mpq_denref(x->at[i]));
		mpz_mul(s->x[i], s->x[i], mpq_numref(x->at[i]));
		if (s->game->cost)
			mpz_neg(s->x[i], s->x[i]);
	}
	if (s->game->cost)
		mpz_neg(s->per_worth, s->per_worth);
	s->wide = mpz_sizeinbase(s->per_worth, 2) <= 62 &&
		  lx_get_wide(s->per_worth, &s->wide_per_worth);
	for (size_t i = 0; i < x->n; i++)
		s->wide = s->wide && mpz_sizeinbase(s->x[i], 2) <= 120 &&
			  lx_get_wide(s->x[i], &s->wide_x[i]);
}

/* Puts S at place `at` of the list, moving the others down. */
static void enter(
	struct scaled *s, struct lx_certificate *out, size_t at, size_t S, lx_int128 excess)
{
	size_t n = out->tightest_n < LX_CERTIFICATE_TIGHTEST ? ++out->tightest_n : out->tightest_n;

	for (size_t k = n - 1; k > at; k--) {
		s->top[k] = s->top[k - 1];
		out->tightest[k].coalition = out->tightest[k - 1].coalition;
		mpq_swap(out->tightest[k].excess, out->tightest[k - 1].excess);
	}
	s->top[at] = excess;
	out->tightest[at].coalition = (uint32_t)S;
}

static void see_wide(struct scaled *s, struct lx_certificate *out, size_t S, lx_int128 excess)
{
	size_t at = out->tightest_n;

	out->objecting += excess > 0;
	if (at == LX_CERTIFICATE_TIGHTEST && excess <= s->top[at - 1])
		return;
	while (at > 0 && excess > s->top[at - 1])
		at--;
	enter(s, out, at, S, excess);
}

static void see_big(struct scaled *s, struct lx_certificate *out, size_t S)
{
	size_t at = out->tightest_n;

	out->objecting += mpz_sgn(s->excess) > 0;
	if (at == LX_CERTIFICATE_TIGHTEST &&
		mpz_cmp(s->excess, mpq_numref(out->tightest[at - 1].excess)) <= 0)
		return;
	while (at > 0 && mpz_cmp(s->excess, mpq_numref(out->tightest[at - 1].excess)) > 0)
		at--;
	enter(s, out, at, S, 0);
	mpz_set(mpq_numref(out->tightest[at].excess), s->excess);
}

static enum lx_code walk_wide(struct lx_call *call, struct scaled *s, struct lx_certificate *out)
{
	lx_int128 partial[LX_PLAYERS_MAX + 1] = { 0 };
	size_t all = ((size_t)1 << s->game->n) - 1;

	for (size_t S = 1; S < all; S++) {
		if ((S & 0xfffff) == 0)
			LX_TRY(lx_step(call, S, all));
		lx_int128 sum = lx_walk_wide(partial, s->wide_x, S);
		see_wide(s, out, S, s->wide_per_worth * s->game->worth[S] - sum);
	}
	for (size_t k = 0; k < out->tightest_n; k++)
		lx_set_wide(mpq_numref(out->tightest[k].excess), s->top[k]);
	return LX_OK;
}

static enum lx_code walk_big(struct lx_call *call, struct scaled *s, struct lx_certificate *out)
{
	size_t all = ((size_t)1 << s->game->n) - 1;

	for (size_t S = 1; S < all; S++) {
		unsigned t = (unsigned)__builtin_ctzll(S);
		if ((S & 0xffff) == 0)
			LX_TRY(lx_step(call, S, all));
		mpz_add(s->partial[t], s->partial[t + 1], s->x[t]);
		for (unsigned j = 0; j < t; j++)
			mpz_set(s->partial[j], s->partial[t]);
		mpz_mul_si(s->excess, s->per_worth, s->game->worth[S]);
		mpz_sub(s->excess, s->excess, s->partial[0]);
		see_big(s, out, S);
	}
	return LX_OK;
}

static enum lx_code gains(struct lx_call *call, const struct lx_game *game,
	const struct lx_ratios *x, struct lx_certificate *out)
{
	mpq_t sum;

	LX_TRY(lx_ratios_open(call, x->n, &out->gains));
	for (unsigned i = 0; i < game->n; i++) {
		lx_worth_ratio(game, (size_t)1 << i, out->gains.at[i]);
		mpq_sub(out->gains.at[i], out->gains.at[i], x->at[i]);
		if (!game->cost)
			mpq_neg(out->gains.at[i], out->gains.at[i]);
	}
	mpq_init(sum);
	LX_CLOSE(lx_ratios_close) struct lx_ratios total = { 0 };
	enum lx_code code = lx_ratios_open(call, 1, &total);
	if (code == LX_OK) {
		lx_worth_ratio(game, ((size_t)1 << game->n) - 1, total.at[0]);
		lx_ratios_sum(x, sum);
		out->efficient = mpq_equal(sum, total.at[0]) != 0;
	}
	mpq_clear(sum);
	return code;
}

enum lx_code lx_certificate(struct lx_call *call, const struct lx_game *game,
	const struct lx_ratios *x, struct lx_certificate *out)
{
	struct scaled s = { .game = game };

	*out = (struct lx_certificate){ .open = true };
	for (size_t k = 0; k < LX_CERTIFICATE_TIGHTEST; k++)
		mpq_init(out->tightest[k].excess);
	LX_TRY(lx_game_check(call, game));
	if (x->n != game->n)
		return lx_fail(call, LX_INVALID, "shares", "shares.length", "%u", game->n);
	LX_TRY(gains(call, game, x, out));
	scaled_open(&s);
	scale(&s, x);
	enum lx_code code = s.wide ? walk_wide(call, &s, out) : walk_big(call, &s, out);
	for (size_t k = 0; k < out->tightest_n; k++) {
		mpz_set(mpq_denref(out->tightest[k].excess), s.below);
		mpq_canonicalize(out->tightest[k].excess);
	}
	out->in_core = out->efficient && out->objecting == 0;
	scaled_close(&s);
	return code;
}

void lx_certificate_close(struct lx_certificate *certificate)
{
	lx_ratios_close(&certificate->gains);
	for (size_t k = 0; certificate->open && k < LX_CERTIFICATE_TIGHTEST; k++)
		mpq_clear(certificate->tightest[k].excess);
	certificate->open = false;
}

/* The place with the largest remainder not yet served, the first of equals. */
static size_t next_served(const struct lx_ratios *rests, const bool *served)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < rests->n; i++)
		if (!served[i] && (best == SIZE_MAX || mpq_cmp(rests->at[i], rests->at[best]) > 0))
			best = i;
	return best;
}

/* Whole units below each share, what is left over of each, and the units not handed out yet. */
static enum lx_code floors(struct lx_call *call, const struct lx_ratios *x, mpq_srcptr unit,
	int64_t *units, struct lx_ratios *rests, mpz_ptr left)
{
	mpq_t total;
	bool fits = true;

	mpq_init(total);
	lx_ratios_sum(x, total);
	mpq_div(total, total, unit);
	bool whole = mpz_cmp_ui(mpq_denref(total), 1) == 0;
	mpz_set(left, mpq_numref(total));
	for (size_t i = 0; i < x->n; i++) {
		mpq_div(rests->at[i], x->at[i], unit);
		mpz_fdiv_q(mpq_numref(total), mpq_numref(rests->at[i]), mpq_denref(rests->at[i]));
		mpz_set_ui(mpq_denref(total), 1);
		mpq_sub(rests->at[i], rests->at[i], total);
		mpz_sub(left, left, mpq_numref(total));
		fits = fits && mpz_sizeinbase(mpq_numref(total), 2) < 62;
		units[i] = fits ? mpz_get_si(mpq_numref(total)) : 0;
	}
	mpq_clear(total);
	if (!whole)
		return lx_fail(call, LX_INVALID, "unit", "shares.unit", NULL);
	return fits ? LX_OK : lx_fail(call, LX_INVALID, "unit", "shares.big", "-");
}

enum lx_code lx_round_shares(
	struct lx_call *call, const struct lx_ratios *x, mpq_srcptr unit, int64_t *units)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios rests = { 0 };
	bool *served = lx_array(call, x->n, sizeof *served);
	mpz_t left;

	if (served == NULL)
		return LX_BROKEN;
	if (mpq_sgn(unit) <= 0)
		return lx_fail(call, LX_INVALID, "unit", "shares.unit", NULL);
	LX_TRY(lx_ratios_open(call, x->n, &rests));
	mpz_init(left);
	enum lx_code code = floors(call, x, unit, units, &rests, left);
	unsigned long coins = code == LX_OK ? mpz_get_ui(left) : 0; /* fewer than members */
	mpz_clear(left);
	for (; coins > 0; coins--) {
		size_t i = next_served(&rests, served);
		served[i] = true;
		units[i]++;
	}
	return code;
}
