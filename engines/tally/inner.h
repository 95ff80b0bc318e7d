/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the files of this engine share: an election prepared for one utility (supporters by project,
 * rows numbered so that a project's supporters lie close), the order among equals, and comparing
 * fractions. Not for others.
 */
#ifndef LX_ENGINES_TALLY_INNER_H
#define LX_ENGINES_TALLY_INNER_H

#include "base/wide.h"
#include "engines/tally/tally.h"

/* A row is a distinct ballot, or a part of at most 2^24 of its voters, so that its weight is exact
 * in a float too. voter[start[p]] .. voter[start[p + 1] - 1] are the rows that support project p (utility above 0), rising;
 * use[] beside it their utility, NULL when it is unit[p] for all. `rank` is the place of a project
 * in the order among equals. `people[p]`: voters who support it; `total[p]`: their utility.
 *
 * `blocks`: NULL, or where rows and supporters stand instead (lx_tally_crowd); then ballot, weight, voter and use are
 * NULL, the differences of start[] hold, and only greedy and Equal Shares without Add1 take such a view. */
struct lx_tally_blocks;

struct lx_tally_view {
	const struct lx_tally_election *election;
	const struct lx_tally_blocks *blocks;
	size_t n, rows_n;
	uint64_t voters;
	const uint32_t *ballot; /* of a row */
	const float *weight;    /* of a row */
	const size_t *start;
	const uint32_t *voter;
	const uint32_t *use;
	const int64_t *unit;
	const uint64_t *people;
	const lx_int128 *total;
	const uint32_t *rank;
};

/* Whether a utility can be told from the ballots; LX_INVALID `tally.utility`. */
LX_CHECK enum lx_code lx_tally_fits(struct lx_call *call, const struct lx_tally_election *election,
	enum lx_tally_utility utility);

/* Prepares; all arrays in the call's arena. */
LX_CHECK enum lx_code lx_tally_prepare(struct lx_call *call,
	const struct lx_tally_election *election, const struct lx_tally_setting *setting,
	struct lx_tally_view *view);

/* The place of every project in the order among equals. */
LX_CHECK enum lx_code lx_tally_order(
	struct lx_call *call, const struct lx_tally_setting *setting, struct lx_tally_view *view);

/* Compares a/b with c/d exactly; b, d > 0, a, c >= 0. */
int lx_tally_compare(lx_int128 a, lx_int128 b, lx_int128 c, lx_int128 d);

/* The utility of place `at` on ballot b, before the sum over voters; 0: no supporter. */
int64_t lx_tally_use(const struct lx_tally_election *election, enum lx_tally_utility utility,
	size_t b, size_t at);

/* What groups and all together have spent, for the limits; `spent` has groups_n, or is NULL where the
 * election has no limits. `lacking`: what groups lack to their least, together. */
struct lx_tally_limits {
	const struct lx_tally_election *election;
	int64_t *spent, total;
	lx_int128 lacking;
};

/* Nothing is spent. */
LX_CHECK enum lx_code lx_tally_limits_open(struct lx_call *call,
	const struct lx_tally_election *election, struct lx_tally_limits *limits);
void lx_tally_limits_start(struct lx_tally_limits *limits);

/* Whether limits forbid p now; once forbidden it stays so, as spending only grows. */
bool lx_tally_limits_forbid(const struct lx_tally_limits *limits, size_t p);

/* p is bought. */
void lx_tally_limits_spend(struct lx_tally_limits *limits, size_t p);

/* Collects the rounds of a result. `room` purchases, `tied_room` names. */
struct lx_tally_log {
	struct lx_tally_round *rounds;
	uint16_t *tied;
	size_t n, tied_n, tied_room;
	int64_t spent;
};

/* An empty log for up to n purchases. */
LX_CHECK enum lx_code lx_tally_log_open(struct lx_call *call, size_t n, struct lx_tally_log *log);

/* Adds a purchase; names[0] is the winner, the rest were equal to it. Names of ties beyond the room
 * are left out, never the purchase. */
void lx_tally_log_add(struct lx_tally_log *log, const struct lx_tally_view *view, uint8_t phase,
	double price, const uint16_t *names, size_t names_n);

/* Moves the first in the order among equals to names[0] and sorts the rest behind it; LX_CONFLICT
 * when ties are refused. */
LX_CHECK enum lx_code lx_tally_settle(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, uint16_t *names, size_t n);

/* Greedy over what `taken` leaves, by utility per cost or by utility, within the budget; adds to the
 * log. `phase` as in struct lx_tally_round; `taken` is changed. */
LX_CHECK enum lx_code lx_tally_greedy(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, uint8_t phase, bool *taken,
	struct lx_tally_log *log);

/* The rule and what completes it, on a prepared election. */
LX_CHECK enum lx_code lx_tally_decide(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result);

/* Equal Shares with its completion by Add1 where asked for. */
LX_CHECK enum lx_code lx_tally_shares(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result);

/* What an outcome of Equal Shares means while shares rise: go on; it stands; the one before stands, as
 * it costs more than the budget. `bought` has room for a mark a project; `limits` are used up. */
enum lx_tally_ending { LX_GO_ON, LX_TAKE_THIS, LX_TAKE_BEFORE };
enum lx_tally_ending lx_tally_judge(const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, const struct lx_tally_log *log,
	struct lx_tally_limits *limits, bool *bought);

/* The comparison step; replaces the log's outcome where more voters prefer greedy's. */
LX_CHECK enum lx_code lx_tally_compare_greedy(struct lx_call *call,
	const struct lx_tally_view *view, const struct lx_tally_setting *setting,
	struct lx_tally_log *log, struct lx_tally_result *result);

/* The set with the most utility. */
LX_CHECK enum lx_code lx_tally_welfare(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log);

/* Equal Shares with bounded overspending. */
LX_CHECK enum lx_code lx_tally_bounded(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result);

/* Exact Equal Shares, with its completion by the next share that changes anything. */
LX_CHECK enum lx_code lx_tally_even(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result);

/* Maximin support. */
LX_CHECK enum lx_code lx_tally_maximin(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result);

/* Sequential Phragmen. */
LX_CHECK enum lx_code lx_tally_phragmen(struct lx_call *call, const struct lx_tally_view *view,
	const struct lx_tally_setting *setting, struct lx_tally_log *log,
	struct lx_tally_result *result);

/* A project and how many ballots name it. Sorted: the most popular first, equals by number. */
struct lx_tally_popular {
	uint64_t ballots;
	uint16_t project;
};
void lx_tally_sort_popular(struct lx_tally_popular *all, size_t n);

#endif
