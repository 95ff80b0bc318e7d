/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The whole way from opinions to a result. */
#include "engines/consensus/inner.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#define FINE      1e-10 /* residual of an axis, of its eigenvalue */
#define OWN_STEPS 3     /* axes, places, groups; each rerun is one more */

/* Stands between the parts and whoever watches: parts say "one more", the watcher hears "n of all". */
struct watch {
	struct lx_progress progress;
	const struct lx_progress *outer;
	atomic_uint done;
	unsigned total;
};

static bool watch_step(void *with, uint64_t done, uint64_t total)
{
	struct watch *watch = with;

	if (total > 0)
		atomic_fetch_add(&watch->done, (unsigned)done);
	return lx_progress_step(watch->outer, atomic_load(&watch->done), watch->total);
}

static enum lx_code make_room(
	struct lx_call *call, const struct lx_opinions *o, struct lx_ground *ground)
{
	size_t n = o->people, m = o->statements;

	ground->people = n;
	ground->person = o->person;
	ground->statement = o->statement;
	ground->statements = m;
	ground->votes = n == 0 ? 0 : o->from[n];
	ground->out = lx_array(call, m, sizeof *ground->out);
	ground->mean = lx_array(call, m, sizeof *ground->mean);
	ground->axis[0] = lx_array(call, m, sizeof *ground->axis[0]);
	ground->axis[1] = lx_array(call, m, sizeof *ground->axis[1]);
	ground->extremity = lx_array(call, m, sizeof *ground->extremity);
	ground->xy = lx_array(call, n, sizeof *ground->xy);
	ground->all = lx_array(call, m, sizeof *ground->all);
	ground->common_agree = lx_array(call, m, sizeof *ground->common_agree);
	ground->common_disagree = lx_array(call, m, sizeof *ground->common_disagree);
	ground->priority = lx_array(call, m, sizeof *ground->priority);
	if (ground->out == NULL || ground->mean == NULL || ground->axis[0] == NULL ||
		ground->axis[1] == NULL || ground->extremity == NULL || ground->xy == NULL ||
		ground->all == NULL || ground->common_agree == NULL ||
		ground->common_disagree == NULL || ground->priority == NULL)
		return LX_BROKEN;
	return LX_OK;
}

static enum lx_code find_axes(struct lx_call *call, const struct lx_opinions *opinions,
	const struct basis *basis, struct axes *axes)
{
	const struct columns *columns = basis->columns;
	const double *scatter = basis->scatter;
	double trace = lx_ground_columns_trace(columns);

	if (scatter != NULL) {
		struct dense dense = { columns->n, call->threads, scatter };
		struct map map = { columns->n, lx_ground_dense_apply, &dense };
		return lx_ground_axes_find(call, &map, trace, NULL, FINE, axes);
	}
	struct sparse sparse;
	LX_TRY(lx_ground_sparse_open(call, opinions, columns, &sparse));
	struct map map = { columns->n, lx_ground_sparse_apply, &sparse };
	return lx_ground_axes_find(call, &map, trace, NULL, FINE, axes);
}

/* Statements on the map: who agrees with this one and votes on nothing else. */
static void place_statements(
	const struct columns *columns, const struct axes *axes, struct lx_ground *ground)
{
	double m = (double)(ground->mode == LX_POLIS ? ground->statements : columns->n);

	memset(ground->out, 1, ground->statements);
	for (size_t c = 0; c < columns->n; c++) {
		size_t j = columns->of[c];
		ground->out[j] = 0;
		ground->mean[j] = columns->mean[c];
		ground->axis[0][j] = axes->vector[c].v[0];
		ground->axis[1][j] = axes->vector[c].v[1];
		double x = ground->axis[0][j], y = ground->axis[1][j];
		ground->extremity[j] = sqrt(m) * (1 - columns->mean[c]) * sqrt(x * x + y * y);
	}
	memcpy(ground->eigenvalue, axes->value, sizeof ground->eigenvalue);
	memcpy(ground->residual, axes->residual, sizeof ground->residual);
	ground->determined = axes->determined;
}

/* Where no division was possible all who are grouped are one group. */
static enum lx_code take_split(
	struct lx_call *call, const uint8_t *active, struct lx_ground *ground)
{
	if (ground->k >= 2) {
		ground->group = ground->split[ground->k].group;
		return LX_OK;
	}
	ground->k = 1;
	ground->group = lx_array(call, ground->people, sizeof *ground->group);
	if (ground->group == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < ground->people; i++)
		ground->group[i] = active[i] ? 0 : LX_NO_GROUP;
	ground->split[1].size[0] = (uint32_t)ground->grouped;
	return LX_OK;
}

/* The admissible number of groups with the best silhouette; of equals the smaller. */
static void choose(unsigned groups, struct lx_ground *ground)
{
	double best = -2;

	for (unsigned k = 2; k <= LX_GROUPS_MOST; k++) {
		const struct lx_split *split = &ground->split[k];
		bool wanted = groups == 0 ? split->admissible && split->silhouette > best
					  : groups == k;
		if (!split->tried || !wanted)
			continue;
		best = split->silhouette;
		ground->k = k;
	}
}

static enum lx_code form_groups(struct lx_call *call, const struct lx_opinions *opinions,
	const struct lx_ground_options *options, const struct basis *basis, const uint8_t *active,
	struct lx_ground *ground)
{
	for (size_t k = 0; k <= LX_GROUPS_MOST; k++)
		ground->split[k] = (struct lx_split){ .silhouette = -2 };
	if (ground->mode == LX_POLIS) {
		LX_TRY(lx_ground_polis_groups(call, active, options->groups, ground));
	} else {
		LX_TRY(lx_ground_plain_groups(
			call, active, 2, LX_GROUPS_MOST, STARTS_MOST, ground));
		LX_TRY(lx_ground_silhouettes(call, active, 2, LX_GROUPS_MOST, ground));
		choose(options->groups, ground);
	}
	LX_TRY(take_split(call, active, ground));
	ground->count = lx_array(call, ground->k * ground->statements, sizeof *ground->count);
	if (ground->count == NULL)
		return LX_BROKEN;
	lx_ground_count_all(basis->columns, ground->statements, ground->all);
	if (basis->kept != NULL)
		return lx_ground_count_again(call, opinions, basis->kept, ground);
	return lx_ground_count_groups(
		call, opinions, ground->group, ground->k, ground->all, ground->count);
}

static enum lx_code compute(struct lx_call *call, const struct lx_opinions *opinions,
	const struct lx_ground_options *options, const struct basis *basis,
	struct lx_ground *ground)
{
	const struct columns *columns = basis->columns;
	struct lx_ground made = { .mode = options->mode,
		.kept = columns->n,
		.stability = -2,
		.stability_least = -2,
		.stable = true };
	uint8_t *active = lx_array(call, opinions->people, sizeof *active);
	struct axes axes;
	bool polis = options->mode == LX_POLIS;

	if (active == NULL)
		return LX_BROKEN;
	LX_TRY(make_room(call, opinions, &made));
	LX_TRY(find_axes(call, opinions, basis, &axes));
	made.trace = lx_ground_columns_trace(columns);
	LX_TRY(lx_step(call, 1, 1));
	place_statements(columns, &axes, &made);
	LX_TRY(lx_ground_place_people(call, opinions, columns, axes.vector,
		polis ? opinions->statements : columns->n,
		polis ? opinions->statements - columns->n : 0, made.xy));
	LX_TRY(lx_ground_place_active(call, opinions, active, &made.grouped));
	LX_TRY(lx_step(call, 1, 1));
	LX_TRY(form_groups(call, opinions, options, basis, active, &made));
	lx_ground_weigh_statements(opinions, &made, made.count);
	LX_TRY(lx_step(call, 1, 1));
	if (options->reruns > 0 && made.k > 1)
		LX_TRY(lx_ground_measure_stability(call, opinions, options, &axes, active, &made));
	*ground = made;
	return LX_OK;
}

enum lx_code lx_ground_ground_from(struct lx_call *call, const struct lx_opinions *opinions,
	const struct lx_ground_options *options, const struct basis *basis,
	struct lx_ground *ground)
{
	struct watch watch = { .progress = { watch_step, &watch },
		.outer = call->progress,
		.total = OWN_STEPS + options->reruns };

	call->progress = &watch.progress;
	enum lx_code code = compute(call, opinions, options, basis, ground);
	call->progress = watch.outer;
	return code;
}

static bool ascending(const struct lx_opinions *o)
{
	for (size_t i = 1; i < o->people; i++)
		if (o->person[i - 1] >= o->person[i])
			return false;
	for (size_t j = 1; j < o->statements; j++)
		if (o->statement[j - 1] >= o->statement[j])
			return false;
	return true;
}

enum lx_code lx_ground(struct lx_call *call, const struct lx_opinions *opinions,
	const struct lx_ground_options *options, struct lx_ground *ground)
{
	struct lx_opinions arranged = *opinions;
	struct columns columns;
	double *scatter = NULL;

	if (options->mode == LX_POLIS)
		LX_TRY(lx_opinions_by_arrival(call, opinions, &arranged));
	else if (!ascending(opinions))
		return lx_fail(call, LX_INVALID, NULL, "consensus.order", NULL);
	LX_TRY(lx_ground_columns_of(call, &arranged, &columns));
	if (columns.n <= PAIRED_MOST) {
		scatter = lx_array(call, columns.n * columns.n, sizeof *scatter);
		struct lx_arena_mark mark = lx_arena_here(call->arena);
		struct pair *pairs = lx_array(call, lx_ground_pair_at(0, columns.n), sizeof *pairs);
		if (scatter == NULL || pairs == NULL)
			return LX_BROKEN;
		LX_TRY(lx_ground_pairs_count(call, &arranged, &columns, pairs));
		lx_ground_pairs_scatter(pairs, &columns, scatter);
		lx_arena_back(call->arena, mark);
	}
	struct basis basis = { &columns, scatter, NULL };
	return lx_ground_ground_from(call, &arranged, options, &basis, ground);
}
