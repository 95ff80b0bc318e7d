/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Tokens, names, codes: what is random, what is hashed and what is compared. Pure but for
 * lx_token_new; TOTP is RFC 6238 with SHA-1, six digits and 30 seconds, as authenticators expect.
 */
#include "kernel/http/account_inner.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <string.h>

#define STEP_MS INT64_C(30000)

void lx_token_new(char token[LX_TOKEN_TEXT])
{
	unsigned char bytes[32];

	randombytes_buf(bytes, sizeof bytes);
	(void)sodium_bin2base64(token, LX_TOKEN_TEXT, bytes, sizeof bytes,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(bytes, sizeof bytes);
}

void lx_token_digest(struct lx_text token, unsigned char digest[LX_DIGEST_BYTES])
{
	(void)crypto_hash_sha256(digest, (const unsigned char *)token.at, token.len);
}

void lx_token_csrf(struct lx_text token, char csrf[45])
{
	static const unsigned char purpose[] = "lianxi csrf ";
	unsigned char digest[LX_DIGEST_BYTES];
	crypto_hash_sha256_state state;

	(void)crypto_hash_sha256_init(&state);
	(void)crypto_hash_sha256_update(&state, purpose, sizeof purpose - 1);
	(void)crypto_hash_sha256_update(&state, (const unsigned char *)token.at, token.len);
	(void)crypto_hash_sha256_final(&state, digest);
	(void)sodium_bin2base64(
		csrf, 45, digest, sizeof digest, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static bool is_name_code(uint32_t code)
{
	if (code < 0x80)
		return (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') ||
		       (code != 0 && strchr("._-@", (int)code) != NULL);
	/* Chinese characters, which have no case, and the point in transcribed names */
	return (code >= 0x3400 && code <= 0x9fff) || (code >= 0x20000 && code <= 0x323af) ||
	       code == 0xb7;
}

bool lx_name_fold(struct lx_text name, char folded[LX_NAME_MAX + 1])
{
	if (name.len < 2 || name.len > LX_NAME_MAX || !lx_utf8_valid(name.at, name.len, NULL))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];
		folded[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	folded[name.len] = '\0';
	for (size_t at = 0; at < name.len;)
		if (!is_name_code(lx_utf8_next(folded, name.len, &at)))
			return false;
	return true;
}

unsigned lx_hotp(const unsigned char *secret, size_t n, uint64_t counter)
{
	unsigned char message[8], mac[EVP_MAX_MD_SIZE];
	unsigned mac_n = 0;

	for (int i = 0; i < 8; i++)
		message[i] = (unsigned char)(counter >> (56 - 8 * i));
	if (HMAC(EVP_sha1(), secret, (int)n, message, sizeof message, mac, &mac_n) == NULL ||
		mac_n != 20)
		return UINT32_MAX; /* no six digits: fits no code */
	unsigned at = mac[19] & 0x0f;
	uint32_t cut = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
		       (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	return cut % 1000000;
}

int64_t lx_totp_step(
	const unsigned char secret[LX_TOTP_BYTES], struct lx_text code, int64_t now, int64_t last)
{
	int64_t step = now / STEP_MS, found = 0, number;

	if (code.len != 6 || code.at[0] == '-' || !lx_text_int(code, &number))
		return 0;
	/* all three are computed, so that time does not tell which one it was */
	for (int64_t one = step - 1; one <= step + 1; one++)
		if (lx_hotp(secret, LX_TOTP_BYTES, (uint64_t)one) == (unsigned)number && one > last)
			found = one;
	return found;
}

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void lx_base32_write(const unsigned char bytes[LX_TOTP_BYTES], char text[LX_TOTP_TEXT])
{
	uint32_t held = 0;
	unsigned bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < LX_TOTP_BYTES; i++) {
		held = held << 8 | bytes[i];
		for (bits += 8; bits >= 5; bits -= 5)
			text[n++] = base32[held >> (bits - 5) & 31];
	}
	text[n] = '\0';
}

bool lx_base32_read(struct lx_text text, unsigned char bytes[LX_TOTP_BYTES])
{
	uint32_t held = 0;
	unsigned bits = 0;
	size_t n = 0;

	if (text.len != LX_TOTP_TEXT - 1)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		const char *digit = text.at[i] == '\0' ? NULL : strchr(base32, text.at[i]);
		if (digit == NULL)
			return false;
		held = held << 5 | (uint32_t)(digit - base32);
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes[n++] = (unsigned char)(held >> bits);
		}
	}
	return true;
}
