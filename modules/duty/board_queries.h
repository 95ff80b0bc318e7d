/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The statements of the members' board. Inside duty/ only. */
#ifndef LX_MODULES_DUTY_BOARD_QUERIES_H
#define LX_MODULES_DUTY_BOARD_QUERIES_H

#include "kernel/store/store.h"

extern const struct lx_query lx_q_board_needs, lx_q_board_commitments, lx_q_board_overdue,
	lx_q_board_in_hand;

/* All of them, for the test that prepares each; ends with NULL. */
extern const struct lx_query *const lx_board_queries[];

#endif
