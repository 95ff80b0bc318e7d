/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A need's whole life through the writer: submitted, routed, returned, routed again, late, raised, answered,
 * reopened, lapsed; consent by double majority; refusals leave no trace; a rebuild gives the same tables.
 */
#include "modules/testworld.h"

#include "kernel/types/apply.h"
#include "kernel/types/types_queries.h"
#include "modules/needs/needs_queries.h"

#include <stdlib.h>
#include <unistd.h>

static int64_t submit(struct world *w)
{
	return must(w, 5, "need.submit", 0,
		"{\"title\":\"早晚高峰公交太少\",\"text\":\"跨市公交早晚高峰间隔超过四十分钟。\","
		"\"kind\":\"proposal\",\"category\":"
		"\"transport\",\"contact\":\"13800000000\"}");
}

static void a_need_goes_its_whole_way(void **state)
{
	struct world *w = *state;
	int64_t need = submit(w);

	is_in(w, "need", need, "submitted", LX_WAIT);
	must_not(w, LX_INVALID, "need_once", 5, "need.submit", 0,
		"{\"title\":\"早晚高峰公交太少\",\"text\":\"跨市公交早晚高峰间隔超过四十分钟。\","
		"\"kind\":\"proposal\",\"category\":"
		"\"transport\"}");
	must(w, 6, "need.back", need, NULL);
	must_not(w, LX_CONFLICT, "act.twice", 6, "need.back", need, NULL);
	must_not(w, LX_FORBIDDEN, "act.relation", 3, "need.route", need, "{\"lead\":\"member/2\"}");
	must(w, 1, "need.route", need,
		"{\"lead\":\"member/2\",\"helper\":[{\"member\":\"member/3\"}]}");
	must_not(w, LX_FORBIDDEN, "act.relation", 4, "need.sign", need, NULL);
	must_not(w, LX_INVALID, "need_names_another", 3, "need.return", need,
		"{\"reason\":\"不归我市管\",\"other\":\"member/2\"}");
	must(w, 3, "need.return", need, "{\"reason\":\"不归我市管\",\"other\":\"member/3\"}");
	must(w, 1, "need.route", need, "{\"lead\":\"member/2\"}");
	pass(w, 1);
	is_in(w, "need", need, "routed", LX_WORK);
	must(w, 3, "need.sign", need, NULL);
	pass(w, 4);
	is_in(w, "need", need, "signed", LX_SOON);
	pass(w, 1);
	is_in(w, "need", need, "signed", LX_LATE);
	pass(w, 10);
	is_in(w, "need", need, "routed", LX_LATE); /* raised to the superior, A; still late */
	must_not(w, LX_FORBIDDEN, "act.relation", 3, "need.answer", need,
		"{\"outcome\":\"planned\",\"answer\":\"明年一月起高峰加密到十五分钟一班。\"}");
	must(w, 2, "need.answer", need,
		"{\"outcome\":\"planned\",\"answer\":\"明年一月起高峰加密到十五分钟一班。\"}");
	must_not(w, LX_FORBIDDEN, "act.relation", 6, "need.verdict", need,
		"{\"contacted\":\"yes\",\"solved\":\"no\",\"satisfied\":\"no\"}");
	must(w, 5, "need.reopen", need, "{\"reason\":\"没有写明从哪一天起\"}");
	struct lx_record record = load(w, "need", need);
	assert_int_equal(lx_record_value(&record, "answer").kind, LX_V_NULL);
	must(w, 2, "need.answer", need,
		"{\"outcome\":\"done\",\"answer\":\"已于一月一日起加密到十五分钟一班。\"}");
	pass(w, 11);
	is_in(w, "need", need, "closed", LX_SHUT);
	record = load(w, "need", need);
	assert_int_equal(lx_record_value(&record, "backers").number, 1);
	assert_int_equal(lx_record_value(&record, "returns").number, 1);
}

/* However many needs of his stand between; until the first one is withdrawn or says something else. */
static void a_title_is_taken_while_its_need_is_open(void **state)
{
	static const char form[] =
		"{\"title\":\"%s\",\"text\":\"很长很长的一段说明文字\",\"kind\":\"help\","
		"\"category\":\"transport\"}";
	struct world *w = *state;
	char input[300], title[40];

	(void)snprintf(input, sizeof input, form, "同一个题目");
	int64_t first = must(w, 6, "need.submit", 0, input);
	for (int i = 0; i < 250; i++) {
		(void)snprintf(title, sizeof title, "第 %d 个题目", i);
		(void)snprintf(input, sizeof input, form, title);
		(void)must(w, 6, "need.submit", 0, input);
	}
	(void)snprintf(input, sizeof input, form, "同一个题目");
	must_not(w, LX_INVALID, "need_once", 6, "need.submit", 0, input);
	(void)must(w, 5, "need.submit", 0, input); /* another person may */
	must(w, 6, "need.withdraw", first, NULL);
	(void)must(w, 6, "need.submit", 0, input);
	must_not(w, LX_INVALID, "need_once", 6, "need.submit", 0, input);
}

static void faults_name_the_field_and_the_rule(void **state)
{
	static const struct {
		const char *input, *field, *msgid;
	} rows[] = {
		{ "{}", "title", "input.needed" },
		{ "{\"title\":\"短\"}", "title", "input.length" },
		{ "{\"title\":\"一个需求\",\"text\":7}", "text", "input.text" },
		{ "{\"title\":\"一个需求\",\"text\":\"很长很长的一段说明文字\",\"kind\":\"x\"}",
			"kind", "input.choice" },
		{ "{\"title\":\"一个需求\",\"text\":\"很长很长的一段说明文字\",\"kind\":\"help\","
		  "\"category\":\"nope\"}",
			"category", "input.code" },
		{ "{\"title\":\"一个需求\",\"text\":\"很长很长的一段说明文字\",\"kind\":\"help\","
		  "\"category\":\"transport\","
		  "\"place\":\"member/99\"}",
			"place", "input.link_none" },
		{ "{\"title\":\"一个需求\",\"asker\":\"p:1\"}", "asker", "input.unknown" },
		{ "{\"surprise\":1}", "surprise", "input.unknown" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		must_not(w, LX_INVALID, rows[i].msgid, 5, "need.submit", 0, rows[i].input);
		assert_string_equal(w->call.fault.field, rows[i].field);
	}
}

static void a_key_is_answered_once(void **state)
{
	struct world *w = *state;
	json_t *input = json_loads("{\"title\":\"另一个需求\",\"text\":\"很长很长的一段说明文字\","
				   "\"kind\":\"help\",\"category\":"
				   "\"transport\"}",
		0, NULL);
	struct lx_order first = { .type = "need",
		.act = "submit",
		.input = input,
		.person = 6,
		.key = LX_TEXT_OF("k1") };
	struct lx_order second = first;

	assert_int_equal(lx_writer_submit(w->writer, &w->call, lx_order_job, &first), LX_OK);
	assert_int_equal(lx_writer_submit(w->writer, &w->call, lx_order_job, &second), LX_OK);
	assert_true(second.again);
	assert_int_equal(first.made_record, second.made_record);
	second.act = "withdraw";
	lx_fault_clear(&w->call.fault);
	assert_int_equal(lx_writer_submit(w->writer, &w->call, lx_order_job, &second), LX_INVALID);
	json_decref(input);
}

static void a_charter_is_amended_by_double_majority(void **state)
{
	struct world *w = *state;

	/* B and C are two thirds of the members but not half of the people */
	must(w, 3, "charter.amend", 1,
		"{\"reason\":\"加一个类别\",\"word\":[{\"list\":\"need.category\",\"code\":"
		"\"water\","
		"\"names\":{\"zh\":\"水\",\"en\":\"Water\"}}]}");
	must(w, 3, "charter.say", 1, "{\"says\":\"yes\"}");
	must(w, 4, "charter.say", 1, "{\"says\":\"yes\"}");
	struct lx_record charter = load(w, "charter", 1);
	size_t list = (size_t)lx_rows_find(charter.shape->type, LX_TEXT_OF("word"));
	size_t words = charter.lists[list].n;
	must(w, 2, "charter.say", 1, "{\"says\":\"yes\",\"reason\":\"同意\"}");
	charter = load(w, "charter", 1);
	assert_int_equal(charter.lists[list].n, words + 1);
	/* silence to the end of the term refuses */
	must(w, 3, "charter.amend", 1, "{\"reason\":\"再加一个\",\"places\":3}");
	pass(w, 8);
	charter = load(w, "charter", 1);
	assert_true(lx_text_is(charter.pending[charter.pending_n - 1].stage, "refused"));
	assert_int_equal(lx_record_value(&charter, "places").number, 2);
}

/* The test region has four seats, one of which only observes. */
static void only_seats_that_vote_are_asked(void **state)
{
	struct world *w = *state;
	struct lx_record charter = load(w, "charter", 1);

	for (size_t i = 0; i < charter.pending_n; i++) {
		json_t *voices = json_loadb(
			charter.pending[i].voices.at, charter.pending[i].voices.len, 0, NULL);
		assert_int_equal(json_array_size(voices), 3);
		json_decref(voices);
	}
	assert_true(charter.pending_n > 0);
}

static void an_extension_needs_the_secretariat(void **state)
{
	struct world *w = *state;
	int64_t need = must(w, 6, "need.submit", 0,
		"{\"title\":\"需要延期的需求\",\"text\":\"很长很长的一段说明文字\",\"kind\":"
		"\"help\",\"category\":\"transport\"}");

	must(w, 1, "need.route", need, "{\"lead\":\"member/3\"}");
	must(w, 4, "need.sign", need, NULL);
	must(w, 4, "need.extend", need,
		"{\"answer_by\":\"2027-03-01\",\"reason\":\"要等检测结果\"}");
	must(w, 1, "need.say", need, "{\"says\":\"yes\"}");
	struct lx_record record = load(w, "need", need);
	char correction[128];
	(void)snprintf(correction, sizeof correction,
		"{\"entry\":%lld,\"reason\":\"写错了\",\"title\":\"改过的标题\"}",
		(long long)record.made_n);
	assert_int_equal(lx_record_value(&record, "answer_by").number,
		lx_day_begin(lx_day_of((struct lx_civil){ 2027, 3, 2 }), 480));
	must(w, 4, "need.ask", need, "{\"reason\":\"请问是哪一条路？\"}");
	record = load(w, "need", need);
	assert_int_equal(
		record.terms[lx_term_find(record.shape->type, LX_TEXT_OF("answer_by"))].stage,
		LX_STAGE_RESTS);
	must(w, 6, "need.reply", need, "{\"reason\":\"是人民路。\"}");
	record = load(w, "need", need);
	assert_int_equal(
		record.terms[lx_term_find(record.shape->type, LX_TEXT_OF("answer_by"))].stage,
		LX_STAGE_RUNS);
	must(w, 1, "need.hide", need, "{\"reason\":\"含有他人姓名\"}");
	record = load(w, "need", need);
	assert_int_equal(lx_record_class(&record), LX_WITHHELD);
	must(w, 1, "need.unhide", need, "{\"reason\":\"已经更正\"}");
	must_not(w, LX_INVALID, "act.correct_none", 6, "need.correct", need,
		"{\"entry\":1,\"reason\":\"错了\"}");
	must(w, 6, "need.correct", need, correction);
	struct lx_record corrected = load(w, "need", need);
	assert_true(lx_record_value(&corrected, "title").number !=
		    lx_record_value(&record, "title").number);
}

static void check_query(struct lx_tx *tx, const struct lx_query *query)
{
	if (query->sql != NULL && lx_query_check(tx, query) != LX_OK)
		fail_msg("%s: %s\n%s", query->name, lx_tx_call(tx)->fault.detail, query->sql);
}

static void every_statement_fits_its_declaration(void **state)
{
	struct world *w = *state;
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	lx_fault_clear(&w->call.fault);
	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	for (size_t i = 0; lx_types_queries[i] != NULL; i++)
		check_query(tx, lx_types_queries[i]);
	for (size_t i = 0; lx_need_queries[i] != NULL; i++)
		check_query(tx, lx_need_queries[i]);
	for (size_t i = 0; i < w->region.n; i++) {
		const struct lx_shape *shape = &w->region.shapes[i];
		check_query(tx, &shape->load);
		check_query(tx, &shape->save);
		check_query(tx, &shape->last);
		for (size_t t = 0; t < shape->threads_n; t++)
			check_query(tx, &shape->threads[t].back);
		for (size_t r = 0; r < shape->rows_n; r++) {
			const struct lx_rows_shape *rows = &shape->rows[r];
			const struct lx_query *const queries[] = { &rows->load, &rows->put,
				&rows->cut, &rows->one, &rows->find, &rows->size };
			for (size_t q = 0; q < sizeof queries / sizeof queries[0]; q++)
				check_query(tx, queries[q]);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_need_goes_its_whole_way),
		cmocka_unit_test(a_title_is_taken_while_its_need_is_open),
		cmocka_unit_test(faults_name_the_field_and_the_rule),
		cmocka_unit_test(a_key_is_answered_once),
		cmocka_unit_test(a_charter_is_amended_by_double_majority),
		cmocka_unit_test(only_seats_that_vote_are_asked),
		cmocka_unit_test(an_extension_needs_the_secretariat),
		cmocka_unit_test(every_statement_fits_its_declaration),
		cmocka_unit_test(a_rebuild_gives_the_same_tables),
		cmocka_unit_test(a_rebuild_is_whole_or_nothing),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
