/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of `lianxi tally` share: one election read and decided, and its faces. */
#ifndef LX_CLI_TALLY_H
#define LX_CLI_TALLY_H

#include "cli/cli.h"
#include "engines/tally/tally.h"

#define LX_CLI_RIVALS_MAX 8

/* Another rule's outcome beside this one: words of the command line, what it funds, how many voters
 * prefer it and how many prefer this. */
struct lx_cli_rival {
	const char *rule, *utility, *completion;
	struct lx_tally_result result;
	uint64_t prefer_it, prefer_this;
};

/* One file, decided. Words are those of the command line. `explained`: money and support of losers
 * are known; `searched`: what would have made them win too; `certified`: certificates are checked. */
struct lx_cli_tally {
	const char *path, *rule, *utility, *completion, *ties;
	struct lx_pb pb;
	struct lx_tally_setting setting;
	struct lx_tally_result result;
	bool explained, searched, certified;
	int64_t *percent; /* effective support of each project, under Equal Shares */
	struct lx_tally_loser *losers;
	size_t losers_n;
	struct lx_tally_certificate certificates[LX_PROPERTIES];
	uint64_t served[LX_TALLY_SERVED];
	struct lx_cli_rival rivals[LX_CLI_RIVALS_MAX];
	size_t rivals_n;
};

/* Which rules are compared with, and their outcomes. */
LX_CHECK enum lx_code lx_cli_tally_compare(struct lx_cli *cli, struct lx_cli_tally *tally);

/* Which projects a result funds; an array in the call's arena. */
bool *lx_cli_tally_funded(
	struct lx_cli *cli, const struct lx_cli_tally *tally, const struct lx_tally_result *result);

/* The result as one JSON object. */
LX_CHECK enum lx_code lx_cli_tally_json(struct lx_cli *cli, const struct lx_cli_tally *tally);

/* The result as rows of a table: a head once, then a row for each project. */
LX_CHECK enum lx_code lx_cli_tally_csv(
	struct lx_cli *cli, const struct lx_cli_tally *tally, bool head);

/* The result as a report that a citizen can read. */
LX_CHECK enum lx_code lx_cli_tally_text(struct lx_cli *cli, const struct lx_cli_tally *tally);

/* The parts of the report behind the table of winners. */
LX_CHECK enum lx_code lx_cli_tally_text_losers(
	struct lx_cli *cli, const struct lx_cli_tally *tally);
LX_CHECK enum lx_code lx_cli_tally_text_rest(struct lx_cli *cli, const struct lx_cli_tally *tally);

/* An amount for readers, with its currency. */
void lx_cli_tally_money(struct lx_buf *out, const struct lx_cli_tally *tally, int64_t minor);

#endif
