/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Appending entries, and reading them back. */
#include "kernel/journal/form.h"
#include "kernel/journal/hash.h"
#include "kernel/journal/journal_queries.h"
#include "kernel/journal/tree.h"

#include <string.h>

static struct lx_text hash_text(const unsigned char hash[LX_HASH_BYTES])
{
	return (struct lx_text){ (const char *)hash, LX_HASH_BYTES };
}

static enum lx_code last_of(struct lx_tx *tx, enum lx_journal_query query, int64_t *number)
{
	struct lx_value last;

	LX_TRY(lx_one(tx, &lx_journal_queries[query], NULL, &last));
	*number = last.number;
	return LX_OK;
}

static enum lx_code load_last_entry(struct lx_tx *tx, struct lx_edge *edge)
{
	struct lx_value row[2];
	struct lx_entry_head head;

	enum lx_code code = lx_one(tx, &lx_journal_queries[Q_ENTRY_LAST], NULL, row);
	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	if (!lx_form_entry(row[1].text, &head) || head.n != row[0].number)
		return lx_fail(lx_tx_call(tx), LX_BROKEN, NULL, "journal.bad_form", "%lld",
			(long long)row[0].number);
	edge->size = head.n;
	edge->at = head.at;
	return LX_OK;
}

enum lx_code lx_journal_size(struct lx_tx *tx, int64_t *size)
{
	struct lx_value last;

	LX_TRY(lx_one(tx, &lx_journal_queries[Q_ENTRY_LAST_N], NULL, &last));
	*size = last.number;
	return LX_OK;
}

enum lx_code lx_edge_load(struct lx_tx *tx, struct lx_edge *edge)
{
	struct lx_edge loaded = { 0 };

	LX_TRY(load_last_entry(tx, &loaded));
	LX_TRY(last_of(tx, Q_CONTENT_LAST, &loaded.contents));
	LX_TRY(last_of(tx, Q_SEAL_LAST, &loaded.seals));
	LX_TRY(lx_tree_load(tx, &loaded));
	*edge = loaded;
	return LX_OK;
}

/* Canonical bytes into `out`, not longer than an entry may be. */
static enum lx_code write_canonical(struct lx_call *call, const json_t *value, struct lx_buf *out)
{
	LX_TRY(lx_json_canonical(out, value, &call->fault));
	if (out->len > LX_ENTRY_MAX)
		return lx_fail(call, LX_INVALID, NULL, "journal.too_long", "%zu", out->len);
	return LX_OK;
}

static enum lx_code set(struct lx_call *call, json_t *entry, const char *key, json_t *value)
{
	if (value != NULL && json_object_set_new(entry, key, value) == 0)
		return LX_OK;
	return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
}

static enum lx_code append_inner(struct lx_tx *tx, int64_t n, json_t *entry, const json_t *inner)
{
	LX_CLOSE(lx_buf_close) struct lx_buf bytes = { 0 };
	unsigned char salt[LX_SALT_BYTES], hash[LX_HASH_BYTES];
	char text[LX_HASH_TEXT];
	struct lx_text with;

	LX_TRY(write_canonical(lx_tx_call(tx), inner, &bytes));
	if (!lx_form_inner(lx_buf_view(&bytes), &with))
		return lx_fail(lx_tx_call(tx), LX_INVALID, "inner", "journal.form", NULL);
	lx_hash_random(salt, sizeof salt);
	lx_hash_salted(salt, lx_buf_view(&bytes), hash);
	lx_hash_write(hash, text);
	LX_TRY(set(lx_tx_call(tx), entry, "inner", json_string(text)));
	struct lx_value binds[] = { LX_I(n), LX_B(hash_text(salt)), LX_B(lx_buf_view(&bytes)) };
	return lx_run(tx, &lx_journal_queries[Q_INNER_INSERT], binds);
}

static enum lx_code append_bytes(
	struct lx_tx *tx, struct lx_edge *edge, struct lx_text bytes, int64_t at)
{
	struct lx_tiles_done done;
	unsigned char leaf[LX_HASH_BYTES];

	lx_hash_leaf(bytes, leaf);
	struct lx_value binds[] = { LX_I(edge->size + 1), LX_B(hash_text(leaf)), LX_B(bytes) };
	LX_TRY(lx_run(tx, &lx_journal_queries[Q_ENTRY_INSERT], binds));
	lx_edge_add(edge, leaf, &done);
	edge->at = at;
	return lx_tree_store(tx, edge, &done);
}

enum lx_code lx_journal_append(
	struct lx_tx *tx, struct lx_edge *edge, int64_t now, json_t *entry, json_t *inner)
{
	LX_CLOSE(lx_buf_close) struct lx_buf bytes = { 0 };
	struct lx_call *call = lx_tx_call(tx);
	int64_t n = edge->size + 1, at = now > edge->at ? now : edge->at;
	struct lx_entry_head head;

	if (!json_is_object(entry) || (inner != NULL && !json_is_object(inner)))
		return lx_fail(call, LX_INVALID, NULL, "journal.form", NULL);
	LX_TRY(set(call, entry, "format", json_integer(LX_ENTRY_FORMAT)));
	LX_TRY(set(call, entry, "n", json_integer(n)));
	LX_TRY(set(call, entry, "at", json_integer(at)));
	if (inner != NULL)
		LX_TRY(append_inner(tx, n, entry, inner));
	LX_TRY(write_canonical(call, entry, &bytes));
	/* what is written here is what every reader will accept */
	if (!lx_form_entry(lx_buf_view(&bytes), &head))
		return lx_fail(call, LX_INVALID, NULL, "journal.form", NULL);
	return append_bytes(tx, edge, lx_buf_view(&bytes), at);
}

enum lx_code lx_journal_put(struct lx_tx *tx, struct lx_edge *edge, struct lx_text bytes)
{
	struct lx_entry_head head;

	if (bytes.len > LX_ENTRY_MAX || !lx_form_entry(bytes, &head) || head.n != edge->size + 1 ||
		head.at < edge->at)
		return lx_fail(lx_tx_call(tx), LX_CONFLICT, NULL, "journal.form", NULL);
	return append_bytes(tx, edge, bytes, head.at);
}

enum lx_code lx_journal_bytes(struct lx_tx *tx, int64_t n, struct lx_text *bytes)
{
	struct lx_value value;

	LX_TRY(lx_one(tx, &lx_journal_queries[Q_ENTRY_BYTES], &LX_I(n), &value));
	*bytes = value.text;
	return LX_OK;
}

/* Parses an entry and its inner part (text.at NULL: none); on failure nothing stays allocated. */
static enum lx_code parse(struct lx_fault *fault, const struct lx_value *open_bytes,
	const struct lx_value *inner_bytes, json_t **open, json_t **inner)
{
	json_t *first = NULL, *second = NULL;

	LX_TRY(lx_json_read(fault, open_bytes->text, &first));
	if (inner_bytes->kind != LX_V_NULL) {
		enum lx_code code = lx_json_read(fault, inner_bytes->text, &second);
		if (code != LX_OK) {
			lx_json_free(&first);
			return code;
		}
	}
	*open = first;
	*inner = second;
	return LX_OK;
}

enum lx_code lx_journal_read(struct lx_tx *tx, int64_t n, json_t **open, json_t **inner)
{
	struct lx_call *call = lx_tx_call(tx);
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct lx_value row[2];

	enum lx_code code = lx_one(tx, &lx_journal_queries[Q_ENTRY_BOTH], &LX_I(n), row);
	if (code == LX_OK)
		code = parse(&call->fault, &row[0], &row[1], open, inner);
	lx_arena_back(call->arena, mark);
	return code;
}

struct walk {
	struct lx_tx *tx;
	lx_entry_fn *each;
	void *with;
};

static enum lx_code walk_row(void *with, const struct lx_value *row)
{
	const struct walk *walk = with;
	json_t *open = NULL, *inner = NULL;

	LX_TRY(parse(&lx_tx_call(walk->tx)->fault, &row[1], &row[2], &open, &inner));
	enum lx_code code = walk->each(walk->with, row[0].number, open, inner);
	lx_json_free(&open);
	lx_json_free(&inner);
	return code;
}

enum lx_code lx_journal_walk(
	struct lx_tx *tx, int64_t from, int64_t to, lx_entry_fn *each, void *with)
{
	struct walk walk = { tx, each, with };
	struct lx_value binds[] = { LX_I(from), LX_I(to) };

	return lx_each(tx, &lx_journal_queries[Q_ENTRY_WALK], binds, walk_row, &walk);
}
