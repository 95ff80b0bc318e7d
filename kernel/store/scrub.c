/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Erasing for good. Deleted cells are overwritten at once (secure_delete), but copies can stay where
 * SQLite moved rows between pages, in merged segments of the full-text index, and in the write-ahead
 * file. Scrubbing merges the index, writes the whole database anew and empties the write-ahead file.
 * It needs as much free space again as the database takes, and no other writer meanwhile.
 * That it is due stands in the file's header (user_version), written in the transaction that erased.
 */
#include "kernel/store/sqlite.h"

#include <errno.h>
#include <time.h>

/* Keeps new readers out and waits for the others: the write-ahead file can be emptied only then. */
static enum lx_code shut_gate(struct lx_store *store, struct lx_call *call)
{
	int64_t until = lx_sqlite_now() + LX_BUSY_MS + LX_SNAPSHOT_SECONDS * 1000;
	struct timespec moment = { .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000 };
	int answer = 0;

	(void)pthread_mutex_lock(&store->lock);
	store->gate = true;
	while (store->lent > 0 && answer != ETIMEDOUT)
		answer = pthread_cond_timedwait(&store->returned, &store->lock, &moment);
	bool empty = store->lent == 0;
	(void)pthread_mutex_unlock(&store->lock);
	return empty ? LX_OK : lx_fail(call, LX_BUSY, NULL, "store.busy", NULL);
}

static void open_gate(struct lx_store *store)
{
	(void)pthread_mutex_lock(&store->lock);
	store->gate = false;
	(void)pthread_cond_broadcast(&store->returned);
	(void)pthread_mutex_unlock(&store->lock);
}

static enum lx_code empty_log(struct lx_store *store, struct lx_call *call)
{
	int answer = sqlite3_wal_checkpoint_v2(
		store->writer.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

	return answer == SQLITE_OK ? LX_OK
				   : lx_sqlite_fail(call, store->writer.db, answer, "checkpoint");
}

static enum lx_code write_anew(struct lx_store *store, struct lx_call *call)
{
	sqlite3 *db = store->writer.db;

	LX_TRY(lx_sqlite_exec(db, call, "INSERT INTO search (search) VALUES ('optimize')"));
	LX_TRY(lx_sqlite_exec(db, call, "VACUUM"));
	enum lx_code code = shut_gate(store, call);
	if (code == LX_OK)
		code = empty_log(store, call);
	open_gate(store);
	LX_TRY(code);
	LX_TRY(lx_sqlite_exec(db, call, "PRAGMA user_version = 0"));
	store->scrub_due = false;
	return LX_OK;
}

enum lx_code lx_store_scrub_later(struct lx_tx *tx)
{
	LX_TRY(lx_sqlite_exec(tx->connection->db, tx->call, "PRAGMA user_version = 1"));
	tx->store->scrub_due = true;
	return LX_OK;
}

bool lx_store_scrub_due(const struct lx_store *store)
{
	return store->scrub_due;
}

enum lx_code lx_sqlite_scrub_check(struct lx_store *store, struct lx_call *call)
{
	sqlite3_stmt *stmt = NULL;
	int answer = sqlite3_prepare_v2(store->writer.db, "PRAGMA user_version", -1, &stmt, NULL);

	if (answer == SQLITE_OK && (answer = sqlite3_step(stmt)) == SQLITE_ROW) {
		store->scrub_due = sqlite3_column_int(stmt, 0) != 0;
		answer = SQLITE_OK;
	}
	(void)sqlite3_finalize(stmt);
	return answer == SQLITE_OK ? LX_OK
				   : lx_sqlite_fail(call, store->writer.db, answer, store->path);
}

enum lx_code lx_store_scrub(struct lx_store *store, struct lx_call *call)
{
	if (!lx_sqlite_lend_writer(store))
		return lx_fail(call, LX_BUSY, NULL, "store.busy", NULL);
	enum lx_code code = write_anew(store, call);
	lx_sqlite_return_writer(store);
	return code;
}
