/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Writing JSON onto a buffer, and canonical JSON (RFC 8785). Reading is jansson's, through
 * lx_json_read, which rejects what the standard leaves open.
 *
 *	struct lx_json json = { .out = &buf };
 *	lx_json_open(&json, '{');
 *	lx_json_key(&json, "winners");
 *	lx_json_open(&json, '[');
 *	lx_json_text(&json, id);
 *	lx_json_close(&json, ']');
 *	lx_json_close(&json, '}');
 */
#ifndef LX_BASE_JSON_H
#define LX_BASE_JSON_H

#include "base/buf.h"
#include "base/call.h"

#include <jansson.h>

#define LX_JSON_DEPTH 64 /* deeper input is refused; nothing of ours nests further than 12 */

/* A writer; `indent` is spaces a level, 0 for one line without blanks. Set `out`, leave the rest 0. */
struct lx_json {
	struct lx_buf *out;
	unsigned indent;
	unsigned depth;
	bool some; /* the level has an item already */
	bool keyed;
};

void lx_json_open(struct lx_json *json, char brace);  /* '{' or '[' */
void lx_json_close(struct lx_json *json, char brace); /* '}' or ']' */
void lx_json_key(struct lx_json *json, const char *key);
void lx_json_text(struct lx_json *json, struct lx_text text); /* valid UTF-8 */
void lx_json_str(struct lx_json *json, const char *zero_terminated);
void lx_json_int(struct lx_json *json, int64_t number);
void lx_json_bool(struct lx_json *json, bool yes);
void lx_json_null(struct lx_json *json);
/* A double as the shortest digits that read back the same; not finite: null. For reports only. */
void lx_json_real(struct lx_json *json, double number);
/* Bytes that are JSON already. */
void lx_json_raw(struct lx_json *json, struct lx_text text);

/* Writes a value canonically: RFC 8785 for objects, arrays, strings, integers within 2^53, true,
 * false and null. Fractions and larger integers are refused with LX_INVALID, `base.json_number`. */
LX_CHECK enum lx_code lx_json_canonical(
	struct lx_buf *out, const json_t *value, struct lx_fault *fault);

/* The same for answers, where results of engines have fractions: they stand as lx_json_real writes them. Never for what is hashed. */
LX_CHECK enum lx_code lx_json_told(struct lx_buf *out, const json_t *value, struct lx_fault *fault);

/* Parses a whole text: UTF-8, one value, no duplicate keys, no NUL, at most LX_JSON_DEPTH deep.
 * On success `*value` is the caller's: json_decref. Faults name line and column (`base.json`). */
LX_CHECK enum lx_code lx_json_read(struct lx_fault *fault, struct lx_text text, json_t **value);

/* A value that was written by this program (names in a table, an entry's input): a new reference, NULL if it cannot be read.
 * Costs a fraction of json_loadb. */
json_t *lx_json_own(struct lx_text text);

/* For LX_CLOSE on a json_t pointer. */
void lx_json_free(json_t **value);

#endif
