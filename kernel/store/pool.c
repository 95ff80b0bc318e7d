/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The pool of readers: lending connections with a snapshot, bounded in number and in time. */
#include "kernel/store/sqlite.h"

#include <assert.h>
#include <errno.h>
#include <time.h>

int64_t lx_sqlite_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct lx_connection *free_reader(struct lx_store *store, bool patient)
{
	if (store->gate || (patient && store->patient == LX_PATIENT_MAX))
		return NULL;
	for (size_t i = 0; i < LX_READERS_MAX; i++)
		if (!store->readers[i].lent)
			return &store->readers[i];
	return NULL;
}

/* Waits for a reader until LX_BUSY_MS have passed; NULL then. */
static struct lx_connection *borrow(struct lx_store *store, bool patient)
{
	struct lx_connection *reader;
	int64_t until = lx_sqlite_now() + LX_BUSY_MS;
	struct timespec moment = { .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000 };
	int answer = 0;

	(void)pthread_mutex_lock(&store->lock);
	while ((reader = free_reader(store, patient)) == NULL && answer != ETIMEDOUT)
		answer = pthread_cond_timedwait(&store->returned, &store->lock, &moment);
	if (reader != NULL) {
		reader->lent = true;
		store->lent++;
		store->patient += patient;
	}
	(void)pthread_mutex_unlock(&store->lock);
	return reader;
}

static void give_back(struct lx_store *store, struct lx_connection *reader, bool patient)
{
	(void)pthread_mutex_lock(&store->lock);
	reader->lent = false;
	store->lent--;
	store->patient -= patient;
	(void)pthread_cond_broadcast(&store->returned);
	(void)pthread_mutex_unlock(&store->lock);
}

/* The snapshot begins with the first reading, so something is read at once. */
static enum lx_code take_snapshot(
	struct lx_store *store, struct lx_call *call, struct lx_connection *reader)
{
	if (reader->db == NULL)
		LX_TRY(lx_sqlite_connect(store, call, false, reader));
	LX_TRY(lx_sqlite_plain(reader, call, "BEGIN"));
	return lx_sqlite_plain(reader, call, "SELECT 1 FROM sqlite_schema LIMIT 1");
}

static void end_snapshot(struct lx_connection *reader)
{
	struct lx_fault unheard = { 0 };
	struct lx_call call = { .fault = unheard };

	reader->tx.deadline = 0;
	if (reader->db == NULL || sqlite3_get_autocommit(reader->db))
		return;
	if (lx_sqlite_plain(reader, &call, "ROLLBACK") != LX_OK)
		lx_sqlite_disconnect(reader);
}

static enum lx_code begin_reading(
	struct lx_store *store, struct lx_call *call, bool patient, struct lx_tx **tx)
{
	struct lx_connection *reader = borrow(store, patient);

	if (reader == NULL)
		return lx_fail(call, LX_BUSY, NULL, "store.busy", NULL);
	reader->tx = (struct lx_tx){ .store = store,
		.connection = reader,
		.call = call,
		.deadline = patient ? 0 : lx_sqlite_now() + LX_SNAPSHOT_SECONDS * 1000,
		.patient = patient };
	enum lx_code code = take_snapshot(store, call, reader);
	if (code != LX_OK) {
		end_snapshot(reader);
		give_back(store, reader, patient);
		return code;
	}
	*tx = &reader->tx;
	return LX_OK;
}

enum lx_code lx_store_read(struct lx_store *store, struct lx_call *call, struct lx_tx **tx)
{
	return begin_reading(store, call, false, tx);
}

enum lx_code lx_store_read_patient(struct lx_store *store, struct lx_call *call, struct lx_tx **tx)
{
	return begin_reading(store, call, true, tx);
}

void lx_store_release(struct lx_tx **tx)
{
	struct lx_tx *ending = *tx;

	if (ending == NULL)
		return;
	assert(!ending->writing);
	*tx = NULL;
	end_snapshot(ending->connection);
	give_back(ending->store, ending->connection, ending->patient);
}
