/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Arenas, buffers, text, decimals, JSON, CSV, messages. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"
#include "base/decimal.h"
#include "base/json.h"
#include "base/json_plain.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/parallel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void arena_gives_zeroed_memory_up_to_its_limit(void **state)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 64 << 10 };
	(void)state;
	unsigned char *p = lx_arena_alloc(&arena, 1000);
	assert_non_null(p);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(p[i], 0);
	memset(p, 0xff, 1000);
	assert_null(lx_arena_alloc(&arena, 64 << 10));
	assert_null(lx_arena_array(&arena, SIZE_MAX / 2, 4));
	assert_true(arena.taken <= arena.limit);
}

static void arena_goes_back_to_a_mark_and_zeroes_again(void **state)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 1 << 20 };
	(void)state;
	(void)lx_arena_alloc(&arena, 10);
	struct lx_arena_mark mark = lx_arena_here(&arena);
	memset(lx_arena_alloc(&arena, 100), 0xff, 100);
	memset(lx_arena_alloc(&arena, 100000), 0xff, 100000);
	lx_arena_back(&arena, mark);
	unsigned char *p = lx_arena_alloc(&arena, 100);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
}

static void every_failed_allocation_is_survived(void **state)
{
	(void)state;
	for (uint64_t n = 1; n < 6; n++) {
		LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 1 << 20 };
		LX_CLOSE(lx_buf_close) struct lx_buf buf = { 0 };
		lx_memory_fail_at(n);
		for (int i = 0; i < 40; i++) {
			(void)lx_arena_alloc(&arena, 1000);
			lx_buf_str(&buf, "0123456789012345678901234567890123456789");
		}
		lx_memory_fail_at(0);
		assert_true(buf.len % 40 == 0);
	}
}

static void buffer_keeps_its_first_failure(void **state)
{
	LX_CLOSE(lx_buf_close) struct lx_buf buf = { .limit = 10 };
	(void)state;
	lx_buf_str(&buf, "0123456789");
	assert_false(lx_buf_failed(&buf));
	lx_buf_char(&buf, 'x');
	assert_true(lx_buf_failed(&buf));
	lx_buf_clear(&buf);
	lx_buf_printf(&buf, "%d", 42);
	assert_string_equal(buf.at, "42");
}

static void utf8_is_checked_as_rfc_3629_says(void **state)
{
	static const char *const good[] = { "", "a", "需求", "\xf0\x9f\x98\x80", "\xef\xbf\xbf" };
	static const char *const bad[] = { "\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe9\x9c", "a\xff" };
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(lx_utf8_valid(good[i], strlen(good[i]), NULL));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(lx_utf8_valid(bad[i], strlen(bad[i]), NULL));
	assert_false(lx_utf8_valid("a\0b", 3, NULL));
	assert_int_equal(lx_utf8_count(lx_text("需求a")), 3);
	assert_int_equal(lx_utf8_cut("需求", 6, 4), 3);
}

static void utf8_is_checked_at_every_offset(void **state)
{
	char text[40];
	size_t bad;
	(void)state;
	for (size_t at = 0; at < sizeof text; at++) {
		for (unsigned c = 0; c < 256; c++) {
			memset(text, 'a', sizeof text);
			text[at] = (char)c;
			bool good = c > 0 && c < 0x80;
			assert_int_equal(lx_utf8_valid(text, sizeof text, &bad), good);
			if (!good)
				assert_int_equal(bad, at);
		}
	}
	memcpy(text + 13, "需求", 6);
	text[sizeof text - 1] = 'a';
	assert_true(lx_utf8_valid(text, sizeof text, NULL));
}

static void integers_are_written_in_digits(void **state)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	static const int64_t numbers[] = { 0, 7, -7, 10, INT64_MAX, INT64_MIN };
	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		lx_buf_int(&out, numbers[i]);
		lx_buf_char(&out, ' ');
	}
	assert_string_equal(out.at, "0 7 -7 10 9223372036854775807 -9223372036854775808 ");
}

static void integers_are_whole_and_in_range(void **state)
{
	int64_t n;
	(void)state;
	assert_true(lx_text_int(lx_text("-9223372036854775808"), &n) && n == INT64_MIN);
	assert_true(lx_text_int(lx_text("9223372036854775807"), &n) && n == INT64_MAX);
	assert_false(lx_text_int(lx_text("9223372036854775808"), &n));
	assert_false(lx_text_int(lx_text(""), &n));
	assert_false(lx_text_int(lx_text("-"), &n));
	assert_false(lx_text_int(lx_text("1.0"), &n));
}

static void decimals_are_exact_or_refused(void **state)
{
	static const struct {
		const char *text;
		unsigned places;
		bool fits;
		int64_t scaled;
	} rows[] = {
		{ "17.25", 4, true, 172500 },
		{ "-0.5", 1, true, -5 },
		{ "1.50", 1, true, 15 },
		{ "1.55", 1, false, 0 },
		{ ".5", 1, false, 0 },
		{ "5.", 1, false, 0 },
		{ "1e3", 0, false, 0 },
		{ "92233720368547758.07", 2, true, INT64_MAX },
		{ "92233720368547758.08", 2, false, 0 },
		{ "-92233720368547758.08", 2, true, INT64_MIN },
		{ "", 0, false, 0 },
		{ "12", 0, true, 12 },
	};
	int64_t n;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(
			lx_decimal_read(lx_text(rows[i].text), rows[i].places, &n), rows[i].fits);
		if (rows[i].fits)
			assert_true(n == rows[i].scaled);
	}
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	lx_decimal_write(&out, -5, 2);
	lx_buf_char(&out, ' ');
	lx_money_write(&out, (struct lx_money){ INT64_MIN, "CNY", 2 });
	assert_string_equal(out.at, "-0.05 -92,233,720,368,547,758.08");
	assert_true(lx_decimal_scale(5, 1, 2, &n) && n == 2);
	assert_true(lx_decimal_scale(7, 1, 2, &n) && n == 4);
	assert_true(lx_decimal_scale(-5, 1, 2, &n) && n == -2);
	assert_false(lx_decimal_scale(INT64_MAX, 2, 1, &n));
}

/* Answers may hold what engines compute; what is hashed may not. */
static void fractions_are_told_and_never_canonical(void **state)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_fault fault = { 0 };
	LX_CLOSE(lx_json_free)
	json_t *value = json_loads("{\"b\":[0.25,7],\"a\":{\"c\":1e-3}}", 0, NULL);

	(void)state;
	assert_int_equal(lx_json_canonical(&out, value, &fault), LX_INVALID);
	lx_buf_clear(&out);
	lx_fault_clear(&fault);
	assert_int_equal(lx_json_told(&out, value, &fault), LX_OK);
	assert_string_equal(out.at, "{\"a\":{\"c\":0.001},\"b\":[0.25,7]}");
}

static void json_is_canonical_as_rfc_8785_says(void **state)
{
	struct lx_fault fault = { 0 };
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	json_t *value = NULL;
	(void)state;
	/* the emoji sorts before U+FB33: by UTF-16 code units, not by bytes (interop 2.8) */
	const char *text = "{ \"\xef\xac\xb3\": 1, \"\xf0\x9f\x98\x80\": [true, null, -0], \"a\": "
			   "\"\\u000f\\n/\\\"\" }";
	assert_int_equal(lx_json_read(&fault, lx_text(text), &value), LX_OK);
	assert_int_equal(lx_json_canonical(&out, value, &fault), LX_OK);
	json_decref(value);
	assert_string_equal(out.at,
		"{\"a\":\"\\u000f\\n/"
		"\\\"\",\"\xf0\x9f\x98\x80\":[true,null,0],\"\xef\xac\xb3\":1}");
}

/* The short way and jansson's own reader agree; what is not plain takes the long way. */
static void json_is_read_alike_on_both_ways(void **state)
{
	static const struct {
		const char *text;
		bool plain;
	} rows[] = { { "{\"a\":[1,-2,{\"b\":null}],\"\xe5\x9c\xb0\":\"\xe9\x93\x81\"}", true },
		{ " [ true , false ] \n", true }, { "999999999999999999", true }, { "[]", true },
		{ "{}", true }, { "-7", true }, { "\"\"", true }, { "9223372036854775807", false },
		{ "9999999999999999999", false }, { "-", false }, { "[-", false }, { "\"", false },
		{ "-0", false }, { "1.5", false }, { "\"\\u5730\"", false }, { "01", false },
		{ "[1]2", false }, { "nul", false }, { "{\"a\":1,\"a\":1}", false },
		{ "\"\xff\"", false }, { "\"a\nb\"", false } };
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		LX_CLOSE(lx_json_free) json_t *plain = lx_json_plain(lx_text(rows[i].text));
		LX_CLOSE(lx_json_free)
		json_t *whole = json_loads(
			rows[i].text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
		assert_int_equal(plain != NULL, rows[i].plain);
		assert_true(plain == NULL || json_equal(plain, whole));
	}
}

static void json_that_breaks_readers_is_refused(void **state)
{
	static const char *const bad[] = { "", "{", "{\"a\":1,\"a\":2}", "\"\\ud800\"",
		"\"\\u0000\"", "1e400", "[1,]", "{\"a\":1} x" };
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct lx_fault fault = { 0 };
		json_t *value = NULL;
		assert_int_equal(lx_json_read(&fault, lx_text(bad[i]), &value), LX_INVALID);
		assert_null(value);
	}
	LX_CLOSE(lx_buf_close) struct lx_buf deep = { 0 };
	for (int i = 0; i < 10000; i++)
		lx_buf_char(&deep, '[');
	struct lx_fault fault = { 0 };
	json_t *value = NULL;
	assert_int_equal(lx_json_read(&fault, lx_buf_view(&deep), &value), LX_INVALID);
	assert_string_equal(fault.msgid, "base.json_deep");
}

/* What is guarded for spreadsheets comes back as it was, and what looked guarded already does too. */
static void csv_gives_back_what_was_written(void **state)
{
	static const char *const texts[] = { "plain", "=1+1", "'=1+1", "''=1", "'quoted'", "-5",
		"-x", "@a", "+86 139", "a;b", "\"", "'", "", "\t" };
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 1 << 16 };
		LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
		struct lx_call call = { .arena = &arena };
		struct lx_csv_field field;
		size_t n;
		lx_csv_write(&out, lx_text(texts[i]), ',');
		lx_buf_char(&out, '\n');
		struct lx_csv csv = { .text = lx_buf_view(&out), .separator = ',' };
		assert_int_equal(lx_csv_row(&call, &csv, &field, 1, &n), LX_OK);
		assert_true(lx_text_is(lx_csv_plain(field.text), texts[i]));
		assert_true(field.text.len == 0 || strchr("=@\t", field.text.at[0]) == NULL);
	}
}

static void csv_rows_have_quotes_lines_and_places(void **state)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 1 << 20 };
	struct lx_call call = { .arena = &arena };
	struct lx_csv csv = { .text = LX_TEXT_OF(
				      "\xef\xbb\xbfid,text\r\n1,\"a \"\"b\"\"\nc\"\n2,\n"),
		.separator = ',' };
	struct lx_csv_field f[3];
	size_t n;
	(void)state;
	assert_int_equal(lx_csv_row(&call, &csv, f, 3, &n), LX_OK);
	assert_int_equal(n, 2);
	assert_true(lx_text_is(f[0].text, "id"));
	assert_int_equal(lx_csv_row(&call, &csv, f, 3, &n), LX_OK);
	assert_true(lx_text_is(f[1].text, "a \"b\"\nc"));
	assert_int_equal(lx_csv_row(&call, &csv, f, 3, &n), LX_OK);
	assert_int_equal(csv.line, 4);
	assert_int_equal(n, 2);
	assert_int_equal(lx_csv_row(&call, &csv, f, 3, &n), LX_OK);
	assert_int_equal(n, 0);

	csv = (struct lx_csv){ .text = LX_TEXT_OF("a,b\nc,\"d\n"), .separator = ',' };
	assert_int_equal(lx_csv_row(&call, &csv, f, 3, &n), LX_OK);
	assert_int_equal(lx_csv_row(&call, &csv, f, 3, &n), LX_INVALID);
	assert_int_equal(call.fault.line, 2);
	assert_int_equal(call.fault.column, 3);
}

static void csv_never_writes_a_formula(void **state)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	(void)state;
	lx_csv_write(&out, lx_text("=1+1"), ',');
	lx_buf_char(&out, ',');
	lx_csv_write(&out, lx_text("-12.5"), ',');
	lx_buf_char(&out, ',');
	lx_csv_write(&out, lx_text("a\"b"), ',');
	assert_string_equal(out.at, "\"'=1+1\",-12.5,\"a\"\"b\"");
}

static void sentences_are_filled_in(void **state)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_fault fault = { 0 };
	(void)state;
	(void)lx_fault_at(&fault, LX_INVALID, 3, 7, "base.csv_many", "%d", 5);
	(void)lx_fault_at(&fault, LX_BROKEN, 1, 1, "base.memory", NULL);
	lx_say_fault(&out, LX_EN, &fault);
	assert_string_equal(out.at, "line 3, column 7: The row has more than 5 fields.");
	lx_buf_clear(&out);
	lx_say_fault(&out, LX_ZH, &fault);
	assert_string_equal(out.at, "第 3 行第 7 列：这一行超过 5 个字段。");
	assert_int_equal(lx_lang_of(lx_text("zh-Hans-CN"), LX_EN), LX_ZH);
	assert_int_equal(lx_lang_of(lx_text("zhuang"), LX_EN), LX_EN);
}

static void mark_one(void *with, size_t i)
{
	unsigned char *marks = with;
	marks[i]++;
}

static void parallel_does_each_task_once(void **state)
{
	(void)state;
	for (unsigned threads = 0; threads < 5; threads++) {
		unsigned char marks[1000] = { 0 };
		lx_parallel_sure(threads, sizeof marks, mark_one, marks);
		for (size_t i = 0; i < sizeof marks; i++)
			assert_int_equal(marks[i], 1);
	}
	lx_parallel_sure(2, 0, mark_one, NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(parallel_does_each_task_once),
		cmocka_unit_test(arena_gives_zeroed_memory_up_to_its_limit),
		cmocka_unit_test(arena_goes_back_to_a_mark_and_zeroes_again),
		cmocka_unit_test(every_failed_allocation_is_survived),
		cmocka_unit_test(buffer_keeps_its_first_failure),
		cmocka_unit_test(utf8_is_checked_as_rfc_3629_says),
		cmocka_unit_test(utf8_is_checked_at_every_offset),
		cmocka_unit_test(integers_are_written_in_digits),
		cmocka_unit_test(integers_are_whole_and_in_range),
		cmocka_unit_test(decimals_are_exact_or_refused),
		cmocka_unit_test(json_is_canonical_as_rfc_8785_says),
		cmocka_unit_test(fractions_are_told_and_never_canonical),
		cmocka_unit_test(json_is_read_alike_on_both_ways),
		cmocka_unit_test(json_that_breaks_readers_is_refused),
		cmocka_unit_test(csv_gives_back_what_was_written),
		cmocka_unit_test(csv_rows_have_quotes_lines_and_places),
		cmocka_unit_test(csv_never_writes_a_formula),
		cmocka_unit_test(sentences_are_filled_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
