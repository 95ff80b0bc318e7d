/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Projects as tables: fields, states, terms, acts. */
#include "modules/projects/projects.h"

lx_rule_fn project_proposed, project_revised, project_opinion_positive, project_opinion_negative,
	project_adds_up, project_only_reaches, project_all_reached;

static const struct lx_field need[] = { { "need", LX_LINK, "need", "filter thread" }, END };
static const struct lx_field gain[] = { /* who benefits, and by how much a year */
	{ "member", LX_LINK, "member", "filter" }, { "benefit", LX_MONEY, "0.." },
	{ "basis", LX_TEXT, "4..2000" }, END
};
static const struct lx_field milestone[] = { { "names", LX_NAMES, "120" }, { "due", LX_DATE },
	{ "amount", LX_MONEY, "0.." }, { "reached", LX_CHOICE, "yes no" },
	{ "proof", LX_TEXT, "4..4000", "search" }, { "file", LX_FILE, "pdf image sheet" }, END };
static const struct lx_field opinion[] = { { "body", LX_LINK, "body", "filter" },
	{ "finding", LX_CHOICE, "feasible conditional unfeasible" },
	{ "text", LX_TEXT, "10..20000", "search" }, { "file", LX_FILE, "pdf image sheet" },
	END }; /* the study the finding rests on */
static const struct lx_rows rows[] = { { "need", need, "need" }, { "gain", gain, "member" },
	{ "milestone", milestone }, { "opinion", opinion }, END };
static const struct lx_field fields[] = { { "title", LX_TEXT, "4..120", "list search" },
	{ "text", LX_TEXT, "10..20000", "search" }, { "domain", LX_CODE, "domain", "list filter" },
	{ "cost", LX_MONEY, "1..", "list" }, { "lead", LX_LINK, "member body", "list filter" },
	{ "bearer", LX_LINK, "organisation", "filter" },
	{ "mover", LX_LINK, "member body organisation", "filter actor" },
	{ "assessor", LX_LINK, "body", "filter" }, { "begins", LX_DATE },
	{ "ends", LX_DATE, NULL, "list" }, END };
static const struct lx_relation relations[] = {
	{ "steward", LX_ACTS_FOR, "bearer", "officer" }, /* of the organisation that brings it */
	{ "mover", LX_ACTS_FOR, "mover", "officer" }, { "lead", LX_ACTS_FOR, "lead", "officer" },
	{ "expert", LX_SITS_IN, "assessor" }, END
};
static const struct lx_state states[] = { { "proposed", LX_WAIT, LX_PUBLIC, "assess refuse" },
	{ "feasible", LX_WAIT, LX_PUBLIC, "admit list" }, { "unfeasible", LX_SHUT, LX_PUBLIC },
	{ "admitted", LX_WORK, LX_PUBLIC }, { "listed", LX_WAIT, LX_PUBLIC, "adopt" },
	{ "won", LX_DONE, LX_PUBLIC, "begin" }, { "lost", LX_SHUT, LX_PUBLIC },
	{ "running", LX_WORK, LX_PUBLIC, "reach finish" },
	{ "late", LX_LATE, LX_PUBLIC, "reach finish replan" }, { "done", LX_DONE, LX_PUBLIC },
	{ "stopped", LX_SHUT, LX_PUBLIC }, END };
static const struct lx_term terms[] = { { "ends", NULL, "lead", "running", NULL, "overrun" }, END };
static const struct lx_consent consents[] = {
	{ "council", "charter.council.seat", "delegate", "project.adopt" }, END
};
static const struct lx_act acts[] = {
	/* act      who may                       from        to          with */
	{ "propose", "steward official secretariat", NULL, "proposed",
		"title text domain cost lead? bearer? +need +gain? +milestone?", "withdraw",
		.guard = LX_C(project_proposed) },
	{ "revise", "mover lead", "proposed feasible", "proposed", "*", "revise",
		.guard = LX_C(project_revised) },
	{ "refer", "secretariat", "proposed", NULL, "assessor", "refer" },
	{ "assess", "expert secretariat", "proposed unfeasible", "feasible", "+opinion", "refuse",
		.guard = LX_C(project_opinion_positive) },
	{ "refuse", "expert secretariat", "proposed feasible", "unfeasible", "+opinion reason",
		"assess", .guard = LX_C(project_opinion_negative) },
	{ "admit", "secretariat", "feasible", "admitted", "reason?", "drop" },
	{ "list", "delegate", "feasible", "listed", "reason", "drop" },
	{ "drop", "secretariat", "admitted listed", "feasible", "reason", "admit" },
	{ "adopt", "delegate", "listed", "won", "reason", "stop", .consent = "council" },
	{ "win", "cause", "admitted", "won", "", "reset" },
	{ "lose", "cause", "admitted", "lost", "", "reset" },
	{ "reset", "cause", "won lost", "admitted", "reason?", "win" },
	{ "begin", "lead", "won", "running", "begins ends +milestone?", "stop", .starts = "ends",
		.guard = LX_C(project_adds_up) },
	{ "reach", "lead", "running late", NULL, "=milestone", "correct",
		.guard = LX_C(project_only_reaches) },
	{ "overrun", "clock", "running", "late", "", "replan" },
	{ "replan", "lead", "running late done stopped", "running", "ends reason =milestone?",
		"correct", .consent = "council", .starts = "ends", .guard = LX_C(project_adds_up) },
	{ "finish", "lead", "running late", "done", "reason?", "replan",
		.guard = LX_C(project_all_reached) },
	{ "withdraw", "mover", "proposed feasible", "stopped", "reason", "propose" },
	{ "stop", "delegate", "won running late", "stopped", "reason", "replan",
		.consent = "council" },
	END
};
const struct lx_type lx_project_type = { "project", "projects", "projects", "title", fields, rows,
	relations, states, terms, consents, acts };
