/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The joint fund: ledgers (accounts in double entry) and vouchers. The only header others may include. */
#ifndef LX_MODULES_FUND_H
#define LX_MODULES_FUND_H

#include "kernel/types/type.h"

extern const struct lx_type lx_ledger_type, lx_voucher_type;

#endif
