/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Minimum-cost trees from a source: Bird's and the folk rule, the game of all coalitions, reduced costs. */
#include "engines/shares/inner.h"

#include "base/parallel.h"

#include <stdlib.h>
#include <string.h>

#define SLICES 64

static enum lx_code check(struct lx_call *call, size_t n, const struct lx_ratios *cost, size_t most)
{
	size_t m = n + 1;

	if (n < 1 || n > most)
		return lx_fail(call, LX_INVALID, "matrix", "shares.players", "%zu", most);
	if (cost->n != m * m)
		return lx_fail(call, LX_INVALID, "matrix", "shares.length", "%zu", m);
	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < m; j++)
			if (i != j && (mpq_sgn(cost->at[i * m + j]) < 0 ||
					      !mpq_equal(cost->at[i * m + j], cost->at[j * m + i])))
				return lx_fail(call, LX_INVALID, "matrix", "shares.matrix",
					"%zu, %zu", i + 1, j + 1);
	return LX_OK;
}

/* The cheapest arc from the tree to a node outside; ties by the lower arc's end in the tree, then by
 * the lower node. from[v]: the tree's end of v's cheapest arc. */
static size_t nearest(
	size_t m, const struct lx_ratios *cost, const bool *joined, const size_t *from)
{
	size_t best = 0;

	for (size_t v = 1; v < m; v++) {
		if (joined[v])
			continue;
		int order = best == 0 ? -1
				      : mpq_cmp(cost->at[from[v] * m + v],
						cost->at[from[best] * m + best]);
		if (order < 0 || (order == 0 && from[v] < from[best]))
			best = v;
	}
	return best;
}

/* Prim's order: order[k] joins k-th, by the arc from[order[k]]. */
static enum lx_code grow(
	struct lx_call *call, size_t n, const struct lx_ratios *cost, size_t **order, size_t **from)
{
	size_t m = n + 1;

	LX_TRY(check(call, n, cost, LX_TREE_NODES));
	bool *joined = lx_array(call, m, sizeof *joined);
	*order = lx_array(call, m, sizeof **order);
	*from = lx_array(call, m, sizeof **from);
	if (joined == NULL || *order == NULL || *from == NULL)
		return LX_BROKEN;
	for (size_t k = 0; k < n; k++) {
		size_t v = nearest(m, cost, joined, *from);
		joined[v] = true;
		(*order)[k] = v;
		for (size_t w = 1; w < m; w++)
			if (!joined[w] &&
				mpq_cmp(cost->at[v * m + w], cost->at[(*from)[w] * m + w]) < 0)
				(*from)[w] = v;
	}
	return LX_OK;
}

enum lx_code lx_tree_bird(struct lx_call *call, size_t n, const struct lx_ratios *cost,
	struct lx_ratios *out, mpq_ptr total)
{
	size_t *order, *from;

	LX_TRY(grow(call, n, cost, &order, &from));
	LX_TRY(lx_ratios_open(call, n, out));
	mpq_set_ui(total, 0, 1);
	for (size_t k = 0; k < n; k++) {
		size_t v = order[k];
		mpq_set(out->at[v - 1], cost->at[from[v] * (n + 1) + v]);
		mpq_add(total, total, out->at[v - 1]);
	}
	return LX_OK;
}

/* --- the folk rule --- */

struct arc {
	mpq_srcptr cost;
	size_t a, b;
};

static int by_cost(const void *left, const void *right)
{
	return mpq_cmp(((const struct arc *)left)->cost, ((const struct arc *)right)->cost);
}

/* What a group has paid so far, by members that hand it down when groups join: out[i] = sum over groups. */
struct groups {
	size_t *of;   /* group of each node; that of node 0 is joined to the source */
	size_t *size; /* members by group, the source not counted */
	mpq_t share, part;
};

/* Everybody of a group pays `cost` times what his obligation falls by: from 1/before to 1/after. */
static void pay(
	struct groups *groups, size_t group, mpq_srcptr cost, size_t after, struct lx_ratios *out)
{
	mpq_set_ui(groups->share, 1, groups->size[group]);
	if (after > 0) {
		mpq_set_ui(groups->part, 1, after);
		mpq_sub(groups->share, groups->share, groups->part);
	}
	mpq_mul(groups->share, groups->share, cost);
	for (size_t i = 0; i < out->n; i++)
		if (groups->of[i + 1] == group)
			mpq_add(out->at[i], out->at[i], groups->share);
}

static void join(struct groups *groups, const struct arc *arc, struct lx_ratios *out)
{
	size_t a = groups->of[arc->a], b = groups->of[arc->b], source = groups->of[0];
	size_t together = groups->size[a] + groups->size[b];
	bool arrives = a == source || b == source;

	if (a != source)
		pay(groups, a, arc->cost, arrives ? 0 : together, out);
	if (b != source)
		pay(groups, b, arc->cost, arrives ? 0 : together, out);
	for (size_t i = 0; i <= out->n; i++)
		if (groups->of[i] == b)
			groups->of[i] = a;
	groups->size[a] = together;
}

enum lx_code lx_tree_folk(
	struct lx_call *call, size_t n, const struct lx_ratios *cost, struct lx_ratios *out)
{
	size_t *order, *from;

	LX_TRY(grow(call, n, cost, &order, &from));
	struct groups groups = { .of = lx_array(call, n + 1, sizeof *groups.of),
		.size = lx_array(call, n + 1, sizeof *groups.size) };
	struct arc *arcs = lx_array(call, n, sizeof *arcs);
	if (groups.of == NULL || groups.size == NULL || arcs == NULL)
		return LX_BROKEN;
	LX_TRY(lx_ratios_open(call, n, out));
	for (size_t v = 1; v <= n; v++) {
		arcs[v - 1] = (struct arc){ cost->at[from[v] * (n + 1) + v], from[v], v };
		groups.of[v] = v;
		groups.size[v] = 1;
	}
	qsort(arcs, n, sizeof *arcs, by_cost);
	mpq_inits(groups.share, groups.part, NULL);
	for (size_t k = 0; k < n; k++)
		join(&groups, &arcs[k], out);
	mpq_clears(groups.share, groups.part, NULL);
	return LX_OK;
}

/* --- the game of all coalitions --- */

/* The costs as whole numbers over one denominator. */
static enum lx_code whole_costs(struct lx_call *call, const struct lx_ratios *cost, size_t m,
	int64_t *whole, int64_t *scale)
{
	bool fits = true;
	mpz_t below, number;

	mpz_inits(below, number, NULL);
	mpz_set_ui(below, 1);
	for (size_t k = 0; k < m * m; k++)
		mpz_lcm(below, below, mpq_denref(cost->at[k]));
	for (size_t k = 0; k < m * m; k++) {
		mpz_divexact(number, below, mpq_denref(cost->at[k]));
		mpz_mul(number, number, mpq_numref(cost->at[k]));
		fits = fits && mpz_sizeinbase(number, 2) < 58 && mpz_sizeinbase(below, 2) < 58;
		whole[k] = fits ? mpz_get_si(number) : 0;
	}
	*scale = fits ? mpz_get_si(below) : 1;
	mpz_clears(below, number, NULL);
	return fits ? LX_OK : lx_fail(call, LX_INVALID, "matrix", "shares.big", "-");
}

/* Floyd's algorithm with (min, max): the dearest arc on the way that makes it cheapest. */
static void reduce(int64_t *whole, size_t m)
{
	for (size_t k = 0; k < m; k++)
		for (size_t i = 0; i < m; i++)
			for (size_t j = 0; j < m; j++) {
				int64_t a = whole[i * m + k], b = whole[k * m + j];
				int64_t way = a > b ? a : b;
				if (i != j && i != k && j != k && way < whole[i * m + j])
					whole[i * m + j] = way;
			}
}

static int64_t tree_cost(const int64_t *whole, size_t m, size_t S)
{
	int64_t near[LX_TREE_TABLE + 1] = { 0 }, total = 0;

	for (size_t v = 1; v < m; v++)
		near[v] = whole[v];
	while (S != 0) {
		size_t best = 0;
		for (size_t rest = S; rest != 0; rest &= rest - 1) {
			size_t v = (size_t)__builtin_ctzll(rest) + 1;
			if (best == 0 || near[v] < near[best])
				best = v;
		}
		total += near[best];
		S ^= (size_t)1 << (best - 1);
		for (size_t v = 1; v < m; v++)
			if (whole[best * m + v] < near[v])
				near[v] = whole[best * m + v];
	}
	return total;
}

struct trees {
	const int64_t *whole;
	size_t m;
	int64_t *worth;
};

static enum lx_code some_trees(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	const struct trees *trees = with;
	size_t all = (size_t)1 << (trees->m - 1);

	(void)worker;
	(void)fault;
	for (size_t S = all * i / SLICES; S < all * (i + 1) / SLICES; S++)
		trees->worth[S] = tree_cost(trees->whole, trees->m, S);
	return LX_OK;
}

enum lx_code lx_tree_game(struct lx_call *call, size_t n, const struct lx_ratios *cost,
	bool reduced, struct lx_game *out)
{
	int64_t whole[(LX_TREE_TABLE + 1) * (LX_TREE_TABLE + 1)], scale;
	size_t m = n + 1;

	LX_TRY(check(call, n, cost, LX_TREE_TABLE));
	LX_TRY(whole_costs(call, cost, m, whole, &scale));
	if (reduced)
		reduce(whole, m);
	int64_t *worth = lx_array(call, (size_t)1 << n, sizeof *worth);
	if (worth == NULL)
		return LX_BROKEN;
	struct trees trees = { whole, m, worth };
	LX_TRY(lx_parallel(call, SLICES, some_trees, &trees));
	*out = (struct lx_game){ .n = (unsigned)n, .cost = true, .worth = worth, .scale = scale };
	return LX_OK;
}
