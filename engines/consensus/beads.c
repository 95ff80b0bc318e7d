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

#define GRID   64 /* GRID * GRID == BEADS_MOST */
#define ROUNDS 200

static int by_place(const void *a, const void *b)
{
	const double *x = ((const struct bead *)a)->at, *y = ((const struct bead *)b)->at;

	if (x[0] != y[0])
		return x[0] < y[0] ? -1 : 1;
	return (x[1] > y[1]) - (x[1] < y[1]);
}

static void string_each(const double *x, const double *y, size_t n, struct beads *beads)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		beads->bead[i] = (struct bead){ { x[i], y[i] }, 1 };
	if (n > 1)
		qsort(beads->bead, n, sizeof beads->bead[0], by_place);
	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && by_place(&beads->bead[kept - 1], &beads->bead[i]) == 0)
			beads->bead[kept - 1].weight += 1;
		else
			beads->bead[kept++] = beads->bead[i];
	}
	beads->n = kept;
	beads->exact = true;
}

struct box {
	double low[2], step[2];
};

static struct box box_of(const double *x, const double *y, size_t n)
{
	struct box box = { { x[0], y[0] }, { 0, 0 } };
	double high[2] = { x[0], y[0] };

	for (size_t i = 1; i < n; i++) {
		box.low[0] = x[i] < box.low[0] ? x[i] : box.low[0];
		box.low[1] = y[i] < box.low[1] ? y[i] : box.low[1];
		high[0] = x[i] > high[0] ? x[i] : high[0];
		high[1] = y[i] > high[1] ? y[i] : high[1];
	}
	for (size_t c = 0; c < 2; c++)
		box.step[c] = high[c] > box.low[c] ? GRID / (high[c] - box.low[c]) : 0;
	return box;
}

static size_t cell_of(const struct box *box, double x, double y)
{
	size_t i = (size_t)((x - box->low[0]) * box->step[0]);
	size_t j = (size_t)((y - box->low[1]) * box->step[1]);

	return (i < GRID ? i : GRID - 1) * GRID + (j < GRID ? j : GRID - 1);
}

static void string_cells(const double *x, const double *y, size_t n, struct beads *beads)
{
	struct box box = box_of(x, y, n);
	size_t kept = 0;

	memset(beads->bead, 0, sizeof beads->bead);
	for (size_t i = 0; i < n; i++) {
		struct bead *bead = &beads->bead[cell_of(&box, x[i], y[i])];
		bead->at[0] += x[i];
		bead->at[1] += y[i];
		bead->weight += 1;
	}
	for (size_t i = 0; i < BEADS_MOST; i++) {
		struct bead bead = beads->bead[i];
		if (!(bead.weight > 0))
			continue;
		beads->bead[kept++] = (struct bead){
			{ bead.at[0] / bead.weight, bead.at[1] / bead.weight }, bead.weight
		};
	}
	beads->n = kept;
	beads->exact = false;
}

void beads_string(const double *x, const double *y, size_t n, struct beads *beads)
{
	if (n <= BEADS_MOST)
		string_each(x, y, n, beads);
	else
		string_cells(x, y, n, beads);
}

static double distance2(const double a[2], const double b[2])
{
	double x = a[0] - b[0], y = a[1] - b[1];

	return x * x + y * y;
}

/* near[i] = squared distance to the nearest mean so far, after mean number k - 1 was added. */
static void come_nearer(const struct beads *beads, const struct means *means, double *near)
{
	for (size_t i = 0; i < beads->n; i++) {
		double d = distance2(beads->bead[i].at, means->at[means->k - 1]);
		if (means->k == 1 || d < near[i])
			near[i] = d;
	}
}

static void add_mean(struct means *means, const struct bead *bead)
{
	memcpy(means->at[means->k++], bead->at, sizeof bead->at);
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
 * Vassilvitskii 2007). */
static size_t drawn(const struct beads *beads, const double *near, double unit)
{
	double total = 0, at = 0;
	size_t last = 0;

	for (size_t i = 0; i < beads->n; i++)
		total += beads->bead[i].weight * near[i];
	for (size_t i = 0; i < beads->n; i++) {
		double part = beads->bead[i].weight * near[i];
		at += part;
		if (part > 0)
			last = i;
		if (part > 0 && at > unit * total)
			return i;
	}
	return last;
}

/* Start 0 goes to the farthest each time, first from the mean of all; the others draw. */
static bool begin(
	const struct beads *beads, unsigned k, unsigned start, struct means *means, double *near)
{
	struct bead centre = { { 0, 0 }, 0 };

	for (size_t i = 0; i < beads->n; i++) {
		centre.weight += beads->bead[i].weight;
		centre.at[0] += beads->bead[i].weight * beads->bead[i].at[0];
		centre.at[1] += beads->bead[i].weight * beads->bead[i].at[1];
	}
	centre.at[0] /= centre.weight;
	centre.at[1] /= centre.weight;
	*means = (struct means){ 0 };
	add_mean(means, &centre);
	come_nearer(beads, means, near);
	means->k = 0;
	for (unsigned c = 0; c < k; c++) {
		if (c == 0 && start > 0)
			for (size_t i = 0; i < beads->n; i++)
				near[i] = 1;
		size_t at = start == 0 ? farthest(beads, near)
				       : drawn(beads, near, unit_of(mix(start, k, c)));
		if (c > 0 && !(near[at] > 0))
			return false;
		add_mean(means, &beads->bead[at]);
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

struct round {
	double sum[LX_GROUPS_MOST][2], weight[LX_GROUPS_MOST], inertia;
	size_t worst;
	bool changed;
};

static void assign(
	const struct beads *beads, const struct means *means, uint8_t *label, struct round *round)
{
	double most = -1;

	*round = (struct round){ 0 };
	for (size_t i = 0; i < beads->n; i++) {
		const struct bead *bead = &beads->bead[i];
		double best = distance2(bead->at, means->at[0]);
		uint8_t to = 0;
		for (unsigned g = 1; g < means->k; g++) {
			double d = distance2(bead->at, means->at[g]);
			to = d < best ? (uint8_t)g : to;
			best = d < best ? d : best;
		}
		round->changed |= label[i] != to;
		label[i] = to;
		round->sum[to][0] += bead->weight * bead->at[0];
		round->sum[to][1] += bead->weight * bead->at[1];
		round->weight[to] += bead->weight;
		round->inertia += bead->weight * best;
		if (best > most) {
			most = best;
			round->worst = i;
		}
	}
}

/* An emptied mean goes to the bead that is worst off. */
static void move(const struct beads *beads, const struct round *round, struct means *means)
{
	for (unsigned g = 0; g < means->k; g++) {
		bool empty = !(round->weight[g] > 0);
		for (size_t c = 0; c < 2; c++)
			means->at[g][c] = empty ? beads->bead[round->worst].at[c]
						: round->sum[g][c] / round->weight[g];
	}
}

/* What moving a bead from its group to another one saves (Hartigan 1975): a mean moves with it. */
static double saved(const struct bead *bead, const struct means *means, const struct round *round,
	uint8_t own, uint8_t to)
{
	double w = bead->weight, a = round->weight[own], b = round->weight[to];

	return distance2(bead->at, means->at[own]) * (a * w / (a - w)) -
	       distance2(bead->at, means->at[to]) * (b * w / (b + w));
}

static void shift(
	const struct bead *bead, struct means *means, struct round *round, uint8_t own, uint8_t to)
{
	for (size_t c = 0; c < 2; c++) {
		round->sum[own][c] -= bead->weight * bead->at[c];
		round->sum[to][c] += bead->weight * bead->at[c];
	}
	round->weight[own] -= bead->weight;
	round->weight[to] += bead->weight;
	for (size_t c = 0; c < 2; c++) {
		means->at[own][c] = round->sum[own][c] / round->weight[own];
		means->at[to][c] = round->sum[to][c] / round->weight[to];
	}
}

/* Moves single beads as long as that saves something; true when any moved. */
static bool polish(
	const struct beads *beads, struct means *means, struct round *round, uint8_t *label)
{
	bool any = false;

	for (size_t i = 0; i < beads->n; i++) {
		const struct bead *bead = &beads->bead[i];
		uint8_t own = label[i], best = own;
		double most = 1e-12 * round->inertia;
		if (!(round->weight[own] > bead->weight))
			continue;
		for (unsigned g = 0; g < means->k; g++) {
			double gain = g == own ? 0 : saved(bead, means, round, own, (uint8_t)g);
			if (gain > most) {
				most = gain;
				best = (uint8_t)g;
			}
		}
		if (best == own)
			continue;
		shift(bead, means, round, own, best);
		label[i] = best;
		any = true;
	}
	return any;
}

void beads_means(const struct beads *beads, unsigned k, unsigned start, struct means *means)
{
	double near[BEADS_MOST];
	uint8_t label[BEADS_MOST];
	struct round round;

	if (beads->n < k || !begin(beads, k, start, means, near)) {
		means->k = 0;
		return;
	}
	memset(label, LX_NO_GROUP, sizeof label);
	order_means(means);
	for (int i = 0; i < ROUNDS; i++) {
		assign(beads, means, label, &round);
		means->inertia = round.inertia;
		if (!round.changed && !polish(beads, means, &round, label))
			break;
		if (round.changed)
			move(beads, &round, means);
	}
	order_means(means);
}
