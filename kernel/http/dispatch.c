/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One exchange from checked head and whole body to a complete reply: address, path, looks, visitor,
 * limits, route, body, rights of the door (signed in, CSRF), handler, problem. In this order, each step once.
 */
#include "base/memory.h"
#include "kernel/http/inner.h"
#include "kernel/http/negotiation.h"
#include "kernel/http/problem.h"
#include "kernel/http/routes.h"

#include <string.h>
#include <strings.h>

#define CHANGE_COST 5

static struct lx_text or_empty(struct lx_text text)
{
	return text.at == NULL ? LX_TEXT_OF("") : text;
}

/* A structured field's string is quoted; many programs send it without. */
static struct lx_text unquoted(struct lx_text text)
{
	if (text.len < 2 || text.at[0] != '"' || text.at[text.len - 1] != '"')
		return text;
	return (struct lx_text){ text.at + 1, text.len - 2 };
}

static enum lx_code refuse(struct lx_exchange *exchange, unsigned status, const char *msgid)
{
	return lx_reply_refuse(exchange->request, &exchange->reply, status, NULL, msgid);
}

static bool changes(const struct lx_request *request)
{
	return strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0 &&
	       strcmp(request->method, "OPTIONS") != 0;
}

static enum lx_code make_request(struct lx_exchange *exchange)
{
	struct lx_http *http = exchange->http;
	const struct lx_head *head = &exchange->head;
	struct lx_request *request = lx_alloc(&exchange->call, sizeof *request);
	char *method = lx_arena_copy(&exchange->arena, head->method.at, head->method.len);

	if (request == NULL || method == NULL)
		return LX_BROKEN;
	request->call = &exchange->call;
	request->app = http->setting.app;
	request->now = http->setting.now(http->setting.clock);
	request->method = method;
	request->head = head;
	request->door = http;
	request->build = http->setting.build;
	request->problem_page = http->setting.problem_page;
	request->body = lx_buf_view(&exchange->body);
	request->if_none_match = or_empty(lx_head_find(head, "if-none-match"));
	request->if_match = or_empty(lx_head_find(head, "if-match"));
	request->idempotency_key = unquoted(or_empty(lx_head_find(head, "idempotency-key")));
	request->cookie = or_empty(lx_head_find(head, "cookie"));
	request->authorization = or_empty(lx_head_find(head, "authorization"));
	request->host = or_empty(lx_head_find(head, "host"));
	request->media = LX_HTML;
	request->path = LX_TEXT_OF("/");
	exchange->request = request;
	return LX_OK;
}

/* Who asks this machine under another name came through a proxy that does not say so, or from a page whose
 * name was made to point here. */
static bool is_local_name(struct lx_text host)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t n = strlen(names[i]);
		if (host.len >= n && strncasecmp(host.at, names[i], n) == 0 &&
			(host.len == n || host.at[n] == ':'))
			return true;
	}
	return false;
}

static struct lx_address find_address(struct lx_exchange *exchange)
{
	struct lx_request *request = exchange->request;
	bool forwarded;
	struct lx_address address = lx_forwarded_for(&exchange->http->networks, &exchange->peer,
		&exchange->head, &forwarded, &request->https);

	lx_address_write(&address, request->address);
	request->loopback = !forwarded && lx_address_loopback(&exchange->peer) &&
			    is_local_name(request->host);
	return address;
}

/* IPv6 customers get a /64 at least: the first half is who asks. */
static uint64_t address_key(const struct lx_address *address)
{
	uint64_t halves[2];

	memcpy(halves, address->bytes, sizeof halves);
	return halves[0] != 0 ? halves[0] : halves[1] ^ UINT64_C(0x5bd1e995);
}

static enum lx_code take(struct lx_exchange *exchange, uint64_t key, struct lx_rate rate)
{
	unsigned cost = changes(exchange->request) ? CHANGE_COST : 1;
	unsigned wait = lx_limits_take(exchange->http->limits, key, rate, cost, lx_monotonic());

	if (wait == 0)
		return LX_OK;
	lx_reply_retry(exchange->request, &exchange->reply, wait);
	return refuse(exchange, 429, "http.limit");
}

/* Whoever is signed in is counted by account, everyone else by address: whole towns share one. */
static enum lx_code limit(struct lx_exchange *exchange, const struct lx_address *address)
{
	const struct lx_http_setting *setting = &exchange->http->setting;
	int64_t account = exchange->request->visitor.account;

	if (account != 0)
		return take(exchange, (uint64_t)account * 2 + 1, setting->account_rate);
	return take(exchange, address_key(address), setting->address_rate);
}

/* Path, query, looks: what problems need to be told in the reader's language comes first. */
static enum lx_code read_target(
	struct lx_exchange *exchange, struct lx_text *inner, bool *api, bool *acceptable)
{
	struct lx_request *request = exchange->request;
	struct lx_call *call = &exchange->call;
	struct lx_text raw, query = LX_TEXT_OF("");
	bool whole = lx_target_split(exchange->head.target, &raw, &query);
	enum lx_code code = lx_pairs_read(
		call, query, request->query, LX_PARAMS_MAX, &request->query_n);
	unsigned status = 0;

	if (code == LX_OK && whole)
		status = lx_path_read(call, raw, &request->path);
	if (status != 0)
		request->path = raw;
	*acceptable = lx_negotiate(request, inner, api);
	if (exchange->refused != 0)
		status = exchange->refused;
	if (code == LX_OK && !whole)
		return refuse(exchange, 400, "http.path");
	if (code == LX_INVALID)
		status = 400;
	if (status != 0)
		exchange->reply.status = status;
	return status == 0 ? code : LX_INVALID;
}

/* A body that a browser of another site sent without asking its reader. */
static bool from_elsewhere(const struct lx_request *request)
{
	struct lx_text origin = lx_request_header(request, "origin");
	struct lx_text site = lx_request_header(request, "sec-fetch-site");
	const char *host = origin.len < 8 ? NULL : memmem(origin.at, origin.len, "://", 3);

	if (lx_text_is(site, "cross-site"))
		return true;
	if (host == NULL)
		return false;
	size_t before = (size_t)(host - origin.at) + 3;
	return origin.len - before != request->host.len ||
	       strncasecmp(origin.at + before, request->host.at, request->host.len) != 0;
}

static bool equal_secretly(struct lx_text said, const char *secret)
{
	size_t n = strlen(secret);
	unsigned char differ = said.len != n;

	for (size_t i = 0; i < n && said.len == n; i++)
		differ |= (unsigned char)(said.at[i] ^ secret[i]);
	return n > 0 && differ == 0;
}

static enum lx_code check_csrf(struct lx_exchange *exchange)
{
	const struct lx_request *request = exchange->request;
	const struct lx_text *field = lx_form_param(request, "csrf", 0);

	if (!changes(request) || request->visitor.by_token)
		return LX_OK;
	if (from_elsewhere(request))
		return refuse(exchange, 403, "http.elsewhere");
	if (request->visitor.account == 0)
		return LX_OK;
	struct lx_text said = field != NULL ? *field : lx_request_header(request, "x-csrf-token");
	if (!equal_secretly(said, request->visitor.csrf))
		return refuse(exchange, 403, "http.csrf");
	return LX_OK;
}

/* A route of files takes any bytes as they are: their form is the handler's. */
static enum lx_code read_body(struct lx_exchange *exchange, enum lx_access access)
{
	struct lx_request *request = exchange->request;
	struct lx_text body = request->body;

	if (exchange->body_seen > exchange->body_most)
		return refuse(exchange, 413, "http.body_long");
	if (exchange->crowded)
		return refuse(exchange, 503, "http.uploads_busy");
	if (body.len == 0 || access == LX_AS_IT_IS)
		return LX_OK;
	switch (lx_body_kind_of(or_empty(lx_head_find(&exchange->head, "content-type")))) {
	case LX_BODY_FORM:
		return lx_pairs_read(
			request->call, body, request->form, LX_PARAMS_MAX, &request->form_n);
	case LX_BODY_PARTS:
		return lx_parts_read(request->call,
			or_empty(lx_head_find(&exchange->head, "content-type")), body,
			request->form, LX_PARAMS_MAX, &request->form_n, request->files,
			&request->files_n);
	case LX_BODY_JSON:
		if (!lx_utf8_valid(body.at, body.len, NULL))
			return lx_fail(request->call, LX_INVALID, NULL, "http.json_utf8", NULL);
		return lx_json_read(&request->call->fault, body, &request->json);
	case LX_BODY_NONE:
	case LX_BODY_OTHER:
		break;
	}
	LX_TRY(lx_reply_header(request, &exchange->reply, "Accept",
		"application/json, application/x-www-form-urlencoded, multipart/form-data"));
	return refuse(exchange, 415, "http.body_kind");
}

/* The whole path first if a pattern names it literally, else without /api/v1 or suffix. */
static void find_route(
	struct lx_exchange *exchange, struct lx_text inner, bool api, struct lx_found *found)
{
	const struct lx_route *routes = exchange->http->setting.routes;
	struct lx_request *request = exchange->request;
	struct lx_found whole;

	lx_route_find(routes, request->method, request->path, &whole);
	*found = whole;
	if (inner.len == request->path.len)
		return;
	lx_route_find(routes, request->method, inner, found);
	bool literal = whole.known && whole.route != NULL &&
		       (api ? strncmp(whole.route->pattern, "/api/v1/", 8) == 0
			    : whole.captures_n == 0);
	if (literal || !found->known)
		*found = whole;
}

static enum lx_code answer_options(struct lx_exchange *exchange, const char *allow)
{
	exchange->reply.status = 204;
	return lx_reply_header(exchange->request, &exchange->reply, "Allow", "%s", allow);
}

static enum lx_code run_route(
	struct lx_exchange *exchange, const struct lx_found *found, bool acceptable)
{
	struct lx_request *request = exchange->request;

	if (request->idempotency_key.len > LX_KEY_MAX)
		return refuse(exchange, 400, "http.key_long");
	LX_TRY(read_body(exchange, found->route->access));
	LX_TRY(check_csrf(exchange));
	if (found->route->access == LX_SIGNED_IN && request->visitor.account == 0)
		return refuse(exchange, 401, "http.sign_in");
	if (!acceptable && found->route->access != LX_AS_IT_IS)
		return refuse(exchange, 406, "http.accept");
	memcpy(request->captures, found->captures, sizeof found->captures);
	request->captures_n = found->captures_n;
	exchange->route = found->route;
	return found->route->handle(request, &exchange->reply);
}

/* A token that does not hold is told so, rather than taken for a stranger. */
static enum lx_code read_session(struct lx_exchange *exchange)
{
	const struct lx_http_setting *setting = &exchange->http->setting;
	enum lx_code code = setting->session == NULL ? LX_OK : setting->session(exchange->request);

	if (code == LX_FORBIDDEN)
		exchange->reply.status = 401;
	return code;
}

static enum lx_code answer(struct lx_exchange *exchange)
{
	struct lx_address address = find_address(exchange);
	struct lx_found found;
	struct lx_text inner;
	bool api, acceptable;

	LX_TRY(read_target(exchange, &inner, &api, &acceptable));
	LX_TRY(read_session(exchange));
	LX_TRY(limit(exchange, &address));
	if (lx_text_is(exchange->request->path, "*"))
		return strcmp(exchange->request->method, "OPTIONS") == 0
			       ? answer_options(exchange, "GET, HEAD, POST, OPTIONS")
			       : refuse(exchange, 400, "http.path");
	find_route(exchange, inner, api, &found);
	if (!found.known)
		return refuse(exchange, 404, "http.not_found");
	if (strcmp(exchange->request->method, "OPTIONS") == 0)
		return answer_options(exchange, found.allow);
	if (found.route == NULL) {
		LX_TRY(lx_reply_header(
			exchange->request, &exchange->reply, "Allow", "%s", found.allow));
		return refuse(exchange, 405, "http.method_not_here");
	}
	return run_route(exchange, &found, acceptable);
}

/* When not even a problem can be built: constant bytes. */
static void give_up(struct lx_exchange *exchange)
{
	struct lx_reply *reply = &exchange->reply;

	lx_buf_clear(&reply->body);
	reply->headers_n = 0;
	reply->status = 503;
	reply->media = "text/plain; charset=utf-8";
}

static void tell_problem(struct lx_exchange *exchange, enum lx_code code)
{
	struct lx_reply *reply = &exchange->reply;
	unsigned status = reply->status >= 400 ? reply->status : lx_http_status(code);

	if (exchange->call.fault.code == LX_OK)
		(void)lx_fail(&exchange->call, code, NULL,
			code == LX_NOT_FOUND ? "http.not_found" : "base.broken", NULL);
	lx_problem_write(exchange->request, status, reply);
}

void lx_dispatch(struct lx_exchange *exchange)
{
	struct lx_reply *reply = &exchange->reply;
	enum lx_code code = make_request(exchange);

	if (code != LX_OK) {
		give_up(exchange);
		return;
	}
	code = answer(exchange);
	if (code == LX_OK && lx_buf_failed(&reply->body))
		code = lx_fail(&exchange->call, LX_BROKEN, NULL, "base.memory", NULL);
	if (code == LX_OK)
		code = lx_negotiation_cookies(exchange->request, reply);
	if (code != LX_OK)
		tell_problem(exchange, code);
	if (lx_reply_finish(exchange->request, reply) != LX_OK || lx_buf_failed(&reply->body))
		give_up(exchange);
	if (reply->status == 0)
		reply->status = 200;
}

static void write_log(struct lx_exchange *exchange)
{
	const struct lx_http_setting *setting = &exchange->http->setting;
	LX_CLOSE(lx_buf_close) struct lx_buf line = { .limit = 2048 };
	struct lx_json json = { .out = &line };
	bool failed = exchange->reply.status >= 400 && exchange->call.fault.msgid != NULL;

	if (setting->log == NULL)
		return;
	lx_json_open(&json, '{');
	lx_json_key(&json, "at");
	lx_json_int(&json, setting->now(setting->clock));
	lx_json_key(&json, "method");
	lx_json_str(&json, exchange->request == NULL ? "" : exchange->request->method);
	lx_json_key(&json, "route");
	lx_json_str(&json, exchange->route == NULL ? "" : exchange->route->pattern);
	lx_json_key(&json, "status");
	lx_json_int(&json, exchange->reply.status);
	lx_json_key(&json, "bytes");
	lx_json_int(&json, (int64_t)exchange->reply.body.len);
	lx_json_key(&json, "ms");
	lx_json_int(&json, lx_monotonic() - exchange->began);
	if (failed) {
		lx_json_key(&json, "fault");
		lx_json_str(&json, exchange->call.fault.msgid);
	}
	lx_json_close(&json, '}');
	if (!lx_buf_failed(&line))
		setting->log(setting->log_with, lx_buf_view(&line));
}

void lx_tell_answer(struct lx_exchange *exchange)
{
	const struct lx_reply *reply = &exchange->reply;

	lx_metrics_count(exchange->http->metrics, exchange->route, reply->status, reply->body.len,
		lx_monotonic() - exchange->began);
	write_log(exchange);
}

void lx_request_metrics(const struct lx_request *request, struct lx_buf *out)
{
	const struct lx_http *http = request->door;

	lx_metrics_write(http->metrics, out);
	lx_buf_printf(out,
		"# HELP lianxi_http_connections Connections that are open.\n"
		"# TYPE lianxi_http_connections gauge\nlianxi_http_connections %u\n",
		lx_reaper_count(http->reaper));
}
