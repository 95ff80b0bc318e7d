/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Whether arrays from outside are an election that the rules can rely on. */
#include "engines/tally/inner.h"

static enum lx_code bad(struct lx_call *call, const char *field, size_t at)
{
	return lx_fail(call, LX_INVALID, field, "tally.bad", "%zu", at);
}

static enum lx_code check_projects(struct lx_call *call, const struct lx_tally_election *e)
{
	if (e->projects_n == 0 || e->projects_n > LX_TALLY_PROJECTS_MAX)
		return bad(call, "projects", e->projects_n);
	if (e->budget <= 0 || e->budget > LX_TALLY_MONEY_MAX || e->places > 6)
		return bad(call, "budget", 0);
	for (size_t p = 0; p < e->projects_n; p++) {
		if (e->cost[p] <= 0 || e->cost[p] > LX_TALLY_MONEY_MAX)
			return bad(call, "cost", p);
		if (e->group != NULL && e->group[p] >= e->groups_n)
			return bad(call, "group", p);
	}
	return LX_OK;
}

static enum lx_code check_ballot(
	struct lx_call *call, const struct lx_tally_election *e, size_t b, uint64_t *named)
{
	if (e->first[b + 1] < e->first[b] || e->first[b + 1] - e->first[b] > e->projects_n)
		return bad(call, "first", b);
	for (size_t k = e->first[b]; k < e->first[b + 1]; k++) {
		if (e->choice[k] >= e->projects_n || named[e->choice[k]] == b + 1)
			return bad(call, "choice", k);
		named[e->choice[k]] = b + 1;
		if (e->points != NULL && (e->points[k] < 0 || e->points[k] > LX_TALLY_POINTS_MAX))
			return bad(call, "points", k);
	}
	return LX_OK;
}

enum lx_code lx_tally_check_election(struct lx_call *call, const struct lx_tally_election *e)
{
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	uint64_t voters = 0;

	LX_TRY(check_projects(call, e));
	uint64_t *named = lx_array(call, e->projects_n, sizeof *named);
	if (named == NULL)
		return LX_BROKEN;
	if (e->ballots_n >= UINT32_MAX / 2)
		return bad(call, "ballots", e->ballots_n);
	if (e->first[0] != 0 || (e->kind == LX_BALLOTS_POINTS) != (e->points != NULL))
		return bad(call, "first", 0);
	for (size_t b = 0; b < e->ballots_n; b++) {
		if (e->weight[b] == 0 || e->weight[b] > LX_TALLY_VOTERS_MAX - voters)
			return bad(call, "weight", b);
		if (e->district != NULL && e->district[b] >= e->districts_n)
			return bad(call, "district", b);
		voters += e->weight[b];
		LX_TRY(check_ballot(call, e, b, named));
	}
	lx_arena_back(call->arena, mark);
	return LX_OK;
}
