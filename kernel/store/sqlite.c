/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The SQLite driver: opening a database with all its settings, what its errors mean here, closing.
 * Reading by a pool is in pool.c, transactions in transaction.c, statements in statement.c, tables in
 * schema.c, full text in search.c, copies in backup.c, erasing for good in scrub.c.
 */
#include "kernel/store/sqlite.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Memory-mapped reading stays off: a bad sector would be a signal instead of an answer, and seventeen
 * mappings of one file would count seventeen times as our memory. Sorting stays in memory, so that
 * nothing personal reaches a temporary file. */
#define PRAGMAS_ALL                                                                                \
	"PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON; "      \
	"PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; "
#define PRAGMAS_WRITER                                                                             \
	"PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 1000; "                            \
	"PRAGMA journal_size_limit = 67108864;"
#define PRAGMAS_SCRATCH "PRAGMA synchronous = OFF; PRAGMA secure_delete = OFF;"
#define PRAGMAS_READER  "PRAGMA cache_size = -1024; PRAGMA query_only = ON;"

enum lx_code lx_sqlite_fail(struct lx_call *call, sqlite3 *db, int answer, const char *what)
{
	const char *says = db == NULL ? sqlite3_errstr(answer) : sqlite3_errmsg(db);

	switch (answer) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return lx_fail(call, LX_CONFLICT, NULL, "store.twice", "%s", what);
	default:
		break;
	}
	switch (answer & 0xff) {
	case SQLITE_INTERRUPT:
		return lx_fail(call, LX_BUSY, NULL, "store.slow", "%s", what);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return lx_fail(call, LX_BUSY, NULL, "store.busy", "%s", what);
	case SQLITE_NOMEM:
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	case SQLITE_FULL:
		return lx_fail(call, LX_BROKEN, NULL, "store.full", "%s", what);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return lx_fail(call, LX_BROKEN, NULL, "store.damaged", "%s: %s", what, says);
	default:
		return lx_fail(call, LX_BROKEN, NULL, "store.broken", "%s: %s", what, says);
	}
}

enum lx_code lx_sqlite_exec(sqlite3 *db, struct lx_call *call, const char *sql)
{
	int answer = sqlite3_exec(db, sql, NULL, NULL, NULL);

	return answer == SQLITE_OK ? LX_OK : lx_sqlite_fail(call, db, answer, sql);
}

static int past_deadline(void *with)
{
	const struct lx_connection *connection = with;

	return connection->tx.deadline != 0 && lx_sqlite_now() > connection->tx.deadline;
}

static void harden(sqlite3 *db)
{
	static const struct {
		int option, on;
	} options[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
	};

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		(void)sqlite3_db_config(db, options[i].option, options[i].on, NULL);
	(void)sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 1); /* VACUUM needs one */
	(void)sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, 64 << 10);
	(void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 64 << 20);
	(void)sqlite3_extended_result_codes(db, 1);
	(void)sqlite3_busy_timeout(db, LX_BUSY_MS);
}

enum lx_code lx_sqlite_connect(struct lx_store *store, struct lx_call *call, bool writing,
	struct lx_connection *connection)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	sqlite3 *db = NULL;

	int answer = sqlite3_open_v2(store->path, &db, flags, store->faults.name);
	enum lx_code code = answer == SQLITE_OK ? LX_OK
						: lx_sqlite_fail(call, db, answer, store->path);
	if (code == LX_OK) {
		harden(db);
		code = lx_sqlite_exec(db, call,
			writing ? PRAGMAS_ALL PRAGMAS_WRITER : PRAGMAS_ALL PRAGMAS_READER);
	}
	if (code == LX_OK && writing && store->mode == LX_STORE_SCRATCH)
		code = lx_sqlite_exec(db, call, PRAGMAS_SCRATCH);
	if (code != LX_OK) {
		(void)sqlite3_close(db);
		return code;
	}
	if (store->mode == LX_STORE_READ || store->mode == LX_STORE_COPY)
		(void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (!writing)
		sqlite3_progress_handler(db, LX_PROGRESS_STEPS, past_deadline, connection);
	connection->db = db;
	return LX_OK;
}

void lx_sqlite_disconnect(struct lx_connection *connection)
{
	if (connection->db == NULL)
		return;
	lx_sqlite_forget(connection);
	(void)sqlite3_close(connection->db);
	connection->db = NULL;
}

/* A new database's file, private to its owner; what SQLite lays beside it takes the same rights. */
static enum lx_code make_file(struct lx_call *call, const char *path)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (file >= 0) {
		(void)close(file);
		return LX_OK;
	}
	if (errno == EEXIST)
		return lx_fail(call, LX_CONFLICT, NULL, "store.exists", "%s", path);
	return lx_fail(call, LX_BROKEN, NULL, "store.broken", "%s: %s", path, strerror(errno));
}

static void remove_files(const char *path)
{
	static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
	char name[4096];

	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		if ((size_t)snprintf(name, sizeof name, "%s%s", path, endings[i]) < sizeof name)
			(void)unlink(name);
}

/* 1: ours; 0: another program's. An empty file (init was killed early) is nobody's. */
static enum lx_code whose(struct lx_store *store, struct lx_call *call, int *ours)
{
	sqlite3_stmt *stmt = NULL;
	int answer = sqlite3_prepare_v2(store->writer.db, "PRAGMA application_id", -1, &stmt, NULL);

	if (answer == SQLITE_OK && (answer = sqlite3_step(stmt)) == SQLITE_ROW) {
		*ours = sqlite3_column_int(stmt, 0) == LX_APPLICATION_ID;
		answer = SQLITE_OK;
	}
	(void)sqlite3_finalize(stmt);
	return answer == SQLITE_OK ? LX_OK
				   : lx_sqlite_fail(call, store->writer.db, answer, store->path);
}

static enum lx_code prepare_file(struct lx_store *store, struct lx_call *call)
{
	int ours = 0;
	char mark[64];

	if (store->mode == LX_STORE_CREATE) {
		LX_TRY(lx_sqlite_exec(store->writer.db, call, "PRAGMA journal_mode = WAL"));
		(void)snprintf(mark, sizeof mark, "PRAGMA application_id = %d", LX_APPLICATION_ID);
		LX_TRY(lx_sqlite_exec(store->writer.db, call, mark));
	}
	LX_TRY(whose(store, call, &ours));
	if (!ours)
		return lx_fail(call, LX_CONFLICT, NULL, "store.not_ours", "%s", store->path);
	if (store->mode == LX_STORE_WRITE ||
		store->mode == LX_STORE_SCRATCH) /* a backup put in place is not in this mode yet */
		LX_TRY(lx_sqlite_exec(store->writer.db, call, "PRAGMA journal_mode = WAL"));
	if (store->mode == LX_STORE_COPY)
		return LX_OK;
	LX_TRY(lx_sqlite_schema(store, call, store->mode != LX_STORE_READ));
	LX_TRY(lx_sqlite_scrub_check(store, call));
	return store->mode == LX_STORE_READ ? LX_OK : lx_sqlite_search_check(store, call);
}

static enum lx_code open_all(struct lx_store *store, struct lx_call *call)
{
	if (lx_faults_open(&store->faults) != SQLITE_OK)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	if (store->mode == LX_STORE_CREATE)
		LX_TRY(make_file(call, store->path));
	else if (access(store->path, F_OK) != 0)
		return lx_fail(call, LX_NOT_FOUND, NULL, "store.missing", "%s", store->path);
	enum lx_code code = lx_sqlite_connect(store, call,
		store->mode != LX_STORE_READ && store->mode != LX_STORE_COPY, &store->writer);
	if (code == LX_OK)
		code = prepare_file(store, call);
	if (code != LX_OK && store->mode == LX_STORE_CREATE) {
		lx_sqlite_disconnect(&store->writer);
		remove_files(store->path);
	}
	return code;
}

static struct lx_store *new_store(const char *path, enum lx_store_mode mode)
{
	struct lx_store *store = lx_memory_new(sizeof *store);
	pthread_condattr_t clock;

	if (store == NULL)
		return NULL;
	store->path = lx_memory_new(strlen(path) + 1);
	if (store->path == NULL) {
		lx_memory_free(store);
		return NULL;
	}
	memcpy(store->path, path, strlen(path));
	store->mode = mode;
	(void)pthread_mutex_init(&store->lock, NULL);
	(void)pthread_condattr_init(&clock);
	(void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&store->returned, &clock);
	(void)pthread_condattr_destroy(&clock);
	return store;
}

enum lx_code lx_store_open(struct lx_call *call, const char *path, enum lx_store_mode mode,
	const struct lx_table *tables, struct lx_store **store)
{
	lx_sqlite_memory();
	struct lx_store *opened = new_store(path, mode);
	if (opened == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	opened->tables = tables;
	enum lx_code code = open_all(opened, call);
	if (code != LX_OK) {
		lx_store_close(&opened);
		return code;
	}
	*store = opened;
	return LX_OK;
}

void lx_store_close(struct lx_store **store)
{
	struct lx_store *closing = *store;

	if (closing == NULL)
		return;
	*store = NULL;
	for (size_t i = 0; i < LX_READERS_MAX; i++)
		lx_sqlite_disconnect(&closing->readers[i]);
	lx_sqlite_disconnect(&closing->writer);
	lx_faults_close(&closing->faults);
	(void)pthread_cond_destroy(&closing->returned);
	(void)pthread_mutex_destroy(&closing->lock);
	lx_memory_free(closing->path);
	lx_memory_free(closing);
}

void lx_store_fail_read_at(struct lx_store *store, uint64_t n)
{
	atomic_store(&store->faults.reads, n);
}

void lx_store_fail_at(struct lx_store *store, uint64_t n, uint64_t times)
{
	atomic_store(&store->faults.countdown, 0);
	atomic_store(&store->faults.times, times);
	atomic_store(&store->faults.countdown, n);
}
