/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Properties of the engine: the order of additions changes nothing, add then delete changes nothing,
 * saving and loading changes nothing, scores are what their terms say and what BM25 by its book says;
 * twins and near texts are found; damaged images are refused.
 */
#include "base/memory.h"
#include "base/tokens.h"
#include "engines/similar/image.h"
#include "engines/similar/score.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TEXTS     400
#define TOLERANCE 1e-9

struct fixture {
	struct lx_arena arena;
	struct lx_call call;
	struct lx_similar *index;
	struct lx_similar_text texts[TEXTS];
	uint64_t seed;
};

static uint32_t draw(struct fixture *f, uint32_t below)
{
	f->seed = f->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(f->seed >> 33) % below;
}

static const char *const places[] = { "苏州", "上海", "嘉善", "Kunshan", "昆山" };
static const char *const things[] = { "地铁", "公交卡", "路灯", "night bus", "医保报销",
	"library card", "河道垃圾", "school", "养老院", "😀" };
static const char *const faults[] = { "不能用", "坏了", "太慢", "is too slow", "请延长", "broken",
	"什么时候能通用", "closes early" };

static const char *make_text(struct fixture *f)
{
	char text[160];
	int n = snprintf(text, sizeof text, "%s%s %s %u", places[draw(f, 5)], things[draw(f, 10)],
		faults[draw(f, 8)], draw(f, 6));

	return lx_arena_copy(&f->arena, text, (size_t)n);
}

static int open_fixture(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .arena = { .limit = 512 << 20 }, .seed = 7 };
	f.call.arena = &f.arena;
	f.call.threads = 3;
	assert_int_equal(lx_similar_open(&f.call, 64 << 20, &f.index), LX_OK);
	for (size_t i = 0; i < TEXTS; i++)
		f.texts[i] = (struct lx_similar_text){ .id = (int64_t)(i * 37 % TEXTS) * 3 - 50,
			.text = lx_text(make_text(&f)),
			.kept = lx_text(i % 3 == 0 ? "kept" : ""),
			.category = i % 4,
			.place = { i % 5 != 0, 31000000 + (int32_t)draw(&f, 1000000),
				120000000 + (int32_t)draw(&f, 1000000) } };
	*state = &f;
	return 0;
}

static int close_fixture(void **state)
{
	struct fixture *f = *state;

	lx_similar_close(&f->index);
	lx_arena_close(&f->arena);
	return 0;
}

static void put(struct fixture *f, struct lx_similar *index, size_t i)
{
	assert_int_equal(lx_similar_put(&f->call, index, &f->texts[i]), LX_OK);
}

static struct lx_text image_of(struct fixture *f, struct lx_similar *index)
{
	struct lx_text image;

	assert_int_equal(lx_similar_image(&f->call, index, &image), LX_OK);
	return image;
}

static void same_hits(const struct lx_similar_hits *a, const struct lx_similar_hits *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		assert_true(a->at[i].id == b->at[i].id);
		assert_memory_equal(&a->at[i].score, &b->at[i].score, sizeof(double));
		assert_int_equal(a->at[i].terms_n, b->at[i].terms_n);
		assert_true(a->at[i].twin == b->at[i].twin);
	}
}

/* Two indexes answer forty queries with the same bits. */
static void answers_agree(struct fixture *f, struct lx_similar *a, struct lx_similar *b)
{
	for (int i = 0; i < 40; i++) {
		struct lx_similar_query query = { .text = lx_text(make_text(f)),
			.most = 1 + draw(f, 20),
			.whole = i % 2 == 0,
			.category = draw(f, 3),
			.excepting = i % 3 == 0,
			.except = f->texts[draw(f, TEXTS)].id,
			.place = { i % 4 == 0, 31500000, 120500000 } };
		struct lx_similar_hits x, y;
		assert_int_equal(lx_similar_query(&f->call, a, &query, &x), LX_OK);
		assert_int_equal(lx_similar_query(&f->call, b, &query, &y), LX_OK);
		same_hits(&x, &y);
	}
}

static void order_of_additions_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct lx_similar *other;

	assert_int_equal(lx_similar_open(&f->call, 64 << 20, &other), LX_OK);
	for (size_t i = 0; i < TEXTS; i++) {
		put(f, f->index, i);
		put(f, other, i * 143 % TEXTS);
	}
	answers_agree(f, f->index, other);
	struct lx_text a = image_of(f, f->index), b = image_of(f, other), c;
	assert_true(lx_text_equal(a, b));
	f->call.threads = 1;
	assert_int_equal(lx_similar_build(&f->call, f->texts, TEXTS, &c), LX_OK);
	assert_true(lx_text_equal(a, c));
	lx_similar_close(&other);
}

static void the_number_of_threads_changes_nothing(void **state)
{
	struct fixture *f = *state;
	size_t n = 9000;
	struct lx_similar_text *texts = lx_array(&f->call, n, sizeof *texts);
	struct lx_text images[3];

	for (size_t i = 0; i < n; i++)
		texts[i] = (struct lx_similar_text){ .id = (int64_t)(i * 7919 % n),
			.text = lx_text(make_text(f)) };
	for (unsigned threads = 1; threads <= 3; threads++) {
		f->call.threads = threads;
		assert_int_equal(lx_similar_build(&f->call, texts, n, &images[threads - 1]), LX_OK);
	}
	assert_true(lx_text_equal(images[0], images[1]));
	assert_true(lx_text_equal(images[0], images[2]));
}

static void add_then_delete_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct lx_similar *other;
	struct lx_text half;

	assert_int_equal(lx_similar_build(&f->call, f->texts, TEXTS / 2, &half), LX_OK);
	assert_int_equal(lx_similar_open(&f->call, 64 << 20, &other), LX_OK);
	assert_int_equal(lx_similar_load(&f->call, f->index, half), LX_OK);
	assert_int_equal(lx_similar_load(&f->call, other, half), LX_OK);
	for (size_t i = TEXTS / 2; i < TEXTS; i++)
		put(f, other, i);
	for (size_t i = 0; i < 20; i++) { /* change, then change back */
		struct lx_similar_text changed = f->texts[i];
		changed.text = lx_text("something else 别的");
		assert_int_equal(lx_similar_put(&f->call, other, &changed), LX_OK);
	}
	for (size_t i = 0; i < 20; i++)
		put(f, other, i);
	for (size_t i = TEXTS / 2; i < TEXTS; i++)
		assert_int_equal(lx_similar_remove(&f->call, other, f->texts[i].id), LX_OK);
	assert_int_equal(lx_similar_count(other), TEXTS / 2);
	answers_agree(f, f->index, other);
	assert_true(lx_text_equal(half, image_of(f, other)));
	assert_int_equal(lx_similar_remove(&f->call, other, f->texts[TEXTS - 1].id), LX_NOT_FOUND);
	lx_similar_close(&other);
}

static void saving_and_loading_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct lx_similar *other;
	struct lx_similar_text text;

	for (size_t i = 0; i < TEXTS; i++)
		put(f, f->index, i);
	struct lx_text image = image_of(f, f->index);
	assert_int_equal(lx_similar_open(&f->call, 64 << 20, &other), LX_OK);
	assert_int_equal(lx_similar_load(&f->call, other, image), LX_OK);
	answers_agree(f, f->index, other);
	assert_true(lx_text_equal(image, image_of(f, other)));
	for (size_t i = 0; i < TEXTS; i++) {
		assert_int_equal(lx_similar_get(&f->call, other, f->texts[i].id, &text), LX_OK);
		assert_true(lx_text_equal(text.text, f->texts[i].text));
		assert_true(lx_text_equal(text.kept, f->texts[i].kept));
		assert_int_equal(text.category, f->texts[i].category);
		assert_int_equal(text.place.known, f->texts[i].place.known);
	}
	lx_similar_close(&other);
}

static bool contains(const struct lx_tokens *tokens, struct lx_text token)
{
	for (size_t i = 0; i < tokens->n; i++)
		if (lx_text_equal(tokens->at[i].text, token))
			return true;
	return false;
}

static size_t different(const struct lx_tokens *tokens)
{
	size_t n = 0;

	for (size_t i = 0; i < tokens->n; i++) {
		struct lx_tokens before = { tokens->normal, tokens->at, i };
		n += !contains(&before, tokens->at[i].text);
	}
	return n;
}

/* BM25 by its book, by strings and the C library's logarithm: what the engine must come to. */
static double by_the_book(
	const struct lx_tokens *all, size_t n, const struct lx_tokens *query, size_t text)
{
	double score = 0, average = 0;

	for (size_t i = 0; i < n; i++)
		average += (double)different(&all[i]) / (double)n;
	for (size_t q = 0; q < query->n; q++) {
		struct lx_tokens before = { query->normal, query->at, q };
		struct lx_text token = query->at[q].text;
		double df = 0;
		if (contains(&before, token) || !contains(&all[text], token))
			continue;
		for (size_t i = 0; i < n; i++)
			df += contains(&all[i], token);
		double idf = log(1 + ((double)n - df + 0.5) / (df + 0.5));
		double length = (double)different(&all[text]);
		score += idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * length / average));
	}
	return score;
}

static void scores_are_those_of_the_book(void **state)
{
	struct fixture *f = *state;
	struct lx_tokens all[60], asked;

	for (size_t i = 0; i < 60; i++) {
		put(f, f->index, i);
		assert_int_equal(
			lx_tokens_index(&f->call, f->texts[i].text, LX_TOKENS_USUAL, &all[i]),
			LX_OK);
	}
	for (int k = 0; k < 10; k++) {
		struct lx_similar_query query = {
			.text = lx_text(make_text(f)), .most = 50, .whole = true
		};
		struct lx_similar_hits hits;
		assert_int_equal(
			lx_tokens_index(&f->call, query.text, LX_TOKENS_USUAL, &asked), LX_OK);
		assert_int_equal(lx_similar_query(&f->call, f->index, &query, &hits), LX_OK);
		double best = 0;
		for (size_t i = 0; i < 60; i++) {
			double score = by_the_book(all, 60, &asked, i);
			best = score > best ? score : best;
			for (size_t h = 0; h < hits.n; h++)
				if (hits.at[h].id == f->texts[i].id)
					assert_true(fabs(hits.at[h].score - score) < 2e-5);
		}
		assert_true(hits.n > 0 && fabs(hits.at[0].score - best) < 2e-5);
	}
}

static void every_score_is_the_sum_of_its_terms(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < TEXTS; i++)
		put(f, f->index, i);
	for (int k = 0; k < 50; k++) {
		struct lx_similar_query query = { .text = lx_text(make_text(f)),
			.most = 20,
			.category = 1,
			.place = { true, 31200000, 120800000 } };
		struct lx_similar_hits hits;
		assert_int_equal(lx_similar_query(&f->call, f->index, &query, &hits), LX_OK);
		assert_int_equal(hits.n, 20);
		for (size_t h = 0; h < hits.n; h++) {
			double sum = 0;
			for (size_t t = 0; t < hits.at[h].terms_n; t++)
				sum += hits.at[h].terms[t].part;
			assert_true(fabs(sum - hits.at[h].score) < TOLERANCE);
			assert_true(h == 0 || hits.at[h - 1].score > hits.at[h].score ||
				    (hits.at[h - 1].score == hits.at[h].score &&
					    hits.at[h - 1].id < hits.at[h].id));
			assert_true(hits.at[h].near <= 1 && hits.at[h].same <= 1);
		}
	}
}

static void twins_are_found_through_variants_and_typos(void **state)
{
	static const char *const rows[][2] = { { "长三角一卡通何时通用", "長三角壹卡通何時通用！" },
		{ "11号线花桥站太挤", "１１号线 花桥站太挤" }, { "Buses are late", "bus are late" },
		{ "请修路灯", "请，修，路灯。" }, { "😀", "😀" }, { "车", "車" } };
	struct fixture *f = *state;

	for (size_t i = 0; i < TEXTS; i++)
		put(f, f->index, i);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct lx_similar_text text = { .id = 100000 + (int64_t)i,
			.text = lx_text(rows[i][0]) };
		assert_int_equal(lx_similar_put(&f->call, f->index, &text), LX_OK);
	}
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct lx_similar_query query = { .text = lx_text(rows[i][1]) };
		struct lx_similar_hits hits;
		bool found = false;
		assert_int_equal(lx_similar_query(&f->call, f->index, &query, &hits), LX_OK);
		for (size_t h = 0; h < hits.n; h++)
			found |= hits.at[h].id == 100000 + (int64_t)i && hits.at[h].twin;
		assert_true(found);
	}
	struct lx_similar_text text = { .id = 200000, .text = lx_text("hairdressers") };
	static const char *const typos[] = { "hardresser", "hairdreser", "hiardressers",
		"hairdrezser", "hairxdresser" };
	assert_int_equal(lx_similar_put(&f->call, f->index, &text), LX_OK);
	for (size_t i = 0; i < sizeof typos / sizeof typos[0]; i++) {
		struct lx_similar_query query = { .text = lx_text(typos[i]) };
		struct lx_similar_hits hits;
		assert_int_equal(lx_similar_query(&f->call, f->index, &query, &hits), LX_OK);
		assert_int_equal(hits.n, 1);
		assert_true(hits.at[0].id == 200000 && hits.at[0].terms[0].instead.len > 0);
	}
}

static void odd_texts_behave(void **state)
{
	struct fixture *f = *state;
	size_t n = 300000;
	char *large = lx_arena_alloc(&f->arena, n + 1);
	struct lx_similar_hits hits;

	for (size_t i = 0; i + 3 <= n; i += 3) {
		uint32_t c = 0x4e00 + draw(f, 20000);
		(void)lx_utf8_put(c, large + i);
	}
	const struct lx_text odd[] = { lx_text(""), lx_text(" "), lx_text("a"), lx_text("的"),
		{ "\xff\xfe\0x", 4 }, lx_text("👨‍👩‍👧 e\u0301"), { large, n },
		lx_text("ab中ё١") };
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		struct lx_similar_text text = { .id = (int64_t)i, .text = odd[i] };
		assert_int_equal(lx_similar_put(&f->call, f->index, &text), LX_OK);
	}
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		struct lx_similar_query query = { .text = odd[i] };
		assert_int_equal(lx_similar_query(&f->call, f->index, &query, &hits), LX_OK);
		struct lx_tokens tokens;
		assert_int_equal(
			lx_tokens_index(&f->call, odd[i], LX_TOKENS_USUAL, &tokens), LX_OK);
		assert_int_equal(hits.n > 0, tokens.n > 0);
		assert_true(hits.n == 0 || (hits.at[0].id == (int64_t)i && hits.at[0].twin));
	}
	struct lx_text image = image_of(f, f->index);
	struct lx_similar_groups groups;
	struct lx_similar_topics topics;
	assert_int_equal(lx_similar_near(&f->call, image, &groups), LX_OK);
	assert_int_equal(lx_similar_cluster(&f->call, image, 0, &topics), LX_OK);
}

static void an_empty_index_is_an_index(void **state)
{
	struct fixture *f = *state;
	struct lx_similar_query query = { .text = lx_text("路灯") };
	struct lx_similar_hits hits;
	struct lx_similar_groups groups;
	struct lx_similar_topics topics;
	struct lx_text image;

	assert_int_equal(lx_similar_query(&f->call, f->index, &query, &hits), LX_OK);
	assert_int_equal(hits.n, 0);
	assert_int_equal(lx_similar_build(&f->call, NULL, 0, &image), LX_OK);
	assert_int_equal(lx_similar_load(&f->call, f->index, image), LX_OK);
	assert_int_equal(lx_similar_twins(&f->call, image, &groups), LX_OK);
	assert_int_equal(groups.n, 0);
	assert_int_equal(lx_similar_near(&f->call, image, &groups), LX_OK);
	assert_int_equal(groups.n, 0);
	assert_int_equal(lx_similar_cluster(&f->call, image, 0, &topics), LX_OK);
	assert_int_equal(topics.groups.n, 0);
}

/* Near groups against all pairs compared by strings. */
static void near_texts_are_those_at_four_fifths(void **state)
{
	struct fixture *f = *state;
	enum { N = 150 };
	struct lx_similar_text texts[N];
	struct lx_tokens tokens[N];
	struct lx_similar_groups groups;
	struct lx_text image;
	uint32_t root[N], got[N];

	for (uint32_t i = 0; i < N; i++) {
		char *longer = lx_arena_alloc(&f->arena, 600);
		(void)snprintf(longer, 600, "%s，%s，%s", make_text(f), make_text(f),
			"相同的一段话希望有关部门尽快答复处理谢谢");
		texts[i] = (struct lx_similar_text){ .id = i, .text = lx_text(longer) };
		assert_int_equal(
			lx_tokens_index(&f->call, texts[i].text, LX_TOKENS_USUAL, &tokens[i]),
			LX_OK);
		root[i] = got[i] = i;
	}
	for (uint32_t i = 0; i < N; i++)
		for (uint32_t k = 0; k < i; k++) {
			size_t a = different(&tokens[i]), b = different(&tokens[k]), both = 0;
			for (size_t t = 0; t < tokens[i].n; t++) {
				struct lx_tokens before = { tokens[i].normal, tokens[i].at, t };
				both += !contains(&before, tokens[i].at[t].text) &&
					contains(&tokens[k], tokens[i].at[t].text);
			}
			if (5 * both < 4 * (a + b - both))
				continue;
			uint32_t from = root[i], to = root[k];
			for (uint32_t j = 0; j < N; j++)
				root[j] = root[j] == from ? to : root[j];
		}
	assert_int_equal(lx_similar_build(&f->call, texts, N, &image), LX_OK);
	assert_int_equal(lx_similar_near(&f->call, image, &groups), LX_OK);
	assert_true(groups.n > 1);
	for (size_t g = 0; g < groups.n; g++)
		for (uint32_t m = groups.start[g]; m < groups.start[g + 1]; m++)
			got[groups.members[m]] = groups.members[groups.start[g]];
	for (uint32_t i = 0; i < N; i++)
		for (uint32_t k = 0; k < i; k++)
			assert_int_equal(root[i] == root[k], got[i] == got[k]);
}

static void topics_gather_what_belongs_together(void **state)
{
	static const char *const rows[] = { "苏州公交卡在上海地铁不能用",
		"上海地铁刷不了苏州公交卡", "希望苏州公交卡可以刷上海地铁", "太湖蓝藻发臭请治理",
		"治理太湖蓝藻", "太湖蓝藻又臭了", "street light broken on Lake Road",
		"broken street light at the school", "The street light is broken",
		"完全不同的一件事" };
	struct fixture *f = *state;
	enum { N = sizeof rows / sizeof rows[0] };
	struct lx_similar_text texts[N];
	struct lx_similar_topics topics;
	struct lx_text image;

	for (size_t i = 0; i < N; i++)
		texts[i] = (struct lx_similar_text){ .id = (int64_t)i, .text = lx_text(rows[i]) };
	assert_int_equal(lx_similar_build(&f->call, texts, N, &image), LX_OK);
	assert_int_equal(lx_similar_cluster(&f->call, image, 0.1, &topics), LX_OK);
	assert_int_equal(topics.groups.n, 3);
	for (size_t g = 0; g < 3; g++) {
		const uint32_t *m = topics.groups.members + topics.groups.start[g];
		assert_int_equal(topics.groups.start[g + 1] - topics.groups.start[g], 3);
		assert_true(m[0] == 3 * g && m[1] == m[0] + 1 && m[2] == m[0] + 2);
		assert_true(topics.at[g].names_n > 0);
	}
	assert_true(lx_text_is(topics.at[0].names[0], "上海地铁"));
	assert_true(lx_text_is(topics.at[1].names[0], "太湖蓝藻"));
	assert_true(lx_text_is(topics.at[2].names[1], "street light"));
}

static void damaged_images_are_refused(void **state)
{
	struct fixture *f = *state;
	struct lx_text image;

	assert_int_equal(lx_similar_build(&f->call, f->texts, 50, &image), LX_OK);
	char *bytes = (char *)image.at;
	for (size_t i = 0; i < image.len; i += 1 + i / 40) {
		struct lx_fault none = { 0 };
		bytes[i] ^= 0x10;
		f->call.fault = none;
		assert_int_not_equal(lx_similar_check(&f->call, image), LX_OK);
		bytes[i] ^= 0x10;
	}
	for (size_t n = 0; n < image.len; n += 97)
		assert_int_not_equal(
			lx_similar_check(&f->call, (struct lx_text){ image.at, n }), LX_OK);
	f->call.fault = (struct lx_fault){ 0 };
	assert_int_equal(lx_similar_check(&f->call, image), LX_OK);
}

static void a_full_index_says_so_and_stays_whole(void **state)
{
	struct fixture *f = *state;
	struct lx_similar *small;
	size_t added = 0;

	assert_int_equal(lx_similar_open(&f->call, 130 << 10, &small), LX_OK);
	while (added < TEXTS && lx_similar_put(&f->call, small, &f->texts[added]) == LX_OK)
		added++;
	assert_true(added > 10 && added < TEXTS);
	assert_string_equal(f->call.fault.msgid, "similar.full");
	f->call.fault = (struct lx_fault){ 0 };
	assert_int_equal(lx_similar_count(small), added);
	for (size_t i = 0; i < added; i++)
		put(f, f->index, i);
	answers_agree(f, f->index, small);
	assert_int_equal(lx_similar_load(&f->call, small, image_of(f, small)), LX_OK);
	for (size_t i = 0; i < added; i++) /* now there is room again to delete */
		assert_int_equal(lx_similar_remove(&f->call, small, f->texts[i].id), LX_OK);
	assert_int_equal(lx_similar_count(small), 0);
	lx_similar_close(&small);
}

static void an_id_stands_once(void **state)
{
	struct fixture *f = *state;
	struct lx_text image;

	f->texts[3].id = f->texts[9].id;
	assert_int_equal(lx_similar_build(&f->call, f->texts, 20, &image), LX_CONFLICT);
	assert_string_equal(f->call.fault.msgid, "similar.twice");
}

/* All of the engine once, with the n-th request for memory and all after it refused. */
static enum lx_code run_all(struct lx_call *call, const struct lx_similar_text *texts)
{
	struct lx_similar_query query = { .text = lx_text("苏州公交卡 librery bus") };
	struct lx_similar *index = NULL;
	struct lx_similar_topics topics;
	struct lx_similar_groups groups;
	struct lx_similar_hits hits;
	struct lx_text image;

	LX_TRY(lx_similar_build(call, texts, 40, &image));
	LX_TRY(lx_similar_open(call, 8 << 20, &index));
	enum lx_code code = lx_similar_load(call, index, image);
	for (size_t i = 30; i < 60 && code == LX_OK; i++)
		code = lx_similar_put(call, index, &texts[i]);
	if (code == LX_OK)
		code = lx_similar_query(call, index, &query, &hits);
	if (code == LX_OK)
		code = lx_similar_image(call, index, &image);
	lx_similar_close(&index);
	LX_TRY(code);
	LX_TRY(lx_similar_twins(call, image, &groups));
	LX_TRY(lx_similar_near(call, image, &groups));
	return lx_similar_cluster(call, image, 0, &topics);
}

static void every_want_of_memory_is_told(void **state)
{
	struct fixture *f = *state;
	enum lx_code code = LX_BROKEN;

	for (uint64_t n = 1; code != LX_OK; n++) {
		LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 64 << 20 };
		struct lx_call call = { .arena = &arena, .threads = 2 };
		lx_memory_fail_at(n);
		code = run_all(&call, f->texts);
		lx_memory_fail_at(0);
		assert_true(n < 5000);
		assert_true(code == LX_OK || call.fault.code == code);
		assert_true(code == LX_OK || code == LX_BROKEN || code == LX_BUSY);
	}
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH(order_of_additions_changes_nothing),
		WITH(the_number_of_threads_changes_nothing),
		WITH(add_then_delete_changes_nothing),
		WITH(saving_and_loading_changes_nothing),
		WITH(scores_are_those_of_the_book),
		WITH(every_score_is_the_sum_of_its_terms),
		WITH(twins_are_found_through_variants_and_typos),
		WITH(odd_texts_behave),
		WITH(an_empty_index_is_an_index),
		WITH(near_texts_are_those_at_four_fifths),
		WITH(topics_gather_what_belongs_together),
		WITH(damaged_images_are_refused),
		WITH(a_full_index_says_so_and_stays_whole),
		WITH(an_id_stands_once),
		WITH(every_want_of_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
