/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Short forms of plain fields, and what their handlers share. */
#include "kernel/pages/small_form.h"

#include <stdio.h>
#include <string.h>

struct lx_words lx_small_words(const struct lx_reader *reader, const char *id)
{
	return lx_words_str(lx_tr(reader->request->lang, id));
}

static struct lx_text typed(const struct lx_request *request, const char *name)
{
	const struct lx_text *value = lx_form_param(request, name, 0);

	return value == NULL ? (struct lx_text){ "", 0 } : *value;
}

struct lx_text lx_sent(const struct lx_request *request, const char *name)
{
	const json_t *value = json_object_get(request->json, name);

	if (json_is_string(value))
		return (struct lx_text){ json_string_value(value), json_string_length(value) };
	return typed(request, name);
}

static struct lx_field_view draw(const struct lx_reader *reader, const struct lx_small_field *field)
{
	struct lx_field_view view = { .kind = field->kind,
		.id = lx_show_text(reader, "f-%s", field->name),
		.name = lx_text(field->name),
		.label = lx_small_words(reader, field->label),
		.autocomplete = lx_text(field->autocomplete),
		.optional = field->optional };

	if (field->hint != NULL)
		view.hint = lx_small_words(reader, field->hint);
	if (field->kind == LX_FIELD_SHOWN)
		view.value = field->shown;
	else if (field->kind != LX_FIELD_PASSWORD && field->kind != LX_FIELD_CODE)
		view.value = typed(reader->request, field->name);
	return view;
}

enum lx_code lx_small_form(const struct lx_reader *reader, const struct lx_small_field *fields,
	size_t n, const char *action, const char *submit, struct lx_form *form)
{
	struct lx_field_view *views = lx_array(reader->call, n, sizeof *views);
	struct lx_error_line *line = lx_alloc(reader->call, sizeof *line);
	const struct lx_fault *fault = &reader->call->fault;
	LX_CLOSE(lx_buf_close) struct lx_buf says = { 0 };

	if (views == NULL || line == NULL)
		return LX_BROKEN;
	*form = (struct lx_form){ .action = lx_address_make(reader->call, "%s", action),
		.csrf = lx_text(reader->request->visitor.csrf),
		.fields = views,
		.fields_n = n,
		.submit = lx_small_words(reader, submit) };
	for (size_t i = 0; i < n; i++)
		views[i] = draw(reader, &fields[i]);
	if (fault->code == LX_OK)
		return LX_OK;
	lx_say_fault(&says, reader->request->lang, fault);
	line->words = lx_words(lx_show_text(reader, "%s", says.at));
	for (size_t i = 0; i < n; i++) {
		if (strcmp(fault->field, fields[i].name) != 0)
			continue;
		views[i].error = line->words;
		line->id = views[i].id;
	}
	form->errors = line;
	form->errors_n = 1;
	return LX_OK;
}

void lx_small_hidden(const struct lx_reader *reader, struct lx_form *form, const char *name,
	struct lx_text value)
{
	struct lx_hidden *hidden = lx_alloc(reader->call, sizeof *hidden);

	if (hidden == NULL)
		return;
	*hidden = (struct lx_hidden){ lx_text(name), value };
	form->hidden = hidden;
	form->hidden_n = 1;
}

enum lx_code lx_reader_open_again(struct lx_request *request, struct lx_reader *reader)
{
	struct lx_fault fault = request->call->fault;

	lx_fault_clear(&request->call->fault);
	LX_TRY(lx_reader_open(request, reader));
	request->call->fault = fault;
	return LX_OK;
}

enum lx_code lx_shown_again(
	struct lx_request *request, struct lx_reply *reply, enum lx_code code, lx_handler *show)
{
	unsigned status = reply->status == 0 ? lx_http_status(code) : reply->status;

	if (request->media == LX_JSON || code == LX_OK || code == LX_BUSY || code == LX_BROKEN)
		return code;
	LX_TRY(show(request, reply));
	reply->status = status;
	return LX_OK;
}

enum lx_code lx_small_done(struct lx_request *request, struct lx_reply *reply, const char *path)
{
	if (request->media != LX_JSON)
		return lx_reply_redirect(request, reply, "%s", path);
	reply->status = 204;
	return LX_OK;
}

void lx_small_note(const struct lx_reader *reader, struct lx_note *note)
{
	const struct lx_text *word = lx_query_param(reader->request, "done", 0);
	char id[64];

	if (word == NULL || word->len > 32)
		return;
	(void)snprintf(id, sizeof id, "account.done.%.*s", (int)word->len, word->at);
	if (lx_has(id))
		*note = (struct lx_note){ .tone = LX_TONE_GOOD,
			.words = lx_small_words(reader, id) };
}

enum lx_code lx_by_session(struct lx_request *request, struct lx_reply *reply)
{
	if (request->visitor.by_token)
		return lx_reply_refuse(request, reply, 403, NULL, "account.token_by_token");
	return LX_OK;
}

enum lx_code lx_told_once(
	struct lx_reader *reader, struct lx_reply *reply, const struct lx_told *told)
{
	struct lx_view view = lx_show_view(reader);
	struct lx_cell cell = { .words = lx_words(told->value) };
	struct lx_fact fact = { lx_small_words(reader, told->label), &cell, 1 };
	struct lx_confirm_page page = { .heading = lx_small_words(reader, told->heading),
		.facts = { .heading = lx_small_words(reader, "account.once"),
			.facts = &fact,
			.facts_n = 1 },
		.note = { .tone = LX_TONE_WARN, .words = lx_small_words(reader, told->note) },
		.form = { .action = lx_address_make(reader->call, "%s", told->away),
			.away = { lx_small_words(reader, "page.account"),
				lx_address_make(reader->call, "%s", told->away) } } };

	LX_TRY(lx_reply_header(reader->request, reply, "Cache-Control", "private, no-store"));
	lx_frame_fill(reader, page.heading, "", reader->size, &page.frame);
	lx_reader_close(reader);
	lx_reply_page(reply);
	lx_view_confirm(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_show_small_page(
	struct lx_request *request, const struct lx_small_page *small, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_form_page page = { .steps_n = 0 };

	LX_TRY(lx_reader_open_again(request, &reader));
	struct lx_view view = lx_show_view(&reader);
	page.heading = lx_small_words(&reader, small->heading);
	page.intro = lx_small_words(&reader, small->intro);
	lx_frame_fill(&reader, page.heading, "", reader.size, &page.frame);
	page.frame.faulty = request->call->fault.code != LX_OK;
	LX_TRY(lx_small_form(
		&reader, small->fields, small->fields_n, small->action, small->submit, &page.form));
	page.form.away = (struct lx_link_view){ lx_small_words(&reader, "page.cancel"),
		lx_address_make(request->call, "/account") };
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_form(&reply->body, &view, &page);
	return LX_OK;
}
