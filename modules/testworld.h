/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A small region for the tests of institutions: three members, a secretariat, six persons, the charter adopted; acts go
 * through the writer. The clock is the test's.
 */
#ifndef LX_MODULES_TESTWORLD_H
#define LX_MODULES_TESTWORLD_H

#include "kernel/types/decide.h"
#include "kernel/types/region.h"
#include "kernel/writer/writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DAY LX_DAY_MS
#define T0  INT64_C(1795000000000) /* Wednesday 2026-11-18, 11:06:40 UTC */

/* One region in a folder of its own, with a clock that the test sets. */
struct world {
	struct lx_arena arena;
	struct lx_call call;
	struct lx_region region;
	struct lx_charter_kept kept;
	struct lx_store *store;
	struct lx_writer *writer;
	int64_t now;
	char path[64];
	char keys[72]; /* the folder of secrets */
};

/* Does an act as a person: 1 secretary; 2 3 4 administrators, officers and delegates of A B C; 5 6 residents; 7 treasurer;
 * 8 auditor; 0 nobody. */
enum lx_code act(struct world *w, int64_t person, const char *what, int64_t record,
	const char *input, struct lx_order *order);

/* The same with input as JSON, borrowed. */
enum lx_code act_json(struct world *w, int64_t person, const char *what, int64_t record,
	const json_t *input, struct lx_order *order);

/* The same with bytes for the act's rule alone (struct lx_order). */
enum lx_code act_aside(struct world *w, int64_t person, const char *what, int64_t record,
	struct lx_text aside, struct lx_order *order);

/* An act that must be allowed: the record's number. */
int64_t must(struct world *w, int64_t person, const char *what, int64_t record, const char *input);

/* An act that must be refused so, and leave no trace. */
void must_not(struct world *w, enum lx_code expected, const char *msgid, int64_t person,
	const char *what, int64_t record, const char *input);

/* Lets days go by, and the clock do what is due. */
void pass(struct world *w, int64_t days);

struct lx_record load(struct world *w, const char *type, int64_t number);
void is_in(struct world *w, const char *type, int64_t number, const char *state, enum lx_mark mark);

/* A test: the tables are what a rebuild of a copy gives, after all the stories before it. */
void a_rebuild_gives_the_same_tables(void **state);
void a_rebuild_is_whole_or_nothing(void **state);

/* For cmocka_run_group_tests: *state is the world. */
int begin(void **state);
int end(void **state);

#endif
