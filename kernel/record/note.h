/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Signed notes (C2SP signed-note v1.0.0): a text, an empty line, lines of signatures. Ed25519 (type 0x01), the witnesses'
 * Ed25519 with a moment (type 0x04, C2SP tlog-cosignature v1), and SM2 as a type of our own (0xff, then "lianxi/sm2"); lines of other kinds and of unknown keys are left alone, as the
 * specification asks. Nothing here knows files or the store.
 *
 *	<text, ends in \n>
 *	\n
 *	— <key name> <base64(key id ‖ signature)>\n
 */
#ifndef LX_KERNEL_RECORD_NOTE_H
#define LX_KERNEL_RECORD_NOTE_H

#include "base/buf.h"
#include "base/call.h"
#include "kernel/journal/signature.h"

#define LX_NOTE_NAME       128 /* bytes of a key's name with its zero byte */
#define LX_NOTE_SEED       32
#define LX_NOTE_ID         4
#define LX_NOTE_KEY_TEXT   256 /* a key written out, with its zero byte */
#define LX_NOTE_MOST       ((size_t)1 << 20)
#define LX_NOTE_SIGNATURES 64 /* lines; verifiers must take 16 */

/* Which signatures a key makes: those of a log or person; a witness's, each with its moment; the additional ones of a log. */
enum lx_note_type { LX_NOTE_ED25519 = 1, LX_NOTE_COSIGNATURE = 4, LX_NOTE_SM2 = 0xff };

/* A key to verify with. */
struct lx_note_key {
	enum lx_note_type type;
	char name[LX_NOTE_NAME];
	unsigned char id[LX_NOTE_ID];
	unsigned char public[LX_PUBLIC_MOST]; /* 32 bytes; of SM2 33 */
};

/* A key to sign with. `seed` is the private half: wipe it with lx_note_forget. */
struct lx_note_signer {
	struct lx_note_key key;
	unsigned char seed[LX_NOTE_SEED];
	unsigned char secret[64];
};

/* Whether a name may name a key: 1 to 127 bytes of UTF-8 without blanks, control characters and '+'. */
bool lx_note_name_fits(struct lx_text name);

/* The signer of a name (LX_INVALID `record.name`, with the name) and a seed of 32 random bytes. */
LX_CHECK enum lx_code lx_note_signer_make(struct lx_call *call, enum lx_note_type type,
	struct lx_text name, const unsigned char seed[LX_NOTE_SEED], struct lx_note_signer *signer);
void lx_note_forget(struct lx_note_signer *signer);

/* The verifier key "name+530d903a+base64" and back. LX_INVALID `record.key`. */
void lx_note_key_write(const struct lx_note_key *key, char text[LX_NOTE_KEY_TEXT]);
LX_CHECK enum lx_code lx_note_key_read(
	struct lx_call *call, struct lx_text text, struct lx_note_key *key);

/* The signer's key "PRIVATE+KEY+name+530d903a+base64", as golang.org/x/mod/sumdb/note writes it, and back. LX_INVALID
 * `record.private_key`. Whoever holds the text wipes it. */
void lx_note_signer_write(const struct lx_note_signer *signer, char text[LX_NOTE_KEY_TEXT]);
LX_CHECK enum lx_code lx_note_signer_read(
	struct lx_call *call, struct lx_text text, struct lx_note_signer *signer);

/* Writes the note: `text` (ends in \n), an empty line, the signature. */
void lx_note_sign(const struct lx_note_signer *signer, struct lx_text text, struct lx_buf *out);

/* The verifier key of a name and an SM2 key. LX_INVALID `record.name`. */
LX_CHECK enum lx_code lx_note_sm2_key(struct lx_call *call, struct lx_text name,
	const struct lx_public_key *public, struct lx_note_key *key);

/* Writes the line of an SM2 key for a note's text. LX_BROKEN `record.crypto`. */
LX_CHECK enum lx_code lx_note_sm2_line(struct lx_call *call, const struct lx_note_key *key,
	const struct lx_secret_key *secret, struct lx_text text, struct lx_buf *out);

/* Writes a witness's line for a note's text: what it says of the text at `seconds` since 1970 (type LX_NOTE_COSIGNATURE). */
void lx_note_cosign(const struct lx_note_signer *signer, struct lx_text text, int64_t seconds,
	struct lx_buf *out);

/* Verifies a note by one key: *text is what was signed, borrowed from `note`. LX_INVALID `record.note` when it is not
 * a note; LX_CONFLICT `record.unsigned` when no line is of that key, `record.signature` when one is and does not hold. */
LX_CHECK enum lx_code lx_note_verify(struct lx_call *call, struct lx_text note,
	const struct lx_note_key *key, struct lx_text *text);

#endif
