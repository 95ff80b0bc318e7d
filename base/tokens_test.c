/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Folding and the token stream: known streams, variants that meet, hostile bytes, bounds. */
#include "base/fold.h"
#include "base/memory.h"
#include "base/tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

struct fixture {
	struct lx_arena arena;
	struct lx_call call;
	struct lx_buf out;
};

static int open_fixture(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .arena = { .limit = 512 << 20 } };
	f.call.arena = &f.arena;
	*state = &f;
	return 0;
}

static int close_fixture(void **state)
{
	struct fixture *f = *state;

	lx_buf_close(&f->out);
	lx_arena_close(&f->arena);
	return 0;
}

/* The stream as text: tokens with a bar between them, a new run with two. */
static const char *stream(struct fixture *f, const char *text, unsigned bits, bool query)
{
	struct lx_tokens t;
	enum lx_code code = query ? lx_tokens_query(&f->call, lx_text(text), bits, &t)
				  : lx_tokens_index(&f->call, lx_text(text), bits, &t);

	assert_int_equal(code, LX_OK);
	lx_buf_clear(&f->out);
	lx_buf_str(&f->out, "");
	for (size_t i = 0; i < t.n; i++) {
		if (i > 0)
			lx_buf_str(&f->out, t.at[i].run == t.at[i - 1].run ? "|" : "||");
		lx_buf_text(&f->out, t.at[i].text);
	}
	return f->out.at == NULL ? "" : f->out.at;
}

static void streams_are_as_written_down(void **state)
{
	static const struct {
		const char *text, *index, *query;
	} rows[] = {
		{ "", "", "" },
		{ " \t\n，。!", "", "" },
		{ "车", "车", "车" },
		{ "地铁站", "地|地铁|铁|铁站|站", "地铁|铁站" },
		{ "地铁,站", "地|地铁|铁||站", "地铁||站" },
		{ "bus", "bus", "bus" },
		{ "Night Bus stop", "night|night bus|bus|bus stop|stop", "night|bus|stop" },
		{ "地铁11號線 stops", "地|地铁|铁||11||号|号线|线||stop", "地铁||11||号线||stop" },
		{ "a车b", "a||车||b", "a||车||b" },
		{ "Ｇ１５ 高速", "g15||高|高速|速", "g15||高速" },
		{ "公交😀😀", "公|公交|交||😀||😀", "公交||😀||😀" },
		{ "don't the bus's", "dont|dont the|the|the bus|bus", "dont|the|bus" },
		{ "rock 'n' roll'", "rock|rock n|n|n roll|roll", "rock|n|roll" },
		{ "ÉCOLE Straße", "école|école strasse|strasse", "école|strasse" },
		{ "ﬁle ①", "file|file 1|1", "file|1" },
		{ "カﾞス", "ガ|ガス|ス", "ガス" },
		{ "soft\xc2\xadhyphen zero\xe2\x80\x8bwidth",
			"softhyphen|softhyphen zerowidth|zerowidth", "softhyphen|zerowidth" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_string_equal(
			stream(*state, rows[i].text, LX_TOKENS_USUAL, false), rows[i].index);
		assert_string_equal(
			stream(*state, rows[i].text, LX_TOKENS_USUAL, true), rows[i].query);
	}
}

static struct lx_text normal_of(struct fixture *f, const char *text, unsigned bits)
{
	struct lx_tokens t;

	assert_int_equal(lx_tokens_index(&f->call, lx_text(text), bits, &t), LX_OK);
	return t.normal;
}

static void variants_meet_where_folding_is_asked_for(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned bits; /* those without which the two differ */
	} rows[] = {
		{ "一卡通", "壹卡通", LX_TOKENS_HAN },
		{ "台灣後面裏的麵館為何關閉", "台湾后面里的面馆为何关闭", LX_TOKENS_HAN },
		{ "臺北", "台北", LX_TOKENS_HAN },
		{ "貳佰元", "二百元", LX_TOKENS_HAN },
		{ "峯羣", "峰群", LX_TOKENS_HAN },
		{ "bus", "buses", LX_TOKENS_PLURAL },
		{ "city lines", "cities line", LX_TOKENS_PLURAL },
		{ "boxes, classes", "box class", LX_TOKENS_PLURAL },
		{ "places trees potatoes houses", "place tree potato house", LX_TOKENS_PLURAL },
		{ "１１号线", "11号线", 0 },
		{ "Wi-Fi", "WI FI", 0 },
		{ "㈱", "(株)", 0 },
		{ "e\xcc\x81"
		  "cole",
			"\xc3\x89"
			"COLE",
			0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct lx_text a = normal_of(*state, rows[i].a, LX_TOKENS_USUAL);
		struct lx_text b = normal_of(*state, rows[i].b, LX_TOKENS_USUAL);
		assert_true(lx_text_equal(a, b));
		a = normal_of(*state, rows[i].a, LX_TOKENS_USUAL & ~rows[i].bits);
		b = normal_of(*state, rows[i].b, LX_TOKENS_USUAL & ~rows[i].bits);
		assert_int_equal(lx_text_equal(a, b), rows[i].bits == 0);
	}
}

static void words_that_only_look_plural_stay(void **state)
{
	static const char *const rows[] = { "bus", "this", "class", "basis", "gas", "is", "as",
		"g15s", "bonus" };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_true(lx_text_is(normal_of(*state, rows[i], LX_TOKENS_USUAL), rows[i]));
}

static void folding_twice_changes_nothing(void **state)
{
	struct fixture *f = *state;
	char bytes[4];

	for (uint32_t c = 1; c < 0x32000; c = c == 0xd7ff ? 0xe000 : c + 1) {
		struct lx_arena_mark mark = lx_arena_here(&f->arena);
		LX_CLOSE(lx_buf_close) struct lx_buf once = { 0 };
		uint32_t *codes, *again;
		size_t n, m;
		struct lx_text text = { bytes, lx_utf8_put(c, bytes) };
		assert_int_equal(lx_fold(&f->call, text, true, &codes, &n), LX_OK);
		for (size_t i = 0; i < n; i++)
			lx_buf_put(&once, bytes, lx_utf8_put(codes[i], bytes));
		assert_int_equal(lx_fold(&f->call, lx_buf_view(&once), true, &again, &m), LX_OK);
		if (n > 0 && codes[0] != 0) {
			assert_int_equal(n, m);
			assert_memory_equal(codes, again, n * sizeof *codes);
		}
		lx_arena_back(&f->arena, mark);
	}
}

/* A text that takes the short way must give what ICU gives: a mark at its end forces ICU's way. */
static void the_short_way_agrees_with_icu(void **state)
{
	struct fixture *f = *state;
	char bytes[16];

	for (uint32_t c = 1; c < 0x20000; c = c == 0xd7ff ? 0xe000 : c + 1) {
		struct lx_arena_mark mark = lx_arena_here(&f->arena);
		uint32_t *codes, *again;
		size_t n, m, len = lx_utf8_put(c, bytes);
		assert_int_equal(
			lx_fold(&f->call, (struct lx_text){ bytes, len }, false, &codes, &n),
			LX_OK);
		len += lx_utf8_put('-', bytes + len);
		len += lx_utf8_put(0xad, bytes + len); /* soft hyphen: vanishes, by ICU */
		assert_int_equal(
			lx_fold(&f->call, (struct lx_text){ bytes, len }, false, &again, &m),
			LX_OK);
		assert_int_equal(m, n + 1);
		assert_memory_equal(codes, again, n * sizeof *codes);
		lx_arena_back(&f->arena, mark);
	}
}

static void any_bytes_give_valid_tokens_of_bounded_length(void **state)
{
	static const char pieces[8] = { '\xe5', '\x9c', '\xb0', ' ', 'a', '\xcc', '\x81', '\'' };
	struct fixture *f = *state;
	char bytes[64];
	uint64_t seed = 1;

	for (int round = 0; round < 20000; round++) {
		struct lx_arena_mark mark = lx_arena_here(&f->arena);
		struct lx_tokens t;
		for (size_t i = 0; i < sizeof bytes; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			bytes[i] = round % 2 ? (char)(seed >> 56) : pieces[seed >> 61];
		}
		assert_int_equal(lx_tokens_index(&f->call, (struct lx_text){ bytes, sizeof bytes },
					 LX_TOKENS_USUAL, &t),
			LX_OK);
		assert_true(lx_utf8_valid(t.normal.at, t.normal.len, NULL));
		for (size_t i = 0; i < t.n; i++) {
			assert_true(t.at[i].text.len > 0);
			assert_true(t.at[i].text.len <= 2 * LX_TOKEN_MOST + 1);
			assert_true(lx_utf8_valid(t.at[i].text.at, t.at[i].text.len, NULL));
		}
		lx_arena_back(&f->arena, mark);
	}
}

/* Texts made to hurt: each stays within a second even under sanitizers, and within its memory. */
static void hostile_texts_take_linear_time(void **state)
{
	static const char *const parts[] = { "a", "\xcc\x81\xcc\xa7" /* marks of two classes */,
		"\xef\xb7\xba" /* one character that unfolds into eighteen */, "'s", "中", "\x80",
		"\xf0\x9f\x91\xa8\xe2\x80\x8d" /* emoji and joiner */, "a\n", "\xe1\x84\x80" };
	struct fixture *f = *state;
	size_t n = 3 << 20;
	char *bytes = lx_arena_alloc(&f->arena, n);
	struct lx_arena_mark mark = lx_arena_here(&f->arena);

	for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++) {
		struct lx_tokens t;
		for (size_t i = 0, len = strlen(parts[p]); i < n; i++)
			bytes[i] = parts[p][i % len];
		clock_t before = clock();
		assert_int_equal(lx_tokens_index(&f->call, (struct lx_text){ bytes, n },
					 LX_TOKENS_USUAL, &t),
			LX_OK);
		assert_true((clock() - before) / CLOCKS_PER_SEC < 5);
		lx_arena_back(&f->arena, mark);
	}
}

static void want_of_memory_is_told(void **state)
{
	static const char text[] = "地鐵 Ångström";

	(void)state;
	for (size_t limit = 0;; limit += 64) {
		LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = limit };
		struct lx_call call = { .arena = &arena };
		struct lx_tokens t;
		enum lx_code code = lx_tokens_index(&call, LX_TEXT_OF(text), LX_TOKENS_USUAL, &t);
		if (code == LX_OK) {
			assert_true(limit > 256);
			return;
		}
		assert_int_equal(code, LX_BROKEN);
		assert_string_equal(call.fault.msgid, "base.memory");
	}
}

static void tokens_are_written_by_kind(void **state)
{
	struct fixture *f = *state;
	struct lx_tokens t;

	assert_int_equal(
		lx_tokens_index(&f->call, lx_text("夜班车 night bus 😀"), LX_TOKENS_USUAL, &t),
		LX_OK);
	lx_tokens_write(&f->out, &t, LX_TOKEN_TWO | LX_TOKEN_WORD);
	assert_string_equal(f->out.at, "夜班 班车 night bus");
	lx_buf_clear(&f->out);
	lx_tokens_write(&f->out, &t, LX_TOKEN_ONE);
	assert_string_equal(f->out.at, "夜 班 车 😀");
	assert_true(lx_text_is(t.normal, "夜班车 night bus 😀"));
	assert_true(lx_tokens_version() > 0);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH(streams_are_as_written_down),
		WITH(variants_meet_where_folding_is_asked_for),
		WITH(words_that_only_look_plural_stay),
		WITH(folding_twice_changes_nothing),
		WITH(the_short_way_agrees_with_icu),
		WITH(any_bytes_give_valid_tokens_of_bounded_length),
		WITH(hostile_texts_take_linear_time),
		WITH(want_of_memory_is_told),
		WITH(tokens_are_written_by_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
