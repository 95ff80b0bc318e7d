/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The report of `lianxi share` for people: tables, who objects, what each method promises. */
#ifndef LX_CLI_SHARE_REPORT_H
#define LX_CLI_SHARE_REPORT_H

#include "base/json.h"
#include "cli/cli.h"

/* Writes the result of lx_share_solve in the reader's language. */
LX_CHECK enum lx_code lx_share_report(struct lx_cli *cli, json_t *problem, json_t *result);

#endif
