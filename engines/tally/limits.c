/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Most and least spending of groups, inside one run. */
#include "engines/tally/inner.h"

static int64_t lacks(const struct lx_tally_limits *limits, size_t group)
{
	const struct lx_tally_election *e = limits->election;

	if (e->least == NULL || e->least[group] <= limits->spent[group])
		return 0;
	return e->least[group] - limits->spent[group];
}

enum lx_code lx_tally_limits_open(struct lx_call *call, const struct lx_tally_election *election,
	struct lx_tally_limits *limits)
{
	*limits = (struct lx_tally_limits){ .election = election };
	if (election->group == NULL || (election->most == NULL && election->least == NULL))
		return LX_OK;
	limits->spent = lx_array(call, election->groups_n, sizeof *limits->spent);
	if (limits->spent == NULL)
		return LX_BROKEN;
	lx_tally_limits_start(limits);
	return LX_OK;
}

void lx_tally_limits_start(struct lx_tally_limits *limits)
{
	limits->total = 0;
	limits->lacking = 0;
	for (size_t g = 0; limits->spent != NULL && g < limits->election->groups_n; g++) {
		limits->spent[g] = 0;
		limits->lacking += lacks(limits, g);
	}
}

bool lx_tally_limits_forbid(const struct lx_tally_limits *limits, size_t p)
{
	const struct lx_tally_election *e = limits->election;

	if (limits->spent == NULL)
		return false;
	int64_t cost = e->cost[p], own = lacks(limits, e->group[p]);
	if (e->most != NULL && limits->spent[e->group[p]] + cost > e->most[e->group[p]])
		return true;
	if (e->least == NULL)
		return false;
	lx_int128 kept_free = limits->lacking - (own < cost ? own : cost);
	return limits->total + cost + kept_free > e->budget;
}

void lx_tally_limits_spend(struct lx_tally_limits *limits, size_t p)
{
	const struct lx_tally_election *e = limits->election;

	if (limits->spent == NULL)
		return;
	limits->lacking -= lacks(limits, e->group[p]);
	limits->spent[e->group[p]] += e->cost[p];
	limits->lacking += lacks(limits, e->group[p]);
	limits->total += e->cost[p];
}
