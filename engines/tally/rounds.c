/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Rounds with exact purses: what the rules that use them have in common. */
#include "engines/tally/rounds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum lx_code lx_rounds_open(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, const struct lx_rounds_rule *rule,
	struct lx_rounds *rounds)
{
	size_t widest = 0;

	for (size_t p = 0; p < view->n; p++)
		if (view->start[p + 1] - view->start[p] > widest)
			widest = view->start[p + 1] - view->start[p];
	*rounds =
		(struct lx_rounds){ .call = call, .view = view, .setting = setting, .rule = rule };
	/* as many groups as lx_tally_exact_open makes room for */
	rounds->money = lx_array(call, view->rows_n + widest + 2, sizeof *rounds->money);
	rounds->sorted = lx_array(call, widest + 1, sizeof *rounds->sorted);
	rounds->low = lx_array(call, view->n, sizeof *rounds->low);
	rounds->high = lx_array(call, view->n, sizeof *rounds->high);
	rounds->live = lx_array(call, view->n, sizeof *rounds->live);
	rounds->bids = lx_array(call, view->n, sizeof *rounds->bids);
	if (rounds->money == NULL || rounds->sorted == NULL || rounds->low == NULL ||
		rounds->high == NULL || rounds->live == NULL || rounds->bids == NULL)
		return LX_BROKEN;
	LX_TRY(lx_tally_limits_open(call, view->election, &rounds->limits));
	return lx_tally_exact_open(call, view, &rounds->exact);
}

void lx_rounds_close(struct lx_rounds *rounds)
{
	lx_tally_exact_close(&rounds->exact);
}

void lx_rounds_refresh(struct lx_rounds *rounds, uint32_t group)
{
	long up, down;
	double over = mpz_get_d_2exp(&up, rounds->exact.money[group]);
	double under = mpz_get_d_2exp(&down, rounds->exact.denominator);

	rounds->money[group] = ldexp(over / under, (int)(up - down));
}

void lx_rounds_start(struct lx_rounds *rounds, const mpz_t num, const mpz_t den)
{
	const struct lx_tally_view *view = rounds->view;

	lx_tally_exact_start_at(&rounds->exact, num, den);
	for (uint32_t g = 0; g < rounds->exact.groups_n; g++)
		lx_rounds_refresh(rounds, g);
	lx_tally_limits_start(&rounds->limits);
	rounds->spent = 0;
	rounds->live_n = 0;
	for (size_t p = 0; p < view->n; p++) {
		rounds->low[p] = 0;
		if (view->people[p] > 0)
			rounds->live[rounds->live_n++] = (uint16_t)p;
	}
}

/* By insertion: nearly sorted from the round before. */
static void sort_live(struct lx_rounds *rounds)
{
	for (size_t i = 1; i < rounds->live_n; i++) {
		uint16_t p = rounds->live[i];
		size_t k = i;
		for (; k > 0 && rounds->low[rounds->live[k - 1]] > rounds->low[p]; k--)
			rounds->live[k] = rounds->live[k - 1];
		rounds->live[k] = p;
	}
}

/* Into bids: whatever may have the least score. What can never be bought leaves. */
static void gather(struct lx_rounds *rounds)
{
	double best = INFINITY;
	size_t kept = 0, i = 0;

	sort_live(rounds);
	for (; i < rounds->live_n && rounds->low[rounds->live[i]] <= best; i++) {
		uint16_t p = rounds->live[i];
		double low;
		if (lx_tally_limits_forbid(&rounds->limits, p) ||
			!rounds->rule->look(rounds, p, &low, &rounds->high[p]))
			continue;
		rounds->low[p] = fmax(rounds->low[p], low);
		best = fmin(best, rounds->high[p]);
		rounds->live[kept++] = p;
	}
	size_t fresh = kept;
	for (; i < rounds->live_n; i++)
		rounds->live[kept++] = rounds->live[i];
	rounds->live_n = kept;
	rounds->bids_n = 0;
	for (size_t k = 0; k < fresh; k++)
		if (rounds->low[rounds->live[k]] <= best)
			rounds->bids[rounds->bids_n++] = rounds->live[k];
}

enum lx_code lx_rounds_next(struct lx_rounds *rounds)
{
	size_t kept = 1;

	gather(rounds);
	if (rounds->bids_n == 0)
		return LX_OK;
	rounds->fallbacks += rounds->bids_n > 1;
	for (size_t i = 1; i < rounds->bids_n; i++) {
		int order = rounds->rule->order(rounds, rounds->bids[i], rounds->bids[0]);
		if (order < 0)
			rounds->bids[0] = rounds->bids[i];
		if (order < 0)
			kept = 1;
		else if (order == 0)
			rounds->bids[kept++] = rounds->bids[i];
	}
	rounds->bids_n = kept;
	return lx_tally_settle(
		rounds->call, rounds->view, rounds->setting, rounds->bids, rounds->bids_n);
}

void lx_rounds_buy(struct lx_rounds *rounds)
{
	uint16_t p = rounds->bids[0];
	size_t kept = 0;

	rounds->rule->sell(rounds, p);
	for (size_t i = 0; i < rounds->exact.parts_n; i++)
		lx_rounds_refresh(rounds, rounds->exact.child[i]);
	rounds->spent += rounds->view->election->cost[p];
	lx_tally_limits_spend(&rounds->limits, p);
	for (size_t i = 0; i < rounds->live_n; i++)
		if (rounds->live[i] != p)
			rounds->live[kept++] = rounds->live[i];
	rounds->live_n = kept;
}

static int richest_first(const void *left, const void *right)
{
	const struct lx_exact_part *a = left, *b = right;

	if (a->level != b->level)
		return a->level > b->level ? -1 : 1;
	return a->group < b->group ? -1 : a->group > b->group;
}

/* Whether a, which stands behind b as near as doubles go, has more for a unit. */
static bool surely_richer(
	struct lx_rounds *rounds, const struct lx_exact_part *a, const struct lx_exact_part *b)
{
	struct lx_tally_exact *exact = &rounds->exact;

	if (a->level < b->level * (1 - 1e-12) || a->group == b->group)
		return false;
	mpz_mul_ui(exact->one, exact->money[a->group], b->use);
	mpz_mul_ui(exact->two, exact->money[b->group], a->use);
	return mpz_cmp(exact->one, exact->two) > 0;
}

void lx_rounds_sort(struct lx_rounds *rounds, size_t p)
{
	struct lx_tally_exact *exact = &rounds->exact;

	lx_tally_exact_collect(exact, p);
	for (size_t i = 0; i < exact->parts_n; i++) {
		rounds->sorted[i] = exact->parts[i];
		rounds->sorted[i].level = rounds->money[exact->parts[i].group] /
					  (double)exact->parts[i].use;
	}
	qsort(rounds->sorted, exact->parts_n, sizeof rounds->sorted[0], richest_first);
	for (size_t i = 1; i < exact->parts_n; i++) { /* where doubles cannot tell */
		struct lx_exact_part part = rounds->sorted[i];
		size_t k = i;
		for (; k > 0 && surely_richer(rounds, &part, &rounds->sorted[k - 1]); k--)
			rounds->sorted[k] = rounds->sorted[k - 1];
		rounds->sorted[k] = part;
	}
}
