/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Signing in through the real door, for the black-box tests: a database in the folder given, an
 * account "zhang.san" and a demonstration account "demo". Prints its port, serves until its standard input ends.
 *
 *	http_testaccounts FOLDER [proxies=NETWORKS]
 */
#include "kernel/http/reaper.h"
#include "kernel/http/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EPOCH      INT64_C(1795000000000)
#define TABLES_MAX 32

struct app {
	struct lx_store *store;
	struct lx_writer *writer;
	struct lx_accounts *accounts;
	struct lx_table tables[TABLES_MAX];
};

static int64_t test_now(void *clock)
{
	(void)clock;
	return EPOCH + lx_monotonic();
}

static struct lx_text field(const struct lx_request *request, const char *name)
{
	const struct lx_text *found = lx_form_param(request, name, 0);

	return found == NULL ? LX_TEXT_OF("") : *found;
}

static enum lx_code session(struct lx_request *request)
{
	const struct app *app = request->app;

	return lx_session_read(app->accounts, request);
}

static enum lx_code me(struct lx_request *request, struct lx_reply *reply)
{
	struct lx_json json = { .out = &reply->body };

	reply->media = "application/json";
	lx_json_open(&json, '{');
	lx_json_key(&json, "account");
	lx_json_int(&json, request->visitor.account);
	lx_json_key(&json, "name");
	lx_json_str(&json, request->visitor.name);
	lx_json_key(&json, "csrf");
	lx_json_str(&json, request->visitor.csrf);
	lx_json_key(&json, "by_token");
	lx_json_bool(&json, request->visitor.by_token);
	lx_json_close(&json, '}');
	return LX_OK;
}

static enum lx_code sign_in(struct lx_request *request, struct lx_reply *reply)
{
	const struct app *app = request->app;
	const struct lx_sign_in shown = { field(request, "name"), field(request, "password"),
		field(request, "code") };
	int64_t account;

	LX_TRY(lx_sign_in(app->accounts, request, reply, &shown, &account));
	return lx_reply_redirect(request, reply, "/me");
}

static enum lx_code sign_out(struct lx_request *request, struct lx_reply *reply)
{
	const struct app *app = request->app;

	LX_TRY(lx_sign_out(app->accounts, request, reply));
	return lx_reply_redirect(request, reply, "/me");
}

static enum lx_code make_token(struct lx_request *request, struct lx_reply *reply)
{
	const struct app *app = request->app;
	char token[LX_TOKEN_TEXT];

	LX_TRY(lx_bearer_make(app->accounts, request->call, request->now, request->visitor.account,
		field(request, "label"), 1, token));
	reply->media = "text/plain";
	lx_buf_str(&reply->body, token);
	return LX_OK;
}

static const struct lx_route routes[] = {
	{ "GET", "/me", LX_ANYONE, me },
	{ "POST", "/sign-in", LX_ANYONE, sign_in },
	{ "POST", "/sign-out", LX_SIGNED_IN, sign_out },
	{ "POST", "/tokens", LX_SIGNED_IN, make_token },
	{ NULL, NULL, 0, NULL },
};

static enum lx_code add_account(struct lx_call *call, struct app *app, const char *name, bool demo)
{
	const struct lx_sign_in wanted = { lx_text(name), LX_TEXT_OF("correct horse"),
		LX_TEXT_OF("") };
	int64_t number;

	return lx_account_create(
		app->accounts, call, test_now(NULL), &wanted, demo ? 2 : 1, demo, &number);
}

static enum lx_code open_app(struct lx_call *call, const char *path, struct app *app)
{
	const struct lx_writer_setting setting = { .now = test_now, .memory = (size_t)16 << 20 };
	size_t n = 0;

	for (const struct lx_table *t = lx_journal_tables; t->name != NULL; t++)
		app->tables[n++] = *t;
	for (const struct lx_table *t = lx_account_tables; t->name != NULL; t++)
		app->tables[n++] = *t;
	LX_TRY(lx_store_open(call, path, LX_STORE_CREATE, app->tables, &app->store));
	LX_TRY(lx_writer_start(call, app->store, &setting, &app->writer));
	LX_TRY(lx_accounts_open(call, app->store, app->writer, &app->accounts));
	LX_TRY(add_account(call, app, "zhang.san", false));
	return add_account(call, app, "demo", true);
}

static enum lx_code serve(struct lx_call *call, struct app *app, const char *proxies)
{
	const struct lx_http_setting setting = { .address = "127.0.0.1",
		.proxies = proxies,
		.memory = (size_t)4 << 20,
		.routes = routes,
		.app = app,
		.now = test_now,
		.session = session };
	struct lx_http *http;
	char byte;

	LX_TRY(lx_http_start(call, &setting, &http));
	(void)printf("%u\n", lx_http_port(http));
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	lx_http_stop(&http);
	return LX_OK;
}

int main(int argc, char **argv)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)64 << 20 };
	struct lx_call call = { .arena = &arena };
	static struct app app;
	char path[512];
	bool proxied = argc > 2 && strncmp(argv[2], "proxies=", 8) == 0;

	(void)snprintf(path, sizeof path, "%s/lianxi.db", argc > 1 ? argv[1] : ".");
	enum lx_code code = open_app(&call, path, &app);
	if (code == LX_OK)
		code = serve(&call, &app, proxied ? argv[2] + 8 : NULL);
	if (code != LX_OK)
		(void)fprintf(stderr, "%s: %s\n", call.fault.msgid, call.fault.detail);
	lx_accounts_close(&app.accounts);
	lx_writer_stop(&app.writer);
	lx_store_close(&app.store);
	return code != LX_OK;
}
