/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The urn as a file, and deciding a round from it: the only way from ballots to winners, for the count and for every recount. */
#include "base/csv.h"
#include "base/decimal.h"
#include "kernel/journal/hash.h"
#include "kernel/types/charter.h"
#include "modules/rounds/round_queries.h"
#include "modules/rounds/round_words.h"

#include <stdio.h>
#include <string.h>

int64_t lx_round_seed(struct lx_text drawn)
{
	unsigned char hash[LX_HASH_BYTES];
	struct lx_hashing hashing;
	uint64_t seed = 0;

	lx_hash_begin(&hashing);
	lx_hash_add(&hashing, drawn.at, drawn.len);
	lx_hash_end(&hashing, hash);
	for (size_t i = 0; i < 8; i++)
		seed = seed << 8 | hash[i];
	return (int64_t)(seed >> 11);
}

/* --- writing ------------------------------------------------------------------------------------ */

static void pair(struct lx_buf *out, const char *key, struct lx_text value)
{
	lx_buf_printf(out, "%s;", key);
	lx_csv_write(out, value, ';');
	lx_buf_char(out, '\n');
}

static void pair_number(struct lx_buf *out, const char *key, int64_t number)
{
	lx_buf_printf(out, "%s;%lld\n", key, (long long)number);
}

static void money(struct lx_buf *out, int64_t minor, unsigned places)
{
	lx_decimal_write(out, minor, places);
}

static enum lx_code title_of(struct lx_tx *tx, const struct lx_region *region,
	const struct lx_charter *charter, const struct lx_entrant *entrant, struct lx_text *title)
{
	const struct lx_shape *projects = lx_shape_find(region, LX_TEXT_OF("project"));
	int64_t content = entrant->title;
	struct lx_record project;
	struct lx_content found;
	struct lx_ref ref;
	(void)charter;

	*title = entrant->code;
	if (content == 0 && projects != NULL && lx_ref_read(entrant->project, &ref)) {
		LX_TRY(lx_record_load_head(tx, projects, ref.number, &project));
		content = lx_record_value(&project, "title").number;
	}
	if (content == 0)
		return LX_OK;
	LX_TRY(lx_content_read(tx, content, &found));
	if (found.gone == 0)
		*title = found.bytes;
	return LX_OK;
}

static enum lx_code write_meta(struct lx_buf *out, const struct lx_record *round,
	const struct lx_charter *charter, size_t entrants, size_t ballots)
{
	struct lx_text names = lx_record_value(round, "names").text;
	LX_CLOSE(lx_json_free) json_t *both = json_loadb(names.at, names.len, 0, NULL);
	int64_t choices = lx_record_value(round, "choices").number;

	lx_buf_str(out, "META\nkey;value\n");
	pair(out, "description", lx_text(json_string_value(json_object_get(both, "zh"))));
	pair(out, "description_en", lx_text(json_string_value(json_object_get(both, "en"))));
	pair_number(out, "instance", round->number);
	pair_number(out, "num_projects", (int64_t)entrants);
	pair_number(out, "num_votes", (int64_t)ballots);
	lx_buf_str(out, "budget;");
	money(out, lx_record_value(round, "budget").number, charter->places);
	lx_buf_str(out, "\nvote_type;approval\n");
	pair(out, "rule", lx_record_value(round, "rule").text);
	if (choices > 0)
		pair_number(out, "max_length", choices);
	pair(out, "currency", lx_text(charter->currency));
	return LX_OK;
}

static enum lx_code write_projects(struct lx_tx *tx, const struct lx_region *region,
	const struct lx_charter *charter, const struct lx_entrant *entrants, size_t n,
	struct lx_buf *out)
{
	lx_buf_str(out, "PROJECTS\nproject_id;cost;name;member\n");
	for (size_t i = 0; i < n; i++) {
		struct lx_text title;
		LX_TRY(title_of(tx, region, charter, &entrants[i], &title));
		lx_csv_write(out, entrants[i].code, ';');
		lx_buf_char(out, ';');
		money(out, entrants[i].price, charter->places);
		lx_buf_char(out, ';');
		lx_csv_write(out, title, ';');
		lx_buf_char(out, ';');
		lx_csv_write(out, entrants[i].member, ';');
		lx_buf_char(out, '\n');
	}
	return LX_OK;
}

static void write_ballot(struct lx_buf *out, const struct lx_entrant *entrants, size_t n,
	const struct lx_ballot *ballot)
{
	bool some = false;

	lx_buf_str(out, ballot->tracking);
	lx_buf_char(out, ';');
	for (size_t i = 0; i < n; i++) {
		if (!ballot->approved[i])
			continue;
		lx_buf_str(out, some ? "," : "");
		lx_buf_text(out, entrants[i].code);
		some = true;
	}
	lx_buf_char(out, '\n');
}

enum lx_code lx_urn_write(struct lx_tx *tx, const struct lx_region *region,
	const struct lx_record *round, struct lx_ballot *const *ballots, size_t n,
	struct lx_buf *out)
{
	struct lx_call *call = lx_tx_call(tx);
	struct lx_entrant *entrants;
	struct lx_charter charter;
	size_t entrants_n;

	LX_TRY(lx_charter_load(tx, region, &charter));
	LX_TRY(lx_round_entrants(call, round, &entrants, &entrants_n));
	LX_TRY(write_meta(out, round, &charter, entrants_n, n));
	LX_TRY(write_projects(tx, region, &charter, entrants, entrants_n, out));
	lx_buf_str(out, "VOTES\nvoter_id;vote\n");
	for (size_t i = 0; i < n; i++)
		write_ballot(out, entrants, entrants_n, ballots[i]);
	return lx_buf_failed(out) ? lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL) : LX_OK;
}

/* --- deciding ----------------------------------------------------------------------------------- */

enum lx_code lx_round_urn(struct lx_tx *tx, const struct lx_record *round, struct lx_text *urn)
{
	struct lx_value number = lx_record_value(round, "urn");
	struct lx_content content;

	if (number.kind == LX_V_NULL)
		return LX_NOT_FOUND;
	LX_TRY(lx_content_read(tx, number.number, &content));
	if (content.gone != 0)
		return LX_NOT_FOUND;
	*urn = content.bytes;
	return LX_OK;
}

static const char *word_of(struct lx_call *call, const struct lx_record *round, const char *field)
{
	struct lx_text text = lx_record_value(round, field).text;

	return text.len == 0 ? "" : lx_arena_copy(call->arena, text.at, text.len);
}

/* The place of a link among those known so far; a new one gets the next. */
static uint16_t group_of(struct lx_text *known, size_t *n, struct lx_text link)
{
	for (size_t i = 0; i < *n; i++)
		if (lx_text_equal(known[i], link))
			return (uint16_t)i;
	known[*n] = link;
	return (uint16_t)(*n)++;
}

static enum lx_code set_limits(struct lx_call *call, const struct lx_record *round,
	const struct lx_entrant *entrants, size_t n, struct lx_tally_election *e)
{
	int list = lx_rows_find(round->shape->type, LX_TEXT_OF("limit"));
	const struct lx_row_list *rows = &round->lists[list];
	struct lx_text *known = lx_array(call, n + rows->n, sizeof *known);
	uint16_t *group = lx_array(call, e->projects_n, sizeof *group);
	int64_t *most = lx_array(call, n + rows->n, sizeof *most),
		*least = lx_array(call, n + rows->n, sizeof *least);
	size_t groups = 0;

	if (known == NULL || group == NULL || most == NULL || least == NULL)
		return LX_BROKEN;
	for (size_t p = 0; p < e->projects_n; p++)
		for (size_t i = 0; i < n; i++)
			if (lx_text_equal(entrants[i].code, e->id[p]))
				group[p] = group_of(known, &groups, entrants[i].member);
	for (size_t g = 0; g < n + rows->n; g++)
		most[g] = INT64_MAX;
	for (size_t i = 0; i < rows->n; i++) {
		const struct lx_value *cells = rows->rows[i].values; /* member, least, most */
		size_t before = groups, g = group_of(known, &groups, cells[0].text);
		if (g == before) { /* no entrant of this member: nothing to limit */
			groups = before;
			continue;
		}
		least[g] = cells[1].kind == LX_V_NULL ? 0 : cells[1].number;
		most[g] = cells[2].kind == LX_V_NULL ? INT64_MAX : cells[2].number;
	}
	e->group = group;
	e->groups_n = groups;
	e->most = most;
	e->least = least;
	return LX_OK;
}

/* What is struck takes no part; its place on ballots stays, and why is told: by which objection. */
static enum lx_code set_struck(struct lx_call *call, const struct lx_record *round,
	const struct lx_entrant *entrants, size_t n, struct lx_tally_report *report)
{
	struct lx_tally_election *e = &report->pb.election;
	struct lx_tally_override *overrides = lx_array(call, n, sizeof *overrides);
	char reason[64];
	size_t struck = 0;

	if (overrides == NULL)
		return LX_BROKEN;
	for (size_t p = 0; p < e->projects_n; p++)
		for (size_t i = 0; i < n; i++) {
			if (!entrants[i].struck || !lx_text_equal(entrants[i].code, e->id[p]))
				continue;
			int length = snprintf(reason, sizeof reason, "round/%lld#objection.%lld",
				(long long)round->number,
				(long long)lx_round_upheld(round, entrants[i].code));
			const char *kept = lx_arena_copy(call->arena, reason, (size_t)length);
			if (kept == NULL)
				return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
			overrides[struck++] = (struct lx_tally_override){ (uint16_t)p, false,
				lx_text(kept) };
		}
	if (struck == 0)
		return LX_OK;
	struct lx_tally_election rest;
	LX_TRY(lx_tally_apart(call, e, 0, overrides, struck, &rest, &report->top_down_spent));
	*e = rest;
	report->overrides = overrides;
	report->overrides_n = struck;
	return LX_OK;
}

enum lx_code lx_round_decide(
	struct lx_tx *tx, const struct lx_record *round, struct lx_tally_report *report)
{
	struct lx_call *call = lx_tx_call(tx);
	struct lx_entrant *entrants;
	struct lx_text urn;
	size_t n;

	report->path = "urn.pb";
	report->rule = word_of(call, round, "rule");
	report->utility = word_of(call, round, "utility");
	report->completion = word_of(call, round, "completion");
	report->ties = word_of(call, round, "tie");
	if (report->rule == NULL || report->utility == NULL || report->completion == NULL ||
		report->ties == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	LX_TRY(lx_tally_report_words(call, report));
	LX_TRY(lx_round_urn(tx, round, &urn));
	LX_TRY(lx_pb_read(call, urn, &report->pb));
	report->setting.seed = (uint64_t)lx_record_value(round, "seed").number;
	report->setting.threshold = lx_record_value(round, "threshold").number;
	LX_TRY(lx_round_entrants(call, round, &entrants, &n));
	if (round->lists[lx_rows_find(round->shape->type, LX_TEXT_OF("limit"))].n > 0)
		LX_TRY(set_limits(call, round, entrants, n, &report->pb.election));
	LX_TRY(set_struck(call, round, entrants, n, report));
	return lx_tally_report_decide(call, report);
}

/* Numbers that were rounded for reading become text: entries and their contents hold no floating point. */
static json_t *without_reals(json_t *value)
{
	const char *key;
	json_t *each;
	size_t i;
	void *next;

	if (json_is_real(value))
		return json_sprintf("%.6f", json_real_value(value));
	json_object_foreach_safe(value, next, key, each)
	{
		if (json_is_real(each) || json_is_object(each) || json_is_array(each))
			(void)json_object_set_new(value, key, without_reals(each));
	}
	json_array_foreach(value, i, each)
	{
		if (json_is_real(each) || json_is_object(each) || json_is_array(each))
			(void)json_array_set_new(value, i, without_reals(each));
	}
	return json_incref(value);
}

enum lx_code lx_round_result_json(
	struct lx_call *call, const struct lx_tally_report *report, struct lx_buf *out)
{
	LX_CLOSE(lx_buf_close) struct lx_buf told = { 0 };

	LX_TRY(lx_tally_report_json(call, report, &told));
	LX_CLOSE(lx_json_free) json_t *json = json_loadb(told.at, told.len, 0, NULL);
	if (json == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	json_decref(without_reals(json));
	return lx_json_canonical(out, json, &call->fault);
}

/* --- checking ----------------------------------------------------------------------------------- */

static enum lx_code differs(struct lx_call *call, const struct lx_record *round, const char *msgid)
{
	return lx_fail(call, LX_CONFLICT, NULL, msgid, "round/%lld", (long long)round->number);
}

static bool same_winners(const json_t *recorded, const struct lx_tally_report *report)
{
	const json_t *winners = json_object_get(recorded, "winners");

	if (json_array_size(winners) != report->result.winners_n)
		return false;
	for (size_t i = 0; i < report->result.winners_n; i++)
		if (!lx_text_is(report->pb.election.id[report->result.rounds[i].project],
			    json_string_value(json_array_get(winners, i))))
			return false;
	return true;
}

static bool same_total(const json_t *recorded, const struct lx_tally_report *report)
{
	LX_CLOSE(lx_buf_close) struct lx_buf total = { 0 };

	lx_decimal_write(&total, report->result.total_cost, report->pb.election.places);
	return !lx_buf_failed(&total) &&
	       lx_text_is(lx_buf_view(&total),
		       json_string_value(json_object_get(recorded, "total_cost")));
}

enum lx_code lx_round_recount(
	struct lx_tx *tx, const struct lx_region *region, const struct lx_record *round, bool *told)
{
	struct lx_value number = lx_record_value(round, "result");
	struct lx_tally_report report = { .explained = false };
	struct lx_call *call = lx_tx_call(tx);
	struct lx_content content;
	(void)region;

	*told = false;
	if (number.kind == LX_V_NULL)
		return LX_OK;
	LX_TRY(lx_content_read(tx, number.number, &content));
	if (content.gone != 0)
		return LX_OK;
	*told = true;
	if (lx_record_value(round, "version").number != LX_TALLY_VERSION)
		return differs(call, round, "round_version");
	LX_CLOSE(lx_json_free)
	json_t *recorded = json_loadb(content.bytes.at, content.bytes.len, 0, NULL);
	enum lx_code code = lx_round_decide(tx, round, &report);
	if (code == LX_NOT_FOUND)
		return differs(call, round, "round_urn_gone");
	LX_TRY(code);
	return same_winners(recorded, &report) && same_total(recorded, &report)
		       ? LX_OK
		       : differs(call, round, "round_recount_differs");
}
