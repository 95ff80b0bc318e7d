/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Transfers between upstream and downstream that hang on indicators; decided in fractions. */
#include "engines/shares/inner.h"

static enum lx_code check(struct lx_call *call, mpq_srcptr steadiness,
	const struct lx_ratios *weights, const struct lx_ratios *baseline,
	const struct lx_ratios *observed)
{
	if (weights->n < 1 || weights->n > LX_CLAIMS_MOST)
		return lx_fail(call, LX_INVALID, "weights", "shares.classes", "%d", LX_CLAIMS_MOST);
	if (baseline->n != weights->n)
		return lx_fail(call, LX_INVALID, "baseline", "shares.length", "%zu", weights->n);
	if (observed->n != weights->n)
		return lx_fail(call, LX_INVALID, "observed", "shares.length", "%zu", weights->n);
	if (mpq_sgn(steadiness) <= 0)
		return lx_fail(call, LX_INVALID, "k0", "shares.positive", "1");
	for (size_t i = 0; i < weights->n; i++) {
		if (mpq_sgn(weights->at[i]) < 0)
			return lx_fail(
				call, LX_INVALID, "weights", "shares.negative", "%zu", i + 1);
		if (mpq_sgn(baseline->at[i]) <= 0)
			return lx_fail(
				call, LX_INVALID, "baseline", "shares.positive", "%zu", i + 1);
		if (mpq_sgn(observed->at[i]) < 0)
			return lx_fail(
				call, LX_INVALID, "observed", "shares.negative", "%zu", i + 1);
	}
	return LX_OK;
}

enum lx_code lx_transfer(struct lx_call *call, mpq_srcptr steadiness,
	const struct lx_ratios *weights, const struct lx_ratios *baseline,
	const struct lx_ratios *observed, mpq_ptr index, bool *downstream_pays)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios term = { 0 };

	LX_TRY(check(call, steadiness, weights, baseline, observed));
	LX_TRY(lx_ratios_open(call, 1, &term));
	lx_ratios_sum(weights, term.at[0]);
	if (mpq_cmp_ui(term.at[0], 1, 1) != 0)
		return lx_fail(call, LX_INVALID, "weights", "shares.sum_one", NULL);
	mpq_set_ui(index, 0, 1);
	for (size_t i = 0; i < weights->n; i++) {
		mpq_div(term.at[0], observed->at[i], baseline->at[i]);
		mpq_mul(term.at[0], term.at[0], weights->at[i]);
		mpq_add(index, index, term.at[0]);
	}
	mpq_mul(index, index, steadiness);
	*downstream_pays = mpq_cmp_ui(index, 1, 1) <= 0;
	return LX_OK;
}
