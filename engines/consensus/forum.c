/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A discussion that goes on. A vote changes whole numbers only: one cell, the sums of one column, the
 * pairs of the statements its person voted on. A result is then computed from these by the same code as
 * ever, hence the same bits as from the start.
 */
#include "engines/consensus/inner.h"

#include <string.h>

struct lx_forum {
	struct lx_arena arena;
	struct lx_opinions o;
	size_t people_room, statements_room, votes_room, columns_room, scatter_room;
	struct columns columns;
	struct pair *pairs;
	struct kept kept;
	double *scatter;
	size_t scatter_n; /* columns the scatter matrix is laid out for */
	uint8_t *stale;   /* [statements] columns whose entries must be computed anew */
	bool rebuild;     /* pairs must be counted anew */
};

/* A larger copy of an array; the old one stays in the arena until the forum is closed. */
static bool larger(struct lx_call *call, void **array, size_t n, size_t room, size_t size)
{
	void *more = lx_array(call, room, size);

	if (more == NULL)
		return false;
	if (n > 0)
		memcpy(more, *array, n * size);
	*array = more;
	return true;
}

#define LARGER(array, n, room) larger(call, (void **)&(array), (n), (room), sizeof *(array))

static enum lx_code room_for_votes(struct lx_call *call, struct lx_forum *f, size_t votes)
{
	size_t n = f->o.from == NULL ? 0 : f->o.from[f->o.people];

	if (votes <= f->votes_room)
		return LX_OK;
	size_t room = votes + votes / 2 + 64;
	if (!LARGER(f->o.cell, n, room))
		return LX_BROKEN;
	f->votes_room = room;
	return LX_OK;
}

static enum lx_code room_for_people(struct lx_call *call, struct lx_forum *f, size_t people)
{
	size_t n = f->o.people, room = people + people / 2 + 64;

	if (people <= f->people_room)
		return LX_OK;
	if (!LARGER(f->o.person, n, room) || !LARGER(f->o.kind, n, room) ||
		!LARGER(f->kept.group, n, room) ||
		!LARGER(f->o.from, f->o.from == NULL ? 0 : n + 1, room + 1))
		return LX_BROKEN;
	f->people_room = room;
	return LX_OK;
}

static enum lx_code room_for_statements(struct lx_call *call, struct lx_forum *f, size_t statements)
{
	size_t n = f->o.statements, room = statements + statements / 2 + 64;

	if (statements <= f->statements_room)
		return LX_OK;
	if (!LARGER(f->o.statement, n, room) || !LARGER(f->o.flag, n, room) ||
		!LARGER(f->stale, n, room))
		return LX_BROKEN;
	LX_TRY(lx_ground_columns_open(call, room, &f->columns));
	f->kept = (struct kept){ 0, f->kept.group,
		lx_array(call, LX_GROUPS_MOST * room, sizeof *f->kept.count) };
	if (f->kept.count == NULL)
		return LX_BROKEN;
	f->statements_room = room;
	f->rebuild = true;
	return LX_OK;
}

static enum lx_code room_for_pairs(struct lx_call *call, struct lx_forum *f, size_t columns)
{
	if (columns <= f->columns_room || columns > PAIRED_MOST)
		return LX_OK;
	size_t room = columns + columns / 8 + 16;
	if (!LARGER(f->pairs, lx_ground_pair_at(0, f->columns_room), lx_ground_pair_at(0, room)))
		return LX_BROKEN;
	f->columns_room = room;
	return LX_OK;
}

/* The place of an id in an ascending array, or where it would stand. */
static size_t place_of(const int64_t *ids, size_t n, int64_t id)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;
		if (ids[middle] < id)
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}

static enum lx_code copy_in(struct lx_call *call, const struct lx_opinions *o, struct lx_forum *f)
{
	size_t votes = o->people == 0 ? 0 : o->from[o->people];

	LX_TRY(room_for_people(call, f, o->people + 1));
	LX_TRY(room_for_statements(call, f, o->statements + 1));
	LX_TRY(room_for_votes(call, f, votes + 1));
	if (o->people > 0) {
		memcpy(f->o.person, o->person, o->people * sizeof *o->person);
		memcpy(f->o.from, o->from, (o->people + 1) * sizeof *o->from);
		memcpy(f->o.cell, o->cell, votes * sizeof *o->cell);
	}
	if (o->kind != NULL && o->people > 0)
		memcpy(f->o.kind, o->kind, o->people);
	if (o->statements > 0)
		memcpy(f->o.statement, o->statement, o->statements * sizeof *o->statement);
	if (o->flag != NULL && o->statements > 0)
		memcpy(f->o.flag, o->flag, o->statements);
	f->o.people = o->people;
	f->o.statements = o->statements;
	f->rebuild = true;
	return LX_OK;
}

/* A call that allocates from the forum's arena; its fault goes to the caller's. */
static struct lx_call inside(const struct lx_call *call, struct lx_forum *f)
{
	return (struct lx_call){ &f->arena, call->progress, call->threads, { .code = LX_OK } };
}

static enum lx_code outside(struct lx_call *call, const struct lx_call *inner, enum lx_code code)
{
	if (code != LX_OK && call->fault.code == LX_OK)
		call->fault = inner->fault;
	return code;
}

enum lx_code lx_forum_open(
	struct lx_call *call, const struct lx_opinions *opinions, struct lx_forum **forum)
{
	struct lx_arena arena = { .limit = call->arena->limit };
	struct lx_forum *f = lx_arena_alloc(&arena, sizeof *f);

	if (f == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	f->arena = arena;
	struct lx_call own = inside(call, f);
	enum lx_code code = copy_in(&own, opinions, f);
	if (code != LX_OK) {
		lx_forum_close(f);
		return outside(call, &own, code);
	}
	*forum = f;
	return LX_OK;
}

void lx_forum_close(struct lx_forum *forum)
{
	if (forum == NULL)
		return;
	struct lx_arena arena = forum->arena;
	lx_arena_close(&arena);
}

const struct lx_opinions *lx_forum_opinions(const struct lx_forum *forum)
{
	return &forum->o;
}

static enum lx_code find_person(struct lx_call *call, struct lx_forum *f, int64_t id, size_t *row)
{
	struct lx_opinions *o = &f->o;
	size_t at = place_of(o->person, o->people, id);

	*row = at;
	if (at < o->people && o->person[at] == id)
		return LX_OK;
	if (o->people == LX_PEOPLE_MOST)
		return lx_fail(
			call, LX_INVALID, NULL, "consensus.people_many", "%zu", LX_PEOPLE_MOST);
	LX_TRY(room_for_people(call, f, o->people + 1));
	memmove(o->person + at + 1, o->person + at, (o->people - at) * sizeof *o->person);
	memmove(o->kind + at + 1, o->kind + at, o->people - at);
	memmove(f->kept.group + at + 1, f->kept.group + at, o->people - at);
	memmove(o->from + at + 1, o->from + at, (o->people - at + 1) * sizeof *o->from);
	o->person[at] = id;
	o->kind[at] = LX_CITIZEN;
	f->kept.group[at] = LX_NO_GROUP;
	o->people++;
	return LX_OK;
}

/* The last statement is new: its column joins the others, with no votes yet. */
static enum lx_code add_column(struct lx_call *call, struct lx_forum *f)
{
	struct columns *c = &f->columns;
	size_t at = c->n;

	if (f->rebuild || at >= PAIRED_MOST) {
		f->rebuild = true;
		return LX_OK;
	}
	LX_TRY(room_for_pairs(call, f, at + 1));
	memset(f->pairs + lx_ground_pair_at(0, at), 0, (at + 1) * sizeof *f->pairs);
	c->place[f->o.statements - 1] = (uint16_t)at;
	c->of[at] = (uint16_t)(f->o.statements - 1);
	c->sum[at] = c->voted[at] = c->strong[at] = 0;
	memset(c->tally + 4 * (f->o.statements - 1), 0, 4 * sizeof *c->tally);
	c->n++;
	return LX_OK;
}

/* A new statement at the end adds a column; elsewhere all places move and pairs are counted anew. */
static enum lx_code find_statement(
	struct lx_call *call, struct lx_forum *f, int64_t id, size_t *statement)
{
	struct lx_opinions *o = &f->o;
	size_t at = place_of(o->statement, o->statements, id);

	*statement = at;
	if (at < o->statements && o->statement[at] == id)
		return LX_OK;
	if (o->statements == LX_STATEMENTS_MOST)
		return lx_fail(call, LX_INVALID, NULL, "consensus.statements_many", "%d",
			LX_STATEMENTS_MOST);
	LX_TRY(room_for_statements(call, f, o->statements + 1));
	f->kept.k = 0;
	memmove(o->statement + at + 1, o->statement + at,
		(o->statements - at) * sizeof *o->statement);
	memmove(o->flag + at + 1, o->flag + at, o->statements - at);
	for (size_t i = 0; at < o->statements && i < o->from[o->people]; i++)
		o->cell[i] = (uint16_t)(o->cell[i] + (LX_CELL_STATEMENT(o->cell[i]) >= at ? 4 : 0));
	o->statement[at] = id;
	o->flag[at] = 0;
	o->statements++;
	if (at + 1 == o->statements)
		return add_column(call, f);
	f->rebuild = true;
	return LX_OK;
}

/* Adds (sign 1) or takes away (-1) what two votes of one person say about their pair. */
static void count_pair(struct pair *pairs, size_t j, int xj, size_t l, int xl, int sign)
{
	struct pair *pair = &pairs[j < l ? lx_ground_pair_at(j, l) : lx_ground_pair_at(l, j)];

	pair->product += sign * xj * xl;
	pair->left += sign * (j < l ? xj : xl);
	pair->right += sign * (j < l ? xl : xj);
	pair->both = (uint32_t)((int64_t)pair->both + sign);
}

/* The pairs of one cell with the whole row it stands in, itself included. */
static void count_cell(struct lx_forum *f, size_t row, uint16_t cell, int sign)
{
	const struct lx_opinions *o = &f->o;
	uint16_t place = f->columns.place[LX_CELL_STATEMENT(cell)];
	int said = LX_CELL_STANCE(cell);

	lx_ground_keep_vote(&f->kept, o->statements, row, cell, sign);
	if (f->rebuild)
		return;
	f->columns.tally[cell] += sign;
	if (place == NO_PLACE)
		return;
	f->columns.sum[place] += sign * said;
	f->columns.voted[place] += sign;
	f->columns.strong[place] += sign * (said != LX_PASS);
	f->stale[place] = 1;
	for (size_t i = o->from[row]; f->columns.n <= PAIRED_MOST && i < o->from[row + 1]; i++) {
		uint16_t other = f->columns.place[LX_CELL_STATEMENT(o->cell[i])];
		if (other != NO_PLACE)
			count_pair(f->pairs, place, said, other, LX_CELL_STANCE(o->cell[i]), sign);
	}
}

enum lx_code lx_forum_vote(struct lx_call *call, struct lx_forum *forum, int64_t person,
	int64_t statement, enum lx_stance stance)
{
	struct lx_call own = inside(call, forum);
	struct lx_opinions *o = &forum->o;
	size_t row, j, at;

	LX_TRY(outside(call, &own, find_statement(&own, forum, statement, &j)));
	LX_TRY(outside(call, &own, room_for_votes(&own, forum, o->from[o->people] + 1)));
	LX_TRY(outside(call, &own, find_person(&own, forum, person, &row)));
	uint16_t cell = LX_CELL(j, stance);
	for (at = o->from[row]; at < o->from[row + 1]; at++)
		if (LX_CELL_STATEMENT(o->cell[at]) >= j)
			break;
	if (at < o->from[row + 1] && LX_CELL_STATEMENT(o->cell[at]) == j) {
		if (o->cell[at] == cell)
			return LX_OK;
		count_cell(forum, row, o->cell[at], -1);
	} else {
		memmove(o->cell + at + 1, o->cell + at,
			(o->from[o->people] - at) * sizeof *o->cell);
		for (size_t i = row + 1; i <= o->people; i++)
			o->from[i]++;
	}
	o->cell[at] = cell;
	count_cell(forum, row, cell, 1);
	return LX_OK;
}

enum lx_code lx_forum_flag(
	struct lx_call *call, struct lx_forum *forum, int64_t statement, uint8_t flag)
{
	size_t j = place_of(forum->o.statement, forum->o.statements, statement);

	if (j == forum->o.statements || forum->o.statement[j] != statement)
		return lx_fail(call, LX_NOT_FOUND, NULL, "consensus.no_statement", "%lld",
			(long long)statement);
	forum->rebuild |= forum->o.flag[j] != flag;
	forum->o.flag[j] = flag;
	return LX_OK;
}

/* Counts everything anew: after statements were added or flags changed. */
static enum lx_code recount(struct lx_call *call, struct lx_forum *f)
{
	size_t n;

	lx_ground_columns_fill(&f->o, &f->columns);
	n = f->columns.n;
	LX_TRY(room_for_pairs(call, f, n));
	if (n <= PAIRED_MOST) {
		memset(f->pairs, 0, lx_ground_pair_at(0, n) * sizeof *f->pairs);
		LX_TRY(lx_ground_pairs_count(call, &f->o, &f->columns, f->pairs));
	}
	f->rebuild = false;
	f->scatter_n = 0;
	return LX_OK;
}

/* Brings means and the scatter matrix up to date. */
static enum lx_code refresh(struct lx_call *call, struct lx_forum *f)
{
	size_t n;

	if (f->rebuild)
		LX_TRY(recount(call, f));
	n = f->columns.n;
	lx_ground_columns_means(&f->columns);
	if (n > PAIRED_MOST)
		return LX_OK;
	if (n > f->scatter_room) {
		f->scatter = lx_array(call, n * n, sizeof *f->scatter);
		f->scatter_room = f->scatter == NULL ? 0 : n;
		if (f->scatter == NULL)
			return LX_BROKEN;
	}
	if (f->scatter_n != n || n == 0)
		lx_ground_pairs_scatter(f->pairs, &f->columns, f->scatter);
	for (size_t c = 0; c < n; c++)
		if (f->scatter_n == n && f->stale[c])
			lx_ground_pairs_scatter_column(f->pairs, &f->columns, c, f->scatter);
	memset(f->stale, 0, n);
	f->scatter_n = n;
	return LX_OK;
}

enum lx_code lx_forum_ground(struct lx_call *call, struct lx_forum *forum,
	const struct lx_ground_options *options, struct lx_ground *ground)
{
	struct lx_call own = inside(call, forum);
	struct lx_ground_options how = *options;

	how.mode = LX_PLAIN;
	LX_TRY(outside(call, &own, refresh(&own, forum)));
	struct basis basis = { &forum->columns,
		forum->columns.n <= PAIRED_MOST ? forum->scatter : NULL, &forum->kept };
	return lx_ground_ground_from(call, &forum->o, &how, &basis, ground);
}
