/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Growing the tree, storing its tiles, finding the edge again. */
#include "kernel/journal/tree.h"

#include "kernel/journal/hash.h"
#include "kernel/journal/journal_queries.h"

#include <assert.h>
#include <string.h>

/* Merges the last two peaks as long as the number of leaves added is even: a counter's carry. */
void lx_edge_add(
	struct lx_edge *edge, const unsigned char leaf[LX_HASH_BYTES], struct lx_tiles_done *done)
{
	unsigned height = 0;

	done->n = 0;
	assert(edge->peaks_n < 64);
	memcpy(edge->peaks[edge->peaks_n++], leaf, LX_HASH_BYTES);
	edge->size++;
	for (int64_t left = edge->size; left % 2 == 0; left /= 2) {
		unsigned char *last = edge->peaks[--edge->peaks_n];
		lx_hash_node(last - LX_HASH_BYTES, last, last - LX_HASH_BYTES);
		if (++height % LX_TILE_HEIGHT == 0 && done->n < LX_TILE_LEVELS)
			memcpy(done->roots[done->n++], last - LX_HASH_BYTES, LX_HASH_BYTES);
	}
}

void lx_edge_root(const struct lx_edge *edge, unsigned char root[LX_HASH_BYTES])
{
	unsigned i = edge->peaks_n;

	if (i == 0) {
		struct lx_hashing nothing;
		lx_hash_begin(&nothing);
		lx_hash_end(&nothing, root);
		return;
	}
	memcpy(root, edge->peaks[--i], LX_HASH_BYTES);
	while (i-- > 0)
		lx_hash_node(edge->peaks[i], root, root);
}

/* Hashes being gathered from rows; a row of another length is damage. */
struct gathered {
	struct lx_tx *tx;
	unsigned char bytes[LX_TILE_BYTES];
	size_t n;
};

static enum lx_code gather(void *with, const struct lx_value *values)
{
	struct gathered *g = with;

	if (values[0].text.len != LX_HASH_BYTES || g->n == LX_TILE_WIDTH)
		return lx_fail(lx_tx_call(g->tx), LX_BROKEN, NULL, "journal.tree_broken", NULL);
	memcpy(g->bytes + g->n++ * LX_HASH_BYTES, values[0].text.at, LX_HASH_BYTES);
	return LX_OK;
}

/* The hashes of a level of tiles from `from` up to `to` (counted from 0), all of them. */
static enum lx_code hashes(
	struct lx_tx *tx, unsigned level, int64_t from, int64_t to, struct gathered *g)
{
	struct lx_value leaves[] = { LX_I(from), LX_I(to) };
	struct lx_value roots[] = { LX_I((int64_t)level - 1), LX_I(from), LX_I(to) };

	g->tx = tx;
	g->n = 0;
	if (level == 0)
		LX_TRY(lx_each(tx, &lx_journal_queries[Q_LEAVES], leaves, gather, g));
	else
		LX_TRY(lx_each(tx, &lx_journal_queries[Q_TILE_ROOTS], roots, gather, g));
	if (g->n != (size_t)(to - from))
		return lx_fail(lx_tx_call(tx), LX_BROKEN, NULL, "journal.tree_broken", NULL);
	return LX_OK;
}

enum lx_code lx_tree_hashes(
	struct lx_tx *tx, unsigned level, int64_t from, int64_t to, unsigned char *out)
{
	struct lx_value row[2], binds[] = { LX_I((int64_t)level), LX_I(from / LX_TILE_WIDTH) };
	struct gathered g;

	assert(level < LX_TILE_LEVELS && from <= to && to - from <= LX_TILE_WIDTH);
	if (to - from < LX_TILE_WIDTH || from % LX_TILE_WIDTH != 0) {
		LX_TRY(hashes(tx, level, from, to, &g));
		memcpy(out, g.bytes, g.n * LX_HASH_BYTES);
		return LX_OK;
	}
	/* a full tile is one row */
	enum lx_code code = lx_one(tx, &lx_journal_queries[Q_TILE], binds, row);
	if (code == LX_NOT_FOUND || (code == LX_OK && row[1].text.len != LX_TILE_BYTES))
		return lx_fail(lx_tx_call(tx), LX_BROKEN, NULL, "journal.tree_broken", NULL);
	LX_TRY(code);
	memcpy(out, row[1].text.at, LX_TILE_BYTES);
	return LX_OK;
}

enum lx_code lx_tree_store(
	struct lx_tx *tx, const struct lx_edge *edge, const struct lx_tiles_done *done)
{
	struct gathered g;
	int64_t end = edge->size;

	for (unsigned level = 0; level < done->n; level++) {
		LX_TRY(hashes(tx, level, end - LX_TILE_WIDTH, end, &g));
		end /= LX_TILE_WIDTH;
		struct lx_text root = { (const char *)done->roots[level], LX_HASH_BYTES };
		struct lx_text all = { (const char *)g.bytes, sizeof g.bytes };
		struct lx_value binds[] = { LX_I((int64_t)level), LX_I(end - 1), LX_B(root),
			LX_B(all) };
		LX_TRY(lx_run(tx, &lx_journal_queries[Q_TILE_INSERT], binds));
	}
	return LX_OK;
}

/* Peaks of the incomplete tile of a level, from its hashes: the carry again, at that level's height. */
static void add_partial(struct lx_edge *edge, const struct gathered *g)
{
	struct lx_edge part = { 0 };
	struct lx_tiles_done done;

	for (size_t i = 0; i < g->n; i++)
		lx_edge_add(&part, g->bytes + i * LX_HASH_BYTES, &done);
	for (unsigned i = 0; i < part.peaks_n; i++)
		memcpy(edge->peaks[edge->peaks_n++], part.peaks[i], LX_HASH_BYTES);
}

enum lx_code lx_tree_load(struct lx_tx *tx, struct lx_edge *edge)
{
	struct gathered g;

	edge->peaks_n = 0;
	for (unsigned level = LX_TILE_LEVELS; level-- > 0;) {
		int64_t have = edge->size >> (LX_TILE_HEIGHT * level);
		LX_TRY(hashes(tx, level, have / LX_TILE_WIDTH * LX_TILE_WIDTH, have, &g));
		add_partial(edge, &g);
	}
	return LX_OK;
}
