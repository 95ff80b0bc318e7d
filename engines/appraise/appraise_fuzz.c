/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Fuzzes the readers of appraisals, JSON and CSV, and what is computed from what they accept. The first
 * byte chooses the kind of a table; '{' is JSON. Small sizes and few draws, so that runs are short.
 */
#include "engines/appraise/appraise.h"

#include <assert.h>

#define ROWS_MOST  40
#define DRAWS_MOST 19

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compute(struct lx_call *call, struct lx_appraisal *appraisal)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_appraise_report report;

	if (appraisal->table.rows > ROWS_MOST || appraisal->table.columns > ROWS_MOST)
		return;
	appraisal->composite.draws = DRAWS_MOST;
	appraisal->permutations = DRAWS_MOST;
	if (lx_appraise(call, appraisal, NULL, &report) != LX_OK) {
		assert(call->fault.msgid != NULL); /* whoever fails says why */
		return;
	}
	enum lx_code code = lx_appraise_json(call, &out, LX_EN, &report);
	assert(code == LX_OK && out.at[out.len - 1] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 256 << 20 };
	struct lx_call call = { .arena = &arena, .threads = 1 };
	struct lx_appraisal appraisal;
	const char *bytes = (const char *)data;

	if (size == 0 || !lx_utf8_valid(bytes, size, NULL))
		return 0;
	enum lx_code code =
		bytes[0] == '{'
			? lx_appraise_read_json(&call, (struct lx_text){ bytes, size }, &appraisal)
			: lx_appraise_read_csv(&call, (struct lx_text){ bytes + 1, size - 1 },
				  (enum lx_appraise_kind)(data[0] % LX_KINDS), &appraisal);
	if (code == LX_OK)
		compute(&call, &appraisal);
	return 0;
}
