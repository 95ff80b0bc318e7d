/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Verification without institutions: reads every entry once, in order, and makes the tree anew. What
 * the rows of the log say beside the bytes (leaf hashes, tiles) must be what the bytes give.
 */
#include "kernel/journal/verify.h"

#include "kernel/journal/form.h"
#include "kernel/journal/hash.h"
#include "kernel/journal/journal_queries.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STEP 4096 /* entries between two reports of progress */

enum lx_code lx_verify_fail(
	struct lx_verify *v, const char *kind, int64_t number, const char *msgid)
{
	char place[48];

	(void)snprintf(place, sizeof place, "%s/%" PRId64, kind, number);
	if (strcmp(kind, "entry") != 0) /* the sentences of entries say "entry" themselves */
		return lx_fail(lx_tx_call(v->tx), LX_CONFLICT, place, msgid, "%s", place);
	return lx_fail(lx_tx_call(v->tx), LX_CONFLICT, place, msgid, "%" PRId64, number);
}

static bool same_hash(struct lx_text bytes, const unsigned char hash[LX_HASH_BYTES])
{
	return bytes.len == LX_HASH_BYTES && memcmp(bytes.at, hash, LX_HASH_BYTES) == 0;
}

/* A tile made from the entries against the stored one. */
static enum lx_code check_tile(struct lx_verify *v, unsigned level, int64_t number,
	const unsigned char root[LX_HASH_BYTES])
{
	struct lx_arena_mark mark = lx_arena_here(lx_tx_call(v->tx)->arena);
	struct lx_value binds[] = { LX_I((int64_t)level), LX_I(number) }, row[2];

	enum lx_code code = lx_one(v->tx, &lx_journal_queries[Q_TILE], binds, row);
	if (code == LX_NOT_FOUND ||
		(code == LX_OK &&
			(!same_hash(row[0].text, root) ||
				row[1].text.len != sizeof v->tiles[level] ||
				memcmp(row[1].text.at, v->tiles[level], row[1].text.len) != 0)))
		code = lx_verify_fail(v, "entry", v->edge.size, "journal.bad_tile");
	lx_arena_back(lx_tx_call(v->tx)->arena, mark);
	v->tile_n[level] = 0;
	v->tiles_n++;
	return code;
}

static enum lx_code grow_tree(struct lx_verify *v, const unsigned char leaf[LX_HASH_BYTES])
{
	struct lx_tiles_done done;

	memcpy(v->tiles[0][v->tile_n[0]++], leaf, LX_HASH_BYTES);
	lx_edge_add(&v->edge, leaf, &done);
	for (unsigned level = 0; level < done.n; level++) {
		int64_t number = (v->edge.size >> (LX_TILE_HEIGHT * (level + 1))) - 1;
		LX_TRY(check_tile(v, level, number, done.roots[level]));
		if (level + 1 < LX_TILE_LEVELS)
			memcpy(v->tiles[level + 1][v->tile_n[level + 1]++], done.roots[level],
				LX_HASH_BYTES);
	}
	return LX_OK;
}

/* salt and bytes of an inner part, against the entry's word for it. */
static enum lx_code check_inner(struct lx_verify *v, const struct lx_entry_head *head,
	const struct lx_value *salt, const struct lx_value *bytes)
{
	unsigned char said[LX_HASH_BYTES], hash[LX_HASH_BYTES];
	struct lx_text with;

	if (salt->kind == LX_V_NULL && head->inner.at == NULL)
		return LX_OK;
	if (salt->kind == LX_V_NULL || bytes->kind == LX_V_NULL || head->inner.at == NULL ||
		salt->text.len != LX_SALT_BYTES || !lx_hash_read(head->inner, said))
		return lx_verify_fail(v, "entry", head->n, "journal.bad_inner");
	lx_hash_salted((const unsigned char *)salt->text.at, bytes->text, hash);
	if (memcmp(said, hash, sizeof hash) != 0 || !lx_form_inner(bytes->text, &with))
		return lx_verify_fail(v, "entry", head->n, "journal.bad_inner");
	v->inner_parts++;
	LX_TRY(lx_verify_bound(v, with));
	return lx_verify_gone(v, head->n, bytes->text);
}

static enum lx_code check_order(
	struct lx_verify *v, int64_t number, const struct lx_entry_head *head)
{
	if (number != v->edge.size + 1 || head->n != number)
		return lx_verify_fail(v, "entry", v->edge.size + 1, "journal.bad_number");
	if (head->at < v->edge.at)
		return lx_verify_fail(v, "entry", number, "journal.bad_at");
	v->edge.at = head->at;
	return LX_OK;
}

/* Row: n, leaf, bytes, salt and bytes of the inner part. */
static enum lx_code check_entry(struct lx_verify *v, const struct lx_value *row)
{
	unsigned char leaf[LX_HASH_BYTES];
	struct lx_entry_head head;

	if (row[2].text.len > LX_ENTRY_MAX || !lx_form_entry(row[2].text, &head))
		return lx_verify_fail(v, "entry", row[0].number, "journal.bad_form");
	LX_TRY(check_order(v, row[0].number, &head));
	lx_hash_leaf(row[2].text, leaf);
	if (!same_hash(row[1].text, leaf))
		return lx_verify_fail(v, "entry", row[0].number, "journal.bad_leaf");
	LX_TRY(lx_verify_bound(v, head.with));
	LX_TRY(lx_verify_gone(v, head.n, row[2].text));
	LX_TRY(check_inner(v, &head, &row[3], &row[4]));
	return grow_tree(v, leaf);
}

static enum lx_code each_entry(void *with, const struct lx_value *row)
{
	struct lx_verify *v = with;
	struct lx_call *call = lx_tx_call(v->tx);
	struct lx_arena_mark mark = lx_arena_here(call->arena);

	enum lx_code code = check_entry(v, row);
	lx_arena_back(call->arena, mark);
	if (code == LX_OK && v->edge.size % STEP == 0)
		code = lx_step(call, (uint64_t)v->edge.size, (uint64_t)v->total);
	return code;
}

static enum lx_code counted(
	struct lx_verify *v, enum lx_journal_query query, int64_t expected, const char *msgid)
{
	struct lx_value count;

	LX_TRY(lx_one(v->tx, &lx_journal_queries[query], NULL, &count));
	return count.number == expected ? LX_OK : lx_verify_fail(v, "entry", v->edge.size, msgid);
}

static enum lx_code prepare(struct lx_tx *tx, struct lx_verify **prepared)
{
	struct lx_call *call = lx_tx_call(tx);
	struct lx_verify *v = lx_alloc(call, sizeof *v);
	struct lx_value seals, entries;

	if (v == NULL)
		return LX_BROKEN;
	v->tx = tx;
	LX_TRY(lx_one(tx, &lx_journal_queries[Q_SEAL_LAST], NULL, &seals));
	LX_TRY(lx_one(tx, &lx_journal_queries[Q_ENTRY_COUNT], NULL, &entries));
	v->seals = seals.number;
	v->total = entries.number;
	v->erased = lx_alloc(call, (size_t)seals.number / 8 + 1);
	v->gone = lx_alloc(call, (size_t)seals.number / 8 + 1);
	*prepared = v;
	return v->erased == NULL || v->gone == NULL ? LX_BROKEN : LX_OK;
}

enum lx_code lx_journal_verify(struct lx_tx *tx)
{
	struct lx_verify *v;

	LX_TRY(prepare(tx, &v));
	LX_TRY(lx_each(tx, &lx_journal_queries[Q_ENTRY_VERIFY], NULL, each_entry, v));
	LX_TRY(counted(v, Q_INNER_COUNT, v->inner_parts, "journal.bad_inner"));
	LX_TRY(counted(v, Q_TILE_COUNT, v->tiles_n, "journal.bad_tile"));
	return lx_verify_erased(v);
}
