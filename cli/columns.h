/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Tables for a terminal: columns as wide as their widest cell, where Chinese characters count as two.
 *
 *	struct lx_columns table = { .call = call, .align = "lrr" };
 *	lx_columns_cell(&table, lx_text("…"));      three times a row
 *	lx_columns_write(&table, out);
 */
#ifndef LX_CLI_COLUMNS_H
#define LX_CLI_COLUMNS_H

#include "base/buf.h"
#include "base/call.h"

#define LX_COLUMNS_MAX 64

/* Set `call` and `align`: one letter a column, l or r. The first row is the head. */
struct lx_columns {
	struct lx_call *call;
	const char *align;
	struct lx_text *cells;
	size_t n, room;
	bool failed;
};

/* Adds the next cell, copied. Cells fill rows from left to right. */
void lx_columns_cell(struct lx_columns *table, struct lx_text text);
void lx_columns_printf(struct lx_columns *table, const char *format, ...) LX_PRINTF(2, 3);

/* Writes head, a line, rows; two blanks between columns, none at line ends. */
LX_CHECK enum lx_code lx_columns_write(const struct lx_columns *table, struct lx_buf *out);

/* How many terminal columns a text takes: wide characters two, combining marks none. */
size_t lx_display_width(struct lx_text text);

#endif
