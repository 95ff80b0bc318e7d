/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A need's whole life through the writer: submitted, routed, returned, routed again, late, raised, answered,
 * reopened, lapsed; consent by double majority; refusals leave no trace; a rebuild gives the same tables.
 */
#include "kernel/polity/founding.h"
#include "kernel/types/apply.h"
#include "kernel/types/decide.h"
#include "kernel/types/types_queries.h"
#include "modules/modules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define DAY LX_DAY_MS
#define T0  INT64_C(1795000000000) /* Wednesday 2026-11-18, 11:06:40 UTC */

static const char charter_file[] =
	"{\"names\":{\"zh\":\"测试联席会议\",\"en\":\"Test "
	"Council\"},\"currency\":\"CNY\",\"places\":2,\"zone\":\"+08:00\","
	"\"sample\":\"yes\",\"second_factor\":\"no\","
	"\"institution\":[{\"type\":\"need\",\"on\":\"yes\"},{\"type\":\"commitment\",\"on\":"
	"\"yes\"}],"
	"\"word\":[{\"list\":\"need.category\",\"code\":\"transport\",\"names\":{\"zh\":\"交通\","
	"\"en\":\"Transport\"}}],"
	"\"term\":[{\"name\":\"need.sign\",\"length\":1,\"unit\":\"working_days\"},"
	"{\"name\":\"need.answer\",\"length\":3,\"unit\":\"working_days\",\"soon\":1},"
	"{\"name\":\"need.raise\",\"length\":5,\"unit\":\"working_days\"},"
	"{\"name\":\"need.verdict\",\"length\":10,\"unit\":\"days\"},"
	"{\"name\":\"charter.amend\",\"length\":5,\"unit\":\"days\"},"
	"{\"name\":\"commitment.doubt\",\"length\":5,\"unit\":\"days\"}],"
	"\"rule\":[{\"name\":\"charter.amend\",\"quorum\":\"1/"
	"2\",\"silence\":\"absent\",\"early\":\"yes\"},"
	"{\"name\":\"need.extend\",\"silence\":\"absent\",\"early\":\"yes\"}],"
	"\"majority\":[{\"rule\":\"charter.amend\",\"weight\":\"one\",\"of\":\"asked\",\"least\":"
	"\"2/3\",\"more\":\"no\"},"
	"{\"rule\":\"charter.amend\",\"weight\":\"population\",\"of\":\"asked\",\"least\":\"1/"
	"2\",\"more\":\"yes\"},"
	"{\"rule\":\"need.extend\",\"weight\":\"one\",\"of\":\"asked\",\"least\":\"1\",\"more\":"
	"\"no\"}],"
	"\"day\":[],"
	"\"members\":["
	"{\"code\":\"A\",\"names\":{\"zh\":\"甲市\",\"en\":\"A "
	"City\"},\"part\":\"full\",\"figure\":[{\"year\":2020,\"population\":800}]},"
	"{\"code\":\"B\",\"names\":{\"zh\":\"乙市\",\"en\":\"B "
	"City\"},\"part\":\"full\",\"superior\":\"A\",\"figure\":[{\"year\":2020,\"population\":"
	"100}]},"
	"{\"code\":\"C\",\"names\":{\"zh\":\"丙市\",\"en\":\"C "
	"City\"},\"part\":\"full\",\"figure\":[{\"year\":2020,\"population\":100}]}],"
	"\"bodies\":[{\"as\":\"council\",\"names\":{\"zh\":\"联席会议\",\"en\":\"Council\"},"
	"\"kind\":\"conference\",\"seat\":["
	"{\"names\":{\"zh\":\"甲\",\"en\":\"A\"},\"member\":\"A\",\"voice\":\"votes\"},"
	"{\"names\":{\"zh\":\"乙\",\"en\":\"B\"},\"member\":\"B\",\"voice\":\"votes\"},"
	"{\"names\":{\"zh\":\"丙\",\"en\":\"C\"},\"member\":\"C\",\"voice\":\"votes\"}]},"
	"{\"as\":\"secretariat\",\"names\":{\"zh\":\"秘书处\",\"en\":\"Secretariat\"},\"kind\":"
	"\"secretariat\"}]}";

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
};

static int64_t clock_now(void *with)
{
	return *(int64_t *)with;
}

/* Persons are named in tests by their number. */
static enum lx_code by_number(struct lx_tx *tx, struct lx_text name, int64_t *person)
{
	(void)tx;
	return lx_text_int(name, person) ? LX_OK : LX_NOT_FOUND;
}

static enum lx_code act(struct world *w, int64_t person, const char *what, int64_t record,
	const char *input, struct lx_order *order)
{
	char type[32];
	const char *dot = strchr(what, '.');
	json_t *json = input == NULL ? NULL : json_loads(input, 0, NULL);

	assert_true(input == NULL || json != NULL);
	(void)snprintf(type, sizeof type, "%.*s", (int)(dot - what), what);
	*order = (struct lx_order){
		.type = type, .act = dot + 1, .record = record, .input = json, .person = person
	};
	lx_fault_clear(&w->call.fault);
	enum lx_code code = lx_writer_submit(w->writer, &w->call, lx_order_job, order);
	order->type = order->act = NULL;
	json_decref(json);
	return code;
}

static int64_t must(
	struct world *w, int64_t person, const char *what, int64_t record, const char *input)
{
	struct lx_order order;
	enum lx_code code = act(w, person, what, record, input, &order);

	if (code != LX_OK)
		fail_msg("%s refused: %s %s (%s)", what, w->call.fault.msgid, w->call.fault.field,
			w->call.fault.detail);
	return order.made_record;
}

static void must_not(struct world *w, enum lx_code expected, const char *msgid, int64_t person,
	const char *what, int64_t record, const char *input)
{
	struct lx_order order;
	struct lx_edge before, after;

	lx_writer_edge(w->writer, &before);
	assert_int_equal(act(w, person, what, record, input, &order), expected);
	assert_string_equal(w->call.fault.msgid, msgid);
	lx_writer_edge(w->writer, &after);
	assert_memory_equal(&before, &after, sizeof before);
}

static enum lx_code nothing(struct lx_work *work, void *argument)
{
	(void)work;
	(void)argument;
	return LX_OK;
}

static void pass(struct world *w, int64_t days)
{
	w->now += days * DAY;
	for (int i = 0; i < 4; i++) /* what follows from due acts may be due at once */
		assert_int_equal(lx_writer_submit(w->writer, &w->call, nothing, NULL), LX_OK);
}

static struct lx_record load(struct world *w, const char *type, int64_t number)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_record record;

	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	assert_int_equal(
		lx_record_load(tx, lx_shape_find(&w->region, lx_text(type)), number, &record),
		LX_OK);
	return record;
}

static void is_in(
	struct world *w, const char *type, int64_t number, const char *state, enum lx_mark mark)
{
	struct lx_record record = load(w, type, number);

	if (!lx_text_is(record.state, state))
		fail_msg("%s/%d is %.*s, not %s", type, (int)number, (int)record.state.len,
			record.state.at, state);
	assert_int_equal(lx_record_mark(&record), mark);
}

/* person 1 secretary, 2 3 4 administrators, officers and delegates of A B C, 5 6 residents */
static void people(struct world *w)
{
	static const char *const holders[] = { "body/2", "member/1", "member/2", "member/3" };
	static const char *const offices[] = { "administrator", "officer", "delegate" };
	char input[256];

	for (int i = 0; i < 6; i++)
		assert_int_equal(
			must(w, 0, "person.register", 0, "{\"name\":\"王小明\",\"tongue\":\"zh\"}"),
			i + 1);
	for (int i = 0; i < 4; i++) {
		struct lx_order order;
		(void)snprintf(input, sizeof input,
			"{\"holder\":\"%s\",\"office\":\"administrator\",\"person\":\"%d\"}",
			holders[i], i + 1);
		/* by init, as its one-time links do */
		json_t *json = json_loads(input, 0, NULL);
		order = (struct lx_order){
			.type = "mandate", .act = "first", .input = json, .person = -1
		};
		assert_int_equal(
			lx_writer_submit(w->writer, &w->call, lx_init_order_job, &order), LX_OK);
		json_decref(json);
		for (int k = 1; k < 3; k++) {
			(void)snprintf(input, sizeof input,
				"{\"holder\":\"%s\",\"office\":\"%s\",\"person\":\"%d\",\"called\":"
				"\"张\"}",
				holders[i], offices[k], i + 1);
			int64_t mandate = must(w, i + 1, "mandate.grant", 0, input);
			must(w, i + 1, "mandate.accept", mandate, NULL);
		}
	}
}

static void adopt(struct world *w)
{
	must_not(w, LX_CONFLICT, "act.founding", 5, "need.submit", 0, "{}");
	must(w, 2, "charter.adopt", 1, NULL);
	must(w, 2, "charter.say", 1, "{\"says\":\"yes\"}");
	must(w, 3, "charter.say", 1, "{\"says\":\"yes\"}");
	is_in(w, "charter", 1, "draft", LX_WORK);
	must_not(w, LX_FORBIDDEN, "act.not_asked", 3, "charter.say", 1, "{\"says\":\"yes\"}");
	must(w, 4, "charter.say", 1, "{\"says\":\"yes\"}");
	is_in(w, "charter", 1, "in_force", LX_DONE);
	is_in(w, "member", 3, "member", LX_DONE);
	for (int person = 5; person <= 6; person++) {
		must(w, person, "person.claim", person,
			"{\"home\":\"member/2\",\"proof\":\"110101199001011234\"}");
		must(w, 3, "person.verify", person, NULL);
	}
}

static int begin(void **state)
{
	static struct world w;
	static const struct lx_table *const further[] = { lx_order_tables, NULL };

	memset(&w, 0, sizeof w);
	w.arena.limit = 256 << 20;
	w.call.arena = &w.arena;
	w.now = T0;
	(void)snprintf(w.path, sizeof w.path, "/tmp/lianxi-needs-XXXXXX");
	assert_non_null(mkdtemp(w.path));
	(void)strcat(w.path, "/lianxi.db");
	assert_int_equal(
		lx_region_make(&w.call, lx_types, lx_data_checks, further, &w.region), LX_OK);
	w.region.person_by_name = by_number;
	w.kept.arena.limit = 16 << 20;
	w.region.kept = &w.kept;
	assert_int_equal(
		lx_store_open(&w.call, w.path, LX_STORE_CREATE, w.region.tables, &w.store), LX_OK);
	struct lx_writer_setting setting = { .now = clock_now,
		.clock = &w.now,
		.due = lx_clock_job,
		.with = &w.region,
		.memory = 64 << 20 };
	assert_int_equal(lx_writer_start(&w.call, w.store, &setting, &w.writer), LX_OK);
	json_t *file = json_loads(charter_file, 0, NULL);
	assert_non_null(file);
	enum lx_code code = lx_writer_submit(w.writer, &w.call, lx_found_job, file);
	json_decref(file);
	if (code != LX_OK)
		fail_msg("founding refused: %s %s (%s)", w.call.fault.msgid, w.call.fault.field,
			w.call.fault.detail);
	people(&w);
	adopt(&w);
	*state = &w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;
	char command[160];

	lx_writer_stop(&w->writer);
	lx_charter_kept_close(&w->kept);
	lx_store_close(&w->store);
	lx_arena_close(&w->arena);
	(void)snprintf(command, sizeof command, "%s-wal", w->path);
	(void)unlink(command);
	(void)unlink(w->path);
	*strrchr(w->path, '/') = '\0';
	(void)rmdir(w->path);
	return 0;
}

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
	assert_int_equal(charter.lists[lx_rows_find(charter.shape->type, LX_TEXT_OF("word"))].n, 1);
	must(w, 2, "charter.say", 1, "{\"says\":\"yes\",\"reason\":\"同意\"}");
	charter = load(w, "charter", 1);
	assert_int_equal(charter.lists[lx_rows_find(charter.shape->type, LX_TEXT_OF("word"))].n, 2);
	/* silence to the end of the term refuses */
	must(w, 3, "charter.amend", 1, "{\"reason\":\"再加一个\",\"places\":3}");
	pass(w, 8);
	charter = load(w, "charter", 1);
	assert_true(lx_text_is(charter.pending[charter.pending_n - 1].stage, "refused"));
	assert_int_equal(lx_record_value(&charter, "places").number, 2);
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
	for (size_t i = 0; i < w->region.n; i++) {
		const struct lx_shape *shape = &w->region.shapes[i];
		check_query(tx, &shape->load);
		check_query(tx, &shape->save);
		check_query(tx, &shape->last);
		for (size_t r = 0; r < shape->rows_n; r++) {
			const struct lx_rows_shape *rows = &shape->rows[r];
			const struct lx_query *const queries[] = { &rows->load, &rows->put, &rows->cut, &rows->one, &rows->find,
				&rows->size };
			for (size_t q = 0; q < sizeof queries / sizeof queries[0]; q++)
				check_query(tx, queries[q]);
		}
	}
}

/* After all the stories above: the tables are what the journal says. */
static void a_rebuild_gives_the_same_tables(void **state)
{
	struct world *w = *state;
	char scratch[96], side[112];

	(void)snprintf(scratch, sizeof scratch, "%s.copy", w->path);
	lx_fault_clear(&w->call.fault);
	enum lx_code code = lx_tables_verify(w->store, &w->call, &w->region, scratch);
	if (code != LX_OK)
		fail_msg("%s (%s)", w->call.fault.msgid, w->call.fault.detail);
	(void)unlink(scratch);
	(void)snprintf(side, sizeof side, "%s-wal", scratch);
	(void)unlink(side);
	(void)snprintf(side, sizeof side, "%s-shm", scratch);
	(void)unlink(side);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_need_goes_its_whole_way),
		cmocka_unit_test(faults_name_the_field_and_the_rule),
		cmocka_unit_test(a_key_is_answered_once),
		cmocka_unit_test(a_charter_is_amended_by_double_majority),
		cmocka_unit_test(an_extension_needs_the_secretariat),
		cmocka_unit_test(every_statement_fits_its_declaration),
		cmocka_unit_test(a_rebuild_gives_the_same_tables),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
