/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Nothing that was answered is lost: the n-th write to disk fails, for n = 1, 2, 3 … until none does, once or
 * for as long as it lasts; then the n-th request for memory. After each run the files are copied as a
 * killed process leaves them, opened, verified, and compared with what was answered.
 */
#include "base/memory.h"
#include "kernel/journal/journal.h"
#include "kernel/store/sqlite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define BATCHES 5
#define ACTS    3

struct fixture {
	struct lx_arena arena;
	struct lx_call call;
	struct lx_store *store;
	char folder[64], fresh[96], path[96], crashed[96];
};

static void copy_file(const char *from, const char *to, const char *ending)
{
	char name[160], bytes[65536];
	size_t n;

	(void)snprintf(name, sizeof name, "%s%s", to, ending);
	(void)unlink(name);
	FILE *out = fopen(name, "wb");
	(void)snprintf(name, sizeof name, "%s%s", from, ending);
	FILE *in = fopen(name, "rb");
	assert_non_null(out);
	while (in != NULL && (n = fread(bytes, 1, sizeof bytes, in)) > 0)
		assert_int_equal(fwrite(bytes, 1, n, out), n);
	if (in != NULL)
		(void)fclose(in);
	assert_int_equal(fclose(out), 0);
}

/* What a killed process leaves: the file and the write-ahead file; the shared index is made anew. */
static void copy_killed(const char *from, const char *to)
{
	char name[160];

	copy_file(from, to, "");
	copy_file(from, to, "-wal");
	(void)snprintf(name, sizeof name, "%s-shm", to);
	(void)unlink(name);
}

static int open_fixture(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .arena = { .limit = 64 << 20 } };
	f.call.arena = &f.arena;
	(void)snprintf(f.folder, sizeof f.folder, "durability-test-XXXXXX");
	if (mkdtemp(f.folder) == NULL)
		return 1;
	(void)snprintf(f.fresh, sizeof f.fresh, "%s/fresh.db", f.folder);
	(void)snprintf(f.path, sizeof f.path, "%s/lianxi.db", f.folder);
	(void)snprintf(f.crashed, sizeof f.crashed, "%s/crashed.db", f.folder);
	if (lx_store_open(&f.call, f.fresh, LX_STORE_CREATE, lx_journal_tables, &f.store) != LX_OK)
		return 1;
	lx_store_close(&f.store);
	*state = &f;
	return 0;
}

static int close_fixture(void **state)
{
	static const char *const endings[] = { "", "-wal", "-shm" };
	struct fixture *f = *state;
	const char *const paths[] = { f->fresh, f->path, f->crashed };
	char name[160];

	lx_store_close(&f->store);
	for (size_t i = 0; i < 9; i++) {
		(void)snprintf(name, sizeof name, "%s%s", paths[i / 3], endings[i % 3]);
		(void)unlink(name);
	}
	(void)rmdir(f->folder);
	lx_arena_close(&f->arena);
	return 0;
}

static enum lx_code one_act(struct lx_tx *tx, struct lx_edge *edge, int64_t number)
{
	char commitment[LX_HASH_TEXT], ref[32], text[200];
	int64_t content;

	(void)snprintf(text, sizeof text, "需求 %0150lld", (long long)number);
	LX_TRY(lx_content_put(
		tx, edge, lx_text(text), "zh-CN", "text/plain", &content, commitment));
	LX_TRY(lx_search_put(tx, "need", content, lx_text(text)));
	(void)snprintf(ref, sizeof ref, "content/%lld", (long long)content);
	json_t *entry = json_pack("{s:s, s:[[s,s,s]], s:{s:s}}", "act", "need.submit", "do", "set",
		"title", ref, "with", ref, commitment);
	json_t *inner = json_pack("{s:[[s,s,i]]}", "do", "set", "number", (int)number);
	enum lx_code code = lx_journal_append(tx, edge, 1000 + number, entry, inner);
	lx_json_free(&entry);
	lx_json_free(&inner);
	return code;
}

/* A batch as the writer runs it: acts under savepoints, one commit, the edge adopted after it. */
static enum lx_code one_batch(struct fixture *f, struct lx_edge *edge)
{
	struct lx_edge copy = *edge;
	struct lx_tx *tx = NULL;
	enum lx_code code = lx_store_begin(f->store, &f->call, &tx);

	for (int i = 0; code == LX_OK && i < ACTS; i++) {
		code = lx_store_mark(tx);
		if (code == LX_OK)
			code = one_act(tx, &copy, copy.size + 1);
		if (code == LX_OK)
			code = lx_store_keep(tx);
	}
	if (tx == NULL)
		return code;
	if (code != LX_OK) {
		tx->marks = 0;
		lx_store_rollback(&tx);
		return code;
	}
	code = lx_store_commit(&tx);
	if (code == LX_OK)
		*edge = copy;
	return code;
}

/* How many entries the database has, all of it verified. */
static int64_t verified(struct fixture *f, struct lx_store *store)
{
	struct lx_edge edge;
	struct lx_tx *tx;

	assert_int_equal(lx_store_read_patient(store, &f->call, &tx), LX_OK);
	if (lx_journal_verify(tx) != LX_OK)
		fail_msg("%s at %s", f->call.fault.msgid, f->call.fault.field);
	assert_int_equal(lx_edge_load(tx, &edge), LX_OK);
	lx_store_release(&tx);
	return edge.size;
}

static int64_t entries_after_kill(struct fixture *f)
{
	struct lx_store *store = NULL;

	copy_killed(f->path, f->crashed);
	if (lx_store_open(&f->call, f->crashed, LX_STORE_WRITE, lx_journal_tables, &store) != LX_OK)
		fail_msg("%s %s", f->call.fault.msgid, f->call.fault.detail);
	int64_t n = verified(f, store);
	lx_store_close(&store);
	return n;
}

static void start_anew(struct fixture *f)
{
	lx_store_close(&f->store);
	copy_killed(f->fresh, f->path);
	assert_int_equal(
		lx_store_open(&f->call, f->path, LX_STORE_WRITE, lx_journal_tables, &f->store),
		LX_OK);
	(void)sqlite3_wal_autocheckpoint(
		f->store->writer.db, 40); /* so that checkpoints fail too */
}

/* Runs all batches, some of which fail; returns how many did. */
static unsigned run_batches(struct fixture *f, struct lx_edge *edge)
{
	unsigned failed = 0;

	for (int i = 0; i < BATCHES; i++) {
		enum lx_code code = one_batch(f, edge);
		if (code == LX_OK)
			continue;
		failed++;
		assert_int_equal(code, LX_BROKEN);
		lx_fault_clear(&f->call.fault);
		assert_int_equal(verified(f, f->store), edge->size); /* reading goes on */
		if (failed > 1)
			continue;
		/* what failed may have reached the disk whole, never in part */
		int64_t left = entries_after_kill(f);
		assert_true(left == edge->size || left == edge->size + ACTS);
	}
	return failed;
}

static void fail_writes(struct fixture *f, uint64_t times)
{
	unsigned failed = 1, n = 0;

	while (failed > 0) {
		struct lx_edge edge = { 0 };
		start_anew(f);
		lx_store_fail_at(f->store, ++n, times);
		failed = run_batches(f, &edge);
		lx_store_fail_at(f->store, 0, 0);
		if (times == 1)
			assert_true(failed <= 1);
		assert_int_equal(edge.size, (BATCHES - failed) * ACTS);
		assert_int_equal(one_batch(f, &edge), LX_OK); /* writing goes on */
		assert_int_equal(verified(f, f->store), edge.size);
		assert_int_equal(entries_after_kill(f), edge.size);
		lx_arena_close(&f->arena);
	}
	assert_true(n > 20);
}

static void each_write_may_fail_once(void **state)
{
	fail_writes(*state, 1);
}

static void from_each_write_on_the_disk_may_stay_full(void **state)
{
	fail_writes(*state, 0);
}

static void each_request_for_memory_may_fail(void **state)
{
	struct fixture *f = *state;
	unsigned failed = 1;

	for (uint64_t n = 1; failed > 0; n += 1 + n / 16) {
		struct lx_edge edge = { 0 };
		start_anew(f);
		failed = 0;
		lx_memory_fail_at(n);
		for (int i = 0; i < 2; i++)
			failed += one_batch(f, &edge) != LX_OK;
		lx_memory_fail_at(0);
		lx_fault_clear(&f->call.fault);
		assert_int_equal(edge.size, (2 - (int)failed) * ACTS);
		assert_int_equal(verified(f, f->store), edge.size);
		assert_int_equal(one_batch(f, &edge), LX_OK);
		lx_arena_close(&f->arena);
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)
	const struct CMUnitTest tests[] = {
		T(each_write_may_fail_once),
		T(from_each_write_on_the_disk_may_stay_full),
		T(each_request_for_memory_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
