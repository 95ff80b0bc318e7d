/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Verifying tiles from the signed root down, and keeping what held. */
#include "kernel/record/served.h"

#include "base/memory.h"
#include "kernel/journal/hash.h"

#include <inttypes.h>
#include <pthread.h>
#include <string.h>

/* A full tile that held; a place may be taken by another one any time. */
struct place {
	int level; /* -1: empty */
	int64_t number;
	unsigned char *hashes;
};

/* The incomplete tile of each level at one size: together they give the root. */
struct border {
	int64_t size; /* 0: none yet */
	unsigned char root[LX_HASH_BYTES];
	unsigned n[LX_TILE_LEVELS];
	unsigned char hashes[LX_TILE_LEVELS][LX_TILE_BYTES];
};

struct lx_served {
	pthread_mutex_t lock;
	struct border border;
	struct place places[LX_SERVED_TILES];
};

struct lx_served *lx_served_open(void)
{
	struct lx_served *served = lx_memory_new(sizeof *served);

	if (served == NULL)
		return NULL;
	(void)pthread_mutex_init(&served->lock, NULL);
	for (size_t i = 0; i < LX_SERVED_TILES; i++)
		served->places[i].level = -1;
	return served;
}

void lx_served_close(struct lx_served **served)
{
	if (*served == NULL)
		return;
	for (size_t i = 0; i < LX_SERVED_TILES; i++)
		lx_memory_free((*served)->places[i].hashes);
	(void)pthread_mutex_destroy(&(*served)->lock);
	lx_memory_free(*served);
	*served = NULL;
}

static enum lx_code differs(struct lx_tx *tx, int level, int64_t number)
{
	return lx_fail(lx_tx_call(tx), LX_BROKEN, NULL, "record.tile_differs", "%d/%" PRId64, level,
		number);
}

/* --- what is kept ---------------------------------------------------------------------------- */

static struct place *place_of(struct lx_served *served, int level, int64_t number)
{
	return &served->places[(size_t)(number * LX_TILE_LEVELS + level) % LX_SERVED_TILES];
}

/* Full tiles of the signed tree stay what they are, whatever is signed later. */
static bool copy_kept(
	struct lx_served *served, int level, int64_t number, unsigned char hashes[LX_TILE_BYTES])
{
	(void)pthread_mutex_lock(&served->lock);
	const struct place *place = place_of(served, level, number);
	bool there = place->level == level && place->number == number;
	if (there)
		memcpy(hashes, place->hashes, LX_TILE_BYTES);
	(void)pthread_mutex_unlock(&served->lock);
	return there;
}

static void keep(struct lx_served *served, int level, int64_t number,
	const unsigned char hashes[LX_TILE_BYTES])
{
	(void)pthread_mutex_lock(&served->lock);
	struct place *place = place_of(served, level, number);
	if (place->hashes == NULL)
		place->hashes = lx_memory_new(LX_TILE_BYTES);
	if (place->hashes != NULL) {
		memcpy(place->hashes, hashes, LX_TILE_BYTES);
		place->level = level;
		place->number = number;
	}
	(void)pthread_mutex_unlock(&served->lock);
}

static bool is_border(const struct border *border, const struct lx_checkpoint *checkpoint)
{
	return border->size == checkpoint->size &&
	       memcmp(border->root, checkpoint->root, LX_HASH_BYTES) == 0;
}

static bool copy_border(struct lx_served *served, const struct lx_checkpoint *checkpoint, int level,
	unsigned char hashes[LX_TILE_BYTES])
{
	(void)pthread_mutex_lock(&served->lock);
	bool there = is_border(&served->border, checkpoint);
	if (there)
		memcpy(hashes, served->border.hashes[level],
			(size_t)served->border.n[level] * LX_HASH_BYTES);
	(void)pthread_mutex_unlock(&served->lock);
	return there;
}

/* --- what is verified ------------------------------------------------------------------------ */

/* The root over the hashes of a full tile. */
static void root_of(const unsigned char hashes[LX_TILE_BYTES], unsigned char root[LX_HASH_BYTES])
{
	unsigned char level[LX_TILE_BYTES];

	memcpy(level, hashes, sizeof level);
	for (size_t n = LX_TILE_WIDTH; n > 1; n /= 2)
		for (size_t i = 0; i < n; i += 2)
			lx_hash_node(level + i * LX_HASH_BYTES, level + (i + 1) * LX_HASH_BYTES,
				level + i / 2 * LX_HASH_BYTES);
	memcpy(root, level, LX_HASH_BYTES);
}

/* The root of the tree from its incomplete tiles, highest level first: their peaks, as journal's edge has them. */
static void root_of_border(const struct border *border, unsigned char root[LX_HASH_BYTES])
{
	struct lx_edge edge = { 0 };
	struct lx_tiles_done done;

	for (unsigned level = LX_TILE_LEVELS; level-- > 0;) {
		struct lx_edge part = { 0 };
		for (unsigned i = 0; i < border->n[level]; i++)
			lx_edge_add(
				&part, border->hashes[level] + (size_t)i * LX_HASH_BYTES, &done);
		memcpy(edge.peaks[edge.peaks_n], part.peaks, (size_t)part.peaks_n * LX_HASH_BYTES);
		edge.peaks_n += part.peaks_n;
	}
	lx_edge_root(&edge, root);
}

/* Reads the border of the signed tree, once for each checkpoint. */
static enum lx_code load_border(
	struct lx_served *served, struct lx_tx *tx, const struct lx_checkpoint *checkpoint)
{
	struct border *border = lx_alloc(lx_tx_call(tx), sizeof *border);
	unsigned char root[LX_HASH_BYTES];

	if (border == NULL)
		return LX_BROKEN;
	border->size = checkpoint->size;
	for (unsigned level = 0; level < LX_TILE_LEVELS; level++) {
		int64_t have = checkpoint->size >> (LX_TILE_HEIGHT * level);
		border->n[level] = (unsigned)(have % LX_TILE_WIDTH);
		LX_TRY(lx_tree_hashes(
			tx, level, have - border->n[level], have, border->hashes[level]));
	}
	root_of_border(border, root);
	if (memcmp(root, checkpoint->root, sizeof root) != 0)
		return differs(tx, 0, checkpoint->size / LX_TILE_WIDTH);
	memcpy(border->root, root, sizeof root);
	(void)pthread_mutex_lock(&served->lock);
	served->border = *border;
	(void)pthread_mutex_unlock(&served->lock);
	return LX_OK;
}

static enum lx_code border_hashes(struct lx_served *served, struct lx_tx *tx,
	const struct lx_checkpoint *checkpoint, int level, unsigned char hashes[LX_TILE_BYTES])
{
	for (int i = 0; i < 2; i++) { /* another thread may have put a newer one there */
		if (copy_border(served, checkpoint, level, hashes))
			return LX_OK;
		LX_TRY(load_border(served, tx, checkpoint));
	}
	return copy_border(served, checkpoint, level, hashes)
		       ? LX_OK
		       : lx_fail(lx_tx_call(tx), LX_BUSY, NULL, "record.not_yet", NULL);
}

/* The hashes of a tile, full or the border's, that follow from the signed root. */
static enum lx_code verified(struct lx_served *served, struct lx_tx *tx,
	const struct lx_checkpoint *checkpoint, int level, int64_t number,
	unsigned char hashes[LX_TILE_BYTES])
{
	int64_t have = checkpoint->size >> (LX_TILE_HEIGHT * level);
	unsigned char above[LX_TILE_BYTES], root[LX_HASH_BYTES];

	if (number == have / LX_TILE_WIDTH)
		return border_hashes(served, tx, checkpoint, level, hashes);
	if (copy_kept(served, level, number, hashes))
		return LX_OK;
	LX_TRY(lx_tree_hashes(
		tx, (unsigned)level, number * LX_TILE_WIDTH, (number + 1) * LX_TILE_WIDTH, hashes));
	LX_TRY(verified(served, tx, checkpoint, level + 1, number / LX_TILE_WIDTH, above));
	root_of(hashes, root);
	if (memcmp(above + number % LX_TILE_WIDTH * LX_HASH_BYTES, root, sizeof root) != 0)
		return differs(tx, level, number);
	keep(served, level, number, hashes);
	return LX_OK;
}

/* --- bundles --------------------------------------------------------------------------------- */

/* Each entry of a bundle gives its hash. */
static bool bundle_holds(struct lx_text bundle, const unsigned char *hashes, unsigned width)
{
	unsigned char leaf[LX_HASH_BYTES];

	for (unsigned i = 0; i < width; i++) {
		const unsigned char *at = (const unsigned char *)bundle.at;
		size_t n = bundle.len < 2 ? 0 : (size_t)at[0] << 8 | at[1];
		if (bundle.len < 2 || bundle.len - 2 < n)
			return false;
		lx_hash_leaf((struct lx_text){ bundle.at + 2, n }, leaf);
		if (memcmp(leaf, hashes + (size_t)i * LX_HASH_BYTES, sizeof leaf) != 0)
			return false;
		bundle = (struct lx_text){ bundle.at + 2 + n, bundle.len - 2 - n };
	}
	return bundle.len == 0;
}

static enum lx_code read_bundle(struct lx_tx *tx, int64_t size, const struct lx_log_tile *tile,
	const unsigned char *hashes, struct lx_buf *out)
{
	size_t before = out->len;

	LX_TRY(lx_tile_read(tx, size, tile, out));
	struct lx_text whole = lx_buf_view(out);
	return bundle_holds((struct lx_text){ whole.at + before, whole.len - before }, hashes,
		       tile->width)
		       ? LX_OK
		       : differs(tx, LX_TILE_ENTRIES, tile->number);
}

static bool has(const struct lx_checkpoint *checkpoint, const struct lx_log_tile *tile)
{
	int level = tile->level == LX_TILE_ENTRIES ? 0 : tile->level;
	int64_t have = level >= LX_TILE_LEVELS ? 0 : checkpoint->size >> (LX_TILE_HEIGHT * level);

	return tile->number <= have / LX_TILE_WIDTH &&
	       tile->number * LX_TILE_WIDTH + tile->width <= have;
}

enum lx_code lx_served_read(struct lx_served *served, struct lx_tx *tx,
	const struct lx_checkpoint *checkpoint, const struct lx_log_tile *tile, struct lx_buf *out)
{
	unsigned char hashes[LX_TILE_BYTES];

	if (!has(checkpoint, tile))
		return LX_NOT_FOUND;
	LX_TRY(verified(served, tx, checkpoint, tile->level == LX_TILE_ENTRIES ? 0 : tile->level,
		tile->number, hashes));
	if (tile->level == LX_TILE_ENTRIES)
		return read_bundle(tx, checkpoint->size, tile, hashes, out);
	lx_buf_put(out, hashes, (size_t)tile->width * LX_HASH_BYTES);
	return LX_OK;
}

bool lx_served_kept(struct lx_served *served, const struct lx_checkpoint *checkpoint,
	const struct lx_log_tile *tile, struct lx_buf *out)
{
	unsigned char hashes[LX_TILE_BYTES];

	if (tile->level == LX_TILE_ENTRIES || !has(checkpoint, tile))
		return false;
	int64_t have = checkpoint->size >> (LX_TILE_HEIGHT * tile->level);
	bool kept = tile->number == have / LX_TILE_WIDTH
			    ? copy_border(served, checkpoint, tile->level, hashes)
			    : copy_kept(served, tile->level, tile->number, hashes);
	if (kept)
		lx_buf_put(out, hashes, (size_t)tile->width * LX_HASH_BYTES);
	return kept;
}
