/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Arenas: chunks that double in size, large things in chunks of their own. */
#include "base/arena.h"

#include "base/memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#define FIRST_CHUNK ((size_t)4 << 10)
#define LAST_CHUNK  ((size_t)1 << 20)
#define ALIGN       alignof(max_align_t)

struct lx_chunk {
	struct lx_chunk *older;
	size_t size, used;
	alignas(max_align_t) unsigned char bytes[];
};

static size_t chunk_size(const struct lx_arena *arena, size_t n)
{
	size_t size = arena->chunk == NULL ? FIRST_CHUNK : 2 * arena->chunk->size;

	if (size > LAST_CHUNK)
		size = LAST_CHUNK;
	return size < n ? n : size;
}

static struct lx_chunk *add_chunk(struct lx_arena *arena, size_t n)
{
	size_t size = chunk_size(arena, n);
	size_t left = arena->limit > arena->taken ? arena->limit - arena->taken : 0;

	if (left < sizeof(struct lx_chunk) || n > left - sizeof(struct lx_chunk))
		return NULL;
	if (size > left - sizeof(struct lx_chunk))
		size = n;
	struct lx_chunk *chunk = lx_memory_new(sizeof *chunk + size);
	if (chunk == NULL)
		return NULL;
	chunk->older = arena->chunk;
	chunk->size = size;
	arena->chunk = chunk;
	arena->taken += sizeof *chunk + size;
	return chunk;
}

void *lx_arena_alloc(struct lx_arena *arena, size_t n)
{
	struct lx_chunk *chunk = arena->chunk;

	if (n > SIZE_MAX - ALIGN)
		return NULL;
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	if (chunk == NULL || chunk->size - chunk->used < n) {
		chunk = add_chunk(arena, n);
		if (chunk == NULL)
			return NULL;
	}
	void *place = chunk->bytes + chunk->used;
	chunk->used += n;
	return place;
}

void *lx_arena_array(struct lx_arena *arena, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		return NULL;
	return lx_arena_alloc(arena, n * size);
}

char *lx_arena_copy(struct lx_arena *arena, const void *bytes, size_t n)
{
	char *copy = n == SIZE_MAX ? NULL : lx_arena_alloc(arena, n + 1);

	if (copy != NULL && n > 0)
		memcpy(copy, bytes, n);
	return copy;
}

struct lx_arena_mark lx_arena_here(const struct lx_arena *arena)
{
	return (struct lx_arena_mark){ arena->chunk,
		arena->chunk == NULL ? 0 : arena->chunk->used };
}

void lx_arena_back(struct lx_arena *arena, struct lx_arena_mark mark)
{
	while (arena->chunk != mark.chunk) {
		struct lx_chunk *gone = arena->chunk;
		arena->chunk = gone->older;
		arena->taken -= sizeof *gone + gone->size;
		lx_memory_free(gone);
	}
	if (arena->chunk == NULL)
		return;
	/* what is handed out again must be zeroed again */
	memset(arena->chunk->bytes + mark.used, 0, arena->chunk->used - mark.used);
	arena->chunk->used = mark.used;
}

void lx_arena_close(struct lx_arena *arena)
{
	lx_arena_back(arena, (struct lx_arena_mark){ NULL, 0 });
}
