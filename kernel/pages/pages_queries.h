/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The pages' own statements. */
#ifndef LX_KERNEL_PAGES_QUERIES_H
#define LX_KERNEL_PAGES_QUERIES_H

#include "kernel/store/store.h"

extern const struct lx_query lx_q_demo_accounts;

#endif
