/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* `lianxi serve` shuts itself in its region's folder (docs/decisions/sandbox.md). */
#ifndef LX_CLI_CONFINE_H
#define LX_CLI_CONFINE_H

#include "cli/region.h"

/* Called when the region is open and before any thread begins: from then on, files of the region's folder, listening at `port`, and
 * connections to others only where keys/policy names witnesses. Says in the log what holds. Nothing with the option --no-sandbox. */
LX_CHECK enum lx_code lx_confine(
	struct lx_cli *cli, const char *folder, struct lx_opened *opened, unsigned port);

#endif
