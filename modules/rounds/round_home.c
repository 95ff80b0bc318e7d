/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The round that is open, on the home page: its budget, who has voted, until when. */
#include "kernel/types/list.h"
#include "modules/rounds/round_pages.h"

/* What it is about: so many projects, such a budget, so many votes. */
static enum lx_code describe(const struct lx_reader *reader, const struct lx_shape *rounds,
	int64_t number, struct lx_home_section *section)
{
	LX_CLOSE(lx_json_free) json_t *json = NULL;
	struct lx_record round;
	int64_t entrants;

	LX_TRY(lx_record_load(reader->tx, rounds, number, &round));
	LX_TRY(lx_reduce(&reader->sight, &round, LX_LIST_PARTS, &json));
	entrants = (int64_t)lx_record_list(&round, "entrant")->n;
	struct lx_cell budget = lx_show_cell(reader, "round",
		&rounds->type->fields[lx_field_find(rounds->type->fields, LX_TEXT_OF("budget"))],
		json_object_get(json, "budget"));
	struct lx_cell closes = lx_show_cell(reader, "round",
		&rounds->type->fields[lx_field_find(rounds->type->fields, LX_TEXT_OF("closes"))],
		json_object_get(json, "closes"));
	section->heading =
		(struct lx_link_view){ lx_words_str(lx_tr(reader->request->lang, "round.home")),
			lx_address_make(reader->call, "/rounds/%lld", (long long)number) };
	section->strong = lx_show_words(reader, json_object_get(json, "names"));
	section->words = lx_show_say(reader, "round.home_of",
		lx_show_text(reader, "%lld", (long long)entrants).at,
		lx_show_text(reader, "%.*s", (int)budget.words.text.len, budget.words.text.at).at);
	section->button = (struct lx_link_view){ lx_words_str(lx_tr(
							 reader->request->lang, "round.page_vote")),
		lx_address_make(reader->call, "/rounds/%lld/vote", (long long)number) };
	section->under = lx_show_say(reader, "round.home_until",
		lx_show_text(reader, "%.*s", (int)closes.words.text.len, closes.words.text.at).at,
		lx_show_text(reader, "%lld",
			(long long)json_integer_value(json_object_get(json, "voters")))
			.at);
	return LX_OK;
}

enum lx_code lx_round_home(const struct lx_reader *reader, struct lx_home_page *page)
{
	const struct lx_shape *rounds = lx_shape_find(reader->app->region, LX_TEXT_OF("round"));
	struct lx_list_spec spec = {
		.shape = rounds, .most = 1, .states_n = 1, .states = { { "open", 4 } }
	};
	struct lx_list_found found;

	if (!lx_charter_on(&reader->charter, "round"))
		return LX_OK;
	LX_TRY(lx_list_find(reader->tx, &spec, &found));
	if (found.n == 0)
		return LX_OK;
	struct lx_home_section *section = lx_home_section_add(reader, page);
	return section == NULL ? LX_BROKEN : describe(reader, rounds, found.numbers[0], section);
}
