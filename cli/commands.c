/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The commands, in the order in which help lists them. */
#include "cli/cli.h"

extern const struct lx_command lx_ground_command;
extern const struct lx_command lx_init_command, lx_serve_command, lx_verify_command,
	lx_rebuild_command, lx_backup_command, lx_restore_command;

const struct lx_command *const lx_commands[] = {
	&lx_init_command,
	&lx_serve_command,
	&lx_verify_command,
	&lx_rebuild_command,
	&lx_backup_command,
	&lx_restore_command,
	&lx_ground_command,
	NULL,
};
