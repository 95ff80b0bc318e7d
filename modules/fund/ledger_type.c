/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Ledgers: the accounts of the fund in double entry ("account" is already what somebody signs in with). A claim is
 * what one member owes; a ledger with the floor zero is never below it, at the end of no day.
 */
#include "modules/fund/books.h"

lx_rule_fn ledger_holds, ledger_unused;

static const struct lx_field fields[] = { { "code", LX_WORD, "16", "list unique" },
	{ "names", LX_NAMES, "80", "list search" },
	{ "kind", LX_CHOICE, "asset claim liability equity income expense", "list filter" },
	{ "member", LX_LINK, "member", "list filter" }, { "floor", LX_CHOICE, "zero none", "list" },
	END };
static const struct lx_state states[] = { { "open", LX_DONE, LX_PUBLIC },
	{ "closed", LX_SHUT, LX_PUBLIC }, END };
static const struct lx_act acts[] = { { "open", "treasurer", NULL, "open",
					      "code names kind member? floor", "close",
					      .guard = LX_C(ledger_holds) },
	{ "rename", "treasurer", "open", NULL, "names reason", "rename" },
	{ "close", "treasurer", "open", "closed", "reason", "reopen",
		.guard = LX_C(ledger_unused) },
	{ "reopen", "treasurer", "closed", "open", "reason", "close" }, END };
const struct lx_type lx_ledger_type = { "ledger", "ledgers", "fund", "names", fields,
	.states = states, .acts = acts };
