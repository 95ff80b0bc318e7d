/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Rounds that were held elsewhere and are entered from a file: no roll was verified here, no ballot cast, nothing confirmed. The ballots
 * are the file's; the result is counted from them by a rule that the import names; the outcome is what the city decided.
 */
#include "kernel/types/effects.h"
#include "modules/rounds/rounds.h"

#include <string.h>

lx_rule_fn round_may_bring, round_bring, round_may_lay, round_lay, round_voters, round_told,
	round_as_decided;

#define VOTERS_ROWS 3000 /* of one entry: 16 bytes each */
#define URN_MEDIA   "text/x-pabulib"

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

	LX_TRY(lx_case_lay(c, "urn", c->aside, URN_MEDIA));
	for (int64_t i = 0; i < voters; i += VOTERS_ROWS)
		LX_TRY(lx_case_follow(c, "round", c->record->number, "voters", NULL));
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

static bool won_by_rule(const json_t *result, struct lx_text code)
{
	const json_t *winners = json_object_get(result, "winners");

	for (size_t i = 0; i < json_array_size(winners); i++)
		if (lx_text_is(code, json_string_value(json_array_get(winners, i))))
			return true;
	return false;
}

static enum lx_code deviates(struct lx_case *c, const json_t *result, bool *other)
{
	const json_t *sent = json_object_get(c->input, "entrant");
	struct lx_entrant *entrants;
	size_t n;

	*other = false;
	LX_TRY(lx_round_entrants(c->call, c->record, &entrants, &n));
	for (size_t i = 0; i < json_array_size(sent); i++) {
		const json_t *each = json_array_get(sent, i);
		const char *outcome = json_string_value(json_object_get(each, "outcome"));
		int64_t row = json_integer_value(json_object_get(each, "row"));
		if (outcome == NULL || json_object_size(each) != 2)
			return lx_case_refuse(c, "entrant", "round_only_outcomes");
		for (size_t k = 0; k < n; k++)
			if (entrants[k].row == row && won_by_rule(result, entrants[k].code) !=
							      (strcmp(outcome, "won") == 0))
				*other = true;
	}
	return LX_OK;
}

/* The city's outcome; where it is not the rule's, the record says why. */
enum lx_code round_as_decided(struct lx_case *c)
{
	struct lx_value number = lx_record_value(c->record, "result");
	struct lx_content content;
	bool other;

	if (number.kind == LX_V_NULL || lx_record_value(c->record, "urn").kind == LX_V_NULL)
		return lx_case_refuse(c, NULL, "round_not_told");
	LX_TRY(lx_content_read(c->work->tx, number.number, &content));
	LX_CLOSE(lx_json_free)
	json_t *result = json_loadb(content.bytes.at, content.bytes.len, 0, NULL);
	LX_TRY(deviates(c, result, &other));
	return other && lx_case_input(c, "reason").len == 0
		       ? lx_case_refuse(c, "reason", "round_override_reason")
		       : LX_OK;
}
