/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One election decided, with all that explains it, and its face as JSON. `lianxi tally`, the result of a round and a recount
 * are made here and nowhere else. Rules, utilities, completions and ties are named by the words below, in records, files and
 * on the command line alike.
 */
#ifndef LX_ENGINES_TALLY_REPORT_H
#define LX_ENGINES_TALLY_REPORT_H

#include "engines/tally/tally.h"

#define LX_TALLY_RULES                                                                             \
	"greedy greedy-no-skip greedy-threshold greedy-exclusive mes phragmen welfare bos ees "    \
	"maximin"
#define LX_TALLY_UTILITIES   "cost card cardinal borda positional sqrt log"
#define LX_TALLY_COMPLETIONS "none add1 add1x greedy utilitarian comparison add-opt"
#define LX_TALLY_TIES        "id natural votes cost lot refuse"

#define LX_TALLY_RIVALS_MAX 12

/* What a search may take where nobody waits for it: see lx_tally_explain. Half a minute of one core, up to a whole one. */
#define LX_TALLY_SEARCH_WORK UINT64_C(3000000000)

/* Another rule's outcome beside this one: its words, what it funds, how many voters prefer it and how many this. */
struct lx_tally_rival {
	const char *rule, *utility, *completion;
	struct lx_tally_result result;
	uint64_t prefer_it, prefer_this;
};

/* An election, decided. `path`: what it was read from. `explained`: money and support of losers are known; `searched`: what
 * would have made them win too, within `search_most` of lx_tally_explain's work (0: without bound); `certified`: certificates are checked; `irresolute`: all outcomes of ties are wanted, in
 * `outcomes`. `overrides`, `top_down`: what was decided apart, and what of the budget was kept for it (`top_down_spent`); pb.election is
 * then what lx_tally_apart left. `money`: who paid, when explained. */
struct lx_tally_report {
	const char *path, *rule, *utility, *completion, *ties;
	struct lx_pb pb;
	struct lx_tally_setting setting;
	struct lx_tally_result result;
	bool explained, searched, certified, irresolute;
	uint64_t search_most;
	const struct lx_tally_override *overrides;
	size_t overrides_n;
	int64_t top_down, top_down_spent;
	struct lx_tally_money money;
	struct lx_tally_outcomes outcomes;
	int64_t *percent; /* effective support of each project, under Equal Shares */
	struct lx_tally_loser *losers;
	size_t losers_n;
	struct lx_tally_certificate certificates[LX_PROPERTIES];
	uint64_t served[LX_TALLY_SERVED];
	struct lx_tally_rival rivals[LX_TALLY_RIVALS_MAX];
	size_t rivals_n;
};

/* The report's four words (borrowed, zero-terminated) into its setting; a completion is words joined by ',' or '+'. LX_INVALID `cli.choice`
 * with the words there are, the field being rule, utility, completion or ties. */
LX_CHECK enum lx_code lx_tally_report_words(struct lx_call *call, struct lx_tally_report *report);

/* Decides, and looks at what the report asks for: `explained` follows the losers' money and checks the certificates, `searched`
 * searches what would have made them win. Election, words and setting stand in the report. */
LX_CHECK enum lx_code lx_tally_report_decide(struct lx_call *call, struct lx_tally_report *report);

/* What other rules would have chosen. */
LX_CHECK enum lx_code lx_tally_report_compare(struct lx_call *call, struct lx_tally_report *report);

/* Which projects a result funds; an array in the call's arena, or NULL after a fault. */
bool *lx_tally_report_funded(struct lx_call *call, const struct lx_tally_report *report,
	const struct lx_tally_result *result);

/* The report as one JSON object, money as exact strings. */
LX_CHECK enum lx_code lx_tally_report_json(
	struct lx_call *call, const struct lx_tally_report *report, struct lx_buf *out);

#endif
