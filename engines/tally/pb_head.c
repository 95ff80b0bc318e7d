/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The Pabulib reader, part one: META and PROJECTS. */
#include "engines/tally/pb_inner.h"

#include "base/decimal.h"

#include <stdio.h>
#include <string.h>

#define META_MAX     ((size_t)4096)
#define PLACES_MAX   ((unsigned)6)
#define NO_LIMIT     INT64_MAX
#define POINT_PLACES 3

enum lx_code lx_pb_row(struct lx_pb_reader *reader)
{
	do
		LX_TRY(lx_csv_row(reader->call, &reader->csv, reader->fields, LX_PB_COLUMNS_MAX,
			&reader->fields_n));
	while (reader->fields_n == 1 && lx_text_trim(reader->fields[0].text).len == 0);
	return LX_OK;
}

enum lx_code lx_pb_fault(
	struct lx_pb_reader *reader, size_t field, const char *msgid, struct lx_text about)
{
	int64_t column = field < reader->fields_n ? reader->fields[field].column : 1;

	return lx_fault_at(&reader->call->fault, LX_INVALID, reader->csv.line, column, msgid,
		"%.*s", (int)(about.len > 200 ? 200 : about.len), about.at);
}

void lx_pb_notice(
	struct lx_pb_reader *reader, int64_t line, const char *msgid, struct lx_text about)
{
	if (reader->pb->notices_n < LX_PB_NOTICES_MAX)
		reader->notices[reader->pb->notices_n] = (struct lx_pb_notice){ line, msgid,
			about };
	reader->pb->notices_n++;
}

/* See struct lx_pb_slot. */
static uint64_t key_of(struct lx_text id)
{
	uint64_t key = 0;

	for (size_t i = 0; i < id.len; i++)
		key = id.len <= 8 ? key | (uint64_t)(unsigned char)id.at[i] << 8 * i
				  : (key ^ (unsigned char)id.at[i]) * UINT64_C(0x100000001b3);
	return key;
}

static size_t first_slot(uint64_t key)
{
	return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

int32_t lx_pb_find(const struct lx_pb_reader *reader, struct lx_text id)
{
	uint64_t key = key_of(id);

	for (size_t i = first_slot(key);; i++) {
		const struct lx_pb_slot *slot = &reader->slots[i & reader->slots_mask];
		if (slot->number == 0)
			return -1;
		if (slot->key == key && lx_text_equal(reader->id[slot->number - 1], id))
			return (int32_t)slot->number - 1;
	}
}

static void put_slot(struct lx_pb_reader *reader, size_t p)
{
	uint64_t key = key_of(reader->id[p]);
	size_t i = first_slot(key);

	while (reader->slots[i & reader->slots_mask].number != 0)
		i++;
	reader->slots[i & reader->slots_mask] = (struct lx_pb_slot){ key, (uint32_t)p + 1,
		(uint32_t)reader->id[p].len };
}

/* A line that holds one word: the name of a section. */
static enum lx_code section(struct lx_pb_reader *reader, const char *name)
{
	LX_TRY(lx_pb_row(reader));
	if (reader->fields_n != 1 || !lx_text_is(lx_text_trim(reader->fields[0].text), name))
		return lx_pb_fault(reader, 0, "tally.pb_section", lx_text(name));
	return LX_OK;
}

static bool is_section(const struct lx_pb_reader *reader, const char *name)
{
	return reader->fields_n == 1 && lx_text_is(lx_text_trim(reader->fields[0].text), name);
}

static enum lx_code read_meta(struct lx_pb_reader *reader)
{
	struct lx_text(*meta)[2] = lx_array(reader->call, META_MAX, sizeof *meta);
	size_t n = 0;

	if (meta == NULL)
		return LX_BROKEN;
	reader->pb->meta = (const struct lx_text(*)[2])meta;
	LX_TRY(section(reader, "META"));
	LX_TRY(lx_pb_row(reader));
	if (reader->fields_n != 2)
		return lx_pb_fault(reader, 0, "tally.pb_meta", lx_text("key;value"));
	for (;;) {
		LX_TRY(lx_pb_row(reader));
		if (is_section(reader, "PROJECTS"))
			break;
		if (reader->fields_n != 2)
			return lx_pb_fault(reader, 0, "tally.pb_meta", lx_text("key;value"));
		struct lx_text key = lx_text_trim(reader->fields[0].text);
		for (size_t i = 0; i < n; i++)
			if (lx_text_equal(meta[i][0], key))
				return lx_pb_fault(reader, 0, "tally.pb_meta_twice", key);
		if (n == META_MAX)
			return lx_pb_fault(reader, 0, "tally.pb_meta_many", key);
		meta[n][0] = key;
		meta[n][1] = lx_text_trim(reader->fields[1].text);
		reader->pb->meta_n = ++n;
		if (lx_text_is(key, "num_votes"))
			reader->votes_told_line = reader->csv.line;
	}
	return LX_OK;
}

struct lx_text lx_pb_meta(const struct lx_pb *pb, const char *key)
{
	for (size_t i = 0; i < pb->meta_n; i++)
		if (lx_text_is(pb->meta[i][0], key))
			return pb->meta[i][1];
	return (struct lx_text){ "", 0 };
}

struct lx_text lx_pb_cell(const struct lx_pb *pb, size_t project, const char *column)
{
	for (size_t i = 0; i < pb->project_columns_n; i++)
		if (lx_text_is(pb->project_columns[i], column))
			return pb->project_cells[project * pb->project_columns_n + i];
	return (struct lx_text){ "", 0 };
}

/* Digits after the point, zeros at the end apart. */
static unsigned places_of(struct lx_text text)
{
	const char *point = text.len == 0 ? NULL : memchr(text.at, '.', text.len);
	size_t n = text.len;

	if (point == NULL)
		return 0;
	while (n > 0 && text.at[n - 1] == '0')
		n--;
	return (unsigned)(n - (size_t)(point - text.at) - 1);
}

/* The columns of a table; the places of `first` and `second`, which must be there. */
static enum lx_code read_columns(struct lx_pb_reader *reader, const char *first, const char *second,
	const struct lx_text **columns, size_t *columns_n)
{
	LX_TRY(lx_pb_row(reader));
	struct lx_text *names = lx_array(reader->call, reader->fields_n, sizeof *names);
	if (names == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < reader->fields_n; i++) {
		names[i] = lx_text_trim(reader->fields[i].text);
		for (size_t k = 0; k < i; k++)
			if (lx_text_equal(names[k], names[i]))
				return lx_pb_fault(reader, i, "tally.pb_column_twice", names[i]);
	}
	*columns = names;
	*columns_n = reader->fields_n;
	const char *const needed[] = { first, second };
	for (size_t k = 0; k < 2; k++) {
		size_t i = 0;
		while (i < *columns_n && !lx_text_is(names[i], needed[k]))
			i++;
		if (i == *columns_n)
			return lx_pb_fault(reader, 0, "tally.pb_column", lx_text(needed[k]));
	}
	return LX_OK;
}

static size_t lines_left(const struct lx_csv *csv)
{
	size_t n = 1;
	const char *at = csv->text.at + csv->at, *end = csv->text.at + csv->text.len;

	while (at < end && n <= LX_TALLY_PROJECTS_MAX + 1) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		if (stop == NULL)
			break;
		if (end - at >= 5 && memcmp(at, "VOTES", 5) == 0)
			return n;
		at = stop + 1;
		n++;
	}
	return n;
}

/* Room for as many projects as the section can hold. */
static enum lx_code make_room(struct lx_pb_reader *reader, size_t most, struct lx_text **cells)
{
	size_t slots = 16;

	while (slots < 4 * most)
		slots *= 2;
	reader->id = lx_array(reader->call, most, sizeof *reader->id);
	reader->cost = lx_array(reader->call, most, sizeof *reader->cost);
	reader->slots = lx_array(reader->call, slots, sizeof *reader->slots);
	reader->slots_mask = slots - 1;
	*cells = lx_array(reader->call, most, reader->pb->project_columns_n * sizeof **cells);
	if (reader->id == NULL || reader->cost == NULL || reader->slots == NULL || *cells == NULL)
		return LX_BROKEN;
	return LX_OK;
}

static size_t column_of(const struct lx_pb *pb, const char *name)
{
	for (size_t i = 0; i < pb->project_columns_n; i++)
		if (lx_text_is(pb->project_columns[i], name))
			return i;
	return 0;
}

static enum lx_code read_project(struct lx_pb_reader *reader, size_t p, struct lx_text *cells)
{
	struct lx_pb *pb = reader->pb;
	size_t id = column_of(pb, "project_id");

	if (reader->fields_n != pb->project_columns_n)
		return lx_pb_fault(reader, 0, "tally.pb_width", (struct lx_text){ "", 0 });
	for (size_t i = 0; i < pb->project_columns_n; i++)
		cells[i] = reader->fields[i].text;
	reader->id[p] = lx_text_trim(cells[id]);
	if (reader->id[p].len == 0 || memchr(reader->id[p].at, ',', reader->id[p].len) != NULL)
		return lx_pb_fault(reader, id, "tally.pb_id", reader->id[p]);
	if (lx_pb_find(reader, reader->id[p]) >= 0)
		return lx_pb_fault(reader, id, "tally.pb_id_twice", reader->id[p]);
	put_slot(reader, p);
	return LX_OK;
}

static enum lx_code read_cost(struct lx_pb_reader *reader, size_t p, const struct lx_text *cells)
{
	size_t at = column_of(reader->pb, "cost");
	struct lx_text text = lx_text_trim(cells[at]);

	if (!lx_decimal_read(text, PLACES_MAX, &reader->cost[p]) || reader->cost[p] <= 0 ||
		places_of(text) > PLACES_MAX)
		return lx_pb_fault(reader, at, "tally.pb_cost", text);
	return LX_OK;
}

static enum lx_code read_projects(struct lx_pb_reader *reader)
{
	struct lx_pb *pb = reader->pb;
	struct lx_text *cells;
	size_t most, n = 0;

	LX_TRY(read_columns(
		reader, "project_id", "cost", &pb->project_columns, &pb->project_columns_n));
	most = lines_left(&reader->csv);
	if (most > LX_TALLY_PROJECTS_MAX)
		most = LX_TALLY_PROJECTS_MAX;
	LX_TRY(make_room(reader, most, &cells));
	for (;; n++) {
		LX_TRY(lx_pb_row(reader));
		if (is_section(reader, "VOTES") && !reader->tables)
			break;
		if (reader->fields_n == 0 && reader->tables)
			break;
		if (reader->fields_n == 0)
			return lx_pb_fault(reader, 0, "tally.pb_section", lx_text("VOTES"));
		if (n == most)
			return lx_pb_fault(
				reader, 0, "tally.pb_projects_many", (struct lx_text){ "", 0 });
		LX_TRY(read_project(reader, n, cells + n * pb->project_columns_n));
		LX_TRY(read_cost(reader, n, cells + n * pb->project_columns_n));
	}
	pb->project_cells = cells;
	pb->election.projects_n = n;
	if (n == 0)
		return lx_pb_fault(reader, 0, "tally.pb_no_project", (struct lx_text){ "", 0 });
	return LX_OK;
}

static enum lx_code meta_fault(struct lx_pb_reader *reader, const char *key, const char *msgid)
{
	struct lx_text value = lx_pb_meta(reader->pb, key);

	return lx_fail(reader->call, LX_INVALID, key, msgid, "%.*s",
		(int)(value.len > 100 ? 100 : value.len), value.at);
}

/* Budget and costs in the smallest unit that any of them needs. */
static enum lx_code read_money(struct lx_pb_reader *reader)
{
	struct lx_pb *pb = reader->pb;
	struct lx_text text = lx_pb_meta(pb, "budget");
	unsigned places = places_of(text), at = (unsigned)column_of(pb, "cost");
	int64_t budget, scale = 1;

	if (places > PLACES_MAX || !lx_decimal_read(text, PLACES_MAX, &budget) || budget <= 0)
		return meta_fault(reader, "budget", "tally.pb_budget");
	for (size_t p = 0; p < pb->election.projects_n; p++) {
		unsigned own = places_of(
			lx_text_trim(pb->project_cells[p * pb->project_columns_n + at]));
		places = own > places ? own : places;
	}
	for (unsigned i = places; i < PLACES_MAX; i++)
		scale *= 10;
	for (size_t p = 0; p < pb->election.projects_n; p++) {
		reader->cost[p] /= scale;
		if (reader->cost[p] > LX_TALLY_MONEY_MAX)
			return lx_fail(reader->call, LX_INVALID, "cost", "tally.pb_money", NULL);
	}
	if (budget / scale > LX_TALLY_MONEY_MAX)
		return meta_fault(reader, "budget", "tally.pb_money");
	pb->election.budget = budget / scale;
	pb->election.places = places;
	pb->election.cost = reader->cost;
	pb->election.id = reader->id;
	return LX_OK;
}

/* A number of the META, or `absent`. */
static enum lx_code number(struct lx_pb_reader *reader, const char *key, unsigned places,
	int64_t absent, int64_t *value)
{
	struct lx_text text = lx_pb_meta(reader->pb, key);

	*value = absent;
	if (text.len == 0 || lx_text_is(text, "None"))
		return LX_OK;
	if (!lx_decimal_read(text, places, value) || *value < 0)
		return meta_fault(reader, key, "tally.pb_number");
	return LX_OK;
}

static enum lx_code read_limits(struct lx_pb_reader *reader)
{
	struct lx_pb_limits *it = &reader->limits;
	unsigned money = reader->pb->election.places;

	LX_TRY(number(reader, "min_length", 0, 0, &it->length_least));
	LX_TRY(number(reader, "max_length", 0, NO_LIMIT, &it->length_most));
	LX_TRY(number(reader, "min_sum_cost", money, 0, &it->cost_least));
	LX_TRY(number(reader, "max_sum_cost", money, NO_LIMIT, &it->cost_most));
	LX_TRY(number(reader, "min_points", POINT_PLACES, 0, &it->points_least));
	LX_TRY(number(reader, "max_points", POINT_PLACES, NO_LIMIT, &it->points_most));
	LX_TRY(number(reader, "min_sum_points", POINT_PLACES, 0, &it->sum_least));
	LX_TRY(number(reader, "max_sum_points", POINT_PLACES, NO_LIMIT, &it->sum_most));
	LX_TRY(number(reader, "num_votes", 0, -1, &reader->votes_told));
	LX_TRY(number(reader, "min_project_score_threshold", 0, 0, &reader->pb->threshold));
	return LX_OK;
}

static enum lx_code read_kind(struct lx_pb_reader *reader)
{
	struct lx_pb *pb = reader->pb;
	static const struct {
		const char *name;
		enum lx_tally_ballots kind;
	} kinds[] = { { "approval", LX_BALLOTS_APPROVAL }, { "choose-1", LX_BALLOTS_APPROVAL },
		{ "cumulative", LX_BALLOTS_POINTS }, { "scoring", LX_BALLOTS_POINTS },
		{ "ordinal", LX_BALLOTS_RANKING } };

	pb->vote_type = lx_pb_meta(pb, "vote_type");
	pb->currency = lx_pb_meta(pb, "currency");
	reader->limits.choose_one = lx_text_is(pb->vote_type, "choose-1");
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (lx_text_is(pb->vote_type, kinds[i].name)) {
			pb->election.kind = kinds[i].kind;
			return LX_OK;
		}
	return meta_fault(reader, "vote_type", "tally.pb_vote_type");
}

static enum lx_code check_head(struct lx_pb_reader *reader)
{
	LX_TRY(read_kind(reader));
	LX_TRY(read_money(reader));
	return read_limits(reader);
}

enum lx_code lx_pb_read_tables(struct lx_pb_reader *reader, const struct lx_pb_source *source)
{
	struct lx_text(*meta)[2] = lx_array(reader->call, 2, sizeof *meta);
	struct lx_pb *pb = reader->pb;

	if (meta == NULL)
		return LX_BROKEN;
	meta[0][0] = lx_text("budget");
	meta[0][1] = lx_text_trim(source->budget);
	meta[1][0] = lx_text("vote_type");
	meta[1][1] = source->vote_type.len == 0 ? lx_text("approval") : source->vote_type;
	pb->meta = (const struct lx_text(*)[2])meta;
	pb->meta_n = 2;
	reader->csv = (struct lx_csv){ .text = source->projects, .separator = ',' };
	reader->tables = true;
	enum lx_code code = read_projects(reader);
	if (code != LX_OK && reader->call->fault.field[0] == '\0')
		(void)snprintf(
			reader->call->fault.field, sizeof reader->call->fault.field, "projects");
	LX_TRY(code);
	LX_TRY(check_head(reader));
	reader->csv = (struct lx_csv){ .text = source->text, .separator = ',' };
	return read_columns(reader, "voter_id", "vote", &pb->vote_columns, &pb->vote_columns_n);
}

enum lx_code lx_pb_read_head(struct lx_pb_reader *reader)
{
	struct lx_pb *pb = reader->pb;
	int64_t projects;

	LX_TRY(read_meta(reader));
	LX_TRY(read_projects(reader));
	LX_TRY(check_head(reader));
	LX_TRY(number(reader, "num_projects", 0, -1, &projects));
	if (projects >= 0 && (size_t)projects != pb->election.projects_n)
		return meta_fault(reader, "num_projects", "tally.pb_count");
	return read_columns(reader, "voter_id", "vote", &pb->vote_columns, &pb->vote_columns_n);
}
