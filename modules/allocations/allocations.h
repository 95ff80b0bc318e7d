/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Allocations: who pays what of a joint project, or gets what of its benefit. */
#ifndef LX_MODULES_ALLOCATIONS_H
#define LX_MODULES_ALLOCATIONS_H

#include "kernel/types/case.h"

extern const struct lx_type lx_allocation_type;

/* LX_DATA "allocation.result": entered by computing alone. */
LX_CHECK enum lx_code lx_allocation_result_check(
	struct lx_case *c, const char *field, const json_t *value);

#endif
