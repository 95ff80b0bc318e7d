/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Counting pairs of statements: how many voted on both, and what. Whole numbers only, so the sums are the
 * same for any order of rows and any number of threads.
 *
 * Four sums of a pair travel in one 64-bit word of four 16-bit fields, x_j x_l + 1, x_j + 1, x_l + 1
 * and 1, so that one addition counts a pair; fields cannot overflow within ROWS_AT_ONCE rows.
 */
#include "engines/consensus/inner.h"

#include "base/parallel.h"
#include "base/vector.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#define ROWS_AT_ONCE 32767

/* What one pair adds, by the stances of l and of j (0, 1, 2 for -1, 0, 1). */
#define WORD(xj, xl)                                                                               \
	((uint64_t)((xj) * (xl) + 1) << 48 | (uint64_t)((xj) + 1) << 32 |                          \
		(uint64_t)((xl) + 1) << 16 | 1)
static const uint64_t words[3][4] = {
	{ WORD(-1, -1), WORD(0, -1), WORD(1, -1), 0 },
	{ WORD(-1, 0), WORD(0, 0), WORD(1, 0), 0 },
	{ WORD(-1, 1), WORD(0, 1), WORD(1, 1), 0 },
};

/* Rows are taken in blocks that stay in the processor's cache. */
#define BLOCK_ROWS  8192
#define BLOCK_VOTES ((size_t)1 << 17)

/* A block of rows with the analysed columns only. `by_column` lists its votes column by column, each as
 * the place in `cell` and, in the low bits, how far that is from the beginning of its row. */
#define WITHIN_BITS 12
#define AHEAD       8 /* entries by which rows are asked for before they are looked at */
struct block {
	size_t rows, votes;
	uint32_t from[BLOCK_ROWS + 1];
	uint16_t cell[BLOCK_VOTES + LX_STATEMENTS_MOST];
	uint32_t begin[PAIRED_MOST + 1], end[PAIRED_MOST + 1]; /* of a column's list */
	uint32_t by_column[BLOCK_VOTES + LX_STATEMENTS_MOST + AHEAD];
};
static_assert(PAIRED_MOST <= 1 << WITHIN_BITS, "a place within a row must fit its bits");
static_assert(
	BLOCK_VOTES + LX_STATEMENTS_MOST <= (size_t)1 << (32 - WITHIN_BITS), "and one in a block");

struct count_work {
	const struct lx_opinions *opinions;
	const struct columns *columns;
	struct pair *pairs;
	uint64_t *word; /* [tasks * pairs] */
	struct block *block;
	struct expanded *expanded;
	size_t tasks, pairs_n;
	pthread_mutex_t lock;
};

/* Fills a block from `row` on; returns the row after it. */
static size_t take_rows(const struct count_work *work, size_t row, size_t to, struct block *block)
{
	const struct lx_opinions *o = work->opinions;

	block->rows = block->votes = 0;
	while (row < to && block->rows < BLOCK_ROWS && block->votes < BLOCK_VOTES) {
		block->from[block->rows] = (uint32_t)block->votes;
		for (size_t i = o->from[row]; i < o->from[row + 1]; i++) {
			uint16_t place = work->columns->place[LX_CELL_STATEMENT(o->cell[i])];
			block->cell[block->votes] = (uint16_t)(place << 2 | (o->cell[i] & 3));
			block->votes += place != NO_PLACE;
		}
		block->rows++;
		row++;
	}
	block->from[block->rows] = (uint32_t)block->votes;
	return row;
}

/* A row written out over all columns: what each column adds, by the stance of the larger one; 0 where
 * not voted. Cheaper than picking out the votes where there are many: additions of neighbours go through
 * vector registers. */
#define MANY 3 /* one column in so many */
struct expanded {
	uint64_t add[3][PAIRED_MOST];
};

LX_VECTOR static void count_dense(
	struct expanded *e, const uint16_t *cell, size_t n, size_t columns, uint64_t *word)
{
	memset(e->add[0], 0, columns * sizeof e->add[0][0]);
	memset(e->add[1], 0, columns * sizeof e->add[0][0]);
	memset(e->add[2], 0, columns * sizeof e->add[0][0]);
	for (size_t a = 0; a < n; a++)
		for (size_t said = 0; said < 3; said++)
			e->add[said][cell[a] >> 2] = words[said][cell[a] & 3];
	for (size_t b = 0; b < n; b++) {
		size_t l = cell[b] >> 2;
		uint64_t *at = word + lx_ground_pair_at(0, l);
		const uint64_t *add = e->add[cell[b] & 3];
		for (size_t j = 0; j <= l; j++)
			at[j] += add[j];
	}
}

/* Counts the rows with many votes. */
static void count_full_rows(
	const struct block *block, struct expanded *expanded, size_t columns, uint64_t *word)
{
	for (size_t row = 0; row < block->rows; row++) {
		size_t n = block->from[row + 1] - block->from[row];
		if (n * MANY >= columns)
			count_dense(expanded, block->cell + block->from[row], n, columns, word);
	}
}

/* Lists the votes of the other rows by column. */
static void sort_by_column(struct block *block, size_t columns)
{
	uint32_t *begin = block->begin;

	memset(begin, 0, (columns + 1) * sizeof *begin);
	for (size_t i = 0; i < block->votes; i++)
		begin[(block->cell[i] >> 2) + 1]++;
	for (size_t l = 0; l < columns; l++)
		begin[l + 1] += begin[l];
	memcpy(block->end, begin, columns * sizeof *begin);
	for (size_t row = 0; row < block->rows; row++) {
		uint32_t from = block->from[row], to = block->from[row + 1];
		if ((size_t)(to - from) * MANY >= columns)
			continue;
		for (uint32_t i = from; i < to; i++)
			block->by_column[block->end[block->cell[i] >> 2]++] = i << WITHIN_BITS |
									      (i - from);
	}
}

/* One larger column at a time: its part of the table is small enough for the nearest cache. */
static void count_columns(const struct block *block, size_t columns, uint64_t *word)
{
	for (size_t l = 0; l < columns; l++) {
		uint64_t *at = word + lx_ground_pair_at(0, l);
		for (uint32_t e = block->begin[l]; e < block->end[l]; e++) {
			__builtin_prefetch(
				block->cell + (block->by_column[e + AHEAD] >> WITHIN_BITS));
			uint32_t place = block->by_column[e] >> WITHIN_BITS;
			uint32_t within = block->by_column[e] & ((1U << WITHIN_BITS) - 1);
			const uint16_t *cell = block->cell + (place - within);
			const uint64_t *add = words[block->cell[place] & 3];
			for (uint32_t a = 0; a <= within; a++)
				at[cell[a] >> 2] += add[cell[a] & 3];
		}
	}
}

static void add_up(struct count_work *work, uint64_t *word)
{
	(void)pthread_mutex_lock(&work->lock);
	for (size_t i = 0; i < work->pairs_n; i++) {
		uint64_t w = word[i];
		if (w == 0)
			continue;
		int32_t both = (int32_t)(w & 0xffff);
		work->pairs[i].product += (int32_t)(w >> 48) - both;
		work->pairs[i].left += (int32_t)(w >> 32 & 0xffff) - both;
		work->pairs[i].right += (int32_t)(w >> 16 & 0xffff) - both;
		work->pairs[i].both += (uint32_t)both;
		word[i] = 0;
	}
	(void)pthread_mutex_unlock(&work->lock);
}

/* The first row that begins at or after a share of all votes. */
static size_t share_of(const struct lx_opinions *o, size_t task, size_t tasks)
{
	size_t target = (size_t)((double)o->from[o->people] / (double)tasks * (double)task);
	size_t low = 0, high = o->people;

	if (task == tasks)
		return o->people;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (o->from[middle] < target)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void count_share(void *with, size_t task)
{
	struct count_work *work = with;
	uint64_t *word = work->word + task * work->pairs_n;
	struct block *block = work->block + task;
	size_t to = share_of(work->opinions, task + 1, work->tasks), since = 0;

	for (size_t row = share_of(work->opinions, task, work->tasks); row < to;) {
		row = take_rows(work, row, to, block);
		count_full_rows(block, work->expanded + task, work->columns->n, word);
		sort_by_column(block, work->columns->n);
		count_columns(block, work->columns->n, word);
		since += block->rows;
		if (since + BLOCK_ROWS > ROWS_AT_ONCE) {
			add_up(work, word);
			since = 0;
		}
	}
	add_up(work, word);
}

enum lx_code lx_ground_pairs_count(struct lx_call *call, const struct lx_opinions *opinions,
	const struct columns *columns, struct pair *pairs)
{
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct count_work work = {
		.opinions = opinions,
		.columns = columns,
		.pairs = pairs,
		.tasks = call->threads == 0 ? 1 : call->threads,
		.pairs_n = lx_ground_pair_at(0, columns->n),
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};

	work.word = lx_array(call, work.tasks * work.pairs_n, sizeof *work.word);
	work.block = lx_array(call, work.tasks, sizeof *work.block);
	work.expanded = lx_array(call, work.tasks, sizeof *work.expanded);
	if (work.word == NULL || work.block == NULL || work.expanded == NULL)
		return LX_BROKEN;
	lx_parallel_sure(call->threads, work.tasks, count_share, &work);
	lx_arena_back(call->arena, mark);
	return LX_OK;
}

/* The entry of D'D for columns j <= l, D being votes less their column's mean, 0 where not voted. */
static double scatter_of(const struct pair *pair, double mean_j, double mean_l)
{
	return (double)pair->product - mean_l * (double)pair->left - mean_j * (double)pair->right +
	       mean_j * mean_l * (double)pair->both;
}

void lx_ground_pairs_scatter_column(
	const struct pair *pairs, const struct columns *columns, size_t column, double *scatter)
{
	const double *mean = columns->mean;

	for (size_t other = 0; other < columns->n; other++) {
		size_t j = other < column ? other : column, l = other < column ? column : other;
		double entry = scatter_of(&pairs[lx_ground_pair_at(j, l)], mean[j], mean[l]);
		scatter[j * columns->n + l] = entry;
		scatter[l * columns->n + j] = entry;
	}
}

void lx_ground_pairs_scatter(
	const struct pair *pairs, const struct columns *columns, double *scatter)
{
	const double *mean = columns->mean;
	size_t n = columns->n;

	for (size_t l = 0; l < n; l++)
		for (size_t j = 0; j <= l; j++)
			scatter[l * n + j] = scatter_of(
				&pairs[lx_ground_pair_at(j, l)], mean[j], mean[l]);
	for (size_t l = 0; l < n; l++)
		for (size_t j = 0; j < l; j++)
			scatter[j * n + l] = scatter[l * n + j];
}
