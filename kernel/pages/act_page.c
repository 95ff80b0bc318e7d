/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* An act: its form, and what happens when it is sent. After success a receipt, never a page that could be sent again. */
#include "kernel/pages/pages.h"

#include "kernel/types/consent.h"
#include "kernel/types/input.h"

#include <stdio.h>
#include <string.h>

#define MATCHES_MOST 16 /* tags of an If-Match field */

struct acting {
	struct lx_request *request;
	const struct lx_shape *shape;
	const struct lx_act *act;
	int64_t record; /* 0: makes one */
};

static enum lx_code none(struct lx_request *request)
{
	return lx_fail(request->call, LX_NOT_FOUND, NULL, "page.none", NULL);
}

/* /needs/new/submit or /needs/17/route */
static enum lx_code find_act(
	struct lx_request *request, const struct lx_region *region, struct acting *a)
{
	bool makes = lx_text_is(request->captures[1], "new");

	*a = (struct acting){ .request = request,
		.shape = lx_shape_of_plural(region, request->captures[0]) };
	if (a->shape == NULL || request->captures_n < 3)
		return none(request);
	a->act = lx_act_find(a->shape->type, request->captures[2]);
	if (a->act == NULL || (makes && a->act->from != NULL))
		return none(request);
	if (!makes && (!lx_text_int(request->captures[1], &a->record) || a->record < 1))
		return none(request);
	return LX_OK;
}

static struct lx_words label_of(const struct lx_reader *reader, const struct acting *a)
{
	return lx_show_key(reader, a->shape->type->name, ".", lx_text(a->act->name));
}

/* Who shows a code stays among the addresses that know it. */
static const char *before_path(const struct lx_request *request)
{
	return request->visitor.code[0] == '\0' ? "" : "/follow";
}

static struct lx_address record_address(const struct lx_reader *reader, const struct acting *a)
{
	if (a->record == 0)
		return lx_address_make(reader->call, "/%s", a->shape->type->plural);
	return lx_address_make(reader->call, "%s/%s/%lld", before_path(reader->request),
		a->shape->type->plural, (long long)a->record);
}

/* What was asked of one voice: the consent, the answer, and room for a reservation. */
static const struct lx_act say_form = { .name = "say", .who = "anyone", .takes = "reason?" };

static void hidden_fields(const struct lx_reader *reader, struct lx_form *form, const json_t *typed)
{
	static const char *const names[] = { "consent", "says", "voice", "entry" };
	struct lx_hidden *hidden = lx_array(reader->call, 5, sizeof *hidden);
	const char *code = reader->request->visitor.code;
	size_t n = 0;

	for (size_t i = 0; hidden != NULL && i < 4; i++) {
		const struct lx_text *given = lx_query_param(reader->request, names[i], 0);
		const char *value = json_string_value(json_object_get(typed, names[i]));
		if (value != NULL)
			hidden[n++] = (struct lx_hidden){ lx_text(names[i]),
				lx_show_text(reader, "%s", value) };
		else if (given != NULL)
			hidden[n++] = (struct lx_hidden){ lx_text(names[i]), *given };
	}
	if (hidden != NULL && code[0] != '\0')
		hidden[n++] = (struct lx_hidden){ LX_TEXT_OF("code"), lx_text(code) };
	form->hidden = hidden;
	form->hidden_n = n;
}

static enum lx_code fill_form(struct lx_reader *reader, const struct acting *a,
	const struct lx_record *record, const json_t *typed, struct lx_form_page *page)
{
	bool says = strcmp(a->act->name, "say") == 0;
	json_t *title = NULL;

	page->heading = label_of(reader, a);
	if (a->record != 0) {
		struct lx_text ref = lx_show_text(
			reader, "%s/%lld", a->shape->type->name, (long long)a->record);
		LX_TRY(lx_title(&reader->sight, ref, &title));
		page->above = lx_show_words(reader, title);
		json_decref(title);
		page->above_link = record_address(reader, a);
	}
	lx_frame_fill(reader, page->heading,
		a->shape->type->section == NULL ? "" : a->shape->type->section, reader->size,
		&page->frame);
	page->frame.faulty = reader->call->fault.code != LX_OK;
	LX_TRY(lx_form_fields(
		reader, a->shape, record, says ? &say_form : a->act, typed, &page->form));
	LX_TRY(lx_form_signing(reader, a->shape->type, a->record, a->act, typed, &page->form));
	page->form.once = lx_show_once(reader);
	page->form.action = lx_address_local(reader->request->path);
	page->form.submit = page->heading;
	page->form.away = (struct lx_link_view){
		lx_words_str(lx_tr(reader->request->lang, "page.cancel")), record_address(reader, a)
	};
	hidden_fields(reader, &page->form, typed);
	if (a->act->consent != NULL)
		page->note = (struct lx_note){
			.words = lx_words_str(lx_tr(reader->request->lang, "page.asks_consent"))
		};
	if (reader->request->visitor.code[0] != '\0' && a->record == 0)
		page->note = (struct lx_note){ .words = lx_words_str(
						       lx_tr(reader->request->lang, "visit.note")),
			.link = { lx_words_str(lx_tr(reader->request->lang, "account.sign_in")),
				lx_address_make(reader->call, "/sign-in") } };
	const struct lx_text *answer = lx_query_param(reader->request, "says", 0);
	if (says && answer != NULL)
		page->heading = page->form.submit = lx_show_key(reader, "voice.say", ".", *answer);
	return LX_OK;
}

/* Of a record that has no page of its own, what this reader may see stands beside the form: who verifies a residence sees the
 * proof there. */
static enum lx_code fill_known(
	struct lx_reader *reader, const struct lx_record *record, struct lx_form_page *page)
{
	const struct lx_type *type = record->shape->type;
	LX_CLOSE(lx_json_free) json_t *json = NULL;
	struct lx_fact *facts = lx_array(reader->call, record->shape->fields_n, sizeof *facts);
	size_t n = 0;

	if (facts == NULL)
		return LX_BROKEN;
	LX_TRY(lx_reduce(&reader->sight, record, LX_ALL_PARTS, &json));
	for (const struct lx_field *f = type->fields; f->name != NULL; f++) {
		const json_t *value = json_object_get(json, f->name);
		struct lx_cell *cell = lx_alloc(reader->call, sizeof *cell);
		if (cell == NULL)
			return LX_BROKEN;
		if (value == NULL || json_is_null(value))
			continue;
		*cell = lx_show_cell(reader, type->name, f, value);
		facts[n++] = (struct lx_fact){
			lx_show_key(reader, type->name, ".", lx_text(f->name)), cell, 1
		};
	}
	page->facts =
		(struct lx_fact_group){ .heading = lx_show_key(reader, "", "", lx_text(type->name)),
			.facts = facts,
			.facts_n = n };
	return LX_OK;
}

static enum lx_code show_form(struct lx_reader *reader, const struct acting *a, const json_t *typed,
	struct lx_reply *reply)
{
	struct lx_view view = lx_show_view(reader);
	struct lx_form_page page = { .steps_n = 0 };
	struct lx_record record;
	bool may = false;

	if (a->record != 0) {
		enum lx_code code = lx_record_load(reader->tx, a->shape, a->record, &record);
		if (code == LX_OK)
			LX_TRY(lx_may_read(&reader->sight, &record, &may));
		if (code != LX_OK || !may)
			return code == LX_OK || code == LX_NOT_FOUND ? none(reader->request) : code;
	} else {
		LX_TRY(lx_record_blank(reader->call, a->shape, INT64_MAX, &record));
	}
	LX_TRY(fill_form(reader, a, &record, typed, &page));
	if (a->record != 0 && a->shape->type->section == NULL)
		LX_TRY(fill_known(reader, &record, &page));
	lx_reader_close(reader);
	lx_reply_page(reply);
	lx_view_form(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_page_act_form(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct acting a;

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(find_act(request, reader.app->region, &a));
	LX_CLOSE(lx_json_free) json_t *typed = NULL;
	bool shown = false;
	if (a.record == 0)
		LX_TRY(lx_show_categories(&reader, a.shape, a.act, reply, &shown, &typed));
	return shown ? LX_OK : show_form(&reader, &a, typed, reply);
}

/* /needs/new: the first act that makes one and is nobody's but people's. */
enum lx_code lx_page_new(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	const struct lx_shape *shape = lx_shape_of_plural(app->region, request->captures[0]);
	const struct lx_text *said = lx_query_param(request, "lang", 0);
	enum lx_lang lang = said == NULL ? LX_LANGS : lx_lang_of(*said, LX_LANGS);

	if (shape == NULL || shape->type->section == NULL)
		return none(request);
	for (const struct lx_act *act = shape->type->acts; act->name != NULL; act++)
		if (act->from == NULL && strcmp(act->who, "cause") != 0)
			return lx_reply_redirect(request, reply, "/%s/new/%s%s%s",
				shape->type->plural, act->name, lang == LX_LANGS ? "" : "?lang=",
				lang == LX_LANGS ? "" : lx_lang_names[lang]);
	return none(request);
}

/* --- sending --------------------------------------------------------------------------------- */

struct lx_text lx_key_of(const struct lx_request *request)
{
	const struct lx_text *once = lx_form_param(request, "once", 0);

	return request->idempotency_key.len > 0 || once == NULL ? request->idempotency_key : *once;
}

static enum lx_code answer_json(struct lx_request *request, struct lx_reply *reply,
	const struct lx_order *order, const struct acting *a)
{
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:s, s:I, s:I, s:b}", "type", a->shape->type->name, "number",
		(json_int_t)order->made_record, "entry", (json_int_t)order->entry, "pending",
		order->pending);

	if (a->shape->type->plural != NULL && a->shape->type->section != NULL) {
		(void)json_object_set_new(json, "record",
			json_sprintf("/api/v1/%s/%lld", a->shape->type->plural,
				(long long)order->made_record));
		LX_TRY(lx_reply_header(request, reply, "Location", "/api/v1/%s/%lld",
			a->shape->type->plural, (long long)order->made_record));
	}
	LX_CLOSE(lx_buf_close) struct lx_buf note = { 0 };
	LX_TRY(lx_promise_of(request, order->entry, &note));
	if (note.len > 0)
		(void)json_object_set_new(json, "signed", json_stringn(note.at, note.len));
	/* good from the next checkpoint on, a second at most */
	(void)json_object_set_new(
		json, "receipt", json_sprintf("/log/proof/%lld", (long long)order->entry));
	reply->status = a->record == 0 ? 201 : 200;
	return lx_reply_json(request, reply, json);
}

/* Who may do it, in the reader's words. */
static void explain_relation(struct lx_reader *reader, const struct acting *a)
{
	struct lx_fault *fault = &reader->call->fault;
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_text rest = lx_text(a->act->who), word;

	if (fault->msgid == NULL || strcmp(fault->msgid, "act.relation") != 0)
		return;
	while (lx_text_word(&rest, &word)) {
		if (out.len > 0)
			lx_buf_str(&out, reader->request->lang == LX_ZH ? "、" : ", ");
		lx_buf_text(&out, lx_show_key(reader, a->shape->type->name, ":", word).text);
	}
	lx_fault_clear(fault);
	(void)lx_fault_set(fault, LX_FORBIDDEN, NULL, "act.relation", "%s", lx_buf_view(&out).at);
}

/* A refused form is shown again with what was typed; anything else becomes a problem. */
static enum lx_code refuse(
	struct acting *a, const json_t *input, enum lx_code code, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_request *request = a->request;
	struct lx_fault fault = request->call->fault;

	lx_fault_clear(&request->call->fault);
	if (lx_reader_open(request, &reader) != LX_OK) {
		request->call->fault = fault;
		return code;
	}
	request->call->fault = fault;
	explain_relation(&reader, a);
	bool again = request->media == LX_HTML && (code == LX_INVALID || code == LX_CONFLICT) &&
		     request->json == NULL;
	if (!again)
		return code;
	enum lx_code shown = show_form(&reader, a, input, reply);
	reply->status = lx_http_status(code);
	return shown;
}

static lx_job_fn *job_of(const struct acting *a)
{
	bool erases = strcmp(a->shape->type->name, "person") == 0 &&
		      strcmp(a->act->name, "erase") == 0;

	return erases ? lx_erase_job : lx_order_job;
}

static enum lx_code send(struct acting *a, json_t *sent, struct lx_reply *reply)
{
	LX_CLOSE(lx_json_free) json_t *said = json_incref(json_object_get(sent, "signed"));
	LX_CLOSE(lx_json_free) json_t *input = json_copy(sent);
	struct lx_request *request = a->request;
	const struct lx_app *app = request->app;
	int64_t matches[MATCHES_MOST];
	struct lx_order order = { .type = a->shape->type->name,
		.record = a->record,
		.act = a->act->name,
		.input = input,
		.lang = lx_lang_names[request->lang],
		.person = request->visitor.person,
		.code = lx_text(request->visitor.code),
		.key = lx_key_of(request),
		.said = said,
		.if_last = matches,
		.if_last_n = lx_request_matches(request, matches, MATCHES_MOST) };

	(void)json_object_del(input, "signed");
	enum lx_code code = lx_writer_submit(app->writer, request->call, job_of(a), &order);
	if (code == LX_CONFLICT && strcmp(request->call->fault.msgid, "act.changed") == 0) {
		reply->status = 412;
		return code;
	}
	if (code != LX_OK)
		return refuse(a, input, code, reply);
	if (request->visitor.code[0] != '\0' && a->record == 0)
		return lx_visit_receipt(request, reply, a->shape, &order);
	if (request->media == LX_JSON)
		return answer_json(request, reply, &order, a);
	if (a->shape->type->section == NULL)
		return lx_reply_redirect(
			request, reply, "/account?entry=%lld", (long long)order.entry);
	return lx_reply_redirect(request, reply, "%s/%s/%lld?entry=%lld%s", before_path(request),
		a->shape->type->plural, (long long)order.made_record, (long long)order.entry,
		order.pending ? "&pending=1" : "");
}

/* The button for more rows sends the form only to have it drawn with them; nothing is entered. */
static enum lx_code draw_again(struct acting *a, const json_t *input, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };

	LX_TRY(lx_reader_open(a->request, &reader));
	return show_form(&reader, a, input, reply);
}

enum lx_code lx_page_act_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	LX_CLOSE(lx_json_free) json_t *input = NULL;
	struct acting a;

	LX_TRY(find_act(request, app->region, &a));
	enum lx_code code = lx_lay_files(request, a.shape->type, a.act);
	struct lx_fault fault = request->call->fault;
	LX_TRY(lx_input_of_request(request, a.shape, a.act, &input));
	if (code != LX_OK) {
		request->call->fault = fault;
		return refuse(&a, input, code, reply);
	}
	if (request->json == NULL && lx_form_param(request, "add", 0) != NULL)
		return draw_again(&a, input, reply);
	return send(&a, input, reply);
}
