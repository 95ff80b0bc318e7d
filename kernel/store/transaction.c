/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The writing transaction and its savepoints; whether it still stands. */
#include "kernel/store/sqlite.h"

#include <assert.h>
#include <errno.h>
#include <time.h>

bool lx_store_stands(const struct lx_tx *tx)
{
	return !sqlite3_get_autocommit(tx->connection->db);
}

enum lx_code lx_sqlite_ready(struct lx_tx *tx)
{
	if (tx->deadline != 0 && lx_sqlite_now() > tx->deadline)
		return lx_fail(tx->call, LX_BUSY, NULL, "store.slow", NULL);
	/* without this a statement would commit by itself what its neighbours were refused */
	if (!lx_store_stands(tx))
		return lx_fail(tx->call, LX_BROKEN, NULL, "store.undone", NULL);
	return LX_OK;
}

bool lx_sqlite_lend_writer(struct lx_store *store)
{
	int64_t until = lx_sqlite_now() + LX_BUSY_MS;
	struct timespec moment = { .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000 };
	int answer = 0;

	(void)pthread_mutex_lock(&store->lock);
	while (store->writer.lent && answer != ETIMEDOUT)
		answer = pthread_cond_timedwait(&store->returned, &store->lock, &moment);
	bool given = !store->writer.lent;
	store->writer.lent = true;
	(void)pthread_mutex_unlock(&store->lock);
	return given;
}

void lx_sqlite_return_writer(struct lx_store *store)
{
	(void)pthread_mutex_lock(&store->lock);
	store->writer.lent = false;
	(void)pthread_cond_broadcast(&store->returned);
	(void)pthread_mutex_unlock(&store->lock);
}

enum lx_code lx_store_begin(struct lx_store *store, struct lx_call *call, struct lx_tx **tx)
{
	assert(store->mode != LX_STORE_READ);
	if (!lx_sqlite_lend_writer(store))
		return lx_fail(call, LX_BUSY, NULL, "store.busy", NULL);
	store->writer.tx = (struct lx_tx){
		.store = store, .connection = &store->writer, .call = call, .writing = true
	};
	enum lx_code code = lx_sqlite_plain(&store->writer, call, "BEGIN IMMEDIATE");
	if (code != LX_OK) {
		lx_sqlite_return_writer(store);
		return code;
	}
	*tx = &store->writer.tx;
	return LX_OK;
}

static void undo(struct lx_connection *connection)
{
	struct lx_call unheard = { 0 };

	if (!sqlite3_get_autocommit(connection->db))
		(void)!lx_sqlite_plain(connection, &unheard, "ROLLBACK");
}

enum lx_code lx_store_commit(struct lx_tx **tx)
{
	struct lx_tx *ending = *tx;

	*tx = NULL;
	assert(ending->writing && ending->marks == 0);
	enum lx_code code = lx_sqlite_ready(ending);
	if (code == LX_OK)
		code = lx_sqlite_plain(ending->connection, ending->call, "COMMIT");
	if (code != LX_OK)
		undo(ending->connection);
	lx_sqlite_return_writer(ending->store);
	return code;
}

void lx_store_rollback(struct lx_tx **tx)
{
	struct lx_tx *ending = *tx;

	if (ending == NULL)
		return;
	*tx = NULL;
	undo(ending->connection);
	lx_sqlite_return_writer(ending->store);
}

/* All savepoints have one name; SQLite takes the newest of it. */
enum lx_code lx_store_mark(struct lx_tx *tx)
{
	LX_TRY(lx_sqlite_ready(tx));
	LX_TRY(lx_sqlite_plain(tx->connection, tx->call, "SAVEPOINT mark"));
	tx->marks++;
	return LX_OK;
}

enum lx_code lx_store_keep(struct lx_tx *tx)
{
	assert(tx->marks > 0);
	tx->marks--;
	LX_TRY(lx_sqlite_ready(tx));
	return lx_sqlite_plain(tx->connection, tx->call, "RELEASE mark");
}

enum lx_code lx_store_drop(struct lx_tx *tx)
{
	assert(tx->marks > 0);
	tx->marks--;
	LX_TRY(lx_sqlite_ready(tx));
	LX_TRY(lx_sqlite_plain(tx->connection, tx->call, "ROLLBACK TO mark"));
	return lx_sqlite_plain(tx->connection, tx->call, "RELEASE mark");
}

struct lx_call *lx_tx_call(const struct lx_tx *tx)
{
	return tx->call;
}

void lx_tx_serve(struct lx_tx *tx, struct lx_call *call)
{
	tx->call = call;
}
