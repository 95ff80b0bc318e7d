/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The latest acts on what is a person's own, as a table of the account's page. */
#ifndef LX_KERNEL_PAGES_ACCOUNT_NEWS_H
#define LX_KERNEL_PAGES_ACCOUNT_NEWS_H

#include "kernel/pages/pages.h"

/* At most a dozen, newest first; for a reader who is a person. */
LX_CHECK enum lx_code lx_account_news(const struct lx_reader *reader, struct lx_grid *table);

#endif
