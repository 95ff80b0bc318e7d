/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* All outcomes of Equal Shares when ties may fall any way: runs that take at each tie what a script says. */
#include "engines/tally/run.h"

#include <string.h>

/* At tie number i, place turn[i] of those that are equal (in the order among equals) wins; of[i] are
 * equal there. turns_n ties are scripted, later ones take the first. */
struct script {
	uint16_t *turn, *of;
	size_t turns_n, seen;
};

static enum lx_code one_run(struct lx_tally_run *run, struct script *script, bool *in)
{
	const struct lx_tally_election *e = run->view->election;

	script->seen = 0;
	memset(in, 0, run->view->n * sizeof *in);
	lx_tally_run_start(run, e->budget, (int64_t)run->view->voters);
	for (;;) {
		struct lx_bid winner = { 0 };
		LX_TRY(lx_tally_run_gather(run, 0));
		if (run->bids_n == 0)
			return LX_OK;
		LX_TRY(lx_tally_run_decide(run, &winner));
		if (run->names_n > 1) {
			size_t tie = script->seen++;
			if (tie == script->turns_n)
				script->turn[script->turns_n++] = 0;
			script->of[tie] = (uint16_t)run->names_n;
			uint16_t chosen = run->names[script->turn[tie]];
			for (size_t i = 0; i < run->bids_n; i++)
				if (run->bids[i].project == chosen)
					winner = run->bids[i];
		}
		in[winner.project] = true;
		lx_tally_run_buy(run, &winner);
	}
}

/* The script after this one: the last tie with another way takes it, later ones are forgotten. */
static bool advance(struct script *script)
{
	while (script->turns_n > 0) {
		size_t last = script->turns_n - 1;
		if (++script->turn[last] < script->of[last])
			return true;
		script->turns_n--;
	}
	return false;
}

/* Adds a set of projects unless it is known. */
static void keep(const bool *in, size_t projects, size_t *from, uint16_t *winners, size_t *n)
{
	size_t at = from[*n], end = at;

	for (size_t p = 0; p < projects; p++)
		if (in[p])
			winners[end++] = (uint16_t)p;
	for (size_t i = 0; i < *n; i++)
		if (from[i + 1] - from[i] == end - at &&
			memcmp(winners + from[i], winners + at, (end - at) * sizeof *winners) == 0)
			return;
	from[++*n] = end;
}

enum lx_code lx_tally_irresolute(struct lx_call *call, const struct lx_tally_election *election,
	const struct lx_tally_setting *setting, struct lx_tally_outcomes *outcomes)
{
	LX_CLOSE(lx_tally_run_close) struct lx_tally_run run = { 0 };
	struct lx_tally_setting any = *setting;
	struct lx_tally_view view;
	size_t m = election->projects_n, n = 0, runs = 0;
	struct script script = { .turn = lx_array(call, m, sizeof(uint16_t)),
		.of = lx_array(call, m, sizeof(uint16_t)) };
	size_t *from = lx_array(call, LX_TALLY_OUTCOMES_MAX + 1, sizeof *from);
	uint16_t *winners = lx_array(call, LX_TALLY_OUTCOMES_MAX, m * sizeof *winners);
	bool *in = lx_array(call, m, sizeof *in);

	if (script.turn == NULL || script.of == NULL || from == NULL || winners == NULL ||
		in == NULL)
		return LX_BROKEN;
	if (any.ties == LX_TIES_REFUSE)
		any.ties = LX_TIES_ID;
	LX_TRY(lx_tally_prepare(call, election, &any, &view));
	LX_TRY(lx_tally_run_open(call, &view, &any, &run));
	do {
		if (runs++ == LX_TALLY_OUTCOMES_MAX)
			return lx_fail(call, LX_BUSY, "ties", "tally.many", NULL);
		LX_TRY(lx_step(call, runs, 0));
		if (view.voters > 0)
			LX_TRY(one_run(&run, &script, in));
		keep(in, m, from, winners, &n);
	} while (advance(&script));
	*outcomes = (struct lx_tally_outcomes){ n, from, winners };
	return LX_OK;
}
