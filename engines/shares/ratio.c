/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Fractions: opening and closing arrays of them, reading, writing. */
#include "engines/shares/shares.h"

#include "base/memory.h"
#include "engines/shares/inner.h"

#include <stdlib.h>
#include <string.h>

enum lx_code lx_ratios_open(struct lx_call *call, size_t n, struct lx_ratios *out)
{
	mpq_t *at = lx_array(call, n, sizeof *at);

	if (at == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++)
		mpq_init(at[i]);
	lx_ratios_close(out);
	*out = (struct lx_ratios){ at, n };
	return LX_OK;
}

void lx_ratios_close(struct lx_ratios *ratios)
{
	for (size_t i = 0; i < ratios->n; i++)
		mpq_clear(ratios->at[i]);
	*ratios = (struct lx_ratios){ 0 };
}

/* Digits with at most one point; *places counts those behind it. */
static bool read_digits(struct lx_text text, char *digits, unsigned *places)
{
	size_t n = 0;
	bool point = false;

	*places = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		if (c == '.' && !point && i > 0 && i + 1 < text.len) {
			point = true;
			continue;
		}
		if (c < '0' || c > '9')
			return false;
		digits[n++] = c;
		*places += point;
	}
	digits[n] = '\0';
	return n > 0;
}

static bool read_part(struct lx_text text, mpq_ptr out)
{
	char digits[LX_RATIO_DIGITS + 1];
	unsigned places;

	if (!read_digits(text, digits, &places) || mpz_set_str(mpq_numref(out), digits, 10) != 0)
		return false;
	mpz_ui_pow_ui(mpq_denref(out), 10, places);
	mpq_canonicalize(out);
	return true;
}

bool lx_ratio_read(struct lx_text text, mpq_ptr out)
{
	bool negative = text.len > 0 && text.at[0] == '-', ok;

	if (text.len > LX_RATIO_DIGITS)
		return false;
	struct lx_text rest = { text.at + negative, text.len - negative };
	const char *bar = rest.len == 0 ? NULL : memchr(rest.at, '/', rest.len);
	if (bar == NULL) {
		ok = read_part(rest, out);
	} else {
		mpq_t below;
		mpq_init(below);
		size_t n = (size_t)(bar - rest.at);
		ok = read_part((struct lx_text){ rest.at, n }, out) &&
		     read_part((struct lx_text){ bar + 1, rest.len - n - 1 }, below) &&
		     mpq_sgn(below) != 0;
		if (ok)
			mpq_div(out, out, below);
		mpq_clear(below);
	}
	if (ok && negative)
		mpq_neg(out, out);
	return ok;
}

static void write_whole(struct lx_buf *out, mpz_srcptr number)
{
	char *digits = lx_memory_new(mpz_sizeinbase(number, 10) + 2);

	if (digits == NULL) {
		out->broken = true;
		return;
	}
	lx_buf_str(out, mpz_get_str(digits, 10, number));
	lx_memory_free(digits);
}

void lx_ratio_write(struct lx_buf *out, mpq_srcptr ratio)
{
	write_whole(out, mpq_numref(ratio));
	if (mpz_cmp_ui(mpq_denref(ratio), 1) != 0) {
		lx_buf_char(out, '/');
		write_whole(out, mpq_denref(ratio));
	}
}

/* |ratio| * 10^places, half away from zero */
static void scaled(mpz_ptr out, mpq_srcptr ratio, unsigned places)
{
	mpz_ui_pow_ui(out, 10, places);
	mpz_mul(out, out, mpq_numref(ratio));
	mpz_abs(out, out);
	mpz_mul_2exp(out, out, 1);
	mpz_add(out, out, mpq_denref(ratio));
	mpz_fdiv_q(out, out, mpq_denref(ratio));
	mpz_fdiv_q_2exp(out, out, 1);
}

void lx_ratio_decimal(struct lx_buf *out, mpq_srcptr ratio, unsigned places)
{
	mpz_t whole, below, part;

	mpz_inits(whole, below, part, NULL);
	scaled(whole, ratio, places);
	if (mpq_sgn(ratio) < 0 && mpz_sgn(whole) != 0)
		lx_buf_char(out, '-');
	mpz_ui_pow_ui(below, 10, places);
	mpz_fdiv_qr(whole, part, whole, below);
	write_whole(out, whole);
	if (places > 0) {
		LX_CLOSE(lx_buf_close) struct lx_buf digits = { 0 };
		mpz_add(part, part, below); /* the leading 1 keeps the zeros */
		write_whole(&digits, part);
		lx_buf_char(out, '.');
		lx_buf_put(out, digits.at == NULL ? "" : digits.at + 1,
			digits.len == 0 ? 0 : digits.len - 1);
	}
	mpz_clears(whole, below, part, NULL);
}

double lx_ratio_real(mpq_srcptr ratio)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };

	lx_ratio_decimal(&text, ratio, 12);
	return lx_buf_failed(&text) || text.at == NULL ? 0 : strtod(text.at, NULL);
}

void lx_set_wide(mpz_ptr out, lx_int128 number)
{
	lx_uint128 size = number < 0 ? -(lx_uint128)number : (lx_uint128)number;

	mpz_set_ui(out, (unsigned long)(size >> 64));
	mpz_mul_2exp(out, out, 64);
	mpz_add_ui(out, out, (unsigned long)size);
	if (number < 0)
		mpz_neg(out, out);
}

bool lx_get_wide(mpz_srcptr number, lx_int128 *out)
{
	lx_uint128 size = 0;
	size_t count = 0;
	uint64_t words[2] = { 0, 0 };

	if (mpz_sizeinbase(number, 2) > 126)
		return false;
	(void)mpz_export(words, &count, -1, sizeof words[0], 0, 0, number);
	size = (lx_uint128)words[1] << 64 | words[0];
	*out = mpz_sgn(number) < 0 ? -(lx_int128)size : (lx_int128)size;
	return true;
}
