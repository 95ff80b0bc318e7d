/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A query under way: its terms (terms.c), the walk through the postings (walk.c), and the answer
 * (query.c).
 */
#ifndef LX_ENGINES_SIMILAR_QUERY_H
#define LX_ENGINES_SIMILAR_QUERY_H

#include "base/tokens.h"
#include "engines/similar/delta.h"

#define TERMS_ALWAYS 3  /* the rarest that count however frequent they are */
#define TERMS_SHARE  50 /* others are walked in at most 1 of so many texts */
#define TERMS_WHOLE  200
#define WALKED_SHARE 16 /* and as long as their postings together are at most 1/16 of the texts */
#define WEIGHED      16
#define WEIGHED_LONG (16 << 10) /* bytes of a text beyond which it is not */

/* A term that counts. `of_image` may be image.terms, `of_delta` NULL: it is not there. */
struct lx_asked {
	uint64_t key;
	struct lx_text text, instead;
	uint32_t df, weight;
	size_t of_image;
	const struct lx_delta_term *of_delta;
};

/* `terms`: the `n` that are walked, then the frequent ones up to `all`, which only weigh the best. `full`:
 * what the terms of a twin would weigh together, those in no text included; `unknown`: there are such, so
 * there is no twin. */
struct lx_question {
	const struct lx_similar_query *query;
	struct lx_tokens tokens;
	uint32_t length, twin;
	struct lx_asked *terms; /* by rising df, then key */
	size_t n, all;
	uint64_t full;
	bool unknown;
};

/* Someone who may be among the best. */
struct lx_candidate {
	int64_t id;
	double score, near, same;
	uint32_t sum;
	bool weighed; /* `sum` is of all terms, not only of those walked */
	enum lx_where where;
	size_t number;
};

/* The best so far, best first. */
struct lx_best {
	struct lx_candidate at[LX_SIMILAR_HITS_MAX > WEIGHED ? LX_SIMILAR_HITS_MAX : WEIGHED];
	size_t n, most;
};

/* Finds the terms of a query in the index; the index's lock is held for reading. */
LX_CHECK enum lx_code lx_question_ask(struct lx_call *call, const struct lx_similar *index,
	const struct lx_similar_query *query, struct lx_question *question);

/* A text as candidate with the sum of its weights; its id, score and factors. */
struct lx_candidate lx_candidate_of(const struct lx_similar *index,
	const struct lx_similar_query *query, enum lx_where where, size_t number, uint32_t sum);

/* Puts a candidate where it belongs, if it does. */
void lx_best_take(struct lx_best *best, struct lx_candidate candidate);

/* Walks the postings of the question's terms; the lock is held. */
LX_CHECK enum lx_code lx_walk(struct lx_call *call, const struct lx_similar *index,
	const struct lx_question *question, struct lx_best *best);

#endif
