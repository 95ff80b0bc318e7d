/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The region that tests of institutions share. */
#include "modules/testworld.h"

#include "kernel/polity/founding.h"
#include "kernel/types/apply.h"
#include "modules/modules.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char charter_file[] =
	"{\"names\":{\"zh\":\"测试联席会议\",\"en\":\"Test "
	"Council\"},\"currency\":\"CNY\",\"places\":2,\"zone\":\"+08:00\","
	"\"sample\":\"yes\",\"second_factor\":\"no\","
	"\"institution\":[{\"type\":\"need\",\"on\":\"yes\"},{\"type\":\"commitment\",\"on\":"
	"\"yes\"},{\"type\":\"agreement\",\"on\":\"yes\"},"
	"{\"type\":\"allocation\",\"on\":\"yes\"},"
	"{\"type\":\"organisation\",\"on\":\"yes\"},{\"type\":\"project\",\"on\":\"yes\"},"
	"{\"type\":\"ledger\",\"on\":\"yes\"},{\"type\":\"voucher\",\"on\":\"yes\"},"
	"{\"type\":\"round\",\"on\":\"yes\"}],"
	"\"word\":["
	"{\"list\":\"round.rule\",\"code\":\"mes\",\"names\":{\"zh\":\"均等份额\",\"en\":\"Equal "
	"Shares\"}},"
	"{\"list\":\"round.completion\",\"code\":\"add1x,greedy\",\"names\":{\"zh\":\"补足\","
	"\"en\":\"Filled up\"}},"
	"{\"list\":\"round.tie\",\"code\":\"id\",\"names\":{\"zh\":\"按代码\",\"en\":\"By "
	"code\"}},"
	"{\"list\":\"round.tie\",\"code\":\"lot\",\"names\":{\"zh\":\"抽签\",\"en\":\"By "
	"lot\"}},"
	"{\"list\":\"round.ground\",\"code\":\"burden\",\"names\":{\"zh\":\"负担过重\","
	"\"en\":\"Burden\"}},"
	"{\"list\":\"domain\",\"code\":\"transport\",\"names\":{\"zh\":\"交通\","
	"\"en\":\"Transport\"}},"
	"{\"list\":\"need.category\",\"code\":\"transport\",\"names\":{\"zh\":\"交通\","
	"\"en\":\"Transport\"}}],"
	"\"term\":[{\"name\":\"need.sign\",\"length\":1,\"unit\":\"working_days\"},"
	"{\"name\":\"need.answer\",\"length\":3,\"unit\":\"working_days\",\"soon\":1},"
	"{\"name\":\"need.raise\",\"length\":5,\"unit\":\"working_days\"},"
	"{\"name\":\"need.verdict\",\"length\":10,\"unit\":\"days\"},"
	"{\"name\":\"charter.amend\",\"length\":5,\"unit\":\"days\"},"
	"{\"name\":\"organisation.renew\",\"length\":730,\"unit\":\"days\"},"
	"{\"name\":\"organisation.appeal\",\"length\":5,\"unit\":\"days\"},"
	"{\"name\":\"round.object\",\"length\":5,\"unit\":\"days\"},"
	"{\"name\":\"round.confirm\",\"length\":5,\"unit\":\"days\"},"
	"{\"name\":\"project.adopt\",\"length\":5,\"unit\":\"days\"},"
	"{\"name\":\"fund.pay\",\"length\":5,\"unit\":\"days\"},"
	"{\"name\":\"commitment.doubt\",\"length\":5,\"unit\":\"days\"}],"
	"\"rule\":[{\"name\":\"charter.amend\",\"quorum\":\"1/"
	"2\",\"silence\":\"absent\",\"early\":\"yes\"},"
	"{\"name\":\"allocation.adopt\",\"silence\":\"absent\",\"early\":\"yes\"},"
	"{\"name\":\"agreement.parties\",\"silence\":\"absent\",\"early\":\"yes\"},"
	"{\"name\":\"commitment.change\",\"silence\":\"absent\",\"early\":\"yes\"},"
	"{\"name\":\"organisation.appeal\",\"silence\":\"absent\",\"early\":\"yes\"},"
	"{\"name\":\"round.confirm\",\"silence\":\"absent\",\"early\":\"yes\"},"
	"{\"name\":\"project.adopt\",\"silence\":\"absent\",\"early\":\"yes\"},"
	"{\"name\":\"fund.pay\",\"silence\":\"absent\",\"early\":\"yes\"},"
	"{\"name\":\"need.extend\",\"silence\":\"absent\",\"early\":\"yes\"}],"
	"\"majority\":[{\"rule\":\"charter.amend\",\"weight\":\"one\",\"of\":\"asked\",\"least\":"
	"\"2/3\",\"more\":\"no\"},"
	"{\"rule\":\"charter.amend\",\"weight\":\"population\",\"of\":\"asked\",\"least\":\"1/"
	"2\",\"more\":\"yes\"},"
	"{\"rule\":\"allocation.adopt\",\"weight\":\"one\",\"of\":\"asked\",\"least\":\"1/"
	"1\",\"more\":\"no\"},"
	"{\"rule\":\"agreement.parties\",\"weight\":\"one\",\"of\":\"asked\",\"least\":\"1/"
	"1\",\"more\":\"no\"},"
	"{\"rule\":\"commitment.change\",\"weight\":\"one\",\"of\":\"asked\",\"least\":\"2/"
	"3\",\"more\":\"no\"},"
	"{\"rule\":\"organisation.appeal\",\"weight\":\"one\",\"of\":\"asked\",\"least\":"
	"\"2/3\",\"more\":\"no\"},"
	"{\"rule\":\"round.confirm\",\"weight\":\"one\",\"of\":\"asked\",\"least\":\"2/3\","
	"\"more\":\"no\"},"
	"{\"rule\":\"project.adopt\",\"weight\":\"one\",\"of\":\"asked\",\"least\":\"2/3\","
	"\"more\":\"no\"},"
	"{\"rule\":\"fund.pay\",\"weight\":\"body\",\"of\":\"asked\",\"least\":\"2\",\"more\":"
	"\"no\"},"
	"{\"rule\":\"need.extend\",\"weight\":\"one\",\"of\":\"asked\",\"least\":\"1\",\"more\":"
	"\"no\"}],"
	"\"formula\":[{\"name\":\"fund.call\",\"by\":\"equal\",\"parts\":1},"
	"{\"name\":\"fund.call\",\"by\":\"population\",\"parts\":1}],"
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
	"{\"names\":{\"zh\":\"丙\",\"en\":\"C\"},\"member\":\"C\",\"voice\":\"votes\"},"
	"{\"names\":{\"zh\":\"丙观察\",\"en\":\"C "
	"watching\"},\"member\":\"C\",\"voice\":\"observes\"}]},"
	"{\"as\":\"secretariat\",\"names\":{\"zh\":\"秘书处\",\"en\":\"Secretariat\"},\"kind\":"
	"\"secretariat\"},"
	"{\"as\":\"treasury\",\"names\":{\"zh\":\"基金办\",\"en\":\"Treasury\"},\"kind\":"
	"\"office\"},"
	"{\"as\":\"audit\",\"names\":{\"zh\":\"审计组\",\"en\":\"Audit\"},\"kind\":\"panel\"}]}";

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

enum lx_code act_json(struct world *w, int64_t person, const char *what, int64_t record,
	const json_t *input, struct lx_order *order)
{
	const char *dot = strchr(what, '.');
	char type[32];

	(void)snprintf(type, sizeof type, "%.*s", (int)(dot - what), what);
	*order = (struct lx_order){
		.type = type, .act = dot + 1, .record = record, .input = input, .person = person
	};
	lx_fault_clear(&w->call.fault);
	enum lx_code code = lx_writer_submit(w->writer, &w->call, lx_order_job, order);
	order->type = order->act = NULL;
	order->input = NULL;
	return code;
}

enum lx_code act_aside(struct world *w, int64_t person, const char *what, int64_t record,
	struct lx_text aside, struct lx_order *order)
{
	const char *dot = strchr(what, '.');
	char type[32];

	(void)snprintf(type, sizeof type, "%.*s", (int)(dot - what), what);
	*order = (struct lx_order){
		.type = type, .act = dot + 1, .record = record, .person = person, .aside = aside
	};
	lx_fault_clear(&w->call.fault);
	enum lx_code code = lx_writer_submit(w->writer, &w->call, lx_order_job, order);
	order->type = order->act = NULL;
	order->aside = (struct lx_text){ "", 0 };
	return code;
}

enum lx_code act(struct world *w, int64_t person, const char *what, int64_t record,
	const char *input, struct lx_order *order)
{
	json_t *json = input == NULL ? NULL : json_loads(input, 0, NULL);

	assert_true(input == NULL || json != NULL);
	enum lx_code code = act_json(w, person, what, record, json, order);
	json_decref(json);
	return code;
}

int64_t must(struct world *w, int64_t person, const char *what, int64_t record, const char *input)
{
	struct lx_order order;
	enum lx_code code = act(w, person, what, record, input, &order);

	if (code != LX_OK)
		fail_msg("%s refused: %s %s (%s)", what, w->call.fault.msgid, w->call.fault.field,
			w->call.fault.detail);
	return order.made_record;
}

void must_not(struct world *w, enum lx_code expected, const char *msgid, int64_t person,
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

void pass(struct world *w, int64_t days)
{
	w->now += days * DAY;
	for (int i = 0; i < 4; i++) /* what follows from due acts may be due at once */
		assert_int_equal(lx_writer_submit(w->writer, &w->call, nothing, NULL), LX_OK);
}

struct lx_record load(struct world *w, const char *type, int64_t number)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_record record;

	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	assert_int_equal(
		lx_record_load(tx, lx_shape_find(&w->region, lx_text(type)), number, &record),
		LX_OK);
	return record;
}

void is_in(struct world *w, const char *type, int64_t number, const char *state, enum lx_mark mark)
{
	struct lx_record record = load(w, type, number);

	if (!lx_text_is(record.state, state))
		fail_msg("%s/%d is %.*s, not %s", type, (int)number, (int)record.state.len,
			record.state.at, state);
	assert_int_equal(lx_record_mark(&record), mark);
}

static const char *const kept_offices[] = { "officer", "delegate", NULL },
			 *const fund_offices[] = { "treasurer", NULL },
			 *const audit_offices[] = { "auditor", NULL };

/* Who acts for whom, by which offices beside that of administrator. */
static const struct {
	int64_t person;
	const char *holder, *const *offices;
} posts[] = {
	{ 1, "body/2", kept_offices },
	{ 2, "member/1", kept_offices },
	{ 3, "member/2", kept_offices },
	{ 4, "member/3", kept_offices },
	{ 7, "body/3", fund_offices },
	{ 8, "body/4", audit_offices },
};

static void appoint(struct world *w, int64_t person, const char *holder, const char *const *offices)
{
	struct lx_order order;
	char input[256];

	(void)snprintf(input, sizeof input,
		"{\"holder\":\"%s\",\"office\":\"administrator\",\"person\":\"%d\"}", holder,
		(int)person);
	/* by init, as its one-time links do */
	json_t *json = json_loads(input, 0, NULL);
	order = (struct lx_order){ .type = "mandate", .act = "first", .input = json, .person = -1 };
	assert_int_equal(lx_writer_submit(w->writer, &w->call, lx_init_order_job, &order), LX_OK);
	json_decref(json);
	for (size_t k = 0; offices[k] != NULL; k++) {
		(void)snprintf(input, sizeof input,
			"{\"holder\":\"%s\",\"office\":\"%s\",\"person\":\"%d\",\"called\":"
			"\"张\"}",
			holder, offices[k], (int)person);
		int64_t mandate = must(w, person, "mandate.grant", 0, input);
		must(w, person, "mandate.accept", mandate, NULL);
	}
}

/* person 1 secretary, 2 3 4 administrators, officers and delegates of A B C, 5 6 residents, 7 treasurer, 8 auditor */
static void people(struct world *w)
{
	for (int i = 0; i < 8; i++)
		assert_int_equal(
			must(w, 0, "person.register", 0, "{\"name\":\"王小明\",\"tongue\":\"zh\"}"),
			i + 1);
	for (size_t i = 0; i < sizeof posts / sizeof posts[0]; i++)
		appoint(w, posts[i].person, posts[i].holder, posts[i].offices);
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

int begin(void **state)
{
	static struct world w;
	const struct lx_table *further[32] = { lx_order_tables };

	for (size_t i = 0; lx_module_tables[i] != NULL; i++)
		further[i + 1] = lx_module_tables[i];
	memset(&w, 0, sizeof w);
	w.arena.limit = 256 << 20;
	w.call.arena = &w.arena;
	w.now = T0;
	(void)snprintf(w.path, sizeof w.path, "/tmp/lianxi-needs-XXXXXX");
	assert_non_null(mkdtemp(w.path));
	size_t length = strlen(w.path);
	(void)snprintf(w.keys, sizeof w.keys, "%s/keys", w.path);
	assert_int_equal(mkdir(w.keys, 0700), 0);
	(void)snprintf(w.path + length, sizeof w.path - length, "/lianxi.db");
	assert_int_equal(
		lx_region_make(&w.call, lx_types, lx_data_checks, further, &w.region), LX_OK);
	w.region.person_by_name = by_number;
	w.region.secrets = w.keys;
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

static void empty_folder(const char *folder)
{
	DIR *open = opendir(folder);
	char path[512];

	for (struct dirent *entry; open != NULL && (entry = readdir(open)) != NULL;) {
		(void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		(void)unlink(path);
	}
	if (open != NULL)
		(void)closedir(open);
	(void)rmdir(folder);
}

int end(void **state)
{
	struct world *w = *state;
	char command[160];

	lx_writer_stop(&w->writer);
	lx_charter_kept_close(&w->kept);
	lx_store_close(&w->store);
	lx_arena_close(&w->arena);
	empty_folder(w->keys);
	(void)snprintf(command, sizeof command, "%s-wal", w->path);
	(void)unlink(command);
	(void)unlink(w->path);
	*strrchr(w->path, '/') = '\0';
	(void)rmdir(w->path);
	return 0;
}

void a_rebuild_gives_the_same_tables(void **state)
{
	static const char *const sides[] = { "", "-wal", "-shm" };
	struct world *w = *state;
	char scratch[96], side[112];

	(void)snprintf(scratch, sizeof scratch, "%s.copy", w->path);
	lx_fault_clear(&w->call.fault);
	enum lx_code code = lx_tables_verify(w->store, &w->call, &w->region, scratch);
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(side, sizeof side, "%s%s", scratch, sides[i]);
		(void)unlink(side);
	}
	if (code != LX_OK)
		fail_msg("%s (%s)", w->call.fault.msgid, w->call.fault.detail);
}

static bool stop_at_once(void *with, uint64_t done, uint64_t total)
{
	(void)with;
	return done == 0;
}

void a_rebuild_is_whole_or_nothing(void **state)
{
	static const struct lx_progress stopping = { stop_at_once, NULL };
	struct lx_store *other = NULL;
	struct world *w = *state;

	lx_fault_clear(&w->call.fault);
	w->call.progress = &stopping;
	assert_int_equal(lx_rebuild(w->store, &w->call, &w->region, true), LX_BUSY);
	w->call.progress = NULL;
	a_rebuild_gives_the_same_tables(state);
	assert_int_equal(lx_rebuild(w->store, &w->call, &w->region, true), LX_OK);
	a_rebuild_gives_the_same_tables(state);
	/* opening for reading refuses a file that lacks an index */
	assert_int_equal(
		lx_store_open(&w->call, w->path, LX_STORE_READ, w->region.tables, &other), LX_OK);
	lx_store_close(&other);
}
