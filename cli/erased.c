/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The list of erased persons beside the database; lianxi erase. */
#include "cli/erased.h"

#include "cli/import.h"
#include "cli/result.h"
#include "kernel/journal/hash.h"
#include "kernel/record/whole_file.h"

#include <stdio.h>
#include <string.h>

static const char list_file[] = "erased";

static enum lx_code read_list(struct lx_call *call, const char *keys, struct lx_text *list)
{
	enum lx_code code = lx_whole_read(call, keys, list_file, list);

	if (code != LX_NOT_FOUND)
		return code;
	*list = (struct lx_text){ "", 0 };
	return LX_OK;
}

struct listing {
	struct lx_text there;
	struct lx_buf more;
};

static void end_listing(struct listing *l)
{
	lx_buf_close(&l->more);
}

static enum lx_code list_person(void *with, int64_t person, const unsigned char mark[LX_HASH_BYTES])
{
	char line[96], base64[LX_HASH_TEXT];
	struct listing *l = with;

	lx_hash_write(mark, base64);
	int n = snprintf(line, sizeof line, "%lld %s\n", (long long)person, base64);
	if (memmem(l->there.at, l->there.len, line, (size_t)n) == NULL)
		lx_buf_str(&l->more, line);
	return LX_OK;
}

enum lx_code lx_erased_keep(struct lx_call *call, struct lx_store *store, const char *keys)
{
	LX_CLOSE(end_listing) struct listing l = { .more = { 0 } };
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	LX_TRY(read_list(call, keys, &l.there));
	LX_TRY(lx_store_read(store, call, &tx));
	LX_TRY(lx_vault_erased(tx, list_person, &l));
	lx_store_release(&tx);
	if (l.more.len == 0)
		return LX_OK;
	LX_CLOSE(lx_buf_close) struct lx_buf whole = { 0 };
	lx_buf_text(&whole, l.there);
	lx_buf_text(&whole, lx_buf_view(&l.more));
	if (lx_buf_failed(&whole) || lx_buf_failed(&l.more))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	return lx_whole_write(call, keys, list_file, lx_buf_view(&whole),
		(struct lx_whole_how){ .secret = true });
}

static enum lx_code must_go(struct lx_call *call, struct lx_store *store, int64_t person,
	const unsigned char mark[LX_HASH_BYTES], bool *must)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	LX_TRY(lx_store_read(store, call, &tx));
	return lx_vault_must_go(tx, person, mark, must);
}

/* The act of erasing, by the mandate that `import` found. */
static enum lx_code erase_person(
	struct lx_import *import, int64_t person, const char *reason, int64_t *entry)
{
	struct lx_cli *cli = import->cli;
	LX_CLOSE(lx_json_free) json_t *input = json_object();
	struct lx_order order = { .type = "person",
		.record = person,
		.act = "erase",
		.input = input,
		.lang = lx_lang_names[cli->lang],
		.person = import->person,
		.mandate = import->mandate };

	if (reason != NULL)
		(void)json_object_set_new(input, "reason", json_string(reason));
	LX_TRY(lx_writer_submit(import->opened->writer, &cli->call, lx_erase_job, &order));
	*entry = order.entry;
	return LX_OK;
}

static enum lx_code apply_line(struct lx_import *import, struct lx_text line, size_t *n)
{
	struct lx_call *call = &import->cli->call;
	unsigned char mark[LX_HASH_BYTES];
	int64_t person, entry;
	struct lx_text number;
	bool must;

	if (!lx_text_split(&line, ' ', &number) || !lx_text_int(number, &person) ||
		!lx_hash_read(line, mark))
		return lx_fail(call, LX_INVALID, "keys/erased", "erase.list", NULL);
	LX_TRY(must_go(call, import->opened->store, person, mark, &must));
	if (!must)
		return LX_OK;
	if (import->person == 0)
		LX_TRY(lx_import_actor(import));
	++*n;
	return erase_person(import, person, lx_tr(import->cli->lang, "erase.again_why"), &entry);
}

enum lx_code lx_erased_apply(struct lx_cli *cli, struct lx_opened *opened, size_t *n)
{
	struct lx_import *import = lx_alloc(&cli->call, sizeof *import);
	struct lx_text list, line;

	*n = 0;
	if (import == NULL)
		return LX_BROKEN;
	*import = (struct lx_import){ .cli = cli, .opened = opened };
	LX_TRY(read_list(&cli->call, opened->keys, &list));
	while (list.len > 0 && lx_text_split(&list, '\n', &line))
		LX_TRY(apply_line(import, line, n));
	return LX_OK;
}

/* --- lianxi erase ---------------------------------------------------------------------------- */

static enum lx_code enter(struct lx_import *import, int64_t person)
{
	struct lx_cli *cli = import->cli;
	char number[24];
	int64_t entry;

	LX_TRY(erase_person(import, person, lx_option(cli, "reason"), &entry));
	LX_TRY(lx_erased_keep(&cli->call, import->opened->store, import->opened->keys));
	LX_TRY(lx_store_scrub(import->opened->store, &cli->call));
	(void)snprintf(number, sizeof number, "%lld", (long long)entry);
	lx_tell(cli, "erase.done", number);
	lx_fact_number(cli, "entry", entry);
	return LX_OK;
}

static enum lx_code run(struct lx_cli *cli)
{
	LX_CLOSE(lx_region_close) struct lx_opened opened = { .lock = -1 };
	struct lx_import *import = lx_alloc(&cli->call, sizeof *import);
	const char *folder = lx_option(cli, "region");
	int64_t person;

	if (import == NULL)
		return LX_BROKEN;
	if (strcmp(cli->operands[0], "person") != 0 ||
		!lx_text_int(lx_text(cli->operands[1]), &person) || person < 1)
		return lx_fail(&cli->call, LX_INVALID, cli->operands[1], "erase.person", NULL);
	if (folder == NULL)
		return lx_fail(&cli->call, LX_INVALID, "region", "cli.needs_value", NULL);
	*import = (struct lx_import){ .cli = cli, .opened = &opened };
	LX_TRY(lx_region_open(cli, folder, LX_REGION_WRITE, &opened));
	LX_TRY(lx_region_start(cli, &opened));
	LX_TRY(lx_import_actor(import));
	return enter(import, person);
}

static const struct lx_option options[] = {
	LX_FORMAT_OPTION,
	{ .name = "region", .kind = LX_OPTION_TEXT, .value = "DIR" },
	{ .name = "reason", .kind = LX_OPTION_TEXT, .value = "TEXT" },
	{ .name = "as", .kind = LX_OPTION_TEXT, .value = "MANDATE" },
	{ 0 },
};

const struct lx_command lx_erase_command = { "erase", "person N", 2, 2, options, run };
