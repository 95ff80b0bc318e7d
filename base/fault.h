/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Errors: few codes, returned; one fault, recorded once, for a person to read.
 *
 * A function that can fail returns enum lx_code and is marked LX_CHECK. What went wrong is kept in
 * the call's fault as a message key with a short detail; the sentence in the reader's language is
 * made at the edge, from the catalogues. assert() is for what only a programmer can break.
 */
#ifndef LX_BASE_FAULT_H
#define LX_BASE_FAULT_H

#include <stdint.h>

#define LX_CHECK            __attribute__((warn_unused_result))
#define LX_CLOSE(f)         __attribute__((cleanup(f)))
#define LX_PRINTF(n, first) __attribute__((format(printf, n, first)))

enum lx_code { LX_OK, LX_INVALID, LX_FORBIDDEN, LX_NOT_FOUND, LX_CONFLICT, LX_BUSY, LX_BROKEN };

#define LX_FIELD_MAX  96
#define LX_DETAIL_MAX 240

/* The first cause of a failure. `msgid` is a key of the message catalogues and must be a constant
 * string; `detail` replaces {0} in its sentence. `line` and `column` count from 1; 0: not a file. */
struct lx_fault {
	enum lx_code code;
	const char *msgid;
	int64_t line, column;
	char field[LX_FIELD_MAX];
	char detail[LX_DETAIL_MAX];
};

/* Records the fault unless an earlier one stands, and returns `code`, so that the caller can write
 * `return lx_fault_set(...)`. `field` and `format` may be NULL. What is too long is cut at a whole
 * UTF-8 character. */
enum lx_code lx_fault_set(struct lx_fault *fault, enum lx_code code, const char *field,
	const char *msgid, const char *format, ...) LX_PRINTF(5, 6);

/* As lx_fault_set, for a place in a file. */
enum lx_code lx_fault_at(struct lx_fault *fault, enum lx_code code, int64_t line, int64_t column,
	const char *msgid, const char *format, ...) LX_PRINTF(6, 7);

#ifdef __clang_analyzer__
/* which does not look into other files: what a fault returns is the code it was given */
#define lx_fault_set(fault, code, ...) ((void)lx_fault_set(fault, code, __VA_ARGS__), (code))
#define lx_fault_at(fault, code, ...)  ((void)lx_fault_at(fault, code, __VA_ARGS__), (code))
#endif

/* Forgets what was recorded. */
void lx_fault_clear(struct lx_fault *fault);

#define LX_TRY(expr)                                                                               \
	do {                                                                                       \
		enum lx_code try_ = (expr);                                                        \
		if (try_ != LX_OK)                                                                 \
			return try_;                                                               \
	} while (0)

#endif
