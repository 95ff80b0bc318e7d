/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Statements: prepared once a connection and kept under their text; binding $1, $2 … by name (SQLite
 * numbers them by first appearance), running, reading rows. What a statement takes and gives is
 * compared with what its row in the table of queries says.
 */
#include "kernel/store/sqlite.h"

#include "base/memory.h"

#include <stdio.h>
#include <string.h>

static uint64_t hash_of(const char *sql, size_t n)
{
	uint64_t hash = n, piece;

	for (; n >= sizeof piece; sql += sizeof piece, n -= sizeof piece) {
		memcpy(&piece, sql, sizeof piece);
		hash = (hash ^ piece) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)sql[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

static struct lx_statement *cached(struct lx_statement *set, uint64_t hash, const char *sql)
{
	for (size_t i = 0; i < LX_CACHE_WAYS; i++)
		if (set[i].stmt != NULL && set[i].hash == hash && !set[i].busy &&
			strcmp(sqlite3_sql(set[i].stmt), sql) == 0)
			return &set[i];
	return NULL;
}

/* A place for a new statement: an empty one, else the one unused for longest; NULL if all are busy. */
static struct lx_statement *place_in(struct lx_statement *set)
{
	struct lx_statement *best = NULL;

	for (size_t i = 0; i < LX_CACHE_WAYS; i++) {
		if (set[i].stmt == NULL)
			return &set[i];
		if (!set[i].busy && (best == NULL || set[i].used < best->used))
			best = &set[i];
	}
	return best;
}

/* Where each value goes, looked up once: SQLite's numbers are under 256, as LX_QUERY_COLUMNS is. */
static void find_places(struct lx_statement *statement)
{
	char name[8];

	for (unsigned i = 0; i < LX_QUERY_COLUMNS && (int)i < statement->takes; i++) {
		(void)snprintf(name, sizeof name, "$%u", i + 1);
		int at = sqlite3_bind_parameter_index(statement->stmt, name);
		statement->place[i] = (unsigned char)(at > LX_QUERY_COLUMNS ? 0 : at);
	}
}

static enum lx_code prepare(struct lx_connection *connection, struct lx_call *call,
	struct lx_text sql, struct lx_statement *statement)
{
	sqlite3_stmt *stmt = NULL;
	int answer = sqlite3_prepare_v3(
		connection->db, sql.at, (int)sql.len + 1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);

	if (answer != SQLITE_OK)
		return lx_sqlite_fail(call, connection->db, answer, sql.at);
	(void)sqlite3_finalize(statement->stmt);
	*statement = (struct lx_statement){ .stmt = stmt,
		.takes = sqlite3_bind_parameter_count(stmt),
		.gives = sqlite3_column_count(stmt) };
	find_places(statement);
	return LX_OK;
}

/* Where all of a set stand in the middle of their rows (a walk that nests), one is made for this use. */
static enum lx_code place_and_prepare(struct lx_connection *connection, struct lx_call *call,
	struct lx_text sql, struct lx_statement *set, struct lx_statement **statement)
{
	struct lx_statement *place = place_in(set);
	bool passing = place == NULL;

	if (passing)
		place = lx_memory_new(sizeof *place);
	if (place == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	enum lx_code code = prepare(connection, call, sql, place);
	if (code == LX_OK) {
		place->passing = passing;
		*statement = place;
	} else if (passing) {
		lx_memory_free(place);
	}
	return code;
}

enum lx_code lx_sqlite_take(struct lx_connection *connection, struct lx_call *call, const char *sql,
	struct lx_statement **statement)
{
	size_t n = strlen(sql);
	uint64_t hash = hash_of(sql, n);
	struct lx_statement *set = connection->cache[hash % LX_CACHE_SETS];

	struct lx_statement *found = cached(set, hash, sql);
	if (found == NULL)
		LX_TRY(place_and_prepare(
			connection, call, (struct lx_text){ sql, n }, set, &found));
	found->hash = hash;
	found->busy = true;
	found->used = ++connection->uses;
	*statement = found;
	return LX_OK;
}

void lx_sqlite_give(struct lx_statement *statement)
{
	(void)sqlite3_reset(statement->stmt);
	(void)sqlite3_clear_bindings(statement->stmt);
	statement->busy = false;
	if (!statement->passing)
		return;
	(void)sqlite3_finalize(statement->stmt);
	lx_memory_free(statement);
}

void lx_sqlite_forget(struct lx_connection *connection)
{
	for (size_t i = 0; i < LX_CACHE_SETS; i++)
		for (size_t k = 0; k < LX_CACHE_WAYS; k++)
			(void)sqlite3_finalize(connection->cache[i][k].stmt);
	memset(connection->cache, 0, sizeof connection->cache);
}

static int bind_one(sqlite3_stmt *stmt, int at, const struct lx_value *value)
{
	/* a NULL pointer would bind NULL where empty text is meant */
	const char *bytes = value->text.at == NULL ? "" : value->text.at;

	switch (value->kind) {
	case LX_V_INT:
		return sqlite3_bind_int64(stmt, at, value->number);
	case LX_V_TEXT:
		return sqlite3_bind_text64(
			stmt, at, bytes, value->text.len, SQLITE_STATIC, SQLITE_UTF8);
	case LX_V_BYTES:
		return sqlite3_bind_blob64(stmt, at, bytes, value->text.len, SQLITE_STATIC);
	case LX_V_NULL:
		break;
	}
	return sqlite3_bind_null(stmt, at);
}

static bool fits(char letter, enum lx_value_kind kind)
{
	static const char letters[] = {
		[LX_V_NULL] = '-', [LX_V_INT] = 'i', [LX_V_TEXT] = 't', [LX_V_BYTES] = 'b'
	};

	if (kind == LX_V_NULL)
		return letter >= 'A' && letter <= 'Z';
	return (letter | 0x20) == letters[kind];
}

static enum lx_code misdeclared(
	struct lx_call *call, const struct lx_query *query, const char *what, size_t at)
{
	return lx_fail(
		call, LX_BROKEN, NULL, "store.declared", "%s: %s %zu", query->name, what, at);
}

static enum lx_code bind_all(struct lx_tx *tx, const struct lx_query *query,
	const struct lx_value *binds, struct lx_statement *statement)
{
	const char *takes = query->takes == NULL ? "" : query->takes;

	if ((size_t)statement->takes != strlen(takes) || statement->takes > LX_QUERY_COLUMNS)
		return misdeclared(tx->call, query, "$", (size_t)statement->takes);
	for (size_t i = 0; takes[i] != '\0'; i++) {
		int at = statement->place[i];
		if (at == 0 || !fits(takes[i], binds[i].kind))
			return misdeclared(tx->call, query, "$", i + 1);
		int answer = bind_one(statement->stmt, at, &binds[i]);
		if (answer != SQLITE_OK)
			return lx_sqlite_fail(tx->call, tx->connection->db, answer, query->name);
	}
	return LX_OK;
}

/* Takes the statement with its values bound; the caller gives it back. */
static enum lx_code begin(struct lx_tx *tx, const struct lx_query *query,
	const struct lx_value *binds, struct lx_statement **statement)
{
	const char *gives = query->gives == NULL ? "" : query->gives;
	struct lx_statement *taken;

	LX_TRY(lx_sqlite_ready(tx));
	LX_TRY(lx_sqlite_take(tx->connection, tx->call, query->sql, &taken));
	enum lx_code code = bind_all(tx, query, binds, taken);
	if (code == LX_OK &&
		((size_t)taken->gives != strlen(gives) || taken->gives > LX_QUERY_COLUMNS))
		code = misdeclared(tx->call, query, "columns", (size_t)taken->gives);
	if (code != LX_OK) {
		lx_sqlite_give(taken);
		return code;
	}
	*statement = taken;
	return LX_OK;
}

/* The next row: *row tells whether there is one. */
static enum lx_code step(
	struct lx_tx *tx, const struct lx_query *query, struct lx_statement *statement, bool *row)
{
	int answer = sqlite3_step(statement->stmt);

	if (answer != SQLITE_ROW && answer != SQLITE_DONE)
		return lx_sqlite_fail(tx->call, tx->connection->db, answer, query->name);
	*row = answer == SQLITE_ROW;
	return LX_OK;
}

static struct lx_value column(sqlite3_stmt *stmt, int at)
{
	struct lx_text text;

	switch (sqlite3_column_type(stmt, at)) {
	case SQLITE_INTEGER:
		return LX_I(sqlite3_column_int64(stmt, at));
	case SQLITE_TEXT:
		text.at = (const char *)sqlite3_column_text(stmt, at);
		text.len = (size_t)sqlite3_column_bytes(stmt, at);
		return LX_T(text);
	case SQLITE_BLOB:
		text.at = sqlite3_column_blob(stmt, at);
		text.len = (size_t)sqlite3_column_bytes(stmt, at);
		return LX_B(text);
	default:
		return LX_N;
	}
}

static enum lx_code columns(struct lx_tx *tx, const struct lx_query *query,
	struct lx_statement *statement, struct lx_value *values)
{
	for (int i = 0; i < statement->gives; i++) {
		values[i] = column(statement->stmt, i);
		if (!fits(query->gives[i], values[i].kind))
			return misdeclared(tx->call, query, "column", (size_t)i + 1);
		if (values[i].kind != LX_V_INT && values[i].text.at == NULL)
			values[i].text = (struct lx_text){ "", 0 };
	}
	return LX_OK;
}

enum lx_code lx_sqlite_plain(
	struct lx_connection *connection, struct lx_call *call, const char *sql)
{
	struct lx_statement *statement;

	LX_TRY(lx_sqlite_take(connection, call, sql, &statement));
	int answer = sqlite3_step(statement->stmt);
	enum lx_code code = LX_OK;
	if (answer != SQLITE_ROW && answer != SQLITE_DONE)
		code = lx_sqlite_fail(call, connection->db, answer, sql);
	lx_sqlite_give(statement);
	return code;
}

enum lx_code lx_run(struct lx_tx *tx, const struct lx_query *query, const struct lx_value *binds)
{
	struct lx_statement *statement;
	bool row = false;

	LX_TRY(begin(tx, query, binds, &statement));
	enum lx_code code = step(tx, query, statement, &row);
	lx_sqlite_give(statement);
	return code;
}

/* Texts into the arena, each with a zero byte behind it. */
static enum lx_code copy_texts(struct lx_call *call, struct lx_value *values, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (values[i].kind != LX_V_TEXT && values[i].kind != LX_V_BYTES)
			continue;
		char *copy = lx_arena_copy(call->arena, values[i].text.at, values[i].text.len);
		if (copy == NULL)
			return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
		values[i].text.at = copy;
	}
	return LX_OK;
}

enum lx_code lx_one(struct lx_tx *tx, const struct lx_query *query, const struct lx_value *binds,
	struct lx_value *values)
{
	struct lx_value found[LX_QUERY_COLUMNS];
	struct lx_statement *statement;
	bool row = false;

	LX_TRY(begin(tx, query, binds, &statement));
	size_t n = (size_t)statement->gives;
	enum lx_code code = step(tx, query, statement, &row);
	if (code == LX_OK && !row)
		code = LX_NOT_FOUND;
	if (code == LX_OK)
		code = columns(tx, query, statement, found);
	if (code == LX_OK)
		code = copy_texts(tx->call, found, n);
	lx_sqlite_give(statement);
	if (code == LX_OK)
		memcpy(values, found, n * sizeof *values);
	return code;
}

enum lx_code lx_each(struct lx_tx *tx, const struct lx_query *query, const struct lx_value *binds,
	lx_each_fn *each, void *with)
{
	struct lx_value values[LX_QUERY_COLUMNS];
	struct lx_statement *statement;
	bool row = true;

	LX_TRY(begin(tx, query, binds, &statement));
	enum lx_code code = step(tx, query, statement, &row);
	while (code == LX_OK && row) {
		code = columns(tx, query, statement, values);
		if (code == LX_OK)
			code = each(with, values);
		if (code == LX_OK)
			code = lx_sqlite_ready(tx); /* a slow reader too gives its snapshot up */
		if (code == LX_OK)
			code = step(tx, query, statement, &row);
	}
	lx_sqlite_give(statement);
	return code;
}

/* Rows that are being gathered: `rows` grows by doubling in the arena. */
struct gathering {
	struct lx_tx *tx;
	const struct lx_query *query;
	struct lx_value *rows;
	size_t n, room, most, columns;
};

static enum lx_code gather(void *with, const struct lx_value *values)
{
	struct gathering *g = with;
	size_t row = g->columns * sizeof *values;

	if (g->n == g->most)
		return lx_fail(g->tx->call, LX_BROKEN, NULL, "store.rows", "%s", g->query->name);
	if (g->n == g->room) {
		size_t room = g->room == 0 ? 16 : 2 * g->room;
		struct lx_value *rows = lx_array(g->tx->call, room, row);
		if (rows == NULL)
			return LX_BROKEN;
		if (g->n > 0)
			memcpy(rows, g->rows, g->n * row);
		g->rows = rows;
		g->room = room;
	}
	struct lx_value *place = g->rows + g->n * g->columns;
	memcpy(place, values, row);
	LX_TRY(copy_texts(g->tx->call, place, g->columns));
	g->n++;
	return LX_OK;
}

enum lx_code lx_all(struct lx_tx *tx, const struct lx_query *query, const struct lx_value *binds,
	size_t most, struct lx_value **rows, size_t *n)
{
	struct gathering g = {
		.tx = tx, .query = query, .most = most, .columns = strlen(query->gives)
	};

	LX_TRY(lx_each(tx, query, binds, gather, &g));
	*rows = g.rows;
	*n = g.n;
	return LX_OK;
}

/* What a column was declared as must be what the letter says; expressions have no declaration. */
static bool declared_as(const char *type, char letter)
{
	static const char *const types[] = { "INTEGER", "TEXT", "BLOB" };
	static const char letters[] = "itb";

	if (type == NULL)
		return true;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(type, types[i]) == 0)
			return (letter | 0x20) == letters[i];
	return false;
}

static enum lx_code compare(
	struct lx_tx *tx, const struct lx_query *query, const struct lx_statement *statement)
{
	size_t takes = query->takes == NULL ? 0 : strlen(query->takes);
	size_t gives = query->gives == NULL ? 0 : strlen(query->gives);
	char name[8];

	if ((size_t)statement->takes != takes)
		return misdeclared(tx->call, query, "$", (size_t)statement->takes);
	for (size_t i = 0; i < takes; i++) {
		(void)snprintf(name, sizeof name, "$%u", (unsigned)(i + 1) % 1000);
		if (sqlite3_bind_parameter_index(statement->stmt, name) == 0)
			return misdeclared(tx->call, query, "$", i + 1);
	}
	if ((size_t)statement->gives != gives || gives > LX_QUERY_COLUMNS)
		return misdeclared(tx->call, query, "columns", (size_t)statement->gives);
	for (size_t i = 0; i < gives; i++)
		if (!declared_as(sqlite3_column_decltype(statement->stmt, (int)i), query->gives[i]))
			return misdeclared(tx->call, query, "column", i + 1);
	return LX_OK;
}

enum lx_code lx_query_check(struct lx_tx *tx, const struct lx_query *query)
{
	struct lx_statement *statement;

	LX_TRY(lx_sqlite_ready(tx));
	LX_TRY(lx_sqlite_take(tx->connection, tx->call, query->sql, &statement));
	enum lx_code code = compare(tx, query, statement);
	lx_sqlite_give(statement);
	return code;
}
