/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The fund through the writer: its whole life, what is refused, and that the books hold whatever happens. */
#include "modules/testworld.h"

#include "kernel/types/apply.h"
#include "modules/fund/fund_queries.h"

#include <unistd.h>

#define TREASURER 7
#define AUDITOR   8
#define B_OFFICER 3
#define C_OFFICER 4

/* The ledgers that every test finds: numbers as they are opened by lay_out(). */
enum { BANK = 1, DUES, COSTS, OWED_A, OWED_B, OWED_C, INTEREST };

static void lay_out(struct world *w)
{
	static const struct {
		const char *code, *kind, *member, *floor;
	} ledgers[] = { { "1002", "asset", NULL, "zero" }, { "4001", "income", NULL, "none" },
		{ "5001", "expense", NULL, "none" }, { "1131-A", "claim", "member/1", "none" },
		{ "1131-B", "claim", "member/2", "none" },
		{ "1131-C", "claim", "member/3", "none" }, { "4002", "income", NULL, "none" } };

	for (size_t i = 0; i < sizeof ledgers / sizeof ledgers[0]; i++) {
		char input[256];
		(void)snprintf(input, sizeof input,
			"{\"code\":\"%s\",\"names\":{\"zh\":\"科目\",\"en\":\"Ledger\"},\"kind\":"
			"\"%s\",\"floor\":\"%s\"%s%s%s}",
			ledgers[i].code, ledgers[i].kind, ledgers[i].floor,
			ledgers[i].member == NULL ? "" : ",\"member\":\"",
			ledgers[i].member == NULL ? "" : ledgers[i].member,
			ledgers[i].member == NULL ? "" : "\"");
		assert_int_equal(must(w, TREASURER, "ledger.open", 0, input), i + 1);
	}
}

/* One line each side, in whole yuan. `more`: further members of the input, or "". */
static const char *lines(int debit, int credit, long long yuan, const char *more)
{
	static char text[4][768];
	static int at;

	at = (at + 1) % 4;
	(void)snprintf(text[at], sizeof text[at],
		"{\"text\":\"年度会费\"%s,\"posting\":["
		"{\"ledger\":\"ledger/%d\",\"side\":\"debit\",\"amount\":\"%lld.00\"},"
		"{\"ledger\":\"ledger/%d\",\"side\":\"credit\",\"amount\":\"%lld.00\"}]}",
		more, debit, yuan, credit, yuan);
	return text[at];
}

static int64_t call_due(struct world *w, long long yuan, const char *due, const char *more)
{
	char rest[256];

	(void)snprintf(rest, sizeof rest,
		",\"payer\":\"member/2\",\"basis\":\"charter/1\",\"due\":\"%s\"%s", due, more);
	return must(w, TREASURER, "voucher.call", 0, lines(OWED_B, DUES, yuan, rest));
}

static int64_t call_b(struct world *w, long long yuan, const char *more)
{
	return call_due(w, yuan, "2027-06-30", more);
}

static const char *receipt_b(long long yuan, int64_t call, const char *more)
{
	char rest[256];

	(void)snprintf(rest, sizeof rest, ",\"payer\":\"member/2\",\"settles\":\"voucher/%d\"%s",
		(int)call, more);
	return lines(BANK, OWED_B, yuan, rest);
}

static int64_t ask(struct world *w, long long yuan)
{
	return must(w, TREASURER, "voucher.ask", 0,
		lines(COSTS, BANK, yuan,
			",\"payee\":\"member/3\",\"basis\":\"charter/1\",\"bank\":\"6222 0210 0111 "
			"6245\""));
}

static void two_offices(struct world *w, const char *act, int64_t voucher, const char *input)
{
	must(w, TREASURER, act, voucher, input);
	must(w, TREASURER, "voucher.say", voucher, "{\"says\":\"yes\"}");
	must(w, AUDITOR, "voucher.say", voucher, "{\"says\":\"yes\"}");
}

static int64_t number(
	struct world *w, const struct lx_query *query, const struct lx_value *binds, size_t column)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_value values[4];

	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	assert_int_equal(lx_one(tx, query, binds, values), LX_OK);
	return values[column].number;
}

/* Balance of a ledger in minor units, debit less credit. */
static int64_t balance(struct world *w, int64_t ledger)
{
	struct lx_value which[] = { LX_I(ledger), LX_I(INT64_MAX) };

	return number(w, &lx_q_fund_until, which, 0) - number(w, &lx_q_fund_until, which, 1);
}

static void rebuilds(struct world *w)
{
	char path[80];

	(void)snprintf(path, sizeof path, "%s-again", w->path);
	assert_int_equal(lx_tables_verify(w->store, &w->call, &w->region, path), LX_OK);
	(void)unlink(path);
	(void)strncat(path, "-wal", sizeof path - strlen(path) - 1);
	(void)unlink(path);
}

/* --- the whole life -------------------------------------------------------------------------- */

static void a_contribution_is_called_paid_and_acknowledged(void **state)
{
	struct world *w = *state;
	int64_t call = call_b(w, 1000, "");

	is_in(w, "voucher", call, "called", LX_WAIT);
	assert_int_equal(balance(w, OWED_B), 100000);
	int64_t first = must(w, TREASURER, "voucher.receive", 0, receipt_b(400, call, ""));
	is_in(w, "voucher", first, "recorded", LX_WAIT);
	assert_int_equal(balance(w, BANK), 0); /* nobody has confirmed it */
	must_not(w, LX_FORBIDDEN, "act.relation", C_OFFICER, "voucher.acknowledge", first, NULL);
	must(w, B_OFFICER, "voucher.acknowledge", first, NULL);
	assert_int_equal(balance(w, BANK), 40000);
	is_in(w, "voucher", call, "called", LX_WAIT);
	must_not(w, LX_INVALID, "voucher_too_much", TREASURER, "voucher.receive", 0,
		receipt_b(601, call, ""));
	int64_t second = must(w, TREASURER, "voucher.receive", 0, receipt_b(600, call, ""));
	must(w, B_OFFICER, "voucher.deny", second, "{\"reason\":\"没有这笔付款。\"}");
	is_in(w, "voucher", second, "denied", LX_LATE);
	must(w, B_OFFICER, "voucher.acknowledge", second, NULL);
	is_in(w, "voucher", call, "settled", LX_DONE);
	assert_int_equal(balance(w, OWED_B), 0);
	assert_int_equal(balance(w, BANK), 100000);
	assert_int_equal(balance(w, DUES), -130000);
}

static void what_is_not_paid_in_time_is_overdue(void **state)
{
	struct world *w = *state;
	int64_t call = call_due(w, 50, "2026-12-10", "");

	pass(w, 30);
	is_in(w, "voucher", call, "called", LX_LATE);
	int64_t receipt = must(w, TREASURER, "voucher.receive", 0, receipt_b(50, call, ""));
	must(w, B_OFFICER, "voucher.acknowledge", receipt, NULL);
	is_in(w, "voucher", call, "settled", LX_DONE);
}

static void who_records_a_receipt_does_not_confirm_it(void **state)
{
	struct world *w = *state;
	int64_t call = call_b(w, 70, "");
	int64_t receipt = must(w, TREASURER, "voucher.receive", 0, receipt_b(70, call, ""));

	must_not(w, LX_FORBIDDEN, "act.relation", TREASURER, "voucher.acknowledge", receipt, NULL);
	/* nor with a mandate of the payer */
	int64_t mandate = must(w, B_OFFICER, "mandate.grant", 0,
		"{\"holder\":\"member/2\",\"office\":\"treasurer\",\"person\":\"7\"}");
	must(w, TREASURER, "mandate.accept", mandate, NULL);
	must_not(w, LX_CONFLICT, "voucher_same_hand", TREASURER, "voucher.acknowledge", receipt,
		NULL);
	must(w, B_OFFICER, "mandate.revoke", mandate, NULL);
	must(w, B_OFFICER, "voucher.acknowledge", receipt, NULL);
}

static void a_payment_needs_two_offices(void **state)
{
	struct world *w = *state;
	int64_t before = balance(w, BANK), payment = ask(w, 10);

	must_not(w, LX_FORBIDDEN, "act.relation", AUDITOR, "voucher.pay", payment, NULL);
	must(w, TREASURER, "voucher.pay", payment, NULL);
	must(w, TREASURER, "voucher.say", payment, "{\"says\":\"yes\"}");
	is_in(w, "voucher", payment, "asked", LX_WAIT);
	must_not(w, LX_FORBIDDEN, "act.not_asked", TREASURER, "voucher.say", payment,
		"{\"says\":\"yes\"}");
	must_not(w, LX_FORBIDDEN, "act.not_asked", 1, "voucher.say", payment, "{\"says\":\"yes\"}");
	assert_int_equal(balance(w, BANK), before);
	must(w, AUDITOR, "voucher.say", payment, "{\"says\":\"yes\"}");
	is_in(w, "voucher", payment, "settled", LX_DONE);
	assert_int_equal(balance(w, BANK), before - 1000);
	/* one organ's refusal is enough */
	int64_t other = ask(w, 10);
	must(w, TREASURER, "voucher.pay", other, NULL);
	must(w, TREASURER, "voucher.say", other, "{\"says\":\"yes\"}");
	must(w, AUDITOR, "voucher.say", other, "{\"says\":\"no\"}");
	is_in(w, "voucher", other, "asked", LX_WAIT);
	must(w, TREASURER, "voucher.drop", other, "{\"reason\":\"审计不同意。\"}");
	assert_int_equal(balance(w, BANK), before - 1000);
}

/* A second treasurer is the same office; a seat of the other organ cannot be had beside. */
static void the_same_office_twice_is_not_two(void **state)
{
	struct world *w = *state;
	int64_t mandate = must(w, TREASURER, "mandate.grant", 0,
		"{\"holder\":\"body/3\",\"office\":\"treasurer\",\"person\":\"6\"}");

	must(w, 6, "mandate.accept", mandate, NULL);
	int64_t payment = ask(w, 10);
	must(w, TREASURER, "voucher.pay", payment, NULL);
	must(w, TREASURER, "voucher.say", payment, "{\"says\":\"yes\"}");
	must_not(w, LX_FORBIDDEN, "act.not_asked", 6, "voucher.say", payment, "{\"says\":\"yes\"}");
	int64_t both = must(w, AUDITOR, "mandate.grant", 0,
		"{\"holder\":\"body/4\",\"office\":\"auditor\",\"person\":\"6\"}");
	must_not(w, LX_CONFLICT, "mandate_apart", 6, "mandate.accept", both, NULL);
	is_in(w, "voucher", payment, "asked", LX_WAIT);
	must(w, AUDITOR, "voucher.say", payment, "{\"says\":\"no\"}");
	must(w, TREASURER, "voucher.drop", payment, "{\"reason\":\"不再需要。\"}");
	must(w, TREASURER, "mandate.revoke", mandate, NULL);
}

/* --- floors ---------------------------------------------------------------------------------- */

static void two_asks_cannot_spend_the_same_money(void **state)
{
	struct world *w = *state;
	long long yuan = balance(w, BANK) / 100;
	int64_t one = ask(w, yuan), two = ask(w, yuan);

	must(w, TREASURER, "voucher.pay", one, NULL);
	must(w, TREASURER, "voucher.pay", two, NULL);
	must(w, TREASURER, "voucher.say", one, "{\"says\":\"yes\"}");
	must(w, TREASURER, "voucher.say", two, "{\"says\":\"yes\"}");
	must(w, AUDITOR, "voucher.say", one, "{\"says\":\"yes\"}");
	must(w, AUDITOR, "voucher.say", two, "{\"says\":\"yes\"}");
	is_in(w, "voucher", one, "settled", LX_DONE);
	is_in(w, "voucher", two, "asked", LX_WAIT); /* overtaken */
	assert_int_equal(balance(w, BANK), 0);
	must_not(w, LX_CONFLICT, "voucher_floor", TREASURER, "voucher.pay", two, NULL);
	must(w, TREASURER, "voucher.drop", two, "{\"reason\":\"余额不足。\"}");
}

/* The balance must hold on every later day too: what was spent since cannot be spent before. */
static void a_payment_dated_back_looks_at_all_later_days(void **state)
{
	struct world *w = *state;
	int64_t call = call_b(w, 300, ",\"on\":\"2026-11-01\"");
	int64_t receipt = must(
		w, TREASURER, "voucher.receive", 0, receipt_b(300, call, ",\"on\":\"2026-11-05\""));

	must(w, B_OFFICER, "voucher.acknowledge", receipt, NULL);
	int64_t late = ask(w, 200);
	two_offices(w, "voucher.pay", late, "{\"on\":\"2026-11-12\"}");
	is_in(w, "voucher", late, "settled", LX_DONE);
	int64_t back = ask(w, 150);
	/* on the 6th there were 300, but 100 are left on the 12th */
	must_not(w, LX_CONFLICT, "voucher_floor", TREASURER, "voucher.pay", back,
		"{\"on\":\"2026-11-06\"}");
	must_not(w, LX_INVALID, "voucher_future", TREASURER, "voucher.pay", back,
		"{\"on\":\"2030-01-01\"}");
	must(w, TREASURER, "voucher.drop", back, "{\"reason\":\"改期。\"}");
	int64_t fits = ask(w, 100);
	/* before the money came there was none */
	must_not(w, LX_CONFLICT, "voucher_floor", TREASURER, "voucher.pay", fits,
		"{\"on\":\"2026-11-04\"}");
	two_offices(w, "voucher.pay", fits, "{\"on\":\"2026-11-06\"}");
	is_in(w, "voucher", fits, "settled", LX_DONE);
	assert_int_equal(balance(w, BANK), 0);
}

/* --- reversals ------------------------------------------------------------------------------- */

static void a_reversal_nets_and_the_call_waits_again(void **state)
{
	struct world *w = *state;
	int64_t call = call_b(w, 80, ""), bank = balance(w, BANK), owed = balance(w, OWED_B);
	int64_t receipt = must(w, TREASURER, "voucher.receive", 0, receipt_b(80, call, ""));

	must(w, B_OFFICER, "voucher.acknowledge", receipt, NULL);
	is_in(w, "voucher", call, "settled", LX_DONE);
	must_not(w, LX_CONFLICT, "voucher_hanging", TREASURER, "voucher.reverse", call,
		"{\"reason\":\"通知有误。\"}");
	two_offices(w, "voucher.reverse", receipt, "{\"reason\":\"重复登记。\"}");
	is_in(w, "voucher", receipt, "reversed", LX_SHUT);
	is_in(w, "voucher", receipt + 1, "mirror", LX_SHUT);
	struct lx_record mirror = load(w, "voucher", receipt + 1);
	char ref[48];
	(void)snprintf(ref, sizeof ref, "voucher/%d", (int)receipt);
	assert_true(lx_text_is(lx_record_value(&mirror, "reverses").text, ref));
	assert_true(lx_text_is(lx_record_value(&mirror, "kind").text, "receipt"));
	struct lx_record again = load(w, "voucher", call);
	assert_true(lx_text_is(again.state, "called"));
	assert_int_equal(balance(w, BANK), bank);
	assert_int_equal(balance(w, OWED_B), owed);
	must_not(w, LX_CONFLICT, "act.state", TREASURER, "voucher.reverse", receipt + 1,
		"{\"reason\":\"再冲一次。\"}");
	two_offices(w, "voucher.reverse", call, "{\"reason\":\"通知有误。\"}");
	assert_int_equal(balance(w, OWED_B), owed - 8000);
	rebuilds(w);
}

/* What a receipt brought and a payment spent cannot be reversed away. */
static void a_reversal_cannot_break_the_floor(void **state)
{
	struct world *w = *state;
	int64_t call = call_b(w, 20, ""), bank = balance(w, BANK);
	int64_t receipt = must(w, TREASURER, "voucher.receive", 0, receipt_b(20, call, ""));

	must(w, B_OFFICER, "voucher.acknowledge", receipt, NULL);
	int64_t payment = ask(w, bank / 100 + 20);
	two_offices(w, "voucher.pay", payment, NULL);
	is_in(w, "voucher", payment, "settled", LX_DONE);
	must_not(w, LX_CONFLICT, "voucher_floor", TREASURER, "voucher.reverse", receipt,
		"{\"reason\":\"银行退回。\"}");
	two_offices(w, "voucher.reverse", payment, "{\"reason\":\"收款方退回。\"}");
	two_offices(w, "voucher.reverse", receipt, "{\"reason\":\"银行退回。\"}");
	is_in(w, "voucher", receipt, "reversed", LX_SHUT);
	assert_int_equal(balance(w, BANK), bank);
}

/* --- what is refused ------------------------------------------------------------------------- */

static void what_does_not_balance_is_refused(void **state)
{
	struct world *w = *state;
	static const char head[] = "{\"text\":\"银行利息\",\"posting\":[";
	static const struct {
		const char *msgid, *lines;
	} rows[] = {
		{ "voucher_two",
			"{\"ledger\":\"ledger/1\",\"side\":\"debit\",\"amount\":\"5.00\"}" },
		{ "voucher_balances",
			"{\"ledger\":\"ledger/1\",\"side\":\"debit\",\"amount\":\"5.00\"},"
			"{\"ledger\":\"ledger/7\",\"side\":\"credit\",\"amount\":\"5.01\"}" },
		{ "voucher_whole",
			"{\"ledger\":\"ledger/1\",\"side\":\"debit\"},"
			"{\"ledger\":\"ledger/7\",\"side\":\"credit\",\"amount\":\"5.01\"}" },
		{ "input.range",
			"{\"ledger\":\"ledger/1\",\"side\":\"debit\",\"amount\":\"-5.00\"},"
			"{\"ledger\":\"ledger/7\",\"side\":\"credit\",\"amount\":\"-5.00\"}" },
		{ "input.range", "{\"ledger\":\"ledger/"
				 "1\",\"side\":\"debit\",\"amount\":\"10000000000000.01\"},"
				 "{\"ledger\":\"ledger/"
				 "7\",\"side\":\"credit\",\"amount\":\"10000000000000.01\"}" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char input[512];
		(void)snprintf(input, sizeof input, "%s%s]}", head, rows[i].lines);
		must_not(w, LX_INVALID, rows[i].msgid, TREASURER, "voucher.enter", 0, input);
	}
	must_not(w, LX_INVALID, "voucher_side", TREASURER, "voucher.call", 0,
		lines(BANK, DUES, 5,
			",\"payer\":\"member/2\",\"basis\":\"charter/1\",\"due\":\"2027-01-10\""));
	must_not(w, LX_INVALID, "voucher_payer", TREASURER, "voucher.call", 0,
		lines(OWED_C, DUES, 5,
			",\"payer\":\"member/2\",\"basis\":\"charter/1\",\"due\":\"2027-01-10\""));
	must_not(w, LX_FORBIDDEN, "act.relation", B_OFFICER, "voucher.enter", 0,
		lines(BANK, INTEREST, 5, ""));
}

static void what_is_booked_is_not_corrected(void **state)
{
	struct world *w = *state;
	int64_t call = call_b(w, 60, "");
	struct lx_record made = load(w, "voucher", call);
	char input[160];

	(void)snprintf(input, sizeof input,
		"{\"entry\":%d,\"payer\":\"member/3\",\"reason\":\"写错了成员。\"}",
		(int)made.made_n);
	must_not(w, LX_INVALID, "voucher_fixed", TREASURER, "voucher.correct", call, input);
	(void)snprintf(input, sizeof input,
		"{\"entry\":%d,\"text\":\"二〇二六年度会费\",\"reason\":\"补全摘要。\"}",
		(int)made.made_n);
	must(w, TREASURER, "voucher.correct", call, input);
	/* what two organs are asked about stays as they were shown it */
	must(w, TREASURER, "voucher.reverse", call, "{\"reason\":\"通知有误。\"}");
	must_not(w, LX_CONFLICT, "voucher_pending", TREASURER, "voucher.correct", call, input);
	must(w, AUDITOR, "voucher.say", call, "{\"says\":\"no\"}");
	two_offices(w, "voucher.reverse", call, "{\"reason\":\"通知有误。\"}");
}

static void a_ledger_closes_at_zero_only(void **state)
{
	struct world *w = *state;
	int64_t ledger = must(w, TREASURER, "ledger.open", 0,
		"{\"code\":\"1009\",\"names\":{\"zh\":\"备用\",\"en\":\"Spare\"},\"kind\":"
		"\"asset\","
		"\"floor\":\"zero\"}");
	int64_t entry = must(w, TREASURER, "voucher.enter", 0, lines((int)ledger, INTEREST, 5, ""));

	must_not(w, LX_CONFLICT, "ledger_waiting", TREASURER, "ledger.close", ledger,
		"{\"reason\":\"不用了。\"}");
	two_offices(w, "voucher.pay", entry, NULL);
	must_not(w, LX_CONFLICT, "ledger_balance", TREASURER, "ledger.close", ledger,
		"{\"reason\":\"不用了。\"}");
	two_offices(w, "voucher.reverse", entry, "{\"reason\":\"记错科目。\"}");
	must(w, TREASURER, "ledger.close", ledger, "{\"reason\":\"不用了。\"}");
	int64_t late = must(w, TREASURER, "voucher.enter", 0, lines((int)ledger, INTEREST, 5, ""));
	must_not(w, LX_CONFLICT, "voucher_closed", TREASURER, "voucher.pay", late, NULL);
	must_not(w, LX_INVALID, "ledger_claim", TREASURER, "ledger.open", 0,
		"{\"code\":\"1131\",\"names\":{\"zh\":\"应收\",\"en\":\"Claim\"},\"kind\":"
		"\"claim\","
		"\"floor\":\"none\"}");
}

/* --- whatever happens ------------------------------------------------------------------------ */

struct walk {
	uint64_t seed;
};

static uint64_t below(struct walk *walk, uint64_t n)
{
	walk->seed ^= walk->seed << 13;
	walk->seed ^= walk->seed >> 7;
	walk->seed ^= walk->seed << 17;
	return (walk->seed >> 11) % n;
}

static const char *random_on(struct walk *walk)
{
	static char on[48];

	(void)snprintf(on, sizeof on, ",\"on\":\"2026-11-%02d\"", (int)below(walk, 18) + 1);
	return below(walk, 3) == 0 ? "" : on;
}

/* One act of somebody on some voucher; refusals are as good as anything. */
static void step(struct world *w, struct walk *walk, int64_t *last)
{
	static const char *const acts[] = { "voucher.acknowledge", "voucher.deny", "voucher.pay",
		"voucher.reverse", "voucher.drop", "voucher.say" };
	static const int64_t who[] = { B_OFFICER, B_OFFICER, TREASURER, TREASURER, TREASURER, 0 };
	uint64_t yuan = below(walk, 400) + 1;
	struct lx_order order = { .made_record = 0 };
	char input[160];

	(void)snprintf(input, sizeof input, ",\"payer\":\"member/2\"%s", random_on(walk));
	switch (below(walk, 12)) {
	case 0:
		(void)snprintf(input, sizeof input,
			",\"payer\":\"member/2\",\"basis\":\"charter/1\",\"due\":\"2027-03-01\"%s",
			random_on(walk));
		(void)act(w, TREASURER, "voucher.call", 0,
			lines(OWED_B, DUES, (int64_t)yuan, input), &order);
		break;
	case 1:
	case 2:
		(void)act(w, TREASURER, "voucher.receive", 0,
			below(walk, 2) == 0 ? lines(BANK, DUES, (int64_t)yuan, input)
					    : receipt_b((int64_t)yuan,
						      (int64_t)below(walk, (uint64_t)*last + 1) + 1,
						      random_on(walk)),
			&order);
		break;
	case 3:
		(void)act(w, TREASURER, "voucher.ask", 0,
			lines(COSTS, BANK, (int64_t)yuan,
				",\"payee\":\"member/3\",\"basis\":\"charter/1\""),
			&order);
		break;
	default: {
		size_t i = below(walk, 6);
		const char *on = random_on(walk);
		int64_t voucher = (int64_t)below(walk, (uint64_t)*last + 1) + 1;
		if (*last > 40 && below(walk, 4) > 0)
			voucher = *last - (int64_t)below(walk, 20);
		(void)snprintf(
			input, sizeof input, "{\"reason\":\"随机的理由。\"%s}", i == 3 ? on : "");
		bool says = i == 5;
		if (says)
			(void)snprintf(input, sizeof input, "{\"says\":\"%s\"}",
				below(walk, 8) == 0 ? "no" : "yes");
		else if (i == 0)
			(void)snprintf(input, sizeof input, "{}");
		else if (i == 2)
			(void)snprintf(input, sizeof input, "{%s}", on + (on[0] == ','));
		(void)act(w, says ? (below(walk, 2) == 0 ? TREASURER : AUDITOR) : who[i], acts[i],
			voucher, input, &order);
	}
	}
	if (order.made_record > *last)
		*last = order.made_record;
}

struct lowest {
	int64_t balance, least;
};

static enum lx_code add_day(void *with, const struct lx_value *values)
{
	struct lowest *l = with;

	l->balance += values[1].number;
	if (l->balance < l->least)
		l->least = l->balance;
	return LX_OK;
}

static void books_hold(struct world *w)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lowest bank = { 0, 0 };
	int64_t sum = 0;

	for (int64_t ledger = BANK; ledger <= INTEREST; ledger++)
		sum += balance(w, ledger);
	assert_int_equal(sum, 0); /* debit is credit */
	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	assert_int_equal(lx_each(tx, &lx_q_fund_later, (struct lx_value[]){ LX_I(BANK), LX_I(0) },
				 add_day, &bank),
		LX_OK);
	assert_int_equal(bank.least, 0); /* at the end of no day */
}

static void random_walks_keep_the_books(void **state)
{
	struct world *w = *state;
	struct lx_arena_mark mark;

	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct walk walk = { seed * 0x9e3779b97f4a7c15u };
		int64_t last = 0;
		for (int i = 0; i < 700; i++) {
			mark = lx_arena_here(w->call.arena);
			step(w, &walk, &last);
			if (i % 50 == 0)
				books_hold(w);
			lx_arena_back(w->call.arena, mark);
		}
		books_hold(w);
		print_message("walk %d: %d vouchers, %lld in the bank\n", (int)seed, (int)last,
			(long long)balance(w, BANK));
	}
	rebuilds(w);
}

static void every_statement_is_as_declared(void **state)
{
	struct world *w = *state;
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	assert_int_equal(lx_store_read(w->store, &w->call, &tx), LX_OK);
	for (size_t i = 0; lx_fund_queries[i] != NULL; i++)
		if (lx_query_check(tx, lx_fund_queries[i]) != LX_OK)
			fail_msg("%s: %s %s", lx_fund_queries[i]->name, w->call.fault.msgid,
				w->call.fault.detail);
}

static int begin_fund(void **state)
{
	if (begin(state) != 0)
		return 1;
	lay_out(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_statement_is_as_declared),
		cmocka_unit_test(a_payment_dated_back_looks_at_all_later_days),
		cmocka_unit_test(a_contribution_is_called_paid_and_acknowledged),
		cmocka_unit_test(what_is_not_paid_in_time_is_overdue),
		cmocka_unit_test(who_records_a_receipt_does_not_confirm_it),
		cmocka_unit_test(a_payment_needs_two_offices),
		cmocka_unit_test(the_same_office_twice_is_not_two),
		cmocka_unit_test(two_asks_cannot_spend_the_same_money),
		cmocka_unit_test(a_reversal_nets_and_the_call_waits_again),
		cmocka_unit_test(a_reversal_cannot_break_the_floor),
		cmocka_unit_test(what_does_not_balance_is_refused),
		cmocka_unit_test(what_is_booked_is_not_corrected),
		cmocka_unit_test(a_ledger_closes_at_zero_only),
		cmocka_unit_test(random_walks_keep_the_books),
		cmocka_unit_test(a_rebuild_is_whole_or_nothing),
	};

	return cmocka_run_group_tests(tests, begin_fund, end);
}
