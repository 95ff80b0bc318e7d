/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Drawings as SVG, made on the server; each stands beside its table. Colours are classes of the stylesheet
 * (fills: late work done soon shut c1 c2 c3 c4 rest bar), so drawings follow dark mode, print and forced colours.
 *
 * Two ways: bars are as wide as their place and measure in shares of it; charts are `width` units wide, 16
 * to a rem, and scroll when their place is narrower. The page's policy allows no style attributes: what
 * HTML would do with style="width:…" is done here.
 */
#ifndef LX_KERNEL_VIEW_SVG_H
#define LX_KERNEL_VIEW_SVG_H

#include "kernel/view/view.h"

/* --- bars as wide as their place ------------------------------------------------------------- */

/* A part of a bar: how much, its class, what it is called. */
struct lx_svg_part {
	int64_t amount;
	const char *fill;
	struct lx_text label;
};

/* One bar of parts that follow each other with a small gap; parts of 0 are left out, others are at least
 * visible. The label for listeners is made of labels and amounts. All 0: no bar. */
LX_CHECK enum lx_code lx_svg_stack(struct lx_call *call, const struct lx_view *view,
	const struct lx_svg_part *parts, size_t parts_n, struct lx_html *html);

/* A bar of `amount` out of `most` (negative or beyond: cut), for a table's cell, with the figure beside it
 * in words: it is hidden from listeners. */
LX_CHECK enum lx_code lx_svg_bar(
	struct lx_call *call, int64_t amount, int64_t most, const char *fill, struct lx_html *html);

/* A share in thousandths with its interval, on a scale from 0 to 1000, for a table's cell; hidden from listeners as the bar is. */
LX_CHECK enum lx_code lx_svg_interval(
	struct lx_call *call, int64_t low, int64_t at, int64_t high, struct lx_html *html);

/* --- charts ---------------------------------------------------------------------------------- */

/* A chart under construction; coordinates are whole hundredths of a unit. */
struct lx_svg {
	struct lx_buf out;
};

/* Opens a chart of width × height units (whole), labelled by a sentence. Close it with lx_svg_done, or
 * lx_buf_close(&svg->out) when giving up. */
void lx_svg_open(struct lx_svg *svg, int width, int height, struct lx_text label);

/* Marks with a class each: a line, a rectangle, a dot of radius r, a path of points, text. A class is a
 * constant of ours, never input. */
void lx_svg_line(
	struct lx_svg *svg, const char *class, int64_t x1, int64_t y1, int64_t x2, int64_t y2);
void lx_svg_rect(
	struct lx_svg *svg, const char *class, int64_t x, int64_t y, int64_t width, int64_t height);
void lx_svg_dot(struct lx_svg *svg, const char *class, int64_t x, int64_t y, int64_t r);
void lx_svg_path(
	struct lx_svg *svg, const char *class, const int64_t (*points)[2], size_t points_n);
/* A band from one point to another, as wide as it is, level at both ends: what flows from left to right. */
void lx_svg_band(struct lx_svg *svg, const char *class, int64_t x1, int64_t y1, int64_t x2,
	int64_t y2, int64_t width);
void lx_svg_text(struct lx_svg *svg, const char *class, int64_t x, int64_t y, struct lx_text text);

/* Finishes it into the call's arena and gives the buffer back. */
LX_CHECK enum lx_code lx_svg_done(struct lx_call *call, struct lx_svg *svg, struct lx_html *html);

#endif
