/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The lines of a file as acts, in one transaction. */
#include "cli/import.h"

#include <stdio.h>
#include <string.h>

struct lines {
	struct lx_import *import;
	struct lx_csv csv;
	int64_t entered, before, first;
	const char *digest;
};

static enum lx_code enter_line(
	struct lx_work *work, struct lines *l, const struct lx_csv_field *cells, size_t n)
{
	struct lx_import *import = l->import;
	LX_CLOSE(lx_json_free) json_t *input = NULL;
	char key[LX_ORDER_KEY_MAX];
	struct lx_order order = { .type = import->shape->type->name,
		.act = import->act->name,
		.person = import->person,
		.mandate = import->mandate,
		.import = l->first > 0 ? l->first : work->edge->size + 1 };

	(void)snprintf(key, sizeof key, "import/%s.%s/%s/%lld", order.type, order.act, l->digest,
		(long long)l->csv.line);
	LX_TRY(lx_import_input(import, work->tx, &l->csv, cells, n, &input, &order.lang));
	order.input = input;
	order.key = lx_text(key);
	LX_TRY(lx_order_job(work, &order));
	if (l->first == 0)
		l->first = order.entry;
	l->before += order.again;
	l->entered += !order.again;
	return LX_OK;
}

static bool is_empty(const struct lx_csv_field *cells, size_t n)
{
	return n == 1 && cells[0].text.len == 0;
}

/* Every line in one savepoint of one transaction: all of them or none, whatever ends the process. */
static enum lx_code lines_job(struct lx_work *work, void *argument)
{
	struct lines *l = argument;
	struct lx_call *call = lx_tx_call(work->tx);
	size_t size = l->csv.text.len, n;

	for (;;) {
		struct lx_arena_mark here = lx_arena_here(call->arena);
		struct lx_csv_field cells[LX_IMPORT_COLUMNS];
		enum lx_code code = lx_csv_row(call, &l->csv, cells, LX_IMPORT_COLUMNS, &n);
		if (code != LX_OK)
			lx_cli_in(l->import->cli, l->import->path);
		LX_TRY(code);
		if (n == 0)
			return LX_OK;
		code = is_empty(cells, n) ? LX_OK : enter_line(work, l, cells, n);
		if (code != LX_OK && code != LX_BROKEN)
			lx_import_place(l->import, &l->csv, cells, n);
		LX_TRY(code);
		lx_arena_back(call->arena, here);
		LX_TRY(lx_step(call, l->csv.at, size));
	}
}

enum lx_code lx_import_enter(struct lx_import *import)
{
	struct lines l = { .import = import, .csv = { .text = import->text, .separator = ',' } };
	struct lx_call *call = &import->cli->call;
	char digest[LX_HASH_TEXT];

	enum lx_code code = lx_import_columns(import, &l.csv);
	if (code != LX_OK) {
		lx_cli_in(import->cli, import->path);
		return code;
	}
	lx_hash_text(import->text, digest);
	l.digest = digest;
	LX_TRY(lx_writer_submit(import->opened->writer, call, lines_job, &l));
	import->entered = l.entered;
	import->before = l.before;
	import->number = l.first;
	return LX_OK;
}
