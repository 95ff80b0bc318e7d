/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The demonstration's data files, carried by the binary (tools/embed_data.py makes the table at build time). */
#ifndef LX_DEMO_DEMO_DATA_H
#define LX_DEMO_DEMO_DATA_H

#include <stddef.h>

/* A file of demo/yangtze-delta by its name, "charter.json"; JSON without its blanks, or a document as it is; no zero byte behind. */
struct lx_demo_file {
	const char *name;
	const unsigned char *bytes;
	size_t n;
};
extern const struct lx_demo_file lx_demo_files[]; /* ends with a zero row */

#endif
