/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Problems (RFC 9457): a fault becomes a status, a title and a sentence in the reader's language; field
 * errors get a JSON pointer. `code` is the message key, for programs that want to know which.
 */
#include "kernel/http/problem.h"

#include "kernel/http/head.h"

#include <stdio.h>
#include <string.h>

unsigned lx_http_status(enum lx_code code)
{
	static const unsigned statuses[] = { [LX_OK] = 200,
		[LX_INVALID] = 422,
		[LX_FORBIDDEN] = 403,
		[LX_NOT_FOUND] = 404,
		[LX_CONFLICT] = 409,
		[LX_BUSY] = 503,
		[LX_BROKEN] = 503 };

	return (size_t)code < sizeof statuses / sizeof statuses[0] ? statuses[code] : 503;
}

/* RFC 6901: ~ and / in a name are escaped; "photo.0.file" is three steps. A field that begins with '/' is a pointer already. */
static void pointer_write(struct lx_buf *out, const char *field)
{
	if (field[0] == '/') {
		lx_buf_str(out, field);
		return;
	}
	lx_buf_char(out, '/');
	for (const char *c = field; *c != '\0'; c++) {
		if (*c == '~')
			lx_buf_str(out, "~0");
		else if (*c == '/')
			lx_buf_str(out, "~1");
		else if (*c == '.')
			lx_buf_char(out, '/');
		else
			lx_buf_char(out, *c);
	}
}

static void errors_write(struct lx_json *json, const char *field, struct lx_text detail)
{
	LX_CLOSE(lx_buf_close) struct lx_buf pointer = { .limit = 4 * LX_FIELD_MAX };

	pointer_write(&pointer, field);
	lx_json_key(json, "errors");
	lx_json_open(json, '[');
	lx_json_open(json, '{');
	lx_json_key(json, "pointer");
	lx_json_text(json, lx_buf_view(&pointer));
	lx_json_key(json, "detail");
	lx_json_text(json, detail);
	lx_json_close(json, '}');
	lx_json_close(json, ']');
}

static const char *title_key(unsigned status, char key[16])
{
	(void)snprintf(key, 16, "http.%u", status);
	return lx_has(key) ? key : status < 500 ? "http.400" : "http.503";
}

static void json_write(struct lx_request *request, unsigned status, struct lx_buf *out)
{
	const struct lx_fault *fault = &request->call->fault;
	LX_CLOSE(lx_buf_close) struct lx_buf detail = { .limit = 4096 };
	struct lx_json json = { .out = out };
	char key[16];

	lx_say_fault(&detail, request->lang, fault);
	lx_json_open(&json, '{');
	lx_json_key(&json, "type");
	lx_json_str(&json, "about:blank");
	lx_json_key(&json, "title");
	lx_json_str(&json, lx_tr(request->lang, title_key(status, key)));
	lx_json_key(&json, "status");
	lx_json_int(&json, status);
	lx_json_key(&json, "detail");
	lx_json_text(&json, lx_buf_view(&detail));
	lx_json_key(&json, "code");
	lx_json_str(&json, fault->msgid == NULL ? "base.broken" : fault->msgid);
	if (fault->field[0] != '\0')
		errors_write(&json, fault->field, lx_buf_view(&detail));
	lx_json_close(&json, '}');
	lx_buf_char(out, '\n');
}

/* Fields that belong to the problem itself stay; what a handler said about its page goes. */
static void keep_problem_fields(struct lx_reply *reply)
{
	static const char *const kept[] = { "Allow", "Retry-After", "WWW-Authenticate",
		"Set-Cookie", "Connection", "Accept" };
	size_t n = 0;

	for (size_t i = 0; i < reply->headers_n; i++)
		for (size_t k = 0; k < sizeof kept / sizeof kept[0]; k++)
			if (strcmp(reply->headers[i].name, kept[k]) == 0)
				reply->headers[n++] = reply->headers[i];
	reply->headers_n = n;
}

static bool has(const struct lx_reply *reply, const char *name)
{
	for (size_t i = 0; i < reply->headers_n; i++)
		if (strcmp(reply->headers[i].name, name) == 0)
			return true;
	return false;
}

void lx_problem_write(struct lx_request *request, unsigned status, struct lx_reply *reply)
{
	keep_problem_fields(reply);
	lx_buf_clear(&reply->body);
	reply->status = status;
	reply->media = NULL;
	if ((status == 503 || status == 429) && !has(reply, "Retry-After"))
		lx_reply_retry(request, reply, 2);
	if (status == 401 && !has(reply, "WWW-Authenticate") && reply->headers_n < LX_HEADERS_MAX) {
		reply->headers[reply->headers_n].name = "WWW-Authenticate";
		reply->headers[reply->headers_n++].value = "Bearer realm=\"lianxi\"";
	}
	if (request->media == LX_HTML && request->problem_page != NULL) {
		if (request->problem_page(request, status, reply) == LX_OK &&
			reply->media != NULL) {
			reply->status = status;
			return;
		}
		keep_problem_fields(reply);
		lx_buf_clear(&reply->body);
	}
	reply->media = "application/problem+json; charset=utf-8";
	json_write(request, status, &reply->body);
}

enum lx_code lx_reply_finish(struct lx_request *request, struct lx_reply *reply)
{
	static const struct {
		const char *name, *value;
	} always[] = {
		{ "Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src "
					     "'self'; img-src 'self' data:; "
					     "font-src 'self'; connect-src 'self'; manifest-src "
					     "'self'; form-action 'self'; "
					     "base-uri 'none'; frame-ancestors 'none'" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "same-origin" },
		{ "Permissions-Policy",
			"camera=(), geolocation=(), microphone=(), payment=(), usb=()" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Vary", "Accept, Accept-Language, Cookie" },
	};

	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		if (!has(reply, always[i].name))
			LX_TRY(lx_reply_header(
				request, reply, always[i].name, "%s", always[i].value));
	if (!has(reply, "Cache-Control"))
		LX_TRY(lx_reply_header(request, reply, "Cache-Control", "%s",
			request->visitor.account != 0 || request->visitor.code[0] != '\0' ||
					reply->status >= 400
				? "private, no-store"
				: "no-cache"));
	return LX_OK;
}
