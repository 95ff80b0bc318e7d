/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Statements as pages, CSV and JSON: of a ledger, a member, a project, of all the money. */
#include "base/csv.h"
#include "modules/fund/fund_show.h"

#include <stdio.h>

#define PAGE_LINES 50
#define FILE_LINES 5000
#define OPEN_MOST  50
#define PAGES_MOST 20

struct stating {
	struct lx_reader *reader;
	struct lx_statement statement;
	char path[64];      /* "/fund/members/3" */
	struct lx_text ref; /* what it is about: "member/3"; empty: all the money */
};

static enum lx_code none(const struct lx_reader *reader)
{
	return lx_fail(reader->call, LX_NOT_FOUND, NULL, "page.none", NULL);
}

static enum lx_code read_params(struct stating *st)
{
	const struct lx_request *request = st->reader->request;
	const struct lx_text *kind = lx_query_param(request, "kind", 0),
			     *page = lx_query_param(request, "page", 0);
	struct lx_statement *s = &st->statement;

	LX_TRY(lx_fund_period(st->reader, &s->period));
	s->kind = LX_TEXT_OF("");
	s->page = 1;
	s->most = request->media == LX_HTML ? PAGE_LINES : FILE_LINES;
	if (kind != NULL && kind->len > 0) {
		if (!lx_word_in(*kind, "call receipt payment transfer"))
			return lx_fail(st->reader->call, LX_INVALID, "kind", "input.choice", NULL);
		s->kind = *kind;
	}
	if (page != NULL && (!lx_text_int(*page, &s->page) || s->page < 1 || s->page > 1000000))
		return lx_fail(st->reader->call, LX_INVALID, "page", "list.number", NULL);
	return LX_OK;
}

/* --- JSON and CSV ---------------------------------------------------------------------------- */

static enum lx_code line_json(const struct lx_reader *reader, const struct lx_statement *s,
	const struct lx_line *line, json_t **json)
{
	struct lx_text ref = lx_show_text(reader, "voucher/%lld", (long long)line->voucher);
	LX_CLOSE(lx_buf_close) struct lx_buf at = { 0 };
	struct lx_fund_voucher voucher;
	json_t *title = NULL;

	LX_TRY(lx_fund_voucher(reader, line->voucher, &voucher));
	LX_TRY(lx_title(&reader->sight, ref, &title));
	lx_moment_write(&at, line->at);
	*json = json_pack("{s:s%, s:I, s:s%, s:{s:s%, s:o}, s:s%, s:s%, s:o, s:o, s:o}", "day",
		lx_fund_day(reader, line->day).at, (size_t)10, "entry", (json_int_t)line->n, "at",
		at.at, at.len, "voucher", "ref", ref.at, ref.len, "title",
		title == NULL ? json_null() : title, "state", voucher.state.at, voucher.state.len,
		"kind", line->kind.at, line->kind.len, "ledger",
		json_sprintf("ledger/%lld", (long long)line->ledger), "debit",
		lx_fund_money(reader, line->debit), "credit", lx_fund_money(reader, line->credit));
	if (s->kind.len == 0)
		(void)json_object_set_new(*json, "balance", lx_fund_money(reader, line->balance));
	if (voucher.party.len > 0)
		(void)json_object_set_new(
			*json, "party", json_stringn(voucher.party.at, voucher.party.len));
	if (voucher.basis.len > 0)
		(void)json_object_set_new(
			*json, "basis", json_stringn(voucher.basis.at, voucher.basis.len));
	return *json == NULL ? lx_fail(reader->call, LX_BROKEN, NULL, "base.memory", NULL) : LX_OK;
}

static enum lx_code show_json(const struct stating *st, struct lx_reply *reply)
{
	const struct lx_reader *reader = st->reader;
	const struct lx_statement *s = &st->statement;
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:s%, s:s%, s:I, s:I, s:[]}", "from",
		lx_fund_day(reader, s->period.from).at, (size_t)10, "on",
		lx_fund_day(reader, s->period.on).at, (size_t)10, "total", (json_int_t)s->total,
		"page", (json_int_t)s->page, "lines");
	const struct {
		const char *name;
		int64_t amount;
	} sums[] = { { "opening", s->opening }, { "debit", s->debit }, { "credit", s->credit },
		{ "closing", s->closing }, { "page_opening", s->page_opening } };

	if (st->ref.len > 0)
		(void)json_object_set_new(json, "of", json_stringn(st->ref.at, st->ref.len));
	for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++)
		(void)json_object_set_new(
			json, sums[i].name, lx_fund_money(reader, sums[i].amount));
	for (size_t i = 0; i < s->lines_n; i++) {
		json_t *line;
		LX_TRY(line_json(reader, s, &s->lines[i], &line));
		(void)json_array_append_new(json_object_get(json, "lines"), line);
	}
	return lx_reply_json(reader->request, reply, json);
}

static void csv_amount(const struct lx_reader *reader, struct lx_buf *out, int64_t amount)
{
	lx_buf_char(out, ',');
	lx_decimal_write(out, amount, reader->charter.places);
}

static void csv_text(struct lx_buf *out, struct lx_text text)
{
	lx_buf_char(out, ',');
	lx_csv_write(out, text, ',');
}

/* Amounts in whole units with their places; the balance brought forward and the closing one are rows of their own. */
static enum lx_code show_csv(const struct stating *st, struct lx_reply *reply)
{
	const struct lx_reader *reader = st->reader;
	const struct lx_statement *s = &st->statement;
	struct lx_buf *out = &reply->body;

	reply->media = "text/csv; charset=utf-8; header=present";
	lx_buf_str(out, "day,entry,at,voucher,state,kind,text,party,basis,ledger,debit,credit,"
			"balance\r\n");
	lx_buf_printf(out, "%s,,,,opening,,,,,,,", lx_fund_day(reader, s->period.from).at);
	csv_amount(reader, out, s->page_opening);
	lx_buf_str(out, "\r\n");
	for (size_t i = 0; i < s->lines_n; i++) {
		const struct lx_line *line = &s->lines[i];
		struct lx_fund_voucher voucher;
		LX_TRY(lx_fund_voucher(reader, line->voucher, &voucher));
		lx_buf_printf(
			out, "%s,%lld,", lx_fund_day(reader, line->day).at, (long long)line->n);
		lx_moment_write(out, line->at);
		lx_buf_printf(out, ",voucher/%lld", (long long)line->voucher);
		csv_text(out, voucher.state);
		csv_text(out, line->kind);
		csv_text(out, voucher.text.text);
		csv_text(out, voucher.party);
		csv_text(out, voucher.basis);
		lx_buf_printf(out, ",ledger/%lld", (long long)line->ledger);
		csv_amount(reader, out, line->debit);
		csv_amount(reader, out, line->credit);
		csv_amount(reader, out, line->balance);
		lx_buf_str(out, "\r\n");
	}
	if (s->page * s->most >= s->total) {
		lx_buf_printf(out, "%s,,,,closing,,,,,", lx_fund_day(reader, s->period.on).at);
		csv_amount(reader, out, s->debit);
		csv_amount(reader, out, s->credit);
		csv_amount(reader, out, s->closing);
		lx_buf_str(out, "\r\n");
	}
	return LX_OK;
}

/* --- the page -------------------------------------------------------------------------------- */

/* This statement in another form or on another page; the days stay. */
static struct lx_address address_of(const struct stating *st, const char *suffix, int64_t page)
{
	const struct lx_statement *s = &st->statement;

	return lx_address_make(st->reader->call, "%s%s?from=%s&on=%s%s%.*s&page=%lld", st->path,
		suffix, lx_fund_day(st->reader, s->period.from).at,
		lx_fund_day(st->reader, s->period.on).at, s->kind.len > 0 ? "&kind=" : "",
		(int)s->kind.len, s->kind.at, (long long)page);
}

static void fill_pager(const struct stating *st, struct lx_pager *pager)
{
	const struct lx_statement *s = &st->statement;
	int64_t pages = (s->total + s->most - 1) / s->most;
	struct lx_page_link *links = lx_array(st->reader->call, PAGES_MOST, sizeof *links);

	if (links == NULL || s->lines_n == 0)
		return;
	pager->total = s->total;
	pager->first = (s->page - 1) * s->most + 1;
	pager->last = pager->first + (int64_t)s->lines_n - 1;
	for (int64_t i = 1; pages > 1 && i <= pages && i <= PAGES_MOST; i++)
		links[pager->pages_n++] = (struct lx_page_link){ i,
			i == s->page ? (struct lx_address){ { "", 0 } } : address_of(st, "", i),
			i == s->page };
	pager->pages = links;
	if (s->page > 1)
		pager->previous = address_of(st, "", s->page - 1);
	if (s->page < pages)
		pager->next = address_of(st, "", s->page + 1);
}

static void fill_figures(
	const struct stating *st, const struct lx_purse *purse, struct lx_fund_statement_page *page)
{
	const struct lx_statement *s = &st->statement;
	const struct {
		const char *id;
		int64_t amount;
	} rows[] = { { "fund.forward", s->opening },
		{ s->debit_up ? "fund.up" : "fund.down", s->debit },
		{ s->debit_up ? "fund.down" : "fund.up", s->credit },
		{ "fund.closing", s->closing } };
	struct lx_fund_figure *figures = lx_array(st->reader->call, 4, sizeof *figures);

	for (size_t i = 0; figures != NULL && i < 4; i++)
		figures[i] = (struct lx_fund_figure){ .label = lx_fund_tr(st->reader, rows[i].id),
			.value = lx_purse_words(purse, rows[i].amount) };
	page->figures = figures;
	page->figures_n = figures == NULL ? 0 : 4;
}

static void fill_kinds(const struct stating *st, struct lx_fund_days *days)
{
	static const char *const kinds[] = { "", "call", "receipt", "payment", "transfer" };
	struct lx_option *options = lx_array(st->reader->call, 5, sizeof *options);

	for (size_t i = 0; options != NULL && i < 5; i++)
		options[i] = (struct lx_option){ .value = lx_text(kinds[i]),
			.label = i == 0 ? lx_fund_tr(st->reader, "page.any")
					: lx_show_key(st->reader, "voucher", ".kind.",
						  lx_text(kinds[i])),
			.chosen = lx_text_is(st->statement.kind, kinds[i]) };
	days->kinds = options;
	days->kinds_n = options == NULL ? 0 : 5;
}

static enum lx_code open_row(const struct lx_purse *purse, int64_t number, struct lx_grid_row *row)
{
	const struct lx_reader *reader = purse->reader;
	struct lx_cell *cells = lx_array(reader->call, 4, sizeof *cells);
	LX_CLOSE(lx_buf_close) struct lx_buf due = { 0 };
	struct lx_view view = lx_show_view(reader);
	struct lx_fund_voucher voucher;

	if (cells == NULL)
		return LX_BROKEN;
	LX_TRY(lx_fund_voucher(reader, number, &voucher));
	if (voucher.due > 0)
		lx_view_ymd(&due, &view, voucher.due - 1);
	cells[0] = (struct lx_cell){ .kind = LX_CELL_TITLE,
		.words = voucher.text,
		.link = voucher.address,
		.under = lx_show_key(reader, "voucher", ".kind.", voucher.kind) };
	cells[1] = (struct lx_cell){ .state = voucher.mark };
	cells[2] = (struct lx_cell){ .kind = LX_CELL_DATE,
		.words = lx_words(
			lx_show_text(reader, "%.*s", (int)due.len, lx_buf_view(&due).at)) };
	cells[3] = lx_purse_cell(purse, voucher.amount);
	*row = (struct lx_grid_row){ .cells = cells, .cells_n = 4 };
	return LX_OK;
}

/* Calls still to be paid and receipts not acknowledged; payments asked for a project. */
static enum lx_code fill_open(
	const struct stating *st, const struct lx_purse *purse, struct lx_grid *table)
{
	static const struct {
		enum lx_cell_kind kind;
		const char *id;
	} heads[] = { { LX_CELL_TITLE, "voucher.text" }, { LX_CELL_TEXT, "page.state" },
		{ LX_CELL_DATE, "voucher.due" }, { LX_CELL_NUMBER, "voucher.amount" } };
	const struct lx_reader *reader = st->reader;
	bool member = st->statement.scope == LX_OF_MEMBER;
	struct lx_column *columns = lx_array(reader->call, 4, sizeof *columns);
	struct lx_value *cells;
	size_t n;

	if (!member && st->statement.scope != LX_OF_PROJECT)
		return LX_OK;
	LX_TRY(lx_all(reader->tx, member ? &lx_q_fund_open_of_member : &lx_q_fund_open_of_project,
		(struct lx_value[]){ st->statement.of, LX_I(OPEN_MOST) }, OPEN_MOST, &cells, &n));
	struct lx_grid_row *rows = lx_array(reader->call, n, sizeof *rows);
	if (rows == NULL || columns == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < 4; i++)
		columns[i] = (struct lx_column){ heads[i].kind, lx_fund_tr(reader, heads[i].id) };
	for (size_t i = 0; i < n; i++)
		LX_TRY(open_row(purse, cells[i].number, &rows[i]));
	*table = (struct lx_grid){ .caption = lx_fund_tr(reader, "fund.open"),
		.columns = columns,
		.columns_n = 4,
		.rows = rows,
		.rows_n = n };
	return LX_OK;
}

static void see_all(struct lx_purse *purse, const struct lx_statement *s)
{
	lx_purse_see(purse, s->opening);
	for (size_t i = 0; i < s->lines_n; i++) {
		lx_purse_see(purse, s->lines[i].debit);
		lx_purse_see(purse, s->lines[i].credit);
	}
	lx_purse_see(purse, s->closing);
	lx_purse_see(purse, s->debit);
	lx_purse_see(purse, s->credit);
}

static enum lx_code fill_page(struct stating *st, struct lx_fund_statement_page *page)
{
	static const char *const headings[] = { [LX_OF_LEDGER] = "fund.of_ledger",
		[LX_OF_MEMBER] = "fund.of_member",
		[LX_OF_PROJECT] = "fund.of_project",
		[LX_OF_MONEY] = "fund.of_money" };
	const struct lx_reader *reader = st->reader;
	struct lx_statement *s = &st->statement;
	struct lx_purse purse = { reader, false };
	struct lx_link_view *crumbs = lx_array(reader->call, 2, sizeof *crumbs);

	see_all(&purse, s);
	page->heading = lx_fund_tr(reader, headings[s->scope]);
	lx_frame_fill(reader, page->heading, "fund", reader->size, &page->frame);
	if (crumbs != NULL) {
		crumbs[0] = lx_fund_link(reader, "page.section.fund", "/fund");
		crumbs[1].label = page->heading;
		page->frame.crumbs = crumbs;
		page->frame.crumbs_n = 2;
	}
	page->unit = lx_fund_unit(reader);
	page->period = lx_show_say(reader, "fund.period", lx_fund_day(reader, s->period.from).at,
		lx_fund_day(reader, s->period.on).at);
	LX_TRY(lx_fund_ref(reader, st->ref, &page->about));
	fill_figures(st, &purse, page);
	page->days = lx_fund_days_form(reader, st->path, true, &s->period);
	fill_kinds(st, &page->days);
	LX_TRY(lx_fund_lines(&purse, s, &page->lines));
	page->lines.caption = lx_fund_tr(reader, "fund.lines");
	fill_pager(st, &page->pager);
	LX_TRY(fill_open(st, &purse, &page->open));
	page->csv = (struct lx_link_view){ lx_fund_tr(reader, "view.csv"),
		address_of(st, ".csv", 1) };
	page->frame.exports.csv = page->csv.address;
	page->frame.exports.json = address_of(st, ".json", 1);
	return LX_OK;
}

static enum lx_code show(struct stating *st, struct lx_reply *reply)
{
	struct lx_reader *reader = st->reader;
	struct lx_fund_statement_page page = { .figures_n = 0 };
	struct lx_view view = lx_show_view(reader);

	LX_TRY(read_params(st));
	if (lx_reply_fresh(reader->request, reply, reader->size))
		return LX_OK;
	LX_TRY(lx_statement_read(reader->tx, &st->statement));
	if (reader->request->media == LX_JSON)
		return show_json(st, reply);
	if (reader->request->media == LX_CSV)
		return show_csv(st, reply);
	LX_TRY(fill_page(st, &page));
	lx_reader_close(reader);
	lx_reply_page(reply);
	lx_module_view_fund_statement(&reply->body, &view, &page);
	return LX_OK;
}

/* /fund/<plural>/<n>: the record must be there, and readable. */
static enum lx_code about(struct stating *st, const char *type, const char *plural, int64_t *number,
	struct lx_record *record)
{
	const struct lx_reader *reader = st->reader;
	const struct lx_shape *shape = lx_shape_find(reader->app->region, lx_text(type));
	bool may = false;

	LX_TRY(lx_fund_on(reader));
	if (shape == NULL || !lx_text_int(reader->request->captures[0], number) || *number < 1)
		return none(reader);
	enum lx_code code = lx_record_load_head(reader->tx, shape, *number, record);
	if (code == LX_OK)
		LX_TRY(lx_may_read(&reader->sight, record, &may));
	if (code != LX_OK && code != LX_NOT_FOUND)
		return code;
	if (!may)
		return none(reader);
	(void)snprintf(st->path, sizeof st->path, "/fund/%s/%lld", plural, (long long)*number);
	st->ref = lx_show_text(reader, "%s/%lld", type, (long long)*number);
	st->statement.of = LX_T(st->ref);
	return LX_OK;
}

enum lx_code lx_page_fund_ledger(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct stating st = { .reader = &reader, .statement = { .scope = LX_OF_LEDGER } };
	struct lx_record ledger;
	int64_t number;

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(about(&st, "ledger", "ledgers", &number, &ledger));
	st.statement.of = LX_I(number);
	st.statement.debit_up = lx_word_in(
		lx_record_value(&ledger, "kind").text, "asset claim expense");
	return show(&st, reply);
}

enum lx_code lx_page_fund_member(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct stating st = { .reader = &reader,
		.statement = { .scope = LX_OF_MEMBER, .debit_up = true } };
	struct lx_record member;
	int64_t number;

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(about(&st, "member", "members", &number, &member));
	return show(&st, reply);
}

enum lx_code lx_page_fund_project(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct stating st = { .reader = &reader, .statement = { .scope = LX_OF_PROJECT } };
	struct lx_record project;
	int64_t number;

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(about(&st, "project", "projects", &number, &project));
	return show(&st, reply);
}

enum lx_code lx_page_fund_money(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct stating st = { .reader = &reader,
		.statement = { .scope = LX_OF_MONEY, .debit_up = true, .of = LX_S("asset") },
		.path = "/fund/money",
		.ref = { "", 0 } };

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(lx_fund_on(&reader));
	return show(&st, reply);
}
