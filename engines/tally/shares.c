/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Method of Equal Shares with its completion by Add1: runs with rising shares until the outcome is
 * exhaustive over supported projects, holds all of them, or costs more than the budget.
 */
#include "engines/tally/run.h"

#include <string.h>

enum ending { GO_ON, TAKE_THIS, TAKE_BEFORE };

static int64_t one_unit(const struct lx_tally_election *e)
{
	int64_t unit = 1;

	for (unsigned i = 0; i < e->places; i++)
		unit *= 10;
	return unit;
}

/* The share after k steps. */
struct ladder {
	lx_int128 base, step;
	int64_t den;
};

static struct ladder ladder(
	const struct lx_tally_view *view, const struct lx_tally_setting *setting)
{
	int64_t step = setting->increment > 0 ? setting->increment : one_unit(view->election);
	int64_t voters = (int64_t)view->voters, budget = view->election->budget;

	if (setting->whole_start)
		return (struct ladder){ budget / voters / step * step, step, 1 };
	return (struct ladder){ budget, (lx_int128)step * voters, voters };
}

/* The cheapest supported project that was not bought; 0: all were. */
static int64_t cheapest_left(
	const struct lx_tally_view *view, const struct lx_tally_log *log, bool *bought)
{
	int64_t least = 0;

	memset(bought, 0, view->n * sizeof *bought);
	for (size_t i = 0; i < log->n; i++)
		bought[log->rounds[i].project] = true;
	for (size_t p = 0; p < view->n; p++)
		if (!bought[p] && view->people[p] > 0 &&
			(least == 0 || view->election->cost[p] < least))
			least = view->election->cost[p];
	return least;
}

static enum ending judge(const struct lx_tally_view *view, const struct lx_tally_setting *setting,
	const struct lx_tally_log *log, bool *bought)
{
	int64_t budget = view->election->budget;

	if (log->spent > budget)
		return TAKE_BEFORE;
	int64_t least = cheapest_left(view, log, bought);
	if (least == 0)
		return TAKE_THIS;
	if ((setting->completion & LX_COMPLETE_EXHAUSTIVE_STOP) != 0 && log->spent + least > budget)
		return TAKE_THIS;
	return GO_ON;
}

/* Add1 by single steps. */
static enum lx_code climb(struct lx_tally_run *run, const struct ladder *ladder,
	struct lx_tally_log *log, struct lx_tally_log *other, struct lx_tally_result *result)
{
	bool *bought = lx_array(run->call, run->view->n, sizeof *bought);

	if (bought == NULL)
		return LX_BROKEN;
	for (uint64_t k = 0;; k++) {
		LX_TRY(lx_step(run->call, k, 0));
		LX_TRY(lx_tally_run_shares(
			run, ladder->base + ladder->step * (lx_int128)k, ladder->den, other));
		result->runs++;
		result->iterations++;
		enum ending ending = judge(run->view, run->setting, other, bought);
		if (ending == TAKE_BEFORE && k > 0)
			return LX_OK;
		struct lx_tally_log swap = *log;
		*log = *other;
		*other = swap;
		result->steps = k;
		result->share_num = ladder->base + ladder->step * (lx_int128)k;
		if (ending != GO_ON)
			return LX_OK;
	}
}

enum lx_code lx_tally_shares(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result)
{
	LX_CLOSE(lx_tally_run_close) struct lx_tally_run run = { 0 };
	struct lx_tally_log other;

	if (view->voters == 0)
		return LX_OK;
	struct ladder steps = ladder(view, setting);
	LX_TRY(lx_tally_run_open(call, view, setting, &run));
	LX_TRY(lx_tally_log_open(call, view->n, &other));
	result->share_den = steps.den;
	result->share_num = steps.base;
	enum lx_code code;
	if ((setting->completion & LX_COMPLETE_ADD1) != 0) {
		code = climb(&run, &steps, log, &other, result);
	} else {
		code = lx_tally_run_shares(&run, steps.base, steps.den, log);
		result->runs = result->iterations = 1;
	}
	result->exact_fallbacks = run.fallbacks;
	return code;
}
