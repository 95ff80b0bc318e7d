/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Signatures by keys that are not the region's own alone: of who acts (kernel/types/proof.h), and the additional line under a
 * checkpoint (kernel/record). Ed25519 (RFC 8032) by libsodium; SM2 with SM3 (GB/T 32918.2, the identity of GM/T 0009:
 * "1234567812345678") by OpenSSL. Nothing here knows what is signed.
 */
#ifndef LX_KERNEL_JOURNAL_SIGNATURE_H
#define LX_KERNEL_JOURNAL_SIGNATURE_H

#include "base/call.h"
#include "base/text.h"

#include <stdbool.h>

#define LX_SIGNATURE_BYTES 64 /* Ed25519: as the RFC writes it; SM2: r and s, 32 bytes each */
#define LX_SECRET_BYTES    32 /* Ed25519: the seed; SM2: the number, highest byte first */
#define LX_PUBLIC_MOST     33 /* Ed25519: 32; SM2: the point compressed, 33 */
#define LX_PUBLIC_TEXT     (2 * LX_PUBLIC_MOST + 1)

enum lx_signing { LX_SIGN_ED25519 = 1, LX_SIGN_SM2 };

/* The word of an algorithm, "ed25519" or "sm2", and back; 0: it is none. */
const char *lx_signing_word(enum lx_signing algorithm);
enum lx_signing lx_signing_of(struct lx_text word);

/* A key to verify with. */
struct lx_public_key {
	enum lx_signing algorithm;
	size_t n;
	unsigned char bytes[LX_PUBLIC_MOST];
};

/* A key to sign with: wipe it with lx_secret_forget. */
struct lx_secret_key {
	struct lx_public_key public;
	unsigned char secret[LX_SECRET_BYTES];
};

/* A new key from the system's random bytes. LX_BROKEN `record.crypto` when the library fails. */
LX_CHECK enum lx_code lx_secret_make(
	struct lx_call *call, enum lx_signing algorithm, struct lx_secret_key *key);
void lx_secret_forget(struct lx_secret_key *key);

/* A public key as entries write it: its bytes in lower-case hexadecimal digits. Reading gives false unless it is a key of that
 * algorithm (of SM2: a point of the curve). */
void lx_public_write(const struct lx_public_key *key, char text[LX_PUBLIC_TEXT]);
bool lx_public_read(enum lx_signing algorithm, struct lx_text text, struct lx_public_key *key);
bool lx_public_of_bytes(
	enum lx_signing algorithm, const unsigned char *bytes, size_t n, struct lx_public_key *key);

/* A secret key as its owner keeps it: one line, "LIANXI-KEY ed25519 <public> <secret>", and back: LX_INVALID
 * `record.private_key`. Whoever holds the text wipes it. */
#define LX_SECRET_TEXT 192
void lx_secret_write(const struct lx_secret_key *key, char text[LX_SECRET_TEXT]);
LX_CHECK enum lx_code lx_secret_read(
	struct lx_call *call, struct lx_text text, struct lx_secret_key *key);

/* Signs bytes. LX_BROKEN `record.crypto`. */
LX_CHECK enum lx_code lx_signature_make(struct lx_call *call, const struct lx_secret_key *key,
	struct lx_text bytes, unsigned char signature[LX_SIGNATURE_BYTES]);

/* Whether a signature is of these bytes by this key. */
bool lx_signature_holds(const struct lx_public_key *key, struct lx_text bytes,
	const unsigned char signature[LX_SIGNATURE_BYTES]);

#endif
