/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Appraisals from JSON: {"kind": "dea", "dmus": […], "inputs": [[…]], "outputs": [[…]]} and so on, one
 * small reader a kind. Numbers may be written as text, as decimals or fractions. Fields that a kind
 * does not know are passed over: files carry sources and notes too.
 */
#include "engines/appraise/read_json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum lx_code lx_source_fault(struct source *s, const char *field, const char *msgid)
{
	return lx_fail(s->call, LX_INVALID, field, msgid, NULL);
}

enum lx_code lx_source_fault_at(
	struct source *s, const char *field, size_t row, size_t column, const char *msgid)
{
	char place[LX_FIELD_MAX];

	if (column == NOWHERE)
		(void)snprintf(place, sizeof place, "%s[%zu]", field, row + 1);
	else
		(void)snprintf(place, sizeof place, "%s[%zu][%zu]", field, row + 1, column + 1);
	return lx_source_fault(s, place, msgid);
}

enum lx_code lx_source_need(struct source *s, const char *field, json_type type, json_t **value)
{
	*value = json_object_get(s->root, field);
	if (*value == NULL)
		return lx_source_fault(s, field, "appraise.field_missing");
	if (json_typeof(*value) != type)
		return lx_source_fault(s, field,
			type == JSON_ARRAY ? "appraise.not_list" : "appraise.field_wrong");
	return LX_OK;
}

/* ---- Numbers and names ---- */

static bool number_of(const json_t *value, double *number)
{
	if (json_is_string(value))
		return lx_number_read(
			(struct lx_text){ json_string_value(value), json_string_length(value) },
			number);
	if (!json_is_number(value))
		return false;
	*number = json_number_value(value);
	return isfinite(*number);
}

enum lx_code lx_source_number(struct source *s, const char *field, double *number)
{
	const json_t *value = json_object_get(s->root, field);

	if (value == NULL || number_of(value, number))
		return LX_OK;
	return lx_source_fault(s, field, "appraise.not_number");
}

/* A whole number from 0 to `most`. */
enum lx_code lx_source_whole(struct source *s, const char *field, uint64_t most, uint64_t *number)
{
	const json_t *value = json_object_get(s->root, field);

	if (value == NULL)
		return LX_OK;
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
		(uint64_t)json_integer_value(value) > most)
		return lx_source_fault(s, field, "appraise.not_whole");
	*number = (uint64_t)json_integer_value(value);
	return LX_OK;
}

/* `holes`: null is a missing number, NaN. */
enum lx_code lx_source_numbers(struct source *s, const json_t *list, const char *field, size_t row,
	bool holes, double *out)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *value = json_array_get(list, i);
		out[i] = NAN;
		if ((holes && json_is_null(value)) || number_of(value, &out[i]))
			continue;
		return row == NOWHERE
			       ? lx_source_fault_at(s, field, i, NOWHERE, "appraise.not_number")
			       : lx_source_fault_at(s, field, row, i, "appraise.not_number");
	}
	return LX_OK;
}

/* A list of `n` numbers (NOWHERE: as many as there are, told in *found). */
enum lx_code lx_source_list(
	struct source *s, const char *field, size_t n, const double **out, size_t *found)
{
	json_t *list;

	LX_TRY(lx_source_need(s, field, JSON_ARRAY, &list));
	if (n != NOWHERE && json_array_size(list) != n)
		return lx_fail(s->call, LX_INVALID, field, "appraise.length", "%zu", n);
	if (json_array_size(list) > LX_CELLS_MAX)
		return lx_source_fault(s, field, "appraise.list_long");
	double *numbers = lx_doubles(s->call, json_array_size(list));
	if (numbers == NULL)
		return LX_BROKEN;
	LX_TRY(lx_source_numbers(s, list, field, NOWHERE, false, numbers));
	*out = numbers;
	if (found != NULL)
		*found = json_array_size(list);
	return LX_OK;
}

static enum lx_code copy_text(struct source *s, const json_t *value, struct lx_text *out)
{
	size_t len = json_string_length(value);
	char *copy = lx_alloc(s->call, len + 1);

	if (copy == NULL)
		return LX_BROKEN;
	memcpy(copy, json_string_value(value), len);
	*out = (struct lx_text){ copy, len };
	return LX_OK;
}

/* Names of rows or columns: texts or whole numbers; without the field, numbers from 1. */
enum lx_code lx_source_names(struct source *s, const char *field, size_t n, const char *prefix,
	const struct lx_text **out)
{
	json_t *list = json_object_get(s->root, field);

	if (list == NULL) {
		*out = lx_number_names(s->call, n, prefix);
		return *out == NULL ? LX_BROKEN : LX_OK;
	}
	if (!json_is_array(list))
		return lx_source_fault(s, field, "appraise.not_list");
	if (json_array_size(list) != n)
		return lx_fail(s->call, LX_INVALID, field, "appraise.length", "%zu", n);
	struct lx_text *names = lx_number_names(s->call, n, "");
	if (names == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		const json_t *value = json_array_get(list, i);
		char digits[24];
		if (json_is_string(value)) {
			LX_TRY(copy_text(s, value, &names[i]));
		} else if (json_is_integer(value)) {
			int len = snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT,
				json_integer_value(value));
			char *copy = lx_arena_copy(s->call->arena, digits, (size_t)len);
			names[i] = lx_text(copy);
		} else {
			return lx_source_fault_at(s, field, i, NOWHERE, "appraise.not_name");
		}
	}
	*out = names;
	return lx_check_names(s->call, field, n, names);
}

enum lx_code lx_source_rows(struct source *s, size_t n, const struct lx_text **out)
{
	bool dmus = json_object_get(s->root, "names") == NULL;

	return lx_source_names(s, dmus ? "dmus" : "names", n, "", out);
}

/* Which of the words (separated by blanks) a field holds; without the field the first. */
enum lx_code lx_source_word(struct source *s, const char *field, const char *words, unsigned *which)
{
	const json_t *value = json_object_get(s->root, field);
	struct lx_text rest = lx_text(words), word;

	*which = 0;
	if (value == NULL)
		return LX_OK;
	for (unsigned i = 0; lx_text_word(&rest, &word); i++)
		if (json_is_string(value) && lx_text_is(word, json_string_value(value))) {
			*which = i;
			return LX_OK;
		}
	return lx_fail(s->call, LX_INVALID, field, "appraise.word", "%s", words);
}

/* ---- Tables ---- */

enum lx_code lx_source_table(
	struct source *s, const json_t *rows, const char *field, bool holes, struct lx_grid *out)
{
	if (!json_is_array(rows) || json_array_size(rows) == 0)
		return lx_source_fault(s, field, "appraise.not_table");
	size_t n = json_array_size(rows), columns = json_array_size(json_array_get(rows, 0));
	if (columns == 0)
		return lx_source_fault_at(s, field, 0, NOWHERE, "appraise.not_list");
	if (n > LX_ROWS_MAX || columns > LX_CELLS_MAX / n)
		return lx_fail(s->call, LX_INVALID, field, "appraise.table_large", "%zu × %zu", n,
			columns);
	double *at = lx_doubles(s->call, n * columns);
	if (at == NULL)
		return LX_BROKEN;
	for (size_t r = 0; r < n; r++) {
		const json_t *row = json_array_get(rows, r);
		if (!json_is_array(row))
			return lx_source_fault_at(s, field, r, NOWHERE, "appraise.not_list");
		if (json_array_size(row) != columns)
			return lx_source_fault_at(s, field, r, NOWHERE, "appraise.row_length");
		LX_TRY(lx_source_numbers(s, row, field, r, holes, at + r * columns));
	}
	*out = (struct lx_grid){ n, columns, at, NULL, NULL };
	return LX_OK;
}

/* A table of the named field with its names. */
enum lx_code lx_source_named(struct source *s, const char *field, bool holes)
{
	json_t *rows;
	struct lx_grid *t = &s->out->table;

	LX_TRY(lx_source_need(s, field, JSON_ARRAY, &rows));
	LX_TRY(lx_source_table(s, rows, field, holes, t));
	LX_TRY(lx_source_rows(s, t->rows, &t->row_names));
	return lx_source_names(s, "columns", t->columns, "", &t->column_names);
}

/* `data`: periods, units, columns. */
enum lx_code lx_source_periods(struct source *s)
{
	struct lx_appraisal *out = s->out;
	const struct lx_text *rows, *columns;
	json_t *data;

	LX_TRY(lx_source_need(s, "data", JSON_ARRAY, &data));
	size_t n = json_array_size(data);
	if (n == 0 || n > LX_PERIODS_MAX)
		return lx_fail(
			s->call, LX_INVALID, "data", "appraise.periods", "%d", LX_PERIODS_MAX);
	struct lx_grid *period = lx_array(s->call, n, sizeof *period);
	if (period == NULL)
		return LX_BROKEN;
	for (size_t p = 0; p < n; p++) {
		char field[32];
		(void)snprintf(field, sizeof field, "data[%zu]", p + 1);
		LX_TRY(lx_source_table(s, json_array_get(data, p), field, false, &period[p]));
		if (period[p].rows != period[0].rows || period[p].columns != period[0].columns)
			return lx_fail(s->call, LX_INVALID, "data", "appraise.periods_differ",
				"%zu", p + 1);
	}
	LX_TRY(lx_source_names(s, "periods", n, "", &out->period_names));
	LX_TRY(lx_source_rows(s, period[0].rows, &rows));
	LX_TRY(lx_source_names(s, "columns", period[0].columns, "", &columns));
	for (size_t p = 0; p < n; p++) {
		period[p].row_names = rows;
		period[p].column_names = columns;
	}
	out->periods = n;
	out->period = period;
	out->table = period[0];
	return LX_OK;
}

static enum lx_code (*const readers[LX_KINDS])(struct source *s) = {
	[LX_KIND_AHP] = lx_read_ahp,
	[LX_KIND_MCDM] = lx_read_mcdm,
	[LX_KIND_ENTROPY] = lx_read_entropy,
	[LX_KIND_COMPOSITE] = lx_read_composite,
	[LX_KIND_DEA] = lx_read_dea,
	[LX_KIND_MALMQUIST] = lx_read_malmquist,
	[LX_KIND_INEQUALITY] = lx_read_inequality,
	[LX_KIND_KRUGMAN] = lx_read_krugman,
	[LX_KIND_GRAVITY] = lx_read_gravity,
	[LX_KIND_COUPLING] = lx_read_coupling,
	[LX_KIND_MORAN] = lx_read_moran,
};

enum lx_code lx_appraise_read_json(
	struct lx_call *call, struct lx_text text, struct lx_appraisal *out)
{
	LX_CLOSE(lx_json_free) json_t *root = NULL;
	struct lx_appraisal found;
	json_t *kind;

	LX_TRY(lx_json_read(&call->fault, text, &root));
	lx_appraisal_defaults(&found);
	struct source s = { call, root, &found };
	if (!json_is_object(root))
		return lx_source_fault(&s, NULL, "appraise.not_object");
	LX_TRY(lx_source_need(&s, "kind", JSON_STRING, &kind));
	for (size_t k = 0; k < LX_KINDS; k++) {
		if (strcmp(json_string_value(kind), lx_appraise_kinds[k]) != 0)
			continue;
		found.kind = (enum lx_appraise_kind)k;
		LX_TRY(readers[k](&s));
		*out = found;
		return LX_OK;
	}
	return lx_fail(call, LX_INVALID, "kind", "appraise.kind", "%s", json_string_value(kind));
}
