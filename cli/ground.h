/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of `lianxi ground` share: the discussion as read, the result, and its four faces. */
#ifndef LX_CLI_GROUND_H
#define LX_CLI_GROUND_H

#include "cli/cli.h"
#include "engines/consensus/consensus.h"

struct ground_run {
	struct lx_cli *cli;
	struct lx_discussion discussion;
	struct lx_opinions everybody; /* all kinds */
	struct lx_opinions
		opinions; /* the kind that is grouped, in the order of the result's rows */
	enum lx_voter kind;
	bool forced; /* the number of groups was asked for */
	struct lx_ground ground;
	struct lx_count *others[LX_VOTERS]; /* [statements] of the other kinds; NULL: none voted */
	struct lx_found *common, *list, *divides;
	size_t common_n, list_n, divides_n;
};

#define GROUND_LISTED 10 /* statements in lists of this command */

/* Whether groups may be shown: there are some, and they are stable or were asked for. */
bool lx_cli_ground_shows_groups(const struct ground_run *run);

/* The text of a statement, or "#number". */
struct lx_text lx_cli_ground_says(struct ground_run *run, size_t statement);

/* What a group is called: 甲, 乙 …; A, B … */
const char *lx_cli_ground_group(const struct ground_run *run, unsigned g);

/* The faces; each writes to cli->out, the drawing to `out`. */
void lx_cli_ground_json(struct ground_run *run);
LX_CHECK enum lx_code lx_cli_ground_text(struct ground_run *run);
void lx_cli_ground_csv(struct ground_run *run);
LX_CHECK enum lx_code lx_cli_ground_svg(struct ground_run *run, struct lx_buf *out);

#endif
