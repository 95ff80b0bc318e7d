/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Building an image at once. The texts, in the order of their ids, are cut into one part a thread;
 * each part finds its terms (part.c), the parts' terms are joined in the order of their keys, and each
 * part writes its postings to its places (build.c). The bytes do not depend on the number of parts.
 */
#ifndef LX_ENGINES_SIMILAR_BUILD_H
#define LX_ENGINES_SIMILAR_BUILD_H

#include "engines/similar/image.h"

#include <stdatomic.h>

#define PART_BLOCK ((size_t)1 << 16) /* terms a block of the stream */

struct lx_slot {
	uint64_t key;
	uint32_t term; /* from 1; 0: empty */
};

/* A term of a part: its texts' count, the first and the last of them (numbers from 1), the bytes of
 * its gaps but the first; then the place where its next gap goes, and the text before it. */
struct lx_part_term {
	uint64_t key;
	uint32_t first, last, count;
	uint32_t bytes;
};

struct lx_block {
	struct lx_block *next;
	size_t n;
	uint32_t terms[PART_BLOCK];
};

/* What the parts share. `done` counts texts for the progress. */
struct lx_build {
	const struct lx_similar_text *texts;
	const uint32_t *order; /* the texts by id; NULL: as they stand */
	size_t n;
	uint32_t *lengths, *twins;
	const struct lx_progress *progress;
	atomic_size_t done;
};

/* One part: texts `from` to `to` in the order of ids. */
struct lx_part {
	struct lx_build *build;
	size_t from, to;
	struct lx_arena arena;
	struct lx_slot *slots;
	size_t slots_n;
	struct lx_part_term *terms;
	size_t terms_n, terms_room;
	struct lx_block *first, *last;
	uint32_t *sorted; /* its terms by key */
};

/* The i-th text by id. */
static inline const struct lx_similar_text *lx_build_text(const struct lx_build *build, size_t i)
{
	return &build->texts[build->order == NULL ? i : build->order[i]];
}

/* Reads the texts of a part: fills its terms, its stream, the lengths and twins of its texts. */
LX_CHECK enum lx_code lx_part_read(struct lx_part *part, struct lx_fault *fault);

#endif
