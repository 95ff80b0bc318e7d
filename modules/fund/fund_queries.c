/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The books as tables. fund_line: one line of a booked voucher; fund_day: sums of a ledger by day, kind and basis;
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
		"ledger INTEGER NOT NULL, day INTEGER NOT NULL, kind TEXT NOT NULL, basis TEXT NOT "
		"NULL, debit INTEGER NOT NULL, credit INTEGER NOT NULL, "
		"PRIMARY KEY (ledger, day, kind, basis)",
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
	"INSERT INTO fund_day (ledger, day, kind, basis, debit, credit) VALUES ($1, $2, $3, $4, "
	"$5, "
	"$6) ON CONFLICT (ledger, day, kind, basis) DO UPDATE SET debit = fund_day.debit + "
	"excluded.debit, credit = fund_day.credit + excluded.credit",
	"iittii", "" };

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

/* --- statements ------------------------------------------------------------------------------ */

#define ASSETS     "(SELECT id FROM ledger WHERE f_kind = 'asset')"
#define OF_LEDGER  "l.ledger = $1"
#define OF_MEMBER  "l.ledger IN (SELECT id FROM ledger WHERE f_member = $1)"
#define OF_PROJECT "l.basis = $1 AND l.ledger IN " ASSETS
#define OF_MONEY   "l.ledger IN (SELECT id FROM ledger WHERE f_kind = $1)"

#define BEFORE(table, where)                                                                       \
	"SELECT coalesce(sum(l.debit), 0), coalesce(sum(l.credit), 0) FROM " table                 \
	" AS l WHERE " where " AND l.day < $2"
#define IN_PERIOD " AND l.day >= $2 AND l.day <= $3 AND ($4 = '' OR l.kind = $4)"
#define PERIOD(where)                                                                              \
	"SELECT coalesce(sum(l.debit), 0), coalesce(sum(l.credit), 0), count(*) FROM fund_line "   \
	"AS "                                                                                      \
	"l WHERE " where IN_PERIOD
#define LINES(where)                                                                               \
	"SELECT l.day, l.n, l.row, l.at, l.voucher, l.kind, l.ledger, l.debit, l.credit FROM "     \
	"fund_line AS l WHERE " where IN_PERIOD " ORDER BY l.day, l.n, l.row LIMIT $5 OFFSET $6"
#define SKIPPED(where)                                                                             \
	"SELECT coalesce(sum(s.debit), 0), coalesce(sum(s.credit), 0) FROM (SELECT l.debit AS "    \
	"debit, l.credit AS credit FROM fund_line AS l WHERE " where IN_PERIOD                     \
	" ORDER BY l.day, l.n, l.row LIMIT $5) AS s"

const struct lx_query lx_q_fund_before[LX_SCOPES] = {
	{ "fund.before_ledger", BEFORE("fund_day", OF_LEDGER), "ii", "ii" },
	{ "fund.before_member", BEFORE("fund_day", OF_MEMBER), "ti", "ii" },
	{ "fund.before_project", BEFORE("fund_line", OF_PROJECT), "ti", "ii" },
	{ "fund.before_money", BEFORE("fund_day", OF_MONEY), "ti", "ii" },
};
const struct lx_query lx_q_fund_period[LX_SCOPES] = {
	{ "fund.period_ledger", PERIOD(OF_LEDGER), "iiit", "iii" },
	{ "fund.period_member", PERIOD(OF_MEMBER), "tiit", "iii" },
	{ "fund.period_project", PERIOD(OF_PROJECT), "tiit", "iii" },
	{ "fund.period_money", PERIOD(OF_MONEY), "tiit", "iii" },
};
const struct lx_query lx_q_fund_lines[LX_SCOPES] = {
	{ "fund.lines_ledger", LINES(OF_LEDGER), "iiitii", "iiiiitiii" },
	{ "fund.lines_member", LINES(OF_MEMBER), "tiitii", "iiiiitiii" },
	{ "fund.lines_project", LINES(OF_PROJECT), "tiitii", "iiiiitiii" },
	{ "fund.lines_money", LINES(OF_MONEY), "tiitii", "iiiiitiii" },
};
const struct lx_query lx_q_fund_skipped[LX_SCOPES] = {
	{ "fund.skipped_ledger", SKIPPED(OF_LEDGER), "iiiti", "ii" },
	{ "fund.skipped_member", SKIPPED(OF_MEMBER), "tiiti", "ii" },
	{ "fund.skipped_project", SKIPPED(OF_PROJECT), "tiiti", "ii" },
	{ "fund.skipped_money", SKIPPED(OF_MONEY), "tiiti", "ii" },
};

/* --- the overview ---------------------------------------------------------------------------- */

const struct lx_query lx_q_fund_assets_until = { "fund.assets_until",
	"SELECT coalesce(sum(d.debit), 0) - coalesce(sum(d.credit), 0) FROM fund_day AS d WHERE "
	"d.ledger IN " ASSETS " AND d.day <= $1",
	"i", "i" };

const struct lx_query lx_q_fund_assets_days = { "fund.assets_days",
	"SELECT d.day, sum(d.debit), sum(d.credit) FROM fund_day AS d WHERE d.ledger IN " ASSETS
	" AND d.day >= $1 AND d.day <= $2 GROUP BY d.day ORDER BY d.day",
	"ii", "iII" };

/* what moved the money in a period, by kind and by what it rests on */
const struct lx_query lx_q_fund_moves = { "fund.moves",
	"SELECT d.kind, d.basis, sum(d.debit) - sum(d.credit) FROM fund_day AS d WHERE d.ledger "
	"IN " ASSETS
	" AND d.day >= $1 AND d.day <= $2 GROUP BY d.kind, d.basis ORDER BY d.kind DESC, "
	"d.basis LIMIT $3",
	"iii", "ttI" };

/* each member's claims: owed before a period, called and received in it, owed after it */
const struct lx_query lx_q_fund_members = { "fund.members",
	"SELECT g.f_member, sum(CASE WHEN d.day < $1 THEN d.debit - d.credit ELSE 0 END), sum(CASE "
	"WHEN d.day >= $1 AND d.kind = 'call' THEN d.debit - d.credit ELSE 0 END), sum(CASE WHEN "
	"d.day >= $1 AND d.kind = 'receipt' THEN d.credit - d.debit ELSE 0 END), sum(d.debit) - "
	"sum(d.credit) FROM ledger AS g JOIN fund_day AS d ON d.ledger = g.id WHERE g.f_kind = "
	"'claim' AND d.day <= $2 GROUP BY g.f_member ORDER BY min(g.f_code), g.f_member LIMIT $3",
	"iii", "TIIII" };

const struct lx_query lx_q_fund_asked = { "fund.asked",
	"SELECT coalesce(sum(f_amount), 0), count(*) FROM voucher WHERE state = 'asked' AND f_kind "
	"= "
	"'payment'",
	"", "ii" };

const struct lx_query lx_q_fund_recorded = { "fund.recorded",
	"SELECT coalesce(sum(f_amount), 0), count(*) FROM voucher WHERE state IN ('recorded', "
	"'denied')",
	"", "ii" };

/* calls that are late, with what they lack */
const struct lx_query lx_q_fund_late = { "fund.late",
	"SELECT v.id, v.f_payer, v.f_amount - (SELECT coalesce(sum(r.f_amount), 0) FROM voucher AS "
	"r "
	"WHERE r.f_settles = 'voucher/' || v.id AND r.state = 'settled') FROM voucher AS v JOIN "
	"term "
	"AS t ON t.type = 'voucher' AND t.record = v.id WHERE v.state = 'called' AND t.stage = "
	"'late' ORDER BY v.id LIMIT $1",
	"i", "iTI" };

/* every ledger with its sums up to a day: what must add up to the same on both sides */
const struct lx_query lx_q_fund_trial = { "fund.trial",
	"SELECT g.id, coalesce(sum(d.debit), 0), coalesce(sum(d.credit), 0) FROM ledger AS g LEFT "
	"JOIN fund_day AS d ON d.ledger = g.id AND d.day <= $1 GROUP BY g.id, g.f_code ORDER BY "
	"g.f_code, g.id LIMIT $2",
	"ii", "iii" };

/* what waits outside the books or is still to be paid */
const struct lx_query lx_q_fund_open_of_member = { "fund.open_of_member",
	"SELECT id FROM voucher WHERE f_payer = $1 AND state IN ('called', 'recorded', 'denied') "
	"ORDER BY id DESC LIMIT $2",
	"ti", "i" };

/* '$' follows '#': the project and its milestones */
const struct lx_query lx_q_fund_open_of_project = { "fund.open_of_project",
	"SELECT id FROM voucher WHERE f_basis >= $1 AND f_basis < $1 || '$' AND state = 'asked' "
	"ORDER "
	"BY id DESC LIMIT $2",
	"ti", "i" };

/* a member's claim in use, the first that was opened */
const struct lx_query lx_q_fund_claim = { "fund.claim",
	"SELECT id FROM ledger WHERE f_member = $1 AND f_kind = 'claim' AND state = 'open' ORDER "
	"BY "
	"id LIMIT 1",
	"t", "i" };

const struct lx_query lx_q_fund_incomes = { "fund.incomes",
	"SELECT id FROM ledger WHERE f_kind = 'income' AND state = 'open' ORDER BY f_code, id "
	"LIMIT "
	"$1",
	"i", "i" };

const struct lx_query *const lx_fund_queries[] = { &lx_q_fund_booked, &lx_q_fund_line_put,
	&lx_q_fund_day_add, &lx_q_fund_ledger_add, &lx_q_fund_until, &lx_q_fund_later,
	&lx_q_fund_turnover, &lx_q_fund_paid, &lx_q_fund_hanging, &lx_q_fund_unfinished,
	&lx_q_fund_before[0], &lx_q_fund_before[1], &lx_q_fund_before[2], &lx_q_fund_before[3],
	&lx_q_fund_period[0], &lx_q_fund_period[1], &lx_q_fund_period[2], &lx_q_fund_period[3],
	&lx_q_fund_lines[0], &lx_q_fund_lines[1], &lx_q_fund_lines[2], &lx_q_fund_lines[3],
	&lx_q_fund_skipped[0], &lx_q_fund_skipped[1], &lx_q_fund_skipped[2], &lx_q_fund_skipped[3],
	&lx_q_fund_assets_until, &lx_q_fund_assets_days, &lx_q_fund_moves, &lx_q_fund_members,
	&lx_q_fund_asked, &lx_q_fund_recorded, &lx_q_fund_late, &lx_q_fund_trial,
	&lx_q_fund_open_of_member, &lx_q_fund_open_of_project, &lx_q_fund_claim, &lx_q_fund_incomes,
	NULL };
