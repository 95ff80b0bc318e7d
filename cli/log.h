/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The log of a running server: lines of JSON on standard error. No names, no addresses, no text that people wrote. */
#ifndef LX_CLI_LOG_H
#define LX_CLI_LOG_H

#include "base/text.h"
#include "cli/region.h"

/* A line that is JSON already: what the door says of a request. `nothing` is not used. */
void lx_log_line(void *nothing, struct lx_text line);

/* What the server itself has to say, as {"at":…,"note":…}; `clock`: struct lx_clock, whose moment it is. */
void lx_log_note(void *clock, struct lx_text note);

#endif
