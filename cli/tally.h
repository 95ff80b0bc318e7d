/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of `lianxi tally` share: one election read and decided, and its faces. */
#ifndef LX_CLI_TALLY_H
#define LX_CLI_TALLY_H

#include "cli/cli.h"
#include "engines/tally/tally.h"

/* One file, decided. Words are those of the command line. */
struct lx_cli_tally {
	const char *path, *rule, *utility, *completion, *ties;
	struct lx_pb pb;
	struct lx_tally_setting setting;
	struct lx_tally_result result;
};

/* The result as one JSON object. */
LX_CHECK enum lx_code lx_cli_tally_json(struct lx_cli *cli, const struct lx_cli_tally *tally);

/* The result as rows of a table: a head once, then a row for each project. */
LX_CHECK enum lx_code lx_cli_tally_csv(
	struct lx_cli *cli, const struct lx_cli_tally *tally, bool head);

/* The result as a report that a citizen can read. */
LX_CHECK enum lx_code lx_cli_tally_text(struct lx_cli *cli, const struct lx_cli_tally *tally);

#endif
