/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * An agreement's life through the writer: drafted in confidence, proposed, signed with reservations, in force by the clock or by
 * declaration, acceded to, left, amended, annulled; what it promises becomes commitments; what is refused changes nothing.
 */
#include "modules/testworld.h"

#include "kernel/journal/journal.h"
#include "kernel/types/apply.h"
#include "kernel/types/reduce.h"
#include "modules/agreements/wording.h"

#include <unistd.h>

#define SECRETARY 1
#define OF_A      2
#define OF_B      3
#define OF_C      4
#define RESIDENT  5

static const char of_two[] =
	"{\"title\":\"太湖蓝藻联合监测与信息公开协议\",\"party\":[{\"member\":\"member/1\"},"
	"{\"member\":\"member/2\"}],\"article\":[{\"number\":\"1\",\"heading\":\"目的\",\"text\":"
	"\"双方共同建设并运行一个监测网。\"},{\"number\":\"2\",\"heading\":\"信息公开\",\"text\":"
	"\"各断面数据逐小时公开，任何人可以免费获取。\"}],\"promise\":[{\"article\":\"2\","
	"\"title\":\"公开各断面逐小时数据\",\"owner\":\"member/2\",\"due\":\"2027-06-30\","
	"\"indicator\":\"公开断面占比\",\"target\":\"100\"}]}";

static int64_t count(struct world *w, const char *type)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	int64_t last;

	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	assert_int_equal(
		lx_record_last(tx, lx_shape_find(&w->region, lx_text(type)), &last), LX_OK);
	return last;
}

static const char *text_of(struct lx_record *record, const char *field)
{
	return lx_record_value(record, field).text.at;
}

static int64_t proposed(struct world *w, const char *days)
{
	int64_t agreement = must(w, OF_A, "agreement.draft", 0, of_two);

	must(w, OF_A, "agreement.propose", agreement, days);
	return agreement;
}

static int64_t in_force(struct world *w)
{
	int64_t agreement = proposed(w, "{\"force_on\":\"2026-11-01\"}");

	must(w, SECRETARY, "agreement.conclude", agreement, NULL);
	must(w, OF_A, "agreement.say", agreement, "{\"says\":\"yes\"}");
	must(w, OF_B, "agreement.say", agreement, "{\"says\":\"yes\"}");
	pass(w, 0);
	is_in(w, "agreement", agreement, "in_force", LX_DONE);
	return agreement;
}

/* An entry as everybody may read it, as text in the world's memory. */
static const char *open_entry(struct world *w, int64_t n)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	LX_CLOSE(lx_json_free) json_t *open = NULL;
	LX_CLOSE(lx_json_free) json_t *inner = NULL;
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	assert_int_equal(lx_journal_read(tx, n, &open, &inner), LX_OK);
	assert_int_equal(lx_json_canonical(&out, open, &w->call.fault), LX_OK);
	return lx_arena_copy(&w->arena, out.at, out.len);
}

/* The record as a person (0: anybody) may read it; empty when it may not be read. */
static const char *seen_by(struct world *w, int64_t person, int64_t agreement)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	LX_CLOSE(lx_json_free) json_t *reduced = NULL;
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_record record = load(w, "agreement", agreement);
	struct lx_charter charter;
	struct lx_actor actor;

	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	assert_int_equal(lx_charter_load(tx, &w->region, &charter), LX_OK);
	assert_int_equal(lx_actor_load(tx, &w->region, person, &actor), LX_OK);
	struct lx_sight sight = { tx, &w->region, &charter, &actor, NULL };
	if (lx_reduce(&sight, &record, LX_ALL_PARTS, &reduced) == LX_NOT_FOUND)
		return "";
	assert_non_null(reduced);
	assert_int_equal(lx_json_canonical(&out, reduced, &w->call.fault), LX_OK);
	return lx_arena_copy(&w->arena, out.at, out.len);
}

static void an_agreement_goes_its_whole_way(void **state)
{
	struct world *w = *state;
	int64_t before = count(w, "commitment");

	must_not(w, LX_INVALID, "agreement_drafter", OF_C, "agreement.draft", 0, of_two);
	must_not(w, LX_FORBIDDEN, "act.relation", RESIDENT, "agreement.draft", 0, of_two);
	int64_t a = must(w, OF_A, "agreement.draft", 0, of_two);
	must_not(w, LX_INVALID, "agreement_when", OF_A, "agreement.propose", a, NULL);
	must(w, OF_B, "agreement.propose", a,
		"{\"force_on\":\"2026-12-01\",\"ends_on\":\"2026-12-31\"}");
	is_in(w, "agreement", a, "proposed", LX_WAIT);
	must_not(w, LX_FORBIDDEN, "act.relation", OF_C, "agreement.conclude", a, NULL);
	must(w, OF_A, "agreement.conclude", a, NULL);
	must_not(w, LX_CONFLICT, "act.pending", SECRETARY, "agreement.conclude", a, NULL);
	must_not(w, LX_FORBIDDEN, "act.not_asked", OF_C, "agreement.say", a, "{\"says\":\"yes\"}");
	must(w, OF_A, "agreement.say", a, "{\"says\":\"yes\",\"on\":\"2026-11-12\"}");
	is_in(w, "agreement", a, "proposed", LX_WAIT);
	must(w, OF_B, "agreement.say", a,
		"{\"says\":\"yes\",\"on\":\"2026-11-14\",\"reason\":"
		"\"第二条自二〇二七年九月起适用。\"}");
	is_in(w, "agreement", a, "concluded", LX_DONE);
	struct lx_record record = load(w, "agreement", a);
	assert_int_equal(record.voices_n, 2);
	assert_true(lx_text_is(record.voices[1].on, "2026-11-14"));
	assert_true(lx_text_starts(record.voices[1].content, "content/"));
	/* the day from which it is concluded is the latest signature's */
	assert_non_null(strstr(open_entry(w, record.last_n), "\"on\":\"2026-11-14\""));
	assert_int_equal(count(w, "commitment"), before);
	pass(w, 14); /* 2026-12-02 */
	is_in(w, "agreement", a, "in_force", LX_DONE);
	assert_int_equal(count(w, "commitment"), before + 1);
	record = load(w, "commitment", before + 1);
	assert_string_equal(text_of(&record, "owner"), "member/2");
	assert_true(lx_text_starts(lx_record_value(&record, "source").text, "agreement/"));
	assert_non_null(strstr(text_of(&record, "source"), "#article.2"));
	/* the end of 2027-06-30 in the region's zone */
	assert_int_equal(lx_record_value(&record, "due").number, INT64_C(1814371200000));
	pass(w, 30); /* 2027-01-01 */
	is_in(w, "agreement", a, "ended", LX_SHUT);
	is_in(w, "commitment", before + 1, "open", LX_WORK);
}

static void a_position_never_falls_out_of_a_published_draft(void **state)
{
	struct world *w = *state;
	int64_t a = must(w, OF_A, "agreement.draft", 0, of_two);

	must_not(w, LX_INVALID, "agreement_no_article", OF_B, "agreement.state", a,
		"{\"position\":[{\"article\":\"9\",\"stance\":\"rejects\",\"text\":\"没有这一条\"}]"
		"}");
	must(w, OF_B, "agreement.state", a,
		"{\"position\":[{\"article\":\"2\",\"stance\":\"amends\",\"text\":"
		"\"底线是按日公开\"}]}");
	must_not(w, LX_FORBIDDEN, "act.relation", OF_C, "agreement.state", a,
		"{\"position\":[{\"article\":\"2\",\"stance\":\"accepts\",\"text\":\"我方同意\"}]"
		"}");
	must_not(w, LX_INVALID, "input.unknown", OF_A, "agreement.revise", a,
		"{\"position\":[{\"row\":1,\"drop\":true}]}");
	struct lx_record record = load(w, "agreement", a);
	assert_non_null(strstr(open_entry(w, record.made_n), "\"shut\":\"agreement\""));
	assert_string_equal(seen_by(w, 0, a), "");
	assert_string_equal(seen_by(w, OF_C, a), "");
	must(w, OF_A, "agreement.propose", a, "{\"force_on\":\"2030-01-01\"}");
	record = load(w, "agreement", a);
	const char *entry = open_entry(w, record.last_n);
	/* the whole open state with its commitments, and nothing of the position */
	assert_non_null(strstr(entry, "\"row\",\"article\",2"));
	assert_non_null(strstr(entry, "\"with\""));
	assert_null(strstr(entry, "position"));
	assert_null(strstr(entry, "inner"));
	assert_null(strstr(seen_by(w, 0, a), "底线"));
	assert_null(strstr(seen_by(w, OF_C, a), "\"position\""));
	assert_non_null(strstr(seen_by(w, OF_A, a), "底线是按日公开"));
	assert_non_null(strstr(seen_by(w, OF_A, a), "\"stance\":\"amends\""));
	assert_non_null(strstr(seen_by(w, OF_A, a), "\"ref\":\"member/2\""));
	must(w, SECRETARY, "agreement.abandon", a, "{\"reason\":\"不再需要\"}");
	is_in(w, "agreement", a, "failed", LX_SHUT);
	assert_null(strstr(seen_by(w, 0, a), "底线"));
}

static const char *entry_seen_by(struct world *w, int64_t person, int64_t n)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	LX_CLOSE(lx_json_free) json_t *reduced = NULL;
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_charter charter;
	struct lx_actor actor;

	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	assert_int_equal(lx_charter_load(tx, &w->region, &charter), LX_OK);
	assert_int_equal(lx_actor_load(tx, &w->region, person, &actor), LX_OK);
	struct lx_sight sight = { tx, &w->region, &charter, &actor, NULL };
	assert_int_equal(lx_reduce_entry(&sight, n, &reduced), LX_OK);
	assert_int_equal(lx_json_canonical(&out, reduced, &w->call.fault), LX_OK);
	return lx_arena_copy(&w->arena, out.at, out.len);
}

static void earlier_wordings_stay_with_the_parties(void **state)
{
	struct world *w = *state;
	int64_t a = must(w, OF_A, "agreement.draft", 0, of_two);

	must(w, OF_A, "agreement.revise", a,
		"{\"article\":[{\"row\":1,\"text\":\"双方各建各的监测网。\"}]}");
	struct lx_record record = load(w, "agreement", a);
	int64_t revised = record.last_n;
	must(w, OF_A, "agreement.propose", a, "{\"force_on\":\"2030-01-01\"}");
	assert_null(strstr(entry_seen_by(w, 0, revised), "article"));
	assert_null(strstr(entry_seen_by(w, OF_C, revised), "agreement.revise"));
	assert_non_null(strstr(entry_seen_by(w, OF_B, revised), "agreement.revise"));
}

static void a_draft_that_is_given_up_stays_withheld(void **state)
{
	struct world *w = *state;
	int64_t a = must(w, SECRETARY, "agreement.draft", 0, of_two);

	must(w, OF_B, "agreement.discard", a, "{\"reason\":\"暂不合作\"}");
	is_in(w, "agreement", a, "discarded", LX_SHUT);
	assert_string_equal(seen_by(w, 0, a), "");
	struct lx_record record = load(w, "agreement", a);
	assert_non_null(strstr(open_entry(w, record.last_n), "\"shut\""));
}

static void who_declines_ends_it(void **state)
{
	struct world *w = *state;
	int64_t a = proposed(w, "{\"force_on\":\"2026-12-01\"}");

	must(w, SECRETARY, "agreement.conclude", a, NULL);
	must(w, OF_A, "agreement.say", a, "{\"says\":\"yes\"}");
	must(w, OF_B, "agreement.say", a, "{\"says\":\"no\",\"reason\":\"本级人大未批准。\"}");
	is_in(w, "agreement", a, "failed", LX_SHUT);
	struct lx_record record = load(w, "agreement", a);
	assert_true(lx_text_is(record.pending[0].stage, "refused"));
}

static void what_is_taken_back_overtakes_the_signatures(void **state)
{
	struct world *w = *state;
	int64_t a = proposed(w, "{\"force_on\":\"2040-12-01\"}");

	must(w, SECRETARY, "agreement.conclude", a, NULL);
	must(w, OF_A, "agreement.say", a, "{\"says\":\"yes\"}");
	must(w, OF_B, "agreement.redraft", a, "{\"reason\":\"第二条要改\"}");
	struct lx_record record = load(w, "agreement", a);
	assert_true(lx_text_is(record.pending[0].stage, "overtaken"));
	must_not(w, LX_CONFLICT, "act.no_consent", OF_B, "agreement.say", a, "{\"says\":\"yes\"}");
	must(w, OF_B, "agreement.revise", a,
		"{\"article\":[{\"row\":2,\"text\":\"各断面数据逐日公开。\"}]}");
	must(w, OF_B, "agreement.propose", a, NULL); /* the day stays as it was named */
	must(w, OF_B, "agreement.conclude", a, NULL);
	must(w, OF_A, "agreement.say", a, "{\"says\":\"yes\"}");
	is_in(w, "agreement", a, "proposed",
		LX_WAIT); /* the earlier signature was under another text */
	must(w, OF_B, "agreement.say", a, "{\"says\":\"yes\"}");
	is_in(w, "agreement", a, "concluded", LX_DONE);
	record = load(w, "agreement", a);
	assert_int_equal(lx_record_value(&record, "version").number, 2);
	assert_string_equal(text_of(&record, "force_on"), "2040-12-01");
}

static void a_condition_is_declared_met(void **state)
{
	struct world *w = *state;
	int64_t before = count(w, "commitment"),
		a = must(w, SECRETARY, "agreement.draft", 0, of_two);

	must(w, OF_A, "agreement.revise", a, "{\"condition\":\"双方人大均已批准\"}");
	must(w, OF_A, "agreement.propose", a, NULL);
	must(w, OF_A, "agreement.conclude", a, NULL);
	must(w, OF_A, "agreement.say", a, "{\"says\":\"yes\"}");
	must(w, OF_B, "agreement.say", a, "{\"says\":\"yes\"}");
	pass(w, 5);
	is_in(w, "agreement", a, "concluded", LX_DONE);
	must_not(w, LX_FORBIDDEN, "act.relation", OF_A, "agreement.declare", a,
		"{\"force_on\":\"2027-01-01\",\"reason\":\"均已批准\"}");
	must(w, SECRETARY, "agreement.declare", a,
		"{\"force_on\":\"2027-01-01\",\"reason\":\"均已批准\"}");
	is_in(w, "agreement", a, "in_force", LX_DONE);
	assert_int_equal(count(w, "commitment"), before + 1);
	struct lx_record record = load(w, "agreement", a);
	assert_string_equal(text_of(&record, "force_on"), "2027-01-01");
	int64_t b = proposed(w, "{\"force_on\":\"2041-01-01\"}");
	must(w, OF_A, "agreement.conclude", b, NULL);
	must(w, OF_A, "agreement.say", b, "{\"says\":\"yes\"}");
	must(w, OF_B, "agreement.say", b, "{\"says\":\"yes\"}");
	must_not(w, LX_CONFLICT, "agreement_no_condition", SECRETARY, "agreement.declare", b,
		"{\"force_on\":\"2027-01-01\",\"reason\":\"等不及了\"}");
}

static void members_accede_and_leave(void **state)
{
	struct world *w = *state;
	int64_t a = in_force(w);

	must_not(w, LX_INVALID, "agreement_accedes_itself", OF_A, "agreement.accede", a,
		"{\"party\":[{\"member\":\"member/3\"}]}");
	must_not(w, LX_CONFLICT, "agreement_party_already", OF_A, "agreement.accede", a,
		"{\"party\":[{\"member\":\"member/1\"}]}");
	must(w, OF_C, "agreement.accede", a,
		"{\"party\":[{\"member\":\"member/3\",\"since\":\"2027-03-01\"}]}");
	must(w, OF_A, "agreement.say", a, "{\"says\":\"yes\"}");
	must(w, OF_B, "agreement.say", a, "{\"says\":\"yes\"}");
	struct lx_record record = load(w, "agreement", a);
	assert_int_equal(record.lists[0].n, 3);
	must_not(w, LX_INVALID, "agreement_leaves_when", OF_C, "agreement.leave", a,
		"{\"party\":[{\"row\":3}],\"reason\":\"另有安排\"}");
	must_not(w, LX_FORBIDDEN, "act.relation", OF_C, "agreement.leave", a,
		"{\"party\":[{\"row\":1}],\"reason\":\"另有安排\",\"on\":\"2027-12-31\"}");
	must_not(w, LX_INVALID, "agreement_leaves_only", OF_C, "agreement.leave", a,
		"{\"party\":[{\"row\":3,\"since\":\"2020-01-01\"}],\"reason\":\"另有安排\",\"on\":"
		"\"2027-12-31\"}");
	must(w, OF_C, "agreement.leave", a,
		"{\"party\":[{\"row\":3}],\"reason\":\"另有安排\",\"on\":\"2027-12-31\"}");
	record = load(w, "agreement", a);
	assert_int_equal(record.lists[0].n, 2);
	assert_int_equal(record.lists[1].n, 1);
	assert_string_equal(record.lists[1].rows[0].values[0].text.at, "member/3");
	assert_string_equal(record.lists[1].rows[0].values[1].text.at, "2027-03-01");
	assert_string_equal(record.lists[1].rows[0].values[2].text.at, "2027-12-31");
}

static void an_amendment_needs_its_parties(void **state)
{
	static const char change[] =
		"{\"article\":[{\"row\":1,\"text\":\"双方共同运行一个监测网，并逐年评估。\"},"
		"{\"number\":\"3\",\"heading\":\"评估\",\"text\":\"每年三月公布评估报告。\"}],"
		"\"promise\":[{\"article\":\"3\",\"title\":\"公布年度评估报告\",\"owner\":"
		"\"member/1\",\"due\":\"2028-03-31\"}],\"reason\":\"监测网已建成\"}";
	struct world *w = *state;
	int64_t a = in_force(w), before = count(w, "commitment");

	must_not(w, LX_INVALID, "agreement_address_stays", OF_A, "agreement.amend", a,
		"{\"article\":[{\"row\":1,\"drop\":true}],\"reason\":\"删去\"}");
	must_not(w, LX_INVALID, "agreement_promise_fixed", OF_A, "agreement.amend", a,
		"{\"promise\":[{\"row\":1,\"drop\":true}],\"reason\":\"删去\"}");
	must_not(w, LX_INVALID, "agreement_promise_owner", OF_A, "agreement.amend", a,
		"{\"promise\":[{\"article\":\"1\",\"title\":\"一项责任\",\"owner\":\"member/3\","
		"\"due\":\"2028-03-31\"}],\"reason\":\"新增\"}");
	must(w, OF_A, "agreement.amend", a, change);
	must(w, OF_B, "agreement.say", a, "{\"says\":\"no\"}");
	struct lx_record record = load(w, "agreement", a);
	assert_int_equal(record.lists[2].n, 2);
	assert_int_equal(count(w, "commitment"), before);
	must(w, OF_B, "agreement.amend", a, change);
	must(w, OF_A, "agreement.say", a, "{\"says\":\"yes\"}");
	must(w, OF_B, "agreement.say", a, "{\"says\":\"yes\"}");
	record = load(w, "agreement", a);
	assert_int_equal(record.lists[2].n, 3);
	assert_int_equal(lx_record_value(&record, "version").number, 2);
	assert_int_equal(count(w, "commitment"), before + 1);
	record = load(w, "commitment", before + 1);
	assert_non_null(strstr(text_of(&record, "source"), "#article.3"));
}

static void what_was_promised_to_others_asks_them(void **state)
{
	struct world *w = *state;
	int64_t a = in_force(w), c = count(w, "commitment");

	must_not(w, LX_CONFLICT, "commitment_own", OF_B, "commitment.postpone", c,
		"{\"due\":\"2028-01-31\",\"reason\":\"设备未到\"}");
	must_not(w, LX_CONFLICT, "commitment_own", OF_B, "commitment.release", c,
		"{\"reason\":\"做不到\"}");
	must(w, OF_B, "commitment.move", c, "{\"due\":\"2028-01-31\",\"reason\":\"设备未到\"}");
	must_not(w, LX_FORBIDDEN, "act.not_asked", OF_C, "commitment.say", c, "{\"says\":\"yes\"}");
	must(w, OF_A, "commitment.say", c, "{\"says\":\"no\"}");
	struct lx_record record = load(w, "commitment", c);
	assert_int_equal(lx_record_value(&record, "due").number, INT64_C(1814371200000));
	must(w, OF_A, "commitment.break", c, "{\"reason\":\"至今没有公开\"}");
	must(w, OF_A, "commitment.say", c, "{\"says\":\"yes\"}");
	must(w, OF_B, "commitment.say", c, "{\"says\":\"yes\"}");
	is_in(w, "commitment", c, "broken", LX_LATE);
	must(w, OF_B, "commitment.restore", c, "{\"due\":\"2028-06-30\",\"reason\":\"已补上\"}");
	must(w, OF_A, "commitment.say", c, "{\"says\":\"yes\"}");
	must(w, OF_B, "commitment.say", c, "{\"says\":\"yes\"}");
	is_in(w, "commitment", c, "open", LX_WORK);
	must(w, OF_A, "agreement.annul", a, "{\"reason\":\"由新协议取代\"}");
	must(w, OF_A, "agreement.say", a, "{\"says\":\"yes\"}");
	is_in(w, "agreement", a, "in_force", LX_DONE);
	must(w, OF_B, "agreement.say", a, "{\"says\":\"yes\"}");
	is_in(w, "agreement", a, "ended", LX_SHUT);
	is_in(w, "commitment", c, "released", LX_SHUT);
	int64_t own = must(w, OF_B, "commitment.pledge", 0,
		"{\"title\":\"自行承诺\",\"owner\":\"member/2\",\"due\":\"2028-01-31\"}");
	must_not(w, LX_CONFLICT, "commitment_shared", OF_B, "commitment.discharge", own,
		"{\"reason\":\"做不到\"}");
	must(w, OF_B, "commitment.release", own, "{\"reason\":\"做不到\"}");
}

/* What was signed is not changed by correcting the acts that wrote it, and what was consented to, not without consent. */
static void nothing_signed_is_corrected_by_one(void **state)
{
	struct world *w = *state;
	int64_t a = must(w, SECRETARY, "agreement.draft", 0, of_two);
	struct lx_record record = load(w, "agreement", a);
	char of_draft[128], of_amendment[128];

	(void)snprintf(of_draft, sizeof of_draft,
		"{\"entry\":%lld,\"reason\":\"笔误\",\"title\":\"另一份协议\"}",
		(long long)record.made_n);
	must(w, SECRETARY, "agreement.correct", a, of_draft);
	must(w, OF_A, "agreement.propose", a, "{\"force_on\":\"2026-11-01\"}");
	must_not(w, LX_CONFLICT, "agreement_text_stands", SECRETARY, "agreement.correct", a,
		of_draft);
	must(w, OF_A, "agreement.conclude", a, NULL);
	must(w, OF_A, "agreement.say", a, "{\"says\":\"yes\"}");
	must(w, OF_B, "agreement.say", a, "{\"says\":\"yes\"}");
	pass(w, 0);
	must_not(w, LX_CONFLICT, "agreement_text_stands", SECRETARY, "agreement.correct", a,
		of_draft);
	must(w, OF_A, "agreement.amend", a, "{\"title\":\"新的标题\",\"reason\":\"改名\"}");
	must(w, OF_A, "agreement.say", a, "{\"says\":\"yes\"}");
	must(w, OF_B, "agreement.say", a, "{\"says\":\"yes\"}");
	record = load(w, "agreement", a);
	(void)snprintf(of_amendment, sizeof of_amendment,
		"{\"entry\":%lld,\"reason\":\"笔误\",\"title\":\"另一份协议\"}",
		(long long)record.last_n);
	must_not(w, LX_CONFLICT, "act.correct_consent", OF_A, "agreement.correct", a, of_amendment);
}

/* What stayed and went is the old text, what stayed and came the new one, in order. */
static void pieces_are(struct world *w, const char *old, const char *now)
{
	LX_CLOSE(lx_buf_close) struct lx_buf was = { 0 };
	LX_CLOSE(lx_buf_close) struct lx_buf is = { 0 };
	struct lx_wording_piece *pieces;
	size_t n;

	assert_int_equal(
		lx_wording_compare(&w->call, lx_text(old), lx_text(now), &pieces, &n), LX_OK);
	for (size_t i = 0; i < n; i++) {
		lx_buf_text(&was, pieces[i].same);
		lx_buf_text(&was, pieces[i].gone);
		lx_buf_text(&is, pieces[i].same);
		lx_buf_text(&is, pieces[i].come);
	}
	assert_true(lx_text_is(lx_buf_view(&was), old));
	assert_true(lx_text_is(lx_buf_view(&is), now));
}

static void two_wordings_are_told_apart(void **state)
{
	static const char *const words[] = { "由", "三方", "按监测断面数", "fund", " ", "2027",
		"，", "缴入基金。", "é" };
	struct world *w = *state;
	struct lx_wording_piece *pieces;
	uint64_t seed = 20261122;
	size_t n;

	assert_int_equal(lx_wording_compare(&w->call, LX_TEXT_OF("按断面数分摊，于三月缴入。"),
				 LX_TEXT_OF("按核仁解分摊，于四月缴入。"), &pieces, &n),
		LX_OK);
	assert_true(lx_text_is(pieces[0].same, "按"));
	assert_true(lx_text_is(pieces[1].gone, "断面数"));
	assert_true(lx_text_is(pieces[2].come, "核仁解"));
	pieces_are(w, "", "");
	pieces_are(w, "", "新的");
	pieces_are(w, "旧的", "");
	for (int i = 0; i < 300; i++) {
		char texts[2][2000] = { "", "" };
		for (int t = 0; t < 2; t++)
			for (int k = 0; k < i % 40; k++) {
				seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
				(void)snprintf(texts[t] + strlen(texts[t]), 40, "%s",
					words[(seed >> 33) % 9]);
			}
		pieces_are(w, texts[0], texts[1]);
	}
	/* longer than is searched: the whole went, the whole came */
	char *long_old = lx_alloc(&w->call, 9001), *long_now = lx_alloc(&w->call, 9001);
	memset(long_old, '.', 9000);
	memset(long_now, ',', 9000);
	pieces_are(w, long_old, long_now);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_agreement_goes_its_whole_way),
		cmocka_unit_test(a_position_never_falls_out_of_a_published_draft),
		cmocka_unit_test(earlier_wordings_stay_with_the_parties),
		cmocka_unit_test(a_draft_that_is_given_up_stays_withheld),
		cmocka_unit_test(who_declines_ends_it),
		cmocka_unit_test(what_is_taken_back_overtakes_the_signatures),
		cmocka_unit_test(a_condition_is_declared_met),
		cmocka_unit_test(members_accede_and_leave),
		cmocka_unit_test(an_amendment_needs_its_parties),
		cmocka_unit_test(what_was_promised_to_others_asks_them),
		cmocka_unit_test(nothing_signed_is_corrected_by_one),
		cmocka_unit_test(two_wordings_are_told_apart),
		cmocka_unit_test(a_rebuild_gives_the_same_tables),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
