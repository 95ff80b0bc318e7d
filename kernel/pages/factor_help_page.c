/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A lost second factor: a second person makes a one-time link (/account/reset-factor), the holder redeems it with the password
 * (/reset-factor/<token>). Who may make one is as with lost passwords (reset_page.c); neither of the two can do it alone.
 */
#include "kernel/pages/small_form.h"

#include <stdio.h>

static enum lx_code show_begin(struct lx_request *request, struct lx_reply *reply)
{
	static const struct lx_small_field fields[] = {
		{ "name", "account.reset_name", LX_FIELD_TEXT, "off", false },
	};
	static const struct lx_small_page page = { fields, 1, "/account/reset-factor",
		"account.help_begin", "account.help_intro", "account.reset_make" };

	return lx_show_small_page(request, &page, reply);
}

enum lx_code lx_page_help_begin(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	bool may;

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(lx_may_reset(&reader, &may));
	lx_reader_close(&reader);
	if (!may)
		return lx_fail(request->call, LX_FORBIDDEN, NULL, "account.reset_not_yours", NULL);
	return show_begin(request, reply);
}

static enum lx_code tell(struct lx_request *request, struct lx_reply *reply, const char *token)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };

	if (request->media == LX_JSON) {
		LX_CLOSE(lx_json_free)
		json_t *json = json_pack("{s:o}", "link", json_sprintf("/reset-factor/%s", token));
		reply->status = 201;
		return lx_reply_json(request, reply, json);
	}
	LX_TRY(lx_reader_open(request, &reader));
	const struct lx_told told = { "account.help_begin", "account.reset_link",
		"account.reset_once", "/account",
		lx_show_text(&reader, "%s://%.*s/reset-factor/%s",
			request->https ? "https" : "http", (int)request->host.len, request->host.at,
			token) };
	return lx_told_once(&reader, reply, &told);
}

enum lx_code lx_page_help_begin_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	struct lx_text name = lx_text_trim(lx_sent(request, "name"));
	char token[LX_TOKEN_TEXT];

	LX_TRY(lx_by_session(request, reply));
	enum lx_code code = lx_may_reset_for(request, name);
	if (code == LX_OK)
		code = lx_factor_help_begin(app->accounts, request->call, request->now,
			request->visitor.account, name, token);
	if (code != LX_OK)
		return lx_shown_again(request, reply, code, show_begin);
	return tell(request, reply, token);
}

/* Whose factor it is; a link that does not hold is 404. */
static enum lx_code peek(const struct lx_reader *reader, struct lx_account *account)
{
	struct lx_request *request = reader->request;
	struct lx_text about;
	int64_t number;

	LX_TRY(lx_link_peek(
		reader->tx, request->now, LX_FACTOR_LINK, request->captures[0], &about));
	if (!lx_text_int(about, &number))
		return lx_fail(reader->call, LX_BROKEN, NULL, "base.broken", NULL);
	enum lx_code code = lx_account_read(reader->tx, number, account);
	return code == LX_NOT_FOUND
		       ? lx_fail(reader->call, LX_NOT_FOUND, NULL, "account.link", NULL)
		       : code;
}

enum lx_code lx_page_help(struct lx_request *request, struct lx_reply *reply)
{
	static const struct lx_small_field fields[] = {
		{ "password", "account.password_label", LX_FIELD_PASSWORD, "current-password",
			false },
	};
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_entrance_page page = { .links_n = 0 };
	struct lx_account account;
	char action[96];

	LX_TRY(lx_reader_open_again(request, &reader));
	LX_TRY(peek(&reader, &account));
	struct lx_view view = lx_show_view(&reader);
	(void)snprintf(action, sizeof action, "/reset-factor/%.*s", (int)request->captures[0].len,
		request->captures[0].at);
	page.heading = lx_small_words(&reader, "account.help");
	page.intro = lx_show_say(&reader, "account.help_for", account.name, NULL);
	lx_frame_fill(&reader, page.heading, "", reader.size, &page.frame);
	page.frame.faulty = request->call->fault.code != LX_OK;
	LX_TRY(lx_small_form(&reader, fields, 1, action, "account.help", &page.form));
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_entrance(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_page_help_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;

	enum lx_code code = lx_factor_help_finish(
		app->accounts, request, request->captures[0], lx_sent(request, "password"));
	/* a link that does not hold has no form to show again */
	if (code != LX_OK)
		return code == LX_INVALID ? lx_shown_again(request, reply, code, lx_page_help)
					  : code;
	return lx_small_done(request, reply, "/sign-in?done=helped");
}
