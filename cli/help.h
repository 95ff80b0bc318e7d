/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Help made from the commands' declarations and the catalogues: what --help, the manual and completion share. */
#ifndef LX_CLI_HELP_H
#define LX_CLI_HELP_H

#include "cli/cli.h"

/* A line for the shell as a command's help shows it; ends with a zero row. */
struct lx_example {
	const char *command, *line;
};
extern const struct lx_example lx_examples[];

/* Writes the list of commands onto cli->out. */
void lx_help_commands(struct lx_cli *cli);

/* Writes the help of cli->command onto cli->out. */
void lx_help_command(struct lx_cli *cli);

/* What a command is (`cli.serve`), what it is for (`cli.serve?`), an option of it or of all, its n-th example from 1. */
const char *lx_help_title(enum lx_lang lang, const struct lx_command *command);
const char *lx_help_about(enum lx_lang lang, const struct lx_command *command);
const char *lx_help_option(
	enum lx_lang lang, const struct lx_command *command, const struct lx_option *option);
const char *lx_help_example(enum lx_lang lang, const struct lx_command *command, size_t n);

/* How an option's value is shown: " FILE", " zh|en", nothing for a flag. */
void lx_help_value(struct lx_buf *out, const struct lx_option *option);

#endif
