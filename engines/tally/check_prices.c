/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Priceability, checked in whole numbers. For Equal Shares the prices come from lx_tally_exact over
 * one common denominator; the checker itself only multiplies, compares and adds, voter by voter.
 * For Phragmen the loads are worked out once more as fractions.
 */
#include "engines/tally/certify.h"
#include "engines/tally/exact.h"

/* The handed-over prices: price[j] * use is what a payer of purchase j owes, all over denominator. */
struct prices {
	mpz_t *price, share, denominator;
	size_t n;
};

/* Money of rows over the denominator; those not yet touched still have the share. */
struct purses {
	mpz_t *money;
	bool *touched;
	size_t n;
};

static void prices_close(struct prices *prices)
{
	if (prices->price == NULL)
		return;
	for (size_t i = 0; i < prices->n; i++)
		mpz_clear(prices->price[i]);
	mpz_clears(prices->share, prices->denominator, NULL);
}

static void purses_close(struct purses *purses)
{
	for (size_t i = 0; purses->money != NULL && i < purses->n; i++)
		if (purses->touched[i])
			mpz_clear(purses->money[i]);
}

/* Follows the purchases in rationals and keeps each price; then all over the last denominator. */
static enum lx_code find_prices(const struct lx_tally_claim *claim, struct prices *prices)
{
	LX_CLOSE(lx_tally_exact_close) struct lx_tally_exact exact = { 0 };
	struct lx_call *call = claim->call;

	prices->price = lx_array(call, claim->bought_n + 1, sizeof *prices->price);
	if (prices->price == NULL)
		return LX_BROKEN;
	mpz_inits(prices->share, prices->denominator, NULL);
	LX_TRY(lx_tally_exact_open(call, claim->view, &exact));
	lx_tally_exact_start(&exact, claim->result->share_num, claim->result->share_den);
	for (size_t i = 0; i < claim->bought_n; i++) {
		uint16_t p = claim->result->rounds[i].project;
		if (!lx_tally_exact_price(&exact, p))
			return LX_OK; /* the checker will see that prices are missing */
		lx_tally_exact_buy(&exact, p);
		for (size_t k = 0; k < i; k++)
			mpz_mul(prices->price[k], prices->price[k], exact.price.under);
		mpz_init_set(prices->price[i], exact.price.over);
		prices->n++;
	}
	mpz_set(prices->denominator, exact.denominator);
	lx_tally_set_wide(prices->share, claim->result->share_num);
	mpz_mul(prices->share, prices->share, prices->denominator);
	mpz_divexact_ui(prices->share, prices->share, (unsigned long)claim->result->share_den);
	return LX_OK;
}

static bool take(const struct lx_tally_view *view, const struct prices *prices, size_t round,
	size_t p, struct purses *purses)
{
	mpz_t sum, due, cost;

	mpz_inits(sum, due, cost, NULL);
	mpz_mul_ui(cost, prices->denominator, (unsigned long)view->election->cost[p]);
	for (size_t k = view->start[p]; k < view->start[p + 1]; k++) {
		uint32_t row = view->voter[k];
		if (!purses->touched[row])
			mpz_init_set(purses->money[row], prices->share);
		purses->touched[row] = true;
		mpz_mul_ui(due, prices->price[round], view->use == NULL ? 1 : view->use[k]);
		if (mpz_cmp(due, purses->money[row]) > 0)
			mpz_set(due, purses->money[row]);
		mpz_sub(purses->money[row], purses->money[row], due);
		mpz_addmul_ui(sum, due, (unsigned long)view->weight[row]);
	}
	bool paid = mpz_cmp(sum, cost) == 0 && mpz_sgn(prices->price[round]) > 0;
	mpz_clears(sum, due, cost, NULL);
	return paid;
}

/* Whether p's supporters together lack its cost. */
static bool lacks(const struct lx_tally_view *view, const struct prices *prices, size_t p,
	const struct purses *purses)
{
	mpz_t sum, cost;

	mpz_inits(sum, cost, NULL);
	mpz_mul_ui(cost, prices->denominator, (unsigned long)view->election->cost[p]);
	for (size_t k = view->start[p]; k < view->start[p + 1]; k++) {
		uint32_t row = view->voter[k];
		mpz_addmul_ui(sum, purses->touched[row] ? purses->money[row] : prices->share,
			(unsigned long)view->weight[row]);
	}
	bool less = mpz_cmp(sum, cost) < 0;
	mpz_clears(sum, cost, NULL);
	return less;
}

static void fail(struct lx_tally_certificate *certificate, size_t witness)
{
	if (certificate->holds)
		certificate->witness = (uint16_t)witness;
	certificate->holds = false;
}

enum lx_code lx_tally_check_shares(
	const struct lx_tally_claim *claim, struct lx_tally_certificate *priceable)
{
	LX_CLOSE(prices_close) struct prices prices = { 0 };
	LX_CLOSE(purses_close) struct purses purses = { .n = claim->view->rows_n };
	const struct lx_tally_view *view = claim->view;
	bool *bought = lx_array(claim->call, view->n, sizeof *bought);

	purses.touched = lx_array(claim->call, view->rows_n, sizeof *purses.touched);
	purses.money = lx_array(claim->call, view->rows_n, sizeof *purses.money);
	if (purses.touched == NULL || purses.money == NULL || bought == NULL)
		return LX_BROKEN;
	LX_TRY(find_prices(claim, &prices));
	for (size_t i = 0; i < claim->bought_n; i++) {
		uint16_t p = claim->result->rounds[i].project;
		bought[p] = true;
		if (i >= prices.n || !take(view, &prices, i, p, &purses))
			fail(priceable, p);
	}
	for (size_t p = 0; p < view->n; p++)
		if (!bought[p] && view->people[p] > 0 &&
			!lx_tally_limits_forbid(&claim->limits, p) &&
			!lacks(view, &prices, p, &purses))
			fail(priceable, p);
	return LX_OK;
}

/* Loads as fractions; load[0] is that of voters who took part in nothing. */
struct loads {
	mpq_t *load;
	size_t n;
};

static void loads_close(struct loads *loads)
{
	for (size_t i = 0; i < loads->n; i++)
		mpq_clear(loads->load[i]);
}

/* The sum of what p's supporters carry. */
static void carried(const struct lx_tally_view *view, const struct loads *loads,
	const uint32_t *last, size_t p, uint64_t *counts, mpq_t sum)
{
	mpq_t term;

	mpq_init(term);
	mpq_set_ui(sum, 0, 1);
	for (size_t i = 0; i < loads->n; i++)
		counts[i] = 0;
	for (size_t k = view->start[p]; k < view->start[p + 1]; k++)
		counts[last[view->voter[k]]] += (uint64_t)view->weight[view->voter[k]];
	for (size_t i = 1; i < loads->n; i++)
		if (counts[i] > 0) {
			mpq_set_ui(term, counts[i], 1);
			mpq_mul(term, term, loads->load[i]);
			mpq_add(sum, sum, term);
		}
	mpq_clear(term);
}

/* One purchase: the supporters' new common load makes their differences the cost; it never falls. */
static bool carry(const struct lx_tally_view *view, struct loads *loads, uint32_t *last, size_t p,
	uint64_t *counts)
{
	mpq_t sum, number;

	mpq_inits(sum, number, NULL);
	carried(view, loads, last, p, counts, sum);
	mpq_set_ui(number, (unsigned long)view->election->cost[p], 1);
	mpq_add(sum, sum, number);
	mpq_set_ui(number, view->people[p], 1);
	mpq_div(sum, sum, number);
	bool rises = mpq_cmp(sum, loads->load[loads->n - 1]) >= 0;
	mpq_init(loads->load[loads->n]);
	mpq_set(loads->load[loads->n], sum);
	for (size_t k = view->start[p]; k < view->start[p + 1]; k++)
		last[view->voter[k]] = (uint32_t)loads->n;
	loads->n++;
	mpq_clears(sum, number, NULL);
	return rises;
}

/* Whether p's supporters, given the largest load as their money, have at most p's cost left. */
static bool within_cost(const struct lx_tally_view *view, const struct loads *loads,
	const uint32_t *last, size_t p, uint64_t *counts)
{
	mpq_t sum, left;

	mpq_inits(sum, left, NULL);
	carried(view, loads, last, p, counts, sum);
	mpq_set_ui(left, view->people[p], 1);
	mpq_mul(left, left, loads->load[loads->n - 1]);
	mpq_sub(left, left, sum);
	bool within = mpq_cmp_ui(left, (unsigned long)view->election->cost[p], 1) <= 0;
	mpq_clears(sum, left, NULL);
	return within;
}

enum lx_code lx_tally_check_loads(
	const struct lx_tally_claim *claim, struct lx_tally_certificate *priceable)
{
	LX_CLOSE(loads_close) struct loads loads = { 0 };
	const struct lx_tally_view *view = claim->view;
	size_t n = claim->bought_n;
	uint64_t *counts = lx_array(claim->call, n + 1, sizeof *counts);
	uint32_t *last = lx_array(claim->call, view->rows_n, sizeof *last);

	loads.load = lx_array(claim->call, n + 1, sizeof *loads.load);
	if (counts == NULL || last == NULL || loads.load == NULL)
		return LX_BROKEN;
	mpq_init(loads.load[0]);
	loads.n = 1;
	for (size_t i = 0; i < n; i++) {
		uint16_t p = claim->result->rounds[i].project;
		if (view->people[p] == 0 || !carry(view, &loads, last, p, counts))
			fail(priceable, p);
	}
	for (size_t p = 0; p < view->n; p++)
		if (!claim->in[p] && view->people[p] > 0 &&
			view->election->cost[p] <= view->election->budget &&
			!within_cost(view, &loads, last, p, counts))
			fail(priceable, p);
	return LX_OK;
}
