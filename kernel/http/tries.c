/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How often may be guessed. Two measures for a name: a narrow one for each address, a wide one for all
 * together, so that a stranger who keeps guessing does not lock out whoever the name belongs to. Codes of
 * a second factor have a measure of their own: six digits can be tried out by whoever holds a session.
 */
#include "kernel/http/account_inner.h"
#include "kernel/http/reaper.h"

#include <string.h>

static const struct lx_rate by_address = { .per_minute = 1, .burst = 8 };
static const struct lx_rate by_name = { .per_minute = 10, .burst = 100 };
static const struct lx_rate codes = { .per_minute = 1, .burst = 8 };

static uint64_t key_of(const unsigned char digest[LX_DIGEST_BYTES])
{
	uint64_t key;

	memcpy(&key, digest, sizeof key);
	return key;
}

struct lx_try lx_try_of(struct lx_text name, struct lx_text address)
{
	unsigned char digests[2][LX_DIGEST_BYTES];
	char folded[LX_NAME_MAX + 1];

	bool good = lx_name_fold(name, folded);
	lx_token_digest(good ? lx_text(folded) : name, digests[0]);
	lx_token_digest(address, digests[1]);
	return (struct lx_try){ key_of(digests[0]), key_of(digests[0]) ^ key_of(digests[1]) };
}

unsigned lx_try_take(struct lx_accounts *accounts, const struct lx_try *try)
{
	int64_t now = lx_monotonic();
	unsigned narrow = lx_limits_take(&accounts->tries, try->name_address, by_address, 1, now);

	if (narrow > 0)
		return narrow;
	return lx_limits_take(&accounts->tries, try->name, by_name, 1, now);
}

void lx_try_give(struct lx_accounts *accounts, const struct lx_try *try, bool all)
{
	int64_t now = lx_monotonic();

	lx_limits_give(
		&accounts->tries, try->name_address, by_address, all ? by_address.burst : 1, now);
	lx_limits_give(&accounts->tries, try->name, by_name, 1, now);
}

enum lx_code lx_code_try(struct lx_accounts *accounts, struct lx_call *call, int64_t account)
{
	/* names' keys are hashes, so that a small number meets none of them */
	if (lx_limits_take(&accounts->tries, (uint64_t)account, codes, 1, lx_monotonic()) == 0)
		return LX_OK;
	return lx_fail(call, LX_BUSY, "code", "account.often", NULL);
}

enum lx_code lx_guess(struct lx_accounts *accounts, struct lx_request *request,
	struct lx_reply *reply, const char *what)
{
	struct lx_try try = lx_try_of(lx_text(what), lx_text(request->address));
	unsigned wait = lx_try_take(accounts, &try);

	if (wait == 0)
		return LX_OK;
	lx_reply_retry(request, reply, wait);
	return lx_reply_refuse(request, reply, 429, NULL, "account.often");
}

void lx_guess_good(struct lx_accounts *accounts, const struct lx_request *request, const char *what)
{
	struct lx_try try = lx_try_of(lx_text(what), lx_text(request->address));

	lx_try_give(accounts, &try, false);
}
