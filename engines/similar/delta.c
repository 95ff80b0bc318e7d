/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Changing the delta: tables that double, lists that are recycled. */
#include "engines/similar/delta.h"

#include "base/tokens.h"
#include "engines/similar/score.h"

#include <stdlib.h>
#include <string.h>

#define TABLE_LEAST 1024
#define TEXTS_LEAST 64

static int by_key(const void *a, const void *b)
{
	uint64_t p = *(const uint64_t *)a, q = *(const uint64_t *)b;

	return (p > q) - (p < q);
}

enum lx_code lx_similar_keys(struct lx_call *call, struct lx_text text, struct lx_keys *keys)
{
	struct lx_tokens tokens;

	LX_TRY(lx_tokens_index(call, text, LX_TOKENS_USUAL, &tokens));
	uint64_t *at = lx_array(call, tokens.n, sizeof *at);
	size_t n = 0;
	if (at == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < tokens.n; i++)
		at[i] = lx_similar_key(tokens.at[i].text);
	qsort(at, tokens.n, sizeof *at, by_key);
	for (size_t i = 0; i < tokens.n; i++)
		if (i == 0 || at[i] != at[i - 1])
			at[n++] = at[i];
	*keys = (struct lx_keys){ at, n, lx_similar_twin_key(tokens.normal) };
	return LX_OK;
}

/* Where a key stands or would stand. The table is never full. */
static size_t slot_of(const struct lx_delta *delta, uint64_t key)
{
	size_t mask = delta->terms_room - 1, i = key & mask;

	while (delta->terms[i].texts != NULL && delta->terms[i].key != key)
		i = (i + 1) & mask;
	return i;
}

const struct lx_delta_term *lx_delta_find(const struct lx_delta *delta, uint64_t key)
{
	if (delta->terms_room == 0)
		return NULL;
	const struct lx_delta_term *term = &delta->terms[slot_of(delta, key)];
	return term->texts == NULL ? NULL : term;
}

static size_t id_slot(const struct lx_delta *delta, int64_t id)
{
	struct lx_text bytes = { (const char *)&id, sizeof id };
	size_t mask = delta->ids_room - 1, i = lx_similar_key(bytes) & mask;

	while (delta->ids[i] != 0 && delta->texts[delta->ids[i] - 1].text.id != id)
		i = (i + 1) & mask;
	return i;
}

enum lx_where lx_similar_find(const struct lx_similar *index, int64_t id, size_t *number)
{
	const struct lx_delta *delta = &index->delta;
	uint32_t at = delta->ids_room == 0 ? 0 : delta->ids[id_slot(delta, id)];

	if (at != 0 && !delta->texts[at - 1].dead) {
		*number = at - 1;
		return WHERE_DELTA;
	}
	*number = lx_image_find(&index->image, id);
	if (*number < index->image.n && !lx_delta_dead(delta, *number))
		return WHERE_IMAGE;
	return WHERE_NONE;
}

static unsigned class_of(uint32_t room)
{
	return (unsigned)__builtin_ctz(room);
}

/* A list of `room` (a power of two, at least 2) numbers. */
static uint32_t *take_list(struct lx_similar *index, uint32_t room)
{
	uint32_t **spare = &index->delta.spare[class_of(room)], *list = *spare;

	if (list == NULL)
		return lx_arena_array(&index->arena, room, sizeof *list);
	memcpy(spare, list, sizeof *spare);
	return list;
}

static void give_list(struct lx_similar *index, uint32_t *list, uint32_t room)
{
	uint32_t **spare = &index->delta.spare[class_of(room)];

	memcpy(list, spare, sizeof *spare);
	*spare = list;
}

static bool grow_terms(struct lx_similar *index, size_t more)
{
	struct lx_delta *delta = &index->delta;
	size_t room = delta->terms_room == 0 ? TABLE_LEAST : delta->terms_room;
	struct lx_delta old = *delta;

	while (2 * (delta->terms_n + more) > room)
		room *= 2;
	if (room == delta->terms_room)
		return true;
	struct lx_delta_term *terms = lx_arena_array(&index->arena, room, sizeof *terms);
	if (terms == NULL)
		return false;
	delta->terms = terms;
	delta->terms_room = room;
	for (size_t i = 0; i < old.terms_room; i++)
		if (old.terms[i].texts != NULL)
			terms[slot_of(delta, old.terms[i].key)] = old.terms[i];
	return true;
}

static bool grow_texts(struct lx_similar *index)
{
	struct lx_delta *delta = &index->delta;
	size_t room = delta->room == 0 ? TEXTS_LEAST : 2 * delta->room;

	if (delta->n < delta->room)
		return true;
	if (room > LX_SIMILAR_TEXTS_MAX)
		return false;
	struct lx_delta_text *texts = lx_arena_array(&index->arena, room, sizeof *texts);
	uint32_t *ids = lx_arena_array(&index->arena, 4 * room, sizeof *ids);
	if (texts == NULL || ids == NULL)
		return false;
	if (delta->n > 0)
		memcpy(texts, delta->texts, delta->n * sizeof *texts);
	delta->texts = texts;
	delta->room = room;
	delta->ids = ids;
	delta->ids_room = 4 * room;
	for (size_t i = 0; i < delta->n; i++)
		ids[id_slot(delta, texts[i].text.id)] = (uint32_t)i + 1;
	return true;
}

/* Room for one more number in the list of a key; makes the term where it is new. */
static bool reserve_term(struct lx_similar *index, uint64_t key)
{
	struct lx_delta *delta = &index->delta;
	struct lx_delta_term *term = &delta->terms[slot_of(delta, key)];

	if (term->texts != NULL && term->n < term->room)
		return true;
	uint32_t room = term->texts == NULL ? 2 : 2 * term->room;
	uint32_t *list = take_list(index, room);
	if (list == NULL)
		return false;
	if (term->texts == NULL) {
		*term = (struct lx_delta_term){ .key = key };
		delta->terms_n++;
	} else {
		memcpy(list, term->texts, term->n * sizeof *list);
		give_list(index, term->texts, term->room);
	}
	term->texts = list;
	term->room = room;
	return true;
}

bool lx_delta_reserve(struct lx_similar *index, const struct lx_keys *keys)
{
	if (!grow_texts(index) || !grow_terms(index, keys->n))
		return false;
	for (size_t i = 0; i < keys->n; i++)
		if (!reserve_term(index, keys->at[i]))
			return false;
	return true;
}

void lx_delta_add(
	struct lx_similar *index, const struct lx_similar_text *text, const struct lx_keys *keys)
{
	struct lx_delta *delta = &index->delta;
	size_t slot = id_slot(delta, text->id);
	uint32_t number = (uint32_t)delta->n++;

	delta->texts[number] = (struct lx_delta_text){ *text, (uint32_t)keys->n, keys->twin,
		false };
	delta->ids[slot] = number + 1;
	for (size_t i = 0; i < keys->n; i++) {
		struct lx_delta_term *term = &delta->terms[slot_of(delta, keys->at[i])];
		term->texts[term->n++] = number;
		term->live++;
	}
	index->count++;
	index->total += keys->n;
}

bool lx_delta_reserve_dead(struct lx_similar *index)
{
	struct lx_delta *delta = &index->delta;

	if (delta->dead != NULL)
		return true;
	uint32_t *gone = lx_arena_array(&index->arena, index->image.terms, sizeof *gone);
	uint64_t *dead = lx_arena_array(&index->arena, index->image.n / 64 + 1, sizeof *dead);
	if (gone == NULL || dead == NULL)
		return false;
	delta->gone = gone;
	delta->dead = dead;
	return true;
}

void lx_delta_remove(
	struct lx_similar *index, enum lx_where where, size_t number, const struct lx_keys *keys)
{
	struct lx_delta *delta = &index->delta;

	if (where == WHERE_IMAGE)
		delta->dead[number / 64] |= UINT64_C(1) << number % 64;
	else
		delta->texts[number].dead = true;
	for (size_t i = 0; i < keys->n; i++) {
		size_t term = where == WHERE_IMAGE ? lx_image_term(&index->image, keys->at[i]) : 0;
		if (where == WHERE_DELTA)
			delta->terms[slot_of(delta, keys->at[i])].live--;
		else if (term < index->image.terms && delta->gone[term] < index->image.counts[term])
			delta->gone[term]++;
	}
	index->count--;
	index->total -= where == WHERE_IMAGE ? lx_image_length(&index->image, number)
					     : delta->texts[number].length;
}
