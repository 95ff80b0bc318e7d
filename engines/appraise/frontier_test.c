/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* DEA and Malmquist: properties that must hold on any data, on data drawn from fixed seeds. */
#include "engines/appraise/test_bench.h"

static void ccr_is_at_most_bcc_is_at_most_one(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct bench b;
		struct lx_dea dea;
		open_bench(&b, 1, seed);
		size_t rows = 2 + lx_draw_below(&b.state, 40),
		       columns = 2 + lx_draw_below(&b.state, 6);
		size_t inputs = 1 + lx_draw_below(&b.state, (uint32_t)columns - 1);
		struct lx_grid t = draw_table(&b, rows, columns, false);
		assert_int_equal(lx_dea(&b.call, &t, inputs, &dea), LX_OK);
		bool some = false;
		for (size_t i = 0; i < rows; i++) {
			assert_true(dea.ccr.score[i] > 0);
			assert_true(dea.ccr.score[i] <= dea.bcc.score[i] + 1e-9);
			assert_true(dea.bcc.score[i] <= 1);
			some |= dea.ccr.score[i] == 1;
			if (dea.ccr.score[i] < 1 - 1e-7)
				assert_true(fabs(dea.ccr.super[i] - dea.ccr.score[i]) < 1e-8);
			else if (!isnan(dea.ccr.super[i]))
				assert_true(dea.ccr.super[i] >= 1 - 1e-8);
		}
		assert_true(some);
		close_bench(&b);
	}
}

/* The peers with their multipliers must make up the target exactly. */
static void check_target(
	const struct lx_grid *t, size_t inputs, const struct lx_frontier *f, bool variable)
{
	for (size_t i = 0; i < t->rows; i++) {
		double sum = 0;
		for (size_t k = f->peers.first[i]; k < f->peers.first[i + 1]; k++)
			sum += f->peers.multiplier[k];
		if (variable)
			assert_true(fabs(sum - 1) < 1e-7);
		for (size_t c = 0; c < t->columns; c++) {
			double made = 0, own = t->at[i * t->columns + c];
			for (size_t k = f->peers.first[i]; k < f->peers.first[i + 1]; k++)
				made += f->peers.multiplier[k] *
					t->at[f->peers.unit[k] * t->columns + c];
			assert_true(fabs(made - f->target[i * t->columns + c]) < 1e-6);
			assert_true(f->slack[i * t->columns + c] >= 0);
			assert_true(c < inputs ? made <= own + 1e-6 : made >= own - 1e-6);
		}
	}
}

static void peers_make_the_target(void **state)
{
	(void)state;
	for (uint64_t seed = 100; seed < 100 + ROUNDS; seed++) {
		struct bench b;
		struct lx_dea dea;
		open_bench(&b, 1, seed);
		struct lx_grid t = draw_table(&b, 25, 5, seed % 2 == 0);
		enum lx_code code = lx_dea(&b.call, &t, 3, &dea);
		if (code == LX_OK) {
			check_target(&t, 3, &dea.ccr, false);
			check_target(&t, 3, &dea.bcc, true);
		} else {
			assert_int_equal(code, LX_INVALID); /* a unit without inputs or outputs */
		}
		close_bench(&b);
	}
}

/* A unit made worse than another in everything can only score lower. */
static void a_worse_copy_scores_lower(void **state)
{
	struct bench b;
	struct lx_dea dea;
	double at[] = { 2, 5, 1, 2, 4, 2, 6, 6, 3, 3, 2, 1, 6, 2, 2, 4, 8, 2 };
	struct lx_grid t = { 6, 3, at, NULL, NULL };

	(void)state;
	open_bench(&b, 1, 0);
	assert_int_equal(lx_dea(&b.call, &t, 2, &dea), LX_OK);
	assert_true(fabs(dea.ccr.score[1] - 1) < 1e-12);
	assert_true(fabs(dea.ccr.score[5] - 0.5) < 1e-12); /* twice the inputs of the second */
	assert_int_equal(dea.ccr.peers.unit[dea.ccr.peers.first[5]], 1);
	close_bench(&b);
}

static void many_alike_units_do_not_cycle(void **state)
{
	struct bench b;
	struct lx_dea dea;

	(void)state;
	open_bench(&b, 2, 5);
	struct lx_grid t = draw_table(&b, 300, 8, false);
	double *at = (double *)t.at;
	for (size_t i = 8; i < 300 * 8; i++)
		at[i] = at[i % 16] * (i % 3 == 0 ? 1 : 1 + (double)(i % 2) * 1e-13);
	assert_int_equal(lx_dea(&b.call, &t, 4, &dea), LX_OK);
	for (size_t i = 0; i < 300; i++)
		assert_true(dea.bcc.score[i] > 1 - 1e-7);
	close_bench(&b);
}

static void malmquist_is_catching_up_times_the_front(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct bench b;
		struct lx_malmquist index;
		open_bench(&b, 1, seed);
		struct lx_grid period[3];
		for (size_t p = 0; p < 3; p++)
			period[p] = draw_table(&b, 15, 4, false);
		assert_int_equal(lx_malmquist(&b.call, period, 3, 2, &index), LX_OK);
		for (size_t i = 0; i < 30; i++)
			assert_true(fabs(index.mi[i] - index.ec[i] * index.tc[i]) <=
				    1e-14 * index.mi[i]);
		close_bench(&b);
	}
}

static void nothing_changed_is_an_index_of_one(void **state)
{
	struct bench b;
	struct lx_malmquist index;

	(void)state;
	open_bench(&b, 1, 3);
	struct lx_grid t = draw_table(&b, 12, 3, false), period[] = { t, t };
	assert_int_equal(lx_malmquist(&b.call, period, 2, 2, &index), LX_OK);
	for (size_t i = 0; i < 12; i++)
		assert_true(fabs(index.mi[i] - 1) < 1e-9);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ccr_is_at_most_bcc_is_at_most_one),
		cmocka_unit_test(peers_make_the_target),
		cmocka_unit_test(a_worse_copy_scores_lower),
		cmocka_unit_test(many_alike_units_do_not_cycle),
		cmocka_unit_test(malmquist_is_catching_up_times_the_front),
		cmocka_unit_test(nothing_changed_is_an_index_of_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
