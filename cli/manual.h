/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Manual pages and completion, from the same declarations and sentences as --help. */
#ifndef LX_CLI_MANUAL_H
#define LX_CLI_MANUAL_H

#include "cli/cli.h"

/* The page lianxi(1), or for a command lianxi-<command>(1), in roff with the macros of man(7). */
void lx_manual_page(struct lx_buf *out, enum lx_lang lang, const struct lx_command *command);

/* The script that completes commands, options, their values and files, for bash or zsh. */
void lx_completion_bash(struct lx_buf *out);
void lx_completion_zsh(struct lx_buf *out);

#endif
