/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a page is printed with: its language and zone, the types of what a template may print, and the
 * functions the compiled templates call. A type decides how it is printed: struct lx_text is escaped,
 * struct lx_html is not and is made by few functions only, an address is a struct lx_address.
 *
 * Pages are plain structs (frame.h, list.h, item.h …); a template prints one: lx_view_list(out, view, page).
 */
#ifndef LX_KERNEL_VIEW_VIEW_H
#define LX_KERNEL_VIEW_VIEW_H

#include "base/buf.h"
#include "base/call.h"
#include "base/message.h"

/* How a reader is spoken to. `zone`: minutes east of UTC. `year`: the year that short dates need not
 * say, usually that of the record's last entry (pages never look at a clock); 0: they always say it. */
struct lx_view {
	enum lx_lang lang;
	int zone;
	int year;
};

/* Bytes that are HTML already. Made by lx_markdown, the lx_svg_* functions and lx_html_of; nowhere else. */
struct lx_html {
	struct lx_text made;
};

/* A checked address. Made by the functions below; a zero one means: no link. */
struct lx_address {
	struct lx_text checked;
};

/* Text with its language: BCP 47 in `lang`, empty when it is that of the page. */
struct lx_words {
	struct lx_text text;
	struct lx_text lang;
};

/* The six marks: waiting, in hand, due soon or returned, overdue or failed, done, closed; 0: no mark. */
enum lx_view_mark {
	LX_VIEW_NONE,
	LX_VIEW_WAIT,
	LX_VIEW_WORK,
	LX_VIEW_SOON,
	LX_VIEW_LATE,
	LX_VIEW_DONE,
	LX_VIEW_SHUT
};

/* A mark and its word, as the type table and the catalogue give them. */
struct lx_state_view {
	enum lx_view_mark mark;
	struct lx_text word;
};

/* A link with its words. */
struct lx_link_view {
	struct lx_words label;
	struct lx_address address;
	bool current; /* this is where we are */
};

/* Words in the page's own language, from text or a string (borrowed). */
struct lx_words lx_words(struct lx_text text);
struct lx_words lx_words_str(const char *zero_terminated);

/* Words in a language by its tag; the tag is dropped when it is the page's own. */
struct lx_words lx_words_in(const struct lx_view *view, struct lx_text text, struct lx_text lang);

/* A local path: "/…" (not "//"), "#…" or "?…", without controls, blanks and backslashes; `text` is borrowed.
 * Anything else gives no link. */
struct lx_address lx_address_local(struct lx_text text);

/* A local path made in the call's arena; no link when memory is short. */
struct lx_address lx_address_make(struct lx_call *call, const char *format, ...) LX_PRINTF(2, 3);

/* An https:, http: or mailto: address from outside, same conditions; anything else gives no link. */
struct lx_address lx_address_outside(struct lx_text text);

/* What a finished, unbroken buffer of printed template holds, copied into the arena. Only for output of
 * lx_view_* functions. */
LX_CHECK enum lx_code lx_html_of(
	struct lx_call *call, const struct lx_buf *printed, struct lx_html *html);

/* --- called by compiled templates ------------------------------------------------------------ */

/* Text, escaped; control characters become U+FFFD. */
void lx_view_text(struct lx_buf *out, const struct lx_view *view, struct lx_text text);
/* HTML, as it is. */
void lx_view_html(struct lx_buf *out, const struct lx_view *view, struct lx_html html);
/* Words with their language around them, and, for attributes, without. */
void lx_view_phrase(struct lx_buf *out, const struct lx_view *view, struct lx_words words);
void lx_view_plain(struct lx_buf *out, const struct lx_view *view, struct lx_words words);
/* Digits. */
void lx_view_int(struct lx_buf *out, const struct lx_view *view, int number);
void lx_view_long(struct lx_buf *out, const struct lx_view *view, int64_t number);
void lx_view_size(struct lx_buf *out, const struct lx_view *view, size_t number);
/* An address, escaped; and text as one part of an address, percent-encoded. */
void lx_view_address(struct lx_buf *out, const struct lx_view *view, struct lx_address address);
void lx_view_part(struct lx_buf *out, const struct lx_view *view, struct lx_text text);
/* The class of a mark: wait work soon late done shut. */
void lx_view_mark(struct lx_buf *out, const struct lx_view *view, enum lx_view_mark mark);

/* What a message fills in: words, or a number and how it is written; set between `open` and `close`,
 * which are HTML of the template. */
struct lx_view_arg {
	struct lx_words words;
	void (*as)(struct lx_buf *out, const struct lx_view *view, int64_t number);
	int64_t number;
	const char *open, *close;
};

/* A sentence of the catalogue, escaped, with its args filled in. A first arg that is a number chooses the plural. */
void lx_view_say(struct lx_buf *out, const struct lx_view *view, const char *id,
	const struct lx_view_arg *args, size_t args_n);

/* clang-format off */
#define LX_VIEW_TEXT(out, view, x) _Generic((x), struct lx_text: lx_view_text, struct lx_words: lx_view_phrase, \
	struct lx_html: lx_view_html, int: lx_view_int, int64_t: lx_view_long, size_t: lx_view_size, \
	struct lx_address: lx_view_address)((out), (view), (x))
#define LX_VIEW_ATTRIBUTE(out, view, x) _Generic((x), struct lx_text: lx_view_text, struct lx_words: lx_view_plain, \
	int: lx_view_int, int64_t: lx_view_long, size_t: lx_view_size)((out), (view), (x))
#define LX_VIEW_ADDRESS(out, view, x) _Generic((x), struct lx_address: lx_view_address)((out), (view), (x))
#define LX_VIEW_PART(out, view, x) _Generic((x), struct lx_text: lx_view_part, int: lx_view_int, \
	int64_t: lx_view_long, size_t: lx_view_size)((out), (view), (x))
#define LX_VIEW_WORDS(x) _Generic((x), struct lx_text: lx_words, struct lx_words: lx_view_same)(x)
#define LX_VIEW_IS(x) _Generic((x), bool: lx_view_is_true, struct lx_text: lx_view_is_text, \
	struct lx_words: lx_view_is_words, struct lx_html: lx_view_is_html, struct lx_address: lx_view_is_address, \
	int: lx_view_is_int, int64_t: lx_view_is_long, size_t: lx_view_is_size, \
	enum lx_view_mark: lx_view_is_mark)(x)
/* clang-format on */

/* Whether something is there: true, not empty, not 0. For LX_VIEW_IS and LX_VIEW_WORDS. */
struct lx_words lx_view_same(struct lx_words words);
bool lx_view_is_true(bool x);
bool lx_view_is_text(struct lx_text x);
bool lx_view_is_words(struct lx_words x);
bool lx_view_is_html(struct lx_html x);
bool lx_view_is_address(struct lx_address x);
bool lx_view_is_int(int x);
bool lx_view_is_long(int64_t x);
bool lx_view_is_size(size_t x);
bool lx_view_is_mark(enum lx_view_mark x);

/* Numbers and moments as format.h describes them. */
#include "kernel/view/format.h"

#endif
