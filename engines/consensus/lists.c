/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Lists that a conference works with: what all groups support, what two groups share, what divides.
 * Shares are smoothed ((n + 1) / (votes + 2)); who has few votes on a statement is never called for it.
 */
#include "engines/consensus/inner.h"

#include <math.h>
#include <stdlib.h>

/* Falling by score, then by statement. */
static int by_score(const void *a, const void *b)
{
	const struct lx_found *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	if (x->statement != y->statement)
		return x->statement < y->statement ? -1 : 1;
	return (int)y->agree - (int)x->agree;
}

static double smoothed(uint32_t successes, uint32_t trials)
{
	return ((double)successes + 1) / ((double)trials + 2);
}

/* x^(1/k) for 0 < x <= 1 by Newton's steps: the C library's pow is not the same everywhere. */
static double root(double x, unsigned k)
{
	double r = 1;

	for (int i = 0; i < 200; i++) {
		double power = 1;
		for (unsigned j = 1; j < k; j++)
			power *= r;
		double next = r - (r * power - x) / ((double)k * power);
		if (!(next < r))
			break;
		r = next;
	}
	return r;
}

static bool supports(struct lx_count count, bool agree)
{
	uint32_t n = agree ? count.agree : count.disagree;

	return count.votes >= LX_COMMON_VOTES && lx_wilson(n, count.votes).low > 0.5;
}

static const struct lx_count *count_of(const struct lx_ground *ground, size_t g, size_t j)
{
	return &ground->count[g * ground->statements + j];
}

enum lx_code lx_ground_common(
	struct lx_call *call, const struct lx_ground *ground, struct lx_found **found, size_t *n)
{
	struct lx_found *list = lx_array(call, ground->statements, sizeof *list);
	size_t kept = 0;

	if (list == NULL)
		return LX_BROKEN;
	for (size_t j = 0; j < ground->statements; j++) {
		bool all = !ground->out[j];
		double product = 1;
		for (size_t g = 0; g < ground->k && all; g++) {
			const struct lx_count *count = count_of(ground, g, j);
			all = supports(*count, true);
			product *= smoothed(count->agree, count->votes);
		}
		if (all)
			list[kept++] = (struct lx_found){ .statement = (uint32_t)j,
				.agree = true,
				.score = root(product, ground->k) };
	}
	if (kept > 1)
		qsort(list, kept, sizeof *list, by_score);
	*found = list;
	*n = kept;
	return LX_OK;
}

enum lx_code lx_ground_bridges(struct lx_call *call, const struct lx_ground *ground, uint8_t a,
	uint8_t b, size_t most, struct lx_found **found, size_t *n)
{
	struct lx_found *list = lx_array(call, 2 * ground->statements, sizeof *list);
	size_t kept = 0;

	if (list == NULL)
		return LX_BROKEN;
	for (size_t j = 0; j < ground->statements; j++) {
		const struct lx_count *x = count_of(ground, a, j), *y = count_of(ground, b, j);
		for (int agree = 1; agree >= 0 && !ground->out[j]; agree--) {
			if (!supports(*x, agree != 0) || !supports(*y, agree != 0))
				continue;
			double share = smoothed(agree ? x->agree : x->disagree, x->votes) *
				       smoothed(agree ? y->agree : y->disagree, y->votes);
			list[kept++] = (struct lx_found){ .statement = (uint32_t)j,
				.agree = agree != 0,
				.a = a,
				.b = b,
				.score = sqrt(share) };
		}
	}
	if (kept > 1)
		qsort(list, kept, sizeof *list, by_score);
	*found = list;
	*n = kept < most ? kept : most;
	return LX_OK;
}

/* The difference of two shares with its interval (Newcombe 1998, method 10: from Wilson's). */
static struct lx_interval difference(struct lx_count x, struct lx_count y, double *middle)
{
	struct lx_interval a = lx_wilson(x.agree, x.votes), b = lx_wilson(y.agree, y.votes);
	double p = (double)x.agree / (double)x.votes, q = (double)y.agree / (double)y.votes;
	double down = sqrt((p - a.low) * (p - a.low) + (b.high - q) * (b.high - q));
	double up = sqrt((a.high - p) * (a.high - p) + (q - b.low) * (q - b.low));

	*middle = p - q;
	return (struct lx_interval){ p - q - down, p - q + up };
}

/* The two groups that differ most on a statement; score 0 when none differ for sure. */
static struct lx_found widest(const struct lx_ground *ground, size_t j)
{
	struct lx_found best = { .statement = (uint32_t)j, .agree = true };

	for (uint8_t a = 0; a < ground->k; a++)
		for (uint8_t b = 0; b < ground->k; b++) {
			struct lx_count x = *count_of(ground, a, j), y = *count_of(ground, b, j);
			double middle;
			if (a == b || x.votes < LX_COMMON_VOTES || y.votes < LX_COMMON_VOTES)
				continue;
			struct lx_interval between = difference(x, y, &middle);
			if (middle > 0 && between.low > best.score) {
				best.score = between.low;
				best.between = between;
				best.a = a;
				best.b = b;
			}
		}
	return best;
}

enum lx_code lx_ground_divides(struct lx_call *call, const struct lx_ground *ground, size_t most,
	struct lx_found **found, size_t *n)
{
	struct lx_found *list = lx_array(call, ground->statements, sizeof *list);
	size_t kept = 0;

	if (list == NULL)
		return LX_BROKEN;
	for (size_t j = 0; j < ground->statements; j++) {
		struct lx_found one = widest(ground, j);
		if (!ground->out[j] && one.score > 0)
			list[kept++] = one;
	}
	if (kept > 1)
		qsort(list, kept, sizeof *list, by_score);
	*found = list;
	*n = kept < most ? kept : most;
	return LX_OK;
}
