/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Groups as Polis forms them from a cold start: up to a hundred base clusters of the people, then two to
 * five groups of the base clusters by the best silhouette. Its results depend on the order of the rows;
 * the rules below are its, quirks included, so that its users can compare.
 */
#include "engines/consensus/inner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BASES_MOST   100
#define BASE_ROUNDS  101
#define GROUP_ROUNDS 21
#define MOVED_LITTLE 0.01

struct point {
	double at[2], weight;
};

struct clusters {
	size_t n;
	double at[BASES_MOST][2];
};

static double distance2(const double a[2], const double b[2])
{
	double x = a[0] - b[0], y = a[1] - b[1];

	return x * x + y * y;
}

/* The first distinct points are the start. */
static void start(const struct point *point, size_t n, size_t k, struct clusters *clusters)
{
	clusters->n = 0;
	for (size_t i = 0; i < n && clusters->n < k; i++) {
		bool seen = false;
		for (size_t c = 0; c < clusters->n && !seen; c++)
			seen = distance2(point[i].at, clusters->at[c]) == 0;
		if (!seen)
			memcpy(clusters->at[clusters->n++], point[i].at, sizeof point[i].at);
	}
}

/* One round: each point to the nearest centre (the later one of two equally near), empty clusters go. */
static void one_round(
	const struct point *point, size_t n, struct clusters *clusters, uint32_t *label)
{
	double sum[BASES_MOST][2] = { { 0 } }, weight[BASES_MOST] = { 0 };
	uint32_t becomes[BASES_MOST];
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		size_t best = 0;
		for (size_t c = 1; c < clusters->n; c++)
			if (distance2(point[i].at, clusters->at[c]) <=
				distance2(point[i].at, clusters->at[best]))
				best = c;
		label[i] = (uint32_t)best;
		sum[best][0] += point[i].weight * point[i].at[0];
		sum[best][1] += point[i].weight * point[i].at[1];
		weight[best] += point[i].weight;
	}
	for (size_t c = 0; c < clusters->n; c++) {
		becomes[c] = (uint32_t)kept;
		if (!(weight[c] > 0))
			continue;
		clusters->at[kept][0] = sum[c][0] / weight[c];
		clusters->at[kept++][1] = sum[c][1] / weight[c];
	}
	clusters->n = kept;
	for (size_t i = 0; i < n; i++)
		label[i] = becomes[label[i]];
}

static int by_place(const void *a, const void *b)
{
	const double *x = a, *y = b;

	if (x[0] != y[0])
		return x[0] < y[0] ? -1 : 1;
	return (x[1] > y[1]) - (x[1] < y[1]);
}

static bool settled(const struct clusters *before, const struct clusters *after)
{
	struct clusters a = *before, b = *after;
	size_t n = a.n < b.n ? a.n : b.n;

	qsort(a.at, a.n, sizeof a.at[0], by_place);
	qsort(b.at, b.n, sizeof b.at[0], by_place);
	for (size_t c = 0; c < n; c++)
		if (!(sqrt(distance2(a.at[c], b.at[c])) < MOVED_LITTLE))
			return false;
	return true;
}

static void cluster(const struct point *point, size_t n, size_t k, size_t rounds,
	struct clusters *clusters, uint32_t *label)
{
	struct clusters before;

	start(point, n, k, clusters);
	for (size_t i = 0; i < rounds; i++) {
		before = *clusters;
		one_round(point, n, clusters, label);
		if (settled(&before, clusters))
			return;
	}
}

/* Unweighted mean silhouette of the base centres. */
static double silhouette(const struct point *point, const uint32_t *label, size_t n, size_t k)
{
	double total = 0;

	for (size_t i = 0; i < n; i++) {
		double sum[LX_GROUPS_MOST] = { 0 }, near = INFINITY;
		size_t size[LX_GROUPS_MOST] = { 0 };
		for (size_t j = 0; j < n; j++) {
			sum[label[j]] += sqrt(distance2(point[i].at, point[j].at));
			size[label[j]]++;
		}
		if (size[label[i]] < 2)
			continue;
		for (size_t g = 0; g < k; g++)
			if (g != label[i] && size[g] > 0 && sum[g] / (double)size[g] < near)
				near = sum[g] / (double)size[g];
		double own = sum[label[i]] / (double)(size[label[i]] - 1);
		double larger = own > near ? own : near;
		total += larger > 0 ? (near - own) / larger : 0;
	}
	return n == 0 ? 0 : total / (double)n;
}

/* The people who are grouped, as points; row[i] is whose point it is. */
static size_t gather(
	const struct lx_ground *ground, const uint8_t *active, struct point *point, uint32_t *row)
{
	size_t n = 0;

	for (size_t i = 0; i < ground->people; i++)
		if (active[i]) {
			point[n] = (struct point){ { ground->xy[i][0], ground->xy[i][1] }, 1 };
			row[n++] = (uint32_t)i;
		}
	return n;
}

static enum lx_code spread(
	struct lx_call *call, const uint32_t *label, struct lx_ground *ground, size_t k)
{
	struct lx_split *split = &ground->split[k];

	split->group = lx_array(call, ground->people, sizeof *split->group);
	if (split->group == NULL)
		return LX_BROKEN;
	split->tried = split->admissible = true;
	for (size_t i = 0; i < ground->people; i++) {
		bool in = ground->base[i] != UINT32_MAX;
		split->group[i] = in ? (uint8_t)label[ground->base[i]] : LX_NO_GROUP;
		if (in)
			split->size[split->group[i]]++;
	}
	double at[LX_GROUPS_MOST][2] = { { 0 } };
	for (size_t i = 0; i < ground->people; i++)
		for (size_t c = 0; c < 2 && split->group[i] != LX_NO_GROUP; c++)
			at[split->group[i]][c] += ground->xy[i][c] /
						  (double)split->size[split->group[i]];
	for (size_t i = 0; i < ground->people; i++)
		if (split->group[i] != LX_NO_GROUP)
			split->inertia += distance2(ground->xy[i], at[split->group[i]]);
	return LX_OK;
}

/* The base clusters as points, and each person's. */
static enum lx_code make_bases(struct lx_call *call, const uint8_t *active,
	struct lx_ground *ground, struct point bases[BASES_MOST], size_t *n)
{
	struct point *point = lx_array(call, ground->people, sizeof *point);
	uint32_t *row = lx_array(call, ground->people, sizeof *row);
	uint32_t *label = lx_array(call, ground->people, sizeof *label);
	struct clusters clusters;

	ground->base = lx_array(call, ground->people, sizeof *ground->base);
	if (point == NULL || row == NULL || label == NULL || ground->base == NULL)
		return LX_BROKEN;
	size_t people = gather(ground, active, point, row);
	cluster(point, people, BASES_MOST, BASE_ROUNDS, &clusters, label);
	for (size_t c = 0; c < clusters.n; c++)
		bases[c] = (struct point){ { clusters.at[c][0], clusters.at[c][1] }, 0 };
	memset(ground->base, 0xff, ground->people * sizeof *ground->base);
	for (size_t i = 0; i < people; i++) {
		ground->base[row[i]] = label[i];
		bases[label[i]].weight += 1;
	}
	*n = clusters.n;
	return LX_OK;
}

enum lx_code lx_ground_polis_groups(
	struct lx_call *call, const uint8_t *active, unsigned groups, struct lx_ground *ground)
{
	struct point bases[BASES_MOST] = { 0 };
	uint32_t label[BASES_MOST];
	struct clusters clusters;
	size_t n = 0;
	double best = -2;

	LX_TRY(make_bases(call, active, ground, bases, &n));
	size_t most = 2 + n / 12 < LX_GROUPS_MOST ? 2 + n / 12 : LX_GROUPS_MOST;
	for (unsigned k = 2; k <= most; k++) {
		cluster(bases, n, k, GROUP_ROUNDS, &clusters, label);
		if (clusters.n != k)
			continue;
		struct lx_split *split = &ground->split[k];
		LX_TRY(spread(call, label, ground, k));
		split->silhouette = silhouette(bases, label, n, k);
		bool wanted = groups == k || (groups == 0 && split->silhouette >= best);
		if (wanted) {
			best = split->silhouette;
			ground->k = k;
		}
	}
	return LX_OK;
}
