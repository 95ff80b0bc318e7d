/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The members' board, read: every member in the charter's order, with what is counted of it. */
#include "modules/duty/board.h"

#include "modules/duty/board_queries.h"

#include <math.h>

#define MEMBERS_MOST 1000

static enum lx_code read_members(const struct lx_reader *reader, struct lx_board *board)
{
	const struct lx_shape *members = lx_shape_find(reader->app->region, LX_TEXT_OF("member"));
	int64_t last;

	LX_TRY(lx_record_last(reader->tx, members, &last));
	if (last > MEMBERS_MOST)
		last = MEMBERS_MOST;
	board->rows = lx_array(reader->call, (size_t)last, sizeof *board->rows);
	if (board->rows == NULL)
		return LX_BROKEN;
	for (int64_t i = 1; i <= last; i++) {
		struct lx_record member;
		LX_TRY(lx_record_load_head(reader->tx, members, i, &member));
		if (lx_text_is(member.state, "left") || lx_record_class(&member) != LX_PUBLIC)
			continue;
		struct lx_value names = lx_record_value(&member, "names");
		LX_CLOSE(lx_json_free)
		json_t *json = json_loadb(names.text.at, names.text.len, 0, NULL);
		struct lx_value group = lx_record_value(&member, "group");
		board->rows[board->n++] = (struct lx_board_row){ .member = i,
			.group = group.kind == LX_V_NULL ? (struct lx_text){ "", 0 } : group.text,
			.name = lx_show_words(reader, json) };
	}
	return LX_OK;
}

static struct lx_board_row *row_of(const struct lx_board *board, struct lx_text ref)
{
	struct lx_ref member;

	if (!lx_ref_read(ref, &member) || !lx_text_is(member.type, "member"))
		return NULL;
	for (size_t i = 0; i < board->n; i++)
		if (board->rows[i].member == member.number)
			return &board->rows[i];
	return NULL;
}

static enum lx_code read_needs(const struct lx_reader *reader, struct lx_board *board)
{
	struct lx_value *cells;
	size_t n;

	LX_TRY(lx_all(reader->tx, &lx_q_board_needs, NULL, MEMBERS_MOST, &cells, &n));
	for (size_t i = 0; i < n; i++) {
		const struct lx_value *c = cells + 8 * i;
		struct lx_board_row *row = row_of(board, c[0].text);
		if (row == NULL)
			continue;
		row->led = c[1].number;
		row->answered = c[2].number;
		row->in_time = c[3].number;
		row->overdue = c[4].number;
		row->judged = c[5].number;
		row->solved = c[6].number;
		row->satisfied = c[7].number;
	}
	return LX_OK;
}

static enum lx_code read_commitments(const struct lx_reader *reader, struct lx_board *board)
{
	struct lx_value *cells;
	size_t n;

	LX_TRY(lx_all(reader->tx, &lx_q_board_commitments, NULL, MEMBERS_MOST, &cells, &n));
	for (size_t i = 0; i < n; i++) {
		const struct lx_value *c = cells + 5 * i;
		struct lx_board_row *row = row_of(board, c[0].text);
		if (row == NULL)
			continue;
		row->promised = c[1].number;
		row->kept = c[2].number;
		row->late = c[3].number;
		row->broken = c[4].number;
	}
	return LX_OK;
}

enum lx_code lx_board_read(const struct lx_reader *reader, struct lx_board *board)
{
	*board = (struct lx_board){ 0 };
	LX_TRY(read_members(reader, board));
	if (lx_charter_on(&reader->charter, "need"))
		LX_TRY(read_needs(reader, board));
	if (lx_charter_on(&reader->charter, "commitment"))
		LX_TRY(read_commitments(reader, board));
	return LX_OK;
}

enum lx_code lx_board_overdue(
	const struct lx_reader *reader, size_t most, int64_t **numbers, size_t *n)
{
	struct lx_value *cells;

	*n = 0;
	if (!lx_charter_on(&reader->charter, "commitment"))
		return LX_OK;
	LX_TRY(lx_all(reader->tx, &lx_q_board_overdue, (struct lx_value[]){ LX_I((int64_t)most) },
		most, &cells, n));
	*numbers = lx_array(reader->call, *n, sizeof **numbers);
	if (*numbers == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < *n; i++)
		(*numbers)[i] = cells[i].number;
	return LX_OK;
}

void lx_board_interval(int64_t part, int64_t whole, int64_t *low, int64_t *high)
{
	const double z = 1.959964;
	double n = (double)whole, p = (double)part / n;
	double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
	double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));

	*low = (int64_t)lround(1000 * fmax(0, middle - half));
	*high = (int64_t)lround(1000 * fmin(1, middle + half));
}
