/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the reply to an act says at once, signed: that this entry, with this hash, stands in the record under this number. A proof file
 * says so too, from the next checkpoint on; who holds the promise and never finds the entry has the proof that it was dropped.
 *
 *	lianxi receipt 1
 *	<name of the log>
 *	<number of the entry>
 *	<hash of the entry (leaf), base64>
 *
 * as a signed note by the log's key. The first line keeps it from being taken for a checkpoint.
 */
#ifndef LX_KERNEL_RECORD_PROMISE_H
#define LX_KERNEL_RECORD_PROMISE_H

#include "kernel/record/checkpoint.h"

struct lx_promise {
	char origin[LX_NOTE_NAME];
	int64_t n;
	unsigned char leaf[LX_HASH_BYTES];
};

/* Writes and signs it; `promise->origin` is the signer's name. */
void lx_promise_sign(
	const struct lx_note_signer *signer, struct lx_promise *promise, struct lx_buf *out);

/* Whether a text begins as one. */
bool lx_promise_is(struct lx_text note);

/* Verifies one. Faults of lx_note_verify; LX_INVALID `record.promise`; LX_CONFLICT `record.origin` when it is of another log. */
LX_CHECK enum lx_code lx_promise_verify(struct lx_call *call, struct lx_text note,
	const struct lx_note_key *key, struct lx_promise *promise);

#endif
