/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Opening a request's view of the region; the hooks of the door and of the region. */
#include "kernel/pages/pages.h"

#include <string.h>

enum lx_code lx_reader_open(struct lx_request *request, struct lx_reader *reader)
{
	const struct lx_app *app = request->app;
	const struct lx_charter *charter;

	*reader = (struct lx_reader){ .request = request, .app = app, .call = request->call };
	LX_TRY(lx_store_read(app->store, request->call, &reader->tx));
	LX_TRY(lx_journal_size(reader->tx, &reader->size));
	LX_TRY(lx_charter_hold(reader->tx, app->region, app->charter, &reader->held, &charter));
	reader->charter = *charter;
	struct lx_text code = lx_text(request->visitor.code);
	if (!lx_actor_visit(code, &reader->actor))
		LX_TRY(lx_actor_load(
			reader->tx, app->region, request->visitor.person, &reader->actor));
	reader->sight = (struct lx_sight){ reader->tx, app->region, &reader->charter,
		&reader->actor, &reader->titles };
	return LX_OK;
}

void lx_reader_close(struct lx_reader *reader)
{
	lx_store_release(&reader->tx);
}

void lx_reader_end(struct lx_reader *reader)
{
	lx_reader_close(reader);
	lx_titles_close(&reader->titles);
	lx_charter_drop(&reader->held);
}

enum lx_code lx_app_session(struct lx_request *request)
{
	const struct lx_app *app = request->app;

	if (lx_text_is(request->path, "/metrics"))
		return LX_OK; /* its token is no account's */
	return lx_session_read(app->accounts, request);
}

enum lx_code lx_app_person_by_name(struct lx_tx *tx, struct lx_text name, int64_t *person)
{
	struct lx_account account;

	LX_TRY(lx_account_find(tx, name, &account));
	*person = account.person;
	return account.person == 0 ? LX_NOT_FOUND : LX_OK;
}

enum lx_code lx_app_second_factor(struct lx_tx *tx, int64_t person, bool *has)
{
	return lx_account_has_factor(tx, person, has);
}

enum lx_code lx_reply_json(struct lx_request *request, struct lx_reply *reply, const json_t *value)
{
	reply->media = "application/json; charset=utf-8";
	return lx_json_told(&reply->body, value, &request->call->fault);
}

void lx_reply_page(struct lx_reply *reply)
{
	reply->media = "text/html; charset=utf-8";
}

enum lx_code lx_route_type(const struct lx_reader *reader, const struct lx_shape **shape)
{
	struct lx_call *call = reader->call;
	const struct lx_shape *found = lx_shape_of_plural(
		reader->app->region, reader->request->captures[0]);

	/* what has no section has no public address */
	if (found == NULL || found->type->section == NULL ||
		!lx_charter_on(&reader->charter, found->type->name))
		return lx_fail(call, LX_NOT_FOUND, NULL, "page.none", NULL);
	*shape = found;
	return LX_OK;
}

enum lx_code lx_route_record(
	const struct lx_reader *reader, const struct lx_shape *shape, struct lx_record *record)
{
	struct lx_call *call = reader->call;
	int64_t number;
	bool may = false;

	if (!lx_text_int(reader->request->captures[1], &number) || number < 1)
		return lx_fail(call, LX_NOT_FOUND, NULL, "page.none", NULL);
	enum lx_code code = lx_record_load(reader->tx, shape, number, record);
	if (code == LX_OK)
		LX_TRY(lx_may_read(&reader->sight, record, &may));
	if (code != LX_OK && code != LX_NOT_FOUND)
		return code;
	return may ? LX_OK : lx_fail(call, LX_NOT_FOUND, NULL, "page.none", NULL);
}
