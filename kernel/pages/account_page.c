/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The own account: what it says about its person, own needs, mandates and tokens, the password; for programs too. */
#include "kernel/pages/account_news.h"
#include "kernel/pages/small_form.h"

#include <string.h>

/* By its title; what has none (a mandate) by its first two fields: the holder, and under it the office. */
static struct lx_cell name_of(
	const struct lx_reader *reader, const struct lx_type *type, const json_t *reduced)
{
	const struct lx_field *first = &type->fields[0], *second = &type->fields[1];
	struct lx_cell cell = { .kind = LX_CELL_TITLE };

	if (type->title != NULL) {
		cell.words = lx_show_words(reader, json_object_get(reduced, type->title));
		return cell;
	}
	cell.words = lx_show_cell(reader, type->name, first, json_object_get(reduced, first->name))
			     .words;
	cell.under = lx_show_cell(
		reader, type->name, second, json_object_get(reduced, second->name))
			     .words;
	return cell;
}

static enum lx_code own_table(const struct lx_reader *reader, const char *type, const char *heading,
	struct lx_grid *table)
{
	struct lx_standing *standings;
	struct lx_column *columns = lx_array(reader->call, 2, sizeof *columns);
	size_t n;

	LX_TRY(lx_vault_standings(
		reader->tx, reader->actor.person, type, NULL, 100, &standings, &n));
	struct lx_grid_row *rows = lx_array(reader->call, n, sizeof *rows);
	if (columns == NULL || rows == NULL)
		return LX_BROKEN;
	columns[0] = (struct lx_column){ LX_CELL_TITLE, lx_small_words(reader, type) };
	columns[1] = (struct lx_column){ LX_CELL_TEXT, lx_small_words(reader, "page.state") };
	*table = (struct lx_grid){ .caption = lx_small_words(reader, heading),
		.columns = columns,
		.columns_n = 2,
		.rows = rows,
		.empty = lx_small_words(reader, "page.empty") };
	for (size_t i = 0; i < n; i++) {
		const struct lx_shape *shape = lx_shape_find(
			reader->app->region, lx_text(standings[i].type));
		struct lx_cell *cells = lx_array(reader->call, 2, sizeof *cells);
		struct lx_text ref = lx_show_text(
			reader, "%s/%lld", type, (long long)standings[i].record);
		LX_CLOSE(lx_json_free) json_t *reduced = NULL;
		struct lx_record record;
		if (shape == NULL || cells == NULL)
			continue;
		LX_TRY(lx_record_load_head(reader->tx, shape, standings[i].record, &record));
		if (lx_reduce(&reader->sight, &record, LX_LIST_PARTS, &reduced) != LX_OK)
			continue;
		cells[0] = name_of(reader, shape->type, reduced);
		cells[0].link = lx_show_address(reader, ref);
		cells[1] = (struct lx_cell){ .state = lx_show_state(reader, reduced) };
		rows[table->rows_n++] = (struct lx_grid_row){ .cells = cells, .cells_n = 2 };
	}
	return LX_OK;
}

static enum lx_code factor_fact(const struct lx_reader *reader, struct lx_fact *fact)
{
	struct lx_cell *cell = lx_alloc(reader->call, sizeof *cell);
	struct lx_account account;

	if (cell == NULL)
		return LX_BROKEN;
	LX_TRY(lx_account_read(reader->tx, reader->request->visitor.account, &account));
	cell->words = lx_small_words(
		reader, account.totp ? "account.factor_set" : "account.factor_none");
	*fact = (struct lx_fact){ lx_small_words(reader, "account.factor_label"), cell, 1 };
	return LX_OK;
}

/* The acts of the person's record, and what is the account's own. */
static enum lx_code own_acts(const struct lx_reader *reader, const struct lx_act_view *of_record,
	size_t n, struct lx_account_page *page)
{
	static const struct {
		const char *label, *address;
		bool posts;
	} own[] = { { "account.factor_act", "/account/factor", false },
		{ "account.data", "/account/data", false },
		{ "account.out_everywhere", "/account/sign-out-everywhere", true },
		{ "account.reset_begin", "/account/reset", false },
		{ "account.help_begin", "/account/reset-factor", false } };
	struct lx_act_view *acts = lx_array(
		reader->call, n + sizeof own / sizeof own[0], sizeof *acts);
	bool may;

	if (acts == NULL)
		return LX_BROKEN;
	LX_TRY(lx_may_reset(reader, &may));
	for (size_t i = 0; i < n; i++)
		acts[i] = of_record[i];
	for (size_t i = 0; i < sizeof own / sizeof own[0] - (may ? 0 : 2); i++)
		acts[n++] = (struct lx_act_view){ .label = lx_small_words(reader, own[i].label),
			.address = lx_address_make(reader->call, "%s", own[i].address),
			.posts = own[i].posts,
			.csrf = lx_text(reader->request->visitor.csrf) };
	page->acts = acts;
	page->acts_n = n;
	return LX_OK;
}

/* What the person's own record says, and what may be done with it. */
static enum lx_code own_record(const struct lx_reader *reader, struct lx_account_page *page)
{
	const struct lx_shape *persons = lx_shape_find(reader->app->region, LX_TEXT_OF("person"));
	LX_CLOSE(lx_json_free) json_t *reduced = NULL;
	struct lx_fact *facts = lx_array(reader->call, persons->fields_n + 2, sizeof *facts);
	struct lx_act_view *acts;
	struct lx_record record;
	size_t n = 0;

	LX_TRY(lx_record_load(reader->tx, persons, reader->actor.person, &record));
	LX_TRY(lx_reduce(&reader->sight, &record, LX_ALL_PARTS, &reduced));
	struct lx_cell *state = lx_alloc(reader->call, sizeof *state);
	if (facts == NULL || state == NULL)
		return LX_BROKEN;
	state->state = lx_show_state(reader, reduced);
	facts[n++] = (struct lx_fact){ lx_small_words(reader, "page.state"), state, 1 };
	for (const struct lx_field *f = persons->type->fields; f->name != NULL; f++) {
		struct lx_cell *cell = lx_alloc(reader->call, sizeof *cell);
		const json_t *value = json_object_get(reduced, f->name);
		if (cell == NULL || value == NULL || json_is_null(value))
			continue;
		*cell = lx_show_cell(reader, "person", f, value);
		facts[n++] = (struct lx_fact){ lx_show_key(reader, "person", ".", lx_text(f->name)),
			cell, 1 };
	}
	LX_TRY(factor_fact(reader, &facts[n]));
	page->facts = (struct lx_fact_group){ .facts = facts, .facts_n = n + 1 };
	LX_TRY(lx_item_acts(reader, persons, &record, &acts, &n));
	return own_acts(reader, acts, n, page);
}

static const struct lx_small_field password_fields[] = {
	{ "old", "account.password_old", LX_FIELD_PASSWORD, "current-password", false },
	{ "password", "account.password_new", LX_FIELD_PASSWORD, "new-password", false },
};

static enum lx_code fill_account(const struct lx_reader *reader, struct lx_account_page *page)
{
	struct lx_grid *tables = lx_array(reader->call, 4, sizeof *tables);
	struct lx_account_form *forms = lx_array(reader->call, 1, sizeof *forms);

	if (tables == NULL || forms == NULL)
		return LX_BROKEN;
	page->heading = lx_small_words(reader, "page.account");
	page->name = lx_words(lx_show_text(reader, "%s", reader->request->visitor.name));
	lx_frame_fill(reader, page->heading, "", 0, &page->frame);
	if (reader->actor.person > 0) {
		LX_TRY(own_record(reader, page));
		LX_TRY(lx_account_news(reader, &tables[0]));
		LX_TRY(own_table(reader, "need", "account.own_needs", &tables[1]));
		LX_TRY(own_table(reader, "mandate", "account.own_mandates", &tables[2]));
		page->tables_n = 3;
	}
	LX_TRY(lx_token_table(reader, &tables[page->tables_n++]));
	page->tables = tables;
	lx_small_note(reader, &page->note);
	forms[0] = (struct lx_account_form){ .id = LX_TEXT_OF("password"),
		.heading = lx_small_words(reader, "account.password_change") };
	LX_TRY(lx_small_form(
		reader, password_fields, 2, "/account", "account.password_change", &forms[0].form));
	page->forms = forms;
	page->forms_n = 1;
	return LX_OK;
}

static enum lx_code show_account(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_account_page page = { .tables_n = 0 };

	LX_TRY(lx_reader_open_again(request, &reader));
	struct lx_view view = lx_show_view(&reader);
	LX_TRY(fill_account(&reader, &page));
	lx_reader_close(&reader);
	lx_reply_page(reply);
	lx_view_account(&reply->body, &view, &page);
	return LX_OK;
}

/* GET /api/v1/account: who one is, as JSON. */
static enum lx_code account_json(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	LX_CLOSE(lx_json_free) json_t *json = NULL;
	json_t *tokens;

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(lx_token_list(&reader, &tokens));
	json = json_pack("{s:s, s:I, s:b, s:[], s:o}", "name", request->visitor.name, "person",
		(json_int_t)request->visitor.person, "resident", reader.actor.resident, "mandates",
		"tokens", tokens);
	/* what a program that signed in by password sends as X-CSRF-Token */
	if (!request->visitor.by_token)
		(void)json_object_set_new(json, "csrf", json_string(request->visitor.csrf));
	for (size_t i = 0; i < reader.actor.mandates_n; i++)
		(void)json_array_append_new(json_object_get(json, "mandates"),
			json_pack("{s:I, s:s%, s:s%}", "number",
				(json_int_t)reader.actor.mandates[i].number, "holder",
				reader.actor.mandates[i].holder.at,
				reader.actor.mandates[i].holder.len, "office",
				reader.actor.mandates[i].office.at,
				reader.actor.mandates[i].office.len));
	return lx_reply_json(request, reply, json);
}

enum lx_code lx_page_account(struct lx_request *request, struct lx_reply *reply)
{
	return request->media == LX_JSON ? account_json(request, reply)
					 : show_account(request, reply);
}

enum lx_code lx_page_account_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;

	enum lx_code code = lx_password_change(
		app->accounts, request, lx_sent(request, "old"), lx_sent(request, "password"));
	if (code == LX_BUSY && strcmp(request->call->fault.msgid, "account.often") == 0)
		reply->status = 429; /* theirs to wait, the server is well */
	if (code != LX_OK)
		return lx_shown_again(request, reply, code, show_account);
	return lx_small_done(request, reply, "/account?done=password");
}

enum lx_code lx_page_out_everywhere_post(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;

	LX_TRY(lx_by_session(request, reply));
	LX_TRY(lx_sign_out_everywhere(app->accounts, request, reply));
	return lx_small_done(request, reply, "/sign-in?done=out_everywhere");
}
