/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One part of a build: from texts to terms and a stream of term numbers, text by text. */
#include "base/tokens.h"
#include "engines/similar/build.h"
#include "engines/similar/score.h"

#include <string.h>

#define SLOTS_LEAST ((size_t)1 << 12)
#define TERMS_LEAST ((size_t)1 << 10)
#define SCRATCH     ((size_t)64 << 10)

static void place(struct lx_slot *slots, size_t n, struct lx_slot slot)
{
	size_t i = slot.key & (n - 1);

	while (slots[i].term != 0)
		i = (i + 1) & (n - 1);
	slots[i] = slot;
}

static enum lx_code grow_slots(struct lx_call *call, struct lx_part *part)
{
	size_t n = part->slots_n == 0 ? SLOTS_LEAST : 2 * part->slots_n;
	struct lx_slot *slots = lx_array(call, n, sizeof *slots);

	if (slots == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < part->slots_n; i++)
		if (part->slots[i].term != 0)
			place(slots, n, part->slots[i]);
	part->slots = slots;
	part->slots_n = n;
	return LX_OK;
}

static enum lx_code grow_terms(struct lx_call *call, struct lx_part *part)
{
	size_t room = part->terms_room == 0 ? TERMS_LEAST : 2 * part->terms_room;
	struct lx_part_term *terms = lx_array(call, room, sizeof *terms);

	if (terms == NULL)
		return LX_BROKEN;
	if (part->terms_n > 0)
		memcpy(terms, part->terms, part->terms_n * sizeof *terms);
	part->terms = terms;
	part->terms_room = room;
	return LX_OK;
}

static enum lx_code grow_stream(struct lx_call *call, struct lx_part *part)
{
	struct lx_block *block = lx_alloc(call, sizeof *block);

	if (block == NULL)
		return LX_BROKEN;
	if (part->last == NULL)
		part->first = block;
	else
		part->last->next = block;
	part->last = block;
	return LX_OK;
}

/* Room for `n` more terms and as many in the stream, so that the loop below cannot fail. */
static enum lx_code make_room(struct lx_call *call, struct lx_part *part)
{
	while (part->slots_n == 0 || 2 * (part->terms_n + 1) > part->slots_n)
		LX_TRY(grow_slots(call, part));
	if (part->terms_n == part->terms_room)
		LX_TRY(grow_terms(call, part));
	if (part->last == NULL || part->last->n == PART_BLOCK)
		LX_TRY(grow_stream(call, part));
	return LX_OK;
}

static struct lx_part_term *find(struct lx_part *part, uint64_t key, uint32_t *number)
{
	size_t mask = part->slots_n - 1, i = key & mask;

	while (part->slots[i].term != 0 && part->slots[i].key != key)
		i = (i + 1) & mask;
	if (part->slots[i].term == 0) {
		part->slots[i] = (struct lx_slot){ key, (uint32_t)++part->terms_n };
		part->terms[part->terms_n - 1].key = key;
	}
	*number = part->slots[i].term - 1;
	return &part->terms[*number];
}

/* Notes that text `number` (from 1) has the token; once for each text. */
static enum lx_code note(
	struct lx_call *call, struct lx_part *part, struct lx_text token, uint32_t number)
{
	uint32_t at;

	LX_TRY(make_room(call, part));
	struct lx_part_term *term = find(part, lx_similar_key(token), &at);
	if (term->last == number)
		return LX_OK;
	if (term->count++ == 0)
		term->first = number;
	else
		term->bytes += lx_image_gap_size(number - term->last - 1);
	term->last = number;
	part->last->terms[part->last->n++] = at;
	part->build->lengths[number - 1]++;
	return LX_OK;
}

static enum lx_code read_text(
	struct lx_call *call, struct lx_call *scratch, struct lx_part *part, size_t i)
{
	struct lx_arena_mark mark = lx_arena_here(scratch->arena);
	struct lx_tokens tokens;

	if (lx_tokens_index(scratch, lx_build_text(part->build, i)->text, LX_TOKENS_USUAL,
		    &tokens) != LX_OK)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	part->build->twins[i] = lx_similar_twin_key(tokens.normal);
	for (size_t k = 0; k < tokens.n; k++)
		LX_TRY(note(call, part, tokens.at[k].text, (uint32_t)i + 1));
	lx_arena_back(scratch->arena, mark);
	return LX_OK;
}

static enum lx_code read_all(struct lx_call *call, struct lx_part *part)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = part->arena.limit };
	struct lx_call scratch = { .arena = &arena };

	/* a chunk to come back to, empty, so that no text of usual length asks the system for memory */
	(void)lx_arena_alloc(&arena, SCRATCH);
	struct lx_arena_mark empty = lx_arena_here(&arena);
	empty.used = 0;
	lx_arena_back(&arena, empty);
	for (size_t i = part->from; i < part->to; i++) {
		LX_TRY(read_text(call, &scratch, part, i));
		size_t done = atomic_fetch_add(&part->build->done, 1) + 1;
		if (done % 4096 == 0 &&
			!lx_progress_step(part->build->progress, done, part->build->n))
			return lx_fail(call, LX_BUSY, NULL, "base.cancelled", NULL);
	}
	return LX_OK;
}

/* Sorts the terms by key. Keys are spread evenly, so each is nearly at its place already. */
static enum lx_code sort_terms(struct lx_call *call, struct lx_part *part)
{
	size_t n = part->terms_n, buckets = n / 4 + 1;
	uint32_t *starts = lx_array(call, buckets + 1, sizeof *starts);
	uint32_t *sorted = lx_array(call, n, sizeof *sorted);

	if (starts == NULL || sorted == NULL)
		return LX_BROKEN;
#define BUCKET(t) ((size_t)((part->terms[t].key >> 32) * buckets >> 32))
	for (size_t t = 0; t < n; t++)
		starts[BUCKET(t) + 1]++;
	for (size_t b = 0; b < buckets; b++)
		starts[b + 1] += starts[b];
	for (size_t t = 0; t < n; t++)
		sorted[starts[BUCKET(t)]++] = (uint32_t)t;
#undef BUCKET
	for (size_t i = 1; i < n; i++) {
		uint32_t term = sorted[i];
		size_t k = i;
		for (; k > 0 && part->terms[sorted[k - 1]].key > part->terms[term].key; k--)
			sorted[k] = sorted[k - 1];
		sorted[k] = term;
	}
	part->sorted = sorted;
	return LX_OK;
}

enum lx_code lx_part_read(struct lx_part *part, struct lx_fault *fault)
{
	struct lx_call call = { .arena = &part->arena };
	enum lx_code code = read_all(&call, part);

	if (code == LX_OK)
		code = sort_terms(&call, part);
	if (code != LX_OK)
		*fault = call.fault;
	return code;
}
