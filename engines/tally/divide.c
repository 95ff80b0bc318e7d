/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Maximal Nash welfare for projects that may be funded in part. The sum of the logarithms of utilities is
 * concave; each round multiplies every amount by how much its project is wanted, scaled to the budget and cut at
 * the costs (the ascent of expectation maximisation: it never falls), taken to a higher power as long as
 * the sum still rises there. No logarithm is computed: the sum rises on a way if its slope at the end is not
 * negative. The bound: a concave function lies below its tangent, whose maximum over all divisions is greedy.
 */
#include "engines/tally/inner.h"
#include "engines/tally/utility.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAX 20000
#define WORK_MAX   4e9  /* approvals looked at: some seconds */
#define GAP_ENOUGH 1e-9 /* of the mean logarithm */
#define POWER_MOST 64
#define GAP_EVERY  8

/* `gain[k]`: what an approval earns from a unit of money: utility over cost. */
struct ascent {
	const struct lx_tally_election *e;
	double *gain, *utility, *amount, *trial, *rise, *trial_rise;
	uint16_t *order;
	double budget, voters;
};

static enum lx_code ascent_open(struct lx_call *call, const struct lx_tally_election *e,
	enum lx_tally_utility by, struct ascent *ascent)
{
	size_t m = e->projects_n;

	*ascent = (struct ascent){ .e = e,
		.gain = lx_array(call, e->first[e->ballots_n], sizeof(double)),
		.utility = lx_array(call, e->ballots_n, sizeof(double)),
		.amount = lx_array(call, m, sizeof(double)),
		.trial = lx_array(call, m, sizeof(double)),
		.rise = lx_array(call, m, sizeof(double)),
		.trial_rise = lx_array(call, m, sizeof(double)),
		.order = lx_array(call, m, sizeof(uint16_t)) };
	if (ascent->gain == NULL || ascent->utility == NULL || ascent->amount == NULL ||
		ascent->trial == NULL || ascent->rise == NULL || ascent->trial_rise == NULL ||
		ascent->order == NULL)
		return LX_BROKEN;
	for (size_t b = 0; b < e->ballots_n; b++) {
		bool counts = false;
		for (size_t k = e->first[b]; k < e->first[b + 1]; k++) {
			uint16_t p = e->choice[k];
			if (e->barred != NULL && e->barred[p])
				continue;
			ascent->gain[k] = (double)lx_tally_use(e, by, b, k - e->first[b]) /
					  (double)e->cost[p];
			counts |= ascent->gain[k] > 0;
			if (ascent->gain[k] > 0)
				ascent->amount[p] += (double)e->weight[b];
		}
		ascent->voters += counts ? (double)e->weight[b] : 0;
	}
	return LX_OK;
}

/* Utilities of `amount`, and how the sum of logarithms rises with each project's money. */
static void find_rise(struct ascent *ascent, const double *amount, double *rise)
{
	const struct lx_tally_election *e = ascent->e;

	memset(rise, 0, e->projects_n * sizeof *rise);
	for (size_t b = 0; b < e->ballots_n; b++) {
		double sum = 0;
		for (size_t k = e->first[b]; k < e->first[b + 1]; k++)
			sum += ascent->gain[k] * amount[e->choice[k]];
		ascent->utility[b] = sum;
		double each = sum > 0 ? (double)e->weight[b] / sum : 0;
		for (size_t k = e->first[b]; k < e->first[b + 1]; k++)
			rise[e->choice[k]] += ascent->gain[k] * each;
	}
}

static double cut_at(const struct ascent *ascent, size_t p, double amount)
{
	double cost = (double)ascent->e->cost[p];

	return amount < cost ? amount : cost;
}

/* Scales wishes so that, cut at the costs, they use up the budget. */
static void scale(const struct ascent *ascent, double *wish)
{
	size_t m = ascent->e->projects_n;
	double all = 0;

	for (size_t p = 0; p < m; p++)
		all += wish[p];
	double factor = ascent->budget / all; /* cuts only raise it */
	for (size_t i = 0; i < m; i++) {      /* each turn cuts one more project or ends */
		double cut = 0, rest = 0;
		for (size_t p = 0; p < m; p++) {
			double cost = (double)ascent->e->cost[p];
			if (wish[p] * factor >= cost)
				cut += cost;
			else
				rest += wish[p];
		}
		double next = rest > 0 ? (ascent->budget - cut) / rest : factor;
		if (next <= factor * (1 + 4 * DBL_EPSILON))
			break;
		factor = next;
	}
	for (size_t p = 0; p < m; p++)
		wish[p] = cut_at(ascent, p, wish[p] * factor);
}

static double power(double x, unsigned n)
{
	double product = 1;

	for (unsigned i = 0; i < n; i++)
		product *= x;
	return product;
}

/* One round with a power; whether the sum surely does not fall. */
static bool try_round(struct ascent *ascent, unsigned n)
{
	const struct lx_tally_election *e = ascent->e;
	double mean = ascent->voters / ascent->budget, slope = 0;

	for (size_t p = 0; p < e->projects_n; p++)
		ascent->trial[p] = ascent->amount[p] * power(ascent->rise[p] / mean, n);
	scale(ascent, ascent->trial);
	find_rise(ascent, ascent->trial, ascent->trial_rise);
	for (size_t p = 0; p < e->projects_n; p++)
		slope += ascent->trial_rise[p] * (ascent->trial[p] - ascent->amount[p]);
	if (n > 1 && !(slope >= 0))
		return false;
	double *kept = ascent->amount;
	ascent->amount = ascent->trial;
	ascent->trial = kept;
	kept = ascent->rise;
	ascent->rise = ascent->trial_rise;
	ascent->trial_rise = kept;
	return true;
}

/* The largest sum of rise * (other - amount) over all divisions: fill up in the order of rise. */
static double find_gap(const struct ascent *ascent, const double *amount, const double *rise)
{
	size_t m = ascent->e->projects_n;
	double left = ascent->budget, gap = 0;

	/* by insertion: nearly sorted from the last time */
	for (size_t i = 1; i < m; i++) {
		uint16_t p = ascent->order[i];
		size_t k = i;
		for (; k > 0 && rise[ascent->order[k - 1]] < rise[p]; k--)
			ascent->order[k] = ascent->order[k - 1];
		ascent->order[k] = p;
	}
	for (size_t i = 0; i < m; i++) {
		uint16_t p = ascent->order[i];
		double part = cut_at(ascent, p, left);
		gap += rise[p] * (part - amount[p]);
		left -= part;
	}
	/* sums of this many terms, each off by a few units in the last place of what is summed */
	return (gap / ascent->voters + (double)(m + 64) * 16 * DBL_EPSILON);
}

static enum lx_code climb(struct lx_call *call, struct ascent *ascent, uint64_t *rounds)
{
	double work = 0, each = (double)ascent->e->first[ascent->e->ballots_n] + 1;
	unsigned n = 1;

	scale(ascent, ascent->amount);
	find_rise(ascent, ascent->amount, ascent->rise);
	for (*rounds = 0; *rounds < ROUNDS_MAX && work < WORK_MAX; ++*rounds, work += each) {
		LX_TRY(lx_step(call, *rounds, ROUNDS_MAX));
		if (*rounds % GAP_EVERY == 0 &&
			find_gap(ascent, ascent->amount, ascent->rise) <= GAP_ENOUGH)
			break;
		if (try_round(ascent, n)) {
			n = n < POWER_MOST ? n + 1 : n;
		} else {
			n = n / 2;
			work += each;
		}
	}
	return LX_OK;
}

/* An amount cut to whole units, and what was cut off. */
struct cut {
	double part;
	uint16_t project;
};

static int largest_part(const void *left, const void *right)
{
	const struct cut *a = left, *b = right;

	if (a->part != b->part)
		return a->part > b->part ? -1 : 1;
	return a->project < b->project ? -1 : 1;
}

/* Whole units by largest remainder, within the costs and the budget. */
static enum lx_code round_amounts(
	struct lx_call *call, const struct ascent *ascent, int64_t *amount, int64_t *total)
{
	const struct lx_tally_election *e = ascent->e;
	struct cut *cuts = lx_array(call, e->projects_n, sizeof *cuts);
	int64_t sum = 0;

	if (cuts == NULL)
		return LX_BROKEN;
	for (size_t p = 0; p < e->projects_n; p++) {
		double whole = floor(ascent->amount[p]);
		amount[p] = (int64_t)whole;
		cuts[p] = (struct cut){ ascent->amount[p] - whole, (uint16_t)p };
		sum += amount[p];
	}
	qsort(cuts, e->projects_n, sizeof cuts[0], largest_part);
	int64_t left = (int64_t)ascent->budget - sum;
	for (size_t i = 0; i < e->projects_n && left > 0; i++) {
		uint16_t p = cuts[i].project;
		if (cuts[i].part <= 0 || amount[p] >= e->cost[p])
			continue;
		amount[p]++;
		sum++;
		left--;
	}
	for (size_t i = e->projects_n; i-- > 0 && left < 0;) /* rounding upwards by a unit or two */
		if (amount[cuts[i].project] > 0) {
			amount[cuts[i].project]--;
			sum--;
			left++;
		}
	*total = sum;
	return LX_OK;
}

/* What voters pay at their personal prices. */
static void find_paid(struct ascent *ascent, struct lx_tally_division *division)
{
	const struct lx_tally_election *e = ascent->e;

	division->paid_least = INFINITY;
	for (size_t b = 0; b < e->ballots_n; b++) {
		double paid = 0;
		for (size_t k = e->first[b]; k < e->first[b + 1]; k++) {
			uint16_t p = e->choice[k];
			if (ascent->gain[k] > 0 && ascent->amount[p] > 0)
				paid += ascent->gain[k] / ascent->utility[b] / ascent->rise[p] *
					ascent->amount[p];
		}
		if (ascent->utility[b] <= 0)
			continue;
		division->paid_least = fmin(division->paid_least, paid);
		division->paid_most = fmax(division->paid_most, paid);
	}
	if (division->paid_most <= 0)
		division->paid_least = 0;
}

enum lx_code lx_tally_divide(struct lx_call *call, const struct lx_tally_election *election,
	enum lx_tally_utility utility, struct lx_tally_division *division)
{
	struct lx_tally_division found = { 0 };
	struct ascent ascent;
	double costs = 0;
	int64_t *amount = lx_array(call, election->projects_n, sizeof *amount);

	LX_TRY(lx_tally_fits(call, election, utility));
	LX_TRY(ascent_open(call, election, utility, &ascent));
	if (amount == NULL)
		return LX_BROKEN;
	for (size_t p = 0; p < election->projects_n; p++) {
		ascent.order[p] = (uint16_t)p;
		costs += ascent.amount[p] > 0 ? (double)election->cost[p] : 0;
	}
	ascent.budget = fmin(costs, (double)election->budget);
	if (ascent.voters > 0) {
		LX_TRY(climb(call, &ascent, &found.rounds));
		LX_TRY(round_amounts(call, &ascent, amount, &found.total));
		for (size_t p = 0; p < election->projects_n; p++)
			ascent.amount[p] = (double)amount[p];
		find_rise(&ascent, ascent.amount, ascent.rise);
		found.gap = find_gap(&ascent, ascent.amount, ascent.rise);
		for (size_t b = 0; b < election->ballots_n; b++) /* who is left with nothing */
			for (size_t k = election->first[b]; k < election->first[b + 1]; k++)
				if (ascent.utility[b] <= 0 && ascent.gain[k] > 0)
					found.gap = INFINITY;
		find_paid(&ascent, &found);
	}
	found.amount = amount;
	found.rise = ascent.rise;
	found.utility = ascent.utility;
	found.voters = (uint64_t)ascent.voters;
	*division = found;
	return LX_OK;
}
