/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Do the groups return when a tenth of the votes is left out? Each rerun drops the votes that a keyed
 * hash picks, computes axes, places and the same number of groups anew, and compares with the result by
 * the adjusted Rand index. Above PEOPLE_MOST people a keyed sample of them is looked at.
 */
#include "engines/consensus/inner.h"

#include "base/parallel.h"

#include <string.h>

#define PEOPLE_MOST 20000
#define TENTH       10
#define FINE        1e-3 /* residual that is good enough to compare groups */

struct rerun {
	const struct lx_opinions *opinions;
	const struct lx_ground *ground;
	const struct axes *axes;
	const uint32_t *row; /* [n] who is looked at */
	size_t n;
	uint64_t key;
	struct lx_call *call;
	double *index;
	enum lx_code *code;
	struct lx_fault *fault;
};

static double pairs_in(double n)
{
	return n * (n - 1) / 2;
}

double lx_ground_adjusted_rand(const uint8_t *a, const uint8_t *b, size_t n)
{
	double table[LX_GROUPS_MOST][LX_GROUPS_MOST] = { { 0 } };
	double in_a[LX_GROUPS_MOST] = { 0 }, in_b[LX_GROUPS_MOST] = { 0 }, all = 0;
	double both = 0, sum_a = 0, sum_b = 0;

	for (size_t i = 0; i < n; i++) {
		if (a[i] == LX_NO_GROUP || b[i] == LX_NO_GROUP)
			continue;
		table[a[i]][b[i]] += 1;
		in_a[a[i]] += 1;
		in_b[b[i]] += 1;
		all += 1;
	}
	for (size_t g = 0; g < LX_GROUPS_MOST; g++) {
		sum_a += pairs_in(in_a[g]);
		sum_b += pairs_in(in_b[g]);
		for (size_t h = 0; h < LX_GROUPS_MOST; h++)
			both += pairs_in(table[g][h]);
	}
	double expected = all < 2 ? 0 : sum_a * sum_b / pairs_in(all);
	double most = (sum_a + sum_b) / 2;
	return most == expected ? 1 : (both - expected) / (most - expected);
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
	const struct lx_opinions *thinned, struct lx_ground *again)
{
	struct columns columns;
	struct sparse sparse;
	struct axes axes;
	bool polis = again->mode == LX_POLIS;

	LX_TRY(lx_ground_columns_of(call, thinned, &columns));
	LX_TRY(lx_ground_sparse_open(call, thinned, &columns, &sparse));
	struct map map = { columns.n, lx_ground_sparse_apply, &sparse };
	LX_TRY(lx_ground_axes_find(
		call, &map, lx_ground_columns_trace(&columns), r->axes->vector, FINE, &axes));
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
	LX_TRY(find_places(call, r, &thinned, &again));
	LX_TRY(lx_ground_place_active(call, &thinned, active, &again.grouped));
	if (again.mode == LX_POLIS)
		LX_TRY(lx_ground_polis_groups(call, active, ground->k, &again));
	else
		LX_TRY(lx_ground_plain_groups(
			call, active, ground->k, ground->k, STARTS_FEW, &again));
	for (size_t i = 0; i < r->n; i++)
		before[i] = ground->group[r->row[i]];
	r->index[number] = again.split[ground->k].tried
				   ? lx_ground_adjusted_rand(
					     before, again.split[ground->k].group, r->n)
				   : 0;
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
		.index = lx_array(call, n, sizeof *r.index),
		.code = lx_array(call, n, sizeof *r.code),
		.fault = lx_array(call, n, sizeof *r.fault) };
	double sum = 0, least = 1;

	if (r.index == NULL || r.code == NULL || r.fault == NULL)
		return LX_BROKEN;
	LX_TRY(pick_rows(call, active, ground, &r));
	lx_parallel_sure(call->threads, n, rerun_task, &r);
	for (size_t i = 0; i < n; i++) {
		if (r.code[i] != LX_OK) {
			call->fault = r.fault[i];
			return r.code[i];
		}
		sum += r.index[i];
		least = r.index[i] < least ? r.index[i] : least;
	}
	ground->reruns = options->reruns;
	ground->stability = sum / (double)n;
	ground->stability_least = least;
	ground->stable = ground->stability >= LX_STABLE;
	lx_arena_back(call->arena, mark);
	return LX_OK;
}
