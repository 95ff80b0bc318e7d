/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The institutions' own addresses and parts of pages. The most literal route wins, so "/=rounds/:n/roll" stands before the
 * general "/:plural/:n/:act"; "=rounds" is captured too, as the general handlers expect. A route "/=rounds/:n" would also take
 * "/rounds/new": add to the general page by a part instead.
 */
#include "modules/module_pages.h"

#include "modules/agreements/agreements.h"
#include "modules/allocations/allocations.h"
#include "modules/duty/duty.h"
#include "modules/fund/fund.h"
#include "modules/rounds/rounds.h"

const struct lx_route lx_module_routes[] = {
	{ "GET", "/=rounds/:n/vote", LX_SIGNED_IN, lx_page_ballot },
	{ "POST", "/=rounds/:n/vote", LX_SIGNED_IN, lx_page_ballot_confirm },
	{ "GET", "/=rounds/:n/=cast", LX_SIGNED_IN, lx_page_ballot },
	{ "POST", "/=rounds/:n/=cast", LX_SIGNED_IN, lx_page_cast },
	{ "GET", "/=rounds/:n/roll", LX_ANYONE, lx_page_roll },
	{ "GET", "/=rounds/:n/sample", LX_SIGNED_IN, lx_page_sample },
	{ "GET", "/=rounds/:n/ballot", LX_ANYONE, lx_page_track },
	{ "GET", "/=rounds/:n/boxes", LX_ANYONE, lx_page_boxes },
	{ "GET", "/=allocations/:n/shares", LX_ANYONE, lx_page_shares },
	{ "GET", "/=allocations/:n/game", LX_ANYONE, lx_page_game },
	{ "GET", "/duty", LX_ANYONE, lx_page_duty },
	{ "GET", "/fund", LX_ANYONE, lx_page_fund },
	{ "GET", "/fund/balance", LX_ANYONE, lx_page_fund_balance },
	{ "GET", "/fund/calls", LX_SIGNED_IN, lx_page_fund_calls },
	{ "POST", "/fund/calls", LX_SIGNED_IN, lx_page_fund_calls_post },
	{ "GET", "/fund/ledgers/:n", LX_ANYONE, lx_page_fund_ledger },
	{ "GET", "/fund/members/:n", LX_ANYONE, lx_page_fund_member },
	{ "GET", "/fund/money", LX_ANYONE, lx_page_fund_money },
	{ "GET", "/fund/projects/:n", LX_ANYONE, lx_page_fund_project },
	{ "GET", "/=rounds/:n/result", LX_ANYONE, lx_page_result },
	{ 0 },
};

const struct lx_item_part lx_module_parts[] = {
	{ "round", lx_round_more, lx_round_fill },
	{ "agreement", lx_agreement_more, lx_agreement_fill },
	{ "ledger", NULL, lx_fund_link_fill, "" },
	{ "member", NULL, lx_fund_link_fill, "" },
	{ "allocation", NULL, lx_allocation_fill },
	{ 0 },
};

lx_home_fill_fn *const lx_module_home[] = {
	lx_duty_home,
	lx_round_home,
	lx_fund_home,
	NULL,
};
