/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The thread over real types: walked both ways, bounded, and through nothing that may not be read. */
#include "modules/testworld.h"

#include "kernel/types/charter.h"
#include "kernel/types/reduce.h"
#include "kernel/types/thread.h"

static int64_t need(struct world *w, const char *title)
{
	char input[256];

	(void)snprintf(input, sizeof input,
		"{\"title\":\"%s\",\"text\":\"一段足够长的说明文字\",\"kind\":\"joint\","
		"\"category\":\"transport\"}",
		title);
	return must(w, 5, "need.submit", 0, input);
}

static int64_t project(struct world *w, const char *needs)
{
	char input[512];

	(void)snprintf(input, sizeof input,
		"{\"title\":\"跨市公交快线\",\"text\":\"一段足够长的说明文字\",\"domain\":"
		"\"transport\","
		"\"cost\":\"10000\",\"need\":%s}",
		needs);
	return must(w, 3, "project.propose", 0, input);
}

static int64_t pledge(struct world *w, int64_t of)
{
	char input[256];

	(void)snprintf(input, sizeof input,
		"{\"title\":\"按期通车\",\"owner\":\"member/"
		"2\",\"due\":\"2027-12-01\",\"source\":\"need/%d\"}",
		(int)of);
	return must(w, 3, "commitment.pledge", 0, input);
}

/* As a stranger sees it; the records in words, ordered by the types below. */
static void told(
	struct world *w, const char *type, int64_t number, char *out, size_t size, bool *cut)
{
	static const char *const types[] = { "need", "project", "commitment" };
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_charter charter;
	struct lx_actor nobody;
	struct lx_record record;
	struct lx_thread thread;
	size_t len = 0;

	lx_fault_clear(&w->call.fault);
	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	assert_int_equal(lx_charter_load(tx, &w->region, &charter), LX_OK);
	assert_int_equal(lx_actor_load(tx, &w->region, 0, &nobody), LX_OK);
	struct lx_sight sight = { tx, &w->region, &charter, &nobody, NULL };
	assert_int_equal(
		lx_record_load(tx, lx_shape_find(&w->region, lx_text(type)), number, &record),
		LX_OK);
	assert_int_equal(lx_thread_walk(&sight, &record, &thread), LX_OK);
	out[0] = '\0';
	for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
		for (size_t i = 0; i < thread.records_n; i++)
			if (strcmp(types[t], thread.records[i].record.shape->type->name) == 0)
				len += (size_t)snprintf(out + len, size - len, "%s/%d ", types[t],
					(int)thread.records[i].record.number);
	len += (size_t)snprintf(out + len, size - len, "%zu", thread.links_n);
	assert_true(len < size);
	*cut = thread.cut;
}

static void thread_is(struct world *w, const char *type, int64_t number, const char *expected)
{
	char out[2048];
	bool cut;

	told(w, type, number, out, sizeof out, &cut);
	assert_string_equal(out, expected);
	assert_false(cut);
}

static void it_is_walked_both_ways(void **state)
{
	struct world *w = *state;

	assert_int_equal(need(w, "公交太慢"), 1);
	assert_int_equal(need(w, "公交太少"), 2);
	assert_int_equal(need(w, "另一件事"), 3);
	assert_int_equal(project(w, "[{\"need\":\"need/1\"},{\"need\":\"need/2\"}]"), 1);
	assert_int_equal(project(w, "[{\"need\":\"need/2\"}]"), 2);
	assert_int_equal(pledge(w, 1), 1);
	thread_is(w, "need", 1, "need/1 project/1 commitment/1 2");
	thread_is(w, "need", 2, "need/2 project/1 project/2 2");
	thread_is(w, "need", 3, "need/3 0");
	/* back to the needs, and not on to what else arose from them */
	thread_is(w, "project", 1, "need/1 need/2 project/1 2");
	thread_is(w, "commitment", 1, "need/1 commitment/1 1");
}

static void what_may_not_be_read_is_not_walked(void **state)
{
	struct world *w = *state;

	must(w, 1, "need.hide", 1, "{\"reason\":\"含有他人姓名\"}");
	thread_is(w, "project", 1, "need/2 project/1 1");
	thread_is(w, "commitment", 1, "commitment/1 0");
	must(w, 1, "need.unhide", 1, "{\"reason\":\"已经更正\"}");
	thread_is(w, "project", 1, "need/1 need/2 project/1 2");
}

static void it_is_bounded(void **state)
{
	struct world *w = *state;
	char out[2048];
	bool cut;

	for (int i = 0; i < LX_THREAD_BACK_MAX + 1; i++)
		(void)pledge(w, 3);
	told(w, "need", 3, out, sizeof out, &cut);
	assert_true(cut);
	assert_string_equal(out + strlen(out) - 2, "12");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_walked_both_ways),
		cmocka_unit_test(what_may_not_be_read_is_not_walked),
		cmocka_unit_test(it_is_bounded),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
