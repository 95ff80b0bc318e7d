/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What was given on the command line, by the name of the option. */
#include "cli/cli.h"

#include <string.h>

const char *lx_option_each(const struct lx_cli *cli, const char *name, size_t i)
{
	for (size_t k = 0; k < cli->given_n; k++)
		if (strcmp(cli->given[k].option->name, name) == 0 && i-- == 0)
			return cli->given[k].value;
	return NULL;
}

const char *lx_option(const struct lx_cli *cli, const char *name)
{
	return lx_option_each(cli, name, 0);
}

int64_t lx_option_int(const struct lx_cli *cli, const char *name, int64_t otherwise)
{
	int64_t number = otherwise;
	const char *value = lx_option(cli, name);

	if (value != NULL)
		(void)lx_text_int(lx_text(value), &number);
	return number;
}
