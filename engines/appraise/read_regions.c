/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* From JSON: inequality, structure, links and neighbours of regions. One small reader a kind. */
#include "engines/appraise/read_json.h"

#include <stdio.h>
#include <string.h>

/* Columns that are fields of their own, side by side. */
static enum lx_code side_by_side(struct source *s, const char *left, const char *right)
{
	const double *a, *b;
	size_t n;

	LX_TRY(lx_source_list(s, left, NOWHERE, &a, &n));
	LX_TRY(lx_source_list(s, right, n, &b, NULL));
	double *at = lx_doubles(s->call, 2 * n);
	struct lx_text *columns = lx_number_names(s->call, 2, "");
	if (at == NULL || columns == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		at[2 * i] = a[i];
		at[2 * i + 1] = b[i];
	}
	columns[0] = lx_text(left);
	columns[1] = lx_text(right);
	s->out->table = (struct lx_grid){ n, 2, at, NULL, columns };
	return lx_source_rows(s, n, &s->out->table.row_names);
}

/* Groups under construction: that of each unit, the one of all others, the units by name. */
struct grouping {
	size_t *of_unit, others;
	const struct lx_named *index;
};

/* A group is a list of units, or the text "all others". */
static enum lx_code read_group(
	struct source *s, const char *name, const json_t *members, size_t group, struct grouping *g)
{
	if (json_is_string(members) && strcmp(json_string_value(members), "all others") == 0 &&
		g->others == NOWHERE) {
		g->others = group;
		return LX_OK;
	}
	if (!json_is_array(members))
		return lx_source_fault(s, name, "appraise.group_form");
	for (size_t i = 0; i < json_array_size(members); i++) {
		const json_t *member = json_array_get(members, i);
		if (!json_is_string(member))
			return lx_source_fault(s, "groups", "appraise.not_name");
		size_t at = lx_find_indexed(s->out->table.rows, g->index,
			(struct lx_text){ json_string_value(member), json_string_length(member) });
		if (at == NOWHERE) {
			if (s->out->group_unknown == NULL)
				s->out->group_unknown = lx_arena_copy(s->call->arena,
					json_string_value(member), json_string_length(member));
			continue;
		}
		if (g->of_unit[at] != NOWHERE)
			return lx_fail(s->call, LX_INVALID, name, "appraise.group_twice", "%s",
				json_string_value(member));
		g->of_unit[at] = group;
	}
	return LX_OK;
}

static enum lx_code read_groups(struct source *s)
{
	const struct lx_grid *t = &s->out->table;
	struct grouping g = { .others = NOWHERE };
	size_t n = 0;
	json_t *groups = json_object_get(s->root, "groups"), *members;
	const char *name;

	if (groups == NULL)
		return LX_OK;
	if (!json_is_object(groups) || json_object_size(groups) == 0)
		return lx_source_fault(s, "groups", "appraise.group_form");
	g.of_unit = lx_array(s->call, t->rows, sizeof *g.of_unit);
	g.index = lx_index_names(s->call, t->rows, t->row_names);
	struct lx_text *names = lx_number_names(s->call, json_object_size(groups), "");
	if (g.of_unit == NULL || g.index == NULL || names == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < t->rows; i++)
		g.of_unit[i] = NOWHERE;
	json_object_foreach(groups, name, members)
	{
		names[n] = lx_text(lx_arena_copy(s->call->arena, name, strlen(name)));
		LX_TRY(read_group(s, name, members, n++, &g));
	}
	if (s->out->group_unknown != NULL && g.others == NOWHERE)
		return lx_fail(s->call, LX_INVALID, "groups", "appraise.unit_unknown", "%s",
			s->out->group_unknown);
	for (size_t i = 0; i < t->rows; i++) {
		if (g.of_unit[i] == NOWHERE && g.others == NOWHERE)
			return lx_cell_fault(s->call, t, i, NOWHERE, "appraise.group_none");
		if (g.of_unit[i] == NOWHERE)
			g.of_unit[i] = g.others;
	}
	s->out->group = g.of_unit;
	s->out->groups = n;
	s->out->group_names = names;
	return LX_OK;
}

/* The y and p of one period: the column named by field "y" or "p", else the last and the one before. */
static enum lx_code pick_column(struct source *s, const char *field, size_t otherwise, size_t *at)
{
	const json_t *value = json_object_get(s->root, field);
	const struct lx_grid *t = &s->out->period[0];

	*at = otherwise;
	if (value == NULL)
		return LX_OK;
	if (json_is_string(value))
		*at = lx_find_name(t->columns, t->column_names, lx_text(json_string_value(value)));
	if (!json_is_string(value) || *at == NOWHERE)
		return lx_source_fault(s, field, "appraise.column_unknown");
	return LX_OK;
}

static enum lx_code narrow(struct source *s)
{
	struct lx_appraisal *out = s->out;
	struct lx_grid *period = lx_array(s->call, out->periods, sizeof *period);
	struct lx_text *names = lx_number_names(s->call, 2, "");
	size_t columns = out->period[0].columns, y, p;

	if (period == NULL || names == NULL)
		return LX_BROKEN;
	if (columns < 2)
		return lx_source_fault(s, "data", "appraise.two_columns");
	LX_TRY(pick_column(s, "y", columns - 1, &y));
	LX_TRY(pick_column(s, "p", columns - 2, &p));
	names[0] = out->period[0].column_names[y];
	names[1] = out->period[0].column_names[p];
	for (size_t k = 0; k < out->periods; k++) {
		double *at = lx_doubles(s->call, 2 * out->period[k].rows);
		if (at == NULL)
			return LX_BROKEN;
		period[k] = out->period[k];
		for (size_t r = 0; r < period[k].rows; r++) {
			at[2 * r] = out->period[k].at[r * columns + y];
			at[2 * r + 1] = out->period[k].at[r * columns + p];
		}
		period[k].at = at;
		period[k].columns = 2;
		period[k].column_names = names;
	}
	out->period = period;
	out->table = period[0];
	return LX_OK;
}

/* With `data`: one year of it, or all of them to see whether the spread falls. */
static enum lx_code read_over_time(struct source *s)
{
	const json_t *year = json_object_get(s->root, "year");
	struct lx_appraisal *out = s->out;
	char digits[24];

	LX_TRY(lx_source_periods(s));
	LX_TRY(narrow(s));
	if (year == NULL)
		return LX_OK;
	if (json_is_integer(year))
		(void)snprintf(
			digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(year));
	const char *name = json_is_integer(year) ? digits : json_string_value(year);
	size_t at = lx_find_name(out->periods, out->period_names, lx_text(name));
	if (at == NOWHERE)
		return lx_source_fault(s, "year", "appraise.period_unknown");
	out->table = out->period[at];
	out->periods = 0;
	return LX_OK;
}

enum lx_code lx_read_inequality(struct source *s)
{
	if (json_object_get(s->root, "data") != NULL)
		LX_TRY(read_over_time(s));
	else
		LX_TRY(side_by_side(s, "y", "p"));
	return read_groups(s);
}

enum lx_code lx_read_krugman(struct source *s)
{
	return lx_source_named(s, "employment", false);
}

enum lx_code lx_read_gravity(struct source *s)
{
	json_t *rows;
	struct lx_grid distance;

	LX_TRY(side_by_side(s, "population", "gdp"));
	LX_TRY(lx_source_need(s, "distance", JSON_ARRAY, &rows));
	LX_TRY(lx_source_table(s, rows, "distance", false, &distance));
	if (distance.rows != s->out->table.rows || distance.columns != distance.rows)
		return lx_fail(s->call, LX_INVALID, "distance", "appraise.length", "%zu",
			s->out->table.rows);
	s->out->distance = distance.at;
	LX_TRY(lx_source_number(s, "exponent", &s->out->exponent));
	return lx_source_number(s, "constant", &s->out->constant);
}

/* One case: U and its weights a, into row `row` of tables with room for `most`. */
static enum lx_code read_coupled(struct source *s, const json_t *from, size_t row, size_t most,
	double *u, double *weights, size_t *parts)
{
	const json_t *list = json_object_get(from, "U"), *a = json_object_get(from, "a");
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n == 0 || n > most)
		return lx_source_fault_at(s, "U", row, NOWHERE, "appraise.not_list");
	if (!json_is_array(a) || json_array_size(a) != n)
		return lx_source_fault_at(s, "a", row, NOWHERE, "appraise.row_length");
	LX_TRY(lx_source_numbers(s, list, "U", row, false, u + row * most));
	LX_TRY(lx_source_numbers(s, a, "a", row, false, weights + row * most));
	parts[row] = n;
	return LX_OK;
}

enum lx_code lx_read_coupling(struct source *s)
{
	const json_t *cases = json_object_get(s->root, "cases");
	size_t n = cases == NULL ? 1 : json_array_size(cases), most = 1;

	if (n == 0 || n > LX_ROWS_MAX || (cases != NULL && !json_is_array(cases)))
		return lx_source_fault(s, "cases", "appraise.not_list");
	for (size_t i = 0; i < n; i++) {
		const json_t *one = cases == NULL ? s->root : json_array_get(cases, i);
		size_t parts = json_array_size(json_object_get(one, "U"));
		most = parts > most ? parts : most;
	}
	if (most > LX_CELLS_MAX / n)
		return lx_source_fault(s, "U", "appraise.list_long");
	double *u = lx_doubles(s->call, n * most), *weights = lx_doubles(s->call, n * most);
	size_t *parts = lx_array(s->call, n, sizeof *parts);
	if (u == NULL || weights == NULL || parts == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		const json_t *one = cases == NULL ? s->root : json_array_get(cases, i);
		LX_TRY(read_coupled(s, one, i, most, u, weights, parts));
	}
	s->out->table = (struct lx_grid){ n, most, u, NULL, NULL };
	s->out->parts = parts;
	s->out->part_weights = weights;
	s->out->several = cases != NULL;
	return lx_source_rows(s, n, &s->out->table.row_names);
}

/* Lists of places, counted from 0. */
static enum lx_code read_neighbours(struct source *s, size_t n)
{
	json_t *lists;
	size_t links = 0;

	LX_TRY(lx_source_need(s, "neighbours", JSON_ARRAY, &lists));
	if (json_array_size(lists) != n)
		return lx_fail(s->call, LX_INVALID, "neighbours", "appraise.length", "%zu", n);
	for (size_t i = 0; i < n; i++) {
		if (!json_is_array(json_array_get(lists, i)))
			return lx_source_fault_at(s, "neighbours", i, NOWHERE, "appraise.not_list");
		links += json_array_size(json_array_get(lists, i));
	}
	size_t *first = lx_array(s->call, n + 1, sizeof *first);
	size_t *to = lx_array(s->call, links, sizeof *to);
	if (first == NULL || to == NULL)
		return LX_BROKEN;
	links = 0;
	for (size_t i = 0; i < n; i++) {
		const json_t *list = json_array_get(lists, i);
		for (size_t k = 0; k < json_array_size(list); k++) {
			const json_t *place = json_array_get(list, k);
			if (!json_is_integer(place) || json_integer_value(place) < 0 ||
				(uint64_t)json_integer_value(place) >= n)
				return lx_source_fault_at(
					s, "neighbours", i, k, "appraise.neighbour_number");
			to[links++] = (size_t)json_integer_value(place);
		}
		first[i + 1] = links;
	}
	s->out->neighbours = (struct lx_neighbours){ n, first, to, NULL };
	return LX_OK;
}

enum lx_code lx_read_moran(struct source *s)
{
	struct lx_text *column = lx_number_names(s->call, 1, "");
	const double *values;
	unsigned weights;
	uint64_t permutations = s->out->permutations;
	size_t n;

	if (column == NULL)
		return LX_BROKEN;
	LX_TRY(lx_source_list(s, "values", NOWHERE, &values, &n));
	if (n > LX_ROWS_MAX)
		return lx_source_fault(s, "values", "appraise.list_long");
	column[0] = lx_text("values");
	s->out->table = (struct lx_grid){ n, 1, values, NULL, column };
	LX_TRY(lx_source_rows(s, n, &s->out->table.row_names));
	LX_TRY(lx_source_word(s, "weights", "row-standardised binary", &weights));
	LX_TRY(lx_source_whole(s, "permutations", LX_PERMUTATIONS_MAX, &permutations));
	LX_TRY(lx_source_whole(s, "seed", INT64_MAX, &s->out->composite.seed));
	s->out->permutations = permutations;
	LX_TRY(read_neighbours(s, n));
	return lx_weigh_neighbours(s->call, &s->out->neighbours, weights == 0);
}
