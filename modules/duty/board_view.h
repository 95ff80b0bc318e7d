/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the members' board is printed from. Inside duty/ only. */
#ifndef LX_MODULES_DUTY_BOARD_VIEW_H
#define LX_MODULES_DUTY_BOARD_VIEW_H

#include "kernel/view/frame.h"

struct lx_board_page {
	struct lx_frame frame;
	struct lx_words heading, lead, how;
	const struct lx_grid *groups; /* members of like size, one table each */
	size_t groups_n;
	struct lx_grid overdue; /* commitments */
	struct lx_link_view all, csv;
};

/* The whole page. */
void lx_module_view_board(
	struct lx_buf *out, const struct lx_view *view, const struct lx_board_page *page);

#endif
