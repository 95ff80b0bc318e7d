/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Fuzzing: the bytes as a Pabulib file; what is read is written, read again and must be the same; a
 * small election is decided, by jumps and by single steps, as arrays and as a stream, and certified.
 */
#include "engines/tally/crowd.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_OF_COST 4000 /* so many steps at most until everything is bought */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool yes)
{
	if (!yes)
		__builtin_trap();
}

static void same_outcome(const struct lx_tally_result *a, const struct lx_tally_result *b)
{
	require(a->winners_n == b->winners_n && a->steps == b->steps);
	require(a->total_cost == b->total_cost && a->iterations == b->iterations);
	for (size_t i = 0; i < a->winners_n; i++)
		require(a->rounds[i].project == b->rounds[i].project);
}

static bool small(const struct lx_tally_election *e)
{
	int64_t sum = 0, unit = 1;

	for (unsigned i = 0; i < e->places; i++)
		unit *= 10;
	for (size_t p = 0; p < e->projects_n; p++) {
		if (e->cost[p] / unit > STEPS_OF_COST)
			return false;
		sum += e->cost[p];
	}
	return e->projects_n <= 24 && e->ballots_n <= 64 && sum / unit <= STEPS_OF_COST;
}

/* Every other rule gives a result that its certificates accept; money divided stays within the budget. */
static void other_rules(struct lx_call *call, const struct lx_pb *pb)
{
	static const struct lx_tally_setting settings[] = {
		{ .rule = LX_RULE_BOUNDED, .completion = LX_COMPLETE_GREEDY },
		{ .rule = LX_RULE_EVEN, .completion = LX_COMPLETE_ADD_OPT },
		{ .rule = LX_RULE_MAXIMIN },
	};
	struct lx_tally_certificate certificates[LX_PROPERTIES];
	struct lx_tally_division division;
	struct lx_tally_result result;
	struct lx_tally_money money;

	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		const struct lx_tally_setting *by = &settings[i];
		require(lx_tally(call, &pb->election, by, &result) == LX_OK);
		require(lx_tally_certify(call, &pb->election, by, &result, certificates) == LX_OK);
		require(lx_tally_follow_money(call, &pb->election, by, &result, &money) == LX_OK);
	}
	require(lx_tally_divide(call, &pb->election, LX_UTILITY_COST, &division) == LX_OK);
	require(division.total <= pb->election.budget && division.gap >= 0);
	for (size_t p = 0; p < pb->election.projects_n; p++)
		require(division.amount[p] >= 0 && division.amount[p] <= pb->election.cost[p]);
}

/* The same ballots as a stream. */
static void stream_them(struct lx_call *call, const struct lx_pb *pb)
{
	struct lx_tally_setting setting = { .rule = LX_RULE_MES };
	struct lx_tally_walk walk = { .election = &pb->election };
	struct lx_tally_stream stream = lx_tally_walk_stream(&walk);
	struct lx_tally_result arrays, streamed;

	require(lx_tally(call, &pb->election, &setting, &arrays) == LX_OK);
	require(lx_tally_crowd(call, &pb->election, &stream, &setting, &streamed) == LX_OK);
	same_outcome(&arrays, &streamed);
}

static void decide(struct lx_call *call, const struct lx_pb *pb)
{
	struct lx_tally_setting setting = { .rule = LX_RULE_MES, .completion = LX_COMPLETE_ADD1 };
	struct lx_tally_certificate certificates[LX_PROPERTIES];
	struct lx_tally_result jumped, walked;

	if (pb->election.kind == LX_BALLOTS_POINTS)
		setting.utility = LX_UTILITY_POINTS;
	if (pb->election.kind == LX_BALLOTS_RANKING)
		setting.utility = LX_UTILITY_BORDA;
	require(lx_tally(call, &pb->election, &setting, &jumped) == LX_OK);
	setting.unit_steps = true;
	require(lx_tally(call, &pb->election, &setting, &walked) == LX_OK);
	same_outcome(&jumped, &walked);
	require(lx_tally_certify(call, &pb->election, &setting, &jumped, certificates) == LX_OK);
	other_rules(call, pb);
	stream_them(call, pb);
	setting = (struct lx_tally_setting){ .rule = LX_RULE_PHRAGMEN };
	require(lx_tally(call, &pb->election, &setting, &jumped) == LX_OK);
	require(lx_tally_certify(call, &pb->election, &setting, &jumped, certificates) == LX_OK);
}

static void write_again(struct lx_call *call, const struct lx_pb *pb)
{
	LX_CLOSE(lx_buf_close) struct lx_buf first = { 0 }, second = { 0 };
	struct lx_pb again;

	require(lx_pb_write(call, pb, &first) == LX_OK);
	require(lx_pb_read(call, lx_buf_view(&first), &again) == LX_OK);
	require(lx_pb_write(call, &again, &second) == LX_OK);
	require(lx_text_equal(lx_buf_view(&first), lx_buf_view(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)512 << 20 };
	struct lx_call call = { .arena = &arena };
	struct lx_text text = { (const char *)data, size };
	struct lx_pb pb;

	if (!lx_utf8_valid(text.at, text.len, NULL) || size > 1 << 16)
		return 0;
	if (lx_pb_read(&call, text, &pb) != LX_OK)
		return 0;
	require(lx_tally_check_election(&call, &pb.election) == LX_OK);
	write_again(&call, &pb);
	if (small(&pb.election))
		decide(&call, &pb);
	return 0;
}
