/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The checker: resolves every word of the types' tables, at every start and in `make test`. A slip of one word in a table
 * is found before anybody meets it. It also draws each type for the manual.
 */
#ifndef LX_KERNEL_TYPES_CHECK_H
#define LX_KERNEL_TYPES_CHECK_H

#include "base/buf.h"
#include "kernel/types/region.h"

/* Checks all types against each other; writes one line a fault ("need.route: takes unknown word 'leed'") onto `faults` and
 * returns how many. `known` says whether a message key exists (NULL: not asked). */
size_t lx_types_check(const struct lx_type *const *types, const struct lx_data_check *checks,
	bool (*known)(const char *id), struct lx_buf *faults);

/* Draws a type for the manual: its states with marks, acts between them, what is awaited and what runs. Markdown. */
void lx_type_draw(const struct lx_type *type, struct lx_buf *out);

#endif
