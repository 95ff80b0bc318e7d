/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The inmost loops of k-means, over points that lie in arrays by coordinate: which mean is nearest, and sums by
 * mean. Without branches, so that they run in vector registers; every sum has a fixed order.
 */
#include "engines/consensus/inner.h"

#include "base/vector.h"

#define AT_ONCE (sizeof(lx_four) / sizeof(double))

typedef int64_t mask __attribute__((vector_size(32), aligned(8), may_alias));

LX_VECTOR static void find_nearest(
	const struct points *points, const struct means *means, double *best, double *to)
{
	const double *x = points->x, *y = points->y;

	for (size_t i = 0; i < points->n; i++) {
		double dx = x[i] - means->at[0][0], dy = y[i] - means->at[0][1];
		best[i] = dx * dx + dy * dy;
		to[i] = 0;
	}
	for (unsigned g = 1; g < means->k; g++) {
		double mx = means->at[g][0], my = means->at[g][1], label = g;
		for (size_t i = 0; i < points->n; i++) {
			double dx = x[i] - mx, dy = y[i] - my, d = dx * dx + dy * dy;
			to[i] = d < best[i] ? label : to[i];
			best[i] = d < best[i] ? d : best[i];
		}
	}
}

void lx_ground_nearest_means(
	const struct points *points, const struct means *means, double *best, double *to)
{
	find_nearest(points, means, best, to);
}

static double sum_four(const lx_four *four)
{
	const double *v = (const double *)four;

	return (v[0] + v[1]) + (v[2] + v[3]);
}

/* What the points of one mean weigh and add up to: x, y, weight. */
LX_VECTOR static void sum_of(const struct points *p, double mean, const double *to, double sum[3])
{
	lx_four x = { 0 }, y = { 0 }, weight = { 0 };
	size_t i = 0;

	for (; i + AT_ONCE <= p->n; i += AT_ONCE) {
		mask own = (mask)(*(const lx_four *)(to + i) == mean);
		lx_four w = (lx_four)(own & *(const mask *)(p->weight + i));
		x += w * *(const lx_four *)(p->x + i);
		y += w * *(const lx_four *)(p->y + i);
		weight += w;
	}
	for (size_t lane = 0; i < p->n; i++, lane++) {
		double w = to[i] == mean ? p->weight[i] : 0;
		x[lane] += w * p->x[i];
		y[lane] += w * p->y[i];
		weight[lane] += w;
	}
	sum[0] += sum_four(&x);
	sum[1] += sum_four(&y);
	sum[2] += sum_four(&weight);
}

LX_VECTOR static double inertia_of(const struct points *p, const double *best)
{
	lx_four sum = { 0 };
	size_t i = 0;

	for (; i + AT_ONCE <= p->n; i += AT_ONCE)
		sum += *(const lx_four *)(p->weight + i) * *(const lx_four *)(best + i);
	for (size_t lane = 0; i < p->n; i++, lane++)
		sum[lane] += p->weight[i] * best[i];
	return sum_four(&sum);
}

void lx_ground_sum_points(const struct points *points, unsigned k, const double *best,
	const double *to, struct sums *sums)
{
	for (unsigned g = 0; g < k; g++)
		sum_of(points, g, to, sums->of[g]);
	sums->inertia += inertia_of(points, best);
}
