/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The live index: opening, loading, changing, reading back. A change does its thinking first and takes
 * the lock against readers only while it writes, some microseconds.
 */
#include "engines/similar/delta.h"

#include <string.h>

enum lx_code lx_similar_open(struct lx_call *call, size_t limit, struct lx_similar **index)
{
	struct lx_arena arena = { .limit = limit };
	struct lx_similar *made = lx_arena_alloc(&arena, sizeof *made);
	pthread_rwlockattr_t writers_first;

	if (made == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	(void)pthread_rwlockattr_init(&writers_first);
	/* else a steady stream of readers would keep a writer out for ever */
	(void)pthread_rwlockattr_setkind_np(
		&writers_first, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	(void)pthread_rwlock_init(&made->lock, &writers_first);
	(void)pthread_rwlockattr_destroy(&writers_first);
	(void)pthread_mutex_init(&made->writer, NULL);
	made->arena = arena;
	made->begin = lx_arena_here(&arena);
	*index = made;
	return LX_OK;
}

void lx_similar_close(struct lx_similar **index)
{
	if (*index == NULL)
		return;
	(void)pthread_rwlock_destroy(&(*index)->lock);
	(void)pthread_mutex_destroy(&(*index)->writer);
	struct lx_arena arena = (*index)->arena; /* the index itself lies in it */
	lx_arena_close(&arena);
	*index = NULL;
}

enum lx_code lx_similar_load(struct lx_call *call, struct lx_similar *index, struct lx_text image)
{
	struct lx_image opened;

	LX_TRY(lx_image_open(call, image, &opened));
	(void)pthread_mutex_lock(&index->writer);
	(void)pthread_rwlock_wrlock(&index->lock);
	lx_arena_back(&index->arena, index->begin);
	index->delta = (struct lx_delta){ 0 };
	index->image = opened;
	index->count = opened.n;
	index->total = opened.total;
	(void)pthread_rwlock_unlock(&index->lock);
	(void)pthread_mutex_unlock(&index->writer);
	return LX_OK;
}

/* Copies the bytes of a text into an arena. */
static bool copy_text(
	struct lx_arena *arena, const struct lx_similar_text *from, struct lx_similar_text *to)
{
	*to = *from;
	to->text.at = lx_arena_copy(arena, from->text.at, from->text.len);
	to->kept.at = lx_arena_copy(arena, from->kept.at, from->kept.len);
	return to->text.at != NULL && to->kept.at != NULL;
}

static struct lx_similar_text text_at(
	const struct lx_similar *index, enum lx_where where, size_t number)
{
	return where == WHERE_IMAGE ? lx_image_text(&index->image, number)
				    : index->delta.texts[number].text;
}

/* A change prepared: what is put in (NULL: nothing) and what goes out. */
struct change {
	const struct lx_similar_text *text;
	struct lx_keys keys, old_keys;
	enum lx_where where;
	size_t number;
};

/* Under the lock: all that can fail first, so that a failure changes nothing. */
static bool apply(struct lx_similar *index, const struct change *change)
{
	struct lx_similar_text copy;

	if (change->where == WHERE_IMAGE && !lx_delta_reserve_dead(index))
		return false;
	if (change->text != NULL && (!lx_delta_reserve(index, &change->keys) ||
					    !copy_text(&index->arena, change->text, &copy)))
		return false;
	if (change->where != WHERE_NONE)
		lx_delta_remove(index, change->where, change->number, &change->old_keys);
	if (change->text != NULL)
		lx_delta_add(index, &copy, &change->keys);
	return true;
}

static enum lx_code change_held(struct lx_call *call, struct lx_similar *index, int64_t id,
	const struct lx_similar_text *text)
{
	struct change change = { .text = text };

	change.where = lx_similar_find(index, id, &change.number);
	if (text == NULL && change.where == WHERE_NONE)
		return lx_fail(call, LX_NOT_FOUND, NULL, "similar.unknown", "%lld", (long long)id);
	if (text != NULL)
		LX_TRY(lx_similar_keys(call, text->text, &change.keys));
	if (change.where != WHERE_NONE)
		LX_TRY(lx_similar_keys(
			call, text_at(index, change.where, change.number).text, &change.old_keys));
	(void)pthread_rwlock_wrlock(&index->lock);
	bool done = apply(index, &change);
	(void)pthread_rwlock_unlock(&index->lock);
	return done ? LX_OK : lx_fail(call, LX_BUSY, NULL, "similar.full", NULL);
}

/* Only a writer changes what lx_similar_find reads, so holding `writer` is enough to read. */
static enum lx_code change(struct lx_call *call, struct lx_similar *index, int64_t id,
	const struct lx_similar_text *text)
{
	struct lx_arena_mark mark = lx_arena_here(call->arena);

	(void)pthread_mutex_lock(&index->writer);
	enum lx_code code = change_held(call, index, id, text);
	(void)pthread_mutex_unlock(&index->writer);
	lx_arena_back(call->arena, mark);
	return code;
}

enum lx_code lx_similar_put(
	struct lx_call *call, struct lx_similar *index, const struct lx_similar_text *text)
{
	if (text->text.len > INT32_MAX || text->kept.len > LX_SIMILAR_KEPT_MAX)
		return lx_fail(call, LX_INVALID, NULL, "similar.large", NULL);
	return change(call, index, text->id, text);
}

enum lx_code lx_similar_remove(struct lx_call *call, struct lx_similar *index, int64_t id)
{
	return change(call, index, id, NULL);
}

size_t lx_similar_count(struct lx_similar *index)
{
	(void)pthread_rwlock_rdlock(&index->lock);
	size_t n = index->count;
	(void)pthread_rwlock_unlock(&index->lock);
	return n;
}

enum lx_code lx_similar_get(
	struct lx_call *call, struct lx_similar *index, int64_t id, struct lx_similar_text *text)
{
	struct lx_similar_text copy = { 0 };
	size_t number;
	bool copied = false;

	(void)pthread_rwlock_rdlock(&index->lock);
	enum lx_where where = lx_similar_find(index, id, &number);
	if (where != WHERE_NONE) {
		copy = text_at(index, where, number);
		copied = copy_text(call->arena, &copy, &copy);
	}
	(void)pthread_rwlock_unlock(&index->lock);
	if (where == WHERE_NONE)
		return lx_fail(call, LX_NOT_FOUND, NULL, "similar.unknown", "%lld", (long long)id);
	if (!copied)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	*text = copy;
	return LX_OK;
}

static enum lx_code gather(
	struct lx_call *call, const struct lx_similar *index, struct lx_similar_text **texts)
{
	struct lx_similar_text *all = lx_array(call, index->count, sizeof *all);
	size_t n = 0;

	if (all == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < index->image.n; i++)
		if (!lx_delta_dead(&index->delta, i))
			all[n++] = lx_image_text(&index->image, i);
	for (size_t i = 0; i < index->delta.n; i++)
		if (!index->delta.texts[i].dead)
			all[n++] = index->delta.texts[i].text;
	*texts = all;
	return LX_OK;
}

enum lx_code lx_similar_image(struct lx_call *call, struct lx_similar *index, struct lx_text *image)
{
	LX_CLOSE(lx_arena_close)
	struct lx_arena arena = { .limit = call->arena->limit - call->arena->taken };
	struct lx_call scratch = { .arena = &arena };
	struct lx_similar_text *texts;

	(void)pthread_mutex_lock(&index->writer);
	enum lx_code code = gather(&scratch, index, &texts);
	if (code == LX_OK)
		code = lx_similar_build(call, texts, index->count, image);
	else
		(void)lx_fail(call, code, NULL, "base.memory", NULL);
	(void)pthread_mutex_unlock(&index->writer);
	return code;
}
