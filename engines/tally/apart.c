/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is decided apart from the ballots: a top-down share of the budget, overrides with their reasons. */
#include "engines/tally/tally.h"

#include <string.h>

static enum lx_code check(struct lx_call *call, const struct lx_tally_election *e,
	const struct lx_tally_override *override, bool *barred)
{
	struct lx_text id;

	if (override->project >= e->projects_n)
		return lx_fail(call, LX_INVALID, "override", "tally.override_unknown", NULL);
	id = e->id[override->project];
	if (lx_text_trim(override->reason).len == 0)
		return lx_fail(call, LX_INVALID, "override", "tally.override_reason", "%.*s",
			(int)id.len, id.at);
	if (barred[override->project])
		return lx_fail(call, LX_INVALID, "override", "tally.override_twice", "%.*s",
			(int)id.len, id.at);
	barred[override->project] = true;
	return LX_OK;
}

/* What a group has been given top-down counts against its limits. */
static enum lx_code less_limits(struct lx_call *call, const struct lx_tally_election *e,
	const struct lx_tally_override *overrides, size_t n, struct lx_tally_election *rest)
{
	const int64_t *const given[] = { e->most, e->least };
	const int64_t **const to[] = { &rest->most, &rest->least };

	for (size_t k = 0; k < 2; k++) {
		if (given[k] == NULL)
			continue;
		int64_t *limits = lx_array(call, e->groups_n, sizeof *limits);
		if (limits == NULL)
			return LX_BROKEN;
		memcpy(limits, given[k], e->groups_n * sizeof *limits);
		for (size_t i = 0; i < n; i++) {
			int64_t *limit = &limits[e->group[overrides[i].project]];
			int64_t cost = e->cost[overrides[i].project];
			if (overrides[i].funds)
				*limit = *limit > cost ? *limit - cost : 0;
		}
		*to[k] = limits;
	}
	return LX_OK;
}

enum lx_code lx_tally_apart(struct lx_call *call, const struct lx_tally_election *election,
	int64_t top_down, const struct lx_tally_override *overrides, size_t overrides_n,
	struct lx_tally_election *rest, int64_t *spent)
{
	struct lx_tally_election left = *election;
	lx_int128 sum = 0;
	bool *barred = lx_array(call, election->projects_n, sizeof *barred);

	if (barred == NULL)
		return LX_BROKEN;
	if (election->barred != NULL)
		memcpy(barred, election->barred, election->projects_n * sizeof *barred);
	if (top_down < 0 || top_down >= election->budget)
		return lx_fail(call, LX_INVALID, "top-down", "tally.top_down", NULL);
	for (size_t i = 0; i < overrides_n; i++) {
		LX_TRY(check(call, election, &overrides[i], barred));
		if (overrides[i].funds)
			sum += election->cost[overrides[i].project];
	}
	if (sum > top_down)
		return lx_fail(call, LX_INVALID, "top-down", "tally.top_down_short", NULL);
	LX_TRY(less_limits(call, election, overrides, overrides_n, &left));
	left.budget = election->budget - top_down;
	left.barred = barred;
	*rest = left;
	*spent = (int64_t)sum;
	return LX_OK;
}
