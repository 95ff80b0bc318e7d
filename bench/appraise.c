/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Times data envelopment alone, without the start of a process, reading and printing; bench/appraise.py runs it.
 *
 *	bench_appraise FILE.json THREADS
 *
 * Prints the median over ROUNDS runs: seconds by the clock, seconds of processors.
 */
#include "engines/appraise/appraise.h"

#include "bench/clock.h"

#include <stdio.h>
#include <stdlib.h>

#define ROUNDS    11
#define FILE_MOST ((size_t)16 << 20)

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static enum lx_code run(struct lx_call *call, struct lx_text text, double median[2])
{
	struct lx_appraisal file;
	double clock[ROUNDS], work[ROUNDS];

	LX_TRY(lx_appraise_read_json(call, text, &file));
	for (int i = 0; i < ROUNDS; i++) {
		struct lx_arena_mark mark = lx_arena_here(call->arena);
		struct lx_dea found;
		double begin = bench_now(), worked = bench_cpu();
		LX_TRY(lx_dea(call, &file.table, file.inputs, &found));
		clock[i] = bench_now() - begin;
		work[i] = bench_cpu() - worked;
		lx_arena_back(call->arena, mark);
	}
	qsort(clock, ROUNDS, sizeof *clock, by_value);
	qsort(work, ROUNDS, sizeof *work, by_value);
	median[0] = clock[ROUNDS / 2];
	median[1] = work[ROUNDS / 2];
	return LX_OK;
}

static struct lx_text read_all(struct lx_call *call, const char *path)
{
	FILE *file = fopen(path, "rb");
	char *at = lx_array(call, FILE_MOST, 1);
	size_t n = file == NULL || at == NULL ? 0 : fread(at, 1, FILE_MOST, file);

	if (file != NULL)
		(void)fclose(file);
	return (struct lx_text){ at, n };
}

int main(int argc, char **argv)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)1 << 30 };
	struct lx_call call = { .arena = &arena };
	double median[2];

	if (argc < 3)
		return 2;
	call.threads = (unsigned)strtoul(argv[2], NULL, 10);
	if (run(&call, read_all(&call, argv[1]), median) != LX_OK) {
		(void)fprintf(stderr, "%s\n", call.fault.msgid);
		return 1;
	}
	(void)printf("%.6f %.6f\n", median[0], median[1]);
	return 0;
}
