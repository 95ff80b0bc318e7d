/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of the Pabulib reader share. Not for others. */
#ifndef LX_ENGINES_TALLY_PB_INNER_H
#define LX_ENGINES_TALLY_PB_INNER_H

#include "base/csv.h"
#include "engines/tally/tally.h"

/* Limits of the META for a ballot; what is absent limits nothing. */
struct lx_pb_limits {
	int64_t length_least, length_most, cost_least, cost_most;
	int64_t points_least, points_most, sum_least, sum_most;
	bool choose_one;
};

/* A project by its id: `key` are the bytes of an id of at most 8 (there is no zero byte in text), else
 * a hash; `number` is the project's, plus 1. */
struct lx_pb_slot {
	uint64_t key;
	uint32_t number;
	uint32_t length;
};

/* A reader at work. `slots`: project numbers by hash of their id, plus 1; power of two. */
struct lx_pb_reader {
	struct lx_call *call;
	struct lx_csv csv;
	struct lx_csv_field *fields;
	size_t fields_n;
	struct lx_pb *pb;
	struct lx_text *id;
	int64_t *cost;
	struct lx_pb_slot *slots;
	size_t slots_mask;
	struct lx_pb_notice *notices;
	struct lx_pb_limits limits;
	int64_t votes_told, votes_told_line;
};

/* The next row that is not empty, into fields; fields_n is 0 at the end. */
LX_CHECK enum lx_code lx_pb_row(struct lx_pb_reader *reader);

/* A fault at a field of the row read last. */
enum lx_code lx_pb_fault(
	struct lx_pb_reader *reader, size_t field, const char *msgid, struct lx_text about);

/* Keeps a notice while there is room, and counts it. */
void lx_pb_notice(
	struct lx_pb_reader *reader, int64_t line, const char *msgid, struct lx_text about);

/* The number of the project whose id has at most 8 bytes, packed into a key, or -1. */
static inline int32_t lx_pb_find_key(const struct lx_pb_reader *reader, uint64_t key)
{
	size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32);

	for (;; i++) {
		const struct lx_pb_slot *slot = &reader->slots[i & reader->slots_mask];
		if (slot->number == 0)
			return -1;
		if (slot->key == key && slot->length <= 8)
			return (int32_t)slot->number - 1;
	}
}

/* The number of a project, or -1. */
int32_t lx_pb_find(const struct lx_pb_reader *reader, struct lx_text id);

/* Reads META and PROJECTS up to the header of VOTES. */
LX_CHECK enum lx_code lx_pb_read_head(struct lx_pb_reader *reader);

/* Reads the rows of VOTES into merged ballots. */
LX_CHECK enum lx_code lx_pb_read_votes(struct lx_pb_reader *reader);

/* Merges ballots as they come; lx_pb_merge offers the ballot that stands at choice[first[n]] .. with `length`
 * choices; it stays or is counted with an equal one. */
struct lx_pb_mark {
	uint32_t ballot, mark; /* number plus 1, part of the hash */
};
struct lx_pb_merger {
	uint64_t *weight, *first;
	uint16_t *choice;
	int64_t *points;
	struct lx_pb_mark *slots;
	size_t n, slots_mask;
};
LX_CHECK enum lx_code lx_pb_merge(struct lx_call *call, struct lx_pb_merger *merger, size_t length);

#endif
