/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Common ground: from who agrees, passes and disagrees with which statement, the groups of opinion,
 * what speaks for each, what all groups support, and what divides them.
 *
 * Two procedures. LX_POLIS repeats what Polis computes from a cold start, so that its users can
 * compare. LX_PLAIN, ours, gives the same bits for any order of the votes and any number of threads,
 * and says when there is nothing to see. docs/engines/consensus.md explains both to readers.
 *
 * Memory: everything that is returned lives in the arena of the call. Errors: `consensus.*`.
 * Sources: C. Small et al., "Polis: Scaling deliberation by mapping high dimensional opinion spaces"
 * (2021) and its published program; P. Rousseeuw (1987) for silhouettes; L. Hubert and P. Arabie
 * (1985) for the adjusted Rand index; E. Wilson (1927) for intervals; L. Phragmén (1894) for the list.
 */
#ifndef LX_CONSENSUS_CONSENSUS_H
#define LX_CONSENSUS_CONSENSUS_H

#include "base/buf.h"
#include "base/call.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LX_GROUND_VERSION 1 /* of the method; changes when results may */

/* A vote fits two bytes: 14 bits of statement, 2 bits of what was said. */
#define LX_STATEMENTS_MOST 16384
#define LX_PEOPLE_MOST     ((size_t)100 << 20)
#define LX_GROUPS_MOST     5
#define LX_NO_GROUP        UINT8_MAX

enum lx_stance { LX_DISAGREE = -1, LX_PASS = 0, LX_AGREE = 1 };

/* Whose voice: kinds are never mixed; groups are computed within one kind. */
enum lx_voter { LX_CITIZEN, LX_ORGANISATION, LX_GOVERNMENT, LX_VOTERS };
extern const char *const lx_voter_names[LX_VOTERS]; /* "citizen" … */

/* One line of the log of votes; `at` in milliseconds, only its order matters. */
struct lx_vote {
	int64_t person, statement, at;
	int8_t stance;
};

/* Why a statement stays out of the analysis. */
enum { LX_STATEMENT_REJECTED = 1, LX_STATEMENT_META = 2 };

/* ---- opinions: the matrix, by rows ---- */

#define LX_CELL(statement, stance) ((uint16_t)((statement) << 2 | (unsigned)((stance) + 1)))
#define LX_CELL_STATEMENT(cell)    ((size_t)(cell) >> 2)
#define LX_CELL_STANCE(cell)       ((int)((cell)&3) - 1)

/* `person` and `statement` hold ids. Row i is cell[from[i]] … cell[from[i + 1] - 1], ascending by
 * statement. `arrival` lists the rows by first vote (LX_POLIS needs it; NULL: as they stand).
 * `flag` and `kind` may be NULL (nothing set, all citizens). For LX_PLAIN persons and statements
 * must ascend by id: that is what makes the answer independent of the order of the votes. */
struct lx_opinions {
	size_t people, statements;
	int64_t *person, *statement;
	uint8_t *kind, *flag;
	uint32_t *arrival;
	size_t *from;
	uint16_t *cell;
};

/* The matrix of a log: the latest vote of a person on a statement counts (by `at`, then by place in
 * the log). Persons and statements without votes do not appear. Faults: `consensus.statements_many`,
 * `consensus.people_many`. */
LX_CHECK enum lx_code lx_opinions_build(
	struct lx_call *call, const struct lx_vote *log, size_t n, struct lx_opinions *opinions);

/* Rows in the order of the first vote, within the limits of Polis' production: persons beyond the first
 * LX_POLIS_PEOPLE and statements beyond the first LX_POLIS_STATEMENTS are left out with their votes. */
#define LX_POLIS_PEOPLE     100000
#define LX_POLIS_STATEMENTS 10000
LX_CHECK enum lx_code lx_opinions_by_arrival(
	struct lx_call *call, const struct lx_opinions *opinions, struct lx_opinions *arranged);

/* Only the rows of one kind of voter; statements and flags are shared. */
LX_CHECK enum lx_code lx_opinions_of_kind(struct lx_call *call, const struct lx_opinions *opinions,
	enum lx_voter kind, struct lx_opinions *some);

/* ---- files: what a discussion consists of ---- */

/* A statement as comments.csv describes it. Texts are borrowed from the file. */
struct lx_comment {
	int64_t id, at, author;
	struct lx_text when, body;
	int8_t moderated; /* 1 accepted, 0 not looked at, -1 rejected */
	bool meta, seed;
};

/* A person as participants-votes.csv describes one. `kind` is ours: column `kind`. */
struct lx_person {
	int64_t id;
	struct lx_text outer; /* xid */
	int64_t comments;
	enum lx_voter kind;
};

/* `matrix`: the votes came from a matrix, which has no times; a log, read before or later, wins. */
struct lx_discussion {
	struct lx_vote *log;
	struct lx_text *when; /* [log_n] the datetime column, may be NULL */
	size_t log_n;
	bool matrix, outer,
		described; /* whether xid and the newer columns of comments were there */
	struct lx_comment *comment;
	size_t comment_n;
	struct lx_person *person;
	size_t person_n;
};

/* Adds a file to the discussion: votes.csv, comments.csv or participants-votes.csv, told apart by the
 * first line; a plain matrix is the last: a column `participant`, if wanted `kind`, and a column for
 * each statement, named by its number; cells 1, 0, -1 or empty. Faults carry line and column: `consensus.sheet_unknown`,
 * `consensus.column_missing`, `consensus.column_twice`, `consensus.column_name`, `consensus.row_short`,
 * `consensus.number`, `consensus.number_from_0`, `consensus.id_twice`, `consensus.moderated`, `consensus.stance`, `consensus.kind`, `consensus.twice`, and those of csv.h. */
LX_CHECK enum lx_code lx_discussion_read(
	struct lx_call *call, struct lx_text file, struct lx_discussion *discussion);

/* The matrix of a discussion with flags and kinds. */
LX_CHECK enum lx_code lx_discussion_opinions(
	struct lx_call *call, const struct lx_discussion *discussion, struct lx_opinions *opinions);

/* Write the files as Polis does: same header lines, agree = 1. A log that came from a matrix has times
 * 0, 1, 2 … and no dates. */
void lx_write_votes(struct lx_buf *out, const struct lx_discussion *discussion);
LX_CHECK enum lx_code lx_write_comments(struct lx_call *call, struct lx_buf *out,
	const struct lx_discussion *discussion, const struct lx_opinions *opinions);

/* The people with their votes; `group` [opinions->people] or NULL. */
LX_CHECK enum lx_code lx_write_people(struct lx_call *call, struct lx_buf *out,
	const struct lx_discussion *discussion, const struct lx_opinions *opinions,
	const uint8_t *group);

/* ---- results ---- */

enum lx_ground_mode { LX_PLAIN, LX_POLIS };

/* `groups`: 0 lets the silhouette choose, else that many. `reruns`: how often a tenth of the votes is
 * left out to see whether the groups return (0: not at all). `key` picks the votes left out. */
struct lx_ground_options {
	enum lx_ground_mode mode;
	unsigned groups;
	unsigned reruns;
	uint64_t key;
};
#define LX_RERUNS 10

/* How many agreed, how many disagreed, how many voted at all (passes included). */
struct lx_count {
	uint32_t agree, disagree, votes;
};

/* One number of groups that was looked at. `silhouette` is -2 where there is none; `inertia` is the
 * sum of squared distances to the group means. LX_PLAIN refuses groups under 3 or 4 % of the grouped. */
struct lx_split {
	bool tried, admissible;
	double silhouette, inertia;
	uint8_t *group; /* [people]; LX_NO_GROUP for who is not grouped */
	uint32_t size[LX_GROUPS_MOST];
};

/* A group over the reruns: its least and largest size, as people of those grouped now; the mean share of
 * its members who come back to it, and the least. */
struct lx_returned {
	double least, most, kept, kept_least;
};

/* The opinion map and the groups. Axes: entry per statement, 0 where it is out of the analysis;
 * the entry of largest magnitude is positive. The third eigenvalue is only as exact as `determined` needs. `eigenvalue` of the scatter matrix, `trace` its sum;
 * `residual` |Gv - lambda v| / lambda, checked after the fact. `determined`: the first two axes stand
 * apart from each other and from the third by 1e-6 of the first. Directions of axes mean nothing. */
struct lx_ground {
	enum lx_ground_mode mode;
	size_t people, statements, kept, votes, grouped;
	const int64_t *person, *statement; /* ids of rows and columns, borrowed */
	uint8_t *out;                      /* [statements] 1: not in the analysis */
	double *mean, *axis[2], *extremity;
	double eigenvalue[3], trace, residual[2];
	bool determined;
	double (*xy)[2]; /* [people] */
	unsigned k;      /* groups chosen; 1: no division was possible */
	uint8_t *group;  /* [people] */
	uint32_t *base;  /* [people] base clusters, LX_POLIS only, else NULL; UINT32_MAX: none */
	struct lx_split split[LX_GROUPS_MOST + 1];
	struct lx_count *all;                              /* [statements] over all people */
	struct lx_count *count;                            /* [k * statements] by group */
	double *common_agree, *common_disagree, *priority; /* [statements] */
	unsigned reruns;
	double stability, stability_least;            /* adjusted Rand index; -2: not measured */
	bool stable;                                  /* stability >= LX_STABLE, or not measured */
	struct lx_returned returned[LX_GROUPS_MOST];  /* by group, when reruns > 0 */
	double explained_least[2], explained_most[2]; /* eigenvalue / trace over the reruns */
};
#define LX_STABLE 0.6

/* Computes all of it; LX_POLIS within its limits (lx_opinions_by_arrival): `people` and `statements` tell
 * what was taken. Opinions without any vote give an empty result. Faults: `consensus.order` (LX_PLAIN
 * and not ascending), `base.memory`, `base.cancelled`. */
LX_CHECK enum lx_code lx_ground(struct lx_call *call, const struct lx_opinions *opinions,
	const struct lx_ground_options *options, struct lx_ground *ground);

/* Proves what can be proved cheaply of a result: residuals, group sizes, counts, means of groups being
 * the nearest to their members. False when something does not hold. Guaranteed by lx_ground. */
LX_CHECK enum lx_code lx_ground_check(struct lx_call *call, const struct lx_opinions *opinions,
	const struct lx_ground *ground, bool *holds);

/* ---- what the figures say ---- */

#define LX_Z90          1.2816 /* one-sided 90 % */
#define LX_LISTED       5
#define LX_COMMON_VOTES 10 /* each group, before anything is called common */

/* A statement on one side: how many of how many, smoothed share, its test against one half; against
 * the other groups: ratio of shares and test of the difference. `best`: the group's best agreement. */
struct lx_voice {
	uint32_t statement;
	bool agree, best;
	uint32_t successes, trials;
	double share, share_test, ratio, ratio_test;
};

/* At most LX_LISTED + 1 statements that speak for group g, written to voices[]; returns how many. */
size_t lx_ground_speaks(
	const struct lx_ground *ground, unsigned g, struct lx_voice voices[LX_LISTED + 1]);

/* The majority's statements over all people: at most LX_LISTED on the side asked for. */
size_t lx_ground_majority(
	const struct lx_ground *ground, bool agree, struct lx_voice voices[LX_LISTED]);

/* An interval for a share of `successes` among `trials` (Wilson, two-sided 80 %); 0 to 1 for none. */
struct lx_interval {
	double low, high;
};
struct lx_interval lx_wilson(uint32_t successes, uint32_t trials);

/* Between what common_agree of a statement lies: the product of the lower and of the upper Wilson bounds of
 * its groups. */
struct lx_interval lx_ground_common_between(const struct lx_ground *ground, size_t statement);

/* Where a person stands on the map, all zero for who is not grouped: how far from the middle of all who are
 * grouped and from the middle of the own group, and how far out in the direction from the one to the other
 * (negative: on the far side). */
struct lx_standing {
	double to_all, to_group, outward;
};
LX_CHECK enum lx_code lx_ground_standings(
	struct lx_call *call, const struct lx_ground *ground, struct lx_standing **standings);

/* A statement with a figure by which a list is ordered; a and b: the groups meant, where two are. */
struct lx_found {
	uint32_t statement;
	bool agree;
	uint8_t a, b;
	double score;
	struct lx_interval between; /* of the difference of shares, for dividing statements */
};

/* Statements that every group supports: at least LX_COMMON_VOTES votes in each and the lower bound of
 * agreement above one half in each; by the geometric mean of the groups' smoothed shares, falling. Where
 * the groups are not `stable` it is for the caller to show none. */
LX_CHECK enum lx_code lx_ground_common(
	struct lx_call *call, const struct lx_ground *ground, struct lx_found **found, size_t *n);

/* The same for two groups alone, on either side: both agree, or both disagree. At most `most`. */
LX_CHECK enum lx_code lx_ground_bridges(struct lx_call *call, const struct lx_ground *ground,
	uint8_t a, uint8_t b, size_t most, struct lx_found **found, size_t *n);

/* Statements that divide most: by the largest difference of agreement between two groups with enough
 * votes, counted at the end of its 80 % interval that is nearer to 0. At most `most`. */
LX_CHECK enum lx_code lx_ground_divides(struct lx_call *call, const struct lx_ground *ground,
	size_t most, struct lx_found **found, size_t *n);

/* A short list of `most` statements in which everybody has the same weight: all are given money at the
 * same pace; as soon as those who agree with a statement can pay for it together it is listed and
 * their money is gone (Phragmén; in whole numbers). Any tenth of the people with a statement in common
 * has one it agrees with among ten. `score`: how many agree. */
LX_CHECK enum lx_code lx_ground_shortlist(struct lx_call *call, const struct lx_opinions *opinions,
	const struct lx_ground *ground, size_t most, struct lx_found **found, size_t *n);

/* The statement to show next to the person in `row`: among those the person has not voted on, drawn
 * with probability proportional to the weights, by `key`, the person's id and `round`: who knows the
 * key can repeat the draw. `*statement` is SIZE_MAX when none is left; `weight` [statements] may be
 * NULL, else receives the weights (0: not in the draw). */
void lx_ground_next(const struct lx_opinions *opinions, const struct lx_ground *ground, size_t row,
	uint64_t key, uint64_t round, size_t *statement, double *weight);

/* ---- a discussion that goes on ---- */

struct lx_forum;

/* Starts from opinions (copied), ascending by id, and works as LX_PLAIN does. The forum has an arena of
 * its own, with the limit of the call's; it ends with lx_forum_close. */
LX_CHECK enum lx_code lx_forum_open(
	struct lx_call *call, const struct lx_opinions *opinions, struct lx_forum **forum);

/* Takes one vote, replacing an earlier one of the same person on the statement. New persons and
 * statements are added. Costs the votes of that person. */
LX_CHECK enum lx_code lx_forum_vote(struct lx_call *call, struct lx_forum *forum, int64_t person,
	int64_t statement, enum lx_stance stance);

/* Marks a statement as rejected or meta, or takes the marks away. */
LX_CHECK enum lx_code lx_forum_flag(
	struct lx_call *call, struct lx_forum *forum, int64_t statement, uint8_t flag);

/* The opinions as they stand; borrowed until the next vote. */
const struct lx_opinions *lx_forum_opinions(const struct lx_forum *forum);

/* The result as it stands: the same bits as lx_ground over lx_forum_opinions. Valid as long as the
 * call's arena. */
LX_CHECK enum lx_code lx_forum_ground(struct lx_call *call, struct lx_forum *forum,
	const struct lx_ground_options *options, struct lx_ground *ground);

/* Ends a forum and its memory; NULL is allowed. */
void lx_forum_close(struct lx_forum *forum);

#endif
