/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is held between two writings: found by type and number, written in the order in which it was first touched. */
#include "kernel/types/batch.h"

#include "kernel/types/marks.h"
#include "kernel/types/search_text.h"

#include <string.h>

#define SLOTS_FIRST 4096
#define MEMORY_FULL ((size_t)24 << 20)
#define MEMORY_MOST ((size_t)256 << 20) /* one entry may set many rows */

static size_t slot_of(const struct lx_batch *batch, const struct lx_shape *shape, int64_t number)
{
	uint64_t hash = ((uint64_t)(uintptr_t)shape >> 4) + (uint64_t)number;

	hash *= UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(hash >> 32) & (batch->room - 1);
	while (batch->slots[i] != NULL && (batch->slots[i]->record.number != number ||
						  batch->slots[i]->record.shape != shape))
		i = (i + 1) & (batch->room - 1);
	return i;
}

/* Twice as many slots, at least twice as many as are used. */
static bool grow(struct lx_batch *batch)
{
	size_t room = batch->room == 0 ? SLOTS_FIRST : 2 * batch->room;
	struct lx_held **slots = lx_arena_array(&batch->arena, room, sizeof *slots);

	if (slots == NULL)
		return false;
	batch->slots = slots;
	batch->room = room;
	for (struct lx_held *held = batch->first; held != NULL; held = held->next)
		slots[slot_of(batch, held->record.shape, held->record.number)] = held;
	return true;
}

struct lx_held *lx_batch_hold(struct lx_batch *batch, const struct lx_shape *shape, int64_t number)
{
	if (2 * batch->n >= batch->room && !grow(batch))
		return NULL;
	size_t i = slot_of(batch, shape, number);
	if (batch->slots[i] != NULL)
		return batch->slots[i];
	struct lx_held *held = lx_arena_alloc(&batch->arena, sizeof *held);
	if (held == NULL)
		return NULL;
	held->record.shape = shape;
	held->record.number = number;
	*(batch->last == NULL ? &batch->first : &batch->last->next) = held;
	batch->last = held;
	batch->slots[i] = held;
	batch->n++;
	return held;
}

static struct lx_held_count *count_of(
	struct lx_batch *batch, const struct lx_shape *shape, struct lx_text state)
{
	struct lx_held_count *count = batch->counts;

	while (count != NULL && (count->shape != shape || !lx_text_equal(count->state, state)))
		count = count->next;
	if (count != NULL || (count = lx_arena_alloc(&batch->arena, sizeof *count)) == NULL)
		return count;
	*count = (struct lx_held_count){ shape, state, 0, batch->counts };
	batch->counts = count;
	return count;
}

static bool add_count(
	struct lx_batch *batch, const struct lx_record *record, struct lx_text state, int64_t n)
{
	if (state.len == 0)
		return true;
	struct lx_held_count *count = count_of(batch, record->shape, state);
	if (count != NULL)
		count->n += n;
	return count != NULL;
}

enum lx_code lx_batch_changed(struct lx_batch *batch, struct lx_record *record)
{
	struct lx_held *held = lx_batch_hold(batch, record->shape, record->number);
	struct lx_text now = lx_record_standing(record);

	if (held == NULL)
		return lx_fail(&batch->call, LX_BROKEN, NULL, "base.memory", NULL);
	held->changed = true;
	if (lx_text_equal(now, record->counted))
		return LX_OK;
	if (!add_count(batch, record, record->counted, -1) || !add_count(batch, record, now, 1))
		return lx_fail(&batch->call, LX_BROKEN, NULL, "base.memory", NULL);
	record->counted = now;
	return LX_OK;
}

bool lx_batch_full(const struct lx_batch *batch)
{
	return batch->arena.taken > MEMORY_FULL;
}

/* --- writing --------------------------------------------------------------------------------- */

static enum lx_code write_held(struct lx_batch *batch, const struct lx_held *held)
{
	const struct lx_record *record = &held->record;

	if (held->mark > 0)
		LX_TRY(lx_marks_put(
			batch->tx, lx_text(record->shape->type->name), record->number, held->mark));
	if (!held->changed)
		return LX_OK;
	LX_TRY(lx_record_put(batch->tx, record));
	for (size_t i = 0; i < record->shape->terms_n; i++)
		if (held->terms[i])
			LX_TRY(lx_record_put_term(batch->tx, record, i));
	return held->searched && batch->search ? lx_search_text_update(batch->tx, record) : LX_OK;
}

static enum lx_code write_all(struct lx_batch *batch)
{
	for (const struct lx_held *held = batch->first; held != NULL; held = held->next) {
		struct lx_arena_mark mark = lx_arena_here(&batch->arena);
		LX_TRY(write_held(batch, held));
		lx_arena_back(&batch->arena, mark);
	}
	for (const struct lx_held_count *c = batch->counts; c != NULL; c = c->next)
		LX_TRY(lx_record_count(batch->tx, c->shape, c->state, c->n));
	return LX_OK;
}

/* The transaction serves the batch's own call while it works: what it allocates must outlive the entry. */
static struct lx_call *serve_own(struct lx_batch *batch)
{
	struct lx_call *theirs = lx_tx_call(batch->tx);

	batch->arena.limit = MEMORY_MOST;
	batch->call = (struct lx_call){ .arena = &batch->arena };
	lx_tx_serve(batch->tx, &batch->call);
	return theirs;
}

static enum lx_code serve_theirs(struct lx_batch *batch, struct lx_call *theirs, enum lx_code code)
{
	lx_tx_serve(batch->tx, theirs);
	if (code != LX_OK && theirs->fault.code == LX_OK)
		theirs->fault = batch->call.fault;
	return code;
}

enum lx_code lx_batch_apply(
	struct lx_batch *batch, int64_t n, const json_t *open, const json_t *inner)
{
	/* a proof is tested against another record, as the tables have it */
	if (json_object_get(open, "proof") != NULL || json_object_get(inner, "proof") != NULL)
		LX_TRY(lx_batch_write(batch));
	struct lx_call *theirs = serve_own(batch);
	return serve_theirs(batch, theirs, lx_apply_held(batch, n, open, inner));
}

enum lx_code lx_batch_write(struct lx_batch *batch)
{
	struct lx_call *theirs = serve_own(batch);

	enum lx_code code = serve_theirs(batch, theirs, write_all(batch));
	lx_batch_close(batch);
	return code;
}

void lx_batch_close(struct lx_batch *batch)
{
	lx_arena_close(&batch->arena);
	batch->slots = NULL;
	batch->first = batch->last = NULL;
	batch->counts = NULL;
	batch->room = batch->n = 0;
}
