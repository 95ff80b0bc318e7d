/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Counters without locks, written in the text format that Prometheus reads (prometheus.io/docs/instrumenting/exposition_formats). */
#include "kernel/http/metrics.h"

#include "base/memory.h"

static const unsigned bounds_ms[LX_METRICS_BOUNDS] = {
	5,
	10,
	25,
	50,
	100,
	250,
	500,
	1000,
	2500,
	5000,
	10000,
};

enum lx_code lx_metrics_make(
	struct lx_call *call, const struct lx_route *routes, struct lx_metrics **metrics)
{
	size_t n = 0;

	while (routes[n].pattern != NULL)
		n++;
	struct lx_metrics *made = lx_memory_new(sizeof *made + (n + 1) * sizeof made->answers[0]);
	if (made == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	made->routes = routes;
	made->routes_n = n;
	*metrics = made;
	return LX_OK;
}

void lx_metrics_count(struct lx_metrics *metrics, const struct lx_route *route, unsigned status,
	size_t bytes, int64_t ms)
{
	size_t which = route == NULL ? metrics->routes_n : (size_t)(route - metrics->routes);
	size_t bucket = 0;

	while (bucket < LX_METRICS_BOUNDS && ms > (int64_t)bounds_ms[bucket])
		bucket++;
	(void)atomic_fetch_add(
		&metrics->answers[which][status < 600 ? status / 100 : 0], UINT64_C(1));
	(void)atomic_fetch_add(&metrics->took[bucket], UINT64_C(1));
	(void)atomic_fetch_add(&metrics->took_ms, ms < 0 ? 0 : (uint64_t)ms);
	(void)atomic_fetch_add(&metrics->bytes, (uint64_t)bytes);
}

static void write_answers(const struct lx_metrics *metrics, struct lx_buf *out)
{
	lx_buf_str(out, "# HELP lianxi_http_requests_total Answers by route and class of status.\n"
			"# TYPE lianxi_http_requests_total counter\n");
	for (size_t i = 0; i <= metrics->routes_n; i++)
		for (size_t k = 0; k < LX_METRICS_CLASSES; k++) {
			uint64_t n = atomic_load(&metrics->answers[i][k]);
			bool none = i == metrics->routes_n;
			if (n == 0)
				continue;
			lx_buf_printf(out,
				"lianxi_http_requests_total{method=\"%s\",route=\"%s\",status=\"%"
				"zuxx\"} %llu\n",
				none ? "" : metrics->routes[i].method,
				none ? "" : metrics->routes[i].pattern, k, (unsigned long long)n);
		}
}

static void write_times(const struct lx_metrics *metrics, struct lx_buf *out)
{
	unsigned long long n = 0;

	lx_buf_str(out,
		"# HELP lianxi_http_request_seconds From the head's last byte to the answer.\n"
		"# TYPE lianxi_http_request_seconds histogram\n");
	for (size_t i = 0; i < LX_METRICS_BOUNDS; i++) {
		n += atomic_load(&metrics->took[i]);
		lx_buf_printf(out, "lianxi_http_request_seconds_bucket{le=\"%u.%03u\"} %llu\n",
			bounds_ms[i] / 1000, bounds_ms[i] % 1000, n);
	}
	n += atomic_load(&metrics->took[LX_METRICS_BOUNDS]);
	unsigned long long ms = atomic_load(&metrics->took_ms);
	lx_buf_printf(out,
		"lianxi_http_request_seconds_bucket{le=\"+Inf\"} %llu\n"
		"lianxi_http_request_seconds_sum %llu.%03llu\n"
		"lianxi_http_request_seconds_count %llu\n",
		n, ms / 1000, ms % 1000, n);
}

void lx_metrics_write(const struct lx_metrics *metrics, struct lx_buf *out)
{
	write_answers(metrics, out);
	write_times(metrics, out);
	lx_buf_printf(out,
		"# HELP lianxi_http_answer_bytes_total Bytes of answers, without their heads.\n"
		"# TYPE lianxi_http_answer_bytes_total counter\n"
		"lianxi_http_answer_bytes_total %llu\n",
		(unsigned long long)atomic_load(&metrics->bytes));
}
