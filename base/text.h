/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Text is a pointer and a length, UTF-8, checked once at the door. Nothing here knows languages;
 * folding is in fold.h, the tokens of search in tokens.h.
 */
#ifndef LX_BASE_TEXT_H
#define LX_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lx_text {
	const char *at;
	size_t len;
};

/* A zero-terminated string as text (borrowed); NULL gives empty text. */
struct lx_text lx_text(const char *zero_terminated);
#define LX_TEXT_OF(literal) ((struct lx_text){ (literal), sizeof(literal) - 1 })

/* Whether two texts are the same bytes; whether text is, or begins with, a string. */
bool lx_text_equal(struct lx_text a, struct lx_text b);
bool lx_text_is(struct lx_text a, const char *zero_terminated);
bool lx_text_starts(struct lx_text text, const char *prefix);

/* Bytewise order, as memcmp: negative, zero, positive. */
int lx_text_order(struct lx_text a, struct lx_text b);

/* Without ASCII white space at both ends (borrowed from `text`). */
struct lx_text lx_text_trim(struct lx_text text);

/* Takes the next word off `*rest`, words being separated by blanks; false when there is none. */
bool lx_text_word(struct lx_text *rest, struct lx_text *word);

/* Takes all up to the next `mark` off `*rest` (without it); false when nothing is left. The piece
 * after a final mark is not given. */
bool lx_text_split(struct lx_text *rest, char mark, struct lx_text *piece);

/* Whether `word` stands in `list`, words separated by blanks; list may be NULL. */
bool lx_word_in(struct lx_text word, const char *list);

/* A whole decimal integer with optional '-'; false if it is anything else or does not fit. */
bool lx_text_int(struct lx_text text, int64_t *number);

/* Valid UTF-8 without surrogates, overlong forms and, here, without NUL bytes. On failure
 * `*bad` (may be NULL) is the offset of the first bad byte. */
bool lx_utf8_valid(const char *bytes, size_t n, size_t *bad);

/* The next code point of valid UTF-8 at *at (*at < n); *at moves behind it. */
uint32_t lx_utf8_next(const char *bytes, size_t n, size_t *at);

/* Writes a code point as UTF-8 and returns how many bytes (1 to 4). */
size_t lx_utf8_put(uint32_t code, char out[4]);

/* How many code points valid UTF-8 holds. */
size_t lx_utf8_count(struct lx_text text);

/* The largest length up to `most` at which bytes can be cut between two characters. */
size_t lx_utf8_cut(const char *bytes, size_t n, size_t most);

#endif
