/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Dominance: another set within the budget that no voter likes less and some like more. Tried are all sets that differ by a
 * project more, by one project instead of another, and by two instead of one. A supporter of what goes must like
 * something that comes: so the losers on two ballots are enough to try.
 */
#include "engines/tally/certify.h"

static void fail(struct lx_tally_certificate *certificate, size_t witness)
{
	certificate->witness = (uint16_t)witness;
	certificate->holds = false;
}

static int64_t use_at(const struct lx_tally_view *view, size_t p, size_t k)
{
	return view->use == NULL ? view->unit[p] : (int64_t)view->use[k];
}

/* Whether everyone gets from q at least what p gives, and somebody more. */
static bool better(const struct lx_tally_view *view, size_t p, size_t q)
{
	size_t k = view->start[q];
	bool more = view->people[q] > view->people[p];

	if (view->people[q] < view->people[p])
		return false;
	for (size_t i = view->start[p]; i < view->start[p + 1]; i++) {
		while (k < view->start[q + 1] && view->voter[k] < view->voter[i])
			k++;
		if (k == view->start[q + 1] || view->voter[k] != view->voter[i])
			return false;
		int64_t now = use_at(view, p, i), then = use_at(view, q, k);
		if (then < now)
			return false;
		more |= then > now;
	}
	return more;
}

/* What row `row` gets from q, from place *k of q's supporters on; moves *k to the row or behind it. */
static int64_t given(const struct lx_tally_view *view, size_t q, uint32_t row, size_t *k)
{
	while (*k < view->start[q + 1] && view->voter[*k] < row)
		++*k;
	return *k < view->start[q + 1] && view->voter[*k] == row ? use_at(view, q, *k) : 0;
}

/* Whether q and r together give every supporter of p what p gives, and somebody more: whoever likes one of them and not p
 * does. */
static bool better_two(const struct lx_tally_view *view, size_t p, size_t q, size_t r)
{
	size_t at_q = view->start[q], at_r = view->start[r];
	uint64_t shared_q = 0, shared_r = 0;
	bool more = false;

	for (size_t i = view->start[p]; i < view->start[p + 1]; i++) {
		int64_t now = use_at(view, p, i);
		int64_t one = given(view, q, view->voter[i], &at_q);
		int64_t two = given(view, r, view->voter[i], &at_r);
		if (one + two < now)
			return false;
		shared_q += one > 0;
		shared_r += two > 0;
		more |= one + two > now;
	}
	return more || shared_q < view->start[q + 1] - view->start[q] ||
	       shared_r < view->start[r + 1] - view->start[r];
}

/* The first supporting row of p that q gives too little, or p's end. */
static size_t first_short(const struct lx_tally_view *view, size_t p, size_t q)
{
	size_t k = view->start[q], i = view->start[p];

	while (i < view->start[p + 1] && given(view, q, view->voter[i], &k) >= use_at(view, p, i))
		i++;
	return i;
}

static bool may_come(const struct lx_tally_claim *claim, size_t q)
{
	return !claim->in[q] && claim->view->people[q] > 0 &&
	       !lx_tally_limits_forbid(&claim->limits, q);
}

/* Whether q and r fit in the place of p. */
static bool fit_two(const struct lx_tally_claim *claim, size_t p, size_t q, size_t r, int64_t left)
{
	const int64_t *cost = claim->view->election->cost;

	return r != q && may_come(claim, r) && cost[q] + cost[r] - cost[p] <= left;
}

/* A loser that, with q, may come instead of p. Where q alone gives p's supporters enough, any that fits; else one on the
 * ballot of the first to whom it does not. */
static uint16_t find_second(const struct lx_tally_claim *claim, size_t p, size_t q, int64_t left)
{
	const struct lx_tally_view *view = claim->view;
	const struct lx_tally_election *e = view->election;
	size_t k = first_short(view, p, q);

	for (size_t r = 0; r < view->n && k == view->start[p + 1]; r++)
		if (fit_two(claim, p, q, r, left))
			return (uint16_t)r;
	if (k == view->start[p + 1])
		return LX_TALLY_NOBODY;
	uint32_t b = view->ballot[view->voter[k]];
	for (uint64_t i = e->first[b]; i < e->first[b + 1]; i++)
		if (fit_two(claim, p, q, e->choice[i], left) &&
			better_two(view, p, q, e->choice[i]))
			return e->choice[i];
	return LX_TALLY_NOBODY;
}

/* Two losers instead of p: one of them is on the ballot of p's first supporter. */
static void try_two(const struct lx_tally_claim *claim, size_t p, int64_t left,
	struct lx_tally_certificate *undominated)
{
	const struct lx_tally_view *view = claim->view;
	const struct lx_tally_election *e = view->election;
	uint32_t b = view->ballot[view->voter[view->start[p]]];

	for (uint64_t i = e->first[b]; i < e->first[b + 1] && undominated->holds; i++) {
		uint16_t q = e->choice[i];
		uint16_t r = may_come(claim, q) ? find_second(claim, p, q, left) : LX_TALLY_NOBODY;
		if (r == LX_TALLY_NOBODY)
			continue;
		fail(undominated, q);
		undominated->beside = r;
		undominated->instead = (uint16_t)p;
	}
}

void lx_tally_check_exchanges(
	const struct lx_tally_claim *claim, struct lx_tally_certificate *undominated)
{
	const struct lx_tally_view *view = claim->view;
	const int64_t *cost = view->election->cost;
	int64_t left = view->election->budget - claim->result->total_cost;

	for (size_t q = 0; q < view->n && undominated->holds; q++) {
		if (!may_come(claim, q))
			continue;
		if (cost[q] <= left)
			fail(undominated, q);
		for (size_t p = 0; p < view->n && undominated->holds; p++)
			if (claim->in[p] && cost[q] - cost[p] <= left && better(view, p, q)) {
				fail(undominated, q);
				undominated->instead = (uint16_t)p;
			}
	}
	/* together two might break limits that neither breaks alone */
	for (size_t p = 0; p < view->n && undominated->holds && claim->limits.spent == NULL; p++)
		if (claim->in[p] && view->people[p] > 0)
			try_two(claim, p, left, undominated);
}
