/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What an institution adds to the general page of its records: further members of their JSON, and a part of the page printed by
 * its own templates. Everything is made from what reduction gave for this reader, or from what everyone may read.
 */
#ifndef LX_KERNEL_PAGES_PART_H
#define LX_KERNEL_PAGES_PART_H

#include "kernel/pages/app.h"
#include "kernel/view/item.h"

/* Adds members to the reduced record, for JSON and page alike; the names must be none of its fields and lists. */
typedef enum lx_code lx_part_more_fn(
	const struct lx_reader *reader, const struct lx_record *record, json_t *json);

/* Called when the general page is filled: sets page->part, and may take away what it shows itself (page->tables …) or add to
 * lists, proofs, acts. */
typedef enum lx_code lx_part_fill_fn(const struct lx_reader *reader, const struct lx_record *record,
	const json_t *json, struct lx_item_page *page);

struct lx_item_part {
	const char *type;
	lx_part_more_fn *more; /* either may be NULL */
	lx_part_fill_fn *fill;
	/* The types that both read beside the record: its page's tag changes with any act on them. NULL: it changes with every act. */
	const char *reads;
};

#endif
