/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The report of lianxi appraise as text for a terminal. */
#ifndef LX_CLI_APPRAISE_H
#define LX_CLI_APPRAISE_H

#include "cli/cli.h"
#include "engines/appraise/appraise.h"

/* Writes the report onto cli->out: a table or two for each method, what was noticed, and what the
 * method promises and who may object. */
LX_CHECK enum lx_code lx_appraise_text(struct lx_cli *cli, const struct lx_appraise_report *report);

#endif
