/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Members: the governments that sit together; superiors above them; joining, suspension, leaving. */
#include "kernel/polity/polity.h"

lx_rule_fn member_no_circle;

static const struct lx_field figure[] = { { "year", LX_NUMBER, "1900..2200" },
	{ "population", LX_NUMBER, "0.." }, { "product", LX_MONEY, "0.." },
	{ "source", LX_TEXT, "4..400" }, END };
static const struct lx_rows rows[] = { { "figure", figure, "year" }, END };
static const struct lx_field fields[] = { { "names", LX_NAMES, "80", "list search" },
	{ "code", LX_WORD, "12", "list filter unique" },
	{ "superior", LX_LINK, "member", "filter" },
	{ "part", LX_CHOICE, "full observer superior", "filter" },
	{ "weight", LX_NUMBER, "0..1000" },
	{ "place", LX_WORD, "24" }, /* latitude and longitude, or row and column of the tile map */
	{ "group", LX_CODE, "member.group", "list filter" }, { "leaves_on", LX_DATE }, END };
static const struct lx_relation relations[] = { { "itself", LX_ACTS_FOR, "self", "delegate" },
	{ "administrator", LX_ACTS_FOR, "self", "administrator" }, END };
static const struct lx_state states[] = { { "founding", LX_WAIT, LX_PUBLIC },
	{ "applicant", LX_WAIT, LX_PUBLIC, "admit" }, { "member", LX_DONE, LX_PUBLIC },
	{ "suspended", LX_LATE, LX_PUBLIC, "readmit" }, { "leaving", LX_SOON, LX_PUBLIC },
	{ "left", LX_SHUT, LX_PUBLIC }, END };
static const struct lx_term terms[] = {
	{ "leaves_on", "member.notice", NULL, "leaving", NULL, "depart" }, END
};
static const struct lx_consent consents[] = { { "entry", "charter.council.seat", "delegate",
						      "member.admit", "reject" },
	{ "members", "charter.council.seat", "delegate", "member.admit" },
	{ "others", "charter.council.seat", "delegate", "member.suspend" }, END };
static const struct lx_act acts[] = {
	{ "name", "cause", NULL, "founding",
		"names code superior? part weight? place? group? +figure?", "correct",
		.guard = LX_C(member_no_circle), .dated = true }, /* by init: a founding member */
	{ "join", "cause", "founding", "member", "", "suspend",
		.dated = true }, /* the charter is adopted */
	{ "apply", "secretariat delegate", NULL, "applicant",
		"names code superior? part weight? place? group? +figure?", "reject",
		.guard = LX_C(member_no_circle) },
	{ "admit", "delegate", "applicant", "member", "", "suspend", .consent = "entry",
		.dated = true },
	{ "reject", "cause", "applicant", "left", "", "readmit" },
	{ "suspend", "delegate", "member", "suspended", "reason", "readmit", .consent = "others",
		.dated = true },
	{ "readmit", "delegate", "suspended left", "member", "reason", "suspend",
		.consent = "members", .dated = true },
	{ "leave", "itself", "member suspended", "leaving", "reason leaves_on?", "stay",
		.starts = "leaves_on", .dated = true },
	{ "stay", "itself", "leaving", "member", "reason", "leave" },
	{ "depart", "clock", "leaving", "left", "", "readmit" },
	{ "figures", "administrator secretariat", "member", NULL, "+figure", "correct" },
	{ "regroup", "secretariat", "member", NULL, "group", "correct" }, END
};
const struct lx_type lx_member_type = { "member", "members", "council", "names", fields, rows,
	relations, states, terms, consents, acts };
