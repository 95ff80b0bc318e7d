/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The checker's own parts; not for other rooms. */
#ifndef LX_KERNEL_TYPES_CHECK_PATHS_H
#define LX_KERNEL_TYPES_CHECK_PATHS_H

#include "base/buf.h"
#include "kernel/types/region.h"

struct lx_checking {
	const struct lx_type *const *types;
	const struct lx_type *type;
	const struct lx_data_check *checks;
	bool (*known)(const char *id);
	struct lx_buf *faults;
	size_t n;
};

/* Adds one fault at a place of the type. */
void lx_check_fault(struct lx_checking *k, const char *where, const char *format, ...)
	LX_PRINTF(3, 4);

/* A type by name, or NULL. */
const struct lx_type *lx_check_type(const struct lx_checking *k, struct lx_text name);

/* Follows a path over fields, rows and links, and says where it leads nowhere. */
void lx_check_path(struct lx_checking *k, const char *where, const char *path);

#endif
