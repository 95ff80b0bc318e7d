/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Arenas: memory that lives as long as one call (a request, a command, a test) and ends at once.
 *
 *	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 8 << 20 };
 */
#ifndef LX_BASE_ARENA_H
#define LX_BASE_ARENA_H

#include <stddef.h>

struct lx_chunk;

/* `limit`: the most bytes it may take from the system; set by the owner, 0 means nothing at all. */
struct lx_arena {
	size_t limit;
	size_t taken;
	struct lx_chunk *chunk;
};

/* A place in an arena to go back to. */
struct lx_arena_mark {
	struct lx_chunk *chunk;
	size_t used;
};

/* n bytes of zeroed memory aligned for any type, or NULL beyond the limit. n = 0 gives a valid
 * pointer to nothing. */
void *lx_arena_alloc(struct lx_arena *arena, size_t n);

/* An array of n zeroed things of `size` bytes; NULL beyond the limit or when n * size overflows. */
void *lx_arena_array(struct lx_arena *arena, size_t n, size_t size);

/* A copy of n bytes with a zero byte after them, or NULL. */
char *lx_arena_copy(struct lx_arena *arena, const void *bytes, size_t n);

/* Remembers a place; lx_arena_back frees all that was allocated since. Marks are used like a stack. */
struct lx_arena_mark lx_arena_here(const struct lx_arena *arena);
void lx_arena_back(struct lx_arena *arena, struct lx_arena_mark mark);

/* Frees everything; the arena can be used again. */
void lx_arena_close(struct lx_arena *arena);

#endif
