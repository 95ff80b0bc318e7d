/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Files of records: laid down when a form brings them, before its act is decided; and served from the record that shows them,
 * to whom it shows them, as something to be saved and never as a page of ours.
 */
#include "kernel/pages/pages.h"

#include "base/media.h"
#include "kernel/types/input.h"

#include <stdio.h>
#include <string.h>

/* --- laying down ----------------------------------------------------------------------------- */

static bool holds_file(const struct lx_field *fields)
{
	for (; fields != NULL && fields->name != NULL; fields++)
		if (fields->kind == LX_FILE)
			return true;
	return false;
}

bool lx_act_takes_files(const struct lx_type *type, const struct lx_act *act)
{
	struct lx_text rest = lx_text(act->takes);
	struct lx_taken taken;

	while (lx_takes_next(&rest, &taken)) {
		bool all = lx_text_is(taken.name, "*");
		int field = lx_field_find(type->fields, taken.name),
		    rows = lx_rows_find(type, taken.name);
		if ((all && holds_file(type->fields)) ||
			(taken.sign == 0 && field >= 0 && type->fields[field].kind == LX_FILE) ||
			(rows >= 0 && holds_file(type->rows[rows].fields)))
			return true;
		for (const struct lx_rows *r = type->rows; all && r != NULL && r->name != NULL; r++)
			if (holds_file(r->fields))
				return true;
	}
	return false;
}

/* The field that "file" or "photo.0.file" names, if it is one of files; else NULL. */
static const struct lx_field *file_field(const struct lx_type *type, struct lx_text name)
{
	struct lx_text list, number, rest = name;
	const struct lx_field *fields = type->fields;

	(void)lx_text_split(&rest, '.', &list);
	int rows = lx_rows_find(type, list);
	if (rows >= 0 && lx_text_split(&rest, '.', &number)) {
		fields = type->rows[rows].fields;
		name = rest;
	}
	int field = lx_field_find(fields, name);
	return field < 0 || fields[field].kind != LX_FILE ? NULL : &fields[field];
}

/* What names an upload: with a key the same for the same file sent again, else random. */
static struct lx_text token_of(
	struct lx_request *request, struct lx_text name, struct lx_text bytes)
{
	struct lx_text key = lx_key_of(request);
	char token[LX_TOKEN_TEXT], text[LX_HASH_TEXT];
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	if (key.len == 0) {
		lx_token_new(token);
		lx_buf_printf(&out, "upload:%s", token);
	} else {
		lx_hash_text(bytes, text);
		lx_buf_printf(&out, "%lld %.*s %.*s %s", (long long)request->visitor.person,
			(int)key.len, key.at, (int)name.len, name.at, text);
		lx_hash_text(lx_buf_view(&out), text);
		lx_buf_clear(&out);
		lx_buf_printf(&out, "upload:%s", text);
	}
	const char *kept = lx_arena_copy(request->call->arena, lx_buf_view(&out).at, out.len);
	return kept == NULL ? (struct lx_text){ "", 0 } : (struct lx_text){ kept, out.len };
}

/* The name of a file becomes a field that holds its token; what the form kept of an earlier one gives way. */
static enum lx_code put_token(struct lx_request *request, struct lx_text name, struct lx_text token)
{
	size_t i = 0;

	while (i < request->form_n && !lx_text_equal(request->form[i].name, name))
		i++;
	if (i == LX_PARAMS_MAX)
		return lx_fail(
			request->call, LX_INVALID, NULL, "http.pairs_many", "%d", LX_PARAMS_MAX);
	request->form[i] = (struct lx_param){ name, token };
	request->form_n += i == request->form_n;
	return LX_OK;
}

static enum lx_code wrong_file(
	struct lx_request *request, struct lx_text name, const char *msgid, const char *detail)
{
	return lx_fail(request->call, LX_INVALID, name.at, msgid, "%s", detail);
}

static enum lx_code lay(
	struct lx_request *request, const struct lx_field *field, const struct lx_sent_file *file)
{
	const struct lx_app *app = request->app;
	const struct lx_file_type *media = lx_media_of(file->bytes);
	LX_CLOSE(lx_buf_close) struct lx_buf bare = { 0 };
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };

	if (media == NULL || !lx_word_in(lx_text(media->word), field->of)) {
		lx_media_endings(field->of, &text);
		return wrong_file(request, file->name, "input.file_kind", lx_buf_view(&text).at);
	}
	if (file->bytes.len > media->most) {
		lx_buf_printf(&text, "%zu", media->most >> 20);
		return wrong_file(request, file->name, "input.file_long", lx_buf_view(&text).at);
	}
	if (!lx_media_bare(media, file->bytes, &bare))
		return wrong_file(request, file->name, "input.file_broken", "");
	struct lx_upload upload = { .token = token_of(request, file->name, file->bytes),
		.person = request->visitor.person,
		.bytes = lx_buf_view(&bare),
		.media = media->type };
	lx_upload_seal(&upload);
	for (size_t i = 0; i < lx_upload_parts(&upload); i++) {
		struct lx_laying laying = { &upload, i };
		LX_TRY(lx_writer_submit(app->writer, request->call, lx_laying_job, &laying));
		if (upload.number == 0)
			break; /* it lies there from before */
	}
	return put_token(request, file->name, upload.token);
}

enum lx_code lx_lay_files(
	struct lx_request *request, const struct lx_type *type, const struct lx_act *act)
{
	struct lx_fault first = { .code = LX_OK };

	for (size_t i = 0; i < request->files_n; i++) {
		const struct lx_sent_file *file = &request->files[i];
		const struct lx_field *field = lx_act_takes_files(type, act)
						       ? file_field(type, file->name)
						       : NULL;
		enum lx_code code = field == NULL ? wrong_file(request, file->name, "input.unknown",
							    file->name.at)
						  : lay(request, field, file);
		if (code != LX_OK && first.code == LX_OK)
			first = request->call->fault;
		lx_fault_clear(&request->call->fault);
	}
	request->call->fault = first;
	return first.code;
}

/* --- serving --------------------------------------------------------------------------------- */

/* The file among values of this kind: 0 no, 1 yes, 2 it is gone. */
static int match(const json_t *value, int64_t number, const char *address)
{
	const char *file = json_string_value(json_object_get(value, "file"));

	if (json_integer_value(json_object_get(value, "content")) != number)
		return 0;
	if (json_object_get(value, "gone") != NULL)
		return 2;
	return file != NULL && strcmp(file, address) == 0;
}

static const json_t *find_in(
	const struct lx_field *fields, const json_t *values, int64_t number, const char *address)
{
	for (const struct lx_field *f = fields; f != NULL && f->name != NULL; f++) {
		const json_t *value = json_object_get(values, f->name);
		if (f->kind == LX_FILE && match(value, number, address) != 0)
			return value;
	}
	return NULL;
}

/* The file in what this reader may see of the record; NULL when it is not there. */
static const json_t *find_file(
	const struct lx_type *type, const json_t *record, int64_t number, const char *address)
{
	const json_t *found = find_in(type->fields, record, number, address);

	for (const struct lx_rows *r = type->rows; r != NULL && r->name != NULL; r++) {
		const json_t *list = json_object_get(record, r->name);
		for (size_t i = 0; i < json_array_size(list) && found == NULL; i++)
			found = find_in(r->fields, json_array_get(list, i), number, address);
	}
	return found;
}

/* Whatever a file holds, a browser shows it as an image or saves it, and runs nothing in it. */
static enum lx_code write_file(const struct lx_reader *reader, const struct lx_shape *shape,
	const struct lx_record *record, const json_t *file, struct lx_reply *reply)
{
	struct lx_request *request = reader->request;
	const char *type = json_string_value(json_object_get(file, "media"));
	const struct lx_file_type *media = lx_media_named(lx_text(type));
	int64_t number = json_integer_value(json_object_get(file, "content"));

	if (media == NULL)
		return lx_fail(request->call, LX_NOT_FOUND, NULL, "page.none", NULL);
	LX_TRY(lx_reply_header(request, reply, "Content-Security-Policy",
		"default-src 'none'; frame-ancestors 'none'; sandbox"));
	LX_TRY(lx_reply_header(request, reply, "Content-Disposition",
		"attachment; filename=\"%s-%lld-%lld.%s\"", shape->type->name,
		(long long)record->number, (long long)number, media->ending));
	/* the same bytes as long as they may be read at all: that is asked anew each time */
	if (lx_reply_fresh(request, reply, number))
		return LX_OK;
	reply->media = media->type;
	return lx_content_write(reader->tx, number, &reply->body);
}

enum lx_code lx_page_file(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	LX_CLOSE(lx_json_free) json_t *json = NULL;
	struct lx_text rest = request->captures[2], digits;
	const struct lx_shape *shape;
	struct lx_record record;
	int64_t number = 0;

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(lx_route_type(&reader, &shape));
	LX_TRY(lx_route_record(&reader, shape, &record));
	LX_TRY(lx_reduce(&reader.sight, &record, LX_ALL_PARTS, &json));
	if (!lx_text_split(&rest, '-', &digits) || !lx_text_int(digits, &number) || number < 1)
		return lx_fail(request->call, LX_NOT_FOUND, NULL, "page.none", NULL);
	struct lx_text address = lx_show_text(&reader, "/%s/%lld/files/%.*s", shape->type->plural,
		(long long)record.number, (int)request->captures[2].len, request->captures[2].at);
	const json_t *file = find_file(shape->type, json, number, address.at);
	if (file == NULL)
		return lx_fail(request->call, LX_NOT_FOUND, NULL, "page.none", NULL);
	const json_t *gone = json_object_get(file, "gone");
	if (gone == NULL)
		return write_file(&reader, shape, &record, file, reply);
	reply->status = 410;
	return lx_fail(request->call, LX_INVALID, NULL, "page.file_gone", "%lld",
		(long long)json_integer_value(gone));
}
