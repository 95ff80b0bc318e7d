/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The fund in three lines on the home page. */
#include "modules/fund/fund_show.h"

enum lx_code lx_fund_home(const struct lx_reader *reader, struct lx_home_page *page)
{
	struct lx_purse purse = { reader, false };
	struct lx_value balance, asked[2];

	if (!lx_charter_on(&reader->charter, "voucher"))
		return LX_OK;
	LX_TRY(lx_one(reader->tx, &lx_q_fund_assets_until, (struct lx_value[]){ LX_I(INT64_MAX) },
		&balance));
	LX_TRY(lx_one(reader->tx, &lx_q_fund_asked, NULL, asked));
	if (balance.number == 0 && asked[0].number == 0)
		return LX_OK;
	const struct {
		const char *id;
		int64_t amount;
	} rows[] = { { "fund.book_balance", balance.number }, { "fund.asked", asked[0].number },
		{ "fund.available", balance.number - asked[0].number } };
	struct lx_home_section *section = lx_home_section_add(reader, page);
	struct lx_fact *facts = lx_array(reader->call, 3, sizeof *facts);
	struct lx_cell *cells = lx_array(reader->call, 3, sizeof *cells);
	if (section == NULL || facts == NULL || cells == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < 3; i++)
		lx_purse_see(&purse, rows[i].amount);
	for (size_t i = 0; i < 3; i++) {
		cells[i] = lx_purse_cell(&purse, rows[i].amount);
		facts[i] = (struct lx_fact){ lx_fund_tr(reader, rows[i].id), &cells[i], 1 };
	}
	*section = (struct lx_home_section){ .heading = lx_fund_link(reader, "fund", "/fund"),
		.unit = lx_fund_unit(reader),
		.facts = facts,
		.facts_n = 3 };
	return LX_OK;
}
