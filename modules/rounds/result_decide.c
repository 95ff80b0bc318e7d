/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A result decided for its page: as the record has it, as the ballots alone would, by another rule or budget; all within one time. */
#include "modules/rounds/result.h"

#include <string.h>

const struct lx_result_preset lx_result_presets[LX_RESULT_PRESETS + 1] = {
	{ "mes", "mes", NULL, "none" },
	{ "mes-add1", "mes", NULL, "add1" },
	{ "mes-full", "mes", NULL, "add1x,greedy" },
	{ "greedy", "greedy", NULL, "none" },
	{ "phragmen", "phragmen", "card", "none" },
	{ 0 },
};

static bool in_time(void *until, uint64_t done, uint64_t total)
{
	(void)done;
	(void)total;
	return lx_monotonic() < *(const int64_t *)until;
}

/* The rule and budget that are asked for; *wrong where they cannot be. */
static bool read_trial(struct lx_result *r, const char **wrong)
{
	const struct lx_text *rule = lx_query_param(r->reader->request, "rule", 0);
	const struct lx_text *budget = lx_query_param(r->reader->request, "budget", 0);
	struct lx_tally_election *e = &r->tried.pb.election;
	const struct lx_result_preset *preset = lx_result_presets;

	r->tried = r->report;
	r->tried.explained = r->tried.searched = r->tried.certified = false;
	r->tried.losers_n = r->tried.rivals_n = 0;
	if (rule != NULL && rule->len > 0) {
		while (preset->name != NULL && !lx_text_is(*rule, preset->name))
			preset++;
		if (preset->name == NULL) {
			*wrong = "result.no_rule";
			return false;
		}
		r->preset = preset->name;
		r->tried.rule = preset->rule;
		r->tried.completion = preset->completion;
		if (preset->utility != NULL)
			r->tried.utility = preset->utility;
	}
	bool other = budget != NULL && budget->len > 0;
	if (other && (!lx_decimal_read(*budget, e->places, &e->budget) || e->budget < 1 ||
			     e->budget > LX_TALLY_MONEY_MAX)) {
		*wrong = "result.no_budget";
		return false;
	}
	return r->preset != NULL || (other && e->budget != r->report.pb.election.budget);
}

/* Too long for one reader is no fault of the page: it says so. */
static enum lx_code bounded(struct lx_result *r, enum lx_code code)
{
	struct lx_call *call = r->reader->call;

	if (code != LX_BUSY)
		return code;
	lx_fault_clear(&call->fault);
	r->too_long = true;
	return LX_OK;
}

static enum lx_code try_other(struct lx_result *r)
{
	uint64_t seed = r->tried.setting.seed;

	LX_TRY(lx_tally_report_words(r->reader->call, &r->tried));
	r->tried.setting.seed = seed;
	LX_TRY(bounded(r, lx_tally_report_decide(r->reader->call, &r->tried)));
	r->tries = !r->too_long;
	return LX_OK;
}

static bool is_own(const struct lx_result *r, const struct lx_result_preset *preset)
{
	return strcmp(preset->rule, r->report.rule) == 0 &&
	       strcmp(preset->completion, r->report.completion) == 0;
}

/* The rules that may be tried, beside the round's own; what time does not reach is left out. */
static enum lx_code compare(struct lx_result *r)
{
	struct lx_call *call = r->reader->call;
	const struct lx_tally_election *e = &r->report.pb.election;
	bool *in = lx_tally_report_funded(call, &r->report, &r->report.result);

	for (size_t i = 0; in != NULL && lx_result_presets[i].name != NULL; i++) {
		const struct lx_result_preset *preset = &lx_result_presets[i];
		struct lx_tally_rival *rival = &r->report.rivals[r->report.rivals_n];
		struct lx_tally_report other = r->report;
		if (is_own(r, preset))
			continue;
		other.rule = rival->rule = preset->rule;
		other.completion = rival->completion = preset->completion;
		if (preset->utility != NULL)
			other.utility = preset->utility;
		rival->utility = other.utility;
		LX_TRY(lx_tally_report_words(call, &other));
		enum lx_code code = lx_tally(call, e, &other.setting, &rival->result);
		if (code == LX_BUSY) {
			lx_fault_clear(&call->fault);
			return LX_OK;
		}
		LX_TRY(code);
		bool *that = lx_tally_report_funded(call, &r->report, &rival->result);
		if (that == NULL)
			return LX_BROKEN;
		lx_tally_prefer(e, r->report.setting.utility, in, that, &rival->prefer_this,
			&rival->prefer_it);
		r->report.rivals_n++;
	}
	return in == NULL ? LX_BROKEN : LX_OK;
}

/* What the ballots alone would have funded; what time does not reach is left out. */
static enum lx_code decide_whole(struct lx_result *r)
{
	struct lx_call *call = r->reader->call;
	struct lx_tally_election whole = r->report.pb.election;
	struct lx_tally_result result;

	if (r->report.overrides_n == 0)
		return LX_OK;
	whole.barred = NULL; /* a round bars nothing else */
	enum lx_code code = lx_tally(call, &whole, &r->report.setting, &result);
	if (code == LX_BUSY) {
		lx_fault_clear(&call->fault);
		return LX_OK;
	}
	LX_TRY(code);
	r->whole = lx_tally_report_funded(call, &r->report, &result);
	return r->whole == NULL ? LX_BROKEN : LX_OK;
}

enum lx_code lx_result_decide(struct lx_result *r, const char **wrong)
{
	int64_t until = lx_monotonic() + LX_RESULT_MS;
	const struct lx_progress progress = { in_time, &until };
	struct lx_call *call = r->reader->call;
	const struct lx_progress *before = call->progress;

	call->progress = &progress;
	enum lx_code code = lx_round_decide(r->reader->tx, r->record, &r->report);
	if (code == LX_OK && read_trial(r, wrong))
		code = try_other(r); /* first: it is what was asked for */
	if (code == LX_OK)
		code = decide_whole(r);
	if (code == LX_OK)
		code = compare(r);
	call->progress = before;
	return code;
}
