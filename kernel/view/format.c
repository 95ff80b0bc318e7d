/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Numbers, money, days and moments in words. */
#include "kernel/view/view.h"

#include "base/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

struct lx_moment_parts lx_parts_of_day(int64_t day)
{
	struct lx_civil civil = lx_civil_of(day);

	return (struct lx_moment_parts){ civil.year, civil.month, civil.day,
		(lx_weekday(day) + 1) % 7, 0, 0, 0 };
}

struct lx_moment_parts lx_parts_of(int64_t moment, int zone)
{
	int64_t local = floor_div(moment, 1000) + (int64_t)zone * 60;
	int64_t day = floor_div(local, 86400);
	int64_t second = local - day * 86400;
	struct lx_moment_parts civil = lx_parts_of_day(day);

	civil.hour = (int)(second / 3600);
	civil.minute = (int)(second / 60 % 60);
	civil.second = (int)(second % 60);
	return civil;
}

void lx_view_number(struct lx_buf *out, const struct lx_view *view, int64_t number)
{
	(void)view;
	lx_money_write(out, (struct lx_money){ .minor = number });
}

static void short_day(
	struct lx_buf *out, const struct lx_view *view, const struct lx_moment_parts *civil)
{
	if (civil->year != view->year)
		lx_buf_printf(out, "%04d-", civil->year);
	lx_buf_printf(out, "%02d-%02d", civil->month, civil->day);
}

void lx_view_moment(struct lx_buf *out, const struct lx_view *view, int64_t moment)
{
	struct lx_moment_parts civil = lx_parts_of(moment, view->zone);

	short_day(out, view, &civil);
	lx_buf_printf(out, " %02d:%02d", civil.hour, civil.minute);
}

void lx_view_day(struct lx_buf *out, const struct lx_view *view, int64_t moment)
{
	struct lx_moment_parts civil = lx_parts_of(moment, view->zone);

	short_day(out, view, &civil);
}

void lx_view_ymd(struct lx_buf *out, const struct lx_view *view, int64_t moment)
{
	struct lx_moment_parts civil = lx_parts_of(moment, view->zone);

	lx_buf_printf(out, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

void lx_view_time(struct lx_buf *out, const struct lx_view *view, int64_t moment)
{
	struct lx_moment_parts civil = lx_parts_of(moment, view->zone);

	lx_buf_printf(out, "%02d:%02d", civil.hour, civil.minute);
}

/* "view.month.12", "view.weekday.5" in the view's language. */
static const char *name_of(const struct lx_view *view, const char *what, int number)
{
	char key[32];

	(void)snprintf(key, sizeof key, "view.%s.%d", what, number);
	return lx_tr(view->lang, key);
}

static void long_day(
	struct lx_buf *out, const struct lx_view *view, const struct lx_moment_parts *civil)
{
	char day[16], year[16];

	(void)snprintf(day, sizeof day, "%d", civil->day);
	(void)snprintf(year, sizeof year, "%d", civil->year);
	lx_say(out, view->lang, "view.date", year, name_of(view, "month", civil->month), day,
		name_of(view, "weekday", civil->weekday));
}

void lx_view_full(struct lx_buf *out, const struct lx_view *view, int64_t moment)
{
	struct lx_moment_parts civil = lx_parts_of(moment, view->zone);

	long_day(out, view, &civil);
	lx_buf_printf(out, view->lang == LX_EN ? ", %d:%02d" : "%d:%02d", civil.hour, civil.minute);
}

void lx_view_date(struct lx_buf *out, const struct lx_view *view, int64_t day)
{
	struct lx_moment_parts civil = lx_parts_of_day(day);

	long_day(out, view, &civil);
}

void lx_view_iso_day(struct lx_buf *out, int64_t day)
{
	struct lx_moment_parts civil = lx_parts_of_day(day);

	lx_buf_printf(out, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

void lx_view_iso(struct lx_buf *out, const struct lx_view *view, int64_t moment)
{
	struct lx_moment_parts civil = lx_parts_of(moment, view->zone);
	int zone = view->zone < 0 ? -view->zone : view->zone;

	lx_buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", civil.year, civil.month,
		civil.day, civil.hour, civil.minute, civil.second, view->zone < 0 ? '-' : '+',
		zone / 60, zone % 60);
}

/* How large units are called, the largest first: 10^power of the currency's whole unit. */
struct unit {
	enum lx_lang lang;
	unsigned power;
	const char *key;
};

static const struct unit units[] = {
	{ LX_ZH, 8, "view.money.hundred_million" },
	{ LX_ZH, 4, "view.money.ten_thousand" },
	{ LX_EN, 9, "view.money.billion" },
	{ LX_EN, 6, "view.money.million" },
};

static int64_t power_of_ten(unsigned power)
{
	int64_t value = 1;

	while (power-- > 0)
		value *= 10;
	return value;
}

/* Whether `minor` is at least one of the unit and a whole number of its hundredths. */
static bool fits(int64_t minor, unsigned places, unsigned power)
{
	if (places + power < 2 || places + power > 18)
		return false;
	int64_t one = power_of_ten(places + power);
	return (minor >= one || minor <= -one) && minor % (one / 100) == 0;
}

/* 1.2 rather than 1.20 */
static void short_decimal(struct lx_buf *out, int64_t hundredths)
{
	unsigned places = hundredths % 100 == 0 ? 0 : hundredths % 10 == 0 ? 1 : 2;

	lx_money_write(out, (struct lx_money){ .minor = hundredths / power_of_ten(2 - places),
				    .places = places });
}

void lx_view_money(struct lx_buf *out, const struct lx_view *view, struct lx_money money)
{
	LX_CLOSE(lx_buf_close) struct lx_buf digits = { .limit = 128 };
	const char *key = "view.money";
	char name[32], code[8];

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (units[i].lang != view->lang || !fits(money.minor, money.places, units[i].power))
			continue;
		short_decimal(
			&digits, money.minor / (power_of_ten(money.places + units[i].power) / 100));
		key = units[i].key;
		break;
	}
	if (digits.len == 0)
		lx_money_write(&digits, money);
	(void)snprintf(name, sizeof name, "view.currency.%s", money.currency);
	(void)snprintf(code, sizeof code, view->lang == LX_EN ? "%s " : "%s", money.currency);
	lx_say(out, view->lang, key, lx_buf_view(&digits).at,
		lx_has(name) ? lx_tr(view->lang, name) : code);
}
