/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The one home of hashing and of random bytes in the journal: SHA-256, HMAC, salts, base64. */
#ifndef LX_KERNEL_JOURNAL_HASH_H
#define LX_KERNEL_JOURNAL_HASH_H

#include "kernel/journal/journal.h"

/* OpenSSL's plain functions: where the processor helps six times as fast as libsodium's and, unlike its
 * newer interface, without memory of their own. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#define LX_SALT_BYTES 32

/* SHA-256 in pieces: begin, add …, end. */
struct lx_hashing {
	SHA256_CTX state;
};
void lx_hash_begin(struct lx_hashing *hashing);
void lx_hash_add(struct lx_hashing *hashing, const void *bytes, size_t n);
void lx_hash_end(struct lx_hashing *hashing, unsigned char hash[LX_HASH_BYTES]);

/* SHA-256(0x00 ‖ bytes) and SHA-256(0x01 ‖ left ‖ right): leaf and node of RFC 6962, 2.1. */
void lx_hash_leaf(struct lx_text bytes, unsigned char hash[LX_HASH_BYTES]);
void lx_hash_node(const unsigned char left[LX_HASH_BYTES], const unsigned char right[LX_HASH_BYTES],
	unsigned char hash[LX_HASH_BYTES]);

/* SHA-256(salt ‖ bytes): the commitment by which entries name contents, seals and inner parts. */
void lx_hash_salted(const unsigned char salt[LX_SALT_BYTES], struct lx_text bytes,
	unsigned char hash[LX_HASH_BYTES]);

/* HMAC-SHA-256 with a key of 32 bytes. */
void lx_hash_keyed(const unsigned char key[LX_SALT_BYTES], struct lx_text bytes,
	unsigned char hash[LX_HASH_BYTES]);

/* Base64 with padding, and back; false when it is anything else than a hash written so. */
void lx_hash_write(const unsigned char hash[LX_HASH_BYTES], char text[LX_HASH_TEXT]);
bool lx_hash_read(struct lx_text text, unsigned char hash[LX_HASH_BYTES]);

/* Random bytes from the system, for salts and keys. */
void lx_hash_random(unsigned char *bytes, size_t n);

#endif
