/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Voting: the ballot, the page that asks to confirm, the receipt. What is ticked stands in the forms and in this thread's memory
 * until it is sealed; no address, table, log or answer ever holds it. The page to confirm makes the tracking number.
 */
#include "kernel/journal/hash.h"
#include "modules/rounds/round_pages.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHOICES_SHOWN 1000

static enum lx_code no_store(struct lx_request *request, struct lx_reply *reply)
{
	return lx_reply_header(request, reply, "Cache-Control", "private, no-store");
}

/* --- what was ticked ---------------------------------------------------------------------------- */

static enum lx_code tick(
	const struct lx_round_reader *r, struct lx_text code, struct lx_ballot *ballot)
{
	for (size_t i = 0; i < r->n; i++)
		if (lx_text_equal(r->entrants[i].code, code)) {
			ballot->approved[i] = true;
			return LX_OK;
		}
	return lx_fail(r->reader.call, LX_INVALID, "approve", "round_no_entrant", "%.*s",
		(int)code.len, code.at);
}

/* The codes of a form, or of a program's list. */
static enum lx_code read_ticks(const struct lx_round_reader *r, struct lx_ballot *ballot)
{
	const struct lx_request *request = r->reader.request;
	const json_t *list = json_object_get(request->json, "approve");
	const struct lx_text *code;

	for (size_t i = 0; (code = lx_form_param(request, "approve", i)) != NULL; i++)
		LX_TRY(tick(r, *code, ballot));
	if (request->json != NULL && !json_is_array(list))
		return lx_fail(r->reader.call, LX_INVALID, "approve", "input.needed", NULL);
	for (size_t i = 0; i < json_array_size(list); i++)
		LX_TRY(tick(r, lx_text(json_string_value(json_array_get(list, i))), ballot));
	int64_t most = lx_record_value(&r->record, "choices").number, n = 0;
	for (size_t i = 0; i < r->n; i++)
		n += ballot->approved[i];
	if (most > 0 && n > most)
		return lx_fail(r->reader.call, LX_INVALID, "approve", "round_many", "%lld",
			(long long)most);
	return LX_OK;
}

/* --- the ballot --------------------------------------------------------------------------------- */

/* Another order for every session, the same one while it lasts: no project stands first for everybody. */
struct place {
	unsigned char hash[LX_HASH_BYTES];
	size_t at;
};

static int by_hash(const void *left, const void *right)
{
	return memcmp(((const struct place *)left)->hash, ((const struct place *)right)->hash,
		LX_HASH_BYTES);
}

static enum lx_code shuffle(const struct lx_round_reader *r, struct place **places)
{
	const char *session = r->reader.request->visitor.csrf;

	*places = lx_array(r->reader.call, r->n, sizeof **places);
	if (*places == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < r->n; i++) {
		struct lx_hashing hashing;
		lx_hash_begin(&hashing);
		lx_hash_add(&hashing, session, strlen(session));
		lx_hash_add(&hashing, r->entrants[i].code.at, r->entrants[i].code.len);
		lx_hash_end(&hashing, (*places)[i].hash);
		(*places)[i].at = i;
	}
	qsort(*places, r->n, sizeof **places, by_hash);
	return LX_OK;
}

static enum lx_code fill_lines(const struct lx_round_reader *r, const struct lx_ballot *ticked,
	struct lx_ballot_page *page)
{
	struct lx_ballot_line *lines = lx_array(r->reader.call, r->n, sizeof *lines);
	struct place *places;

	if (lines == NULL)
		return LX_BROKEN;
	LX_TRY(shuffle(r, &places));
	for (size_t i = 0; i < r->n; i++) {
		const struct lx_entrant *e = &r->entrants[places[i].at];
		json_t *member = NULL;
		lines[i] = (struct lx_ballot_line){ .id = lx_show_text(&r->reader, "entrant-%lld",
							    (long long)e->row),
			.code = e->code,
			.title = lx_round_title(r, e),
			.price = lx_round_money(r, e->price),
			.minor = lx_show_text(&r->reader, "%lld", (long long)e->price),
			.chosen = ticked->approved[places[i].at] };
		if (e->member.len > 0 && lx_title(&r->reader.sight, e->member, &member) == LX_OK)
			lines[i].member = lx_show_words(&r->reader, member);
		if (e->project.len > 0)
			lines[i].more =
				(struct lx_link_view){ lx_round_words(r, "round.page_project"),
					lx_show_address(&r->reader, e->project) };
	}
	page->lines = lines;
	page->lines_n = r->n;
	return LX_OK;
}

/* Whether the reader may vote now, and a sentence when not. */
static enum lx_code may_vote(const struct lx_round_reader *r, bool *may, const char **why)
{
	int64_t number = 0;
	bool voted = false;

	*may = false;
	*why = "round.page_not_open";
	if (!lx_text_is(r->record.state, "open"))
		return LX_OK;
	if (r->reader.actor.person > 0)
		LX_TRY(lx_round_number(
			r->reader.tx, r->reader.actor.person, r->record.number, &number));
	*why = "round_not_on_roll";
	if (number == 0)
		return LX_OK;
	LX_TRY(lx_round_voted(r->reader.tx, &r->record, number, &voted));
	*why = "round_voted";
	*may = !voted;
	return LX_OK;
}

static struct lx_words closes_at(const struct lx_round_reader *r)
{
	const struct lx_view view = lx_show_view(&r->reader);
	LX_CLOSE(lx_buf_close) struct lx_buf at = { 0 };

	lx_view_full(&at, &view, lx_record_value(&r->record, "closes").number);
	return lx_show_say(&r->reader, "round.page_closes", lx_buf_view(&at).at, NULL);
}

static struct lx_words rule_in_words(const struct lx_round_reader *r)
{
	struct lx_text rule = lx_record_value(&r->record, "rule").text;
	int64_t most = lx_record_value(&r->record, "choices").number;
	bool shares = lx_text_is(rule, "mes") || lx_text_is(rule, "phragmen");

	if (most > 0)
		return lx_show_say(&r->reader,
			shares ? "round.page_rule_shares_most" : "round.page_rule_most",
			lx_show_text(&r->reader, "%lld", (long long)most).at, NULL);
	return lx_round_words(r, shares ? "round.page_rule_shares" : "round.page_rule");
}

static enum lx_code show_ballot(
	struct lx_round_reader *r, const struct lx_ballot *ticked, struct lx_reply *reply)
{
	struct lx_view view = lx_show_view(&r->reader);
	int64_t budget = lx_record_value(&r->record, "budget").number;
	struct lx_ballot_page page = { .above = closes_at(r),
		.heading = lx_round_words(r, "round.page_ballot"),
		.intro = rule_in_words(r),
		.count = lx_show_say(&r->reader, "round.page_count",
			lx_show_text(&r->reader, "%zu", r->n).at, NULL),
		.budget = lx_round_money(r, budget),
		.said = lx_round_words(r, "round.page_said"),
		.left = lx_round_words(r, "round.page_left"),
		.over = lx_round_words(r, "round.page_over"),
		.how = { lx_round_words(r, "round.page_how"), lx_round_address(r, "") },
		.action = lx_round_address(r, "/vote"),
		.csrf = lx_text(r->reader.request->visitor.csrf),
		.minor = lx_show_text(&r->reader, "%lld", (long long)budget),
		.places = lx_show_text(&r->reader, "%u", r->reader.charter.places),
		.currency = lx_text(r->reader.charter.currency) };
	const struct lx_fault *fault = &r->reader.call->fault;
	LX_CLOSE(lx_buf_close) struct lx_buf says = { 0 };
	const char *why;

	LX_TRY(may_vote(r, &page.open, &why));
	if (fault->code != LX_OK) {
		lx_say_fault(&says, r->reader.request->lang, fault);
		page.note = (struct lx_note){ .tone = LX_TONE_BAD,
			.words = lx_words(lx_show_text(&r->reader, "%s", says.at)) };
	} else if (!page.open) {
		page.note = (struct lx_note){ .tone = LX_TONE_WARN,
			.words = lx_round_words(r, why) };
	}
	LX_TRY(fill_lines(r, ticked, &page));
	lx_frame_fill(
		&r->reader, page.heading, r->shape->type->section, r->record.last_n, &page.frame);
	page.frame.faulty = fault->code != LX_OK;
	LX_TRY(no_store(r->reader.request, reply));
	lx_reader_close(&r->reader);
	lx_reply_page(reply);
	lx_module_view_round_ballot(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_page_ballot(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_round_end) struct lx_round_reader r = { .n = 0 };
	const struct lx_ballot none = { .tracking = "" };

	LX_TRY(lx_round_open(request, &r));
	return show_ballot(&r, &none, reply);
}

/* --- to confirm --------------------------------------------------------------------------------- */

static enum lx_code chosen_cells(const struct lx_round_reader *r, const struct lx_ballot *ballot,
	struct lx_cell **cells, size_t *n, int64_t *total)
{
	*cells = lx_array(r->reader.call, r->n + 1, sizeof **cells);
	*n = 0;
	*total = 0;
	if (*cells == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < r->n; i++) {
		if (!ballot->approved[i])
			continue;
		*total += r->entrants[i].price;
		(*cells)[(*n)++] = (struct lx_cell){ .words = lx_round_title(r, &r->entrants[i]),
			.under = lx_round_money(r, r->entrants[i].price) };
	}
	if (*n == 0)
		(*cells)[(*n)++] =
			(struct lx_cell){ .words = lx_round_words(r, "round.page_blank") };
	return LX_OK;
}

/* What the chosen ones leave of the budget, or by how much they are over it: both are allowed, the rule decides. */
static struct lx_words rest_of(const struct lx_round_reader *r, int64_t total)
{
	int64_t rest = lx_record_value(&r->record, "budget").number - total;

	return lx_show_say(&r->reader, rest < 0 ? "round.page_over" : "round.page_left",
		lx_round_money(r, rest < 0 ? -rest : rest).text.at, NULL);
}

static enum lx_code hidden_ballot(
	const struct lx_round_reader *r, const struct lx_ballot *ballot, struct lx_form *form)
{
	struct lx_hidden *hidden = lx_array(r->reader.call, r->n + 1, sizeof *hidden);

	if (hidden == NULL)
		return LX_BROKEN;
	form->hidden = hidden;
	hidden[form->hidden_n++] = (struct lx_hidden){ LX_TEXT_OF("tracking"),
		lx_show_text(&r->reader, "%s", ballot->tracking) };
	for (size_t i = 0; i < r->n; i++)
		if (ballot->approved[i])
			hidden[form->hidden_n++] = (struct lx_hidden){ LX_TEXT_OF("approve"),
				r->entrants[i].code };
	return LX_OK;
}

static struct lx_text shown_tracking(const struct lx_round_reader *r, const char *tracking)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	lx_tracking_show(&out, lx_text(tracking));
	return lx_show_text(&r->reader, "%s", lx_buf_view(&out).at);
}

static enum lx_code show_confirm(
	struct lx_round_reader *r, const struct lx_ballot *ballot, struct lx_reply *reply)
{
	struct lx_view view = lx_show_view(&r->reader);
	struct lx_confirm_page page = { .above = lx_round_name(r),
		.above_link = lx_round_address(r, ""),
		.heading = lx_round_words(r, "round.page_confirm"),
		.intro = lx_round_words(r, "round.page_confirm_intro"),
		.note = { .tone = LX_TONE_WARN, .words = lx_round_words(r, "round.page_final") },
		.form = { .action = lx_round_address(r, "/cast"),
			.csrf = lx_text(r->reader.request->visitor.csrf),
			.once = lx_show_once(&r->reader),
			.submit = lx_round_words(r, "round.page_send"),
			.away = { lx_round_words(r, "round.page_back"),
				lx_round_address(r, "/vote") } } };
	struct lx_fact facts[3];
	struct lx_cell *cells, sum = { .kind = LX_CELL_TEXT }, number = { .kind = LX_CELL_REF };
	int64_t total;
	size_t n;

	LX_TRY(chosen_cells(r, ballot, &cells, &n, &total));
	sum.words = lx_round_money(r, total);
	sum.under = rest_of(r, total);
	number.words = lx_words(shown_tracking(r, ballot->tracking));
	facts[0] = (struct lx_fact){ lx_round_words(r, "round.page_chosen"), cells, n };
	facts[1] = (struct lx_fact){ lx_round_words(r, "round.page_sum"), &sum, 1 };
	facts[2] = (struct lx_fact){ lx_round_words(r, "round.page_number"), &number, 1 };
	page.facts = (struct lx_fact_group){
		.heading = lx_round_words(r, "round.page_your_ballot"), .facts = facts, .facts_n = 3
	};
	LX_TRY(hidden_ballot(r, ballot, &page.form));
	lx_frame_fill(
		&r->reader, page.heading, r->shape->type->section, r->record.last_n, &page.frame);
	LX_TRY(no_store(r->reader.request, reply));
	lx_reader_close(&r->reader);
	lx_reply_page(reply);
	lx_view_confirm(&reply->body, &view, &page);
	return LX_OK;
}

/* The ballot again, with what was ticked and what is wrong. */
static enum lx_code again(struct lx_round_reader *r, const struct lx_ballot *ballot,
	enum lx_code code, struct lx_reply *reply)
{
	if (r->reader.request->media == LX_JSON || (code != LX_INVALID && code != LX_CONFLICT))
		return code;
	LX_TRY(show_ballot(r, ballot, reply));
	reply->status = lx_http_status(code);
	return LX_OK;
}

enum lx_code lx_page_ballot_confirm(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_round_end) struct lx_round_reader r = { .n = 0 };
	struct lx_ballot ballot = { .tracking = "" };
	const char *why;
	bool may;

	LX_TRY(lx_round_open(request, &r));
	enum lx_code code = read_ticks(&r, &ballot);
	if (code == LX_OK)
		code = may_vote(&r, &may, &why);
	if (code == LX_OK && !may)
		code = lx_fail(request->call, LX_CONFLICT, NULL, why, NULL);
	if (code != LX_OK)
		return again(&r, &ballot, code, reply);
	lx_tracking_make(ballot.tracking);
	code = show_confirm(&r, &ballot, reply);
	sodium_memzero(&ballot, sizeof ballot);
	return code;
}

/* --- casting ------------------------------------------------------------------------------------ */

/* What a program sealed itself; false: it sent none. */
static enum lx_code box_of_program(
	const struct lx_request *request, unsigned char box[LX_BOX_MAX], size_t *n, bool *given)
{
	const char *text = json_string_value(json_object_get(request->json, "box"));

	*given = text != NULL;
	if (text != NULL && sodium_base642bin(box, LX_BOX_MAX, text, strlen(text), NULL, n, NULL,
				    sodium_base64_VARIANT_ORIGINAL) != 0)
		return lx_fail(request->call, LX_INVALID, "box", "round_no_ballot", NULL);
	return LX_OK;
}

static enum lx_code seal(const struct lx_round_reader *r, struct lx_ballot *ballot,
	unsigned char box[LX_BOX_MAX], size_t *n)
{
	struct lx_text sent = lx_sent(r->reader.request, "tracking");

	LX_TRY(read_ticks(r, ballot));
	if (sent.len > 0 && !lx_tracking_read(sent, ballot->tracking))
		return lx_fail(r->reader.call, LX_INVALID, "tracking", "round_tracking", NULL);
	if (sent.len == 0)
		lx_tracking_make(ballot->tracking);
	return lx_ballot_seal(
		r->reader.call, ballot, r->n, lx_record_value(&r->record, "key").text, box, n);
}

/* "cast", and to who sent it the number by which to find it; a repetition is told no more than "cast". */
static enum lx_code answer_json(struct lx_request *request, const struct lx_order *order,
	const struct lx_ballot *ballot, struct lx_reply *reply)
{
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:s, s:I, s:I, s:b, s:b}", "type", "round", "number",
		(json_int_t)order->made_record, "entry", (json_int_t)order->entry, "pending", 0,
		"cast", 1);

	if (!order->again && ballot->tracking[0] != '\0')
		(void)json_object_set_new(json, "tracking", json_string(ballot->tracking));
	LX_TRY(no_store(request, reply));
	return lx_reply_json(request, reply, json);
}

static enum lx_code show_receipt(struct lx_request *request, const struct lx_order *order,
	const struct lx_ballot *ballot, struct lx_reply *reply)
{
	LX_CLOSE(lx_round_end) struct lx_round_reader r = { .n = 0 };

	LX_TRY(lx_round_open(request, &r));
	struct lx_view view = lx_show_view(&r.reader);
	struct lx_receipt_page page = { .heading = lx_round_words(&r, "round.page_cast"),
		.entry = order->entry,
		.entry_address = lx_address_make(
			request->call, "/record/%lld", (long long)order->entry),
		.at = r.record.last_at,
		.means = lx_round_words(&r, "round.page_entry_means"),
		.record = { lx_round_name(&r), lx_round_address(&r, "") } };

	if (!order->again) {
		page.code_label = lx_round_words(&r, "round.page_number").text;
		page.code = shown_tracking(&r, ballot->tracking);
		page.code_means = lx_round_words(&r, "round.page_number_means");
	}
	lx_frame_fill(
		&r.reader, page.heading, r.shape->type->section, r.record.last_n, &page.frame);
	LX_TRY(no_store(request, reply));
	lx_reader_close(&r.reader);
	lx_reply_page(reply);
	lx_view_receipt(&reply->body, &view, &page);
	return LX_OK;
}

static enum lx_code send(struct lx_request *request, struct lx_round_reader *r,
	struct lx_ballot *ballot, unsigned char box[LX_BOX_MAX], struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	bool sealed;
	size_t n = 0;

	enum lx_code code = box_of_program(request, box, &n, &sealed);
	if (code == LX_OK && !sealed)
		code = seal(r, ballot, box, &n);
	if (code != LX_OK)
		return again(r, ballot, code, reply);
	struct lx_order order = { .type = "round",
		.record = r->record.number,
		.act = "cast",
		.lang = lx_lang_names[request->lang],
		.person = request->visitor.person,
		.key = lx_key_of(request),
		.aside = { (char *)box, n } };
	lx_reader_close(&r->reader);
	code = lx_writer_submit(app->writer, request->call, lx_order_job, &order);
	if (code != LX_OK)
		return code;
	if (request->media == LX_JSON)
		return answer_json(request, &order, ballot, reply);
	return show_receipt(request, &order, ballot, reply);
}

enum lx_code lx_page_cast(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_round_end) struct lx_round_reader r = { .n = 0 };
	struct lx_ballot ballot = { .tracking = "" };
	unsigned char box[LX_BOX_MAX];

	LX_TRY(lx_round_open(request, &r));
	/* the button of the general page: to the ballot first */
	if (request->json == NULL && lx_form_param(request, "tracking", 0) == NULL)
		return lx_reply_redirect(request, reply, "/rounds/%.*s/vote",
			(int)request->captures[1].len, request->captures[1].at);
	if (lx_record_value(&r.record, "key").kind == LX_V_NULL)
		return lx_fail(request->call, LX_CONFLICT, NULL, "round.page_not_open", NULL);
	enum lx_code code = send(request, &r, &ballot, box, reply);
	sodium_memzero(&ballot, sizeof ballot);
	return code;
}
