/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Do the groups return when a tenth of the votes is left out? Each rerun drops the votes that a keyed
 * hash picks, computes axes, places and the same number of groups anew, and compares with the result by
 * the adjusted Rand index; and tells within what bounds sizes and axes come back. Above PEOPLE_MOST people a keyed sample of them is looked at.
 */
#include "engines/consensus/inner.h"

#include "base/parallel.h"

#include <string.h>

#define PEOPLE_MOST 20000
#define TENTH       10
#define FINE        1e-3 /* residual that is good enough to compare groups */

/* What one rerun found: the adjusted Rand index, each group's share of all and of its own members who came
 * back, the shares that the axes explain. */
struct again {
	double index, size[LX_GROUPS_MOST], kept[LX_GROUPS_MOST], explained[2];
};

/* Who was in which group, and is. */
struct table {
	double both[LX_GROUPS_MOST][LX_GROUPS_MOST], before[LX_GROUPS_MOST], after[LX_GROUPS_MOST],
		all;
};

struct rerun {
	const struct lx_opinions *opinions;
	const struct lx_ground *ground;
	const struct axes *axes;
	const uint32_t *row; /* [n] who is looked at */
	size_t n;
	uint64_t key;
	struct lx_call *call;
	struct again *again;
	enum lx_code *code;
	struct lx_fault *fault;
};

static double pairs_in(double n)
{
	return n * (n - 1) / 2;
}

static struct table table_of(const uint8_t *a, const uint8_t *b, size_t n)
{
	struct table t = { .all = 0 };

	for (size_t i = 0; i < n; i++) {
		if (a[i] == LX_NO_GROUP || b[i] == LX_NO_GROUP)
			continue;
		t.both[a[i]][b[i]] += 1;
		t.before[a[i]] += 1;
		t.after[b[i]] += 1;
		t.all += 1;
	}
	return t;
}

static double adjusted_rand(const struct table *t)
{
	double both = 0, sum_a = 0, sum_b = 0;

	for (size_t g = 0; g < LX_GROUPS_MOST; g++) {
		sum_a += pairs_in(t->before[g]);
		sum_b += pairs_in(t->after[g]);
		for (size_t h = 0; h < LX_GROUPS_MOST; h++)
			both += pairs_in(t->both[g][h]);
	}
	double expected = t->all < 2 ? 0 : sum_a * sum_b / pairs_in(t->all);
	double most = (sum_a + sum_b) / 2;
	return most == expected ? 1 : (both - expected) / (most - expected);
}

double lx_ground_adjusted_rand(const uint8_t *a, const uint8_t *b, size_t n)
{
	struct table t = table_of(a, b, n);

	return adjusted_rand(&t);
}

/* The pairing of groups with groups under which most people stay, among all from group `g` on; `free`:
 * bits of groups not taken yet. Returns how many stay. */
static double pair_groups(
	const struct table *t, unsigned k, unsigned g, unsigned free, unsigned with[LX_GROUPS_MOST])
{
	unsigned best_with[LX_GROUPS_MOST] = { 0 };
	double best = -1;

	if (g == k)
		return 0;
	for (unsigned h = 0; h < k; h++) {
		unsigned rest[LX_GROUPS_MOST] = { 0 };
		if ((free >> h & 1) == 0)
			continue;
		double stay = t->both[g][h] + pair_groups(t, k, g + 1, free & ~(1u << h), rest);
		if (stay <= best)
			continue;
		best = stay;
		rest[g] = h;
		memcpy(best_with, rest, sizeof best_with);
	}
	memcpy(with, best_with, sizeof best_with);
	return best;
}

static void note_return(const struct table *t, unsigned k, struct again *again)
{
	unsigned with[LX_GROUPS_MOST] = { 0 };

	again->index = adjusted_rand(t);
	(void)pair_groups(t, k, 0, (1u << k) - 1, with);
	for (unsigned g = 0; g < k; g++) {
		again->size[g] = t->all > 0 ? t->after[with[g]] / t->all : 0;
		again->kept[g] = t->before[g] > 0 ? t->both[g][with[g]] / t->before[g] : 0;
	}
}

/* The rows looked at, less the votes that this rerun leaves out. */
static enum lx_code thin(
	struct lx_call *call, const struct rerun *r, size_t number, struct lx_opinions *thinned)
{
	const struct lx_opinions *o = r->opinions;
	size_t votes = 0, kept = 0;

	for (size_t i = 0; i < r->n; i++)
		votes += o->from[r->row[i] + 1] - o->from[r->row[i]];
	*thinned = *o;
	thinned->people = r->n;
	thinned->arrival = NULL;
	thinned->from = lx_array(call, r->n + 1, sizeof *thinned->from);
	thinned->cell = lx_array(call, votes, sizeof *thinned->cell);
	if (thinned->from == NULL || thinned->cell == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < r->n; i++) {
		size_t row = r->row[i];
		uint64_t own = lx_ground_mix(r->key, number, (uint64_t)o->person[row]);
		for (size_t v = o->from[row]; v < o->from[row + 1]; v++) {
			size_t j = LX_CELL_STATEMENT(o->cell[v]);
			if (lx_ground_mix_more(own, (uint64_t)o->statement[j]) % TENTH != 0)
				thinned->cell[kept++] = o->cell[v];
		}
		thinned->from[i + 1] = kept;
	}
	return LX_OK;
}

static enum lx_code find_places(struct lx_call *call, const struct rerun *r,
	const struct lx_opinions *thinned, struct lx_ground *again, double explained[2])
{
	struct columns columns;
	struct sparse sparse;
	struct axes axes;
	bool polis = again->mode == LX_POLIS;

	LX_TRY(lx_ground_columns_of(call, thinned, &columns));
	LX_TRY(lx_ground_sparse_open(call, thinned, &columns, &sparse));
	struct map map = { columns.n, lx_ground_sparse_apply, &sparse };
	double trace = lx_ground_columns_trace(&columns);
	LX_TRY(lx_ground_axes_find(call, &map, trace, r->axes->vector, FINE, &axes));
	for (size_t c = 0; c < 2; c++)
		explained[c] = trace > 0 ? axes.value[c] / trace : 0;
	return lx_ground_place_people(call, thinned, &columns, axes.vector,
		polis ? thinned->statements : columns.n,
		polis ? thinned->statements - columns.n : 0, again->xy);
}

static enum lx_code run_again(struct lx_call *call, const struct rerun *r, size_t number)
{
	const struct lx_ground *ground = r->ground;
	struct lx_ground again = { .mode = ground->mode, .people = r->n };
	struct lx_opinions thinned;
	uint8_t *active = lx_array(call, r->n, sizeof *active);
	uint8_t *before = lx_array(call, r->n, sizeof *before);

	again.xy = lx_array(call, r->n, sizeof *again.xy);
	if (active == NULL || before == NULL || again.xy == NULL)
		return LX_BROKEN;
	LX_TRY(thin(call, r, number, &thinned));
	LX_TRY(find_places(call, r, &thinned, &again, r->again[number].explained));
	LX_TRY(lx_ground_place_active(call, &thinned, active, &again.grouped));
	if (again.mode == LX_POLIS)
		LX_TRY(lx_ground_polis_groups(call, active, ground->k, &again));
	else
		LX_TRY(lx_ground_plain_groups(
			call, active, ground->k, ground->k, STARTS_FEW, &again));
	for (size_t i = 0; i < r->n; i++)
		before[i] = ground->group[r->row[i]];
	if (!again.split[ground->k].tried)
		return LX_OK; /* nothing came back: all zero */
	struct table table = table_of(before, again.split[ground->k].group, r->n);
	note_return(&table, ground->k, &r->again[number]);
	return LX_OK;
}

/* Each rerun has an arena of its own: the call's belongs to its thread. */
static void rerun_task(void *with, size_t number)
{
	const struct rerun *r = with;
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = r->call->arena->limit };
	struct lx_call call = { .arena = &arena, .progress = r->call->progress, .threads = 1 };

	r->code[number] = run_again(&call, r, number);
	if (r->code[number] == LX_OK)
		r->code[number] = lx_step(&call, 1, 1);
	r->fault[number] = call.fault;
}

/* Everybody, or the PEOPLE_MOST of the grouped whose hashes are the smallest, in the order of rows. */
static enum lx_code pick_rows(struct lx_call *call, const uint8_t *active,
	const struct lx_ground *ground, struct rerun *r)
{
	uint32_t *row = lx_array(call, ground->people, sizeof *row);
	double share = (double)PEOPLE_MOST / (double)(ground->grouped == 0 ? 1 : ground->grouped);

	if (row == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < ground->people; i++) {
		uint64_t hash = lx_ground_mix(r->key, UINT64_MAX, (uint64_t)ground->person[i]);
		if (ground->people <= PEOPLE_MOST || (active[i] && lx_ground_unit_of(hash) < share))
			row[r->n++] = (uint32_t)i;
	}
	r->row = row;
	return LX_OK;
}

/* Bounds and means over the reruns. */
static void sum_up(const struct rerun *r, size_t n, struct lx_ground *ground)
{
	double sum = 0, least = 1, all = (double)ground->grouped;

	for (unsigned g = 0; g < ground->k; g++)
		ground->returned[g] = (struct lx_returned){ all, 0, 0, 1 };
	for (size_t i = 0; i < n; i++) {
		const struct again *again = &r->again[i];
		sum += again->index;
		least = again->index < least ? again->index : least;
		for (unsigned g = 0; g < ground->k; g++) {
			struct lx_returned *to = &ground->returned[g];
			double size = again->size[g] * all;
			to->least = size < to->least ? size : to->least;
			to->most = size > to->most ? size : to->most;
			to->kept += again->kept[g];
			to->kept_least = again->kept[g] < to->kept_least ? again->kept[g]
									 : to->kept_least;
		}
		for (size_t c = 0; c < 2; c++) {
			double share = again->explained[c];
			if (i == 0 || share < ground->explained_least[c])
				ground->explained_least[c] = share;
			if (i == 0 || share > ground->explained_most[c])
				ground->explained_most[c] = share;
		}
	}
	for (unsigned g = 0; g < ground->k; g++)
		ground->returned[g].kept /= (double)n;
	ground->reruns = (unsigned)n;
	ground->stability = sum / (double)n;
	ground->stability_least = least;
	ground->stable = ground->stability >= LX_STABLE;
}

enum lx_code lx_ground_measure_stability(struct lx_call *call, const struct lx_opinions *opinions,
	const struct lx_ground_options *options, const struct axes *axes, const uint8_t *active,
	struct lx_ground *ground)
{
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	size_t n = options->reruns;
	struct rerun r = { .opinions = opinions,
		.ground = ground,
		.axes = axes,
		.key = options->key,
		.call = call,
		.again = lx_array(call, n, sizeof *r.again),
		.code = lx_array(call, n, sizeof *r.code),
		.fault = lx_array(call, n, sizeof *r.fault) };

	if (r.again == NULL || r.code == NULL || r.fault == NULL)
		return LX_BROKEN;
	LX_TRY(pick_rows(call, active, ground, &r));
	lx_parallel_sure(call->threads, n, rerun_task, &r);
	for (size_t i = 0; i < n; i++)
		if (r.code[i] != LX_OK) {
			call->fault = r.fault[i];
			return r.code[i];
		}
	sum_up(&r, n, ground);
	lx_arena_back(call->arena, mark);
	return LX_OK;
}
