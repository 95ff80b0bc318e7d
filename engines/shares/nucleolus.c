/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The nucleolus, level by level. Each level is a linear programme: the smallest eps with
 * v(S) - x(S) <= eps w(S) for every coalition not yet settled. It is solved on its dual, over a pool
 * of coalitions, in exact arithmetic; when the pool has no violated coalition all 2^n are priced and
 * the worst join. At the optimum the coalitions with a positive multiplier are settled: their excess
 * cannot be lowered by anybody. What lies in the span of settled coalitions is settled with them and
 * leaves the table. At most n-1 levels are needed (Maschler, Peleg & Shapley 1979; Kopelowitz 1967).
 *
 * A level starts from the basis of the last one: its settled columns become free, those with multiplier 0
 * stay, and one START column makes it feasible; a first phase drives that out with single members.
 */
#include "engines/shares/pricing.h"
#include "engines/shares/simplex.h"

#include <math.h>
#include <string.h>

#define POOL_MOST   (1u << 14)
#define PIVOTS_MOST 1000000 /* far beyond any case seen; cycling is impossible, this bounds time */

struct solver {
	struct lx_call *call;
	const struct lx_game *game;
	enum lx_per per;
	bool imputations;
	unsigned n;
	struct lx_basis basis;
	struct lx_pricing pricing;
	struct lx_column kept[LX_BASIS_MOST]; /* multiplier 0 at the last optimum */
	unsigned kept_n, settled_n;
	uint32_t settled[LX_BASIS_MOST];
	struct lx_ratios fixed; /* what settled coalitions get */
	mpz_t below;            /* common denominator of `fixed`: the unit of costs */
	struct lx_ratios at;    /* x and eps at the last prices */
	struct lx_column *pool;
	size_t pool_n;
	struct lx_nucleolus *out;
};

static int64_t value(const struct solver *s, size_t S)
{
	return s->game->cost ? -s->game->worth[S] : s->game->worth[S];
}

static struct lx_column excess_column(const struct solver *s, uint32_t S)
{
	int64_t weight = 1;

	if (s->per == LX_PER_HEAD)
		weight = __builtin_popcount(S);
	if (s->per == LX_PER_COST)
		weight = s->game->worth[S];
	return (struct lx_column){ S, LX_COLUMN_EXCESS, weight };
}

static bool is_settled(const struct solver *s, uint32_t S)
{
	return s->pricing.worth[S] == -INFINITY;
}

/* --- the basis at the start of a level --- */

static void insert_settled(struct solver *s)
{
	unsigned kept = 0;

	for (unsigned k = 0; k < s->settled_n; k++) {
		struct lx_column column = { s->settled[k], LX_COLUMN_FREE, 0 };
		if (!lx_basis_insert(&s->basis, &column))
			continue; /* follows from the others */
		s->settled[kept] = s->settled[k];
		mpq_set(s->fixed.at[kept++], s->fixed.at[k]);
	}
	s->settled_n = kept;
}

/* Columns of multiplier 0, then single members, until players' rows have rank n; START makes it
 * feasible. START is minus the sum of the columns that are not free. */
static void insert_others(struct solver *s)
{
	unsigned have = s->settled_n;
	struct lx_column start = { 0, LX_COLUMN_START, 0 };

	memset(s->basis.start, 0, sizeof s->basis.start);
	s->basis.start[s->n] = 1;
	for (unsigned k = 0; k < s->kept_n + s->n && have < s->n; k++) {
		struct lx_column column = k < s->kept_n ? s->kept[k]
							: excess_column(s,
								  UINT32_C(1) << (k - s->kept_n));
		/* independent already without the weights' row: that row must not take part */
		struct lx_column bare = { column.set, column.kind, 0 };
		lx_basis_enter(&s->basis, &bare);
		bool new_direction = false;
		for (unsigned i = 0; i < s->basis.m && !new_direction; i++)
			new_direction = s->basis.column[i].kind == LX_COLUMN_NONE && i < s->n &&
					mpz_sgn(s->basis.entering[i]) != 0;
		if (!new_direction || !lx_basis_insert(&s->basis, &column))
			continue;
		have++;
		for (uint32_t rest = column.set; rest != 0; rest &= rest - 1)
			s->basis.start[__builtin_ctz(rest)]--;
	}
	(void)lx_basis_insert(&s->basis, &start);
}

/* Settled coalitions leave the table and the pool. */
static void drop_settled(struct solver *s)
{
	lx_drop_settled(&s->basis, &s->pricing);
	size_t kept = 0;
	for (size_t k = 0; k < s->pool_n; k++)
		if (!is_settled(s, s->pool[k].set))
			s->pool[kept++] = s->pool[k];
	s->pool_n = kept;
}

/* --- prices --- */

/* x and eps as fractions from the basis, and the pricing function over their common denominator. */
static void take_prices(struct solver *s)
{
	struct lx_basis *basis = &s->basis;
	struct lx_pricing *p = &s->pricing;

	lx_basis_price(basis);
	mpz_mul(basis->a, basis->det, s->below);
	mpz_set_ui(p->exact_alpha, 1);
	for (unsigned j = 0; j <= s->n; j++) {
		mpz_set(mpq_numref(s->at.at[j]), basis->price[j]);
		mpz_set(mpq_denref(s->at.at[j]), basis->a);
		mpq_canonicalize(s->at.at[j]);
		mpz_lcm(p->exact_alpha, p->exact_alpha, mpq_denref(s->at.at[j]));
	}
	mpz_divexact(basis->b, p->exact_alpha, mpq_denref(s->at.at[s->n]));
	mpz_mul(basis->b, basis->b, mpq_numref(s->at.at[s->n])); /* eps over alpha */
	for (unsigned j = 0; j < s->n; j++) {
		mpz_divexact(p->exact_z[j], p->exact_alpha, mpq_denref(s->at.at[j]));
		mpz_mul(p->exact_z[j], p->exact_z[j], mpq_numref(s->at.at[j]));
		if (s->per == LX_PER_HEAD)
			mpz_add(p->exact_z[j], p->exact_z[j], basis->b);
	}
	mpz_set_ui(p->exact_beta, 0);
	if (s->per == LX_PER_COALITION)
		mpz_neg(p->exact_beta, basis->b);
	if (s->per == LX_PER_COST) /* the weight is -v */
		mpz_add(p->exact_alpha, p->exact_alpha, basis->b);
	lx_pricing_set(p);
}

/* The first-phase value of a column: minus its price. */
static void first_value(struct solver *s, const struct lx_column *column, mpz_ptr out)
{
	mpz_mul_si(out, s->basis.price[s->n], column->weight);
	for (uint32_t rest = column->set; rest != 0; rest &= rest - 1)
		mpz_add(out, out, s->basis.price[__builtin_ctz(rest)]);
	mpz_neg(out, out);
}

/* How much x(i) falls short of what i has alone, over the denominator of x. */
static void alone_value(struct solver *s, unsigned i, mpz_ptr out)
{
	mpz_mul_si(out, mpq_denref(s->at.at[i]), value(s, (size_t)1 << i));
	mpz_sub(out, out, mpq_numref(s->at.at[i]));
}

static enum lx_code step(struct solver *s, const struct lx_column *column, unsigned row)
{
	if (row == s->basis.m || ++s->out->pivots > PIVOTS_MOST)
		return lx_fail(s->call, LX_BROKEN, NULL, "shares.pivots", NULL);
	lx_basis_pivot(&s->basis, row, column);
	return LX_OK;
}

/* --- the first phase --- */

static unsigned start_row(const struct solver *s)
{
	for (unsigned i = 0; i < s->basis.m; i++)
		if (s->basis.column[i].kind == LX_COLUMN_START)
			return i;
	return s->basis.m;
}

/* Whether START may leave for the entering column as well as row `other` does. */
static bool start_may_leave(struct solver *s, unsigned start, unsigned other)
{
	struct lx_basis *b = &s->basis;

	if (mpz_sgn(b->entering[start]) <= 0)
		return false;
	mpz_mul(b->a, b->inverse[start][s->n], b->entering[other]);
	mpz_mul(b->b, b->inverse[other][s->n], b->entering[start]);
	return mpz_cmp(b->a, b->b) <= 0;
}

/* The single member whose column improves the first phase most; n when none does. */
static unsigned first_entering(struct solver *s, mpz_ptr best, mpz_ptr now)
{
	unsigned chosen = s->n;

	mpz_set_ui(best, 0);
	for (unsigned i = 0; i < s->n; i++) {
		if (is_settled(s, UINT32_C(1) << i))
			continue;
		struct lx_column column = excess_column(s, UINT32_C(1) << i);
		first_value(s, &column, now);
		if (mpz_cmp(now, best) <= 0)
			continue;
		mpz_set(best, now);
		chosen = i;
	}
	return chosen;
}

/* START is in the basis with value 0: any column that meets its row takes its place. */
static enum lx_code push_out(struct solver *s, unsigned start)
{
	for (unsigned i = 0; i < s->n; i++) {
		struct lx_column column = excess_column(s, UINT32_C(1) << i);
		lx_basis_enter(&s->basis, &column);
		if (!is_settled(s, column.set) && mpz_sgn(s->basis.entering[start]) != 0)
			return step(s, &column, start);
	}
	return lx_fail(s->call, LX_BROKEN, NULL, "shares.pivots", NULL);
}

static enum lx_code first_phase(struct solver *s)
{
	mpz_t best, now;
	enum lx_code code = LX_OK;

	mpz_inits(best, now, NULL);
	lx_basis_mark(&s->basis);
	for (unsigned start; code == LX_OK && (start = start_row(s)) < s->basis.m;) {
		for (unsigned i = 0; i < s->basis.m; i++)
			mpz_set_si(s->basis.cost[i], i == start ? -1 : 0);
		lx_basis_price(&s->basis);
		unsigned i = first_entering(s, best, now);
		if (i == s->n) {
			code = push_out(s, start);
			continue;
		}
		struct lx_column column = excess_column(s, UINT32_C(1) << i);
		lx_basis_enter(&s->basis, &column);
		unsigned row = lx_basis_leaving(&s->basis);
		if (row < s->basis.m && start_may_leave(s, start, row))
			row = start;
		code = step(s, &column, row);
	}
	mpz_clears(best, now, NULL);
	return code;
}

/* --- the second phase --- */

/* The cost of the column in row i, over `below`. */
static void set_cost(struct solver *s, unsigned i)
{
	const struct lx_column *column = &s->basis.column[i];
	mpz_ptr cost = s->basis.cost[i];

	if (column->kind != LX_COLUMN_FREE) {
		mpz_mul_si(cost, s->below, value(s, column->set));
		return;
	}
	for (unsigned k = 0; k < s->settled_n; k++)
		if (s->settled[k] == column->set) {
			mpz_divexact(cost, s->below, mpq_denref(s->fixed.at[k]));
			mpz_mul(cost, cost, mpq_numref(s->fixed.at[k]));
		}
}

/* The pool's most violated column into *out; false when none is. */
static bool pool_entering(struct solver *s, struct lx_column *out)
{
	double best = 0;

	for (size_t k = 0; k < s->pool_n; k++) {
		const struct lx_column *column = &s->pool[k];
		int64_t v = value(s, column->set);
		double now = lx_pricing_value(&s->pricing, (double)v, column->set);
		if (s->pricing.slack > 0 && now <= s->pricing.slack && now >= -s->pricing.slack) {
			lx_pricing_exact(&s->pricing, v, column->set);
			now = mpz_get_d(s->pricing.exact);
		}
		if (now <= best)
			continue;
		best = now;
		*out = *column;
	}
	for (unsigned i = 0; s->imputations && i < s->n; i++) {
		alone_value(s, i, s->basis.a);
		if (mpz_sgn(s->basis.a) <= 0 || is_settled(s, UINT32_C(1) << i))
			continue;
		*out = (struct lx_column){ UINT32_C(1) << i, LX_COLUMN_ALONE, 0 };
		return true;
	}
	return best > 0;
}

static void join(struct solver *s, uint32_t S)
{
	for (size_t k = 0; k < s->pool_n; k++)
		if (s->pool[k].set == S)
			return;
	if (s->pool_n < POOL_MOST)
		s->pool[s->pool_n++] = excess_column(s, S);
}

/* Where doubles cannot tell: every coalition within the error, exactly. */
static void join_near(struct solver *s)
{
	struct lx_pricing *p = &s->pricing;
	size_t m = (size_t)1 << p->low;

	for (size_t b = 0; b < (size_t)1 << (s->n - p->low); b++) {
		if (p->highest[b] <= -p->slack)
			continue;
		for (size_t S = b * m; S < (b + 1) * m; S++) {
			if (p->worth[S] == -INFINITY ||
				lx_pricing_value(p, p->worth[S], (uint32_t)S) < -p->slack)
				continue;
			lx_pricing_exact(p, value(s, S), (uint32_t)S);
			if (mpz_sgn(p->exact) > 0)
				join(s, (uint32_t)S);
		}
	}
}

/* Prices all coalitions; *more: some were violated and have joined the pool. */
static enum lx_code full_pass(struct solver *s, bool *more)
{
	uint32_t sets[LX_PRICING_MOST];
	size_t before = s->pool_n;

	s->out->passes++;
	LX_TRY(lx_step(s->call, s->settled_n, s->n));
	lx_pricing_pass(s->call, &s->pricing);
	size_t n = lx_pricing_best(&s->pricing, s->pricing.slack, sets);
	for (size_t k = 0; k < n; k++)
		join(s, sets[k]);
	if (n == 0 && s->pricing.slack > 0)
		join_near(s);
	*more = s->pool_n > before;
	if (n > 0 && !*more) /* a violated coalition is never in a pool without violation */
		return lx_fail(s->call, LX_BROKEN, NULL, "shares.pivots", NULL);
	return LX_OK;
}

static enum lx_code second_phase(struct solver *s)
{
	struct lx_column column = { 0 };
	bool more = true;

	lx_basis_mark(&s->basis);
	for (unsigned i = 0; i < s->basis.m; i++)
		set_cost(s, i);
	take_prices(s);
	while (more) {
		while (pool_entering(s, &column)) {
			lx_basis_enter(&s->basis, &column);
			unsigned row = lx_basis_leaving(&s->basis);
			LX_TRY(step(s, &column, row));
			set_cost(s, row);
			take_prices(s);
		}
		LX_TRY(full_pass(s, &more));
	}
	return LX_OK;
}

/* --- the end of a level --- */

static void sum_at(struct solver *s, uint32_t S, mpq_ptr out)
{
	mpq_set_ui(out, 0, 1);
	for (uint32_t rest = S; rest != 0; rest &= rest - 1)
		mpq_add(out, out, s->at.at[__builtin_ctz(rest)]);
}

static void settle(struct solver *s, uint32_t S)
{
	mpq_ptr get = s->fixed.at[s->settled_n];

	sum_at(s, S, get);
	s->settled[s->settled_n++] = S;
	mpz_lcm(s->below, s->below, mpq_denref(get));
}

static enum lx_code record(struct solver *s)
{
	struct lx_level *level = &s->out->levels[s->out->levels_n];
	unsigned m = s->basis.m;

	level->coalitions = lx_array(s->call, m, sizeof *level->coalitions);
	level->alone = lx_array(s->call, m, sizeof *level->alone);
	if (level->coalitions == NULL || level->alone == NULL)
		return LX_BROKEN;
	LX_TRY(lx_ratios_open(s->call, m, &level->multipliers));
	mpq_init(level->excess);
	mpq_set(level->excess, s->at.at[s->n]);
	s->out->levels_n++;
	s->kept_n = 0;
	for (unsigned i = 0; i < m; i++) {
		const struct lx_column *column = &s->basis.column[i];
		mpz_srcptr multiplier = s->basis.inverse[i][s->n];
		if (column->kind == LX_COLUMN_FREE)
			continue;
		if (mpz_sgn(multiplier) == 0) {
			s->kept[s->kept_n++] = *column;
			continue;
		}
		mpz_set(mpq_numref(level->multipliers.at[level->n]), multiplier);
		mpz_set(mpq_denref(level->multipliers.at[level->n]), s->basis.det);
		mpq_canonicalize(level->multipliers.at[level->n]);
		level->alone[level->n] = column->kind == LX_COLUMN_ALONE;
		level->coalitions[level->n++] = column->set;
	}
	for (size_t k = 0; k < level->n; k++)
		settle(s, level->coalitions[k]);
	return LX_OK;
}

static enum lx_code solve(struct solver *s)
{
	for (unsigned i = 0; i < s->n; i++)
		s->pool[s->pool_n++] = excess_column(s, UINT32_C(1) << i);
	for (;;) {
		lx_basis_reset(&s->basis);
		insert_settled(s);
		if (s->settled_n == s->n)
			return LX_OK;
		insert_others(s);
		drop_settled(s);
		LX_TRY(lx_step(s->call, s->settled_n, s->n));
		LX_TRY(first_phase(s));
		LX_TRY(second_phase(s));
		LX_TRY(record(s));
	}
}

/* --- in and out --- */

static enum lx_code check(
	struct lx_call *call, const struct lx_game *game, enum lx_per per, bool imputations)
{
	size_t all = ((size_t)1 << game->n) - 1;
	lx_int128 alone = 0;

	if (per == LX_PER_COST && !game->cost)
		return lx_fail(call, LX_INVALID, "mode", "shares.per_cost", "-");
	for (size_t S = 1; per == LX_PER_COST && S <= all; S++)
		if (game->worth[S] <= 0)
			return lx_fail(call, LX_INVALID, "table", "shares.per_cost", "%zu", S);
	for (unsigned i = 0; i < game->n; i++)
		alone += game->worth[(size_t)1 << i];
	if (imputations && (game->cost ? alone < game->worth[all] : alone > game->worth[all]))
		return lx_fail(call, LX_INVALID, "table", "shares.imputation", NULL);
	return LX_OK;
}

/* x from units of 1/scale of the profit form to money; levels likewise. */
static enum lx_code hand_over(struct solver *s)
{
	struct lx_nucleolus *out = s->out;
	mpq_t unit;

	LX_TRY(lx_ratios_open(s->call, s->n, &out->x));
	mpq_init(unit);
	mpq_set_si(unit, s->game->scale, 1);
	for (unsigned i = 0; i < s->n; i++) {
		if (s->n == 1)
			mpq_set_si(out->x.at[0], value(s, 1), 1);
		else
			mpq_set(out->x.at[i], s->at.at[i]);
		mpq_div(out->x.at[i], out->x.at[i], unit);
		if (s->game->cost)
			mpq_neg(out->x.at[i], out->x.at[i]);
	}
	for (size_t k = 0; k < out->levels_n && s->per != LX_PER_COST; k++)
		mpq_div(out->levels[k].excess, out->levels[k].excess, unit);
	mpq_clear(unit);
	return LX_OK;
}

static enum lx_code run(struct solver *s)
{
	size_t all = ((size_t)1 << s->n) - 1;

	s->pool = lx_array(s->call, POOL_MOST + LX_BASIS_MOST, sizeof *s->pool);
	s->out->levels = lx_array(s->call, s->n, sizeof *s->out->levels);
	if (s->pool == NULL || s->out->levels == NULL)
		return LX_BROKEN;
	LX_TRY(lx_ratios_open(s->call, (size_t)2 * LX_BASIS_MOST, &s->fixed));
	LX_TRY(lx_ratios_open(s->call, s->n + 1, &s->at));
	LX_TRY(lx_pricing_open(s->call, s->game, s->game->cost, &s->pricing));
	mpz_set_ui(s->below, 1);
	s->settled[0] = (uint32_t)all;
	s->settled_n = 1;
	mpq_set_si(s->fixed.at[0], value(s, all), 1);
	LX_TRY(solve(s));
	return hand_over(s);
}

enum lx_code lx_nucleolus(struct lx_call *call, const struct lx_game *game, enum lx_per per,
	bool imputations, struct lx_nucleolus *out)
{
	bool proved = false;

	*out = (struct lx_nucleolus){ 0 };
	LX_TRY(lx_game_check(call, game));
	if (game->n > LX_NUCLEOLUS_PLAYERS)
		return lx_fail(call, LX_INVALID, "n", "shares.players", "%d", LX_NUCLEOLUS_PLAYERS);
	LX_TRY(check(call, game, per, imputations));
	struct solver *s = lx_alloc(call, sizeof *s);
	if (s == NULL)
		return LX_BROKEN;
	*s = (struct solver){ .call = call, .game = game, .per = per, .out = out };
	s->n = game->n;
	s->imputations = imputations;
	lx_basis_open(&s->basis, s->n);
	mpz_init(s->below);
	enum lx_code code = run(s);
	lx_basis_close(&s->basis);
	lx_pricing_close(&s->pricing);
	lx_ratios_close(&s->fixed);
	lx_ratios_close(&s->at);
	mpz_clear(s->below);
	LX_TRY(code);
	LX_TRY(lx_nucleolus_check(call, game, per, imputations, out, &proved));
	return proved ? LX_OK : lx_fail(call, LX_BROKEN, NULL, "shares.certificate", NULL);
}

void lx_nucleolus_close(struct lx_nucleolus *nucleolus)
{
	lx_ratios_close(&nucleolus->x);
	for (size_t k = 0; k < nucleolus->levels_n; k++) {
		lx_ratios_close(&nucleolus->levels[k].multipliers);
		mpq_clear(nucleolus->levels[k].excess);
	}
	*nucleolus = (struct lx_nucleolus){ 0 };
}
