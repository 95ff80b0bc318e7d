/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Losers as the recorded result tells of them. */
#include "modules/rounds/result.h"

#include <stdlib.h>
#include <string.h>

static int64_t project_of(const struct lx_result *r, const char *id)
{
	const struct lx_tally_election *e = &r->report.pb.election;

	for (size_t p = 0; id != NULL && p < e->projects_n; p++)
		if (lx_text_is(e->id[p], id))
			return (int64_t)p;
	return -1;
}

/* An amount that the result tells for reading: a number, or digits in a text. */
static double minor_of(const struct lx_result *r, const json_t *number)
{
	double amount = json_is_string(number) ? strtod(json_string_value(number), NULL)
					       : json_number_value(number);

	for (unsigned i = 0; i < r->report.pb.election.places; i++)
		amount *= 10;
	return amount;
}

/* What its supporters paid to each winner, in the order of winners. */
static enum lx_code read_paid(
	const struct lx_result *r, const json_t *paid, struct lx_tally_loser *lost)
{
	size_t n = r->report.result.winners_n;
	double *amounts = lx_array(r->reader->call, n, sizeof *amounts);

	if (amounts == NULL)
		return LX_BROKEN;
	for (size_t w = 0; w < n; w++) {
		struct lx_text id = r->report.pb.election.id[r->report.result.rounds[w].project];
		amounts[w] = minor_of(
			r, json_object_get(
				   paid, lx_show_text(r->reader, "%.*s", (int)id.len, id.at).at));
	}
	lost->paid = amounts;
	return LX_OK;
}

static enum lx_code read_loser(
	struct lx_result *r, const json_t *told, uint16_t project, struct lx_tally_loser *lost)
{
	const char *at = json_string_value(json_object_get(told, "wins_at_cost"));
	const json_t *paid = json_object_get(told, "supporters_paid");

	*lost = (struct lx_tally_loser){ .project = project,
		.supporters = (uint64_t)json_integer_value(json_object_get(told, "supporters")),
		.had = minor_of(r, json_object_get(told, "supporters_had")),
		.left = minor_of(r, json_object_get(told, "supporters_left")),
		.wins_with = (uint64_t)json_integer_value(
			json_object_get(told, "wins_with_more_votes")),
		.searched = !json_is_false(json_object_get(told, "searched")) };
	if (at == NULL ||
		!lx_decimal_read(lx_text(at), r->report.pb.election.places, &lost->wins_at))
		lost->wins_at = 0;
	r->report.percent[project] = json_integer_value(json_object_get(told, "effective_support"));
	return paid == NULL ? LX_OK : read_paid(r, paid, lost);
}

static enum lx_code read_all(struct lx_result *r, const json_t *told)
{
	size_t n = json_array_size(told), projects = r->report.pb.election.projects_n;

	r->report.losers = lx_array(r->reader->call, n, sizeof *r->report.losers);
	r->report.percent = lx_array(r->reader->call, projects, sizeof *r->report.percent);
	if (r->report.losers == NULL || r->report.percent == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		const json_t *each = json_array_get(told, i);
		int64_t project = project_of(
			r, json_string_value(json_object_get(each, "project")));
		if (project >= 0)
			LX_TRY(read_loser(r, each, (uint16_t)project,
				&r->report.losers[r->report.losers_n++]));
	}
	return LX_OK;
}

enum lx_code lx_result_losers(struct lx_result *r)
{
	struct lx_value value = lx_record_value(r->record, "result");
	struct lx_content content;

	LX_TRY(lx_content_read(r->reader->tx, value.number, &content));
	r->told = content.bytes;
	LX_CLOSE(lx_json_free)
	json_t *told = json_loadb(content.bytes.at, content.bytes.len, 0, NULL);
	return read_all(r, json_object_get(told, "losers"));
}
