/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Checks on a head before routing: what two readers of the same bytes could understand differently
 * (lengths, hosts, line ends), and what is too large. Knows no routes and no socket.
 */
#include "kernel/http/head.h"

#include <string.h>
#include <strings.h>

static bool named(struct lx_text text, const char *name)
{
	return strlen(name) == text.len && strncasecmp(text.at, name, text.len) == 0;
}

struct lx_text lx_head_find(const struct lx_head *head, const char *name)
{
	for (size_t i = 0; i < head->fields_n; i++)
		if (named(head->fields[i].name, name))
			return head->fields[i].value;
	return (struct lx_text){ NULL, 0 };
}

static size_t count(const struct lx_head *head, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < head->fields_n; i++)
		n += named(head->fields[i].name, name);
	return n;
}

/* RFC 9110, 5.6.2: what names of methods and fields are made of. */
static bool is_token(struct lx_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		bool alnum = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
		if (!alnum && (c == 0 || strchr("!#$%&'*+-.^_`|~", c) == NULL))
			return false;
	}
	return text.len > 0;
}

static bool has_control(struct lx_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

static bool is_digits(struct lx_text text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
	return text.len > 0;
}

static bool is_host(struct lx_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		bool alnum = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
		if (!alnum && (c == 0 || strchr(".-:[]_~%", c) == NULL))
			return false;
	}
	return text.len <= 255;
}

bool lx_head_body(const struct lx_head *head, int64_t *length)
{
	struct lx_text said = lx_head_find(head, "content-length");

	*length = -1;
	if (lx_head_find(head, "transfer-encoding").at != NULL)
		return true;
	*length = 0;
	if (said.at == NULL)
		return false;
	if (!lx_text_int(said, length))
		*length = INT64_MAX;
	return *length > 0;
}

static unsigned refuse(
	struct lx_fault *fault, unsigned status, const char *field, const char *msgid)
{
	(void)lx_fault_set(fault, LX_INVALID, NULL, msgid, "%s", field == NULL ? "" : field);
	return status;
}

static unsigned guard_line(const struct lx_head *head, struct lx_fault *fault)
{
	bool known = lx_text_is(head->version, "HTTP/1.1") || lx_text_is(head->version, "HTTP/1.0");

	if (!is_token(head->method) || head->method.len > 32)
		return refuse(fault, 400, NULL, "http.method");
	if (!known)
		return refuse(fault, 400, NULL, "http.version");
	if (head->target.len == 0 || has_control(head->target) ||
		memchr(head->target.at, ' ', head->target.len) != NULL)
		return refuse(fault, 400, NULL, "http.target");
	return 0;
}

static unsigned guard_fields(const struct lx_head *head, struct lx_fault *fault)
{
	char name[LX_FIELD_MAX];

	for (size_t i = 0; i < head->fields_n; i++) {
		const struct lx_head_field *field = &head->fields[i];
		if (!is_token(field->name))
			return refuse(fault, 400, NULL, "http.field_name");
		size_t n = field->name.len < sizeof name - 1 ? field->name.len : sizeof name - 1;
		memcpy(name, field->name.at, n);
		name[n] = '\0';
		if (has_control(field->value))
			return refuse(fault, 400, name, "http.field_bytes");
	}
	return 0;
}

/* What decides where a message ends may be said once, in one way. */
static unsigned guard_length(const struct lx_head *head, struct lx_fault *fault)
{
	size_t lengths = count(head, "content-length");
	size_t encodings = count(head, "transfer-encoding");
	struct lx_text method = head->method;
	int64_t length;

	if (lengths > 1)
		return refuse(fault, 400, "Content-Length", "http.field_twice");
	if (encodings > 1)
		return refuse(fault, 400, "Transfer-Encoding", "http.field_twice");
	if (lengths + encodings > 1)
		return refuse(fault, 400, NULL, "http.length_twice");
	if (encodings == 1 && !named(lx_head_find(head, "transfer-encoding"), "chunked"))
		return refuse(fault, 400, NULL, "http.encoding");
	if (encodings == 1 && lx_text_is(head->version, "HTTP/1.0"))
		return refuse(fault, 400, NULL, "http.encoding");
	if (lengths == 1 && !is_digits(lx_head_find(head, "content-length")))
		return refuse(fault, 400, "Content-Length", "http.length");
	bool reads = lx_text_is(method, "GET") || lx_text_is(method, "HEAD") ||
		     lx_text_is(method, "OPTIONS") || lx_text_is(method, "TRACE");
	if (lx_head_body(head, &length) && reads)
		return refuse(fault, 400, NULL, "http.body_unasked");
	size_t most = lx_head_parts(head) ? LX_UPLOAD_MAX : LX_BODY_MAX;
	if (length > (int64_t)(most + LX_BODY_DRAIN_MAX))
		return refuse(fault, 413, NULL, "http.body_long");
	return 0;
}

static unsigned guard_host(const struct lx_head *head, struct lx_fault *fault)
{
	size_t hosts = count(head, "host");

	if (hosts > 1)
		return refuse(fault, 400, "Host", "http.field_twice");
	if (hosts == 0 && lx_text_is(head->version, "HTTP/1.1"))
		return refuse(fault, 400, NULL, "http.host_missing");
	if (hosts == 1 && !is_host(lx_head_find(head, "host")))
		return refuse(fault, 400, "Host", "http.field_bytes");
	return 0;
}

/* Fields that are handed on as text must be text. */
static unsigned guard_texts(const struct lx_head *head, struct lx_fault *fault)
{
	static const char *const texts[] = { "idempotency-key", "if-match", "if-none-match",
		"authorization", "content-type", "x-csrf-token" };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct lx_text value = lx_head_find(head, texts[i]);
		if (value.at != NULL && !lx_utf8_valid(value.at, value.len, NULL))
			return refuse(fault, 400, texts[i], "http.field_bytes");
		if (count(head, texts[i]) > 1)
			return refuse(fault, 400, texts[i], "http.field_twice");
	}
	return 0;
}

unsigned lx_guard(const struct lx_head *head, struct lx_fault *fault)
{
	static unsigned (*const checks[])(const struct lx_head *, struct lx_fault *) = { guard_line,
		guard_fields, guard_length, guard_host, guard_texts };
	unsigned status = 0;

	if (head->bytes > LX_HEAD_MAX || head->crowded)
		return refuse(fault, 431, NULL, "http.head_long");
	for (size_t i = 0; status == 0 && i < sizeof checks / sizeof checks[0]; i++)
		status = checks[i](head, fault);
	return status;
}

static struct lx_text next_line(struct lx_text *rest)
{
	const char *end = memchr(rest->at, '\n', rest->len);
	size_t n = end == NULL ? rest->len : (size_t)(end - rest->at);
	struct lx_text line = { rest->at, n };

	rest->at += end == NULL ? n : n + 1;
	rest->len -= end == NULL ? n : n + 1;
	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

bool lx_head_read(struct lx_text raw, struct lx_head *head)
{
	struct lx_text line;

	*head = (struct lx_head){ .bytes = raw.len };
	line = next_line(&raw);
	if (!lx_text_split(&line, ' ', &head->method) || !lx_text_split(&line, ' ', &head->target))
		return false;
	head->version = line;
	while (raw.len > 0) {
		line = next_line(&raw);
		if (line.len == 0)
			break;
		if (head->fields_n == LX_HEAD_FIELDS_MAX) {
			head->crowded = true;
			break;
		}
		struct lx_head_field *field = &head->fields[head->fields_n++];
		const char *colon = memchr(line.at, ':', line.len);
		size_t n = colon == NULL ? line.len : (size_t)(colon - line.at);
		field->name = (struct lx_text){ line.at, n };
		field->value = colon == NULL ? (struct lx_text){ line.at, 0 }
					     : lx_text_trim((struct lx_text){
						       colon + 1, line.len - n - 1 });
	}
	return true;
}
