/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The samples of the roll, for the officers who look at them: of another member's part the numbers that were drawn, with the name and
 * the proof of residence that the person gave to that member. Shown to the verifying member alone, and only while the roll may still be
 * doubted; nothing of it is in the record.
 */
#include "modules/rounds/round_pages.h"

#include "kernel/journal/journal.h"

#include <stdio.h>
#include <string.h>

#define NUMBERS_MOST 100

/* One person of a sample; empty where the person was erased since. */
struct sampled {
	int64_t number;
	struct lx_text name, proof;
};

/* The rows of the list that the reader's mandate verifies. */
static enum lx_code is_verifier(const struct lx_round_reader *r, size_t row, bool *is)
{
	int list = lx_rows_find(r->shape->type, LX_TEXT_OF("sample"));
	struct lx_row_list lists[LX_QUERY_COLUMNS];
	struct lx_record alone = r->record;
	const struct lx_relation *relation;
	struct lx_holding holding;

	memcpy(lists, r->record.lists, r->shape->rows_n * sizeof *lists);
	lists[list] = (struct lx_row_list){ &r->record.lists[list].rows[row], 1 };
	alone.lists = lists;
	LX_TRY(lx_relation_any(&r->reader.sight, &alone, "verifier", &relation, &holding));
	*is = relation != NULL;
	return LX_OK;
}

static enum lx_code seal_text(struct lx_tx *tx, struct lx_value seal, struct lx_text *text)
{
	*text = (struct lx_text){ "", 0 };
	if (seal.kind == LX_V_NULL)
		return LX_OK;
	enum lx_code code = lx_seal_read(tx, seal.number, text);
	return code == LX_NOT_FOUND ? LX_OK : code;
}

static enum lx_code find_person(const struct lx_round_reader *r, struct sampled *s)
{
	const struct lx_shape *shape = lx_shape_find(r->reader.app->region, LX_TEXT_OF("person"));
	struct lx_record person;
	char relation[32];
	int64_t who;

	(void)snprintf(relation, sizeof relation, "roll/%lld", (long long)s->number);
	enum lx_code code = lx_vault_who(r->reader.tx, "round", r->record.number, relation, &who);
	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	LX_TRY(lx_record_load_head(r->reader.tx, shape, who, &person));
	LX_TRY(seal_text(r->reader.tx, lx_record_value(&person, "name"), &s->name));
	return seal_text(r->reader.tx, lx_record_value(&person, "proof"), &s->proof);
}

static enum lx_code read_sample(const struct lx_round_reader *r, const struct lx_row *row,
	struct sampled list[NUMBERS_MOST], size_t *n)
{
	const struct lx_field *fields =
		r->shape->type->rows[lx_rows_find(r->shape->type, LX_TEXT_OF("sample"))].fields;
	struct lx_text rest = row->values[lx_field_find(fields, LX_TEXT_OF("numbers"))].text,
		       number;

	*n = 0;
	while (*n < NUMBERS_MOST && lx_text_split(&rest, ',', &number)) {
		struct sampled *s = &list[*n];
		*s = (struct sampled){ .name = { "", 0 }, .proof = { "", 0 } };
		if (!lx_text_int(number, &s->number))
			continue;
		LX_TRY(find_person(r, s));
		(*n)++;
	}
	return LX_OK;
}

static enum lx_code fill_grid(const struct lx_round_reader *r, const struct lx_row *row,
	struct lx_grid *grid, json_t *json)
{
	static const char *const heads[] = { "round.number", "person.name", "person.proof" };
	struct sampled *list = lx_array(r->reader.call, NUMBERS_MOST, sizeof *list);
	struct lx_cell *cells;
	json_t *title = NULL, *members = json_array();
	size_t n;

	if (list == NULL)
		return LX_BROKEN;
	LX_TRY(read_sample(r, row, list, &n));
	LX_TRY(lx_title(&r->reader.sight, row->values[0].text, &title)); /* the member */
	*grid = (struct lx_grid){ .caption = lx_show_words(&r->reader, title) };
	LX_TRY(lx_round_grid(r, heads, 3, n, grid, &cells));
	for (size_t i = 0; i < n; i++) {
		cells[3 * i].words = lx_words(
			lx_show_text(&r->reader, "%lld", (long long)list[i].number));
		cells[3 * i + 1].words = lx_words(list[i].name);
		cells[3 * i + 2].words = lx_words(list[i].proof);
		(void)json_array_append_new(members,
			json_pack("{s:I, s:s%, s:s%}", "number", (json_int_t)list[i].number, "name",
				list[i].name.at, list[i].name.len, "proof", list[i].proof.at,
				list[i].proof.len));
	}
	(void)json_array_append_new(json_object_get(json, "samples"),
		json_pack("{s:I, s:s%, s:o}", "row", (json_int_t)row->number, "member",
			row->values[0].text.at, row->values[0].text.len, "drawn", members));
	return LX_OK;
}

/* All samples that the reader verifies; LX_FORBIDDEN when there is none. */
static enum lx_code fill(const struct lx_round_reader *r, struct lx_sample_page *page, json_t *json)
{
	const struct lx_row_list *rows =
		&r->record.lists[lx_rows_find(r->shape->type, LX_TEXT_OF("sample"))];
	struct lx_grid *grids = lx_array(r->reader.call, rows->n, sizeof *grids);

	if (grids == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < rows->n; i++) {
		bool is;
		LX_TRY(is_verifier(r, i, &is));
		if (is)
			LX_TRY(fill_grid(r, &rows->rows[i], &grids[page->tables_n++], json));
	}
	page->tables = grids;
	return page->tables_n > 0
		       ? LX_OK
		       : lx_fail(r->reader.call, LX_FORBIDDEN, NULL, "round.page_no_sample", NULL);
}

/* GET /rounds/:n/sample */
enum lx_code lx_page_sample(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_round_end) struct lx_round_reader r = { .n = 0 };
	LX_CLOSE(lx_json_free) json_t *json = json_pack("{s:[]}", "samples");

	LX_TRY(lx_round_open(request, &r));
	struct lx_view view = lx_show_view(&r.reader);
	struct lx_sample_page page = { .above = lx_round_name(&r),
		.above_link = lx_round_address(&r, ""),
		.heading = lx_round_words(&r, "round.sample"),
		.intro = lx_round_words(&r, "round.page_sample_intro"),
		.act = { lx_round_words(&r, "round.recheck"), lx_round_address(&r, "/recheck") } };

	if (!lx_word_in(r.record.state, "frozen open"))
		return lx_fail(request->call, LX_FORBIDDEN, NULL, "round.page_no_sample", NULL);
	LX_TRY(fill(&r, &page, json));
	LX_TRY(lx_reply_header(request, reply, "Cache-Control", "private, no-store"));
	if (request->media == LX_JSON)
		return lx_reply_json(request, reply, json);
	lx_frame_fill(
		&r.reader, page.heading, r.shape->type->section, r.record.last_n, &page.frame);
	lx_reader_close(&r.reader);
	lx_reply_page(reply);
	lx_module_view_round_sample(&reply->body, &view, &page);
	return LX_OK;
}
