/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Checkpoints (C2SP tlog-checkpoint v1.0.0): origin, size and root of the tree, signed as a note. */
#ifndef LX_KERNEL_RECORD_CHECKPOINT_H
#define LX_KERNEL_RECORD_CHECKPOINT_H

#include "kernel/journal/journal.h"
#include "kernel/record/note.h"

struct lx_checkpoint {
	char origin[LX_NOTE_NAME];
	int64_t size;
	unsigned char root[LX_HASH_BYTES];
};

/* The text that is signed: three lines. */
void lx_checkpoint_write(const struct lx_checkpoint *checkpoint, struct lx_buf *out);

/* The note, signed; the origin is the signer's name. */
void lx_checkpoint_sign(const struct lx_note_signer *signer, int64_t size,
	const unsigned char root[LX_HASH_BYTES], struct lx_buf *out);

/* Takes the text of a checkpoint apart, whoever signed it; false when it is none. */
bool lx_checkpoint_read(struct lx_text text, struct lx_checkpoint *checkpoint);

/* Verifies a signed checkpoint by the log's key. Faults of lx_note_verify; LX_INVALID `record.checkpoint` when the text
 * is no checkpoint; LX_CONFLICT `record.origin` when it is of another log. */
LX_CHECK enum lx_code lx_checkpoint_verify(struct lx_call *call, struct lx_text note,
	const struct lx_note_key *key, struct lx_checkpoint *checkpoint);

#endif
