/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What handlers call: reading parameters and fields, setting fields, redirects, tags and conditions. */
#include "base/memory.h"
#include "kernel/http/head.h"
#include "kernel/http/negotiation.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct lx_text *find_param(
	const struct lx_param *params, size_t n, const char *name, size_t skip)
{
	for (size_t i = 0; i < n; i++)
		if (lx_text_is(params[i].name, name) && skip-- == 0)
			return &params[i].value;
	return NULL;
}

const struct lx_text *lx_query_param(const struct lx_request *request, const char *name, size_t i)
{
	return find_param(request->query, request->query_n, name, i);
}

const struct lx_text *lx_form_param(const struct lx_request *request, const char *name, size_t i)
{
	return find_param(request->form, request->form_n, name, i);
}

struct lx_text lx_cookie(const struct lx_request *request, const char *name)
{
	struct lx_text value = lx_cookie_find(request->cookie, name);

	return value.at == NULL ? LX_TEXT_OF("") : value;
}

struct lx_text lx_request_header(const struct lx_request *request, const char *name)
{
	struct lx_text value = lx_head_find(request->head, name);

	return value.at == NULL || !lx_utf8_valid(value.at, value.len, NULL) ? LX_TEXT_OF("")
									     : value;
}

static enum lx_code add_header(struct lx_request *request, struct lx_reply *reply, const char *name,
	const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0 || reply->headers_n == LX_HEADERS_MAX)
		return lx_fail(request->call, LX_BROKEN, NULL, "http.reply", "%s", name);
	char *value = lx_alloc(request->call, (size_t)n + 1);
	if (value == NULL)
		return LX_BROKEN;
	(void)vsnprintf(value, (size_t)n + 1, format, args);
	for (int i = 0; i < n; i++)
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			return lx_fail(request->call, LX_INVALID, NULL, "http.reply", "%s", name);
	reply->headers[reply->headers_n].name = name;
	reply->headers[reply->headers_n++].value = value;
	return LX_OK;
}

enum lx_code lx_reply_header(struct lx_request *request, struct lx_reply *reply, const char *name,
	const char *format, ...)
{
	va_list args;

	va_start(args, format);
	enum lx_code code = add_header(request, reply, name, format, args);
	va_end(args);
	return code;
}

enum lx_code lx_reply_redirect(
	struct lx_request *request, struct lx_reply *reply, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	enum lx_code code = add_header(request, reply, "Location", format, args);
	va_end(args);
	LX_TRY(code);
	const char *to = reply->headers[reply->headers_n - 1].value;
	/* "//host" and "/\host" lead to another house */
	if (to[0] != '/' || to[1] == '/' || to[1] == '\\') {
		reply->headers_n--;
		return lx_fail(request->call, LX_INVALID, NULL, "http.reply", "Location");
	}
	reply->status = 303;
	return LX_OK;
}

static uint32_t mixed(const char *text)
{
	uint32_t sum = 2166136261u; /* FNV-1a: the build only has to differ, nobody attacks it */

	for (; *text != '\0'; text++)
		sum = (sum ^ (unsigned char)*text) * 16777619u;
	return sum;
}

bool lx_reply_fresh(struct lx_request *request, struct lx_reply *reply, int64_t sequence)
{
	return lx_reply_fresh_record(request, reply, sequence, sequence);
}

bool lx_reply_fresh_record(
	struct lx_request *request, struct lx_reply *reply, int64_t last, int64_t seen)
{
	char tag[96];

	if (request->visitor.account != 0 ||
		request->visitor.code[0] != '\0') /* lx_reply_finish says private, no-store */
		return false;
	int n = snprintf(tag, sizeof tag, "%" PRId64 "-%" PRIx64 "-%08x-%s%d%s%.1s", last, seen,
		mixed(request->build), lx_lang_names[request->lang], (int)request->media,
		request->large ? "L" : "", request->theme);
	if (lx_reply_header(request, reply, "ETag", "\"%s\"", tag) != LX_OK ||
		lx_reply_header(request, reply, "Cache-Control", "no-cache") != LX_OK)
		return false;
	bool reads = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
	struct lx_text own = { tag, (size_t)n };
	if (!reads || !lx_tags_hold(request->if_none_match, own, true))
		return false;
	reply->status = 304;
	lx_buf_clear(&reply->body);
	return true;
}

enum lx_code lx_reply_refuse(struct lx_request *request, struct lx_reply *reply, unsigned status,
	const char *field, const char *msgid)
{
	reply->status = status;
	return lx_fail(request->call, LX_INVALID, field, msgid, "%s", field == NULL ? "" : field);
}

enum lx_code lx_request_match(
	struct lx_request *request, struct lx_reply *reply, int64_t sequence, bool needed)
{
	if (request->if_match.len == 0)
		return needed ? lx_reply_refuse(request, reply, 428, NULL, "http.match_missing")
			      : LX_OK;
	if (lx_tags_hold_sequence(request->if_match, sequence))
		return LX_OK;
	return lx_reply_refuse(request, reply, 412, NULL, "http.match");
}

size_t lx_request_matches(const struct lx_request *request, int64_t *sequences, size_t most)
{
	if (request->if_match.len == 0 || lx_text_is(lx_text_trim(request->if_match), "*"))
		return 0;
	size_t n = lx_tags_sequences(request->if_match, sequences, most);
	if (n == 0)
		sequences[n++] = -1;
	return n;
}

void lx_reply_retry(struct lx_request *request, struct lx_reply *reply, unsigned seconds)
{
	if (lx_reply_header(request, reply, "Retry-After", "%u", seconds) != LX_OK)
		return; /* the problem itself matters more */
}
