/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Drawing a thread: a column a step, a box a record, lines from the earlier to the later that bend only in the gaps between columns
 * and between rows, so that no line runs behind a box.
 */
#include "kernel/view/thread.h"

#include "kernel/view/svg.h"

#include <string.h>

/* All in units; hundredths are what the drawing takes. */
#define BOX_WIDTH   142
#define BOX_HEIGHT  84
#define GAP_ACROSS  28
#define GAP_DOWN    22
#define HEAD        34
#define LINE_CELLS  17 /* half-widths of a line of 14 units in a box */
#define COLUMNS_MAX 64
#define BOXES_MAX   1000

static int64_t left_of(size_t column)
{
	return 100 * (int64_t)column * (BOX_WIDTH + GAP_ACROSS);
}

static int64_t top_of(size_t row)
{
	return 100 * (HEAD + (int64_t)row * (BOX_HEIGHT + GAP_DOWN));
}

/* Han, kana, full-width forms take two cells. */
static size_t cells_of(const unsigned char *at)
{
	return at[0] >= 0xe2 ? 2 : 1;
}

static size_t bytes_of(unsigned char first)
{
	return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* As much of `text` as a line holds, cut between words where there are any; the rest stays in it. */
static struct lx_text line_of(struct lx_text *text, size_t room)
{
	size_t at = 0, cells = 0, space = 0;

	while (at < text->len) {
		size_t n = bytes_of((unsigned char)text->at[at]);
		size_t wide = cells_of((const unsigned char *)text->at + at);
		if (at + n > text->len || cells + wide > room)
			break;
		if (text->at[at] == ' ')
			space = at;
		cells += wide;
		at += n;
	}
	if (at < text->len && 2 * space > at && text->at[at] != ' ')
		at = space;
	struct lx_text line = { text->at, at };
	*text = lx_text_trim((struct lx_text){ text->at + at, text->len - at });
	return line;
}

/* The title in two lines; what does not fit ends in an ellipsis. */
static void put_title(struct lx_svg *svg, int64_t x, int64_t y, struct lx_text title)
{
	struct lx_text rest = title, first = line_of(&rest, LINE_CELLS);
	LX_CLOSE(lx_buf_close) struct lx_buf second = { .limit = 256 };

	lx_svg_text(svg, "b", x, y, first);
	if (rest.len == 0)
		return;
	struct lx_text whole = rest, line = line_of(&rest, LINE_CELLS);
	if (rest.len > 0) {
		line = line_of(&whole, LINE_CELLS - 2);
		lx_buf_text(&second, line);
		lx_buf_str(&second, "…");
		line = lx_buf_view(&second);
	}
	lx_svg_text(svg, "b", x, y + 1900, line);
}

static const char *fill_of(enum lx_view_mark mark)
{
	static const char *const fills[] = { "f-shut", "f-wait", "f-work", "f-soon", "f-late",
		"f-done", "f-shut" };

	return (size_t)mark < sizeof fills / sizeof fills[0] ? fills[mark] : fills[0];
}

static void put_box(struct lx_svg *svg, const struct lx_thread_box *box, size_t row)
{
	int64_t x = left_of(box->column), y = top_of(row);

	lx_svg_rect(svg, box->current ? "box on" : "box", x, y, 100 * BOX_WIDTH, 100 * BOX_HEIGHT);
	lx_svg_text(svg, "m", x + 1000, y + 2000, box->ref);
	put_title(svg, x + 1000, y + 3900, box->title.text);
	if (box->state.word.len == 0)
		return;
	lx_svg_dot(svg, fill_of(box->state.mark), x + 1500, y + 7300, 450);
	lx_svg_text(svg, "m", x + 2600, y + 7700, box->state.word);
}

/* From the right edge of the earlier to the left edge of the later: straight into the next column, else along the lane over
 * the later's row. In one column: along the gap at the right. */
static void put_line(struct lx_svg *svg, const struct lx_thread_box *boxes, const size_t *rows,
	const struct lx_thread_line *line)
{
	const struct lx_thread_box *from = &boxes[line->earlier], *to = &boxes[line->later];
	int64_t x1 = left_of(from->column) + 100 * BOX_WIDTH, x2 = left_of(to->column);
	int64_t y1 = top_of(rows[line->earlier]) + 50 * BOX_HEIGHT,
		y2 = top_of(rows[line->later]) + 50 * BOX_HEIGHT;
	int64_t out = x1 + 50 * GAP_ACROSS, in = x2 - 50 * GAP_ACROSS;
	int64_t lane = top_of(rows[line->later]) - 50 * GAP_DOWN;

	if (to->column == from->column) {
		x2 += 100 * BOX_WIDTH;
		lx_svg_path(svg, "link",
			(const int64_t[][2]){ { x1, y1 }, { out, y1 }, { out, y2 }, { x2, y2 } },
			4);
		return;
	}
	if (to->column == from->column + 1) {
		lx_svg_path(svg, "link",
			(const int64_t[][2]){ { x1, y1 }, { out, y1 }, { out, y2 }, { x2, y2 } },
			4);
		return;
	}
	lx_svg_path(svg, "link",
		(const int64_t[][2]){ { x1, y1 }, { out, y1 }, { out, lane }, { in, lane },
			{ in, y2 }, { x2, y2 } },
		6);
}

enum lx_code lx_thread_draw(
	struct lx_call *call, const struct lx_thread_drawing *drawing, struct lx_html *html)
{
	size_t filled[COLUMNS_MAX] = { 0 }, most = 1;
	size_t *rows = lx_array(call, drawing->boxes_n, sizeof *rows);
	struct lx_svg svg;

	if (rows == NULL)
		return LX_BROKEN;
	if (drawing->columns_n == 0 || drawing->columns_n > COLUMNS_MAX ||
		drawing->boxes_n > BOXES_MAX)
		return lx_fail(call, LX_INVALID, NULL, "view.svg_large", NULL);
	for (size_t i = 0; i < drawing->boxes_n; i++) {
		rows[i] = filled[drawing->boxes[i].column]++;
		most = rows[i] + 1 > most ? rows[i] + 1 : most;
	}
	lx_svg_open(&svg, (int)drawing->columns_n * (BOX_WIDTH + GAP_ACROSS) - GAP_ACROSS + 16,
		HEAD + (int)most * (BOX_HEIGHT + GAP_DOWN), drawing->label);
	for (size_t i = 0; i < drawing->columns_n; i++)
		lx_svg_text(&svg, "m", left_of(i), 1600, drawing->columns[i].text);
	for (size_t i = 0; i < drawing->lines_n; i++)
		put_line(&svg, drawing->boxes, rows, &drawing->lines[i]);
	for (size_t i = 0; i < drawing->boxes_n; i++)
		put_box(&svg, &drawing->boxes[i], rows[i]);
	return lx_svg_done(call, &svg, html);
}
