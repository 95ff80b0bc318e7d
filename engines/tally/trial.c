/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Trials: deciding again with one number changed. */
#include "engines/tally/trial.h"

#include "engines/tally/utility.h"

#include <string.h>

/* The most points that any ballot gives: what a further voter is taken to give. */
static int64_t most_points(const struct lx_tally_election *e)
{
	int64_t most = 1;

	for (size_t k = 0; e->points != NULL && k < e->first[e->ballots_n]; k++)
		if (e->points[k] > most)
			most = e->points[k];
	return most;
}

/* The election with a ballot for each project alone behind the others. */
static enum lx_code copy(
	struct lx_call *call, const struct lx_tally_election *e, struct lx_tally_trial *trial)
{
	size_t n = e->ballots_n, m = e->projects_n, choices = e->first[n];
	uint64_t *first = lx_array(call, n + m + 1, sizeof *first);
	uint16_t *choice = lx_array(call, choices + m, sizeof *choice);
	int64_t *points = e->points == NULL ? NULL : lx_array(call, choices + m, sizeof *points);
	int64_t most = most_points(e);

	trial->weight = lx_array(call, n + m, sizeof *trial->weight);
	trial->cost = lx_array(call, m, sizeof *trial->cost);
	if (first == NULL || choice == NULL || trial->weight == NULL || trial->cost == NULL ||
		(e->points != NULL && points == NULL))
		return LX_BROKEN;
	memcpy(first, e->first, (n + 1) * sizeof *first);
	memcpy(choice, e->choice, choices * sizeof *choice);
	memcpy(trial->weight, e->weight, n * sizeof *trial->weight);
	memcpy(trial->cost, e->cost, m * sizeof *trial->cost);
	if (points != NULL)
		memcpy(points, e->points, choices * sizeof *points);
	for (size_t p = 0; p < m; p++) {
		choice[choices + p] = (uint16_t)p;
		if (points != NULL)
			points[choices + p] = most;
		trial->weight[n + p] = 1; /* so that it gets a row; taken back below */
		first[n + p + 1] = choices + p + 1;
	}
	trial->ballots_n = n;
	trial->election = *e;
	trial->election.cost = trial->cost;
	trial->election.ballots_n = n + m;
	trial->election.weight = trial->weight;
	trial->election.first = first;
	trial->election.choice = choice;
	trial->election.points = points;
	trial->election.district = NULL; /* of the ballots as they were */
	return LX_OK;
}

/* Nobody casts the spare ballots. */
static void withdraw(struct lx_tally_trial *trial)
{
	struct lx_tally_view *view = &trial->view;
	size_t m = view->n;

	for (size_t row = 0; row < view->rows_n; row++)
		if (view->ballot[row] >= trial->ballots_n) {
			trial->spare_row[view->ballot[row] - trial->ballots_n] = (uint32_t)row;
			trial->row_weight[row] = 0;
		}
	for (size_t p = 0; p < m; p++) {
		int64_t use = lx_tally_use(
			&trial->election, trial->setting->utility, trial->ballots_n + p, 0);
		trial->weight[trial->ballots_n + p] = 0;
		if (use <= 0)
			continue;
		trial->people[p]--;
		trial->total[p] -= use;
	}
	view->voters -= m;
}

enum lx_code lx_tally_trial_open(struct lx_call *call, const struct lx_tally_election *election,
	const struct lx_tally_setting *setting, struct lx_tally_trial *trial)
{
	*trial = (struct lx_tally_trial){ .call = call, .setting = setting };
	LX_TRY(copy(call, election, trial));
	LX_TRY(lx_tally_prepare(call, &trial->election, setting, &trial->view));
	/* the view's arrays were made for this trial alone: it may change them */
	trial->unit = (int64_t *)trial->view.unit;
	trial->people = (uint64_t *)trial->view.people;
	trial->total = (lx_int128 *)trial->view.total;
	trial->row_weight = (float *)trial->view.weight;
	trial->uniform = lx_tally_uniform(setting->utility);
	trial->votes_possible = setting->utility != LX_UTILITY_BORDA;
	trial->spare_row = lx_array(call, trial->view.n, sizeof *trial->spare_row);
	if (trial->spare_row == NULL)
		return LX_BROKEN;
	withdraw(trial);
	return LX_OK;
}

/* Changes cost and spare voters of p (the utility of cost follows). */
static void set(struct lx_tally_trial *trial, size_t p, int64_t cost, uint64_t more)
{
	size_t b = trial->ballots_n + p;
	uint64_t before = trial->weight[b];

	trial->cost[p] = cost;
	if (trial->uniform)
		trial->unit[p] = lx_tally_unit(&trial->election, trial->setting->utility, p);
	trial->weight[b] = more;
	trial->row_weight[trial->spare_row[p]] = (float)more;
	trial->view.voters += more - before;
	if (!trial->votes_possible)
		return;
	int64_t use = lx_tally_use(&trial->election, trial->setting->utility, b, 0);
	trial->people[p] += more - before;
	if (trial->uniform)
		trial->total[p] = (lx_int128)trial->unit[p] * trial->people[p];
	else
		trial->total[p] += (lx_int128)use * more - (lx_int128)use * before;
}

static enum lx_code decide(struct lx_tally_trial *trial, size_t p, bool *wins)
{
	struct lx_tally_result result = { .share_den = 1 };
	struct lx_tally_log log;

	LX_TRY(lx_tally_order(trial->call, trial->setting, &trial->view));
	LX_TRY(lx_tally_log_open(trial->call, trial->view.n, &log));
	LX_TRY(lx_tally_decide(trial->call, &trial->view, trial->setting, &log, &result));
	*wins = false;
	for (size_t i = 0; i < log.n; i++)
		*wins |= log.rounds[i].project == p;
	return LX_OK;
}

enum lx_code lx_tally_trial_wins(
	struct lx_tally_trial *trial, size_t p, int64_t cost, uint64_t more, bool *wins)
{
	const uint32_t *rank = trial->view.rank;
	int64_t usual = trial->cost[p];
	struct lx_arena_mark mark = lx_arena_here(trial->call->arena);

	set(trial, p, cost, more);
	enum lx_code code = decide(trial, p, wins);
	set(trial, p, usual, 0);
	trial->view.rank = rank;
	lx_arena_back(trial->call->arena, mark);
	return code;
}
