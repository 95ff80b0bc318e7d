/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Guards and consequences of rounds, but for the roll (round_roll.c), the urn (round_urn.c) and objections (round_objections.c). */
#include "kernel/journal/journal.h"
#include "modules/rounds/round_words.h"

#include <stdio.h>
#include <string.h>

lx_rule_fn round_prepared, round_is_ready, round_to_draw, round_drawn, round_settle, round_unsettle;

/* What a person may set while a round is prepared; the rest comes from the roll, the urn and the count alone. */
#define PREPARED                                                                                   \
	"names text rule utility completion tie source threshold choices budget top_down opens "   \
	"closes entrant limit reason"

static enum lx_code only_prepared(struct lx_case *c)
{
	const char *key;
	json_t *value;

	json_object_foreach(c->input, key, value)
	{
		if (!lx_word_in(lx_text(key), PREPARED))
			return lx_case_refuse(c, key, "round_not_by_hand");
	}
	return LX_OK;
}

static const char *sent_or_kept(const struct lx_case *c, const char *field)
{
	struct lx_text sent = lx_case_input(c, field);

	return sent.len > 0 ? sent.at : lx_record_value(c->record, field).text.at;
}

/* The words of the charter that a round names must be words of the engine, and fit each other. */
static enum lx_code words_fit(struct lx_case *c)
{
	struct lx_tally_report report = { .rule = sent_or_kept(c, "rule"),
		.utility = sent_or_kept(c, "utility"),
		.completion = sent_or_kept(c, "completion"),
		.ties = sent_or_kept(c, "tie") };

	if (report.rule == NULL || report.utility == NULL || report.completion == NULL ||
		report.ties == NULL)
		return LX_OK; /* a field that is missing has been told already */
	return lx_tally_report_words(c->call, &report);
}

/* A project stands on a ballot once it is admitted, at what it costs. */
static enum lx_code project_fits(struct lx_case *c, const json_t *entrant)
{
	const char *link = json_string_value(json_object_get(entrant, "project"));
	const char *price = json_string_value(json_object_get(entrant, "price"));
	const struct lx_shape *shape = lx_shape_find(c->view.region, LX_TEXT_OF("project"));
	struct lx_record project;
	struct lx_ref ref;
	int64_t sent;

	if (link == NULL || !lx_ref_read(lx_text(link), &ref))
		return LX_OK;
	LX_TRY(lx_record_load_head(c->work->tx, shape, ref.number, &project));
	if (!lx_text_is(project.state, "admitted"))
		return lx_case_refuse(c, "entrant", "round_not_admitted");
	if (price != NULL && (!lx_text_int(lx_text(price), &sent) ||
				     sent != lx_record_value(&project, "cost").number))
		return lx_case_refuse(c, "entrant", "round_price");
	return LX_OK;
}

/* Codes are cells of a table that others read, and must not say more than which entrant is meant. */
static bool code_fits(const json_t *entrant)
{
	const char *code = json_string_value(json_object_get(entrant, "code"));

	return code == NULL || strpbrk(code, ",;\"") == NULL;
}

enum lx_code round_prepared(struct lx_case *c)
{
	const json_t *entrants = json_object_get(c->input, "entrant");

	if (c->record->made && !lx_text_is(c->record->state, "prepared"))
		return lx_fail(c->call, LX_CONFLICT, NULL, "act.state", "%.*s",
			(int)c->record->state.len, c->record->state.at);
	LX_TRY(only_prepared(c));
	LX_TRY(words_fit(c));
	for (size_t i = 0; i < json_array_size(entrants); i++) {
		const json_t *entrant = json_array_get(entrants, i);
		if (json_object_get(entrant, "outcome") != NULL ||
			json_object_get(entrant, "struck") != NULL)
			return lx_case_refuse(c, "entrant", "round_not_by_hand");
		if (!code_fits(entrant))
			return lx_case_refuse(c, "entrant", "round_code");
		LX_TRY(project_fits(c, entrant));
	}
	return LX_OK;
}

static enum lx_code refuse_freeze(struct lx_case *c, const char *msgid)
{
	return lx_case_refuse(c, NULL, msgid);
}

/* Limits of members need a rule that keeps them, and a member on each of their entrants. */
static enum lx_code limits_fit(struct lx_case *c)
{
	int list = lx_rows_find(c->record->shape->type, LX_TEXT_OF("limit"));
	struct lx_text rule = lx_record_value(c->record, "rule").text;

	if (c->record->lists[list].n == 0 || lx_text_is(rule, "mes") ||
		lx_text_starts(rule, "greedy"))
		return LX_OK;
	return refuse_freeze(c, "round_limits");
}

enum lx_code round_is_ready(struct lx_case *c)
{
	const struct lx_record *round = c->record;
	struct lx_entrant *entrants;
	size_t n;

	LX_TRY(lx_round_entrants(c->call, round, &entrants, &n));
	if (n < 2 || n > LX_ROUND_ENTRANTS_MAX)
		return refuse_freeze(c, "round_entrants");
	for (size_t i = 0; i < n; i++)
		if (entrants[i].price == 0 ||
			(entrants[i].title == 0 && entrants[i].project.len == 0))
			return refuse_freeze(c, "round_entrant_bare");
	struct lx_value opens = lx_record_value(round, "opens"),
			closes = lx_record_value(round, "closes");
	if (opens.kind == LX_V_NULL || closes.kind == LX_V_NULL || closes.number <= opens.number)
		return refuse_freeze(c, "round_days");
	if (lx_text_is(lx_record_value(round, "tie").text, "lot") &&
		lx_record_value(round, "source").kind == LX_V_NULL)
		return refuse_freeze(c, "round_source");
	if (c->view.region->secrets == NULL)
		return refuse_freeze(c, "round_no_folder");
	return limits_fit(c);
}

/* --- ties by lot -------------------------------------------------------------------------------- */

/* What the named source gave is entered once, after the urn is published and before anything is counted. */
enum lx_code round_to_draw(struct lx_case *c)
{
	if (!lx_text_is(lx_record_value(c->record, "tie").text, "lot"))
		return lx_case_refuse(c, NULL, "round_no_lot");
	if (lx_record_value(c->record, "urn").kind == LX_V_NULL)
		return lx_case_refuse(c, NULL, "round_urn_first");
	if (lx_record_value(c->record, "seed").kind != LX_V_NULL)
		return lx_case_refuse(c, NULL, "round_drawn_already");
	return LX_OK;
}

enum lx_code round_drawn(struct lx_case *c)
{
	return lx_case_set(c, "seed", json_integer(lx_round_seed(lx_case_input(c, "drawn"))));
}

/* --- what follows for projects ------------------------------------------------------------------ */

static enum lx_code each_project(struct lx_case *c, const char *won, const char *lost)
{
	struct lx_entrant *entrants;
	struct lx_ref ref;
	size_t n;

	LX_TRY(lx_round_entrants(c->call, c->record, &entrants, &n));
	for (size_t i = 0; i < n; i++)
		if (lx_ref_read(entrants[i].project, &ref))
			LX_TRY(lx_case_follow(c, "project", ref.number,
				lx_text_is(entrants[i].outcome, "won") ? won : lost, NULL));
	return LX_OK;
}

enum lx_code round_settle(struct lx_case *c)
{
	return each_project(c, "win", "lose");
}

/* A project that has been begun meanwhile is not taken back by the round: its own acts stop it. */
enum lx_code round_unsettle(struct lx_case *c)
{
	const struct lx_shape *shape = lx_shape_find(c->view.region, LX_TEXT_OF("project"));
	struct lx_entrant *entrants;
	struct lx_record project;
	struct lx_ref ref;
	size_t n;

	LX_TRY(lx_round_entrants(c->call, c->record, &entrants, &n));
	for (size_t i = 0; i < n; i++) {
		if (!lx_ref_read(entrants[i].project, &ref))
			continue;
		LX_TRY(lx_record_load_head(c->work->tx, shape, ref.number, &project));
		if (lx_text_is(project.state, "won") || lx_text_is(project.state, "lost"))
			LX_TRY(lx_case_follow(c, "project", ref.number, "reset", NULL));
	}
	return LX_OK;
}
