/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Times the consensus engine on made-up discussions; bench/consensus.py runs it beside its peers.
 *
 *	bench_consensus PEOPLE STATEMENTS VOTES_EACH THREADS WHAT [DUMP]
 *
 * WHAT: full, components, refresh. Prints seconds, the peak of memory in bytes, seconds of processors; DUMP receives the votes:
 * people, statements, votes as 64-bit numbers, then row starts (64 bits), then cells (16 bits).
 */
#include "engines/consensus/inner.h"

#include "bench/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VOTES 20 /* refreshes whose mean is taken */

/* The peak of this program's memory; getrusage would tell that of who started it, where larger. */
static long peak(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long kilobytes = 0;

	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			kilobytes = strtol(line + 6, NULL, 10);
	if (file != NULL)
		(void)fclose(file);
	return kilobytes * 1024;
}

/* Each person votes once in each of `each` equal stretches of statements. Three camps; seven in ten
 * follow their camp, one in ten passes. */
static struct lx_opinions make(struct lx_call *call, size_t people, size_t statements, size_t each)
{
	struct lx_opinions o = { people, statements, lx_array(call, people, sizeof *o.person),
		lx_array(call, statements, sizeof *o.statement), NULL, NULL, NULL,
		lx_array(call, people + 1, sizeof *o.from),
		lx_array(call, people * each, sizeof *o.cell) };
	size_t wide = statements / each;

	for (size_t j = 0; j < statements; j++)
		o.statement[j] = (int64_t)j;
	for (size_t i = 0; i < people; i++) {
		uint64_t camp = lx_ground_mix(1, i, 0) % 3;
		o.person[i] = (int64_t)i;
		o.from[i + 1] = (i + 1) * each;
		for (size_t v = 0; v < each; v++) {
			uint64_t dice = lx_ground_mix(2, i, v);
			size_t j = v * wide + (size_t)(dice % wide);
			bool agree = (lx_ground_mix(3, camp, j) & 1) != 0;
			uint64_t how = dice >> 32;
			int said = how % 10 == 0 ? 0 : how % 10 < 8 ? 1 : -1;
			o.cell[i * each + v] = LX_CELL(j, agree ? said : -said);
		}
	}
	return o;
}

static void dump(const struct lx_opinions *o, const char *path)
{
	FILE *file = fopen(path, "wb");
	uint64_t head[3] = { o->people, o->statements, o->from[o->people] };

	if (file == NULL)
		return;
	(void)fwrite(head, sizeof head[0], 3, file);
	(void)fwrite(o->from, sizeof *o->from, o->people + 1, file);
	(void)fwrite(o->cell, sizeof *o->cell, o->from[o->people], file);
	(void)fclose(file);
}

static enum lx_code components(struct lx_call *call, const struct lx_opinions *o)
{
	struct columns columns;
	struct axes axes;

	LX_TRY(lx_ground_columns_of(call, o, &columns));
	struct pair *pairs = lx_array(call, lx_ground_pair_at(0, columns.n), sizeof *pairs);
	double *scatter = lx_array(call, columns.n * columns.n, sizeof *scatter);
	if (pairs == NULL || scatter == NULL)
		return LX_BROKEN;
	LX_TRY(lx_ground_pairs_count(call, o, &columns, pairs));
	lx_ground_pairs_scatter(pairs, &columns, scatter);
	struct dense dense = { columns.n, call->threads, scatter };
	struct map map = { columns.n, lx_ground_dense_apply, &dense };
	return lx_ground_axes_find(
		call, &map, lx_ground_columns_trace(&columns), NULL, 1e-10, &axes);
}

/* `spent`: by the clock, of processors; both for one vote. */
static enum lx_code refresh(struct lx_call *call, const struct lx_opinions *o, double spent[2])
{
	struct lx_ground_options how = { .mode = LX_PLAIN };
	struct lx_forum *forum;
	struct lx_ground ground;

	LX_TRY(lx_forum_open(call, o, &forum));
	LX_TRY(lx_forum_ground(call, forum, &how, &ground));
	double begin = bench_now(), work = bench_cpu();
	for (size_t i = 0; i < VOTES; i++) {
		struct lx_arena_mark mark = lx_arena_here(call->arena);
		LX_TRY(lx_forum_vote(
			call, forum, o->person[o->people / 2 + i], o->statement[7 * i], LX_AGREE));
		LX_TRY(lx_forum_ground(call, forum, &how, &ground));
		lx_arena_back(call->arena, mark);
	}
	spent[0] = (bench_now() - begin) / VOTES;
	spent[1] = (bench_cpu() - work) / VOTES;
	lx_forum_close(forum);
	return LX_OK;
}

int main(int argc, char **argv)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)8 << 30 };
	struct lx_call call = { .arena = &arena };
	struct lx_ground_options how = { .mode = LX_PLAIN };
	struct lx_ground ground;
	enum lx_code code;

	if (argc < 6)
		return 2;
	call.threads = (unsigned)strtoul(argv[4], NULL, 10);
	struct lx_opinions o = make(&call, strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10),
		strtoul(argv[3], NULL, 10));
	if (argc > 6)
		dump(&o, argv[6]);
	double begin = bench_now(), work = bench_cpu(), spent[2] = { 0 };
	if (strcmp(argv[5], "components") == 0)
		code = components(&call, &o);
	else if (strcmp(argv[5], "refresh") == 0)
		code = refresh(&call, &o, spent);
	else
		code = lx_ground(&call, &o, &how, &ground);
	if (spent[0] == 0) {
		spent[0] = bench_now() - begin;
		spent[1] = bench_cpu() - work;
	}
	(void)printf("%.6f %ld %.6f\n", spent[0], peak(), spent[1]);
	return code == LX_OK ? 0 : 1;
}
