/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Recording the first cause of a failure. Nothing here formats sentences for readers. */
#include "base/fault.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void copy_cut(char *to, size_t size, const char *from)
{
	size_t n = from == NULL ? 0 : lx_utf8_cut(from, strlen(from), size - 1);

	memcpy(to, from == NULL ? "" : from, n);
	to[n] = '\0';
}

static void record(struct lx_fault *fault, enum lx_code code, const char *field, const char *msgid,
	const char *format, va_list args)
{
	char text[2 * LX_DETAIL_MAX] = "";

	if (fault->code != LX_OK)
		return;
	if (format != NULL)
		(void)vsnprintf(text, sizeof text, format, args);
	fault->code = code;
	fault->msgid = msgid;
	copy_cut(fault->field, sizeof fault->field, field);
	copy_cut(fault->detail, sizeof fault->detail, text);
}

enum lx_code(lx_fault_set)(struct lx_fault *fault, enum lx_code code, const char *field,
	const char *msgid, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	record(fault, code, field, msgid, format, args);
	va_end(args);
	return code;
}

enum lx_code(lx_fault_at)(struct lx_fault *fault, enum lx_code code, int64_t line, int64_t column,
	const char *msgid, const char *format, ...)
{
	va_list args;

	if (fault->code == LX_OK) {
		fault->line = line;
		fault->column = column;
	}
	va_start(args, format);
	record(fault, code, NULL, msgid, format, args);
	va_end(args);
	return code;
}

void lx_fault_clear(struct lx_fault *fault)
{
	memset(fault, 0, sizeof *fault);
}
