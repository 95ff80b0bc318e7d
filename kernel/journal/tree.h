/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The Merkle tree (RFC 6962, 2.1) as the journal keeps it: the edge (roots of the full subtrees) in
 * memory, leaf hashes with their entries, and tiles of 256 hashes, each written once when it is full.
 * Level 0 of tiles has leaf hashes; level L + 1 has the roots of the full tiles of level L.
 */
#ifndef LX_KERNEL_JOURNAL_TREE_H
#define LX_KERNEL_JOURNAL_TREE_H

#include "kernel/journal/journal.h"

#define LX_TILE_WIDTH  256
#define LX_TILE_HEIGHT 8
#define LX_TILE_BYTES  ((size_t)LX_TILE_WIDTH * LX_HASH_BYTES)
#define LX_TILE_LEVELS 7 /* 256^7 entries are more than a journal's number can count to in JSON */

/* Roots of the tiles that one leaf completed, by level; `n` of them (nearly always 0). */
struct lx_tiles_done {
	unsigned char roots[LX_TILE_LEVELS][LX_HASH_BYTES];
	unsigned n;
};

/* Adds a leaf to the edge, moves its size on and tells which tiles that completed. */
void lx_edge_add(
	struct lx_edge *edge, const unsigned char leaf[LX_HASH_BYTES], struct lx_tiles_done *done);

/* Writes the tiles that the entry just added completed; its row is written already. */
LX_CHECK enum lx_code lx_tree_store(
	struct lx_tx *tx, const struct lx_edge *edge, const struct lx_tiles_done *done);

/* The hashes of a level of tiles from `from` up to `to` (counted from 0, at most LX_TILE_WIDTH of them), one after the other
 * into `out`. LX_BROKEN `journal.tree_broken` when one of them is missing. */
LX_CHECK enum lx_code lx_tree_hashes(
	struct lx_tx *tx, unsigned level, int64_t from, int64_t to, unsigned char *out);

/* Fills in the peaks for edge->size entries from leaves and tiles. */
LX_CHECK enum lx_code lx_tree_load(struct lx_tx *tx, struct lx_edge *edge);

#endif
