/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Columns and cells of an imported file: what they hold, and the input of an act made from them. */
#include "cli/import.h"

#include "kernel/types/input.h"
#include "kernel/types/list.h"

#include <stdio.h>
#include <string.h>

/* What exports write about a record that no act takes. */
#define ABOUT "number state mark made.n made.at last.n last.at hidden terms consents"

/* --- the first line -------------------------------------------------------------------------- */

/* The part of a field that a column may hold. */
static bool part_fits(const struct lx_field *field, struct lx_text part)
{
	switch (field->kind) {
	case LX_NAMES:
		return lx_word_in(part, "zh en");
	case LX_TEXT:
		return part.len == 0 || lx_text_is(part, "lang");
	case LX_MONEY:
		return part.len == 0 || lx_text_is(part, "currency");
	default:
		return part.len == 0;
	}
}

static bool taken(const struct lx_import *import, const char *name)
{
	bool needed;

	return lx_act_takes(import->act, name, &needed);
}

/* A field or list of the type. */
static bool of_type(struct lx_import *import, struct lx_text name, struct lx_text part,
	struct lx_import_column *column)
{
	const struct lx_type *type = import->shape->type;
	int field = lx_field_find(type->fields, name), list = lx_rows_find(type, name);

	if (field >= 0) {
		column->field = &type->fields[field];
		column->name = column->field->name;
		column->kind = LX_COLUMN_FIELD;
		(void)snprintf(column->part, sizeof column->part, "%.*s", (int)part.len, part.at);
		if (!part_fits(column->field, part))
			return false;
	} else if (list >= 0 && part.len == 0) {
		column->name = type->rows[list].name;
		column->kind = LX_COLUMN_ROWS;
	} else {
		return false;
	}
	if (!taken(import, column->name))
		column->kind = LX_COLUMN_NOT_TAKEN;
	return true;
}

static bool column_of(struct lx_import *import, struct lx_import_column *column)
{
	struct lx_text rest = column->head, name;

	if (lx_word_in(column->head, ABOUT)) {
		column->kind = LX_COLUMN_NOT_TAKEN;
		return true;
	}
	if (lx_text_is(column->head, "lang")) {
		column->kind = LX_COLUMN_LANG;
		return true;
	}
	bool on = lx_text_is(column->head, "on");
	if (on || lx_text_is(column->head, "reason")) {
		column->name = on ? "on" : "reason";
		column->kind = LX_COLUMN_PLAIN;
		return on ? import->act->dated : taken(import, "reason");
	}
	return lx_text_split(&rest, '.', &name) && of_type(import, name, rest, column);
}

enum lx_code lx_import_columns(struct lx_import *import, struct lx_csv *csv)
{
	struct lx_call *call = &import->cli->call;
	struct lx_csv_field cells[LX_IMPORT_COLUMNS];
	size_t n;

	LX_TRY(lx_csv_row(call, csv, cells, LX_IMPORT_COLUMNS, &n));
	if (n == 0)
		return lx_fault_at(&call->fault, LX_INVALID, 1, 1, "import.empty", NULL);
	for (size_t i = 0; i < n; i++) {
		struct lx_import_column column = { .head = lx_text_trim(cells[i].text) };
		if (!column_of(import, &column))
			return lx_fault_at(&call->fault, LX_INVALID, csv->line, cells[i].column,
				"import.column", "%.*s", (int)column.head.len, column.head.at);
		for (size_t k = 0; k < i; k++)
			if (lx_text_equal(import->columns[k].head, column.head))
				return lx_fault_at(&call->fault, LX_INVALID, csv->line,
					cells[i].column, "import.column_twice", "%.*s",
					(int)column.head.len, column.head.at);
		import->columns[i] = column;
	}
	import->columns_n = n;
	return LX_OK;
}

/* --- places ---------------------------------------------------------------------------------- */

/* The cell that a fault's field names: "figure.0.year" lies in the column of figure. */
static size_t cell_of(const struct lx_import *import, const char *field, size_t n)
{
	struct lx_text rest = lx_text(field), name;

	if (lx_text_split(&rest, '.', &name))
		for (size_t i = 0; i < import->columns_n && i < n; i++)
			if (import->columns[i].name != NULL &&
				lx_text_is(name, import->columns[i].name))
				return i;
	return 0;
}

void lx_import_place(const struct lx_import *import, const struct lx_csv *csv,
	const struct lx_csv_field *cells, size_t n)
{
	struct lx_fault *fault = &import->cli->call.fault;
	char field[LX_FIELD_MAX];

	if (fault->line == 0 && n > 0) {
		fault->line = csv->line;
		fault->column = cells[cell_of(import, fault->field, n)].column;
	}
	memcpy(field, fault->field, sizeof field);
	lx_cli_in(import->cli, import->path);
	size_t used = strlen(fault->field), more = strlen(field);
	if (more > 0 && used + more + 2 <= sizeof fault->field) {
		fault->field[used] = ' ';
		memcpy(fault->field + used + 1, field, more + 1);
	}
}

/* --- one line -------------------------------------------------------------------------------- */

static enum lx_code cell_fault(const struct lx_import *import, const struct lx_csv *csv,
	const struct lx_csv_field *cell, const char *msgid, const char *detail)
{
	return lx_fault_at(
		&import->cli->call.fault, LX_INVALID, csv->line, cell->column, msgid, "%s", detail);
}

static json_t *part_of(json_t *input, const char *name)
{
	json_t *object = json_object_get(input, name);

	if (object == NULL) {
		object = json_object();
		(void)json_object_set_new(input, name, object);
	}
	return object;
}

/* A record of the linked type by its unique word: members by their code. */
static enum lx_code by_code(const struct lx_import *import, struct lx_tx *tx,
	const struct lx_field *field, struct lx_text code, char ref[64])
{
	struct lx_text rest = lx_text(field->of), type;

	ref[0] = '\0';
	while (ref[0] == '\0' && lx_text_word(&rest, &type)) {
		const struct lx_shape *shape = lx_shape_find(&import->opened->region, type);
		const struct lx_field *f = shape == NULL ? NULL : shape->type->fields;
		while (f != NULL && f->name != NULL &&
			!(f->kind == LX_WORD && lx_word_in(LX_TEXT_OF("unique"), f->use)))
			f++;
		if (f == NULL || f->name == NULL)
			continue;
		struct lx_list_spec spec = {
			.shape = shape, .sort = LX_SORT_OLD, .most = 1, .filters_n = 1
		};
		struct lx_list_found found;
		spec.filters[0].field = (int)(f - shape->type->fields);
		spec.filters[0].list = -1;
		spec.filters[0].value = code;
		LX_TRY(lx_list_find(tx, &spec, &found));
		if (found.n == 1)
			(void)snprintf(
				ref, 64, "%s/%lld", shape->type->name, (long long)found.numbers[0]);
	}
	return LX_OK;
}

static enum lx_code link_cell(const struct lx_import *import, struct lx_tx *tx,
	const struct lx_field *field, struct lx_text text, json_t **value)
{
	char ref[64] = "";
	struct lx_ref read;

	if (!lx_ref_read(text, &read))
		LX_TRY(by_code(import, tx, field, text, ref));
	*value = ref[0] != '\0' ? json_string(ref) : json_stringn(text.at, text.len);
	return LX_OK;
}

/* What an export wrote of a row, as an act takes it: no number of its own, links by their name. */
static void plain_row(json_t *row)
{
	const char *key;
	json_t *value;
	void *next;

	(void)json_object_del(row, "row");
	json_object_foreach_safe(row, next, key, value)
	{
		json_t *ref = json_object_get(value, "ref");
		if (json_is_null(value))
			(void)json_object_del(row, key);
		else if (ref != NULL)
			(void)json_object_set(row, key, ref);
	}
}

static enum lx_code json_cell(const struct lx_import *import, const struct lx_csv *csv,
	const struct lx_csv_field *cell, struct lx_text text, json_t **value)
{
	struct lx_fault fault = { 0 };

	if (lx_json_read(&fault, text, value) != LX_OK)
		return cell_fault(import, csv, cell, "import.json", fault.detail);
	for (size_t i = 0; i < json_array_size(*value); i++)
		plain_row(json_array_get(*value, i));
	return LX_OK;
}

static enum lx_code field_cell(const struct lx_import *import, struct lx_tx *tx,
	const struct lx_import_column *column, struct lx_text text, json_t *input)
{
	json_t *value = NULL;

	if (column->field->kind == LX_LINK)
		LX_TRY(link_cell(import, tx, column->field, text, &value));
	else
		value = json_stringn(text.at, text.len);
	if (column->field->kind == LX_NAMES)
		(void)json_object_set_new(part_of(input, column->name), column->part, value);
	else if (column->field->kind == LX_TEXT)
		(void)json_object_set_new(part_of(input, column->name),
			column->part[0] == '\0' ? "text" : column->part, value);
	else
		(void)json_object_set_new(input, column->name, value);
	return LX_OK;
}

static enum lx_code one_cell(const struct lx_import *import, struct lx_tx *tx,
	const struct lx_csv *csv, const struct lx_csv_field *cell, size_t i, json_t *input)
{
	const struct lx_import_column *column = &import->columns[i];
	struct lx_text text = lx_csv_plain(cell->text);
	json_t *value = NULL;

	if (text.len == 0 || column->kind == LX_COLUMN_NOT_TAKEN || column->kind == LX_COLUMN_LANG)
		return LX_OK;
	if (column->kind == LX_COLUMN_PLAIN) {
		(void)json_object_set_new(input, column->name, json_stringn(text.at, text.len));
		return LX_OK;
	}
	if (column->kind == LX_COLUMN_ROWS || column->field->kind == LX_DATA) {
		LX_TRY(json_cell(import, csv, cell, text, &value));
		(void)json_object_set_new(input, column->name, value);
		return LX_OK;
	}
	if (column->field->kind == LX_MONEY && column->part[0] != '\0')
		return lx_text_is(text, import->currency)
			       ? LX_OK
			       : cell_fault(import, csv, cell, "import.currency", import->currency);
	return field_cell(import, tx, column, text, input);
}

/* A language without a text is nothing. */
static void drop_bare_languages(const struct lx_import *import, json_t *input)
{
	for (size_t i = 0; i < import->columns_n; i++) {
		const struct lx_import_column *column = &import->columns[i];
		if (column->kind == LX_COLUMN_FIELD && strcmp(column->part, "lang") == 0 &&
			json_object_get(json_object_get(input, column->name), "text") == NULL)
			(void)json_object_del(input, column->name);
	}
}

static const char *line_lang(const struct lx_import *import, const struct lx_csv_field *cells)
{
	for (size_t i = 0; i < import->columns_n; i++)
		if (import->columns[i].kind == LX_COLUMN_LANG && cells[i].text.len > 0)
			return lx_text_starts(cells[i].text, "en") ? "en" : "zh-CN";
	return import->lang;
}

enum lx_code lx_import_input(const struct lx_import *import, struct lx_tx *tx,
	const struct lx_csv *csv, const struct lx_csv_field *cells, size_t n, json_t **input,
	const char **lang)
{
	char want[24];

	if (n != import->columns_n) {
		(void)snprintf(want, sizeof want, "%zu", import->columns_n);
		return cell_fault(import, csv,
			&cells[n < import->columns_n ? n - 1 : import->columns_n], "import.cells",
			want);
	}
	*input = json_object();
	if (*input == NULL)
		return lx_fail(&import->cli->call, LX_BROKEN, NULL, "base.memory", NULL);
	for (size_t i = 0; i < n; i++)
		LX_TRY(one_cell(import, tx, csv, &cells[i], i, *input));
	drop_bare_languages(import, *input);
	*lang = line_lang(import, cells);
	return LX_OK;
}
