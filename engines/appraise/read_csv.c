/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Appraisals from a table as a spreadsheet saves it: a head row, then a row a unit, its name first.
 * A role may stand in brackets behind a column's name ("labour (input)", "price (cost)", "人口（投入）").
 * The kind tells what the columns mean; docs/engines/appraise.md shows one of each.
 */
#include "engines/appraise/inner.h"

#include "base/csv.h"

#include <math.h>
#include <string.h>

#define FIELDS_MAX 4096

/* All fields as text, rows by `columns`; shorter rows are filled with empty fields. */
struct sheet {
	struct lx_call *call;
	struct lx_appraisal *out;
	size_t rows, columns; /* head included */
	struct lx_csv_field *field;
	int64_t *line;
	size_t key, data; /* column of the units' names; column where the numbers begin */
	bool weighted;    /* a row named "weight" gives weights */
};

static enum lx_code fault(struct sheet *s, size_t row, size_t column, const char *msgid)
{
	const struct lx_csv_field *f = &s->field[row * s->columns + column];

	return lx_fault_at(&s->call->fault, LX_INVALID, s->line[row], f->column, msgid, "%.*s",
		(int)f->text.len, f->text.at);
}

static struct lx_text cell(const struct sheet *s, size_t row, size_t column)
{
	return lx_text_trim(s->field[row * s->columns + column].text);
}

/* ---- The sheet ---- */

static char separator_of(struct lx_text text)
{
	static const char marks[] = ",;\t";
	size_t count[3] = { 0 }, best = 0;

	for (size_t i = 0; i < text.len && text.at[i] != '\n' && text.at[i] != '\r'; i++)
		for (size_t k = 0; k < 3; k++)
			count[k] += text.at[i] == marks[k];
	for (size_t k = 1; k < 3; k++)
		best = count[k] > count[best] ? k : best;
	return marks[best];
}

static bool grow(struct sheet *s, size_t *room)
{
	size_t more = *room == 0 ? 64 : 2 * *room;
	struct lx_csv_field *field = lx_array(s->call, more * s->columns, sizeof *field);
	int64_t *line = lx_array(s->call, more, sizeof *line);

	if (field == NULL || line == NULL)
		return false;
	if (s->rows > 0) {
		memcpy(field, s->field, s->rows * s->columns * sizeof *field);
		memcpy(line, s->line, s->rows * sizeof *line);
	}
	s->field = field;
	s->line = line;
	*room = more;
	return true;
}

static bool is_empty(const struct lx_csv_field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lx_text_trim(fields[i].text).len > 0)
			return false;
	return true;
}

static enum lx_code add_row(struct sheet *s, const struct lx_csv *csv,
	const struct lx_csv_field *fields, size_t n, size_t *room)
{
	if (s->columns == 0)
		s->columns = n;
	if (n > s->columns)
		return lx_fault_at(&s->call->fault, LX_INVALID, csv->line,
			fields[s->columns].column, "appraise.csv_wide", "%zu", s->columns);
	if (s->rows > LX_ROWS_MAX + 1 || (s->rows + 1) > LX_CELLS_MAX / s->columns)
		return lx_fault_at(
			&s->call->fault, LX_INVALID, csv->line, 0, "appraise.csv_large", NULL);
	if (s->rows == *room && !grow(s, room))
		return LX_BROKEN;
	for (size_t c = 0; c < s->columns; c++)
		s->field[s->rows * s->columns + c] = c < n ? fields[c]
							   : (struct lx_csv_field){ { "", 0 }, 0 };
	s->line[s->rows++] = csv->line;
	return LX_OK;
}

static enum lx_code load(struct sheet *s, struct lx_text text)
{
	struct lx_csv csv = { .text = text, .separator = separator_of(text) };
	struct lx_csv_field *fields = lx_array(s->call, FIELDS_MAX, sizeof *fields);
	size_t n, room = 0;

	if (fields == NULL)
		return LX_BROKEN;
	for (;;) {
		LX_TRY(lx_csv_row(s->call, &csv, fields, FIELDS_MAX, &n));
		if (n == 0)
			break;
		if (!is_empty(fields, n))
			LX_TRY(add_row(s, &csv, fields, n, &room));
	}
	if (s->rows < 2 || s->columns < 2)
		return lx_fail(s->call, LX_INVALID, NULL, "appraise.csv_empty", NULL);
	return LX_OK;
}

/* ---- Parts of it ---- */

/* Whether a row gives weights: its name is "weight", "weights" or 权重. */
static bool is_weights(const struct sheet *s, size_t row)
{
	return s->weighted && lx_word_in(cell(s, row, 0), "weight weights Weight Weights 权重");
}

/* The numbers of `n` columns from `from`, of the rows after the head that are not weights. */
static enum lx_code numbers(struct sheet *s, size_t from, size_t n, bool holes, struct lx_grid *out)
{
	double *at = lx_doubles(s->call, s->rows * n);
	struct lx_text *names = lx_number_names(s->call, s->rows, "");
	struct lx_text *columns = lx_number_names(s->call, n, "");
	size_t rows = 0;

	if (at == NULL || names == NULL || columns == NULL)
		return LX_BROKEN;
	for (size_t c = 0; c < n; c++)
		columns[c] = cell(s, 0, from + c);
	for (size_t r = 1; r < s->rows; r++) {
		if (is_weights(s, r))
			continue;
		names[rows] = cell(s, r, s->key);
		for (size_t c = 0; c < n; c++) {
			double *x = &at[rows * n + c];
			struct lx_text text = cell(s, r, from + c);
			*x = NAN;
			if (!(holes && text.len == 0) && !lx_number_read(text, x))
				return fault(s, r, from + c, "appraise.csv_number");
		}
		rows++;
	}
	if (rows == 0)
		return lx_fail(s->call, LX_INVALID, NULL, "appraise.csv_empty", NULL);
	*out = (struct lx_grid){ rows, n, at, names, columns };
	return LX_OK;
}

/* All numbers; names of units and of columns must differ. */
static enum lx_code whole_table(struct sheet *s, bool holes)
{
	struct lx_grid *t = &s->out->table;

	LX_TRY(numbers(s, s->data, s->columns - s->data, holes, t));
	LX_TRY(lx_check_names(s->call, NULL, t->columns, t->column_names));
	return lx_check_names(s->call, NULL, t->rows, t->row_names);
}

/* The row of weights, if there is one. */
static enum lx_code weights(struct sheet *s)
{
	size_t n = s->columns - s->data;

	for (size_t r = 1; r < s->rows; r++) {
		if (!is_weights(s, r))
			continue;
		double *at = lx_doubles(s->call, n);
		if (at == NULL)
			return LX_BROKEN;
		for (size_t c = 0; c < n; c++)
			if (!lx_number_read(cell(s, r, s->data + c), &at[c]))
				return fault(s, r, s->data + c, "appraise.csv_number");
		s->out->criteria.weights = at;
	}
	return LX_OK;
}

/* ---- Kinds ---- */

/* Columns with "(cost)" or （成本）: lower is better; all others: higher is better. */
static enum lx_code criteria(struct sheet *s)
{
	size_t n = s->columns - 1;
	bool *benefit = lx_array(s->call, n, sizeof *benefit);
	struct lx_text *names = lx_array(s->call, n, sizeof *names);

	s->weighted = true;
	LX_TRY(whole_table(s, s->out->kind == LX_KIND_COMPOSITE));
	LX_TRY(weights(s));
	if (benefit == NULL || names == NULL)
		return LX_BROKEN;
	for (size_t c = 0; c < n; c++) {
		names[c] = s->out->table.column_names[c];
		benefit[c] = lx_take_role(&names[c], "cost 成本 benefit 效益") != 0;
	}
	s->out->table.column_names = names;
	s->out->criteria.benefit = benefit;
	return LX_OK;
}

static enum lx_code judgements(struct sheet *s)
{
	size_t n = s->rows - 1;
	struct lx_judgement *at = lx_array(s->call, n * n, sizeof *at);
	struct lx_text *names = lx_array(s->call, n, sizeof *names);

	if (s->columns != s->rows || n > LX_JUDGED_MAX)
		return lx_fail(s->call, LX_INVALID, NULL, "appraise.csv_square", NULL);
	if (at == NULL || names == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		names[i] = cell(s, i + 1, 0);
		for (size_t j = 0; j < n; j++)
			if (!lx_judgement_read(cell(s, i + 1, j + 1), &at[i * n + j]))
				return fault(s, i + 1, j + 1, "appraise.not_ratio");
	}
	s->out->judgement = at;
	s->out->table = (struct lx_grid){ n, n, NULL, names, names };
	return LX_OK;
}

/* Every column of the table is an input or an output, inputs first. */
static enum lx_code roles(struct sheet *s)
{
	size_t n = s->columns - s->data;

	for (size_t c = 0; c < n; c++) {
		struct lx_text name = cell(s, 0, s->data + c);
		size_t role = lx_take_role(&name, "input 投入 output 产出");
		if (role == NOWHERE)
			return fault(s, 0, s->data + c, "appraise.role_missing");
		if (role == 0 && s->out->inputs < c)
			return fault(s, 0, s->data + c, "appraise.inputs_first");
		s->out->inputs += role == 0;
	}
	return LX_OK;
}

static enum lx_code frontier(struct sheet *s)
{
	LX_TRY(roles(s));
	return whole_table(s, false);
}

/* Rows "period, unit, numbers": one table a period, units in the same order in each. */
static enum lx_code periods(struct sheet *s)
{
	struct lx_grid all, *period = lx_array(s->call, LX_PERIODS_MAX, sizeof *period);
	struct lx_text *names = lx_array(s->call, LX_PERIODS_MAX, sizeof *names);
	size_t units = 1, n;

	s->key = 1;
	s->data = 2;
	if (period == NULL || names == NULL)
		return LX_BROKEN;
	if (s->columns < 3)
		return lx_fail(s->call, LX_INVALID, NULL, "appraise.csv_empty", NULL);
	LX_TRY(numbers(s, 2, s->columns - 2, false, &all));
	while (units < all.rows && lx_text_equal(cell(s, units + 1, 0), cell(s, 1, 0)))
		units++;
	n = all.rows / units;
	if (n > LX_PERIODS_MAX || n * units != all.rows)
		return fault(s, s->rows - 1, 0, "appraise.csv_periods");
	for (size_t r = 0; r < all.rows; r++) {
		if (!lx_text_equal(cell(s, r + 1, 0), cell(s, r / units * units + 1, 0)))
			return fault(s, r + 1, 0, "appraise.csv_periods");
		if (!lx_text_equal(all.row_names[r], all.row_names[r % units]))
			return fault(s, r + 1, 1, "appraise.csv_periods");
	}
	for (size_t p = 0; p < n; p++) {
		period[p] = all;
		period[p].rows = units;
		period[p].at += p * units * all.columns;
		names[p] = cell(s, p * units + 1, 0);
	}
	s->out->periods = n;
	s->out->period = period;
	s->out->period_names = names;
	s->out->table = period[0];
	LX_TRY(lx_check_names(s->call, NULL, n, names));
	return lx_check_names(s->call, NULL, units, all.row_names);
}

static enum lx_code malmquist(struct sheet *s)
{
	LX_TRY(periods(s));
	return roles(s);
}

/* The words of a column become numbers of groups, in the order of appearance. */
static enum lx_code groups(struct sheet *s, size_t column)
{
	size_t rows = s->out->table.rows, n = 0;
	size_t *group = lx_array(s->call, rows, sizeof *group);
	struct lx_text *names = lx_array(s->call, rows, sizeof *names);

	if (group == NULL || names == NULL)
		return LX_BROKEN;
	for (size_t r = 0; r < rows; r++) {
		struct lx_text name = cell(s, r + 1, column);
		if (name.len == 0)
			return fault(s, r + 1, column, "appraise.group_none");
		group[r] = lx_find_name(n, names, name);
		if (group[r] != NOWHERE)
			continue;
		group[r] = n;
		names[n++] = name;
	}
	s->out->group = group;
	s->out->groups = n;
	s->out->group_names = names;
	return LX_OK;
}

/* Columns unit, y, p, and if wanted the group. */
static enum lx_code inequality(struct sheet *s)
{
	if (s->columns < 3 || s->columns > 4)
		return lx_fail(s->call, LX_INVALID, NULL, "appraise.csv_inequality", NULL);
	LX_TRY(numbers(s, 1, 2, false, &s->out->table));
	LX_TRY(lx_check_names(s->call, NULL, s->out->table.rows, s->out->table.row_names));
	return s->columns == 4 ? groups(s, 3) : LX_OK;
}

static enum lx_code table_alone(struct sheet *s)
{
	return whole_table(s, false);
}

/* Columns city, population, output, then the distance to each city in the order of the rows. */
static enum lx_code gravity(struct sheet *s)
{
	struct lx_grid distance;

	if (s->columns != s->rows + 2)
		return lx_fail(s->call, LX_INVALID, NULL, "appraise.csv_gravity", NULL);
	LX_TRY(numbers(s, 1, 2, false, &s->out->table));
	LX_TRY(numbers(s, 3, s->columns - 3, false, &distance));
	s->out->distance = distance.at;
	return lx_check_names(s->call, NULL, s->out->table.rows, s->out->table.row_names);
}

/* A column a subsystem; the row of weights, or all alike. */
static enum lx_code coupling(struct sheet *s)
{
	s->weighted = true;
	LX_TRY(whole_table(s, false));
	LX_TRY(weights(s));
	const struct lx_grid *t = &s->out->table;
	double *all = lx_doubles(s->call, t->rows * t->columns);
	if (all == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < t->rows * t->columns; i++)
		all[i] = s->out->criteria.weights == NULL
				 ? 1
				 : s->out->criteria.weights[i % t->columns];
	s->out->part_weights = all;
	s->out->several = true;
	return LX_OK;
}

/* Columns place, value, neighbours: names of places with ; or | between. */
static enum lx_code moran(struct sheet *s)
{
	struct lx_grid *t = &s->out->table;
	size_t links = 0, room = 0;

	if (s->columns != 3)
		return lx_fail(s->call, LX_INVALID, NULL, "appraise.csv_moran", NULL);
	LX_TRY(numbers(s, 1, 1, false, t));
	LX_TRY(lx_check_names(s->call, NULL, t->rows, t->row_names));
	for (size_t r = 0; r < t->rows; r++) {
		struct lx_text text = cell(s, r + 1, 2);
		for (size_t i = 0; i <= text.len; i++)
			room += i == text.len || text.at[i] == ';' || text.at[i] == '|';
	}
	size_t *first = lx_array(s->call, t->rows + 1, sizeof *first);
	size_t *to = lx_array(s->call, room, sizeof *to);
	const struct lx_named *index = lx_index_names(s->call, t->rows, t->row_names);
	if (first == NULL || to == NULL || index == NULL)
		return LX_BROKEN;
	for (size_t r = 0; r < t->rows; r++) {
		struct lx_text rest = cell(s, r + 1, 2), name;
		char mark = memchr(rest.at, ';', rest.len) != NULL ? ';' : '|';
		while (lx_text_split(&rest, mark, &name)) {
			size_t at = lx_find_indexed(t->rows, index, lx_text_trim(name));
			if (at == NOWHERE)
				return fault(s, r + 1, 2, "appraise.csv_neighbour");
			to[links++] = at;
		}
		first[r + 1] = links;
	}
	s->out->neighbours = (struct lx_neighbours){ t->rows, first, to, NULL };
	return lx_weigh_neighbours(s->call, &s->out->neighbours, true);
}

static enum lx_code (*const readers[LX_KINDS])(struct sheet *s) = {
	[LX_KIND_AHP] = judgements,
	[LX_KIND_MCDM] = criteria,
	[LX_KIND_ENTROPY] = criteria,
	[LX_KIND_COMPOSITE] = criteria,
	[LX_KIND_DEA] = frontier,
	[LX_KIND_MALMQUIST] = malmquist,
	[LX_KIND_INEQUALITY] = inequality,
	[LX_KIND_KRUGMAN] = table_alone,
	[LX_KIND_GRAVITY] = gravity,
	[LX_KIND_COUPLING] = coupling,
	[LX_KIND_MORAN] = moran,
};

enum lx_code lx_appraise_read_csv(struct lx_call *call, struct lx_text text,
	enum lx_appraise_kind kind, struct lx_appraisal *out)
{
	struct lx_appraisal found;
	struct sheet s = { .call = call, .out = &found, .data = 1 };

	lx_appraisal_defaults(&found);
	found.kind = kind;
	LX_TRY(load(&s, text));
	LX_TRY(readers[kind](&s));
	*out = found;
	return LX_OK;
}
