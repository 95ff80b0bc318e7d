/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Asking without an account, where the charter lets it: the form, the number and query code told once, and the pages where who
 * brings both back sees what became of it and answers. The code travels in the form, then in a cookie of that one record's
 * addresses; programs send it as Query-Code. Here nothing of it is kept.
 */
#include "kernel/pages/small_form.h"
#include "kernel/types/input.h"

#include <stdio.h>
#include <string.h>

#define VISIT_SECONDS 1800

bool lx_may_ask_openly(const struct lx_reader *reader)
{
	struct lx_text says = lx_record_value(&reader->charter.record, "without_account").text;

	return lx_text_is(says, "yes") && !reader->charter.founding;
}

static enum lx_code none(struct lx_request *request)
{
	return lx_fail(request->call, LX_NOT_FOUND, NULL, "page.none", NULL);
}

/* The type whose records are asked for so: the first with an act of visitors. */
static const struct lx_shape *asked_shape(const struct lx_region *region)
{
	for (size_t i = 0; i < region->n; i++)
		for (const struct lx_act *act = region->shapes[i].type->acts; act->name != NULL;
			act++)
			if (lx_word_in(LX_TEXT_OF("visitor"), act->who))
				return &region->shapes[i];
	return NULL;
}

/* Takes what was shown as this request's code; false: it is none. */
static bool take_code(struct lx_request *request, struct lx_text code)
{
	struct lx_actor actor;

	if (code.len >= sizeof request->visitor.code || !lx_actor_visit(code, &actor))
		return false;
	memcpy(request->visitor.code, code.at, code.len);
	request->visitor.code[code.len] = '\0';
	return true;
}

/* --- asking ---------------------------------------------------------------------------------- */

/* "/needs/open/submit" is the form of "/needs/new/submit"; *open false: not for visitors, or not here. */
static enum lx_code open_act(struct lx_request *request, bool *open)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };

	LX_TRY(lx_reader_open(request, &reader));
	const struct lx_shape *shape = lx_shape_of_plural(reader.app->region, request->captures[0]);
	const struct lx_act *act = shape == NULL ? NULL
						 : lx_act_find(shape->type, request->captures[1]);
	*open = act != NULL && act->from == NULL && lx_word_in(LX_TEXT_OF("visitor"), act->who) &&
		lx_may_ask_openly(&reader) && lx_charter_on(&reader.charter, shape->type->name);
	request->captures[2] = request->captures[1];
	request->captures[1] = LX_TEXT_OF("new");
	request->captures_n = 3;
	return LX_OK;
}

static void new_code(struct lx_request *request)
{
	char code[LX_QUERY_CODE_TEXT];

	lx_query_code_new(code);
	(void)snprintf(request->visitor.code, sizeof request->visitor.code, "%s", code);
}

enum lx_code lx_page_open(struct lx_request *request, struct lx_reply *reply)
{
	bool open;

	LX_TRY(open_act(request, &open));
	if (!open)
		return none(request);
	if (request->visitor.account != 0)
		return lx_reply_redirect(request, reply, "/%.*s/new/%.*s",
			(int)request->captures[0].len, request->captures[0].at,
			(int)request->captures[2].len, request->captures[2].at);
	new_code(request);
	return lx_page_act_form(request, reply);
}

enum lx_code lx_page_open_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	const struct lx_text *kept = lx_form_param(request, "code", 0);
	bool open;

	LX_TRY(open_act(request, &open));
	if (!open || request->visitor.account != 0)
		return none(request);
	LX_TRY(lx_guess(app->accounts, request, reply, "asking openly"));
	/* the form brings the code it was drawn with, so that sending it again is the same act */
	bool given = kept != NULL ? take_code(request, *kept)
				  : take_code(request, lx_request_header(request, "query-code"));
	if (!given)
		new_code(request);
	return lx_page_act_post(request, reply);
}

static enum lx_code receipt_json(struct lx_request *request, struct lx_reply *reply,
	const struct lx_shape *shape, const struct lx_order *order)
{
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:s, s:I, s:I, s:s, s:o, s:o}", "type", shape->type->name,
		"number", (json_int_t)order->made_record, "entry", (json_int_t)order->entry, "code",
		request->visitor.code, "record",
		json_sprintf("/api/v1/%s/%lld", shape->type->plural, (long long)order->made_record),
		"follow",
		json_sprintf("/api/v1/follow/%s/%lld", shape->type->plural,
			(long long)order->made_record));

	reply->status = 201;
	return lx_reply_json(request, reply, json);
}

enum lx_code lx_visit_receipt(struct lx_request *request, struct lx_reply *reply,
	const struct lx_shape *shape, const struct lx_order *order)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };

	if (request->media == LX_JSON)
		return receipt_json(request, reply, shape, order);
	LX_TRY(lx_reader_open(request, &reader));
	struct lx_view view = lx_show_view(&reader);
	struct lx_words type = lx_show_key(&reader, "", "", lx_text(shape->type->name));
	struct lx_receipt_page page = { .heading = lx_small_words(&reader, "visit.done"),
		.entry = order->entry,
		.entry_address = lx_address_make(
			request->call, "/record/%lld", (long long)order->entry),
		.at = request->now,
		.code_label = lx_small_words(&reader, "visit.code").text,
		.code = lx_text(request->visitor.code),
		.code_means = lx_small_words(&reader, "visit.code_means"),
		.record = { lx_words(lx_show_text(&reader, "%.*s %lld", (int)type.text.len,
				    type.text.at, (long long)order->made_record)),
			lx_address_make(request->call, "/%s/%lld", shape->type->plural,
				(long long)order->made_record) },
		.away = { lx_small_words(&reader, "visit.follow"),
			lx_address_make(request->call, "/follow?number=%lld",
				(long long)order->made_record) } };
	lx_frame_fill(&reader, page.heading, "", order->entry, &page.frame);
	lx_reader_close(&reader);
	reply->status = 201;
	lx_reply_page(reply);
	lx_view_receipt(&reply->body, &view, &page);
	return LX_OK;
}

/* --- coming back ----------------------------------------------------------------------------- */

static const struct lx_small_field follow_fields[] = {
	{ "number", "visit.number", LX_FIELD_NUMBER, "off", false },
	{ "code", "visit.code", LX_FIELD_TEXT, "off", false },
};

/* What this code is on the record: one of the persons it names, or nobody. */
static enum lx_code is_theirs(
	const struct lx_reader *reader, const struct lx_record *record, bool *theirs)
{
	struct lx_holding holding = { false };

	*theirs = false;
	for (const struct lx_relation *r = record->shape->type->relations;
		r != NULL && r->name != NULL; r++) {
		if (r->how != LX_IS)
			continue;
		LX_TRY(lx_relation_test(&reader->sight, record, r, &holding));
		*theirs = *theirs || holding.holds;
	}
	return LX_OK;
}

static enum lx_code test_code(
	struct lx_request *request, const struct lx_shape *shape, int64_t number, bool *theirs)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_record record;

	*theirs = false;
	LX_TRY(lx_reader_open(request, &reader));
	if (reader.actor.kind != LX_BY_VISITOR)
		return LX_OK;
	enum lx_code code = lx_record_load(reader.tx, shape, number, &record);
	if (code != LX_OK)
		return code == LX_NOT_FOUND ? LX_OK : code;
	return is_theirs(&reader, &record, theirs);
}

/* One measure for each record: who guesses is slowed there, and nobody else. */
static enum lx_code guess(struct lx_request *request, struct lx_reply *reply,
	const struct lx_shape *shape, int64_t number, bool *theirs)
{
	const struct lx_app *app = request->app;
	char what[64];

	(void)snprintf(what, sizeof what, "code of %s/%lld", shape->type->name, (long long)number);
	LX_TRY(lx_guess(app->accounts, request, reply, what));
	LX_TRY(test_code(request, shape, number, theirs));
	if (*theirs)
		lx_guess_good(app->accounts, request, what);
	return LX_OK;
}

static enum lx_code show_follow(struct lx_request *request, struct lx_reply *reply)
{
	static const struct lx_small_page page = { follow_fields, 2, "/follow", "visit.follow",
		"visit.intro", "visit.go" };

	return lx_show_small_page(request, &page, reply);
}

enum lx_code lx_page_follow(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_text *number = lx_query_param(request, "number", 0);

	/* the number from the receipt stands in the form already */
	if (number != NULL && request->form_n == 0)
		request->form[request->form_n++] = (struct lx_param){ LX_TEXT_OF("number"),
			*number };
	return show_follow(request, reply);
}

static enum lx_code set_cookie(struct lx_request *request, struct lx_reply *reply,
	const struct lx_shape *shape, int64_t number, const char *code)
{
	return lx_reply_header(request, reply, "Set-Cookie",
		"visit=%s; Path=/follow/%s/%lld; Max-Age=%d; SameSite=Strict; HttpOnly%s", code,
		shape->type->plural, (long long)number, code[0] == '\0' ? 0 : VISIT_SECONDS,
		request->https ? "; Secure" : "");
}

enum lx_code lx_page_follow_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	const struct lx_shape *shape = asked_shape(app->region);
	struct lx_text code = lx_text_trim(lx_sent(request, "code"));
	int64_t number = 0;
	bool theirs = false;

	if (shape == NULL)
		return none(request);
	if (!lx_text_int(lx_text_trim(lx_sent(request, "number")), &number) || number < 1) {
		enum lx_code wrong = lx_fail(
			request->call, LX_INVALID, "number", "input.number", NULL);
		return lx_shown_again(request, reply, wrong, show_follow);
	}
	if (take_code(request, code))
		LX_TRY(guess(request, reply, shape, number, &theirs));
	if (!theirs) {
		request->visitor.code[0] = '\0';
		enum lx_code wrong = lx_fail(
			request->call, LX_INVALID, "code", "visit.wrong", NULL);
		return lx_shown_again(request, reply, wrong, show_follow);
	}
	LX_TRY(set_cookie(request, reply, shape, number, request->visitor.code));
	return lx_reply_redirect(
		request, reply, "/follow/%s/%lld", shape->type->plural, (long long)number);
}

/* The code that came with the request, tested against the record of the address; 403 where it is none of its persons'. */
static enum lx_code come_back(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	const struct lx_shape *shape = lx_shape_of_plural(app->region, request->captures[0]);
	struct lx_text shown = lx_request_header(request, "query-code");
	int64_t number;
	bool theirs = false;

	if (shape == NULL || !lx_text_int(request->captures[1], &number) || number < 1)
		return none(request);
	if (shown.len == 0)
		shown = lx_cookie(request, "visit");
	if (take_code(request, shown))
		LX_TRY(guess(request, reply, shape, number, &theirs));
	if (theirs)
		return LX_OK;
	request->visitor.code[0] = '\0';
	return lx_fail(request->call, LX_FORBIDDEN, NULL, "visit.none", NULL);
}

enum lx_code lx_page_visit(struct lx_request *request, struct lx_reply *reply)
{
	LX_TRY(come_back(request, reply));
	return lx_page_item(request, reply);
}

enum lx_code lx_page_visit_act(struct lx_request *request, struct lx_reply *reply)
{
	LX_TRY(come_back(request, reply));
	return lx_page_act_form(request, reply);
}

enum lx_code lx_page_visit_act_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	const struct lx_shape *shape = lx_shape_of_plural(app->region, request->captures[0]);
	int64_t number;

	LX_TRY(come_back(request, reply));
	if (!lx_text_is(request->captures[2], "end-visit"))
		return lx_page_act_post(request, reply);
	if (!lx_text_int(request->captures[1], &number))
		return none(request);
	LX_TRY(set_cookie(request, reply, shape, number, ""));
	return lx_reply_redirect(request, reply, "/follow");
}
