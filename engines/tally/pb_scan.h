/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Where in a text the bytes stand that a row is cut at: separator, comma, line end, quote. Found a stretch at a
 * time, many bytes at once, before anything is decided. Not for others.
 */
#ifndef LX_ENGINES_TALLY_PB_SCAN_H
#define LX_ENGINES_TALLY_PB_SCAN_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

#define LX_PB_STRETCH ((size_t)16384)

/* `at[0 .. n - 1]`: places of cutting bytes from `from` on, rising; `i` is the next one to take; `end` is where the
 * next stretch begins. After the last byte of the text stands one more place, its length. */
struct lx_pb_scan {
	struct lx_text text;
	char separator;
	size_t from, end, i, n;
	bool over;
	uint32_t at[LX_PB_STRETCH + 65];
};

/* Begins at a place of the text. */
void lx_pb_scan_start(struct lx_pb_scan *scan, struct lx_text text, char separator, size_t from);

/* Finds the next stretch; some place is found. Not to be called after the place behind the text. */
void lx_pb_scan_more(struct lx_pb_scan *scan);

/* The next place. */
static inline size_t lx_pb_scan_next(struct lx_pb_scan *scan)
{
	if (scan->i == scan->n)
		lx_pb_scan_more(scan);
	return scan->from + scan->at[scan->i++];
}

/* Eight bytes, the first lowest. */
static inline uint64_t lx_pb_word(const char *at)
{
	uint64_t word;

	__builtin_memcpy(&word, at, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

#endif
