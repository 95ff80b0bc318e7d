/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The one reduction to what a reader may see. */
#include "kernel/types/reduce.h"

#include "base/decimal.h"
#include "base/time.h"
#include "kernel/journal/journal.h"
#include "kernel/types/apply.h"

#include <string.h>

static const char *const mark_names[] = { "", "wait", "work", "soon", "late", "done", "shut" };

enum lx_code lx_may_read(const struct lx_sight *sight, const struct lx_record *record, bool *may)
{
	const struct lx_relation *relation;
	struct lx_holding holding;

	*may = lx_record_class(record) == LX_PUBLIC;
	if (*may)
		return LX_OK;
	/* hidden records stay readable to those who work on them */
	LX_TRY(lx_relation_any(sight, record, record->shape->type->readers, &relation, &holding));
	if (relation == NULL && record->hidden != 0)
		LX_TRY(lx_relation_any(sight, record, "secretariat", &relation, &holding));
	*may = relation != NULL;
	return LX_OK;
}

enum lx_code lx_may_see(const struct lx_sight *sight, const struct lx_record *record,
	const struct lx_field *field, bool *may)
{
	const struct lx_relation *relation;
	struct lx_holding holding;

	*may = field->seen_by == NULL;
	if (*may)
		return LX_OK;
	LX_TRY(lx_relation_any(sight, record, field->seen_by, &relation, &holding));
	*may = relation != NULL;
	return LX_OK;
}

static enum lx_code no_memory(const struct lx_sight *sight)
{
	return lx_fail(lx_tx_call(sight->tx), LX_BROKEN, NULL, "base.memory", NULL);
}

static json_t *text_json(struct lx_text text)
{
	return json_stringn(text.at, text.len);
}

static json_t *moment_json(int64_t moment)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	lx_moment_write(&out, moment);
	return text_json(lx_buf_view(&out));
}

static enum lx_code content_json(
	const struct lx_sight *sight, const struct lx_field *field, int64_t number, json_t **value)
{
	struct lx_content content;

	enum lx_code code = lx_content_read(sight->tx, number, &content);
	if (code == LX_NOT_FOUND) {
		*value = json_null();
		return LX_OK;
	}
	LX_TRY(code);
	if (content.gone != 0)
		*value = json_pack("{s:I, s:I}", "content", (json_int_t)number, "gone",
			(json_int_t)content.gone);
	else if (field->kind == LX_DATA)
		*value = lx_json_own(content.bytes);
	else
		*value = json_pack("{s:I, s:s%, s:s}", "content", (json_int_t)number, "text",
			content.bytes.at, content.bytes.len, "lang", content.lang);
	return *value == NULL ? no_memory(sight) : LX_OK;
}

/* {"content", "media", "size", "file"}: `file` is the address at which the record serves it (file_page.c). */
static enum lx_code file_json(const struct lx_sight *sight, const struct lx_record *record,
	int64_t number, json_t **value)
{
	struct lx_content content;
	size_t size;

	enum lx_code code = lx_content_head(sight->tx, number, &content, &size);
	if (code == LX_NOT_FOUND) {
		*value = json_null();
		return LX_OK;
	}
	LX_TRY(code);
	if (content.gone != 0) {
		*value = json_pack("{s:I, s:I}", "content", (json_int_t)number, "gone",
			(json_int_t)content.gone);
		return *value == NULL ? no_memory(sight) : LX_OK;
	}
	for (char *at = content.commitment; *at != '\0'; at++)
		*at = (char)(*at == '+' ? '-' : *at == '/' ? '_' : *at);
	*value = json_pack("{s:I, s:s, s:I, s:o}", "content", (json_int_t)number, "media",
		content.media, "size", (json_int_t)size, "file",
		json_sprintf("/%s/%lld/files/%lld-%.43s", record->shape->type->plural,
			(long long)record->number, (long long)number, content.commitment));
	return *value == NULL ? no_memory(sight) : LX_OK;
}

static enum lx_code seal_json(const struct lx_sight *sight, int64_t number, json_t **value)
{
	struct lx_text text;

	enum lx_code code = lx_seal_read(sight->tx, number, &text);
	if (code == LX_NOT_FOUND)
		*value = json_pack("{s:b}", "erased", 1);
	else if (code == LX_OK)
		*value = text_json(text);
	else
		return code;
	return *value == NULL ? no_memory(sight) : LX_OK;
}

static enum lx_code title_of(
	const struct lx_sight *sight, const struct lx_record *record, json_t **title)
{
	const struct lx_type *type = record->shape->type;
	int i = type->title == NULL ? -1 : lx_field_find(type->fields, lx_text(type->title));
	bool may;

	*title = json_null();
	if (i < 0 || record->values[i].kind == LX_V_NULL)
		return LX_OK;
	LX_TRY(lx_may_read(sight, record, &may));
	if (!may)
		return LX_OK;
	if (type->fields[i].kind == LX_TEXT)
		return content_json(sight, &type->fields[i], record->values[i].number, title);
	*title = lx_json_of_value(&type->fields[i], &record->values[i]);
	return *title == NULL ? no_memory(sight) : LX_OK;
}

static enum lx_code find_title(const struct lx_sight *sight, struct lx_text link, json_t **title)
{
	struct lx_record record;
	struct lx_ref ref;
	const struct lx_shape *shape = lx_ref_read(link, &ref)
					       ? lx_shape_find(sight->region, ref.type)
					       : NULL;

	*title = json_null();
	if (shape == NULL)
		return LX_OK;
	enum lx_code code = ref.row > 0
				    ? lx_record_load(sight->tx, shape, ref.number, &record)
				    : lx_record_load_head(sight->tx, shape, ref.number, &record);
	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	int list = ref.row > 0 ? lx_rows_find(shape->type, ref.rows) : -1;
	int names = list < 0 ? -1
			     : lx_field_find(shape->type->rows[list].fields, LX_TEXT_OF("names"));
	for (size_t i = 0; names >= 0 && i < record.lists[list].n; i++)
		if (record.lists[list].rows[i].number == ref.row) {
			*title = lx_json_of_value(&shape->type->rows[list].fields[names],
				&record.lists[list].rows[i].values[names]);
			return *title == NULL ? no_memory(sight) : LX_OK;
		}
	return title_of(sight, &record, title);
}

/* What readers get is shared with what is kept: nobody changes a title. */
enum lx_code lx_title(const struct lx_sight *sight, struct lx_text link, json_t **title)
{
	struct lx_titles *t = sight->titles;

	for (size_t i = 0; t != NULL && i < t->n; i++)
		if (t->known[i].len == link.len &&
			memcmp(t->known[i].ref, link.at, link.len) == 0) {
			*title = json_incref(t->known[i].title);
			return LX_OK;
		}
	LX_TRY(find_title(sight, link, title));
	if (t == NULL || t->n == LX_TITLES_MAX || link.len > sizeof t->known[0].ref)
		return LX_OK;
	memcpy(t->known[t->n].ref, link.at, link.len);
	t->known[t->n].len = link.len;
	t->known[t->n++].title = json_incref(*title);
	return LX_OK;
}

void lx_titles_close(struct lx_titles *titles)
{
	while (titles->n > 0)
		json_decref(titles->known[--titles->n].title);
}

static enum lx_code link_json(const struct lx_sight *sight, struct lx_text link, json_t **value)
{
	json_t *title;

	LX_TRY(lx_title(sight, link, &title));
	*value = json_pack("{s:s%, s:o}", "ref", link.at, link.len, "title", title);
	return *value == NULL ? no_memory(sight) : LX_OK;
}

static enum lx_code value_json(const struct lx_sight *sight, const struct lx_record *record,
	const struct lx_field *field, const struct lx_value *value, json_t **json)
{
	if (value->kind == LX_V_NULL) {
		*json = json_null();
		return LX_OK;
	}
	switch (field->kind) {
	case LX_TEXT:
	case LX_DATA:
		return content_json(sight, field, value->number, json);
	case LX_FILE:
		return file_json(sight, record, value->number, json);
	case LX_SEALED:
		return seal_json(sight, value->number, json);
	case LX_LINK:
		return link_json(sight, value->text, json);
	case LX_MOMENT:
		*json = moment_json(value->number);
		break;
	case LX_MONEY:
		*json = json_pack("{s:o, s:s}", "minor",
			json_sprintf("%lld", (long long)value->number), "currency",
			sight->charter->currency);
		break;
	default:
		*json = lx_json_of_value(field, value);
	}
	return *json == NULL ? no_memory(sight) : LX_OK;
}

static enum lx_code put_fields(const struct lx_sight *sight, const struct lx_record *record,
	enum lx_parts parts, json_t *into)
{
	const struct lx_type *type = record->shape->type;

	for (size_t i = 0; i < record->shape->fields_n; i++) {
		const struct lx_field *f = &type->fields[i];
		bool titles = type->title != NULL && strcmp(f->name, type->title) == 0, may;
		json_t *value;
		if (parts == LX_LIST_PARTS && !titles && !lx_word_in(LX_TEXT_OF("list"), f->use))
			continue;
		LX_TRY(lx_may_see(sight, record, f, &may));
		if (!may)
			continue;
		LX_TRY(value_json(sight, record, f, &record->values[i], &value));
		if (json_object_set_new(into, f->name, value) != 0)
			return no_memory(sight);
	}
	return LX_OK;
}

static enum lx_code put_row(const struct lx_sight *sight, const struct lx_record *record,
	const struct lx_rows *rows, const struct lx_row *row, json_t *list)
{
	json_t *cells = json_pack("{s:I}", "row", (json_int_t)row->number), *value;

	if (json_array_append_new(list, cells) != 0)
		return no_memory(sight);
	for (size_t i = 0; rows->fields[i].name != NULL; i++) {
		bool may;
		LX_TRY(lx_may_see(sight, record, &rows->fields[i], &may));
		if (!may)
			continue;
		LX_TRY(value_json(sight, record, &rows->fields[i], &row->values[i], &value));
		(void)json_object_set_new(cells, rows->fields[i].name, value);
	}
	return LX_OK;
}

/* A list of which the reader may see no field at all is left out, not shown empty. */
static enum lx_code sees_any(const struct lx_sight *sight, const struct lx_record *record,
	const struct lx_rows *rows, bool *any)
{
	*any = false;
	for (const struct lx_field *f = rows->fields; f->name != NULL && !*any; f++)
		LX_TRY(lx_may_see(sight, record, f, any));
	return LX_OK;
}

static enum lx_code put_lists(
	const struct lx_sight *sight, const struct lx_record *record, json_t *into)
{
	for (size_t l = 0; l < record->shape->rows_n; l++) {
		const struct lx_rows *rows = &record->shape->type->rows[l];
		bool any;
		if (rows->many)
			continue;
		LX_TRY(sees_any(sight, record, rows, &any));
		if (!any)
			continue;
		json_t *list = json_array();
		if (json_object_set_new(into, rows->name, list) != 0)
			return no_memory(sight);
		for (size_t r = 0; r < record->lists[l].n; r++)
			LX_TRY(put_row(sight, record, rows, &record->lists[l].rows[r], list));
	}
	return LX_OK;
}

static enum lx_code put_terms(
	const struct lx_sight *sight, const struct lx_record *record, json_t *into)
{
	json_t *list = json_array();

	if (json_object_set_new(into, "terms", list) != 0)
		return no_memory(sight);
	for (size_t i = 0; i < record->shape->terms_n; i++) {
		const struct lx_term_now *t = &record->terms[i];
		if (t->stage == LX_STAGE_NONE)
			continue;
		bool dated = t->stage != LX_STAGE_RESTS && t->moment != 0;
		(void)json_array_append_new(
			list, json_pack("{s:s, s:s, s:o, s:I}", "term",
				      record->shape->type->terms[i].field, "stage",
				      lx_stage_names[t->stage], "moment",
				      dated ? moment_json(t->moment) : json_null(), "late",
				      (json_int_t)t->late_n));
	}
	return LX_OK;
}

static enum lx_code put_voices(const struct lx_sight *sight, const struct lx_record *record,
	const struct lx_pending *pending, json_t *consent)
{
	LX_CLOSE(lx_json_free)
	json_t *asked = lx_json_own(pending->voices);
	static const struct lx_field prose = { "reason", LX_TEXT };
	json_t *list = json_array();

	(void)json_object_set_new(consent, "voices", list);
	for (size_t i = 0; i < json_array_size(asked); i++) {
		const char *link = json_string_value(json_array_get(asked, i));
		json_t *voice = NULL, *value;
		LX_TRY(link_json(sight, lx_text(link), &voice));
		(void)json_array_append_new(list, voice);
		for (size_t k = 0; k < record->voices_n; k++) {
			const struct lx_voice *v = &record->voices[k];
			int64_t content;
			if (v->pending != pending->number || !lx_text_is(v->voice, link))
				continue;
			(void)json_object_set_new(voice, "says", text_json(v->says));
			(void)json_object_set_new(voice, "entry", json_integer(v->n));
			if (v->on.len > 0)
				(void)json_object_set_new(voice, "on", text_json(v->on));
			if (lx_text_starts(v->content, "content/") &&
				lx_text_int(
					(struct lx_text){ v->content.at + 8, v->content.len - 8 },
					&content)) {
				LX_TRY(content_json(sight, &prose, content, &value));
				(void)json_object_set_new(voice, "reason", value);
			}
		}
	}
	return LX_OK;
}

static enum lx_code put_consents(
	const struct lx_sight *sight, const struct lx_record *record, json_t *into)
{
	json_t *list = json_array();

	if (json_object_set_new(into, "consents", list) != 0)
		return no_memory(sight);
	for (size_t i = 0; i < record->pending_n; i++) {
		const struct lx_pending *p = &record->pending[i];
		json_t *consent = json_pack("{s:I, s:s%, s:s%, s:s%, s:o, s:I, s:I}", "consent",
			(json_int_t)p->number, "act", p->act.at, p->act.len, "stage", p->stage.at,
			p->stage.len, "rule", p->rule.at, p->rule.len, "until",
			p->until == 0 ? json_null() : moment_json(p->until), "opened",
			(json_int_t)p->opened_n, "closed", (json_int_t)p->closed_n);
		if (json_array_append_new(list, consent) != 0)
			return no_memory(sight);
		LX_TRY(put_voices(sight, record, p, consent));
	}
	return LX_OK;
}

enum lx_code lx_reduce(const struct lx_sight *sight, const struct lx_record *record,
	enum lx_parts parts, json_t **reduced)
{
	bool may;

	LX_TRY(lx_may_read(sight, record, &may));
	if (!may)
		return LX_NOT_FOUND;
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:s, s:I, s:s%, s:s, s:{s:I, s:o}, s:{s:I, s:o}}", "type",
		record->shape->type->name, "number", (json_int_t)record->number, "state",
		record->state.at, record->state.len, "mark", mark_names[lx_record_mark(record)],
		"made", "n", (json_int_t)record->made_n, "at", moment_json(record->made_at), "last",
		"n", (json_int_t)record->last_n, "at", moment_json(record->last_at));
	if (json == NULL)
		return no_memory(sight);
	if (record->hidden != 0)
		(void)json_object_set_new(json, "hidden", json_integer(record->hidden));
	LX_TRY(put_fields(sight, record, parts, json));
	if (parts == LX_ALL_PARTS) {
		LX_TRY(put_lists(sight, record, json));
		LX_TRY(put_terms(sight, record, json));
		LX_TRY(put_consents(sight, record, json));
	}
	*reduced = json_incref(json);
	return LX_OK;
}

/* Effects of an inner part that this reader may not see are taken out. */
static enum lx_code keep_seen(
	const struct lx_sight *sight, const struct lx_record *record, json_t *effects)
{
	const struct lx_type *type = record->shape->type;

	for (size_t i = json_array_size(effects); i-- > 0;) {
		const json_t *effect = json_array_get(effects, i);
		const char *what = json_string_value(json_array_get(effect, 0));
		const char *name = json_string_value(json_array_get(effect, 1));
		int field = name == NULL ? -1 : lx_field_find(type->fields, lx_text(name));
		int list = name == NULL ? -1 : lx_rows_find(type, lx_text(name));
		bool may = field < 0;
		if (what != NULL && strncmp(what, "row", 3) == 0 && list >= 0)
			for (const struct lx_field *f = type->rows[list].fields;
				may && f->name != NULL; f++)
				LX_TRY(lx_may_see(sight, record, f, &may));
		else if (field >= 0)
			LX_TRY(lx_may_see(sight, record, &type->fields[field], &may));
		if (!may)
			(void)json_array_remove(effects, i);
	}
	return LX_OK;
}

/* What was entered while a record was withheld stays with its readers when it is published: an earlier wording of a draft is
 * nobody else's. A type without readers withholds only what is hidden, and shows it again. */
static enum lx_code may_read_shut(
	const struct lx_sight *sight, const struct lx_record *record, bool *may)
{
	const struct lx_relation *relation;
	struct lx_holding holding;

	if (record->shape->type->readers == NULL)
		return lx_may_read(sight, record, may);
	LX_TRY(lx_relation_any(sight, record, record->shape->type->readers, &relation, &holding));
	*may = relation != NULL;
	return LX_OK;
}

static enum lx_code add_inner(const struct lx_sight *sight, json_t *open, const json_t *inner)
{
	bool shut = json_object_get(open, "shut") != NULL, may;
	const char *of = json_string_value(json_object_get(shut ? inner : open, "of"));
	struct lx_record record;
	struct lx_ref ref;
	const struct lx_shape *shape = of != NULL && lx_ref_read(lx_text(of), &ref)
					       ? lx_shape_find(sight->region, ref.type)
					       : NULL;

	if (shape == NULL)
		return LX_OK;
	enum lx_code code = lx_record_load(sight->tx, shape, ref.number, &record);
	if (code != LX_OK)
		return code == LX_NOT_FOUND ? LX_OK : code;
	LX_TRY(shut ? may_read_shut(sight, &record, &may) : lx_may_read(sight, &record, &may));
	if (!may)
		return LX_OK;
	LX_CLOSE(lx_json_free) json_t *seen = json_deep_copy(inner);
	LX_TRY(keep_seen(sight, &record, json_object_get(seen, "do")));
	/* a shut entry whose every effect is restricted says nothing to who may see none of them */
	if (json_array_size(json_object_get(seen, "do")) > 0)
		(void)json_object_set(open, "inside", seen);
	return LX_OK;
}

enum lx_code lx_reduce_entry(const struct lx_sight *sight, int64_t n, json_t **reduced)
{
	LX_CLOSE(lx_json_free) json_t *open = NULL;
	LX_CLOSE(lx_json_free) json_t *inner = NULL;

	LX_TRY(lx_journal_read(sight->tx, n, &open, &inner));
	if (inner != NULL)
		LX_TRY(add_inner(sight, open, inner));
	*reduced = json_incref(open);
	return LX_OK;
}
