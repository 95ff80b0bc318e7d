/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who acted, by their own key: a mandate registers keys as rows "key"; its bearer signs an order on a machine of their own; the
 * entry keeps the signature as `proof`. What is signed, and why it can be neither replayed nor moved: docs/journal.md, "Proof".
 *
 * The order carries it as an object `signed`: algorithm, key, log, nonce, until, salt, signature. The entry's `proof` has
 * the hash of salt and input instead of the salt, and `made` where the act makes its record.
 */
#ifndef LX_KERNEL_TYPES_PROOF_H
#define LX_KERNEL_TYPES_PROOF_H

#include "kernel/journal/signature.h"
#include "kernel/types/case.h"
#include "kernel/types/decide.h"

/* What a signer says, besides the input. Texts are borrowed. */
struct lx_signing_order {
	const char *act; /* "need.route" */
	const char *of;  /* "need/1"; "need/new" where the act makes the record */
	const char *key; /* "mandate/4#key.1" */
	const char *log; /* the region's origin */
	int64_t until;   /* ms UTC: not entered later */
	const json_t *input;
};

/* Signs an order: *order is what to send, the input with `signed` beside its members; the caller's. Nonce and salt are random.
 * LX_INVALID `proof.form`, naming the member, for a word that is not in its form. */
LX_CHECK enum lx_code lx_proof_sign(struct lx_call *call, const struct lx_secret_key *key,
	const struct lx_signing_order *said, json_t **order);

/* Tests what came signed with an order (order->said) in the writer: form, region, time, that the key is registered, that
 * the signature holds and was not entered before. *proof is the entry's member, the caller's. The order acts by the key's
 * mandate alone from then on. LX_INVALID `proof.form`; LX_FORBIDDEN `proof.key`, `proof.signature`; LX_CONFLICT `proof.log`,
 * `proof.late`, `proof.again`. */
LX_CHECK enum lx_code lx_proof_take(struct lx_work *work, const struct lx_region *region,
	struct lx_order *order, json_t **proof);

/* Whether an act enters as it must: by the mandate whose key signed it, and signed if the charter says so. LX_INVALID
 * `proof.needed`; LX_FORBIDDEN `proof.person`. */
LX_CHECK enum lx_code lx_proof_fits(const struct lx_case *c, const char *act, struct lx_text by);

/* Remembers an entry's proof, so that it is entered once; `at` is the entry's moment. `verify` (replaying): tests it against the key as it was registered
 * then; LX_CONFLICT `proof.wrong` naming the entry. Without a proof nothing is done. */
LX_CHECK enum lx_code lx_proof_apply(struct lx_tx *tx, const struct lx_region *region, int64_t n,
	int64_t at, const json_t *entry, const struct lx_record *record, bool verify);

#endif
