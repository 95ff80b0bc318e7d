/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Shared by the files of the SQLite driver; nobody else includes this. */
#ifndef LX_KERNEL_STORE_SQLITE_H
#define LX_KERNEL_STORE_SQLITE_H

#include "kernel/store/faults.h"
#include "kernel/store/store.h"

#include <pthread.h>
#include <sqlite3.h>

#define LX_PATIENT_MAX    4    /* of the readers: exports must not keep pages waiting */
#define LX_BUSY_MS        5000 /* how long anyone waits for a lock or a free reader */
#define LX_PROGRESS_STEPS 2000 /* virtual instructions between two looks at the deadline */
#define LX_CACHE_SETS     64
#define LX_CACHE_WAYS     4
#define LX_APPLICATION_ID 0x4c786931 /* "Lxi1" in the file's header */

/* A prepared statement, kept under its text. A busy one stands in the middle of its rows. */
struct lx_statement {
	sqlite3_stmt *stmt;
	uint64_t hash;
	uint64_t used;
	int takes, gives;
	unsigned char place[LX_QUERY_COLUMNS]; /* SQLite's number of $1, $2 …; 0: there is none */
	bool busy;
	bool passing; /* not in the cache: ends with its use */
};

/* `deadline` is in milliseconds of the monotonic clock, 0: none. */
struct lx_tx {
	struct lx_store *store;
	struct lx_connection *connection;
	struct lx_call *call;
	int64_t deadline;
	bool writing;
	bool patient;
	unsigned marks;
};

struct lx_connection {
	sqlite3 *db;
	bool lent;
	struct lx_tx tx;
	uint64_t uses;
	struct lx_statement cache[LX_CACHE_SETS][LX_CACHE_WAYS];
};

/* `lock` guards what is lent; a connection itself belongs to whoever borrowed it. While `gate` is set
 * nobody new gets a reader (scrubbing waits for the last one to return). */
struct lx_store {
	char *path;
	enum lx_store_mode mode;
	const struct lx_table *tables;
	struct lx_faults faults;
	pthread_mutex_t lock;
	pthread_cond_t returned;
	unsigned lent, patient;
	bool gate;
	bool stale; /* derived tables are to be filled by a rebuild, as schema_version in the file says */
	_Atomic bool scrub_due; /* as user_version in the file says, or soon will */
	struct lx_connection writer;
	struct lx_connection readers[LX_READERS_MAX];
};

/* The driver's own tables, ending with a zero row. */
extern const struct lx_table lx_sqlite_tables[];

/* Monotonic milliseconds. */
int64_t lx_sqlite_now(void);

/* Opens a connection with all its settings; on failure connection->db stays NULL. Closing NULL is allowed. */
LX_CHECK enum lx_code lx_sqlite_connect(struct lx_store *store, struct lx_call *call, bool writing,
	struct lx_connection *connection);
void lx_sqlite_disconnect(struct lx_connection *connection);

/* Runs constant text without parameters and rows (pragmas, schema steps). */
LX_CHECK enum lx_code lx_sqlite_exec(sqlite3 *db, struct lx_call *call, const char *sql);

/* Records what SQLite answered as a fault of ours and returns its code; `what` goes into the detail. */
enum lx_code lx_sqlite_fail(struct lx_call *call, sqlite3 *db, int answer, const char *what);

/* Finds or prepares the statement of a text; give it back with lx_sqlite_give. */
LX_CHECK enum lx_code lx_sqlite_take(struct lx_connection *connection, struct lx_call *call,
	const char *sql, struct lx_statement **statement);
void lx_sqlite_give(struct lx_statement *statement);
void lx_sqlite_forget(struct lx_connection *connection); /* ends every cached statement */

/* Runs a cached statement that has no parameters, without looking at the transaction. */
LX_CHECK enum lx_code lx_sqlite_plain(
	struct lx_connection *connection, struct lx_call *call, const char *sql);

/* Fails when a statement cannot run any more: time is over, or the transaction was rolled back. */
LX_CHECK enum lx_code lx_sqlite_ready(struct lx_tx *tx);

/* Takes the writing connection for oneself, waiting up to LX_BUSY_MS; false if it stays taken. */
bool lx_sqlite_lend_writer(struct lx_store *store);
void lx_sqlite_return_writer(struct lx_store *store);

/* Compares the tables of the file with the declared ones, adds what is missing if `adding`. */
/* Inside the transaction of lx_sqlite_schema: before tables are looked at, and after (steps.c). */
LX_CHECK enum lx_code lx_sqlite_steps(struct lx_store *store, struct lx_call *call, bool adding);
LX_CHECK enum lx_code lx_sqlite_version_put(struct lx_store *store, struct lx_call *call);

LX_CHECK enum lx_code lx_sqlite_schema(struct lx_store *store, struct lx_call *call, bool adding);

/* Makes the index of the stored documents anew when its tokens were made by other rules. */
LX_CHECK enum lx_code lx_sqlite_search_check(struct lx_store *store, struct lx_call *call);

/* Empties the index and the documents. */
LX_CHECK enum lx_code lx_sqlite_search_empty(struct lx_tx *tx);

/* Reads whether a scrub was still due when the file was last closed. */
LX_CHECK enum lx_code lx_sqlite_scrub_check(struct lx_store *store, struct lx_call *call);

/* Lets SQLite take its memory from base/memory; done once a process, before its first use. */
void lx_sqlite_memory(void);

#endif
