/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Fuzzes what readers' text passes through: escaping, addresses, Markdown. Whatever comes in, the output holds
 * only the tags and attributes that we print. */
#include "kernel/view/markdown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "view_fuzz: %s\n", what);
	__builtin_trap();
}

static void try_escape(struct lx_text text, struct lx_buf *out)
{
	lx_view_text(out, NULL, text);
	insist(!lx_buf_failed(out), "escaping fails");
	for (size_t i = 0; i < out->len; i++) {
		unsigned char c = (unsigned char)out->at[i];
		insist(strchr("<>\"'", c) == NULL || c == 0, "a mark of HTML came through");
		insist(c >= 0x20 || c == '\t' || c == '\n' || c == '\r', "a control came through");
		if (c == '&')
			insist(strchr(out->at + i, ';') != NULL, "a bare ampersand came through");
	}
	insist(lx_utf8_valid(lx_buf_view(out).at, out->len, NULL), "escaping breaks UTF-8");
	lx_buf_clear(out);
}

static void try_addresses(struct lx_text text)
{
	struct lx_text local = lx_address_local(text).checked;
	struct lx_text outside = lx_address_outside(text).checked;

	insist(local.len == 0 || strchr("/#?", local.at[0]) != NULL, "a local address leads away");
	insist(local.len < 2 || memcmp(local.at, "//", 2) != 0, "a local address leads away");
	insist(outside.len == 0 || outside.at[0] == 'h' || outside.at[0] == 'm',
		"a scheme we do not allow");
}

static const char *const tags[] = { "a", "p", "h3", "h4", "h5", "h6", "em", "strong", "code", "pre",
	"ul", "ol", "li", "blockquote", "hr", "br" };

/* The tag at `at` (behind '<') is one of ours; returns what follows its name. */
static const char *tag_of_ours(const char *at)
{
	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		size_t n = strlen(tags[i]);
		if (strncmp(at, tags[i], n) == 0 && at[n] != '\0' && strchr(" >/", at[n]) != NULL)
			return at + n;
	}
	insist(false, "a tag that is not ours");
	return at;
}

/* Attributes: href by its beginning, rel, start of a list, class of code. */
static void check_attributes(const char *at, const char *end)
{
	static const char *const known[] = { " href=\"/", " href=\"#", " href=\"?",
		" href=\"http://", " href=\"https://",
		" href=\"mailto:", " rel=\"nofollow ugc noopener\"", " start=\"",
		" class=\"language-", " />", ">" };

	while (at < end) {
		size_t i = 0;
		while (i < sizeof known / sizeof known[0] &&
			strncmp(at, known[i], strlen(known[i])) != 0)
			i++;
		insist(i < sizeof known / sizeof known[0], "an attribute that is not ours");
		const char *quote = strchr(at, '"');
		if (quote == NULL || quote >= end)
			return;
		at = strchr(quote + 1, '"') + 1;
	}
}

static void check_html(const char *html)
{
	for (const char *at = html; (at = strchr(at, '<')) != NULL;) {
		bool closes = at[1] == '/';
		const char *name_end = tag_of_ours(at + 1 + closes);
		const char *end = strchr(name_end, '>');
		insist(end != NULL, "a tag that does not end");
		if (!closes)
			check_attributes(name_end, end);
		at = end;
	}
}

static void try_markdown(struct lx_text text)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 8 << 20 };
	struct lx_call call = { .arena = &arena };
	struct lx_html html;

	if (lx_markdown(&call, text, 2, &html) == LX_OK) {
		check_html(html.made.at);
		insist(lx_utf8_valid(html.made.at, html.made.len, NULL), "Markdown breaks UTF-8");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 8 << 20 };
	struct lx_text text = { (const char *)data, size };

	if (size > 65536 || !lx_utf8_valid(text.at, size, NULL))
		return 0;
	try_escape(text, &out);
	try_addresses(text);
	try_markdown(text);
	return 0;
}
