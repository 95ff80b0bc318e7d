/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Exact decimals and money. */
#include "base/decimal.h"

#include "base/wide.h"

static bool push_digit(int64_t *sum, int digit)
{
	/* downwards, as the smallest number has no positive twin */
	return !__builtin_mul_overflow(*sum, 10, sum) && !__builtin_sub_overflow(*sum, digit, sum);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The digits after the point, from *i; true if they fit into `places`. */
static bool read_fraction(struct lx_text text, size_t *i, unsigned places, int64_t *sum)
{
	unsigned n = 0;

	for (; *i < text.len && is_digit(text.at[*i]); *i += 1, n++) {
		int digit = text.at[*i] - '0';
		if (n < places ? !push_digit(sum, digit) : digit != 0)
			return false;
	}
	bool some = n > 0;
	for (; n < places; n++)
		if (!push_digit(sum, 0))
			return false;
	return some;
}

bool lx_decimal_read(struct lx_text text, unsigned places, int64_t *scaled)
{
	bool negative = text.len > 0 && text.at[0] == '-';
	size_t i = negative;
	int64_t sum = 0;

	if (i == text.len || !is_digit(text.at[i]))
		return false;
	for (; i < text.len && is_digit(text.at[i]); i++)
		if (!push_digit(&sum, text.at[i] - '0'))
			return false;
	if (i < text.len) {
		if (text.at[i++] != '.' || !read_fraction(text, &i, places, &sum) || i != text.len)
			return false;
	} else {
		for (unsigned n = 0; n < places; n++)
			if (!push_digit(&sum, 0))
				return false;
	}
	if (!negative && __builtin_sub_overflow(0, sum, &sum))
		return false;
	*scaled = sum;
	return true;
}

/* Digits of |number| into out (at least `least` of them), most significant first; how many. */
static size_t digits_of(int64_t number, size_t least, char out[24])
{
	uint64_t left = number < 0 ? UINT64_C(0) - (uint64_t)number : (uint64_t)number;
	char turned[24];
	size_t n = 0;

	while (left > 0 || n < least) {
		turned[n++] = (char)('0' + left % 10);
		left /= 10;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = turned[n - 1 - i];
	return n;
}

static void write_grouped(struct lx_buf *out, int64_t scaled, unsigned places, bool grouped)
{
	char digits[24] = "";
	size_t n = digits_of(scaled, (size_t)places + 1, digits), whole = n - places;

	if (scaled < 0)
		lx_buf_char(out, '-');
	for (size_t i = 0; i < whole; i++) {
		if (grouped && i > 0 && (whole - i) % 3 == 0)
			lx_buf_char(out, ',');
		lx_buf_char(out, digits[i]);
	}
	if (places > 0) {
		lx_buf_char(out, '.');
		lx_buf_put(out, digits + whole, places);
	}
}

void lx_decimal_write(struct lx_buf *out, int64_t scaled, unsigned places)
{
	write_grouped(out, scaled, places, false);
}

bool lx_decimal_scale(int64_t a, int64_t b, int64_t c, int64_t *result)
{
	if (c == 0)
		return false;
	lx_int128 product = (lx_int128)a * b, divisor = c;
	if (divisor < 0) {
		product = -product;
		divisor = -divisor;
	}
	lx_int128 quotient = product / divisor, rest = product % divisor;
	if (rest < 0) {
		quotient--;
		rest += divisor;
	}
	if (2 * rest > divisor || (2 * rest == divisor && quotient % 2 != 0))
		quotient++;
	if (quotient > INT64_MAX || quotient < INT64_MIN)
		return false;
	*result = (int64_t)quotient;
	return true;
}

void lx_money_write(struct lx_buf *out, struct lx_money money)
{
	write_grouped(out, money.minor, money.places, true);
}
