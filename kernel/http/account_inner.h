/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of accounts share: statements, secrets, the hashing queue. */
#ifndef LX_KERNEL_HTTP_ACCOUNT_INNER_H
#define LX_KERNEL_HTTP_ACCOUNT_INNER_H

#include "kernel/http/limits.h"
#include "kernel/http/session.h"

#define LX_MINUTE       INT64_C(60000)
#define LX_DAY          (1440 * LX_MINUTE)
#define LX_SESSION_IDLE (12 * 60 * LX_MINUTE) /* unseen for so long, a session has ended */
#define LX_SESSION_MOST (14 * LX_DAY)         /* and at the latest after so long */

enum lx_account_query {
	Q_ACCOUNT_INSERT,
	Q_ACCOUNT_LAST,
	Q_ACCOUNT,
	Q_ACCOUNT_NAMED,
	Q_ACCOUNT_SECRETS,
	Q_ACCOUNT_HASH_SET,
	Q_ACCOUNT_TOTP_SET,
	Q_ACCOUNT_STEP_SET,
	Q_ACCOUNTS_OF,
	Q_ACCOUNT_DELETE,
	Q_SESSION_INSERT,
	Q_SESSION,
	Q_SESSION_SEEN,
	Q_SESSION_DELETE,
	Q_SESSIONS_DELETE,
	Q_SESSIONS_DELETE_OTHERS,
	Q_SESSIONS_TIDY,
	Q_BEARER_INSERT,
	Q_BEARER_LAST,
	Q_BEARER,
	Q_BEARERS,
	Q_BEARER_DELETE,
	Q_BEARERS_DELETE,
	Q_BEARERS_TIDY,
	Q_LINK_INSERT,
	Q_LINK,
	Q_LINK_USED,
	Q_LINKS_DELETE,
	Q_LINKS_TIDY,
	Q_ACCOUNT_QUERIES
};
extern const struct lx_query lx_account_queries[Q_ACCOUNT_QUERIES];

#define LX_DIGEST_BYTES 32
#define LX_TOTP_BYTES   20

struct lx_accounts {
	struct lx_store *store;
	struct lx_writer *writer;
	pthread_mutex_t hashing; /* 19 MiB at a time is enough */
	pthread_mutex_t lock;
	unsigned waiting;
	char nobody[LX_HASH_PASSWORD]; /* what names that do not exist are checked against */
	struct lx_limits tries;        /* failed attempts by name, address, account */
};

/* SHA-256 of a token as it is stored. */
void lx_token_digest(struct lx_text token, unsigned char digest[LX_DIGEST_BYTES]);

/* What the forms of a session carry: follows from its token, which the store does not have. */
void lx_token_csrf(struct lx_text token, char csrf[45]);

/* A name without the case of its letters; false when it is not one. */
bool lx_name_fold(struct lx_text name, char folded[LX_NAME_MAX + 1]);

/* Whose tries are counted; taken before something is checked (0, or the seconds to wait), given back when
 * it was not wrong: `all` of that address when it was right. */
struct lx_try {
	uint64_t name, name_address;
};
struct lx_try lx_try_of(struct lx_text name, struct lx_text address);
unsigned lx_try_take(struct lx_accounts *accounts, const struct lx_try *try);
void lx_try_give(struct lx_accounts *accounts, const struct lx_try *try, bool all);

/* Checks a password against a hash, waiting for its turn; `*right` tells. */
LX_CHECK enum lx_code lx_password_check(struct lx_accounts *accounts, struct lx_call *call,
	struct lx_text password, const char *hash, bool *right);

/* Makes the hash that names without account are checked against, of a password nobody knows. */
LX_CHECK enum lx_code lx_password_nobody(struct lx_accounts *accounts, struct lx_call *call);

/* RFC 4226 with SHA-1 and six digits. */
unsigned lx_hotp(const unsigned char *secret, size_t n, uint64_t counter);

/* The time step a code belongs to (one before and after `now` too), if later than `last`; else 0. */
int64_t lx_totp_step(
	const unsigned char secret[LX_TOTP_BYTES], struct lx_text code, int64_t now, int64_t last);

/* RFC 4648 base32 of a secret, both ways. */
void lx_base32_write(const unsigned char bytes[LX_TOTP_BYTES], char text[LX_TOTP_TEXT]);
bool lx_base32_read(struct lx_text text, unsigned char bytes[LX_TOTP_BYTES]);

#endif
