/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Asking witnesses to cosign the region's checkpoints, each on a thread of its own, so that one that hangs delays nobody. */
#ifndef LX_CLI_WITNESSING_H
#define LX_CLI_WITNESSING_H

#include "cli/region.h"

struct lx_witnessing;

/* Starts asking the witnesses of keys/policy that have an address; nothing without such a file. Faults of lx_policy_read. `log` writes a line of the
 * log. */
LX_CHECK enum lx_code lx_witnessing_start(struct lx_cli *cli, struct lx_opened *opened,
	void (*log)(void *with, struct lx_text line), struct lx_witnessing **witnessing);

/* Stops: a request that hangs is waited for at most 5 s. NULL is allowed. */
void lx_witnessing_stop(struct lx_witnessing **witnessing);

#endif
