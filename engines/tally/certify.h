/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the checkers of certificates share. Not for others. */
#ifndef LX_ENGINES_TALLY_CERTIFY_H
#define LX_ENGINES_TALLY_CERTIFY_H

#include "engines/tally/inner.h"

/* A result to check: `in[p]`: p was funded; `bought` the first bought_n of its purchases, those of
 * the rule itself. */
struct lx_tally_claim {
	struct lx_call *call;
	const struct lx_tally_view *view;
	const struct lx_tally_setting *setting;
	const struct lx_tally_result *result;
	bool *in;
	size_t bought_n;
	struct lx_tally_limits limits; /* after all purchases */
};

/* Each sets holds and witness of its certificate. */
LX_CHECK enum lx_code lx_tally_check_shares(
	const struct lx_tally_claim *claim, struct lx_tally_certificate *priceable);
LX_CHECK enum lx_code lx_tally_check_even(
	const struct lx_tally_claim *claim, struct lx_tally_certificate *priceable);
LX_CHECK enum lx_code lx_tally_check_loads(
	const struct lx_tally_claim *claim, struct lx_tally_certificate *priceable);
LX_CHECK enum lx_code lx_tally_check_groups(const struct lx_tally_claim *claim,
	struct lx_tally_certificate *up_to_one, struct lx_tally_certificate *plus);
void lx_tally_check_exchanges(
	const struct lx_tally_claim *claim, struct lx_tally_certificate *undominated);

#endif
