/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Tiles as they are served: what caches keep for ever must be what was signed. A full tile is given out when its hashes give the
 * hash that the tile above has for it, up to the signed root; an entry bundle when the entries give the hashes of their tile.
 * Hashes that held are kept in memory (LX_SERVED_TILES at most), so a tile is read and verified once.
 */
#ifndef LX_KERNEL_RECORD_SERVED_H
#define LX_KERNEL_RECORD_SERVED_H

#include "kernel/record/checkpoint.h"
#include "kernel/record/tiles.h"

#define LX_SERVED_TILES 4096 /* 32 MiB; of a record of a million entries */

struct lx_served;

/* Empty; NULL when memory ends. The caller closes it. Any thread may use it. */
struct lx_served *lx_served_open(void);
void lx_served_close(struct lx_served **served);

/* Appends the bytes of a tile or bundle of the tree that the checkpoint is of. LX_NOT_FOUND without a fault where that has none;
 * LX_BROKEN `record.tile_differs`, naming the tile, when the store says something else than was signed. */
LX_CHECK enum lx_code lx_served_read(struct lx_served *served, struct lx_tx *tx,
	const struct lx_checkpoint *checkpoint, const struct lx_log_tile *tile, struct lx_buf *out);

/* The same for a tile of hashes that is in memory already, without the store; false: it is not. */
bool lx_served_kept(struct lx_served *served, const struct lx_checkpoint *checkpoint,
	const struct lx_log_tile *tile, struct lx_buf *out);

#endif
