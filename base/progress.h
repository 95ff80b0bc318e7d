/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Progress and cancellation. Whoever computes for long calls lx_progress_step now and then (every
 * few milliseconds is right); whoever started it decides what to show and whether to go on.
 */
#ifndef LX_BASE_PROGRESS_H
#define LX_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `step` gets what is done out of `total` (0: not known) and returns false to cancel. It may be
 * called from any thread of the computation. */
struct lx_progress {
	bool (*step)(void *with, uint64_t done, uint64_t total);
	void *with;
};

/* True to go on; progress may be NULL. */
static inline bool lx_progress_step(
	const struct lx_progress *progress, uint64_t done, uint64_t total)
{
	return progress == NULL || progress->step == NULL ||
	       progress->step(progress->with, done, total);
}

#endif
