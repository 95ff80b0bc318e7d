/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The five types on which the kernel stands: without them no relation, term or consent can be computed. */
#ifndef LX_KERNEL_POLITY_POLITY_H
#define LX_KERNEL_POLITY_POLITY_H

#include "kernel/types/type.h"

extern const struct lx_type lx_charter_type, lx_body_type, lx_member_type, lx_person_type,
	lx_mandate_type;

/* Guard of acts by which somebody comes to act for others: refuses without a second factor, where the charter asks for one. */
lx_rule_fn mandate_second_factor;

#endif
