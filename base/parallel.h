/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Doing independent tasks on several threads. The order in which tasks run is not defined, so whoever
 * needs the same bits for any number of threads cuts the work into tasks by its data (never by the
 * number of threads) and joins their results in the order of the tasks, or adds integers.
 */
#ifndef LX_BASE_PARALLEL_H
#define LX_BASE_PARALLEL_H

#include <stddef.h>

/* Calls task(with, i) once for each i below `tasks`, on at most `threads` threads (0 counts as 1),
 * the caller's own included, and returns when all are done. Where no thread is to be had the caller
 * does the work alone. Tasks must not use the call's arena. */
void lx_parallel(unsigned threads, size_t tasks, void (*task)(void *with, size_t i), void *with);

#endif
