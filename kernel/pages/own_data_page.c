/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * /account/data: all that is kept about the reader as one JSON file: the account, the record of the person as the person may
 * see it, own needs with their entries, mandates, and to which records the person stands in which relation.
 */
#include "kernel/pages/pages.h"

#include "base/time.h"
#include "kernel/types/types_queries.h"

#include <string.h>

#define STANDINGS_MOST 5000 /* "more" says when there are further ones */
#define ENTRIES_PAGE   200

static json_t *moment(int64_t at)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	lx_moment_write(&out, at);
	return json_stringn(lx_buf_view(&out).at, lx_buf_view(&out).len);
}

static enum lx_code account_of(const struct lx_reader *reader, json_t *data)
{
	struct lx_account account;
	json_t *tokens;

	LX_TRY(lx_account_read(reader->tx, reader->request->visitor.account, &account));
	LX_TRY(lx_token_list(reader, &tokens));
	(void)json_object_set_new(data, "account",
		json_pack("{s:s, s:o, s:b, s:o}", "name", account.name, "created",
			moment(account.created), "second_factor", account.totp, "tokens", tokens));
	return LX_OK;
}

/* A record as the reader may see it; nothing where it may not be read any more. */
static enum lx_code record_of(
	const struct lx_reader *reader, const struct lx_standing *at, json_t **reduced)
{
	const struct lx_shape *shape = lx_shape_find(reader->app->region, lx_text(at->type));
	struct lx_record record;

	*reduced = NULL;
	if (shape == NULL)
		return LX_OK;
	enum lx_code code = lx_record_load(reader->tx, shape, at->record, &record);
	if (code == LX_OK)
		code = lx_reduce(&reader->sight, &record, LX_ALL_PARTS, reduced);
	return code == LX_NOT_FOUND ? LX_OK : code;
}

static enum lx_code entries_of(
	const struct lx_reader *reader, const struct lx_standing *at, json_t *entries)
{
	struct lx_value *cells;
	int64_t last = 0;
	size_t n = ENTRIES_PAGE;

	while (n == ENTRIES_PAGE) {
		const struct lx_value binds[] = { LX_S(at->type), LX_I(at->record), LX_I(last),
			LX_I(ENTRIES_PAGE) };
		LX_TRY(lx_all(reader->tx, &lx_q_timeline, binds, ENTRIES_PAGE, &cells, &n));
		for (size_t i = 0; i < n; i++) {
			json_t *entry = NULL;
			last = cells[6 * i].number;
			LX_TRY(lx_reduce_entry(&reader->sight, last, &entry));
			(void)json_array_append_new(entries, entry);
		}
	}
	return LX_OK;
}

static enum lx_code add_need(
	const struct lx_reader *reader, const struct lx_standing *at, json_t *needs)
{
	LX_CLOSE(lx_json_free) json_t *entries = json_array();
	json_t *reduced;

	LX_TRY(entries_of(reader, at, entries));
	LX_TRY(record_of(reader, at, &reduced));
	(void)json_array_append_new(
		needs, json_pack("{s:o*, s:O}", "record", reduced, "entries", entries));
	return LX_OK;
}

static enum lx_code add_mandate(
	const struct lx_reader *reader, const struct lx_standing *at, json_t *mandates)
{
	json_t *reduced;

	LX_TRY(record_of(reader, at, &reduced));
	if (reduced != NULL)
		(void)json_array_append_new(mandates, reduced);
	return LX_OK;
}

static enum lx_code standings_of(const struct lx_reader *reader, json_t *data)
{
	LX_CLOSE(lx_json_free) json_t *all = json_array();
	LX_CLOSE(lx_json_free) json_t *needs = json_array();
	LX_CLOSE(lx_json_free) json_t *mandates = json_array();
	struct lx_standing *standings;
	size_t n;

	LX_TRY(lx_vault_standings(
		reader->tx, reader->actor.person, NULL, NULL, STANDINGS_MOST, &standings, &n));
	for (size_t i = 0; i < n; i++) {
		const struct lx_standing *at = &standings[i];
		(void)json_array_append_new(
			all, json_pack("{s:s, s:I, s:s}", "type", at->type, "record",
				     (json_int_t)at->record, "relation", at->relation));
		if (strcmp(at->type, "need") == 0 && strcmp(at->relation, "asker") == 0)
			LX_TRY(add_need(reader, at, needs));
		if (strcmp(at->type, "mandate") == 0)
			LX_TRY(add_mandate(reader, at, mandates));
	}
	(void)json_object_set(data, "standings", all);
	(void)json_object_set(data, "needs", needs);
	(void)json_object_set(data, "mandates", mandates);
	(void)json_object_set_new(data, "more", json_boolean(n == STANDINGS_MOST));
	return LX_OK;
}

enum lx_code lx_page_own_data(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	LX_CLOSE(lx_json_free) json_t *data = json_object();
	json_t *person = NULL;

	if (data == NULL)
		return lx_fail(request->call, LX_BROKEN, NULL, "base.memory", NULL);
	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(account_of(&reader, data));
	if (reader.actor.person > 0) {
		const struct lx_standing own = { .type = "person", .record = reader.actor.person };
		LX_TRY(record_of(&reader, &own, &person));
		(void)json_object_set_new(data, "person", person);
		LX_TRY(standings_of(&reader, data));
	}
	LX_TRY(lx_reply_header(request, reply, "Content-Disposition",
		"attachment; filename=\"lianxi-account.json\""));
	return lx_reply_json(request, reply, data);
}
