/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Filling blocks of rows. Rows are collected until a block is full, then its names are sorted by project by
 * counting. Rows of one voter, the bulk of a large election, have blocks of their own and need no weight.
 */
#include "engines/tally/blocks.h"

#include <string.h>

#define ENTRIES_MOST ((size_t)1 << 20) /* names in a block */
#define SPARE        64 /* entries behind the last: what is fetched ahead may be read */

static size_t lesser(uint64_t n, size_t most)
{
	return n < most ? (size_t)n : most;
}

static enum lx_code open_block(struct lx_call *call, size_t rows, size_t entries,
	struct lx_open_block *block, bool weighted)
{
	block->project = lx_array(call, entries, sizeof *block->project);
	block->end = lx_array(call, rows, sizeof *block->end);
	if (weighted)
		block->weight = lx_array(call, rows, sizeof *block->weight);
	return block->project == NULL || block->end == NULL || (weighted && block->weight == NULL)
		       ? LX_BROKEN
		       : LX_OK;
}

enum lx_code lx_blocks_open(struct lx_call *call, size_t projects_n, uint64_t rows,
	uint64_t entries, struct lx_block_builder *builder)
{
	size_t most =
		(size_t)(rows / LX_BLOCK_ROWS + entries / (ENTRIES_MOST - LX_BLOCK_NAMES) + 4);

	*builder = (struct lx_block_builder){
		.call = call, .projects_n = projects_n, .blocks_most = most
	};
	builder->at = lx_array(call, most * projects_n + 1, sizeof *builder->at);
	builder->row = lx_array(call, (size_t)entries + SPARE, sizeof *builder->row);
	builder->rows_n = lx_array(call, most, sizeof *builder->rows_n);
	builder->weight = lx_array(call, most, sizeof *builder->weight);
	builder->next = lx_array(call, projects_n + 1, sizeof *builder->next);
	if (builder->at == NULL || builder->row == NULL || builder->rows_n == NULL ||
		builder->weight == NULL || builder->next == NULL)
		return LX_BROKEN;
	size_t names = lesser(entries, ENTRIES_MOST), lines = lesser(rows, LX_BLOCK_ROWS);
	LX_TRY(open_block(call, lines, names, &builder->heavy, true));
	return open_block(call, lines, names, &builder->light, false);
}

/* Keeps the weights of a block that is closed. */
static enum lx_code keep_weights(
	struct lx_block_builder *builder, const struct lx_open_block *block)
{
	if (block->weight == NULL)
		return LX_OK;
	float *weight = lx_array(builder->call, block->rows_n, sizeof *weight);
	if (weight == NULL)
		return LX_BROKEN;
	memcpy(weight, block->weight, block->rows_n * sizeof *weight);
	builder->weight[builder->blocks_n] = weight;
	return LX_OK;
}

static enum lx_code close_block(struct lx_block_builder *builder, struct lx_open_block *block)
{
	size_t n = builder->projects_n;
	uint32_t *next = builder->next;
	uint64_t *at = builder->at + builder->blocks_n * n;
	uint16_t *row = builder->row + builder->entries_n;

	if (block->rows_n == 0)
		return LX_OK;
	LX_TRY(keep_weights(builder, block));
	memset(next, 0, (n + 1) * sizeof *next);
	for (size_t k = 0; k < block->entries_n; k++)
		next[block->project[k] + 1]++;
	for (size_t p = 0; p < n; p++) {
		next[p + 1] += next[p];
		at[p] = builder->entries_n + next[p];
	}
	for (size_t r = 0, k = 0; r < block->rows_n; r++)
		for (; k < block->end[r]; k++)
			row[next[block->project[k]]++] = (uint16_t)r;
	builder->entries_n += block->entries_n;
	at[n] = builder->entries_n;
	builder->rows_n[builder->blocks_n++] = (uint32_t)block->rows_n;
	block->rows_n = block->entries_n = 0;
	return LX_OK;
}

enum lx_code lx_blocks_add(
	struct lx_block_builder *builder, const uint16_t *project, size_t n, uint64_t weight)
{
	struct lx_open_block *block = weight > 1 ? &builder->heavy : &builder->light;

	if (block->rows_n == LX_BLOCK_ROWS || block->entries_n + n > ENTRIES_MOST)
		LX_TRY(close_block(builder, block));
	memcpy(block->project + block->entries_n, project, n * sizeof *project);
	block->entries_n += n;
	if (block->weight != NULL)
		block->weight[block->rows_n] = (float)weight;
	block->end[block->rows_n++] = (uint32_t)block->entries_n;
	return LX_OK;
}

enum lx_code lx_blocks_finish(struct lx_block_builder *builder, struct lx_tally_blocks *blocks)
{
	LX_TRY(close_block(builder, &builder->heavy));
	LX_TRY(close_block(builder, &builder->light));
	*blocks = (struct lx_tally_blocks){ .n = builder->blocks_n,
		.projects_n = builder->projects_n,
		.at = builder->at,
		.row = builder->row,
		.rows_n = builder->rows_n,
		.weight = builder->weight };
	return LX_OK;
}
