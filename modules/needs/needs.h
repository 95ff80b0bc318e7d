/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Needs: heard, routed to the government that can act, answered by a date, closed by who asked. */
#ifndef LX_MODULES_NEEDS_NEEDS_H
#define LX_MODULES_NEEDS_NEEDS_H

#include "kernel/types/case.h"

extern const struct lx_type lx_need_type;

/* Keeps the mark of an open need's title (lx_derive_fn): by it a second need with the same title is found. */
LX_CHECK enum lx_code lx_need_derive(struct lx_tx *tx, const struct lx_record *need);

/* Checks the answers to the charter's extra questions of the need's category ("need.question"). */
enum lx_code lx_need_answers_check(struct lx_case *c, const char *field, const json_t *value);

#endif
