/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the door counts, for operators: answers by route and status, how long they took. No account, no address, no path that was asked. */
#ifndef LX_KERNEL_HTTP_METRICS_H
#define LX_KERNEL_HTTP_METRICS_H

#include <stdatomic.h>

#include "kernel/http/http.h"

#define LX_METRICS_CLASSES 6  /* of a status: its first digit; 0: none */
#define LX_METRICS_BOUNDS  11 /* of the histogram, and one for whatever takes longer */

struct lx_metrics {
	const struct lx_route *routes;
	size_t routes_n;
	atomic_uint_least64_t took[LX_METRICS_BOUNDS + 1], took_ms, bytes;
	/* of the routes in their order, then of what found none */
	atomic_uint_least64_t answers[][LX_METRICS_CLASSES];
};

/* Counters for a table of routes, which is borrowed. LX_BROKEN without memory. Freed by lx_memory_free. */
LX_CHECK enum lx_code lx_metrics_make(
	struct lx_call *call, const struct lx_route *routes, struct lx_metrics **metrics);

/* One answer; `route` NULL: none was found. */
void lx_metrics_count(struct lx_metrics *metrics, const struct lx_route *route, unsigned status,
	size_t bytes, int64_t ms);

/* Prometheus' text format 0.0.4. */
void lx_metrics_write(const struct lx_metrics *metrics, struct lx_buf *out);

#endif
