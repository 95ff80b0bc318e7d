/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Witnesses (C2SP tlog-witness v1.0.0), both ways: this region cosigns what other logs publish, and asks others to cosign its own.
 *
 *	keys/witness.key     the witness's signing key, its owner's only
 *	keys/witness.pub     the key to verify its cosignatures with
 *	keys/witnessed       the logs it cosigns: a policy file with `log` lines and "quorum none"
 *	keys/seen/<hash>     the newest checkpoint cosigned of each log; <hash> is SHA-256 of its origin in hexadecimal digits
 *	keys/policy          the witnesses that are asked for the region's own checkpoints
 */
#ifndef LX_KERNEL_RECORD_WITNESS_H
#define LX_KERNEL_RECORD_WITNESS_H

#include "kernel/record/policy.h"
#include "kernel/record/proof.h"

#define LX_WITNESS_BODY ((size_t)64 << 10) /* a request: 63 hashes and a checkpoint are far less */

/* A request taken apart; `note` is borrowed from the body. */
struct lx_add_checkpoint {
	int64_t old;
	struct lx_proof proof;
	struct lx_text note;
};

/* "old <size>", hashes, an empty line, the checkpoint; false when it has another form. */
bool lx_add_checkpoint_read(struct lx_text body, struct lx_add_checkpoint *request);
void lx_add_checkpoint_write(
	int64_t old, const struct lx_proof *proof, struct lx_text note, struct lx_buf *out);

struct lx_witness;

/* Opens the witness in a folder of keys (borrowed); *witness stays NULL where there is no witness.key. */
LX_CHECK enum lx_code lx_witness_open(
	struct lx_call *call, const char *keys, struct lx_witness **witness);
void lx_witness_close(struct lx_witness **witness);
const struct lx_note_key *lx_witness_key(const struct lx_witness *witness);

/* Makes the witness's key under a name. LX_CONFLICT `record.file_there` when there is one. */
LX_CHECK enum lx_code lx_witness_key_make(
	struct lx_call *call, const char *keys, struct lx_text name);

/* What is answered to add-checkpoint: the HTTP status, and the body. State is on disk before an answer of 200; one at a time. A failure
 * of the machine (LX_BROKEN) leaves what was there. */
LX_CHECK enum lx_code lx_witness_add(struct lx_witness *witness, struct lx_call *call,
	struct lx_text body, int64_t seconds, unsigned *status, struct lx_buf *answer);

/* The newest checkpoint cosigned of the log whose origin has this hash (64 hexadecimal digits), with its cosignature; LX_NOT_FOUND without a
 * fault. */
LX_CHECK enum lx_code lx_witness_seen(struct lx_witness *witness, struct lx_call *call,
	struct lx_text hash, struct lx_text *note);

#endif
