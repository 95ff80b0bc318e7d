/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One run of Equal Shares. A project's price can only rise while money is spent, so each round looks
 * at projects in the order of their last known lower bound and stops at the first bound that is
 * above the best price found. A price solves: supporters who can pay it pay it, the others all they
 * have, together the cost; Newton's steps from below reach it in one or two passes.
 *
 * Errors: every purse carries how far its double may be from the truth. A project's price then lies
 * within doubt / (utility of those who surely can pay): lx_tally_sure_pass. Where intervals overlap,
 * or a sum may be on either side of a cost, lx_tally_exact decides.
 */
#include "engines/tally/run.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define QUICK_ENOUGH 1e-9  /* of a price: nearer rivals are rare */
#define TIGHT_ENOUGH 1e-12 /* of what is paid: errors are carried on and may grow tenfold a round */

enum look { LOOK_OUT, LOOK_LATER, LOOK_BID, LOOK_DOUBT };

enum lx_code lx_tally_run_open(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_run *run)
{
	size_t n = view->n;

	*run = (struct lx_tally_run){ .call = call, .view = view, .setting = setting };
	if (view->blocks != NULL)
		LX_TRY(lx_blocks_purses_open(call, view->blocks, &run->blocks));
	else
		run->purse = lx_array(call, view->rows_n, sizeof *run->purse);
	run->low = lx_array(call, n, sizeof *run->low);
	run->heap = lx_array(call, n, sizeof *run->heap);
	run->place = lx_array(call, n, sizeof *run->place);
	run->bids = lx_array(call, n, sizeof *run->bids);
	run->aside = lx_array(call, n, sizeof *run->aside);
	run->names = lx_array(call, n, sizeof *run->names);
	run->bought = lx_array(call, n, sizeof *run->bought);
	if ((run->purse == NULL && view->blocks == NULL) || run->low == NULL || run->heap == NULL ||
		run->place == NULL || run->bids == NULL || run->aside == NULL ||
		run->names == NULL || run->bought == NULL)
		return LX_BROKEN;
	return lx_tally_limits_open(call, view->election, &run->limits);
}

void lx_tally_run_close(struct lx_tally_run *run)
{
	if (run->exact_open)
		lx_tally_exact_close(&run->exact);
	run->exact_open = false;
}

enum lx_code lx_tally_trace_open(struct lx_call *call, size_t n, struct lx_tally_trace *trace)
{
	trace->n = 0;
	trace->bid = lx_array(call, n, sizeof *trace->bid);
	trace->lack = lx_array(call, n, sizeof *trace->lack);
	trace->out = lx_array(call, n, sizeof *trace->out);
	return trace->bid == NULL || trace->lack == NULL || trace->out == NULL ? LX_BROKEN : LX_OK;
}

static void heap_set(struct lx_tally_run *run, size_t i, uint16_t p)
{
	run->heap[i] = p;
	run->place[p] = (uint16_t)i;
}

static void heap_down(struct lx_tally_run *run, size_t i)
{
	uint16_t *heap = run->heap, moved = heap[i];

	for (size_t kid; (kid = 2 * i + 1) < run->heap_n; i = kid) {
		if (kid + 1 < run->heap_n && run->low[heap[kid + 1]] < run->low[heap[kid]])
			kid++;
		if (run->low[moved] <= run->low[heap[kid]])
			break;
		heap_set(run, i, heap[kid]);
	}
	heap_set(run, i, moved);
}

static void heap_up(struct lx_tally_run *run, size_t i)
{
	uint16_t moved = run->heap[i];

	for (; i > 0 && run->low[run->heap[(i - 1) / 2]] > run->low[moved]; i = (i - 1) / 2)
		heap_set(run, i, run->heap[(i - 1) / 2]);
	heap_set(run, i, moved);
}

static void heap_remove(struct lx_tally_run *run, size_t i)
{
	uint16_t last = run->heap[--run->heap_n];

	if (i == run->heap_n)
		return;
	heap_set(run, i, last);
	heap_up(run, i);
	heap_down(run, run->place[last]);
}

static uint16_t heap_take(struct lx_tally_run *run)
{
	uint16_t top = run->heap[0];

	heap_remove(run, 0);
	return top;
}

static void heap_put(struct lx_tally_run *run, uint16_t p)
{
	heap_set(run, run->heap_n++, p);
	heap_up(run, run->heap_n - 1);
}

void lx_tally_run_start(struct lx_tally_run *run, lx_int128 num, int64_t den)
{
	const struct lx_tally_view *view = run->view;
	double share = (double)num / (double)den;
	float doubt = (float)(share * 4 * DBL_EPSILON);

	if (view->blocks != NULL)
		lx_blocks_start(view->blocks, &run->blocks, share, (double)doubt);
	for (size_t row = 0; view->blocks == NULL && row < view->rows_n; row++)
		run->purse[row] = (struct lx_purse){ share, doubt, view->weight[row] };
	run->share = share;
	run->worst = (double)doubt;
	run->share_num = num;
	run->share_den = den;
	run->heap_n = run->bought_n = 0;
	run->exact_started = false;
	run->follows = run->hint != NULL;
	if (run->trace != NULL) {
		run->trace->n = 0;
		memset(run->trace->lack, 0, view->n * sizeof *run->trace->lack);
	}
	lx_tally_limits_start(&run->limits);
	for (size_t p = 0; p < view->n; p++) {
		if (view->people[p] == 0 || (run->barred != NULL && run->barred[p]))
			continue;
		/* when everyone can pay */
		run->low[p] = (double)view->election->cost[p] / (double)view->total[p] *
			      (1 - 8 * DBL_EPSILON);
		heap_set(run, run->heap_n++, (uint16_t)p);
	}
	for (size_t i = run->heap_n / 2; i-- > 0;)
		heap_down(run, i);
}

enum lx_code lx_tally_run_follow(struct lx_tally_run *run)
{
	if (!run->exact_open) {
		run->exact_open = true;
		LX_TRY(lx_tally_exact_open(run->call, run->view, &run->exact));
	}
	if (!run->exact_started)
		lx_tally_exact_start(&run->exact, run->share_num, run->share_den);
	run->exact_started = true;
	while (run->exact.synced < run->bought_n)
		lx_tally_exact_buy(&run->exact, run->bought[run->exact.synced]);
	run->fallbacks++;
	return LX_OK;
}

/* How many terms a sum over p's supporters adds up one after the other, and a few. */
static double terms(const struct lx_tally_view *view, size_t p)
{
	size_t n = view->start[p + 1] - view->start[p];

	return (double)(view->blocks == NULL ? n : lx_blocks_terms(view->blocks, n)) + 16;
}

static struct lx_pass pass_at(const struct lx_tally_run *run, size_t p, double y)
{
	if (run->view->blocks != NULL)
		return lx_blocks_pass(run->view->blocks, &run->blocks, p, y);
	return lx_tally_pass(run->view, run->purse, p, y);
}

static struct lx_sure_pass sure_pass_at(
	const struct lx_tally_run *run, size_t p, double y, double d)
{
	if (run->view->blocks != NULL)
		return lx_blocks_sure_pass(run->view->blocks, &run->blocks, p, y, d);
	return lx_tally_sure_pass(run->view, run->purse, p, y, d);
}

/* How far sums over p's supporters may be off. */
static double sum_error(const struct lx_tally_run *run, size_t p, double all)
{
	double n = terms(run->view, p);

	return run->worst * (double)run->view->people[p] + n * DBL_EPSILON * all;
}

static void set_bid(struct lx_tally_run *run, struct lx_bid *bid, double y, double d)
{
	double unit = (double)run->view->unit[bid->project];

	bid->low = (y - d) / unit * (1 - 4 * DBL_EPSILON);
	bid->high = (y + d) / unit * (1 + 4 * DBL_EPSILON);
	if (bid->low > run->low[bid->project])
		run->low[bid->project] = bid->low;
}

/* A level y that solves p's price but for rounding: how far it can be off, or negative. */
static double sure_distance(const struct lx_tally_run *run, size_t p, double y)
{
	double cost = (double)run->view->election->cost[p], d = fmax(y * 1e-13, 2 * run->worst);

	for (int i = 0; i < 4; i++) {
		struct lx_sure_pass sure = sure_pass_at(run, p, y, d);
		double n = terms(run->view, p);
		double off = sure.doubt + fabs(sure.sum - cost) + n * DBL_EPSILON * cost;
		if (sure.rich <= 0)
			return -1;
		double needs = off / sure.rich * (1 + 1e-6);
		if (needs <= d)
			return needs;
		d = 2 * needs;
	}
	return -1;
}

/* Whether the bound from the largest doubt alone is good enough; then the bid is made. */
static bool quick_bid(struct lx_tally_run *run, struct lx_bid *bid, const struct lx_pass *pass,
	double y, double off)
{
	double d = off / pass->rich * (1 + 1e-6) + 4 * DBL_EPSILON * y;

	if (run->view->use != NULL || d > y * QUICK_ENOUGH || pass->next - run->worst <= y + d)
		return false;
	set_bid(run, bid, y, d);
	return true;
}

static void note_lack(struct lx_tally_run *run, size_t p, double lack, size_t round)
{
	if (run->trace == NULL)
		return;
	run->trace->lack[p] = lack * (1 - 1e-9);
	run->trace->out[p] = (uint16_t)round;
}

/* Whether p cannot be paid for, told without looking: nearby its supporters lacked more than they can have gained. */
static bool surely_out(struct lx_tally_run *run, size_t p)
{
	if (!run->follows || run->rise_n == 0 || run->hint->lack[p] <= 0)
		return false;
	size_t round = run->hint->out[p];
	if (round > run->bought_n || round >= run->rise_n)
		return false;
	double gain = run->rise_part * run->rise[round] * (double)run->view->people[p];
	double lack = run->hint->lack[p] - gain * (1 + 1e-9);
	if (!(lack > 0))
		return false;
	note_lack(run, p, lack, round);
	return true;
}

/* Whether the solution `step` of the line at y solves the price: nobody stands between. `guessed`: y may lie
 * above the price, else not. */
static bool solved(const struct lx_tally_view *view, const struct lx_pass *pass, double y,
	double step, bool guessed)
{
	if (view->use != NULL)
		return !guessed && step <= y;
	if (step <= y)
		return !guessed || pass->last <= step;
	return pass->next >= step;
}

/* Newton's steps. What supporters pay is concave in the level, so that the line at any level reaches the cost
 * at the price or before it: a first level that is guessed too high does no harm. Stops early when the
 * price is surely above `best`, which one pass at that level tells. */
static enum look look(struct lx_tally_run *run, struct lx_bid *bid, double best, double guess)
{
	const struct lx_tally_view *view = run->view;
	size_t p = bid->project;
	double unit = (double)view->unit[p], cost = (double)view->election->cost[p];
	double from = run->low[p] * unit * (1 - 2 * DBL_EPSILON), y = guess * unit;
	bool guessed = y > from && y < (double)INFINITY;

	y = guessed ? y : from;
	for (int i = 0; i < 64; i++) {
		struct lx_pass pass = pass_at(run, p, y);
		double off = sum_error(run, p, pass.all);
		if (pass.all < cost - off) {
			note_lack(run, p, cost - off - pass.all, run->bought_n);
			return LOOK_OUT;
		}
		if (pass.rich <= 0 && guessed) {
			y = from;
			guessed = false;
			continue;
		}
		if (pass.all <= cost + off || pass.rich <= 0)
			return LOOK_DOUBT;
		double step = (cost - pass.poor) / pass.rich;
		double low = (step - off / pass.rich) / unit * (1 - 8 * DBL_EPSILON);
		if (low > run->low[p])
			run->low[p] = low;
		if (low > best)
			return LOOK_LATER;
		bool done = solved(view, &pass, y, step, guessed);
		y = step > y || guessed ? step : y;
		guessed = false;
		if (!done)
			continue;
		if (quick_bid(run, bid, &pass, y, off)) {
			bid->flat = pass.poor <= 0;
			return LOOK_BID;
		}
		double d = sure_distance(run, p, y);
		if (d < 0)
			return LOOK_DOUBT;
		set_bid(run, bid, y, d);
		return LOOK_BID;
	}
	return LOOK_DOUBT;
}

/* The same in rationals. */
static enum lx_code look_exactly(struct lx_tally_run *run, struct lx_bid *bid, enum look *seen)
{
	LX_TRY(lx_tally_run_follow(run));
	*seen = LOOK_OUT;
	if (!lx_tally_exact_price(&run->exact, bid->project))
		return LX_OK;
	double y = lx_tally_exact_double(&run->exact, &run->exact.price);
	set_bid(run, bid, y, 4 * DBL_EPSILON * y);
	bid->exact = true;
	*seen = LOOK_BID;
	return LX_OK;
}

/* Looks at a project that was taken from the heap; what can be paid becomes a bid or stands aside. */
static enum lx_code consider(struct lx_tally_run *run, uint16_t p, double most, double guess)
{
	struct lx_bid bid = { .project = p };

	if (lx_tally_limits_forbid(&run->limits, p) || surely_out(run, p))
		return LX_OK;
	enum look seen = look(run, &bid, most, guess);
	if (seen == LOOK_DOUBT)
		LX_TRY(look_exactly(run, &bid, &seen));
	if (seen == LOOK_LATER)
		run->aside[run->aside_n++] = p;
	if (seen == LOOK_BID)
		run->bids[run->bids_n++] = bid;
	return LX_OK;
}

/* What a run nearby bought now comes first: if it wins here too, one pass for each rival tells that it does. */
static enum lx_code consider_hint(struct lx_tally_run *run)
{
	if (run->hint == NULL || run->bought_n >= run->hint->n)
		return LX_OK;
	const struct lx_bid *before = &run->hint->bid[run->bought_n];
	uint16_t place = run->place[before->project];
	if (place >= run->heap_n || run->heap[place] != before->project)
		return LX_OK;
	heap_remove(run, place);
	return consider(run, before->project, INFINITY, (before->low + before->high) / 2);
}

enum lx_code lx_tally_run_gather(struct lx_tally_run *run, double floor)
{
	run->bids_n = run->aside_n = 0;
	LX_TRY(consider_hint(run));
	double best = run->bids_n > 0 ? run->bids[0].high : (double)INFINITY;
	while (run->heap_n > 0 && run->low[run->heap[0]] <= fmax(best, floor)) {
		size_t n = run->bids_n;
		LX_TRY(consider(run, heap_take(run), fmax(best, floor), fmax(best, floor)));
		if (run->bids_n > n)
			best = fmin(best, run->bids[n].high);
	}
	return LX_OK;
}

/* Leaves only bids that may be the least. */
static void thin(struct lx_tally_run *run)
{
	double best = INFINITY;
	size_t kept = 0;

	for (size_t i = 0; i < run->bids_n; i++)
		best = fmin(best, run->bids[i].high);
	for (size_t i = 0; i < run->bids_n; i++)
		if (run->bids[i].low <= best)
			run->bids[kept++] = run->bids[i];
		else
			run->aside[run->aside_n++] = run->bids[i].project;
	run->bids_n = kept;
}

/* Keeps among overlapping bids those with exactly the least price, and names them. */
static enum lx_code least(struct lx_tally_run *run)
{
	struct lx_exact_price best;
	size_t best_project = 0;

	LX_TRY(lx_tally_run_follow(run));
	mpz_inits(best.over, best.under, NULL);
	run->names_n = 0;
	for (size_t i = 0; i < run->bids_n; i++) {
		uint16_t p = run->bids[i].project;
		/* a bid is affordable: that was certain when it was made */
		(void)lx_tally_exact_price(&run->exact, p);
		int order = run->names_n == 0 ? -1
					      : lx_tally_exact_compare(&run->exact, p,
							&run->exact.price, best_project, &best);
		if (order < 0) {
			run->names_n = 0;
			best_project = p;
			mpz_swap(best.over, run->exact.price.over);
			mpz_swap(best.under, run->exact.price.under);
		}
		if (order <= 0)
			run->names[run->names_n++] = p;
	}
	mpz_clears(best.over, best.under, NULL);
	return LX_OK;
}

enum lx_code lx_tally_run_decide(struct lx_tally_run *run, struct lx_bid *winner)
{
	thin(run);
	run->names_n = 1;
	run->names[0] = run->bids[0].project;
	if (run->bids_n > 1)
		LX_TRY(least(run));
	LX_TRY(lx_tally_settle(run->call, run->view, run->setting, run->names, run->names_n));
	for (size_t i = 0; i < run->bids_n; i++)
		if (run->bids[i].project == run->names[0])
			*winner = run->bids[i];
	return LX_OK;
}

enum lx_code lx_tally_run_before(struct lx_tally_run *run, uint16_t p, uint16_t q, bool *before)
{
	struct lx_exact_price first;

	LX_TRY(lx_tally_run_follow(run));
	mpz_inits(first.over, first.under, NULL);
	(void)lx_tally_exact_price(&run->exact, p); /* both were found affordable */
	mpz_swap(first.over, run->exact.price.over);
	mpz_swap(first.under, run->exact.price.under);
	(void)lx_tally_exact_price(&run->exact, q);
	int order = lx_tally_exact_compare(&run->exact, p, &first, q, &run->exact.price);
	mpz_clears(first.over, first.under, NULL);
	*before = order < 0 || (order == 0 && run->view->rank[p] < run->view->rank[q]);
	return LX_OK;
}

double lx_tally_bid_level(const struct lx_tally_view *view, const struct lx_bid *bid, double *error)
{
	double unit = (double)view->unit[bid->project];
	double y = (bid->low + bid->high) / 2 * unit;

	*error = (bid->high - bid->low) / 2 * unit * (1 + 1e-6) + 4 * DBL_EPSILON * y;
	return y;
}

/* A bid whose quick bound is loose is tightened before it is paid: its error is carried on. */
static double tightened(const struct lx_tally_run *run, const struct lx_bid *bid, double *error)
{
	double y = lx_tally_bid_level(run->view, bid, error);

	if (*error <= TIGHT_ENOUGH * y || bid->exact)
		return y;
	double tight = sure_distance(run, bid->project, y);
	if (tight >= 0 && tight < *error)
		*error = tight;
	return y;
}

void lx_tally_run_buy(struct lx_tally_run *run, const struct lx_bid *bid)
{
	double error, y = tightened(run, bid, &error);

	for (size_t i = 0; i < run->bids_n; i++)
		if (run->bids[i].project != bid->project)
			heap_put(run, run->bids[i].project);
	for (size_t i = 0; i < run->aside_n; i++)
		heap_put(run, run->aside[i]);
	if (run->view->blocks != NULL)
		lx_blocks_pay(run->view->blocks, &run->blocks, bid->project, y, error, &run->worst);
	else
		lx_tally_pay(run->view, run->purse, bid->project, y, error, &run->worst);
	run->follows = run->follows && run->bought_n < run->hint->n &&
		       run->hint->bid[run->bought_n].project == bid->project;
	run->bought[run->bought_n++] = bid->project;
	lx_tally_limits_spend(&run->limits, bid->project);
	if (run->trace != NULL)
		run->trace->bid[run->trace->n++] = *bid;
}

enum lx_code lx_tally_run_shares(
	struct lx_tally_run *run, lx_int128 num, int64_t den, struct lx_tally_log *log)
{
	log->n = log->tied_n = 0;
	log->spent = 0;
	lx_tally_run_start(run, num, den);
	for (;;) {
		struct lx_bid winner = { 0 };
		LX_TRY(lx_tally_run_gather(run, 0));
		if (run->bids_n == 0)
			return LX_OK;
		LX_TRY(lx_tally_run_decide(run, &winner));
		lx_tally_log_add(log, run->view, 0, (winner.low + winner.high) / 2, run->names,
			run->names_n);
		lx_tally_run_buy(run, &winner);
	}
}
