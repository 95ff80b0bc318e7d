/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The thread of a record: the drawing, and its page with the table beside it. */
#ifndef LX_KERNEL_VIEW_THREAD_H
#define LX_KERNEL_VIEW_THREAD_H

#include "kernel/view/frame.h"

/* A record in the drawing; columns from the left without gaps. */
struct lx_thread_box {
	size_t column;
	struct lx_words title;
	struct lx_state_view state;
	struct lx_text ref; /* "Project 3" */
	bool current;
};

/* Two of the boxes; the earlier stands further to the left, or in the same column. */
struct lx_thread_line {
	size_t later, earlier;
};

struct lx_thread_drawing {
	struct lx_text label; /* for listeners, a sentence */
	const struct lx_words *columns;
	size_t columns_n;
	const struct lx_thread_box *boxes;
	size_t boxes_n;
	const struct lx_thread_line *lines;
	size_t lines_n;
};

/* Draws it as SVG; at most 64 columns and 1,000 boxes. */
LX_CHECK enum lx_code lx_thread_draw(
	struct lx_call *call, const struct lx_thread_drawing *drawing, struct lx_html *html);

struct lx_thread_page {
	struct lx_frame frame;
	struct lx_words heading, lead;
	struct lx_html drawing;
	struct lx_words drawing_label;
	struct lx_words cut; /* that there is more than is drawn */
	struct lx_grid table;
};

/* The whole page. */
void lx_view_thread(
	struct lx_buf *out, const struct lx_view *view, const struct lx_thread_page *page);

#endif
