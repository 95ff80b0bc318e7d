/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A list on its way to the reader; shared by list_page.c (pages, JSON, CSV) and list_ask.c (what the address asks for). */
#ifndef LX_KERNEL_PAGES_LISTING_H
#define LX_KERNEL_PAGES_LISTING_H

#include "kernel/pages/pages.h"
#include "kernel/types/list.h"

#define LX_LIST_NUMBERED 20 /* pages reached by number; beyond them by key */

struct listing {
	struct lx_reader *reader;
	const struct lx_shape *shape;
	struct lx_list_spec spec;
	struct lx_list_found found;
	int64_t page, seen, around; /* as lx_seen_list says */
	const char *sort;
	json_t *records;      /* reduced, in order */
	struct lx_sight open; /* a stranger's, for what is the same to every reader */
	struct lx_actor nobody;
	struct lx_titles titles; /* that a stranger may read */
};

/* For LX_CLOSE. */
void lx_listing_end(struct listing *l);

/* The orders that every list has. */
#define LX_LIST_ORDERS 3
struct lx_list_order {
	const char *name;
	enum lx_sort sort;
};
extern const struct lx_list_order lx_list_orders[LX_LIST_ORDERS];

/* Loads what was found, reduced for the reader, into l->records (list_rows.c). */
LX_CHECK enum lx_code lx_list_records(struct listing *l);

/* The same as the table of the page: columns, rows. */
LX_CHECK enum lx_code lx_list_table(struct listing *l, struct lx_grid *table);

/* Finds the records that l->spec asks for (list_filters.c). */
LX_CHECK enum lx_code lx_list_search(struct listing *l);

/* The panel of filters, printed. */
LX_CHECK enum lx_code lx_list_filters(const struct listing *l, struct lx_filters *filters);

/* Reads states, filters, words, order and page from the address into l->spec. LX_INVALID naming the parameter. */
LX_CHECK enum lx_code lx_list_ask(struct listing *l);

#endif
