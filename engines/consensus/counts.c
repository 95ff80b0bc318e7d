/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who said what: counts by group and statement, and the figures that follow from counts alone. */
#include "engines/consensus/inner.h"

#include "base/parallel.h"

#include <limits.h>
#include <math.h>
#include <string.h>

struct group_work {
	const struct lx_opinions *opinions;
	const uint8_t *group;
	unsigned k, left; /* the group that is left over: not counted */
	size_t tasks;
	uint32_t *tally; /* [tasks][k + 1][4 * statements]; the last for those in no group */
};

static void tally_share(void *with, size_t task)
{
	const struct group_work *work = with;
	const struct lx_opinions *o = work->opinions;
	size_t wide = 4 * o->statements, to = o->people * (task + 1) / work->tasks;
	uint32_t *tally = work->tally + task * (work->k + 1) * wide;

	for (size_t row = o->people * task / work->tasks; row < to; row++) {
		uint8_t g = work->group[row] < work->k ? work->group[row] : (uint8_t)work->k;
		uint32_t *of = tally + g * wide;
		for (size_t i = o->from[row]; g != work->left && i < o->from[row + 1]; i++)
			of[o->cell[i]]++;
	}
}

/* Which group to leave over: the largest, where all votes together are known. */
static unsigned largest(const uint8_t *group, size_t people, unsigned k)
{
	size_t size[UINT8_MAX + 1] = { 0 };
	unsigned best = 0;

	for (size_t i = 0; i < people; i++)
		size[group[i]]++;
	for (unsigned g = 1; g < k; g++)
		best = size[g] > size[best] ? g : best;
	return best;
}

static struct lx_count count_of(const struct group_work *work, size_t g, size_t j)
{
	size_t wide = 4 * work->opinions->statements;
	struct lx_count sum = { 0 };

	for (size_t t = 0; t < work->tasks; t++) {
		const uint32_t *of = work->tally + (t * (work->k + 1) + g) * wide + 4 * j;
		sum.disagree += of[0];
		sum.agree += of[2];
		sum.votes += of[0] + of[1] + of[2];
	}
	return sum;
}

static void take_away(struct lx_count *from, struct lx_count what)
{
	from->agree -= what.agree;
	from->disagree -= what.disagree;
	from->votes -= what.votes;
}

enum lx_code lx_ground_count_groups(struct lx_call *call, const struct lx_opinions *opinions,
	const uint8_t *group, unsigned k, const struct lx_count *all, struct lx_count *count)
{
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	size_t m = opinions->statements, wide = 4 * m;
	struct group_work work = { opinions, group, k,
		all == NULL ? UINT_MAX : largest(group, opinions->people, k),
		call->threads == 0 ? 1 : call->threads, NULL };

	work.tally = lx_array(call, work.tasks * (k + 1) * wide, sizeof *work.tally);
	if (work.tally == NULL)
		return LX_BROKEN;
	lx_parallel_sure(call->threads, work.tasks, tally_share, &work);
	for (size_t j = 0; j < m; j++) {
		struct lx_count rest = { 0 };
		if (all != NULL)
			rest = all[j];
		for (unsigned g = 0; g <= k; g++) {
			struct lx_count own = count_of(&work, g, j);
			take_away(&rest, own);
			if (g < k)
				count[g * m + j] = own;
		}
		if (all != NULL)
			count[work.left * m + j] = rest;
	}
	lx_arena_back(call->arena, mark);
	return LX_OK;
}

static void count_vote(struct lx_count *count, int said, int sign)
{
	count->agree += (uint32_t)(said == LX_AGREE ? sign : 0);
	count->disagree += (uint32_t)(said == LX_DISAGREE ? sign : 0);
	count->votes += (uint32_t)sign;
}

void lx_ground_keep_vote(struct kept *kept, size_t statements, size_t row, uint16_t cell, int sign)
{
	size_t g = kept->k == 0 ? LX_NO_GROUP : kept->group[row];

	if (g != LX_NO_GROUP)
		count_vote(&kept->count[g * statements + LX_CELL_STATEMENT(cell)],
			LX_CELL_STANCE(cell), sign);
}

/* How many people are in another group than was kept. */
static size_t changed(const struct kept *kept, const uint8_t *group, size_t people)
{
	size_t n = 0;

	for (size_t i = 0; i < people; i++)
		n += kept->group[i] != group[i];
	return n;
}

static void change_group(const struct lx_opinions *o, struct kept *kept, size_t row, uint8_t to)
{
	for (size_t i = o->from[row]; i < o->from[row + 1]; i++)
		lx_ground_keep_vote(kept, o->statements, row, o->cell[i], -1);
	kept->group[row] = to;
	for (size_t i = o->from[row]; i < o->from[row + 1]; i++)
		lx_ground_keep_vote(kept, o->statements, row, o->cell[i], 1);
}

#define FEW 16 /* one in so many who change: less work than counting everybody */

enum lx_code lx_ground_count_again(struct lx_call *call, const struct lx_opinions *opinions,
	struct kept *kept, struct lx_ground *ground)
{
	size_t n = opinions->people, k = ground->k;

	if (kept->k == k && changed(kept, ground->group, n) <= n / FEW) {
		for (size_t i = 0; i < n; i++)
			if (kept->group[i] != ground->group[i])
				change_group(opinions, kept, i, ground->group[i]);
	} else {
		kept->k = 0;
		LX_TRY(lx_ground_count_groups(
			call, opinions, ground->group, ground->k, ground->all, kept->count));
		if (n > 0)
			memcpy(kept->group, ground->group, n);
		kept->k = ground->k;
	}
	if (opinions->statements > 0)
		memcpy(ground->count, kept->count, k * opinions->statements * sizeof *kept->count);
	return LX_OK;
}

void lx_ground_count_all(const struct columns *columns, size_t statements, struct lx_count *count)
{
	for (size_t j = 0; j < statements; j++) {
		const int64_t *of = columns->tally + 4 * j;
		count[j] = (struct lx_count){ (uint32_t)of[2], (uint32_t)of[0],
			(uint32_t)(of[0] + of[1] + of[2]) };
	}
}

/* 2^(-n/5) without the C library's pow, whose last digit differs between machines. */
static double fading(uint32_t n)
{
	static const double fifth[5] = { 1, 0x1.bdb8cdadbe120p-1, 0x1.8406003b2ae5cp-1,
		0x1.51cb453b9536cp-1, 0x1.2611186bae675p-1 };

	return n > 5000 ? 0 : ldexp(fifth[n % 5], -(int)(n / 5));
}

static double priority_of(struct lx_count count, double extremity, bool meta)
{
	double a = ((double)count.agree + 1) / ((double)count.votes + 2);
	double p = ((double)(count.votes - count.agree - count.disagree) + 1) /
		   ((double)count.votes + 2);
	double weight = (1 - p) * (extremity + 1) * a * (1 + 8 * fading(count.votes));

	return meta ? 49 : weight * weight;
}

void lx_ground_weigh_statements(
	const struct lx_opinions *opinions, struct lx_ground *ground, const struct lx_count *count)
{
	size_t m = opinions->statements;

	for (size_t j = 0; j < m; j++) {
		double agree = 1, disagree = 1;
		struct lx_count sum = { 0 };
		for (size_t g = 0; g < ground->k; g++) {
			const struct lx_count *of = &count[g * m + j];
			agree *= ((double)of->agree + 1) / ((double)of->votes + 2);
			disagree *= ((double)of->disagree + 1) / ((double)of->votes + 2);
			sum.agree += of->agree;
			sum.disagree += of->disagree;
			sum.votes += of->votes;
		}
		ground->common_agree[j] = agree;
		ground->common_disagree[j] = disagree;
		uint8_t flag = opinions->flag == NULL ? 0 : opinions->flag[j];
		ground->priority[j] = priority_of(
			sum, ground->extremity[j], (flag & LX_STATEMENT_META) != 0);
		if (ground->mode == LX_PLAIN && flag != 0)
			ground->priority[j] = 0;
	}
}
