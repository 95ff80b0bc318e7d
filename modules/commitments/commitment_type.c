/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Commitments as tables. What an agreement yields is moved, released or called broken with the consent of its parties; a
 * member's own pledge has no parties to consent: it is postponed and released by acts of its own, with a public reason. */
#include "modules/commitments/commitments.h"

lx_rule_fn commitment_own, commitment_shared;

static const struct lx_field evidence[] = { { "text", LX_TEXT, "4..8000", "search" },
	{ "file", LX_FILE, "pdf image sheet" }, { "value", LX_DECIMAL, "4" }, { "day", LX_DATE },
	END };
static const struct lx_field helper[] = { { "member", LX_LINK, "member", "filter" }, END };
static const struct lx_rows rows[] = { { "evidence", evidence }, { "helper", helper, "member" },
	END };
static const struct lx_field fields[] = { { "title", LX_TEXT, "4..200", "list search" },
	{ "text", LX_TEXT, "10..20000", "search" },
	{ "owner", LX_LINK, "member body", "list filter" },
	{ "source", LX_LINK, "need project agreement.article", "filter thread" },
	{ "indicator", LX_TEXT, "2..200", "search" }, { "target", LX_DECIMAL, "4" },
	{ "due", LX_MOMENT, NULL, "list filter" }, { "doubt_by", LX_MOMENT }, END };
static const struct lx_relation relations[] = { { "owner", LX_ACTS_FOR, "owner", "officer" },
	{ "helper", LX_ACTS_FOR, "helper.member", "officer" },
	{ "party", LX_ACTS_FOR, "source.party.member" }, END };
static const struct lx_state states[] = { { "open", LX_WORK, LX_PUBLIC, "report" },
	{ "reported", LX_WAIT, LX_PUBLIC, "confirm doubt" },
	{ "doubted", LX_SOON, LX_PUBLIC, "report" }, { "kept", LX_DONE, LX_PUBLIC },
	{ "broken", LX_LATE, LX_PUBLIC }, { "released", LX_SHUT, LX_PUBLIC }, END };
static const struct lx_term terms[] = { { "due", NULL, "owner", "open doubted", NULL, "overdue" },
	{ "doubt_by", "commitment.doubt", NULL, "reported", NULL, "accept" }, END };
static const struct lx_consent consents[] = {
	{ "parties", "source.party.member", "delegate", "commitment.change" }, END
};
static const struct lx_act acts[] = {
	{ "pledge", "owner", NULL, "open",
		"title text? owner due source? indicator? target? +helper?", "release",
		.starts = "due" },
	{ "undertake", "cause", NULL, "open",
		"title text? owner due source indicator? target? +helper?", "annul",
		.starts = "due" },
	{ "report", "owner helper", "open doubted", "reported", "+evidence", "correct",
		.starts = "doubt_by" },
	{ "confirm", "party secretariat auditor", "reported", "kept", "", "doubt" },
	{ "accept", "clock", "reported", "kept", "", "doubt" },
	{ "doubt", "party secretariat auditor", "reported kept", "doubted", "reason", "report" },
	{ "overdue", "clock", "open doubted", NULL, "", "correct" },
	{ "postpone", "owner", "open doubted", NULL, "due reason", "correct",
		.guard = LX_C(commitment_own) },
	{ "release", "owner", "open doubted", "released", "reason", "pledge",
		.guard = LX_C(commitment_own) },
	{ "move", "owner", "open doubted", NULL, "due reason", "correct", .consent = "parties",
		.guard = LX_C(commitment_shared) },
	{ "discharge", "owner", "open doubted", "released", "reason", "pledge",
		.consent = "parties", .guard = LX_C(commitment_shared) },
	{ "break", "party", "open doubted", "broken", "reason", "restore", .consent = "parties" },
	{ "restore", "party", "broken", "open", "due reason", "break", .starts = "due",
		.consent = "parties" },
	{ "annul", "cause", "*", "released", "reason", "-" }, END
};
const struct lx_type lx_commitment_type = { "commitment", "commitments", "duty", "title", fields,
	rows, relations, states, terms, consents, acts };
