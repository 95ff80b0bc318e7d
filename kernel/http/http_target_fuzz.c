/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as a target and as a form: what is accepted is UTF-8 without NUL, and never leads upwards. */
#include "kernel/http/head.h"
#include "kernel/http/routes.h"

#include <stdlib.h>
#include <string.h>

#define MOST 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void check_path(struct lx_call *call, struct lx_text raw)
{
	struct lx_text path, captures[LX_CAPTURES_MAX];
	size_t n;
	unsigned status = lx_path_read(call, raw, &path);

	must(status == 0 || status == 400 || status == 404);
	if (status != 0 || lx_text_is(path, "*"))
		return;
	must(path.at[0] == '/' && lx_utf8_valid(path.at, path.len, NULL));
	must(memmem(path.at, path.len, "//", 2) == NULL);
	must(memmem(path.at, path.len, "/../", 4) == NULL);
	if (lx_pattern_fits("/:a/b/:c/:d", path, captures, &n))
		must(n == 3 && captures[0].len > 0);
}

static void check_pairs(struct lx_call *call, struct lx_text raw)
{
	struct lx_param params[MOST];
	size_t n = 0;

	if (lx_pairs_read(call, raw, params, MOST, &n) != LX_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		must(lx_utf8_valid(params[i].name.at, params[i].name.len, NULL));
		must(lx_utf8_valid(params[i].value.at, params[i].value.len, NULL));
		must(strlen(params[i].value.at) == params[i].value.len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 16 << 20 };
	struct lx_call call = { .arena = &arena };
	struct lx_text path, query;

	if (size == 0 || size > 65536)
		return 0;
	if (lx_target_split((struct lx_text){ (const char *)data, size }, &path, &query)) {
		check_path(&call, path);
		lx_fault_clear(&call.fault);
		check_pairs(&call, query);
	}
	lx_fault_clear(&call.fault);
	check_pairs(&call, (struct lx_text){ (const char *)data, size });
	return 0;
}
