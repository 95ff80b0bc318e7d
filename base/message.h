/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Sentences for readers, in their language, from the catalogues (web/messages/<language>/<area>.po,
 * compiled into one sorted table at build time). Code carries keys only.
 *
 * A sentence holds {0}, {1} … for what is filled in. A key with '+' behind it is the plural.
 */
#ifndef LX_BASE_MESSAGE_H
#define LX_BASE_MESSAGE_H

#include "base/buf.h"

enum lx_lang { LX_ZH, LX_EN, LX_LANGS };

/* BCP 47 names, as they stand in HTML: "zh-CN", "en". */
extern const char *const lx_lang_names[LX_LANGS];

/* One row of the generated table. */
struct lx_message {
	const char *id;
	const char *says[LX_LANGS];
};
extern const struct lx_message lx_messages[];
extern const size_t lx_messages_n;

/* The language a tag names ("zh", "zh-Hans-CN", "en-GB"), else `other`. */
enum lx_lang lx_lang_of(struct lx_text tag, enum lx_lang other);

/* Whether the catalogues hold the key. */
bool lx_has(const char *id);

/* The sentence of a key; the key itself where the catalogues lack it (a check makes that rare). */
const char *lx_tr(enum lx_lang lang, const char *id);

/* Writes the sentence with {0}… replaced by args, a list that ends with NULL. */
void lx_say_args(struct lx_buf *out, enum lx_lang lang, const char *id, const char *const *args);
#define lx_say(out, lang, id, ...)                                                                 \
	lx_say_args((out), (lang), (id), (const char *const[]){ __VA_ARGS__, NULL })

/* As lx_say with {0} the number `n` (grouped), choosing the plural key (id and '+') by n. */
void lx_say_count(struct lx_buf *out, enum lx_lang lang, const char *id, int64_t n);

/* The sentence of a fault, with line and column where it has them. */
void lx_say_fault(struct lx_buf *out, enum lx_lang lang, const struct lx_fault *fault);

#endif
