/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The statements over the books and what stands beside them. Not for other rooms. */
#ifndef LX_MODULES_FUND_QUERIES_H
#define LX_MODULES_FUND_QUERIES_H

#include "kernel/store/store.h"

extern const struct lx_query lx_q_fund_booked, lx_q_fund_line_put, lx_q_fund_day_add,
	lx_q_fund_ledger_add, lx_q_fund_until, lx_q_fund_later, lx_q_fund_turnover, lx_q_fund_paid,
	lx_q_fund_hanging, lx_q_fund_unfinished;

/* All of them, for the test that prepares each; ends with NULL. */
extern const struct lx_query *const lx_fund_queries[];

#endif
