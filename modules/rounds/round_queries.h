/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Statements of rounds, by name. */
#ifndef LX_MODULES_ROUNDS_ROUND_QUERIES_H
#define LX_MODULES_ROUNDS_ROUND_QUERIES_H

#include "kernel/store/store.h"

extern const struct lx_query lx_q_box_put, lx_q_boxes_loose, lx_q_box_lot, lx_q_boxes,
	lx_q_boxes_of_lot, lx_q_boxes_n, lx_q_electors, lx_q_elector_put, lx_q_elector_page,
	lx_q_electors_laid, lx_q_elector_last, lx_q_residents, lx_q_electors_done,
	lx_q_register_put, lx_q_register, lx_q_register_one, lx_q_register_gone, lx_q_register_key,
	lx_q_register_key_put, lx_q_register_key_gone, lx_q_proof_of, lx_q_rounds_due,
	lx_q_roll_page, lx_q_roll_one, lx_q_turnout, lx_q_lots;

#endif
