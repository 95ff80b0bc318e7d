/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The Pabulib reader, part two: VOTES, the bulk of a file. A line without quotes is cut in place;
 * others go through the CSV reader. Equal ballots are merged as they come.
 */
#include "engines/tally/pb_inner.h"

#include "base/decimal.h"

#include <stdlib.h>
#include <string.h>

#define POINT_PLACES 3
#define POINT_SCALE  1000
#define FIRST_SLOTS  ((size_t)4096)
#define ROWS_MAX     ((size_t)UINT32_MAX - 1)

/* `seen[p]`: the row that named project p last; `spot[p]`: where on that ballot. */
struct voting {
	struct lx_pb_reader *reader;
	struct lx_pb_merger merger;
	size_t vote_column, points_column;
	uint64_t *seen, row;
	uint32_t *spot;
	bool fractions;
};

static bool is_ranking(const struct voting *voting)
{
	return voting->reader->pb->election.kind == LX_BALLOTS_RANKING;
}

#define ONES UINT64_C(0x0101010101010101)

/* A bit in each byte of `word` that is c; exact up to the first such byte from below. */
static uint64_t bytes_that_are(uint64_t word, char c)
{
	uint64_t other = word ^ (ONES * (unsigned char)c);

	return (other - ONES) & ~other & (ONES << 7);
}

/* The next byte that ends a field or is not plain: ; LF CR or a quote. Eight at a time. */
static const char *next_special(const char *at, const char *end)
{
	while (end - at >= 8) {
		uint64_t word;
		memcpy(&word, at, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		word = __builtin_bswap64(word);
#endif
		uint64_t found = bytes_that_are(word, ';') | bytes_that_are(word, '\n') |
				 bytes_that_are(word, '\r') | bytes_that_are(word, '"');
		if (found != 0)
			return at + __builtin_ctzll(found) / 8;
		at += 8;
	}
	while (at < end && *at != ';' && *at != '\n' && *at != '\r' && *at != '"')
		at++;
	return at;
}

/* Cuts the line at csv->at into fields, up to its end; false at a quote or what else is not plain. */
static bool cut(struct lx_pb_reader *reader)
{
	struct lx_csv *csv = &reader->csv;
	const char *line = csv->text.at + csv->at, *end = csv->text.at + csv->text.len;
	const char *from = line, *at = line;

	reader->fields_n = 0;
	for (;; at++) {
		at = next_special(at, end);
		bool cr = at < end && *at == '\r';
		if ((at < end && *at == '"') || reader->fields_n == LX_PB_COLUMNS_MAX ||
			(cr && at + 1 < end && at[1] != '\n'))
			return false;
		struct lx_csv_field *field = &reader->fields[reader->fields_n++];
		field->text = (struct lx_text){ from, (size_t)(at - from) };
		field->column = from - line + 1;
		if (at < end && *at == ';') {
			from = at + 1;
			continue;
		}
		at += cr;
		csv->at = (size_t)(at - csv->text.at) + (at < end);
		csv->line = csv->next_line++;
		return true;
	}
}

/* The next row into fields; fields_n is 0 at the end. */
static enum lx_code next_row(struct lx_pb_reader *reader)
{
	struct lx_csv *csv = &reader->csv;

	while (csv->at < csv->text.len) {
		if (!cut(reader))
			return lx_pb_row(reader);
		if (reader->fields_n > 1 || reader->fields[0].text.len > 0)
			return LX_OK;
	}
	reader->fields_n = 0;
	return LX_OK;
}

static enum lx_code vote_fault(const struct voting *voting, size_t field, size_t offset,
	const char *msgid, struct lx_text about)
{
	struct lx_pb_reader *reader = voting->reader;

	return lx_fault_at(&reader->call->fault, LX_INVALID, reader->csv.line,
		reader->fields[field].column + (int64_t)offset, msgid, "%.*s",
		(int)(about.len > 200 ? 200 : about.len), about.at);
}

/* The next point value of `rest`, scaled. A fraction seen for the first time asks to read again. */
static enum lx_code read_points(
	struct voting *voting, struct lx_text *rest, int64_t *points, bool *again)
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
static void name(struct voting *voting, size_t from, size_t *length, uint16_t p, int64_t points)
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

/* The name of up to 8 bytes that begins at `at` as a key, most significant byte first, and its length; more
 * than 8 when it is longer. `end` of the names, `limit` of the text. */
static size_t short_name(const char *at, const char *end, const char *limit, uint64_t *key)
{
	size_t left = (size_t)(end - at), n = 0;
	uint64_t word;

	*key = 0;
	if (limit - at < 8) { /* only in the last line of a file */
		for (; n < left && at[n] != ',' && n < 9; n++)
			*key = *key << 8 | (unsigned char)at[n];
		return n;
	}
	memcpy(&word, at, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	uint64_t commas = bytes_that_are(word, ',');
	n = commas == 0 ? 8 : (size_t)__builtin_ctzll(commas) / 8;
	if (n > left)
		n = left;
	if (n == 8 && left > 8 && at[8] != ',')
		return 9;
	if (n > 0)
		*key = __builtin_bswap64(word) >> (64 - 8 * n);
	return n;
}

/* Names of at most 8 bytes without points, the bulk: looked up by their bytes. False where one is
 * not found so; *length is then to be set back. */
static bool read_plain(struct voting *voting, size_t from, size_t *length)
{
	const struct lx_pb_reader *reader = voting->reader;
	struct lx_text vote = reader->fields[voting->vote_column].text;
	const char *at = vote.at, *end = at + vote.len;
	const char *limit = reader->csv.text.at + reader->csv.text.len;

	/* an unquoted field lies in the text; a copy of a quoted one may end anywhere */
	if (at < reader->csv.text.at || end > limit)
		return false;
	while (at < end) {
		uint64_t key;
		size_t n = short_name(at, end, limit, &key);
		int32_t p = n == 0 || n > 8 ? -1 : lx_pb_find_key(reader, key);
		if (p < 0 || voting->seen[p] == voting->row)
			return false;
		voting->seen[p] = voting->row;
		voting->spot[p] = (uint32_t)*length;
		voting->merger.choice[from + *length] = (uint16_t)p;
		*length += 1;
		at += n + 1;
	}
	return true;
}

static enum lx_code read_names(struct voting *voting, size_t from, size_t *length, bool *again)
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

struct pair {
	uint16_t choice;
	int64_t points;
};

static int by_choice(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	return (a->choice > b->choice) - (a->choice < b->choice);
}

static void sort_few(uint16_t *choice, int64_t *points, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		uint16_t c = choice[i];
		int64_t value = points == NULL ? 0 : points[i];
		size_t k = i;
		for (; k > 0 && choice[k - 1] > c; k--) {
			choice[k] = choice[k - 1];
			if (points != NULL)
				points[k] = points[k - 1];
		}
		choice[k] = c;
		if (points != NULL)
			points[k] = value;
	}
}

/* Sets have no order: by project, so that equal ones look equal. */
static enum lx_code sort_choices(struct voting *voting, size_t from, size_t n)
{
	struct lx_call *call = voting->reader->call;
	uint16_t *choice = voting->merger.choice + from;
	int64_t *points = voting->merger.points == NULL ? NULL : voting->merger.points + from;

	if (n <= 64) {
		sort_few(choice, points, n);
		return LX_OK;
	}
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct pair *pairs = lx_array(call, n, sizeof *pairs);
	if (pairs == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++)
		pairs[i] = (struct pair){ choice[i], points == NULL ? 0 : points[i] };
	qsort(pairs, n, sizeof pairs[0], by_choice);
	for (size_t i = 0; i < n; i++) {
		choice[i] = pairs[i].choice;
		if (points != NULL)
			points[i] = pairs[i].points;
	}
	lx_arena_back(call->arena, mark);
	return LX_OK;
}

static void check_points(struct voting *voting, size_t from, size_t length, struct lx_text row)
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
static void check_limits(struct voting *voting, size_t from, size_t length)
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

static enum lx_code read_ballot(struct voting *voting, bool *again)
{
	struct lx_pb_reader *reader = voting->reader;
	size_t from = voting->merger.first[voting->merger.n], length = 0;

	if (reader->fields_n != reader->pb->vote_columns_n)
		return lx_fault_at(&reader->call->fault, LX_INVALID, reader->csv.line, 1,
			"tally.pb_width", NULL);
	voting->row++;
	if (voting->merger.points != NULL || !read_plain(voting, from, &length)) {
		length = 0;
		voting->row++; /* what the plain attempt has seen is forgotten */
		LX_TRY(read_names(voting, from, &length, again));
	}
	check_limits(voting, from, length);
	if (!is_ranking(voting))
		LX_TRY(sort_choices(voting, from, length));
	else if (length > reader->pb->election.longest)
		reader->pb->election.longest = (unsigned)length;
	return lx_pb_merge(reader->call, &voting->merger, length);
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

static enum lx_code open_voting(struct voting *voting)
{
	struct lx_pb_reader *reader = voting->reader;
	struct lx_pb *pb = reader->pb;
	struct lx_pb_merger *merger = &voting->merger;
	size_t rows = rows_most(reader), left = reader->csv.text.len - reader->csv.at;
	bool points = pb->election.kind == LX_BALLOTS_POINTS;

	*merger = (struct lx_pb_merger){ .slots_mask = FIRST_SLOTS - 1 };
	merger->weight = lx_array(reader->call, rows + 1, sizeof(uint64_t));
	merger->first = lx_array(reader->call, rows + 2, sizeof(uint64_t));
	merger->slots = lx_array(reader->call, FIRST_SLOTS, sizeof *merger->slots);
	/* a choice takes at least a character and a comma or line end */
	merger->choice = lx_array(reader->call, left / 2 + 8, sizeof(uint16_t));
	merger->points = points ? lx_array(reader->call, left / 2 + 8, sizeof(int64_t)) : NULL;
	voting->seen = lx_array(reader->call, pb->election.projects_n, sizeof(uint64_t));
	voting->spot = lx_array(reader->call, pb->election.projects_n, sizeof(uint32_t));
	if (merger->weight == NULL || merger->first == NULL || merger->slots == NULL ||
		merger->choice == NULL || voting->seen == NULL || voting->spot == NULL ||
		(points && merger->points == NULL))
		return LX_BROKEN;
	return LX_OK;
}

static enum lx_code read_rows(struct voting *voting, bool *again)
{
	struct lx_pb_reader *reader = voting->reader;
	size_t most = rows_most(reader);

	LX_TRY(open_voting(voting));
	for (uint64_t rows = 0; !*again; rows++) {
		LX_TRY(next_row(reader));
		if (reader->fields_n == 0) {
			reader->pb->votes_n = rows;
			return LX_OK;
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

static enum lx_code find_columns(struct voting *voting)
{
	const struct lx_pb *pb = voting->reader->pb;

	voting->points_column = LX_PB_COLUMNS_MAX;
	for (size_t i = 0; i < pb->vote_columns_n; i++) {
		if (lx_text_is(pb->vote_columns[i], "vote"))
			voting->vote_column = i;
		if (lx_text_is(pb->vote_columns[i], "points"))
			voting->points_column = i;
	}
	if (pb->election.kind == LX_BALLOTS_POINTS && voting->points_column == LX_PB_COLUMNS_MAX)
		return lx_pb_fault(voting->reader, 0, "tally.pb_column", lx_text("points"));
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
	struct voting voting = { .reader = reader };
	struct lx_csv from = reader->csv;
	bool again = false;

	LX_TRY(find_columns(&voting));
	if (reader->limits.length_most < (int64_t)LX_TALLY_PROJECTS_MAX)
		pb->election.longest = (unsigned)reader->limits.length_most;
	pb->votes = (struct lx_text){ from.text.at + from.at, from.text.len - from.at };
	pb->votes_line = from.next_line;
	LX_TRY(read_rows(&voting, &again));
	if (again) { /* a fraction among the points: all of them in thousandths */
		voting = (struct voting){ .reader = reader,
			.fractions = true,
			.vote_column = voting.vote_column,
			.points_column = voting.points_column };
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
	return check_count(reader);
}
