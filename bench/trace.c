/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Recording and replaying SQL. SQLite tells a trace the text of a statement and, on request, the text with
 * its values written in; the values are read back from the difference of the two. What a statement runs
 * inside itself (full text does) is told with `--` before it and belongs to the statement.
 */
#include "bench/trace.h"

#include "base/buf.h"
#include "bench/clock.h"

#include <ctype.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENTS_MAX 1024
#define PARAMETERS_MAX 64

struct text {
	char *sql;
	sqlite3_stmt *stmt;
	int n, index[PARAMETERS_MAX]; /* of each place in the text, in its order */
};

/* The hook of SQLite that sees new connections takes no argument, hence one recorder a process. */
static struct {
	sqlite3 *first;
	bool on;
	struct text texts[STATEMENTS_MAX];
	size_t n;
	struct lx_buf steps; /* for each: number of its text, then its values */
} recorder;

static void stop_at(const char *why)
{
	(void)fprintf(stderr, "trace: %s\n", why);
	exit(1);
}

static size_t text_of(const char *sql)
{
	size_t i = 0;

	while (i < recorder.n && strcmp(recorder.texts[i].sql, sql) != 0)
		i++;
	if (i < recorder.n)
		return i;
	if (recorder.n == STATEMENTS_MAX)
		stop_at("too many different statements");
	recorder.texts[recorder.n].sql = strdup(sql);
	return recorder.n++;
}

static void put_value(char kind, const void *bytes, size_t n)
{
	lx_buf_char(&recorder.steps, kind);
	lx_buf_put(&recorder.steps, &n, sizeof n);
	lx_buf_put(&recorder.steps, bytes, n);
}

/* 'it''s' */
static const char *put_quoted(const char *at)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };

	for (at++; *at != '\0'; at++) {
		if (*at == '\'' && *++at != '\'')
			break;
		lx_buf_char(&text, *at);
	}
	put_value('t', text.at == NULL ? "" : text.at, text.len);
	return at;
}

static int digit(char c)
{
	return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

/* x'0a1b' */
static const char *put_blob(const char *at)
{
	LX_CLOSE(lx_buf_close) struct lx_buf bytes = { 0 };

	for (at += 2; *at != '\''; at += 2)
		lx_buf_char(&bytes, (char)(digit(at[0]) << 4 | digit(at[1])));
	put_value('b', bytes.at == NULL ? "" : bytes.at, bytes.len);
	return at + 1;
}

/* Reads one literal as SQLite writes it and returns what comes after it. */
static const char *put_literal(const char *at)
{
	char *end;

	if (*at == '\'')
		return put_quoted(at);
	if (*at == 'x')
		return put_blob(at);
	if (strncmp(at, "NULL", 4) == 0) {
		put_value('n', "", 0);
		return at + 4;
	}
	int64_t number = strtoll(at, &end, 10);
	if (end == at || *end == '.' || *end == 'e')
		stop_at("a value that is neither text, bytes, number nor null");
	put_value('i', &number, sizeof number);
	return end;
}

static bool is_parameter(const char *at)
{
	return (*at == '$' || *at == '?') && isalnum((unsigned char)at[1]);
}

static size_t parameter_length(const char *at)
{
	size_t n = 1;

	while (isalnum((unsigned char)at[n]))
		n++;
	return n;
}

/* Calls nothing for what stands between quotes: no parameter is there. */
static const char *past_quoted(const char *at)
{
	char quote = *at++;

	while (*at != '\0' && *at != quote)
		at++;
	return *at == '\0' ? at : at + 1;
}

static void put_step(const char *sql, const char *expanded)
{
	size_t number = text_of(sql);

	lx_buf_put(&recorder.steps, &number, sizeof number);
	while (*sql != '\0') {
		if (*sql == '\'' || *sql == '"') {
			const char *after = past_quoted(sql);
			expanded += after - sql;
			sql = after;
		} else if (is_parameter(sql)) {
			expanded = put_literal(expanded);
			sql += parameter_length(sql);
		} else {
			sql++;
			expanded++;
		}
	}
}

static int on_statement(unsigned what, void *with, void *stmt, void *sql)
{
	(void)what;
	if (!recorder.on || with != recorder.first || strncmp(sql, "--", 2) == 0)
		return 0;
	char *expanded = sqlite3_expanded_sql(stmt);
	if (expanded == NULL)
		stop_at("no memory");
	put_step(sql, expanded);
	sqlite3_free(expanded);
	return 0;
}

static int on_connection(sqlite3 *db, const char **fault, const struct sqlite3_api_routines *api)
{
	(void)fault;
	(void)api;
	if (recorder.first == NULL) {
		recorder.first = db;
		(void)sqlite3_trace_v2(db, SQLITE_TRACE_STMT, on_statement, db);
	}
	return SQLITE_OK;
}

void trace_watch(void)
{
	(void)sqlite3_auto_extension((void (*)(void))on_connection);
}

void trace_start(void)
{
	recorder.on = true;
}

void trace_stop(void)
{
	recorder.on = false;
}

static void prepare(sqlite3 *db, struct text *text)
{
	char name[32];

	if (sqlite3_prepare_v3(db, text->sql, -1, SQLITE_PREPARE_PERSISTENT, &text->stmt, NULL) !=
		SQLITE_OK)
		stop_at(sqlite3_errmsg(db));
	for (const char *at = text->sql; *at != '\0';) {
		if (*at == '\'' || *at == '"') {
			at = past_quoted(at);
		} else if (!is_parameter(at)) {
			at++;
		} else {
			size_t n = parameter_length(at);
			if (n >= sizeof name || text->n == PARAMETERS_MAX)
				stop_at("too many parameters");
			(void)snprintf(name, sizeof name, "%.*s", (int)n, at);
			text->index[text->n++] = sqlite3_bind_parameter_index(text->stmt, name);
			at += n;
		}
	}
}

static const char *bind(sqlite3_stmt *stmt, int index, const char *at)
{
	char kind = *at++;
	int64_t number;
	size_t n;

	memcpy(&n, at, sizeof n);
	at += sizeof n;
	if (kind == 'i') {
		memcpy(&number, at, sizeof number);
		(void)sqlite3_bind_int64(stmt, index, number);
	} else if (kind == 't') {
		(void)sqlite3_bind_text(stmt, index, at, (int)n, SQLITE_STATIC);
	} else if (kind == 'b') {
		(void)sqlite3_bind_blob(stmt, index, at, (int)n, SQLITE_STATIC);
	} else {
		(void)sqlite3_bind_null(stmt, index);
	}
	return at + n;
}

static int play_all(sqlite3 *db, struct trace_replay *replay)
{
	const char *at = recorder.steps.at, *end = at + recorder.steps.len;

	while (at < end) {
		size_t number;
		memcpy(&number, at, sizeof number);
		at += sizeof number;
		struct text *text = &recorder.texts[number];
		if (text->stmt == NULL)
			prepare(db, text);
		for (int i = 0; i < text->n; i++)
			at = bind(text->stmt, text->index[i], at);
		int answer;
		do
			answer = sqlite3_step(text->stmt);
		while (answer == SQLITE_ROW);
		(void)sqlite3_reset(text->stmt);
		if (answer != SQLITE_DONE)
			return answer;
		replay->statements++;
		replay->commits += strncmp(text->sql, "COMMIT", 6) == 0;
	}
	return SQLITE_OK;
}

int trace_play(const char *path, struct trace_replay *replay)
{
	sqlite3 *db = NULL;

	*replay = (struct trace_replay){ 0 };
	if (lx_buf_failed(&recorder.steps))
		stop_at("no memory");
	sqlite3_reset_auto_extension();
	int answer = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (answer == SQLITE_OK) /* as the store sets its writer */
		answer = sqlite3_exec(db,
			"PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; "
			"PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; "
			"PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192; "
			"PRAGMA wal_autocheckpoint = 1000; "
			"PRAGMA journal_size_limit = 67108864;",
			NULL, NULL, NULL);
	double begun = bench_now();
	if (answer == SQLITE_OK)
		answer = play_all(db, replay);
	replay->seconds = bench_now() - begun;
	if (answer != SQLITE_OK)
		(void)fprintf(stderr, "replay: %s\n", sqlite3_errmsg(db));
	for (size_t i = 0; i < recorder.n; i++)
		(void)sqlite3_finalize(recorder.texts[i].stmt);
	(void)sqlite3_close(db);
	return answer;
}
