/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Bodies: conference, committees, offices, panels, forums, and who sits in them. */
#include "kernel/polity/polity.h"

lx_rule_fn body_own_seat;

static const struct lx_field seat[] = { { "names", LX_NAMES, "80" },
	{ "member", LX_LINK, "member", "list filter" }, { "holder", LX_LINK, "mandate" },
	{ "deputy", LX_LINK, "mandate" }, { "voice", LX_CHOICE, "votes speaks observes" },
	{ "weight", LX_NUMBER, "0..1000" }, END };
static const struct lx_rows rows[] = { { "seat", seat }, END };
static const struct lx_field fields[] = { { "names", LX_NAMES, "80", "list search" },
	{ "kind", LX_CHOICE, "conference committee secretariat office panel forum", "list filter" },
	{ "under", LX_LINK, "body", "filter" }, { "task", LX_TEXT, "4..4000", "search" }, END };
static const struct lx_relation relations[] = {
	{ "sender", LX_ACTS_FOR, "seat.member", "administrator" }, /* of the seat that is filled */
	END
};
static const struct lx_state states[] = { { "proposed", LX_WAIT, LX_PUBLIC, "found" },
	{ "standing", LX_DONE, LX_PUBLIC }, { "dissolved", LX_SHUT, LX_PUBLIC }, END };
static const struct lx_consent consents[] = {
	{ "council", "charter.council.seat", "delegate", "body.change" }, END
};
static const struct lx_act acts[] = { { "begin", "cause", NULL, "standing",
					      "names kind under? task? +seat?", "dissolve",
					      .dated = true }, /* by init */
	{ "propose", "delegate secretariat", NULL, "proposed", "names kind under? task? +seat?",
		"dissolve" },
	{ "found", "delegate", "proposed", "standing", "", "dissolve", .consent = "council",
		.dated = true },
	{ "change", "delegate", "standing", NULL, "reason *", "change", .consent = "council",
		.dated = true },
	{ "fill", "sender", "standing", NULL, "=seat", "fill", .guard = LX_C(body_own_seat),
		.dated = true },
	{ "dissolve", "delegate", "proposed standing", "dissolved", "reason", "-",
		.consent = "council", .dated = true },
	END };
const struct lx_type lx_body_type = { "body", "bodies", "council", "names", fields, rows, relations,
	states, .consents = consents, .acts = acts };
