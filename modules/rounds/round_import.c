/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Rounds that were held elsewhere and are entered from a file: no roll was verified here, no ballot cast, nothing confirmed. The ballots
 * are the file's; the result is counted from them by a rule that the import names; the outcome is what the city decided.
 */
#include "kernel/types/effects.h"
#include "modules/rounds/round_words.h"

#include <string.h>

lx_rule_fn round_may_bring, round_bring, round_may_lay, round_lay, round_voters, round_told,
	round_as_decided, round_decided;

#define VOTERS_ROWS 3000 /* of one entry: 16 bytes each */

/* --- how it is counted: "mes:cost:add1:id" ----------------------------------------------------- */

struct counting {
	char words[128];
	const char *rule, *utility, *completion, *ties;
};

static bool read_counting(struct lx_text text, struct counting *counting)
{
	const char **words[] = { &counting->rule, &counting->utility, &counting->completion,
		&counting->ties };
	char *at = counting->words;

	if (text.len >= sizeof counting->words)
		return false;
	memcpy(counting->words, text.at, text.len);
	counting->words[text.len] = '\0';
	for (size_t i = 0; i < 4; i++) {
		char *colon = strchr(at, ':');
		*words[i] = at;
		if ((colon == NULL) != (i == 3))
			return false;
		if (colon != NULL) {
			*colon = '\0';
			at = colon + 1;
		}
	}
	return true;
}

static enum lx_code entrants_fit(struct lx_case *c)
{
	const json_t *entrants = json_object_get(c->input, "entrant");

	if (json_array_size(entrants) > LX_ROUND_ENTRANTS_MAX)
		return lx_case_refuse(c, "entrant", "round_entrants");
	for (size_t i = 0; i < json_array_size(entrants); i++) {
		const json_t *each = json_array_get(entrants, i);
		if (json_object_get(each, "outcome") != NULL ||
			json_object_get(each, "struck") != NULL ||
			json_object_get(each, "project") != NULL)
			return lx_case_refuse(c, "entrant", "round_not_by_hand");
		if (json_object_get(each, "price") == NULL)
			return lx_case_refuse(c, "entrant", "round_entrant_bare");
	}
	return LX_OK;
}

enum lx_code round_may_bring(struct lx_case *c)
{
	struct lx_tally_report report = { .path = "" };
	struct counting counting;

	if (!read_counting(lx_case_input(c, "counting"), &counting))
		return lx_case_refuse(c, "counting", "round_counting");
	report.rule = counting.rule;
	report.utility = counting.utility;
	report.completion = counting.completion;
	report.ties = counting.ties;
	LX_TRY(lx_tally_report_words(c->call, &report));
	if (strcmp(counting.ties, "lot") == 0 || strcmp(counting.rule, "greedy-exclusive") == 0)
		return lx_case_refuse(c, "counting", "round_counting"); /* need what no file says */
	return entrants_fit(c);
}

/* The rule is the import's, not one of the charter's: that lists by what the region's own rounds may be decided. */
enum lx_code round_bring(struct lx_case *c)
{
	struct counting counting;

	if (!read_counting(lx_case_input(c, "counting"), &counting))
		return lx_case_refuse(c, "counting", "round_counting");
	LX_TRY(lx_case_set(c, "rule", json_string(counting.rule)));
	LX_TRY(lx_case_set(c, "utility", json_string(counting.utility)));
	LX_TRY(lx_case_set(c, "completion", json_string(counting.completion)));
	return lx_case_set(c, "tie", json_string(counting.ties));
}

/* --- the ballots ------------------------------------------------------------------------------ */

static int64_t power(unsigned places)
{
	int64_t unit = 1;

	while (places-- > 0)
		unit *= 10;
	return unit;
}

/* The file and the record must speak of the same: budget, entrants, prices. */
static enum lx_code same_round(struct lx_case *c, const struct lx_pb *pb)
{
	const struct lx_tally_election *e = &pb->election;
	unsigned places = c->view.charter->places;
	struct lx_entrant *entrants;
	size_t n;

	if (e->places > places)
		return lx_case_refuse(c, NULL, "round_file_money");
	int64_t unit = power(places - e->places);
	LX_TRY(lx_round_entrants(c->call, c->record, &entrants, &n));
	if (n != e->projects_n || e->budget > LX_TALLY_MONEY_MAX / unit ||
		e->budget * unit != lx_record_value(c->record, "budget").number)
		return lx_case_refuse(c, NULL, "round_file_differs");
	for (size_t p = 0; p < n; p++)
		if (!lx_text_equal(entrants[p].code, e->id[p]) ||
			e->cost[p] > LX_TALLY_MONEY_MAX / unit ||
			e->cost[p] * unit != entrants[p].price)
			return lx_case_refuse(c, NULL, "round_file_differs");
	return LX_OK;
}

/* Nothing about voters but their ballots, written as we write it: so the file that is exported is the file that was imported. */
static enum lx_code is_plain(struct lx_case *c, const struct lx_pb *pb)
{
	LX_CLOSE(lx_buf_close) struct lx_buf again = { 0 };

	LX_TRY(lx_pb_write_plain(c->call, pb, &again));
	return lx_text_equal(lx_buf_view(&again), c->aside)
		       ? LX_OK
		       : lx_case_refuse(c, NULL, "round_file_plain");
}

enum lx_code round_may_lay(struct lx_case *c)
{
	const json_t *size = json_object_get(c->input, "roll_size");
	struct lx_pb pb;

	if (lx_record_value(c->record, "urn").kind != LX_V_NULL)
		return lx_case_refuse(c, NULL, "round_file_twice");
	LX_TRY(lx_pb_read(c->call, c->aside, &pb));
	LX_TRY(same_round(c, &pb));
	if ((uint64_t)json_integer_value(size) != pb.votes_n)
		return lx_case_refuse(c, "roll_size", "round_file_differs");
	return is_plain(c, &pb);
}

enum lx_code round_lay(struct lx_case *c)
{
	int64_t voters = json_integer_value(json_object_get(c->input, "roll_size"));

	LX_TRY(lx_case_lay(c, "urn", c->aside, LX_URN_MEDIA));
	for (int64_t i = 0; i < voters; i += VOTERS_ROWS)
		LX_TRY(lx_case_follow(c, "round", c->record->number, "attend", NULL));
	return LX_OK;
}

/* The next few thousand of those who voted: numbers, and nothing else. */
enum lx_code round_voters(struct lx_case *c)
{
	int list = lx_rows_find(c->record->shape->type, LX_TEXT_OF("roll"));
	int64_t given = c->record->given[list];
	int64_t last = lx_record_value(c->record, "roll_size").number;
	LX_CLOSE(lx_json_free) json_t *rows = json_array();

	if (last > given + VOTERS_ROWS)
		last = given + VOTERS_ROWS;
	for (int64_t n = given + 1; n <= last; n++)
		if (json_array_append_new(rows, json_pack("[I, s]", (json_int_t)n, "yes")) != 0)
			return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
	return lx_effect_add(c, c->open,
		json_pack("[s, s, [s, s], I, O]", "rows", "roll", "number", "voted",
			(json_int_t)given + 1, rows));
}

/* --- the outcome ------------------------------------------------------------------------------ */

enum lx_code round_told(struct lx_case *c)
{
	return lx_case_lay(c, "result", c->aside, "application/json");
}

/* What the city funded: a list of codes beside the act, or nothing where the file does not say. */
static enum lx_code read_decided(struct lx_case *c, json_t **decided)
{
	*decided = NULL;
	if (c->aside.len == 0)
		return LX_OK;
	LX_TRY(lx_json_read(&c->call->fault, c->aside, decided));
	return json_is_array(*decided) ? LX_OK : lx_case_refuse(c, NULL, "round_only_outcomes");
}

static bool among(const json_t *codes, struct lx_text code)
{
	for (size_t i = 0; i < json_array_size(codes); i++)
		if (lx_text_is(code, json_string_value(json_array_get(codes, i))))
			return true;
	return false;
}

static enum lx_code deviates(
	struct lx_case *c, const json_t *result, const json_t *decided, bool *other)
{
	struct lx_entrant *entrants;
	size_t n, found = 0;

	*other = false;
	LX_TRY(lx_round_entrants(c->call, c->record, &entrants, &n));
	for (size_t i = 0; i < n; i++) {
		bool city = among(decided, entrants[i].code);
		found += city;
		if (city != among(json_object_get(result, "winners"), entrants[i].code))
			*other = true;
	}
	return found == json_array_size(decided) ? LX_OK
						 : lx_case_refuse(c, NULL, "round_only_outcomes");
}

/* The city's outcome; where it is not the rule's, the record says why. */
enum lx_code round_as_decided(struct lx_case *c)
{
	struct lx_value number = lx_record_value(c->record, "result");
	LX_CLOSE(lx_json_free) json_t *decided = NULL;
	LX_CLOSE(lx_json_free) json_t *result = NULL;
	struct lx_content content;
	bool other;

	if (number.kind == LX_V_NULL || lx_record_value(c->record, "urn").kind == LX_V_NULL)
		return lx_case_refuse(c, NULL, "round_not_told");
	LX_TRY(read_decided(c, &decided));
	if (decided == NULL)
		return LX_OK;
	LX_TRY(lx_content_read(c->work->tx, number.number, &content));
	result = json_loadb(content.bytes.at, content.bytes.len, 0, NULL);
	LX_TRY(deviates(c, result, decided, &other));
	return other && lx_case_input(c, "reason").len == 0
		       ? lx_case_refuse(c, "reason", "round_override_reason")
		       : LX_OK;
}

enum lx_code round_decided(struct lx_case *c)
{
	LX_CLOSE(lx_json_free) json_t *decided = NULL;
	struct lx_entrant *entrants;
	size_t n;

	LX_TRY(read_decided(c, &decided));
	LX_TRY(lx_round_entrants(c->call, c->record, &entrants, &n));
	for (size_t i = 0; decided != NULL && i < n; i++)
		LX_TRY(lx_effect_add(c, c->open,
			json_pack("[s, s, I, {s:s}]", "row", "entrant", (json_int_t)entrants[i].row,
				"outcome", among(decided, entrants[i].code) ? "won" : "lost")));
	return LX_OK;
}
