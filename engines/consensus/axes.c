/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The leading eigenvectors: blocks of four vectors, Rayleigh-Ritz in the space of all blocks so far, the
 * next block being the four residuals (Krylov's space, Davidson's way to walk it); when the space is
 * full it starts again from its best eight. A block of four finds equal eigenvalues that a single
 * vector misses. Every sum has a fixed order. Residuals of the answer are computed afresh at the end.
 */
#include "engines/consensus/inner.h"

#include <math.h>
#include <string.h>

#define BLOCKS     (SMALL_MOST / LANES)
#define STEPS_MOST 600
#define APART      1e-6  /* of the first eigenvalue: closer ones do not determine axes */
#define THIRD      1e-8  /* of the first: how well the third must be known to judge that */
#define CLEARLY    0.05  /* of the distance from the second: then the third is far enough */
#define NOTHING    1e-13 /* of the first: rounding, not a direction */

struct space {
	const struct map *map;
	size_t n, blocks;
	struct lanes *q[BLOCKS], *gq[BLOCKS];
	double t[SMALL_MOST][SMALL_MOST];
	double value[SMALL_MOST], ritz[SMALL_MOST][SMALL_MOST];
	struct lanes *rest; /* scratch: residuals */
	double norm[LANES]; /* of the residuals */
	uint64_t spare;     /* numbers the fixed vectors that replace what vanished */
};

/* c = a' b */
static void products(size_t n, const struct lanes *a, const struct lanes *b, double c[LANES][LANES])
{
	memset(c, 0, LANES * sizeof c[0]);
	for (size_t i = 0; i < n; i++)
		for (size_t x = 0; x < LANES; x++)
			for (size_t y = 0; y < LANES; y++)
				c[x][y] += a[i].v[x] * b[i].v[y];
}

/* to += from c, with a sign */
static void add_times(
	size_t n, struct lanes *to, const struct lanes *from, double c[LANES][LANES], double sign)
{
	for (size_t i = 0; i < n; i++)
		for (size_t y = 0; y < LANES; y++) {
			double sum = 0;
			for (size_t x = 0; x < LANES; x++)
				sum += from[i].v[x] * c[x][y];
			to[i].v[y] += sign * sum;
		}
}

static double lane_product(size_t n, const struct lanes *a, size_t x, size_t y)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i].v[x] * a[i].v[y];
	return sum;
}

static void lane_scale(size_t n, struct lanes *a, size_t lane, double by)
{
	for (size_t i = 0; i < n; i++)
		a[i].v[lane] *= by;
}

static void lane_fill(size_t n, struct lanes *a, size_t lane, uint64_t number)
{
	for (size_t i = 0; i < n; i++)
		a[i].v[lane] = lx_ground_unit_of(lx_ground_mix(number, i, 0)) - 0.5;
}

static void against_space(const struct space *s, struct lanes *block)
{
	double c[LANES][LANES];

	for (size_t b = 0; b < s->blocks; b++) {
		products(s->n, s->q[b], block, c);
		add_times(s->n, block, s->q[b], c, -1);
	}
}

/* Takes the lanes before `lane` out of it; returns its length. */
static double against_lanes(size_t n, struct lanes *block, size_t lane)
{
	for (size_t before = 0; before < lane; before++) {
		double c = lane_product(n, block, before, lane);
		for (size_t i = 0; i < n; i++)
			block[i].v[lane] -= c * block[i].v[before];
	}
	return sqrt(lane_product(n, block, lane, lane));
}

/* Makes the block orthonormal, and orthogonal to the space. Each lane has about length 1 before. */
static void orthonormalise(struct space *s, struct lanes *block)
{
	against_space(s, block);
	for (size_t lane = 0; lane < LANES; lane++) {
		double length = sqrt(lane_product(s->n, block, lane, lane));
		if (length > 0)
			lane_scale(s->n, block, lane, 1 / length);
		if (!(length > 0) || against_lanes(s->n, block, lane) < 1e-6)
			lane_fill(s->n, block, lane, s->spare++);
	}
	for (int again = 0; again < 2; again++) {
		against_space(s, block);
		for (size_t lane = 0; lane < LANES; lane++) {
			double length = against_lanes(s->n, block, lane);
			lane_scale(s->n, block, lane, length > 1e-12 ? 1 / length : 0);
		}
	}
}

/* Adds an orthonormal block to the space, with its products. */
static void take(struct space *s, const struct lanes *block)
{
	size_t b = s->blocks++;
	double c[LANES][LANES];

	memcpy(s->q[b], block, s->n * sizeof *block);
	s->map->apply(s->map->with, s->q[b], s->gq[b]);
	for (size_t a = 0; a <= b; a++) {
		products(s->n, s->q[a], s->gq[b], c);
		for (size_t x = 0; x < LANES; x++)
			for (size_t y = 0; y < LANES; y++) {
				if (a == b && x > y)
					continue;
				s->t[LANES * a + x][LANES * b + y] = c[x][y];
				s->t[LANES * b + y][LANES * a + x] = c[x][y];
			}
	}
}

/* to = blocks times the Ritz vectors from..from+3 */
static void combine(
	const struct space *s, struct lanes *const *blocks, size_t from, struct lanes *to)
{
	double c[LANES][LANES];

	memset(to, 0, s->n * sizeof *to);
	for (size_t b = 0; b < s->blocks; b++) {
		for (size_t x = 0; x < LANES; x++)
			for (size_t y = 0; y < LANES; y++)
				c[x][y] = s->ritz[LANES * b + x][from + y];
		add_times(s->n, to, blocks[b], c, 1);
	}
}

/* Ritz values, the four leading vectors (to `vector`) and their residuals. */
static void project(struct space *s, struct lanes *vector)
{
	double a[SMALL_MOST][SMALL_MOST];

	memcpy(a, s->t, sizeof a);
	lx_ground_jacobi(LANES * s->blocks, a, s->value, s->ritz);
	combine(s, s->q, 0, vector);
	combine(s, s->gq, 0, s->rest);
	for (size_t i = 0; i < s->n; i++)
		for (size_t y = 0; y < LANES; y++)
			s->rest[i].v[y] -= s->value[y] * vector[i].v[y];
	for (size_t y = 0; y < LANES; y++)
		s->norm[y] = sqrt(lane_product(s->n, s->rest, y, y));
}

/* Keeps the best eight vectors of a full space. `first` are the best four already. */
static void shrink(struct space *s, const struct lanes *first, struct lanes *scratch)
{
	struct lanes *second = scratch, *g_first = scratch + s->n, *g_second = scratch + 2 * s->n;

	combine(s, s->q, LANES, second);
	combine(s, s->gq, 0, g_first);
	combine(s, s->gq, LANES, g_second);
	memcpy(s->q[0], first, s->n * sizeof *first);
	memcpy(s->q[1], second, s->n * sizeof *second);
	memcpy(s->gq[0], g_first, s->n * sizeof *first);
	memcpy(s->gq[1], g_second, s->n * sizeof *second);
	s->blocks = 2;
	memset(s->t, 0, sizeof s->t);
	for (size_t i = 0; i < 2 * LANES; i++)
		s->t[i][i] = s->value[i];
}

static bool good(const struct space *s, double fine)
{
	double most = s->value[0] > 0 ? s->value[0] : 0;

	for (size_t c = 0; c < 2; c++)
		if (s->norm[c] > fine * s->value[c] && s->norm[c] > NOTHING * most)
			return false;
	double third = (fine > THIRD ? fine : THIRD) * most, apart = s->value[1] - s->value[2];
	return s->norm[2] <= third || s->norm[2] <= CLEARLY * apart;
}

static void settle(struct space *s, double trace, struct lanes *vector, struct axes *axes)
{
	struct lanes *again = s->rest;

	s->map->apply(s->map->with, vector, again);
	for (size_t c = 0; c < 3; c++)
		axes->value[c] = s->value[c] > NOTHING * trace ? s->value[c] : 0;
	for (size_t c = 0; c < 2; c++) {
		double sum = 0, largest = 0, sign = 1;
		for (size_t i = 0; i < s->n; i++) {
			double off = again[i].v[c] - s->value[c] * vector[i].v[c];
			sum += off * off;
			if (fabs(vector[i].v[c]) > largest) {
				largest = fabs(vector[i].v[c]);
				sign = vector[i].v[c] < 0 ? -1 : 1;
			}
		}
		axes->residual[c] = axes->value[c] > 0 ? sqrt(sum) / axes->value[c] : 0;
		lane_scale(s->n, vector, c, axes->value[c] > 0 ? sign : 0);
	}
	double apart = APART * axes->value[0];
	axes->determined = axes->value[1] > 0 && axes->value[0] - axes->value[1] >= apart &&
			   axes->value[1] - axes->value[2] >= apart;
}

static enum lx_code open_space(struct lx_call *call, const struct map *map, struct space *s)
{
	*s = (struct space){ .map = map, .n = map->n, .spare = 1 };
	for (size_t b = 0; b < BLOCKS; b++) {
		s->q[b] = lx_array(call, s->n, sizeof(struct lanes));
		s->gq[b] = lx_array(call, s->n, sizeof(struct lanes));
		if (s->q[b] == NULL || s->gq[b] == NULL)
			return LX_BROKEN;
	}
	s->rest = lx_array(call, s->n, sizeof(struct lanes));
	return s->rest == NULL ? LX_BROKEN : LX_OK;
}

static enum lx_code search(struct lx_call *call, struct space *s, const struct lanes *start,
	double fine, struct lanes *vector, struct lanes *scratch)
{
	struct lanes *block = scratch + 3 * s->n;

	if (start == NULL)
		for (size_t lane = 0; lane < LANES; lane++)
			lane_fill(s->n, block, lane, s->spare++);
	else
		memcpy(block, start, s->n * sizeof *block);
	for (int step = 0;; step++) {
		LX_TRY(lx_step(call, 0, 0));
		orthonormalise(s, block);
		take(s, block);
		project(s, vector);
		if (good(s, fine) || LANES * s->blocks >= s->n || step == STEPS_MOST)
			return LX_OK;
		memcpy(block, s->rest, s->n * sizeof *block);
		if (s->blocks == BLOCKS)
			shrink(s, vector, scratch);
	}
}

enum lx_code lx_ground_axes_find(struct lx_call *call, const struct map *map, double trace,
	const struct lanes *start, double fine, struct axes *axes)
{
	struct lanes *vector = lx_array(call, map->n, sizeof *vector);
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct lanes *scratch = lx_array(call, 4 * map->n, sizeof *scratch);
	struct space space;

	*axes = (struct axes){ .vector = vector };
	if (vector == NULL || scratch == NULL)
		return LX_BROKEN;
	if (map->n == 0 || !(trace > 0))
		return LX_OK;
	LX_TRY(open_space(call, map, &space));
	LX_TRY(search(call, &space, start, fine, vector, scratch));
	settle(&space, trace, vector, axes);
	lx_arena_back(call->arena, mark);
	return LX_OK;
}
