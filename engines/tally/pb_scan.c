/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Finding the bytes at which rows are cut: 64 at a time with SSE2, else 8 at a time in a word. */
#include "engines/tally/pb_scan.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>

/* Patterns of a stretch. */
struct marks {
	__m128i separator, comma, quote, lf, cr;
};

static struct marks marks_of(char separator)
{
	return (struct marks){ _mm_set1_epi8(separator), _mm_set1_epi8(','), _mm_set1_epi8('"'),
		_mm_set1_epi8('\n'), _mm_set1_epi8('\r') };
}

static uint64_t sixteen(const char *at, const struct marks *marks)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
	__m128i ends = _mm_or_si128(
		_mm_cmpeq_epi8(bytes, marks->lf), _mm_cmpeq_epi8(bytes, marks->cr));
	__m128i cuts = _mm_or_si128(
		_mm_cmpeq_epi8(bytes, marks->separator), _mm_cmpeq_epi8(bytes, marks->comma));
	__m128i all = _mm_or_si128(_mm_or_si128(ends, cuts), _mm_cmpeq_epi8(bytes, marks->quote));
	return (uint64_t)(unsigned)_mm_movemask_epi8(all);
}

/* A bit for each of 64 bytes. */
static uint64_t look(const char *at, const struct marks *marks)
{
	return sixteen(at, marks) | sixteen(at + 16, marks) << 16 | sixteen(at + 32, marks) << 32 |
	       sixteen(at + 48, marks) << 48;
}
#else
#define ONES  UINT64_C(0x0101010101010101)
#define SEVEN UINT64_C(0x7f7f7f7f7f7f7f7f)

struct marks {
	uint64_t of[5];
};

static struct marks marks_of(char separator)
{
	return (struct marks){ { ONES * (unsigned char)separator, ONES * ',', ONES * '"',
		ONES * '\n', ONES * '\r' } };
}

static uint64_t eight(const char *at, const struct marks *marks)
{
	uint64_t word = lx_pb_word(at), found = 0;

	for (size_t i = 0; i < 5; i++) {
		uint64_t other = word ^ marks->of[i];
		found |= ~(((other & SEVEN) + SEVEN) | other | SEVEN);
	}
	/* the top bits side by side */
	return (found >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

static uint64_t look(const char *at, const struct marks *marks)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < 8; i++)
		bits |= eight(at + 8 * i, marks) << 8 * i;
	return bits;
}
#endif

void lx_pb_scan_start(struct lx_pb_scan *scan, struct lx_text text, char separator, size_t from)
{
	scan->text = text;
	scan->separator = separator;
	scan->from = scan->end = from;
	scan->i = scan->n = 0;
	scan->over = false;
}

/* How many bits are set; without a call, where the machine's own instruction may not be used. */
static size_t count_bits(uint64_t bits)
{
	bits -= bits >> 1 & UINT64_C(0x5555555555555555);
	bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
	bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (size_t)(bits * UINT64_C(0x0101010101010101) >> 56);
}

/* Writes places of bits in fours: a few too many are cheaper than to foretell how many there are. */
static size_t put(uint32_t *at, size_t n, uint64_t bits, uint32_t base)
{
	size_t count = count_bits(bits);

	for (size_t i = 0; i < count; i += 4)
		for (size_t k = 0; k < 4; k++) {
			at[n + i + k] = base + (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
			bits &= bits - 1;
		}
	return n + count;
}

void lx_pb_scan_more(struct lx_pb_scan *scan)
{
	struct marks marks = marks_of(scan->separator);
	size_t n = 0;

	while (n == 0 && !scan->over) {
		size_t left = scan->text.len - scan->end, at = 0;
		const char *text = scan->text.at + scan->end;
		size_t most = left < LX_PB_STRETCH ? left : LX_PB_STRETCH;
		for (; at + 64 <= most; at += 64)
			n = put(scan->at, n, look(text + at, &marks), (uint32_t)at);
		if (most == left) { /* the rest, and the place behind the text */
			char rest[64] = { 0 };
			memcpy(rest, text + at, left - at);
			n = put(scan->at, n, look(rest, &marks), (uint32_t)at);
			scan->at[n++] = (uint32_t)left;
			at = left;
			scan->over = true;
		}
		scan->from = scan->end;
		scan->end += at;
	}
	scan->i = 0;
	scan->n = n;
}
