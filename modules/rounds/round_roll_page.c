/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The roll as everyone may read it, and a ballot looked up by its tracking number. */
#include "modules/rounds/round_pages.h"

#include "modules/rounds/round_queries.h"

#include <stdio.h>
#include <string.h>

#define ROLL_ROWS   200
#define MEMBERS_MAX 1000

/* --- turnout, with the few left out -------------------------------------------------------------- */

/* A member's part; `hidden`: fewer than LX_ROUND_FEW voted or did not, or it would give such a one away. */
struct turnout {
	struct lx_text member;
	int64_t roll, voted;
	bool hidden;
};

static bool few(int64_t n)
{
	return n > 0 && n < LX_ROUND_FEW;
}

/* With one figure left out the total would tell it: then the smallest of the others is left out too. */
static void hide(struct turnout *t, size_t n)
{
	size_t hidden = 0, smallest = n;

	for (size_t i = 0; i < n; i++) {
		t[i].hidden = few(t[i].voted) || few(t[i].roll - t[i].voted) || few(t[i].roll);
		hidden += t[i].hidden;
	}
	for (size_t i = 0; i < n; i++)
		if (!t[i].hidden && (smallest == n || t[i].voted < t[smallest].voted))
			smallest = i;
	if (hidden == 1 && smallest < n)
		t[smallest].hidden = true;
}

/* Only once the round is closed: while it runs, two looks would tell of which member a roll number is. */
static enum lx_code load_turnout(const struct lx_round_reader *r, struct turnout **t, size_t *n)
{
	struct lx_value *rows;

	*n = 0;
	*t = NULL;
	if (lx_word_in(r->record.state, "prepared freezing frozen open"))
		return LX_OK;
	LX_TRY(lx_all(r->reader.tx, &lx_q_turnout, &LX_I(r->record.number), MEMBERS_MAX, &rows, n));
	*t = lx_array(r->reader.call, *n, sizeof **t);
	if (*t == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < *n; i++)
		(*t)[i] = (struct turnout){ rows[3 * i].text, rows[3 * i + 1].number,
			rows[3 * i + 2].number, false };
	hide(*t, *n);
	return LX_OK;
}

/* --- JSON ----------------------------------------------------------------------------------------- */

static enum lx_code roll_json(const struct lx_round_reader *r, const struct lx_value *rows,
	size_t n, const struct turnout *t, size_t members, struct lx_reply *reply)
{
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:I, s:s%, s:[], s:[]}", "roll_size",
		(json_int_t)lx_record_value(&r->record, "roll_size").number, "roll_hash",
		lx_record_value(&r->record, "roll_hash").text.at,
		lx_record_value(&r->record, "roll_hash").text.len, "roll", "turnout");

	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(json_object_get(json, "roll"),
			json_pack("{s:I, s:b}", "number", (json_int_t)rows[2 * i].number, "voted",
				lx_text_is(rows[2 * i + 1].text, "yes")));
	if (n == ROLL_ROWS)
		(void)json_object_set_new(json, "next", json_integer(rows[2 * (n - 1)].number));
	for (size_t i = 0; i < members; i++) {
		json_t *row = json_pack("{s:s%, s:o}", "member", t[i].member.at, t[i].member.len,
			"voted", t[i].hidden ? json_null() : json_integer(t[i].voted));
		if (t[i].hidden)
			(void)json_object_set_new(row, "fewer_than", json_integer(LX_ROUND_FEW));
		else
			(void)json_object_set_new(row, "roll", json_integer(t[i].roll));
		(void)json_array_append_new(json_object_get(json, "turnout"), row);
	}
	return lx_reply_json(r->reader.request, reply, json);
}

/* --- the page ------------------------------------------------------------------------------------- */

static struct lx_words number_words(const struct lx_round_reader *r, int64_t number)
{
	const struct lx_view view = lx_show_view(&r->reader);
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	lx_view_number(&out, &view, number);
	return lx_words(lx_show_text(&r->reader, "%s", lx_buf_view(&out).at));
}

enum lx_code lx_round_grid(const struct lx_round_reader *r, const char *const *heads,
	size_t columns_n, size_t rows_n, struct lx_grid *grid, struct lx_cell **cells)
{
	struct lx_column *columns = lx_array(r->reader.call, columns_n, sizeof *columns);
	struct lx_grid_row *rows = lx_array(r->reader.call, rows_n, sizeof *rows);

	*cells = lx_array(r->reader.call, rows_n * columns_n, sizeof **cells);
	if (columns == NULL || rows == NULL || *cells == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < columns_n; i++)
		columns[i] = (struct lx_column){ i == 0 ? LX_CELL_TEXT : LX_CELL_NUMBER,
			lx_round_words(r, heads[i]), { { "", 0 } }, false };
	for (size_t i = 0; i < rows_n; i++)
		rows[i] = (struct lx_grid_row){ *cells + i * columns_n, columns_n, false, false };
	grid->columns = columns;
	grid->columns_n = columns_n;
	grid->rows = rows;
	grid->rows_n = rows_n;
	return LX_OK;
}

static enum lx_code fill_turnout(
	const struct lx_round_reader *r, const struct turnout *t, size_t n, struct lx_grid *grid)
{
	static const char *const heads[] = { "round.member", "round.roll_size", "round.voters" };
	struct lx_cell *cells;

	*grid = (struct lx_grid){ .caption = lx_round_words(r, "round.page_turnout"),
		.empty = lx_round_words(r, "round.page_turnout_later") };
	LX_TRY(lx_round_grid(r, heads, 3, n, grid, &cells));
	for (size_t i = 0; i < n; i++) {
		json_t *title = NULL;
		LX_TRY(lx_title(&r->reader.sight, t[i].member, &title));
		struct lx_words member = lx_show_words(&r->reader, title);
		struct lx_words hidden = lx_show_say(&r->reader, "round.page_few",
			lx_show_text(&r->reader, "%d", LX_ROUND_FEW).at, NULL);
		cells[3 * i] = (struct lx_cell){ .words = member };
		cells[3 * i + 1] = (struct lx_cell){ .kind = LX_CELL_NUMBER,
			.words = t[i].hidden ? hidden : number_words(r, t[i].roll) };
		cells[3 * i + 2] = (struct lx_cell){ .kind = LX_CELL_NUMBER,
			.words = t[i].hidden ? hidden : number_words(r, t[i].voted) };
	}
	return LX_OK;
}

static enum lx_code fill_roll(const struct lx_round_reader *r, const struct lx_value *rows,
	size_t n, struct lx_grid *grid)
{
	static const char *const heads[] = { "round.number", "round.voted" };
	struct lx_cell *cells;

	*grid = (struct lx_grid){ .caption = lx_round_words(r, "round.roll"),
		.empty = lx_round_words(r, "round.page_no_roll") };
	LX_TRY(lx_round_grid(r, heads, 2, n, grid, &cells));
	for (size_t i = 0; i < n; i++) {
		cells[2 * i] = (struct lx_cell){ .words = number_words(r, rows[2 * i].number) };
		cells[2 * i + 1] = (struct lx_cell){ .kind = LX_CELL_NUMBER,
			.words = lx_show_key(
				&r->reader, "round", ".voted.", rows[2 * i + 1].text) };
	}
	return LX_OK;
}

static enum lx_code show_roll(struct lx_round_reader *r, const struct lx_value *rows, size_t n,
	const struct turnout *t, size_t members, struct lx_reply *reply)
{
	struct lx_view view = lx_show_view(&r->reader);
	bool registered = lx_record_value(&r->record, "electors").kind != LX_V_NULL;
	struct lx_roll_page page = { .above = lx_round_name(r),
		.above_link = lx_round_address(r, ""),
		.heading = lx_round_words(r, "round.page_roll"),
		.intro = lx_round_words(
			r, registered ? "round.page_register_intro" : "round.page_roll_intro") };
	struct lx_cell size = { .words = number_words(
					r, lx_record_value(&r->record, "roll_size").number) };
	struct lx_cell hash = { .kind = LX_CELL_REF,
		.words = lx_words(lx_record_value(&r->record, "roll_hash").text) };
	struct lx_cell voters = { .words = number_words(
					  r, lx_record_value(&r->record, "voters").number) };
	struct lx_fact facts[] = { { lx_round_words(r, "round.roll_size"), &size, 1 },
		{ lx_round_words(r, "round.voters"), &voters, 1 },
		{ lx_round_words(r, "round.roll_hash"), &hash, 1 } };

	page.facts = (struct lx_fact_group){ .facts = facts, .facts_n = 3 };
	LX_TRY(fill_turnout(r, t, members, &page.turnout));
	LX_TRY(fill_roll(r, rows, n, &page.roll));
	if (n == ROLL_ROWS)
		page.next = (struct lx_link_view){ lx_round_words(r, "round.page_more"),
			lx_address_make(r->reader.call, "/rounds/%lld/roll?after=%lld",
				(long long)r->record.number, (long long)rows[2 * (n - 1)].number) };
	lx_frame_fill(
		&r->reader, page.heading, r->shape->type->section, r->record.last_n, &page.frame);
	lx_reader_close(&r->reader);
	lx_reply_page(reply);
	lx_module_view_round_roll(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_page_roll(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_round_end) struct lx_round_reader r = { .n = 0 };
	const struct lx_text *after = lx_query_param(request, "after", 0);
	struct turnout *t;
	struct lx_value *rows;
	int64_t from = 0;
	size_t n, members;

	LX_TRY(lx_round_open(request, &r));
	if (after != NULL && (!lx_text_int(*after, &from) || from < 0))
		return lx_fail(request->call, LX_INVALID, "after", "input.number", NULL);
	LX_TRY(lx_all(r.reader.tx, &lx_q_roll_page,
		(struct lx_value[]){ LX_I(r.record.number), LX_I(from), LX_I(ROLL_ROWS) },
		ROLL_ROWS, &rows, &n));
	LX_TRY(load_turnout(&r, &t, &members));
	if (request->media == LX_JSON)
		return roll_json(&r, rows, n, t, members, reply);
	return show_roll(&r, rows, n, t, members, reply);
}

/* --- a ballot by its number ----------------------------------------------------------------------- */

/* What stands behind a tracking number in the urn's file: codes joined by commas; false: it is not there. */
static bool find_ballot(struct lx_text urn, const char *tracking, struct lx_text *codes)
{
	static const char mark[] = "\nVOTES\n";
	const char *votes = memmem(urn.at, urn.len, mark, sizeof mark - 1);
	char line[LX_TRACKING + 3];

	if (votes == NULL)
		return false;
	int n = snprintf(line, sizeof line, "\n%s;", tracking);
	size_t left = urn.len - (size_t)(votes - urn.at);
	const char *found = memmem(votes, left, line, (size_t)n);
	if (found == NULL)
		return false;
	const char *at = found + n;
	const char *end = memchr(at, '\n', urn.len - (size_t)(at - urn.at));
	*codes = (struct lx_text){ at, end == NULL ? 0 : (size_t)(end - at) };
	return true;
}

static enum lx_code show_found(
	const struct lx_round_reader *r, struct lx_text codes, struct lx_track_page *page)
{
	struct lx_cell *cells = lx_array(r->reader.call, r->n + 1, sizeof *cells);
	struct lx_fact *fact = lx_alloc(r->reader.call, sizeof *fact);
	struct lx_text code;
	size_t n = 0;

	if (cells == NULL || fact == NULL)
		return LX_BROKEN;
	while (lx_text_split(&codes, ',', &code))
		for (size_t i = 0; i < r->n; i++)
			if (lx_text_equal(r->entrants[i].code, code) && n < r->n)
				cells[n++] = (struct lx_cell){ .words = lx_round_title(
								       r, &r->entrants[i]) };
	if (n == 0)
		cells[n++] = (struct lx_cell){ .words = lx_round_words(r, "round.page_blank") };
	*fact = (struct lx_fact){ lx_round_words(r, "round.page_chosen"), cells, n };
	page->facts = (struct lx_fact_group){
		.heading = lx_round_words(r, "round.page_found"), .facts = fact, .facts_n = 1
	};
	return LX_OK;
}

static enum lx_code track_json(struct lx_request *request, const char *tracking,
	struct lx_text codes, struct lx_reply *reply)
{
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:s, s:[]}", "tracking", tracking, "approve");
	struct lx_text code;

	while (lx_text_split(&codes, ',', &code))
		(void)json_array_append_new(
			json_object_get(json, "approve"), json_stringn(code.at, code.len));
	return lx_reply_json(request, reply, json);
}

static void note(struct lx_round_reader *r, struct lx_track_page *page, const char *id)
{
	page->note = (struct lx_note){ .tone = LX_TONE_WARN, .words = lx_round_words(r, id) };
}

/* GET /rounds/:n/ballot?number=…: nothing is kept of what was asked. */
enum lx_code lx_page_track(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_round_end) struct lx_round_reader r = { .n = 0 };
	const struct lx_text *typed = lx_query_param(request, "number", 0);
	struct lx_text urn, codes = { "", 0 };
	char tracking[LX_TRACKING + 1] = "";
	bool found = false;

	LX_TRY(lx_round_open(request, &r));
	struct lx_view view = lx_show_view(&r.reader);
	struct lx_track_page page = { .above = lx_round_name(&r),
		.above_link = lx_round_address(&r, ""),
		.action = lx_round_address(&r, "/ballot"),
		.heading = lx_round_words(&r, "round.page_track"),
		.intro = lx_round_words(&r, "round.page_track_intro") };
	enum lx_code code = lx_round_urn(r.reader.tx, &r.record, &urn);
	if (code != LX_OK && code != LX_NOT_FOUND)
		return code;
	if (typed != NULL && code == LX_OK && lx_tracking_read(*typed, tracking))
		found = find_ballot(urn, tracking, &codes);
	if (request->media == LX_JSON)
		return found ? track_json(request, tracking, codes, reply)
			     : lx_fail(request->call, LX_NOT_FOUND, NULL, "round.page_not_found",
				       NULL);
	if (code == LX_NOT_FOUND)
		note(&r, &page, "round.page_track_later");
	else if (found)
		LX_TRY(show_found(&r, codes, &page));
	else if (typed != NULL)
		note(&r, &page, "round.page_not_found");
	page.typed = typed == NULL ? (struct lx_text){ "", 0 } : *typed;
	LX_TRY(lx_reply_header(request, reply, "Cache-Control", "private, no-store"));
	lx_frame_fill(
		&r.reader, page.heading, r.shape->type->section, r.record.last_n, &page.frame);
	lx_reader_close(&r.reader);
	lx_reply_page(reply);
	lx_module_view_round_track(&reply->body, &view, &page);
	return LX_OK;
}
