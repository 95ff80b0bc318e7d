/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * From a log of votes to the matrix: the latest vote of each person on each statement, persons and
 * statements ascending by id, and the order in which persons arrived.
 */
#include "engines/consensus/inner.h"

#include <stdlib.h>
#include <string.h>

const char *const lx_voter_names[LX_VOTERS] = { "citizen", "organisation", "government" };

/* One vote with its statement's place; `seq` is its place in the log. */
struct entry {
	int64_t at;
	uint32_t seq;
	uint16_t statement;
	int8_t stance;
};

struct arrival {
	int64_t at;
	uint32_t seq, row;
};

static int by_statement(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->statement != y->statement)
		return x->statement < y->statement ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

static int by_moment(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

/* Places of persons and statements, ranked by id. */
struct index {
	struct ids people, statements;
	uint32_t *person, *statement;
	uint32_t *row; /* [n] of the log: the row, then used up */
};

static enum lx_code index_log(
	struct lx_call *call, const struct lx_vote *log, size_t n, struct index *index)
{
	size_t place;

	LX_TRY(lx_ground_ids_open(call, &index->people));
	LX_TRY(lx_ground_ids_open(call, &index->statements));
	for (size_t i = 0; i < n; i++) {
		LX_TRY(lx_ground_ids_add(call, &index->people, log[i].person, &place));
		LX_TRY(lx_ground_ids_add(call, &index->statements, log[i].statement, &place));
		if (index->statements.n > LX_STATEMENTS_MOST)
			return lx_fail(call, LX_INVALID, NULL, "consensus.statements_many", "%d",
				LX_STATEMENTS_MOST);
		if (index->people.n > LX_PEOPLE_MOST)
			return lx_fail(call, LX_INVALID, NULL, "consensus.people_many", "%zu",
				LX_PEOPLE_MOST);
	}
	LX_TRY(lx_ground_ids_rank(call, &index->people, &index->person));
	return lx_ground_ids_rank(call, &index->statements, &index->statement);
}

static enum lx_code room_for(
	struct lx_call *call, size_t people, size_t statements, size_t votes, struct lx_opinions *o)
{
	*o = (struct lx_opinions){
		.people = people,
		.statements = statements,
		.person = lx_array(call, people, sizeof *o->person),
		.statement = lx_array(call, statements, sizeof *o->statement),
		.kind = lx_array(call, people, sizeof *o->kind),
		.flag = lx_array(call, statements, sizeof *o->flag),
		.arrival = lx_array(call, people, sizeof *o->arrival),
		.from = lx_array(call, people + 1, sizeof *o->from),
		.cell = lx_array(call, votes, sizeof *o->cell),
	};
	if (o->person == NULL || o->statement == NULL || o->kind == NULL || o->flag == NULL ||
		o->arrival == NULL || o->from == NULL || o->cell == NULL)
		return LX_BROKEN;
	return LX_OK;
}

/* The votes of the log, grouped by row; begin[row] is where a row starts. */
static void deal(const struct index *index, const struct lx_vote *log, size_t n, size_t *begin,
	struct entry *entries, struct arrival *first)
{
	for (size_t i = 0; i < n; i++)
		begin[index->person[lx_ground_ids_find(&index->people, log[i].person)] + 1]++;
	for (size_t row = 0; row < index->people.n; row++) {
		begin[row + 1] += begin[row];
		first[row] = (struct arrival){ INT64_MAX, UINT32_MAX, (uint32_t)row };
	}
	for (size_t i = 0; i < n; i++) {
		size_t row = index->person[lx_ground_ids_find(&index->people, log[i].person)];
		size_t statement =
			index->statement[lx_ground_ids_find(&index->statements, log[i].statement)];
		struct arrival moment = { log[i].at, (uint32_t)i, (uint32_t)row };
		entries[begin[row]++] = (struct entry){ log[i].at, (uint32_t)i, (uint16_t)statement,
			log[i].stance };
		if (by_moment(&moment, &first[row]) < 0)
			first[row] = moment;
	}
	memmove(begin + 1, begin, index->people.n * sizeof *begin);
	begin[0] = 0;
}

/* Keeps the latest entry of each statement and returns how many cells were written. */
static size_t keep_latest(struct entry *entries, size_t n, uint16_t *cell)
{
	size_t kept = 0;
	bool sorted = true;

	for (size_t i = 1; i < n && sorted; i++)
		sorted = by_statement(&entries[i - 1], &entries[i]) < 0;
	if (!sorted)
		qsort(entries, n, sizeof *entries, by_statement);
	for (size_t i = 0; i < n; i++)
		if (i + 1 == n || entries[i].statement != entries[i + 1].statement)
			cell[kept++] = LX_CELL(entries[i].statement, entries[i].stance);
	return kept;
}

static enum lx_code fill(struct lx_call *call, const struct index *index, const struct lx_vote *log,
	size_t n, struct lx_opinions *o)
{
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	size_t *begin = lx_array(call, o->people + 1, sizeof *begin);
	struct entry *entries = lx_array(call, n, sizeof *entries);
	struct arrival *first = lx_array(call, o->people, sizeof *first);

	if (begin == NULL || entries == NULL || first == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < o->people; i++)
		o->person[index->person[i]] = index->people.id[i];
	for (size_t i = 0; i < o->statements; i++)
		o->statement[index->statement[i]] = index->statements.id[i];
	deal(index, log, n, begin, entries, first);
	for (size_t row = 0; row < o->people; row++)
		o->from[row + 1] = o->from[row] + keep_latest(entries + begin[row],
							  begin[row + 1] - begin[row],
							  o->cell + o->from[row]);
	if (o->people > 1)
		qsort(first, o->people, sizeof *first, by_moment);
	for (size_t i = 0; i < o->people; i++)
		o->arrival[i] = first[i].row;
	lx_arena_back(call->arena, mark);
	return LX_OK;
}

enum lx_code lx_opinions_build(
	struct lx_call *call, const struct lx_vote *log, size_t n, struct lx_opinions *opinions)
{
	struct index index = { 0 };
	struct lx_opinions made;

	if (n > UINT32_MAX)
		return lx_fail(
			call, LX_INVALID, NULL, "consensus.people_many", "%zu", LX_PEOPLE_MOST);
	LX_TRY(index_log(call, log, n, &index));
	LX_TRY(room_for(call, index.people.n, index.statements.n, n, &made));
	LX_TRY(fill(call, &index, log, n, &made));
	*opinions = made;
	return LX_OK;
}

/* Copies the rows listed into `to`, which has room. */
static void copy_rows(
	const struct lx_opinions *from, const uint32_t *rows, size_t n, struct lx_opinions *to)
{
	for (size_t i = 0; i < n; i++) {
		size_t row = rows[i], votes = from->from[row + 1] - from->from[row];
		to->person[i] = from->person[row];
		to->kind[i] = from->kind == NULL ? LX_CITIZEN : from->kind[row];
		to->from[i + 1] = to->from[i] + votes;
		if (votes > 0)
			memcpy(to->cell + to->from[i], from->cell + from->from[row],
				votes * sizeof *to->cell);
	}
	memcpy(to->statement, from->statement, from->statements * sizeof *to->statement);
	if (from->flag != NULL)
		memcpy(to->flag, from->flag, from->statements * sizeof *to->flag);
}

/* The rows in the order given, without what is beyond the limits of Polis. */
static void copy_within(
	const struct lx_opinions *from, const uint32_t *rows, struct lx_opinions *to)
{
	size_t votes = 0;

	for (size_t i = 0; i < to->people; i++) {
		size_t row = rows == NULL ? i : rows[i];
		to->person[i] = from->person[row];
		to->kind[i] = from->kind == NULL ? LX_CITIZEN : from->kind[row];
		for (size_t v = from->from[row]; v < from->from[row + 1]; v++)
			if (LX_CELL_STATEMENT(from->cell[v]) < to->statements)
				to->cell[votes++] = from->cell[v];
		to->from[i + 1] = votes;
	}
	memcpy(to->statement, from->statement, to->statements * sizeof *to->statement);
	if (from->flag != NULL)
		memcpy(to->flag, from->flag, to->statements * sizeof *to->flag);
}

enum lx_code lx_opinions_by_arrival(
	struct lx_call *call, const struct lx_opinions *opinions, struct lx_opinions *arranged)
{
	size_t people = opinions->people, statements = opinions->statements;
	struct lx_opinions made;

	people = people < LX_POLIS_PEOPLE ? people : LX_POLIS_PEOPLE;
	statements = statements < LX_POLIS_STATEMENTS ? statements : LX_POLIS_STATEMENTS;
	if (opinions->arrival == NULL && people == opinions->people &&
		statements == opinions->statements) {
		*arranged = *opinions;
		return LX_OK;
	}
	size_t votes = opinions->people == 0 ? 0 : opinions->from[opinions->people];
	LX_TRY(room_for(call, people, statements, votes, &made));
	copy_within(opinions, opinions->arrival, &made);
	made.arrival = NULL;
	*arranged = made;
	return LX_OK;
}

enum lx_code lx_opinions_of_kind(struct lx_call *call, const struct lx_opinions *opinions,
	enum lx_voter kind, struct lx_opinions *some)
{
	uint32_t *rows = lx_array(call, opinions->people, sizeof *rows);
	uint32_t *becomes = lx_array(call, opinions->people, sizeof *becomes);
	struct lx_opinions made;
	size_t n = 0, arrived = 0;

	if (rows == NULL || becomes == NULL)
		return LX_BROKEN;
	for (size_t row = 0; row < opinions->people; row++) {
		uint8_t is = opinions->kind == NULL ? LX_CITIZEN : opinions->kind[row];
		becomes[row] = is == kind ? (uint32_t)n : UINT32_MAX;
		if (is == kind)
			rows[n++] = (uint32_t)row;
	}
	LX_TRY(room_for(call, n, opinions->statements, opinions->from[opinions->people], &made));
	copy_rows(opinions, rows, n, &made);
	for (size_t i = 0; i < opinions->people; i++) {
		size_t row = opinions->arrival == NULL ? i : opinions->arrival[i];
		if (becomes[row] != UINT32_MAX)
			made.arrival[arrived++] = becomes[row];
	}
	*some = made;
	return LX_OK;
}
