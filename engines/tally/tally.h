/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Which joint public goods are funded from what residents want, under a budget. Arrays in, result
 * out; every decision equals exact rational arithmetic (a double decides only what it can certify).
 *
 * The rules, in plain words and precisely: docs/engines/tally.md. All memory is the call's arena.
 */
#ifndef LX_ENGINES_TALLY_H
#define LX_ENGINES_TALLY_H

#include "base/buf.h"
#include "base/call.h"
#include "base/wide.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LX_TALLY_VERSION      1
#define LX_TALLY_PROJECTS_MAX ((size_t)65535)
#define LX_TALLY_VOTERS_MAX   (UINT64_C(1) << 40) /* more than people; keeps every sum exact */
#define LX_TALLY_MONEY_MAX    (INT64_C(1) << 53)  /* of budget and costs, in their smallest unit */
#define LX_TALLY_POINTS_MAX   ((int64_t)1000000000)
#define LX_TALLY_NOBODY       UINT16_MAX

/* How a ballot is written: approvals (choose-1 included), points for each, or a ranking. */
enum lx_tally_ballots { LX_BALLOTS_APPROVAL, LX_BALLOTS_POINTS, LX_BALLOTS_RANKING };

/* What a voter gets from a funded project of the ballot. LX_UTILITY_COST: its cost; CARD: 1;
 * POINTS: the points given; BORDA: how many stand below it on the ballot (the last gets 0, as
 * pabutools counts); POSITION: `longest` minus the place, so that the first of three gets 3 (as
 * cities count); SQRT and LOG: floor of 2^20 times the square root of the cost and of 2^20 times
 * log2(1 + cost), declared inexact for being rounded once, exact from there on. */
enum lx_tally_utility {
	LX_UTILITY_COST,
	LX_UTILITY_CARD,
	LX_UTILITY_POINTS,
	LX_UTILITY_BORDA,
	LX_UTILITY_POSITION,
	LX_UTILITY_SQRT,
	LX_UTILITY_LOG,
};

/*
 * An election. Arrays are the caller's and only read. `budget`, `cost`: whole numbers of
 * 10^-places currency units, above 0. Ballot b is cast by weight[b] > 0 voters and names
 * choice[first[b]] .. choice[first[b + 1] - 1], each project once, in order of preference for
 * rankings; `points` beside `choice` for points, else NULL. Abstentions are empty ballots and count
 * as voters. `longest`: how many a ranking may name (LX_UTILITY_POSITION). `group` (may be NULL): a
 * number below groups_n for each project (a district, a category, a member government).
 *
 * Limits of groups hold for Equal Shares and greedy (both may be NULL; with `group`): a project that
 * would bring its group above most[group] is left out; so is one that would leave the other groups
 * less of the budget than what they lack to their least[group]. The least is thus kept free for the
 * group, whatever others would pay; whether its projects then are bought depends on its supporters.
 *
 * `barred` (may be NULL): projects that are decided elsewhere and take no part (lx_tally_apart); they keep their
 * places on ballots. `district` (may be NULL): a number below districts_n for each ballot: where its voters live; no
 * rule looks at it, only what is told of the result (lx_tally_money).
 */
struct lx_tally_election {
	int64_t budget;
	unsigned places;
	size_t projects_n;
	const int64_t *cost;
	const struct lx_text *id;
	size_t ballots_n;
	const uint64_t *weight;
	const uint64_t *first;
	const uint16_t *choice;
	const int64_t *points;
	unsigned points_places; /* points are whole numbers of 10^-points_places */
	enum lx_tally_ballots kind;
	unsigned longest;
	const uint16_t *group;
	size_t groups_n;
	const int64_t *most, *least;
	const bool *barred;
	const uint16_t *district;
	size_t districts_n;
};

enum lx_tally_rule {
	LX_RULE_GREEDY,    /* by utility per cost; what does not fit is passed over */
	LX_RULE_NO_SKIP,   /* as greedy, and ends at the first that does not fit */
	LX_RULE_THRESHOLD, /* as greedy, only projects that reach `threshold` */
	LX_RULE_EXCLUSIVE, /* as greedy, at most one project of each group */
	LX_RULE_MES,       /* Method of Equal Shares: Peters, Pierczynski, Skowron 2021 */
	LX_RULE_PHRAGMEN,  /* sequential: Los, Christoff, Grossi 2022 */
	LX_RULE_WELFARE,   /* the most utility for all together; LX_BUSY `tally.hard` where that is
			      not found within a bound of work */
	LX_RULE_BOUNDED,   /* Equal Shares with Bounded Overspending: Papasotiropoulos, Pishbin,
			      Skibski, Skowron, Was 2024 */
	LX_RULE_EVEN,      /* Exact Equal Shares, payers pay the same: Kraiczy, Robinson, Elkind
			      2025; only utilities that are the same for all supporters */
	LX_RULE_MAXIMIN,   /* maximin support: Sanchez-Fernandez, Fernandez, Fisteus, Brill 2022 */
};

/* Whether a rule looks only at who named what, whatever the utility. */
bool lx_tally_by_approval(enum lx_tally_rule rule);

/* What follows Equal Shares while money is left; flags, taken in this order. ADD1: every voter gets
 * `increment` more until the outcome is exhaustive over supported projects (EXHAUSTIVE_STOP), holds
 * all of them, or would cost more than the budget (then the last that did not). GREEDY, UTILITARIAN:
 * fill up by utility per cost, by utility. COMPARE: keep the outcome unless more voters prefer what
 * greedy by votes chooses. ADD_OPT: as ADD1 for LX_RULE_EVEN, but shares rise to the next at which
 * anything changes; that rule knows no ADD1. Filling up and comparing follow every rule that sells
 * shares. */
enum lx_tally_completion {
	LX_COMPLETE_ADD1 = 1,
	LX_COMPLETE_EXHAUSTIVE_STOP = 2,
	LX_COMPLETE_GREEDY = 4,
	LX_COMPLETE_UTILITARIAN = 8,
	LX_COMPLETE_COMPARE = 16,
	LX_COMPLETE_ADD_OPT = 32,
};

/* Who wins among equals: the first id as bytes; the first id with numbers as numbers; more voters,
 * fewer cost, both then by id; by a lot drawn from `seed`; nobody (LX_CONFLICT `tally.tie`). */
enum lx_tally_ties {
	LX_TIES_ID,
	LX_TIES_NATURAL,
	LX_TIES_VOTES,
	LX_TIES_COST,
	LX_TIES_LOT,
	LX_TIES_REFUSE,
};

/* Zero is: greedy by cost, ties by id. `by_total`: greedy orders by utility alone, not per cost.
 * `threshold`: least total utility under LX_RULE_THRESHOLD, in the unit of the utility (votes for
 * COST and CARD). `increment`: what Add1 adds for each voter, in the money's smallest unit; 0 means
 * one currency unit. `whole_start`: Equal Shares begins with shares rounded down to whole
 * increments. `unit_steps`: Add1 tries every step (for tests and proofs). */
struct lx_tally_setting {
	enum lx_tally_rule rule;
	enum lx_tally_utility utility;
	unsigned completion;
	enum lx_tally_ties ties;
	uint64_t seed;
	int64_t threshold;
	int64_t increment;
	bool by_total;
	bool whole_start;
	bool unit_steps;
};

/* One purchase. `price`: of a unit of utility for Equal Shares (so many smallest units of money for
 * one unit of utility), the load for Phragmen, 0 for greedy; rounded, for reading: the decision was
 * exact. `tied_n` projects were equal here and stand in result.tied from `tied`, the winner first.
 * `phase`: 0 the rule itself, 1 filled up, 2 by the comparison. */
struct lx_tally_round {
	uint16_t project;
	uint8_t phase;
	double price;
	size_t tied, tied_n;
};

/* What a tally gives. `winners` in order of selection. `total_utility`: of all voters, in the units of
 * enum lx_tally_utility. `share`: what each voter had to spend, in
 * the last run of Equal Shares, as share_num / share_den smallest units; under LX_RULE_EVEN `share`,
 * rounded for reading, and exact_share, "over/under" (else NULL). `steps`: increments taken;
 * `iterations`: budgets whose outcome was worked out or proved to be the same; `runs`: those worked
 * out; `exact_fallbacks`: decisions taken over by exact arithmetic; `rounded`: purchases after which
 * LX_RULE_BOUNDED had to round money (0: the outcome is exact); `prefer_greedy`, `prefer_this`:
 * voters of the comparison, `compared` when it took place, `replaced` when greedy's outcome was taken. */
struct lx_tally_result {
	size_t winners_n;
	const struct lx_tally_round *rounds;
	const uint16_t *tied;
	int64_t total_cost;
	lx_int128 total_utility;
	uint64_t voters;
	lx_int128 share_num;
	int64_t share_den;
	double share;
	const char *exact_share;
	uint64_t steps, iterations, runs, exact_fallbacks, rounded;
	uint64_t prefer_greedy, prefer_this;
	bool compared, replaced;
};

/* Checks an election's arrays: sizes, order of offsets, ranges, repeated choices. Whoever builds
 * arrays from outside data calls it once; lx_tally does not repeat it. Faults `tally.bad` with the array as field and the place. */
LX_CHECK enum lx_code lx_tally_check_election(
	struct lx_call *call, const struct lx_tally_election *election);

/* Decides. The result's arrays live in the call's arena. Faults: LX_CONFLICT `tally.tie` (ties are
 * refused), LX_INVALID `tally.utility` (the utility does not fit the ballots), memory, cancellation. */
LX_CHECK enum lx_code lx_tally(struct lx_call *call, const struct lx_tally_election *election,
	const struct lx_tally_setting *setting, struct lx_tally_result *result);

/* A ballot of a stream: `weight` > 0 voters name choice[0 .. n - 1], each once; borrowed until the next is asked for. */
struct lx_tally_ballot {
	const uint16_t *choice;
	size_t n;
	uint64_t weight;
};

/* Ballots one after the other: `next` gives one and returns whether there was one, after `rewind` from the first on, always
 * the same ones. They are gone through twice, the first time perhaps not to the end. */
struct lx_tally_stream {
	void *with;
	void (*rewind)(void *with);
	bool (*next)(void *with, struct lx_tally_ballot *ballot);
};

#define LX_TALLY_CROWD_PROJECTS ((size_t)1000)

/*
 * Decides an election that is too large to be held as arrays: of `election` only what is said of projects and
 * budget counts, ballots come from the stream. Takes up to LX_TALLY_CROWD_PROJECTS projects, utilities that are the same
 * for all supporters, greedy and its variants, and Equal Shares with filling up by greedy or none. The outcome is
 * that of lx_tally; memory is some 20 bytes for a distinct ballot, and while rows are made 2 for an approval more. On
 * call->threads threads, with the same result for any number. LX_INVALID `tally.crowd` for what it does not take.
 */
LX_CHECK enum lx_code lx_tally_crowd(struct lx_call *call, const struct lx_tally_election *election,
	struct lx_tally_stream *stream, const struct lx_tally_setting *setting,
	struct lx_tally_result *result);

/* A project that somebody entitled has funded, or left out, whatever the ballots say; never without a reason. */
struct lx_tally_override {
	uint16_t project;
	bool funds;
	struct lx_text reason;
};

/* A top-down share of the budget beside the bottom-up one: `rest` is the election of the residents, with the
 * budget less `top_down` and without the projects of `overrides`. Those funded are paid from the top-down share, which must
 * suffice (*spent); what is left of it stays there. What groups receive so counts against their limits.
 * Faults name what is wrong: LX_INVALID `tally.top_down…`, `tally.override_…`. */
LX_CHECK enum lx_code lx_tally_apart(struct lx_call *call, const struct lx_tally_election *election,
	int64_t top_down, const struct lx_tally_override *overrides, size_t overrides_n,
	struct lx_tally_election *rest, int64_t *spent);

/* Outcomes of Equal Shares (without completion) when ties may fall any way: sets of projects, each
 * winners[from[i]] .. winners[from[i + 1] - 1] by number. */
struct lx_tally_outcomes {
	size_t n;
	const size_t *from;
	const uint16_t *winners;
};

#define LX_TALLY_OUTCOMES_MAX ((size_t)1000)

/* All of them, each once; in the call's arena. LX_BUSY `tally.many` beyond LX_TALLY_OUTCOMES_MAX runs. */
LX_CHECK enum lx_code lx_tally_irresolute(struct lx_call *call,
	const struct lx_tally_election *election, const struct lx_tally_setting *setting,
	struct lx_tally_outcomes *outcomes);

/*
 * Money for projects that may be funded in part: the amounts, none above its project's cost and
 * together within the budget, with the largest product of voters' utilities (maximal Nash welfare, the
 * Lindahl equilibrium of Fain, Goel, Munagala 2016); a part of a project gives that part of its utility. Voters whose ballots
 * earn nothing from any project are left out. Found by ascent in doubles, so it comes with a bound: no other
 * division gives the voters counted a mean logarithm of utility larger by more than `gap`, at the amounts as
 * they stand, in whole smallest units.
 *
 * `rise[p]`: how much the sum of logarithms rises with a smallest unit more for p; `utility[b]`: what a voter
 * of ballot b gets. The personal price of a unit of money for p, to a voter of b who gets u from the whole of it, is
 * u / cost / utility[b] / rise[p]: the prices of all supporters sum to 1, and each then pays for all amounts
 * together at least `paid_least` and at most `paid_most` (the same for all where no cost binds).
 */
struct lx_tally_division {
	const int64_t *amount;
	const double *rise, *utility;
	double gap, paid_least, paid_most;
	uint64_t voters, rounds;
	int64_t total;
};

LX_CHECK enum lx_code lx_tally_divide(struct lx_call *call,
	const struct lx_tally_election *election, enum lx_tally_utility utility,
	struct lx_tally_division *division);

/*
 * How near each project came (Boehmer, Faliszewski, Janeczko, Peters, Pierczynski, Schierreich,
 * Skowron, Szufa, "Evaluation of project performance in participatory budgeting", 2024): in the run of
 * Equal Shares with the result's share from which the project is left out, the largest part of its
 * cost, in whole percent rounded down, that its supporters would pay at the price of a round's
 * winner out of what they have left after that round (as pabutools counts), or at the end with all
 * they have left; 100 at least for winners. percent[projects_n] is the caller's. Only for LX_RULE_MES.
 */
LX_CHECK enum lx_code lx_tally_support(struct lx_call *call,
	const struct lx_tally_election *election, const struct lx_tally_setting *setting,
	const struct lx_tally_result *result, int64_t *percent);

/* Why a project lost. `supporters`: voters; `support`: lx_tally_support, -1 for other rules than
 * Equal Shares. `paid`: what its supporters paid to each winner, in order of result->rounds, in
 * smallest units, rounded for reading; `had`, `left`: their money at first and at the end.
 * `wins_at`: the largest cost with which it would have won, all else equal; `wins_with`: the fewest
 * further voters for it alone with whom it would have won; 0 where there is none or it was not
 * searched to the end (`searched`). With wins_at + 1, with wins_with - 1 it still loses: both are tried. */
struct lx_tally_loser {
	uint16_t project;
	uint64_t supporters;
	int64_t support;
	const double *paid;
	double had, left;
	int64_t wins_at;
	uint64_t wins_with;
	bool searched;
};

#define LX_TALLY_VOTES_TRIED (UINT64_C(1) << 24)

/* Explains all losers; the array is in the call's arena, by project. `search`: how much work searching wins_at and wins_with
 * may take, by deciding again some twenty times for each loser, who came nearest first; 0: none. A decision, and each step of
 * Add1 in it, takes as much as the ballots name projects, one for each project, and 100,000. `percent` (projects_n, may be NULL) receives lx_tally_support under Equal Shares. */
LX_CHECK enum lx_code lx_tally_explain(struct lx_call *call,
	const struct lx_tally_election *election, const struct lx_tally_setting *setting,
	const struct lx_tally_result *result, uint64_t search, int64_t *percent,
	struct lx_tally_loser **losers, size_t *losers_n);

/*
 * Certificates: properties of a result, checked by code that shares nothing with the finder but the
 * prepared arrays.
 *
 * budget, threshold, exclusion, limits: for every rule that has them.
 * priceable: of Equal Shares before completion (the prices are handed over in full, as whole numbers
 *   over one denominator; nobody pays more than the share, only supporters pay, the payments are the
 *   cost, no supported project left out could be paid from what its supporters have left), of exact equal shares likewise, with even payments, and of
 *   Phragmen (payments are differences of loads; supporters of what was not bought have at most its cost left).
 * ejr_up_to_one: for utilities that are the same for all supporters of a project: of any group that
 *   names a project left out, one member's utility with that project added exceeds what the group's
 *   shares would buy at that project's price (proved in docs/engines/tally.md; the notion is that of
 *   Peters, Pierczynski, Skowron 2021 and Brill, Peters 2023).
 * ejr_plus: the same without "up to one", only reported: correct runs may fail it.
 * undominated: no other set within the budget was found that no voter likes less and some more;
 *   additions, and exchanges of one project for one or two are tried; reported.
 */
enum lx_tally_property {
	LX_PROPERTY_BUDGET,
	LX_PROPERTY_THRESHOLD,
	LX_PROPERTY_EXCLUSION,
	LX_PROPERTY_LIMITS,
	LX_PROPERTY_PRICEABLE,
	LX_PROPERTY_EJR_UP_TO_ONE,
	LX_PROPERTY_EJR_PLUS,
	LX_PROPERTY_UNDOMINATED,
	LX_PROPERTIES,
};

/* Names of the properties, and keys of their sentences `tally.property_<name>`. */
extern const char *const lx_tally_property_names[LX_PROPERTIES];

/* `checked`: it applies to the rule and was looked at; `guaranteed`: the rule promises it;
 * `witness`: a project with which it fails, LX_TALLY_NOBODY without; `instead`: the funded project whose place it would take
 * in a set that nobody likes less, LX_TALLY_NOBODY where it fits beside all; `beside`: what would come in with it, or LX_TALLY_NOBODY. */
struct lx_tally_certificate {
	bool checked, guaranteed, holds;
	uint16_t witness, beside, instead;
};

/* Checks all that apply. A guaranteed one that fails is LX_BROKEN `tally.certificate`. */
LX_CHECK enum lx_code lx_tally_certify(struct lx_call *call,
	const struct lx_tally_election *election, const struct lx_tally_setting *setting,
	const struct lx_tally_result *result,
	struct lx_tally_certificate certificates[LX_PROPERTIES]);

/* How many voters prefer one set of projects, how many the other; the rest is indifferent. */
void lx_tally_prefer(const struct lx_tally_election *e, enum lx_tally_utility by, const bool *one,
	const bool *other, uint64_t *prefer_one, uint64_t *prefer_other);

/* How the outcome treats voters: how many named exactly 0, 1, 2, 3, 4, and 5 or more funded
 * projects. Sums to the voters. */
#define LX_TALLY_SERVED 6
void lx_tally_served(
	const struct lx_tally_election *election, const bool *in, uint64_t served[LX_TALLY_SERVED]);

/*
 * Whose money went where, by groups of voters (election.district; one group without). `paid[round * groups_n + g]`: what voters of g
 * paid in that round of the result, `had[round]`: what all supporters of its project held before it, `left[g]`: what remains, in smallest units
 * rounded for reading. Equal Shares before completion sells; where nobody paid (`sold[round]` is false: other rules, filling
 * up) the cost is put down to those who named the project in equal parts, and had is 0.
 */
struct lx_tally_money {
	size_t groups_n;
	const uint64_t *voters;
	const double *paid, *had, *left;
	const bool *sold;
};

LX_CHECK enum lx_code lx_tally_follow_money(struct lx_call *call,
	const struct lx_tally_election *election, const struct lx_tally_setting *setting,
	const struct lx_tally_result *result, struct lx_tally_money *money);

/* Something in a file that was decided, not refused: line, what (a message key), the words it is about. */
struct lx_pb_notice {
	int64_t line;
	const char *msgid;
	struct lx_text about;
};

#define LX_PB_NOTICES_MAX ((size_t)200)
#define LX_PB_COLUMNS_MAX ((size_t)256)

/*
 * A Pabulib file (pabulib.org/format). Texts point into the file's text or the arena. `meta`: pairs
 * of key and value; `project_cells`: projects_n rows of project_columns_n; votes are kept as the rows'
 * text from `votes` on, which begins on line `votes_line`. `notices_n` may exceed what `notices` holds.
 * Ballots that are the same are merged in `election`; `votes_n` counts rows. `threshold`: the META's
 * min_project_score_threshold, 0 without. `voter_groups`: names of the groups of election.district.
 */
struct lx_pb {
	struct lx_tally_election election;
	struct lx_text vote_type, currency;
	size_t meta_n;
	const struct lx_text (*meta)[2];
	size_t project_columns_n;
	const struct lx_text *project_columns, *project_cells;
	size_t vote_columns_n;
	const struct lx_text *vote_columns;
	size_t voter_groups_n;
	const struct lx_text *voter_groups;
	struct lx_text votes;
	char separator;
	int64_t votes_line;
	uint64_t votes_n;
	int64_t threshold;
	size_t notices_n;
	const struct lx_pb_notice *notices;
};

/* Reads a file: valid UTF-8, borrowed as long as the result is used. A project named twice on a ballot counts
 * once (the first place, the last points), points or lengths outside the limits of the META count as
 * cast, and a voter's id may stand on several rows, which all count: these become notices. Unknown projects, repeated project ids, negative points, missing
 * sections or columns, rows of another width, counts that differ from the META are refused: faults
 * `tally.pb_…` with line and column. */
LX_CHECK enum lx_code lx_pb_read(struct lx_call *call, struct lx_text text, struct lx_pb *pb);

/* Where an election is read from: `text` alone is a Pabulib file. With `projects` both are tables of comma-separated
 * values with the columns of a Pabulib file's sections, `text` the votes (lists quoted), and `budget` and
 * `vote_type` (approval when empty) stand for the META; faults of the table of projects name it as field. `voters` (may be NULL):
 * a column of the votes; ballots are then merged only among voters with the same text there. */
struct lx_pb_source {
	struct lx_text text, projects, budget, vote_type;
	const char *voters;
};

LX_CHECK enum lx_code lx_pb_read_from(
	struct lx_call *call, const struct lx_pb_source *source, struct lx_pb *pb);

/* Writes what was read, all keys and columns kept, quoted where needed, lines ending in LF. */
LX_CHECK enum lx_code lx_pb_write(struct lx_call *call, const struct lx_pb *pb, struct lx_buf *out);

/* The same without what the votes' rows say about voters: of their columns only voter_id, vote and points. */
LX_CHECK enum lx_code lx_pb_write_plain(
	struct lx_call *call, const struct lx_pb *pb, struct lx_buf *out);

/* The value of a META key, or empty text. */
struct lx_text lx_pb_meta(const struct lx_pb *pb, const char *key);

/* The cell of a project in a named column, or empty text. */
struct lx_text lx_pb_cell(const struct lx_pb *pb, size_t project, const char *column);

#endif
