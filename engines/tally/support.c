/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Effective support: a run of Equal Shares without the project, its best round kept. */
#include "base/parallel.h"
#include "engines/tally/run.h"

#include <float.h>
#include <math.h>

/* At most how far a sum over p's supporters is off. */
static double error_of(const struct lx_tally_run *run, size_t p, double sum)
{
	double n = (double)(run->view->start[p + 1] - run->view->start[p]) + 16;

	return run->worst * (double)run->view->people[p] + n * DBL_EPSILON * sum;
}

static enum lx_code exactly(
	struct lx_tally_run *run, size_t p, const struct lx_bid *winner, int64_t *percent)
{
	LX_TRY(lx_tally_run_follow(run));
	if (winner == NULL) {
		*percent = lx_tally_exact_cover(&run->exact, p, 0, NULL);
		return LX_OK;
	}
	/* following has just let the winner's supporters pay: their price stands over 1 */
	struct lx_exact_price price;
	mpz_init_set(price.over, run->exact.price.over);
	mpz_init_set_ui(price.under, 1);
	*percent = lx_tally_exact_cover(&run->exact, p, winner->project, &price);
	mpz_clears(price.over, price.under, NULL);
	return LX_OK;
}

/* What p's supporters would pay now, in percent; `winner` NULL: with all they have left. */
static enum lx_code cover(
	struct lx_tally_run *run, size_t p, const struct lx_bid *winner, int64_t *best)
{
	double unit = (double)run->view->unit[p], cost = (double)run->view->election->cost[p];
	double low = winner == NULL ? INFINITY : winner->low * unit;
	double high = winner == NULL ? INFINITY : winner->high * unit;
	struct lx_pass pass = lx_tally_pass(run->view, run->purse, p, low);
	double sum = pass.poor + (pass.rich > 0 ? pass.rich * low : 0);
	double off = error_of(run, p, sum) +
		     (winner == NULL ? 0 : (high - low) * (double)run->view->total[p] / unit);
	double least = floor((sum - off) * 100 / cost * (1 - 4 * DBL_EPSILON));
	double most = floor((sum + off) * 100 / cost * (1 + 4 * DBL_EPSILON));
	int64_t percent = (int64_t)least;

	if (most <= (double)*best)
		return LX_OK;
	if (least < most)
		LX_TRY(exactly(run, p, winner, &percent));
	if (percent > *best)
		*best = percent;
	return LX_OK;
}

static enum lx_code support_of(
	struct lx_tally_run *run, const struct lx_tally_result *result, size_t p, int64_t *percent)
{
	*percent = 0;
	if (run->view->people[p] == 0)
		return LX_OK;
	lx_tally_run_start(run, result->share_num, result->share_den);
	for (;;) {
		struct lx_bid winner = { 0 };
		LX_TRY(lx_tally_run_gather(run, 0));
		if (run->bids_n == 0)
			return cover(run, p, NULL, percent);
		LX_TRY(lx_tally_run_decide(run, &winner));
		lx_tally_run_buy(run, &winner);
		LX_TRY(cover(run, p, &winner, percent));
	}
}

/* A thread's own: memory, faults, a run. */
struct worker {
	struct lx_arena arena;
	struct lx_call call;
	struct lx_tally_run run;
	bool *barred;
};

struct work {
	const struct lx_tally_view *view;
	const struct lx_tally_setting *setting;
	const struct lx_tally_result *result;
	struct worker *workers;
	size_t workers_n;
	int64_t *percent;
};

static void work_close(struct work *work)
{
	for (size_t i = 0; i < work->workers_n; i++) {
		lx_tally_run_close(&work->workers[i].run);
		lx_arena_close(&work->workers[i].arena);
	}
}

static enum lx_code open_worker(const struct work *work, struct worker *worker)
{
	if (worker->barred != NULL)
		return LX_OK;
	bool *barred = lx_array(&worker->call, work->view->n, sizeof *barred);
	if (barred == NULL)
		return LX_BROKEN;
	LX_TRY(lx_tally_run_open(&worker->call, work->view, work->setting, &worker->run));
	worker->barred = barred;
	worker->run.barred = barred;
	return LX_OK;
}

static enum lx_code one_project(void *with, size_t p, unsigned at, struct lx_fault *fault)
{
	struct work *work = with;
	struct worker *worker = &work->workers[at];
	enum lx_code code = open_worker(work, worker);

	if (code == LX_OK) {
		worker->barred[p] = true;
		code = support_of(&worker->run, work->result, p, &work->percent[p]);
		worker->barred[p] = false;
	}
	if (code != LX_OK)
		*fault = worker->call.fault;
	return code;
}

enum lx_code lx_tally_support(struct lx_call *call, const struct lx_tally_election *election,
	const struct lx_tally_setting *setting, const struct lx_tally_result *result,
	int64_t *percent)
{
	LX_CLOSE(work_close)
	struct work work = { .setting = setting, .result = result, .percent = percent };
	struct lx_tally_view view;
	unsigned workers = lx_workers(call, election->projects_n);

	LX_TRY(lx_tally_prepare(call, election, setting, &view));
	work.view = &view;
	work.workers = lx_array(call, workers, sizeof *work.workers);
	if (work.workers == NULL)
		return LX_BROKEN;
	for (; work.workers_n < workers; work.workers_n++) {
		struct worker *worker = &work.workers[work.workers_n];
		worker->arena.limit = (call->arena->limit - call->arena->taken) / workers;
		worker->call.arena = &worker->arena;
	}
	LX_TRY(lx_parallel(call, view.n, one_project, &work));
	for (size_t i = 0; i < result->winners_n; i++)
		if (percent[result->rounds[i].project] < 100)
			percent[result->rounds[i].project] = 100;
	return LX_OK;
}
