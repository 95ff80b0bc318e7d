/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Merging equal ballots as they come, by a hash of their choices and points. */
#include "engines/tally/pb_inner.h"

#include <string.h>

#define SAME_MOST                                                                                  \
	64 /* equal marks of unequal ballots looked at: a hash that somebody plays with costs no more */

static uint64_t stir(uint64_t h)
{
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return h ^ (h >> 32);
}

/* Of a set without points a sum, whatever the order. */
static uint64_t hash_set(const uint64_t *key, const uint16_t *choice, size_t length, uint64_t h)
{
	for (size_t i = 0; i < length; i++)
		h += key[choice[i]];
	return stir(h);
}

/* Of rankings with the order. */
static uint64_t hash(const struct lx_pb_voting *voting, size_t from, size_t length)
{
	const struct lx_pb_merger *merger = &voting->merger;
	bool ranking = voting->reader->pb->election.kind == LX_BALLOTS_RANKING;
	uint64_t h = length + ((uint64_t)voting->tag << 32);

	if (!ranking && merger->points == NULL)
		return hash_set(voting->key, merger->choice + from, length, h);
	for (size_t i = 0; i < length; i++) {
		uint64_t key = voting->key[merger->choice[from + i]];
		if (merger->points != NULL)
			key = stir(key + (uint64_t)merger->points[from + i]);
		h = ranking ? stir(h) + key : h + key;
	}
	return stir(h);
}

/* Whether ballot b is the one that waits: `seen` knows what that names. */
static bool same(const struct lx_pb_voting *voting, size_t b)
{
	const struct lx_pb_merger *merger = &voting->merger;
	const struct lx_pb_cast *cast = &voting->cast;
	size_t other = merger->first[b], from = merger->first[merger->n], length = cast->length;

	if (merger->first[b + 1] - other != length ||
		(merger->tag != NULL && merger->tag[b] != cast->tag))
		return false;
	if (voting->reader->pb->election.kind == LX_BALLOTS_RANKING)
		return memcmp(merger->choice + other, merger->choice + from,
			       length * sizeof(uint16_t)) == 0;
	bool equal = true;
	for (size_t i = 0; i < length; i++)
		equal &= cast->seen[merger->choice[other + i]] == cast->row;
	for (size_t i = 0; equal && merger->points != NULL && i < length; i++)
		equal = merger->points[other + i] ==
			merger->points[from + cast->spot[merger->choice[other + i]]];
	return equal;
}

/* Twice as many slots; the mark says where a ballot goes. */
static enum lx_code grow(struct lx_call *call, struct lx_pb_merger *merger)
{
	size_t mask = 2 * merger->slots_mask + 1;
	struct lx_pb_mark *slots = lx_array(call, mask + 1, sizeof *slots);

	if (slots == NULL)
		return LX_BROKEN;
	for (size_t k = 0; k <= merger->slots_mask; k++) {
		size_t i = merger->slots[k].mark & mask;
		if (merger->slots[k].ballot == 0)
			continue;
		while (slots[i].ballot != 0)
			i = (i + 1) & mask;
		slots[i] = merger->slots[k];
	}
	merger->slots = slots;
	merger->slots_mask = mask;
	return LX_OK;
}

/* The ballot that waits stays. */
static void keep(struct lx_pb_voting *voting)
{
	struct lx_pb_merger *merger = &voting->merger;
	size_t b = merger->n++;

	merger->weight[b] = 1;
	merger->first[b + 1] = merger->first[b] + voting->cast.length;
	if (merger->tag != NULL)
		merger->tag[b] = voting->cast.tag;
}

enum lx_code lx_pb_merge(struct lx_pb_voting *voting)
{
	struct lx_pb_merger *merger = &voting->merger;
	uint32_t mark = voting->cast.mark;
	size_t alike = 0;

	if (!voting->cast.waits)
		return LX_OK;
	voting->cast.waits = false;
	/* small while ballots repeat, so that it stays in the nearest memory */
	if (2 * merger->n > merger->slots_mask)
		LX_TRY(grow(voting->reader->call, merger));
	for (size_t i = mark & merger->slots_mask; alike < SAME_MOST;
		i = (i + 1) & merger->slots_mask) {
		struct lx_pb_mark *slot = &merger->slots[i];
		if (slot->ballot == 0) {
			*slot = (struct lx_pb_mark){ (uint32_t)merger->n + 1, mark };
			break;
		}
		if (slot->mark != mark)
			continue;
		if (same(voting, slot->ballot - 1)) {
			merger->weight[slot->ballot - 1]++;
			return LX_OK;
		}
		alike++;
	}
	keep(voting);
	return LX_OK;
}

size_t lx_pb_next_place(const struct lx_pb_voting *voting)
{
	const struct lx_pb_merger *merger = &voting->merger;

	return merger->first[merger->n] + (voting->cast.waits ? voting->cast.length : 0);
}

enum lx_code lx_pb_offer(struct lx_pb_voting *voting, size_t from, size_t length)
{
	struct lx_pb_merger *merger = &voting->merger;
	uint32_t mark = (uint32_t)(hash(voting, from, length) >> 32);

	__builtin_prefetch(&merger->slots[mark & merger->slots_mask]);
	LX_TRY(lx_pb_merge(voting));
	size_t place = merger->first[merger->n];
	if (from != place) /* the one before was counted with an equal one */
		memmove(merger->choice + place, merger->choice + from,
			length * sizeof *merger->choice);
	voting->cast = (struct lx_pb_cast){ .length = length,
		.row = voting->row,
		.seen = voting->seen,
		.spot = voting->spot,
		.mark = mark,
		.tag = voting->tag,
		.waits = true };
	voting->seen = voting->seen == voting->sets[0] ? voting->sets[1] : voting->sets[0];
	return merger->points == NULL ? LX_OK : lx_pb_merge(voting); /* `spot` is one only */
}
