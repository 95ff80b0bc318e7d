/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as a form with files: the first line is its Content-Type. Names and fields are text, files lie in the body. */
#include "kernel/http/head.h"

#include <stdlib.h>
#include <string.h>

#define MOST 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 8 << 20 };
	struct lx_call call = { .arena = &arena };
	struct lx_param params[MOST];
	struct lx_sent_file files[LX_FILES_MAX];
	struct lx_text body = { (const char *)data, size }, type;
	size_t params_n = 0, files_n = 0;

	if (size == 0 || size > 65536 || !lx_text_split(&body, '\n', &type))
		return 0;
	if (lx_parts_read(&call, type, body, params, MOST, &params_n, files, &files_n) != LX_OK) {
		must(call.fault.msgid != NULL);
		return 0;
	}
	must(params_n <= MOST && files_n <= LX_FILES_MAX);
	for (size_t i = 0; i < params_n; i++) {
		must(params[i].name.len > 0 && strlen(params[i].name.at) == params[i].name.len);
		must(lx_utf8_valid(params[i].value.at, params[i].value.len, NULL));
		must(params[i].value.at[params[i].value.len] == '\0');
	}
	for (size_t i = 0; i < files_n; i++) {
		must(files[i].bytes.len > 0 && files[i].bytes.at >= body.at);
		must(files[i].bytes.at + files[i].bytes.len <= body.at + body.len);
	}
	return 0;
}
