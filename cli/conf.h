/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Settings of a command that may stand in the region's folder, too: flags go before the environment (LIANXI_LISTEN …), the
 * environment before the file `lianxi.conf`. Lines "key = value"; `#` begins a comment line. What is not known is refused.
 */
#ifndef LX_CLI_CONF_H
#define LX_CLI_CONF_H

#include "cli/cli.h"

#define LX_LISTEN_ADDRESS 64

/* "127.0.0.1:8080", "[::1]:8080", ":0" */
LX_CHECK enum lx_code lx_listen_read(
	struct lx_call *call, const char *text, char address[LX_LISTEN_ADDRESS], unsigned *port);

/* Gives the options of `serve` that no flag gave, from environment and folder. Faults name the place: "lianxi.conf:3",
 * "LIANXI_LISTEN". */
LX_CHECK enum lx_code lx_conf_read(struct lx_cli *cli, const char *folder);

#endif
