/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the pages of a round share, and what it adds to its general page. */
#include "modules/rounds/round_pages.h"

#include <string.h>

enum lx_code lx_round_open(struct lx_request *request, struct lx_round_reader *r)
{
	LX_TRY(lx_reader_open_again(request, &r->reader));
	LX_TRY(lx_route_type(&r->reader, &r->shape));
	LX_TRY(lx_route_record(&r->reader, r->shape, &r->record));
	return lx_round_entrants(r->reader.call, &r->record, &r->entrants, &r->n);
}

void lx_round_end(struct lx_round_reader *r)
{
	lx_reader_end(&r->reader);
}

struct lx_words lx_round_words(const struct lx_round_reader *r, const char *id)
{
	return lx_words_str(lx_tr(r->reader.request->lang, id));
}

struct lx_address lx_round_address(const struct lx_round_reader *r, const char *below)
{
	return lx_address_make(
		r->reader.call, "/rounds/%lld%s", (long long)r->record.number, below);
}

static struct lx_words copied(const struct lx_round_reader *r, const json_t *value)
{
	struct lx_words words = lx_show_words(&r->reader, value);

	words.text = lx_show_text(&r->reader, "%.*s", (int)words.text.len, words.text.at);
	words.lang = lx_show_text(&r->reader, "%.*s", (int)words.lang.len, words.lang.at);
	return words;
}

struct lx_words lx_round_title(const struct lx_round_reader *r, const struct lx_entrant *entrant)
{
	const struct lx_view view = lx_show_view(&r->reader);
	struct lx_content content;
	json_t *title = NULL;

	if (entrant->title > 0 &&
		lx_content_read(r->reader.tx, entrant->title, &content) == LX_OK &&
		content.gone == 0)
		return lx_words_in(
			&view, content.bytes, lx_show_text(&r->reader, "%s", content.lang));
	if (entrant->project.len > 0 &&
		lx_title(&r->reader.sight, entrant->project, &title) == LX_OK) {
		struct lx_words words = copied(r, title);
		json_decref(title);
		if (words.text.len > 0)
			return words;
	}
	return lx_words(entrant->code);
}

struct lx_words lx_round_name(const struct lx_round_reader *r)
{
	struct lx_text names = lx_record_value(&r->record, "names").text;
	LX_CLOSE(lx_json_free) json_t *both = json_loadb(names.at, names.len, 0, NULL);

	return copied(r, both);
}

struct lx_words lx_round_money(const struct lx_round_reader *r, int64_t minor)
{
	const struct lx_view view = lx_show_view(&r->reader);
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_money money = { .minor = minor, .places = r->reader.charter.places };

	memcpy(money.currency, r->reader.charter.currency, sizeof money.currency);
	lx_view_money(&out, &view, money);
	return lx_words(lx_show_text(&r->reader, "%s", lx_buf_view(&out).at));
}

/* --- the general page and JSON ------------------------------------------------------------------ */

/* `winners` and `total_cost` as `lianxi tally` prints them, once there is a result. */
enum lx_code lx_round_more(
	const struct lx_reader *reader, const struct lx_record *record, json_t *json)
{
	const json_t *result = json_object_get(json, "result");
	static const char *const names[] = { "winners", "total_cost" };
	(void)record;

	for (size_t i = 0; i < 2; i++) {
		json_t *value = json_object_get(result, names[i]);
		if (value != NULL && json_object_set(json, names[i], value) != 0)
			return lx_fail(reader->call, LX_BROKEN, NULL, "base.memory", NULL);
	}
	return LX_OK;
}

static void add_link(const struct lx_reader *reader, const struct lx_record *record,
	struct lx_side_link *links, size_t *n, const char *id, const char *below)
{
	links[(*n)++] =
		(struct lx_side_link){ .link = { lx_words_str(lx_tr(reader->request->lang, id)),
					       lx_address_make(reader->call, "/rounds/%lld%s",
						       (long long)record->number, below) } };
}

/* What the result says is told by its own page and by the list of projects: no row of the facts. */
static enum lx_code without_result(const struct lx_reader *reader, struct lx_item_page *page)
{
	struct lx_words label = lx_show_key(reader, "round", ".", LX_TEXT_OF("result"));
	struct lx_fact *facts = lx_array(reader->call, page->facts.facts_n + 1, sizeof *facts);
	size_t n = 0;

	if (facts == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < page->facts.facts_n; i++)
		if (!lx_text_equal(page->facts.facts[i].label.text, label.text))
			facts[n++] = page->facts.facts[i];
	page->facts.facts = facts;
	page->facts.facts_n = n;
	return LX_OK;
}

/* The round's own pages stand in a list at the side, before the general lists. */
enum lx_code lx_round_fill(const struct lx_reader *reader, const struct lx_record *record,
	const json_t *json, struct lx_item_page *page)
{
	struct lx_side_list *lists = lx_array(reader->call, page->lists_n + 1, sizeof *lists);
	struct lx_side_link *links = lx_array(reader->call, 5, sizeof *links);
	const char *file = json_string_value(json_object_get(json_object_get(json, "urn"), "file"));
	size_t n = 0;

	if (lists == NULL || links == NULL)
		return LX_BROKEN;
	LX_TRY(without_result(reader, page));
	/* what was held elsewhere has no roll of ours and no ballots to be found again */
	bool held_here = lx_record_value(record, "key").kind != LX_V_NULL;
	if (lx_record_value(record, "result").kind != LX_V_NULL)
		add_link(reader, record, links, &n, "result.link", "/result");
	if (lx_text_is(record->state, "open"))
		add_link(reader, record, links, &n, "round.page_vote", "/vote");
	if (held_here && lx_record_value(record, "roll_size").number > 0)
		add_link(reader, record, links, &n, "round.page_roll", "/roll");
	if (file != NULL && held_here)
		add_link(reader, record, links, &n, "round.page_track", "/ballot");
	if (file != NULL) {
		links[n++] = (struct lx_side_link){
			.link = { lx_words_str(lx_tr(reader->request->lang, "round.page_urn")),
				lx_address_make(reader->call, "%s", file) },
			.under = lx_words_str(lx_tr(reader->request->lang, "round.page_urn_how"))
		};
	}
	if (n == 0)
		return LX_OK;
	lists[0] = (struct lx_side_list){ .heading = lx_words_str(
						  lx_tr(reader->request->lang, "round.page_links")),
		.links = links,
		.links_n = n };
	if (page->lists_n > 0)
		memcpy(lists + 1, page->lists, page->lists_n * sizeof *lists);
	page->lists = lists;
	page->lists_n++;
	return LX_OK;
}
