/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Inclusion proofs (RFC 6962, 2.1.1) and receipts: proof files (C2SP tlog-proof) that say, signed by the region, that an
 * entry stands in its record, and that anyone can check without a network for ever.
 */
#ifndef LX_KERNEL_RECORD_PROOF_H
#define LX_KERNEL_RECORD_PROOF_H

#include "kernel/record/checkpoint.h"

#define LX_PROOF_HASHES 63 /* a path in a tree of 2^63 entries */

/* Sibling hashes from the leaf up. */
struct lx_proof {
	unsigned char hashes[LX_PROOF_HASHES][LX_HASH_BYTES];
	size_t n;
};

/* The root over entries from..to, counted from 0, `from` being a multiple of the largest power of two that the span
 * holds; 0 to n: the root of the tree when it had n entries (n > 0). */
LX_CHECK enum lx_code lx_root_of(
	struct lx_tx *tx, int64_t from, int64_t to, unsigned char root[LX_HASH_BYTES]);

/* The path of the entry at `index` (counted from 0) in the tree of `size` entries; index < size. */
LX_CHECK enum lx_code lx_proof_make(
	struct lx_tx *tx, int64_t index, int64_t size, struct lx_proof *proof);

/* Whether a leaf with this path stands at `index` in the tree of `size` entries with this root. */
bool lx_proof_holds(const struct lx_proof *proof, const unsigned char leaf[LX_HASH_BYTES],
	int64_t index, int64_t size, const unsigned char root[LX_HASH_BYTES]);

/* The proof that the tree of `old` entries is the beginning of that of `size` (RFC 6962, 2.1.2); 0 < old < size. */
LX_CHECK enum lx_code lx_consistency_make(
	struct lx_tx *tx, int64_t old, int64_t size, struct lx_proof *proof);

/* Whether it holds (RFC 9162, 2.1.4.2). An empty proof holds for old 0, and for equal sizes with equal roots. */
bool lx_consistency_holds(const struct lx_proof *proof, int64_t old,
	const unsigned char old_root[LX_HASH_BYTES], int64_t size,
	const unsigned char root[LX_HASH_BYTES]);

/* Writes a proof file; `entry`, the entry's bytes, goes into its `extra` line, so that the file stands alone. */
void lx_receipt_write(struct lx_text entry, int64_t index, const struct lx_proof *proof,
	struct lx_text checkpoint, struct lx_buf *out);

/* A proof file taken apart: `entry` (NULL at without an extra line) in the call's arena, `checkpoint` borrowed. */
struct lx_receipt {
	int64_t index;
	struct lx_text entry;
	struct lx_proof proof;
	struct lx_text checkpoint;
};

/* LX_INVALID `record.receipt` with the line. */
LX_CHECK enum lx_code lx_receipt_read(
	struct lx_call *call, struct lx_text text, struct lx_receipt *receipt);

/* Verifies the checkpoint by the log's key and the path from the entry's bytes to its root. Faults of
 * lx_checkpoint_verify; LX_CONFLICT `record.path` when the entry is not what the path leads from. */
LX_CHECK enum lx_code lx_receipt_verify(struct lx_call *call, const struct lx_receipt *receipt,
	const struct lx_note_key *key, struct lx_checkpoint *checkpoint);

#endif
