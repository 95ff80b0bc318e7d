/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Structured problems as JSON: airports, claims, votes, trees, transfers, excludable goods. */
#include "engines/shares/file.h"

#include <string.h>

#define TREES_LISTED 16 /* members up to whom the table of all trees is shown unasked */

/* --- airport --- */

static enum lx_code read_classes(struct lx_problem *p, struct lx_ratios *cost, int64_t **count)
{
	json_t *types;

	LX_TRY(lx_field(p, "types", &types));
	if (!json_is_array(types) || json_array_size(types) == 0)
		return lx_fail(p->call, LX_INVALID, "types", "shares.list", NULL);
	LX_TRY(lx_ratios_open(p->call, json_array_size(types), cost));
	*count = lx_array(p->call, cost->n, sizeof **count);
	if (*count == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < cost->n; i++) {
		json_t *one = json_array_get(types, i), *users = json_object_get(one, "count");
		json_t *price = json_object_get(one, "cost");
		if (price == NULL)
			return lx_fail(p->call, LX_INVALID, "types", "shares.missing", "cost");
		LX_TRY(lx_read_ratio(p->call, "cost", price, cost->at[i]));
		if (users != NULL && !json_is_integer(users))
			return lx_fail(p->call, LX_INVALID, "count", "shares.count", "%zu", i + 1);
		(*count)[i] = users == NULL ? 1 : json_integer_value(users);
	}
	return LX_OK;
}

static json_t *reals(const double *at, size_t n)
{
	json_t *one = json_object(), *list = json_array();

	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(list, json_real(at[i]));
	(void)json_object_set_new(one, "decimal", list);
	return one;
}

/* Too many classes for fractions: decimals that inform and cannot bill. */
static enum lx_code airport_real(
	struct lx_problem *p, const struct lx_ratios *cost, const int64_t *count)
{
	double *dear = lx_array(p->call, cost->n, sizeof *dear);
	double *shapley = lx_array(p->call, cost->n, sizeof *shapley);
	double *nucleolus = lx_array(p->call, cost->n, sizeof *nucleolus);

	if (dear == NULL || shapley == NULL || nucleolus == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < cost->n; i++)
		dear[i] = lx_ratio_real(cost->at[i]);
	LX_TRY(lx_airport_real(p->call, cost->n, dear, count, shapley, nucleolus));
	(void)json_object_set_new(p->out, "shapley_per_movement", reals(shapley, cost->n));
	(void)json_object_set_new(p->out, "nucleolus_per_movement", reals(nucleolus, cost->n));
	(void)json_object_set_new(p->out, "informs_only", json_true());
	return LX_OK;
}

static enum lx_code airport(struct lx_problem *p)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios cost = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios fees = { 0 };
	int64_t *count = NULL;

	LX_TRY(read_classes(p, &cost, &count));
	if (cost.n > LX_AIRPORT_EXACT)
		return airport_real(p, &cost, count);
	if (lx_asked(p, "shapley_per_movement"))
		LX_TRY(lx_put_shares(p, "shapley_per_movement",
			lx_airport_shapley(p->call, cost.n, &cost, count, &fees), &fees));
	if (lx_asked(p, "nucleolus_per_movement"))
		LX_TRY(lx_put_shares(p, "nucleolus_per_movement",
			lx_airport_nucleolus(p->call, cost.n, &cost, count, &fees), &fees));
	return LX_OK;
}

/* --- claims --- */

static enum lx_code claims(struct lx_problem *p)
{
	static const char *const names[] = { [LX_CLAIMS_PROPORTIONAL] = "proportional",
		[LX_CLAIMS_EQUAL_AWARDS] = "cea",
		[LX_CLAIMS_EQUAL_LOSSES] = "cel",
		[LX_CLAIMS_TALMUD] = "talmud",
		[LX_CLAIMS_ADJUSTED] = "adjusted_proportional",
		[LX_CLAIMS_ARRIVAL] = "random_arrival" };
	LX_CLOSE(lx_ratios_close) struct lx_ratios claim = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios estate = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios awards = { 0 };

	LX_TRY(lx_read_ratios(p, "claims", &claim));
	LX_TRY(lx_ratios_open(p->call, 1, &estate));
	LX_TRY(lx_read_ratio_field(p, "estate", estate.at[0]));
	for (size_t rule = 0; rule < sizeof names / sizeof names[0]; rule++)
		if (lx_asked(p, names[rule])) {
			enum lx_code code = lx_claims(
				p->call, (enum lx_claims_rule)rule, estate.at[0], &claim, &awards);
			if (code != LX_OK && rule != LX_CLAIMS_ARRIVAL)
				return code;
			LX_TRY(lx_put_shares(p, names[rule], code, &awards));
		}
	return LX_OK;
}

/* --- votes --- */

static enum lx_code voting(struct lx_problem *p)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios shapley = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios banzhaf = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios sum = { 0 };
	int64_t quota = 0, *weights = NULL;
	size_t n;

	LX_TRY(lx_read_ints(p, "weights", &n, &weights));
	LX_TRY(lx_read_int(p, "quota", 1, INT64_MAX / 2, &quota));
	LX_TRY(lx_voting(p->call, n, weights, quota, &shapley, &banzhaf));
	if (lx_asked(p, "shapley_shubik"))
		LX_TRY(lx_put_shares(p, "shapley_shubik", LX_OK, &shapley));
	if (!lx_asked(p, "banzhaf"))
		return LX_OK;
	LX_TRY(lx_put_shares(p, "banzhaf_raw", LX_OK, &banzhaf));
	LX_TRY(lx_ratios_open(p->call, 1, &sum));
	lx_ratios_sum(&banzhaf, sum.at[0]); /* somebody swings when the quota is within reach */
	for (size_t i = 0; i < n; i++)
		mpq_div(banzhaf.at[i], banzhaf.at[i], sum.at[0]);
	return lx_put_shares(p, "banzhaf_normalised", LX_OK, &banzhaf);
}

static enum lx_code majority(struct lx_problem *p)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios shapley = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios share = { 0 };
	struct lx_majority rule = { 0 };
	int64_t members = 0, blocking = 0, *population = NULL;
	uint64_t winning = 0;

	LX_TRY(lx_read_ints(p, "populations_thousand", &rule.n, &population));
	LX_TRY(lx_read_int(p, "members_needed", 0, LX_MAJORITY_MOST, &members));
	LX_TRY(lx_read_int(p, "min_blocking_members", 0, LX_MAJORITY_MOST, &blocking));
	LX_TRY(lx_ratios_open(p->call, 1, &share));
	LX_TRY(lx_read_ratio_field(p, "population_share_needed", share.at[0]));
	rule.population = population;
	rule.members = (unsigned)members;
	rule.blocking = (unsigned)blocking;
	rule.share = share.at[0];
	uint64_t *swings = lx_array(p->call, rule.n, sizeof *swings);
	if (swings == NULL)
		return LX_BROKEN;
	LX_TRY(lx_majority(p->call, &rule, &winning, swings, &shapley));
	(void)json_object_set_new(p->out, "winning_coalitions", json_integer((json_int_t)winning));
	if (lx_asked(p, "shapley_shubik"))
		LX_TRY(lx_put_shares(p, "shapley_shubik", LX_OK, &shapley));
	json_t *list = json_array();
	for (size_t i = 0; i < rule.n; i++)
		(void)json_array_append_new(list, json_integer((json_int_t)swings[i]));
	(void)json_object_set_new(p->out, "banzhaf_swings", list);
	return LX_OK;
}

/* --- trees --- */

/* Rows of numbers, symmetric or with zeros below the diagonal. */
static enum lx_code read_matrix(struct lx_problem *p, struct lx_ratios *out)
{
	json_t *rows;
	bool upper = true;

	LX_TRY(lx_field(p, "matrix", &rows));
	size_t m = json_array_size(rows);
	if (m < 2 || m > LX_TREE_NODES)
		return lx_fail(p->call, LX_INVALID, "matrix", "shares.list", NULL);
	LX_TRY(lx_ratios_open(p->call, m * m, out));
	for (size_t i = 0; i < m; i++) {
		json_t *row = json_array_get(rows, i);
		if (!json_is_array(row) || json_array_size(row) != m)
			return lx_fail(p->call, LX_INVALID, "matrix", "shares.length", "%zu", m);
		for (size_t j = 0; j < m; j++) {
			mpq_ptr at = out->at[i * m + j];
			LX_TRY(lx_read_ratio(p->call, "matrix", json_array_get(row, j), at));
			upper = upper && (i <= j || mpq_sgn(at) == 0);
		}
	}
	for (size_t i = 0; upper && i < m; i++)
		for (size_t j = 0; j < i; j++)
			mpq_set(out->at[i * m + j], out->at[j * m + i]);
	return LX_OK;
}

static void put_table(struct lx_problem *p)
{
	json_t *table = json_array();
	mpq_t worth;

	mpq_init(worth);
	for (size_t S = 0; S < (size_t)1 << p->game.n; S++) {
		lx_worth_ratio(&p->game, S, worth);
		(void)json_array_append_new(table, lx_json_ratio(worth));
	}
	mpq_clear(worth);
	(void)json_object_set_new(p->out, "table", table);
}

/* A method that needs the table of all coalitions, of more players than it takes. */
static enum lx_code no_table(struct lx_problem *p, const char *method)
{
	if (!lx_asked(p, method))
		return LX_OK;
	return lx_put_error(p, method,
		lx_fail(p->call, LX_INVALID, "matrix", "shares.players", "%d", LX_TREE_TABLE));
}

static enum lx_code tree_games(struct lx_problem *p, size_t n, const struct lx_ratios *cost)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios shares = { 0 };
	LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus found = { 0 };

	if (n > LX_TREE_TABLE) {
		LX_TRY(no_table(p, "table"));
		LX_TRY(no_table(p, "kar_shapley"));
		return no_table(p, "prenucleolus");
	}
	bool table = lx_asked(p, "table") && (p->methods != NULL || n <= TREES_LISTED);
	if (!table && !lx_asked(p, "kar_shapley") && !lx_asked(p, "prenucleolus"))
		return LX_OK;
	LX_TRY(lx_tree_game(p->call, n, cost, false, &p->game));
	if (table)
		put_table(p);
	if (lx_asked(p, "kar_shapley"))
		LX_TRY(lx_put_shares(
			p, "kar_shapley", lx_shapley(p->call, &p->game, &shares), &shares));
	if (!lx_asked(p, "prenucleolus"))
		return LX_OK;
	LX_TRY(lx_nucleolus(p->call, &p->game, LX_PER_COALITION, false, &found));
	return lx_put_shares(p, "prenucleolus", LX_OK, &found.x);
}

static enum lx_code tree(struct lx_problem *p)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios cost = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios shares = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios folk = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios total = { 0 };
	json_t *source = json_object_get(p->in, "source_node");

	if (source != NULL && json_integer_value(source) != 0)
		return lx_fail(p->call, LX_INVALID, "source_node", "shares.whole", "0..0");
	LX_TRY(read_matrix(p, &cost));
	size_t n = json_array_size(json_object_get(p->in, "matrix")) - 1;
	LX_TRY(lx_ratios_open(p->call, 1, &total));
	LX_TRY(lx_tree_bird(p->call, n, &cost, &shares, total.at[0]));
	(void)json_object_set_new(p->out, "total", lx_json_ratio(total.at[0]));
	if (lx_asked(p, "bird"))
		LX_TRY(lx_put_shares(p, "bird", LX_OK, &shares));
	LX_TRY(tree_games(p, n, &cost));
	if (!lx_asked(p, "folk"))
		return LX_OK;
	return lx_put_shares(p, "folk", lx_tree_folk(p->call, n, &cost, &folk), &folk);
}

/* --- transfers --- */

static enum lx_code transfer(struct lx_problem *p)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios weights = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios baseline = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios observed = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios t = { 0 };
	bool downstream;

	LX_TRY(lx_ratios_open(p->call, 2, &t));
	LX_TRY(lx_read_ratio_field(p, "k0", t.at[0]));
	LX_TRY(lx_read_ratios(p, "weights", &weights));
	LX_TRY(lx_read_ratios(p, "baseline", &baseline));
	LX_TRY(lx_read_ratios(p, "observed", &observed));
	LX_TRY(lx_transfer(p->call, t.at[0], &weights, &baseline, &observed, t.at[1], &downstream));
	(void)json_object_set_new(p->out, "P", lx_json_ratio(t.at[1]));
	(void)json_object_set_new(
		p->out, "payer", json_string(downstream ? "downstream" : "upstream"));
	const char *key;
	json_t *value;
	json_object_foreach(p->in, key, value) if (strncmp(key, "amount", 6) == 0)(void)
		json_object_set(p->out, key, value);
	return LX_OK;
}

/* --- excludable goods --- */

static enum lx_code excludable(struct lx_problem *p)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios statements = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios payments = { 0 };
	json_t *rule = json_object_get(p->in, "shares");
	const char *word = rule == NULL ? "shapley" : json_string_value(rule);
	uint32_t users;

	LX_TRY(lx_read_game(p));
	if (word == NULL || !lx_word_in(lx_text(word), "shapley equal"))
		return lx_fail(p->call, LX_INVALID, "shares", "shares.excludable_rule", NULL);
	LX_TRY(lx_read_ratios(p, "statements", &statements));
	enum lx_excludable_shares shares = strcmp(word, "equal") == 0 ? LX_EXCLUDABLE_EQUAL
								      : LX_EXCLUDABLE_SHAPLEY;
	LX_TRY(lx_excludable(p->call, &p->game, shares, &statements, &users, &payments));
	json_t *list = json_array();
	for (unsigned i = 0; i < p->game.n; i++)
		if (users >> i & 1)
			(void)json_array_append(list, json_array_get(p->players, i));
	(void)json_object_set_new(p->out, "users", list);
	(void)json_object_set_new(p->out, "coalition", json_integer(users));
	return lx_put_shares(p, "moulin_shenker", LX_OK, &payments);
}

/* --- sampling --- */

static json_t *real_list(const double *middle, const double *half, double sign, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(list, json_real(middle[i] + sign * half[i]));
	return list;
}

static enum lx_code sampled(struct lx_problem *p)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios sizes = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios quota = { 0 };
	bool dearest = json_object_get(p->in, "costs") != NULL;
	struct lx_sampled game = { .kind = dearest ? LX_SAMPLED_DEAREST : LX_SAMPLED_QUOTA };
	int64_t orders = 0, seed = 0;

	LX_TRY(lx_read_ratios(p, dearest ? "costs" : "weights", &sizes));
	LX_TRY(lx_read_int(p, "permutations", 4, LX_SAMPLED_WORK, &orders));
	LX_TRY(lx_read_int(p, "seed", 0, INT64_MAX, &seed));
	LX_TRY(lx_ratios_open(p->call, 1, &quota));
	if (!dearest)
		LX_TRY(lx_read_ratio_field(p, "quota", quota.at[0]));
	game.n = sizes.n;
	game.quota = lx_ratio_real(quota.at[0]);
	double *at = lx_array(p->call, game.n, 3 * sizeof *at);
	if (at == NULL)
		return LX_BROKEN;
	double *mean = at + game.n, *half = mean + game.n;
	for (size_t i = 0; i < game.n; i++)
		at[i] = lx_ratio_real(sizes.at[i]);
	game.sizes = at;
	LX_TRY(lx_sample_shapley(p->call, &game, (size_t)orders, (uint64_t)seed, mean, half));
	(void)json_object_set_new(p->out, "sampled_shapley", real_list(mean, half, 0, game.n));
	(void)json_object_set_new(p->out, "low", real_list(mean, half, -1, game.n));
	(void)json_object_set_new(p->out, "high", real_list(mean, half, 1, game.n));
	(void)json_object_set_new(p->out, "permutations", json_integer(orders / 2 * 2));
	(void)json_object_set_new(p->out, "seed", json_integer(seed));
	(void)json_object_set_new(p->out, "confidence", json_real(0.95));
	(void)json_object_set_new(p->out, "informs_only", json_true());
	return LX_OK;
}

enum lx_code lx_share_structured(struct lx_problem *p, const char *kind)
{
	static const struct {
		const char *kind;
		enum lx_code (*run)(struct lx_problem *p);
	} kinds[] = {
		{ "airport", airport },
		{ "bankruptcy", claims },
		{ "weighted_voting", voting },
		{ "double_majority", majority },
		{ "mst", tree },
		{ "indicator_transfer", transfer },
		{ "sampled_game", sampled },
	};

	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
		if (strcmp(kind, kinds[k].kind) == 0)
			return kinds[k].run(p);
	return excludable(p);
}
