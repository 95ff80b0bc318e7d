/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A small server for the black-box tests of the door: a few routes that show what arrived. Built for
 * tests only. Prints its port, serves until its standard input ends.
 *
 *	http_testserver [SLOTS [FIRST_BYTE HEAD BODY ANSWER]] [address=A] [port=N] [proxies=NETWORKS] [rate=N]
 */
#include "base/memory.h"
#include "kernel/http/http.h"
#include "kernel/http/reaper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EPOCH INT64_C(1795000000000)

static int64_t test_now(void *clock)
{
	(void)clock;
	return EPOCH + lx_monotonic();
}

static enum lx_code home(struct lx_request *request, struct lx_reply *reply)
{
	reply->media = "text/plain; charset=utf-8";
	lx_buf_str(&reply->body, request->lang == LX_ZH ? "你好\n" : "hello\n");
	return LX_OK;
}

static void write_params(
	struct lx_json *json, const char *name, const struct lx_param *params, size_t n)
{
	lx_json_key(json, name);
	lx_json_open(json, '[');
	for (size_t i = 0; i < n; i++) {
		lx_json_open(json, '[');
		lx_json_text(json, params[i].name);
		lx_json_text(json, params[i].value);
		lx_json_close(json, ']');
	}
	lx_json_close(json, ']');
}

static enum lx_code echo(struct lx_request *request, struct lx_reply *reply)
{
	struct lx_json json = { .out = &reply->body };

	reply->media = "application/json";
	lx_json_open(&json, '{');
	lx_json_key(&json, "method");
	lx_json_str(&json, request->method);
	lx_json_key(&json, "path");
	lx_json_text(&json, request->path);
	lx_json_key(&json, "captures");
	lx_json_open(&json, '[');
	for (size_t i = 0; i < request->captures_n; i++)
		lx_json_text(&json, request->captures[i]);
	lx_json_close(&json, ']');
	write_params(&json, "query", request->query, request->query_n);
	write_params(&json, "form", request->form, request->form_n);
	lx_json_key(&json, "json");
	if (request->json == NULL)
		lx_json_null(&json);
	else {
		LX_CLOSE(lx_buf_close) struct lx_buf text = { .limit = LX_BODY_MAX };
		LX_TRY(lx_json_canonical(&text, request->json, &request->call->fault));
		lx_json_raw(&json, lx_buf_view(&text));
	}
	lx_json_key(&json, "media");
	lx_json_int(&json, request->media);
	lx_json_key(&json, "lang");
	lx_json_str(&json, lx_lang_names[request->lang]);
	lx_json_key(&json, "large");
	lx_json_bool(&json, request->large);
	lx_json_key(&json, "theme");
	lx_json_str(&json, request->theme);
	lx_json_key(&json, "address");
	lx_json_str(&json, request->address);
	lx_json_key(&json, "loopback");
	lx_json_bool(&json, request->loopback);
	lx_json_key(&json, "https");
	lx_json_bool(&json, request->https);
	lx_json_close(&json, '}');
	return LX_OK;
}

static enum lx_code tagged(struct lx_request *request, struct lx_reply *reply)
{
	if (lx_reply_fresh(request, reply, 17))
		return LX_OK;
	return home(request, reply);
}

static enum lx_code change(struct lx_request *request, struct lx_reply *reply)
{
	LX_TRY(lx_request_match(request, reply, 17, true));
	return lx_reply_redirect(request, reply, "/tagged?receipt=%d", 18);
}

static enum lx_code fail_field(struct lx_request *request, struct lx_reply *reply)
{
	(void)reply;
	return lx_fail(request->call, LX_INVALID, "title/~x", "http.method", NULL);
}

static enum lx_code large(struct lx_request *request, struct lx_reply *reply)
{
	(void)request;
	reply->media = "application/octet-stream";
	for (int i = 0; i < 65536; i++)
		lx_buf_str(&reply->body,
			"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n");
	return LX_OK;
}

static enum lx_code slow(struct lx_request *request, struct lx_reply *reply)
{
	(void)usleep(1500000);
	return home(request, reply);
}

/* A session made of nothing but its cookie: who=N is account N, its csrf is "csrf-of-N". */
static enum lx_code session(struct lx_request *request)
{
	struct lx_text who = lx_cookie(request, "who");
	int64_t account = 0;

	if (lx_text_starts(request->authorization, "Bearer ")) {
		request->visitor.by_token = true;
		account = 99;
	} else if (who.len > 0 && !lx_text_int(who, &account)) {
		account = 0;
	}
	request->visitor.account = request->visitor.person = account;
	if (account != 0)
		(void)snprintf(request->visitor.csrf, sizeof request->visitor.csrf, "csrf-of-%lld",
			(long long)account);
	return LX_OK;
}

static void log_line(void *with, struct lx_text line)
{
	(void)fprintf(with, "%.*s\n", (int)line.len, line.at);
}

static const struct lx_route routes[] = {
	{ "GET", "/", LX_ANYONE, home },
	{ "GET", "/echo", LX_ANYONE, echo },
	{ "POST", "/echo", LX_ANYONE, echo },
	{ "PATCH", "/echo", LX_ANYONE, echo },
	{ "GET", "/needs/:n", LX_ANYONE, echo },
	{ "GET", "/needs/new", LX_ANYONE, home },
	{ "POST", "/needs/:n/:act", LX_SIGNED_IN, echo },
	{ "POST", "/needs/:n/say", LX_ANYONE, home },
	{ "GET", "/openapi.json", LX_ANYONE, home },
	{ "GET", "/mine", LX_SIGNED_IN, echo },
	{ "GET", "/tagged", LX_ANYONE, tagged },
	{ "POST", "/tagged", LX_ANYONE, change },
	{ "GET", "/field", LX_ANYONE, fail_field },
	{ "GET", "/large", LX_ANYONE, large },
	{ "GET", "/slow", LX_ANYONE, slow },
	{ NULL, NULL, 0, NULL },
};

static unsigned number(int argc, char **argv, int i)
{
	return i < argc ? (unsigned)strtoul(argv[i], NULL, 10) : 0;
}

static void read_words(int argc, char **argv, struct lx_http_setting *setting)
{
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "proxies=", 8) == 0)
			setting->proxies = argv[i] + 8;
		if (strncmp(argv[i], "address=", 8) == 0)
			setting->address = argv[i] + 8;
		if (strncmp(argv[i], "port=", 5) == 0)
			setting->port = (unsigned)strtoul(argv[i] + 5, NULL, 10);
		if (strncmp(argv[i], "rate=", 5) == 0)
			setting->address_rate = setting->account_rate = (struct lx_rate){ 60,
				(unsigned)strtoul(argv[i] + 5, NULL, 10) };
	}
}

int main(int argc, char **argv)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)1 << 20 };
	struct lx_call call = { .arena = &arena };
	struct lx_http_setting setting = { .address = "127.0.0.1",
		.memory = (size_t)4 << 20,
		.slots = number(argc, argv, 1),
		.routes = routes,
		.now = test_now,
		.session = session,
		.log = log_line,
		.log_with = stderr,
		.deadlines = { number(argc, argv, 2), number(argc, argv, 3), number(argc, argv, 4),
			number(argc, argv, 5) } };
	struct lx_http *http;
	char byte;

	read_words(argc, argv, &setting);
	if (lx_http_start(&call, &setting, &http) != LX_OK) {
		(void)fprintf(stderr, "%s: %s\n", call.fault.msgid, call.fault.detail);
		return 1;
	}
	(void)printf("%u\n", lx_http_port(http));
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	lx_http_stop(&http);
	return 0;
}
