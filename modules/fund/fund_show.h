/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the fund's pages share: amounts and days in words, vouchers as a reader may see them. Inside fund/ only. */
#ifndef LX_MODULES_FUND_SHOW_H
#define LX_MODULES_FUND_SHOW_H

#include "kernel/pages/pages.h"
#include "modules/fund/fund.h"
#include "modules/fund/fund_view.h"
#include "modules/fund/statement.h"

/* A sentence of the reader's language. */
struct lx_words lx_fund_tr(const struct lx_reader *reader, const char *id);

/* Refuses as an unknown address while the fund is off. */
LX_CHECK enum lx_code lx_fund_on(const struct lx_reader *reader);

/* Amounts of one page in one form: whole units unless one of those seen has a part of a unit. Begins as { reader }. */
struct lx_purse {
	const struct lx_reader *reader;
	bool parts;
};
void lx_purse_see(struct lx_purse *purse, int64_t amount);
struct lx_words lx_purse_words(const struct lx_purse *purse, int64_t amount);
struct lx_cell lx_purse_cell(const struct lx_purse *purse, int64_t amount);

/* A cell that says nothing where the amount is zero. */
struct lx_cell lx_purse_side(const struct lx_purse *purse, int64_t amount);

/* {"minor","currency"} as all of the API has it; a new reference. */
json_t *lx_fund_money(const struct lx_reader *reader, int64_t amount);

/* "Amounts in CNY". */
struct lx_words lx_fund_unit(const struct lx_reader *reader);

/* "2026-11-20". */
struct lx_text lx_fund_day(const struct lx_reader *reader, int64_t day);

/* The days asked for; the last entry's and the first of its year, where none are. */
LX_CHECK enum lx_code lx_fund_period(const struct lx_reader *reader, struct lx_period *period);

/* The form of days of a page at `path`. */
struct lx_fund_days lx_fund_days_form(const struct lx_reader *reader, const char *path, bool ranged,
	const struct lx_period *period);

/* A link in words. */
struct lx_link_view lx_fund_link(const struct lx_reader *reader, const char *id, const char *path);

/* A record by its reference, as a link with its title. */
LX_CHECK enum lx_code lx_fund_ref(
	const struct lx_reader *reader, struct lx_text ref, struct lx_link_view *link);

/* A voucher as this reader may see it; what is hidden is only numbered, its amounts stay in the books. */
struct lx_fund_voucher {
	struct lx_words text;
	struct lx_address address;
	struct lx_text party, basis, state, kind; /* references; words of the tables */
	int64_t amount, due;
	struct lx_state_view mark;
};
LX_CHECK enum lx_code lx_fund_voucher(
	const struct lx_reader *reader, int64_t number, struct lx_fund_voucher *voucher);

/* The table of a statement's lines, with the balance brought forward and the closing one. */
LX_CHECK enum lx_code lx_fund_lines(
	const struct lx_purse *purse, const struct lx_statement *statement, struct lx_grid *table);

#endif
