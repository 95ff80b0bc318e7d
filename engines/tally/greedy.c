/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Greedy: the projects in the order of their utility per cost (or of their utility), each taken if
 * it still fits. With the variants that cities use: end at the first that does not fit; least
 * utility; one of each group. Guarantees: budget, threshold, exclusion.
 */
#include "engines/tally/inner.h"

#include <stdlib.h>

struct candidate {
	lx_int128 total, per;
	uint32_t rank;
	uint16_t project;
};

static int by_worth(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	int order = lx_tally_compare(b->total, b->per, a->total, a->per);

	if (order != 0)
		return order;
	return a->rank < b->rank ? -1 : a->rank > b->rank;
}

/* Total utility, in votes for the utilities that are votes times a constant of the project. */
static lx_int128 worth(
	const struct lx_tally_view *view, const struct lx_tally_setting *setting, size_t p)
{
	bool votes = setting->utility == LX_UTILITY_COST || setting->utility == LX_UTILITY_CARD;

	return votes ? (lx_int128)view->people[p] : view->total[p];
}

/* Greedy by utility per cost: under the cost utility that is votes over 1. */
static struct candidate candidate(
	const struct lx_tally_view *view, const struct lx_tally_setting *setting, size_t p)
{
	struct candidate c = { .rank = view->rank[p], .project = (uint16_t)p, .per = 1 };

	c.total = worth(view, setting, p);
	if (setting->by_total && setting->utility == LX_UTILITY_COST)
		c.total = view->total[p];
	else if (!setting->by_total && setting->utility != LX_UTILITY_COST)
		c.per = view->election->cost[p];
	return c;
}

static bool allowed(const struct lx_tally_view *view, const struct lx_tally_setting *setting,
	size_t p, const struct lx_tally_limits *limits, const bool *group_taken)
{
	if (lx_tally_limits_forbid(limits, p))
		return false;
	if (setting->threshold > 0 && worth(view, setting, p) < setting->threshold)
		return false;
	if (setting->rule != LX_RULE_EXCLUSIVE || view->election->group == NULL)
		return true;
	return !group_taken[view->election->group[p]];
}

/* How many candidates from i on are worth the same. */
static size_t equals(const struct candidate *all, size_t i, size_t n)
{
	size_t k = i + 1;

	while (k < n && lx_tally_compare(all[i].total, all[i].per, all[k].total, all[k].per) == 0)
		k++;
	return k - i;
}

/* Takes all[i]; the tie is recorded only where the order among equals mattered: not all of them fit
 * beside what is spent. */
static enum lx_code take(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, uint8_t phase, const struct candidate *all,
	size_t i, size_t n, struct lx_tally_log *log)
{
	size_t same = equals(all, i, n), names_n = 0;
	uint16_t *names = lx_array(call, same, sizeof *names);
	const int64_t *cost = view->election->cost;
	int64_t left = view->election->budget - log->spent, sum = 0;

	if (names == NULL)
		return LX_BROKEN;
	for (size_t k = i; k < i + same; k++)
		if (cost[all[k].project] <= left) {
			names[names_n++] = all[k].project;
			sum += cost[all[k].project];
		}
	if (sum <= left && setting->rule != LX_RULE_EXCLUSIVE)
		names_n = 1;
	LX_TRY(lx_tally_settle(call, view, setting, names, names_n));
	lx_tally_log_add(log, view, phase, 0, names, names_n);
	return LX_OK;
}

enum lx_code lx_tally_greedy(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, uint8_t phase, bool *taken,
	struct lx_tally_log *log)
{
	const struct lx_tally_election *e = view->election;
	struct candidate *all = lx_array(call, view->n, sizeof *all);
	bool *group_taken = lx_array(call, e->groups_n, sizeof *group_taken);
	struct lx_tally_limits limits;
	size_t n = 0;

	if (all == NULL || group_taken == NULL)
		return LX_BROKEN;
	LX_TRY(lx_tally_limits_open(call, e, &limits));
	for (size_t i = 0; i < log->n; i++)
		lx_tally_limits_spend(&limits, log->rounds[i].project);
	for (size_t p = 0; p < view->n; p++)
		if (!taken[p] && (e->barred == NULL || !e->barred[p]))
			all[n++] = candidate(view, setting, p);
	qsort(all, n, sizeof all[0], by_worth);
	for (size_t i = 0; i < n; i++) {
		size_t p = all[i].project;
		if (!allowed(view, setting, p, &limits, group_taken))
			continue;
		if (e->cost[p] > e->budget - log->spent) {
			if (setting->rule == LX_RULE_NO_SKIP)
				break;
			continue;
		}
		LX_TRY(take(call, view, setting, phase, all, i, n, log));
		taken[p] = true;
		lx_tally_limits_spend(&limits, p);
		if (e->group != NULL)
			group_taken[e->group[p]] = true;
	}
	return LX_OK;
}
