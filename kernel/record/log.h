/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The region's log as outsiders follow it: its key, and the last checkpoint that was published. Both stand in a folder
 * beside the database, so that a database put back from a backup cannot make the log say something else than it
 * said: a journal that is shorter than what was published, or differs from it, is not signed.
 *
 *	keys/log.key      the signing key, for its owner only
 *	keys/log.pub      the verifier key, for everyone
 *	keys/log.sm2      a second signing key (SM2), where there is one; keys/log-sm2.pub to verify with
 *	keys/checkpoint   the last checkpoint published
 *
 * One process publishes at a time (it holds the lock of the region's folder).
 */
#ifndef LX_KERNEL_RECORD_LOG_H
#define LX_KERNEL_RECORD_LOG_H

#include "kernel/record/promise.h"
#include "kernel/record/proof.h"
#include "kernel/record/served.h"

#define LX_LOG_EVERY 1000 /* ms between two checkpoints at least */

/* Makes the folder `keys` with a new key under the name `origin`. LX_CONFLICT `record.file_there` when there is one. */
LX_CHECK enum lx_code lx_log_keys_make(
	struct lx_call *call, const char *keys, struct lx_text origin);

/* Puts the folder's key and checkpoint aside (beside it, under "-" and the old key's id) and makes new ones. The new origin
 * names the old: `origin` must be the old one and then "/…"; LX_INVALID `record.origin_names` with the old one. */
LX_CHECK enum lx_code lx_log_keys_anew(
	struct lx_call *call, const char *keys, struct lx_text origin);

/* Adds an SM2 key under the same name: checkpoints then have a second line. LX_CONFLICT `record.file_there`. */
LX_CHECK enum lx_code lx_log_sm2_make(struct lx_call *call, const char *keys);

/* The verifier key that stands in the folder. LX_NOT_FOUND without a fault when none does; LX_INVALID `record.key`. */
LX_CHECK enum lx_code lx_log_key_beside(
	struct lx_call *call, const char *keys, struct lx_note_key *key);

struct lx_log;

/* Opens the log of a store (borrowed until lx_log_close; so is `keys`). What keeps it from signing is not a failure here:
 * lx_log_checkpoint tells it. */
LX_CHECK enum lx_code lx_log_open(
	struct lx_call *call, const char *keys, struct lx_store *store, struct lx_log **log);
void lx_log_close(struct lx_log **log);

/* A checkpoint, signed; `note` in the call's arena. */
struct lx_published {
	int64_t size;
	struct lx_text note;
};

/* The present checkpoint: made from what is durable, at most once in LX_LOG_EVERY of `now` (ms of a clock that never jumps),
 * and kept outside the database before anyone sees it. LX_BUSY, saying what to do: `record.no_key`, `record.behind`,
 * `record.differs`, `record.last_bad`. */
LX_CHECK enum lx_code lx_log_checkpoint(
	struct lx_log *log, struct lx_call *call, int64_t now, struct lx_published *published);

/* Appends the bytes of a tile or bundle of the last checkpoint's tree, verified (served.h); brings that up to date first, as
 * lx_log_checkpoint. LX_NOT_FOUND without a fault where there is no such tile. */
LX_CHECK enum lx_code lx_log_tile(struct lx_log *log, struct lx_call *call, int64_t now,
	const struct lx_log_tile *tile, struct lx_buf *out);

/* Signs that entry n, which is durable, stands in the record with this hash: the reply to an act. LX_BUSY as lx_log_checkpoint. */
LX_CHECK enum lx_code lx_log_promise(struct lx_log *log, struct lx_call *call, int64_t now,
	int64_t n, const unsigned char leaf[LX_HASH_BYTES], struct lx_buf *out);

/* Whether the journal is what was published last, without publishing: faults of lx_log_checkpoint. For `lianxi verify`. */
LX_CHECK enum lx_code lx_log_test(struct lx_log *log, struct lx_tx *tx);

/* Adds a witness's line to the last checkpoint, if that still has `size` entries; it replaces an earlier one of the same key. The line is
 * verified: LX_CONFLICT `record.signature`. LX_NOT_FOUND without a fault when there is a newer checkpoint. */
LX_CHECK enum lx_code lx_log_cosigned(struct lx_log *log, struct lx_call *call, int64_t size,
	struct lx_text line, const struct lx_note_key *witness);

/* The verifier key, or NULL where there is none; the log's, and its second one. */
const struct lx_note_key *lx_log_key(const struct lx_log *log);
const struct lx_note_key *lx_log_sm2_key(const struct lx_log *log);

#endif
