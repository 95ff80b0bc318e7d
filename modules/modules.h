/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The institutions that this binary knows. A new one is a folder and a line in modules.c. */
#ifndef LX_MODULES_MODULES_H
#define LX_MODULES_MODULES_H

#include "kernel/types/background.h"

extern const struct lx_type *const lx_types[];
extern const struct lx_data_check lx_data_checks[];

/* Tables of the institutions that are not derived from their types; an array of arrays ending with NULL. */
extern const struct lx_table *const lx_module_tables[];

/* What the institutions do beside the writer, in this order; ends with NULL. */
extern lx_background_fn *const lx_module_background[];

#endif
