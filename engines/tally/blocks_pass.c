/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Passes over a project's supporters, block by block. Each piece of blocks has its own sums, which are added up in
 * the order of pieces: the same bits for any number of threads.
 */
#include "engines/tally/blocks.h"
#include "engines/tally/lanes.h"

#include "base/parallel.h"

#include <float.h>

#define PIECE    ((size_t)64)        /* blocks summed by one thread at a time */
#define ALONE    ((uint64_t)1 << 20) /* fewer blocks' rows are not worth a thread */
#define AHEAD    24                  /* supporters whose purses are fetched ahead */
#define ROUND_UP (1 + 4 * DBL_EPSILON)
#define NEARLY   1e-300 /* money that may be none */

static size_t pieces(const struct lx_tally_blocks *blocks)
{
	return (blocks->n + PIECE - 1) / PIECE;
}

enum lx_code lx_blocks_purses_open(
	struct lx_call *call, const struct lx_tally_blocks *blocks, struct lx_block_purses *purses)
{
	purses->money = lx_array(call, blocks->n * LX_BLOCK_ROWS, sizeof *purses->money);
	purses->doubt = lx_array(call, blocks->n, sizeof *purses->doubt);
	purses->sums = lx_array(call, pieces(blocks), sizeof *purses->sums);
	purses->sure_sums = lx_array(call, pieces(blocks), sizeof *purses->sure_sums);
	purses->threads = blocks->n * LX_BLOCK_ROWS < ALONE ? 1 : call->threads;
	return purses->money == NULL || purses->doubt == NULL || purses->sums == NULL ||
			       purses->sure_sums == NULL
		       ? LX_BROKEN
		       : LX_OK;
}

void lx_blocks_start(const struct lx_tally_blocks *blocks, struct lx_block_purses *purses,
	double share, double doubt)
{
	for (size_t b = 0; b < blocks->n; b++) {
		double *money = purses->money + b * LX_BLOCK_ROWS;
		purses->doubt[b] = doubt;
		for (size_t r = 0; r < blocks->rows_n[b]; r++)
			money[r] = share;
	}
}

size_t lx_blocks_terms(const struct lx_tally_blocks *blocks, size_t n)
{
	size_t most = LX_BLOCK_ROWS + blocks->n;

	return n < most ? n : most;
}

/* What all pieces of a pass work with. */
struct work {
	const struct lx_tally_blocks *blocks;
	struct lx_block_purses *purses;
	size_t p;
	double y, d;
};

/* Supporters of one block. */
struct list {
	const uint16_t *row;
	size_t n;
	double *money;
	const float *weight;
};

static struct list list_of(const struct work *work, size_t b)
{
	const struct lx_tally_blocks *blocks = work->blocks;
	const uint64_t *at = blocks->at + b * blocks->projects_n + work->p;

	return (struct list){ blocks->row + at[0], (size_t)(at[1] - at[0]),
		work->purses->money + b * LX_BLOCK_ROWS, blocks->weight[b] };
}

static inline void fetch(const struct list *list, size_t i)
{
	__builtin_prefetch(&list->money[list->row[i + AHEAD]]);
}

static inline lx_pair money_of(const struct list *list, size_t i)
{
	return (lx_pair){ list->money[list->row[i]], list->money[list->row[i + 1]] };
}

static struct lx_pass pass_list(const struct list *list, double y)
{
	const lx_pair level = { y, y }, each = { 1, 1 };
	struct lx_lanes one = lx_lanes_none, two = one;
	size_t i = 0;

	for (; list->weight == NULL && i + 4 <= list->n; i += 4) {
		fetch(list, i);
		fetch(list, i + 1);
		fetch(list, i + 2);
		fetch(list, i + 3);
		lx_lanes_add(&one, money_of(list, i), each, level);
		lx_lanes_add(&two, money_of(list, i + 2), each, level);
	}
	for (; i < list->n; i++) {
		double people = list->weight == NULL ? 1 : (double)list->weight[list->row[i]];
		lx_pair money = { list->money[list->row[i]], 0 }, few = { people, 0 };
		lx_lanes_add(&one, money, few, level);
	}
	return lx_lanes_sum(&one, &two);
}

static size_t piece_end(const struct work *work, size_t piece)
{
	size_t end = (piece + 1) * PIECE;

	return end < work->blocks->n ? end : work->blocks->n;
}

static void pass_piece(void *with, size_t piece)
{
	const struct work *work = with;
	struct lx_pass sum = { .next = INFINITY };

	for (size_t b = piece * PIECE; b < piece_end(work, piece); b++) {
		struct list list = list_of(work, b);
		struct lx_pass one = pass_list(&list, work->y);
		sum.all += one.all;
		sum.poor += one.poor;
		sum.rich += one.rich;
		sum.next = fmin(sum.next, one.next);
		sum.last = fmax(sum.last, one.last);
	}
	work->purses->sums[piece] = sum;
}

struct lx_pass lx_blocks_pass(const struct lx_tally_blocks *blocks,
	const struct lx_block_purses *purses, size_t p, double y)
{
	struct lx_block_purses own = *purses;
	struct work work = { blocks, &own, p, y, 0 };
	struct lx_pass sum = { .next = INFINITY };

	lx_parallel_sure(purses->threads, pieces(blocks), pass_piece, &work);
	for (size_t i = 0; i < pieces(blocks); i++) {
		const struct lx_pass *one = &purses->sums[i];
		sum.all += one->all;
		sum.poor += one->poor;
		sum.rich += one->rich;
		sum.next = fmin(sum.next, one->next);
		sum.last = fmax(sum.last, one->last);
	}
	return sum;
}

static struct lx_sure_pass sure_list(const struct list *list, double y, double d, double doubt)
{
	struct lx_sure_pass sure = { 0 };

	for (size_t i = 0; i < list->n; i++) {
		double people = list->weight == NULL ? 1 : (double)list->weight[list->row[i]];
		double money = list->money[list->row[i]];
		bool can = money - doubt > y + d;
		fetch(list, i);
		sure.sum += people * (money < y ? money : y);
		sure.doubt += can || money <= 0 ? 0.0 : people * doubt;
		sure.rich += can ? people : 0.0;
	}
	return sure;
}

static void sure_piece(void *with, size_t piece)
{
	const struct work *work = with;
	struct lx_sure_pass sum = { 0 };

	for (size_t b = piece * PIECE; b < piece_end(work, piece); b++) {
		struct list list = list_of(work, b);
		struct lx_sure_pass one = sure_list(
			&list, work->y, work->d, work->purses->doubt[b]);
		sum.sum += one.sum;
		sum.doubt += one.doubt;
		sum.rich += one.rich;
	}
	work->purses->sure_sums[piece] = sum;
}

struct lx_sure_pass lx_blocks_sure_pass(const struct lx_tally_blocks *blocks,
	const struct lx_block_purses *purses, size_t p, double y, double d)
{
	struct lx_block_purses own = *purses;
	struct work work = { blocks, &own, p, y, d };
	struct lx_sure_pass sum = { 0 };

	lx_parallel_sure(purses->threads, pieces(blocks), sure_piece, &work);
	for (size_t i = 0; i < pieces(blocks); i++) {
		sum.sum += purses->sure_sums[i].sum;
		sum.doubt += purses->sure_sums[i].doubt;
		sum.rich += purses->sure_sums[i].rich;
	}
	return sum;
}

/* The block's doubt grows once for all its rows; who surely has nothing left has exactly nothing. */
static void pay_piece(void *with, size_t piece)
{
	const struct work *work = with;

	for (size_t b = piece * PIECE; b < piece_end(work, piece); b++) {
		struct list list = list_of(work, b);
		double most = 0, doubt = work->purses->doubt[b] + work->d;
		double surely = doubt + 2 * DBL_EPSILON * work->y;
		for (size_t i = 0; i < list.n; i++) {
			double money = list.money[list.row[i]], left = money - work->y;
			fetch(&list, i);
			most = money > most ? money : most;
			bool broke = money <= 0 || left <= -surely;
			left = left > NEARLY ? left : NEARLY;
			list.money[list.row[i]] = broke ? 0 : left;
		}
		if (list.n > 0)
			work->purses->doubt[b] = (doubt + 2 * DBL_EPSILON * most) * ROUND_UP;
	}
}

void lx_blocks_pay(const struct lx_tally_blocks *blocks, struct lx_block_purses *purses, size_t p,
	double y, double d, double *worst)
{
	struct work work = { blocks, purses, p, y, d };

	lx_parallel_sure(purses->threads, pieces(blocks), pay_piece, &work);
	for (size_t b = 0; b < blocks->n; b++)
		if (purses->doubt[b] > *worst)
			*worst = purses->doubt[b];
}
