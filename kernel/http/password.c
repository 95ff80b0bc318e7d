/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Passwords: Argon2id at 19 MiB and two passes (OWASP's choice for servers), one at a time, since
 * memory is what makes it strong and what a crowd of sign-ins would exhaust. Those who wait are counted.
 */
#include "kernel/http/account_inner.h"

#include <sodium.h>
#include <string.h>

#define PASSES       2
#define MEMORY_BYTES ((size_t)19 << 20)
#define WAITING_MAX  32  /* about two seconds of hashing */
#define LENGTH_LEAST 10  /* characters */
#define LENGTH_MOST  256 /* bytes */
#define KINDS_LEAST  4   /* different bytes: "aaaaaaaaaa" is none */

static enum lx_code queue(struct lx_accounts *accounts, struct lx_call *call)
{
	(void)pthread_mutex_lock(&accounts->lock);
	bool full = accounts->waiting >= WAITING_MAX;
	accounts->waiting += !full;
	(void)pthread_mutex_unlock(&accounts->lock);
	if (full)
		return lx_fail(call, LX_BUSY, NULL, "account.busy", NULL);
	(void)pthread_mutex_lock(&accounts->hashing);
	return LX_OK;
}

static void leave(struct lx_accounts *accounts)
{
	(void)pthread_mutex_unlock(&accounts->hashing);
	(void)pthread_mutex_lock(&accounts->lock);
	accounts->waiting--;
	(void)pthread_mutex_unlock(&accounts->lock);
}

enum lx_code lx_password_check(struct lx_accounts *accounts, struct lx_call *call,
	struct lx_text password, const char *hash, bool *right)
{
	*right = false;
	LX_TRY(queue(accounts, call));
	*right = password.len <= LENGTH_MOST &&
		 crypto_pwhash_str_verify(hash, password.at, password.len) == 0;
	leave(accounts);
	return LX_OK;
}

static enum lx_code test(struct lx_call *call, struct lx_text name, struct lx_text password)
{
	bool seen[256] = { false };
	unsigned kinds = 0;

	if (password.len > LENGTH_MOST)
		return lx_fail(call, LX_INVALID, "password", "account.long", NULL);
	if (lx_utf8_count(password) < LENGTH_LEAST)
		return lx_fail(call, LX_INVALID, "password", "account.short", NULL);
	for (size_t i = 0; i < password.len; i++) {
		kinds += !seen[(unsigned char)password.at[i]];
		seen[(unsigned char)password.at[i]] = true;
	}
	bool named = name.len > 0 && memmem(password.at, password.len, name.at, name.len) != NULL;
	if (kinds < KINDS_LEAST || named)
		return lx_fail(call, LX_INVALID, "password", "account.weak", NULL);
	return LX_OK;
}

static enum lx_code hash_now(struct lx_accounts *accounts, struct lx_call *call,
	struct lx_text password, char hash[LX_HASH_PASSWORD])
{
	LX_TRY(queue(accounts, call));
	int failed = crypto_pwhash_str(hash, password.at, password.len, PASSES, MEMORY_BYTES);
	leave(accounts);
	return failed == 0 ? LX_OK : lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
}

enum lx_code lx_password_hash(struct lx_accounts *accounts, struct lx_call *call,
	struct lx_text name, struct lx_text password, char hash[LX_HASH_PASSWORD])
{
	LX_TRY(test(call, name, password));
	return hash_now(accounts, call, password, hash);
}

enum lx_code lx_password_nobody(struct lx_accounts *accounts, struct lx_call *call)
{
	char token[LX_TOKEN_TEXT];

	lx_token_new(token);
	return hash_now(accounts, call, lx_text(token), accounts->nobody);
}
