/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Sessions: signing in and out, and the hook that says whose request it is. A new token for every
 * sign-in; the store holds its SHA-256 only, and what forms carry against forgery follows from the token.
 */
#include "kernel/http/account_inner.h"

#include <string.h>
#include <strings.h>

#define SEEN_EVERY (15 * LX_MINUTE) /* how exactly `seen` is kept: a write each time */

static struct lx_text as_text(const unsigned char digest[LX_DIGEST_BYTES])
{
	return (struct lx_text){ (const char *)digest, LX_DIGEST_BYTES };
}

struct session_job {
	struct lx_accounts *accounts;
	int64_t now, account;
	struct lx_text code, former;
	const char *hash; /* that the password was checked against */
	const char *token;
	bool factor, all;
};

static enum lx_code delete_session(struct lx_tx *tx, struct lx_text token)
{
	unsigned char digest[LX_DIGEST_BYTES];

	lx_token_digest(token, digest);
	return lx_run(tx, &lx_account_queries[Q_SESSION_DELETE], &LX_B(as_text(digest)));
}

static enum lx_code begin(struct lx_work *work, void *argument)
{
	const struct session_job *in = argument;
	unsigned char digest[LX_DIGEST_BYTES];
	struct lx_value secrets[3];

	enum lx_code code = lx_one(
		work->tx, &lx_account_queries[Q_ACCOUNT_SECRETS], &LX_I(in->account), secrets);
	if (code == LX_NOT_FOUND || (code == LX_OK && !lx_text_is(secrets[0].text, in->hash)))
		return lx_fail(lx_tx_call(work->tx), LX_FORBIDDEN, NULL, "account.wrong", NULL);
	LX_TRY(code);
	if (secrets[1].kind != LX_V_NULL)
		LX_TRY(lx_totp_use(work->tx, in->now, in->account, in->code));
	LX_TRY(delete_session(work->tx, in->former));
	lx_token_digest(lx_text(in->token), digest);
	const struct lx_value row[] = { LX_B(as_text(digest)), LX_I(in->account), LX_I(in->now) };
	return lx_run(work->tx, &lx_account_queries[Q_SESSION_INSERT], row);
}

static enum lx_code set_cookie(
	struct lx_request *request, struct lx_reply *reply, const char *token, int64_t seconds)
{
	return lx_reply_header(request, reply, "Set-Cookie",
		"session=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s", token,
		(long long)seconds, request->https ? "; Secure" : "");
}

/* The account of a name and its secrets; for a name without account, or one that may not be used from
 * here, nobody's hash, so that both take the same time. */
static enum lx_code look_up(struct lx_accounts *accounts, const struct lx_request *request,
	struct lx_text name, struct session_job *in)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_account account;
	struct lx_value secrets[3];

	in->hash = accounts->nobody;
	LX_TRY(lx_store_read(accounts->store, request->call, &tx));
	enum lx_code code = lx_account_find(tx, name, &account);
	if (code == LX_NOT_FOUND || (code == LX_OK && account.demo && !request->loopback))
		return LX_OK;
	LX_TRY(code);
	LX_TRY(lx_one(tx, &lx_account_queries[Q_ACCOUNT_SECRETS], &LX_I(account.number), secrets));
	in->account = account.number;
	in->hash = secrets[0].text.at;
	in->factor = account.totp;
	return LX_OK;
}

static enum lx_code check_in(struct lx_accounts *accounts, struct lx_request *request,
	const struct lx_sign_in *shown, struct session_job *in)
{
	struct lx_call *call = request->call;
	bool right;

	LX_TRY(look_up(accounts, request, shown->name, in));
	LX_TRY(lx_password_check(accounts, call, shown->password, in->hash, &right));
	if (!right || in->account == 0)
		return lx_fail(call, LX_FORBIDDEN, NULL, "account.wrong", NULL);
	if (in->factor && shown->code.len == 0)
		return lx_fail(call, LX_FORBIDDEN, "code", "account.code_missing", NULL);
	return lx_writer_submit(accounts->writer, call, begin, in);
}

enum lx_code lx_sign_in(struct lx_accounts *accounts, struct lx_request *request,
	struct lx_reply *reply, const struct lx_sign_in *shown, int64_t *account)
{
	const struct lx_try try = lx_try_of(shown->name, lx_text(request->address));
	char token[LX_TOKEN_TEXT];
	struct session_job in = { .accounts = accounts,
		.now = request->now,
		.code = lx_text_trim(shown->code),
		.former = lx_cookie(request, "session"),
		.token = token };
	unsigned wait = lx_try_take(accounts, &try);

	if (wait > 0) {
		lx_reply_retry(request, reply, wait);
		return lx_reply_refuse(request, reply, 429, NULL, "account.often");
	}
	lx_token_new(token);
	enum lx_code code = check_in(accounts, request, shown, &in);
	/* only what was wrong counts: not a good sign-in, not a busy server, not the step before the code */
	bool wrong = code == LX_FORBIDDEN &&
		     strcmp(request->call->fault.msgid, "account.code_missing") != 0;
	if (!wrong)
		lx_try_give(accounts, &try, code == LX_OK);
	LX_TRY(code);
	*account = in.account;
	return set_cookie(request, reply, token, LX_SESSION_MOST / 1000);
}

static enum lx_code end(struct lx_work *work, void *argument)
{
	const struct session_job *in = argument;

	if (in->all)
		return lx_run(work->tx, &lx_account_queries[Q_SESSIONS_DELETE], &LX_I(in->account));
	return delete_session(work->tx, in->former);
}

static enum lx_code sign_out(
	struct lx_accounts *accounts, struct lx_request *request, struct lx_reply *reply, bool all)
{
	struct session_job in = { .account = request->visitor.account,
		.former = lx_cookie(request, "session"),
		.all = all };

	LX_TRY(lx_writer_submit(accounts->writer, request->call, end, &in));
	return set_cookie(request, reply, "", 0);
}

enum lx_code lx_sign_out(
	struct lx_accounts *accounts, struct lx_request *request, struct lx_reply *reply)
{
	return sign_out(accounts, request, reply, false);
}

enum lx_code lx_sign_out_everywhere(
	struct lx_accounts *accounts, struct lx_request *request, struct lx_reply *reply)
{
	return sign_out(accounts, request, reply, true);
}

static void visit(struct lx_request *request, const struct lx_value values[3])
{
	struct lx_visitor *visitor = &request->visitor;
	struct lx_text name = values[1].text;

	visitor->account = values[0].number;
	visitor->person = values[2].number;
	size_t n = lx_utf8_cut(name.at, name.len, sizeof visitor->name - 1);
	memcpy(visitor->name, name.at, n);
}

static enum lx_code find_one(struct lx_accounts *accounts, struct lx_call *call,
	enum lx_account_query query, struct lx_text token, struct lx_value *values)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	unsigned char digest[LX_DIGEST_BYTES];

	lx_token_digest(token, digest);
	LX_TRY(lx_store_read(accounts->store, call, &tx));
	return lx_one(tx, &lx_account_queries[query], &LX_B(as_text(digest)), values);
}

static enum lx_code by_bearer(
	struct lx_accounts *accounts, struct lx_request *request, struct lx_text token)
{
	struct lx_value values[5];
	enum lx_code code = find_one(accounts, request->call, Q_BEARER, token, values);

	bool holds = code == LX_OK && values[4].number > request->now &&
		     (values[3].number == 0 || request->loopback);
	if (code == LX_NOT_FOUND || (code == LX_OK && !holds))
		return lx_fail(request->call, LX_FORBIDDEN, NULL, "account.token", NULL);
	LX_TRY(code);
	visit(request, values);
	request->visitor.by_token = true;
	return LX_OK;
}

struct seen_job {
	int64_t now;
	struct lx_text token;
};

static enum lx_code note_seen(struct lx_work *work, void *argument)
{
	const struct seen_job *in = argument;
	unsigned char digest[LX_DIGEST_BYTES];

	lx_token_digest(in->token, digest);
	const struct lx_value row[] = { LX_B(as_text(digest)), LX_I(in->now) };
	return lx_run(work->tx, &lx_account_queries[Q_SESSION_SEEN], row);
}

static enum lx_code by_cookie(
	struct lx_accounts *accounts, struct lx_request *request, struct lx_text token)
{
	struct lx_value values[6];
	struct seen_job in = { request->now, token };
	enum lx_code code = find_one(accounts, request->call, Q_SESSION, token, values);

	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	int64_t created = values[4].number, seen = values[5].number;
	if (created + LX_SESSION_MOST < request->now || seen + LX_SESSION_IDLE < request->now ||
		(values[3].number != 0 && !request->loopback))
		return LX_OK;
	visit(request, values);
	lx_token_csrf(token, request->visitor.csrf);
	/* a busy writer costs the note, not the page */
	if (seen + SEEN_EVERY < request->now &&
		lx_writer_submit(accounts->writer, request->call, note_seen, &in) != LX_OK)
		lx_fault_clear(&request->call->fault);
	return LX_OK;
}

enum lx_code lx_session_read(struct lx_accounts *accounts, struct lx_request *request)
{
	static const char scheme[] = "Bearer ";
	struct lx_text said = request->authorization, token = lx_cookie(request, "session");
	size_t n = sizeof scheme - 1;

	if (said.len > n && strncasecmp(said.at, scheme, n) == 0)
		return by_bearer(accounts, request,
			lx_text_trim((struct lx_text){ said.at + n, said.len - n }));
	return token.len == LX_TOKEN_TEXT - 1 ? by_cookie(accounts, request, token) : LX_OK;
}
