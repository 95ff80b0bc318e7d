/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A short list in which everybody counts the same: sequential Phragmén over "agrees with". Time runs;
 * everybody earns 1 a unit of time; the statement whose supporters can first pay 1 together is listed,
 * and what they hold is spent. Moments are whole numbers of 2^-40, rounded up, so the list is the same
 * on every machine; equal moments go to the smaller statement.
 */
#include "engines/consensus/inner.h"

#include "base/wide.h"

#define UNIT     (INT64_C(1) << 40)
#define NEVER    INT64_MAX
#define TIME_TOP (INT64_C(1) << 56) /* far beyond `most` statements of one supporter each */

struct purse {
	const struct lx_opinions *opinions;
	const uint8_t *out;
	int64_t *spent; /* [people] when the person last had nothing */
	int64_t *many;  /* [statements] supporters */
	lx_int128 *sum; /* [statements] of their `spent` */
	uint8_t *listed;
};

static void tally(struct purse *p)
{
	const struct lx_opinions *o = p->opinions;

	for (size_t i = 0; i < o->from[o->people]; i++)
		if ((o->cell[i] & 3) == LX_AGREE + 1)
			p->many[LX_CELL_STATEMENT(o->cell[i])]++;
}

/* When the supporters of a statement can pay: (1 + what they have spent) / how many. */
static int64_t moment_of(const struct purse *p, size_t j)
{
	if (p->listed[j] || p->out[j] || p->many[j] == 0)
		return NEVER;
	lx_int128 at = (p->sum[j] + UNIT + p->many[j] - 1) / p->many[j];
	return at > TIME_TOP ? TIME_TOP : (int64_t)at;
}

static bool agrees(const struct lx_opinions *o, size_t row, size_t statement)
{
	size_t low = o->from[row], high = o->from[row + 1];

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (LX_CELL_STATEMENT(o->cell[middle]) < statement)
			low = middle + 1;
		else
			high = middle;
	}
	return low < o->from[row + 1] && o->cell[low] == LX_CELL(statement, LX_AGREE);
}

/* The supporters of a listed statement start again at `at`. */
static void pay(struct purse *p, size_t statement, int64_t at)
{
	const struct lx_opinions *o = p->opinions;

	for (size_t row = 0; row < o->people; row++) {
		if (!agrees(o, row, statement))
			continue;
		for (size_t i = o->from[row]; i < o->from[row + 1]; i++)
			if ((o->cell[i] & 3) == LX_AGREE + 1)
				p->sum[LX_CELL_STATEMENT(o->cell[i])] += at - p->spent[row];
		p->spent[row] = at;
	}
}

enum lx_code lx_ground_shortlist(struct lx_call *call, const struct lx_opinions *opinions,
	const struct lx_ground *ground, size_t most, struct lx_found **found, size_t *n)
{
	size_t m = opinions->statements, room = most < m ? most : m;
	struct lx_found *list = lx_array(call, room, sizeof *list);
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct purse p = { opinions, ground->out, lx_array(call, opinions->people, sizeof *p.spent),
		lx_array(call, m, sizeof *p.many), lx_array(call, m, sizeof *p.sum),
		lx_array(call, m, sizeof *p.listed) };
	size_t kept = 0;

	if (list == NULL || p.spent == NULL || p.many == NULL || p.sum == NULL || p.listed == NULL)
		return LX_BROKEN;
	tally(&p);
	while (kept < room) {
		size_t best = 0;
		for (size_t j = 1; j < m; j++)
			if (moment_of(&p, j) < moment_of(&p, best))
				best = j;
		int64_t at = moment_of(&p, best);
		if (at == NEVER)
			break;
		pay(&p, best, at);
		p.listed[best] = 1;
		list[kept++] = (struct lx_found){
			.statement = (uint32_t)best, .agree = true, .score = (double)p.many[best]
		};
		LX_TRY(lx_step(call, kept, room));
	}
	lx_arena_back(call->arena, mark);
	*found = list;
	*n = kept;
	return LX_OK;
}
