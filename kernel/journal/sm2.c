/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* SM2 by OpenSSL 3: its keys are made from parameters, its signatures are DER and become r and s here. */
#include "kernel/journal/sm2.h"

#include "base/fault.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#define HALF     32
#define IDENTITY "1234567812345678" /* GM/T 0009: who names none */
#define DER_MOST 80

static void free_key(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

static void free_key_making(EVP_PKEY_CTX **making)
{
	EVP_PKEY_CTX_free(*making);
}

static void free_digest(EVP_MD_CTX **digest)
{
	EVP_MD_CTX_free(*digest);
}

static void free_number(BIGNUM **number)
{
	BN_clear_free(*number);
}

static void free_builder(OSSL_PARAM_BLD **builder)
{
	OSSL_PARAM_BLD_free(*builder);
}

static void free_parameters(OSSL_PARAM **parameters)
{
	OSSL_PARAM_free(*parameters);
}

static void free_signature(ECDSA_SIG **signature)
{
	ECDSA_SIG_free(*signature);
}

/* The library's key; `secret` NULL: to verify with. NULL when the bytes are no key. */
static EVP_PKEY *key_of(const unsigned char *secret, const unsigned char public[LX_SM2_PUBLIC])
{
	LX_CLOSE(free_builder) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	LX_CLOSE(free_key_making)
	EVP_PKEY_CTX *making = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
	LX_CLOSE(free_number)
	BIGNUM *number = secret == NULL ? NULL : BN_bin2bn(secret, HALF, NULL);
	LX_CLOSE(free_parameters) OSSL_PARAM *parameters = NULL;
	EVP_PKEY *key = NULL;

	if (builder == NULL || making == NULL || (secret != NULL && number == NULL) ||
		OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0) !=
			1 ||
		OSSL_PARAM_BLD_push_octet_string(
			builder, OSSL_PKEY_PARAM_PUB_KEY, public, LX_SM2_PUBLIC) != 1)
		return NULL;
	if (number != NULL &&
		OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number) != 1)
		return NULL;
	parameters = OSSL_PARAM_BLD_to_param(builder);
	if (parameters == NULL || EVP_PKEY_fromdata_init(making) != 1 ||
		EVP_PKEY_fromdata(making, &key,
			secret == NULL ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR, parameters) != 1)
		return NULL;
	return key;
}

bool lx_sm2_is_point(const unsigned char public[LX_SM2_PUBLIC])
{
	LX_CLOSE(free_key) EVP_PKEY *key = key_of(NULL, public);

	return (public[0] == 2 || public[0] == 3) && key != NULL;
}

bool lx_sm2_make(unsigned char secret[HALF], unsigned char public[LX_SM2_PUBLIC])
{
	LX_CLOSE(free_key) EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
	LX_CLOSE(free_number) BIGNUM *number = NULL;
	unsigned char point[1 + 2 * HALF];
	size_t n = 0;

	if (key == NULL || EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &number) != 1 ||
		BN_bn2binpad(number, secret, HALF) != HALF ||
		EVP_PKEY_get_octet_string_param(
			key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &n) != 1)
		return false;
	if (n == sizeof point) { /* compressed: x, and whether y is odd */
		public[0] = point[sizeof point - 1] & 1 ? 3 : 2;
		memcpy(public + 1, point + 1, HALF);
	} else if (n == LX_SM2_PUBLIC) {
		memcpy(public, point, n);
	}
	return n == sizeof point || n == LX_SM2_PUBLIC;
}

/* A digest that knows key and identity; NULL when the library fails. *making belongs to the caller and outlives it. */
static EVP_MD_CTX *digest_of(EVP_PKEY *key, EVP_PKEY_CTX **making)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();

	*making = key == NULL ? NULL : EVP_PKEY_CTX_new(key, NULL);
	if (digest != NULL && *making != NULL &&
		EVP_PKEY_CTX_set1_id(*making, IDENTITY, sizeof IDENTITY - 1) == 1) {
		EVP_MD_CTX_set_pkey_ctx(digest, *making);
		return digest;
	}
	EVP_MD_CTX_free(digest);
	return NULL;
}

bool lx_sm2_sign(const unsigned char secret[HALF], const unsigned char public[LX_SM2_PUBLIC],
	struct lx_text bytes, unsigned char signature[2 * HALF])
{
	LX_CLOSE(free_key) EVP_PKEY *key = key_of(secret, public);
	LX_CLOSE(free_key_making) EVP_PKEY_CTX *making = NULL;
	LX_CLOSE(free_digest) EVP_MD_CTX *digest = digest_of(key, &making);
	LX_CLOSE(free_signature) ECDSA_SIG *halves = NULL;
	unsigned char der[DER_MOST];
	const unsigned char *at = der;
	size_t n = sizeof der;

	if (digest == NULL || EVP_DigestSignInit(digest, NULL, EVP_sm3(), NULL, key) != 1 ||
		EVP_DigestSign(digest, der, &n, (const unsigned char *)bytes.at, bytes.len) != 1)
		return false;
	halves = d2i_ECDSA_SIG(NULL, &at, (long)n);
	return halves != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(halves), signature, HALF) == HALF &&
	       BN_bn2binpad(ECDSA_SIG_get0_s(halves), signature + HALF, HALF) == HALF;
}

/* r and s as DER; its length, or -1. */
static int to_der(const unsigned char signature[2 * HALF], unsigned char der[DER_MOST])
{
	LX_CLOSE(free_signature) ECDSA_SIG *halves = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(signature, HALF, NULL), *s = BN_bin2bn(signature + HALF, HALF, NULL);
	unsigned char *at = der;

	if (halves == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(halves, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		return -1;
	}
	return i2d_ECDSA_SIG(halves, NULL) > DER_MOST ? -1 : i2d_ECDSA_SIG(halves, &at);
}

bool lx_sm2_holds(const unsigned char public[LX_SM2_PUBLIC], struct lx_text bytes,
	const unsigned char signature[2 * HALF])
{
	LX_CLOSE(free_key) EVP_PKEY *key = key_of(NULL, public);
	LX_CLOSE(free_key_making) EVP_PKEY_CTX *making = NULL;
	LX_CLOSE(free_digest) EVP_MD_CTX *digest = digest_of(key, &making);
	unsigned char der[DER_MOST];
	int n = to_der(signature, der);

	return digest != NULL && n > 0 &&
	       EVP_DigestVerifyInit(digest, NULL, EVP_sm3(), NULL, key) == 1 &&
	       EVP_DigestVerify(
		       digest, der, (size_t)n, (const unsigned char *)bytes.at, bytes.len) == 1;
}
