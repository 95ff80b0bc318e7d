/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Rounds of k-means over all people. People are sorted into the cells of a grid: a cell that lies wholly
 * nearer to one mean than to any other moves as one, by its sums (Kanungo et al. 2002). Sums are taken
 * cell by cell, in order, so they are the same wherever the rounds run. Few people have one cell.
 */
#include "engines/consensus/inner.h"

#include "base/vector.h"

#include <math.h>
#include <string.h>

#define ENOUGH         1e-7 /* of the inertia: in a crowd, a round that gains less is the last */
#define ROUNDS         300
#define PEOPLE_AT_ONCE 512

/* The mean of its middle, where every place of the cell is nearer to it than to any other, else -1. The
 * difference of two squared distances is linear: it grows by half the cell's sides at most. `reached` counts
 * the means that may be the nearest of some place, one of which is the middle's own. */
LX_VECTOR static void find_owners(const struct crowd *crowd, const struct means *means,
	double *restrict best, double *restrict owner)
{
	const struct points middles = { crowd->middle[0], crowd->middle[1], NULL, crowd->cells };
	const double *x = middles.x, *y = middles.y, *wide = crowd->half[0], *high = crowd->half[1];
	double own_x[BEADS_MOST], own_y[BEADS_MOST], reached[BEADS_MOST];
	size_t n = middles.n;

	lx_ground_nearest_means(&middles, means, best, owner);
	for (size_t c = 0; c < n; c++) {
		own_x[c] = means->at[(size_t)owner[c]][0];
		own_y[c] = means->at[(size_t)owner[c]][1];
		reached[c] = 0;
	}
	for (unsigned g = 0; g < means->k; g++) {
		double mx = means->at[g][0], my = means->at[g][1];
		for (size_t c = 0; c < n; c++) {
			double dx = x[c] - mx, dy = y[c] - my, gap = best[c] - (dx * dx + dy * dy);
			double x_grows = fabs(mx - own_x[c]) * wide[c];
			double y_grows = fabs(my - own_y[c]) * high[c];
			reached[c] += gap + 2 * (x_grows + y_grows) < 0 ? 0.0 : 1.0;
		}
	}
	for (size_t c = 0; c < n; c++)
		owner[c] = reached[c] < 2 ? owner[c] : -1;
}

static void assign_whole(struct settling *s, size_t c, uint8_t g, struct sums *sums)
{
	const struct crowd *crowd = s->crowd;
	const double *mean = s->means.at[g];
	double x = crowd->sum[0][c], y = crowd->sum[1][c];
	double people = crowd->from[c + 1] - crowd->from[c];

	s->changed |= s->whole[c] != g;
	s->whole[c] = g;
	sums->of[g][0] += x;
	sums->of[g][1] += y;
	sums->of[g][2] += people;
	sums->inertia += crowd->squares[c] - 2 * (mean[0] * x + mean[1] * y) +
			 people * (mean[0] * mean[0] + mean[1] * mean[1]);
}

/* Labels of whole cells stand by the cell; before its people part each gets the cell's own. */
static void hand_down(struct settling *s, size_t c)
{
	const uint32_t *from = s->crowd->from;

	if (s->whole[c] != LX_NO_GROUP)
		memset(s->label + from[c], s->whole[c], from[c + 1] - from[c]);
	s->whole[c] = LX_NO_GROUP;
}

static void assign_each(struct settling *s, size_t c, struct sums *sums)
{
	const struct crowd *crowd = s->crowd;
	double best[PEOPLE_AT_ONCE], to[PEOPLE_AT_ONCE];

	hand_down(s, c);
	for (size_t from = crowd->from[c]; from < crowd->from[c + 1]; from += PEOPLE_AT_ONCE) {
		size_t n = crowd->from[c + 1] - from;
		n = n < PEOPLE_AT_ONCE ? n : PEOPLE_AT_ONCE;
		struct points some = { crowd->x + from, crowd->y + from, crowd->one, n };
		lx_ground_nearest_means(&some, &s->means, best, to);
		lx_ground_sum_points(&some, s->means.k, best, to, sums);
		for (size_t i = 0; i < n; i++) {
			uint8_t g = (uint8_t)to[i];
			s->changed |= s->label[from + i] != g;
			s->label[from + i] = g;
		}
	}
}

static void assign(struct settling *s)
{
	const struct crowd *crowd = s->crowd;
	struct sums sums = { 0 };
	double best[BEADS_MOST], owner[BEADS_MOST];

	s->changed = false;
	find_owners(crowd, &s->means, best, owner);
	for (size_t c = 0; c < crowd->cells; c++) {
		if (crowd->from[c] == crowd->from[c + 1])
			continue;
		if (owner[c] < 0)
			assign_each(s, c, &sums);
		else
			assign_whole(s, c, (uint8_t)owner[c], &sums);
	}
	s->sums = sums;
}

/* Moves the means to their groups' middles; an emptied group stays. Returns what that takes off the
 * inertia. */
static double move(const struct sums *sums, struct means *means)
{
	double less = 0;

	for (size_t g = 0; g < means->k; g++)
		for (size_t c = 0; c < 2 && sums->of[g][2] > 0; c++) {
			double to = sums->of[g][c] / sums->of[g][2], by = to - means->at[g][c];
			less += sums->of[g][2] * by * by;
			means->at[g][c] = to;
		}
	return less;
}

enum lx_code lx_ground_crowd_settle(struct lx_call *call, struct settling *s)
{
	const struct crowd *crowd = s->crowd;

	memset(s->label, LX_NO_GROUP, crowd->n);
	memset(s->whole, LX_NO_GROUP, crowd->cells);
	for (int i = 0; i < ROUNDS; i++) {
		double before = s->means.inertia;
		assign(s);
		s->means.inertia = s->sums.inertia - move(&s->sums, &s->means);
		double gained = before - s->means.inertia;
		if (!s->changed ||
			(i > 0 && crowd->cells > 1 && gained <= ENOUGH * s->means.inertia))
			break;
		LX_TRY(lx_step(call, 0, 0));
	}
	for (size_t c = 0; c < crowd->cells; c++)
		hand_down(s, c);
	return LX_OK;
}

enum lx_code lx_ground_settling_open(
	struct lx_call *call, const struct crowd *crowd, struct settling *s)
{
	*s = (struct settling){ .crowd = crowd,
		.label = lx_array(call, crowd->n, sizeof *s->label),
		.whole = lx_array(call, crowd->cells, sizeof *s->whole) };
	return s->label == NULL || s->whole == NULL ? LX_BROKEN : LX_OK;
}

static enum lx_code make_room(struct lx_call *call, size_t people, struct crowd *crowd)
{
	crowd->cells = people > BEADS_MOST ? BEADS_MOST : 1;
	crowd->x = lx_array(call, people, sizeof *crowd->x);
	crowd->y = lx_array(call, people, sizeof *crowd->y);
	crowd->row = lx_array(call, people, sizeof *crowd->row);
	crowd->one = lx_array(call, PEOPLE_AT_ONCE, sizeof *crowd->one);
	crowd->from = lx_array(call, crowd->cells + 1, sizeof *crowd->from);
	crowd->squares = lx_array(call, crowd->cells, sizeof *crowd->squares);
	for (size_t c = 0; c < 2; c++) {
		crowd->middle[c] = lx_array(call, crowd->cells, sizeof *crowd->middle[c]);
		crowd->half[c] = lx_array(call, crowd->cells, sizeof *crowd->half[c]);
		crowd->sum[c] = lx_array(call, crowd->cells, sizeof *crowd->sum[c]);
	}
	for (size_t i = 0; crowd->one != NULL && i < PEOPLE_AT_ONCE; i++)
		crowd->one[i] = 1;
	return call->fault.code == LX_OK ? LX_OK : LX_BROKEN;
}

/* The box around the people of a cell, and their sums. */
static void measure(struct crowd *crowd, size_t c)
{
	double squares = 0;

	for (size_t axis = 0; axis < 2; axis++) {
		const double *at = axis == 0 ? crowd->x : crowd->y;
		double low = INFINITY, high = -INFINITY, sum = 0;
		for (size_t i = crowd->from[c]; i < crowd->from[c + 1]; i++) {
			low = at[i] < low ? at[i] : low;
			high = at[i] > high ? at[i] : high;
			sum += at[i];
			squares += at[i] * at[i];
		}
		bool any = crowd->from[c] < crowd->from[c + 1];
		crowd->middle[axis][c] = any ? (low + high) / 2 : 0;
		crowd->half[axis][c] = any ? (high - low) / 2 : 0;
		crowd->sum[axis][c] = sum;
	}
	crowd->squares[c] = squares;
}

/* Sorts the people into cells, in the order of their rows within each. */
enum lx_code lx_ground_crowd_gather(struct lx_call *call, const uint8_t *active,
	const struct lx_ground *ground, struct crowd *crowd)
{
	struct grid grid = lx_ground_grid_of(ground->xy, active, ground->people, &crowd->n);

	LX_TRY(make_room(call, crowd->n, crowd));
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	uint16_t *cell = lx_array(call, ground->people, sizeof *cell);
	if (cell == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < ground->people; i++) {
		cell[i] = crowd->cells == 1 ? 0
					    : (uint16_t)lx_ground_grid_cell(&grid, ground->xy[i]);
		crowd->from[cell[i] + 1] += active[i];
	}
	for (size_t c = 0; c < crowd->cells; c++)
		crowd->from[c + 1] += crowd->from[c];
	for (size_t i = 0; i < ground->people; i++) {
		if (!active[i])
			continue;
		uint32_t at = crowd->from[cell[i]]++;
		crowd->x[at] = ground->xy[i][0];
		crowd->y[at] = ground->xy[i][1];
		crowd->row[at] = (uint32_t)i;
	}
	memmove(crowd->from + 1, crowd->from, crowd->cells * sizeof *crowd->from);
	crowd->from[0] = 0;
	for (size_t c = 0; c < crowd->cells; c++)
		measure(crowd, c);
	lx_arena_back(call->arena, mark);
	return LX_OK;
}
