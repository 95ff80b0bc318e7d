/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A table of up to 2^30 numbers as text: read straight into whole numbers, since a JSON value for each would
 * take 32 bytes and more. The rest of the problem, with an empty list in the table's place, is read as usual.
 * Only plain decimals are taken here; a table with anything else (7/3, 1e3) goes the usual way.
 */
#include "engines/shares/file.h"

#include <string.h>

#define PLACES_MOST 9          /* decimals of one number */
#define DIGITS_MOST 18         /* digits of one number */
#define AGAIN_MOST  (64 << 20) /* a text this short is read again to name the line of a fault */

struct scan {
	struct lx_text text;
	size_t at;
};

static bool at_end(const struct scan *scan)
{
	return scan->at == scan->text.len;
}

static void blanks(struct scan *scan)
{
	while (!at_end(scan) && strchr(" \t\r\n", scan->text.at[scan->at]) != NULL &&
		scan->text.at[scan->at] != '\0')
		scan->at++;
}

static bool take(struct scan *scan, char c)
{
	blanks(scan);
	if (at_end(scan) || scan->text.at[scan->at] != c)
		return false;
	scan->at++;
	return true;
}

/* From behind the opening quote to behind the closing one; what stands between. */
static struct lx_text string(struct scan *scan)
{
	size_t from = scan->at;

	while (!at_end(scan) && scan->text.at[scan->at] != '"')
		scan->at += scan->text.at[scan->at] == '\\' && scan->at + 1 < scan->text.len ? 2
											     : 1;
	struct lx_text inside = { scan->text.at + from, scan->at - from };
	scan->at += !at_end(scan);
	return inside;
}

/* Moves behind the '[' of the member "table" of the outermost object; false when there is none. */
static bool find_table(struct scan *scan)
{
	size_t depth = 0;

	while (!at_end(scan)) {
		char c = scan->text.at[scan->at++];
		if (c == '"') {
			struct lx_text key = string(scan);
			if (depth == 1 && take(scan, ':') && lx_text_is(key, "table"))
				return take(scan, '[');
		}
		depth += c == '{' || c == '[';
		if ((c == '}' || c == ']') && depth-- == 0)
			return false;
	}
	return false;
}

static bool is_digit(const struct scan *scan)
{
	return !at_end(scan) && scan->text.at[scan->at] >= '0' && scan->text.at[scan->at] <= '9';
}

/* "-12.50" into -1250 and 2 places; false for anything but a plain decimal of JSON. */
static bool number(struct scan *scan, int64_t *digits, unsigned *places)
{
	bool negative = take(scan, '-');
	size_t from = scan->at, dot = 0;

	*digits = 0;
	*places = 0;
	while (is_digit(scan) && scan->at - from < DIGITS_MOST + 1) {
		*digits = *digits * 10 + (scan->text.at[scan->at++] - '0');
		if (dot > 0)
			++*places;
		else if (!at_end(scan) && scan->text.at[scan->at] == '.')
			dot = scan->at++;
	}
	size_t length = scan->at - from - (dot > 0), before = dot > 0 ? dot - from : length;
	if (negative)
		*digits = -*digits;
	return length > 0 && length <= DIGITS_MOST && !is_digit(scan) && *places <= PLACES_MOST &&
	       (dot == 0 || *places > 0) && !(before > 1 && scan->text.at[from] == '0');
}

/* Counts the numbers of the list, up to behind the ']'; false when there is anything else. */
static bool count(struct scan *scan, size_t *n, unsigned *places)
{
	int64_t digits;
	unsigned own;

	for (*n = 0, *places = 0;; ++*n) {
		blanks(scan);
		if (*n > (size_t)1 << LX_PLAYERS_MAX || !number(scan, &digits, &own))
			return false;
		*places = own > *places ? own : *places;
		if (take(scan, ']')) {
			++*n;
			return true;
		}
		if (!take(scan, ','))
			return false;
	}
}

static enum lx_code fill(
	struct lx_call *call, struct scan *scan, unsigned places, struct lx_share_table *table)
{
	static const int64_t power[PLACES_MOST + 1] = { 1, 10, 100, 1000, 10000, 100000, 1000000,
		10000000, 100000000, 1000000000 };
	unsigned own;

	table->scale = power[places];
	table->worth = lx_array(call, table->n, sizeof *table->worth);
	if (table->worth == NULL)
		return LX_BROKEN;
	for (size_t S = 0; S < table->n; S++) {
		int64_t digits;
		blanks(scan);
		(void)number(scan, &digits, &own);
		if (__builtin_mul_overflow(digits, power[places - own], &table->worth[S]))
			return lx_fail(call, LX_INVALID, "table", "shares.big", "%zu", S);
		(void)take(scan, ',');
	}
	return LX_OK;
}

/* The text with an empty list in the place of from..to. */
static enum lx_code read_rest(
	struct lx_call *call, struct lx_text text, size_t from, size_t to, json_t **problem)
{
	LX_CLOSE(lx_buf_close) struct lx_buf rest = { 0 };

	lx_buf_put(&rest, text.at, from);
	lx_buf_put(&rest, text.at + to, text.len - to);
	if (lx_buf_failed(&rest))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	enum lx_code code = lx_json_read(&call->fault, lx_buf_view(&rest), problem);
	if (code == LX_OK || text.len > AGAIN_MOST)
		return code;
	lx_fault_clear(&call->fault);
	return lx_json_read(&call->fault, text, problem);
}

enum lx_code lx_share_read(
	struct lx_call *call, struct lx_text text, json_t **problem, struct lx_share_table *table)
{
	struct scan scan = { text, 0 };
	struct lx_share_table found = { 0 };
	unsigned places = 0;

	*table = found;
	if (!find_table(&scan))
		return lx_json_read(&call->fault, text, problem);
	struct scan again = scan;
	if (!count(&scan, &found.n, &places)) {
		if (found.n > (size_t)1 << LX_SHARE_TABLE_MOST)
			return lx_fail(
				call, LX_INVALID, "table", "shares.table_plain", "%zu", found.n);
		return lx_json_read(&call->fault, text, problem);
	}
	size_t from = again.at;
	LX_TRY(fill(call, &again, places, &found));
	LX_TRY(read_rest(call, text, from, scan.at - 1, problem));
	*table = found;
	return LX_OK;
}
