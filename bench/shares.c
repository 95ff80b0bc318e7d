/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Speed of engines/shares without reading or printing: one line a task, "task<TAB>seconds<TAB>seconds of
 * processor time", medians of each.
 * bench/shares.py runs it and puts the peers beside it. Usage: shares_bench [LARGEST] (30: 8 GB)
 */
#include "engines/shares/shares.h"

#include "bench/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPEATS_MOST 9

struct task {
	const char *name;
	unsigned n;
	int repeats;
	enum lx_code (*run)(struct lx_call *call, const struct task *task);
	const void *with;
	size_t classes;
};

static enum lx_code shapley_real(struct lx_call *call, const struct task *task)
{
	double out[LX_PLAYERS_MAX];

	return lx_shapley_real(call, task->n, task->with, out);
}

static enum lx_code shapley_exact(struct lx_call *call, const struct task *task)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios out = { 0 };

	return lx_shapley(call, task->with, &out);
}

static enum lx_code nucleolus(struct lx_call *call, const struct task *task)
{
	LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus out = { 0 };

	return lx_nucleolus(call, task->with, LX_PER_COALITION, false, &out);
}

static enum lx_code airport(struct lx_call *call, const struct task *task)
{
	size_t n = task->classes;
	double *cost = lx_array(call, 3 * n, sizeof *cost);
	int64_t *count = lx_array(call, n, sizeof *count);
	uint64_t state = 1;

	if (cost == NULL || count == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		state = state * UINT64_C(6364136223846793005) + 1442695040888963407U;
		cost[i] = (i == 0 ? 0 : cost[i - 1]) + (double)(1 + (state >> 50));
		count[i] = 1 + (int64_t)(state >> 60);
	}
	return lx_airport_real(call, n, cost, count, cost + n, cost + 2 * n);
}

static enum lx_code majority(struct lx_call *call, const struct task *task)
{
	static const int64_t population[27] = { 84358, 68070, 58851, 48059, 36754, 19052, 17811,
		11754, 10828, 10522, 10467, 10395, 9600, 9105, 6448, 5933, 5564, 5429, 5194, 3851,
		2857, 2117, 1883, 1366, 921, 661, 542 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios shapley = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios share = { 0 };
	uint64_t winning, swings[27];

	(void)task;
	LX_TRY(lx_ratios_open(call, 1, &share));
	mpq_set_ui(share.at[0], 13, 20);
	struct lx_majority rule = { 27, population, 15, 4, share.at[0] };
	return lx_majority(call, &rule, &winning, swings, &shapley);
}

static enum lx_code sampling(struct lx_call *call, const struct task *task)
{
	size_t n = task->classes;
	double *size = lx_array(call, 3 * n, sizeof *size);

	if (size == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++)
		size[i] = (double)(i + 1);
	struct lx_sampled game = { LX_SAMPLED_DEAREST, n, size, 0 };
	return lx_sample_shapley(call, &game, 10000, 1, size + n, size + 2 * n);
}

static int by_size(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static bool measure(struct lx_call *call, const struct task *task)
{
	double taken[REPEATS_MOST], busy[REPEATS_MOST];

	for (int k = 0; k < task->repeats; k++) {
		struct lx_arena_mark mark = lx_arena_here(call->arena);
		double start = bench_now(), began = bench_cpu();
		if (task->run(call, task) != LX_OK) {
			(void)fprintf(stderr, "%s: %s\n", task->name, call->fault.msgid);
			return false;
		}
		taken[k] = bench_now() - start;
		busy[k] = bench_cpu() - began;
		lx_arena_back(call->arena, mark);
	}
	qsort(taken, (size_t)task->repeats, sizeof *taken, by_size);
	qsort(busy, (size_t)task->repeats, sizeof *busy, by_size);
	(void)printf(
		"%s\t%.6f\t%.6f\n", task->name, taken[task->repeats / 2], busy[task->repeats / 2]);
	(void)fflush(stdout);
	return true;
}

static bool shapley_tasks(unsigned n, int repeats)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)12 << 30 };
	struct lx_call call = { .arena = &arena, .threads = 2 };
	char name[40];
	uint64_t state = 1;

	(void)snprintf(name, sizeof name, "shapley real %u", n);
	double *worth = lx_array(&call, (size_t)1 << n, sizeof *worth);
	if (worth == NULL)
		return false;
	for (size_t S = 1; S < (size_t)1 << n; S++) {
		state = state * UINT64_C(6364136223846793005) + 1442695040888963407U;
		worth[S] = (double)(state >> 40);
	}
	struct task task = { name, n, repeats, shapley_real, worth, 0 };
	return measure(&call, &task);
}

static bool game_tasks(unsigned n, int repeats, bool exact)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)12 << 30 };
	struct lx_call call = { .arena = &arena, .threads = 2 };
	struct lx_game game;
	char name[40];

	if (lx_game_generate(&call, n, 1, &game) != LX_OK)
		return false;
	(void)snprintf(name, sizeof name, "%s %u", exact ? "shapley exact" : "nucleolus t1", n);
	struct task task = { name, n, repeats, exact ? shapley_exact : nucleolus, &game, 0 };
	return measure(&call, &task);
}

static bool other_tasks(void)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)4 << 30 };
	struct lx_call call = { .arena = &arena, .threads = 2 };
	struct lx_game game;
	int64_t weights[20];

	for (int i = 0; i < 20; i++)
		weights[i] = i < 5 ? 2 : 1;
	if (lx_game_voting(&call, 20, weights, 24, &game) != LX_OK)
		return false;
	struct task tasks[] = {
		{ "nucleolus voting 20", 20, 5, nucleolus, &game, 0 },
		{ "double majority 27", 27, 5, majority, NULL, 0 },
		{ "airport 100000", 0, 5, airport, NULL, 100000 },
		{ "sampling 1000", 0, 5, sampling, NULL, 1000 },
	};
	bool done = true;
	for (size_t k = 0; k < sizeof tasks / sizeof tasks[0]; k++)
		done = measure(&call, &tasks[k]) && done;
	return done;
}

int main(int argc, char **argv)
{
	long largest = argc > 1 ? strtol(argv[1], NULL, 10) : 25;
	bool done = shapley_tasks(20, 9) && shapley_tasks(25, 5);

	if (largest >= 30)
		done = done && shapley_tasks(30, 1);
	done = done && game_tasks(20, 9, true) && game_tasks(24, 5, true);
	static const unsigned sizes[] = { 14, 15, 20, 22, 24 };
	for (size_t k = 0; k < sizeof sizes / sizeof sizes[0] && done; k++)
		done = game_tasks(sizes[k], sizes[k] < 22 ? 5 : 3, false);
	return done && other_tasks() ? 0 : 1;
}
