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

void lx_pb_merge(struct lx_pb_merger *merger, size_t length)
{
	size_t from = merger->first[merger->n];
	uint64_t h = hash(merger, from, length);
	uint32_t mark = (uint32_t)(h >> 32);

	for (size_t i = (size_t)h & merger->slots_mask;; i = (i + 1) & merger->slots_mask) {
		if (merger->slots[i] == 0) {
			merger->slots[i] = (uint32_t)++merger->n;
			merger->marks[i] = mark;
			merger->weight[merger->n - 1] = 1;
			merger->first[merger->n] = from + length;
			return;
		}
		if (merger->marks[i] == mark && same(merger, merger->slots[i] - 1, from, length)) {
			merger->weight[merger->slots[i] - 1]++;
			return;
		}
	}
}
