/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A few dozen places, looked through one by one: a name is compared only where its sum agrees. */
#include "kernel/pages/piece_cache.h"

#include "base/memory.h"

#include <pthread.h>
#include <string.h>

#define PLACES     64
#define NAME_MOST  480
#define PIECE_MOST ((size_t)48 << 10) /* 3 MiB altogether */

struct place {
	uint64_t sum, used;
	size_t name_n, piece_n;
	char *bytes; /* name and piece; NULL: empty */
};

struct lx_piece_cache {
	pthread_mutex_t lock;
	uint64_t uses;
	struct place places[PLACES];
};

struct lx_piece_cache *lx_piece_cache_open(void)
{
	struct lx_piece_cache *cache = lx_memory_new(sizeof *cache);

	if (cache != NULL)
		(void)pthread_mutex_init(&cache->lock, NULL);
	return cache;
}

void lx_piece_cache_close(struct lx_piece_cache **cache)
{
	struct lx_piece_cache *closing = *cache;

	*cache = NULL;
	if (closing == NULL)
		return;
	for (size_t i = 0; i < PLACES; i++)
		lx_memory_free(closing->places[i].bytes);
	(void)pthread_mutex_destroy(&closing->lock);
	lx_memory_free(closing);
}

static uint64_t sum_of(struct lx_text name)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < name.len; i++)
		sum = (sum ^ (unsigned char)name.at[i]) * UINT64_C(0x100000001b3);
	return sum;
}

static struct place *find(struct lx_piece_cache *cache, struct lx_text name, uint64_t sum)
{
	for (size_t i = 0; i < PLACES; i++) {
		struct place *place = &cache->places[i];
		if (place->bytes != NULL && place->sum == sum && place->name_n == name.len &&
			memcmp(place->bytes, name.at, name.len) == 0)
			return place;
	}
	return NULL;
}

bool lx_piece_cache_take(struct lx_piece_cache *cache, struct lx_text name, struct lx_buf *out)
{
	if (cache == NULL)
		return false;
	uint64_t sum = sum_of(name);
	(void)pthread_mutex_lock(&cache->lock);
	struct place *place = find(cache, name, sum);
	if (place != NULL) {
		place->used = ++cache->uses;
		lx_buf_put(out, place->bytes + place->name_n, place->piece_n);
	}
	(void)pthread_mutex_unlock(&cache->lock);
	return place != NULL;
}

static struct place *oldest(struct lx_piece_cache *cache)
{
	struct place *least = &cache->places[0];

	for (size_t i = 1; i < PLACES; i++)
		if (cache->places[i].used < least->used)
			least = &cache->places[i];
	return least;
}

void lx_piece_cache_give(struct lx_piece_cache *cache, struct lx_text name, struct lx_text piece)
{
	bool fits = cache != NULL && name.len <= NAME_MOST && piece.len <= PIECE_MOST;
	char *bytes = fits ? lx_memory_grow(NULL, name.len + piece.len + 1) : NULL;

	if (bytes == NULL)
		return;
	memcpy(bytes, name.at, name.len);
	memcpy(bytes + name.len, piece.at, piece.len);
	uint64_t sum = sum_of(name);
	(void)pthread_mutex_lock(&cache->lock);
	struct place *place = find(cache, name, sum);
	if (place == NULL)
		place = oldest(cache);
	lx_memory_free(place->bytes);
	*place = (struct place){ sum, ++cache->uses, name.len, piece.len, bytes };
	(void)pthread_mutex_unlock(&cache->lock);
}
