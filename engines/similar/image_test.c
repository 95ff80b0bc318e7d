/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What an image must hold whatever the texts, and what the best of a query are weighed with. */
#include "engines/similar/image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct lx_arena arena;
	struct lx_call call;
	struct lx_similar *index;
};

static int open_fixture(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .arena = { .limit = (size_t)512 << 20 } };
	f.call = (struct lx_call){ .arena = &f.arena, .threads = 2 };
	*state = &f;
	return lx_similar_open(&f.call, 64 << 20, &f.index) == LX_OK ? 0 : 1;
}

static int close_fixture(void **state)
{
	struct fixture *f = *state;

	lx_similar_close(&f->index);
	lx_arena_close(&f->arena);
	return 0;
}

static struct lx_text word(struct fixture *f, size_t i)
{
	char text[40];
	int n = snprintf(text, sizeof text, "word%zu 路%zu", i % 50, i % 7);

	return (struct lx_text){ lx_arena_copy(&f->arena, text, (size_t)n), (size_t)n };
}

/* Ids at the ends of the range and far apart, over several blocks; a text of very many tokens. */
static void ids_and_lengths_keep_their_range(void **state)
{
	struct fixture *f = *state;
	enum { n = 200, words = 70000 };
	struct lx_similar_text *texts = lx_array(&f->call, n, sizeof *texts), *back, one;
	char *many = lx_alloc(&f->call, (size_t)words * 7 + 1);
	struct lx_text image;
	size_t found, at = 0;

	assert_true(texts != NULL && many != NULL);
	for (int i = 0; i < words; i++)
		at += (size_t)snprintf(many + at, 8, "a%05x ", i);
	for (size_t i = 0; i < n; i++) {
		texts[i].id = i == 0 ? INT64_MIN : (int64_t)(i * i * i) * INT64_C(1000000007);
		texts[i].text = word(f, i);
	}
	texts[n - 1].id = INT64_MAX;
	for (int wide = 0; wide <= 1; wide++) {
		if (wide == 1)
			texts[70].text = (struct lx_text){ many, at };
		assert_int_equal(lx_similar_build(&f->call, texts, n, &image), LX_OK);
		assert_int_equal(lx_similar_texts(&f->call, image, &back, &found), LX_OK);
		assert_int_equal(found, n);
		for (size_t i = 0; i < n; i++)
			assert_true(back[i].id == texts[i].id);
		assert_int_equal(lx_similar_load(&f->call, f->index, image), LX_OK);
		for (size_t i = 0; i < n; i += 7)
			assert_int_equal(
				lx_similar_get(&f->call, f->index, texts[i].id, &one), LX_OK);
		assert_int_equal(lx_similar_get(&f->call, f->index, 5, &one), LX_NOT_FOUND);
		struct lx_similar_query query = { .text = lx_text("a00003 a00004 a0ffff") };
		struct lx_similar_hits hits;
		assert_int_equal(lx_similar_query(&f->call, f->index, &query, &hits), LX_OK);
		assert_int_equal(hits.n, wide);
	}
}

/* A character in a tenth of the texts is not walked, yet it decides among those that were found without it. */
static void frequent_words_weigh_the_best(void **state)
{
	struct fixture *f = *state;
	struct lx_similar_text texts[300];
	struct lx_similar_hits hits, whole;
	struct lx_text image;

	for (int i = 0; i < 300; i++) {
		char text[100];
		int n = snprintf(text, sizeof text, "x%d y%d z%d%s", i, i * 7, i * 11,
			i % 10 == 0 ? " 常 often" : "");
		texts[i] = (struct lx_similar_text){ .id = i,
			.text = { lx_arena_copy(&f->arena, text, (size_t)n), (size_t)n } };
	}
	texts[1].text = lx_text("amber basalt copper q1 q2 q3 q4");
	texts[2].text = lx_text("amber basalt copper 常 often q1 q2 q3 q4");
	assert_int_equal(lx_similar_build(&f->call, texts, 300, &image), LX_OK);
	assert_int_equal(lx_similar_load(&f->call, f->index, image), LX_OK);
	struct lx_similar_query query = { .text = lx_text("copper, basalt; amber. 常 often") };
	assert_int_equal(lx_similar_query(&f->call, f->index, &query, &hits), LX_OK);
	assert_int_equal(hits.n, 2);
	assert_true(hits.at[0].id == 2 && hits.at[1].id == 1);
	assert_int_equal(hits.at[0].terms_n, 4);
	assert_true(lx_text_is(hits.at[0].terms[3].text, "常")); /* and "often" weighs nothing */
	query.text = lx_text("copper, basalt; amber. 常");
	assert_int_equal(lx_similar_query(&f->call, f->index, &query, &hits), LX_OK);
	query.whole = true;
	query.most = 2;
	assert_int_equal(lx_similar_query(&f->call, f->index, &query, &whole), LX_OK);
	assert_int_equal(whole.n, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_true(whole.at[i].id == hits.at[i].id);
		assert_memory_equal(&whole.at[i].score, &hits.at[i].score, sizeof(double));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			ids_and_lengths_keep_their_range, open_fixture, close_fixture),
		cmocka_unit_test_setup_teardown(
			frequent_words_weigh_the_best, open_fixture, close_fixture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
