/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A round's whole life through the writer: roll, sealed ballots, urn, count, objection, consent, what follows for projects. The
 * secrecy of the ballot is tested in ballots_test.c.
 */
#include "modules/rounds/rounds.h"

#include "base/time.h"
#include "kernel/journal/hash.h"
#include "kernel/types/apply.h"
#include "modules/rounds/round_queries.h"
#include "modules/testworld.h"

#include <sys/stat.h>
#include <unistd.h>

#define ROUND                                                                                      \
	"{\"names\":{\"zh\":\"公共项目投票\",\"en\":\"Joint "                                \
	"projects\"},\"rule\":\"mes\",\"utility\":\"cost\","                                       \
	"\"completion\":\"add1x,greedy\",\"tie\":\"id\",\"budget\":\"1000\","                      \
	"\"opens\":\"%s\",\"closes\":\"%s\",\"entrant\":["                                         \
	"{\"code\":\"A1\",\"title\":\"跨市公交\",\"price\":\"600\"},"                          \
	"{\"code\":\"A2\",\"title\":\"水质监测\",\"price\":\"400\"},"                          \
	"{\"code\":\"A3\",\"title\":\"湿地公园\",\"price\":\"900\"}]%s}"

static int64_t prepare(struct world *w, const char *more)
{
	LX_CLOSE(lx_buf_close) struct lx_buf opens = { 0 }, closes = { 0 };
	char input[1024];

	lx_moment_write(&opens, w->now + 7 * DAY);
	lx_moment_write(&closes, w->now + 14 * DAY);
	(void)snprintf(input, sizeof input, ROUND, opens.at, closes.at, more);
	return must(w, 1, "round.prepare", 0, input);
}

static struct lx_text text_of(struct world *w, int64_t round, const char *field)
{
	struct lx_record record = load(w, "round", round);

	return lx_record_value(&record, field).text;
}

static struct lx_text sealed(struct world *w, int64_t round, const char *bits, const char *tracking)
{
	static unsigned char box[LX_BOX_MAX];
	struct lx_ballot ballot = { .tracking = "" };
	size_t n;

	assert_true(lx_tracking_read(lx_text(tracking), ballot.tracking));
	for (size_t i = 0; bits[i] != '\0'; i++)
		ballot.approved[i] = bits[i] == '1';
	assert_int_equal(
		lx_ballot_seal(&w->call, &ballot, strlen(bits), text_of(w, round, "key"), box, &n),
		LX_OK);
	return (struct lx_text){ (char *)box, n };
}

static void cast(
	struct world *w, int64_t person, int64_t round, const char *bits, const char *tracking)
{
	struct lx_order order;

	if (act_aside(w, person, "round.cast", round, sealed(w, round, bits, tracking), &order) !=
		LX_OK)
		fail_msg("not cast: %s %s", w->call.fault.msgid, w->call.fault.detail);
}

static enum lx_code work(struct world *w, const char *keys)
{
	const struct lx_background b = { &w->call, w->store, w->writer, &w->region, keys };

	lx_fault_clear(&w->call.fault);
	return lx_rounds_background(&b);
}

static bool there(struct world *w, int64_t round)
{
	struct lx_text key = text_of(w, round, "key");
	char path[160], name[64];
	unsigned char bytes[LX_KEY_BYTES];
	struct stat about;

	assert_true(lx_hash_read(key, bytes));
	(void)snprintf(name, sizeof name, "round-%d-%02x%02x%02x%02x%02x%02x.key", (int)round,
		bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]);
	(void)snprintf(path, sizeof path, "%s/%s", w->keys, name);
	if (stat(path, &about) != 0)
		return false;
	assert_int_equal(about.st_mode & 0777, 0600);
	return true;
}

static enum lx_code verify(struct world *w)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	lx_fault_clear(&w->call.fault);
	assert_int_equal(lx_store_read_patient(w->store, &w->call, &tx), LX_OK);
	return lx_rounds_verify(tx, &w->region);
}

static struct lx_text urn(struct world *w, int64_t round)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_record record = load(w, "round", round);
	struct lx_text text;

	assert_int_equal(lx_store_read_patient(w->store, &w->call, &tx), LX_OK);
	assert_int_equal(lx_round_urn(tx, &record, &text), LX_OK);
	return text;
}

static enum lx_code recount(struct world *w, int64_t round)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_record record = load(w, "round", round);
	bool told;

	lx_fault_clear(&w->call.fault);
	assert_int_equal(lx_store_read_patient(w->store, &w->call, &tx), LX_OK);
	enum lx_code code = lx_round_recount(tx, &w->region, &record, &told);
	assert_true(told);
	return code;
}

static int64_t admitted_project(struct world *w, const char *cost)
{
	char input[512];

	int64_t need = must(w, 5, "need.submit", 0,
		"{\"title\":\"湖边要能走\",\"text\":\"一段足够长的说明文字\",\"kind\":\"help\","
		"\"category\":"
		"\"transport\"}");
	(void)snprintf(input, sizeof input,
		"{\"title\":\"环湖步道\",\"text\":\"一段足够长的说明文字，写明做什么。\","
		"\"domain\":\"transport\","
		"\"cost\":\"%s\",\"need\":[{\"need\":\"need/%d\"}]}",
		cost, (int)need);
	int64_t project = must(w, 3, "project.propose", 0, input);
	must(w, 1, "project.assess", project,
		"{\"opinion\":[{\"body\":\"body/"
		"2\",\"finding\":\"feasible\",\"text\":\"线路已经核实，可以实施。\"}]}");
	must(w, 1, "project.admit", project, "{}");
	return project;
}

static void a_round_is_voted_counted_and_confirmed(void **state)
{
	struct world *w = *state;
	int64_t project = admitted_project(w, "500");
	char input[256];

	must_not(w, LX_INVALID, "input.code", 1, "round.prepare", 0,
		"{\"names\":{\"zh\":\"轮\",\"en\":\"R\"},\"rule\":\"mes\",\"utility\":\"cost\","
		"\"completion\":"
		"\"add1x,greedy\",\"tie\":\"nobody\",\"budget\":\"1\",\"opens\":\"2026-12-01\","
		"\"closes\":\"2026-"
		"12-02\"}");
	int64_t round = prepare(w, "");
	(void)snprintf(input, sizeof input,
		"{\"entrant\":[{\"code\":\"P1\",\"project\":\"project/%d\",\"price\":\"499\"}]}",
		(int)project);
	must_not(w, LX_INVALID, "round_price", 1, "round.enter", round, input);
	(void)snprintf(input, sizeof input,
		"{\"entrant\":[{\"code\":\"P1\",\"project\":\"project/%d\",\"price\":\"500\"}]}",
		(int)project);
	must(w, 1, "round.enter", round, input);
	must_not(w, LX_INVALID, "round_not_by_hand", 1, "round.revise", round, "{\"seed\":7}");
	must(w, 1, "round.revise", round, "{\"budget\":\"1000\"}");
	must(w, 1, "round.freeze", round, NULL);
	is_in(w, "round", round, "freezing", LX_WORK);
	assert_int_equal(work(w, w->keys), LX_OK);
	is_in(w, "round", round, "frozen", LX_WAIT);
	assert_true(there(w, round));
	struct lx_record frozen = load(w, "round", round);
	assert_int_equal(lx_record_value(&frozen, "roll_size").number, 2);
	must_not(w, LX_CONFLICT, "act.state", 1, "round.revise", round, "{\"budget\":\"1\"}");
	must_not(w, LX_FORBIDDEN, "act.relation", 5, "round.publish", round, "{\"spoiled\":0}");

	pass(w, 8);
	is_in(w, "round", round, "open", LX_WORK);
	must_not(w, LX_INVALID, "round_no_ballot", 5, "round.cast", round, NULL);
	must_not(w, LX_FORBIDDEN, "act.relation", 3, "round.cast", round, NULL);
	cast(w, 5, round, "1001", "AAAAA-BBBBB-CCCCC-DDDDD");
	must_not(w, LX_CONFLICT, "round_voted", 5, "round.cast", round, NULL);
	cast(w, 6, round, "0101", "00000-BBBBB-CCCCC-DDDDD");
	assert_int_equal(verify(w), LX_OK);
	assert_int_equal(work(w, w->keys), LX_OK);
	is_in(w, "round", round, "open", LX_WORK);

	pass(w, 8);
	is_in(w, "round", round, "closed", LX_WAIT);
	assert_int_equal(work(w, w->keys), LX_OK);
	is_in(w, "round", round, "counted", LX_WAIT);
	assert_false(there(w, round));
	assert_string_equal(text_of(w, round, "secret").at, "destroyed");
	assert_non_null(strstr(urn(w, round).at,
		"VOTES\nvoter_id;vote\n00000BBBBBCCCCCDDDDD;A2,P1\nAAAAABBBBBCCCCCDDDDD;A1,P1\n"));
	assert_int_equal(verify(w), LX_OK);
	assert_int_equal(recount(w, round), LX_OK);

	(void)snprintf(input, sizeof input,
		"{\"objection\":[{\"member\":\"member/"
		"1\",\"entrant\":\"P1\",\"ground\":\"burden\",\"text\":"
		"\"我市今年无力承担这一项目的后续运行费用，请重新研究。\"}]}");
	must_not(w, LX_INVALID, "round_own_member", 3, "round.object", round, input);
	must(w, 2, "round.object", round, input);
	must_not(w, LX_CONFLICT, "round_still_objecting", 2, "round.confirm", round, "{}");
	pass(w, 6);
	must_not(w, LX_CONFLICT, "round_unanswered", 2, "round.confirm", round, "{}");
	must(w, 1, "round.answer", round,
		"{\"objection\":[{\"row\":1,\"answer\":"
		"\"运行费用由牵头方承担，已写入项目书，特此答复如上，请予支持。\","
		"\"upheld\":\"no\"}]}");
	must(w, 2, "round.confirm", round, "{}");
	must(w, 2, "round.say", round, "{\"says\":\"yes\"}");
	must(w, 3, "round.say", round, "{\"says\":\"yes\"}");
	is_in(w, "round", round, "confirmed", LX_DONE);
	is_in(w, "project", project, "won", LX_DONE);
	must(w, 2, "round.annul", round, "{\"reason\":\"经核查名册有误\"}");
	must(w, 2, "round.say", round, "{\"says\":\"yes\"}");
	must(w, 3, "round.say", round, "{\"says\":\"yes\"}");
	is_in(w, "round", round, "void", LX_SHUT);
	is_in(w, "project", project, "admitted", LX_WORK);
}

#define OBJECTION(member, entrant)                                                                 \
	"{\"objection\":[{\"member\":\"member/" member "\",\"entrant\":\"" entrant                 \
	"\",\"ground\":\"burden\",\"text\":"                                                       \
	"\"我市今年无力承担这一项目的后续运行费用，请重新研究。\"}]}"
#define ANSWER(row, upheld)                                                                                                \
	"{\"objection\":[{\"row\":" row                                                                                    \
	",\"answer\":\"经核对，后续运行费用确无出处，牵头方也已书面确认这一点。\",\"upheld\":" \
	"\"" upheld "\"}]}"

static struct lx_text outcome_of(struct world *w, int64_t round, const char *code)
{
	struct lx_record record = load(w, "round", round);
	struct lx_entrant *entrants;
	size_t n;

	assert_int_equal(lx_round_entrants(&w->call, &record, &entrants, &n), LX_OK);
	for (size_t i = 0; i < n; i++)
		if (lx_text_is(entrants[i].code, code))
			return entrants[i].outcome;
	return (struct lx_text){ "", 0 };
}

static void strike(struct world *w, int64_t round)
{
	must(w, 1, "round.strike", round, "{\"reason\":\"异议成立，费用没有出处\"}");
	must(w, 2, "round.say", round, "{\"says\":\"yes\"}");
	must(w, 3, "round.say", round, "{\"says\":\"yes\"}");
	is_in(w, "round", round, "closed", LX_WAIT);
	assert_int_equal(work(w, w->keys), LX_OK);
	is_in(w, "round", round, "counted", LX_WAIT);
	assert_int_equal(recount(w, round), LX_OK);
}

/* An objection that was upheld strikes nothing by itself; struck by consent, the ballots are counted without it, and a recount
 * agrees; objections to the new result are open again; an answer that is changed lets it take part again. */
static void what_is_struck_is_counted_without(void **state)
{
	struct world *w = *state;
	int64_t round = prepare(w, "");

	must(w, 1, "round.freeze", round, NULL);
	assert_int_equal(work(w, w->keys), LX_OK);
	pass(w, 8);
	cast(w, 5, round, "101", "44444-BBBBB-CCCCC-DDDDD");
	cast(w, 6, round, "011", "55555-BBBBB-CCCCC-DDDDD");
	pass(w, 8);
	assert_int_equal(work(w, w->keys), LX_OK);
	assert_string_equal(outcome_of(w, round, "A3").at, "won");
	must_not(w, LX_INVALID, "round_not_won", 2, "round.object", round, OBJECTION("1", "A1"));
	must(w, 2, "round.object", round, OBJECTION("1", "A3"));
	must_not(w, LX_CONFLICT, "round_unanswered", 1, "round.strike", round,
		"{\"reason\":\"异议成立\"}");
	must(w, 1, "round.answer", round, ANSWER("1", "yes"));
	must_not(w, LX_FORBIDDEN, "act.relation", 5, "round.strike", round,
		"{\"reason\":\"异议成立\"}");
	must_not(w, LX_INVALID, "input.needed", 1, "round.strike", round, "{}");
	pass(w, 6);
	must_not(w, LX_CONFLICT, "round_upheld", 2, "round.confirm", round, "{}");
	must_not(w, LX_INVALID, "round_not_by_hand", 1, "round.answer", round,
		"{\"objection\":[{\"row\":1,\"entrant\":\"A1\"}]}");
	strike(w, round);
	assert_string_equal(outcome_of(w, round, "A3").at, "lost");
	assert_string_equal(outcome_of(w, round, "A1").at, "won");
	assert_string_equal(outcome_of(w, round, "A2").at, "won");
	must_not(w, LX_CONFLICT, "round_none_upheld", 1, "round.strike", round,
		"{\"reason\":\"异议成立\"}");
	must(w, 1, "round.answer", round, ANSWER("1", "no")); /* upon another look */
	strike(w, round);
	assert_string_equal(outcome_of(w, round, "A3").at, "won");
	must(w, 1, "round.answer", round, ANSWER("1", "yes"));
	strike(w, round);
	assert_string_equal(outcome_of(w, round, "A3").at, "lost");
	must_not(w, LX_CONFLICT, "round_still_objecting", 2, "round.confirm", round, "{}");
	must(w, 3, "round.object", round, OBJECTION("2", "A1"));
	must(w, 1, "round.answer", round, ANSWER("2", "no"));
	pass(w, 6);
	must(w, 2, "round.confirm", round, "{}");
	must(w, 2, "round.say", round, "{\"says\":\"yes\"}");
	must(w, 3, "round.say", round, "{\"says\":\"yes\"}");
	is_in(w, "round", round, "confirmed", LX_DONE);
	assert_int_equal(recount(w, round), LX_OK);
}

/* Between the steps of closing nothing is lost: the secret goes only once the urn is published on disk. */
static void closing_is_taken_up_where_it_was_cut(void **state)
{
	struct world *w = *state;
	int64_t round = prepare(w, "");

	must(w, 1, "round.freeze", round, NULL);
	assert_int_equal(work(w, w->keys), LX_OK);
	pass(w, 8);
	is_in(w, "round", round, "open", LX_WORK);
	cast(w, 5, round, "100", "11111-BBBBB-CCCCC-DDDDD");
	pass(w, 8);
	is_in(w, "round", round, "closed", LX_WAIT);
	lx_store_fail_at(w->store, 1, 0); /* publishing cannot be written */
	assert_int_equal(work(w, w->keys), LX_BROKEN);
	lx_store_fail_at(w->store, 0, 0);
	is_in(w, "round", round, "closed", LX_WAIT);
	assert_true(there(w, round));
	assert_int_equal(work(w, "/nowhere"), LX_CONFLICT); /* the secret is not found */
	assert_string_equal(w->call.fault.msgid, "round_secret_gone");
	assert_true(there(w, round));
	assert_int_equal(work(w, w->keys), LX_OK);
	is_in(w, "round", round, "counted", LX_WAIT);
	assert_false(there(w, round));

	/* an urn whose secret is already gone though no entry says so yet */
	int64_t other = prepare(w, "");
	must(w, 1, "round.freeze", other, NULL);
	assert_int_equal(work(w, w->keys), LX_OK);
	pass(w, 8);
	is_in(w, "round", other, "open", LX_WORK);
	must(w, 2, "round.cancel", other, "{\"reason\":\"名册有误，另行投票\"}");
	must(w, 2, "round.say", other, "{\"says\":\"yes\"}");
	must(w, 3, "round.say", other, "{\"says\":\"yes\"}");
	is_in(w, "round", other, "void", LX_SHUT);
	assert_true(there(w, other));
	lx_store_fail_at(w->store, 1, 0);
	assert_int_equal(work(w, w->keys), LX_BROKEN);
	lx_store_fail_at(w->store, 0, 0);
	assert_false(there(w, other));
	assert_string_equal(text_of(w, other, "secret").at, "kept");
	assert_int_equal(work(w, w->keys), LX_OK);
	assert_string_equal(text_of(w, other, "secret").at, "destroyed");
}

/* A tie by lot waits for what the named source gives; a ballot that cannot be read counts as cast and is told. */
static void a_lot_waits_for_its_source(void **state)
{
	struct world *w = *state;
	unsigned char noise[LX_BOX_MAX] = { 7 };
	struct lx_order order;

	int64_t bare = prepare(w, "");
	must(w, 1, "round.revise", bare, "{\"tie\":\"lot\"}");
	must_not(w, LX_CONFLICT, "round_source", 1, "round.freeze", bare, NULL);
	must(w, 1, "round.revise", bare, "{\"source\":\"福利彩票双色球第 2026140 期\"}");
	must(w, 1, "round.freeze", bare, NULL);
	assert_int_equal(work(w, w->keys), LX_OK);
	pass(w, 8);
	cast(w, 5, bare, "110", "22222-BBBBB-CCCCC-DDDDD");
	struct lx_text box = { (char *)noise, lx_box_length(3) };
	assert_int_equal(act_aside(w, 6, "round.cast", bare, box, &order), LX_OK);
	must_not(w, LX_CONFLICT, "act.state", 1, "round.draw", bare, "{\"drawn\":\"05,12,33\"}");
	pass(w, 8);
	assert_int_equal(work(w, w->keys), LX_OK);
	is_in(w, "round", bare, "closed", LX_WAIT);
	struct lx_record closed = load(w, "round", bare);
	assert_int_equal(lx_record_value(&closed, "spoiled").number, 1);
	must(w, 1, "round.draw", bare, "{\"drawn\":\"05,12,33\"}");
	must_not(w, LX_CONFLICT, "round_drawn_already", 1, "round.draw", bare, "{\"drawn\":\"1\"}");
	assert_int_equal(work(w, w->keys), LX_OK);
	is_in(w, "round", bare, "counted", LX_WAIT);
	assert_int_equal(recount(w, bare), LX_OK);
	assert_int_equal(verify(w), LX_OK);
	must(w, 1, "round.recount", bare, "{\"reason\":\"有人提出疑问，再数一遍\"}");
	assert_int_equal(work(w, w->keys), LX_OK);
	is_in(w, "round", bare, "counted", LX_WAIT);
}

/* Counting again by what the record says, were the record another one. */
static enum lx_code recount_as(
	struct world *w, int64_t round, const char *field, struct lx_value value)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_record record = load(w, "round", round);
	bool told;

	record.values[lx_field_find(record.shape->type->fields, lx_text(field))] = value;
	lx_fault_clear(&w->call.fault);
	assert_int_equal(lx_store_read_patient(w->store, &w->call, &tx), LX_OK);
	return lx_round_recount(tx, &w->region, &record, &told);
}

static void a_result_that_does_not_follow_is_found(void **state)
{
	struct world *w = *state;
	int64_t round = prepare(w, "");

	must(w, 1, "round.freeze", round, NULL);
	assert_int_equal(work(w, w->keys), LX_OK);
	pass(w, 8);
	cast(w, 5, round, "101", "33333-BBBBB-CCCCC-DDDDD");
	pass(w, 8);
	assert_int_equal(work(w, w->keys), LX_OK);
	assert_int_equal(recount_as(w, round, "rule", LX_S("mes")), LX_OK);
	assert_int_equal(recount_as(w, round, "completion", LX_S("none")), LX_CONFLICT);
	assert_string_equal(w->call.fault.msgid, "round_recount_differs");
	assert_int_equal(recount_as(w, round, "version", LX_I(99)), LX_CONFLICT);
	assert_string_equal(w->call.fault.msgid, "round_version");
}

static void every_statement_is_what_it_says(void **state)
{
	struct world *w = *state;
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	for (size_t i = 0; lx_round_queries[i] != NULL; i++)
		if (lx_query_check(tx, lx_round_queries[i]) != LX_OK)
			fail_msg("%s: %s", lx_round_queries[i]->name, w->call.fault.detail);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_statement_is_what_it_says),
		cmocka_unit_test(a_round_is_voted_counted_and_confirmed),
		cmocka_unit_test(what_is_struck_is_counted_without),
		cmocka_unit_test(closing_is_taken_up_where_it_was_cut),
		cmocka_unit_test(a_lot_waits_for_its_source),
		cmocka_unit_test(a_result_that_does_not_follow_is_found),
		cmocka_unit_test(a_rebuild_gives_the_same_tables),
		cmocka_unit_test(a_rebuild_is_whole_or_nothing),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
