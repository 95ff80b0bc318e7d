/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The tables of all types hold together, and a slip of one word in them is found. */
#include "base/message.h"
#include "kernel/types/check.h"
#include "modules/modules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void every_word_of_the_tables_resolves(void **state)
{
	LX_CLOSE(lx_buf_close) struct lx_buf faults = { 0 };
	(void)state;
	if (lx_types_check(lx_types, lx_data_checks, lx_has, &faults) != 0)
		fail_msg("%s", faults.at);
}

static const struct lx_field slip_fields[] = { { "title", LX_TEXT, "4..9", "lists" },
	{ "owner", LX_LINK, "nobody" }, { "secret", LX_SEALED, "name" }, { "by", LX_MOMENT }, END };
static const struct lx_relation slip_relations[] = { { "owner", LX_ACTS_FOR, "owner.nowhere" },
	END };
static const struct lx_state slip_states[] = { { "open", LX_WORK, LX_PUBLIC, "closed" },
	{ "lost", LX_WAIT, LX_WITHHELD }, END };
static const struct lx_term slip_terms[] = { { "by", NULL, NULL, "open", NULL, "pass" }, END };
static const struct lx_act slip_acts[] = { { "make", "somebody", NULL, "open", "titel", "unmake",
						   .consent = "all" },
	{ "soon", "owner", "open", "opened", "" }, END };
static const struct lx_type slip = { "slip", "slips", NULL, "name", slip_fields, NULL,
	slip_relations, slip_states, slip_terms, NULL, slip_acts };

static void slips_are_found(void **state)
{
	static const char *const expected[] = { "unknown use 'lists'",
		"unknown link target 'nobody'", "nobody is named who sees it",
		"leads nowhere at 'nowhere'", "unknown act 'closed'", "no act leads here",
		"withheld, but nobody", "that nothing starts", "no act gives its day",
		"unknown act 'pass'", "unknown relation 'somebody'", "takes unknown word 'titel'",
		"unknown reversal 'unmake'", "unknown consent 'all'",
		"consent on a record not yet made", "unknown state 'opened'",
		"nothing of its reversal", "the name is the kernel's", "titled by unknown field" };
	const struct lx_type *const types[] = { &slip, NULL };
	LX_CLOSE(lx_buf_close) struct lx_buf faults = { 0 };
	(void)state;
	assert_true(
		lx_types_check(types, NULL, NULL, &faults) >= sizeof expected / sizeof expected[0]);
	for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
		if (strstr(faults.at, expected[i]) == NULL)
			fail_msg("not found: %s in\n%s", expected[i], faults.at);
}

/* An older database has records already when a type gets another list: its counter must have a value for them. */
static void a_list_can_be_added_to_records_that_are_there(void **state)
{
	static const struct lx_table *const none[] = { NULL };
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 64 << 20 };
	struct lx_call call = { .arena = &arena };
	struct lx_region region;
	char counter[128];

	(void)state;
	assert_int_equal(lx_region_make(&call, lx_types, lx_data_checks, none, &region), LX_OK);
	for (size_t i = 0; i < region.n; i++)
		for (size_t r = 0; r < region.shapes[i].rows_n; r++) {
			const struct lx_type *type = region.shapes[i].type;
			const struct lx_table *table = region.tables;
			while (strcmp(table->name, type->name) != 0)
				table++;
			(void)snprintf(counter, sizeof counter, "n_%s INTEGER NOT NULL DEFAULT 0",
				type->rows[r].name);
			assert_non_null(strstr(table->columns, counter));
		}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_of_the_tables_resolves),
		cmocka_unit_test(slips_are_found),
		cmocka_unit_test(a_list_can_be_added_to_records_that_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
