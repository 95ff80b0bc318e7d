/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Escaping, addresses, numbers and dates, sentences, Markdown, bars. */
#include "kernel/view/markdown.h"
#include "kernel/view/svg.h"
#include "kernel/view/view.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct lx_view zh = { .lang = LX_ZH, .zone = 480, .year = 2026 };
static const struct lx_view en = { .lang = LX_EN, .zone = 480, .year = 2026 };

/* 2026-12-04 01:30 UTC, a Friday */
#define MOMENT INT64_C(1796347800000)

struct bench {
	struct lx_arena arena;
	struct lx_call call;
	struct lx_buf out;
};

static void open_bench(struct bench *bench)
{
	*bench = (struct bench){ .arena = { .limit = 4 << 20 }, .out = { .limit = 1 << 20 } };
	bench->call.arena = &bench->arena;
}

static void close_bench(struct bench *bench)
{
	lx_buf_close(&bench->out);
	lx_arena_close(&bench->arena);
}

/* What was printed, taken off the buffer. */
static const char *printed(struct bench *bench)
{
	static char text[4096];

	(void)snprintf(text, sizeof text, "%s", lx_buf_view(&bench->out).at);
	lx_buf_clear(&bench->out);
	return text;
}

static void escaping_leaves_no_markup_and_no_controls(void **state)
{
	(void)state;
	struct bench bench LX_CLOSE(close_bench);
	open_bench(&bench);

	lx_view_text(&bench.out, &zh, lx_text("<script>alert('&\"')</script>"));
	assert_string_equal(
		printed(&bench), "&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;");
	lx_view_text(&bench.out, &zh,
		lx_text("a\x01\x1b"
			"b\tc\nd\x7f"));
	assert_string_equal(printed(&bench), "a\xef\xbf\xbd\xef\xbf\xbd"
					     "b\tc\nd\xef\xbf\xbd");
	lx_view_text(&bench.out, &zh, lx_text("苏州＜市＞"));
	assert_string_equal(printed(&bench), "苏州＜市＞");
	lx_view_text(&bench.out, &zh, (struct lx_text){ 0 });
	assert_string_equal(printed(&bench), "");
}

static void words_of_another_language_are_marked(void **state)
{
	(void)state;
	struct bench bench LX_CLOSE(close_bench);
	open_bench(&bench);

	lx_view_phrase(&bench.out, &zh, lx_words_in(&zh, lx_text("Last bus"), lx_text("en")));
	assert_string_equal(printed(&bench), "<span lang=\"en\">Last bus</span>");
	lx_view_phrase(&bench.out, &zh, lx_words_in(&zh, lx_text("末班车"), lx_text("zh-Hans")));
	assert_string_equal(printed(&bench), "末班车");
	lx_view_phrase(&bench.out, &zh, lx_words_in(&zh, lx_text("x"), lx_text("\"><b>")));
	assert_string_equal(printed(&bench), "<span lang=\"&quot;&gt;&lt;b&gt;\">x</span>");
}

static void only_proper_addresses_are_links(void **state)
{
	(void)state;
	static const char *const refused[] = { "//evil.example/", "javascript:alert(1)", "/a b",
		"/a\\b", "\\\\evil", "/\x01", "/\nX: y", "https://", "", "needs/3", " /needs",
		"/a\x7f", "data:,x" };
	static const char *const local[] = { "/", "/needs/3?lang=en#a", "#field", "?size=large" };

	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		assert_int_equal(lx_address_local(lx_text(refused[i])).checked.len, 0);
	for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
		assert_int_equal(lx_address_local(lx_text(local[i])).checked.len, strlen(local[i]));
	assert_int_equal(lx_address_outside(lx_text("javascript:alert(1)")).checked.len, 0);
	assert_int_equal(lx_address_outside(lx_text("https://a.example/ b")).checked.len, 0);
	assert_int_equal(lx_address_outside(lx_text("https://a.example/b")).checked.len, 19);
}

static void parts_of_addresses_are_percent_encoded(void **state)
{
	(void)state;
	struct bench bench LX_CLOSE(close_bench);
	open_bench(&bench);

	lx_view_part(&bench.out, &zh, lx_text("a/b?c&d=\"é"));
	assert_string_equal(printed(&bench), "a%2Fb%3Fc%26d%3D%22%C3%A9");
}

static void dates_read_as_each_language_writes_them(void **state)
{
	(void)state;
	struct bench bench LX_CLOSE(close_bench);
	open_bench(&bench);

	lx_view_full(&bench.out, &zh, MOMENT);
	assert_string_equal(printed(&bench), "2026 年 12 月 4 日（周五）9:30");
	lx_view_full(&bench.out, &en, MOMENT);
	assert_string_equal(printed(&bench), "Friday 4 December 2026, 9:30");
	lx_view_moment(&bench.out, &zh, MOMENT);
	assert_string_equal(printed(&bench), "12-04 09:30");
	lx_view_moment(&bench.out, &zh, MOMENT - INT64_C(400) * 86400000);
	assert_string_equal(printed(&bench), "2025-10-30 09:30");
	lx_view_day(&bench.out, &en, MOMENT);
	assert_string_equal(printed(&bench), "12-04");
	lx_view_iso(&bench.out, &zh, MOMENT);
	assert_string_equal(printed(&bench), "2026-12-04T09:30:00+08:00");
}

static void the_calendar_holds_at_its_edges(void **state)
{
	(void)state;
	static const struct {
		int64_t day;
		int year, month, of_month, weekday;
	} rows[] = { { 0, 1970, 1, 1, 4 }, { -1, 1969, 12, 31, 3 }, { 11016, 2000, 2, 29, 2 },
		{ 47540, 2100, 2, 28, 0 }, { 47541, 2100, 3, 1, 1 }, { -719468, 0, 3, 1, 3 },
		{ -719469, 0, 2, 29, 2 } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct lx_moment_parts civil = lx_parts_of_day(rows[i].day);
		assert_int_equal(civil.year, rows[i].year);
		assert_int_equal(civil.month, rows[i].month);
		assert_int_equal(civil.day, rows[i].of_month);
		assert_int_equal(civil.weekday, rows[i].weekday);
	}
	struct lx_moment_parts before = lx_parts_of(-1, -60);
	assert_int_equal(before.hour, 22);
	assert_int_equal(before.second, 59);
}

static void money_is_exact_and_has_its_unit(void **state)
{
	(void)state;
	static const struct {
		int64_t minor;
		const char *zh, *en;
	} rows[] = {
		{ 12000000000, "1.2 亿元", "¥120 million" },
		{ 360000000, "360 万元", "¥3.6 million" },
		{ 123456, "1,234.56 元", "¥1,234.56" },
		{ 1234567890, "12,345,678.90 元", "¥12,345,678.90" },
		{ -1000000, "-1 万元", "¥-10,000.00" },
		{ 0, "0.00 元", "¥0.00" },
	};
	struct bench bench LX_CLOSE(close_bench);
	open_bench(&bench);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct lx_money money = { .minor = rows[i].minor, .currency = "CNY", .places = 2 };
		lx_view_money(&bench.out, &zh, money);
		assert_string_equal(printed(&bench), rows[i].zh);
		lx_view_money(&bench.out, &en, money);
		assert_string_equal(printed(&bench), rows[i].en);
	}
	lx_view_money(&bench.out, &en, (struct lx_money){ .minor = 5, .currency = "JPY" });
	assert_string_equal(printed(&bench), "JPY 5");
}

static void sentences_escape_what_is_filled_in_and_know_plurals(void **state)
{
	(void)state;
	struct bench bench LX_CLOSE(close_bench);
	open_bench(&bench);

	lx_view_say(&bench.out, &en, "view.errors",
		(const struct lx_view_arg[]){ { .as = lx_view_number, .number = 1 } }, 1);
	assert_string_equal(printed(&bench), "1 thing to correct");
	lx_view_say(&bench.out, &en, "view.errors",
		(const struct lx_view_arg[]){ { .as = lx_view_number, .number = 1200 } }, 1);
	assert_string_equal(printed(&bench), "1,200 things to correct");
	lx_view_say(&bench.out, &zh, "view.find_record",
		(const struct lx_view_arg[]){ { .words = lx_words_str("<b>{0}") } }, 1);
	assert_string_equal(printed(&bench), "查找：&lt;b&gt;{0}");
}

static const char *markdown(struct bench *bench, const char *source)
{
	struct lx_html html = { 0 };

	assert_int_equal(lx_markdown(&bench->call, lx_text(source), 2, &html), LX_OK);
	lx_buf_clear(&bench->out);
	lx_view_html(&bench->out, &zh, html);
	return printed(bench);
}

static void markdown_is_tamed(void **state)
{
	(void)state;
	struct bench bench LX_CLOSE(close_bench);
	open_bench(&bench);

	assert_string_equal(
		markdown(&bench, "# 标题\n\n一 *二*"), "<h3>标题</h3>\n<p>一 <em>二</em></p>\n");
	assert_string_equal(markdown(&bench, "###### six"), "<h6>six</h6>\n");
	assert_string_equal(markdown(&bench, "<script>x</script>"),
		"<p>&lt;script&gt;x&lt;/script&gt;\n</p>\n");
	assert_string_equal(markdown(&bench, "a <img src=x onerror=y> b"),
		"<p>a &lt;img src=x onerror=y&gt; b</p>\n");
	assert_string_equal(markdown(&bench, "![站牌](/x.png)"), "<p>站牌</p>\n");
	assert_string_equal(markdown(&bench, "[a](javascript:alert(1))"), "<p>a</p>\n");
	assert_string_equal(markdown(&bench, "[](/x)"),
		"<p><a href=\"/x\" rel=\"nofollow ugc noopener\"></a></p>\n");
	assert_string_equal(markdown(&bench, "[![i](y)](https://a.example/?a=1&b=\"2)"),
		"<p><a href=\"https://a.example/?a=1&amp;b=&quot;2\" rel=\"nofollow ugc "
		"noopener\">i</a></p>\n");
	assert_string_equal(markdown(&bench, ""), "");
}

static void markdown_is_bounded(void **state)
{
	(void)state;
	struct bench bench LX_CLOSE(close_bench);
	struct lx_html html = { 0 };
	open_bench(&bench);
	char *long_text = lx_memory_new(LX_MARKDOWN_MAX + 1);

	memset(long_text, 'a', LX_MARKDOWN_MAX + 1);
	assert_int_equal(lx_markdown(&bench.call,
				 (struct lx_text){ long_text, LX_MARKDOWN_MAX + 1 }, 1, &html),
		LX_INVALID);
	assert_string_equal(bench.call.fault.msgid, "view.markdown_long");
	memset(long_text, '>', LX_MARKDOWN_MAX);
	lx_fault_clear(&bench.call.fault);
	assert_int_equal(
		lx_markdown(&bench.call, (struct lx_text){ long_text, 20000 }, 1, &html), LX_OK);
	assert_int_equal(html.made.len, strlen("<p></p>\n") + (size_t)4 * 20000);
	assert_string_equal(markdown(&bench, ">> a"),
		"<blockquote>\n<blockquote>\n<p>a</p>\n</blockquote>\n</blockquote>\n");
	lx_memory_free(long_text);
}

static void bars_show_every_part_and_fill_the_whole(void **state)
{
	(void)state;
	const struct lx_svg_part parts[] = { { 2987, "done", lx_text("已答复") },
		{ 0, "soon", lx_text("快到期") }, { 1, "late", lx_text("逾期") } };
	struct bench bench LX_CLOSE(close_bench);
	struct lx_html html;
	open_bench(&bench);

	assert_int_equal(lx_svg_stack(&bench.call, &zh, parts, 3, &html), LX_OK);
	lx_view_html(&bench.out, &zh, html);
	assert_string_equal(printed(&bench),
		"<svg class=\"stack\" role=\"img\" aria-label=\"已答复 2,987，逾期 1\">"
		"<rect class=\"f-done\" x=\"0.0%\" width=\"98.9%\" height=\"100%\"/>"
		"<rect class=\"f-late\" x=\"99.3%\" width=\"0.7%\" height=\"100%\"/></svg>");
	assert_int_equal(lx_svg_stack(&bench.call, &zh, parts + 1, 1, &html), LX_OK);
	assert_int_equal(html.made.len, 0);
	const struct lx_svg_part large[] = { { INT64_MAX, "c1", { 0 } }, { 1, "c2", { 0 } } };
	assert_int_equal(lx_svg_stack(&bench.call, &zh, large, 2, &html), LX_INVALID);
}

static void charts_escape_their_words(void **state)
{
	(void)state;
	struct bench bench LX_CLOSE(close_bench);
	struct lx_svg svg;
	struct lx_html html;
	open_bench(&bench);

	lx_svg_open(&svg, 672, 100, lx_text("a \"b\""));
	lx_svg_text(&svg, "m", 1050, -5, lx_text("<3"));
	assert_int_equal(lx_svg_done(&bench.call, &svg, &html), LX_OK);
	lx_view_html(&bench.out, &zh, html);
	assert_string_equal(printed(&bench),
		"<svg class=\"drawn\" width=\"42.00rem\" viewBox=\"0 0 672 100\" role=\"img\" "
		"aria-label=\"a &quot;b&quot;\"><text class=\"m\" x=\"10.50\" "
		"y=\"-0.05\">&lt;3</text></svg>");
}

/* One page's worth of work; whether all of it succeeded. */
static bool work(void)
{
	const struct lx_svg_part parts[] = { { 3, "done", lx_text("已答复") },
		{ 1, "late", lx_text("逾期") } };
	struct bench bench LX_CLOSE(close_bench);
	struct lx_html text, bar;
	open_bench(&bench);

	lx_view_full(&bench.out, &zh, MOMENT);
	bool done = lx_markdown(&bench.call, lx_text("[a](/b) *c*"), 2, &text) == LX_OK &&
		    lx_svg_stack(&bench.call, &zh, parts, 2, &bar) == LX_OK &&
		    !lx_buf_failed(&bench.out);
	assert_true(done || lx_buf_failed(&bench.out) || bench.call.fault.code == LX_BROKEN);
	return done;
}

static void every_failed_request_for_memory_is_survived_and_told(void **state)
{
	(void)state;
	uint64_t n = 0;

	do {
		lx_memory_fail_at(++n);
		assert_true(n < 1000);
	} while (!work());
	lx_memory_fail_at(0);
	assert_true(n > 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escaping_leaves_no_markup_and_no_controls),
		cmocka_unit_test(words_of_another_language_are_marked),
		cmocka_unit_test(only_proper_addresses_are_links),
		cmocka_unit_test(parts_of_addresses_are_percent_encoded),
		cmocka_unit_test(dates_read_as_each_language_writes_them),
		cmocka_unit_test(the_calendar_holds_at_its_edges),
		cmocka_unit_test(money_is_exact_and_has_its_unit),
		cmocka_unit_test(sentences_escape_what_is_filled_in_and_know_plurals),
		cmocka_unit_test(markdown_is_tamed),
		cmocka_unit_test(markdown_is_bounded),
		cmocka_unit_test(bars_show_every_part_and_fill_the_whole),
		cmocka_unit_test(charts_escape_their_words),
		cmocka_unit_test(every_failed_request_for_memory_is_survived_and_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
