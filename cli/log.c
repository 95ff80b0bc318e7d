/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A line is written whole or not at all: many threads share the stream. */
#include "cli/log.h"

#include "base/json.h"

#include <stdio.h>

void lx_log_line(void *nothing, struct lx_text line)
{
	(void)nothing;
	(void)fprintf(stderr, "%.*s\n", (int)line.len, line.at);
}

void lx_log_note(void *clock, struct lx_text note)
{
	LX_CLOSE(lx_buf_close) struct lx_buf line = { .limit = 8192 };
	struct lx_json json = { .out = &line };

	lx_json_open(&json, '{');
	lx_json_key(&json, "at");
	lx_json_int(&json, lx_clock_now(clock));
	lx_json_key(&json, "note");
	lx_json_text(&json, note);
	lx_json_close(&json, '}');
	if (!lx_buf_failed(&line))
		lx_log_line(NULL, lx_buf_view(&line));
}
