/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Agreements as tables: drafted in confidence, proposed in public, signed by all or by none, in force by a day or a condition. */
#include "modules/agreements/agreements.h"

lx_rule_fn agreement_drafter, agreement_revises, agreement_position, agreement_complete,
	agreement_new_version, agreement_has_condition, agreement_undertake, agreement_accedes,
	agreement_leaves, agreement_to_former, agreement_amends, agreement_amended, agreement_annul;

#define PARTIES_ONLY "party secretariat"

static const struct lx_field party[] = { { "member", LX_LINK, "member", "list filter" },
	{ "since", LX_DATE }, END };
static const struct lx_field former[] = { { "member", LX_LINK, "member" }, { "since", LX_DATE },
	{ "until", LX_DATE }, END };
static const struct lx_field article[] = { { "number", LX_WORD, "8" },
	{ "heading", LX_TEXT, "1..120", "search" }, { "text", LX_TEXT, "4..20000", "search" },
	END };
static const struct lx_field promise[] = { { "article", LX_WORD, "8" },
	{ "title", LX_TEXT, "4..200" }, { "owner", LX_LINK, "member" }, { "due", LX_DATE },
	{ "indicator", LX_TEXT, "2..200" }, { "target", LX_DECIMAL, "4" }, END };
/* no key: a party that changes its mind states it anew, and the latest counts */
static const struct lx_field position[] = { { "article", LX_WORD, "8", NULL, PARTIES_ONLY },
	{ "member", LX_LINK, "member", "actor", PARTIES_ONLY },
	{ "stance", LX_CHOICE, "accepts amends rejects", NULL, PARTIES_ONLY },
	{ "text", LX_TEXT, "4..8000", NULL, PARTIES_ONLY }, END };
static const struct lx_rows rows[] = { { "party", party, "member" }, { "former", former },
	{ "article", article, "number" }, { "promise", promise }, { "position", position }, END };
static const struct lx_field fields[] = { { "title", LX_TEXT, "4..200", "list search" },
	{ "preamble", LX_TEXT, "4..8000", "search" },
	{ "project", LX_LINK, "project", "filter thread" },
	{ "allocation", LX_LINK, "allocation", "thread" },
	{ "condition", LX_TEXT,
		"4..1000" }, /* on which it enters into force; the secretariat declares that it is met */
	{ "paper", LX_FILE,
		"pdf" }, /* as signed by hand, where it was; the entries are the signatures */
	{ "force_on", LX_DATE, NULL, "list" }, { "ends_on", LX_DATE, NULL, "filter" },
	{ "version", LX_NUMBER, "1..", "list" }, END };
static const struct lx_relation relations[] = { { "party", LX_ACTS_FOR, "party.member" },
	{ "signatory", LX_ACTS_FOR, "party.member", "delegate" }, END };
static const struct lx_state states[] = { { "draft", LX_WORK, LX_WITHHELD, "propose" },
	{ "proposed", LX_WAIT, LX_PUBLIC, "conclude" }, { "concluded", LX_DONE, LX_PUBLIC },
	{ "in_force", LX_DONE, LX_PUBLIC }, { "failed", LX_SHUT, LX_PUBLIC },
	{ "ended", LX_SHUT, LX_PUBLIC }, { "discarded", LX_SHUT, LX_WITHHELD }, END };
static const struct lx_term terms[] = { { "force_on", NULL, NULL, "concluded", NULL, "enter",
						true },
	{ "ends_on", NULL, NULL, "in_force", NULL, "end" }, END };
static const struct lx_consent consents[] = { { "signing", "party.member", "delegate", "all",
						      "fail" },
	{ "parties", "party.member", "delegate", "agreement.parties" }, END };
static const struct lx_act acts[] = {
	{ "draft", "delegate secretariat", NULL, "draft",
		"title preamble? +party +article? +promise? project? allocation? condition?",
		"discard", .guard = LX_C(agreement_drafter) },
	{ "revise", "party secretariat", "draft", NULL,
		"title? preamble? *party? *article? *promise? project? allocation? condition?",
		"correct", .guard = LX_C(agreement_revises) },
	{ "state", "party", "draft", NULL, "+position", "correct",
		.guard = LX_C(agreement_position) },
	{ "propose", "party secretariat", "draft", "proposed", "force_on? ends_on?", "redraft",
		.guard = LX_C(agreement_complete), .also = LX_C(agreement_new_version) },
	{ "redraft", "party secretariat", "proposed", "draft", "reason", "propose" },
	{ "conclude", "signatory secretariat", "proposed", "concluded", "", "annul",
		.consent = "signing", .starts = "force_on", .dated = true },
	{ "enter", "clock", "concluded", "in_force", "", "annul", .starts = "ends_on",
		.also = LX_C(agreement_undertake) },
	{ "declare", "secretariat", "concluded", "in_force", "force_on reason", "annul",
		.starts = "ends_on", .guard = LX_C(agreement_has_condition),
		.also = LX_C(agreement_undertake), .dated = true },
	{ "deposit", "signatory secretariat", "concluded in_force", NULL, "paper", "correct" },
	{ "accede", "delegate", "in_force", NULL, "+party reason?", "leave", .consent = "parties",
		.guard = LX_C(agreement_accedes), .dated = true },
	{ "leave", "signatory", "in_force", NULL, "=party reason", "accede",
		.guard = LX_C(agreement_leaves), .also = LX_C(agreement_to_former), .dated = true },
	{ "amend", "signatory", "in_force", NULL,
		"title? preamble? *article? *promise? project? allocation? ends_on? reason",
		"amend", .consent = "parties", .guard = LX_C(agreement_amends),
		.also = LX_C(agreement_amended), .dated = true },
	{ "abandon", "party secretariat", "proposed", "failed", "reason", "draft" },
	{ "discard", "party secretariat", "draft", "discarded", "reason", "draft" },
	{ "fail", "cause", "proposed", "failed", "", "draft" },
	{ "end", "clock", "in_force", "ended", "", "-" },
	{ "annul", "signatory", "concluded in_force", "ended", "reason", "-", .consent = "parties",
		.also = LX_C(agreement_annul), .dated = true },
	END
};
const struct lx_type lx_agreement_type = { "agreement", "agreements", "council", "title", fields,
	rows, relations, states, terms, consents, acts, "party secretariat" };
