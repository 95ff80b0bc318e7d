/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Commitments as tables. A member's own pledge has no parties to consent: it is postponed and released by acts of its
 * own, with a public reason. */
#include "modules/commitments/commitments.h"

static const struct lx_field evidence[] = { { "text", LX_TEXT, "4..8000", "search" },
	{ "file", LX_FILE, "pdf image sheet" }, { "value", LX_DECIMAL, "4" }, { "day", LX_DATE },
	END };
static const struct lx_field helper[] = { { "member", LX_LINK, "member", "filter" }, END };
static const struct lx_rows rows[] = { { "evidence", evidence }, { "helper", helper, "member" },
	END };
static const struct lx_field fields[] = { { "title", LX_TEXT, "4..200", "list search" },
	{ "text", LX_TEXT, "10..20000", "search" },
	{ "owner", LX_LINK, "member body", "list filter" },
	{ "source", LX_LINK, "need", "filter thread" },
	{ "indicator", LX_TEXT, "2..200", "search" }, { "target", LX_DECIMAL, "4" },
	{ "due", LX_MOMENT, NULL, "list filter" }, { "doubt_by", LX_MOMENT }, END };
static const struct lx_relation relations[] = { { "owner", LX_ACTS_FOR, "owner", "officer" },
	{ "helper", LX_ACTS_FOR, "helper.member", "officer" }, END };
static const struct lx_state states[] = { { "open", LX_WORK, LX_PUBLIC, "report" },
	{ "reported", LX_WAIT, LX_PUBLIC, "confirm doubt" },
	{ "doubted", LX_SOON, LX_PUBLIC, "report" }, { "kept", LX_DONE, LX_PUBLIC },
	{ "released", LX_SHUT, LX_PUBLIC }, END };
static const struct lx_term terms[] = { { "due", NULL, "owner", "open doubted", NULL, "overdue" },
	{ "doubt_by", "commitment.doubt", NULL, "reported", NULL, "accept" }, END };
static const struct lx_act acts[] = {
	{ "pledge", "owner", NULL, "open",
		"title text? owner due source? indicator? target? +helper?", "release",
		.starts = "due" },
	{ "report", "owner helper", "open doubted", "reported", "+evidence", "correct",
		.starts = "doubt_by" },
	{ "confirm", "secretariat auditor", "reported", "kept", "", "doubt" },
	{ "accept", "clock", "reported", "kept", "", "doubt" },
	{ "doubt", "secretariat auditor", "reported kept", "doubted", "reason", "report" },
	{ "overdue", "clock", "open doubted", NULL, "", "correct" },
	{ "postpone", "owner", "open doubted", NULL, "due reason", "correct" },
	{ "release", "owner", "open doubted", "released", "reason", "pledge" }, END
};
const struct lx_type lx_commitment_type = { "commitment", "commitments", "duty", "title", fields,
	rows, relations, states, terms, NULL, acts };
