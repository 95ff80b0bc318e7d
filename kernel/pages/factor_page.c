/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The second factor of one's own account: begun (the secret shown as text and as the address that authenticators
 * read), confirmed by a code of it, replaced by showing a code of the former one as well, taken away by a code.
 */
#include "kernel/pages/small_form.h"

#include <string.h>

/* "JBSW Y3DP …": what is typed from one screen into another. */
static struct lx_text in_fours(const struct lx_reader *reader, struct lx_text secret)
{
	char *out = lx_alloc(reader->call, secret.len * 5 / 4 + 2);
	size_t n = 0;

	for (size_t i = 0; out != NULL && i < secret.len; i++) {
		if (i > 0 && i % 4 == 0)
			out[n++] = ' ';
		out[n++] = secret.at[i];
	}
	return out == NULL ? secret : (struct lx_text){ out, n };
}

/* The secret that was shown before, when its code was wrong; else a fresh one. */
static enum lx_code secret_of(
	const struct lx_reader *reader, struct lx_text *secret, struct lx_text *address)
{
	struct lx_frame frame;
	char *fresh = lx_alloc(reader->call, LX_TOTP_TEXT);

	if (fresh == NULL)
		return LX_BROKEN;
	lx_frame_fill(reader, lx_words_str(""), "", reader->size, &frame);
	const char *issuer =
		lx_show_text(reader, "%.*s", (int)frame.region.text.len, frame.region.text.at).at;
	struct lx_text former = lx_sent(reader->request, "secret");
	if (former.len == LX_TOTP_TEXT - 1)
		memcpy(fresh, former.at, former.len);
	else
		lx_totp_new(fresh);
	*secret = lx_text(fresh);
	return lx_totp_address(reader->call, issuer, reader->request->visitor.name, fresh, address);
}

static enum lx_code has_factor(const struct lx_reader *reader, bool *has)
{
	struct lx_account account;

	LX_TRY(lx_account_read(reader->tx, reader->request->visitor.account, &account));
	*has = account.totp;
	return LX_OK;
}

static enum lx_code fill(const struct lx_reader *reader, bool has, struct lx_form_page *page)
{
	struct lx_text secret, address;

	LX_TRY(secret_of(reader, &secret, &address));
	const struct lx_small_field fields[] = {
		{ "former", "account.factor_former", LX_FIELD_CODE, "one-time-code", false },
		{ "secret", "account.factor_secret", LX_FIELD_SHOWN,
			.shown = in_fours(reader, secret) },
		{ "address", "account.factor_address", LX_FIELD_SHOWN, .shown = address },
		{ "code", "account.factor_code", LX_FIELD_CODE, "one-time-code", false,
			"account.factor_code_hint" },
	};
	page->heading = lx_small_words(reader, has ? "account.factor_replace" : "account.factor");
	page->intro = lx_small_words(reader, "account.factor_intro");
	lx_frame_fill(reader, page->heading, "", reader->size, &page->frame);
	page->frame.faulty = reader->call->fault.code != LX_OK;
	LX_TRY(lx_small_form(reader, has ? fields : fields + 1, has ? 4 : 3, "/account/factor",
		has ? "account.factor_replace" : "account.factor_confirm", &page->form));
	lx_small_hidden(reader, &page->form, "secret", secret);
	page->form.away = (struct lx_link_view){ lx_small_words(reader, "page.cancel"),
		lx_address_make(reader->call, "/account") };
	if (has)
		page->note =
			(struct lx_note){ .words = lx_small_words(reader, "account.factor_there"),
				.link = { lx_small_words(reader, "account.factor_drop"),
					lx_address_make(reader->call, "/account/factor/drop") } };
	return LX_OK;
}

static enum lx_code show(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_form_page page = { .steps_n = 0 };
	bool has;

	LX_TRY(lx_reader_open_again(request, &reader));
	struct lx_view view = lx_show_view(&reader);
	LX_TRY(has_factor(&reader, &has));
	LX_TRY(fill(&reader, has, &page));
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_form(&reply->body, &view, &page);
	return LX_OK;
}

/* Input of the confirmation: "secret" as it stands here, "code"; "former" when "has". */
static enum lx_code show_json(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_text secret, address;
	bool has;

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(has_factor(&reader, &has));
	LX_TRY(secret_of(&reader, &secret, &address));
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:b, s:s%, s:s%}", "has", has, "secret", secret.at, secret.len,
		"address", address.at, address.len);
	return lx_reply_json(request, reply, json);
}

enum lx_code lx_page_factor(struct lx_request *request, struct lx_reply *reply)
{
	LX_TRY(lx_by_session(request, reply));
	return request->media == LX_JSON ? show_json(request, reply) : show(request, reply);
}

enum lx_code lx_page_factor_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	const struct lx_factor wanted = { .account = request->visitor.account,
		.secret = lx_text_trim(lx_sent(request, "secret")),
		.code = lx_text_trim(lx_sent(request, "code")),
		.former = lx_text_trim(lx_sent(request, "former")) };

	LX_TRY(lx_by_session(request, reply));
	enum lx_code code = lx_totp_enrol(app->accounts, request->call, request->now, &wanted);
	if (code != LX_OK)
		return lx_shown_again(request, reply, code, show);
	return lx_small_done(request, reply, "/account?done=factor");
}

/* --- taking it away -------------------------------------------------------------------------- */

static enum lx_code show_drop(struct lx_request *request, struct lx_reply *reply)
{
	static const struct lx_small_field fields[] = {
		{ "code", "account.code_label", LX_FIELD_CODE, "one-time-code", false },
	};
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_confirm_page page = { .facts = { .facts_n = 0 } };

	LX_TRY(lx_reader_open_again(request, &reader));
	struct lx_view view = lx_show_view(&reader);
	page.heading = lx_small_words(&reader, "account.factor_drop");
	page.note = (struct lx_note){ .tone = LX_TONE_WARN,
		.words = lx_small_words(&reader, "account.factor_drop_means") };
	lx_frame_fill(&reader, page.heading, "", reader.size, &page.frame);
	page.frame.faulty = request->call->fault.code != LX_OK;
	LX_TRY(lx_small_form(
		&reader, fields, 1, "/account/factor/drop", "account.factor_drop", &page.form));
	page.form.away = (struct lx_link_view){ lx_small_words(&reader, "page.cancel"),
		lx_address_make(request->call, "/account") };
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_confirm(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_page_factor_drop(struct lx_request *request, struct lx_reply *reply)
{
	return show_drop(request, reply);
}

/* Who acts for a government where the charter asks for a second factor keeps one: it can be replaced, not taken away. */
static enum lx_code test_needed(struct lx_request *request)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };

	LX_TRY(lx_reader_open(request, &reader));
	struct lx_text asked = lx_record_value(&reader.charter.record, "second_factor").text;
	if (reader.actor.mandates_n > 0 && lx_text_is(asked, "yes"))
		return lx_fail(request->call, LX_CONFLICT, NULL, "account.factor_needed", NULL);
	return LX_OK;
}

enum lx_code lx_page_factor_drop_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;

	LX_TRY(lx_by_session(request, reply));
	enum lx_code code = test_needed(request);
	if (code == LX_OK)
		code = lx_totp_remove(app->accounts, request->call, request->now,
			request->visitor.account, lx_text_trim(lx_sent(request, "code")));
	if (code != LX_OK)
		return lx_shown_again(request, reply, code, show_drop);
	return lx_small_done(request, reply, "/account?done=factor_dropped");
}
