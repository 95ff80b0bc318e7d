/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Clocks for measuring. Seconds. */
#ifndef LX_BENCH_CLOCK_H
#define LX_BENCH_CLOCK_H

/* Of a clock that only goes forward; of the processors, by all threads of this process. */
double bench_now(void);
double bench_cpu(void);

#endif
