/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The store: one interface, a driver behind it (sqlite.c; another driver is another file). One
 * connection writes, a pool of at most 16 reads. SQL is constant text in the module that owns the table, in
 * the subset that SQLite and PostgreSQL share: integers, text, bytes; $1, $2 …; no triggers, no JSON.
 *
 * Every table declares its kind, and only declared tables exist:
 *   log      the journal: never changed, only appended
 *   derived  what the journal says, ready for reading: emptied and refilled by rebuild
 *   kept     what the journal commits to but does not hold: contents, inner parts, vault, accounts …
 *   scratch  what may be lost: sessions, limits, progress
 */
#ifndef LX_KERNEL_STORE_STORE_H
#define LX_KERNEL_STORE_STORE_H

#include "base/call.h"
#include "kernel/store/value.h"

#define LX_READERS_MAX      16
#define LX_SNAPSHOT_SECONDS 5 /* no reader holds a snapshot longer */
#define LX_QUERY_COLUMNS    64

enum lx_table_kind { LX_LOG = 1, LX_DERIVED, LX_KEPT, LX_SCRATCH };

/* `columns`: what stands between the parentheses of CREATE TABLE; `indexes`: further statements,
 * separated by ';', or NULL. A table without `rowid` says so in `without_rowid`. */
struct lx_table {
	const char *name;
	enum lx_table_kind kind;
	const char *columns;
	const char *indexes;
	bool without_rowid;
};

/* A statement: `takes` and `gives` have a letter for each parameter and column: i integer, t text,
 * b bytes; upper case where NULL may stand. A test prepares each on a real database and compares. */
struct lx_query {
	const char *name;
	const char *sql;
	const char *takes;
	const char *gives;
};

enum lx_store_mode {
	LX_STORE_READ = 1, /* an existing database, reading only */
	LX_STORE_WRITE,    /* an existing database; tables not there yet are added */
	LX_STORE_CREATE,   /* a new one; LX_CONFLICT if the file exists */
	LX_STORE_SCRATCH,  /* as LX_STORE_WRITE, for a copy that nobody misses: nothing is synced */
	LX_STORE_COPY,     /* an existing one of any program, for lx_store_backup alone */
};

struct lx_store;

/* A transaction: a reader's snapshot, or the writer's. `call` gives memory and takes the fault. */
struct lx_tx;

/* Opens the database at `path` with the declared tables (array ending with a zero row, borrowed until the
 * store is closed). The store is the caller's: lx_store_close. A database with a table that is not declared is refused. */
LX_CHECK enum lx_code lx_store_open(struct lx_call *call, const char *path, enum lx_store_mode mode,
	const struct lx_table *tables, struct lx_store **store);

/* Whether the derived tables are to be filled by a rebuild before anything is read: the file is of an older program, or that rebuild was
 * interrupted. lx_store_derived says that it is done. A file of a newer program is refused by lx_store_open: LX_CONFLICT
 * `store.newer`; one that is stale cannot be opened for reading only: LX_CONFLICT `store.stale`. */
bool lx_store_stale(const struct lx_store *store);
LX_CHECK enum lx_code lx_store_derived(struct lx_store *store, struct lx_call *call);

/* Closes all connections. Nobody may hold a transaction. NULL is allowed. */
void lx_store_close(struct lx_store **store);

/* Borrows a reader with a snapshot taken now; waits for a free one (LX_BUSY, `store.busy` after 5 s).
 * Give it back with lx_store_release, also by LX_CLOSE. Snapshots end by themselves (queries fail with
 * LX_BUSY) when held for longer than LX_SNAPSHOT_SECONDS; `patient` readers (exports, rebuild) are exempt. */
LX_CHECK enum lx_code lx_store_read(
	struct lx_store *store, struct lx_call *call, struct lx_tx **tx);
LX_CHECK enum lx_code lx_store_read_patient(
	struct lx_store *store, struct lx_call *call, struct lx_tx **tx);
void lx_store_release(struct lx_tx **tx);

/* Begins the one writing transaction; only the writer thread (or a command that owns the region) does
 * this. It ends with lx_store_commit (durable when it returns LX_OK) or lx_store_rollback; both free tx. */
LX_CHECK enum lx_code lx_store_begin(
	struct lx_store *store, struct lx_call *call, struct lx_tx **tx);
LX_CHECK enum lx_code lx_store_commit(struct lx_tx **tx);
void lx_store_rollback(struct lx_tx **tx);

/* Savepoints, used like a stack: mark, then keep what followed or drop it. */
LX_CHECK enum lx_code lx_store_mark(struct lx_tx *tx);
LX_CHECK enum lx_code lx_store_keep(struct lx_tx *tx);
LX_CHECK enum lx_code lx_store_drop(struct lx_tx *tx);

/* Whether the transaction still stands: SQLite rolls back the whole of it on a full disk. */
bool lx_store_stands(const struct lx_tx *tx);

/* The call that the transaction serves; lx_tx_serve makes it serve another (acts of one batch). */
struct lx_call *lx_tx_call(const struct lx_tx *tx);
void lx_tx_serve(struct lx_tx *tx, struct lx_call *call);

/* Runs a statement that gives no rows. `binds` has a value for each letter of query->takes. A unique key
 * that is violated is LX_CONFLICT (`store.twice`); no space, I/O and the like are LX_BROKEN (`store.broken`). */
LX_CHECK enum lx_code lx_run(
	struct lx_tx *tx, const struct lx_query *query, const struct lx_value *binds);

/* Reads the one row of a statement into values[] (a value for each letter of query->gives; texts are copied
 * into the call's arena). LX_NOT_FOUND without a fault recorded when there is no row. */
LX_CHECK enum lx_code lx_one(struct lx_tx *tx, const struct lx_query *query,
	const struct lx_value *binds, struct lx_value *values);

/* Calls `each` for every row until it returns something else than LX_OK, which is then returned. The
 * texts of `values` are borrowed for that call of `each`. */
typedef enum lx_code lx_each_fn(void *with, const struct lx_value *values);
LX_CHECK enum lx_code lx_each(struct lx_tx *tx, const struct lx_query *query,
	const struct lx_value *binds, lx_each_fn *each, void *with);

/* All rows of a statement, copied into the call's arena: *rows is an array of *n rows of strlen(gives)
 * values each. At most `most` rows: more is LX_BROKEN (a programmer's error: such queries have a LIMIT). */
LX_CHECK enum lx_code lx_all(struct lx_tx *tx, const struct lx_query *query,
	const struct lx_value *binds, size_t most, struct lx_value **rows, size_t *n);

/* Prepares a statement without running it and compares parameters, columns and their types with its
 * declaration: for the tests of declared statements, and at the start for generated ones. */
LX_CHECK enum lx_code lx_query_check(struct lx_tx *tx, const struct lx_query *query);

/* Empties a derived table (rebuild), or refuses: LX_INVALID for another kind. */
LX_CHECK enum lx_code lx_store_empty(struct lx_tx *tx, const char *table);

/* Drops what a derived table's `indexes` made, and makes what is missing of it: for filling a table at once. */
LX_CHECK enum lx_code lx_store_indexes_drop(struct lx_tx *tx, const char *table);
LX_CHECK enum lx_code lx_store_indexes_make(struct lx_tx *tx, const char *table);

/* Full text over tokens made by base/tokens, driver's own: puts (replacing) or removes the document of one
 * record, and finds records of a type (NULL: any) that hold all the query's tokens, newest first or best first.
 * Only what everyone may read is ever given to it. */
struct lx_search_hit {
	const char *type;
	int64_t record;
	double score;
};
LX_CHECK enum lx_code lx_search_put(
	struct lx_tx *tx, const char *type, int64_t record, struct lx_text text);
LX_CHECK enum lx_code lx_search_drop(struct lx_tx *tx, const char *type, int64_t record);
LX_CHECK enum lx_code lx_search_find(struct lx_tx *tx, const char *type, struct lx_text query,
	size_t skip, size_t most, struct lx_search_hit **hits, size_t *n, int64_t *total);

/* An online, consistent copy into a new file, verified after writing; then renamed to `to`. */
LX_CHECK enum lx_code lx_store_backup(struct lx_store *store, struct lx_call *call, const char *to);

/* Makes sure that nothing deleted stays readable in the files: free pages, write-ahead file, full-text segments. */
LX_CHECK enum lx_code lx_store_scrub(struct lx_store *store, struct lx_call *call);

/* Says, as part of this transaction, that it deletes what must not stay readable: scrubbing is due until one has
 * succeeded, also over an end of the process. */
LX_CHECK enum lx_code lx_store_scrub_later(struct lx_tx *tx);
bool lx_store_scrub_due(const struct lx_store *store);

/* For tests: the n-th write of the driver to disk from now on fails as on a full disk, once (`times` 1)
 * or until called again with n = 0 (`times` 0). */
void lx_store_fail_at(struct lx_store *store, uint64_t n, uint64_t times);

/* For tests: the n-th read of the driver from disk from now on fails as on a bad sector, and all after it; 0: none. */
void lx_store_fail_read_at(struct lx_store *store, uint64_t n);

#endif
