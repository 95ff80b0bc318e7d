/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Priceability of Exact Equal Shares, checked in fractions, voter by voter: with the share that is handed over, each
 * purchase is paid in equal parts by exactly those supporters who have such a part, together the cost; and no number of a loser's
 * supporters could share its cost evenly out of what they have left.
 */
#include "engines/tally/certify.h"

#include <gmp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEAR                                                                                       \
	1e-12 /* doubles of fractions that differ by less, relatively, are compared as fractions */

/* What each row has left. */
struct wallets {
	mpq_t *money;
	size_t n;
};

static void wallets_close(struct wallets *wallets)
{
	for (size_t i = 0; i < wallets->n; i++)
		mpq_clear(wallets->money[i]);
}

/* Everyone has the share; false when it cannot be read. */
static bool fill(struct wallets *wallets, size_t rows, const char *share)
{
	mpq_t all;

	mpq_init(all);
	bool read = share != NULL && mpq_set_str(all, share, 10) == 0 &&
		    mpz_sgn(mpq_denref(all)) != 0;
	if (read)
		mpq_canonicalize(all);
	for (; read && wallets->n < rows; wallets->n++) {
		mpq_init(wallets->money[wallets->n]);
		mpq_set(wallets->money[wallets->n], all);
	}
	mpq_clear(all);
	return read;
}

/* How many paid: the price is cost / (payers * unit), as a double, which tells a whole number. */
static uint64_t payers_told(const struct lx_tally_view *view, const struct lx_tally_round *round)
{
	double payers = (double)view->election->cost[round->project] /
			(round->price * (double)view->unit[round->project]);

	return payers >= 0.5 && payers < 1e15 ? (uint64_t)(payers + 0.5) : 0;
}

static bool take(
	const struct lx_tally_view *view, struct wallets *wallets, size_t p, uint64_t payers)
{
	uint64_t paid = 0;
	mpq_t due;

	if (payers == 0)
		return false;
	mpq_init(due);
	mpq_set_ui(due, (unsigned long)view->election->cost[p], payers);
	mpq_canonicalize(due);
	for (size_t k = view->start[p]; k < view->start[p + 1]; k++) {
		uint32_t row = view->voter[k];
		if (mpq_cmp(wallets->money[row], due) < 0)
			continue;
		mpq_sub(wallets->money[row], wallets->money[row], due);
		paid += (uint64_t)view->weight[row];
	}
	mpq_clear(due);
	return paid == payers;
}

struct holder {
	mpq_srcptr money;
	double near;
	uint64_t people;
};

static int richest_first(const void *left, const void *right)
{
	const struct holder *a = left, *b = right;

	if (fabs(a->near - b->near) > NEAR * (a->near + b->near))
		return a->near > b->near ? -1 : 1;
	return mpq_cmp(b->money, a->money);
}

/* Whether some of p's supporters, the richest first, could each pay an even part of its cost. */
static bool could_pay(const struct lx_tally_view *view, const struct wallets *wallets, size_t p,
	struct holder *holders)
{
	double cost = (double)view->election->cost[p];
	size_t n = 0;
	uint64_t sum = 0;
	bool could = false;
	mpq_t due;

	mpq_init(due);
	for (size_t k = view->start[p]; k < view->start[p + 1]; k++) {
		uint32_t row = view->voter[k];
		holders[n++] = (struct holder){ wallets->money[row], mpq_get_d(wallets->money[row]),
			(uint64_t)view->weight[row] };
	}
	qsort(holders, n, sizeof *holders, richest_first);
	for (size_t i = 0; i < n && !could; i++) {
		sum += holders[i].people;
		if (holders[i].near * (double)sum < cost * (1 - NEAR))
			continue;
		mpq_set_ui(due, (unsigned long)view->election->cost[p], sum);
		mpq_canonicalize(due);
		could = mpq_cmp(holders[i].money, due) >= 0;
	}
	mpq_clear(due);
	return could;
}

static void fail(struct lx_tally_certificate *certificate, size_t witness)
{
	if (certificate->holds)
		certificate->witness = (uint16_t)witness;
	certificate->holds = false;
}

enum lx_code lx_tally_check_even(
	const struct lx_tally_claim *claim, struct lx_tally_certificate *priceable)
{
	LX_CLOSE(wallets_close) struct wallets wallets = { 0 };
	const struct lx_tally_view *view = claim->view;
	bool *bought = lx_array(claim->call, view->n, sizeof *bought);
	struct holder *holders = lx_array(claim->call, view->rows_n, sizeof *holders);

	wallets.money = lx_array(claim->call, view->rows_n, sizeof *wallets.money);
	if (bought == NULL || holders == NULL || wallets.money == NULL)
		return LX_BROKEN;
	if (!fill(&wallets, view->rows_n, claim->result->exact_share)) {
		fail(priceable, LX_TALLY_NOBODY);
		return LX_OK;
	}
	for (size_t i = 0; i < claim->bought_n; i++) {
		const struct lx_tally_round *round = &claim->result->rounds[i];
		bought[round->project] = true;
		if (!take(view, &wallets, round->project, payers_told(view, round)))
			fail(priceable, round->project);
	}
	for (size_t p = 0; p < view->n; p++)
		if (!bought[p] && view->people[p] > 0 &&
			!lx_tally_limits_forbid(&claim->limits, p) &&
			could_pay(view, &wallets, p, holders))
			fail(priceable, p);
	return LX_OK;
}
