/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Drawings as SVG. */
#include "kernel/view/svg.h"

#include "base/wide.h"

#include <assert.h>

/* The least that one sees of a part, and the gap after it, in thousandths of the bar. */
#define PART_LEAST 6
#define PART_GAP   4

static void hundredths(struct lx_buf *out, const char *name, int64_t value)
{
	lx_buf_printf(out, " %s=\"", name);
	lx_decimal_write(out, value, 2);
	lx_buf_char(out, '"');
}

static void share(struct lx_buf *out, const char *name, int64_t thousandths)
{
	lx_buf_printf(out, " %s=\"", name);
	lx_decimal_write(out, thousandths, 1);
	lx_buf_str(out, "%\"");
}

static int64_t scaled(int64_t amount, int64_t whole, int64_t to)
{
	return (int64_t)((lx_int128)amount * to / whole);
}

/* --- bars ------------------------------------------------------------------------------------ */

/* How wide each part is, in thousandths: shares of what is left when each visible part has its least. */
static void put_parts(struct lx_buf *out, const struct lx_svg_part *parts, size_t parts_n,
	int64_t sum, int64_t visible)
{
	int64_t room = 1000 - visible * PART_LEAST - (visible - 1) * PART_GAP, x = 0, before = 0;

	for (size_t i = 0; i < parts_n; i++) {
		if (parts[i].amount <= 0)
			continue;
		int64_t from = scaled(before, sum, room);
		before += parts[i].amount;
		int64_t width = scaled(before, sum, room) - from + PART_LEAST;
		lx_buf_printf(out, "<rect class=\"f-%s\"", parts[i].fill);
		share(out, "x", x);
		share(out, "width", width);
		lx_buf_str(out, " height=\"100%\"/>");
		x += width + PART_GAP;
	}
}

static void put_label(struct lx_buf *out, const struct lx_view *view,
	const struct lx_svg_part *parts, size_t parts_n)
{
	bool first = true;

	lx_buf_str(out, " aria-label=\"");
	for (size_t i = 0; i < parts_n; i++) {
		if (parts[i].amount <= 0)
			continue;
		if (!first)
			lx_buf_str(out, view->lang == LX_ZH ? "，" : ", ");
		lx_view_text(out, view, parts[i].label);
		lx_buf_char(out, ' ');
		lx_view_number(out, view, parts[i].amount);
		first = false;
	}
	lx_buf_char(out, '"');
}

enum lx_code lx_svg_stack(struct lx_call *call, const struct lx_view *view,
	const struct lx_svg_part *parts, size_t parts_n, struct lx_html *html)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 1 << 16 };
	int64_t sum = 0, visible = 0;

	for (size_t i = 0; i < parts_n; i++) {
		if (parts[i].amount <= 0)
			continue;
		if (__builtin_add_overflow(sum, parts[i].amount, &sum))
			return lx_fail(call, LX_INVALID, NULL, "view.svg_large", NULL);
		visible++;
	}
	if (visible == 0 || visible > 20) {
		*html = (struct lx_html){ 0 };
		return visible == 0 ? LX_OK
				    : lx_fail(call, LX_INVALID, NULL, "view.svg_large", NULL);
	}
	lx_buf_str(&out, "<svg class=\"stack\" role=\"img\"");
	put_label(&out, view, parts, parts_n);
	lx_buf_str(&out, ">");
	put_parts(&out, parts, parts_n, sum, visible);
	lx_buf_str(&out, "</svg>");
	return lx_html_of(call, &out, html);
}

enum lx_code lx_svg_bar(
	struct lx_call *call, int64_t amount, int64_t most, const char *fill, struct lx_html *html)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 1024 };
	int64_t part = amount <= 0 || most <= 0 ? 0
		       : amount >= most         ? 1000
						: scaled(amount, most, 1000);

	lx_buf_printf(
		&out, "<svg class=\"cellbar\" aria-hidden=\"true\"><rect class=\"f-%s\"", fill);
	share(&out, "width", part);
	lx_buf_str(&out, " height=\"100%\"/></svg>");
	return lx_html_of(call, &out, html);
}

static void band_of(struct lx_buf *out, const char *class, int64_t from, int64_t to, const char *y,
	const char *height)
{
	lx_buf_printf(out, "<rect class=\"%s\"", class);
	share(out, "x", from);
	share(out, "width", to - from);
	lx_buf_printf(out, " y=\"%s\" height=\"%s\"/>", y, height);
}

enum lx_code lx_svg_interval(
	struct lx_call *call, int64_t low, int64_t at, int64_t high, struct lx_html *html)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 1024 };
	int64_t dot = at > 985 ? 970 : at < 15 ? 0 : at - 15;

	lx_buf_str(&out, "<svg class=\"cellbar\" aria-hidden=\"true\">");
	band_of(&out, "f-bar", 0, 1000, "45%", "10%");
	band_of(&out, "f-rest", low, high, "30%", "40%");
	band_of(&out, "f-ink", dot, dot + 30, "0", "100%");
	lx_buf_str(&out, "</svg>");
	return lx_html_of(call, &out, html);
}

/* --- charts ---------------------------------------------------------------------------------- */

void lx_svg_open(struct lx_svg *svg, int width, int height, struct lx_text label)
{
	assert(width > 0 && height > 0);
	svg->out = (struct lx_buf){ .limit = 1 << 20 };
	lx_buf_printf(&svg->out, "<svg class=\"drawn\" width=\"%d.%02drem\" viewBox=\"0 0 %d %d\"",
		width / 16, width % 16 * 100 / 16, width, height);
	lx_buf_str(&svg->out, " role=\"img\" aria-label=\"");
	lx_view_text(&svg->out, NULL, label);
	lx_buf_str(&svg->out, "\">");
}

static void begin(struct lx_svg *svg, const char *element, const char *class)
{
	lx_buf_printf(&svg->out, "<%s class=\"%s\"", element, class);
}

void lx_svg_line(
	struct lx_svg *svg, const char *class, int64_t x1, int64_t y1, int64_t x2, int64_t y2)
{
	begin(svg, "line", class);
	hundredths(&svg->out, "x1", x1);
	hundredths(&svg->out, "y1", y1);
	hundredths(&svg->out, "x2", x2);
	hundredths(&svg->out, "y2", y2);
	lx_buf_str(&svg->out, "/>");
}

void lx_svg_rect(
	struct lx_svg *svg, const char *class, int64_t x, int64_t y, int64_t width, int64_t height)
{
	begin(svg, "rect", class);
	hundredths(&svg->out, "x", x);
	hundredths(&svg->out, "y", y);
	hundredths(&svg->out, "width", width);
	hundredths(&svg->out, "height", height);
	lx_buf_str(&svg->out, "/>");
}

void lx_svg_dot(struct lx_svg *svg, const char *class, int64_t x, int64_t y, int64_t r)
{
	begin(svg, "circle", class);
	hundredths(&svg->out, "cx", x);
	hundredths(&svg->out, "cy", y);
	hundredths(&svg->out, "r", r);
	lx_buf_str(&svg->out, "/>");
}

void lx_svg_path(struct lx_svg *svg, const char *class, const int64_t (*points)[2], size_t points_n)
{
	begin(svg, "polyline", class);
	lx_buf_str(&svg->out, " points=\"");
	for (size_t i = 0; i < points_n; i++) {
		lx_buf_str(&svg->out, i == 0 ? "" : " ");
		lx_decimal_write(&svg->out, points[i][0], 2);
		lx_buf_char(&svg->out, ',');
		lx_decimal_write(&svg->out, points[i][1], 2);
	}
	lx_buf_str(&svg->out, "\"/>");
}

static void point(struct lx_buf *out, const char *before, int64_t x, int64_t y)
{
	lx_buf_str(out, before);
	lx_decimal_write(out, x, 2);
	lx_buf_char(out, ',');
	lx_decimal_write(out, y, 2);
}

void lx_svg_band(struct lx_svg *svg, const char *class, int64_t x1, int64_t y1, int64_t x2,
	int64_t y2, int64_t width)
{
	int64_t middle = (x1 + x2) / 2;

	begin(svg, "path", class);
	point(&svg->out, " d=\"M", x1, y1);
	point(&svg->out, "C", middle, y1);
	point(&svg->out, " ", middle, y2);
	point(&svg->out, " ", x2, y2);
	lx_buf_char(&svg->out, '"');
	hundredths(&svg->out, "stroke-width", width);
	lx_buf_str(&svg->out, "/>");
}

void lx_svg_text(struct lx_svg *svg, const char *class, int64_t x, int64_t y, struct lx_text text)
{
	begin(svg, "text", class);
	hundredths(&svg->out, "x", x);
	hundredths(&svg->out, "y", y);
	lx_buf_char(&svg->out, '>');
	lx_view_text(&svg->out, NULL, text);
	lx_buf_str(&svg->out, "</text>");
}

enum lx_code lx_svg_done(struct lx_call *call, struct lx_svg *svg, struct lx_html *html)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = svg->out;

	svg->out = (struct lx_buf){ 0 };
	lx_buf_str(&out, "</svg>");
	return lx_html_of(call, &out, html);
}
