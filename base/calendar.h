/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Working days: Monday to Friday, but for the days a calendar names: holidays, and days that are worked though they
 * fall on a weekend (swapped weekends around Chinese holidays).
 */
#ifndef LX_BASE_CALENDAR_H
#define LX_BASE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Days in ascending order, borrowed. */
struct lx_calendar {
	const int64_t *holidays;
	size_t holidays_n;
	const int64_t *workdays;
	size_t workdays_n;
};

/* Whether the day is worked. */
bool lx_is_working_day(const struct lx_calendar *calendar, int64_t day);

/* The n-th working day after `day` (n = 0: `day` itself, or the next working day if it is none). A
 * calendar without working days within ten years gives the day ten years on. */
int64_t lx_working_day_after(const struct lx_calendar *calendar, int64_t day, int64_t n);

/* How many working days lie after `from`, up to and with `to`; negative when `to` is before `from`. */
int64_t lx_working_days_between(const struct lx_calendar *calendar, int64_t from, int64_t to);

#endif
