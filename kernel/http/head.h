/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The head of a request as it stood on the wire, and the checks before anything looks inside: pure
 * functions over bytes, so that they can be fuzzed without a socket.
 */
#ifndef LX_KERNEL_HTTP_HEAD_H
#define LX_KERNEL_HTTP_HEAD_H

#include "kernel/http/http.h"

#define LX_HEAD_MAX        ((size_t)16 << 10)
#define LX_HEAD_FIELDS_MAX 100
#define LX_BODY_DRAIN_MAX                                                                          \
	((size_t)4 << 20) /* read and dropped so that the 413 arrives; beyond it the line is cut */

struct lx_head_field {
	struct lx_text name, value;
};

struct lx_head {
	struct lx_text method, target, version;
	struct lx_head_field fields[LX_HEAD_FIELDS_MAX];
	size_t fields_n;
	size_t bytes;
	bool crowded; /* there were more fields than fit */
};

/* Whether the bytes from head->method.at on, head->bytes of them, are the strings of the head in their order
 * and nothing else but blanks and the zero bytes that stand for separators and line ends. */
bool lx_head_whole(const struct lx_head *head);

/* 0 when the request may go on, else the status that refuses it, with the fault recorded. */
unsigned lx_guard(const struct lx_head *head, struct lx_fault *fault);

/* The first value of a field, its name in any case; `.at` is NULL when there is none. */
struct lx_text lx_head_find(const struct lx_head *head, const char *name);

/* Whether a request with this head has a body, and how long it says it is (-1: chunked, not told). */
bool lx_head_body(const struct lx_head *head, int64_t *length);

/* Splits a target into its path and query, both still encoded; absolute form loses scheme and authority. */
bool lx_target_split(struct lx_text target, struct lx_text *path, struct lx_text *query);

/* Decodes and checks a path into the call's arena: 0, or 400 (NUL, control characters, bad escapes, bad
 * UTF-8) or 404 (encoded slashes, dot segments, empty segments). */
unsigned lx_path_read(struct lx_call *call, struct lx_text raw, struct lx_text *path);

/* Decodes name=value pairs (query and form) into params[most]; strings in the call's arena, each with a
 * zero byte behind it. Faults: `http.pairs_many`, `http.pair_escape`, `http.pair_bytes`, with the field's name. */
LX_CHECK enum lx_code lx_pairs_read(
	struct lx_call *call, struct lx_text raw, struct lx_param *params, size_t most, size_t *n);

/* Whether the body is a form with files, which may be longer than others. */
bool lx_head_parts(const struct lx_head *head);

/* Reads a form with files (RFC 7578): fields into params[most] as lx_pairs_read does, files into files[LX_FILES_MAX]; a file field
 * left empty is left out. The body must outlive the request. Faults: `http.parts`, `http.parts_many`, `http.pair_bytes`. */
LX_CHECK enum lx_code lx_parts_read(struct lx_call *call, struct lx_text content_type,
	struct lx_text body, struct lx_param *params, size_t most, size_t *params_n,
	struct lx_sent_file *files, size_t *files_n);

/* Reads a head from raw bytes as a client sends them, for tests and fuzzing; false when it has no lines. */
bool lx_head_read(struct lx_text raw, struct lx_head *head);

#endif
