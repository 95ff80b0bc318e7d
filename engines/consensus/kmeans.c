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

/* The starts that are tried for each number of groups, and the numbers of groups on their way: each has rooms
 * of its own, so that they can go side by side. */
struct tries {
	struct crowd crowd;
	struct beads *beads;
	struct means *tried; /* [k][starts] */
	unsigned from_k, starts;
	size_t people;
	const struct lx_progress *progress;
	struct settling settling[LX_GROUPS_MOST];
	uint8_t *spare[LX_GROUPS_MOST]; /* room for labels, exchanged with the split's */
	struct lx_split *split;         /* of from_k and those after it */
};

static void try_start(void *with, size_t task)
{
	struct tries *tries = with;

	lx_ground_beads_means(tries->beads, tries->from_k + (unsigned)(task / tries->starts),
		(unsigned)(task % tries->starts), &tries->tried[task]);
}

/* New numbers of groups: by falling size, then by the smallest row, which has the smallest id. */
static void renumber(const struct settling *s, struct lx_split *split)
{
	const struct crowd *crowd = s->crowd;
	unsigned k = s->means.k;
	uint8_t order[LX_GROUPS_MOST] = { 0, 1, 2, 3, 4 }, becomes[LX_GROUPS_MOST];
	uint32_t first[LX_GROUPS_MOST], size[LX_GROUPS_MOST] = { 0 };

	memset(first, 0xff, sizeof first);
	for (size_t i = 0; i < crowd->n; i++) {
		uint8_t g = s->label[i];
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
		split->group[crowd->row[i]] = becomes[s->label[i]];
}

/* Keeps a solution if it is the best so far. */
static void keep_if_better(
	const struct settling *s, size_t people, uint8_t **spare, struct lx_split *split)
{
	const struct means *means = &s->means;
	struct lx_split made = {
		.tried = true, .silhouette = -2, .inertia = means->inertia, .group = *spare
	};

	for (size_t g = 0; g < means->k; g++)
		if (!(s->sums.of[g][2] > 0))
			return;
	if (split->tried && means->inertia > split->inertia)
		return;
	renumber(s, &made);
	if (split->tried && means->inertia == split->inertia &&
		memcmp(made.group, split->group, people) >= 0)
		return;
	made.admissible = made.size[means->k - 1] >= SMALLEST &&
			  (size_t)made.size[means->k - 1] * SMALLEST_PER >= s->crowd->n;
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

/* Carries the best of the starts on over all people, for one number of groups. */
static enum lx_code split_one(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	struct tries *tries = with;
	struct settling *s = &tries->settling[i];
	struct means *tried = tries->tried + i * tries->starts;
	struct lx_call call = { .progress = tries->progress };
	double least = 0;
	(void)worker;

	for (unsigned start = 0; start < tries->starts; start++) {
		s->means = next_best(tried, tries->starts);
		if (start == 0)
			least = s->means.inertia;
		/* of exact beads the best is the best; only its equals can matter */
		if (s->means.k == 0 ||
			(tries->beads->exact ? s->means.inertia > least : start >= FINALISTS))
			break;
		enum lx_code code = lx_ground_crowd_settle(&call, s);
		*fault = call.fault;
		LX_TRY(code);
		keep_if_better(s, tries->people, &tries->spare[i], &tries->split[i]);
	}
	return LX_OK;
}

static enum lx_code room_for_splits(struct lx_call *call, struct tries *tries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		tries->split[i].group = lx_array(call, tries->people, sizeof(uint8_t));
		tries->spare[i] = lx_array(call, tries->people, sizeof(uint8_t));
		if (tries->split[i].group == NULL || tries->spare[i] == NULL)
			return LX_BROKEN;
		memset(tries->split[i].group, LX_NO_GROUP, tries->people);
		memset(tries->spare[i], LX_NO_GROUP, tries->people);
		LX_TRY(lx_ground_settling_open(call, &tries->crowd, &tries->settling[i]));
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
			lx_ground_beads_add(beads, crowd->sum[0][c] / people,
				crowd->sum[1][c] / people, people);
	}
}

enum lx_code lx_ground_plain_groups(struct lx_call *call, const uint8_t *active, unsigned from,
	unsigned to, unsigned starts, struct lx_ground *ground)
{
	struct tries tries = { .from_k = from,
		.starts = starts,
		.people = ground->people,
		.progress = call->progress,
		.split = &ground->split[from] };
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
	LX_TRY(room_for_splits(call, &tries, ks));
	struct lx_call silent = { .arena = call->arena, .threads = call->threads };
	enum lx_code code = lx_parallel(&silent, ks, split_one, &tries);
	call->fault = silent.fault;
	return code;
}
