/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The pure parts of the door: heads, paths, pairs, negotiation, routes, networks, limits, tags. */
#include "base/memory.h"
#include "kernel/http/inner.h"
#include "kernel/http/negotiation.h"
#include "kernel/http/problem.h"
#include "kernel/http/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FINE "GET / HTTP/1.1\r\nHost: a\r\n"

struct fixture {
	struct lx_arena arena;
	struct lx_call call;
};

static int open_fixture(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .arena = { .limit = 8 << 20 } };
	f.call.arena = &f.arena;
	*state = &f;
	return 0;
}

static int close_fixture(void **state)
{
	struct fixture *f = *state;

	lx_arena_close(&f->arena);
	return 0;
}

static unsigned guard(const char *raw, const char **msgid)
{
	struct lx_head head;
	struct lx_fault fault = { 0 };

	assert_true(lx_head_read(lx_text(raw), &head));
	unsigned status = lx_guard(&head, &fault);
	*msgid = fault.msgid;
	return status;
}

static void heads_that_two_readers_could_understand_differently(void **state)
{
	static const struct {
		const char *raw;
		unsigned status;
		const char *msgid;
	} rows[] = {
		{ FINE "\r\n", 0, NULL },
		{ "GET / HTTP/1.0\r\n\r\n", 0, NULL },
		{ "GET / HTTP/1.1\r\n\r\n", 400, "http.host_missing" },
		{ FINE "Host: a\r\n\r\n", 400, "http.field_twice" },
		{ "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "http.field_bytes" },
		{ "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 400, "http.version" },
		{ "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "http.method" },
		{ FINE "Content-Length: 1\r\n\r\n", 400, "http.body_unasked" },
		{ FINE "Content-Length: 0\r\n\r\n", 0, NULL },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", 0, NULL },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\n", 400, "http.length" },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400, "http.length" },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6291457\r\n\r\n", 413,
			"http.body_long" },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 413,
			"http.body_long" },
		{ "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", 0, NULL },
		{ "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", 400,
			"http.encoding" },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-length: 1\r\ntransfer-encoding: "
		  "chunked\r\n\r\n",
			400, "http.length_twice" },
		{ FINE "a b: c\r\n\r\n", 400, "http.field_name" },
		{ FINE "a: b\x7f\r\n\r\n", 400, "http.field_bytes" },
		{ FINE "a: \xe9\r\n\r\n", 0, NULL },
		{ FINE "If-Match: \xe9\r\n\r\n", 400, "http.field_bytes" },
	};
	const char *msgid;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(guard(rows[i].raw, &msgid), rows[i].status);
		if (rows[i].msgid != NULL)
			assert_string_equal(msgid, rows[i].msgid);
	}
}

/* A head as the library leaves it: separators and line ends are zero bytes. */
static bool whole(const char *raw, size_t n)
{
	static char bytes[512];
	struct lx_head head;

	memcpy(bytes, raw, n);
	assert_true(lx_head_read((struct lx_text){ bytes, n }, &head));
	for (size_t i = 0; i < n; i++)
		if (bytes[i] == '\r' || bytes[i] == '\n')
			bytes[i] = '\0';
	bytes[head.method.len] = '\0';
	bytes[head.version.at - bytes - 1] = '\0';
	for (size_t i = 0; i < head.fields_n; i++) {
		char *name = bytes + (head.fields[i].name.at - bytes);
		name[head.fields[i].name.len] = '\0';
		struct lx_text value = head.fields[i].value;
		head.fields[i].value.len = strlen(value.at) < value.len ? strlen(value.at)
									: value.len;
	}
	return lx_head_whole(&head);
}

static void every_byte_of_a_head_is_accounted_for(void **state)
{
	static const char good[] = FINE "X: a \t\r\nY:\r\n\r\n";
	static const char zero[] = FINE "X: a\0b\r\n\r\n";
	static const char last[] = FINE "X: a\0\r\n\r\n";
	static const char feeds[] = "GET / HTTP/1.1\nHost: a\n\n";

	(void)state;
	assert_true(whole(good, sizeof good - 1));
	assert_false(whole(zero, sizeof zero - 1));
	assert_false(whole(last, sizeof last - 1));
	assert_false(whole(feeds, sizeof feeds - 1));
}

static void paths(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *raw;
		unsigned status;
		const char *path;
	} rows[] = { { "/", 0, "/" }, { "/a/b", 0, "/a/b" }, { "/%61", 0, "/a" },
		{ "/a+b", 0, "/a+b" }, { "/%E4%BD%A0", 0, "/你" }, { "/a%00", 400, NULL },
		{ "/a%1f", 400, NULL }, { "/%ff", 400, NULL }, { "/%", 400, NULL },
		{ "/a%2Fb", 404, NULL }, { "/a%5cb", 404, NULL }, { "/a\\b", 404, NULL },
		{ "/a/../b", 404, NULL }, { "/%2e%2E", 404, NULL }, { "/.", 404, NULL },
		{ "//", 404, NULL }, { "/a//b", 404, NULL }, { "/a/", 404, NULL },
		{ "/...", 0, "/..." } };
	struct lx_text path;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		lx_fault_clear(&f->call.fault);
		assert_int_equal(
			lx_path_read(&f->call, lx_text(rows[i].raw), &path), rows[i].status);
		if (rows[i].path != NULL)
			assert_true(lx_text_is(path, rows[i].path));
	}
}

static void targets_lose_scheme_and_host(void **state)
{
	struct lx_text path, query;

	(void)state;
	assert_true(lx_target_split(lx_text("http://a:80/b?c=d?e"), &path, &query));
	assert_true(lx_text_is(path, "/b") && lx_text_is(query, "c=d?e"));
	assert_true(lx_target_split(lx_text("https://a"), &path, &query));
	assert_true(lx_text_is(path, "/") && query.len == 0);
	assert_false(lx_target_split(lx_text("a:80"), &path, &query));
	assert_true(lx_target_split(lx_text("*"), &path, &query));
}

static void pairs(void **state)
{
	struct fixture *f = *state;
	struct lx_param params[4];
	size_t n;

	assert_int_equal(
		lx_pairs_read(&f->call, lx_text("a=1+2&&%62=%2B&c&=x"), params, 4, &n), LX_OK);
	assert_int_equal(n, 4);
	assert_string_equal(params[0].value.at, "1 2");
	assert_true(lx_text_is(params[1].name, "b") && lx_text_is(params[1].value, "+"));
	assert_true(lx_text_is(params[2].name, "c") && params[2].value.len == 0);
	assert_true(params[3].name.len == 0 && lx_text_is(params[3].value, "x"));
	assert_int_equal(lx_pairs_read(&f->call, lx_text("a&b&c&d&e"), params, 4, &n), LX_INVALID);
	assert_string_equal(f->call.fault.msgid, "http.pairs_many");
	lx_fault_clear(&f->call.fault);
	assert_int_equal(
		lx_pairs_read(&f->call, lx_text("a=1&bad=%00"), params, 4, &n), LX_INVALID);
	assert_string_equal(f->call.fault.field, "bad");
}

static void cookies(void **state)
{
	struct lx_text all = lx_text("a=1; session=xyz ;lang=\"en\"; =; bad=\xff; bad=ok; a=2");

	(void)state;
	assert_true(lx_text_is(lx_cookie_find(all, "a"), "1"));
	assert_true(lx_text_is(lx_cookie_find(all, "session"), "xyz"));
	assert_true(lx_text_is(lx_cookie_find(all, "lang"), "en"));
	assert_true(lx_text_is(lx_cookie_find(all, "bad"), "ok"));
	assert_null(lx_cookie_find(all, "sess").at);
	assert_null(lx_cookie_find(lx_text(""), "a").at);
}

static void kinds_of_bodies(void **state)
{
	(void)state;
	assert_int_equal(lx_body_kind_of(lx_text("application/json; charset=utf-8")), LX_BODY_JSON);
	assert_int_equal(lx_body_kind_of(lx_text(" Application/JSON")), LX_BODY_JSON);
	assert_int_equal(
		lx_body_kind_of(lx_text("application/x-www-form-urlencoded")), LX_BODY_FORM);
	assert_int_equal(lx_body_kind_of(lx_text("application/jsonx")), LX_BODY_OTHER);
	assert_int_equal(lx_body_kind_of(lx_text("")), LX_BODY_NONE);
}

static const struct lx_route routes[] = {
	{ "GET", "/", LX_ANYONE, NULL },
	{ "GET", "/needs/:n", LX_ANYONE, NULL },
	{ "POST", "/needs/new", LX_ANYONE, NULL },
	{ "GET", "/needs/new", LX_ANYONE, NULL },
	{ "POST", "/needs/:n/:act", LX_ANYONE, NULL },
	{ "POST", "/needs/:n/say", LX_ANYONE, NULL },
	{ "POST", "/:type/:n/say", LX_ANYONE, NULL },
	{ "DELETE", "/needs/:n", LX_ANYONE, NULL },
	{ "GET", "/log/tile/*", LX_AS_IT_IS, NULL },
	{ "GET", "/log/tile/key", LX_AS_IT_IS, NULL },
	{ "GET", "/:type/:n/:act", LX_ANYONE, NULL },
	{ "GET", "/=rounds/:n/roll", LX_ANYONE, NULL },
	{ NULL, NULL, 0, NULL },
};

static void the_most_literal_route_wins(void **state)
{
	struct lx_found found;

	(void)state;
	lx_route_find(routes, "GET", lx_text("/needs/new"), &found);
	assert_ptr_equal(found.route, &routes[3]);
	lx_route_find(routes, "HEAD", lx_text("/needs/17"), &found);
	assert_ptr_equal(found.route, &routes[1]);
	assert_int_equal(found.captures_n, 1);
	assert_true(lx_text_is(found.captures[0], "17"));
	lx_route_find(routes, "POST", lx_text("/needs/17/say"), &found);
	assert_ptr_equal(found.route, &routes[5]);
	lx_route_find(routes, "POST", lx_text("/needs/17/answer"), &found);
	assert_ptr_equal(found.route, &routes[4]);
	lx_route_find(routes, "POST", lx_text("/members/17/say"), &found);
	assert_ptr_equal(found.route, &routes[6]);
	/* another method of a less literal pattern is still found */
	lx_route_find(routes, "DELETE", lx_text("/needs/new"), &found);
	assert_ptr_equal(found.route, &routes[7]);
	lx_route_find(routes, "PUT", lx_text("/needs/new"), &found);
	assert_true(found.known && found.route == NULL);
	assert_string_equal(found.allow, "GET, HEAD, POST, DELETE, OPTIONS");
	lx_route_find(routes, "GET", lx_text("/needs"), &found);
	assert_false(found.known);
	lx_route_find(routes, "GET", lx_text("/"), &found);
	assert_ptr_equal(found.route, &routes[0]);
}

static void a_literal_may_be_captured(void **state)
{
	struct lx_found found;

	(void)state;
	lx_route_find(routes, "GET", lx_text("/rounds/17/roll"), &found);
	assert_ptr_equal(found.route, &routes[11]);
	assert_int_equal(found.captures_n, 2);
	assert_true(lx_text_is(found.captures[0], "rounds"));
	assert_true(lx_text_is(found.captures[1], "17"));
	lx_route_find(routes, "GET", lx_text("/round/17/roll"), &found);
	assert_ptr_equal(found.route, &routes[10]);
}

static void a_star_takes_the_rest_of_the_path(void **state)
{
	struct lx_found found;

	(void)state;
	lx_route_find(routes, "GET", lx_text("/log/tile/0/x001/067.p/9"), &found);
	assert_ptr_equal(found.route, &routes[8]);
	assert_int_equal(found.captures_n, 1);
	assert_true(lx_text_is(found.captures[0], "0/x001/067.p/9"));
	lx_route_find(routes, "GET", lx_text("/log/tile/0"), &found);
	assert_ptr_equal(found.route, &routes[8]);
	lx_route_find(routes, "GET", lx_text("/log/tile/key"), &found);
	assert_ptr_equal(found.route, &routes[9]);
	lx_route_find(routes, "GET", lx_text("/log/tile/"), &found);
	assert_false(found.known);
	lx_route_find(routes, "GET", lx_text("/log/tile"), &found);
	assert_false(found.known);
}

static bool holds(const struct lx_networks *networks, const char *text)
{
	struct lx_address address;

	assert_true(lx_address_read(lx_text(text), &address));
	return lx_networks_hold(networks, &address);
}

static void networks(void **state)
{
	struct fixture *f = *state;
	struct lx_networks some;
	struct lx_address address;
	char text[48];

	assert_int_equal(
		lx_networks_read(&f->call, "10.0.0.0/9 192.0.2.1 2001:db8::/33 ::1", &some), LX_OK);
	assert_true(holds(&some, "10.127.1.2") && holds(&some, "192.0.2.1"));
	assert_false(holds(&some, "10.128.0.0") || holds(&some, "192.0.2.2"));
	assert_true(holds(&some, "2001:db8:7fff::1") && holds(&some, "::1"));
	assert_false(holds(&some, "2001:db8:8000::1") || holds(&some, "::2"));
	assert_true(holds(&some, "::ffff:10.0.0.1") && holds(&some, "10.0.0.1:8080"));
	for (const char *const *bad = (const char *const[]){ "10.0.0.0/33", "x", "::/129", "1.2.3",
		     "10.0.0.0/-1", "10.0.0.0/a", NULL };
		*bad != NULL; bad++) {
		lx_fault_clear(&f->call.fault);
		assert_int_equal(lx_networks_read(&f->call, *bad, &some), LX_INVALID);
	}
	assert_int_equal(lx_networks_read(&f->call, NULL, &some), LX_OK);
	assert_false(holds(&some, "127.0.0.1"));
	assert_true(lx_address_read(lx_text("[2001:DB8::1]:443"), &address));
	lx_address_write(&address, text);
	assert_string_equal(text, "2001:db8::1");
	assert_true(lx_address_read(lx_text("127.9.9.9"), &address));
	assert_true(lx_address_loopback(&address));
}

static void buckets_fill_by_the_minute(void **state)
{
	static struct lx_limits limits;
	const struct lx_rate rate = { .per_minute = 60, .burst = 3 };

	(void)state;
	(void)pthread_mutex_init(&limits.lock, NULL);
	for (int i = 0; i < 3; i++)
		assert_int_equal(lx_limits_take(&limits, 7, rate, 1, 1000), 0);
	assert_int_equal(lx_limits_take(&limits, 7, rate, 1, 1000), 2);
	assert_int_equal(lx_limits_take(&limits, 7, rate, 1, 1999), 1);
	assert_int_equal(lx_limits_take(&limits, 7, rate, 1, 2000), 0);
	assert_int_equal(lx_limits_take(&limits, 8, rate, 1, 2000), 0);
	lx_limits_give(&limits, 7, rate, 2, 2000);
	assert_int_equal(lx_limits_take(&limits, 7, rate, 2, 2000), 0);
	assert_int_not_equal(lx_limits_take(&limits, 7, rate, 1, 2000), 0);
	/* a price above the burst is the burst */
	assert_int_equal(lx_limits_take(&limits, 9, rate, 5, 2000), 0);
	assert_int_not_equal(lx_limits_take(&limits, 9, rate, 5, 2000), 0);
	/* who asked least is forgotten when a hundred thousand strangers come */
	for (uint64_t i = 100; i < 100100; i++)
		assert_int_equal(lx_limits_take(&limits, i, rate, 1, 2100), 0);
	(void)pthread_mutex_destroy(&limits.lock);
}

static void problems_escape_pointers(void **state)
{
	struct fixture *f = *state;
	static struct lx_request request;
	struct lx_reply reply = { 0 };

	request = (struct lx_request){ .call = &f->call, .media = LX_JSON, .lang = LX_EN };
	lx_fault_set(&f->call.fault, LX_INVALID, "a/b~c", "http.method", NULL);
	lx_problem_write(&request, 422, &reply);
	assert_non_null(strstr(reply.body.at, "\"pointer\":\"/a~1b~0c\""));
	assert_non_null(strstr(reply.body.at, "\"title\":\"Something entered is not right\""));
	assert_string_equal(reply.media, "application/problem+json; charset=utf-8");
	lx_buf_close(&reply.body);
}

static bool has_field(const struct lx_reply *reply, const char *name)
{
	for (size_t i = 0; i < reply->headers_n; i++)
		if (strcmp(reply->headers[i].name, name) == 0)
			return true;
	return false;
}

static enum lx_code page_that_fails(
	struct lx_request *request, unsigned status, struct lx_reply *reply)
{
	(void)request;
	(void)status;
	reply->media = "text/html";
	lx_buf_str(&reply->body, "half of a page");
	return LX_BROKEN;
}

static void problems_say_what_to_do_next(void **state)
{
	struct fixture *f = *state;
	static struct lx_request request;
	struct lx_reply reply = { 0 };

	request = (struct lx_request){
		.call = &f->call, .media = LX_HTML, .lang = LX_ZH, .problem_page = page_that_fails
	};
	lx_fault_set(&f->call.fault, LX_BUSY, NULL, "writer.busy", NULL);
	assert_int_equal(lx_reply_header(&request, &reply, "ETag", "\"x\""), LX_OK);
	lx_problem_write(&request, 503, &reply);
	assert_true(has_field(&reply, "Retry-After"));
	assert_false(has_field(&reply, "ETag"));
	/* a page that cannot be drawn leaves no half of itself behind */
	assert_string_equal(reply.media, "application/problem+json; charset=utf-8");
	assert_null(strstr(reply.body.at, "half"));
	lx_problem_write(&request, 401, &reply);
	assert_true(has_field(&reply, "WWW-Authenticate"));
	assert_int_equal(lx_reply_finish(&request, &reply), LX_OK);
	assert_true(has_field(&reply, "Content-Security-Policy"));
	lx_buf_close(&reply.body);
}

static void every_status_has_its_title(void **state)
{
	static const unsigned statuses[] = { 400, 401, 403, 404, 405, 406, 408, 409, 410, 412, 413,
		415, 422, 428, 429, 431, 503 };
	char key[16];

	(void)state;
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		(void)snprintf(key, sizeof key, "http.%u", statuses[i]);
		assert_true(lx_has(key));
	}
	assert_int_equal(lx_http_status(LX_INVALID), 422);
	assert_int_equal(lx_http_status(LX_BROKEN), 503);
}

static void fields_cannot_be_split(void **state)
{
	struct fixture *f = *state;
	static struct lx_request request;
	struct lx_reply reply = { 0 };

	request = (struct lx_request){ .call = &f->call };
	assert_int_equal(
		lx_reply_header(&request, &reply, "X", "%s", "a\r\nSet-Cookie: b"), LX_INVALID);
	assert_int_equal(lx_reply_redirect(&request, &reply, "%s", "//evil.example"), LX_INVALID);
	assert_int_equal(lx_reply_redirect(&request, &reply, "%s", "/\\evil"), LX_INVALID);
	assert_int_equal(lx_reply_redirect(&request, &reply, "%s", "https://evil"), LX_INVALID);
	assert_int_equal(reply.headers_n, 0);
	assert_int_equal(lx_reply_redirect(&request, &reply, "/needs/%d", 7), LX_OK);
	assert_string_equal(reply.headers[0].value, "/needs/7");
}

static enum lx_code say_much(struct lx_request *request, struct lx_reply *reply)
{
	char *place = lx_alloc(request->call, 100000);

	if (place == NULL)
		return LX_BROKEN;
	reply->media = "text/plain";
	for (int i = 0; i < 1000; i++)
		lx_buf_str(&reply->body, "a line of the answer\n");
	return lx_reply_header(request, reply, "Link", "<%s>; rel=\"next\"", "/needs?page=2");
}

static int64_t zero_now(void *clock)
{
	(void)clock;
	return 0;
}

/* One POST with query and form through the whole door, the n-th request for memory refused. */
static unsigned exchange_with_failure(uint64_t n, struct lx_http *http)
{
	static const char raw[] = "POST /much?a=1&lang=en HTTP/1.1\r\nHost: a\r\n"
				  "Content-Type: application/x-www-form-urlencoded\r\n\r\n";
	static struct lx_exchange exchange;

	exchange = (struct lx_exchange){ .http = http, .arena = { .limit = 1 << 20 } };
	exchange.call.arena = &exchange.arena;
	assert_true(lx_head_read(lx_text(raw), &exchange.head));
	lx_buf_str(&exchange.body, "title=a+need&text=b");
	lx_memory_fail_at(n);
	lx_dispatch(&exchange);
	lx_memory_fail_at(0);
	unsigned status = exchange.reply.status;
	assert_true(status == 200 || status == 503);
	assert_true(status == 503 || exchange.reply.body.len == 21000);
	assert_non_null(exchange.reply.media);
	lx_buf_close(&exchange.body);
	lx_buf_close(&exchange.reply.body);
	lx_arena_close(&exchange.arena);
	return status;
}

static void without_memory_the_answer_is_503(void **state)
{
	static struct lx_limits limits;
	static const struct lx_route much[] = { { "POST", "/much", LX_ANYONE, say_much },
		{ NULL, NULL, 0, NULL } };
	static struct lx_http http;
	uint64_t n = 1;

	(void)state;
	(void)pthread_mutex_init(&limits.lock, NULL);
	http = (struct lx_http){ .limits = &limits };
	http.setting = (struct lx_http_setting){ .routes = much, .now = zero_now, .build = "x" };
	while (exchange_with_failure(n, &http) != 200)
		n++;
	assert_in_range(n, 5, 100);
	(void)pthread_mutex_destroy(&limits.lock);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_fixture, close_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(heads_that_two_readers_could_understand_differently),
		T(every_byte_of_a_head_is_accounted_for),
		T(paths),
		T(targets_lose_scheme_and_host),
		T(pairs),
		T(cookies),
		T(kinds_of_bodies),
		T(the_most_literal_route_wins),
		T(a_literal_may_be_captured),
		T(a_star_takes_the_rest_of_the_path),
		T(networks),
		T(buckets_fill_by_the_minute),
		T(problems_escape_pointers),
		T(problems_say_what_to_do_next),
		T(every_status_has_its_title),
		T(fields_cannot_be_split),
		cmocka_unit_test(without_memory_the_answer_is_503),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
