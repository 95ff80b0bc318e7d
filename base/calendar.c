/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Working days. */
#include "base/calendar.h"

#include "base/time.h"

#define SEARCH_DAYS 3660

static bool listed(const int64_t *days, size_t n, int64_t day)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (days[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && days[low] == day;
}

bool lx_is_working_day(const struct lx_calendar *calendar, int64_t day)
{
	if (lx_weekday(day) >= 5)
		return listed(calendar->workdays, calendar->workdays_n, day);
	return !listed(calendar->holidays, calendar->holidays_n, day);
}

int64_t lx_working_day_after(const struct lx_calendar *calendar, int64_t day, int64_t n)
{
	int64_t last = day + SEARCH_DAYS + 2 * n;

	if (n == 0)
		while (!lx_is_working_day(calendar, day) && day < last)
			day++;
	while (n > 0 && day < last)
		n -= lx_is_working_day(calendar, ++day);
	return day;
}

int64_t lx_working_days_between(const struct lx_calendar *calendar, int64_t from, int64_t to)
{
	int64_t n = 0;

	if (to < from)
		return -lx_working_days_between(calendar, to, from);
	for (int64_t day = from + 1; day <= to; day++)
		n += lx_is_working_day(calendar, day);
	return n;
}
