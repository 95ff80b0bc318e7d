/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the tests of this folder share: a call with its arena, and tables drawn from a seed. */
#ifndef LX_ENGINES_APPRAISE_TEST_BENCH_H
#define LX_ENGINES_APPRAISE_TEST_BENCH_H

#include "engines/appraise/inner.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS 40

struct bench {
	struct lx_arena arena;
	struct lx_call call;
	uint64_t state;
};

/* Opens a call whose draws begin at the seed. */
static inline void open_bench(struct bench *b, unsigned threads, uint64_t seed)
{
	*b = (struct bench){ .arena = { .limit = (size_t)256 << 20 }, .state = seed };
	b->call = (struct lx_call){ .arena = &b->arena, .threads = threads };
}

static inline void close_bench(struct bench *b)
{
	lx_arena_close(&b->arena);
}

/* Numbers from 1 to 10, some of them 0 when `zeros`. */
static inline struct lx_grid draw_table(struct bench *b, size_t rows, size_t columns, bool zeros)
{
	double *at = lx_doubles(&b->call, rows * columns);

	assert_non_null(at);
	for (size_t i = 0; i < rows * columns; i++) {
		at[i] = 1 + floor(90 * lx_draw_unit(&b->state)) / 10;
		if (zeros && lx_draw_below(&b->state, 6) == 0)
			at[i] = 0;
	}
	return (struct lx_grid){ rows, columns, at, NULL, NULL };
}

#endif
