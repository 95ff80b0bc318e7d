/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What compiled templates print with: escaping, numbers, sentences. */
#include "kernel/view/view.h"

#include <stdio.h>
#include <string.h>

static const char *entity_of(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\t':
	case '\n':
	case '\r':
		return NULL;
	default:
		return c < 0x20 || c == 0x7f ? "\xef\xbf\xbd" : NULL;
	}
}

static void escape(struct lx_buf *out, const char *at, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		const char *entity = entity_of((unsigned char)at[i]);
		if (entity == NULL)
			continue;
		lx_buf_put(out, at + kept, i - kept);
		lx_buf_str(out, entity);
		kept = i + 1;
	}
	lx_buf_put(out, at + kept, n - kept);
}

void lx_view_text(struct lx_buf *out, const struct lx_view *view, struct lx_text text)
{
	(void)view;
	escape(out, text.len == 0 ? "" : text.at, text.len);
}

void lx_view_html(struct lx_buf *out, const struct lx_view *view, struct lx_html html)
{
	(void)view;
	lx_buf_put(out, html.made.len == 0 ? "" : html.made.at, html.made.len);
}

/* The generated template words.html, which sets a language around words. */
void lx_view_words(struct lx_buf *out, const struct lx_view *view, const struct lx_words *words);

void lx_view_phrase(struct lx_buf *out, const struct lx_view *view, struct lx_words words)
{
	if (words.lang.len == 0)
		lx_view_text(out, view, words.text);
	else
		lx_view_words(out, view, &words);
}

void lx_view_plain(struct lx_buf *out, const struct lx_view *view, struct lx_words words)
{
	lx_view_text(out, view, words.text);
}

void lx_view_int(struct lx_buf *out, const struct lx_view *view, int number)
{
	(void)view;
	lx_buf_int(out, number);
}

void lx_view_long(struct lx_buf *out, const struct lx_view *view, int64_t number)
{
	(void)view;
	lx_buf_int(out, number);
}

void lx_view_size(struct lx_buf *out, const struct lx_view *view, size_t number)
{
	(void)view;
	lx_buf_printf(out, "%zu", number);
}

void lx_view_address(struct lx_buf *out, const struct lx_view *view, struct lx_address address)
{
	lx_view_text(out, view, address.checked);
}

void lx_view_part(struct lx_buf *out, const struct lx_view *view, struct lx_text text)
{
	(void)view;
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		if (c != 0 && strchr(plain, c) != NULL)
			lx_buf_char(out, (char)c);
		else
			lx_buf_printf(out, "%%%02X", c);
	}
}

void lx_view_mark(struct lx_buf *out, const struct lx_view *view, enum lx_view_mark mark)
{
	(void)view;
	static const char *const names[] = { "none", "wait", "work", "soon", "late", "done",
		"shut" };

	lx_buf_str(out, names[(size_t)mark < sizeof names / sizeof names[0] ? mark : LX_VIEW_NONE]);
}

static void fill(struct lx_buf *out, const struct lx_view *view, const struct lx_view_arg *arg)
{
	if (arg->open != NULL)
		lx_buf_str(out, arg->open);
	if (arg->as != NULL)
		arg->as(out, view, arg->number);
	else if (arg->open != NULL)
		lx_view_phrase(out, view, arg->words);
	else
		lx_view_plain(out, view, arg->words);
	if (arg->close != NULL)
		lx_buf_str(out, arg->close);
}

static const char *sentence_of(
	const struct lx_view *view, const char *id, const struct lx_view_arg *args, size_t args_n)
{
	char plural[128];

	if (args_n == 0 || args[0].as != lx_view_number || args[0].number == 1)
		return lx_tr(view->lang, id);
	(void)snprintf(plural, sizeof plural, "%s+", id);
	return lx_tr(view->lang, lx_has(plural) ? plural : id);
}

void lx_view_say(struct lx_buf *out, const struct lx_view *view, const char *id,
	const struct lx_view_arg *args, size_t args_n)
{
	const char *says = sentence_of(view, id, args, args_n);

	for (const char *open; (open = strchr(says, '{')) != NULL;) {
		bool hole = open[1] >= '0' && open[1] <= '9' && open[2] == '}';
		size_t index = hole ? (size_t)(open[1] - '0') : 0;
		escape(out, says, (size_t)(open - says) + !hole);
		if (hole && index < args_n)
			fill(out, view, &args[index]);
		says = open + (hole ? 3 : 1);
	}
	escape(out, says, strlen(says));
}

struct lx_words lx_view_same(struct lx_words words)
{
	return words;
}

bool lx_view_is_true(bool x)
{
	return x;
}

bool lx_view_is_text(struct lx_text x)
{
	return x.len > 0;
}

bool lx_view_is_words(struct lx_words x)
{
	return x.text.len > 0;
}

bool lx_view_is_html(struct lx_html x)
{
	return x.made.len > 0;
}

bool lx_view_is_address(struct lx_address x)
{
	return x.checked.len > 0;
}

bool lx_view_is_int(int x)
{
	return x != 0;
}

bool lx_view_is_long(int64_t x)
{
	return x != 0;
}

bool lx_view_is_size(size_t x)
{
	return x != 0;
}

bool lx_view_is_mark(enum lx_view_mark x)
{
	return x != LX_VIEW_NONE;
}
