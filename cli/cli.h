/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What every subcommand is given, and how it declares itself.
 *
 * A command is one file that defines one `const struct lx_command`, listed in commands.c. Options are
 * declared; parsing, --help and completion come from the declaration. Texts are keys of the message
 * catalogues, derived from names: `cli.tally` (one line), `cli.tally?` (what it is for, paragraphs),
 * `cli.tally.rule` (an option). Exit codes: 0 done; 1 checked and found wrong; 2 the command line or
 * an input is not as it should be; 3 not possible now (busy, conflict, missing, not allowed); 4 the
 * machine failed (memory, disk).
 */
#ifndef LX_CLI_CLI_H
#define LX_CLI_CLI_H

#include "base/call.h"
#include "base/json.h"
#include "base/message.h"

#define LX_OPTIONS_MAX 32

enum lx_option_kind { LX_OPTION_FLAG = 1, LX_OPTION_TEXT, LX_OPTION_INT, LX_OPTION_CHOICE };

/* `of`: the words of a choice, "low..high" of a number; `value`: what --help shows for the value;
 * `many`: may be given more than once (lx_option_each). */
struct lx_option {
	const char *name;
	enum lx_option_kind kind;
	const char *of;
	const char *value;
	bool many;
};

struct lx_cli;

/* `operands`: how --help shows them, e.g. "FILE…"; how many there may be. The options of every
 * command (--help, --lang) are added by itself. */
struct lx_command {
	const char *name;
	const char *operands;
	size_t operands_least, operands_most;
	const struct lx_option *options; /* ends with a zero row; may be NULL */
	enum lx_code (*run)(struct lx_cli *cli);
};

/* One run of one command. `out` is written to standard output when `run` has returned or when
 * lx_cli_flush is called. Set `wrong` for "checked and found wrong". */
struct lx_cli {
	struct lx_call call;
	const struct lx_command *command;
	enum lx_lang lang;
	bool colour;        /* standard output is a terminal and NO_COLOR is not set */
	bool colour_faults; /* the same of standard error */
	bool wrong;
	struct lx_buf out;
	json_t *facts; /* of the result, for --format json: result.h */
	size_t operands_n;
	const char **operands;
	size_t given_n;
	struct {
		const struct lx_option *option;
		const char *value;
	} given[LX_OPTIONS_MAX];
};

/* The value given for an option, or NULL; for flags any non-NULL value means it was given. */
const char *lx_option(const struct lx_cli *cli, const char *name);

/* Gives an option as a flag would, with a value that is kept by the caller. */
LX_CHECK enum lx_code lx_option_give(struct lx_cli *cli, const char *name, const char *value);

/* What switches a terminal to a style; nothing where there is no colour. */
enum lx_style_of { LX_STYLE_PLAIN, LX_STYLE_BOLD, LX_STYLE_RED, LX_STYLE_GREEN };
const char *lx_style(bool colour, enum lx_style_of style);

/* A variable of the environment, or NULL. */
const char *lx_cli_environment(const char *name);

/* The i-th value of an option that may be repeated, or NULL. */
const char *lx_option_each(const struct lx_cli *cli, const char *name, size_t i);

/* A number option, or `otherwise` when it was not given. */
int64_t lx_option_int(const struct lx_cli *cli, const char *name, int64_t otherwise);

/* A whole file (`-`: standard input), UTF-8 checked, with a zero byte behind it; regular files are
 * mapped, and unmapped with the process. Faults: `cli.open`, `cli.utf8` with line and column. */
LX_CHECK enum lx_code lx_cli_read(struct lx_cli *cli, const char *path, struct lx_text *text);

/* A whole file of any bytes, as lx_cli_read; at least 16-byte aligned. Faults: `cli.open`. */
LX_CHECK enum lx_code lx_cli_bytes(struct lx_cli *cli, const char *path, struct lx_text *bytes);

/* Notes in the call's fault that it lies in the file `path`. */
void lx_cli_in(struct lx_cli *cli, const char *path);

/* Writes a whole file, by a temporary one beside it that is renamed. */
LX_CHECK enum lx_code lx_cli_write(struct lx_cli *cli, const char *path, struct lx_text text);

/* Writes cli->out to standard output now and empties it. */
LX_CHECK enum lx_code lx_cli_flush(struct lx_cli *cli);

/* Progress on standard error while `what` (a message key) is under way: a bar on a terminal, nothing
 * elsewhere. Interrupting (SIGINT, SIGTERM) makes the step say stop. Set as cli->call.progress. */
const struct lx_progress *lx_cli_progress(struct lx_cli *cli, const char *what);

/* Takes the bar off the terminal. */
void lx_cli_progress_end(struct lx_cli *cli);

/* The options that every command has; ends with a zero row. */
extern const struct lx_option lx_common_options[];

/* The commands, ending with NULL. */
extern const struct lx_command *const lx_commands[];

#endif
