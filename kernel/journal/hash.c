/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Hashing, and the only place of the journal that asks for randomness. */
#include "kernel/journal/hash.h"

#include <sodium.h>
#include <string.h>

void lx_hash_begin(struct lx_hashing *hashing)
{
	(void)SHA256_Init(&hashing->state);
}

void lx_hash_add(struct lx_hashing *hashing, const void *bytes, size_t n)
{
	(void)SHA256_Update(&hashing->state, bytes, n);
}

void lx_hash_end(struct lx_hashing *hashing, unsigned char hash[LX_HASH_BYTES])
{
	(void)SHA256_Final(hash, &hashing->state);
}

void lx_hash_leaf(struct lx_text bytes, unsigned char hash[LX_HASH_BYTES])
{
	struct lx_hashing hashing;

	lx_hash_begin(&hashing);
	lx_hash_add(&hashing, "\0", 1);
	lx_hash_add(&hashing, bytes.at, bytes.len);
	lx_hash_end(&hashing, hash);
}

void lx_hash_node(const unsigned char left[LX_HASH_BYTES], const unsigned char right[LX_HASH_BYTES],
	unsigned char hash[LX_HASH_BYTES])
{
	struct lx_hashing hashing;

	lx_hash_begin(&hashing);
	lx_hash_add(&hashing, "\1", 1);
	lx_hash_add(&hashing, left, LX_HASH_BYTES);
	lx_hash_add(&hashing, right, LX_HASH_BYTES);
	lx_hash_end(&hashing, hash);
}

void lx_hash_salted(const unsigned char salt[LX_SALT_BYTES], struct lx_text bytes,
	unsigned char hash[LX_HASH_BYTES])
{
	struct lx_hashing hashing;

	lx_hash_begin(&hashing);
	lx_hash_add(&hashing, salt, LX_SALT_BYTES);
	lx_hash_add(&hashing, bytes.at, bytes.len);
	lx_hash_end(&hashing, hash);
}

void lx_hash_keyed(const unsigned char key[LX_SALT_BYTES], struct lx_text bytes,
	unsigned char hash[LX_HASH_BYTES])
{
	(void)crypto_auth_hmacsha256(hash, (const unsigned char *)bytes.at, bytes.len, key);
}

void lx_hash_write(const unsigned char hash[LX_HASH_BYTES], char text[LX_HASH_TEXT])
{
	(void)sodium_bin2base64(
		text, LX_HASH_TEXT, hash, LX_HASH_BYTES, sodium_base64_VARIANT_ORIGINAL);
}

bool lx_hash_read(struct lx_text text, unsigned char hash[LX_HASH_BYTES])
{
	size_t n = 0;

	return text.len == LX_HASH_TEXT - 1 &&
	       sodium_base642bin(hash, LX_HASH_BYTES, text.at, text.len, NULL, &n, NULL,
		       sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       n == LX_HASH_BYTES;
}

void lx_hash_random(unsigned char *bytes, size_t n)
{
	randombytes_buf(bytes, n);
}

void lx_hash_text(struct lx_text text, char base64[LX_HASH_TEXT])
{
	struct lx_hashing hashing;
	unsigned char hash[LX_HASH_BYTES];

	lx_hash_begin(&hashing);
	lx_hash_add(&hashing, text.at, text.len);
	lx_hash_end(&hashing, hash);
	lx_hash_write(hash, base64);
}
