/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Many threads on one store: readers wait for a free one, see whole commits only, and scrubbing and
 * backups go on beside them. Meant for the thread sanitizer. */
#include "kernel/store/sqlite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define THREADS 24
#define ROUNDS  40

static const struct lx_table tables[] = {
	{ "pair", LX_DERIVED, "id INTEGER PRIMARY KEY, value INTEGER NOT NULL", NULL, false },
	{ 0 },
};
static const struct lx_query q_set = { "pair.set",
	"INSERT INTO pair (id, value) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET value = $2",
	"ii", "" };
static const struct lx_query q_both = { "pair.both",
	"SELECT a.value, b.value FROM pair a, pair b WHERE a.id = 1 AND b.id = 2", "", "ii" };

struct worker {
	pthread_t thread;
	struct lx_store *store;
	enum lx_code code;
	int64_t torn;
};

static enum lx_code set_pair(struct lx_store *store, struct lx_call *call, int64_t value)
{
	struct lx_tx *tx;

	LX_TRY(lx_store_begin(store, call, &tx));
	struct lx_value one[] = { LX_I(1), LX_I(value) }, two[] = { LX_I(2), LX_I(-value) };
	enum lx_code code = lx_run(tx, &q_set, one);
	if (code == LX_OK)
		code = lx_run(tx, &q_set, two);
	if (code == LX_OK)
		return lx_store_commit(&tx);
	lx_store_rollback(&tx);
	return code;
}

static void *read_pairs(void *argument)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 1 << 20 };
	struct lx_call call = { .arena = &arena };
	struct worker *worker = argument;

	for (int i = 0; i < ROUNDS && worker->code == LX_OK; i++) {
		struct lx_tx *tx = NULL;
		struct lx_value both[2];
		worker->code = lx_store_read(worker->store, &call, &tx);
		if (worker->code == LX_OK)
			worker->code = lx_one(tx, &q_both, NULL, both);
		if (worker->code == LX_OK)
			worker->torn += both[0].number + both[1].number != 0;
		lx_store_release(&tx);
	}
	return NULL;
}

static void readers_and_the_writer_keep_out_of_each_others_way(void **state)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 1 << 20 };
	struct lx_call call = { .arena = &arena };
	struct worker workers[THREADS] = { 0 };
	struct lx_store *store = NULL;
	char folder[] = "pool-test-XXXXXX", path[64], copy[64];
	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/lianxi.db", folder);
	(void)snprintf(copy, sizeof copy, "%s/copy.db", folder);
	assert_int_equal(lx_store_open(&call, path, LX_STORE_CREATE, tables, &store), LX_OK);
	assert_int_equal(set_pair(store, &call, 0), LX_OK);
	for (int i = 0; i < THREADS; i++) {
		workers[i].store = store;
		assert_int_equal(
			pthread_create(&workers[i].thread, NULL, read_pairs, &workers[i]), 0);
	}
	for (int i = 1; i <= ROUNDS; i++) {
		assert_int_equal(set_pair(store, &call, i), LX_OK);
		if (i % 20 == 0)
			assert_int_equal(lx_store_scrub(store, &call), LX_OK);
	}
	assert_int_equal(lx_store_backup(store, &call, copy), LX_OK);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		assert_int_equal(workers[i].code, LX_OK);
		assert_int_equal(workers[i].torn, 0);
	}
	assert_int_equal(store->lent, 0);
	lx_store_close(&store);
	(void)unlink(copy);
	(void)unlink(path);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readers_and_the_writer_keep_out_of_each_others_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
