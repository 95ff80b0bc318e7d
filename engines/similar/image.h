/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The image: an immutable index as bytes. A header, then arrays, each 64-byte aligned, in this order:
 *
 *	firsts     i64[blocks] the first id of each block of 64 texts, ascending
 *	gap_starts u32[blocks + 1] where in `gaps` the block begins
 *	keys       u64[terms]  ascending
 *	lengths    u16[n]      different tokens of the text; u32 with IMAGE_LONG
 *	twins      u32[n]      lx_similar_twin_key
 *	records    u32[n + 1]  where in `texts` the record begins
 *	starts     u32[terms + 1] where in `postings` the list begins
 *	counts     u32[terms]  texts with the term
 *	categories u32[n]      only with IMAGE_CATEGORIES
 *	places     i32[3 n]    only with IMAGE_PLACES: known, north, east
 *	gaps       bytes       per block the other 63 ids: id less the one before, less 1, ten bytes at most
 *	postings   bytes       per term the numbers of its texts: gaps, seven bits a byte, high bit: more
 *	texts      bytes       per text: length of the text in the same way, the text, what is kept
 *
 * The checksum is against damage. Against malice every reader below checks its bounds; the head and
 * the arrays that serve as places are checked when an image is opened.
 */
#ifndef LX_ENGINES_SIMILAR_IMAGE_H
#define LX_ENGINES_SIMILAR_IMAGE_H

#include "engines/similar/similar.h"

#define IMAGE_FORMAT     2u
#define IMAGE_ORDER      0x01020304u
#define IMAGE_CATEGORIES 1u
#define IMAGE_PLACES     2u
#define IMAGE_LONG       4u /* a text has more than 65,535 different tokens */
#define IMAGE_BLOCK      ((size_t)64)
#define IMAGE_SLACK      16u /* zero bytes behind the postings: a gap may be read past its end */

struct lx_image_head {
	char magic[8];
	uint32_t format, order, method, tokens, bits, flags;
	uint64_t n, terms, total;       /* total: the sum of lengths */
	uint64_t gaps, postings, texts; /* bytes, without slack */
	uint64_t size;                  /* of the whole */
	uint64_t checksum;              /* of all behind it */
};

/* The arrays of an image, borrowed from it; all empty for no image. */
struct lx_image {
	size_t n, terms;
	uint64_t total;
	const int64_t *firsts;
	const uint64_t *keys;
	const uint16_t *lengths;      /* NULL with IMAGE_LONG */
	const uint32_t *long_lengths; /* NULL without */
	const uint32_t *gap_starts, *twins, *records, *starts, *counts, *categories;
	const int32_t *places;
	const unsigned char *gaps, *postings;
	const char *texts;
};

/* Different tokens of a text, by its number. */
static inline uint32_t lx_image_length(const struct lx_image *image, size_t number)
{
	return image->lengths != NULL ? image->lengths[number] : image->long_lengths[number];
}

/* The id of a text by its number. */
int64_t lx_image_id(const struct lx_image *image, size_t number);

/* How many bytes the ids' gaps take, and writing them with firsts and gap_starts; `id(with, i)` gives the
 * i-th id, ascending. */
uint64_t lx_image_ids(size_t n, int64_t (*id)(const void *with, size_t i), const void *with,
	struct lx_image *image);

/* Lays the arrays out for a head whose counts are set, over `bytes` (may be NULL: only the size is
 * wanted). Gives the size of the whole, 0 if it overflows. */
uint64_t lx_image_lay(const struct lx_image_head *head, const char *bytes, struct lx_image *image);

/* The checksum of an image's bytes. */
uint64_t lx_image_checksum(struct lx_text bytes);

/* Checks and opens; faults as lx_similar_check. */
LX_CHECK enum lx_code lx_image_open(
	struct lx_call *call, struct lx_text bytes, struct lx_image *image);

/* A text by its number; borrowed. Broken records give empty texts. */
struct lx_similar_text lx_image_text(const struct lx_image *image, size_t number);

/* The number of an id, or image->n. */
size_t lx_image_find(const struct lx_image *image, int64_t id);

/* The number of a term, or image->terms. */
size_t lx_image_term(const struct lx_image *image, uint64_t key);

/* Reads a gap at *at, not beyond five bytes; needs IMAGE_SLACK readable bytes behind the list. */
static inline uint32_t lx_image_gap(const unsigned char **at)
{
	uint32_t value = 0;
	const unsigned char *p = *at;

	for (unsigned shift = 0; shift < 35; shift += 7) {
		value |= (uint32_t)(*p & 0x7f) << shift;
		if ((*p++ & 0x80) == 0)
			break;
	}
	*at = p;
	return value;
}

/* Writes a gap and gives the place behind it. */
static inline unsigned char *lx_image_put_gap(unsigned char *at, uint32_t value)
{
	while (value >= 0x80) {
		*at++ = (unsigned char)(value | 0x80);
		value >>= 7;
	}
	*at++ = (unsigned char)value;
	return at;
}

/* How many bytes a gap takes. */
static inline uint32_t lx_image_gap_size(uint32_t value)
{
	return 1 + (value >= 1u << 7) + (value >= 1u << 14) + (value >= 1u << 21) +
	       (value >= 1u << 28);
}

#endif
