/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sticky buffers. */
#include "base/buf.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool grow(struct lx_buf *buf, size_t more)
{
	size_t want = buf->cap < 64 ? 64 : 2 * buf->cap;

	if (more > SIZE_MAX / 4 || buf->len > SIZE_MAX / 4)
		return false;
	if (buf->limit != 0 && buf->len + more > buf->limit + 1)
		return false;
	while (want - buf->len < more)
		want *= 2;
	char *at = lx_memory_grow(buf->at, want);
	if (at == NULL)
		return false;
	buf->at = at;
	buf->cap = want;
	return true;
}

/* Room for n bytes and a zero byte. */
static bool room(struct lx_buf *buf, size_t n)
{
	if (buf->broken)
		return false;
	bool fits = buf->limit == 0 || (n <= buf->limit && buf->len <= buf->limit - n);
	if (fits && (buf->cap - buf->len > n || grow(buf, n + 1)))
		return true;
	buf->broken = true;
	return false;
}

void lx_buf_put(struct lx_buf *buf, const void *bytes, size_t n)
{
	if (!room(buf, n))
		return;
	if (n > 0)
		memcpy(buf->at + buf->len, bytes, n);
	buf->len += n;
	buf->at[buf->len] = '\0';
}

void lx_buf_str(struct lx_buf *buf, const char *zero_terminated)
{
	lx_buf_put(buf, zero_terminated, strlen(zero_terminated));
}

void lx_buf_text(struct lx_buf *buf, struct lx_text text)
{
	lx_buf_put(buf, text.at, text.len);
}

void lx_buf_char(struct lx_buf *buf, char c)
{
	lx_buf_put(buf, &c, 1);
}

void lx_buf_int(struct lx_buf *buf, int64_t number)
{
	char digits[20];
	size_t at = sizeof digits;
	uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;

	do
		digits[--at] = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (number < 0)
		digits[--at] = '-';
	lx_buf_put(buf, digits + at, sizeof digits - at);
}

void lx_buf_printf(struct lx_buf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0 || !room(buf, (size_t)n)) {
		buf->broken = true;
		return;
	}
	va_start(args, format);
	(void)vsnprintf(buf->at + buf->len, (size_t)n + 1, format, args);
	va_end(args);
	buf->len += (size_t)n;
}

bool lx_buf_failed(const struct lx_buf *buf)
{
	return buf->broken;
}

struct lx_text lx_buf_view(const struct lx_buf *buf)
{
	return (struct lx_text){ buf->at == NULL ? "" : buf->at, buf->len };
}

void lx_buf_clear(struct lx_buf *buf)
{
	buf->len = 0;
	buf->broken = false;
	if (buf->at != NULL)
		buf->at[0] = '\0';
}

void lx_buf_close(struct lx_buf *buf)
{
	lx_memory_free(buf->at);
	*buf = (struct lx_buf){ .limit = buf->limit };
}
