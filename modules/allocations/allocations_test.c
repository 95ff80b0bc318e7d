/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Shares through the writer: the water supply of six groups of municipalities in Skåne (Young, Okada and Hashimoto 1982), stated
 * and signed by those it is about, computed, adopted by consent; and what is refused on the way.
 */
#include "modules/testworld.h"

#include "kernel/journal/journal.h"
#include "kernel/types/apply.h"
#include "modules/allocations/inner.h"

#include <unistd.h>

#define SECRETARY 1
#define PLAYERS   6
#define UNIT      10000 /* what stands in the table is hundredths of a million crowns; here 10,000.00 */

/* persons who act for members 1 to 6: A H K L M T */
static int64_t persons[PLAYERS] = { 2, 3, 4 };

/* million crowns times 100, by mask, A the lowest bit: the table as printed */
static const int skane[64] = { 0, 2195, 1708, 3469, 1091, 3286, 2296, 4074, 1588, 3783, 2500, 4322,
	2679, 4874, 2726, 4895, 2081, 4276, 3789, 5550, 3145, 5340, 4255, 6025, 3110, 5305, 4581,
	6403, 4201, 6396, 4807, 6976, 2198, 4393, 3906, 5667, 3289, 5484, 4494, 6272, 3786, 5981,
	4698, 6520, 4877, 7072, 4924, 7093, 3941, 6136, 5649, 7410, 5032, 7227, 5935, 7742, 5146,
	7341, 6441, 8300, 5661, 7397, 6646, 8382 };

static int64_t project;

/* Three more members with a delegate each, and a project that the conference has adopted. */
static void prepare_world(struct world *w)
{
	static const char *const names[] = { "L", "M", "T" };
	char input[256];

	for (int i = 0; i < 3; i++) {
		(void)snprintf(input, sizeof input,
			"{\"names\":{\"zh\":\"%s\",\"en\":\"%s\"},\"code\":\"%s\",\"part\":"
			"\"full\"}",
			names[i], names[i], names[i]);
		int64_t member = must(w, 2, "member.apply", 0, input);
		int64_t person = must(
			w, 0, "person.register", 0, "{\"name\":\"李小红\",\"tongue\":\"zh\"}");
		persons[3 + i] = person;
		(void)snprintf(input, sizeof input,
			"{\"holder\":\"member/%d\",\"office\":\"delegate\",\"person\":\"%d\"}",
			(int)member, (int)person);
		json_t *json = json_loads(input, 0, NULL);
		struct lx_order order = {
			.type = "mandate", .act = "first", .input = json, .person = -1
		};
		assert_int_equal(
			lx_writer_submit(w->writer, &w->call, lx_init_order_job, &order), LX_OK);
		json_decref(json);
	}
	int64_t need = must(w, 5, "need.submit", 0,
		"{\"title\":\"夏天停水\",\"text\":\"每到夏天水压不足，晚上停水。\",\"kind\":"
		"\"help\","
		"\"category\":\"transport\"}");
	(void)snprintf(input, sizeof input,
		"{\"title\":\"联合供水\",\"text\":\"六方合建一个水源工程，共同供水。\",\"domain\":"
		"\"transport\",\"cost\":\"838200.00\",\"need\":[{\"need\":\"need/%d\"}]}",
		(int)need);
	project = must(w, SECRETARY, "project.propose", 0, input);
}

static void adopt_project(struct world *w)
{
	must(w, SECRETARY, "project.assess", project,
		"{\"opinion\":[{\"body\":\"body/2\",\"finding\":\"feasible\",\"text\":"
		"\"水源充足，投资合理，可以实施。\"}]}");
	must(w, 2, "project.list", project, "{\"reason\":\"列入联席会议议程\"}");
	must(w, 2, "project.adopt", project, "{\"reason\":\"六方急需\"}");
	for (int person = 2; person <= 3; person++) /* two of three */
		(void)must(w, person, "project.say", project, "{\"says\":\"yes\"}");
	is_in(w, "project", project, "won", LX_DONE);
}

static const char *prepare_input(struct world *w, const char *missing)
{
	char input[1024];
	int n = snprintf(input, sizeof input,
		"{\"title\":\"联合供水怎么分摊\",\"project\":\"project/"
		"%d\",\"of\":\"cost\",\"total\":"
		"\"838200.00\",\"missing\":\"%s\",\"method\":[{\"method\":\"equal\"},{\"method\":"
		"\"nucleolus\"},{\"method\":\"shapley\"},{\"method\":\"separable\"},{\"method\":"
		"\"proportional\"}],\"player\":[",
		(int)project, missing);
	for (int i = 0; i < PLAYERS; i++)
		n += snprintf(input + n, sizeof input - (size_t)n, "%s{\"member\":\"member/%d\"}",
			i == 0 ? "" : ",", i + 1);
	n += snprintf(input + n, sizeof input - (size_t)n, "]}");
	return lx_arena_copy(&w->arena, input, (size_t)n);
}

/* The groups whose first member is `first`, as rows to be stated; the names are given out of order on purpose. */
static const char *groups_of(struct world *w, int first)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	bool any = false;

	lx_buf_str(&out, "{\"worth\":[");
	for (int mask = 1; mask < 63; mask++) {
		if (__builtin_ctz((unsigned)mask) != first)
			continue;
		lx_buf_str(&out, any ? ",{\"coalition\":\"" : "{\"coalition\":\"");
		any = true;
		for (int i = PLAYERS, some = 0; i-- > 0;)
			if ((mask >> i & 1) != 0)
				lx_buf_printf(&out, "%s%d", some++ > 0 ? "+" : "", i + 1);
		lx_buf_printf(&out, "\",\"amount\":\"%d.00\",\"basis\":\"单独建设的概算\"}",
			skane[mask] * (UNIT / 100));
	}
	lx_buf_str(&out, "]}");
	return lx_arena_copy(&w->arena, lx_buf_view(&out).at, out.len);
}

static json_t *report_of(struct world *w, int64_t allocation)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_record record = load(w, "allocation", allocation);
	struct lx_content content;

	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	assert_int_equal(
		lx_content_read(tx, lx_record_value(&record, "report").number, &content), LX_OK);
	json_t *report = json_loadb(content.bytes.at, content.bytes.len, 0, NULL);
	assert_non_null(report);
	return report;
}

static const json_t *method_of(const json_t *report, const char *name)
{
	const json_t *list = json_object_get(report, "methods");

	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_object_get(json_array_get(list, i), "method")),
			    name) == 0)
			return json_array_get(list, i);
	fail_msg("%s was not computed", name);
	return NULL;
}

static void exact_is(const json_t *report, const char *method, const char *const *expected)
{
	const json_t *exact = json_object_get(method_of(report, method), "exact");

	assert_int_equal(json_array_size(exact), PLAYERS);
	for (size_t i = 0; i < PLAYERS; i++)
		assert_string_equal(json_string_value(json_array_get(exact, i)), expected[i]);
}

/* A report whose amounts add up to the total, whatever the method. */
static void amounts_add_up(const json_t *report)
{
	const json_t *list = json_object_get(report, "methods");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *amounts = json_object_get(json_array_get(list, i), "amounts");
		int64_t sum = 0, amount;
		for (size_t k = 0; k < json_array_size(amounts); k++) {
			assert_true(lx_text_int(
				lx_text(json_string_value(json_array_get(amounts, k))), &amount));
			sum += amount;
		}
		assert_int_equal(sum, 8382 * UNIT);
	}
}

static void skane_is_stated_signed_computed_and_adopted(void **state)
{
	struct world *w = *state;

	prepare_world(w);
	must_not(w, LX_INVALID, "allocation_undecided", SECRETARY, "allocation.prepare", 0,
		prepare_input(w, "refused"));
	adopt_project(w);
	must_not(w, LX_FORBIDDEN, "act.relation", 2, "allocation.prepare", 0,
		prepare_input(w, "refused"));
	int64_t a = must(w, SECRETARY, "allocation.prepare", 0, prepare_input(w, "refused"));
	must_not(w, LX_INVALID, "allocation_group_other", 3, "allocation.enter", a,
		"{\"worth\":[{\"coalition\":\"1+3\",\"amount\":\"1\",\"basis\":\"粗略估算\"}]}");
	must_not(w, LX_INVALID, "allocation_group_all", 2, "allocation.enter", a,
		"{\"worth\":[{\"coalition\":\"1+2+3+4+5+6\",\"amount\":\"1\",\"basis\":"
		"\"粗略估算\"}]"
		"}");
	must_not(w, LX_INVALID, "allocation_group", 2, "allocation.enter", a,
		"{\"worth\":[{\"coalition\":\"1+1\",\"amount\":\"1\",\"basis\":\"粗略估算\"}]}");
	must_not(w, LX_INVALID, "allocation_bare", 2, "allocation.enter", a,
		"{\"worth\":[{\"coalition\":\"1\",\"amount\":\"1\"}]}");
	for (int i = 0; i < PLAYERS - 1; i++)
		must(w, persons[i], "allocation.enter", a, groups_of(w, i));
	must_not(w, LX_CONFLICT, "act.row_twice", 3, "allocation.enter", a,
		"{\"worth\":[{\"coalition\":\"2+1\",\"amount\":\"1\",\"basis\":\"粗略估算\"}]}");
	for (int i = 0; i < PLAYERS; i++)
		must(w, persons[i], "allocation.sign", a, NULL);
	must_not(w, LX_CONFLICT, "act.twice", 2, "allocation.sign", a, NULL);
	must_not(w, LX_CONFLICT, "allocation_missing", SECRETARY, "allocation.close", a, NULL);
	/* T's own figure takes back T's signature and nobody else's */
	must(w, persons[5], "allocation.enter", a, groups_of(w, 5));
	must_not(w, LX_CONFLICT, "allocation_unsigned", SECRETARY, "allocation.close", a, NULL);
	must(w, persons[5], "allocation.sign", a, NULL);
	must(w, SECRETARY, "allocation.close", a, NULL);
	must_not(w, LX_CONFLICT, "act.state", 2, "allocation.enter", a, groups_of(w, 0));
	must(w, SECRETARY, "allocation.compute", a, NULL);
	is_in(w, "allocation", a, "computed", LX_WAIT);
	json_t *report = report_of(w, a);
	exact_is(report, "nucleolus",
		(const char *const[]){ "20350000", "36170000/3", "14990000/3", "25820000/3",
			"18320000", "19490000" });
	exact_is(report, "shapley",
		(const char *const[]){ "20011000", "10708000", "19820500/3", "31118000/3",
			"50837500/3", "57527000/3" });
	amounts_add_up(report);
	assert_int_equal(
		json_integer_value(json_object_get(method_of(report, "nucleolus"), "objecting")),
		0);
	assert_int_equal(
		json_integer_value(json_object_get(method_of(report, "shapley"), "objecting")), 1);
	assert_int_equal(
		json_integer_value(json_object_get(method_of(report, "separable"), "objecting")),
		3);
	assert_int_equal(
		json_integer_value(json_object_get(method_of(report, "proportional"), "objecting")),
		6);
	assert_int_equal(
		json_integer_value(json_object_get(method_of(report, "equal"), "objecting")), 11);
	assert_true(json_is_true(json_object_get(method_of(report, "nucleolus"), "core")));
	/* H, K and L together, and by how much */
	const json_t *worst = json_array_get(
		json_object_get(method_of(report, "shapley"), "tightest"), 0);
	assert_string_equal(json_string_value(json_object_get(worst, "coalition")), "2+3+4");
	assert_string_equal(json_string_value(json_object_get(worst, "excess")), "427500");
	assert_true(json_integer_value(json_object_get(report, "apart")) > 0);
	assert_int_equal(json_integer_value(json_object_get(report, "stated")), 62);
	json_decref(report);
	must_not(w, LX_INVALID, "allocation_not_offered", 2, "allocation.adopt", a,
		"{\"adopted\":\"weighted\",\"reason\":\"按用量\"}");
	must(w, 2, "allocation.adopt", a, "{\"adopted\":\"nucleolus\",\"reason\":\"无人反对\"}");
	for (int i = 0; i < PLAYERS; i++) {
		is_in(w, "allocation", a, "computed", LX_WAIT);
		must(w, persons[i], "allocation.say", a, "{\"says\":\"yes\"}");
	}
	is_in(w, "allocation", a, "adopted", LX_DONE);
	must_not(w, LX_CONFLICT, "act.state", SECRETARY, "allocation.drop", a,
		"{\"reason\":\"不要了\"}");
	must(w, 3, "allocation.revoke", a, "{\"reason\":\"造价变了\"}");
	for (int i = 0; i < PLAYERS; i++)
		must(w, persons[i], "allocation.say", a, "{\"says\":\"yes\"}");
	struct lx_record record = load(w, "allocation", a);
	assert_int_equal(lx_record_value(&record, "adopted").kind, LX_V_NULL);
}

/* Without the same consent of all nothing is adopted; figures that are opened again take the result back. */
static void one_who_says_no_prevents_it(void **state)
{
	struct world *w = *state;
	const int64_t a = 1;

	struct lx_record before = load(w, "allocation", a);
	char correction[96];

	(void)snprintf(correction, sizeof correction,
		"{\"entry\":%lld,\"reason\":\"笔误\",\"total\":\"1.00\"}",
		(long long)before.made_n);
	must_not(w, LX_CONFLICT, "allocation_figures_stand", SECRETARY, "allocation.correct", a,
		correction);
	must(w, 2, "allocation.adopt", a, "{\"adopted\":\"equal\",\"reason\":\"简单\"}");
	must(w, 3, "allocation.say", a, "{\"says\":\"no\",\"reason\":\"三方合办更省\"}");
	is_in(w, "allocation", a, "computed", LX_WAIT);
	must(w, 2, "allocation.adopt", a, "{\"adopted\":\"shapley\",\"reason\":\"合理\"}");
	must(w, SECRETARY, "allocation.reenter", a, "{\"reason\":\"丙方更正造价\"}");
	struct lx_record record = load(w, "allocation", a);
	assert_true(lx_text_is(record.pending[record.pending_n - 1].stage, "overtaken"));
	assert_int_equal(lx_record_list(&record, "share")->n, 0);
	assert_int_equal(lx_record_value(&record, "report").kind, LX_V_NULL);
	int64_t own = 0;
	const struct lx_row_list *worths = lx_record_list(&record, "worth");
	for (size_t i = 0; i < worths->n; i++)
		if (lx_text_is(lx_row_value(&record, "worth", &worths->rows[i], "coalition").text,
			    "3"))
			own = worths->rows[i].number;
	assert_true(own > 0);
	char input[160];
	(void)snprintf(input, sizeof input,
		"{\"worth\":[{\"row\":%d,\"amount\":\"120000.00\"}],\"reason\":\"漏计泵站\"}",
		(int)own);
	must_not(w, LX_FORBIDDEN, "act.relation", 2, "allocation.restate", a, input);
	must(w, 4, "allocation.restate", a, input);
	record = load(w, "allocation", a);
	assert_int_equal(lx_record_list(&record, "signature")->n, PLAYERS - 1);
	must(w, 4, "allocation.sign", a, NULL);
	must(w, SECRETARY, "allocation.close", a, NULL);
	must(w, SECRETARY, "allocation.compute", a, NULL);
	record = load(w, "allocation", a);
	assert_int_equal(lx_record_list(&record, "share")->n, 5 * PLAYERS);
}

/* Where it was agreed, groups that nobody stated are put together from parts: then only the members alone must be stated. */
static void groups_nobody_stated_are_put_together(void **state)
{
	struct world *w = *state;
	int64_t a = must(w, SECRETARY, "allocation.prepare", 0, prepare_input(w, "parts"));
	char input[160];

	for (int i = 0; i < PLAYERS; i++) {
		(void)snprintf(input, sizeof input,
			"{\"worth\":[{\"coalition\":\"%d\",\"amount\":\"%d.00\",\"basis\":"
			"\"单独建设的概算\"}]}",
			i + 1, skane[1 << i] * (UNIT / 100));
		must(w, persons[i], "allocation.enter", a, input);
		must(w, persons[i], "allocation.sign", a, NULL);
	}
	must(w, SECRETARY, "allocation.close", a, NULL);
	must(w, SECRETARY, "allocation.compute", a, NULL);
	json_t *report = report_of(w, a);
	assert_int_equal(json_integer_value(json_object_get(report, "stated")), 6);
	assert_int_equal(json_integer_value(json_object_get(report, "filled")), 56);
	/* nothing between one and all is cheaper than apart: the saving is shared equally, 24.79 by six */
	exact_is(report, "shapley",
		(const char *const[]){ "53455000/3", "38845000/3", "20335000/3", "35245000/3",
			"50035000/3", "53545000/3" });
	amounts_add_up(report);
	json_decref(report);
}

/* Recounting finds a figure, a share and a version that are not what was computed from. */
static void a_recount_finds_what_was_changed(void **state)
{
	struct world *w = *state;
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_record record = load(w, "allocation", 1);
	bool told;

	lx_fault_clear(&w->call.fault);
	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	assert_int_equal(lx_allocation_recount(tx, &w->region, &record, &told), LX_OK);
	assert_true(told);
	static const char *const lists[] = { "worth", "share" };
	for (size_t l = 0; l < 2; l++) {
		const struct lx_row_list *rows = lx_record_list(&record, lists[l]);
		int field = lx_field_find(
			record.shape->type
				->rows[lx_rows_find(record.shape->type, lx_text(lists[l]))]
				.fields,
			LX_TEXT_OF("amount"));
		rows->rows[rows->n - 1].values[field].number++;
		lx_fault_clear(&w->call.fault);
		assert_int_equal(
			lx_allocation_recount(tx, &w->region, &record, &told), LX_CONFLICT);
		assert_string_equal(w->call.fault.msgid, "allocation_recount_differs");
		rows->rows[rows->n - 1].values[field].number--;
	}
	lx_fault_clear(&w->call.fault);
	assert_int_equal(lx_allocation_recount(tx, &w->region, &record, &told), LX_OK);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(skane_is_stated_signed_computed_and_adopted),
		cmocka_unit_test(one_who_says_no_prevents_it),
		cmocka_unit_test(a_recount_finds_what_was_changed),
		cmocka_unit_test(groups_nobody_stated_are_put_together),
		cmocka_unit_test(a_rebuild_gives_the_same_tables),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
