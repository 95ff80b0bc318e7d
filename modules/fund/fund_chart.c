/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The balance drawn, and by month. Coordinates are hundredths of a unit, as svg.h has them. */
#include "modules/fund/fund_chart.h"

#include "base/wide.h"
#include "kernel/view/svg.h"

#include <string.h>

#define WIDTH     672
#define HEIGHT    220
#define LEFT      9000 /* room for the scale's figures */
#define RIGHT     66000
#define TOP       3000
#define BOTTOM    19000
#define DAYS_MOST 4000
#define ROWS_MOST 120

enum lx_code lx_fund_course(const struct lx_reader *reader, const struct lx_period *period,
	struct lx_fund_course *course)
{
	struct lx_value before, *cells;
	size_t n;

	LX_TRY(lx_one(reader->tx, &lx_q_fund_assets_until,
		(struct lx_value[]){ LX_I(period->from - 1) }, &before));
	if (period->on - period->from >= DAYS_MOST)
		return lx_fail(reader->call, LX_INVALID, "from", "fund_period_long", NULL);
	LX_TRY(lx_all(reader->tx, &lx_q_fund_assets_days,
		(struct lx_value[]){ LX_I(period->from), LX_I(period->on) }, DAYS_MOST, &cells,
		&n));
	struct lx_fund_move *moves = lx_array(reader->call, n, sizeof *moves);
	if (moves == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++)
		moves[i] = (struct lx_fund_move){ cells[3 * i].number, cells[3 * i + 1].number,
			cells[3 * i + 2].number };
	*course = (struct lx_fund_course){ *period, before.number, moves, n };
	return LX_OK;
}

/* --- the drawing ----------------------------------------------------------------------------- */

struct scale {
	const struct lx_fund_course *course;
	int64_t low, high;
};

static int64_t x_of(const struct scale *s, int64_t day)
{
	int64_t days = s->course->period.on - s->course->period.from + 1;

	return LEFT + (RIGHT - LEFT) * (day - s->course->period.from) / days;
}

static int64_t y_of(const struct scale *s, int64_t amount)
{
	lx_int128 height = (lx_int128)(amount - s->low) * (BOTTOM - TOP);

	return BOTTOM - (int64_t)(height / (s->high - s->low));
}

/* The least of 1, 2, 5 times a power of ten that is not below. */
static int64_t rounded_up(int64_t amount)
{
	static const int64_t steps[] = { 1, 2, 5, 10 };

	for (int64_t power = 1; power <= INT64_MAX / 100; power *= 10)
		for (size_t i = 0; i < 4; i++)
			if (steps[i] * power >= amount)
				return steps[i] * power;
	return amount;
}

static struct scale scale_of(const struct lx_fund_course *course)
{
	int64_t balance = course->opening, low = 0, high = 0;

	for (size_t i = 0; i <= course->moves_n; i++) {
		low = balance < low ? balance : low;
		high = balance > high ? balance : high;
		if (i < course->moves_n)
			balance += course->moves[i].in - course->moves[i].out;
	}
	return (struct scale){ course, low < 0 ? -rounded_up(-low) : 0, rounded_up(high) };
}

static struct lx_text amount_text(const struct lx_reader *reader, int64_t amount)
{
	struct lx_view view = lx_show_view(reader);
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_money money = { .minor = amount, .places = reader->charter.places };

	memcpy(money.currency, reader->charter.currency, sizeof money.currency);
	lx_view_money(&out, &view, money);
	return lx_show_text(reader, "%.*s", (int)out.len, lx_buf_view(&out).at);
}

static void draw_frame(const struct lx_reader *reader, const struct scale *s, struct lx_svg *svg)
{
	int64_t lines[] = { s->high, s->high / 2, 0, s->low };

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		if (i == 3 && s->low == 0)
			break;
		lx_svg_line(svg, lines[i] == 0 ? "base" : "ax", LEFT, y_of(s, lines[i]), RIGHT,
			y_of(s, lines[i]));
		lx_svg_text(svg, "m e", LEFT - 800, y_of(s, lines[i]) + 500,
			amount_text(reader, lines[i]));
	}
	lx_svg_text(svg, "m", LEFT, BOTTOM + 2200, lx_fund_day(reader, s->course->period.from));
	lx_svg_text(svg, "m e", RIGHT, BOTTOM + 2200, lx_fund_day(reader, s->course->period.on));
}

static enum lx_code draw_steps(
	const struct lx_reader *reader, const struct scale *s, struct lx_svg *svg, int64_t *closing)
{
	const struct lx_fund_course *course = s->course;
	int64_t(*points)[2] = lx_array(reader->call, 2 * course->moves_n + 2, sizeof *points);
	int64_t balance = course->opening;
	size_t n = 0;

	if (points == NULL)
		return LX_BROKEN;
	points[n][0] = LEFT;
	points[n++][1] = y_of(s, balance);
	for (size_t i = 0; i < course->moves_n; i++) {
		int64_t x = x_of(s, course->moves[i].day);
		points[n][0] = x;
		points[n++][1] = y_of(s, balance);
		balance += course->moves[i].in - course->moves[i].out;
		points[n][0] = x;
		points[n++][1] = y_of(s, balance);
	}
	points[n][0] = RIGHT;
	points[n++][1] = y_of(s, balance);
	lx_svg_path(svg, "c1", (const int64_t(*)[2])points, n);
	*closing = balance;
	return LX_OK;
}

enum lx_code lx_fund_chart(
	const struct lx_reader *reader, const struct lx_fund_course *course, struct lx_html *html)
{
	struct scale scale = scale_of(course);
	struct lx_svg svg;
	int64_t closing;

	*html = (struct lx_html){ 0 };
	if (scale.high == scale.low)
		return LX_OK;
	lx_svg_open(&svg, WIDTH, HEIGHT,
		lx_show_say(reader, "fund.chart_says", lx_fund_day(reader, course->period.from).at,
			lx_fund_day(reader, course->period.on).at)
			.text);
	draw_frame(reader, &scale, &svg);
	enum lx_code code = draw_steps(reader, &scale, &svg, &closing);
	if (code != LX_OK) {
		lx_buf_close(&svg.out);
		return code;
	}
	lx_svg_text(&svg, "b", LEFT + 400, y_of(&scale, course->opening) - 700,
		amount_text(reader, course->opening));
	lx_svg_text(&svg, "b e", RIGHT, y_of(&scale, closing) - 700, amount_text(reader, closing));
	return lx_svg_done(reader->call, &svg, html);
}

/* --- the table ------------------------------------------------------------------------------- */

/* The month of a day, or its year, and the last day of it. */
static int64_t span_of(int64_t day, bool years)
{
	struct lx_civil civil = lx_civil_of(day);

	return years ? civil.year : civil.year * 12 + civil.month - 1;
}

static int64_t span_end(int64_t span, bool years)
{
	int64_t next = span + 1;
	struct lx_civil first = { years ? (int)next : (int)(next / 12),
		years ? 1 : (int)(next % 12) + 1, 1 };

	return lx_day_of(first) - 1;
}

static void fill_heads(const struct lx_reader *reader, struct lx_grid *table)
{
	static const struct {
		enum lx_cell_kind kind;
		const char *id;
	} heads[] = { { LX_CELL_TITLE, "fund.until" }, { LX_CELL_NUMBER, "fund.in" },
		{ LX_CELL_NUMBER, "fund.out" }, { LX_CELL_NUMBER, "fund.balance" } };
	struct lx_column *columns = lx_array(reader->call, 4, sizeof *columns);

	for (size_t i = 0; columns != NULL && i < 4; i++)
		columns[i] = (struct lx_column){ heads[i].kind, lx_fund_tr(reader, heads[i].id) };
	table->columns = columns;
	table->columns_n = columns == NULL ? 0 : 4;
}

static enum lx_code month_row(const struct lx_purse *purse, int64_t end, int64_t in, int64_t out,
	int64_t balance, struct lx_grid_row *row)
{
	struct lx_cell *cells = lx_array(purse->reader->call, 4, sizeof *cells);

	if (cells == NULL)
		return LX_BROKEN;
	cells[0] = (struct lx_cell){ .kind = LX_CELL_TITLE,
		.words = lx_words(lx_fund_day(purse->reader, end)) };
	cells[1] = lx_purse_side(purse, in);
	cells[2] = lx_purse_side(purse, out);
	cells[3] = lx_purse_cell(purse, balance);
	*row = (struct lx_grid_row){ .cells = cells, .cells_n = 4 };
	return LX_OK;
}

enum lx_code lx_fund_months(
	const struct lx_purse *purse, const struct lx_fund_course *course, struct lx_grid *table)
{
	bool years = course->period.on - course->period.from > 3 * 366;
	int64_t last = span_of(course->period.on, years), balance = course->opening;
	struct lx_grid_row *rows = lx_array(purse->reader->call, ROWS_MOST, sizeof *rows);
	size_t n = 0, at = 0;

	if (rows == NULL)
		return LX_BROKEN;
	for (int64_t span = span_of(course->period.from, years); span <= last && n < ROWS_MOST;
		span++) {
		int64_t in = 0, out = 0, end = span_end(span, years);
		for (; at < course->moves_n && course->moves[at].day <= end; at++) {
			in += course->moves[at].in;
			out += course->moves[at].out;
		}
		balance += in - out;
		LX_TRY(month_row(purse, end < course->period.on ? end : course->period.on, in, out,
			balance, &rows[n++]));
	}
	fill_heads(purse->reader, table);
	table->rows = rows;
	table->rows_n = n;
	return LX_OK;
}
