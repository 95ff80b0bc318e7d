/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Method of Equal Shares with Bounded Overspending: Papasotiropoulos, Pishbin, Skibski, Skowron, Was,
 * arXiv 2409.15005. In each round a part a (0 < a <= 1) of a project that fits the budget is
 * priced at r where sum min(money, a r utility) = a cost; the least r / a wins; the whole project is
 * bought and each supporter pays r utility, or all it has.
 *
 * With y = a r and S(y) = sum min(money, y utility), a is S(y) / cost and r / a is y cost^2 / S(y)^2.
 * Between two levels at which a supporter runs out this first rises, then falls: so the least is at a
 * level where a group has exactly y for a unit, or at S(y) = cost.
 *
 * A price may have as many digits as all before it together. Beyond BITS_MOST of them, money is rounded
 * down to multiples of 2^-BITS_KEPT of the smallest unit, which the result counts (`rounded`).
 */
#include "engines/tally/rounds.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define BITS_MOST 6000
#define BITS_KEPT 1024

/* The best level found for a project: score = over / under. The price follows from the level of part `at`
 * of `sorted`; `whole`: the project is paid in full. */
struct offer {
	mpz_t over, under, pay_over, pay_under;
	size_t at;
	bool whole;
};

struct bounded {
	struct lx_rounds rounds;
	struct offer one, two, trial;
	mpz_t poor, rich;
};

static void offer_init(struct offer *offer)
{
	mpz_inits(offer->over, offer->under, offer->pay_over, offer->pay_under, NULL);
}

static void offer_clear(struct offer *offer)
{
	mpz_clears(offer->over, offer->under, offer->pay_over, offer->pay_under, NULL);
}

static void bounded_close(struct bounded *bounded)
{
	offer_clear(&bounded->one);
	offer_clear(&bounded->two);
	offer_clear(&bounded->trial);
	mpz_clears(bounded->poor, bounded->rich, NULL);
	lx_rounds_close(&bounded->rounds);
}

/* How far scores may be off, relatively: sums of positive terms of a few roundings each. */
static double error_of(const struct lx_rounds *rounds)
{
	return (4 * (double)rounds->exact.parts_n + 64) * DBL_EPSILON;
}

/* The score at the level of part k of sorted, `poor` the money of all poorer, `rich` the utility of the
 * rest; *sum is what they pay together. */
static double score_at(const struct lx_rounds *rounds, double cost, size_t k, double poor,
	double rich, double *sum)
{
	double y = rounds->sorted[k].level;

	*sum = poor + y * rich;
	return y * (cost / *sum) * (cost / *sum);
}

/* Walks the levels from the poorest up and keeps the least score. */
static double least_score(const struct lx_rounds *rounds, double cost)
{
	size_t n = rounds->exact.parts_n;
	double poor = 0, rich = 0, best = INFINITY;

	for (size_t i = 0; i < n; i++)
		rich += (double)rounds->sorted[i].use * (double)rounds->sorted[i].people;
	for (size_t i = n; i-- > 0;) {
		const struct lx_exact_part *part = &rounds->sorted[i];
		double people = (double)part->people, sum;
		if (part->level <= 0) {
			rich -= (double)part->use * people;
			continue;
		}
		double score = score_at(rounds, cost, i, poor, rich, &sum);
		if (sum > cost) /* the level at which all is paid lies below */
			return fmin(best, fmax((cost - poor) / rich, 0));
		best = fmin(best, score);
		poor += part->level * (double)part->use * people;
		rich -= (double)part->use * people;
	}
	return best;
}

static bool look(struct lx_rounds *rounds, size_t p, double *low, double *high)
{
	const struct lx_tally_view *view = rounds->view;
	int64_t left = view->election->budget - rounds->spent;

	if (view->election->cost[p] > left)
		return false;
	lx_rounds_sort(rounds, p);
	double unit = (double)view->unit[p];
	double score = least_score(rounds, (double)view->election->cost[p]) / unit;
	if (!(score < (double)INFINITY)) /* its supporters have nothing */
		return false;
	double margin = 4 * error_of(rounds);
	*low = score * (1 - margin);
	*high = score * (1 + margin);
	return true;
}

/* The struct around its rounds. */
static struct bounded *around(struct lx_rounds *rounds)
{
	return (struct bounded *)rounds; /* its first member */
}

/* Exactly: money of those poorer than part i per unit, utility of the rest. */
static void split_at(struct bounded *bounded, size_t i)
{
	struct lx_tally_exact *exact = &bounded->rounds.exact;
	const struct lx_exact_part *at = &bounded->rounds.sorted[i];

	mpz_set_ui(bounded->poor, 0);
	mpz_set_ui(bounded->rich, 0);
	for (size_t k = 0; k < exact->parts_n; k++) {
		const struct lx_exact_part *part = &bounded->rounds.sorted[k];
		mpz_mul_ui(exact->one, exact->money[part->group], at->use);
		mpz_mul_ui(exact->two, exact->money[at->group], part->use);
		if (mpz_cmp(exact->one, exact->two) < 0) {
			mpz_addmul_ui(bounded->poor, exact->money[part->group], part->people);
		} else {
			mpz_set_ui(exact->one, part->use);
			mpz_addmul_ui(bounded->rich, exact->one, part->people);
		}
	}
}

/* The offer at the level of part i; false when that is more than the cost. */
static bool offer_at(struct bounded *bounded, size_t p, size_t i, struct offer *offer)
{
	struct lx_tally_exact *exact = &bounded->rounds.exact;
	const struct lx_tally_view *view = bounded->rounds.view;
	const struct lx_exact_part *at = &bounded->rounds.sorted[i];
	unsigned long cost = (unsigned long)view->election->cost[p];

	split_at(bounded, i);
	mpz_mul_ui(offer->pay_under, bounded->poor, at->use);
	mpz_addmul(offer->pay_under, exact->money[at->group], bounded->rich);
	mpz_mul_ui(exact->one, exact->denominator, cost);
	mpz_mul_ui(exact->two, exact->one, at->use);
	if (mpz_cmp(offer->pay_under, exact->two) > 0)
		return false;
	mpz_mul(offer->pay_over, exact->money[at->group], exact->one);
	mpz_mul_ui(offer->over, offer->pay_over, cost);
	mpz_mul_ui(offer->over, offer->over, at->use);
	mpz_mul(offer->under, offer->pay_under, offer->pay_under);
	mpz_mul_ui(offer->under, offer->under, (unsigned long)view->unit[p]);
	offer->at = i;
	offer->whole = false;
	return true;
}

static int compare(struct lx_tally_exact *exact, const struct offer *a, const struct offer *b)
{
	mpz_mul(exact->one, a->over, b->under);
	mpz_mul(exact->two, b->over, a->under);
	return mpz_cmp(exact->one, exact->two);
}

static void swap(struct offer *a, struct offer *b)
{
	struct offer kept = *a;

	*a = *b;
	*b = kept;
}

/* The best offer for p exactly: only levels whose doubles come near the least are worked out. */
static void best_offer(struct bounded *bounded, size_t p, struct offer *offer)
{
	struct lx_rounds *rounds = &bounded->rounds;
	struct lx_tally_exact *exact = &rounds->exact;
	double cost = (double)rounds->view->election->cost[p], poor = 0, rich = 0;
	bool some = lx_tally_exact_price(exact, p); /* paid in full, where that is possible */

	offer->whole = true;
	mpz_set(offer->over, exact->price.over);
	mpz_mul(offer->under, exact->price.under, exact->denominator);
	mpz_mul_ui(offer->under, offer->under, (unsigned long)rounds->view->unit[p]);
	lx_rounds_sort(rounds, p);
	size_t n = exact->parts_n;
	double margin = 8 * error_of(rounds), near = least_score(rounds, cost) * (1 + margin);
	for (size_t i = 0; i < n; i++)
		rich += (double)rounds->sorted[i].use * (double)rounds->sorted[i].people;
	for (size_t i = n; i-- > 0;) {
		const struct lx_exact_part *part = &rounds->sorted[i];
		double people = (double)part->people, sum;
		bool promising = part->level > 0 &&
				 score_at(rounds, cost, i, poor, rich, &sum) <= near &&
				 sum <= cost * (1 + margin);
		poor += part->level * (double)part->use * people;
		rich -= (double)part->use * people;
		if (!promising || !offer_at(bounded, p, i, &bounded->trial))
			continue;
		if (!some || compare(exact, &bounded->trial, offer) < 0)
			swap(&bounded->trial, offer);
		some = true;
	}
}

static int order(struct lx_rounds *rounds, size_t p, size_t q)
{
	struct bounded *bounded = around(rounds);

	best_offer(bounded, p, &bounded->one);
	best_offer(bounded, q, &bounded->two);
	return compare(&rounds->exact, &bounded->one, &bounded->two);
}

static void sell(struct lx_rounds *rounds, size_t p)
{
	struct bounded *bounded = around(rounds);
	struct lx_tally_exact *exact = &rounds->exact;

	best_offer(bounded, p, &bounded->one);
	if (bounded->one.whole) {
		lx_tally_exact_buy(exact, p);
		return;
	}
	lx_tally_exact_collect(exact, p);
	mpz_set(exact->price.over, bounded->one.pay_over);
	mpz_set(exact->price.under, bounded->one.pay_under);
	for (size_t i = 0; i < exact->parts_n; i++) {
		struct lx_exact_part *part = &exact->parts[i];
		mpz_mul(exact->one, exact->money[part->group], exact->price.under);
		mpz_mul_ui(exact->two, exact->price.over, part->use);
		part->poor = mpz_cmp(exact->one, exact->two) < 0;
	}
	lx_tally_exact_pay(exact, p);
}

/* Rounds money down where it has become too long; whether it did. */
static bool shorten(struct lx_tally_exact *exact)
{
	if (mpz_sizeinbase(exact->denominator, 2) <= BITS_MOST)
		return false;
	for (size_t g = 1; g < exact->groups_n; g++) {
		mpz_mul_2exp(exact->money[g], exact->money[g], BITS_KEPT);
		mpz_fdiv_q(exact->money[g], exact->money[g], exact->denominator);
	}
	mpz_set_ui(exact->denominator, 1);
	mpz_mul_2exp(exact->denominator, exact->denominator, BITS_KEPT);
	return true;
}

static const struct lx_rounds_rule rule = { look, order, sell };

/* The price of a unit of utility that is shown: the one paid, as a double. */
static double shown(struct bounded *bounded, size_t p)
{
	struct lx_tally_exact *exact = &bounded->rounds.exact;

	best_offer(bounded, p, &bounded->one);
	long up, down;
	double over = mpz_get_d_2exp(&up, bounded->one.over);
	double under = mpz_get_d_2exp(&down, bounded->one.under);
	(void)exact;
	return ldexp(over / under, (int)(up - down));
}

static enum lx_code all_rounds(
	struct bounded *bounded, struct lx_tally_log *log, struct lx_tally_result *result)
{
	struct lx_rounds *rounds = &bounded->rounds;

	for (;;) {
		LX_TRY(lx_step(rounds->call, log->n, rounds->view->n));
		LX_TRY(lx_rounds_next(rounds));
		if (rounds->bids_n == 0)
			return LX_OK;
		lx_tally_log_add(log, rounds->view, 0, shown(bounded, rounds->bids[0]),
			rounds->bids, rounds->bids_n);
		lx_rounds_buy(rounds);
		result->rounded += shorten(&rounds->exact);
	}
}

enum lx_code lx_tally_bounded(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result)
{
	LX_CLOSE(bounded_close) struct bounded bounded = { 0 };
	mpz_t num, den;

	offer_init(&bounded.one);
	offer_init(&bounded.two);
	offer_init(&bounded.trial);
	mpz_inits(bounded.poor, bounded.rich, NULL);
	if (view->voters == 0)
		return LX_OK;
	LX_TRY(lx_rounds_open(call, view, setting, &rule, &bounded.rounds));
	mpz_init_set_si(num, (long)view->election->budget);
	mpz_init_set_ui(den, (unsigned long)view->voters);
	lx_rounds_start(&bounded.rounds, num, den);
	mpz_clears(num, den, NULL);
	enum lx_code code = all_rounds(&bounded, log, result);
	result->runs = result->iterations = 1;
	result->exact_fallbacks = bounded.rounds.fallbacks;
	return code;
}
