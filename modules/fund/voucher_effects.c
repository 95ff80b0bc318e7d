/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What vouchers bring with them: kind, sum and day; a call that is met; the mirror of what is reversed. */
#include "kernel/journal/journal.h"
#include "modules/fund/books.h"
#include "modules/fund/fund_queries.h"

#include <stdio.h>
#include <string.h>

lx_rule_fn voucher_made, voucher_settles, voucher_booked, voucher_mirrored;

void lx_voucher_ref(int64_t number, char ref[48])
{
	(void)snprintf(ref, 48, "voucher/%lld", (long long)number);
}

/* The day that was named, else today where the region is. */
static enum lx_code set_day(struct lx_case *c)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };
	int64_t day = lx_day_at(c->work->now, c->view.charter->offset);

	(void)lx_day_read(lx_case_input(c, "on"), &day);
	lx_day_write(&text, day);
	return lx_case_set(c, "day", json_stringn(text.at, text.len));
}

/* The sum of the debit side; the guard has seen that it fits. */
static enum lx_code set_amount(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "posting");
	int64_t sum = 0, amount;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *side = json_string_value(json_object_get(row, "side"));
		const char *text = json_string_value(json_object_get(row, "amount"));
		if (side != NULL && strcmp(side, "debit") == 0 && text != NULL &&
			lx_text_int(lx_text(text), &amount))
			sum += amount;
	}
	return lx_case_set(c, "amount", json_sprintf("%lld", (long long)sum));
}

enum lx_code voucher_made(struct lx_case *c)
{
	static const char *const kinds[][2] = { { "call", "call" }, { "receive", "receipt" },
		{ "ask", "payment" }, { "enter", "transfer" } };

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(c->act->name, kinds[i][0]) == 0)
			LX_TRY(lx_case_set(c, "kind", json_string(kinds[i][1])));
	LX_TRY(set_amount(c));
	return c->act->dated ? set_day(c) : LX_OK;
}

/* It enters the books with this act: paid, or as a mirror. */
enum lx_code voucher_booked(struct lx_case *c)
{
	if (c->act->from == NULL)
		LX_TRY(set_amount(c));
	return set_day(c);
}

/* The acknowledged receipt may complete what the call asked for. */
enum lx_code voucher_settles(struct lx_case *c)
{
	struct lx_text settles = lx_record_value(c->record, "settles").text;
	int64_t amount = lx_record_value(c->record, "amount").number;
	struct lx_record call;
	struct lx_value paid;
	struct lx_ref ref;

	if (!lx_ref_read(settles, &ref))
		return LX_OK;
	LX_TRY(lx_record_load_head(c->work->tx, c->record->shape, ref.number, &call));
	LX_TRY(lx_one(c->work->tx, &lx_q_fund_paid, (struct lx_value[]){ LX_T(settles) }, &paid));
	/* this receipt is not settled yet while its effects are worked out */
	if (paid.number + amount < lx_record_value(&call, "amount").number)
		return LX_OK;
	return lx_case_follow(c, "voucher", ref.number, "meet", NULL);
}

/* --- the mirror ------------------------------------------------------------------------------ */

static void copy_link(json_t *into, const struct lx_record *from, const char *field)
{
	struct lx_text link = lx_record_value(from, field).text;

	if (link.len > 0)
		(void)json_object_set_new(into, field, json_stringn(link.at, link.len));
}

static json_t *mirror_rows(struct lx_case *c, const struct lx_posting *postings, size_t n)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(
			rows, json_pack("{s:o, s:s, s:{s:o, s:s}}", "ledger",
				      json_sprintf("ledger/%lld", (long long)postings[i].ledger),
				      "side", postings[i].debit ? "credit" : "debit", "amount",
				      "minor", json_sprintf("%lld", (long long)postings[i].amount),
				      "currency", c->view.charter->currency));
	return rows;
}

/* The words of the original, unless they were withdrawn. */
static enum lx_code mirror_text(struct lx_case *c, json_t *into)
{
	struct lx_value text = lx_record_value(c->record, "text");
	struct lx_content content;

	if (text.kind != LX_V_INT)
		return LX_OK;
	LX_TRY(lx_content_read(c->work->tx, text.number, &content));
	if (content.gone != 0)
		return LX_OK;
	(void)json_object_set_new(into, "text",
		json_pack("{s:s%, s:s}", "text", content.bytes.at, content.bytes.len, "lang",
			content.lang));
	return LX_OK;
}

/* A receipt that goes makes its call wait again, by the day it was due. */
static enum lx_code unmeet_call(struct lx_case *c)
{
	struct lx_record call;
	struct lx_ref ref;

	if (!lx_ref_read(lx_record_value(c->record, "settles").text, &ref))
		return LX_OK;
	LX_TRY(lx_record_load_head(c->work->tx, c->record->shape, ref.number, &call));
	if (!lx_text_is(call.state, "settled"))
		return LX_OK;
	return lx_case_follow(c, "voucher", ref.number, "unmeet",
		json_pack("{s:I}", "due", (json_int_t)lx_record_value(&call, "due").number));
}

/* The original stays as it is; a voucher with the sides exchanged nets it, from the day of the reversal on. */
enum lx_code voucher_mirrored(struct lx_case *c)
{
	struct lx_text kind = lx_record_value(c->record, "kind").text;
	const json_t *on = json_object_get(c->input, "on");
	struct lx_posting *postings;
	char ref[48];
	size_t n;

	LX_TRY(lx_voucher_postings(c, c->record, &postings, &n));
	lx_voucher_ref(c->record->number, ref);
	json_t *input = json_pack("{s:s%, s:s, s:o}", "kind", kind.at, kind.len, "reverses", ref,
		"posting", mirror_rows(c, postings, n));
	if (input == NULL)
		return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
	if (on != NULL)
		(void)json_object_set(input, "on", (json_t *)on);
	copy_link(input, c->record, "payer");
	copy_link(input, c->record, "payee");
	copy_link(input, c->record, "basis");
	enum lx_code code = mirror_text(c, input);
	if (code != LX_OK) {
		json_decref(input);
		return code;
	}
	LX_TRY(lx_case_follow(c, "voucher", 0, "mirror", input));
	return unmeet_call(c);
}
