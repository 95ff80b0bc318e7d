/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Days and moments. A day is a number counted from 1970-01-01 in the proleptic Gregorian calendar; a
 * moment is milliseconds since 1970-01-01T00:00:00Z without leap seconds. Nothing here reads a clock.
 */
#ifndef LX_BASE_TIME_H
#define LX_BASE_TIME_H

#include "base/buf.h"

#define LX_DAY_MS    INT64_C(86400000)
#define LX_HOUR_MS   INT64_C(3600000)
#define LX_MINUTE_MS INT64_C(60000)

struct lx_civil {
	int year, month, day;
};

/* Between a day's number and its civil date; years 1 to 9999. */
int64_t lx_day_of(struct lx_civil civil);
struct lx_civil lx_civil_of(int64_t day);

/* "2026-11-22", a day that exists; false otherwise. */
bool lx_day_read(struct lx_text text, int64_t *day);
void lx_day_write(struct lx_buf *out, int64_t day);

/* RFC 3339: reads any offset and up to milliseconds ("2026-11-22T18:23:00.5+08:00"); writes UTC with
 * milliseconds only where there are some. */
bool lx_moment_read(struct lx_text text, int64_t *moment);
void lx_moment_write(struct lx_buf *out, int64_t moment);

/* An offset from UTC in minutes ("+08:00", "-03:30", "Z"), at most 14 hours. */
bool lx_offset_read(struct lx_text text, int *minutes);

/* The day on which a moment falls where clocks are `offset` minutes ahead of UTC, and that day's first moment. */
int64_t lx_day_at(int64_t moment, int offset);
int64_t lx_day_begin(int64_t day, int offset);

/* Monday 0 … Sunday 6. */
int lx_weekday(int64_t day);

#endif
