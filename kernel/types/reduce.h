/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a reader may see of a record, decided here and nowhere else, before any face: the class of the
 * record, its readers, each field's `seen_by`, contents that are gone. Every face (pages, JSON, CSV, feeds) is given the
 * reduced record, which is the record of the API:
 *
 *	{ "type", "number", "state", "mark", "made": {n, at}, "last": {n, at}, "hidden"?: n,
 *	  field: value…, list: [ { "row": n, field: value… } … ], "terms": [ … ], "consents": [ … ] }
 *
 * Values: numbers as such, decimals as text, money {"minor","currency"}, days and moments as RFC 3339 has them, names
 * {"en","zh"}, prose {"content","text","lang"}, files
 * {"content","media","size","file"}, either {"content","gone"}, links {"ref","title"}, sealed text where it may be seen.
 */
#ifndef LX_KERNEL_TYPES_REDUCE_H
#define LX_KERNEL_TYPES_REDUCE_H

#include "base/json.h"
#include "kernel/types/actor.h"

/* Which parts: what lists show; or all. */
enum lx_parts { LX_LIST_PARTS = 1, LX_ALL_PARTS };

/* Whether the record may be read at all. */
LX_CHECK enum lx_code lx_may_read(
	const struct lx_sight *sight, const struct lx_record *record, bool *may);

/* Whether a field may be seen, by its relations. */
LX_CHECK enum lx_code lx_may_see(const struct lx_sight *sight, const struct lx_record *record,
	const struct lx_field *field, bool *may);

/* The reduced record, the caller's (lx_json_free). LX_NOT_FOUND without a fault when it may not be read. */
LX_CHECK enum lx_code lx_reduce(const struct lx_sight *sight, const struct lx_record *record,
	enum lx_parts parts, json_t **reduced);

/* One entry as this reader may see it: open as it stands, with its inner part where the record may be read and every
 * restricted field in it be seen; the caller's. */
LX_CHECK enum lx_code lx_reduce_entry(const struct lx_sight *sight, int64_t n, json_t **reduced);

/* The titles found for one reader in one snapshot: a page names the same few again and again. Begins as { 0 }. */
#define LX_TITLES_MAX 256
struct lx_titles {
	size_t n;
	struct {
		char ref[48];
		size_t len;
		json_t *title;
	} known[LX_TITLES_MAX];
};
void lx_titles_close(struct lx_titles *titles);

/* How a record is called, for links: {"en","zh"} or {"text","lang"}, or null when it may not be read. */
LX_CHECK enum lx_code lx_title(const struct lx_sight *sight, struct lx_text ref, json_t **title);

#endif
