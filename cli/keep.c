/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi verify, rebuild, backup, restore: keeping a region. */
#include "cli/receipt.h"
#include "cli/recount.h"
#include "cli/region.h"
#include "cli/result.h"
#include "cli/verify_copy.h"
#include "kernel/journal/hash.h"
#include "kernel/types/apply.h"
#include "modules/modules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- verify ---------------------------------------------------------------------------------- */

static enum lx_code verify_journal(
	struct lx_cli *cli, struct lx_opened *opened, int64_t *size, char root[LX_HASH_TEXT])
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	unsigned char hash[LX_HASH_BYTES];
	struct lx_edge edge;

	LX_TRY(lx_store_read_patient(opened->store, &cli->call, &tx));
	LX_TRY(lx_edge_load(tx, &edge));
	LX_TRY(lx_journal_verify(tx));
	lx_edge_root(&edge, hash);
	lx_hash_write(hash, root);
	*size = edge.size;
	return LX_OK;
}

enum lx_code lx_tell_difference(struct lx_cli *cli, enum lx_code code)
{
	if (code != LX_CONFLICT)
		return code;
	if (lx_tells_json(cli)) {
		LX_CLOSE(lx_buf_close) struct lx_buf says = { 0 };
		lx_say_fault(&says, cli->lang, &cli->call.fault);
		lx_fact_text(cli, "fault", lx_buf_failed(&says) ? "" : says.at);
		lx_fact_text(cli, "code", cli->call.fault.msgid);
	} else {
		lx_buf_str(&cli->out, lx_style(cli->colour, LX_STYLE_RED));
		lx_say_fault(&cli->out, cli->lang, &cli->call.fault);
		lx_buf_printf(&cli->out, "%s\n", lx_style(cli->colour, LX_STYLE_PLAIN));
	}
	lx_fault_clear(&cli->call.fault);
	cli->wrong = true;
	return LX_OK;
}

/* The derived tables against a rebuild of a copy, in a folder of its own that goes again. */
static enum lx_code verify_tables(struct lx_cli *cli, struct lx_opened *opened)
{
	static const char *const leaves[] = { "", "-wal", "-shm" };
	char folder[] = "/tmp/lianxi-verify-XXXXXX", path[64], file[80];

	if (mkdtemp(folder) == NULL)
		return lx_fail(&cli->call, LX_BROKEN, folder, "cli.open", "%s", strerror(errno));
	(void)snprintf(path, sizeof path, "%s/copy.db", folder);
	enum lx_code code = lx_tables_verify(opened->store, &cli->call, &opened->region, path);
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(file, sizeof file, "%s%s", path, leaves[i]);
		(void)unlink(file);
	}
	(void)rmdir(folder);
	return code;
}

/* What stands beside the database was published: entries that are gone, or another beginning, are found by it. */
static enum lx_code verify_published(struct lx_cli *cli, struct lx_opened *opened)
{
	LX_CLOSE(lx_log_close) struct lx_log *log = NULL;
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	LX_TRY(lx_log_open(&cli->call, opened->keys, opened->store, &log));
	LX_TRY(lx_store_read_patient(opened->store, &cli->call, &tx));
	enum lx_code code = lx_log_test(log, tx);
	if (code != LX_BUSY)
		return code;
	cli->call.fault.code = LX_CONFLICT; /* found wrong, not impossible now */
	return LX_CONFLICT;
}

/* An earlier checkpoint, kept by whoever verifies, must be a beginning of this journal. */
static enum lx_code verify_since(struct lx_cli *cli, struct lx_opened *opened, int64_t size)
{
	LX_CLOSE(lx_log_close) struct lx_log *log = NULL;
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	const char *since = lx_option(cli, "since");
	unsigned char root[LX_HASH_BYTES];
	struct lx_checkpoint checkpoint;
	struct lx_text note;

	if (since == NULL)
		return LX_OK;
	LX_TRY(lx_cli_read(cli, since, &note));
	LX_TRY(lx_log_open(&cli->call, opened->keys, opened->store, &log));
	if (lx_log_key(log) == NULL)
		return lx_fail(&cli->call, LX_INVALID, opened->keys, "record.no_key", NULL);
	LX_TRY(lx_checkpoint_verify(&cli->call, note, lx_log_key(log), &checkpoint));
	if (checkpoint.size > size)
		return lx_fail(&cli->call, LX_CONFLICT, since, "mirror.behind", "%lld",
			(long long)checkpoint.size);
	if (checkpoint.size == 0)
		return LX_OK;
	LX_TRY(lx_store_read_patient(opened->store, &cli->call, &tx));
	LX_TRY(lx_root_of(tx, 0, checkpoint.size, root));
	if (memcmp(root, checkpoint.root, sizeof root) != 0)
		return lx_fail(&cli->call, LX_CONFLICT, since, "mirror.before", "%lld",
			(long long)checkpoint.size);
	return LX_OK;
}

/* What the institutions keep beside the journal against what entries commit to. */
static enum lx_code verify_kept(struct lx_cli *cli, struct lx_opened *opened)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	LX_TRY(lx_store_read_patient(opened->store, &cli->call, &tx));
	for (size_t i = 0; lx_module_verifies[i] != NULL; i++)
		LX_TRY(lx_module_verifies[i](tx, &opened->region));
	return LX_OK;
}

static enum lx_code verify_results(struct lx_cli *cli, struct lx_opened *opened)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	if (lx_option(cli, "recount") == NULL)
		return LX_OK;
	LX_TRY(lx_store_read_patient(opened->store, &cli->call, &tx));
	return lx_recount(cli, tx, &opened->region);
}

static enum lx_code verify_region(struct lx_cli *cli)
{
	LX_CLOSE(lx_region_close) struct lx_opened opened = { .lock = -1 };
	char root[LX_HASH_TEXT], number[24];
	int64_t size;

	cli->call.progress = lx_cli_progress(cli, "verify.progress");
	LX_TRY(lx_region_open(cli, cli->operands[0], LX_REGION_READ, &opened));
	enum lx_code code = verify_journal(cli, &opened, &size, root);
	if (code != LX_OK)
		return lx_tell_difference(cli, code);
	code = verify_published(cli, &opened);
	if (code == LX_OK)
		code = verify_since(cli, &opened, size);
	if (code == LX_OK)
		code = verify_tables(cli, &opened);
	if (code == LX_OK)
		code = verify_kept(cli, &opened);
	if (code == LX_OK)
		code = verify_results(cli, &opened);
	if (code != LX_OK)
		return lx_tell_difference(cli, code);
	(void)snprintf(number, sizeof number, "%lld", (long long)size);
	lx_tell(cli, "verify.done", number, root);
	lx_fact_number(cli, "entries", size);
	lx_fact_text(cli, "root", root);
	return LX_OK;
}

/* "verify receipt FILE" beside "verify DIR" and "verify URL". */
static enum lx_code verify(struct lx_cli *cli)
{
	if (strcmp(cli->operands[0], "receipt") == 0 && cli->operands_n == 2)
		return lx_verify_receipt(cli, cli->operands[1]);
	if (cli->operands_n != 1)
		return lx_fail(
			&cli->call, LX_INVALID, cli->operands[1], "verify.receipt_operands", NULL);
	if (lx_is_address(cli->operands[0]) || lx_is_mirror(cli->operands[0]))
		return lx_verify_copy(cli, cli->operands[0]);
	return verify_region(cli);
}

static const struct lx_option verify_options[] = {
	LX_FORMAT_OPTION,
	{ .name = "recount", .kind = LX_OPTION_FLAG },
	{ .name = "key", .kind = LX_OPTION_TEXT, .value = "KEY" },
	{ .name = "entry", .kind = LX_OPTION_TEXT, .value = "FILE" },
	{ .name = "kept", .kind = LX_OPTION_TEXT, .value = "FILE" },
	{ .name = "policy", .kind = LX_OPTION_TEXT, .value = "FILE" },
	{ .name = "since", .kind = LX_OPTION_TEXT, .value = "CHECKPOINT" },
	{ 0 },
};

const struct lx_command lx_verify_command = { "verify", "DIR | URL | receipt FILE", 1, 2,
	verify_options, verify };

/* --- rebuild --------------------------------------------------------------------------------- */

static enum lx_code rebuild(struct lx_cli *cli)
{
	LX_CLOSE(lx_region_close) struct lx_opened opened = { .lock = -1 };

	cli->call.progress = lx_cli_progress(cli, "rebuild.progress");
	LX_TRY(lx_region_open(cli, cli->operands[0], LX_REGION_WRITE, &opened));
	LX_TRY(lx_rebuild(opened.store, &cli->call, &opened.region, true));
	lx_tell(cli, "rebuild.done", NULL);
	lx_fact_text(cli, "region", cli->operands[0]);
	return LX_OK;
}

static const struct lx_option result_options[] = {
	LX_FORMAT_OPTION,
	{ 0 },
};

const struct lx_command lx_rebuild_command = { "rebuild", "DIR", 1, 1, result_options, rebuild };

/* --- backup, restore ------------------------------------------------------------------------- */

static enum lx_code backup(struct lx_cli *cli)
{
	LX_CLOSE(lx_region_close) struct lx_opened opened = { .lock = -1 };

	LX_TRY(lx_region_open(cli, cli->operands[0], LX_REGION_READ, &opened));
	LX_TRY(lx_store_backup(opened.store, &cli->call, cli->operands[1]));
	lx_tell(cli, "backup.done", cli->operands[1]);
	lx_fact_text(cli, "file", cli->operands[1]);
	return LX_OK;
}

const struct lx_command lx_backup_command = { "backup", "DIR FILE", 2, 2, result_options, backup };

/* The backup is a whole database: it is copied into a new folder, opened and checked. */
static enum lx_code restore(struct lx_cli *cli)
{
	LX_CLOSE(lx_region_close) struct lx_opened opened = { .lock = -1 };
	struct lx_store *from = NULL;
	char path[4096], root[LX_HASH_TEXT], number[24];
	struct lx_region region;
	int64_t size;

	if (snprintf(path, sizeof path, "%s/lianxi.db", cli->operands[1]) >= (int)sizeof path)
		return lx_fail(&cli->call, LX_INVALID, cli->operands[1], "cli.open", "%s",
			strerror(ENAMETOOLONG));
	LX_TRY(lx_region_types(&cli->call, &region));
	if (access(cli->operands[0], R_OK) != 0)
		return lx_fail(&cli->call, LX_INVALID, cli->operands[0], "cli.open", "%s",
			strerror(errno));
	if (mkdir(cli->operands[1], 0700) != 0)
		return lx_fail(&cli->call, errno == EEXIST ? LX_CONFLICT : LX_INVALID,
			cli->operands[1], errno == EEXIST ? "region.exists" : "cli.open", "%s",
			strerror(errno));
	LX_TRY(lx_store_open(&cli->call, cli->operands[0], LX_STORE_COPY, region.tables, &from));
	enum lx_code code = lx_store_backup(from, &cli->call, path);
	lx_store_close(&from);
	LX_TRY(code);
	LX_TRY(lx_region_open(cli, cli->operands[1], LX_REGION_WRITE, &opened));
	code = verify_journal(cli, &opened, &size, root);
	if (code != LX_OK)
		return lx_tell_difference(cli, code);
	(void)snprintf(number, sizeof number, "%lld", (long long)size);
	lx_tell(cli, "restore.done", cli->operands[1], number);
	lx_fact_text(cli, "region", cli->operands[1]);
	lx_fact_number(cli, "entries", size);
	lx_fact_text(cli, "root", root);
	return LX_OK;
}

const struct lx_command lx_restore_command = { "restore", "FILE DIR", 2, 2, result_options,
	restore };
