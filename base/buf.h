/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Sticky buffers: bytes that grow. The first failure (memory, or the limit) is kept and later calls
 * do nothing, so a builder looks once, at the end, with lx_buf_failed.
 *
 *	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 1 << 20 };
 */
#ifndef LX_BASE_BUF_H
#define LX_BASE_BUF_H

#include "base/fault.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `at` is NULL or holds `len` bytes and a zero byte. limit 0: no limit but memory. */
struct lx_buf {
	char *at;
	size_t len, cap, limit;
	bool broken;
};

/* Add bytes, a string, text, one character, a number in digits, formatted text. */
void lx_buf_put(struct lx_buf *buf, const void *bytes, size_t n);
void lx_buf_str(struct lx_buf *buf, const char *zero_terminated);
void lx_buf_text(struct lx_buf *buf, struct lx_text text);
void lx_buf_char(struct lx_buf *buf, char c);
void lx_buf_int(struct lx_buf *buf, int64_t number);
void lx_buf_printf(struct lx_buf *buf, const char *format, ...) LX_PRINTF(2, 3);

/* Whether anything was lost. */
bool lx_buf_failed(const struct lx_buf *buf);

/* What has been written; borrowed, valid until the next change. */
struct lx_text lx_buf_view(const struct lx_buf *buf);

/* Empties it and keeps the memory; a broken one becomes whole. */
void lx_buf_clear(struct lx_buf *buf);

/* Frees the memory. */
void lx_buf_close(struct lx_buf *buf);

#endif
