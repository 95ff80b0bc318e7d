/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The books: derived tables of what is booked, and what the guards ask of them. A voucher's lines are written once, when it
 * enters the books, and never changed; sums by day make balances at any date a walk over an index. Inside fund/ only.
 *
 * Money is int64 minor units. Before anything is booked the guard makes sure that the debit of all ledgers together stays
 * below INT64_MAX; so no sum over any part of the books can overflow.
 */
#ifndef LX_MODULES_FUND_BOOKS_H
#define LX_MODULES_FUND_BOOKS_H

#include "kernel/store/store.h"
#include "kernel/types/case.h"
#include "modules/fund/fund.h"

extern const struct lx_table lx_books_tables[];

/* Enters a voucher into the books the first time it stands in a state that is booked (lx_derive_fn). */
LX_CHECK enum lx_code lx_books_derive(struct lx_tx *tx, const struct lx_record *voucher);

/* Whether vouchers in a state stand in the books. */
bool lx_books_holds(struct lx_text state);

/* One line of a voucher. `change` is debit less credit. */
struct lx_posting {
	int64_t ledger, amount;
	bool debit;
};

/* Whether the ledger's balance is counted as debit less credit (asset claim expense) or the other way round. */
bool lx_books_debit_kind(struct lx_text kind);

#define LX_POSTINGS_MOST 200 /* lines of one voucher */

/* The lines of a voucher that is there already, in the call's arena. */
LX_CHECK enum lx_code lx_voucher_postings(struct lx_case *c, const struct lx_record *voucher,
	struct lx_posting **postings, size_t *n);

/* "voucher/7" */
void lx_voucher_ref(int64_t number, char ref[48]);

/* Refuses lines whose debit and credit differ, fewer than two, and sums that the books have no room for. */
LX_CHECK enum lx_code lx_books_balanced(
	struct lx_case *c, const char *field, const struct lx_posting *postings, size_t n);

/* Refuses what the books cannot take on this day: a ledger that is closed, debit and credit that differ, a balance below the
 * ledger's floor at the end of that day or of any later one, sums that do not fit. `field` names the input. */
LX_CHECK enum lx_code lx_books_admit(struct lx_case *c, const char *field,
	const struct lx_posting *postings, size_t n, int64_t day);

/* A ledger as a record. */
LX_CHECK enum lx_code lx_books_ledger(struct lx_case *c, int64_t number, struct lx_record *ledger);

#endif
