/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Copies of the whole database while it is in use. The copy is written beside its final name, read
 * back and checked, brought to disk, and only then renamed: what has the name is whole. Deleted data
 * are not in it (VACUUM INTO copies what is there, not pages).
 */
#include "kernel/store/sqlite.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 4096

static enum lx_code copy_into(struct lx_store *store, struct lx_call *call, const char *to)
{
	struct lx_connection connection = { 0 };
	sqlite3_stmt *stmt = NULL;

	LX_TRY(lx_sqlite_connect(store, call, true, &connection));
	int answer = sqlite3_prepare_v2(connection.db, "VACUUM INTO $1", -1, &stmt, NULL);
	if (answer == SQLITE_OK)
		answer = sqlite3_bind_text(stmt, 1, to, -1, SQLITE_STATIC);
	if (answer == SQLITE_OK)
		answer = sqlite3_step(stmt);
	enum lx_code code = answer == SQLITE_DONE ? LX_OK
						  : lx_sqlite_fail(call, connection.db, answer, to);
	(void)sqlite3_finalize(stmt);
	lx_sqlite_disconnect(&connection);
	return code;
}

static enum lx_code check_with(
	struct lx_call *call, sqlite3 *db, const char *pragma, const char *good)
{
	sqlite3_stmt *stmt = NULL;
	int answer = sqlite3_prepare_v2(db, pragma, -1, &stmt, NULL);
	enum lx_code code = LX_OK;

	if (answer == SQLITE_OK)
		answer = sqlite3_step(stmt);
	if (answer == SQLITE_ROW) {
		const char *says = (const char *)sqlite3_column_text(stmt, 0);
		if (good == NULL || says == NULL || strcmp(says, good) != 0)
			code = lx_fail(call, LX_BROKEN, NULL, "store.damaged", "%s",
				says == NULL ? pragma : says);
	} else if (answer != SQLITE_DONE) {
		code = lx_sqlite_fail(call, db, answer, pragma);
	}
	(void)sqlite3_finalize(stmt);
	return code;
}

static enum lx_code check_copy(struct lx_store *store, struct lx_call *call, const char *path)
{
	sqlite3 *db = NULL;
	int answer = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, store->faults.name);
	enum lx_code code = answer == SQLITE_OK ? LX_OK : lx_sqlite_fail(call, db, answer, path);

	if (code == LX_OK)
		code = check_with(call, db, "PRAGMA integrity_check(1)", "ok");
	if (code == LX_OK)
		code = check_with(call, db, "PRAGMA foreign_key_check", NULL);
	(void)sqlite3_close(db);
	return code;
}

static enum lx_code sync_path(struct lx_call *call, const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	bool done = file >= 0 && fsync(file) == 0;
	int error = errno;

	if (file >= 0)
		(void)close(file);
	return done ? LX_OK
		    : lx_fail(call, LX_BROKEN, NULL, "store.broken", "%s: %s", path,
			      strerror(error));
}

static enum lx_code sync_folder_of(struct lx_call *call, const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_BYTES] = ".";

	if (slash != NULL)
		(void)snprintf(folder, sizeof folder, "%.*s/", (int)(slash - path), path);
	return sync_path(call, folder);
}

/* link() refuses where a file of that name has come meanwhile; rename() would replace it. */
static enum lx_code name_it(struct lx_call *call, const char *part, const char *to)
{
	if (link(part, to) == 0)
		return LX_OK;
	if (errno == EEXIST)
		return lx_fail(call, LX_CONFLICT, NULL, "store.exists", "%s", to);
	if (rename(part, to) == 0) /* file systems without hard links */
		return LX_OK;
	return lx_fail(call, LX_BROKEN, NULL, "store.broken", "%s: %s", to, strerror(errno));
}

/* SQLite fills an empty file that is there; this one is private from its first moment. */
static enum lx_code private_file(struct lx_call *call, const char *path)
{
	(void)unlink(path); /* what an earlier, interrupted copy left */
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file < 0)
		return lx_fail(
			call, LX_BROKEN, NULL, "store.broken", "%s: %s", path, strerror(errno));
	(void)close(file);
	return LX_OK;
}

enum lx_code lx_store_backup(struct lx_store *store, struct lx_call *call, const char *to)
{
	char part[PATH_BYTES];

	if ((size_t)snprintf(part, sizeof part, "%s.part", to) >= sizeof part)
		return lx_fail(call, LX_INVALID, NULL, "store.broken", "%s", to);
	if (access(to, F_OK) == 0)
		return lx_fail(call, LX_CONFLICT, NULL, "store.exists", "%s", to);
	LX_TRY(private_file(call, part));
	enum lx_code code = copy_into(store, call, part);
	if (code == LX_OK)
		code = check_copy(store, call, part);
	if (code == LX_OK)
		code = sync_path(call, part);
	if (code == LX_OK)
		code = name_it(call, part, to);
	(void)unlink(part);
	return code == LX_OK ? sync_folder_of(call, to) : code;
}
