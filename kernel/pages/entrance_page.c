/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Signing in and out, registering, and the first administrator's one-time link. */
#include "kernel/pages/pages_queries.h"
#include "kernel/pages/small_form.h"

#include <stdio.h>
#include <string.h>

/* --- signing in ------------------------------------------------------------------------------ */

static const struct lx_small_field sign_in_fields[] = {
	{ "name", "account.name_label", LX_FIELD_TEXT, "username", false },
	{ "password", "account.password_label", LX_FIELD_PASSWORD, "current-password", false,
		"account.lost" },
	{ "code", "account.code_label", LX_FIELD_CODE, "one-time-code", true },
};

/* The demonstration's accounts, told on this machine only. */
static enum lx_code demo_table(const struct lx_reader *reader, struct lx_grid *table)
{
	struct lx_value *cells;
	size_t n;

	if (!reader->request->loopback)
		return LX_OK;
	LX_TRY(lx_all(reader->tx, &lx_q_demo_accounts, NULL, 80, &cells, &n));
	struct lx_column *columns = lx_array(reader->call, 2, sizeof *columns);
	struct lx_grid_row *rows = lx_array(reader->call, n, sizeof *rows);
	if (columns == NULL || rows == NULL)
		return LX_BROKEN;
	columns[0] = (struct lx_column){ LX_CELL_TITLE,
		lx_small_words(reader, "account.name_label") };
	columns[1] = (struct lx_column){ LX_CELL_TEXT,
		lx_small_words(reader, "account.password_label") };
	for (size_t i = 0; i < n; i++) {
		struct lx_cell *row = lx_array(reader->call, 2, sizeof *row);
		if (row == NULL)
			return LX_BROKEN;
		row[0] = (struct lx_cell){ .kind = LX_CELL_TITLE,
			.words = lx_words(cells[i].text) };
		row[1] = (struct lx_cell){ .words = lx_words_str("lianxi-demo") };
		rows[i] = (struct lx_grid_row){ .cells = row, .cells_n = 2 };
	}
	*table = (struct lx_grid){ .caption = lx_small_words(reader, "account.demo"),
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

	LX_TRY(lx_reader_open_again(request, &reader));
	struct lx_view view = lx_show_view(&reader);
	page.heading = lx_small_words(&reader, "account.sign_in");
	lx_frame_fill(&reader, page.heading, "", reader.size, &page.frame);
	page.frame.faulty = request->call->fault.code != LX_OK;
	LX_TRY(lx_small_form(
		&reader, sign_in_fields, 3, "/sign-in", "account.sign_in", &page.form));
	link = (struct lx_link_view){ lx_small_words(&reader, "account.register"),
		lx_address_make(request->call, "/register") };
	page.links = &link;
	lx_small_note(&reader, &page.note);
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
	struct lx_sign_in shown = { lx_sent(request, "name"), lx_sent(request, "password"),
		lx_sent(request, "code") };
	int64_t account;

	enum lx_code code = lx_sign_in(app->accounts, request, reply, &shown, &account);
	if (code == LX_OK && request->media == LX_JSON) {
		reply->media = "application/json; charset=utf-8";
		lx_buf_printf(&reply->body, "{\"account\":%lld}", (long long)account);
		return LX_OK;
	}
	if (code == LX_OK)
		return lx_reply_redirect(request, reply, "/desk");
	return code == LX_CONFLICT ? code : lx_shown_again(request, reply, code, show_sign_in);
}

enum lx_code lx_page_sign_out_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;

	LX_TRY(lx_sign_out(app->accounts, request, reply));
	return lx_small_done(request, reply, "/");
}

/* --- registering ----------------------------------------------------------------------------- */

static const struct lx_small_field register_fields[] = {
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
	struct lx_text token;        /* of a first link; empty: none */
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
	struct lx_text called = lx_sent(request, "called"), phone = lx_sent(request, "phone"),
		       mail = lx_sent(request, "mail");
	LX_CLOSE(lx_json_free)
	json_t *input = json_pack("{s:s%, s:s}", "name", called.at, called.len, "tongue",
		request->lang == LX_ZH ? "zh" : "en");

	if (phone.len > 0)
		(void)json_object_set_new(input, "phone", json_stringn(phone.at, phone.len));
	if (mail.len > 0)
		(void)json_object_set_new(input, "mail", json_stringn(mail.at, mail.len));
	in->name = lx_text_trim(lx_sent(request, "name"));
	in->input = input;
	in->region = app->region;
	LX_TRY(lx_password_hash(
		app->accounts, request->call, in->name, lx_sent(request, "password"), in->hash));
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

	LX_TRY(lx_reader_open_again(request, &reader));
	struct lx_view view = lx_show_view(&reader);
	page.heading = lx_small_words(&reader, "account.register");
	page.intro = lx_small_words(&reader, intro);
	lx_frame_fill(&reader, page.heading, "", reader.size, &page.frame);
	page.frame.faulty = request->call->fault.code != LX_OK;
	LX_TRY(lx_small_form(&reader, register_fields, 5, action, "account.register", &page.form));
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
