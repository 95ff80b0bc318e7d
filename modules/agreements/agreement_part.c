/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The page of an agreement: its articles as a deed, who has signed, what it yields, how its text came about. */
#include "modules/agreements/agreement_view.h"
#include "modules/agreements/pages.h"

#include "kernel/journal/journal.h"
#include "kernel/pages/pages.h"
#include "kernel/types/list.h"
#include "kernel/types/types_queries.h"

#include <stdio.h>
#include <string.h>

#define YIELDS_MOST   20 /* of one article on its page */
#define CONTENTS_FROM 13 /* over twelve articles a list of them comes first */
#define LIFE_MOST     2000
#define FACTS         5

/* One page being filled. */
struct filling {
	const struct lx_reader *reader;
	const struct lx_record *record;
	const json_t *json;
	struct lx_agreement_part part;
};

static const struct lx_field day_field = { "due", LX_DATE };
static const struct lx_field moment_field = { "due", LX_MOMENT };

/* --- JSON ------------------------------------------------------------------------------------- */

static enum lx_code add_commitments(
	const struct lx_reader *reader, const struct lx_record *record, int64_t row, json_t *list)
{
	const struct lx_shape *shape = lx_shape_find(reader->app->region, LX_TEXT_OF("commitment"));
	struct lx_list_spec spec = { .shape = shape,
		.filters = { { lx_field_find(shape->type->fields, LX_TEXT_OF("source")), -1,
			lx_show_text(reader, "agreement/%lld#article.%lld",
				(long long)record->number, (long long)row) } },
		.filters_n = 1,
		.sort = LX_SORT_OLD,
		.most = YIELDS_MOST };
	struct lx_list_found found;

	LX_TRY(lx_list_find(reader->tx, &spec, &found));
	for (size_t i = 0; i < found.n; i++) {
		struct lx_record commitment;
		json_t *reduced;
		LX_TRY(lx_record_load_head(reader->tx, shape, found.numbers[i], &commitment));
		enum lx_code code = lx_reduce(&reader->sight, &commitment, LX_LIST_PARTS, &reduced);
		if (code == LX_NOT_FOUND)
			continue;
		LX_TRY(code);
		(void)json_object_set_new(reduced, "article", json_integer((json_int_t)row));
		if (json_array_append_new(list, reduced) != 0)
			return lx_fail(reader->call, LX_BROKEN, NULL, "base.memory", NULL);
	}
	return LX_OK;
}

enum lx_code lx_agreement_more(
	const struct lx_reader *reader, const struct lx_record *record, json_t *json)
{
	const struct lx_row_list *articles = lx_record_list(record, "article");
	json_t *list = json_array(), *versions;

	if (json_object_set_new(json, "commitments", list) != 0)
		return lx_fail(reader->call, LX_BROKEN, NULL, "base.memory", NULL);
	if (lx_charter_on(&reader->charter, "commitment"))
		for (size_t i = 0; i < articles->n; i++)
			LX_TRY(add_commitments(reader, record, articles->rows[i].number, list));
	LX_TRY(lx_agreement_versions(reader, record, &versions));
	(void)json_object_set_new(json, "versions", versions);
	return LX_OK;
}

/* --- articles --------------------------------------------------------------------------------- */

static const char *text_at(const struct lx_reader *reader, struct lx_words words)
{
	return lx_show_text(reader, "%.*s", (int)words.text.len, words.text.at).at;
}

static struct lx_words whose_and_when(const struct filling *f, const json_t *owner,
	const json_t *due, const struct lx_field *kind)
{
	const struct lx_reader *r = f->reader;

	return lx_show_say(r, "agreement.yield_under", text_at(r, lx_show_link(r, owner).label),
		text_at(r, lx_show_cell(r, "", kind, due).words));
}

/* The commitments of an article; before there are any, its promises. */
static enum lx_code fill_yields(
	struct filling *f, const json_t *row, struct lx_agreement_article *article)
{
	const json_t *made = json_object_get(f->json, "commitments");
	const json_t *promises = json_object_get(f->json, "promise");
	bool before = json_array_size(made) == 0;
	const json_t *list = before ? promises : made;
	struct lx_agreement_yield *yields = lx_array(
		f->reader->call, json_array_size(list) + 1, sizeof *yields);

	if (yields == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *each = json_array_get(list, i);
		if (!json_equal(json_object_get(each, "article"),
			    json_object_get(row, before ? "number" : "row")))
			continue;
		struct lx_agreement_yield *y = &yields[article->yields_n++];
		y->label = lx_show_words(f->reader, json_object_get(each, "title"));
		y->under = whose_and_when(f, json_object_get(each, "owner"),
			json_object_get(each, "due"), before ? &day_field : &moment_field);
		if (before)
			continue;
		y->state = lx_show_state(f->reader, each);
		y->link = lx_address_make(f->reader->call, "/commitments/%lld",
			(long long)json_integer_value(json_object_get(each, "number")));
	}
	article->yields = yields;
	return LX_OK;
}

static bool holds_number(const json_t *list, int64_t number)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_integer_value(json_array_get(list, i)) == number)
			return true;
	return false;
}

/* What the newest version changed in this article, against the wording before. */
static enum lx_code fill_changes(
	struct filling *f, const json_t *row, struct lx_agreement_article *article)
{
	const json_t *versions = json_object_get(f->json, "versions");
	size_t n = json_array_size(versions);
	const json_t *newest = n < 2 ? NULL : json_array_get(versions, n - 1);
	int64_t number = json_integer_value(json_object_get(row, "row"));
	const char *now = json_string_value(json_object_get(json_object_get(row, "text"), "text"));
	struct lx_wording_piece *pieces;
	struct lx_content old;

	if (now == NULL || !holds_number(json_object_get(newest, "changed"), number))
		return LX_OK;
	const json_t *before = json_object_get(
		json_object_get(json_array_get(versions, n - 2), "texts"),
		lx_show_text(f->reader, "%lld", (long long)number).at);
	if (before == NULL)
		return LX_OK;
	LX_TRY(lx_content_read(f->reader->tx, json_integer_value(before), &old));
	if (old.gone != 0)
		return LX_OK;
	LX_TRY(lx_wording_compare(f->reader->call, old.bytes, lx_show_text(f->reader, "%s", now),
		&pieces, &article->pieces_n));
	article->pieces = pieces;
	article->changed = lx_show_say(f->reader, "agreement.changed_in",
		lx_show_text(f->reader, "%lld",
			(long long)json_integer_value(json_object_get(newest, "version")))
			.at,
		NULL);
	return LX_OK;
}

static enum lx_code fill_articles(struct filling *f)
{
	const json_t *rows = json_object_get(f->json, "article");
	size_t n = json_array_size(rows);
	struct lx_agreement_article *articles = lx_array(f->reader->call, n + 1, sizeof *articles);

	if (articles == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		const json_t *row = json_array_get(rows, i);
		struct lx_agreement_article *a = &articles[i];
		const char *number = json_string_value(json_object_get(row, "number"));
		a->id = lx_show_text(f->reader, "article.%lld",
			(long long)json_integer_value(json_object_get(row, "row")));
		a->number = lx_show_say(f->reader, "agreement.article_n", number, NULL);
		a->heading = lx_show_words(f->reader, json_object_get(row, "heading"));
		if (json_is_object(json_object_get(row, "text")))
			LX_TRY(lx_show_prose(f->reader, json_object_get(row, "text"), &a->text));
		LX_TRY(fill_yields(f, row, a));
		LX_TRY(fill_changes(f, row, a));
	}
	f->part.articles = articles;
	f->part.articles_n = n;
	f->part.contents = n >= CONTENTS_FROM;
	return LX_OK;
}

/* --- signatures ------------------------------------------------------------------------------- */

/* When an entry was recorded, from the timeline. */
static int64_t recorded_at(const struct lx_value *life, size_t n, int64_t entry)
{
	for (size_t i = 0; i < n; i++)
		if (life[i * 6].number == entry)
			return life[i * 6 + 2].number;
	return 0;
}

/* The last time that the text was open for signature; NULL: not yet. */
static const json_t *signing_of(const json_t *json)
{
	const json_t *list = json_object_get(json, "consents"), *found = NULL;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *act = json_string_value(
			json_object_get(json_array_get(list, i), "act"));
		if (act != NULL && strcmp(act, "conclude") == 0)
			found = json_array_get(list, i);
	}
	return found;
}

static struct lx_state_view signature_state(
	const struct lx_reader *reader, const char *says, bool open)
{
	const char *id = says == NULL && open       ? "agreement.unsigned"
			 : says == NULL             ? "agreement.unsaid"
			 : strcmp(says, "yes") == 0 ? "agreement.signed"
						    : "agreement.declined";
	enum lx_view_mark mark = says == NULL && open       ? LX_VIEW_WAIT
				 : says == NULL             ? LX_VIEW_SHUT
				 : strcmp(says, "yes") == 0 ? LX_VIEW_DONE
							    : LX_VIEW_LATE;

	return (struct lx_state_view){ mark, lx_text(lx_tr(reader->request->lang, id)) };
}

static enum lx_code fill_signatures(struct filling *f, const struct lx_value *life, size_t life_n)
{
	const json_t *signing = signing_of(f->json), *voices = json_object_get(signing, "voices");
	const char *stage = json_string_value(json_object_get(signing, "stage"));
	size_t n = json_array_size(voices), yes = 0;
	struct lx_agreement_signature *made = lx_array(f->reader->call, n + 1, sizeof *made);

	if (made == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		const json_t *voice = json_array_get(voices, i);
		const char *says = json_string_value(json_object_get(voice, "says"));
		const json_t *on = json_object_get(voice, "on");
		made[i].who = lx_show_link(f->reader, voice).label;
		made[i].state = signature_state(
			f->reader, says, stage != NULL && strcmp(stage, "open") == 0);
		made[i].entry = json_integer_value(json_object_get(voice, "entry"));
		made[i].at = recorded_at(life, life_n, made[i].entry);
		made[i].on = lx_show_cell(f->reader, "", &day_field, on).words;
		made[i].reason = lx_show_words(f->reader, json_object_get(voice, "reason"));
		f->part.reserved = f->part.reserved || made[i].reason.text.len > 0;
		yes += says != NULL && strcmp(says, "yes") == 0;
	}
	if (n > 0)
		f->part.signed_of = lx_show_say(f->reader, "agreement.signed_of",
			lx_show_text(f->reader, "%zu", yes).at,
			lx_show_text(f->reader, "%zu", n).at);
	f->part.signatures = made;
	f->part.signatures_n = n;
	return LX_OK;
}

/* --- versions --------------------------------------------------------------------------------- */

/* "2, 5": the numbers of the articles that a version changed. */
static struct lx_words changed_articles(const struct filling *f, const json_t *version)
{
	const json_t *rows = json_object_get(f->json, "article");
	const json_t *changed = json_object_get(version, "changed");
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *number = json_string_value(json_object_get(row, "number"));
		if (number == NULL ||
			!holds_number(changed, json_integer_value(json_object_get(row, "row"))))
			continue;
		if (out.len > 0)
			lx_buf_str(&out, f->reader->request->lang == LX_ZH ? "、" : ", ");
		lx_buf_str(&out, number);
	}
	if (out.len == 0)
		return lx_words_str("");
	return lx_show_say(f->reader, "agreement.version_changed",
		lx_show_text(f->reader, "%s", out.at).at, NULL);
}

static enum lx_code fill_versions(struct filling *f)
{
	const json_t *list = json_object_get(f->json, "versions");
	size_t n = json_array_size(list);
	struct lx_agreement_version *made = lx_array(f->reader->call, n + 1, sizeof *made);

	if (made == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		const json_t *version = json_array_get(list, n - 1 - i); /* the newest first */
		LX_CLOSE(lx_json_free) json_t *entry = NULL;
		made[i].entry = json_integer_value(json_object_get(version, "entry"));
		made[i].at = lx_show_moment(json_object_get(version, "at"));
		made[i].label = lx_show_say(f->reader, "agreement.version_n",
			lx_show_text(f->reader, "%lld",
				(long long)json_integer_value(json_object_get(version, "version")))
				.at,
			NULL);
		LX_TRY(lx_reduce_entry(&f->reader->sight, made[i].entry, &entry));
		made[i].what = lx_show_act(f->reader, entry);
		made[i].changes = changed_articles(f, version);
	}
	f->part.versions = made;
	f->part.versions_n = n;
	return LX_OK;
}

/* --- the page --------------------------------------------------------------------------------- */

/* Tables that stand in the deed are not shown again. */
static enum lx_code keep_tables(struct filling *f, struct lx_item_page *page)
{
	const struct lx_type *type = f->record->shape->type;
	struct lx_grid *kept = lx_array(f->reader->call, page->tables_n + 1, sizeof *kept);
	size_t table = 0, n = 0;

	if (kept == NULL)
		return LX_BROKEN;
	for (const struct lx_rows *rows = type->rows; rows->name != NULL; rows++) {
		if (json_array_size(json_object_get(f->json, rows->name)) == 0)
			continue;
		if (lx_word_in(lx_text(rows->name), "former position"))
			kept[n++] = page->tables[table];
		table++;
	}
	page->tables = kept;
	page->tables_n = n;
	return LX_OK;
}

/* A signing that is decided stands among the signatures; one that is open is shown with what the reader may say. */
static enum lx_code keep_consents(struct filling *f, struct lx_item_page *page)
{
	const json_t *list = json_object_get(f->json, "consents");
	struct lx_consent_view *kept = lx_array(
		f->reader->call, page->consents_n + 1, sizeof *kept);
	size_t n = 0;

	if (kept == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < page->consents_n; i++) {
		const json_t *consent = json_array_get(list, page->consents_n - 1 - i);
		const char *act = json_string_value(json_object_get(consent, "act"));
		bool signing = act != NULL && strcmp(act, "conclude") == 0;
		if (!signing || page->consents[i].says_n > 0)
			kept[n++] = page->consents[i];
	}
	page->consents = kept;
	page->consents_n = n;
	return LX_OK;
}

static bool is_running_term(const json_t *json, const char *name)
{
	const json_t *terms = json_object_get(json, "terms");

	for (size_t i = 0; i < json_array_size(terms); i++) {
		const char *term = json_string_value(
			json_object_get(json_array_get(terms, i), "term"));
		if (term != NULL && strcmp(term, name) == 0)
			return true;
	}
	return false;
}

/* What it belongs to, and its days as long as no term of theirs has begun; the version stands with the others. */
static enum lx_code fill_facts(struct filling *f, struct lx_item_page *page)
{
	static const char *const names[FACTS] = { "project", "allocation", "paper", "force_on",
		"ends_on" };
	const struct lx_type *type = f->record->shape->type;
	struct lx_fact *facts = lx_array(f->reader->call, FACTS, sizeof *facts);
	struct lx_cell *cells = lx_array(f->reader->call, FACTS, sizeof *cells);
	size_t n = 0;

	if (facts == NULL || cells == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < FACTS; i++) {
		const json_t *value = json_object_get(f->json, names[i]);
		const struct lx_field *field =
			&type->fields[lx_field_find(type->fields, lx_text(names[i]))];
		if (value == NULL || json_is_null(value) || is_running_term(f->json, names[i]))
			continue;
		cells[n] = lx_show_cell(f->reader, type->name, field, value);
		facts[n] = (struct lx_fact){
			lx_show_key(f->reader, type->name, ".", lx_text(names[i])), &cells[n], 1
		};
		n++;
	}
	page->facts = (struct lx_fact_group){ .facts = facts, .facts_n = n };
	return LX_OK;
}

static enum lx_code print_with(struct filling *f,
	void (*print)(struct lx_buf *, const struct lx_view *, const struct lx_agreement_part *),
	struct lx_html *html)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_view view = lx_show_view(f->reader);

	print(&out, &view, &f->part);
	return lx_html_of(f->reader->call, &out, html);
}

enum lx_code lx_agreement_fill(const struct lx_reader *reader, const struct lx_record *record,
	const json_t *json, struct lx_item_page *page)
{
	struct filling f = { .reader = reader, .record = record, .json = json };
	struct lx_value *life;
	size_t life_n;

	LX_TRY(lx_all(reader->tx, &lx_q_timeline,
		(struct lx_value[]){
			LX_S("agreement"), LX_I(record->number), LX_I(0), LX_I(LIFE_MOST) },
		LIFE_MOST, &life, &life_n));
	LX_TRY(fill_articles(&f));
	LX_TRY(fill_signatures(&f, life, life_n));
	LX_TRY(fill_versions(&f));
	LX_TRY(keep_tables(&f, page));
	LX_TRY(keep_consents(&f, page));
	LX_TRY(fill_facts(&f, page));
	LX_TRY(print_with(&f, lx_module_view_agreement_part, &page->part));
	return print_with(&f, lx_module_view_agreement_side, &page->side);
}
