/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Loading who acts; relations and paths. Rights are computed here and nowhere else. */
#include "kernel/types/actor.h"

#include "kernel/journal/journal.h"

#include <string.h>

#define PATH_LINKS_MAX 20000 /* a conference has some hundred seats */

static enum lx_code add_mandate(
	struct lx_tx *tx, const struct lx_region *region, int64_t number, struct lx_actor *actor)
{
	const struct lx_shape *shape = lx_shape_find(region, LX_TEXT_OF("mandate"));
	struct lx_record record;
	enum lx_code code = lx_record_load(tx, shape, number, &record);

	if (code == LX_NOT_FOUND || (code == LX_OK && !lx_text_is(record.state, "valid")))
		return LX_OK;
	LX_TRY(code);
	actor->mandates[actor->mandates_n++] = (struct lx_mandate){ .number = number,
		.holder = lx_record_value(&record, "holder").text,
		.office = lx_record_value(&record, "office").text };
	return LX_OK;
}

enum lx_code lx_actor_load(
	struct lx_tx *tx, const struct lx_region *region, int64_t person, struct lx_actor *actor)
{
	const struct lx_shape *persons = lx_shape_find(region, LX_TEXT_OF("person"));
	struct lx_actor loaded = { .kind = person == 0 ? LX_BY_NOBODY : LX_BY_PERSON,
		.person = person };
	struct lx_standing *standings;
	struct lx_record record;
	size_t n;

	if (person == 0) {
		*actor = loaded;
		return LX_OK;
	}
	enum lx_code code = lx_record_load(tx, persons, person, &record);
	if (code != LX_OK && code != LX_NOT_FOUND)
		return code;
	loaded.resident = code == LX_OK && lx_text_is(record.state, "verified");
	LX_TRY(lx_vault_standings(
		tx, person, "mandate", "bearer", LX_MANDATES_MAX, &standings, &n));
	loaded.mandates = lx_array(lx_tx_call(tx), n, sizeof *loaded.mandates);
	if (loaded.mandates == NULL)
		return LX_BROKEN;
	/* newest first: an older mandate of the same person comes last */
	for (size_t i = 0; i < n; i++)
		LX_TRY(add_mandate(tx, region, standings[i].record, &loaded));
	*actor = loaded;
	return LX_OK;
}

/* What a path has reached: records, or rows of records. */
struct reach {
	struct lx_call *call;
	struct lx_text *links;
	size_t n, room;
};

static enum lx_code reach_add(struct reach *to, struct lx_text link)
{
	if (link.len == 0)
		return LX_OK;
	if (to->n == PATH_LINKS_MAX)
		return lx_fail(to->call, LX_CONFLICT, NULL, "types.path_long", NULL);
	if (to->n == to->room) {
		size_t room = to->room == 0 ? 8 : 4 * to->room;
		struct lx_text *links = lx_array(to->call, room, sizeof *links);
		if (links == NULL)
			return LX_BROKEN;
		if (to->n > 0)
			memcpy(links, to->links, to->n * sizeof *links);
		to->links = links;
		to->room = room;
	}
	to->links[to->n++] = link;
	return LX_OK;
}

static enum lx_code reach_ref(struct reach *to, const struct lx_ref *ref)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	lx_ref_write(&out, ref);
	char *copy = lx_arena_copy(to->call->arena, out.at, out.len);
	if (copy == NULL)
		return lx_fail(to->call, LX_BROKEN, NULL, "base.memory", NULL);
	return reach_add(to, (struct lx_text){ copy, out.len });
}

static const struct lx_row *row_of(const struct lx_record *record, int list, int64_t number)
{
	for (size_t i = 0; list >= 0 && i < record->lists[list].n; i++)
		if (record->lists[list].rows[i].number == number)
			return &record->lists[list].rows[i];
	return NULL;
}

/* One component from one record: a link field gives its target, a list gives its rows. */
static enum lx_code step_record(
	const struct lx_record *record, struct lx_text word, struct reach *to)
{
	const struct lx_type *type = record->shape->type;
	int field = lx_field_find(type->fields, word), list = lx_rows_find(type, word);

	if (field >= 0)
		return reach_add(to, record->values[field].text);
	for (size_t i = 0; list >= 0 && i < record->lists[list].n; i++)
		LX_TRY(reach_ref(to, &(struct lx_ref){ lx_text(type->name), record->number,
					     lx_text(type->rows[list].name),
					     record->lists[list].rows[i].number }));
	return LX_OK;
}

static enum lx_code step_row(const struct lx_record *record, const struct lx_ref *ref,
	struct lx_text word, struct reach *to)
{
	int list = lx_rows_find(record->shape->type, ref->rows);
	const struct lx_row *row = row_of(record, list, ref->row);
	int field = list < 0 ? -1 : lx_field_find(record->shape->type->rows[list].fields, word);

	if (row != NULL && field >= 0)
		return reach_add(to, row->values[field].text);
	return row == NULL ? LX_OK : step_record(record, word, to);
}

static enum lx_code load_ref(
	const struct lx_sight *view, const struct lx_ref *ref, struct lx_record *record)
{
	const struct lx_shape *shape = lx_shape_find(view->region, ref->type);

	return shape == NULL ? LX_NOT_FOUND : lx_record_load(view->tx, shape, ref->number, record);
}

static enum lx_code step_link(const struct lx_sight *view, const struct lx_record *own,
	struct lx_text link, struct lx_text word, struct reach *to)
{
	struct lx_record loaded;
	const struct lx_record *record = &loaded;
	struct lx_ref ref;

	if (!lx_ref_read(link, &ref))
		return LX_OK;
	if (lx_text_is(ref.type, own->shape->type->name) && ref.number == own->number) {
		record = own;
	} else {
		enum lx_code code = load_ref(view, &ref, &loaded);
		if (code == LX_NOT_FOUND)
			return LX_OK;
		LX_TRY(code);
	}
	return ref.row > 0 ? step_row(record, &ref, word, to) : step_record(record, word, to);
}

enum lx_code lx_path_links(const struct lx_sight *view, const struct lx_record *record,
	const char *path, struct lx_text **links, size_t *n)
{
	struct lx_text rest = lx_text(path), word;
	struct reach at = { .call = lx_tx_call(view->tx) };
	const struct lx_record *from = record;

	(void)lx_text_split(&rest, '.', &word);
	if (lx_text_is(word, "self")) {
		LX_TRY(reach_ref(&at,
			&(struct lx_ref){ lx_text(record->shape->type->name), record->number }));
	} else {
		if (lx_text_is(word, "charter") &&
			lx_field_find(record->shape->type->fields, word) < 0) {
			from = &view->charter->record;
			(void)lx_text_split(&rest, '.', &word);
		}
		if (from->shape != NULL)
			LX_TRY(step_record(from, word, &at));
	}
	while (lx_text_split(&rest, '.', &word)) {
		struct reach next = { .call = at.call };
		for (size_t i = 0; i < at.n; i++)
			LX_TRY(step_link(view, record, at.links[i], word, &next));
		at = next;
	}
	*links = at.links;
	*n = at.n;
	return LX_OK;
}

static bool by_mandate(const struct lx_actor *actor, struct lx_text holder, const char *office,
	struct lx_holding *holding)
{
	for (size_t i = 0; i < actor->mandates_n; i++) {
		const struct lx_mandate *m = &actor->mandates[i];
		if (lx_text_equal(m->holder, holder) &&
			(office == NULL || lx_word_in(m->office, office))) {
			*holding = (struct lx_holding){ true, m->number, m->holder };
			return true;
		}
	}
	return false;
}

/* A seat is spoken for by its holder or deputy; a seat nobody holds, by its member's mandate of the office. */
static enum lx_code seat_test(const struct lx_sight *view, const struct lx_ref *ref,
	const char *office, struct lx_holding *holding)
{
	struct lx_record body;
	enum lx_code code = load_ref(view, ref, &body);

	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	int list = lx_rows_find(body.shape->type, ref->rows);
	const struct lx_row *row = row_of(&body, list, ref->row);
	if (row == NULL)
		return LX_OK;
	const struct lx_field *fields = body.shape->type->rows[list].fields;
	int holder = lx_field_find(fields, LX_TEXT_OF("holder")),
	    deputy = lx_field_find(fields, LX_TEXT_OF("deputy"));
	int member = lx_field_find(fields, LX_TEXT_OF("member"));
	if (holder < 0 || deputy < 0 || member < 0)
		return LX_OK;
	for (size_t i = 0; i < view->actor->mandates_n; i++) {
		const struct lx_mandate *m = &view->actor->mandates[i];
		struct lx_ref mandate;
		bool named = (lx_ref_read(row->values[holder].text, &mandate) &&
				     mandate.number == m->number) ||
			     (lx_ref_read(row->values[deputy].text, &mandate) &&
				     mandate.number == m->number);
		if (named) {
			*holding = (struct lx_holding){ true, m->number, m->holder };
			return LX_OK;
		}
	}
	if (row->values[holder].text.len == 0)
		(void)by_mandate(view->actor, row->values[member].text, office, holding);
	return LX_OK;
}

enum lx_code lx_voice_test(const struct lx_sight *view, struct lx_text voice, const char *office,
	struct lx_holding *holding)
{
	struct lx_ref ref;

	*holding = (struct lx_holding){ false };
	if (!lx_ref_read(voice, &ref))
		return LX_OK;
	if (ref.row > 0)
		return seat_test(view, &ref, office, holding);
	(void)by_mandate(view->actor, voice, office, holding);
	return LX_OK;
}

/* In constant time: a query code is tested by nothing else than this. */
static bool same_pseudonym(struct lx_text link, const char *pseudonym)
{
	size_t n = strlen(pseudonym);
	unsigned char differ = link.len != n;

	for (size_t i = 0; i < n && link.len == n; i++)
		differ |= (unsigned char)(link.at[i] ^ pseudonym[i]);
	return differ == 0;
}

static enum lx_code test_person(const struct lx_sight *view, const struct lx_record *record,
	const char *path, struct lx_holding *holding)
{
	char pseudonym[LX_PSEUDONYM_TEXT];
	struct lx_text *links;
	size_t n;

	if (view->actor->kind != LX_BY_PERSON && view->actor->kind != LX_BY_VISITOR)
		return LX_OK;
	if (strcmp(path, "self") == 0) {
		/* only a person's own record is somebody: everything else is reached through fields */
		holding->holds = strcmp(record->shape->type->name, "person") == 0 &&
				 view->actor->kind == LX_BY_PERSON &&
				 record->number == view->actor->person;
		return LX_OK;
	}
	LX_TRY(lx_path_links(view, record, path, &links, &n));
	if (n == 0)
		return LX_OK;
	enum lx_code code = lx_actor_pseudonym(
		view->tx, view->actor, record->shape->type->name, record->number, pseudonym);
	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	for (size_t i = 0; i < n; i++)
		holding->holds = same_pseudonym(links[i], pseudonym) || holding->holds;
	return LX_OK;
}

static enum lx_code test_seat(const struct lx_sight *view, const struct lx_record *record,
	const struct lx_relation *relation, struct lx_holding *holding)
{
	struct lx_text *bodies, *seats;
	size_t n, m;

	LX_TRY(lx_path_links(view, record, relation->path, &bodies, &n));
	for (size_t i = 0; i < n && !holding->holds; i++) {
		struct reach at = { .call = lx_tx_call(view->tx) };
		LX_TRY(step_link(view, record, bodies[i], LX_TEXT_OF("seat"), &at));
		seats = at.links;
		m = at.n;
		for (size_t k = 0; k < m && !holding->holds; k++)
			LX_TRY(lx_voice_test(view, seats[k],
				relation->office == NULL ? "delegate" : relation->office, holding));
	}
	return LX_OK;
}

static enum lx_code test_holder(const struct lx_sight *view, const struct lx_record *record,
	const struct lx_relation *relation, struct lx_holding *holding)
{
	struct lx_text *holders;
	size_t n;

	if (view->actor->mandates_n == 0)
		return LX_OK;
	LX_TRY(lx_path_links(view, record, relation->path, &holders, &n));
	for (size_t i = 0; i < n && !holding->holds; i++)
		(void)by_mandate(view->actor, holders[i], relation->office, holding);
	return LX_OK;
}

/* Where the charter lets needs be asked without an account. */
static bool may_visit(const struct lx_sight *view)
{
	const struct lx_charter *charter = view->charter;

	return view->actor->kind == LX_BY_VISITOR && charter->record.made &&
	       lx_text_is(lx_record_value(&charter->record, "without_account").text, "yes");
}

static void test_level(const struct lx_sight *view, const char *level, struct lx_holding *holding)
{
	const struct lx_actor *actor = view->actor;

	switch (level[0]) {
	case '0':
		holding->holds = true;
		return;
	case '1':
		holding->holds = actor->kind == LX_BY_PERSON;
		return;
	case '2':
		holding->holds = actor->kind == LX_BY_PERSON && actor->resident;
		return;
	case '3':
		for (size_t i = 0; i < actor->mandates_n && !holding->holds; i++)
			if (lx_text_starts(actor->mandates[i].holder, "member/"))
				*holding = (struct lx_holding){ true, actor->mandates[i].number,
					actor->mandates[i].holder };
		return;
	case '4':
		holding->holds = may_visit(view);
		return;
	case '8':
		holding->holds = actor->kind == LX_BY_CLOCK;
		return;
	case '9':
		holding->holds = actor->cause || actor->kind == LX_BY_INIT;
		return;
	default:
		return;
	}
}

enum lx_code lx_relation_test(const struct lx_sight *view, const struct lx_record *record,
	const struct lx_relation *relation, struct lx_holding *holding)
{
	*holding = (struct lx_holding){ false };
	switch (relation->how) {
	case LX_LEVEL:
		test_level(view, relation->path, holding);
		return LX_OK;
	case LX_IS:
		return test_person(view, record, relation->path, holding);
	case LX_SITS_IN:
		return view->actor->mandates_n == 0 ? LX_OK
						    : test_seat(view, record, relation, holding);
	case LX_ACTS_FOR:
		return test_holder(view, record, relation, holding);
	}
	return LX_OK;
}

enum lx_code lx_relation_any(const struct lx_sight *view, const struct lx_record *record,
	const char *words, const struct lx_relation **relation, struct lx_holding *holding)
{
	struct lx_text rest = lx_text(words), word;

	*relation = NULL;
	while (lx_text_word(&rest, &word)) {
		const struct lx_relation *each = lx_relation_find(record->shape->type, word);
		if (each == NULL)
			continue;
		LX_TRY(lx_relation_test(view, record, each, holding));
		if (holding->holds) {
			*relation = each;
			return LX_OK;
		}
	}
	return LX_OK;
}
