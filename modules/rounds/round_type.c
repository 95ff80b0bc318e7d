/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Rounds as tables: fields, states, terms, acts. What is secret about a ballot stands in round_urn.c. */
#include "modules/rounds/rounds.h"

lx_rule_fn round_prepared, round_is_ready, round_has_electors, round_enlist, round_enrol,
	round_enrolled, round_only_sound, round_may_register, round_register, round_forget_register,
	round_may_cast, round_to_urn, round_seal_lot, round_seal_rest, round_urn_whole,
	round_publish, round_destroyed, round_to_draw, round_drawn, round_counted, round_outcomes,
	round_may_object, round_only_answers, round_may_strike, round_struck, round_may_confirm,
	round_settle, round_unsettle, round_may_bring, round_bring, round_may_lay, round_lay,
	round_voters, round_told, round_as_decided, round_decided;

static const struct lx_field entrant[] = { { "project", LX_LINK, "project", "filter thread" },
	{ "code", LX_WORD, "40" }, /* by which ballots name it */
	{ "title", LX_TEXT, "2..200", "search" }, { "price", LX_MONEY, "1.." },
	{ "member", LX_LINK, "member" }, /* whose limits it counts against */
	{ "outcome", LX_CHOICE, "won lost" },
	{ "struck", LX_CHOICE, "yes no" }, /* takes no part in the count: an objection was upheld */
	END };
static const struct lx_field limit[] = { /* of spending by member */
	{ "member", LX_LINK, "member" }, { "least", LX_MONEY, "0.." }, { "most", LX_MONEY, "0.." },
	END
};
static const struct lx_field electorate[] = { { "member", LX_LINK, "member" },
	{ "verified", LX_NUMBER, "0.." }, { "population", LX_NUMBER, "0.." }, END };
static const struct lx_field
	sample[] = { /* of one member's part of the roll, looked at by another */
		{ "member", LX_LINK, "member" }, { "verifier", LX_LINK, "member" },
		{ "drawn", LX_NUMBER, "0.." },
		{ "numbers", LX_WORD, "400", NULL, "verifier secretariat auditor" },
		{ "sound", LX_NUMBER, "0.." }, END
	};
static const struct lx_field objection[] = { { "member", LX_LINK, "member" },
	{ "entrant", LX_WORD, "40" }, { "ground", LX_CODE, "round.ground" },
	{ "text", LX_TEXT, "20..8000" }, { "answer", LX_TEXT, "20..8000" },
	{ "upheld", LX_CHOICE, "yes no" }, END };
static const struct lx_field roll[] = { /* one row a voter, in an order that tells nothing */
	{ "number", LX_NUMBER, "1.." },
	{ "member", LX_LINK, "member", NULL, "secretariat auditor" },
	{ "district", LX_WORD, "60", NULL, "secretariat auditor" },
	{ "voted", LX_CHOICE, "yes no" }, END
};
static const struct lx_field lot[] = { /* commits to the sorted hashes of its boxes */
	{ "ballots", LX_NUMBER, "1.." }, { "hash", LX_HASH }, END
};
static const struct lx_rows rows[] = { { "entrant", entrant, "code" }, { "limit", limit, "member" },
	{ "electorate", electorate, "member" }, { "sample", sample, "member" },
	{ "objection", objection, "member entrant" }, { "roll", roll, "number", true },
	{ "lot", lot, NULL, true }, END };
static const struct lx_field fields[] = { { "names", LX_NAMES, "120", "list search" },
	{ "text", LX_TEXT, "10..20000", "search" }, { "rule", LX_CODE, "round.rule", "filter" },
	{ "utility", LX_CHOICE, "cost card cardinal borda positional sqrt log" },
	{ "completion", LX_CODE, "round.completion" }, { "tie", LX_CODE, "round.tie" },
	{ "source", LX_TEXT, "4..2000" }, /* public randomness, named beforehand */
	{ "counting", LX_WORD, "120" },   /* of an import: rule:utility:completion:ties */
	{ "threshold", LX_NUMBER, "0.." }, { "choices", LX_NUMBER, "1..1000" },
	{ "budget", LX_MONEY, "1..", "list" }, { "top_down", LX_MONEY, "0.." },
	{ "opens", LX_MOMENT, NULL, "list" }, { "closes", LX_MOMENT, NULL, "list" },
	{ "electors", LX_NUMBER, "1.." }, /* of a register from a file; else residents vote */
	{ "roll_size", LX_NUMBER, "0.." }, { "roll_hash", LX_HASH },
	{ "key", LX_HASH }, /* the urn's public key */
	{ "secret", LX_CHOICE, "kept destroyed" }, { "spoiled", LX_NUMBER, "0.." },
	{ "urn", LX_FILE, "sheet" }, { "drawn", LX_WORD, "120" }, { "seed", LX_NUMBER, "0.." },
	{ "method", LX_WORD, "40" }, { "version", LX_NUMBER, "1.." },
	{ "result", LX_DATA, "tally.result" }, { "object_by", LX_MOMENT },
	{ "voters", LX_COUNT, "roll.voted=yes", "list" }, END };
static const struct lx_relation relations[] = {
	{ "verifier", LX_ACTS_FOR, "sample.verifier", "officer" }, END
};
static const struct lx_state states[] = { { "prepared", LX_WORK, LX_PUBLIC, "freeze" },
	{ "freezing", LX_WORK, LX_PUBLIC }, /* its roll goes into entries, part by part */
	{ "frozen", LX_WAIT, LX_PUBLIC, "recheck" }, { "open", LX_WORK, LX_PUBLIC, "cast" },
	{ "closed", LX_WAIT, LX_PUBLIC, "draw" },
	{ "counted", LX_WAIT, LX_PUBLIC, "answer strike confirm" },
	{ "confirmed", LX_DONE, LX_PUBLIC },
	{ "arriving", LX_WORK, LX_PUBLIC }, /* from a file, not whole yet */
	{ "imported", LX_DONE, LX_PUBLIC }, { "void", LX_SHUT, LX_PUBLIC }, END };
static const struct lx_term terms[] = { { "opens", NULL, NULL, "frozen", NULL, "open", true },
	{ "closes", NULL, NULL, "open", NULL, "close" },
	{ "object_by", "round.object", NULL, "counted", NULL, "silence" }, END };
static const struct lx_consent consents[] = {
	{ "council", "charter.council.seat", "delegate", "round.confirm" }, END
};
static const struct lx_act acts[] = {
	/* act      who may        from        to          with */
	{ "prepare", "secretariat", NULL, "prepared",
		"names text? rule utility completion tie source? threshold? choices? budget "
		"top_down? opens closes +entrant? +limit?",
		"cancel", .guard = LX_C(round_prepared) },
	{ "enter", "secretariat", "prepared", NULL, "+entrant", "revise",
		.guard = LX_C(round_prepared) },
	{ "revise", "secretariat", "prepared", NULL, "* opens? closes?", "revise",
		.guard = LX_C(round_prepared) },
	{ "register", "secretariat", "prepared", NULL, "", "register",
		.guard = LX_C(round_may_register), .also = LX_C(round_register) },
	{ "freeze", "secretariat", "prepared", "freezing", "", "cancel",
		.guard = LX_C(round_is_ready), .also = LX_C(round_has_electors) },
	{ "enlist", "machine", "freezing", NULL, "", "-", .also = LX_C(round_enlist) },
	{ "enrol", "machine", "freezing", NULL, "", "-", .also = LX_C(round_enrol) },
	{ "enrolled", "machine", "freezing", "frozen", "", "-", .starts = "opens",
		.guard = LX_C(round_enrolled) },
	{ "recheck", "verifier", "frozen open", NULL, "=sample", "correct",
		.guard = LX_C(round_only_sound) },
	{ "open", "clock", "frozen", "open", "", "cancel", .starts = "closes" },
	{ "cast", "resident", "open", NULL, "", "-", .guard = LX_C(round_may_cast),
		.also = LX_C(round_to_urn) },
	{ "seal", "cause", "open", NULL, "", "-", .also = LX_C(round_seal_lot) },
	{ "close", "clock", "open", "closed", "", "-", .also = LX_C(round_seal_rest) },
	{ "publish", "machine", "closed", NULL, "spoiled", "-", .guard = LX_C(round_urn_whole),
		.also = LX_C(round_publish) },
	{ "destroy", "machine", "closed counted confirmed void", NULL, "", "-",
		.also = LX_C(round_destroyed) },
	{ "draw", "secretariat", "closed", NULL, "drawn reason?", "-", .guard = LX_C(round_to_draw),
		.also = LX_C(round_drawn) },
	{ "result", "machine", "closed", "counted", "method version", "recount",
		.starts = "object_by", .guard = LX_C(round_counted), .also = LX_C(round_outcomes) },
	{ "recount", "secretariat", "counted", "closed", "reason", "result",
		.clears = "method version result" },
	{ "object", "delegate", "counted", NULL, "+objection", "correct", .within = "object_by",
		.guard = LX_C(round_may_object) },
	{ "answer", "secretariat", "counted", NULL, "=objection", "correct",
		.guard = LX_C(round_only_answers) },
	{ "strike", "secretariat delegate", "counted", "closed", "reason", "result",
		.clears = "method version result", .consent = "council",
		.guard = LX_C(round_may_strike), .also = LX_C(round_struck) },
	{ "silence", "clock", "counted", NULL, "", "correct" },
	{ "confirm", "delegate", "counted", "confirmed", "reason?", "annul", .consent = "council",
		.guard = LX_C(round_may_confirm), .also = LX_C(round_settle) },
	{ "cancel", "delegate", "prepared freezing frozen open closed counted", "void", "reason",
		"-", .consent = "council", .also = LX_C(round_forget_register) },
	{ "annul", "delegate", "confirmed", "void", "reason", "-", .consent = "council",
		.also = LX_C(round_unsettle) },
	/* held elsewhere, entered from a file: nothing is verified, cast or confirmed here */
	{ "bring", "secretariat", NULL, "arriving",
		"names text? counting threshold? choices? budget +entrant", "discard",
		.guard = LX_C(round_may_bring), .also = LX_C(round_bring), .dated = true },
	{ "lay", "secretariat", "arriving", NULL, "roll_size", "discard",
		.guard = LX_C(round_may_lay), .also = LX_C(round_lay) },
	{ "attend", "cause", "arriving", NULL, "", "-", .also = LX_C(round_voters) },
	{ "tell", "secretariat", "arriving", NULL, "method version", "discard",
		.guard = LX_C(round_counted), .also = LX_C(round_told) },
	{ "import", "secretariat", "arriving", "imported", "reason?", "discard",
		.guard = LX_C(round_as_decided), .also = LX_C(round_decided), .dated = true },
	{ "discard", "secretariat", "arriving imported", "void", "reason", "-" }, END
};
const struct lx_type lx_round_type = { "round", "rounds", "projects", "names", fields, rows,
	relations, states, terms, consents, acts };
