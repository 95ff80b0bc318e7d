/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A call: what one request, one command or one test carries with it: memory, the first fault, and
 * how to tell progress. Engines get all they need from outside through it.
 */
#ifndef LX_BASE_CALL_H
#define LX_BASE_CALL_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/progress.h"

/* `arena` is borrowed from the owner of the call; `progress` may be NULL; `threads` is how many
 * threads a computation may use, itself included (0 means 1). */
struct lx_call {
	struct lx_arena *arena;
	const struct lx_progress *progress;
	unsigned threads;
	struct lx_fault fault;
};

/* lx_fault_set on the call's fault. */
#define lx_fail(call, ...) lx_fault_set(&(call)->fault, __VA_ARGS__)

/* Zeroed memory that lives as long as the call; NULL after recording the fault `base.memory`. */
void *lx_alloc(struct lx_call *call, size_t n);
void *lx_array(struct lx_call *call, size_t n, size_t size);

/* Tells how far the work is; fails with LX_BUSY, `base.cancelled`, when it should stop. */
LX_CHECK enum lx_code lx_step(struct lx_call *call, uint64_t done, uint64_t total);

#endif
