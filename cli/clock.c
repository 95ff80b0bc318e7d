/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The one place that reads the machine's clock for the region's affairs. */
#include "cli/region.h"

#include <time.h>

static int64_t machine_now(clockid_t which)
{
	struct timespec now;

	(void)clock_gettime(which, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t lx_clock_now(void *argument)
{
	struct lx_clock *clock = argument;

	if (clock->start == 0)
		return machine_now(CLOCK_REALTIME);
	if (clock->stands)
		return clock->start;
	if (clock->since == 0)
		clock->since = machine_now(CLOCK_MONOTONIC);
	return clock->start + machine_now(CLOCK_MONOTONIC) - clock->since;
}
