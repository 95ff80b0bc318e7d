/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Guards of ledgers. */
#include "modules/fund/books.h"
#include "modules/fund/fund_queries.h"

#include <stdio.h>
#include <string.h>

lx_rule_fn ledger_holds, ledger_unused;

/* A claim is one member's, and nothing else is. What kind a ledger is, and whose, stands from its opening on. */
enum lx_code ledger_holds(struct lx_case *c)
{
	bool claim = lx_text_is(lx_case_input(c, "kind"), "claim");
	bool member = lx_case_input(c, "member").len > 0;

	if (strcmp(c->act->name, "correct") == 0) {
		static const char *const fixed[] = { "kind", "member", "floor" };
		for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
			if (json_object_get(c->input, fixed[i]) != NULL)
				return lx_case_refuse(c, fixed[i], "ledger_fixed");
		return LX_OK;
	}
	if (claim != member)
		return lx_case_refuse(c, "member", claim ? "ledger_claim" : "ledger_not_claim");
	return LX_OK;
}

/* Closed only at zero, and when no voucher waits to post to it. */
enum lx_code ledger_unused(struct lx_case *c)
{
	struct lx_value sums[2], waiting;
	char ref[48];

	LX_TRY(lx_one(c->work->tx, &lx_q_fund_until,
		(struct lx_value[]){ LX_I(c->record->number), LX_I(INT64_MAX) }, sums));
	if (sums[0].number != sums[1].number)
		return lx_case_refuse(c, NULL, "ledger_balance");
	(void)snprintf(ref, sizeof ref, "ledger/%lld", (long long)c->record->number);
	LX_TRY(lx_one(
		c->work->tx, &lx_q_fund_unfinished, (struct lx_value[]){ LX_S(ref) }, &waiting));
	return waiting.number > 0 ? lx_case_refuse(c, NULL, "ledger_waiting") : LX_OK;
}
