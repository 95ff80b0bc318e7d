/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The report as JSON: money as exact strings. */
#include "engines/tally/report.h"

#include "base/decimal.h"
#include "base/json.h"

static struct lx_text id_of(const struct lx_tally_report *tally, uint16_t project)
{
	return tally->pb.election.id[project];
}

static void money(
	struct lx_json *json, const struct lx_tally_report *tally, const char *key, int64_t amount)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };

	lx_decimal_write(&text, amount, tally->pb.election.places);
	lx_json_key(json, key);
	lx_json_text(json, lx_buf_view(&text));
}

static void number(struct lx_json *json, const char *key, uint64_t n)
{
	lx_json_key(json, key);
	lx_json_int(json, (int64_t)n);
}

static void word(struct lx_json *json, const char *key, const char *value)
{
	lx_json_key(json, key);
	lx_json_str(json, value);
}

static void write_ties(struct lx_json *json, const struct lx_tally_report *tally)
{
	lx_json_key(json, "ties");
	lx_json_open(json, '[');
	for (size_t i = 0; i < tally->result.winners_n; i++) {
		const struct lx_tally_round *round = &tally->result.rounds[i];
		if (round->tied_n < 2)
			continue;
		lx_json_open(json, '[');
		for (size_t k = 0; k < round->tied_n; k++)
			lx_json_text(json, id_of(tally, tally->result.tied[round->tied + k]));
		lx_json_close(json, ']');
	}
	lx_json_close(json, ']');
}

static double unit_of(const struct lx_tally_report *tally)
{
	double unit = 1;

	for (unsigned i = 0; i < tally->pb.election.places; i++)
		unit *= 10;
	return unit;
}

/* An object of amounts by group of voters; `all` where voters are not told apart. */
static void write_by_group(struct lx_json *json, const struct lx_tally_report *tally,
	const char *key, const double *amounts)
{
	lx_json_key(json, key);
	lx_json_open(json, '{');
	for (size_t g = 0; g < tally->money.groups_n; g++) {
		LX_CLOSE(lx_buf_close) struct lx_buf name = { 0 };
		if (tally->pb.voter_groups_n == 0)
			lx_buf_str(&name, "all");
		else
			lx_buf_text(&name, tally->pb.voter_groups[g]);
		lx_json_key(json, lx_buf_view(&name).at);
		lx_json_real(json, amounts[g] / unit_of(tally));
	}
	lx_json_close(json, '}');
}

/* Effective votes: the cost over what a payer pays in full; only where that is one amount. */
static void write_votes(struct lx_json *json, const struct lx_tally_report *tally,
	const struct lx_tally_round *round)
{
	enum lx_tally_utility utility = tally->setting.utility;
	double cost = (double)tally->pb.election.cost[round->project];
	bool shares = tally->setting.rule == LX_RULE_MES || tally->setting.rule == LX_RULE_EVEN;

	if (!shares || round->phase != 0 || round->price <= 0 ||
		(utility != LX_UTILITY_COST && utility != LX_UTILITY_CARD))
		return;
	lx_json_key(json, "effective_votes");
	lx_json_real(json, (utility == LX_UTILITY_COST ? 1 : cost) / round->price);
}

/* Who paid, what supporters had before, what all voters (or the budget) have left. */
static void write_payment(struct lx_json *json, const struct lx_tally_report *tally, size_t i)
{
	const struct lx_tally_money *money = &tally->money;

	if (money->groups_n == 0)
		return;
	write_by_group(json, tally, "paid", money->paid + i * money->groups_n);
	lx_json_key(json, "sold");
	lx_json_bool(json, money->sold[i]);
	if (!money->sold[i])
		return;
	lx_json_key(json, "supporters_had");
	lx_json_real(json, money->had[i] / unit_of(tally));
}

static void write_rounds(struct lx_json *json, const struct lx_tally_report *tally)
{
	static const char *const phases[] = { "rule", "fill", "comparison" };
	int64_t left = tally->pb.election.budget;

	lx_json_key(json, "rounds");
	lx_json_open(json, '[');
	for (size_t i = 0; i < tally->result.winners_n; i++) {
		const struct lx_tally_round *round = &tally->result.rounds[i];
		lx_json_open(json, '{');
		lx_json_key(json, "project");
		lx_json_text(json, id_of(tally, round->project));
		money(json, tally, "cost", tally->pb.election.cost[round->project]);
		word(json, "by", phases[round->phase]);
		if (round->price > 0) {
			lx_json_key(json, "price");
			lx_json_real(json, round->price);
		}
		write_votes(json, tally, round);
		left -= tally->pb.election.cost[round->project];
		money(json, tally, "budget_left", left);
		write_payment(json, tally, i);
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

/* A whole number of any length that may arise, as digits in a string; it is not negative. */
static void write_wide(struct lx_json *json, const char *key, lx_int128 n)
{
	char digits[48];
	size_t at = sizeof digits - 1;

	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + (int)(n % 10));
	while ((n /= 10) > 0);
	word(json, key, digits + at);
}

static void write_outcome(struct lx_json *json, const struct lx_tally_report *tally)
{
	const struct lx_tally_result *result = &tally->result;

	money(json, tally, "budget", tally->pb.election.budget);
	money(json, tally, "total_cost", result->total_cost);
	write_wide(json, "total_utility", result->total_utility);
	number(json, "voters", result->voters);
	lx_json_key(json, "winners");
	lx_json_open(json, '[');
	for (size_t i = 0; i < result->winners_n; i++)
		lx_json_text(json, id_of(tally, result->rounds[i].project));
	lx_json_close(json, ']');
	write_ties(json, tally);
	number(json, "steps", result->steps);
	number(json, "iterations", result->iterations);
	number(json, "runs", result->runs);
	number(json, "exact_fallbacks", result->exact_fallbacks);
	if (tally->setting.rule == LX_RULE_BOUNDED)
		number(json, "rounded", result->rounded);
	if (result->share > 0) {
		lx_json_key(json, "share");
		lx_json_real(json, result->share / unit_of(tally));
	}
	if (result->compared) {
		number(json, "prefer_this", result->prefer_this);
		number(json, "prefer_greedy", result->prefer_greedy);
		lx_json_key(json, "replaced");
		lx_json_bool(json, result->replaced);
	}
}

static void write_paid(struct lx_json *json, const struct lx_tally_report *tally,
	const struct lx_tally_loser *loser)
{
	double scale = unit_of(tally);

	lx_json_key(json, "supporters_had");
	lx_json_real(json, loser->had / scale);
	lx_json_key(json, "supporters_left");
	lx_json_real(json, loser->left / scale);
	lx_json_key(json, "supporters_paid");
	lx_json_open(json, '{');
	for (size_t i = 0; i < tally->result.winners_n; i++)
		if (loser->paid[i] > 0) {
			LX_CLOSE(lx_buf_close) struct lx_buf key = { 0 };
			lx_buf_text(&key, id_of(tally, tally->result.rounds[i].project));
			lx_json_key(json, lx_buf_view(&key).at);
			lx_json_real(json, loser->paid[i] / scale);
		}
	lx_json_close(json, '}');
}

static void write_loser(struct lx_json *json, const struct lx_tally_report *tally,
	const struct lx_tally_loser *loser)
{
	lx_json_open(json, '{');
	lx_json_key(json, "project");
	lx_json_text(json, id_of(tally, loser->project));
	money(json, tally, "cost", tally->pb.election.cost[loser->project]);
	number(json, "supporters", loser->supporters);
	if (loser->support >= 0)
		number(json, "effective_support", (uint64_t)loser->support);
	if (loser->paid != NULL)
		write_paid(json, tally, loser);
	if (tally->searched && loser->wins_at > 0)
		money(json, tally, "wins_at_cost", loser->wins_at);
	if (tally->searched && loser->wins_with > 0)
		number(json, "wins_with_more_votes", loser->wins_with);
	if (tally->searched && !loser->searched) {
		lx_json_key(json, "searched");
		lx_json_bool(json, false);
	}
	lx_json_close(json, '}');
}

/* With their money where it was followed, else by name alone. */
static enum lx_code write_losers(
	struct lx_call *call, struct lx_json *json, const struct lx_tally_report *tally)
{
	const struct lx_tally_election *e = &tally->pb.election;
	bool *in = lx_tally_report_funded(call, tally, &tally->result);

	if (in == NULL)
		return LX_BROKEN;
	lx_json_key(json, "losers");
	lx_json_open(json, '[');
	for (size_t i = 0; i < tally->losers_n; i++)
		write_loser(json, tally, &tally->losers[i]);
	for (size_t p = 0; p < e->projects_n && !tally->explained; p++) {
		if (in[p] || (e->barred != NULL && e->barred[p]))
			continue;
		lx_json_open(json, '{');
		lx_json_key(json, "project");
		lx_json_text(json, e->id[p]);
		money(json, tally, "cost", e->cost[p]);
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
	return LX_OK;
}

static void write_support(struct lx_json *json, const struct lx_tally_report *tally)
{
	if (!tally->explained || tally->setting.rule != LX_RULE_MES)
		return;
	lx_json_key(json, "effective_support");
	lx_json_open(json, '{');
	for (size_t p = 0; p < tally->pb.election.projects_n; p++) {
		LX_CLOSE(lx_buf_close) struct lx_buf key = { 0 };
		lx_buf_text(&key, tally->pb.election.id[p]);
		number(json, lx_buf_view(&key).at, (uint64_t)tally->percent[p]);
	}
	lx_json_close(json, '}');
}

static void write_certificates(struct lx_json *json, const struct lx_tally_report *tally)
{
	lx_json_key(json, "certificates");
	lx_json_open(json, '{');
	for (size_t i = 0; i < LX_PROPERTIES && tally->certified; i++) {
		const struct lx_tally_certificate *it = &tally->certificates[i];
		if (!it->checked)
			continue;
		lx_json_key(json, lx_tally_property_names[i]);
		lx_json_open(json, '{');
		lx_json_key(json, "guaranteed");
		lx_json_bool(json, it->guaranteed);
		lx_json_key(json, "holds");
		lx_json_bool(json, it->holds);
		if (it->witness != LX_TALLY_NOBODY) {
			lx_json_key(json, "witness");
			lx_json_text(json, id_of(tally, it->witness));
		}
		if (it->beside != LX_TALLY_NOBODY) {
			lx_json_key(json, "with");
			lx_json_text(json, id_of(tally, it->beside));
		}
		if (it->instead != LX_TALLY_NOBODY) {
			lx_json_key(json, "instead_of");
			lx_json_text(json, id_of(tally, it->instead));
		}
		lx_json_close(json, '}');
	}
	lx_json_close(json, '}');
}

static void write_rivals(struct lx_json *json, const struct lx_tally_report *tally)
{
	lx_json_key(json, "compared");
	lx_json_open(json, '[');
	for (size_t i = 0; i < tally->rivals_n; i++) {
		const struct lx_tally_rival *rival = &tally->rivals[i];
		lx_json_open(json, '{');
		word(json, "rule", rival->rule);
		word(json, "utility", rival->utility);
		word(json, "completion", rival->completion);
		money(json, tally, "total_cost", rival->result.total_cost);
		lx_json_key(json, "winners");
		lx_json_open(json, '[');
		for (size_t k = 0; k < rival->result.winners_n; k++)
			lx_json_text(json, id_of(tally, rival->result.rounds[k].project));
		lx_json_close(json, ']');
		number(json, "voters_prefer_it", rival->prefer_it);
		number(json, "voters_prefer_this", rival->prefer_this);
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void write_served(struct lx_json *json, const struct lx_tally_report *tally)
{
	lx_json_key(json, "voters_by_funded_projects_named");
	lx_json_open(json, '[');
	for (size_t i = 0; i < LX_TALLY_SERVED; i++)
		lx_json_int(json, (int64_t)tally->served[i]);
	lx_json_close(json, ']');
}

/* Money by district against voters by district: what each group's voters paid, hold and are. */
static void write_money(struct lx_json *json, const struct lx_tally_report *tally)
{
	const struct lx_tally_money *m = &tally->money;

	if (m->groups_n == 0)
		return;
	lx_json_key(json, "voter_groups");
	lx_json_open(json, '[');
	for (size_t g = 0; g < m->groups_n; g++) {
		double paid = 0;
		for (size_t i = 0; i < tally->result.winners_n; i++)
			paid += m->paid[i * m->groups_n + g];
		lx_json_open(json, '{');
		lx_json_key(json, "group");
		if (tally->pb.voter_groups_n == 0)
			lx_json_str(json, "all");
		else
			lx_json_text(json, tally->pb.voter_groups[g]);
		number(json, "voters", m->voters[g]);
		lx_json_key(json, "paid");
		lx_json_real(json, paid / unit_of(tally));
		lx_json_key(json, "left");
		lx_json_real(json, m->left[g] / unit_of(tally));
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void write_outcomes(struct lx_json *json, const struct lx_tally_report *tally)
{
	const struct lx_tally_outcomes *all = &tally->outcomes;

	if (!tally->irresolute)
		return;
	lx_json_key(json, "outcomes");
	lx_json_open(json, '[');
	for (size_t i = 0; i < all->n; i++) {
		lx_json_open(json, '[');
		for (size_t k = all->from[i]; k < all->from[i + 1]; k++)
			lx_json_text(json, id_of(tally, all->winners[k]));
		lx_json_close(json, ']');
	}
	lx_json_close(json, ']');
}

/* What was decided apart from the ballots, and why. */
static void write_apart(struct lx_json *json, const struct lx_tally_report *tally)
{
	if (tally->overrides_n == 0 && tally->top_down == 0)
		return;
	money(json, tally, "top_down", tally->top_down);
	money(json, tally, "top_down_spent", tally->top_down_spent);
	lx_json_key(json, "overrides");
	lx_json_open(json, '[');
	for (size_t i = 0; i < tally->overrides_n; i++) {
		const struct lx_tally_override *it = &tally->overrides[i];
		lx_json_open(json, '{');
		lx_json_key(json, "project");
		lx_json_text(json, id_of(tally, it->project));
		money(json, tally, "cost", tally->pb.election.cost[it->project]);
		lx_json_key(json, "funded");
		lx_json_bool(json, it->funds);
		lx_json_key(json, "reason");
		lx_json_text(json, it->reason);
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void write_notices(struct lx_json *json, const struct lx_tally_report *tally)
{
	size_t kept = tally->pb.notices_n < LX_PB_NOTICES_MAX ? tally->pb.notices_n
							      : LX_PB_NOTICES_MAX;

	number(json, "notices", tally->pb.notices_n);
	lx_json_key(json, "first_notices");
	lx_json_open(json, '[');
	for (size_t i = 0; i < kept; i++) {
		lx_json_open(json, '{');
		number(json, "line", (uint64_t)tally->pb.notices[i].line);
		word(json, "what", tally->pb.notices[i].msgid);
		lx_json_key(json, "about");
		lx_json_text(json, tally->pb.notices[i].about);
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

enum lx_code lx_tally_report_json(
	struct lx_call *call, const struct lx_tally_report *tally, struct lx_buf *out)
{
	struct lx_json json = { .out = out };

	lx_json_open(&json, '{');
	word(&json, "file", tally->path);
	number(&json, "version", LX_TALLY_VERSION);
	word(&json, "rule", tally->rule);
	word(&json, "utility", tally->utility);
	word(&json, "completion", tally->completion);
	word(&json, "tie_breaking", tally->ties);
	write_outcome(&json, tally);
	write_apart(&json, tally);
	write_rounds(&json, tally);
	LX_TRY(write_losers(call, &json, tally));
	write_support(&json, tally);
	write_certificates(&json, tally);
	write_served(&json, tally);
	write_money(&json, tally);
	write_outcomes(&json, tally);
	if (tally->rivals_n > 0)
		write_rivals(&json, tally);
	write_notices(&json, tally);
	lx_json_close(&json, '}');
	return lx_buf_failed(out) ? lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL) : LX_OK;
}
