/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Groups of people by k-means on the map, the same for any number of threads: many fixed starts on beads,
 * the best few then carried on over all people; sums in blocks of fixed size, joined in order. Lowest
 * inertia wins; equal ones by the smaller vector of labels. Groups are numbered by size, then by the
 * smallest id of a member.
 */
#include "engines/consensus/inner.h"

#include "base/parallel.h"

#include <string.h>

#define FINALISTS    2 /* carried on over all people where beads are not exact */
#define BLOCK	     4096
#define ROUNDS	     300
#define SMALLEST     3	/* people in a group, */
#define SMALLEST_PER 25 /* and one in so many */

/* What a block of people adds to the means. */
struct part {
	double sum[LX_GROUPS_MOST][2], inertia;
	uint32_t size[LX_GROUPS_MOST];
	bool changed;
};

struct crowd {
	size_t n;
	double *x, *y;
	uint32_t *row;
	uint8_t *label;
	struct part *part;
	struct beads *beads;
	struct means *tried; /* [k][starts] */
	unsigned from, starts;
	const struct means *means;
};

static void try_start(void *with, size_t task)
{
	struct crowd *crowd = with;

	beads_means(crowd->beads, crowd->from + (unsigned)(task / crowd->starts),
		(unsigned)(task % crowd->starts), &crowd->tried[task]);
}

static void assign_block(void *with, size_t task)
{
	struct crowd *crowd = with;
	struct part part = { 0 };
	size_t from = task * BLOCK;
	size_t n = from + BLOCK < crowd->n ? BLOCK : crowd->n - from;
	double best[BLOCK], to[BLOCK];

	nearest_means(crowd->x + from, crowd->y + from, n, crowd->means, best, to);
	for (size_t i = 0; i < n; i++) {
		uint8_t g = (uint8_t)to[i];
		part.changed |= crowd->label[from + i] != g;
		crowd->label[from + i] = g;
		part.sum[g][0] += crowd->x[from + i];
		part.sum[g][1] += crowd->y[from + i];
		part.size[g]++;
		part.inertia += best[i];
	}
	crowd->part[task] = part;
}

static size_t blocks_of(size_t n)
{
	return (n + BLOCK - 1) / BLOCK;
}

static struct part assign(struct lx_call *call, struct crowd *crowd, const struct means *means)
{
	struct part all = { 0 };
	size_t blocks = blocks_of(crowd->n);

	crowd->means = means;
	lx_parallel(call->threads, blocks, assign_block, crowd);
	for (size_t b = 0; b < blocks; b++) {
		const struct part *part = &crowd->part[b];
		for (size_t g = 0; g < means->k; g++) {
			all.sum[g][0] += part->sum[g][0];
			all.sum[g][1] += part->sum[g][1];
			all.size[g] += part->size[g];
		}
		all.inertia += part->inertia;
		all.changed |= part->changed;
	}
	return all;
}

/* Carries the means on until nobody changes group. An emptied group stays where it is. */
static enum lx_code carry_on(
	struct lx_call *call, struct crowd *crowd, struct means *means, struct part *last)
{
	memset(crowd->label, LX_NO_GROUP, crowd->n);
	for (int i = 0; i < ROUNDS; i++) {
		*last = assign(call, crowd, means);
		means->inertia = last->inertia;
		if (!last->changed)
			break;
		for (size_t g = 0; g < means->k; g++)
			for (size_t c = 0; c < 2 && last->size[g] > 0; c++)
				means->at[g][c] = last->sum[g][c] / (double)last->size[g];
		LX_TRY(lx_step(call, 0, 0));
	}
	return LX_OK;
}

/* Renumbers labels by falling size, then by first appearance, which is the smallest id. */
static void renumber(struct crowd *crowd, unsigned k, struct lx_split *split)
{
	uint8_t order[LX_GROUPS_MOST] = { 0, 1, 2, 3, 4 }, becomes[LX_GROUPS_MOST];
	size_t first[LX_GROUPS_MOST] = { SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX };
	uint32_t size[LX_GROUPS_MOST] = { 0 };

	for (size_t i = 0; i < crowd->n; i++) {
		uint8_t g = crowd->label[i];
		if (size[g]++ == 0)
			first[g] = i;
	}
	for (unsigned a = 1; a < k; a++)
		for (unsigned b = a; b > 0; b--) {
			uint8_t x = order[b - 1], y = order[b];
			if (size[x] > size[y] || (size[x] == size[y] && first[x] <= first[y]))
				break;
			order[b - 1] = y;
			order[b] = x;
		}
	for (unsigned g = 0; g < k; g++) {
		becomes[order[g]] = (uint8_t)g;
		split->size[g] = size[order[g]];
	}
	for (size_t i = 0; i < crowd->n; i++)
		crowd->label[i] = becomes[crowd->label[i]];
}

/* Whether the crowd's labels come before those of the split, person by person. */
static bool comes_before(const struct crowd *crowd, const struct lx_split *split)
{
	for (size_t i = 0; i < crowd->n; i++)
		if (crowd->label[i] != split->group[crowd->row[i]])
			return crowd->label[i] < split->group[crowd->row[i]];
	return false;
}

static void keep_if_better(struct crowd *crowd, const struct means *means, const struct part *last,
	struct lx_split *split)
{
	struct lx_split made = {
		.tried = true, .silhouette = -2, .inertia = means->inertia, .group = split->group
	};

	for (size_t g = 0; g < means->k; g++)
		if (last->size[g] == 0)
			return;
	if (split->tried && means->inertia > split->inertia)
		return;
	renumber(crowd, means->k, &made);
	if (split->tried && means->inertia == split->inertia && !comes_before(crowd, split))
		return;
	made.admissible = made.size[means->k - 1] >= SMALLEST &&
			  (size_t)made.size[means->k - 1] * SMALLEST_PER >= crowd->n;
	for (size_t i = 0; i < crowd->n; i++)
		made.group[crowd->row[i]] = crowd->label[i];
	*split = made;
}

static bool same_means(const struct means *a, const struct means *b)
{
	return a->k == b->k && a->inertia == b->inertia &&
	       memcmp(a->at, b->at, a->k * sizeof a->at[0]) == 0;
}

/* The next best of the starts that differs from the one before; those used get k = 0. */
static struct means next_best(struct means *tried, size_t starts)
{
	struct means best = { 0 };

	for (size_t s = 0; s < starts; s++)
		if (tried[s].k > 0 && (best.k == 0 || tried[s].inertia < best.inertia))
			best = tried[s];
	for (size_t s = 0; s < starts; s++)
		if (same_means(&tried[s], &best))
			tried[s].k = 0;
	return best;
}

static enum lx_code split_in(struct lx_call *call, struct crowd *crowd, unsigned k, size_t people,
	struct lx_split *split)
{
	struct means *tried = crowd->tried + (size_t)(k - crowd->from) * crowd->starts;
	double least = 0;

	split->group = lx_array(call, people, sizeof *split->group);
	if (split->group == NULL)
		return LX_BROKEN;
	memset(split->group, LX_NO_GROUP, people);
	for (unsigned i = 0; i < crowd->starts; i++) {
		struct means means = next_best(tried, crowd->starts);
		struct part last;
		if (i == 0)
			least = means.inertia;
		/* of exact beads the best is the best; only its equals can matter */
		if (means.k == 0 || (crowd->beads->exact ? means.inertia > least : i >= FINALISTS))
			break;
		LX_TRY(carry_on(call, crowd, &means, &last));
		keep_if_better(crowd, &means, &last, split);
	}
	return LX_OK;
}

static enum lx_code gather(struct lx_call *call, const uint8_t *active,
	const struct lx_ground *ground, struct crowd *crowd)
{
	size_t most = 0;

	for (size_t i = 0; i < ground->people; i++)
		most += active[i];
	crowd->x = lx_array(call, most, sizeof *crowd->x);
	crowd->y = lx_array(call, most, sizeof *crowd->y);
	crowd->row = lx_array(call, most, sizeof *crowd->row);
	crowd->label = lx_array(call, most, sizeof *crowd->label);
	crowd->part = lx_array(call, blocks_of(most), sizeof *crowd->part);
	crowd->beads = lx_alloc(call, sizeof *crowd->beads);
	crowd->tried = lx_array(
		call, (LX_GROUPS_MOST + 1) * (size_t)crowd->starts, sizeof *crowd->tried);
	if (crowd->x == NULL || crowd->y == NULL || crowd->row == NULL || crowd->label == NULL ||
		crowd->part == NULL || crowd->beads == NULL || crowd->tried == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < ground->people; i++)
		if (active[i]) {
			crowd->x[crowd->n] = ground->xy[i][0];
			crowd->y[crowd->n] = ground->xy[i][1];
			crowd->row[crowd->n++] = (uint32_t)i;
		}
	return LX_OK;
}

enum lx_code plain_groups(struct lx_call *call, const uint8_t *active, unsigned from, unsigned to,
	unsigned starts, struct lx_ground *ground)
{
	struct crowd crowd = { .from = from, .starts = starts };

	LX_TRY(gather(call, active, ground, &crowd));
	if (crowd.n == 0)
		return LX_OK;
	beads_string(crowd.x, crowd.y, crowd.n, crowd.beads);
	lx_parallel(call->threads, (size_t)(to - from + 1) * starts, try_start, &crowd);
	for (unsigned k = from; k <= to; k++)
		LX_TRY(split_in(call, &crowd, k, ground->people, &ground->split[k]));
	return LX_OK;
}
