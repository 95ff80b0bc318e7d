/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Forms with files: multipart/form-data (RFC 7578), read in one pass over a whole body. Every part is a field or
 * a file; files stay where they are in the body, fields are copied so that a zero byte stands behind them.
 */
#include "kernel/http/head.h"

#include <string.h>
#include <strings.h>

#define BOUNDARY_MOST 70 /* RFC 2046, 5.1.1 */
#define HEAD_MOST     4096
#define NAME_MOST     200

struct reading {
	struct lx_call *call;
	struct lx_text rest; /* of the body, behind the last delimiter */
	char delimiter[BOUNDARY_MOST + 5];
	size_t delimiter_n;
	struct lx_param *params;
	size_t most, params_n;
	struct lx_sent_file *files;
	size_t files_n;
};

struct part {
	struct lx_text name;
	bool file;
	struct lx_text bytes;
};

static enum lx_code malformed(const struct reading *r, const char *what)
{
	return lx_fail(r->call, LX_INVALID, NULL, "http.parts", "%s", what);
}

bool lx_head_parts(const struct lx_head *head)
{
	struct lx_text type = lx_head_find(head, "content-type"), name;
	static const char parts[] = "multipart/form-data";

	if (type.at == NULL || !lx_text_split(&type, ';', &name))
		return false;
	name = lx_text_trim(name);
	return name.len == sizeof parts - 1 && strncasecmp(name.at, parts, name.len) == 0;
}

/* The value of a parameter `name="…"` or `name=…` behind the first ';'; at NULL when there is none. */
static struct lx_text parameter(struct lx_text field, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i + n + 2 < field.len; i++) {
		if (field.at[i] != ';')
			continue;
		size_t at = i + 1;
		while (at < field.len && (field.at[at] == ' ' || field.at[at] == '\t'))
			at++;
		if (field.len - at <= n + 1 || strncasecmp(field.at + at, name, n) != 0 ||
			field.at[at + n] != '=')
			continue;
		struct lx_text value = { field.at + at + n + 1, field.len - at - n - 1 };
		bool quoted = value.at[0] == '"';
		if (quoted)
			value = (struct lx_text){ value.at + 1, value.len - 1 };
		const char *end = value.len == 0 ? NULL
						 : memchr(value.at, quoted ? '"' : ';', value.len);
		if (end == NULL && quoted)
			break;
		if (end != NULL)
			value.len = (size_t)(end - value.at);
		return quoted ? value : lx_text_trim(value);
	}
	return (struct lx_text){ NULL, 0 };
}

/* "\r\n--boundary": what stands before every part but the first, which needs no line before it. */
static enum lx_code read_boundary(struct reading *r, struct lx_text content_type)
{
	static const char others[] = "'()+_,-./:=? ";
	struct lx_text boundary = parameter(content_type, "boundary");

	if (boundary.at == NULL || boundary.len == 0 || boundary.len > BOUNDARY_MOST)
		return malformed(r, "boundary");
	for (size_t i = 0; i < boundary.len; i++) {
		char c = boundary.at[i];
		bool alnum = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
		if (!alnum && (c == '\0' || strchr(others, c) == NULL))
			return malformed(r, "boundary");
	}
	memcpy(r->delimiter, "\r\n--", 4);
	memcpy(r->delimiter + 4, boundary.at, boundary.len);
	r->delimiter_n = boundary.len + 4;
	return LX_OK;
}

/* Browsers write quotes and line breaks of a name as %22 %0D %0A; such names are nobody's. */
static bool name_fits(struct lx_text name)
{
	if (name.at == NULL || name.len == 0 || name.len > NAME_MOST ||
		!lx_utf8_valid(name.at, name.len, NULL))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.at[i] < 0x20 || name.at[i] == '%' || name.at[i] == '\\')
			return false;
	return true;
}

/* The lines before a part's bytes: only its disposition counts. */
static enum lx_code read_part_head(struct reading *r, struct part *part)
{
	size_t window = r->rest.len < HEAD_MOST ? r->rest.len : HEAD_MOST;
	const char *end = memmem(r->rest.at, window, "\r\n\r\n", 4);
	struct lx_text line;

	if (end == NULL)
		return malformed(r, "head");
	struct lx_text head = { r->rest.at, (size_t)(end - r->rest.at) };
	r->rest = (struct lx_text){ end + 4, r->rest.len - head.len - 4 };
	while (lx_text_split(&head, '\n', &line)) {
		static const char disposition[] = "content-disposition:";
		size_t n = sizeof disposition - 1;
		if (line.len <= n || strncasecmp(line.at, disposition, n) != 0)
			continue;
		struct lx_text value = lx_text_trim((struct lx_text){ line.at + n, line.len - n });
		if (value.len < 9 || strncasecmp(value.at, "form-data", 9) != 0)
			return malformed(r, "disposition");
		part->name = parameter(value, "name");
		part->file = parameter(value, "filename").at != NULL ||
			     parameter(value, "filename*").at != NULL;
	}
	return name_fits(part->name) ? LX_OK : malformed(r, "name");
}

/* The bytes up to the next delimiter, which is taken with them. */
static enum lx_code read_part_bytes(struct reading *r, struct part *part)
{
	const char *end = memmem(r->rest.at, r->rest.len, r->delimiter, r->delimiter_n);

	if (end == NULL)
		return malformed(r, "end");
	part->bytes = (struct lx_text){ r->rest.at, (size_t)(end - r->rest.at) };
	size_t taken = part->bytes.len + r->delimiter_n;
	r->rest = (struct lx_text){ r->rest.at + taken, r->rest.len - taken };
	return LX_OK;
}

static enum lx_code keep(struct reading *r, struct lx_text text, struct lx_text *kept)
{
	const char *copy = lx_arena_copy(r->call->arena, text.at, text.len);

	if (copy == NULL)
		return lx_fail(r->call, LX_BROKEN, NULL, "base.memory", NULL);
	*kept = (struct lx_text){ copy, text.len };
	return LX_OK;
}

static enum lx_code keep_part(struct reading *r, const struct part *part)
{
	struct lx_text name = { "", 0 };

	if (part->file && part->bytes.len == 0)
		return LX_OK; /* no file was chosen */
	LX_TRY(keep(r, part->name, &name));
	if (part->file) {
		if (r->files_n == LX_FILES_MAX)
			return lx_fail(
				r->call, LX_INVALID, NULL, "http.parts_many", "%d", LX_FILES_MAX);
		r->files[r->files_n++] = (struct lx_sent_file){ name, part->bytes };
		return LX_OK;
	}
	if (r->params_n == r->most)
		return lx_fail(r->call, LX_INVALID, NULL, "http.pairs_many", "%zu", r->most);
	if (!lx_utf8_valid(part->bytes.at, part->bytes.len, NULL))
		return lx_fail(r->call, LX_INVALID, name.at, "http.pair_bytes", "%s", name.at);
	struct lx_param *param = &r->params[r->params_n++];
	param->name = name;
	return keep(r, part->bytes, &param->value);
}

/* Behind a delimiter: "--" ends the body, a line end begins a part; *more tells which. */
static enum lx_code read_mark(struct reading *r, bool *more)
{
	while (r->rest.len > 0 && (r->rest.at[0] == ' ' || r->rest.at[0] == '\t'))
		r->rest = (struct lx_text){ r->rest.at + 1, r->rest.len - 1 };
	if (lx_text_starts(r->rest, "--")) {
		*more = false;
		return LX_OK;
	}
	if (!lx_text_starts(r->rest, "\r\n"))
		return malformed(r, "boundary");
	r->rest = (struct lx_text){ r->rest.at + 2, r->rest.len - 2 };
	*more = true;
	return LX_OK;
}

enum lx_code lx_parts_read(struct lx_call *call, struct lx_text content_type, struct lx_text body,
	struct lx_param *params, size_t most, size_t *params_n, struct lx_sent_file *files,
	size_t *files_n)
{
	struct reading r = {
		.call = call, .rest = body, .params = params, .most = most, .files = files
	};
	bool more = false;

	LX_TRY(read_boundary(&r, content_type));
	size_t first = r.delimiter_n - 2; /* without the line end */
	if (body.len < first || memcmp(body.at, r.delimiter + 2, first) != 0)
		return malformed(&r, "boundary");
	r.rest = (struct lx_text){ body.at + first, body.len - first };
	LX_TRY(read_mark(&r, &more));
	while (more) {
		struct part part = { .file = false };
		LX_TRY(read_part_head(&r, &part));
		LX_TRY(read_part_bytes(&r, &part));
		LX_TRY(keep_part(&r, &part));
		LX_TRY(read_mark(&r, &more));
	}
	*params_n = r.params_n;
	*files_n = r.files_n;
	return LX_OK;
}
