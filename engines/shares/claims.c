/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Claims on an estate too small for them, in fractions. */
#include "engines/shares/inner.h"

#include <stdlib.h>

static int by_size(const void *a, const void *b)
{
	const mpq_t *const *left = a, *const *right = b;

	return mpq_cmp(**left, **right);
}

/* Equal awards: fill from the smallest claim up; whoever's claim is below the equal part of what is
 * left gets the claim. `out` is open and may not be `claims`. */
static enum lx_code equal_awards(struct lx_call *call, mpq_srcptr estate,
	const struct lx_ratios *claims, struct lx_ratios *out)
{
	mpq_t **order = lx_array(call, claims->n, sizeof *order), left, part;

	if (order == NULL)
		return LX_BROKEN;
	mpq_inits(left, part, NULL);
	mpq_set(left, estate);
	for (size_t i = 0; i < claims->n; i++)
		order[i] = &claims->at[i];
	qsort(order, claims->n, sizeof(mpq_t *), by_size);
	for (size_t k = 0; k < claims->n; k++) {
		mpq_set_ui(part, claims->n - k, 1);
		mpq_div(part, left, part);
		mpq_srcptr gets = mpq_cmp(*order[k], part) < 0 ? *order[k] : part;
		mpq_set(out->at[order[k] - claims->at], gets);
		mpq_sub(left, left, out->at[order[k] - claims->at]);
	}
	mpq_clears(left, part, NULL);
	return LX_OK;
}

/* Equal losses: what is missing is an estate of losses. */
static enum lx_code equal_losses(struct lx_call *call, mpq_srcptr estate,
	const struct lx_ratios *claims, struct lx_ratios *out)
{
	mpq_t missing;

	mpq_init(missing);
	lx_ratios_sum(claims, missing);
	mpq_sub(missing, missing, estate);
	enum lx_code code = equal_awards(call, missing, claims, out);
	for (size_t i = 0; code == LX_OK && i < claims->n; i++)
		mpq_sub(out->at[i], claims->at[i], out->at[i]);
	mpq_clear(missing);
	return code;
}

static enum lx_code talmud(struct lx_call *call, mpq_srcptr estate, const struct lx_ratios *claims,
	struct lx_ratios *out)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios halves = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios scratch = { 0 };

	LX_TRY(lx_ratios_open(call, claims->n, &halves));
	LX_TRY(lx_ratios_open(call, 1, &scratch));
	mpq_ptr half = scratch.at[0];
	for (size_t i = 0; i < claims->n; i++)
		mpq_div_2exp(halves.at[i], claims->at[i], 1);
	lx_ratios_sum(&halves, half);
	if (mpq_cmp(estate, half) <= 0)
		return equal_awards(call, estate, &halves, out);
	mpq_sub(half, estate, half);
	LX_TRY(equal_losses(call, half, &halves, out));
	for (size_t i = 0; i < claims->n; i++)
		mpq_add(out->at[i], out->at[i], halves.at[i]);
	return LX_OK;
}

static void proportional(mpq_srcptr estate, const struct lx_ratios *claims, struct lx_ratios *out)
{
	mpq_t rate;

	mpq_init(rate);
	lx_ratios_sum(claims, rate);
	if (mpq_sgn(rate) != 0) /* no claims: then there is no estate either */
		mpq_div(rate, estate, rate);
	for (size_t i = 0; i < claims->n; i++)
		mpq_mul(out->at[i], claims->at[i], rate);
	mpq_clear(rate);
}

/* Minimal rights first (what the others' full claims would leave), then proportional to the claims
 * that remain, none above what remains. */
static enum lx_code adjusted(struct lx_call *call, mpq_srcptr estate,
	const struct lx_ratios *claims, struct lx_ratios *out)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios rights = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios rest = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios scratch = { 0 };

	LX_TRY(lx_ratios_open(call, claims->n, &rights));
	LX_TRY(lx_ratios_open(call, claims->n, &rest));
	LX_TRY(lx_ratios_open(call, 2, &scratch));
	mpq_ptr missing = scratch.at[0], left = scratch.at[1];
	lx_ratios_sum(claims, missing);
	mpq_sub(missing, missing, estate);
	mpq_set(left, estate);
	for (size_t i = 0; i < claims->n; i++) {
		if (mpq_cmp(claims->at[i], missing) > 0)
			mpq_sub(rights.at[i], claims->at[i], missing);
		mpq_sub(left, left, rights.at[i]);
	}
	for (size_t i = 0; i < claims->n; i++) {
		mpq_sub(rest.at[i], claims->at[i], rights.at[i]);
		if (mpq_cmp(rest.at[i], left) > 0)
			mpq_set(rest.at[i], left);
	}
	proportional(left, &rest, out);
	for (size_t i = 0; i < claims->n; i++)
		mpq_add(out->at[i], out->at[i], rights.at[i]);
	return LX_OK;
}

/* v(S) = max(0, estate - claims of the others), over the common denominator. */
static enum lx_code arrival_game(struct lx_call *call, mpq_srcptr estate,
	const struct lx_ratios *claims, struct lx_game *out)
{
	int64_t *worth = lx_array(call, (size_t)1 << claims->n, sizeof *worth);
	int64_t whole[LX_CLAIMS_ARRIVAL_MOST + 1], total = 0;
	bool fits = true;
	mpz_t below, number;

	if (worth == NULL)
		return LX_BROKEN;
	mpz_inits(below, number, NULL);
	mpz_set(below, mpq_denref(estate));
	for (size_t i = 0; i < claims->n; i++)
		mpz_lcm(below, below, mpq_denref(claims->at[i]));
	for (size_t i = 0; i <= claims->n; i++) {
		mpq_srcptr ratio = i < claims->n ? claims->at[i] : estate;
		mpz_divexact(number, below, mpq_denref(ratio));
		mpz_mul(number, number, mpq_numref(ratio));
		fits = fits && mpz_sizeinbase(number, 2) < 56 && mpz_sizeinbase(below, 2) < 56;
		whole[i] = fits ? mpz_get_si(number) : 0;
		total += i < claims->n ? whole[i] : 0;
	}
	int64_t scale = fits ? mpz_get_si(below) : 1;
	mpz_clears(below, number, NULL);
	if (!fits)
		return lx_fail(call, LX_INVALID, "claims", "shares.big", "-");
	worth[0] = whole[claims->n] - total; /* first as sums, then cut at 0 */
	for (size_t S = 1; S < (size_t)1 << claims->n; S++)
		worth[S] = worth[S & (S - 1)] + whole[__builtin_ctzll(S)];
	for (size_t S = 0; S < (size_t)1 << claims->n; S++)
		worth[S] = worth[S] < 0 ? 0 : worth[S];
	worth[0] = 0;
	*out = (struct lx_game){ .n = (unsigned)claims->n, .worth = worth, .scale = scale };
	return LX_OK;
}

static enum lx_code random_arrival(struct lx_call *call, mpq_srcptr estate,
	const struct lx_ratios *claims, struct lx_ratios *out)
{
	struct lx_game game;

	if (claims->n > LX_CLAIMS_ARRIVAL_MOST)
		return lx_fail(call, LX_INVALID, "random_arrival", "shares.players", "%d",
			LX_CLAIMS_ARRIVAL_MOST);
	LX_TRY(arrival_game(call, estate, claims, &game));
	return lx_shapley(call, &game, out);
}

static enum lx_code check(struct lx_call *call, mpq_srcptr estate, const struct lx_ratios *claims)
{
	if (claims->n < 1 || claims->n > LX_CLAIMS_MOST)
		return lx_fail(call, LX_INVALID, "claims", "shares.classes", "%d", LX_CLAIMS_MOST);
	for (size_t i = 0; i < claims->n; i++)
		if (mpq_sgn(claims->at[i]) < 0)
			return lx_fail(call, LX_INVALID, "claims", "shares.negative", "%zu", i + 1);
	mpq_t sum;
	mpq_init(sum);
	lx_ratios_sum(claims, sum);
	bool between = mpq_sgn(estate) >= 0 && mpq_cmp(estate, sum) <= 0;
	mpq_clear(sum);
	return between ? LX_OK : lx_fail(call, LX_INVALID, "estate", "shares.estate", NULL);
}

enum lx_code lx_claims(struct lx_call *call, enum lx_claims_rule rule, mpq_srcptr estate,
	const struct lx_ratios *claims, struct lx_ratios *out)
{
	LX_TRY(check(call, estate, claims));
	if (rule == LX_CLAIMS_ARRIVAL)
		return random_arrival(call, estate, claims, out);
	LX_TRY(lx_ratios_open(call, claims->n, out));
	switch (rule) {
	case LX_CLAIMS_EQUAL_AWARDS:
		return equal_awards(call, estate, claims, out);
	case LX_CLAIMS_EQUAL_LOSSES:
		return equal_losses(call, estate, claims, out);
	case LX_CLAIMS_TALMUD:
		return talmud(call, estate, claims, out);
	case LX_CLAIMS_ADJUSTED:
		return adjusted(call, estate, claims, out);
	default:
		proportional(estate, claims, out);
		return LX_OK;
	}
}
