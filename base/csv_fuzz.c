/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Fuzzing rows of values: any UTF-8 is read or refused with a place; what was read is written and read
 * again as the same fields. */
#include "base/buf.h"
#include "base/csv.h"

#include <assert.h>
#include <string.h>

#define FIELDS 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_again(struct lx_call *call, const struct lx_csv_field *fields, size_t n)
{
	LX_CLOSE(lx_buf_close) struct lx_buf row = { 0 };
	struct lx_csv_field again[FIELDS];
	size_t m;

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			lx_buf_char(&row, ',');
		lx_csv_write(&row, fields[i].text, ',');
	}
	lx_buf_char(&row, '\n');
	struct lx_csv csv = { .text = lx_buf_view(&row), .separator = ',' };
	if (lx_text_starts(csv.text, "\xef\xbb\xbf"))
		return; /* a first field that begins with a byte order mark loses it */
	enum lx_code code = lx_csv_row(call, &csv, again, FIELDS, &m);
	assert(code == LX_OK && m == n);
	for (size_t i = 0; code == LX_OK && i < n; i++)
		assert(lx_text_equal(fields[i].text, lx_csv_plain(again[i].text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 64 << 20 };
	struct lx_call call = { .arena = &arena };
	struct lx_csv csv = { .text = { (const char *)data, size }, .separator = ',' };
	struct lx_csv_field fields[FIELDS];
	size_t n;

	if (!lx_utf8_valid(csv.text.at, size, NULL))
		return 0;
	do {
		if (lx_csv_row(&call, &csv, fields, FIELDS, &n) != LX_OK) {
			assert(call.fault.line > 0 && call.fault.column > 0);
			return 0;
		}
		if (n > 0)
			read_again(&call, fields, n);
	} while (n > 0);
	return 0;
}
