/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The institutions that this binary knows. A new one is a folder and a line in modules.c. */
#ifndef LX_MODULES_MODULES_H
#define LX_MODULES_MODULES_H

#include "kernel/types/region.h"

extern const struct lx_type *const lx_types[];
extern const struct lx_data_check lx_data_checks[];

#endif
