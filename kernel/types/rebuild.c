/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Rebuild: the derived tables emptied and every entry applied again, in one transaction, so that whatever ends it early
 * leaves the tables as they were. Log and kept tables are only read. Indexes are made when their tables are filled:
 * sorting once costs a fraction of what keeping them in order at every row does.
 */
#include "kernel/journal/journal.h"
#include "kernel/types/apply.h"
#include "kernel/types/batch.h"

#include <string.h>

#define ENTRIES_A_BATCH 1000

static enum lx_code apply_one(void *with, int64_t n, const json_t *open, const json_t *inner)
{
	struct lx_batch *batch = with;

	LX_TRY(lx_batch_apply(batch, n, open, inner));
	return lx_batch_full(batch) ? lx_batch_write(batch) : LX_OK;
}

/* A type's own tables are read while they are filled (its `derive`), so they keep their indexes. */
static bool is_read(const struct lx_region *region, const struct lx_table *table)
{
	for (size_t i = 0; i < region->n; i++)
		for (const struct lx_table *t = region->types[i]->tables;
			t != NULL && t->name != NULL; t++)
			if (strcmp(t->name, table->name) == 0)
				return true;
	return false;
}

static enum lx_code empty_derived(struct lx_tx *tx, const struct lx_region *region, bool search)
{
	for (const struct lx_table *t = region->tables; t->name != NULL; t++) {
		if (t->kind != LX_DERIVED)
			continue;
		LX_TRY(lx_store_empty(tx, t->name));
		if (!is_read(region, t))
			LX_TRY(lx_store_indexes_drop(tx, t->name));
	}
	return search ? lx_store_empty(tx, "search") : LX_OK;
}

static enum lx_code index_derived(struct lx_tx *tx, const struct lx_region *region)
{
	for (const struct lx_table *t = region->tables; t->name != NULL; t++)
		if (t->kind == LX_DERIVED)
			LX_TRY(lx_store_indexes_make(tx, t->name));
	return LX_OK;
}

static enum lx_code apply_all(
	struct lx_tx *tx, const struct lx_region *region, bool search, int64_t size)
{
	LX_CLOSE(lx_batch_close)
	struct lx_batch batch = { .tx = tx, .region = region, .search = search };

	for (int64_t from = 1; from <= size; from += ENTRIES_A_BATCH) {
		int64_t to = from + ENTRIES_A_BATCH - 1 < size ? from + ENTRIES_A_BATCH - 1 : size;
		LX_TRY(lx_journal_walk(tx, from, to, apply_one, &batch));
		LX_TRY(lx_batch_write(&batch));
		LX_TRY(lx_step(lx_tx_call(tx), (uint64_t)to, (uint64_t)size));
	}
	return LX_OK;
}

static enum lx_code rebuild(struct lx_tx *tx, const struct lx_region *region, bool search)
{
	int64_t size;

	LX_TRY(lx_journal_size(tx, &size));
	LX_TRY(empty_derived(tx, region, search));
	LX_TRY(apply_all(tx, region, search, size));
	return index_derived(tx, region);
}

enum lx_code lx_rebuild(
	struct lx_store *store, struct lx_call *call, const struct lx_region *region, bool search)
{
	struct lx_tx *tx;

	LX_TRY(lx_store_begin(store, call, &tx));
	enum lx_code code = rebuild(tx, region, search);
	if (code == LX_OK)
		return lx_store_commit(&tx);
	lx_store_rollback(&tx);
	return code;
}
