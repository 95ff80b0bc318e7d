/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Structured methods against the games they stand for; the mechanism; sampling. */
#include "engines/shares/shares_box.h"

#include "base/memory.h"
#include "engines/shares/file.h"

#include <math.h>

static void arrival_is_shapley_and_talmud_the_nucleolus_of_claims(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		BOX(box);
		LX_CLOSE(lx_ratios_close) struct lx_ratios claims = { 0 };
		LX_CLOSE(lx_ratios_close) struct lx_ratios estate = { 0 };
		LX_CLOSE(lx_ratios_close) struct lx_ratios talmud = { 0 };
		LX_CLOSE(lx_ratios_close) struct lx_ratios dual = { 0 };
		LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus found = { 0 };
		uint64_t random = seed;
		int64_t claim[5], total = 0, *worth = lx_array(&box.call, 32, sizeof *worth);
		assert_int_equal(lx_ratios_open(&box.call, 5, &claims), LX_OK);
		assert_int_equal(lx_ratios_open(&box.call, 3, &estate), LX_OK);
		for (unsigned i = 0; i < 5; i++) {
			claim[i] = (int64_t)(draw(&random) % 100);
			total += claim[i];
			mpq_set_si(claims.at[i], claim[i], 1);
		}
		int64_t amount = (int64_t)(draw(&random) % (uint64_t)(total + 1));
		mpq_set_si(estate.at[0], amount, 1);
		mpq_set_si(estate.at[1], total - amount, 1);
		for (size_t S = 1; S < 32; S++) {
			worth[S] = amount;
			for (unsigned i = 0; i < 5; i++)
				worth[S] -= S >> i & 1 ? 0 : claim[i];
			worth[S] = worth[S] < 0 ? 0 : worth[S];
		}
		struct lx_game game = { .n = 5, .worth = worth, .scale = 1 };
		assert_int_equal(
			lx_claims(&box.call, LX_CLAIMS_TALMUD, estate.at[0], &claims, &talmud),
			LX_OK);
		assert_int_equal(
			lx_nucleolus(&box.call, &game, LX_PER_COALITION, true, &found), LX_OK);
		for (unsigned i = 0; i < 5; i++)
			assert_true(mpq_equal(talmud.at[i], found.x.at[i]));
		assert_int_equal(
			lx_claims(&box.call, LX_CLAIMS_ARRIVAL, estate.at[0], &claims, &talmud),
			LX_OK);
		assert_int_equal(lx_shapley(&box.call, &game, &dual), LX_OK);
		for (unsigned i = 0; i < 5; i++)
			assert_true(mpq_equal(talmud.at[i], dual.at[i]));
		assert_int_equal(
			lx_claims(&box.call, LX_CLAIMS_TALMUD, estate.at[0], &claims, &talmud),
			LX_OK);
		/* self-dual: awards of the estate and losses of the rest make up the claims */
		assert_int_equal(
			lx_claims(&box.call, LX_CLAIMS_TALMUD, estate.at[1], &claims, &dual),
			LX_OK);
		for (unsigned i = 0; i < 5; i++) {
			mpq_add(estate.at[2], talmud.at[i], dual.at[i]);
			assert_true(mpq_equal(estate.at[2], claims.at[i]));
		}
		assert_int_equal(lx_claims(&box.call, LX_CLAIMS_EQUAL_AWARDS, estate.at[0], &claims,
					 &talmud),
			LX_OK);
		assert_int_equal(
			lx_claims(&box.call, LX_CLAIMS_EQUAL_LOSSES, estate.at[1], &claims, &dual),
			LX_OK);
		for (unsigned i = 0; i < 5; i++) {
			mpq_add(estate.at[2], talmud.at[i], dual.at[i]);
			assert_true(mpq_equal(estate.at[2], claims.at[i]));
		}
	}
}

static void airport_agrees_with_its_game(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		BOX(box);
		LX_CLOSE(lx_ratios_close) struct lx_ratios cost = { 0 };
		LX_CLOSE(lx_ratios_close) struct lx_ratios fees = { 0 };
		LX_CLOSE(lx_ratios_close) struct lx_ratios shapley = { 0 };
		LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus found = { 0 };
		int64_t count[4], dear[4], at = 0, of[10],
					   *worth = lx_array(&box.call, 1 << 10, sizeof *worth);
		double real[4], real_shapley[4], real_nucleolus[4];
		uint64_t random = seed;
		unsigned n = 0;
		assert_int_equal(lx_ratios_open(&box.call, 4, &cost), LX_OK);
		for (unsigned k = 0; k < 4; k++) {
			count[k] = 1 + (int64_t)(draw(&random) % 2);
			dear[k] = at += 1 + (int64_t)(draw(&random) % 50);
			real[k] = (double)at;
			mpq_set_si(cost.at[k], at, 1);
			for (int64_t c = 0; c < count[k]; c++)
				of[n++] = k;
		}
		for (size_t S = 1; S < (size_t)1 << n; S++)
			worth[S] = dear[of[63 - __builtin_clzll(S)]];
		struct lx_game game = { .n = n, .cost = true, .worth = worth, .scale = 1 };
		assert_int_equal(lx_shapley(&box.call, &game, &shapley), LX_OK);
		assert_int_equal(lx_airport_shapley(&box.call, 4, &cost, count, &fees), LX_OK);
		for (unsigned i = 0; i < n; i++)
			assert_true(mpq_equal(shapley.at[i], fees.at[of[i]]));
		assert_int_equal(
			lx_nucleolus(&box.call, &game, LX_PER_COALITION, false, &found), LX_OK);
		assert_int_equal(lx_airport_nucleolus(&box.call, 4, &cost, count, &fees), LX_OK);
		assert_int_equal(
			lx_airport_real(&box.call, 4, real, count, real_shapley, real_nucleolus),
			LX_OK);
		for (unsigned i = 0; i < n; i++) {
			assert_true(mpq_equal(found.x.at[i], fees.at[of[i]]));
			double gap = real_nucleolus[of[i]] - lx_ratio_real(fees.at[of[i]]);
			assert_true(gap < 1e-9 && gap > -1e-9);
		}
	}
}

static void votes_agree_with_their_game(void **state)
{
	BOX(box);
	static const int64_t weights[] = { 7, 5, 4, 4, 3, 1, 0, 2 };
	(void)state;
	for (int64_t quota = 1; quota <= 26; quota++) {
		LX_CLOSE(lx_ratios_close) struct lx_ratios a = { 0 };
		LX_CLOSE(lx_ratios_close) struct lx_ratios b = { 0 };
		LX_CLOSE(lx_ratios_close) struct lx_ratios shapley = { 0 };
		LX_CLOSE(lx_ratios_close) struct lx_ratios banzhaf = { 0 };
		struct lx_game game;
		assert_int_equal(lx_voting(&box.call, 8, weights, quota, &a, &b), LX_OK);
		assert_int_equal(lx_game_voting(&box.call, 8, weights, quota, &game), LX_OK);
		assert_int_equal(lx_shapley(&box.call, &game, &shapley), LX_OK);
		assert_int_equal(lx_banzhaf(&box.call, &game, &banzhaf), LX_OK);
		for (unsigned i = 0; i < 8; i++) {
			assert_true(mpq_equal(a.at[i], shapley.at[i]));
			assert_true(mpq_equal(b.at[i], banzhaf.at[i]));
		}
	}
}

/* Does a member gain by stating something else? Statements and lies on a grid of half the costs. */
static bool somebody_gains(
	struct box *box, const struct lx_game *game, enum lx_excludable_shares rule, uint64_t seed)
{
	struct lx_ratios value = { 0 }, said = { 0 }, pays = { 0 }, t = { 0 };
	bool gains = false;
	uint32_t users;

	assert_int_equal(lx_ratios_open(&box->call, 3, &value), LX_OK);
	assert_int_equal(lx_ratios_open(&box->call, 3, &said), LX_OK);
	assert_int_equal(lx_ratios_open(&box->call, 2, &t), LX_OK);
	for (unsigned i = 0; i < 3; i++)
		mpq_set_ui(value.at[i], draw(&seed) % 40, 1);
	for (unsigned liar = 0; liar < 3; liar++)
		for (unsigned lie = 0; lie <= 121; lie++) { /* 121: the truth */
			for (unsigned i = 0; i < 3; i++)
				mpq_set(said.at[i], value.at[i]);
			if (lie < 121)
				mpq_set_ui(said.at[liar], lie, 2), mpq_canonicalize(said.at[liar]);
			assert_int_equal(lx_excludable_unchecked(
						 &box->call, game, rule, &said, &users, &pays),
				LX_OK);
			mpq_set_ui(t.at[1], 0, 1);
			if (users >> liar & 1)
				mpq_sub(t.at[1], value.at[liar], pays.at[liar]);
			if (lie == 121)
				gains = gains || mpq_cmp(t.at[0], t.at[1]) > 0;
			else if (lie == 0 || mpq_cmp(t.at[1], t.at[0]) > 0)
				mpq_set(t.at[0], t.at[1]);
		}
	lx_ratios_close(&value);
	lx_ratios_close(&said);
	lx_ratios_close(&pays);
	lx_ratios_close(&t);
	return gains;
}

/* Three players; 0: submodular costs, 1: subadditive ones that need not be. */
static bool small_costs(int64_t *worth, int kind, uint64_t *random)
{
	for (size_t S = 1; S < 8; S++)
		worth[S] = 1 + (int64_t)(draw(random) % 60);
	for (size_t S = 1; S < 8; S++)
		for (size_t T = 1; T < 8; T++) {
			bool apart = (S & T) == 0;
			if ((kind == 0 || apart) &&
				worth[S] + worth[T] < worth[S | T] + worth[S & T])
				return false;
			if ((S & T) == S && worth[S] > worth[T])
				return false;
		}
	return true;
}

static void understating_gains_only_without_cross_monotonicity(void **state)
{
	int gained[3] = { 0 }, games[3] = { 0 };
	uint64_t random = 11;
	(void)state;
	/* Shapley on submodular, Shapley on subadditive, equal on submodular costs */
	for (int row = 0; row < 3; row++) {
		enum lx_excludable_shares rule = row == 2 ? LX_EXCLUDABLE_EQUAL
							  : LX_EXCLUDABLE_SHAPLEY;
		while (games[row] < 60) {
			BOX(box);
			int64_t worth[8] = { 0 };
			LX_CLOSE(lx_ratios_close) struct lx_ratios said = { 0 };
			LX_CLOSE(lx_ratios_close) struct lx_ratios pays = { 0 };
			uint32_t users;
			if (!small_costs(worth, row == 1, &random))
				continue;
			struct lx_game game = { .n = 3, .cost = true, .worth = worth, .scale = 1 };
			bool gains = false;
			for (int profile = 0; profile < 4; profile++)
				gains = somebody_gains(&box, &game, rule, draw(&random)) || gains;
			assert_int_equal(lx_ratios_open(&box.call, 3, &said), LX_OK);
			enum lx_code code = lx_excludable(
				&box.call, &game, rule, &said, &users, &pays);
			/* whoever gains does so where the check refuses */
			assert_false(gains && code == LX_OK);
			assert_true(row != 0 || code == LX_OK);
			games[row]++;
			gained[row] += gains;
		}
	}
	(void)printf(
		"# of 60 games a member gained in %d, %d, %d\n", gained[0], gained[1], gained[2]);
	assert_int_equal(gained[0], 0);
	assert_true(gained[1] > 0 && gained[2] > 0);
}

/* 14 members, submodular costs: the check passes, and the payments cover the cost of those who stay. */
static void excludable_serves_many(void **state)
{
	enum { n = 14 };
	BOX(box);
	LX_CLOSE(lx_ratios_close) struct lx_ratios said = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios pays = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios sum = { 0 };
	int64_t *worth = lx_array(&box.call, (size_t)1 << n, sizeof *worth);
	struct lx_game game = { .n = n, .cost = true, .worth = worth, .scale = 10 };
	uint32_t users;
	(void)state;

	assert_non_null(worth);
	for (size_t S = 1; S < (size_t)1 << n;
		S++) /* a fixed cost, own costs, and a shared dear part */
		worth[S] = 700 + 11 * __builtin_popcountll(S) + (S > 255 ? 90 : 0);
	assert_int_equal(lx_ratios_open(&box.call, n, &said), LX_OK);
	assert_int_equal(lx_ratios_open(&box.call, 2, &sum), LX_OK);
	for (unsigned i = 0; i < n; i++)
		mpq_set_ui(said.at[i], 2 * i, 1);
	assert_int_equal(
		lx_excludable(&box.call, &game, LX_EXCLUDABLE_SHAPLEY, &said, &users, &pays),
		LX_OK);
	assert_true(users != 0 && users != (1 << n) - 1);
	for (unsigned i = 0; i < n; i++) {
		mpq_add(sum.at[0], sum.at[0], pays.at[i]);
		assert_true(mpq_cmp(pays.at[i], said.at[i]) <= 0);
	}
	mpq_set_si(sum.at[1], worth[users], 10);
	mpq_canonicalize(sum.at[1]);
	assert_true(mpq_equal(sum.at[0], sum.at[1]));
	lx_ratios_close(&pays);
	worth[6] += 10000; /* 2+3 together dear: whoever joins makes somebody pay more */
	assert_int_equal(
		lx_excludable(&box.call, &game, LX_EXCLUDABLE_SHAPLEY, &said, &users, &pays),
		LX_INVALID);
	assert_string_equal(box.call.fault.msgid, "shares.cross_monotonic");
}

/* Obligations and the Shapley value of the reduced costs: two ways to one rule. Small costs, so ties. */
static void folk_is_shapley_of_the_reduced_costs(void **state)
{
	uint64_t random = 3;
	(void)state;

	for (size_t round = 0; round < 40; round++) {
		size_t n = 1 + round % 8, m = n + 1;
		BOX(box);
		LX_CLOSE(lx_ratios_close) struct lx_ratios cost = { 0 };
		LX_CLOSE(lx_ratios_close) struct lx_ratios folk = { 0 };
		LX_CLOSE(lx_ratios_close) struct lx_ratios shapley = { 0 };
		struct lx_game game;
		assert_int_equal(lx_ratios_open(&box.call, m * m, &cost), LX_OK);
		for (size_t i = 0; i < m; i++)
			for (size_t j = i + 1; j < m; j++) {
				mpq_set_ui(cost.at[i * m + j], draw(&random) % 9, 2);
				mpq_canonicalize(cost.at[i * m + j]);
				mpq_set(cost.at[j * m + i], cost.at[i * m + j]);
			}
		assert_int_equal(lx_tree_folk(&box.call, n, &cost, &folk), LX_OK);
		assert_int_equal(lx_tree_game(&box.call, n, &cost, true, &game), LX_OK);
		assert_int_equal(lx_shapley(&box.call, &game, &shapley), LX_OK);
		for (size_t i = 0; i < n; i++)
			assert_true(mpq_equal(folk.at[i], shapley.at[i]));
	}
}

static enum lx_code solve(struct box *box, const char *text, json_t **result)
{
	LX_CLOSE(lx_json_free) json_t *problem = NULL;
	struct lx_share_table table;

	LX_TRY(lx_share_read(&box->call, lx_text(text), &problem, &table));
	return lx_share_solve(&box->call, problem, &table, NULL, result);
}

static void lindahl_takes_any_formulas(void **state)
{
	static const struct {
		const char *text, *g, *fault;
	} tries[] = {
		{ "{\"kind\":\"lindahl\",\"marginal_cost\":80,"
		  "\"marginal_benefit\":[\"50-g/2\",\"60-g/2\",\"b(g)=90-g\"]}",
			"60", NULL },
		{ "{\"kind\":\"lindahl\",\"marginal_cost\":\"80+g\",\"a\":[50,60,90],"
		  "\"b\":[\"1/2\",\"1/2\",1],\"marginal_benefit\":\"a_i - b_i*g^2\"}",
			"15/2", NULL },
		{ "{\"kind\":\"lindahl\",\"marginal_cost\":80,\"marginal_benefit\":[\"5\",\"6\"]}",
			NULL, "shares.lindahl_none" },
		{ "{\"kind\":\"lindahl\",\"marginal_cost\":8,\"marginal_benefit\":[\"5+g-g^3/"
		  "90\",\"6\"]}",
			NULL, "shares.lindahl_falls" },
		{ "{\"kind\":\"lindahl\",\"marginal_cost\":80,"
		  "\"marginal_benefit\":[\"50+g/2\",\"60-g/2\",\"90-g\"]}",
			NULL, "shares.lindahl_negative" },
	};
	(void)state;

	for (size_t k = 0; k < sizeof tries / sizeof tries[0]; k++) {
		LX_CLOSE(lx_json_free) json_t *result = NULL;
		BOX(box);
		assert_int_equal(solve(&box, tries[k].text, &result) == LX_OK, tries[k].g != NULL);
		if (tries[k].g != NULL)
			assert_string_equal(
				json_string_value(json_object_get(result, "g")), tries[k].g);
		else
			assert_string_equal(box.call.fault.msgid, tries[k].fault);
	}
}

/* Utilities by halving agree with the closed form of the constant shares of income. */
static void lindahl_of_utilities_agrees_with_its_form(void **state)
{
	static const char text[] =
		"{\"kind\":\"lindahl\",\"utility\":\"alpha_i*ln(g)+(1-alpha_i)*ln(x_i)+0\","
		"\"alpha\":[\"1/5\",\"1/4\",\"1/10\"],\"income\":[100,200,300],\"unit_cost\":2}";
	static const double payments[3] = { 20, 50, 30 };
	LX_CLOSE(lx_json_free) json_t *result = NULL;
	BOX(box);
	(void)state;

	assert_int_equal(solve(&box, text, &result), LX_OK);
	assert_true(json_is_true(json_object_get(result, "informs_only")));
	for (size_t i = 0; i < 3; i++)
		assert_true(fabs(json_real_value(
					 json_array_get(json_object_get(result, "payments"), i)) -
				    payments[i]) < 1e-9);
}

/* Read straight or as JSON values, a table is the same; what is no plain number goes the usual way. */
static void tables_are_read_straight(void **state)
{
	static const char *const same[] = {
		"{\"kind\":\"tu_game\",\"table\":[0,0.5,1.25,4]}",
		("{\"x\":{\"table\":[1]},\"kind\":\"tu_game\",\"y\":\"table\",\"table\" : [ 0 , "
		 "0.50,1.250,\n4.0 ] }"),
		"{\"table\":[0,\"1/2\",1.25,4],\"kind\":\"tu_game\"}",
	};
	static const char *const wrong[] = {
		"{\"kind\":\"tu_game\",\"table\":[0,01,2,4]}",
		"{\"kind\":\"tu_game\",\"table\":[0,1.,2,4]}",
		"{\"kind\":\"tu_game\",\"table\":[0,1,2,4],}",
		"{\"kind\":\"tu_game\",\"table\":[0,1,2,4]",
		"{\"kind\":\"tu_game\",\"table\":[0,1,2,4],\"table\":[0,1,2,4]}",
		"{\"kind\":\"tu_game\",\"table\":[0,1,2]}",
		"{\"kind\":\"tu_game\",\"table\":[0,- 1,2,3]}",
		"{\"kind\":\"tu_game\",\"table\":[0,99999999999999999999,2,3]}",
		"{\"kind\":\"tu_game\",\"table\":[0,999999999999999999,2,0.000000001]}",
	};
	(void)state;

	for (size_t k = 0; k < sizeof same / sizeof same[0]; k++) {
		LX_CLOSE(lx_json_free) json_t *result = NULL;
		BOX(box);
		assert_int_equal(solve(&box, same[k], &result), LX_OK);
		json_t *shapley = json_object_get(json_object_get(result, "shapley"), "exact");
		assert_string_equal(json_string_value(json_array_get(shapley, 0)), "13/8");
		assert_string_equal(json_string_value(json_array_get(shapley, 1)), "19/8");
	}
	for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
		LX_CLOSE(lx_json_free) json_t *result = NULL;
		BOX(box);
		assert_int_equal(solve(&box, wrong[k], &result), LX_INVALID);
	}
}

/* A formula of weights gives the same game by sums (over 16 members) as the table of its worths. */
static void formulas_of_weights_serve_many(void **state)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };
	LX_CLOSE(lx_json_free) json_t *result = NULL;
	BOX(box);
	(void)state;

	lx_buf_str(&text, "{\"kind\":\"tu_game\",\"mode\":\"cost\",\"formula\":\"c(w)=10+w/"
			  "2\",\"weights\":[0");
	for (int i = 1; i < 18; i++)
		lx_buf_printf(&text, ",%d.5", i);
	lx_buf_str(&text, "]}");
	lx_buf_char(&text, '\0');
	assert_int_equal(solve(&box, text.at, &result), LX_OK);
	json_t *shapley = json_object_get(json_object_get(result, "shapley"), "exact");
	assert_string_equal(json_string_value(json_array_get(shapley, 0)), "5/9");   /* 10/18 */
	assert_string_equal(json_string_value(json_array_get(shapley, 1)), "47/36"); /* + 3/4 */
}

static void sampling_holds_its_bounds(void **state)
{
	enum { n = 200 };
	static double costs[n], mean[n], half[n], other[n];
	int inside = 0, all = 0;
	(void)state;
	for (int i = 0; i < n; i++)
		costs[i] = 1 + i;
	struct lx_sampled game = { .kind = LX_SAMPLED_DEAREST, .n = n, .sizes = costs };
	for (uint64_t seed = 1; seed <= 20; seed++) {
		BOX(box);
		assert_int_equal(
			lx_sample_shapley(&box.call, &game, 1000, seed, mean, half), LX_OK);
		box.call.threads = 1;
		double fee = 0;
		for (int i = 0; i < n; i++) {
			fee += 1.0 / (n - i);
			inside += mean[i] - half[i] <= fee && fee <= mean[i] + half[i];
			all++;
		}
		memcpy(other, mean, sizeof other);
		assert_int_equal(
			lx_sample_shapley(&box.call, &game, 1000, seed, mean, half), LX_OK);
		assert_memory_equal(other, mean, sizeof mean);
	}
	assert_true(inside * 100 >= all * 93);
}

static void every_failed_allocation_is_survived(void **state)
{
	static const char text[] =
		"{\"kind\":\"tu_game\",\"mode\":\"cost\",\"table\":[0,10,12,15,9,14,16,20]}";
	int broken = 0;
	bool done = false;
	(void)state;
	for (uint64_t n = 1; !done && n < 400; n++) {
		LX_CLOSE(lx_json_free) json_t *problem = NULL;
		LX_CLOSE(lx_json_free) json_t *result = NULL;
		BOX(box);
		assert_int_equal(lx_json_read(&box.call.fault, LX_TEXT_OF(text), &problem), LX_OK);
		lx_memory_fail_at(n);
		enum lx_code code = lx_share_solve(&box.call, problem, NULL, "nucleolus", &result);
		lx_memory_fail_at(0);
		done = code == LX_OK &&
		       json_object_get(json_object_get(result, "rounded"), "nucleolus") != NULL;
		assert_true(code == LX_OK || code == LX_BROKEN);
		broken += code == LX_BROKEN;
	}
	assert_true(done && broken > 2);
}

static void threads_do_not_change_the_nucleolus(void **state)
{
	struct lx_game game;
	BOX(box);
	LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus one = { 0 };
	LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus two = { 0 };
	(void)state;
	assert_int_equal(lx_game_generate(&box.call, 16, 5, &game), LX_OK);
	assert_int_equal(lx_nucleolus(&box.call, &game, LX_PER_HEAD, true, &two), LX_OK);
	box.call.threads = 1;
	assert_int_equal(lx_nucleolus(&box.call, &game, LX_PER_HEAD, true, &one), LX_OK);
	assert_true(one.pivots == two.pivots && one.levels_n == two.levels_n);
	for (unsigned i = 0; i < 16; i++)
		assert_true(mpq_equal(one.x.at[i], two.x.at[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrival_is_shapley_and_talmud_the_nucleolus_of_claims),
		cmocka_unit_test(airport_agrees_with_its_game),
		cmocka_unit_test(votes_agree_with_their_game),
		cmocka_unit_test(understating_gains_only_without_cross_monotonicity),
		cmocka_unit_test(every_failed_allocation_is_survived),
		cmocka_unit_test(threads_do_not_change_the_nucleolus),
		cmocka_unit_test(sampling_holds_its_bounds),
		cmocka_unit_test(excludable_serves_many),
		cmocka_unit_test(folk_is_shapley_of_the_reduced_costs),
		cmocka_unit_test(lindahl_takes_any_formulas),
		cmocka_unit_test(lindahl_of_utilities_agrees_with_its_form),
		cmocka_unit_test(tables_are_read_straight),
		cmocka_unit_test(formulas_of_weights_serve_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
