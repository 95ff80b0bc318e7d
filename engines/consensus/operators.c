/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The scatter matrix D'D applied to four vectors at once: from its table, or, when there are more
 * statements than a table should have, through the votes, in blocks of rows that do not depend on the
 * number of threads.
 */
#include "engines/consensus/inner.h"

#include "base/parallel.h"
#include "base/vector.h"

#include <string.h>

#define STRIPE 64 /* rows of the table a task takes */

struct dense_work {
	const struct dense *dense;
	const struct lanes *in;
	struct lanes *out;
};

/* Four rows of the table times the vectors, to keep the processor's adders busy. */
LX_VECTOR static void four_rows(const double *restrict a, const double *restrict b,
	const double *restrict c, const double *restrict d, size_t n,
	const struct lanes *restrict in, struct lanes out[4])
{
	lx_four sum[4] = { { 0 } };

	for (size_t j = 0; j < n; j++) {
		lx_four v = *(const lx_four *)in[j].v;
		sum[0] += a[j] * v;
		sum[1] += b[j] * v;
		sum[2] += c[j] * v;
		sum[3] += d[j] * v;
	}
	memcpy(out, sum, sizeof sum);
}

static void dense_stripe(void *with, size_t task)
{
	const struct dense_work *work = with;
	size_t n = work->dense->n, to = (task + 1) * STRIPE < n ? (task + 1) * STRIPE : n;

	for (size_t i = task * STRIPE; i < to; i += 4) {
		const double *row = work->dense->scatter + i * n;
		size_t rows = to - i < 4 ? to - i : 4;
		struct lanes out[4];
		four_rows(row, rows > 1 ? row + n : row, rows > 2 ? row + 2 * n : row,
			rows > 3 ? row + 3 * n : row, n, work->in, out);
		memcpy(work->out + i, out, rows * sizeof *out);
	}
}

void lx_ground_dense_apply(const void *with, const struct lanes *in, struct lanes *out)
{
	const struct dense *dense = with;
	struct dense_work work = { dense, in, out };

	lx_parallel_sure(dense->n < 256 ? 1 : dense->threads, (dense->n + STRIPE - 1) / STRIPE,
		dense_stripe, &work);
}

enum lx_code lx_ground_sparse_open(struct lx_call *call, const struct lx_opinions *opinions,
	const struct columns *columns, struct sparse *sparse)
{
	*sparse = (struct sparse){
		.opinions = opinions,
		.columns = columns,
		.threads = call->threads,
		.partial = lx_array(call, SPARSE_BLOCKS * columns->n, sizeof *sparse->partial),
		.deviation = lx_array(call, 4 * opinions->statements, sizeof *sparse->deviation),
		.place = lx_array(call, opinions->statements, sizeof *sparse->place),
	};
	if (sparse->partial == NULL || sparse->deviation == NULL || sparse->place == NULL)
		return LX_BROKEN;
	for (size_t c = 0; c < columns->n; c++)
		sparse->place[columns->of[c]] = (uint16_t)c;
	for (size_t c = 0; c < columns->n; c++)
		for (int stance = LX_DISAGREE; stance <= LX_AGREE; stance++)
			sparse->deviation[LX_CELL(columns->of[c], stance)] = (double)stance -
									     columns->mean[c];
	return LX_OK;
}

struct sparse_work {
	const struct sparse *sparse;
	const struct lanes *in;
};

/* What one row adds: its deviations times the vectors, times its deviations again. */
LX_VECTOR static void sparse_row(const struct sparse *s, const uint16_t *cell, size_t n,
	const struct lanes *restrict in, struct lanes *restrict out)
{
	lx_four t = { 0 };

	for (size_t i = 0; i < n; i++)
		t += s->deviation[cell[i]] *
		     *(const lx_four *)in[s->place[LX_CELL_STATEMENT(cell[i])]].v;
	for (size_t i = 0; i < n; i++)
		*(lx_four *)out[s->place[LX_CELL_STATEMENT(cell[i])]].v += s->deviation[cell[i]] *
									   t;
}

static void sparse_block(void *with, size_t task)
{
	const struct sparse_work *work = with;
	const struct sparse *s = work->sparse;
	const struct lx_opinions *o = s->opinions;
	struct lanes *out = s->partial + task * s->columns->n;
	size_t to = o->people * (task + 1) / SPARSE_BLOCKS;

	memset(out, 0, s->columns->n * sizeof *out);
	for (size_t row = o->people * task / SPARSE_BLOCKS; row < to; row++)
		sparse_row(
			s, o->cell + o->from[row], o->from[row + 1] - o->from[row], work->in, out);
}

void lx_ground_sparse_apply(const void *with, const struct lanes *in, struct lanes *out)
{
	const struct sparse *sparse = with;
	struct sparse_work work = { sparse, in };
	size_t n = sparse->columns->n;

	lx_parallel_sure(sparse->threads, SPARSE_BLOCKS, sparse_block, &work);
	memset(out, 0, n * sizeof *out);
	for (size_t b = 0; b < SPARSE_BLOCKS; b++)
		for (size_t c = 0; c < n; c++)
			for (size_t lane = 0; lane < LANES; lane++)
				out[c].v[lane] += sparse->partial[b * n + c].v[lane];
}
