/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of `lianxi tally` share: one election read and decided, and its faces. */
#ifndef LX_CLI_TALLY_H
#define LX_CLI_TALLY_H

#include "cli/cli.h"
#include "engines/tally/report.h"

/* The result as rows of a table: a head once, then a row for each project. */
LX_CHECK enum lx_code lx_cli_tally_csv(
	struct lx_cli *cli, const struct lx_tally_report *tally, bool head);

/* The result as a report that a citizen can read. */
LX_CHECK enum lx_code lx_cli_tally_text(struct lx_cli *cli, const struct lx_tally_report *tally);

/* The parts of the report behind the table of winners. */
LX_CHECK enum lx_code lx_cli_tally_text_losers(
	struct lx_cli *cli, const struct lx_tally_report *tally);
LX_CHECK enum lx_code lx_cli_tally_text_rest(
	struct lx_cli *cli, const struct lx_tally_report *tally);

/* What is decided apart from the ballots (--top-down, --fund, --refuse), into the report; its election becomes that of the
 * residents. */
LX_CHECK enum lx_code lx_cli_tally_apart(struct lx_cli *cli, struct lx_tally_report *tally);

/* The same in the report: what was decided apart, and why. */
void lx_cli_tally_text_apart(struct lx_cli *cli, const struct lx_tally_report *tally);

/* The rule `nash`: money for projects that may be funded in part, as text, json or csv. */
LX_CHECK enum lx_code lx_cli_tally_divide(
	struct lx_cli *cli, const struct lx_tally_report *tally, const char *format);

/* Whose money went to which project, as a drawing in a file of its own. */
LX_CHECK enum lx_code lx_cli_tally_svg(
	struct lx_cli *cli, const struct lx_tally_report *tally, const char *path);

/* An amount for readers, with its currency. */
void lx_cli_tally_money(struct lx_buf *out, const struct lx_tally_report *tally, int64_t minor);

#endif
