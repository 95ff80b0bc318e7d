/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Help made from the commands' declarations and the catalogues. */
#ifndef LX_CLI_HELP_H
#define LX_CLI_HELP_H

#include "cli/cli.h"

/* Writes the list of commands onto cli->out. */
void lx_help_commands(struct lx_cli *cli);

/* Writes the help of cli->command onto cli->out. */
void lx_help_command(struct lx_cli *cli);

#endif
