/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Entering vouchers into the books, and what the books admit. */
#include "modules/fund/books.h"

#include "modules/fund/fund_queries.h"

#include <stdio.h>
#include <string.h>

bool lx_books_holds(struct lx_text state)
{
	return lx_word_in(state, "called settled reversed mirror");
}

bool lx_books_debit_kind(struct lx_text kind)
{
	return lx_word_in(kind, "asset claim expense");
}

/* --- entering -------------------------------------------------------------------------------- */

/* The record that a voucher rests on, without the row: statements of a project hold all its milestones. */
static struct lx_text basis_of(const struct lx_record *voucher)
{
	struct lx_text rest = lx_record_value(voucher, "basis").text, basis = LX_TEXT_OF("");

	(void)lx_text_split(&rest, '#', &basis);
	return basis;
}

static enum lx_code enter_line(
	struct lx_tx *tx, const struct lx_record *voucher, int64_t day, const struct lx_row *row)
{
	struct lx_text side = row->values[1].text, kind = lx_record_value(voucher, "kind").text;
	int64_t amount = row->values[2].number;
	int64_t debit = lx_text_is(side, "debit") ? amount : 0, credit = amount - debit;
	struct lx_ref ledger;

	if (!lx_ref_read(row->values[0].text, &ledger))
		return LX_OK;
	LX_TRY(lx_run(tx, &lx_q_fund_line_put,
		(struct lx_value[]){ LX_I(ledger.number), LX_I(day), LX_I(voucher->last_n),
			LX_I(row->number), LX_I(voucher->number), LX_I(voucher->last_at),
			LX_T(kind), LX_I(debit), LX_I(credit), LX_T(basis_of(voucher)) }));
	LX_TRY(lx_run(tx, &lx_q_fund_day_add,
		(struct lx_value[]){ LX_I(ledger.number), LX_I(day), LX_T(kind),
			LX_T(basis_of(voucher)), LX_I(debit), LX_I(credit) }));
	return lx_run(tx, &lx_q_fund_ledger_add,
		(struct lx_value[]){ LX_I(ledger.number), LX_I(debit), LX_I(credit) });
}

enum lx_code lx_books_derive(struct lx_tx *tx, const struct lx_record *voucher)
{
	int list = lx_rows_find(voucher->shape->type, LX_TEXT_OF("posting"));
	struct lx_value booked;
	int64_t day;

	if (!lx_books_holds(voucher->state))
		return LX_OK;
	LX_TRY(lx_one(
		tx, &lx_q_fund_booked, (struct lx_value[]){ LX_I(voucher->number) }, &booked));
	if (booked.number > 0 || !lx_day_read(lx_record_value(voucher, "day").text, &day))
		return LX_OK;
	for (size_t i = 0; i < voucher->lists[list].n; i++)
		LX_TRY(enter_line(tx, voucher, day, &voucher->lists[list].rows[i]));
	return LX_OK;
}

/* --- admitting ------------------------------------------------------------------------------- */

enum lx_code lx_books_ledger(struct lx_case *c, int64_t number, struct lx_record *ledger)
{
	const struct lx_shape *shape = lx_shape_find(c->view.region, LX_TEXT_OF("ledger"));

	return lx_record_load_head(c->work->tx, shape, number, ledger);
}

static enum lx_code refuse(
	struct lx_case *c, const char *field, const char *msgid, const struct lx_record *ledger)
{
	struct lx_text code = lx_record_value(ledger, "code").text;

	return lx_fail(c->call, field == NULL ? LX_CONFLICT : LX_INVALID, field, msgid, "%.*s",
		(int)code.len, code.at);
}

/* The lowest balance from the end of `day` on, as debit less credit or the other way round. */
struct lowest {
	int64_t balance, least, day;
	bool debit;
};

static enum lx_code lower(void *with, const struct lx_value *values)
{
	struct lowest *l = with;

	l->balance += l->debit ? values[1].number : -values[1].number;
	if (l->balance < l->least) {
		l->least = l->balance;
		l->day = values[0].number;
	}
	return LX_OK;
}

static enum lx_code lowest_from(
	struct lx_case *c, int64_t ledger, bool debit, int64_t day, struct lowest *lowest)
{
	struct lx_value which[] = { LX_I(ledger), LX_I(day) }, sums[2];

	LX_TRY(lx_one(c->work->tx, &lx_q_fund_until, which, sums));
	int64_t balance = debit ? sums[0].number - sums[1].number : sums[1].number - sums[0].number;
	*lowest = (struct lowest){ balance, balance, day, debit };
	return lx_each(c->work->tx, &lx_q_fund_later, which, lower, lowest);
}

/* `change`: what the voucher does to the ledger altogether, debit less credit. */
static enum lx_code above_floor(struct lx_case *c, const char *field,
	const struct lx_record *ledger, int64_t change, int64_t day)
{
	bool debit = lx_books_debit_kind(lx_record_value(ledger, "kind").text);
	struct lx_text code = lx_record_value(ledger, "code").text;
	int64_t moved = debit ? change : -change;
	struct lowest lowest;

	if (moved >= 0 || !lx_text_is(lx_record_value(ledger, "floor").text, "zero"))
		return LX_OK;
	LX_TRY(lowest_from(c, ledger->number, debit, day, &lowest));
	if (lowest.least >= -moved)
		return LX_OK;
	LX_CLOSE(lx_buf_close) struct lx_buf says = { 0 };
	lx_buf_text(&says, code);
	lx_buf_str(&says, ", ");
	lx_day_write(&says, lowest.day);
	return lx_fail(c->call, field == NULL ? LX_CONFLICT : LX_INVALID, field, "voucher_floor",
		"%.*s", (int)says.len, says.at);
}

/* Debit and credit alike, each ledger open, and room for the sums. */
enum lx_code lx_books_balanced(
	struct lx_case *c, const char *field, const struct lx_posting *postings, size_t n)
{
	int64_t debit = 0, credit = 0, most;
	struct lx_value turnover;

	if (n < 2)
		return lx_case_refuse(c, field, "voucher_two");
	for (size_t i = 0; i < n; i++)
		if (__builtin_add_overflow(postings[i].debit ? debit : credit, postings[i].amount,
			    postings[i].debit ? &debit : &credit))
			return lx_case_refuse(c, field, "voucher_large");
	if (debit != credit)
		return lx_case_refuse(c, field, "voucher_balances");
	LX_TRY(lx_one(c->work->tx, &lx_q_fund_turnover, NULL, &turnover));
	if (__builtin_add_overflow(turnover.number, debit, &most))
		return lx_case_refuse(c, field, "voucher_large");
	return LX_OK;
}

static bool seen_before(const struct lx_posting *postings, size_t i)
{
	size_t k = 0;

	while (k < i && postings[k].ledger != postings[i].ledger)
		k++;
	return k < i;
}

enum lx_code lx_books_admit(struct lx_case *c, const char *field, const struct lx_posting *postings,
	size_t n, int64_t day)
{
	LX_TRY(lx_books_balanced(c, field, postings, n));
	for (size_t i = 0; i < n; i++) {
		struct lx_record ledger;
		int64_t change = 0;
		if (seen_before(postings, i))
			continue;
		LX_TRY(lx_books_ledger(c, postings[i].ledger, &ledger));
		if (!lx_text_is(ledger.state, "open"))
			return refuse(c, field, "voucher_closed", &ledger);
		for (size_t k = i; k < n; k++)
			if (postings[k].ledger == postings[i].ledger)
				change += postings[k].debit ? postings[k].amount
							    : -postings[k].amount;
		LX_TRY(above_floor(c, field, &ledger, change, day));
	}
	return LX_OK;
}
