/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi serve DIR: the region on the network, until SIGTERM or SIGINT; stops cleanly with nothing lost. */
#include "base/time.h"
#include "cli/conf.h"
#include "cli/confine.h"
#include "cli/erased.h"
#include "cli/log.h"
#include "cli/region.h"
#include "cli/witnessing.h"
#include "kernel/pages/pages_queries.h"
#include "kernel/pages/piece_cache.h"
#include "kernel/pages/row_cache.h"
#include "kernel/types/check.h"
#include "modules/module_pages.h"
#include "modules/modules.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REQUEST_MEMORY    ((size_t)32 << 20)
#define TIDY_EVERY        600              /* ticks */
#define TIDY_AT           1                /* soon after the start, too */
#define UPLOAD_MS         INT64_C(3600000) /* a file that no act has adopted by then goes */
#define UPLOADS_SWEPT     32
#define SCRUB_EVERY       10
#define BACKGROUND_MEMORY ((size_t)1 << 30)

/* A thread that does something once a second: let the writer enter what has become due, or what institutions do beside it. */
struct ticking {
	struct lx_opened *opened;
	void (*tick)(struct ticking *t, unsigned n);
	char told[256]; /* the last fault that was logged */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stop;
	bool stopping;
};

static enum lx_code tidy(struct lx_work *work, void *nothing)
{
	(void)nothing;
	LX_TRY(lx_uploads_sweep(work->tx, work->now - UPLOAD_MS, UPLOADS_SWEPT));
	return lx_accounts_tidy(work->tx, work->now);
}

/* A fault is logged once, not every second. */
static void tell_fault(struct ticking *t, const struct lx_fault *fault)
{
	LX_CLOSE(lx_buf_close) struct lx_buf line = { 0 };

	lx_say_fault(&line, LX_EN, fault);
	struct lx_text text = lx_buf_view(&line);
	if (text.len == 0 || strncmp(t->told, text.at, sizeof t->told - 1) == 0)
		return;
	(void)snprintf(t->told, sizeof t->told, "%.*s", (int)text.len, text.at);
	lx_log_note(&t->opened->clock, text);
}

static void enter_due(struct ticking *t, unsigned n)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)4 << 20 };
	struct lx_call call = { .arena = &arena };
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	int64_t next = INT64_MAX;

	/* what cannot be read now is tried again with the next tick */
	enum lx_code code = lx_store_read(t->opened->store, &call, &tx);
	if (code == LX_OK)
		code = lx_clock_next(tx, &next);
	lx_store_release(&tx);
	if (code == LX_OK && next <= lx_clock_now(&t->opened->clock))
		lx_writer_wake(t->opened->writer);
	if (n % SCRUB_EVERY == SCRUB_EVERY - 1 && lx_store_scrub_due(t->opened->store))
		lx_writer_wake(t->opened->writer);
	if (n % TIDY_EVERY == TIDY_AT &&
		lx_writer_submit(t->opened->writer, &call, tidy, NULL) != LX_OK)
		tell_fault(t, &call.fault);
}

/* What stands beside the database for the day a backup is restored: who was erased, and the checkpoint, whether anyone asks for
 * it or not. That the log may not sign was said at the start. */
static void keep_beside(struct ticking *t)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = BACKGROUND_MEMORY };
	struct lx_call call = { .arena = &arena };

	if (lx_erased_keep(&call, t->opened->store, t->opened->keys) != LX_OK)
		tell_fault(t, &call.fault);
	lx_fault_clear(&call.fault);
	struct lx_published published;
	if (lx_log_checkpoint(t->opened->log, &call, lx_monotonic(), &published) != LX_OK)
		lx_fault_clear(&call.fault);
}

static void background(struct ticking *t, unsigned n)
{
	(void)n;
	keep_beside(t);
	for (size_t i = 0; lx_module_background[i] != NULL; i++) {
		LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = BACKGROUND_MEMORY };
		struct lx_call call = { .arena = &arena };
		struct lx_background work = { &call, t->opened->store, t->opened->writer,
			&t->opened->region, t->opened->keys };
		if (lx_module_background[i](&work) != LX_OK)
			tell_fault(t, &call.fault);
	}
}

static void *ticking_main(void *argument)
{
	struct ticking *t = argument;

	for (unsigned n = 0;; n++) {
		struct timespec until;
		(void)pthread_mutex_lock(&t->lock);
		(void)timespec_get(&until, TIME_UTC);
		until.tv_sec++;
		if (!t->stopping)
			(void)pthread_cond_timedwait(&t->stop, &t->lock, &until);
		bool stopping = t->stopping;
		(void)pthread_mutex_unlock(&t->lock);
		if (stopping)
			return NULL;
		t->tick(t, n);
	}
}

static enum lx_code start_ticking(struct lx_cli *cli, struct ticking *t)
{
	(void)pthread_mutex_init(&t->lock, NULL);
	(void)pthread_cond_init(&t->stop, NULL);
	if (pthread_create(&t->thread, NULL, ticking_main, t) != 0)
		return lx_fail(&cli->call, LX_BROKEN, NULL, "writer.thread", NULL);
	return LX_OK;
}

static void stop_ticking(struct ticking *t)
{
	(void)pthread_mutex_lock(&t->lock);
	t->stopping = true;
	(void)pthread_cond_signal(&t->stop);
	(void)pthread_mutex_unlock(&t->lock);
	(void)pthread_join(t->thread, NULL);
}

/* A sure fault in the tables is found before anybody meets it. */
static enum lx_code check_types(struct lx_cli *cli, const struct lx_region *region)
{
	LX_CLOSE(lx_buf_close) struct lx_buf faults = { 0 };

	if (lx_types_check(region->types, region->checks, lx_has, &faults) == 0)
		return LX_OK;
	return lx_fail(&cli->call, LX_BROKEN, NULL, "serve.types", "%s", faults.at);
}

/* A demonstration's clock goes on from the last thing that happened in it: its story does not become overdue while nobody
 * looks (docs/decisions/demonstration.md). */
static enum lx_code demo_clock(struct lx_cli *cli, struct lx_opened *opened)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_charter charter;
	struct lx_edge edge;

	LX_TRY(lx_store_read(opened->store, &cli->call, &tx));
	LX_TRY(lx_charter_load(tx, &opened->region, &charter));
	LX_TRY(lx_edge_load(tx, &edge));
	if (lx_text_is(lx_record_value(&charter.record, "sample").text, "yes"))
		opened->clock.start = edge.at + 1;
	return LX_OK;
}

static enum lx_code read_clock(struct lx_cli *cli, struct lx_opened *opened)
{
	const char *now = lx_option(cli, "now");
	struct lx_clock *clock = &opened->clock;

	if (now == NULL)
		return demo_clock(cli, opened);
	if (!lx_moment_read(lx_text(now), &clock->start))
		return lx_fail(&cli->call, LX_INVALID, "now", "input.moment", NULL);
	return LX_OK;
}

static enum lx_code add_name(void *with, const struct lx_value *values)
{
	struct lx_buf *names = with;

	lx_buf_str(names, names->len == 0 ? "" : ", ");
	lx_buf_text(names, values[0].text);
	return LX_OK;
}

/* The demonstration's accounts, which work on this machine only. */
static enum lx_code tell_accounts(struct lx_cli *cli, struct lx_opened *opened)
{
	LX_CLOSE(lx_buf_close) struct lx_buf names = { 0 };
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	LX_TRY(lx_store_read(opened->store, &cli->call, &tx));
	LX_TRY(lx_each(tx, &lx_q_demo_accounts, NULL, add_name, &names));
	if (names.len == 0)
		return LX_OK;
	lx_say(&cli->out, cli->lang, "serve.accounts", names.at);
	lx_buf_char(&cli->out, '\n');
	return LX_OK;
}

static enum lx_code wait_for_end(struct lx_cli *cli)
{
	sigset_t ends;
	int which;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGTERM);
	if (sigwait(&ends, &which) != 0)
		return lx_fail(&cli->call, LX_BROKEN, NULL, "base.broken", NULL);
	return LX_OK;
}

/* Threads inherit the mask: the two signals wait for the one who waits for them. */
static void hold_signals(void)
{
	sigset_t ends;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGTERM);
	(void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* a quota refuses an act, it does not end the server */
}

/* Pages are served all the same; but whoever starts the server must hear that the record is not signed. */
static void tell_unsigned(struct lx_cli *cli, struct lx_opened *opened)
{
	LX_CLOSE(lx_buf_close) struct lx_buf line = { 0 };
	struct lx_published published;

	if (lx_log_checkpoint(opened->log, &cli->call, lx_monotonic(), &published) == LX_OK)
		return;
	lx_say_fault(&line, cli->lang, &cli->call.fault);
	lx_fault_clear(&cli->call.fault);
	lx_log_note(&opened->clock, lx_buf_view(&line));
}

/* The institutions' addresses and the general ones in one table. */
static enum lx_code join_routes(struct lx_call *call, const struct lx_route **routes)
{
	size_t own = 0, general = 0;

	while (lx_module_routes[own].pattern != NULL)
		own++;
	while (lx_page_routes[general].pattern != NULL)
		general++;
	struct lx_route *joined = lx_array(call, own + general + 1, sizeof *joined);
	if (joined == NULL)
		return LX_BROKEN;
	memcpy(joined, lx_module_routes, own * sizeof *joined);
	memcpy(joined + own, lx_page_routes, general * sizeof *joined);
	*routes = joined;
	return LX_OK;
}

struct listening {
	char address[LX_LISTEN_ADDRESS];
	unsigned port;
};

static enum lx_code read_listening(struct lx_cli *cli, struct listening *at)
{
	const char *listen = lx_option(cli, "listen");

	return lx_listen_read(
		&cli->call, listen == NULL ? "127.0.0.1:8080" : listen, at->address, &at->port);
}

static enum lx_code serve(struct lx_cli *cli, struct lx_opened *opened, const struct listening *at)
{
	struct lx_charter_shared charter = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct lx_app app = { opened->store, opened->writer, &opened->region, opened->accounts,
		&charter, opened->log, opened->witness, lx_option(cli, "metrics-token"),
		lx_module_parts, lx_module_home, lx_row_cache_open(), lx_piece_cache_open() };
	struct lx_http_setting setting = { .proxies = lx_option(cli, "proxy"),
		.address = at->address,
		.port = at->port,
		.memory = REQUEST_MEMORY,
		.app = &app,
		.now = lx_clock_now,
		.clock = &opened->clock,
		.session = lx_app_session,
		.problem_page = lx_app_problem,
		.log = lx_option(cli, "log") != NULL ? lx_log_line : NULL };
	struct ticking ticking = { .opened = opened, .tick = enter_due };
	struct ticking beside = { .opened = opened, .tick = background };
	struct lx_witnessing *witnessing = NULL;
	struct lx_http *http = NULL;

	LX_TRY(join_routes(&cli->call, &setting.routes));
	if (lx_option(cli, "no-limits") == NULL) {
		setting.address_rate = (struct lx_rate){ 6000, 1200 };
		setting.account_rate = (struct lx_rate){ 1200, 300 };
	}
	tell_unsigned(cli, opened);
	LX_TRY(start_ticking(cli, &ticking));
	enum lx_code code = start_ticking(cli, &beside);
	if (code != LX_OK) {
		stop_ticking(&ticking);
		return code;
	}
	code = lx_witnessing_start(cli, opened, lx_log_note, &witnessing);
	if (code == LX_OK)
		code = lx_http_start(&cli->call, &setting, &http);
	if (code == LX_OK) {
		char port[16];
		(void)snprintf(port, sizeof port, "%u", lx_http_port(http));
		lx_say(&cli->out, cli->lang, "serve.ready", at->address, port);
		lx_buf_char(&cli->out, '\n');
		code = tell_accounts(cli, opened);
	}
	if (code == LX_OK) {
		code = lx_cli_flush(cli);
	}
	if (code == LX_OK)
		code = wait_for_end(cli);
	lx_http_stop(&http);
	lx_charter_shared_close(&charter);
	lx_piece_cache_close(&app.pieces);
	lx_row_cache_close(&app.rows);
	lx_witnessing_stop(&witnessing);
	stop_ticking(&beside);
	stop_ticking(&ticking);
	return code;
}

/* A restored backup does not bring erased people back. */
static enum lx_code erase_again(struct lx_cli *cli, struct lx_opened *opened)
{
	LX_CLOSE(lx_buf_close) struct lx_buf line = { 0 };
	char number[24];
	size_t n;

	LX_TRY(lx_erased_apply(cli, opened, &n));
	if (n == 0)
		return LX_OK;
	(void)snprintf(number, sizeof number, "%zu", n);
	lx_say(&line, cli->lang, "erase.again", number);
	lx_log_note(&opened->clock, lx_buf_view(&line));
	return LX_OK;
}

static enum lx_code run(struct lx_cli *cli)
{
	LX_CLOSE(lx_region_close) struct lx_opened opened = { .lock = -1 };
	struct listening at;

	LX_TRY(lx_conf_read(cli, cli->operands[0]));
	LX_TRY(read_listening(cli, &at));
	hold_signals();
	(void)mallopt(M_ARENA_MAX, 4); /* thousands of short threads would each keep an arena */
	LX_TRY(lx_region_open(cli, cli->operands[0], LX_REGION_WRITE, &opened));
	LX_TRY(check_types(cli, &opened.region));
	LX_TRY(read_clock(cli, &opened));
	LX_TRY(lx_confine(cli, cli->operands[0], &opened, at.port));
	LX_TRY(lx_region_start(cli, &opened));
	LX_TRY(erase_again(cli, &opened));
	return serve(cli, &opened, &at);
}

static const struct lx_option options[] = {
	{ .name = "listen", .kind = LX_OPTION_TEXT, .value = "ADDRESS:PORT" },
	{ .name = "proxy", .kind = LX_OPTION_TEXT, .value = "NETWORKS" },
	{ .name = "log", .kind = LX_OPTION_FLAG },
	{ .name = "metrics-token", .kind = LX_OPTION_TEXT, .value = "TOKEN" },
	{ .name = "no-limits", .kind = LX_OPTION_FLAG },
	{ .name = "no-sandbox", .kind = LX_OPTION_FLAG },
	{ .name = "now", .kind = LX_OPTION_TEXT, .value = "MOMENT" },
	{ 0 },
};

const struct lx_command lx_serve_command = { "serve", "DIR", 1, 1, options, run };
