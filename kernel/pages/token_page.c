/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Bearer tokens for programs of the account's holder: POST /account/tokens makes one and tells it once, POST
 * /account/tokens/<number>/drop ends it. Needs a session begun by password: a token that leaked cannot renew itself.
 */
#include "kernel/pages/small_form.h"

#include "base/time.h"

#include <stdio.h>

#define DAYS_USUAL 30

static enum lx_code show_new(struct lx_request *request, struct lx_reply *reply)
{
	static const struct lx_small_field fields[] = {
		{ "label", "account.token_label", LX_FIELD_TEXT, "off", false },
		{ "days", "account.token_days", LX_FIELD_NUMBER, "off", true,
			"account.token_days_hint" },
	};
	static const struct lx_small_page page = { fields, 2, "/account/tokens",
		"account.token_new", "account.token_intro", "account.token_make" };

	return lx_show_small_page(request, &page, reply);
}

/* GET /account/tokens: the list for programs, the form of a new one for people. */
enum lx_code lx_page_tokens(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	LX_CLOSE(lx_json_free) json_t *json = NULL;
	json_t *list;

	LX_TRY(lx_by_session(request, reply));
	if (request->media != LX_JSON)
		return show_new(request, reply);
	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(lx_token_list(&reader, &list));
	json = json_pack("{s:o}", "tokens", list);
	return lx_reply_json(request, reply, json);
}

/* How long it is to hold: DAYS_USUAL where nothing is said. */
static enum lx_code days_of(struct lx_request *request, unsigned *days)
{
	const json_t *said = json_object_get(request->json, "days");
	struct lx_text typed = lx_text_trim(lx_sent(request, "days"));
	int64_t number = DAYS_USUAL;

	bool whole = said == NULL || json_is_string(said)
			     ? typed.len == 0 || lx_text_int(typed, &number)
			     : json_is_integer(said);
	if (json_is_integer(said))
		number = json_integer_value(said);
	if (!whole || number < 1 || number > INT16_MAX)
		return lx_fail(request->call, LX_INVALID, "days", "account.days", NULL);
	*days = (unsigned)number;
	return LX_OK;
}

static enum lx_code tell(struct lx_request *request, struct lx_reply *reply, const char *token)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };

	if (request->media == LX_JSON) {
		LX_CLOSE(lx_json_free) json_t *json = json_pack("{s:s}", "token", token);
		reply->status = 201;
		return lx_reply_json(request, reply, json);
	}
	LX_TRY(lx_reader_open(request, &reader));
	const struct lx_told told = { "account.token_made", "account.token_label_made",
		"account.token_once", "/account", lx_text(token) };
	return lx_told_once(&reader, reply, &told);
}

/* Input: label (what for), days (how long; 30 if it is left out). */
enum lx_code lx_page_tokens_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	char token[LX_TOKEN_TEXT];
	unsigned days = 0;

	LX_TRY(lx_by_session(request, reply));
	enum lx_code code = days_of(request, &days);
	if (code == LX_OK)
		code = lx_bearer_make(app->accounts, request->call, request->now,
			request->visitor.account, lx_sent(request, "label"), days, token);
	if (code != LX_OK)
		return lx_shown_again(request, reply, code, show_new);
	return tell(request, reply, token);
}

/* --- ending one ------------------------------------------------------------------------------ */

static enum lx_code find(
	const struct lx_reader *reader, struct lx_bearer *bearer, struct lx_text capture)
{
	struct lx_bearer *bearers;
	int64_t number;
	size_t n;

	LX_TRY(lx_bearer_list(reader->tx, reader->request->visitor.account, &bearers, &n));
	for (size_t i = 0; i < n && lx_text_int(capture, &number); i++)
		if (bearers[i].number == number) {
			*bearer = bearers[i];
			return LX_OK;
		}
	return lx_fail(reader->call, LX_NOT_FOUND, NULL, "page.none", NULL);
}

static struct lx_words day_of(const struct lx_reader *reader, int64_t moment)
{
	struct lx_view view = lx_show_view(reader);
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	lx_view_ymd(&out, &view, moment);
	return lx_words(lx_show_text(reader, "%s", lx_buf_view(&out).at));
}

enum lx_code lx_page_token_confirm(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_confirm_page page = { .facts = { .facts_n = 2 } };
	struct lx_bearer bearer = { 0 };
	char action[64];

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(find(&reader, &bearer, request->captures[0]));
	struct lx_view view = lx_show_view(&reader);
	struct lx_cell label = { .words = lx_words(bearer.label) },
		       until = { .words = day_of(&reader, bearer.expires) };
	struct lx_fact facts[] = { { lx_small_words(&reader, "account.token_label"), &label, 1 },
		{ lx_small_words(&reader, "account.token_until"), &until, 1 } };
	page.heading = lx_small_words(&reader, "account.token_drop");
	page.intro = lx_small_words(&reader, "account.token_drop_means");
	page.facts.facts = facts;
	lx_frame_fill(&reader, page.heading, "", reader.size, &page.frame);
	(void)snprintf(
		action, sizeof action, "/account/tokens/%lld/drop", (long long)bearer.number);
	LX_TRY(lx_small_form(&reader, NULL, 0, action, "account.token_drop", &page.form));
	page.form.away = (struct lx_link_view){ lx_small_words(&reader, "page.cancel"),
		lx_address_make(request->call, "/account") };
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_confirm(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_page_token_drop(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	int64_t number;

	LX_TRY(lx_by_session(request, reply));
	if (!lx_text_int(request->captures[0], &number) || number < 1)
		return lx_fail(request->call, LX_NOT_FOUND, NULL, "page.none", NULL);
	LX_TRY(lx_bearer_drop(app->accounts, request->call, request->visitor.account, number));
	return lx_small_done(request, reply, "/account?done=token_dropped");
}

/* --- all of them ----------------------------------------------------------------------------- */

enum lx_code lx_token_list(const struct lx_reader *reader, json_t **list)
{
	struct lx_bearer *bearers;
	size_t n;

	LX_TRY(lx_bearer_list(reader->tx, reader->request->visitor.account, &bearers, &n));
	json_t *made = json_array();
	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(made,
			json_pack("{s:I, s:s%, s:I, s:I}", "number", (json_int_t)bearers[i].number,
				"label", bearers[i].label.at, bearers[i].label.len, "created",
				(json_int_t)bearers[i].created, "expires",
				(json_int_t)bearers[i].expires));
	if (made == NULL)
		return lx_fail(reader->call, LX_BROKEN, NULL, "base.memory", NULL);
	*list = made;
	return LX_OK;
}

enum lx_code lx_token_table(const struct lx_reader *reader, struct lx_grid *table)
{
	struct lx_column *columns = lx_array(reader->call, 2, sizeof *columns);
	struct lx_bearer *bearers;
	size_t n;

	LX_TRY(lx_bearer_list(reader->tx, reader->request->visitor.account, &bearers, &n));
	struct lx_grid_row *rows = lx_array(reader->call, n, sizeof *rows);
	struct lx_cell *cells = lx_array(reader->call, n * 2, sizeof *cells);
	if (columns == NULL || rows == NULL || cells == NULL)
		return LX_BROKEN;
	columns[0] = (struct lx_column){ LX_CELL_TITLE,
		lx_small_words(reader, "account.token_label") };
	columns[1] = (struct lx_column){ LX_CELL_DATE,
		lx_small_words(reader, "account.token_until") };
	for (size_t i = 0; i < n; i++) {
		cells[2 * i] = (struct lx_cell){ .kind = LX_CELL_TITLE,
			.words = lx_words(bearers[i].label),
			.link = lx_address_make(reader->call, "/account/tokens/%lld",
				(long long)bearers[i].number) };
		cells[2 * i + 1] = (struct lx_cell){ .kind = LX_CELL_DATE,
			.words = day_of(reader, bearers[i].expires) };
		rows[i] = (struct lx_grid_row){ .cells = cells + 2 * i, .cells_n = 2 };
	}
	*table = (struct lx_grid){ .caption = lx_small_words(reader, "account.tokens_own"),
		.columns = columns,
		.columns_n = 2,
		.rows = rows,
		.rows_n = n,
		.empty = lx_small_words(reader, "page.empty"),
		.more = { lx_small_words(reader, "account.token_new"),
			lx_address_make(reader->call, "/account/tokens") } };
	return LX_OK;
}
