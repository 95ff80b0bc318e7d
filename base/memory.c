/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* malloc and free, with a switch that makes them fail for tests. */
#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>

static _Atomic uint64_t countdown;

static int refused(void)
{
	uint64_t left = atomic_load_explicit(&countdown, memory_order_relaxed);

	if (left == 0)
		return 0;
	if (left == 1)
		return 1;
	atomic_store_explicit(&countdown, left - 1, memory_order_relaxed);
	return 0;
}

void *lx_memory_new(size_t n)
{
	return refused() ? NULL : calloc(1, n);
}

void *lx_memory_grow(void *p, size_t n)
{
	return refused() ? NULL : realloc(p, n);
}

void lx_memory_free(void *p)
{
	free(p);
}

void lx_memory_fail_at(uint64_t n)
{
	atomic_store_explicit(&countdown, n, memory_order_relaxed);
}
