/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Bearer tokens for programs, and one-time links. Both are told once and stored as SHA-256. */
#include "kernel/http/account_inner.h"

#define LABEL_MOST  80 /* characters */
#define DAYS_MOST   366
#define TOKENS_MOST 100 /* of an account; lists show all of them */

struct bearer_job {
	int64_t now, account, number;
	struct lx_text label;
	unsigned days;
	const char *token;
};

static struct lx_text as_text(const unsigned char digest[LX_DIGEST_BYTES])
{
	return (struct lx_text){ (const char *)digest, LX_DIGEST_BYTES };
}

static enum lx_code make(struct lx_work *work, void *argument)
{
	const struct bearer_job *in = argument;
	unsigned char digest[LX_DIGEST_BYTES];
	struct lx_bearer *there;
	struct lx_value last;
	size_t n;

	LX_TRY(lx_bearer_list(work->tx, in->account, &there, &n));
	if (n >= TOKENS_MOST)
		return lx_fail(lx_tx_call(work->tx), LX_CONFLICT, NULL, "account.tokens", NULL);
	LX_TRY(lx_one(work->tx, &lx_account_queries[Q_BEARER_LAST], NULL, &last));
	lx_token_digest(lx_text(in->token), digest);
	const struct lx_value row[] = { LX_I(last.number + 1), LX_B(as_text(digest)),
		LX_I(in->account), LX_T(in->label), LX_I(in->now),
		LX_I(in->now + in->days * LX_DAY) };
	return lx_run(work->tx, &lx_account_queries[Q_BEARER_INSERT], row);
}

enum lx_code lx_bearer_make(struct lx_accounts *accounts, struct lx_call *call, int64_t now,
	int64_t account, struct lx_text label, unsigned days, char token[LX_TOKEN_TEXT])
{
	struct bearer_job in = { now, account, 0, label, days, token };

	if (lx_text_trim(label).len == 0 || lx_utf8_count(label) > LABEL_MOST)
		return lx_fail(call, LX_INVALID, "label", "account.label", NULL);
	if (days < 1 || days > DAYS_MOST)
		return lx_fail(call, LX_INVALID, "days", "account.days", NULL);
	lx_token_new(token);
	return lx_writer_submit(accounts->writer, call, make, &in);
}

enum lx_code lx_bearer_list(
	struct lx_tx *tx, int64_t account, struct lx_bearer **bearers, size_t *n)
{
	struct lx_value *rows;
	size_t found;

	LX_TRY(lx_all(
		tx, &lx_account_queries[Q_BEARERS], &LX_I(account), TOKENS_MOST, &rows, &found));
	struct lx_bearer *list = lx_array(lx_tx_call(tx), found, sizeof *list);
	if (list == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < found; i++)
		list[i] = (struct lx_bearer){ .number = rows[4 * i].number,
			.label = rows[4 * i + 1].text,
			.created = rows[4 * i + 2].number,
			.expires = rows[4 * i + 3].number };
	*bearers = list;
	*n = found;
	return LX_OK;
}

static enum lx_code drop(struct lx_work *work, void *argument)
{
	const struct bearer_job *in = argument;
	const struct lx_value which[] = { LX_I(in->account), LX_I(in->number) };

	return lx_run(work->tx, &lx_account_queries[Q_BEARER_DELETE], which);
}

enum lx_code lx_bearer_drop(
	struct lx_accounts *accounts, struct lx_call *call, int64_t account, int64_t number)
{
	struct bearer_job in = { .account = account, .number = number };

	return lx_writer_submit(accounts->writer, call, drop, &in);
}

enum lx_code lx_link_add(struct lx_tx *tx, int64_t now, const char *purpose, struct lx_text about,
	int64_t lasts, const char *token)
{
	unsigned char digest[LX_DIGEST_BYTES];

	lx_token_digest(lx_text(token), digest);
	const struct lx_value row[] = { LX_B(as_text(digest)), LX_S(purpose), LX_T(about),
		LX_I(now + lasts) };
	return lx_run(tx, &lx_account_queries[Q_LINK_INSERT], row);
}

enum lx_code lx_link_peek(struct lx_tx *tx, int64_t now, const char *purpose, struct lx_text token,
	struct lx_text *about)
{
	unsigned char digest[LX_DIGEST_BYTES];
	struct lx_value found;

	lx_token_digest(token, digest);
	const struct lx_value key[] = { LX_B(as_text(digest)), LX_S(purpose), LX_I(now) };
	enum lx_code code = lx_one(tx, &lx_account_queries[Q_LINK], key, &found);
	if (code == LX_NOT_FOUND)
		return lx_fail(lx_tx_call(tx), LX_NOT_FOUND, NULL, "account.link", NULL);
	LX_TRY(code);
	*about = found.text;
	return LX_OK;
}

enum lx_code lx_link_take(struct lx_tx *tx, int64_t now, const char *purpose, struct lx_text token,
	struct lx_text *about)
{
	unsigned char digest[LX_DIGEST_BYTES];
	struct lx_text found;

	LX_TRY(lx_link_peek(tx, now, purpose, token, &found));
	lx_token_digest(token, digest);
	const struct lx_value used[] = { LX_B(as_text(digest)), LX_I(now) };
	LX_TRY(lx_run(tx, &lx_account_queries[Q_LINK_USED], used));
	*about = found;
	return LX_OK;
}
