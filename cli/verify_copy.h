/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Verifying a region from outside: by its address, or a mirror in a folder. */
#ifndef LX_CLI_VERIFY_COPY_H
#define LX_CLI_VERIFY_COPY_H

#include "cli/cli.h"

/* Whether an operand is an address; whether a folder holds a mirror. */
bool lx_is_address(const char *operand);
bool lx_is_mirror(const char *folder);

/* Everything that is public: signature, entries, tree, contents, an earlier checkpoint (--since); replayed; from an address also
 * compared with the records that the region shows. What differs is said, and cli->wrong set. */
LX_CHECK enum lx_code lx_verify_copy(struct lx_cli *cli, const char *operand);

#endif
