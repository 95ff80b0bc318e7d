/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Days and moments. The day count is Howard Hinnant's days_from_civil, in eras of 400 years. */
#include "base/time.h"

#define DAYS_OF_ERA   146097
#define DAYS_TO_EPOCH 719468 /* from 0000-03-01 to 1970-01-01 */
#define YEAR_FIRST    1
#define YEAR_LAST     9999
#define OFFSET_MOST   (14 * 60)

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

int64_t lx_day_of(struct lx_civil civil)
{
	int64_t year = civil.month <= 2 ? civil.year - 1 : civil.year;
	int64_t era = floor_div(year, 400), of_era = year - era * 400;
	int64_t of_year = (153 * (civil.month + (civil.month > 2 ? -3 : 9)) + 2) / 5 + civil.day -
			  1;

	return era * DAYS_OF_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
	       DAYS_TO_EPOCH;
}

struct lx_civil lx_civil_of(int64_t day)
{
	int64_t shifted = day + DAYS_TO_EPOCH, era = floor_div(shifted, DAYS_OF_ERA);
	int64_t of_era = shifted - era * DAYS_OF_ERA;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;
	struct lx_civil civil = {
		.year = (int)(year + era * 400 + (month >= 10)),
		.month = (int)(month < 10 ? month + 3 : month - 9),
		.day = (int)(of_year - (153 * month + 2) / 5 + 1),
	};

	return civil;
}

/* Exactly n digits at *at. */
static bool digits(struct lx_text *at, size_t n, int *value)
{
	int sum = 0;

	if (at->len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (at->at[i] < '0' || at->at[i] > '9')
			return false;
		sum = sum * 10 + (at->at[i] - '0');
	}
	*value = sum;
	*at = (struct lx_text){ at->at + n, at->len - n };
	return true;
}

static bool mark(struct lx_text *at, char c)
{
	if (at->len == 0 || at->at[0] != c)
		return false;
	*at = (struct lx_text){ at->at + 1, at->len - 1 };
	return true;
}

static bool take_day(struct lx_text *at, int64_t *day)
{
	struct lx_civil civil;

	if (!digits(at, 4, &civil.year) || !mark(at, '-') || !digits(at, 2, &civil.month) ||
		!mark(at, '-') || !digits(at, 2, &civil.day))
		return false;
	if (civil.year < YEAR_FIRST || civil.month < 1 || civil.month > 12 || civil.day < 1)
		return false;
	int64_t number = lx_day_of(civil);
	struct lx_civil back = lx_civil_of(number);
	if (back.day != civil.day || back.month != civil.month)
		return false;
	*day = number;
	return true;
}

bool lx_day_read(struct lx_text text, int64_t *day)
{
	int64_t number;

	if (!take_day(&text, &number) || text.len != 0)
		return false;
	*day = number;
	return true;
}

void lx_day_write(struct lx_buf *out, int64_t day)
{
	struct lx_civil civil = lx_civil_of(day);

	lx_buf_printf(out, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

static bool take_offset(struct lx_text *at, int *minutes)
{
	int hours, rest;

	if (mark(at, 'Z')) {
		*minutes = 0;
		return true;
	}
	bool minus = at->len > 0 && at->at[0] == '-';
	if (!mark(at, minus ? '-' : '+') || !digits(at, 2, &hours) || !mark(at, ':') ||
		!digits(at, 2, &rest))
		return false;
	if (rest > 59 || hours * 60 + rest > OFFSET_MOST)
		return false;
	*minutes = (minus ? -1 : 1) * (hours * 60 + rest);
	return true;
}

bool lx_offset_read(struct lx_text text, int *minutes)
{
	int read;

	if (!take_offset(&text, &read) || text.len != 0)
		return false;
	*minutes = read;
	return true;
}

/* The fraction of a second, to milliseconds; further digits must be there for nothing but zeros. */
static bool take_fraction(struct lx_text *at, int *ms)
{
	int digit, n = 0;

	*ms = 0;
	if (!mark(at, '.'))
		return true;
	for (; digits(at, 1, &digit); n++) {
		if (n < 3)
			*ms = *ms * 10 + digit;
		else if (digit != 0)
			return false;
	}
	for (int i = n; i < 3; i++)
		*ms *= 10;
	return n > 0;
}

bool lx_moment_read(struct lx_text text, int64_t *moment)
{
	int64_t day;
	int hour, minute, second, ms, offset;

	if (!take_day(&text, &day) || (!mark(&text, 'T') && !mark(&text, ' ')))
		return false;
	if (!digits(&text, 2, &hour) || !mark(&text, ':') || !digits(&text, 2, &minute) ||
		!mark(&text, ':') || !digits(&text, 2, &second) || !take_fraction(&text, &ms))
		return false;
	if (hour > 23 || minute > 59 || second > 59 || !take_offset(&text, &offset) ||
		text.len != 0)
		return false;
	*moment = day * LX_DAY_MS + hour * LX_HOUR_MS + (minute - offset) * LX_MINUTE_MS +
		  second * 1000 + ms;
	return true;
}

void lx_moment_write(struct lx_buf *out, int64_t moment)
{
	int64_t day = floor_div(moment, LX_DAY_MS), ms = moment - day * LX_DAY_MS;

	lx_day_write(out, day);
	lx_buf_printf(out, "T%02d:%02d:%02d", (int)(ms / LX_HOUR_MS), (int)(ms / LX_MINUTE_MS % 60),
		(int)(ms / 1000 % 60));
	if (ms % 1000 != 0)
		lx_buf_printf(out, ".%03d", (int)(ms % 1000));
	lx_buf_char(out, 'Z');
}

int64_t lx_day_at(int64_t moment, int offset)
{
	return floor_div(moment + offset * LX_MINUTE_MS, LX_DAY_MS);
}

int64_t lx_day_begin(int64_t day, int offset)
{
	return day * LX_DAY_MS - offset * LX_MINUTE_MS;
}

int lx_weekday(int64_t day)
{
	return (int)(((day + 3) % 7 + 7) % 7);
}
