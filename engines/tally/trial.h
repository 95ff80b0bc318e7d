/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Trials: what if a project cost less, or more people had voted for it? An election prepared once
 * with a spare ballot for each project, cast by nobody until a trial says so. Not for others.
 */
#ifndef LX_ENGINES_TALLY_TRIAL_H
#define LX_ENGINES_TALLY_TRIAL_H

#include "engines/tally/inner.h"

/* Whether a spare ballot can support a project at all: a ranking of one earns nothing under Borda. */
struct lx_tally_trial {
	struct lx_call *call;
	const struct lx_tally_setting *setting;
	struct lx_tally_election election;
	struct lx_tally_view view;
	int64_t *cost, *unit;
	uint64_t *weight, *people;
	lx_int128 *total;
	float *row_weight;
	uint32_t *spare_row;
	size_t ballots_n;
	bool votes_possible, uniform;
};

/* Prepares; everything as in the election. */
LX_CHECK enum lx_code lx_tally_trial_open(struct lx_call *call,
	const struct lx_tally_election *election, const struct lx_tally_setting *setting,
	struct lx_tally_trial *trial);

/* Whether project p wins when it costs `cost` and `more` further voters name it alone; all is as
 * before afterwards. */
LX_CHECK enum lx_code lx_tally_trial_wins(
	struct lx_tally_trial *trial, size_t p, int64_t cost, uint64_t more, bool *wins);

#endif
