/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Opening and closing a region's folder. */
#include "cli/region.h"

#include "kernel/types/apply.h"
#include "modules/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_MOST     4096
#define WRITER_MEMORY ((size_t)256 << 20)

enum lx_code lx_region_types(struct lx_call *call, struct lx_region *region)
{
	size_t n = 0;

	while (lx_module_tables[n] != NULL)
		n++;
	const struct lx_table **further = lx_array(call, n + 3, sizeof *further);
	if (further == NULL)
		return LX_BROKEN;
	further[0] = lx_order_tables;
	further[1] = lx_account_tables;
	for (size_t i = 0; i < n; i++)
		further[i + 2] = lx_module_tables[i];
	LX_TRY(lx_region_make(call, lx_types, lx_data_checks, further, region));
	region->person_by_name = lx_app_person_by_name;
	region->second_factor = lx_app_second_factor;
	return LX_OK;
}

static enum lx_code path_of(
	struct lx_cli *cli, const char *folder, const char *name, char path[PATH_MOST])
{
	if (snprintf(path, PATH_MOST, "%s/%s", folder, name) >= PATH_MOST)
		return lx_fail(
			&cli->call, LX_INVALID, folder, "cli.open", "%s", strerror(ENAMETOOLONG));
	return LX_OK;
}

static enum lx_code make_folder(struct lx_cli *cli, const char *folder)
{
	if (mkdir(folder, 0700) == 0)
		return LX_OK;
	if (errno == EEXIST)
		return lx_fail(&cli->call, LX_CONFLICT, folder, "region.exists", NULL);
	return lx_fail(&cli->call, LX_INVALID, folder, "cli.open", "%s", strerror(errno));
}

/* One process at a time: a second one would write beside the first. */
static enum lx_code take_lock(struct lx_cli *cli, const char *folder, struct lx_opened *opened)
{
	char path[PATH_MOST];

	LX_TRY(path_of(cli, folder, "lianxi.lock", path));
	opened->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (opened->lock < 0)
		return lx_fail(&cli->call, LX_INVALID, folder,
			errno == ENOENT ? "region.none" : "cli.open", "%s", strerror(errno));
	if (flock(opened->lock, LOCK_EX | LOCK_NB) != 0)
		return lx_fail(&cli->call, LX_BUSY, folder, "region.locked", NULL);
	return LX_OK;
}

/* A folder may be called what a log may not. */
static void origin_of_folder(const char *folder, char origin[LX_NOTE_NAME])
{
	char whole[PATH_MOST];
	const char *name = realpath(folder, whole) == NULL ? folder : strrchr(whole, '/') + 1;
	int n = snprintf(origin, LX_NOTE_NAME, "%s/log", name);

	for (char *c = origin; *c != '\0'; c++)
		if ((unsigned char)*c <= ' ' || *c == '+' || *c == 0x7f)
			*c = '-';
	if (n < 0 || n >= LX_NOTE_NAME || !lx_note_name_fits(lx_text(origin)))
		(void)snprintf(origin, LX_NOTE_NAME, "region/log");
}

enum lx_code lx_region_origin(struct lx_cli *cli, const char *folder, char origin[LX_NOTE_NAME])
{
	const char *said = lx_option(cli, "origin");

	if (said == NULL) {
		origin_of_folder(folder, origin);
		return LX_OK;
	}
	if (!lx_note_name_fits(lx_text(said)))
		return lx_fail(&cli->call, LX_INVALID, "origin", "record.name", "%s", said);
	(void)snprintf(origin, LX_NOTE_NAME, "%s", said);
	return LX_OK;
}

static enum lx_code make_keys(struct lx_cli *cli, const char *folder, const char *keys)
{
	char origin[LX_NOTE_NAME];

	LX_TRY(lx_region_origin(cli, folder, origin));
	return lx_log_keys_make(&cli->call, keys, lx_text(origin));
}

/* What orders are signed to. Without a key there is no log yet, and nothing that was signed can be entered. */
static void note_origin(struct lx_cli *cli, struct lx_opened *opened)
{
	struct lx_note_key key;

	opened->region.origin = NULL;
	if (lx_log_key_beside(&cli->call, opened->keys, &key) == LX_OK) {
		(void)snprintf(opened->origin, sizeof opened->origin, "%s", key.name);
		opened->region.origin = opened->origin;
	}
	lx_fault_clear(&cli->call.fault);
}

/* The tables of an older program's region are derived anew when it is first opened for writing. */
static enum lx_code bring_up_to_date(struct lx_cli *cli, struct lx_opened *opened)
{
	if (!lx_store_stale(opened->store))
		return LX_OK;
	LX_TRY(lx_rebuild(opened->store, &cli->call, &opened->region, true));
	return lx_store_derived(opened->store, &cli->call);
}

enum lx_code lx_region_open(
	struct lx_cli *cli, const char *folder, enum lx_region_use use, struct lx_opened *opened)
{
	static const enum lx_store_mode modes[] = { [LX_REGION_READ] = LX_STORE_READ,
		[LX_REGION_WRITE] = LX_STORE_WRITE,
		[LX_REGION_CREATE] = LX_STORE_CREATE };
	char path[PATH_MOST], origin[LX_NOTE_NAME];

	*opened = (struct lx_opened){ .lock = -1 };
	LX_TRY(lx_region_types(&cli->call, &opened->region));
	LX_TRY(path_of(cli, folder, "lianxi.db", path));
	if (use == LX_REGION_CREATE) {
		LX_TRY(lx_region_origin(cli, folder, origin)); /* before anything is made */
		LX_TRY(make_folder(cli, folder));
	}
	if (use != LX_REGION_CREATE && access(path, F_OK) != 0)
		return lx_fail(
			&cli->call, LX_NOT_FOUND, folder, "region.none", "%s", strerror(errno));
	if (use != LX_REGION_READ)
		LX_TRY(take_lock(cli, folder, opened));
	LX_TRY(path_of(cli, folder, "keys", opened->keys));
	note_origin(cli, opened);
	LX_TRY(lx_store_open(&cli->call, path, modes[use], opened->region.tables, &opened->store));
	LX_TRY(bring_up_to_date(cli, opened));
	return use == LX_REGION_CREATE ? make_keys(cli, folder, opened->keys) : LX_OK;
}

enum lx_code lx_region_start(struct lx_cli *cli, struct lx_opened *opened)
{
	struct lx_writer_setting setting = { .now = lx_clock_now,
		.clock = &opened->clock,
		.due = lx_clock_job,
		.with = &opened->region,
		.memory = WRITER_MEMORY };

	opened->kept.arena.limit = WRITER_MEMORY;
	opened->region.kept = &opened->kept;
	opened->region.secrets = opened->keys;
	note_origin(cli, opened);
	LX_TRY(lx_log_open(&cli->call, opened->keys, opened->store, &opened->log));
	LX_TRY(lx_witness_open(&cli->call, opened->keys, &opened->witness));
	LX_TRY(lx_writer_start(&cli->call, opened->store, &setting, &opened->writer));
	return lx_accounts_open(&cli->call, opened->store, opened->writer, &opened->accounts);
}

void lx_region_close(struct lx_opened *opened)
{
	lx_writer_stop(&opened->writer);
	lx_charter_kept_close(&opened->kept);
	lx_accounts_close(&opened->accounts);
	lx_log_close(&opened->log);
	lx_witness_close(&opened->witness);
	lx_store_close(&opened->store);
	if (opened->lock >= 0)
		(void)close(opened->lock);
	opened->lock = -1;
}
