/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Groups of people by k-means on the map, the same for any number of threads: many fixed starts on beads,
 * the best then carried on over all people. Lowest inertia wins; equal ones by the smaller vector of
 * labels. Groups are numbered by size, then by the smallest id of a member.
 */
#include "engines/consensus/inner.h"

#include "base/parallel.h"

#include <string.h>

#define FINALISTS    1  /* carried on over all people where beads are not exact */
#define SMALLEST     3  /* people in a group, */
#define SMALLEST_PER 25 /* and one in so many */

/* The starts that are tried for each number of groups. */
struct tries {
	struct crowd crowd;
	struct beads *beads;
	struct means *tried; /* [k][starts] */
	unsigned from_k, starts;
};

static void try_start(void *with, size_t task)
{
	struct tries *tries = with;

	lx_ground_beads_means(tries->beads, tries->from_k + (unsigned)(task / tries->starts),
		(unsigned)(task % tries->starts), &tries->tried[task]);
}

/* New numbers of groups: by falling size, then by the smallest row, which has the smallest id. */
static void renumber(const struct crowd *crowd, unsigned k, struct lx_split *split)
{
	uint8_t order[LX_GROUPS_MOST] = { 0, 1, 2, 3, 4 }, becomes[LX_GROUPS_MOST];
	uint32_t first[LX_GROUPS_MOST], size[LX_GROUPS_MOST] = { 0 };

	memset(first, 0xff, sizeof first);
	for (size_t i = 0; i < crowd->n; i++) {
		uint8_t g = crowd->label[i];
		size[g]++;
		first[g] = crowd->row[i] < first[g] ? crowd->row[i] : first[g];
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
		split->group[crowd->row[i]] = becomes[crowd->label[i]];
}

/* Keeps a solution if it is the best so far; `spare` is room for labels, exchanged with the split's. */
static void keep_if_better(const struct crowd *crowd, const struct means *means,
	const struct part *last, size_t people, uint8_t **spare, struct lx_split *split)
{
	struct lx_split made = {
		.tried = true, .silhouette = -2, .inertia = means->inertia, .group = *spare
	};

	for (size_t g = 0; g < means->k; g++)
		if (last->size[g] == 0)
			return;
	if (split->tried && means->inertia > split->inertia)
		return;
	renumber(crowd, means->k, &made);
	if (split->tried && means->inertia == split->inertia &&
		memcmp(made.group, split->group, people) >= 0)
		return;
	made.admissible = made.size[means->k - 1] >= SMALLEST &&
			  (size_t)made.size[means->k - 1] * SMALLEST_PER >= crowd->n;
	*spare = split->group;
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

static enum lx_code split_in(struct lx_call *call, struct tries *tries, unsigned k, size_t people,
	struct lx_split *split)
{
	struct means *tried = tries->tried + (size_t)(k - tries->from_k) * tries->starts;
	uint8_t *spare = lx_array(call, people, sizeof *spare);
	double least = 0;

	split->group = lx_array(call, people, sizeof *split->group);
	if (split->group == NULL || spare == NULL)
		return LX_BROKEN;
	memset(split->group, LX_NO_GROUP, people);
	memset(spare, LX_NO_GROUP, people);
	for (unsigned i = 0; i < tries->starts; i++) {
		struct means means = next_best(tried, tries->starts);
		struct part last;
		if (i == 0)
			least = means.inertia;
		/* of exact beads the best is the best; only its equals can matter */
		if (means.k == 0 || (tries->beads->exact ? means.inertia > least : i >= FINALISTS))
			break;
		LX_TRY(lx_ground_crowd_settle(call, &tries->crowd, &means, &last));
		keep_if_better(&tries->crowd, &means, &last, people, &spare, split);
	}
	return LX_OK;
}

/* Beads: everybody, or the means of the cells. */
static void string_beads(const struct crowd *crowd, struct beads *beads)
{
	beads->n = 0;
	beads->exact = crowd->cells == 1;
	if (crowd->cells == 1) {
		lx_ground_beads_string(crowd->x, crowd->y, crowd->n, beads);
		return;
	}
	for (size_t c = 0; c < crowd->cells; c++) {
		double people = crowd->from[c + 1] - crowd->from[c];
		if (people > 0)
			lx_ground_beads_add(beads, crowd->cell[c].sum[0] / people,
				crowd->cell[c].sum[1] / people, people);
	}
}

enum lx_code lx_ground_plain_groups(struct lx_call *call, const uint8_t *active, unsigned from,
	unsigned to, unsigned starts, struct lx_ground *ground)
{
	struct tries tries = { .from_k = from, .starts = starts };
	size_t ks = to - from + 1;

	LX_TRY(lx_ground_crowd_gather(call, active, ground, &tries.crowd));
	if (tries.crowd.n == 0)
		return LX_OK;
	if (tries.crowd.cells > 1 && starts > STARTS_CELLS)
		tries.starts = STARTS_CELLS;
	tries.beads = lx_alloc(call, sizeof *tries.beads);
	tries.tried = lx_array(call, ks * tries.starts, sizeof *tries.tried);
	if (tries.beads == NULL || tries.tried == NULL)
		return LX_BROKEN;
	string_beads(&tries.crowd, tries.beads);
	lx_parallel_sure(call->threads, ks * tries.starts, try_start, &tries);
	for (unsigned k = from; k <= to; k++)
		LX_TRY(split_in(call, &tries, k, ground->people, &ground->split[k]));
	return LX_OK;
}
