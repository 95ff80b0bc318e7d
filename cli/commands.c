/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The commands, in the order in which help lists them. */
#include "cli/cli.h"

/* clang-format off */
extern const struct lx_command lx_init_command;
extern const struct lx_command lx_demo_command;
extern const struct lx_command lx_serve_command;
extern const struct lx_command lx_keygen_command;
extern const struct lx_command lx_sign_command;
extern const struct lx_command lx_types_command;
extern const struct lx_command lx_tally_command;
extern const struct lx_command lx_share_command;
extern const struct lx_command lx_ground_command;
extern const struct lx_command lx_similar_command;
extern const struct lx_command lx_appraise_command;
extern const struct lx_command lx_verify_command;
extern const struct lx_command lx_mirror_command;
extern const struct lx_command lx_erase_command;
extern const struct lx_command lx_rebuild_command;
extern const struct lx_command lx_import_command;
extern const struct lx_command lx_export_command;
extern const struct lx_command lx_backup_command;
extern const struct lx_command lx_restore_command;
extern const struct lx_command lx_manual_command;
/* clang-format on */

const struct lx_command *const lx_commands[] = {
	&lx_init_command,
	&lx_demo_command,
	&lx_serve_command,
	&lx_keygen_command,
	&lx_sign_command,
	&lx_types_command,
	&lx_tally_command,
	&lx_share_command,
	&lx_ground_command,
	&lx_similar_command,
	&lx_appraise_command,
	&lx_verify_command,
	&lx_mirror_command,
	&lx_erase_command,
	&lx_rebuild_command,
	&lx_import_command,
	&lx_export_command,
	&lx_backup_command,
	&lx_restore_command,
	&lx_manual_command,
	NULL,
};

const struct lx_option lx_common_options[] = {
	{ .name = "lang", .kind = LX_OPTION_CHOICE, .of = "zh en" },
	{ .name = "help", .kind = LX_OPTION_FLAG },
	{ 0 },
};
