/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Maximin support (Sanchez-Fernandez, Fernandez, Fisteus, Brill 2022), with costs as "generalised sequential
 * Phragmen" (Aziz, Lee, Talmon 2018): the costs of all chosen projects may be spread over their supporters
 * anew in each round, so that the largest load is least; the project with which that is least is chosen. What does
 * not fit is passed over; the rule ends when nothing supported fits.
 *
 * The least largest load of a set W is max over T in W of cost(T) / voters who name any of T: a cut. From a lower
 * bound the flow either spreads all costs, or the cut names a T with a larger ratio (Dinkelbach): exact, in whole
 * numbers. Loads only rise as W grows, so bounds hold over rounds.
 */
#include "engines/tally/flow.h"
#include "engines/tally/inner.h"

#include <string.h>

#define NONE UINT32_MAX

struct load {
	int64_t over;
	uint64_t under;
};

/* Voters by the chosen projects they name: sort[row]; a sort is its parent's with `by` more (a place in
 * `chosen`). slot[] is scratch for a child or a group of each sort; with[] counts a candidate's supporters in each. */
struct spread {
	struct lx_call *call;
	const struct lx_tally_view *view;
	uint32_t *sort, *parent, *slot, *live_sorts;
	uint16_t *by, *chosen, *live, *bids;
	uint64_t *people, *with;
	size_t sorts_n, live_sorts_n, chosen_n, live_n, bids_n, edges;
	struct load *bound, now;
	struct lx_flow flow;
	uint64_t *group_people;
	uint32_t *group_sort;
	lx_int128 *room; /* of each sort, with the costs of the chosen spread at the load `now` */
};

static int compare(struct load a, struct load b)
{
	return lx_tally_compare(
		a.over, a.under == 0 ? 1 : a.under, b.over, b.under == 0 ? 1 : b.under);
}

static enum lx_code spread_open(
	struct lx_call *call, const struct lx_tally_view *view, struct spread *spread)
{
	size_t sorts = view->start[view->n] + 1; /* a new sort needs a supporter of its own */

	*spread = (struct spread){ .call = call, .view = view, .sorts_n = 1 };
	spread->sort = lx_array(call, view->rows_n, sizeof *spread->sort);
	spread->parent = lx_array(call, sorts, sizeof *spread->parent);
	spread->slot = lx_array(call, sorts, sizeof *spread->slot);
	spread->live_sorts = lx_array(call, sorts, sizeof *spread->live_sorts);
	spread->by = lx_array(call, sorts, sizeof *spread->by);
	spread->people = lx_array(call, sorts, sizeof *spread->people);
	spread->with = lx_array(call, sorts, sizeof *spread->with);
	spread->room = lx_array(call, sorts, sizeof *spread->room);
	spread->chosen = lx_array(call, view->n, sizeof *spread->chosen);
	spread->live = lx_array(call, view->n, sizeof *spread->live);
	spread->bids = lx_array(call, view->n, sizeof *spread->bids);
	spread->bound = lx_array(call, view->n, sizeof *spread->bound);
	if (spread->sort == NULL || spread->parent == NULL || spread->slot == NULL ||
		spread->live_sorts == NULL || spread->by == NULL || spread->people == NULL ||
		spread->with == NULL || spread->room == NULL || spread->chosen == NULL ||
		spread->live == NULL || spread->bids == NULL || spread->bound == NULL)
		return LX_BROKEN;
	memset(spread->slot, 0xff, sorts * sizeof *spread->slot);
	spread->people[0] = view->voters;
	for (size_t p = 0; p < view->n; p++)
		if (view->people[p] > 0 && view->election->cost[p] <= view->election->budget) {
			spread->live[spread->live_n++] = (uint16_t)p;
			spread->bound[p] = (struct load){ view->election->cost[p],
				view->people[p] };
		}
	return LX_OK;
}

/* Counts p's supporters in each sort. */
static void count(struct spread *spread, size_t p)
{
	const struct lx_tally_view *view = spread->view;

	for (size_t k = view->start[p]; k < view->start[p + 1]; k++)
		spread->with[spread->sort[view->voter[k]]] +=
			(uint64_t)view->weight[view->voter[k]];
}

static void add_group(struct spread *spread, uint64_t people, uint32_t sort, bool with)
{
	struct lx_flow *flow = &spread->flow;
	uint32_t g = (uint32_t)flow->groups_n;

	if (people == 0 || (sort == 0 && !with))
		return;
	spread->group_people[g] = people;
	spread->group_sort[g] = sort;
	flow->groups_n++;
	for (uint32_t s = sort; s != 0; s = spread->parent[s])
		flow->group[flow->at[spread->by[s]]++] = g;
	if (with)
		flow->group[flow->at[spread->chosen_n]++] = g;
}

/* How many edges each project has, before groups are added. */
static void count_edges(struct spread *spread, uint64_t people, uint32_t sort, bool with)
{
	if (people == 0)
		return;
	for (uint32_t s = sort; s != 0; s = spread->parent[s])
		spread->flow.start[spread->by[s] + 1]++;
	if (with)
		spread->flow.start[spread->chosen_n + 1]++;
}

/* The graph of the chosen projects and one more, or (view->n) without. */
static void build(struct spread *spread, size_t p)
{
	struct lx_flow *flow = &spread->flow;

	flow->projects_n = spread->chosen_n + (p < spread->view->n);
	flow->groups_n = 0;
	memset(flow->start, 0, (flow->projects_n + 1) * sizeof *flow->start);
	if (p < spread->view->n)
		count(spread, p);
	for (size_t i = 0; i <= spread->live_sorts_n; i++) {
		uint32_t s = i == 0 ? 0 : spread->live_sorts[i - 1];
		count_edges(spread, spread->people[s] - spread->with[s], s, false);
		count_edges(spread, spread->with[s], s, true);
	}
	for (size_t i = 0; i < flow->projects_n; i++) {
		flow->start[i + 1] += flow->start[i];
		flow->at[i] = flow->start[i];
	}
	for (size_t i = 0; i <= spread->live_sorts_n; i++) {
		uint32_t s = i == 0 ? 0 : spread->live_sorts[i - 1];
		add_group(spread, spread->people[s] - spread->with[s], s, false);
		add_group(spread, spread->with[s], s, true);
		spread->with[s] = 0;
	}
	lx_flow_link(flow);
}

static int64_t cost_of(const struct spread *spread, size_t i, size_t p)
{
	return spread->view->election->cost[i < spread->chosen_n ? spread->chosen[i] : p];
}

/* The set that the last flow could not serve. */
static struct load cut(const struct spread *spread, size_t p)
{
	const struct lx_flow *flow = &spread->flow;
	struct load load = { 0 };

	for (size_t i = 0; i < flow->projects_n; i++)
		if (flow->level[i] >= 0)
			load.over += cost_of(spread, i, p);
	for (size_t g = 0; g < flow->groups_n; g++)
		if (flow->group_level[g] >= 0)
			load.under += spread->group_people[g];
	return load;
}

/* Room for the graph of the chosen and any one more: at most two groups a sort. */
static enum lx_code open_flow(struct spread *spread)
{
	size_t groups = 2 * (spread->live_sorts_n + 1), edges = groups;

	for (size_t i = 0; i < spread->live_sorts_n; i++)
		for (uint32_t s = spread->live_sorts[i]; s != 0; s = spread->parent[s])
			edges += 2;
	spread->group_people = lx_array(spread->call, groups, sizeof *spread->group_people);
	spread->group_sort = lx_array(spread->call, groups, sizeof *spread->group_sort);
	if (spread->group_people == NULL || spread->group_sort == NULL)
		return LX_BROKEN;
	return lx_flow_open(spread->call, spread->chosen_n + 1, groups, edges, &spread->flow);
}

/* Whether all costs of the graph can be spread with no load above `load`. */
static bool fits(struct spread *spread, size_t p, struct load load)
{
	struct lx_flow *flow = &spread->flow;

	for (size_t i = 0; i < flow->projects_n; i++)
		flow->need[i] = (lx_int128)cost_of(spread, i, p) * load.under;
	for (size_t g = 0; g < flow->groups_n; g++)
		flow->room[g] = (lx_int128)load.over * spread->group_people[g];
	memset(flow->sent, 0, flow->start[flow->projects_n] * sizeof *flow->sent);
	return lx_flow_run(flow);
}

/* Spreads the costs of the chosen at the load that they have, and notes how much each sort may yet take. */
static void find_room(struct spread *spread)
{
	struct lx_flow *flow = &spread->flow;

	for (size_t i = 0; i <= spread->live_sorts_n; i++) {
		uint32_t s = i == 0 ? 0 : spread->live_sorts[i - 1];
		spread->room[s] = (lx_int128)spread->now.over * spread->people[s];
	}
	if (spread->chosen_n == 0)
		return;
	build(spread, spread->view->n);
	bool all = fits(spread, spread->view->n, spread->now);
	(void)all; /* `now` is the load with which they fit */
	for (size_t g = 0; g < flow->groups_n; g++)
		spread->room[spread->group_sort[g]] = flow->room[g];
}

/* Whether p's cost goes into what room its supporters have, nothing else moved from sort to sort: within a sort load
 * can be left to those who do not name p. */
static bool goes_in(struct spread *spread, size_t p)
{
	const struct lx_tally_view *view = spread->view;
	lx_int128 room = 0;

	count(spread, p);
	for (size_t k = view->start[p]; k < view->start[p + 1]; k++) {
		uint32_t s = spread->sort[view->voter[k]];
		lx_int128 most = (lx_int128)spread->now.over * spread->with[s];
		room += most < spread->room[s] ? most : spread->room[s];
		spread->with[s] = 0;
	}
	return room >= (lx_int128)view->election->cost[p] * spread->now.under;
}

/* The least largest load with p chosen too, into its bound. */
static void look(struct spread *spread, size_t p)
{
	struct load *load = &spread->bound[p];

	if (compare(*load, spread->now) < 0)
		*load = spread->now;
	if (spread->now.under > 0 && compare(*load, spread->now) == 0 && goes_in(spread, p))
		return;
	build(spread, p);
	while (!fits(spread, p, *load))
		*load = cut(spread, p);
}

static void sort_live(struct spread *spread)
{
	for (size_t i = 1; i < spread->live_n; i++) {
		uint16_t p = spread->live[i];
		size_t k = i;
		for (; k > 0 && compare(spread->bound[spread->live[k - 1]], spread->bound[p]) > 0;
			k--)
			spread->live[k] = spread->live[k - 1];
		spread->live[k] = p;
	}
}

/* Drops what does not fit any more; what comes next with the least load goes into bids. */
static enum lx_code gather(struct spread *spread, int64_t left)
{
	struct lx_arena_mark mark = lx_arena_here(spread->call->arena);
	struct load best = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < spread->live_n; i++)
		if (spread->view->election->cost[spread->live[i]] <= left)
			spread->live[kept++] = spread->live[i];
	spread->live_n = kept;
	spread->bids_n = 0;
	sort_live(spread);
	LX_TRY(open_flow(spread));
	find_room(spread);
	for (size_t i = 0; i < spread->live_n; i++) {
		uint16_t p = spread->live[i];
		if (spread->bids_n > 0 && compare(spread->bound[p], best) > 0)
			break;
		LX_TRY(lx_step(spread->call, 0, 0));
		look(spread, p);
		int order = spread->bids_n == 0 ? -1 : compare(spread->bound[p], best);
		if (order < 0) {
			best = spread->bound[p];
			spread->bids_n = 0;
		}
		if (order <= 0)
			spread->bids[spread->bids_n++] = p;
	}
	lx_arena_back(spread->call->arena, mark);
	return LX_OK;
}

/* p's supporters become sorts of their own. */
static void choose(struct spread *spread, uint16_t p)
{
	const struct lx_tally_view *view = spread->view;
	size_t first = spread->sorts_n, kept = 0;

	for (size_t k = view->start[p]; k < view->start[p + 1]; k++) {
		uint32_t row = view->voter[k], old = spread->sort[row];
		uint64_t people = (uint64_t)view->weight[row];
		if (spread->slot[old] == NONE) {
			uint32_t fresh = (uint32_t)spread->sorts_n++;
			spread->slot[old] = fresh;
			spread->parent[fresh] = old;
			spread->by[fresh] = (uint16_t)spread->chosen_n;
		}
		spread->sort[row] = spread->slot[old];
		spread->people[spread->slot[old]] += people;
		spread->people[old] -= people;
	}
	for (size_t s = first; s < spread->sorts_n; s++)
		spread->slot[spread->parent[s]] = NONE;
	for (size_t i = 0; i < spread->live_sorts_n; i++)
		if (spread->people[spread->live_sorts[i]] > 0)
			spread->live_sorts[kept++] = spread->live_sorts[i];
	for (size_t s = first; s < spread->sorts_n; s++)
		spread->live_sorts[kept++] = (uint32_t)s;
	spread->live_sorts_n = kept;
	spread->now = spread->bound[p];
	spread->chosen[spread->chosen_n++] = p;
	for (size_t i = kept = 0; i < spread->live_n; i++)
		if (spread->live[i] != p)
			spread->live[kept++] = spread->live[i];
	spread->live_n = kept;
}

enum lx_code lx_tally_maximin(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result)
{
	struct spread spread;

	LX_TRY(spread_open(call, view, &spread));
	for (;;) {
		LX_TRY(gather(&spread, view->election->budget - log->spent));
		if (spread.bids_n == 0)
			break;
		LX_TRY(lx_tally_settle(call, view, setting, spread.bids, spread.bids_n));
		struct load load = spread.bound[spread.bids[0]];
		lx_tally_log_add(log, view, 0, (double)load.over / (double)load.under, spread.bids,
			spread.bids_n);
		choose(&spread, spread.bids[0]);
	}
	result->runs = result->iterations = 1;
	return LX_OK;
}
