/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Texts that say the same (twins) or nearly the same (near), gathered into groups. */
#include "base/tokens.h"
#include "engines/similar/groups.h"
#include "engines/similar/minhash.h"
#include "engines/similar/score.h"

#include <string.h>

#define CROWD       64 /* texts of one band that are all compared with each other */
#define CROWD_DEPTH 4  /* bands by which larger crowds are split */
#define NEIGHBOURS  16 /* comparisons a text of a crowd that cannot be split */
#define BANDS_LEAST 9  /* a pair at 4/5 agrees in 20 of 32; in fewer than 9 once in 10^5 */

uint32_t lx_roots_of(uint32_t *roots, uint32_t i)
{
	while (roots[i] != i) {
		roots[i] = roots[roots[i]];
		i = roots[i];
	}
	return i;
}

void lx_roots_join(uint32_t *roots, uint32_t a, uint32_t b)
{
	a = lx_roots_of(roots, a);
	b = lx_roots_of(roots, b);
	if (a < b)
		roots[b] = a;
	else
		roots[a] = b;
}

uint32_t *lx_roots_new(struct lx_call *call, size_t n)
{
	uint32_t *roots = lx_array(call, n, sizeof *roots);

	for (size_t i = 0; roots != NULL && i < n; i++)
		roots[i] = (uint32_t)i;
	return roots;
}

enum lx_code lx_groups_make(
	struct lx_call *call, uint32_t *roots, size_t n, struct lx_similar_groups *groups)
{
	uint32_t *size = lx_array(call, n + 1, sizeof *size);
	uint32_t *members = lx_array(call, n, sizeof *members);
	uint32_t *start = lx_array(call, n / 2 + 2, sizeof *start);
	size_t g = 0, at = 0;

	if (size == NULL || members == NULL || start == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++)
		size[lx_roots_of(roots, (uint32_t)i)]++;
	/* a root is the smallest of its group: its place is known when its members come */
	for (size_t i = 0; i < n; i++) {
		uint32_t root = roots[i] == i ? (uint32_t)i : lx_roots_of(roots, (uint32_t)i);
		if (root == i) {
			uint32_t here = size[i];
			size[i] = here < 2 ? UINT32_MAX : (uint32_t)at;
			if (here < 2)
				continue;
			start[g++] = (uint32_t)at;
			at += here;
		}
		if (size[root] != UINT32_MAX)
			members[size[root]++] = (uint32_t)i;
	}
	start[g] = (uint32_t)at;
	*groups = (struct lx_similar_groups){ start, members, g };
	return LX_OK;
}

static enum lx_code normal_of(
	struct lx_call *call, const struct lx_image *image, uint32_t text, struct lx_text *normal)
{
	struct lx_tokens tokens;

	LX_TRY(lx_tokens_index(call, lx_image_text(image, text).text, LX_TOKENS_USUAL, &tokens));
	*normal = tokens.normal;
	return LX_OK;
}

/* Texts with one twin key: each is compared with the first of every kind found so far. */
static enum lx_code twins_of_key(struct lx_call *call, const struct lx_image *image,
	const struct lx_banded *at, size_t n, uint32_t *roots)
{
	struct lx_text kinds[8], normal;
	uint32_t first[8];
	size_t kinds_n = 0;

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		LX_TRY(normal_of(call, image, at[i].text, &normal));
		while (k < kinds_n && !lx_similar_same(kinds[k], normal))
			k++;
		if (k < kinds_n) {
			lx_roots_join(roots, first[k], at[i].text);
		} else if (kinds_n < 8) { /* more kinds under one key are made by malice */
			kinds[kinds_n] = normal;
			first[kinds_n++] = at[i].text;
		}
	}
	return LX_OK;
}

static enum lx_code find_twins(struct lx_call *call, const struct lx_image *image, uint32_t *roots)
{
	struct lx_banded *at = lx_array(call, image->n, sizeof *at);
	struct lx_banded *spare = lx_array(call, image->n, sizeof *spare);
	size_t n = 0;

	if (at == NULL || spare == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < image->n; i++)
		if (lx_image_length(image, i) > 0)
			at[n++] = (struct lx_banded){ image->twins[i], (uint32_t)i };
	lx_banded_sort(at, spare, n);
	for (size_t from = 0, to; from < n; from = to) {
		for (to = from + 1; to < n && at[to].band == at[from].band; to++)
			;
		if (to - from < 2)
			continue;
		struct lx_arena_mark mark = lx_arena_here(call->arena);
		LX_TRY(twins_of_key(call, image, at + from, to - from, roots));
		lx_arena_back(call->arena, mark);
		if (from % 1024 == 0)
			LX_TRY(lx_step(call, from, n));
	}
	return LX_OK;
}

enum lx_code lx_similar_twins(
	struct lx_call *call, struct lx_text image, struct lx_similar_groups *groups)
{
	struct lx_image opened;

	LX_TRY(lx_image_open(call, image, &opened));
	uint32_t *roots = lx_roots_new(call, opened.n);
	if (roots == NULL)
		return LX_BROKEN;
	LX_TRY(find_twins(call, &opened, roots));
	return lx_groups_make(call, roots, opened.n, groups);
}

/* Joins two texts if they share 4/5: common / (a + b - common) >= 4/5. */
static void compare(const struct lx_sets *sets, uint32_t *roots, uint32_t a, uint32_t b)
{
	uint64_t both = (uint64_t)lx_image_length(sets->image, a) + lx_image_length(sets->image, b);

	if (lx_roots_of(roots, a) == lx_roots_of(roots, b) ||
		lx_bands_common(sets, a, b) < BANDS_LEAST)
		return;
	if (9 * (uint64_t)lx_sets_common(sets, a, b) >= 4 * both)
		lx_roots_join(roots, a, b);
}

/* Texts that agree in `depth` bands from `band` on: compares them, or splits a crowd by one more. */
static void compare_run(const struct lx_sets *sets, uint32_t *roots, struct lx_banded *at,
	struct lx_banded *spare, size_t n, unsigned band, unsigned depth)
{
	size_t reach = n <= CROWD ? n : NEIGHBOURS;

	if (n > CROWD && depth < CROWD_DEPTH) {
		unsigned next = (band + depth) % MINHASH_BANDS;
		for (size_t i = 0; i < n; i++)
			at[i].band = sets->bands[at[i].text][next];
		lx_banded_sort(at, spare, n);
		for (size_t from = 0, to; from < n; from = to) {
			for (to = from + 1; to < n && at[to].band == at[from].band; to++)
				;
			compare_run(
				sets, roots, at + from, spare + from, to - from, band, depth + 1);
		}
		return;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n && k <= i + reach; k++)
			compare(sets, roots, at[i].text, at[k].text);
}

static enum lx_code find_near(struct lx_call *call, const struct lx_sets *sets, uint32_t *roots)
{
	size_t room = sets->image->n;
	struct lx_banded *at = lx_array(call, room, sizeof *at);
	struct lx_banded *spare = lx_array(call, room, sizeof *spare);

	if (at == NULL || spare == NULL)
		return LX_BROKEN;
	for (unsigned band = 0; band < MINHASH_BANDS; band++) {
		size_t n = lx_bands_sort(sets, band, at, spare);
		for (size_t from = 0, to; from < n; from = to) {
			for (to = from + 1; to < n && at[to].band == at[from].band; to++)
				;
			compare_run(sets, roots, at + from, spare + from, to - from, band, 1);
		}
		LX_TRY(lx_step(call, band + 1, MINHASH_BANDS));
	}
	return LX_OK;
}

enum lx_code lx_similar_near(
	struct lx_call *call, struct lx_text image, struct lx_similar_groups *groups)
{
	struct lx_image opened;
	struct lx_sets sets;

	LX_TRY(lx_image_open(call, image, &opened));
	uint32_t *roots = lx_roots_new(call, opened.n);
	if (roots == NULL)
		return LX_BROKEN;
	LX_TRY(lx_sets_make(call, &opened, &sets));
	LX_TRY(find_near(call, &sets, roots));
	return lx_groups_make(call, roots, opened.n, groups);
}
