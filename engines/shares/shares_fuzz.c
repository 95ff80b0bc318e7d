/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Whatever the bytes, reading and solving a problem ends in a result or a fault with a message, within
 * a memory ceiling. Input that begins with '{' is a problem, anything else the officer's list.
 */
#include "engines/shares/file.h"

#include <stdlib.h>

#define SOONER ((uint64_t)200) /* steps of progress before the work is called off */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool count_down(void *with, uint64_t done, uint64_t total)
{
	uint64_t *left = with;

	(void)done;
	(void)total;
	return *left > 0 && (*left)-- > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t left = SOONER;
	struct lx_progress progress = { count_down, &left };
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)32 << 20 };
	struct lx_call call = { .arena = &arena, .progress = &progress, .threads = 1 };
	struct lx_text text = { (const char *)data, size };
	struct lx_share_table table = { 0 };
	LX_CLOSE(lx_json_free) json_t *problem = NULL;
	LX_CLOSE(lx_json_free) json_t *result = NULL;
	enum lx_code code;

	if (size > 4096 || !lx_utf8_valid(text.at, text.len, NULL))
		return 0;
	if (size > 0 && data[0] == '{')
		code = lx_share_read(&call, text, &problem, &table);
	else
		code = lx_share_from_costs(&call, text, &problem);
	if (code == LX_OK)
		code = lx_share_solve(&call, problem, &table, NULL, &result);
	if ((code == LX_OK) != (result != NULL) || (code != LX_OK) != (call.fault.msgid != NULL))
		__builtin_trap();
	return 0;
}
