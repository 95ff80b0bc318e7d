/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Properties of the methods for games on seeded random games; the checker refuses what is wrong. */
#include "engines/shares/shares_box.h"

/* A random table; `kind` 0: T1, 1: any numbers, 2: submodular costs (coverage). */
static struct lx_game random_game(struct box *box, unsigned n, uint64_t seed, int kind)
{
	struct lx_game game;
	uint64_t state = seed * 77 + 5;

	assert_int_equal(lx_game_generate(&box->call, n, seed, &game), LX_OK);
	int64_t *worth = lx_array(&box->call, (size_t)1 << n, sizeof *worth);
	memcpy(worth, game.worth, ((size_t)1 << n) * sizeof *worth);
	for (size_t S = 1; kind == 1 && S < (size_t)1 << n; S++)
		worth[S] = (int64_t)(draw(&state) % 2001) - 1000;
	if (kind == 2) { /* the cost of what at least one member needs, plus each one's own */
		memset(worth, 0, ((size_t)1 << n) * sizeof *worth);
		for (int thing = 0; thing < 6; thing++) {
			uint64_t users = draw(&state), cost = draw(&state) % 100;
			for (size_t S = 1; S < (size_t)1 << n; S++)
				worth[S] += (S & users) != 0 ? (int64_t)cost : 0;
		}
		for (size_t S = 1; S < (size_t)1 << n; S++)
			worth[S] += __builtin_popcountll(S);
	}
	game.worth = worth;
	game.cost = kind == 2;
	return game;
}

static void assert_efficient(struct box *box, const struct lx_game *game, const struct lx_ratios *x)
{
	struct lx_certificate certificate;

	assert_int_equal(lx_certificate(&box->call, game, x, &certificate), LX_OK);
	assert_true(certificate.efficient);
	lx_certificate_close(&certificate);
}

/* Shapley by its definition: all orders of up to 6 players. */
static void add_orders(const struct lx_game *game, size_t S, int64_t *sums, int64_t *orders)
{
	int64_t below[LX_PLAYERS_MAX] = { 0 }, count = 0;

	if (S == ((size_t)1 << game->n) - 1) {
		*orders = 1;
		return;
	}
	*orders = 0;
	for (unsigned i = 0; i < game->n; i++) {
		if (S >> i & 1)
			continue;
		size_t T = S | (size_t)1 << i;
		memset(below, 0, sizeof below);
		add_orders(game, T, below, &count);
		below[i] += count * (game->worth[T] - game->worth[S]);
		for (unsigned j = 0; j < game->n; j++)
			sums[j] += below[j];
		*orders += count;
	}
}

static void shapley_is_the_mean_over_all_orders(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 6; n++)
		for (uint64_t seed = 1; seed <= 6; seed++) {
			BOX(box);
			struct lx_game game = random_game(&box, n < 2 ? 2 : n, seed, 1);
			LX_CLOSE(lx_ratios_close) struct lx_ratios x = { 0 };
			LX_CLOSE(lx_ratios_close) struct lx_ratios y = { 0 };
			int64_t sums[LX_PLAYERS_MAX] = { 0 }, orders;
			game.n = n;
			game.scale = 7;
			assert_int_equal(lx_shapley(&box.call, &game, &x), LX_OK);
			add_orders(&game, 0, sums, &orders);
			assert_int_equal(lx_ratios_open(&box.call, 1, &y), LX_OK);
			for (unsigned i = 0; i < n; i++) {
				mpq_set_si(y.at[0], sums[i], (unsigned long)orders * 7);
				mpq_canonicalize(y.at[0]);
				assert_true(mpq_equal(y.at[0], x.at[i]));
			}
		}
}

static void shapley_adds_up_and_gives_nothing_for_nothing(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		BOX(box);
		struct lx_game a = random_game(&box, 7, seed, 1),
			       b = random_game(&box, 7, seed + 9, 0);
		struct lx_game both = a;
		int64_t *sum = lx_array(&box.call, 128, sizeof *sum);
		LX_CLOSE(lx_ratios_close) struct lx_ratios x = { 0 };
		LX_CLOSE(lx_ratios_close) struct lx_ratios y = { 0 };
		LX_CLOSE(lx_ratios_close) struct lx_ratios z = { 0 };
		for (size_t S = 0; S < 128; S++) { /* player 2 adds nothing in either */
			((int64_t *)a.worth)[S] = a.worth[S & ~(size_t)4];
			((int64_t *)b.worth)[S] = b.worth[S & ~(size_t)4];
			sum[S] = a.worth[S] + b.worth[S];
		}
		both.worth = sum;
		assert_int_equal(lx_shapley(&box.call, &a, &x), LX_OK);
		assert_int_equal(lx_shapley(&box.call, &b, &y), LX_OK);
		assert_int_equal(lx_shapley(&box.call, &both, &z), LX_OK);
		for (unsigned i = 0; i < 7; i++) {
			mpq_add(x.at[i], x.at[i], y.at[i]);
			assert_true(mpq_equal(x.at[i], z.at[i]));
		}
		assert_int_equal(mpq_sgn(z.at[2]), 0);
	}
}

static void shapley_takes_the_largest_numbers(void **state)
{
	BOX(box);
	unsigned n = 14;
	int64_t *worth = lx_array(&box.call, (size_t)1 << n, sizeof *worth);
	struct lx_game game = { .n = n, .worth = worth, .scale = 1 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios x = { 0 };
	(void)state;
	for (size_t S = 1; S < (size_t)1 << n; S++)
		worth[S] = S & 1 ? INT64_MAX : -INT64_MAX;
	assert_int_equal(lx_shapley(&box.call, &game, &x), LX_OK);
	assert_efficient(&box, &game, &x);
	for (unsigned i = 2; i < n; i++)
		assert_true(mpq_equal(x.at[1], x.at[i]));
}

static void doubles_agree_and_threads_do_not_matter(void **state)
{
	BOX(box);
	struct lx_game game = random_game(&box, 15, 3, 0);
	double *worth = lx_array(&box.call, 1 << 15, sizeof *worth), one[15], two[15];
	LX_CLOSE(lx_ratios_close) struct lx_ratios x = { 0 };
	(void)state;
	for (size_t S = 0; S < 1 << 15; S++)
		worth[S] = (double)game.worth[S];
	assert_int_equal(lx_shapley(&box.call, &game, &x), LX_OK);
	assert_int_equal(lx_shapley_real(&box.call, 15, worth, two), LX_OK);
	box.call.threads = 1;
	assert_int_equal(lx_shapley_real(&box.call, 15, worth, one), LX_OK);
	assert_memory_equal(one, two, sizeof one);
	for (unsigned i = 0; i < 15; i++)
		assert_true(two[i] - lx_ratio_real(x.at[i]) < 1e-9 &&
			    lx_ratio_real(x.at[i]) - two[i] < 1e-9);
}

/* The table after players are renamed: player i becomes to[i]. */
static void permute(const struct lx_game *game, const unsigned *to, int64_t *worth)
{
	for (size_t S = 0; S < (size_t)1 << game->n; S++) {
		size_t T = 0;
		for (unsigned i = 0; i < game->n; i++)
			T |= (S >> i & 1) << to[i];
		worth[T] = game->worth[S];
	}
}

static void renaming_players_renames_the_shares(void **state)
{
	static const unsigned to[] = { 3, 0, 5, 1, 4, 2 };
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++)
		for (int per = LX_PER_COALITION; per <= LX_PER_COST; per++) {
			BOX(box);
			struct lx_game game = random_game(
				&box, 6, seed, per == LX_PER_COST ? 2 : 0);
			struct lx_game other = game;
			int64_t *worth = lx_array(&box.call, 64, sizeof *worth);
			LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus a = { 0 };
			LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus b = { 0 };
			permute(&game, to, worth);
			other.worth = worth;
			assert_int_equal(
				lx_nucleolus(&box.call, &game, (enum lx_per)per, false, &a), LX_OK);
			assert_int_equal(
				lx_nucleolus(&box.call, &other, (enum lx_per)per, false, &b),
				LX_OK);
			for (unsigned i = 0; i < 6; i++)
				assert_true(mpq_equal(a.x.at[i], b.x.at[to[i]]));
		}
}

static void nucleolus_is_in_the_core_where_there_is_one(void **state)
{
	int empty = 0, full = 0;
	(void)state;
	for (uint64_t seed = 1; seed <= 30; seed++) {
		BOX(box);
		struct lx_game game = random_game(&box, 3 + seed % 6, seed, (int)(seed % 3));
		LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus found = { 0 };
		struct lx_certificate certificate;
		assert_int_equal(
			lx_nucleolus(&box.call, &game, LX_PER_COALITION, false, &found), LX_OK);
		assert_int_equal(lx_certificate(&box.call, &game, &found.x, &certificate), LX_OK);
		bool has_core = mpq_sgn(found.levels[0].excess) <= 0;
		assert_int_equal(certificate.in_core, has_core);
		assert_true(mpq_equal(certificate.tightest[0].excess, found.levels[0].excess));
		lx_certificate_close(&certificate);
		empty += !has_core;
		full += has_core;
	}
	assert_true(empty > 3 && full > 3);
}

static void nucleolus_is_covariant(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		BOX(box);
		struct lx_game game = random_game(&box, 5, seed, 1), other = game;
		int64_t *worth = lx_array(&box.call, 32, sizeof *worth);
		LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus a = { 0 };
		LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus b = { 0 };
		for (size_t S = 0; S < 32; S++) {
			worth[S] = 3 * game.worth[S];
			for (unsigned i = 0; i < 5; i++)
				worth[S] += (S >> i & 1) * (100 + i);
		}
		other.worth = worth;
		assert_int_equal(
			lx_nucleolus(&box.call, &game, LX_PER_COALITION, false, &a), LX_OK);
		assert_int_equal(
			lx_nucleolus(&box.call, &other, LX_PER_COALITION, false, &b), LX_OK);
		for (unsigned i = 0; i < 5; i++) {
			LX_CLOSE(lx_ratios_close) struct lx_ratios t = { 0 };
			assert_int_equal(lx_ratios_open(&box.call, 2, &t), LX_OK);
			mpq_set_ui(t.at[0], 3, 1);
			mpq_mul(t.at[0], t.at[0], a.x.at[i]);
			mpq_set_ui(t.at[1], 100 + i, 1);
			mpq_add(t.at[0], t.at[0], t.at[1]);
			assert_true(mpq_equal(t.at[0], b.x.at[i]));
		}
	}
}

static void checker_refuses_what_is_wrong(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		BOX(box);
		struct lx_game game = random_game(&box, 6, seed, (int)(seed % 2));
		LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus found = { 0 };
		bool proved;
		assert_int_equal(
			lx_nucleolus(&box.call, &game, LX_PER_COALITION, false, &found), LX_OK);
		/* another point of the same sum */
		mpz_add(mpq_numref(found.x.at[0]), mpq_numref(found.x.at[0]),
			mpq_denref(found.x.at[0]));
		mpz_sub(mpq_numref(found.x.at[1]), mpq_numref(found.x.at[1]),
			mpq_denref(found.x.at[1]));
		assert_int_equal(lx_nucleolus_check(&box.call, &game, LX_PER_COALITION, false,
					 &found, &proved),
			LX_OK);
		assert_false(proved);
		mpz_sub(mpq_numref(found.x.at[0]), mpq_numref(found.x.at[0]),
			mpq_denref(found.x.at[0]));
		mpz_add(mpq_numref(found.x.at[1]), mpq_numref(found.x.at[1]),
			mpq_denref(found.x.at[1]));
		assert_int_equal(lx_nucleolus_check(&box.call, &game, LX_PER_COALITION, false,
					 &found, &proved),
			LX_OK);
		assert_true(proved);
		/* a multiplier that does not balance; a level left out */
		mpq_neg(found.levels[0].multipliers.at[0], found.levels[0].multipliers.at[0]);
		assert_int_equal(lx_nucleolus_check(&box.call, &game, LX_PER_COALITION, false,
					 &found, &proved),
			LX_OK);
		assert_false(proved);
		mpq_neg(found.levels[0].multipliers.at[0], found.levels[0].multipliers.at[0]);
		size_t n = found.levels[0].n;
		found.levels[0].n--;
		assert_int_equal(lx_nucleolus_check(&box.call, &game, LX_PER_COALITION, false,
					 &found, &proved),
			LX_OK);
		assert_false(proved);
		found.levels[0].n = n;
		/* a coalition made better: somebody now exceeds the level */
		((int64_t *)game.worth)[3] += 100000;
		assert_int_equal(lx_nucleolus_check(&box.call, &game, LX_PER_COALITION, false,
					 &found, &proved),
			LX_OK);
		assert_false(proved);
	}
}

static void large_numbers_take_the_road_with_a_bound(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		BOX(box);
		struct lx_game game = random_game(&box, 7, seed, 0), other = game;
		int64_t *worth = lx_array(&box.call, 128, sizeof *worth);
		LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus a = { 0 };
		LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus b = { 0 };
		for (size_t S = 0; S < 128; S++)
			worth[S] = game.worth[S] * INT64_C(1000000000000007);
		other.worth = worth;
		other.scale = INT64_C(1000000000000007);
		assert_int_equal(lx_nucleolus(&box.call, &game, LX_PER_HEAD, false, &a), LX_OK);
		assert_int_equal(lx_nucleolus(&box.call, &other, LX_PER_HEAD, false, &b), LX_OK);
		for (unsigned i = 0; i < 7; i++)
			assert_true(mpq_equal(a.x.at[i], b.x.at[i]));
	}
}

static void degenerate_games_end(void **state)
{
	(void)state;
	for (unsigned n = 2; n <= 13; n++) {
		BOX(box);
		int64_t weights[13];
		struct lx_game game;
		for (unsigned i = 0; i < n; i++)
			weights[i] = i < 5 ? 2 : 1;
		for (int64_t quota = 1; quota <= (int64_t)n + 5; quota += 3) {
			LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus found = { 0 };
			assert_int_equal(
				lx_game_voting(&box.call, n, weights, quota, &game), LX_OK);
			assert_int_equal(
				lx_nucleolus(&box.call, &game, LX_PER_COALITION, false, &found),
				LX_OK);
			for (unsigned i = 1; i < n; i++) /* equals are treated alike */
				if (weights[i] == weights[i - 1])
					assert_true(mpq_equal(found.x.at[i], found.x.at[i - 1]));
		}
	}
}

static void rounding_keeps_the_total(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		BOX(box);
		struct lx_game game = random_game(&box, 7, seed, 1);
		LX_CLOSE(lx_ratios_close) struct lx_ratios x = { 0 };
		LX_CLOSE(lx_ratios_close) struct lx_ratios unit = { 0 };
		int64_t units[7], sum = 0;
		game.scale = 100;
		assert_int_equal(lx_shapley(&box.call, &game, &x), LX_OK);
		assert_int_equal(lx_ratios_open(&box.call, 2, &unit), LX_OK);
		mpq_set_ui(unit.at[0], 1, 100);
		assert_int_equal(lx_round_shares(&box.call, &x, unit.at[0], units), LX_OK);
		for (unsigned i = 0; i < 7; i++) {
			sum += units[i];
			mpq_set_si(unit.at[1], units[i], 100);
			mpq_canonicalize(unit.at[1]);
			mpq_sub(unit.at[1], unit.at[1], x.at[i]);
			mpq_abs(unit.at[1], unit.at[1]);
			assert_true(mpq_cmp(unit.at[1], unit.at[0]) < 0);
		}
		assert_int_equal(sum, game.worth[127]);
	}
}

static bool calls_off(void *with, uint64_t done, uint64_t total)
{
	(void)with;
	(void)done;
	(void)total;
	return false;
}

static void work_can_be_called_off(void **state)
{
	BOX(box);
	struct lx_progress progress = { calls_off, NULL };
	struct lx_game game = random_game(&box, 10, 1, 0);
	LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus found = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios x = { 0 };
	(void)state;
	box.call.progress = &progress;
	assert_int_equal(lx_nucleolus(&box.call, &game, LX_PER_COALITION, false, &found), LX_BUSY);
	lx_fault_clear(&box.call.fault);
	assert_int_equal(lx_shapley(&box.call, &game, &x), LX_BUSY);
}

static void bad_games_are_refused_by_name(void **state)
{
	BOX(box);
	int64_t worth[8] = { 0, 5, 5, 0, 5, 0, 0, 1 };
	struct lx_game game = { .n = 3, .worth = worth, .scale = 1 };
	LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus found = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios x = { 0 };
	(void)state;
	assert_int_equal(
		lx_nucleolus(&box.call, &game, LX_PER_COALITION, true, &found), LX_INVALID);
	assert_string_equal(box.call.fault.msgid, "shares.imputation");
	lx_fault_clear(&box.call.fault);
	assert_int_equal(lx_tau(&box.call, &game, &x), LX_INVALID);
	assert_string_equal(box.call.fault.msgid, "shares.quasi_balanced");
	lx_fault_clear(&box.call.fault);
	worth[3] = INT64_MIN;
	assert_int_equal(lx_shapley(&box.call, &game, &x), LX_INVALID);
	assert_string_equal(box.call.fault.msgid, "shares.big");
	assert_string_equal(box.call.fault.detail, "3");
}

static void missing_coalitions_take_the_cheapest_partition(void **state)
{
	BOX(box);
	static const struct lx_priced priced[] = { { 1, 20 }, { 2, 25 }, { 4, 30 }, { 8, 30 },
		{ 3, 35 }, { 12, 50 }, { 13, 90 } };
	int64_t worth[16];
	(void)state;

	assert_int_equal(lx_game_fill(&box.call, 4, true, priced, 7, worth), LX_OK);
	assert_int_equal(worth[5], 50);
	assert_int_equal(worth[7], 65);  /* 1+2 and 3, not three single ones */
	assert_int_equal(worth[13], 90); /* what was priced stands, though 70 would do */
	assert_int_equal(worth[15], 85); /* 3 and 12 */
	assert_int_equal(lx_game_fill(&box.call, 4, true, priced + 4, 2, worth), LX_INVALID);
	assert_string_equal(box.call.fault.msgid, "shares.unreachable");
}

/* By the definition: the best of all ways to cut S into priced parts, one part after the other. */
static int64_t cut(const int64_t *price, uint32_t S)
{
	int64_t best = INT64_MAX / 4;

	if (S == 0)
		return 0;
	for (uint32_t T = S; T != 0; T = (T - 1) & S)
		if ((T & S & -S) != 0 && price[T] + cut(price, S ^ T) < best)
			best = price[T] + cut(price, S ^ T);
	return best;
}

static void partitions_are_those_of_the_definition(void **state)
{
	uint64_t seed = 5;
	(void)state;

	for (int round = 0; round < 30; round++) {
		BOX(box);
		int64_t price[64], worth[64];
		struct lx_priced priced[63];
		size_t n = 0;
		for (uint32_t S = 1; S < 64; S++) {
			price[S] = INT64_MAX / 4;
			if ((S & (S - 1)) != 0 && draw(&seed) % 2 == 0)
				continue;
			price[S] = (int64_t)(draw(&seed) % 100);
			priced[n++] = (struct lx_priced){ S, price[S] };
		}
		assert_int_equal(lx_game_fill(&box.call, 6, true, priced, n, worth), LX_OK);
		for (uint32_t S = 1; S < 64; S++)
			assert_int_equal(
				worth[S], price[S] < INT64_MAX / 4 ? price[S] : cut(price, S));
	}
}

/* 21 players: too many for all pairs, yet convexity proves there is none, and one bad pair is found. */
static void large_games_are_searched_as_far_as_said(void **state)
{
	BOX(box);
	struct lx_violations found;
	int64_t *worth = lx_array(&box.call, (size_t)1 << 21, sizeof *worth);
	struct lx_game game = { .n = 21, .worth = worth, .scale = 1 };
	(void)state;

	assert_non_null(worth);
	for (size_t S = 0; S < (size_t)1 << 21; S++)
		worth[S] = __builtin_popcountll(S) * __builtin_popcountll(S);
	assert_int_equal(lx_superadditivity(&box.call, &game, 5, &found), LX_OK);
	assert_true(found.complete && found.count == 0);
	worth[3] = 1000;
	worth[(1 << 21) - 1] = 1300;
	assert_int_equal(lx_superadditivity(&box.call, &game, 5, &found), LX_OK);
	assert_false(found.complete);
	assert_int_equal(found.smaller, 2);
	assert_true(found.count > 0 && found.n == 5);
	assert_int_equal(found.pairs[0][0] | found.pairs[0][1], 7);
	game.cost = true;
	assert_int_equal(lx_superadditivity(&box.call, &game, 5, &found), LX_OK);
	assert_true(found.count > UINT64_C(1000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapley_is_the_mean_over_all_orders),
		cmocka_unit_test(shapley_adds_up_and_gives_nothing_for_nothing),
		cmocka_unit_test(shapley_takes_the_largest_numbers),
		cmocka_unit_test(doubles_agree_and_threads_do_not_matter),
		cmocka_unit_test(renaming_players_renames_the_shares),
		cmocka_unit_test(nucleolus_is_in_the_core_where_there_is_one),
		cmocka_unit_test(nucleolus_is_covariant),
		cmocka_unit_test(checker_refuses_what_is_wrong),
		cmocka_unit_test(large_numbers_take_the_road_with_a_bound),
		cmocka_unit_test(degenerate_games_end),
		cmocka_unit_test(rounding_keeps_the_total),
		cmocka_unit_test(work_can_be_called_off),
		cmocka_unit_test(bad_games_are_refused_by_name),
		cmocka_unit_test(missing_coalitions_take_the_cheapest_partition),
		cmocka_unit_test(partitions_are_those_of_the_definition),
		cmocka_unit_test(large_games_are_searched_as_far_as_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
