/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Similar texts: which needs have been asked already, which say the same, which belong to one topic.
 * No model file: the tokens of base/tokens.h, BM25, MinHash.
 *
 * Two things: an *image* is an immutable index, a run of bytes that is built at once, saved, mapped
 * and analysed; an *index* is alive: an image underneath (or none) and changes on top. Many threads
 * may query an index beside one that changes it. An image is canonical: the same texts give the same
 * bytes, in whatever order they came and with any number of threads.
 *
 *	lx_similar_open(&call, 256 << 20, &index);
 *	lx_similar_put(&call, index, &text);
 *	lx_similar_query(&call, index, &query, &hits);
 *
 * Nothing is merged by this engine: it shows, a person confirms.
 *
 * Sources: BM25 after Robertson and Zaragoza (2009) with the idf of Lucene; MinHash after Broder
 * (1997), bands after Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, ch. 3.
 * Known weakness: tokens are strings of characters, so needs that share no words are not found; a
 * token is known by a hash of 64 bits, so that two tokens in some 10^10 count as one.
 */
#ifndef LX_ENGINES_SIMILAR_SIMILAR_H
#define LX_ENGINES_SIMILAR_SIMILAR_H

#include "base/call.h"
#include "base/text.h"

#define LX_SIMILAR_METHOD    2u /* changes when the same texts and query could give other answers */
#define LX_SIMILAR_HITS_MAX  50
#define LX_SIMILAR_TERMS_MAX 64 /* the rarest terms of a query that count */
#define LX_SIMILAR_TEXTS_MAX ((size_t)1 << 28)
#define LX_SIMILAR_BYTES_MAX UINT32_MAX /* of all texts together, and of all postings */
#define LX_SIMILAR_KEPT_MAX  ((size_t)64 << 10)

/* A place on the globe in millionths of a degree. */
struct lx_similar_place {
	bool known;
	int32_t north, east;
};

/* One text. `kept` is bytes of the caller's that are given back, not looked at. Category 0: none. */
struct lx_similar_text {
	int64_t id;
	struct lx_text text, kept;
	uint32_t category;
	struct lx_similar_place place;
};

/* ---- images ---- */

/* Builds an image of n texts (borrowed) with call->threads threads; `*image` lies in the call's arena,
 * 64-byte aligned, and is what a file holds. Faults: LX_CONFLICT `similar.twice` (an id stands twice;
 * detail: the id), LX_INVALID `similar.large` (beyond the bounds above). Linear in the bytes of the
 * texts; about twice the size of the image is taken besides, and given back. */
LX_CHECK enum lx_code lx_similar_build(
	struct lx_call *call, const struct lx_similar_text *texts, size_t n, struct lx_text *image);

/* Whether bytes are an image this build can use: LX_INVALID `similar.damaged` (not an image, cut,
 * changed), LX_CONFLICT `similar.version` (of another format, token stream or byte order: build anew).
 * 16-byte aligned bytes are required; a mapped file is. Any bytes are safe to give. */
LX_CHECK enum lx_code lx_similar_check(struct lx_call *call, struct lx_text image);

/* The texts of an image in the order of their ids, borrowed from it. */
LX_CHECK enum lx_code lx_similar_texts(
	struct lx_call *call, struct lx_text image, struct lx_similar_text **texts, size_t *n);

/* ---- the live index ---- */

struct lx_similar;

/* An empty index that may take `limit` bytes for what changes. Close it when no thread uses it. */
LX_CHECK enum lx_code lx_similar_open(
	struct lx_call *call, size_t limit, struct lx_similar **index);
void lx_similar_close(struct lx_similar **index);

/* Puts an image (borrowed until the index is closed or loaded again) in place of all that the index
 * held. Faults of lx_similar_check. */
LX_CHECK enum lx_code lx_similar_load(
	struct lx_call *call, struct lx_similar *index, struct lx_text image);

/* Adds a text, or changes the one with its id; it is copied. LX_BUSY `similar.full` when the limit is
 * reached (take an image, load it again); nothing is changed then. One writer at a time. */
LX_CHECK enum lx_code lx_similar_put(
	struct lx_call *call, struct lx_similar *index, const struct lx_similar_text *text);

/* Deletes a text; LX_NOT_FOUND `similar.unknown`. One writer at a time. */
LX_CHECK enum lx_code lx_similar_remove(struct lx_call *call, struct lx_similar *index, int64_t id);

/* How many texts there are. */
size_t lx_similar_count(struct lx_similar *index);

/* The text with an id, copied into the call's arena; LX_NOT_FOUND `similar.unknown`. */
LX_CHECK enum lx_code lx_similar_get(
	struct lx_call *call, struct lx_similar *index, int64_t id, struct lx_similar_text *text);

/* An image of what the index holds now, in the call's arena. A writer waits meanwhile, queries do not. */
LX_CHECK enum lx_code lx_similar_image(
	struct lx_call *call, struct lx_similar *index, struct lx_text *image);

/* ---- asking ---- */

/* `most` hits (0: 5). With a category, texts of another one count `other_category` times (0: 0.5);
 * with a place, texts of a known place d km away count half_km / (half_km + d) times (0: 20 km).
 * `whole`: leave no term out for being frequent (slower; what the measure compares with).
 * `except`: an id not to be given, where `excepting`. */
struct lx_similar_query {
	struct lx_text text;
	size_t most;
	uint32_t category;
	double other_category;
	struct lx_similar_place place;
	double half_km;
	bool whole;
	bool excepting;
	int64_t except;
};

/* A term that query and hit share: its text, in how many texts it stands, its weight
 * ln(1 + (N - df + 0.5) / (df + 0.5)), and what it adds to the score. `instead`: the word of the query
 * it stands for when that is in no text (a typing error), else empty. */
struct lx_similar_term {
	struct lx_text text, instead;
	uint32_t texts;
	double weight, part;
};

/* The parts of the terms add up to the score. `twin`: the same normal form, blanks apart. `near` and
 * `same`: the factors of distance and category that are in score and parts. `likeness`: the score as
 * a share of what a twin would have, at most 1. */
struct lx_similar_hit {
	int64_t id;
	double score, likeness;
	double near, same;
	bool twin;
	struct lx_similar_text text;
	const struct lx_similar_term *terms;
	size_t terms_n;
};

/* Best first, ties to the smaller id; all in the call's arena. */
struct lx_similar_hits {
	const struct lx_similar_hit *at;
	size_t n;
};

/* The most similar texts. The rarest three terms of the query are always looked up, of the others those
 * that stand in at most 2 % of the texts, as long as their postings are at most a sixteenth of the texts; the
 * best by these are weighed with the frequent terms too that are no words. A word of four letters or more that
 * is in no text is taken for a known one at one typing error's distance. The first twin is always among the
 * hits. Any text is allowed. Safe from any number of threads, each with its own call. */
LX_CHECK enum lx_code lx_similar_query(struct lx_call *call, struct lx_similar *index,
	const struct lx_similar_query *query, struct lx_similar_hits *hits);

/* ---- analysing an image: with call->threads threads, with progress ---- */

/* Groups of texts: group g is members[start[g]] to members[start[g + 1]], numbers of texts in the
 * order of lx_similar_texts, ascending. Groups stand in the order of their first member; each has at
 * least two. */
struct lx_similar_groups {
	const uint32_t *start, *members;
	size_t n;
};

/* Texts whose normal forms are the same, blanks apart. */
LX_CHECK enum lx_code lx_similar_twins(
	struct lx_call *call, struct lx_text image, struct lx_similar_groups *groups);

/* Texts that share at least 4/5 of the tokens of both (Jaccard), by MinHash: 64 values, 32 bands of 2,
 * each pair verified; joined where a chain of such pairs leads. A pair at the bound is missed with a
 * probability below 10^-4; where over 64 texts agree in 8 values, not each is compared with each, and
 * more may be missed. */
LX_CHECK enum lx_code lx_similar_near(
	struct lx_call *call, struct lx_text image, struct lx_similar_groups *groups);

/* A topic: its terms, best first, name it; `leader` is the text in its middle. */
#define LX_SIMILAR_NAMES 5
struct lx_similar_topic {
	uint32_t leader;
	size_t names_n;
	struct lx_text names[LX_SIMILAR_NAMES];
};

struct lx_similar_topics {
	struct lx_similar_groups groups;
	const struct lx_similar_topic *at; /* groups.n of them */
};

/* Gathers texts around leaders: a text belongs to the leader it is most alike, at least `alike` (share
 * of the common weight in the weight of both; 0: 0.3), by weight as in a query. Largest first. */
LX_CHECK enum lx_code lx_similar_cluster(
	struct lx_call *call, struct lx_text image, double alike, struct lx_similar_topics *topics);

#endif
