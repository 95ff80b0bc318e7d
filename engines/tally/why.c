/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Why losers lost: which winners took their supporters' money, and what would have made them win,
 * found by deciding again (a boundary is tried on both sides, whatever the rule does elsewhere). Work is counted, not
 * time: the same losers are searched on every machine.
 */
#include "engines/tally/run.h"
#include "engines/tally/trial.h"

#include <stdlib.h>

/* What a step takes however few the ballots: with small numbers of voters most of it is exact arithmetic. */
#define STEP_LEAST 100000

/* What is left of the work that a search may take; every step of every trial takes `each`. */
struct allowance {
	struct lx_call *call;
	const struct lx_progress *outer;
	uint64_t left, each, done, total;
	bool over;
};

static bool spend(void *with, uint64_t done, uint64_t total)
{
	struct allowance *a = with;
	(void)done; /* of one trial */
	(void)total;

	a->over = a->left < a->each;
	if (a->over)
		return false;
	a->left -= a->each;
	return lx_progress_step(a->outer, a->done, a->total);
}

/* One search: of the largest cost or the fewest votes with which project p wins. */
struct search {
	struct lx_tally_trial *trial;
	size_t p;
	bool votes;
};

static enum lx_code wins(const struct search *search, int64_t at, bool *yes)
{
	int64_t cost = search->trial->cost[search->p];

	LX_TRY(lx_step(search->trial->call, 0, 0));
	if (search->votes)
		return lx_tally_trial_wins(search->trial, search->p, cost, (uint64_t)at, yes);
	return lx_tally_trial_wins(search->trial, search->p, at, 0, yes);
}

/* Between `wins_at`, where it wins, and `fails_at`, where it does not: neighbours of that kind. */
static enum lx_code narrow(const struct search *search, int64_t *wins_at, int64_t fails_at)
{
	int64_t sign = *wins_at < fails_at ? 1 : -1;

	while ((fails_at - *wins_at) * sign > 1) {
		int64_t middle = *wins_at + (fails_at - *wins_at) / 2;
		bool yes;
		LX_TRY(wins(search, middle, &yes));
		if (yes)
			*wins_at = middle;
		else
			fails_at = middle;
	}
	return LX_OK;
}

/* From `fails_at` towards `end` (included), beginning near `guess`, in growing steps: a place where
 * it wins next to one where it does not; *found is 0 when it does not win at the end either. */
static enum lx_code search_from(
	const struct search *search, int64_t fails_at, int64_t end, int64_t guess, int64_t *found)
{
	int64_t sign = end > fails_at ? 1 : -1, far = (guess - fails_at) * sign;
	int64_t first = far > 32 ? far / 32 : 1, step = first, at = guess, won;
	bool yes;

	*found = 0;
	if ((at - fails_at) * sign <= 0)
		at = fails_at + sign;
	for (;;) {
		if ((end - at) * sign < 0)
			at = end;
		LX_TRY(wins(search, at, &yes));
		if (yes)
			break;
		fails_at = at;
		if (at == end)
			return LX_OK;
		at += sign * step;
		step *= 2;
	}
	won = at;
	/* the guess itself may have gone too far: back in growing steps */
	for (step = first; (at - sign * step - fails_at) * sign > 0; step *= 2) {
		LX_TRY(wins(search, at - sign * step, &yes));
		if (!yes) {
			fails_at = at - sign * step;
			break;
		}
		at = won = at - sign * step;
	}
	*found = won;
	return narrow(search, found, fails_at);
}

static enum lx_code search_loser(struct lx_tally_trial *trial, struct lx_tally_loser *loser)
{
	struct search search = { .trial = trial, .p = loser->project };
	int64_t cost = trial->cost[loser->project], found = 0;
	int64_t percent = loser->support > 0 && loser->support < 100 ? loser->support : 50;

	/* out of range of the budget it cannot win at its cost: that is no reason to stop */
	if (loser->supporters > 0)
		LX_TRY(search_from(&search, cost, 1,
			cost / 100 * percent + cost % 100 * percent / 100, &found));
	loser->wins_at = found;
	found = 0;
	search.votes = true;
	int64_t guess = (int64_t)loser->supporters * (100 - percent) / percent;
	if (trial->votes_possible && cost <= trial->election.budget)
		LX_TRY(search_from(&search, 0, (int64_t)LX_TALLY_VOTES_TRIED, guess, &found));
	loser->wins_with = (uint64_t)found;
	loser->searched = true;
	return LX_OK;
}

/* Who came nearest first: it is them that a bounded search must reach. */
static int by_nearness(const void *left, const void *right)
{
	const struct lx_tally_loser *a = *(const struct lx_tally_loser *const *)left,
				    *b = *(const struct lx_tally_loser *const *)right;

	if (a->support != b->support)
		return a->support > b->support ? -1 : 1;
	if (a->supporters != b->supporters)
		return a->supporters > b->supporters ? -1 : 1;
	return (a->project > b->project) - (a->project < b->project);
}

static enum lx_code search_losers(
	struct lx_tally_trial *trial, struct allowance *a, struct lx_tally_loser *losers, size_t n)
{
	struct lx_tally_loser **order = lx_array(a->call, n, sizeof(struct lx_tally_loser *));

	if (order == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++)
		order[i] = &losers[i];
	qsort(order, n, sizeof(struct lx_tally_loser *), by_nearness);
	for (a->total = n; a->done < n; a->done++)
		LX_TRY(search_loser(trial, order[a->done]));
	return LX_OK;
}

/* With the allowance in the place of the caller's progress; its end is no fault. */
static enum lx_code search_within(struct lx_call *call, const struct lx_tally_election *election,
	const struct lx_tally_setting *setting, uint64_t work, struct lx_tally_loser *losers,
	size_t n)
{
	struct allowance a = { .call = call, .outer = call->progress, .left = work };
	const struct lx_progress progress = { spend, &a };
	struct lx_tally_trial trial;

	LX_TRY(lx_tally_trial_open(call, election, setting, &trial));
	a.each = election->first[election->ballots_n] + election->projects_n + STEP_LEAST;
	call->progress = &progress;
	enum lx_code code = search_losers(&trial, &a, losers, n);
	call->progress = a.outer;
	if (code != LX_BUSY || !a.over)
		return code;
	lx_fault_clear(&call->fault);
	return LX_OK;
}

/* What each row pays in one round. */
static void pay_round(struct lx_tally_run *run, const struct lx_bid *bid, double *paid)
{
	const struct lx_tally_view *view = run->view;
	size_t p = bid->project;

	for (size_t k = view->start[p]; k < view->start[p + 1]; k++)
		paid[view->voter[k]] = run->purse[view->voter[k]].money;
	lx_tally_run_buy(run, bid);
	for (size_t k = view->start[p]; k < view->start[p + 1]; k++)
		paid[view->voter[k]] -= run->purse[view->voter[k]].money;
}

static double sum_over(const struct lx_tally_view *view, size_t p, const double *of)
{
	double sum = 0;

	for (size_t k = view->start[p]; k < view->start[p + 1]; k++)
		sum += (double)view->weight[view->voter[k]] * of[view->voter[k]];
	return sum;
}

/* Runs Equal Shares once more with the final share and keeps who paid what. */
static enum lx_code follow_money(struct lx_tally_run *run, const struct lx_tally_result *result,
	struct lx_tally_loser *losers, double **paid_to, size_t losers_n)
{
	const struct lx_tally_view *view = run->view;
	double *paid = lx_array(run->call, view->rows_n, sizeof *paid);

	if (paid == NULL)
		return LX_BROKEN;
	lx_tally_run_start(run, result->share_num, result->share_den);
	for (size_t i = 0; i < losers_n; i++)
		losers[i].had = run->share * (double)losers[i].supporters;
	for (size_t round = 0; round < result->winners_n; round++) {
		struct lx_bid winner = { 0 };
		LX_TRY(lx_tally_run_gather(run, 0));
		if (run->bids_n == 0)
			break;
		LX_TRY(lx_tally_run_decide(run, &winner));
		pay_round(run, &winner, paid);
		for (size_t i = 0; i < losers_n; i++)
			paid_to[i][round] = sum_over(view, losers[i].project, paid);
		for (size_t k = view->start[winner.project]; k < view->start[winner.project + 1];
			k++)
			paid[view->voter[k]] = 0;
	}
	for (size_t row = 0; row < view->rows_n; row++)
		paid[row] = run->purse[row].money;
	for (size_t i = 0; i < losers_n; i++)
		losers[i].left = sum_over(view, losers[i].project, paid);
	return LX_OK;
}

static enum lx_code money(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, const struct lx_tally_result *result,
	int64_t *percent, struct lx_tally_loser *losers, size_t losers_n)
{
	LX_CLOSE(lx_tally_run_close) struct lx_tally_run run = { 0 };
	double **paid_to = lx_array(call, losers_n, sizeof(double *));

	if (percent == NULL)
		percent = lx_array(call, view->n, sizeof *percent);
	if (percent == NULL || paid_to == NULL)
		return LX_BROKEN;
	LX_TRY(lx_tally_support(call, view->election, setting, result, percent));
	for (size_t i = 0; i < losers_n; i++) {
		paid_to[i] = lx_array(call, result->winners_n, sizeof(double));
		if (paid_to[i] == NULL)
			return LX_BROKEN;
		losers[i].paid = paid_to[i];
		losers[i].support = percent[losers[i].project];
	}
	if (result->replaced) /* what stands was not bought with shares */
		return LX_OK;
	LX_TRY(lx_tally_run_open(call, view, setting, &run));
	return follow_money(&run, result, losers, paid_to, losers_n);
}

static enum lx_code list(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_result *result, struct lx_tally_loser **losers, size_t *n)
{
	bool *won = lx_array(call, view->n, sizeof *won);

	*losers = lx_array(call, view->n, sizeof **losers);
	*n = 0;
	if (won == NULL || *losers == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < result->winners_n; i++)
		won[result->rounds[i].project] = true;
	for (size_t p = 0; p < view->n; p++)
		if (!won[p] && (view->election->barred == NULL || !view->election->barred[p]))
			(*losers)[(*n)++] = (struct lx_tally_loser){
				.project = (uint16_t)p, .supporters = view->people[p], .support = -1
			};
	return LX_OK;
}

enum lx_code lx_tally_explain(struct lx_call *call, const struct lx_tally_election *election,
	const struct lx_tally_setting *setting, const struct lx_tally_result *result,
	uint64_t search, int64_t *percent, struct lx_tally_loser **losers, size_t *losers_n)
{
	struct lx_tally_setting by = *setting;
	struct lx_tally_view view;

	if (lx_tally_by_approval(setting->rule))
		by.utility = LX_UTILITY_CARD;
	LX_TRY(lx_tally_prepare(call, election, &by, &view));
	LX_TRY(list(call, &view, result, losers, losers_n));
	if (setting->rule == LX_RULE_MES)
		LX_TRY(money(call, &view, &by, result, percent, *losers, *losers_n));
	return search == 0 ? LX_OK : search_within(call, election, &by, search, *losers, *losers_n);
}
