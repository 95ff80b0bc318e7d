/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sentences or facts: the same result on two faces. */
#include "cli/result.h"

#include <string.h>

bool lx_tells_json(const struct lx_cli *cli)
{
	const char *format = lx_option(cli, "format");

	return format != NULL && strcmp(format, "json") == 0;
}

void lx_tell_args(struct lx_cli *cli, const char *msgid, const char *const *args)
{
	if (lx_tells_json(cli))
		return;
	lx_say_args(&cli->out, cli->lang, msgid, args);
	lx_buf_char(&cli->out, '\n');
}

void lx_fact(struct lx_cli *cli, const char *key, json_t *value)
{
	if (!lx_tells_json(cli) || value == NULL) {
		json_decref(value);
		return;
	}
	if (cli->facts == NULL)
		cli->facts = json_object();
	(void)json_object_set_new(cli->facts, key, value);
}

void lx_fact_text(struct lx_cli *cli, const char *key, const char *text)
{
	lx_fact(cli, key, json_string(text));
}

void lx_fact_number(struct lx_cli *cli, const char *key, int64_t number)
{
	lx_fact(cli, key, json_integer(number));
}

enum lx_code lx_result_write(struct lx_cli *cli)
{
	if (cli->facts == NULL)
		return LX_OK;
	lx_fact(cli, "ok", json_boolean(!cli->wrong));
	LX_TRY(lx_json_told(&cli->out, cli->facts, &cli->call.fault));
	lx_buf_char(&cli->out, '\n');
	return LX_OK;
}
