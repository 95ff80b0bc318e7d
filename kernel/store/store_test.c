/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The store on a real database: statements, snapshots, savepoints, schema, search, backup, scrubbing. */
#include "base/memory.h"
#include "kernel/store/sqlite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct lx_table tables[] = {
	{ "pebble", LX_DERIVED,
		"id INTEGER PRIMARY KEY, name TEXT NOT NULL, weight INTEGER, skin BLOB, UNIQUE "
		"(name)",
		"CREATE INDEX pebble_weight ON pebble (weight, id)", false },
	{ "shell", LX_KEPT, "name TEXT PRIMARY KEY, pebble INTEGER REFERENCES pebble (id)", NULL,
		true },
	{ 0 },
};

static const struct lx_query q_insert = { "pebble.insert",
	"INSERT INTO pebble (id, weight, name, skin) VALUES ($1, $3, $2, $4)", "itIB", "" };
static const struct lx_query q_get = { "pebble.get",
	"SELECT name, weight, skin FROM pebble WHERE id = $1", "i", "tIB" };
static const struct lx_query q_list = { "pebble.list",
	"SELECT id, name FROM pebble WHERE id > $1 ORDER BY id LIMIT $2", "ii", "it" };
static const struct lx_query q_count = { "pebble.count", "SELECT count(*) FROM pebble", "", "i" };
static const struct lx_query q_shell = { "shell.insert",
	"INSERT INTO shell (name, pebble) VALUES ($1, $2)", "tI", "" };

struct fixture {
	struct lx_arena arena;
	struct lx_call call;
	struct lx_store *store;
	struct lx_tx *tx;
	char folder[64], path[96];
};

static void remove_file(const char *path, const char *ending)
{
	char name[160];

	(void)snprintf(name, sizeof name, "%s%s", path, ending);
	(void)unlink(name);
}

static int open_fixture(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .arena = { .limit = 256 << 20 } };
	f.call.arena = &f.arena;
	(void)snprintf(f.folder, sizeof f.folder, "store-test-XXXXXX");
	if (mkdtemp(f.folder) == NULL)
		return 1;
	(void)snprintf(f.path, sizeof f.path, "%s/lianxi.db", f.folder);
	*state = &f;
	return lx_store_open(&f.call, f.path, LX_STORE_CREATE, tables, &f.store) != LX_OK;
}

static int close_fixture(void **state)
{
	struct fixture *f = *state;

	lx_store_close(&f->store);
	remove_file(f->path, "");
	remove_file(f->path, "-wal");
	remove_file(f->path, "-shm");
	remove_file(f->path, ".copy");
	remove_file(f->path, ".copy-wal");
	remove_file(f->path, ".copy-shm");
	(void)rmdir(f->folder);
	lx_arena_close(&f->arena);
	return 0;
}

static void begin(struct fixture *f)
{
	assert_int_equal(lx_store_begin(f->store, &f->call, &f->tx), LX_OK);
}

static void commit(struct fixture *f)
{
	assert_int_equal(lx_store_commit(&f->tx), LX_OK);
}

static enum lx_code add(struct lx_tx *tx, int64_t id, const char *name)
{
	struct lx_value binds[] = { LX_I(id), LX_S(name), LX_I(10 * id), LX_N };

	return lx_run(tx, &q_insert, binds);
}

static int64_t count(struct lx_tx *tx)
{
	struct lx_value n;

	assert_int_equal(lx_one(tx, &q_count, NULL, &n), LX_OK);
	return n.number;
}

static void reopen(struct fixture *f, enum lx_store_mode mode, const struct lx_table *list)
{
	lx_store_close(&f->store);
	assert_int_equal(lx_store_open(&f->call, f->path, mode, list, &f->store), LX_OK);
}

static void values_come_back_as_they_went_in(void **state)
{
	struct fixture *f = *state;
	struct lx_value row[3];
	struct lx_value binds[] = { LX_I(7), LX_S("鹅卵石"), LX_N,
		LX_B(((struct lx_text){ "\0\1", 2 })) };

	begin(f);
	assert_int_equal(lx_run(f->tx, &q_insert, binds), LX_OK);
	assert_int_equal(add(f->tx, 8, ""), LX_OK);
	assert_int_equal(lx_one(f->tx, &q_get, &LX_I(7), row), LX_OK);
	assert_string_equal(row[0].text.at, "鹅卵石");
	assert_int_equal(row[1].kind, LX_V_NULL);
	assert_true(row[2].text.len == 2 && memcmp(row[2].text.at, "\0\1", 2) == 0);
	assert_int_equal(lx_one(f->tx, &q_get, &LX_I(8), row), LX_OK);
	assert_int_equal(row[0].kind, LX_V_TEXT);
	assert_int_equal(row[0].text.len, 0);
	assert_int_equal(lx_one(f->tx, &q_get, &LX_I(9), row), LX_NOT_FOUND);
	assert_int_equal(f->call.fault.code, LX_OK);
	commit(f);
}

static void twice_the_same_key_is_a_conflict(void **state)
{
	struct fixture *f = *state;

	begin(f);
	assert_int_equal(add(f->tx, 1, "a"), LX_OK);
	assert_int_equal(add(f->tx, 1, "b"), LX_CONFLICT);
	assert_string_equal(f->call.fault.msgid, "store.twice");
	lx_fault_clear(&f->call.fault);
	assert_int_equal(add(f->tx, 2, "a"), LX_CONFLICT);
	assert_true(lx_store_stands(f->tx));
	lx_fault_clear(&f->call.fault);
	/* a reference to nothing is found at the latest at the commit */
	struct lx_value binds[] = { LX_S("x"), LX_I(99) };
	assert_int_equal(lx_run(f->tx, &q_shell, binds), LX_BROKEN);
	lx_store_rollback(&f->tx);
}

static void what_is_declared_wrongly_is_refused(void **state)
{
	struct fixture *f = *state;
	static const struct lx_query wrong[] = {
		{ "few", "SELECT name FROM pebble WHERE id = $1 AND weight = $2", "i", "t" },
		{ "gap", "SELECT name FROM pebble WHERE id = $2", "i", "t" },
		{ "columns", "SELECT id, name FROM pebble WHERE id = $1", "i", "t" },
		{ "letter", "SELECT name FROM pebble WHERE id = $1", "i", "i" },
		{ "null", "SELECT weight FROM pebble WHERE id = $1 OR weight IS NULL", "i", "i" },
		{ "bind", "SELECT name FROM pebble WHERE id = $1", "t", "t" },
		{ "quotes", "SELECT \"hello\" FROM pebble WHERE id = $1", "i", "t" },
		{ "table", "SELECT name FROM boulder WHERE id = $1", "i", "t" },
	};
	struct lx_value row[4], binds[] = { LX_I(1), LX_I(2) };

	begin(f);
	struct lx_value light[] = { LX_I(1), LX_S("a"), LX_N, LX_N };
	assert_int_equal(lx_run(f->tx, &q_insert, light), LX_OK);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		lx_fault_clear(&f->call.fault);
		assert_int_equal(lx_one(f->tx, &wrong[i], binds, row), LX_BROKEN);
	}
	lx_fault_clear(&f->call.fault);
	lx_store_rollback(&f->tx);
}

static void declarations_can_be_checked_without_running(void **state)
{
	struct fixture *f = *state;
	static const struct lx_query wrong[] = {
		{ "few", "DELETE FROM pebble WHERE id = $1 AND weight = $2", "i", "" },
		{ "gap", "DELETE FROM pebble WHERE id = $2", "i", "" },
		{ "columns", "SELECT id, name FROM pebble WHERE id = $1", "i", "t" },
		{ "type", "SELECT id, name FROM pebble WHERE id = $1", "i", "ib" },
	};

	begin(f);
	assert_int_equal(lx_query_check(f->tx, &q_insert), LX_OK);
	assert_int_equal(lx_query_check(f->tx, &q_get), LX_OK);
	assert_int_equal(count(f->tx), 0);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		lx_fault_clear(&f->call.fault);
		assert_int_equal(lx_query_check(f->tx, &wrong[i]), LX_BROKEN);
		assert_string_equal(f->call.fault.msgid, "store.declared");
	}
	lx_fault_clear(&f->call.fault);
	lx_store_rollback(&f->tx);
}

static void savepoints_nest(void **state)
{
	struct fixture *f = *state;

	begin(f);
	assert_int_equal(lx_store_mark(f->tx), LX_OK);
	assert_int_equal(add(f->tx, 1, "one"), LX_OK);
	assert_int_equal(lx_store_mark(f->tx), LX_OK);
	assert_int_equal(add(f->tx, 2, "two"), LX_OK);
	assert_int_equal(lx_store_drop(f->tx), LX_OK);
	assert_int_equal(count(f->tx), 1);
	assert_int_equal(lx_store_mark(f->tx), LX_OK);
	assert_int_equal(add(f->tx, 3, "three"), LX_OK);
	assert_int_equal(lx_store_keep(f->tx), LX_OK);
	assert_int_equal(lx_store_keep(f->tx), LX_OK);
	assert_int_equal(count(f->tx), 2);
	commit(f);
}

static void a_reader_sees_its_moment_and_does_not_write(void **state)
{
	struct fixture *f = *state;
	struct lx_tx *reader = NULL, *later = NULL;

	begin(f);
	assert_int_equal(add(f->tx, 1, "one"), LX_OK);
	assert_int_equal(lx_store_read(f->store, &f->call, &reader), LX_OK);
	commit(f);
	assert_int_equal(count(reader), 0);
	assert_int_equal(lx_store_read(f->store, &f->call, &later), LX_OK);
	assert_int_equal(count(later), 1);
	assert_int_equal(add(later, 2, "two"), LX_BROKEN);
	lx_fault_clear(&f->call.fault);
	lx_store_release(&reader);
	lx_store_release(&later);
	assert_null(later);
}

static void a_snapshot_ends_by_itself(void **state)
{
	struct fixture *f = *state;
	static const struct lx_query endless = { "endless",
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
		"SELECT count(*) FROM n",
		"", "i" };
	struct lx_tx *reader = NULL;
	struct lx_value n;

	assert_int_equal(lx_store_read(f->store, &f->call, &reader), LX_OK);
	reader->deadline = lx_sqlite_now() + 50;
	assert_int_equal(lx_one(reader, &endless, NULL, &n), LX_BUSY);
	assert_string_equal(f->call.fault.msgid, "store.slow");
	lx_fault_clear(&f->call.fault);
	assert_int_equal(lx_one(reader, &q_count, NULL, &n), LX_BUSY);
	lx_fault_clear(&f->call.fault);
	lx_store_release(&reader);
	assert_int_equal(lx_store_read(f->store, &f->call, &reader), LX_OK);
	assert_int_equal(count(reader), 0);
	lx_store_release(&reader);
}

struct visit {
	struct fixture *f;
	int depth;
};

static enum lx_code descend(void *with, const struct lx_value *values)
{
	struct visit *visit = with;
	struct lx_value binds[] = { LX_I(values[0].number), LX_I(1) };

	visit->depth++;
	return lx_each(visit->f->tx, &q_list, binds, descend, visit);
}

static void a_statement_may_run_inside_itself(void **state)
{
	struct fixture *f = *state;
	struct visit visit = { .f = f };
	struct lx_value binds[] = { LX_I(0), LX_I(1) };
	char name[16];

	begin(f);
	for (int i = 1; i <= 12; i++) {
		(void)snprintf(name, sizeof name, "p%d", i);
		assert_int_equal(add(f->tx, i, name), LX_OK);
	}
	assert_int_equal(lx_each(f->tx, &q_list, binds, descend, &visit), LX_OK);
	assert_int_equal(visit.depth, 12);
	commit(f);
}

static void all_rows_have_a_bound(void **state)
{
	struct fixture *f = *state;
	struct lx_value binds[] = { LX_I(0), LX_I(100) }, *rows;
	char name[16];
	size_t n;

	begin(f);
	for (int i = 1; i <= 50; i++) {
		(void)snprintf(name, sizeof name, "p%d", i);
		assert_int_equal(add(f->tx, i, name), LX_OK);
	}
	assert_int_equal(lx_all(f->tx, &q_list, binds, 50, &rows, &n), LX_OK);
	assert_int_equal(n, 50);
	assert_int_equal(rows[2 * 49].number, 50);
	assert_string_equal(rows[2 * 49 + 1].text.at, "p50");
	assert_int_equal(lx_all(f->tx, &q_list, binds, 49, &rows, &n), LX_BROKEN);
	lx_fault_clear(&f->call.fault);
	lx_store_rollback(&f->tx);
}

static void opening_says_what_is_wrong(void **state)
{
	struct fixture *f = *state;
	struct lx_store *other = NULL;
	FILE *file;
	char path[128];

	assert_int_equal(
		lx_store_open(&f->call, f->path, LX_STORE_CREATE, tables, &other), LX_CONFLICT);
	assert_string_equal(f->call.fault.msgid, "store.exists");
	lx_fault_clear(&f->call.fault);
	(void)snprintf(path, sizeof path, "%s.copy", f->path);
	assert_int_equal(
		lx_store_open(&f->call, path, LX_STORE_WRITE, tables, &other), LX_NOT_FOUND);
	lx_fault_clear(&f->call.fault);
	file = fopen(path, "wb");
	for (int i = 0; i < 500; i++)
		(void)fputs("this is not a database ", file);
	(void)fclose(file);
	assert_int_equal(lx_store_open(&f->call, path, LX_STORE_WRITE, tables, &other), LX_BROKEN);
	assert_string_equal(f->call.fault.msgid, "store.damaged");
	lx_fault_clear(&f->call.fault);
	(void)truncate(path, 0);
	assert_int_equal(
		lx_store_open(&f->call, path, LX_STORE_WRITE, tables, &other), LX_CONFLICT);
	assert_string_equal(f->call.fault.msgid, "store.not_ours");
	lx_fault_clear(&f->call.fault);
	assert_null(other);
}

static void schema_grows_and_never_shrinks(void **state)
{
	struct fixture *f = *state;
	static const struct lx_table grown[] = {
		{ "pebble", LX_DERIVED,
			"id INTEGER PRIMARY KEY, name TEXT NOT NULL, weight INTEGER, skin BLOB, "
			"colour TEXT NOT NULL DEFAULT ('grey, (or so)'), UNIQUE (name)",
			"CREATE INDEX pebble_weight ON pebble (weight, id); "
			"CREATE UNIQUE INDEX pebble_colour ON pebble (colour, id)",
			false },
		{ "shell", LX_KEPT, "name TEXT PRIMARY KEY, pebble INTEGER REFERENCES pebble (id)",
			NULL, true },
		{ "pearl", LX_LOG, "id INTEGER PRIMARY KEY", NULL, false },
		{ 0 },
	};
	static const struct lx_query colour = { "colour", "SELECT colour FROM pebble WHERE id = $1",
		"i", "t" };
	static const struct lx_table renamed[] = {
		{ "pebble", LX_KEPT,
			"id INTEGER PRIMARY KEY, name TEXT NOT NULL, weight INTEGER, skin BLOB, "
			"colour TEXT NOT NULL DEFAULT ('grey, (or so)'), UNIQUE (name)",
			NULL, false },
		{ "shell", LX_KEPT, "name TEXT PRIMARY KEY, pebble INTEGER", NULL, true },
		{ "pearl", LX_LOG, "id INTEGER PRIMARY KEY", NULL, false },
		{ 0 },
	};
	struct lx_value value;

	begin(f);
	assert_int_equal(add(f->tx, 1, "one"), LX_OK);
	commit(f);
	lx_store_close(&f->store);
	assert_int_equal(
		lx_store_open(&f->call, f->path, LX_STORE_READ, grown, &f->store), LX_CONFLICT);
	assert_string_equal(f->call.fault.msgid, "store.older");
	lx_fault_clear(&f->call.fault);
	reopen(f, LX_STORE_WRITE, grown);
	begin(f);
	assert_int_equal(lx_one(f->tx, &colour, &LX_I(1), &value), LX_OK);
	assert_string_equal(value.text.at, "grey, (or so)");
	assert_int_equal(lx_store_empty(f->tx, "pebble"), LX_OK);
	assert_int_equal(count(f->tx), 0);
	assert_int_equal(lx_store_empty(f->tx, "shell"), LX_INVALID);
	lx_fault_clear(&f->call.fault);
	assert_int_equal(lx_store_empty(f->tx, "sqlite_schema"), LX_INVALID);
	lx_fault_clear(&f->call.fault);
	commit(f);
	reopen(f, LX_STORE_READ, grown);
	lx_store_close(&f->store);
	assert_int_equal(
		lx_store_open(&f->call, f->path, LX_STORE_WRITE, tables, &f->store), LX_CONFLICT);
	assert_string_equal(f->call.fault.msgid, "store.undeclared");
	lx_fault_clear(&f->call.fault);
	assert_int_equal(
		lx_store_open(&f->call, f->path, LX_STORE_WRITE, renamed, &f->store), LX_CONFLICT);
	assert_string_equal(f->call.fault.msgid, "store.kind");
	lx_fault_clear(&f->call.fault);
}

static int64_t found(struct fixture *f, const char *type, const char *query)
{
	struct lx_search_hit *hits = NULL;
	size_t n = 0;
	int64_t total = 0;

	assert_int_equal(
		lx_search_find(f->tx, type, lx_text(query), 0, 50, &hits, &n, &total), LX_OK);
	assert_int_equal(n, total < 50 ? total : 50);
	return n == 0 ? 0 : n == 1 ? hits[0].record : -(int64_t)n;
}

static void chinese_words_of_any_length_are_found(void **state)
{
	struct fixture *f = *state;

	begin(f);
	assert_int_equal(
		lx_search_put(f->tx, "need", 1, lx_text("希望开通一卡通，方便乘坐地铁11号线")),
		LX_OK);
	assert_int_equal(
		lx_search_put(f->tx, "need", 2, lx_text("河水污染 \"Xin'an\" river 😀")), LX_OK);
	assert_int_equal(lx_search_put(f->tx, "goal", 3, lx_text("减少污染；地面铁轨")), LX_OK);
	assert_int_equal(found(f, NULL, "一卡通"), 1);
	assert_int_equal(found(f, NULL, "地铁"), 1);
	assert_int_equal(found(f, NULL, "地鐵"), 1);
	assert_int_equal(found(f, NULL, "卡"), 1);
	assert_int_equal(found(f, NULL, "RIVERS"), 2);
	assert_int_equal(found(f, NULL, "\" OR * NEAR(( -- ; river"), 0);
	assert_int_equal(found(f, NULL, "污染 river"), 2);
	assert_int_equal(found(f, NULL, "😀"), 2);
	assert_int_equal(found(f, NULL, "污染"), -2);
	assert_int_equal(found(f, "goal", "污染"), 3);
	assert_int_equal(found(f, NULL, "，。"), 0);
	assert_int_equal(found(f, NULL, ""), 0);
	commit(f);
	begin(f);
	assert_int_equal(lx_search_put(f->tx, "need", 1, lx_text("改为公交")), LX_OK);
	assert_int_equal(found(f, NULL, "地铁"), 0);
	assert_int_equal(found(f, NULL, "公交"), 1);
	assert_int_equal(lx_search_drop(f->tx, "need", 1), LX_OK);
	assert_int_equal(lx_search_drop(f->tx, "need", 1), LX_OK);
	assert_int_equal(found(f, NULL, "公交"), 0);
	assert_int_equal(lx_store_empty(f->tx, "search"), LX_OK);
	assert_int_equal(found(f, NULL, "污染"), 0);
	commit(f);
}

static void the_newest_of_very_many_come_first(void **state)
{
	struct fixture *f = *state;
	struct lx_search_hit *hits;
	size_t n;
	int64_t total;

	begin(f);
	for (int64_t i = 1; i <= 5001; i++)
		assert_int_equal(lx_search_put(f->tx, "need", i,
					 lx_text(i == 9 ? "公交公交" : "公交和地铁")),
			LX_OK);
	assert_int_equal(lx_search_put(f->tx, "goal", 1, lx_text("公交")), LX_OK);
	assert_int_equal(
		lx_search_find(f->tx, "need", lx_text("公交"), 10, 5, &hits, &n, &total), LX_OK);
	assert_true(n == 5 && total == 5001 && hits[0].record == 4991 && hits[4].record == 4987);
	assert_int_equal(lx_search_drop(f->tx, "need", 5001), LX_OK);
	assert_int_equal(
		lx_search_find(f->tx, "need", lx_text("公交"), 0, 5, &hits, &n, &total), LX_OK);
	assert_true(n == 5 && total == 5000 && hits[0].record == 9 && hits[1].record == 5000);
	assert_int_equal(
		lx_search_find(f->tx, "none", lx_text("公交"), 0, 5, &hits, &n, &total), LX_OK);
	assert_true(n == 0 && total == 0);
	lx_store_rollback(&f->tx);
}

static void the_index_is_made_anew_when_tokens_change(void **state)
{
	struct fixture *f = *state;
	static const struct lx_query older = { "older", "UPDATE search_tokens SET version = $1",
		"i", "" };

	begin(f);
	assert_int_equal(lx_search_put(f->tx, "need", 5, lx_text("公交专用道")), LX_OK);
	assert_int_equal(lx_run(f->tx, &older, &LX_I(1)), LX_OK);
	static const struct lx_query spoil = { "spoil",
		"INSERT INTO search (search) VALUES ('delete-all')", "", "" };
	assert_int_equal(lx_run(f->tx, &spoil, NULL), LX_OK);
	assert_int_equal(found(f, NULL, "公交"), 0);
	commit(f);
	reopen(f, LX_STORE_WRITE, tables);
	begin(f);
	assert_int_equal(found(f, NULL, "公交"), 5);
	commit(f);
}

static void a_backup_is_whole_and_new(void **state)
{
	struct fixture *f = *state;
	char copy[128];

	begin(f);
	assert_int_equal(add(f->tx, 1, "one"), LX_OK);
	commit(f);
	begin(f);
	assert_int_equal(add(f->tx, 2, "not committed"), LX_OK);
	(void)snprintf(copy, sizeof copy, "%s.copy", f->path);
	assert_int_equal(lx_store_backup(f->store, &f->call, copy), LX_OK);
	assert_int_equal(lx_store_backup(f->store, &f->call, copy), LX_CONFLICT);
	lx_fault_clear(&f->call.fault);
	commit(f);
	lx_store_close(&f->store);
	assert_int_equal(lx_store_open(&f->call, copy, LX_STORE_WRITE, tables, &f->store), LX_OK);
	begin(f);
	assert_int_equal(count(f->tx), 1);
	assert_int_equal(lx_search_put(f->tx, "need", 1, lx_text("公交")), LX_OK);
	commit(f);
}

/* Whether a file beside the database holds the bytes. */
static bool holds(const struct fixture *f, const char *ending, const char *bytes)
{
	char path[160];
	(void)snprintf(path, sizeof path, "%s%s", f->path, ending);
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return false;
	char *all = test_malloc(64 << 20);
	size_t n = fread(all, 1, 64 << 20, file);
	(void)fclose(file);
	bool there = n > 0 && memmem(all, n, bytes, strlen(bytes)) != NULL;
	test_free(all);
	return there;
}

static bool anywhere(const struct fixture *f, const char *bytes)
{
	return holds(f, "", bytes) || holds(f, "-wal", bytes) || holds(f, "-shm", bytes);
}

static void what_is_deleted_and_scrubbed_is_nowhere(void **state)
{
	struct fixture *f = *state;
	static const struct lx_query drop = { "drop", "DELETE FROM pebble WHERE id % 3 = $1", "i",
		"" };
	char name[600];

	/* rows in changing order and of changing size, so that pages split and rows move */
	for (int round = 0; round < 5; round++) {
		begin(f);
		for (int i = 0; i < 600; i++) {
			int id = (i * 7919 + round * 600) % 3001 + 1;
			(void)snprintf(name, sizeof name, "%s-%05d-%0*d",
				id % 3 == 1 ? "canarywort" : "ordinary", id, (i % 9) * 60 + 1, 0);
			if (add(f->tx, id, name) != LX_OK)
				lx_fault_clear(&f->call.fault);
			else
				assert_int_equal(
					lx_search_put(f->tx, "pebble", id, lx_text(name)), LX_OK);
		}
		commit(f);
	}
	assert_true(anywhere(f, "canarywort"));
	begin(f);
	for (int id = 1; id <= 3001; id += 3)
		assert_int_equal(lx_search_drop(f->tx, "pebble", id), LX_OK);
	assert_int_equal(lx_run(f->tx, &drop, &LX_I(1)), LX_OK);
	commit(f);
	assert_int_equal(lx_store_scrub(f->store, &f->call), LX_OK);
	assert_false(anywhere(f, "canarywort"));
	assert_true(anywhere(f, "ordinary"));
	begin(f);
	assert_true(found(f, NULL, "ordinary") != 0);
	commit(f);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)
	const struct CMUnitTest tests[] = {
		T(values_come_back_as_they_went_in),
		T(twice_the_same_key_is_a_conflict),
		T(what_is_declared_wrongly_is_refused),
		T(declarations_can_be_checked_without_running),
		T(savepoints_nest),
		T(a_reader_sees_its_moment_and_does_not_write),
		T(a_snapshot_ends_by_itself),
		T(a_statement_may_run_inside_itself),
		T(all_rows_have_a_bound),
		T(opening_says_what_is_wrong),
		T(schema_grows_and_never_shrinks),
		T(chinese_words_of_any_length_are_found),
		T(the_newest_of_very_many_come_first),
		T(the_index_is_made_anew_when_tokens_change),
		T(a_backup_is_whole_and_new),
		T(what_is_deleted_and_scrubbed_is_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
