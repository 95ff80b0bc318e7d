/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi verify receipt: the part of `verify` that needs no region. */
#ifndef LX_CLI_RECEIPT_H
#define LX_CLI_RECEIPT_H

#include "cli/cli.h"

/* Checks a proof file with the key of --key: says what stands where, or what does not hold (exit code 1). */
LX_CHECK enum lx_code lx_verify_receipt(struct lx_cli *cli, const char *path);

/* A difference is an answer, not a failure: LX_CONFLICT is told on standard output and becomes exit code 1; every other
 * code is returned as it is. */
LX_CHECK enum lx_code lx_tell_difference(struct lx_cli *cli, enum lx_code code);

#endif
