/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The tables of accounts, and every statement that touches them. */
#include "kernel/http/account_inner.h"

const struct lx_table lx_account_tables[] = {
	/* `totp` NULL: no second factor; `totp_step`: the last step a code was used for */
	{ "account", LX_KEPT,
		"number INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, "
		"hash TEXT NOT NULL, totp BLOB, totp_step INTEGER NOT NULL, "
		"person INTEGER NOT NULL, demo INTEGER NOT NULL, created INTEGER NOT NULL",
		"CREATE INDEX account_person ON account (person)", false },
	{ "session", LX_SCRATCH,
		"token BLOB PRIMARY KEY, account INTEGER NOT NULL, created INTEGER NOT NULL, "
		"seen INTEGER NOT NULL",
		"CREATE INDEX session_account ON session (account)", true },
	{ "bearer", LX_KEPT,
		"number INTEGER PRIMARY KEY, token BLOB NOT NULL UNIQUE, account INTEGER NOT NULL, "
		"label TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL",
		"CREATE INDEX bearer_account ON bearer (account)", false },
	/* `used`: 0 while it is good */
	{ "one_time_link", LX_KEPT,
		"token BLOB PRIMARY KEY, purpose TEXT NOT NULL, about TEXT NOT NULL, "
		"expires INTEGER NOT NULL, used INTEGER NOT NULL",
		NULL, true },
	{ 0 },
};

#define ACCOUNT "SELECT number, name, person, demo, totp IS NOT NULL, created FROM account "

const struct lx_query lx_account_queries[Q_ACCOUNT_QUERIES] = {
	[Q_ACCOUNT_INSERT] = { "account.insert",
		"INSERT INTO account (number, name, folded, hash, totp_step, person, demo, "
		"created) "
		"VALUES ($1, $2, $3, $4, 0, $5, $6, $7)",
		"itttiii", "" },
	[Q_ACCOUNT_LAST] = { "account.last", "SELECT COALESCE(MAX(number), 0) FROM account", "",
		"i" },
	[Q_ACCOUNT] = { "account.one", ACCOUNT "WHERE number = $1", "i", "itiiii" },
	[Q_ACCOUNT_NAMED] = { "account.named", ACCOUNT "WHERE folded = $1", "t", "itiiii" },
	[Q_ACCOUNT_SECRETS] = { "account.secrets",
		"SELECT hash, totp, totp_step FROM account WHERE number = $1", "i", "tBi" },
	[Q_ACCOUNT_HASH_SET] = { "account.hash_set",
		"UPDATE account SET hash = $2 WHERE number = $1", "it", "" },
	[Q_ACCOUNT_TOTP_SET] = { "account.totp_set",
		"UPDATE account SET totp = $2, totp_step = $3 WHERE number = $1", "iBi", "" },
	[Q_ACCOUNT_STEP_SET] = { "account.step_set",
		"UPDATE account SET totp_step = $2 WHERE number = $1", "ii", "" },
	[Q_ACCOUNTS_OF] = { "account.of",
		"SELECT number FROM account WHERE person = $1 ORDER BY number LIMIT 100", "i",
		"i" },
	[Q_ACCOUNT_DELETE] = { "account.delete", "DELETE FROM account WHERE number = $1", "i", "" },
	[Q_SESSION_INSERT] = { "session.insert",
		"INSERT INTO session (token, account, created, seen) VALUES ($1, $2, $3, $3)",
		"bii", "" },
	[Q_SESSION] = { "session.one",
		"SELECT a.number, a.name, a.person, a.demo, s.created, s.seen "
		"FROM session s JOIN account a ON a.number = s.account WHERE s.token = $1",
		"b", "itiiii" },
	[Q_SESSION_SEEN] = { "session.seen", "UPDATE session SET seen = $2 WHERE token = $1", "bi",
		"" },
	[Q_SESSION_DELETE] = { "session.delete", "DELETE FROM session WHERE token = $1", "b", "" },
	[Q_SESSIONS_DELETE] = { "session.delete_all", "DELETE FROM session WHERE account = $1", "i",
		"" },
	[Q_SESSIONS_DELETE_OTHERS] = { "session.delete_others",
		"DELETE FROM session WHERE account = $1 AND token <> $2", "ib", "" },
	[Q_SESSIONS_TIDY] = { "session.tidy", "DELETE FROM session WHERE created < $1 OR seen < $2",
		"ii", "" },
	[Q_BEARER_INSERT] = { "bearer.insert",
		"INSERT INTO bearer (number, token, account, label, created, expires) "
		"VALUES ($1, $2, $3, $4, $5, $6)",
		"ibitii", "" },
	[Q_BEARER_LAST] = { "bearer.last", "SELECT COALESCE(MAX(number), 0) FROM bearer", "", "i" },
	[Q_BEARER] = { "bearer.one",
		"SELECT a.number, a.name, a.person, a.demo, b.expires "
		"FROM bearer b JOIN account a ON a.number = b.account WHERE b.token = $1",
		"b", "itiii" },
	[Q_BEARERS] = { "bearer.of",
		"SELECT number, label, created, expires FROM bearer WHERE account = $1 "
		"ORDER BY number DESC LIMIT 100",
		"i", "itii" },
	[Q_BEARER_DELETE] = { "bearer.delete",
		"DELETE FROM bearer WHERE account = $1 AND number = $2", "ii", "" },
	[Q_BEARERS_DELETE] = { "bearer.delete_all", "DELETE FROM bearer WHERE account = $1", "i",
		"" },
	[Q_BEARERS_TIDY] = { "bearer.tidy", "DELETE FROM bearer WHERE expires < $1", "i", "" },
	[Q_LINK_INSERT] = { "link.insert",
		"INSERT INTO one_time_link (token, purpose, about, expires, used) "
		"VALUES ($1, $2, $3, $4, 0)",
		"btti", "" },
	[Q_LINK] = { "link.one",
		"SELECT about FROM one_time_link "
		"WHERE token = $1 AND purpose = $2 AND used = 0 AND expires > $3",
		"bti", "t" },
	[Q_LINK_USED] = { "link.used", "UPDATE one_time_link SET used = $2 WHERE token = $1", "bi",
		"" },
	[Q_LINKS_DELETE] = { "link.delete",
		"DELETE FROM one_time_link WHERE purpose = $1 AND about = $2", "tt", "" },
	[Q_LINKS_TIDY] = { "link.tidy", "DELETE FROM one_time_link WHERE expires < $1 OR used > 0",
		"i", "" },
};
