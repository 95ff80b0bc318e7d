/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Persons: who has registered, where they live, how far verified. Never public, no name in the journal. */
#include "kernel/polity/polity.h"

lx_rule_fn person_goes, person_free;

static const struct lx_field fields[] = { { "name", LX_SEALED, "name", NULL, "self home" },
	{ "phone", LX_SEALED, "phone", NULL, "self" }, { "mail", LX_SEALED, "mail", NULL, "self" },
	{ "proof", LX_SEALED, "id", NULL, "home self" }, { "home", LX_LINK, "member", "filter" },
	{ "tongue", LX_CHOICE, "zh en" }, END };
static const struct lx_relation relations[] = { { "self", LX_IS, "self" },
	{ "home", LX_ACTS_FOR, "home", "officer" }, END };
static const struct lx_state states[] = { { "registered", LX_DONE, LX_WITHHELD },
	{ "claimed", LX_WAIT, LX_WITHHELD, "verify" }, { "verified", LX_DONE, LX_WITHHELD },
	{ "erased", LX_SHUT, LX_WITHHELD }, END };
static const struct lx_act acts[] = { { "register", "anyone", NULL, "registered",
					      "name phone? mail? tongue", "erase" },
	{ "change", "self", "registered claimed verified", NULL, "name? phone? mail? tongue?",
		"change" },
	{ "claim", "self", "registered verified", "claimed", "home proof", "unverify" },
	{ "verify", "home", "claimed", "verified", "", "unverify" },
	{ "unverify", "home self", "claimed verified", "registered", "reason", "claim",
		.clears = "home proof" },
	{ "erase", "self secretariat", "registered claimed verified", "erased", "reason?", "-",
		.clears = "name phone mail proof home", .guard = LX_C(person_free),
		.also = LX_C(person_goes) },
	END };
const struct lx_type lx_person_type = { "person", "persons", NULL, NULL, fields, NULL, relations,
	states, .acts = acts, .readers = "self home" };
