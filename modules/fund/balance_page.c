/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The trial balance: every ledger at the end of a day, and that debit and credit are the same. */
#include "base/csv.h"
#include "modules/fund/fund_show.h"

#define LEDGERS_MOST 5000
#define COLUMNS      7

/* The sums of all ledgers, in debit and credit: of what was posted, and of the balances. */
struct trial {
	struct lx_reader *reader;
	struct lx_period period;
	struct lx_value *cells; /* number, debit, credit */
	size_t n;
	int64_t debit, credit, over, under;
};

static enum lx_code read_trial(struct trial *t)
{
	LX_TRY(lx_all(t->reader->tx, &lx_q_fund_trial,
		(struct lx_value[]){ LX_I(t->period.on), LX_I(LEDGERS_MOST) }, LEDGERS_MOST,
		&t->cells, &t->n));
	for (size_t i = 0; i < t->n; i++) {
		int64_t debit = t->cells[3 * i + 1].number, credit = t->cells[3 * i + 2].number;
		t->debit += debit;
		t->credit += credit;
		t->over += debit > credit ? debit - credit : 0;
		t->under += credit > debit ? credit - debit : 0;
	}
	return LX_OK;
}

static enum lx_code ledger_of(const struct trial *t, size_t i, struct lx_record *ledger)
{
	const struct lx_shape *shape = lx_shape_find(t->reader->app->region, LX_TEXT_OF("ledger"));

	return lx_record_load_head(t->reader->tx, shape, t->cells[3 * i].number, ledger);
}

static enum lx_code show_json(const struct trial *t, struct lx_reply *reply)
{
	const struct lx_reader *reader = t->reader;
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:s%, s:o, s:o, s:[]}", "on",
		lx_fund_day(reader, t->period.on).at, (size_t)10, "debit",
		lx_fund_money(reader, t->debit), "credit", lx_fund_money(reader, t->credit),
		"ledgers");

	for (size_t i = 0; i < t->n; i++) {
		struct lx_record ledger;
		LX_TRY(ledger_of(t, i, &ledger));
		struct lx_text code = lx_record_value(&ledger, "code").text,
			       kind = lx_record_value(&ledger, "kind").text;
		(void)json_array_append_new(json_object_get(json, "ledgers"),
			json_pack("{s:o, s:s%, s:s%, s:o, s:o}", "ledger",
				json_sprintf("ledger/%lld", (long long)ledger.number), "code",
				code.at, code.len, "kind", kind.at, kind.len, "debit",
				lx_fund_money(reader, t->cells[3 * i + 1].number), "credit",
				lx_fund_money(reader, t->cells[3 * i + 2].number)));
	}
	return lx_reply_json(reader->request, reply, json);
}

static enum lx_code show_csv(const struct trial *t, struct lx_reply *reply)
{
	struct lx_buf *out = &reply->body;
	unsigned places = t->reader->charter.places;

	reply->media = "text/csv; charset=utf-8; header=present";
	lx_buf_str(out, "ledger,code,kind,debit,credit\r\n");
	for (size_t i = 0; i < t->n; i++) {
		struct lx_record ledger;
		LX_TRY(ledger_of(t, i, &ledger));
		lx_buf_printf(out, "ledger/%lld,", (long long)ledger.number);
		lx_csv_write(out, lx_record_value(&ledger, "code").text, ',');
		lx_buf_char(out, ',');
		lx_csv_write(out, lx_record_value(&ledger, "kind").text, ',');
		for (size_t k = 1; k < 3; k++) {
			lx_buf_char(out, ',');
			lx_decimal_write(out, t->cells[3 * i + k].number, places);
		}
		lx_buf_str(out, "\r\n");
	}
	return LX_OK;
}

/* Debit and credit posted, and the balance on the side where it stands. */
static void put_amounts(const struct lx_purse *purse, struct lx_cell *cells, int64_t debit,
	int64_t credit, int64_t over, int64_t under)
{
	cells[0] = lx_purse_side(purse, debit);
	cells[1] = lx_purse_side(purse, credit);
	cells[2] = lx_purse_side(purse, over);
	cells[3] = lx_purse_side(purse, under);
}

static enum lx_code ledger_row(
	const struct trial *t, const struct lx_purse *purse, size_t i, struct lx_grid_row *row)
{
	const struct lx_reader *reader = t->reader;
	struct lx_cell *cells = lx_array(reader->call, COLUMNS, sizeof *cells);
	int64_t debit = t->cells[3 * i + 1].number, credit = t->cells[3 * i + 2].number;
	struct lx_link_view link;
	struct lx_record ledger;

	if (cells == NULL)
		return LX_BROKEN;
	LX_TRY(ledger_of(t, i, &ledger));
	LX_TRY(lx_fund_ref(
		reader, lx_show_text(reader, "ledger/%lld", (long long)ledger.number), &link));
	cells[0] = (struct lx_cell){ .kind = LX_CELL_REF,
		.words = lx_words(lx_record_value(&ledger, "code").text) };
	cells[1] = (struct lx_cell){ .kind = LX_CELL_TITLE,
		.words = link.label,
		.link = lx_address_make(
			reader->call, "/fund/ledgers/%lld", (long long)ledger.number) };
	cells[2] = (struct lx_cell){ .words = lx_show_key(reader, "ledger", ".kind.",
					     lx_record_value(&ledger, "kind").text) };
	put_amounts(purse, cells + 3, debit, credit, debit > credit ? debit - credit : 0,
		credit > debit ? credit - debit : 0);
	*row = (struct lx_grid_row){ .cells = cells, .cells_n = COLUMNS };
	return LX_OK;
}

static enum lx_code fill_table(
	const struct trial *t, const struct lx_purse *purse, struct lx_grid *table)
{
	static const struct {
		enum lx_cell_kind kind;
		const char *id;
	} heads[COLUMNS] = { { LX_CELL_REF, "ledger.code" }, { LX_CELL_TITLE, "ledger.names" },
		{ LX_CELL_TEXT, "ledger.kind" }, { LX_CELL_NUMBER, "voucher.side.debit" },
		{ LX_CELL_NUMBER, "voucher.side.credit" }, { LX_CELL_NUMBER, "fund.over" },
		{ LX_CELL_NUMBER, "fund.under" } };
	const struct lx_reader *reader = t->reader;
	struct lx_column *columns = lx_array(reader->call, COLUMNS, sizeof *columns);
	struct lx_grid_row *rows = lx_array(reader->call, t->n + 1, sizeof *rows);
	struct lx_cell *sums = lx_array(reader->call, COLUMNS, sizeof *sums);

	if (columns == NULL || rows == NULL || sums == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < COLUMNS; i++)
		columns[i] = (struct lx_column){ heads[i].kind, lx_fund_tr(reader, heads[i].id) };
	for (size_t i = 0; i < t->n; i++)
		LX_TRY(ledger_row(t, purse, i, &rows[i]));
	sums[1] = (struct lx_cell){ .kind = LX_CELL_TITLE,
		.words = lx_fund_tr(reader, "fund.total") };
	put_amounts(purse, sums + 3, t->debit, t->credit, t->over, t->under);
	rows[t->n] = (struct lx_grid_row){ .cells = sums, .cells_n = COLUMNS, .total = true };
	*table = (struct lx_grid){ .caption = lx_fund_tr(reader, "fund.trial"),
		.columns = columns,
		.columns_n = COLUMNS,
		.rows = rows,
		.rows_n = t->n + 1,
		.compare = true };
	return LX_OK;
}

static enum lx_code fill_page(struct trial *t, struct lx_fund_balance_page *page)
{
	const struct lx_reader *reader = t->reader;
	struct lx_link_view *crumbs = lx_array(reader->call, 2, sizeof *crumbs);
	struct lx_purse purse = { reader, false };
	const char *on = lx_fund_day(reader, t->period.on).at;
	bool same = t->debit == t->credit && t->over == t->under;

	for (size_t i = 0; i < 3 * t->n; i++)
		if (i % 3 > 0)
			lx_purse_see(&purse, t->cells[i].number);
	page->heading = lx_fund_tr(reader, "fund.trial");
	lx_frame_fill(reader, page->heading, "fund", reader->size, &page->frame);
	if (crumbs != NULL) {
		crumbs[0] = lx_fund_link(reader, "page.section.fund", "/fund");
		crumbs[1].label = page->heading;
		page->frame.crumbs = crumbs;
		page->frame.crumbs_n = 2;
	}
	page->lead = lx_fund_tr(reader, "fund.trial_lead");
	page->unit = lx_fund_unit(reader);
	page->days = lx_fund_days_form(reader, "/fund/balance", false, &t->period);
	page->proof = (struct lx_note){ .tone = same ? LX_TONE_GOOD : LX_TONE_BAD,
		.words = lx_show_say(reader, same ? "fund.adds_up" : "fund.differs",
			lx_purse_words(&purse, t->debit).text.at,
			lx_purse_words(&purse, t->credit).text.at) };
	LX_TRY(fill_table(t, &purse, &page->ledgers));
	page->csv = (struct lx_link_view){ lx_fund_tr(reader, "view.csv"),
		lx_address_make(reader->call, "/fund/balance.csv?on=%s", on) };
	page->frame.exports.csv = page->csv.address;
	page->frame.exports.json = lx_address_make(reader->call, "/api/v1/fund/balance?on=%s", on);
	return LX_OK;
}

enum lx_code lx_page_fund_balance(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct trial t = { .reader = &reader };
	struct lx_fund_balance_page page = { .unit = { { "", 0 }, { "", 0 } } };

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(lx_fund_on(&reader));
	LX_TRY(lx_fund_period(&reader, &t.period));
	if (lx_reply_fresh(request, reply, reader.size))
		return LX_OK;
	LX_TRY(read_trial(&t));
	if (request->media == LX_JSON)
		return show_json(&t, reply);
	if (request->media == LX_CSV)
		return show_csv(&t, reply);
	struct lx_view view = lx_show_view(&reader);
	LX_TRY(fill_page(&t, &page));
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_module_view_fund_balance(&reply->body, &view, &page);
	return LX_OK;
}
