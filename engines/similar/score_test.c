/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The arithmetic of scores that must be the same on every machine: logarithm and distance. */
#include "engines/similar/score.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void the_logarithm_is_one(void **state)
{
	(void)state;
	double x = 1e-3;
	for (int i = 0; i < 8800; i++, x *= 1.00391)
		assert_true(fabs(lx_similar_ln(x) - log(x)) <= 4e-16 * (1 + fabs(log(x))));
	assert_true(x > 1e11 && x < 1e12);
	struct lx_similar_place a = { true, 31230000, 121470000 },
				b = { true, 31300000, 120580000 };
	double km = lx_similar_km(a, b); /* Shanghai to Suzhou */
	assert_true(km > 80 && km < 90);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_logarithm_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
