/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The Pabulib reader, part two: VOTES, the bulk of a file. Rows without quotes are cut where a scan found that
 * bytes cut; others go through the CSV reader. Equal ballots are merged as they come.
 */
#include "engines/tally/pb_inner.h"

#include <string.h>

#define POINT_PLACES 3
#define POINT_SCALE  1000
#define FIRST_SLOTS  ((size_t)4096)
#define ROWS_MAX     ((size_t)UINT32_MAX - 1)

/* Whether all of the row at `from` is among the places of the scan from scan->i on; moves the scan if need be. A row
 * that is longer than a stretch never is. */
static bool in_view(struct lx_pb_scan *scan, size_t from, bool moved)
{
	size_t i = scan->i;

	for (; i < scan->n; i++) {
		size_t at = scan->from + scan->at[i];
		if (at == scan->text.len || scan->text.at[at] == '\n')
			return true;
	}
	if (moved)
		return false;
	lx_pb_scan_start(scan, scan->text, scan->separator, from);
	lx_pb_scan_more(scan);
	return in_view(scan, from, true);
}

/* The row ends: `places` are i of them read, the last at `at`. A CR goes with the LF behind it, or the end, as one place. */
static bool end_row(struct lx_pb_voting *voting, char c, size_t at, size_t i, size_t fields_n)
{
	struct lx_pb_scan *scan = voting->scan;
	struct lx_csv *csv = &voting->reader->csv;

	if (c == '\r') {
		if (i == scan->n || scan->from + scan->at[i] != at + 1 ||
			(at + 1 < scan->text.len && scan->text.at[at + 1] != '\n'))
			return false;
		at++;
		i++;
	}
	voting->reader->fields_n = fields_n;
	scan->i = i;
	csv->at = at < scan->text.len ? at + 1 : at;
	csv->line = csv->next_line++;
	return true;
}

/* Cuts the row at csv->at by the scan; false at a quote, a lone CR, too many fields, or beyond its view. What the loop
 * reads is at hand: a store to a field might have changed it. */
static bool cut(struct lx_pb_voting *voting)
{
	const struct lx_pb_scan *scan = voting->scan;
	struct lx_csv_field *fields = voting->reader->fields;
	const uint32_t *places = scan->at;
	const char *text = scan->text.at + scan->from;
	const size_t end = scan->text.len - scan->from, places_n = scan->n;
	const size_t line = voting->reader->csv.at - scan->from, vote = voting->vote_column;
	const char separator = scan->separator;
	size_t from = line, n = 0, i = scan->i, first = i;

	while (i < places_n) {
		size_t at = places[i++];
		char c = at == end ? '\n' : text[at];
		if (c == ',' && separator != ',')
			continue;
		if (c == '"' || n == LX_PB_COLUMNS_MAX)
			return false;
		if (n == vote)
			voting->vote_i = first;
		fields[n].text = (struct lx_text){ text + from, at - from };
		fields[n++].column = (int64_t)(from - line) + 1;
		from = at + 1;
		first = i;
		if (c != separator)
			return end_row(voting, c, scan->from + at, i, n);
	}
	return false;
}

/* A row that a plain cut does not do: by the CSV reader, then the scan goes on behind it. */
static enum lx_code slow_row(struct lx_pb_voting *voting)
{
	struct lx_pb_reader *reader = voting->reader;
	struct lx_pb_scan *scan = voting->scan;

	LX_TRY(lx_pb_row(reader));
	lx_pb_scan_start(scan, scan->text, scan->separator, reader->csv.at);
	return LX_OK;
}

enum lx_code lx_pb_next_vote(struct lx_pb_voting *voting)
{
	struct lx_pb_reader *reader = voting->reader;
	struct lx_csv *csv = &reader->csv;

	if (voting->scan->text.at == NULL)
		lx_pb_scan_start(voting->scan, csv->text, csv->separator, csv->at);
	while (csv->at < csv->text.len) {
		voting->plain = cut(voting);
		if (!voting->plain && in_view(voting->scan, csv->at, false))
			voting->plain = cut(voting);
		if (!voting->plain)
			return slow_row(voting);
		if (reader->fields_n > 1 || reader->fields[0].text.len > 0)
			return LX_OK;
	}
	reader->fields_n = 0;
	return LX_OK;
}

static void check_points(
	struct lx_pb_voting *voting, size_t from, size_t length, struct lx_text row)
{
	const struct lx_pb_limits *it = &voting->reader->limits;
	int64_t scale = voting->fractions ? 1 : POINT_SCALE, sum = 0;
	bool outside = false;

	for (size_t i = 0; i < length; i++) {
		int64_t points = voting->merger.points[from + i] * scale;
		sum += points;
		outside |= points < it->points_least || points > it->points_most;
	}
	if (outside)
		lx_pb_notice(
			voting->reader, voting->reader->csv.line, "tally.pb_limit_points", row);
	if (sum < it->sum_least || sum > it->sum_most)
		lx_pb_notice(voting->reader, voting->reader->csv.line, "tally.pb_limit_sum", row);
}

/* Ballots outside the limits count as cast and are told of. */
static void check_limits(struct lx_pb_voting *voting, size_t from, size_t length)
{
	struct lx_pb_reader *reader = voting->reader;
	const struct lx_pb_limits *it = &reader->limits;
	struct lx_text row = reader->fields[voting->vote_column].text;
	int64_t cost = 0;

	if ((int64_t)length < it->length_least || (int64_t)length > it->length_most ||
		(it->choose_one && length != 1))
		lx_pb_notice(reader, reader->csv.line, "tally.pb_limit_length", row);
	if (it->cost_least > 0 || it->cost_most < INT64_MAX) {
		for (size_t i = 0; i < length; i++)
			cost += reader->cost[voting->merger.choice[from + i]];
		if (cost < it->cost_least || cost > it->cost_most)
			lx_pb_notice(reader, reader->csv.line, "tally.pb_limit_cost", row);
	}
	if (voting->merger.points != NULL)
		check_points(voting, from, length, row);
}

/* Notes whether ids rise from row to row: then none can stand on two. */
static void follow_ids(struct lx_pb_voting *voting)
{
	struct lx_text id = voting->reader->fields[voting->id_column].text, last = voting->last_id;

	voting->rising = id.len == last.len ? memcmp(last.at, id.at, id.len) < 0
					    : id.len > last.len;
	voting->last_id = id;
}

static enum lx_code read_ballot(struct lx_pb_voting *voting, bool *again)
{
	struct lx_pb_reader *reader = voting->reader;
	size_t from = lx_pb_next_place(voting), length;

	if (reader->fields_n != reader->pb->vote_columns_n)
		return lx_fault_at(&reader->call->fault, LX_INVALID, reader->csv.line, 1,
			"tally.pb_width", NULL);
	if (voting->rising)
		follow_ids(voting);
	LX_TRY(lx_pb_read_names(voting, from, &length, again));
	LX_TRY(lx_pb_read_group(voting));
	check_limits(voting, from, length);
	if (length > reader->pb->election.longest)
		reader->pb->election.longest = (unsigned)length;
	return lx_pb_offer(voting, from, length);
}

/* Rows there can be at most: a row has two characters and a line end. */
static size_t rows_most(const struct lx_pb_reader *reader)
{
	size_t left = reader->csv.text.len - reader->csv.at;
	size_t most = left / 3 + 2;

	if (reader->votes_told >= 0 && (size_t)reader->votes_told < most)
		most = (size_t)reader->votes_told + 1;
	return most > ROWS_MAX ? ROWS_MAX : most;
}

/* What each project adds to a ballot's hash: SplitMix64 of its number. */
static void draw_keys(struct lx_pb_voting *voting, size_t projects)
{
	for (size_t p = 0; p < projects; p++) {
		uint64_t x = (p + 1) * UINT64_C(0x9e3779b97f4a7c15);
		x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
		voting->key[p] = x ^ (x >> 31);
	}
}

static enum lx_code open_voting(struct lx_pb_voting *voting)
{
	struct lx_pb_reader *reader = voting->reader;
	struct lx_pb *pb = reader->pb;
	struct lx_pb_merger *merger = &voting->merger;
	size_t rows = rows_most(reader), left = reader->csv.text.len - reader->csv.at;
	bool points = pb->election.kind == LX_BALLOTS_POINTS, groups = reader->voters != NULL;

	*merger = (struct lx_pb_merger){ .slots_mask = FIRST_SLOTS - 1 };
	merger->weight = lx_array(reader->call, rows + 1, sizeof(uint64_t));
	merger->first = lx_array(reader->call, rows + 2, sizeof(uint64_t));
	merger->slots = lx_array(reader->call, FIRST_SLOTS, sizeof *merger->slots);
	/* a choice takes at least a character and a comma or line end */
	merger->choice = lx_array(reader->call, left / 2 + 8, sizeof(uint16_t));
	merger->points = points ? lx_array(reader->call, left / 2 + 8, sizeof(int64_t)) : NULL;
	merger->tag = groups ? lx_array(reader->call, rows + 1, sizeof(uint16_t)) : NULL;
	voting->sets[0] = lx_array(reader->call, pb->election.projects_n, sizeof(uint64_t));
	voting->sets[1] = lx_array(reader->call, pb->election.projects_n, sizeof(uint64_t));
	voting->seen = voting->sets[0];
	voting->key = lx_array(reader->call, pb->election.projects_n, sizeof(uint64_t));
	voting->spot = lx_array(reader->call, pb->election.projects_n, sizeof(uint32_t));
	voting->scan = lx_array(reader->call, 1, sizeof *voting->scan);
	if (merger->weight == NULL || merger->first == NULL || merger->slots == NULL ||
		merger->choice == NULL || voting->sets[0] == NULL || voting->sets[1] == NULL ||
		voting->spot == NULL || voting->key == NULL || voting->scan == NULL ||
		(groups && merger->tag == NULL) || (points && merger->points == NULL))
		return LX_BROKEN;
	draw_keys(voting, pb->election.projects_n);
	voting->last_id = (struct lx_text){ "", 0 };
	voting->rising = true;
	return LX_OK;
}

static enum lx_code read_rows(struct lx_pb_voting *voting, bool *again)
{
	struct lx_pb_reader *reader = voting->reader;
	size_t most = rows_most(reader);

	LX_TRY(open_voting(voting));
	for (uint64_t rows = 0; !*again; rows++) {
		LX_TRY(lx_pb_next_vote(voting));
		if (reader->fields_n == 0) {
			reader->pb->votes_n = rows;
			return lx_pb_merge(voting);
		}
		if (rows == most)
			return lx_fault_at(&reader->call->fault, LX_INVALID, reader->csv.line, 1,
				"tally.pb_votes", "%lld", (long long)reader->votes_told);
		if ((rows & 0xffff) == 0)
			LX_TRY(lx_step(reader->call, reader->csv.at, reader->csv.text.len));
		LX_TRY(read_ballot(voting, again));
	}
	return LX_OK;
}

static enum lx_code find_columns(struct lx_pb_voting *voting)
{
	const struct lx_pb *pb = voting->reader->pb;

	voting->points_column = voting->group_column = LX_PB_COLUMNS_MAX;
	for (size_t i = 0; i < pb->vote_columns_n; i++) {
		if (lx_text_is(pb->vote_columns[i], "voter_id"))
			voting->id_column = i;
		if (voting->reader->voters != NULL &&
			lx_text_is(pb->vote_columns[i], voting->reader->voters))
			voting->group_column = i;
		if (lx_text_is(pb->vote_columns[i], "vote"))
			voting->vote_column = i;
		if (lx_text_is(pb->vote_columns[i], "points"))
			voting->points_column = i;
	}
	if (pb->election.kind == LX_BALLOTS_POINTS && voting->points_column == LX_PB_COLUMNS_MAX)
		return lx_pb_fault(voting->reader, 0, "tally.pb_column", lx_text("points"));
	if (voting->reader->voters != NULL && voting->group_column == LX_PB_COLUMNS_MAX)
		return lx_pb_fault(
			voting->reader, 0, "tally.pb_column", lx_text(voting->reader->voters));
	return LX_OK;
}

static enum lx_code check_count(struct lx_pb_reader *reader)
{
	struct lx_pb *pb = reader->pb;

	if (reader->votes_told >= 0 && (uint64_t)reader->votes_told != pb->votes_n)
		return lx_fault_at(&reader->call->fault, LX_INVALID, reader->votes_told_line, 1,
			"tally.pb_votes", "%lld", (long long)reader->votes_told);
	return LX_OK;
}

enum lx_code lx_pb_read_votes(struct lx_pb_reader *reader)
{
	struct lx_pb *pb = reader->pb;
	struct lx_pb_voting voting = { .reader = reader };
	struct lx_csv from = reader->csv;
	bool again = false;

	LX_TRY(find_columns(&voting));
	if (reader->limits.length_most < (int64_t)LX_TALLY_PROJECTS_MAX)
		pb->election.longest = (unsigned)reader->limits.length_most;
	pb->votes = (struct lx_text){ from.text.at + from.at, from.text.len - from.at };
	pb->votes_line = from.next_line;
	pb->separator = from.separator;
	LX_TRY(read_rows(&voting, &again));
	if (again) { /* a fraction among the points: all of them in thousandths */
		voting = (struct lx_pb_voting){ .reader = reader,
			.fractions = true,
			.vote_column = voting.vote_column,
			.points_column = voting.points_column,
			.id_column = voting.id_column,
			.group_column = voting.group_column };
		reader->csv = from;
		pb->notices_n = 0;
		pb->election.points_places = POINT_PLACES;
		again = false;
		LX_TRY(read_rows(&voting, &again));
	}
	pb->election.ballots_n = voting.merger.n;
	pb->election.weight = voting.merger.weight;
	pb->election.first = voting.merger.first;
	pb->election.choice = voting.merger.choice;
	pb->election.points = voting.merger.points;
	pb->election.district = voting.merger.tag;
	pb->election.districts_n = pb->voter_groups_n = voting.groups_n;
	pb->voter_groups = voting.groups;
	LX_TRY(check_count(reader));
	return voting.rising ? LX_OK : lx_pb_check_voters(&voting, from);
}
