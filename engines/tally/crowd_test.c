/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Ballots as a stream give the outcome that the same ballots give as arrays, on any number of threads. */
#include "base/memory.h"
#include "engines/tally/crowd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PROJECTS_MOST 40

static uint64_t draw(uint64_t *state)
{
	uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* How an election is drawn: `weights`, `costs`: so many kinds of each; `longest`: names on a ballot. */
struct plan {
	size_t projects, ballots, longest;
	uint64_t weights, costs;
	bool bars;
};

static void draw_ballots(uint64_t *state, const struct plan *plan, uint64_t *weight,
	uint64_t *first, uint16_t *choice)
{
	size_t n = 0;

	for (size_t b = 0; b < plan->ballots; b++) {
		size_t want = draw(state) % (plan->longest + 1);
		weight[b] = 1 + draw(state) % plan->weights;
		for (size_t i = 0; i < want; i++) {
			uint16_t p =
				(uint16_t)(draw(state) % plan->projects * (draw(state) % 8) / 8);
			bool named = false;
			for (size_t k = (size_t)first[b]; k < n; k++)
				named |= choice[k] == p;
			if (!named)
				choice[n++] = p;
		}
		first[b + 1] = n;
	}
}

static struct lx_tally_election election(
	struct lx_call *call, uint64_t seed, const struct plan *plan)
{
	uint64_t state = seed;
	int64_t *cost = lx_array(call, plan->projects, sizeof *cost);
	struct lx_text *id = lx_array(call, plan->projects, sizeof *id);
	bool *barred = lx_array(call, plan->projects, sizeof *barred);
	uint64_t *weight = lx_array(call, plan->ballots, sizeof *weight);
	uint64_t *first = lx_array(call, plan->ballots + 1, sizeof *first);
	uint16_t *choice = lx_array(call, plan->ballots * plan->longest + 1, sizeof *choice);
	static char names[PROJECTS_MOST][24];

	assert_true(cost != NULL && id != NULL && barred != NULL && weight != NULL &&
		    first != NULL && choice != NULL);
	for (size_t p = 0; p < plan->projects; p++) {
		(void)snprintf(names[p], sizeof names[p], "%zu", p);
		id[p] = lx_text(names[p]);
		cost[p] = 100 * (1 + (int64_t)(draw(&state) % plan->costs));
		barred[p] = plan->bars && draw(&state) % 5 == 0;
	}
	draw_ballots(&state, plan, weight, first, choice);
	return (struct lx_tally_election){
		.budget = 100 * (int64_t)(plan->projects * plan->costs / 5 + 1),
		.projects_n = plan->projects,
		.cost = cost,
		.id = id,
		.ballots_n = plan->ballots,
		.weight = weight,
		.first = first,
		.choice = choice,
		.barred = barred
	};
}

static void same(const struct lx_tally_result *a, const struct lx_tally_result *b)
{
	assert_int_equal(a->winners_n, b->winners_n);
	assert_int_equal(a->voters, b->voters);
	assert_true(a->total_cost == b->total_cost && a->total_utility == b->total_utility);
	for (size_t i = 0; i < a->winners_n; i++) {
		assert_int_equal(a->rounds[i].project, b->rounds[i].project);
		assert_int_equal(a->rounds[i].phase, b->rounds[i].phase);
		assert_int_equal(a->rounds[i].tied_n, b->rounds[i].tied_n);
		for (size_t k = 0; k < a->rounds[i].tied_n; k++)
			assert_int_equal(
				a->tied[a->rounds[i].tied + k], b->tied[b->rounds[i].tied + k]);
	}
}

/* Whether any decision needed exact arithmetic. */
static bool compare(uint64_t seed, const struct plan *plan, struct lx_tally_setting setting)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)1 << 30 };
	struct lx_call call = { .arena = &arena };
	struct lx_tally_election e = election(&call, seed, plan);
	struct lx_tally_walk walk = { .election = &e };
	struct lx_tally_stream stream = lx_tally_walk_stream(&walk);
	struct lx_tally_result arrays, streamed = { 0 };

	assert_int_equal(lx_tally_check_election(&call, &e), LX_OK);
	assert_int_equal(lx_tally(&call, &e, &setting, &arrays), LX_OK);
	for (call.threads = 1; call.threads <= 3; call.threads++) {
		assert_int_equal(lx_tally_crowd(&call, &e, &stream, &setting, &streamed), LX_OK);
		same(&arrays, &streamed);
	}
	return streamed.exact_fallbacks > 0;
}

static const struct lx_tally_setting settings[] = {
	{ .rule = LX_RULE_MES },
	{ .rule = LX_RULE_MES, .utility = LX_UTILITY_CARD, .completion = LX_COMPLETE_GREEDY },
	{ .rule = LX_RULE_MES, .utility = LX_UTILITY_SQRT, .completion = LX_COMPLETE_UTILITARIAN },
	{ .rule = LX_RULE_GREEDY },
	{ .rule = LX_RULE_NO_SKIP, .utility = LX_UTILITY_LOG },
};

static void small_elections_full_of_ties(void **state)
{
	size_t exact = 0;
	(void)state;

	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct plan plan = { .projects = 1 + seed % 12,
			.ballots = seed % 50,
			.longest = 1 + seed % 12,
			.weights = 1 + seed % 3,
			.costs = 1 + seed % 4,
			.bars = seed % 2 == 0 };
		for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
			exact += compare(seed, &plan, settings[i]);
	}
	assert_true(exact > 40); /* or the rationals were not looked at */
}

static void long_and_heavy_ballots(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct plan plan = { .projects = PROJECTS_MOST,
			.ballots = 3000,
			.longest = 30,
			.weights = seed % 2 == 0 ? 5 : UINT64_C(1) << 26,
			.costs = 97 };
		(void)compare(seed, &plan, settings[seed % 3]);
	}
}

static void more_rows_than_a_block_holds(void **state)
{
	struct plan plan = { .projects = PROJECTS_MOST,
		.ballots = 250000,
		.longest = 11,
		.weights = 2,
		.costs = 1009 };
	(void)state;

	(void)compare(7, &plan, settings[0]);
	plan.weights = 1;
	(void)compare(8, &plan, settings[1]);
}

static void what_it_does_not_take_is_refused(void **state)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 1 << 26 };
	struct lx_call call = { .arena = &arena };
	struct plan plan = { .projects = 4, .ballots = 9, .longest = 3, .weights = 1, .costs = 5 };
	struct lx_tally_election e = election(&call, 1, &plan);
	struct lx_tally_walk walk = { .election = &e };
	struct lx_tally_stream stream = lx_tally_walk_stream(&walk);
	struct lx_tally_setting setting = { .rule = LX_RULE_MES, .completion = LX_COMPLETE_ADD1 };
	struct lx_tally_result result;
	(void)state;

	assert_int_equal(lx_tally_crowd(&call, &e, &stream, &setting, &result), LX_INVALID);
	assert_string_equal(call.fault.msgid, "tally.crowd");
}

static void every_failing_allocation_is_survived(void **state)
{
	struct plan plan = { .projects = 9, .ballots = 90, .longest = 9, .weights = 2, .costs = 3 };
	enum lx_code code = LX_BROKEN;
	(void)state;

	for (uint64_t n = 1; code != LX_OK; n++) {
		LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 1 << 28 };
		struct lx_call call = { .arena = &arena };
		struct lx_tally_election e = election(&call, 3, &plan);
		struct lx_tally_walk walk = { .election = &e };
		struct lx_tally_stream stream = lx_tally_walk_stream(&walk);
		struct lx_tally_result result;
		lx_memory_fail_at(n);
		code = lx_tally_crowd(&call, &e, &stream, &settings[0], &result);
		lx_memory_fail_at(0);
		assert_true(code == LX_OK || call.fault.code == code);
		assert_true(n < 10000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_elections_full_of_ties),
		cmocka_unit_test(long_and_heavy_ballots),
		cmocka_unit_test(more_rows_than_a_block_holds),
		cmocka_unit_test(what_it_does_not_take_is_refused),
		cmocka_unit_test(every_failing_allocation_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
