/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Applying an entry: setting its effects, in order, on one record. The same function serves the writer
 * and rebuild: no guard, no institution's code, no calendar, no sealed data.
 */
#ifndef LX_KERNEL_TYPES_APPLY_H
#define LX_KERNEL_TYPES_APPLY_H

#include "kernel/types/record.h"

/* Applies entry n (with its inner part, or NULL). `record` (may be NULL) is that record already loaded, and is brought up to
 * date; else it is loaded. Writes the record, its rows, terms, consents, timeline and search text. A form that is not an
 * entry's is LX_CONFLICT, `types.entry`. */
LX_CHECK enum lx_code lx_apply(struct lx_tx *tx, const struct lx_region *region, int64_t n,
	const json_t *open, const json_t *inner, struct lx_record *record);

/* Empties the derived tables and applies every entry again, in one transaction: whole, or not at all. `search`: the index for
 * searching too; else it stays as it is. Takes space for the tables once more while it runs. */
LX_CHECK enum lx_code lx_rebuild(
	struct lx_store *store, struct lx_call *call, const struct lx_region *region, bool search);

/* Compares every derived table with what a rebuild of a copy gives. `scratch` is the path of a file that is not there yet; it is
 * left for the caller to remove. A difference is LX_CONFLICT, `types.table_differs`, naming the table. */
LX_CHECK enum lx_code lx_tables_verify(struct lx_store *store, struct lx_call *call,
	const struct lx_region *region, const char *scratch);

/* The column's form of an entry's value ("content/12" is 12), copied into the call's arena; LX_CONFLICT without a
 * fault if it does not fit the kind. */
LX_CHECK enum lx_code lx_value_of_json(struct lx_call *call, const struct lx_field *field,
	const json_t *json, struct lx_value *value);

/* The entry's form of a column's value; a new reference, NULL when memory ends. */
json_t *lx_json_of_value(const struct lx_field *field, const struct lx_value *value);

/* The places of a LX_DECIMAL field. */
unsigned lx_field_places(const struct lx_field *field);

#endif
