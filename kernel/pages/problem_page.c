/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What went wrong, as a page: what failed, whether anything was saved, the way back. */
#include "kernel/pages/pages.h"

#include <stdio.h>

static const char *heading_of(unsigned status)
{
	switch (status) {
	case 401:
		return "problem.sign_in";
	case 403:
		return "problem.forbidden";
	case 404:
		return "problem.none";
	case 409:
	case 412:
		return "problem.conflict";
	case 429:
		return "problem.often";
	default:
		return status >= 500 ? "problem.broken" : "problem.invalid";
	}
}

/* The frame without the store: when that is what failed, the page still comes. */
static void bare_frame(struct lx_request *request, struct lx_words title, struct lx_frame *frame)
{
	*frame = (struct lx_frame){ .title = title,
		.region = lx_words_str(lx_tr(request->lang, "page.region")),
		.large = request->large,
		.theme = lx_text(request->theme) };
	frame->size = lx_address_make(request->call, "/");
	frame->language = lx_address_make(
		request->call, "/?lang=%s", request->lang == LX_ZH ? "en" : "zh");
}

enum lx_code lx_app_problem(struct lx_request *request, unsigned status, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_problem_page page = { .status = (int)status };
	struct lx_fault fault = request->call->fault;
	LX_CLOSE(lx_buf_close) struct lx_buf why = { 0 };
	struct lx_view view = { .lang = request->lang };

	lx_say_fault(&why, request->lang, &fault);
	page.heading = lx_words_str(lx_tr(request->lang, heading_of(status)));
	page.why = lx_words(lx_buf_view(&why));
	page.finds = status == 404;
	page.retry = status == 503 ? 5 : 0;
	page.back = (struct lx_link_view){ lx_words_str(lx_tr(request->lang, "page.home")),
		lx_address_make(request->call, "/") };
	if ((status == 401 || status == 403) && request->visitor.account == 0)
		page.sign_in = (struct lx_link_view){ lx_words_str(lx_tr(
							      request->lang, "account.sign_in")),
			lx_address_make(
				request->call, "/sign-in?lang=%s", lx_lang_names[request->lang]) };
	lx_fault_clear(&request->call->fault);
	if (lx_reader_open(request, &reader) == LX_OK) {
		view = lx_show_view(&reader);
		lx_frame_fill(&reader, page.heading, "", 0, &page.frame);
	} else {
		bare_frame(request, page.heading, &page.frame);
	}
	lx_reader_close(&reader);
	request->call->fault = fault;
	lx_reply_page(reply);
	lx_view_problem(&reply->body, &view, &page);
	return LX_OK;
}
