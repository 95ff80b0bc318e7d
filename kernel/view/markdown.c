/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Markdown: cmark parses, the tree is cleaned, cmark prints in safe mode. The one file that includes cmark. */
#include "kernel/view/markdown.h"

#include <cmark.h>
#include <string.h>

/* The two halves of the generated template outside.html: a link that leaves the house. */
void lx_view_outside_open(
	struct lx_buf *out, const struct lx_view *view, const struct lx_address *address);
void lx_view_outside_close(
	struct lx_buf *out, const struct lx_view *view, const struct lx_address *address);

static void close_tree(cmark_node **tree)
{
	if (*tree != NULL)
		cmark_node_free(*tree);
}

static void close_iter(cmark_iter **iter)
{
	if (*iter != NULL)
		cmark_iter_free(*iter);
}

/* Puts what a node holds in its place. */
static void unwrap(cmark_node *node)
{
	for (cmark_node *child; (child = cmark_node_first_child(node)) != NULL;)
		(void)cmark_node_insert_before(node, child);
	cmark_node_free(node);
}

/* HTML that somebody wrote becomes the text it is: nothing written disappears. */
static void show_as_text(cmark_node *node, bool block)
{
	cmark_node *text = cmark_node_new(CMARK_NODE_TEXT);

	(void)cmark_node_set_literal(text, cmark_node_get_literal(node));
	if (block) {
		cmark_node *paragraph = cmark_node_new(CMARK_NODE_PARAGRAPH);
		(void)cmark_node_append_child(paragraph, text);
		text = paragraph;
	}
	(void)cmark_node_insert_before(node, text);
	cmark_node_free(node);
}

/* A link becomes ours, with its rel; one that is no proper address becomes its words. False: no memory. */
static bool tame_link(cmark_node *node)
{
	LX_CLOSE(lx_buf_close) struct lx_buf open = { .limit = 8 * LX_MARKDOWN_MAX };
	LX_CLOSE(lx_buf_close) struct lx_buf close = { .limit = 64 };
	struct lx_text url = lx_text(cmark_node_get_url(node));
	struct lx_address address = lx_address_local(url);

	if (address.checked.len == 0)
		address = lx_address_outside(url);
	if (address.checked.len == 0) {
		unwrap(node);
		return true;
	}
	lx_view_outside_open(&open, NULL, &address);
	lx_view_outside_close(&close, NULL, &address);
	if (lx_buf_failed(&open) || lx_buf_failed(&close))
		return false;
	cmark_node *ours = cmark_node_new(CMARK_NODE_CUSTOM_INLINE);
	(void)cmark_node_set_on_enter(ours, lx_buf_view(&open).at);
	(void)cmark_node_set_on_exit(ours, lx_buf_view(&close).at);
	(void)cmark_node_insert_before(node, ours);
	for (cmark_node *child; (child = cmark_node_first_child(node)) != NULL;)
		(void)cmark_node_append_child(ours, child);
	cmark_node_free(node);
	return true;
}

static bool tame(cmark_node *node, int lower)
{
	int level = cmark_node_get_heading_level(node) + lower;

	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_HEADING:
		(void)cmark_node_set_heading_level(node, level > 6 ? 6 : level);
		break;
	case CMARK_NODE_IMAGE:
		unwrap(node);
		break;
	case CMARK_NODE_LINK:
		return tame_link(node);
	case CMARK_NODE_HTML_BLOCK:
		show_as_text(node, true);
		break;
	case CMARK_NODE_HTML_INLINE:
		show_as_text(node, false);
		break;
	default:
		break;
	}
	return true;
}

/* Every node when it is left, HTML (a leaf, which is never left) when it is met: only then cmark's
 * iterator lets a node be replaced. */
static bool tame_all(cmark_node *tree, int lower)
{
	LX_CLOSE(close_iter) cmark_iter *iter = cmark_iter_new(tree);
	bool done = true;

	for (cmark_event_type event; done && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
		cmark_node *node = cmark_iter_get_node(iter);
		cmark_node_type type = cmark_node_get_type(node);
		bool html = type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE;
		if (event == CMARK_EVENT_EXIT || html)
			done = tame(node, lower);
	}
	return done;
}

/* Whether a node stands deeper than may be printed. */
static bool too_deep(cmark_node *tree)
{
	LX_CLOSE(close_iter) cmark_iter *iter = cmark_iter_new(tree);

	while (cmark_iter_next(iter) != CMARK_EVENT_DONE) {
		int depth = 0;
		for (cmark_node *node = cmark_iter_get_node(iter);
			node != NULL && depth <= LX_MARKDOWN_DEPTH; node = cmark_node_parent(node))
			depth++;
		if (depth > LX_MARKDOWN_DEPTH)
			return true;
	}
	return false;
}

/* The source as it was written: a document of one paragraph. */
static cmark_node *as_written(const char *source)
{
	cmark_node *document = cmark_node_new(CMARK_NODE_DOCUMENT);
	cmark_node *paragraph = cmark_node_new(CMARK_NODE_PARAGRAPH);
	cmark_node *text = cmark_node_new(CMARK_NODE_TEXT);

	(void)cmark_node_set_literal(text, source);
	(void)cmark_node_append_child(paragraph, text);
	(void)cmark_node_append_child(document, paragraph);
	return document;
}

/* The tree of a text, made harmless; NULL: no memory. */
static cmark_node *parse(struct lx_call *call, struct lx_text markdown, int lower)
{
	cmark_node *tree = cmark_parse_document(
		markdown.len == 0 ? "" : markdown.at, markdown.len, CMARK_OPT_VALIDATE_UTF8);

	if (tree != NULL && too_deep(tree)) {
		char *source = lx_arena_copy(call->arena, markdown.at, markdown.len);
		cmark_node_free(tree);
		tree = source == NULL ? NULL : as_written(source);
	}
	if (tree != NULL && !tame_all(tree, lower)) {
		cmark_node_free(tree);
		tree = NULL;
	}
	return tree;
}

enum lx_code lx_markdown(
	struct lx_call *call, struct lx_text markdown, int lower, struct lx_html *html)
{
	if (markdown.len > LX_MARKDOWN_MAX)
		return lx_fail(
			call, LX_INVALID, NULL, "view.markdown_long", "%zu", LX_MARKDOWN_MAX);
	LX_CLOSE(close_tree) cmark_node *tree = parse(call, markdown, lower);
	if (tree == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	char *printed = cmark_render_html(tree, CMARK_OPT_SAFE);
	size_t n = printed == NULL ? 0 : strlen(printed);
	char *kept = printed == NULL ? NULL : lx_arena_copy(call->arena, printed, n);
	cmark_get_default_mem_allocator()->free(printed);
	if (kept == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	html->made = (struct lx_text){ kept, n };
	return LX_OK;
}
