/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Many readers beside a writer, for the thread sanitizer: each answer is whole and explained. */
#include "engines/similar/similar.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define READERS 3
#define ROUNDS  600

static struct lx_similar *shared;
static atomic_bool done;
static atomic_uint faults, asked;

static void write_text(char *text, size_t size, unsigned i)
{
	(void)snprintf(text, size, "第%u号线 night bus %u 希望延长 %u", i % 17, i % 5, i % 113);
}

static void ask(struct lx_call *call, unsigned i)
{
	char text[128];
	struct lx_similar_hits hits;

	write_text(text, sizeof text, i);
	struct lx_similar_query query = { .text = lx_text(text) };
	if (lx_similar_query(call, shared, &query, &hits) != LX_OK)
		atomic_fetch_add(&faults, 1);
	for (size_t h = 0; call->fault.code == LX_OK && h < hits.n; h++) {
		double sum = 0;
		for (size_t t = 0; t < hits.at[h].terms_n; t++)
			sum += hits.at[h].terms[t].part;
		if (fabs(sum - hits.at[h].score) > 1e-9)
			atomic_fetch_add(&faults, 1);
	}
	(void)lx_similar_count(shared);
	atomic_fetch_add(&asked, 1);
}

static void *reader(void *arg)
{
	struct lx_arena arena = { .limit = 16 << 20 };
	struct lx_call call = { .arena = &arena };

	for (unsigned i = (unsigned)(uintptr_t)arg; !atomic_load(&done); i += 7) {
		ask(&call, i);
		lx_arena_close(&arena);
	}
	return NULL;
}

static void readers_and_a_writer_agree(void **state)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 64 << 20 };
	struct lx_call call = { .arena = &arena };
	pthread_t readers[READERS];
	char text[128];

	(void)state;
	assert_int_equal(lx_similar_open(&call, 64 << 20, &shared), LX_OK);
	for (uintptr_t i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, reader, (void *)i), 0);
	for (unsigned i = 0; i < ROUNDS || atomic_load(&asked) < 100; i++) {
		write_text(text, sizeof text, i);
		struct lx_similar_text one = { .id = i % 300, .text = lx_text(text) };
		assert_int_equal(lx_similar_put(&call, shared, &one), LX_OK);
		if (i % 3 == 0)
			assert_int_equal(lx_similar_remove(&call, shared, i % 300), LX_OK);
		if (i % 200 == 199) {
			struct lx_text image;
			assert_int_equal(lx_similar_image(&call, shared, &image), LX_OK);
			assert_int_equal(lx_similar_load(&call, shared, image), LX_OK);
		}
	}
	atomic_store(&done, true);
	for (size_t i = 0; i < READERS; i++)
		(void)pthread_join(readers[i], NULL);
	assert_int_equal(atomic_load(&faults), 0);
	assert_true(atomic_load(&asked) > 0);
	lx_similar_close(&shared);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(readers_and_a_writer_agree) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
