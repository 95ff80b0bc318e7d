/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The engine on made-up discussions whose answer is known. */
#include "engines/consensus/inner.h"

#include "base/memory.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define LIMIT ((size_t)256 << 20)

struct stage {
	struct lx_arena arena;
	struct lx_call call;
};

static void open_stage(struct stage *stage)
{
	*stage = (struct stage){ .arena = { .limit = LIMIT } };
	stage->call = (struct lx_call){ .arena = &stage->arena, .threads = 2 };
}

static void close_stage(struct stage *stage)
{
	lx_arena_close(&stage->arena);
}

/* `people` of `camps` camps vote on `statements`; camp c agrees where the statement's number divides
 * so; one vote in eight is the other way, `sparse` of ten are missing. */
static size_t make_log(struct lx_vote *log, size_t people, size_t statements, unsigned camps,
	unsigned sparse, uint64_t seed)
{
	size_t n = 0;

	for (size_t i = 0; i < people; i++)
		for (size_t j = 0; j < statements; j++) {
			uint64_t dice = lx_ground_mix(seed, i, j);
			bool agree = (lx_ground_mix(7, i % camps, j) & 1) != 0;
			if (dice % 10 < sparse)
				continue;
			if (dice / 16 % 8 == 0)
				agree = !agree;
			log[n] = (struct lx_vote){ (int64_t)(10 * i + 3), (int64_t)(2 * j + 1),
				(int64_t)n,
				(int8_t)(dice / 256 % 10 == 0 ? 0
					 : agree              ? 1
							      : -1) };
			n++;
		}
	return n;
}

static struct lx_opinions opinions_of(struct stage *stage, const struct lx_vote *log, size_t n)
{
	struct lx_opinions o;

	assert_int_equal(lx_opinions_build(&stage->call, log, n, &o), LX_OK);
	return o;
}

static struct lx_ground ground_of(
	struct stage *stage, const struct lx_opinions *o, enum lx_ground_mode mode, unsigned reruns)
{
	struct lx_ground_options how = { .mode = mode, .reruns = reruns, .key = 1 };
	struct lx_ground ground;

	assert_int_equal(lx_ground(&stage->call, o, &how, &ground), LX_OK);
	return ground;
}

/* Whether two results are the same bits. */
static void assert_same(const struct lx_ground *a, const struct lx_ground *b)
{
	size_t m = a->statements;

	assert_int_equal(a->people, b->people);
	assert_int_equal(m, b->statements);
	assert_int_equal(a->votes, b->votes);
	assert_int_equal(a->grouped, b->grouped);
	assert_int_equal(a->k, b->k);
	assert_memory_equal(a->eigenvalue, b->eigenvalue, sizeof a->eigenvalue);
	assert_memory_equal(a->mean, b->mean, m * sizeof *a->mean);
	assert_memory_equal(a->axis[0], b->axis[0], m * sizeof(double));
	assert_memory_equal(a->axis[1], b->axis[1], m * sizeof(double));
	assert_memory_equal(a->xy, b->xy, a->people * sizeof *a->xy);
	assert_memory_equal(a->group, b->group, a->people);
	assert_memory_equal(a->count, b->count, a->k * m * sizeof *a->count);
	assert_memory_equal(a->priority, b->priority, m * sizeof *a->priority);
	assert_memory_equal(&a->stability, &b->stability, sizeof a->stability);
	for (unsigned k = 2; k <= LX_GROUPS_MOST; k++)
		assert_memory_equal(
			&a->split[k].silhouette, &b->split[k].silhouette, sizeof(double));
}

static void the_latest_vote_counts_whatever_the_order_of_lines(void **state)
{
	static const struct lx_vote log[] = { { 5, 1, 30, -1 }, { 5, 1, 10, 1 }, { 5, 1, 20, 0 },
		{ 2, 1, 25, 1 }, { 2, 9, 25, 1 }, { 2, 9, 25, -1 } };
	struct stage stage;
	(void)state;
	open_stage(&stage);
	struct lx_opinions o = opinions_of(&stage, log, 6);
	assert_int_equal(o.people, 2);
	assert_int_equal(o.statements, 2);
	assert_int_equal(o.person[0], 2);
	assert_int_equal(o.arrival[0], 1); /* person 5 came first */
	assert_int_equal(o.cell[0], LX_CELL(0, LX_AGREE));
	assert_int_equal(o.cell[1], LX_CELL(1, LX_DISAGREE)); /* equal times: the later line */
	assert_int_equal(o.cell[2], LX_CELL(0, LX_DISAGREE));
	close_stage(&stage);
}

static void camps_are_found_and_return(void **state)
{
	struct stage stage;
	(void)state;
	open_stage(&stage);
	struct lx_vote *log = lx_array(&stage.call, 200 * 30, sizeof *log);
	struct lx_opinions o = opinions_of(&stage, log, make_log(log, 200, 30, 3, 4, 1));
	struct lx_ground g = ground_of(&stage, &o, LX_PLAIN, 10);
	assert_int_equal(g.k, 3);
	assert_true(g.stable && g.stability > 0.9);
	assert_true(g.determined && g.residual[0] <= 1e-10 && g.residual[1] <= 1e-10);
	size_t astray = 0;
	for (size_t i = 0; i < 200; i++)
		astray += g.group[i] != g.group[6 + i % 3];
	assert_true(astray < 12);
	bool holds = false;
	assert_int_equal(lx_ground_check(&stage.call, &o, &g, &holds), LX_OK);
	assert_true(holds);
	g.group[0] = (uint8_t)(1 - g.group[0] % 2);
	assert_int_equal(lx_ground_check(&stage.call, &o, &g, &holds), LX_OK);
	assert_false(holds);
	close_stage(&stage);
}

static void noise_has_no_stable_groups(void **state)
{
	struct stage stage;
	(void)state;
	open_stage(&stage);
	struct lx_vote *log = lx_array(&stage.call, 150 * 40, sizeof *log);
	for (size_t i = 0; i < 150 * 40; i++)
		log[i] = (struct lx_vote){ (int64_t)(i / 40), (int64_t)(i % 40), 0,
			(int8_t)((int)(lx_ground_mix(3, i, 0) % 3) - 1) };
	struct lx_opinions o = opinions_of(&stage, log, 150 * 40);
	struct lx_ground g = ground_of(&stage, &o, LX_PLAIN, 10);
	assert_false(g.stable);
	close_stage(&stage);
}

static void the_order_of_votes_and_the_threads_change_no_bit(void **state)
{
	struct stage stage;
	(void)state;
	open_stage(&stage);
	struct lx_vote *log = lx_array(&stage.call, 5000 * 12, sizeof *log);
	size_t n = make_log(log, 5000, 12, 3, 3, 2);
	struct lx_opinions o = opinions_of(&stage, log, n);
	struct lx_ground first = ground_of(&stage, &o, LX_PLAIN, 2);
	for (unsigned round = 0; round < 3; round++) {
		for (size_t i = n; i-- > 1;) {
			size_t j = (size_t)(lx_ground_mix(round, i, 9) % (i + 1));
			struct lx_vote vote = log[i];
			log[i] = log[j];
			log[j] = vote;
		}
		stage.call.threads = round + 1;
		o = opinions_of(&stage, log, n);
		struct lx_ground again = ground_of(&stage, &o, LX_PLAIN, 2);
		assert_same(&first, &again);
	}
	close_stage(&stage);
}

static void flipping_a_statement_flips_its_figures(void **state)
{
	struct stage stage;
	(void)state;
	open_stage(&stage);
	struct lx_vote *log = lx_array(&stage.call, 90 * 20, sizeof *log);
	size_t n = make_log(log, 90, 20, 2, 3, 4);
	struct lx_opinions o = opinions_of(&stage, log, n);
	struct lx_ground before = ground_of(&stage, &o, LX_PLAIN, 0);
	for (size_t i = 0; i < n; i++)
		if (log[i].statement == 7)
			log[i].stance = (int8_t)-log[i].stance;
	o = opinions_of(&stage, log, n);
	struct lx_ground after = ground_of(&stage, &o, LX_PLAIN, 0);
	assert_memory_equal(before.group, after.group, before.people);
	for (size_t j = 0; j < 20; j++) {
		double sign = j == 3 ? -1 : 1;
		assert_true(before.mean[j] == sign * after.mean[j]);
		assert_true(fabs(fabs(before.axis[0][j]) - fabs(after.axis[0][j])) < 1e-9);
	}
	for (size_t g = 0; g < before.k; g++) {
		assert_int_equal(before.count[g * 20 + 3].agree, after.count[g * 20 + 3].disagree);
		assert_int_equal(before.count[g * 20 + 3].disagree, after.count[g * 20 + 3].agree);
	}
	close_stage(&stage);
}

static void many_statements_go_through_the_votes_with_the_same_axes(void **state)
{
	struct stage stage;
	(void)state;
	open_stage(&stage);
	struct lx_vote *log = lx_array(&stage.call, 300 * 40, sizeof *log);
	struct lx_opinions o = opinions_of(&stage, log, make_log(log, 300, 40, 3, 5, 5));
	struct columns columns;
	struct sparse sparse;
	struct axes by_pairs, by_votes;
	assert_int_equal(lx_ground_columns_of(&stage.call, &o, &columns), LX_OK);
	struct pair *pairs = lx_array(&stage.call, lx_ground_pair_at(0, 40), sizeof *pairs);
	double *scatter = lx_array(&stage.call, 40 * 40, sizeof *scatter);
	assert_int_equal(lx_ground_pairs_count(&stage.call, &o, &columns, pairs), LX_OK);
	lx_ground_pairs_scatter(pairs, &columns, scatter);
	double trace = 0;
	for (size_t j = 0; j < 40; j++)
		trace += scatter[j * 41];
	assert_true(fabs(trace - lx_ground_columns_trace(&columns)) < 1e-9 * trace);
	struct dense dense = { 40, 2, scatter };
	struct map map = { 40, lx_ground_dense_apply, &dense };
	assert_int_equal(
		lx_ground_axes_find(&stage.call, &map, trace, NULL, 1e-10, &by_pairs), LX_OK);
	assert_int_equal(lx_ground_sparse_open(&stage.call, &o, &columns, &sparse), LX_OK);
	map = (struct map){ 40, lx_ground_sparse_apply, &sparse };
	assert_int_equal(
		lx_ground_axes_find(&stage.call, &map, trace, NULL, 1e-10, &by_votes), LX_OK);
	for (size_t c = 0; c < 2; c++) {
		assert_true(fabs(by_pairs.value[c] - by_votes.value[c]) < 1e-9 * trace);
		assert_true(by_votes.residual[c] <= 1e-10);
		for (size_t j = 0; j < 40; j++)
			assert_true(fabs(by_pairs.vector[j].v[c] - by_votes.vector[j].v[c]) < 1e-7);
	}
	close_stage(&stage);
}

static void ten_thousand_statements_are_possible(void **state)
{
	struct stage stage;
	(void)state;
	open_stage(&stage);
	struct lx_vote *log = lx_array(&stage.call, 20 * 10000, sizeof *log);
	size_t n = 0;
	for (int64_t i = 0; i < 60; i++)
		for (int64_t j = 0; j < 10000; j++)
			if (lx_ground_mix(6, (uint64_t)i, (uint64_t)j) % 4 == 0)
				log[n++] = (struct lx_vote){ i, j, 0,
					(int8_t)(((i + j) % 2 == 0) ? 1 : -1) };
	struct lx_opinions o = opinions_of(&stage, log, n);
	assert_int_equal(o.statements, 10000);
	struct lx_ground g = ground_of(&stage, &o, LX_PLAIN, 0);
	assert_int_equal(g.k, 2);
	for (size_t i = 2; i < 60; i++)
		assert_int_equal(g.group[i], g.group[i % 2]);
	assert_true(g.residual[0] <= 1e-10);
	close_stage(&stage);
}

static void equal_eigenvalues_are_reported(void **state)
{
	/* four statements, each disputed by people of its own: four equal directions */
	struct lx_vote log[4 * 16];
	struct stage stage;
	size_t n = 0;
	(void)state;
	open_stage(&stage);
	for (int64_t j = 0; j < 4; j++)
		for (int64_t i = 0; i < 16; i++)
			log[n++] = (struct lx_vote){ 16 * j + i, j, 0,
				(int8_t)(i % 2 == 0 ? 1 : -1) };
	struct lx_opinions o = opinions_of(&stage, log, n);
	struct lx_ground g = ground_of(&stage, &o, LX_PLAIN, 0);
	assert_false(g.determined);
	assert_true(fabs(g.eigenvalue[0] - 16) < 1e-9 && fabs(g.eigenvalue[2] - 16) < 1e-9);
	close_stage(&stage);
}

static void degenerate_discussions_have_answers(void **state)
{
	static const struct {
		size_t people, statements;
		int8_t stance;
	} rows[] = { { 0, 0, 0 }, { 1, 1, 1 }, { 1, 30, 1 }, { 30, 1, 1 }, { 30, 1, 0 },
		{ 30, 9, 1 }, { 30, 9, 0 }, { 2, 2, -1 } };
	struct lx_vote log[30 * 30];
	struct stage stage;
	(void)state;
	for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++)
		for (enum lx_ground_mode mode = LX_PLAIN; mode <= LX_POLIS; mode++) {
			size_t n = 0;
			open_stage(&stage);
			for (size_t i = 0; i < rows[r].people; i++)
				for (size_t j = 0; j < rows[r].statements; j++)
					log[n++] = (struct lx_vote){ (int64_t)i, (int64_t)j, 0,
						rows[r].stance };
			struct lx_opinions o = opinions_of(&stage, log, n);
			struct lx_ground g = ground_of(&stage, &o, mode, 3);
			assert_int_equal(g.k, 1);
			assert_int_equal(g.grouped, rows[r].people);
			assert_true(g.eigenvalue[0] == 0 && !g.determined);
			for (size_t i = 0; i < g.people; i++)
				assert_true(g.xy[i][0] == 0 && g.xy[i][1] == 0);
			struct lx_found *list;
			size_t found;
			assert_int_equal(
				lx_ground_shortlist(&stage.call, &o, &g, 5, &list, &found), LX_OK);
			assert_true(found == 0 || rows[r].stance == 1);
			close_stage(&stage);
		}
}

static void a_rejected_statement_is_out(void **state)
{
	struct stage stage;
	(void)state;
	open_stage(&stage);
	struct lx_vote *log = lx_array(&stage.call, 80 * 12, sizeof *log);
	struct lx_opinions o = opinions_of(&stage, log, make_log(log, 80, 12, 2, 2, 8));
	o.flag[4] = LX_STATEMENT_REJECTED;
	o.flag[5] = LX_STATEMENT_META;
	struct lx_ground g = ground_of(&stage, &o, LX_PLAIN, 0);
	assert_int_equal(g.kept, 10);
	assert_true(g.out[4] && g.out[5] && g.axis[0][4] == 0 && g.priority[4] == 0);
	struct lx_found *list;
	size_t found;
	assert_int_equal(lx_ground_shortlist(&stage.call, &o, &g, 12, &list, &found), LX_OK);
	assert_int_equal(found, 10);
	for (size_t i = 0; i < found; i++)
		assert_true(list[i].statement != 4 && list[i].statement != 5);
	struct lx_ground polis = ground_of(&stage, &o, LX_POLIS, 0);
	assert_true(polis.priority[5] == 49);
	close_stage(&stage);
}

static void a_tenth_with_a_statement_of_its_own_is_on_the_list(void **state)
{
	struct stage stage;
	(void)state;
	open_stage(&stage);
	struct lx_vote *log = lx_array(&stage.call, 100 * 31, sizeof *log);
	size_t n = 0;
	/* 90 agree with statements 0 .. 29 and not with 30; 10 the other way round */
	for (int64_t i = 0; i < 100; i++)
		for (int64_t j = 0; j < 31; j++)
			log[n++] = (struct lx_vote){ i, j, 0,
				(int8_t)((i < 10) == (j == 30) ? 1 : -1) };
	struct lx_opinions o = opinions_of(&stage, log, n);
	struct lx_ground g = ground_of(&stage, &o, LX_PLAIN, 0);
	struct lx_found *list;
	size_t found, seen = 0;
	assert_int_equal(lx_ground_shortlist(&stage.call, &o, &g, 10, &list, &found), LX_OK);
	assert_int_equal(found, 10);
	for (size_t i = 0; i < found; i++)
		seen += list[i].statement == 30;
	assert_int_equal(seen, 1);
	close_stage(&stage);
}

static void the_draw_follows_the_weights_and_can_be_repeated(void **state)
{
	struct stage stage;
	double weight[12], drawn[12] = { 0 }, total = 0;
	(void)state;
	open_stage(&stage);
	struct lx_vote *log = lx_array(&stage.call, 80 * 12, sizeof *log);
	struct lx_opinions o = opinions_of(&stage, log, make_log(log, 80, 12, 2, 6, 8));
	o.flag[2] = LX_STATEMENT_REJECTED;
	struct lx_ground g = ground_of(&stage, &o, LX_PLAIN, 0);
	for (uint64_t round = 0; round < 20000; round++) {
		size_t statement, again;
		lx_ground_next(&o, &g, 7, 99, round, &statement, weight);
		lx_ground_next(&o, &g, 7, 99, round, &again, NULL);
		assert_int_equal(statement, again);
		drawn[statement] += 1.0 / 20000;
	}
	for (size_t j = 0; j < 12; j++)
		total += weight[j];
	for (size_t i = o.from[7]; i < o.from[8]; i++)
		assert_true(weight[LX_CELL_STATEMENT(o.cell[i])] == 0);
	for (size_t j = 0; j < 12; j++)
		assert_true(fabs(drawn[j] - weight[j] / total) < 0.015);
	assert_true(weight[2] == 0);
	close_stage(&stage);
}

static void a_forum_gives_the_bits_of_a_fresh_start(void **state)
{
	struct stage stage;
	(void)state;
	open_stage(&stage);
	struct lx_vote *log = lx_array(&stage.call, 60 * 15 + 400, sizeof *log);
	size_t n = make_log(log, 60, 15, 2, 5, 11);
	struct lx_opinions o = opinions_of(&stage, log, n);
	struct lx_ground_options how = { .reruns = 2, .key = 1 };
	struct lx_forum *forum;
	assert_int_equal(lx_forum_open(&stage.call, &o, &forum), LX_OK);
	for (size_t v = 0; v < 400; v++) {
		uint64_t dice = lx_ground_mix(12, v, 0);
		/* known and new people and statements, anywhere among the ids */
		int64_t person = (int64_t)(dice % 700), statement = (int64_t)(dice / 1000 % 34);
		int stance = (int)(dice / 100000 % 3) - 1;
		log[n] = (struct lx_vote){ person, statement, (int64_t)(n + 10000),
			(int8_t)stance };
		n++;
		assert_int_equal(
			lx_forum_vote(&stage.call, forum, person, statement, stance), LX_OK);
		if (v % 40 != 7 && (v < 300 || v > 312)) /* some single votes too */
			continue;
		struct lx_ground fresh, live;
		o = opinions_of(&stage, log, n);
		for (size_t j = 0; j < o.statements && v > 200; j++)
			if (o.statement[j] == 5)
				o.flag[j] = LX_STATEMENT_REJECTED;
		if (v > 200)
			assert_int_equal(
				lx_forum_flag(&stage.call, forum, 5, LX_STATEMENT_REJECTED), LX_OK);
		assert_int_equal(lx_ground(&stage.call, &o, &how, &fresh), LX_OK);
		assert_int_equal(lx_forum_ground(&stage.call, forum, &how, &live), LX_OK);
		assert_same(&fresh, &live);
	}
	assert_int_equal(lx_forum_flag(&stage.call, forum, 999, 0), LX_NOT_FOUND);
	lx_forum_close(forum);
	close_stage(&stage);
}

static void wilson_is_wilson(void **state)
{
	(void)state;
	struct lx_interval none = lx_wilson(0, 0), half = lx_wilson(50, 100),
			   all = lx_wilson(10, 10);
	assert_true(none.low == 0 && none.high == 1);
	assert_true(fabs(half.low - 0.4364399) < 1e-6 && fabs(half.high - 0.5635601) < 1e-6);
	assert_true(fabs(all.low - 0.8589222) < 1e-6 && all.high == 1);
}

static void the_rand_index_is_one_for_the_same_and_zero_for_chance(void **state)
{
	uint8_t a[6] = { 0, 0, 0, 1, 1, 1 }, b[6] = { 1, 1, 1, 0, 0, 0 };
	uint8_t c[6] = { 0, 0, 1, 0, 1, LX_NO_GROUP };
	(void)state;
	assert_true(lx_ground_adjusted_rand(a, b, 6) == 1);
	/* by hand: table 2 1 / 1 1, pairs 1, rows 3 + 1, columns 3 + 1, of 10 */
	assert_true(fabs(lx_ground_adjusted_rand(a, c, 6) - (1 - 1.6) / (4 - 1.6)) < 1e-12);
}

/* Two camps of 30 and 20: their sizes come back, and the figures of persons are those of the definition. */
static void camps_keep_their_sizes_and_persons_their_places(void **state)
{
	struct stage stage;
	struct lx_ground g;
	struct lx_opinions o;
	struct lx_standing *standing;
	struct lx_ground_options how = { .reruns = 6, .key = 1 };
	static struct lx_vote log[50 * 20];
	size_t n = 0;
	(void)state;

	for (int64_t p = 0; p < 50; p++)
		for (int64_t s = 0; s < 20; s++)
			if ((p * 7 + s * 3) % 10 != 0)
				log[n++] = (struct lx_vote){ p, s, 0,
					(s % 2 == 0) == (p < 30) ? LX_AGREE : LX_DISAGREE };
	open_stage(&stage);
	assert_int_equal(lx_opinions_build(&stage.call, log, n, &o), LX_OK);
	assert_int_equal(lx_ground(&stage.call, &o, &how, &g), LX_OK);
	assert_int_equal(g.k, 2);
	assert_true(g.returned[0].least == 30 && g.returned[0].most == 30);
	assert_true(g.returned[1].kept == 1 && g.returned[1].kept_least == 1);
	double share = g.eigenvalue[0] / g.trace;
	assert_true(fabs(g.explained_least[0] - share) < 0.3 && g.explained_most[0] <= 1);
	assert_true(g.explained_least[0] <= g.explained_most[0]);
	assert_int_equal(lx_ground_standings(&stage.call, &g, &standing), LX_OK);
	double along = 0, x = 0, own = 0;
	for (size_t i = 0; i < 50; i++) {
		along += i < 30 ? standing[i].outward : -standing[i].outward; /* they balance */
		x += g.xy[i][0] / 50;
		own += i < 30 ? g.xy[i][0] / 30 : 0;
		assert_true(standing[i].to_group < standing[i].to_all);
		assert_true(fabs(standing[i].outward) <= standing[i].to_all + 1e-9);
	}
	assert_true(fabs(along) < 1e-9 * 50);
	struct lx_interval between = lx_ground_common_between(&g, 0);
	assert_true(between.low <= g.common_agree[0] && g.common_agree[0] <= between.high + 0.1);
	assert_true(standing[0].to_all > fabs(own - x) / 2);
	close_stage(&stage);
}

/* Polis takes the first hundred thousand persons and the first ten thousand statements. */
static void polis_mode_has_the_limits_of_polis(void **state)
{
	struct stage stage;
	struct lx_opinions o, arranged;
	size_t people = LX_POLIS_PEOPLE + 5, statements = LX_POLIS_STATEMENTS + 3, n = 0;
	(void)state;

	open_stage(&stage);
	struct lx_vote *log = lx_array(&stage.call, people + statements, sizeof *log);
	assert_non_null(log);
	for (size_t i = 0; i < people; i++) /* the highest number comes first */
		log[n++] = (struct lx_vote){ (int64_t)(people - i), (int64_t)(i % 3), (int64_t)i,
			LX_AGREE };
	for (size_t s = 0; s < statements; s++)
		log[n++] = (struct lx_vote){ (int64_t)people, (int64_t)s, (int64_t)(people + s),
			LX_PASS };
	assert_int_equal(lx_opinions_build(&stage.call, log, n, &o), LX_OK);
	assert_int_equal(lx_opinions_by_arrival(&stage.call, &o, &arranged), LX_OK);
	assert_int_equal(arranged.people, LX_POLIS_PEOPLE);
	assert_int_equal(arranged.statements, LX_POLIS_STATEMENTS);
	assert_true(
		arranged.person[0] == (int64_t)people && arranged.person[1] == (int64_t)people - 1);
	assert_int_equal(arranged.from[1], LX_POLIS_STATEMENTS);
	assert_int_equal(arranged.from[2] - arranged.from[1], 1);
	close_stage(&stage);
}

static void every_failed_allocation_is_survived(void **state)
{
	struct stage stage;
	(void)state;
	for (uint64_t at = 1; at < 400; at++) {
		struct lx_ground g;
		struct lx_opinions o;
		struct lx_ground_options how = { .reruns = 2, .key = 1 };
		static struct lx_vote log[40 * 10];
		size_t n = make_log(log, 40, 10, 2, 3, 1);
		open_stage(&stage);
		stage.call.threads = 1;
		lx_memory_fail_at(at);
		enum lx_code code = lx_opinions_build(&stage.call, log, n, &o);
		if (code == LX_OK)
			code = lx_ground(&stage.call, &o, &how, &g);
		lx_memory_fail_at(0);
		close_stage(&stage);
		if (code == LX_OK)
			return;
		assert_int_equal(code, LX_BROKEN);
	}
	fail();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_latest_vote_counts_whatever_the_order_of_lines),
		cmocka_unit_test(camps_are_found_and_return),
		cmocka_unit_test(noise_has_no_stable_groups),
		cmocka_unit_test(the_order_of_votes_and_the_threads_change_no_bit),
		cmocka_unit_test(flipping_a_statement_flips_its_figures),
		cmocka_unit_test(many_statements_go_through_the_votes_with_the_same_axes),
		cmocka_unit_test(ten_thousand_statements_are_possible),
		cmocka_unit_test(equal_eigenvalues_are_reported),
		cmocka_unit_test(degenerate_discussions_have_answers),
		cmocka_unit_test(a_rejected_statement_is_out),
		cmocka_unit_test(a_tenth_with_a_statement_of_its_own_is_on_the_list),
		cmocka_unit_test(the_draw_follows_the_weights_and_can_be_repeated),
		cmocka_unit_test(a_forum_gives_the_bits_of_a_fresh_start),
		cmocka_unit_test(wilson_is_wilson),
		cmocka_unit_test(the_rand_index_is_one_for_the_same_and_zero_for_chance),
		cmocka_unit_test(camps_keep_their_sizes_and_persons_their_places),
		cmocka_unit_test(polis_mode_has_the_limits_of_polis),
		cmocka_unit_test(every_failed_allocation_is_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
