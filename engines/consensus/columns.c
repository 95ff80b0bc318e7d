/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Which statements are analysed, and whole-number sums over each. Means come from these alone, so they
 * do not depend on the order of the votes.
 */
#include "engines/consensus/inner.h"

enum lx_code columns_of(
	struct lx_call *call, const struct lx_opinions *opinions, struct columns *columns)
{
	size_t m = opinions->statements;

	*columns = (struct columns){
		.place = lx_array(call, m, sizeof *columns->place),
		.of = lx_array(call, m, sizeof *columns->of),
		.sum = lx_array(call, m, sizeof *columns->sum),
		.voted = lx_array(call, m, sizeof *columns->voted),
		.strong = lx_array(call, m, sizeof *columns->strong),
		.mean = lx_array(call, m, sizeof *columns->mean),
	};
	if (columns->place == NULL || columns->of == NULL || columns->sum == NULL ||
		columns->voted == NULL || columns->strong == NULL || columns->mean == NULL)
		return LX_BROKEN;
	for (size_t j = 0; j < m; j++) {
		bool out = opinions->flag != NULL && opinions->flag[j] != 0;
		columns->place[j] = out ? NO_PLACE : (uint16_t)columns->n;
		if (!out)
			columns->of[columns->n++] = (uint16_t)j;
	}
	int64_t *tally = lx_array(call, 4 * m, sizeof *tally);
	if (tally == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < opinions->from[opinions->people]; i++)
		tally[opinions->cell[i]]++;
	for (size_t c = 0; c < columns->n; c++) {
		const int64_t *of = tally + 4 * (size_t)columns->of[c];
		columns->sum[c] = of[2] - of[0];
		columns->voted[c] = of[0] + of[1] + of[2];
		columns->strong[c] = of[0] + of[2];
	}
	columns_means(columns);
	return LX_OK;
}

void columns_means(struct columns *columns)
{
	for (size_t c = 0; c < columns->n; c++)
		columns->mean[c] = columns->voted[c] == 0
					   ? 0
					   : (double)columns->sum[c] / (double)columns->voted[c];
}

double columns_trace(const struct columns *columns)
{
	double trace = 0;

	for (size_t c = 0; c < columns->n; c++)
		trace += (double)columns->strong[c] - columns->mean[c] * (double)columns->sum[c];
	return trace;
}
