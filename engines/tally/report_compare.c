/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What other rules would have chosen, and how many voters prefer which. */
#include "engines/tally/report.h"

#define MAXIMIN_MOST 10000 /* approvals on distinct ballots: beyond, its flows take seconds */

static const struct {
	const char *rule, *utility, *completion;
	struct lx_tally_setting setting;
} others[] = {
	{ "greedy", "cost", "none", { .rule = LX_RULE_GREEDY, .utility = LX_UTILITY_COST } },
	{ "greedy", "card", "none", { .rule = LX_RULE_GREEDY, .utility = LX_UTILITY_CARD } },
	{ "mes", "cost", "none", { .rule = LX_RULE_MES, .utility = LX_UTILITY_COST } },
	{ "mes", "cost", "add1x,greedy",
		{ .rule = LX_RULE_MES,
			.utility = LX_UTILITY_COST,
			.completion = LX_COMPLETE_ADD1 | LX_COMPLETE_GREEDY } },
	{ "bos", "cost", "none", { .rule = LX_RULE_BOUNDED, .utility = LX_UTILITY_COST } },
	{ "ees", "cost", "none", { .rule = LX_RULE_EVEN, .utility = LX_UTILITY_COST } },
	{ "phragmen", "card", "none", { .rule = LX_RULE_PHRAGMEN, .utility = LX_UTILITY_CARD } },
	{ "maximin", "card", "none", { .rule = LX_RULE_MAXIMIN, .utility = LX_UTILITY_CARD } },
	{ "welfare", "cost", "none", { .rule = LX_RULE_WELFARE, .utility = LX_UTILITY_COST } },
};

/* A rule that gives up within its bound of work is left out of the comparison. */
static enum lx_code try_other(struct lx_call *call, const struct lx_tally_election *e,
	const struct lx_tally_setting *setting, struct lx_tally_result *result, bool *found)
{
	*found = false;
	if (setting->rule == LX_RULE_MAXIMIN && e->first[e->ballots_n] > MAXIMIN_MOST)
		return LX_OK;
	enum lx_code code = lx_tally(call, e, setting, result);
	*found = code == LX_OK;
	if (code != LX_BUSY)
		return code;
	call->fault = (struct lx_fault){ 0 };
	return LX_OK;
}

bool *lx_tally_report_funded(struct lx_call *call, const struct lx_tally_report *tally,
	const struct lx_tally_result *result)
{
	bool *in = lx_array(call, tally->pb.election.projects_n, sizeof *in);

	for (size_t i = 0; in != NULL && i < result->winners_n; i++)
		in[result->rounds[i].project] = true;
	return in;
}

enum lx_code lx_tally_report_compare(struct lx_call *call, struct lx_tally_report *tally)
{
	const struct lx_tally_election *e = &tally->pb.election;
	bool *this = lx_tally_report_funded(call, tally, &tally->result);

	if (this == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		struct lx_tally_rival *rival = &tally->rivals[tally->rivals_n];
		bool found;
		struct lx_tally_setting setting = others[i].setting;
		setting.ties = tally->setting.ties;
		setting.seed = tally->setting.seed;
		rival->rule = others[i].rule;
		rival->utility = others[i].utility;
		rival->completion = others[i].completion;
		LX_TRY(try_other(call, e, &setting, &rival->result, &found));
		if (!found)
			continue;
		bool *that = lx_tally_report_funded(call, tally, &rival->result);
		if (that == NULL)
			return LX_BROKEN;
		lx_tally_prefer(e, tally->setting.utility, this, that, &rival->prefer_this,
			&rival->prefer_it);
		tally->rivals_n++;
	}
	return LX_OK;
}
