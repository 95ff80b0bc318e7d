/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Exact decimals: a 64-bit whole number of 10^-places. Money is a decimal whose places are the
 * currency's. Whatever does not fit is refused, never rounded.
 */
#ifndef LX_BASE_DECIMAL_H
#define LX_BASE_DECIMAL_H

#include "base/buf.h"

#define LX_DECIMAL_PLACES_MAX 18

/* Reads [-]digits[.digits] as a whole number of 10^-places; false when malformed, when it has more
 * digits after the point than `places` (zeros at the end apart), or when it does not fit. */
bool lx_decimal_read(struct lx_text text, unsigned places, int64_t *scaled);

/* Writes with exactly `places` digits after the point ("17.2500"; "17" for 0 places). */
void lx_decimal_write(struct lx_buf *out, int64_t scaled, unsigned places);

/* a * b / c rounded half to even, computed in 128 bits; false when c is 0 or it does not fit. */
bool lx_decimal_scale(int64_t a, int64_t b, int64_t c, int64_t *result);

/* An amount with its currency: ISO 4217 code and how many places its minor unit has (CNY: 2). */
struct lx_money {
	int64_t minor;
	char currency[4];
	unsigned places;
};

/* For readers: groups of three, places of the currency: "1,234,567.80". The code is not written. */
void lx_money_write(struct lx_buf *out, struct lx_money money);

#endif
