/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Amounts, days and vouchers in words. */
#include "modules/fund/fund_show.h"

#include "kernel/types/types_queries.h"

#include <string.h>

struct lx_words lx_fund_tr(const struct lx_reader *reader, const char *id)
{
	return lx_words_str(lx_tr(reader->request->lang, id));
}

enum lx_code lx_fund_on(const struct lx_reader *reader)
{
	if (lx_charter_on(&reader->charter, "voucher") && lx_charter_on(&reader->charter, "ledger"))
		return LX_OK;
	return lx_fail(reader->call, LX_NOT_FOUND, NULL, "page.none", NULL);
}

/* --- money ----------------------------------------------------------------------------------- */

void lx_purse_see(struct lx_purse *purse, int64_t amount)
{
	int64_t unit = 1;

	for (unsigned i = 0; i < purse->reader->charter.places; i++)
		unit *= 10;
	purse->parts = purse->parts || amount % unit != 0;
}

struct lx_words lx_purse_words(const struct lx_purse *purse, int64_t amount)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_money money = { .minor = amount, .places = purse->reader->charter.places };

	lx_money_write(&out, money);
	struct lx_text text = lx_buf_view(&out);
	bool below = text.len > 0 && text.at[0] == '-';
	const char *point = purse->parts ? NULL : memchr(text.at, '.', text.len);
	size_t n = point == NULL ? text.len : (size_t)(point - text.at);
	/* the sign of figures, not a hyphen */
	return lx_words(lx_show_text(
		purse->reader, "%s%.*s", below ? "\u2212" : "", (int)(n - below), text.at + below));
}

struct lx_cell lx_purse_cell(const struct lx_purse *purse, int64_t amount)
{
	return (struct lx_cell){ .kind = LX_CELL_NUMBER, .words = lx_purse_words(purse, amount) };
}

struct lx_cell lx_purse_side(const struct lx_purse *purse, int64_t amount)
{
	struct lx_cell none = { .kind = LX_CELL_NUMBER };

	return amount == 0 ? none : lx_purse_cell(purse, amount);
}

json_t *lx_fund_money(const struct lx_reader *reader, int64_t amount)
{
	return json_pack("{s:o, s:s}", "minor", json_sprintf("%lld", (long long)amount), "currency",
		reader->charter.currency);
}

struct lx_words lx_fund_unit(const struct lx_reader *reader)
{
	return lx_show_say(reader, "fund.unit", reader->charter.currency, NULL);
}

/* --- days ------------------------------------------------------------------------------------ */

struct lx_text lx_fund_day(const struct lx_reader *reader, int64_t day)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	lx_day_write(&out, day);
	return lx_show_text(reader, "%.*s", (int)out.len, lx_buf_view(&out).at);
}

/* Pages never look at a clock: today is the day of the last entry. */
static enum lx_code last_day(const struct lx_reader *reader, int64_t *day)
{
	struct lx_value *cells;
	size_t n;

	LX_TRY(lx_all(reader->tx, &lx_q_log, (struct lx_value[]){ LX_I(INT64_MAX), LX_I(1) }, 1,
		&cells, &n));
	*day = lx_day_at(n == 0 ? 0 : cells[4].number, reader->charter.offset);
	return LX_OK;
}

static enum lx_code read_day(const struct lx_reader *reader, const char *name, int64_t *day)
{
	const struct lx_text *value = lx_query_param(reader->request, name, 0);

	if (value == NULL || value->len == 0)
		return LX_OK;
	return lx_day_read(*value, day)
		       ? LX_OK
		       : lx_fail(reader->call, LX_INVALID, name, "input.date", NULL);
}

enum lx_code lx_fund_period(const struct lx_reader *reader, struct lx_period *period)
{
	LX_TRY(last_day(reader, &period->on));
	LX_TRY(read_day(reader, "on", &period->on));
	struct lx_civil first = { lx_civil_of(period->on).year, 1, 1 };
	period->from = lx_day_of(first);
	LX_TRY(read_day(reader, "from", &period->from));
	if (period->from > period->on)
		return lx_fail(reader->call, LX_INVALID, "from", "fund_period", NULL);
	return LX_OK;
}

struct lx_fund_days lx_fund_days_form(const struct lx_reader *reader, const char *path, bool ranged,
	const struct lx_period *period)
{
	return (struct lx_fund_days){ .action = lx_address_make(reader->call, "%s", path),
		.from = lx_fund_day(reader, period->from),
		.on = lx_fund_day(reader, period->on),
		.ranged = ranged };
}

/* --- links and vouchers ---------------------------------------------------------------------- */

struct lx_link_view lx_fund_link(const struct lx_reader *reader, const char *id, const char *path)
{
	return (struct lx_link_view){ lx_fund_tr(reader, id),
		lx_address_make(reader->call, "%s", path) };
}

enum lx_code lx_fund_ref(
	const struct lx_reader *reader, struct lx_text ref, struct lx_link_view *link)
{
	LX_CLOSE(lx_json_free) json_t *json = NULL;
	json_t *title = NULL;

	*link = (struct lx_link_view){ .label = lx_words_str("") };
	if (ref.len == 0)
		return LX_OK;
	if (lx_text_starts(ref, "charter/")) {
		*link = lx_fund_link(reader, "charter", "/charter");
		return LX_OK;
	}
	LX_TRY(lx_title(&reader->sight, ref, &title));
	json = json_pack("{s:s%, s:o}", "ref", ref.at, ref.len, "title",
		title == NULL ? json_null() : title);
	*link = lx_show_link(reader, json);
	link->address = lx_show_address(reader, ref);
	return LX_OK;
}

static struct lx_state_view mark_of(const struct lx_reader *reader, const struct lx_record *record)
{
	return (struct lx_state_view){ (enum lx_view_mark)lx_record_mark(record),
		lx_show_key(reader, "voucher", "@", record->state).text };
}

enum lx_code lx_fund_voucher(
	const struct lx_reader *reader, int64_t number, struct lx_fund_voucher *voucher)
{
	const struct lx_shape *shape = lx_shape_find(reader->app->region, LX_TEXT_OF("voucher"));
	struct lx_text ref = lx_show_text(reader, "voucher/%lld", (long long)number);
	struct lx_link_view link;
	struct lx_record record;
	bool may;

	LX_TRY(lx_record_load_head(reader->tx, shape, number, &record));
	LX_TRY(lx_may_read(&reader->sight, &record, &may));
	LX_TRY(lx_fund_ref(reader, ref, &link));
	*voucher = (struct lx_fund_voucher){ .text = link.label,
		.state = record.state,
		.kind = lx_record_value(&record, "kind").text,
		.mark = mark_of(reader, &record),
		.amount = lx_record_value(&record, "amount").number };
	if (!may)
		return LX_OK;
	voucher->address = link.address;
	voucher->party = lx_record_value(&record, "payer").text;
	if (voucher->party.len == 0)
		voucher->party = lx_record_value(&record, "payee").text;
	voucher->basis = lx_record_value(&record, "basis").text;
	voucher->due = lx_record_value(&record, "due").number;
	return LX_OK;
}

enum lx_code lx_fund_link_fill(const struct lx_reader *reader, const struct lx_record *record,
	const json_t *json, struct lx_item_page *page)
{
	struct lx_piece *pieces = lx_array(reader->call, page->pieces_n + 1, sizeof *pieces);

	(void)json;
	if (pieces == NULL)
		return LX_BROKEN;
	if (!lx_charter_on(&reader->charter, "voucher"))
		return LX_OK;
	if (page->pieces_n > 0)
		memcpy(pieces, page->pieces, page->pieces_n * sizeof *pieces);
	pieces[page->pieces_n] =
		(struct lx_piece){ .words = lx_fund_tr(reader, "fund.statement_of"),
			.link = lx_address_make(reader->call, "/fund/%s/%lld",
				record->shape->type->plural, (long long)record->number) };
	page->pieces = pieces;
	page->pieces_n++;
	return LX_OK;
}
