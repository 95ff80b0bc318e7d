/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Atom feeds (RFC 4287), paged (RFC 5005): what happened, an entry of the record for each. */
#ifndef LX_KERNEL_VIEW_FEED_H
#define LX_KERNEL_VIEW_FEED_H

#include "kernel/view/view.h"

/* `id`: for ever, whatever the address; `page`: where a person reads it. */
struct lx_feed_entry {
	struct lx_text id;
	int64_t at;
	struct lx_words title, author, summary; /* summary empty: none */
	struct lx_address page;
	struct lx_text act; /* "need.answer", for programs that filter */
};

struct lx_feed {
	struct lx_text base; /* "https://region.example": what addresses stand behind */
	struct lx_text id;
	struct lx_words title, author;
	int64_t updated;
	struct lx_address self, page, next; /* next: older entries; none at the end */
	const struct lx_feed_entry *entries;
	size_t entries_n;
};

/* Prints the feed as XML. Characters that XML 1.0 does not allow are left out. */
void lx_view_feed(struct lx_buf *out, const struct lx_view *view, const struct lx_feed *feed);

#endif
