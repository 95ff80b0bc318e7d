/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Lindahl problems as JSON. `marginal_benefit` (of g) or `utility` (of g and x) is either a list of formulas,
 * one a member, or one formula for all whose names ending in _i stand for lists of the problem: a_i for `a`.
 * The two forms of the reference are solved exactly, all others by lx_lindahl.
 */
#include "engines/shares/file.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MOST 500
#define LINEAR    "a_i-b_i*g"
#define INCOME    "alpha_i*ln(g)+(1-alpha_i)*ln(x_i)"

static enum lx_code read_formula(
	struct lx_problem *p, const char *body, const char *names, const struct lx_formula **out)
{
	struct lx_formula *formula;

	LX_TRY(lx_formula_read(p->call, lx_text(body), names, &formula));
	*out = formula;
	return LX_OK;
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* The names ending in _i of a formula, each once; x_i is what a member keeps, not a list. */
static size_t listed_names(const char *body, char names[][32])
{
	size_t n = 0;

	for (const char *at = body; *at != '\0';) {
		size_t length = 0;
		while (is_name(at[length]))
			length++;
		bool listed = length > 2 && length < 32 && at[length - 2] == '_' &&
			      at[length - 1] == 'i' && strncmp(at, "x_i", length) != 0;
		for (size_t k = 0; listed && k < n; k++)
			listed = strlen(names[k]) != length || strncmp(names[k], at, length) != 0;
		if (listed && n < LX_FORMULA_NAMES) {
			memcpy(names[n], at, length);
			names[n++][length] = '\0';
		}
		at += length > 0 ? length : 1;
	}
	return n;
}

/* numbers[i * n + k]: member i's entry in the list of the k-th name; all lists as long. */
static enum lx_code read_numbers(struct lx_problem *p, size_t n, char names[][32],
	struct lx_ratios *numbers, size_t *members)
{
	for (size_t k = 0; k < n; k++) {
		LX_CLOSE(lx_ratios_close) struct lx_ratios list = { 0 };
		char field[32];
		memcpy(field, names[k], sizeof field);
		field[strlen(field) - 2] = '\0';
		LX_TRY(lx_read_ratios(p, field, &list));
		if (k == 0) {
			*members = list.n;
			LX_TRY(lx_ratios_open(p->call, n * list.n, numbers));
		}
		if (list.n != *members)
			return lx_fail(
				p->call, LX_INVALID, field, "shares.length", "%zu", *members);
		for (size_t i = 0; i < list.n; i++)
			mpq_set(numbers->at[i * n + k], list.at[i]);
	}
	return LX_OK;
}

/* One formula for all, its lists beside it. */
static enum lx_code read_common(struct lx_problem *p, const char *field, const char *of,
	struct lx_lindahl *problem, struct lx_ratios *numbers)
{
	char names[LX_FORMULA_NAMES][32], all[400], *body = lx_alloc(p->call, TEXT_MOST);
	size_t n, length, members = problem->income == NULL ? 0 : problem->income->n;

	if (body == NULL) /* of the call: the formula points into it */
		return LX_BROKEN;
	LX_TRY(lx_read_text(p, field, body, TEXT_MOST));
	n = listed_names(body, names);
	LX_TRY(read_numbers(p, n, names, numbers, &members));
	if (problem->income != NULL && members != problem->income->n)
		return lx_fail(p->call, LX_INVALID, "income", "shares.length", "%zu", members);
	length = (size_t)snprintf(all, sizeof all, "%s", of);
	for (size_t k = 0; k < n; k++)
		length += (size_t)snprintf(all + length, sizeof all - length, ",%s", names[k]);
	const struct lx_formula **list = lx_array(p->call, members, sizeof *list);
	if (list == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < members; i++) {
		if (i == 0)
			LX_TRY(read_formula(p, body, all, &list[0]));
		list[i] = list[0];
	}
	*problem = (struct lx_lindahl){ members, list, n, numbers, problem->income,
		problem->marginal_cost };
	return LX_OK;
}

/* A list of formulas, one a member. */
static enum lx_code read_each(
	struct lx_problem *p, const char *field, const char *names, struct lx_lindahl *problem)
{
	json_t *texts = json_object_get(p->in, field);
	size_t n = json_array_size(texts);
	const struct lx_formula **list = lx_array(p->call, n, sizeof *list);

	if (list == NULL)
		return LX_BROKEN;
	if (n == 0 || n > LX_CLAIMS_MOST || (problem->income != NULL && problem->income->n != n))
		return lx_fail(p->call, LX_INVALID, field, "shares.list", NULL);
	for (size_t i = 0; i < n; i++) {
		json_t *text = json_array_get(texts, i);
		if (!json_is_string(text))
			return lx_fail(p->call, LX_INVALID, field, "shares.formula", "1");
		LX_TRY(read_formula(p, json_string_value(text), names, &list[i]));
	}
	problem->n = n;
	problem->member = list;
	return LX_OK;
}

/* A number or a formula of g. */
static enum lx_code read_cost(
	struct lx_problem *p, const char *field, const struct lx_formula **out)
{
	LX_CLOSE(lx_buf_close) struct lx_buf digits = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios number = { 0 };
	json_t *value;

	LX_TRY(lx_field(p, field, &value));
	const char *text = json_string_value(value);
	LX_TRY(lx_ratios_open(p->call, 1, &number));
	if (text != NULL && !lx_ratio_read(lx_text(text), number.at[0]))
		return read_formula(p, text, "g", out);
	LX_TRY(lx_read_ratio(p->call, field, value, number.at[0]));
	if (mpq_sgn(number.at[0]) < 0)
		return lx_fail(p->call, LX_INVALID, field, "shares.negative", "1");
	lx_ratio_write(&digits, number.at[0]);
	char *kept = lx_alloc(p->call, digits.len + 1);
	if (kept == NULL || lx_buf_failed(&digits))
		return lx_fail(p->call, LX_BROKEN, NULL, "base.memory", NULL);
	memcpy(kept, digits.at, digits.len);
	return read_formula(p, kept, "g", out);
}

static json_t *times(const double *prices, size_t n, double g)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(list, json_real(prices[i] * g));
	return list;
}

/* g, prices, payments = price * g. */
static void put_exact(struct lx_problem *p, mpq_srcptr g, struct lx_ratios *prices)
{
	(void)json_object_set_new(p->out, "g", lx_json_ratio(g));
	(void)json_object_set_new(p->out, "prices", lx_json_ratios(prices));
	for (size_t i = 0; i < prices->n; i++)
		mpq_mul(prices->at[i], prices->at[i], g);
	(void)json_object_set_new(p->out, "payments", lx_json_ratios(prices));
}

static enum lx_code any_formulas(struct lx_problem *p, bool linear, bool each)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios numbers = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios income = { 0 };
	LX_CLOSE(lx_lindahl_close) struct lx_lindahl_found found = { 0 };
	struct lx_lindahl problem = { 0 };
	const char *field = linear ? "marginal_benefit" : "utility", *of = linear ? "g" : "g,x_i";

	if (!linear) {
		LX_TRY(lx_read_ratios(p, "income", &income));
		problem.income = &income;
	}
	LX_TRY(read_cost(p, linear ? "marginal_cost" : "unit_cost", &problem.marginal_cost));
	if (each)
		LX_TRY(read_each(p, field, linear ? "g" : "g,x", &problem));
	else
		LX_TRY(read_common(p, field, of, &problem, &numbers));
	LX_TRY(lx_lindahl(p->call, &problem, &found));
	if (found.exact) {
		put_exact(p, found.exact_g.at[0], &found.exact_prices);
		return LX_OK;
	}
	(void)json_object_set_new(p->out, "g", json_real(found.g));
	(void)json_object_set_new(p->out, "prices", times(found.prices, problem.n, 1));
	(void)json_object_set_new(p->out, "payments", times(found.prices, problem.n, found.g));
	(void)json_object_set_new(p->out, "informs_only", json_true());
	return LX_OK;
}

static enum lx_code known_form(struct lx_problem *p, bool linear)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios a = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios b = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios prices = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios t = { 0 };

	LX_TRY(lx_read_ratios(p, linear ? "a" : "alpha", &a));
	LX_TRY(lx_read_ratios(p, linear ? "b" : "income", &b));
	LX_TRY(lx_ratios_open(p->call, 2, &t));
	LX_TRY(lx_read_ratio_field(p, linear ? "marginal_cost" : "unit_cost", t.at[0]));
	if (linear)
		LX_TRY(lx_lindahl_linear(p->call, &a, &b, t.at[0], t.at[1], &prices));
	else
		LX_TRY(lx_lindahl_income(p->call, &a, &b, t.at[0], t.at[1], &prices));
	put_exact(p, t.at[1], &prices);
	return LX_OK;
}

/* A number, given as such or as text. */
static bool is_number(const json_t *value)
{
	mpq_t ratio;

	if (!json_is_string(value))
		return true;
	mpq_init(ratio);
	bool is = lx_ratio_read(lx_text(json_string_value(value)), ratio);
	mpq_clear(ratio);
	return is;
}

enum lx_code lx_share_lindahl(struct lx_problem *p)
{
	bool linear = json_object_get(p->in, "marginal_benefit") != NULL;
	const char *field = linear ? "marginal_benefit" : "utility";
	char form[TEXT_MOST];

	if (json_is_array(json_object_get(p->in, field)))
		return any_formulas(p, linear, true);
	LX_TRY(lx_read_text(p, field, form, sizeof form));
	if (strcmp(form, linear ? LINEAR : INCOME) == 0 &&
		is_number(json_object_get(p->in, linear ? "marginal_cost" : "unit_cost")))
		return known_form(p, linear);
	return any_formulas(p, linear, false);
}
