/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Where people stand on the map: their votes, less the statement's mean, along the two axes, scaled up
 * for those who voted on few. And who is grouped at all.
 */
#include "engines/consensus/inner.h"

#include "base/parallel.h"

#include <math.h>
#include <stdlib.h>

#define ROWS_AT_ONCE 4096
#define VOTES_ENOUGH 7
#define PEOPLE_LEAST 15

struct place_work {
	const struct lx_opinions *opinions;
	const struct columns *columns;
	double (*step)[2]; /* [4 * statements] what a cell adds */
	double (*xy)[2];
	double m;
	size_t extra;
};

/* The steps of n cells together; two sums side by side, so that no addition waits for the one before. */
static void walk(const double (*step)[2], const uint16_t *cell, size_t n, double at[2])
{
	double even[2] = { 0 }, odd[2] = { 0 };
	size_t i = 0;

	for (; i + 2 <= n; i += 2) {
		even[0] += step[cell[i]][0];
		even[1] += step[cell[i]][1];
		odd[0] += step[cell[i + 1]][0];
		odd[1] += step[cell[i + 1]][1];
	}
	for (size_t c = 0; c < 2; c++)
		at[c] = even[c] + odd[c] + (i < n ? step[cell[i]][c] : 0);
}

/* How many of the votes are on statements that are analysed. */
static size_t votes_kept(const struct place_work *work, size_t row)
{
	const struct lx_opinions *o = work->opinions;
	size_t votes = o->from[row + 1] - o->from[row];

	if (work->columns->n == o->statements)
		return votes;
	for (size_t i = o->from[row]; i < o->from[row + 1]; i++)
		votes -= work->columns->place[LX_CELL_STATEMENT(o->cell[i])] == NO_PLACE;
	return votes;
}

static void place_rows(void *with, size_t task)
{
	const struct place_work *work = with;
	const struct lx_opinions *o = work->opinions;
	size_t to = (task + 1) * ROWS_AT_ONCE < o->people ? (task + 1) * ROWS_AT_ONCE : o->people;

	for (size_t row = task * ROWS_AT_ONCE; row < to; row++) {
		size_t votes = votes_kept(work, row) + work->extra;
		double *at = work->xy[row],
		       scale = sqrt(work->m / (votes == 0 ? 1.0 : (double)votes));
		walk((const double(*)[2])work->step, o->cell + o->from[row],
			o->from[row + 1] - o->from[row], at);
		at[0] *= scale;
		at[1] *= scale;
	}
}

enum lx_code lx_ground_place_people(struct lx_call *call, const struct lx_opinions *opinions,
	const struct columns *columns, const struct lanes *vector, size_t scale_m,
	size_t scale_extra, double (*xy)[2])
{
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct place_work work = { opinions, columns,
		lx_array(call, 4 * opinions->statements, sizeof *work.step), xy, (double)scale_m,
		scale_extra };

	if (work.step == NULL)
		return LX_BROKEN;
	for (size_t c = 0; c < columns->n; c++)
		for (int stance = LX_DISAGREE; stance <= LX_AGREE; stance++)
			for (size_t axis = 0; axis < 2; axis++)
				work.step[LX_CELL(columns->of[c], stance)][axis] =
					((double)stance - columns->mean[c]) * vector[c].v[axis];
	lx_parallel_sure(call->threads, (opinions->people + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE,
		place_rows, &work);
	lx_arena_back(call->arena, mark);
	return LX_OK;
}

struct activity {
	size_t votes, row;
};

/* Most votes first, then the earlier row. */
static int by_activity(const void *a, const void *b)
{
	const struct activity *x = a, *y = b;

	if (x->votes != y->votes)
		return x->votes > y->votes ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

enum lx_code lx_ground_place_active(
	struct lx_call *call, const struct lx_opinions *opinions, uint8_t *active, size_t *grouped)
{
	size_t enough = opinions->statements < VOTES_ENOUGH ? opinions->statements : VOTES_ENOUGH;
	size_t n = 0;

	for (size_t row = 0; row < opinions->people; row++) {
		active[row] = opinions->from[row + 1] - opinions->from[row] >= enough;
		n += active[row];
	}
	if (n < PEOPLE_LEAST && n < opinions->people) {
		struct activity *order = lx_array(call, opinions->people, sizeof *order);
		if (order == NULL)
			return LX_BROKEN;
		for (size_t row = 0; row < opinions->people; row++)
			order[row] = (struct activity){
				opinions->from[row + 1] - opinions->from[row], row
			};
		qsort(order, opinions->people, sizeof *order, by_activity);
		for (n = 0; n < PEOPLE_LEAST && n < opinions->people && order[n].votes > 0; n++)
			active[order[n].row] = 1;
	}
	*grouped = n;
	return LX_OK;
}
