/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Groups of people by k-means on the map, the same for any number of threads: many fixed starts on beads,
 * the best few then carried on over all people. People are sorted into the cells of a grid: a cell that
 * lies wholly nearer to one mean than to any other moves as one, by its sums (Kanungo et al. 2002). Sums
 * are taken cell by cell, in order. Lowest inertia wins; equal ones by the smaller vector of labels. Groups
 * are numbered by size, then by the smallest id of a member.
 */
#include "engines/consensus/inner.h"

#include "base/parallel.h"

#include <math.h>
#include <string.h>

#define FINALISTS	1    /* carried on over all people where beads are not exact */
#define ENOUGH		1e-7 /* of the inertia: in a crowd, a round that gains less is the last */
#define CELLS_AT_ONCE	64
#define PEOPLE_PARALLEL 50000 /* below, a round is shorter than starting a thread */
#define ROUNDS		300
#define SMALLEST	3  /* people in a group, */
#define SMALLEST_PER	25 /* and one in so many */

/* What a block of people adds to the means. */
struct part {
	double sum[LX_GROUPS_MOST][2], inertia;
	uint32_t size[LX_GROUPS_MOST];
	bool changed;
};

/* People of one cell: from[c] … from[c + 1] - 1, the box around them, their sums. `label` is their
 * common group, or LX_NO_GROUP where each has its own. */
struct cell {
	double low[2], high[2], sum[2], squares;
	uint8_t label;
};

struct crowd {
	size_t n, cells;
	double *x, *y; /* by cell, then by row */
	uint32_t *row, *from;
	uint8_t *label;
	struct cell *cell;
	struct part *part;
	struct beads *beads;
	struct means *tried; /* [k][starts] */
	unsigned from_k, starts;
	const struct means *means;
};

static void try_start(void *with, size_t task)
{
	struct crowd *crowd = with;

	beads_means(crowd->beads, crowd->from_k + (unsigned)(task / crowd->starts),
		(unsigned)(task % crowd->starts), &crowd->tried[task]);
}

/* The mean that every place of the box is nearest to, or LX_NO_GROUP. The difference of two squared
 * distances is linear: it is enough to look at the corner where it is largest. */
static uint8_t owner(const struct cell *cell, const struct means *means)
{
	double x = (cell->low[0] + cell->high[0]) / 2, y = (cell->low[1] + cell->high[1]) / 2;
	double best = INFINITY;
	unsigned to = 0;

	for (unsigned g = 0; g < means->k; g++) {
		double dx = x - means->at[g][0], dy = y - means->at[g][1], d = dx * dx + dy * dy;
		to = d < best ? g : to;
		best = d < best ? d : best;
	}
	const double *a = means->at[to];
	for (unsigned g = 0; g < means->k; g++) {
		const double *b = means->at[g];
		double worst = a[0] * a[0] + a[1] * a[1] - b[0] * b[0] - b[1] * b[1];
		for (size_t c = 0; c < 2; c++) {
			double slope = 2 * (b[c] - a[c]);
			worst += slope * (slope > 0 ? cell->high[c] : cell->low[c]);
		}
		if (g != to && !(worst < 0))
			return LX_NO_GROUP;
	}
	return (uint8_t)to;
}

static void assign_whole(
	struct cell *cell, uint32_t people, uint8_t g, const struct means *means, struct part *part)
{
	const double *mean = means->at[g];

	part->changed |= cell->label != g;
	cell->label = g;
	part->sum[g][0] += cell->sum[0];
	part->sum[g][1] += cell->sum[1];
	part->size[g] += people;
	part->inertia += cell->squares - 2 * (mean[0] * cell->sum[0] + mean[1] * cell->sum[1]) +
			 people * (mean[0] * mean[0] + mean[1] * mean[1]);
}

#define PEOPLE_AT_ONCE 512

static void assign_each(struct crowd *crowd, size_t c, struct part *part)
{
	struct cell *cell = &crowd->cell[c];
	double best[PEOPLE_AT_ONCE], to[PEOPLE_AT_ONCE];

	if (cell->label != LX_NO_GROUP)
		memset(crowd->label + crowd->from[c], cell->label,
			crowd->from[c + 1] - crowd->from[c]);
	cell->label = LX_NO_GROUP;
	for (size_t from = crowd->from[c]; from < crowd->from[c + 1]; from += PEOPLE_AT_ONCE) {
		size_t n = crowd->from[c + 1] - from;
		n = n < PEOPLE_AT_ONCE ? n : PEOPLE_AT_ONCE;
		nearest_means(crowd->x + from, crowd->y + from, n, crowd->means, best, to);
		for (size_t i = 0; i < n; i++) {
			uint8_t g = (uint8_t)to[i];
			part->changed |= crowd->label[from + i] != g;
			crowd->label[from + i] = g;
			part->sum[g][0] += crowd->x[from + i];
			part->sum[g][1] += crowd->y[from + i];
			part->size[g]++;
			part->inertia += best[i];
		}
	}
}

static void assign_cells(void *with, size_t task)
{
	struct crowd *crowd = with;
	struct part part = { 0 };
	size_t to = (task + 1) * CELLS_AT_ONCE;

	for (size_t c = task * CELLS_AT_ONCE; c < to && c < crowd->cells; c++) {
		uint32_t people = crowd->from[c + 1] - crowd->from[c];
		uint8_t g = people == 0 ? 0 : owner(&crowd->cell[c], crowd->means);
		if (people > 0 && g != LX_NO_GROUP)
			assign_whole(&crowd->cell[c], people, g, crowd->means, &part);
		else if (people > 0)
			assign_each(crowd, c, &part);
	}
	crowd->part[task] = part;
}

static size_t blocks_of(const struct crowd *crowd)
{
	return (crowd->cells + CELLS_AT_ONCE - 1) / CELLS_AT_ONCE;
}

static struct part assign(struct lx_call *call, struct crowd *crowd, const struct means *means)
{
	struct part all = { 0 };
	size_t blocks = blocks_of(crowd);

	crowd->means = means;
	lx_parallel(crowd->n < PEOPLE_PARALLEL ? 1 : call->threads, blocks, assign_cells, crowd);
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

/* Moves the means to their groups' middles; an emptied group stays. Returns what that takes off the
 * inertia. */
static double move(const struct part *last, struct means *means)
{
	double less = 0;

	for (size_t g = 0; g < means->k; g++)
		for (size_t c = 0; c < 2 && last->size[g] > 0; c++) {
			double to = last->sum[g][c] / (double)last->size[g],
			       by = to - means->at[g][c];
			less += (double)last->size[g] * by * by;
			means->at[g][c] = to;
		}
	return less;
}

/* Carries the means on until nobody changes group, or, in a crowd, until that no longer matters. */
static enum lx_code carry_on(
	struct lx_call *call, struct crowd *crowd, struct means *means, struct part *last)
{
	memset(crowd->label, LX_NO_GROUP, crowd->n);
	for (size_t c = 0; c < crowd->cells; c++)
		crowd->cell[c].label = LX_NO_GROUP;
	for (int i = 0; i < ROUNDS; i++) {
		double before = means->inertia;
		*last = assign(call, crowd, means);
		means->inertia = last->inertia - move(last, means);
		if (!last->changed || (i > 0 && crowd->cells > 1 &&
					      before - means->inertia <= ENOUGH * means->inertia))
			break;
		LX_TRY(lx_step(call, 0, 0));
	}
	for (size_t c = 0; c < crowd->cells; c++)
		if (crowd->cell[c].label != LX_NO_GROUP)
			memset(crowd->label + crowd->from[c], crowd->cell[c].label,
				crowd->from[c + 1] - crowd->from[c]);
	return LX_OK;
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

static enum lx_code split_in(struct lx_call *call, struct crowd *crowd, unsigned k, size_t people,
	struct lx_split *split)
{
	struct means *tried = crowd->tried + (size_t)(k - crowd->from_k) * crowd->starts;
	double least = 0;

	uint8_t *spare = lx_array(call, people, sizeof *spare);
	split->group = lx_array(call, people, sizeof *split->group);
	if (split->group == NULL || spare == NULL)
		return LX_BROKEN;
	memset(split->group, LX_NO_GROUP, people);
	memset(spare, LX_NO_GROUP, people);
	for (unsigned i = 0; i < crowd->starts; i++) {
		struct means means = next_best(tried, crowd->starts);
		struct part last;
		if (i == 0)
			least = means.inertia;
		/* of exact beads the best is the best; only its equals can matter */
		if (means.k == 0 || (crowd->beads->exact ? means.inertia > least : i >= FINALISTS))
			break;
		LX_TRY(carry_on(call, crowd, &means, &last));
		keep_if_better(crowd, &means, &last, people, &spare, split);
	}
	return LX_OK;
}

static enum lx_code make_room(struct lx_call *call, size_t people, struct crowd *crowd)
{
	crowd->cells = people > BEADS_MOST ? BEADS_MOST : 1;
	crowd->x = lx_array(call, people, sizeof *crowd->x);
	crowd->y = lx_array(call, people, sizeof *crowd->y);
	crowd->row = lx_array(call, people, sizeof *crowd->row);
	crowd->label = lx_array(call, people, sizeof *crowd->label);
	crowd->cell = lx_array(call, crowd->cells, sizeof *crowd->cell);
	crowd->from = lx_array(call, crowd->cells + 1, sizeof *crowd->from);
	crowd->part = lx_array(call, blocks_of(crowd), sizeof *crowd->part);
	crowd->beads = lx_alloc(call, sizeof *crowd->beads);
	crowd->tried = lx_array(
		call, (LX_GROUPS_MOST + 1) * (size_t)crowd->starts, sizeof *crowd->tried);
	if (crowd->x == NULL || crowd->y == NULL || crowd->row == NULL || crowd->label == NULL ||
		crowd->cell == NULL || crowd->from == NULL || crowd->part == NULL ||
		crowd->beads == NULL || crowd->tried == NULL)
		return LX_BROKEN;
	return LX_OK;
}

static void enter(struct cell *cell, bool first, double x, double y)
{
	double at[2] = { x, y };

	for (size_t c = 0; c < 2; c++) {
		cell->low[c] = first || at[c] < cell->low[c] ? at[c] : cell->low[c];
		cell->high[c] = first || at[c] > cell->high[c] ? at[c] : cell->high[c];
		cell->sum[c] += at[c];
		cell->squares += at[c] * at[c];
	}
}

/* Sorts the people into cells, in the order of their rows within each. */
static enum lx_code gather(struct lx_call *call, const uint8_t *active,
	const struct lx_ground *ground, struct crowd *crowd)
{
	struct grid grid = grid_of(ground->xy, active, ground->people, &crowd->n);

	LX_TRY(make_room(call, crowd->n, crowd));
	bool cells = crowd->cells > 1;
	for (size_t i = 0; i < ground->people; i++)
		if (active[i])
			crowd->from[(cells ? grid_cell(&grid, ground->xy[i]) : 0) + 1]++;
	for (size_t c = 0; c < crowd->cells; c++)
		crowd->from[c + 1] += crowd->from[c];
	for (size_t i = 0; i < ground->people; i++) {
		if (!active[i])
			continue;
		size_t c = cells ? grid_cell(&grid, ground->xy[i]) : 0;
		uint32_t at = crowd->from[c]++;
		crowd->x[at] = ground->xy[i][0];
		crowd->y[at] = ground->xy[i][1];
		crowd->row[at] = (uint32_t)i;
	}
	for (size_t c = crowd->cells; c > 0; c--)
		crowd->from[c] = crowd->from[c - 1];
	crowd->from[0] = 0;
	for (size_t c = 0; c < crowd->cells; c++)
		for (size_t i = crowd->from[c]; i < crowd->from[c + 1]; i++)
			enter(&crowd->cell[c], i == crowd->from[c], crowd->x[i], crowd->y[i]);
	return LX_OK;
}

/* Beads: everybody, or the means of the cells. */
static void string_beads(struct crowd *crowd)
{
	crowd->beads->n = 0;
	crowd->beads->exact = crowd->cells == 1;
	if (crowd->cells == 1) {
		beads_string(crowd->x, crowd->y, crowd->n, crowd->beads);
		return;
	}
	for (size_t c = 0; c < crowd->cells; c++) {
		double people = crowd->from[c + 1] - crowd->from[c];
		if (people > 0)
			beads_add(crowd->beads, crowd->cell[c].sum[0] / people,
				crowd->cell[c].sum[1] / people, people);
	}
}

enum lx_code plain_groups(struct lx_call *call, const uint8_t *active, unsigned from, unsigned to,
	unsigned starts, struct lx_ground *ground)
{
	struct crowd crowd = { .from_k = from, .starts = starts };

	LX_TRY(gather(call, active, ground, &crowd));
	if (crowd.n == 0)
		return LX_OK;
	if (crowd.cells > 1 && crowd.starts > STARTS_CELLS)
		crowd.starts = STARTS_CELLS;
	string_beads(&crowd);
	lx_parallel(call->threads, (size_t)(to - from + 1) * crowd.starts, try_start, &crowd);
	for (unsigned k = from; k <= to; k++)
		LX_TRY(split_in(call, &crowd, k, ground->people, &ground->split[k]));
	return LX_OK;
}
