/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Appraisal: who ranks where, and how far that can be trusted. Judgements (AHP), criteria (entropy
 * weights, TOPSIS, VIKOR, composite index), frontiers (DEA, Malmquist), regions (Theil, Gini, sigma,
 * Krugman, location quotients, gravity, coupling coordination, Moran).
 *
 * Everything is doubles: these figures inform, they never bill and never decide seats. The same input
 * gives the same bits for any number of threads; random draws come from the seed that is handed in.
 * Results live in the call's arena. On failure nothing of `out` is touched and the fault's field
 * names the place ("Site3, labour"). The methods and their delicate points: docs/engines/appraise.md.
 */
#ifndef LX_ENGINES_APPRAISE_H
#define LX_ENGINES_APPRAISE_H

#include "base/buf.h"
#include "base/call.h"
#include "base/message.h"
#include "base/text.h"

/* Rises whenever a method's results change. */
#define LX_APPRAISE_VERSION 1

/* Bounds of what is accepted from outside. */
#define LX_ROWS_MAX         20000   /* units of one table */
#define LX_CELLS_MAX        4000000 /* numbers of one table */
#define LX_JUDGED_MAX       64      /* items compared in pairs */
#define LX_DEA_COLUMNS_MAX  64      /* inputs and outputs together */
#define LX_PERIODS_MAX      100
#define LX_DRAWS_MAX        1000000
#define LX_PERMUTATIONS_MAX 1000000

/* Numbers by row (unit, alternative, region) and column (criterion, input, sector), row after row.
 * The names serve faults and reports; NULL: the numbers from 1. All is borrowed. */
struct lx_grid {
	size_t rows, columns;
	const double *at;
	const struct lx_text *row_names, *column_names;
};

/* Ranks from 1; equals share the better rank (1, 2, 2, 4). `high`: the largest value is first. A NaN
 * comes last. Scratch of the call's arena is given back. */
LX_CHECK enum lx_code lx_rank_values(
	struct lx_call *call, size_t n, const double *value, bool high, size_t *rank);

/* ---- Judgements in pairs: AHP (Saaty 1977, 1980) ---- */

/* A positive fraction in lowest terms, so that 1/3 is 1/3. */
struct lx_judgement {
	int64_t up, down;
};

/* Reads "3", "1/3", "0.25" (at most 9 digits a side); false for anything else, zero or negative. */
bool lx_judgement_read(struct lx_text text, struct lx_judgement *ratio);

/* `cr` by Saaty's random indices of 1980 (0.58 0.90 1.12 1.24 1.32 …), `cr_later` by the later table
 * (0.52 0.89 1.11 1.25 1.35 …); 0 for n <= 2, NaN for n > 10, where the tables end. The triad is the
 * i < j < k whose a_ij a_jk / a_ik lies farthest from 1, with that ratio; 1 when n < 3. */
struct lx_ahp {
	size_t n;
	double *eigenvector, *geometric_mean; /* n each, sum 1 */
	double lambda_max, ci, cr, cr_later;
	size_t triad[3];
	double triad_ratio;
};

/* Weights from an n × n table of judgements. Faults: `appraise.diagonal`, `appraise.reciprocal` (the
 * place names row and column; a_ij a_ji must be 1 exactly). */
LX_CHECK enum lx_code lx_ahp(struct lx_call *call, size_t n, const struct lx_judgement *judgement,
	const struct lx_text *names, struct lx_ahp *out);

/* ---- Criteria ---- */

/* Entropy e_j (natural logarithm over ln rows) of each column's shares, and weights
 * (1 - e_j) / sum (1 - e); a constant column weighs 0. Taken on the raw shares, no prior scaling.
 * Faults: a negative entry, a zero column, one row, all columns constant. */
struct lx_entropy {
	double *e, *weights; /* columns each */
};
LX_CHECK enum lx_code lx_entropy(
	struct lx_call *call, const struct lx_grid *table, struct lx_entropy *out);

/* What criteria are worth and which way is better; `benefit` false: lower is better. Weights are
 * nonnegative with a positive sum, which need not be 1: they are divided by it. */
struct lx_criteria {
	const double *weights;
	const bool *benefit;
};

/* The smallest change of one weight (the others shrink or grow in proportion) at which the unit
 * ranked next below catches up. `column` is SIZE_MAX when no single weight can do it;
 * `margin` is the lead as things stand. */
struct lx_weight_swap {
	size_t above, below, column;
	double margin, weight_from, weight_to;
};

/* TOPSIS (Hwang & Yoon 1981): vector normalisation; closeness = d- / (d+ + d-), higher is better.
 * Where all alternatives are alike closeness is 0/0: 0.5 is given and `alike` set. Known weakness:
 * adding an alternative can reverse the order of the others. */
struct lx_topsis {
	double *closeness, *d_plus, *d_minus; /* rows each */
	size_t *rank;
	bool alike;
};
LX_CHECK enum lx_code lx_topsis(struct lx_call *call, const struct lx_grid *table,
	struct lx_criteria criteria, struct lx_topsis *out);

/* For each neighbouring pair of the ranking, from the top, rows - 1 of them: the change of a weight that
 * would swap them, searched in steps of a hundredth of the way and then halved. */
LX_CHECK enum lx_code lx_topsis_swaps(struct lx_call *call, const struct lx_grid *table,
	struct lx_criteria criteria, const struct lx_topsis *topsis, struct lx_weight_swap **out);

/* VIKOR (Opricovic & Tzeng 2004); all three lower is better. `advantage`: Q of the second is at least
 * 1/(rows - 1) behind; `stable`: the first by Q is also first by S or R. A constant criterion
 * contributes 0. */
struct lx_vikor {
	double *s, *r, *q; /* rows each */
	size_t *rank;      /* by Q */
	size_t best;
	double lead; /* Q of the second less Q of the best */
	bool advantage, stable;
};
LX_CHECK enum lx_code lx_vikor(struct lx_call *call, const struct lx_grid *table,
	struct lx_criteria criteria, double v, struct lx_vikor *out);

/* The same for VIKOR, by Q; `margin` is how far the lower is behind in Q. *out is NULL beyond 3,000
 * rows, where the search would take minutes. */
LX_CHECK enum lx_code lx_vikor_swaps(struct lx_call *call, const struct lx_grid *table,
	struct lx_criteria criteria, double v, const struct lx_vikor *vikor,
	struct lx_weight_swap **out);

/* How far ranks hold: each weight multiplied by a draw from [1 - spread, 1 + spread], `draws` times, by
 * TOPSIS or, with `vikor`, VIKOR with the given v. `low` and `high` hold 90 of 100 draws (the 5 % and the
 * 95 % point). Faults: draws of 0 or too many, a spread beyond 0..1. */
struct lx_rank_choice {
	bool vikor;
	double v, spread;
	uint64_t seed;
	size_t draws;
};
struct lx_rank_ranges {
	double *median, *low, *high; /* rows each */
};
LX_CHECK enum lx_code lx_rank_ranges(struct lx_call *call, const struct lx_grid *table,
	struct lx_criteria criteria, const struct lx_rank_choice *choice,
	struct lx_rank_ranges *out);

/* ---- Composite index (steps of the OECD/JRC handbook 2008) ---- */

enum lx_normalisation { LX_MINMAX, LX_ZSCORE, LX_BY_RANK, LX_TO_TARGET };
enum lx_missing { LX_MISSING_REFUSE, LX_MISSING_MEAN, LX_MISSING_MEDIAN };

/* `goalposts`: low and high for each column (pairs), NULL: the columns' own extremes; `targets`: for
 * LX_TO_TARGET. `spread`: in the simulation each weight is multiplied by a draw from
 * [1 - spread, 1 + spread]. Missing numbers are NaN. */
struct lx_composite_choice {
	enum lx_normalisation normalise;
	bool geometric;
	enum lx_missing missing;
	const double *goalposts, *targets;
	double spread;
	uint64_t seed;
	size_t draws;
};

/* `range`: as lx_rank_ranges; draws vary weights,
 * normalisation and aggregation (geometric only where it is defined). */
struct lx_composite {
	double *score; /* rows */
	size_t *rank;
	struct lx_rank_ranges range;
	struct lx_weight_swap *swaps; /* rows - 1, from the top */
	size_t filled;                /* missing numbers that were filled in */
};

/* Faults: missing numbers unless filled, `appraise.geometric_zero` (a normalised value of 0 or less
 * kills a geometric mean: use goalposts), goalposts or targets that do not fit. */
LX_CHECK enum lx_code lx_composite(struct lx_call *call, const struct lx_grid *table,
	struct lx_criteria criteria, const struct lx_composite_choice *choice,
	struct lx_composite *out);

/* ---- Frontiers: DEA (Charnes, Cooper & Rhodes 1978; Banker, Charnes & Cooper 1984) ---- */

/* For each row, the rows it is measured against and their multipliers: entries first[i] up to
 * first[i + 1]. */
struct lx_peers {
	size_t *first, *unit;
	double *multiplier;
};

/* Input-oriented scores of one returns-to-scale assumption. `super` leaves the unit itself out of the
 * reference set (Andersen & Petersen 1993); NaN: no such point exists (infeasible). Slacks and targets
 * are rows × columns, from the second stage: the largest sum of slacks, each measured in the unit's
 * own amount. */
struct lx_frontier {
	double *score, *super, *slack, *target;
	struct lx_peers peers;
};

enum lx_returns { LX_IRS, LX_CRS, LX_DRS };

/* `scale` is CCR / BCC. */
struct lx_dea {
	struct lx_frontier ccr, bcc;
	double *scale;
	enum lx_returns *returns;
};

/* The first `inputs` columns are inputs, the rest outputs. Scores are relative to the units present.
 * Each score is proved by primal and dual feasibility with equal values; a failed proof is a fault,
 * never an answer. Faults: negative data, a unit whose inputs or outputs are all zero. Dual simplex,
 * one programme a unit continued from CCR to BCC to super-efficiency; units run in parallel. */
LX_CHECK enum lx_code lx_dea(
	struct lx_call *call, const struct lx_grid *table, size_t inputs, struct lx_dea *out);

/* Malmquist index, input-oriented, constant returns (Färe et al.): MI = EC * TC, > 1 is growth.
 * (periods - 1) × units, NaN where a cross-period programme has no solution. */
struct lx_malmquist {
	double *mi, *ec, *tc;
};
LX_CHECK enum lx_code lx_malmquist(struct lx_call *call, const struct lx_grid *periods, size_t n,
	size_t inputs, struct lx_malmquist *out);

/* ---- Regions ---- */

/* Inequality of y/p over units of weight p (two columns: y, p). Theil's T and L fall exactly into
 * between and within groups; L and sd_log are infinite when a y is 0. The two sigmas are unweighted,
 * divisor n. */
struct lx_inequality {
	double theil_t, theil_t_between, theil_t_within;
	double theil_l, theil_l_between, theil_l_within;
	double gini, sigma_cv, sigma_sd_log;
	double *group_t, *group_y_share; /* by group: Theil T inside, share of y */
};

/* `group` gives each row's group below `groups`; NULL with groups 1: all one. Faults: negative y, p
 * not above 0, a group without rows, y all 0. */
LX_CHECK enum lx_code lx_inequality(struct lx_call *call, const struct lx_grid *table,
	const size_t *group, size_t groups, struct lx_inequality *out);

/* Krugman's specialisation and location quotients of a table regions × sectors. `pairwise` is
 * rows × rows; `against_rest` leaves the region itself out; `quotient` rows × columns, NaN where the
 * sector is empty everywhere. Faults: negative entries, an empty region. */
struct lx_krugman {
	double *pairwise, *against_rest, *quotient;
};
LX_CHECK enum lx_code lx_krugman(
	struct lx_call *call, const struct lx_grid *table, struct lx_krugman *out);

/* Gravity links k sqrt(P_i G_i) sqrt(P_j G_j) / d_ij^b; columns of the table: population, output.
 * `distance` rows × rows, symmetric, > 0 off the diagonal. `share`: of all links, those of the city. */
struct lx_gravity {
	double *links, *total, *share;
};
LX_CHECK enum lx_code lx_gravity(struct lx_call *call, const struct lx_grid *table,
	const double *distance, double exponent, double constant, struct lx_gravity *out);

/* Coupling coordination of n subsystems in [0, 1] with weights (divided by their sum):
 * C = n (prod U)^(1/n) / sum U in [0, 1], T = sum a U, D = sqrt(C T). All U 0: C is NaN, D is 0. */
struct lx_coupling {
	double c, t, d;
};
LX_CHECK enum lx_code lx_coupling(struct lx_call *call, size_t n, const double *u,
	const double *weights, struct lx_coupling *out);

/* Who borders on whom: the neighbours of i are to[first[i]] up to to[first[i + 1]], with weights. */
struct lx_neighbours {
	size_t n;
	const size_t *first, *to;
	const double *weight;
};

/* Moran's I and Geary's c with Cliff & Ord's variances; places without neighbours count in n.
 * `p` is (r + 1) / (permutations + 1), r the permutations at least as extreme on I's side; NaN without
 * permutations. */
struct lx_moran {
	double i, expected, var_normality, var_randomisation, z_normality, z_randomisation, geary_c;
	double p;
};
enum lx_quadrant { LX_HIGH_HIGH, LX_LOW_HIGH, LX_LOW_LOW, LX_HIGH_LOW, LX_ALONE };

/* Local I_i = z_i sum_j w_ij z_j / (z'z / n) (Anselin 1995), conditional permutations. */
struct lx_moran_local {
	double *i, *p;
	enum lx_quadrant *quadrant;
};

/* `values` has one column. Faults: fewer than 4 places, all values equal, no neighbours at all, a
 * place that is its own neighbour. */
LX_CHECK enum lx_code lx_moran(struct lx_call *call, const struct lx_grid *values,
	const struct lx_neighbours *neighbours, size_t permutations, uint64_t seed,
	struct lx_moran *out);
LX_CHECK enum lx_code lx_moran_local(struct lx_call *call, const struct lx_grid *values,
	const struct lx_neighbours *neighbours, size_t permutations, uint64_t seed,
	struct lx_moran_local *out);

/* ---- Files: one appraisal read from JSON or CSV, its findings, JSON of them ---- */

enum lx_appraise_kind {
	LX_KIND_AHP,
	LX_KIND_MCDM,
	LX_KIND_ENTROPY,
	LX_KIND_COMPOSITE,
	LX_KIND_DEA,
	LX_KIND_MALMQUIST,
	LX_KIND_INEQUALITY,
	LX_KIND_KRUGMAN,
	LX_KIND_GRAVITY,
	LX_KIND_COUPLING,
	LX_KIND_MORAN,
	LX_KINDS
};
extern const char *const lx_appraise_kinds[LX_KINDS]; /* their names in files */

/* What a file asks for; each kind uses what it needs. */
struct lx_appraisal {
	enum lx_appraise_kind kind;
	struct lx_grid table;
	struct lx_criteria criteria;          /* mcdm, composite, coupling (weights) */
	const struct lx_judgement *judgement; /* ahp */
	double v;                             /* mcdm: VIKOR's weight of the majority */
	struct lx_composite_choice composite; /* composite; its seed serves moran too */
	size_t inputs;                        /* dea, malmquist */
	size_t periods;                       /* malmquist, inequality over time */
	const struct lx_grid *period;         /* as many */
	const struct lx_text *period_names;
	const size_t *group; /* inequality */
	size_t groups;
	const struct lx_text *group_names;
	const char *group_unknown; /* a name in a group that no unit has, or NULL */
	const double *distance;    /* gravity */
	double exponent, constant;
	const size_t *parts;             /* coupling: subsystems of each row; NULL: all columns */
	const double *part_weights;      /* coupling: as the table, by row */
	bool several;                    /* coupling: the file holds a list of cases */
	struct lx_neighbours neighbours; /* moran */
	size_t permutations;
};

/* Reads {"kind": …} with the fields of docs/engines/appraise.md; other fields are passed over. Faults
 * name the field. */
LX_CHECK enum lx_code lx_appraise_read_json(
	struct lx_call *call, struct lx_text text, struct lx_appraisal *out);

/* Reads a table with a head row; the kind tells what its columns mean. Faults have line and column. */
LX_CHECK enum lx_code lx_appraise_read_csv(struct lx_call *call, struct lx_text text,
	enum lx_appraise_kind kind, struct lx_appraisal *out);

/* How a finding is laid out. ROWS and WORDS: one for each row; LINKS: peers; SWAPS: changes of
 * weights; LINES: a table whose rows are JSON objects of one key each. */
enum lx_finding_shape {
	LX_SHAPE_NUMBER,
	LX_SHAPE_ROWS,
	LX_SHAPE_TABLE,
	LX_SHAPE_WORDS,
	LX_SHAPE_LINKS,
	LX_SHAPE_SWAPS,
	LX_SHAPE_LINES
};

/* One finding: `key` in JSON, `label` + "appraise.key." names its message. NaN: undefined. `whole`:
 * the numbers are whole (ranks). `names`: of the rows, `across`: of a table's columns. */
struct lx_appraise_finding {
	const char *key, *label;
	enum lx_finding_shape shape;
	bool whole;
	size_t rows, columns;
	const double *at;
	const char *const *words;
	const struct lx_peers *links;
	const struct lx_weight_swap *swaps;
	const struct lx_text *names, *across;
};

#define LX_REMARK_ARGS 6

/* A sentence: the place it speaks of (or NULL), its key, what is filled in, up to a NULL. */
struct lx_appraise_remark {
	const char *field, *msgid;
	const char *arg[LX_REMARK_ARGS + 1];
};

/* What one method found. */
struct lx_appraise_section {
	const char *method;
	struct lx_appraise_finding *finding;
	size_t findings;
	struct lx_appraise_remark *remark;
	size_t remarks;
};

struct lx_appraise_report {
	struct lx_appraise_section *section;
	size_t sections;
};

/* The kind that methods (names separated by commas, or a kind's own name) belong to; false: there is
 * no such method. */
bool lx_appraise_kind_of(struct lx_text methods, enum lx_appraise_kind *kind);

/* Runs `methods` (names separated by commas; NULL or the kind's name: every method of the kind). A
 * method that cannot be applied is a fault when asked for by name; among all it becomes a remark as
 * long as one works. */
LX_CHECK enum lx_code lx_appraise(struct lx_call *call, const struct lx_appraisal *appraisal,
	const char *methods, struct lx_appraise_report *out);

/* Writes a remark as a sentence. */
void lx_appraise_say(
	struct lx_buf *out, enum lx_lang lang, const struct lx_appraise_remark *remark);

/* Writes the report as one JSON object: the findings by key, then "remarks" as sentences
 * and "version". */
LX_CHECK enum lx_code lx_appraise_json(struct lx_call *call, struct lx_buf *out, enum lx_lang lang,
	const struct lx_appraise_report *report);

#endif
