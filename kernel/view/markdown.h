/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Markdown of readers as HTML: CommonMark by cmark, in safe mode, bounded. No HTML comes through; images
 * become their description; headings are lowered below those of the page; links out of the house carry
 * rel="nofollow ugc noopener", other schemes than http, https and mailto are not links. What is nested
 * deeper than LX_MARKDOWN_DEPTH is shown as it was written, in one paragraph.
 */
#ifndef LX_KERNEL_VIEW_MARKDOWN_H
#define LX_KERNEL_VIEW_MARKDOWN_H

#include "kernel/view/view.h"

#define LX_MARKDOWN_MAX   ((size_t)128 << 10)
#define LX_MARKDOWN_DEPTH 24

/* Valid UTF-8 of at most LX_MARKDOWN_MAX bytes (else LX_INVALID, `view.markdown_long`) as HTML in the
 * call's arena. A heading of level n becomes h(n + lower), at most h6; `lower` 0 to 5. */
LX_CHECK enum lx_code lx_markdown(
	struct lx_call *call, struct lx_text markdown, int lower, struct lx_html *html);

#endif
