/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Roots of spans, paths, proof files. */
#include "kernel/record/proof.h"

#include "base/memory.h"
#include "kernel/journal/hash.h"
#include "kernel/journal/tree.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define HEADER    "c2sp.org/tlog-proof@v1"
#define EXTRA_MAX (LX_ENTRY_MAX + 1)

/* --- roots and paths ------------------------------------------------------------------------- */

/* The root of a complete subtree of 2^height leaves that begins at a multiple of its size. */
static enum lx_code complete(
	struct lx_tx *tx, int64_t from, unsigned height, unsigned char root[LX_HASH_BYTES])
{
	unsigned level = height / LX_TILE_HEIGHT;
	int64_t at = from >> (LX_TILE_HEIGHT * level);
	unsigned char hashes[LX_TILE_BYTES];

	/* at the top of a level the hash stands by itself in the next one */
	size_t n = (size_t)1 << (height - LX_TILE_HEIGHT * level);
	LX_TRY(lx_tree_hashes(tx, level, at, at + (int64_t)n, hashes));
	for (; n > 1; n /= 2)
		for (size_t i = 0; i < n / 2; i++)
			lx_hash_node(hashes + 2 * i * LX_HASH_BYTES,
				hashes + (2 * i + 1) * LX_HASH_BYTES, hashes + i * LX_HASH_BYTES);
	memcpy(root, hashes, LX_HASH_BYTES);
	return LX_OK;
}

static unsigned height_within(int64_t n)
{
	unsigned height = 0;

	while ((INT64_C(1) << (height + 1)) <= n)
		height++;
	return height;
}

enum lx_code lx_root_of(
	struct lx_tx *tx, int64_t from, int64_t to, unsigned char root[LX_HASH_BYTES])
{
	unsigned char peaks[LX_PROOF_HASHES][LX_HASH_BYTES];
	size_t n = 0;

	assert(from >= 0 && from < to && to < INT64_C(1) << 53);
	while (from < to) {
		unsigned height = height_within(to - from);
		LX_TRY(complete(tx, from, height, peaks[n++]));
		from += INT64_C(1) << height;
	}
	for (; n > 1; n--)
		lx_hash_node(peaks[n - 2], peaks[n - 1], peaks[n - 2]);
	memcpy(root, peaks[0], LX_HASH_BYTES);
	return LX_OK;
}

/* From the root down: at each split the side that does not hold the entry is a step of the path. */
enum lx_code lx_proof_make(struct lx_tx *tx, int64_t index, int64_t size, struct lx_proof *proof)
{
	unsigned char down[LX_PROOF_HASHES][LX_HASH_BYTES];
	int64_t from = 0, to = size;
	size_t n = 0;

	assert(index >= 0 && index < size);
	while (to - from > 1) {
		int64_t half = from + (INT64_C(1) << height_within(to - from - 1));
		bool left = index < half;
		LX_TRY(lx_root_of(tx, left ? half : from, left ? to : half, down[n++]));
		if (left)
			to = half;
		else
			from = half;
	}
	proof->n = n;
	for (size_t i = 0; i < n; i++)
		memcpy(proof->hashes[i], down[n - 1 - i], LX_HASH_BYTES);
	return LX_OK;
}

/* RFC 9162, 2.1.3.2. */
bool lx_proof_holds(const struct lx_proof *proof, const unsigned char leaf[LX_HASH_BYTES],
	int64_t index, int64_t size, const unsigned char root[LX_HASH_BYTES])
{
	int64_t at = index, last = size - 1;
	unsigned char hash[LX_HASH_BYTES];

	if (index < 0 || index >= size || proof->n > LX_PROOF_HASHES)
		return false;
	memcpy(hash, leaf, LX_HASH_BYTES);
	for (size_t i = 0; i < proof->n; i++) {
		if (last == 0)
			return false;
		if (at % 2 == 1 || at == last) {
			lx_hash_node(proof->hashes[i], hash, hash);
			while (at % 2 == 0 && at != 0) {
				at /= 2;
				last /= 2;
			}
		} else {
			lx_hash_node(hash, proof->hashes[i], hash);
		}
		at /= 2;
		last /= 2;
	}
	return last == 0 && memcmp(hash, root, LX_HASH_BYTES) == 0;
}

/* --- consistency ----------------------------------------------------------------------------- */

/* SUBPROOF of RFC 6962 from the root down: where the old tree ends inside the left side, the right one is a step; where it
 * reaches into the right side, the left one is. The steps are gathered downwards and turned round. */
enum lx_code lx_consistency_make(
	struct lx_tx *tx, int64_t old, int64_t size, struct lx_proof *proof)
{
	unsigned char down[LX_PROOF_HASHES][LX_HASH_BYTES];
	int64_t from = 0, to = size;
	bool known = true; /* what is left is the old tree itself, whose root the reader has */
	size_t n = 0;

	assert(old > 0 && old < size);
	while (old != to) {
		int64_t half = from + (INT64_C(1) << height_within(to - from - 1));
		if (old <= half) {
			LX_TRY(lx_root_of(tx, half, to, down[n++]));
			to = half;
		} else {
			LX_TRY(lx_root_of(tx, from, half, down[n++]));
			from = half;
			known = false;
		}
	}
	proof->n = 0;
	if (!known)
		LX_TRY(lx_root_of(tx, from, to, proof->hashes[proof->n++]));
	while (n > 0)
		memcpy(proof->hashes[proof->n++], down[--n], LX_HASH_BYTES);
	return LX_OK;
}

bool lx_consistency_holds(const struct lx_proof *proof, int64_t old,
	const unsigned char old_root[LX_HASH_BYTES], int64_t size,
	const unsigned char root[LX_HASH_BYTES])
{
	unsigned char first[LX_HASH_BYTES], second[LX_HASH_BYTES];
	int64_t at = old - 1, last = size - 1;
	size_t i = 0;

	if (old == 0 || old == size)
		return proof->n == 0 && (old == 0 || memcmp(old_root, root, LX_HASH_BYTES) == 0);
	if (old < 0 || old > size || proof->n > LX_PROOF_HASHES)
		return false;
	while (at % 2 == 1) {
		at /= 2;
		last /= 2;
	}
	/* an old tree that is a complete one stands in the new as it is, and is no step of the proof */
	bool complete_tree = (old & (old - 1)) == 0;
	if (!complete_tree && proof->n == 0)
		return false;
	memcpy(first, complete_tree ? old_root : proof->hashes[i++], LX_HASH_BYTES);
	memcpy(second, first, LX_HASH_BYTES);
	for (; i < proof->n; i++) {
		if (last == 0)
			return false;
		if (at % 2 == 1 || at == last) {
			lx_hash_node(proof->hashes[i], first, first);
			lx_hash_node(proof->hashes[i], second, second);
			while (at % 2 == 0 && at != 0) {
				at /= 2;
				last /= 2;
			}
		} else {
			lx_hash_node(second, proof->hashes[i], second);
		}
		at /= 2;
		last /= 2;
	}
	return last == 0 && memcmp(first, old_root, sizeof first) == 0 &&
	       memcmp(second, root, sizeof second) == 0;
}

/* --- proof files ----------------------------------------------------------------------------- */

void lx_receipt_write(struct lx_text entry, int64_t index, const struct lx_proof *proof,
	struct lx_text checkpoint, struct lx_buf *out)
{
	char extra[sodium_base64_ENCODED_LEN(EXTRA_MAX, sodium_base64_VARIANT_ORIGINAL)];
	char hash[LX_HASH_TEXT];

	assert(entry.len < EXTRA_MAX);
	(void)sodium_bin2base64(extra, sizeof extra, (const unsigned char *)entry.at, entry.len,
		sodium_base64_VARIANT_ORIGINAL);
	lx_buf_printf(out, HEADER "\nextra %s\nindex %lld\n", extra, (long long)index);
	for (size_t i = 0; i < proof->n; i++) {
		lx_hash_write(proof->hashes[i], hash);
		lx_buf_printf(out, "%s\n", hash);
	}
	lx_buf_char(out, '\n');
	lx_buf_text(out, checkpoint);
}

/* A reader of lines that knows where it is. */
struct lines {
	struct lx_call *call;
	struct lx_text rest, line;
	int64_t number;
};

static bool next(struct lines *lines)
{
	lines->number++;
	return lx_text_split(&lines->rest, '\n', &lines->line);
}

static enum lx_code malformed(const struct lines *lines)
{
	return lx_fault_at(
		&lines->call->fault, LX_INVALID, lines->number, 0, "record.receipt", NULL);
}

static bool cut_word(struct lx_text *line, const char *word)
{
	size_t n = strlen(word);

	if (!lx_text_starts(*line, word))
		return false;
	*line = (struct lx_text){ line->at + n, line->len - n };
	return true;
}

static enum lx_code read_extra(struct lines *lines, struct lx_text *entry)
{
	size_t most = lines->line.len / 4 * 3 + 3, n = 0;
	unsigned char *bytes = lx_alloc(lines->call, most);

	if (bytes == NULL)
		return LX_BROKEN;
	if (sodium_base642bin(bytes, most, lines->line.at, lines->line.len, NULL, &n, NULL,
		    sodium_base64_VARIANT_ORIGINAL) != 0 ||
		n > LX_ENTRY_MAX)
		return malformed(lines);
	*entry = (struct lx_text){ (const char *)bytes, n };
	return LX_OK;
}

static bool read_index(struct lx_text text, int64_t *index)
{
	return text.len > 0 && text.at[0] != '-' && (text.at[0] != '0' || text.len == 1) &&
	       lx_text_int(text, index);
}

enum lx_code lx_receipt_read(struct lx_call *call, struct lx_text text, struct lx_receipt *receipt)
{
	struct lx_receipt read = { .index = 0 };
	struct lines lines = { .call = call, .rest = text };

	if (text.len > LX_NOTE_MOST || !next(&lines) || !lx_text_is(lines.line, HEADER) ||
		!next(&lines))
		return malformed(&lines);
	if (cut_word(&lines.line, "extra ")) {
		LX_TRY(read_extra(&lines, &read.entry));
		if (!next(&lines))
			return malformed(&lines);
	}
	if (!cut_word(&lines.line, "index ") || !read_index(lines.line, &read.index))
		return malformed(&lines);
	for (;;) {
		if (!next(&lines))
			return malformed(&lines);
		if (lines.line.len == 0)
			break;
		if (read.proof.n == LX_PROOF_HASHES ||
			!lx_hash_read(lines.line, read.proof.hashes[read.proof.n]))
			return malformed(&lines);
		read.proof.n++;
	}
	read.checkpoint = lines.rest;
	*receipt = read;
	return LX_OK;
}

enum lx_code lx_receipt_verify(struct lx_call *call, const struct lx_receipt *receipt,
	const struct lx_note_key *key, struct lx_checkpoint *checkpoint)
{
	unsigned char leaf[LX_HASH_BYTES];
	struct lx_checkpoint read;

	LX_TRY(lx_checkpoint_verify(call, receipt->checkpoint, key, &read));
	lx_hash_leaf(receipt->entry, leaf);
	if (!lx_proof_holds(&receipt->proof, leaf, receipt->index, read.size, read.root))
		return lx_fail(call, LX_CONFLICT, NULL, "record.path", "%lld",
			(long long)receipt->index + 1);
	*checkpoint = read;
	return LX_OK;
}
