/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What is lost is given back by two: a second person makes a one-time link (/account/reset, /account/reset-factor), the holder redeems it
 * (/reset/<token> with a new password, /reset-factor/<token> with the old one, which takes the second factor away). The two differ in
 * words and in what redeeming does; who may make a link stands in help_right.c.
 */
#include "kernel/pages/small_form.h"

#include <stdio.h>

/* One of the two; what stands behind a path is the token. The rest are message keys. */
struct help_link {
	const char *purpose, *begin_path, *redeem_path;
	const char *begin, *begin_intro, *redeem, *redeem_intro, *done;
	struct lx_small_field shown; /* what the holder enters */
	enum lx_code (*make)(struct lx_accounts *accounts, struct lx_call *call, int64_t now,
		int64_t by_account, struct lx_text name, char token[LX_TOKEN_TEXT]);
	enum lx_code (*finish)(
		struct lx_request *request, struct lx_text token, struct lx_text typed);
};

static enum lx_code set_password(
	struct lx_request *request, struct lx_text token, struct lx_text typed)
{
	const struct lx_app *app = request->app;

	return lx_reset_finish(app->accounts, request->call, request->now, token, typed);
}

static enum lx_code drop_factor(
	struct lx_request *request, struct lx_text token, struct lx_text typed)
{
	const struct lx_app *app = request->app;

	return lx_factor_help_finish(app->accounts, request, token, typed);
}

static const struct help_link password_link = {
	.purpose = "reset",
	.begin_path = "/account/reset",
	.redeem_path = "/reset",
	.begin = "account.reset_begin",
	.begin_intro = "account.reset_intro",
	.redeem = "account.reset",
	.redeem_intro = "account.reset_for",
	.done = "/sign-in?done=reset",
	.shown = { "password", "account.password_new", LX_FIELD_PASSWORD, "new-password", false },
	.make = lx_reset_begin,
	.finish = set_password,
};

static const struct help_link factor_link = {
	.purpose = LX_FACTOR_LINK,
	.begin_path = "/account/reset-factor",
	.redeem_path = "/reset-factor",
	.begin = "account.help_begin",
	.begin_intro = "account.help_intro",
	.redeem = "account.help",
	.redeem_intro = "account.help_for",
	.done = "/sign-in?done=helped",
	.shown = { "password", "account.password_label", LX_FIELD_PASSWORD, "current-password",
		false },
	.make = lx_factor_help_begin,
	.finish = drop_factor,
};

/* --- making the link ------------------------------------------------------------------------- */

static enum lx_code show_begin(
	struct lx_request *request, struct lx_reply *reply, const struct help_link *link)
{
	static const struct lx_small_field fields[] = {
		{ "name", "account.reset_name", LX_FIELD_TEXT, "off", false },
	};
	const struct lx_small_page page = { fields, 1, link->begin_path, link->begin,
		link->begin_intro, "account.reset_make" };

	return lx_show_small_page(request, &page, reply);
}

static enum lx_code begin(
	struct lx_request *request, struct lx_reply *reply, const struct help_link *link)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	bool may;

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(lx_may_reset(&reader, &may));
	lx_reader_close(&reader);
	if (!may)
		return lx_fail(request->call, LX_FORBIDDEN, NULL, "account.reset_not_yours", NULL);
	return show_begin(request, reply, link);
}

static enum lx_code tell(struct lx_request *request, struct lx_reply *reply,
	const struct help_link *link, const char *token)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };

	if (request->media == LX_JSON) {
		LX_CLOSE(lx_json_free)
		json_t *json = json_pack(
			"{s:o}", "link", json_sprintf("%s/%s", link->redeem_path, token));
		reply->status = 201;
		return lx_reply_json(request, reply, json);
	}
	LX_TRY(lx_reader_open(request, &reader));
	const struct lx_told told = { link->begin, "account.reset_link", "account.reset_once",
		"/account",
		lx_show_text(&reader, "%s://%.*s%s/%s", request->https ? "https" : "http",
			(int)request->host.len, request->host.at, link->redeem_path, token) };
	return lx_told_once(&reader, reply, &told);
}

/* `again` shows the form with what was refused. */
static enum lx_code make(struct lx_request *request, struct lx_reply *reply,
	const struct help_link *link, lx_handler *again)
{
	const struct lx_app *app = request->app;
	struct lx_text name = lx_text_trim(lx_sent(request, "name"));
	char token[LX_TOKEN_TEXT];

	LX_TRY(lx_by_session(request, reply));
	enum lx_code code = lx_may_reset_for(request, name);
	if (code == LX_OK)
		code = link->make(app->accounts, request->call, request->now,
			request->visitor.account, name, token);
	if (code != LX_OK)
		return lx_shown_again(request, reply, code, again);
	return tell(request, reply, link, token);
}

/* --- redeeming it ---------------------------------------------------------------------------- */

/* Whose it is; a link that does not hold is 404. */
static enum lx_code peek(
	const struct lx_reader *reader, const struct help_link *link, struct lx_account *account)
{
	struct lx_request *request = reader->request;
	struct lx_text about;
	int64_t number;

	LX_TRY(lx_link_peek(reader->tx, request->now, link->purpose, request->captures[0], &about));
	if (!lx_text_int(about, &number))
		return lx_fail(reader->call, LX_BROKEN, NULL, "base.broken", NULL);
	enum lx_code code = lx_account_read(reader->tx, number, account);
	if (code == LX_NOT_FOUND)
		return lx_fail(reader->call, LX_NOT_FOUND, NULL, "account.link", NULL);
	return code;
}

static enum lx_code show(
	struct lx_request *request, struct lx_reply *reply, const struct help_link *link)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_entrance_page page = { .links_n = 0 };
	struct lx_account account;
	char action[96];

	LX_TRY(lx_reader_open_again(request, &reader));
	LX_TRY(peek(&reader, link, &account));
	struct lx_view view = lx_show_view(&reader);
	(void)snprintf(action, sizeof action, "%s/%.*s", link->redeem_path,
		(int)request->captures[0].len, request->captures[0].at);
	page.heading = lx_small_words(&reader, link->redeem);
	page.intro = lx_show_say(&reader, link->redeem_intro, account.name, NULL);
	lx_frame_fill(&reader, page.heading, "", reader.size, &page.frame);
	page.frame.faulty = request->call->fault.code != LX_OK;
	LX_TRY(lx_small_form(&reader, &link->shown, 1, action, link->redeem, &page.form));
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_entrance(&reply->body, &view, &page);
	return LX_OK;
}

/* A program is told whose it is. */
static enum lx_code show_or_name(
	struct lx_request *request, struct lx_reply *reply, const struct help_link *link)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_account account;

	if (request->media != LX_JSON)
		return show(request, reply, link);
	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(peek(&reader, link, &account));
	LX_CLOSE(lx_json_free) json_t *json = json_pack("{s:s}", "name", account.name);
	return lx_reply_json(request, reply, json);
}

/* A link that does not hold has no form to show again. */
static enum lx_code redeem(struct lx_request *request, struct lx_reply *reply,
	const struct help_link *link, lx_handler *again)
{
	enum lx_code code = link->finish(
		request, request->captures[0], lx_sent(request, "password"));

	if (code == LX_INVALID)
		return lx_shown_again(request, reply, code, again);
	LX_TRY(code);
	return lx_small_done(request, reply, link->done);
}

/* --- the addresses --------------------------------------------------------------------------- */

static enum lx_code begin_password_again(struct lx_request *request, struct lx_reply *reply)
{
	return show_begin(request, reply, &password_link);
}

static enum lx_code begin_factor_again(struct lx_request *request, struct lx_reply *reply)
{
	return show_begin(request, reply, &factor_link);
}

static enum lx_code password_again(struct lx_request *request, struct lx_reply *reply)
{
	return show(request, reply, &password_link);
}

static enum lx_code factor_again(struct lx_request *request, struct lx_reply *reply)
{
	return show(request, reply, &factor_link);
}

enum lx_code lx_page_reset_begin(struct lx_request *request, struct lx_reply *reply)
{
	return begin(request, reply, &password_link);
}

enum lx_code lx_page_reset_begin_post(struct lx_request *request, struct lx_reply *reply)
{
	return make(request, reply, &password_link, begin_password_again);
}

enum lx_code lx_page_reset(struct lx_request *request, struct lx_reply *reply)
{
	return show_or_name(request, reply, &password_link);
}

enum lx_code lx_page_reset_post(struct lx_request *request, struct lx_reply *reply)
{
	return redeem(request, reply, &password_link, password_again);
}

enum lx_code lx_page_help_begin(struct lx_request *request, struct lx_reply *reply)
{
	return begin(request, reply, &factor_link);
}

enum lx_code lx_page_help_begin_post(struct lx_request *request, struct lx_reply *reply)
{
	return make(request, reply, &factor_link, begin_factor_again);
}

enum lx_code lx_page_help(struct lx_request *request, struct lx_reply *reply)
{
	return show_or_name(request, reply, &factor_link);
}

enum lx_code lx_page_help_post(struct lx_request *request, struct lx_reply *reply)
{
	return redeem(request, reply, &factor_link, factor_again);
}
