/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The hot loops of Equal Shares. Sums run in four lanes, always the same ones, so that the result is
 * the same bits everywhere; no branch depends on a purse, as every second guess would be wrong.
 */
#include "engines/tally/pass.h"

#include <float.h>
#include <math.h>

#define LANES	 4
#define ROUND_UP 1.0000002 /* what a float may lose */

static struct lx_pass uniform(
	const struct lx_purse *purse, const uint32_t *voter, size_t n, double y)
{
	double all[LANES] = { 0 }, poor[LANES] = { 0 }, rich[LANES] = { 0 };
	double next[LANES] = { INFINITY, INFINITY, INFINITY, INFINITY };
	size_t i = 0;

	for (; i + LANES <= n; i += LANES)
		for (size_t k = 0; k < LANES; k++) {
			const struct lx_purse *it = &purse[voter[i + k]];
			double money = it->money, people = (double)it->people;
			bool can = money > y;
			double sum = money * people;
			double above = can ? money : (double)INFINITY;
			all[k] += sum;
			poor[k] += can ? 0.0 : sum;
			rich[k] += can ? people : 0.0;
			next[k] = above < next[k] ? above : next[k];
		}
	for (; i < n; i++) {
		const struct lx_purse *it = &purse[voter[i]];
		bool can = it->money > y;
		all[0] += it->money * (double)it->people;
		if (can)
			rich[0] += (double)it->people;
		else
			poor[0] += it->money * (double)it->people;
		if (can && it->money < next[0])
			next[0] = it->money;
	}
	return (struct lx_pass){ .all = (all[0] + all[1]) + (all[2] + all[3]),
		.poor = (poor[0] + poor[1]) + (poor[2] + poor[3]),
		.rich = (rich[0] + rich[1]) + (rich[2] + rich[3]),
		.next = fmin(fmin(next[0], next[1]), fmin(next[2], next[3])) };
}

static struct lx_pass mixed(const struct lx_purse *purse, const uint32_t *voter,
	const uint32_t *use, size_t n, double y)
{
	struct lx_pass sums = { .next = INFINITY };

	for (size_t i = 0; i < n; i++) {
		const struct lx_purse *it = &purse[voter[i]];
		double people = (double)it->people, due = y * use[i];
		bool can = it->money > due;
		sums.all += it->money * people;
		sums.poor += can ? 0.0 : it->money * people;
		sums.rich += can ? use[i] * people : 0.0;
	}
	return sums;
}

struct lx_pass lx_tally_pass(
	const struct lx_tally_view *view, const struct lx_purse *purse, size_t p, double y)
{
	size_t from = view->start[p], n = view->start[p + 1] - from;

	if (view->use == NULL)
		return uniform(purse, view->voter + from, n, y);
	return mixed(purse, view->voter + from, view->use + from, n, y);
}

struct lx_sure_pass lx_tally_sure_pass(const struct lx_tally_view *view,
	const struct lx_purse *purse, size_t p, double y, double d)
{
	struct lx_sure_pass sure = { 0 };

	for (size_t k = view->start[p]; k < view->start[p + 1]; k++) {
		const struct lx_purse *it = &purse[view->voter[k]];
		double use = view->use == NULL ? 1 : view->use[k];
		double people = (double)it->people, due = y * use;
		bool can = it->money - (double)it->doubt > (y + d) * use;
		sure.sum += people * (it->money < due ? it->money : due);
		sure.doubt += can ? 0.0 : people * (double)it->doubt;
		sure.rich += can ? people * use : 0.0;
	}
	return sure;
}

void lx_tally_pay(const struct lx_tally_view *view, struct lx_purse *purse, size_t p, double y,
	double d, double *worst)
{
	double most = *worst;

	for (size_t k = view->start[p]; k < view->start[p + 1]; k++) {
		struct lx_purse *it = &purse[view->voter[k]];
		double use = view->use == NULL ? 1 : view->use[k];
		double left = it->money - y * use;
		double doubt = (double)it->doubt + d * use + 2 * DBL_EPSILON * it->money;
		bool broke = left <= -doubt;
		left = left > 0 ? left : 0;
		doubt = broke ? 0 : doubt * ROUND_UP + 1e-300;
		it->money = left;
		it->doubt = (float)doubt;
		most = doubt > most ? doubt : most;
	}
	*worst = most * ROUND_UP;
}
