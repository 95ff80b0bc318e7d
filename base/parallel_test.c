/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pieces of work on several threads: each done once, the lowest failure told, stopping as asked. */
#include "base/parallel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define PIECES 5000

struct work {
	unsigned char done[PIECES];
	size_t by[LX_THREADS_MAX];
	size_t fails_from;
};

static enum lx_code do_piece(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	struct work *work = with;

	work->done[i]++;
	work->by[worker]++;
	if (i >= work->fails_from)
		return lx_fault_set(fault, LX_INVALID, NULL, "base.broken", "%zu", i);
	return LX_OK;
}

static void every_piece_is_done_once(void **state)
{
	(void)state;
	for (unsigned threads = 0; threads <= 4; threads++) {
		struct lx_call call = { .threads = threads };
		struct work work = { .fails_from = SIZE_MAX };
		size_t sum = 0;
		assert_int_equal(lx_parallel(&call, PIECES, do_piece, &work), LX_OK);
		for (size_t i = 0; i < PIECES; i++)
			assert_int_equal(work.done[i], 1);
		for (unsigned w = 0; w < lx_workers(&call, PIECES); w++)
			sum += work.by[w];
		assert_int_equal(sum, PIECES);
	}
}

static void the_lowest_failure_is_told(void **state)
{
	(void)state;
	for (unsigned threads = 1; threads <= 4; threads++) {
		struct lx_call call = { .threads = threads };
		struct work work = { .fails_from = 777 };
		assert_int_equal(lx_parallel(&call, PIECES, do_piece, &work), LX_INVALID);
		assert_string_equal(call.fault.detail, "777");
		assert_int_equal(work.done[PIECES - 1], 0);
	}
}

static bool stop_at_once(void *with, uint64_t done, uint64_t total)
{
	(void)with;
	(void)done;
	(void)total;
	return false;
}

static void stops_when_asked(void **state)
{
	const struct lx_progress progress = { .step = stop_at_once };
	struct lx_call call = { .progress = &progress, .threads = 1 };
	struct work work = { .fails_from = SIZE_MAX };

	(void)state;
	assert_int_equal(lx_parallel(&call, PIECES, do_piece, &work), LX_BUSY);
	assert_string_equal(call.fault.msgid, "base.cancelled");
	assert_int_equal(work.done[1], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_piece_is_done_once),
		cmocka_unit_test(the_lowest_failure_is_told),
		cmocka_unit_test(stops_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
