/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What bench/spine.py measures inside the process: filling a region with needs, acts per second by clients
 * that each wait for their answer, the same SQL replayed bare, rebuilding, checking hashes, the disk's syncs.
 * Prints one object of JSON.
 *
 *	bench_spine fill FOLDER OFFICER SECRETARY NEEDS RESIDENTS
 *	bench_spine acts FOLDER COPY_OF_DATABASE CLIENTS ACTS FIRST_RESIDENT RESIDENTS    (COPY "-": no trace, no replay)
 *	bench_spine rebuild FOLDER all|rows        bench_spine verify FOLDER        bench_spine sync FILE
 */
#include "bench/clock.h"
#include "bench/trace.h"
#include "cli/region.h"
#include "kernel/types/apply.h"
#include "kernel/types/decide.h"
#include "modules/modules.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLIENTS_MAX   1024
#define ACTS_A_COMMIT 200
#define SYNCS         500

static void must(const struct lx_call *call, enum lx_code code, const char *what)
{
	if (code == LX_OK)
		return;
	(void)fprintf(stderr, "%s: %s %s %s\n", what, call->fault.msgid, call->fault.field,
		call->fault.detail);
	exit(1);
}

/* One act inside a job. */
static int64_t perform(struct lx_work *work, int64_t person, const char *type, const char *act,
	int64_t record, json_t *input)
{
	struct lx_order order = {
		.type = type, .act = act, .record = record, .input = input, .person = person
	};

	must(lx_tx_call(work->tx), lx_order_job(work, &order), act);
	json_decref(input);
	return order.made_record;
}

static const char *const places[] = { "江湾镇", "人民路", "滨江大道", "高铁东站", "科技园",
	"老城区", "大学城", "工业园" };
static const char *const topics[] = { "早晚高峰公交班次太少", "跨市就医无法直接结算",
	"河道漂浮物无人打捞", "省界断头路多年未通", "异地办理营业执照往返多次",
	"夜间施工噪声没有人管", "孩子转学需要重复开证明", "公积金异地提取材料不一" };

/* A need as people write them; no two with the same number are alike. */
static json_t *need_input(int64_t number)
{
	const char *place = places[number % 8], *topic = topics[number / 8 % 8];
	char title[128], text[600], member[24];

	(void)snprintf(title, sizeof title, "%s%s（第%lld件）", place, topic, (long long)number);
	(void)snprintf(text, sizeof text,
		"%s一带%s，附近居民已经反映过多次，相邻两市都说不归自己管。"
		"希望有一个部门牵头，说明由谁负责、什么时候能够解决，并把进展公布出来。编号%lld。",
		place, topic, (long long)number);
	(void)snprintf(member, sizeof member, "member/%d", (int)(number % 3) + 1);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "title", title, "text", text, "kind",
		"proposal", "category", "transport", "place", member, "contact", "13800000000");
}

struct filling {
	int64_t officer, secretary, from, to, first, residents;
};

static enum lx_code fill_residents(struct lx_work *work, void *argument)
{
	struct filling *f = argument;

	for (int64_t i = f->from; i < f->to; i++) {
		int64_t person = perform(work, 0, "person", "register", 0,
			json_pack("{s:s, s:s}", "name", "王小明", "tongue", "zh"));
		if (f->first == 0)
			f->first = person;
		(void)perform(work, person, "person", "claim", person,
			json_pack("{s:s, s:s}", "home", "member/2", "proof", "110101199001011234"));
		(void)perform(work, f->officer, "person", "verify", person, NULL);
	}
	return LX_OK;
}

/* Every fourth is given to a member, so that the list has leads and terms to show. */
static enum lx_code fill_needs(struct lx_work *work, void *argument)
{
	struct filling *f = argument;
	char lead[24];

	for (int64_t i = f->from; i < f->to; i++) {
		int64_t need = perform(
			work, f->first + i % f->residents, "need", "submit", 0, need_input(i));
		(void)snprintf(lead, sizeof lead, "member/%d", (int)(i % 3) + 1);
		if (i % 4 == 0)
			(void)perform(work, f->secretary, "need", "route", need,
				json_pack("{s:s}", "lead", lead));
	}
	return LX_OK;
}

static void in_commits(struct lx_opened *opened, lx_job_fn *job, struct filling *f, int64_t n)
{
	for (int64_t from = 0; from < n; from += ACTS_A_COMMIT) {
		LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)256 << 20 };
		struct lx_call call = { .arena = &arena };
		f->from = from;
		f->to = from + ACTS_A_COMMIT < n ? from + ACTS_A_COMMIT : n;
		must(&call, lx_writer_submit(opened->writer, &call, job, f), "fill");
	}
}

static void open_region(struct lx_cli *cli, const char *folder, struct lx_opened *opened)
{
	must(&cli->call, lx_region_open(cli, folder, LX_REGION_WRITE, opened), folder);
	must(&cli->call, lx_region_start(cli, opened), folder);
}

static void fill(struct lx_cli *cli, char **words)
{
	LX_CLOSE(lx_region_close) struct lx_opened opened = { .lock = -1 };
	struct filling f = { .officer = atoll(words[1]),
		.secretary = atoll(words[2]),
		.residents = atoll(words[4]) };
	struct lx_edge edge;

	open_region(cli, words[0], &opened);
	double begun = bench_now();
	in_commits(&opened, fill_residents, &f, f.residents);
	in_commits(&opened, fill_needs, &f, atoll(words[3]));
	lx_writer_edge(opened.writer, &edge);
	(void)printf("{\"first\": %lld, \"entries\": %lld, \"seconds\": %.3f}\n",
		(long long)f.first, (long long)edge.size, bench_now() - begun);
}

/* --- acts ------------------------------------------------------------------------------------ */

struct run {
	struct lx_opened *opened;
	int64_t first, residents, acts;
	atomic_llong next;
};

/* Half are new needs, half back a need that stands; nobody backs the same twice. */
static void one_act(struct run *run, struct lx_call *call, int64_t i)
{
	struct lx_order order = { .type = "need", .person = run->first + i % run->residents };
	json_t *input = NULL;

	if (i % 2 == 0) {
		order.act = "submit";
		order.input = input = need_input(1000000 + i);
	} else {
		order.act = "back";
		order.record = 1 + i / run->residents;
	}
	must(call, lx_writer_submit(run->opened->writer, call, lx_order_job, &order), order.act);
	json_decref(input);
}

static void *client(void *argument)
{
	struct run *run = argument;
	int64_t i;

	while ((i = atomic_fetch_add(&run->next, 1)) < run->acts) {
		LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)32 << 20 };
		struct lx_call call = { .arena = &arena };
		one_act(run, &call, i);
	}
	return NULL;
}

static void run_clients(struct run *run, size_t clients)
{
	pthread_t threads[CLIENTS_MAX];
	size_t n = clients < CLIENTS_MAX ? clients : CLIENTS_MAX;

	for (size_t i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, client, run) != 0)
			exit(1);
	for (size_t i = 0; i < n; i++)
		(void)pthread_join(threads[i], NULL);
}

static void acts(struct lx_cli *cli, char **words)
{
	bool traced = strcmp(words[1], "-") != 0;
	struct trace_replay replay = { 0 };
	struct lx_opened opened;

	if (traced)
		trace_watch();
	open_region(cli, words[0], &opened);
	struct run run = { .opened = &opened,
		.acts = atoll(words[3]),
		.first = atoll(words[4]),
		.residents = atoll(words[5]) };
	if (traced)
		trace_start();
	double begun = bench_now(), cpu = bench_cpu();
	run_clients(&run, (size_t)atoll(words[2]));
	double seconds = bench_now() - begun;
	cpu = bench_cpu() - cpu;
	if (traced)
		trace_stop();
	lx_region_close(&opened);
	double replay_cpu = bench_cpu();
	if (traced && trace_play(words[1], &replay) != 0)
		exit(1);
	replay_cpu = bench_cpu() - replay_cpu;
	(void)printf("{\"acts\": %lld, \"seconds\": %.4f, \"cpu\": %.4f, \"replay\": %.4f, "
		     "\"replay_cpu\": %.4f, \"commits\": %zu, \"statements\": %zu}\n",
		(long long)run.acts, seconds, cpu, replay.seconds, replay_cpu, replay.commits,
		replay.statements);
}

/* --- rebuild, verify, sync ------------------------------------------------------------------- */

static void edge_of(struct lx_cli *cli, struct lx_opened *opened, struct lx_edge *edge)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	must(&cli->call, lx_store_read(opened->store, &cli->call, &tx), "edge");
	must(&cli->call, lx_edge_load(tx, edge), "edge");
}

static void tell_entries(const struct lx_edge *edge, double seconds, double cpu)
{
	(void)printf("{\"entries\": %lld, \"seconds\": %.4f, \"cpu\": %.4f}\n",
		(long long)edge->size, seconds, cpu);
}

static void rebuild(struct lx_cli *cli, char **words)
{
	LX_CLOSE(lx_region_close) struct lx_opened opened = { .lock = -1 };
	struct lx_edge edge;

	must(&cli->call, lx_region_open(cli, words[0], LX_REGION_WRITE, &opened), words[0]);
	edge_of(cli, &opened, &edge);
	double begun = bench_now(), cpu = bench_cpu();
	must(&cli->call,
		lx_rebuild(opened.store, &cli->call, &opened.region, strcmp(words[1], "all") == 0),
		"rebuild");
	tell_entries(&edge, bench_now() - begun, bench_cpu() - cpu);
}

static void verify(struct lx_cli *cli, char **words)
{
	LX_CLOSE(lx_region_close) struct lx_opened opened = { .lock = -1 };
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_edge edge;

	must(&cli->call, lx_region_open(cli, words[0], LX_REGION_READ, &opened), words[0]);
	edge_of(cli, &opened, &edge);
	double begun = bench_now(), cpu = bench_cpu();
	must(&cli->call, lx_store_read_patient(opened.store, &cli->call, &tx), "verify");
	must(&cli->call, lx_journal_verify(tx), "verify");
	tell_entries(&edge, bench_now() - begun, bench_cpu() - cpu);
}

/* What the write-ahead file does: 4 KiB overwritten in place, then synced. */
static void sync_rate(struct lx_cli *cli, char **words)
{
	static const char page[4096] = { 1 };
	int file = open(words[0], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	(void)cli;
	for (int i = 0; i < 1000; i++)
		if (pwrite(file, page, sizeof page, (off_t)i * 4096) != sizeof page)
			exit(1);
	if (fdatasync(file) != 0)
		exit(1);
	double begun = bench_now();
	for (int i = 0; i < SYNCS; i++)
		if (pwrite(file, page, sizeof page, (off_t)i * 4096) != sizeof page ||
			fdatasync(file) != 0)
			exit(1);
	double seconds = bench_now() - begun;
	(void)close(file);
	(void)unlink(words[0]);
	(void)printf("{\"syncs\": %d, \"seconds\": %.4f}\n", SYNCS, seconds);
}

int main(int n, char **words)
{
	static const struct {
		const char *name;
		int operands;
		void (*run)(struct lx_cli *cli, char **words);
	} modes[] = { { "fill", 5, fill }, { "acts", 6, acts }, { "rebuild", 2, rebuild },
		{ "verify", 1, verify }, { "sync", 1, sync_rate } };
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)256 << 20 };
	struct lx_cli cli = { .call.arena = &arena };

	for (size_t i = 0; n > 1 && i < sizeof modes / sizeof modes[0]; i++)
		if (strcmp(words[1], modes[i].name) == 0 && n == modes[i].operands + 2) {
			modes[i].run(&cli, words + 2);
			return 0;
		}
	(void)fprintf(stderr, "usage: see bench/spine.c\n");
	return 2;
}
