/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The set within the budget that gives voters the most utility together: a knapsack, solved by branch
 * and bound in whole numbers (Dantzig's bound: fill up in the order of utility per cost, the last one
 * in part). Among optimal sets the first in the order among equals is taken: each project in that
 * order is in, if some optimal set holds it beside those already in.
 */
#include "engines/tally/inner.h"

#include <stdlib.h>

#define NODES_MAX UINT64_C(100000000) /* some seconds; beyond, the answer is refused, not guessed */

struct item {
	lx_int128 value;
	int64_t cost;
	uint32_t rank;
	uint16_t project;
};

/* A search over free items 0 .. n - 1, by utility per cost; sums are over items before an index.
 * `best` is to be exceeded, or reached when `reach`; `in` the set being built, `kept` the best. */
struct search {
	const struct item *items;
	size_t n;
	lx_int128 *value_sum, best;
	int64_t *cost_sum;
	bool *in, *kept;
	bool reach, found;
	uint64_t nodes;
};

static int by_density(const void *left, const void *right)
{
	const struct item *a = left, *b = right;
	int order = lx_tally_compare(b->value, b->cost, a->value, a->cost);

	if (order != 0)
		return order;
	return a->rank < b->rank ? -1 : a->rank > b->rank;
}

static int by_rank(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	return a->rank < b->rank ? -1 : a->rank > b->rank;
}

/* At most so much more value from items i .. n - 1 with `room` money. */
static lx_int128 bound(const struct search *search, size_t i, int64_t room)
{
	size_t low = i, high = search->n;

	while (low < high) { /* the last index up to which all fit */
		size_t middle = low + (high - low + 1) / 2;
		if (search->cost_sum[middle] - search->cost_sum[i] <= room)
			low = middle;
		else
			high = middle - 1;
	}
	lx_int128 sum = search->value_sum[low] - search->value_sum[i];
	if (low == search->n)
		return sum;
	const struct item *part = &search->items[low];
	int64_t rest = room - (search->cost_sum[low] - search->cost_sum[i]);
	return sum + part->value / part->cost * rest + part->value % part->cost * rest / part->cost;
}

static bool promising(const struct search *search, lx_int128 most)
{
	return search->reach ? most >= search->best : most > search->best;
}

/* Takes what fits in order, goes back to the last taken one and tries without it. */
static enum lx_code branch(struct lx_call *call, struct search *search, int64_t room)
{
	lx_int128 value = 0;
	size_t i = 0;

	for (;;) {
		while (i < search->n && promising(search, value + bound(search, i, room))) {
			search->in[i] = search->items[i].cost <= room;
			if (search->in[i]) {
				room -= search->items[i].cost;
				value += search->items[i].value;
			}
			i++;
			if (++search->nodes > NODES_MAX)
				return lx_fail(call, LX_BUSY, NULL, "tally.hard", NULL);
			if ((search->nodes & 0xfffff) == 0)
				LX_TRY(lx_step(call, search->nodes, NODES_MAX));
		}
		if (i == search->n && promising(search, value)) {
			search->best = value;
			search->found = true;
			for (size_t k = 0; k < search->n; k++)
				search->kept[k] = search->in[k];
			if (search->reach)
				return LX_OK;
		}
		while (i > 0 && !search->in[i - 1])
			i--;
		if (i == 0)
			return LX_OK;
		search->in[i - 1] = false;
		room += search->items[i - 1].cost;
		value -= search->items[i - 1].value;
	}
}

static void sum_up(struct search *search)
{
	for (size_t i = 0; i < search->n; i++) {
		search->cost_sum[i + 1] = search->cost_sum[i] + search->items[i].cost;
		search->value_sum[i + 1] = search->value_sum[i] + search->items[i].value;
	}
}

/* Room for a search over at most n items. */
static enum lx_code open_search(
	struct lx_call *call, const struct item *items, size_t n, struct search *search)
{
	*search = (struct search){ .items = items, .n = n };
	search->value_sum = lx_array(call, n + 1, sizeof *search->value_sum);
	search->cost_sum = lx_array(call, n + 1, sizeof *search->cost_sum);
	search->in = lx_array(call, n, sizeof *search->in);
	search->kept = lx_array(call, n, sizeof *search->kept);
	if (search->value_sum == NULL || search->cost_sum == NULL || search->in == NULL ||
		search->kept == NULL)
		return LX_BROKEN;
	sum_up(search);
	return LX_OK;
}

static size_t collect(const struct lx_tally_view *view, struct item *items)
{
	const struct lx_tally_election *e = view->election;
	size_t n = 0;

	for (size_t p = 0; p < view->n; p++)
		if (view->total[p] > 0 && e->cost[p] <= e->budget)
			items[n++] = (struct item){ view->total[p], e->cost[p], view->rank[p],
				(uint16_t)p };
	qsort(items, n, sizeof items[0], by_density);
	return n;
}

/* A set being settled: projects known to be in, and what that leaves. */
struct settled {
	struct item *rest; /* by utility per cost */
	size_t rest_n;
	int64_t room;
	lx_int128 value;
};

static void leave_out(struct settled *set, size_t at)
{
	for (size_t i = at + 1; i < set->rest_n; i++)
		set->rest[i - 1] = set->rest[i];
	set->rest_n--;
}

/* Whether the optimum can be reached with rest[at] in; if so it goes in, else out for good. */
static enum lx_code settle_one(struct lx_call *call, struct settled *set, size_t at,
	lx_int128 optimum, uint64_t *nodes, bool *in)
{
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct item one = set->rest[at];
	struct search search;

	leave_out(set, at);
	*in = false;
	if (one.cost > set->room)
		return LX_OK;
	LX_TRY(open_search(call, set->rest, set->rest_n, &search));
	search.reach = true;
	search.best = optimum - set->value - one.value;
	search.nodes = *nodes;
	LX_TRY(branch(call, &search, set->room - one.cost));
	*nodes = search.nodes;
	*in = search.found;
	if (*in) {
		set->room -= one.cost;
		set->value += one.value;
	}
	lx_arena_back(call->arena, mark);
	return LX_OK;
}

static size_t place_of(const struct settled *set, uint16_t project)
{
	size_t at = 0;

	while (set->rest[at].project != project)
		at++;
	return at;
}

enum lx_code lx_tally_welfare(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log)
{
	struct item *items = lx_array(call, view->n, sizeof *items);
	struct item *ordered = lx_array(call, view->n, sizeof *ordered);
	struct search search;

	(void)setting; /* of all rules the same arguments */
	if (items == NULL || ordered == NULL)
		return LX_BROKEN;
	size_t n = collect(view, items);
	LX_TRY(open_search(call, items, n, &search));
	LX_TRY(branch(call, &search, view->election->budget));
	for (size_t i = 0; i < n; i++)
		ordered[i] = items[i];
	qsort(ordered, n, sizeof ordered[0], by_rank);
	struct settled set = { .rest = items, .rest_n = n, .room = view->election->budget };
	uint64_t nodes = search.nodes;
	for (size_t i = 0; i < n; i++) {
		bool in;
		LX_TRY(settle_one(
			call, &set, place_of(&set, ordered[i].project), search.best, &nodes, &in));
		if (in)
			lx_tally_log_add(log, view, 0, 0, &ordered[i].project, 1);
	}
	return LX_OK;
}
