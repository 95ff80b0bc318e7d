/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What came in as the input of an act. A program sends JSON as the writer takes it; a form sends flat names:
 * "title", "names.zh", "helper.0.member", "answers.code".
 */
#include "kernel/pages/pages.h"

#include "kernel/types/input.h"

#include <stdio.h>
#include <string.h>

#define FORM_ROWS_MOST 60

static const struct lx_text *param(struct lx_request *request, const char *name)
{
	const struct lx_text *value = lx_form_param(request, name, 0);

	if (value == NULL)
		return NULL;
	/* a field left blank was not filled in */
	return lx_text_trim(*value).len == 0 ? NULL : value;
}

static void put_names(struct lx_request *request, const char *name, json_t *into, const char *key)
{
	char part[160];
	const struct lx_text *zh, *en;

	(void)snprintf(part, sizeof part, "%s.zh", name);
	zh = param(request, part);
	(void)snprintf(part, sizeof part, "%s.en", name);
	en = param(request, part);
	if (zh == NULL && en == NULL)
		return;
	(void)json_object_set_new(into, key,
		json_pack("{s:s%, s:s%}", "zh", zh == NULL ? "" : zh->at,
			zh == NULL ? (size_t)0 : zh->len, "en", en == NULL ? "" : en->at,
			en == NULL ? (size_t)0 : en->len));
}

/* Answers to the charter's questions: every field "answers.<code>". */
static void put_data(struct lx_request *request, const char *name, json_t *into, const char *key)
{
	size_t n = strlen(name);
	json_t *object = json_object();
	char code[64];

	for (size_t i = 0; i < request->form_n; i++) {
		struct lx_text own = request->form[i].name;
		if (own.len <= n + 1 || own.len - n >= sizeof code ||
			memcmp(own.at, name, n) != 0 || own.at[n] != '.' ||
			lx_text_trim(request->form[i].value).len == 0)
			continue;
		(void)snprintf(code, sizeof code, "%.*s", (int)(own.len - n - 1), own.at + n + 1);
		(void)json_object_set_new(object, code,
			json_stringn(request->form[i].value.at, request->form[i].value.len));
	}
	if (json_object_size(object) > 0)
		(void)json_object_set(into, key, object);
	json_decref(object);
}

static void put_field(
	struct lx_request *request, const struct lx_field *field, const char *name, json_t *into)
{
	if (field->kind == LX_NAMES) {
		put_names(request, name, into, field->name);
	} else if (field->kind == LX_DATA) {
		put_data(request, name, into, field->name);
	} else {
		const struct lx_text *value = param(request, name);
		if (value != NULL)
			(void)json_object_set_new(
				into, field->name, json_stringn(value->at, value->len));
	}
}

static bool ticked(struct lx_request *request, const char *prefix, const char *what)
{
	char name[160];

	(void)snprintf(name, sizeof name, "%s.%s", prefix, what);
	return param(request, name) != NULL;
}

/* The cells of one row; `number` 0: a new one, which is left out when nothing was filled in. */
static void put_row(struct lx_request *request, const struct lx_rows *rows, const char *prefix,
	int64_t number, json_t *list)
{
	json_t *row = json_object();
	char name[160];

	if (number != 0 && ticked(request, prefix, "drop"))
		(void)json_object_set_new(row, "drop", json_true());
	else
		for (const struct lx_field *f = rows->fields; f->name != NULL; f++) {
			(void)snprintf(name, sizeof name, "%s.%s", prefix, f->name);
			put_field(request, f, name, row);
		}
	if (number != 0)
		(void)json_object_set_new(row, "row", json_integer(number));
	if (json_object_size(row) > 0)
		(void)json_array_append(list, row);
	json_decref(row);
}

/* Rows that are there stand as "article.at3.…" and are sent when their box "article.at3.row" is ticked. */
static void put_chosen_rows(struct lx_request *request, const struct lx_rows *rows, json_t *list)
{
	char begin[64], prefix[96];
	size_t chosen = 0;

	(void)snprintf(begin, sizeof begin, "%s.at", rows->name);
	for (size_t i = 0; i < request->form_n && chosen < FORM_ROWS_MOST; i++) {
		struct lx_text name = request->form[i].name, rest = name, word, list_name;
		int64_t number;
		if (!lx_text_starts(name, begin) || !lx_text_split(&rest, '.', &list_name) ||
			!lx_text_split(&rest, '.', &word) || !lx_text_is(rest, "row") ||
			!lx_text_int((struct lx_text){ word.at + 2, word.len - 2 }, &number) ||
			number < 1)
			continue;
		(void)snprintf(prefix, sizeof prefix, "%s%lld", begin, (long long)number);
		put_row(request, rows, prefix, number, list);
		chosen++;
	}
}

static void put_rows(struct lx_request *request, const struct lx_rows *rows, json_t *into)
{
	json_t *list = json_array();
	char prefix[96];

	put_chosen_rows(request, rows, list);
	for (int i = 0; i < FORM_ROWS_MOST; i++) {
		const struct lx_text *which;
		char name[128];
		int64_t number = 0;
		(void)snprintf(prefix, sizeof prefix, "%s.%d", rows->name, i);
		(void)snprintf(name, sizeof name, "%s.row", prefix);
		which = param(request, name);
		if (which != NULL && !lx_text_int(*which, &number))
			number = 0;
		put_row(request, rows, prefix, number, list);
	}
	if (json_array_size(list) > 0)
		(void)json_object_set(into, rows->name, list);
	json_decref(list);
}

static void put_plain(struct lx_request *request, const char *name, json_t *into)
{
	const struct lx_text *value = param(request, name);

	if (value != NULL)
		(void)json_object_set_new(into, name, json_stringn(value->at, value->len));
}

static void from_form(struct lx_request *request, const struct lx_shape *shape,
	const struct lx_act *act, json_t *into)
{
	/* what the common acts take stands in no table */
	static const char *const plain[] = { "reason", "on", "consent", "says", "voice", "entry",
		"content", "ground" };
	struct lx_text rest = lx_text(act->takes);
	struct lx_taken taken;

	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		put_plain(request, plain[i], into);
	while (lx_takes_next(&rest, &taken)) {
		bool all = lx_text_is(taken.name, "*");
		for (const struct lx_field *f = shape->type->fields; f != NULL && f->name != NULL;
			f++)
			if (all || (taken.sign == 0 && lx_text_is(taken.name, f->name)))
				put_field(request, f, f->name, into);
		for (size_t i = 0; i < shape->rows_n; i++)
			if (all || (taken.sign != 0 &&
					   lx_text_is(taken.name, shape->type->rows[i].name)))
				put_rows(request, &shape->type->rows[i], into);
	}
	if (strcmp(act->name, "correct") == 0)
		for (const struct lx_field *f = shape->type->fields; f != NULL && f->name != NULL;
			f++)
			put_field(request, f, f->name, into);
}

/* A form may bring the whole order as `lianxi sign` wrote it: then that is what was asked for, not the fields beside it. */
static enum lx_code from_signed(struct lx_request *request, json_t **input)
{
	const struct lx_text *text = param(request, "signed");
	LX_CLOSE(lx_json_free) json_t *order = NULL;

	if (text == NULL)
		return LX_OK;
	if (lx_json_read(&request->call->fault, *text, &order) != LX_OK || !json_is_object(order)) {
		lx_fault_clear(&request->call->fault);
		return lx_fail(request->call, LX_INVALID, "signed", "proof.paste", NULL);
	}
	if (json_object_get(order, "signed") != NULL)
		*input = json_incref(order);
	return LX_OK;
}

enum lx_code lx_input_of_request(struct lx_request *request, const struct lx_shape *shape,
	const struct lx_act *act, json_t **input)
{
	if (request->json != NULL) {
		if (!json_is_object(request->json))
			return lx_fail(request->call, LX_INVALID, NULL, "input.object", NULL);
		*input = json_incref(request->json);
		return LX_OK;
	}
	*input = NULL;
	LX_TRY(from_signed(request, input));
	if (*input != NULL)
		return LX_OK;
	*input = json_object();
	if (*input == NULL)
		return lx_fail(request->call, LX_BROKEN, NULL, "base.memory", NULL);
	from_form(request, shape, act, *input);
	return LX_OK;
}
