/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * SQLite's memory from base/memory, so that tests can let the n-th request fail. SQLite asks how
 * large a piece is; the size stands in front of it.
 */
#include "base/memory.h"

#include "kernel/store/sqlite.h"

#include <stdalign.h>

#define FRONT alignof(max_align_t)

static void *take(int n)
{
	unsigned char *place = n <= 0 ? NULL : lx_memory_grow(NULL, (size_t)n + FRONT);

	if (place == NULL)
		return NULL;
	*(int *)(void *)place = n;
	return place + FRONT;
}

static void give(void *piece)
{
	if (piece != NULL)
		lx_memory_free((unsigned char *)piece - FRONT);
}

static int size_of(void *piece)
{
	return piece == NULL ? 0 : *(int *)(void *)((unsigned char *)piece - FRONT);
}

static void *grow(void *piece, int n)
{
	unsigned char *place = lx_memory_grow((unsigned char *)piece - FRONT, (size_t)n + FRONT);

	if (place == NULL)
		return NULL;
	*(int *)(void *)place = n;
	return place + FRONT;
}

static int round_up(int n)
{
	return (n + 7) / 8 * 8;
}

static int start(void *nothing)
{
	(void)nothing;
	return SQLITE_OK;
}

static void stop(void *nothing)
{
	(void)nothing;
}

static void configure(void)
{
	static const sqlite3_mem_methods memory = { take, give, grow, size_of, round_up, start,
		stop, NULL };

	/* MEMSTATUS 0: SQLite's own counting takes a lock at every request */
	(void)sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	(void)sqlite3_config(
		SQLITE_CONFIG_URI, 0); /* a path is a path, also if it begins with "file:" */
}

void lx_sqlite_memory(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, configure);
}
