/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The fund's balance as a step line over a period, and the same by month as rows. Inside fund/ only. */
#ifndef LX_MODULES_FUND_CHART_H
#define LX_MODULES_FUND_CHART_H

#include "modules/fund/fund_show.h"

/* What a day moved, in order; days without any are left out. */
struct lx_fund_move {
	int64_t day, in, out;
};

struct lx_fund_course {
	struct lx_period period;
	int64_t opening;
	const struct lx_fund_move *moves;
	size_t moves_n;
};

/* The course of the assets from the books. */
LX_CHECK enum lx_code lx_fund_course(const struct lx_reader *reader, const struct lx_period *period,
	struct lx_fund_course *course);

/* The drawing; none where nothing moved. */
LX_CHECK enum lx_code lx_fund_chart(
	const struct lx_reader *reader, const struct lx_fund_course *course, struct lx_html *html);

/* In, out and balance at the end of each month (of each year, in periods over three years). */
LX_CHECK enum lx_code lx_fund_months(
	const struct lx_purse *purse, const struct lx_fund_course *course, struct lx_grid *table);

#endif
