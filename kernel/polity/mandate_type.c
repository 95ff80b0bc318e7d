/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Mandates: for whom a person may act, in which office, from when to when. */
#include "kernel/polity/polity.h"

lx_rule_fn mandate_offer_on, mandate_ends_former, mandate_key_fits;

static const struct lx_field fields[] = { { "holder", LX_LINK, "member body organisation",
						  "list filter" },
	{ "office", LX_CHOICE, "administrator officer delegate treasurer auditor editor",
		"list filter" },
	{ "person", LX_PERSON }, { "successor", LX_PERSON }, /* to whom it is handed over */
	{ "called", LX_SEALED, "name", NULL,
		"anyone" },              /* officials are named in public; can be erased */
	{ "after", LX_LINK, "mandate" }, /* handed over from */
	{ "until", LX_DATE, NULL, "filter" }, END };
static const struct lx_field key[] = { /* with which its acts are signed; "public" in hexadecimal */
	{ "algorithm", LX_CHOICE, "ed25519 sm2" }, { "public", LX_WORD, "66" }, END
};
static const struct lx_rows rows[] = { { "key", key, "public" }, END };
static const struct lx_relation relations[] = {
	{ "principal", LX_ACTS_FOR, "holder", "administrator" }, { "bearer", LX_IS, "person" }, END
};
static const struct lx_state states[] = { { "offered", LX_WAIT, LX_PUBLIC, "accept" },
	{ "valid", LX_DONE, LX_PUBLIC }, { "ended", LX_SHUT, LX_PUBLIC }, END };
static const struct lx_term terms[] = { { "until", NULL, NULL, "offered valid", NULL, "expire" },
	END };
static const struct lx_act acts[] = { { "first", "cause", NULL, "valid",
					      "holder office person called?",
					      "revoke" }, /* by init's one-time link */
	{ "grant", "principal", NULL, "offered", "holder office person called? until? after?",
		"revoke", .starts = "until" },
	{ "hand_over", "bearer principal", "valid", NULL, "successor", "correct",
		.also = LX_C(mandate_offer_on) },
	{ "succeed", "cause", NULL, "offered", "holder office person until? after", "revoke",
		.starts = "until" },
	{ "accept", "bearer", "offered", "valid", "called?", "resign",
		.guard = LX_C(mandate_second_factor), .also = LX_C(mandate_ends_former) },
	{ "replaced", "cause", "offered valid", "ended", "", "grant" },
	{ "revoke", "principal", "offered valid", "ended", "reason?", "grant", .dated = true },
	{ "resign", "bearer", "offered valid", "ended", "", "grant", .dated = true },
	{ "register_key", "bearer", "valid", NULL, "+key", "revoke_key",
		.guard = LX_C(mandate_key_fits) },
	{ "revoke_key", "bearer principal", "valid", NULL, "-key", "register_key" },
	{ "expire", "clock", "offered valid", "ended", "", "grant" }, END };
const struct lx_type lx_mandate_type = { "mandate", "mandates", "council", NULL, fields, rows,
	relations, states, terms, .acts = acts };
