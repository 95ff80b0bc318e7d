/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A statement's lines as a table: both dates, what it was, whom it concerned, on which basis, and the running balance. */
#include "modules/fund/fund_show.h"

#define COLUMNS 8

static const char *const heads[LX_SCOPES][2] = {
	[LX_OF_LEDGER] = { "voucher.side.debit", "voucher.side.credit" },
	[LX_OF_MEMBER] = { "fund.called", "fund.received" },
	[LX_OF_PROJECT] = { "fund.back", "fund.paid" },
	[LX_OF_MONEY] = { "fund.in", "fund.out" },
};

static void fill_heads(
	const struct lx_reader *reader, const struct lx_statement *s, struct lx_grid *table)
{
	struct lx_column *columns = lx_array(reader->call, COLUMNS, sizeof *columns);
	const struct {
		enum lx_cell_kind kind;
		const char *id;
	} rows[COLUMNS] = { { LX_CELL_DATE, "fund.day" }, { LX_CELL_DATE, "fund.entered" },
		{ LX_CELL_TITLE, "voucher.text" }, { LX_CELL_TEXT, "fund.party" },
		{ LX_CELL_TEXT, "voucher.basis" }, { LX_CELL_NUMBER, heads[s->scope][0] },
		{ LX_CELL_NUMBER, heads[s->scope][1] }, { LX_CELL_NUMBER, "fund.balance" } };

	if (columns == NULL)
		return;
	for (size_t i = 0; i < COLUMNS; i++)
		columns[i] = (struct lx_column){ rows[i].kind, lx_fund_tr(reader, rows[i].id) };
	table->columns = columns;
	table->columns_n = COLUMNS;
}

/* A row that carries a balance alone: brought forward, closing. */
static struct lx_grid_row carried(
	const struct lx_purse *purse, const char *id, int64_t day, int64_t balance, bool total)
{
	struct lx_cell *cells = lx_array(purse->reader->call, COLUMNS, sizeof *cells);

	if (cells == NULL)
		return (struct lx_grid_row){ 0 };
	cells[0] = (struct lx_cell){ .kind = LX_CELL_DATE,
		.words = lx_words(lx_fund_day(purse->reader, day)) };
	cells[2] = (struct lx_cell){ .kind = LX_CELL_TITLE,
		.words = lx_fund_tr(purse->reader, id) };
	cells[COLUMNS - 1] = lx_purse_cell(purse, balance);
	return (struct lx_grid_row){ .cells = cells, .cells_n = COLUMNS, .total = total };
}

static struct lx_cell entered(const struct lx_reader *reader, const struct lx_line *line)
{
	struct lx_view view = lx_show_view(reader);
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	lx_view_ymd(&out, &view, line->at);
	return (struct lx_cell){ .kind = LX_CELL_DATE,
		.words = lx_words(lx_show_text(reader, "%.*s", (int)out.len, lx_buf_view(&out).at)),
		.under = lx_words(lx_show_text(reader, "№ %lld", (long long)line->n)),
		.under_link = lx_address_make(reader->call, "/record/%lld", (long long)line->n) };
}

static struct lx_cell linked(struct lx_link_view link)
{
	return (struct lx_cell){ .words = link.label, .link = link.address };
}

static enum lx_code fill_row(const struct lx_purse *purse, const struct lx_statement *s,
	const struct lx_line *line, struct lx_grid_row *row)
{
	const struct lx_reader *reader = purse->reader;
	struct lx_cell *cells = lx_array(reader->call, COLUMNS, sizeof *cells);
	struct lx_link_view party, basis;
	struct lx_fund_voucher voucher;

	if (cells == NULL)
		return LX_BROKEN;
	LX_TRY(lx_fund_voucher(reader, line->voucher, &voucher));
	LX_TRY(lx_fund_ref(reader, voucher.party, &party));
	LX_TRY(lx_fund_ref(reader, voucher.basis, &basis));
	bool turned = lx_text_is(voucher.state, "reversed") || lx_text_is(voucher.state, "mirror");
	cells[0] = (struct lx_cell){ .kind = LX_CELL_DATE,
		.words = lx_words(lx_fund_day(reader, line->day)) };
	cells[1] = entered(reader, line);
	cells[2] = (struct lx_cell){ .kind = LX_CELL_TITLE,
		.words = voucher.text,
		.link = voucher.address,
		.under = turned ? lx_words(voucher.mark.word)
				: lx_show_key(reader, "voucher", ".kind.", line->kind) };
	cells[3] = linked(party);
	cells[4] = linked(basis);
	cells[5] = lx_purse_side(purse, line->debit);
	cells[6] = lx_purse_side(purse, line->credit);
	cells[7] = s->kind.len > 0 ? (struct lx_cell){ .kind = LX_CELL_NUMBER }
				   : lx_purse_cell(purse, line->balance);
	for (size_t i = 5; i < COLUMNS; i++)
		cells[i].phone = lx_words(lx_show_text(reader, " %s",
			lx_tr(reader->request->lang,
				i == 7 ? "fund.balance" : heads[s->scope][i - 5])));
	*row = (struct lx_grid_row){ .cells = cells, .cells_n = COLUMNS };
	return LX_OK;
}

enum lx_code lx_fund_lines(
	const struct lx_purse *purse, const struct lx_statement *s, struct lx_grid *table)
{
	const struct lx_reader *reader = purse->reader;
	struct lx_grid_row *rows = lx_array(reader->call, s->lines_n + 2, sizeof *rows);
	bool last = s->page * s->most >= s->total, all = s->kind.len == 0;
	size_t n = 0;

	if (rows == NULL)
		return LX_BROKEN;
	fill_heads(reader, s, table);
	if (all)
		rows[n++] = carried(purse, "fund.forward",
			s->page > 1 && s->lines_n > 0 ? s->lines[0].day : s->period.from,
			s->page_opening, false);
	for (size_t i = 0; i < s->lines_n; i++)
		LX_TRY(fill_row(purse, s, &s->lines[i], &rows[n++]));
	if (all && last)
		rows[n++] = carried(purse, "fund.closing", s->period.on, s->closing, true);
	table->rows = rows;
	table->rows_n = n;
	table->empty = lx_fund_tr(reader, "fund.no_lines");
	return LX_OK;
}
