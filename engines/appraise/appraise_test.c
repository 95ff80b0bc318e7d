/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Properties that must hold on any data, on data drawn from fixed seeds; same bits for any number of
 * threads; faults that name the place. The reference figures are compared in tests/engines.
 */
#include "engines/appraise/test_bench.h"

/* ---- Regions ---- */

static void theil_between_and_within_make_the_whole(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct bench b;
		struct lx_inequality x;
		open_bench(&b, 1, seed);
		size_t rows = 5 + lx_draw_below(&b.state, 200), group[205];
		struct lx_grid t = draw_table(&b, rows, 2, false);
		for (size_t i = 0; i < rows; i++)
			group[i] = i % 5;
		assert_int_equal(lx_inequality(&b.call, &t, group, 5, &x), LX_OK);
		assert_true(fabs(x.theil_t_between + x.theil_t_within - x.theil_t) < 1e-14);
		assert_true(fabs(x.theil_l_between + x.theil_l_within - x.theil_l) < 1e-14);
		assert_true(x.theil_t >= 0 && x.theil_l >= 0);
		assert_true(x.gini >= 0 && x.gini < 1);
		close_bench(&b);
	}
}

/* The Gini of the header, by its double sum. */
static void gini_equals_its_definition(void **state)
{
	struct bench b;
	struct lx_inequality x;
	double sum = 0, people = 0, all = 0;

	(void)state;
	open_bench(&b, 1, 8);
	struct lx_grid t = draw_table(&b, 50, 2, true);
	double *at = (double *)t.at;
	for (size_t i = 0; i < 50; i++)
		at[2 * i + 1] += 1;
	assert_int_equal(lx_inequality(&b.call, &t, NULL, 1, &x), LX_OK);
	for (size_t i = 0; i < 50; i++) {
		people += at[2 * i + 1];
		all += at[2 * i];
		for (size_t j = 0; j < 50; j++)
			sum += at[2 * i + 1] * at[2 * j + 1] *
			       fabs(at[2 * i] / at[2 * i + 1] - at[2 * j] / at[2 * j + 1]);
	}
	assert_true(fabs(x.gini - sum / (2 * people * people * (all / people))) < 1e-13);
	assert_true(isinf(x.theil_l)); /* the seed draws a y of 0 */
	assert_true(isinf(x.sigma_sd_log));
	close_bench(&b);
}

static void equal_regions_have_no_inequality(void **state)
{
	struct bench b;
	struct lx_inequality x;
	const double at[] = { 2, 1, 4, 2, 6, 3 };
	const struct lx_grid t = { 3, 2, at, NULL, NULL };

	(void)state;
	open_bench(&b, 1, 0);
	assert_int_equal(lx_inequality(&b.call, &t, NULL, 1, &x), LX_OK);
	assert_true(fabs(x.theil_t) < 1e-15 && fabs(x.gini) < 1e-15 && x.sigma_cv < 1e-15);
	close_bench(&b);
}

static void krugman_lies_between_none_and_two(void **state)
{
	struct bench b;
	struct lx_krugman k;
	const double at[] = { 5, 0, 0, 0, 7, 1, 5, 0, 0 };
	const struct lx_grid t = { 3, 3, at, NULL, NULL };

	(void)state;
	open_bench(&b, 1, 0);
	assert_int_equal(lx_krugman(&b.call, &t, &k), LX_OK);
	assert_true(k.pairwise[1] == 2 && k.pairwise[2] == 0 && k.pairwise[3] == 2);
	close_bench(&b);
}

/* Neighbours in a ring: each has the one before and the one after. */
static struct lx_neighbours ring(struct bench *b, size_t n)
{
	size_t *first = lx_array(&b->call, n + 1, sizeof *first);
	size_t *to = lx_array(&b->call, 2 * n, sizeof *to);

	for (size_t i = 0; i < n; i++) {
		first[i + 1] = 2 * (i + 1);
		to[2 * i] = (i + n - 1) % n;
		to[2 * i + 1] = (i + 1) % n;
	}
	struct lx_neighbours w = { n, first, to, NULL };
	assert_int_equal(lx_weigh_neighbours(&b->call, &w, true), LX_OK);
	return w;
}

static void local_morans_add_up_to_the_global(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct bench b;
		struct lx_moran global;
		struct lx_moran_local local;
		double sum = 0;
		open_bench(&b, 1, seed);
		struct lx_grid t = draw_table(&b, 60, 1, false);
		struct lx_neighbours w = ring(&b, 60);
		assert_int_equal(lx_moran(&b.call, &t, &w, 0, 1, &global), LX_OK);
		assert_int_equal(lx_moran_local(&b.call, &t, &w, 0, 1, &local), LX_OK);
		for (size_t i = 0; i < 60; i++)
			sum += local.i[i];
		assert_true(fabs(sum / 60 - global.i) < 1e-13);
		assert_true(isnan(global.p) && isnan(local.p[0]));
		close_bench(&b);
	}
}

/* Without pattern p is uniform: its mean over many places must lie near one quarter (p looks to the
 * side on which the observation lies, so it runs from 0 to about one half). */
static void permutations_are_fair(void **state)
{
	struct bench b;
	struct lx_moran_local local;
	double sum = 0;

	(void)state;
	open_bench(&b, 2, 11);
	struct lx_grid t = draw_table(&b, 4000, 1, false);
	struct lx_neighbours w = ring(&b, 4000);
	assert_int_equal(lx_moran_local(&b.call, &t, &w, 199, 7, &local), LX_OK);
	for (size_t i = 0; i < 4000; i++) {
		assert_true(local.p[i] >= 1.0 / 200 && local.p[i] <= 1);
		sum += local.p[i];
	}
	assert_true(fabs(sum / 4000 - 0.255) < 0.012);
	close_bench(&b);
}

static void coupling_is_at_most_one(void **state)
{
	struct bench b;
	struct lx_coupling c;
	const double alike[] = { 0.3, 0.3, 0.3 }, none[] = { 0, 0, 0 }, weights[] = { 1, 1, 2 };

	(void)state;
	open_bench(&b, 1, 0);
	assert_int_equal(lx_coupling(&b.call, 3, alike, weights, &c), LX_OK);
	assert_true(fabs(c.c - 1) < 1e-15 && c.c <= 1 && fabs(c.t - 0.3) < 1e-15);
	assert_int_equal(lx_coupling(&b.call, 3, none, weights, &c), LX_OK);
	assert_true(isnan(c.c) && c.d == 0);
	close_bench(&b);
}

/* ---- Criteria ---- */

/* Scores after one weight has been set and the others shrunk or grown in proportion. */
static double gap_at(const struct lx_grid *t, const double *weights, const struct lx_weight_swap *s)
{
	double gap = 0;

	for (size_t c = 0; c < t->columns; c++) {
		double low = INFINITY, high = -INFINITY;
		for (size_t r = 0; r < t->rows; r++) {
			low = fmin(low, t->at[r * t->columns + c]);
			high = fmax(high, t->at[r * t->columns + c]);
		}
		double w = c == s->column ? s->weight_to
					  : weights[c] * (1 - s->weight_to) / (1 - s->weight_from);
		gap += w * (t->at[s->above * t->columns + c] - t->at[s->below * t->columns + c]) /
		       (high - low);
	}
	return gap;
}

static void at_the_swapping_weight_the_neighbours_are_equal(void **state)
{
	const double weights[] = { 0.4, 0.3, 0.2, 0.1 };
	const bool benefit[] = { true, true, true, true };
	const struct lx_composite_choice choice = { .spread = 0.2, .seed = 1, .draws = 200 };
	size_t found = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct bench b;
		struct lx_composite index;
		open_bench(&b, 1, seed);
		struct lx_grid t = draw_table(&b, 12, 4, false);
		struct lx_criteria criteria = { weights, benefit };
		assert_int_equal(lx_composite(&b.call, &t, criteria, &choice, &index), LX_OK);
		for (size_t i = 0; i + 1 < 12; i++) {
			assert_true(index.swaps[i].margin >= 0);
			if (index.swaps[i].column == NOWHERE)
				continue;
			assert_true(fabs(gap_at(&t, weights, &index.swaps[i])) < 1e-12);
			found++;
		}
		for (size_t i = 0; i < 12; i++)
			assert_true(index.range.low[i] <= index.range.median[i] &&
				    index.range.median[i] <= index.range.high[i]);
		close_bench(&b);
	}
	assert_true(found > 50);
}

static void at_the_swapping_weight_topsis_sees_no_difference(void **state)
{
	const bool benefit[] = { true, false, true, true };
	size_t found = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct bench b;
		struct lx_topsis topsis, again;
		struct lx_weight_swap *swaps;
		const double weights[] = { 0.4, 0.3, 0.2, 0.1 };
		open_bench(&b, 1, seed);
		struct lx_grid t = draw_table(&b, 9, 4, false);
		struct lx_criteria criteria = { weights, benefit };
		assert_int_equal(lx_topsis(&b.call, &t, criteria, &topsis), LX_OK);
		assert_int_equal(lx_topsis_swaps(&b.call, &t, criteria, &topsis, &swaps), LX_OK);
		for (size_t i = 0; i < 8; i++) {
			double changed[4];
			assert_true(swaps[i].margin >= 0);
			if (swaps[i].column == NOWHERE)
				continue;
			for (size_t c = 0; c < 4; c++)
				changed[c] = c == swaps[i].column
						     ? swaps[i].weight_to
						     : weights[c] * (1 - swaps[i].weight_to) /
							       (1 - swaps[i].weight_from);
			criteria.weights = changed;
			assert_int_equal(lx_topsis(&b.call, &t, criteria, &again), LX_OK);
			criteria.weights = weights;
			assert_true(fabs(again.closeness[swaps[i].above] -
					    again.closeness[swaps[i].below]) < 1e-9);
			found++;
		}
		close_bench(&b);
	}
	assert_true(found > 40);
}

static void at_the_swapping_weight_vikor_sees_no_difference(void **state)
{
	const bool benefit[] = { true, false, true, true };
	const double weights[] = { 0.4, 0.3, 0.2, 0.1 };
	size_t found = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct bench b;
		struct lx_vikor vikor, again;
		struct lx_weight_swap *swaps;
		double v = (double)(seed % 5) / 4;
		open_bench(&b, 1, seed);
		struct lx_grid t = draw_table(&b, 9, 4, false);
		struct lx_criteria criteria = { weights, benefit };
		assert_int_equal(lx_vikor(&b.call, &t, criteria, v, &vikor), LX_OK);
		assert_int_equal(lx_vikor_swaps(&b.call, &t, criteria, v, &vikor, &swaps), LX_OK);
		for (size_t i = 0; i < 8; i++) {
			double changed[4], nearer[4];
			assert_true(swaps[i].margin >= 0);
			if (swaps[i].column == NOWHERE)
				continue;
			for (size_t c = 0; c < 4; c++) {
				double to = swaps[i].weight_to, from = swaps[i].weight_from;
				double half = (to + from) / 2;
				bool it = c == swaps[i].column;
				changed[c] = it ? to : weights[c] * (1 - to) / (1 - from);
				nearer[c] = it ? half : weights[c] * (1 - half) / (1 - from);
			}
			criteria.weights = changed;
			assert_int_equal(lx_vikor(&b.call, &t, criteria, v, &again), LX_OK);
			assert_true(fabs(again.q[swaps[i].above] - again.q[swaps[i].below]) < 1e-7);
			criteria.weights = nearer; /* half way the order still stands */
			assert_int_equal(lx_vikor(&b.call, &t, criteria, v, &again), LX_OK);
			assert_true(again.q[swaps[i].above] <= again.q[swaps[i].below] + 1e-9);
			criteria.weights = weights;
			found++;
		}
		close_bench(&b);
	}
	assert_true(found > 40);
}

/* Ranges hold the rank itself, shrink to it without a spread, and do not depend on the threads. */
static void ranks_under_other_weights(void **state)
{
	const bool benefit[] = { true, false, true, true };
	const double weights[] = { 0.4, 0.3, 0.2, 0.1 };
	size_t wide = 0;

	(void)state;
	for (int vikor = 0; vikor <= 1; vikor++) {
		struct bench one, two;
		struct lx_rank_ranges range, same;
		struct lx_topsis topsis;
		struct lx_vikor found;
		open_bench(&one, 1, 7);
		open_bench(&two, 2, 7);
		struct lx_grid t = draw_table(&one, 12, 4, false);
		struct lx_criteria criteria = { weights, benefit };
		struct lx_rank_choice choice = { vikor == 1, 0.5, 0.4, 3, 700 };
		assert_int_equal(lx_topsis(&one.call, &t, criteria, &topsis), LX_OK);
		assert_int_equal(lx_vikor(&one.call, &t, criteria, 0.5, &found), LX_OK);
		const size_t *rank = vikor == 1 ? found.rank : topsis.rank;
		assert_int_equal(lx_rank_ranges(&one.call, &t, criteria, &choice, &range), LX_OK);
		assert_int_equal(lx_rank_ranges(&two.call, &t, criteria, &choice, &same), LX_OK);
		for (size_t i = 0; i < 12; i++) {
			assert_true(range.low[i] <= range.median[i] &&
				    range.median[i] <= range.high[i]);
			assert_true(range.low[i] == same.low[i] && range.high[i] == same.high[i]);
			wide += range.low[i] < range.high[i];
		}
		choice.spread = 0;
		assert_int_equal(lx_rank_ranges(&one.call, &t, criteria, &choice, &range), LX_OK);
		for (size_t i = 0; i < 12; i++)
			assert_true(range.low[i] == (double)rank[i] &&
				    range.high[i] == (double)rank[i]);
		close_bench(&one);
		close_bench(&two);
	}
	assert_true(wide > 6);
}

static void a_fixed_choice_gives_a_fixed_rank(void **state)
{
	struct bench b;
	struct lx_composite index;
	const double at[] = { 9, 9, 5, 5, 1, 1 }, weights[] = { 1, 1 };
	const bool benefit[] = { true, true };
	const struct lx_grid t = { 3, 2, at, NULL, NULL };
	const struct lx_composite_choice choice = { .spread = 0.5, .seed = 9, .draws = 500 };

	(void)state;
	open_bench(&b, 1, 0);
	assert_int_equal(lx_composite(&b.call, &t, (struct lx_criteria){ weights, benefit },
				 &choice, &index),
		LX_OK);
	for (size_t i = 0; i < 3; i++) {
		assert_true(index.range.low[i] == (double)i + 1 &&
			    index.range.high[i] == (double)i + 1);
		assert_int_equal(index.rank[i], i + 1);
	}
	assert_true(index.swaps[0].column == NOWHERE); /* better in everything */
	close_bench(&b);
}

static void weights_need_not_add_up_to_one(void **state)
{
	struct bench b;
	struct lx_topsis one, ten;
	const double weights[] = { 0.5, 0.3, 0.2 }, tenfold[] = { 5, 3, 2 };
	const bool benefit[] = { true, false, true };

	(void)state;
	open_bench(&b, 1, 4);
	struct lx_grid t = draw_table(&b, 9, 3, false);
	assert_int_equal(
		lx_topsis(&b.call, &t, (struct lx_criteria){ weights, benefit }, &one), LX_OK);
	assert_int_equal(
		lx_topsis(&b.call, &t, (struct lx_criteria){ tenfold, benefit }, &ten), LX_OK);
	for (size_t i = 0; i < 9; i++)
		assert_true(fabs(one.closeness[i] - ten.closeness[i]) < 1e-14);
	close_bench(&b);
}

static void consistent_judgements_return_their_weights(void **state)
{
	const int64_t weight[] = { 1, 2, 4, 8, 3 };
	struct lx_judgement judgement[25];
	struct bench b;
	struct lx_ahp ahp;

	(void)state;
	open_bench(&b, 1, 0);
	for (size_t i = 0; i < 25; i++) {
		char text[24];
		(void)snprintf(text, sizeof text, "%d/%d", (int)weight[i / 5], (int)weight[i % 5]);
		assert_true(lx_judgement_read(lx_text(text), &judgement[i]));
	}
	assert_int_equal(lx_ahp(&b.call, 5, judgement, NULL, &ahp), LX_OK);
	for (size_t i = 0; i < 5; i++)
		assert_true(fabs(ahp.eigenvector[i] - (double)weight[i] / 18) < 1e-14);
	assert_true(ahp.cr < 1e-14 && fabs(ahp.triad_ratio - 1) < 1e-14);
	close_bench(&b);
}

static void ratios_are_exact(void **state)
{
	struct lx_judgement r;

	(void)state;
	assert_true(lx_judgement_read(lx_text("0.50"), &r) && r.up == 1 && r.down == 2);
	assert_true(lx_judgement_read(lx_text(" 6/4 "), &r) && r.up == 3 && r.down == 2);
	assert_true(lx_judgement_read(lx_text("1.5/0.3"), &r) && r.up == 5 && r.down == 1);
	static const char *const bad[] = { "", "0", "-1", "1/0", "1/", "/3", "1/2/3", "1e3", "nan",
		"12345678901", "1..2", "三" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(lx_judgement_read(lx_text(bad[i]), &r));
}

/* ---- Threads, faults ---- */

static void more_threads_give_the_same_bits(void **state)
{
	struct lx_dea dea[3];
	struct lx_moran moran[3];
	struct lx_moran_local local[3];
	struct lx_composite index[3];
	struct bench b[3];
	const double weights[] = { 1, 2, 3, 4, 5 };
	const bool benefit[] = { true, false, true, true, false };
	const struct lx_composite_choice choice = { .spread = 0.3, .seed = 42, .draws = 300 };

	(void)state;
	for (unsigned k = 0; k < 3; k++) {
		open_bench(&b[k], k + 1, 77);
		struct lx_grid t = draw_table(&b[k], 90, 5, false);
		struct lx_grid values = { 90, 1, t.at, NULL, NULL };
		struct lx_neighbours w = ring(&b[k], 90);
		assert_int_equal(lx_dea(&b[k].call, &t, 3, &dea[k]), LX_OK);
		assert_int_equal(lx_moran(&b[k].call, &values, &w, 99, 5, &moran[k]), LX_OK);
		assert_int_equal(lx_moran_local(&b[k].call, &values, &w, 99, 5, &local[k]), LX_OK);
		assert_int_equal(
			lx_composite(&b[k].call, &t, (struct lx_criteria){ weights, benefit },
				&choice, &index[k]),
			LX_OK);
	}
	for (unsigned k = 1; k < 3; k++) {
		size_t bytes = 90 * sizeof(double);
		assert_memory_equal(dea[0].ccr.score, dea[k].ccr.score, bytes);
		assert_memory_equal(dea[0].bcc.super, dea[k].bcc.super, bytes);
		assert_memory_equal(dea[0].bcc.target, dea[k].bcc.target, 5 * bytes);
		assert_memory_equal(&moran[0], &moran[k], sizeof moran[0]);
		assert_memory_equal(local[0].p, local[k].p, bytes);
		assert_memory_equal(index[0].range.median, index[k].range.median, bytes);
	}
	for (unsigned k = 0; k < 3; k++)
		close_bench(&b[k]);
}

static void faults_name_the_place(void **state)
{
	struct bench b;
	struct lx_dea dea;
	struct lx_entropy entropy;
	double at[] = { 1, 2, 3, 4, 5, 6 };
	const struct lx_text rows[] = { LX_TEXT_OF("Abb"), LX_TEXT_OF("Bcc"), LX_TEXT_OF("Cdd") };
	const struct lx_text columns[] = { LX_TEXT_OF("labour"), LX_TEXT_OF("output") };
	const struct lx_grid t = { 3, 2, at, rows, columns };

	(void)state;
	open_bench(&b, 1, 0);
	at[2] = NAN;
	assert_int_equal(lx_dea(&b.call, &t, 1, &dea), LX_INVALID);
	assert_string_equal(b.call.fault.field, "Bcc, labour");
	assert_string_equal(b.call.fault.msgid, "appraise.not_finite");
	lx_fault_clear(&b.call.fault);
	at[2] = -1;
	assert_int_equal(lx_dea(&b.call, &t, 1, &dea), LX_INVALID);
	assert_string_equal(b.call.fault.msgid, "appraise.negative");
	lx_fault_clear(&b.call.fault);
	at[2] = 3;
	at[5] = 0;
	assert_int_equal(lx_dea(&b.call, &t, 1, &dea), LX_INVALID);
	assert_string_equal(b.call.fault.field, "Cdd");
	assert_string_equal(b.call.fault.msgid, "appraise.no_outputs");
	lx_fault_clear(&b.call.fault);
	at[1] = at[3] = 0;
	assert_int_equal(lx_entropy(&b.call, &t, &entropy), LX_INVALID);
	assert_string_equal(b.call.fault.field, "output");
	close_bench(&b);
}

/* Every request for memory may fail: then a fault is recorded and nothing leaks. */
static void lack_of_memory_is_survived(void **state)
{
	size_t survived = 0;

	(void)state;
	for (size_t limit = 1 << 12; limit < (size_t)8 << 20; limit += limit / 2) {
		struct bench b;
		struct lx_dea dea;
		struct lx_grid t;
		double at[5 * 30];
		open_bench(&b, 1, 1);
		for (size_t i = 0; i < 5 * 30; i++)
			at[i] = 1 + lx_draw_unit(&b.state);
		t = (struct lx_grid){ 30, 5, at, NULL, NULL };
		b.arena.limit = limit;
		enum lx_code code = lx_dea(&b.call, &t, 3, &dea);
		assert_true(code == LX_OK || (code == LX_BROKEN && b.call.fault.code == LX_BROKEN));
		survived += code == LX_BROKEN;
		close_bench(&b);
	}
	assert_true(survived > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(theil_between_and_within_make_the_whole),
		cmocka_unit_test(gini_equals_its_definition),
		cmocka_unit_test(equal_regions_have_no_inequality),
		cmocka_unit_test(krugman_lies_between_none_and_two),
		cmocka_unit_test(local_morans_add_up_to_the_global),
		cmocka_unit_test(permutations_are_fair),
		cmocka_unit_test(coupling_is_at_most_one),
		cmocka_unit_test(at_the_swapping_weight_the_neighbours_are_equal),
		cmocka_unit_test(at_the_swapping_weight_topsis_sees_no_difference),
		cmocka_unit_test(at_the_swapping_weight_vikor_sees_no_difference),
		cmocka_unit_test(ranks_under_other_weights),
		cmocka_unit_test(a_fixed_choice_gives_a_fixed_rank),
		cmocka_unit_test(weights_need_not_add_up_to_one),
		cmocka_unit_test(consistent_judgements_return_their_weights),
		cmocka_unit_test(ratios_are_exact),
		cmocka_unit_test(more_threads_give_the_same_bits),
		cmocka_unit_test(faults_name_the_place),
		cmocka_unit_test(lack_of_memory_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
