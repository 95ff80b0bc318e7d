/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Which statement to show next to whom: a draw by weights, made from a key, the person and the round, so
 * that whoever is given the key afterwards can repeat every draw.
 */
#include "engines/consensus/inner.h"

#define FEW_SLOTS 5 /* 2^(-n/5) */

/* 1 + 4 * 2^(-votes/5): a statement with few votes in the person's own group is shown more. */
static double in_need(uint32_t votes)
{
	double fade = 1;
	/* 2^(-1/5), rounded */
	const double fifth = 0x1.bdb8cdadbe120p-1;

	if (votes > 1000)
		return 1;
	for (uint32_t i = 0; i < votes % FEW_SLOTS; i++)
		fade *= fifth;
	for (uint32_t i = 0; i < votes / FEW_SLOTS; i++)
		fade /= 2;
	return 1 + 4 * fade;
}

static double weight_of(
	const struct lx_ground *ground, const struct lx_opinions *opinions, size_t row, size_t j)
{
	if (opinions->flag != NULL && (opinions->flag[j] & LX_STATEMENT_REJECTED) != 0)
		return 0;
	double weight = ground->priority[j];
	uint8_t g = ground->group[row];
	if (ground->mode == LX_PLAIN && g != LX_NO_GROUP && ground->k > 1)
		weight *= in_need(ground->count[g * ground->statements + j].votes);
	return weight;
}

/* Walks the statements that the person has not voted on; stops when the sum of weights passes
 * `until`. Returns the sum, and through `last` the statement where it stopped. */
static double walk(const struct lx_opinions *o, const struct lx_ground *ground, size_t row,
	double until, size_t *last, double *weight)
{
	size_t i = o->from[row];
	double sum = 0;

	for (size_t j = 0; j < o->statements; j++) {
		bool voted = i < o->from[row + 1] && LX_CELL_STATEMENT(o->cell[i]) == j;
		double w = voted ? 0 : weight_of(ground, o, row, j);
		i += voted;
		if (weight != NULL)
			weight[j] = w;
		if (!(w > 0))
			continue;
		sum += w;
		*last = j;
		if (sum > until)
			break;
	}
	return sum;
}

void lx_ground_next(const struct lx_opinions *opinions, const struct lx_ground *ground, size_t row,
	uint64_t key, uint64_t round, size_t *statement, double *weight)
{
	double unit = lx_ground_unit_of(lx_ground_mix(key, (uint64_t)opinions->person[row], round));

	*statement = SIZE_MAX;
	double total = walk(opinions, ground, row, 0x1p+1000, statement, weight);
	if (*statement != SIZE_MAX)
		(void)walk(opinions, ground, row, unit * total, statement, NULL);
}
