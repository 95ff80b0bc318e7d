/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Elections too large to hold as arrays of ballots: ballots come one after the other. Each is put down under its
 * two most popular projects; what else it names is packed into one number. Sorting these numbers brings equal ballots
 * together, which become one row, and rows that share much close together, so that a project's supporters lie close.
 */
#include "engines/tally/crowd.h"
#include "engines/tally/utility.h"

#include <stdlib.h>
#include <string.h>

#define NAME_BITS    10
#define NAME_MASK    ((UINT64_C(1) << NAME_BITS) - 1)
#define PACKED       6                      /* names in a number */
#define SHIFT(i)     (54 - NAME_BITS * (i)) /* of name i in a number */
#define SAMPLE       (UINT64_C(1) << 20)    /* ballots that tell which projects are popular */
#define ROW_MOST     (UINT64_C(1) << 24)    /* whole numbers a float holds */
#define CHUNK_KEYS   ((size_t)31)
#define SLAB_CHUNKS  ((size_t)4096)
#define SLABS        ((size_t)65536)
#define FEW          ((size_t)64) /* numbers that are sorted by insertion */
#define STEP_BALLOTS UINT64_C(0xfffff)

/* Packed ballots of one bucket; `older` is a chunk's number plus 1. */
struct chunk {
	uint64_t key[CHUNK_KEYS];
	uint32_t older, n;
};

/* A ballot that is not packed: more than eight names, or more than one voter. */
struct loose {
	uint64_t weight;
	uint32_t bucket, n;
	size_t at; /* of its names, as places */
};

/* What is kept of the ballots until rows are made. Projects are called by their place in popularity. A bucket is the
 * first name and the second plus 1, 0 without: pairs[] counts voters of ballots that name no more. */
struct staging {
	const struct lx_tally_election *election;
	size_t n, buckets;
	uint16_t *place, *project;
	uint64_t *pairs;
	uint32_t *chunk;
	struct chunk **slab;
	size_t chunks_n, keys_n;
	struct lx_buf names, loose;
	uint64_t entries, voters, *people;
};

static void staging_close(struct staging *staging)
{
	lx_buf_close(&staging->names);
	lx_buf_close(&staging->loose);
}

/* The order of popularity among the first ballots: it decides where rows stand, not the outcome. */
static enum lx_code popularity(
	struct lx_call *call, struct lx_tally_stream *stream, struct staging *staging)
{
	struct lx_tally_popular *all = lx_array(call, staging->n, sizeof *all);
	struct lx_tally_ballot ballot;

	if (all == NULL)
		return LX_BROKEN;
	for (size_t p = 0; p < staging->n; p++)
		all[p].project = (uint16_t)p;
	stream->rewind(stream->with);
	for (uint64_t i = 0; i < SAMPLE && stream->next(stream->with, &ballot); i++)
		for (size_t k = 0; k < ballot.n; k++)
			all[ballot.choice[k]].ballots++;
	lx_tally_sort_popular(all, staging->n);
	for (size_t i = 0; i < staging->n; i++) {
		staging->project[i] = all[i].project;
		staging->place[all[i].project] = (uint16_t)i;
	}
	return LX_OK;
}

static enum lx_code open_staging(struct lx_call *call, const struct lx_tally_election *e,
	struct lx_tally_stream *stream, uint64_t *people, struct staging *staging)
{
	size_t n = e->projects_n;

	staging->election = e;
	staging->n = n;
	staging->buckets = n * (n + 1);
	staging->people = people;
	staging->place = lx_array(call, n, sizeof *staging->place);
	staging->project = lx_array(call, n, sizeof *staging->project);
	staging->pairs = lx_array(call, staging->buckets, sizeof *staging->pairs);
	staging->chunk = lx_array(call, staging->buckets, sizeof *staging->chunk);
	staging->slab = lx_array(call, SLABS, sizeof *staging->slab);
	if (staging->place == NULL || staging->project == NULL || staging->pairs == NULL ||
		staging->chunk == NULL || staging->slab == NULL)
		return LX_BROKEN;
	return popularity(call, stream, staging);
}

static struct chunk *chunk_at(const struct staging *staging, uint32_t number)
{
	return &staging->slab[(number - 1) / SLAB_CHUNKS][(number - 1) % SLAB_CHUNKS];
}

static enum lx_code push_key(
	struct lx_call *call, struct staging *staging, size_t bucket, uint64_t key)
{
	uint32_t number = staging->chunk[bucket];
	struct chunk *chunk = number == 0 ? NULL : chunk_at(staging, number);

	if (chunk == NULL || chunk->n == CHUNK_KEYS) {
		size_t slab = staging->chunks_n / SLAB_CHUNKS;
		if (slab == SLABS)
			return lx_fail(call, LX_INVALID, NULL, "tally.bad", "ballots");
		if (staging->slab[slab] == NULL)
			staging->slab[slab] = lx_array(call, SLAB_CHUNKS, sizeof *chunk);
		if (staging->slab[slab] == NULL)
			return LX_BROKEN;
		staging->chunk[bucket] = (uint32_t)++staging->chunks_n;
		chunk = chunk_at(staging, staging->chunk[bucket]);
		chunk->older = number;
	}
	chunk->key[chunk->n++] = key;
	staging->keys_n++;
	return LX_OK;
}

static size_t bucket_of(const struct staging *staging, const uint16_t *places, size_t n)
{
	return places[0] * (staging->n + 1) + (n > 1 ? places[1] + 1u : 0);
}

static void push_loose(struct staging *staging, const uint16_t *places, size_t n, uint64_t weight)
{
	struct loose loose = { .weight = weight,
		.bucket = (uint32_t)bucket_of(staging, places, n),
		.n = (uint32_t)n,
		.at = staging->names.len / sizeof *places };

	lx_buf_put(&staging->names, places, n * sizeof *places);
	lx_buf_put(&staging->loose, &loose, sizeof loose);
}

static enum lx_code push(struct lx_call *call, struct staging *staging, const uint16_t *places,
	size_t n, uint64_t weight)
{
	uint64_t key = 0;

	staging->entries += n;
	if (n <= 2) {
		staging->pairs[bucket_of(staging, places, n)] += weight;
		return LX_OK;
	}
	if (n > PACKED + 2 || weight > 1) {
		push_loose(staging, places, n, weight);
		return LX_OK;
	}
	for (size_t i = 2; i < n; i++)
		key |= (uint64_t)(places[i] + 1u) << SHIFT(i - 2);
	return push_key(call, staging, bucket_of(staging, places, n), key);
}

/* The places of what a ballot names, rising. */
static size_t places_of(
	struct staging *staging, const struct lx_tally_ballot *ballot, uint16_t *places)
{
	const bool *barred = staging->election->barred;
	size_t n = 0;

	for (size_t i = 0; i < ballot->n; i++) {
		uint16_t p = ballot->choice[i], place = staging->place[p];
		if (barred != NULL && barred[p])
			continue;
		staging->people[p] += ballot->weight;
		size_t k = n++;
		for (; k > 0 && places[k - 1] > place; k--)
			places[k] = places[k - 1];
		places[k] = place;
	}
	return n;
}

static enum lx_code take_all(
	struct lx_call *call, struct lx_tally_stream *stream, struct staging *staging)
{
	uint16_t places[LX_BLOCK_NAMES];
	struct lx_tally_ballot ballot;

	stream->rewind(stream->with);
	for (uint64_t i = 0; stream->next(stream->with, &ballot); i++) {
		if ((i & STEP_BALLOTS) == 0)
			LX_TRY(lx_step(call, i, 0));
		size_t n = places_of(staging, &ballot, places);
		staging->voters += ballot.weight;
		if (n > 0)
			LX_TRY(push(call, staging, places, n, ballot.weight));
	}
	if (lx_buf_failed(&staging->names) || lx_buf_failed(&staging->loose))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	return LX_OK;
}

static uint64_t rows_of(uint64_t weight)
{
	return (weight + ROW_MOST - 1) / ROW_MOST;
}

/* Rows for `weight` voters who name the projects at these places. */
static enum lx_code add_rows(const struct staging *staging, struct lx_block_builder *builder,
	const uint16_t *places, size_t n, uint64_t weight)
{
	uint16_t names[LX_BLOCK_NAMES];

	for (size_t i = 0; i < n; i++)
		names[i] = staging->project[places[i]];
	while (weight > 0) {
		uint64_t part = weight < ROW_MOST ? weight : ROW_MOST;
		LX_TRY(lx_blocks_add(builder, names, n, part));
		weight -= part;
	}
	return LX_OK;
}

static void insert_sort(uint64_t *keys, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		uint64_t key = keys[i];
		size_t k = i;
		for (; k > 0 && keys[k - 1] > key; k--)
			keys[k] = keys[k - 1];
		keys[k] = key;
	}
}

/* Sorts by counting names, the last first; returns where the sorted numbers stand, keys or spare. */
static uint64_t *sort_keys(uint64_t *keys, uint64_t *spare, size_t n)
{
	uint32_t count[(1 << NAME_BITS) + 1];

	if (n <= FEW) {
		insert_sort(keys, n);
		return keys;
	}
	for (int i = PACKED - 1; i >= 0; i--) {
		memset(count, 0, sizeof count);
		for (size_t k = 0; k < n; k++)
			count[(keys[k] >> SHIFT(i) & NAME_MASK) + 1]++;
		if (count[1] == n) /* no such name on any */
			continue;
		for (size_t c = 0; c < NAME_MASK; c++)
			count[c + 1] += count[c];
		for (size_t k = 0; k < n; k++)
			spare[count[keys[k] >> SHIFT(i) & NAME_MASK]++] = keys[k];
		uint64_t *sorted = spare;
		spare = keys;
		keys = sorted;
	}
	return keys;
}

/* Packed ballots at work: `keys` and `spare` have room for `room`. */
struct desk {
	uint64_t *keys, *spare;
	size_t room;
};

static size_t keys_in(const struct staging *staging, size_t bucket)
{
	size_t n = 0;

	for (uint32_t c = staging->chunk[bucket]; c != 0; c = chunk_at(staging, c)->older)
		n += chunk_at(staging, c)->n;
	return n;
}

static size_t gather_keys(const struct staging *staging, size_t bucket, uint64_t *keys)
{
	size_t n = 0;

	for (uint32_t c = staging->chunk[bucket]; c != 0; c = chunk_at(staging, c)->older) {
		const struct chunk *chunk = chunk_at(staging, c);
		memcpy(keys + n, chunk->key, chunk->n * sizeof *keys);
		n += chunk->n;
	}
	return n;
}

static enum lx_code open_desk(
	struct lx_call *call, const struct staging *staging, struct desk *desk)
{
	for (size_t b = 0; b < staging->buckets; b++) {
		size_t n = keys_in(staging, b);
		desk->room = n > desk->room ? n : desk->room;
	}
	desk->keys = lx_array(call, desk->room, sizeof *desk->keys);
	desk->spare = lx_array(call, desk->room, sizeof *desk->spare);
	return desk->keys == NULL || desk->spare == NULL ? LX_BROKEN : LX_OK;
}

static enum lx_code unpack(const struct staging *staging, struct lx_block_builder *builder,
	size_t bucket, uint64_t key, uint64_t weight)
{
	uint16_t places[PACKED + 2] = { (uint16_t)(bucket / (staging->n + 1)),
		(uint16_t)(bucket % (staging->n + 1) - 1) };
	size_t n = bucket % (staging->n + 1) == 0 ? 1 : 2;

	for (int i = 0; i < PACKED; i++) {
		uint64_t name = key >> SHIFT(i) & NAME_MASK;
		if (name != 0)
			places[n++] = (uint16_t)(name - 1);
	}
	return add_rows(staging, builder, places, n, weight);
}

static enum lx_code empty_bucket(const struct staging *staging, struct lx_block_builder *builder,
	size_t bucket, struct desk *desk)
{
	size_t n = gather_keys(staging, bucket, desk->keys);
	const uint64_t *keys = sort_keys(desk->keys, desk->spare, n);

	if (staging->pairs[bucket] > 0)
		LX_TRY(unpack(staging, builder, bucket, 0, staging->pairs[bucket]));
	for (size_t i = 0, next; i < n; i = next) {
		for (next = i + 1; next < n && keys[next] == keys[i];)
			next++;
		LX_TRY(unpack(staging, builder, bucket, keys[i], next - i));
	}
	return LX_OK;
}

static int by_bucket(const void *left, const void *right)
{
	const struct loose *a = left, *b = right;

	if (a->bucket != b->bucket)
		return a->bucket < b->bucket ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static enum lx_code empty_loose(const struct staging *staging, struct lx_block_builder *builder)
{
	struct loose *loose = (void *)staging->loose.at;
	size_t n = staging->loose.len / sizeof *loose;
	const uint16_t *names = (const void *)staging->names.at;

	if (n > 0)
		qsort(loose, n, sizeof *loose, by_bucket);
	for (size_t i = 0; i < n; i++)
		LX_TRY(add_rows(
			staging, builder, names + loose[i].at, loose[i].n, loose[i].weight));
	return LX_OK;
}

static uint64_t rows_most(const struct staging *staging)
{
	const struct loose *loose = (const void *)staging->loose.at;
	uint64_t rows = staging->keys_n;

	for (size_t b = 0; b < staging->buckets; b++)
		rows += rows_of(staging->pairs[b]);
	for (size_t i = 0; i < staging->loose.len / sizeof *loose; i++)
		rows += rows_of(loose[i].weight);
	return rows;
}

/* Rows cost no more entries than ballots had, except those that are split for having many voters. */
static enum lx_code make_rows(struct lx_call *call, struct lx_call *passing,
	const struct staging *staging, struct lx_tally_blocks *blocks)
{
	struct lx_block_builder builder;
	struct desk desk = { 0 };
	uint64_t rows = rows_most(staging), split = staging->voters / ROW_MOST + 1;

	LX_TRY(open_desk(passing, staging, &desk));
	LX_TRY(lx_blocks_open(
		call, staging->n, rows, staging->entries + split * LX_BLOCK_NAMES, &builder));
	for (size_t b = 0; b < staging->buckets; b++)
		LX_TRY(empty_bucket(staging, &builder, b, &desk));
	LX_TRY(empty_loose(staging, &builder));
	return lx_blocks_finish(&builder, blocks);
}

/* What is needed until rows are made has an arena of its own, which ends before purses are opened. */
static enum lx_code fill_blocks(struct lx_call *call, const struct lx_tally_election *e,
	struct lx_tally_stream *stream, uint64_t *people, struct lx_tally_view *view,
	struct lx_tally_blocks *blocks)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = call->arena->limit };
	LX_CLOSE(staging_close) struct staging staging = { 0 };
	struct lx_call passing = { .arena = &arena, .progress = call->progress };
	enum lx_code code = open_staging(&passing, e, stream, people, &staging);

	if (code == LX_OK)
		code = take_all(&passing, stream, &staging);
	if (code == LX_OK)
		code = make_rows(call, &passing, &staging, blocks);
	view->voters = staging.voters;
	if (code != LX_OK && call->fault.code == LX_OK)
		call->fault = passing.fault;
	return code;
}

/* Supporting rows of all projects; differences are what counts. */
static void count_rows(const struct lx_tally_blocks *blocks, size_t *start)
{
	for (size_t b = 0; b < blocks->n; b++)
		for (size_t p = 0; p < blocks->projects_n; p++) {
			const uint64_t *at = blocks->at + b * blocks->projects_n + p;
			start[p + 1] += (size_t)(at[1] - at[0]);
		}
	for (size_t p = 0; p < blocks->projects_n; p++)
		start[p + 1] += start[p];
}

enum lx_code lx_tally_crowd_prepare(struct lx_call *call, const struct lx_tally_election *e,
	struct lx_tally_stream *stream, const struct lx_tally_setting *setting,
	struct lx_tally_view *view)
{
	size_t n = e->projects_n;
	struct lx_tally_blocks *blocks = lx_array(call, 1, sizeof *blocks);
	uint64_t *people = lx_array(call, n, sizeof *people);
	int64_t *unit = lx_array(call, n, sizeof *unit);
	lx_int128 *total = lx_array(call, n, sizeof *total);
	size_t *start = lx_array(call, n + 1, sizeof *start);

	if (blocks == NULL || people == NULL || unit == NULL || total == NULL || start == NULL)
		return LX_BROKEN;
	*view = (struct lx_tally_view){ .election = e, .n = n };
	LX_TRY(fill_blocks(call, e, stream, people, view, blocks));
	for (size_t p = 0; p < n; p++) {
		unit[p] = lx_tally_unit(e, setting->utility, p);
		total[p] = (lx_int128)unit[p] * people[p];
	}
	count_rows(blocks, start);
	view->blocks = blocks;
	view->rows_n = blocks->n * LX_BLOCK_ROWS;
	view->start = start;
	view->people = people;
	view->unit = unit;
	view->total = total;
	return lx_tally_order(call, setting, view);
}

bool lx_tally_crowd_takes(const struct lx_tally_election *e, const struct lx_tally_setting *setting)
{
	unsigned fill = LX_COMPLETE_GREEDY | LX_COMPLETE_UTILITARIAN;

	return e->projects_n <= LX_TALLY_CROWD_PROJECTS && lx_tally_uniform(setting->utility) &&
	       (setting->rule <= LX_RULE_EXCLUSIVE || setting->rule == LX_RULE_MES) &&
	       (setting->completion & ~fill) == 0;
}

static void walk_rewind(void *with)
{
	struct lx_tally_walk *walk = with;

	walk->b = 0;
}

static bool walk_next(void *with, struct lx_tally_ballot *ballot)
{
	struct lx_tally_walk *walk = with;
	const struct lx_tally_election *e = walk->election;
	size_t b = walk->b;

	if (b == e->ballots_n)
		return false;
	walk->b++;
	*ballot = (struct lx_tally_ballot){ e->choice + e->first[b],
		(size_t)(e->first[b + 1] - e->first[b]), e->weight[b] };
	return true;
}

struct lx_tally_stream lx_tally_walk_stream(struct lx_tally_walk *walk)
{
	return (struct lx_tally_stream){ walk, walk_rewind, walk_next };
}
