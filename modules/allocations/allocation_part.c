/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The page of an allocation: methods side by side, whether everyone gains, who may object, what the figures rest on. */
#include "modules/allocations/pages.h"

#include <stdio.h>
#include <string.h>

#define FOLD_FROM 16 /* figures */

/* One page being filled. */
struct filling {
	const struct lx_reader *reader;
	const struct lx_record *record;
	const json_t *json;
	struct lx_told told;
	struct lx_allocation_part part;
};

static const char *text_at(const struct filling *f, struct lx_words words)
{
	return lx_show_text(f->reader, "%.*s", (int)words.text.len, words.text.at).at;
}

static struct lx_words tr(const struct filling *f, const char *id)
{
	return lx_words_str(lx_tr(f->reader->request->lang, id));
}

/* An amount with its unit, as a sentence has it. */
static const char *money(const struct filling *f, int64_t minor)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_view view = lx_show_view(f->reader);
	struct lx_money amount = { .minor = minor, .places = f->reader->charter.places };

	memcpy(amount.currency, f->reader->charter.currency, sizeof amount.currency);
	lx_view_money(&out, &view, amount);
	return lx_show_text(f->reader, "%s", out.at == NULL ? "" : out.at).at;
}

static const char *digits(const struct filling *f, int64_t number)
{
	return lx_show_text(f->reader, "%lld", (long long)number).at;
}

static int64_t groups_of(const struct filling *f)
{
	return (INT64_C(1) << f->told.n) - 2;
}

static struct lx_words method_name(const struct filling *f, const char *name)
{
	return lx_show_key(f->reader, "allocation.method", ".", lx_text(name));
}

/* --- the lead --------------------------------------------------------------------------------- */

static void fill_lead(struct filling *f)
{
	const struct lx_told *t = &f->told;
	int64_t apart = 0;

	for (size_t i = 0; i < t->n; i++)
		apart += t->alone[i];
	int64_t won = t->cost ? apart - t->total : t->total - apart;
	f->part.lead = lx_show_say(f->reader,
		t->cost ? "allocation.lead_cost" : "allocation.lead_benefit", money(f, apart),
		money(f, t->total));
	f->part.lead_more = lx_show_say(f->reader,
		won < 0   ? "allocation.lead_doubt"
		: t->cost ? "allocation.lead_saves"
			  : "allocation.lead_brings",
		money(f, won < 0 ? -won : won), NULL);
}

/* --- the table -------------------------------------------------------------------------------- */

static enum lx_code fill_columns(struct filling *f)
{
	struct lx_share_column *columns = lx_array(
		f->reader->call, LX_SHARE_METHODS, sizeof *columns);

	if (columns == NULL)
		return LX_BROKEN;
	for (size_t m = 0; m < f->told.methods_n; m++) {
		columns[m].label = method_name(f, f->told.methods[m].name);
		columns[m].adopted = f->told.methods[m].adopted;
		if (f->told.methods[m].error != NULL)
			columns[m].error = tr(f, f->told.methods[m].error);
	}
	f->part.columns = columns;
	f->part.columns_n = f->told.methods_n;
	return LX_OK;
}

static struct lx_share_cell amount_cell(
	const struct filling *f, const struct lx_told_method *m, int64_t amount)
{
	return (struct lx_share_cell){
		.amount = m->error != NULL ? lx_words_str("—") : lx_told_amount(f->reader, amount),
		.adopted = m->adopted
	};
}

static enum lx_code new_row(
	struct filling *f, struct lx_share_row *row, struct lx_share_cell **cells)
{
	*cells = lx_array(f->reader->call, LX_SHARE_METHODS, sizeof **cells);
	if (*cells == NULL)
		return LX_BROKEN;
	row->cells = *cells;
	row->cells_n = f->told.methods_n;
	return LX_OK;
}

static enum lx_code member_row(struct filling *f, size_t i, struct lx_share_row *row)
{
	struct lx_share_cell *cells;

	LX_TRY(new_row(f, row, &cells));
	row->who = f->told.names[i];
	row->alone = lx_told_amount(f->reader, f->told.alone[i]);
	for (size_t m = 0; m < f->told.methods_n; m++) {
		const struct lx_told_method *method = &f->told.methods[m];
		cells[m] = amount_cell(f, method, method->amounts[i]);
		cells[m].bad = cells[m].worse = method->error == NULL && method->gains[i] < 0;
		if (method->adopted)
			row->gain = (struct lx_share_cell){ .amount = lx_told_amount(
								    f->reader, method->gains[i]),
				.bad = method->gains[i]<0, .good = method->gains[i]> 0 };
	}
	return LX_OK;
}

static enum lx_code total_row(struct filling *f, struct lx_share_row *row)
{
	struct lx_share_cell *cells;
	int64_t alone = 0;

	LX_TRY(new_row(f, row, &cells));
	for (size_t i = 0; i < f->told.n; i++)
		alone += f->told.alone[i];
	row->total = true;
	row->who = tr(f, "allocation.all");
	row->alone = lx_told_amount(f->reader, alone);
	for (size_t m = 0; m < f->told.methods_n; m++) {
		cells[m] = amount_cell(f, &f->told.methods[m], f->told.total);
		if (f->told.methods[m].adopted)
			row->gain.amount = lx_told_amount(f->reader,
				f->told.cost ? alone - f->told.total : f->told.total - alone);
	}
	return LX_OK;
}

/* How many groups would object to each method; and by how much the worst-off of them. */
static enum lx_code objection_rows(
	struct filling *f, struct lx_share_row *many, struct lx_share_row *worst)
{
	struct lx_share_cell *counts, *most;

	LX_TRY(new_row(f, many, &counts));
	LX_TRY(new_row(f, worst, &most));
	many->who = lx_show_say(f->reader, "allocation.objecting", digits(f, groups_of(f)), NULL);
	worst->who = tr(f, "allocation.worst");
	for (size_t m = 0; m < f->told.methods_n; m++) {
		const struct lx_told_method *method = &f->told.methods[m];
		bool objects = method->error == NULL && method->objecting > 0;
		counts[m] = (struct lx_share_cell){
			.amount = method->error != NULL ? lx_words_str("—")
							: lx_words(lx_show_text(f->reader, "%lld",
								  (long long)method->objecting)),
			.bad = objects,
			.good = method->error == NULL && !objects,
			.adopted = method->adopted
		};
		most[m] = (struct lx_share_cell){
			.amount = objects && method->tightest_n > 0
					  ? lx_told_amount(f->reader, method->tightest[0].excess)
					  : lx_words_str("—"),
			.adopted = method->adopted
		};
	}
	return LX_OK;
}

static enum lx_code fill_table(struct filling *f)
{
	size_t n = f->told.n;
	struct lx_share_row *rows = lx_array(f->reader->call, n + 3, sizeof *rows);

	if (rows == NULL)
		return LX_BROKEN;
	LX_TRY(fill_columns(f));
	for (size_t i = 0; i < n; i++)
		LX_TRY(member_row(f, i, &rows[i]));
	LX_TRY(total_row(f, &rows[n]));
	LX_TRY(objection_rows(f, &rows[n + 1], &rows[n + 2]));
	f->part.rows = rows;
	f->part.rows_n = n + 3;
	f->part.gain_label = tr(f, f->told.cost ? "allocation.saved" : "allocation.gained");
	return LX_OK;
}

/* --- certificates ----------------------------------------------------------------------------- */

static struct lx_words members_gain(const struct filling *f, const struct lx_told_method *m)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	for (size_t i = 0; i < f->told.n; i++) {
		if (m->gains[i] >= 0)
			continue;
		if (out.len > 0)
			lx_buf_str(&out, f->reader->request->lang == LX_ZH ? "、" : ", ");
		lx_buf_text(&out, f->told.names[i].text);
	}
	return out.len == 0 ? tr(f, "allocation.all_gain")
			    : lx_show_say(f->reader, "allocation.lose",
				      lx_show_text(f->reader, "%s", out.at).at, NULL);
}

static struct lx_words how_it_fares(const struct filling *f, int64_t excess)
{
	if (excess == 0)
		return tr(f, "allocation.no_difference");
	return lx_show_say(f->reader,
		excess > 0 ? (f->told.cost ? "allocation.better_cost" : "allocation.better_benefit")
			   : (f->told.cost ? "allocation.keeps_cost" : "allocation.keeps_benefit"),
		money(f, excess > 0 ? excess : -excess), NULL);
}

static enum lx_code certificate(
	struct filling *f, const struct lx_told_method *m, struct lx_share_certificate *out)
{
	struct lx_share_group *groups = lx_array(
		f->reader->call, LX_CERTIFICATE_TIGHTEST, sizeof *groups);

	if (groups == NULL)
		return LX_BROKEN;
	*out = (struct lx_share_certificate){ .method = method_name(f, m->name), .core = m->core };
	out->groups = m->objecting == 0 ? lx_show_say(f->reader, "allocation.none_objects",
						  digits(f, groups_of(f)), NULL)
					: lx_show_say(f->reader, "allocation.some_object",
						  digits(f, m->objecting), digits(f, groups_of(f)));
	out->members = members_gain(f, m);
	for (size_t i = 0; i < m->tightest_n; i++)
		groups[i] = (struct lx_share_group){ .who = lx_told_group(f->reader, &f->told,
							     m->tightest[i].coalition),
			.how = how_it_fares(f, m->tightest[i].excess),
			.objects = m->tightest[i].excess > 0 };
	out->tightest = groups;
	out->tightest_n = m->tightest_n;
	return LX_OK;
}

static enum lx_code fill_certificates(struct filling *f)
{
	struct lx_share_certificate *made = lx_array(
		f->reader->call, LX_SHARE_METHODS, sizeof *made);
	size_t n = 0;

	if (made == NULL)
		return LX_BROKEN;
	for (size_t m = 0; m < f->told.methods_n; m++)
		if (f->told.methods[m].error == NULL)
			LX_TRY(certificate(f, &f->told.methods[m], &made[n++]));
	bool adopted = n > 0 && f->told.methods[0].adopted;
	f->part.adopted = adopted ? made : NULL;
	f->part.others = adopted ? made + 1 : made;
	f->part.others_n = adopted ? n - 1 : n;
	return LX_OK;
}

/* --- how it can be repeated ------------------------------------------------------------------- */

static void fill_again(struct filling *f)
{
	const json_t *report = json_object_get(f->json, "report");
	const json_t *first = json_object_get(report, "apart_first");
	long long number = (long long)f->record->number;

	if (f->told.filled > 0)
		f->part.filled = lx_show_say(
			f->reader, "allocation.filled_in", digits(f, f->told.filled), NULL);
	if (f->told.apart > 0 && json_array_size(first) == 2)
		f->part.apart = lx_show_say(f->reader, "allocation.apart_first",
			text_at(f, lx_told_group(f->reader, &f->told,
					   json_string_value(json_array_get(first, 0)))),
			text_at(f, lx_told_group(f->reader, &f->told,
					   json_string_value(json_array_get(first, 1)))));
	f->part.csv = lx_address_make(f->reader->call, "/allocations/%lld/shares.csv", number);
	f->part.game = lx_address_make(f->reader->call, "/api/v1/allocations/%lld/game", number);
	f->part.command = lx_words(
		lx_show_text(f->reader, "lianxi share allocation-%lld.json", number));
}

/* --- figures ---------------------------------------------------------------------------------- */

/* A group's name from the numbers of its members, before anything was computed. */
static void names_only(struct filling *f)
{
	const json_t *players = json_object_get(f->json, "player");

	f->told.n = json_array_size(players) <= LX_ALLOCATION_PLAYERS ? json_array_size(players)
								      : 0;
	for (size_t i = 0; i < f->told.n; i++) {
		const json_t *link = json_object_get(json_array_get(players, i), "member");
		struct lx_ref ref = { .number = 0 };
		(void)lx_ref_read(lx_text(json_string_value(json_object_get(link, "ref"))), &ref);
		f->told.numbers[i] = ref.number;
		f->told.names[i] = lx_show_link(f->reader, link).label;
	}
}

static enum lx_code fill_worths(struct filling *f)
{
	static const struct lx_field amount = { "amount", LX_MONEY };
	const json_t *list = json_object_get(f->json, "worth");
	size_t n = json_array_size(list);
	struct lx_share_worth *worths = lx_array(f->reader->call, n + 1, sizeof *worths);

	if (worths == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		const json_t *row = json_array_get(list, i);
		worths[i].who = lx_told_group(
			f->reader, &f->told, json_string_value(json_object_get(row, "coalition")));
		worths[i].amount =
			lx_show_cell(f->reader, "", &amount, json_object_get(row, "amount")).words;
		worths[i].by = lx_show_link(f->reader, json_object_get(row, "owner")).label;
		worths[i].basis = lx_show_words(f->reader, json_object_get(row, "basis"));
	}
	f->part.worths = worths;
	f->part.worths_n = n;
	f->part.folded = n >= FOLD_FROM;
	f->part.stated_of = lx_show_say(
		f->reader, "allocation.stated_of", digits(f, (int64_t)n), digits(f, groups_of(f)));
	return LX_OK;
}

/* Who takes part, and who has signed the figures as they stand. */
static enum lx_code fill_players(struct filling *f)
{
	const json_t *list = json_object_get(f->json, "player");
	const json_t *signatures = json_object_get(f->json, "signature");
	struct lx_share_player *players = lx_array(
		f->reader->call, json_array_size(list) + 1, sizeof *players);

	if (players == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *link = json_object_get(json_array_get(list, i), "member");
		bool has = false;
		for (size_t k = 0; k < json_array_size(signatures); k++)
			has = has ||
			      json_equal(json_object_get(link, "ref"),
				      json_object_get(json_object_get(json_array_get(signatures, k),
							      "member"),
					      "ref"));
		players[i].who = lx_show_link(f->reader, link).label;
		players[i].state = (struct lx_state_view){ has ? LX_VIEW_DONE : LX_VIEW_WAIT,
			tr(f, has ? "allocation.has_signed" : "allocation.has_not_signed").text };
	}
	f->part.players = players;
	f->part.players_n = json_array_size(list);
	return LX_OK;
}

/* --- the page --------------------------------------------------------------------------------- */

/* What it belongs to; everything else stands in the part. */
static enum lx_code fill_facts(struct filling *f, struct lx_item_page *page)
{
	static const char *const names[] = { "project", "of", "total", "missing", "adopted" };
	const struct lx_type *type = f->record->shape->type;
	struct lx_fact *facts = lx_array(f->reader->call, 5, sizeof *facts);
	struct lx_cell *cells = lx_array(f->reader->call, 5, sizeof *cells);
	size_t n = 0;

	if (facts == NULL || cells == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < 5; i++) {
		const json_t *value = json_object_get(f->json, names[i]);
		if (value == NULL || json_is_null(value))
			continue;
		cells[n] = lx_show_cell(f->reader, type->name,
			&type->fields[lx_field_find(type->fields, lx_text(names[i]))], value);
		facts[n] = (struct lx_fact){
			lx_show_key(f->reader, type->name, ".", lx_text(names[i])), &cells[n], 1
		};
		n++;
	}
	page->facts = (struct lx_fact_group){ .facts = facts, .facts_n = n };
	page->tables_n = 0;
	return LX_OK;
}

static void fill_unit(struct filling *f)
{
	const char *currency = f->reader->charter.currency;
	char name[32];

	(void)snprintf(name, sizeof name, "view.currency.%s", currency);
	bool zh = f->reader->request->lang == LX_ZH && lx_has(name);
	f->part.unit = lx_show_say(
		f->reader, "allocation.unit", zh ? lx_tr(LX_ZH, name) : currency, NULL);
}

static enum lx_code fill_computed(struct filling *f)
{
	f->part.computed = true;
	fill_lead(f);
	fill_unit(f);
	LX_TRY(fill_table(f));
	LX_TRY(fill_certificates(f));
	fill_again(f);
	f->part.chart_note = tr(f, "allocation.picture_note");
	return lx_told_chart(f->reader, &f->told, &f->part.chart);
}

enum lx_code lx_allocation_fill(const struct lx_reader *reader, const struct lx_record *record,
	const json_t *json, struct lx_item_page *page)
{
	struct filling f = { .reader = reader, .record = record, .json = json };
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_view view = lx_show_view(reader);

	if (lx_told_read(reader, json, &f.told)) {
		LX_TRY(fill_computed(&f));
	} else {
		names_only(&f);
		f.part.lead = tr(&f, "allocation.lead_stating");
		LX_TRY(fill_players(&f));
	}
	LX_TRY(fill_worths(&f));
	LX_TRY(fill_facts(&f, page));
	lx_module_view_allocation_part(&out, &view, &f.part);
	return lx_html_of(reader->call, &out, &page->part);
}
