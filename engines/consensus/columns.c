/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Which statements are analysed, and whole-number sums over each. Means come from these alone, so they
 * do not depend on the order of the votes.
 */
#include "engines/consensus/inner.h"

enum lx_code lx_ground_columns_open(
	struct lx_call *call, size_t statements, struct columns *columns)
{
	*columns = (struct columns){
		.place = lx_array(call, statements, sizeof *columns->place),
		.of = lx_array(call, statements, sizeof *columns->of),
		.sum = lx_array(call, statements, sizeof *columns->sum),
		.voted = lx_array(call, statements, sizeof *columns->voted),
		.strong = lx_array(call, statements, sizeof *columns->strong),
		.mean = lx_array(call, statements, sizeof *columns->mean),
		.tally = lx_array(call, 4 * statements, sizeof *columns->tally),
	};
	if (columns->place == NULL || columns->of == NULL || columns->sum == NULL ||
		columns->voted == NULL || columns->strong == NULL || columns->mean == NULL ||
		columns->tally == NULL)
		return LX_BROKEN;
	return LX_OK;
}

void lx_ground_columns_fill(const struct lx_opinions *opinions, struct columns *columns)
{
	size_t m = opinions->statements;

	columns->n = 0;
	for (size_t j = 0; j < m; j++) {
		bool out = opinions->flag != NULL && opinions->flag[j] != 0;
		columns->place[j] = out ? NO_PLACE : (uint16_t)columns->n;
		if (!out)
			columns->of[columns->n++] = (uint16_t)j;
	}
	for (size_t i = 0; i < 4 * m; i++)
		columns->tally[i] = 0;
	for (size_t i = 0; i < opinions->from[opinions->people]; i++)
		columns->tally[opinions->cell[i]]++;
	for (size_t c = 0; c < columns->n; c++) {
		const int64_t *of = columns->tally + 4 * (size_t)columns->of[c];
		columns->sum[c] = of[2] - of[0];
		columns->voted[c] = of[0] + of[1] + of[2];
		columns->strong[c] = of[0] + of[2];
	}
	lx_ground_columns_means(columns);
}

enum lx_code lx_ground_columns_of(
	struct lx_call *call, const struct lx_opinions *opinions, struct columns *columns)
{
	LX_TRY(lx_ground_columns_open(call, opinions->statements, columns));
	lx_ground_columns_fill(opinions, columns);
	return LX_OK;
}

void lx_ground_columns_means(struct columns *columns)
{
	for (size_t c = 0; c < columns->n; c++)
		columns->mean[c] = columns->voted[c] == 0
					   ? 0
					   : (double)columns->sum[c] / (double)columns->voted[c];
}

double lx_ground_columns_trace(const struct columns *columns)
{
	double trace = 0;

	for (size_t c = 0; c < columns->n; c++)
		trace += (double)columns->strong[c] - columns->mean[c] * (double)columns->sum[c];
	return trace;
}
