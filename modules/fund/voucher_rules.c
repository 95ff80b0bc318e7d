/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Guards of vouchers: what each kind must look like, whose hand confirms, what the books admit. A day may lie back, never ahead;
 * the balance is then looked at on that day and every later one.
 */
#include "kernel/journal/journal.h"
#include "modules/fund/books.h"
#include "modules/fund/fund_queries.h"

#include <string.h>

lx_rule_fn voucher_call, voucher_receipt, voucher_payment, voucher_transfer, voucher_other_hand,
	voucher_covered, voucher_reversible;

/* Where lines of a voucher may stand: kinds of ledgers by side. `own`: claims must be the payer's. */
struct shape {
	const char *debit, *credit;
};
static const struct shape call_shape = { "claim", "income equity liability" },
			  receipt_shape = { "asset", "claim income equity liability" },
			  payment_shape = { "expense liability asset", "asset" },
			  transfer_shape = { "asset claim liability equity income expense",
				  "asset claim liability equity income expense" };

/* Of what stands already nothing is corrected but words and the day by which a call is due; no word while two organs
 * are being asked about it. */
static enum lx_code test_correction(struct lx_case *c)
{
	const char *key;
	json_t *value;

	for (size_t i = 0; i < c->record->pending_n; i++)
		if (lx_text_is(c->record->pending[i].stage, "open"))
			return lx_case_refuse(c, NULL, "voucher_pending");
	json_object_foreach(c->input, key, value)
	{
		if (!lx_word_in(lx_text(key), "text slip due reason"))
			return lx_case_refuse(c, key, "voucher_fixed");
	}
	return LX_OK;
}

static bool corrects(const struct lx_case *c)
{
	return strcmp(c->act->name, "correct") == 0;
}

/* Only of records: reversals follow acts of their own. */
static enum lx_code day_of(struct lx_case *c, int64_t *day)
{
	int64_t today = lx_day_at(c->work->now, c->view.charter->offset);

	*day = today;
	if (!lx_day_read(lx_case_input(c, "on"), day))
		return LX_OK;
	return *day > today ? lx_case_refuse(c, "on", "voucher_future") : LX_OK;
}

static enum lx_code sent_postings(
	struct lx_case *c, struct lx_posting **postings, size_t *postings_n)
{
	const json_t *rows = json_object_get(c->input, "posting");
	size_t n = json_array_size(rows);

	*postings = NULL;
	*postings_n = 0;
	if (n > LX_POSTINGS_MOST)
		return lx_case_refuse(c, "posting", "voucher_long");
	*postings = lx_array(c->call, n, sizeof **postings);
	if (*postings == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		const json_t *row = json_array_get(rows, i);
		const char *ledger = json_string_value(json_object_get(row, "ledger"));
		const char *side = json_string_value(json_object_get(row, "side"));
		const char *amount = json_string_value(json_object_get(row, "amount"));
		struct lx_posting *p = &(*postings)[i];
		struct lx_ref ref;
		if (ledger == NULL || side == NULL || amount == NULL ||
			!lx_ref_read(lx_text(ledger), &ref) ||
			!lx_text_int(lx_text(amount), &p->amount))
			return lx_case_refuse(c, "posting", "voucher_whole");
		p->ledger = ref.number;
		p->debit = strcmp(side, "debit") == 0;
	}
	*postings_n = n;
	return LX_OK;
}

enum lx_code lx_voucher_postings(
	struct lx_case *c, const struct lx_record *voucher, struct lx_posting **postings, size_t *n)
{
	int list = lx_rows_find(voucher->shape->type, LX_TEXT_OF("posting"));
	const struct lx_row_list *rows = &voucher->lists[list];

	*postings = lx_array(c->call, rows->n, sizeof **postings);
	if (*postings == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < rows->n; i++) {
		const struct lx_value *values = rows->rows[i].values;
		struct lx_ref ref = { .number = 0 };
		(void)lx_ref_read(values[0].text, &ref);
		(*postings)[i] = (struct lx_posting){ ref.number, values[2].number,
			lx_text_is(values[1].text, "debit") };
	}
	*n = rows->n;
	return LX_OK;
}

/* Each line on a ledger that the kind of voucher allows on that side; claims are the payer's own. */
static enum lx_code test_shape(
	struct lx_case *c, const struct shape *shape, const struct lx_posting *postings, size_t n)
{
	struct lx_text payer = lx_case_input(c, "payer");

	for (size_t i = 0; i < n; i++) {
		struct lx_record ledger;
		LX_TRY(lx_books_ledger(c, postings[i].ledger, &ledger));
		struct lx_text kind = lx_record_value(&ledger, "kind").text;
		struct lx_text code = lx_record_value(&ledger, "code").text;
		if (!lx_word_in(kind, postings[i].debit ? shape->debit : shape->credit))
			return lx_fail(c->call, LX_INVALID, "posting", "voucher_side", "%.*s",
				(int)code.len, code.at);
		if (shape != &transfer_shape && lx_text_is(kind, "claim") &&
			!lx_text_equal(lx_record_value(&ledger, "member").text, payer))
			return lx_fail(c->call, LX_INVALID, "posting", "voucher_payer", "%.*s",
				(int)code.len, code.at);
	}
	return LX_OK;
}

/* `booked`: it enters the books with this act. What does not is looked at again when it does. */
static enum lx_code test_sent(struct lx_case *c, const struct shape *shape, bool booked,
	struct lx_posting **postings, size_t *n)
{
	int64_t day;

	LX_TRY(day_of(c, &day));
	LX_TRY(sent_postings(c, postings, n));
	LX_TRY(test_shape(c, shape, *postings, *n));
	return booked ? lx_books_admit(c, "posting", *postings, *n, day)
		      : lx_books_balanced(c, "posting", *postings, *n);
}

/* A call: the payer owes, the fund has an income. */
enum lx_code voucher_call(struct lx_case *c)
{
	struct lx_posting *postings;
	size_t n;

	return corrects(c) ? test_correction(c) : test_sent(c, &call_shape, true, &postings, &n);
}

/* What a call still lacks, receipts that nobody has acknowledged not counted. */
static enum lx_code still_due(
	struct lx_case *c, const struct lx_record *call, struct lx_text ref, int64_t *due)
{
	struct lx_value paid;

	LX_TRY(lx_one(c->work->tx, &lx_q_fund_paid, (struct lx_value[]){ LX_T(ref) }, &paid));
	*due = lx_record_value(call, "amount").number - paid.number;
	return LX_OK;
}

/* The call that a receipt settles: of the same payer, open, and lacking at least `amount`. */
static enum lx_code test_settles(struct lx_case *c, const char *field, struct lx_text settles,
	struct lx_text payer, int64_t amount)
{
	struct lx_record call;
	struct lx_ref ref;
	int64_t due;

	if (!lx_ref_read(settles, &ref))
		return LX_OK;
	LX_TRY(lx_record_load_head(c->work->tx, c->record->shape, ref.number, &call));
	if (!lx_text_is(call.state, "called"))
		return lx_case_refuse(c, field, "voucher_no_call");
	if (!lx_text_equal(lx_record_value(&call, "payer").text, payer))
		return lx_case_refuse(c, field, "voucher_other_payer");
	LX_TRY(still_due(c, &call, settles, &due));
	return amount > due ? lx_case_refuse(c, field, "voucher_too_much") : LX_OK;
}

/* A receipt: money came in. What settles a call is credited to the payer's claims and to nothing else. */
enum lx_code voucher_receipt(struct lx_case *c)
{
	static const struct shape settling = { "asset", "claim" };
	struct lx_text settles = lx_case_input(c, "settles");
	struct lx_posting *postings;
	int64_t amount = 0;
	size_t n;

	if (corrects(c))
		return test_correction(c);
	LX_TRY(test_sent(c, settles.len > 0 ? &settling : &receipt_shape, false, &postings, &n));
	for (size_t i = 0; i < n; i++)
		amount += postings[i].debit ? postings[i].amount : 0;
	return test_settles(c, "settles", settles, lx_case_input(c, "payer"), amount);
}

/* A payment is asked for: from the fund's assets, to somebody. Whether it is covered is asked when it is paid. */
enum lx_code voucher_payment(struct lx_case *c)
{
	struct lx_posting *postings;
	size_t n;

	return corrects(c) ? test_correction(c)
			   : test_sent(c, &payment_shape, false, &postings, &n);
}

/* Interest, charges, the opening balance: anything else, by two organs. */
enum lx_code voucher_transfer(struct lx_case *c)
{
	struct lx_posting *postings;
	size_t n;

	return corrects(c) ? test_correction(c)
			   : test_sent(c, &transfer_shape, false, &postings, &n);
}

/* Whether the person who acts is the one behind a mandate. */
static enum lx_code bears(struct lx_case *c, int64_t number, bool *same)
{
	const struct lx_shape *mandates = lx_shape_find(c->view.region, LX_TEXT_OF("mandate"));
	char pseudonym[LX_PSEUDONYM_TEXT];
	struct lx_record mandate;

	LX_TRY(lx_record_load_head(c->work->tx, mandates, number, &mandate));
	LX_TRY(lx_vault_pseudonym(
		c->work->tx, c->view.actor->person, "mandate", number, pseudonym));
	*same = lx_text_is(lx_record_value(&mandate, "person").text, pseudonym);
	return LX_OK;
}

/* Whether the person who acts recorded this voucher, by whatever mandate. */
static enum lx_code recorded_by_actor(struct lx_case *c, bool *same)
{
	LX_CLOSE(lx_json_free) json_t *open = NULL;
	LX_CLOSE(lx_json_free) json_t *inner = NULL;
	struct lx_ref by;

	*same = false;
	if (c->view.actor->person == 0)
		return LX_OK;
	LX_TRY(lx_journal_read(c->work->tx, c->record->made_n, &open, &inner));
	const char *name = json_string_value(json_object_get(open, "by"));
	if (name == NULL || !lx_ref_read(lx_text(name), &by) || !lx_text_is(by.type, "mandate"))
		return LX_OK;
	return bears(c, by.number, same);
}

/* Who recorded the receipt does not confirm it, in whatever name. */
enum lx_code voucher_other_hand(struct lx_case *c)
{
	struct lx_posting *postings;
	bool same;
	int64_t day;
	size_t n;

	if (corrects(c))
		return test_correction(c);
	LX_TRY(recorded_by_actor(c, &same));
	if (same)
		return lx_case_refuse(c, NULL, "voucher_same_hand");
	LX_TRY(test_settles(c, NULL, lx_record_value(c->record, "settles").text,
		lx_record_value(c->record, "payer").text,
		lx_record_value(c->record, "amount").number));
	if (!lx_day_read(lx_record_value(c->record, "day").text, &day))
		return LX_OK;
	LX_TRY(lx_voucher_postings(c, c->record, &postings, &n));
	return lx_books_admit(c, NULL, postings, n, day);
}

/* Asked when consent is opened, and again when it is granted: what was covered may have been spent meanwhile. */
enum lx_code voucher_covered(struct lx_case *c)
{
	struct lx_posting *postings;
	int64_t day;
	size_t n;

	if (corrects(c))
		return test_correction(c);
	LX_TRY(day_of(c, &day));
	LX_TRY(lx_voucher_postings(c, c->record, &postings, &n));
	return lx_books_admit(c, NULL, postings, n, day);
}

/* A call with receipts on it is not reversed before they are; the mirror must not break a floor either. */
enum lx_code voucher_reversible(struct lx_case *c)
{
	struct lx_posting *postings;
	struct lx_value hanging;
	char ref[48];
	int64_t day, own;
	size_t n;

	if (corrects(c))
		return test_correction(c);
	LX_TRY(day_of(c, &day));
	if (lx_day_read(lx_record_value(c->record, "day").text, &own) && day < own)
		return lx_case_refuse(c, "on", "voucher_before");
	lx_voucher_ref(c->record->number, ref);
	LX_TRY(lx_one(c->work->tx, &lx_q_fund_hanging, (struct lx_value[]){ LX_S(ref) }, &hanging));
	if (hanging.number > 0)
		return lx_case_refuse(c, NULL, "voucher_hanging");
	LX_TRY(lx_voucher_postings(c, c->record, &postings, &n));
	for (size_t i = 0; i < n; i++)
		postings[i].debit = !postings[i].debit;
	return lx_books_admit(c, NULL, postings, n, day);
}
