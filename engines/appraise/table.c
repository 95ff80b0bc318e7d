/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Tables of numbers: what is accepted, how a place in them is named, ranks. */
#include "engines/appraise/inner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

double *lx_doubles(struct lx_call *call, size_t n)
{
	return lx_array(call, n, sizeof(double));
}

static void add_name(struct lx_buf *place, const struct lx_text *names, size_t i)
{
	if (i == NOWHERE)
		return;
	if (place->len > 0)
		lx_buf_str(place, ", ");
	if (names != NULL)
		lx_buf_text(place, names[i]);
	else
		lx_buf_int(place, (int64_t)i + 1);
}

enum lx_code lx_cell_fault(struct lx_call *call, const struct lx_grid *table, size_t row,
	size_t column, const char *msgid)
{
	LX_CLOSE(lx_buf_close) struct lx_buf place = { .limit = 4096 };

	add_name(&place, table->row_names, row);
	add_name(&place, table->column_names, column);
	return lx_fail(call, LX_INVALID, place.at, msgid, NULL);
}

enum lx_code lx_check_table(
	struct lx_call *call, const struct lx_grid *table, size_t rows, bool negative, bool missing)
{
	if (table->rows < rows || table->rows == 0)
		return lx_fail(call, LX_INVALID, NULL, "appraise.rows_few", "%zu", rows);
	if (table->columns == 0)
		return lx_fail(call, LX_INVALID, NULL, "appraise.no_columns", NULL);
	if (table->rows > LX_ROWS_MAX || table->columns > LX_CELLS_MAX / table->rows)
		return lx_fail(call, LX_INVALID, NULL, "appraise.table_large", "%zu × %zu",
			table->rows, table->columns);
	for (size_t i = 0; i < table->rows * table->columns; i++) {
		double x = table->at[i];
		size_t row = i / table->columns, column = i % table->columns;
		if (isnan(x) ? !missing : !isfinite(x))
			return lx_cell_fault(call, table, row, column, "appraise.not_finite");
		if (x < 0 && !negative)
			return lx_cell_fault(call, table, row, column, "appraise.negative");
	}
	return LX_OK;
}

enum lx_code lx_share_weights(
	struct lx_call *call, const struct lx_grid *table, const double *weights, double **out)
{
	double *share = lx_doubles(call, table->columns), sum = 0;

	if (share == NULL)
		return LX_BROKEN;
	for (size_t c = 0; c < table->columns; c++) {
		if (!isfinite(weights[c]) || weights[c] < 0)
			return lx_cell_fault(call, table, NOWHERE, c, "appraise.weight_negative");
		sum += weights[c];
	}
	if (!(sum > 0) || !isfinite(sum))
		return lx_fail(call, LX_INVALID, "weights", "appraise.weights_zero", NULL);
	for (size_t c = 0; c < table->columns; c++)
		share[c] = weights[c] / sum;
	*out = share;
	return LX_OK;
}

static const char *name_of(struct lx_call *call, const struct lx_text *names, size_t i)
{
	if (names != NULL)
		return lx_arena_copy(call->arena, names[i].at, names[i].len);
	char *digits = lx_alloc(call, 24);
	if (digits != NULL)
		(void)snprintf(digits, 24, "%zu", i + 1);
	return digits;
}

const char *lx_row_name(struct lx_call *call, const struct lx_grid *table, size_t row)
{
	return name_of(call, table->row_names, row);
}

const char *lx_column_name(struct lx_call *call, const struct lx_grid *table, size_t column)
{
	return name_of(call, table->column_names, column);
}

struct ranked {
	double value;
	size_t at;
};

/* Rising; NaN last; equals in the order of rows. */
static int by_value(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	if (isnan(a->value) || isnan(b->value))
		return (isnan(a->value) != 0) - (isnan(b->value) != 0);
	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

enum lx_code lx_rank_values(
	struct lx_call *call, size_t n, const double *value, bool high, size_t *rank)
{
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct ranked *order = lx_array(call, n, sizeof *order);

	if (order == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++)
		order[i] = (struct ranked){ high ? -value[i] : value[i], i };
	qsort(order, n, sizeof *order, by_value);
	for (size_t i = 0; i < n; i++) {
		bool same = i > 0 && order[i].value == order[i - 1].value;
		rank[order[i].at] = same ? rank[order[i - 1].at] : i + 1;
	}
	lx_arena_back(call->arena, mark);
	return LX_OK;
}
