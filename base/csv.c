/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Rows of separated values. */
#include "base/csv.h"

#include "base/buf.h"

#include <string.h>

static enum lx_code quote_fault(struct lx_call *call, const struct lx_csv *csv, int64_t column)
{
	return lx_fault_at(&call->fault, LX_INVALID, csv->line, column, "base.csv_quote", NULL);
}

/* The end of a field that began with a quote: the offset of the closing quote. */
static bool closing(const struct lx_csv *csv, size_t from, size_t *end, size_t *doubled)
{
	const char *at = csv->text.at;
	size_t n = csv->text.len;

	*doubled = 0;
	for (size_t i = from; i < n; *doubled += 1) {
		const char *quote = memchr(at + i, '"', n - i);
		if (quote == NULL)
			return false;
		i = (size_t)(quote - at);
		if (i + 1 == n || at[i + 1] != '"') {
			*end = i;
			return true;
		}
		i += 2;
	}
	return false;
}

static enum lx_code unescape(struct lx_call *call, struct lx_text *text, size_t doubled)
{
	if (doubled == 0)
		return LX_OK;
	char *copy = lx_alloc(call, text->len);
	size_t n = 0;
	if (copy == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < text->len; i++) {
		copy[n++] = text->at[i];
		i += text->at[i] == '"';
	}
	*text = (struct lx_text){ copy, n };
	return LX_OK;
}

static int64_t lines_in(struct lx_text text)
{
	int64_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.at[i] == '\n' ||
		     (text.at[i] == '\r' && (i + 1 == text.len || text.at[i + 1] != '\n'));
	return n;
}

static bool ends_field(const struct lx_csv *csv)
{
	if (csv->at == csv->text.len)
		return true;
	char c = csv->text.at[csv->at];
	return c == csv->separator || c == '\n' || c == '\r';
}

static enum lx_code quoted_field(
	struct lx_call *call, struct lx_csv *csv, struct lx_csv_field *field)
{
	size_t from = csv->at + 1, end, doubled;

	if (!closing(csv, from, &end, &doubled))
		return quote_fault(call, csv, field->column);
	field->text = (struct lx_text){ csv->text.at + from, end - from };
	csv->next_line += lines_in(field->text);
	csv->at = end + 1;
	if (!ends_field(csv))
		return quote_fault(call, csv, field->column);
	return unescape(call, &field->text, doubled);
}

static void plain_field(struct lx_csv *csv, struct lx_csv_field *field)
{
	size_t from = csv->at;

	while (!ends_field(csv))
		csv->at++;
	field->text = (struct lx_text){ csv->text.at + from, csv->at - from };
}

/* Steps over a line end at csv->at. */
static void end_line(struct lx_csv *csv)
{
	if (csv->at < csv->text.len && csv->text.at[csv->at] == '\r')
		csv->at++;
	if (csv->at < csv->text.len && csv->text.at[csv->at] == '\n')
		csv->at++;
	csv->next_line++;
}

static void start(struct lx_csv *csv)
{
	if (csv->next_line == 0) {
		csv->next_line = 1;
		if (lx_text_starts(csv->text, "\xef\xbb\xbf"))
			csv->at = 3;
	}
	csv->line = csv->next_line;
}

enum lx_code lx_csv_row(struct lx_call *call, struct lx_csv *csv, struct lx_csv_field *fields,
	size_t most, size_t *n)
{
	start(csv);
	size_t begin = csv->at;
	*n = 0;
	if (csv->at == csv->text.len)
		return LX_OK;
	for (;;) {
		int64_t column = (int64_t)(csv->at - begin) + 1;
		if (*n == most)
			return lx_fault_at(&call->fault, LX_INVALID, csv->line, column,
				"base.csv_many", "%zu", most);
		struct lx_csv_field *field = &fields[(*n)++];
		field->column = column;
		if (csv->at < csv->text.len && csv->text.at[csv->at] == '"')
			LX_TRY(quoted_field(call, csv, field));
		else
			plain_field(csv, field);
		if (csv->at == csv->text.len || csv->text.at[csv->at] != csv->separator)
			break;
		csv->at++;
	}
	end_line(csv);
	return LX_OK;
}

static bool is_number(struct lx_text text)
{
	bool digit = false;

	for (size_t i = text.len > 0 && (text.at[0] == '-' || text.at[0] == '+'); i < text.len;
		i++) {
		char c = text.at[i];
		if (c >= '0' && c <= '9')
			digit = true;
		else if (c != '.' && c != '-' && c != ' ')
			return false;
	}
	return digit;
}

/* Whether a formula begins behind any apostrophes: then there is one too few, or one too many. */
static bool as_formula(struct lx_text field)
{
	size_t i = 0;

	while (i < field.len && field.at[i] == '\'')
		i++;
	return i < field.len && strchr("=+-@\t\r", field.at[i]) != NULL;
}

struct lx_text lx_csv_plain(struct lx_text field)
{
	if (field.len == 0 || field.at[0] != '\'' || !as_formula(field))
		return field;
	return (struct lx_text){ field.at + 1, field.len - 1 };
}

void lx_csv_write(struct lx_buf *out, struct lx_text field, char separator)
{
	bool formula = as_formula(field) && !is_number(field);
	bool quote = formula;

	for (size_t i = 0; i < field.len && !quote; i++)
		quote = field.at[i] == separator || field.at[i] == '"' || field.at[i] == '\n' ||
			field.at[i] == '\r';
	if (!quote) {
		lx_buf_text(out, field);
		return;
	}
	lx_buf_str(out, formula ? "\"'" : "\"");
	for (size_t i = 0; i < field.len; i++) {
		if (field.at[i] == '"')
			lx_buf_char(out, '"');
		lx_buf_char(out, field.at[i]);
	}
	lx_buf_char(out, '"');
}
