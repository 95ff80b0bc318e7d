/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* /duty: how each member answers and keeps its promises, among members of like size; what is overdue; as a page, JSON and CSV. */
#include "base/csv.h"
#include "kernel/view/svg.h"
#include "modules/duty/board.h"
#include "modules/duty/board_view.h"
#include "modules/duty/duty.h"

#define OVERDUE_MOST 100
#define COLUMNS      7

static struct lx_words tr(const struct lx_reader *reader, const char *id)
{
	return lx_words_str(lx_tr(reader->request->lang, id));
}

/* --- JSON and CSV ---------------------------------------------------------------------------- */

static const struct {
	const char *name;
	size_t at;
} counts[] = {
	{ "led", offsetof(struct lx_board_row, led) },
	{ "answered", offsetof(struct lx_board_row, answered) },
	{ "in_time", offsetof(struct lx_board_row, in_time) },
	{ "overdue", offsetof(struct lx_board_row, overdue) },
	{ "judged", offsetof(struct lx_board_row, judged) },
	{ "solved", offsetof(struct lx_board_row, solved) },
	{ "satisfied", offsetof(struct lx_board_row, satisfied) },
	{ "promised", offsetof(struct lx_board_row, promised) },
	{ "kept", offsetof(struct lx_board_row, kept) },
	{ "late", offsetof(struct lx_board_row, late) },
	{ "broken", offsetof(struct lx_board_row, broken) },
};

#define COUNTS (sizeof counts / sizeof counts[0])

static int64_t count_at(const struct lx_board_row *row, size_t i)
{
	return *(const int64_t *)((const char *)row + counts[i].at);
}

static enum lx_code show_json(
	struct lx_reader *reader, const struct lx_board *board, struct lx_reply *reply)
{
	LX_CLOSE(lx_json_free) json_t *json = json_pack("{s:[]}", "members");

	for (size_t i = 0; i < board->n; i++) {
		const struct lx_board_row *row = &board->rows[i];
		struct lx_text ref = lx_show_text(reader, "member/%lld", (long long)row->member);
		json_t *title, *member = json_object();
		LX_TRY(lx_title(&reader->sight, ref, &title));
		(void)json_object_set_new(member, "member",
			json_pack("{s:s%, s:o}", "ref", ref.at, ref.len, "title", title));
		(void)json_object_set_new(
			member, "group", json_stringn(row->group.at, row->group.len));
		for (size_t k = 0; k < COUNTS; k++)
			(void)json_object_set_new(
				member, counts[k].name, json_integer(count_at(row, k)));
		(void)json_array_append_new(json_object_get(json, "members"), member);
	}
	return lx_reply_json(reader->request, reply, json);
}

static enum lx_code show_csv(const struct lx_board *board, struct lx_reply *reply)
{
	struct lx_buf *out = &reply->body;

	reply->media = "text/csv; charset=utf-8; header=present";
	lx_buf_str(out, "member,name,group");
	for (size_t k = 0; k < COUNTS; k++)
		lx_buf_printf(out, ",%s", counts[k].name);
	lx_buf_str(out, "\r\n");
	for (size_t i = 0; i < board->n; i++) {
		const struct lx_board_row *row = &board->rows[i];
		lx_buf_printf(out, "member/%lld,", (long long)row->member);
		lx_csv_write(out, row->name.text, ',');
		lx_buf_char(out, ',');
		lx_csv_write(out, row->group, ',');
		for (size_t k = 0; k < COUNTS; k++)
			lx_buf_printf(out, ",%lld", (long long)count_at(row, k));
		lx_buf_str(out, "\r\n");
	}
	return LX_OK;
}

/* --- the page -------------------------------------------------------------------------------- */

/* "95.4", under it "152 / 153", and the interval from the base on that says something. */
static enum lx_code rate_cell(
	const struct lx_reader *reader, int64_t part, int64_t whole, struct lx_cell *cell)
{
	int64_t low, high;

	*cell = (struct lx_cell){ .kind = LX_CELL_NUMBER };
	if (whole == 0) {
		cell->words = lx_words_str("—");
		return LX_OK;
	}
	int64_t thousandths = (1000 * part + whole / 2) / whole;
	cell->words = lx_words(lx_show_text(reader, "%lld.%lld %%", (long long)(thousandths / 10),
		(long long)(thousandths % 10)));
	cell->under = lx_words(
		lx_show_text(reader, "%lld / %lld", (long long)part, (long long)whole));
	if (whole < LX_BOARD_BASE)
		return LX_OK;
	lx_board_interval(part, whole, &low, &high);
	return lx_svg_interval(reader->call, low, thousandths, high, &cell->bar);
}

static struct lx_cell count_cell(const struct lx_reader *reader, int64_t n, bool bad)
{
	struct lx_cell cell = { .kind = LX_CELL_NUMBER,
		.words = lx_words(lx_show_text(reader, "%lld", (long long)n)) };

	if (bad && n > 0)
		cell.state = (struct lx_state_view){ LX_VIEW_LATE,
			lx_text(lx_tr(reader->request->lang, "page.late")) };
	return cell;
}

static enum lx_code board_row(const struct lx_reader *reader, const struct lx_board_row *b,
	bool total, struct lx_grid_row *row)
{
	struct lx_cell *cells = lx_array(reader->call, COLUMNS, sizeof *cells);

	if (cells == NULL)
		return LX_BROKEN;
	cells[0] = (struct lx_cell){ .kind = LX_CELL_TITLE, .words = b->name };
	if (!total)
		cells[0].link = lx_address_make(
			reader->call, "/members/%lld", (long long)b->member);
	LX_TRY(rate_cell(reader, b->in_time, b->answered + b->overdue, &cells[1]));
	LX_TRY(rate_cell(reader, b->solved, b->judged, &cells[2]));
	LX_TRY(rate_cell(reader, b->satisfied, b->judged, &cells[3]));
	cells[4] = count_cell(reader, b->promised, false);
	cells[5] = count_cell(reader, b->kept, false);
	cells[6] = count_cell(reader, b->late + b->broken, true);
	*row = (struct lx_grid_row){ .cells = cells, .cells_n = COLUMNS, .total = total };
	return LX_OK;
}

static void add_up(struct lx_board_row *sum, const struct lx_board_row *row)
{
	for (size_t k = 0; k < COUNTS; k++)
		*(int64_t *)((char *)sum + counts[k].at) += count_at(row, k);
}

static const struct lx_column *board_columns(const struct lx_reader *reader)
{
	static const char *const ids[COLUMNS] = { "member", "duty.in_time", "duty.solved",
		"duty.satisfied", "duty.promised", "duty.kept", "duty.late" };
	struct lx_column *columns = lx_array(reader->call, COLUMNS, sizeof *columns);

	for (size_t i = 0; columns != NULL && i < COLUMNS; i++)
		columns[i] = (struct lx_column){ i == 0 ? LX_CELL_TITLE : LX_CELL_NUMBER,
			tr(reader, ids[i]) };
	return columns;
}

/* The members of a group in the charter's order, and their sum; none of a group without members. */
static enum lx_code group_table(const struct lx_reader *reader, const struct lx_board *board,
	struct lx_text group, struct lx_grid *table)
{
	struct lx_grid_row *rows = lx_array(reader->call, board->n + 1, sizeof *rows);
	struct lx_board_row sum = { .name = tr(reader, "duty.together") };
	size_t n = 0;

	if (rows == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < board->n; i++) {
		if (!lx_text_equal(board->rows[i].group, group))
			continue;
		LX_TRY(board_row(reader, &board->rows[i], false, &rows[n++]));
		add_up(&sum, &board->rows[i]);
	}
	*table = (struct lx_grid){ .caption = group.len == 0
						      ? tr(reader, "duty.no_group")
						      : lx_show_code(reader, "member.group", group),
		.columns = board_columns(reader),
		.columns_n = COLUMNS,
		.rows = rows,
		.rows_n = n,
		.compare = true };
	if (n > 1)
		LX_TRY(board_row(reader, &sum, true, &rows[table->rows_n++]));
	return table->columns == NULL ? LX_BROKEN : LX_OK;
}

static enum lx_code fill_groups(
	const struct lx_reader *reader, const struct lx_board *board, struct lx_board_page *page)
{
	const struct lx_charter *charter = &reader->charter;
	const struct lx_row *row;
	size_t at = 0, n = 1;

	while (lx_charter_row(charter, "word", LX_TEXT_OF("member.group"), &at) != NULL)
		n++;
	struct lx_grid *groups = lx_array(reader->call, n, sizeof *groups);
	if (groups == NULL)
		return LX_BROKEN;
	at = n = 0;
	while ((row = lx_charter_row(charter, "word", LX_TEXT_OF("member.group"), &at)) != NULL) {
		LX_TRY(group_table(reader, board,
			lx_charter_cell(charter, "word", row, "code").text, &groups[n]));
		n += groups[n].rows_n > 0;
	}
	LX_TRY(group_table(reader, board, LX_TEXT_OF(""), &groups[n]));
	if (n == 0)
		groups[n].caption = tr(reader, "member+");
	n += groups[n].rows_n > 0;
	page->groups = groups;
	page->groups_n = n;
	return LX_OK;
}

static enum lx_code overdue_row(const struct lx_reader *reader, const struct lx_shape *shape,
	int64_t number, struct lx_grid_row *row)
{
	static const char *const fields[] = { "title", "owner", "due" };
	struct lx_cell *cells = lx_array(reader->call, 5, sizeof *cells);
	LX_CLOSE(lx_json_free) json_t *reduced = NULL;
	struct lx_record record;

	if (cells == NULL)
		return LX_BROKEN;
	LX_TRY(lx_record_load_head(reader->tx, shape, number, &record));
	LX_TRY(lx_reduce(&reader->sight, &record, LX_LIST_PARTS, &reduced));
	cells[0] = (struct lx_cell){ .kind = LX_CELL_REF,
		.words = lx_words(lx_show_text(reader, "%lld", (long long)number)) };
	for (size_t i = 0; i < 3; i++)
		cells[i + 1] = lx_show_cell(reader, "commitment",
			&shape->type
				 ->fields[lx_field_find(shape->type->fields, lx_text(fields[i]))],
			json_object_get(reduced, fields[i]));
	cells[1].kind = LX_CELL_TITLE;
	cells[1].link = lx_address_make(reader->call, "/commitments/%lld", (long long)number);
	cells[4] = (struct lx_cell){ .state = lx_show_state(reader, reduced) };
	*row = (struct lx_grid_row){ .cells = cells, .cells_n = 5 };
	return LX_OK;
}

static enum lx_code fill_overdue(const struct lx_reader *reader, struct lx_grid *table)
{
	static const struct {
		enum lx_cell_kind kind;
		const char *id;
	} heads[] = { { LX_CELL_REF, "page.number" }, { LX_CELL_TITLE, "commitment" },
		{ LX_CELL_TEXT, "commitment.owner" }, { LX_CELL_DATE, "commitment.due" },
		{ LX_CELL_TEXT, "page.state" } };
	const struct lx_shape *shape = lx_shape_find(reader->app->region, LX_TEXT_OF("commitment"));
	struct lx_column *columns = lx_array(reader->call, 5, sizeof *columns);
	int64_t *numbers = NULL;
	size_t n;

	if (!lx_charter_on(&reader->charter, "commitment"))
		return LX_OK;
	LX_TRY(lx_board_overdue(reader, OVERDUE_MOST, &numbers, &n));
	struct lx_grid_row *rows = lx_array(reader->call, n, sizeof *rows);
	if (columns == NULL || rows == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < 5; i++)
		columns[i] = (struct lx_column){ heads[i].kind, tr(reader, heads[i].id) };
	for (size_t i = 0; i < n; i++)
		LX_TRY(overdue_row(reader, shape, numbers[i], &rows[i]));
	*table = (struct lx_grid){ .caption = tr(reader, "duty.overdue"),
		.unit = tr(reader, "duty.overdue_unit"),
		.columns = columns,
		.columns_n = 5,
		.rows = rows,
		.rows_n = n,
		.empty = tr(reader, "duty.nothing_overdue") };
	return LX_OK;
}

static enum lx_code show_page(
	struct lx_reader *reader, const struct lx_board *board, struct lx_reply *reply)
{
	struct lx_view view = lx_show_view(reader);
	struct lx_board_page page = { .heading = tr(reader, "page.section.duty"),
		.lead = tr(reader, "duty.lead"),
		.how = lx_show_say(
			reader, "duty.how", lx_show_text(reader, "%d", LX_BOARD_BASE).at, NULL) };

	LX_TRY(fill_groups(reader, board, &page));
	LX_TRY(fill_overdue(reader, &page.overdue));
	lx_frame_fill(reader, page.heading, "duty", reader->size, &page.frame);
	page.frame.exports = (struct lx_exports){ lx_address_make(reader->call, "/duty.csv"),
		lx_address_make(reader->call, "/api/v1/duty"),
		lx_address_make(reader->call, "/commitments.atom?lang=%s",
			lx_lang_names[reader->request->lang]) };
	page.csv = (struct lx_link_view){ tr(reader, "view.csv"), page.frame.exports.csv };
	page.all = (struct lx_link_view){ tr(reader, "commitment+"),
		lx_address_make(reader->call, "/commitments") };
	lx_reader_close(reader);
	lx_reply_page(reply);
	lx_module_view_board(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_page_duty(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_board board;

	LX_TRY(lx_reader_open(request, &reader));
	if (lx_reply_fresh(request, reply, reader.size))
		return LX_OK;
	LX_TRY(lx_board_read(&reader, &board));
	if (request->media == LX_JSON)
		return show_json(&reader, &board, reply);
	return request->media == LX_CSV ? show_csv(&board, reply)
					: show_page(&reader, &board, reply);
}
