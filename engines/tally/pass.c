/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The hot loops of Equal Shares. */
#include "engines/tally/lanes.h"

#include <float.h>

#define ROUND_UP 1.0000002 /* what a float may lose */

static inline void add_two(
	struct lx_lanes *lanes, const struct lx_purse *a, const struct lx_purse *b, lx_pair y)
{
	lx_lanes_add(lanes, (lx_pair){ a->money, b->money },
		(lx_pair){ (double)a->people, (double)b->people }, y);
}

static struct lx_pass uniform(
	const struct lx_purse *purse, const uint32_t *voter, size_t n, double y)
{
	static const struct lx_purse nobody = { 0 };
	const lx_pair level = { y, y };
	struct lx_lanes one = lx_lanes_none, two = one;
	size_t i = 0;

	for (; i + 4 <= n; i += 4) {
		add_two(&one, &purse[voter[i]], &purse[voter[i + 1]], level);
		add_two(&two, &purse[voter[i + 2]], &purse[voter[i + 3]], level);
	}
	for (; i < n; i++)
		add_two(&one, &purse[voter[i]], &nobody, level);
	return lx_lanes_sum(&one, &two);
}

static struct lx_pass mixed(const struct lx_purse *purse, const uint32_t *voter,
	const uint32_t *use, size_t n, double y)
{
	struct lx_pass sums = { .next = INFINITY, .last = INFINITY };

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

static inline void add_sure(
	struct lx_sure_pass *sure, const struct lx_purse *it, double use, double y, double d)
{
	double people = (double)it->people, due = y * use;
	bool can = it->money - (double)it->doubt > (y + d) * use;

	sure->sum += people * (it->money < due ? it->money : due);
	sure->doubt += can ? 0.0 : people * (double)it->doubt;
	sure->rich += can ? people * use : 0.0;
}

struct lx_sure_pass lx_tally_sure_pass(const struct lx_tally_view *view,
	const struct lx_purse *purse, size_t p, double y, double d)
{
	struct lx_sure_pass sure = { 0 }, other = { 0 };
	const uint32_t *voter = view->voter;
	size_t k = view->start[p], end = view->start[p + 1];

	for (; view->use != NULL && k < end; k++)
		add_sure(&sure, &purse[voter[k]], view->use[k], y, d);
	for (; k + 2 <= end; k += 2) {
		add_sure(&sure, &purse[voter[k]], 1, y, d);
		add_sure(&other, &purse[voter[k + 1]], 1, y, d);
	}
	if (k < end)
		add_sure(&sure, &purse[voter[k]], 1, y, d);
	return (struct lx_sure_pass){ sure.sum + other.sum, sure.doubt + other.doubt,
		sure.rich + other.rich };
}

/* One row pays `due`, known within `off`; its doubt afterwards. */
static inline double pay_one(struct lx_purse *it, double due, double off)
{
	double left = it->money - due;
	double doubt = (double)it->doubt + off + 2 * DBL_EPSILON * it->money;
	bool broke = left <= -doubt;

	left = left > 0 ? left : 0;
	doubt = broke ? 0 : doubt * ROUND_UP + 1e-300;
	it->money = left;
	it->doubt = (float)doubt;
	return doubt;
}

void lx_tally_pay(const struct lx_tally_view *view, struct lx_purse *purse, size_t p, double y,
	double d, double *worst)
{
	const uint32_t *voter = view->voter;
	double most = *worst;

	for (size_t k = view->start[p]; view->use == NULL && k < view->start[p + 1]; k++) {
		double doubt = pay_one(&purse[voter[k]], y, d);
		most = doubt > most ? doubt : most;
	}
	for (size_t k = view->start[p]; view->use != NULL && k < view->start[p + 1]; k++) {
		double use = view->use[k], doubt = pay_one(&purse[voter[k]], y * use, d * use);
		most = doubt > most ? doubt : most;
	}
	*worst = most * ROUND_UP;
}
