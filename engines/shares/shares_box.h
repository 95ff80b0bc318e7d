/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the unit tests of this engine share: a call with its arena, random numbers from a seed. */
#ifndef LX_ENGINES_SHARES_BOX_H
#define LX_ENGINES_SHARES_BOX_H

#include "engines/shares/shares.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct box {
	struct lx_arena arena;
	struct lx_call call;
};

#define BOX(name)                                                                                  \
	LX_CLOSE(close_box) struct box name = { .arena = { .limit = (size_t)256 << 20 } };         \
	name.call = (struct lx_call)                                                               \
	{                                                                                          \
		.arena = &name.arena, .threads = 2                                                 \
	}

static inline void close_box(struct box *box)
{
	lx_arena_close(&box->arena);
}

static inline uint64_t draw(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

#endif
