/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Proving a result without trusting the search: counts are counted again, sizes compared, each person's
 * group has the nearest mean, and the axes are eigenvectors of the votes, applied without the table.
 */
#include "engines/consensus/inner.h"

#include <math.h>
#include <string.h>

#define SLACK    0.01 /* of the mean squared distance: k-means stops when no more is gained */
#define RESIDUAL 1e-9 /* the checker sums in another order than the finder */

static enum lx_code counts_hold(struct lx_call *call, const struct lx_opinions *o,
	const struct lx_ground *ground, bool *holds)
{
	size_t n = (size_t)ground->k * o->statements;
	struct lx_count *count = lx_array(call, n, sizeof *count);
	uint32_t size[LX_GROUPS_MOST] = { 0 };

	if (count == NULL)
		return LX_BROKEN;
	LX_TRY(lx_ground_count_groups(call, o, ground->group, ground->k, NULL, count));
	*holds = n == 0 || memcmp(count, ground->count, n * sizeof *count) == 0;
	for (size_t i = 0; i < o->people; i++)
		if (ground->group[i] != LX_NO_GROUP)
			size[ground->group[i]]++;
	for (unsigned g = 0; g < ground->k; g++)
		*holds &= size[g] == ground->split[ground->k].size[g];
	return LX_OK;
}

static double distance2(const double a[2], const double b[2])
{
	return (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]);
}

/* LX_PLAIN only: Polis stops before its groups have settled. */
static bool groups_hold(const struct lx_ground *ground)
{
	double mean[LX_GROUPS_MOST][2] = { { 0 } };
	double slack = SLACK * ground->split[ground->k].inertia / (double)(ground->grouped + 1);

	for (size_t i = 0; i < ground->people; i++)
		for (size_t c = 0; c < 2 && ground->group[i] != LX_NO_GROUP; c++)
			mean[ground->group[i]][c] +=
				ground->xy[i][c] /
				(double)ground->split[ground->k].size[ground->group[i]];
	for (size_t i = 0; i < ground->people; i++)
		for (unsigned g = 0; g < ground->k && ground->group[i] != LX_NO_GROUP; g++) {
			double own = distance2(ground->xy[i], mean[ground->group[i]]);
			if (own > distance2(ground->xy[i], mean[g]) + slack)
				return false;
		}
	return true;
}

static enum lx_code axes_hold(struct lx_call *call, const struct lx_opinions *o,
	const struct lx_ground *ground, bool *holds)
{
	struct columns columns;
	struct sparse sparse;

	LX_TRY(lx_ground_columns_of(call, o, &columns));
	LX_TRY(lx_ground_sparse_open(call, o, &columns, &sparse));
	struct lanes *in = lx_array(call, columns.n, sizeof *in);
	struct lanes *out = lx_array(call, columns.n, sizeof *out);
	if (in == NULL || out == NULL)
		return LX_BROKEN;
	for (size_t c = 0; c < columns.n; c++)
		for (size_t axis = 0; axis < 2; axis++)
			in[c].v[axis] = ground->axis[axis][columns.of[c]];
	lx_ground_sparse_apply(&sparse, in, out);
	for (size_t axis = 0; axis < 2; axis++) {
		double sum = 0, lambda = ground->eigenvalue[axis];
		for (size_t c = 0; c < columns.n; c++) {
			double off = out[c].v[axis] - lambda * in[c].v[axis];
			sum += off * off;
		}
		*holds &= sqrt(sum) <= RESIDUAL * (lambda + 1e-3 * ground->eigenvalue[0]);
	}
	return LX_OK;
}

enum lx_code lx_ground_check(struct lx_call *call, const struct lx_opinions *opinions,
	const struct lx_ground *ground, bool *holds)
{
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	bool all = true;

	LX_TRY(counts_hold(call, opinions, ground, &all));
	LX_TRY(axes_hold(call, opinions, ground, &all));
	if (ground->mode == LX_PLAIN)
		all &= groups_hold(ground);
	lx_arena_back(call->arena, mark);
	*holds = all;
	return LX_OK;
}
