/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Allocations as tables: what groups of members would pay apart is stated and signed by them, shares are computed, one is adopted. */
#include "modules/allocations/allocations.h"

lx_rule_fn allocation_prepared, allocation_stated, allocation_restated, allocation_unsign,
	allocation_closes, allocation_unshare, allocation_compute, allocation_offered;

#define METHODS "nucleolus shapley separable proportional weighted equal"

static const struct lx_field player[] = { { "member", LX_LINK, "member", "list filter" },
	{ "weight", LX_DECIMAL, "6" }, END };
static const struct lx_field method[] = { { "method", LX_CHOICE, METHODS }, END };
static const struct lx_field worth[] = { /* what a group of members would pay, or gain, by itself */
	{ "coalition", LX_WORD, "60" }, { "owner", LX_LINK, "member", "actor" },
	{ "amount", LX_MONEY, "0.." }, { "basis", LX_TEXT, "4..4000", "search" }, END
};
static const struct lx_field signature[] = { { "member", LX_LINK, "member", "actor" }, END };
static const struct lx_field share[] = { { "method", LX_CHOICE, METHODS },
	{ "version", LX_NUMBER, "1.." }, { "member", LX_LINK, "member" }, { "amount", LX_MONEY },
	END };
static const struct lx_rows rows[] = { { "player", player, "member" },
	{ "method", method, "method" }, { "worth", worth, "coalition" },
	{ "signature", signature, "member" }, { "share", share, "method member" }, END };
static const struct lx_field fields[] = { { "title", LX_TEXT, "4..200", "list search" },
	{ "project", LX_LINK, "project", "list filter thread" },
	{ "of", LX_CHOICE, "cost benefit", "filter" }, { "total", LX_MONEY, "1..", "list" },
	{ "missing", LX_CHOICE, "refused parts" }, { "report", LX_DATA, "allocation.result" },
	{ "adopted", LX_CHOICE, METHODS, "list filter" }, END };
static const struct lx_relation relations[] = { { "player", LX_ACTS_FOR, "player.member" },
	{ "payer", LX_ACTS_FOR, "player.member", "delegate" },
	{ "owner", LX_ACTS_FOR, "worth.owner" }, END };
static const struct lx_state states[] = { { "prepared", LX_WORK, LX_PUBLIC, "enter sign close" },
	{ "entered", LX_WAIT, LX_PUBLIC, "compute" }, { "computed", LX_WAIT, LX_PUBLIC, "adopt" },
	{ "adopted", LX_DONE, LX_PUBLIC }, { "dropped", LX_SHUT, LX_PUBLIC }, END };
static const struct lx_consent consents[] = {
	{ "players", "player.member", "delegate", "allocation.adopt" }, END
};
static const struct lx_act acts[] = { { "prepare", "secretariat", NULL, "prepared",
					      "title project of total missing? +player +method",
					      "drop", .guard = LX_C(allocation_prepared) },
	{ "enter", "player", "prepared", NULL, "+worth", "correct",
		.guard = LX_C(allocation_stated), .also = LX_C(allocation_unsign) },
	{ "restate", "owner", "prepared", NULL, "=worth reason", "restate",
		.guard = LX_C(allocation_restated), .also = LX_C(allocation_unsign) },
	{ "sign", "payer", "prepared", NULL, "+signature", "unsign" },
	{ "unsign", "payer", "prepared", NULL, "-signature", "sign" },
	{ "close", "secretariat", "prepared", "entered", "", "reenter",
		.guard = LX_C(allocation_closes) },
	{ "reenter", "secretariat", "entered computed", "prepared", "reason", "close",
		.clears = "report", .also = LX_C(allocation_unshare) },
	{ "compute", "secretariat", "entered", "computed", "", "reenter",
		.also = LX_C(allocation_compute) },
	{ "adopt", "payer", "computed", "adopted", "adopted reason", "revoke", .consent = "players",
		.guard = LX_C(allocation_offered), .dated = true },
	{ "revoke", "payer", "adopted", "computed", "reason", "adopt", .clears = "adopted",
		.consent = "players", .dated = true },
	{ "drop", "secretariat", "prepared entered computed", "dropped", "reason", "prepare" },
	END };
const struct lx_type lx_allocation_type = { "allocation", "allocations", "projects", "title",
	fields, rows, relations, states, .consents = consents, .acts = acts };
