/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The statements over the books and what stands beside them. Not for other rooms. */
#ifndef LX_MODULES_FUND_QUERIES_H
#define LX_MODULES_FUND_QUERIES_H

#include "kernel/store/store.h"

extern const struct lx_query lx_q_fund_booked, lx_q_fund_line_put, lx_q_fund_day_add,
	lx_q_fund_ledger_add, lx_q_fund_until, lx_q_fund_later, lx_q_fund_turnover, lx_q_fund_paid,
	lx_q_fund_hanging, lx_q_fund_unfinished, lx_q_fund_assets_until, lx_q_fund_assets_days,
	lx_q_fund_moves, lx_q_fund_members, lx_q_fund_asked, lx_q_fund_recorded, lx_q_fund_late,
	lx_q_fund_trial, lx_q_fund_open_of_member, lx_q_fund_open_of_project, lx_q_fund_claim,
	lx_q_fund_incomes;

/* What a statement is about: the ledgers of its lines, or the project they were booked for. */
enum lx_scope { LX_OF_LEDGER, LX_OF_MEMBER, LX_OF_PROJECT, LX_OF_MONEY, LX_SCOPES };

/* By scope: sums before a day; sums and number of lines of a period; its lines; sums of the first lines. $1 is what
 * the scope is of; a kind narrows, '' does not. */
extern const struct lx_query lx_q_fund_before[LX_SCOPES], lx_q_fund_period[LX_SCOPES],
	lx_q_fund_lines[LX_SCOPES], lx_q_fund_skipped[LX_SCOPES];

/* All of them, for the test that prepares each; ends with NULL. */
extern const struct lx_query *const lx_fund_queries[];

#endif
