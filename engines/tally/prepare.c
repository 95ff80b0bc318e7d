/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * An election prepared for one utility: rows (distinct ballots) numbered by their two most popular
 * projects, so that a project's supporters lie close together in memory, and the supporters by project.
 */
#include "engines/tally/inner.h"
#include "engines/tally/utility.h"

#include <stdlib.h>
#include <string.h>

#define ROW_MOST (UINT64_C(1) << 24) /* whole numbers a float holds */

enum lx_code lx_tally_fits(
	struct lx_call *call, const struct lx_tally_election *e, enum lx_tally_utility utility)
{
	bool points = utility == LX_UTILITY_POINTS;
	bool ranks = utility == LX_UTILITY_BORDA || utility == LX_UTILITY_POSITION;

	if ((points && (e->kind != LX_BALLOTS_POINTS || e->points == NULL)) ||
		(ranks && e->kind != LX_BALLOTS_RANKING))
		return lx_fail(call, LX_INVALID, "utility", "tally.utility", NULL);
	return LX_OK;
}

/* The two most popular projects of each ballot, as places in the order of popularity plus 1; 0: none. */
struct keys {
	uint16_t *first, *second;
};

static int by_ballots(const void *left, const void *right)
{
	const struct lx_tally_popular *a = left, *b = right;

	if (a->ballots != b->ballots)
		return a->ballots > b->ballots ? -1 : 1;
	return a->project < b->project ? -1 : 1;
}

void lx_tally_sort_popular(struct lx_tally_popular *all, size_t n)
{
	qsort(all, n, sizeof *all, by_ballots);
}

static enum lx_code popularity(
	struct lx_call *call, const struct lx_tally_election *e, uint16_t *place)
{
	struct lx_tally_popular *all = lx_array(call, e->projects_n, sizeof *all);

	if (all == NULL)
		return LX_BROKEN;
	for (size_t p = 0; p < e->projects_n; p++)
		all[p].project = (uint16_t)p;
	for (size_t k = 0; k < e->first[e->ballots_n]; k++)
		all[e->choice[k]].ballots++;
	lx_tally_sort_popular(all, e->projects_n);
	for (size_t i = 0; i < e->projects_n; i++)
		place[all[i].project] = (uint16_t)(i + 1);
	return LX_OK;
}

static void find_keys(const struct lx_tally_election *e, const uint16_t *place, struct keys *keys)
{
	for (size_t b = 0; b < e->ballots_n; b++) {
		uint16_t first = 0, second = 0;
		for (size_t k = e->first[b]; k < e->first[b + 1]; k++) {
			uint16_t own = place[e->choice[k]];
			if (first == 0 || own < first) {
				second = first;
				first = own;
			} else if (second == 0 || own < second) {
				second = own;
			}
		}
		keys->first[b] = first;
		keys->second[b] = second;
	}
}

/* One stable pass of a sort by counting. */
static void sort_by(const struct lx_tally_election *e, const uint16_t *key, const uint32_t *from,
	uint32_t *to, size_t *count)
{
	memset(count, 0, (e->projects_n + 2) * sizeof *count);
	for (size_t i = 0; i < e->ballots_n; i++)
		count[key[i] + 1u]++;
	for (size_t k = 0; k <= e->projects_n; k++)
		count[k + 1] += count[k];
	for (size_t i = 0; i < e->ballots_n; i++)
		to[count[key[from[i]]]++] = from[i];
}

static enum lx_code sort_ballots(
	struct lx_call *call, const struct lx_tally_election *e, uint32_t **sorted)
{
	uint32_t *a = lx_array(call, e->ballots_n, sizeof *a);
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	uint32_t *b = lx_array(call, e->ballots_n, sizeof *b);
	uint16_t *place = lx_array(call, e->projects_n, sizeof *place);
	size_t *count = lx_array(call, e->projects_n + 2, sizeof *count);
	struct keys keys = { lx_array(call, e->ballots_n, sizeof(uint16_t)),
		lx_array(call, e->ballots_n, sizeof(uint16_t)) };

	if (a == NULL || b == NULL || place == NULL || count == NULL || keys.first == NULL ||
		keys.second == NULL)
		return LX_BROKEN;
	LX_TRY(popularity(call, e, place));
	find_keys(e, place, &keys);
	for (size_t i = 0; i < e->ballots_n; i++)
		a[i] = (uint32_t)i;
	sort_by(e, keys.second, a, b, count);
	sort_by(e, keys.first, b, a, count);
	*sorted = a;
	lx_arena_back(call->arena, mark);
	return LX_OK;
}

static size_t rows_of(uint64_t weight)
{
	return (size_t)((weight + ROW_MOST - 1) / ROW_MOST);
}

static enum lx_code number_rows(struct lx_call *call, struct lx_tally_view *view)
{
	const struct lx_tally_election *e = view->election;
	uint32_t *sorted;

	LX_TRY(sort_ballots(call, e, &sorted));
	for (size_t b = 0; b < e->ballots_n; b++) {
		view->rows_n += rows_of(e->weight[b]);
		view->voters += e->weight[b];
	}
	uint32_t *ballot = lx_array(call, view->rows_n, sizeof *ballot);
	float *weight = lx_array(call, view->rows_n, sizeof *weight);
	if (ballot == NULL || weight == NULL)
		return LX_BROKEN;
	size_t row = 0;
	for (size_t i = 0; i < e->ballots_n; i++) {
		uint64_t left = e->weight[sorted[i]];
		for (; left > 0; row++) {
			uint64_t part = left < ROW_MOST ? left : ROW_MOST;
			ballot[row] = sorted[i];
			weight[row] = (float)part;
			left -= part;
		}
	}
	view->ballot = ballot;
	view->weight = weight;
	return LX_OK;
}

/* What is filled while supporters are counted and listed. */
struct lists {
	size_t *start;
	uint32_t *voter, *use;
	uint64_t *people;
	int64_t *unit;
	lx_int128 *total;
};

static bool is_barred(const struct lx_tally_election *e, size_t p)
{
	return e->barred != NULL && e->barred[p];
}

static void count_each(
	const struct lx_tally_view *view, enum lx_tally_utility utility, struct lists *to)
{
	const struct lx_tally_election *e = view->election;

	for (size_t row = 0; row < view->rows_n; row++) {
		uint32_t b = view->ballot[row];
		uint64_t weight = (uint64_t)view->weight[row];
		for (size_t k = e->first[b]; k < e->first[b + 1]; k++) {
			uint16_t p = e->choice[k];
			int64_t use = lx_tally_use(e, utility, b, k - e->first[b]);
			if (use <= 0 || is_barred(e, p))
				continue;
			to->start[p + 1]++;
			to->people[p] += weight;
			to->total[p] += (lx_int128)use * weight;
		}
	}
}

/* The same where all supporters get unit[p]: nothing to ask a ballot for. */
static void count_uniform(const struct lx_tally_view *view, struct lists *to)
{
	const struct lx_tally_election *e = view->election;

	for (size_t row = 0; row < view->rows_n; row++) {
		uint32_t b = view->ballot[row];
		uint64_t weight = (uint64_t)view->weight[row];
		for (size_t k = e->first[b]; k < e->first[b + 1]; k++) {
			to->start[e->choice[k] + 1]++;
			to->people[e->choice[k]] += weight;
		}
	}
	for (size_t p = 0; p < view->n; p++) {
		if (is_barred(e, p))
			to->start[p + 1] = to->people[p] = 0;
		to->total[p] = (lx_int128)to->unit[p] * to->people[p];
	}
}

static void count_supporters(const struct lx_tally_view *view, enum lx_tally_utility utility,
	bool uniform, struct lists *to)
{
	if (uniform)
		count_uniform(view, to);
	else
		count_each(view, utility, to);
	for (size_t p = 0; p < view->n; p++)
		to->start[p + 1] += to->start[p];
}

static enum lx_code list_supporters(struct lx_call *call, const struct lx_tally_view *view,
	enum lx_tally_utility utility, bool uniform, struct lists *to)
{
	const struct lx_tally_election *e = view->election;
	size_t n = to->start[view->n];
	to->voter = lx_array(call, n, sizeof *to->voter);
	to->use = uniform ? NULL : lx_array(call, n, sizeof *to->use);
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	size_t *at = lx_array(call, view->n, sizeof *at);

	if (to->voter == NULL || at == NULL || (!uniform && to->use == NULL))
		return LX_BROKEN;
	memcpy(at, to->start, view->n * sizeof *at);
	for (size_t row = 0; row < view->rows_n; row++) {
		uint32_t b = view->ballot[row];
		for (size_t k = e->first[b]; k < e->first[b + 1]; k++) {
			int64_t use = uniform ? 1 : lx_tally_use(e, utility, b, k - e->first[b]);
			if (use <= 0 || is_barred(e, e->choice[k]))
				continue;
			size_t place = at[e->choice[k]]++;
			to->voter[place] = (uint32_t)row;
			if (!uniform)
				to->use[place] = (uint32_t)use;
		}
	}
	lx_arena_back(call->arena, mark);
	return LX_OK;
}

enum lx_code lx_tally_prepare(struct lx_call *call, const struct lx_tally_election *e,
	const struct lx_tally_setting *setting, struct lx_tally_view *view)
{
	bool uniform = lx_tally_uniform(setting->utility);
	struct lists to = { .start = lx_array(call, e->projects_n + 1, sizeof(size_t)),
		.people = lx_array(call, e->projects_n, sizeof(uint64_t)),
		.unit = lx_array(call, e->projects_n, sizeof(int64_t)),
		.total = lx_array(call, e->projects_n, sizeof(lx_int128)) };

	*view = (struct lx_tally_view){ .election = e, .n = e->projects_n };
	LX_TRY(lx_tally_fits(call, e, setting->utility));
	if (to.start == NULL || to.people == NULL || to.unit == NULL || to.total == NULL)
		return LX_BROKEN;
	for (size_t p = 0; p < e->projects_n; p++)
		to.unit[p] = uniform ? lx_tally_unit(e, setting->utility, p) : 1;
	LX_TRY(number_rows(call, view));
	count_supporters(view, setting->utility, uniform, &to);
	LX_TRY(list_supporters(call, view, setting->utility, uniform, &to));
	view->start = to.start;
	view->voter = to.voter;
	view->use = to.use;
	view->unit = to.unit;
	view->people = to.people;
	view->total = to.total;
	return lx_tally_order(call, setting, view);
}
