/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Atom, written element by element: HTML's templates do not know XML. */
#include "kernel/view/feed.h"

#include "base/time.h"
#include "kernel/view/format.h"

static void text(struct lx_buf *out, struct lx_text text)
{
	static const char bad[] = "\xef\xbf"; /* U+FFFE and U+FFFF begin so */

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		bool control = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
		bool none = i + 2 < text.len && text.at[i] == bad[0] && text.at[i + 1] == bad[1] &&
			    (unsigned char)text.at[i + 2] >= 0xbe;
		if (none)
			i += 2;
		else if (c == '&')
			lx_buf_str(out, "&amp;");
		else if (c == '<')
			lx_buf_str(out, "&lt;");
		else if (c == '>')
			lx_buf_str(out, "&gt;");
		else if (c == '"')
			lx_buf_str(out, "&quot;");
		else if (!control)
			lx_buf_char(out, text.at[i]);
	}
}

static void element(struct lx_buf *out, const char *name, struct lx_text value)
{
	lx_buf_printf(out, "<%s>", name);
	text(out, value);
	lx_buf_printf(out, "</%s>\n", name);
}

/* Text with its language, where that is not the feed's. */
static void words(struct lx_buf *out, const char *name, struct lx_words words)
{
	lx_buf_printf(out, "<%s", name);
	if (words.lang.len > 0) {
		lx_buf_str(out, " xml:lang=\"");
		text(out, words.lang);
		lx_buf_char(out, '"');
	}
	lx_buf_char(out, '>');
	text(out, words.text);
	lx_buf_printf(out, "</%s>\n", name);
}

static void moment(struct lx_buf *out, const char *name, int64_t at)
{
	lx_buf_printf(out, "<%s>", name);
	lx_moment_write(out, at);
	lx_buf_printf(out, "</%s>\n", name);
}

static void link_to(struct lx_buf *out, const struct lx_feed *feed, const char *relation,
	const char *media, struct lx_address address)
{
	if (address.checked.len == 0)
		return;
	lx_buf_printf(out, "<link rel=\"%s\" type=\"%s\" href=\"", relation, media);
	text(out, feed->base);
	text(out, address.checked);
	lx_buf_str(out, "\"/>\n");
}

static void author(struct lx_buf *out, struct lx_words name)
{
	lx_buf_str(out, "<author>");
	element(out, "name", name.text);
	lx_buf_str(out, "</author>\n");
}

static void entry(struct lx_buf *out, const struct lx_feed *feed, const struct lx_feed_entry *entry)
{
	lx_buf_str(out, "<entry>\n");
	element(out, "id", entry->id);
	words(out, "title", entry->title);
	moment(out, "updated", entry->at);
	moment(out, "published", entry->at);
	if (entry->author.text.len > 0)
		author(out, entry->author);
	link_to(out, feed, "alternate", "text/html", entry->page);
	lx_buf_str(out, "<category term=\"");
	text(out, entry->act);
	lx_buf_str(out, "\"/>\n");
	if (entry->summary.text.len > 0)
		words(out, "summary", entry->summary);
	lx_buf_str(out, "</entry>\n");
}

void lx_view_feed(struct lx_buf *out, const struct lx_view *view, const struct lx_feed *feed)
{
	lx_buf_str(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
			"<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"");
	lx_buf_printf(out, "%s\">\n", lx_lang_names[view->lang]);
	element(out, "id", feed->id);
	words(out, "title", feed->title);
	moment(out, "updated", feed->updated);
	author(out, feed->author);
	link_to(out, feed, "self", "application/atom+xml", feed->self);
	link_to(out, feed, "alternate", "text/html", feed->page);
	link_to(out, feed, "next", "application/atom+xml", feed->next);
	for (size_t i = 0; i < feed->entries_n; i++)
		entry(out, feed, &feed->entries[i]);
	lx_buf_str(out, "</feed>\n");
}
