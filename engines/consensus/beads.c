/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * People as beads: a few thousand weighted points on which many starts of k-means cost little. Up to
 * BEADS_MOST people are their own beads (equal places put together, ordered by x, then y); more are
 * gathered in the cells of a grid, each at its people's mean.
 */
#include "engines/consensus/inner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 200
#define ROUGHLY                                                                                    \
	1e-4 /* of the inertia: of cells, a round that gains less is the last; people follow */

struct bead {
	double at[2], weight;
};

static int by_place(const void *a, const void *b)
{
	const double *x = ((const struct bead *)a)->at, *y = ((const struct bead *)b)->at;

	if (x[0] != y[0])
		return x[0] < y[0] ? -1 : 1;
	return (x[1] > y[1]) - (x[1] < y[1]);
}

void lx_ground_beads_add(struct beads *beads, double x, double y, double weight)
{
	beads->x[beads->n] = x;
	beads->y[beads->n] = y;
	beads->weight[beads->n++] = weight;
}

void lx_ground_beads_string(const double *x, const double *y, size_t n, struct beads *beads)
{
	struct bead bead[BEADS_MOST];

	for (size_t i = 0; i < n; i++)
		bead[i] = (struct bead){ { x[i], y[i] }, 1 };
	if (n > 1)
		qsort(bead, n, sizeof bead[0], by_place);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && by_place(&bead[i - 1], &bead[i]) == 0)
			beads->weight[beads->n - 1] += 1;
		else
			lx_ground_beads_add(beads, bead[i].at[0], bead[i].at[1], 1);
	}
}

struct grid lx_ground_grid_of(double (*xy)[2], const uint8_t *active, size_t people, size_t *n)
{
	struct grid grid = { { 0, 0 }, { 0, 0 } };
	double high[2] = { 0, 0 };

	*n = 0;
	for (size_t i = 0; i < people; i++) {
		if (!active[i])
			continue;
		bool first = (*n)++ == 0;
		for (size_t c = 0; c < 2; c++) {
			grid.low[c] = first || xy[i][c] < grid.low[c] ? xy[i][c] : grid.low[c];
			high[c] = first || xy[i][c] > high[c] ? xy[i][c] : high[c];
		}
	}
	for (size_t c = 0; c < 2; c++)
		grid.step[c] = high[c] > grid.low[c] ? GRID / (high[c] - grid.low[c]) : 0;
	return grid;
}

size_t lx_ground_grid_cell(const struct grid *grid, const double xy[2])
{
	size_t i = (size_t)((xy[0] - grid->low[0]) * grid->step[0]);
	size_t j = (size_t)((xy[1] - grid->low[1]) * grid->step[1]);

	return (i < GRID ? i : GRID - 1) * GRID + (j < GRID ? j : GRID - 1);
}

static double from_mean(const struct beads *beads, size_t i, const double mean[2])
{
	double x = beads->x[i] - mean[0], y = beads->y[i] - mean[1];

	return x * x + y * y;
}

/* near[i] = squared distance to the nearest mean so far, after the last one was added. */
static void come_nearer(const struct beads *beads, const struct means *means, double *near)
{
	const double *last = means->at[means->k - 1];

	for (size_t i = 0; i < beads->n; i++) {
		double d = from_mean(beads, i, last);
		near[i] = means->k == 1 || d < near[i] ? d : near[i];
	}
}

static void add_mean(struct means *means, double x, double y)
{
	means->at[means->k][0] = x;
	means->at[means->k++][1] = y;
}

static size_t farthest(const struct beads *beads, const double *near)
{
	size_t best = 0;

	for (size_t i = 1; i < beads->n; i++)
		if (near[i] > near[best])
			best = i;
	return best;
}

/* A bead drawn with probability proportional to weight times squared distance (k-means++, Arthur and
 * Vassilvitskii 2007): the first at which the sum so far is above the draw, else the last that adds to it. */
static size_t drawn(const struct beads *beads, const double *near, double unit)
{
	double sum[BEADS_MOST], total = 0;
	size_t low = 0, high = beads->n - 1;

	for (size_t i = 0; i < beads->n; i++)
		sum[i] = total += beads->weight[i] * near[i];
	double aim = unit * total;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (sum[middle] > aim || sum[middle] == total)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Start 0 goes to the farthest each time, first from the mean of all; the others draw. */
static bool begin(
	const struct beads *beads, unsigned k, unsigned start, struct means *means, double *near)
{
	double x = 0, y = 0, weight = 0;

	for (size_t i = 0; i < beads->n; i++) {
		weight += beads->weight[i];
		x += beads->weight[i] * beads->x[i];
		y += beads->weight[i] * beads->y[i];
	}
	*means = (struct means){ 0 };
	add_mean(means, x / weight, y / weight);
	come_nearer(beads, means, near);
	means->k = 0;
	for (unsigned c = 0; c < k; c++) {
		if (c == 0 && start > 0)
			for (size_t i = 0; i < beads->n; i++)
				near[i] = 1;
		size_t at = start == 0 ? farthest(beads, near)
				       : drawn(beads, near,
						 lx_ground_unit_of(lx_ground_mix(start, k, c)));
		if (c > 0 && !(near[at] > 0))
			return false;
		add_mean(means, beads->x[at], beads->y[at]);
		come_nearer(beads, means, near);
	}
	return true;
}

static void order_means(struct means *means)
{
	for (unsigned a = 1; a < means->k; a++)
		for (unsigned b = a; b > 0; b--) {
			double *low = means->at[b - 1], *high = means->at[b], x = low[0],
			       y = low[1];
			if (x < high[0] || (x == high[0] && y <= high[1]))
				break;
			memcpy(low, high, 2 * sizeof *low);
			high[0] = x;
			high[1] = y;
		}
}

/* The beads after one look at them: labels as nearest_means gives them. */
struct round {
	struct sums sums;
	double best[BEADS_MOST], label[BEADS_MOST];
	bool changed;
};

static void assign(const struct beads *beads, const struct means *means, struct round *round)
{
	const struct points points = { beads->x, beads->y, beads->weight, beads->n };
	double to[BEADS_MOST];

	lx_ground_nearest_means(&points, means, round->best, to);
	round->sums = (struct sums){ 0 };
	lx_ground_sum_points(&points, means->k, round->best, to, &round->sums);
	round->changed = memcmp(round->label, to, beads->n * sizeof *to) != 0;
	memcpy(round->label, to, beads->n * sizeof *to);
}

/* An emptied mean goes to the bead that is worst off. */
static void move(const struct beads *beads, const struct round *round, struct means *means)
{
	for (unsigned g = 0; g < means->k; g++) {
		const double *sum = round->sums.of[g];
		size_t worst = sum[2] > 0 ? 0 : farthest(beads, round->best);
		means->at[g][0] = sum[2] > 0 ? sum[0] / sum[2] : beads->x[worst];
		means->at[g][1] = sum[2] > 0 ? sum[1] / sum[2] : beads->y[worst];
	}
}

static void shift(const struct beads *beads, size_t i, struct means *means, struct round *round,
	size_t own, size_t to)
{
	const double w = beads->weight[i], moved[3] = { w * beads->x[i], w * beads->y[i], w };
	double *from = round->sums.of[own], *with = round->sums.of[to];

	for (size_t c = 0; c < 3; c++) {
		from[c] -= moved[c];
		with[c] += moved[c];
	}
	for (size_t c = 0; c < 2; c++) {
		means->at[own][c] = from[c] / from[2];
		means->at[to][c] = with[c] / with[2];
	}
	round->label[i] = (double)to;
}

/* Moves single beads as long as that saves something, means moving with them (Hartigan 1975); true when
 * any moved. */
static bool polish(const struct beads *beads, struct means *means, struct round *round)
{
	bool any = false;

	for (size_t i = 0; i < beads->n; i++) {
		size_t own = (size_t)round->label[i], best = own;
		double w = beads->weight[i], a = round->sums.of[own][2],
		       most = 1e-12 * round->sums.inertia;
		if (!(a > w))
			continue;
		double saved = from_mean(beads, i, means->at[own]) * (a * w / (a - w));
		for (unsigned g = 0; g < means->k; g++) {
			double b = round->sums.of[g][2];
			double gain = saved - from_mean(beads, i, means->at[g]) * (b * w / (b + w));
			if (g != own && gain > most) {
				most = gain;
				best = g;
			}
		}
		if (best == own)
			continue;
		shift(beads, i, means, round, own, best);
		any = true;
	}
	return any;
}

void lx_ground_beads_means(
	const struct beads *beads, unsigned k, unsigned start, struct means *means)
{
	double near[BEADS_MOST] = { 0 };
	struct round round;

	if (beads->n < k || !begin(beads, k, start, means, near)) {
		means->k = 0;
		return;
	}
	for (size_t i = 0; i < beads->n; i++)
		round.label[i] = -1;
	order_means(means);
	for (int i = 0; i < ROUNDS; i++) {
		double before = means->inertia;
		assign(beads, means, &round);
		means->inertia = round.sums.inertia;
		if (!beads->exact && i > 0 && before - means->inertia <= ROUGHLY * means->inertia)
			break;
		if (!round.changed && !polish(beads, means, &round))
			break;
		if (round.changed)
			move(beads, &round, means);
	}
	order_means(means);
}
