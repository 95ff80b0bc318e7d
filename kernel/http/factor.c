/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The second factor of an account: enrolled with a code, removed with a code, used once a code. */
#include "kernel/http/account_inner.h"

#include <sodium.h>
#include <string.h>

struct factor_job {
	int64_t now, account;
	const unsigned char *secret;
	struct lx_text code, former;
};

static struct lx_text as_bytes(const unsigned char *bytes, size_t n)
{
	return (struct lx_text){ (const char *)bytes, n };
}

/* Only what is harmless in an address: the name and issuer of an authenticator's entry. */
static void put_escaped(struct lx_buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
			     c == '.' || c == '-' || c == '_';
		lx_buf_printf(out, plain ? "%c" : "%%%02X", c);
	}
}

void lx_totp_new(char secret[LX_TOTP_TEXT])
{
	unsigned char bytes[LX_TOTP_BYTES];

	randombytes_buf(bytes, sizeof bytes);
	lx_base32_write(bytes, secret);
}

enum lx_code lx_totp_address(struct lx_call *call, const char *issuer, const char *name,
	const char *secret, struct lx_text *address)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 2048 };

	lx_buf_str(&out, "otpauth://totp/");
	put_escaped(&out, issuer);
	lx_buf_char(&out, ':');
	put_escaped(&out, name);
	lx_buf_str(&out, "?secret=");
	put_escaped(&out, secret);
	lx_buf_str(&out, "&issuer=");
	put_escaped(&out, issuer);
	char *copy = lx_buf_failed(&out) ? NULL : lx_arena_copy(call->arena, out.at, out.len);
	if (copy == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	*address = (struct lx_text){ copy, out.len };
	return LX_OK;
}

enum lx_code lx_totp_use(struct lx_tx *tx, int64_t now, int64_t account, struct lx_text code)
{
	struct lx_call *call = lx_tx_call(tx);
	struct lx_value secrets[3];

	LX_TRY(lx_one(tx, &lx_account_queries[Q_ACCOUNT_SECRETS], &LX_I(account), secrets));
	if (secrets[1].kind != LX_V_BYTES || secrets[1].text.len != LX_TOTP_BYTES)
		return lx_fail(call, LX_FORBIDDEN, "code", "account.no_factor", NULL);
	int64_t step = lx_totp_step(
		(const unsigned char *)secrets[1].text.at, code, now, secrets[2].number);
	if (step == 0)
		return lx_fail(call, LX_FORBIDDEN, "code", "account.code", NULL);
	const struct lx_value used[] = { LX_I(account), LX_I(step) };
	return lx_run(tx, &lx_account_queries[Q_ACCOUNT_STEP_SET], used);
}

/* Whoever finds a session open must not be able to put his own factor in the place of one that is there. */
static enum lx_code test_former(struct lx_tx *tx, const struct factor_job *in)
{
	struct lx_call *call = lx_tx_call(tx);
	struct lx_value secrets[3];

	LX_TRY(lx_one(tx, &lx_account_queries[Q_ACCOUNT_SECRETS], &LX_I(in->account), secrets));
	if (secrets[1].kind == LX_V_NULL)
		return LX_OK;
	enum lx_code code = lx_totp_use(tx, in->now, in->account, in->former);
	if (code != LX_FORBIDDEN)
		return code;
	lx_fault_clear(&call->fault);
	return lx_fail(call, LX_FORBIDDEN, "former", "account.code", NULL);
}

static enum lx_code remove_factor(struct lx_work *work, void *argument)
{
	const struct factor_job *in = argument;
	const struct lx_value none[] = { LX_I(in->account), LX_N, LX_I(0) };

	LX_TRY(lx_totp_use(work->tx, in->now, in->account, in->code));
	return lx_run(work->tx, &lx_account_queries[Q_ACCOUNT_TOTP_SET], none);
}

static enum lx_code set_factor(struct lx_work *work, void *argument)
{
	const struct factor_job *in = argument;
	int64_t step = lx_totp_step(in->secret, in->code, in->now, 0);

	LX_TRY(test_former(work->tx, in));
	if (step == 0)
		return lx_fail(lx_tx_call(work->tx), LX_INVALID, "code", "account.code", NULL);
	const struct lx_value set[] = { LX_I(in->account),
		LX_B(as_bytes(in->secret, LX_TOTP_BYTES)), LX_I(step) };
	return lx_run(work->tx, &lx_account_queries[Q_ACCOUNT_TOTP_SET], set);
}

enum lx_code lx_totp_enrol(struct lx_accounts *accounts, struct lx_call *call, int64_t now,
	const struct lx_factor *wanted)
{
	unsigned char bytes[LX_TOTP_BYTES];
	struct factor_job in = { now, wanted->account, bytes, wanted->code, wanted->former };

	if (!lx_base32_read(wanted->secret, bytes))
		return lx_fail(call, LX_INVALID, "secret", "account.code", NULL);
	if (wanted->former.len > 0)
		LX_TRY(lx_code_try(accounts, call, wanted->account));
	return lx_writer_submit(accounts->writer, call, set_factor, &in);
}

enum lx_code lx_totp_remove(struct lx_accounts *accounts, struct lx_call *call, int64_t now,
	int64_t account, struct lx_text code)
{
	struct factor_job in = { .now = now, .account = account, .code = code };

	LX_TRY(lx_code_try(accounts, call, account));
	return lx_writer_submit(accounts->writer, call, remove_factor, &in);
}

struct help_job {
	int64_t now;
	struct lx_text token;
};

static enum lx_code drop_factor(struct lx_work *work, void *argument)
{
	const struct help_job *in = argument;
	struct lx_text about;
	int64_t account;

	LX_TRY(lx_link_take(work->tx, in->now, LX_FACTOR_LINK, in->token, &about));
	if (!lx_text_int(about, &account))
		return lx_fail(lx_tx_call(work->tx), LX_BROKEN, NULL, "base.broken", NULL);
	const struct lx_value none[] = { LX_I(account), LX_N, LX_I(0) };
	LX_TRY(lx_run(work->tx, &lx_account_queries[Q_ACCOUNT_TOTP_SET], none));
	LX_TRY(lx_run(work->tx, &lx_account_queries[Q_SESSIONS_DELETE], &LX_I(account)));
	return lx_run(work->tx, &lx_account_queries[Q_BEARERS_DELETE], &LX_I(account));
}

/* Name and hash of the account that the link is for. */
static enum lx_code helped(struct lx_accounts *accounts, struct lx_call *call, int64_t now,
	struct lx_text token, struct lx_account *account, struct lx_value secrets[3])
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_text about;
	int64_t number;

	LX_TRY(lx_store_read(accounts->store, call, &tx));
	LX_TRY(lx_link_peek(tx, now, LX_FACTOR_LINK, token, &about));
	if (!lx_text_int(about, &number))
		return lx_fail(call, LX_BROKEN, NULL, "base.broken", NULL);
	enum lx_code code = lx_account_read(tx, number, account);
	if (code == LX_OK)
		code = lx_one(tx, &lx_account_queries[Q_ACCOUNT_SECRETS], &LX_I(number), secrets);
	return code == LX_NOT_FOUND ? lx_fail(call, LX_NOT_FOUND, NULL, "account.none", NULL)
				    : code;
}

enum lx_code lx_factor_help_finish(struct lx_accounts *accounts, struct lx_request *request,
	struct lx_text token, struct lx_text password)
{
	struct lx_call *call = request->call;
	struct help_job in = { request->now, token };
	struct lx_account account = { .number = 0 };
	struct lx_value secrets[3] = { LX_N, LX_N, LX_N };
	bool right = false;

	LX_TRY(helped(accounts, call, request->now, token, &account, secrets));
	const struct lx_try try = lx_try_of(lx_text(account.name), lx_text(request->address));
	if (lx_try_take(accounts, &try) > 0)
		return lx_fail(call, LX_BUSY, NULL, "account.often", NULL);
	LX_TRY(lx_password_check(accounts, call, password, secrets[0].text.at, &right));
	if (!right)
		return lx_fail(call, LX_INVALID, "password", "account.wrong_old", NULL);
	lx_try_give(accounts, &try, true);
	return lx_writer_submit(accounts->writer, call, drop_factor, &in);
}
