/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A project's whole life and an organisation's, through the writer; refusals leave no trace; a rebuild gives the same tables. */
#include "modules/testworld.h"

#include "kernel/types/apply.h"

#include <unistd.h>

#define LONG_TEXT "\"text\":\"一段足够长的说明文字，写明做什么。\""

static int64_t submit(struct world *w, const char *title, const char *more, int64_t person)
{
	char input[320];

	(void)snprintf(input, sizeof input,
		"{\"title\":\"%s\"," LONG_TEXT ",\"kind\":\"joint\",\"category\":\"transport\"%s}",
		title, more);
	return must(w, person, "need.submit", 0, input);
}

static int64_t propose(struct world *w, int64_t person, int64_t need, const char *more)
{
	char input[512];

	(void)snprintf(input, sizeof input,
		"{\"title\":\"跨市公交快线\"," LONG_TEXT
		",\"domain\":\"transport\",\"cost\":\"10000\","
		"\"need\":[{\"need\":\"need/%d\"}]%s}",
		(int)need, more);
	return must(w, person, "project.propose", 0, input);
}

#define OPINION(finding)                                                                           \
	"\"opinion\":[{\"body\":\"body/2\",\"finding\":\"" finding                                 \
	"\",\"text\":\"线路与客流已经核实，可以实施。\"}]"
#define MILESTONE(amount)                                                                          \
	"\"milestone\":[{\"names\":{\"zh\":\"通车\",\"en\":\"Opened\"},\"due\":\"2027-05-01\","  \
	"\"amount\":\"" amount "\"}]"

static void a_project_is_adopted_and_built(void **state)
{
	struct world *w = *state;
	int64_t need = submit(w, "跨市公交太慢", "", 5);
	int64_t project = propose(w, 3, need, ",\"lead\":\"member/2\"," MILESTONE("9000"));

	must_not(w, LX_FORBIDDEN, "act.relation", 4, "project.revise", project, "{\"cost\":\"1\"}");
	must_not(w, LX_INVALID, "project_milestones_cost", 3, "project.revise", project,
		"{\"cost\":\"8999.99\"}");
	must(w, 3, "project.revise", project, "{\"cost\":\"9000\"}");
	must_not(w, LX_INVALID, "project_not_yours", 3, "project.revise", project,
		"{" OPINION("feasible") "}");
	must_not(w, LX_FORBIDDEN, "act.relation", 3, "project.assess", project,
		"{" OPINION("feasible") "}");
	must_not(w, LX_INVALID, "project_opinion_fits", 1, "project.assess", project,
		"{" OPINION("unfeasible") "}");
	must(w, 1, "project.assess", project, "{" OPINION("conditional") "}");
	must_not(w, LX_FORBIDDEN, "act.relation", 5, "project.list", project,
		"{\"reason\":\"各市共用\"}");
	must(w, 2, "project.list", project, "{\"reason\":\"各市共用\"}");
	must_not(w, LX_FORBIDDEN, "act.relation", 2, "project.win", project, NULL);
	must(w, 2, "project.adopt", project, "{\"reason\":\"三市同意\"}");
	must(w, 2, "project.say", project, "{\"says\":\"yes\"}");
	is_in(w, "project", project, "listed", LX_WAIT);
	must(w, 4, "project.say", project, "{\"says\":\"yes\"}");
	is_in(w, "project", project, "won", LX_DONE);
	must(w, 3, "project.begin", project, "{\"begins\":\"2026-11-18\",\"ends\":\"2026-11-30\"}");
	must_not(w, LX_INVALID, "project_all_reached", 3, "project.finish", project, "{}");
	must_not(w, LX_INVALID, "project_only_reaches", 3, "project.reach", project,
		"{\"milestone\":[{\"row\":1,\"reached\":\"yes\",\"amount\":\"1\"}]}");
	pass(w, 14);
	is_in(w, "project", project, "late", LX_LATE);
	must(w, 3, "project.replan", project,
		"{\"ends\":\"2027-03-01\",\"reason\":\"汛期停工两周\",\"milestone\":[{\"row\":1,"
		"\"due\":\"2027-02-20\"}]}");
	must(w, 2, "project.say", project, "{\"says\":\"yes\"}");
	must(w, 3, "project.say", project, "{\"says\":\"yes\"}");
	is_in(w, "project", project, "running", LX_WORK);
	must(w, 3, "project.reach", project,
		"{\"milestone\":[{\"row\":1,\"reached\":\"yes\",\"proof\":\"通车公告\"}]}");
	must(w, 3, "project.finish", project, "{}");
	is_in(w, "project", project, "done", LX_DONE);
}

/* A list that may be left out may be left out: replanning names no milestone. */
static void a_project_is_replanned_without_its_milestones(void **state)
{
	struct world *w = *state;
	int64_t project = propose(w, 3, submit(w, "第二条快线", "", 5), ",\"lead\":\"member/2\"");

	must(w, 1, "project.assess", project, "{" OPINION("feasible") "}");
	must(w, 2, "project.list", project, "{\"reason\":\"各市共用\"}");
	must(w, 2, "project.adopt", project, "{\"reason\":\"同意\"}");
	must(w, 2, "project.say", project, "{\"says\":\"yes\"}");
	must(w, 3, "project.say", project, "{\"says\":\"yes\"}");
	must(w, 3, "project.begin", project, "{\"begins\":\"2026-12-02\",\"ends\":\"2027-06-30\"}");
	must_not(w, LX_FORBIDDEN, "act.relation", 4, "project.replan", project,
		"{\"ends\":\"2027-09-01\",\"reason\":\"设备晚到\"}");
	must(w, 3, "project.replan", project, "{\"ends\":\"2027-09-01\",\"reason\":\"设备晚到\"}");
	must(w, 2, "project.say", project, "{\"says\":\"yes\"}");
	must(w, 3, "project.say", project, "{\"says\":\"yes\"}");
	struct lx_record record = load(w, "project", project);
	assert_true(lx_text_is(lx_record_value(&record, "ends").text, "2027-09-01"));
}

static void the_body_asked_gives_its_own_opinion(void **state)
{
	struct world *w = *state;
	int64_t project = propose(w, 3, submit(w, "第三条快线", "", 5), "");

	must(w, 1, "project.refer", project, "{\"assessor\":\"body/1\"}");
	must_not(w, LX_INVALID, "project_opinion_own", 4, "project.assess", project,
		"{" OPINION("feasible") "}");
	must(w, 4, "project.refuse", project,
		"{\"reason\":\"与既有线路重复\",\"opinion\":[{\"body\":\"body/1\",\"finding\":"
		"\"unfeasible\",\"text\":\"与既有线路重复，客流不足。\"}]}");
	is_in(w, "project", project, "unfeasible", LX_SHUT);
}

static void an_organisation_speaks_while_it_is_accredited(void **state)
{
	struct world *w = *state;
	int64_t organisation = must(w, 6, "organisation.apply", 0,
		"{\"names\":{\"zh\":\"通勤者协会\",\"en\":\"Commuters' "
		"Association\"},\"kind\":\"civic\","
		"\"task\":\"收集跨市通勤者的意见并提出。\",\"for_whom\":\"跨市通勤者\",\"speaks_"
		"for\":1200,"
		"\"reach\":[{\"member\":\"member/2\"}],\"proof\":[{\"text\":\"登记证书\"}],"
		"\"contact\":\"13800000006\"}");
	char bearer[64];

	(void)snprintf(bearer, sizeof bearer, ",\"bearer\":\"organisation/%d\"", (int)organisation);
	must_not(w, LX_CONFLICT, "act.state", 6, "organisation.take", organisation, NULL);
	must_not(w, LX_FORBIDDEN, "act.relation", 6, "organisation.accredit", organisation, NULL);
	must(w, 1, "organisation.accredit", organisation, NULL);
	must_not(w, LX_FORBIDDEN, "act.relation", 5, "organisation.take", organisation, NULL);
	must_not(w, LX_FORBIDDEN, "act.relation", 6, "organisation.update", organisation,
		"{\"speaks_for\":1300}");
	must(w, 6, "organisation.take", organisation, NULL);
	must_not(w, LX_CONFLICT, "organisation_handed", 6, "organisation.take", organisation, NULL);
	must(w, 6, "organisation.update", organisation, "{\"speaks_for\":1300}");
	int64_t need = submit(w, "换乘站没有雨棚", bearer, 6);
	struct lx_record record = load(w, "need", need);
	assert_true(lx_text_starts(lx_record_value(&record, "bearer").text, "organisation/"));
	must_not(w, LX_INVALID, "need_bearer", 5, "need.submit", 0,
		"{\"title\":\"冒名的需求\"," LONG_TEXT
		",\"kind\":\"help\",\"category\":\"transport\","
		"\"bearer\":\"organisation/1\"}");
	int64_t made = propose(w, 6, need, bearer);
	record = load(w, "project", made);
	assert_true(lx_text_starts(lx_record_value(&record, "mover").text, "organisation/"));
	must(w, 1, "organisation.suspend", organisation, "{\"reason\":\"年度报告没有提交\"}");
	must_not(w, LX_INVALID, "organisation_silent", 6, "need.submit", 0,
		"{\"title\":\"另一处没有雨棚\"," LONG_TEXT ",\"kind\":\"help\",\"category\":"
		"\"transport\",\"bearer\":\"organisation/1\"}");
	must(w, 6, "organisation.appeal", organisation, "{\"reason\":\"报告已经补交\"}");
	must(w, 2, "organisation.say", organisation, "{\"says\":\"yes\"}");
	must(w, 3, "organisation.say", organisation, "{\"says\":\"yes\"}");
	is_in(w, "organisation", organisation, "accredited", LX_DONE);
	pass(w, 740);
	is_in(w, "organisation", organisation, "ended", LX_SHUT);
}

/* Only what follows from an act names its person so; nobody else grants a mandate to "whoever I am". */
static void a_mandate_is_granted_to_a_name(void **state)
{
	struct world *w = *state;

	must_not(w, LX_INVALID, "input.person", 2, "mandate.grant", 0,
		"{\"holder\":\"member/1\",\"office\":\"officer\",\"person\":true}");
	must_not(w, LX_FORBIDDEN, "act.relation", 6, "mandate.first", 0,
		"{\"holder\":\"organisation/1\",\"office\":\"officer\",\"person\":\"6\"}");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_project_is_adopted_and_built),
		cmocka_unit_test(a_project_is_replanned_without_its_milestones),
		cmocka_unit_test(the_body_asked_gives_its_own_opinion),
		cmocka_unit_test(an_organisation_speaks_while_it_is_accredited),
		cmocka_unit_test(a_mandate_is_granted_to_a_name),
		cmocka_unit_test(a_rebuild_gives_the_same_tables),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
