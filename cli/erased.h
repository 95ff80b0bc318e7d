/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who was erased stays erased when a backup is restored: keys/erased, beside the database and in no backup, lists the numbers of erased
 * persons with the marks of their keys ("12 base64"); whoever of them a restored database brings back is erased again at the start.
 */
#ifndef LX_CLI_ERASED_H
#define LX_CLI_ERASED_H

#include "cli/region.h"

/* Brings the list up to date with the database; what stands in it stays. */
LX_CHECK enum lx_code lx_erased_keep(
	struct lx_call *call, struct lx_store *store, const char *keys);

/* Erases again whoever came back; *n tells how many. The writer must run. */
LX_CHECK enum lx_code lx_erased_apply(struct lx_cli *cli, struct lx_opened *opened, size_t *n);

#endif
