/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * /openapi.json: the API as OpenAPI 3.1 describes it, written from the declarations of the types that are on. Field names, kinds and
 * what an act takes are those of the tables, so the description cannot differ from what is served.
 */
#include "base/json.h"
#include "kernel/pages/openapi.h"

#include <stdio.h>
#include <string.h>

static const char *const kind_schemas[] = {
	[LX_NUMBER] = "Number",
	[LX_DECIMAL] = "Decimal",
	[LX_MONEY] = "Money",
	[LX_DATE] = "Day",
	[LX_MOMENT] = "Moment",
	[LX_CODE] = "Code",
	[LX_WORD] = "Word",
	[LX_NAMES] = "Names",
	[LX_TEXT] = "Prose",
	[LX_SEALED] = "Sealed",
	[LX_PERSON] = "Pseudonym",
	[LX_LINK] = "Link",
	[LX_HASH] = "Hash",
	[LX_COUNT] = "Count",
};
static const char *const input_schemas[] = {
	[LX_NUMBER] = "NumberInput",
	[LX_DECIMAL] = "DecimalInput",
	[LX_MONEY] = "MoneyInput",
	[LX_DATE] = "DayInput",
	[LX_MOMENT] = "MomentInput",
	[LX_CODE] = "Code",
	[LX_WORD] = "Word",
	[LX_NAMES] = "NamesInput",
	[LX_TEXT] = "ProseInput",
	[LX_SEALED] = "SealedInput",
	[LX_PERSON] = "PersonInput",
	[LX_LINK] = "LinkInput",
	[LX_HASH] = "Hash",
};

#define KINDS (sizeof kind_schemas / sizeof kind_schemas[0])

void lx_openapi_ref(struct lx_json *j, const char *kind, const char *name)
{
	char ref[96];

	(void)snprintf(ref, sizeof ref, "#/components/%s/%s", kind, name);
	lx_json_open(j, '{');
	lx_json_key(j, "$ref");
	lx_json_str(j, ref);
	lx_json_close(j, '}');
}

void lx_openapi_pair(struct lx_json *j, const char *key, const char *value)
{
	lx_json_key(j, key);
	lx_json_str(j, value);
}

/* --- schemas --------------------------------------------------------------------------------- */

static void words(struct lx_json *j, const char *list, bool or_null)
{
	struct lx_text rest = lx_text(list), word;

	lx_json_key(j, "enum");
	lx_json_open(j, '[');
	while (lx_text_word(&rest, &word))
		lx_json_text(j, word);
	if (or_null)
		lx_json_null(j);
	lx_json_close(j, ']');
}

static void choice(struct lx_json *j, const struct lx_field *field, bool or_null)
{
	lx_json_open(j, '{');
	words(j, field->of, or_null);
	lx_json_close(j, '}');
}

/* A field as records show it: every one but what is counted may be null. */
static void field_schema(struct lx_json *j, const struct lx_field *field)
{
	if (field->kind == LX_CHOICE) {
		choice(j, field, true);
		return;
	}
	if ((size_t)field->kind >= KINDS || kind_schemas[field->kind] == NULL) {
		lx_json_open(j, '{'); /* data and files: whatever their checker takes */
		lx_json_close(j, '}');
		return;
	}
	lx_openapi_ref(j, "schemas", kind_schemas[field->kind]);
}

static void input_schema(struct lx_json *j, const struct lx_field *field)
{
	if (field->kind == LX_CHOICE) {
		choice(j, field, false);
		return;
	}
	bool known = (size_t)field->kind < sizeof input_schemas / sizeof input_schemas[0] &&
		     input_schemas[field->kind] != NULL;
	if (!known) {
		lx_json_open(j, '{');
		lx_json_close(j, '}');
		return;
	}
	lx_openapi_ref(j, "schemas", input_schemas[field->kind]);
}

static void field_members(struct lx_json *j, const struct lx_field *fields)
{
	for (const struct lx_field *f = fields; f != NULL && f->name != NULL; f++) {
		lx_json_key(j, f->name);
		field_schema(j, f);
	}
}

/* A list: an array of objects with their number and fields; what an act takes may also drop a row. */
static void rows_schema(struct lx_json *j, const struct lx_rows *rows, bool input)
{
	lx_json_open(j, '{');
	lx_openapi_pair(j, "type", "array");
	lx_json_key(j, "items");
	lx_json_open(j, '{');
	lx_openapi_pair(j, "type", "object");
	lx_json_key(j, "properties");
	lx_json_open(j, '{');
	lx_json_key(j, "row");
	lx_openapi_ref(j, "schemas", "Count");
	if (input) {
		lx_json_key(j, "drop");
		lx_json_open(j, '{');
		lx_openapi_pair(j, "type", "boolean");
		lx_json_close(j, '}');
	}
	for (const struct lx_field *f = rows->fields; f->name != NULL; f++) {
		lx_json_key(j, f->name);
		if (input)
			input_schema(j, f);
		else
			field_schema(j, f);
	}
	lx_json_close(j, '}');
	lx_json_close(j, '}');
	lx_json_close(j, '}');
}

static void list_members(struct lx_json *j, const struct lx_type *type)
{
	for (const struct lx_rows *r = type->rows; r != NULL && r->name != NULL; r++) {
		if (r->many)
			continue;
		lx_json_key(j, r->name);
		rows_schema(j, r, false);
	}
}

/* type, number, state … as reduction gives them for every record */
static void common_members(struct lx_json *j, const struct lx_type *type)
{
	lx_json_key(j, "type");
	lx_json_open(j, '{');
	lx_openapi_pair(j, "const", type->name);
	lx_json_close(j, '}');
	lx_json_key(j, "number");
	lx_openapi_ref(j, "schemas", "Count");
	lx_json_key(j, "state");
	lx_json_open(j, '{');
	lx_json_key(j, "enum");
	lx_json_open(j, '[');
	for (const struct lx_state *s = type->states; s->name != NULL; s++)
		lx_json_str(j, s->name);
	lx_json_close(j, ']');
	lx_json_close(j, '}');
	lx_json_key(j, "mark");
	lx_json_open(j, '{');
	words(j, "wait work soon late done shut", false);
	lx_json_close(j, '}');
	static const char *const moments[] = { "made", "last" };
	for (size_t i = 0; i < 2; i++) {
		lx_json_key(j, moments[i]);
		lx_openapi_ref(j, "schemas", "EntryMark");
	}
	lx_json_key(j, "terms");
	lx_openapi_ref(j, "schemas", "Terms");
	lx_json_key(j, "consents");
	lx_openapi_ref(j, "schemas", "Consents");
}

void lx_openapi_record_schema(struct lx_json *j, const struct lx_type *type)
{
	lx_json_key(j, type->name);
	lx_json_open(j, '{');
	lx_openapi_pair(j, "type", "object");
	lx_json_key(j, "required");
	lx_json_open(j, '[');
	static const char *const always[] = { "type", "number", "state", "mark", "made", "last" };
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		lx_json_str(j, always[i]);
	lx_json_close(j, ']');
	lx_json_key(j, "properties");
	lx_json_open(j, '{');
	common_members(j, type);
	field_members(j, type->fields);
	list_members(j, type);
	lx_json_close(j, '}');
	lx_json_close(j, '}');
}

/* --- what an act takes ----------------------------------------------------------------------- */

static bool takes_by_name(const struct lx_act *act, const char *name)
{
	struct lx_text rest = lx_text(act->takes);
	struct lx_taken taken;

	while (lx_takes_next(&rest, &taken))
		if (lx_text_is(taken.name, name))
			return true;
	return false;
}

/* What "*" stands for: whatever the act does not name besides. */
static void everything(struct lx_json *j, const struct lx_type *type, const struct lx_act *act)
{
	for (const struct lx_field *f = type->fields; f->name != NULL; f++)
		if (f->kind != LX_COUNT && !takes_by_name(act, f->name)) {
			lx_json_key(j, f->name);
			input_schema(j, f);
		}
	for (const struct lx_rows *r = type->rows; r != NULL && r->name != NULL; r++)
		if (!takes_by_name(act, r->name)) {
			lx_json_key(j, r->name);
			rows_schema(j, r, true);
		}
}

static void taken_members(struct lx_json *j, const struct lx_type *type, const struct lx_act *act)
{
	struct lx_text rest = lx_text(act->takes == NULL ? "" : act->takes);
	struct lx_taken taken;

	while (lx_takes_next(&rest, &taken)) {
		int list = taken.sign == 0 ? -1 : lx_rows_find(type, taken.name);
		int field = lx_field_find(type->fields, taken.name);
		char name[48];
		(void)snprintf(name, sizeof name, "%.*s", (int)taken.name.len, taken.name.at);
		if (lx_text_is(taken.name, "*")) {
			everything(j, type, act);
		} else if (list >= 0) {
			lx_json_key(j, name);
			rows_schema(j, &type->rows[list], true);
		} else if (field >= 0) {
			lx_json_key(j, name);
			input_schema(j, &type->fields[field]);
		} else if (lx_text_is(taken.name, "reason")) {
			lx_json_key(j, name);
			lx_openapi_ref(j, "schemas", "ProseInput");
		}
	}
	if (act->dated) {
		lx_json_key(j, "on");
		lx_openapi_ref(j, "schemas", "DayInput");
	}
}

void lx_openapi_act_schema(struct lx_json *j, const struct lx_type *type, const struct lx_act *act)
{
	lx_json_open(j, '{');
	lx_openapi_pair(j, "type", "object");
	lx_json_key(j, "properties");
	lx_json_open(j, '{');
	taken_members(j, type, act);
	lx_json_key(j, "signed");
	lx_openapi_ref(j, "schemas", "Signed");
	lx_json_close(j, '}');
	lx_json_close(j, '}');
}

/* --- the whole ------------------------------------------------------------------------------- */

static void info(const struct lx_reader *reader, struct lx_json *j)
{
	struct lx_value names = lx_record_value(&reader->charter.record, "names");
	LX_CLOSE(lx_json_free)
	json_t *json = json_loadb(
		names.kind == LX_V_NULL ? "" : names.text.at, names.text.len, 0, NULL);
	struct lx_words region = lx_show_words(reader, json);

	lx_json_key(j, "info");
	lx_json_open(j, '{');
	lx_json_key(j, "title");
	lx_json_text(j, region.text.len > 0 ? region.text : LX_TEXT_OF("Lianxi"));
	lx_openapi_pair(j, "version", "1");
	lx_openapi_pair(j, "description", lx_tr(reader->request->lang, "api.about"));
	lx_json_key(j, "license");
	lx_json_open(j, '{');
	lx_openapi_pair(j, "name", "AGPL-3.0-or-later");
	lx_openapi_pair(j, "identifier", "AGPL-3.0-or-later");
	lx_json_close(j, '}');
	lx_json_close(j, '}');
}

static bool described(const struct lx_reader *reader, const struct lx_type *type)
{
	return type->section != NULL && lx_charter_on(&reader->charter, type->name);
}

static void paths(const struct lx_reader *reader, struct lx_json *j)
{
	lx_json_key(j, "paths");
	lx_json_open(j, '{');
	for (size_t i = 0; i < reader->app->region->n; i++) {
		const struct lx_type *type = reader->app->region->shapes[i].type;
		if (described(reader, type) && strcmp(type->name, "charter") != 0)
			lx_openapi_type_paths(reader, j, type);
	}
	lx_openapi_fixed_paths(reader, j);
	lx_json_close(j, '}');
}

static void components(const struct lx_reader *reader, struct lx_json *j)
{
	lx_json_key(j, "components");
	lx_json_open(j, '{');
	lx_json_key(j, "schemas");
	lx_json_open(j, '{');
	for (size_t i = 0; i < reader->app->region->n; i++)
		if (described(reader, reader->app->region->shapes[i].type))
			lx_openapi_record_schema(j, reader->app->region->shapes[i].type);
	lx_openapi_common_schemas(j);
	lx_json_close(j, '}');
	lx_openapi_common_parts(j);
	lx_json_close(j, '}');
}

enum lx_code lx_page_openapi(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_json j = { .out = &reply->body };

	LX_TRY(lx_reader_open(request, &reader));
	if (lx_reply_fresh(request, reply, reader.charter.record.last_n))
		return LX_OK;
	reply->media = "application/json; charset=utf-8";
	lx_json_open(&j, '{');
	lx_openapi_pair(&j, "openapi", "3.1.0");
	info(&reader, &j);
	lx_json_key(&j, "servers");
	lx_json_open(&j, '[');
	lx_json_open(&j, '{');
	lx_openapi_pair(&j, "url", "/");
	lx_json_close(&j, '}');
	lx_json_close(&j, ']');
	lx_json_key(&j, "security");
	lx_json_open(&j, '[');
	lx_json_open(&j, '{');
	lx_json_close(&j, '}');
	lx_json_open(&j, '{');
	lx_json_key(&j, "token");
	lx_json_open(&j, '[');
	lx_json_close(&j, ']');
	lx_json_close(&j, '}');
	lx_json_close(&j, ']');
	paths(&reader, &j);
	components(&reader, &j);
	lx_json_close(&j, '}');
	return LX_OK;
}
