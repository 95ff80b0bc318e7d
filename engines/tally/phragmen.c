/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Sequential Phragmen: money flows to all voters at the same speed, and a project is bought as soon
 * as its supporters hold its cost. In loads: the project whose purchase makes the largest load
 * least is bought, its supporters then all carry that load; the rule ends when any of the projects
 * that come next would exceed the budget. Los, Christoff, Grossi, "Proportional budget allocations", 2022.
 *
 * A voter's load is that of the last purchase it took part in, so exact loads are few: one for each
 * purchase, whole numbers over one denominator. All terms are positive: relative errors just add.
 */
#include "engines/tally/inner.h"

#include <float.h>
#include <gmp.h>
#include <math.h>
#include <string.h>

/* Loads of purchases, 0 .. n - 1; load 0 is that of those who took part in none. `last` is of rows.
 * counts[j] are the supporters of purchase j by their load before it. `exact[i] / denominator` are the first
 * exact_n loads exactly. */
struct flow {
	struct lx_call *call;
	const struct lx_tally_view *view;
	double *load, *low, error;
	uint32_t *last;
	size_t n, exact_n, bids_n;
	uint64_t **counts, *scratch;
	uint16_t *bought, *bids, *live;
	double *high;
	size_t live_n;
	mpz_t *exact, denominator, over, under, best_over, best_under;
	bool open;
	uint64_t fallbacks;
};

static void flow_close(struct flow *flow)
{
	if (!flow->open)
		return;
	for (size_t i = 0; i < flow->exact_n; i++)
		mpz_clear(flow->exact[i]);
	mpz_clears(flow->denominator, flow->over, flow->under, flow->best_over, flow->best_under,
		NULL);
	flow->open = false;
}

static enum lx_code flow_open(
	struct lx_call *call, const struct lx_tally_view *view, struct flow *flow)
{
	size_t n = view->n + 1;

	*flow = (struct flow){ .call = call, .view = view, .n = 1 };
	flow->load = lx_array(call, n, sizeof *flow->load);
	flow->low = lx_array(call, n, sizeof *flow->low);
	flow->high = lx_array(call, n, sizeof *flow->high);
	flow->last = lx_array(call, view->rows_n, sizeof *flow->last);
	flow->counts = lx_array(call, n, sizeof(uint64_t *));
	flow->scratch = lx_array(call, n, sizeof *flow->scratch);
	flow->bought = lx_array(call, n, sizeof *flow->bought);
	flow->bids = lx_array(call, n, sizeof *flow->bids);
	flow->live = lx_array(call, n, sizeof *flow->live);
	flow->exact = lx_array(call, n, sizeof *flow->exact);
	if (flow->load == NULL || flow->low == NULL || flow->high == NULL || flow->last == NULL ||
		flow->counts == NULL || flow->scratch == NULL || flow->bought == NULL ||
		flow->bids == NULL || flow->live == NULL || flow->exact == NULL)
		return LX_BROKEN;
	mpz_inits(flow->denominator, flow->over, flow->under, flow->best_over, flow->best_under,
		NULL);
	mpz_set_ui(flow->denominator, 1);
	mpz_init(flow->exact[0]);
	flow->exact_n = 1;
	flow->open = true;
	for (size_t p = 0; p < view->n; p++)
		if (view->people[p] > 0 && view->election->cost[p] <= view->election->budget) {
			flow->low[p] = (double)view->election->cost[p] / (double)view->people[p] *
				       (1 - 4 * DBL_EPSILON);
			flow->live[flow->live_n++] = (uint16_t)p;
		}
	return LX_OK;
}

/* What the load would be if p were bought now. */
static double new_load(const struct flow *flow, size_t p)
{
	const struct lx_tally_view *view = flow->view;
	double sum[2] = { 0 };

	for (size_t k = view->start[p]; k < view->start[p + 1]; k++) {
		uint32_t row = view->voter[k];
		sum[k & 1] += (double)view->weight[row] * flow->load[flow->last[row]];
	}
	return (sum[0] + sum[1] + (double)view->election->cost[p]) / (double)view->people[p];
}

/* The relative error of new_load: all terms are positive. */
static double load_error(const struct flow *flow, size_t p)
{
	double n = (double)(flow->view->start[p + 1] - flow->view->start[p]) + 8;

	return flow->error + n * DBL_EPSILON;
}

/* Supporters of p by their load now, into counts[0 .. n - 1]. */
static void count(const struct flow *flow, size_t p, uint64_t *counts)
{
	const struct lx_tally_view *view = flow->view;

	memset(counts, 0, flow->n * sizeof *counts);
	for (size_t k = view->start[p]; k < view->start[p + 1]; k++)
		counts[flow->last[view->voter[k]]] += (uint64_t)view->weight[view->voter[k]];
}

/* over / (denominator * under): the load after buying p, from its counts over n loads. */
static void exact_load(struct flow *flow, size_t p, const uint64_t *counts, size_t n)
{
	mpz_mul_ui(flow->over, flow->denominator, (unsigned long)flow->view->election->cost[p]);
	for (size_t i = 1; i < n; i++)
		if (counts[i] > 0)
			mpz_addmul_ui(flow->over, flow->exact[i], counts[i]);
	mpz_set_ui(flow->under, flow->view->people[p]);
}

/* Brings the exact loads up to the purchases made. */
static void follow(struct flow *flow)
{
	flow->fallbacks++;
	while (flow->exact_n < flow->n) {
		size_t j = flow->exact_n;
		exact_load(flow, flow->bought[j], flow->counts[j], j);
		mpz_init(flow->exact[j]);
		mpz_gcd(flow->exact[j], flow->over, flow->under);
		mpz_divexact(flow->over, flow->over, flow->exact[j]);
		mpz_divexact(flow->under, flow->under, flow->exact[j]);
		mpz_set(flow->exact[j], flow->over);
		for (size_t i = 1; i < j; i++)
			mpz_mul(flow->exact[i], flow->exact[i], flow->under);
		mpz_mul(flow->denominator, flow->denominator, flow->under);
		flow->exact_n++;
	}
}

/* Projects whose load may be the least; bounds never fall, so only the least are worked out. */
static void gather(struct flow *flow)
{
	double best = INFINITY;
	size_t fresh = 0;

	/* live projects by insertion sort: nearly sorted from the round before */
	for (size_t i = 1; i < flow->live_n; i++) {
		uint16_t p = flow->live[i];
		size_t k = i;
		for (; k > 0 && flow->low[flow->live[k - 1]] > flow->low[p]; k--)
			flow->live[k] = flow->live[k - 1];
		flow->live[k] = p;
	}
	for (; fresh < flow->live_n && flow->low[flow->live[fresh]] <= best; fresh++) {
		uint16_t p = flow->live[fresh];
		double load = new_load(flow, p), error = load_error(flow, p) * load;
		flow->low[p] = fmax(flow->low[p], load - error);
		flow->high[p] = load + error;
		best = fmin(best, load + error);
	}
	flow->bids_n = 0;
	for (size_t i = 0; i < fresh; i++)
		if (flow->low[flow->live[i]] <= best)
			flow->bids[flow->bids_n++] = flow->live[i];
}

/* Keeps the bids with exactly the least load. */
static void least(struct flow *flow)
{
	size_t kept = 0;

	if (flow->bids_n < 2)
		return;
	follow(flow);
	for (size_t i = 0; i < flow->bids_n; i++) {
		uint16_t p = flow->bids[i];
		count(flow, p, flow->scratch);
		exact_load(flow, p, flow->scratch, flow->n);
		int order = -1;
		if (kept > 0) {
			mpz_t a, b;
			mpz_inits(a, b, NULL);
			mpz_mul(a, flow->over, flow->best_under);
			mpz_mul(b, flow->best_over, flow->under);
			order = mpz_cmp(a, b);
			mpz_clears(a, b, NULL);
		}
		if (order < 0) {
			kept = 0;
			mpz_swap(flow->best_over, flow->over);
			mpz_swap(flow->best_under, flow->under);
		}
		if (order <= 0)
			flow->bids[kept++] = p;
	}
	flow->bids_n = kept;
}

static enum lx_code buy(struct flow *flow, uint16_t p)
{
	const struct lx_tally_view *view = flow->view;
	uint64_t *counts = lx_array(flow->call, flow->n, sizeof *counts);
	size_t j = flow->n;

	if (counts == NULL)
		return LX_BROKEN;
	count(flow, p, counts);
	flow->load[j] = new_load(flow, p);
	flow->error = load_error(flow, p);
	flow->counts[j] = counts;
	flow->bought[j] = p;
	flow->n++;
	for (size_t k = view->start[p]; k < view->start[p + 1]; k++)
		flow->last[view->voter[k]] = (uint32_t)j;
	size_t kept = 0;
	for (size_t i = 0; i < flow->live_n; i++)
		if (flow->live[i] != p)
			flow->live[kept++] = flow->live[i];
	flow->live_n = kept;
	return LX_OK;
}

static bool all_fit(const struct flow *flow, int64_t spent)
{
	const struct lx_tally_election *e = flow->view->election;

	for (size_t i = 0; i < flow->bids_n; i++)
		if (e->cost[flow->bids[i]] > e->budget - spent)
			return false;
	return true;
}

enum lx_code lx_tally_phragmen(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result)
{
	LX_CLOSE(flow_close) struct flow flow = { 0 };

	LX_TRY(flow_open(call, view, &flow));
	for (;;) {
		gather(&flow);
		least(&flow);
		if (flow.bids_n == 0 || !all_fit(&flow, log->spent))
			break;
		LX_TRY(lx_tally_settle(call, view, setting, flow.bids, flow.bids_n));
		uint16_t winner = flow.bids[0];
		double load = new_load(&flow, winner);
		lx_tally_log_add(log, view, 0, load, flow.bids, flow.bids_n);
		LX_TRY(buy(&flow, winner));
	}
	result->runs = result->iterations = 1;
	result->exact_fallbacks = flow.fallbacks;
	return LX_OK;
}
