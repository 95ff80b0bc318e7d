/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Deciding: the rule, then what completes it. */
#include "engines/tally/crowd.h"

#include <string.h>

#define CROWD_LEAST ((size_t)1 << 20) /* distinct ballots from which blocks pay */

static bool *taken_by(
	struct lx_call *call, const struct lx_tally_view *view, const struct lx_tally_log *log)
{
	bool *taken = lx_array(call, view->n, sizeof *taken);

	for (size_t i = 0; taken != NULL && i < log->n; i++)
		taken[log->rounds[i].project] = true;
	return taken;
}

static enum lx_code fill(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log)
{
	struct lx_tally_setting greedy = *setting;
	bool *taken = taken_by(call, view, log);

	if (taken == NULL)
		return LX_BROKEN;
	greedy.rule = LX_RULE_GREEDY;
	greedy.by_total = (setting->completion & LX_COMPLETE_UTILITARIAN) != 0;
	return lx_tally_greedy(call, view, &greedy, 1, taken, log);
}

static enum lx_code greedy(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log)
{
	bool *taken = taken_by(call, view, log);

	if (taken == NULL)
		return LX_BROKEN;
	return lx_tally_greedy(call, view, setting, 0, taken, log);
}

bool lx_tally_by_approval(enum lx_tally_rule rule)
{
	return rule == LX_RULE_PHRAGMEN || rule == LX_RULE_MAXIMIN;
}

static enum lx_code sell(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result)
{
	bool even = setting->rule == LX_RULE_EVEN;
	unsigned raise = setting->completion & (LX_COMPLETE_ADD1 | LX_COMPLETE_ADD_OPT);

	if (raise != 0 &&
		(setting->rule == LX_RULE_BOUNDED || even != (raise == LX_COMPLETE_ADD_OPT)))
		return lx_fail(call, LX_INVALID, "completion", "tally.completion", NULL);
	if (setting->rule == LX_RULE_BOUNDED)
		return lx_tally_bounded(call, view, setting, log, result);
	if (even)
		return lx_tally_even(call, view, setting, log, result);
	return lx_tally_shares(call, view, setting, log, result);
}

static enum lx_code by_shares(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result)
{
	LX_TRY(sell(call, view, setting, log, result));
	if ((setting->completion & (LX_COMPLETE_GREEDY | LX_COMPLETE_UTILITARIAN)) != 0)
		LX_TRY(fill(call, view, setting, log));
	if ((setting->completion & LX_COMPLETE_COMPARE) != 0)
		LX_TRY(lx_tally_compare_greedy(call, view, setting, log, result));
	return LX_OK;
}

enum lx_code lx_tally_decide(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result)
{
	switch (setting->rule) {
	case LX_RULE_GREEDY:
	case LX_RULE_NO_SKIP:
	case LX_RULE_THRESHOLD:
	case LX_RULE_EXCLUSIVE:
		return greedy(call, view, setting, log);
	case LX_RULE_MES:
	case LX_RULE_BOUNDED:
	case LX_RULE_EVEN:
		return by_shares(call, view, setting, log, result);
	case LX_RULE_PHRAGMEN:
		return lx_tally_phragmen(call, view, setting, log, result);
	case LX_RULE_MAXIMIN:
		return lx_tally_maximin(call, view, setting, log, result);
	case LX_RULE_WELFARE:
		return lx_tally_welfare(call, view, setting, log);
	}
	return LX_OK;
}

/* From a prepared election to the result. */
static enum lx_code conclude(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_result *result)
{
	struct lx_tally_result found = { .share_num = view->election->budget,
		.share_den = view->voters == 0 ? 1 : (int64_t)view->voters };
	struct lx_tally_log log;

	LX_TRY(lx_tally_log_open(call, view->n, &log));
	LX_TRY(lx_tally_decide(call, view, setting, &log, &found));
	found.voters = view->voters;
	found.rounds = log.rounds;
	found.winners_n = log.n;
	found.tied = log.tied;
	found.total_cost = log.spent;
	for (size_t i = 0; i < log.n; i++)
		found.total_utility += view->total[log.rounds[i].project];
	*result = found;
	return LX_OK;
}

enum lx_code lx_tally_crowd(struct lx_call *call, const struct lx_tally_election *election,
	struct lx_tally_stream *stream, const struct lx_tally_setting *setting,
	struct lx_tally_result *result)
{
	struct lx_tally_view view;

	if (!lx_tally_crowd_takes(election, setting))
		return lx_fail(call, LX_INVALID, "rule", "tally.crowd", NULL);
	LX_TRY(lx_tally_crowd_prepare(call, election, stream, setting, &view));
	return conclude(call, &view, setting, result);
}

enum lx_code lx_tally(struct lx_call *call, const struct lx_tally_election *election,
	const struct lx_tally_setting *setting, struct lx_tally_result *result)
{
	struct lx_tally_walk walk = { .election = election };
	struct lx_tally_stream stream = lx_tally_walk_stream(&walk);
	struct lx_tally_setting by = *setting;
	struct lx_tally_view view;

	if (election->ballots_n >= CROWD_LEAST && lx_tally_crowd_takes(election, setting))
		return lx_tally_crowd(call, election, &stream, setting, result);
	if (lx_tally_by_approval(setting->rule))
		by.utility = LX_UTILITY_CARD;
	LX_TRY(lx_tally_prepare(call, election, &by, &view));
	return conclude(call, &view, setting, result);
}
