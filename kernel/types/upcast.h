/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Reading entries of older versions: renamed and dropped fields, split states. A pure function of the
 * entry and the record as read so far. */
#ifndef LX_KERNEL_TYPES_UPCAST_H
#define LX_KERNEL_TYPES_UPCAST_H

#include "base/json.h"
#include "kernel/types/record.h"

/* The effects of `part` (the entry itself, or its inner part) as the newest version of the entry's type reads them; *effects is the
 * caller's (lx_json_free). */
LX_CHECK enum lx_code lx_upcast(struct lx_call *call, const struct lx_record *record,
	const json_t *entry, const json_t *part, json_t **effects);

#endif
