/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The institutions that this binary knows. A new one is a folder and a line in modules.c. */
#ifndef LX_MODULES_MODULES_H
#define LX_MODULES_MODULES_H

#include "kernel/types/background.h"
#include "kernel/types/record.h"

extern const struct lx_type *const lx_types[];
extern const struct lx_data_check lx_data_checks[];

/* Tables of the institutions that are not derived from their types; an array of arrays ending with NULL. */
extern const struct lx_table *const lx_module_tables[];

/* What `lianxi verify` asks of the institutions besides: kept tables against what entries commit to. LX_CONFLICT with the first difference;
 * ends with NULL. */
typedef enum lx_code lx_module_verify_fn(struct lx_tx *tx, const struct lx_region *region);
extern lx_module_verify_fn *const lx_module_verifies[];

/* The same of a copy of the public record; `ask` (may be NULL) asks the served region. Ends with NULL. */
typedef enum lx_code lx_module_outside_fn(
	struct lx_tx *tx, const struct lx_region *region, lx_ask_fn *ask, void *with);
extern lx_module_outside_fn *const lx_module_outside[];

/* How `lianxi verify --recount` works a record's result out again, by the method and version that the record names: LX_CONFLICT when it
 * differs; *told whether there was a result. A row a type; ends with a zero row. */
struct lx_recounter {
	const char *type;
	enum lx_code (*recount)(struct lx_tx *tx, const struct lx_region *region,
		const struct lx_record *record, bool *told);
};
extern const struct lx_recounter lx_module_recounters[];

/* What the institutions do beside the writer, in this order; ends with NULL. */
extern lx_background_fn *const lx_module_background[];

#endif
