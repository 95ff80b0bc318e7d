/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Bearer tokens for programs of the account's holder, as JSON: POST /account/tokens makes one and tells it once,
 * POST /account/tokens/<number>/drop ends it. Needs a session begun by password: a token that leaked cannot renew itself.
 */
#include "kernel/pages/pages.h"

#define DAYS_USUAL 30

static enum lx_code by_session(struct lx_request *request, struct lx_reply *reply)
{
	if (request->visitor.by_token)
		return lx_reply_refuse(request, reply, 403, NULL, "account.token_by_token");
	return LX_OK;
}

/* Input: label (what for), days (how long; 30 if it is left out). */
enum lx_code lx_page_tokens_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	const json_t *label = json_object_get(request->json, "label"),
		     *days = json_object_get(request->json, "days");
	char token[LX_TOKEN_TEXT];

	LX_TRY(by_session(request, reply));
	if (!json_is_string(label))
		return lx_fail(request->call, LX_INVALID, "label", "account.label", NULL);
	if (days != NULL && (!json_is_integer(days) || json_integer_value(days) < 1 ||
				    json_integer_value(days) > INT16_MAX))
		return lx_fail(request->call, LX_INVALID, "days", "account.days", NULL);
	LX_TRY(lx_bearer_make(app->accounts, request->call, request->now, request->visitor.account,
		(struct lx_text){ json_string_value(label), json_string_length(label) },
		days == NULL ? DAYS_USUAL : (unsigned)json_integer_value(days), token));
	LX_CLOSE(lx_json_free) json_t *json = json_pack("{s:s}", "token", token);
	reply->status = 201;
	LX_TRY(lx_reply_header(request, reply, "Cache-Control", "private, no-store"));
	return lx_reply_json(request, reply, json);
}

enum lx_code lx_page_token_drop(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	int64_t number;

	LX_TRY(by_session(request, reply));
	if (!lx_text_int(request->captures[0], &number) || number < 1)
		return lx_fail(request->call, LX_NOT_FOUND, NULL, "page.none", NULL);
	LX_TRY(lx_bearer_drop(app->accounts, request->call, request->visitor.account, number));
	reply->status = 204;
	return LX_OK;
}

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
