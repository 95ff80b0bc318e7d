/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Tiles and entry bundles (C2SP tlog-tiles): the static files in which outsiders fetch the tree. Full tiles stand in the
 * store; partial ones of any width are cut from what is there, so that they are served for ever.
 */
#ifndef LX_KERNEL_RECORD_TILES_H
#define LX_KERNEL_RECORD_TILES_H

#include "kernel/journal/tree.h"

#define LX_TILE_ENTRIES (-1) /* the level of entry bundles */

/* A tile by its address; `width`: 1..256 hashes or entries, 256 for a full one. */
struct lx_log_tile {
	int level;
	int64_t number;
	unsigned width;
};

/* Reads "0/x001/x234/067", "0/x001/x234/067.p/17", "entries/000"; false for anything else. */
bool lx_tile_parse(struct lx_text path, struct lx_log_tile *tile);

/* Writes what lx_tile_parse reads. */
void lx_tile_path(const struct lx_log_tile *tile, struct lx_buf *out);

/* Adds the tile's bytes: hashes one after the other, or each entry behind its length in two bytes, the higher one first.
 * LX_NOT_FOUND without a fault when the tree of `size` entries has not that many. */
LX_CHECK enum lx_code lx_tile_read(
	struct lx_tx *tx, int64_t size, const struct lx_log_tile *tile, struct lx_buf *out);

#endif
