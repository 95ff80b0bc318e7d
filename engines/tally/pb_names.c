/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The Pabulib reader: the names on one ballot, and the points beside them. */
#include "engines/tally/pb_inner.h"

#include "base/decimal.h"

#include <string.h>

#define POINT_PLACES 3
#define POINT_SCALE  1000

static enum lx_code vote_fault(const struct lx_pb_voting *voting, size_t field, size_t offset,
	const char *msgid, struct lx_text about)
{
	struct lx_pb_reader *reader = voting->reader;

	return lx_fault_at(&reader->call->fault, LX_INVALID, reader->csv.line,
		reader->fields[field].column + (int64_t)offset, msgid, "%.*s",
		(int)(about.len > 200 ? 200 : about.len), about.at);
}

/* The next point value of `rest`, scaled. A fraction seen for the first time asks to read again. */
static enum lx_code read_points(
	struct lx_pb_voting *voting, struct lx_text *rest, int64_t *points, bool *again)
{
	struct lx_text all = voting->reader->fields[voting->points_column].text, piece;
	size_t offset = all.len - rest->len;

	if (!lx_text_split(rest, ',', &piece))
		return vote_fault(
			voting, voting->points_column, offset, "tally.pb_points_few", all);
	piece = lx_text_trim(piece);
	if (!lx_text_int(piece, points)) {
		if (!lx_decimal_read(piece, POINT_PLACES, points))
			return vote_fault(
				voting, voting->points_column, offset, "tally.pb_points", piece);
		*again = !voting->fractions;
	} else if (voting->fractions && *points <= LX_TALLY_POINTS_MAX) {
		*points *= POINT_SCALE;
	}
	if (*points < 0 || *points > LX_TALLY_POINTS_MAX)
		return vote_fault(voting, voting->points_column, offset, "tally.pb_points", piece);
	return LX_OK;
}

/* One name on the ballot; a second time it counts once, with its last points. */
static void name(
	struct lx_pb_voting *voting, size_t from, size_t *length, uint16_t p, int64_t points)
{
	struct lx_pb_merger *merger = &voting->merger;

	if (voting->seen[p] == voting->row) {
		lx_pb_notice(voting->reader, voting->reader->csv.line, "tally.pb_named_twice",
			voting->reader->id[p]);
		if (merger->points != NULL)
			merger->points[from + voting->spot[p]] = points;
		return;
	}
	voting->seen[p] = voting->row;
	voting->spot[p] = (uint32_t)*length;
	merger->choice[from + *length] = p;
	if (merger->points != NULL)
		merger->points[from + *length] = points;
	*length += 1;
}

/* Names of at most 8 bytes without points in a row that was cut by the scan, the bulk: looked up by their bytes.
 * False where one is not found so; *length is then to be set back. */
static bool read_plain(struct lx_pb_voting *voting, size_t from, size_t *length)
{
	const struct lx_pb_reader *reader = voting->reader;
	const struct lx_pb_scan *scan = voting->scan;
	const struct lx_pb_slot *slots = reader->slots;
	const size_t mask = reader->slots_mask;
	struct lx_text vote = reader->fields[voting->vote_column].text;
	const char *text = scan->text.at + scan->from;
	const uint32_t *stops = scan->at + voting->vote_i;
	size_t at = (size_t)(vote.at - text), end = at + vote.len, n = 0;
	uint16_t *choice = voting->merger.choice + from;
	uint64_t *seen = voting->seen, row = voting->row;

	if (scan->from + end + 8 > scan->text.len) /* words of eight are read */
		return false;
	while (at < end) {
		size_t stop = *stops++, size = stop - at;
		if (size - 1 >= 8)
			return false;
		int32_t p = lx_pb_find_key(
			slots, mask, lx_pb_word(text + at) & UINT64_MAX >> (64 - 8 * size));
		if (p < 0 || seen[p] == row)
			return false;
		seen[p] = row;
		choice[n++] = (uint16_t)p;
		at = stop + 1;
	}
	*length = n;
	return true;
}

static enum lx_code read_listed(
	struct lx_pb_voting *voting, size_t from, size_t *length, bool *again)
{
	struct lx_pb_reader *reader = voting->reader;
	struct lx_text vote = reader->fields[voting->vote_column].text, rest = vote, piece;
	struct lx_text points_rest = { 0 };

	if (voting->merger.points != NULL)
		points_rest = reader->fields[voting->points_column].text;
	while (lx_text_split(&rest, ',', &piece)) {
		int64_t points = 0;
		int32_t p = lx_pb_find(reader, piece);
		if (p < 0)
			p = lx_pb_find(reader, lx_text_trim(piece));
		if (p < 0)
			return vote_fault(voting, voting->vote_column, (size_t)(piece.at - vote.at),
				"tally.pb_unknown", piece);
		if (voting->merger.points != NULL)
			LX_TRY(read_points(voting, &points_rest, &points, again));
		name(voting, from, length, (uint16_t)p, points);
	}
	if (points_rest.len > 0)
		return vote_fault(voting, voting->points_column, 0, "tally.pb_points_many",
			reader->fields[voting->points_column].text);
	return LX_OK;
}

enum lx_code lx_pb_read_names(struct lx_pb_voting *voting, size_t from, size_t *length, bool *again)
{
	*length = 0;
	voting->row++;
	if (voting->plain && voting->merger.points == NULL && read_plain(voting, from, length))
		return LX_OK;
	voting->row++; /* what the plain attempt has seen is forgotten */
	return read_listed(voting, from, length, again);
}
