/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What each member is called for by the charter's formula, exactly. Inside fund/ only. */
#ifndef LX_MODULES_FUND_SHARES_H
#define LX_MODULES_FUND_SHARES_H

#include "kernel/types/actor.h"

/* One member's part of the sum, and the claim it would be posted to (0: none is open). */
struct lx_fund_share {
	int64_t member, claim, amount;
};

/* Cuts `total` among the full members by the rows of the charter's formula "fund.call": each row's parts of the total go by
 * equal heads, population, product or weight; fractions are exact, and minor units by largest remainder, ties to the member
 * first numbered. Refuses (`fund_no_formula`, `fund_no_figure`) where the charter or a figure lacks. */
LX_CHECK enum lx_code lx_fund_shares(
	const struct lx_sight *sight, int64_t total, struct lx_fund_share **shares, size_t *n);

#endif
