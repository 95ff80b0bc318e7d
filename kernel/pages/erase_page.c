/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Erasing oneself (/persons/<number>/erase): the page that says what goes and what stays and asks once more, and where one
 * is led afterwards. The act is the type's (person_type.c), and is sent as any other act (act_page.c).
 */
#include "kernel/pages/small_form.h"

static bool own(const struct lx_request *request, int64_t *number)
{
	return lx_text_int(request->captures[0], number) && *number > 0 &&
	       *number == request->visitor.person;
}

/* The general handlers find type, record and act in the captures. */
static void as_act(struct lx_request *request)
{
	request->captures[1] = request->captures[0];
	request->captures[0] = LX_TEXT_OF("persons");
	request->captures[2] = LX_TEXT_OF("erase");
	request->captures_n = 3;
}

/* Whoever still acts for others is told what to let go of first, and where; there is no button yet. */
static enum lx_code fill_mandates(const struct lx_reader *reader, struct lx_confirm_page *page)
{
	size_t n = reader->actor.mandates_n;
	struct lx_fact *facts = lx_array(reader->call, n, sizeof *facts);

	if (facts == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		const struct lx_mandate *m = &reader->actor.mandates[i];
		struct lx_cell *cell = lx_alloc(reader->call, sizeof *cell);
		json_t *title = NULL;
		if (cell == NULL)
			return LX_BROKEN;
		LX_TRY(lx_title(&reader->sight, m->holder, &title));
		*cell = (struct lx_cell){ .words = lx_show_words(reader, title),
			.link = lx_address_make(
				reader->call, "/mandates/%lld", (long long)m->number) };
		json_decref(title);
		facts[i] = (struct lx_fact){ lx_show_key(reader, "mandate", ".office.", m->office),
			cell, 1 };
	}
	page->facts = (struct lx_fact_group){
		.heading = lx_small_words(reader, "mandate+"), .facts = facts, .facts_n = n
	};
	page->note = (struct lx_note){ .tone = LX_TONE_WARN,
		.words = lx_small_words(reader, "person_mandates") };
	page->form.action = lx_address_local(reader->request->path);
	page->form.away = (struct lx_link_view){ lx_small_words(reader, "page.cancel"),
		lx_address_make(reader->call, "/account") };
	return LX_OK;
}

static enum lx_code fill(
	const struct lx_reader *reader, int64_t number, struct lx_confirm_page *page)
{
	struct lx_text action = lx_show_text(reader, "/persons/%lld/erase", (long long)number);

	page->heading = lx_small_words(reader, "person.erase");
	page->intro = lx_small_words(reader, "account.erase_goes");
	page->note = (struct lx_note){ .tone = LX_TONE_BAD,
		.strong = lx_small_words(reader, "account.erase_final"),
		.words = lx_small_words(reader, "account.erase_stays"),
		.link = { lx_small_words(reader, "account.data"),
			lx_address_make(reader->call, "/account/data") } };
	lx_frame_fill(reader, page->heading, "", reader->size, &page->frame);
	if (reader->actor.mandates_n > 0)
		return fill_mandates(reader, page);
	LX_TRY(lx_small_form(reader, NULL, 0, action.at, "account.erase_do", &page->form));
	page->form.once = lx_show_once(reader);
	page->form.away = (struct lx_link_view){ lx_small_words(reader, "page.cancel"),
		lx_address_make(reader->call, "/account") };
	return LX_OK;
}

/* One's own: the page to confirm. Another's (the secretariat): the act's form, which asks for the reason. */
enum lx_code lx_page_erase(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_confirm_page page = { .facts = { .facts_n = 0 } };
	int64_t number;

	if (!own(request, &number)) {
		as_act(request);
		return lx_page_act_form(request, reply);
	}
	LX_TRY(lx_reader_open(request, &reader));
	struct lx_view view = lx_show_view(&reader);
	LX_TRY(fill(&reader, number, &page));
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_confirm(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_page_erase_post(struct lx_request *request, struct lx_reply *reply)
{
	int64_t number;
	bool self = own(request, &number);

	as_act(request);
	LX_TRY(lx_page_act_post(request, reply));
	if (!self || request->media == LX_JSON || reply->status >= 400)
		return LX_OK;
	/* not to the account, which went with its session */
	reply->headers_n = 0;
	return lx_reply_redirect(request, reply, "/sign-in?done=erased");
}

enum lx_code lx_erase_job(struct lx_work *work, void *argument)
{
	const struct lx_order *order = argument;

	LX_TRY(lx_order_job(work, argument));
	return lx_account_remove(work->tx, order->record);
}
