/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The list page that every record type gets: filters, count and order, rows, pager, exports. */
#ifndef LX_KERNEL_VIEW_LIST_H
#define LX_KERNEL_VIEW_LIST_H

#include "kernel/view/frame.h"

/* One choice of a filter: ?name=value. `level` 1 is indented under the choice before it. */
struct lx_filter_choice {
	struct lx_text value;
	struct lx_state_view state; /* a state with its mark, else: */
	struct lx_words label;
	int64_t count; /* records; shown if > 0 */
	int level;
	bool chosen;
};

enum lx_filter_kind {
	LX_FILTER_TICKS,  /* tick boxes, any of them */
	LX_FILTER_SELECT, /* one of many; the first choice should be "any" with an empty value */
	LX_FILTER_DAYS    /* from and to: ?name.from=2026-01-01&name.to=… */
};

struct lx_filter {
	enum lx_filter_kind kind;
	struct lx_text name;
	struct lx_words label;
	const struct lx_filter_choice *choices;
	size_t choices_n;
	struct lx_text from, to;  /* LX_FILTER_DAYS: what they hold, ISO days */
	struct lx_link_view more; /* the rest of the choices */
};

/* A parameter that the filter form keeps: the order. */
struct lx_hidden {
	struct lx_text name, value;
};

/* A numbered page; without address and not current: a gap. */
struct lx_page_link {
	int64_t number;
	struct lx_address address;
	bool current;
};

/* Links for the first 20 pages, beyond them `next` and `previous` by key. */
struct lx_pager {
	int64_t first, last, total; /* records shown, of how many; total 0: not counted */
	const struct lx_page_link *pages;
	size_t pages_n;
	struct lx_address previous, next;
};

/* A calculation of what a filter form says of itself: the filters and what they keep. */
struct lx_filters {
	struct lx_address action; /* the list's own address */
	bool searchable;          /* a field ?q= for words or a number */
	struct lx_text search;    /* what it holds */
	const struct lx_filter *filters;
	size_t filters_n;
	const struct lx_hidden *hidden;
	size_t hidden_n;
	int64_t chosen;          /* how many filters are set */
	struct lx_address clear; /* the list without them */
	struct lx_html printed;  /* by lx_view_filters before, instead of all that */
};

struct lx_list_page {
	struct lx_frame frame;
	struct lx_words heading;
	const struct lx_link_view *siblings; /* the other lists of the section, this one marked */
	size_t siblings_n;
	struct lx_words lead; /* a sentence under it */
	struct lx_filters filter;
	int64_t total;
	struct lx_words unit;             /* behind the total: 件, needs; empty: 条, records */
	const struct lx_link_view *sorts; /* orders, the current one marked */
	size_t sorts_n;
	struct lx_note note;
	struct lx_grid table;      /* the records; its caption is read, not shown */
	struct lx_link_view start; /* in an empty list: the next step */
	struct lx_pager pager;
	const struct lx_act_view *acts; /* acts that make a record and that the reader may take */
	size_t acts_n;
};

/* The whole page; and pieces of it alone. */
void lx_view_filters(
	struct lx_buf *out, const struct lx_view *view, const struct lx_filters *filters);
void lx_view_list(struct lx_buf *out, const struct lx_view *view, const struct lx_list_page *page);
void lx_view_pager(struct lx_buf *out, const struct lx_view *view, const struct lx_pager *pager);

#endif
