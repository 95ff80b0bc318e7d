/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Accounts, sessions, second factors, tokens and links on a real database with a real writer. */
#include "kernel/http/account_inner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define START    INT64_C(1795000000000)
#define PASSWORD "correct horse 电池"

struct fixture {
	struct lx_arena arena;
	struct lx_call call;
	struct lx_store *store;
	struct lx_writer *writer;
	struct lx_accounts *accounts;
	int64_t now, account;
	char folder[64], path[96], cookie[128];
	struct lx_request request;
	struct lx_reply reply;
	struct lx_head *head;
};

static int64_t test_now(void *clock)
{
	return ((struct fixture *)clock)->now;
}

/* Each attempt is a request of its own, with the cookie that the last answer set. */
static struct lx_request *fresh(struct fixture *f)
{
	for (size_t i = 0; i < f->reply.headers_n; i++)
		if (strcmp(f->reply.headers[i].name, "Set-Cookie") == 0) {
			size_t n = strcspn(f->reply.headers[i].value, ";");
			(void)snprintf(f->cookie, sizeof f->cookie, "%.*s", (int)n,
				f->reply.headers[i].value);
		}
	lx_fault_clear(&f->call.fault);
	f->reply = (struct lx_reply){ 0 };
	f->request = (struct lx_request){ .call = &f->call,
		.now = f->now,
		.cookie = lx_text(f->cookie),
		.authorization = LX_TEXT_OF(""),
		.loopback = true };
	return &f->request;
}

static enum lx_code enter(
	struct fixture *f, const char *name, const char *password, const char *code)
{
	const struct lx_sign_in shown = { lx_text(name), lx_text(password), lx_text(code) };
	int64_t account = 0;

	return lx_sign_in(f->accounts, fresh(f), &f->reply, &shown, &account);
}

static int64_t visitor(struct fixture *f)
{
	assert_int_equal(lx_session_read(f->accounts, fresh(f)), LX_OK);
	return f->request.visitor.account;
}

static int open_fixture(void **state)
{
	static struct fixture f;
	const struct lx_sign_in wanted = { LX_TEXT_OF("Zhang.San"), LX_TEXT_OF(PASSWORD),
		LX_TEXT_OF("") };
	struct lx_writer_setting setting = { .now = test_now, .clock = &f, .memory = 16 << 20 };
	struct lx_table tables[32] = { { 0 } };
	size_t n = 0;

	for (const struct lx_table *t = lx_journal_tables; t->name != NULL; t++)
		tables[n++] = *t;
	for (const struct lx_table *t = lx_account_tables; t->name != NULL; t++)
		tables[n++] = *t;
	static struct lx_table kept[32];
	memcpy(kept, tables, sizeof kept);
	f = (struct fixture){ .arena = { .limit = 64 << 20 }, .now = START };
	f.call.arena = &f.arena;
	(void)snprintf(f.folder, sizeof f.folder, "account-test-XXXXXX");
	if (mkdtemp(f.folder) == NULL)
		return 1;
	(void)snprintf(f.path, sizeof f.path, "%s/lianxi.db", f.folder);
	*state = &f;
	if (lx_store_open(&f.call, f.path, LX_STORE_CREATE, kept, &f.store) != LX_OK ||
		lx_writer_start(&f.call, f.store, &setting, &f.writer) != LX_OK ||
		lx_accounts_open(&f.call, f.store, f.writer, &f.accounts) != LX_OK)
		return 1;
	return lx_account_create(f.accounts, &f.call, f.now, &wanted, 5, false, &f.account) !=
	       LX_OK;
}

static int close_fixture(void **state)
{
	static const char *const endings[] = { "", "-wal", "-shm" };
	struct fixture *f = *state;
	char name[160];

	lx_accounts_close(&f->accounts);
	lx_writer_stop(&f->writer);
	lx_store_close(&f->store);
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof name, "%s%s", f->path, endings[i]);
		(void)unlink(name);
	}
	(void)rmdir(f->folder);
	lx_arena_close(&f->arena);
	return 0;
}

static enum lx_code prepare_nothing(void *with, const struct lx_value *values)
{
	(void)values;
	*(int *)with += 1;
	return LX_OK;
}

static void every_statement_takes_and_gives_what_it_declares(void **state)
{
	struct fixture *f = *state;
	struct lx_tx *tx = NULL;
	const struct lx_text none = { "", 0 };
	int rows = 0;

	lx_writer_stop(&f->writer);
	assert_int_equal(lx_store_begin(f->store, &f->call, &tx), LX_OK);
	for (size_t i = 0; i < Q_ACCOUNT_QUERIES; i++) {
		const struct lx_query *query = &lx_account_queries[i];
		struct lx_value binds[8];
		for (size_t k = 0; query->takes[k] != '\0'; k++)
			binds[k] = query->takes[k] == 'i'   ? LX_I(77)
				   : query->takes[k] == 't' ? LX_T(none)
							    : LX_B(none);
		assert_int_equal(lx_store_mark(tx), LX_OK);
		enum lx_code code = query->gives[0] == '\0'
					    ? lx_run(tx, query, binds)
					    : lx_each(tx, query, binds, prepare_nothing, &rows);
		if (code != LX_OK)
			fail_msg("%s: %s %s", query->name, f->call.fault.msgid,
				f->call.fault.detail);
		assert_int_equal(lx_store_drop(tx), LX_OK);
	}
	lx_store_rollback(&tx);
}

static void signing_in_and_out(void **state)
{
	struct fixture *f = *state;
	char first[sizeof f->cookie];

	assert_int_equal(visitor(f), 0);
	assert_int_equal(enter(f, "zhang.SAN", PASSWORD, ""), LX_OK);
	const char *cookie = f->reply.headers[0].value;
	assert_non_null(strstr(cookie, "; Path=/; HttpOnly; SameSite=Lax; Max-Age="));
	assert_null(strstr(cookie, "Secure"));
	assert_int_equal(visitor(f), f->account);
	assert_int_equal(f->request.visitor.person, 5);
	assert_string_equal(f->request.visitor.name, "Zhang.San");
	assert_int_equal(strlen(f->request.visitor.csrf), 43);
	assert_null(strstr(f->cookie, f->request.visitor.csrf));
	/* another sign-in is another session, and the former has ended */
	memcpy(first, f->cookie, sizeof first);
	assert_int_equal(enter(f, "zhang.san", PASSWORD, ""), LX_OK);
	assert_int_equal(visitor(f), f->account);
	assert_string_not_equal(first, f->cookie);
	char second[sizeof f->cookie];
	memcpy(second, f->cookie, sizeof second);
	memcpy(f->cookie, first, sizeof first);
	assert_int_equal(visitor(f), 0);
	memcpy(f->cookie, second, sizeof second);
	assert_int_equal(visitor(f), f->account);
	assert_int_equal(lx_sign_out(f->accounts, &f->request, &f->reply), LX_OK);
	assert_non_null(strstr(f->reply.headers[0].value, "Max-Age=0"));
	f->reply.headers_n = 0;
	assert_int_equal(visitor(f), 0);
}

static void signing_out_everywhere(void **state)
{
	struct fixture *f = *state;
	char first[sizeof f->cookie];

	assert_int_equal(enter(f, "zhang.san", PASSWORD, ""), LX_OK);
	assert_int_equal(visitor(f), f->account);
	memcpy(first, f->cookie, sizeof first);
	f->cookie[0] = '\0'; /* another browser */
	assert_int_equal(enter(f, "zhang.san", PASSWORD, ""), LX_OK);
	assert_int_equal(visitor(f), f->account);
	assert_int_equal(lx_sign_out_everywhere(f->accounts, &f->request, &f->reply), LX_OK);
	f->reply.headers_n = 0;
	assert_int_equal(visitor(f), 0);
	memcpy(f->cookie, first, sizeof first);
	assert_int_equal(visitor(f), 0);
}

static void sessions_end_by_themselves(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(enter(f, "zhang.san", PASSWORD, ""), LX_OK);
	assert_int_equal(visitor(f), f->account);
	for (int i = 0; i < 33; i++) { /* seen every ten hours it lives for 14 days, no longer */
		f->now += 10 * 60 * LX_MINUTE;
		assert_int_equal(visitor(f), f->account);
	}
	f->now += 10 * 60 * LX_MINUTE;
	assert_int_equal(visitor(f), 0);
	assert_int_equal(enter(f, "zhang.san", PASSWORD, ""), LX_OK);
	assert_int_equal(visitor(f), f->account);
	f->now += LX_SESSION_IDLE + 1;
	assert_int_equal(visitor(f), 0);
}

static void wrong_ones_do_not_tell_which(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(enter(f, "zhang.san", "wrong password", ""), LX_FORBIDDEN);
	assert_string_equal(f->call.fault.msgid, "account.wrong");
	assert_int_equal(f->reply.headers_n, 0);
	assert_int_equal(enter(f, "nobody.here", PASSWORD, ""), LX_FORBIDDEN);
	assert_string_equal(f->call.fault.msgid, "account.wrong");
	assert_int_equal(enter(f, "not a name!", PASSWORD, ""), LX_FORBIDDEN);
	assert_string_equal(f->call.fault.msgid, "account.wrong");
	/* eight at once, then not even the right one, whatever the case of the letters */
	for (int i = 0; i < 7; i++)
		assert_int_equal(enter(f, "ZHANG.san", "wrong password", ""), LX_FORBIDDEN);
	assert_int_equal(enter(f, "zhang.san", PASSWORD, ""), LX_INVALID);
	assert_int_equal(f->reply.status, 429);
	assert_string_equal(f->reply.headers[0].name, "Retry-After");
}

static void a_guesser_does_not_lock_the_holder_out(void **state)
{
	struct fixture *f = *state;
	const struct lx_sign_in guess = { LX_TEXT_OF("zhang.san"), LX_TEXT_OF("wrong password"),
		LX_TEXT_OF("") };
	int64_t account;

	for (int i = 0; i < 12; i++) {
		(void)snprintf(fresh(f)->address, sizeof f->request.address, "203.0.113.9");
		enum lx_code code = lx_sign_in(
			f->accounts, &f->request, &f->reply, &guess, &account);
		assert_int_equal(code, i < 8 ? LX_FORBIDDEN : LX_INVALID);
	}
	assert_int_equal(enter(f, "zhang.san", PASSWORD, ""), LX_OK);
	/* but from ever other addresses no more than a hundred */
	int refused = 0;
	for (int i = 0; i < 110; i++) {
		struct lx_try try = lx_try_of(guess.name, (struct lx_text){ (char *)&i, sizeof i });
		refused += lx_try_take(f->accounts, &try) > 0;
	}
	assert_in_range(refused, 15, 19);
}

static void codes_cannot_be_tried_out(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 8; i++)
		assert_int_equal(lx_code_try(f->accounts, &f->call, f->account), LX_OK);
	assert_int_equal(lx_code_try(f->accounts, &f->call, f->account), LX_BUSY);
	lx_fault_clear(&f->call.fault);
	assert_int_equal(lx_code_try(f->accounts, &f->call, f->account + 1), LX_OK);
	assert_int_equal(
		lx_totp_remove(f->accounts, &f->call, f->now, f->account, lx_text("123456")),
		LX_BUSY);
}

static void good_ones_are_given_back(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 12; i++)
		assert_int_equal(enter(f, "zhang.san", PASSWORD, ""), LX_OK);
}

static void bad_passwords_and_names(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *name, *password, *msgid, *field;
	} rows[] = {
		{ "li.si", "short", "account.short", "password" },
		{ "li.si", "aaaaaaaaaaaa", "account.weak", "password" },
		{ "li.si", "my name is li.si", "account.weak", "password" },
		{ "l", PASSWORD, "account.name", "name" },
		{ "li si", PASSWORD, "account.name", "name" },
		{ "l\xc3\xad.si", PASSWORD, "account.name", "name" },
		{ "zhang.SAN", PASSWORD, "account.taken", "name" },
	};
	char longest[300];
	int64_t number;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct lx_sign_in wanted = { lx_text(rows[i].name), lx_text(rows[i].password),
			LX_TEXT_OF("") };
		lx_fault_clear(&f->call.fault);
		assert_int_not_equal(lx_account_create(f->accounts, &f->call, f->now, &wanted, 6,
					     false, &number),
			LX_OK);
		assert_string_equal(f->call.fault.msgid, rows[i].msgid);
		assert_string_equal(f->call.fault.field, rows[i].field);
	}
	for (size_t i = 0; i < sizeof longest - 1; i++)
		longest[i] = (char)('a' + i % 20);
	longest[sizeof longest - 1] = '\0';
	const struct lx_sign_in wanted = { LX_TEXT_OF("王五"), lx_text(longest), LX_TEXT_OF("") };
	lx_fault_clear(&f->call.fault);
	assert_int_equal(
		lx_account_create(f->accounts, &f->call, f->now, &wanted, 6, false, &number),
		LX_INVALID);
	const struct lx_sign_in han = { LX_TEXT_OF("王五"), LX_TEXT_OF("一二三四五六七八九十"),
		LX_TEXT_OF("") };
	lx_fault_clear(&f->call.fault);
	assert_int_equal(
		lx_account_create(f->accounts, &f->call, f->now, &han, 6, false, &number), LX_OK);
	assert_int_equal(enter(f, "王五", "一二三四五六七八九十", ""), LX_OK);
}

static void demonstration_accounts_work_on_this_machine_only(void **state)
{
	struct fixture *f = *state;
	const struct lx_sign_in wanted = { LX_TEXT_OF("demo"), LX_TEXT_OF(PASSWORD),
		LX_TEXT_OF("") };
	int64_t number, account;

	assert_int_equal(
		lx_account_create(f->accounts, &f->call, f->now, &wanted, 6, true, &number), LX_OK);
	fresh(f)->loopback = false;
	assert_int_equal(
		lx_sign_in(f->accounts, &f->request, &f->reply, &wanted, &account), LX_FORBIDDEN);
	assert_string_equal(f->call.fault.msgid, "account.wrong");
	assert_int_equal(enter(f, "demo", PASSWORD, ""), LX_OK);
	assert_int_equal(visitor(f), number);
	fresh(f)->loopback = false;
	assert_int_equal(lx_session_read(f->accounts, &f->request), LX_OK);
	assert_int_equal(f->request.visitor.account, 0);
}

static void code_of(struct lx_text secret, int64_t now, char code[8])
{
	unsigned char bytes[LX_TOTP_BYTES];

	assert_true(lx_base32_read(secret, bytes));
	(void)snprintf(code, 8, "%06u", lx_hotp(bytes, sizeof bytes, (uint64_t)(now / 30000)));
}

static void a_code_counts_once(void **state)
{
	struct fixture *f = *state;
	char secret[LX_TOTP_TEXT], code[8];
	struct lx_text address;

	lx_totp_new(secret);
	assert_int_equal(lx_totp_address(&f->call, "联席", "zhang", secret, &address), LX_OK);
	assert_true(lx_text_starts(address, "otpauth://totp/%E8%81%94%E5%B8%AD:zhang?secret="));
	struct lx_factor wanted = { f->account, lx_text(secret), lx_text("abcdef"), lx_text("") };
	assert_int_equal(lx_totp_enrol(f->accounts, &f->call, f->now, &wanted), LX_INVALID);
	lx_fault_clear(&f->call.fault);
	code_of(lx_text(secret), f->now, code);
	wanted.code = lx_text(code);
	assert_int_equal(lx_totp_enrol(f->accounts, &f->call, f->now, &wanted), LX_OK);
	/* the code that enrolled it is used up */
	assert_int_equal(enter(f, "zhang.san", PASSWORD, code), LX_FORBIDDEN);
	assert_string_equal(f->call.fault.msgid, "account.code");
	assert_int_equal(enter(f, "zhang.san", PASSWORD, ""), LX_FORBIDDEN);
	assert_string_equal(f->call.fault.msgid, "account.code_missing");
	assert_int_equal(enter(f, "zhang.san", "wrong password", ""), LX_FORBIDDEN);
	assert_string_equal(f->call.fault.msgid, "account.wrong");
	f->now += 60000;
	code_of(lx_text(secret), f->now, code);
	assert_int_equal(enter(f, "zhang.san", PASSWORD, code), LX_OK);
	assert_int_equal(enter(f, "zhang.san", PASSWORD, code), LX_FORBIDDEN);
	f->now += 60000;
	lx_fault_clear(&f->call.fault);
	assert_int_equal(lx_totp_remove(f->accounts, &f->call, f->now, f->account, lx_text(code)),
		LX_FORBIDDEN);
	lx_fault_clear(&f->call.fault);
	code_of(lx_text(secret), f->now, code);
	assert_int_equal(
		lx_totp_remove(f->accounts, &f->call, f->now, f->account, lx_text(code)), LX_OK);
	assert_int_equal(enter(f, "zhang.san", PASSWORD, ""), LX_OK);
}

static void a_factor_is_replaced_only_by_its_holder(void **state)
{
	char secrets[2][LX_TOTP_TEXT], code[2][8];
	struct fixture *f = *state;

	lx_totp_new(secrets[0]);
	lx_totp_new(secrets[1]);
	code_of(lx_text(secrets[0]), f->now, code[0]);
	struct lx_factor wanted = { f->account, lx_text(secrets[0]), lx_text(code[0]), { "", 0 } };
	assert_int_equal(lx_totp_enrol(f->accounts, &f->call, f->now, &wanted), LX_OK);
	f->now += 60000;
	code_of(lx_text(secrets[0]), f->now, code[0]);
	code_of(lx_text(secrets[1]), f->now, code[1]);
	wanted.secret = lx_text(secrets[1]);
	wanted.code = lx_text(code[1]);
	assert_int_equal(lx_totp_enrol(f->accounts, &f->call, f->now, &wanted), LX_FORBIDDEN);
	assert_string_equal(f->call.fault.field, "former");
	lx_fault_clear(&f->call.fault);
	wanted.former = lx_text(code[0]);
	assert_int_equal(lx_totp_enrol(f->accounts, &f->call, f->now, &wanted), LX_OK);
	code_of(lx_text(secrets[1]), f->now += 60000, code[1]);
	assert_int_equal(enter(f, "zhang.san", PASSWORD, code[1]), LX_OK);
}

static void tokens_for_programs(void **state)
{
	struct fixture *f = *state;
	char token[LX_TOKEN_TEXT], said[80];
	struct lx_bearer *list;
	struct lx_tx *tx = NULL;
	size_t n;

	assert_int_equal(lx_bearer_make(f->accounts, &f->call, f->now, f->account,
				 lx_text("nightly export"), 30, token),
		LX_OK);
	(void)snprintf(said, sizeof said, "bearer %s", token);
	fresh(f)->authorization = lx_text(said);
	assert_int_equal(lx_session_read(f->accounts, &f->request), LX_OK);
	assert_int_equal(f->request.visitor.account, f->account);
	assert_true(f->request.visitor.by_token);
	assert_int_equal(lx_store_read(f->store, &f->call, &tx), LX_OK);
	assert_int_equal(lx_bearer_list(tx, f->account, &list, &n), LX_OK);
	assert_int_equal(n, 1);
	assert_true(lx_text_is(list[0].label, "nightly export"));
	lx_store_release(&tx);
	f->now += 31 * LX_DAY;
	fresh(f)->authorization = lx_text(said);
	assert_int_equal(lx_session_read(f->accounts, &f->request), LX_FORBIDDEN);
	f->now -= 31 * LX_DAY;
	lx_fault_clear(&f->call.fault);
	assert_int_equal(
		lx_bearer_drop(f->accounts, &f->call, f->account + 1, list[0].number), LX_OK);
	fresh(f)->authorization = lx_text(said);
	assert_int_equal(lx_session_read(f->accounts, &f->request), LX_OK);
	assert_int_equal(lx_bearer_drop(f->accounts, &f->call, f->account, list[0].number), LX_OK);
	fresh(f)->authorization = lx_text(said);
	assert_int_equal(lx_session_read(f->accounts, &f->request), LX_FORBIDDEN);
	fresh(f)->authorization = LX_TEXT_OF("Basic eDp5");
	assert_int_equal(lx_session_read(f->accounts, &f->request), LX_OK);
	assert_int_equal(f->request.visitor.account, 0);
}

static void a_lost_password_takes_a_second_person(void **state)
{
	struct fixture *f = *state;
	char token[LX_TOKEN_TEXT], stale[LX_TOKEN_TEXT];
	const struct lx_text fresh_one = lx_text("an entirely new one");

	assert_int_equal(enter(f, "zhang.san", PASSWORD, ""), LX_OK);
	assert_int_equal(lx_reset_begin(f->accounts, &f->call, f->now, f->account,
				 lx_text("zhang.san"), token),
		LX_FORBIDDEN);
	lx_fault_clear(&f->call.fault);
	assert_int_equal(
		lx_reset_begin(f->accounts, &f->call, f->now, 99, lx_text("nobody"), token),
		LX_NOT_FOUND);
	lx_fault_clear(&f->call.fault);
	assert_int_equal(
		lx_reset_begin(f->accounts, &f->call, f->now, 99, lx_text("zhang.san"), stale),
		LX_OK);
	assert_int_equal(
		lx_reset_begin(f->accounts, &f->call, f->now, 99, lx_text("zhang.san"), token),
		LX_OK);
	/* a newer link takes the place of an older one */
	assert_int_equal(lx_reset_finish(f->accounts, &f->call, f->now, lx_text(stale), fresh_one),
		LX_NOT_FOUND);
	lx_fault_clear(&f->call.fault);
	assert_int_equal(
		lx_reset_finish(f->accounts, &f->call, f->now, lx_text(token), lx_text("short")),
		LX_INVALID);
	lx_fault_clear(&f->call.fault);
	assert_int_equal(
		lx_reset_finish(f->accounts, &f->call, f->now, lx_text(token), fresh_one), LX_OK);
	assert_int_equal(lx_reset_finish(f->accounts, &f->call, f->now, lx_text(token), fresh_one),
		LX_NOT_FOUND);
	assert_int_equal(visitor(f), 0);
	assert_int_equal(enter(f, "zhang.san", PASSWORD, ""), LX_FORBIDDEN);
	assert_int_equal(enter(f, "zhang.san", "an entirely new one", ""), LX_OK);
}

static void changing_a_password_ends_other_sessions(void **state)
{
	struct fixture *f = *state;
	char other[sizeof f->cookie];

	assert_int_equal(enter(f, "zhang.san", PASSWORD, ""), LX_OK);
	assert_int_equal(visitor(f), f->account);
	memcpy(other, f->cookie, sizeof other);
	f->cookie[0] = '\0';
	assert_int_equal(enter(f, "zhang.san", PASSWORD, ""), LX_OK);
	assert_int_equal(visitor(f), f->account);
	assert_int_equal(lx_password_change(f->accounts, &f->request, lx_text("wrong password"),
				 lx_text("an entirely new one")),
		LX_FORBIDDEN);
	assert_int_equal(visitor(f), f->account);
	assert_int_equal(lx_password_change(f->accounts, &f->request, lx_text(PASSWORD),
				 lx_text("an entirely new one")),
		LX_OK);
	assert_int_equal(visitor(f), f->account);
	memcpy(f->cookie, other, sizeof other);
	assert_int_equal(visitor(f), 0);
}

static void links_are_good_once_for_one_purpose(void **state)
{
	struct fixture *f = *state;
	char token[LX_TOKEN_TEXT];
	struct lx_tx *tx = NULL;
	struct lx_text about;

	lx_writer_stop(&f->writer);
	lx_token_new(token);
	assert_int_equal(lx_store_begin(f->store, &f->call, &tx), LX_OK);
	assert_int_equal(
		lx_link_add(tx, f->now, "secretary", lx_text("mandate/1"), LX_DAY, token), LX_OK);
	assert_int_equal(lx_link_peek(tx, f->now, "reset", lx_text(token), &about), LX_NOT_FOUND);
	assert_int_equal(lx_link_peek(tx, f->now + LX_DAY, "secretary", lx_text(token), &about),
		LX_NOT_FOUND);
	lx_fault_clear(&f->call.fault);
	assert_int_equal(lx_link_peek(tx, f->now, "secretary", lx_text(token), &about), LX_OK);
	assert_int_equal(lx_link_take(tx, f->now, "secretary", lx_text(token), &about), LX_OK);
	assert_true(lx_text_is(about, "mandate/1"));
	assert_int_equal(
		lx_link_take(tx, f->now, "secretary", lx_text(token), &about), LX_NOT_FOUND);
	assert_string_equal(f->call.fault.msgid, "account.link");
	lx_fault_clear(&f->call.fault);
	assert_int_equal(lx_accounts_tidy(tx, f->now), LX_OK);
	assert_int_equal(lx_account_remove(tx, 5), LX_OK);
	struct lx_account account;
	assert_int_equal(lx_account_read(tx, f->account, &account), LX_NOT_FOUND);
	assert_int_equal(lx_store_commit(&tx), LX_OK);
}

static bool stands_in(const char *path, const char *secret)
{
	static char bytes[4 << 20];
	FILE *file = fopen(path, "rb");

	if (file == NULL)
		return false;
	size_t n = fread(bytes, 1, sizeof bytes, file);
	(void)fclose(file);
	return memmem(bytes, n, secret, strlen(secret)) != NULL;
}

static void no_token_and_no_password_stands_in_the_files(void **state)
{
	struct fixture *f = *state;
	char token[LX_TOKEN_TEXT], wal[128];

	assert_int_equal(enter(f, "zhang.san", PASSWORD, ""), LX_OK);
	assert_int_equal(visitor(f), f->account);
	assert_int_equal(
		lx_bearer_make(f->accounts, &f->call, f->now, f->account, lx_text("x"), 1, token),
		LX_OK);
	(void)snprintf(wal, sizeof wal, "%s-wal", f->path);
	const char *secrets[] = { f->cookie + strlen("session="), f->request.visitor.csrf, token,
		PASSWORD };
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		assert_false(stands_in(f->path, secrets[i]) || stands_in(wal, secrets[i]));
	assert_true(stands_in(f->path, "Zhang.San") || stands_in(wal, "Zhang.San"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_fixture, close_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(every_statement_takes_and_gives_what_it_declares),
		T(signing_in_and_out),
		T(signing_out_everywhere),
		T(sessions_end_by_themselves),
		T(wrong_ones_do_not_tell_which),
		T(a_guesser_does_not_lock_the_holder_out),
		T(codes_cannot_be_tried_out),
		T(good_ones_are_given_back),
		T(bad_passwords_and_names),
		T(demonstration_accounts_work_on_this_machine_only),
		T(a_code_counts_once),
		T(a_factor_is_replaced_only_by_its_holder),
		T(tokens_for_programs),
		T(a_lost_password_takes_a_second_person),
		T(changing_a_password_ends_other_sessions),
		T(links_are_good_once_for_one_purpose),
		T(no_token_and_no_password_stands_in_the_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
