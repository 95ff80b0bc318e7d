/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The books as tables. fund_line: one line of a booked voucher; fund_day: sums of a ledger by day and kind;
 * fund_ledger: its sums altogether. Days are numbers (base/time.h). All of it is derived from vouchers.
 */
#include "modules/fund/fund_queries.h"

#include "modules/fund/books.h"

const struct lx_table lx_books_tables[] = {
	{ "fund_line", LX_DERIVED,
		"ledger INTEGER NOT NULL, day INTEGER NOT NULL, n INTEGER NOT NULL, row INTEGER "
		"NOT "
		"NULL, voucher INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, debit "
		"INTEGER NOT NULL, credit INTEGER NOT NULL, basis TEXT NOT NULL, "
		"PRIMARY KEY (ledger, day, n, row)",
		"CREATE INDEX IF NOT EXISTS fund_line_by_voucher ON fund_line (voucher);"
		"CREATE INDEX IF NOT EXISTS fund_line_by_basis ON fund_line (basis, day, n, row)",
		true },
	{ "fund_day", LX_DERIVED,
		"ledger INTEGER NOT NULL, day INTEGER NOT NULL, kind TEXT NOT NULL, debit INTEGER "
		"NOT "
		"NULL, credit INTEGER NOT NULL, PRIMARY KEY (ledger, day, kind)",
		NULL, true },
	{ "fund_ledger", LX_DERIVED,
		"ledger INTEGER PRIMARY KEY, debit INTEGER NOT NULL, credit INTEGER NOT NULL, "
		"lines "
		"INTEGER NOT NULL",
		NULL },
	{ 0 },
};

const struct lx_query lx_q_fund_booked = { "fund.booked",
	"SELECT count(*) FROM fund_line WHERE voucher = $1", "i", "i" };

const struct lx_query lx_q_fund_line_put = { "fund.line_put",
	"INSERT INTO fund_line (ledger, day, n, row, voucher, at, kind, debit, credit, basis) "
	"VALUES "
	"($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
	"iiiiiitiit", "" };

const struct lx_query lx_q_fund_day_add = { "fund.day_add",
	"INSERT INTO fund_day (ledger, day, kind, debit, credit) VALUES ($1, $2, $3, $4, $5) ON "
	"CONFLICT (ledger, day, kind) DO UPDATE SET debit = fund_day.debit + excluded.debit, "
	"credit = fund_day.credit + excluded.credit",
	"iitii", "" };

const struct lx_query lx_q_fund_ledger_add = { "fund.ledger_add",
	"INSERT INTO fund_ledger (ledger, debit, credit, lines) VALUES ($1, $2, $3, 1) ON CONFLICT "
	"(ledger) DO UPDATE SET debit = fund_ledger.debit + excluded.debit, credit = "
	"fund_ledger.credit + excluded.credit, lines = fund_ledger.lines + 1",
	"iii", "" };

/* debit and credit of a ledger up to and with a day */
const struct lx_query lx_q_fund_until = { "fund.until",
	"SELECT coalesce(sum(debit), 0), coalesce(sum(credit), 0) FROM fund_day WHERE ledger = $1 "
	"AND day <= $2",
	"ii", "ii" };

/* what each later day adds, in order */
const struct lx_query lx_q_fund_later = { "fund.later",
	"SELECT day, sum(debit) - sum(credit) FROM fund_day WHERE ledger = $1 AND day > $2 GROUP "
	"BY "
	"day ORDER BY day",
	"ii", "iI" };

/* debit of all ledgers since the beginning: nothing is ever taken out of the books */
const struct lx_query lx_q_fund_turnover = { "fund.turnover",
	"SELECT coalesce(sum(debit), 0) FROM fund_ledger", "", "i" };

/* what settled receipts have paid of a call */
const struct lx_query lx_q_fund_paid = { "fund.paid",
	"SELECT coalesce(sum(f_amount), 0) FROM voucher WHERE f_settles = $1 AND state = 'settled'",
	"t", "i" };

/* receipts for a call that are neither dropped nor reversed */
const struct lx_query lx_q_fund_hanging = { "fund.hanging",
	"SELECT count(*) FROM voucher WHERE f_settles = $1 AND state IN ('recorded', 'denied', "
	"'settled')",
	"t", "i" };

/* vouchers that would still post to a ledger */
const struct lx_query lx_q_fund_unfinished = { "fund.unfinished",
	"SELECT count(*) FROM voucher_posting AS p JOIN voucher AS v ON v.id = p.record WHERE "
	"p.f_ledger = $1 AND v.state IN ('asked', 'recorded', 'denied')",
	"t", "i" };

const struct lx_query *const lx_fund_queries[] = { &lx_q_fund_booked, &lx_q_fund_line_put,
	&lx_q_fund_day_add, &lx_q_fund_ledger_add, &lx_q_fund_until, &lx_q_fund_later,
	&lx_q_fund_turnover, &lx_q_fund_paid, &lx_q_fund_hanging, &lx_q_fund_unfinished, NULL };
