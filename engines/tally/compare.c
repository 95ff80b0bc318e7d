/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Comparing fractions exactly without products: whole parts first, then the turned remainders. */
#include "engines/tally/inner.h"

int lx_tally_compare(lx_int128 a, lx_int128 b, lx_int128 c, lx_int128 d)
{
	int sign = 1;

	for (;;) {
		lx_int128 whole = a / b, other = c / d;
		if (whole != other)
			return whole < other ? -sign : sign;
		a -= whole * b;
		c -= other * d;
		if (a == 0 || c == 0)
			return sign * ((a != 0) - (c != 0));
		/* a/b < c/d exactly when b/a > d/c */
		lx_int128 turn = a;
		a = b;
		b = turn;
		turn = c;
		c = d;
		d = turn;
		sign = -sign;
	}
}
