/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What happened lately on the records in which a person stands (own needs, needs backed, …): the account's notifications. Nothing is
 * kept for it: it is read from the timeline, so it cannot be missed or sent astray. */
#include "kernel/pages/account_news.h"

#include "kernel/types/types_queries.h"

#define RECORDS_MOST 200
#define OF_RECORD    5
#define NEWS_MOST    12
#define COLUMNS      3

struct news {
	const struct lx_reader *reader;
	int64_t entries[NEWS_MOST]; /* newest first */
	size_t n;
};

/* Keeps the newest; an entry counts once. */
static void keep(struct news *news, int64_t entry)
{
	size_t at = news->n;

	for (size_t i = 0; i < news->n; i++)
		if (news->entries[i] == entry)
			return;
	while (at > 0 && news->entries[at - 1] < entry)
		at--;
	if (at == NEWS_MOST)
		return;
	if (news->n < NEWS_MOST)
		news->n++;
	for (size_t i = news->n - 1; i > at; i--)
		news->entries[i] = news->entries[i - 1];
	news->entries[at] = entry;
}

static enum lx_code read_news(struct news *news)
{
	const struct lx_reader *reader = news->reader;
	struct lx_standing *standings;
	size_t n, rows_n;

	LX_TRY(lx_vault_standings(
		reader->tx, reader->actor.person, NULL, NULL, RECORDS_MOST, &standings, &n));
	for (size_t i = 0; i < n; i++) {
		const struct lx_shape *shape = lx_shape_find(
			reader->app->region, lx_text(standings[i].type));
		struct lx_value *rows;
		if (shape == NULL || shape->type->section == NULL ||
			!lx_charter_on(&reader->charter, shape->type->name))
			continue;
		LX_TRY(lx_all(reader->tx, &lx_q_latest_of_record,
			(struct lx_value[]){ LX_S(shape->type->name), LX_I(standings[i].record),
				LX_I(INT64_MAX), LX_I(OF_RECORD) },
			OF_RECORD, &rows, &rows_n));
		for (size_t k = 0; k < rows_n; k++)
			keep(news, rows[5 * k].number);
	}
	return LX_OK;
}

static enum lx_code news_row(const struct lx_reader *reader, int64_t entry, struct lx_grid_row *row)
{
	struct lx_cell *cells = lx_array(reader->call, COLUMNS, sizeof *cells);
	struct lx_view view = lx_show_view(reader);
	LX_CLOSE(lx_buf_close) struct lx_buf day = { 0 };
	LX_CLOSE(lx_json_free) json_t *json = NULL;
	json_t *title = NULL;

	if (cells == NULL)
		return LX_BROKEN;
	LX_TRY(lx_reduce_entry(&reader->sight, entry, &json));
	const char *of = json_string_value(json_object_get(json, "of"));
	lx_view_moment(&day, &view, json_integer_value(json_object_get(json, "at")));
	cells[0] = (struct lx_cell){ .kind = LX_CELL_DATE,
		.words = lx_words(lx_show_text(reader, "%s", day.at == NULL ? "" : day.at)) };
	cells[1] = (struct lx_cell){ .words = lx_show_act(reader, json),
		.under = lx_words(lx_show_text(reader, "№ %lld", (long long)entry)),
		.under_link = lx_address_make(reader->call, "/record/%lld", (long long)entry) };
	cells[2] = (struct lx_cell){ .kind = LX_CELL_TITLE };
	if (of != NULL) {
		LX_TRY(lx_title(&reader->sight, lx_text(of), &title));
		cells[2].words = lx_show_words(reader, title);
		cells[2].link = lx_show_address(reader, lx_text(of));
		json_decref(title);
	}
	*row = (struct lx_grid_row){ .cells = cells, .cells_n = COLUMNS };
	return LX_OK;
}

enum lx_code lx_account_news(const struct lx_reader *reader, struct lx_grid *table)
{
	static const struct {
		enum lx_cell_kind kind;
		const char *id;
	} heads[COLUMNS] = { { LX_CELL_DATE, "view.when" }, { LX_CELL_TEXT, "view.act" },
		{ LX_CELL_TITLE, "view.on_what" } };
	struct lx_column *columns = lx_array(reader->call, COLUMNS, sizeof *columns);
	struct lx_grid_row *rows = lx_array(reader->call, NEWS_MOST, sizeof *rows);
	struct news news = { .reader = reader };

	if (columns == NULL || rows == NULL)
		return LX_BROKEN;
	LX_TRY(read_news(&news));
	for (size_t i = 0; i < COLUMNS; i++)
		columns[i] = (struct lx_column){ heads[i].kind,
			lx_words_str(lx_tr(reader->request->lang, heads[i].id)) };
	for (size_t i = 0; i < news.n; i++)
		LX_TRY(news_row(reader, news.entries[i], &rows[i]));
	*table = (struct lx_grid){ .caption = lx_words_str(
					   lx_tr(reader->request->lang, "account.news")),
		.columns = columns,
		.columns_n = COLUMNS,
		.rows = rows,
		.rows_n = news.n,
		.empty = lx_words_str(lx_tr(reader->request->lang, "account.news_none")) };
	return LX_OK;
}
