/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Rebuild: the derived tables emptied and every entry applied again. Log and kept tables are only read. */
#include "kernel/journal/journal.h"
#include "kernel/types/apply.h"

#include <string.h>

#define ENTRIES_A_COMMIT 5000

struct rebuilding {
	struct lx_tx *tx;
	const struct lx_region *region;
	struct lx_call *call;
};

static enum lx_code apply_one(void *with, int64_t n, const json_t *open, const json_t *inner)
{
	struct rebuilding *r = with;
	struct lx_arena_mark mark = lx_arena_here(r->call->arena);

	enum lx_code code = lx_apply(r->tx, r->region, n, open, inner, NULL);
	lx_arena_back(r->call->arena, mark);
	return code;
}

static enum lx_code empty_derived(struct lx_tx *tx, const struct lx_region *region)
{
	for (const struct lx_table *t = region->tables; t->name != NULL; t++)
		if (t->kind == LX_DERIVED)
			LX_TRY(lx_store_empty(tx, t->name));
	return LX_OK;
}

/* Entries from..to in one transaction; the first one empties the tables. */
static enum lx_code rebuild_part(struct lx_store *store, struct lx_call *call,
	const struct lx_region *region, int64_t from, int64_t to)
{
	struct rebuilding r = { .region = region, .call = call };
	enum lx_code code = LX_OK;

	LX_TRY(lx_store_begin(store, call, &r.tx));
	if (from == 1)
		code = empty_derived(r.tx, region);
	if (code == LX_OK)
		code = lx_journal_walk(r.tx, from, to, apply_one, &r);
	if (code == LX_OK)
		return lx_store_commit(&r.tx);
	lx_store_rollback(&r.tx);
	return code;
}

static enum lx_code entries(struct lx_store *store, struct lx_call *call, int64_t *size)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_edge edge;

	LX_TRY(lx_store_read(store, call, &tx));
	LX_TRY(lx_edge_load(tx, &edge));
	*size = edge.size;
	return LX_OK;
}

enum lx_code lx_rebuild(
	struct lx_store *store, struct lx_call *call, const struct lx_region *region)
{
	int64_t size;

	LX_TRY(entries(store, call, &size));
	for (int64_t from = 1; from <= size || from == 1; from += ENTRIES_A_COMMIT) {
		int64_t to = from + ENTRIES_A_COMMIT - 1 < size ? from + ENTRIES_A_COMMIT - 1
								: size;
		LX_TRY(rebuild_part(store, call, region, from, to));
		LX_TRY(lx_step(call, (uint64_t)to, (uint64_t)size));
	}
	return LX_OK;
}
