/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Exact Equal Shares: Kraiczy, Robinson, Elkind, "Streamlining Equal Shares", arXiv 2502.11797. As Equal
 * Shares, but all who pay for a project pay the same: k supporters can buy it when each has cost / k.
 * The project with the most utility of payers per cost wins, and as many pay as can.
 *
 * What is paid does not depend on the share. So the next larger share at which anything changes is found
 * in one walk: in some round a project gets enough payers to come before the winner, or the winner more payers,
 * when the poorest of them has gained cost / k - money. The least of these gains is the next step.
 */
#include "engines/tally/rounds.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define NEAR 1e-9 /* doubles that differ by less, relatively, are compared exactly */

/* `payers[p]`: how many can pay p in this round. `gain`: the least found, over / under; `gain_near` the
 * same as a double. `kept_num`, `kept_den`: the share before the last step. */
struct even {
	struct lx_rounds rounds;
	uint64_t *payers;
	bool *bought, *mark, seeks, found;
	mpz_t gain_over, gain_under, over, under, kept_num, kept_den;
	double gain_near;
};

static struct even *around(struct lx_rounds *rounds)
{
	return (struct even *)rounds; /* its first member */
}

static void even_close(struct even *even)
{
	mpz_clears(even->gain_over, even->gain_under, even->over, even->under, even->kept_num,
		even->kept_den, NULL);
	lx_rounds_close(&even->rounds);
}

/* Whether a group has cost / payers or more, exactly where doubles come near. */
static bool has(struct lx_rounds *rounds, uint32_t group, int64_t cost, uint64_t payers)
{
	double due = (double)cost / (double)payers, money = rounds->money[group];

	if (money > due * (1 + NEAR) || money < due * (1 - NEAR))
		return money > due;
	mpz_mul_ui(rounds->exact.one, rounds->exact.money[group], payers);
	mpz_mul_ui(rounds->exact.two, rounds->exact.denominator, (unsigned long)cost);
	return mpz_cmp(rounds->exact.one, rounds->exact.two) >= 0;
}

/* The most supporters that can share the cost of p evenly, 0: none. Part of a group never pays: with all
 * of it each would pay less. */
static uint64_t most_payers(struct lx_rounds *rounds, size_t p)
{
	int64_t cost = rounds->view->election->cost[p];
	uint64_t sum = 0, most = 0;

	lx_rounds_sort(rounds, p);
	for (size_t i = 0; i < rounds->exact.parts_n; i++) {
		sum += rounds->sorted[i].people;
		if (has(rounds, rounds->sorted[i].group, cost, sum))
			most = sum;
	}
	return most;
}

static bool look(struct lx_rounds *rounds, size_t p, double *low, double *high)
{
	uint64_t payers = most_payers(rounds, p);

	around(rounds)->payers[p] = payers;
	if (payers == 0)
		return false;
	double score = (double)rounds->view->election->cost[p] /
		       ((double)payers * (double)rounds->view->unit[p]);
	*low = score * (1 - 8 * DBL_EPSILON);
	*high = score * (1 + 8 * DBL_EPSILON);
	return true;
}

/* Compares cost / (utility of payers). */
static int by_worth(
	const struct lx_tally_view *view, size_t p, uint64_t payers, size_t q, uint64_t others)
{
	return lx_tally_compare(view->election->cost[p], (lx_int128)payers * view->unit[p],
		view->election->cost[q], (lx_int128)others * view->unit[q]);
}

static int order(struct lx_rounds *rounds, size_t p, size_t q)
{
	const uint64_t *payers = around(rounds)->payers;

	return by_worth(rounds->view, p, payers[p], q, payers[q]);
}

static void sell(struct lx_rounds *rounds, size_t p)
{
	struct lx_tally_exact *exact = &rounds->exact;
	uint64_t payers = around(rounds)->payers[p];

	lx_tally_exact_collect(exact, p);
	for (size_t i = 0; i < exact->parts_n; i++)
		exact->parts[i].out = !has(
			rounds, exact->parts[i].group, rounds->view->election->cost[p], payers);
	mpz_mul_ui(exact->price.over, exact->denominator,
		(unsigned long)rounds->view->election->cost[p]);
	mpz_set_ui(exact->price.under, payers);
	lx_tally_exact_pay(exact, p);
}

static const struct lx_rounds_rule rule = { look, order, sell };

/* A gain of part i of sorted, so that `payers` can share the cost: kept when it is the least. */
static void offer_gain(struct even *even, size_t p, size_t i, uint64_t payers)
{
	struct lx_tally_exact *exact = &even->rounds.exact;
	uint32_t group = even->rounds.sorted[i].group;
	double due = (double)even->rounds.view->election->cost[p] / (double)payers;
	double money = even->rounds.money[group], gain = due - money;

	if (even->found && gain > even->gain_near + NEAR * (due + money))
		return;
	mpz_mul_ui(even->over, exact->denominator,
		(unsigned long)even->rounds.view->election->cost[p]);
	mpz_submul_ui(even->over, exact->money[group], payers);
	mpz_mul_ui(even->under, exact->denominator, payers);
	if (mpz_sgn(even->over) <= 0)
		return;
	mpz_mul(exact->one, even->over, even->gain_under);
	mpz_mul(exact->two, even->gain_over, even->under);
	if (even->found && mpz_cmp(exact->one, exact->two) >= 0)
		return;
	mpz_swap(even->gain_over, even->over);
	mpz_swap(even->gain_under, even->under);
	even->gain_near = gain;
	even->found = true;
}

/* Whether p with so many payers would come before the winner of this round. */
static bool overtakes(
	const struct even *even, size_t p, uint64_t payers, size_t winner, uint64_t its)
{
	const struct lx_tally_view *view = even->rounds.view;

	if (p == winner)
		return payers > its;
	int worth = by_worth(view, p, payers, winner, its);
	return worth < 0 || (worth == 0 && view->rank[p] < view->rank[winner]);
}

/* The gains with which p would change this round; `winner` is view->n after the last. */
static void seek(struct even *even, size_t p, size_t winner)
{
	const struct lx_tally_view *view = even->rounds.view;
	uint64_t its = winner == view->n ? 0 : even->payers[winner], sum = 0;

	if (winner < view->n && !overtakes(even, p, view->people[p], winner, its))
		return;
	lx_rounds_sort(&even->rounds, p);
	for (size_t i = 0; i < even->rounds.exact.parts_n; i++) {
		sum += even->rounds.sorted[i].people;
		if (sum == 0) /* ballots that a trial has not cast */
			continue;
		if (winner == view->n || overtakes(even, p, sum, winner, its))
			offer_gain(even, p, i, sum);
	}
}

static void seek_all(struct even *even, size_t winner)
{
	const struct lx_tally_view *view = even->rounds.view;

	for (size_t p = 0; even->seeks && p < view->n; p++)
		if (view->people[p] > 0 && !even->bought[p] &&
			!lx_tally_limits_forbid(&even->rounds.limits, p))
			seek(even, p, winner);
}

static enum lx_code one_run(
	struct even *even, const mpz_t num, const mpz_t den, struct lx_tally_log *log)
{
	struct lx_rounds *rounds = &even->rounds;

	log->n = log->tied_n = 0;
	log->spent = 0;
	even->found = false;
	memset(even->bought, 0, rounds->view->n * sizeof *even->bought);
	lx_rounds_start(rounds, num, den);
	for (;;) {
		LX_TRY(lx_rounds_next(rounds));
		if (rounds->bids_n == 0) {
			seek_all(even, rounds->view->n);
			return LX_OK;
		}
		uint16_t p = rounds->bids[0];
		seek_all(even, p);
		lx_tally_log_add(log, rounds->view, 0,
			(double)rounds->view->election->cost[p] /
				((double)even->payers[p] * (double)rounds->view->unit[p]),
			rounds->bids, rounds->bids_n);
		lx_rounds_buy(rounds);
		even->bought[p] = true;
	}
}

/* num / den += the least gain. */
static void raise(struct even *even, mpz_t num, mpz_t den)
{
	mpz_mul(num, num, even->gain_under);
	mpz_addmul(num, den, even->gain_over);
	mpz_mul(den, den, even->gain_under);
	mpz_gcd(even->over, num, den);
	mpz_divexact(num, num, even->over);
	mpz_divexact(den, den, even->over);
}

/* Shares rise to where something changes, until the outcome stands. */
static enum lx_code climb(struct even *even, mpz_t num, mpz_t den, struct lx_tally_log *log,
	struct lx_tally_result *result)
{
	const struct lx_tally_view *view = even->rounds.view;
	struct lx_tally_log next;
	struct lx_tally_limits limits;

	LX_TRY(lx_tally_log_open(even->rounds.call, view->n, &next));
	LX_TRY(lx_tally_limits_open(even->rounds.call, view->election, &limits));
	while (lx_tally_judge(view, even->rounds.setting, log, &limits, even->mark) == LX_GO_ON &&
		even->found) {
		LX_TRY(lx_step(even->rounds.call, result->runs, 0));
		mpz_set(even->kept_num, num);
		mpz_set(even->kept_den, den);
		raise(even, num, den);
		LX_TRY(one_run(even, num, den, &next));
		result->runs++;
		if (next.spent > view->election->budget) {
			mpz_swap(num, even->kept_num);
			mpz_swap(den, even->kept_den);
			break;
		}
		struct lx_tally_log kept = *log;
		*log = next;
		next = kept;
		result->steps++;
		result->share = mpz_get_d(num) / mpz_get_d(den);
	}
	return LX_OK;
}

/* The share as text, "over/under". */
static enum lx_code tell_share(
	struct lx_call *call, const mpz_t num, const mpz_t den, struct lx_tally_result *result)
{
	size_t over = mpz_sizeinbase(num, 10) + 2, under = mpz_sizeinbase(den, 10) + 2;
	char *text = lx_array(call, over + under, sizeof *text);

	if (text == NULL)
		return LX_BROKEN;
	(void)mpz_get_str(text, 10, num);
	size_t at = strlen(text);
	text[at] = '/';
	(void)mpz_get_str(text + at + 1, 10, den);
	result->exact_share = text;
	return LX_OK;
}

static enum lx_code even_open(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct even *even)
{
	even->payers = lx_array(call, view->n, sizeof *even->payers);
	even->bought = lx_array(call, view->n, sizeof *even->bought);
	even->mark = lx_array(call, view->n, sizeof *even->mark);
	even->seeks = (setting->completion & LX_COMPLETE_ADD_OPT) != 0;
	if (even->payers == NULL || even->bought == NULL || even->mark == NULL)
		return LX_BROKEN;
	return lx_rounds_open(call, view, setting, &rule, &even->rounds);
}

enum lx_code lx_tally_even(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result)
{
	LX_CLOSE(even_close) struct even even = { 0 };
	mpz_t num, den;

	mpz_inits(even.gain_over, even.gain_under, even.over, even.under, even.kept_num,
		even.kept_den, NULL);
	if (view->voters == 0)
		return LX_OK;
	if (view->use !=
		NULL) /* payers get the same for their money: that needs one utility a project */
		return lx_fail(call, LX_INVALID, "utility", "tally.utility", NULL);
	LX_TRY(even_open(call, view, setting, &even));
	mpz_init_set_si(num, (long)view->election->budget);
	mpz_init_set_ui(den, (unsigned long)view->voters);
	result->share = (double)view->election->budget / (double)view->voters;
	result->runs = 1;
	enum lx_code code = one_run(&even, num, den, log);
	if (code == LX_OK && even.seeks)
		code = climb(&even, num, den, log, result);
	if (code == LX_OK)
		code = tell_share(call, num, den, result);
	result->iterations = result->runs;
	result->exact_fallbacks = even.rounds.fallbacks;
	mpz_clears(num, den, NULL);
	return code;
}
