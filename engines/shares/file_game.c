/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Reading games: a table by mask, worths by names of coalitions, the generator, votes, a formula of weights. */
#include "base/csv.h"
#include "engines/shares/file.h"

#include <string.h>

static enum lx_code read_players(struct lx_problem *p, size_t *n)
{
	json_t *list = json_object_get(p->in, "players"), *given = json_object_get(p->in, "n");

	*n = 0;
	if (given != NULL && (!json_is_integer(given) || json_integer_value(given) < 1 ||
				     json_integer_value(given) > INT32_MAX))
		return lx_fail(p->call, LX_INVALID, "n", "shares.whole", "1..%d", LX_PLAYERS_MAX);
	if (given != NULL)
		*n = (size_t)json_integer_value(given);
	if (list == NULL)
		return LX_OK;
	if (!json_is_array(list) || json_array_size(list) == 0 ||
		(given != NULL && json_array_size(list) != *n))
		return lx_fail(p->call, LX_INVALID, "players", "shares.length", "%zu", *n);
	*n = json_array_size(list);
	for (size_t i = 0; i < *n; i++)
		if (!json_is_string(json_array_get(list, i)))
			return lx_fail(p->call, LX_INVALID, "players", "shares.name", "%zu", i + 1);
	p->players = list;
	return LX_OK;
}

/* Names P1, P2 ... where none are given; the list becomes part of the result. */
static enum lx_code name_players(struct lx_problem *p)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < p->game.n; i++)
		(void)json_array_append_new(
			list, p->players != NULL ? json_incref(json_array_get(p->players, i))
						 : json_sprintf("P%u", i + 1));
	if (list == NULL || json_array_size(list) != p->game.n)
		return lx_fail(p->call, LX_BROKEN, NULL, "base.memory", NULL);
	(void)json_object_set_new(p->out, "players", list);
	p->players = list;
	return LX_OK;
}

/* Fractions to whole numbers over their common denominator. */
static enum lx_code whole_worths(
	struct lx_call *call, const struct lx_ratios *worths, int64_t *worth, int64_t *scale)
{
	enum lx_code code = LX_OK;
	mpz_t below, number;

	mpz_inits(below, number, NULL);
	mpz_set_ui(below, 1);
	for (size_t S = 0; S < worths->n && mpz_sizeinbase(below, 2) < 62; S++)
		mpz_lcm(below, below, mpq_denref(worths->at[S]));
	bool fits = mpz_sizeinbase(below, 2) < 62;
	*scale = fits ? mpz_get_si(below) : 1;
	for (size_t S = 0; S < worths->n && code == LX_OK; S++) {
		if (fits) {
			mpz_divexact(number, below, mpq_denref(worths->at[S]));
			mpz_mul(number, number, mpq_numref(worths->at[S]));
		}
		if (fits && mpz_sizeinbase(number, 2) < 63)
			worth[S] = mpz_get_si(number);
		else
			code = lx_fail(call, LX_INVALID, "table", "shares.big", "%zu", S);
	}
	mpz_clears(below, number, NULL);
	return code;
}

static enum lx_code take_worths(struct lx_problem *p, unsigned n, const struct lx_ratios *worths)
{
	int64_t *worth = lx_array(p->call, worths->n, sizeof *worth);

	if (worth == NULL)
		return LX_BROKEN;
	p->game.n = n;
	p->game.worth = worth;
	return whole_worths(p->call, worths, worth, &p->game.scale);
}

/* A table of whole numbers, the usual case, without fractions between; false when it has others. */
static bool whole_table(const json_t *table, int64_t *worth)
{
	size_t S;
	json_t *one;

	json_array_foreach(table, S, one)
	{
		if (!json_is_integer(one))
			return false;
		worth[S] = json_integer_value(one);
	}
	return true;
}

static enum lx_code read_table(struct lx_problem *p, size_t n)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios worths = { 0 };
	json_t *table = json_object_get(p->in, "table");
	size_t length = json_array_size(table);
	unsigned players = 0;

	while (players < LX_SHARE_TABLE_MOST && (size_t)1 << players < length)
		players++;
	if (n > LX_SHARE_TABLE_MOST || (n > 0 && length != (size_t)1 << n) ||
		length != (size_t)1 << players || players == 0)
		return lx_fail(p->call, LX_INVALID, "table", "shares.table", "%zu", length);
	int64_t *worth = lx_array(p->call, length, sizeof *worth);
	if (worth == NULL)
		return LX_BROKEN;
	if (whole_table(table, worth)) {
		p->game.n = players;
		p->game.worth = worth;
		p->game.scale = 1;
		return LX_OK;
	}
	LX_TRY(lx_read_ratios(p, "table", &worths));
	return take_worths(p, players, &worths);
}

/* --- coalitions by names --- */

/* The place of a name among the players, which grow when none were given; SIZE_MAX: unknown. */
static size_t place_of(struct lx_text name, json_t *players, bool grow)
{
	for (size_t i = 0; i < json_array_size(players); i++)
		if (lx_text_is(name, json_string_value(json_array_get(players, i))))
			return i;
	if (!grow || json_array_size(players) == LX_PLAYERS_MAX)
		return SIZE_MAX;
	(void)json_array_append_new(players, json_stringn(name.at, name.len));
	return json_array_size(players) - 1;
}

static enum lx_code read_mask(
	struct lx_problem *p, const char *key, json_t *players, bool grow, uint32_t *mask)
{
	struct lx_text rest = lx_text(key), name;

	*mask = 0;
	while (lx_text_split(&rest, '+', &name)) {
		name = lx_text_trim(name);
		size_t i = name.len == 0 ? SIZE_MAX : place_of(name, players, grow);
		if (i == SIZE_MAX)
			return lx_fail(p->call, LX_INVALID, key, "shares.unknown_player", "%.*s",
				(int)name.len, name.at);
		if (*mask >> i & 1)
			return lx_fail(p->call, LX_INVALID, key, "shares.player_twice", "%.*s",
				(int)name.len, name.at);
		*mask |= UINT32_C(1) << i;
	}
	return *mask != 0 ? LX_OK
			  : lx_fail(p->call, LX_INVALID, key, "shares.unknown_player", "%s", "");
}

/* The first coalition without a worth, by names. */
static enum lx_code missing_fault(struct lx_problem *p, const bool *known, unsigned n)
{
	LX_CLOSE(lx_buf_close) struct lx_buf names = { 0 };
	size_t missing = 0;

	for (size_t S = 1; S < (size_t)1 << n; S++) {
		if (known[S] || missing++ > 0)
			continue;
		for (size_t rest = S; rest != 0; rest &= rest - 1) {
			if (names.len > 0)
				lx_buf_char(&names, '+');
			lx_buf_str(&names, json_string_value(json_array_get(
						   p->players, (size_t)__builtin_ctzll(rest))));
		}
	}
	return lx_fail(p->call, LX_INVALID, "coalitions", "shares.coalition_missing", "%s (%zu)",
		names.at == NULL ? "" : names.at, missing);
}

static enum lx_code fill(
	struct lx_problem *p, unsigned n, const struct lx_ratios *worths, const bool *known)
{
	json_t *how = json_object_get(p->in, "missing");
	size_t missing = 0, filled = 0;

	for (size_t S = 1; S < (size_t)1 << n; S++)
		missing += !known[S];
	bool partition = json_is_string(how) &&
			 strcmp(json_string_value(how), "cheapest_partition") == 0;
	if (missing > 0 && !partition)
		return missing_fault(p, known, n);
	LX_TRY(take_worths(p, n, worths));
	if (missing == 0)
		return LX_OK;
	/* the table of take_worths is ours and not yet shared */
	LX_TRY(lx_game_fill(p->call, n, p->game.cost, (int64_t *)p->game.worth, known, &filled));
	(void)json_object_set_new(p->out, "filled_coalitions", json_integer((json_int_t)filled));
	return LX_OK;
}

static enum lx_code read_coalitions(struct lx_problem *p, size_t n)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios worths = { 0 };
	LX_CLOSE(lx_json_free)
	json_t *players = p->players != NULL ? json_deep_copy(p->players) : json_array();
	json_t *coalitions = json_object_get(p->in, "coalitions"), *value;
	bool grow = p->players == NULL;
	const char *key;
	uint32_t mask;

	if (!json_is_object(coalitions) || json_object_size(coalitions) == 0)
		return lx_fail(p->call, LX_INVALID, "coalitions", "shares.list", NULL);
	json_object_foreach(coalitions, key, value) LX_TRY(read_mask(p, key, players, grow, &mask));
	n = json_array_size(players);
	if (n > LX_SHARE_TABLE_MOST)
		return lx_fail(p->call, LX_INVALID, "coalitions", "shares.players", "%d",
			LX_SHARE_TABLE_MOST);
	bool *known = lx_array(p->call, (size_t)1 << n, sizeof *known);
	if (known == NULL)
		return LX_BROKEN;
	LX_TRY(lx_ratios_open(p->call, (size_t)1 << n, &worths));
	json_object_foreach(coalitions, key, value)
	{
		LX_TRY(read_mask(p, key, players, false, &mask));
		if (known[mask])
			return lx_fail(p->call, LX_INVALID, key, "shares.coalition_twice", NULL);
		known[mask] = true;
		LX_TRY(lx_read_ratio(p->call, key, value, worths.at[mask]));
	}
	p->game.n = (unsigned)n;
	p->players = players;
	LX_TRY(name_players(p));
	return fill(p, (unsigned)n, &worths, known);
}

/* --- games made from little --- */

static enum lx_code make_voting(struct lx_problem *p)
{
	int64_t quota = 0, *weights = NULL;
	size_t n = 0;

	LX_TRY(lx_read_ints(p, "weights", &n, &weights));
	LX_TRY(lx_read_int(p, "quota", 1, INT64_MAX / 2, &quota));
	if (n > LX_PLAYERS_MAX)
		return lx_fail(
			p->call, LX_INVALID, "weights", "shares.players", "%d", LX_PLAYERS_MAX);
	bool cost = p->game.cost;
	LX_TRY(lx_game_voting(p->call, (unsigned)n, weights, quota, &p->game));
	p->game.cost = cost;
	return LX_OK;
}

/* The worth of S is a formula of the sum of its weights. */
static enum lx_code make_formula(struct lx_problem *p)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios weights = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios worths = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios sums = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios slope = { 0 };
	json_t *text = json_object_get(p->in, "formula");
	struct lx_formula *formula;

	if (!json_is_string(text))
		return lx_fail(p->call, LX_INVALID, "formula", "shares.formula", "1");
	LX_TRY(lx_formula_read(p->call, lx_text(json_string_value(text)), "w", &formula));
	LX_TRY(lx_read_ratios(p, "weights", &weights));
	if (weights.n > 16 || lx_formula_variables(formula) != 1)
		return lx_fail(p->call, LX_INVALID, "weights", "shares.players", "%d", 16);
	LX_TRY(lx_ratios_open(p->call, (size_t)1 << weights.n, &worths));
	LX_TRY(lx_ratios_open(p->call, (size_t)1 << weights.n, &sums));
	LX_TRY(lx_ratios_open(p->call, 1, &slope));
	for (size_t S = 1; S < worths.n; S++) {
		mpq_add(sums.at[S], sums.at[S & (S - 1)], weights.at[__builtin_ctzll(S)]);
		if (!lx_formula_exact(
			    formula, (const mpq_t *)&sums.at[S], NULL, worths.at[S], slope.at[0]))
			return lx_fail(p->call, LX_INVALID, "formula", "shares.inexact", NULL);
	}
	return take_worths(p, (unsigned)weights.n, &worths);
}

static enum lx_code make_generated(struct lx_problem *p, size_t n)
{
	json_t *name = json_object_get(p->in, "generator");
	int64_t seed = 0;

	if (!json_is_string(name) || strcmp(json_string_value(name), "T1") != 0)
		return lx_fail(p->call, LX_INVALID, "generator", "shares.generator", NULL);
	LX_TRY(lx_read_int(p, "seed", 0, INT64_MAX, &seed));
	if (n < 2 || n > LX_PLAYERS_MAX)
		return lx_fail(p->call, LX_INVALID, "n", "shares.players", "%d", LX_PLAYERS_MAX);
	return lx_game_generate(p->call, (unsigned)n, (uint64_t)seed, &p->game);
}

static enum lx_code read_mode(struct lx_problem *p)
{
	json_t *mode = json_object_get(p->in, "mode");
	const char *word = mode == NULL ? "profit" : json_string_value(mode);

	if (word == NULL || !lx_word_in(lx_text(word), "cost profit"))
		return lx_fail(p->call, LX_INVALID, "mode", "shares.mode", NULL);
	p->game.cost = strcmp(word, "cost") == 0;
	(void)json_object_set_new(p->out, "mode", json_string(word));
	return LX_OK;
}

enum lx_code lx_read_game(struct lx_problem *p)
{
	size_t n = 0;

	LX_TRY(read_mode(p));
	LX_TRY(read_players(p, &n));
	if (json_object_get(p->in, "coalitions") != NULL)
		return read_coalitions(p, n);
	if (json_object_get(p->in, "table") != NULL)
		LX_TRY(read_table(p, n));
	else if (json_object_get(p->in, "generator") != NULL)
		LX_TRY(make_generated(p, n));
	else if (json_object_get(p->in, "formula") != NULL)
		LX_TRY(make_formula(p));
	else if (json_object_get(p->in, "weights") != NULL)
		LX_TRY(make_voting(p));
	else
		return lx_fail(p->call, LX_INVALID, "table", "shares.missing", NULL);
	if (n > 0 && n != p->game.n)
		return lx_fail(p->call, LX_INVALID, "n", "shares.length", "%u", p->game.n);
	return name_players(p);
}

/* --- the officer's list --- */

static bool is_number_text(struct lx_text text, char separator, char *digits)
{
	mpq_t ratio;
	size_t n = 0;

	for (size_t i = 0; i < text.len && n < LX_RATIO_DIGITS; i++)
		if (text.at[i] != ' ')
			digits[n++] = separator != ',' && text.at[i] == ',' ? '.' : text.at[i];
	digits[n] = '\0';
	mpq_init(ratio);
	bool is = lx_ratio_read((struct lx_text){ digits, n }, ratio);
	mpq_clear(ratio);
	return is;
}

/* The separator of the first line. */
static char find_separator(struct lx_text csv)
{
	for (size_t i = 0; i < csv.len && csv.at[i] != '\n'; i++)
		if (csv.at[i] == ';' || csv.at[i] == '\t')
			return csv.at[i];
	return ',';
}

static enum lx_code add_row(struct lx_call *call, const struct lx_csv_field *fields, int64_t line,
	char separator, bool first, json_t *coalitions)
{
	char digits[LX_RATIO_DIGITS + 1], key[512];
	struct lx_text members = lx_text_trim(fields[0].text);

	if (!is_number_text(lx_text_trim(fields[1].text), separator, digits)) {
		if (first)
			return LX_OK; /* the head */
		return lx_fault_at(&call->fault, LX_INVALID, line, fields[1].column,
			"shares.number", "%.*s", (int)fields[1].text.len, fields[1].text.at);
	}
	if (members.len == 0 || members.len >= sizeof key)
		return lx_fault_at(&call->fault, LX_INVALID, line, 1, "shares.members", NULL);
	memcpy(key, members.at, members.len);
	key[members.len] = '\0';
	if (json_object_get(coalitions, key) != NULL)
		return lx_fault_at(
			&call->fault, LX_INVALID, line, 1, "shares.coalition_twice", NULL);
	(void)json_object_set_new(coalitions, key, json_string(digits));
	return LX_OK;
}

enum lx_code lx_share_from_costs(struct lx_call *call, struct lx_text csv, json_t **problem)
{
	LX_CLOSE(lx_json_free) json_t *coalitions = json_object();
	struct lx_csv reader = { .text = csv, .separator = find_separator(csv) };
	struct lx_csv_field fields[3];
	bool first = true;

	for (;;) {
		size_t n;
		LX_TRY(lx_csv_row(call, &reader, fields, 3, &n));
		if (n == 0)
			break;
		if (n == 1 && lx_text_trim(fields[0].text).len == 0)
			continue;
		if (n != 2)
			return lx_fault_at(&call->fault, LX_INVALID, reader.line, 1,
				"shares.two_columns", NULL);
		LX_TRY(add_row(call, fields, reader.line, reader.separator, first, coalitions));
		first = false;
	}
	if (json_object_size(coalitions) == 0)
		return lx_fail(call, LX_INVALID, NULL, "shares.two_columns", NULL);
	*problem = json_pack(
		"{s:s, s:s, s:O}", "kind", "tu_game", "mode", "cost", "coalitions", coalitions);
	return *problem != NULL ? LX_OK : lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
}
