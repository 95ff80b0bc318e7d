/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Needs as tables: fields, states, terms, acts. */
#include "modules/needs/needs.h"

#include "modules/needs/needs_queries.h"

lx_rule_fn need_once, need_names_another, need_count_return, need_to_superior, need_few_photos;

static const struct lx_field helper[] = { { "member", LX_LINK, "member", "list filter" }, END };
static const struct lx_field note[] = {
	{ "text", LX_TEXT, "1..4000", NULL, "lead helper secretariat" }, END
};
static const struct lx_field backer[] = { { "who", LX_PERSON, NULL, "actor" }, END };
static const struct lx_field photo[] = { { "file", LX_FILE, "image pdf sheet" }, END };
static const struct lx_rows rows[] = { { "helper", helper, "member" }, { "note", note },
	{ "photo", photo, "file" }, { "backer", backer, "who", true }, END };
static const struct lx_field fields[] = { { "title", LX_TEXT, "4..120", "list search" },
	{ "text", LX_TEXT, "10..20000", "search" },
	{ "kind", LX_CHOICE, "question help complaint report proposal joint", "filter" },
	{ "category", LX_CODE, "need.category", "list filter" },
	{ "answers", LX_DATA, "need.question" }, { "place", LX_LINK, "member", "filter" },
	{ "asker", LX_PERSON, NULL, "actor" },
	{ "called", LX_SEALED, "name", NULL, "asker lead helper secretariat" },
	{ "contact", LX_SEALED, "phone", NULL, "asker lead secretariat" },
	{ "bearer", LX_LINK, "organisation member", "filter" },
	{ "lead", LX_LINK, "member", "list filter" }, { "other", LX_LINK, "member body" },
	{ "returns", LX_NUMBER, "0..99" },
	{ "outcome", LX_CHOICE, "done planned explained declined", "filter" },
	{ "answer", LX_TEXT, "10..20000", "search" }, { "contacted", LX_CHOICE, "yes no" },
	{ "solved", LX_CHOICE, "yes partly no", "filter" },
	{ "satisfied", LX_CHOICE, "yes no", "filter" }, { "sign_by", LX_MOMENT },
	{ "answer_by", LX_MOMENT, NULL, "list filter" }, { "raise_by", LX_MOMENT },
	{ "verdict_by", LX_MOMENT }, { "backers", LX_COUNT, "backer", "list" }, END };
static const struct lx_relation relations[] = { { "asker", LX_IS, "asker" },
	{ "steward", LX_ACTS_FOR, "bearer", "officer" }, /* of who brings it */
	{ "lead", LX_ACTS_FOR, "lead", "officer" },
	{ "helper", LX_ACTS_FOR, "helper.member", "officer" }, END };
static const struct lx_state states[] = { { "submitted", LX_WAIT, LX_PUBLIC, "route" },
	{ "routed", LX_WORK, LX_PUBLIC, "sign answer" }, { "signed", LX_WORK, LX_PUBLIC, "answer" },
	{ "asked", LX_WAIT, LX_PUBLIC, "reply" }, { "answered", LX_DONE, LX_PUBLIC, "verdict" },
	{ "closed", LX_SHUT, LX_PUBLIC }, { "withdrawn", LX_SHUT, LX_PUBLIC }, END };
static const struct lx_term terms[] = {
	/* moment       length in charter  working days of  runs while       rests    then the clock enters */
	{ "sign_by", "need.sign", "lead", "routed", NULL, "unsigned" },
	{ "answer_by", "need.answer", "lead", "routed signed", "asked", "overdue" },
	{ "raise_by", "need.raise", "lead", "routed signed", "asked", "raise" },
	{ "verdict_by", "need.verdict", NULL, "answered", NULL, "lapse" }, END
};
static const struct lx_consent consents[] = {
	{ "secretariat", "charter.secretariat", NULL, "need.extend" }, END
};
static const struct lx_act acts[] = {
	{ "submit", "steward resident official visitor", NULL, "submitted",
		"title text kind category answers? place? called? contact? bearer? +photo?",
		"withdraw", .guard = LX_C(need_once) },
	{ "back", "resident", "submitted routed signed asked answered", NULL, "+backer", "unback" },
	{ "unback", "resident", "*", NULL, "-backer", "back" },
	{ "route", "secretariat", "submitted", "routed", "lead +helper? reason?", "return",
		.starts = "sign_by answer_by" },
	{ "sign", "lead", "routed", "signed", "", "return" },
	{ "return", "lead", "routed signed", "submitted", "reason other", "route",
		.guard = LX_C(need_names_another), .also = LX_C(need_count_return) },
	{ "extend", "lead", "routed signed", NULL, "answer_by reason", "correct",
		.within = "answer_by", .consent = "secretariat" },
	{ "ask", "lead helper", "routed signed", "asked", "reason", "reply" },
	{ "reply", "asker steward", "asked", "signed", "reason +photo?", "ask",
		.guard = LX_C(need_few_photos) },
	{ "answer", "lead", "routed signed", "answered", "outcome answer", "correct",
		.starts = "verdict_by" },
	{ "verdict", "asker steward", "answered", "closed", "contacted solved satisfied reason?",
		"reopen" },
	{ "reopen", "asker steward", "answered closed", "routed", "reason", "answer",
		.starts = "sign_by answer_by",
		.clears = "outcome answer contacted solved satisfied verdict_by" },
	{ "withdraw", "asker steward", "submitted routed signed asked answered", "withdrawn",
		"reason?", "-" },
	{ "note", "lead helper secretariat", "*", NULL, "+note", "correct" },
	{ "unsigned", "clock", "routed", NULL, "", "correct" },
	{ "overdue", "clock", "routed signed", NULL, "", "correct", .starts = "raise_by" },
	{ "raise", "clock", "routed signed", "routed", "", "return", .starts = "sign_by answer_by",
		.also = LX_C(need_to_superior) },
	{ "lapse", "clock", "answered", "closed", "", "reopen" }, END
};
static const struct lx_answering answering = { "answer", "outcome", "answer", "verdict",
	"contacted solved satisfied", "satisfied" };
const struct lx_type lx_need_type = { "need", "needs", "needs", "title", fields, rows, relations,
	states, terms, consents, acts, .readers = "asker steward lead helper",
	.answering = &answering, .tables = lx_need_tables, .derive = lx_need_derive };
