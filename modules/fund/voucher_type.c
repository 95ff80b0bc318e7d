/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Vouchers: every movement of the fund, in double entry. Who records a receipt does not confirm it; nothing is paid
 * without two organs; what was booked is never changed, only reversed by a mirror.
 *
 * In the books: called, settled, reversed (its mirror nets it), mirror. Not in them: recorded and denied receipts, what is
 * asked for, what was dropped. "Overdue" is the stage of the term, not a state.
 */
#include "modules/fund/books.h"

lx_rule_fn voucher_call, voucher_receipt, voucher_payment, voucher_transfer, voucher_other_hand,
	voucher_covered, voucher_reversible, voucher_made, voucher_settles, voucher_booked,
	voucher_mirrored;

static const struct lx_field posting[] = { { "ledger", LX_LINK, "ledger", "list filter" },
	{ "side", LX_CHOICE, "debit credit" }, { "amount", LX_MONEY, "1..1000000000000000" }, END };
static const struct lx_rows rows[] = { { "posting", posting }, END };
static const struct lx_field fields[] = {
	{ "kind", LX_CHOICE, "call receipt payment transfer", "list filter" },
	{ "text", LX_TEXT, "2..400", "list search" }, { "payer", LX_LINK, "member", "list filter" },
	{ "payee", LX_LINK, "member organisation body", "list filter" },
	{ "basis", LX_LINK,
		"project.milestone project allocation agreement.article agreement commitment "
		"charter",
		"thread" },
	{ "settles", LX_LINK, "voucher",
		"thread" }, /* the call that a receipt pays, in whole or in part */
	{ "reverses", LX_LINK, "voucher", "thread" }, /* of a mirror */
	{ "proof", LX_FILE, "pdf image" },            /* the slip or statement itself */
	{ "slip", LX_TEXT, "2..200" },                /* number of the bank's slip or statement */
	{ "amount", LX_MONEY, "0..", "list" },        /* the sum of one side */
	{ "day", LX_DATE, NULL, "list" },             /* from which it holds in the books */
	{ "due", LX_MOMENT }, { "bank", LX_SEALED, "account", NULL, "treasurer auditor payer" }, END
};
static const struct lx_relation relations[] = {
	{ "payer", LX_ACTS_FOR, "payer", "officer treasurer" }, END
};
static const struct lx_state states[] = { { "called", LX_WAIT, LX_PUBLIC, "receive" },
	{ "recorded", LX_WAIT, LX_PUBLIC, "acknowledge deny" },
	{ "denied", LX_LATE, LX_PUBLIC, "drop acknowledge" },
	{ "asked", LX_WAIT, LX_PUBLIC, "pay" }, { "settled", LX_DONE, LX_PUBLIC },
	{ "dropped", LX_SHUT, LX_PUBLIC }, { "reversed", LX_SHUT, LX_PUBLIC },
	{ "mirror", LX_SHUT, LX_PUBLIC }, END };
static const struct lx_term terms[] = { { "due", NULL, "payer", "called", NULL, "overdue" }, END };
static const struct lx_consent consents[] = {
	{ "two_offices", "charter.treasury charter.audit", "treasurer auditor", "fund.pay" }, END
};
static const struct lx_act acts[] = { { "call", "treasurer", NULL, "called",
					      "text payer basis due slip? +posting", "reverse",
					      .starts = "due", .guard = LX_C(voucher_call),
					      .also = LX_C(voucher_made), .dated = true },
	{ "overdue", "clock", "called", NULL, "", "correct" },
	{ "receive", "treasurer", NULL, "recorded",
		"text payer basis? settles? slip? proof? bank? +posting", "drop",
		.guard = LX_C(voucher_receipt), .also = LX_C(voucher_made), .dated = true },
	{ "acknowledge", "payer", "recorded denied", "settled", "", "reverse",
		.guard = LX_C(voucher_other_hand), .also = LX_C(voucher_settles) },
	{ "deny", "payer", "recorded", "denied", "reason", "acknowledge" },
	{ "meet", "cause", "called", "settled", "", "unmeet" },
	{ "unmeet", "cause", "settled", "called", "due", "meet", .starts = "due" },
	{ "ask", "treasurer", NULL, "asked", "text payee basis slip? proof? bank? +posting", "drop",
		.guard = LX_C(voucher_payment), .also = LX_C(voucher_made) },
	{ "enter", "treasurer", NULL, "asked", "text basis? slip? proof? +posting", "drop",
		.guard = LX_C(voucher_transfer), .also = LX_C(voucher_made) },
	{ "pay", "treasurer", "asked", "settled", "", "reverse", .consent = "two_offices",
		.guard = LX_C(voucher_covered), .also = LX_C(voucher_booked), .dated = true },
	{ "drop", "treasurer", "asked recorded denied", "dropped", "reason", "-" },
	{ "reverse", "treasurer", "called settled", "reversed", "reason", "-",
		.consent = "two_offices", .guard = LX_C(voucher_reversible),
		.also = LX_C(voucher_mirrored), .dated = true },
	{ "mirror", "cause", NULL, "mirror", "kind text? payer? payee? basis? reverses +posting",
		"-", .also = LX_C(voucher_booked), .dated = true },
	END };
const struct lx_type lx_voucher_type = { "voucher", "vouchers", "fund", "text", fields, rows,
	relations, states, terms, consents, acts, .tables = lx_books_tables,
	.derive = lx_books_derive };
