/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The engine on small elections whose outcome can be followed by hand. */
#include "base/memory.h"
#include "engines/tally/inner.h"
#include "engines/tally/tally.h"
#include "engines/tally/utility.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEAD(n, m)                                                                                 \
	"META\nkey;value\nnum_projects;" #n "\nnum_votes;" #m "\nbudget;100\nvote_type;approval\n"

static const char plain[] = HEAD(3, 4) "PROJECTS\nproject_id;cost;name\na;60;\"A; the first\"\n"
				       "b;40;B\nc;30;C\nVOTES\nvote;voter_id\n\"a,c\";1\na,c;2\n"
				       "b;3\nb,c;4\n";

static enum lx_code tally_text(struct lx_call *call, const char *text,
	const struct lx_tally_setting *setting, struct lx_pb *pb, struct lx_tally_result *result)
{
	LX_TRY(lx_pb_read(call, lx_text(text), pb));
	LX_TRY(lx_tally_check_election(call, &pb->election));
	return lx_tally(call, &pb->election, setting, result);
}

/* The ids of winners, joined. */
static void winners(const struct lx_pb *pb, const struct lx_tally_result *result, char *out)
{
	out[0] = '\0';
	for (size_t i = 0; i < result->winners_n; i++) {
		struct lx_text id = pb->election.id[result->rounds[i].project];
		(void)strncat(out, id.at, id.len);
	}
}

static void expect(const char *text, struct lx_tally_setting setting, const char *expected)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 64 << 20 };
	struct lx_call call = { .arena = &arena };
	struct lx_tally_result result;
	struct lx_pb pb;
	char ids[256];

	assert_int_equal(tally_text(&call, text, &setting, &pb, &result), LX_OK);
	winners(&pb, &result, ids);
	assert_string_equal(ids, expected);
}

static void equal_shares_buys_what_groups_can_pay(void **state)
{
	(void)state;
	/* shares of 25: c has 3 votes, 10 each; then b costs 40: 15 and 25; a: 2 * 15 < 60 */
	expect(plain, (struct lx_tally_setting){ .rule = LX_RULE_MES }, "cb");
	expect(plain, (struct lx_tally_setting){ .rule = LX_RULE_GREEDY }, "ca");
	expect(plain, (struct lx_tally_setting){ .rule = LX_RULE_PHRAGMEN }, "cb");
}

static void newer_rules_choose_what_can_be_followed_by_hand(void **state)
{
	(void)state;
	/* c is paid by three with 10 each; then 4 has 15 left and cannot pay half of b */
	expect(plain, (struct lx_tally_setting){ .rule = LX_RULE_EVEN }, "c");
	/* with a share of 30 it can; with 40, a as well: too much */
	expect(plain,
		(struct lx_tally_setting){
			.rule = LX_RULE_EVEN, .completion = LX_COMPLETE_ADD_OPT },
		"cb");
	/* c for 10 a head; then b in full (25 / 40) before three quarters of it (15 / 40 * (4 / 3)^2) */
	expect(plain, (struct lx_tally_setting){ .rule = LX_RULE_BOUNDED }, "cb");
	/* loads 10, then b: 20, a: 30 */
	expect(plain, (struct lx_tally_setting){ .rule = LX_RULE_MAXIMIN }, "cb");
}

/* Shares of 25: c has three payers of 10, then b none but 25 and 15: 2 of 20 cannot pay. */
static void prices_of_even_shares_are_checked(void **state)
{
	static const char *const wrong[] = { "25/0", "x", NULL };
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 64 << 20 };
	struct lx_call call = { .arena = &arena };
	struct lx_tally_setting setting = { .rule = LX_RULE_EVEN };
	struct lx_tally_certificate certificates[LX_PROPERTIES];
	struct lx_tally_result result;
	struct lx_pb pb;
	(void)state;

	assert_int_equal(tally_text(&call, plain, &setting, &pb, &result), LX_OK);
	assert_string_equal(result.exact_share, "100/4");
	assert_int_equal(
		lx_tally_certify(&call, &pb.election, &setting, &result, certificates), LX_OK);
	assert_true(certificates[LX_PROPERTY_PRICEABLE].guaranteed);
	result.exact_share = "9/1"; /* nobody could have paid 10 */
	assert_int_equal(
		lx_tally_certify(&call, &pb.election, &setting, &result, certificates), LX_BROKEN);
	lx_fault_clear(&call.fault);
	result.exact_share = "40/1"; /* with so much the supporters of a could have bought it */
	assert_int_equal(
		lx_tally_certify(&call, &pb.election, &setting, &result, certificates), LX_BROKEN);
	lx_fault_clear(&call.fault);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		result.exact_share = wrong[i];
		assert_int_equal(
			lx_tally_certify(&call, &pb.election, &setting, &result, certificates),
			LX_BROKEN);
		lx_fault_clear(&call.fault);
	}
}

static void threads_change_no_support(void **state)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 64 << 20 };
	struct lx_call call = { .arena = &arena };
	struct lx_tally_setting setting = { .rule = LX_RULE_MES };
	struct lx_tally_result result;
	int64_t alone[3], together[3];
	struct lx_pb pb;
	(void)state;
	assert_int_equal(tally_text(&call, plain, &setting, &pb, &result), LX_OK);
	assert_int_equal(lx_tally_support(&call, &pb.election, &setting, &result, alone), LX_OK);
	call.threads = 3;
	for (int i = 0; i < 20; i++) {
		memset(together, 0, sizeof together);
		assert_int_equal(
			lx_tally_support(&call, &pb.election, &setting, &result, together), LX_OK);
		assert_memory_equal(alone, together, sizeof alone);
	}
}

static void greedy_without_skipping_ends_at_the_first_that_does_not_fit(void **state)
{
	static const char text[] = HEAD(3, 3) "PROJECTS\nproject_id;cost\na;60\nb;50\nc;40\n"
					      "VOTES\nvoter_id;vote\n1;a,b,c\n2;a,b\n3;a\n";
	(void)state;
	expect(text, (struct lx_tally_setting){ .rule = LX_RULE_GREEDY }, "ac");
	expect(text, (struct lx_tally_setting){ .rule = LX_RULE_NO_SKIP }, "a");
	expect(text, (struct lx_tally_setting){ .rule = LX_RULE_THRESHOLD, .threshold = 2 }, "a");
}

static void a_price_that_takes_all_that_all_have_is_affordable(void **state)
{
	char text[4096];
	(void)state;
	for (int n = 1; n < 120; n += 7) {
		int at = snprintf(text, sizeof text,
			"META\nkey;value\nbudget;100\nvote_type;approval\nPROJECTS\n"
			"project_id;cost\na;100\nVOTES\nvoter_id;vote\n");
		for (int i = 0; i < n; i++)
			at += snprintf(text + at, sizeof text - (size_t)at, "%d;a\n", i);
		expect(text, (struct lx_tally_setting){ .rule = LX_RULE_MES }, "a");
	}
}

/* Voters as a weight and as so many ballots; more of them than a float can count in one row. */
static void weights_of_millions_stay_exact(void **state)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 64 << 20 };
	struct lx_call call = { .arena = &arena };
	uint64_t many = (UINT64_C(1) << 33) + 1, weight[] = { many, many - 1 },
		 first[] = { 0, 1, 2 };
	uint16_t choice[] = { 0, 1 };
	int64_t cost[] = { 50, 50 };
	struct lx_text id[] = { LX_TEXT_OF("a"), LX_TEXT_OF("b") };
	struct lx_tally_election e = { .budget = 100,
		.projects_n = 2,
		.cost = cost,
		.id = id,
		.ballots_n = 2,
		.weight = weight,
		.first = first,
		.choice = choice };
	struct lx_tally_setting setting = { .rule = LX_RULE_MES };
	struct lx_tally_result result;
	(void)state;
	assert_int_equal(lx_tally_check_election(&call, &e), LX_OK);
	assert_int_equal(lx_tally(&call, &e, &setting, &result), LX_OK);
	/* a's voters hold just above 50, b's just below */
	assert_int_equal(result.winners_n, 1);
	assert_int_equal(result.rounds[0].project, 0);
	weight[1] = many; /* now both hold exactly 50: doubles cannot tell */
	assert_int_equal(lx_tally(&call, &e, &setting, &result), LX_OK);
	assert_int_equal(result.winners_n, 2);
	assert_true(result.exact_fallbacks > 0);
	assert_true(result.voters == 2 * many);
	choice[0] = 7;
	assert_int_equal(lx_tally_check_election(&call, &e), LX_INVALID);
	assert_string_equal(call.fault.field, "choice");
}

static void fractions_are_compared_without_products(void **state)
{
	lx_int128 big = (lx_int128)1 << 120;
	(void)state;
	assert_int_equal(lx_tally_compare(1, 3, 2, 6), 0);
	assert_true(lx_tally_compare(1, 3, 334, 1000) < 0);
	assert_true(lx_tally_compare(big, big - 1, big - 1, big - 2) < 0);
	assert_true(lx_tally_compare(0, 5, 1, big) < 0);
	assert_true(lx_tally_compare(big + 1, big, 1, 1) > 0);
}

static void roots_and_logarithms_are_whole_numbers(void **state)
{
	int64_t cost[] = { 400, 1 };
	struct lx_tally_election e = { .projects_n = 2, .cost = cost, .places = 2 };
	(void)state;
	assert_int_equal(lx_tally_unit(&e, LX_UTILITY_SQRT, 0), 2 << 20);
	e.places = 0;
	assert_int_equal(lx_tally_unit(&e, LX_UTILITY_LOG, 1), 1 << 20);
	assert_int_equal(lx_tally_unit(&e, LX_UTILITY_SQRT, 0), 20 << 20);
	cost[0] = 1023;
	assert_int_equal(lx_tally_unit(&e, LX_UTILITY_LOG, 0), 10 << 20);
}

/* Decides, explains, follows the money, certifies. */
static enum lx_code all_of_it(struct lx_call *call, const struct lx_tally_setting *setting)
{
	struct lx_tally_certificate certificates[LX_PROPERTIES];
	struct lx_tally_outcomes outcomes;
	struct lx_tally_division division;
	struct lx_tally_loser *losers;
	struct lx_tally_result result;
	struct lx_tally_money money;
	struct lx_pb pb;
	size_t losers_n;

	LX_TRY(tally_text(call, plain, setting, &pb, &result));
	const struct lx_tally_election *e = &pb.election;
	LX_TRY(lx_tally_explain(call, e, setting, &result, UINT64_MAX, NULL, &losers, &losers_n));
	LX_TRY(lx_tally_follow_money(call, e, setting, &result, &money));
	LX_TRY(lx_tally_irresolute(call, e, setting, &outcomes));
	LX_TRY(lx_tally_divide(call, e, setting->utility, &division));
	return lx_tally_certify(call, e, setting, &result, certificates);
}

static void survive_failing_allocations(struct lx_tally_setting setting)
{
	bool done = false;

	for (uint64_t n = 1; n < 2000 && !done; n++) {
		LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 64 << 20 };
		struct lx_call call = { .arena = &arena };
		lx_memory_fail_at(n);
		enum lx_code code = all_of_it(&call, &setting);
		lx_memory_fail_at(0);
		done = code == LX_OK;
		assert_true(done || code == LX_BROKEN);
	}
	assert_true(done);
}

static void every_failing_allocation_is_survived(void **state)
{
	(void)state;
	survive_failing_allocations((struct lx_tally_setting){ .rule = LX_RULE_MES,
		.completion = LX_COMPLETE_ADD1 | LX_COMPLETE_GREEDY | LX_COMPLETE_COMPARE });
	survive_failing_allocations((struct lx_tally_setting){
		.rule = LX_RULE_EVEN, .completion = LX_COMPLETE_ADD_OPT });
	survive_failing_allocations((struct lx_tally_setting){ .rule = LX_RULE_BOUNDED });
	survive_failing_allocations((struct lx_tally_setting){ .rule = LX_RULE_MAXIMIN });
}

/* With what each loser would have needed, when the search may take so much; how many were searched. */
static size_t searched_within(uint64_t work, struct lx_tally_loser found[8])
{
	static const char text[] =
		HEAD(6, 6) "PROJECTS\nproject_id;cost\na;60\nb;40\nc;30\nd;90\ne;80\nf;70\n"
			   "VOTES\nvote;voter_id\na,d,e;1\na,d,e;2\nb,f;3\nb,c,f;4\nc,d;5\ne;6\n";
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 64 << 20 };
	const struct lx_tally_setting setting = { .rule = LX_RULE_MES };
	struct lx_call call = { .arena = &arena };
	struct lx_tally_loser *losers;
	struct lx_tally_result result;
	size_t n, searched = 0;
	struct lx_pb pb;

	assert_int_equal(tally_text(&call, text, &setting, &pb, &result), LX_OK);
	assert_int_equal(
		lx_tally_explain(&call, &pb.election, &setting, &result, work, NULL, &losers, &n),
		LX_OK);
	assert_int_equal(call.fault.code, LX_OK);
	assert_null(call.progress);
	assert_in_range(n, 3, 8);
	for (size_t i = 0; i < n; i++) {
		found[i] = losers[i];
		searched += losers[i].searched;
	}
	found[n < 8 ? n : 7].project = LX_TALLY_NOBODY;
	return searched;
}

static void a_search_ends_with_its_allowance(void **state)
{
	struct lx_tally_loser all[8], some[8];
	size_t before = 0, whole = searched_within(UINT64_MAX, all);
	(void)state;

	assert_int_equal(searched_within(0, some), 0);
	assert_int_equal(searched_within(1, some), 0);
	for (uint64_t work = 100000; before < whole; work *= 2) {
		size_t n = searched_within(work, some);
		assert_true(n >= before);
		for (size_t i = 0; all[i].project != LX_TALLY_NOBODY; i++) {
			if (!some[i].searched)
				continue;
			assert_int_equal(some[i].wins_at, all[i].wins_at);
			assert_int_equal(some[i].wins_with, all[i].wins_with);
		}
		before = n;
	}
	for (size_t i = 0; all[i].project != LX_TALLY_NOBODY; i++)
		assert_true(all[i].wins_with > 0);
}

static void a_written_file_reads_the_same(void **state)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 64 << 20 };
	LX_CLOSE(lx_buf_close) struct lx_buf first = { 0 }, second = { 0 };
	struct lx_call call = { .arena = &arena };
	struct lx_pb pb, again;
	(void)state;
	assert_int_equal(lx_pb_read(&call, lx_text(plain), &pb), LX_OK);
	assert_int_equal(lx_pb_write(&call, &pb, &first), LX_OK);
	assert_int_equal(lx_pb_read(&call, lx_buf_view(&first), &again), LX_OK);
	assert_int_equal(lx_pb_write(&call, &again, &second), LX_OK);
	assert_string_equal(first.at, second.at);
	assert_true(strstr(first.at, "a;60;\"A; the first\"\n") != NULL);
	assert_int_equal(again.election.ballots_n, 3);
	assert_int_equal(again.votes_n, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_shares_buys_what_groups_can_pay),
		cmocka_unit_test(newer_rules_choose_what_can_be_followed_by_hand),
		cmocka_unit_test(prices_of_even_shares_are_checked),
		cmocka_unit_test(threads_change_no_support),
		cmocka_unit_test(greedy_without_skipping_ends_at_the_first_that_does_not_fit),
		cmocka_unit_test(a_price_that_takes_all_that_all_have_is_affordable),
		cmocka_unit_test(weights_of_millions_stay_exact),
		cmocka_unit_test(fractions_are_compared_without_products),
		cmocka_unit_test(roots_and_logarithms_are_whole_numbers),
		cmocka_unit_test(every_failing_allocation_is_survived),
		cmocka_unit_test(a_search_ends_with_its_allowance),
		cmocka_unit_test(a_written_file_reads_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
