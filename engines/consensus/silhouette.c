/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Mean lx_ground_silhouettes (Rousseeuw 1987) of several splits at once. Every distance is computed once: people
 * who are together in all splits form a class, distances are summed by class, and classes by split.
 * Above SILHOUETTE_MOST people, every n-th by id is looked at.
 */
#include "engines/consensus/inner.h"

#include "base/parallel.h"

#include <math.h>

#define ROWS_AT_ONCE 50
#define CLASSES_MOST (2 * 3 * 4 * 5)
#define SPLITS       (LX_GROUPS_MOST + 1)

struct sample {
	size_t n, classes;
	double x[SILHOUETTE_MOST], y[SILHOUETTE_MOST]; /* by class */
	size_t begin[CLASSES_MOST + 1];
	uint8_t group[CLASSES_MOST][SPLITS];
	uint32_t size[SPLITS][LX_GROUPS_MOST];
	unsigned from, to;
	const struct lx_ground *ground;
	double part[SILHOUETTE_MOST / ROWS_AT_ONCE + 1][SPLITS];
};

/* All groups of a person in one number. */
static size_t code_of(const struct sample *s, size_t row)
{
	size_t code = 0;

	for (unsigned k = s->from; k <= s->to; k++)
		code = code * k + (s->ground->split[k].tried ? s->ground->split[k].group[row] : 0);
	return code;
}

static void sort_sample(struct sample *s, const uint32_t *rows)
{
	size_t count[CLASSES_MOST + 1] = { 0 }, class_of[CLASSES_MOST] = { 0 };

	for (size_t i = 0; i < s->n; i++)
		count[code_of(s, rows[i])]++;
	for (size_t code = 0; code < CLASSES_MOST; code++)
		if (count[code] > 0) {
			class_of[code] = s->classes++;
			s->begin[s->classes] = s->begin[s->classes - 1] + count[code];
		}
	size_t next[CLASSES_MOST];
	for (size_t c = 0; c < s->classes; c++)
		next[c] = s->begin[c];
	for (size_t i = 0; i < s->n; i++) {
		size_t c = class_of[code_of(s, rows[i])], at = next[c]++;
		s->x[at] = s->ground->xy[rows[i]][0];
		s->y[at] = s->ground->xy[rows[i]][1];
		for (unsigned k = s->from; k <= s->to; k++)
			if (s->ground->split[k].tried) {
				s->group[c][k] = s->ground->split[k].group[rows[i]];
				s->size[k][s->group[c][k]]++;
			}
	}
}

/* Sum of distances from (x, y) to a class, in four interleaved sums. */
static double distances(const struct sample *s, size_t class, double x, double y)
{
	double sum[4] = { 0 };
	size_t i = s->begin[class], to = s->begin[class + 1];

	for (; i + 4 <= to; i += 4)
		for (size_t lane = 0; lane < 4; lane++) {
			double dx = s->x[i + lane] - x, dy = s->y[i + lane] - y;
			sum[lane] += sqrt(dx * dx + dy * dy);
		}
	for (; i < to; i++) {
		double dx = s->x[i] - x, dy = s->y[i] - y;
		sum[0] += sqrt(dx * dx + dy * dy);
	}
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static double one(const struct sample *s, const double *by_class, unsigned k, uint8_t own)
{
	double sum[LX_GROUPS_MOST] = { 0 }, near = INFINITY;

	if (s->size[k][own] < 2)
		return 0;
	for (size_t c = 0; c < s->classes; c++)
		sum[s->group[c][k]] += by_class[c];
	for (unsigned g = 0; g < k; g++)
		if (g != own && s->size[k][g] > 0 && sum[g] / (double)s->size[k][g] < near)
			near = sum[g] / (double)s->size[k][g];
	double a = sum[own] / (double)(s->size[k][own] - 1);
	double larger = a > near ? a : near;
	return isfinite(near) && larger > 0 ? (near - a) / larger : 0;
}

static void some_rows(void *with, size_t task)
{
	struct sample *s = with;
	size_t to = (task + 1) * ROWS_AT_ONCE < s->n ? (task + 1) * ROWS_AT_ONCE : s->n;
	size_t class = 0;
	double by_class[CLASSES_MOST];

	for (size_t i = task * ROWS_AT_ONCE; i < to; i++) {
		while (i >= s->begin[class + 1])
			class ++;
		for (size_t c = 0; c < s->classes; c++)
			by_class[c] = distances(s, c, s->x[i], s->y[i]);
		for (unsigned k = s->from; k <= s->to; k++)
			if (s->ground->split[k].tried)
				s->part[task][k] += one(s, by_class, k, s->group[class][k]);
	}
}

enum lx_code lx_ground_silhouettes(struct lx_call *call, const uint8_t *active, unsigned from,
	unsigned to, struct lx_ground *ground)
{
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct sample *s = lx_alloc(call, sizeof *s);
	uint32_t *rows = lx_array(call, ground->grouped, sizeof *rows);
	size_t grouped = 0;

	if (s == NULL || rows == NULL)
		return LX_BROKEN;
	*s = (struct sample){ .from = from, .to = to, .ground = ground };
	for (size_t i = 0; i < ground->people; i++)
		if (active[i])
			rows[grouped++] = (uint32_t)i;
	s->n = grouped < SILHOUETTE_MOST ? grouped : SILHOUETTE_MOST;
	for (size_t i = 0; i < s->n && grouped > s->n; i++)
		rows[i] = rows[i * grouped / s->n];
	sort_sample(s, rows);
	size_t tasks = (s->n + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE;
	lx_parallel_sure(call->threads, tasks, some_rows, s);
	for (unsigned k = from; k <= to; k++) {
		double sum = 0;
		if (!ground->split[k].tried)
			continue;
		for (size_t t = 0; t < tasks; t++)
			sum += s->part[t][k];
		ground->split[k].silhouette = sum / (double)s->n;
	}
	lx_arena_back(call->arena, mark);
	return LX_OK;
}
