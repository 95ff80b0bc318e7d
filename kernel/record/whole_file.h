/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Small files that stand beside the database: keys, the last checkpoint. Written whole and durably, or not at all. */
#ifndef LX_KERNEL_RECORD_WHOLE_FILE_H
#define LX_KERNEL_RECORD_WHOLE_FILE_H

#include "base/call.h"
#include "base/text.h"

#include <stdbool.h>

#define LX_WHOLE_FILE_MOST ((size_t)1 << 20)

/* Reads folder/name into the call's arena. LX_NOT_FOUND without a fault when it is not there; LX_BROKEN `record.file`. */
LX_CHECK enum lx_code lx_whole_read(
	struct lx_call *call, const char *folder, const char *name, struct lx_text *text);

/* Writes folder/name, readable by its owner only where `secret`: into a file beside it, which is forced to disk and
 * renamed. When `fresh`, a file that is there already is LX_CONFLICT `record.file_there`. LX_BROKEN `record.file`. */
struct lx_whole_how {
	bool secret, fresh;
};
LX_CHECK enum lx_code lx_whole_write(struct lx_call *call, const char *folder, const char *name,
	struct lx_text text, struct lx_whole_how how);

#endif
