/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The one home of malloc and free. Arenas, buffers and the adapters of outside libraries come here;
 * handlers and engines never do: they use the arena of their call.
 *
 * Tests can make the n-th request fail: that is how we know that every failure is survived.
 */
#ifndef LX_BASE_MEMORY_H
#define LX_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed memory of n bytes (n > 0), or NULL. Owned by the caller: lx_memory_free. */
void *lx_memory_new(size_t n);

/* Makes p (or NULL) n bytes long; on failure returns NULL and p stays as it was. */
void *lx_memory_grow(void *p, size_t n);

/* Gives memory back; NULL is allowed. */
void lx_memory_free(void *p);

/* Lets the n-th request from now on (1 is the next) fail, and each after it; 0: none. For tests. */
void lx_memory_fail_at(uint64_t n);

#endif
