/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* /metrics: figures for operators as Prometheus reads them; nothing about anybody. For this machine itself, or who shows the token. */
#include "kernel/pages/pages.h"

#include <sodium.h>
#include <string.h>
#include <sys/resource.h>

#define BEARER "Bearer "

/* Compared in the same time wherever they differ. */
static bool shows_token(const struct lx_request *request, const char *token)
{
	struct lx_text said = request->authorization;
	size_t n = token == NULL ? 0 : strlen(token);

	return n > 0 && lx_text_starts(said, BEARER) && said.len - strlen(BEARER) == n &&
	       sodium_memcmp(said.at + strlen(BEARER), token, n) == 0;
}

static void one(struct lx_buf *out, const char *name, const char *kind, const char *help, int64_t n)
{
	lx_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %lld\n", name, help, name, kind, name,
		(long long)n);
}

static void write_region(const struct lx_app *app, struct lx_buf *out)
{
	struct lx_writer_counts counts;
	struct lx_edge edge;

	lx_writer_edge(app->writer, &edge);
	lx_writer_counts(app->writer, &counts);
	one(out, "lianxi_entries", "gauge", "Entries in the record.", edge.size);
	one(out, "lianxi_writer_batches_total", "counter", "Commits.", counts.batches);
	one(out, "lianxi_writer_jobs_total", "counter", "Jobs answered, refusals too.",
		counts.jobs);
	one(out, "lianxi_writer_failed_batches_total", "counter",
		"Batches of which nothing was written.", counts.failed);
	one(out, "lianxi_writer_waiting", "gauge", "Jobs that wait for their batch.",
		counts.waiting);
}

static void write_process(struct lx_buf *out)
{
	struct rusage used;

	if (getrusage(RUSAGE_SELF, &used) != 0)
		return;
	int64_t us = ((int64_t)used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
		     used.ru_utime.tv_usec + used.ru_stime.tv_usec;
	lx_buf_printf(out,
		"# HELP process_cpu_seconds_total Processor time of the server.\n"
		"# TYPE process_cpu_seconds_total counter\n"
		"process_cpu_seconds_total %lld.%06lld\n",
		(long long)(us / 1000000), (long long)(us % 1000000));
	one(out, "lianxi_memory_most_bytes", "gauge", "The most memory the server has had.",
		(int64_t)used.ru_maxrss * 1024);
	lx_buf_str(out, "# HELP lianxi_build_info The version that runs.\n"
			"# TYPE lianxi_build_info gauge\n"
			"lianxi_build_info{version=\"" LX_VERSION "\"} 1\n");
}

enum lx_code lx_page_metrics(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;

	if (!request->loopback && !shows_token(request, app->metrics_token)) {
		LX_TRY(lx_reply_header(request, reply, "WWW-Authenticate", "Bearer"));
		return lx_reply_refuse(request, reply, 401, NULL, "metrics.refused");
	}
	lx_request_metrics(request, &reply->body);
	write_region(app, &reply->body);
	write_process(&reply->body);
	reply->media = "text/plain; version=0.0.4; charset=utf-8";
	return lx_reply_header(request, reply, "Cache-Control", "no-store");
}
