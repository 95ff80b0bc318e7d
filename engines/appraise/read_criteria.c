/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* From JSON: judgements, criteria, the composite index, frontiers. One small reader a kind. */
#include "engines/appraise/read_json.h"

#include <stdio.h>

static bool ratio_of(const json_t *value, struct lx_judgement *ratio)
{
	char digits[40];

	if (json_is_string(value))
		return lx_judgement_read(
			(struct lx_text){ json_string_value(value), json_string_length(value) },
			ratio);
	if (!json_is_number(value))
		return false;
	(void)snprintf(digits, sizeof digits, "%.9g", json_number_value(value));
	return lx_judgement_read(lx_text(digits), ratio);
}

enum lx_code lx_read_ahp(struct source *s)
{
	json_t *rows;

	LX_TRY(lx_source_need(s, "matrix", JSON_ARRAY, &rows));
	size_t n = json_array_size(rows);
	if (n == 0 || n > LX_JUDGED_MAX)
		return lx_fail(
			s->call, LX_INVALID, "matrix", "appraise.judged_many", "%d", LX_JUDGED_MAX);
	struct lx_judgement *judgement = lx_array(s->call, n * n, sizeof *judgement);
	if (judgement == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		const json_t *row = json_array_get(rows, i);
		if (!json_is_array(row) || json_array_size(row) != n)
			return lx_source_fault_at(s, "matrix", i, NOWHERE, "appraise.not_square");
		for (size_t j = 0; j < n; j++)
			if (!ratio_of(json_array_get(row, j), &judgement[i * n + j]))
				return lx_source_fault_at(s, "matrix", i, j, "appraise.not_ratio");
	}
	s->out->judgement = judgement;
	s->out->table = (struct lx_grid){ n, n, NULL, NULL, NULL };
	return lx_source_rows(s, n, &s->out->table.row_names);
}

static enum lx_code read_benefit(struct source *s, size_t n)
{
	json_t *list;

	if (json_object_get(s->root, "benefit") == NULL)
		return LX_OK;
	LX_TRY(lx_source_need(s, "benefit", JSON_ARRAY, &list));
	if (json_array_size(list) != n)
		return lx_fail(s->call, LX_INVALID, "benefit", "appraise.length", "%zu", n);
	bool *benefit = lx_array(s->call, n, sizeof *benefit);
	if (benefit == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		const json_t *value = json_array_get(list, i);
		if (!json_is_boolean(value))
			return lx_source_fault_at(s, "benefit", i, NOWHERE, "appraise.not_boolean");
		benefit[i] = json_is_true(value);
	}
	s->out->criteria.benefit = benefit;
	return LX_OK;
}

static enum lx_code read_criteria(struct source *s)
{
	size_t n = s->out->table.columns;

	if (json_object_get(s->root, "weights") != NULL)
		LX_TRY(lx_source_list(s, "weights", n, &s->out->criteria.weights, NULL));
	return read_benefit(s, n);
}

/* How the simulation of ranks draws. */
static enum lx_code read_draws(struct source *s)
{
	struct lx_composite_choice *choice = &s->out->composite;
	uint64_t draws = choice->draws;

	LX_TRY(lx_source_number(s, "spread", &choice->spread));
	LX_TRY(lx_source_whole(s, "seed", INT64_MAX, &choice->seed));
	LX_TRY(lx_source_whole(s, "draws", LX_DRAWS_MAX, &draws));
	choice->draws = draws;
	return LX_OK;
}

enum lx_code lx_read_mcdm(struct source *s)
{
	LX_TRY(lx_source_named(s, "matrix", false));
	LX_TRY(read_criteria(s));
	LX_TRY(read_draws(s));
	return lx_source_number(s, "v", &s->out->v);
}

enum lx_code lx_read_entropy(struct source *s)
{
	return lx_source_named(s, "matrix", false);
}

enum lx_code lx_read_composite(struct source *s)
{
	struct lx_composite_choice *choice = &s->out->composite;
	unsigned normalise, aggregate, missing;
	const json_t *goalposts = json_object_get(s->root, "goalposts");
	struct lx_grid posts;

	LX_TRY(lx_source_named(s, "matrix", true));
	LX_TRY(read_criteria(s));
	LX_TRY(lx_source_word(s, "normalise", "minmax z rank target", &normalise));
	LX_TRY(lx_source_word(s, "aggregate", "arithmetic geometric", &aggregate));
	LX_TRY(lx_source_word(s, "missing", "refuse mean median", &missing));
	LX_TRY(read_draws(s));
	choice->normalise = (enum lx_normalisation)normalise;
	choice->geometric = aggregate == 1;
	choice->missing = (enum lx_missing)missing;
	if (json_object_get(s->root, "targets") != NULL)
		LX_TRY(lx_source_list(s, "targets", s->out->table.columns, &choice->targets, NULL));
	if (goalposts == NULL)
		return LX_OK;
	LX_TRY(lx_source_table(s, goalposts, "goalposts", false, &posts));
	if (posts.columns != 2 || posts.rows != s->out->table.columns)
		return lx_source_fault(s, "goalposts", "appraise.goalposts_shape");
	choice->goalposts = posts.at;
	return LX_OK;
}

/* Inputs and outputs side by side. */
static enum lx_code join(struct source *s, const struct lx_grid *in, const struct lx_grid *made)
{
	size_t columns = in->columns + made->columns;
	double *at = lx_doubles(s->call, in->rows * columns);
	struct lx_text *names = lx_number_names(s->call, columns, "x");
	struct lx_text *outputs = lx_number_names(s->call, made->columns, "y");

	if (at == NULL || names == NULL || outputs == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < in->rows * columns; i++) {
		size_t r = i / columns, c = i % columns;
		at[i] = c < in->columns ? in->at[r * in->columns + c]
					: made->at[r * made->columns + c - in->columns];
	}
	for (size_t c = 0; c < made->columns; c++)
		names[in->columns + c] = outputs[c];
	s->out->inputs = in->columns;
	s->out->table = (struct lx_grid){ in->rows, columns, at, NULL, names };
	return LX_OK;
}

enum lx_code lx_read_dea(struct source *s)
{
	struct lx_grid in, made, *t = &s->out->table;
	json_t *rows;

	LX_TRY(lx_source_need(s, "inputs", JSON_ARRAY, &rows));
	LX_TRY(lx_source_table(s, rows, "inputs", false, &in));
	LX_TRY(lx_source_need(s, "outputs", JSON_ARRAY, &rows));
	LX_TRY(lx_source_table(s, rows, "outputs", false, &made));
	if (in.rows != made.rows)
		return lx_fail(s->call, LX_INVALID, "outputs", "appraise.length", "%zu", in.rows);
	LX_TRY(join(s, &in, &made));
	if (json_object_get(s->root, "columns") != NULL)
		LX_TRY(lx_source_names(s, "columns", t->columns, "", &t->column_names));
	return lx_source_rows(s, t->rows, &t->row_names);
}

enum lx_code lx_read_malmquist(struct source *s)
{
	LX_TRY(lx_source_periods(s));
	size_t n = s->out->table.columns;
	struct lx_text *names = lx_array(s->call, n, sizeof *names);
	if (names == NULL)
		return LX_BROKEN;
	for (size_t c = 0; c < n; c++) {
		names[c] = s->out->table.column_names[c];
		size_t role = lx_take_role(&names[c], "input 投入 output 产出");
		if (role == NOWHERE)
			return lx_source_fault_at(
				s, "columns", c, NOWHERE, "appraise.role_missing");
		if (role == 0 && s->out->inputs < c)
			return lx_source_fault_at(
				s, "columns", c, NOWHERE, "appraise.inputs_first");
		s->out->inputs += role == 0;
	}
	return LX_OK;
}
