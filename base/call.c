/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Memory and progress of a call, with their faults. */
#include "base/call.h"

void *lx_alloc(struct lx_call *call, size_t n)
{
	void *place = lx_arena_alloc(call->arena, n);

	if (place == NULL)
		(void)lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	return place;
}

void *lx_array(struct lx_call *call, size_t n, size_t size)
{
	void *place = lx_arena_array(call->arena, n, size);

	if (place == NULL)
		(void)lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	return place;
}

enum lx_code lx_step(struct lx_call *call, uint64_t done, uint64_t total)
{
	if (lx_progress_step(call->progress, done, total))
		return LX_OK;
	return lx_fail(call, LX_BUSY, NULL, "base.cancelled", NULL);
}
