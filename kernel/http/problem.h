/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What goes wrong, told to the reader: RFC 9457 for programs, the page of the setting for browsers. */
#ifndef LX_KERNEL_HTTP_PROBLEM_H
#define LX_KERNEL_HTTP_PROBLEM_H

#include "kernel/http/http.h"

/* Replaces what the reply holds by the problem that request->call->fault tells, under `status`. */
void lx_problem_write(struct lx_request *request, unsigned status, struct lx_reply *reply);

/* The fields that every reply has: policy of contents, caching where the handler did not say. */
LX_CHECK enum lx_code lx_reply_finish(struct lx_request *request, struct lx_reply *reply);

#endif
