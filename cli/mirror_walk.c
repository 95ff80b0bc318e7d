/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Walking a record: bundle by bundle, the tree made anew and compared with tiles and checkpoints. */
#include "cli/mirror_files.h"
#include "kernel/journal/form.h"
#include "kernel/journal/hash.h"
#include "kernel/record/tiles.h"

#include <stdio.h>
#include <string.h>

#define BUNDLE_MOST  ((size_t)LX_TILE_WIDTH * (LX_ENTRY_MAX + 2))
#define CONTENT_MOST ((size_t)4 << 30)

/* A content that some entry bound in the open. */
struct bound {
	int64_t number;
	unsigned char commitment[LX_HASH_BYTES];
};

struct walk {
	struct lx_mirror *m;
	struct lx_edge edge;
	unsigned char tiles[LX_TILE_LEVELS][LX_TILE_WIDTH][LX_HASH_BYTES];
	size_t tile_n[LX_TILE_LEVELS];
	struct lx_buf bound; /* of struct bound */
};

static void end_walk(struct walk **walk)
{
	if (*walk != NULL)
		lx_buf_close(&(*walk)->bound);
}

/* --- contents -------------------------------------------------------------------------------- */

static bool content_holds(const void *with, struct lx_text file)
{
	unsigned char hash[LX_HASH_BYTES];
	struct lx_hashing hashing;

	lx_hash_begin(&hashing);
	lx_hash_add(&hashing, file.at, file.len);
	lx_hash_end(&hashing, hash);
	return file.len >= LX_SALT_BYTES && memcmp(hash, with, sizeof hash) == 0;
}

static void content_name(const unsigned char commitment[LX_HASH_BYTES], char name[96])
{
	int n = snprintf(name, 96, "log/content/");

	for (size_t i = 0; i < LX_HASH_BYTES; i++)
		n += snprintf(name + n, 96 - (size_t)n, "%02x", commitment[i]);
}

static enum lx_code content(
	struct walk *w, int64_t number, const unsigned char commitment[LX_HASH_BYTES])
{
	struct lx_mirror *m = w->m;
	struct lx_mirror_file file = {
		.holds = content_holds, .with = commitment, .most = CONTENT_MOST
	};
	struct bound bound = { .number = number };
	char name[96];

	content_name(commitment, name);
	LX_TRY(lx_mirror_file(m, name, &file));
	memcpy(bound.commitment, commitment, LX_HASH_BYTES);
	lx_buf_put(&w->bound, &bound, sizeof bound);
	if (file.status == 404)
		m->not_shown++;
	else if (file.status == 410)
		m->withdrawn++;
	else if (file.status != 200)
		return lx_mirror_unserved(m, name, file.status);
	else
		m->contents++;
	if (m->seen.content == NULL)
		return LX_OK;
	return m->seen.content(m->seen.with, number, commitment,
		file.status == 200 ? file.bytes : (struct lx_text){ 0 });
}

static enum lx_code contents_of(struct walk *w, struct lx_text with)
{
	struct lx_text ref, commitment;
	unsigned char hash[LX_HASH_BYTES];
	int64_t number;

	while (lx_form_bound(&with, &ref, &commitment)) {
		if (!lx_text_starts(ref, "content/"))
			continue;
		if (!lx_text_int((struct lx_text){ ref.at + 8, ref.len - 8 }, &number) ||
			!lx_hash_read(commitment, hash))
			return lx_mirror_differs(w->m, "entry", w->edge.size + 1);
		LX_TRY(content(w, number, hash));
	}
	return LX_OK;
}

/* What was withdrawn since it was copied is withdrawn from the copy too. */
static void forget(struct walk *w, const char *ref)
{
	const struct bound *bound = (const struct bound *)(const void *)w->bound.at;
	size_t n = w->bound.len / sizeof *bound;
	char name[96];
	int64_t number;

	if (ref == NULL || !lx_text_starts(lx_text(ref), "content/") ||
		!lx_text_int(lx_text(ref + 8), &number))
		return;
	for (size_t i = n; i-- > 0;)
		if (bound[i].number == number) {
			content_name(bound[i].commitment, name);
			lx_mirror_forget(w->m, name);
			return;
		}
}

static enum lx_code withdrawals(struct walk *w, struct lx_text bytes)
{
	LX_CLOSE(lx_json_free) json_t *entry = NULL;

	if (memmem(bytes.at, bytes.len, "\"gone\"", 6) == NULL)
		return LX_OK;
	LX_TRY(lx_json_read(&w->m->cli->call.fault, bytes, &entry));
	const json_t *effects = json_object_get(entry, "do");
	for (size_t i = 0; i < json_array_size(effects); i++) {
		const json_t *effect = json_array_get(effects, i);
		const char *what = json_string_value(json_array_get(effect, 0));
		if (what != NULL && strcmp(what, "gone") == 0)
			forget(w, json_string_value(json_array_get(effect, 1)));
	}
	return LX_OK;
}

/* --- tree ------------------------------------------------------------------------------------ */

static bool tile_holds(const void *with, struct lx_text bytes)
{
	const struct lx_text *made = with;

	return lx_text_equal(*made, bytes);
}

/* The tile as it follows from the entries, against the one that is served. */
static enum lx_code tile(struct walk *w, unsigned level, int64_t number)
{
	LX_CLOSE(lx_buf_close) struct lx_buf name = { 0 };
	struct lx_text made = { (const char *)w->tiles[level], w->tile_n[level] * LX_HASH_BYTES };
	struct lx_log_tile address = { (int)level, number, (unsigned)w->tile_n[level] };
	struct lx_mirror_file file = { .holds = tile_holds, .with = &made, .most = LX_TILE_BYTES };

	lx_buf_str(&name, "log/tile/");
	lx_tile_path(&address, &name);
	LX_TRY(lx_mirror_file(w->m, name.at, &file));
	return file.status == 200 ? LX_OK : lx_mirror_unserved(w->m, name.at, file.status);
}

static enum lx_code grow(struct walk *w, const unsigned char leaf[LX_HASH_BYTES])
{
	struct lx_tiles_done done;

	memcpy(w->tiles[0][w->tile_n[0]++], leaf, LX_HASH_BYTES);
	lx_edge_add(&w->edge, leaf, &done);
	for (unsigned level = 0; level < done.n; level++) {
		LX_TRY(tile(w, level, (w->edge.size >> (LX_TILE_HEIGHT * (level + 1))) - 1));
		w->tile_n[level] = 0;
		if (level + 1 < LX_TILE_LEVELS)
			memcpy(w->tiles[level + 1][w->tile_n[level + 1]++], done.roots[level],
				LX_HASH_BYTES);
	}
	return LX_OK;
}

static enum lx_code compare(
	struct walk *w, const struct lx_checkpoint *checkpoint, const char *msgid)
{
	unsigned char root[LX_HASH_BYTES];
	char number[24];

	if (checkpoint->size != w->edge.size || checkpoint->size == 0)
		return LX_OK;
	lx_edge_root(&w->edge, root);
	if (memcmp(root, checkpoint->root, sizeof root) == 0)
		return LX_OK;
	(void)snprintf(number, sizeof number, "%lld", (long long)checkpoint->size);
	return lx_fail(&w->m->cli->call, LX_CONFLICT, w->m->folder, msgid, "%s", number);
}

/* --- entries --------------------------------------------------------------------------------- */

static bool take_entry(struct lx_text *rest, struct lx_text *entry)
{
	const unsigned char *at = (const unsigned char *)rest->at;

	if (rest->len < 2)
		return false;
	size_t n = (size_t)at[0] << 8 | at[1];
	if (n > rest->len - 2)
		return false;
	*entry = (struct lx_text){ rest->at + 2, n };
	*rest = (struct lx_text){ rest->at + 2 + n, rest->len - 2 - n };
	return true;
}

/* What a bundle must hold: `width` entries, numbered on from `first`. */
struct expected {
	int64_t first;
	unsigned width;
};

static bool bundle_holds(const void *with, struct lx_text bytes)
{
	const struct expected *expected = with;
	struct lx_entry_head head;
	struct lx_text entry;
	unsigned n = 0;

	while (take_entry(&bytes, &entry)) {
		if (!lx_form_entry(entry, &head) || head.n != expected->first + n)
			return false;
		n++;
	}
	return bytes.len == 0 && n == expected->width;
}

static enum lx_code entry(struct walk *w, struct lx_text bytes)
{
	unsigned char leaf[LX_HASH_BYTES];
	struct lx_entry_head head;
	struct lx_mirror *m = w->m;

	if (!lx_form_entry(bytes, &head) || head.at < w->edge.at)
		return lx_mirror_differs(m, "entry", w->edge.size + 1);
	w->edge.at = head.at;
	LX_TRY(contents_of(w, head.with));
	if (m->seen.entry != NULL)
		LX_TRY(m->seen.entry(m->seen.with, head.n, bytes));
	LX_TRY(withdrawals(w, bytes));
	lx_hash_leaf(bytes, leaf);
	LX_TRY(grow(w, leaf));
	for (size_t i = 0; i < 2; i++)
		LX_TRY(compare(w, &m->before[i], "mirror.before"));
	return LX_OK;
}

static enum lx_code bundle(struct walk *w, int64_t number)
{
	LX_CLOSE(lx_buf_close) struct lx_buf name = { 0 };
	struct lx_call *call = &w->m->cli->call;
	int64_t first = number * LX_TILE_WIDTH, left = w->m->checkpoint.size - first;
	struct expected expected = { first + 1,
		left < LX_TILE_WIDTH ? (unsigned)left : LX_TILE_WIDTH };
	struct lx_log_tile address = { LX_TILE_ENTRIES, number, expected.width };
	struct lx_mirror_file file = {
		.holds = bundle_holds, .with = &expected, .most = BUNDLE_MOST
	};
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct lx_text one;

	lx_buf_str(&name, "log/tile/");
	lx_tile_path(&address, &name);
	LX_TRY(lx_mirror_file(w->m, name.at, &file));
	if (file.status != 200)
		return lx_mirror_unserved(w->m, name.at, file.status);
	while (take_entry(&file.bytes, &one)) {
		struct lx_arena_mark inside = lx_arena_here(call->arena);
		LX_TRY(entry(w, one));
		lx_arena_back(call->arena, inside);
	}
	lx_arena_back(call->arena, mark);
	return lx_step(call, (uint64_t)w->edge.size, (uint64_t)w->m->checkpoint.size);
}

enum lx_code lx_mirror_walk(struct lx_mirror *m)
{
	LX_CLOSE(end_walk) struct walk *w = lx_alloc(&m->cli->call, sizeof *w);

	if (w == NULL)
		return LX_BROKEN;
	w->m = m;
	for (int64_t number = 0; number * LX_TILE_WIDTH < m->checkpoint.size; number++)
		LX_TRY(bundle(w, number));
	for (unsigned level = 0; level < LX_TILE_LEVELS; level++)
		if (w->tile_n[level] > 0)
			LX_TRY(tile(w, level, w->edge.size >> (LX_TILE_HEIGHT * (level + 1))));
	m->entries = w->edge.size;
	return compare(w, &m->checkpoint, "mirror.root");
}
