/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Proportionality of groups. */
#include "engines/tally/certify.h"

#include <stdlib.h>

/* A row's utility from the outcome, and its voters. */
struct member {
	lx_int128 utility;
	uint64_t people;
};

static int by_utility(const void *left, const void *right)
{
	const struct member *a = left, *b = right;

	return (a->utility > b->utility) - (a->utility < b->utility);
}

static void fail(struct lx_tally_certificate *certificate, size_t witness)
{
	if (certificate->holds)
		certificate->witness = (uint16_t)witness;
	certificate->holds = false;
}

/* The groups that have most to complain about are those of the least satisfied supporters: for each
 * size, the best off of them is compared with what the group's shares buy at p's price. */
static void check_project(const struct lx_tally_claim *claim, size_t p, struct member *members,
	size_t n, struct lx_tally_certificate *up_to_one, struct lx_tally_certificate *plus)
{
	const struct lx_tally_view *view = claim->view;
	lx_int128 unit = view->unit[p];
	lx_int128 per_price = (lx_int128)claim->result->share_den * view->election->cost[p];
	uint64_t size = 0;

	qsort(members, n, sizeof members[0], by_utility);
	for (size_t i = 0; i < n; i++) {
		size += members[i].people;
		lx_int128 shares = claim->result->share_num * (lx_int128)size;
		lx_int128 whole = shares / per_price;
		if (whole == 0)
			continue;
		if (lx_tally_compare(members[i].utility + unit, unit, shares, per_price) <= 0)
			fail(up_to_one, p);
		if (members[i].utility < whole * unit)
			fail(plus, p);
	}
}

enum lx_code lx_tally_check_groups(const struct lx_tally_claim *claim,
	struct lx_tally_certificate *up_to_one, struct lx_tally_certificate *plus)
{
	const struct lx_tally_view *view = claim->view;
	lx_int128 *utility = lx_array(claim->call, view->rows_n, sizeof *utility);
	struct member *members = lx_array(claim->call, view->rows_n, sizeof *members);

	if (utility == NULL || members == NULL)
		return LX_BROKEN;
	for (size_t p = 0; p < view->n; p++)
		for (size_t k = view->start[p]; claim->in[p] && k < view->start[p + 1]; k++)
			utility[view->voter[k]] += view->unit[p];
	for (size_t p = 0; p < view->n; p++) {
		size_t n = 0;
		if (claim->in[p] || lx_tally_limits_forbid(&claim->limits, p))
			continue;
		for (size_t k = view->start[p]; k < view->start[p + 1]; k++) {
			uint32_t row = view->voter[k];
			members[n++] = (struct member){ utility[row], (uint64_t)view->weight[row] };
		}
		check_project(claim, p, members, n, up_to_one, plus);
	}
	return LX_OK;
}
