/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Proves a nucleolus without looking at how it was found. Let level k have coalitions C with positive
 * multipliers whose sum lies in the span of what levels before k settled. Then no other shares that
 * keep the earlier levels can lower all excesses of C, and every one that keeps eps_k keeps them all.
 * If moreover no coalition outside the earlier span exceeds eps_k, eps_k is the optimum of level k, by
 * induction; when the span is everything, x is the only point left. This is Kohlberg's criterion with
 * the balancing weights written down.
 */
#include "engines/shares/inner.h"

#include <math.h>
#include <string.h>

#define SPAN_MOST LX_NUCLEOLUS_PLAYERS

/* Rows in reduced echelon form; row i has a 1 at pivot[i] and 0 there in every other row. */
struct span {
	unsigned n, rank;
	unsigned pivot[SPAN_MOST];
	mpq_t row[SPAN_MOST][SPAN_MOST], left[SPAN_MOST], factor, product;
};

static void span_open(struct span *span, unsigned n)
{
	span->n = n;
	for (unsigned i = 0; i < SPAN_MOST; i++) {
		mpq_init(span->left[i]);
		for (unsigned j = 0; j < SPAN_MOST; j++)
			mpq_init(span->row[i][j]);
	}
	mpq_inits(span->factor, span->product, NULL);
}

static void span_close(struct span *span)
{
	for (unsigned i = 0; i < SPAN_MOST; i++) {
		mpq_clear(span->left[i]);
		for (unsigned j = 0; j < SPAN_MOST; j++)
			mpq_clear(span->row[i][j]);
	}
	mpq_clears(span->factor, span->product, NULL);
}

/* to -= factor * from */
static void subtract(struct span *span, mpq_t *to, mpq_srcptr factor, mpq_t *from)
{
	for (unsigned j = 0; j < span->n; j++) {
		if (mpq_sgn(from[j]) == 0)
			continue;
		mpq_mul(span->product, factor, from[j]);
		mpq_sub(to[j], to[j], span->product);
	}
}

/* Reduces `left` by the rows; whether nothing remains. */
static bool reduce(struct span *span)
{
	bool nothing = true;

	for (unsigned i = 0; i < span->rank; i++) {
		mpq_set(span->factor, span->left[span->pivot[i]]);
		if (mpq_sgn(span->factor) != 0)
			subtract(span, span->left, span->factor, span->row[i]);
	}
	for (unsigned j = 0; j < span->n; j++)
		nothing = nothing && mpq_sgn(span->left[j]) == 0;
	return nothing;
}

static void add_coalition(struct span *span, uint32_t S)
{
	unsigned at = 0, r = span->rank;

	for (unsigned j = 0; j < span->n; j++)
		mpq_set_ui(span->left[j], S >> j & 1, 1);
	if (reduce(span))
		return;
	while (mpq_sgn(span->left[at]) == 0)
		at++;
	mpq_set(span->factor, span->left[at]);
	for (unsigned j = 0; j < span->n; j++)
		mpq_div(span->row[r][j], span->left[j], span->factor);
	span->pivot[r] = at;
	for (unsigned i = 0; i < r; i++) {
		mpq_set(span->factor, span->row[i][at]);
		if (mpq_sgn(span->factor) != 0)
			subtract(span, span->row[i], span->factor, span->row[r]);
	}
	span->rank++;
}

/* Whether the multipliers are positive and their combination lies in the span. */
static bool balanced(struct span *span, const struct lx_level *level)
{
	bool some = false;

	for (unsigned j = 0; j < span->n; j++)
		mpq_set_ui(span->left[j], 0, 1);
	for (size_t k = 0; k < level->n; k++) {
		mpq_srcptr multiplier = level->multipliers.at[k];
		if (mpq_sgn(multiplier) <= 0)
			return false;
		some = some || !level->alone[k];
		for (unsigned j = 0; j < span->n; j++)
			if (level->coalitions[k] >> j & 1)
				mpq_add(span->left[j], span->left[j], multiplier);
	}
	return some && reduce(span);
}

/* The excess of S at x, in money (or as a rate), as overcharge or shortfall. */
static void excess_at(const struct lx_game *game, enum lx_per per, const struct lx_ratios *x,
	uint32_t S, bool alone, mpq_ptr out)
{
	mpq_t part;

	mpq_init(part);
	lx_worth_ratio(game, S, out);
	for (uint32_t rest = S; rest != 0; rest &= rest - 1)
		mpq_sub(out, out, x->at[__builtin_ctz(rest)]);
	if (game->cost)
		mpq_neg(out, out);
	if (per == LX_PER_HEAD)
		mpq_set_ui(part, (unsigned)__builtin_popcount(S), 1);
	if (per == LX_PER_COST)
		lx_worth_ratio(game, S, part);
	if (per != LX_PER_COALITION && !alone)
		mpq_div(out, out, part);
	mpq_clear(part);
}

static bool level_stands(const struct lx_game *game, enum lx_per per, const struct lx_ratios *x,
	const struct lx_level *level)
{
	bool stands = true;
	mpq_t excess;

	mpq_init(excess);
	for (size_t k = 0; k < level->n && stands; k++) {
		uint32_t S = level->coalitions[k];
		excess_at(game, per, x, S, level->alone[k], excess);
		if (level->alone[k])
			stands = (S & (S - 1)) == 0 && S != 0 && mpq_sgn(excess) == 0;
		else
			stands = S != 0 && S < (UINT32_C(1) << game->n) - 1 &&
				 mpq_equal(excess, level->excess) != 0;
	}
	mpq_clear(excess);
	return stands;
}

/* Efficient, and nobody below what he has alone where that is asked. */
static bool shares_stand(const struct lx_game *game, bool imputations, const struct lx_ratios *x)
{
	bool stands;
	mpq_t sum, worth;

	mpq_inits(sum, worth, NULL);
	lx_ratios_sum(x, sum);
	lx_worth_ratio(game, ((size_t)1 << game->n) - 1, worth);
	stands = x->n == game->n && mpq_equal(sum, worth) != 0;
	for (unsigned i = 0; imputations && stands && i < game->n; i++) {
		lx_worth_ratio(game, (size_t)1 << i, worth);
		int order = mpq_cmp(x->at[i], worth);
		stands = game->cost ? order <= 0 : order >= 0;
	}
	mpq_clears(sum, worth, NULL);
	return stands;
}

/* The coalitions above a level must lie in the span of the levels before it: vectors orthogonal to
 * that span, as whole numbers, one set a level. */
struct normals {
	unsigned rows;
	int64_t (*row)
		[SPAN_MOST]; /* NULL when the numbers are too large: then the span itself is asked */
};

/* Free column f gives the vector with 1 at f and -row[i][f] at pivot[i]. */
static enum lx_code find_normals(struct lx_call *call, struct span *span, struct normals *out)
{
	bool is_pivot[SPAN_MOST] = { false }, fits = true;
	mpz_t below;

	*out = (struct normals){ .row = lx_array(call, SPAN_MOST, sizeof *out->row) };
	if (out->row == NULL)
		return LX_BROKEN;
	for (unsigned i = 0; i < span->rank; i++)
		is_pivot[span->pivot[i]] = true;
	mpz_init(below);
	for (unsigned f = 0; f < span->n; f++) {
		if (is_pivot[f])
			continue;
		mpz_set_ui(below, 1);
		for (unsigned i = 0; i < span->rank; i++)
			mpz_lcm(below, below, mpq_denref(span->row[i][f]));
		int64_t *row = out->row[out->rows++];
		row[f] = mpz_get_si(below);
		fits = fits && mpz_sizeinbase(below, 2) < 58;
		for (unsigned i = 0; i < span->rank; i++) {
			mpz_srcptr numerator = mpq_numref(span->row[i][f]);
			mpz_divexact(mpq_numref(span->product), below, mpq_denref(span->row[i][f]));
			mpz_mul(mpq_numref(span->product), mpq_numref(span->product), numerator);
			fits = fits && mpz_sizeinbase(mpq_numref(span->product), 2) < 58;
			row[span->pivot[i]] = -mpz_get_si(mpq_numref(span->product));
		}
	}
	mpz_clear(below);
	mpz_set_ui(mpq_denref(span->product), 1);
	if (!fits)
		return lx_fail(call, LX_BROKEN, NULL, "shares.certificate", NULL);
	return LX_OK;
}

static bool orthogonal(const struct normals *normals, uint32_t S)
{
	for (unsigned i = 0; i < normals->rows; i++) {
		int64_t sum = 0;
		for (uint32_t rest = S; rest != 0; rest &= rest - 1)
			sum += normals->row[i][__builtin_ctz(rest)];
		if (sum != 0)
			return false;
	}
	return true;
}

/* Everything a look at one coalition needs. */
struct proof {
	const struct lx_game *game;
	const struct lx_nucleolus *claim;
	enum lx_per per;
	struct normals normals[SPAN_MOST];
	double x[SPAN_MOST], lowest, slack;
	mpq_t excess;
	bool wide; /* the numbers below hold: everything over one denominator */
	lx_int128 share[SPAN_MOST], per_worth, level[SPAN_MOST];
};

/* out = ratio * below as a 128-bit number of at most `bits` bits */
static bool over(mpq_srcptr ratio, mpz_srcptr below, size_t bits, lx_int128 *out)
{
	mpz_t number;

	mpz_init(number);
	mpz_divexact(number, below, mpq_denref(ratio));
	mpz_mul(number, number, mpq_numref(ratio));
	bool fits = mpz_sizeinbase(number, 2) <= bits && lx_get_wide(number, out);
	mpz_clear(number);
	return fits;
}

/* Shares, worths and levels over their common denominator. A level per cost is a rate on the table's
 * whole numbers, so that it is taken over the scale once more. */
static void set_wide(struct proof *proof)
{
	const struct lx_nucleolus *claim = proof->claim;
	mpz_t below;
	mpq_t unit;

	mpz_init(below);
	mpq_init(unit);
	mpz_set_ui(below, 1);
	for (size_t i = 0; i < claim->x.n; i++)
		mpz_lcm(below, below, mpq_denref(claim->x.at[i]));
	for (size_t k = 0; k < claim->levels_n; k++)
		mpz_lcm(below, below, mpq_denref(claim->levels[k].excess));
	mpz_mul_si(below, below, proof->game->scale);
	mpq_set_si(unit, 1, (unsigned long)proof->game->scale);
	proof->wide = over(unit, below, 60, &proof->per_worth);
	for (size_t i = 0; i < claim->x.n; i++)
		proof->wide = proof->wide && over(claim->x.at[i], below, 115, &proof->share[i]);
	for (size_t k = 0; k < claim->levels_n; k++) {
		size_t bits = proof->per == LX_PER_COST ? 60 : 115;
		mpq_set(unit, claim->levels[k].excess);
		if (proof->per == LX_PER_COST)
			mpz_divexact_ui(below, below, (unsigned long)proof->game->scale);
		proof->wide = proof->wide && over(unit, below, bits, &proof->level[k]);
		if (proof->per == LX_PER_COST)
			mpz_mul_si(below, below, proof->game->scale);
	}
	mpq_clear(unit);
	mpz_clear(below);
}

/* The first level that S exceeds, or levels_n; by 128-bit numbers. */
static size_t first_exceeded(const struct proof *proof, uint32_t S)
{
	lx_int128 excess = proof->per_worth * proof->game->worth[S], weight = 1;
	size_t k = 0;

	for (uint32_t rest = S; rest != 0; rest &= rest - 1)
		excess -= proof->share[__builtin_ctz(rest)];
	if (proof->game->cost)
		excess = -excess;
	if (proof->per == LX_PER_HEAD)
		weight = __builtin_popcount(S);
	if (proof->per == LX_PER_COST)
		weight = proof->game->worth[S];
	while (k < proof->claim->levels_n && excess <= proof->level[k] * weight)
		k++;
	return k;
}

/* Exactly: the first level that S exceeds must come after S was settled. */
static bool coalition_stands(struct proof *proof, uint32_t S)
{
	const struct lx_nucleolus *claim = proof->claim;

	if (proof->wide) {
		size_t k = first_exceeded(proof, S);
		return k == claim->levels_n || orthogonal(&proof->normals[k], S);
	}
	excess_at(proof->game, proof->per, &claim->x, S, false, proof->excess);
	for (size_t k = 0; k < claim->levels_n; k++)
		if (mpq_cmp(proof->excess, claim->levels[k].excess) > 0)
			return orthogonal(&proof->normals[k], S);
	return true;
}

static double weight_of(const struct proof *proof, size_t S)
{
	if (proof->per == LX_PER_HEAD)
		return __builtin_popcountll(S);
	if (proof->per == LX_PER_COST)
		return (double)proof->game->worth[S] / (double)proof->game->scale;
	return 1;
}

/* All coalitions: in doubles with a bound of the error those far below the last level, exactly the rest. */
static enum lx_code every_coalition(struct lx_call *call, struct proof *proof, bool *stands)
{
	const struct lx_game *game = proof->game;
	size_t all = ((size_t)1 << game->n) - 1;
	double partial[SPAN_MOST + 1] = { 0 }, sign = game->cost ? -1 : 1;

	*stands = true;
	for (size_t S = 1; S < all && *stands; S++) {
		unsigned t = (unsigned)__builtin_ctzll(S);
		if ((S & 0xfffff) == 0)
			LX_TRY(lx_step(call, S, all));
		double sum = partial[t + 1] + proof->x[t];
		for (unsigned j = 0; j <= t; j++)
			partial[j] = sum;
		double excess = sign * ((double)game->worth[S] / (double)game->scale - sum);
		if (excess > proof->lowest * weight_of(proof, S) - proof->slack)
			*stands = coalition_stands(proof, (uint32_t)S);
	}
	return LX_OK;
}

/* The error of an excess and of lowest * weight in doubles: n + 6 roundings of the largest sizes. */
static void set_bounds(struct proof *proof)
{
	const struct lx_game *game = proof->game;
	double size = 0, worth = 0, weight = 1;

	for (size_t S = 1; S < (size_t)1 << game->n; S++) {
		double now = fabs((double)game->worth[S]);
		worth = now > worth ? now : worth;
	}
	worth /= (double)game->scale;
	for (unsigned i = 0; i < game->n; i++) {
		proof->x[i] = mpq_get_d(proof->claim->x.at[i]);
		size += fabs(proof->x[i]);
	}
	proof->lowest = mpq_get_d(proof->claim->levels[proof->claim->levels_n - 1].excess);
	if (proof->per == LX_PER_HEAD)
		weight = game->n;
	if (proof->per == LX_PER_COST)
		weight = worth;
	proof->slack = (size + worth + fabs(proof->lowest) * weight) * 0x1p-50 * (game->n + 8);
}

static enum lx_code levels_stand(
	struct lx_call *call, struct span *span, struct proof *proof, bool *stand)
{
	const struct lx_nucleolus *claim = proof->claim;

	*stand = claim->levels_n <= SPAN_MOST;
	add_coalition(span, (UINT32_C(1) << span->n) - 1);
	for (size_t k = 0; k < claim->levels_n && *stand; k++) {
		const struct lx_level *level = &claim->levels[k];
		LX_TRY(find_normals(call, span, &proof->normals[k]));
		*stand = balanced(span, level) &&
			 level_stands(proof->game, proof->per, &claim->x, level) &&
			 (k == 0 || mpq_cmp(level->excess, claim->levels[k - 1].excess) <= 0);
		for (size_t c = 0; c < level->n; c++)
			add_coalition(span, level->coalitions[c]);
	}
	*stand = *stand && span->rank == span->n;
	return LX_OK;
}

enum lx_code lx_nucleolus_check(struct lx_call *call, const struct lx_game *game, enum lx_per per,
	bool imputations, const struct lx_nucleolus *claim, bool *proved)
{
	*proved = false;
	LX_TRY(lx_game_check(call, game));
	if (game->n > SPAN_MOST || claim->x.n != game->n ||
		!shares_stand(game, imputations, &claim->x))
		return LX_OK;
	*proved = game->n == 1;
	if (game->n == 1 || claim->levels_n == 0)
		return LX_OK;
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct span *span = lx_alloc(call, sizeof *span);
	struct proof *proof = lx_alloc(call, sizeof *proof);
	if (span == NULL || proof == NULL)
		return LX_BROKEN;
	*proof = (struct proof){ .game = game, .claim = claim, .per = per };
	mpq_init(proof->excess);
	span_open(span, game->n);
	enum lx_code code = levels_stand(call, span, proof, proved);
	if (code == LX_OK && *proved) {
		set_bounds(proof);
		set_wide(proof);
		code = every_coalition(call, proof, proved);
	}
	span_close(span);
	mpq_clear(proof->excess);
	lx_arena_back(call->arena, mark);
	return code;
}
