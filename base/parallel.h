/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Independent pieces of work on the threads a call may use. Which thread does which piece is left to
 * chance; so a piece writes only to places of its own, and the result has the same bits for any
 * number of threads.
 */
#ifndef LX_BASE_PARALLEL_H
#define LX_BASE_PARALLEL_H

#include "base/call.h"

#define LX_THREADS_MAX 64

/* Does piece `i`. `worker` counts the threads from 0: workspace `worker` is this thread's alone.
 * Must not touch the call's arena; tells a failure in `fault`. */
typedef enum lx_code (*lx_piece)(void *with, size_t i, unsigned worker, struct lx_fault *fault);

/* How many workspaces lx_parallel needs for n pieces: 1 to LX_THREADS_MAX. */
unsigned lx_workers(const struct lx_call *call, size_t n);

/* Runs piece(with, i, ...) for i = 0 … n - 1 and tells the call's progress. When pieces fail, the
 * fault of the lowest i is recorded, whatever the order in which they ran. If threads cannot be had,
 * the calling thread does all. */
LX_CHECK enum lx_code lx_parallel(struct lx_call *call, size_t n, lx_piece piece, void *with);

/* The same for pieces that cannot fail and tell no progress; `threads` 0 counts as 1. */
void lx_parallel_sure(unsigned threads, size_t n, void (*piece)(void *with, size_t i), void *with);

#endif
