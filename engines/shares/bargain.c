/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Two parties bargain: on a convex polygon in fractions, on a falling concave frontier in doubles. */
#include "engines/shares/inner.h"

#include <math.h>
#include <string.h>

/* Scratch fractions and the polygon of gains: x0 y0 x1 y1 ..., cut to gains that are not negative. */
struct gains {
	struct lx_ratios at, cut, t;
	size_t n;
};

static void gains_close(struct gains *g)
{
	lx_ratios_close(&g->at);
	lx_ratios_close(&g->cut);
	lx_ratios_close(&g->t);
}

/* out = (b - a) x (c - b) */
static void turn(struct gains *g, size_t a, size_t b, size_t c, mpq_ptr out)
{
	mpq_t *p = g->at.at, *t = g->t.at;

	mpq_sub(t[0], p[2 * b], p[2 * a]);
	mpq_sub(t[1], p[2 * c + 1], p[2 * b + 1]);
	mpq_mul(out, t[0], t[1]);
	mpq_sub(t[0], p[2 * b + 1], p[2 * a + 1]);
	mpq_sub(t[1], p[2 * c], p[2 * b]);
	mpq_mul(t[0], t[0], t[1]);
	mpq_sub(out, out, t[0]);
}

static bool convex(struct gains *g)
{
	bool left = false, right = false;

	for (size_t k = 0; k < g->n; k++) {
		turn(g, k, (k + 1) % g->n, (k + 2) % g->n, g->t.at[2]);
		left = left || mpq_sgn(g->t.at[2]) > 0;
		right = right || mpq_sgn(g->t.at[2]) < 0;
	}
	return left != right;
}

static void keep_point(struct gains *g, size_t *n, mpq_srcptr x, mpq_srcptr y)
{
	mpq_set(g->cut.at[2 * *n], x);
	mpq_set(g->cut.at[2 * *n + 1], y);
	*n += 1;
}

/* Cuts to coordinate `axis` >= 0 (Sutherland & Hodgman). */
static void cut_to(struct gains *g, size_t axis)
{
	mpq_t *t = g->t.at;
	size_t n = 0;

	for (size_t k = 0; k < g->n; k++) {
		mpq_t *a = &g->at.at[2 * k], *b = &g->at.at[2 * ((k + 1) % g->n)];
		int in_a = mpq_sgn(a[axis]), in_b = mpq_sgn(b[axis]);
		if (in_a >= 0)
			keep_point(g, &n, a[0], a[1]);
		if ((in_a < 0 && in_b > 0) || (in_a > 0 && in_b < 0)) {
			mpq_sub(t[0], a[axis], b[axis]);
			mpq_div(t[0], a[axis], t[0]);
			mpq_sub(t[1], b[1 - axis], a[1 - axis]);
			mpq_mul(t[1], t[1], t[0]);
			mpq_add(t[1], t[1], a[1 - axis]);
			mpq_set_ui(t[2], 0, 1);
			keep_point(g, &n, axis == 0 ? t[2] : t[1], axis == 0 ? t[1] : t[2]);
		}
	}
	g->n = n;
	struct lx_ratios swap = g->at;
	g->at = g->cut;
	g->cut = swap;
}

/* The point a + s (b - a) of edge k into t[4], t[5]. */
static void along(struct gains *g, size_t k, mpq_srcptr s)
{
	mpq_t *a = &g->at.at[2 * k], *b = &g->at.at[2 * ((k + 1) % g->n)], *t = g->t.at;

	for (size_t axis = 0; axis < 2; axis++) {
		mpq_sub(t[6], b[axis], a[axis]);
		mpq_mul(t[6], t[6], s);
		mpq_add(t[4 + axis], a[axis], t[6]);
	}
}

/* Takes the point t[4], t[5] if its product of gains is the largest so far (t[9]). */
static void better(struct gains *g, struct lx_ratios *out, bool *some)
{
	mpq_t *t = g->t.at;

	mpq_mul(t[7], t[4], t[5]);
	if (*some && mpq_cmp(t[7], t[9]) <= 0)
		return;
	*some = true;
	mpq_set(t[9], t[7]);
	mpq_set(out->at[0], t[4]);
	mpq_set(out->at[1], t[5]);
}

/* The product of gains along an edge is a parabola: its ends and its top. */
static void nash(struct gains *g, struct lx_ratios *out)
{
	mpq_t *t = g->t.at;
	bool some = false;

	for (size_t k = 0; k < g->n; k++) {
		mpq_t *a = &g->at.at[2 * k], *b = &g->at.at[2 * ((k + 1) % g->n)];
		mpq_set_ui(t[0], 0, 1);
		along(g, k, t[0]);
		better(g, out, &some);
		mpq_sub(t[1], b[0], a[0]);
		mpq_sub(t[2], b[1], a[1]);
		mpq_mul(t[3], t[1], t[2]);
		mpq_mul_2exp(t[3], t[3], 1);
		if (mpq_sgn(t[3]) >= 0)
			continue;
		mpq_mul(t[1], a[1], t[1]);
		mpq_mul(t[2], a[0], t[2]);
		mpq_add(t[1], t[1], t[2]);
		mpq_div(t[0], t[1], t[3]);
		mpq_neg(t[0], t[0]);
		if (mpq_sgn(t[0]) <= 0 || mpq_cmp_ui(t[0], 1, 1) >= 0)
			continue;
		along(g, k, t[0]);
		better(g, out, &some);
	}
}

/* The farthest point of the polygon on the ray from the origin along (t[10], t[11]). */
static void last_on_ray(struct gains *g, struct lx_ratios *out)
{
	mpq_t *t = g->t.at;

	for (size_t k = 0; k < g->n; k++) {
		mpq_t *a = &g->at.at[2 * k], *b = &g->at.at[2 * ((k + 1) % g->n)];
		mpq_mul(t[0], a[0], t[11]); /* a x direction */
		mpq_mul(t[1], a[1], t[10]);
		mpq_sub(t[0], t[0], t[1]);
		mpq_mul(t[1], b[0], t[11]);
		mpq_mul(t[2], b[1], t[10]);
		mpq_sub(t[1], t[1], t[2]);
		mpq_sub(t[1], t[0], t[1]);
		if (mpq_sgn(t[1]) == 0)
			continue; /* parallel: the neighbours meet the ends */
		mpq_div(t[0], t[0], t[1]);
		if (mpq_sgn(t[0]) < 0 || mpq_cmp_ui(t[0], 1, 1) > 0)
			continue;
		along(g, k, t[0]);
		mpq_add(t[7], t[4], t[5]);
		mpq_add(t[8], out->at[0], out->at[1]);
		if (mpq_cmp(t[7], t[8]) > 0) {
			mpq_set(out->at[0], t[4]);
			mpq_set(out->at[1], t[5]);
		}
	}
}

/* The ideal gains, each the most for one party while the other loses nothing, into t[10], t[11]. */
static void ideal(struct gains *g)
{
	for (size_t axis = 0; axis < 2; axis++) {
		mpq_set_ui(g->t.at[10 + axis], 0, 1);
		for (size_t k = 0; k < g->n; k++)
			if (mpq_cmp(g->at.at[2 * k + axis], g->t.at[10 + axis]) > 0)
				mpq_set(g->t.at[10 + axis], g->at.at[2 * k + axis]);
	}
}

static enum lx_code read_polygon(struct lx_call *call, const struct lx_ratios *vertices,
	const struct lx_ratios *disagreement, struct gains *g)
{
	g->n = vertices->n / 2;
	if (vertices->n % 2 != 0 || g->n < 3 || g->n > LX_POLYGON_MOST || disagreement->n != 2)
		return lx_fail(call, LX_INVALID, "vertices", "shares.polygon", NULL);
	LX_TRY(lx_ratios_open(call, vertices->n + 8, &g->at));
	LX_TRY(lx_ratios_open(call, vertices->n + 8, &g->cut));
	LX_TRY(lx_ratios_open(call, 12, &g->t));
	for (size_t k = 0; k < vertices->n; k++)
		mpq_sub(g->at.at[k], vertices->at[k], disagreement->at[k % 2]);
	if (!convex(g))
		return lx_fail(call, LX_INVALID, "vertices", "shares.polygon", NULL);
	cut_to(g, 0);
	cut_to(g, 1);
	if (g->n == 0)
		return lx_fail(call, LX_INVALID, "disagreement", "shares.disagreement", NULL);
	return LX_OK;
}

enum lx_code lx_bargain_polygon(struct lx_call *call, enum lx_bargain_rule rule,
	const struct lx_ratios *vertices, const struct lx_ratios *disagreement,
	struct lx_ratios *out)
{
	LX_CLOSE(gains_close) struct gains g = { 0 };

	LX_TRY(read_polygon(call, vertices, disagreement, &g));
	LX_TRY(lx_ratios_open(call, 2, out));
	if (rule == LX_BARGAIN_NASH) {
		nash(&g, out);
	} else {
		mpq_set_ui(g.t.at[10], 1, 1);
		mpq_set_ui(g.t.at[11], 1, 1);
		if (rule == LX_BARGAIN_KALAI_SMORODINSKY)
			ideal(&g);
		last_on_ray(&g, out);
	}
	for (size_t axis = 0; axis < 2; axis++)
		mpq_add(out->at[axis], out->at[axis], disagreement->at[axis]);
	return LX_OK;
}

/* --- a frontier u2 = f(u1) --- */

struct frontier {
	const struct lx_formula *f;
	const double *zero; /* the disagreement point */
	double from, to, direction[2];
};

static double height(const struct frontier *frontier, double u, double *slope)
{
	double one = 1, value = NAN, ignored;

	(void)lx_formula_real(frontier->f, &u, &one, &value, slope == NULL ? &ignored : slope);
	return value;
}

/* Falling and concave at 64 places inside. */
static bool well_shaped(const struct frontier *frontier)
{
	double before = 0, slope = 0;

	for (int k = 1; k < 64; k++) {
		double u = frontier->from + (frontier->to - frontier->from) * k / 64;
		if (!isfinite(height(frontier, u, &slope)) || slope > 1e-12 ||
			(k > 1 && slope > before + 1e-9 * (1 + fabs(before))))
			return false;
		before = slope;
	}
	return true;
}

/* Each is positive before the solution and negative behind it. */
static double above_zero(const struct frontier *frontier, double u)
{
	return height(frontier, u, NULL) - frontier->zero[1];
}

static double nash_slope(const struct frontier *frontier, double u)
{
	double slope = 0, gain = height(frontier, u, &slope) - frontier->zero[1];

	return gain + (u - frontier->zero[0]) * slope;
}

static double above_ray(const struct frontier *frontier, double u)
{
	double t = (u - frontier->zero[0]) / frontier->direction[0];

	return height(frontier, u, NULL) - frontier->zero[1] - t * frontier->direction[1];
}

static double halve(const struct frontier *frontier,
	double (*side)(const struct frontier *, double), double from, double to)
{
	if (side(frontier, to) >= 0)
		return to;
	for (int k = 0; k < 200; k++) {
		double middle = from + (to - from) / 2;
		if (side(frontier, middle) >= 0)
			from = middle;
		else
			to = middle;
	}
	return from;
}

enum lx_code lx_bargain_frontier(struct lx_call *call, enum lx_bargain_rule rule,
	const struct lx_formula *frontier, double low, double high, const double *disagreement,
	double *out)
{
	struct frontier f = { .f = frontier, .zero = disagreement, .direction = { 1, 1 } };

	if (lx_formula_variables(frontier) != 1 || !(low < high) || !isfinite(low) ||
		!isfinite(high))
		return lx_fail(call, LX_INVALID, "frontier", "shares.frontier", NULL);
	f.from = low > disagreement[0] ? low : disagreement[0];
	f.to = high;
	if (!(f.from < f.to) || !(above_zero(&f, f.from) > 0))
		return lx_fail(call, LX_INVALID, "disagreement", "shares.disagreement", NULL);
	if (!well_shaped(&f))
		return lx_fail(call, LX_INVALID, "frontier", "shares.frontier", NULL);
	f.to = halve(&f, above_zero, f.from, f.to);
	if (rule == LX_BARGAIN_KALAI_SMORODINSKY) {
		f.direction[0] = f.to - disagreement[0];
		f.direction[1] = above_zero(&f, f.from);
	}
	out[0] = halve(&f, rule == LX_BARGAIN_NASH ? nash_slope : above_ray, f.from, f.to);
	out[1] = height(&f, out[0], NULL);
	return LX_OK;
}
