/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Tables for a terminal. Widths after Unicode's East Asian Width (UAX 11), in blocks. */
#include "cli/columns.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct span {
	uint32_t from, to;
	size_t width;
} spans[] = {
	{ 0x0300, 0x036f, 0 },
	{ 0x1100, 0x115f, 2 },
	{ 0x200b, 0x200f, 0 },
	{ 0x20d0, 0x20ff, 0 },
	{ 0x2e80, 0x303e, 2 },
	{ 0x3041, 0x33ff, 2 },
	{ 0x3400, 0x4dbf, 2 },
	{ 0x4e00, 0x9fff, 2 },
	{ 0xa000, 0xa4cf, 2 },
	{ 0xac00, 0xd7a3, 2 },
	{ 0xf900, 0xfaff, 2 },
	{ 0xfe00, 0xfe0f, 0 },
	{ 0xfe30, 0xfe6f, 2 },
	{ 0xff00, 0xff60, 2 },
	{ 0xffe0, 0xffe6, 2 },
	{ 0x1f300, 0x1f64f, 2 },
	{ 0x1f900, 0x1f9ff, 2 },
	{ 0x20000, 0x3fffd, 2 },
};

static size_t width_of(uint32_t code)
{
	if (code < spans[0].from)
		return 1;
	for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++)
		if (code >= spans[i].from && code <= spans[i].to)
			return spans[i].width;
	return 1;
}

size_t lx_display_width(struct lx_text text)
{
	size_t width = 0, at = 0;

	while (at < text.len)
		width += width_of(lx_utf8_next(text.at, text.len, &at));
	return width;
}

static bool more_room(struct lx_columns *table)
{
	size_t room = table->room == 0 ? 64 : 2 * table->room;
	struct lx_text *cells = lx_array(table->call, room, sizeof *cells);

	if (cells == NULL)
		return false;
	if (table->n > 0)
		memcpy(cells, table->cells, table->n * sizeof *cells);
	table->cells = cells;
	table->room = room;
	return true;
}

void lx_columns_cell(struct lx_columns *table, struct lx_text text)
{
	char *copy = lx_alloc(table->call, text.len + 1);

	if (copy == NULL || (table->n == table->room && !more_room(table))) {
		table->failed = true;
		return;
	}
	if (text.len > 0)
		memcpy(copy, text.at, text.len);
	table->cells[table->n++] = (struct lx_text){ copy, text.len };
}

void lx_columns_printf(struct lx_columns *table, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	int n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (n < 0)
		n = 0;
	size_t len = lx_utf8_cut(text, (size_t)n, sizeof text - 1);
	lx_columns_cell(table, (struct lx_text){ text, len });
}

static void fill(struct lx_buf *out, const char *with, size_t n)
{
	while (n-- > 0)
		lx_buf_str(out, with);
}

static void write_row(const struct lx_columns *table, struct lx_buf *out, size_t first,
	const size_t *widths, size_t columns)
{
	for (size_t c = 0; c < columns && first + c < table->n; c++) {
		struct lx_text cell = table->cells[first + c];
		size_t pad = widths[c] - lx_display_width(cell);
		bool right = table->align[c] == 'r', last = c + 1 == columns;
		if (c > 0)
			lx_buf_str(out, "  ");
		if (right)
			fill(out, " ", pad);
		lx_buf_text(out, cell);
		if (!right && !last)
			fill(out, " ", pad);
	}
	lx_buf_char(out, '\n');
}

enum lx_code lx_columns_write(const struct lx_columns *table, struct lx_buf *out)
{
	size_t columns = strlen(table->align), widths[LX_COLUMNS_MAX] = { 0 }, total = 0;

	if (table->failed || columns > LX_COLUMNS_MAX)
		return LX_BROKEN;
	for (size_t i = 0; i < table->n; i++) {
		size_t width = lx_display_width(table->cells[i]);
		if (width > widths[i % columns])
			widths[i % columns] = width;
	}
	for (size_t c = 0; c < columns; c++)
		total += widths[c] + (c > 0 ? 2 : 0);
	for (size_t first = 0; first < table->n; first += columns) {
		write_row(table, out, first, widths, columns);
		if (first == 0) {
			fill(out, "─", total);
			lx_buf_char(out, '\n');
		}
	}
	return LX_OK;
}
