/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of the Pabulib reader share. Not for others. */
#ifndef LX_ENGINES_TALLY_PB_INNER_H
#define LX_ENGINES_TALLY_PB_INNER_H

#include "base/csv.h"
#include "engines/tally/pb_scan.h"
#include "engines/tally/tally.h"

/* Limits of the META for a ballot; what is absent limits nothing. */
struct lx_pb_limits {
	int64_t length_least, length_most, cost_least, cost_most;
	int64_t points_least, points_most, sum_least, sum_most;
	bool choose_one;
};

/* A project by its id: `key` are the bytes of an id of at most 8, the first lowest (there is no zero byte in text), else
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
	const char *voters; /* column by which voters are told apart, or NULL */
	bool tables;        /* PROJECTS ends with its text: CSV */
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
static inline int32_t lx_pb_find_key(const struct lx_pb_slot *slots, size_t mask, uint64_t key)
{
	size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32);

	for (;; i++) {
		const struct lx_pb_slot *slot = &slots[i & mask];
		if (slot->key == key && slot->length <= 8 && slot->number != 0)
			return (int32_t)slot->number - 1;
		if (slot->number == 0)
			return -1;
	}
}

/* The number of a project, or -1. */
int32_t lx_pb_find(const struct lx_pb_reader *reader, struct lx_text id);

/* Reads META and PROJECTS up to the header of VOTES. */
LX_CHECK enum lx_code lx_pb_read_head(struct lx_pb_reader *reader);

/* The same of two tables: projects, and the header of votes. */
LX_CHECK enum lx_code lx_pb_read_tables(
	struct lx_pb_reader *reader, const struct lx_pb_source *source);

/* Reads the rows of VOTES into merged ballots. */
LX_CHECK enum lx_code lx_pb_read_votes(struct lx_pb_reader *reader);

/* Merges ballots as they come. `tag` is the voters' group of each, or NULL. */
struct lx_pb_mark {
	uint32_t ballot, mark; /* number plus 1, part of the hash */
};
struct lx_pb_merger {
	uint64_t *weight, *first;
	uint16_t *choice, *tag;
	int64_t *points;
	struct lx_pb_mark *slots;
	size_t n, slots_mask;
};

/* A ballot that was read and is yet to be merged: while the next row is read, its slot comes near. Its choices stand at
 * choice[first[n]] .. of the merger, `length` of them; `seen[p]` is `row` where it names p. */
struct lx_pb_cast {
	size_t length;
	uint64_t row;
	const uint64_t *seen;
	const uint32_t *spot;
	uint32_t mark;
	uint16_t tag;
	bool waits;
};

/* A reader of votes at work. `sets`: two times `seen`, for the row at hand and the one that waits. `seen[p]`: the row that named project p last; `spot[p]`: where on that ballot; `key[p]`: what it
 * adds to the hash. Of the row at hand: `plain` if it was cut by `scan`, whose places from vote_i on then cut its
 * names; `tag`: its voters' group. `rising`: voters' ids rose from row to row, so far. */
struct lx_pb_voting {
	struct lx_pb_reader *reader;
	struct lx_pb_merger merger;
	struct lx_pb_scan *scan;
	size_t vote_column, points_column, id_column, group_column;
	struct lx_pb_cast cast;
	uint64_t *sets[2], *seen, *key, row;
	uint32_t *spot;
	bool fractions, plain, rising;
	size_t vote_i;
	uint16_t tag;
	struct lx_text last_id;
	struct lx_text *groups;
	uint16_t *group_slots;
	size_t groups_n;
};

/* The next row into the reader's fields; fields_n is 0 at the end. */
LX_CHECK enum lx_code lx_pb_next_vote(struct lx_pb_voting *voting);

/* The names of the row at hand, onto choice[from] .. of the merger. `again`: a fraction among the points was
 * seen for the first time, all is to be read again. */
LX_CHECK enum lx_code lx_pb_read_names(
	struct lx_pb_voting *voting, size_t from, size_t *length, bool *again);

/* The row's group of voters, into `tag`. */
LX_CHECK enum lx_code lx_pb_read_group(struct lx_pb_voting *voting);

/* Notices for voters' ids that stand on more than one row; the votes are gone through once more from `csv`. */
LX_CHECK enum lx_code lx_pb_check_voters(struct lx_pb_voting *voting, struct lx_csv csv);

/* Where the names of the next ballot go: behind the one that waits. */
size_t lx_pb_next_place(const struct lx_pb_voting *voting);

/* Offers the ballot of the row at hand, that stands at choice[from] .. with `length` choices; it waits, and the one that waited stays
 * or is counted with an equal one. Sets are compared as sets. */
LX_CHECK enum lx_code lx_pb_offer(struct lx_pb_voting *voting, size_t from, size_t length);

/* Merges the ballot that waits, if one does. */
LX_CHECK enum lx_code lx_pb_merge(struct lx_pb_voting *voting);

#endif
