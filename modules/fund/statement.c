/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Statements from the books. */
#include "modules/fund/statement.h"

static int64_t moved(const struct lx_statement *s, int64_t debit, int64_t credit)
{
	return s->debit_up ? debit - credit : credit - debit;
}

static enum lx_code read_sums(struct lx_tx *tx, struct lx_statement *s)
{
	struct lx_value before[2], inside[3];

	LX_TRY(lx_one(tx, &lx_q_fund_before[s->scope],
		(struct lx_value[]){ s->of, LX_I(s->period.from) }, before));
	LX_TRY(lx_one(tx, &lx_q_fund_period[s->scope],
		(struct lx_value[]){
			s->of, LX_I(s->period.from), LX_I(s->period.on), LX_T(s->kind) },
		inside));
	s->opening = moved(s, before[0].number, before[1].number);
	s->debit = inside[0].number;
	s->credit = inside[1].number;
	s->total = inside[2].number;
	s->closing = s->opening + moved(s, s->debit, s->credit);
	return LX_OK;
}

/* The balance that the pages before this one led to. */
static enum lx_code read_skipped(struct lx_tx *tx, struct lx_statement *s)
{
	struct lx_value sums[2] = { LX_I(0), LX_I(0) };

	if (s->page > 1)
		LX_TRY(lx_one(tx, &lx_q_fund_skipped[s->scope],
			(struct lx_value[]){ s->of, LX_I(s->period.from), LX_I(s->period.on),
				LX_T(s->kind), LX_I((s->page - 1) * s->most) },
			sums));
	s->page_opening = s->opening + moved(s, sums[0].number, sums[1].number);
	return LX_OK;
}

enum lx_code lx_statement_read(struct lx_tx *tx, struct lx_statement *s)
{
	struct lx_value *cells;
	size_t n;

	LX_TRY(read_sums(tx, s));
	LX_TRY(read_skipped(tx, s));
	LX_TRY(lx_all(tx, &lx_q_fund_lines[s->scope],
		(struct lx_value[]){ s->of, LX_I(s->period.from), LX_I(s->period.on), LX_T(s->kind),
			LX_I(s->most), LX_I((s->page - 1) * s->most) },
		(size_t)s->most, &cells, &n));
	s->lines = lx_array(lx_tx_call(tx), n, sizeof *s->lines);
	if (s->lines == NULL)
		return LX_BROKEN;
	int64_t balance = s->page_opening;
	for (size_t i = 0; i < n; i++) {
		const struct lx_value *c = cells + 9 * i;
		balance += moved(s, c[7].number, c[8].number);
		s->lines[i] = (struct lx_line){ .day = c[0].number,
			.n = c[1].number,
			.row = c[2].number,
			.at = c[3].number,
			.voucher = c[4].number,
			.kind = c[5].text,
			.ledger = c[6].number,
			.debit = c[7].number,
			.credit = c[8].number,
			.balance = balance };
	}
	s->lines_n = n;
	return LX_OK;
}
