/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The frame of reading problems and writing results: fields, numbers, errors, the kinds. */
#include "engines/shares/file.h"

#include <stdio.h>
#include <string.h>

const char lx_share_methods[] =
	"shapley banzhaf prenucleolus nucleolus percapita_prenucleolus percapita_nucleolus "
	"proportional_prenucleolus proportional_nucleolus least_core_excess tau scrb "
	"separable_costs "
	"egalitarian_nonseparable proportional_to_standalone proportional_to_demand equal proposed "
	"superadditivity_violations objections certificate rounded sampled_shapley "
	"shapley_per_movement nucleolus_per_movement talmud cea cel proportional "
	"adjusted_proportional random_arrival shapley_shubik table bird kar_shapley folk serial "
	"average_cost aumann_shapley lindahl nash kalai_smorodinsky egalitarian transfer "
	"moulin_shenker";

bool lx_asked(const struct lx_problem *problem, const char *method)
{
	struct lx_text rest = lx_text(problem->methods), name;

	if (problem->methods == NULL)
		return true;
	while (lx_text_split(&rest, ',', &name))
		if (lx_text_is(lx_text_trim(name), method))
			return true;
	return false;
}

enum lx_code lx_field(struct lx_problem *problem, const char *name, json_t **out)
{
	*out = json_object_get(problem->in, name);
	return *out != NULL ? LX_OK
			    : lx_fail(problem->call, LX_INVALID, name, "shares.missing", NULL);
}

enum lx_code lx_read_ratio(
	struct lx_call *call, const char *field, const json_t *value, mpq_ptr out)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };
	struct lx_text digits = { 0 };

	if (json_is_string(value))
		digits = (struct lx_text){ json_string_value(value), json_string_length(value) };
	if (json_is_integer(value))
		lx_buf_int(&text, json_integer_value(value));
	if (json_is_real(value)) {
		struct lx_json json = { .out = &text };
		lx_json_real(&json, json_real_value(value));
	}
	if (lx_buf_failed(&text))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	if (!json_is_string(value))
		digits = lx_buf_view(&text);
	if (digits.len > 0 && lx_ratio_read(digits, out))
		return LX_OK;
	if (json_is_real(value)) { /* 1e21, 3e-7: the double as it is */
		mpq_set_d(out, json_real_value(value));
		return LX_OK;
	}
	return lx_fail(
		call, LX_INVALID, field, "shares.number", "%.*s", (int)digits.len, digits.at);
}

enum lx_code lx_read_list(
	struct lx_call *call, const char *name, const json_t *list, struct lx_ratios *out)
{
	char place[LX_FIELD_MAX];

	if (!json_is_array(list) || json_array_size(list) == 0)
		return lx_fail(call, LX_INVALID, name, "shares.list", NULL);
	LX_TRY(lx_ratios_open(call, json_array_size(list), out));
	for (size_t i = 0; i < out->n; i++) {
		(void)snprintf(place, sizeof place, "%s[%zu]", name, i);
		LX_TRY(lx_read_ratio(call, place, json_array_get(list, i), out->at[i]));
	}
	return LX_OK;
}

enum lx_code lx_read_ratios(struct lx_problem *problem, const char *name, struct lx_ratios *out)
{
	json_t *list;

	LX_TRY(lx_field(problem, name, &list));
	return lx_read_list(problem->call, name, list, out);
}

enum lx_code lx_read_ratio_field(struct lx_problem *problem, const char *name, mpq_ptr out)
{
	json_t *value;

	LX_TRY(lx_field(problem, name, &value));
	return lx_read_ratio(problem->call, name, value, out);
}

static enum lx_code whole(struct lx_problem *problem, const char *name, const json_t *value,
	int64_t low, int64_t high, int64_t *out)
{
	if (!json_is_integer(value) || json_integer_value(value) < low ||
		json_integer_value(value) > high)
		return lx_fail(problem->call, LX_INVALID, name, "shares.whole", "%lld..%lld",
			(long long)low, (long long)high);
	*out = json_integer_value(value);
	return LX_OK;
}

enum lx_code lx_read_int(
	struct lx_problem *problem, const char *name, int64_t low, int64_t high, int64_t *out)
{
	json_t *value;

	LX_TRY(lx_field(problem, name, &value));
	return whole(problem, name, value, low, high, out);
}

enum lx_code lx_read_ints(struct lx_problem *problem, const char *name, size_t *n, int64_t **out)
{
	char place[LX_FIELD_MAX];
	json_t *list;

	LX_TRY(lx_field(problem, name, &list));
	if (!json_is_array(list) || json_array_size(list) == 0)
		return lx_fail(problem->call, LX_INVALID, name, "shares.list", NULL);
	*n = json_array_size(list);
	*out = lx_array(problem->call, *n, sizeof **out);
	if (*out == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < *n; i++) {
		(void)snprintf(place, sizeof place, "%s[%zu]", name, i);
		LX_TRY(whole(
			problem, place, json_array_get(list, i), 0, INT64_MAX / 2, &(*out)[i]));
	}
	return LX_OK;
}

json_t *lx_json_ratio(mpq_srcptr ratio)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };

	lx_ratio_write(&text, ratio);
	return lx_buf_failed(&text) ? NULL : json_stringn(text.at, text.len);
}

json_t *lx_json_ratios(const struct lx_ratios *ratios)
{
	json_t *list = json_array();
	bool whole = list != NULL;

	for (size_t i = 0; whole && i < ratios->n; i++)
		whole = json_array_append_new(list, lx_json_ratio(ratios->at[i])) == 0;
	if (whole)
		return list;
	json_decref(list); /* a list with holes would be a wrong answer */
	return NULL;
}

json_t *lx_json_decimals(const struct lx_ratios *ratios)
{
	json_t *list = json_array();
	bool whole = list != NULL;

	for (size_t i = 0; whole && i < ratios->n; i++)
		whole = json_array_append_new(list, json_real(lx_ratio_real(ratios->at[i]))) == 0;
	if (whole)
		return list;
	json_decref(list);
	return NULL;
}

json_t *lx_json_shares(const struct lx_ratios *ratios)
{
	json_t *shares = json_object();

	if (json_object_set_new(shares, "exact", lx_json_ratios(ratios)) == 0 &&
		json_object_set_new(shares, "decimal", lx_json_decimals(ratios)) == 0)
		return shares;
	json_decref(shares);
	return NULL;
}

/* Faults that say that a method has no answer for this problem. */
static const struct {
	const char *msgid, *says;
} undefined[] = {
	{ "shares.quasi_balanced", "not quasi-balanced" },
	{ "shares.imputation", "empty imputation set" },
	{ "shares.scrb", "a remaining benefit is negative" },
	{ "shares.zero_weights", "nothing to divide by: all weights are zero" },
	{ "shares.negative", "a weight is negative" },
	{ "shares.per_cost", "not a cost game with positive costs" },
	{ "shares.players", "too many players for this method" },
	{ "shares.inexact", "the cost function is not rational there" },
	{ "shares.fixed_cost", "a cost at quantity zero needs a rule of its own" },
	{ "shares.cross_monotonic", "the shares are not cross-monotonic" },
	{ "shares.unit", "the total is not a whole number of units" },
	{ "shares.big", "a number is too large" },
};

enum lx_code lx_put_error(struct lx_problem *problem, const char *method, enum lx_code code)
{
	struct lx_fault *fault = &problem->call->fault;
	const char *says = NULL;

	for (size_t k = 0; k < sizeof undefined / sizeof undefined[0]; k++)
		if (fault->msgid != NULL && strcmp(fault->msgid, undefined[k].msgid) == 0)
			says = undefined[k].says;
	if (code != LX_INVALID || says == NULL || problem->methods != NULL)
		return code;
	json_t *error = json_object();
	(void)json_object_set_new(error, "error", json_string(says));
	(void)json_object_set_new(problem->out, method, error);
	lx_fault_clear(fault);
	return LX_OK;
}

enum lx_code lx_put_shares(struct lx_problem *problem, const char *method, enum lx_code code,
	const struct lx_ratios *shares)
{
	if (code != LX_OK)
		return lx_put_error(problem, method, code);
	if (json_object_set_new(problem->out, method, lx_json_shares(shares)) != 0)
		return lx_fail(problem->call, LX_BROKEN, NULL, "base.memory", NULL);
	return LX_OK;
}

static enum lx_code check_methods(struct lx_call *call, const char *methods)
{
	struct lx_text rest = lx_text(methods), name;

	while (lx_text_split(&rest, ',', &name))
		if (!lx_word_in(lx_text_trim(name), lx_share_methods) &&
			!lx_text_starts(lx_text_trim(name), "proportional_to_"))
			return lx_fail(call, LX_INVALID, "method", "shares.method", "%.*s",
				(int)name.len, name.at);
	return LX_OK;
}

static enum lx_code dispatch(struct lx_problem *problem)
{
	json_t *kind;

	LX_TRY(lx_field(problem, "kind", &kind));
	const char *name = json_is_string(kind) ? json_string_value(kind) : "";
	(void)json_object_set(problem->out, "kind", kind);
	if (strcmp(name, "tu_game") == 0)
		return lx_share_game(problem);
	if (lx_word_in(lx_text(name), "airport bankruptcy weighted_voting double_majority mst "
				      "indicator_transfer excludable sampled_game"))
		return lx_share_structured(problem, name);
	if (lx_word_in(lx_text(name), "serial aumann_shapley lindahl bargaining"))
		return lx_share_quantities(problem, name);
	return lx_fail(problem->call, LX_INVALID, "kind", "shares.kind", "%s", name);
}

enum lx_code lx_share_solve(struct lx_call *call, json_t *problem,
	const struct lx_share_table *table, const char *methods, json_t **result)
{
	struct lx_problem p = { .call = call, .in = problem, .methods = methods };

	if (!json_is_object(problem))
		return lx_fail(call, LX_INVALID, NULL, "shares.object", NULL);
	LX_TRY(check_methods(call, methods));
	LX_CLOSE(lx_json_free) json_t *out = json_object();
	p.out = out;
	p.table = table != NULL && table->worth != NULL ? table : NULL;
	if (out == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	LX_TRY(dispatch(&p));
	if (methods != NULL && json_object_size(out) < 2)
		return lx_fail(call, LX_INVALID, "method", "shares.method", "%s", methods);
	*result = json_incref(out);
	return LX_OK;
}
