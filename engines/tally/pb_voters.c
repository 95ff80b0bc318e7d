/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The Pabulib reader: who cast a row. Groups of voters by a column; ids that stand on several rows. */
#include "engines/tally/pb_inner.h"

#include <string.h>

#define GROUPS_MAX  ((size_t)4096)
#define GROUP_SLOTS ((size_t)16384)

static uint64_t hash(struct lx_text text)
{
	uint64_t h = text.len;

	for (size_t i = 0; i < text.len; i++)
		h = (h ^ (unsigned char)text.at[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ (h >> 32);
}

enum lx_code lx_pb_read_group(struct lx_pb_voting *voting)
{
	struct lx_pb_reader *reader = voting->reader;

	if (reader->voters == NULL)
		return LX_OK;
	if (voting->groups == NULL) {
		voting->groups = lx_array(reader->call, GROUPS_MAX, sizeof *voting->groups);
		voting->group_slots = lx_array(
			reader->call, GROUP_SLOTS, sizeof *voting->group_slots);
		if (voting->groups == NULL || voting->group_slots == NULL)
			return LX_BROKEN;
	}
	struct lx_text name = lx_text_trim(reader->fields[voting->group_column].text);
	size_t i = hash(name) % GROUP_SLOTS;
	for (; voting->group_slots[i] != 0; i = (i + 1) % GROUP_SLOTS)
		if (lx_text_equal(voting->groups[voting->group_slots[i] - 1], name)) {
			voting->tag = (uint16_t)(voting->group_slots[i] - 1);
			return LX_OK;
		}
	if (voting->groups_n == GROUPS_MAX)
		return lx_pb_fault(reader, voting->group_column, "tally.pb_groups_many",
			lx_text(reader->voters));
	voting->groups[voting->groups_n] = name;
	voting->tag = (uint16_t)voting->groups_n;
	voting->group_slots[i] = (uint16_t)++voting->groups_n;
	return LX_OK;
}

enum lx_code lx_pb_check_voters(struct lx_pb_voting *voting, struct lx_csv csv)
{
	struct lx_pb_reader *reader = voting->reader;
	struct lx_csv after = reader->csv;
	size_t slots = 16, rows = (size_t)reader->pb->votes_n;

	while (slots < 2 * rows)
		slots *= 2;
	struct lx_text *ids = lx_array(reader->call, slots, sizeof *ids);
	if (ids == NULL)
		return LX_BROKEN;
	reader->csv = csv;
	lx_pb_scan_start(voting->scan, csv.text, csv.separator, csv.at);
	for (size_t row = 0; row < rows; row++) {
		LX_TRY(lx_pb_next_vote(voting));
		struct lx_text id = reader->fields[voting->id_column].text;
		if (id.len == 0)
			continue;
		size_t i = hash(id) & (slots - 1);
		while (ids[i].len != 0 && !lx_text_equal(ids[i], id))
			i = (i + 1) & (slots - 1);
		if (ids[i].len == 0)
			ids[i] = id;
		else
			lx_pb_notice(reader, reader->csv.line, "tally.pb_voter_twice", id);
	}
	reader->csv = after;
	return LX_OK;
}
