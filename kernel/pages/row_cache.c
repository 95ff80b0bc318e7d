/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Parts with a lock each; in a part a place for each row, which the next row that falls there takes over. */
#include "kernel/pages/row_cache.h"

#include "base/memory.h"

#include <pthread.h>
#include <string.h>

#define PARTS      16
#define PLACES     4096                         /* in a part */
#define BYTES_MOST ((size_t)(24 << 20) / PARTS) /* of rows in a part */
#define ROW_MOST   4096
#define HALF       (PARTS * PLACES / 2) /* the languages lie apart */

struct place {
	struct lx_row_key key;
	uint32_t len;
	bool whole;
	char *row; /* NULL: empty */
};

struct part {
	pthread_mutex_t lock;
	size_t bytes, hand;
	struct place places[PLACES];
};

struct lx_row_cache {
	struct part parts[PARTS];
};

struct lx_row_cache *lx_row_cache_open(void)
{
	struct lx_row_cache *cache = lx_memory_new(sizeof *cache);

	for (size_t i = 0; cache != NULL && i < PARTS; i++)
		(void)pthread_mutex_init(&cache->parts[i].lock, NULL);
	return cache;
}

void lx_row_cache_close(struct lx_row_cache **cache)
{
	struct lx_row_cache *closing = *cache;

	*cache = NULL;
	for (size_t i = 0; closing != NULL && i < PARTS; i++) {
		for (size_t k = 0; k < PLACES; k++)
			lx_memory_free(closing->parts[i].places[k].row);
		(void)pthread_mutex_destroy(&closing->parts[i].lock);
	}
	lx_memory_free(closing);
}

/* Numbers follow one another over all places, so that rows of one list push each other out last. */
static struct place *place_of(
	struct lx_row_cache *cache, const struct lx_row_key *key, struct part **part)
{
	uint64_t spread = ((uint64_t)(uintptr_t)key->shape >> 4) * UINT64_C(0x9e3779b97f4a7c15);
	uint64_t at = (uint64_t)key->number + (key->lang == LX_ZH ? HALF : 0) + (spread >> 40);

	*part = &cache->parts[at % PARTS];
	return &(*part)->places[at / PARTS % PLACES];
}

static void empty(struct part *part, struct place *place)
{
	if (place->row == NULL)
		return;
	part->bytes -= place->len;
	lx_memory_free(place->row);
	place->row = NULL;
}

static bool same_key(const struct lx_row_key *a, const struct lx_row_key *b)
{
	return a->shape == b->shape && a->number == b->number && a->touched == b->touched &&
	       a->around == b->around && a->lang == b->lang;
}

bool lx_row_cache_take(
	struct lx_row_cache *cache, const struct lx_row_key *key, bool whole, struct lx_buf *out)
{
	struct part *part;

	if (cache == NULL)
		return false;
	const struct place *place = place_of(cache, key, &part);
	(void)pthread_mutex_lock(&part->lock);
	bool found = place->row != NULL && same_key(&place->key, key) && (place->whole || !whole);
	if (found)
		lx_buf_put(out, place->row, place->len);
	(void)pthread_mutex_unlock(&part->lock);
	return found;
}

/* Makes room by emptying places in turn. */
static void make_room(struct part *part, size_t n)
{
	for (size_t i = 0; i < PLACES && part->bytes + n > BYTES_MOST; i++) {
		empty(part, &part->places[part->hand]);
		part->hand = (part->hand + 1) % PLACES;
	}
}

void lx_row_cache_give(
	struct lx_row_cache *cache, const struct lx_row_key *key, bool whole, struct lx_text row)
{
	struct part *part;
	char *copy = cache == NULL || row.len > ROW_MOST ? NULL : lx_memory_grow(NULL, row.len + 1);

	if (copy == NULL)
		return;
	memcpy(copy, row.at, row.len);
	struct place *place = place_of(cache, key, &part);
	(void)pthread_mutex_lock(&part->lock);
	empty(part, place);
	make_room(part, row.len);
	*place = (struct place){ *key, (uint32_t)row.len, whole, copy };
	part->bytes += row.len;
	(void)pthread_mutex_unlock(&part->lock);
}
