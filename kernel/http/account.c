/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Accounts: made, found, their passwords changed and reset, their second factors. What hashes or
 * draws random numbers happens before the job that writes; the job tests again what it relies on.
 */
#include "kernel/http/account_inner.h"

#include "base/memory.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define RESET_LASTS LX_DAY

enum lx_code lx_accounts_open(struct lx_call *call, struct lx_store *store,
	struct lx_writer *writer, struct lx_accounts **accounts)
{
	struct lx_accounts *made = sodium_init() < 0 ? NULL : lx_memory_new(sizeof *made);

	if (made == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	made->store = store;
	made->writer = writer;
	(void)pthread_mutex_init(&made->hashing, NULL);
	(void)pthread_mutex_init(&made->lock, NULL);
	(void)pthread_mutex_init(&made->tries.lock, NULL);
	randombytes_buf(&made->tries.salt, sizeof made->tries.salt);
	enum lx_code code = lx_password_nobody(made, call);
	if (code != LX_OK) {
		lx_accounts_close(&made);
		return code;
	}
	*accounts = made;
	return LX_OK;
}

void lx_accounts_close(struct lx_accounts **accounts)
{
	struct lx_accounts *gone = *accounts;

	if (gone == NULL)
		return;
	(void)pthread_mutex_destroy(&gone->hashing);
	(void)pthread_mutex_destroy(&gone->lock);
	(void)pthread_mutex_destroy(&gone->tries.lock);
	lx_memory_free(gone);
	*accounts = NULL;
}

enum lx_code lx_account_add(struct lx_tx *tx, int64_t now, struct lx_text name, const char *hash,
	int64_t person, bool demo, int64_t *number)
{
	struct lx_call *call = lx_tx_call(tx);
	struct lx_account there;
	struct lx_value last;
	char folded[LX_NAME_MAX + 1];

	if (!lx_name_fold(name, folded))
		return lx_fail(call, LX_INVALID, "name", "account.name", NULL);
	enum lx_code code = lx_account_find(tx, name, &there);
	if (code == LX_OK)
		return lx_fail(call, LX_CONFLICT, "name", "account.taken", NULL);
	if (code != LX_NOT_FOUND)
		return code;
	LX_TRY(lx_one(tx, &lx_account_queries[Q_ACCOUNT_LAST], NULL, &last));
	const struct lx_value row[] = { LX_I(last.number + 1), LX_T(name), LX_S(folded), LX_S(hash),
		LX_I(person), LX_I(demo), LX_I(now) };
	LX_TRY(lx_run(tx, &lx_account_queries[Q_ACCOUNT_INSERT], row));
	*number = last.number + 1;
	return LX_OK;
}

static void fill(struct lx_account *account, const struct lx_value values[6])
{
	*account = (struct lx_account){ .number = values[0].number,
		.person = values[2].number,
		.demo = values[3].number != 0,
		.totp = values[4].number != 0,
		.created = values[5].number };
	size_t n = values[1].text.len < LX_NAME_MAX ? values[1].text.len : LX_NAME_MAX;
	memcpy(account->name, values[1].text.at, n);
}

enum lx_code lx_account_read(struct lx_tx *tx, int64_t number, struct lx_account *account)
{
	struct lx_value values[6];

	LX_TRY(lx_one(tx, &lx_account_queries[Q_ACCOUNT], &LX_I(number), values));
	fill(account, values);
	return LX_OK;
}

enum lx_code lx_account_find(struct lx_tx *tx, struct lx_text name, struct lx_account *account)
{
	struct lx_value values[6];
	char folded[LX_NAME_MAX + 1];

	if (!lx_name_fold(name, folded))
		return LX_NOT_FOUND;
	LX_TRY(lx_one(tx, &lx_account_queries[Q_ACCOUNT_NAMED], &LX_S(folded), values));
	fill(account, values);
	return LX_OK;
}

struct creation {
	int64_t now;
	struct lx_text name;
	const char *hash;
	int64_t person;
	bool demo;
	int64_t *number;
};

static enum lx_code create(struct lx_work *work, void *argument)
{
	const struct creation *in = argument;

	return lx_account_add(
		work->tx, in->now, in->name, in->hash, in->person, in->demo, in->number);
}

enum lx_code lx_account_create(struct lx_accounts *accounts, struct lx_call *call, int64_t now,
	const struct lx_sign_in *wanted, int64_t person, bool demo, int64_t *number)
{
	char hash[LX_HASH_PASSWORD];
	struct creation in = { now, wanted->name, hash, person, demo, number };

	LX_TRY(lx_password_hash(accounts, call, wanted->name, wanted->password, hash));
	return lx_writer_submit(accounts->writer, call, create, &in);
}

static enum lx_code remove_one(struct lx_tx *tx, int64_t number)
{
	static const enum lx_account_query all[] = { Q_SESSIONS_DELETE, Q_BEARERS_DELETE,
		Q_ACCOUNT_DELETE };
	char about[24];

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		LX_TRY(lx_run(tx, &lx_account_queries[all[i]], &LX_I(number)));
	(void)snprintf(about, sizeof about, "%lld", (long long)number);
	const struct lx_value link[] = { LX_S("reset"), LX_S(about) };
	return lx_run(tx, &lx_account_queries[Q_LINKS_DELETE], link);
}

enum lx_code lx_account_remove(struct lx_tx *tx, int64_t person)
{
	struct lx_value *rows;
	size_t n;

	LX_TRY(lx_all(tx, &lx_account_queries[Q_ACCOUNTS_OF], &LX_I(person), 100, &rows, &n));
	for (size_t i = 0; i < n; i++)
		LX_TRY(remove_one(tx, rows[i].number));
	return LX_OK;
}

struct password_job {
	int64_t now, account;
	struct lx_text token; /* of the link, or of the session that stays */
	const char *hash, *was;
};

static enum lx_code change(struct lx_work *work, void *argument)
{
	const struct password_job *in = argument;
	struct lx_call *call = lx_tx_call(work->tx);
	unsigned char digest[LX_DIGEST_BYTES];
	struct lx_value secrets[3];

	LX_TRY(lx_one(
		work->tx, &lx_account_queries[Q_ACCOUNT_SECRETS], &LX_I(in->account), secrets));
	if (!lx_text_is(secrets[0].text, in->was))
		return lx_fail(call, LX_FORBIDDEN, "old", "account.wrong_old", NULL);
	const struct lx_value set[] = { LX_I(in->account), LX_S(in->hash) };
	LX_TRY(lx_run(work->tx, &lx_account_queries[Q_ACCOUNT_HASH_SET], set));
	lx_token_digest(in->token, digest);
	const struct lx_value others[] = { LX_I(in->account),
		LX_B(((struct lx_text){ (const char *)digest, sizeof digest })) };
	return lx_run(work->tx, &lx_account_queries[Q_SESSIONS_DELETE_OTHERS], others);
}

static enum lx_code read_secrets(struct lx_accounts *accounts, struct lx_call *call,
	int64_t account, struct lx_value secrets[3])
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	LX_TRY(lx_store_read(accounts->store, call, &tx));
	enum lx_code code = lx_one(
		tx, &lx_account_queries[Q_ACCOUNT_SECRETS], &LX_I(account), secrets);
	if (code == LX_NOT_FOUND)
		return lx_fail(call, LX_NOT_FOUND, NULL, "account.none", NULL);
	return code;
}

enum lx_code lx_password_change(struct lx_accounts *accounts, struct lx_request *request,
	struct lx_text old, struct lx_text wanted)
{
	struct lx_call *call = request->call;
	const struct lx_try try = lx_try_of(
		lx_text(request->visitor.name), lx_text(request->address));
	struct lx_value secrets[3];
	char hash[LX_HASH_PASSWORD];
	bool right;

	LX_TRY(read_secrets(accounts, call, request->visitor.account, secrets));
	if (lx_try_take(accounts, &try) > 0)
		return lx_fail(call, LX_BUSY, NULL, "account.often", NULL);
	LX_TRY(lx_password_check(accounts, call, old, secrets[0].text.at, &right));
	if (!right)
		return lx_fail(call, LX_FORBIDDEN, "old", "account.wrong_old", NULL);
	lx_try_give(accounts, &try, true);
	LX_TRY(lx_password_hash(accounts, call, lx_text(request->visitor.name), wanted, hash));
	struct password_job in = { request->now, request->visitor.account,
		lx_cookie(request, "session"), hash, secrets[0].text.at };
	return lx_writer_submit(accounts->writer, call, change, &in);
}

struct link_job {
	int64_t now, by;
	struct lx_text name;
	const char *token, *purpose;
};

static enum lx_code begin_reset(struct lx_work *work, void *argument)
{
	const struct link_job *in = argument;
	struct lx_call *call = lx_tx_call(work->tx);
	struct lx_account account;
	char about[24];

	enum lx_code code = lx_account_find(work->tx, in->name, &account);
	if (code == LX_NOT_FOUND)
		return lx_fail(call, LX_NOT_FOUND, "name", "account.none", NULL);
	LX_TRY(code);
	if (account.number == in->by)
		return lx_fail(call, LX_FORBIDDEN, "name", "account.second", NULL);
	(void)snprintf(about, sizeof about, "%lld", (long long)account.number);
	const struct lx_value earlier[] = { LX_S(in->purpose), LX_S(about) };
	LX_TRY(lx_run(work->tx, &lx_account_queries[Q_LINKS_DELETE], earlier));
	return lx_link_add(work->tx, in->now, in->purpose, lx_text(about), RESET_LASTS, in->token);
}

enum lx_code lx_reset_begin(struct lx_accounts *accounts, struct lx_call *call, int64_t now,
	int64_t by_account, struct lx_text name, char token[LX_TOKEN_TEXT])
{
	struct link_job in = { now, by_account, name, token, "reset" };

	lx_token_new(token);
	return lx_writer_submit(accounts->writer, call, begin_reset, &in);
}

enum lx_code lx_factor_help_begin(struct lx_accounts *accounts, struct lx_call *call, int64_t now,
	int64_t by_account, struct lx_text name, char token[LX_TOKEN_TEXT])
{
	struct link_job in = { now, by_account, name, token, LX_FACTOR_LINK };

	lx_token_new(token);
	return lx_writer_submit(accounts->writer, call, begin_reset, &in);
}

static enum lx_code finish_reset(struct lx_work *work, void *argument)
{
	const struct password_job *in = argument;
	struct lx_text about;
	int64_t account;

	LX_TRY(lx_link_take(work->tx, in->now, "reset", in->token, &about));
	if (!lx_text_int(about, &account))
		return lx_fail(lx_tx_call(work->tx), LX_BROKEN, NULL, "base.broken", NULL);
	const struct lx_value set[] = { LX_I(account), LX_S(in->hash) };
	LX_TRY(lx_run(work->tx, &lx_account_queries[Q_ACCOUNT_HASH_SET], set));
	LX_TRY(lx_run(work->tx, &lx_account_queries[Q_SESSIONS_DELETE], &LX_I(account)));
	return lx_run(work->tx, &lx_account_queries[Q_BEARERS_DELETE], &LX_I(account));
}

/* Whose link it is, so that the new password can be held against the name; hashing needs a good link first. */
static enum lx_code reset_name(struct lx_accounts *accounts, struct lx_call *call, int64_t now,
	struct lx_text token, struct lx_account *account)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_text about;
	int64_t number;

	LX_TRY(lx_store_read(accounts->store, call, &tx));
	LX_TRY(lx_link_peek(tx, now, "reset", token, &about));
	if (!lx_text_int(about, &number))
		return lx_fail(call, LX_BROKEN, NULL, "base.broken", NULL);
	enum lx_code code = lx_account_read(tx, number, account);
	if (code == LX_NOT_FOUND)
		return lx_fail(call, LX_NOT_FOUND, NULL, "account.none", NULL);
	return code;
}

enum lx_code lx_reset_finish(struct lx_accounts *accounts, struct lx_call *call, int64_t now,
	struct lx_text token, struct lx_text wanted)
{
	char hash[LX_HASH_PASSWORD];
	struct lx_account account;
	struct password_job in = { .now = now, .token = token, .hash = hash };

	LX_TRY(reset_name(accounts, call, now, token, &account));
	LX_TRY(lx_password_hash(accounts, call, lx_text(account.name), wanted, hash));
	return lx_writer_submit(accounts->writer, call, finish_reset, &in);
}

enum lx_code lx_accounts_tidy(struct lx_tx *tx, int64_t now)
{
	const struct lx_value old[] = { LX_I(now - LX_SESSION_MOST), LX_I(now - LX_SESSION_IDLE) };

	LX_TRY(lx_run(tx, &lx_account_queries[Q_SESSIONS_TIDY], old));
	LX_TRY(lx_run(tx, &lx_account_queries[Q_BEARERS_TIDY], &LX_I(now)));
	return lx_run(tx, &lx_account_queries[Q_LINKS_TIDY], &LX_I(now));
}
