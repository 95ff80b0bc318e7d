/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Whether like lies beside like: Moran's I, Geary's c with the variances of Cliff & Ord (1981), local
 * Moran (Anselin 1995), and permutations. Each permutation (global) and each place (local) has a
 * stream of draws of its own, so the bits do not depend on threads.
 */
#include "engines/appraise/inner.h"

#include "base/parallel.h"

#include <math.h>
#include <string.h>

#define NEAR 1e-12 /* sums that differ by less, relatively, count as equal */

struct field {
	const struct lx_neighbours *w;
	size_t n, permutations;
	uint64_t seed;
	double *z, m2; /* deviations from the mean; their squares' mean */
	double *shuffled;
	uint32_t *order;
	double *value; /* of each permutation (global) */
	struct lx_moran_local *local;
};

/* No place may be its own neighbour or have the same one twice. */
static enum lx_code check_links(
	struct lx_call *call, const struct lx_grid *t, const struct lx_neighbours *w)
{
	size_t *seen = lx_array(call, w->n, sizeof *seen);

	if (seen == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < w->n; i++)
		for (size_t k = w->first[i]; k < w->first[i + 1]; k++) {
			const char *wrong = NULL;
			if (w->to[k] >= w->n)
				wrong = "appraise.neighbour_unknown";
			else if (w->to[k] == i)
				wrong = "appraise.neighbour_self";
			else if (seen[w->to[k]] == i + 1)
				wrong = "appraise.neighbour_twice";
			else if (!(w->weight[k] > 0) || !isfinite(w->weight[k]))
				wrong = "appraise.weight_negative";
			if (wrong != NULL)
				return lx_cell_fault(call, t, i, NOWHERE, wrong);
			seen[w->to[k]] = i + 1;
		}
	return LX_OK;
}

static enum lx_code check(struct lx_call *call, const struct lx_grid *t,
	const struct lx_neighbours *w, size_t permutations)
{
	LX_TRY(lx_check_table(call, t, 4, true, false));
	if (t->columns != 1 || w->n != t->rows)
		return lx_fail(
			call, LX_INVALID, "neighbours", "appraise.neighbours_n", "%zu", t->rows);
	if (permutations > LX_PERMUTATIONS_MAX)
		return lx_fail(call, LX_INVALID, "permutations", "appraise.draws", "%d",
			LX_PERMUTATIONS_MAX);
	if (w->first[w->n] == 0)
		return lx_fail(call, LX_INVALID, "neighbours", "appraise.no_neighbours", NULL);
	return check_links(call, t, w);
}

static enum lx_code centre(struct lx_call *call, const struct lx_grid *t, struct field *f)
{
	double mean = 0, most = 0;

	f->n = t->rows;
	f->z = lx_doubles(call, f->n);
	if (f->z == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < f->n; i++)
		mean += t->at[i] / (double)f->n;
	for (size_t i = 0; i < f->n; i++) {
		f->z[i] = t->at[i] - mean;
		f->m2 += f->z[i] * f->z[i] / (double)f->n;
		most = fmax(most, fabs(t->at[i]));
	}
	if (!(f->m2 > most * most * 1e-28) || !isfinite(f->m2))
		return lx_fail(call, LX_INVALID, "values", "appraise.all_equal", NULL);
	return LX_OK;
}

/* sum_ij w_ij z_i z_j */
static double cross(const struct lx_neighbours *w, const double *z)
{
	double sum = 0;

	for (size_t i = 0; i < w->n; i++) {
		double lag = 0;
		for (size_t k = w->first[i]; k < w->first[i + 1]; k++)
			lag += w->weight[k] * z[w->to[k]];
		sum += z[i] * lag;
	}
	return sum;
}

/* ---- Global ---- */

struct sums {
	double s0, s1, s2;
};

static double weight_between(const struct lx_neighbours *w, size_t from, size_t to)
{
	for (size_t k = w->first[from]; k < w->first[from + 1]; k++)
		if (w->to[k] == to)
			return w->weight[k];
	return 0;
}

/* S0 = sum w, S1 = sum (w_ij + w_ji)^2 / 2, S2 = sum (row sum + column sum)^2. */
static struct sums weight_sums(const struct lx_neighbours *w, double *both)
{
	struct sums s = { 0 };

	for (size_t i = 0; i < w->n; i++)
		for (size_t k = w->first[i]; k < w->first[i + 1]; k++) {
			double there = w->weight[k], back = weight_between(w, w->to[k], i);
			s.s0 += there;
			/* an arc with a way back is met from both ends, one without only once */
			s.s1 += back > 0 ? (there + back) * (there + back) / 2 : there * there;
			both[i] += there;
			both[w->to[k]] += there;
		}
	for (size_t i = 0; i < w->n; i++)
		s.s2 += both[i] * both[i];
	return s;
}

static double kurtosis(const struct field *f)
{
	double m4 = 0;

	for (size_t i = 0; i < f->n; i++)
		m4 += f->z[i] * f->z[i] * f->z[i] * f->z[i] / (double)f->n;
	return m4 / (f->m2 * f->m2);
}

static double geary(const struct field *f, double s0)
{
	double sum = 0;

	for (size_t i = 0; i < f->n; i++)
		for (size_t k = f->w->first[i]; k < f->w->first[i + 1]; k++) {
			double gap = f->z[i] - f->z[f->w->to[k]];
			sum += f->w->weight[k] * gap * gap;
		}
	return (double)(f->n - 1) * sum / (2 * s0 * f->m2 * (double)f->n);
}

static void moments(const struct field *f, struct sums s, struct lx_moran *out)
{
	double n = (double)f->n, n2 = n * n, s02 = s.s0 * s.s0, k = kurtosis(f);
	double e = -1 / (n - 1);

	out->i = n / s.s0 * cross(f->w, f->z) / (f->m2 * n);
	out->expected = e;
	out->var_normality = (n2 * s.s1 - n * s.s2 + 3 * s02) / ((n2 - 1) * s02) - e * e;
	double top = n * ((n2 - 3 * n + 3) * s.s1 - n * s.s2 + 3 * s02) -
		     k * ((n2 - n) * s.s1 - 2 * n * s.s2 + 6 * s02);
	out->var_randomisation = top / ((n - 1) * (n - 2) * (n - 3) * s02) - e * e;
	out->z_normality = (out->i - e) / sqrt(out->var_normality);
	out->z_randomisation = (out->i - e) / sqrt(out->var_randomisation);
	out->geary_c = geary(f, s.s0);
	out->p = NAN;
}

static enum lx_code permute(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	const struct field *f = with;
	double *z = f->shuffled + worker * f->n;
	uint64_t state = lx_stream(f->seed, i);

	(void)fault;
	memcpy(z, f->z, f->n * sizeof *z);
	for (size_t last = f->n - 1; last > 0; last--) {
		size_t at = lx_draw_below(&state, (uint32_t)last + 1);
		double x = z[at];
		z[at] = z[last];
		z[last] = x;
	}
	f->value[i] = cross(f->w, z);
	return LX_OK;
}

/* (r + 1) / (R + 1), r the fewer of those at or above and those at or below. */
static double pseudo_p(size_t above, size_t below, size_t permutations)
{
	size_t r = above < below ? above : below;

	return (double)(r + 1) / (double)(permutations + 1);
}

static enum lx_code permute_all(struct lx_call *call, struct field *f, double *p)
{
	size_t above = 0, below = 0;
	double observed = cross(f->w, f->z), near = NEAR * f->m2 * (double)f->n;

	f->shuffled = lx_doubles(call, lx_workers(call, f->permutations) * f->n);
	f->value = lx_doubles(call, f->permutations);
	if (f->shuffled == NULL || f->value == NULL)
		return LX_BROKEN;
	LX_TRY(lx_parallel(call, f->permutations, permute, f));
	for (size_t i = 0; i < f->permutations; i++) {
		above += f->value[i] >= observed - near;
		below += f->value[i] <= observed + near;
	}
	*p = pseudo_p(above, below, f->permutations);
	return LX_OK;
}

enum lx_code lx_moran(struct lx_call *call, const struct lx_grid *values,
	const struct lx_neighbours *neighbours, size_t permutations, uint64_t seed,
	struct lx_moran *out)
{
	struct field f = { .w = neighbours, .permutations = permutations, .seed = seed };
	struct lx_moran found;

	LX_TRY(check(call, values, neighbours, permutations));
	LX_TRY(centre(call, values, &f));
	double *both = lx_doubles(call, f.n);
	if (both == NULL)
		return LX_BROKEN;
	moments(&f, weight_sums(neighbours, both), &found);
	if (permutations > 0)
		LX_TRY(permute_all(call, &f, &found.p));
	*out = found;
	return LX_OK;
}

/* ---- Local ---- */

static double lag_of(const struct field *f, size_t i)
{
	double lag = 0;

	for (size_t k = f->w->first[i]; k < f->w->first[i + 1]; k++)
		lag += f->w->weight[k] * f->z[f->w->to[k]];
	return lag;
}

/* Puts other places at random beside place i, which stays: the first of a shuffle of the others that
 * goes no further than i has neighbours. */
static double random_lag(const struct field *f, size_t i, uint32_t *order, uint64_t *state)
{
	uint32_t others = (uint32_t)f->n - 1, at = 0;
	double lag = 0;

	for (size_t k = f->w->first[i]; k < f->w->first[i + 1]; k++, at++) {
		uint32_t from = at + lx_draw_below(state, others - at), place = order[from];
		order[from] = order[at];
		order[at] = place;
		/* the numbers 0 … n - 2 stand for all places but i */
		lag += f->w->weight[k] * f->z[place + (place >= i)];
	}
	return lag;
}

static enum lx_quadrant quadrant(double z, double lag, bool alone)
{
	if (alone)
		return LX_ALONE;
	if (z >= 0)
		return lag >= 0 ? LX_HIGH_HIGH : LX_HIGH_LOW;
	return lag >= 0 ? LX_LOW_HIGH : LX_LOW_LOW;
}

static enum lx_code permute_place(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	const struct field *f = with;
	uint32_t *order = f->order + worker * f->n;
	uint64_t state = lx_stream(f->seed, i);
	size_t above = 0, below = 0;
	double lag = lag_of(f, i), near = NEAR * sqrt(f->m2);
	bool alone = f->w->first[i] == f->w->first[i + 1];

	(void)fault;
	f->local->i[i] = f->z[i] * lag / f->m2;
	f->local->quadrant[i] = quadrant(f->z[i], lag, alone);
	f->local->p[i] = NAN;
	if (alone || f->permutations == 0)
		return LX_OK;
	for (uint32_t k = 0; k < f->n; k++)
		order[k] = k;
	for (size_t r = 0; r < f->permutations; r++) {
		double x = random_lag(f, i, order, &state);
		above += x >= lag - near;
		below += x <= lag + near;
	}
	f->local->p[i] = pseudo_p(above, below, f->permutations);
	return LX_OK;
}

enum lx_code lx_moran_local(struct lx_call *call, const struct lx_grid *values,
	const struct lx_neighbours *neighbours, size_t permutations, uint64_t seed,
	struct lx_moran_local *out)
{
	struct field f = { .w = neighbours, .permutations = permutations, .seed = seed };

	LX_TRY(check(call, values, neighbours, permutations));
	LX_TRY(centre(call, values, &f));
	struct lx_moran_local found = { lx_doubles(call, f.n), lx_doubles(call, f.n),
		lx_array(call, f.n, sizeof(enum lx_quadrant)) };
	f.order = lx_array(call, lx_workers(call, f.n) * f.n, sizeof *f.order);
	if (call->fault.code != LX_OK)
		return LX_BROKEN;
	f.local = &found;
	LX_TRY(lx_parallel(call, f.n, permute_place, &f));
	*out = found;
	return LX_OK;
}
