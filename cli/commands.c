/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The commands, in the order in which help lists them. */
#include "cli/cli.h"

extern const struct lx_command lx_tally_command;

const struct lx_command *const lx_commands[] = {
	&lx_tally_command,
	NULL,
};
