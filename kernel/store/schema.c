/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The tables of a file against the declared ones. Only declared tables exist, each of its declared
 * kind (kept in `table_kind`); what is missing, tables, columns and indexes, is added in place. A
 * table or column that nobody declares means a newer program's file, and is refused.
 */
#include "kernel/store/sqlite.h"

#include "base/buf.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_BYTES 64

const struct lx_table lx_sqlite_tables[] = {
	{ "table_kind", LX_KEPT, "name TEXT PRIMARY KEY, kind INTEGER NOT NULL", NULL, true },
	/* which schema the file has, and whether derived tables wait for a rebuild (steps.c) */
	{ "schema_version", LX_KEPT,
		"one INTEGER PRIMARY KEY, version INTEGER NOT NULL, stale INTEGER NOT NULL", NULL,
		false },
	/* numbers for types: a document's id is its type's number and its record's (search.c) */
	{ "search_type", LX_KEPT, "number INTEGER PRIMARY KEY, type TEXT NOT NULL, UNIQUE (type)",
		NULL, false },
	{ "search_document", LX_DERIVED, "id INTEGER PRIMARY KEY, text TEXT NOT NULL", NULL,
		false },
	/* which rules made the tokens of the index */
	{ "search_tokens", LX_DERIVED, "one INTEGER PRIMARY KEY, version INTEGER NOT NULL", NULL,
		false },
	{ 0 },
};

/* What FTS5 makes for itself; "search" is declared in search.c. */
static const char full_text[] = "search search_data search_idx search_docsize search_config "
				"search_content";

struct work {
	struct lx_store *store;
	struct lx_call *call;
	sqlite3 *db;
	bool adding;
};

static const struct lx_table *in_list(const struct lx_table *tables, const char *name)
{
	for (; tables->name != NULL; tables++)
		if (strcmp(tables->name, name) == 0)
			return tables;
	return NULL;
}

static const struct lx_table *declared(const struct lx_store *store, const char *name)
{
	const struct lx_table *own = in_list(lx_sqlite_tables, name);

	return own != NULL ? own : in_list(store->tables, name);
}

/* Prepares a statement with one text parameter (NULL: none). */
static enum lx_code ask(
	const struct work *w, const char *sql, const char *text, sqlite3_stmt **stmt)
{
	int answer = sqlite3_prepare_v2(w->db, sql, -1, stmt, NULL);

	if (answer == SQLITE_OK && text != NULL)
		answer = sqlite3_bind_text(*stmt, 1, text, -1, SQLITE_STATIC);
	return answer == SQLITE_OK ? LX_OK : lx_sqlite_fail(w->call, w->db, answer, sql);
}

static void end_statement(sqlite3_stmt **stmt)
{
	(void)sqlite3_finalize(*stmt);
}

/* Nothing but declared tables, their indexes and FTS5's own. */
static enum lx_code nothing_else(const struct work *w)
{
	LX_CLOSE(end_statement) sqlite3_stmt *stmt = NULL;
	int answer;

	LX_TRY(ask(w, "SELECT type, name, tbl_name FROM sqlite_schema", NULL, &stmt));
	while ((answer = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *type = (const char *)sqlite3_column_text(stmt, 0);
		const char *name = (const char *)sqlite3_column_text(stmt, 1);
		const char *table = (const char *)sqlite3_column_text(stmt, 2);
		if (type == NULL || name == NULL || table == NULL)
			return lx_fail(w->call, LX_BROKEN, NULL, "base.memory", NULL);
		bool allowed = strcmp(type, "table") == 0 || strcmp(type, "index") == 0;
		if (strncmp(table, "sqlite_", 7) == 0 || lx_word_in(lx_text(table), full_text))
			continue;
		if (!allowed || declared(w->store, table) == NULL)
			return lx_fail(w->call, LX_CONFLICT, NULL, "store.undeclared", "%s", name);
	}
	return answer == SQLITE_DONE ? LX_OK
				     : lx_sqlite_fail(w->call, w->db, answer, w->store->path);
}

/* Whether the file has something of that type ("table", "index") and name. */
static enum lx_code exists(const struct work *w, const char *type, const char *name, bool *there)
{
	LX_CLOSE(end_statement) sqlite3_stmt *stmt = NULL;

	LX_TRY(ask(w, "SELECT type FROM sqlite_schema WHERE name = $1", name, &stmt));
	int answer = sqlite3_step(stmt);
	if (answer != SQLITE_ROW && answer != SQLITE_DONE)
		return lx_sqlite_fail(w->call, w->db, answer, name);
	*there = answer == SQLITE_ROW &&
		 strcmp((const char *)sqlite3_column_text(stmt, 0), type) == 0;
	return LX_OK;
}

static enum lx_code exec_text(const struct work *w, struct lx_buf *sql)
{
	if (lx_buf_failed(sql))
		return lx_fail(w->call, LX_BROKEN, NULL, "base.memory", NULL);
	return lx_sqlite_exec(w->db, w->call, sql->at);
}

/* Takes the next piece up to `mark` outside parentheses and quotes off *rest. */
static bool next_piece(struct lx_text *rest, char mark, struct lx_text *piece)
{
	size_t i = 0;
	int depth = 0;
	bool quoted = false;

	*rest = lx_text_trim(*rest);
	if (rest->len == 0)
		return false;
	for (; i < rest->len; i++) {
		char c = rest->at[i];
		quoted ^= c == '\'';
		depth += !quoted && c == '(';
		depth -= !quoted && c == ')';
		if (!quoted && depth == 0 && c == mark)
			break;
	}
	*piece = lx_text_trim((struct lx_text){ rest->at, i });
	i += i < rest->len;
	*rest = (struct lx_text){ rest->at + i, rest->len - i };
	return true;
}

/* The column's name, or false for a constraint of the table. */
static bool column_name(struct lx_text piece, char name[NAME_MAX_BYTES])
{
	static const char *const constraints[] = { "PRIMARY", "UNIQUE", "CHECK", "FOREIGN",
		"CONSTRAINT" };
	struct lx_text word = { piece.at, 0 };

	while (word.len < piece.len && word.len + 1 < NAME_MAX_BYTES &&
		strchr(" \t\n(", piece.at[word.len]) == NULL)
		word.len++;
	memcpy(name, word.at, word.len);
	name[word.len] = '\0';
	for (size_t i = 0; i < sizeof constraints / sizeof constraints[0]; i++)
		if (strcasecmp(name, constraints[i]) == 0)
			return false;
	return true;
}

static enum lx_code has_column(
	const struct work *w, const char *table, const char *name, bool *there)
{
	int answer = sqlite3_table_column_metadata(
		w->db, NULL, table, name, NULL, NULL, NULL, NULL, NULL);

	*there = answer == SQLITE_OK;
	if (answer == SQLITE_OK || answer == SQLITE_ERROR)
		return LX_OK;
	return lx_sqlite_fail(w->call, w->db, answer, table);
}

static enum lx_code add_column(
	const struct work *w, const struct lx_table *table, struct lx_text definition)
{
	LX_CLOSE(lx_buf_close) struct lx_buf sql = { 0 };

	if (!w->adding)
		return lx_fail(w->call, LX_CONFLICT, NULL, "store.older", "%s", table->name);
	lx_buf_printf(&sql, "ALTER TABLE %s ADD COLUMN ", table->name);
	lx_buf_text(&sql, definition);
	return exec_text(w, &sql);
}

static bool column_declared(const struct lx_table *table, const char *name)
{
	struct lx_text rest = lx_text(table->columns), piece;
	char column[NAME_MAX_BYTES];

	while (next_piece(&rest, ',', &piece))
		if (column_name(piece, column) && strcasecmp(column, name) == 0)
			return true;
	return false;
}

static enum lx_code no_other_column(const struct work *w, const struct lx_table *table)
{
	LX_CLOSE(end_statement) sqlite3_stmt *stmt = NULL;
	int answer;

	LX_TRY(ask(w, "SELECT name FROM pragma_table_info($1)", table->name, &stmt));
	while ((answer = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(stmt, 0);
		if (name != NULL && !column_declared(table, name))
			return lx_fail(w->call, LX_CONFLICT, NULL, "store.undeclared", "%s.%s",
				table->name, name);
	}
	return answer == SQLITE_DONE ? LX_OK : lx_sqlite_fail(w->call, w->db, answer, table->name);
}

static enum lx_code mend_columns(const struct work *w, const struct lx_table *table)
{
	struct lx_text rest = lx_text(table->columns), piece;
	char name[NAME_MAX_BYTES];
	bool there = false;

	while (next_piece(&rest, ',', &piece)) {
		if (!column_name(piece, name))
			continue;
		LX_TRY(has_column(w, table->name, name, &there));
		if (!there)
			LX_TRY(add_column(w, table, piece));
	}
	return no_other_column(w, table);
}

/* The name in "CREATE [UNIQUE] INDEX [IF NOT EXISTS] name ON …". */
static bool index_name(struct lx_text statement, char name[NAME_MAX_BYTES])
{
	struct lx_text rest = statement, word, before = { "", 0 };

	while (lx_text_word(&rest, &word)) {
		if (word.len == 2 && strncasecmp(word.at, "ON", 2) == 0) {
			if (before.len == 0 || before.len >= NAME_MAX_BYTES)
				return false;
			memcpy(name, before.at, before.len);
			name[before.len] = '\0';
			return true;
		}
		before = word;
	}
	return false;
}

static enum lx_code no_index_name(struct lx_call *call, const char *table)
{
	return lx_fail(call, LX_BROKEN, NULL, "store.declared", "%s: index", table);
}

static enum lx_code mend_indexes(const struct work *w, const struct lx_table *table)
{
	struct lx_text rest = lx_text(table->indexes), piece;
	char name[NAME_MAX_BYTES];
	bool there = false;

	while (next_piece(&rest, ';', &piece)) {
		if (!index_name(piece, name))
			return no_index_name(w->call, table->name);
		LX_TRY(exists(w, "index", name, &there));
		if (there)
			continue;
		if (!w->adding)
			return lx_fail(w->call, LX_CONFLICT, NULL, "store.older", "%s", name);
		LX_CLOSE(lx_buf_close) struct lx_buf sql = { 0 };
		lx_buf_text(&sql, piece);
		LX_TRY(exec_text(w, &sql));
	}
	return LX_OK;
}

static enum lx_code make_table(const struct work *w, const struct lx_table *table)
{
	LX_CLOSE(lx_buf_close) struct lx_buf sql = { 0 };

	if (!w->adding)
		return lx_fail(w->call, LX_CONFLICT, NULL, "store.older", "%s", table->name);
	lx_buf_printf(&sql, "CREATE TABLE %s (%s) STRICT%s", table->name, table->columns,
		table->without_rowid ? ", WITHOUT ROWID" : "");
	return exec_text(w, &sql);
}

/* The kind that the file remembers for the table: 0 if none. */
static enum lx_code kind_of(const struct work *w, const char *table, int *kind)
{
	LX_CLOSE(end_statement) sqlite3_stmt *stmt = NULL;

	LX_TRY(ask(w, "SELECT kind FROM table_kind WHERE name = $1", table, &stmt));
	int answer = sqlite3_step(stmt);
	if (answer != SQLITE_ROW && answer != SQLITE_DONE)
		return lx_sqlite_fail(w->call, w->db, answer, table);
	*kind = answer == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : 0;
	return LX_OK;
}

static enum lx_code mend_kind(const struct work *w, const struct lx_table *table)
{
	LX_CLOSE(lx_buf_close) struct lx_buf sql = { 0 };
	int kind = 0;

	LX_TRY(kind_of(w, table->name, &kind));
	if (kind == (int)table->kind)
		return LX_OK;
	if (kind != 0 || !w->adding)
		return lx_fail(w->call, LX_CONFLICT, NULL, "store.kind", "%s", table->name);
	lx_buf_printf(&sql, "INSERT INTO table_kind (name, kind) VALUES ('%s', %d)", table->name,
		(int)table->kind);
	return exec_text(w, &sql);
}

static enum lx_code mend(const struct work *w, const struct lx_table *table)
{
	bool there = false;

	LX_TRY(exists(w, "table", table->name, &there));
	if (!there)
		LX_TRY(make_table(w, table));
	else
		LX_TRY(mend_columns(w, table));
	LX_TRY(mend_indexes(w, table));
	return mend_kind(w, table);
}

static enum lx_code mend_full_text(const struct work *w)
{
	bool there = false;

	LX_TRY(exists(w, "table", "search", &there));
	if (there)
		return LX_OK;
	if (!w->adding)
		return lx_fail(w->call, LX_CONFLICT, NULL, "store.older", "search");
	/* tokens come ready-made: whatever is not a blank belongs to one */
	return lx_sqlite_exec(w->db, w->call,
		"CREATE VIRTUAL TABLE search USING fts5(words, single, content = '', tokenize = "
		"\"unicode61 remove_diacritics 0 categories 'C* L* M* N* P* S*'\")");
}

static enum lx_code mend_all(const struct work *w)
{
	LX_TRY(lx_sqlite_steps(w->store, w->call, w->adding));
	LX_TRY(nothing_else(w));
	for (const struct lx_table *t = lx_sqlite_tables; t->name != NULL; t++)
		LX_TRY(mend(w, t));
	for (const struct lx_table *t = w->store->tables; t->name != NULL; t++) {
		if (in_list(lx_sqlite_tables, t->name) != NULL ||
			lx_word_in(lx_text(t->name), full_text))
			return lx_fail(w->call, LX_BROKEN, NULL, "store.declared", "%s", t->name);
		LX_TRY(mend(w, t));
	}
	LX_TRY(mend_full_text(w));
	return w->adding ? lx_sqlite_version_put(w->store, w->call) : LX_OK;
}

enum lx_code lx_sqlite_schema(struct lx_store *store, struct lx_call *call, bool adding)
{
	struct work w = { store, call, store->writer.db, adding };

	LX_TRY(lx_sqlite_exec(w.db, call, adding ? "BEGIN IMMEDIATE" : "BEGIN"));
	enum lx_code code = mend_all(&w);
	if (code == LX_OK)
		code = lx_sqlite_exec(w.db, call, "COMMIT");
	if (code != LX_OK && !sqlite3_get_autocommit(w.db))
		(void)sqlite3_exec(w.db, "ROLLBACK", NULL, NULL, NULL);
	return code;
}

/* A declared, derived table. */
static enum lx_code derived(struct lx_tx *tx, const char *table, const struct lx_table **found)
{
	*found = declared(tx->store, table);
	if (*found != NULL && (*found)->kind == LX_DERIVED)
		return LX_OK;
	return lx_fail(tx->call, LX_INVALID, NULL, "store.not_derived", "%s", table);
}

static enum lx_code run_made(struct lx_tx *tx, const struct lx_buf *sql)
{
	if (lx_buf_failed(sql))
		return lx_fail(tx->call, LX_BROKEN, NULL, "base.memory", NULL);
	return lx_run(tx, &(struct lx_query){ "store.made", sql->at, "", "" }, NULL);
}

enum lx_code lx_store_empty(struct lx_tx *tx, const char *table)
{
	LX_CLOSE(lx_buf_close) struct lx_buf sql = { 0 };
	const struct lx_table *found;

	if (strcmp(table, "search") == 0)
		return lx_sqlite_search_empty(tx);
	LX_TRY(derived(tx, table, &found));
	lx_buf_printf(&sql, "DELETE FROM %s", found->name);
	return run_made(tx, &sql);
}

enum lx_code lx_store_indexes_drop(struct lx_tx *tx, const char *table)
{
	const struct lx_table *found;
	struct lx_text rest, piece;
	char name[NAME_MAX_BYTES];

	LX_TRY(derived(tx, table, &found));
	rest = lx_text(found->indexes);
	while (next_piece(&rest, ';', &piece)) {
		LX_CLOSE(lx_buf_close) struct lx_buf sql = { 0 };
		if (!index_name(piece, name))
			return no_index_name(tx->call, table);
		lx_buf_printf(&sql, "DROP INDEX IF EXISTS %s", name);
		LX_TRY(run_made(tx, &sql));
	}
	return LX_OK;
}

enum lx_code lx_store_indexes_make(struct lx_tx *tx, const char *table)
{
	struct work w = { tx->store, tx->call, tx->connection->db, true };
	const struct lx_table *found;

	LX_TRY(derived(tx, table, &found));
	LX_TRY(lx_sqlite_ready(tx));
	return mend_indexes(&w, found);
}
