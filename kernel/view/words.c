/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The types a template may print, and the only ways to make them: words, addresses, HTML. */
#include "kernel/view/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct lx_words lx_words(struct lx_text text)
{
	return (struct lx_words){ .text = text };
}

struct lx_words lx_words_str(const char *zero_terminated)
{
	return lx_words(lx_text(zero_terminated));
}

struct lx_words lx_words_in(const struct lx_view *view, struct lx_text text, struct lx_text lang)
{
	bool own = lang.len == 0 || lx_lang_of(lang, LX_LANGS) == view->lang;

	return (struct lx_words){ text, own ? (struct lx_text){ 0 } : lang };
}

/* Nothing that a browser would take for the end of an address, or read differently than we do. */
static bool clean(struct lx_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		if (c <= 0x20 || c == 0x7f || c == '\\')
			return false;
	}
	return true;
}

struct lx_address lx_address_local(struct lx_text text)
{
	bool path = lx_text_starts(text, "/") && !lx_text_starts(text, "//");
	bool local = path || lx_text_starts(text, "#") || lx_text_starts(text, "?");

	return local && clean(text) ? (struct lx_address){ text } : (struct lx_address){ 0 };
}

struct lx_address lx_address_outside(struct lx_text text)
{
	bool known = lx_text_starts(text, "https://") || lx_text_starts(text, "http://") ||
		     lx_text_starts(text, "mailto:");

	return known && clean(text) ? (struct lx_address){ text } : (struct lx_address){ 0 };
}

struct lx_address lx_address_make(struct lx_call *call, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	char *at = n < 0 ? NULL : lx_alloc(call, (size_t)n + 1);
	if (at == NULL)
		return (struct lx_address){ 0 };
	va_start(args, format);
	(void)vsnprintf(at, (size_t)n + 1, format, args);
	va_end(args);
	return lx_address_local((struct lx_text){ at, (size_t)n });
}

enum lx_code lx_html_of(struct lx_call *call, const struct lx_buf *printed, struct lx_html *html)
{
	struct lx_text made = lx_buf_view(printed);

	if (lx_buf_failed(printed))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	char *at = lx_alloc(call, made.len + 1);
	if (at == NULL)
		return LX_BROKEN;
	memcpy(at, made.at, made.len);
	html->made = (struct lx_text){ at, made.len };
	return LX_OK;
}
