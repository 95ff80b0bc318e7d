/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a command has done, for people or for programs: sentences on one face, one JSON object on the other (--format json). A command says
 * both; which of them is written is decided here. Commands with figures of their own (tally, share …) write their own JSON.
 */
#ifndef LX_CLI_RESULT_H
#define LX_CLI_RESULT_H

#include "base/json.h"
#include "cli/cli.h"

/* The option as these commands declare it; its text is `cli.common.format`. */
#define LX_FORMAT_OPTION                                                                           \
	{                                                                                          \
		.name = "format", .kind = LX_OPTION_CHOICE, .of = "text json"                      \
	}

/* Whether the result is asked for as JSON. */
bool lx_tells_json(const struct lx_cli *cli);

/* A sentence and a line break, for people only. */
void lx_tell_args(struct lx_cli *cli, const char *msgid, const char *const *args);
#define lx_tell(cli, msgid, ...)                                                                   \
	lx_tell_args((cli), (msgid), (const char *const[]){ __VA_ARGS__, NULL })

/* Facts for programs, in the order in which they are said; nothing for people. lx_fact takes the value over; NULL is left out. */
void lx_fact(struct lx_cli *cli, const char *key, json_t *value);
void lx_fact_text(struct lx_cli *cli, const char *key, const char *text);
void lx_fact_number(struct lx_cli *cli, const char *key, int64_t number);

/* Writes the object when the command has ended well; `ok` is false when it checked and found wrong. */
LX_CHECK enum lx_code lx_result_write(struct lx_cli *cli);

#endif
