/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Accounts and who is signed in: passwords (Argon2id), second factors (TOTP, RFC 6238), sessions,
 * bearer tokens for programs, one-time links. Tokens are stored hashed only. Accounts are kept outside the
 * journal: they say who may speak as which person, never what was said.
 *
 * Functions that take `accounts` hash and submit jobs themselves; those that take `tx` are for jobs of the
 * writer and commands that own the region. Moments are ms UTC, handed in by the caller.
 */
#ifndef LX_KERNEL_HTTP_SESSION_H
#define LX_KERNEL_HTTP_SESSION_H

#include "kernel/http/http.h"
#include "kernel/writer/writer.h"

#define LX_TOKEN_TEXT    44 /* base64url of 32 random bytes, and zero byte */
#define LX_HASH_PASSWORD 128
#define LX_TOTP_TEXT     33 /* base32 of 20 random bytes, and zero byte */
#define LX_NAME_MAX      63 /* bytes of an account's name */

extern const struct lx_table lx_account_tables[]; /* ends with a zero row */

struct lx_accounts;

/* Both are borrowed until lx_accounts_close. Hashes one password, for names that do not exist. */
LX_CHECK enum lx_code lx_accounts_open(struct lx_call *call, struct lx_store *store,
	struct lx_writer *writer, struct lx_accounts **accounts);
void lx_accounts_close(struct lx_accounts **accounts);

/* The `session` hook of lx_http_setting: call it from your own, which knows where `accounts` is. Fills
 * request->visitor from the session cookie or a bearer token. A cookie that no longer holds is nobody; a
 * token that does not hold is LX_FORBIDDEN (the door makes it 401). */
LX_CHECK enum lx_code lx_session_read(struct lx_accounts *accounts, struct lx_request *request);

/* What someone who wants in has to show; `code` empty without second factor. */
struct lx_sign_in {
	struct lx_text name, password, code;
};

/* Checks and begins a new session (the one the request came with ends): sets the cookie. Faults: LX_FORBIDDEN
 * `account.wrong` (name or password, never which), `account.code_missing` and `account.code` with the field
 * "code"; 429 `account.often` (eight wrong ones from one address, a hundred from all); LX_BUSY `account.busy`. Demonstration accounts only from this machine. */
LX_CHECK enum lx_code lx_sign_in(struct lx_accounts *accounts, struct lx_request *request,
	struct lx_reply *reply, const struct lx_sign_in *shown, int64_t *account);

/* Ends this session, or all of the account, and takes the cookie back. */
LX_CHECK enum lx_code lx_sign_out(
	struct lx_accounts *accounts, struct lx_request *request, struct lx_reply *reply);
LX_CHECK enum lx_code lx_sign_out_everywhere(
	struct lx_accounts *accounts, struct lx_request *request, struct lx_reply *reply);

/* Measures how often `what` is tried from an address, as names are: 429 `account.often` when it is too often. A good try is given
 * back. */
LX_CHECK enum lx_code lx_guess(struct lx_accounts *accounts, struct lx_request *request,
	struct lx_reply *reply, const char *what);
void lx_guess_good(
	struct lx_accounts *accounts, const struct lx_request *request, const char *what);

/* An account as its holder may see it. */
struct lx_account {
	int64_t number, person, created;
	char name[LX_NAME_MAX + 1];
	bool demo; /* works on loopback only */
	bool totp; /* has a second factor */
};

/* Hashes a password after testing it (LX_INVALID `account.short`, `account.long`, `account.weak`, field
 * "password"); waits its turn, LX_BUSY `account.busy` when too many do. `name` must not stand in it. */
LX_CHECK enum lx_code lx_password_hash(struct lx_accounts *accounts, struct lx_call *call,
	struct lx_text name, struct lx_text password, char hash[LX_HASH_PASSWORD]);

/* Adds an account with a hash made before. Names: 2 to 63 bytes of letters a-z, digits . _ - @ and Chinese
 * characters, the case of letters not counting (`account.name`); LX_CONFLICT `account.taken`, field "name". */
LX_CHECK enum lx_code lx_account_add(struct lx_tx *tx, int64_t now, struct lx_text name,
	const char *hash, int64_t person, bool demo, int64_t *number);

/* Both of them at once, for an account of a person that exists. */
LX_CHECK enum lx_code lx_account_create(struct lx_accounts *accounts, struct lx_call *call,
	int64_t now, const struct lx_sign_in *wanted, int64_t person, bool demo, int64_t *number);

/* LX_NOT_FOUND without a fault when there is none. */
LX_CHECK enum lx_code lx_account_read(struct lx_tx *tx, int64_t number, struct lx_account *account);
LX_CHECK enum lx_code lx_account_find(
	struct lx_tx *tx, struct lx_text name, struct lx_account *account);

/* Whether an account of the person has a second factor. */
LX_CHECK enum lx_code lx_account_has_factor(struct lx_tx *tx, int64_t person, bool *has);

/* Removes the accounts of a person with their sessions, tokens and links (erasure). */
LX_CHECK enum lx_code lx_account_remove(struct lx_tx *tx, int64_t person);

/* A new password, the old one shown; all other sessions end. LX_FORBIDDEN `account.wrong_old`, field "old";
 * LX_BUSY `account.often` after as many wrong ones as lx_sign_in allows. */
LX_CHECK enum lx_code lx_password_change(struct lx_accounts *accounts, struct lx_request *request,
	struct lx_text old, struct lx_text wanted);

/* A second person's help when a password is lost: a one-time link for the account called `name`, good for a
 * day. Who may do this is the caller's to say; nobody makes one for himself (LX_FORBIDDEN `account.second`). */
LX_CHECK enum lx_code lx_reset_begin(struct lx_accounts *accounts, struct lx_call *call,
	int64_t now, int64_t by_account, struct lx_text name, char token[LX_TOKEN_TEXT]);

/* Redeems it: the new password holds, every session and bearer token of the account ends. The second factor stays. */
LX_CHECK enum lx_code lx_reset_finish(struct lx_accounts *accounts, struct lx_call *call,
	int64_t now, struct lx_text token, struct lx_text wanted);

/* The same when the second factor is lost: redeemed with the password by its holder (LX_INVALID `account.wrong_old`, field "password"),
 * it takes the factor away and ends every session and bearer token. The password stays. */
#define LX_FACTOR_LINK "factor"
LX_CHECK enum lx_code lx_factor_help_begin(struct lx_accounts *accounts, struct lx_call *call,
	int64_t now, int64_t by_account, struct lx_text name, char token[LX_TOKEN_TEXT]);
LX_CHECK enum lx_code lx_factor_help_finish(struct lx_accounts *accounts,
	struct lx_request *request, struct lx_text token, struct lx_text password);

/* A fresh secret of a second factor; and the address an authenticator reads ("otpauth://…", in the arena). */
void lx_totp_new(char secret[LX_TOTP_TEXT]);
LX_CHECK enum lx_code lx_totp_address(struct lx_call *call, const char *issuer, const char *name,
	const char *secret, struct lx_text *address);

/* A secret to be kept, a code of it, and a code of the factor that it replaces (empty: there is none). */
struct lx_factor {
	int64_t account;
	struct lx_text secret, code, former;
};

/* Keeps the secret once a code of it was shown, LX_INVALID `account.code` otherwise; LX_FORBIDDEN `account.code`, field
 * "former", when there is a factor already and no code of it was shown. lx_totp_remove takes the factor away for a valid code. A
 * code counts once. */
LX_CHECK enum lx_code lx_totp_enrol(struct lx_accounts *accounts, struct lx_call *call, int64_t now,
	const struct lx_factor *wanted);
LX_CHECK enum lx_code lx_totp_remove(struct lx_accounts *accounts, struct lx_call *call,
	int64_t now, int64_t account, struct lx_text code);

/* Counts a try of a code before the job that uses it is submitted: LX_BUSY `account.often` when there were more
 * than eight and one a minute. Whatever calls lx_totp_use calls this first; lx_totp_remove does by itself. */
LX_CHECK enum lx_code lx_code_try(
	struct lx_accounts *accounts, struct lx_call *call, int64_t account);

/* Checks a code of the account's second factor in a job, for acts that need one; it counts once. LX_FORBIDDEN
 * `account.code`, or `account.no_factor` when the account has none. */
LX_CHECK enum lx_code lx_totp_use(
	struct lx_tx *tx, int64_t now, int64_t account, struct lx_text code);

/* A token for a program of the account's holder, told once; `label` (80 characters) says what for. */
LX_CHECK enum lx_code lx_bearer_make(struct lx_accounts *accounts, struct lx_call *call,
	int64_t now, int64_t account, struct lx_text label, unsigned days,
	char token[LX_TOKEN_TEXT]);

/* The tokens of an account, newest first, and the end of one. */
struct lx_bearer {
	int64_t number, created, expires;
	struct lx_text label;
};
LX_CHECK enum lx_code lx_bearer_list(
	struct lx_tx *tx, int64_t account, struct lx_bearer **bearers, size_t *n);
LX_CHECK enum lx_code lx_bearer_drop(
	struct lx_accounts *accounts, struct lx_call *call, int64_t account, int64_t number);

/* A new random token (not from within a job: jobs know no chance). */
void lx_token_new(char token[LX_TOKEN_TEXT]);

/* One-time links: `purpose` and `about` say what for. Peeking leaves the link good; taking uses it up.
 * LX_NOT_FOUND `account.link` when it is unknown, used, expired or for something else. */
LX_CHECK enum lx_code lx_link_add(struct lx_tx *tx, int64_t now, const char *purpose,
	struct lx_text about, int64_t lasts, const char *token);
LX_CHECK enum lx_code lx_link_peek(struct lx_tx *tx, int64_t now, const char *purpose,
	struct lx_text token, struct lx_text *about);
LX_CHECK enum lx_code lx_link_take(struct lx_tx *tx, int64_t now, const char *purpose,
	struct lx_text token, struct lx_text *about);

/* Removes sessions that have ended and links and tokens that no longer hold: a job for now and then. */
LX_CHECK enum lx_code lx_accounts_tidy(struct lx_tx *tx, int64_t now);

#endif
