/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the institutions add to the served region: addresses of their own, and parts of their records' pages. */
#ifndef LX_MODULES_MODULE_PAGES_H
#define LX_MODULES_MODULE_PAGES_H

#include "kernel/pages/part.h"

/* Found beside the general routes; ends with a zero row. */
extern const struct lx_route lx_module_routes[];

/* Parts of item pages by type; ends with a zero row. */
extern const struct lx_item_part lx_module_parts[];
extern lx_home_fill_fn *const lx_module_home[];

#endif
