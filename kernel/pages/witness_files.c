/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Other regions' logs cosigned (C2SP tlog-witness): add-checkpoint, the key, and the newest checkpoint seen of each. */
#include "kernel/pages/pages.h"

#define TEXT "text/plain; charset=utf-8"

static enum lx_code none(struct lx_request *request)
{
	return lx_fail(request->call, LX_NOT_FOUND, NULL, "page.none", NULL);
}

enum lx_code lx_page_add_checkpoint(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	unsigned status;

	if (app->witness == NULL)
		return none(request);
	if (request->body.len > LX_WITNESS_BODY)
		return lx_reply_refuse(request, reply, 413, NULL, "http.body_long");
	LX_TRY(lx_witness_add(app->witness, request->call, request->body, request->now / 1000,
		&status, &reply->body));
	reply->status = status;
	reply->media = status == 409 ? "text/x.tlog.size" : TEXT;
	return lx_reply_header(request, reply, "Cache-Control", "no-store");
}

enum lx_code lx_page_witness_key(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	char text[LX_NOTE_KEY_TEXT];

	if (app->witness == NULL)
		return none(request);
	lx_note_key_write(lx_witness_key(app->witness), text);
	lx_buf_printf(&reply->body, "%s\n", text);
	reply->media = TEXT;
	return lx_reply_header(request, reply, "Cache-Control", "public, max-age=60");
}

enum lx_code lx_page_witness_seen(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	struct lx_text note;

	if (app->witness == NULL)
		return none(request);
	enum lx_code code = lx_witness_seen(
		app->witness, request->call, request->captures[0], &note);
	if (code == LX_NOT_FOUND)
		return none(request);
	LX_TRY(code);
	lx_buf_text(&reply->body, note);
	reply->media = TEXT;
	return lx_reply_header(request, reply, "Cache-Control", "public, max-age=1");
}
