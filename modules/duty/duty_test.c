/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The members' board: its statements are as declared, its intervals are Wilson's. */
#include "modules/duty/board.h"
#include "modules/duty/board_queries.h"
#include "modules/testworld.h"

static void every_statement_is_as_declared(void **state)
{
	struct world *w = *state;
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	for (size_t i = 0; lx_board_queries[i] != NULL; i++)
		if (lx_query_check(tx, lx_board_queries[i]) != LX_OK)
			fail_msg("%s: %s %s", lx_board_queries[i]->name, w->call.fault.msgid,
				w->call.fault.detail);
}

/* Brown, Cai, DasGupta (2001), and worked by hand for the ends. */
static void intervals_are_wilsons(void **state)
{
	static const struct {
		int64_t part, whole, low, high;
	} known[] = { { 0, 10, 0, 278 }, { 10, 10, 722, 1000 }, { 5, 10, 237, 763 },
		{ 152, 153, 964, 999 }, { 15, 148, 62, 160 } };

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		int64_t low, high;
		lx_board_interval(known[i].part, known[i].whole, &low, &high);
		assert_int_equal(low, known[i].low);
		assert_int_equal(high, known[i].high);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_statement_is_as_declared),
		cmocka_unit_test(intervals_are_wilsons),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
