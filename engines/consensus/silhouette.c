/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Mean lx_ground_silhouettes (Rousseeuw 1987) of several splits at once. Every distance is computed once: people
 * who are together in all splits form a class, distances are summed by class, and classes by split.
 * Above SILHOUETTE_MOST people, every n-th by id is looked at.
 */
#include "engines/consensus/inner.h"

#include "base/parallel.h"
#include "base/vector.h"

#include <math.h>

#define CLASSES_MOST (2 * 3 * 4 * 5)
#define SPLITS       (LX_GROUPS_MOST + 1)
#define AT_ONCE      4

struct sample {
	size_t n, classes;
	double x[SILHOUETTE_MOST], y[SILHOUETTE_MOST]; /* by class */
	size_t begin[CLASSES_MOST + 1];
	uint8_t group[CLASSES_MOST][SPLITS];
	uint32_t size[SPLITS][LX_GROUPS_MOST];
	unsigned from, to;
	const struct lx_ground *ground;
	double *away; /* [classes][n] sums of distances from each person to the class */
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

/* The distance from person `i` to each of those from `from` to `to`; added to what is theirs, and summed up in
 * four interleaved sums. */
LX_VECTOR static double measure(
	const struct sample *s, size_t i, size_t from, size_t to, double *restrict theirs)
{
	double sum[AT_ONCE] = { 0 }, x = s->x[i], y = s->y[i];
	size_t j = from;

	for (; j + AT_ONCE <= to; j += AT_ONCE)
		for (size_t lane = 0; lane < AT_ONCE; lane++) {
			double dx = s->x[j + lane] - x, dy = s->y[j + lane] - y;
			double d = sqrt(dx * dx + dy * dy);
			theirs[j + lane] += d;
			sum[lane] += d;
		}
	for (; j < to; j++) {
		double dx = s->x[j] - x, dy = s->y[j] - y, d = sqrt(dx * dx + dy * dy);
		theirs[j] += d;
		sum[0] += d;
	}
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* The distances of the people of a class to each other and to those of all later classes. Nobody else writes
 * where this does: own distances to later classes, and others' distances to this one. */
static void measure_class(void *with, size_t class)
{
	struct sample *s = with;
	double *to_own = s->away + class * s->n;

	for (size_t i = s->begin[class]; i < s->begin[class + 1]; i++) {
		to_own[i] += measure(s, i, i + 1, s->begin[class + 1], to_own);
		for (size_t c = class + 1; c < s->classes; c++)
			s->away[c * s->n + i] = measure(s, i, s->begin[c], s->begin[c + 1], to_own);
	}
}

static double one(const struct sample *s, size_t i, unsigned k, uint8_t own)
{
	double sum[LX_GROUPS_MOST] = { 0 }, near = INFINITY;

	if (s->size[k][own] < 2)
		return 0;
	for (size_t c = 0; c < s->classes; c++)
		sum[s->group[c][k]] += s->away[c * s->n + i];
	for (unsigned g = 0; g < k; g++)
		if (g != own && s->size[k][g] > 0 && sum[g] / (double)s->size[k][g] < near)
			near = sum[g] / (double)s->size[k][g];
	double a = sum[own] / (double)(s->size[k][own] - 1);
	double larger = a > near ? a : near;
	return isfinite(near) && larger > 0 ? (near - a) / larger : 0;
}

static double mean_of(const struct sample *s, unsigned k)
{
	double sum = 0;

	for (size_t c = 0; c < s->classes; c++)
		for (size_t i = s->begin[c]; i < s->begin[c + 1]; i++)
			sum += one(s, i, k, s->group[c][k]);
	return sum / (double)s->n;
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
	s->away = lx_array(call, s->classes * s->n, sizeof *s->away);
	if (s->away == NULL)
		return LX_BROKEN;
	lx_parallel_sure(call->threads, s->classes, measure_class, s);
	for (unsigned k = from; k <= to; k++)
		if (ground->split[k].tried)
			ground->split[k].silhouette = mean_of(s, k);
	lx_arena_back(call->arena, mark);
	return LX_OK;
}
