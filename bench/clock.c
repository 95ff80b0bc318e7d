/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Clocks for measuring. */
#include "bench/clock.h"

#include <time.h>

static double seconds_of(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_now(void)
{
	return seconds_of(CLOCK_MONOTONIC);
}

double bench_cpu(void)
{
	return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}
