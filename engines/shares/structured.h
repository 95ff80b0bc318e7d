/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Sharing problems with a structure of their own, part of shares.h: include that.
 *
 * Each replaces a table of 2^n worths by what the problem is made of, so that it serves many members.
 */
#ifndef LX_ENGINES_SHARES_STRUCTURED_H
#define LX_ENGINES_SHARES_STRUCTURED_H

#ifndef LX_ENGINES_SHARES_H
#error "include engines/shares/shares.h"
#endif

/* Airport and other nested facilities (Littlechild & Owen 1973, Littlechild 1974): class k needs a
 * facility of cost[k], positive, strictly ascending, and has count[k] >= 1 users. Fees per user:
 * Shapley, and nucleolus by the recursion over the lower hull. Exact; the fractions grow with the
 * classes, so at most LX_AIRPORT_EXACT; the same in doubles, for reports, up to LX_STRUCTURED_MAX.
 * Faults name the class. */
#define LX_AIRPORT_EXACT 2000
LX_CHECK enum lx_code lx_airport_shapley(struct lx_call *call, size_t n,
	const struct lx_ratios *cost, const int64_t *count, struct lx_ratios *fees);
LX_CHECK enum lx_code lx_airport_nucleolus(struct lx_call *call, size_t n,
	const struct lx_ratios *cost, const int64_t *count, struct lx_ratios *fees);
LX_CHECK enum lx_code lx_airport_real(struct lx_call *call, size_t n, const double *cost,
	const int64_t *count, double *shapley, double *nucleolus);

/* Claims on an estate too small (O'Neill 1982, Aumann & Maschler 1985, Curiel et al. 1987).
 * Constrained equal awards protects small claims, constrained equal losses large ones, Talmud both,
 * switching at half. Random arrival takes at most LX_CLAIMS_ARRIVAL_MOST claims. The estate lies between 0
 * and the sum of claims; claims are not negative. */
enum lx_claims_rule {
	LX_CLAIMS_PROPORTIONAL,
	LX_CLAIMS_EQUAL_AWARDS,
	LX_CLAIMS_EQUAL_LOSSES,
	LX_CLAIMS_TALMUD,
	LX_CLAIMS_ADJUSTED,
	LX_CLAIMS_ARRIVAL
};
#define LX_CLAIMS_MOST         10000
#define LX_CLAIMS_ARRIVAL_MOST 20
LX_CHECK enum lx_code lx_claims(struct lx_call *call, enum lx_claims_rule rule, mpq_srcptr estate,
	const struct lx_ratios *claims, struct lx_ratios *out);

/* Power of votes: Shapley-Shubik, Banzhaf raw (swings / 2^(n-1)), by counting over (size, weight) in
 * whole numbers. n <= LX_VOTERS_MOST; n^2 * total weight is bounded. */
#define LX_VOTERS_MOST 120
LX_CHECK enum lx_code lx_voting(struct lx_call *call, size_t n, const int64_t *weights,
	int64_t quota, struct lx_ratios *shapley, struct lx_ratios *banzhaf);

/* Double majority: S wins with at least `members` members who have at least `share` of the population,
 * or when fewer than `blocking` members are missing. All 2^n coalitions are counted, by halves; whole
 * numbers throughout. `swings` has n entries. n <= LX_MAJORITY_MOST. */
#define LX_MAJORITY_MOST 40
struct lx_majority {
	size_t n;
	const int64_t *population;
	unsigned members, blocking;
	mpq_srcptr share;
};
LX_CHECK enum lx_code lx_majority(struct lx_call *call, const struct lx_majority *rule,
	uint64_t *winning, uint64_t *swings, struct lx_ratios *shapley);

/* Sampling the Shapley value of games too large for a table: the dearest member's cost (airport,
 * sizes are costs) or a quota of weights (votes). `orders` permutations, each with its reverse, from the
 * seed; mean and half width of an interval that holds with 95 % for each player, whatever the
 * distribution. Informs, never bills. Same bits for any number of threads. */
enum lx_sampled_kind { LX_SAMPLED_DEAREST, LX_SAMPLED_QUOTA };
#define LX_SAMPLED_MOST 100000
#define LX_SAMPLED_WORK 2000000000 /* players times orders */
struct lx_sampled {
	enum lx_sampled_kind kind;
	size_t n;
	const double *sizes;
	double quota;
};
LX_CHECK enum lx_code lx_sample_shapley(struct lx_call *call, const struct lx_sampled *game,
	size_t orders, uint64_t seed, double *mean, double *half);

/* Minimum-cost trees from a source. `cost` is (n+1) x (n+1), symmetric, not negative, node 0 the
 * source. lx_tree_bird: each pays the arc that joins it, in Prim's order, ties by lowest arc, then
 * lowest node (Bird 1976; depends on ties). lx_tree_game: the table of all coalitions, each with its own
 * tree over the source, as whole numbers over a scale; `reduced` replaces costs by the dearest arc on
 * the cheapest way (its Shapley value is the folk rule). The table takes n <= LX_TREE_TABLE. */
#define LX_TREE_NODES 2000
#define LX_TREE_TABLE 24
LX_CHECK enum lx_code lx_tree_bird(struct lx_call *call, size_t n, const struct lx_ratios *cost,
	struct lx_ratios *out, mpq_ptr total);
LX_CHECK enum lx_code lx_tree_game(struct lx_call *call, size_t n, const struct lx_ratios *cost,
	bool reduced, struct lx_game *out);

/* The folk rule without a table, for n <= LX_TREE_NODES, as equal remaining obligations (Bergantinos &
 * Kar 2010): arcs of the tree join groups from the cheapest up; a group not yet joined to the source owes 1,
 * shared alike, and each arc is paid by those whose obligation it lowers. */
LX_CHECK enum lx_code lx_tree_folk(
	struct lx_call *call, size_t n, const struct lx_ratios *cost, struct lx_ratios *out);

/* A cost function: C(a,b)=sqrt(a^2+b^2)+a*b. Numbers, + - * / ^, brackets, sqrt ln exp abs min max.
 * At most LX_FORMULA_NODES nodes and LX_FORMULA_NAMES variables. */
#define LX_FORMULA_NODES 256
#define LX_FORMULA_NAMES 8
struct lx_formula;

/* Reads `name(a,b)=...`, `u2=...` or what would stand behind the `=` (then the variables are those of
 * `otherwise`, separated by commas). Faults: `shares.formula` with the column. */
LX_CHECK enum lx_code lx_formula_read(
	struct lx_call *call, struct lx_text text, const char *otherwise, struct lx_formula **out);
size_t lx_formula_variables(const struct lx_formula *formula);

/* Value and derivative along `with` (may be NULL): exactly, where the formula is rational there and
 * roots come out even (otherwise false); and in doubles (false when not finite). */
bool lx_formula_exact(const struct lx_formula *formula, const mpq_t *at, const mpq_t *with,
	mpq_ptr value, mpq_ptr slope);
bool lx_formula_real(const struct lx_formula *formula, const double *at, const double *with,
	double *value, double *slope);

/* Demands for one good whose cost depends on the sum: serial (Moulin & Shenker 1992: a small user is
 * protected from large ones), average cost, Aumann-Shapley (average of marginal cost; covers the cost
 * only when C(0) = 0). Exact where the formula is; else `shares.inexact`. */
enum lx_demand_rule { LX_DEMAND_SERIAL, LX_DEMAND_AVERAGE, LX_DEMAND_AUMANN_SHAPLEY };
LX_CHECK enum lx_code lx_demand(struct lx_call *call, enum lx_demand_rule rule,
	const struct lx_formula *cost, const struct lx_ratios *demands, struct lx_ratios *out);

/* Aumann-Shapley prices of several goods: integral of the marginal cost along the ray. Exact when the
 * marginal cost along the ray is a polynomial of degree below LX_RAY_DEGREE, which LX_RAY_POINTS
 * rational points agree on; then *exact. Otherwise doubles in `real` only (Gauss). Needs C(0) = 0. */
#define LX_RAY_DEGREE 16
#define LX_RAY_POINTS 48
LX_CHECK enum lx_code lx_aumann_shapley(struct lx_call *call, const struct lx_formula *cost,
	const struct lx_ratios *quantities, struct lx_ratios *prices, double *real, bool *exact);

/* Lindahl: everyone wants the same quantity g at his own price. Linear marginal benefits a_i - b_i g
 * against a marginal cost; or shares alpha_i of income under a unit cost. Refuses a negative price
 * (`shares.lindahl_negative`). Rests on stated benefits: not proof against understatement. */
LX_CHECK enum lx_code lx_lindahl_linear(struct lx_call *call, const struct lx_ratios *a,
	const struct lx_ratios *b, mpq_srcptr marginal_cost, mpq_ptr g, struct lx_ratios *prices);
LX_CHECK enum lx_code lx_lindahl_income(struct lx_call *call, const struct lx_ratios *alpha,
	const struct lx_ratios *income, mpq_srcptr unit_cost, mpq_ptr g, struct lx_ratios *prices);

/* The same with any formulas: member[i] is what one more unit is worth to i, of (g, his numbers), or, when
 * `income` is given, his utility of (g, x, his numbers), x what he keeps. `marginal_cost` is a formula of
 * g. The sum of what it is worth must fall as g grows (`shares.lindahl_falls`). In doubles, which inform;
 * `exact` tells that fractions were found which solve the formulas exactly. */
struct lx_lindahl {
	size_t n;
	const struct lx_formula *const *member;
	size_t numbers_each;             /* numbers of each member, after g or g and x */
	const struct lx_ratios *numbers; /* n times as many; NULL: none */
	const struct lx_ratios *income;  /* NULL: marginal benefits */
	const struct lx_formula *marginal_cost;
};
struct lx_lindahl_found {
	double g, *prices;
	bool exact;
	struct lx_ratios exact_g, exact_prices; /* when exact */
};
LX_CHECK enum lx_code lx_lindahl(
	struct lx_call *call, const struct lx_lindahl *problem, struct lx_lindahl_found *out);
void lx_lindahl_close(struct lx_lindahl_found *found);

/* Two parties bargain. On a convex polygon (vertices in order, x y x y ...), exactly; on a falling
 * concave frontier u2 = f(u1), low <= u1 <= high, in doubles. Results: u1, u2. */
enum lx_bargain_rule { LX_BARGAIN_NASH, LX_BARGAIN_KALAI_SMORODINSKY, LX_BARGAIN_EGALITARIAN };
#define LX_POLYGON_MOST 1000
LX_CHECK enum lx_code lx_bargain_polygon(struct lx_call *call, enum lx_bargain_rule rule,
	const struct lx_ratios *vertices, const struct lx_ratios *disagreement,
	struct lx_ratios *out);
LX_CHECK enum lx_code lx_bargain_frontier(struct lx_call *call, enum lx_bargain_rule rule,
	const struct lx_formula *frontier, double low, double high, const double *disagreement,
	double *out);

/* P = k0 sum k_i C_i / C_i0, exactly; P <= 1: the downstream party pays. Weights sum to 1, baselines
 * are positive, observations are not negative. */
LX_CHECK enum lx_code lx_transfer(struct lx_call *call, mpq_srcptr steadiness,
	const struct lx_ratios *weights, const struct lx_ratios *baseline,
	const struct lx_ratios *observed, mpq_ptr index, bool *downstream_pays);

/* Who uses an excludable good, and what each pays (Moulin & Shenker 2001): starting from all, those
 * whose share exceeds their statement leave until nobody does. With cross-monotonic shares (nobody's
 * share rises when another joins; checked, refused with `shares.cross_monotonic` naming coalition and
 * member) the payments cover the cost exactly, nobody pays more than he stated, and no group gains by
 * misstating. What is lost: efficiency; a good worth more than it costs may stay unbuilt.
 * n <= LX_EXCLUDABLE_MOST. Shapley shares are cross-monotonic for submodular costs. */
enum lx_excludable_shares { LX_EXCLUDABLE_SHAPLEY, LX_EXCLUDABLE_EQUAL };
#define LX_EXCLUDABLE_MOST 24
LX_CHECK enum lx_code lx_excludable(struct lx_call *call, const struct lx_game *costs,
	enum lx_excludable_shares shares, const struct lx_ratios *statements, uint32_t *users,
	struct lx_ratios *payments);

/* The same without the check, for showing what goes wrong without it. */
LX_CHECK enum lx_code lx_excludable_unchecked(struct lx_call *call, const struct lx_game *costs,
	enum lx_excludable_shares shares, const struct lx_ratios *statements, uint32_t *users,
	struct lx_ratios *payments);

#endif
