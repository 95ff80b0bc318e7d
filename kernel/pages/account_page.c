/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Signing in and out, registering, one-time links, the own account. */
#include "kernel/pages/pages.h"

#include "kernel/pages/pages_queries.h"

#include <stdio.h>
#include <string.h>

static struct lx_words tr(const struct lx_reader *reader, const char *id)
{
	return lx_words_str(lx_tr(reader->request->lang, id));
}

static struct lx_text typed(const struct lx_request *request, const char *name)
{
	const struct lx_text *value = lx_form_param(request, name, 0);

	return value == NULL ? (struct lx_text){ "", 0 } : *value;
}

/* From the form, or from a program's JSON. */
static struct lx_text sent(const struct lx_request *request, const char *name)
{
	const json_t *value = json_object_get(request->json, name);

	if (json_is_string(value))
		return (struct lx_text){ json_string_value(value), json_string_length(value) };
	return typed(request, name);
}

struct field_spec {
	const char *name, *label;
	enum lx_field_kind kind;
	const char *autocomplete;
	bool optional;
};

/* A short form of plain fields; the call's fault stands at its field and in the summary. */
static enum lx_code simple_form(const struct lx_reader *reader, const struct field_spec *specs,
	size_t n, const char *action, const char *submit, struct lx_form *form)
{
	struct lx_field_view *fields = lx_array(reader->call, n, sizeof *fields);
	struct lx_error_line *line = lx_alloc(reader->call, sizeof *line);
	const struct lx_fault *fault = &reader->call->fault;
	LX_CLOSE(lx_buf_close) struct lx_buf says = { 0 };

	if (fields == NULL || line == NULL)
		return LX_BROKEN;
	lx_say_fault(&says, reader->request->lang, fault);
	for (size_t i = 0; i < n; i++) {
		fields[i] = (struct lx_field_view){ .kind = specs[i].kind,
			.id = lx_show_text(reader, "f-%s", specs[i].name),
			.name = lx_text(specs[i].name),
			.label = tr(reader, specs[i].label),
			.autocomplete = lx_text(specs[i].autocomplete),
			.optional = specs[i].optional };
		if (specs[i].kind != LX_FIELD_PASSWORD && specs[i].kind != LX_FIELD_CODE)
			fields[i].value = typed(reader->request, specs[i].name);
		if (fault->code != LX_OK && strcmp(fault->field, specs[i].name) == 0) {
			fields[i].error = lx_words(lx_show_text(reader, "%s", says.at));
			line->id = fields[i].id;
		}
	}
	*form = (struct lx_form){ .action = lx_address_make(reader->call, "%s", action),
		.csrf = lx_text(reader->request->visitor.csrf),
		.fields = fields,
		.fields_n = n,
		.submit = tr(reader, submit) };
	if (fault->code != LX_OK) {
		line->words = lx_words(lx_show_text(reader, "%s", says.at));
		form->errors = line;
		form->errors_n = 1;
	}
	return LX_OK;
}

/* --- signing in ------------------------------------------------------------------------------ */

static const struct field_spec sign_in_fields[] = {
	{ "name", "account.name_label", LX_FIELD_TEXT, "username", false },
	{ "password", "account.password_label", LX_FIELD_PASSWORD, "current-password", false },
	{ "code", "account.code_label", LX_FIELD_CODE, "one-time-code", true },
};

/* The demonstration's accounts, told on this machine only. */
static enum lx_code demo_table(const struct lx_reader *reader, struct lx_grid *table)
{
	struct lx_value *cells;
	size_t n;

	if (!reader->request->loopback)
		return LX_OK;
	LX_TRY(lx_all(reader->tx, &lx_q_demo_accounts, NULL, 20, &cells, &n));
	struct lx_column *columns = lx_array(reader->call, 2, sizeof *columns);
	struct lx_grid_row *rows = lx_array(reader->call, n, sizeof *rows);
	if (columns == NULL || rows == NULL)
		return LX_BROKEN;
	columns[0] = (struct lx_column){ LX_CELL_TITLE, tr(reader, "account.name_label") };
	columns[1] = (struct lx_column){ LX_CELL_TEXT, tr(reader, "account.password_label") };
	for (size_t i = 0; i < n; i++) {
		struct lx_cell *row = lx_array(reader->call, 2, sizeof *row);
		if (row == NULL)
			return LX_BROKEN;
		row[0] = (struct lx_cell){ .kind = LX_CELL_TITLE,
			.words = lx_words(cells[i].text) };
		row[1] = (struct lx_cell){ .words = lx_words_str("lianxi-demo") };
		rows[i] = (struct lx_grid_row){ .cells = row, .cells_n = 2 };
	}
	*table = (struct lx_grid){ .caption = tr(reader, "account.demo"),
		.columns = columns,
		.columns_n = 2,
		.rows = rows,
		.rows_n = n };
	return LX_OK;
}

static enum lx_code show_sign_in(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_entrance_page page = { .links_n = 1 };
	struct lx_link_view link;
	struct lx_fault fault = request->call->fault;

	lx_fault_clear(&request->call->fault);
	LX_TRY(lx_reader_open(request, &reader));
	request->call->fault = fault;
	struct lx_view view = lx_show_view(&reader);
	page.heading = tr(&reader, "account.sign_in");
	lx_frame_fill(&reader, page.heading, "", reader.size, &page.frame);
	page.frame.faulty = fault.code != LX_OK;
	LX_TRY(simple_form(&reader, sign_in_fields, 3, "/sign-in", "account.sign_in", &page.form));
	link = (struct lx_link_view){ tr(&reader, "account.register"),
		lx_address_make(request->call, "/register") };
	page.links = &link;
	LX_TRY(demo_table(&reader, &page.demo));
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_entrance(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_page_sign_in(struct lx_request *request, struct lx_reply *reply)
{
	return show_sign_in(request, reply);
}

enum lx_code lx_page_sign_in_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	struct lx_sign_in shown = { sent(request, "name"), sent(request, "password"),
		sent(request, "code") };
	int64_t account;

	enum lx_code code = lx_sign_in(app->accounts, request, reply, &shown, &account);
	if (code == LX_OK && request->media == LX_JSON) {
		reply->media = "application/json; charset=utf-8";
		lx_buf_printf(&reply->body, "{\"account\":%lld}", (long long)account);
		return LX_OK;
	}
	if (code == LX_OK)
		return lx_reply_redirect(request, reply, "/desk");
	if (request->media == LX_JSON || (code != LX_FORBIDDEN && code != LX_INVALID))
		return code;
	unsigned status = reply->status == 0 ? lx_http_status(code) : reply->status;
	LX_TRY(show_sign_in(request, reply));
	reply->status = status;
	return LX_OK;
}

enum lx_code lx_page_sign_out_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;

	LX_TRY(lx_sign_out(app->accounts, request, reply));
	return lx_reply_redirect(request, reply, "/");
}

/* --- registering ----------------------------------------------------------------------------- */

static const struct field_spec register_fields[] = {
	{ "name", "account.name_label", LX_FIELD_TEXT, "username", false },
	{ "password", "account.password_new", LX_FIELD_PASSWORD, "new-password", false },
	{ "called", "person.name", LX_FIELD_TEXT, "name", false },
	{ "phone", "person.phone", LX_FIELD_PHONE, "tel", true },
	{ "mail", "person.mail", LX_FIELD_EMAIL, "email", true },
};

/* Person and account in one job: neither is there without the other. */
struct registering {
	struct lx_text name;
	char hash[LX_HASH_PASSWORD];
	const json_t *input;
	const struct lx_region *region;
	const char *holder, *office; /* of a first mandate; NULL: none */
	struct lx_text token;	     /* of a first link; empty: none */
	int64_t person;
};

static enum lx_code first_mandate(struct lx_work *work, const struct registering *in)
{
	const struct lx_actor init = { .kind = LX_BY_INIT };
	LX_CLOSE(lx_json_free)
	json_t *input = json_pack("{s:s, s:s, s:s%}", "holder", in->holder, "office", in->office,
		"person", in->name.at, in->name.len);
	struct lx_order order = { .type = "mandate", .act = "first", .input = input };

	return lx_perform(work, in->region, &init, &order);
}

static enum lx_code register_job(struct lx_work *work, void *argument)
{
	struct registering *in = argument;
	const struct lx_actor nobody = { .kind = LX_BY_NOBODY };
	struct lx_order order = { .type = "person", .act = "register", .input = in->input };
	struct lx_text about;
	int64_t account;

	if (in->token.len > 0)
		LX_TRY(lx_link_take(work->tx, work->now, "first", in->token, &about));
	LX_TRY(lx_perform(work, in->region, &nobody, &order));
	in->person = order.made_record;
	LX_TRY(lx_account_add(
		work->tx, work->now, in->name, in->hash, in->person, false, &account));
	return in->holder == NULL ? LX_OK : first_mandate(work, in);
}

static enum lx_code do_register(struct lx_request *request, struct registering *in)
{
	const struct lx_app *app = request->app;
	struct lx_text called = sent(request, "called"), phone = sent(request, "phone"),
		       mail = sent(request, "mail");
	LX_CLOSE(lx_json_free)
	json_t *input = json_pack("{s:s%, s:s}", "name", called.at, called.len, "tongue",
		request->lang == LX_ZH ? "zh" : "en");

	if (phone.len > 0)
		(void)json_object_set_new(input, "phone", json_stringn(phone.at, phone.len));
	if (mail.len > 0)
		(void)json_object_set_new(input, "mail", json_stringn(mail.at, mail.len));
	in->name = lx_text_trim(sent(request, "name"));
	in->input = input;
	in->region = app->region;
	LX_TRY(lx_password_hash(
		app->accounts, request->call, in->name, sent(request, "password"), in->hash));
	enum lx_code code = lx_writer_submit(app->writer, request->call, register_job, in);
	/* the person's "name" is the form's "called" */
	if (code == LX_INVALID && strcmp(request->call->fault.field, "name") == 0 &&
		strncmp(request->call->fault.msgid, "input.", 6) == 0)
		(void)snprintf(
			request->call->fault.field, sizeof request->call->fault.field, "called");
	return code;
}

static enum lx_code show_register(
	struct lx_request *request, const char *action, const char *intro, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_entrance_page page = { .links_n = 0 };
	struct lx_fault fault = request->call->fault;

	lx_fault_clear(&request->call->fault);
	LX_TRY(lx_reader_open(request, &reader));
	request->call->fault = fault;
	struct lx_view view = lx_show_view(&reader);
	page.heading = tr(&reader, "account.register");
	page.intro = tr(&reader, intro);
	lx_frame_fill(&reader, page.heading, "", reader.size, &page.frame);
	page.frame.faulty = fault.code != LX_OK;
	LX_TRY(simple_form(&reader, register_fields, 5, action, "account.register", &page.form));
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_entrance(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_page_register(struct lx_request *request, struct lx_reply *reply)
{
	return show_register(request, "/register", "account.register_intro", reply);
}

static enum lx_code after_register(struct lx_request *request, struct lx_reply *reply,
	enum lx_code code, const struct registering *in, const char *action, const char *intro)
{
	if (code == LX_OK && request->media == LX_JSON) {
		reply->status = 201;
		reply->media = "application/json; charset=utf-8";
		lx_buf_printf(&reply->body, "{\"person\":%lld}", (long long)in->person);
		return LX_OK;
	}
	if (code == LX_OK)
		return lx_reply_redirect(request, reply, "/sign-in");
	if (request->media == LX_JSON || (code != LX_INVALID && code != LX_CONFLICT))
		return code;
	LX_TRY(show_register(request, action, intro, reply));
	reply->status = lx_http_status(code);
	return LX_OK;
}

enum lx_code lx_page_register_post(struct lx_request *request, struct lx_reply *reply)
{
	struct registering in = { .person = 0 };
	enum lx_code code = do_register(request, &in);

	return after_register(request, reply, code, &in, "/register", "account.register_intro");
}

/* --- one-time links: the first administrator of a member or body, /first/<token> --------------- */

static enum lx_code peek(struct lx_request *request, struct lx_text *about)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };

	LX_TRY(lx_reader_open(request, &reader));
	return lx_link_peek(reader.tx, request->now, "first", request->captures[0], about);
}

enum lx_code lx_page_link(struct lx_request *request, struct lx_reply *reply)
{
	struct lx_text about;
	char action[96];

	LX_TRY(peek(request, &about));
	(void)snprintf(action, sizeof action, "/first/%.*s", (int)request->captures[0].len,
		request->captures[0].at);
	return show_register(request, action, "account.first_intro", reply);
}

enum lx_code lx_page_link_post(struct lx_request *request, struct lx_reply *reply)
{
	struct registering in = { .office = "administrator", .token = request->captures[0] };
	struct lx_text about;
	char holder[48], action[96];

	LX_TRY(peek(request, &about));
	(void)snprintf(holder, sizeof holder, "%.*s", (int)about.len, about.at);
	(void)snprintf(action, sizeof action, "/first/%.*s", (int)request->captures[0].len,
		request->captures[0].at);
	in.holder = holder;
	enum lx_code code = do_register(request, &in);
	return after_register(request, reply, code, &in, action, "account.first_intro");
}

/* --- the own account ------------------------------------------------------------------------- */

static enum lx_code own_table(const struct lx_reader *reader, const char *type, const char *heading,
	struct lx_grid *table)
{
	struct lx_standing *standings;
	struct lx_column *columns = lx_array(reader->call, 2, sizeof *columns);
	size_t n;

	LX_TRY(lx_vault_standings(
		reader->tx, reader->actor.person, type, NULL, 100, &standings, &n));
	struct lx_grid_row *rows = lx_array(reader->call, n, sizeof *rows);
	if (columns == NULL || rows == NULL)
		return LX_BROKEN;
	columns[0] = (struct lx_column){ LX_CELL_TITLE, tr(reader, type) };
	columns[1] = (struct lx_column){ LX_CELL_TEXT, tr(reader, "page.state") };
	*table = (struct lx_grid){ .caption = tr(reader, heading),
		.columns = columns,
		.columns_n = 2,
		.rows = rows,
		.empty = tr(reader, "page.empty") };
	for (size_t i = 0; i < n; i++) {
		const struct lx_shape *shape = lx_shape_find(
			reader->app->region, lx_text(standings[i].type));
		struct lx_cell *cells = lx_array(reader->call, 2, sizeof *cells);
		struct lx_text ref = lx_show_text(
			reader, "%s/%lld", type, (long long)standings[i].record);
		LX_CLOSE(lx_json_free) json_t *reduced = NULL;
		struct lx_record record;
		if (shape == NULL || cells == NULL)
			continue;
		LX_TRY(lx_record_load_head(reader->tx, shape, standings[i].record, &record));
		if (lx_reduce(&reader->sight, &record, LX_LIST_PARTS, &reduced) != LX_OK)
			continue;
		struct lx_words title =
			shape->type->title == NULL
				? lx_show_cell(reader, type, &shape->type->fields[0],
					  json_object_get(reduced, shape->type->fields[0].name))
					  .words
				: lx_show_words(
					  reader, json_object_get(reduced, shape->type->title));
		cells[0] = (struct lx_cell){
			.kind = LX_CELL_TITLE, .words = title, .link = lx_show_address(reader, ref)
		};
		cells[1] = (struct lx_cell){ .state = lx_show_state(reader, reduced) };
		rows[table->rows_n++] = (struct lx_grid_row){ .cells = cells, .cells_n = 2 };
	}
	return LX_OK;
}

/* What the person's own record says, and what may be done with it. */
static enum lx_code own_record(const struct lx_reader *reader, struct lx_account_page *page)
{
	const struct lx_shape *persons = lx_shape_find(reader->app->region, LX_TEXT_OF("person"));
	LX_CLOSE(lx_json_free) json_t *reduced = NULL;
	struct lx_fact *facts = lx_array(reader->call, persons->fields_n + 1, sizeof *facts);
	struct lx_act_view *acts;
	struct lx_record record;
	size_t n = 0;

	LX_TRY(lx_record_load(reader->tx, persons, reader->actor.person, &record));
	LX_TRY(lx_reduce(&reader->sight, &record, LX_ALL_PARTS, &reduced));
	struct lx_cell *state = lx_alloc(reader->call, sizeof *state);
	if (facts == NULL || state == NULL)
		return LX_BROKEN;
	state->state = lx_show_state(reader, reduced);
	facts[n++] = (struct lx_fact){ tr(reader, "page.state"), state, 1 };
	for (const struct lx_field *f = persons->type->fields; f->name != NULL; f++) {
		struct lx_cell *cell = lx_alloc(reader->call, sizeof *cell);
		const json_t *value = json_object_get(reduced, f->name);
		if (cell == NULL || value == NULL || json_is_null(value))
			continue;
		*cell = lx_show_cell(reader, "person", f, value);
		facts[n++] = (struct lx_fact){ lx_show_key(reader, "person", ".", lx_text(f->name)),
			cell, 1 };
	}
	page->facts = (struct lx_fact_group){ .facts = facts, .facts_n = n };
	LX_TRY(lx_item_acts(reader, persons, &record, &acts, &page->acts_n));
	page->acts = acts;
	return LX_OK;
}

static const struct field_spec password_fields[] = {
	{ "old", "account.password_old", LX_FIELD_PASSWORD, "current-password", false },
	{ "password", "account.password_new", LX_FIELD_PASSWORD, "new-password", false },
};

static enum lx_code fill_account(const struct lx_reader *reader, struct lx_account_page *page)
{
	struct lx_grid *tables = lx_array(reader->call, 2, sizeof *tables);
	struct lx_account_form *forms = lx_array(reader->call, 1, sizeof *forms);

	if (tables == NULL || forms == NULL)
		return LX_BROKEN;
	page->heading = tr(reader, "page.account");
	page->name = lx_words(lx_show_text(reader, "%s", reader->request->visitor.name));
	lx_frame_fill(reader, page->heading, "", 0, &page->frame);
	if (reader->actor.person > 0) {
		LX_TRY(own_record(reader, page));
		LX_TRY(own_table(reader, "need", "account.own_needs", &tables[0]));
		LX_TRY(own_table(reader, "mandate", "account.own_mandates", &tables[1]));
		page->tables = tables;
		page->tables_n = 2;
	}
	forms[0] = (struct lx_account_form){ .id = LX_TEXT_OF("password"),
		.heading = tr(reader, "account.password_change") };
	LX_TRY(simple_form(
		reader, password_fields, 2, "/account", "account.password_change", &forms[0].form));
	page->forms = forms;
	page->forms_n = 1;
	return LX_OK;
}

static enum lx_code show_account(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_account_page page = { .tables_n = 0 };
	struct lx_fault fault = request->call->fault;

	lx_fault_clear(&request->call->fault);
	LX_TRY(lx_reader_open(request, &reader));
	request->call->fault = fault;
	LX_TRY(lx_reply_header(request, reply, "Cache-Control", "private, no-store"));
	struct lx_view view = lx_show_view(&reader);
	LX_TRY(fill_account(&reader, &page));
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_account(&reply->body, &view, &page);
	return LX_OK;
}

/* GET /api/v1/account: who one is, as JSON. */
static enum lx_code account_json(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	LX_CLOSE(lx_json_free) json_t *json = NULL;
	json_t *tokens;

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(lx_token_list(&reader, &tokens));
	json = json_pack("{s:s, s:I, s:b, s:[], s:o}", "name", request->visitor.name, "person",
		(json_int_t)request->visitor.person, "resident", reader.actor.resident, "mandates",
		"tokens", tokens);
	/* what a program that signed in by password sends as X-CSRF-Token */
	if (!request->visitor.by_token)
		(void)json_object_set_new(json, "csrf", json_string(request->visitor.csrf));
	for (size_t i = 0; i < reader.actor.mandates_n; i++)
		(void)json_array_append_new(json_object_get(json, "mandates"),
			json_pack("{s:I, s:s%, s:s%}", "number",
				(json_int_t)reader.actor.mandates[i].number, "holder",
				reader.actor.mandates[i].holder.at,
				reader.actor.mandates[i].holder.len, "office",
				reader.actor.mandates[i].office.at,
				reader.actor.mandates[i].office.len));
	LX_TRY(lx_reply_header(request, reply, "Cache-Control", "private, no-store"));
	return lx_reply_json(request, reply, json);
}

enum lx_code lx_page_account(struct lx_request *request, struct lx_reply *reply)
{
	return request->media == LX_JSON ? account_json(request, reply)
					 : show_account(request, reply);
}

enum lx_code lx_page_account_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;

	enum lx_code code = lx_password_change(
		app->accounts, request, sent(request, "old"), sent(request, "password"));
	if (code == LX_OK)
		return lx_reply_redirect(request, reply, "/account");
	if (request->media == LX_JSON || (code != LX_INVALID && code != LX_FORBIDDEN))
		return code;
	LX_TRY(show_account(request, reply));
	reply->status = lx_http_status(code);
	return LX_OK;
}
