/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * lianxi import roll FILE.csv --round N: an electoral register for a round that is being prepared. Identity numbers are read, hashed
 * by the act under a key of the round's own, and nowhere kept: not in the database, the record, an answer or a message.
 */
#include "cli/import.h"

#include <stdio.h>

static enum lx_code enter_register(struct lx_work *work, void *argument)
{
	LX_CLOSE(lx_json_free) json_t *none = json_object();
	struct lx_import *import = argument;
	struct lx_order order = { .type = "round",
		.record = import->round,
		.act = "register",
		.input = none,
		.lang = import->lang,
		.person = import->person,
		.mandate = import->mandate,
		.import = work->edge->size + 1,
		.aside = import->text };

	LX_TRY(lx_order_job(work, &order));
	import->number = order.entry;
	return LX_OK;
}

/* The header of a CSV file is not an elector; what else is not empty was entered, or the whole file was refused. */
static int64_t electors_of(struct lx_import *import)
{
	struct lx_csv csv = { .text = import->text, .separator = ',' };
	struct lx_csv_field cells[LX_IMPORT_COLUMNS];
	int64_t lines = -1;
	size_t n = 0;

	while (lx_csv_row(&import->cli->call, &csv, cells, LX_IMPORT_COLUMNS, &n) == LX_OK && n > 0)
		lines += n > 1 || cells[0].text.len > 0;
	return lines;
}

static void tell(struct lx_import *import)
{
	struct lx_cli *cli = import->cli;
	char round[24], electors[24], number[24];

	(void)snprintf(round, sizeof round, "%lld", (long long)import->round);
	(void)snprintf(electors, sizeof electors, "%lld", (long long)electors_of(import));
	(void)snprintf(number, sizeof number, "%lld", (long long)import->number);
	lx_say(&cli->out, cli->lang, "import.roll_done", electors, round, number);
	lx_buf_char(&cli->out, '\n');
}

static enum lx_code enter(struct lx_import *import)
{
	enum lx_code code = lx_writer_submit(
		import->opened->writer, &import->cli->call, enter_register, import);

	if (code != LX_OK && code != LX_BROKEN)
		lx_cli_in(import->cli, import->path);
	if (code == LX_OK)
		tell(import);
	return code;
}

enum lx_code lx_import_roll(struct lx_import *import)
{
	import->round = lx_option_int(import->cli, "round", 0);
	if (import->round < 1)
		return lx_fail(&import->cli->call, LX_INVALID, "round", "cli.needs_value", NULL);
	LX_TRY(lx_import_actor(import));
	LX_TRY(lx_cli_read(import->cli, import->path, &import->text));
	return enter(import);
}
