/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Games made from less than a table: worths of coalitions by name (those that are missing are filled in on
 * request), and a formula of the sum of weights.
 */
#include "engines/shares/file.h"

#include <stdlib.h>
#include <string.h>

#define SUMS_MOST   4194304 /* different sums of weights for which the formula is worked out */
#define ANY_WEIGHTS 16      /* players whose 2^n coalitions are worked out one by one */

enum lx_code lx_whole_worths(
	struct lx_call *call, const struct lx_ratios *worths, int64_t *worth, int64_t *scale)
{
	enum lx_code code = LX_OK;
	mpz_t below, number;

	mpz_inits(below, number, NULL);
	mpz_set_ui(below, 1);
	for (size_t S = 0; S < worths->n && mpz_sizeinbase(below, 2) < 62; S++)
		mpz_lcm(below, below, mpq_denref(worths->at[S]));
	bool fits = mpz_sizeinbase(below, 2) < 62;
	*scale = fits ? mpz_get_si(below) : 1;
	for (size_t S = 0; S < worths->n && code == LX_OK; S++) {
		if (fits) {
			mpz_divexact(number, below, mpq_denref(worths->at[S]));
			mpz_mul(number, number, mpq_numref(worths->at[S]));
		}
		if (fits && mpz_sizeinbase(number, 2) < 63)
			worth[S] = mpz_get_si(number);
		else
			code = lx_fail(call, LX_INVALID, "table", "shares.big", "%zu", S);
	}
	mpz_clears(below, number, NULL);
	return code;
}

/* --- coalitions by names --- */

/* The place of a name among the players, which grow when none were given; SIZE_MAX: unknown. */
static size_t place_of(struct lx_text name, json_t *players, bool grow)
{
	for (size_t i = 0; i < json_array_size(players); i++)
		if (lx_text_is(name, json_string_value(json_array_get(players, i))))
			return i;
	if (!grow || json_array_size(players) == LX_PLAYERS_MAX)
		return SIZE_MAX;
	(void)json_array_append_new(players, json_stringn(name.at, name.len));
	return json_array_size(players) - 1;
}

static enum lx_code read_mask(
	struct lx_problem *p, const char *key, json_t *players, bool grow, uint32_t *mask)
{
	struct lx_text rest = lx_text(key), name;

	*mask = 0;
	while (lx_text_split(&rest, '+', &name)) {
		name = lx_text_trim(name);
		size_t i = name.len == 0 ? SIZE_MAX : place_of(name, players, grow);
		if (i == SIZE_MAX)
			return lx_fail(p->call, LX_INVALID, key, "shares.unknown_player", "%.*s",
				(int)name.len, name.at);
		if (*mask >> i & 1)
			return lx_fail(p->call, LX_INVALID, key, "shares.player_twice", "%.*s",
				(int)name.len, name.at);
		*mask |= UINT32_C(1) << i;
	}
	return *mask != 0 ? LX_OK
			  : lx_fail(p->call, LX_INVALID, key, "shares.unknown_player", "%s", "");
}

static int by_mask(const void *a, const void *b)
{
	const struct lx_priced *left = a, *right = b;

	return (left->coalition > right->coalition) - (left->coalition < right->coalition);
}

/* The first coalition without a worth, by names; the list is in the order of masks. */
static enum lx_code missing_fault(
	struct lx_problem *p, const struct lx_priced *priced, size_t n, size_t missing)
{
	LX_CLOSE(lx_buf_close) struct lx_buf names = { 0 };
	size_t S = 1;

	for (size_t k = 0; k < n && priced[k].coalition == S; k++)
		S++;
	for (; S != 0; S &= S - 1) {
		if (names.len > 0)
			lx_buf_char(&names, '+');
		lx_buf_str(&names,
			json_string_value(json_array_get(p->players, (size_t)__builtin_ctzll(S))));
	}
	return lx_fail(p->call, LX_INVALID, "coalitions", "shares.coalition_missing", "%s (%zu)",
		names.at == NULL ? "" : names.at, missing);
}

/* The table from the list; what is missing is filled on request, and counted in the result. */
static enum lx_code make_table(struct lx_problem *p, struct lx_priced *priced, size_t n)
{
	json_t *how = json_object_get(p->in, "missing");
	size_t all = (size_t)1 << p->game.n, missing = all - 1 - n;
	bool partition = json_is_string(how) &&
			 strcmp(json_string_value(how), "cheapest_partition") == 0;

	qsort(priced, n, sizeof *priced, by_mask);
	if (missing > 0 && !partition)
		return missing_fault(p, priced, n, missing);
	int64_t *worth = lx_array(p->call, all, sizeof *worth);
	if (worth == NULL)
		return LX_BROKEN;
	p->game.worth = worth;
	for (size_t k = 0; missing == 0 && k < n; k++)
		worth[priced[k].coalition] = priced[k].worth;
	if (missing == 0)
		return LX_OK;
	LX_TRY(lx_game_fill(p->call, p->game.n, p->game.cost, priced, n, worth));
	(void)json_object_set_new(p->out, "filled_coalitions", json_integer((json_int_t)missing));
	return LX_OK;
}

/* Each coalition with its worth over the common denominator, none twice. */
static enum lx_code read_priced(struct lx_problem *p, json_t *coalitions, json_t *players,
	const struct lx_priced **twice, struct lx_priced *priced)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios worths = { 0 };
	size_t n = json_object_size(coalitions), k = 0;
	int64_t *whole = lx_array(p->call, n, sizeof *whole);
	const char *key;
	json_t *value;

	if (whole == NULL)
		return LX_BROKEN;
	LX_TRY(lx_ratios_open(p->call, n, &worths));
	json_object_foreach(coalitions, key, value)
	{
		LX_TRY(read_mask(p, key, players, false, &priced[k].coalition));
		LX_TRY(lx_read_ratio(p->call, key, value, worths.at[k++]));
	}
	LX_TRY(lx_whole_worths(p->call, &worths, whole, &p->game.scale));
	for (k = 0; k < n; k++)
		priced[k].worth = whole[k];
	qsort(priced, n, sizeof *priced, by_mask);
	*twice = NULL;
	for (k = 1; k < n && *twice == NULL; k++)
		if (priced[k].coalition == priced[k - 1].coalition)
			*twice = &priced[k];
	return LX_OK;
}

/* Which of the keys stands for a coalition that was named before: A+B and B+A. */
static enum lx_code twice_fault(
	struct lx_problem *p, json_t *coalitions, json_t *players, uint32_t coalition)
{
	const char *key, *last = "";
	json_t *value;
	uint32_t mask;

	json_object_foreach(coalitions, key, value)
	{
		LX_TRY(read_mask(p, key, players, false, &mask));
		last = mask == coalition ? key : last;
	}
	return lx_fail(p->call, LX_INVALID, last, "shares.coalition_twice", NULL);
}

enum lx_code lx_read_coalitions(struct lx_problem *p)
{
	LX_CLOSE(lx_json_free)
	json_t *players = p->players != NULL ? json_deep_copy(p->players) : json_array();
	json_t *coalitions = json_object_get(p->in, "coalitions"), *value;
	bool grow = p->players == NULL;
	const struct lx_priced *twice;
	const char *key;
	uint32_t mask;

	if (!json_is_object(coalitions) || json_object_size(coalitions) == 0)
		return lx_fail(p->call, LX_INVALID, "coalitions", "shares.list", NULL);
	json_object_foreach(coalitions, key, value) LX_TRY(read_mask(p, key, players, grow, &mask));
	size_t n = json_array_size(players), listed = json_object_size(coalitions);
	if (n > LX_PLAYERS_MAX)
		return lx_fail(
			p->call, LX_INVALID, "coalitions", "shares.players", "%d", LX_PLAYERS_MAX);
	struct lx_priced *priced = lx_array(p->call, listed, sizeof *priced);
	if (priced == NULL)
		return LX_BROKEN;
	LX_TRY(read_priced(p, coalitions, players, &twice, priced));
	if (twice != NULL)
		return twice_fault(p, coalitions, players, twice->coalition);
	p->game.n = (unsigned)n;
	p->players = players;
	LX_TRY(lx_name_players(p));
	return make_table(p, priced, listed);
}

/* --- a formula of weights --- */

/* The worth of every sum that coalitions reach, in units. */
static enum lx_code worth_by_sum(struct lx_problem *p, const struct lx_formula *formula,
	mpq_srcptr unit, size_t total, const bool *reached, int64_t *by_sum)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios worths = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios t = { 0 };

	LX_TRY(lx_ratios_open(p->call, total + 1, &worths));
	LX_TRY(lx_ratios_open(p->call, 2, &t));
	for (size_t sum = 0; sum <= total; sum++) {
		if (!reached[sum])
			continue;
		if ((sum & 0xffff) == 0)
			LX_TRY(lx_step(p->call, sum, total));
		mpq_set_ui(t.at[0], sum, 1);
		mpq_mul(t.at[0], t.at[0], unit);
		if (!lx_formula_exact(formula, (const mpq_t *)t.at, NULL, worths.at[sum], t.at[1]))
			return lx_fail(p->call, LX_INVALID, "formula", "shares.inexact", NULL);
	}
	return lx_whole_worths(p->call, &worths, by_sum, &p->game.scale);
}

/* The weights as whole numbers of a unit, and the sums that coalitions can reach. */
static enum lx_code whole_weights(struct lx_problem *p, const struct lx_ratios *weights,
	int64_t *whole, mpq_ptr unit, size_t *total, bool **reached)
{
	int64_t scale, sum = 0;

	LX_TRY(lx_whole_worths(p->call, weights, whole, &scale));
	mpq_set_ui(unit, 1, (unsigned long)scale);
	bool idle = false; /* somebody weighs nothing: then 0 is the sum of a coalition too */
	for (size_t i = 0; i < weights->n; i++) {
		if (whole[i] < 0 || whole[i] > SUMS_MOST || (sum += whole[i]) > SUMS_MOST)
			return lx_fail(
				p->call, LX_INVALID, "weights", "shares.weight", "%zu", i + 1);
		idle = idle || whole[i] == 0;
	}
	bool *mark = lx_array(p->call, (size_t)sum + 1, sizeof *mark);
	if (mark == NULL)
		return LX_BROKEN;
	mark[0] = true;
	for (size_t i = 0; i < weights->n; i++)
		for (size_t at = (size_t)sum + 1; at-- > (size_t)whole[i];)
			mark[at] = mark[at] || mark[at - (size_t)whole[i]];
	mark[0] = idle;
	*reached = mark;
	*total = (size_t)sum;
	return LX_OK;
}

/* Every coalition's sum by itself: few players, any weights. */
static enum lx_code by_coalition(
	struct lx_problem *p, const struct lx_formula *formula, const struct lx_ratios *weights)
{
	size_t all = (size_t)1 << weights->n;
	LX_CLOSE(lx_ratios_close) struct lx_ratios worths = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios sums = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios slope = { 0 };
	int64_t *worth = lx_array(p->call, all, sizeof *worth);

	if (worth == NULL)
		return LX_BROKEN;
	LX_TRY(lx_ratios_open(p->call, all, &worths));
	LX_TRY(lx_ratios_open(p->call, all, &sums));
	LX_TRY(lx_ratios_open(p->call, 1, &slope));
	for (size_t S = 1; S < all; S++) {
		mpq_add(sums.at[S], sums.at[S & (S - 1)], weights->at[__builtin_ctzll(S)]);
		if (!lx_formula_exact(
			    formula, (const mpq_t *)&sums.at[S], NULL, worths.at[S], slope.at[0]))
			return lx_fail(p->call, LX_INVALID, "formula", "shares.inexact", NULL);
	}
	p->game.worth = worth;
	return lx_whole_worths(p->call, &worths, worth, &p->game.scale);
}

/* The formula once for each sum, however many coalitions share it: whole weights. */
static enum lx_code by_sum(
	struct lx_problem *p, const struct lx_formula *formula, const struct lx_ratios *weights)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios unit = { 0 };
	int64_t whole[LX_PLAYERS_MAX];
	size_t total = 0, all = (size_t)1 << weights->n;
	bool *reached = NULL;

	LX_TRY(lx_ratios_open(p->call, 1, &unit));
	LX_TRY(whole_weights(p, weights, whole, unit.at[0], &total, &reached));
	int64_t *of_sum = lx_array(p->call, total + 1, sizeof *of_sum);
	int64_t *worth = lx_array(p->call, all, sizeof *worth);
	if (of_sum == NULL || worth == NULL)
		return LX_BROKEN;
	LX_TRY(worth_by_sum(p, formula, unit.at[0], total, reached, of_sum));
	for (size_t S = 1; S < all; S++) /* first the sum, then its worth */
		worth[S] = worth[S & (S - 1)] + whole[__builtin_ctzll(S)];
	for (size_t S = 1; S < all; S++)
		worth[S] = of_sum[worth[S]];
	p->game.worth = worth;
	return LX_OK;
}

enum lx_code lx_read_formula_game(struct lx_problem *p)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios weights = { 0 };
	json_t *text = json_object_get(p->in, "formula");
	struct lx_formula *formula;

	if (!json_is_string(text))
		return lx_fail(p->call, LX_INVALID, "formula", "shares.formula", "1");
	LX_TRY(lx_formula_read(p->call, lx_text(json_string_value(text)), "w", &formula));
	LX_TRY(lx_read_ratios(p, "weights", &weights));
	if (weights.n > LX_PLAYERS_MAX || lx_formula_variables(formula) != 1)
		return lx_fail(
			p->call, LX_INVALID, "weights", "shares.players", "%d", LX_PLAYERS_MAX);
	p->game.n = (unsigned)weights.n;
	return weights.n <= ANY_WEIGHTS ? by_coalition(p, formula, &weights)
					: by_sum(p, formula, &weights);
}
