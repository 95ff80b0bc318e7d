/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What changed on top of an image: texts added since, with their own postings, and which texts of the
 * image are gone. One writer changes it under the index's lock. Memory comes from the index's arena;
 * lists that outgrow their place leave it to others.
 */
#ifndef LX_ENGINES_SIMILAR_DELTA_H
#define LX_ENGINES_SIMILAR_DELTA_H

#include "engines/similar/image.h"

#include <pthread.h>

#define DELTA_CLASSES 32

/* The texts with a term, by number, ascending; `live` of them are not dead. */
struct lx_delta_term {
	uint64_t key;
	uint32_t *texts;
	uint32_t n, room, live;
};

struct lx_delta_text {
	struct lx_similar_text text;
	uint32_t length, twin;
	bool dead;
};

struct lx_delta {
	struct lx_delta_term *terms; /* open addressing by key; free where texts is NULL */
	size_t terms_n, terms_room;
	struct lx_delta_text *texts;
	size_t n, room;
	uint32_t *ids; /* open addressing by id: number of the latest text with it, from 1 */
	size_t ids_room;
	uint32_t *spare[DELTA_CLASSES]; /* lists of 2^class numbers, linked through their start */
	uint64_t *dead;                 /* a bit for each text of the image, NULL: all live */
	uint32_t *gone;                 /* dead texts for each term of the image */
};

struct lx_similar {
	pthread_mutex_t writer; /* held by whoever changes, for the whole of the change */
	pthread_rwlock_t lock;  /* guards what follows */
	struct lx_arena arena;
	struct lx_arena_mark begin;
	struct lx_image image;
	struct lx_delta delta;
	size_t count;   /* live texts */
	uint64_t total; /* the sum of their lengths */
};

/* The average length of the texts, at least 1. */
static inline double lx_similar_average(const struct lx_similar *index)
{
	return index->total <= index->count ? 1 : (double)index->total / (double)index->count;
}

/* The different keys of a text's tokens, ascending, and its twin key; in the call's arena. */
struct lx_keys {
	const uint64_t *at;
	size_t n;
	uint32_t twin;
};
LX_CHECK enum lx_code lx_similar_keys(
	struct lx_call *call, struct lx_text text, struct lx_keys *keys);

/* Where an id is: number in the image or in the delta, live ones only. */
enum lx_where { WHERE_NONE, WHERE_IMAGE, WHERE_DELTA };
enum lx_where lx_similar_find(const struct lx_similar *index, int64_t id, size_t *number);

/* The term of the delta, or NULL. */
const struct lx_delta_term *lx_delta_find(const struct lx_delta *delta, uint64_t key);

/* Whether a text of the image is gone. */
static inline bool lx_delta_dead(const struct lx_delta *delta, size_t number)
{
	return delta->dead != NULL && (delta->dead[number / 64] >> number % 64 & 1) != 0;
}

/* Makes room for a text with these keys, so that lx_delta_add cannot fail; false without memory. */
bool lx_delta_reserve(struct lx_similar *index, const struct lx_keys *keys);

/* Adds a text whose bytes are the index's own. */
void lx_delta_add(
	struct lx_similar *index, const struct lx_similar_text *text, const struct lx_keys *keys);

/* Makes room for deleting from the image; false without memory. */
bool lx_delta_reserve_dead(struct lx_similar *index);

/* Deletes the text at `number` with its keys. */
void lx_delta_remove(
	struct lx_similar *index, enum lx_where where, size_t number, const struct lx_keys *keys);

#endif
