/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The addresses of the API's description; what does not come from a type stands in openapi/<name>.json. */
#include "kernel/pages/openapi.h"
#include "kernel/pages/openapi_data.h"

#include <stdio.h>
#include <string.h>

/* The members of an object in a data file, behind those written already. */
static void fragment(struct lx_json *j, const char *name)
{
	struct lx_text file = lx_embedded_find(lx_openapi_files, name);

	if (file.len < 3)
		return;
	if (j->some)
		lx_buf_char(j->out, ',');
	lx_buf_put(j->out, file.at + 1, file.len - 2);
	j->some = true;
}

void lx_openapi_common_schemas(struct lx_json *j)
{
	fragment(j, "schemas.json");
}

void lx_openapi_common_parts(struct lx_json *j)
{
	fragment(j, "parts.json");
}

void lx_openapi_fixed_paths(const struct lx_reader *reader, struct lx_json *j)
{
	(void)reader;
	fragment(j, "paths.json");
}

static void refs(struct lx_json *j, const char *kind, const char *names)
{
	struct lx_text rest = lx_text(names), word;
	char name[48];

	while (lx_text_word(&rest, &word)) {
		(void)snprintf(name, sizeof name, "%.*s", (int)word.len, word.at);
		lx_openapi_ref(j, kind, name);
	}
}

/* "404 None 409 Conflict": refused so. */
static void refusals(struct lx_json *j, const char *rows)
{
	struct lx_text rest = lx_text(rows), status, name;
	char key[8], said[32];

	while (lx_text_word(&rest, &status) && lx_text_word(&rest, &name)) {
		(void)snprintf(key, sizeof key, "%.*s", (int)status.len, status.at);
		(void)snprintf(said, sizeof said, "%.*s", (int)name.len, name.at);
		lx_json_key(j, key);
		lx_openapi_ref(j, "responses", said);
	}
}

static void named(struct lx_json *j, const char *id, const char *type, const char *second,
	struct lx_text label)
{
	char operation[96];

	(void)snprintf(operation, sizeof operation, "%s_%s%s%s", id, type,
		second == NULL ? "" : "_", second == NULL ? "" : second);
	lx_openapi_pair(j, "operationId", operation);
	lx_json_key(j, "summary");
	lx_json_text(j, label);
	lx_json_key(j, "tags");
	lx_json_open(j, '[');
	lx_json_str(j, type);
	lx_json_close(j, ']');
}

/* ETag, and Link where the answer is a page of a list. */
static void headers(struct lx_json *j, bool pages)
{
	static const char *const names[] = { "ETag", "Link" };

	lx_json_key(j, "headers");
	lx_json_open(j, '{');
	for (size_t i = 0; i < (pages ? 2u : 1u); i++) {
		lx_json_key(j, names[i]);
		lx_json_open(j, '{');
		lx_json_key(j, "schema");
		lx_json_open(j, '{');
		lx_openapi_pair(j, "type", "string");
		lx_json_close(j, '}');
		lx_json_close(j, '}');
	}
	lx_json_close(j, '}');
}

static void json_content(struct lx_json *j)
{
	lx_json_key(j, "content");
	lx_json_open(j, '{');
	lx_json_key(j, "application/json");
	lx_json_open(j, '{');
	lx_json_key(j, "schema");
}

static void end_content(struct lx_json *j)
{
	lx_json_close(j, '}');
	lx_json_close(j, '}');
}

/* {"<plural>": [records], "total": n} */
static void list_schema(struct lx_json *j, const struct lx_type *type)
{
	lx_json_open(j, '{');
	lx_openapi_pair(j, "type", "object");
	lx_json_key(j, "required");
	lx_json_open(j, '[');
	lx_json_str(j, type->plural);
	lx_json_str(j, "total");
	lx_json_close(j, ']');
	lx_json_key(j, "properties");
	lx_json_open(j, '{');
	lx_json_key(j, type->plural);
	lx_json_open(j, '{');
	lx_openapi_pair(j, "type", "array");
	lx_json_key(j, "items");
	lx_openapi_ref(j, "schemas", type->name);
	lx_json_close(j, '}');
	lx_json_key(j, "total");
	lx_openapi_ref(j, "schemas", "Count");
	lx_json_close(j, '}');
	lx_json_close(j, '}');
}

static void answer_read(struct lx_json *j, const struct lx_type *type, bool list)
{
	lx_json_key(j, "responses");
	lx_json_open(j, '{');
	lx_json_key(j, "200");
	lx_json_open(j, '{');
	lx_openapi_pair(j, "description", type->name);
	headers(j, list);
	json_content(j);
	if (list)
		list_schema(j, type);
	else
		lx_openapi_ref(j, "schemas", type->name);
	end_content(j);
	lx_json_close(j, '}');
	refusals(j,
		"304 NotModified 400 Malformed 404 None 406 NotAcceptable 422 Invalid 429 Often "
		"503 Busy");
	lx_json_close(j, '}');
}

/* A filter is a parameter of the field's name. */
static void filters(struct lx_json *j, const struct lx_field *fields)
{
	for (const struct lx_field *f = fields; f != NULL && f->name != NULL; f++) {
		if (!lx_word_in(LX_TEXT_OF("filter"), f->use) || f->kind == LX_MOMENT ||
			f->kind == LX_NUMBER)
			continue;
		lx_json_open(j, '{');
		lx_openapi_pair(j, "name", f->name);
		lx_openapi_pair(j, "in", "query");
		lx_json_key(j, "schema");
		lx_json_open(j, '{');
		lx_openapi_pair(j, "type", "string");
		lx_json_close(j, '}');
		lx_json_close(j, '}');
	}
}

static void state_filter(struct lx_json *j, const struct lx_type *type)
{
	lx_json_open(j, '{');
	lx_openapi_pair(j, "name", "state");
	lx_openapi_pair(j, "in", "query");
	lx_json_key(j, "schema");
	lx_json_open(j, '{');
	lx_json_key(j, "enum");
	lx_json_open(j, '[');
	for (const struct lx_state *s = type->states; s->name != NULL; s++)
		lx_json_str(j, s->name);
	lx_json_close(j, ']');
	lx_json_close(j, '}');
	lx_json_close(j, '}');
}

static void path(struct lx_json *j, const char *plural, const char *rest)
{
	char address[128];

	(void)snprintf(address, sizeof address, "/api/v1/%s%s", plural, rest);
	lx_json_key(j, address);
	lx_json_open(j, '{');
}

static void list_path(const struct lx_reader *reader, struct lx_json *j, const struct lx_type *type)
{
	path(j, type->plural, "");
	lx_json_key(j, "get");
	lx_json_open(j, '{');
	named(j, "list", type->plural, NULL,
		lx_show_key(reader, type->name, "+", lx_text("")).text);
	lx_json_key(j, "parameters");
	lx_json_open(j, '[');
	refs(j, "parameters", "lang q page before limit none_match");
	state_filter(j, type);
	filters(j, type->fields);
	for (const struct lx_rows *r = type->rows; r != NULL && r->name != NULL; r++)
		filters(j, r->fields);
	lx_json_close(j, ']');
	answer_read(j, type, true);
	lx_json_close(j, '}');
	lx_json_close(j, '}');
}

static void item_path(const struct lx_reader *reader, struct lx_json *j, const struct lx_type *type)
{
	path(j, type->plural, "/{n}");
	lx_json_key(j, "get");
	lx_json_open(j, '{');
	named(j, "get", type->name, NULL, lx_show_key(reader, "", "", lx_text(type->name)).text);
	lx_json_key(j, "parameters");
	lx_json_open(j, '[');
	refs(j, "parameters", "n lang none_match");
	lx_json_close(j, ']');
	answer_read(j, type, false);
	lx_json_close(j, '}');
	lx_json_close(j, '}');
}

static void act_path(const struct lx_reader *reader, struct lx_json *j, const struct lx_type *type,
	const struct lx_act *act)
{
	char rest[80];

	(void)snprintf(rest, sizeof rest, act->from == NULL ? "/new/%s" : "/{n}/%s", act->name);
	path(j, type->plural, rest);
	lx_json_key(j, "post");
	lx_json_open(j, '{');
	named(j, "act", type->name, act->name,
		lx_show_key(reader, type->name, ".", lx_text(act->name)).text);
	lx_json_key(j, "parameters");
	lx_json_open(j, '[');
	refs(j, "parameters", act->from == NULL ? "lang key" : "n lang key match");
	lx_json_close(j, ']');
	lx_json_key(j, "requestBody");
	lx_json_open(j, '{');
	json_content(j);
	lx_openapi_act_schema(j, type, act);
	end_content(j);
	lx_json_close(j, '}');
	lx_json_key(j, "responses");
	lx_json_open(j, '{');
	lx_json_key(j, act->from == NULL ? "201" : "200");
	lx_openapi_ref(j, "responses", "Done");
	refusals(j,
		"400 Malformed 401 SignIn 403 Forbidden 404 None 406 NotAcceptable 409 Conflict "
		"412 Changed 413 TooLong 415 Media 422 Invalid 429 Often 503 Busy");
	lx_json_close(j, '}');
	lx_json_close(j, '}');
	lx_json_close(j, '}');
}

/* Acts that somebody may do from outside: not the clock's, not consequences. */
static bool by_people(const struct lx_act *act)
{
	struct lx_text rest = lx_text(act->who == NULL ? "" : act->who), word;

	while (lx_text_word(&rest, &word))
		if (!lx_text_is(word, "clock") && !lx_text_is(word, "cause"))
			return true;
	return false;
}

void lx_openapi_type_paths(
	const struct lx_reader *reader, struct lx_json *j, const struct lx_type *type)
{
	list_path(reader, j, type);
	item_path(reader, j, type);
	for (const struct lx_act *act = type->acts; act->name != NULL; act++)
		if (by_people(act))
			act_path(reader, j, type, act);
}
