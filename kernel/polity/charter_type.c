/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The charter: what differs between regions. Drafted by init, adopted by the founders, amended by consent. */
#include "kernel/polity/polity.h"

lx_rule_fn charter_holds_together, charter_admits_founders;

static const struct lx_field institution[] = { /* which are on */
	{ "type", LX_WORD, "24" }, { "on", LX_CHOICE, "yes no" }, END
};
static const struct lx_field word[] = { /* lists: categories, domains, grounds */
	{ "list", LX_WORD, "40" }, { "code", LX_WORD, "40" }, { "names", LX_NAMES, "80" },
	{ "under", LX_WORD, "40" }, { "owner", LX_LINK, "member body" }, END
};
static const struct lx_field question[] = { /* extra questions of a category */
	{ "list", LX_WORD, "40" }, { "category", LX_WORD, "40" }, { "code", LX_WORD, "40" },
	{ "names", LX_NAMES, "200" }, { "answer", LX_CHOICE, "text number date choice" },
	{ "words", LX_NAMES, "400" }, /* of a choice, separated by '|' in each language */
	{ "needed", LX_CHOICE, "yes no" }, END
};
static const struct lx_field
	term[] = { /* lengths of time limits; a code narrows one to a category */
		{ "name", LX_WORD, "40" }, { "code", LX_WORD, "40" },
		{ "length", LX_NUMBER, "0..9999" },
		{ "unit", LX_CHOICE, "working_days days hours" }, { "soon", LX_NUMBER, "0..999" },
		END
	};
static const struct lx_field
	rule[] = { /* how a consent is counted; the term of the same name closes it */
		{ "name", LX_WORD, "40" }, { "quorum", LX_WORD, "9" }, /* fraction of the asked */
		{ "silence", LX_CHOICE, "yes no absent" }, { "early", LX_CHOICE, "yes no" }, END
	};
static const struct lx_field
	majority[] = { /* all rows of one rule must be met: two rows, double majority */
		{ "rule", LX_WORD, "40" },
		{ "weight", LX_CHOICE, "one seat population share body" },
		{ "of", LX_CHOICE, "asked cast" },
		{ "least", LX_WORD, "9" },       /* "2/3", or a number */
		{ "more", LX_CHOICE, "yes no" }, /* must exceed it */
		END
	};
static const struct lx_field
	formula[] = { /* how a sum is called from the members: parts by each of the weights */
		{ "name", LX_WORD, "40" }, { "by", LX_CHOICE, "equal population product weight" },
		{ "parts", LX_NUMBER, "1..1000000" }, END
	};
static const struct lx_field day[] = { /* holidays, and weekend days that are worked */
	{ "day", LX_DATE }, { "is", LX_CHOICE, "holiday workday" }, END
};
static const struct lx_field signing[] = { /* acts that must be signed by a key of the mandate */
	{ "act", LX_WORD, "64" }, END
};
static const struct lx_rows rows[] = { { "institution", institution, "type" },
	{ "word", word, "list code" }, { "question", question, "list code" },
	{ "term", term }, /* name and code; the code may be absent, so the guard sees to it */
	{ "rule", rule, "name" }, { "majority", majority, "rule weight of" },
	{ "formula", formula, "name by" }, { "day", day, "day" }, { "signing", signing, "act" },
	END };
static const struct lx_field fields[] = { { "names", LX_NAMES, "80", "list" },
	{ "preamble", LX_TEXT, "0..20000" }, { "currency", LX_WORD, "3" },
	{ "places", LX_NUMBER, "0..4" }, { "zone", LX_WORD, "6" }, /* "+08:00" */
	{ "sample", LX_CHOICE, "yes no" },          /* a demonstration: every page says so */
	{ "second_factor", LX_CHOICE, "yes no" },   /* mandates are accepted with one */
	{ "without_account", LX_CHOICE, "yes no" }, /* needs may be asked with a query code alone */
	{ "council", LX_LINK, "body" }, { "secretariat", LX_LINK, "body" },
	{ "treasury", LX_LINK, "body" }, { "audit", LX_LINK, "body" }, END };
static const struct lx_state states[] = { { "draft", LX_WORK, LX_PUBLIC, "adopt" },
	{ "in_force", LX_DONE, LX_PUBLIC }, END };
static const struct lx_consent consents[] = { { "founders", "council.seat.member", "delegate",
						      "all" },
	{ "members", "council.seat.member", "delegate", "charter.amend" }, END };
static const struct lx_act acts[] = { { "draft", "cause", NULL, "draft", "*",
					      "revise" }, /* by init, from a file */
	{ "revise", "secretariat delegate cause", "draft", NULL, "*", "revise" },
	{ "adopt", "delegate", "draft", "in_force", "", "amend", .consent = "founders",
		.guard = LX_C(charter_holds_together), .also = LX_C(charter_admits_founders),
		.dated = true },
	{ "amend", "delegate", "in_force", NULL, "reason *", "amend", .consent = "members",
		.guard = LX_C(charter_holds_together) },
	END };
const struct lx_type lx_charter_type = { "charter", "charter", "council", "names", fields, rows,
	NULL, states, NULL, consents, acts };
