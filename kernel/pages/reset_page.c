/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A lost password: a second person makes a one-time link for the account (/account/reset), its holder sets a new
 * password by it (/reset/<token>). A second factor stays as it is.
 *
 * Who may make one: an administrator of any holder that the account's person has a valid mandate of; the secretariat for
 * everybody. Whoever may not is not told whether there is such an account.
 */
#include "kernel/pages/small_form.h"

#include <stdio.h>
#include <string.h>

static bool is_administrator(const struct lx_actor *actor)
{
	for (size_t i = 0; i < actor->mandates_n; i++)
		if (lx_text_is(actor->mandates[i].office, "administrator"))
			return true;
	return false;
}

static enum lx_code in_secretariat(const struct lx_reader *reader, bool *is)
{
	struct lx_text *links;
	size_t n;

	*is = false;
	if (reader->charter.record.shape == NULL)
		return LX_OK;
	LX_TRY(lx_path_links(
		&reader->sight, &reader->charter.record, "charter.secretariat", &links, &n));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < reader->actor.mandates_n; k++)
			*is = *is || lx_text_equal(reader->actor.mandates[k].holder, links[i]);
	return LX_OK;
}

enum lx_code lx_may_reset(const struct lx_reader *reader, bool *may)
{
	LX_TRY(in_secretariat(reader, may));
	*may = *may || is_administrator(&reader->actor);
	return LX_OK;
}

/* Whether the reader administers a holder that the other acts for. */
static bool administers(const struct lx_actor *actor, const struct lx_actor *other)
{
	for (size_t i = 0; i < actor->mandates_n; i++)
		for (size_t k = 0; k < other->mandates_n; k++)
			if (lx_text_is(actor->mandates[i].office, "administrator") &&
				lx_text_equal(actor->mandates[i].holder, other->mandates[k].holder))
				return true;
	return false;
}

enum lx_code lx_may_reset_for(struct lx_request *request, struct lx_text name)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_account account;
	struct lx_actor other = { .mandates_n = 0 };
	bool secretariat;

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(in_secretariat(&reader, &secretariat));
	if (secretariat)
		return LX_OK;
	enum lx_code code = lx_account_find(reader.tx, name, &account);
	if (code == LX_OK && account.person != 0)
		code = lx_actor_load(reader.tx, reader.app->region, account.person, &other);
	if (code != LX_OK && code != LX_NOT_FOUND)
		return code;
	if (administers(&reader.actor, &other))
		return LX_OK;
	return lx_fail(request->call, LX_FORBIDDEN, "name", "account.reset_not_yours", NULL);
}

/* --- making the link ------------------------------------------------------------------------- */

static enum lx_code show_begin(struct lx_request *request, struct lx_reply *reply)
{
	static const struct lx_small_field fields[] = {
		{ "name", "account.reset_name", LX_FIELD_TEXT, "off", false },
	};
	static const struct lx_small_page page = { fields, 1, "/account/reset",
		"account.reset_begin", "account.reset_intro", "account.reset_make" };

	return lx_show_small_page(request, &page, reply);
}

enum lx_code lx_page_reset_begin(struct lx_request *request, struct lx_reply *reply)
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
		json_t *json = json_pack("{s:o}", "link", json_sprintf("/reset/%s", token));
		reply->status = 201;
		return lx_reply_json(request, reply, json);
	}
	LX_TRY(lx_reader_open(request, &reader));
	const struct lx_told told = { "account.reset_begin", "account.reset_link",
		"account.reset_once", "/account",
		lx_show_text(&reader, "%s://%.*s/reset/%s", request->https ? "https" : "http",
			(int)request->host.len, request->host.at, token) };
	return lx_told_once(&reader, reply, &told);
}

enum lx_code lx_page_reset_begin_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	struct lx_text name = lx_text_trim(lx_sent(request, "name"));
	char token[LX_TOKEN_TEXT];

	LX_TRY(lx_by_session(request, reply));
	enum lx_code code = lx_may_reset_for(request, name);
	if (code == LX_OK)
		code = lx_reset_begin(app->accounts, request->call, request->now,
			request->visitor.account, name, token);
	if (code != LX_OK)
		return lx_shown_again(request, reply, code, show_begin);
	return tell(request, reply, token);
}

/* --- redeeming it ---------------------------------------------------------------------------- */

static enum lx_code peek(const struct lx_reader *reader, struct lx_account *account)
{
	struct lx_request *request = reader->request;
	struct lx_text about;
	int64_t number;

	LX_TRY(lx_link_peek(reader->tx, request->now, "reset", request->captures[0], &about));
	if (!lx_text_int(about, &number))
		return lx_fail(reader->call, LX_BROKEN, NULL, "base.broken", NULL);
	enum lx_code code = lx_account_read(reader->tx, number, account);
	if (code == LX_NOT_FOUND)
		return lx_fail(reader->call, LX_NOT_FOUND, NULL, "account.link", NULL);
	return code;
}

static enum lx_code show_reset(struct lx_request *request, struct lx_reply *reply)
{
	static const struct lx_small_field fields[] = {
		{ "password", "account.password_new", LX_FIELD_PASSWORD, "new-password", false },
	};
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_entrance_page page = { .links_n = 0 };
	struct lx_account account;
	char action[96];

	LX_TRY(lx_reader_open_again(request, &reader));
	LX_TRY(peek(&reader, &account));
	struct lx_view view = lx_show_view(&reader);
	(void)snprintf(action, sizeof action, "/reset/%.*s", (int)request->captures[0].len,
		request->captures[0].at);
	page.heading = lx_small_words(&reader, "account.reset");
	page.intro = lx_show_say(&reader, "account.reset_for", account.name, NULL);
	lx_frame_fill(&reader, page.heading, "", reader.size, &page.frame);
	page.frame.faulty = request->call->fault.code != LX_OK;
	LX_TRY(lx_small_form(&reader, fields, 1, action, "account.reset", &page.form));
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_entrance(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_page_reset(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_account account;

	if (request->media != LX_JSON)
		return show_reset(request, reply);
	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(peek(&reader, &account));
	LX_CLOSE(lx_json_free) json_t *json = json_pack("{s:s}", "name", account.name);
	return lx_reply_json(request, reply, json);
}

enum lx_code lx_page_reset_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;

	enum lx_code code = lx_reset_finish(app->accounts, request->call, request->now,
		request->captures[0], lx_sent(request, "password"));
	/* a link that does not hold has no form to show again */
	if (code != LX_OK)
		return code == LX_INVALID ? lx_shown_again(request, reply, code, show_reset) : code;
	return lx_small_done(request, reply, "/sign-in?done=reset");
}
