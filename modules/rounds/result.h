/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The result of a round, for its page: decided anew from the published urn, as the record says, so that what is explained and what
 * is tried ("what if") are the same computation. Not for other modules.
 */
#ifndef LX_MODULES_ROUNDS_RESULT_H
#define LX_MODULES_ROUNDS_RESULT_H

#include "kernel/pages/pages.h"
#include "kernel/view/list.h"
#include "modules/rounds/rounds.h"

#define LX_RESULT_ROWS   40   /* of one page of projects */
#define LX_RESULT_FLOWS  8    /* losers, and winners, that the picture shows by themselves */
#define LX_RESULT_RIVALS 2    /* other rules beside this one in the table of projects */
#define LX_RESULT_MS     4000 /* longest computation for one reader */

/* An entrant, as the election has it. */
struct lx_result_project {
	struct lx_words name, under; /* its title; its code and whose it is */
	struct lx_address link;
	struct lx_text outcome; /* recorded: won, lost or nothing */
	uint64_t votes;
	bool in, tried; /* funded by the rule; by what is tried */
	bool struck;    /* takes no part: an objection was upheld */
	bool rivals[LX_RESULT_RIVALS];
	const struct lx_tally_loser *lost;
};

struct lx_result {
	const struct lx_reader *reader;
	const struct lx_record *record;
	struct lx_money unit; /* of the region: currency and places */
	struct lx_tally_report report, tried;
	struct lx_text told; /* the recorded result, JSON */
	bool tries;          /* another rule or budget was asked for */
	bool too_long;
	const bool *
		whole; /* what the rule funds when nothing is struck; NULL: nothing is, or time was short */
	const char *preset;                 /* the rule that is tried */
	struct lx_result_project *projects; /* as report.pb.election */
	uint16_t *order; /* winners as selected, then losers, the nearest first */
	const struct lx_tally_rival *rivals[LX_RESULT_RIVALS];
	size_t rivals_n;
	size_t page; /* from 1 */
};

/* The rules that may be tried; ends with a NULL name. `utility` NULL: the round's own. */
struct lx_result_preset {
	const char *name, *rule, *utility, *completion;
};
#define LX_RESULT_PRESETS 5
extern const struct lx_result_preset lx_result_presets[LX_RESULT_PRESETS + 1];

/* Decides the result anew from the published urn (`report`), and, within LX_RESULT_MS, what the query asks to try (`tried`, `tries`), what
 * nothing struck would have given (`whole`), and other rules (`report.rivals`). *wrong: the key of a sentence when what is asked for
 * cannot be tried, else as it was. */
LX_CHECK enum lx_code lx_result_decide(struct lx_result *r, const char **wrong);

/* Reads what was found out about losers when the round was counted: their supporters' money, and what would have made them win. To
 * follow that anew would take a run for each of them. */
LX_CHECK enum lx_code lx_result_losers(struct lx_result *r);

/* One loser's sentence: what took its supporters' money, and what would have changed it. */
struct lx_words lx_result_why(const struct lx_result *r, uint16_t project);

/* Any sentence with up to nine texts filled in, a list that ends with NULL, in the call's arena. */
struct lx_words lx_result_say(const struct lx_result *r, const char *id, const char *const *args);

/* An amount in words; `whole`: rounded to whole units of the currency, for what is an estimate. */
struct lx_text lx_result_money(const struct lx_result *r, int64_t minor, bool whole);

/* How a rule is called, by its words. */
struct lx_words lx_result_rule(
	const struct lx_result *r, const char *rule, const char *utility, const char *completion);

/* The tables: of projects, of rules, of what losers' supporters paid to winners; and that as a picture. */
LX_CHECK enum lx_code lx_result_projects(const struct lx_result *r, struct lx_grid *grid);
LX_CHECK enum lx_code lx_result_rules(const struct lx_result *r, struct lx_grid *grid);
LX_CHECK enum lx_code lx_result_flows(const struct lx_result *r, struct lx_grid *grid);
LX_CHECK enum lx_code lx_result_picture(const struct lx_result *r, struct lx_html *html);

/* All of the flows as separated values. */
void lx_result_flows_csv(const struct lx_result *r, struct lx_buf *out);

/* --- the page --------------------------------------------------------------------------------- */

struct lx_result_choice {
	struct lx_text value;
	struct lx_words label;
	bool chosen;
};

/* What was tried, beside what is. */
struct lx_result_trial {
	struct lx_words finding;    /* how many projects, for how much */
	struct lx_words prefer;     /* how many voters prefer which */
	struct lx_words more, less; /* what it would fund besides, and what it would not */
	struct lx_words none;       /* it would change nothing; or it cannot be computed here */
};

struct lx_result_page {
	struct lx_frame frame;
	struct lx_words above, heading, lead;
	struct lx_note
		note; /* what was struck; or the outcome that was recorded is another than the rule's */
	struct lx_words how; /* the rule, in two sentences */
	struct lx_grid projects;
	struct lx_pager pager;    /* of projects, where there are several pages */
	struct lx_address action; /* of the form */
	const struct lx_result_choice *choices;
	size_t choices_n;
	struct lx_text budget; /* what the form holds, in whole units */
	struct lx_words currency;
	struct lx_words wrong;               /* why it was not tried */
	const struct lx_result_trial *trial; /* NULL: nothing was tried */
	struct lx_grid rules;
	struct lx_html picture;
	struct lx_grid flows;
	struct lx_address csv, urn;
	struct lx_text command;
};

/* Prints templates/result.html. */
void lx_module_view_result(
	struct lx_buf *out, const struct lx_view *view, const struct lx_result_page *page);

#endif
