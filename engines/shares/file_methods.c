/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The methods for games: each with its shares, who objects, the certificate and the rounded bill. */
#include "engines/shares/file.h"

#include <stdio.h>
#include <string.h>

#define LISTED 5 /* coalitions and pairs listed */

static json_t *members_of(const struct lx_problem *p, uint32_t S)
{
	json_t *list = json_array();

	for (; S != 0; S &= S - 1)
		(void)json_array_append(list, json_array_get(p->players, (size_t)__builtin_ctz(S)));
	return list;
}

static json_t *coalition(
	const struct lx_problem *p, const struct lx_objection *at, const char *word)
{
	json_t *one = json_object();

	(void)json_object_set_new(one, "coalition", json_integer(at->coalition));
	(void)json_object_set_new(one, "members", members_of(p, at->coalition));
	(void)json_object_set_new(one, word, lx_json_ratio(at->excess));
	(void)json_object_set_new(one, "decimal", json_real(lx_ratio_real(at->excess)));
	return one;
}

/* The object under a key of the result, made when it is not there. */
static json_t *section(struct lx_problem *p, const char *key)
{
	json_t *at = json_object_get(p->out, key);

	if (at == NULL) {
		at = json_object();
		(void)json_object_set_new(p->out, key, at);
	}
	return at;
}

static void put_objections(struct lx_problem *p, const char *method, const struct lx_certificate *c)
{
	json_t *one = json_object(), *worst = json_array();

	for (size_t k = 0; k < c->tightest_n; k++)
		if (mpq_sgn(c->tightest[k].excess) > 0)
			(void)json_array_append_new(
				worst, coalition(p, &c->tightest[k], "overcharge"));
	(void)json_object_set_new(
		one, "blocking_coalitions", json_integer((json_int_t)c->objecting));
	(void)json_object_set_new(one, "worst", worst);
	(void)json_object_set_new(section(p, "objections"), method, one);
}

static json_t *certificate(const struct lx_problem *p, const struct lx_certificate *c)
{
	json_t *one = json_object(), *tightest = json_array();

	for (size_t k = 0; k < c->tightest_n; k++)
		(void)json_array_append_new(tightest, coalition(p, &c->tightest[k], "excess"));
	(void)json_object_set_new(one, "gains", lx_json_shares(&c->gains));
	(void)json_object_set_new(one, "efficient", json_boolean(c->efficient));
	(void)json_object_set_new(one, "in_core", json_boolean(c->in_core));
	(void)json_object_set_new(
		one, "blocking_coalitions", json_integer((json_int_t)c->objecting));
	(void)json_object_set_new(one, "tightest", tightest);
	return one;
}

/* The smallest coin: the field `unit`, else one hundredth. */
static enum lx_code read_unit(struct lx_problem *p, mpq_ptr unit)
{
	mpq_set_ui(unit, 1, 100);
	if (json_object_get(p->in, "unit") == NULL)
		return LX_OK;
	LX_TRY(lx_read_ratio_field(p, "unit", unit));
	return mpq_sgn(unit) > 0 ? LX_OK
				 : lx_fail(p->call, LX_INVALID, "unit", "shares.positive", "1");
}

static enum lx_code rounded(
	struct lx_problem *p, const struct lx_ratios *shares, mpq_srcptr unit, json_t **out)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios billed = { 0 };
	LX_CLOSE(lx_certificate_close) struct lx_certificate c = { 0 };
	int64_t *units = lx_array(p->call, shares->n, sizeof *units);

	if (units == NULL)
		return LX_BROKEN;
	LX_TRY(lx_round_shares(p->call, shares, unit, units));
	LX_TRY(lx_ratios_open(p->call, shares->n, &billed));
	for (size_t i = 0; i < shares->n; i++) {
		mpq_set_si(billed.at[i], (long)units[i], 1);
		mpq_mul(billed.at[i], billed.at[i], unit);
	}
	LX_TRY(lx_certificate(p->call, &p->game, &billed, &c));
	*out = certificate(p, &c);
	if (json_object_set_new(*out, "unit", lx_json_ratio(unit)) == 0 &&
		json_object_set_new(*out, "shares", lx_json_shares(&billed)) == 0)
		return LX_OK;
	json_decref(*out);
	return lx_fail(p->call, LX_BROKEN, NULL, "base.memory", NULL);
}

enum lx_code lx_put_certificate(
	struct lx_problem *p, const char *method, const struct lx_ratios *shares)
{
	LX_CLOSE(lx_certificate_close) struct lx_certificate c = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios unit = { 0 };
	json_t *bill = NULL;

	LX_TRY(lx_ratios_open(p->call, 1, &unit));
	LX_TRY(read_unit(p, unit.at[0]));
	LX_TRY(lx_certificate(p->call, &p->game, shares, &c));
	put_objections(p, method, &c);
	(void)json_object_set_new(section(p, "certificate"), method, certificate(p, &c));
	enum lx_code code = rounded(p, shares, unit.at[0], &bill);
	if (code == LX_OK)
		(void)json_object_set_new(section(p, "rounded"), method, bill);
	else if (code != LX_INVALID || json_object_get(p->in, "unit") != NULL)
		return code;
	else
		lx_fault_clear(&p->call->fault); /* no whole cents: nothing to bill */
	return LX_OK;
}

/* --- rules with one line each --- */

static enum lx_code standalone(
	struct lx_call *call, const struct lx_game *game, struct lx_ratios *out)
{
	return lx_proportional(call, game, NULL, out);
}

static enum lx_code scrb(struct lx_call *call, const struct lx_game *game, struct lx_ratios *out)
{
	return lx_scrb(call, game, NULL, out);
}

static const struct rule {
	const char *method;
	enum lx_code (*run)(
		struct lx_call *call, const struct lx_game *game, struct lx_ratios *out);
} rules[] = {
	{ "shapley", lx_shapley },
	{ "tau", lx_tau },
	{ "scrb", scrb },
	{ "egalitarian_nonseparable", lx_egalitarian },
	{ "proportional_to_standalone", standalone },
	{ "equal", lx_equal },
};

static enum lx_code run_rule(struct lx_problem *p, const struct rule *rule)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios shares = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios benefits = { 0 };
	enum lx_code code;

	if (!lx_asked(p, rule->method))
		return LX_OK;
	if (rule->run == scrb && json_object_get(p->in, "benefits") != NULL) {
		LX_TRY(lx_read_ratios(p, "benefits", &benefits));
		code = lx_scrb(p->call, &p->game, &benefits, &shares);
	} else {
		code = rule->run(p->call, &p->game, &shares);
	}
	LX_TRY(lx_put_shares(p, rule->method, code, &shares));
	return code == LX_OK ? lx_put_certificate(p, rule->method, &shares) : LX_OK;
}

static enum lx_code run_banzhaf(struct lx_problem *p)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios raw = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios normal = { 0 };

	if (!lx_asked(p, "banzhaf"))
		return LX_OK;
	LX_TRY(lx_put_shares(p, "banzhaf_raw", lx_banzhaf(p->call, &p->game, &raw), &raw));
	return lx_put_shares(p, "banzhaf_normalised_to_grand",
		lx_normalise(p->call, &p->game, &raw, &normal), &normal);
}

static enum lx_code run_separable(struct lx_problem *p)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios separable = { 0 };

	if (!lx_asked(p, "separable_costs"))
		return LX_OK;
	LX_TRY(lx_separable(p->call, &p->game, &separable));
	(void)json_object_set_new(p->out, "separable_costs", lx_json_ratios(&separable));
	return LX_OK;
}

/* --- nucleoli --- */

static const struct nucleolus {
	const char *method;
	enum lx_per per;
	bool imputations, by_name_only;
} nucleoli[] = {
	{ "prenucleolus", LX_PER_COALITION, false, false },
	{ "nucleolus", LX_PER_COALITION, true, false },
	{ "percapita_prenucleolus", LX_PER_HEAD, false, false },
	{ "percapita_nucleolus", LX_PER_HEAD, true, true },
	{ "proportional_prenucleolus", LX_PER_COST, false, false },
	{ "proportional_nucleolus", LX_PER_COST, true, true },
};

static void put_least_core(struct lx_problem *p, const struct lx_nucleolus *found)
{
	if (found->levels_n == 0)
		return; /* a single player */
	(void)json_object_set_new(
		p->out, "least_core_excess", lx_json_ratio(found->levels[0].excess));
	(void)json_object_set_new(
		p->out, "core_empty", json_boolean(mpq_sgn(found->levels[0].excess) > 0));
}

/* The proof in full: per level the coalitions settled and their multipliers. */
static json_t *proof_of(const struct lx_problem *p, const struct lx_nucleolus *found)
{
	json_t *proof = json_array();

	for (size_t k = 0; k < found->levels_n; k++) {
		const struct lx_level *level = &found->levels[k];
		json_t *one = json_object(), *settled = json_array();
		for (size_t c = 0; c < level->n; c++) {
			json_t *at = json_object();
			(void)json_object_set_new(
				at, "coalition", json_integer(level->coalitions[c]));
			(void)json_object_set_new(
				at, "members", members_of(p, level->coalitions[c]));
			(void)json_object_set_new(
				at, "multiplier", lx_json_ratio(level->multipliers.at[c]));
			if (level->alone[c])
				(void)json_object_set_new(at, "no_worse_than_alone", json_true());
			(void)json_array_append_new(settled, at);
		}
		(void)json_object_set_new(one, "excess", lx_json_ratio(level->excess));
		(void)json_object_set_new(one, "decimal", json_real(lx_ratio_real(level->excess)));
		(void)json_object_set_new(one, "settled", settled);
		(void)json_array_append_new(proof, one);
	}
	return proof;
}

static void put_levels(struct lx_problem *p, const char *method, const struct lx_nucleolus *found)
{
	json_t *levels = json_array();

	for (size_t k = 0; k < found->levels_n; k++)
		if (k == 0 || !mpq_equal(found->levels[k].excess, found->levels[k - 1].excess))
			(void)json_array_append_new(levels, lx_json_ratio(found->levels[k].excess));
	(void)json_object_set_new(json_object_get(p->out, method), "excess_levels_found", levels);
	(void)json_object_set_new(json_object_get(p->out, method), "proof", proof_of(p, found));
}

static enum lx_code run_nucleolus(struct lx_problem *p, const struct nucleolus *kind)
{
	LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus found = { 0 };
	bool plain = kind->per == LX_PER_COALITION && !kind->imputations;
	bool least = plain && lx_asked(p, "least_core_excess");
	bool asked = lx_asked(p, kind->method) && (p->methods != NULL || !kind->by_name_only);

	/* a profit game has no costs to be in proportion to: only on request, to be told so */
	if (kind->per == LX_PER_COST && !p->game.cost && p->methods == NULL)
		return LX_OK;
	if (!asked && !least)
		return LX_OK;
	enum lx_code code = lx_nucleolus(p->call, &p->game, kind->per, kind->imputations, &found);
	if (code == LX_OK && plain)
		put_least_core(p, &found);
	if (!asked)
		return code;
	LX_TRY(lx_put_shares(p, kind->method, code, &found.x));
	if (code != LX_OK)
		return LX_OK;
	put_levels(p, kind->method, &found);
	return lx_put_certificate(p, kind->method, &found.x);
}

/* --- weights and proposals --- */

/* The first field named demand…, e.g. demand_Mm3. */
static const char *demand_field(const struct lx_problem *p)
{
	const char *key;
	json_t *value;

	json_object_foreach(p->in, key, value) if (strncmp(key, "demand", 6) == 0) return key;
	return NULL;
}

/* The method `proportional_to_<what>` for one list of weights. */
static enum lx_code run_weights(
	struct lx_problem *p, const char *what, const char *field, const json_t *list)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios weights = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios shares = { 0 };
	char method[80];

	if (snprintf(method, sizeof method, "proportional_to_%s", what) >= (int)sizeof method)
		return lx_fail(p->call, LX_INVALID, "proportional_to", "shares.text", "%d", 60);
	if (!lx_asked(p, method))
		return LX_OK;
	LX_TRY(lx_read_list(p->call, field, list, &weights));
	enum lx_code code = lx_proportional(p->call, &p->game, &weights, &shares);
	LX_TRY(lx_put_shares(p, method, code, &shares));
	return code == LX_OK ? lx_put_certificate(p, method, &shares) : LX_OK;
}

/* A field demand…, and each list of the field proportional_to. */
static enum lx_code run_given(struct lx_problem *p)
{
	const char *field = demand_field(p), *what;
	json_t *given = json_object_get(p->in, "proportional_to"), *list;

	if (field != NULL)
		LX_TRY(run_weights(p, "demand", field, json_object_get(p->in, field)));
	json_object_foreach(given, what, list) LX_TRY(run_weights(p, what, what, list));
	return LX_OK;
}

static enum lx_code run_proposed(struct lx_problem *p)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios shares = { 0 };

	if (json_object_get(p->in, "proposed") == NULL || !lx_asked(p, "proposed"))
		return LX_OK;
	LX_TRY(lx_read_ratios(p, "proposed", &shares));
	if (shares.n != p->game.n)
		return lx_fail(p->call, LX_INVALID, "proposed", "shares.length", "%u", p->game.n);
	LX_TRY(lx_put_shares(p, "proposed", LX_OK, &shares));
	return lx_put_certificate(p, "proposed", &shares);
}

static enum lx_code run_violations(struct lx_problem *p)
{
	struct lx_violations found;

	if (!lx_asked(p, "superadditivity_violations"))
		return LX_OK;
	enum lx_code code = lx_superadditivity(p->call, &p->game, LISTED, &found);
	if (code != LX_OK)
		return lx_put_error(p, "superadditivity_violations", code);
	json_t *first = json_array();
	for (size_t k = 0; k < found.n; k++)
		(void)json_array_append_new(
			first, json_pack("[I, I]", (json_int_t)found.pairs[k][0],
				       (json_int_t)found.pairs[k][1]));
	json_t *one = json_object();
	(void)json_object_set_new(one, "count", json_integer((json_int_t)found.count));
	(void)json_object_set_new(one, "first", first);
	if (!found.complete)
		(void)json_object_set_new(one, "smaller_part_at_most", json_integer(found.smaller));
	(void)json_object_set_new(p->out, "superadditivity_violations", one);
	return LX_OK;
}

enum lx_code lx_share_game(struct lx_problem *p)
{
	LX_TRY(lx_read_game(p));
	(void)json_object_set_new(p->out, "n", json_integer(p->game.n));
	LX_TRY(run_rule(p, &rules[0]));
	LX_TRY(run_banzhaf(p));
	for (size_t k = 0; k < sizeof nucleoli / sizeof nucleoli[0]; k++)
		LX_TRY(run_nucleolus(p, &nucleoli[k]));
	for (size_t k = 1; k < sizeof rules / sizeof rules[0]; k++)
		LX_TRY(run_rule(p, &rules[k]));
	LX_TRY(run_separable(p));
	LX_TRY(run_given(p));
	LX_TRY(run_proposed(p));
	return run_violations(p);
}
