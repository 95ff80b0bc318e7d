/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The kinds of fields: from what a form or program sent to the value's form in an entry. */
#ifndef LX_KERNEL_TYPES_KINDS_H
#define LX_KERNEL_TYPES_KINDS_H

#include "kernel/types/case.h"

/* Decodes one value (not blank) of a field; *value is a new reference. `path` is what a fault names. */
LX_CHECK enum lx_code lx_kind_decode(struct lx_case *c, const struct lx_field *field,
	const char *path, const json_t *raw, json_t **value);

#endif
