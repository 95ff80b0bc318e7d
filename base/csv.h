/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Reading rows of separated values (RFC 4180, any separator) from memory, in one pass, without
 * copying what is not quoted. Line ends LF, CRLF or CR; a byte order mark is dropped; quoted fields
 * may hold separators, doubled quotes and line ends.
 */
#ifndef LX_BASE_CSV_H
#define LX_BASE_CSV_H

#include "base/call.h"
#include "base/text.h"

/* A reader over `text` (borrowed, valid UTF-8). Set `text` and `separator`, leave the rest 0. */
struct lx_csv {
	struct lx_text text;
	char separator;
	size_t at;
	int64_t line; /* where the row given last began, from 1 */
	int64_t next_line;
};

/* One field: its text, and its column in bytes from 1 for faults. */
struct lx_csv_field {
	struct lx_text text;
	int64_t column;
};

/* The next row into fields[most]; `*n` is how many it has, 0 at the end of the text. An empty line is
 * a row of one empty field. Quoted fields are unescaped into the call's arena. Faults: `base.csv_quote`
 * (a quote not closed, or text after a closing one), `base.csv_many` (more than `most` fields), with
 * line and column. */
LX_CHECK enum lx_code lx_csv_row(struct lx_call *call, struct lx_csv *csv,
	struct lx_csv_field *fields, size_t most, size_t *n);

/* Writes one field, quoted only where needed. Text that a spreadsheet would run as a formula (first
 * character = + - @ TAB CR, unless it is a number) gets an apostrophe before it, and so does text that begins as if
 * it had one already. */
struct lx_buf;
void lx_csv_write(struct lx_buf *out, struct lx_text field, char separator);

/* What lx_csv_write was given, from a field as it was read: without the apostrophe before a formula (borrowed). */
struct lx_text lx_csv_plain(struct lx_text field);

#endif
