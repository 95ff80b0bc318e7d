/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Merging equal ballots as they come, by a hash of their choices and points. */
#include "engines/tally/pb_inner.h"

#include <string.h>

static uint64_t stir(uint64_t h, uint64_t piece)
{
	h = (h ^ piece) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ (h >> 32);
}

static uint64_t hash(const struct lx_pb_merger *merger, size_t from, size_t length)
{
	uint64_t h = length + 1;

	for (size_t i = 0; i < length; i += 4) {
		uint64_t piece = 0;
		memcpy(&piece, merger->choice + from + i,
			(length - i < 4 ? length - i : 4) * sizeof(uint16_t));
		h = stir(h, piece);
	}
	for (size_t i = 0; merger->points != NULL && i < length; i++)
		h = stir(h, (uint64_t)merger->points[from + i]);
	return stir(h, h >> 17);
}

static bool same(const struct lx_pb_merger *merger, size_t b, size_t from, size_t length)
{
	size_t other = merger->first[b];

	if (merger->first[b + 1] - other != length)
		return false;
	if (memcmp(merger->choice + other, merger->choice + from, length * sizeof(uint16_t)) != 0)
		return false;
	return merger->points == NULL ||
	       memcmp(merger->points + other, merger->points + from, length * sizeof(int64_t)) == 0;
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

enum lx_code lx_pb_merge(struct lx_call *call, struct lx_pb_merger *merger, size_t length)
{
	size_t from = merger->first[merger->n];
	uint32_t mark = (uint32_t)(hash(merger, from, length) >> 32);

	/* small while ballots repeat, so that it stays in the nearest memory */
	if (2 * merger->n > merger->slots_mask)
		LX_TRY(grow(call, merger));
	for (size_t i = mark & merger->slots_mask;; i = (i + 1) & merger->slots_mask) {
		struct lx_pb_mark *slot = &merger->slots[i];
		if (slot->ballot == 0) {
			*slot = (struct lx_pb_mark){ (uint32_t)++merger->n, mark };
			merger->weight[merger->n - 1] = 1;
			merger->first[merger->n] = from + length;
			return LX_OK;
		}
		if (slot->mark == mark && same(merger, slot->ballot - 1, from, length)) {
			merger->weight[slot->ballot - 1]++;
			return LX_OK;
		}
	}
}
