/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The report for people. A game gets one section a method: what it promises and who may object, the
 * shares with their part of the total and the saving against standing alone, the tightest coalitions by
 * name, and in words who would do better alone. Other problems get one table, a column a method.
 */
#include "cli/share_report.h"

#include "cli/columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define METHODS_MOST 24

struct report {
	struct lx_cli *cli;
	json_t *problem, *result;
	bool cost;
	int places;
};

static void say(struct report *r, const char *id, const char *a, const char *b)
{
	lx_say(&r->cli->out, r->cli->lang, id, a == NULL ? "" : a, b == NULL ? "" : b);
	lx_buf_char(&r->cli->out, '\n');
}

static void say_count(struct report *r, const char *id, json_t *count)
{
	lx_say_count(&r->cli->out, r->cli->lang, id, json_integer_value(count));
	lx_buf_char(&r->cli->out, '\n');
}

static void head(struct report *r, struct lx_columns *table, const char *id)
{
	lx_columns_cell(table, lx_text(lx_tr(r->cli->lang, id)));
}

static double number_at(json_t *list, size_t i)
{
	return json_number_value(json_array_get(list, i));
}

static double sum_of(json_t *list)
{
	double sum = 0;

	for (size_t i = 0; i < json_array_size(list); i++)
		sum += number_at(list, i);
	return sum;
}

/* "H+K+L" */
static void join_names(struct lx_buf *out, json_t *members)
{
	for (size_t i = 0; i < json_array_size(members); i++) {
		lx_buf_str(out, i > 0 ? "+" : "");
		lx_buf_str(out, json_string_value(json_array_get(members, i)));
	}
}

static const char *method_text(struct report *r, const char *method, const char *ending)
{
	char id[120];

	(void)snprintf(id, sizeof id, "share.method.%s%s", method, ending);
	return lx_has(id) ? lx_tr(r->cli->lang, id) : method;
}

/* How many decimals the smallest unit billed has. */
static int unit_places(struct report *r)
{
	json_t *unit = json_object_get(r->problem, "unit");
	int places = 0;

	if (unit == NULL)
		return 2;
	const char *point = json_is_string(unit) ? strchr(json_string_value(unit), '.') : NULL;
	while (point != NULL && *++point != '\0')
		places++;
	return json_is_real(unit) ? 6 : places;
}

/* --- one method of a game --- */

static enum lx_code shares_table(struct report *r, json_t *shares, json_t *gains, json_t *bill)
{
	struct lx_columns table = { .call = &r->cli->call, .align = bill ? "lrrrrr" : "lrrrr" };
	json_t *players = json_object_get(r->result, "players");
	double total = sum_of(shares);

	head(r, &table, "share.member");
	head(r, &table, "share.share");
	head(r, &table, "share.of_total");
	head(r, &table, r->cost ? "share.alone_cost" : "share.alone_worth");
	head(r, &table, r->cost ? "share.saving" : "share.gain");
	if (bill != NULL)
		head(r, &table, "share.billed");
	for (size_t i = 0; i < json_array_size(shares); i++) {
		double x = number_at(shares, i), gain = number_at(gains, i);
		lx_columns_cell(&table, lx_text(json_string_value(json_array_get(players, i))));
		lx_columns_printf(&table, "%.*f", r->places, x);
		lx_columns_printf(&table, "%.1f %%", total == 0 ? 0 : 100 * x / total);
		lx_columns_printf(&table, "%.*f", r->places, r->cost ? x + gain : x - gain);
		lx_columns_printf(&table, "%.*f", r->places, gain);
		if (bill != NULL)
			lx_columns_printf(&table, "%.*f", unit_places(r), number_at(bill, i));
	}
	return lx_columns_write(&table, &r->cli->out);
}

static enum lx_code tightest_table(struct report *r, json_t *tightest)
{
	struct lx_columns table = { .call = &r->cli->call, .align = "lr" };

	if (json_array_size(tightest) == 0)
		return LX_OK;
	head(r, &table, "share.tightest");
	head(r, &table, "share.excess");
	for (size_t k = 0; k < json_array_size(tightest); k++) {
		LX_CLOSE(lx_buf_close) struct lx_buf names = { 0 };
		json_t *one = json_array_get(tightest, k);
		join_names(&names, json_object_get(one, "members"));
		lx_columns_cell(&table, lx_buf_view(&names));
		lx_columns_printf(&table, "%.*f", r->places,
			json_number_value(json_object_get(one, "decimal")));
	}
	return lx_columns_write(&table, &r->cli->out);
}

/* What the members of a coalition pay or get together. */
static double sum_over(json_t *shares, json_t *mask)
{
	double sum = 0;

	for (json_int_t rest = json_integer_value(mask); rest != 0; rest &= rest - 1)
		sum += number_at(shares, (size_t)__builtin_ctzll((unsigned long long)rest));
	return sum;
}

/* One coalition that would do better alone: what it would pay or get by itself. */
static void objection(struct report *r, json_t *one, json_t *shares)
{
	LX_CLOSE(lx_buf_close) struct lx_buf names = { 0 };
	double excess = json_number_value(json_object_get(one, "decimal"));
	double together = sum_over(shares, json_object_get(one, "coalition"));
	char alone[64], here[64], gap[64];

	join_names(&names, json_object_get(one, "members"));
	(void)snprintf(alone, sizeof alone, "%.*f", r->places,
		r->cost ? together - excess : together + excess);
	(void)snprintf(here, sizeof here, "%.*f", r->places, together);
	(void)snprintf(gap, sizeof gap, "%.*f", r->places, excess);
	lx_say(&r->cli->out, r->cli->lang,
		r->cost ? "share.pays_less_alone" : "share.gets_more_alone", names.at, alone, here,
		gap);
	lx_buf_char(&r->cli->out, '\n');
}

/* Core or not, and the coalitions that would do better alone, in words. */
static void verdict(
	struct report *r, json_t *certificate, json_t *shares, const char *yes, const char *no)
{
	json_t *tightest = json_object_get(certificate, "tightest");

	if (json_is_true(json_object_get(certificate, "in_core")))
		say(r, yes, NULL, NULL);
	else if (!json_is_true(json_object_get(certificate, "efficient")))
		say(r, "share.not_efficient", NULL, NULL);
	else
		say_count(r, no, json_object_get(certificate, "blocking_coalitions"));
	for (size_t k = 0; k < json_array_size(tightest); k++) {
		json_t *one = json_array_get(tightest, k);
		if (json_number_value(json_object_get(one, "decimal")) > 0)
			objection(r, one, shares);
	}
}

/* How a nucleolus came about: what was settled, level by level. */
static void proof(struct report *r, json_t *levels)
{
	if (levels != NULL)
		say(r, "share.proof", NULL, NULL);
	for (size_t k = 0; k < json_array_size(levels); k++) {
		LX_CLOSE(lx_buf_close) struct lx_buf names = { 0 };
		json_t *level = json_array_get(levels, k);
		json_t *settled = json_object_get(level, "settled");
		char excess[64];
		for (size_t c = 0; c < json_array_size(settled); c++) {
			lx_buf_str(&names, c > 0 ? ", " : "");
			join_names(&names, json_object_get(json_array_get(settled, c), "members"));
		}
		(void)snprintf(excess, sizeof excess, "%.*f", r->places,
			json_number_value(json_object_get(level, "decimal")));
		say(r, "share.level", excess, names.at);
	}
}

static enum lx_code method_section(struct report *r, const char *method, json_t *found)
{
	json_t *certificate = json_object_get(json_object_get(r->result, "certificate"), method);
	json_t *rounded = json_object_get(json_object_get(r->result, "rounded"), method);
	json_t *bill = json_object_get(json_object_get(rounded, "shares"), "decimal");
	json_t *error = json_object_get(found, "error");

	lx_buf_printf(&r->cli->out, "\n== %s ==\n", method_text(r, method, ""));
	if (error != NULL) {
		say(r, "share.undefined", json_string_value(error), NULL);
		return LX_OK;
	}
	say(r, "share.keeps", method_text(r, method, ".keeps"), NULL);
	say(r, "share.may_object", method_text(r, method, ".object"), NULL);
	LX_TRY(shares_table(r, json_object_get(found, "decimal"),
		json_object_get(json_object_get(certificate, "gains"), "decimal"), bill));
	LX_TRY(tightest_table(r, json_object_get(certificate, "tightest")));
	proof(r, json_object_get(found, "proof"));
	verdict(r, certificate, json_object_get(found, "decimal"), "share.in_core",
		"share.not_in_core");
	if (rounded != NULL && json_is_true(json_object_get(rounded, "in_core")) !=
				       json_is_true(json_object_get(certificate, "in_core")))
		verdict(r, rounded, bill, "share.rounded_in_core", "share.rounded_not_in_core");
	return LX_OK;
}

/* --- a game --- */

static void names_of_mask(struct report *r, struct lx_buf *out, uint32_t mask)
{
	json_t *players = json_object_get(r->result, "players");

	for (; mask != 0; mask &= mask - 1) {
		lx_buf_str(out,
			json_string_value(json_array_get(players, (size_t)__builtin_ctz(mask))));
		lx_buf_str(out, (mask & (mask - 1)) != 0 ? "+" : "");
	}
}

static void warnings(struct report *r)
{
	json_t *violations = json_object_get(r->result, "superadditivity_violations");
	json_t *first = json_object_get(violations, "first");
	json_t *filled = json_object_get(r->result, "filled_coalitions");

	if (json_array_size(first) > 0)
		say_count(r, r->cost ? "share.not_subadditive" : "share.not_superadditive",
			json_object_get(violations, "count"));
	for (size_t k = 0; k < json_array_size(first); k++) {
		LX_CLOSE(lx_buf_close) struct lx_buf a = { 0 };
		LX_CLOSE(lx_buf_close) struct lx_buf b = { 0 };
		json_t *pair = json_array_get(first, k);
		names_of_mask(r, &a, (uint32_t)json_integer_value(json_array_get(pair, 0)));
		names_of_mask(r, &b, (uint32_t)json_integer_value(json_array_get(pair, 1)));
		say(r, "share.pair", a.at, b.at);
	}
	json_t *smaller = json_object_get(violations, "smaller_part_at_most");
	if (smaller != NULL)
		say_count(r, "share.pairs_searched", smaller);
	if (filled != NULL)
		say_count(r, "share.filled", filled);
}

static void least_core(struct report *r)
{
	json_t *excess = json_object_get(r->result, "least_core_excess");
	bool empty = json_is_true(json_object_get(r->result, "core_empty"));

	if (excess != NULL)
		say(r, empty ? "share.core_empty" : "share.core_not_empty",
			json_string_value(excess), NULL);
}

static enum lx_code game_report(struct report *r)
{
	const char *method;
	json_t *found;
	char n[32];

	(void)snprintf(n, sizeof n, "%lld",
		(long long)json_integer_value(json_object_get(r->result, "n")));
	say(r, r->cost ? "share.cost_game" : "share.profit_game", n, NULL);
	warnings(r);
	least_core(r);
	json_object_foreach(r->result, method, found)
	{
		bool has_certificate = json_object_get(json_object_get(r->result, "certificate"),
					       method) != NULL;
		if (has_certificate || (json_object_get(found, "error") != NULL))
			LX_TRY(method_section(r, method, found));
	}
	return LX_OK;
}

/* --- everything else: one table --- */

static json_t *numbers_of(json_t *found)
{
	json_t *list = json_object_get(found, "decimal");

	return list != NULL ? list : found;
}

/* Lists of numbers or of fractions, one a member. */
static size_t columns_of(struct report *r, const char **methods, size_t *rows)
{
	const char *key;
	json_t *found;
	size_t n = 0;

	*rows = 0;
	json_object_foreach(r->result, key, found)
	{
		json_t *list = numbers_of(found), *first = json_array_get(list, 0);
		if (first == NULL || json_is_array(first) || lx_text_is(lx_text(key), "players") ||
			lx_text_is(lx_text(key), "users") || lx_text_is(lx_text(key), "table") ||
			n == METHODS_MOST)
			continue;
		methods[n++] = key;
		*rows = json_array_size(list) > *rows ? json_array_size(list) : *rows;
	}
	return n;
}

static void cell(struct lx_columns *table, json_t *value)
{
	if (json_is_string(value))
		lx_columns_cell(table, lx_text(json_string_value(value)));
	else if (json_is_integer(value))
		lx_columns_printf(table, "%lld", (long long)json_integer_value(value));
	else
		lx_columns_printf(table, "%.6f", json_number_value(value));
}

static enum lx_code flat_table(struct report *r)
{
	const char *methods[METHODS_MOST];
	char align[METHODS_MOST + 2] = "l";
	size_t rows, n = columns_of(r, methods, &rows);
	struct lx_columns table = { .call = &r->cli->call, .align = align };
	json_t *players = json_object_get(r->result, "players");

	for (size_t k = 0; k < n; k++)
		align[k + 1] = 'r';
	head(r, &table, "share.member");
	for (size_t k = 0; k < n; k++)
		lx_columns_cell(&table, lx_text(method_text(r, methods[k], "")));
	for (size_t i = 0; i < rows; i++) {
		if (players != NULL)
			cell(&table, json_array_get(players, i));
		else
			lx_columns_printf(&table, "%zu", i + 1);
		for (size_t k = 0; k < n; k++)
			cell(&table,
				json_array_get(
					numbers_of(json_object_get(r->result, methods[k])), i));
	}
	return n > 0 ? lx_columns_write(&table, &r->cli->out) : LX_OK;
}

/* A word of the result in the reader's language, where it is one. */
static const char *word_of(struct report *r, const char *word)
{
	char id[120];

	(void)snprintf(id, sizeof id, "share.word.%s", word);
	return lx_has(id) ? lx_tr(r->cli->lang, id) : word;
}

/* Single values: total, g, P, payer, winning coalitions. */
static void single_values(struct report *r)
{
	const char *key;
	json_t *value;

	json_object_foreach(r->result, key, value)
	{
		if (json_is_object(value) || json_is_array(value) ||
			lx_word_in(lx_text(key), "kind mode coalition"))
			continue;
		lx_buf_printf(&r->cli->out, "%s: ", method_text(r, key, ""));
		if (json_is_string(value))
			lx_buf_str(&r->cli->out, word_of(r, json_string_value(value)));
		else if (json_is_integer(value))
			lx_buf_int(&r->cli->out, json_integer_value(value));
		else if (json_is_real(value))
			lx_buf_printf(&r->cli->out, "%.6f", json_real_value(value));
		else
			lx_buf_str(&r->cli->out,
				lx_tr(r->cli->lang,
					json_is_true(value) ? "share.yes" : "share.no"));
		lx_buf_char(&r->cli->out, '\n');
	}
}

/* Who takes part, by name. */
static void users(struct report *r)
{
	LX_CLOSE(lx_buf_close) struct lx_buf names = { 0 };
	json_t *list = json_object_get(r->result, "users");

	join_names(&names, list);
	if (list != NULL)
		say(r, json_array_size(list) > 0 ? "share.users" : "share.no_users", names.at,
			NULL);
}

static void promises(struct report *r)
{
	const char *key;
	json_t *found;

	json_object_foreach(r->result, key, found)
	{
		char id[120];
		(void)snprintf(id, sizeof id, "share.method.%s.keeps", key);
		if (!lx_has(id))
			continue;
		lx_buf_printf(&r->cli->out, "\n%s\n", method_text(r, key, ""));
		say(r, "share.keeps", method_text(r, key, ".keeps"), NULL);
		say(r, "share.may_object", method_text(r, key, ".object"), NULL);
	}
}

enum lx_code lx_share_report(struct lx_cli *cli, json_t *problem, json_t *result)
{
	struct report r = { .cli = cli, .problem = problem, .result = result };
	const char *mode = json_string_value(json_object_get(result, "mode"));
	json_t *equal = json_object_get(json_object_get(result, "shapley"), "decimal");

	r.cost = mode != NULL && lx_text_is(lx_text(mode), "cost");
	r.places = fabs(sum_of(equal)) < 10 && equal != NULL ? 4 : 2;
	if (lx_text_is(lx_text(json_string_value(json_object_get(result, "kind"))), "tu_game"))
		return game_report(&r);
	single_values(&r);
	users(&r);
	LX_TRY(flat_table(&r));
	promises(&r);
	return LX_OK;
}
