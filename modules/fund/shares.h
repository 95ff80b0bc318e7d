/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What each member is called for, exactly: by the charter's formula or by an adopted allocation. Inside fund/ only. */
#ifndef LX_MODULES_FUND_SHARES_H
#define LX_MODULES_FUND_SHARES_H

#include "kernel/types/actor.h"

/* One member's part of the sum, and the claim it would be posted to (0: none is open). */
struct lx_fund_share {
	int64_t member, claim, amount;
};

/* Cuts `total` among those who pay. Where `basis` ("agreement/2#article.1", "allocation/1", or anything else a voucher may rest on) is an allocation, or
 * an agreement that names one: in the proportion of its adopted shares of a cost; `fund_no_shares` where none is adopted. Else among the full
 * members by the rows of the charter's formula "fund.call": each row's parts of the total go by equal heads, population, product or weight;
 * `fund_no_formula`, `fund_no_figure` where the charter or a figure lacks. Fractions are exact, minor units by largest remainder, ties to
 * who comes first. The array is the call's arena's. */
LX_CHECK enum lx_code lx_fund_shares(const struct lx_sight *sight, struct lx_text basis,
	int64_t total, struct lx_fund_share **shares, size_t *n);

#endif
