/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The reaper: keeps total times for every connection and shuts the sockets of those that take too long,
 * since the library's own timeout counts idleness only and a byte a second would hold a slot for ever.
 */
#ifndef LX_KERNEL_HTTP_REAPER_H
#define LX_KERNEL_HTTP_REAPER_H

#include "kernel/http/http.h"

/* LX_WAITING: connected, or between two requests, or a head under way. */
enum lx_stage { LX_FREE, LX_WAITING, LX_BODY, LX_WORK, LX_ANSWER };

struct lx_reaper;
struct lx_slot;

/* Starts the thread for `slots` connections. */
LX_CHECK enum lx_code lx_reaper_start(struct lx_call *call, unsigned slots,
	const struct lx_deadlines *deadlines, struct lx_reaper **reaper);

/* Waits until there is room for one more connection and reserves it; false when the server stops. A reserved
 * place is taken by lx_reaper_open or given back by lx_reaper_unreserve. */
bool lx_reaper_reserve(struct lx_reaper *reaper);
void lx_reaper_unreserve(struct lx_reaper *reaper);

/* Takes a slot for a socket (NULL when there is none), and gives it back before the socket is closed. */
struct lx_slot *lx_reaper_open(struct lx_reaper *reaper, int socket);
void lx_reaper_close(struct lx_reaper *reaper, struct lx_slot *slot);

/* Moves a connection to a stage, whose time begins now; `bytes` of an answer, or of a long body. NULL slots are ignored. */
void lx_reaper_stage(
	struct lx_reaper *reaper, struct lx_slot *slot, enum lx_stage stage, size_t bytes);

/* Connections that have a slot now. */
unsigned lx_reaper_count(struct lx_reaper *reaper);

/* From now on nobody gets a place: lx_reaper_reserve returns false. */
void lx_reaper_refuse(struct lx_reaper *reaper);

/* Shuts whatever waits and lets the rest finish for at most `ms`; then everything is shut. */
void lx_reaper_drain(struct lx_reaper *reaper, unsigned ms);

/* Ends the thread; all slots must have been given back. NULL is allowed. */
void lx_reaper_stop(struct lx_reaper **reaper);

#endif
