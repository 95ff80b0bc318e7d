/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of the door share: the running server, and one exchange on its way through. */
#ifndef LX_KERNEL_HTTP_INNER_H
#define LX_KERNEL_HTTP_INNER_H

#include <stdatomic.h>

#include "kernel/http/head.h"
#include "kernel/http/limits.h"
#include "kernel/http/metrics.h"
#include "kernel/http/network.h"
#include "kernel/http/reaper.h"

struct lx_http {
	struct lx_http_setting setting;
	struct lx_networks networks;
	struct lx_limits *limits;
	struct lx_reaper *reaper;
	struct lx_metrics *metrics;
	void *daemon; /* the library's */
	int listener;
	pthread_t acceptor;
	bool accepting;
	unsigned port;
	atomic_size_t uploading; /* bytes of long bodies in memory now */
};

/* One request and its answer; freed when the answer has been sent. `refused`: the status the guard gave. */
struct lx_exchange {
	struct lx_http *http;
	struct lx_slot *slot;
	struct lx_arena arena;
	struct lx_call call;
	struct lx_head head;
	struct lx_address peer;
	struct lx_buf body;
	size_t body_seen, body_most;
	size_t uploading; /* of http->uploading, what this body holds */
	bool crowded;     /* others upload so much that there was no room for this body */
	bool begun;
	unsigned refused;
	int64_t began;
	const struct lx_route *route; /* that was found, for log and metrics; NULL: none */
	struct lx_request *request;
	struct lx_reply reply;
};

/* Answers an exchange whose head and body are there: whatever happens, `reply` is complete afterwards. */
void lx_dispatch(struct lx_exchange *exchange);

/* Counts the answer and writes the line of the log. */
void lx_tell_answer(struct lx_exchange *exchange);

#endif
