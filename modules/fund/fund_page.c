/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The fund at a glance: balance, what is asked and owed, what moved, by month, by member, and the month's lines. */
#include "kernel/view/svg.h"
#include "modules/fund/fund_chart.h"

#include <string.h>

#define MOVES_MOST   300
#define MEMBERS_MOST 1000
#define LATE_MOST    1000
#define LINES_MOST   60

struct overview {
	struct lx_reader *reader;
	struct lx_purse purse;
	struct lx_period period;
	struct lx_fund_course course;
	struct lx_value *moves, *members, *late;
	size_t moves_n, members_n, late_n;
	int64_t balance, asked, recorded, owed, overdue;
	struct lx_statement lines;
};

static enum lx_code read_now(struct overview *o)
{
	struct lx_value asked[2], recorded[2];
	struct lx_tx *tx = o->reader->tx;

	LX_TRY(lx_one(tx, &lx_q_fund_asked, NULL, asked));
	LX_TRY(lx_one(tx, &lx_q_fund_recorded, NULL, recorded));
	LX_TRY(lx_all(tx, &lx_q_fund_late, (struct lx_value[]){ LX_I(LATE_MOST) }, LATE_MOST,
		&o->late, &o->late_n));
	o->asked = asked[0].number;
	o->recorded = recorded[0].number;
	for (size_t i = 0; i < o->late_n; i++)
		o->overdue += o->late[3 * i + 2].number;
	return LX_OK;
}

/* The lines of the last month of the period. */
static enum lx_code read_lines(struct overview *o)
{
	struct lx_civil first = lx_civil_of(o->period.on);

	first.day = 1;
	int64_t from = lx_day_of(first);
	o->lines = (struct lx_statement){ .scope = LX_OF_MONEY,
		.of = LX_S("asset"),
		.debit_up = true,
		.kind = LX_TEXT_OF(""),
		.period = { from < o->period.from ? o->period.from : from, o->period.on },
		.page = 1,
		.most = LINES_MOST };
	return lx_statement_read(o->reader->tx, &o->lines);
}

static enum lx_code read_books(struct overview *o)
{
	struct lx_value within[] = { LX_I(o->period.from), LX_I(o->period.on), LX_I(MOVES_MOST) };
	struct lx_tx *tx = o->reader->tx;

	LX_TRY(lx_fund_course(o->reader, &o->period, &o->course));
	LX_TRY(lx_all(tx, &lx_q_fund_moves, within, MOVES_MOST, &o->moves, &o->moves_n));
	within[2] = LX_I(MEMBERS_MOST);
	LX_TRY(lx_all(tx, &lx_q_fund_members, within, MEMBERS_MOST, &o->members, &o->members_n));
	o->balance = o->course.opening;
	for (size_t i = 0; i < o->course.moves_n; i++)
		o->balance += o->course.moves[i].in - o->course.moves[i].out;
	for (size_t i = 0; i < o->members_n; i++)
		o->owed += o->members[5 * i + 4].number;
	LX_TRY(read_now(o));
	return read_lines(o);
}

static void see_all(struct overview *o)
{
	lx_purse_see(&o->purse, o->course.opening);
	for (size_t i = 0; i < o->course.moves_n; i++) {
		lx_purse_see(&o->purse, o->course.moves[i].in);
		lx_purse_see(&o->purse, o->course.moves[i].out);
	}
	for (size_t i = 0; i < o->members_n; i++)
		for (size_t k = 1; k < 5; k++)
			lx_purse_see(&o->purse, o->members[5 * i + k].number);
	lx_purse_see(&o->purse, o->asked);
	lx_purse_see(&o->purse, o->overdue);
	lx_purse_see(&o->purse, o->recorded);
}

/* --- JSON ------------------------------------------------------------------------------------ */

static enum lx_code show_json(const struct overview *o, struct lx_reply *reply)
{
	const struct lx_reader *reader = o->reader;
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:s%, s:s%, s:[], s:[]}", "from",
		lx_fund_day(reader, o->period.from).at, (size_t)10, "on",
		lx_fund_day(reader, o->period.on).at, (size_t)10, "moves", "members");
	const struct {
		const char *name;
		int64_t amount;
	} sums[] = { { "opening", o->course.opening }, { "balance", o->balance },
		{ "asked", o->asked }, { "available", o->balance - o->asked },
		{ "recorded", o->recorded }, { "owed", o->owed }, { "overdue", o->overdue } };

	for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++)
		(void)json_object_set_new(
			json, sums[i].name, lx_fund_money(reader, sums[i].amount));
	for (size_t i = 0; i < o->moves_n; i++) {
		const struct lx_value *m = o->moves + 3 * i;
		(void)json_array_append_new(json_object_get(json, "moves"),
			json_pack("{s:s%, s:s%, s:o}", "kind", m[0].text.at, m[0].text.len, "basis",
				m[1].text.at, m[1].text.len, "amount",
				lx_fund_money(reader, m[2].number)));
	}
	for (size_t i = 0; i < o->members_n; i++) {
		const struct lx_value *m = o->members + 5 * i;
		(void)json_array_append_new(json_object_get(json, "members"),
			json_pack("{s:s%, s:o, s:o, s:o, s:o}", "member", m[0].text.at,
				m[0].text.len, "before", lx_fund_money(reader, m[1].number),
				"called", lx_fund_money(reader, m[2].number), "received",
				lx_fund_money(reader, m[3].number), "owed",
				lx_fund_money(reader, m[4].number)));
	}
	return lx_reply_json(reader->request, reply, json);
}

/* --- the page -------------------------------------------------------------------------------- */

static size_t late_members(const struct overview *o)
{
	size_t members = 0;

	for (size_t i = 0; i < o->late_n; i++) {
		size_t k = 0;
		while (k < i && !lx_text_equal(o->late[3 * k + 1].text, o->late[3 * i + 1].text))
			k++;
		members += k == i;
	}
	return members;
}

static void fill_figures(const struct overview *o, struct lx_fund_page *page)
{
	const struct lx_reader *reader = o->reader;
	struct lx_fund_figure *figures = lx_array(reader->call, 4, sizeof *figures);
	const struct {
		const char *id;
		int64_t amount;
	} rows[] = { { "fund.book_balance", o->balance }, { "fund.asked", o->asked },
		{ "fund.available", o->balance - o->asked }, { "fund.overdue", o->overdue } };

	if (figures == NULL)
		return;
	for (size_t i = 0; i < 4; i++)
		figures[i] = (struct lx_fund_figure){ .label = lx_fund_tr(reader, rows[i].id),
			.value = lx_purse_words(&o->purse, rows[i].amount) };
	figures[2].bad = o->balance < o->asked;
	figures[3].bad = o->overdue > 0;
	if (o->overdue > 0)
		figures[3].under = lx_show_count(
			reader, "fund.late_members", (int64_t)late_members(o));
	page->figures = figures;
	page->figures_n = 4;
}

static struct lx_grid_row amount_row(
	const struct lx_purse *purse, struct lx_link_view what, int64_t amount, bool total)
{
	struct lx_cell *cells = lx_array(purse->reader->call, 2, sizeof *cells);

	if (cells == NULL)
		return (struct lx_grid_row){ 0 };
	cells[0] = (struct lx_cell){
		.kind = LX_CELL_TITLE, .words = what.label, .link = what.address
	};
	cells[1] = lx_purse_cell(purse, amount);
	return (struct lx_grid_row){ .cells = cells, .cells_n = 2, .total = total };
}

static enum lx_code move_row(const struct overview *o, size_t i, struct lx_grid_row *row)
{
	const struct lx_reader *reader = o->reader;
	const struct lx_value *m = o->moves + 3 * i;
	struct lx_link_view what;
	struct lx_ref ref;

	LX_TRY(lx_fund_ref(reader, m[1].text, &what));
	struct lx_words kind = lx_show_key(reader, "fund", ".move.", m[0].text);
	if (what.label.text.len == 0)
		what = (struct lx_link_view){ .label = kind };
	else if (lx_text_is(m[0].text, "receipt")) /* of whom, under what */
		what.label = lx_words(lx_show_text(reader, "%.*s · %.*s", (int)kind.text.len,
			kind.text.at, (int)what.label.text.len, what.label.text.at));
	else if (lx_ref_read(m[1].text, &ref) && lx_text_is(ref.type, "project"))
		what.address = lx_address_make(
			reader->call, "/fund/projects/%lld", (long long)ref.number);
	*row = amount_row(&o->purse, what, m[2].number, false);
	return LX_OK;
}

/* Brought forward, what moved it, closing: it adds up. */
static enum lx_code fill_moves(const struct overview *o, struct lx_grid *table)
{
	const struct lx_reader *reader = o->reader;
	struct lx_grid_row *rows = lx_array(reader->call, o->moves_n + 2, sizeof *rows);
	struct lx_column *columns = lx_array(reader->call, 2, sizeof *columns);
	size_t n = 0;

	if (rows == NULL || columns == NULL)
		return LX_BROKEN;
	columns[0] = (struct lx_column){ LX_CELL_TITLE, lx_fund_tr(reader, "fund.what") };
	columns[1] = (struct lx_column){ LX_CELL_NUMBER, lx_fund_tr(reader, "voucher.amount") };
	rows[n++] = amount_row(&o->purse,
		(struct lx_link_view){ .label = lx_fund_tr(reader, "fund.forward") },
		o->course.opening, false);
	for (size_t i = 0; i < o->moves_n; i++)
		LX_TRY(move_row(o, i, &rows[n++]));
	rows[n++] = amount_row(&o->purse,
		(struct lx_link_view){ .label = lx_fund_tr(reader, "fund.book_balance") },
		o->balance, true);
	*table = (struct lx_grid){ .caption = lx_fund_tr(reader, "fund.moves"),
		.columns = columns,
		.columns_n = 2,
		.rows = rows,
		.rows_n = n };
	return LX_OK;
}

static bool is_late(const struct overview *o, struct lx_text member)
{
	for (size_t i = 0; i < o->late_n; i++)
		if (lx_text_equal(o->late[3 * i + 1].text, member))
			return true;
	return false;
}

static enum lx_code member_row(const struct overview *o, size_t i, struct lx_grid_row *row)
{
	const struct lx_reader *reader = o->reader;
	const struct lx_value *m = o->members + 5 * i;
	struct lx_cell *cells = lx_array(reader->call, 5, sizeof *cells);
	struct lx_link_view member;
	struct lx_ref ref = { .number = 0 };

	if (cells == NULL)
		return LX_BROKEN;
	LX_TRY(lx_fund_ref(reader, m[0].text, &member));
	(void)lx_ref_read(m[0].text, &ref);
	cells[0] = (struct lx_cell){ .kind = LX_CELL_TITLE,
		.words = member.label,
		.link = lx_address_make(
			reader->call, "/fund/members/%lld", (long long)ref.number) };
	for (size_t k = 1; k < 5; k++)
		cells[k] = lx_purse_cell(&o->purse, m[k].number);
	LX_TRY(lx_svg_bar(reader->call, m[3].number, m[1].number + m[2].number,
		m[4].number > 0 ? "work" : "done", &cells[3].bar));
	if (is_late(o, m[0].text))
		cells[4].state = (struct lx_state_view){ LX_VIEW_LATE,
			lx_fund_tr(reader, "voucher.overdue").text };
	*row = (struct lx_grid_row){ .cells = cells, .cells_n = 5 };
	return LX_OK;
}

static struct lx_grid_row members_total(const struct overview *o)
{
	struct lx_cell *cells = lx_array(o->reader->call, 5, sizeof *cells);

	if (cells == NULL)
		return (struct lx_grid_row){ 0 };
	cells[0] = (struct lx_cell){ .kind = LX_CELL_TITLE,
		.words = lx_fund_tr(o->reader, "fund.total") };
	for (size_t k = 1; k < 5; k++) {
		int64_t sum = 0;
		for (size_t i = 0; i < o->members_n; i++)
			sum += o->members[5 * i + k].number;
		cells[k] = lx_purse_cell(&o->purse, sum);
	}
	return (struct lx_grid_row){ .cells = cells, .cells_n = 5, .total = true };
}

static enum lx_code fill_members(const struct overview *o, struct lx_grid *table)
{
	static const char *const heads[] = { "member", "fund.before", "fund.called",
		"fund.received", "fund.owed" };
	const struct lx_reader *reader = o->reader;
	struct lx_grid_row *rows = lx_array(reader->call, o->members_n + 1, sizeof *rows);
	struct lx_column *columns = lx_array(reader->call, 5, sizeof *columns);
	size_t n = 0;

	if (rows == NULL || columns == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < 5; i++)
		columns[i] = (struct lx_column){ i == 0 ? LX_CELL_TITLE : LX_CELL_NUMBER,
			lx_fund_tr(reader, heads[i]) };
	for (; n < o->members_n; n++)
		LX_TRY(member_row(o, n, &rows[n]));
	if (n > 0)
		rows[n++] = members_total(o);
	*table = (struct lx_grid){ .caption = lx_fund_tr(reader, "fund.members"),
		.columns = columns,
		.columns_n = 5,
		.rows = rows,
		.rows_n = n,
		.empty = lx_fund_tr(reader, "fund.no_calls"),
		.compare = true };
	return LX_OK;
}

static void fill_links(const struct overview *o, struct lx_fund_page *page)
{
	const struct lx_reader *reader = o->reader;
	const char *from = lx_fund_day(reader, o->period.from).at,
		   *on = lx_fund_day(reader, o->period.on).at;

	page->statement = (struct lx_link_view){ lx_fund_tr(reader, "fund.of_money"),
		lx_address_make(reader->call, "/fund/money?from=%s&on=%s", from, on) };
	page->balance = (struct lx_link_view){ lx_fund_tr(reader, "fund.trial"),
		lx_address_make(reader->call, "/fund/balance?on=%s", on) };
	page->vouchers = lx_fund_link(reader, "voucher+", "/vouchers");
	page->ledgers = lx_fund_link(reader, "ledger+", "/ledgers");
	page->csv = (struct lx_link_view){ lx_fund_tr(reader, "view.csv"),
		lx_address_make(reader->call, "/fund/money.csv?from=%s&on=%s", from, on) };
	page->frame.exports.json = lx_address_make(
		reader->call, "/api/v1/fund?from=%s&on=%s", from, on);
	page->frame.exports.csv = page->csv.address;
	struct lx_holding holding = { .holds = false };
	const struct lx_relation *treasurer = lx_relation_find(
		&lx_voucher_type, LX_TEXT_OF("treasurer"));
	if (treasurer != NULL && reader->charter.record.made &&
		lx_relation_test(&reader->sight, &reader->charter.record, treasurer, &holding) ==
			LX_OK &&
		holding.holds)
		page->calls = lx_fund_link(reader, "fund.prepare_calls", "/fund/calls");
}

static enum lx_code fill_page(struct overview *o, struct lx_fund_page *page)
{
	const struct lx_reader *reader = o->reader;

	see_all(o);
	page->heading = lx_fund_tr(reader, "fund");
	lx_frame_fill(reader, page->heading, "fund", reader->size, &page->frame);
	page->unit = lx_fund_unit(reader);
	page->period = lx_show_say(reader, "fund.period", lx_fund_day(reader, o->period.from).at,
		lx_fund_day(reader, o->period.on).at);
	fill_figures(o, page);
	if (o->recorded > 0)
		page->note = (struct lx_note){ .tone = LX_TONE_WARN,
			.words = lx_show_say(reader, "fund.not_acknowledged",
				lx_purse_words(&o->purse, o->recorded).text.at, NULL) };
	page->days = lx_fund_days_form(reader, "/fund", true, &o->period);
	page->chart_title = lx_fund_tr(reader, "fund.chart");
	LX_TRY(lx_fund_chart(reader, &o->course, &page->chart));
	LX_TRY(fill_moves(o, &page->moves));
	LX_TRY(lx_fund_months(&o->purse, &o->course, &page->months));
	page->months.caption = lx_fund_tr(reader, "fund.months");
	LX_TRY(fill_members(o, &page->members));
	LX_TRY(lx_fund_lines(&o->purse, &o->lines, &page->lines));
	page->lines.caption = lx_fund_tr(reader, "fund.month_lines");
	fill_links(o, page);
	return LX_OK;
}

enum lx_code lx_page_fund(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct overview o = { .reader = &reader, .purse = { &reader, false } };
	struct lx_fund_page page = { .figures_n = 0 };

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(lx_fund_on(&reader));
	LX_TRY(lx_fund_period(&reader, &o.period));
	if (lx_reply_fresh(request, reply, reader.size))
		return LX_OK;
	LX_TRY(read_books(&o));
	if (request->media == LX_JSON)
		return show_json(&o, reply);
	struct lx_view view = lx_show_view(&reader);
	LX_TRY(fill_page(&o, &page));
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_module_view_fund(&reply->body, &view, &page);
	return LX_OK;
}
