/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the fund's pages are printed from. Inside fund/ only. */
#ifndef LX_MODULES_FUND_VIEW_H
#define LX_MODULES_FUND_VIEW_H

#include "kernel/view/form.h"

/* One of the few figures at the top: words above, the figure, words behind it. */
struct lx_fund_figure {
	struct lx_words label, value, under;
	bool bad;
};

/* The days that a page is about, as a form of plain fields. `kinds`: choices of the filter, none where there is none. */
struct lx_fund_days {
	struct lx_address action;
	struct lx_text from, on; /* ISO days */
	bool ranged;             /* `from` is asked too */
	const struct lx_option *kinds;
	size_t kinds_n;
};

struct lx_fund_page {
	struct lx_frame frame;
	struct lx_words heading, unit, period;
	const struct lx_fund_figure *figures;
	size_t figures_n;
	struct lx_note note;
	struct lx_fund_days days;
	struct lx_grid moves, months, members, lines;
	struct lx_words chart_title;
	struct lx_html chart;
	struct lx_link_view statement, balance, calls, vouchers, ledgers, csv;
};

struct lx_fund_statement_page {
	struct lx_frame frame;
	struct lx_words heading, lead, unit, period;
	struct lx_link_view about; /* the member, project or ledger itself */
	const struct lx_fund_figure *figures;
	size_t figures_n;
	struct lx_fund_days days;
	struct lx_grid lines;
	struct lx_pager pager;
	struct lx_grid open; /* what waits outside the books */
	struct lx_link_view csv;
};

struct lx_fund_balance_page {
	struct lx_frame frame;
	struct lx_words heading, lead, unit;
	struct lx_fund_days days;
	struct lx_note proof;
	struct lx_grid ledgers;
	struct lx_link_view csv;
};

struct lx_fund_calls_page {
	struct lx_frame frame;
	struct lx_words heading, lead, unit;
	struct lx_note note;
	struct lx_form ask;   /* GET: what is to be called */
	struct lx_grid calls; /* the proposal; no rows: none yet */
	struct lx_form enter; /* POST: all of them at once */
	bool prepared;
};

/* Whole pages (templates/). */
void lx_module_view_fund(
	struct lx_buf *out, const struct lx_view *view, const struct lx_fund_page *page);
void lx_module_view_fund_statement(
	struct lx_buf *out, const struct lx_view *view, const struct lx_fund_statement_page *page);
void lx_module_view_fund_balance(
	struct lx_buf *out, const struct lx_view *view, const struct lx_fund_balance_page *page);
void lx_module_view_fund_calls(
	struct lx_buf *out, const struct lx_view *view, const struct lx_fund_calls_page *page);

#endif
