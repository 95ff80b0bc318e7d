/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The joint fund: ledgers (accounts in double entry) and vouchers. The only header others may include. */
#ifndef LX_MODULES_FUND_H
#define LX_MODULES_FUND_H

#include "kernel/http/http.h"
#include "kernel/pages/part.h"
#include "kernel/types/type.h"

extern const struct lx_type lx_ledger_type, lx_voucher_type;

/* The pages under /fund. */
lx_handler lx_page_fund, lx_page_fund_ledger, lx_page_fund_member, lx_page_fund_project,
	lx_page_fund_money, lx_page_fund_balance, lx_page_fund_calls, lx_page_fund_calls_post;

/* The link to a record's statement under its title: of ledgers and members. */
lx_part_fill_fn lx_fund_link_fill;

/* Balance, asked and available on the home page. */
lx_home_fill_fn lx_fund_home;

#endif
