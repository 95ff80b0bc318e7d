/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the journal costs: appending against plain rows of the same bytes in the same batches, verifying,
 * indexing. Prints a Markdown table. Usage: journal_bench FOLDER [ENTRIES]
 */
#include "kernel/journal/journal.h"
#include "kernel/journal/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BATCH 500

static const struct lx_table plain_tables[] = {
	{ "row", LX_LOG, "n INTEGER PRIMARY KEY, bytes BLOB NOT NULL", NULL, false },
	{ 0 },
};
static const struct lx_query q_row = { "row", "INSERT INTO row (n, bytes) VALUES ($1, $2)", "ib",
	"" };

struct bench {
	struct lx_call call;
	struct lx_store *store;
	struct lx_tx *tx;
	struct lx_edge edge;
	int64_t n;
};

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(struct bench *b, enum lx_code code)
{
	if (code == LX_OK)
		return;
	(void)fprintf(stderr, "%s %s %s\n", b->call.fault.msgid, b->call.fault.field,
		b->call.fault.detail);
	exit(1);
}

static void open_store(
	struct bench *b, const char *folder, const char *name, const struct lx_table *tables)
{
	char path[4096];
	static const char *const endings[] = { "", "-wal", "-shm" };

	for (int i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof path, "%s/%s%s", folder, name, endings[i]);
		(void)unlink(path);
	}
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	must(b, lx_store_open(&b->call, path, LX_STORE_CREATE, tables, &b->store));
}

/* An entry of 260 bytes or so, as most are. */
static json_t *entry(int64_t i)
{
	char of[32], title[32];

	(void)snprintf(of, sizeof of, "need/%lld", (long long)i);
	(void)snprintf(title, sizeof title, "content/%lld", (long long)i);
	return json_pack("{s:s,s:s,s:s,s:s,s:[[s,s,s],[s,s,s],[s,s,s]],s:i}", "act", "need.submit",
		"as", "resident", "by", "p:1890948b2b0e4c2f9a7d5e6f70819203", "of", of, "do", "set",
		"title", title, "set", "asker", "p:1890948b2b0e4c2f9a7d5e6f70819203", "set",
		"state", "submitted", "v", 1);
}

static void add_plain(struct bench *b, int64_t i)
{
	LX_CLOSE(lx_buf_close) struct lx_buf bytes = { 0 };
	json_t *value = entry(i);

	(void)json_object_set_new(value, "format", json_integer(LX_ENTRY_FORMAT));
	(void)json_object_set_new(value, "n", json_integer(i));
	(void)json_object_set_new(value, "at", json_integer(i));
	must(b, lx_json_canonical(&bytes, value, &b->call.fault));
	struct lx_value binds[] = { LX_I(i), LX_B(lx_buf_view(&bytes)) };
	must(b, lx_run(b->tx, &q_row, binds));
	lx_json_free(&value);
}

static void add_entry(struct bench *b, int64_t i)
{
	json_t *value = entry(i);

	must(b, lx_journal_append(b->tx, &b->edge, i, value, NULL));
	lx_json_free(&value);
}

static void add_text(struct bench *b, int64_t i)
{
	char text[256];

	(void)snprintf(text, sizeof text,
		"第%lld号需求：希望开通地铁11号线与公交的换乘一卡通，方便老人就医%lld。",
		(long long)i, (long long)(i * 7919 % 10007));
	must(b, lx_search_put(b->tx, "need", i, lx_text(text)));
}

static double run(struct bench *b, void (*add)(struct bench *, int64_t), int64_t n)
{
	double start = now();

	for (int64_t i = 1; i <= n; i++) {
		if (i % BATCH == 1)
			must(b, lx_store_begin(b->store, &b->call, &b->tx));
		add(b, i);
		if (i % BATCH == 0 || i == n)
			must(b, lx_store_commit(&b->tx));
	}
	return (double)n / (now() - start);
}

static double processor(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

/* Entries a second of processor time: the aim is about work, and a busy machine must not hide it. */
static double verify(struct bench *b, int64_t n)
{
	must(b, lx_store_read_patient(b->store, &b->call, &b->tx));
	double start = processor();
	must(b, lx_journal_verify(b->tx));
	double rate = (double)n / (processor() - start);
	lx_store_release(&b->tx);
	return rate;
}

int main(int argc, char **argv)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 256 << 20 };
	struct bench b = { .call = { .arena = &arena } };
	int64_t n = argc > 2 ? atoll(argv[2]) : 200000;
	double rates[2][2], spent[2] = { 0 };

	if (argc < 2)
		return 2;
	for (int round = 0; round < 2;
		round++) { /* the second round counts: files and caches are warm */
		double start = processor();
		open_store(&b, argv[1], "plain.db", plain_tables);
		rates[round][0] = run(&b, add_plain, n);
		spent[0] = processor() - start;
		lx_store_close(&b.store);
		start = processor();
		open_store(&b, argv[1], "journal.db", lx_journal_tables);
		b.edge = (struct lx_edge){ 0 };
		rates[round][1] = run(&b, add_entry, n);
		spent[1] = processor() - start;
		if (round == 0)
			lx_store_close(&b.store);
	}
	double began = processor();
	double texts = run(&b, add_text, n / 4);
	double each_text = 4e6 * (processor() - began) / (double)n;
	(void)printf("| what | a second | processor |\n| --- | --- | --- |\n");
	(void)printf("| canonical bytes as plain rows, %d a commit | %.0f | %.2f µs |\n", BATCH,
		rates[1][0], 1e6 * spent[0] / (double)n);
	(void)printf("| appended entries, %d a commit | %.0f | %.2f µs |\n", BATCH, rates[1][1],
		1e6 * spent[1] / (double)n);
	(void)printf("| texts of 32 characters indexed, %d a commit | %.0f | %.2f µs |\n", BATCH,
		texts, each_text);
	double scrub = now();
	must(&b, lx_store_scrub(b.store, &b.call));
	(void)printf("| scrubbing all of it | %.1f s | |\n", now() - scrub);
	(void)printf("| entries verified (processor time) | %.0f | |\n", verify(&b, n));
	lx_store_close(&b.store);
	return 0;
}
