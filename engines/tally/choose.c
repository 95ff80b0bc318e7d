/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The comparison step: the outcome stays unless more voters prefer what greedy by votes chooses.
 * A voter prefers the outcome with more utility; voters without an approved winner in either are
 * indifferent and counted as such.
 */
#include "engines/tally/inner.h"

static lx_int128 utility(
	const struct lx_tally_election *e, enum lx_tally_utility utility, size_t b, const bool *in)
{
	lx_int128 sum = 0;

	for (size_t k = e->first[b]; k < e->first[b + 1]; k++)
		if (in[e->choice[k]])
			sum += lx_tally_use(e, utility, b, k - e->first[b]);
	return sum;
}

static void mark(const struct lx_tally_log *log, bool *in)
{
	for (size_t i = 0; i < log->n; i++)
		in[log->rounds[i].project] = true;
}

void lx_tally_prefer(const struct lx_tally_election *e, enum lx_tally_utility by, const bool *one,
	const bool *other, uint64_t *prefer_one, uint64_t *prefer_other)
{
	*prefer_one = *prefer_other = 0;
	for (size_t b = 0; b < e->ballots_n; b++) {
		lx_int128 x = utility(e, by, b, one), y = utility(e, by, b, other);
		if (x > y)
			*prefer_one += e->weight[b];
		else if (y > x)
			*prefer_other += e->weight[b];
	}
}

void lx_tally_served(
	const struct lx_tally_election *e, const bool *in, uint64_t served[LX_TALLY_SERVED])
{
	for (size_t i = 0; i < LX_TALLY_SERVED; i++)
		served[i] = 0;
	for (size_t b = 0; b < e->ballots_n; b++) {
		size_t n = 0;
		for (size_t k = e->first[b]; k < e->first[b + 1]; k++)
			n += in[e->choice[k]];
		served[n < LX_TALLY_SERVED ? n : LX_TALLY_SERVED - 1] += e->weight[b];
	}
}

enum lx_code lx_tally_compare_greedy(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result)
{
	const struct lx_tally_election *e = view->election;
	struct lx_tally_setting greedy = { .rule = LX_RULE_GREEDY,
		.utility = LX_UTILITY_COST,
		.ties = setting->ties,
		.seed = setting->seed };
	bool *this = lx_array(call, view->n, sizeof *this);
	bool *that = lx_array(call, view->n, sizeof *that);
	bool *taken = lx_array(call, view->n, sizeof *taken);
	struct lx_tally_log other;

	if (this == NULL || that == NULL || taken == NULL)
		return LX_BROKEN;
	LX_TRY(lx_tally_log_open(call, view->n, &other));
	LX_TRY(lx_tally_greedy(call, view, &greedy, 2, taken, &other));
	mark(log, this);
	mark(&other, that);
	lx_tally_prefer(
		e, setting->utility, this, that, &result->prefer_this, &result->prefer_greedy);
	result->compared = true;
	result->replaced = result->prefer_greedy > result->prefer_this;
	if (result->replaced)
		*log = other;
	return LX_OK;
}
