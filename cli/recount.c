/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Recorded results worked out again: in a region's folder, or in what was replayed of a public record. */
#include "cli/recount.h"

#include "cli/result.h"
#include "modules/modules.h"

#include <stdio.h>

/* Every result of one type. */
static enum lx_code recount_type(struct lx_cli *cli, struct lx_tx *tx,
	const struct lx_region *region, const struct lx_recounter *recounter, int64_t *n)
{
	const struct lx_shape *shape = lx_shape_find(region, lx_text(recounter->type));
	int64_t last = 0;

	LX_TRY(lx_record_last(tx, shape, &last));
	for (int64_t i = 1; i <= last; i++) {
		struct lx_arena_mark mark = lx_arena_here(cli->call.arena);
		struct lx_record record;
		bool told = false;
		enum lx_code code = lx_record_load(tx, shape, i, &record);
		if (code == LX_OK)
			code = recounter->recount(tx, region, &record, &told);
		if (code != LX_OK && code != LX_NOT_FOUND)
			return code;
		*n += told;
		lx_arena_back(cli->call.arena, mark);
	}
	return LX_OK;
}

enum lx_code lx_recount(struct lx_cli *cli, struct lx_tx *tx, const struct lx_region *region)
{
	char number[24];
	int64_t n = 0;

	for (const struct lx_recounter *r = lx_module_recounters; r->type != NULL; r++)
		LX_TRY(recount_type(cli, tx, region, r, &n));
	(void)snprintf(number, sizeof number, "%lld", (long long)n);
	lx_tell(cli, "verify.recounted", number);
	lx_fact_number(cli, "recounted", n);
	return LX_OK;
}
