/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What happens to a round beside the writer: its roll is entered part by part (round_electors.c). And to a closed one, one durable step after the other: the boxes are opened and published; then the
 * secret is destroyed; then an entry says so; then the ballots are counted. Each step is found from the tables: whatever an end of
 * the process cuts short is taken up where it stood, and the secret stays until the entry that publishes the urn is on disk.
 */
#include "kernel/journal/hash.h"
#include "kernel/record/whole_file.h"
#include "kernel/types/decide.h"
#include "modules/rounds/round_queries.h"
#include "modules/rounds/round_words.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS_MOST 64 /* that have something to do at once */

static enum lx_code machine_job(struct lx_work *work, void *order)
{
	const struct lx_actor machine = { .kind = LX_BY_CLOCK };

	return lx_perform(work, work->with, &machine, order);
}

enum lx_code lx_round_perform(const struct lx_background *b, int64_t round, const char *act,
	json_t *input, struct lx_text aside)
{
	LX_CLOSE(lx_json_free) json_t *owned = input;
	struct lx_order order = {
		.type = "round", .record = round, .act = act, .input = owned, .aside = aside
	};

	return lx_writer_submit(b->writer, b->call, machine_job, &order);
}

/* --- opening ------------------------------------------------------------------------------------ */

struct opening {
	struct lx_call *call;
	size_t entrants;
	unsigned char key[LX_KEY_BYTES], secret[LX_KEY_BYTES];
	struct lx_ballot *all;
	struct lx_ballot **good;
	size_t n, cap, good_n;
};

static enum lx_code open_one(void *with, const struct lx_value *values)
{
	struct opening *o = with;

	if (o->n == o->cap)
		return lx_fail(o->call, LX_CONFLICT, NULL, "round_urn_count", NULL);
	struct lx_ballot *ballot = &o->all[o->n++];
	if (lx_ballot_open(values[0].text, o->entrants, o->key, o->secret, ballot))
		o->good[o->good_n++] = ballot;
	return LX_OK;
}

/* By tracking number, and by what was voted among equal ones: the order of the urn tells nothing. */
static int by_tracking(const void *left, const void *right)
{
	const struct lx_ballot *a = *(const struct lx_ballot *const *)left,
			       *b = *(const struct lx_ballot *const *)right;
	int order = strcmp(a->tracking, b->tracking);

	return order != 0 ? order : memcmp(a->approved, b->approved, sizeof a->approved);
}

static enum lx_code read_secret(
	const struct lx_background *b, const struct lx_record *round, struct opening *o)
{
	struct lx_text key = lx_record_value(round, "key").text, text;
	char name[LX_SECRET_NAME];

	LX_TRY(lx_round_secret_name(b->call, round->number, key, name));
	enum lx_code code = lx_whole_read(b->call, b->keys, name, &text);
	if (code == LX_NOT_FOUND)
		return lx_fail(b->call, LX_CONFLICT, NULL, "round_secret_gone", "%s", name);
	LX_TRY(code);
	bool good = lx_hash_read(lx_text_trim(text), o->secret) && lx_hash_read(key, o->key);
	sodium_memzero((char *)text.at, text.len);
	return good ? LX_OK : lx_fail(b->call, LX_CONFLICT, NULL, "round_secret_gone", "%s", name);
}

static enum lx_code open_boxes(const struct lx_background *b, const struct lx_record *round,
	struct lx_tx *tx, struct opening *o)
{
	o->call = b->call;
	o->entrants = round->lists[lx_rows_find(round->shape->type, LX_TEXT_OF("entrant"))].n;
	o->cap = (size_t)lx_record_value(round, "voters").number;
	o->all = lx_array(b->call, o->cap, sizeof *o->all);
	o->good = lx_array(b->call, o->cap, sizeof(struct lx_ballot *));
	if (o->all == NULL || o->good == NULL)
		return LX_BROKEN;
	LX_TRY(read_secret(b, round, o));
	enum lx_code code = lx_each(tx, &lx_q_boxes, &LX_I(round->number), open_one, o);
	sodium_memzero(o->secret, sizeof o->secret);
	LX_TRY(code);
	if (o->n != o->cap)
		return lx_fail(b->call, LX_CONFLICT, NULL, "round_urn_count", NULL);
	qsort(o->good, o->good_n, sizeof(struct lx_ballot *), by_tracking);
	return LX_OK;
}

static enum lx_code publish(const struct lx_background *b, const struct lx_record *round)
{
	LX_CLOSE(lx_buf_close) struct lx_buf urn = { 0 };
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct opening o = { 0 };

	LX_TRY(lx_store_read_patient(b->store, b->call, &tx));
	LX_TRY(open_boxes(b, round, tx, &o));
	LX_TRY(lx_urn_write(tx, b->region, round, o.good, o.good_n, &urn));
	lx_store_release(&tx);
	return lx_round_perform(b, round->number, "publish",
		json_pack("{s:I}", "spoiled", (json_int_t)(o.n - o.good_n)), lx_buf_view(&urn));
}

/* --- the secret --------------------------------------------------------------------------------- */

/* Random bytes over what was there, as far as the disk takes them in place; then the name goes, and its going is durable. */
static enum lx_code unlink_durably(const struct lx_background *b, const char *name)
{
	unsigned char noise[LX_HASH_TEXT];
	int folder = open(b->keys, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = folder < 0 ? -1 : openat(folder, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	bool gone = folder >= 0 && fd < 0 && errno == ENOENT;

	lx_hash_random(noise, sizeof noise);
	if (fd >= 0)
		gone = write(fd, noise, LX_HASH_TEXT - 1) == LX_HASH_TEXT - 1 && fsync(fd) == 0 &&
		       unlinkat(folder, name, 0) == 0;
	gone = gone && fsync(folder) == 0;
	int failed = errno;
	if (fd >= 0)
		(void)close(fd);
	if (folder >= 0)
		(void)close(folder);
	return gone ? LX_OK
		    : lx_fail(b->call, LX_BROKEN, NULL, "record.file", "%s: %s", name,
			      strerror(failed));
}

static enum lx_code destroy(const struct lx_background *b, const struct lx_record *round)
{
	char name[LX_SECRET_NAME];

	LX_TRY(lx_round_secret_name(
		b->call, round->number, lx_record_value(round, "key").text, name));
	LX_TRY(unlink_durably(b, name));
	return lx_round_perform(b, round->number, "destroy", NULL, (struct lx_text){ "", 0 });
}

/* --- counting ----------------------------------------------------------------------------------- */

static enum lx_code count(const struct lx_background *b, const struct lx_record *round)
{
	LX_CLOSE(lx_buf_close) struct lx_buf json = { 0 };
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_tally_report report = {
		.explained = true, .searched = true, .search_most = LX_TALLY_SEARCH_WORK
	};

	LX_TRY(lx_store_read_patient(b->store, b->call, &tx));
	LX_TRY(lx_round_decide(tx, round, &report));
	lx_store_release(&tx);
	LX_TRY(lx_round_result_json(b->call, &report, &json));
	return lx_round_perform(b, round->number, "result",
		json_pack("{s:s, s:i}", "method", report.rule, "version", LX_TALLY_VERSION),
		lx_buf_view(&json));
}

static enum lx_code next_step(const struct lx_background *b, const struct lx_record *round)
{
	bool published = lx_record_value(round, "urn").kind != LX_V_NULL;
	bool kept = lx_text_is(lx_record_value(round, "secret").text, "kept");
	bool lot = lx_text_is(lx_record_value(round, "tie").text, "lot");

	if (lx_text_is(round->state, "freezing"))
		return lx_round_freeze_step(b, round);
	if (!lx_word_in(round->state, "closed counted confirmed void"))
		return LX_OK; /* its urn is still to be filled */
	if (kept && !published && lx_text_is(round->state, "closed"))
		return publish(b, round);
	if (kept) /* published, or void and never to be opened */
		return destroy(b, round);
	if (!lx_text_is(round->state, "closed") || !published)
		return LX_OK;
	if (lot && lx_record_value(round, "seed").kind == LX_V_NULL)
		return LX_OK; /* the source has not been heard yet */
	return count(b, round);
}

/* Steps until nothing changes: one for each part of a roll, four after the closing. */
static enum lx_code all_steps(const struct lx_background *b, int64_t number)
{
	const struct lx_shape *shape = lx_shape_find(b->region, LX_TEXT_OF("round"));
	int64_t last = -1;

	for (;;) {
		struct lx_arena_mark mark = lx_arena_here(b->call->arena);
		LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
		struct lx_record round;
		LX_TRY(lx_store_read(b->store, b->call, &tx));
		LX_TRY(lx_record_load(tx, shape, number, &round));
		lx_store_release(&tx);
		if (round.last_n == last)
			return LX_OK;
		last = round.last_n;
		LX_TRY(next_step(b, &round));
		lx_arena_back(b->call->arena, mark);
	}
}

enum lx_code lx_rounds_background(const struct lx_background *b)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	enum lx_code first = LX_OK;
	struct lx_value *due;
	size_t n;

	LX_TRY(lx_store_read(b->store, b->call, &tx));
	LX_TRY(lx_all(tx, &lx_q_rounds_due, &LX_I(ROUNDS_MOST), ROUNDS_MOST, &due, &n));
	lx_store_release(&tx);
	for (size_t i = 0; i < n; i++) {
		enum lx_code code = all_steps(b, due[i].number);
		if (first == LX_OK)
			first = code; /* one round that cannot go on keeps no other from it */
	}
	return first;
}
