/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Method of Equal Shares with its completion by Add1: runs with rising shares until the outcome is
 * exhaustive over supported projects, holds all of them, or costs more than the budget.
 */
#include "engines/tally/span.h"

#include <string.h>

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

/* The cheapest supported project that was not bought and may be; 0: there is none. */
static int64_t cheapest_left(const struct lx_tally_view *view, const struct lx_tally_log *log,
	struct lx_tally_limits *limits, bool *bought)
{
	int64_t least = 0;

	memset(bought, 0, view->n * sizeof *bought);
	lx_tally_limits_start(limits);
	for (size_t i = 0; i < log->n; i++) {
		bought[log->rounds[i].project] = true;
		lx_tally_limits_spend(limits, log->rounds[i].project);
	}
	for (size_t p = 0; p < view->n; p++)
		if (!bought[p] && view->people[p] > 0 && !lx_tally_limits_forbid(limits, p) &&
			(least == 0 || view->election->cost[p] < least))
			least = view->election->cost[p];
	return least;
}

enum lx_tally_ending lx_tally_judge(const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, const struct lx_tally_log *log,
	struct lx_tally_limits *limits, bool *bought)
{
	int64_t budget = view->election->budget;

	if (log->spent > budget)
		return LX_TAKE_BEFORE;
	int64_t least = cheapest_left(view, log, limits, bought);
	if (least == 0)
		return LX_TAKE_THIS;
	if ((setting->completion & LX_COMPLETE_EXHAUSTIVE_STOP) != 0 && log->spent + least > budget)
		return LX_TAKE_THIS;
	return LX_GO_ON;
}

/* Add1 at work: `log`, `trace` of the last outcome that stands, `next` of the one being tried.
 * `traced`: the step that `trace` belongs to; the last jump began at step span_from and looked `spanned` steps ahead. `patience`: single steps to make before a jump is tried again. */
struct climb {
	struct lx_tally_run *run;
	struct lx_tally_span *span;
	struct ladder ladder;
	struct lx_tally_log *log, next_log;
	struct lx_tally_trace trace, next_trace;
	bool *bought;
	uint64_t k, jump, patience, pause, logged, traced, span_from, spanned;
	struct lx_tally_result *result;
};

static lx_int128 rung(const struct climb *climb, uint64_t k)
{
	return climb->ladder.base + climb->ladder.step * (lx_int128)k;
}

static void stand_at(struct climb *climb, uint64_t k)
{
	climb->k = k;
	climb->result->steps = k;
	climb->result->share_num = rung(climb, k);
}

/* Whether the last jump began at the trace that stands and looked as far as step k. */
static bool span_covers(const struct climb *climb, uint64_t k)
{
	return climb->spanned > 0 && climb->span_from == climb->traced && k > climb->traced &&
	       k - climb->traced <= climb->spanned;
}

static enum lx_code single_step(struct climb *climb, uint64_t k, enum lx_tally_ending *ending)
{
	climb->result->runs++;
	climb->result->iterations++;
	climb->run->trace = &climb->next_trace;
	climb->run->hint = k > 0 ? &climb->trace : NULL;
	if (span_covers(climb, k)) { /* what the last jump knows holds here too */
		climb->run->rise = climb->span->rise;
		climb->run->rise_n = climb->span->rise_n;
		climb->run->rise_part = (double)(k - climb->traced) / (double)climb->spanned;
	} else {
		climb->run->rise_n = 0;
	}
	LX_TRY(lx_tally_run_shares(
		climb->run, rung(climb, k), climb->ladder.den, &climb->next_log));
	*ending = lx_tally_judge(climb->run->view, climb->run->setting, &climb->next_log,
		&climb->run->limits, climb->bought);
	if (*ending == LX_TAKE_BEFORE)
		return LX_OK;
	struct lx_tally_log log = *climb->log;
	struct lx_tally_trace trace = climb->trace;
	*climb->log = climb->next_log;
	climb->next_log = log;
	climb->trace = climb->next_trace;
	climb->next_trace = trace;
	climb->logged = climb->traced = k;
	stand_at(climb, k);
	return LX_OK;
}

static uint64_t at_least_two(double steps)
{
	return steps < 2 ? 2 : steps > 1e12 ? UINT64_C(1000000000000) : (uint64_t)steps;
}

/* Moves on as far as the outcome surely stays the same, looking `jump` steps ahead. */
static enum lx_code jump(struct climb *climb)
{
	struct lx_tally_span *span = climb->span;
	uint64_t ahead = climb->jump;

	climb->result->runs++;
	climb->span_from = climb->k;
	climb->spanned = ahead;
	LX_TRY(lx_tally_span_measure(span, rung(climb, climb->k), rung(climb, climb->k + ahead),
		climb->ladder.den, &climb->trace));
	double share = span->extent / span->width;
	uint64_t sure = share >= 1 ? ahead : (uint64_t)(share * (double)ahead * (1 - 1e-9));
	climb->result->iterations += sure;
	if (sure == ahead) {
		struct lx_tally_trace trace = climb->trace;
		climb->trace = span->trace;
		span->trace = trace;
		climb->traced = climb->k + ahead;
		climb->jump = at_least_two(3.0 * (double)ahead);
	} else {
		climb->jump = at_least_two(sure > ahead / 4 ? (double)ahead : (double)ahead / 2);
		climb->pause = sure > 1 ? 0 : climb->pause < 8 ? 2 * climb->pause + 1 : 15;
		climb->patience = climb->pause;
	}
	stand_at(climb, climb->k + sure);
	return LX_OK;
}

/* The trace must belong to step k: after a jump cut short it does not, so a single step follows. */
static enum lx_code climb_on(struct climb *climb)
{
	bool fresh = true;

	for (;;) {
		enum lx_tally_ending ending = LX_GO_ON;
		LX_TRY(lx_step(climb->run->call, climb->k, 0));
		if (!climb->run->setting->unit_steps && fresh && climb->patience == 0) {
			uint64_t before = climb->k, ahead = climb->jump;
			LX_TRY(jump(climb));
			fresh = climb->k == before + ahead;
			if (fresh)
				continue;
		}
		LX_TRY(single_step(climb, climb->k + 1, &ending));
		fresh = true;
		climb->patience -= climb->patience > 0;
		if (ending != LX_GO_ON)
			return LX_OK;
	}
}

static enum lx_code add1(struct lx_tally_run *run, struct ladder ladder, struct lx_tally_log *log,
	struct lx_tally_result *result)
{
	LX_CLOSE(lx_tally_span_close) struct lx_tally_span span = { 0 };
	size_t n = run->view->n;
	struct climb climb = { .run = run,
		.span = &span,
		.ladder = ladder,
		.log = log,
		.jump = 2,
		.result = result,
		.bought = lx_array(run->call, n, sizeof(bool)) };
	enum lx_tally_ending ending;

	if (climb.bought == NULL)
		return LX_BROKEN;
	LX_TRY(lx_tally_span_open(run->call, run->view, run->setting, &span));
	LX_TRY(lx_tally_log_open(run->call, n, &climb.next_log));
	LX_TRY(lx_tally_trace_open(run->call, n, &climb.trace));
	LX_TRY(lx_tally_trace_open(run->call, n, &climb.next_trace));
	/* with the budget itself nothing can cost more than the budget */
	LX_TRY(single_step(&climb, 0, &ending));
	if (ending == LX_GO_ON)
		LX_TRY(climb_on(&climb));
	/* after a jump the purchases are those of an earlier step, the prices not */
	if (climb.logged != climb.k)
		LX_TRY(lx_tally_run_shares(run, rung(&climb, climb.k), ladder.den, log));
	run->fallbacks += span.run.fallbacks;
	return LX_OK;
}

enum lx_code lx_tally_shares(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result)
{
	LX_CLOSE(lx_tally_run_close) struct lx_tally_run run = { 0 };
	if (view->voters == 0)
		return LX_OK;
	struct ladder steps = ladder(view, setting);
	LX_TRY(lx_tally_run_open(call, view, setting, &run));
	result->share_den = steps.den;
	result->share_num = steps.base;
	enum lx_code code;
	if ((setting->completion & LX_COMPLETE_ADD1) != 0) {
		code = add1(&run, steps, log, result);
	} else {
		code = lx_tally_run_shares(&run, steps.base, steps.den, log);
		result->runs = result->iterations = 1;
	}
	result->exact_fallbacks = run.fallbacks;
	return code;
}
