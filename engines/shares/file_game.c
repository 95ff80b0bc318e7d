/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Reading games: a table by mask, the generator, votes; and the officer's list. */
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
enum lx_code lx_name_players(struct lx_problem *p)
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

/* A table that was read with the text: no fraction in it. */
static void take_table(struct lx_problem *p, unsigned players)
{
	p->game.n = players;
	p->game.worth = p->table->worth;
	p->game.scale = p->table->scale;
}

static enum lx_code read_table(struct lx_problem *p, size_t n)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios worths = { 0 };
	json_t *table = json_object_get(p->in, "table");
	size_t length = p->table != NULL ? p->table->n : json_array_size(table);
	unsigned most = p->table != NULL ? LX_PLAYERS_MAX : LX_SHARE_TABLE_MOST, players = 0;

	while (players < most && (size_t)1 << players < length)
		players++;
	if (n > most || (n > 0 && length != (size_t)1 << n) || length != (size_t)1 << players ||
		players == 0)
		return lx_fail(p->call, LX_INVALID, "table", "shares.table", "%zu", length);
	if (p->table != NULL) {
		take_table(p, players);
		return LX_OK;
	}
	int64_t *worth = lx_array(p->call, length, sizeof *worth);
	if (worth == NULL)
		return LX_BROKEN;
	p->game.n = players;
	p->game.worth = worth;
	LX_TRY(lx_read_ratios(p, "table", &worths));
	return lx_whole_worths(p->call, &worths, worth, &p->game.scale);
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
		return lx_read_coalitions(p);
	if (json_object_get(p->in, "table") != NULL)
		LX_TRY(read_table(p, n));
	else if (json_object_get(p->in, "generator") != NULL)
		LX_TRY(make_generated(p, n));
	else if (json_object_get(p->in, "formula") != NULL)
		LX_TRY(lx_read_formula_game(p));
	else if (json_object_get(p->in, "weights") != NULL)
		LX_TRY(make_voting(p));
	else
		return lx_fail(p->call, LX_INVALID, "table", "shares.missing", NULL);
	if (n > 0 && n != p->game.n)
		return lx_fail(p->call, LX_INVALID, "n", "shares.length", "%u", p->game.n);
	return lx_name_players(p);
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
