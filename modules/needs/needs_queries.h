/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The statements over titles of needs. Not for other rooms. */
#ifndef LX_MODULES_NEEDS_QUERIES_H
#define LX_MODULES_NEEDS_QUERIES_H

#include "kernel/store/store.h"

extern const struct lx_table lx_need_tables[];

extern const struct lx_query lx_q_need_title_put, lx_q_need_title_gone, lx_q_need_titled;

/* All of them, for the test that prepares each; ends with NULL. */
extern const struct lx_query *const lx_need_queries[];

#endif
