/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Certificates: which apply, and the plain ones. */
#include "engines/tally/certify.h"

#include "engines/tally/utility.h"

const char *const lx_tally_property_names[LX_PROPERTIES] = { "budget", "threshold", "exclusion",
	"limits", "priceable", "ejr_up_to_one", "ejr_plus", "undominated" };

static void fail(struct lx_tally_certificate *certificate, size_t witness)
{
	if (certificate->holds)
		certificate->witness = (uint16_t)witness;
	certificate->holds = false;
}

/* Every project once, together what the result says, within the budget. */
static void check_budget(const struct lx_tally_claim *claim, struct lx_tally_certificate *budget)
{
	const struct lx_tally_election *e = claim->view->election;
	lx_int128 sum = 0;

	for (size_t i = 0; i < claim->result->winners_n; i++) {
		uint16_t p = claim->result->rounds[i].project;
		if (p >= e->projects_n || claim->in[p]) {
			fail(budget, p);
			continue;
		}
		claim->in[p] = true;
		sum += e->cost[p];
		if (sum > e->budget)
			fail(budget, p);
	}
	if (sum != claim->result->total_cost)
		fail(budget, LX_TALLY_NOBODY);
}

static void check_threshold(
	const struct lx_tally_claim *claim, struct lx_tally_certificate *threshold)
{
	const struct lx_tally_view *view = claim->view;
	bool votes = claim->setting->utility == LX_UTILITY_COST ||
		     claim->setting->utility == LX_UTILITY_CARD;

	for (size_t p = 0; p < view->n; p++) {
		lx_int128 worth = votes ? (lx_int128)view->people[p] : view->total[p];
		if (claim->in[p] && worth < claim->setting->threshold)
			fail(threshold, p);
	}
}

static void check_exclusion(
	const struct lx_tally_claim *claim, struct lx_tally_certificate *exclusion)
{
	const struct lx_tally_election *e = claim->view->election;

	for (size_t p = 0; p < e->projects_n; p++)
		for (size_t q = 0; q < p && claim->in[p]; q++)
			if (claim->in[q] && e->group[p] == e->group[q])
				fail(exclusion, p);
}

/* No group above its most; and what all but the lacking spent leaves the least free. */
static void check_limits(const struct lx_tally_claim *claim, struct lx_tally_certificate *limits)
{
	const struct lx_tally_election *e = claim->view->election;
	lx_int128 needed = 0;

	for (size_t g = 0; g < e->groups_n; g++) {
		lx_int128 spent = 0;
		for (size_t p = 0; p < e->projects_n; p++)
			if (claim->in[p] && e->group[p] == g)
				spent += e->cost[p];
		if (e->most != NULL && spent > e->most[g])
			fail(limits, LX_TALLY_NOBODY);
		needed += e->least != NULL && e->least[g] > spent ? e->least[g] : spent;
	}
	if (e->least != NULL && needed > e->budget)
		fail(limits, LX_TALLY_NOBODY);
}

static bool is_greedy(enum lx_tally_rule rule)
{
	return rule == LX_RULE_GREEDY || rule == LX_RULE_NO_SKIP || rule == LX_RULE_THRESHOLD ||
	       rule == LX_RULE_EXCLUSIVE;
}

static void plain(const struct lx_tally_claim *claim, struct lx_tally_certificate c[LX_PROPERTIES])
{
	enum lx_tally_rule rule = claim->setting->rule;

	c[LX_PROPERTY_BUDGET].checked = c[LX_PROPERTY_BUDGET].guaranteed = true;
	check_budget(claim, &c[LX_PROPERTY_BUDGET]);
	if (is_greedy(rule) && claim->setting->threshold > 0) {
		c[LX_PROPERTY_THRESHOLD].checked = c[LX_PROPERTY_THRESHOLD].guaranteed = true;
		check_threshold(claim, &c[LX_PROPERTY_THRESHOLD]);
	}
	if (claim->limits.spent != NULL && !lx_tally_by_approval(rule) && rule != LX_RULE_WELFARE &&
		!claim->result->replaced) {
		c[LX_PROPERTY_LIMITS].checked = c[LX_PROPERTY_LIMITS].guaranteed = true;
		check_limits(claim, &c[LX_PROPERTY_LIMITS]);
	}
	if (rule == LX_RULE_EXCLUSIVE && claim->view->election->group != NULL) {
		c[LX_PROPERTY_EXCLUSION].checked = c[LX_PROPERTY_EXCLUSION].guaranteed = true;
		check_exclusion(claim, &c[LX_PROPERTY_EXCLUSION]);
	}
}

static enum lx_code proportional(
	const struct lx_tally_claim *claim, struct lx_tally_certificate c[LX_PROPERTIES])
{
	bool shares = claim->setting->rule == LX_RULE_MES && !claim->result->replaced;
	bool even = claim->setting->rule == LX_RULE_EVEN && !claim->result->replaced;
	bool loads = claim->setting->rule == LX_RULE_PHRAGMEN;

	if (claim->view->voters == 0)
		return LX_OK;
	c[LX_PROPERTY_PRICEABLE].checked = shares || even || loads;
	c[LX_PROPERTY_PRICEABLE].guaranteed = shares || even || loads;
	if (even)
		LX_TRY(lx_tally_check_even(claim, &c[LX_PROPERTY_PRICEABLE]));
	if (shares)
		LX_TRY(lx_tally_check_shares(claim, &c[LX_PROPERTY_PRICEABLE]));
	if (loads)
		LX_TRY(lx_tally_check_loads(claim, &c[LX_PROPERTY_PRICEABLE]));
	if (!lx_tally_uniform(claim->setting->utility))
		return LX_OK;
	c[LX_PROPERTY_EJR_UP_TO_ONE].checked = c[LX_PROPERTY_EJR_PLUS].checked = true;
	c[LX_PROPERTY_EJR_UP_TO_ONE].guaranteed = shares;
	return lx_tally_check_groups(
		claim, &c[LX_PROPERTY_EJR_UP_TO_ONE], &c[LX_PROPERTY_EJR_PLUS]);
}

enum lx_code lx_tally_certify(struct lx_call *call, const struct lx_tally_election *election,
	const struct lx_tally_setting *setting, const struct lx_tally_result *result,
	struct lx_tally_certificate certificates[LX_PROPERTIES])
{
	struct lx_tally_setting by = *setting;
	struct lx_tally_view view;
	struct lx_tally_claim claim = {
		.call = call, .view = &view, .setting = &by, .result = result
	};

	if (lx_tally_by_approval(setting->rule))
		by.utility = LX_UTILITY_CARD;
	LX_TRY(lx_tally_prepare(call, election, &by, &view));
	claim.in = lx_array(call, view.n, sizeof *claim.in);
	if (claim.in == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < LX_PROPERTIES; i++)
		certificates[i] = (struct lx_tally_certificate){ .holds = true,
			.witness = LX_TALLY_NOBODY,
			.beside = LX_TALLY_NOBODY,
			.instead = LX_TALLY_NOBODY };
	for (size_t i = 0; i < result->winners_n; i++)
		claim.bought_n += result->rounds[i].phase == 0;
	LX_TRY(lx_tally_limits_open(call, election, &claim.limits));
	for (size_t i = 0; i < result->winners_n; i++)
		lx_tally_limits_spend(&claim.limits, result->rounds[i].project);
	plain(&claim, certificates);
	LX_TRY(proportional(&claim, certificates));
	certificates[LX_PROPERTY_UNDOMINATED].checked = true;
	lx_tally_check_exchanges(&claim, &certificates[LX_PROPERTY_UNDOMINATED]);
	for (size_t i = 0; i < LX_PROPERTIES; i++)
		if (certificates[i].checked && certificates[i].guaranteed && !certificates[i].holds)
			return lx_fail(call, LX_BROKEN, NULL, "tally.certificate", "%s",
				lx_tally_property_names[i]);
	return LX_OK;
}
