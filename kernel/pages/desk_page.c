/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The desk: what waits for this reader. Never cached; the only page that may count days. */
#include "kernel/pages/pages.h"

#include "base/calendar.h"
#include "kernel/types/consent.h"
#include "kernel/types/list.h"

#include <stdio.h>
#include <string.h>

#define ROWS_MOST  300
#define A_RELATION 60 /* records looked at for one relation: the oldest wait longest */

struct row {
	const struct lx_shape *shape;
	struct lx_record record;
	const struct lx_act *acts[8];
	size_t acts_n;
	bool asked; /* a consent waits for this reader's voice */
};

struct desk {
	struct lx_reader *reader;
	struct row *rows;
	size_t n;
};

static struct lx_words tr(const struct desk *d, const char *id)
{
	return lx_words_str(lx_tr(d->reader->request->lang, id));
}

static struct row *find_row(struct desk *d, const struct lx_shape *shape, int64_t number)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->rows[i].shape == shape && d->rows[i].record.number == number)
			return &d->rows[i];
	return NULL;
}

/* Adds the act to the record's row when the reader may do it now. */
static enum lx_code consider(
	struct desk *d, const struct lx_shape *shape, int64_t number, const struct lx_act *act)
{
	struct row *row = find_row(d, shape, number), made = { .shape = shape };
	const struct lx_relation *relation;

	if (row == NULL) {
		if (d->n == ROWS_MOST)
			return LX_OK;
		LX_TRY(lx_record_load(d->reader->tx, shape, number, &made.record));
		row = &made;
	}
	for (size_t i = 0; i < row->acts_n; i++)
		if (row->acts[i] == act)
			return LX_OK;
	enum lx_code code = lx_act_possible(&d->reader->sight, &row->record, act, &relation);
	lx_fault_clear(&d->reader->call->fault);
	if (code == LX_BROKEN)
		return code;
	if (code != LX_OK || row->acts_n == 8)
		return LX_OK;
	bool may;
	LX_TRY(lx_may_read(&d->reader->sight, &row->record, &may));
	if (!may)
		return LX_OK;
	row->acts[row->acts_n++] = act;
	if (row == &made)
		d->rows[d->n++] = made;
	return LX_OK;
}

static enum lx_code consider_found(
	struct desk *d, const struct lx_list_spec *spec, const struct lx_act *act)
{
	struct lx_list_found found;

	LX_TRY(lx_list_find(d->reader->tx, spec, &found));
	for (size_t i = 0; i < found.n; i++)
		LX_TRY(consider(d, spec->shape, found.numbers[i], act));
	return LX_OK;
}

/* Records in the state that the actor's mandates point to: by the field that the relation's path names. */
static enum lx_code by_holder(struct desk *d, const struct lx_shape *shape,
	const struct lx_state *state, const struct lx_act *act, const struct lx_relation *relation)
{
	struct lx_list_spec spec = { .shape = shape,
		.states = { lx_text(state->name) },
		.states_n = 1,
		.sort = LX_SORT_OLD,
		.unpublished = true,
		.most = A_RELATION,
		.filters_n = 1 };
	struct lx_text rest = lx_text(relation->path), first;

	(void)lx_text_split(&rest, '.', &first);
	int field = lx_field_find(shape->type->fields, first),
	    list = lx_rows_find(shape->type, first);
	if (field < 0 && list >= 0 && lx_field_find(shape->type->rows[list].fields, rest) >= 0)
		field = lx_field_find(shape->type->rows[list].fields, rest);
	else if (field < 0 || rest.len > 0)
		return LX_OK;
	else
		list = -1;
	for (size_t i = 0; i < d->reader->actor.mandates_n; i++) {
		spec.filters[0].field = field;
		spec.filters[0].list = list;
		spec.filters[0].value = d->reader->actor.mandates[i].holder;
		LX_TRY(consider_found(d, &spec, act));
	}
	return LX_OK;
}

static enum lx_code by_standing(struct desk *d, const struct lx_shape *shape,
	const struct lx_act *act, const struct lx_relation *relation)
{
	struct lx_standing *standings;
	size_t n;

	LX_TRY(lx_vault_standings(d->reader->tx, d->reader->actor.person, shape->type->name,
		relation->name, A_RELATION, &standings, &n));
	for (size_t i = 0; i < n; i++)
		LX_TRY(consider(d, shape, standings[i].record, act));
	return LX_OK;
}

static enum lx_code for_act(struct desk *d, const struct lx_shape *shape,
	const struct lx_state *state, const struct lx_act *act)
{
	struct lx_text rest = lx_text(act->who), word;
	struct lx_record blank;

	LX_TRY(lx_record_blank(d->reader->call, shape, INT64_MAX, &blank));
	while (lx_text_word(&rest, &word)) {
		const struct lx_relation *relation = lx_relation_find(shape->type, word);
		bool own = relation >= shape->type->relations &&
			   strncmp(relation->path, "charter.", 8) != 0;
		struct lx_holding holding;
		if (relation->how == LX_IS) {
			LX_TRY(by_standing(d, shape, act, relation));
		} else if (relation->how == LX_ACTS_FOR && own) {
			LX_TRY(by_holder(d, shape, state, act, relation));
		} else if (relation->how != LX_LEVEL) {
			/* the charter's own bodies: the same for every record */
			LX_TRY(lx_relation_test(&d->reader->sight, &blank, relation, &holding));
			struct lx_list_spec spec = { .shape = shape,
				.states = { lx_text(state->name) },
				.states_n = 1,
				.sort = LX_SORT_OLD,
				.unpublished = true,
				.most = A_RELATION };
			if (holding.holds)
				LX_TRY(consider_found(d, &spec, act));
		}
	}
	return LX_OK;
}

static enum lx_code collect_type(struct desk *d, const struct lx_shape *shape)
{
	for (const struct lx_state *state = shape->type->states; state->name != NULL; state++) {
		struct lx_text rest = lx_text(state->awaits), word;
		while (lx_text_word(&rest, &word)) {
			const struct lx_act *act = lx_act_find(shape->type, word);
			if (act != NULL)
				LX_TRY(for_act(d, shape, state, act));
		}
	}
	return LX_OK;
}

/* Open consents that ask for this reader's voice. */
static enum lx_code collect_consents(struct desk *d)
{
	struct lx_value *cells;
	size_t n;

	LX_TRY(lx_consents_open(d->reader->tx, ROWS_MOST, &cells, &n));
	for (size_t i = 0; i < n; i++) {
		const struct lx_shape *shape = lx_shape_find(
			d->reader->app->region, cells[2 * i].text);
		struct row row = { .shape = shape, .asked = true };
		struct lx_text *voices;
		size_t voices_n = 0;
		if (shape == NULL || d->n == ROWS_MOST)
			continue;
		LX_TRY(lx_record_load(d->reader->tx, shape, cells[2 * i + 1].number, &row.record));
		for (size_t k = 0; k < row.record.pending_n && voices_n == 0; k++)
			if (lx_text_is(row.record.pending[k].stage, "open"))
				LX_TRY(lx_consent_voices(&d->reader->sight, &row.record,
					&row.record.pending[k], &voices, &voices_n));
		if (voices_n > 0)
			d->rows[d->n++] = row;
	}
	return LX_OK;
}

/* "4 working days left", "2 working days over"; empty without a running term. */
static struct lx_words due_words(
	const struct desk *d, const struct lx_record *record, int64_t *earliest)
{
	const struct lx_charter *charter = &d->reader->charter;

	*earliest = 0;
	for (size_t i = 0; i < record->shape->terms_n; i++) {
		const struct lx_term_now *t = &record->terms[i];
		bool counts = t->stage == LX_STAGE_RUNS || t->stage == LX_STAGE_SOON ||
			      t->stage == LX_STAGE_LATE;
		if (counts && t->moment != 0 && (*earliest == 0 || t->moment < *earliest))
			*earliest = t->moment;
	}
	if (*earliest == 0)
		return lx_words_str("");
	int64_t days = lx_working_days_between(&charter->calendar,
		lx_day_at(d->reader->request->now, charter->offset),
		lx_day_at(*earliest - 1, charter->offset));
	return lx_show_count(
		d->reader, days < 0 ? "page.days_over" : "page.days_left", days < 0 ? -days : days);
}

static void fill_next(const struct desk *d, const struct row *row, struct lx_desk_row *view)
{
	struct lx_link_view *next = lx_array(d->reader->call, row->acts_n + 1, sizeof *next);

	if (next == NULL)
		return;
	for (size_t i = 0; i < row->acts_n; i++)
		next[i] = (struct lx_link_view){ lx_show_key(d->reader, row->shape->type->name, ".",
							 lx_text(row->acts[i]->name)),
			lx_address_make(d->reader->call, "/%s/%lld/%s", row->shape->type->plural,
				(long long)row->record.number, row->acts[i]->name) };
	view->next = next;
	view->next_n = row->acts_n;
	if (row->asked)
		next[view->next_n++] = (struct lx_link_view){ tr(d, "page.your_voice"),
			view->record.address };
}

static enum lx_code fill_row(
	const struct desk *d, const struct row *row, struct lx_desk_row *view, int64_t *due)
{
	LX_CLOSE(lx_json_free) json_t *reduced = NULL;
	struct lx_words type = lx_show_key(d->reader, "", "", lx_text(row->shape->type->name));
	struct lx_text ref = lx_show_text(
		d->reader, "%s/%lld", row->shape->type->name, (long long)row->record.number);
	json_t *title = NULL;

	LX_TRY(lx_reduce(&d->reader->sight, &row->record, LX_LIST_PARTS, &reduced));
	LX_TRY(lx_title(&d->reader->sight, ref, &title));
	struct lx_words words = lx_show_words(d->reader, title);
	json_decref(title);
	*view = (struct lx_desk_row){ .ref = lx_show_text(
					      d->reader, "%lld", (long long)row->record.number),
		.record = { words.text.len > 0 ? words : type, lx_show_address(d->reader, ref) },
		.role = type,
		.state = lx_show_state(d->reader, reduced),
		.due = due_words(d, &row->record, due) };
	fill_next(d, row, view);
	return LX_OK;
}

/* Late, soon, the rest. */
static enum lx_code fill_groups(struct desk *d, struct lx_desk_page *page)
{
	static const char *const headings[] = { "page.desk_late", "page.desk_soon",
		"page.desk_other" };
	struct lx_desk_group *groups = lx_array(d->reader->call, 3, sizeof *groups);

	if (groups == NULL)
		return LX_BROKEN;
	for (size_t g = 0; g < 3; g++) {
		struct lx_desk_row *rows = lx_array(d->reader->call, d->n, sizeof *rows);
		size_t n = 0;
		if (rows == NULL)
			return LX_BROKEN;
		for (size_t i = 0; i < d->n; i++) {
			enum lx_mark mark = lx_record_mark(&d->rows[i].record);
			size_t own = mark == LX_LATE ? 0 : mark == LX_SOON ? 1 : 2;
			int64_t due;
			if (own == g)
				LX_TRY(fill_row(d, &d->rows[i], &rows[n++], &due));
		}
		if (n > 0)
			groups[page->groups_n++] = (struct lx_desk_group){
				.heading = tr(d, headings[g]), .rows = rows, .rows_n = n
			};
	}
	page->groups = groups;
	return LX_OK;
}

static void fill_menu(struct desk *d, struct lx_desk_page *page)
{
	struct lx_desk_link *menu = lx_array(d->reader->call, 3, sizeof *menu);

	if (menu == NULL)
		return;
	menu[0] = (struct lx_desk_link){ { tr(d, "page.desk"),
						 lx_address_make(d->reader->call, "/desk"), true },
		(int64_t)d->n };
	menu[1] = (struct lx_desk_link){
		{ tr(d, "page.account"), lx_address_make(d->reader->call, "/account") }, 0
	};
	page->menu = menu;
	page->menu_n = 2;
}

static enum lx_code desk_json(struct desk *d, struct lx_reply *reply)
{
	LX_CLOSE(lx_json_free) json_t *json = json_pack("{s:[]}", "waiting");
	json_t *list = json_object_get(json, "waiting");

	for (size_t i = 0; i < d->n; i++) {
		json_t *acts = json_array();
		for (size_t k = 0; k < d->rows[i].acts_n; k++)
			(void)json_array_append_new(acts, json_string(d->rows[i].acts[k]->name));
		if (d->rows[i].asked)
			(void)json_array_append_new(acts, json_string("say"));
		(void)json_array_append_new(list,
			json_pack("{s:s, s:I, s:o}", "type", d->rows[i].shape->type->name, "number",
				(json_int_t)d->rows[i].record.number, "acts", acts));
	}
	return lx_reply_json(d->reader->request, reply, json);
}

static enum lx_code show(struct desk *d, struct lx_reply *reply)
{
	struct lx_view view = lx_show_view(d->reader);
	struct lx_desk_page page = { .heading = tr(d, "page.desk_heading"),
		.empty = tr(d, "page.desk_empty") };

	d->rows = lx_array(d->reader->call, ROWS_MOST, sizeof *d->rows);
	if (d->rows == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < d->reader->app->region->n; i++) {
		const struct lx_shape *shape = &d->reader->app->region->shapes[i];
		if (lx_charter_on(&d->reader->charter, shape->type->name))
			LX_TRY(collect_type(d, shape));
	}
	LX_TRY(collect_consents(d));
	if (d->reader->request->media == LX_JSON)
		return desk_json(d, reply);
	lx_frame_fill(d->reader, page.heading, "", 0, &page.frame);
	page.frame.waiting = (int64_t)d->n;
	page.name = lx_words(page.frame.person);
	if (d->reader->actor.mandates_n > 0) {
		json_t *title = NULL;
		LX_TRY(lx_title(&d->reader->sight, d->reader->actor.mandates[0].holder, &title));
		page.holder = lx_show_words(d->reader, title);
		json_decref(title);
	}
	fill_menu(d, &page);
	LX_TRY(fill_groups(d, &page));
	lx_reader_close(d->reader);
	lx_reply_page(reply);
	lx_view_desk(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_page_desk(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct desk d = { .reader = &reader };

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(lx_reply_header(request, reply, "Cache-Control", "private, no-store"));
	return show(&d, reply);
}
