/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The path from an entry to the root of the tree (RFC 6962, 2.1.1), drawn: on each level the node of the path, filled, and the hash
 * that is needed beside it, framed; left and right as they stand in the tree.
 */
#ifndef LX_KERNEL_PAGES_PROOF_TREE_H
#define LX_KERNEL_PAGES_PROOF_TREE_H

#include "kernel/pages/pages.h"

/* Draws the path of the entry at `index` (from 0) in the tree of `size` entries; the hashes are labelled by their first digits. Nothing
 * is drawn for a tree of one entry: its leaf is the root. */
LX_CHECK enum lx_code lx_proof_draw(const struct lx_reader *reader, const struct lx_proof *proof,
	int64_t index, int64_t size, struct lx_html *html);

#endif
