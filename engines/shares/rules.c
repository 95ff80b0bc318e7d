/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Rules that look at a few numbers of the table: equal, proportional, separable costs, tau. */
#include "engines/shares/inner.h"

void lx_worth_ratio(const struct lx_game *game, size_t S, mpq_ptr out)
{
	mpz_set_si(mpq_numref(out), game->worth[S]);
	mpz_set_si(mpq_denref(out), game->scale);
	mpq_canonicalize(out);
}

static size_t everyone(const struct lx_game *game)
{
	return ((size_t)1 << game->n) - 1;
}

void lx_ratios_sum(const struct lx_ratios *x, mpq_ptr out)
{
	mpq_set_ui(out, 0, 1);
	for (size_t i = 0; i < x->n; i++)
		mpq_add(out, out, x->at[i]);
}

/* out = total * weights / sum of weights */
static enum lx_code divide(struct lx_call *call, const char *field, mpq_srcptr total,
	const struct lx_ratios *weights, struct lx_ratios *out)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios rate = { 0 };

	LX_TRY(lx_ratios_open(call, 1, &rate));
	lx_ratios_sum(weights, rate.at[0]);
	if (mpq_sgn(rate.at[0]) == 0)
		return lx_fail(call, LX_INVALID, field, "shares.zero_weights", NULL);
	mpq_div(rate.at[0], total, rate.at[0]);
	LX_TRY(lx_ratios_open(call, weights->n, out));
	for (size_t i = 0; i < weights->n; i++)
		mpq_mul(out->at[i], weights->at[i], rate.at[0]);
	return LX_OK;
}

enum lx_code lx_normalise(struct lx_call *call, const struct lx_game *game,
	const struct lx_ratios *x, struct lx_ratios *out)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios total = { 0 };

	LX_TRY(lx_ratios_open(call, 1, &total));
	lx_worth_ratio(game, everyone(game), total.at[0]);
	return divide(call, NULL, total.at[0], x, out);
}

enum lx_code lx_equal(struct lx_call *call, const struct lx_game *game, struct lx_ratios *out)
{
	LX_TRY(lx_game_check(call, game));
	LX_TRY(lx_ratios_open(call, game->n, out));
	for (unsigned i = 0; i < game->n; i++) {
		lx_worth_ratio(game, everyone(game), out->at[i]);
		mpz_mul_ui(mpq_denref(out->at[i]), mpq_denref(out->at[i]), game->n);
		mpq_canonicalize(out->at[i]);
	}
	return LX_OK;
}

static enum lx_code alone(struct lx_call *call, const struct lx_game *game, struct lx_ratios *out)
{
	LX_TRY(lx_ratios_open(call, game->n, out));
	for (unsigned i = 0; i < game->n; i++)
		lx_worth_ratio(game, (size_t)1 << i, out->at[i]);
	return LX_OK;
}

enum lx_code lx_proportional(struct lx_call *call, const struct lx_game *game,
	const struct lx_ratios *weights, struct lx_ratios *out)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios own = { 0 };

	LX_TRY(lx_game_check(call, game));
	LX_TRY(alone(call, game, &own));
	if (weights == NULL)
		weights = &own;
	if (weights->n != game->n)
		return lx_fail(call, LX_INVALID, "weights", "shares.length", "%u", game->n);
	for (size_t i = 0; i < weights->n; i++)
		if (mpq_sgn(weights->at[i]) < 0)
			return lx_fail(
				call, LX_INVALID, "weights", "shares.negative", "%zu", i + 1);
	return lx_normalise(call, game, weights, out);
}

enum lx_code lx_separable(struct lx_call *call, const struct lx_game *game, struct lx_ratios *out)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios total = { 0 };

	LX_TRY(lx_game_check(call, game));
	LX_TRY(lx_ratios_open(call, 1, &total));
	lx_worth_ratio(game, everyone(game), total.at[0]);
	LX_TRY(lx_ratios_open(call, game->n, out));
	for (unsigned i = 0; i < game->n; i++) {
		lx_worth_ratio(game, everyone(game) ^ (size_t)1 << i, out->at[i]);
		mpq_sub(out->at[i], total.at[0], out->at[i]);
	}
	return LX_OK;
}

/* v(N) less the sum of x */
static void what_is_left(const struct lx_game *game, const struct lx_ratios *x, mpq_ptr out)
{
	mpq_t sum;

	mpq_init(sum);
	lx_ratios_sum(x, sum);
	lx_worth_ratio(game, everyone(game), out);
	mpq_sub(out, out, sum);
	mpq_clear(sum);
}

/* r_i = min(c(i), b_i) - m_i; in a profit game m_i - v(i), what each may lose */
static enum lx_code remaining(struct lx_call *call, const struct lx_game *game,
	const struct lx_ratios *benefits, const struct lx_ratios *separable, struct lx_ratios *out)
{
	LX_TRY(alone(call, game, out));
	for (unsigned i = 0; i < game->n; i++) {
		if (benefits != NULL && mpq_cmp(benefits->at[i], out->at[i]) < 0)
			mpq_set(out->at[i], benefits->at[i]);
		mpq_sub(out->at[i], out->at[i], separable->at[i]);
		if (!game->cost)
			mpq_neg(out->at[i], out->at[i]);
		if (mpq_sgn(out->at[i]) < 0)
			return lx_fail(call, LX_INVALID, "scrb", "shares.scrb", "%u", i + 1);
	}
	return LX_OK;
}

enum lx_code lx_scrb(struct lx_call *call, const struct lx_game *game,
	const struct lx_ratios *benefits, struct lx_ratios *out)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios separable = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios rest = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios left = { 0 };

	LX_TRY(lx_separable(call, game, &separable));
	if (benefits != NULL && (benefits->n != game->n || !game->cost))
		return lx_fail(call, LX_INVALID, "benefits", "shares.length", "%u", game->n);
	LX_TRY(remaining(call, game, benefits, &separable, &rest));
	LX_TRY(lx_ratios_open(call, 1, &left));
	what_is_left(game, &separable, left.at[0]);
	LX_TRY(divide(call, "scrb", left.at[0], &rest, out));
	for (unsigned i = 0; i < game->n; i++)
		mpq_add(out->at[i], out->at[i], separable.at[i]);
	return LX_OK;
}

enum lx_code lx_egalitarian(struct lx_call *call, const struct lx_game *game, struct lx_ratios *out)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios left = { 0 };

	LX_TRY(lx_separable(call, game, out));
	LX_TRY(lx_ratios_open(call, 1, &left));
	what_is_left(game, out, left.at[0]);
	mpz_mul_ui(mpq_denref(left.at[0]), mpq_denref(left.at[0]), game->n);
	mpq_canonicalize(left.at[0]);
	for (unsigned i = 0; i < game->n; i++)
		mpq_add(out->at[i], out->at[i], left.at[0]);
	return LX_OK;
}

/* m_i = max over S containing i of v(S) - sum of M_j over the others in S; for costs min of c(S) - ... */
static enum lx_code minimal_rights(
	struct lx_call *call, const struct lx_game *game, const int64_t *utopia, lx_int128 *rights)
{
	lx_int128 partial[LX_PLAYERS_MAX + 1] = { 0 };
	bool seen[LX_PLAYERS_MAX] = { false };

	for (size_t S = 1; S <= everyone(game); S++) {
		unsigned t = (unsigned)__builtin_ctzll(S);
		if ((S & 0xfffff) == 0)
			LX_TRY(lx_step(call, S, everyone(game)));
		lx_int128 sum = partial[t + 1] + utopia[t];
		for (unsigned j = 0; j <= t; j++)
			partial[j] = sum;
		lx_int128 gap = game->worth[S] - sum;
		for (size_t rest = S; rest != 0; rest &= rest - 1) {
			unsigned i = (unsigned)__builtin_ctzll(rest);
			lx_int128 right = gap + utopia[i];
			if (!seen[i] || (game->cost ? right < rights[i] : right > rights[i]))
				rights[i] = right;
			seen[i] = true;
		}
	}
	return LX_OK;
}

static bool between(lx_int128 low, lx_int128 middle, lx_int128 high, bool cost)
{
	return cost ? low >= middle && middle >= high : low <= middle && middle <= high;
}

/* x_i = m_i + (M_i - m_i) (v(N) - sum m) / (sum M - sum m), over scale */
static void mix(const struct lx_game *game, const lx_int128 *low, const int64_t *high,
	struct lx_ratios *out)
{
	lx_int128 lows = 0, highs = 0, all = game->worth[everyone(game)];
	mpq_t rate;

	mpq_init(rate);
	for (unsigned i = 0; i < game->n; i++) {
		lows += low[i];
		highs += high[i];
	}
	if (highs != lows) {
		lx_set_wide(mpq_numref(rate), highs > lows ? all - lows : lows - all);
		lx_set_wide(mpq_denref(rate), highs > lows ? highs - lows : lows - highs);
		mpq_canonicalize(rate);
	}
	for (unsigned i = 0; i < game->n; i++) {
		mpq_t step;
		mpq_init(step);
		lx_set_wide(mpq_numref(step), (lx_int128)high[i] - low[i]);
		mpq_mul(step, step, rate);
		lx_set_wide(mpq_numref(out->at[i]), low[i]);
		mpq_add(out->at[i], out->at[i], step);
		mpz_set_si(mpq_numref(step), game->scale);
		mpz_set_ui(mpq_denref(step), 1);
		mpq_div(out->at[i], out->at[i], step);
		mpq_clear(step);
	}
	mpq_clear(rate);
}

enum lx_code lx_tau(struct lx_call *call, const struct lx_game *game, struct lx_ratios *out)
{
	int64_t utopia[LX_PLAYERS_MAX];
	lx_int128 rights[LX_PLAYERS_MAX] = { 0 }, lows = 0, highs = 0;
	size_t all = everyone(game);

	LX_TRY(lx_game_check(call, game));
	for (unsigned i = 0; i < game->n; i++)
		if (__builtin_sub_overflow(
			    game->worth[all], game->worth[all ^ (size_t)1 << i], &utopia[i]))
			return lx_fail(call, LX_INVALID, "table", "shares.big", "%zu", all);
	LX_TRY(minimal_rights(call, game, utopia, rights));
	for (unsigned i = 0; i < game->n; i++) {
		if (!between(rights[i], rights[i], utopia[i], game->cost))
			return lx_fail(
				call, LX_INVALID, "tau", "shares.quasi_balanced", "%u", i + 1);
		lows += rights[i];
		highs += utopia[i];
	}
	if (!between(lows, game->worth[all], highs, game->cost))
		return lx_fail(call, LX_INVALID, "tau", "shares.quasi_balanced", "-");
	LX_TRY(lx_ratios_open(call, game->n, out));
	mix(game, rights, utopia, out);
	return LX_OK;
}
