/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Databases of older programs: a number in the file says which schema it has, and the steps from there to this one stand here and
 * nowhere else. Log and kept tables only grow, by tables and columns that are added in place (schema.c). Whatever else a
 * step changes is derived: those tables are dropped, made anew, and filled by a rebuild when a writing command opens the region
 * (lx_store_stale). A file with a higher number than ours is refused.
 */
#include "kernel/store/sqlite.h"

#include "base/buf.h"

#include <string.h>

/* Raise the last number when tables change; `derive`: derived tables changed too, or mean something else. */
static const struct step {
	int version;
	bool derive;
} steps[] = {
	{ 1, true }, /* before the first number: derived tables that came later stand empty */
};

#define NEWEST (steps[sizeof steps / sizeof steps[0] - 1].version)

static void end_statement(sqlite3_stmt **stmt)
{
	(void)sqlite3_finalize(*stmt);
}

/* One number of a statement's first row; `otherwise` where there is none. */
static enum lx_code number_of(
	sqlite3 *db, struct lx_call *call, const char *sql, int otherwise, int *number)
{
	LX_CLOSE(end_statement) sqlite3_stmt *stmt = NULL;
	int answer = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	*number = otherwise;
	if (answer == SQLITE_OK)
		answer = sqlite3_step(stmt);
	if (answer == SQLITE_ROW)
		*number = sqlite3_column_int(stmt, 0);
	return answer == SQLITE_ROW || answer == SQLITE_DONE
		       ? LX_OK
		       : lx_sqlite_fail(call, db, answer, sql);
}

/* The file's number; NEWEST for a file without tables, 0 for one from before there were numbers. */
static enum lx_code read_version(
	struct lx_store *store, struct lx_call *call, int *version, int *stale)
{
	sqlite3 *db = store->writer.db;
	int tables, numbered;

	*stale = 0;
	LX_TRY(number_of(db, call, "SELECT count(*) FROM sqlite_schema", 0, &tables));
	LX_TRY(number_of(db, call,
		"SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'", 0, &numbered));
	if (numbered == 0) {
		*version = tables == 0 ? NEWEST : 0;
		return LX_OK;
	}
	LX_TRY(number_of(db, call, "SELECT version FROM schema_version", 0, version));
	return number_of(db, call, "SELECT stale FROM schema_version", 0, stale);
}

static enum lx_code drop_derived(struct lx_store *store, struct lx_call *call)
{
	LX_CLOSE(lx_buf_close) struct lx_buf sql = { 0 };
	LX_CLOSE(end_statement) sqlite3_stmt *stmt = NULL;
	sqlite3 *db = store->writer.db;
	int answer = sqlite3_prepare_v2(db,
		"SELECT name FROM table_kind WHERE kind = $1 AND name NOT LIKE 'search%'", -1,
		&stmt, NULL);

	if (answer == SQLITE_OK)
		answer = sqlite3_bind_int(stmt, 1, LX_DERIVED);
	while (answer == SQLITE_OK || answer == SQLITE_ROW) {
		answer = sqlite3_step(stmt);
		if (answer == SQLITE_ROW)
			lx_buf_printf(&sql, "DROP TABLE IF EXISTS %s;",
				(const char *)sqlite3_column_text(stmt, 0));
	}
	if (answer != SQLITE_DONE)
		return lx_sqlite_fail(call, db, answer, "table_kind");
	(void)sqlite3_reset(stmt);
	lx_buf_printf(&sql, "DELETE FROM table_kind WHERE kind = %d AND name NOT LIKE 'search%%'",
		LX_DERIVED);
	if (lx_buf_failed(&sql))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	return lx_sqlite_exec(db, call, sql.at);
}

enum lx_code lx_sqlite_steps(struct lx_store *store, struct lx_call *call, bool adding)
{
	int version, stale;
	bool derive = false;

	LX_TRY(read_version(store, call, &version, &stale));
	if (version > NEWEST)
		return lx_fail(call, LX_CONFLICT, NULL, "store.newer", "%d > %d", version, NEWEST);
	if (!adding && (version < NEWEST || stale != 0))
		return lx_fail(call, LX_CONFLICT, NULL, "store.stale", "%d", version);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		derive = derive || (steps[i].version > version && steps[i].derive);
	if (derive)
		LX_TRY(drop_derived(store, call));
	store->stale = derive || stale != 0;
	return LX_OK;
}

enum lx_code lx_sqlite_version_put(struct lx_store *store, struct lx_call *call)
{
	LX_CLOSE(lx_buf_close) struct lx_buf sql = { 0 };

	lx_buf_printf(&sql,
		"INSERT INTO schema_version (one, version, stale) VALUES (1, %d, %d) "
		"ON CONFLICT (one) DO UPDATE SET version = excluded.version, stale = "
		"excluded.stale",
		NEWEST, store->stale ? 1 : 0);
	if (lx_buf_failed(&sql))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	return lx_sqlite_exec(store->writer.db, call, sql.at);
}

bool lx_store_stale(const struct lx_store *store)
{
	return store->stale;
}

enum lx_code lx_store_derived(struct lx_store *store, struct lx_call *call)
{
	store->stale = false;
	return lx_sqlite_version_put(store, call);
}
