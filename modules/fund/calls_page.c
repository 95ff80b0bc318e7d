/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Calls for all who pay, by the charter's formula or by the shares that an agreement names: worked out as a proposal, then entered by the treasurer with one button, as
 * single acts with keys of their own in one transaction: all of them or none.
 */
#include "kernel/pages/small_form.h"
#include "modules/fund/fund_show.h"
#include "modules/fund/shares.h"

#include <stdio.h>
#include <string.h>

#define INCOMES_MOST 50

static const struct {
	const char *name, *label;
	enum lx_field_kind kind;
	bool optional;
	const char *preset;
} fields[] = {
	{ "total", "fund.call_total", LX_FIELD_MONEY, false, "" },
	{ "text", "voucher.text", LX_FIELD_TEXT, false, "" },
	{ "due", "voucher.due", LX_FIELD_DATE, false, "" },
	{ "day", "voucher.day", LX_FIELD_DATE, true, "" },
	{ "basis", "voucher.basis", LX_FIELD_TEXT, false, "charter/1" },
	{ "income", "fund.income", LX_FIELD_SELECT, false, "" },
};
#define FIELDS (sizeof fields / sizeof fields[0])
#define BASIS  4 /* among them */
#define INCOME 5

/* What is to be called, and how it divides. */
struct calling {
	struct lx_reader *reader;
	struct lx_text given[FIELDS];
	int64_t total;
	struct lx_fund_share *shares;
	size_t shares_n;
	bool prepared;
};

/* A proposal comes by the address, the order to enter it in the body. */
static void read_given(struct calling *c)
{
	const struct lx_request *request = c->reader->request;

	for (size_t i = 0; i < FIELDS; i++) {
		const struct lx_text *asked = lx_query_param(request, fields[i].name, 0);
		struct lx_text sent = lx_sent(request, fields[i].name);
		c->given[i] = sent.len > 0    ? sent
			      : asked != NULL ? *asked
					      : lx_text(fields[i].preset);
	}
}

/* Where no income ledger is named, the first: as the form shows it. */
static enum lx_code choose_income(struct calling *c)
{
	struct lx_value *cells;
	size_t n;

	if (c->given[INCOME].len > 0)
		return LX_OK;
	LX_TRY(lx_all(
		c->reader->tx, &lx_q_fund_incomes, (struct lx_value[]){ LX_I(1) }, 1, &cells, &n));
	if (n > 0)
		c->given[INCOME] = lx_show_text(
			c->reader, "ledger/%lld", (long long)cells[0].number);
	return LX_OK;
}

static enum lx_code prepare(struct calling *c)
{
	struct lx_call *call = c->reader->call;

	LX_TRY(choose_income(c));
	if (c->given[0].len == 0)
		return LX_OK;
	if (!lx_decimal_read(c->given[0], c->reader->charter.places, &c->total) || c->total < 1)
		return lx_fail(call, LX_INVALID, "total", "input.money", "%s",
			c->reader->charter.currency);
	LX_TRY(lx_fund_shares(
		&c->reader->sight, c->given[BASIS], c->total, &c->shares, &c->shares_n));
	c->prepared = true;
	return LX_OK;
}

/* "member:amount,…": what was shown must be what is entered. */
static struct lx_text figures_of(const struct calling *c)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	for (size_t i = 0; i < c->shares_n; i++)
		lx_buf_printf(&out, "%s%lld:%lld", i == 0 ? "" : ",",
			(long long)c->shares[i].member, (long long)c->shares[i].amount);
	return lx_show_text(c->reader, "%.*s", (int)out.len, lx_buf_view(&out).at);
}

/* --- the page -------------------------------------------------------------------------------- */

static enum lx_code income_options(
	const struct calling *c, const struct lx_option **options, size_t *n)
{
	const struct lx_reader *reader = c->reader;
	struct lx_value *cells;

	LX_TRY(lx_all(reader->tx, &lx_q_fund_incomes, (struct lx_value[]){ LX_I(INCOMES_MOST) },
		INCOMES_MOST, &cells, n));
	struct lx_option *made = lx_array(reader->call, *n, sizeof *made);
	if (made == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < *n; i++) {
		struct lx_link_view link;
		made[i].value = lx_show_text(reader, "ledger/%lld", (long long)cells[i].number);
		LX_TRY(lx_fund_ref(reader, made[i].value, &link));
		made[i].label = link.label;
		made[i].chosen = lx_text_equal(made[i].value, c->given[INCOME]);
	}
	*options = made;
	return LX_OK;
}

static enum lx_code fill_ask(const struct calling *c, struct lx_form *form)
{
	const struct lx_reader *reader = c->reader;
	const struct lx_fault *fault = &reader->call->fault;
	struct lx_field_view *views = lx_array(reader->call, FIELDS, sizeof *views);
	struct lx_error_line *line = lx_alloc(reader->call, sizeof *line);
	LX_CLOSE(lx_buf_close) struct lx_buf says = { 0 };

	if (views == NULL || line == NULL)
		return LX_BROKEN;
	*form = (struct lx_form){ .action = lx_address_make(reader->call, "/fund/calls"),
		.fields = views,
		.fields_n = FIELDS };
	for (size_t i = 0; i < FIELDS; i++)
		views[i] = (struct lx_field_view){ .kind = fields[i].kind,
			.id = lx_show_text(reader, "f-%s", fields[i].name),
			.name = lx_text(fields[i].name),
			.label = lx_fund_tr(reader, fields[i].label),
			.optional = fields[i].optional,
			.value = c->given[i] };
	views[0].unit = lx_words(lx_text(reader->charter.currency));
	LX_TRY(income_options(c, &views[5].options, &views[5].options_n));
	if (fault->code == LX_OK)
		return LX_OK;
	lx_say_fault(&says, reader->request->lang, fault);
	*line = (struct lx_error_line){ .words = lx_words(lx_show_text(reader, "%s", says.at)) };
	for (size_t i = 0; i < FIELDS; i++)
		if (strcmp(fault->field, fields[i].name) == 0) {
			views[i].error = line->words;
			line->id = views[i].id;
		}
	form->errors = line;
	form->errors_n = 1;
	return LX_OK;
}

static enum lx_code call_row(
	const struct lx_purse *purse, const struct lx_fund_share *share, struct lx_grid_row *row)
{
	const struct lx_reader *reader = purse->reader;
	struct lx_cell *cells = lx_array(reader->call, 3, sizeof *cells);
	struct lx_link_view member, claim = { .label = lx_fund_tr(reader, "fund.no_claim") };

	if (cells == NULL)
		return LX_BROKEN;
	LX_TRY(lx_fund_ref(
		reader, lx_show_text(reader, "member/%lld", (long long)share->member), &member));
	if (share->claim > 0)
		LX_TRY(lx_fund_ref(reader,
			lx_show_text(reader, "ledger/%lld", (long long)share->claim), &claim));
	cells[0] = (struct lx_cell){ .kind = LX_CELL_TITLE, .words = member.label };
	cells[1] = (struct lx_cell){ .words = claim.label, .link = claim.address };
	cells[2] = lx_purse_cell(purse, share->amount);
	*row = (struct lx_grid_row){ .cells = cells, .cells_n = 3 };
	return LX_OK;
}

static enum lx_code fill_calls(const struct calling *c, struct lx_grid *table)
{
	static const struct {
		enum lx_cell_kind kind;
		const char *id;
	} heads[] = { { LX_CELL_TITLE, "member" }, { LX_CELL_TEXT, "ledger" },
		{ LX_CELL_NUMBER, "voucher.amount" } };
	const struct lx_reader *reader = c->reader;
	struct lx_column *columns = lx_array(reader->call, 3, sizeof *columns);
	struct lx_grid_row *rows = lx_array(reader->call, c->shares_n + 1, sizeof *rows);
	struct lx_cell *sum = lx_array(reader->call, 3, sizeof *sum);
	struct lx_purse purse = { reader, true };

	if (columns == NULL || rows == NULL || sum == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < 3; i++)
		columns[i] = (struct lx_column){ heads[i].kind, lx_fund_tr(reader, heads[i].id) };
	for (size_t i = 0; i < c->shares_n; i++)
		LX_TRY(call_row(&purse, &c->shares[i], &rows[i]));
	sum[0] = (struct lx_cell){ .kind = LX_CELL_TITLE,
		.words = lx_fund_tr(reader, "fund.total") };
	sum[2] = lx_purse_cell(&purse, c->total);
	rows[c->shares_n] = (struct lx_grid_row){ .cells = sum, .cells_n = 3, .total = true };
	*table = (struct lx_grid){ .caption = lx_fund_tr(reader, "fund.proposal"),
		.columns = columns,
		.columns_n = 3,
		.rows = rows,
		.rows_n = c->shares_n + 1 };
	return LX_OK;
}

/* The proposal goes back as it was shown. Without a claim for each member nothing can be entered. */
static enum lx_code fill_enter(const struct calling *c, struct lx_form *form)
{
	const struct lx_reader *reader = c->reader;
	struct lx_hidden *hidden = lx_array(reader->call, FIELDS + 1, sizeof *hidden);
	size_t lacking = 0;

	if (hidden == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < FIELDS; i++)
		hidden[i] = (struct lx_hidden){ lx_text(fields[i].name), c->given[i] };
	hidden[FIELDS] = (struct lx_hidden){ LX_TEXT_OF("figures"), figures_of(c) };
	for (size_t i = 0; i < c->shares_n; i++)
		lacking += c->shares[i].claim == 0;
	*form = (struct lx_form){ .action = lx_address_make(reader->call, "/fund/calls"),
		.csrf = lx_text(reader->request->visitor.csrf),
		.once = lx_show_once(reader),
		.hidden = hidden,
		.hidden_n = FIELDS + 1 };
	if (lacking > 0)
		form->blocked = lx_fund_tr(reader, "fund_no_claims");
	else
		form->submit = lx_fund_tr(reader, "fund.enter_calls");
	return LX_OK;
}

static enum lx_code show_page(struct calling *c, struct lx_reply *reply)
{
	struct lx_reader *reader = c->reader;
	struct lx_fund_calls_page page = { .prepared = c->prepared };
	struct lx_view view = lx_show_view(reader);
	struct lx_link_view *crumbs = lx_array(reader->call, 2, sizeof *crumbs);

	page.heading = lx_fund_tr(reader, "fund.prepare_calls");
	page.lead = lx_fund_tr(reader, "fund.calls_lead");
	page.unit = lx_fund_unit(reader);
	lx_frame_fill(reader, page.heading, "fund", reader->size, &page.frame);
	page.frame.faulty = reader->call->fault.code != LX_OK;
	if (crumbs != NULL) {
		crumbs[0] = lx_fund_link(reader, "page.section.fund", "/fund");
		crumbs[1].label = page.heading;
		page.frame.crumbs = crumbs;
		page.frame.crumbs_n = 2;
	}
	LX_TRY(fill_ask(c, &page.ask));
	if (c->prepared) {
		LX_TRY(fill_calls(c, &page.calls));
		LX_TRY(fill_enter(c, &page.enter));
	}
	lx_reader_close(reader);
	lx_reply_page(reply);
	lx_module_view_fund_calls(&reply->body, &view, &page);
	return LX_OK;
}

static enum lx_code show_json(const struct calling *c, struct lx_reply *reply)
{
	const struct lx_reader *reader = c->reader;
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:o, s:s, s:[]}", "total", lx_fund_money(reader, c->total),
		"figures", figures_of(c).at, "calls");

	for (size_t i = 0; i < c->shares_n; i++)
		(void)json_array_append_new(json_object_get(json, "calls"),
			json_pack("{s:o, s:o, s:o}", "member",
				json_sprintf("member/%lld", (long long)c->shares[i].member),
				"claim",
				c->shares[i].claim == 0 ? json_null()
							: json_sprintf("ledger/%lld",
								  (long long)c->shares[i].claim),
				"amount", lx_fund_money(reader, c->shares[i].amount)));
	return lx_reply_json(reader->request, reply, json);
}

/* A total that cannot be cut is told at its field, and the form shown again. */
static enum lx_code show_calls(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct calling c = { .reader = &reader };
	bool again = request->call->fault.code != LX_OK;

	LX_TRY(lx_reader_open_again(request, &reader));
	LX_TRY(lx_fund_on(&reader));
	read_given(&c);
	if (!again) {
		enum lx_code code = prepare(&c);
		if (code != LX_OK && (request->media == LX_JSON || code == LX_BROKEN))
			return code;
		if (code != LX_OK)
			reply->status = lx_http_status(code);
	}
	return request->media == LX_JSON ? show_json(&c, reply) : show_page(&c, reply);
}

enum lx_code lx_page_fund_calls(struct lx_request *request, struct lx_reply *reply)
{
	return show_calls(request, reply);
}

/* --- entering -------------------------------------------------------------------------------- */

struct entering {
	struct lx_order *orders;
	size_t n;
};

/* All in the one job of this transaction: the first that is refused takes the others with it. */
static enum lx_code enter_all(struct lx_work *work, void *argument)
{
	struct entering *entering = argument;

	for (size_t i = 0; i < entering->n; i++)
		LX_TRY(lx_order_job(work, &entering->orders[i]));
	return LX_OK;
}

static json_t *call_input(const struct calling *c, const struct lx_fund_share *share)
{
	const struct lx_text *g = c->given;
	struct lx_text ledger = lx_show_text(c->reader, "ledger/%lld", (long long)share->claim);
	json_t *input = json_pack("{s:s%, s:s%, s:s%, s:o, s:[{s:s%, s:s, s:o}, {s:s%, s:s, s:o}]}",
		"text", g[1].at, g[1].len, "due", g[2].at, g[2].len, "basis", g[4].at, g[4].len,
		"payer", json_sprintf("member/%lld", (long long)share->member), "posting", "ledger",
		ledger.at, ledger.len, "side", "debit", "amount",
		lx_fund_money(c->reader, share->amount), "ledger", g[5].at, g[5].len, "side",
		"credit", "amount", lx_fund_money(c->reader, share->amount));

	if (input != NULL && g[3].len > 0)
		(void)json_object_set_new(input, "on", json_stringn(g[3].at, g[3].len));
	return input;
}

static struct lx_text key_of(const struct calling *c, size_t i)
{
	const struct lx_request *request = c->reader->request;
	struct lx_text once = lx_sent(request, "once");

	if (request->idempotency_key.len > 0)
		once = request->idempotency_key;
	if (once.len == 0)
		return once;
	return lx_show_text(
		c->reader, "%.*s:%lld", (int)once.len, once.at, (long long)c->shares[i].member);
}

/* Members whose share is nothing are not called. `inputs` keeps what the orders borrow. */
static enum lx_code make_orders(const struct calling *c, struct entering *entering, json_t *inputs)
{
	const struct lx_request *request = c->reader->request;

	entering->orders = lx_array(c->reader->call, c->shares_n, sizeof *entering->orders);
	if (entering->orders == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < c->shares_n; i++) {
		if (c->shares[i].amount == 0)
			continue;
		if (c->shares[i].claim == 0)
			return lx_fail(c->reader->call, LX_CONFLICT, NULL, "fund_no_claims", NULL);
		json_t *input = call_input(c, &c->shares[i]);
		if (input == NULL || json_array_append_new(inputs, input) != 0)
			return lx_fail(c->reader->call, LX_BROKEN, NULL, "base.memory", NULL);
		entering->orders[entering->n++] = (struct lx_order){ .type = "voucher",
			.act = "call",
			.input = input,
			.lang = lx_lang_names[request->lang],
			.person = request->visitor.person,
			.key = key_of(c, i) };
	}
	return LX_OK;
}

static enum lx_code entered(
	const struct calling *c, const struct entering *entering, struct lx_reply *reply)
{
	const struct lx_request *request = c->reader->request;
	LX_CLOSE(lx_json_free) json_t *json = json_pack("{s:[]}", "vouchers");

	if (request->media != LX_JSON)
		return lx_reply_redirect(c->reader->request, reply, "/vouchers?kind=call&sort=new");
	for (size_t i = 0; i < entering->n; i++)
		(void)json_array_append_new(json_object_get(json, "vouchers"),
			json_integer((json_int_t)entering->orders[i].made_record));
	reply->status = 201;
	return lx_reply_json(c->reader->request, reply, json);
}

static enum lx_code enter_calls(struct calling *c, struct lx_reply *reply)
{
	struct lx_request *request = c->reader->request;
	LX_CLOSE(lx_json_free) json_t *inputs = json_array();
	struct lx_text shown = lx_sent(request, "figures");
	struct entering entering = { .n = 0 };

	read_given(c);
	LX_TRY(prepare(c));
	if (!c->prepared)
		return lx_fail(request->call, LX_INVALID, "total", "input.needed", NULL);
	if (!lx_text_equal(shown, figures_of(c)))
		return lx_fail(request->call, LX_CONFLICT, NULL, "fund_changed", NULL);
	LX_TRY(make_orders(c, &entering, inputs));
	lx_reader_close(c->reader);
	LX_TRY(lx_writer_submit(c->reader->app->writer, request->call, enter_all, &entering));
	return entered(c, &entering, reply);
}

enum lx_code lx_page_fund_calls_post(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct calling c = { .reader = &reader };

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(lx_fund_on(&reader));
	enum lx_code code = enter_calls(&c, reply);
	return code == LX_OK ? LX_OK : lx_shown_again(request, reply, code, show_calls);
}
