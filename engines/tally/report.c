/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Words into settings, and one election decided with all that explains it. */
#include "engines/tally/report.h"

#include <string.h>

#define CERTIFY_UNASKED 60000 /* approvals on distinct ballots: a few milliseconds */

/* The place of a word in a list of words, or -1. */
static int index_of(const char *words, struct lx_text word)
{
	struct lx_text rest = lx_text(words), each;

	for (int i = 0; lx_text_word(&rest, &each); i++)
		if (lx_text_equal(each, word))
			return i;
	return -1;
}

static enum lx_code no_word(struct lx_call *call, const char *field, const char *words)
{
	return lx_fail(call, LX_INVALID, field, "cli.choice", "%s", words);
}

/* Words joined by commas or plus signs. */
static enum lx_code read_completion(struct lx_call *call, const char *words, unsigned *completion)
{
	static const unsigned flags[] = { 0, LX_COMPLETE_ADD1 | LX_COMPLETE_EXHAUSTIVE_STOP,
		LX_COMPLETE_ADD1, LX_COMPLETE_GREEDY, LX_COMPLETE_UTILITARIAN, LX_COMPLETE_COMPARE,
		LX_COMPLETE_ADD_OPT };
	size_t n = strlen(words);

	for (size_t i = 0; i < n;) {
		size_t length = strcspn(words + i, ",+");
		int which = index_of(LX_TALLY_COMPLETIONS, (struct lx_text){ words + i, length });
		if (which < 0)
			return no_word(call, "completion", LX_TALLY_COMPLETIONS);
		*completion |= flags[which];
		i += length + 1;
	}
	return LX_OK;
}

enum lx_code lx_tally_report_words(struct lx_call *call, struct lx_tally_report *report)
{
	int rule = index_of(LX_TALLY_RULES, lx_text(report->rule));
	int utility = index_of(LX_TALLY_UTILITIES, lx_text(report->utility));
	int ties = index_of(LX_TALLY_TIES, lx_text(report->ties));

	if (rule < 0)
		return no_word(call, "rule", LX_TALLY_RULES);
	if (utility < 0)
		return no_word(call, "utility", LX_TALLY_UTILITIES);
	if (ties < 0)
		return no_word(call, "ties", LX_TALLY_TIES);
	report->setting.rule = (enum lx_tally_rule)rule;
	report->setting.utility = (enum lx_tally_utility)utility;
	report->setting.ties = (enum lx_tally_ties)ties;
	report->setting.completion = 0;
	return read_completion(call, report->completion, &report->setting.completion);
}

/* Losers are always listed; explained, their money and support are followed and all that is claimed is certified. */
static enum lx_code explain(struct lx_call *call, struct lx_tally_report *report)
{
	const struct lx_tally_election *e = &report->pb.election;
	uint64_t search = report->search_most == 0 ? UINT64_MAX : report->search_most;

	report->percent = lx_array(call, e->projects_n, sizeof *report->percent);
	if (report->percent == NULL)
		return LX_BROKEN;
	LX_TRY(lx_tally_explain(call, e, &report->setting, &report->result,
		report->searched ? search : 0, report->percent, &report->losers,
		&report->losers_n));
	LX_TRY(lx_tally_follow_money(call, e, &report->setting, &report->result, &report->money));
	return LX_OK;
}

/* Certificates are cheap beside reading; only an election of very many approvals waits until they are asked for. */
static enum lx_code certify(struct lx_call *call, struct lx_tally_report *report)
{
	const struct lx_tally_election *e = &report->pb.election;

	if (!report->explained && e->first[e->ballots_n] > CERTIFY_UNASKED)
		return LX_OK;
	LX_TRY(lx_tally_certify(call, e, &report->setting, &report->result, report->certificates));
	report->certified = true;
	return LX_OK;
}

enum lx_code lx_tally_report_decide(struct lx_call *call, struct lx_tally_report *report)
{
	const struct lx_tally_election *e = &report->pb.election;

	LX_TRY(lx_tally(call, e, &report->setting, &report->result));
	if (report->explained)
		LX_TRY(explain(call, report));
	LX_TRY(certify(call, report));
	if (report->irresolute)
		LX_TRY(lx_tally_irresolute(call, e, &report->setting, &report->outcomes));
	bool *in = lx_tally_report_funded(call, report, &report->result);
	if (in == NULL)
		return LX_BROKEN;
	lx_tally_served(e, in, report->served);
	return LX_OK;
}
