/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Which statements speak for a group and which have a majority: the tests of Polis, used by both
 * procedures. The letters in comments are those of the published program.
 */
#include "engines/consensus/inner.h"

#include <math.h>
#include <stdlib.h>

#define Z_INTERVAL LX_Z90

static double smoothed(uint32_t successes, uint32_t trials)
{
	return ((double)successes + 1) / ((double)trials + 2);
}

/* pat: the share against one half. */
static double share_test(uint32_t successes, uint32_t trials)
{
	double n = (double)trials + 1;

	return 2 * sqrt(n) * (((double)successes + 1) / n - 0.5);
}

/* rat: two shares against each other, one added to every count. */
static double ratio_test(uint32_t in, uint32_t out, uint32_t in_trials, uint32_t out_trials)
{
	double a = (double)in + 1, b = (double)out + 1;
	double n = (double)in_trials + 1, m = (double)out_trials + 1;
	double p = (a + b) / (n + m);

	if (p >= 1)
		return 0;
	return (a / n - b / m) / sqrt(p * (1 - p) * (1 / n + 1 / m));
}

static struct lx_voice voice(
	struct lx_count own, struct lx_count all, uint32_t statement, bool agree)
{
	uint32_t n = agree ? own.agree : own.disagree;
	uint32_t others = (agree ? all.agree : all.disagree) - n;
	uint32_t other_votes = all.votes - own.votes;

	return (struct lx_voice){
		.statement = statement,
		.agree = agree,
		.successes = n,
		.trials = own.votes,
		.share = smoothed(n, own.votes),
		.share_test = share_test(n, own.votes),
		.ratio = smoothed(n, own.votes) / smoothed(others, other_votes),
		.ratio_test = ratio_test(n, others, own.votes, other_votes),
	};
}

static double metric(const struct lx_voice *v)
{
	return v->ratio * v->ratio_test * v->share * v->share_test;
}

/* The better side of a statement for a group. */
struct sides {
	struct lx_voice agree, disagree, own;
};

static bool sufficient(const struct sides *s)
{
	return (s->agree.ratio_test > LX_Z90 && s->agree.share_test > LX_Z90) ||
	       (s->disagree.ratio_test > LX_Z90 && s->disagree.share_test > LX_Z90);
}

static bool beats_best(const struct sides *s, const struct lx_voice *best)
{
	double larger = s->agree.ratio_test > s->disagree.ratio_test ? s->agree.ratio_test
								     : s->disagree.ratio_test;

	return best->trials == UINT32_MAX || larger > best->ratio_test;
}

static bool beats_best_agree(const struct sides *s, const struct lx_voice *current)
{
	const struct lx_voice *v = &s->agree;

	if (v->successes == 0 && s->disagree.successes == 0)
		return false;
	if (current->trials != UINT32_MAX && current->ratio > 1)
		return metric(v) > metric(current);
	if (current->trials != UINT32_MAX)
		return v->share * v->share_test > current->share * current->share_test;
	return v->share_test > LX_Z90 || (v->ratio > 1 && v->share > 0.5);
}

/* Keeps a list of at most `most`, falling by score; equal scores stay in the order of arrival. */
static size_t keep(
	struct lx_voice *list, double *score, size_t n, size_t most, struct lx_voice v, double s)
{
	size_t at = n;

	while (at > 0 && score[at - 1] < s)
		at--;
	if (at >= most)
		return n;
	for (size_t i = n < most ? n : most - 1; i > at; i--) {
		list[i] = list[i - 1];
		score[i] = score[i - 1];
	}
	list[at] = v;
	score[at] = s;
	return n < most ? n + 1 : n;
}

static size_t sort_sides(struct lx_voice voices[LX_LISTED + 1], size_t n)
{
	struct lx_voice sorted[LX_LISTED + 1];
	size_t at = 0;

	for (int agree = 1; agree >= 0; agree--)
		for (size_t i = 0; i < n; i++)
			if (voices[i].agree == (agree != 0))
				sorted[at++] = voices[i];
	for (size_t i = 0; i < n; i++)
		voices[i] = sorted[i];
	return n;
}

size_t lx_ground_speaks(
	const struct lx_ground *ground, unsigned g, struct lx_voice voices[LX_LISTED + 1])
{
	struct lx_voice best = { .trials = UINT32_MAX }, best_agree = { .trials = UINT32_MAX };
	struct lx_voice list[LX_LISTED + 1];
	double score[LX_LISTED + 1];
	size_t n = 0, kept = 0;

	for (size_t j = 0; j < ground->statements; j++) {
		struct lx_count own = ground->count[g * ground->statements + j], all = { 0 };
		if (ground->out[j])
			continue;
		for (size_t h = 0; h < ground->k; h++) {
			const struct lx_count *of = &ground->count[h * ground->statements + j];
			all.agree += of->agree;
			all.disagree += of->disagree;
			all.votes += of->votes;
		}
		struct sides s = { voice(own, all, (uint32_t)j, true),
			voice(own, all, (uint32_t)j, false), { 0 } };
		s.own = s.agree.ratio_test > s.disagree.ratio_test ? s.agree : s.disagree;
		if (sufficient(&s))
			kept = keep(list, score, kept, LX_LISTED + 1, s.own, metric(&s.own));
		else if (kept == 0 && beats_best(&s, &best))
			best = s.own;
		if (beats_best_agree(&s, &best_agree))
			best_agree = s.agree;
	}
	best_agree.best = true;
	if (best_agree.trials != UINT32_MAX)
		voices[n++] = best_agree;
	for (size_t i = 0; i < kept && n < LX_LISTED; i++)
		if (best_agree.trials == UINT32_MAX || list[i].statement != best_agree.statement)
			voices[n++] = list[i];
	if (n == 0 && best.trials != UINT32_MAX)
		voices[n++] = best;
	return sort_sides(voices, n);
}

size_t lx_ground_majority(
	const struct lx_ground *ground, bool agree, struct lx_voice voices[LX_LISTED])
{
	double score[LX_LISTED];
	size_t kept = 0;

	for (size_t j = 0; j < ground->statements; j++) {
		if (ground->out[j])
			continue;
		struct lx_voice v = voice(ground->all[j], ground->all[j], (uint32_t)j, agree);
		v.ratio = v.ratio_test = 0;
		if (v.share > 0.5 && v.share_test > LX_Z90)
			kept = keep(voices, score, kept, LX_LISTED, v, v.share * v.share_test);
	}
	return kept;
}

struct lx_interval lx_wilson(uint32_t successes, uint32_t trials)
{
	double n = trials, p = trials == 0 ? 0.5 : (double)successes / n;
	double z2 = Z_INTERVAL * Z_INTERVAL;

	if (trials == 0)
		return (struct lx_interval){ 0, 1 };
	double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
	double half = Z_INTERVAL * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
	double low = centre - half, high = centre + half;
	return (struct lx_interval){ successes == 0 || low < 0 ? 0 : low,
		successes == trials || high > 1 ? 1 : high };
}

struct lx_interval lx_ground_common_between(const struct lx_ground *ground, size_t statement)
{
	struct lx_interval between = { 1, 1 };

	for (size_t g = 0; g < ground->k; g++) {
		struct lx_count c = ground->count[g * ground->statements + statement];
		struct lx_interval one = lx_wilson(c.agree, c.votes);
		between.low *= one.low;
		between.high *= one.high;
	}
	return between;
}
