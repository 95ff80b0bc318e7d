/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Rows and supporters of elections with very many distinct ballots: 2 bytes for an approval, 8 for a row. Rows
 * stand in blocks of up to 2^16; a supporter is its number within its block. Not for others.
 */
#ifndef LX_ENGINES_TALLY_BLOCKS_H
#define LX_ENGINES_TALLY_BLOCKS_H

#include "engines/tally/pass.h"

#define LX_BLOCK_ROWS ((size_t)1 << 16)

/* row[at[b * projects_n + p]] .. row[at[b * projects_n + p + 1] - 1]: the rows of block b that support p, rising; of all
 * rows the number is b * LX_BLOCK_ROWS more. Block b has rows_n[b] rows, each of one voter where weight[b] is NULL. */
struct lx_tally_blocks {
	size_t n, projects_n;
	const uint64_t *at;
	const uint16_t *row;
	const uint32_t *rows_n;
	float *const *weight;
};

/* The voters of a row. */
static inline float lx_blocks_weight(const struct lx_tally_blocks *blocks, size_t row)
{
	const float *weight = blocks->weight[row / LX_BLOCK_ROWS];

	return weight == NULL ? 1 : weight[row % LX_BLOCK_ROWS];
}

/* Purses: money[row] of each voter of a row. One that is 0 is so exactly; all others of block b are off by at most
 * doubt[b]. Sums run over pieces of blocks, always the same ones, on up to `threads` threads. */
struct lx_block_purses {
	double *money;
	double *doubt;
	struct lx_pass *sums;
	struct lx_sure_pass *sure_sums;
	unsigned threads;
};

/* Memory from the call's arena. */
LX_CHECK enum lx_code lx_blocks_purses_open(
	struct lx_call *call, const struct lx_tally_blocks *blocks, struct lx_block_purses *purses);

/* Everyone has `share`, off by at most `doubt`. */
void lx_blocks_start(const struct lx_tally_blocks *blocks, struct lx_block_purses *purses,
	double share, double doubt);

/* How many roundings a sum over n supporters has at most, one after the other. */
size_t lx_blocks_terms(const struct lx_tally_blocks *blocks, size_t n);

/* As lx_tally_pass, lx_tally_sure_pass and lx_tally_pay; utility is the same for all supporters. */
struct lx_pass lx_blocks_pass(const struct lx_tally_blocks *blocks,
	const struct lx_block_purses *purses, size_t p, double y);
struct lx_sure_pass lx_blocks_sure_pass(const struct lx_tally_blocks *blocks,
	const struct lx_block_purses *purses, size_t p, double y, double d);
void lx_blocks_pay(const struct lx_tally_blocks *blocks, struct lx_block_purses *purses, size_t p,
	double y, double d, double *worst);

/* Blocks being filled, row by row. `heavy`: the open block of rows of more than one voter, `light` of the others. */
struct lx_open_block {
	uint16_t *project;
	uint32_t *end;
	float *weight;
	size_t rows_n, entries_n;
};
struct lx_block_builder {
	struct lx_call *call;
	size_t projects_n, blocks_n, blocks_most;
	uint64_t *at, entries_n;
	uint16_t *row;
	uint32_t *rows_n, *next;
	float **weight;
	struct lx_open_block heavy, light;
};

/* Memory for up to `rows` rows, each of at most LX_BLOCK_NAMES projects, and `entries` names on all rows together. */
#define LX_BLOCK_NAMES ((size_t)1000)
LX_CHECK enum lx_code lx_blocks_open(struct lx_call *call, size_t projects_n, uint64_t rows,
	uint64_t entries, struct lx_block_builder *builder);

/* One row more: `weight` voters, 1 .. 2^24, who name project[0 .. n - 1], each once. */
LX_CHECK enum lx_code lx_blocks_add(
	struct lx_block_builder *builder, const uint16_t *project, size_t n, uint64_t weight);

/* Closes the open blocks; the result borrows the builder's memory. */
LX_CHECK enum lx_code lx_blocks_finish(
	struct lx_block_builder *builder, struct lx_tally_blocks *blocks);

#endif
