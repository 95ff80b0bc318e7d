/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What bench/similar.py runs: the engine alone, on files of one text a line.
 *
 *	similar_bench tokens FILE                    the tokens of each line, tabs between
 *	similar_bench answer FILE QUERIES pruned|whole   per query the numbers of the best five
 *	similar_bench measure FILE QUERIES           times and sizes, "name value" a line
 */
#include "base/tokens.h"
#include "engines/similar/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define LIMIT   ((size_t)16 << 30)
#define ADDED   20000
#define QUERIES 20000

struct lines {
	struct lx_text *at;
	size_t n;
};

/* Wall clock, or the processor time of this thread: what a machine shared with others can tell. */
static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double own(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double processor(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static void need(enum lx_code code)
{
	if (code == LX_OK)
		return;
	(void)fprintf(stderr, "similar_bench: failed with %d\n", (int)code);
	exit(1);
}

static struct lines read_lines(struct lx_call *call, const char *path)
{
	FILE *file = fopen(path, "rb");
	struct lines lines = { NULL, 0 };

	if (file == NULL)
		need(LX_NOT_FOUND);
	(void)fseek(file, 0, SEEK_END);
	size_t size = (size_t)ftell(file);
	(void)fseek(file, 0, SEEK_SET);
	char *bytes = lx_alloc(call, size + 1);
	if (bytes == NULL || fread(bytes, 1, size, file) != size)
		need(LX_BROKEN);
	(void)fclose(file);
	struct lx_text rest = { bytes, size }, line;
	size_t n = 0;
	for (size_t i = 0; i < size; i++)
		n += bytes[i] == '\n';
	lines.at = lx_array(call, n + 1, sizeof *lines.at);
	while (lx_text_split(&rest, '\n', &line))
		lines.at[lines.n++] = line;
	return lines;
}

static struct lx_text build(struct lx_call *call, struct lines lines)
{
	struct lx_similar_text *texts = lx_array(call, lines.n, sizeof *texts);
	struct lx_text image;

	for (size_t i = 0; i < lines.n; i++)
		texts[i] = (struct lx_similar_text){ .id = (int64_t)i, .text = lines.at[i] };
	need(lx_similar_build(call, texts, lines.n, &image));
	return image;
}

static void tokens(struct lx_call *call, const char *path)
{
	struct lines lines = read_lines(call, path);

	for (size_t i = 0; i < lines.n; i++) {
		struct lx_arena_mark mark = lx_arena_here(call->arena);
		struct lx_tokens t;
		need(lx_tokens_index(call, lines.at[i], LX_TOKENS_USUAL, &t));
		for (size_t k = 0; k < t.n; k++)
			(void)printf("%s%.*s", k == 0 ? "" : "\t", (int)t.at[k].text.len,
				t.at[k].text.at);
		(void)putchar('\n');
		lx_arena_back(call->arena, mark);
	}
}

static void answer(struct lx_call *call, char **words)
{
	struct lines lines = read_lines(call, words[0]), queries = read_lines(call, words[1]);
	struct lx_text image = build(call, lines);
	struct lx_similar *index;

	need(lx_similar_open(call, 64 << 20, &index));
	need(lx_similar_load(call, index, image));
	for (size_t i = 0; i < queries.n; i++) {
		struct lx_similar_query query = {
			.text = queries.at[i], .most = 6, .whole = strcmp(words[2], "whole") == 0
		};
		struct lx_similar_hits hits;
		need(lx_similar_query(call, index, &query, &hits));
		for (size_t h = 0; h < hits.n; h++)
			(void)printf("%s%lld", h == 0 ? "" : " ", (long long)hits.at[h].id);
		(void)putchar('\n');
	}
	lx_similar_close(&index);
}

static int by_size(const void *a, const void *b)
{
	double p = *(const double *)a, q = *(const double *)b;

	return (p > q) - (p < q);
}

static void say_times(const char *name, double *times, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += times[i];
	qsort(times, n, sizeof *times, by_size);
	(void)printf("%s_mean_us %.1f\n%s_p95_us %.1f\n%s_p99_us %.1f\n%s_max_us %.1f\n", name,
		sum / (double)n * 1e6, name, times[n * 95 / 100] * 1e6, name,
		times[n * 99 / 100] * 1e6, name, times[n - 1] * 1e6);
}

static void ask_all(struct lx_similar *index, struct lines queries, bool whole, size_t n)
{
	double *times = calloc(n, sizeof *times);

	for (size_t i = 0; times != NULL && i < n; i++) {
		struct lx_arena arena = { .limit = 64 << 20 };
		struct lx_call call = { .arena = &arena };
		struct lx_similar_query query = { .text = queries.at[i % queries.n],
			.whole = whole };
		struct lx_similar_hits hits;
		double before = own();
		need(lx_similar_query(&call, index, &query, &hits));
		lx_arena_close(&arena);
		times[i] = own() - before;
	}
	say_times(whole ? "whole" : "query", times, n);
	free(times);
}

static void add_all(struct lx_call *call, struct lx_similar *index, struct lines queries)
{
	double *times = calloc(ADDED, sizeof *times);

	for (size_t i = 0; times != NULL && i < ADDED; i++) {
		struct lx_similar_text one = { .id = (int64_t)(100000000 + i),
			.text = queries.at[i % queries.n] };
		double before = own();
		need(lx_similar_put(call, index, &one));
		times[i] = own() - before;
	}
	say_times("add", times, ADDED);
	free(times);
}

static void say_image(struct lx_text image)
{
	struct lx_image_head head;

	memcpy(&head, image.at, sizeof head);
	(void)printf(
		"image_bytes %zu\ntexts_bytes %zu\npostings_bytes %zu\nterms %zu\ntokens %zu\n",
		(size_t)head.size, (size_t)head.texts, (size_t)head.postings, (size_t)head.terms,
		(size_t)head.total);
}

static void analyse(struct lx_call *call, struct lx_text image)
{
	struct lx_similar_groups groups;
	struct lx_similar_topics topics;
	double before = now(), used = processor();

	need(lx_similar_cluster(call, image, 0, &topics));
	(void)printf("cluster_s %.2f\ncluster_cpu_s %.2f\ntopics %zu\ntopic_texts %u\n",
		now() - before, processor() - used, topics.groups.n,
		topics.groups.start[topics.groups.n]);
	before = now();
	need(lx_similar_twins(call, image, &groups));
	(void)printf("twins_s %.2f\ntwin_groups %zu\n", now() - before, groups.n);
}

static void measure(struct lx_call *call, char **words)
{
	struct lines lines = read_lines(call, words[0]), queries = read_lines(call, words[1]);
	struct lx_similar *index;
	struct rusage usage;
	double before = now(), used = processor();
	struct lx_text image = build(call, lines);

	(void)printf("build_s %.3f\nbuild_cpu_s %.3f\n", now() - before, processor() - used);
	say_image(image);
	before = now();
	need(lx_similar_open(call, (size_t)1 << 30, &index));
	need(lx_similar_load(call, index, image));
	(void)printf("load_s %.3f\n", now() - before);
	ask_all(index, queries, false, QUERIES);
	ask_all(index, queries, true, QUERIES / 20);
	add_all(call, index, queries);
	ask_all(index, queries, false, QUERIES / 10);
	lx_similar_close(&index);
	analyse(call, image);
	(void)getrusage(RUSAGE_SELF, &usage);
	(void)printf("peak_kib %ld\n", usage.ru_maxrss);
}

int main(int argc, char **argv)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = LIMIT };
	struct lx_call call = { .arena = &arena, .threads = 2 };

	if (argc == 3 && strcmp(argv[1], "tokens") == 0)
		tokens(&call, argv[2]);
	else if (argc == 5 && strcmp(argv[1], "answer") == 0)
		answer(&call, argv + 2);
	else if (argc == 4 && strcmp(argv[1], "measure") == 0)
		measure(&call, argv + 2);
	else
		return 2;
	return 0;
}
