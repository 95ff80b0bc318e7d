/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Pieces of pages, kept between requests under a name that says all they depend on: type, language, the last entry that
 * touched any of it, what the address asks for. Only what is the same for every reader. Few and bounded; the piece
 * unused for longest makes room. Any thread may ask.
 */
#ifndef LX_KERNEL_PAGES_PIECE_CACHE_H
#define LX_KERNEL_PAGES_PIECE_CACHE_H

#include "base/buf.h"

struct lx_piece_cache;

/* NULL when memory is short: then nothing is kept. lx_piece_cache_close frees it, and allows NULL, as the others do. */
struct lx_piece_cache *lx_piece_cache_open(void);
void lx_piece_cache_close(struct lx_piece_cache **cache);

/* Appends the piece to `out` and tells whether it was there. */
bool lx_piece_cache_take(struct lx_piece_cache *cache, struct lx_text name, struct lx_buf *out);

/* Keeps a piece; what is too long for it is not kept. */
void lx_piece_cache_give(struct lx_piece_cache *cache, struct lx_text name, struct lx_text piece);

#endif
