/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Rounds of k-means over all people. People are sorted into the cells of a grid: a cell that lies wholly
 * nearer to one mean than to any other moves as one, by its sums (Kanungo et al. 2002). Sums are taken
 * cell by cell, in order, so they are the same for any number of threads. Few people have one cell.
 */
#include "engines/consensus/inner.h"

#include "base/parallel.h"

#include <math.h>
#include <string.h>

#define ENOUGH          1e-7 /* of the inertia: in a crowd, a round that gains less is the last */
#define CELLS_AT_ONCE   64
#define PEOPLE_PARALLEL 50000 /* below, a round is shorter than starting a thread */
#define ROUNDS          300

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
		lx_ground_nearest_means(
			crowd->x + from, crowd->y + from, n, crowd->means, best, to);
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
	lx_parallel_sure(
		crowd->n < PEOPLE_PARALLEL ? 1 : call->threads, blocks, assign_cells, crowd);
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

enum lx_code lx_ground_crowd_settle(
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
	if (crowd->x == NULL || crowd->y == NULL || crowd->row == NULL || crowd->label == NULL ||
		crowd->cell == NULL || crowd->from == NULL || crowd->part == NULL)
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
enum lx_code lx_ground_crowd_gather(struct lx_call *call, const uint8_t *active,
	const struct lx_ground *ground, struct crowd *crowd)
{
	struct grid grid = lx_ground_grid_of(ground->xy, active, ground->people, &crowd->n);

	LX_TRY(make_room(call, crowd->n, crowd));
	bool cells = crowd->cells > 1;
	for (size_t i = 0; i < ground->people; i++)
		if (active[i])
			crowd->from[(cells ? lx_ground_grid_cell(&grid, ground->xy[i]) : 0) + 1]++;
	for (size_t c = 0; c < crowd->cells; c++)
		crowd->from[c + 1] += crowd->from[c];
	for (size_t i = 0; i < ground->people; i++) {
		if (!active[i])
			continue;
		size_t c = cells ? lx_ground_grid_cell(&grid, ground->xy[i]) : 0;
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
