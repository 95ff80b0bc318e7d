/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Printed rows of lists, kept between requests: only what everyone may read (docs/decisions/row-cache.md). A row is known by its
 * record, the record's last entry, the last entry that touched anything else the row shows, and the language; what differs
 * in any of them is not found. Any thread may ask.
 */
#ifndef LX_KERNEL_PAGES_ROW_CACHE_H
#define LX_KERNEL_PAGES_ROW_CACHE_H

#include "base/buf.h"
#include "base/message.h"
#include "kernel/types/region.h"

struct lx_row_key {
	const struct lx_shape *shape;
	int64_t number;
	int64_t touched; /* the record's last entry */
	int64_t around;  /* the last entry on the charter, or on anything that such rows name */
	enum lx_lang lang;
};

struct lx_row_cache;

/* NULL when memory is short: then nothing is kept. lx_row_cache_close frees it, and allows NULL, as the others do. */
struct lx_row_cache *lx_row_cache_open(void);
void lx_row_cache_close(struct lx_row_cache **cache);

/* Appends the row to `out` and tells whether it was there. `whole` asks for a row that looks the same to every reader: a
 * stranger's row may name a record only by its number, where others may read its title. */
bool lx_row_cache_take(
	struct lx_row_cache *cache, const struct lx_row_key *key, bool whole, struct lx_buf *out);

/* Keeps a row as a stranger sees it, in the place of an older one. */
void lx_row_cache_give(
	struct lx_row_cache *cache, const struct lx_row_key *key, bool whole, struct lx_text row);

#endif
