/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Whose money went where: Equal Shares once more with the final share, purse by purse, by groups of voters. */
#include "engines/tally/run.h"

/* What is added up. */
struct sums {
	const struct lx_tally_election *e;
	size_t groups_n;
	uint64_t *voters;
	double *paid, *had, *left;
	bool *sold;
};

static size_t group_of(const struct sums *sums, size_t ballot)
{
	return sums->e->district == NULL ? 0 : sums->e->district[ballot];
}

static enum lx_code sums_open(struct lx_call *call, const struct lx_tally_election *e,
	const struct lx_tally_result *result, struct sums *sums)
{
	size_t rounds = result->winners_n;

	sums->e = e;
	sums->groups_n = e->district == NULL ? 1 : e->districts_n;
	sums->voters = lx_array(call, sums->groups_n, sizeof *sums->voters);
	sums->paid = lx_array(call, rounds + 1, sums->groups_n * sizeof *sums->paid);
	sums->had = lx_array(call, rounds, sizeof *sums->had);
	sums->left = lx_array(call, sums->groups_n, sizeof *sums->left);
	sums->sold = lx_array(call, rounds, sizeof *sums->sold);
	if (sums->voters == NULL || sums->paid == NULL || sums->had == NULL || sums->left == NULL ||
		sums->sold == NULL)
		return LX_BROKEN;
	for (size_t b = 0; b < e->ballots_n; b++)
		sums->voters[group_of(sums, b)] += e->weight[b];
	return LX_OK;
}

/* Round `at` is paid by the purses that the purchase empties. */
static void sell(struct lx_tally_run *run, const struct lx_bid *bid, struct sums *sums, size_t at)
{
	const struct lx_tally_view *view = run->view;
	double *paid = sums->paid + at * sums->groups_n;
	size_t from = view->start[bid->project], end = view->start[bid->project + 1];

	for (size_t k = from; k < end; k++) {
		const struct lx_purse *purse = &run->purse[view->voter[k]];
		double money = purse->money * (double)purse->people;
		paid[group_of(sums, view->ballot[view->voter[k]])] += money;
		sums->had[at] += money;
	}
	lx_tally_run_buy(run, bid);
	for (size_t k = from; k < end; k++) {
		const struct lx_purse *purse = &run->purse[view->voter[k]];
		paid[group_of(sums, view->ballot[view->voter[k]])] -= purse->money *
								      (double)purse->people;
	}
	sums->sold[at] = true;
}

static enum lx_code sell_all(
	struct lx_tally_run *run, const struct lx_tally_result *result, struct sums *sums)
{
	lx_tally_run_start(run, result->share_num, result->share_den);
	for (size_t at = 0; at < result->winners_n && result->rounds[at].phase == 0; at++) {
		struct lx_bid winner = { 0 };
		LX_TRY(lx_tally_run_gather(run, 0));
		if (run->bids_n == 0)
			break;
		LX_TRY(lx_tally_run_decide(run, &winner));
		sell(run, &winner, sums, at);
	}
	for (size_t row = 0; row < run->view->rows_n; row++)
		sums->left[group_of(sums, run->view->ballot[row])] +=
			run->purse[row].money * (double)run->purse[row].people;
	return LX_OK;
}

/* Nobody paid: in equal parts, by those who named it. */
static void put_down(
	const struct lx_tally_view *view, size_t p, double *paid, const struct sums *sums)
{
	double each = view->people[p] == 0
			      ? 0
			      : (double)view->election->cost[p] / (double)view->people[p];

	for (size_t k = view->start[p]; k < view->start[p + 1]; k++)
		paid[group_of(sums, view->ballot[view->voter[k]])] +=
			each * (double)view->weight[view->voter[k]];
}

enum lx_code lx_tally_follow_money(struct lx_call *call, const struct lx_tally_election *election,
	const struct lx_tally_setting *setting, const struct lx_tally_result *result,
	struct lx_tally_money *money)
{
	LX_CLOSE(lx_tally_run_close) struct lx_tally_run run = { 0 };
	struct lx_tally_setting by = *setting;
	struct lx_tally_view view;
	struct sums sums;

	if (lx_tally_by_approval(setting->rule))
		by.utility = LX_UTILITY_CARD;
	LX_TRY(sums_open(call, election, result, &sums));
	LX_TRY(lx_tally_prepare(call, election, &by, &view));
	if (setting->rule == LX_RULE_MES && !result->replaced && view.voters > 0) {
		LX_TRY(lx_tally_run_open(call, &view, &by, &run));
		LX_TRY(sell_all(&run, result, &sums));
	}
	for (size_t at = 0; at < result->winners_n; at++)
		if (!sums.sold[at])
			put_down(&view, result->rounds[at].project, sums.paid + at * sums.groups_n,
				&sums);
	*money = (struct lx_tally_money){ .groups_n = sums.groups_n,
		.voters = sums.voters,
		.paid = sums.paid,
		.had = sums.had,
		.left = sums.left,
		.sold = sums.sold };
	return LX_OK;
}
