/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Statements: opening balance, lines, closing balance of one scope over a period, a page of lines at a time. Computed by
 * indexed queries over the books; vouchers are loaded only for the lines that are shown. Inside fund/ only.
 */
#ifndef LX_MODULES_FUND_STATEMENT_H
#define LX_MODULES_FUND_STATEMENT_H

#include "base/json.h"
#include "kernel/types/reduce.h"
#include "modules/fund/fund_queries.h"

/* Days, both included. */
struct lx_period {
	int64_t from, on;
};

struct lx_line {
	int64_t day, n, row, at, voucher, ledger, debit, credit, balance;
	struct lx_text kind;
};

/* `of`: what the scope is of, as its queries take it. `debit_up`: whether a debit raises the balance. `kind`: only such
 * lines, empty for all; balances then stand still. The sums are those of the whole period. */
struct lx_statement {
	enum lx_scope scope;
	struct lx_value of;
	bool debit_up;
	struct lx_period period;
	struct lx_text kind;
	int64_t page, most; /* from 1; lines on a page */
	/* filled: */
	int64_t opening, closing, debit, credit, total;
	int64_t page_opening; /* the balance before the page's first line */
	struct lx_line *lines;
	size_t lines_n;
};

/* Fills it from the books. */
LX_CHECK enum lx_code lx_statement_read(struct lx_tx *tx, struct lx_statement *statement);

#endif
