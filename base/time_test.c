/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Days, moments, working days. */
#include "base/calendar.h"
#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int64_t day(const char *text)
{
	int64_t number = INT64_MIN;

	assert_true(lx_day_read(lx_text(text), &number));
	return number;
}

static void every_day_of_four_centuries_goes_there_and_back(void **state)
{
	(void)state;
	for (int64_t d = day("1600-01-01"); d < day("2100-01-01"); d++)
		assert_int_equal(lx_day_of(lx_civil_of(d)), d);
	assert_int_equal(day("1970-01-01"), 0);
	assert_int_equal(day("2026-11-22"), 20779);
	assert_int_equal(lx_weekday(day("2026-11-22")), 6);
}

static void days_that_do_not_exist_are_refused(void **state)
{
	static const char *const bad[] = { "2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31",
		"26-04-30", "2026-4-3", "2026-04-30x", "", "0000-01-01" };
	int64_t number;
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(lx_day_read(lx_text(bad[i]), &number));
}

static void moments_are_rfc_3339(void **state)
{
	int64_t moment;
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	(void)state;
	assert_true(lx_moment_read(lx_text("2026-11-23T02:23:00.5+08:00"), &moment));
	lx_moment_write(&out, moment);
	assert_string_equal(out.at, "2026-11-22T18:23:00.500Z");
	assert_false(lx_moment_read(lx_text("2026-11-23T24:00:00Z"), &moment));
	assert_false(lx_moment_read(lx_text("2026-11-23T12:00:00"), &moment));
	assert_int_equal(lx_day_at(moment, 480), day("2026-11-23"));
	assert_int_equal(lx_day_at(-1, 0), -1);
}

static void a_sunday_can_be_a_working_day(void **state)
{
	/* the national day of 2026: holiday 1 to 7 October, worked on Sunday 20 September and Saturday 10 October */
	int64_t holidays[] = { day("2026-10-01"), day("2026-10-02"), day("2026-10-05"),
		day("2026-10-06"), day("2026-10-07") };
	int64_t workdays[] = { day("2026-09-20"), day("2026-10-10") };
	struct lx_calendar calendar = { holidays, 5, workdays, 2 };
	(void)state;
	assert_true(lx_is_working_day(&calendar, day("2026-09-20")));
	assert_false(lx_is_working_day(&calendar, day("2026-10-01")));
	assert_int_equal(lx_working_day_after(&calendar, day("2026-09-30"), 1), day("2026-10-08"));
	assert_int_equal(lx_working_day_after(&calendar, day("2026-09-30"), 3), day("2026-10-10"));
	assert_int_equal(lx_working_day_after(&calendar, day("2026-10-03"), 0), day("2026-10-08"));
	assert_int_equal(
		lx_working_days_between(&calendar, day("2026-09-30"), day("2026-10-10")), 3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_of_four_centuries_goes_there_and_back),
		cmocka_unit_test(days_that_do_not_exist_are_refused),
		cmocka_unit_test(moments_are_rfc_3339),
		cmocka_unit_test(a_sunday_can_be_a_working_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
