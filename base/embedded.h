/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Data files inside the binary: tools/embed_data.py makes their tables at build time. */
#ifndef LX_BASE_EMBEDDED_H
#define LX_BASE_EMBEDDED_H

#include "base/text.h"

/* A file by its name, "charter.json"; JSON without its blanks, any other file as it is; no zero byte behind. A table ends with a zero row. */
struct lx_embedded {
	const char *name;
	const unsigned char *bytes;
	size_t n;
};

/* The bytes of the file called `name`; empty when there is none. */
struct lx_text lx_embedded_find(const struct lx_embedded *files, const char *name);

#endif
