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
	int64_t page, seen;
	const char *sort;
	json_t *records; /* reduced, in order */
};

/* The orders that every list has. */
#define LX_LIST_ORDERS 3
struct lx_list_order {
	const char *name;
	enum lx_sort sort;
};
extern const struct lx_list_order lx_list_orders[LX_LIST_ORDERS];

/* Reads states, filters, words, order and page from the address into l->spec. LX_INVALID naming the parameter. */
LX_CHECK enum lx_code lx_list_ask(struct listing *l);

#endif
