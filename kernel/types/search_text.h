/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What search knows of a record: the public texts of its fields with the use "search". */
#ifndef LX_KERNEL_TYPES_SEARCH_TEXT_H
#define LX_KERNEL_TYPES_SEARCH_TEXT_H

#include "kernel/types/record.h"

/* Puts the record's public text into the search index, or takes it out when the record is not public. */
LX_CHECK enum lx_code lx_search_text_update(struct lx_tx *tx, const struct lx_record *record);

#endif
