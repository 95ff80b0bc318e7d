/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the analyses of an image share: the set of terms of each text, and MinHash: 64 values a text in
 * 32 bands of 2, each band kept as one number. Two texts agree in a band with a probability of the
 * square of their Jaccard similarity.
 */
#ifndef LX_ENGINES_SIMILAR_MINHASH_H
#define LX_ENGINES_SIMILAR_MINHASH_H

#include "engines/similar/image.h"

#define MINHASH_VALUES 64
#define MINHASH_BANDS  32

/* The terms of text i, ascending, are terms[start[i]] … terms[start[i + 1]]. */
struct lx_sets {
	const struct lx_image *image;
	const uint32_t *terms;
	const uint64_t *start;
	const uint32_t (*bands)[MINHASH_BANDS];
};

/* A text at its place in the order of one band. */
struct lx_banded {
	uint32_t band, text;
};

/* Turns the postings round and computes the bands, with call->threads threads; in the call's arena.
 * `similar.damaged` where postings and lengths disagree. */
LX_CHECK enum lx_code lx_sets_make(
	struct lx_call *call, const struct lx_image *image, struct lx_sets *sets);

/* How many terms two texts share. */
uint32_t lx_sets_common(const struct lx_sets *sets, uint32_t a, uint32_t b);

/* In how many bands they agree. */
unsigned lx_bands_common(const struct lx_sets *sets, uint32_t a, uint32_t b);

/* The texts that have terms, by their number in band `band`, ties by text; `room` and `spare` hold
 * image->n each, the answer is `room`. */
size_t lx_bands_sort(
	const struct lx_sets *sets, unsigned band, struct lx_banded *room, struct lx_banded *spare);

/* Sorts by `band`, keeping the order of equals. */
void lx_banded_sort(struct lx_banded *at, struct lx_banded *spare, size_t n);

#endif
