/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Organisations as tables: fields, states, terms, acts. */
#include "modules/organisations/organisations.h"

lx_rule_fn organisation_first_steward, organisation_hands_over;

static const struct lx_field reach[] = { { "member", LX_LINK, "member", "filter" }, END };
static const struct lx_field proof[] = { { "text", LX_TEXT,
						 "4..4000" }, /* what it is: for everyone */
	{ "file", LX_FILE, "pdf image sheet", NULL, "founder steward secretariat auditor" }, END };
static const struct lx_rows rows[] = { { "reach", reach, "member" }, { "proof", proof }, END };
static const struct lx_field fields[] = { { "names", LX_NAMES, "120", "list search" },
	{ "kind", LX_CHOICE, "semi_official chamber association university civic media",
		"list filter" },
	{ "task", LX_TEXT, "10..4000", "search" }, { "for_whom", LX_TEXT, "4..400", "search" },
	{ "speaks_for", LX_NUMBER, "1..", "list" }, { "founder", LX_PERSON, NULL, "actor" },
	{ "contact", LX_SEALED, "phone", NULL, "founder steward secretariat" },
	{ "handed", LX_CHOICE, "yes no" }, /* the first stewardship was taken up */
	{ "renew_by", LX_MOMENT, NULL, "list" }, END };
static const struct lx_relation relations[] = { { "founder", LX_IS, "founder" },
	{ "steward", LX_ACTS_FOR, "self" }, END };
static const struct lx_state states[] = { { "applied", LX_WAIT, LX_PUBLIC, "accredit refuse" },
	{ "accredited", LX_DONE, LX_PUBLIC }, { "refused", LX_SHUT, LX_PUBLIC },
	{ "suspended", LX_LATE, LX_PUBLIC }, { "ended", LX_SHUT, LX_PUBLIC }, END };
static const struct lx_term terms[] = {
	{ "renew_by", "organisation.renew", NULL, "accredited", NULL, "expire" }, END
};
static const struct lx_consent consents[] = {
	{ "council", "charter.council.seat", "delegate", "organisation.appeal" }, END
};
static const struct lx_act acts[] = {
	{ "apply", "person", NULL, "applied",
		"names kind task for_whom speaks_for +reach +proof contact?", "end" },
	{ "accredit", "secretariat", "applied ended", "accredited", "reason?", "suspend",
		.starts = "renew_by" },
	{ "take", "founder", "accredited", NULL, "", "-", .guard = LX_C(organisation_first_steward),
		.also = LX_C(organisation_hands_over) },
	{ "refuse", "secretariat", "applied", "refused", "reason", "appeal" },
	{ "suspend", "secretariat", "accredited", "suspended", "reason", "restore" },
	{ "restore", "secretariat", "suspended", "accredited", "reason", "suspend",
		.starts = "renew_by" },
	{ "appeal", "founder steward", "refused suspended", "accredited", "reason", "suspend",
		.consent = "council", .starts = "renew_by" },
	{ "update", "steward", "accredited", NULL,
		"task? for_whom? speaks_for? +reach? +proof? contact?", "update" },
	{ "leave_out", "steward", "accredited", NULL, "-reach", "update" },
	{ "renew", "secretariat", "accredited", NULL, "reason?", "correct", .starts = "renew_by" },
	{ "expire", "clock", "accredited", "ended", "", "accredit" },
	{ "end", "founder steward", "applied accredited suspended", "ended", "reason?",
		"accredit" },
	END
};
const struct lx_type lx_organisation_type = { "organisation", "organisations", "council", "names",
	fields, rows, relations, states, terms, consents, acts };
