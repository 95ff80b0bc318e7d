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

/* Of sets a sum, whatever their order; of rankings with the order. */
static uint64_t hash(const struct lx_pb_voting *voting, size_t from, size_t length)
{
	const struct lx_pb_merger *merger = &voting->merger;
	bool ranking = voting->reader->pb->election.kind == LX_BALLOTS_RANKING;
	uint64_t h = length + ((uint64_t)voting->tag << 32);

	for (size_t i = 0; i < length; i++) {
		uint64_t key = voting->key[merger->choice[from + i]];
		if (merger->points != NULL)
			key = stir(key + (uint64_t)merger->points[from + i]);
		h = ranking ? stir(h) + key : h + key;
	}
	return stir(h);
}

/* Whether ballot b is the one at hand: `seen` knows what that names. */
static bool same(const struct lx_pb_voting *voting, size_t b, size_t from, size_t length)
{
	const struct lx_pb_merger *merger = &voting->merger;
	size_t other = merger->first[b];

	if (merger->first[b + 1] - other != length ||
		(merger->tag != NULL && merger->tag[b] != voting->tag))
		return false;
	if (voting->reader->pb->election.kind == LX_BALLOTS_RANKING)
		return memcmp(merger->choice + other, merger->choice + from,
			       length * sizeof(uint16_t)) == 0;
	bool equal = true;
	for (size_t i = 0; i < length; i++)
		equal &= voting->seen[merger->choice[other + i]] == voting->row;
	for (size_t i = 0; equal && merger->points != NULL && i < length; i++)
		equal = merger->points[other + i] ==
			merger->points[from + voting->spot[merger->choice[other + i]]];
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

/* The ballot at hand stays. */
static void keep(struct lx_pb_voting *voting, size_t length)
{
	struct lx_pb_merger *merger = &voting->merger;
	size_t b = merger->n++;

	merger->weight[b] = 1;
	merger->first[b + 1] = merger->first[b] + length;
	if (merger->tag != NULL)
		merger->tag[b] = voting->tag;
}

enum lx_code lx_pb_merge(struct lx_pb_voting *voting, size_t length)
{
	struct lx_pb_merger *merger = &voting->merger;
	size_t from = merger->first[merger->n], alike = 0;
	uint32_t mark = (uint32_t)(hash(voting, from, length) >> 32);

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
		if (same(voting, slot->ballot - 1, from, length)) {
			merger->weight[slot->ballot - 1]++;
			return LX_OK;
		}
		alike++;
	}
	keep(voting, length);
	return LX_OK;
}
