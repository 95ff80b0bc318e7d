/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Ids of persons and statements to places in arrays: an open hash table that grows. */
#include "engines/consensus/inner.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 1024

/* The finishing steps of splitmix64 (Steele, Lea, Flood 2014), applied to each word in turn. */
static uint64_t stir(uint64_t z)
{
	z += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t lx_ground_mix(uint64_t key, uint64_t a, uint64_t b)
{
	return stir(stir(stir(key) ^ a) ^ b);
}

uint64_t lx_ground_mix_more(uint64_t mixed, uint64_t a)
{
	return stir(mixed ^ a);
}

double lx_ground_unit_of(uint64_t hash)
{
	return (double)(hash >> 11) * 0x1p-53;
}

static size_t slot_of(const struct ids *ids, int64_t id)
{
	size_t at = (size_t)stir((uint64_t)id) & (ids->slots - 1);

	while (ids->slot[at] != 0 && ids->id[ids->slot[at] - 1] != id)
		at = (at + 1) & (ids->slots - 1);
	return at;
}

static enum lx_code grow(struct lx_call *call, struct ids *ids)
{
	size_t slots = ids->slots == 0 ? FIRST_SLOTS : 4 * ids->slots;
	int64_t *id = lx_array(call, slots / 2, sizeof *id);
	uint32_t *slot = lx_array(call, slots, sizeof *slot);

	if (id == NULL || slot == NULL)
		return LX_BROKEN;
	if (ids->n > 0)
		memcpy(id, ids->id, ids->n * sizeof *id);
	*ids = (struct ids){ id, ids->n, slots / 2, slot, slots };
	for (size_t i = 0; i < ids->n; i++)
		slot[slot_of(ids, id[i])] = (uint32_t)i + 1;
	return LX_OK;
}

enum lx_code lx_ground_ids_open(struct lx_call *call, struct ids *ids)
{
	*ids = (struct ids){ 0 };
	return grow(call, ids);
}

enum lx_code lx_ground_ids_add(struct lx_call *call, struct ids *ids, int64_t id, size_t *place)
{
	size_t at = slot_of(ids, id);

	if (ids->slot[at] == 0) {
		if (ids->n == ids->room) {
			LX_TRY(grow(call, ids));
			at = slot_of(ids, id);
		}
		ids->id[ids->n++] = id;
		ids->slot[at] = (uint32_t)ids->n;
	}
	*place = ids->slot[at] - 1;
	return LX_OK;
}

size_t lx_ground_ids_find(const struct ids *ids, int64_t id)
{
	size_t at = slot_of(ids, id);

	return ids->slot[at] == 0 ? SIZE_MAX : ids->slot[at] - 1;
}

struct ranked {
	int64_t id;
	uint32_t place;
};

static int by_id(const void *a, const void *b)
{
	int64_t x = ((const struct ranked *)a)->id, y = ((const struct ranked *)b)->id;

	return (x > y) - (x < y);
}

enum lx_code lx_ground_ids_rank(struct lx_call *call, const struct ids *ids, uint32_t **rank)
{
	uint32_t *where = lx_array(call, ids->n, sizeof *where);
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct ranked *order = lx_array(call, ids->n, sizeof *order);

	if (where == NULL || order == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < ids->n; i++)
		order[i] = (struct ranked){ ids->id[i], (uint32_t)i };
	if (ids->n > 1)
		qsort(order, ids->n, sizeof *order, by_id);
	for (size_t i = 0; i < ids->n; i++)
		where[order[i].place] = (uint32_t)i;
	lx_arena_back(call->arena, mark);
	*rank = where;
	return LX_OK;
}
