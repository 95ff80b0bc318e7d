/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Folding by ICU, and the short way around it. The only file that includes ICU.
 *
 * A character takes the short way when NFKC_Casefold maps it alone, whatever stands beside it; then
 * both ways give the same. A text with any other character goes to ICU as a whole.
 */
#include "base/fold.h"

#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/uvernum.h>

#define MARKS_MAX 30 /* UAX 15, stream-safe text */

unsigned lx_fold_version(void)
{
	return U_ICU_VERSION_MAJOR_NUM;
}

/* The folded character, or 0 where ICU has to decide. */
static uint32_t short_way(uint32_t c)
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 32 : c;
	if (c >= 0x3400 && c <= 0x9fff)
		return c;
	if (c >= 0xff01 && c <= 0xff5e)
		return short_way(c - 0xfee0);
	if ((c >= 0x3001 && c <= 0x3029) || (c >= 0x3041 && c <= 0x3096) ||
		(c >= 0x30a1 && c <= 0x30fc) || (c >= 0x2012 && c <= 0x2016) ||
		(c >= 0x2018 && c <= 0x2023) || (c >= 0xac00 && c <= 0xd7a3) ||
		(c >= 0x1f300 && c <= 0x1f64f))
		return c;
	return 0;
}

/* Folds without ICU; false at the first character that needs it. Bytes that are not UTF-8 do. */
static bool fold_short(struct lx_text text, uint32_t *codes, size_t *n)
{
	size_t at = 0, k = 0;

	while (at < text.len) {
		uint32_t c = (unsigned char)text.at[at];
		if (c < 0x80)
			at++;
		else
			c = lx_utf8_next(text.at, text.len, &at);
		codes[k] = short_way(c);
		if (codes[k++] == 0)
			return false;
	}
	*n = k;
	return true;
}

/* UTF-8 of any kind to UTF-16, without the marks beyond MARKS_MAX in a row. */
static int32_t decode(struct lx_text text, UChar *units)
{
	const uint8_t *bytes = (const uint8_t *)text.at;
	int32_t at = 0, n = 0, len = (int32_t)text.len, marks = 0;

	while (at < len) {
		UChar32 c;
		U8_NEXT_OR_FFFD(bytes, at, len, c);
		marks = u_getCombiningClass(c) == 0 ? 0 : marks + 1;
		if (marks <= MARKS_MAX)
			U16_APPEND_UNSAFE(units, n, c);
	}
	return n;
}

static enum lx_code icu_fault(struct lx_call *call)
{
	return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
}

/* NFKC_Casefold of n units, into the arena. */
static enum lx_code normalize(
	struct lx_call *call, const UChar *units, int32_t n, UChar **folded, int32_t *folded_n)
{
	UErrorCode error = U_ZERO_ERROR;
	const UNormalizer2 *rules = unorm2_getNFKCCasefoldInstance(&error);
	int32_t room = n + n / 2 + 64;

	for (int i = 0; i < 2 && U_SUCCESS(error); i++) {
		UChar *out = lx_array(call, (size_t)room, sizeof *out);
		if (out == NULL)
			return LX_BROKEN;
		int32_t need = unorm2_normalize(rules, units, n, out, room, &error);
		if (U_SUCCESS(error)) {
			*folded = out;
			*folded_n = need;
			return LX_OK;
		}
		if (error != U_BUFFER_OVERFLOW_ERROR)
			break;
		error = U_ZERO_ERROR;
		room = need + 1;
	}
	return icu_fault(call);
}

static enum lx_code fold_long(
	struct lx_call *call, struct lx_text text, uint32_t **codes, size_t *n)
{
	UChar *units = lx_array(call, text.len + 2, sizeof *units), *folded = NULL;
	int32_t folded_n = 0, at = 0;
	size_t k = 0;

	if (units == NULL)
		return LX_BROKEN;
	LX_TRY(normalize(call, units, decode(text, units), &folded, &folded_n));
	size_t room = (size_t)folded_n < LX_FOLD_CODES_MAX ? (size_t)folded_n : LX_FOLD_CODES_MAX;
	uint32_t *out = lx_array(call, room + 1, sizeof *out);
	if (out == NULL)
		return LX_BROKEN;
	while (at < folded_n && k < room) {
		UChar32 c;
		U16_NEXT(folded, at, folded_n, c);
		out[k++] = (uint32_t)c;
	}
	*codes = out;
	*n = k;
	return LX_OK;
}

enum lx_code lx_fold(
	struct lx_call *call, struct lx_text text, bool han, uint32_t **codes, size_t *n)
{
	if (text.len > LX_FOLD_BYTES_MAX)
		text.len = LX_FOLD_BYTES_MAX;
	uint32_t *out = lx_array(call, text.len + 1, sizeof *out);
	size_t k = 0;

	if (out == NULL)
		return LX_BROKEN;
	if (!lx_utf8_valid(text.at, text.len, NULL) || !fold_short(text, out, &k))
		LX_TRY(fold_long(call, text, &out, &k));
	for (size_t i = 0; i < k && han; i++)
		if (out[i] >= LX_FOLD_HAN_FIRST && out[i] <= LX_FOLD_HAN_LAST)
			out[i] = lx_fold_han[out[i] - LX_FOLD_HAN_FIRST];
	*codes = out;
	*n = k;
	return LX_OK;
}

static bool is_cjk(uint32_t c)
{
	static const uint32_t spans[][2] = { { 0x3005, 0x3007 }, { 0x3021, 0x3029 },
		{ 0x3041, 0x3096 }, { 0x309d, 0x309f }, { 0x30a1, 0x30fa }, { 0x30fc, 0x30ff },
		{ 0x3105, 0x312f }, { 0x31a0, 0x31bf }, { 0x31f0, 0x31ff }, { 0x3400, 0x4dbf },
		{ 0x4e00, 0x9fff }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0x20000, 0x3fffd } };

	if (c >= 0x4e00 && c <= 0x9fff)
		return true;
	if (c < spans[0][0])
		return false;
	for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++)
		if (c >= spans[i][0] && c <= spans[i][1])
			return true;
	return false;
}

enum lx_class lx_fold_class(uint32_t code)
{
	static const uint32_t word = U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK;

	if (code < 0x80)
		return (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9') ? LX_CLASS_WORD
										    : LX_CLASS_GAP;
	if (is_cjk(code))
		return LX_CLASS_CJK;
	uint32_t category = U_MASK(u_charType((UChar32)code));
	if (category & word)
		return LX_CLASS_WORD;
	return category & U_GC_SO_MASK && code != 0xfffd ? LX_CLASS_SYMBOL : LX_CLASS_GAP;
}
