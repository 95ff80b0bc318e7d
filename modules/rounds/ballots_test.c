/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A ballot cannot be tied to its voter: from the files, taken at any moment, and all that is published. Ten thousand residents vote at
 * once; a few vote one a commit, between backups. What is looked for is what was really cast: this test is every voter.
 */
#include "base/time.h"
#include "kernel/journal/hash.h"
#include "modules/rounds/round_queries.h"
#include "modules/rounds/rounds.h"
#include "modules/testworld.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#define CROWD    10000
#define BATCH    500
#define SINGLE   24 /* vote one a commit */
#define ENTRANTS 5

struct voter {
	int64_t person, place; /* place: of the ballot in the published urn */
	char tracking[LX_TRACKING + 1];
	unsigned bits;
};

struct crowd {
	struct world *w;
	int64_t round;
	struct voter voters[CROWD];
	size_t from, to;
	char key[LX_HASH_TEXT];
};

static struct crowd crowd;

static void perform(struct lx_work *work, int64_t person, const char *type, int64_t record,
	const char *what, const char *input, struct lx_text aside)
{
	LX_CLOSE(lx_json_free) json_t *json = input == NULL ? NULL : json_loads(input, 0, NULL);
	struct lx_order order = { .type = type,
		.act = what,
		.record = record,
		.input = json,
		.person = person,
		.aside = aside };

	if (lx_order_job(work, &order) != LX_OK)
		fail_msg("%s.%s: %s", type, what, lx_tx_call(work->tx)->fault.msgid);
}

/* Registers, claims and verifies in one transaction: the crowd is not what is tested. */
static enum lx_code settle_job(struct lx_work *work, void *with)
{
	struct crowd *c = with;

	for (size_t i = c->from; i < c->to; i++) {
		char input[96];
		struct lx_order order = { .type = "person", .act = "register" };
		LX_CLOSE(lx_json_free)
		json_t *name = json_pack("{s:s, s:s}", "name", "王小明", "tongue", "zh");
		order.input = name;
		LX_TRY(lx_order_job(work, &order));
		int64_t person = c->voters[i].person = order.made_record;
		(void)snprintf(input, sizeof input,
			"{\"home\":\"member/%d\",\"proof\":\"110101199001011234\"}",
			(int)(i % 3) + 1);
		perform(work, person, "person", person, "claim", input, lx_text(""));
		perform(work, (int64_t)(i % 3) + 2, "person", person, "verify", NULL, lx_text(""));
	}
	return LX_OK;
}

static void fill_ballot(const struct voter *v, struct lx_ballot *ballot)
{
	*ballot = (struct lx_ballot){ .tracking = "" };
	memcpy(ballot->tracking, v->tracking, sizeof ballot->tracking);
	for (unsigned k = 0; k < ENTRANTS; k++)
		ballot->approved[k] = (v->bits >> k & 1U) != 0;
}

static void seal(struct crowd *c, const struct voter *v, unsigned char box[LX_BOX_MAX], size_t *n)
{
	struct lx_ballot ballot;

	fill_ballot(v, &ballot);
	assert_int_equal(
		lx_ballot_seal(&c->w->call, &ballot, ENTRANTS, lx_text(c->key), box, n), LX_OK);
}

static enum lx_code cast_job(struct lx_work *work, void *with)
{
	struct crowd *c = with;

	for (size_t i = c->from; i < c->to; i++) {
		unsigned char box[LX_BOX_MAX];
		size_t n;
		seal(c, &c->voters[i], box, &n);
		perform(work, c->voters[i].person, "round", c->round, "cast", NULL,
			(struct lx_text){ (char *)box, n });
	}
	return LX_OK;
}

static void in_batches(struct crowd *c, size_t from, size_t to, size_t step, lx_job_fn *job)
{
	for (c->from = from; c->from < to; c->from = c->to) {
		struct lx_arena_mark mark = lx_arena_here(&c->w->arena);
		c->to = c->from + step < to ? c->from + step : to;
		assert_int_equal(lx_writer_submit(c->w->writer, &c->w->call, job, c), LX_OK);
		lx_arena_back(&c->w->arena, mark);
	}
}

/* --- what lies in the files --------------------------------------------------------------------- */

static char *read_file(const char *path, size_t *n)
{
	FILE *file = fopen(path, "rb");

	*n = 0;
	if (file == NULL)
		return NULL;
	(void)fseek(file, 0, SEEK_END);
	size_t size = (size_t)ftell(file);
	rewind(file);
	char *bytes = malloc(size + 1); /* a test's own */
	assert_non_null(bytes);
	*n = fread(bytes, 1, size, file);
	(void)fclose(file);
	return bytes;
}

/* No tracking number of these voters, as it is or as it is shown, in a file. */
static void nothing_in(const char *path, const struct voter *voters, size_t n, size_t each)
{
	size_t size;
	char *bytes = read_file(path, &size);

	for (size_t i = 0; bytes != NULL && i < n; i += each) {
		LX_CLOSE(lx_buf_close) struct lx_buf shown = { 0 };
		lx_tracking_show(&shown, lx_text(voters[i].tracking));
		if (memmem(bytes, size, voters[i].tracking, LX_TRACKING) != NULL ||
			memmem(bytes, size, shown.at, shown.len) != NULL)
			fail_msg("a tracking number stands in %s", path);
	}
	free(bytes);
}

static void nothing_in_files(struct crowd *c, size_t n, size_t each)
{
	char wal[96];

	(void)snprintf(wal, sizeof wal, "%s-wal", c->w->path);
	nothing_in(c->w->path, c->voters, n, each);
	nothing_in(wal, c->voters, n, each);
}

static void backup(struct crowd *c, const char *name, char path[96])
{
	(void)snprintf(path, 96, "%s.%s", c->w->path, name);
	(void)unlink(path);
	assert_int_equal(lx_store_backup(c->w->store, &c->w->call, path), LX_OK);
}

/* The boxes of one database file, by hash. */
struct boxes {
	size_t n;
	unsigned char hash[SINGLE + 8][LX_HASH_BYTES], box[SINGLE + 8][LX_BOX_MAX];
	size_t length;
};

static const struct lx_query all_boxes = { "test.boxes",
	"SELECT hash, box FROM round_urn WHERE round = $1 ORDER BY hash", "i", "bb" };

static enum lx_code add_box(void *with, const struct lx_value *values)
{
	struct boxes *b = with;

	assert_true(b->n < SINGLE + 8);
	memcpy(b->hash[b->n], values[0].text.at, LX_HASH_BYTES);
	memcpy(b->box[b->n], values[1].text.at, values[1].text.len);
	assert_true(b->n == 0 || b->length == values[1].text.len); /* all boxes are of one length */
	b->length = values[1].text.len;
	b->n++;
	return LX_OK;
}

static void read_boxes(struct crowd *c, const char *path, struct boxes *b)
{
	struct lx_store *store = NULL;
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	*b = (struct boxes){ 0 };
	assert_int_equal(
		lx_store_open(&c->w->call, path, LX_STORE_READ, c->w->region.tables, &store),
		LX_OK);
	assert_int_equal(lx_store_read(store, &c->w->call, &tx), LX_OK);
	assert_int_equal(lx_each(tx, &all_boxes, &LX_I(c->round), add_box, b), LX_OK);
	lx_store_release(&tx);
	lx_store_close(&store);
}

/* --- the tests ---------------------------------------------------------------------------------- */

static void work_beside(struct crowd *c)
{
	const struct lx_background b = { &c->w->call, c->w->store, c->w->writer, &c->w->region,
		c->w->keys };

	if (lx_rounds_background(&b) != LX_OK)
		fail_msg("beside: %s %s", c->w->call.fault.msgid, c->w->call.fault.detail);
}

static int64_t prepare(struct crowd *c)
{
	LX_CLOSE(lx_buf_close) struct lx_buf opens = { 0 }, closes = { 0 };
	char input[1024];

	lx_moment_write(&opens, c->w->now + 2 * DAY);
	lx_moment_write(&closes, c->w->now + 9 * DAY);
	(void)snprintf(input, sizeof input,
		"{\"names\":{\"zh\":\"投票\",\"en\":\"Vote\"},\"rule\":\"mes\",\"utility\":"
		"\"cost\","
		"\"completion\":\"add1x,greedy\",\"tie\":\"id\",\"budget\":\"1000\",\"opens\":\"%"
		"s\","
		"\"closes\":\"%s\",\"entrant\":["
		"{\"code\":\"A1\",\"title\":\"甲项目\",\"price\":\"100\"},"
		"{\"code\":\"A2\",\"title\":\"乙项目\",\"price\":\"200\"},"
		"{\"code\":\"A3\",\"title\":\"丙项目\",\"price\":\"300\"},"
		"{\"code\":\"A4\",\"title\":\"丁项目\",\"price\":\"400\"},"
		"{\"code\":\"A5\",\"title\":\"戊项目\",\"price\":\"500\"}]}",
		opens.at, closes.at);
	int64_t round = must(c->w, 1, "round.prepare", 0, input);
	must(c->w, 1, "round.freeze", round, NULL);
	work_beside(c);
	struct lx_record record = load(c->w, "round", round);
	(void)snprintf(c->key, sizeof c->key, "%s", lx_record_value(&record, "key").text.at);
	pass(c->w, 3);
	is_in(c->w, "round", round, "open", LX_WORK);
	return round;
}

static void make_voters(struct crowd *c)
{
	for (size_t i = 0; i < CROWD; i++) {
		lx_tracking_make(c->voters[i].tracking);
		c->voters[i].bits = (unsigned)(i * 7 + i / 3) % (1U << ENTRANTS);
	}
}

static struct lx_text urn_of(struct crowd *c)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_record record = load(c->w, "round", c->round);
	struct lx_text text;

	assert_int_equal(lx_store_read_patient(c->w->store, &c->w->call, &tx), LX_OK);
	assert_int_equal(lx_round_urn(tx, &record, &text), LX_OK);
	return text;
}

static void close_round(struct crowd *c)
{
	pass(c->w, 8);
	is_in(c->w, "round", c->round, "closed", LX_WAIT);
	work_beside(c);
	is_in(c->w, "round", c->round, "counted", LX_WAIT);
}

/* Where each voter's ballot stands in the published urn; every one is there, as it was cast. */
static void find_all(struct crowd *c, size_t n)
{
	static const char mark[] = "VOTES\nvoter_id;vote\n";
	struct lx_text urn = urn_of(c);
	const char *votes = strstr(urn.at, mark);
	struct lx_text rest, line;
	char before[LX_TRACKING + 1] = "";
	size_t lines = 0;

	assert_non_null(votes);
	rest = lx_text(votes + sizeof mark - 1);
	for (; lx_text_split(&rest, '\n', &line); lines++) {
		char ballot[64], expected[64] = "";
		(void)snprintf(ballot, sizeof ballot, "%.*s", (int)line.len, line.at);
		assert_true(
			strncmp(before, ballot, LX_TRACKING) < 0); /* sorted by tracking number */
		memcpy(before, ballot, LX_TRACKING);
		for (size_t i = 0; i < n; i++) {
			if (strncmp(c->voters[i].tracking, ballot, LX_TRACKING) != 0)
				continue;
			c->voters[i].place = (int64_t)lines;
			for (unsigned k = 0; k < ENTRANTS; k++)
				if ((c->voters[i].bits >> k & 1U) != 0)
					(void)snprintf(expected + strlen(expected),
						sizeof expected - strlen(expected), "%sA%u",
						expected[0] == '\0' ? "" : ",", k + 1);
			assert_string_equal(ballot + LX_TRACKING + 1, expected);
		}
	}
	assert_int_equal(lines, n);
}

/* One cast a commit, a backup before and after each: the two differ by one roll mark and one box, and the box tells nothing: it is
 * sealed anew each time, has the one length, and is not to be found in what is published, nor does its place tell the ballot's. */
static void one_cast_a_commit(void **state)
{
	static struct boxes before, after;
	unsigned char again[LX_BOX_MAX], key[LX_KEY_BYTES];
	const unsigned char guess[LX_KEY_BYTES] = { 1 };
	struct crowd *c = &crowd;
	char path[96];
	size_t n;

	c->w = *state;
	make_voters(c);
	in_batches(c, 0, SINGLE, SINGLE, settle_job);
	c->round = prepare(c);
	assert_true(lx_hash_read(lx_text(c->key), key));
	for (size_t i = 0; i < SINGLE; i++) {
		struct lx_ballot opened;
		backup(c, "before", path);
		read_boxes(c, path, &before);
		in_batches(c, i, i + 1, 1, cast_job);
		nothing_in_files(c, i + 1, 1);
		backup(c, "after", path);
		nothing_in(path, c->voters, i + 1, 1);
		read_boxes(c, path, &after);
		assert_int_equal(after.n, before.n + 1);
		size_t at = 0;
		while (at < before.n && memcmp(after.hash[at], before.hash[at], LX_HASH_BYTES) == 0)
			at++;
		/* whoever has both backups has this voter's box; it opens for nobody without the secret, and sealing what one guesses
		 * gives another box */
		struct lx_text box = { (char *)after.box[at], after.length };
		assert_false(lx_ballot_open(box, ENTRANTS, key, guess, &opened));
		seal(c, &c->voters[i], again, &n);
		assert_int_equal(n, after.length);
		assert_memory_not_equal(again, after.box[at], n);
	}
	close_round(c);
	find_all(c, SINGLE);
	struct lx_text urn = urn_of(c);
	for (size_t i = 0; i < after.n; i++) {
		char hash[LX_HASH_TEXT];
		lx_hash_write(after.hash[i], hash);
		assert_null(memmem(urn.at, urn.len, hash, 43));
		assert_null(memmem(urn.at, urn.len, after.box[i], 32));
	}
	(void)unlink(path);
	backup(c, "before", path);
	(void)unlink(path);
}

/* The answers kept for idempotency keys say that something was cast, whatever it was: two voters' different ballots leave the same. */
static const struct lx_query answers = { "test.answers",
	"SELECT request, record, pending FROM answer WHERE name = $1", "t", "tii" };

static void the_kept_answer_says_only_cast(void **state)
{
	struct crowd *c = &crowd;
	struct lx_value rows[2][3];
	(void)state;

	in_batches(c, SINGLE, SINGLE + 2, 2, settle_job);
	c->round = prepare(c);
	for (size_t i = 0; i < 2; i++) {
		LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
		unsigned char box[LX_BOX_MAX];
		const char *name = i == 0 ? "one" : "two";
		size_t n;
		c->voters[SINGLE + i].bits = i == 0 ? 1 : 30;
		seal(c, &c->voters[SINGLE + i], box, &n);
		struct lx_order order = { .type = "round",
			.act = "cast",
			.record = c->round,
			.person = c->voters[SINGLE + i].person,
			.key = lx_text(name),
			.aside = { (char *)box, n } };
		assert_int_equal(
			lx_writer_submit(c->w->writer, &c->w->call, lx_order_job, &order), LX_OK);
		/* the same key with another ballot is the same request: answered, and nothing is cast twice */
		seal(c, &c->voters[0], box, &n);
		assert_int_equal(
			lx_writer_submit(c->w->writer, &c->w->call, lx_order_job, &order), LX_OK);
		assert_true(order.again);
		assert_int_equal(lx_store_read(c->w->store, &c->w->call, &tx), LX_OK);
		assert_int_equal(lx_one(tx, &answers, &LX_S(name), rows[i]), LX_OK);
	}
	assert_true(lx_text_equal(rows[0][0].text, rows[1][0].text));
	close_round(c);
}

/* Rank correlation between the order of casting and that of publishing. */
static double order_kept(const struct voter *voters, size_t n)
{
	double sum = 0, mean = ((double)n - 1) / 2, square = ((double)n * (double)n - 1) / 12;

	for (size_t i = 0; i < n; i++)
		sum += ((double)i - mean) * ((double)voters[i].place - mean);
	return sum / (double)n / square;
}

static const struct lx_query lots = { "test.lots",
	"SELECT count(*), min(f_ballots), sum(f_ballots) FROM round_lot WHERE record = $1", "i",
	"iII" };

/* Ten thousand: every ballot is counted as cast, none is told by its place, no lot is smaller than fifty. */
static void a_crowd_of_ten_thousand(void **state)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct crowd *c = &crowd;
	struct lx_value sums[3];
	(void)state;

	make_voters(c);
	in_batches(c, 0, CROWD, BATCH, settle_job);
	c->round = prepare(c);
	in_batches(c, 0, CROWD, BATCH, cast_job);
	nothing_in_files(c, CROWD, 97);
	assert_int_equal(lx_store_read(c->w->store, &c->w->call, &tx), LX_OK);
	assert_int_equal(lx_one(tx, &lots, &LX_I(c->round), sums), LX_OK);
	lx_store_release(&tx);
	assert_int_equal(sums[1].number, LX_ROUND_LOT);
	assert_true(sums[2].number > CROWD - 2 * LX_ROUND_LOT);
	close_round(c);
	find_all(c, CROWD);
	double kept = order_kept(c->voters, CROWD);
	if (fabs(kept) > 0.05)
		fail_msg("the order of casting is kept: %f", kept);
	assert_int_equal(lx_store_read_patient(c->w->store, &c->w->call, &tx), LX_OK);
	assert_int_equal(lx_rounds_verify(tx, &c->w->region), LX_OK);
	assert_int_equal(lx_one(tx, &lots, &LX_I(c->round), sums), LX_OK);
	assert_int_equal(sums[2].number, CROWD);
}

/* The urn has no hidden column: a table without rowid, whose rows stand by the hash of the box. */
static const struct lx_query rowids = { "test.rowid", "SELECT rowid FROM round_urn LIMIT 1", "",
	"i" };

static void the_urn_has_no_hidden_column(void **state)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct world *w = *state;

	lx_fault_clear(&w->call.fault);
	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	assert_int_not_equal(lx_query_check(tx, &rowids), LX_OK);
	lx_fault_clear(&w->call.fault);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_urn_has_no_hidden_column),
		cmocka_unit_test(one_cast_a_commit),
		cmocka_unit_test(the_kept_answer_says_only_cast),
		cmocka_unit_test(a_crowd_of_ten_thousand),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
