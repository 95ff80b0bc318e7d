/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* --recount: results worked out again from what was published, by the method and version that each names. */
#ifndef LX_CLI_RECOUNT_H
#define LX_CLI_RECOUNT_H

#include "cli/cli.h"
#include "kernel/types/region.h"

/* Every recorded result that `tx` sees, and says how many there were. LX_CONFLICT naming the first that differs. */
LX_CHECK enum lx_code lx_recount(
	struct lx_cli *cli, struct lx_tx *tx, const struct lx_region *region);

#endif
