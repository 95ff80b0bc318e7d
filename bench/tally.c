/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What bench/tally.py measures: the phases of a tally on a file, and synthetic elections made in
 * memory from a seed. One line of JSON for each round, times in ms
 * of this process on its core (a shared machine says little else).
 *
 *	bench_tally FILE.pb mes|add1|phragmen|support ROUNDS
 *	bench_tally synthetic VOTERS PROJECTS APPROVALS		as arrays, ballots not merged
 *	bench_tally crowd VOTERS PROJECTS APPROVALS THREADS	the same ballots as a stream
 */
#include "engines/tally/crowd.h"
#include "engines/tally/run.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* Time that this process has computed. */
static double read_clock(clockid_t clock)
{
	struct timespec at;

	(void)clock_gettime(clock, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static double now(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static char *read_all(const char *path, size_t *n)
{
	FILE *file = fopen(path, "rb");

	if (file == NULL || fseek(file, 0, SEEK_END) != 0)
		return NULL;
	*n = (size_t)ftell(file);
	rewind(file);
	char *bytes = lx_memory_new(*n + 1);
	if (bytes != NULL && fread(bytes, 1, *n, file) != *n)
		bytes = NULL;
	(void)fclose(file);
	return bytes;
}

/* What the rule took, and what tells outcomes apart. */
struct timed {
	double rule, wall;
	size_t winners;
	uint64_t outcome, fallbacks;
};

/* The rule alone on a prepared view; -1 on a fault. */
static struct timed time_rule(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting)
{
	struct lx_tally_result result = { .share_den = 1 };
	struct lx_tally_log log;
	struct timed timed = { .rule = -1 };
	double from = now(), wall = read_clock(CLOCK_MONOTONIC);

	if (lx_tally_log_open(call, view->n, &log) != LX_OK ||
		lx_tally_decide(call, view, setting, &log, &result) != LX_OK)
		return timed;
	timed.rule = now() - from;
	timed.wall = read_clock(CLOCK_MONOTONIC) - wall;
	timed.winners = log.n;
	timed.fallbacks = result.exact_fallbacks;
	for (size_t i = 0; i < log.n; i++)
		timed.outcome = timed.outcome * UINT64_C(0x9e3779b97f4a7c15) +
				log.rounds[i].project + 1;
	return timed;
}

static double time_support(struct lx_call *call, const struct lx_tally_election *e,
	const struct lx_tally_setting *setting)
{
	struct lx_tally_result result;
	int64_t *percent = lx_array(call, e->projects_n, sizeof *percent);

	if (percent == NULL || lx_tally(call, e, setting, &result) != LX_OK)
		return -1;
	double from = now();
	if (lx_tally_support(call, e, setting, &result, percent) != LX_OK)
		return -1;
	return now() - from;
}

static int bench_file(const char *path, const char *task, int rounds)
{
	struct lx_tally_setting setting = { .rule = LX_RULE_MES };
	size_t n;
	char *bytes = read_all(path, &n);

	if (bytes == NULL)
		return 1;
	if (strcmp(task, "add1") == 0)
		setting.completion = LX_COMPLETE_ADD1 | LX_COMPLETE_EXHAUSTIVE_STOP;
	if (strcmp(task, "phragmen") == 0)
		setting = (struct lx_tally_setting){ .rule = LX_RULE_PHRAGMEN,
			.utility = LX_UTILITY_CARD };
	for (int i = 0; i < rounds; i++) {
		LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = SIZE_MAX / 4 };
		struct lx_call call = { .arena = &arena };
		struct lx_tally_view view;
		struct lx_pb pb;
		double start = now();
		if (lx_pb_read(&call, (struct lx_text){ bytes, n }, &pb) != LX_OK)
			return 1;
		double read = now();
		if (lx_tally_prepare(&call, &pb.election, &setting, &view) != LX_OK)
			return 1;
		double prepared = now();
		double rule = strcmp(task, "support") == 0
				      ? time_support(&call, &pb.election, &setting)
				      : time_rule(&call, &view, &setting).rule;
		(void)printf(
			"{\"read\": %.4f, \"prepare\": %.4f, \"rule\": %.4f, \"bytes\": %zu}\n",
			read - start, prepared - read, rule, n);
	}
	lx_memory_free(bytes);
	return 0;
}

/* SplitMix64: the generator, seeded. */
static uint64_t draw(uint64_t *state)
{
	uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* A project: the product of two even draws, so that low numbers are popular. */
static uint16_t draw_project(uint64_t *state, size_t projects)
{
	uint64_t x = draw(state);
	double even = (double)(x >> 32) / 4294967296.0,
	       other = (double)(x & 0xffffffff) / 4294967296.0;

	return (uint16_t)(even * other * (double)projects);
}

/* One ballot after the other, not merged: as many approvals as asked for on average. */
static size_t draw_ballot(uint64_t *state, size_t projects, double each, uint16_t *choice)
{
	size_t want = 1 +
		      (size_t)((double)(draw(state) >> 11) / 9007199254740992.0 * (2 * each - 1));
	size_t n = 0;

	for (size_t tries = 0; n < want && tries < 4 * want; tries++) {
		uint16_t p = draw_project(state, projects);
		size_t k = 0;
		while (k < n && choice[k] != p)
			k++;
		if (k == n)
			choice[n++] = p;
	}
	return n;
}

/* A synthetic election: its projects, and its ballots from a seed, one after the other. */
struct synthetic {
	struct lx_tally_election election;
	size_t voters, drawn, entries;
	double each;
	uint64_t seed, state;
	uint16_t choice[64];
};

static enum lx_code open_synthetic(
	struct lx_call *call, size_t voters, size_t projects, double each, struct synthetic *to)
{
	int64_t *cost = lx_array(call, projects, sizeof *cost);
	struct lx_text *id = lx_array(call, projects, sizeof *id);
	uint64_t state = 20260411;

	if (cost == NULL || id == NULL || each > 16)
		return LX_BROKEN;
	for (size_t p = 0; p < projects; p++) {
		cost[p] = 1000 + (int64_t)(draw(&state) % 100000);
		id[p] = (struct lx_text){ (const char *)&cost[p], sizeof cost[p] };
	}
	*to = (struct synthetic){ .voters = voters, .each = each, .seed = state };
	to->election = (struct lx_tally_election){ .budget = (int64_t)projects * 50000 / 4,
		.projects_n = projects,
		.cost = cost,
		.id = id };
	return LX_OK;
}

static void synthetic_rewind(void *with)
{
	struct synthetic *from = with;

	from->state = from->seed;
	from->drawn = from->entries = 0;
}

static bool synthetic_next(void *with, struct lx_tally_ballot *ballot)
{
	struct synthetic *from = with;

	if (from->drawn++ == from->voters)
		return false;
	size_t n = draw_ballot(&from->state, from->election.projects_n, from->each, from->choice);
	from->entries += n;
	*ballot = (struct lx_tally_ballot){ from->choice, n, 1 };
	return true;
}

/* Arrays of all ballots, as a caller would hold them. */
static enum lx_code draw_all(struct lx_call *call, struct synthetic *from)
{
	size_t voters = from->voters, n = 0;
	uint64_t *weight = lx_array(call, voters, sizeof *weight);
	uint64_t *first = lx_array(call, voters + 1, sizeof *first);
	uint16_t *choice = lx_array(
		call, (size_t)((double)voters * 2 * from->each) + 64, sizeof *choice);
	struct lx_tally_ballot ballot;

	if (weight == NULL || first == NULL || choice == NULL)
		return LX_BROKEN;
	synthetic_rewind(from);
	for (size_t v = 0; synthetic_next(from, &ballot); v++) {
		memcpy(choice + n, ballot.choice, ballot.n * sizeof *choice);
		n += ballot.n;
		weight[v] = ballot.weight;
		first[v + 1] = n;
	}
	from->election.ballots_n = voters;
	from->election.weight = weight;
	from->election.first = first;
	from->election.choice = choice;
	return LX_OK;
}

static int bench_synthetic(size_t voters, size_t projects, double each, unsigned threads)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = SIZE_MAX / 4 };
	struct lx_call call = { .arena = &arena, .threads = threads };
	struct lx_tally_setting setting = { .rule = LX_RULE_MES };
	struct synthetic from;
	struct lx_tally_stream stream = { &from, synthetic_rewind, synthetic_next };
	struct lx_tally_view view;
	struct rusage usage;
	double start = now();

	if (open_synthetic(&call, voters, projects, each, &from) != LX_OK)
		return 1;
	if (threads == 0 &&
		(draw_all(&call, &from) != LX_OK ||
			lx_tally_prepare(&call, &from.election, &setting, &view) != LX_OK))
		return 1;
	if (threads > 0 &&
		lx_tally_crowd_prepare(&call, &from.election, &stream, &setting, &view) != LX_OK)
		return 1;
	double made = now() - start;
	struct timed timed = time_rule(&call, &view, &setting);
	(void)getrusage(RUSAGE_SELF, &usage);
	(void)printf(
		"{\"made\": %.2f, \"rule\": %.3f, \"wall\": %.3f, \"entries\": %zu, \"rows\": %zu, "
		"\"listed\": %zu, \"peak_kb\": %ld, \"winners\": %zu, \"fallbacks\": %llu, "
		"\"outcome\": \"%016llx\"}\n",
		made, timed.rule, timed.wall, from.entries, view.rows_n, view.start[view.n],
		usage.ru_maxrss, timed.winners, (unsigned long long)timed.fallbacks,
		(unsigned long long)timed.outcome);
	return timed.rule < 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "synthetic") == 0)
		return bench_synthetic(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10),
			strtod(argv[4], NULL), 0);
	if (argc == 6 && strcmp(argv[1], "crowd") == 0)
		return bench_synthetic(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10),
			strtod(argv[4], NULL), (unsigned)strtoul(argv[5], NULL, 10));
	if (argc == 4)
		return bench_file(argv[1], argv[2], (int)strtol(argv[3], NULL, 10));
	(void)fputs("bench_tally FILE.pb TASK ROUNDS | bench_tally synthetic VOTERS PROJECTS "
		    "APPROVALS | bench_tally crowd VOTERS PROJECTS APPROVALS THREADS\n",
		stderr);
	return 2;
}
