/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Signatures: the two algorithms, each in its library's own words, and the written forms of keys. */
#include "kernel/journal/signature.h"

#include "kernel/journal/sm2.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define BEGINS "LIANXI-KEY "

static const char *const words[] = {
	[LX_SIGN_ED25519] = "ed25519",
	[LX_SIGN_SM2] = "sm2",
};

const char *lx_signing_word(enum lx_signing algorithm)
{
	return words[algorithm];
}

enum lx_signing lx_signing_of(struct lx_text word)
{
	for (size_t i = LX_SIGN_ED25519; i <= LX_SIGN_SM2; i++)
		if (lx_text_is(word, words[i]))
			return (enum lx_signing)i;
	return 0;
}

static enum lx_code failed(struct lx_call *call)
{
	return lx_fail(call, LX_BROKEN, NULL, "record.crypto", NULL);
}

enum lx_code lx_secret_make(
	struct lx_call *call, enum lx_signing algorithm, struct lx_secret_key *key)
{
	unsigned char whole[crypto_sign_SECRETKEYBYTES];

	*key = (struct lx_secret_key){ .public.algorithm = algorithm };
	if (algorithm == LX_SIGN_SM2) {
		key->public.n = LX_SM2_PUBLIC;
		return lx_sm2_make(key->secret, key->public.bytes) ? LX_OK : failed(call);
	}
	key->public.n = crypto_sign_PUBLICKEYBYTES;
	(void)crypto_sign_keypair(key->public.bytes, whole);
	memcpy(key->secret, whole, LX_SECRET_BYTES); /* the seed stands first */
	sodium_memzero(whole, sizeof whole);
	return LX_OK;
}

void lx_secret_forget(struct lx_secret_key *key)
{
	sodium_memzero(key, sizeof *key);
}

void lx_public_write(const struct lx_public_key *key, char text[LX_PUBLIC_TEXT])
{
	(void)sodium_bin2hex(text, LX_PUBLIC_TEXT, key->bytes, key->n);
}

bool lx_public_of_bytes(
	enum lx_signing algorithm, const unsigned char *bytes, size_t n, struct lx_public_key *key)
{
	size_t whole = algorithm == LX_SIGN_SM2 ? LX_SM2_PUBLIC : crypto_sign_PUBLICKEYBYTES;

	if (n != whole || (algorithm == LX_SIGN_SM2 && !lx_sm2_is_point(bytes)))
		return false;
	*key = (struct lx_public_key){ .algorithm = algorithm, .n = n };
	memcpy(key->bytes, bytes, n);
	return true;
}

/* Hexadecimal digits in lower case only: one text for one key. */
static bool read_hex(struct lx_text text, unsigned char *bytes, size_t most, size_t *n)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] >= 'A' && text.at[i] <= 'F')
			return false;
	return text.len % 2 == 0 &&
	       sodium_hex2bin(bytes, most, text.at, text.len, NULL, n, NULL) == 0 &&
	       *n == text.len / 2;
}

bool lx_public_read(enum lx_signing algorithm, struct lx_text text, struct lx_public_key *key)
{
	unsigned char bytes[LX_PUBLIC_MOST];
	size_t n = 0;

	return read_hex(text, bytes, sizeof bytes, &n) &&
	       lx_public_of_bytes(algorithm, bytes, n, key);
}

void lx_secret_write(const struct lx_secret_key *key, char text[LX_SECRET_TEXT])
{
	char public[LX_PUBLIC_TEXT], secret[2 * LX_SECRET_BYTES + 1];

	lx_public_write(&key->public, public);
	(void)sodium_bin2hex(secret, sizeof secret, key->secret, LX_SECRET_BYTES);
	(void)snprintf(text, LX_SECRET_TEXT, BEGINS "%s %s %s\n",
		lx_signing_word(key->public.algorithm), public, secret);
	sodium_memzero(secret, sizeof secret);
}

/* Whether the halves belong together is told by a signature, for both algorithms alike. */
static bool halves_fit(struct lx_call *call, const struct lx_secret_key *key)
{
	unsigned char signature[LX_SIGNATURE_BYTES];
	struct lx_text said = LX_TEXT_OF(BEGINS);

	return lx_signature_make(call, key, said, signature) == LX_OK &&
	       lx_signature_holds(&key->public, said, signature);
}

enum lx_code lx_secret_read(struct lx_call *call, struct lx_text text, struct lx_secret_key *key)
{
	struct lx_text rest = lx_text_trim(text), word, public;
	enum lx_signing algorithm = 0;
	size_t n = 0;

	*key = (struct lx_secret_key){ .secret = { 0 } };
	if (lx_text_starts(rest, BEGINS)) {
		rest = (struct lx_text){ rest.at + sizeof BEGINS - 1,
			rest.len - (sizeof BEGINS - 1) };
		if (lx_text_split(&rest, ' ', &word))
			algorithm = lx_signing_of(word);
	}
	if (algorithm != 0 && lx_text_split(&rest, ' ', &public) &&
		lx_public_read(algorithm, public, &key->public) &&
		read_hex(rest, key->secret, LX_SECRET_BYTES, &n) && n == LX_SECRET_BYTES &&
		halves_fit(call, key))
		return LX_OK;
	lx_secret_forget(key);
	lx_fault_clear(&call->fault);
	return lx_fail(call, LX_INVALID, NULL, "record.private_key", NULL);
}

enum lx_code lx_signature_make(struct lx_call *call, const struct lx_secret_key *key,
	struct lx_text bytes, unsigned char signature[LX_SIGNATURE_BYTES])
{
	unsigned char whole[crypto_sign_SECRETKEYBYTES], public[crypto_sign_PUBLICKEYBYTES];

	if (key->public.algorithm == LX_SIGN_SM2)
		return lx_sm2_sign(key->secret, key->public.bytes, bytes, signature) ? LX_OK
										     : failed(call);
	(void)crypto_sign_seed_keypair(public, whole, key->secret);
	(void)crypto_sign_detached(
		signature, NULL, (const unsigned char *)bytes.at, bytes.len, whole);
	sodium_memzero(whole, sizeof whole);
	return LX_OK;
}

bool lx_signature_holds(const struct lx_public_key *key, struct lx_text bytes,
	const unsigned char signature[LX_SIGNATURE_BYTES])
{
	if (key->algorithm == LX_SIGN_SM2)
		return lx_sm2_holds(key->bytes, bytes, signature);
	return crypto_sign_verify_detached(
		       signature, (const unsigned char *)bytes.at, bytes.len, key->bytes) == 0;
}
